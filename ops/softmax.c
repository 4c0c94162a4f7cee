/* softmax.c: softmax and log_softmax. softmax_grad.c has their gradients. */
#include "ops.h"
#include "rules.h"
#include "slices.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

#define FLOATS_FILE "softmax_row.h"
#include "both_floats.h"

/* After softmax_shape: one axis, not negative. */
#define SOFTMAX_FIELDS(F, S) F(S, AXES, axis, "-1") F(S, DOUBLE, temperature, "1")
OPTIONS(softmax, SOFTMAX_FIELDS);

static slices slices_of_softmax(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    const int axis = ((const struct softmax *)k->attr)->axis.axis[0];
    return slices_in_strips(s->dim[axis], inner_of(s, axis), (int64_t)wg_dtype_size(k->xt[0].dtype));
}

static inline bool softmax_kernel(const wg_kernel *k, bool logs)
{
    const slices a = slices_of_softmax(k);
    BY_FLOAT(k, softmax, k, &a, logs);
    return true;
}

KERNEL(softmax) { return softmax_kernel(k, false); }
KERNEL(log_softmax) { return softmax_kernel(k, true); }

#if WG_BASE

/* ---- softmax, log_softmax ---- */

static int64_t units_of(const wg_kernel *k)
{
    const slices a = slices_of_softmax(k);
    return slices_units(k, &a);
}
static int64_t rows_of(const wg_kernel *k)
{
    const slices a = slices_of_softmax(k);
    return slices_rows(k, &a);
}

static size_t copy_bytes(const wg_kernel *k)
{
    const slices a = slices_of_softmax(k);
    return slices_copy(k, &a);
}

static bool softmax_shape(wg_rule *r)
{
    struct softmax *f = r->attr;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0) || !one_axis(r, &f->axis)) return false;
    if (f->temperature == 0) f->temperature = 1;
    if (!(f->temperature > 0 && f->temperature < INFINITY))
        return wg_rule_fail(r, WG_ERROR_VALUE, "temperature is %g, must be above 0",
                            wg_or_standard(f->temperature, 0));
    r->y[0] = r->x[0];
    return wg_rule_axis(r, &f->axis.axis[0], r->x[0].shape->rank);
}

extern const wg_op wgi_op_softmax, wgi_op_log_softmax, wgi_op_softmax_grad, wgi_op_log_softmax_grad;

/* With a temperature: the op of a node x / temperature. */
static wg_node cooled(wg_site here, const wg_op *op, wg_node x, const struct softmax *f)
{
    if (f->temperature == 1) return wg_none;
    wg_node z = wg_div_at(wg_inside(here), x, wg_number(f->temperature));
    return wg_apply(here, op, &z, 1, &(struct softmax){ f->axis, 1 });
}

/* x minus its largest element along the axis */
static wg_node lowered(wg_site here, wg_node x, wg_axes axis)
{
    return wg_sub(x, wg_max(x, .axes = AXES_OF(axis), .keepdims = true));
}

static wg_node along(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    static const struct {
        wg_shape s;
        int axis;
        double temperature;
    } t[] = {
        { { 2, { 3, 4 } }, -1, 0 }, { { 2, { 3, 4 } }, 0, 0 }, { { 3, { 2, 3, 2 } }, 1, 1 },
        { { 1, { 5 } }, 0, 2 },     { { 2, { 0, 4 } }, 1, 0 }, { { 2, { 3, 1 } }, 1, 0 },
        { { 1, { 70 } }, -1, 0 },
    };
    if (i >= (int)(sizeof t / sizeof *t)) return wg_none;
    wg_node x = wg_any(g, t[i].s);
    return wg_apply(here, op, &x, 1, &(struct softmax){ LISTED(t[i].axis), t[i].temperature });
}

static const char *along_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    static const struct softmax f[] = { { { 1, { 2 } }, 0 }, { { 2, { 0, 1 } }, 0 }, { { 1, { 0 } }, -1 } };
    static const char *const said[] = { "no axis 2", "one axis, not 2", "must be above 0" };
    if (i > 2) return NULL;
    wg_node x = ANY(2, 3);
    wg_apply(here, op, &x, 1, &f[i]);
    return said[i];
}

REWRITE(softmax) { return cooled(here, &wgi_op_softmax, x[0], attr); }
EXPAND(softmax)
{
    const struct softmax *f = attr;
    wg_node e = wg_exp(lowered(here, x[0], f->axis));
    y[0] = wg_div(e, wg_sum(e, .axes = AXES_OF(f->axis), .keepdims = true));
}
VJP(softmax) { gx[0] = wg_apply(here, &wgi_op_softmax_grad, (wg_node[]){ y, gy }, 2, wg_attr(y)); }
SAMPLE(softmax) { return along(here, g, i, &wgi_op_softmax); }
ERROR_SAMPLE(softmax) { return along_error(here, g, i, &wgi_op_softmax); }

DEFINE_OP(softmax, .summary = "Softmax of x / temperature along an axis: positive numbers that sum to 1.",
          .formula = "y = e^(x / temperature) / sum(e^(x / temperature) along axis)",
          .adjoint = "x' = y (y' - sum(y' y along axis)) / temperature", .operands = 1, .kind = WG_ROWS,
          .promote = WG_PROMOTE_FLOAT, .cost = 20, TAKES(softmax), .shape = softmax_shape,
          .rewrite = softmax_rewrite, .kernel = KERNELS(softmax), .units = units_of, .rows = rows_of,
          .scratch = copy_bytes, .own_scratch = true, .expand = softmax_expand, .leads = true,
          .vjp = softmax_vjp);
wg_node wg_softmax_at(wg_site here, const wg_softmax_args *a)
{
    APPLY(softmax, softmax, SOFTMAX_FIELDS, a->x);
}

REWRITE(log_softmax) { return cooled(here, &wgi_op_log_softmax, x[0], attr); }
EXPAND(log_softmax)
{
    const struct softmax *f = attr;
    wg_node d = lowered(here, x[0], f->axis);
    y[0] = wg_sub(d, wg_log(wg_sum(wg_exp(d), .axes = AXES_OF(f->axis), .keepdims = true)));
}
VJP(log_softmax) { gx[0] = wg_apply(here, &wgi_op_log_softmax_grad, (wg_node[]){ y, gy }, 2, wg_attr(y)); }
SAMPLE(log_softmax) { return along(here, g, i, &wgi_op_log_softmax); }
ERROR_SAMPLE(log_softmax) { return along_error(here, g, i, &wgi_op_log_softmax); }

DEFINE_OP(log_softmax, .summary = "Logarithm of softmax, also where softmax itself would round to 0.",
          .formula = "y = x / temperature - ln(sum(e^(x / temperature) along axis))",
          .adjoint = "x' = (y' - e^y sum(y' along axis)) / temperature", .operands = 1, .kind = WG_ROWS,
          .promote = WG_PROMOTE_FLOAT, .cost = 20, TAKES(softmax), .shape = softmax_shape,
          .rewrite = log_softmax_rewrite, .kernel = KERNELS(log_softmax), .units = units_of, .rows = rows_of,
          .scratch = copy_bytes, .own_scratch = true, .expand = log_softmax_expand, .leads = true,
          .vjp = log_softmax_vjp);
wg_node wg_log_softmax_at(wg_site here, const wg_softmax_args *a)
{
    APPLY(log_softmax, softmax, SOFTMAX_FIELDS, a->x);
}

#endif
