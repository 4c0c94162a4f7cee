/* test_tiles.c: elementwise programs over arrays larger than the caches. Such arrays are fetched ahead of
 * their use and written past the caches. Some derivatives are used twice or not at all. The bits are the same
 * interpreted, planned, and by two threads. */
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

enum { LARGE = (5 << 20) + 777 }; /* floats: 20 MB, and no whole number of tiles */

typedef struct answer {
    double loss;
    float *gradient[2];
} answer;

typedef wg_node (*program)(wg_node x, wg_node w);

static float *some(int64_t n, uint64_t seed)
{
    float *v = malloc((size_t)n * sizeof *v);
    wgt_random r = { seed };
    for (int64_t i = 0; i < n; i++) v[i] = (float)(wgt_next(&r) % 8192) / 1024 - 4;
    return v;
}

static answer run(program f, int64_t n, int interpret, int threads)
{
    wg_context *c = wg_start(&(wg_options){ .interpret = interpret, .threads = threads });
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    answer a = { 0 };
    float *v[2] = { some(n, 1), some(n, 2) };
    wg_params_make(p, "x", wg_view_f32(v[0], WG_SHAPE(n)), false);
    wg_params_make(p, "w", wg_view_f32(v[1], WG_SHAPE(n)), false);
    wg_begin(g, WG_TRAIN);
    wg_node loss =
        f(wg_param(g, p, "x", WG_SHAPE(n), wg_zeros()), wg_param(g, p, "w", WG_SHAPE(n), wg_zeros()));
    wg_backward(loss, p);
    a.loss = wg_item(loss);
    for (int k = 0; k < 2; k++) {
        a.gradient[k] = malloc((size_t)n * sizeof(float));
        memcpy(a.gradient[k], wg_params_grad(p, k).data, (size_t)n * sizeof(float));
        free(v[k]);
    }
    cr_assert_eq(wg_finish(c, stderr), 0);
    return a;
}

static void finish(answer a) { free(a.gradient[0]), free(a.gradient[1]); }

static void expect_same(program f, int64_t n)
{
    answer a = run(f, n, 1, 1);
    for (int threads = 1; threads <= 2; threads++) {
        answer b = run(f, n, -1, threads);
        cr_assert_eq(memcmp(&a.loss, &b.loss, sizeof a.loss), 0, "loss: %.17g and %.17g", a.loss, b.loss);
        for (int k = 0; k < 2; k++)
            cr_assert_eq(memcmp(a.gradient[k], b.gradient[k], (size_t)n * sizeof(float)), 0, "gradient %d",
                         k);
        finish(b);
    }
    finish(a);
}

static wg_node chain(wg_node x, wg_node w)
{
    wg_node t = wg_tanh(wg_add(wg_mul(x, 1.1), 0.1));
    return wg_sum(wg_add(wg_mul(t, wg_sigmoid(w)), wg_relu(x)));
}
static wg_node products(wg_node x, wg_node w) { return wg_sum(wg_mul(x, w)); }
static wg_node row_by_row(wg_node x, wg_node w)
{
    wg_node rows = wg_reshape(x, WG_SHAPE(7, -1)),
            first = wg_slice(wg_reshape(w, WG_SHAPE(7, -1)), .axis = 0, .to = 1);
    return wg_mean(wg_square(wg_add(rows, first)));
}

Test(tiles, large_arrays)
{
    expect_same(chain, LARGE);
    expect_same(products, LARGE);
}
Test(tiles, broadcast_operands) { expect_same(row_by_row, 7 * 30011); }
Test(tiles, small_arrays)
{
    for (int64_t n = 1; n < 3000; n += 509) {
        expect_same(chain, n);
        expect_same(products, n);
    }
}

/* x times 1 is x itself. Here x is a parameter, and no gradient may use a parameter's memory. */
Test(tiles, gradient_that_is_a_parameter)
{
    answer a = run(products, 100, -1, 1);
    float *x = some(100, 1), *w = some(100, 2);
    cr_assert_eq(memcmp(a.gradient[0], w, 100 * sizeof *w), 0);
    cr_assert_eq(memcmp(a.gradient[1], x, 100 * sizeof *x), 0);
    free(x), free(w), finish(a);
}
