/* test_makers.c: random nodes against the definition of docs/inside/arithmetic.md and against their
 * distributions; ranges and unit matrices by counting. */
#include <math.h>
#include <stdlib.h>

#include "run/run.h"
#include "wgnode.h"
#include "wgnearest.h"

/* ---- random nodes ---- */

enum { N = 20000 };

/* The two uniform numbers of block i. */
static void uniforms(uint64_t seed, uint64_t stream, uint64_t epoch, int64_t i, double u[2])
{
    uint32_t w[4];
    wgi_philox(wgi_philox_key(seed, stream), epoch, (uint64_t)i, w);
    for (int j = 0; j < 2; j++) u[j] = (double)(((uint64_t)w[2 * j + 1] << 32 | w[2 * j]) >> 11) * 0x1p-53;
}

static uint64_t stream_of(wg_graph *g, const char *name)
{
    return *(const uint64_t *)wg_value(wg_stream(WG_HERE, g, name)).data;
}

/* Normal numbers by libm, whose own error is some units of 2^-53. */
Test(random_nodes, are_the_draws_of_the_definition_in_every_way_of_running)
{
    for (int way = 0; way < 8; way++) {
        wg_start_opts o =
            WG_OPTS(wg_start_opts, .seed = 77, .threads = 1 + way % 2, .interpret = way & 2 ? -1 : 1);
        WGT_GRAPH(way & 4 ? WG_F64 : WG_F32, &o);
        for (int step = 0; step < 3; step++) {
            wg_begin(g, step == 1 ? WG_EVAL : WG_TRAIN);
            wg_node z = wg_add(wg_random_normal(g, WG_SHAPE(7, 1001), .name = "z"), 0);
            wg_node u = wg_random_uniform(g, WG_SHAPE(7007), .name = "u"),
                    b = wg_bernoulli(g, WG_SHAPE(7007), 0.3);
            wg_tensor tz = wg_value(z), tu = wg_value(u), tb = wg_value(b);
            uint64_t streams[2] = { stream_of(g, "z"), stream_of(g, "u") };
            const double eps = way & 4 ? 1e-14 : 1e-6;
            double share = 0;
            for (int64_t i = 0; i < 7007; i++) {
                double v[2], w[2];
                const int64_t block = i / 128 * 64 + i % 64;
                const int half = i / 64 % 2;
                uniforms(77, streams[0], wgx_graph_epoch(g), block, v);
                uniforms(77, streams[1], wgx_graph_epoch(g), block, w);
                const double angle = 6.283185307179586477 * v[1],
                             want = sqrt(-2 * log1p(-v[0])) * (half ? sin(angle) : cos(angle));
                cr_assert(fabs(wg_tensor_item(&tz, i) - want) <= eps * (1 + fabs(want)), "normal %d", (int)i);
                cr_assert(fabs(wg_tensor_item(&tu, i) - w[half]) <= eps && wg_tensor_item(&tu, i) < 1);
                share += wg_tensor_item(&tb, i);
            }
            cr_assert(fabs(share / 7007 - 0.3) < 5 * sqrt(0.21 / 7007));
        }
        wgt_finish(c, NULL);
    }
}

/* bernoulli has the bits of wg_random_bits. */
Test(random_nodes, bernoulli_compares_bits_with_its_own_p)
{
    wg_graph *g = graph(WG_F64);
    double p[N];
    for (int i = 0; i < N; i++) p[i] = i % 2 ? (i % 100) / 100.0 : i % 4 / 2;
    wg_node x = wg_input(g, "p", wg_view_f64(p, WG_SHAPE(N))), stream = wg_stream(WG_HERE, g, NULL),
            b = wg_bernoulli(g, WG_SHAPE(N), x);
    (void)stream; /* number 1 of the scope: that of b is number 2 */
    wg_tensor t = wg_value(b);
    uint64_t at = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++)
        if (wg_node_leaf(wg_graph_node(g, i)) == WG_LEAF_STREAM) at = (uint64_t)i;
    const uint64_t s = *(const uint64_t *)wg_value(wg_graph_node(g, (int64_t)at)).data;
    cr_assert_eq(t.dtype, WG_BOOL);
    for (int64_t i = 0; i < N; i++) {
        const uint32_t bits =
            wg_random_bits(wg_context_seed(wg_graph_context(g)), s, wgx_graph_epoch(g), (uint64_t)i);
        cr_assert_eq(wg_tensor_item(&t, i), bits * 0x1p-32 < p[i], "element %d", (int)i);
    }
    wg_context *c = wg_graph_context(g);
    wg_value(wg_bernoulli(g, WG_SHAPE(4), VECTOR(g, 0.5, 1, NAN, 0)));
    wgt_expect_error(c, WG_ERROR_VALUE, "p is no probability, at index 2");
    done(g);
}

/* Each class as often as softmax says, within 5 deviations; -inf and equal rows. */
Test(random_nodes, categorical_has_the_frequencies_of_softmax)
{
    wg_graph *g = graph(WG_F32);
    enum { CLASSES = 5 };
    static const double z[CLASSES] = { 0, 1, -INFINITY, 3, -2 };
    double count[CLASSES] = { 0 }, sum = 0;
    wg_node x = wg_broadcast_to(INPUT(g, WG_SHAPE(1, CLASSES), 0, 1, -INFINITY, 3, -2), WG_SHAPE(N, CLASSES));
    wg_tensor t = wg_value(wg_categorical(wg_cast(x, WG_F32)));
    cr_assert_eq(t.dtype, WG_I64);
    for (int i = 0; i < N; i++) count[(int)wg_tensor_item(&t, i)]++;
    for (int j = 0; j < CLASSES; j++) sum += exp(z[j]);
    for (int j = 0; j < CLASSES; j++) {
        const double p = exp(z[j]) / sum;
        cr_assert(fabs(count[j] - N * p) <= 5 * sqrt(N * p * (1 - p)), "class %d: %g of %g", j, count[j],
                  N * p);
    }
    WGT_REFUSED(wg_graph_context(g), VALUE, "a row of logits gives no probabilities, at index 1",
                wg_value(wg_categorical(INPUT(g, WG_SHAPE(2, 2), 0, 1, -INFINITY, -INFINITY))));
    done(g);
}

static double first_of(wg_graph *g, wg_mode mode)
{
    wg_begin(g, mode);
    return wg_item(wg_sum(wg_random_normal(g, WG_SHAPE(3))));
}

Test(random_nodes, are_new_in_each_evaluation_and_the_same_for_one_seed)
{
    wg_graph *g = graph(WG_F64), *h = graph(WG_F64);
    double a = first_of(g, WG_TRAIN), b = first_of(g, WG_EVAL);
    cr_assert_neq(a, b);
    cr_assert_eq(a, first_of(h, WG_TRAIN));
    wgx_graph_freeze(h, true);
    b = first_of(h, WG_TRAIN);
    cr_assert_eq(b, first_of(h, WG_TRAIN));
    wg_node x = wg_random_normal(h, WG_SHAPE(50)), y = wg_random_normal(h, WG_SHAPE(50));
    wg_tensor s = wg_value(x), t = wg_value(y);
    cr_assert(!wgt_same_bits(&s, &t));
    done(g);
    done(h);
}

Test(random_nodes, options)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wgx_graph_freeze(g, true);
    wg_node z = wg_random_normal(g, WG_SHAPE(4), .name = "a"),
            y = wg_random_normal(g, WG_SHAPE(4), .mean = 3, .deviation = 0.5, .name = "a"),
            u = wg_random_uniform(g, WG_SHAPE(4), .name = "b"),
            v = wg_random_uniform(g, WG_SHAPE(4), .low = -2, .high = 0, .name = "b");
    for (int i = 0; i < 4; i++) {
        wg_tensor tz = wg_value(z), ty = wg_value(y), tu = wg_value(u), tv = wg_value(v);
        cr_assert_eq(wg_tensor_item(&ty, i), WGT_NEAREST(wg_tensor_item(&tz, i) * 0.5 + 3));
        cr_assert_eq(wg_tensor_item(&tv, i), WGT_NEAREST(wg_tensor_item(&tu, i) * 2 - 2));
    }
    EXPECT_VECTOR(wg_random_normal(g, WG_SHAPE(2), .mean = 3, .deviation = 0), 3, 3);
    wg_random_uniform(g, WG_SHAPE(2), .low = 2, .high = 1);
    wgt_expect_error(c, WG_ERROR_VALUE, "low is 2, high is 1: low must be below high");
    cr_assert(wg_is_none(wg_random_normal(NULL, WG_SHAPE(2))));
    wgt_expect_error(c, WG_ERROR_USE, "random_normal: the graph is NULL");
    done(g);
}

/* ---- ranges and unit matrices ---- */

Test(makers, ranges)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    EXPECT_VECTOR(wg_arange(g, 0, 4, 1), 0, 1, 2, 3);
    EXPECT_VECTOR(wg_arange(g, 1, 2, 0.25), 1, 1.25, 1.5, 1.75);
    EXPECT_VECTOR(wg_arange(g, 3, -1, -2), 3, 1);
    EXPECT_EMPTY(wg_arange(g, 3, 3, 1), WG_F64, WG_SHAPE(0));
    EXPECT_EMPTY(wg_arange(g, 3, 1, 1), WG_F64, WG_SHAPE(0));
    EXPECT_VECTOR(wg_linspace(g, -1, 1, .count = 5), -1, -0.5, 0, 0.5, 1);
    EXPECT_VECTOR(wg_linspace(g, 2, 7, .count = 1), 2);
    EXPECT_EMPTY(wg_linspace(g, 2, 7, .count = 0), WG_F64, WG_SHAPE(0));
    wg_tensor t = wg_value(wg_linspace(g, 0.1, 0.7, .count = 7));
    for (int i = 0; i < 7; i++) cr_assert(fabs(wg_tensor_item(&t, i) - WGT_NEAREST(0.1 + i * 0.1)) < 2e-16);
    cr_assert_eq(wg_tensor_item(&t, 6), 0.7); /* both ends are exact */
    WGT_REFUSED(c, VALUE, "from 0 to 1 by 0 is no range", wg_arange(g, 0, 1, 0));
    WGT_REFUSED(c, VALUE, "from 3 to 0 by 0 is no range", wg_arange(g, 3, 0, 0));
    WGT_REFUSED(c, VALUE, "count -1: must be in [0, inf)", wg_linspace(g, 0, 1, .count = -1));
    done(g);
}

Test(makers, unit_matrices_and_class_numbers)
{
    wg_graph *g = graph(WG_F32);
    EXPECT(wg_eye(g, 2, 2), WG_F32, WG_SHAPE(2, 2), 1, 0, 0, 1);
    EXPECT(wg_eye(g, 2, 3), WG_F32, WG_SHAPE(2, 3), 1, 0, 0, 0, 1, 0);
    EXPECT(wg_eye(g, 3, 2), WG_F32, WG_SHAPE(3, 2), 1, 0, 0, 1, 0, 0);
    EXPECT_EMPTY(wg_eye(g, 0, 2), WG_F32, WG_SHAPE(0, 2));
    WGT_REFUSED(wg_graph_context(g), SHAPE, "eye: -1 rows", wg_eye(g, -1, 2));
    wg_node classes = INTS(g, 1, 0, 2);
    EXPECT(wg_one_hot(classes, .count = 3, .axis = 0), WG_F32, WG_SHAPE(3, 3), 0, 1, 0, 1, 0, 0, 0, 0, 1);
    EXPECT(wg_one_hot(INTS(g, 1, 0), .count = 3, .axis = 0), WG_F32, WG_SHAPE(3, 2), 0, 1, 1, 0, 0, 0);
    EXPECT(wg_one_hot(INTS(g, 1, 0), .count = 3, .axis = -1), WG_F32, WG_SHAPE(2, 3), 0, 1, 0, 1, 0, 0);
    done(g);
}
