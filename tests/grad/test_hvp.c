/* test_hvp.c: wg_params_hvp on nets whose activations have kinks, against differences of gradients. Between
 * two kinks the gradient of such a net is smooth, so a short central difference of it along v is H v. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "wgtest.h"

enum { ROWS = 12, MOST = 200 };

typedef enum activation { RELU, LEAKY, ABS, LARGER, POOLED, WHERE, MASKED, KINDS } activation;
static const char *const names[KINDS] = { "relu",         "leaky_relu",      "abs",      "maximum",
                                          "max of pairs", "where(h > 0, h)", "h [h > 0]" };

typedef struct net {
    wg_graph *g;
    wg_params *p;
    wg_node loss;
} net;

static wg_node activate(wg_node h, activation kind)
{
    wg_shape s = wg_node_shape(h);
    switch (kind) {
    case RELU: return wg_relu(h);
    case LEAKY: return wg_leaky_relu(h, .slope = 0.2);
    case ABS: return wg_abs(h);
    case LARGER: return wg_maximum(h, wg_mul(h, -0.5));
    case POOLED: return wg_max(wg_reshape(h, WG_SHAPE(s.dim[0], s.dim[1] / 2, 2)), .axes = WG_AXES(-1));
    case WHERE: return wg_where(wg_greater(h, 0), h, wg_mul(h, 0.1));
    default: return wg_mul(h, wg_cast(wg_greater(h, 0), wg_node_dtype(h)));
    }
}

/* Two hidden layers, cross-entropy or mean squared error. The parameter "alone" is reached by relu only. */
static void build(net *n, activation kind, bool classes)
{
    double x[ROWS * 3], y[ROWS];
    int32_t label[ROWS];
    for (int i = 0; i < ROWS * 3; i++) x[i] = sin(1 + 1.7 * i);
    for (int i = 0; i < ROWS; i++) y[i] = cos(0.9 * i), label[i] = i % 3;
    wg_begin(n->g, WG_TRAIN);
    wg_node in = wg_input(n->g, "x", wg_view_f64(x, WG_SHAPE(ROWS, 3)));
    wg_node h = activate(wg_nn_dense(in, n->p, "one", 6), kind);
    h = activate(wg_nn_dense(h, n->p, "two", 4), kind);
    h = wg_nn_dense(h, n->p, "out", classes ? 3 : 1);
    wg_node alone = wg_param(n->g, n->p, "alone", WG_SHAPE(2), wg_const(0.75));
    wg_node loss =
        classes ? wg_softmax_cross_entropy(h, wg_input(n->g, "label", wg_view_i32(label, WG_SHAPE(ROWS))))
                : wg_mse(h, wg_input(n->g, "y", wg_view_f64(y, WG_SHAPE(ROWS, 1))));
    n->loss = wg_add(loss, wg_sum(wg_relu(alone)));
}

static void gradient_at(net *n, activation kind, bool classes, const double *theta, double *g)
{
    wg_params_set(n->p, theta);
    build(n, kind, classes);
    wg_backward(n->loss, n->p);
    wg_params_get_grad(n->p, g);
}

/* H v, and the difference of gradients at theta +- h v. */
static void expect_product(wg_context *c, activation kind, bool classes, uint64_t seed)
{
    net n = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    static double theta[MOST], v[MOST], hv[MOST], up[MOST], down[MOST], at[MOST];
    const double h = 1e-6;
    wgt_random r = { seed };
    build(&n, kind, classes);
    size_t size = wg_params_size(n.p);
    cr_assert_leq(size, MOST);
    wg_params_get(n.p, theta);
    for (size_t i = 0; i < size; i++) v[i] = wgt_uniform(&r, -1, 1);
    cr_assert_eq(wg_params_hvp(n.p, n.loss, v, hv), WG_OK, "%s: %s", names[kind], wg_message(c));
    for (size_t i = 0; i < size; i++) at[i] = theta[i] + h * v[i];
    gradient_at(&n, kind, classes, at, up);
    for (size_t i = 0; i < size; i++) at[i] = theta[i] - h * v[i];
    gradient_at(&n, kind, classes, at, down);
    double scale = 0;
    for (size_t i = 0; i < size; i++) scale = fmax(scale, fabs(hv[i]));
    cr_assert_gt(scale, 1e-3, "%s: H v is 0", names[kind]);
    for (size_t i = 0; i < size; i++) {
        double difference = (up[i] - down[i]) / (2 * h);
        cr_expect_leq(fabs(hv[i] - difference), 1e-8 * scale,
                      "%s, %s: element %zu is %.12g, by differences %.12g", names[kind],
                      classes ? "classes" : "numbers", i, hv[i], difference);
    }
}

Test(hvp, of_nets_with_kinks)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (int kind = 0; kind < KINDS; kind++)
        for (int k = 0; k < 4; k++) expect_product(c, (activation)kind, k % 2, 11 + (uint64_t)k);
    wgt_finish(c, NULL);
}

/* The columns H e[i] make a symmetric matrix. */
Test(hvp, of_a_relu_net_is_symmetric)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    net n = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    build(&n, RELU, true);
    size_t size = wg_params_size(n.p);
    double *h = calloc(size * size, sizeof *h), e[MOST] = { 0 }, scale = 0;
    for (size_t i = 0; i < size; i++) {
        e[i] = 1;
        wg_params_hvp(n.p, n.loss, e, h + i * size);
        e[i] = 0;
    }
    for (size_t i = 0; i < size * size; i++) scale = fmax(scale, fabs(h[i]));
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect_leq(fabs(h[i * size + j] - h[j * size + i]), 1e-13 * scale, "%zu, %zu", i, j);
    free(h);
    wgt_finish(c, NULL);
}

/* A parameter that has no derivative is an error in H v as in the gradient; one that is not used is zero. */
Test(hvp, of_parameters_without_a_derivative)
{
    WGT_WORLD(WG_F64, NULL);
    double v[3] = { 1, 2, 3 }, out[3] = { 0 };
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(2)),
            b = wg_param(g, p, "b", WG_SCALAR, wg_const(1.5));
    wg_param(g, p, "unused", WG_SCALAR, wg_const(1));
    wg_node square = wg_square(a);
    wg_params_hvp(p, wg_add(square, wg_relu(b)), v, out);
    cr_expect(out[0] == 2 && out[1] == 0 && out[2] == 0);
    wg_params_hvp(p, wg_add(square, wg_stop_gradient(b)), v, out);
    wgt_expect_error(c, WG_ERROR_GRADIENT, "ends at stop_gradient");
    wgt_finish(c, NULL);
}

/* The vectors have the elements of the set's own parameters: none of other parameters or of states. */
Test(hvp, of_a_part_of_the_parameters)
{
    WGT_WORLD(WG_F64, NULL);
    wg_params *part = wg_params_in(p, "part");
    double v[4] = { 5, 7, 7, 7 }, out[4] = { 0, -1, -1, -1 };
    wg_node a = wg_param(g, p, "before", WG_SCALAR, wg_const(2));
    wg_node s = wg_state(g, part, "state", WG_SCALAR, wg_const(3));
    wg_node b = wg_param(g, part, "b", WG_SCALAR, wg_const(1.5));
    wg_node d = wg_param(g, p, "behind", WG_SCALAR, wg_const(4));
    wg_node product = wg_mul(wg_mul(a, s), wg_mul(wg_square(b), d));
    cr_expect_eq(wg_params_hvp(part, product, v, out), WG_OK, "%s", wg_message(c));
    cr_expect_eq(out[0], 2 * 2 * 3 * 4 * 5);
    for (int i = 1; i < 4; i++) cr_expect_eq(out[i], -1, "%d", i);
    wgt_finish(c, NULL);
}

Test(hvp, of_a_loss_that_is_no_scalar_or_no_float_names_it)
{
    WGT_WORLD(WG_F64, NULL);
    double v[3] = { 1, 2, 3 }, out[3];
    wg_node a = wg_param(g, p, "a", WG_SHAPE(3), wg_const(2)), squares = wg_square(a), place = wg_argmax(a);
    cr_expect_eq(wg_params_hvp(p, squares, v, out), WG_ERROR_SHAPE);
    wgt_expect_error(c, WG_ERROR_SHAPE, "params_hvp: squares [3] is not a scalar");
    cr_expect_eq(wg_params_hvp(p, place, v, out), WG_ERROR_SHAPE);
    wgt_expect_error(c, WG_ERROR_SHAPE, "params_hvp: place i64 is neither f32 nor f64");
    wgt_finish(c, NULL);
}

/* The loss is a^3 b: H v = (6 a b v0 + 3 a^2 v1, 3 a^2 v0). */
Test(hvp, the_product_may_replace_its_direction)
{
    WGT_WORLD(WG_F64, NULL);
    double v[2] = { 1, 2 };
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(2)), b = wg_param(g, p, "b", WG_SCALAR, wg_const(3));
    wg_params_hvp(p, wg_mul(wg_mul(wg_square(a), a), b), v, v);
    cr_expect(v[0] == 36 + 24 && v[1] == 12, "%g %g", v[0], v[1]);
    wgt_finish(c, NULL);
}

/* ---- many products of one graph, as conjugate gradients ask for them ---- */

/* The products of one graph for directions that differ, in the mode `how` of wg_options. The loss is read
 * first if `read`. Returns the bytes that the graph grew by between the fourth call and the last. */
static size_t products(const wg_options *how, bool read, int calls, double *hv, size_t size)
{
    wg_context *c = wgt_start(NULL, WG_F64, how);
    net n = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    double v[MOST];
    size_t bytes = 0;
    build(&n, MASKED, true);
    cr_assert_eq(wg_params_size(n.p), size);
    if (read) wg_item(n.loss);
    for (int k = 0; k < calls; k++) {
        for (size_t i = 0; i < size; i++) v[i] = sin((double)(i + 1) * (k % 7 + 1));
        wg_params_hvp(n.p, n.loss, v, hv);
        if (k == 4) bytes = wg_graph_bytes(n.g);
    }
    bytes = wg_graph_bytes(n.g) - bytes;
    cr_expect_leq(wg_graph_nodes(n.g), 100, "the graph has %lld nodes", (long long)wg_graph_nodes(n.g));
    wgt_finish(c, NULL);
    return bytes;
}

Test(hvp, of_a_graph_that_stays_needs_no_more_memory_from_call_to_call)
{
    static const wg_options how[] = { { .seed = 1, .threads = 1 },
                                      { .seed = 1, .threads = 1, .interpret = 1 },
                                      { .seed = 1, .threads = 1, .interpret = -1 },
                                      { .seed = 1, .threads = 1, .without = WG_WITHOUT_BIND },
                                      { .seed = 1, .threads = 2 } };
    static double first[MOST], hv[MOST];
    net n = { 0 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    n.g = wg_graph_new(c), n.p = wg_params_new(c);
    build(&n, MASKED, true);
    const size_t size = wg_params_size(n.p);
    wgt_finish(c, NULL);
    products(&how[1], false, 1 + 399 % 7, first, size); /* the same direction as the last of 400 */
    for (int k = 0; k < 10; k++) {
        size_t more = products(&how[k / 2], k % 2, 400, hv, size);
        cr_expect_eq(more, 0, "mode %d: %zu bytes more", k, more);
        for (size_t i = 0; i < size; i++) cr_assert(first[i] == hv[i], "mode %d, element %zu", k, i);
    }
}

/* The parameters change between the products, as in Newton's method: the evaluation is another, the plans are
 * the same ones. */
Test(hvp, of_a_graph_that_stays_is_compiled_a_few_times)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    net n = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    double theta[MOST], v[MOST], hv[MOST];
    build(&n, MASKED, true);
    const size_t size = wg_params_size(n.p);
    uint64_t compiled = 0;
    wg_params_get(n.p, theta);
    for (int k = 0; k < 60; k++) {
        if (k == 20) compiled = c->plan_serial;
        wg_backward(n.loss, n.p);
        for (int j = 0; j < 5; j++) {
            for (size_t i = 0; i < size; i++) v[i] = sin((double)(i + 1) * (j + 1));
            wg_params_hvp(n.p, n.loss, v, hv);
        }
        for (size_t i = 0; i < size; i++) theta[i] -= 1e-3 * hv[i];
        wg_params_set(n.p, theta);
    }
    cr_expect_eq(c->plan_serial, compiled, "%d plans more", (int)(c->plan_serial - compiled));
    wgt_finish(c, NULL);
}
