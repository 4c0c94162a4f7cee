/* softmax_grad.c: the gradients of softmax and log_softmax. */
#include "rules.h"
#include "slices.h"
#include "kernel/vmath.h"

/* WIDE: columns that are computed together. BLOCK: rows that are added in order (reduce_tree.h). */
enum { WIDE = 256, BLOCK = 32 };

/* Flags as wide as an element: with others a loop is not computed in vectors. */
typedef int32_t soft_word_f32;
typedef int64_t soft_word_f64;

#define FLOATS_FILE "ops/softmax_grad_slice.h"
#include "kernel/both_floats.h"

#define SOFTMAX_GRAD_FIELDS(F, S) F(S, AXIS, axis, "-1")
OPTIONS(softmax_grad, SOFTMAX_GRAD_FIELDS);

static slices slices_of_grad(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    const int axis = ((const struct softmax_grad *)k->attr)->axis;
    const int64_t inner = inner_of(s, axis);
    return (slices){ s->dim[axis], inner, WIDE, (inner + WIDE - 1) / WIDE, false };
}
KERNEL(softmax_grad) { return BY_FLOAT(k, softmax_grad, k, slices_of_grad(k), false); }
KERNEL(softmax_rest) { return BY_FLOAT(k, softmax_rest, k, slices_of_grad(k)); }
KERNEL(others) { return BY_FLOAT(k, others, k, slices_of_grad(k)); }
KERNEL(log_softmax_rest) { return BY_FLOAT(k, log_rest, k, slices_of_grad(k)); }
KERNEL(log_softmax_grad) { return BY_FLOAT(k, softmax_grad, k, slices_of_grad(k), true); }

#if WG_BASE

static int64_t units_of(const wg_kernel *k) { return slices_units(k, slices_of_grad(k)); }
static int64_t rows_of(const wg_kernel *k) { return slices_rows(k, slices_of_grad(k)); }
SHAPE(softmax_grad)
{
    struct softmax_grad *f = r->attr;
    return wg_rule_rank(r, 0, 1, WG_MAX_RANK) && wg_rule_float(r, 0) && shaped_as(r, 1, 0) &&
           wg_rule_axis(r, &f->axis, r->x[0].shape->rank);
}

static wg_node grad_sample(wg_site here, wg_graph *g, const wg_op *op, int axis, wg_shape s)
{
    const wg_node x[] = { wg_between(g, 0.1, 0.9, s), wg_any(g, s) };
    return wg_apply(here, op, x, 2, &(struct softmax_grad){ axis });
}
#define OF_SHAPE(n, axis, ...)  grad_sample(here, g, &wgi_op_##n, axis, WG_SHAPE(__VA_ARGS__))
#define MISTAKE(n, y, gy, axis) NODE_OF(n, WITH(softmax_grad, axis), y, gy)
#define SOFT_GRAD_OP(n, ...)                                                                             \
    SAMPLES(n, OF_SHAPE(n, -1, 3, 4), OF_SHAPE(n, 0, 3, 4), OF_SHAPE(n, 1, 2, 3, 2), OF_SHAPE(n, 0, 70), \
            OF_SHAPE(n, 1, 0, 4), OF_SHAPE(n, 1, 3, 1), OF_SHAPE(n, 0, 35, 7), OF_SHAPE(n, 0, 2, 300));  \
    ERRORS(n, (MISTAKE(n, ANY(2, 3), ANY(3, 2), 1), "is not shaped as"),                                 \
           (MISTAKE(n, ANY(2, 3), ANY(2, 3), 2), "no axis 2"));                                          \
    DEFINE_OP(n, .operands = 2, .names = "y g", .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,           \
              TAKES(softmax_grad), .shape = softmax_grad_shape, .kernel = KERNELS(n), .units = units_of, \
              .rows = rows_of, .expand = n##_expand, .leads = true, __VA_ARGS__)
/* The sum along the axis, which stays as an axis of size 1. */
static wg_node total(wg_site here, wg_node x, const void *attr)
{
    return wg_sum(x, .axis = ((const struct softmax_grad *)attr)->axis, .keepdims = true);
}

/* ---- softmax_grad ---- */

EXPAND(softmax_grad) { y[0] = wg_mul(x[0], wg_sub(x[1], total(here, wg_mul(x[1], x[0]), attr))); }
SOFT_GRAD_OP(
    softmax_grad,
    .summary = "Gradient of softmax by its operand. Operands: the result y of softmax, and its gradient g.",
    .formula = "x' = y (g - sum(g y along axis))",
    .adjoint =
        "g' = y (x'' - sum(x'' y along axis)), y' = x'' (g - sum(g y along axis)) - g sum(x'' y along axis)",
    .cost = 4);

/* ---- softmax_rest ---- */

SHAPE(softmax_rest)
{
    struct softmax_grad *f = r->attr;
    return wg_rule_rank(r, 0, 1, WG_MAX_RANK) && wg_rule_float(r, 0) &&
           wg_rule_axis(r, &f->axis, r->x[0].shape->rank);
}
EXTERN(log_softmax_rest);
EXPAND(softmax_rest) { y[0] = wg_sub(1, x[0]); }
/* A difference of the number 1 and y. */
EXACT(softmax_rest)
{
    const wg_site here = wg_inside(ask->here);
    const wg_node p = operand_of(y, 0);
    if (ask->what == WGI_REST) return less(ask, rest_of(ask, p, 1 - ask->limit));
    if (!wants_log(ask)) return wg_none;
    if (!ask->make) return y;
    return log_of_scaled(ask, NODE_OF(log_softmax_rest, wgi_node_of(y)->attr, p, y, operand_of(p, 0)));
}
VJP(softmax_rest) { gx[0] = wg_neg(gy); }
#define REST_OF(along, ...) \
    NODE_OF(softmax_rest, WITH(softmax_grad, along), wg_softmax(ANY(__VA_ARGS__), .axis = along))
SAMPLES(softmax_rest, REST_OF(-1, 3, 4), REST_OF(0, 3, 4), REST_OF(1, 2, 3, 2), REST_OF(0, 70),
        REST_OF(1, 0, 4));
ERRORS(softmax_rest, (NODE_OF(softmax_rest, WITH(softmax_grad, 2), ANY(2, 3)), "no axis 2"));
DEFINE_OP(softmax_rest,
          .summary = "1 - y, where y is a result of softmax. Next to 0 it is the sum of the other elements.",
          .formula = "d = 1 - y", .adjoint = "y' = -d'", .operands = 1, .names = "y", .kind = WG_ROWS,
          .promote = WG_PROMOTE_COMMON, TAKES(softmax_grad), .shape = softmax_rest_shape,
          .kernel = KERNELS(softmax_rest), .units = units_of, .rows = rows_of, .leads = true,
          RULES(softmax_rest, expand, exact, vjp));

/* ---- others: of each element the sum of the others along the axis ---- */

EXPAND(others) { y[0] = wg_sub(total(here, x[0], attr), x[0]); }
VJP(others) { gx[0] = NODE_OF(others, wg_attr(y), gy); }
#define OTHERS(axis, ...) NODE_OF(others, WITH(softmax_grad, axis), ANY(__VA_ARGS__))
SAMPLES(others, OTHERS(-1, 3, 4), OTHERS(0, 3, 4), OTHERS(1, 2, 3, 2), OTHERS(0, 70), OTHERS(1, 0, 4),
        OTHERS(1, 3, 1));
ERRORS(others, (OTHERS(2, 2, 3), "no axis 2"));
DEFINE_OP(
    others,
    .summary = "Of each element the sum of the others along an axis. No digits of theirs are lost beside it.",
    .formula = "y = sum(x along axis) - x", .adjoint = "x' = sum(y' along axis) - y'", .operands = 1,
    .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, TAKES(softmax_grad), .shape = softmax_rest_shape,
    .kernel = KERNELS(others), .units = units_of, .rows = rows_of, .leads = true, RULES(others, expand, vjp));

/* ---- log_softmax_rest: ln(1 - p) of p = softmax x, where r is 1 - p. Derivatives go by x ---- */

SHAPE(log_softmax_rest) { return softmax_rest_shape(r) && shaped_as(r, 1, 0) && shaped_as(r, 2, 0); }
EXPAND(log_softmax_rest)
{
    y[0] = wg_log(wg_sub(1, wg_softmax(x[2], .axis = ((const struct softmax_grad *)attr)->axis)));
}
VJP(log_softmax_rest)
{
    const wg_node share = NODE_OF(others, wg_attr(y), wg_mul(gy, wg_div(x[0], x[1])));
    gx[2] = wg_mul(x[0], wg_sub(share, gy));
}
static wg_node log_rest_of(wg_site here, wg_node x, int axis)
{
    const wg_node p = wg_softmax(x, .axis = axis), r = NODE_OF(softmax_rest, WITH(softmax_grad, axis), p);
    return NODE_OF(log_softmax_rest, WITH(softmax_grad, axis), p, r, x);
}
SAMPLES(log_softmax_rest, log_rest_of(here, ANY(3, 4), -1), log_rest_of(here, ANY(3, 4), 0),
        log_rest_of(here, ANY(2, 3, 2), 1), log_rest_of(here, ANY(0, 4), 1));
ERRORS(log_softmax_rest,
       (NODE_OF(log_softmax_rest, WITH(softmax_grad, 0), ANY(3), ANY(4), ANY(3)), "is not shaped as"));
DEFINE_OP(log_softmax_rest, .summary = "ln(1 - p), where p = softmax x and r = 1 - p.",
          .hint.computed = "y = ln(1 - p) where p < 1/2, else ln r", .formula = "y = ln(1 - p)",
          .adjoint = "x' = p (sum(y' p / r along axis) - y' p / r - y'), p' = 0, r' = 0", .operands = 3,
          .names = "p r x", .zero = 1 << 0 | 1 << 1, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
          .cost = 10, TAKES(softmax_grad), .shape = log_softmax_rest_shape,
          .kernel = KERNELS(log_softmax_rest), .units = units_of, .rows = rows_of, .leads = true,
          RULES(log_softmax_rest, expand, vjp));

/* ---- log_softmax_grad ---- */

EXPAND(log_softmax_grad) { y[0] = wg_sub(x[1], wg_mul(wg_exp(x[0]), total(here, x[1], attr))); }
SOFT_GRAD_OP(
    log_softmax_grad,
    .summary =
        "Gradient of log_softmax by its operand. Operands: the result y of log_softmax, and its gradient g.",
    .formula = "x' = g - e^y sum(g along axis)",
    .adjoint = "g' = x'' - sum(x'' e^y along axis), y' = -x'' e^y sum(g along axis)", .cost = 10);

#endif
