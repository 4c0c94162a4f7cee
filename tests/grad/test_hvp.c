/* test_hvp.c: wg_params_hvp: of parts of the parameters, of losses that have none, many times of one graph.
 * Second derivatives through masks and kinks: test_answers.c. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "wgtest.h"

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
    wg_node a = wg_param(g, p, "a", WG_SHAPE(3), wg_const(2)), squares = wg_square(a),
            place = wg_argmax(a, .axis = 0);
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

enum { ROWS = 12, MOST = 200 };

typedef struct net {
    wg_graph *g;
    wg_params *p;
    wg_node loss;
} net;

static wg_node masked(wg_node h) { return wg_mul(h, wg_cast(wg_greater(h, 0), wg_node_dtype(h))); }

/* Two hidden layers. The parameter "alone" is reached by relu only. */
static void build(net *n)
{
    double x[ROWS * 3];
    int32_t label[ROWS];
    for (int i = 0; i < ROWS * 3; i++) x[i] = sin(1 + 1.7 * i);
    for (int i = 0; i < ROWS; i++) label[i] = i % 3;
    wg_begin(n->g, WG_TRAIN);
    wg_node in = wg_input(n->g, "x", wg_view_f64(x, WG_SHAPE(ROWS, 3)));
    wg_node h = masked(wg_nn_dense(masked(wg_nn_dense(in, n->p, "one", 6)), n->p, "two", 4));
    wg_node alone = wg_param(n->g, n->p, "alone", WG_SHAPE(2), wg_const(0.75));
    wg_node loss = wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "out", 3),
                                            wg_input(n->g, "label", wg_view_i32(label, WG_SHAPE(ROWS))));
    n->loss = wg_add(loss, wg_sum(wg_relu(alone)));
}

/* The products of one graph for directions that differ, in the mode `how` of wg_start_opts. The loss is read
 * first if `read`. Returns the bytes that the graph grew by between the fourth call and the last. */
static size_t products(const wg_start_opts *how, bool read, int calls, double *hv, size_t size)
{
    wg_context *c = wgt_start(NULL, WG_F64, how);
    net n = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    double v[MOST];
    size_t bytes = 0;
    build(&n);
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
    const wg_start_opts how[] = { WG_OPTS(wg_start_opts, .seed = 1, .threads = 1),
                                  WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = 1),
                                  WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = -1),
                                  WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .without = WG_WITHOUT_BIND),
                                  WG_OPTS(wg_start_opts, .seed = 1, .threads = 2) };
    static double first[MOST], hv[MOST];
    net n = { 0 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    n.g = wg_graph_new(c), n.p = wg_params_new(c);
    build(&n);
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
    build(&n);
    const size_t size = wg_params_size(n.p);
    uint64_t compiled = 0;
    wg_params_get(n.p, theta);
    for (int k = 0; k < 60; k++) {
        if (k == 20) compiled = c->last.plan;
        wg_backward(n.loss, n.p);
        for (int j = 0; j < 5; j++) {
            for (size_t i = 0; i < size; i++) v[i] = sin((double)(i + 1) * (j + 1));
            wg_params_hvp(n.p, n.loss, v, hv);
        }
        for (size_t i = 0; i < size; i++) theta[i] -= 1e-3 * hv[i];
        wg_params_set(n.p, theta);
    }
    cr_expect_eq(c->last.plan, compiled, "%d plans more", (int)(c->last.plan - compiled));
    wgt_finish(c, NULL);
}
