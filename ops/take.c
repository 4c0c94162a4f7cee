/* take.c: elements chosen by their numbers along any axis (take, take_along), values added by their numbers
 * (scatter_add, scatter_add_along), and the numbers of true elements (nonzero). */
#include "take_rules.h"

KERNEL(nonzero)
{
    const int64_t n = wg_shape_size(*k->xt[0].shape), count = k->yt[0].shape->dim[0];
    const bool *x = k->x[0];
    int64_t *y = k->y[0], found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (found < count) y[found] = i;
        found += x[i];
    }
    return found == count ||
           wg_fault_at(k, 0, found, WG_FAULT_COUNT, "count is not the number of true elements,");
}

#if WG_BASE

#define AXIS_FIELDS(F, S) F(S, AXIS, axis, "needed")
OPTIONS(axis_option, AXIS_FIELDS);

static int axis_of(const void *attr) { return ((const struct axis_option *)attr)->axis; }

/* ---- take ---- */

/* The shape of x in which `indices` take the place of the axis. */
static bool taken_shape(wg_rule *r, wg_shape *y)
{
    const wg_shape *x = r->x[0].shape, *indices = r->x[1].shape;
    const int axis = axis_of(r->attr);
    y->rank = x->rank - 1 + indices->rank;
    if (y->rank > WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result would have %d axes", y->rank);
    for (int i = 0; i < y->rank; i++)
        y->dim[i] = i < axis                   ? x->dim[i]
                    : i < axis + indices->rank ? indices->dim[i - axis]
                                               : x->dim[i - indices->rank + 1];
    return true;
}
SHAPE(take)
{
    wg_shape y;
    return axis_fits(r) && taken_shape(r, &y) && shaped_to(r, y);
}
/* x as [outer, n, inner], and the same numbers for each index of outer. */
EXPAND(take)
{
    const int axis = axis_of(attr);
    const wg_shape s = wg_node_shape(x[0]), rows = wg_node_shape(x[1]);
    const int64_t outer = outer_of(&s, axis), inner = inner_of(&s, axis), k = wg_shape_size(rows);
    if (!axis) {
        y[0] = wgi_gather(here, x[0], x[1], 0);
        return;
    }
    wg_shape to = s;
    to.rank = axis;
    for (int i = 0; i < rows.rank; i++) to.dim[to.rank++] = rows.dim[i];
    for (int i = axis + 1; i < s.rank; i++) to.dim[to.rank++] = s.dim[i];
    wg_node many = wg_reshape(x[1], WG_SHAPE(1, k));
    y[0] = wg_reshape(wgi_gather(here, wg_reshape(x[0], WG_SHAPE(outer, s.dim[axis], inner)), many, 1), to);
}
SAMPLES(take, wg_take(ANY(3, 4), CLASSES(4, 6), .axis = 1),
        wg_take(ANY(2, 4, 3), CLASSES(4, 2, 2), .axis = -2), wg_take(ANY(4, 3), CLASSES(4, 5), .axis = 0),
        wg_take(ANY(3, 4), wg_any_class(g, 4, WG_SCALAR), .axis = 1),
        wg_take(ANY(0, 4), CLASSES(4, 2), .axis = 1));
ERRORS(take, (wg_take(ANY(3, 4), CLASSES(3, 2), .axis = 2), "no axis 2 in"),
       (wg_take(ANY(3, 4), wg_add(CLASSES(1, 2), 4), .axis = 1), "number out of range"));

DEFINE_OP(take,
          .summary = "The elements at given numbers along an axis; -1 is the last. The axes of the numbers "
                     "take the place of the axis.",
          .formula = "y = \"x at indices along axis\"", .adjoint = "x' = \"y' added at the indices\"",
          .zero = 1 << 1, .operands = 2, .names = "x indices", .kind = WG_OPAQUE, TAKES(axis_option),
          .options = wg_take_args_rows, RULES(take, shape, expand));
BUILDER(take, take) { APPLY(take, axis_option, AXIS_FIELDS, a->x, a->indices); }

/* ---- take_along ---- */

SHAPE(take_along)
{
    r->y[0].shape = r->x[1].shape;
    return axis_fits(r) && fits_beside(r, 1, 0, axis_of(r->attr));
}
EXPAND(take_along) { y[0] = taken_along(here, x[0], x[1], axis_of(attr)); }
SAMPLES(take_along, wg_take_along(ANY(3, 4), CLASSES(4, 3, 6), .axis = 1),
        wg_take_along(ANY(4, 3), CLASSES(4, 2, 3), .axis = 0),
        wg_take_along(ANY(2, 4, 2), CLASSES(4, 2, 3, 2), .axis = -2),
        wg_take_along(ANY(4), CLASSES(4, 0), .axis = 0));
ERRORS(take_along, (wg_take_along(ANY(3, 4), CLASSES(3, 2, 3), .axis = 0), "differ beside axis 0"),
       (wg_take_along(ANY(3, 4), wg_add(CLASSES(1, 3, 4), 3), .axis = 0), "number out of range"));

DEFINE_OP(take_along,
          .summary = "Elements chosen along an axis by numbers of their own for each place. On other axes x "
                     "and the numbers are of equal size.",
          .formula = "y[i] = x[indices[i]] along axis",
          .adjoint = "x'[j] = sum(y'[i] over i where indices[i] = j) along axis", .zero = 1 << 1,
          .operands = 2, .names = "x indices", .kind = WG_OPAQUE, TAKES(axis_option),
          .options = wg_take_args_rows, RULES(take_along, shape, expand));
BUILDER(take_along, take) { APPLY(take_along, axis_option, AXIS_FIELDS, a->x, a->indices); }

/* ---- scatter_add: v has the shape of wg_take(x, indices, .axis = 0) ---- */

/* Operand 2 can be added to operand 0. */
static bool adds(wg_rule *r)
{
    return (r->x[2].dtype == r->x[0].dtype && r->x[0].dtype != WG_BOOL) ||
           wg_rule_fail(r, WG_ERROR_DTYPE, "%s cannot be added to %s of dtype %s", wg_rule_who(r, 2),
                        wg_rule_who(r, 0), wg_dtype_name(r->x[0].dtype));
}
SHAPE(scatter_add)
{
    wg_shape v;
    char text[80];
    if (!axis_fits(r) || !taken_shape(r, &v) || !adds(r)) return false;
    return wg_shape_equal(v, *r->x[2].shape) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s has not the shape of the chosen elements, %s",
                        wg_rule_who(r, 2), wg_shape_text(v, text, sizeof text));
}
EXPAND(scatter_add)
{
    const int axis = axis_of(attr);
    const wg_shape s = wg_node_shape(x[0]);
    const int64_t outer = outer_of(&s, axis), k = wg_shape_size(wg_node_shape(x[1]));
    if (!axis) {
        y[0] = wg_add(x[0], wgi_add_rows(here, x[2], x[1], s.dim[0], 0));
        return;
    }
    wg_node many = wg_reshape(x[1], WG_SHAPE(1, k));
    wg_node v = wg_reshape(x[2], WG_SHAPE(outer, k, inner_of(&s, axis)));
    y[0] = wg_add(x[0], wg_reshape(wgi_add_rows(here, v, many, s.dim[axis], 1), s));
}
SAMPLES(scatter_add, wg_scatter_add(ANY(4, 3), CLASSES(4, 6), ANY(6, 3), .axis = 0),
        wg_scatter_add(ANY(2, 4, 3), CLASSES(4, 2, 2), ANY(2, 2, 2, 3), .axis = 1),
        wg_scatter_add(ANY(3, 4), CLASSES(4, 0), ANY(3, 0), .axis = -1));
ERRORS(scatter_add,
       (wg_scatter_add(ANY(4, 3), CLASSES(4, 6), ANY(4, 3), .axis = 0),
        "has not the shape of the chosen elements, [6,3]"),
       (wg_scatter_add(ANY(4, 3), CLASSES(4, 6), CLASSES(3, 6, 3), .axis = 0), "cannot be added"),
       (wg_scatter_add(ANY(4, 3), CLASSES(4, 6), ANY(4, 3), .axis = 2), "no axis 2 in"));

DEFINE_OP(scatter_add,
          .summary = "x, with values added at the elements that given numbers choose along an axis. Values "
                     "for one element are added in order.",
          .formula = "y = x + \"v added at indices along axis\"",
          .adjoint = "x' = y', v' = \"y' at the indices\"", .zero = 1 << 1, .operands = 3,
          .names = "x indices v", .kind = WG_OPAQUE, TAKES(axis_option), .options = wg_scatter_add_args_rows,
          RULES(scatter_add, shape, expand));
BUILDER(scatter_add, scatter_add) { APPLY(scatter_add, axis_option, AXIS_FIELDS, a->x, a->indices, a->v); }

/* ---- scatter_add_along: v has the shape of the indices ---- */

SHAPE(scatter_add_along)
{
    return axis_fits(r) && fits_beside(r, 1, 0, axis_of(r->attr)) && shaped_as(r, 2, 1) && adds(r);
}
EXPAND(scatter_add_along)
{
    const int axis = axis_of(attr);
    y[0] = wg_add(x[0], added_along(here, x[2], x[1], axis, wg_dim(x[0], axis)));
}
SAMPLES(scatter_add_along, wg_scatter_add_along(ANY(3, 4), CLASSES(4, 3, 6), ANY(3, 6), .axis = 1),
        wg_scatter_add_along(ANY(4, 3), CLASSES(4, 2, 3), ANY(2, 3), .axis = 0));
ERRORS(scatter_add_along,
       (wg_scatter_add_along(ANY(4, 3), CLASSES(4, 6, 3), ANY(4, 3), .axis = 0), "is not shaped as"),
       (wg_scatter_add_along(ANY(4, 3), CLASSES(4, 6, 3), CLASSES(4, 6, 3), .axis = 0), "cannot be added"),
       (wg_scatter_add_along(ANY(4, 3), CLASSES(4, 6, 3), ANY(4, 3), .axis = 1), "differ beside axis 1"));

DEFINE_OP(scatter_add_along,
          .summary = "x, with each value added at the element that its own number chooses along an axis. "
                     "Values for one element are added in order.",
          .formula = "y[j] = x[j] + sum(v[i] over i where indices[i] = j) along axis",
          .adjoint = "x' = y', v'[i] = y'[indices[i]] along axis", .zero = 1 << 1, .operands = 3,
          .names = "x indices v", .kind = WG_OPAQUE, TAKES(axis_option), .options = wg_scatter_add_args_rows,
          RULES(scatter_add_along, shape, expand));
BUILDER(scatter_add_along, scatter_add)
{
    APPLY(scatter_add_along, axis_option, AXIS_FIELDS, a->x, a->indices, a->v);
}

/* ---- nonzero ---- */

#define NONZERO_FIELDS(F, S) F(S, SIZE, count, "needed")
OPTIONS(nonzero, NONZERO_FIELDS);

SHAPE(nonzero)
{
    const int64_t count = ((const struct nonzero *)r->attr)->count, n = wg_shape_size(*r->x[0].shape);
    if (count < 0 || count > n)
        return wg_rule_fail(r, WG_ERROR_VALUE, "count is %lld, %s has %lld elements", (long long)count,
                            wg_rule_who(r, 0), (long long)n);
    if (r->x[0].dtype != WG_BOOL)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "%s must be bool: compare it, wg_not_equal(x, 0)",
                            wg_rule_who(r, 0));
    r->y[0].dtype = WG_I64;
    return shaped_to(r, WG_SHAPE(count));
}
SAMPLES(nonzero, wg_nonzero(wg_less(CLASSES(2, 3, 4), 2), .count = 12),
        wg_nonzero(wg_greater(wg_index_along(ANY(2, 5), .axis = 1), 2), .count = 4),
        wg_nonzero(wg_greater(ANY(0), 0), .count = 0));
ERRORS(nonzero, (wg_nonzero(ANY(3), .count = 1), "must be bool"),
       (wg_nonzero(wg_greater(ANY(3), 0), .count = 4), "count is 4"),
       (wg_nonzero(wg_less(ANY(3), 9), .count = 2), "count is not the number of true elements, but 3"));

DEFINE_OP(nonzero,
          .summary = "The numbers of the true elements, in order, counted over all axes. `count` must be how "
                     "many there are: a shape does not depend on values.",
          .formula = "y = \"the numbers of the elements that are not 0\"",
          .adjoint = "the result is an index", .none = WG_EVERY_OPERAND, .operands = 1, .names = "x",
          .kind = WG_OPAQUE, TAKES(nonzero), .options = wg_nonzero_args_rows, .shape = nonzero_shape,
          .kernel = KERNELS(nonzero));
BUILDER(nonzero, nonzero) { APPLY(nonzero, nonzero, NONZERO_FIELDS, a->x); }

#endif
