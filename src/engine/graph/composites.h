/* composites.h: calls as the user wrote them, where the graph has other nodes. wg_mean(x) is one call,
 * though it makes several nodes. wg_matmul(x, t) with t = wg_transpose(w) makes a node that reads w. */
#ifndef WGI_WRITTEN_H
#define WGI_WRITTEN_H

#include "graph/graph_structs.h"

/* What the derivatives of a call follow.
 * WGI_AS_IT_IS: its nodes.
 * WGI_WRITTEN: the call as it was written, since its nodes do not read its operand.
 * WGI_OWN: its nodes, which do not read its operand either. If a derivative by a node that they pass by is
 * asked for: the call as it was written. The nodes from `low` on may be such. */
typedef enum wgi_how { WGI_AS_IT_IS, WGI_WRITTEN, WGI_OWN } wgi_how;

/* The operands and options lie in the graph's arena. */
typedef struct wgi_composite {
    const wg_op *op;
    wg_site here;
    const void *attr;
    const uint32_t *in; /* the operands' nodes; 0: an optional one that was not given */
    uint32_t operands;
    uint32_t first, after, result; /* the call made the nodes [first, after); result is one of them */
    uint32_t generation;           /* of the graph, when the call was noted */
    uint32_t low;                  /* of WGI_OWN: the first node that its nodes read */
    uint8_t how;                   /* wgi_how */
} wgi_composite;

/* Notes a call that has just made the nodes [first, g->count). False: the call is not noted, for lack of
 * memory; an error was recorded. */
bool wgi_composites_add(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n,
                        const void *attr, uint32_t first, wg_node result, wgi_how how);
/* Forgets the calls that made nodes from `mark` on. */
void wgi_composites_forget(wg_graph *g, uint32_t mark);
/* The same, but keeps the calls of this build: it differs from the last build from node `mark` on. */
void wgi_composites_differ(wg_graph *g, uint32_t mark);

/* The outermost call that made node i. A result beyond the first one is of the call, too: the R of qr(A).
 * NULL: the call was the node's own. */
const wgi_composite *wgi_call_of(const wg_graph *g, uint32_t i);
/* Whether a derivative made the node, by a rule of the library: the site of a call that a user wrote has its
 * arguments. */
bool wgi_is_derived(const wgi_node *n);
/* What the user has called to get node i, for messages: "mean", and not the div that it is made of. */
const char *wgi_called_name(const wg_graph *g, uint32_t i);

/* Lists the node `loss`, and what the losses of losses.h compare that it is, or that elementwise ops of
 * scalars make it from: a sum of losses, say. Leaves are left out. Returns how many. */
enum { WGI_LOSS_NODES = 16 };
int wgi_loss_nodes(const wg_graph *g, uint32_t loss, uint32_t to[WGI_LOSS_NODES]);

/* The record of n as it was written. */
wgi_node wgi_composites_record(wg_node n);

/* The records of nodes that rewrites have made, while these nodes have the op, options and operands that
 * were written. All that follows the paths from one node to another (derivatives, vmap, parts, replays) looks
 * at what was written: there may be a path by a node that the rewrite does not read. */
typedef struct wgi_unwritten {
    wgi_node *was;
    uint32_t *at;
    size_t count;
} wgi_unwritten;

/* Such nodes among [from, to] become as they were written, until wgi_as_rewritten. by, for derivatives by n
 * nodes: nodes with derivatives of their own stay unless one of `by` is passed by. NULL: all become so. u
 * lies in g->temp. False: out of memory; an error was recorded. */
bool wgi_as_written(wg_graph *g, uint32_t from, uint32_t to, const wg_node by[], int n, wgi_unwritten *u);
void wgi_as_rewritten(wg_graph *g, const wgi_unwritten *u);
/* Whether n is computed between a call with derivatives of its own, up to node `to`, and what its nodes
 * read. */
bool wgi_passed_by(const wg_graph *g, wg_node n, uint32_t to);

#endif
