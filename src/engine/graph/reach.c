/* reach.c: which nodes some roots are made from. The time of a walk is in proportion to the nodes that it
 * reaches, however long the graph is. */
#include "graph/graph.h"

#include <stdlib.h>

/* WIDE: nodes are spread wide if there are so many indices for each of them. NEAR: the walk by a list begins
 * with so many nodes, before it asks how wide they are spread. */
enum { WIDE = 8, NEAR = 8 };

/* A walk. The list is its queue, too: the nodes in it that are not looked at yet wait for their turn. If the
 * nodes are not spread wide, the walk goes on without it, over the marks from the highest node down. */
typedef struct walk {
    wg_graph *g;
    wgi_arena *a;
    wgi_stop_fn stop;
    const void *arg;
    uint32_t from;
    uint32_t *list;     /* NULL: there are marks alone */
    size_t count, room; /* count: the number of marked nodes */
    uint32_t lo, hi;    /* the lowest and the highest of them */
} walk;

static bool is_wide(uint32_t lo, uint32_t hi, size_t count) { return (hi - lo) / WIDE > count; }

static bool grow(walk *w)
{
    const size_t room = WGI_MAX(2 * w->room, 64);
    uint32_t *list = wgi_arena_alloc(w->a, sizeof *list * room);
    if (!list) return false;
    if (w->count) memcpy(list, w->list, sizeof *list * w->count);
    w->list = list;
    w->room = room;
    return true;
}

/* Marks node i. listed: it joins the queue. */
static inline bool add(walk *w, uint32_t i, bool listed)
{
    if (listed) {
        if (w->count == w->room && !grow(w)) return false;
        w->list[w->count] = i;
    }
    w->count++;
    w->lo = WGI_MIN(w->lo, i), w->hi = WGI_MAX(w->hi, i);
    w->g->marked[i] = 1;
    return true;
}

static inline bool ends_at(const walk *w, uint32_t i)
{
    return wgi_is_leaf(&w->g->node[i]) || (w->stop && w->stop(w->g, i, w->arg));
}

/* Adds node i. An op computes all its outputs together, so all of them are added, unless the walk stops at
 * i. */
static inline bool reach(walk *w, uint32_t i, bool listed)
{
    wg_graph *g = w->g;
    if (i < w->from || g->marked[i]) return true;
    const wg_op *op = g->node[i].op;
    if (op->outputs <= 1 || ends_at(w, i)) return add(w, i, listed);
    const uint32_t first = i - g->node[i].output, end = first + (uint32_t)op->outputs;
    for (uint32_t k = first; k < end; k++)
        if (k >= w->from && k < g->count && !g->marked[k] && !add(w, k, listed)) return false;
    return true;
}

static bool visit(walk *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    if (ends_at(w, i)) return true;
    const uint32_t *in = wgi_in(n);
    WGI_EACH_OPERAND(j, n)
        if (!reach(w, in[j], true)) return false;
    return true;
}

/* Goes on without the list. Operands are lower than their node. */
static void visit_down(walk *w)
{
    wg_graph *g = w->g;
    uint32_t i = w->hi + 1;
    const uint32_t from = w->from;
    size_t open = w->count, more = 0;
    for (w->list = NULL; open > 0; open += more - 1) {
        i = wgi_marked_below(g, i, 0);
        const wgi_node *n = &g->node[i];
        more = 0;
        if (ends_at(w, i)) continue;
        const uint32_t *in = wgi_in(n);
        WGI_EACH_OPERAND(j, n) {
            const uint32_t k = in[j];
            if (k < from || g->marked[k]) continue;
            const size_t was = w->count;
            if (g->node[k].op->outputs > 1) reach(w, k, false);
            else g->marked[k] = 1, w->count++;
            more += w->count - was;
        }
    }
    w->lo = i;
}

static bool visit_all(walk *w)
{
    size_t k = 0;
    for (; k < w->count && (k < NEAR || is_wide(w->lo, w->hi, w->count)); k++)
        if (!visit(w, w->list[k])) return false;
    if (k < w->count) visit_down(w);
    return true;
}

/* ---- sorting ---- */

int wgi_by_index(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* A walk goes down, so a list is nearly in falling order: most nodes are put in their place at once, at
 * the end of those that are in order. */
static void sort_list(uint32_t *list, size_t count)
{
    enum { MOST = 64 }; /* of more, some may stand far from their place */
    if (count > MOST) {
        qsort(list, count, sizeof *list, wgi_by_index);
        return;
    }
    for (size_t k = 0; k < count / 2; k++) {
        const uint32_t last = list[count - 1 - k];
        list[count - 1 - k] = list[k], list[k] = last;
    }
    for (size_t k = 1; k < count; k++) {
        const uint32_t i = list[k];
        size_t at = k;
        for (; at && list[at - 1] > i; at--) list[at] = list[at - 1];
        list[at] = i;
    }
}

/* Lists the marked nodes in order and clears the marks. */
static bool sort(walk *w)
{
    uint8_t *marked = w->g->marked;
    if (w->list && is_wide(w->lo, w->hi, w->count)) {
        for (size_t k = 0; k < w->count; k++) marked[w->list[k]] = 0;
        sort_list(w->list, w->count);
        return true;
    }
    uint32_t *list = w->list ? w->list : wgi_arena_alloc(w->a, sizeof *list * w->count);
    size_t n = 0;
    for (uint32_t i = w->lo; list && i <= w->hi; i++)
        if (marked[i]) list[n++] = i;
    w->list = list;
    memset(marked + w->lo, 0, w->hi - w->lo + 1);
    return list;
}

/* ---- the list ---- */

/* A table from index to position, if the nodes are not spread wide. */
static bool make_table(wgi_reached *r, wgi_arena *a)
{
    if (!r->count || is_wide(r->node[0], r->node[r->count - 1], r->count)) return true;
    r->table = wgi_arena_alloc(a, sizeof *r->table * ((size_t)r->node[r->count - 1] - r->node[0] + 1));
    if (!r->table) return false;
    for (uint32_t k = 0, i = r->node[0]; k < r->count; i++)
        r->table[i - r->node[0]] = i == r->node[k] ? k++ : WGI_NOT_REACHED;
    return true;
}

bool wgi_reach(wg_graph *g, wgi_arena *a, const uint32_t *root, int roots, uint32_t from, wgi_stop_fn stop,
               const void *arg, wgi_reached *r)
{
    walk w = { .g = g, .a = a, .stop = stop, .arg = arg, .from = from, .lo = UINT32_MAX };
    bool ok = true;
    *r = (wgi_reached){ 0 };
    for (int k = 0; k < roots && ok; k++) ok = reach(&w, root[k], true);
    ok = ok && visit_all(&w);
    if (w.count) ok = sort(&w) && ok;
    r->node = w.list, r->count = w.list ? (uint32_t)w.count : 0;
    return ok && make_table(r, a);
}

uint32_t wgi_reached_far(const wgi_reached *r, uint32_t i)
{
    uint32_t low = 0, high = r->count;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (r->node[mid] <= i) low = mid;
        else high = mid;
    }
    return r->node[low] == i ? low : WGI_NOT_REACHED;
}
