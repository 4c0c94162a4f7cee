/* loss.c: mean squared error, binary cross-entropies, accuracy, the L2 penalty. Predictions and targets of a
 * loss must have equal shapes: [m,1] beside [m] would broadcast to m * m losses. */
#include "loss_rules.h"
#include "ops.h"
#include "rules.h"
#include "sample_shapes.h"
#include "kernel/vmath.h"

/* a: probability, b: target. 0 ln 0 counts as 0. */
#define OUTSIDE(p) (p < 0 || p > 1)
#define FIND_OUTSIDE(T)                                       \
    do {                                                      \
        const T *p = k->x[0];                                 \
        for (int64_t i = 0; i < n; i++) bad |= OUTSIDE(p[i]); \
        while (bad && !OUTSIDE(p[at])) at++;                  \
    } while (0)
static inline bool are_probabilities(const wg_kernel *k)
{
    const int64_t all = k->end - k->begin, n = k->step[0] || all < 1 ? all : 1;
    int64_t at = 0;
    int bad = 0;
    if (k->xt[0].dtype == WG_F32) FIND_OUTSIDE(float);
    else FIND_OUTSIDE(double);
    return !bad || wg_fault_at(k, k->begin + at, 0, WG_FAULT_PLACE, "a probability is not in [0, 1]");
}
static inline bool bce_values(const wg_kernel *k)
{
    WG_MAP2(k, -((b == 0 ? 0 : b * LOG(a)) + (b == 1 ? 0 : (1 - b) * LOG1P(-a))));
}
KERNEL(bce) { return are_probabilities(k) && bce_values(k); }
/* a: logit, b: target. The share of a logit of -inf or inf is 0 where the target is the one that it says,
 * where the general expression would be inf - inf. */
#define OFF(a, b) (a > 0 ? 1 - b : b)
#define SHARE(a, b) \
    (ABS(a) == INFINITY ? (OFF(a, b) == 0 ? 0 : OFF(a, b) * INFINITY) : (a > 0 ? a : 0) - a * b)
KERNEL(bce_logits) { WG_MAP2(k, SHARE(a, b) + LOG1P(EXP(a > 0 ? -a : a))); }

#if WG_BASE

/* ---- bce: of probabilities, elementwise ---- */

extern const wg_op wgi_op_bce, wgi_op_bce_logits, wgi_op_sigmoid, wgi_op_softmax;

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
    wg_node x = wg_between(g, low, high, s[i]), t = wg_between(g, 0.1, 0.9, s[i]);
    return wg_apply2(here, x, t, op);
}
SAMPLE(bce) { return pair(here, g, i, &wgi_op_bce, 0.1, 0.9); }
INNER_OP(
    bce,
    .summary =
        "Binary cross-entropy of each probability p against a target t between 0 and 1. 0 ln 0 counts as 0.",
    .formula = "y = -(t ln p + (1 - t) ln(1 - p))",
    .adjoint = "p' = 0 where p = t and p (1 - p) = 0, else y' (p - t) / (p (1 - p)); t' = y' ln((1 - p) / p)",
    .operands = 2, .names = "p t", .cost = 30, .kernel = KERNELS(bce), .expand = bce_expand, .vjp = bce_vjp);

/* ---- bce_logits: of logits, elementwise ---- */

EXPAND(bce_logits)
{
    wg_node no = wg_sub(1, x[1]);
    y[0] = wg_add(wg_mul(x[1], wg_softplus(wg_neg(x[0]))), wg_mul(no, wg_softplus(x[0])));
}
VJP(bce_logits)
{
    gx[0] = wg_mul(gy, wg_sub(wg_sigmoid(x[0]), x[1]));
    gx[1] = wg_neg(wg_mul(gy, x[0]));
}
SAMPLE(bce_logits) { return pair(here, g, i, &wgi_op_bce_logits, -4, 4); }
INNER_OP(
    bce_logits,
    .summary = "Binary cross-entropy of sigmoid(z) against a target t, for each element, without overflow.",
    .formula = "y = max(z, 0) - z t + ln(1 + e^-|z|)", .adjoint = "z' = y' (sigmoid(z) - t), t' = -y' z",
    .operands = 2, .names = "z t", .cost = 30, .kernel = KERNELS(bce_logits), .expand = bce_logits_expand,
    .vjp = bce_logits_vjp);

/* ---- binary_cross_entropy ---- */

EXPAND(binary_cross_entropy) { y[0] = reduced(here, wg_apply(here, &wgi_op_bce, x, 2, NULL), attr); }
SAMPLE(binary_cross_entropy) { return loss_sample(here, g, i, wg_binary_cross_entropy_at, 0.1, 0.9); }
ERROR_SAMPLE(binary_cross_entropy) { return loss_error(here, g, i, wg_binary_cross_entropy_at); }

DEFINE_OP(binary_cross_entropy,
          .summary = "Binary cross-entropy of predicted probabilities x against targets y. Shapes must be "
                     "equal. 0 ln 0 counts as 0.",
          .formula = "L = reduction(-(y ln x + (1 - y) ln(1 - x)))",
          .adjoint = "x' = L' (x - y) / (x (1 - x) n), y' = L' ln((1 - x) / x) / n; n = length(x) where "
                     "reduction = mean, else 1",
          .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(loss), .loss = true,
          .shape = loss_shape, .expand = binary_cross_entropy_expand);
wg_node wg_binary_cross_entropy_at(wg_site here, const wg_loss_args *a)
{
    a = WG_OR_NONE(a);
    return loss_of(here, &wgi_op_binary_cross_entropy, a);
}

/* ---- bce_with_logits ---- */

EXPAND(bce_with_logits) { y[0] = reduced(here, wg_apply(here, &wgi_op_bce_logits, x, 2, NULL), attr); }
static bool bce_with_logits_shape(wg_rule *r)
{
    warn_of_twice(r, &wgi_op_sigmoid, "the loss takes the sigmoid itself, of logits");
    warn_of_twice(r, &wgi_op_softmax, "the loss takes a sigmoid itself, of logits");
    return loss_shape(r);
}
SAMPLE(bce_with_logits) { return loss_sample(here, g, i, wg_bce_with_logits_at, -4, 4); }
ERROR_SAMPLE(bce_with_logits) { return loss_error(here, g, i, wg_bce_with_logits_at); }

DEFINE_OP(
    bce_with_logits,
    .summary = "Binary cross-entropy of sigmoid(x) against targets y, computed from the logits x without "
               "overflow. Shapes must be equal.",
    .formula = "L = reduction(max(x, 0) - x y + ln(1 + e^-|x|))",
    .adjoint = "x' = L' (sigmoid(x) - y) / n, y' = -L' x / n; n = length(x) where reduction = mean, else 1",
    .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(loss), .loss = true,
    .shape = bce_with_logits_shape, .expand = bce_with_logits_expand);
wg_node wg_bce_with_logits_at(wg_site here, const wg_loss_args *a)
{
    a = WG_OR_NONE(a);
    return loss_of(here, &wgi_op_bce_with_logits, a);
}

/* ---- mse ---- */

EXPAND(mse) { y[0] = reduced(here, wg_square(wg_sub(x[0], x[1])), attr); }
SAMPLE(mse) { return loss_sample(here, g, i, wg_mse_at, -2, 2); }
ERROR_SAMPLE(mse) { return loss_error(here, g, i, wg_mse_at); }

DEFINE_OP(
    mse, .summary = "Mean squared error of x against y. Shapes must be equal.",
    .formula = "L = reduction((x - y)^2)",
    .adjoint = "x' = 2 L' (x - y) / n, y' = -2 L' (x - y) / n; n = length(x) where reduction = mean, else 1",
    .operands = 2, .names = "x y", .promote = WG_PROMOTE_FLOAT, TAKES(loss), .loss = true,
    .shape = loss_shape, .expand = mse_expand);
wg_node wg_mse_at(wg_site here, const wg_loss_args *a) { return loss_of(here, &wgi_op_mse, a); }

/* ---- accuracy ---- */

/* One column has no classes to choose from. A vector beside a vector is rather a logit a row than one row. */
static bool accuracy_shape(wg_rule *r)
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
    wg_node truth = wg_shape_equal(wg_node_shape(x[0]), wg_node_shape(x[1])) ? wg_argmax(x[1]) : x[1];
    y[0] = wg_mean(wg_equal(wg_argmax(x[0]), truth));
}
SAMPLE(accuracy)
{
    if (i > 1) return wg_none;
    wg_node x = ANY(5, 3), y = i ? ANY(5, 3) : CLASSES(3, 5);
    return wg_accuracy(x, y);
}
ERRORS(accuracy, (wg_accuracy(ANY(5, 3), CLASSES(3, 5, 1)), "class numbers must be [5]"),
       (wg_accuracy(ANY(5), ANY(5)), "one logit a row"),
       (wg_accuracy(ANY(5, 1), CLASSES(2, 5)), "one logit a row"),
       (wg_accuracy(ANY(0, 3), CLASSES(3, 0)), "has no rows"));

DEFINE_OP(accuracy,
          .summary = "Fraction of rows whose largest element stands at the class number. If y has rows of "
                     "probabilities: at their largest element.",
          .formula = "a = mean(argmax(x along last) == argmax(q along last)); q = y where probabilities(y), "
                     "else one_hot(y)",
          .adjoint = "piecewise constant", .none = WG_EVERY_OPERAND, .operands = 2, .names = "x y",
          .kind = WG_REDUCE, .shape = accuracy_shape, .expand = accuracy_expand);
wg_node wg_accuracy_at(wg_site here, wg_node logits, wg_node y)
{
    return wg_apply2(here, logits, y, &wgi_op_accuracy);
}

/* ---- l2: a builder without an op: its operands are the parameters that the graph has ---- */

/* The node of parameter i of p. wg_none: it is a state, has no two axes, or g has no node of it. */
static wg_node parameter_in(wg_site here, wg_graph *g, wg_params *p, int i)
{
    wg_shape s = wg_params_tensor(p, i).shape;
    int64_t mark = wg_graph_mark(g);
    if (wg_params_is_state(p, i) || s.rank < 2) return wg_none;
    wg_node w = wg_param_at(here, g, p, wg_params_name(p, i), s, wg_zeros());
    if (wg_graph_mark(g) == mark) return w;
    wg_graph_rewind(g, mark);
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
    wg_fail(wg_graph_context(g), here, WG_ERROR_USE,
            "l2: no parameter of rank 2 or more is in the graph yet: call it after the layers");
    return wg_graph_node(g, 0);
}

#endif
