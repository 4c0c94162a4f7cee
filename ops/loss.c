/* loss.c: losses: binary cross-entropies, mean squared error, those of classes, of distances and of vectors;
 * accuracy, the L2 penalty. Predictions and targets of a loss must have equal shapes: [m,1] beside [m] would
 * broadcast to m * m losses. */
#include "class_rules.h"
#include "reduce_rules.h"
#include "sample_shapes.h"
#include "tails.h"
#include "wgx/graph.h"

/* Whether no element of operand j, of a MAP, is as BAD says, an expression in p[i]. Else a fault at the first
 * one. */
#define FIND_(T, BAD)                                 \
    do {                                              \
        const T *p = k->x[j];                         \
        for (int64_t i = 0; i < n; i++) bad |= (BAD); \
        int64_t i = 0;                                \
        while (bad && !(BAD)) i++;                    \
        if (bad) at = i, number = (double)p[i];       \
    } while (0)
#define NONE_IS(BAD)                                                                 \
    const int64_t all = k->end - k->begin, n = k->step[j] || all < 1 ? all : 1;      \
    int64_t at = 0;                                                                  \
    double number = 0;                                                               \
    int bad = 0;                                                                     \
    if (k->xt[j].dtype == WG_F32) FIND_(float, BAD);                                 \
    else FIND_(double, BAD);                                                         \
    if (bad) wg_fault_number(k, k->begin + at, number, text), k->fault->operand = j; \
    return !bad
static inline bool in_unit(const wg_kernel *k, int j, const char *text) { NONE_IS(p[i] < 0 || p[i] > 1); }
/* A thousandth is left to targets of 16 bits, as in rows of probabilities. */
static inline bool are_targets(const wg_kernel *k)
{
    const int j = 1;
    const char *const text = "targets are from 0 to 1 (of targets -1 and 1 write (y + 1)/2)";
    NONE_IS(p[i] < -1e-3f || p[i] > 1 + 1e-3f);
}
static inline bool are_signs(const wg_kernel *k, int j, const char *text)
{
    NONE_IS(!(p[i] == 1 || p[i] == -1));
}

/* a: probability, b: target. 0 ln 0 counts as 0. */
static inline bool bce_values(const wg_kernel *k)
{
    WG_MAP2(k, -((b == 0 ? 0 : b * LOG(a)) + (b == 1 ? 0 : (1 - b) * LOG1P(-a))));
}
KERNEL(bce) { return in_unit(k, 0, "a probability is not in [0, 1]") && are_targets(k) && bce_values(k); }
/* The same, where r is 1 - p with all its digits. Few elements have a p next to 1. */
#define BCE_(b, log_p, log_r) (-((b == 0 ? 0 : b * (log_p)) + (b == 1 ? 0 : (1 - b) * (log_r))))
#define BCE_BY_REST(T)                                                                          \
    do {                                                                                        \
        const T *p = k->x[0], *t = k->x[1], *r = k->x[2];                                       \
        const int64_t n = k->end - k->begin, dp = k->step[0], dt = k->step[1], dr = k->step[2]; \
        T *y = k->y[0];                                                                         \
        int near = 0;                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                       \
            const T a = p[i * dp], b = t[i * dt];                                               \
            y[i] = BCE_(b, LOG(a), LOG1P(-a));                                                  \
            near |= r[i * dr] < (T)REST_LEAST;                                                  \
        }                                                                                       \
        for (int64_t i = 0; near && i < n; i++) {                                               \
            const T b = t[i * dt], c = r[i * dr];                                               \
            if (c < (T)REST_LEAST) y[i] = BCE_(b, LOG1P(-c), LOG(c));                           \
        }                                                                                       \
        return true;                                                                            \
    } while (0)
static inline bool bce_values_by_rest(const wg_kernel *k)
{
    if (k->xt[0].dtype == WG_F32) BCE_BY_REST(float);
    else BCE_BY_REST(double);
}
/* (p - t) / (p r). Where r is small p - t is 1 - t - r, if r is 1 - p: to 2 units in the last place of p. */
#define BCE_SLOPE(T)                                                                            \
    do {                                                                                        \
        const T *p = k->x[0], *t = k->x[1], *r = k->x[2];                                       \
        const int64_t n = k->end - k->begin, dp = k->step[0], dt = k->step[1], dr = k->step[2]; \
        T *y = k->y[0];                                                                         \
        for (int64_t i = 0; i < n; i++) {                                                       \
            const T a = p[i * dp], b = t[i * dt], c = r[i * dr], slope = a * c;                 \
            const bool near = (c < (T)REST_LEAST) & (ABS(a + c - 1) <= (T)UNITS_OFF);           \
            const T off = near ? (1 - b) - c : a - b, by = off / slope;                         \
            y[i] = (a == b) & (slope == 0) ? 0 : by;                                            \
        }                                                                                       \
        return true;                                                                            \
    } while (0)
KERNEL(bce_slope)
{
    const double UNITS_OFF = k->xt[0].dtype == WG_F32 ? 0x1p-22 : 0x1p-51;
    if (k->xt[0].dtype == WG_F32) BCE_SLOPE(float);
    else BCE_SLOPE(double);
}
KERNEL(bce_by_rest)
{
    return in_unit(k, 0, "a probability is not in [0, 1]") && are_targets(k) && bce_values_by_rest(k);
}
/* a: logit, b: target. The share of a logit of -inf or inf is 0 where the target is the one that it says,
 * where the general expression would be inf - inf. That is put in afterwards, so that the loop has no
 * branch. */
#define OFF(a, b)   (a > 0 ? 1 - b : b)
#define SHARE(a, b) ((a > 0 ? a : 0) - a * b)
#define END_(T)                                                             \
    do {                                                                    \
        const T *x = k->x[0], *p = k->x[1];                                 \
        T *y = k->y[0];                                                     \
        int any = 0;                                                        \
        for (int64_t i = 0; i < n; i++) any |= ABS(x[i * one]) == INFINITY; \
        for (int64_t i = 0; i < n && any; i++) {                            \
            const T a = x[i * one], off = OFF(a, p[i * k->step[1]]);        \
            if (ABS(a) == INFINITY) y[i] = off == 0 ? 0 : off * INFINITY;   \
        }                                                                   \
        return true;                                                        \
    } while (0)
static inline bool infinite_logits(const wg_kernel *k)
{
    const int64_t n = k->end - k->begin, one = k->step[0];
    if (k->xt[0].dtype == WG_F32) END_(float);
    else END_(double);
}
#define LOGIT_LOSS(T, target) WITH_TAILS(T, SHARE(a, target) + t)
#define LOGIT_LOSSES(T)                      \
    do {                                     \
        const T *restrict p = k->x[1];       \
        if (k->step[1]) LOGIT_LOSS(T, p[i]); \
        else LOGIT_LOSS(T, p[0]);            \
    } while (0)
static inline bool logit_losses(const wg_kernel *k)
{
    if (!k->step[0]) WG_MAP2(k, SHARE(a, b) + LOG1P(EXP(-ABS(a))));
    if (k->xt[0].dtype == WG_F32) LOGIT_LOSSES(float);
    else LOGIT_LOSSES(double);
    return true;
}
KERNEL(bce_logits) { return are_targets(k) && logit_losses(k) && infinite_logits(k); }

#define CHECKED_FIELDS(F, S) F(S, CHOICE, what, "sign", "sign total")
OPTIONS(checked, CHECKED_FIELDS);
static inline bool same(const wg_kernel *k) { WG_MAP1(k, a); }
static inline bool is_total(const wg_kernel *k, int j)
{
    const double v = k->xt[j].dtype == WG_F32 ? (double)*OPERAND(float, j) : *OPERAND(double, j);
    return v != 0 ||
           wg_fault_at(k, k->begin, 0, WG_FAULT_ALONE,
                       "there is no mean of no rows: all are ignored, masked or of weight 0. The sum of "
                       "them is 0: take reduction sum");
}
KERNEL(checked)
{
    if (k->begin == k->end) return true;
    return (((const struct checked *)k->attr)->what
                ? is_total(k, 0)
                : are_signs(k, 0, "targets are -1 and 1 (of targets 0 and 1 write 2 y - 1)")) &&
           same(k);
}

#if WG_BASE

EXTERN(bce_by_rest, bce_slope, distribution, log_by_rest, log_softmax, sigmoid, sigmoid_less, softmax);

#define LOSS_FIELDS(F, S) \
    F(S, CHOICE, reduction, "mean", "mean sum none") /* values are those of wg_reduction */
OPTIONS(loss, LOSS_FIELDS);

SHAPE(loss)
{
    return equal_shapes(r) &&
           (((const struct loss *)r->attr)->reduction == WG_NONE || shaped_to(r, WG_SCALAR));
}
static wg_node reduced_to(wg_site here, wg_node y, int reduction)
{
    return reduction == WG_NONE ? y : reduction == WG_SUM ? wg_sum(y) : wg_mean(y);
}
/* By the options of a loss, which all begin with the reduction. */
static wg_node reduced(wg_site here, wg_node y, const void *attr)
{
    return reduced_to(here, y, *(const int *)attr);
}
typedef wg_node (*loss_fn)(wg_site, const wg_loss_args *);
static const wg_reduction reductions[] = { WG_MEAN, WG_SUM, WG_NONE };
static wg_node loss_sample(wg_site here, wg_graph *g, int i, loss_fn f, double low, double high)
{
    if (i > 2) return wg_none;
    wg_shape s = i == 1 ? WG_SHAPE(4) : WG_SHAPE(3, 2);
    wg_node x = wg_between(g, low, high, s), y = i == 1 ? wg_any_class(g, 2, s) : wg_between(g, 0.1, 0.9, s);
    return f(here, &WG_OPTS(wg_loss_args, .x = x, .y = y, .reduction = reductions[i]));
}

/* A loss of predictions x and targets y; samples have x between low and high. */
#define LOSS_OF_(n, ...)                                                                  \
    ERRORS(n, (wg_##n(ANY(3, 1), ANY(3)), "shapes differ: "));                            \
    BUILDER(n, loss) { APPLY(n, loss, LOSS_FIELDS, a->x, a->y); }                         \
    DEFINE_OP(n, .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(loss), \
              .options = wg_loss_args_rows, .hint.loss = true, .expand = n##_expand, __VA_ARGS__)
/* With samples of its own. */
#define SAMPLED_LOSS_OP(n, ...) LOSS_OF_(n, __VA_ARGS__)
#define LOSS_OP(n, low, high, ...)                                        \
    SAMPLE(n) { return loss_sample(here, g, i, wg_##n##_at, low, high); } \
    LOSS_OF_(n, __VA_ARGS__)

/* ---- checked: a value that is looked at while the graph runs ---- */

enum { SIGN, TOTAL };
VJP(checked) { gx[0] = gy; }
#define CHECKED(x, what) NODE_OF(checked, WITH(checked, what), x)
static wg_node signs(wg_site here, wg_node x)
{
    return wg_sub(wg_mul(wg_cast(wg_greater(x, 0), wg_node_dtype(x)), 2), 1);
}
SAMPLES(checked, CHECKED(BETWEEN(0.5, 2, 1), TOTAL), CHECKED(wg_between(g, 0.5, 2, WG_SCALAR), TOTAL));
ERRORS(checked, (CHECKED(BETWEEN(0.2, 0.8, 3), SIGN), "targets are -1 and 1"),
       (CHECKED(wg_fill(g, 0, WG_SCALAR), TOTAL), "there is no mean of no rows"));
DEFINE_OP(checked,
          .summary = "x; an error while the graph runs if a sign is neither -1 nor 1, or the total of what "
                     "rows count is 0.",
          .formula = "y = x", .adjoint = "x' = y'", .operands = 1, .promote = WG_PROMOTE_FLOAT,
          TAKES(checked), .kernel = KERNELS(checked), .vjp = checked_vjp);

/* ---- bce: of probabilities, elementwise ---- */

EXPAND(bce)
{
    wg_node no = wg_sub(1, x[1]), p = wg_where(wg_equal(x[1], 0), 1, x[0]),
            q = wg_where(wg_equal(no, 0), 1, wg_sub(1, x[0]));
    y[0] = wg_neg(wg_add(wg_mul(x[1], wg_log(p)), wg_mul(no, wg_log(q))));
}
/* By p it is 0 where p = t = 0 and where p = t = 1: there (p - t) / (p (1 - p)) is 0 / 0. */
VJP(bce)
{
    wg_node slope = wg_mul(x[0], wg_sub(1, x[0]));
    wg_node end = wg_equal(wg_where(wg_equal(x[0], x[1]), slope, 1), 0);
    gx[0] = wg_where(end, 0, wg_mul(gy, wg_div(wg_sub(x[0], x[1]), wg_where(end, 1, slope))));
    gx[1] = wg_mul(gy, wg_sub(wg_log(wg_sub(1, x[0])), wg_log(x[0])));
}
static wg_node pair(wg_site here, wg_graph *g, int i, const wg_op *op, double low, double high)
{
    static const wg_shape s[] = { { 2, { 3, 2 } }, { 1, { 5 } }, { 2, { 0, 1 } }, { 0, { 0 } } };
    if (i > 3) return wg_none;
    wg_node x = wg_between(g, 0.1, 0.9, s[i]), t = wg_between(g, 0.1, 0.9, s[i]);
    if (i == 1) x = wg_add(low, wg_mul(x, high - low)); /* else it can be a target, too */
    return wg_apply2(here, x, t, op);
}
SAMPLE(bce) { return pair(here, g, i, &wgi_op_bce, 0, 1); }
REWRITE(bce)
{
    const wgi_exact ask = { .make = false };
    return wg_is_none(rest_of(&ask, x[0], 1)) ? wg_none
                                              : NODE_OF(bce_by_rest, NULL, x[0], x[1], wg_sub(1, x[0]));
}
INNER_OP(
    bce,
    .summary =
        "Binary cross-entropy of each probability p against a target t between 0 and 1. 0 ln 0 counts as 0.",
    .formula = "y = -(t ln p + (1 - t) ln(1 - p))",
    .adjoint = "p' = 0 where p = t and p (1 - p) = 0, else y' (p - t) / (p (1 - p)); t' = y' ln((1 - p) / p)",
    .operands = 2, .names = "p t", .cost = 30, .kernel = KERNELS(bce), .hint.own = true,
    RULES(bce, rewrite, expand, vjp));

/* ---- bce_by_rest: the same, where r is 1 - p with all its digits. It has no derivative of its own.
 * bce_slope: the derivative by p ---- */

EXPAND(bce_slope)
{
    const wg_node slope = wg_mul(x[0], x[2]), end = wg_equal(wg_where(wg_equal(x[0], x[1]), slope, 1), 0);
    y[0] = wg_where(end, 0, wg_div(wg_sub(x[0], x[1]), wg_where(end, 1, slope)));
}
SAMPLE(bce_slope)
{
    if (i > 2) return wg_none;
    return NODE_OF(bce_slope, NULL, BETWEEN(0.1, 0.9, i + 1, 3), BETWEEN(0.1, 0.9, i + 1, 3),
                   BETWEEN(0.1, 0.9, i + 1, 3));
}
INNER_OP(bce_slope, .summary = "Derivative of bce by p, where r is 1 - p with all its digits.",
         .hint.computed =
             "y = 0 where p = t and p r = 0, else d / (p r); d = 1 - t - r where r < 1/64, else p - t",
         .formula = "y = 0 where p = t and p r = 0, else (p - t) / (p r)",
         .adjoint = "p' = 0 where p = t and p r = 0, else y' t / (p^2 r); t' = 0 where p = t and p r = 0, "
                    "else -y' / (p r); "
                    "r' = 0 where p = t and p r = 0, else -y' (p - t) / (p r^2)",
         .operands = 3, .names = "p t r", .cost = 8, .kernel = KERNELS(bce_slope), RULES(bce_slope, expand));

EXPAND(bce_by_rest)
{
    const wg_node no = wg_sub(1, x[1]), p = wg_where(wg_equal(x[1], 0), 1, x[0]),
                  r = wg_where(wg_equal(no, 0), 1, x[2]);
    y[0] = wg_neg(wg_add(wg_mul(x[1], wg_log(p)), wg_mul(no, wg_log(r))));
}
VJP(bce_by_rest)
{
    gx[0] = wg_mul(gy, NODE_OF(bce_slope, NULL, x[0], x[1], x[2]));
    gx[1] = wg_mul(gy, wg_sub(wg_log(x[2]), wg_log(x[0])));
}
SAMPLE(bce_by_rest)
{
    static const wg_shape s[] = { { 2, { 3, 2 } }, { 1, { 5 } }, { 2, { 0, 1 } }, { 0, { 0 } } };
    if (i > 3) return wg_none;
    wg_node p = wg_between(g, 0.1, 0.9, s[i]);
    return NODE_OF(bce_by_rest, NULL, p, wg_between(g, 0.1, 0.9, s[i]), wg_sub(1, p));
}
INNER_OP(bce_by_rest,
         .summary = "Binary cross-entropy of p against a target t, where r is 1 - p with all its digits.",
         .formula = "y = -(t ln p + (1 - t) ln(1 - p))",
         .adjoint = "p' = 0 where p = t and p (1 - p) = 0, else y' (p - t) / (p (1 - p)); t' = y' ln((1 - p) "
                    "/ p); r' = 0",
         .operands = 3, .names = "p t r", .zero = 1 << 2, .cost = 30, .kernel = KERNELS(bce_by_rest),
         RULES(bce_by_rest, expand, vjp));
wg_node wg_bce_at(wg_site here, wg_node p, wg_node t) { return wg_apply2(here, p, t, &wgi_op_bce); }

/* ---- bce_logits: of logits, elementwise ---- */

EXPAND(bce_logits)
{
    wg_node no = wg_sub(1, x[1]);
    y[0] = wg_add(wg_mul(x[1], wg_softplus(wg_neg(x[0]))), wg_mul(no, wg_softplus(x[0])));
}
VJP(bce_logits)
{
    gx[0] = wg_mul(gy, wg_apply2(here, x[0], x[1], &wgi_op_sigmoid_less));
    gx[1] = wg_neg(wg_mul(gy, x[0]));
}
SAMPLE(bce_logits) { return pair(here, g, i, &wgi_op_bce_logits, -5, 5); }
INNER_OP(
    bce_logits,
    .summary = "Binary cross-entropy of sigmoid(z) against a target t, for each element, without overflow.",
    .formula = "y = max(z, 0) - z t + ln(1 + e^-|z|)", .adjoint = "z' = y' (sigmoid(z) - t), t' = -y' z",
    .operands = 2, .names = "z t", .cost = 30, .kernel = KERNELS(bce_logits), RULES(bce_logits, expand, vjp));

/* ---- binary_cross_entropy ---- */

EXPAND(binary_cross_entropy) { y[0] = reduced(here, wg_apply(here, &wgi_op_bce, x, 2, NULL), attr); }
LOSS_OP(binary_cross_entropy, 0.1, 0.9,
        .summary = "Binary cross-entropy of predicted probabilities x against targets y. Shapes must be "
                   "equal. 0 ln 0 counts as 0.",
        .formula = "L = reduction(-(y ln x + (1 - y) ln(1 - x)))",
        .adjoint =
            "x' = L' (x - y) / (n x (1 - x)), y' = L' ln((1 - x) / x) / n, logit' = L' (x - y) / n; n = "
            "length(x) where reduction = mean, else 1",
        .shape = loss_shape);

/* ---- bce_with_logits ---- */

EXPAND(bce_with_logits) { y[0] = reduced(here, wg_apply(here, &wgi_op_bce_logits, x, 2, NULL), attr); }
SHAPE(bce_with_logits)
{
    warn_of_twice(r, &wgi_op_sigmoid, "the loss takes the sigmoid itself, of logits");
    warn_of_twice(r, &wgi_op_softmax, "the loss takes a sigmoid itself, of logits");
    return loss_shape(r);
}
LOSS_OP(
    bce_with_logits, -4, 4,
    .summary = "Binary cross-entropy of sigmoid(x) against targets y, computed from the logits x without "
               "overflow. Shapes must be equal.",
    .formula = "L = reduction(max(x, 0) - x y + ln(1 + e^-|x|))",
    .adjoint = "x' = L' (sigmoid(x) - y) / n, y' = -L' x / n; n = length(x) where reduction = mean, else 1",
    .shape = bce_with_logits_shape);

/* ---- mse ---- */

EXPAND(mse) { y[0] = reduced(here, wg_square(wg_sub(x[0], x[1])), attr); }
LOSS_OP(
    mse, -2, 2, .summary = "Mean squared error of x against y. Shapes must be equal.",
    .formula = "L = reduction((x - y)^2)",
    .adjoint = "x' = 2 L' (x - y) / n, y' = -2 L' (x - y) / n; n = length(x) where reduction = mean, else 1",
    .shape = loss_shape);
/* ---- accuracy ---- */

/* One column has no classes to choose from. A vector beside a vector is rather a logit a row than one row. */
SHAPE(accuracy)
{
    const wg_shape *s = r->x[0].shape;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK)) return false;
    if (s->dim[s->rank - 1] == 1 || (s->rank == 1 && r->x[1].shape == s))
        return wg_rule_fail(r, WG_ERROR_SHAPE,
                            "%s has no column for each class. Where it is one logit a row, write "
                            "wg_mean(wg_equal(wg_greater(z, 0), y))",
                            wg_rule_who(r, 0));
    wg_rule_shape(r, 0)->rank = 0;
    if (!wg_shape_equal(*r->x[1].shape, without_last(s)) && r->x[1].shape != s) return labels_fail(r);
    return wg_shape_size(without_last(s)) > 0 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no rows, so there is no share of them", wg_rule_who(r, 0));
}
EXPAND(accuracy)
{
    const bool shares = wg_shape_equal(wg_node_shape(x[0]), wg_node_shape(x[1])),
               truths = wg_node_dtype(x[1]) == WG_BOOL;
    wg_node numbers = truths ? wg_cast(x[1], WG_I32) : x[1];
    wg_node truth = shares ? wg_argmax(x[1], .axis = -1) : wgi_as_class(here, numbers, wg_dim(x[0], -1));
    y[0] = wg_mean(wg_equal(wg_argmax(x[0], .axis = -1), truth));
}
SAMPLES(accuracy, wg_accuracy(ANY(5, 3), CLASSES(3, 5)), wg_accuracy(ANY(5, 3), ANY(5, 3)));
ERRORS(accuracy, (wg_accuracy(ANY(5, 3), CLASSES(3, 5, 1)), "class numbers must be [5]"),
       (wg_accuracy(ANY(5), ANY(5)), "one logit a row"),
       (wg_accuracy(ANY(5, 1), CLASSES(2, 5)), "one logit a row"),
       (wg_accuracy(ANY(0, 3), CLASSES(3, 0)), "has no rows"),
       (wg_accuracy(ANY(5, 3), wg_add(CLASSES(1, 5), 3)), "label out of range"));

DEFINE_OP(accuracy,
          .summary = "Fraction of rows whose largest element stands at the class number. If y has rows of "
                     "probabilities: at their largest element.",
          .formula = "a = mean(argmax(x along last) == argmax(q along last)); q = y where probabilities(y), "
                     "else one_hot(y)",
          .adjoint = "piecewise constant", .none = WG_EVERY_OPERAND, .operands = 2, .names = "x y",
          .kind = WG_REDUCE, RULES(accuracy, shape, expand));
wg_node wg_accuracy_at(wg_site here, wg_node logits, wg_node y)
{
    return wg_apply2(here, logits, y, &wgi_op_accuracy);
}

/* ---- l2: a builder without an op: its operands are the parameters that the graph has ---- */

/* The node of parameter i of p. wg_none: it is a state, has no two axes, or g has no node of it. */
static wg_node parameter_in(wg_site here, wg_graph *g, wg_params *p, int i)
{
    wg_shape s = wg_params_tensor(p, i).shape;
    int64_t mark = wgx_graph_mark(g);
    if (wg_params_is_state(p, i) || s.rank < 2) return wg_none;
    wg_node w = wg_param_at(here, g, p, wg_params_name(p, i), s, wg_zeros());
    if (wgx_graph_mark(g) == mark) return w;
    wgx_graph_rewind(g, mark);
    return wg_none;
}

wg_node wg_l2_at(wg_site here, wg_graph *g, wg_params *p, double lambda)
{
    WG_USER_CALL(here, "l2");
    wg_node sum = wg_none;
    here = wg_inside(here);
    if (!g || !p) {
        wg_fail(g ? wg_graph_context(g) : wg_params_context(p), here, WG_ERROR_USE, "l2: the %s is NULL",
                g ? "parameter set" : "graph");
        return wg_graph_node(g, 0);
    }
    for (int i = 0, n = wg_params_count(p); i < n; i++) {
        wg_node w = parameter_in(here, g, p, i);
        if (wg_is_none(w)) continue;
        w = wg_sum(wg_square(w));
        sum = wg_is_none(sum) ? w : wg_add(sum, w);
    }
    if (!wg_is_none(sum)) return wg_mul(sum, lambda / 2);
    return WGI_FAIL_NODE(g, here, "l2", WG_ERROR_USE,
                         "no parameter of rank 2 or more is in the graph yet: call it after the layers");
}

/* ---- classes: softmax_cross_entropy, nll. Labels are class numbers or rows of probabilities. Rows and
 * classes may count differently ---- */

#define CLASS_LOSS_FIELDS(F, S) \
    LOSS_FIELDS(F, S) F(S, DOUBLE, smoothing, "0") F(S, DOUBLE, ignore, "auto") F(S, BOOL, any_rows, "false")
OPTIONS(class_loss, CLASS_LOSS_FIELDS);

enum { WEIGHTS = 2, MASK = 3, OPERANDS = 4 };

/* ---- the rule ---- */

static bool counts_fit(wg_rule *r)
{
    const wg_shape *x = r->x[0].shape;
    const bool weights = !wg_is_none(r->node[WEIGHTS]), mask = !wg_is_none(r->node[MASK]);
    if (weights && (r->x[WEIGHTS].shape->rank != 1 || r->x[WEIGHTS].shape->dim[0] != x->dim[x->rank - 1]))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "weights %s: it must be one number a class, [%lld]",
                            wg_rule_who(r, WEIGHTS), (long long)x->dim[x->rank - 1]);
    if (weights && (!wg_rule_float(r, WEIGHTS) || !same_float(r, WEIGHTS))) return false;
    return !mask || (one_a_row(r, MASK) && same_float(r, MASK));
}
SHAPE(class_loss)
{
    struct class_loss *a = r->attr;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0) || !has_classes(r) ||
        !labels_fit(r, false))
        return false;
    const bool shares = r->x[1].shape == r->x[0].shape;
    if (shares && !same_float(r, 1)) return false;
    if (a->ignore != WG_AUTO && a->ignore != floor(a->ignore))
        return wg_rule_fail(r, WG_ERROR_VALUE, "ignore is %g, must be a class number", a->ignore);
    if (a->ignore != WG_AUTO && shares)
        return wg_rule_fail(r, WG_ERROR_USE, "ignore is for class numbers, %s has probabilities",
                            wg_rule_who(r, 1));
    if (a->any_rows && !shares)
        return wg_rule_fail(r, WG_ERROR_USE, "any_rows is for rows of probabilities, %s has class numbers",
                            wg_rule_who(r, 1));
    return counts_fit(r) && shaped_to(r, without_last(r->x[0].shape));
}

/* ---- the expansion ---- */

/* Labels as cross_entropy takes them: of the logits' shape probabilities, else class numbers, which become
 * integers. */
static wg_node labels_of(wg_site here, wg_node z, wg_node y)
{
    wg_dtype t = wg_node_dtype(y);
    if (wg_shape_equal(wg_node_shape(z), wg_node_shape(y)))
        return t == wg_node_dtype(z) ? y : wg_cast(y, wg_node_dtype(z));
    if (wg_dtype_is_float(t)) return wgi_as_class(here, y, 0);
    return t == WG_BOOL ? wg_cast(y, WG_I32) : y;
}

/* l w, but 0 where w is 0 and l is not finite: what is masked may be anything. */
static wg_node weighted(wg_site here, wg_node l, wg_node w)
{
    wg_node lost = wg_logical_and(wg_equal(w, 0), wg_logical_not(wg_less(wg_abs(l), INFINITY)));
    return wg_mul(wg_where(lost, 0, l), w);
}

/* The losses of rows against rows p of probabilities, whose sum need not be 1 unless they are strict. x:
 * logits, or logarithms of probabilities. */
static wg_node of_shares(wg_site here, wg_node x, wg_node p, bool logits, bool strict)
{
    if (logits) return wgi_cross_entropy(here, x, p, strict);
    return wg_neg(wg_sum(weighted(here, x, p), .axis = -1));
}
/* The losses against class numbers, smoothed by s: -(1 - s) l[y] - s mean(l), l the logarithms of the
 * probabilities. For logits z that is the loss without smoothing, plus s (z[y] - mean(z)). */
static wg_node of_numbers(wg_site here, wg_node x, wg_node y, bool logits, double s)
{
    wg_node chosen = logits && s == 0 ? wg_none : wgi_gather(here, x, y, wg_node_shape(y).rank);
    wg_node mean = s == 0 ? wg_none : wg_mean(x, .axis = -1);
    if (!logits) return s == 0 ? wg_neg(chosen) : wg_sub(wg_mul(chosen, s - 1), wg_mul(mean, s));
    wg_node loss = wgi_cross_entropy(here, x, y, false);
    return s == 0 ? loss : wg_add(loss, wg_mul(wg_sub(chosen, mean), s));
}
static wg_node smoothed(wg_site here, wg_node p, double s)
{
    return s == 0 ? p : wg_add(wg_mul(p, 1 - s), s / (double)wg_dim(p, -1));
}

/* Rows of probabilities, which are looked at where they count. counts wg_none: everywhere. */
static wg_node distributions(wg_site here, wg_node p, wg_node counts)
{
    const wg_shape s = wg_node_shape(p);
    if (wg_is_none(counts)) {
        wg_node one = wg_cast(wg_scalar_at(here, wg_graph_of(p), 1), wg_node_dtype(p));
        counts = wg_broadcast_to(one, without_last(&s));
    }
    return NODE_OF(distribution, NULL, p, counts);
}

static wg_node product(wg_site here, wg_node a, wg_node b)
{
    return wg_is_none(a) ? b : wg_is_none(b) ? a : wg_mul(a, b);
}

/* rows: how much each row counts, by mask and ignore. counted: by weights too, unless the loss has them
 * already. all: what the rows count for the mean. wg_none: each row counts 1. */
static wg_node reduced_rows(wg_site here, wg_node loss, wg_node counted, wg_node all, int reduction)
{
    if (!wg_is_none(counted)) loss = weighted(here, loss, counted);
    if (reduction != WG_MEAN || wg_is_none(all)) return reduced_to(here, loss, reduction);
    wg_node total = wg_sum(all);
    return wg_div(wg_sum(loss), wg_shape_size(wg_node_shape(loss)) ? CHECKED(total, TOTAL) : total);
}

static void expand_class_loss(wg_site here, const wg_node x[], const struct class_loss *a, wg_node y[],
                              bool logits)
{
    wg_node labels = labels_of(here, x[0], x[1]), weights = x[WEIGHTS], rows = x[MASK], of_row = wg_none;
    const wg_dtype t = wg_node_dtype(x[0]);
    const double s = a->smoothing;
    if (!wg_is_none(rows)) rows = wg_cast(rows, t);
    if (wg_dtype_is_float(wg_node_dtype(labels))) {
        /* The kernel of the loss looks at the rows if they are as they were given, and all count. */
        const bool plain = logits && s == 0 && wg_is_none(weights) && wg_is_none(rows);
        if (!plain && !a->any_rows) labels = distributions(here, labels, rows);
        wg_node loss = of_shares(here, x[0], product(here, smoothed(here, labels, s), weights), logits,
                                 plain && !a->any_rows);
        y[0] = reduced_rows(here, loss, rows, rows, a->reduction);
        return;
    }
    if (a->ignore != WG_AUTO) {
        wg_node hit = wg_equal(labels, a->ignore);
        labels = wg_where(hit, 0, labels);
        rows = product(here, rows, wg_where(hit, 0, wg_cast(wg_scalar_at(here, wg_graph_of(x[0]), 1), t)));
    }
    if (!logits) labels = wgi_as_class(here, labels, wg_dim(x[0], -1));
    if (!wg_is_none(weights)) of_row = wgi_gather(here, weights, labels, 0);
    wg_node all = product(here, rows, of_row);
    if (s != 0 && !wg_is_none(weights)) {
        wg_node p = smoothed(here, wg_cast(wg_one_hot(labels, .count = wg_dim(x[0], -1)), t), s);
        y[0] = reduced_rows(here, of_shares(here, x[0], wg_mul(p, weights), logits, false), rows, all,
                            a->reduction);
    } else y[0] = reduced_rows(here, of_numbers(here, x[0], labels, logits, s), all, all, a->reduction);
}

/* ---- samples ---- */

typedef wg_node (*class_loss_fn)(wg_site here, const wg_class_loss_args *a);

static wg_node class_loss_sample(wg_site here, wg_graph *g, int i, class_loss_fn op)
{
    wg_node x[2];
    if (i > 11) return wg_none;
    logits_and_labels(g, i < 4 ? i : i == 8 ? 1 : 0, x);
    wg_class_loss_args a = WG_OPTS(wg_class_loss_args, .x = x[0], .y = x[1]);
    if (i == 4 || i == 5) a.y = wg_cast(x[1], wg_context_dtype(wg_graph_context(g)));
    a.reduction = i == 5 ? WG_SUM : i == 2 || i == 7 ? WG_NONE : WG_MEAN;
    if (i >= 6 && i != 9) a.smoothing = 0.25;
    if (i >= 8) a.weights = wg_exp(BETWEEN(-0.5, 0.5, 4)); /* above 0 wherever a test moves it */
    if (i == 9) a.ignore = 0;
    if (i == 10) a.mask = wg_exp(BETWEEN(-1, 0, 3));
    if (i == 11) a.mask = wg_greater(wg_index_along(ANY(3), .axis = 0), 0);
    a.any_rows = i == 1 || i == 3 || i == 8;
    return op(here, &a);
}
static const char *class_loss_error(wg_site here, wg_graph *g, int i, class_loss_fn op)
{
    wg_node z = wg_any(g, i == 2 ? WG_SHAPE(3, 0) : WG_SHAPE(3, 4)), y = CLASSES(4, 3);
    wg_class_loss_args a = WG_OPTS(wg_class_loss_args, .x = z, .y = y);
    return NTH(NULL, (a.y = CLASSES(4, 3, 1), op(here, &a), "class numbers must be [3]"),
               (a.y = BETWEEN(0.2, 0.8, 3), op(here, &a), "a label is no whole number"),
               (op(here, &a), "has no classes"),
               (a.smoothing = 1.5, op(here, &a), "smoothing 1.5: must be in [0, 1]"),
               (a.weights = ANY(3), op(here, &a), "it must be one number a class, [4]"),
               (a.mask = ANY(4), op(here, &a), "is not one number a row"),
               (a.ignore = 0.5, op(here, &a), "ignore is 0.5"),
               (a.y = z, a.ignore = 1, op(here, &a), "ignore is for class numbers"),
               (a.any_rows = true, op(here, &a), "any_rows is for rows of probabilities"),
               (a.y = BETWEEN(-0.9, -0.5, 3, 4), op(here, &a), "a probability is below 0"),
               (a.y = wg_softmax(z, .temperature = 2), a.mask = wg_fill(g, 0, WG_SHAPE(3)), op(here, &a),
                "there is no mean of no rows"));
}

#define CLASS_LOSS_TEXT                                                                                     \
    "t = (1 - smoothing) q + smoothing / k, q = y where probabilities(y), else one_hot(y), k = length(x "   \
    "along last), u = weights where given(weights), else 1, c = h m, h = keep(y != ignore along last) "     \
    "where given(ignore), else 1, m = keep(mask along last) where given(mask), else 1, n = sum(c sum(u q "  \
    "along last)) where not probabilities(y) and (given(weights) or given(mask) or given(ignore)), sum(m) " \
    "where given(mask), else length(x) / k"
#define CLASS_LOSS_OP(n, ...)                                                                            \
    SAMPLE(n) { return class_loss_sample(here, g, i, wg_##n##_at); }                                     \
    ERROR_SAMPLE(n) { return class_loss_error(here, g, i, wg_##n##_at); }                                \
    BUILDER(n, class_loss) { APPLY(n, class_loss, CLASS_LOSS_FIELDS, a->x, a->y, a->weights, a->mask); } \
    DEFINE_OP(n, .operands = OPERANDS, .names = "x y weights mask", .hint.optional = 2, .kind = WG_ROWS, \
              TAKES(class_loss), .options = wg_class_loss_args_rows, .hint.loss = true,                  \
              .expand = n##_expand, __VA_ARGS__)

/* ---- softmax_cross_entropy ---- */

SHAPE(softmax_cross_entropy)
{
    warn_of_twice(r, &wgi_op_softmax, "the loss takes the softmax itself, of logits");
    warn_of_twice(r, &wgi_op_log_softmax,
                  "the loss takes the logarithm of the softmax itself (a second one changes no value)");
    return class_loss_shape(r);
}
EXPAND(softmax_cross_entropy) { expand_class_loss(here, x, attr, y, true); }
CLASS_LOSS_OP(
    softmax_cross_entropy,
    .summary = "Cross-entropy loss of softmax(x) against class numbers or rows of probabilities. Operands 3 "
               "and 4, the weights of classes and of rows, may be missing.",
    .formula = "L = l where reduction = none, sum(l) where reduction = sum, else sum(l) / n; l = -c sum(u t "
               "ln(softmax(x along last)) along last), " CLASS_LOSS_TEXT,
    .adjoint = "x' = L' c (softmax(x along last) a - u t) / r, y' = -L' c u (1 - smoothing) "
               "log_softmax(x along last) / r, weights' = \"the formula, differentiated\", mask' = \"the "
               "formula, differentiated\"; r = n where reduction = mean, else 1, a = 1 where not "
               "given(weights) and (not probabilities(y) or adds_to_1(y)), else sum(u t along last)",
    .shape = softmax_cross_entropy_shape);

/* ---- nll ---- */

EXPAND(nll) { expand_class_loss(here, x, attr, y, false); }
CLASS_LOSS_OP(
    nll,
    .summary =
        "Negative log-likelihood of class numbers or rows of probabilities, x being the logarithms of the "
        "predicted probabilities. Operands 3 and 4, the weights of classes and of rows, may be missing.",
    .formula = "L = l where reduction = none, sum(l) where reduction = sum, else sum(l) / n; l = -c sum(u t "
               "x along last), " CLASS_LOSS_TEXT,
    .adjoint =
        "x' = -L' c u t / r, y' = -L' c u (1 - smoothing) x / r, weights' = \"the formula, "
        "differentiated\", mask' = \"the formula, differentiated\"; r = n where reduction = mean, else 1",
    .shape = class_loss_shape);

/* ---- losses by the distance of a prediction from its target, and by its side ---- */

/* ---- mae ---- */

EXPAND(mae) { y[0] = reduced(here, wg_abs(wg_sub(x[0], x[1])), attr); }
LOSS_OP(mae, 2, 4, .summary = "Mean absolute error of x against y. Shapes must be equal.",
        .formula = "L = reduction(|x - y|)",
        .adjoint =
            "x' = L' sign(x - y) / n, y' = -L' sign(x - y) / n; n = length(x) where reduction = mean, else 1",
        .shape = loss_shape);
/* ---- huber ---- */

#define HUBER_FIELDS(F, S) LOSS_FIELDS(F, S) F(S, DOUBLE, delta, "1")
OPTIONS(huber, HUBER_FIELDS);

SHAPE(huber)
{
    const struct huber *a = r->attr;
    if (!equal_shapes(r)) return false;
    return a->reduction == WG_NONE || shaped_to(r, WG_SCALAR);
}
#define HUBER_OP(n, ...)                                                                   \
    SAMPLES(n, wg_##n(BETWEEN(2.5, 4, 3, 2), BETWEEN(0.1, 0.9, 3, 2)),                     \
            wg_##n(BETWEEN(2.5, 4, 4), CLASSES(2, 4), .reduction = WG_SUM),                \
            wg_##n(BETWEEN(2.5, 4, 3, 2), BETWEEN(0.1, 0.9, 3, 2), .reduction = WG_NONE),  \
            wg_##n(BETWEEN(2, 4, 5), BETWEEN(0.1, 0.9, 5), .delta = 0.5),                  \
            wg_##n(BETWEEN(2, 4, 5), BETWEEN(0.1, 0.9, 5), .delta = 5));                   \
    ERRORS(n, (wg_##n(ANY(3, 1), ANY(3)), "shapes differ: "),                              \
           (wg_##n(ANY(3), ANY(3), .delta = -1), "delta -1: must be in (0, inf]"));        \
    BUILDER(n, huber) { APPLY(n, huber, HUBER_FIELDS, a->x, a->y); }                       \
    DEFINE_OP(n, .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(huber), \
              .options = wg_huber_args_rows, .shape = huber_shape, .expand = n##_expand, __VA_ARGS__)
/* With c = d, cut off at -delta and delta, it is c (d - c / 2): d^2 / 2 up to there, a line behind. */
static wg_node huber_loss(wg_site here, const wg_node x[], const struct huber *a, bool divided)
{
    const double delta = a->delta, by = divided ? delta : 1;
    wg_node d = wg_sub(x[0], x[1]), c = wg_clip(d, -delta, delta);
    if (divided) d = wg_mul(d, 1 / by);
    return reduced(here, wg_mul(c, wg_sub(d, wg_mul(c, 0.5 / by))), a);
}
EXPAND(huber) { y[0] = huber_loss(here, x, attr, false); }
HUBER_OP(
    huber,
    .summary = "Squared error of x against y, but a straight line where they differ by more than delta, so "
               "that outliers count less. Shapes must be equal.",
    .formula = "L = reduction(l); l = d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), d = x - y",
    .adjoint = "x' = L' min(max(x - y, -delta), delta) / n, y' = -L' min(max(x - y, -delta), delta) / n; n = "
               "length(x) where reduction = mean, else 1");

/* ---- smooth_l1 ---- */

EXPAND(smooth_l1) { y[0] = huber_loss(here, x, attr, true); }
HUBER_OP(
    smooth_l1,
    .summary =
        "The loss of huber, divided by delta: the straight lines have the slope 1. Shapes must be equal.",
    .formula = "L = reduction(l); l = d^2 / (2 delta) where |d| <= delta, else |d| - delta / 2, d = x - y",
    .adjoint = "x' = L' min(max((x - y) / delta, -1), 1) / n, y' = -L' min(max((x - y) / delta, -1), 1) / n; "
               "n = length(x) where reduction = mean, else 1");

/* ---- hinge ---- */

EXPAND(hinge) { y[0] = reduced(here, wg_relu(wg_sub(1, wg_mul(x[0], CHECKED(x[1], SIGN)))), attr); }
SAMPLES(hinge, wg_hinge(BETWEEN(0.2, 0.8, 3, 2), signs(here, ANY(3, 2))),
        wg_hinge(BETWEEN(0.2, 0.8, 4), signs(here, ANY(4)), .reduction = WG_SUM),
        wg_hinge(BETWEEN(0.2, 0.8, 3, 2), signs(here, ANY(3, 2)), .reduction = WG_NONE));
SAMPLED_LOSS_OP(hinge,
                .summary =
                    "How far a score x is from being at least 1 on the side of its target y, which is -1 or "
                    "1. Shapes must be equal.",
                .formula = "L = reduction(max(1 - x y, 0))",
                .adjoint = "x' = -L' y / n where x y < 1, else 0; y' = -L' x / n where x y < 1, else 0; n = "
                           "length(x) where reduction = mean, else 1",
                .shape = loss_shape);
/* ---- losses of vectors along an axis ---- */

/* All operands are shaped as x, which has vectors along its last axis. The result has one number for
 * each vector, or one for all. */
static bool vector_losses(wg_rule *r, int reduction)
{
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK)) return false;
    for (int k = 1; k < r->operands; k++)
        if (r->x[k].shape != r->x[0].shape)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "shapes differ: %s with %s", wg_rule_who(r, 0),
                                wg_rule_who(r, k));
    return shaped_to(r, reduction == WG_NONE ? without_last(r->x[0].shape) : WG_SCALAR);
}
SHAPE(vector_loss) { return vector_losses(r, ((const struct loss *)r->attr)->reduction); }

static wg_node vector_sample(wg_site here, wg_graph *g, int i, loss_fn f)
{
    static const wg_shape s[] = { { 2, { 3, 4 } }, { 1, { 5 } }, { 3, { 2, 2, 3 } } };
    if (i > 2) return wg_none;
    wg_node x = wg_between(g, -2, -0.2, s[i]), y = wg_between(g, 0.1, 0.9, s[i]);
    return f(here, &WG_OPTS(wg_loss_args, .x = x, .y = y, .reduction = reductions[i]));
}
#define VECTOR_LOSS_OP(n, ...)                                   \
    SAMPLE(n) { return vector_sample(here, g, i, wg_##n##_at); } \
    LOSS_OF_(n, .kind = WG_ROWS, .shape = vector_loss_shape, __VA_ARGS__)

/* ---- kl ---- */

/* Where y is 0 the term is 0, and its derivatives count as 0. */
EXPAND(kl)
{
    wg_node none = wg_equal(x[1], 0), entropy = wg_log(wg_where(none, 1, x[1]));
    wg_node term = wg_where(none, 0, wg_mul(x[1], wg_sub(entropy, x[0])));
    y[0] = reduced(here, wg_sum(term, .axis = -1), attr);
}
VECTOR_LOSS_OP(kl,
               .summary =
                   "Divergence of Kullback and Leibler of rows of probabilities y from predicted ones, "
                   "whose logarithms x are. 0 ln 0 counts as 0. The mean is over rows.",
               .formula = "L = reduction(sum(0 where y = 0, else y (ln y - x) along last))",
               .adjoint = "x' = -L' y / n, y' = 0 where y = 0, else L' (ln y - x + 1) / n; n = length(x) / "
                          "length(x along last) where reduction = mean, else 1");
/* ---- cosine_similarity ---- */

#define COSINE_FIELDS(F, S) F(S, AXIS, axis, "-1") F(S, DOUBLE, eps, "1e-8")
OPTIONS(cosine, COSINE_FIELDS);

SHAPE(cosine_similarity)
{
    struct cosine *a = r->attr;
    wg_shape s = *r->x[0].shape;
    if (!equal_shapes(r) || !wg_rule_axis(r, &a->axis, s.rank)) return false;
    return shaped_to(r, without_axis(s, a->axis));
}
EXPAND(cosine_similarity)
{
    const struct cosine *a = attr;
    const double eps = a->eps;
    const wg_axes axes = LISTED(a->axis);
    wg_node f[2], z[2], least = wg_number(eps), lengths = wg_none;
    for (int k = 0; k < 2; k++) {
        f[k] = wg_minimum(square_factor(here, x[k], &axes), 1);
        z[k] = wg_mul(x[k], f[k]), least = wg_mul(f[k], least);
        wg_node length = wg_norm(z[k], .axis = a->axis, .keepdims = true);
        lengths = k ? wg_mul(lengths, length) : length;
    }
    wg_node c =
        wg_div(wg_sum(wg_mul(z[0], z[1]), .axis = a->axis, .keepdims = true), wg_maximum(lengths, least));
    const wg_shape s = wg_node_shape(x[0]);
    y[0] = wg_reshape(c, reduced_shape(&s, &axes, false));
}
SAMPLES(cosine_similarity, wg_cosine_similarity(ANY(3, 4), ANY(3, 4)),
        wg_cosine_similarity(ANY(2, 3, 2), ANY(2, 3, 2), .axis = 1),
        wg_cosine_similarity(ANY(0, 2), ANY(0, 2), .eps = 0.5));
ERRORS(cosine_similarity, (wg_cosine_similarity(ANY(3, 4), ANY(4)), "shapes differ"),
       (wg_cosine_similarity(ANY(3, 4), ANY(3, 4), .axis = 2), "no axis 2 in"),
       (wg_cosine_similarity(ANY(3, 4), ANY(3, 4), .eps = -1), "eps -1: must be in [0, inf)"));

DEFINE_OP(
    cosine_similarity,
    .summary = "Cosine of the angle between the vectors along an axis. The product of their lengths counts "
               "as at least eps.",
    .formula = "c = sum(x y along axis) / max(u v, eps); u = sqrt(sum(x^2 along axis)), v = sqrt(sum(y^2 "
               "along axis))",
    .adjoint =
        "x' = c' (y / (u v) - c x / u^2) where u v > eps, else c' y / eps; y' = c' (x / (u v) - c y / v^2) "
        "where u v > eps, else c' x / eps; u = sqrt(sum(x^2 along axis)), v = sqrt(sum(y^2 along axis))",
    .operands = 2, .names = "x y", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, TAKES(cosine),
    .options = wg_cosine_args_rows, RULES(cosine_similarity, shape, expand));
BUILDER(cosine_similarity, cosine) { APPLY(cosine_similarity, cosine, COSINE_FIELDS, a->x, a->y); }

/* ---- cosine_loss ---- */

EXPAND(cosine_loss) { y[0] = reduced(here, wg_sub(1, wg_cosine_similarity(x[0], x[1])), attr); }
VECTOR_LOSS_OP(
    cosine_loss,
    .summary = "1 less the cosine of the angle between the vectors along the last axis. The mean is "
               "over the vectors.",
    .formula = "L = reduction(1 - c); c = sum(x y along last) / max(u v, 1e-8), u = sqrt(sum(x^2 along "
               "last)), v = sqrt(sum(y^2 along last))",
    .adjoint =
        "x' = -L' (y / (u v) - c x / u^2) / n where u v > 1e-8, else -L' y / (1e-8 n); y' = -L' (x / (u "
        "v) - c y / v^2) / n where u v > 1e-8, else -L' x / (1e-8 n); c = sum(x y along last) / max(u v, "
        "1e-8), u = sqrt(sum(x^2 along last)), v = sqrt(sum(y^2 along last)), n = length(c) where "
        "reduction = mean, else 1");

/* ---- triplet ---- */

#define TRIPLET_FIELDS(F, S) LOSS_FIELDS(F, S) F(S, DOUBLE, margin, "1")
OPTIONS(triplet, TRIPLET_FIELDS);

SHAPE(triplet) { return vector_losses(r, ((const struct triplet *)r->attr)->reduction); }
EXPAND(triplet)
{
    const struct triplet *a = attr;
    const double margin = a->margin;
    wg_node near = wg_norm(wg_sub(x[0], x[1]), .axis = -1), far = wg_norm(wg_sub(x[0], x[2]), .axis = -1);
    y[0] = reduced(here, wg_relu(wg_add(wg_sub(near, far), margin)), a);
}
SAMPLES(triplet, wg_triplet(ANY(3, 2), ANY(3, 2), ANY(3, 2), .margin = 0.25),
        wg_triplet(ANY(4), ANY(4), ANY(4), .reduction = WG_SUM, .margin = 9),
        wg_triplet(ANY(3, 2), ANY(3, 2), ANY(3, 2), .reduction = WG_NONE, .margin = 9));
ERRORS(triplet, (wg_triplet(ANY(3, 4), ANY(3, 4), ANY(4)), "shapes differ"),
       (wg_triplet(ANY(3, 4), ANY(3, 4), ANY(3, 4), .margin = -1), "margin -1: must be in [0, inf)"));

DEFINE_OP(triplet,
          .summary = "How far x is from being nearer to `positive` than to `negative` by the margin. Vectors "
                     "stand along the last axis, the mean is over them.",
          .formula = "L = reduction(max(u - v + margin, 0)); u = sqrt(sum((x - positive)^2 along last)), v = "
                     "sqrt(sum((x - negative)^2 along last))",
          .adjoint = "x' = f ((x - positive) / u - (x - negative) / v), positive' = -f (x - positive) / u, "
                     "negative' = f (x - negative) / v; f = L' / n where u - v + margin > 0, else 0, u = "
                     "sqrt(sum((x - positive)^2 along last)), v = sqrt(sum((x - negative)^2 along last)), n "
                     "= length(u) where reduction = mean, else 1",
          .operands = 3, .names = "x positive negative", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT,
          TAKES(triplet), .options = wg_triplet_args_rows, RULES(triplet, shape, expand));
BUILDER(triplet, triplet) { APPLY(triplet, triplet, TRIPLET_FIELDS, a->x, a->positive, a->negative); }

#endif
