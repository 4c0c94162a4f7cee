/* test_ops_matmul.c: products against plain loops, at sizes on both sides of every cut, with every
 * flag; the same bits from any number of threads; transposed operands become flags, and products of
 * one sum are merged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgnode.h"

typedef struct flags {
    bool ta, tb;
} flags;

static wg_node product(wg_node a, wg_node b, flags f)
{
    return wg_apply(WG_HERE, wg_op_find("matmul"), (wg_node[]){ a, b }, 2, &f);
}

/* ---- values ---- */

/* A row of a product of few rows is the same alone, and on any number of threads. */
Test(matmul, few_rows_are_each_the_same_alone)
{
    for (int threads = 1; threads <= 2; threads++)
        for (int way = 0; way < 2; way++) {
            wgt_random r = { 9 };
            WGT_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .threads = threads));
            wg_node a = wgt_drawn(g, &r, -1, 1, WG_SHAPE(4, 333)),
                    b = wgt_drawn(g, &r, -1, 1, way ? WG_SHAPE(900, 333) : WG_SHAPE(333, 900));
            double *all = wgt_values(product(a, b, (flags){ 0, way }));
            for (int64_t i = 0; i < 4; i++)
                for (int64_t end = i + 1; end <= 4; end++) {
                    wg_node some = wg_slice(a, .axis = 0, .from = i, .to = end);
                    double *v = wgt_values(product(some, b, (flags){ 0, way }));
                    cr_assert_eq(memcmp(v, all + i * 900, (size_t)((end - i) * 900) * sizeof *v), 0);
                    free(v);
                }
            free(all);
            wgt_finish(c, NULL);
        }
}

/* In any order a sum of k products is off by at most (k + 1) u times the sum of their sizes; so is the
 * reference. */
static void compare(wg_node a, wg_node b, flags f, int64_t m, int64_t n, int64_t k)
{
    wg_node y = product(a, b, f);
    double *u = wgt_values(a), *v = wgt_values(b), *w = wgt_values(y);
    double unit = wg_node_dtype(a) == WG_F32 ? 0x1p-24 : 0x1p-53;
    cr_assert(wg_shape_equal(wg_node_shape(y), WG_SHAPE(m, n)));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0, size = 0;
            for (int64_t l = 0; l < k; l++) {
                double t = u[f.ta ? l * m + i : i * k + l] * v[f.tb ? j * k + l : l * n + j];
                sum += t, size += fabs(t);
            }
            cr_assert(fabs(w[i * n + j] - sum) <= 2 * (double)(k + 1) * unit * size,
                      "%lld x %lld x %lld, %d%d: [%lld,%lld] %g, not %g", (long long)m, (long long)n,
                      (long long)k, f.ta, f.tb, (long long)i, (long long)j, w[i * n + j], sum);
        }
    free(u), free(v), free(w);
}

static const int64_t sizes[][3] = {
    { 1, 1, 1 },       { 1, 8, 8 },     { 8, 8, 8 },     { 7, 9, 8 },      { 9, 9, 9 },      { 2, 3, 200 },
    { 33, 65, 17 },    { 32, 64, 1 },   { 129, 1, 50 },  { 1, 300, 40 },   { 128, 257, 31 }, { 300, 130, 64 },
    { 257, 270, 5 },   { 3, 700, 3 },   { 45, 70, 600 }, { 35, 66, 1000 }, { 37, 33, 3000 }, { 66, 34, 5000 },
    { 300, 65, 2100 }, { 1, 500, 700 }, { 4, 1030, 70 }, { 2, 33, 900 },   { 3, 10, 2000 },  { 2000, 1, 90 },
    { 900, 70, 1 },    { 130, 600, 4 }, { 4, 1, 3000 },  { 1, 1, 5000 },   { 70, 16, 3 },    { 2, 1500, 1 },
};

Test(matmul, agrees_with_plain_loops)
{
    wgt_random r = { 5 };
    const flags f[] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } };
    const size_t count = sizeof sizes / sizeof *sizes;
    for (size_t i = 0; i < count * 8; i++) {
        const int64_t *s = sizes[i / 8], m = s[0], n = s[1], k = s[2];
        flags h = f[i % 4];
        WGT_GRAPH(i & 4 ? WG_F32 : WG_F64, NULL);
        wg_node a = wgt_drawn(g, &r, -1, 1, h.ta ? WG_SHAPE(k, m) : WG_SHAPE(m, k));
        wg_node b = wgt_drawn(g, &r, -1, 1, h.tb ? WG_SHAPE(n, k) : WG_SHAPE(k, n));
        compare(a, b, h, m, n, k);
        wgt_finish(c, NULL);
    }
}

/* Each of the leading axes' products is the product of the matrices there, to the bit when neither
 * is the whole. */
Test(matmul, batches_broadcast)
{
    WGT_GRAPH(WG_F32, NULL);
    wgt_random r = { 3 };
    wg_node a = wgt_drawn(g, &r, -1, 1, WG_SHAPE(2, 1, 5, 9)),
            b = wgt_drawn(g, &r, -1, 1, WG_SHAPE(3, 9, 12)), y = wg_matmul(a, b);
    cr_assert(wg_shape_equal(wg_node_shape(y), WG_SHAPE(2, 3, 5, 12)));
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++) {
            wg_node p = wg_reshape(wg_slice(a, .axis = 0, .from = i, .to = i + 1), WG_SHAPE(5, 9));
            wg_node q = wg_reshape(wg_slice(b, .axis = 0, .from = j, .to = j + 1), WG_SHAPE(9, 12));
            wg_node z =
                wg_slice(wg_slice(y, .axis = 0, .from = i, .to = i + 1), .axis = 1, .from = j, .to = j + 1);
            wg_tensor s = wg_value(wg_matmul(p, q)), t = wg_value(wg_reshape(z, WG_SHAPE(5, 12)));
            cr_assert(wgt_same_bits(&s, &t));
        }
    wgt_finish(c, NULL);
}

Test(matmul, of_nothing_is_zero)
{
    WGT_GRAPH(WG_F32, NULL);
    float v[6] = { 1, 1, 1, 1, 1, 1 };
    wg_copy_f32(wg_matmul(wg_fill(g, 1, WG_SHAPE(2, 0)), wg_fill(g, 1, WG_SHAPE(0, 3))), v, 6);
    for (int i = 0; i < 6; i++) cr_assert_eq(v[i], 0);
    wg_tensor t =
        wg_value(wg_matmul(wg_fill(g, 1, WG_SHAPE(600, 0)), wg_transpose(wg_fill(g, 1, WG_SHAPE(3, 0)))));
    for (int64_t i = 0; i < 1800; i++) cr_assert_eq(((const float *)t.data)[i], 0);
    cr_assert(
        wg_shape_equal(wg_node_shape(wg_matmul(wg_fill(g, 1, WG_SHAPE(0, 3)), wg_fill(g, 1, WG_SHAPE(3, 2)))),
                       WG_SHAPE(0, 2)));
    wgt_finish(c, NULL);
}

/* ---- structure ---- */

/* Transposed operands are flags, not nodes that are computed; neither direction of differentiation
 * makes one. */
Test(matmul, looks_through_transposes)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node a = wg_any(g, WG_SHAPE(4, 3)), b = wg_any(g, WG_SHAPE(2, 4)),
            y = wg_matmul(wg_transpose(a), wg_transpose(b));
    const flags *f = wg_attr(y);
    cr_assert_str_eq(wg_node_op_name(y), "matmul");
    cr_assert(f->ta && f->tb && wg_node_operand(y, 0).index == a.index &&
              wg_node_operand(y, 1).index == b.index);
    wg_node batch = wg_any(g, WG_SHAPE(5, 4, 3));
    y = wg_matmul(wg_transpose(batch, .axes = WG_AXES(0, 2, 1)), wg_transpose(b));
    cr_assert_eq(wg_node_operand(y, 0).index, batch.index);
    y = wg_matmul(wg_transpose(batch), wg_any(g, WG_SHAPE(3, 5, 2)));
    cr_assert_str_eq(wg_node_op_name(wg_node_operand(y, 0)),
                     "transpose"); /* all axes reversed: another thing */
    int64_t before = wg_graph_nodes(g);
    wg_grad(wg_sum(wg_square(wg_matmul(a, wg_any(g, WG_SHAPE(3, 2))))), a);
    for (int64_t i = before; i < wg_graph_nodes(g); i++)
        cr_assert_str_neq(wg_node_op_name(wg_graph_node(g, i)), "transpose");
    wgt_finish(c, NULL);
}

static wg_node recurrent(wg_graph *g, wg_node W, int64_t rows)
{
    wg_node h = wg_any(g, WG_SHAPE(rows, 3));
    for (int t = 0; t < 4; t++) h = wg_tanh(wg_matmul(h, W));
    return wg_sum(h);
}

/* The gradient of a weight used at four steps is one product of inner size 4 * rows; of long
 * products it is a sum. */
Test(matmul, small_contributions_are_one_product)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node W = wg_any(g, WG_SHAPE(3, 3)), gW = wg_grad(recurrent(g, W, 5), W),
            hW = wg_grad(recurrent(g, W, 65), W);
    cr_assert_str_eq(wg_node_op_name(gW), "matmul");
    cr_assert_eq(wg_dim(wg_node_operand(gW, 0), 0), 4 * 5);
    cr_assert_str_eq(wg_node_op_name(hW), "addn");
    wgt_finish(c, NULL);
}

/* ---- derivatives by a factor with few columns, of many rows ---- */

/* Small whole numbers: every order of the sum is exact. */
static void long_gradient(int64_t k, int64_t m, int64_t n)
{
    WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 2));
    wgt_random r = { 3 };
    double *x = malloc((size_t)(k * m) * sizeof *x), *y = malloc((size_t)(k * n) * sizeof *y);
    for (int64_t i = 0; i < k * m; i++) x[i] = (double)(i % 11 - 5);
    for (int64_t i = 0; i < k * n; i++) y[i] = (double)(i % 7 - 3);
    wg_node a = wg_input_borrow(g, "a", wg_view_f64(x, WG_SHAPE(k, m))),
            w = wgt_drawn(g, &r, -1, 1, WG_SHAPE(m, n)),
            by = wg_input_borrow(g, "by", wg_view_f64(y, WG_SHAPE(k, n)));
    double *gradient = wgt_values(wg_grad(wg_sum(wg_mul(wg_matmul(a, w), by)), w));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t l = 0; l < k; l++) sum += x[l * m + i] * y[l * n + j];
            cr_expect_eq(gradient[i * n + j], sum, "[%d,%d] of %d rows: %g, not %g", (int)i, (int)j, (int)k,
                         gradient[i * n + j], sum);
        }
    free(gradient), free(x), free(y);
    wgt_finish(c, NULL);
}

Test(matmul, gradients_of_many_rows)
{
    static const int64_t rows[] = { 70000, 65537 /* a prime */, 65538, 52430 };
    for (int i = 0; i < 4; i++) long_gradient(rows[i], 20, 1);
    long_gradient(70000, 4, 7);
    long_gradient(300000, 1, 3);
    long_gradient(4000, 512, 1);
}
