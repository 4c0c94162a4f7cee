/* cross_entropy.c: the cross-entropy of softmax(logits) with labels, which are class numbers or rows of
 * probabilities. */
#include <float.h>

#include "class_rules.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

enum { AHEAD = 1024, EXP_BLOCK = 16, PANEL = 1024 };

/* The class number of row r, or -1 after a fault: it is out of range. */
static int64_t label_of(const wg_kernel *k, int64_t r, int64_t classes)
{
    int64_t label = k->xt[1].dtype == WG_I32 ? OPERAND(int32_t, 1)[r] : OPERAND(int64_t, 1)[r];
    if (label >= 0 && label < classes) return label;
    wg_fault_at(k, r, label, classes, "label out of range");
    k->fault->operand = 1;
    return -1;
}

static int64_t classes_of(const wg_kernel *k) { return k->xt[0].shape->dim[k->xt[0].shape->rank - 1]; }

/* strict: rows of probabilities are looked at. */
#define CROSS_ENTROPY_FIELDS(F, S) F(S, BOOL, strict, "false")
OPTIONS(cross_entropy, CROSS_ENTROPY_FIELDS);

#define FLOATS_FILE "ops/cross_entropy_row.h"
#include "kernel/both_floats.h"

KERNEL(cross_entropy) { return BY_FLOAT(k, losses, k, classes_of(k)); }
KERNEL(distribution) { return BY_FLOAT(k, distributions, k, classes_of(k)); }
KERNEL(cross_entropy_grad) { return BY_FLOAT(k, gradients, k, classes_of(k)); }
KERNEL(cross_entropy_both) { return BY_FLOAT(k, both, k, classes_of(k)); }

#define AS_CLASS_FIELDS(F, S) F(S, SIZE, classes, "0") F(S, CHOICE, what, "label", "label length")
OPTIONS(as_class, AS_CLASS_FIELDS);

KERNEL(as_class)
{
    const struct as_class *a = k->attr;
    const int64_t classes = a->classes;
    const wg_dtype t = k->xt[0].dtype;
    EACH_UNIT(i) {
        const double v = t == WG_F32   ? OPERAND(float, 0)[i]
                         : t == WG_F64 ? OPERAND(double, 0)[i]
                         : t == WG_I32 ? OPERAND(int32_t, 0)[i]
                                       : (double)OPERAND(int64_t, 0)[i];
        if (!(v == floor(v) && fabs(v) <= 0x1p53))
            return wg_fault_number(k, i, v,
                                   a->what ? "a length is no whole number" : "a label is no whole number");
        if (classes && (v < 0 || v >= (double)classes))
            return wg_fault_at(k, i, (int64_t)v, classes,
                               a->what ? "length out of range" : "label out of range");
        RESULT(int64_t, 0)[i] = (int64_t)v;
    }
    return true;
}

#if WG_BASE

EXTERN(as_class, cross_entropy_grad);

/* ---- cross_entropy: one loss a row ---- */

SHAPE(cross_entropy)
{
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0) || !has_classes(r) ||
        !labels_fit(r, true) || !same_float(r, 1))
        return false;
    if (r->x[1].dtype == WG_BOOL)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "%s is bool, class numbers must be integers",
                            wg_rule_who(r, 1));
    *wg_rule_shape(r, 0) = without_last(r->x[0].shape);
    r->y[1].shape = r->y[2].shape = r->y[0].shape;
    return true;
}

static int64_t rows_of_distribution(const wg_kernel *k)
{
    return wg_shape_size(without_last(k->yt[0].shape));
}
static int64_t rows_of_result(const wg_kernel *k) { return wg_shape_size(*k->yt[0].shape); }

/* Labels as rows of probabilities: of class numbers rows of 0 and 1. */
static wg_node as_shares(wg_site here, wg_node z, wg_node labels)
{
    if (wg_dtype_is_float(wg_node_dtype(labels))) return labels;
    return wg_cast(wg_one_hot(labels, .count = wg_dim(z, -1)), wg_node_dtype(z));
}

EXPAND(cross_entropy)
{
    y[0] = wg_neg(wg_sum(wg_mul(as_shares(here, x[0], x[1]), wg_log_softmax(x[0])), .axis = -1));
    y[1] = wg_max(x[0], .axis = -1);
    y[2] = wg_sum(wg_exp(wg_sub(x[0], beside(here, y[1]))), .axis = -1);
}
VJP(cross_entropy)
{
    gx[0] = NODE_OF(cross_entropy_grad, NULL, x[0], x[1], gy, wg_part(y, 1), wg_part(y, 2));
    if (wg_dtype_is_float(wg_node_dtype(x[1])))
        gx[1] = wg_neg(wg_mul(beside(here, gy), wg_log_softmax(x[0])));
}

SAMPLE(cross_entropy)
{
    wg_node x[2];
    return wg_is_none(logits_and_labels(g, i, x)) ? wg_none
                                                  : wg_apply(here, &wgi_op_cross_entropy, x, 2, NULL);
}
#define CROSS(z, p) wg_apply2(here, z, p, &wgi_op_cross_entropy)
ERRORS(cross_entropy, (CROSS(ANY(3, 4), CLASSES(4, 2)), "class numbers must be [3]"),
       (CROSS(ANY(3, 4), CLASSES(40, 3)), "label out of range"),
       (wgi_cross_entropy(here, ANY(3, 4), BETWEEN(0.5, 0.9, 3, 4), true), "adds up to 1"),
       (CROSS(ANY(3, 0), CLASSES(4, 3)), "has no classes"),
       (CROSS(wg_any(g, WG_SCALAR), CLASSES(4, 3)), "must have 1 to 8"),
       (CROSS(ANY(3, 4), wg_not_equal(CLASSES(4, 3), 0)), "is bool, class numbers must be integers"));

DEFINE_OP(
    cross_entropy,
    .summary =
        "Cross-entropy of each row of logits with its label, a class number or a row of probabilities. "
        "Parts 1 and 2, for the gradient: the row's largest logit, and the sum of e^(z - largest). strict: a "
        "row of probabilities that do not add up to 1 is an error.",
    .formula = "y = sum(q (m + ln s - z) along last), m = max(z along last), s = sum(e^(z - m) along "
               "last); q = p where probabilities(p), else one_hot(p)",
    .adjoint = "z' = y' (softmax(z along last) sum(q along last) - q), p' = -y' log_softmax(z along "
               "last); q = p where probabilities(p), else one_hot(p)",
    .operands = 2, .names = "z p", .outputs = 3, .kind = WG_ROWS, .cost = 20, TAKES(cross_entropy),
    RULES(cross_entropy, shape, expand, vjp), .kernel = KERNELS(cross_entropy), .units = rows_of_result,
    .leads = true);

wg_node wgi_cross_entropy(wg_site here, wg_node z, wg_node labels, bool strict)
{
    return NODE_OF(cross_entropy, WITH(cross_entropy, strict), z, labels);
}

SHAPE(cross_entropy_grad)
{
    if (!cross_entropy_shape(r)) return false;
    for (int j = 2; j < 5; j++)
        if (!one_a_row(r, j) || !wg_rule_float(r, j) || !same_float(r, j)) return false;
    r->y[0] = r->x[0];
    return true;
}
static int64_t rows_of_gradient(const wg_kernel *k) { return wg_shape_size(*k->xt[2].shape); }
EXPAND(cross_entropy_grad)
{
    wg_node p = as_shares(here, x[0], x[1]),
            s = wg_div(wg_exp(wg_sub(x[0], beside(here, x[3]))), beside(here, x[4]));
    if (wg_dtype_is_float(wg_node_dtype(x[1]))) s = wg_mul(s, wg_sum(p, .axis = -1, .keepdims = true));
    y[0] = wg_mul(beside(here, x[2]), wg_sub(s, p));
}
SAMPLE(cross_entropy_grad)
{
    wg_node x[5];
    if (wg_is_none(logits_and_labels(g, i, x))) return wg_none;
    wg_shape rows = wg_node_shape(x[0]);
    wg_node loss = wg_apply(here, &wgi_op_cross_entropy, x, 2, NULL);
    x[2] = wg_any(g, without_last(&rows));
    x[3] = wg_part(loss, 1);
    x[4] = wg_part(loss, 2);
    return wg_apply(here, &wgi_op_cross_entropy_grad, x, 5, NULL);
}
ERRORS(cross_entropy_grad,
       (NODE_OF(cross_entropy_grad, NULL, ANY(3, 4), CLASSES(4, 3), ANY(4), ANY(3), ANY(3)),
        "one number a row"));
static size_t scratch_of_both(const wg_kernel *k)
{
    const int64_t n = classes_of(k);
    return (size_t)(n + (n + PANEL - 1) / PANEL) * wg_dtype_size(k->xt[0].dtype);
}

DEFINE_OP(cross_entropy_grad,
          .summary = "Gradient of cross_entropy by the logits. Operands: logits z, labels p, the gradient g "
                     "of each row's loss, parts 1 and 2 of cross_entropy.",
          .formula = "y = keep(g along last) (e^(z - keep(m along last)) / keep(s along last) sum(q along "
                     "last) - q); q = p where probabilities(p), else one_hot(p)",
          .adjoint = "\"the formula, differentiated\"", .operands = 5, .names = "z p g m s", .kind = WG_ROWS,
          .cost = 20, RULES(cross_entropy_grad, shape, expand), .kernel = KERNELS(cross_entropy_grad),
          .units = rows_of_gradient,
          .hint.joined = &(const wg_op){ .name = "cross_entropy, its gradient",
                                         .operands = 3,
                                         .outputs = 4,
                                         .kind = WG_ROWS,
                                         .cost = 20,
                                         .kernel = KERNELS(cross_entropy_both),
                                         .units = rows_of_result,
                                         .scratch = scratch_of_both,
                                         .hints = &(const wg_op_hints){ .own_scratch = true } },
          .hint.joins = &wgi_op_cross_entropy, .leads = true);

/* ---- distribution ---- */

SHAPE(distribution)
{
    return wg_rule_rank(r, 0, 1, WG_MAX_RANK) && wg_rule_float(r, 0) && has_classes(r) &&
           wg_rule_float(r, 1) && same_float(r, 1) && one_a_row(r, 1);
}
VJP(distribution) { gx[0] = gy; }
#define DISTRIBUTION(p, counts) NODE_OF(distribution, NULL, p, counts)
SAMPLES(distribution, DISTRIBUTION(wg_softmax(ANY(3, 4)), BETWEEN(0.5, 1, 3)),
        DISTRIBUTION(wg_softmax(ANY(2, 2, 300)), BETWEEN(0.5, 1, 2, 2)));
ERRORS(distribution, (DISTRIBUTION(BETWEEN(0.5, 0.9, 3, 4), BETWEEN(0.5, 1, 3)), "adds up to 1"),
       (DISTRIBUTION(BETWEEN(-0.9, -0.5, 3, 4), BETWEEN(0.5, 1, 3)), "a probability is below 0"),
       (DISTRIBUTION(ANY(3, 4), ANY(4)), "is not one number a row"));
DEFINE_OP(
    distribution,
    .summary =
        "Rows of probabilities, as they are. A row that counts, whose number is not 0, and does not add up "
        "to 1 is an error.",
    .formula = "y = p", .adjoint = "p' = y'", .zero = 1 << 1, .operands = 2, .names = "p counts",
    .kind = WG_ROWS, RULES(distribution, shape, vjp), .kernel = KERNELS(distribution),
    .units = rows_of_distribution, .leads = true);

/* ---- as_class ---- */

SHAPE(as_class)
{
    const wg_dtype t = r->x[0].dtype;
    r->y[0] = (wg_type){ r->x[0].shape, WG_I64 };
    return wg_dtype_is_float(t) || t == WG_I32 || t == WG_I64 ||
           wg_rule_fail(r, WG_ERROR_DTYPE, "%s is %s, class numbers must be integers or whole floats",
                        wg_rule_who(r, 0), wg_dtype_name(t));
}
wg_node wgi_as_class(wg_site here, wg_node x, int64_t classes)
{
    return NODE_OF(as_class, WITH(as_class, classes, 0), x);
}
#define AS_LENGTH(x, most) NODE_OF(as_class, WITH(as_class, (most) + 1, 1), x)
SAMPLES(as_class, wgi_as_class(here, wg_cast(CLASSES(5, 6), WG_DEFAULT_DTYPE), 0),
        wgi_as_class(here, wg_cast(wg_any_class(g, 5, WG_SCALAR), WG_DEFAULT_DTYPE), 5),
        wgi_as_class(here, CLASSES(5, 6), 5), AS_LENGTH(CLASSES(5, 6), 4));
ERRORS(as_class, (wgi_as_class(here, BETWEEN(0.25, 0.75, 3), 0), "a label is no whole number"),
       (wgi_as_class(here, wg_sub(CLASSES(1, 2), 1), 3), "label out of range"),
       (wgi_as_class(here, wg_add(CLASSES(1, 2), 3), 3), "label out of range"),
       (AS_LENGTH(wg_add(CLASSES(1, 2), 4), 3), "length out of range"),
       (AS_LENGTH(BETWEEN(0.25, 0.75, 3), 3), "a length is no whole number"),
       (wgi_as_class(here, wg_less(CLASSES(3, 2), 1), 0), "is bool, class numbers must be integers"));

DEFINE_OP(as_class,
          .summary =
              "Class numbers as i64. A float that is not whole is an error, and so is a number that is "
              "below 0, or not below classes, if that is given. what: the word for them.",
          .formula = "y = x", .adjoint = "class numbers are integers", .none = WG_EVERY_OPERAND,
          .operands = 1, .kind = WG_ROWS, TAKES(as_class), .shape = as_class_shape,
          .kernel = KERNELS(as_class), .units = rows_of_result, .leads = true);

#endif
