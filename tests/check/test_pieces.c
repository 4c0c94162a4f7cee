/* test_pieces.c: functions with kinks. The check compares the gradient with slopes of the pieces on which
 * the elements lie at the point. So nets are right where elements are equal, or where they are at the kink
 * itself. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "wgcheck.h"

/* ---- expansions ---- */

/* Small integers, so that many elements are equal, and many are at a kink: 0, or those of hard_sigmoid. */
static void set_ties(wgt_random *random, wg_node x)
{
    double v[4096];
    const int64_t n = wg_shape_size(wg_node_shape(x));
    cr_assert_leq(n, 4096);
    for (int64_t i = 0; i < n; i++) v[i] = (double)wgt_below(random, 7) - 3;
    wg_input_set(x, wg_view_f64(v, wg_node_shape(x)));
}

/* ulps: how far elements may differ. */
static bool equal(wg_node a, wg_node b, int ulps)
{
    wg_tensor s, t;
    cr_assert(wgx_peek(a, &s) && wgx_peek(b, &t));
    if (!wg_shape_equal(s.shape, t.shape)) return false;
    for (int64_t i = 0; i < wg_shape_size(s.shape); i++) {
        const double u = wg_tensor_item(&s, i), v = wg_tensor_item(&t, i);
        if (u != v && !(isnan(u) && isnan(v)) && !(fabs(u - v) <= ulps * DBL_EPSILON * fabs(v))) return false;
    }
    return true;
}

/* The float inputs that y depends on, in the graph and in its copy. Returns how many. */
static int inputs_of(wg_graph *g, const wg_node map[], wg_node x[8], wg_node copy[8])
{
    int n = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g) && n < 8; i++) {
        const wg_node in = wg_graph_node(g, i);
        if (wg_node_leaf(in) != WG_LEAF_INPUT || wg_is_none(map[i]) || !wg_dtype_is_float(wg_node_dtype(in)))
            continue;
        x[n] = in, copy[n++] = map[i];
    }
    return n;
}

/* Compares a sample of the op with its expansion: the values, and the gradients of their weighted sum. False:
 * there is no such sample. */
static bool compare_sample(wg_context *c, const wg_op *op, int i, bool ties)
{
    wg_graph *g = wg_graph_new(c), *pieces = wg_graph_new(c);
    wg_begin(g, WG_TRAIN), wg_begin(pieces, WG_TRAIN);
    const wg_node y = wgx_hints(op)->sample("here", g, i);
    const bool some = !wg_is_none(y);
    if (some && wg_dtype_is_float(wg_node_dtype(y)) && wg_node_op(y) == op) {
        wgt_random random = { (uint64_t)i + 1 };
        wg_node x[8], copy[8], gx[8], gcopy[8], *map = calloc((size_t)wg_graph_nodes(g), sizeof *map);
        const wg_node z = wg_replay(y, pieces, .map = map, .pieces = true);
        cr_expect_neq(wg_node_op(z), op, "%s sample %d is not expanded", op->name, i);
        const int n = inputs_of(g, map, x, copy);
        for (int k = 0; ties && k < n; k++) {
            wgt_random again = random;
            set_ties(&random, x[k]), set_ties(&again, copy[k]);
        }
        cr_expect(equal(y, z, 0), "%s sample %d: the expansion has another value", op->name, i);
        wg_tensor weights;
        const wg_node w = wg_any(g, wg_node_shape(y));
        cr_assert(wgx_peek(w, &weights));
        const wg_node v = wg_input(pieces, "v", weights);
        cr_assert_eq(wg_grads(wg_sum(wg_mul(w, y)), x, n, gx), WG_OK);
        cr_assert_eq(wg_grads(wg_sum(wg_mul(v, z)), copy, n, gcopy), WG_OK);
        for (int k = 0; k < n; k++)
            cr_expect(equal(gx[k], gcopy[k], 4),
                      "%s sample %d operand %d: the expansion has another derivative", op->name, i, k);
        free(map);
    }
    wg_graph_free(g), wg_graph_free(pieces);
    return some;
}

Test(pieces, an_expansion_has_the_values_and_the_derivatives_of_its_op)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    int kinked = 0;
    for (int o = 0; o < wg_op_count(); o++) {
        const wg_op *op = wg_op_at(o);
        kinked += op->kinked;
        for (int i = 0; op->kinked && compare_sample(c, op, i, false); i++) compare_sample(c, op, i, true);
    }
    cr_expect_geq(kinked, 10);
}

/* ---- nets that are right ---- */

enum { EXAMPLES = 6, SIDE = 6, DIGITS = 3 };

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node x, y;
    wgt_random random;
} net;

static wg_node weights(net *n, const char *name, wg_init init, wg_shape s)
{
    return wg_param(n->g, n->p, name, s, init);
}

/* As many images have them: most pixels are exactly 0, the others are multiples of 1/4. */
static void make_images(net *n)
{
    float x[EXAMPLES * SIDE * SIDE];
    int32_t y[EXAMPLES];
    for (int i = 0; i < EXAMPLES * SIDE * SIDE; i++) {
        const int dark = i % SIDE < 2 || wgt_below(&n->random, 2);
        x[i] = dark ? 0 : (float)wgt_below(&n->random, 4) / 4;
    }
    for (int i = 0; i < EXAMPLES; i++) y[i] = (int32_t)wgt_below(&n->random, DIGITS);
    n->x = wg_input(n->g, "x", wg_view_f32(x, WG_SHAPE(EXAMPLES, SIDE, SIDE, 1)));
    n->y = wg_input(n->g, "y", wg_view_i32(y, WG_SHAPE(EXAMPLES)));
}

static wg_node outputs(net *n, wg_node h)
{
    const int64_t size = wg_shape_size(wg_node_shape(h)) / EXAMPLES;
    wg_node W = weights(n, "out.W", wg_normal(0, 0.5), WG_SHAPE(size, DIGITS)),
            b = weights(n, "out.b", wg_zeros(), WG_SHAPE(DIGITS));
    return wg_softmax_cross_entropy(wg_dense(wg_reshape(h, WG_SHAPE(EXAMPLES, size)), W, b), n->y);
}

static wg_node plain_cnn(net *n)
{
    wg_node W = weights(n, "conv.W", wg_normal(0, 0.5), WG_SHAPE(3, 3, 1, 4)),
            b = weights(n, "conv.b", wg_zeros(), WG_SHAPE(4));
    wg_node h = wg_relu(wg_add(wg_conv(n->x, W, .same = true), b));
    return outputs(n, wg_max_pool(h, .size = WG_SHAPE(2, 2)));
}
static wg_node pooled_pixels(net *n) { return outputs(n, wg_max_pool(n->x, .size = WG_SHAPE(3, 3))); }
static wg_node dense_with(net *n, wg_init init, wg_node (*f)(wg_site, wg_node))
{
    wg_node x = wg_reshape(n->x, WG_SHAPE(EXAMPLES, SIDE * SIDE));
    wg_node W = weights(n, "W", init, WG_SHAPE(SIDE * SIDE, 5)), b = weights(n, "b", wg_zeros(), WG_SHAPE(5));
    return outputs(n, f("here", wg_dense(x, W, b)));
}
static wg_node zero_weights(net *n) { return dense_with(n, wg_zeros(), wg_relu_at); }
static wg_node tiny_weights(net *n) { return dense_with(n, wg_normal(0, 1e-6), wg_relu_at); }
static wg_node absolute_values(net *n) { return dense_with(n, wg_zeros(), wg_abs_at); }
static wg_node slope_of_a_fifth(wg_site here, wg_node x)
{
    return wg_leaky_relu_at(here, &WG_OPTS(wg_leaky_relu_args, .x = x, .slope = 0.2));
}
static wg_node leaky(net *n) { return dense_with(n, wg_normal(0, 1e-6), slope_of_a_fifth); }
static wg_node largest_rows(net *n)
{
    wg_node W = weights(n, "W", wg_normal(0, 0.5), WG_SHAPE(SIDE, 5));
    wg_node h = wg_matmul(wg_reshape(n->x, WG_SHAPE(EXAMPLES, SIDE, SIDE)), W); /* dark rows are equal */
    return outputs(n, wg_max(h, .axis = 1));
}
static wg_node sorted_rows(net *n)
{
    wg_node W = weights(n, "W", wg_normal(0, 0.5), WG_SHAPE(SIDE, 5));
    wg_node h = wg_matmul(wg_reshape(n->x, WG_SHAPE(EXAMPLES, SIDE, SIDE)), W);
    return wg_add(outputs(n, wg_sort(h, .axis = 1)), wg_sum(wg_topk(h, .count = 2, .axis = 1)));
}
static wg_node clipped(net *n)
{
    wg_node W = weights(n, "W", wg_normal(0, 0.5), WG_SHAPE(SIDE, 5));
    wg_node h = wg_matmul(wg_reshape(n->x, WG_SHAPE(EXAMPLES, SIDE, SIDE)), W);
    return outputs(n, wg_maximum(wg_minimum(h, 0.25), wg_mul(-1, h)));
}
/* The rows are scaled by a number that has no derivative on purpose. */
static wg_node scaled_by_a_constant(net *n)
{
    wg_node W = weights(n, "W", wg_normal(0, 0.5), WG_SHAPE(SIDE, 5));
    wg_node h = wg_relu(wg_matmul(wg_reshape(n->x, WG_SHAPE(EXAMPLES, SIDE, SIDE)), W));
    return outputs(n, wg_div(h, wg_add(1, wg_stop_gradient(wg_max(h)))));
}

static const struct {
    const char *name;
    wg_node (*loss)(net *n);
} nets[] = {
    { "plain CNN", plain_cnn },
    { "pooled pixels", pooled_pixels },
    { "zero weights", zero_weights },
    { "tiny weights", tiny_weights },
    { "absolute values", absolute_values },
    { "leaky", leaky },
    { "largest rows", largest_rows },
    { "sorted rows", sorted_rows },
    { "clipped", clipped },
    { "scaled by a constant", scaled_by_a_constant },
};
enum { NETS = sizeof nets / sizeof *nets, SEEDS = 8 };

static void check_net(int i, uint64_t seed)
{
    WGT_ENDS net n = { .random = { seed } };
    n.c = wgt_start(NULL, WG_F32, &WG_OPTS(wg_start_opts, .seed = seed, .threads = 1));
    n.g = wg_graph_new(n.c), n.p = wg_params_new(n.c);
    wg_begin(n.g, WG_TRAIN);
    make_images(&n);
    wg_check *r = wg_gradcheck(nets[i].loss(&n), n.p);
    char *text = wgt_report(r);
    cr_expect_eq(wgt_verdict(r), WG_PASS, "%s, seed %d:\n%s", nets[i].name, (int)seed, text);
    free(text);
}

Test(pieces, no_net_is_accused_where_elements_are_equal)
{
    for (int i = 0; i < NETS; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) check_net(i, seed);
}
