/* test_loss_classes.c: losses of classes and of vectors against their formulas in long double. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

enum { ROWS = 4, CLASSES = 3 };
static const double z[ROWS][CLASSES] = { { 1, -2, 0.5 }, { 3, 0, -1 }, { -4, 2, 2 }, { 0, 0.25, -0.75 } };
static const int32_t labels[ROWS] = { 2, 0, 1, 0 };
static const double weights[CLASSES] = { 0.5, 2, 1.25 };
static const double mask[ROWS] = { 1, 0, 0.5, 1 };
static const double shares[ROWS][CLASSES] = {
    { 0.2, 0.3, 0.5 }, { 1, 0, 0 }, { 0.1, 0.6, 0.3 }, { 0, 0.5, 0.5 }
};

typedef struct options {
    double smoothing;
    bool weights, mask, shares;
    int ignore; /* -1: none */
    wg_reduction reduction;
} options;

static long double log_share(int r, int j)
{
    long double sum = 0;
    for (int i = 0; i < CLASSES; i++) sum += expl(z[r][i]);
    return z[r][j] - logl(sum);
}

/* As the header says it. losses: of each row. Returns the sum or the mean. */
static double expected(const options *o, double losses[ROWS])
{
    long double sum = 0, count = 0;
    for (int r = 0; r < ROWS; r++) {
        long double loss = 0, of_row = o->mask ? mask[r] : 1;
        for (int j = 0; j < CLASSES; j++) {
            const long double p = o->shares ? shares[r][j] : j == labels[r];
            loss -= (o->weights ? weights[j] : 1) * ((1 - o->smoothing) * p + o->smoothing / CLASSES) *
                    log_share(r, j);
        }
        if (!o->shares && labels[r] == o->ignore) of_row = 0;
        losses[r] = (double)(loss * of_row);
        sum += loss * of_row;
        count += of_row * (o->weights && !o->shares ? weights[labels[r]] : 1);
    }
    return (double)(o->reduction == WG_SUM ? sum : sum / count);
}

static void compare(const options *o)
{
    for (int logits = 0; logits <= 1; logits++) {
        wg_graph *g = graph(WG_F64);
        wg_node x = wg_input(g, "z", wg_view_f64(&z[0][0], WG_SHAPE(ROWS, CLASSES)));
        wg_class_loss_args a = { .reduction = o->reduction, .smoothing = o->smoothing };
        a.x = logits ? x : wg_log_softmax(x);
        a.y = o->shares ? wg_input(g, "p", wg_view_f64(&shares[0][0], WG_SHAPE(ROWS, CLASSES)))
                        : wg_input(g, "y", wg_view_i32(labels, WG_SHAPE(ROWS)));
        if (o->weights) a.weights = wg_input(g, "w", wg_view_f64(weights, WG_SHAPE(CLASSES)));
        if (o->mask) a.mask = wg_input(g, "m", wg_view_f64(mask, WG_SHAPE(ROWS)));
        if (o->ignore >= 0) a.ignore = o->ignore ? o->ignore : WG_ZERO;
        wg_node L = logits ? wg_softmax_cross_entropy_at(WG_HERE, &a) : wg_nll_at(WG_HERE, &a);
        double losses[ROWS], want = expected(o, losses);
        wg_tensor t = wg_value(L);
        cr_assert_eq(wg_failed(wg_graph_context(g)), WG_OK, "%s", wg_message(wg_graph_context(g)));
        for (int i = 0; i < (o->reduction == WG_NONE ? ROWS : 1); i++) {
            const double w = o->reduction == WG_NONE ? losses[i] : want;
            cr_assert(fabs(wg_tensor_item(&t, i) - w) < 1e-14 * (1 + fabs(w)),
                      "logits %d, s %g, weights %d, mask %d, shares %d, ignore %d: %.17g, not %.17g", logits,
                      o->smoothing, o->weights, o->mask, o->shares, o->ignore, wg_tensor_item(&t, i), w);
        }
        done(g);
    }
}

Test(loss_classes, every_choice_of_options)
{
    for (int i = 0; i < 2 * 2 * 2 * 2 * 3 * 3; i++) {
        options o = { .smoothing = i & 1 ? 0.1 : 0,
                      .weights = i >> 1 & 1,
                      .mask = i >> 2 & 1,
                      .shares = i >> 3 & 1,
                      .ignore = i / 16 % 3 - 1,
                      .reduction = (wg_reduction)(i / 48) };
        if (!o.shares || o.ignore < 0) compare(&o);
    }
}

/* Padding: the label need not be a class. What is masked may be anything. */
Test(loss_classes, ignored_labels_are_not_read)
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

/* ---- vectors ---- */

Test(loss_vectors, kl)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 2), log(0.25), log(0.75), log(0.5), log(0.5)),
            y = INPUT(g, WG_SHAPE(2, 2), 0.5, 0.5, 0, 1);
    const double first = 0.5 * log(2) + 0.5 * log(0.5 / 0.75), second = log(2);
    EXPECT_NEAR(wg_kl(x, y, .reduction = WG_NONE), WG_F64, WG_SHAPE(2), first, second);
    EXPECT_NEAR(wg_kl(x, y), WG_F64, WG_SCALAR, (first + second) / 2);
    EXPECT_NEAR(wg_grad(wg_kl(x, y, .reduction = WG_SUM), x), WG_F64, WG_SHAPE(2, 2), -0.5, -0.5, 0, -1);
    EXPECT_NEAR(wg_grad(wg_kl(x, y, .reduction = WG_SUM), y), WG_F64, WG_SHAPE(2, 2), 1 + log(2),
                1 + log(0.5) - log(0.75), 0, 1 + log(2));
    done(g);
}

Test(loss_vectors, cosine)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(3, 2), 3, 4, 1, 0, 0, 0), y = INPUT(g, WG_SHAPE(3, 2), 4, 3, -2, 0, 1, 1);
    EXPECT_CLOSE(wg_cosine_similarity(x, y), 0.96, -1, 0);
    EXPECT_CLOSE(wg_cosine_loss(x, y, .reduction = WG_NONE), 1 - 0.96, 2, 1);
    wg_node d = slope(wg_slice(wg_cosine_similarity(x, y), .to = 2), x);
    /* (y / |y| - c x / |x|) / |x| */
    wgt_expect_node(__LINE__, d, WG_F64, WG_SHAPE(3, 2),
                    WANT((0.8 - 0.96 * 0.6) / 5, (0.6 - 0.96 * 0.8) / 5, 0, 0, 0, 0), 1e-15);
    EXPECT_CLOSE(wg_cosine_similarity(x, y, .axis = WG_AXES(0), .eps = 1e6), 10e-6, 12e-6);
    done(g);
}

Test(loss_vectors, triplet_and_smooth_l1)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 2), 0, 0, 0, 0), p = INPUT(g, WG_SHAPE(2, 2), 3, 4, 0, 1),
            n = INPUT(g, WG_SHAPE(2, 2), 6, 8, 0, 9);
    EXPECT_VECTOR(wg_triplet(x, p, n, .reduction = WG_NONE, .margin = 6), 1, 0);
    EXPECT(wg_triplet(x, p, n, .margin = 6), WG_F64, WG_SCALAR, 0.5);
    EXPECT_VECTOR(wg_triplet(x, x, x, .reduction = WG_NONE), 1, 1);
    EXPECT_VECTOR(wg_triplet(x, x, x, .reduction = WG_NONE, .margin = WG_ZERO), 0, 0);
    EXPECT_NEAR(wg_grad(wg_triplet(x, x, n, .margin = 99, .reduction = WG_SUM), x), WG_F64, WG_SHAPE(2, 2),
                0.6, 0.8, 0, 1);
    wg_node a = VECTOR(g, 0, 1, -4), zero = VECTOR(g, 0, 0, 0);
    EXPECT_VECTOR(wg_smooth_l1(a, zero, .delta = 2, .reduction = WG_NONE), 0, 0.25, 3);
    EXPECT_VECTOR(wg_grad(wg_smooth_l1(a, zero, .delta = 2, .reduction = WG_SUM), a), 0, 0.5, -1);
    EXPECT_VECTOR(wg_smooth_l1(a, zero, .reduction = WG_NONE), 0, 0.5, 3.5);
    done(g);
}
