/* busy.h: a graph whose values are being computed: busy.c. */
#ifndef WGI_BUSY_H
#define WGI_BUSY_H

#include "graph/graph_structs.h"

#define WGI_BUSY "values of this graph are being computed: a C function must not use the graph that calls it"

static inline void wgi_busy_enter(wg_graph *g)
{
    if (g->busy.depth++) return;
    g->busy.generation = g->generation, g->busy.room = g->room, g->busy.quick = g->plain.quick;
    g->generation = g->room = g->plain.quick = 0;
    g->build.within++;
    g->c->busy++;
}
static inline void wgi_busy_leave(wg_graph *g)
{
    if (--g->busy.depth) return;
    g->generation = g->busy.generation, g->room = g->busy.room, g->plain.quick = g->busy.quick;
    g->build.within--;
    g->c->busy--;
}

/* Between these two calls functions of the user may be called, and must not use g, nor the graph that g is a
 * twin of. wgi_busy_end says whether the context has no error. */
static inline void wgi_busy_begin(wg_graph *g)
{
    for (; g; g = g->twin_of) wgi_busy_enter(g);
}
static inline bool wgi_busy_end(wg_graph *g)
{
    const wg_context *c = g->c;
    for (; g; g = g->twin_of) wgi_busy_leave(g);
    return wgi_ok(c);
}

/* Whether g is busy, or a rule or a function that builds a part of g is at work. Then it records that `what`
 * is refused. */
bool wgi_is_busy(wg_graph *g, wg_site here, const char *what);

#endif
