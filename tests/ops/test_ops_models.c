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

/* Rows of [n, 1001] logits, from `first` on: whole rows of the larger array. */
static wg_node rows_of_logits(wg_graph *g, int64_t first, int64_t n, wg_node *y)
{
    float *z = malloc((size_t)(n * 1001) * sizeof *z);
    int32_t *label = malloc((size_t)n * sizeof *label);
    for (int64_t i = 0; i < n * 1001; i++) z[i] = (float)((first * 1001 + i) * 7919 % 20011) / 1000 - 10;
    for (int64_t i = 0; i < n; i++) label[i] = (int32_t)((first + i) * 389 % 1001);
    wg_node logits = wg_input(g, "z", wg_view_f32(z, WG_SHAPE(n, 1001)));
    *y = wg_input(g, "y", wg_view_i32(label, WG_SHAPE(n)));
    free(z), free(label);
    return logits;
}

static wg_node gradient_of_rows(wg_node z, wg_node y)
{
    return wg_grad(wg_softmax_cross_entropy(z, y, .reduction = WG_SUM), z);
}

/* A gradient of 8 MiB or more is written past the caches, three of its rows alone are not. Each row has the
 * same bits in both. */
Test(cross_entropy, large_gradients_are_those_of_their_rows)
{
    const int64_t at[] = { 0, 1, 1049, 2097 };
    wg_graph *g = graph(WG_F32);
    wg_node y, z = rows_of_logits(g, 0, 2100, &y);
    wg_tensor large = wg_value(gradient_of_rows(z, y));
    for (int i = 0; i < 4; i++) {
        wg_graph *h = graph(WG_F32);
        wg_node few_y, few_z = rows_of_logits(h, at[i], 3, &few_y);
        wg_tensor few = wg_value(gradient_of_rows(few_z, few_y));
        cr_assert_eq(memcmp((const float *)large.data + at[i] * 1001, few.data, 3 * 1001 * sizeof(float)), 0,
                     "row %d", (int)at[i]);
        done(h);
    }
    done(g);
}

typedef struct both {
    double loss;
    double *gradient;
} both;

/* Logits [3, 2500] and classes or shares; the loss times its own value where that is asked for. */
static both loss_and_gradient(wg_dtype t, int interpret, bool shares, bool squared)
{
    enum { ROWS = 3, N = 2500 };
    wg_options o = { .threads = 2, .interpret = interpret };
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
    wg_item(wg_softmax_cross_entropy(z, classes(g, 3, (int32_t[]){ 0, 2, -1 })));
    wgt_expect_error(wg_graph_context(g), WG_ERROR_VALUE,
                     "label out of range: 2 at index 1, must be from 0 to 1");
    wg_item(wg_softmax_cross_entropy(z, classes(g, 3, (int32_t[]){ 0, 1, -1 })));
    wgt_expect_error(wg_graph_context(g), WG_ERROR_VALUE,
                     "label out of range: -1 at index 2, must be from 0 to 1");
    wg_item(wg_softmax_cross_entropy(z, wgt_given(g, WG_SHAPE(3), (double[]){ 0, 1, 0.5 })));
    wgt_expect_error(wg_graph_context(g), WG_ERROR_VALUE, "a label is no whole number");
    wg_node y = classes(g, 2, (int32_t[]){ 0, 1 });
    wg_softmax_cross_entropy(z, y);
    wgt_expect_error(
        wg_graph_context(g), WG_ERROR_SHAPE,
        "y i32 [2] does not fit z [3,2]: class numbers must be [3], rows of probabilities [3,2]");
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

/* [3,1] beside [3] would broadcast to nine losses. */
Test(losses, refuse_to_broadcast)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = wg_any(g, WG_SHAPE(3, 1)), y = wg_any(g, WG_SHAPE(3));
    wg_mse(x, y);
    wgt_expect_error(wg_graph_context(g), WG_ERROR_SHAPE, "mse: shapes differ: x [3,1] with y [3]");
    wg_bce_with_logits(x, y);
    wgt_expect_error(wg_graph_context(g), WG_ERROR_SHAPE,
                     "bce_with_logits: shapes differ: x [3,1] with y [3]");
    wg_binary_cross_entropy(x, y);
    wgt_expect_error(wg_graph_context(g), WG_ERROR_SHAPE,
                     "binary_cross_entropy: shapes differ: x [3,1] with y [3]");
    done(g);
}

/* Weight decay counts matrices. It does not count vectors, nor parameters that are not in the graph. */
Test(l2, half_lambda_times_the_squares_of_matrices)
{
    wg_graph *g = graph(WG_F64);
    wg_params *p = wg_params_new(wg_graph_context(g));
    wg_param(g, p, "absent", WG_SHAPE(2, 2), wg_const(100));
    wg_begin(g, WG_TRAIN);
    wg_l2(g, p, 0.1);
    wgt_expect_error(wg_graph_context(g), WG_ERROR_USE, "call it after the layers");
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_values((double[]){ 1, 2, 3, 4 }));
    wg_param(g, p, "b", WG_SHAPE(2), wg_const(100));
    wg_param(g, wg_params_in(p, "deep"), "V", WG_SHAPE(1, 2), wg_const(2));
    wg_node L = wg_l2(g, p, 0.5);
    wgt_expect_item(L, 0.25 * (30 + 8), 1e-15);
    wgt_expect_close(wg_grad(L, W), (double[]){ 0.5, 1, 1.5, 2 }, 4, 1e-15);
    wgt_expect_item(wg_l2(g, wg_params_in(p, "deep"), 0.5), 0.25 * 8, 1e-15);
    done(g);
}
