/* random.c: random numbers of a check: functions of the seed, so that the same check gives the same
 * report. */
#include "check/check_private.h"

#include "wengert/op.h"

double wgi_check_normal(const wg_check *r, uint64_t stream, uint64_t i)
{
    const uint64_t seed = wg_context_seed(r->c);
    const double u = (wg_random_bits(seed, stream, 0, 2 * i) + 1.0) * 0x1p-32,
                 v = wg_random_bits(seed, stream, 0, 2 * i + 1) * 0x1p-32;
    return wg_box_muller(u, v);
}

double *wgi_check_normals(wg_check *r, uint64_t stream, int64_t n)
{
    double *v = wg_alloc(r->c, (size_t)n + 1, sizeof *v);
    for (int64_t i = 0; v && i < n; i++) v[i] = wgi_check_normal(r, stream, (uint64_t)i);
    return v;
}
