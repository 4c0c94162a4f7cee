/* index.c: one_hot, and unit vectors as rows. */
#include "row_numbers.h"
#include "unit_rows.h"
#include "wgx/op.h"

#define ONE_HOT_FIELDS(F, S) F(S, SIZE, count, "needed") F(S, AXIS, axis, "-1")
OPTIONS(one_hot, ONE_HOT_FIELDS);
#if WG_BASE
OPTION_TABLE(unit_rows_attrs, unit_rows, UNIT_ROWS_FIELDS);
#endif

KERNEL(one_hot)
{
    const int64_t count = ((const struct one_hot *)k->attr)->count;
    size_t size = wg_dtype_size(k->yt[0].dtype);
    EACH_UNIT(i) {
        char *y = RESULT(char, 0) + (size_t)(i * count) * size;
        int64_t class;
        if (!class_at(k, 0, i, count, &class)) return false;
        memset(y, 0, (size_t)count * size);
        if (k->yt[0].dtype == WG_F32) ((float *)(void *)y)[class] = 1;
        else ((double *)(void *)y)[class] = 1;
    }
    return true;
}

KERNEL(unit_rows)
{
    const int64_t n = k->yt[0].shape->dim[1], from = ((const struct unit_rows *)k->attr)->from;
    const size_t size = wg_dtype_size(k->yt[0].dtype);
    memset(RESULT(char, 0) + (size_t)(k->begin * n) * size, 0, (size_t)((k->end - k->begin) * n) * size);
    EACH_UNIT(i) {
        if (k->yt[0].dtype == WG_F32) RESULT(float, 0)[i * n + from + i] = 1;
        else RESULT(double, 0)[i * n + from + i] = 1;
    }
    return true;
}

#if WG_BASE

#include "rules.h"

/* ---- one_hot ---- */

/* y has one axis more than x, before axis `at` of x. */
SHAPE(one_hot)
{
    struct one_hot *a = r->attr;
    const wg_shape *x = r->x[0].shape;
    if (a->count < 1) return wg_rule_fail(r, WG_ERROR_VALUE, "%lld classes", (long long)a->count);
    if (x->rank == WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result would have %d axes", x->rank + 1);
    int at = a->axis < 0 ? a->axis + x->rank + 1 : a->axis;
    if (at < 0 || at > x->rank)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "no axis %d in a result of %d axes, for %s", a->axis,
                            x->rank + 1, wg_rule_who(r, 0));
    a->axis = at;
    r->y[0].dtype = wgi_default_dtype(r->graph);
    return shaped_to(r, with_axis(*x, at, a->count));
}
/* Another axis than the last: a transpose. */
REWRITE(one_hot)
{
    const struct one_hot *a = attr;
    const int last = wg_node_shape(x[0]).rank, at = a->axis;
    if (at == last) return wg_none;
    return axis_moved(here, wg_one_hot(x[0], .count = a->count, .axis = -1), last, at);
}
UNITS(one_hot) { return wg_shape_size(*k->xt[0].shape); }
SAMPLES(one_hot, wg_one_hot(CLASSES(4, 6), .count = 4), wg_one_hot(CLASSES(3, 2, 2), .count = 5),
        wg_one_hot(wg_any_class(g, 3, WG_SCALAR), .count = 3), wg_one_hot(CLASSES(3, 0), .count = 3),
        wg_one_hot(CLASSES(3, 2, 4), .count = 3, .axis = 0),
        wg_one_hot(CLASSES(3, 2, 4), .count = 3, .axis = -2));
ERRORS(one_hot, (wg_one_hot(CLASSES(4, 6), .count = 0), "0 classes"),
       (wg_one_hot(wg_add(CLASSES(1, 2), 3), .count = 3), "number out of range"),
       (wg_one_hot(CLASSES(4, 6), .count = 4, .axis = 2), "no axis 2 in a result of 2 axes"));

DEFINE_OP(one_hot,
          .summary = "1 at the class number and 0 elsewhere, along a new axis, by default the last. The "
                     "result has the default dtype.",
          .formula = "y[i] = 1 where classes = i, else 0 along axis", .adjoint = "piecewise constant",
          .zero = WG_EVERY_OPERAND, .operands = 1, .names = "classes", .kind = WG_ROWS, TAKES(one_hot),
          .options = wg_one_hot_args_rows, RULES(one_hot, shape, rewrite, units), .kernel = KERNELS(one_hot),
          .leads = true);
BUILDER(one_hot, one_hot) { APPLY(one_hot, one_hot, ONE_HOT_FIELDS, a->x); }

/* ---- unit_rows ---- */

SHAPE(unit_rows)
{
    const struct unit_rows *a = r->attr;
    const int64_t n = wg_shape_size(*r->x[0].shape);
    if (!wg_rule_float(r, 0)) return false;
    if (a->from < 0 || a->count < 0 || a->from > n - a->count)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements %lld to %lld", wg_rule_who(r, 0),
                            (long long)a->from, (long long)(a->from + a->count - 1));
    return shaped_to(r, WG_SHAPE(a->count, n));
}
UNITS(unit_rows) { return k->yt[0].shape->dim[0]; }
/* They depend on the shape of x alone. */
VMAP(unit_rows) { return wgx_rows_repeated(here, y, n); }
SAMPLES(unit_rows, wgi_unit_rows(here, ANY(4), 0, 4), wgi_unit_rows(here, ANY(2, 3), 2, 3),
        wgi_unit_rows(here, wg_any(g, WG_SCALAR), 0, 1), wgi_unit_rows(here, ANY(0, 2), 0, 0));
ERRORS(unit_rows, (wgi_unit_rows(here, ANY(4), 2, 3), "has no elements 2 to 4"),
       (wgi_unit_rows(here, CLASSES(3, 4), 2, 3), "must be f32 or f64"));

DEFINE_OP(unit_rows,
          .summary = "Unit vectors as rows, one for each of `count` elements of x, which has its shape and "
                     "dtype only. A product of them and a matrix is rows of the matrix.",
          .formula = "y[i, j] = 1 where j = from + i, else 0", .adjoint = "the values of x do not matter",
          .zero = WG_EVERY_OPERAND, .operands = 1, .kind = WG_ROWS, TAKES(unit_rows),
          RULES(unit_rows, shape, units, vmap), .kernel = KERNELS(unit_rows));
wg_node wgi_unit_rows(wg_site here, wg_node x, int64_t from, int64_t n)
{
    return NODE_OF(unit_rows, WITH(unit_rows, from, n), x);
}

#endif
