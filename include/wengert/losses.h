/* SPDX-License-Identifier: MIT */
/* losses.h: what a prediction costs. ops.h includes this header. Unless it says otherwise, predictions
 * and targets have equal shapes: [m,1] beside [m] is an error. The mean over no elements is NaN, and an
 * error in wg_backward.
 *
 *     wg_node a = wg_softmax_cross_entropy(logits, y);        classes: y are numbers, or rows of probabilities
 *     wg_node b = wg_bce_with_logits(z, t);                   two classes: t is 0 or 1
 *     wg_node c = wg_mse(prediction, wanted);                 numbers
 *     wg_node d = wg_huber(prediction, wanted, .delta = 2);   numbers, some of which are far off
 *     wg_node e = wg_add(a, wg_l2(g, p, 1e-4));               with a penalty for large weights
 *     double share = wg_item(wg_accuracy(logits, y)); */
#ifndef WENGERT_LOSSES_H
#define WENGERT_LOSSES_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

typedef enum wg_reduction { WG_MEAN, WG_SUM, WG_NONE } wg_reduction; /* WG_NONE: one loss for each example */
#define wg_loss_args_list(P, X) \
    P(wg_node, x) /* predictions */ \
    P(wg_node, y) /* targets */ \
    X(wg_reduction, reduction, WG_MEAN, "mean, sum, none", "of the elements' losses")
WG_OPTIONS_AND_OPERANDS(wg_loss_args);

/* ---- classes ---- */

#define wg_class_loss_args_list(P, X) \
    P(wg_node, x) /* [..., classes] */ \
    P(wg_node, y) /* class numbers [...], integers or floats with integer values; or probabilities [..., classes] */ \
    X(wg_reduction, reduction, WG_MEAN, "mean, sum, none", "of the rows' losses") \
    X(double, smoothing, 0, "[0, 1]", "s: the target becomes (1 - s) p + s / classes") \
    X(wg_node, weights, WG_NO_NODE, "", "[classes]: the loss of a class counts so much") \
    X(wg_node, mask, WG_NO_NODE, "", "[...], bool or float: the loss of a row counts so much") \
    X(double, ignore, WG_AUTO, "(-inf, inf)", "rows with this class number count nothing; default: there is none") \
    X(bool, any_rows, false, "", "rows of y may be any weights of the classes, that do not add up to 1")
WG_OPTIONS_AND_OPERANDS(wg_class_loss_args);
/* Cross-entropy of softmax(x), x: logits. A row of probabilities that does not add up to 1, to a thousandth, is an error
 * while the graph runs, and so is a mean of which no row counts. With weights, mask or ignore the mean is the sum of the
 * losses divided by the sum of what the rows count: with class numbers weights[y] mask, with
 * probabilities mask. */
WG_API wg_node wg_softmax_cross_entropy_at(wg_site here, const wg_class_loss_args *a);
/* The same of logarithms of probabilities x, such as wg_log_softmax makes. */
WG_API wg_node wg_nll_at(wg_site here, const wg_class_loss_args *a);
#define wg_softmax_cross_entropy(...) \
    WG_NAMED(wg_softmax_cross_entropy_at, wg_class_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_nll(...) WG_NAMED(wg_nll_at, wg_class_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)

/* Binary cross-entropy of predicted probabilities x against targets y, of equal shapes: -(y ln x + (1 - y)
 * ln(1 - x)). 0 ln 0 is 0. An x that is not in [0, 1] is an error. */
WG_API wg_node wg_binary_cross_entropy_at(wg_site here, const wg_loss_args *a);
/* The same of each element, without a sum or mean: of a probability p and a target t, which broadcast. */
WG_API wg_node wg_bce_at(wg_site here, wg_node p, wg_node t);
/* binary_cross_entropy of the probabilities sigmoid(x), without overflow. */
WG_API wg_node wg_bce_with_logits_at(wg_site here, const wg_loss_args *a);
/* Kullback and Leibler's divergence of rows, along the last axis: sum y (ln y - x). x: logarithms of
 * the predicted probabilities, y: probabilities. 0 ln 0 is 0. The mean is over rows. */
WG_API wg_node wg_kl_at(wg_site here, const wg_loss_args *a);
#define wg_binary_cross_entropy(...) \
    WG_NAMED(wg_binary_cross_entropy_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_bce(p, t)            wg_bce_at(WG_AT(#p ", " #t), WG_OPERAND(p), WG_OPERAND(t))
#define wg_bce_with_logits(...) WG_NAMED(wg_bce_with_logits_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_kl(...)              WG_NAMED(wg_kl_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)

/* ---- distances ---- */

WG_API wg_node wg_mse_at(wg_site here, const wg_loss_args *a); /* squared error (x - y)^2, of equal shapes */
WG_API wg_node wg_mae_at(wg_site here, const wg_loss_args *a); /* absolute error |x - y|, of equal shapes */
/* max(1 - x y, 0) of a score x against a target y, -1 or 1, of equal shapes. Another y is an error: of targets 0 and 1
 * write 2 y - 1. */
WG_API wg_node wg_hinge_at(wg_site here, const wg_loss_args *a);
#define wg_mse(...)   WG_NAMED(wg_mse_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_mae(...)   WG_NAMED(wg_mae_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_hinge(...) WG_NAMED(wg_hinge_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_huber_args_list(P, X) \
    P(wg_node, x) /* predictions */ \
    P(wg_node, y) /* targets, of the same shape */ \
    X(wg_reduction, reduction, WG_MEAN, "mean, sum, none", "of the elements' losses") \
    X(double, delta, 1, "(0, inf]", "where the line begins")
WG_OPTIONS_AND_OPERANDS(wg_huber_args);
/* d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2); d = x - y. */
WG_API wg_node wg_huber_at(wg_site here, const wg_huber_args *a);
/* The same divided by delta: d^2 / (2 delta) where |d| <= delta, else |d| - delta / 2. */
WG_API wg_node wg_smooth_l1_at(wg_site here, const wg_huber_args *a);
#define wg_huber(...)     WG_NAMED(wg_huber_at, wg_huber_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_smooth_l1(...) WG_NAMED(wg_smooth_l1_at, wg_huber_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_cosine_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, y) /* of the same shape */ \
    X(int, axis, -1, "", "one axis") \
    X(double, eps, 1e-8, "[0, inf)", "the product of the lengths counts as at least this")
WG_OPTIONS_AND_OPERANDS(wg_cosine_args);
/* The cosine of the angle between the vectors along an axis. */
WG_API wg_node wg_cosine_similarity_at(wg_site here, const wg_cosine_args *a);
/* 1 - that cosine, along the last axis. The mean is over the vectors. */
WG_API wg_node wg_cosine_loss_at(wg_site here, const wg_loss_args *a);
#define wg_cosine_similarity(...) \
    WG_NAMED(wg_cosine_similarity_at, wg_cosine_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)
#define wg_cosine_loss(...) WG_NAMED(wg_cosine_loss_at, wg_loss_args, (x, y), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_triplet_args_list(P, X) \
    P(wg_node, x) /* vectors, along the last axis */ \
    P(wg_node, positive) /* of the same shape: what should be near x */ \
    P(wg_node, negative) /* and what should be far */ \
    X(wg_reduction, reduction, WG_MEAN, "mean, sum, none", "of the vectors' losses") \
    X(double, margin, 1, "[0, inf)", "how much farther the negative one should be")
WG_OPTIONS_AND_OPERANDS(wg_triplet_args);
/* max(|x - positive| - |x - negative| + margin, 0). */
WG_API wg_node wg_triplet_at(wg_site here, const wg_triplet_args *a);
#define wg_triplet(...) WG_NAMED(wg_triplet_at, wg_triplet_args, (x, positive, negative), 3, #__VA_ARGS__, __VA_ARGS__)

/* ---- no losses, but as they are used ---- */

/* The share of rows whose largest logit is at the class number, or at the largest probability, of y. No
 * rows: an error. Of one logit a row it is wg_mean(wg_equal(wg_greater(z, 0), y)). */
WG_API wg_node wg_accuracy_at(wg_site here, wg_node logits, wg_node y);
/* lambda / 2 times the sum of w^2 over the parameters of p in g that have two or more axes. */
WG_API wg_node wg_l2_at(wg_site here, wg_graph *g, wg_params *p, double lambda);
#define wg_accuracy(logits, y) wg_accuracy_at(WG_AT(#logits ", " #y), logits, y)
#define wg_l2(g, p, lambda)    wg_l2_at(WG_AT(#lambda), g, p, lambda)

WG_END_DECLS
#endif
