/* Steps: the values are the graph's, the terms of a gradient add up to it, and each term is a partial
 * derivative. */
#include "steps/steps.h"

#include <math.h>

#include "wgtest.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wgi_pool pool;
    wgi_view v;
    wgi_steps s;
    unsigned char on[100];
} bench;

static bench start(wg_dtype t)
{
    bench b = { .c = wgt_start(NULL, t, NULL) };
    b.g = wg_graph_new(b.c), b.pool.c = b.c;
    wg_begin(b.g, WG_TRAIN);
    return b;
}

static void step_through(bench *b, wg_node root, const wg_node wrt[], int n)
{
    cr_assert_eq(wgi_view_make(&b->v, &b->pool, b->g, &root, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
    cr_assert_lt(b->v.items, 100);
    wgi_view_find_path(&b->v, b->v.item_of[root.index], wrt, n, b->on);
    const int64_t nodes = wg_graph_nodes(b->g);
    cr_assert_eq(wgi_steps_make(&b->s, WG_HERE, &b->v, b->v.item_of[root.index], b->on), WG_OK, "%s",
                 wg_message(b->c));
    cr_expect_eq(wg_graph_nodes(b->g), nodes, "the graph has changed");
}

static void end(bench *b)
{
    wgi_pool_free(&b->pool);
    wgt_finish(b->c, NULL);
}

static const wgi_step *last_of(const bench *b, wg_node n)
{
    for (int64_t i = 0; i < b->s.steps; i++)
        if (b->s.step[i].kind != WGI_STEP_VALUE && b->s.step[i].last &&
            b->s.step[i].to == b->v.item_of[n.index])
            return &b->s.step[i];
    return NULL;
}

static double number(wg_tensor t, int i) { return ((const double *)t.data)[i]; }

/* Every value is the graph's, bit by bit. Every gradient on the path is that of one reverse sweep. Both
 * add up the same terms, in orders that may differ. */
static void expect_sums(bench *b, wg_node root)
{
    for (int64_t i = 0; i < b->s.forward; i++) {
        double *expected = wgt_values(wgi_item_node(&b->v, b->s.step[i].to));
        cr_expect_arr_eq(b->s.step[i].value.data, expected,
                         sizeof(double) * (size_t)wg_shape_size(b->s.step[i].value.shape), "item %lld",
                         (long long)i);
        free(expected);
    }
    for (int64_t i = 0; i < b->v.items; i++) {
        if (!b->on[i]) continue;
        const wg_node x = wgi_item_node(&b->v, i);
        const wgi_step *step = last_of(b, x);
        double *expected = wgt_values(wg_grad(root, x)), scale = 0;
        cr_assert(step, "%s has no gradient", b->v.item[i].name);
        const int64_t n = wg_shape_size(wg_node_shape(x));
        for (int64_t k = 0; k < n; k++) scale = fmax(scale, fabs(expected[k]));
        for (int64_t k = 0; k < n; k++)
            cr_expect_float_eq(number(step->sum, (int)k), expected[k], 1e-14 * scale, "d%s[%lld]",
                               b->v.item[i].name, (long long)k);
        free(expected);
    }
}

/* Lecture 1: one neuron, one example. */
Test(steps, logistic_regression)
{
    bench b = start(WG_F64);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 1, -2 }, WG_SHAPE(2)));
    wg_node w = wg_input(b.g, "w", wg_view_f64((double[]){ 0.5, -0.3 }, WG_SHAPE(2))),
            bias = wg_scalar(b.g, 0);
    wg_node z = wg_add(wg_matmul(w, x), bias), a = wg_sigmoid(z), y = wg_scalar(b.g, 1);
    wg_name(bias, "b");
    wg_name(y, "y");
    wg_node L = wg_neg(wg_add(wg_mul(y, wg_log(a)), wg_mul(wg_sub(1, y), wg_log(wg_sub(1, a)))));
    step_through(&b, L, (wg_node[]){ w, bias }, 2);
    const double za = 1 / (1 + exp(-1.1));
    cr_expect_float_eq(number(last_of(&b, z)->sum, 0), za - 1, 1e-15);
    cr_expect_float_eq(number(last_of(&b, a)->sum, 0), -1 / za, 1e-15);
    cr_expect_float_eq(number(last_of(&b, w)->sum, 0), za - 1, 1e-15);
    cr_expect_float_eq(number(last_of(&b, w)->sum, 1), -2 * (za - 1), 1e-15);
    cr_expect_null(last_of(&b, x), "nobody asked for dx");
    /* a is used by ln a and by 1 - a: two terms, of which the second is 0 for y = 1 */
    const int64_t at = b.v.item_of[a.index];
    double sum = 0;
    int terms = 0;
    for (int64_t i = b.s.forward; i < b.s.steps; i++)
        if (b.s.step[i].to == at) sum += number(b.s.step[i].value, 0), terms++;
    cr_expect_eq(terms, 2);
    cr_expect_eq(last_of(&b, a)->nth, 2);
    cr_expect_float_eq(sum, -1 / za, 1e-15);
    expect_sums(&b, L);
    end(&b);
}

/* y = x f with f = sin x: the term of x by the product is f, not the whole derivative f + x cos x. */
Test(steps, a_term_is_a_partial_derivative)
{
    bench b = start(WG_F64);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 0.7 }, WG_SCALAR));
    wg_node f = wg_sin(x), y = wg_mul(x, f);
    step_through(&b, y, NULL, 0);
    const int64_t at = b.v.item_of[x.index];
    double term[2] = { 0 };
    int n = 0;
    for (int64_t i = b.s.forward; i < b.s.steps; i++)
        if (b.s.step[i].to == at && n < 2) term[n++] = number(b.s.step[i].value, 0);
    cr_assert_eq(n, 2);
    cr_expect_float_eq(term[0], sin(0.7), 1e-15);
    cr_expect_float_eq(term[1], 0.7 * cos(0.7), 1e-15);
    end(&b);
}

/* y = sin x + cos x + exp x: the terms of x are its first, second and third one. */
Test(steps, terms_are_counted)
{
    bench b = start(WG_F64);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 0.7 }, WG_SCALAR));
    step_through(&b, wg_add(wg_add(wg_sin(x), wg_cos(x)), wg_exp(x)), NULL, 0);
    int n = 0;
    for (int64_t i = b.s.forward; i < b.s.steps; i++)
        if (b.s.step[i].to == b.v.item_of[x.index]) cr_expect_eq(b.s.step[i].nth, ++n);
    cr_expect_eq(n, 3);
    end(&b);
}

/* y = (3 x)², z = 5 y at x = 1: each op hands on its own derivative, 5, then 2 · 3, then 3. */
Test(steps, local_steps_begin_with_1_each)
{
    bench b = start(WG_F64);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 1 }, WG_SCALAR)), u = wg_mul(3, x),
            y = wg_square(u), z = wg_mul(5, y), of[] = { y, u, x };
    const double want[] = { 5, 6, 3 };
    step_through(&b, z, NULL, 0);
    cr_assert_eq(wgi_steps_local(&b.s, WG_HERE, &b.v, b.v.item_of[z.index], b.on), WG_OK);
    for (int64_t i = b.s.forward; i < b.s.steps; i++)
        for (int k = 0; b.s.step[i].kind == WGI_STEP_TERM && k < 3; k++)
            if (b.s.step[i].to == b.v.item_of[of[k].index])
                cr_expect_eq(number(b.s.step[i].value, 0), want[k], "term %d", k);
    end(&b);
}

/* Composite calls, a node used thrice, drawn masks, class numbers. */
static void net(wg_dtype t)
{
    bench b = start(t);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 1, -2, 0.5, 3, 0.1, -1 }, WG_SHAPE(2, 3)));
    x = wg_cast(x, t);
    wg_params *p = wg_params_new(b.c);
    wg_node W = wg_param(b.g, p, "W", WG_SHAPE(3, 3), wg_xavier());
    wg_node h = wg_dropout(wg_silu(wg_matmul(x, W)), .keep_prob = 0.6);
    wg_node k = wg_add(wg_mul(h, h),
                       wg_layer_norm(h, wg_fill(b.g, 1.5, WG_SHAPE(3)), wg_fill(b.g, 0.1, WG_SHAPE(3))));
    wg_node classes = wg_input(b.g, "classes", wg_view_i64((int64_t[]){ 2, 0 }, WG_SHAPE(2)));
    wg_node L = wg_add(wg_softmax_cross_entropy(k, classes), wg_mul(0.01, wg_sum(wg_square(W))));
    step_through(&b, L, NULL, 0);
    if (t == WG_F64) expect_sums(&b, L);
    cr_expect(last_of(&b, W));
    end(&b);
}
Test(steps, terms_add_up_to_gradients) { net(WG_F64); }
Test(steps, of_floats) { net(WG_F32); }

/* Class numbers that are floats: the loss has no derivative by them, and no term. */
Test(steps, an_operand_without_derivative_has_no_term)
{
    bench b = start(WG_F64);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 1, -2 }, WG_SHAPE(1, 2))),
            k = wg_input(b.g, "k", wg_view_f64((double[]){ 1 }, WG_SHAPE(1)));
    step_through(&b, wg_softmax_cross_entropy(x, k), (wg_node[]){ x, k }, 2);
    cr_expect(last_of(&b, x));
    cr_expect_null(last_of(&b, k));
    cr_expect_eq(wg_failed(b.c), WG_OK);
    end(&b);
}

Test(steps, gradients_are_of_scalars)
{
    bench b = start(WG_F64);
    wg_node x = wg_input(b.g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2))), y = wg_exp(x);
    cr_assert_eq(wgi_view_make(&b.v, &b.pool, b.g, &y, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
    wgi_view_find_path(&b.v, 1, NULL, 0, b.on);
    cr_expect_neq(wgi_steps_make(&b.s, WG_HERE, &b.v, 1, b.on), WG_OK);
    cr_expect(strstr(wg_message(b.c), "gradients are of a scalar"));
    wg_recover(b.c);
    cr_expect_eq(wgi_steps_make(&b.s, WG_HERE, &b.v, 1, NULL), WG_OK);
    cr_expect_eq(b.s.steps, 2);
    end(&b);
}
