/* Derivatives without what changes nothing: the view leaves it out, the graph keeps it. */
#include <math.h>
#include <string.h>

#include "view/equation.h"
#include "wengert/draw.h"
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

/* The list of equations, without shapes. */
static void expect_lines(wg_node root, const char *const lines[], int n)
{
    char *text = wg_draw_text(root, NULL), *at = text;
    cr_assert(text, "%s", wg_message(wg_graph_context(wg_graph_of(root))));
    for (int i = 0; i < n; i++) {
        const size_t length = strlen(lines[i]);
        cr_expect(strncmp(at, lines[i], length) == 0 && strchr(" \n", at[length]), "'%s' is not in\n%s",
                  lines[i], text);
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    cr_expect_str_eq(at, "", "more than %d lines:\n%s", n, text);
    wg_free(wg_graph_context(wg_graph_of(root)), text);
}
#define LINES(root, ...)                                     \
    expect_lines(root, (const char *const[]){ __VA_ARGS__ }, \
                 (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)))

Test(folded, the_second_derivative_of_a_cube_is_6_x)
{
    bench b = start();
    const wg_node g = wg_grad(wg_pow(b.x, 3), b.x), h = wg_grad(g, b.x);
    LINES(g, "x", "dx = 3 x²");
    LINES(h, "x", "6 x");
    LINES(wg_name(wg_grad(h, b.x), "third"), "third = 6");
    cr_expect(wg_item(g) == 12 && wg_item(h) == 12);
    wgt_finish(b.c, NULL);
}

Test(folded, factors_of_one_and_sums_of_one_operand_are_left_out)
{
    bench b = start();
    LINES(wg_name(wg_grad(wg_mul(b.x, b.y), b.x), "a"), "y", "a = y");
    LINES(wg_name(wg_grad(wg_add(b.x, b.y), b.x), "b"), "b  constant");
    LINES(wg_name(wg_grad(wg_sub(b.y, b.x), b.x), "c"), "c = −1");
    LINES(wg_name(wg_grad(wg_sin(b.x), b.x), "d"), "x", "d = cos x");
    LINES(wg_name(wg_grad(wg_pow(b.x, 0.5), b.x), "s"), "x", "s = 0.5/√x");
    wgt_finish(b.c, NULL);
}

/* "0 where b = 0, else b a^(b - 1)", with a known b. */
Test(folded, choices_between_constants_are_made)
{
    bench b = start();
    LINES(wg_name(wg_grad(wg_pow(b.x, 2), b.x), "p"), "x", "p = 2 x");
    LINES(wg_name(wg_grad(wg_pow(b.x, 0), b.x), "q"), "q = 0");
    wgt_finish(b.c, NULL);
}

Test(folded, what_an_author_wrote_stays)
{
    bench b = start();
    LINES(wg_name(wg_mul(1, b.x), "p"), "x", "p = mul(1, x)");
    LINES(wg_name(wg_add(wg_mul(1, b.x), 0), "q"), "x", "mul(1, x)", "q = add(mul(1, x), 0)");
    wgt_finish(b.c, NULL);
}

Test(folded, zero_times_a_number_that_is_not_finite_is_not_zero)
{
    bench b = start();
    const double values[] = { INFINITY, NAN };
    for (int i = 0; i < 2; i++) {
        wg_node odd = wg_scalar(b.g, values[i]), g = wg_grad(wg_mul(wg_mul(b.x, odd), 0), b.x);
        wgi_pool pool = { .c = b.c };
        wgi_view v;
        cr_assert_eq(wgi_view_make(&v, &pool, b.g, &g, 1, WGI_WRITTEN), WG_OK);
        cr_expect(!v.item[v.item_of[g.index]].shows_number);
        wgi_pool_free(&pool);
    }
    wgt_finish(b.c, NULL);
}

/* Each number and each operand that stands for a node has the node's value. */
static void expect_values(wg_graph *g, wg_node root)
{
    wgi_pool pool = { .c = wg_graph_context(g) };
    wgi_view v;
    cr_assert_eq(wgi_view_make(&v, &pool, g, &root, 1, WGI_WRITTEN), WG_OK);
    for (int64_t n = 1; n <= root.index; n++) {
        const wg_node node = wg_graph_node(g, n);
        const int32_t at = v.item_of[n];
        wg_tensor t;
        if (at < 0 || v.item[at].call >= 0 || !wg_node_is_derived(node) || !wg_peek(node, &t)) continue;
        const int64_t size = wg_shape_size(t.shape);
        double *value = wg_alloc(wg_graph_context(g), (size_t)size + 1, sizeof *value);
        for (int64_t i = 0; i < size; i++) value[i] = wg_tensor_item(&t, i);
        cr_assert(wg_peek(wgi_item_node(&v, at), &t) && wg_shape_size(t.shape) == size);
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
    bench b = start();
    wg_node z = wg_mul(wg_tanh(wg_mul(b.v, b.x)), wg_add(b.v, b.y)), loss = wg_mean(wg_square(z));
    const wg_node more[] = { loss, wg_sum(wg_relu(wg_sub(z, 1))),
                             wg_sum(wg_where(wg_less(b.v, 2), wg_mul(z, 3), wg_exp(b.v))),
                             wg_sum(wg_reshape(wg_div(z, b.v), WG_SHAPE(3, 1))), wg_sum(wg_pow(b.v, 2.5)) };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        const wg_node g = wg_grad(more[i], b.v), h = wg_grad(wg_sum(g), b.v);
        expect_values(b.g, g);
        expect_values(b.g, h);
    }
    wgt_finish(b.c, NULL);
}
