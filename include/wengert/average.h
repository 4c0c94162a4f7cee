/* SPDX-License-Identifier: MIT */
/* average.h: running averages of parameters, which often predict better than the parameters of the last
 * step.
 *
 *     wg_average *a = wg_average_new(p, .decay = 0.999);
 *     ...
 *         wg_optim_step(o);
 *         wg_average_step(a);           after each step, or after each epoch
 *     ...
 *     wg_average_use(a, true);          p has the averages as its values
 *     ... evaluate, wg_params_save ...
 *     wg_average_use(a, false);         p has its own values again, to the bit
 */
#ifndef WENGERT_AVERAGE_H
#define WENGERT_AVERAGE_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "named.h"
#include "params.h"

WG_BEGIN_DECLS

typedef struct wg_average wg_average;

#define wg_average_opts_list(P, X) \
    X(double, decay, 0, "[0, 1)", "d: exponential averages, m = d m + (1 - d) w, which begin with the first w. 0: all " \
      "steps count the same (stochastic weight averaging, Izmailov et al. 2018)")
WG_OPTIONS(wg_average_opts);

/* Averages of the f32 and f64 values of p, states too. They are kept in double. Freed with the
 * context; free it before p. Parameters that are made later begin with their first values at the next
 * step. */
WG_API wg_average *wg_average_new_at(wg_site here, wg_params *p, const wg_average_opts *o);
#define wg_average_new(...)                                                                           \
    WG_CALL_WITH(wg_average_new_at, (WG_AT(WG_BYTE_1 #__VA_ARGS__), WG_HEAD_(__VA_ARGS__)), wg_average_opts, \
            WG_TAIL_(__VA_ARGS__, ))
WG_API void wg_average_free(wg_average *a); /* Frees the average. The values of p stay as they are. */

/* Takes the present values of p into the averages. */
WG_API wg_status wg_average_step_at(wg_site here, wg_average *a);
#define wg_average_step(a) wg_average_step_at(WG_AT(#a), a)

/* Gives p the averages, or its own values again. In between p must not change: that is an error of the
 * second call. */
WG_API wg_status wg_average_use_at(wg_site here, wg_average *a, bool on);
#define wg_average_use(a, on) wg_average_use_at(WG_AT(#a ", " #on), a, on)

WG_END_DECLS
#endif
