/* loss_classes.c: losses of rows of classes: softmax_cross_entropy, nll. Labels are class numbers or rows of
 * probabilities. Rows and classes may count differently. */
#include "class_rules.h"
#include "gathered.h"
#include "loss_rules.h"
#include "ops.h"

#if WG_BASE

#include "wengert/params.h"

#define CLASS_LOSS_FIELDS(F, S)                      \
    F(S, CHOICE, reduction, "mean", "mean sum none") \
    F(S, DOUBLE, smoothing, "0")                     \
    F(S, DOUBLE, ignore, NULL)
OPTIONS(class_loss, CLASS_LOSS_FIELDS);

extern const wg_op wgi_op_cross_entropy, wgi_op_softmax, wgi_op_log_softmax, wgi_op_as_class;

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
static bool class_loss_shape(wg_rule *r)
{
    struct class_loss *a = r->attr;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0) || !has_classes(r) ||
        !labels_fit(r, false))
        return false;
    const bool shares = r->x[1].shape == r->x[0].shape;
    if (shares && !same_float(r, 1)) return false;
    a->smoothing = wg_or_standard(a->smoothing, 0);
    if (!(a->smoothing >= 0 && a->smoothing <= 1))
        return wg_rule_fail(r, WG_ERROR_VALUE, "smoothing is %g, must be from 0 to 1", a->smoothing);
    if (a->ignore != 0 && a->ignore != WG_ZERO && a->ignore != floor(a->ignore))
        return wg_rule_fail(r, WG_ERROR_VALUE, "ignore is %g, must be a class number", a->ignore);
    if (a->ignore != 0 && shares)
        return wg_rule_fail(r, WG_ERROR_USE, "ignore is for class numbers, %s has probabilities",
                            wg_rule_who(r, 1));
    *wg_rule_shape(r, 0) = without_last(r->x[0].shape);
    return counts_fit(r);
}

/* ---- the expansion ---- */

/* Labels as cross_entropy takes them: of the logits' shape probabilities, else class numbers, which become
 * integers. */
static wg_node labels_of(wg_site here, wg_node z, wg_node y)
{
    wg_dtype t = wg_node_dtype(y);
    if (wg_shape_equal(wg_node_shape(z), wg_node_shape(y)))
        return t == wg_node_dtype(z) ? y : wg_cast(y, wg_node_dtype(z));
    if (wg_dtype_is_float(t)) return wg_apply1(here, y, &wgi_op_as_class);
    return t == WG_BOOL ? wg_cast(y, WG_I32) : y;
}

/* l w, but 0 where w is 0 and l is not finite: what is masked may be anything. */
static wg_node weighted(wg_site here, wg_node l, wg_node w)
{
    wg_node lost = wg_logical_and(wg_equal(w, 0), wg_logical_not(wg_less(wg_abs(l), INFINITY)));
    return wg_mul(wg_where(lost, 0, l), w);
}

/* The losses of rows against rows p of probabilities, whose sum need not be 1. x: logits, or logarithms of
 * probabilities. */
static wg_node of_shares(wg_site here, wg_node x, wg_node p, bool logits)
{
    if (logits) return wg_apply(here, &wgi_op_cross_entropy, (wg_node[]){ x, p }, 2, NULL);
    return wg_neg(wg_sum(weighted(here, x, p), .axes = WG_AXES(-1)));
}
/* The losses against class numbers, smoothed by s: -(1 - s) l[y] - s mean(l), l the logarithms of the
 * probabilities. For logits z that is the loss without smoothing, plus s (z[y] - mean(z)). */
static wg_node of_numbers(wg_site here, wg_node x, wg_node y, bool logits, double s)
{
    wg_node chosen = logits && s == 0 ? wg_none : wgi_gather(here, x, y, wg_node_shape(y).rank);
    wg_node mean = s == 0 ? wg_none : wg_mean(x, .axes = WG_AXES(-1));
    if (!logits) return s == 0 ? wg_neg(chosen) : wg_sub(wg_mul(chosen, s - 1), wg_mul(mean, s));
    wg_node loss = wg_apply(here, &wgi_op_cross_entropy, (wg_node[]){ x, y }, 2, NULL);
    return s == 0 ? loss : wg_add(loss, wg_mul(wg_sub(chosen, mean), s));
}
static wg_node smoothed(wg_site here, wg_node p, double s)
{
    return s == 0 ? p : wg_add(wg_mul(p, 1 - s), s / (double)wg_dim(p, -1));
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
    return wg_div(wg_sum(loss), wg_sum(all));
}

static void expand_class_loss(wg_site here, const wg_node x[], const struct class_loss *a, wg_node y[],
                              bool logits)
{
    wg_node labels = labels_of(here, x[0], x[1]), weights = x[WEIGHTS], rows = x[MASK], of_row = wg_none;
    const wg_dtype t = wg_node_dtype(x[0]);
    const double s = a->smoothing;
    if (!wg_is_none(rows)) rows = wg_cast(rows, t);
    if (wg_dtype_is_float(wg_node_dtype(labels))) {
        wg_node loss = of_shares(here, x[0], product(here, smoothed(here, labels, s), weights), logits);
        y[0] = reduced_rows(here, loss, rows, rows, a->reduction);
        return;
    }
    if (a->ignore != 0) {
        wg_node hit = wg_equal(labels, wg_or_standard(a->ignore, 0));
        labels = wg_where(hit, 0, labels);
        rows = product(here, rows, wg_where(hit, 0, wg_cast(wg_scalar_at(here, wg_graph_of(x[0]), 1), t)));
    }
    if (!wg_is_none(weights)) of_row = wgi_gather(here, weights, labels, 0);
    wg_node all = product(here, rows, of_row);
    if (s != 0 && !wg_is_none(weights)) {
        wg_node p = smoothed(here, wg_cast(wg_one_hot(labels, wg_dim(x[0], -1)), t), s);
        y[0] = reduced_rows(here, of_shares(here, x[0], wg_mul(p, weights), logits), rows, all, a->reduction);
    } else y[0] = reduced_rows(here, of_numbers(here, x[0], labels, logits, s), all, all, a->reduction);
}

/* ---- samples ---- */

typedef wg_node (*class_loss_fn)(wg_site here, const wg_class_loss_args *a);

static wg_node class_loss_sample(wg_site here, wg_graph *g, int i, class_loss_fn op)
{
    wg_node x[2];
    if (i > 11) return wg_none;
    logits_and_labels(g, i < 4 ? i : i == 8 ? 1 : 0, x);
    wg_class_loss_args a = { .x = x[0], .y = x[1] };
    if (i == 4 || i == 5) a.y = wg_cast(x[1], wg_context_dtype(wg_graph_context(g)));
    a.reduction = i == 5 ? WG_SUM : i == 2 || i == 7 ? WG_NONE : WG_MEAN;
    if (i >= 6 && i != 9) a.smoothing = 0.25;
    if (i >= 8) a.weights = BETWEEN(0.5, 1.5, 4);
    if (i == 9) a.ignore = WG_ZERO;
    if (i == 10) a.mask = BETWEEN(0.2, 1, 3);
    if (i == 11) a.mask = wg_greater(wg_index_along(ANY(3), 0), 0);
    return op(here, &a);
}
static const char *class_loss_error(wg_site here, wg_graph *g, int i, class_loss_fn op)
{
    wg_node z = wg_any(g, i == 2 ? WG_SHAPE(3, 0) : WG_SHAPE(3, 4)), y = CLASSES(4, 3);
    wg_class_loss_args a = { .x = z, .y = y };
    switch (i) {
    case 0: a.y = CLASSES(4, 3, 1), op(here, &a); return "class numbers must be [3]";
    case 1: a.y = BETWEEN(0.2, 0.8, 3), op(here, &a); return "a label is no whole number";
    case 2: op(here, &a); return "has no classes";
    case 3: a.smoothing = 1.5, op(here, &a); return "smoothing is 1.5";
    case 4: a.weights = ANY(3), op(here, &a); return "it must be one number a class, [4]";
    case 5: a.mask = ANY(4), op(here, &a); return "is not one number a row";
    case 6: a.ignore = 0.5, op(here, &a); return "ignore is 0.5";
    case 7: a.y = z, a.ignore = 1, op(here, &a); return "ignore is for class numbers";
    }
    return NULL;
}

/* ---- softmax_cross_entropy ---- */

extern const wg_op wgi_op_softmax_cross_entropy, wgi_op_nll;

static bool softmax_cross_entropy_shape(wg_rule *r)
{
    warn_of_twice(r, &wgi_op_softmax, "the loss takes the softmax itself, of logits");
    warn_of_twice(r, &wgi_op_log_softmax,
                  "the loss takes the logarithm of the softmax itself (a second one changes no value)");
    return class_loss_shape(r);
}
EXPAND(softmax_cross_entropy) { expand_class_loss(here, x, attr, y, true); }
SAMPLE(softmax_cross_entropy) { return class_loss_sample(here, g, i, wg_softmax_cross_entropy_at); }
ERROR_SAMPLE(softmax_cross_entropy) { return class_loss_error(here, g, i, wg_softmax_cross_entropy_at); }

DEFINE_OP(
    softmax_cross_entropy,
    .summary = "Cross-entropy loss of softmax(x) against class numbers or rows of probabilities. Operands 3 "
               "and 4, the weights of classes and of rows, may be missing.",
    .formula =
        "L = l where reduction = none, sum(l) where reduction = sum, else sum(l) / n; l = -c sum(u t "
        "ln(softmax(x along last)) along last), t = (1 - smoothing) q + smoothing / k, q = y where "
        "probabilities(y), else one_hot(y), k = length(x along last), u = weights where given(weights), else "
        "1, c = h m, h = keep(y != ignore along last) where given(ignore), else 1, m = keep(mask along last) "
        "where given(mask), else 1, n = sum(c sum(u q along last)) where not probabilities(y) and "
        "(given(weights) or given(mask) or given(ignore)), sum(m) where given(mask), else length(x) / k",
    .adjoint = "x' = w c (softmax(x along last) sum(u t along last) - u t), y' = -w c u (1 - smoothing) "
               "log_softmax(x along last), weights' = \"the formula, differentiated\", mask' = \"the "
               "formula, differentiated\"; w = L' / n where reduction = mean, else L'",
    .operands = OPERANDS, .names = "x y weights mask", .optional = 2, .kind = WG_ROWS, TAKES(class_loss),
    .loss = true, .shape = softmax_cross_entropy_shape, .expand = softmax_cross_entropy_expand);
static wg_node class_loss(wg_site here, const wg_op *op, const wg_class_loss_args *a)
{
    a = WG_OR_NONE(a);
    return wg_apply(here, op, (wg_node[]){ a->x, a->y, a->weights, a->mask }, OPERANDS,
                    &GIVEN(class_loss, CLASS_LOSS_FIELDS));
}
wg_node wg_softmax_cross_entropy_at(wg_site here, const wg_class_loss_args *a)
{
    a = WG_OR_NONE(a);
    return class_loss(here, &wgi_op_softmax_cross_entropy, a);
}

/* ---- nll ---- */

EXPAND(nll) { expand_class_loss(here, x, attr, y, false); }
SAMPLE(nll) { return class_loss_sample(here, g, i, wg_nll_at); }
ERROR_SAMPLE(nll) { return class_loss_error(here, g, i, wg_nll_at); }

DEFINE_OP(
    nll,
    .summary =
        "Negative log-likelihood of class numbers or rows of probabilities, x being the logarithms of the "
        "predicted probabilities. Operands 3 and 4, the weights of classes and of rows, may be missing.",
    .formula =
        "L = l where reduction = none, sum(l) where reduction = sum, else sum(l) / n; l = -c sum(u t x along "
        "last), t = (1 - smoothing) q + smoothing / k, q = y where probabilities(y), else one_hot(y), k = "
        "length(x along last), u = weights where given(weights), else 1, c = h m, h = keep(y != ignore along "
        "last) where given(ignore), else 1, m = keep(mask along last) where given(mask), else 1, n = sum(c "
        "sum(u q along last)) where not probabilities(y) and (given(weights) or given(mask) or "
        "given(ignore)), sum(m) where given(mask), else length(x) / k",
    .adjoint = "x' = -w c u t, y' = -w c u (1 - smoothing) x, weights' = \"the formula, differentiated\", "
               "mask' = \"the formula, differentiated\"; w = L' / n where reduction = mean, else L'",
    .operands = OPERANDS, .names = "x y weights mask", .optional = 2, .kind = WG_ROWS, TAKES(class_loss),
    .loss = true, .shape = class_loss_shape, .expand = nll_expand);
wg_node wg_nll_at(wg_site here, const wg_class_loss_args *a) { return class_loss(here, &wgi_op_nll, a); }

#endif
