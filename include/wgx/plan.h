/* SPDX-License-Identifier: MIT */
/* plan.h: what the wings of the library and the command share, beside wengert/plan.h. It is not installed. */
#ifndef WGX_PLAN_H
#define WGX_PLAN_H

#include "api.h"
#include "wengert/plan.h"

WG_BEGIN_DECLS

/* The shortest possible time of a step: that of its FLOPs, or that of reading and writing its bytes once. */
typedef struct wgx_bound {
    double seconds;
    bool by_memory; /* the bytes decide */
    int level;      /* index into wg_limits.bytes */
} wgx_bound;
/* The shortest possible time of a step. */
WGX_API wgx_bound wgx_plan_bound(const wg_plan_step *s, const wg_limits *l);

/* ---- for tools that compute beside the program ---- */

/* While on, what is computed is not interrupted: an interrupt (wg_interrupt, .on_poll) waits for what the program
 * computes next, and wg_recover does not forget it. Pictures are drawn so. Returns what was before. */
WGX_API bool wgx_interrupts_wait(wg_context *c, bool on);

WG_END_DECLS
#endif
