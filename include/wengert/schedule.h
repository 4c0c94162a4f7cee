/* SPDX-License-Identifier: MIT */
/* schedule.h: rates that change with the time, as pure functions. t is the number of steps or epochs
 * that are done: 0 at first.
 *
 *     wg_optim_set_lr(o, wg_lr_cosine(1e-3, epoch, 12));
 *
 * The product of two schedules is their product: of one of them give the rate 1.
 *
 *     wg_optim_set_lr(o, wg_lr_warm_up(1, t, 500) * wg_lr_cosine(1e-3, t, 20000));
 *
 * A negative argument or a NaN gives NaN, which wg_optim_set_lr refuses. So does a number of steps that is 0,
 * except in wg_lr_warm_up.
 */
#ifndef WENGERT_SCHEDULE_H
#define WENGERT_SCHEDULE_H

#include "base.h"

WG_BEGIN_DECLS

WG_API double wg_lr_constant(double lr, double t); /* lr at all times */
WG_API double wg_lr_inverse(double lr, double decay, double t);      /* lr / (1 + decay t) */
WG_API double wg_lr_exponential(double lr, double factor, double t); /* lr factor^t */
WG_API double wg_lr_root(double lr, double t);                       /* lr / sqrt(t + 1) */
/* lr factor^floor(t / every) */
WG_API double wg_lr_staircase(double lr, double factor, double every, double t);
/* From lr at 0 to 0 at `steps`, and 0 afterwards: lr (1 + cos(pi t / steps)) / 2 (Loshchilov and Hutter
 * 2017). For another end: least + wg_lr_cosine(lr - least, t, steps). */
WG_API double wg_lr_cosine(double lr, double t, double steps);
/* lr (t + 1) / steps until that is lr, then lr. The first rate is not 0. */
WG_API double wg_lr_warm_up(double lr, double t, double steps);
/* One cycle (Smith 2018): by half a cosine from most / 25 to `most` in the first 30 % of `steps`, by
 * another half down to most / 250000 at the last step. The numbers are those of PyTorch's OneCycleLR. */
WG_API double wg_lr_one_cycle(double most, double t, double steps);

WG_END_DECLS
#endif
