/* test_ops_softmax.c: softmax, log_softmax, logsumexp and their gradients along any axis, against
 * sums in long double, and against the same slices along the last axis, to the bit. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

/* x is [outer, n, inner]. The sizes are below and above those of a leaf, of its lanes, of a block of
 * rows, of a vector, of a strip of columns, and of a strip that is copied. */
static const int64_t sizes[][3] = {
    { 1, 1, 3 },      { 2, 5, 2 },    { 1, 63, 15 },    { 3, 64, 16 },  { 1, 65, 17 },
    { 2, 255, 1 },    { 1, 256, 64 }, { 1, 257, 5 },    { 1, 300, 70 }, { 1, 33, 300 },
    { 1, 2000, 130 }, { 2, 700, 20 }, { 1, 9000, 257 }, { 5, 1000, 1 },
};
enum { CASES = sizeof sizes / sizeof *sizes };

typedef struct slices {
    int64_t outer, n, inner, all;
    double *x, *g;
} slices;

static slices random_slices(int k)
{
    wgt_random r = { 11 + (unsigned)k };
    slices s = { sizes[k][0], sizes[k][1], sizes[k][2], sizes[k][0] * sizes[k][1] * sizes[k][2], NULL, NULL };
    s.x = malloc((size_t)s.all * sizeof *s.x);
    s.g = malloc((size_t)s.all * sizeof *s.g);
    for (int64_t i = 0; i < s.all; i++) {
        s.x[i] = (double)(float)wgt_uniform(&r, -9, 9);
        s.g[i] = (double)(float)wgt_uniform(&r, -1, 1);
    }
    return s;
}
static void drop(slices *s)
{
    free(s->x);
    free(s->g);
}
static wg_shape shape_of(const slices *s) { return WG_SHAPE(s->outer, s->n, s->inner); }
static wg_node input(wg_graph *g, const char *name, const double *v, const slices *s)
{
    return wg_cast(wg_input(g, name, wg_view_f64(v, shape_of(s))), wg_context_dtype(wg_graph_context(g)));
}
static wg_node vjp(wg_node y, wg_node gy, wg_node x)
{
    wg_node gx;
    wg_vjp(y, gy, &x, 1, &gx);
    return gx;
}

/* The result at i and the gradient there, of the slice that begins at `at`. */
typedef struct want {
    long double most, sum, gy, g;
} want;
static want slice_by_hand(const slices *s, int64_t at)
{
    want w = { -INFINITY, 0, 0, 0 };
    for (int64_t i = 0; i < s->n; i++) w.most = fmaxl(w.most, s->x[at + i * s->inner]);
    for (int64_t i = 0; i < s->n; i++) w.sum += expl(s->x[at + i * s->inner] - w.most);
    for (int64_t i = 0; i < s->n; i++) {
        const long double g = s->g[at + i * s->inner];
        w.gy += g * expl(s->x[at + i * s->inner] - w.most) / w.sum;
        w.g += g;
    }
    return w;
}

static void near(double got, long double right, double tolerance, const slices *s, const char *what)
{
    cr_assert(fabsl((long double)got - right) <= (long double)tolerance * fmaxl(1, fabsl(right)),
              "%s of [%lld,%lld,%lld]: %.9g instead of %.9Lg", what, (long long)s->outer, (long long)s->n,
              (long long)s->inner, got, right);
}

/* tolerance: of a sum of n terms whose magnitudes add up to at most n. */
static void compare(wg_dtype t, int k)
{
    slices s = random_slices(k);
    wg_graph *g = graph(t);
    wg_node x = input(g, "x", s.x, &s), gy = input(g, "g", s.g, &s);
    wg_node p = wg_softmax(x, .axis = WG_AXES(1)), l = wg_log_softmax(x, .axis = WG_AXES(1));
    wg_node z = wg_logsumexp(x, .axes = WG_AXES(1)), gz = wg_slice(gy, .axis = 1, .to = 1);
    wg_node slopes = vjp(z, wg_reshape(gz, wg_node_shape(z)), x);
    double *v[6] = { wgt_values(p), wgt_values(vjp(p, gy, x)), wgt_values(l), wgt_values(vjp(l, gy, x)),
                     wgt_values(z), wgt_values(slopes) };
    const double unit = t == WG_F32 ? 6e-8 : 1.2e-16, slack = unit * (16 + 0.1 * (double)s.n);
    for (int64_t o = 0; o < s.outer; o++)
        for (int64_t c = 0; c < s.inner; c++) {
            const int64_t at = o * s.n * s.inner + c;
            const want w = slice_by_hand(&s, at);
            near(v[4][o * s.inner + c], w.most + logl(w.sum), 8 * unit, &s, "logsumexp");
            for (int64_t i = at; i < at + s.n * s.inner; i += s.inner) {
                const long double e = expl(s.x[i] - w.most) / w.sum;
                near(v[0][i], e, 16 * unit, &s, "softmax");
                near(v[1][i], e * (s.g[i] - w.gy), slack, &s, "its gradient");
                near(v[2][i], s.x[i] - w.most - logl(w.sum), 8 * unit, &s, "log_softmax");
                near(v[3][i], s.g[i] - e * w.g, slack, &s, "its gradient");
                near(v[5][i], s.g[at] * e, 16 * unit, &s, "its gradient");
            }
        }
    for (int j = 0; j < 6; j++) free(v[j]);
    drop(&s);
    done(g);
}

Test(softmax_axes, against_long_double_f32)
{
    for (int k = 0; k < CASES; k++) compare(WG_F32, k);
}
Test(softmax_axes, against_long_double_f64)
{
    for (int k = 0; k < CASES; k++) compare(WG_F64, k);
}

/* An infinity or NaN in a column stays in its column, whatever strip it is in. */
Test(softmax_axes, columns_do_not_mix)
{
    for (int k = 0; k < CASES; k++) {
        slices s = random_slices(k);
        const int64_t bad = s.all / s.n / 2, at = bad / s.inner * s.n * s.inner + bad % s.inner;
        s.x[at + s.n / 2 * s.inner] = NAN;
        wg_graph *g = graph(WG_F32);
        double *v = wgt_values(wg_softmax(input(g, "x", s.x, &s), .axis = WG_AXES(1)));
        for (int64_t i = 0; i < s.all; i++) {
            const bool here = i / (s.n * s.inner) == bad / s.inner && i % s.inner == bad % s.inner;
            cr_assert(here == (bool)isnan(v[i]), "element %lld of case %d is %g", (long long)i, k, v[i]);
        }
        free(v);
        drop(&s);
        done(g);
    }
}

/* A slice of -infinities has the result -infinity and the gradient 0, beside one with an infinity
 * and one with a NaN, wherever they stand. */
Test(softmax_axes, logsumexp_of_infinities)
{
    for (int k = 0; k < CASES; k++) {
        slices s = random_slices(k);
        const int64_t columns = s.all / s.n;
        for (int64_t i = 0; i < s.all; i++) {
            const int64_t c = i / (s.n * s.inner) * s.inner + i % s.inner, r = i / s.inner % s.n;
            if (c % 4 == 1) s.x[i] = -INFINITY;
            if (c % 4 == 2 && r == s.n / 2) s.x[i] = INFINITY;
            if (c % 4 == 3) s.x[i] = r == s.n - 1 ? NAN : -INFINITY;
        }
        wg_graph *g = graph(WG_F32);
        wg_node x = input(g, "x", s.x, &s), z = wg_logsumexp(x, .axes = WG_AXES(1));
        double *v = wgt_values(z), *d = wgt_values(slope(z, x));
        for (int64_t c = 0; c < columns; c++) {
            const double right[] = { v[c], -INFINITY, INFINITY, NAN };
            cr_assert(c % 4 == 0 ? isfinite(v[c]) : v[c] == right[c % 4] || (c % 4 == 3 && isnan(v[c])),
                      "case %d, slice %lld is %g", k, (long long)c, v[c]);
        }
        for (int64_t i = 0; i < s.all; i++)
            if ((i / (s.n * s.inner) * s.inner + i % s.inner) % 4 == 1) cr_assert_eq(d[i], 0);
        free(v);
        free(d);
        drop(&s);
        done(g);
    }
}

/* The order of the sums does not depend on where the axis stands. */
Test(softmax_axes, same_bits_as_along_the_last)
{
    for (int k = 0; k < CASES; k++) {
        slices s = random_slices(k);
        wg_graph *g = graph(WG_F32);
        wg_axis swap = WG_AXES(0, 2, 1);
        wg_node x = input(g, "x", s.x, &s), last = wg_transpose(x, .axes = swap);
        wg_node a[2] = { wg_softmax(x, .axis = WG_AXES(1)), wg_log_softmax(x, .axis = WG_AXES(1)) };
        wg_node b[2] = { wg_transpose(wg_softmax(last), .axes = swap),
                         wg_transpose(wg_log_softmax(last), .axes = swap) };
        for (int j = 0; j < 2; j++) {
            double *u = wgt_values(a[j]), *v = wgt_values(b[j]);
            for (int64_t i = 0; i < s.all; i++)
                cr_assert_eq(u[i], v[i], "case %d, element %lld: %.9g and %.9g", k, (long long)i, u[i], v[i]);
            free(u);
            free(v);
        }
        drop(&s);
        done(g);
    }
}
