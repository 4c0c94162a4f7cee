/* at_end.c: calls at the end of a build of a graph: see wg_graph_at_end. */
#include "graph/graph.h"

/* Not in the graph's arena, which may be rewound within a build. */
struct wgi_at_end {
    struct wgi_at_end *next;
    void (*f)(void *user, wg_graph *g);
    void *user;
};

bool wg_graph_at_end(wg_graph *g, void (*f)(void *user, wg_graph *g), void *user)
{
    if (!g) return wg_fail(NULL, NULL, WG_ERROR_USE, "graph_at_end: the graph is NULL"), false;
    if (!g->generation && !g->busy.depth)
        wgi_fail(g->c, NULL, "graph_at_end", WG_ERROR_USE, "the graph was freed");
    if (!f || !wgi_ok(g->c)) return false;
    struct wgi_at_end *call = wg_alloc(g->c, 1, sizeof *call);
    if (!call) return false;
    *call = (struct wgi_at_end){ g->at_end, f, user };
    g->at_end = call;
    return true;
}

void wgi_at_end(wg_graph *g)
{
    while (g->at_end) {
        struct wgi_at_end *call = g->at_end;
        g->at_end = call->next;
        call->f(call->user, g);
        wg_free(g->c, call);
    }
}
