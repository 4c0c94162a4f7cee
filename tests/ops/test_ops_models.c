/* test_ops_models.c: softmax and cross-entropies at extremes and at sizes where kernels change; what losses
 * refuse. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

static wg_node classes(wg_graph *g, int64_t n, const int32_t *v)
{
    return wg_input(g, "y", wg_view_i32(v, WG_SHAPE(n)));
}

/* ---- softmax ---- */

static void expect_same_bits(wg_node a, wg_node b)
{
    wg_tensor s = wg_value(a), t = wg_value(b);
    cr_assert(wgt_same_bits(&s, &t));
}

/* The largest is taken off first: whole numbers moved by 1000 give the same bits. */
Test(softmax, is_not_moved_by_a_constant)
{
    const wg_dtype dtypes[] = { WG_F32, WG_F64 };
    for (int i = 0; i < 2; i++) {
        wg_graph *g = graph(dtypes[i]);
        wg_node z = wgt_given(g, WG_SHAPE(2, 3), (double[]){ 5, 2, -1, 300, 299, -300 });
        expect_same_bits(wg_softmax(z), wg_softmax(wg_add(z, 1000)));
        expect_same_bits(wg_log_softmax(z), wg_log_softmax(wg_sub(z, 1000)));
        done(g);
    }
}

/* ---- cross-entropy of classes ---- */

Test(cross_entropy, extremes)
{
    wg_graph *g = graph(WG_F32);
    wg_node z = wgt_given(g, WG_SHAPE(3, 2), (double[]){ 1000, -1000, 1000, -1000, -INFINITY, 0 });
    wg_node y = classes(g, 3, (int32_t[]){ 0, 1, 1 }),
            p = wgt_given(g, WG_SHAPE(3, 2), (double[]){ 1, 0, 0, 1, 0, 1 });
    wgt_expect_close(wg_softmax_cross_entropy(z, y, .reduction = WG_NONE), (double[]){ 0, 2000, 0 }, 3, 0);
    wgt_expect_close(wg_softmax_cross_entropy(z, p, .reduction = WG_NONE), (double[]){ 0, 2000, 0 }, 3, 0);
    done(g);
}

/* ---- large results ---- */

enum { WIDE = 1001, LARGE = 2100, FEW = 3 };

static wg_node entropy_gradient(wg_node x)
{
    wg_node classes = wg_argmax(x, .axis = 1);
    return wg_grad(wg_softmax_cross_entropy(x, classes, .reduction = WG_SUM), x);
}
static wg_node layer_norm(wg_node x)
{
    wg_node gamma = wg_cast(wg_add(wg_arange(wg_graph_of(x), 0, WIDE, 1), 500), WG_F32);
    return wg_layer_norm(x, wg_div(gamma, 1000), wg_sub(gamma, 700));
}
static wg_node layer_norm_gradient(wg_node x) { return slope(wg_square(layer_norm(x)), x); }

static const struct {
    const char *name;
    wg_node (*of)(wg_node x);
} by_rows[] = { { "the gradient of softmax_cross_entropy", entropy_gradient },
                { "layer_norm", layer_norm },
                { "the gradient of layer_norm", layer_norm_gradient } };

/* A result of 8 MiB or more is written past the caches, three of its rows alone are not. Each row has the
 * same bits in both. */
Test(models, large_results_are_those_of_their_rows)
{
    static float v[LARGE * WIDE];
    for (int i = 0; i < LARGE * WIDE; i++) v[i] = (float)(i % 20011 * 7919 % 20011) / 1000 - 10;
    for (int f = 0; f < 3; f++) {
        wg_graph *g = graph(WG_F32);
        const wg_tensor large =
            wg_value(by_rows[f].of(wg_input(g, "x", wg_view_f32(v, WG_SHAPE(LARGE, WIDE)))));
        for (int64_t at = 0; at < LARGE; at += at ? 1048 : 1) {
            wg_node few = wg_input(g, "x", wg_view_f32(v + at * WIDE, WG_SHAPE(FEW, WIDE)));
            cr_assert(!memcmp((const float *)large.data + at * WIDE, wg_value(by_rows[f].of(few)).data,
                              sizeof *v * FEW * WIDE),
                      "%s, row %d", by_rows[f].name, (int)at);
        }
        done(g);
    }
}

/* ---- loss and gradient ---- */

typedef struct both {
    double loss;
    double *gradient;
} both;

/* Logits [3, 2500] and classes or shares; the loss times its own value where that is asked for. */
static both loss_and_gradient(wg_dtype t, int interpret, bool shares, bool squared)
{
    enum { ROWS = 3, N = 2500 };
    wg_start_opts o = WG_OPTS(wg_start_opts, .threads = 2, .interpret = interpret);
    wg_graph *g = wg_graph_new(wgt_start(NULL, t, &o));
    wg_node z = wg_mul(wg_any(g, WG_SHAPE(ROWS, N)), 3), y = classes(g, ROWS, (int32_t[]){ 0, 2400, 1024 });
    if (shares) y = wg_softmax(wg_any(g, WG_SHAPE(ROWS, N)));
    wg_node L = wg_softmax_cross_entropy(z, y), M = squared ? wg_mul(L, L) : L;
    both b = { .gradient = wgt_values(wg_grad(M, z)) };
    b.loss = wg_item(L);
    done(g);
    return b;
}

/* A plan computes loss and gradient in one pass, unless the gradient depends on the loss; the interpreter
 * one by one. The bits are the same, and d(L^2) = 2 L dL. */
Test(cross_entropy, loss_and_gradient_in_one_pass)
{
    enum { ALL = 3 * 2500 };
    for (int i = 0; i < 4; i++) {
        const wg_dtype t = i & 1 ? WG_F64 : WG_F32;
        both planned = loss_and_gradient(t, -1, i & 2, false), apart = loss_and_gradient(t, 1, i & 2, false);
        both squared = loss_and_gradient(t, -1, i & 2, true);
        cr_assert_eq(memcmp(planned.gradient, apart.gradient, ALL * sizeof(double)), 0);
        cr_assert_eq(planned.loss, apart.loss);
        for (int k = 0; k < ALL; k++) {
            const double want = 2 * planned.loss * planned.gradient[k];
            cr_assert(fabs(squared.gradient[k] - want) <=
                          (t == WG_F32 ? 1e-6 : 1e-14) * fmax(fabs(want), 1e-4),
                      "%d", k);
        }
        free(planned.gradient), free(apart.gradient), free(squared.gradient);
    }
}

/* More classes than the sum takes at a time, the largest logit far from the first: of n equal logits and
 * one larger by a, the loss of the larger is ln(1 + n e^-a). */
Test(cross_entropy, of_many_classes)
{
    enum { N = 5000 };
    static double v[N];
    wg_graph *g = graph(WG_F64);
    for (int i = 0; i < N; i++) v[i] = 700;
    v[3100] = 707;
    wg_node z = wgt_given(g, WG_SHAPE(1, N), v);
    wgt_expect_item(wg_softmax_cross_entropy(z, classes(g, 1, (int32_t[]){ 3100 })), log1p((N - 1) * exp(-7)),
                    1e-14);
    wgt_expect_item(wg_softmax_cross_entropy(z, classes(g, 1, (int32_t[]){ 0 })),
                    7 + log1p((N - 1) * exp(-7)), 1e-14);
    v[4000] = NAN;
    wgt_expect_item(
        wg_softmax_cross_entropy(wgt_given(g, WG_SHAPE(1, N), v), classes(g, 1, (int32_t[]){ 0 })), NAN, 0);
    done(g);
}

/* What a mistake in labels says: the row, the label, the number of classes. */
Test(cross_entropy, bad_labels_are_named)
{
    wg_graph *g = graph(WG_F32);
    wg_node z = wgt_given(g, WG_SHAPE(3, 2), (double[6]){ 0 });
    WGT_REFUSED(
        wg_graph_context(g), VALUE,
        "label out of range: 2 at index 1 of classes(g, 3, (int32_t[]){ 0, 2, -1 }) [3], must be from 0 to 1",
        wg_item(wg_softmax_cross_entropy(z, classes(g, 3, (int32_t[]){ 0, 2, -1 }))));
    WGT_REFUSED(wg_graph_context(g), VALUE,
                "label out of range: -1 at index 2 of classes(g, 3, (int32_t[]){ 0, 1, -1 }) [3], must be "
                "from 0 to 1",
                wg_item(wg_softmax_cross_entropy(z, classes(g, 3, (int32_t[]){ 0, 1, -1 }))));
    wg_item(wg_softmax_cross_entropy(z, wgt_given(g, WG_SHAPE(3), (double[]){ 0, 1, 0.5 })));
    wgt_expect_error(wg_graph_context(g), WG_ERROR_VALUE, "a label is no whole number");
    wg_node y = classes(g, 2, (int32_t[]){ 0, 1 });
    wg_softmax_cross_entropy(z, y);
    wgt_expect_error(
        wg_graph_context(g), WG_ERROR_SHAPE,
        "y i32 [2] does not fit z [3,2]: class numbers must be [3], rows of probabilities [3,2]");
    done(g);
}

/* ---- what does not count ---- */

/* Padding: the label need not be a class. What is masked may be anything. */
Test(cross_entropy, ignored_labels_are_not_read)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 2), 0, 0, 5, 1),
            L = wg_softmax_cross_entropy(x, INTS(g, 1, -100), .ignore = -100);
    EXPECT_NEAR(L, WG_F64, WG_SCALAR, log(2));
    EXPECT(wg_grad(L, x), WG_F64, WG_SHAPE(2, 2), 0.5, -0.5, 0, 0);
    wg_node far = INPUT(g, WG_SHAPE(2, 2), 0, 0, INFINITY, 1);
    EXPECT_NEAR(wg_softmax_cross_entropy(far, INTS(g, 1, 0), .mask = VECTOR(g, 1, 0)), WG_F64, WG_SCALAR,
                log(2));
    EXPECT_NEAR(wg_softmax_cross_entropy(far, INTS(g, 1, 0), .mask = wg_greater(VECTOR(g, 1, 0), 0)), WG_F64,
                WG_SCALAR, log(2));
    done(g);
}

/* A row that counts 0 may hold anything: neither its loss nor its gradient reaches the others. */
Test(cross_entropy, what_counts_0_may_be_infinite_or_no_number)
{
    static const double bad[] = { INFINITY, -INFINITY, NAN };
    for (int i = 0; i < 3 * 2 * 2 * 2; i++) {
        const bool logits = i & 1, probabilities = i >> 1 & 1, all = i >> 2 & 1;
        const double b = bad[i / 8];
        wg_graph *g = graph(WG_F64);
        wg_node x = INPUT(g, WG_SHAPE(2, 2), 0, 1, b, all ? b : 1), m = VECTOR(g, 1, 0);
        wg_class_loss_args a = WG_OPTS(wg_class_loss_args, .x = x, .mask = m);
        a.y = probabilities ? INPUT(g, WG_SHAPE(2, 2), 0, 1, 0.5, 0.5) : INTS(g, 1, 0);
        wg_node L = logits ? wg_softmax_cross_entropy_at(WG_HERE, &a) : wg_nll_at(WG_HERE, &a);
        const double e = exp(1), loss = logits ? log(1 + e) - 1 : -1, s = logits ? 1 / (1 + e) : 0;
        EXPECT_NEAR(L, WG_F64, WG_SCALAR, loss);
        wgt_expect_node(__LINE__, wg_grad(L, x), WG_F64, WG_SHAPE(2, 2), WANT(s, logits ? -s : -1, 0, 0),
                        1e-15);
        done(g);
    }
    /* 0 times the logarithm of 0 is 0 */
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(1, 3), -INFINITY, log(0.5), log(0.5)),
            p = INPUT(g, WG_SHAPE(1, 3), 0, 0.5, 0.5);
    EXPECT_NEAR(wg_nll(x, p), WG_F64, WG_SCALAR, log(2));
    EXPECT_NEAR(wg_softmax_cross_entropy(x, p), WG_F64, WG_SCALAR, log(2));
    EXPECT(wg_grad(wg_nll(x, p), x), WG_F64, WG_SHAPE(1, 3), 0, -0.5, -0.5);
    done(g);
}

/* ---- yes or no ---- */

Test(binary_cross_entropy, values_and_extremes)
{
    wg_graph *g = graph(WG_F64);
    wg_node p = wgt_given(g, WG_SHAPE(5), (double[]){ 0, 1, 0, 1, 0.25 }),
            y = wgt_given(g, WG_SHAPE(5), (double[]){ 0, 1, 1, 0, 1 });
    wg_node L = wg_binary_cross_entropy(p, y, .reduction = WG_NONE);
    wgt_expect_close(L, (double[]){ 0, 0, INFINITY, INFINITY, log(4) }, 5, 1e-15);
    wg_node q = wgt_given(g, WG_SHAPE(4), (double[]){ 0, 1, 0.25, 0.5 }),
            t = wgt_given(g, WG_SHAPE(4), (double[]){ 0, 1, 1, 0.5 });
    wgt_expect_close(wg_grad(wg_binary_cross_entropy(q, t, .reduction = WG_SUM), q),
                     (double[]){ 0, 0, -4, 0 }, 4, 1e-15);
    wgt_expect_item(wg_binary_cross_entropy(wgt_given(g, WG_SCALAR, (double[]){ 0.5 }), wg_scalar(g, 1)),
                    log(2), 1e-15);
    done(g);
}

/* Weight decay counts matrices. It does not count vectors, nor parameters that are not in the graph. */
Test(l2, half_lambda_times_the_squares_of_matrices)
{
    wg_graph *g = graph(WG_F64);
    wg_params *p = wg_params_new(wg_graph_context(g));
    wg_param(g, p, "absent", WG_SHAPE(2, 2), wg_const(100));
    wg_begin(g, WG_TRAIN);
    WGT_REFUSED(wg_graph_context(g), USE, "call it after the layers", wg_l2(g, p, 0.1));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_values((double[]){ 1, 2, 3, 4 }));
    wg_param(g, p, "b", WG_SHAPE(2), wg_const(100));
    wg_param(g, wg_params_in(p, "deep"), "V", WG_SHAPE(1, 2), wg_const(2));
    wg_node L = wg_l2(g, p, 0.5);
    wgt_expect_item(L, 0.25 * (30 + 8), 1e-15);
    wgt_expect_close(wg_grad(L, W), (double[]){ 0.5, 1, 1.5, 2 }, 4, 1e-15);
    wgt_expect_item(wg_l2(g, wg_params_in(p, "deep"), 0.5), 0.25 * 8, 1e-15);
    done(g);
}
