/* draws.c: arrays of random numbers, made by the blocks of Philox that base/philox.c says, some side by
 * side. */
#include "kernel/draws.h"
#include "base/base.h"
#include "base/box_muller.h"
#include "kernel/kernel.h"
#include "kernel/philox.h"

static void numbers(const wgi_draws *d, uint64_t first, double *restrict y)
{
    uint64_t u[DRAW_PAIRS], v[DRAW_PAIRS];
    const double a = d->a, b = d->b;
    uniform_pairs(wgi_philox_key(d->seed, d->stream), WGI_DRAWS_EPOCH, first, u, v);
    if (d->normal)
        for (int j = 0; j < DRAW_PAIRS; j++) y[j] = a + b * bm_normal(1 - bm_unit(u[j]), bm_unit(v[j]));
    else
        for (int j = 0; j < DRAW_PAIRS; j++) y[j] = a + b * bm_unit(u[j]);
}

EACH_ISA(wgi_draw_numbers, const wgi_draws *d)
{
    double y[DRAW_PAIRS];
    for (int64_t i = d->begin; i < d->end; i += DRAW_PAIRS) {
        int64_t n = WGI_MIN(d->end - i, DRAW_PAIRS);
        numbers(d, (uint64_t)i, y);
        if (d->dtype == WG_F64) memcpy((double *)d->y + i, y, sizeof *y * (size_t)n);
        else
            for (int64_t j = 0; j < n; j++) ((float *)d->y)[i + j] = (float)y[j];
    }
}

#if WG_BASE

const wgi_draws_fn wgi_draws_fill[WG_ISAS] = WG_ISA_NAMES_(wgi_draw_numbers);

#endif
