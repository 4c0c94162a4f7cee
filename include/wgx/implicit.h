/* SPDX-License-Identifier: MIT */
/* implicit.h: what the wings of the library and the command share, beside wengert/implicit.h. It is not installed. */
#ifndef WGX_IMPLICIT_H
#define WGX_IMPLICIT_H

#include "api.h"
#include "wengert/implicit.h"

WG_BEGIN_DECLS

/* ---- for bindings: languages whose functions cannot return a struct ---- */

/* A function that writes its node to *y. x: the nodes that it is given; i: the number of a step. Give one of
 * the three functions below as the function, and the address of this struct as its user:
 *
 *     wg_recompute(x, wgx_part_by_pointer, &(wgx_by_pointer){ block, &net })
 */
typedef struct wgx_by_pointer {
    void (*f)(const wg_node x[], int i, wg_node *y, void *user);
    void *user;
} wgx_by_pointer;
/* A wg_part_fn for the address of a wgx_by_pointer. */
WGX_PYTHON wg_node wgx_part_by_pointer(wg_node x, void *by_pointer);
/* A wg_step_fn for the address of a wgx_by_pointer. */
WGX_PYTHON wg_node wgx_step_by_pointer(wg_node x, int i, void *by_pointer);
WGX_PYTHON wg_node wgx_ode_by_pointer(wg_node t, wg_node y, void *by_pointer); /* x[0] is t, x[1] is y */

WG_END_DECLS
#endif
