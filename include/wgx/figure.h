/* SPDX-License-Identifier: MIT */
/* figure.h: what the wings of the library and the command share, beside wengert/figure.h. It is not installed. */
#ifndef WGX_FIGURE_H
#define WGX_FIGURE_H

#include "api.h"
#include "wengert/figure.h"

WG_BEGIN_DECLS

/* ---- figures ---- */

/* Frames "step 0", "step 1", ... "step n": frame k shows the points 0 to k of each path that there is. Call it when
 * the paths are whole, of a figure without frames. */
WGX_API void wgx_figure_steps_at(wg_site here, wg_figure *f, int n);
#define wgx_figure_steps(f, n) wgx_figure_steps_at(WG_AT(#f ", " #n), f, n)

/* ---- series ---- */

/* The values of a curve at places between its points, in any order. false: they cannot be computed. */
typedef bool (*wgx_curve)(void *user, const double *x, int64_t n, double *y);
/* n points of the curve y = f(x), from left to right, and gaps where it jumps or has a pole. f is called where
 * neighbours are further apart than the slope of the curve says, and not later. */
WGX_API void wgx_series_curve(wg_series *s, const double *x, const double *y, int64_t n, wgx_curve f, void *user);

WG_END_DECLS
#endif
