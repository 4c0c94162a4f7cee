/* test_ops_slices.c: ops along any axis: softmax, log_softmax, logsumexp and their gradients against
 * exponentials and sums as nodes of f64, and against the same slices along the last axis, to the bit; max,
 * argmax and the gradient of max against a search element by element, in all dtypes. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

/* x is [outer, n, inner]. The sizes are below and above those of a leaf, of its lanes, of a block of
 * rows, of a vector, of a strip of columns, and of a strip that is copied. */
static const int64_t sizes[][3] = {
    { 1, 1, 3 },      { 2, 5, 2 },    { 1, 63, 15 },  { 3, 64, 16 },  { 1, 65, 17 },    { 2, 255, 1 },
    { 1, 256, 64 },   { 1, 257, 5 },  { 1, 300, 70 }, { 1, 33, 300 }, { 1, 2000, 130 }, { 2, 700, 20 },
    { 1, 9000, 257 }, { 5, 1000, 1 }, { 1, 1, 1 },    { 2, 63, 1 },   { 4, 65, 1 },     { 2, 127, 1 },
    { 1, 1, 70 },     { 2, 31, 3 },   { 1, 32, 64 },  { 2, 33, 65 },  { 1, 100, 130 },
};
enum { CASES = sizeof sizes / sizeof *sizes };

typedef struct slices {
    wg_graph *g;
    int64_t n, inner, all;
    wg_shape shape;
    double *x, *gy;
} slices;

static slices begin(int k, wg_dtype t)
{
    wgt_random r = { 11 + (unsigned)k };
    slices s = { .g = graph(t), .n = sizes[k][1], .inner = sizes[k][2] };
    s.shape = WG_SHAPE(sizes[k][0], s.n, s.inner), s.all = wg_shape_size(s.shape);
    s.x = malloc((size_t)s.all * sizeof *s.x), s.gy = malloc((size_t)s.all * sizeof *s.gy);
    for (int64_t i = 0; i < s.all; i++) {
        s.x[i] = (double)(float)wgt_uniform(&r, -9, 9);
        s.gy[i] = (double)(float)wgt_uniform(&r, -1, 1);
    }
    return s;
}
static void end(slices *s)
{
    done(s->g);
    free(s->x), free(s->gy);
}
/* The slice, counted over outer and inner, in which element i is. */
static int64_t slice_of(const slices *s, int64_t i)
{
    return i / (s->n * s->inner) * s->inner + i % s->inner;
}

/* ---- values and gradients ---- */

enum { SOFTMAX, LOG_SOFTMAX, LOGSUMEXP, FUNCTIONS };
static const char *const names[FUNCTIONS] = { "softmax", "log_softmax", "logsumexp" };

static wg_node of(int f, wg_node x)
{
    if (f == LOGSUMEXP) return wg_logsumexp(x, .axis = 1, .keepdims = true);
    return f == SOFTMAX ? wg_softmax(x, .axis = 1) : wg_log_softmax(x, .axis = 1);
}
static wg_node by_parts(int f, wg_node x)
{
    wg_node most = wg_max(x, .axis = 1, .keepdims = true), z = wg_sub(x, most), e = wg_exp(z),
            sum = wg_sum(e, .axis = 1, .keepdims = true);
    if (f == LOGSUMEXP) return wg_add(most, wg_log(sum));
    return f == SOFTMAX ? wg_div(e, sum) : wg_sub(z, wg_log(sum));
}

static void expect_near(const char *what, int f, int k, wg_node y, wg_node parts, double within)
{
    double *v = wgt_values(y), *want = wgt_values(parts);
    cr_assert(v && want, "%s", wg_message(wg_graph_context(wg_graph_of(y))));
    for (int64_t i = 0; i < wg_shape_size(wg_node_shape(y)); i++)
        cr_assert(fabs(v[i] - want[i]) <= within * fmax(1, fabs(want[i])),
                  "%s of %s, case %d, element %lld: %.9g, not %.9g", what, names[f], k, (long long)i, v[i],
                  want[i]);
    free(v), free(want);
}

static void compare(wg_dtype t, int k)
{
    const double unit = t == WG_F32 ? 6e-8 : 2.4e-16; /* both sides are rounded in f64 */
    slices s = begin(k, t);
    wg_node x = wg_input(s.g, "x", wg_view_f64(s.x, s.shape)),
            g = wg_input(s.g, "g", wg_view_f64(s.gy, s.shape));
    wg_node narrow = wg_cast(x, t);
    for (int f = 0; f < FUNCTIONS; f++) {
        wg_node y = of(f, narrow), want = by_parts(f, x), gx, by;
        expect_near("the value", f, k, y, want, 16 * unit);
        wg_node gy = f == LOGSUMEXP ? wg_slice(g, .axis = 1, .to = 1) : g;
        wg_vjp(y, wg_cast(gy, t), &narrow, 1, &gx);
        wg_vjp(want, gy, &x, 1, &by);
        expect_near("the gradient", f, k, gx, by, unit * (16 + 0.1 * (double)s.n)); /* n terms of at most 1 */
    }
    end(&s);
}

Test(softmax_axes, against_parts_f32)
{
    for (int k = 0; k < CASES; k++) compare(WG_F32, k);
}
Test(softmax_axes, against_parts_f64)
{
    for (int k = 0; k < CASES; k++) compare(WG_F64, k);
}

/* Of four slices beside each other one has numbers, one -infinities alone, one an infinity, one a NaN: none
 * changes another, wherever it stands. logsumexp of -infinities is -infinity and has the gradient 0. */
Test(softmax_axes, slices_do_not_mix)
{
    for (int k = 0; k < CASES; k++) {
        slices s = begin(k, WG_F32);
        for (int64_t i = 0; i < s.all; i++) {
            const int64_t c = slice_of(&s, i) % 4, r = i / s.inner % s.n;
            if (c == 1) s.x[i] = -INFINITY;
            if (c == 2 && r == s.n / 2) s.x[i] = INFINITY;
            if (c == 3) s.x[i] = r == s.n - 1 ? NAN : -INFINITY;
        }
        wg_node x = wg_cast(wg_input(s.g, "x", wg_view_f64(s.x, s.shape)), WG_F32), z = of(LOGSUMEXP, x);
        double *v = wgt_values(z), *d = wgt_values(slope(z, x)), *p = wgt_values(of(SOFTMAX, x));
        for (int64_t c = 0; c < s.all / s.n; c++) {
            const double right[] = { v[c], -INFINITY, INFINITY, NAN };
            cr_assert(c % 4 == 0 ? isfinite(v[c]) : v[c] == right[c % 4] || (c % 4 == 3 && isnan(v[c])),
                      "case %d, slice %lld is %g", k, (long long)c, v[c]);
        }
        for (int64_t i = 0; i < s.all; i++) {
            const int64_t c = slice_of(&s, i) % 4;
            cr_assert(c != 1 || d[i] == 0, "case %d, gradient %lld is %g", k, (long long)i, d[i]);
            cr_assert_eq(c != 0, (bool)isnan(p[i]), "case %d, element %lld is %g", k, (long long)i, p[i]);
        }
        free(v), free(d), free(p);
        end(&s);
    }
}

/* The order of the sums does not depend on where the axis stands. */
Test(softmax_axes, same_bits_as_along_the_last)
{
    const wg_axes swap = WG_AXES(0, 2, 1);
    for (int k = 0; k < CASES; k++) {
        slices s = begin(k, WG_F32);
        wg_node x = wg_cast(wg_input(s.g, "x", wg_view_f64(s.x, s.shape)), WG_F32),
                last = wg_transpose(x, .axes = swap);
        wg_node b[] = { wg_softmax(last), wg_log_softmax(last) };
        for (int f = 0; f < 2; f++) {
            const wg_tensor u = wg_value(of(f, x)), v = wg_value(wg_transpose(b[f], .axes = swap));
            cr_assert(wgt_same_bits(&u, &v), "%s, case %d", names[f], k);
        }
        end(&s);
    }
}

/* ---- the largest ---- */

/* Small whole numbers, so that many are equal. odd: some are NaN or infinite. */
static void make_whole(slices *s, bool odd)
{
    for (int64_t i = 0; i < s->all; i++) {
        const double u = s->gy[i];
        s->x[i] = floor(s->x[i]);
        if (odd && u > 0.92) s->x[i] = u > 0.98 ? NAN : u > 0.95 ? INFINITY : -INFINITY;
    }
}

/* The place in its slice of the first largest number, from element `at` on. NaN is the largest. */
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

static void compare_largest(int k, wg_dtype t, bool odd)
{
    const bool is_float = wg_dtype_is_float(t);
    slices s = begin(k, is_float ? t : WG_F32);
    make_whole(&s, odd);
    for (int64_t i = 0; i < s.all && t == WG_BOOL; i++) s.x[i] = s.x[i] > 7;
    wg_node x = wg_cast(wg_input(s.g, "x", wg_view_f64(s.x, s.shape)), t), y = wg_max(x, .axis = 1);
    wg_node weight =
        wg_reshape(wg_cumsum(wg_fill(s.g, 1, WG_SHAPE(s.all / s.n)), .axis = 0), wg_node_shape(y));
    double *most = wgt_values(y), *place = wgt_values(wg_argmax(x, .axis = 1)),
           *slopes = is_float ? wgt_values(slope(wg_mul(wg_cast(weight, t), y), x)) : NULL;
    for (int64_t c = 0; c < s.all / s.n; c++) {
        const int64_t at = c / s.inner * s.n * s.inner + c % s.inner, best = first_largest(&s, at);
        cr_assert(same(most[c], s.x[at + best * s.inner]), "case %d, max %lld is %g", k, (long long)c,
                  most[c]);
        cr_assert_eq(place[c], (double)best, "case %d, argmax %lld is %g, not %lld", k, (long long)c,
                     place[c], (long long)best);
        for (int64_t i = 0; i < s.n && slopes; i++)
            cr_assert_eq(slopes[at + i * s.inner], i == best ? (double)(c + 1) : 0, "case %d, slope %lld", k,
                         (long long)(at + i * s.inner));
    }
    free(most), free(place), free(slopes);
    end(&s);
}

Test(largest, of_all_dtypes)
{
    static const wg_dtype types[] = { WG_F32, WG_F64, WG_I32, WG_I64, WG_BOOL };
    for (int k = 0; k < CASES; k++)
        for (int t = 0; t < 5; t++) compare_largest(k, types[t], false);
}
Test(largest, among_nan_and_infinities)
{
    for (int k = 0; k < 2 * CASES; k++) compare_largest(k / 2, k % 2 ? WG_F64 : WG_F32, true);
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
