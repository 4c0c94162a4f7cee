/* reach.c: which nodes some roots are made from. The time of a walk is in proportion to the nodes that it
 * reaches, however long the graph is. */
#include "graph/graph.h"

#include <stdlib.h>

/* A walk. The list is its queue, too: the nodes in it that are not looked at yet wait for their turn. */
typedef struct walk {
    wg_graph *g;
    wgi_arena *a;
    wgi_stop_fn stop;
    const void *arg;
    uint32_t from;
    uint32_t *list;
    size_t count, room;
} walk;

static bool grow(walk *w, size_t need)
{
    if (need <= w->room) return true;
    size_t room = WGI_MAX(WGI_MAX(2 * w->room, 64), need);
    uint32_t *list = wgi_arena_alloc(w->a, sizeof *list * room);
    if (!list) return false;
    if (w->count) memcpy(list, w->list, sizeof *list * w->count);
    w->list = list;
    w->room = room;
    return true;
}

static void add(walk *w, uint32_t i)
{
    w->list[w->count++] = i;
    w->g->marked[i] = 1;
}

/* Adds node i. An op computes all its outputs together, so all of them are added, unless the walk stops at
 * i. */
static bool reach(walk *w, uint32_t i)
{
    wg_graph *g = w->g;
    if (i < w->from || g->marked[i]) return true;
    if (wgi_is_leaf(&g->node[i]) || (w->stop && w->stop(g, i, w->arg))) {
        if (grow(w, w->count + 1)) add(w, i);
        else return false;
        return true;
    }
    uint32_t first = i - g->node[i].output, n = (uint32_t)wgi_outputs(g->node[i].op);
    if (!grow(w, w->count + n)) return false;
    for (uint32_t k = first; k < first + n; k++)
        if (k >= w->from && k < g->count && !g->marked[k]) add(w, k);
    return true;
}

static bool visit_all(walk *w)
{
    for (size_t k = 0; k < w->count; k++) {
        const uint32_t i = w->list[k];
        const wgi_node *n = &w->g->node[i];
        if (wgi_is_leaf(n) || (w->stop && w->stop(w->g, i, w->arg))) continue;
        const uint32_t *in = wgi_in(n);
        for (uint32_t j = 0; j < n->operands; j++)
            if (!reach(w, in[j])) return false;
    }
    return true;
}

/* ---- sorting ---- */

static int by_index(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The lowest index and the highest one. */
static void bounds(const walk *w, uint32_t *lo, uint32_t *hi)
{
    *lo = UINT32_MAX, *hi = 0;
    for (size_t k = 0; k < w->count; k++) {
        *lo = WGI_MIN(*lo, w->list[k]);
        *hi = WGI_MAX(*hi, w->list[k]);
    }
}

/* WIDE: nodes are spread wide if there are so many indices for each of them. */
enum { WIDE = 8 };

static bool is_wide(uint32_t lo, uint32_t hi, size_t count) { return (hi - lo) / WIDE > count; }

/* Sorts the list and clears the marks. */
static void sort(walk *w, uint32_t lo, uint32_t hi)
{
    if (is_wide(lo, hi, w->count)) {
        for (size_t k = 0; k < w->count; k++) w->g->marked[w->list[k]] = 0;
        qsort(w->list, w->count, sizeof *w->list, by_index);
        return;
    }
    size_t n = 0;
    for (uint32_t i = lo; i <= hi; i++)
        if (w->g->marked[i]) {
            w->g->marked[i] = 0;
            w->list[n++] = i;
        }
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
    walk w = { .g = g, .a = a, .stop = stop, .arg = arg, .from = from };
    uint32_t lo, hi;
    bool ok = true;
    *r = (wgi_reached){ 0 };
    for (int k = 0; k < roots && ok; k++) ok = reach(&w, root[k]);
    ok = ok && visit_all(&w);
    bounds(&w, &lo, &hi);
    if (w.count) sort(&w, lo, hi);
    r->node = w.list, r->count = (uint32_t)w.count;
    return ok && make_table(r, a);
}

uint32_t wgi_reached_at(const wgi_reached *r, uint32_t i)
{
    if (!r->count || i < r->node[0] || i > r->node[r->count - 1]) return WGI_NOT_REACHED;
    if (r->table) return r->table[i - r->node[0]];
    uint32_t low = 0, high = r->count;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (r->node[mid] <= i) low = mid;
        else high = mid;
    }
    return r->node[low] == i ? low : WGI_NOT_REACHED;
}
