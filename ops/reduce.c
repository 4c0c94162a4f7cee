/* reduce.c: sums, means, variances, largest elements and their places, along axes. */
#include "ops.h"
#include "reduce_tree.h"

KERNEL(sum) { REDUCE(k, SUM_TYPES); }
KERNEL(max) { REDUCE(k, MAX_TYPES); }

/* Places of the largest along n for the columns of unit u, the first of equals, NaN above all. */
#define PLACES(T)                                                                             \
    do {                                                                                      \
        const T *x = (const T *)k->x[0] + (u / blocks * s->n) * s->inner + c;                 \
        T best[COLUMNS];                                                                      \
        for (int64_t j = 0; j < wide; j++) best[j] = x[j], place[j] = 0;                      \
        for (int64_t i = 1; i < s->n; i++)                                                    \
            for (int64_t j = 0; j < wide; j++) {                                              \
                const T v = x[i * s->inner + j];                                              \
                if (v > best[j] || (v != v && best[j] == best[j])) best[j] = v, place[j] = i; \
            }                                                                                 \
    } while (0)
/* Returns their number. */
static int64_t find_places(const wg_kernel *k, const span *s, int64_t u, int64_t place[COLUMNS])
{
    const int64_t blocks = column_blocks(s), c = u % blocks * COLUMNS,
                  wide = s->inner - c < COLUMNS ? s->inner - c : COLUMNS;
    switch (k->xt[0].dtype) {
    case WG_F32: PLACES(float); break;
    case WG_F64: PLACES(double); break;
    case WG_I32: PLACES(int32_t); break;
    case WG_I64: PLACES(int64_t); break;
    default: PLACES(uint8_t); break;
    }
    return wide;
}
KERNEL(argmax)
{
    const span s = kernel_span(k);
    int64_t place[COLUMNS], blocks = column_blocks(&s);
    for (int64_t u = k->begin; u < k->end; u++) {
        int64_t *y = (int64_t *)k->y[0] + u / blocks * s.inner + u % blocks * COLUMNS;
        memcpy(y, place, sizeof *y * (size_t)find_places(k, &s, u, place));
    }
    return true;
}
KERNEL(max_mask)
{
    const span s = kernel_span(k);
    int64_t place[COLUMNS], blocks = column_blocks(&s);
    for (int64_t u = k->begin; u < k->end; u++) {
        int64_t wide = find_places(k, &s, u, place);
        bool *y = (bool *)k->y[0] + u / blocks * s.n * s.inner + u % blocks * COLUMNS;
        for (int64_t i = 0; i < s.n; i++)
            for (int64_t j = 0; j < wide; j++) y[i * s.inner + j] = place[j] == i;
    }
    return true;
}

#if WG_BASE

DECLARE(sum);
DECLARE(max);
DECLARE(argmax);
DECLARE(max_mask);

static bool is_reduced(const wg_axes *axes, int axis)
{
    for (int i = 0; i < axes->count; i++)
        if (axes->axis[i] == axis) return true;
    return false;
}
static wg_shape reduced_shape(const wg_shape *x, const wg_axes *axes, bool keepdims)
{
    wg_shape y = { 0, { 0 } };
    for (int i = 0; i < x->rank; i++)
        if (!is_reduced(axes, i)) y.dim[y.rank++] = x->dim[i];
        else if (keepdims) y.dim[y.rank++] = 1;
    return y;
}
static int64_t reduced_size(const wg_shape *x, const wg_axes *axes)
{
    int64_t n = 1;
    for (int i = 0; i < axes->count; i++) n *= x->dim[axes->axis[i]];
    return n;
}
static bool reduce_shape(wg_rule *r)
{
    struct reduce *a = r->attr;
    if (!wg_rule_axes(r, &a->axes, r->x[0].shape->rank, true)) return false;
    *wg_rule_shape(r, 0) = reduced_shape(r->x[0].shape, &a->axes, a->keepdims);
    return true;
}
static bool over_something(wg_rule *r)
{
    const struct reduce *a = r->attr;
    return reduced_size(r->x[0].shape, &a->axes) > 0 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements to choose from", wg_rule_who(r, 0));
}

/* A gradient of y with the reduced axes back, with size 1. */
static wg_node with_axes(wg_site here, wg_node gy, wg_node x, const wg_axes *axes)
{
    wg_shape s = wg_node_shape(x);
    return wg_node_shape(gy).rank == 0 ? gy : wg_reshape(gy, reduced_shape(&s, axes, true));
}

/* Reduced axes that are apart are moved to the end; where all have size 1 there is nothing to do. */
static wg_node moved(wg_site here, wg_node x, const struct reduce *a,
                     wg_node (*op)(wg_site, const wg_reduce_args *))
{
    wg_shape s = wg_node_shape(x), y = reduced_shape(&s, &a->axes, a->keepdims);
    wg_transpose_args to = { .axes.count = s.rank };
    wg_reduce_args last = { .axes.count = a->axes.count };
    span unused;
    int kept = 0, m = s.rank - a->axes.count;
    if (reduced_size(&s, &a->axes) == 1) return wg_reshape(x, y);
    if (span_of(&s, &a->axes, &unused)) return wg_none;
    for (int i = 0; i < s.rank; i++)
        if (!is_reduced(&a->axes, i)) to.axes.axis[kept++] = i;
    for (int i = 0; i < a->axes.count; i++) {
        to.axes.axis[m + i] = a->axes.axis[i];
        last.axes.axis[i] = m + i;
    }
    to.x = x;
    last.x = wg_transpose_at(here, &to);
    return wg_reshape(op(here, &last), y);
}

static bool reduce_prepare(const wg_kernel *k, void *to)
{
    *(span *)to = kernel_span(k);
    return false;
}
static int64_t reduce_units(const wg_kernel *k)
{
    const span s = kernel_span(k);
    bool whole = s.outer * s.inner == 1;
    if (k->phase) return whole;
    return whole ? (s.n + WG_FOLD - 1) / WG_FOLD : s.inner == 1 ? s.outer : s.outer * column_blocks(&s);
}
static size_t reduce_scratch(const wg_kernel *k)
{
    const span s = kernel_span(k);
    return s.outer * s.inner == 1 ? ((size_t)s.n / WG_FOLD + 1) * sizeof(double) : sizeof(double);
}

/* The shapes that every reduction is tried with: trailing, leading, middle, apart, all, over one, of nothing. */
static wg_node reduce_any(wg_graph *g, int i, wg_node (*op)(wg_site, const wg_reduce_args *), wg_site here)
{
    switch (i) {
    case 0: return op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(3, 4)) });
    case 1: return op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(-1) });
    case 2:
        return op(here,
                  &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(0), .keepdims = true });
    case 3: return op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(2, 3, 2)), .axes = WG_AXES(1) });
    case 4:
        return op(here, &(wg_reduce_args){
                            .x = wg_any(g, WG_SHAPE(2, 3, 2)), .axes = WG_AXES(2, 0), .keepdims = true });
    case 5: return op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(3, 1, 2)), .axes = WG_AXES(1) });
    case 6: return op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(0, 3)), .axes = WG_AXES(1) });
    case 7: return op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SCALAR) });
    }
    return wg_none;
}
static const char *reduce_error(wg_graph *g, int i, wg_node (*op)(wg_site, const wg_reduce_args *),
                                wg_site here)
{
    switch (i) {
    case 0:
        op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(2) });
        return "no axis 2 in";
    case 1:
        op(here, &(wg_reduce_args){ .x = wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(0, -2) });
        return "axis 0 twice";
    }
    return NULL;
}

/* ---- sum ---- */

static bool sum_shape(wg_rule *r)
{
    if (!wg_dtype_is_float(r->x[0].dtype)) r->y[0].dtype = WG_I64;
    return reduce_shape(r);
}
REWRITE(sum)
{
    wg_node y = moved(here, x[0], attr, wg_sum_at);
    return wg_is_none(y) || wg_dtype_is_float(wg_node_dtype(y)) ? y : wg_cast(y, WG_I64);
}
VJP(sum)
{
    const struct reduce *a = wg_attr(y);
    if (wg_dtype_is_float(wg_node_dtype(x[0])))
        gx[0] = wg_broadcast_to(with_axes(here, gy, x[0], &a->axes), wg_node_shape(x[0]));
}
SAMPLE(sum)
{
    switch (i) {
    case 8: return wg_sum(wg_any(g, WG_SHAPE(3, 0)), .axes = WG_AXES(1));
    case 9: return wg_sum(wg_any(g, WG_SHAPE(2, 300)));
    case 10: return wg_sum(wg_any(g, WG_SHAPE(35, 70)), .axes = WG_AXES(0));
    case 11: return wg_sum(wg_any_class(g, 9, WG_SHAPE(5, 3)), .axes = WG_AXES(0));
    case 12: return wg_sum(wg_greater(wg_any_class(g, 3, WG_SHAPE(300)), 0));
    }
    return reduce_any(g, i, wg_sum_at, here);
}
ERROR_SAMPLE(sum) { return reduce_error(g, i, wg_sum_at, here); }

const wg_op wgi_op_sum = {
    OP(sum),
    .summary = "The sum along axes; of nothing 0; of integers and bools i64.",
    .formula = "y = sum of x along axes",
    .adjoint = "x' = y' repeated",
    .operands = 1,
    .kind = WG_REDUCE,
    TAKES(reduce),
    .shape = sum_shape,
    .rewrite = sum_rewrite,
    .kernel = KERNELS(sum),
    .prepared = sizeof(span),
    .prepare = reduce_prepare,
    .fold = true,
    .phases = 2,
    .units = reduce_units,
    .scratch = reduce_scratch,
    .vjp = sum_vjp,
};
wg_node wg_sum_at(wg_site here, const wg_reduce_args *a)
{
    return wg_apply(here, &wgi_op_sum, &a->x, 1, &GIVEN(reduce, REDUCE_FIELDS));
}

/* ---- mean ---- */

EXPAND(mean)
{
    const struct reduce *a = attr;
    wg_shape s = wg_node_shape(x[0]);
    y[0] = wg_div(wg_sum(x[0], .axes = a->axes, .keepdims = a->keepdims), (double)reduced_size(&s, &a->axes));
}
SAMPLE(mean)
{
    return i == 8 ? wg_mean(wg_any_class(g, 9, WG_SHAPE(5, 3)), .axes = WG_AXES(0))
                  : reduce_any(g, i, wg_mean_at, here);
}
ERROR_SAMPLE(mean) { return reduce_error(g, i, wg_mean_at, here); }

const wg_op wgi_op_mean = {
    OP(mean),
    .summary = "The mean along axes; of nothing NaN; of integers and bools a float.",
    .formula = "y = sum of x along axes / n",
    .adjoint = "x' = y' / n repeated",
    .operands = 1,
    .kind = WG_REDUCE,
    TAKES(reduce),
    .shape = reduce_shape,
    .expand = mean_expand,
};
wg_node wg_mean_at(wg_site here, const wg_reduce_args *a)
{
    return wg_apply(here, &wgi_op_mean, &a->x, 1, &GIVEN(reduce, REDUCE_FIELDS));
}

/* ---- max, max_mask ---- */

static bool max_mask_shape(wg_rule *r)
{
    struct reduce *a = r->attr;
    r->y[0].dtype = WG_BOOL;
    return wg_rule_axes(r, &a->axes, r->x[0].shape->rank, true) && over_something(r);
}
static int64_t places_units(const wg_kernel *k)
{
    const span s = kernel_span(k);
    return s.outer * column_blocks(&s);
}
static wg_node max_mask(wg_site here, wg_node x, const wg_axes *axes);
/* Axes that are apart: the mask of the moved axes, moved back. */
REWRITE(max_mask)
{
    const wg_axes *axes = &((const struct reduce *)attr)->axes;
    wg_shape s = wg_node_shape(x[0]);
    wg_transpose_args to = { .x = x[0], .axes.count = s.rank }, back = to;
    wg_axes last = { .count = axes->count };
    span unused;
    int at = 0;
    if (span_of(&s, axes, &unused)) return wg_none;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < s.rank; i++)
            if (is_reduced(axes, i) == pass) to.axes.axis[at++] = i;
    for (int i = 0; i < s.rank; i++) back.axes.axis[to.axes.axis[i]] = i;
    for (int i = 0; i < last.count; i++) last.axis[i] = s.rank - last.count + i;
    back.x = max_mask(here, wg_transpose_at(here, &to), &last);
    return wg_transpose_at(here, &back);
}
SAMPLE(max_mask)
{
    switch (i) {
    case 0: return max_mask(here, wg_any(g, WG_SHAPE(3, 4)), &WG_AXES(1));
    case 1: return max_mask(here, wg_any_class(g, 3, WG_SHAPE(5, 4)), &WG_AXES(0));
    case 2: return max_mask(here, wg_any(g, WG_SHAPE(2, 3, 2)), &WG_AXES(0, 2));
    case 3: return max_mask(here, wg_any(g, WG_SHAPE(0, 3)), &WG_AXES(1));
    }
    return wg_none;
}
ERROR_SAMPLE(max_mask)
{
    if (i) return NULL;
    max_mask(here, wg_any(g, WG_SHAPE(3, 0)), &WG_AXES(1));
    return "has no elements to choose from";
}

const wg_op wgi_op_max_mask = {
    OP(max_mask),
    .summary = "Where the largest along axes stands: true at the first of equals, elsewhere false.",
    .formula = "y = x is the first max of x along axes",
    .adjoint = "piecewise constant",
    .none = WG_EVERY_OPERAND,
    .operands = 1,
    .kind = WG_ROWS,
    TAKES(reduce),
    .shape = max_mask_shape,
    .rewrite = max_mask_rewrite,
    .kernel = KERNELS(max_mask),
    .units = places_units,
};
static wg_node max_mask(wg_site here, wg_node x, const wg_axes *axes)
{
    return wg_apply(here, &wgi_op_max_mask, &x, 1, &(struct reduce){ *axes, false });
}

static bool max_shape(wg_rule *r) { return reduce_shape(r) && over_something(r); }
REWRITE(max) { return moved(here, x[0], attr, wg_max_at); }
VJP(max)
{
    const struct reduce *a = wg_attr(y);
    gx[0] = wg_where(max_mask(here, x[0], &a->axes), with_axes(here, gy, x[0], &a->axes), 0);
}
SAMPLE(max)
{
    switch (i) {
    case 8: return wg_max(wg_any(g, WG_SHAPE(2, 300)));
    case 9: return wg_max(wg_any_class(g, 9, WG_SHAPE(35, 3)), .axes = WG_AXES(0));
    }
    return reduce_any(g, i, wg_max_at, here);
}
ERROR_SAMPLE(max)
{
    if (i < 2) return reduce_error(g, i, wg_max_at, here);
    if (i > 2) return NULL;
    wg_max(wg_any(g, WG_SHAPE(3, 0)), .axes = WG_AXES(1));
    return "has no elements to choose from";
}

const wg_op wgi_op_max = {
    OP(max),
    .summary = "The largest along axes; NaN if one is.",
    .formula = "y = max of x along axes",
    .adjoint = "x' = y' at the first of equals, else 0",
    .operands = 1,
    .kind = WG_REDUCE,
    TAKES(reduce),
    .shape = max_shape,
    .rewrite = max_rewrite,
    .kernel = KERNELS(max),
    .prepared = sizeof(span),
    .prepare = reduce_prepare,
    .fold = true,
    .phases = 2,
    .units = reduce_units,
    .scratch = reduce_scratch,
    .vjp = max_vjp,
};
wg_node wg_max_at(wg_site here, const wg_reduce_args *a)
{
    return wg_apply(here, &wgi_op_max, &a->x, 1, &GIVEN(reduce, REDUCE_FIELDS));
}

/* ---- var ---- */

EXPAND(var)
{
    const struct reduce *a = attr;
    wg_node d = wg_sub(x[0], wg_mean(x[0], .axes = a->axes, .keepdims = true));
    y[0] = wg_mean(wg_square(d), .axes = a->axes, .keepdims = a->keepdims);
}
SAMPLE(var) { return reduce_any(g, i, wg_var_at, here); }
ERROR_SAMPLE(var) { return reduce_error(g, i, wg_var_at, here); }

const wg_op wgi_op_var = {
    OP(var),
    .summary = "The mean squared deviation along axes: divided by n.",
    .formula = "y = mean (x - mean x)^2",
    .adjoint = "x' = 2 y' (x - mean x) / n",
    .operands = 1,
    .kind = WG_REDUCE,
    .promote = WG_PROMOTE_FLOAT,
    TAKES(reduce),
    .shape = reduce_shape,
    .expand = var_expand,
};
wg_node wg_var_at(wg_site here, const wg_reduce_args *a)
{
    return wg_apply(here, &wgi_op_var, &a->x, 1, &GIVEN(reduce, REDUCE_FIELDS));
}

/* ---- logsumexp ---- */

/* m is 0 where the largest is not finite: then e^(x - m) is 0 or inf or NaN as x says. A sum of 0, all x at -inf, has the
 * logarithm -inf and the derivative 0. */
EXPAND(logsumexp)
{
    const struct reduce *a = attr;
    wg_shape s = wg_node_shape(x[0]);
    wg_node largest = wg_stop_gradient(wg_max(x[0], .axes = a->axes, .keepdims = true));
    wg_node m = wg_where(wg_less(wg_abs(largest), INFINITY), largest, 0);
    wg_node sum = wg_sum(wg_exp(wg_sub(x[0], m)), .axes = a->axes, .keepdims = true);
    wg_node nothing = wg_equal(sum, 0);
    wg_node log_sum = wg_log(wg_where(nothing, 1, sum));
    y[0] = wg_reshape(wg_where(nothing, -INFINITY, wg_add(log_sum, m)),
                      reduced_shape(&s, &a->axes, a->keepdims));
}
SAMPLE(logsumexp) { return reduce_any(g, i, wg_logsumexp_at, here); }
ERROR_SAMPLE(logsumexp) { return reduce_error(g, i, wg_logsumexp_at, here); }

const wg_op wgi_op_logsumexp = {
    OP(logsumexp),
    .summary = "The logarithm of a sum of exponentials, without overflow.",
    .formula = "y = ln sum e^x along axes",
    .adjoint = "x' = y' e^(x - y), 0 where y is -inf",
    .operands = 1,
    .kind = WG_REDUCE,
    .promote = WG_PROMOTE_FLOAT,
    TAKES(reduce),
    .shape = max_shape,
    .expand = logsumexp_expand,
};
wg_node wg_logsumexp_at(wg_site here, const wg_reduce_args *a)
{
    return wg_apply(here, &wgi_op_logsumexp, &a->x, 1, &GIVEN(reduce, REDUCE_FIELDS));
}

/* ---- argmax ---- */

static bool argmax_shape(wg_rule *r)
{
    struct reduce *a = r->attr;
    if (!a->axes.count) a->axes = WG_AXES(-1);
    if (a->axes.count != 1) return wg_rule_fail(r, WG_ERROR_SHAPE, "takes one axis, not %d", a->axes.count);
    r->y[0].dtype = WG_I64;
    return reduce_shape(r) && over_something(r);
}
SAMPLE(argmax)
{
    switch (i) {
    case 0: return wg_argmax(wg_any(g, WG_SHAPE(3, 4)));
    case 1: return wg_argmax(wg_any(g, WG_SHAPE(3, 4)), .axis = WG_AXES(0), .keepdims = true);
    case 2: return wg_argmax(wg_any(g, WG_SHAPE(2, 3, 70)), .axis = WG_AXES(1));
    case 3: return wg_argmax(wg_any_class(g, 3, WG_SHAPE(4, 9)));
    case 4: return wg_argmax(wg_any(g, WG_SHAPE(0, 3)));
    }
    return wg_none;
}
ERROR_SAMPLE(argmax)
{
    switch (i) {
    case 0: wg_argmax(wg_any(g, WG_SHAPE(3, 0))); return "has no elements to choose from";
    case 1: wg_argmax(wg_any(g, WG_SHAPE(3, 4)), .axis = WG_AXES(0, 1)); return "takes one axis, not 2";
    case 2: wg_argmax(wg_any(g, WG_SCALAR)); return "no axis -1 in";
    }
    return NULL;
}
#define ARGMAX_FIELDS(F, S) F(S, AXES, axes, "-1") F(S, BOOL, keepdims, "false")
OPTION_TABLE(argmax_attrs, reduce, ARGMAX_FIELDS);

const wg_op wgi_op_argmax = {
    OP(argmax),
    .summary = "The place of the largest along one axis, the first of equals; NaN is above all.",
    .formula = "y = place of the max of x along axis",
    .adjoint = "the result is an index",
    .none = WG_EVERY_OPERAND,
    .operands = 1,
    .kind = WG_ROWS,
    .attr_size = sizeof(struct reduce),
    .attrs = argmax_attrs,
    .shape = argmax_shape,
    .kernel = KERNELS(argmax),
    .units = places_units,
};
wg_node wg_argmax_at(wg_site here, const wg_axis_args *a)
{
    return wg_apply(here, &wgi_op_argmax, &a->x, 1, &(struct reduce){ a->axis, a->keepdims });
}

#endif
