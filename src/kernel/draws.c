/* draws.c: arrays of random numbers, made by the blocks of Philox that base/philox.c says, some side by
 * side. */
#include "kernel/draws.h"
#include "base/base.h"
#include "base/box_muller.h"
#include "kernel/kernel.h"
#include "kernel/philox.h"

enum { GROUP = 64 }; /* numbers that are made at a time */

/* The uniform numbers of blocks first to first + GROUP - 1, times 2^53: two of each. */
static void uniform_pairs(uint64_t key, uint64_t epoch, uint64_t first, uint64_t *restrict u,
                          uint64_t *restrict v)
{
    for (int j = 0; j < GROUP; j += PH_WIDE) {
        ph_lanes w[4];
        ph_blocks(key, epoch, first + (uint64_t)j, w);
        ph_lanes a = (w[1] << 32 | (w[0] & UINT32_MAX)) >> 11, b = (w[3] << 32 | (w[2] & UINT32_MAX)) >> 11;
        memcpy(u + j, &a, sizeof a);
        memcpy(v + j, &b, sizeof b);
    }
}

static void numbers(const wgi_draws *d, uint64_t first, double *restrict y)
{
    uint64_t u[GROUP], v[GROUP];
    const double a = d->a, b = d->b;
    uniform_pairs(wgi_philox_key(d->seed, d->stream), d->epoch, first, u, v);
    if (d->normal)
        for (int j = 0; j < GROUP; j++) y[j] = a + b * bm_normal(1 - bm_unit(u[j]), bm_unit(v[j]));
    else
        for (int j = 0; j < GROUP; j++) y[j] = a + b * bm_unit(u[j]);
}

void WG_ISA_NAME_(wgi_draw_numbers)(const wgi_draws *d);
void WG_ISA_NAME_(wgi_draw_numbers)(const wgi_draws *d)
{
    double y[GROUP];
    for (int64_t i = d->begin; i < d->end; i += GROUP) {
        int64_t n = WGI_MIN(d->end - i, GROUP);
        numbers(d, (uint64_t)i, y);
        if (d->dtype == WG_F64) memcpy((double *)d->y + i, y, sizeof *y * (size_t)n);
        else
            for (int64_t j = 0; j < n; j++) ((float *)d->y)[i + j] = (float)y[j];
    }
}

#if WG_BASE

WG_ISA_DECLARE_(void, wgi_draw_numbers, const wgi_draws *d);
const wgi_draws_fn wgi_draws_fill[WG_ISAS] = WG_ISA_NAMES_(wgi_draw_numbers);

#endif
