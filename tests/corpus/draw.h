/* draw.h: random numbers. The same on every machine and in every run. */
#ifndef CORPUS_DRAW_H
#define CORPUS_DRAW_H

#include "wengert/wengert.h"

typedef struct wgt_draws {
    uint64_t seed, count;
} wgt_draws;

static inline double wgt_draw(wgt_draws *d) /* uniform in [0, 1) */
{
    return wg_random_bits(d->seed, 0, 0, d->count++) * 0x1p-32;
}
static inline double wgt_draw_between(wgt_draws *d, double low, double high)
{
    return low + (high - low) * wgt_draw(d);
}
static inline double wgt_draw_normal(wgt_draws *d)
{
    const double u = 1 - wgt_draw(d);
    return wg_box_muller(u, wgt_draw(d));
}

#endif
