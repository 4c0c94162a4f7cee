/* remembered.h: a graph that is built like the time before: the calls of the last build. Part of graph.h. */
#ifndef WGI_REMEMBERED_H
#define WGI_REMEMBERED_H

#include "graph/graph_structs.h"

/* ---- remembered.c ---- */

#define WGI_NO_CALL UINT32_MAX
typedef struct wgi_calling { /* a call that has begun; the fields are those of wgi_called */
    uint32_t at, first;      /* at: its index among the remembered calls, or WGI_NO_CALL */
    const char *before;
} wgi_calling;
void wgi_again_begin(wg_graph *g, wg_mode mode);   /* a new build begins; resets the arena */
void wgi_again_stop(wg_graph *g);                  /* from here on this build differs from the last one */
void wgi_again_forget(wg_graph *g, uint32_t mark); /* the nodes from mark on are removed */
/* The same for calls that began at the mark and made no node. */
void wgi_again_forget_behind(wg_graph *g, uint32_t mark);
/* If the last build made the same call here, reuses its nodes and returns the index of its result. Else
 * 0. */
uint32_t wgi_again(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr);
/* For leaves, which compare more than a call. wgi_again_at: the remembered call, if it is of the same
 * op and site and begins at the same node, scope and place of the arena. wgi_again_reuse then reuses
 * its nodes and returns the result's index. */
const wgi_called *wgi_again_at(const wg_graph *g, wg_site here, const wg_op *op);
uint32_t wgi_again_reuse(wg_graph *g);
/* To be called when a call of a builder begins, before it makes nodes: see wgi_build.settled. */
void wgi_settle_limits(wg_graph *g);
static inline void wgi_settle(wg_graph *g)
{
    if (g->count >= g->build.share_from && (!g->build.settled || g->build.vectors)) wgi_settle_limits(g);
}
/* Whatever appends nodes stands between wgi_call_begin and wgi_call_end (for a leaf wgi_leaf_end, which
 * returns `result`). */
wgi_calling wgi_call_begin(wg_graph *g);
void wgi_call_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, const wg_node x[], int n,
                  const void *attr, wg_node result);
wg_node wgi_leaf_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, wg_node result);

/* Remembers the call of a plain op with operands x[0 .. n), which has made the nodes [first, i]. */
void wgi_remember_call(wg_graph *g, uint32_t first, const char *before, uint32_t i, const wg_node x[], int n);
/* Makes the node of a plain op by the short way, and remembers the call. 0: it cannot; then nothing was
 * made. */
uint32_t wgi_remember_plain(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n);

/* If the last build made the same request here for the derivative `what` of the operands x[0 .. n), reuses
 * its nodes, fills y[0 .. m) and is true. */
bool wgi_derived_again(wg_graph *g, wg_site here, const wg_op *what, const wg_node x[], int n, wg_node y[],
                       int m);
/* These two stand around a request that is made anew. */
wgi_calling wgi_derived_begin(wg_graph *g);
void wgi_derived_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *what, const wg_node x[], int n,
                     const wg_node y[], int m);

#endif
