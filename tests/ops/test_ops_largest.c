/* test_ops_largest.c: max, argmax and the gradient of max along any axis, against a search element
 * by element: with equal elements, NaN and infinities, in all dtypes. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

/* x is [outer, n, inner]. The sizes are below and above those of lanes, leaves, blocks of rows and
 * strips of columns. */
static const int64_t sizes[][3] = {
    { 1, 1, 1 },   { 3, 2, 1 },  { 2, 63, 1 }, { 1, 64, 1 },  { 4, 65, 1 },  { 2, 127, 1 },   { 1, 256, 1 },
    { 3, 700, 1 }, { 1, 1, 70 }, { 2, 31, 3 }, { 1, 32, 64 }, { 2, 33, 65 }, { 1, 100, 130 }, { 2, 257, 17 },
};
enum { CASES = sizeof sizes / sizeof *sizes };

typedef struct slices {
    int64_t outer, n, inner, all;
    double *x;
} slices;

/* Small whole numbers, so that many are equal. odd: some are NaN or infinite. */
static slices draw(int k, bool odd)
{
    wgt_random r = { 5 + (unsigned)k };
    slices s = { sizes[k][0], sizes[k][1], sizes[k][2], sizes[k][0] * sizes[k][1] * sizes[k][2], NULL };
    s.x = malloc((size_t)s.all * sizeof *s.x);
    for (int64_t i = 0; i < s.all; i++) {
        const double u = wgt_uniform(&r, 0, 1);
        s.x[i] = floor(wgt_uniform(&r, 0, 60));
        if (odd && u < 0.04) s.x[i] = u < 0.01 ? NAN : u < 0.02 ? INFINITY : -INFINITY;
    }
    return s;
}

static int64_t first_largest(const slices *s, int64_t at)
{
    int64_t best = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const double v = s->x[at + i * s->inner], w = s->x[at + best * s->inner];
        if (isnan(w)) break;
        if (isnan(v) || v > w) best = i;
    }
    return best;
}

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void compare(const slices *s, wg_dtype t, int k)
{
    wg_graph *g = graph(wg_dtype_is_float(t) ? t : WG_F32);
    wg_node x = wg_cast(wg_input(g, "x", wg_view_f64(s->x, WG_SHAPE(s->outer, s->n, s->inner))), t);
    wg_node y = wg_max(x, .axes = WG_AXES(1));
    const bool is_float = wg_dtype_is_float(t);
    double *most = wgt_values(y), *place = wgt_values(wg_argmax(x, .axis = WG_AXES(1))), *slopes = NULL;
    wg_node weight = wg_cumsum(wg_fill(g, 1, WG_SHAPE(s->outer * s->inner)));
    weight = wg_reshape(weight, WG_SHAPE(s->outer, s->inner));
    if (is_float) slopes = wgt_values(slope(wg_mul(wg_cast(weight, t), y), x));
    for (int64_t c = 0; c < s->outer * s->inner; c++) {
        const int64_t at = c / s->inner * s->n * s->inner + c % s->inner, best = first_largest(s, at);
        cr_assert(same(most[c], s->x[at + best * s->inner]), "case %d, max %lld is %g", k, (long long)c,
                  most[c]);
        cr_assert_eq(place[c], (double)best, "case %d, argmax %lld is %g, not %lld", k, (long long)c,
                     place[c], (long long)best);
        for (int64_t i = 0; i < s->n && slopes; i++)
            cr_assert_eq(slopes[at + i * s->inner], i == best ? (double)(c + 1) : 0, "case %d, slope %lld", k,
                         (long long)(at + i * s->inner));
    }
    free(most);
    free(place);
    free(slopes);
    done(g);
}

Test(largest, of_all_dtypes)
{
    static const wg_dtype types[] = { WG_F32, WG_F64, WG_I32, WG_I64, WG_BOOL };
    for (int k = 0; k < CASES; k++)
        for (int t = 0; t < 5; t++) {
            slices s = draw(k, false);
            for (int64_t i = 0; i < s.all && types[t] == WG_BOOL; i++) s.x[i] = s.x[i] > 50;
            compare(&s, types[t], k);
            free(s.x);
        }
}

Test(largest, among_nan_and_infinities)
{
    for (int k = 0; k < CASES; k++) {
        slices s = draw(k, true);
        compare(&s, WG_F32, k);
        compare(&s, WG_F64, k);
        free(s.x);
    }
}

/* The whole tensor, which is reduced by leaves: a NaN anywhere is the result. */
Test(largest, of_a_whole_tensor)
{
    for (int64_t n = 1; n < 1500; n = n * 3 / 2 + 1)
        for (int64_t bad = -1; bad < n; bad += 1 + n / 7) {
            double *v = malloc((size_t)n * sizeof *v), most = -INFINITY;
            for (int64_t i = 0; i < n; i++) v[i] = (double)(i * 37 % 101), most = fmax(most, v[i]);
            if (bad >= 0) v[bad] = NAN;
            wg_graph *g = graph(WG_F32);
            const double y = wg_item(wg_max(wg_cast(wg_input(g, "x", wg_view_f64(v, WG_SHAPE(n))), WG_F32)));
            cr_assert(same(y, bad >= 0 ? NAN : most), "%lld elements, NaN at %lld: %g", (long long)n,
                      (long long)bad, y);
            done(g);
            free(v);
        }
}
