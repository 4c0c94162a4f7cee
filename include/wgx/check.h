/* SPDX-License-Identifier: MIT */
/* check.h: what the wings of the library and the command share, beside wengert/check.h. It is not installed. */
#ifndef WGX_CHECK_H
#define WGX_CHECK_H

#include "api.h"
#include "graph.h"
#include "wengert/check.h"

WG_BEGIN_DECLS

/* The call by which y has a kink exactly at the point where x[0 .. n) are: abs(z) with z = 0, maximum(a, b) with a
 * = b, norm(z) with a z of zeros. The second derivatives of y that are computed there are those of a convention
 * and need not be those of y. .op is NULL: there is no kink. It computes on a copy of the graph. */
WGX_API wgx_call wgx_kink(wg_node y, const wg_node x[], int n);

WG_END_DECLS
#endif
