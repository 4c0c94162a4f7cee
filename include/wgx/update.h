/* SPDX-License-Identifier: MIT */
/* update.h: a step of an optimizer as nodes of a graph, for writers of programs. It is not installed. */
#ifndef WGX_UPDATE_H
#define WGX_UPDATE_H

#include "api.h"
#include "wengert/optim.h"

WG_BEGIN_DECLS

/* How an optimizer would update a parameter now. */
typedef struct wgx_manner {
    const char *kind;    /* "adam" */
    const void *options; /* its wg_adam_opts, valid as long as the optimizer */
    double lr, keep;     /* keep: 1 - lr weight_decay, or 1 */
    double coupled;      /* decay that is added to the gradient; 0: none */
    double shrink;       /* the soft threshold after the step; 0: none */
    bool lazy;
} wgx_manner;
/* False: the optimizer leaves the parameter, of this number in its set, as it is; or it is no update by elements. */
WGX_API bool wgx_optim_manner(const wg_optim *o, int parameter, wgx_manner *m);
WGX_API wg_params *wgx_optim_params(const wg_optim *o); /* The set that it updates. */

/* What a step changes: the leaf `from` becomes `to`. name: of an array that the optimizer keeps, "W.m", or of its count
 * of steps, "t"; `from` is an input of that name then. NULL: `from` is a parameter. */
typedef struct wgx_moved {
    wg_node from, to;
    const char *name; /* a literal, or valid until the next wg_begin */
} wgx_moved;
/* Appends the nodes of a step of o: the gradients of the loss, and from them the new values of parameters and arrays.
 * These nodes have the bits of wg_backward and wg_optim_step. Writes what changes to *to, which is freed with wg_free.
 * Returns how many there are; 0 after an error: an optimizer without such nodes (lbfgs, nadam), or a loss that reaches no
 * parameter. */
WGX_API int wgx_optim_nodes_at(wg_site here, wg_optim *o, wg_node loss, wgx_moved **to);

WG_END_DECLS
#endif
