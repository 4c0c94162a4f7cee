/* logsumexp.c: logarithms of sums of exponentials along axes. */
#include "reduce_rules.h"
#include "slices.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

#define FLOATS_FILE "ops/logsumexp_slice.h"
#include "kernel/both_floats.h"

static slices slices_of_axes(const wg_kernel *k)
{
    const span s = kernel_span(k);
    return slices_in_strips(s.n, s.inner, (int64_t)wg_dtype_size(k->xt[0].dtype));
}

KERNEL(logsumexp)
{
    const slices a = slices_of_axes(k);
    return BY_FLOAT(k, logsumexp, k, &a);
}

#if WG_BASE

static int64_t units_of(const wg_kernel *k) { return slices_units(k, slices_of_axes(k)); }
static int64_t rows_of(const wg_kernel *k) { return slices_rows(k, slices_of_axes(k)); }
static size_t copy_bytes(const wg_kernel *k) { return slices_copy(k, slices_of_axes(k)); }
SHAPE(logsumexp)
{
    if (!choose_shape(r) || !wg_rule_float(r, 0)) return false;
    r->y[1].shape = r->y[2].shape = r->y[0].shape;
    return true;
}

/* m is the largest element, or 0 where that is not finite: e^(x - m) is then 0, inf or NaN as x is
 * -inf, inf or NaN. */
static wg_node finite_max(wg_site here, wg_node x, wg_axes axes)
{
    wg_node largest = wg_max(x, KEPT(axes));
    return wg_where(wg_less(wg_abs(largest), INFINITY), largest, 0);
}
static wg_node sum_from(wg_site here, wg_node x, wg_node m, wg_axes axes)
{
    return wg_sum(wg_exp(wg_sub(x, m)), KEPT(axes));
}

/* The result does not depend on m. Where all x are -inf the sum is 0, the result -inf, and the
 * derivative 0. */
static wg_node by_parts(wg_site here, wg_node x, const struct reduce *a)
{
    const wg_shape s = wg_node_shape(x);
    wg_node m = wg_stop_gradient(finite_max(here, x, a->axes)), sum = sum_from(here, x, m, a->axes);
    wg_node nothing = wg_equal(sum, 0), log_sum = wg_log(wg_where(nothing, 1, sum));
    return wg_reshape(wg_where(nothing, -INFINITY, wg_add(log_sum, m)),
                      reduced_shape(&s, &a->axes, a->keepdims));
}
EXPAND(logsumexp)
{
    const struct reduce *a = attr;
    const wg_shape s = wg_node_shape(x[0]), shape = reduced_shape(&s, &a->axes, a->keepdims);
    wg_node m = finite_max(here, x[0], a->axes);
    y[0] = by_parts(here, x[0], a);
    y[1] = wg_reshape(m, shape);
    y[2] = wg_reshape(sum_from(here, x[0], m, a->axes), shape);
}

/* Axes that are apart are transposed first. All threads share the parts of a whole tensor. */
REWRITE(logsumexp)
{
    const struct reduce *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    if (reduced_size(&s, &a->axes) == wg_shape_size(s)) return by_parts(here, x[0], a);
    return are_neighbours(&s, &a->axes) ? wg_none : reduce_apart(here, x[0], a, wg_logsumexp_at);
}

VJP(logsumexp)
{
    const struct reduce *a = wg_attr(y);
    wg_node m = with_axes(here, wg_part(y, 1), x[0], &a->axes), s = wg_part(y, 2);
    wg_node scale = wg_div(gy, wg_where(wg_equal(s, 0), 1, s));
    gx[0] = wg_mul(with_axes(here, scale, x[0], &a->axes), wg_exp(wg_sub(x[0], m)));
}
REDUCE_SAMPLES(logsumexp, wg_logsumexp(ANY(2, 300), .axis = 1), wg_logsumexp(ANY(300, 5), .axis = 0),
               wg_logsumexp(ANY(300, 20), .axis = 0, .keepdims = true));
REDUCE_OP(logsumexp,
          .summary =
              "Logarithm of the sum of exponentials along axes, without overflow. Parts 1 and 2, for the "
              "gradient: the largest element m, or 0 where it is not finite, and s = sum(e^(x - m)).",
          .formula = "y = m + ln s, m = max(x along axis), s = sum(e^(x - m) along axis)",
          .adjoint = "x' = y' e^(x - y)", .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT,
          .cost = 16, RULES(logsumexp, shape, rewrite, expand, vjp), .kernel = KERNELS(logsumexp),
          .units = units_of, .rows = rows_of, .scratch = copy_bytes, .hint.own_scratch = true, .leads = true);

#endif
