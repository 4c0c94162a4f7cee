/* written.h: the calls of composite ops as the user wrote them: wg_mean(x) is one call, though it makes
 * several nodes. Part of graph.h. */
#ifndef WGI_WRITTEN_H
#define WGI_WRITTEN_H

#include "graph/graph_structs.h"

/* The operands and options lie in the graph's arena. */
typedef struct wgi_written {
    const wg_op *op;
    wg_site here;
    const void *attr;
    const uint32_t *in; /* the operands' nodes; 0: an optional one that was not given */
    uint32_t operands;
    uint32_t first, after, result; /* the call made the nodes [first, after); result is one of them */
    uint32_t generation;           /* of the graph, when the call was noted */
} wgi_written;

/* Notes a call that has just made the nodes [first, g->count). Without memory an error is recorded, and the
 * call is not noted. */
void wgi_written_add(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr,
                     uint32_t first, wg_node result);
/* Forgets the calls that made nodes from `mark` on. */
void wgi_written_forget(wg_graph *g, uint32_t mark);
/* The same, but keeps the calls of this build: it differs from the last build from node `mark` on. */
void wgi_written_differ(wg_graph *g, uint32_t mark);

#endif
