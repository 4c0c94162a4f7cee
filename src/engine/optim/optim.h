/* optim.h: every file of this folder includes this first. A file has one optimizer and is compiled once for
 * each instruction set; all but the update is under `#if WG_BASE`. CONTRIBUTING.md shows how to add one. */
#ifndef WG_OPTIM_PRIVATE_H
#define WG_OPTIM_PRIVATE_H

#include "kernel/finite.h"
#include "kernel/vmath.h"
#include "params/optimizer.h"

/* ---- updates ---- */

/* UPDATE(sgd) { FLOATS(SGD); } where SGD(T) is the loop over elements of type T. */
#define UPDATE(x)                                                  \
    wgi_updated WG_ISA_NAME_(wgi_update_##x)(const wgi_update *u); \
    wgi_updated WG_ISA_NAME_(wgi_update_##x)(const wgi_update *u)

#define FLOATS(LOOP)                                            \
    do {                                                        \
        if (u->dtype == WG_F32) UPDATE_(LOOP, float, uint32_t); \
        UPDATE_(LOOP, double, uint64_t);                        \
    } while (0)
#define UPDATE_(LOOP, T, BITS)                                                     \
    do {                                                                           \
        BITS raised = 0;                                                           \
        if (u->look && !wgi_finite_##T((const T *)u->g, u->n)) return WGI_REFUSED; \
        if (u->write) LOOP(T);                                                     \
        return raised >> (sizeof raised * 8 - 1) ? WGI_OVERFLOWED : WGI_UPDATED;   \
    } while (0)

/* The locals of every loop. Compute numbers in double, and round them to T once, before the loop. In
 * the loop read all arrays before you write one: where arrays are a multiple of 4 KiB apart, a load
 * waits for a store to the same place in another page (Adam's step of W1: 137 us instead of 94). The
 * compiler sees that n is a multiple of WGI_LINE, so it makes no loop for a rest. */
#define ELEMENTS(T, opts)                     \
    const opts *o = (const opts *)u->options; \
    const int64_t n = u->n & -(int)WGI_LINE;  \
    const T lr = (T)u->lr, keep = (T)u->keep; \
    T *restrict w = (T *)u->w;                \
    const T *restrict g = (const T *)u->g;    \
    (void)o, (void)lr

/* The last statement of the loop: w[i] becomes wi, a local, and it is noted if wi is NaN or infinite. */
#define SET_W(T, wi) (w[i] = (wi), raised |= wgi_raised_##T(wi))

/* v[i] becomes vi, a mean of squares: where the square of a finite gradient is infinite, so is it. */
#define SET_SQUARE(T, v, vi) (v[i] = (vi), raised |= wgi_raised_##T(vi))

_Static_assert(WGI_LINE % FINITE_LINE == 0, "whole lines are looked at");

#define MOMENT(T, name, i) T *restrict name = (T *)u->moment[i]

/* ---- the descriptor ---- */

/* DESCRIPTOR(lbfgs, .step = ...): of an optimizer with a step of its own. The list of options is in
 * wengert/optim.h. */
#define DESCRIPTOR(x, ...)                    \
    WG_OPTION_ROWS(wg_##x##_opts)             \
    const wgi_optimizer wgi_optimizer_##x = { \
        .name = #x,                           \
        .options = wg_##x##_opts_rows,        \
        .lr = offsetof(wg_##x##_opts, lr),    \
        __VA_ARGS__,                          \
    }

/* The same with the update of optimizer y, whose options have the same places. */
#define UPDATED_BY(y, x, ...)                                                                                \
    WG_ISA_DECLARE_(wgi_updated, wgi_update_##y, const wgi_update *u);                                       \
    DESCRIPTOR(x, .update = WG_ISA_NAMES_(wgi_update_##y),                                                   \
               .weight_decay = offsetof(wg_##x##_opts, weight_decay),                                        \
               .decay_all = offsetof(wg_##x##_opts, decay_all), .coupled = offsetof(wg_##x##_opts, coupled), \
               .l1 = offsetof(wg_##x##_opts, l1), __VA_ARGS__)

/* OPTIMIZER(sgd, .formula = "w -= lr g"): with the update of its file. */
#define OPTIMIZER(x, ...) UPDATED_BY(x, x, __VA_ARGS__)

#endif
