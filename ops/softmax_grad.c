/* softmax_grad.c: the gradients of softmax and log_softmax. */
#include "ops.h"
#include "rules.h"
#include "slices.h"
#include "kernel/vmath.h"

/* WIDE: columns that are computed together. BLOCK: rows that are added in order (reduce_tree.h). */
enum { WIDE = 256, BLOCK = 32 };

#define FLOATS_FILE "softmax_grad_slice.h"
#include "both_floats.h"

#define SOFTMAX_GRAD_FIELDS(F, S) F(S, AXES, axis, "-1")
OPTIONS(softmax_grad, SOFTMAX_GRAD_FIELDS);

static slices slices_of_grad(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    const int axis = ((const struct softmax_grad *)k->attr)->axis.axis[0];
    const int64_t inner = inner_of(s, axis);
    return (slices){ s->dim[axis], inner, WIDE, (inner + WIDE - 1) / WIDE, false };
}
KERNEL(softmax_grad)
{
    const slices a = slices_of_grad(k);
    BY_FLOAT(k, softmax_grad, k, &a, false);
    return true;
}
KERNEL(log_softmax_grad)
{
    const slices a = slices_of_grad(k);
    BY_FLOAT(k, softmax_grad, k, &a, true);
    return true;
}

#if WG_BASE

static int64_t units_of(const wg_kernel *k)
{
    const slices a = slices_of_grad(k);
    return slices_units(k, &a);
}
static int64_t rows_of(const wg_kernel *k)
{
    const slices a = slices_of_grad(k);
    return slices_rows(k, &a);
}

static bool softmax_grad_shape(wg_rule *r)
{
    struct softmax_grad *f = r->attr;
    return wg_rule_rank(r, 0, 1, WG_MAX_RANK) && wg_rule_float(r, 0) && shaped_as(r, 1, 0) &&
           one_axis(r, &f->axis) && wg_rule_axis(r, &f->axis.axis[0], r->x[0].shape->rank);
}

extern const wg_op wgi_op_softmax_grad, wgi_op_log_softmax_grad;

static wg_node along(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    static const struct {
        wg_shape s;
        int axis;
    } t[] = {
        { { 2, { 3, 4 } }, -1 }, { { 2, { 3, 4 } }, 0 }, { { 3, { 2, 3, 2 } }, 1 }, { { 1, { 70 } }, 0 },
        { { 2, { 0, 4 } }, 1 },  { { 2, { 3, 1 } }, 1 }, { { 2, { 35, 7 } }, 0 },   { { 2, { 2, 300 } }, 0 },
    };
    if (i >= (int)(sizeof t / sizeof *t)) return wg_none;
    wg_node y = wg_between(g, 0.1, 0.9, t[i].s), gy = wg_any(g, t[i].s);
    return wg_apply(here, op, (wg_node[]){ y, gy }, 2, &(struct softmax_grad){ LISTED(t[i].axis) });
}
static const char *along_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    if (i > 1) return NULL;
    wg_node y = ANY(2, 3), gy = i ? y : ANY(3, 2);
    wg_apply(here, op, (wg_node[]){ y, gy }, 2, &(struct softmax_grad){ LISTED(i ? 2 : 1) });
    return i ? "no axis 2" : "is not shaped as";
}
/* The sum along the axis, which stays as an axis of size 1. */
static wg_node total(wg_site here, wg_node x, const void *attr)
{
    return wg_sum(x, .axes = AXES_OF(((const struct softmax_grad *)attr)->axis), .keepdims = true);
}

/* ---- softmax_grad ---- */

EXPAND(softmax_grad) { y[0] = wg_mul(x[0], wg_sub(x[1], total(here, wg_mul(x[1], x[0]), attr))); }
SAMPLE(softmax_grad) { return along(here, g, i, &wgi_op_softmax_grad); }
ERROR_SAMPLE(softmax_grad) { return along_error(here, g, i, &wgi_op_softmax_grad); }

DEFINE_OP(
    softmax_grad,
    .summary = "Gradient of softmax by its operand. Operands: the result y of softmax, and its gradient g.",
    .formula = "x' = y (g - sum(g y along axis))",
    .adjoint =
        "g' = y (x'' - sum(x'' y along axis)), y' = x'' (g - sum(g y along axis)) - g sum(x'' y along axis)",
    .operands = 2, .names = "y g", .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, .cost = 4,
    TAKES(softmax_grad), .shape = softmax_grad_shape, .kernel = KERNELS(softmax_grad), .units = units_of,
    .rows = rows_of, .expand = softmax_grad_expand, .leads = true);

/* ---- log_softmax_grad ---- */

EXPAND(log_softmax_grad) { y[0] = wg_sub(x[1], wg_mul(wg_exp(x[0]), total(here, x[1], attr))); }
SAMPLE(log_softmax_grad) { return along(here, g, i, &wgi_op_log_softmax_grad); }
ERROR_SAMPLE(log_softmax_grad) { return along_error(here, g, i, &wgi_op_log_softmax_grad); }

DEFINE_OP(
    log_softmax_grad,
    .summary =
        "Gradient of log_softmax by its operand. Operands: the result y of log_softmax, and its gradient g.",
    .formula = "x' = g - e^y sum(g along axis)",
    .adjoint = "g' = x'' - sum(x'' e^y along axis), y' = -x'' e^y sum(g along axis)", .operands = 2,
    .names = "y g", .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, .cost = 10, TAKES(softmax_grad),
    .shape = softmax_grad_shape, .kernel = KERNELS(log_softmax_grad), .units = units_of, .rows = rows_of,
    .expand = log_softmax_grad_expand, .leads = true);

#endif
