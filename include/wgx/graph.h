/* SPDX-License-Identifier: MIT */
/* graph.h: what the wings of the library and the command share, beside wengert/graph.h. It is not installed. */
#ifndef WGX_GRAPH_H
#define WGX_GRAPH_H

#include "api.h"
#include "wengert/graph.h"

WG_BEGIN_DECLS

/* ---- reading: computes what the node depends on; has no side effects ---- */

/* Like wg_value, but records no error, only that memory was missing, and does not make n readable after the
 * parameters have changed. Returns false when the value cannot be computed. For drawing and tools. */
WGX_API bool wgx_peek(wg_node n, wg_tensor *t);

typedef struct wgx_held wgx_held;
/* The value of a node, which stays as it is and where it is until wgx_release, beyond wg_begin, other evaluations and
 * wg_graph_free. Do not write to it. A value of less than 64 KiB, of an input or of a parameter is a copy; else it is no
 * copy, and the memory of its evaluation is kept for it. NULL after an error, and t->data is NULL then. */
WGX_PYTHON wgx_held *wgx_hold_at(wg_site here, wg_node n, wg_tensor *t);
#define wgx_hold(n, t) wgx_hold_at(WG_AT(#n), n, t)
/* Each wgx_hold wants one. Not after wg_finish, which frees what is held. h may be NULL. */
WGX_PYTHON void wgx_release(wgx_held *h);

/* ---- inspecting a graph ---- */

/* Finds what computes the same as x among y and the nodes that y is made from: x itself, and nodes of the same op
 * with equal options whose operands compute the same. So an expression that was written twice is found. Numbers and
 * inputs without a name are the same if their values are equal now. What is drawn at random twice is never the same.
 * Writes the first `room` of these nodes to `to`, and returns how many there are: 0 if there are none or after an
 * error. */
WGX_API int wgx_equal_nodes(wg_node y, wg_node x, wg_node to[], int room);
WGX_API wg_params *wgx_node_params(wg_node n); /* the set of a parameter or state; NULL: n is neither */
WGX_API bool wgx_node_is_state(wg_node n); /* Whether the node is a state, which is not trained. */

/* A call of a composite op, as it was written: wg_mean(x) is one call of "mean" with the operand x, though it made
 * several nodes. Numbers among the operands are nodes here. */
typedef struct wgx_call {
    const wg_op *op;  /* NULL: there is no such call */
    const void *attr; /* its options; NULL: the op has none */
    wg_site here;
    int operands;
    int64_t first, after; /* it made the nodes [first, after) */
    wg_node result;       /* the first of its results: one of these nodes */
} wgx_call;
WGX_API int64_t
wgx_graph_calls(const wg_graph *g); /* their number; a call within another one stands before it */
WGX_API wgx_call wgx_graph_call(const wg_graph *g, int64_t i); /* Call i, in the order in which the calls ended. */
WGX_API wg_node wgx_graph_call_operand(const wg_graph *g, int64_t i, int k); /* wg_none: not given */

/* The call that made this graph fail: its op, place, message, and up to four operands. */
typedef struct wgx_failure {
    const char *op;
    wg_site here;
    const char *message;
    int operands;
    wg_node operand[4];
} wgx_failure;
WGX_API bool wgx_graph_failure(const wg_graph *g, wgx_failure *f); /* false: no call on this graph has failed */

/* ---- for tools built on graphs ---- */

/* wgx_graph_rewind removes the nodes made since wgx_graph_mark. Do not use their handles afterwards. */
WGX_API int64_t wgx_graph_mark(const wg_graph *g);
WGX_API void wgx_graph_rewind(wg_graph *g, int64_t mark);
/* The epoch counts the evaluations of a graph; random draws depend on it. Freezing stops the count, so that
 * every evaluation draws the same numbers. Store the epoch in checkpoints. Setting it ends the evaluation. */
WGX_API void wgx_graph_freeze(wg_graph *g, bool on);
WGX_API uint64_t wgx_graph_epoch(const wg_graph *g);
WGX_PYTHON void wgx_graph_set_epoch(wg_graph *g, uint64_t epoch); /* Sets the epoch, and ends the evaluation. */

/* ---- for bindings: graphs that their users do not begin ---- */

/* on: each random node that is made in g from now on has a stream of its own, which no other node of the context has.
 * Without it the stream follows from the node's scope and name, and two graphs that are built alike draw the same. For
 * graphs that are made anew for each step. wg_save does not keep such a graph. */
WGX_PYTHON void wgx_graph_draw_anew(wg_graph *g, bool on);
/* The number of the last such stream, 0 at the start. wg_save keeps it. Set it: the same numbers are drawn again. */
WGX_API uint64_t wgx_context_draws(const wg_context *c);
WGX_PYTHON void wgx_context_set_draws(wg_context *c, uint64_t draws); /* Sets that number. */
/* Who hands out values of g says in *watch how many of them somebody still has, and hears of changes: see
 * wgx_params_keep_values. The struct must stay until another one, or NULL, is given, or g is freed. */
typedef struct wgx_graph_watch {
    int live;    /* 0: no copies are made for g, as nobody can read what needs them */
    int changed; /* is set to 1 when a parameter of such a set, of which g has a node, is about to change */
    /* Writes at most `room` of the nodes that somebody has, and returns how many there are. A changed set is copied only
     * for one that is still to be computed or differentiated; what needs it later is an error. NULL: not known. */
    int (*nodes)(const struct wgx_graph_watch *watch, wg_node *to, int room);
    int retain; /* the backward that runs is not the last one of the nodes that it goes through */
} wgx_graph_watch;
WGX_PYTHON void wgx_graph_watch_by(wg_graph *g, wgx_graph_watch *watch); /* Looks there from now on; NULL: nowhere. */
/* Whether n is a node of the present build, and no node of a parameter that has changed since (wgx_params_keep_values). */
WGX_PYTHON bool wgx_node_is_current(wg_node n);
/* The sets of the parameters by which n has a derivative: those that it is made of, and not only by ops without a
 * derivative. Writes at most `room` of them, and returns how many there are. */
WGX_PYTHON int wgx_node_trained_by(wg_node n, wg_params **to, int room);
/* Whether y has a derivative by x, a node of the same graph: it is made of it, and not only by ops without one. */
WGX_PYTHON bool wgx_node_derives_from(wg_node y, wg_node x);
/* wg_replay of root into another graph, where now[k] stands for node was[k]. */
WGX_PYTHON wg_node wgx_replay_onto_at(wg_site here, wg_node root, wg_graph *into, const wg_node was[], const wg_node now[],
                                 int n);

WG_END_DECLS
#endif
