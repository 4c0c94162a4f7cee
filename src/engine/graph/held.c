/* held.c: values that outlive their evaluation. The results of an evaluation lie in the arena g->values. When
 * the evaluation ends while some of them are held, the arena's memory goes to the wgx_held, and the graph
 * gets other memory for its next evaluation. */
#include <string.h>

#include "graph/graph.h"
#include "wgx/graph.h"

enum { COPIED = 1 << 16 }; /* bytes: smaller values are copied */

struct wgx_held {
    wg_context *c;
    wg_graph *g; /* whose evaluation has not ended; NULL: the memory is in the arena */
    wgi_arena memory;
    int64_t holds;
};

static wgx_held *new_held(wg_context *c, wg_graph *g)
{
    wgx_held *h = wg_alloc(c, 1, sizeof *h);
    if (h) h->c = h->memory.c = c, h->g = g;
    return h;
}

static wgx_held *copy_of(wg_context *c, wg_tensor *t, size_t bytes)
{
    wgx_held *h = new_held(c, NULL);
    void *to = h ? wgi_arena_alloc(&h->memory, bytes) : NULL;
    if (h) h->holds = 1;
    t->data = to ? memcpy(to, t->data, bytes) : NULL;
    if (to) return h;
    wgx_release(h);
    return NULL;
}

wgx_held *wgi_hold(wg_graph *g, wg_tensor *t)
{
    const size_t bytes = (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype);
    if (bytes < COPIED || !wgi_arena_has(&g->values, t->data)) return copy_of(g->c, t, bytes);
    if (!g->held) g->held = new_held(g->c, g);
    if (g->held) g->held->holds++;
    else t->data = NULL;
    return g->held;
}

void wgi_held_keep(wg_graph *g)
{
    wgx_held *h = g->held;
    if (!h) return;
    h->memory.first = g->values.first;
    g->values.first = g->values.now = NULL;
    g->values.at = g->values.end = NULL;
    g->values.grown = 0;
    h->g = NULL;
    g->held = NULL;
}

void wgx_release(wgx_held *h)
{
    if (!h || --h->holds > 0) return;
    if (h->g) h->g->held = NULL;
    wgi_arena_free(&h->memory);
    wg_free(h->c, h);
}
