/* largest.c: the largest elements along axes, and their places. */
#include "ops.h"
#include "reduce_rules.h"
#include "reduce_tree.h"
#include "rules.h"

KERNEL(max) { REDUCE(k, MAX_TYPES); }

/* For each column of unit u the place along n of its largest element: the first of equal ones, or the first
 * NaN. */
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
/* Returns the number of columns. */
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

DECLARE(max);
DECLARE(argmax);
DECLARE(max_mask);

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
/* Axes that are apart: the mask of the transpose, transposed back. */
REWRITE(max_mask)
{
    const wg_axes *axes = &((const struct reduce *)attr)->axes;
    wg_shape s = wg_node_shape(x[0]);
    if (are_neighbours(&s, axes)) return wg_none;
    wg_axes last;
    wg_transpose_args to = reduced_last(x[0], axes, &last), back = { .axes.count = s.rank };
    for (int i = 0; i < s.rank; i++) back.axes.axis[to.axes.axis[i]] = i;
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
    .summary = "True where the largest element along axes stands, at the first of several equal ones. "
               "Elsewhere false.",
    .formula = "y = true at the first max of x along axes",
    .adjoint = "piecewise constant",
    .zero = WG_EVERY_OPERAND,
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

REWRITE(max) { return reduce_apart(here, x[0], attr, wg_max_at); }
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
    .summary = "Largest element along axes. NaN if one is NaN.",
    .formula = "y = max of x along axes",
    .adjoint = "x' = y' at the first largest element, else 0",
    .operands = 1,
    BY_TREE,
    .shape = choose_shape,
    .rewrite = max_rewrite,
    .kernel = KERNELS(max),
    .vjp = max_vjp,
};
wg_node wg_max_at(wg_site here, const wg_reduce_args *a)
{
    return wg_apply(here, &wgi_op_max, &a->x, 1, &GIVEN(reduce, REDUCE_FIELDS));
}

/* ---- argmax ---- */

static bool argmax_shape(wg_rule *r)
{
    r->y[0].dtype = WG_I64;
    return one_axis(r, &((struct reduce *)r->attr)->axes) && choose_shape(r);
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
    .summary = "Index of the largest element along one axis, of the first of several equal ones. NaN counts "
               "as the largest.",
    .formula = "y = index of the max of x along axis",
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
