/* needed.c: which nodes must be computed so that some roots have values. The time is in proportion to their
 * number, also where they are few and far from each other in a long graph. */
#include "run/tape.h"

#include <stdlib.h>

/* WIDE: nodes are spread wide if there are so many indices for each of them. NEAR: the walk by a list begins
 * with so many nodes, before it asks how wide they are spread. */
enum { WIDE = 16, NEAR = 8 };

/* A walk. The list is its queue, too. */
typedef struct walk {
    wg_graph *g;
    uint32_t *list;
    size_t count, room;
    uint32_t lo, hi; /* the lowest and the highest node of the list */
} walk;

/* The node that is computed to compute node i: the first output of its op. */
static uint32_t base_of(const wg_graph *g, uint32_t i) { return i - g->node[i].output; }

/* Whether node i, the first output of an op, must be computed and is not marked yet. */
static bool is_new(const wg_graph *g, uint32_t i)
{
    return !g->marked[i] && !g->value[i] && !wgi_is_leaf(&g->node[i]);
}

static bool grow(walk *w)
{
    const size_t room = WGI_MAX(4 * w->room, 64);
    uint32_t *list = wgi_arena_alloc(&w->g->temp, sizeof *list * room);
    if (!list) return false;
    if (w->count) memcpy(list, w->list, sizeof *list * w->count);
    w->list = list, w->room = room;
    return true;
}

static bool add(walk *w, uint32_t i)
{
    i = base_of(w->g, i);
    if (!is_new(w->g, i)) return true;
    if (w->count == w->room && !grow(w)) return false;
    w->g->marked[i] = 1;
    w->list[w->count++] = i;
    w->lo = WGI_MIN(w->lo, i), w->hi = WGI_MAX(w->hi, i);
    return true;
}

static bool is_wide(const walk *w) { return (w->hi - w->lo) / WIDE >= w->count; }

/* Looks at the operands of the nodes in the list, and adds those that are needed. Ends before the list does
 * if its nodes are not spread wide. *looked: the number of nodes that it looked at. */
static bool visit(walk *w, size_t *looked)
{
    size_t k = 0;
    for (; k < w->count && (k < NEAR || is_wide(w)); k++) {
        const wgi_node *n = &w->g->node[w->list[k]];
        const uint32_t *in = wgi_in(n);
        for (uint32_t j = 0; j < n->operands; j++)
            if (!add(w, in[j])) return false;
    }
    *looked = k;
    return true;
}

/* Marks what the marked nodes need, from the highest one down, and returns the lowest node that is needed.
 * open: their number. Ends when no marked node is left to look at. Passes unmarked nodes in steps of
 * eight. */
static uint32_t mark_below(wg_graph *g, uint32_t high, size_t open)
{
    uint32_t i = high + 1;
    while (open > 0) {
        i = wgi_marked_below(g, i, 0);
        const wgi_node *n = &g->node[i];
        const uint32_t *in = wgi_in(n);
        open--;
        for (uint32_t k = 0; k < n->operands; k++) {
            const uint32_t b = base_of(g, in[k]);
            if (is_new(g, b)) g->marked[b] = 1, open++;
        }
    }
    return i;
}

static int by_index(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorts a list, of which mostly only few are not in order. */
static void sort(uint32_t *list, size_t n)
{
    enum { SHORT = 32 };
    if (n > SHORT) {
        qsort(list, n, sizeof *list, by_index);
        return;
    }
    for (size_t k = 1; k < n; k++) {
        const uint32_t x = list[k];
        size_t j = k;
        for (; j > 0 && list[j - 1] > x; j--) list[j] = list[j - 1];
        list[j] = x;
    }
}

bool wgi_needed_of(wg_graph *g, const uint32_t *root, int roots, wgi_needed *n)
{
    walk w = { .g = g, .lo = UINT32_MAX };
    size_t looked = 0;
    bool ok = true;
    for (int k = 0; k < roots && ok; k++) ok = add(&w, root[k]);
    ok = ok && visit(&w, &looked);
    for (size_t k = 0; k < w.count && !ok; k++) g->marked[w.list[k]] = 0;
    if (!ok) return false;
    *n = (wgi_needed){ .first = w.lo, .last = w.count ? w.hi : 0 };
    if (looked < w.count) n->first = mark_below(g, w.hi, w.count);
    else if (w.count && is_wide(&w)) {
        sort(w.list, w.count);
        n->list = w.list, n->count = (uint32_t)w.count;
    }
    return true;
}
