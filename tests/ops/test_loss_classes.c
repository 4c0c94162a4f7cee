/* test_loss_classes.c: losses of classes and of vectors against their formulas in long double. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

enum { ROWS = 4, CLASSES = 3 };
static const double z[ROWS][CLASSES] = { { 1, -2, 0.5 }, { 3, 0, -1 }, { -4, 2, 2 }, { 0, 0.25, -0.75 } };
static const int32_t labels[ROWS] = { 2, 0, 1, 0 };
static const double shares[ROWS][CLASSES] = {
    { 0.2, 0.3, 0.5 }, { 1, 0, 0 }, { 0.1, 0.6, 0.3 }, { 0, 0.5, 0.5 }
};

typedef struct options {
    double smoothing;
    bool weights, mask, shares;
    int ignore; /* -1: none */
    wg_reduction reduction;
} options;

Test(loss_classes, only_a_reduction_is_one)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2);
    for (int r = -1; r <= 3; r += 4) {
        wg_mae(x, x, .reduction = (wg_reduction)r);
        wgt_expect_error(wg_graph_context(g), WG_ERROR_VALUE, "must be one of");
    }
    done(g);
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

/* ---- derivatives by every operand, where weights, masks and probabilities are 0 and 1 ---- */

/* The operands of a loss, one after the other: logits or logarithms x, weights w, mask m, probabilities p. */
enum { X = 0, W = X + ROWS * CLASSES, M = W + CLASSES, P = M + ROWS, ALL = P + ROWS * CLASSES };
typedef struct point {
    options o;
    bool logits;
    double rows[ROWS]; /* with reduction none the losses are added, times these */
} point;
typedef long double numbers[ALL];

/* The formula of the op, at v. It has no branch at 0, so its differences are those of a smooth function. */
static long double formula(const point *q, const numbers v)
{
    long double sum = 0, count = 0;
    for (int r = 0; r < ROWS; r++) {
        long double loss = 0, all = 0, c = q->o.mask ? v[M + r] : 1;
        for (int j = 0; j < CLASSES; j++) all += expl(v[X + r * CLASSES + j]);
        for (int j = 0; j < CLASSES; j++) {
            const long double p = q->o.shares ? v[P + r * CLASSES + j] : j == labels[r],
                              t = (1 - q->o.smoothing) * p + (long double)q->o.smoothing / CLASSES;
            loss -=
                (q->o.weights ? v[W + j] : 1) * t * (v[X + r * CLASSES + j] - (q->logits ? logl(all) : 0));
        }
        if (labels[r] == q->o.ignore) c = 0;
        sum += loss * c * (q->o.reduction == WG_NONE ? q->rows[r] : 1);
        count += c * (q->o.weights && !q->o.shares ? v[W + labels[r]] : 1);
    }
    return q->o.reduction == WG_MEAN ? sum / count : sum;
}
/* By differences of order 4, in long double: the slope at v in the direction u, of the formula or, if `along`
 * is given, of its slope in that direction. */
static long double difference(const point *q, const numbers v, const numbers u, const long double *along)
{
    static const int step[] = { -2, -1, 1, 2 }, factor[] = { 1, -8, 8, -1 };
    const long double h = 0x1p-9L;
    long double sum = 0;
    for (int k = 0; k < 4; k++) {
        numbers at;
        for (int i = 0; i < ALL; i++) at[i] = v[i] + step[k] * h * u[i];
        sum += factor[k] * (along ? difference(q, at, along, NULL) : formula(q, at));
    }
    return sum / (12 * h);
}

static wg_node loss_at(wg_graph *g, const point *q, const double v[ALL], wg_node leaf[4])
{
    const wg_shape matrix = WG_SHAPE(ROWS, CLASSES);
    leaf[0] = wg_input(g, "x", wg_view_f64(v + X, matrix));
    leaf[1] = q->o.weights ? wg_input(g, "w", wg_view_f64(v + W, WG_SHAPE(CLASSES))) : wg_none;
    leaf[2] = q->o.mask ? wg_input(g, "m", wg_view_f64(v + M, WG_SHAPE(ROWS))) : wg_none;
    leaf[3] = q->o.shares ? wg_input(g, "p", wg_view_f64(v + P, matrix)) : wg_none;
    wg_class_loss_args a = { .x = leaf[0],
                             .weights = leaf[1],
                             .mask = leaf[2],
                             .smoothing = q->o.smoothing,
                             .reduction = q->o.reduction,
                             .ignore = q->o.ignore < 0 ? 0
                                       : q->o.ignore   ? q->o.ignore
                                                       : WG_ZERO,
                             .y = q->o.shares ? leaf[3]
                                              : wg_input(g, "y", wg_view_i32(labels, WG_SHAPE(ROWS))) };
    wg_node L = q->logits ? wg_softmax_cross_entropy_at(WG_HERE, &a) : wg_nll_at(WG_HERE, &a);
    return q->o.reduction == WG_NONE
               ? wg_sum(wg_mul(L, wg_input(g, "rows", wg_view_f64(q->rows, WG_SHAPE(ROWS)))))
               : L;
}

/* Gradient by each operand, and of the slope along u likewise: the products of the Hessian with u. */
static int compare_point(const point *q, const double v[ALL], const double u[ALL])
{
    static const int first[] = { X, W, M, P, ALL };
    wg_graph *g = graph(WG_F64);
    wg_node leaf[4], L = loss_at(g, q, v, leaf), d[4], slope_u = wg_none;
    numbers at = { 0 }, along = { 0 };
    int compared = 0;
    for (int k = 0; k < 4; k++) {
        if (wg_is_none(leaf[k])) continue;
        d[k] = wg_grad(L, leaf[k]);
        wg_node part =
            wg_sum(wg_mul(d[k], wg_input(g, "u", wg_view_f64(u + first[k], wg_node_shape(leaf[k])))));
        slope_u = wg_is_none(slope_u) ? part : wg_add(slope_u, part);
        for (int i = first[k]; i < first[k + 1]; i++) along[i] = u[i];
    }
    for (int i = 0; i < ALL; i++) at[i] = v[i];
    cr_assert(fabsl(wg_item(L) - formula(q, at)) <= 1e-14L * (1 + fabsl(formula(q, at))), "%.17g, not %.17Lg",
              wg_item(L), formula(q, at));
    for (int k = 0; k < 8; k++) {
        if (wg_is_none(leaf[k / 2])) continue;
        double *got = wgt_values(k % 2 ? wg_grad(slope_u, leaf[k / 2]) : d[k / 2]);
        cr_assert(got, "%s", wg_message(wg_graph_context(g)));
        for (int i = first[k / 2]; i < first[k / 2 + 1]; i++, compared++) {
            numbers e = { 0 };
            e[i] = 1;
            const long double want = difference(q, at, e, k % 2 ? along : NULL), has = got[i - first[k / 2]];
            cr_expect(fabsl(has - want) <= 1e-8L * (1 + fabsl(want)),
                      "%s, order %d, by operand %d [%d]: %.12Lg, not %.12Lg (weights %d, mask %d, "
                      "probabilities %d, smoothing %g, ignore %d, reduction %d)",
                      q->logits ? "softmax_cross_entropy" : "nll", 1 + k % 2, k / 2, i - first[k / 2], has,
                      want, q->o.weights, q->o.mask, q->o.shares, q->o.smoothing, q->o.ignore,
                      q->o.reduction);
        }
        free(got);
    }
    cr_assert_eq(wg_failed(wg_graph_context(g)), WG_OK, "%s", wg_message(wg_graph_context(g)));
    done(g);
    return compared;
}

/* Numbers of lattice `way`: 0 none is 0; 1 one in three; 2 all of them. */
static void fill_point(double v[ALL], int way)
{
    static const double weight[3][CLASSES] = { { 0.5, 2, 1.25 }, { 0, 1.5, 1 }, { 0, 0, 0 } },
                        counts[3][ROWS] = { { 1, 0.25, 0.5, 2 }, { 1, 0, 0, 0.5 }, { 0, 0, 0, 0 } };
    for (int i = 0; i < ROWS * CLASSES; i++)
        v[X + i] = (&z[0][0])[i] / (1 + way), v[P + i] = (&shares[0][0])[i];
    for (int i = 0; i < CLASSES; i++) v[W + i] = weight[way][i];
    for (int i = 0; i < ROWS; i++) v[M + i] = counts[way][i];
}

/* Where all weights or counts are 0 a mean is 0 / 0: those points are for sum and none. */
Test(loss_classes, derivatives_by_every_operand_where_weights_are_0)
{
    double u[ALL], v[ALL];
    int points = 0, compared = 0;
    for (int i = 0; i < ALL; i++) u[i] = cos(3 * i + 1);
    for (int i = 0; i < 3 * 3 * 64; i++) {
        point q = { { .smoothing = i & 1 ? 0.125 : 0,
                      .weights = i >> 1 & 1,
                      .mask = i >> 2 & 1,
                      .shares = i >> 3 & 1,
                      .ignore = (i >> 5 & 1) - 1,
                      .reduction = (wg_reduction)(i / 64 % 3) },
                    .logits = i >> 4 & 1,
                    .rows = { 1, -0.5, 0, 2 } };
        const int way = i / 192;
        if ((q.o.shares && q.o.ignore >= 0) || (way == 2 && q.o.reduction == WG_MEAN)) continue;
        fill_point(v, way);
        compared += compare_point(&q, v, u);
        points++;
    }
    fprintf(stderr, "losses of classes: %d points, %d derivatives\n", points, compared);
    cr_expect_geq(points, 2 * 60);
}

/* A row that counts 0 may hold anything: neither its loss nor its gradient reaches the others. */
Test(loss_classes, what_counts_0_may_be_infinite_or_no_number)
{
    static const double bad[] = { INFINITY, -INFINITY, NAN };
    for (int i = 0; i < 3 * 2 * 2 * 2; i++) {
        const bool logits = i & 1, probabilities = i >> 1 & 1, all = i >> 2 & 1;
        const double b = bad[i / 8];
        wg_graph *g = graph(WG_F64);
        wg_node x = INPUT(g, WG_SHAPE(2, 2), 0, 1, b, all ? b : 1), m = VECTOR(g, 1, 0);
        wg_class_loss_args a = { .x = x, .mask = m };
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

/* ---- vectors ---- */
