/* SPDX-License-Identifier: MIT */
/* grad.h: what the wings of the library and the command share, beside wengert/grad.h. It is not installed. */
#ifndef WGX_GRAD_H
#define WGX_GRAD_H

#include "api.h"
#include "wengert/grad.h"

WG_BEGIN_DECLS

/* Whether the node was made by wg_grad, wg_jvp ... on the way to what they return. */
WGX_API bool wgx_node_is_derived(wg_node n);
/* The node z whose gradient n is: wg_grad and the like note it when they make n, and pictures call n dz. wg_none: n
 * is no gradient, or its index is 65,536 or more, or only a layer has named z, and n has numbers that do not count
 * where a wg_where has taken another value. */
WGX_API wg_node wgx_node_gradient_of(wg_node n);

WG_END_DECLS
#endif
