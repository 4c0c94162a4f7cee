/* Derivatives without what changes nothing: the view leaves it out, the graph keeps it.
 * tests/tools/draw.txt has cases of what is shown. */
#include <math.h>

#include "view/equation.h"
#include "wengert/grad.h"
#include "wgtest.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_node x, y, v; /* v is a vector */
} bench;

static bench start(void)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c);
    wg_begin(b.g, WG_TRAIN);
    b.x = wg_name(wg_scalar(b.g, 2), "x");
    b.y = wg_name(wg_scalar(b.g, 5), "y");
    b.v = wg_input(b.g, "v", wg_view_f64((double[]){ 1, 2, 3 }, WG_SHAPE(3)));
    return b;
}

Test(folded, zero_times_a_number_that_is_not_finite_is_not_zero)
{
    WGT_ENDS bench b = start();
    const double values[] = { INFINITY, NAN };
    for (int i = 0; i < 2; i++) {
        wg_node odd = wg_scalar(b.g, values[i]), g = wg_grad(wg_mul(wg_mul(b.x, odd), 0), b.x);
        wgi_pool pool = { .c = b.c };
        wgi_view v;
        cr_assert_eq(wgi_view_make(&v, &pool, b.g, &g, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
        cr_expect(!v.item[v.item_of[g.index]].shows_number);
        wgi_pool_free(&pool);
    }
}

/* Each number and each operand that stands for a node has the node's value. */
static void expect_values(wg_graph *g, wg_node root)
{
    wgi_pool pool = { .c = wg_graph_context(g) };
    wgi_view v;
    cr_assert_eq(wgi_view_make(&v, &pool, g, &root, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
    for (int64_t n = 1; n <= root.index; n++) {
        const wg_node node = wg_graph_node(g, n);
        const int32_t at = v.item_of[n];
        wg_tensor t;
        if (at < 0 || v.item[at].call >= 0 || !wgx_node_is_derived(node) || !wgx_peek(node, &t)) continue;
        const int64_t size = wg_shape_size(t.shape);
        double *value = wg_alloc(wg_graph_context(g), (size_t)size + 1, sizeof *value);
        for (int64_t i = 0; i < size; i++) value[i] = wg_tensor_item(&t, i);
        cr_assert(wgx_peek(wgi_item_node(&v, at), &t) && wg_shape_size(t.shape) == size);
        for (int64_t i = 0; i < size; i++) {
            cr_expect_eq(value[i], wg_tensor_item(&t, i), "node %lld", (long long)n);
            if (v.item[at].folded) cr_expect_float_eq(value[i], v.item[at].number, 1e-15);
        }
        wg_free(wg_graph_context(g), value);
    }
    wgi_pool_free(&pool);
}

Test(folded, the_values_are_those_of_the_graph)
{
    WGT_ENDS bench b = start();
    wg_node z = wg_mul(wg_tanh(wg_mul(b.v, b.x)), wg_add(b.v, b.y)), loss = wg_mean(wg_square(z));
    const wg_node more[] = { loss, wg_sum(wg_relu(wg_sub(z, 1))),
                             wg_sum(wg_where(wg_less(b.v, 2), wg_mul(z, 3), wg_exp(b.v))),
                             wg_sum(wg_reshape(wg_div(z, b.v), WG_SHAPE(3, 1))), wg_sum(wg_pow(b.v, 2.5)) };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        const wg_node g = wg_grad(more[i], b.v), h = wg_grad(wg_sum(g), b.v);
        expect_values(b.g, g);
        expect_values(b.g, h);
    }
}
