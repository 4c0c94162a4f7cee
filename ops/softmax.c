/* softmax.c: softmax and log_softmax. softmax_grad.c has their gradients. */
#include "rules.h"
#include "slices.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

#define FLOATS_FILE "ops/softmax_row.h"
#include "kernel/both_floats.h"

/* After softmax_shape: one axis, not negative. */
#define SOFTMAX_FIELDS(F, S) F(S, AXIS, axis, "-1") F(S, DOUBLE, temperature, "1")
OPTIONS(softmax, SOFTMAX_FIELDS);

static slices slices_of_softmax(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    const int axis = ((const struct softmax *)k->attr)->axis;
    return slices_in_strips(s->dim[axis], inner_of(s, axis), (int64_t)wg_dtype_size(k->xt[0].dtype));
}

KERNEL(softmax) { return BY_FLOAT(k, softmax, k, slices_of_softmax(k), false); }
KERNEL(log_softmax) { return BY_FLOAT(k, softmax, k, slices_of_softmax(k), true); }

#if WG_BASE

EXTERN(log_softmax, log_softmax_grad, softmax_grad, softmax_rest);

/* ---- softmax, log_softmax ---- */

static int64_t units_of(const wg_kernel *k) { return slices_units(k, slices_of_softmax(k)); }
static int64_t rows_of(const wg_kernel *k) { return slices_rows(k, slices_of_softmax(k)); }
static size_t copy_bytes(const wg_kernel *k) { return slices_copy(k, slices_of_softmax(k)); }
SHAPE(softmax)
{
    struct softmax *f = r->attr;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0)) return false;
    return wg_rule_axis(r, &f->axis, r->x[0].shape->rank);
}

/* With a temperature: the op of a node x / temperature. */
static wg_node cooled(wg_site here, const wg_op *op, wg_node x, const struct softmax *f)
{
    if (f->temperature == 1) return wg_none;
    wg_node z = wg_div_at(wg_inside(here), x, wg_number(f->temperature));
    return wg_apply(here, op, &z, 1, &(struct softmax){ f->axis, 1 });
}

/* x minus its largest element along the axis */
static wg_node lowered(wg_site here, wg_node x, int axis)
{
    return wg_sub(x, wg_max(x, .axis = axis, .keepdims = true));
}

#define SOFT_AT(op, x, axis, temperature) NODE_OF(op, WITH(softmax, axis, temperature), x)
#define SOFT_OP(n, ...)                                                                                   \
    SAMPLES(n, SOFT_AT(n, ANY(3, 4), -1, 1), SOFT_AT(n, ANY(3, 4), 0, 1), SOFT_AT(n, ANY(2, 3, 2), 1, 1), \
            SOFT_AT(n, ANY(5), 0, 2), SOFT_AT(n, ANY(0, 4), 1, 1), SOFT_AT(n, ANY(3, 1), 1, 1),           \
            SOFT_AT(n, ANY(70), -1, 1));                                                                  \
    ERRORS(n, (SOFT_AT(n, ANY(2, 3), 2, 1), "no axis 2"),                                                 \
           (SOFT_AT(n, ANY(2, 3), 0, -1), "temperature -1: must be in (0, inf)"));                        \
    REWRITE(n) { return cooled(here, &wgi_op_##n, x[0], attr); }                                          \
    BUILDER(n, softmax) { APPLY(n, softmax, SOFTMAX_FIELDS, a->x); }                                      \
    DEFINE_OP(n, .operands = 1, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, .cost = 20, TAKES(softmax), \
              .options = wg_softmax_args_rows, .shape = softmax_shape, .hint.rewrite = n##_rewrite,       \
              .kernel = KERNELS(n), .units = units_of, .rows = rows_of, .scratch = copy_bytes,            \
              .hint.own_scratch = true, .expand = n##_expand, .leads = true, .vjp = n##_vjp, __VA_ARGS__)

EXPAND(softmax)
{
    const struct softmax *f = attr;
    wg_node e = wg_exp(lowered(here, x[0], f->axis));
    y[0] = wg_div(e, wg_sum(e, .axis = f->axis, .keepdims = true));
}
EXACT(softmax)
{
    if (wants_rest(ask, 0)) return less(ask, y);
    const wg_op *op = ask->what == WGI_LOG && ask->limit > 0 ? &wgi_op_log_softmax
                      : wants_rest(ask, 1)                   ? &wgi_op_softmax_rest
                                                             : NULL;
    const wg_node x = ask->what == WGI_LOG ? operand_of(y, 0) : y;
    if (!op || !ask->make) return op ? y : wg_none;
    const wg_node r = wg_apply(wg_inside(ask->here), op, &x, 1, wgi_node_of(y)->attr);
    return ask->what == WGI_LOG ? log_of_scaled(ask, r) : r;
}
VJP(softmax) { gx[0] = NODE_OF(softmax_grad, wg_attr(y), y, gy); }
/* The matrix of its derivatives is symmetric. */
JVP(softmax) { return NODE_OF(softmax_grad, wg_attr(y), y, tx[0]); }
SOFT_OP(softmax, .hint.activation = true, .jvp = softmax_jvp, .hint.source = true,
        .hint.exact = softmax_exact,
        .summary = "Softmax of x / temperature along an axis: positive numbers that sum to 1.",
        .formula = "y = e^(x / temperature) / sum(e^(x / temperature) along axis)",
        .adjoint = "x' = y (y' - sum(y' y along axis)) / temperature");

EXPAND(log_softmax)
{
    const struct softmax *f = attr;
    wg_node d = lowered(here, x[0], f->axis);
    y[0] = wg_sub(d, wg_log(wg_sum(wg_exp(d), .axis = f->axis, .keepdims = true)));
}
VJP(log_softmax) { gx[0] = NODE_OF(log_softmax_grad, wg_attr(y), y, gy); }
/* Each tangent less that of the largest element, less their mean by the probabilities: so the largest, which
 * is next to 0 where others are far below, has no term of its own. */
JVP(log_softmax)
{
    const int axis = ((const struct softmax *)wg_attr(y))->axis;
    const wg_node top = wg_argmax(y, .axis = axis, .keepdims = true);
    const wg_node d = wg_sub(tx[0], wg_take_along(tx[0], top, .axis = axis));
    return wg_sub(d, wg_sum(wg_mul(wg_exp(y), d), .axis = axis, .keepdims = true));
}
SOFT_OP(log_softmax, .hint.activation = true, .jvp = log_softmax_jvp,
        .summary = "Logarithm of softmax, also where softmax itself would round to 0.",
        .formula = "y = x / temperature - ln(sum(e^(x / temperature) along axis))",
        .adjoint = "x' = (y' - e^y sum(y' along axis)) / temperature");

#endif
