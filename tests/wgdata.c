/* wgdata.c: small data sets whose rows are known by their numbers. */
#include "wgdata.h"

#include <stdlib.h>

wg_context *wgt_seeded(uint64_t seed)
{
    return wgt_start(NULL, WG_F32, &WG_OPTS(wg_start_opts, .seed = seed));
}

float wgt_f32_at(wg_tensor t, int64_t i) { return ((const float *)t.data)[i]; }
int wgt_i32_at(wg_tensor t, int64_t i) { return ((const int32_t *)t.data)[i]; }

wg_data *wgt_numbered(wg_context *c, int n, int classes)
{
    float *x = calloc((size_t)n + 1, 2 * sizeof *x);
    int32_t *y = calloc((size_t)n + 1, sizeof *y);
    for (int i = 0; i < n; i++) x[2 * i] = (float)i, x[2 * i + 1] = 100 + (float)i, y[i] = i % classes;
    wg_data *d = wg_data_from(c, wg_view_f32(x, WG_SHAPE(n, 2)), wg_view_i32(y, WG_SHAPE(n)));
    free(x);
    free(y);
    return d;
}

int wgt_epoch_order(wg_data *d, int64_t size, int *order, int most)
{
    int n = 0;
    for (wg_batch b; wg_data_next(d, &b, size);)
        for (int64_t i = 0; i < b.n && n < most; i++) order[n++] = (int)wgt_f32_at(b.x, i * 2);
    return n;
}
