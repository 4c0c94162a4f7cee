/* shape.c: the same elements in another shape (reshape, expand, squeeze), or repeated (broadcast_to). */
#include "rules.h"
#include "sample_shapes.h"

#include "kernel/copy.h"
#include "wgx/op.h"

#define SHAPED_FIELDS(F, S) F(S, SHAPE, shape, NULL)
OPTIONS(shaped, SHAPED_FIELDS);
#define AT_AXES_FIELDS(F, S) F(S, AXES, axes, "needed")
OPTIONS(at_axes, AT_AXES_FIELDS);
#define SQUEEZED_FIELDS(F, S) F(S, AXES, axes, "all of size 1")
OPTIONS(squeezed, SQUEEZED_FIELDS);

/* The engine broadcasts: the kernel gets one element for all, or all elements. */
#define REPEAT(T) WG_LOOP_(k, T, T, WG_AT0_(k, 0, a), , , a)
KERNEL(broadcast_to)
{
    size_t size = wg_dtype_size(k->yt[0].dtype);
    if (k->step[0]) copy_tile(k->y[0], k->x[0], (size_t)(k->end - k->begin) * size);
    else if (size == 1) REPEAT(uint8_t);
    else if (size == 4) REPEAT(uint32_t);
    else REPEAT(uint64_t);
    return true;
}

#if WG_BASE

EXTERN(reshape);

/* ---- reshape ---- */

SHAPE(reshape)
{
    wg_shape *s = &((struct shaped *)r->attr)->shape;
    int64_t n = wg_shape_size(*r->x[0].shape), known = 1, open = -1;
    char text[80];
    if (!rank_fits(r, s)) return false;
    for (int i = 0; i < s->rank; i++) {
        if (s->dim[i] == -1 && open < 0) open = i;
        else if (s->dim[i] < 0 || __builtin_mul_overflow(known, s->dim[i], &known))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s cannot have shape %s", wg_rule_who(r, 0),
                                wg_shape_text(*s, text, sizeof text));
    }
    if (open >= 0 ? !known || n % known : n != known)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s of %lld elements cannot have shape %s", wg_rule_who(r, 0),
                            (long long)n, wg_shape_text(*s, text, sizeof text));
    if (open >= 0) s->dim[open] = n / known;
    return shaped_to(r, *s);
}

REWRITE(reshape)
{
    const struct shaped *a = attr;
    if (wg_shape_equal(wg_node_shape(x[0]), a->shape)) return x[0];
    return wg_node_op(x[0]) == &wgi_op_reshape ? wg_reshape(wg_node_operand(x[0], 0), a->shape) : wg_none;
}
VJP(reshape) { gx[0] = wg_reshape(gy, wg_node_shape(x[0])); }
SAMPLES(reshape, wg_reshape(ANY(3, 4), WG_SHAPE(2, 6)), wg_reshape(ANY(2, 3, 4), WG_SHAPE(4, -1)),
        wg_reshape(ANY(2, 0), WG_SHAPE(0, 5)), wg_reshape(wg_any(g, WG_SCALAR), WG_SHAPE(1, 1)));
ERRORS(reshape, (wg_reshape(ANY(3, 4), WG_SHAPE(5, 2)), "[3,4] of 12 elements cannot have shape [5,2]"),
       (wg_reshape(ANY(3, 4), WG_SHAPE(-1, 5)), "cannot have shape [-1,5]"),
       (wg_reshape(ANY(3, 4), WG_SHAPE(0, -1)), "of 12 elements cannot have shape [0,-1]"),
       (wg_reshape(ANY(3, 4), WG_SHAPE(-1, -1)), "cannot have shape [-1,-1]"));

DEFINE_OP(
    reshape,
    .summary = "The same elements in another shape. One size may be -1: it is computed from the others.",
    .formula = "y = reshape(x)", .adjoint = "x' = reshape(y')", .hint.stored = 1 << 0, .operands = 1,
    .kind = WG_ALIAS, TAKES(shaped), RULES(reshape, shape, rewrite, vjp), .hint.alias = at_start,
    .hint.exact = moved_exact, .hint.view = WG_VIEW_WHOLE, .leads = true);

/* If x has one element: the reshape like the last one, in a loop over elements. rank: of the result.
 * wg_none: it is another. */
static wg_node like_last(wg_site here, wg_node x, int rank)
{
    const wgi_node *last = wgi_view_before(here, &wgi_op_reshape, x);
    if (!last || wgi_size(last->shape) != 1 || last->shape->rank != rank ||
        x.graph->node[x.index].op == &wgi_op_reshape)
        return wg_none;
    return wgi_view_like(here, last, x, last->attr);
}

wg_node wg_reshape_at(wg_site here, wg_node x, wg_shape s)
{
    wg_node y = s.rank == 0 ? like_last(here, x, 0) : wg_none;
    if (!wg_is_none(y)) return y;
    return NODE_OF(reshape, WITH(shaped, s), x);
}

/* ---- expand_dims, squeeze ---- */

SHAPE(expand_dims)
{
    wg_axes *axes = &((struct at_axes *)r->attr)->axes;
    wg_shape s = *r->x[0].shape;
    /* of the result, which has at least one axis more: the error for no axes says from where to where */
    const int rank = s.rank + (axes->count ? axes->count : 1);
    if (axes->count > 0 && rank > WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes already", wg_rule_who(r, 0), s.rank);
    if (!axes_fit(r, axes, rank)) return false;
    for (int i = 0; i < axes->count; i++) s = with_axis(s, axes->axis[i], 1);
    return shaped_to(r, s);
}
EXPAND(expand_dims)
{
    const wg_axes *axes = &((const struct at_axes *)attr)->axes;
    wg_shape s = wg_node_shape(x[0]);
    for (int i = 0; i < axes->count; i++) s = with_axis(s, axes->axis[i], 1);
    y[0] = wg_reshape(x[0], s);
}
SAMPLES(expand_dims, wg_expand_dims(ANY(3, 4), .axis = 1), wg_expand_dims(ANY(3, 4), .axis = -1),
        wg_expand_dims(ANY(0), .axis = 0), wg_expand_dims(wg_any(g, WG_SCALAR), .axis = 0),
        wg_expand_dims(ANY(3, 4), .axes = WG_AXES(-1, 0)));
ERRORS(expand_dims, (wg_expand_dims(ANY(3), .axis = 2), "no axis 2"),
       (wg_expand_dims(ANY(1, 1, 1, 1, 1, 1, 1, 1), .axis = 0), "has 8 axes already"),
       (wg_expand_dims(ANY(3), .axes = WG_AXES(0, -3)), "axis 0 twice"),
       (wg_expand_dims(ANY(3)), "say its axis"));

DEFINE_OP(expand_dims, .summary = "New axes of size 1, at these places of the result.",
          .formula = "y = reshape(x)", .adjoint = "x' = reshape(y')", .hint.stored = 1 << 0, .operands = 1,
          .promote = WG_PROMOTE_NONE, TAKES(at_axes), .options = wg_axes_args_rows,
          RULES(expand_dims, shape, expand));
BUILDER(expand_dims, axes) { APPLY(expand_dims, at_axes, AT_AXES_FIELDS, a->x); }

/* No axes: all of size 1. */
SHAPE(squeeze)
{
    wg_axes *axes = &((struct squeezed *)r->attr)->axes;
    const wg_shape *s = r->x[0].shape;
    wg_shape y = *s;
    if (!axes->count)
        for (int i = 0; i < s->rank; i++)
            if (s->dim[i] == 1) axes->axis[axes->count++] = i;
    if (!wg_rule_axes(r, axes, s->rank, false)) return false;
    for (int i = axes->count; i-- > 0; y = without_axis(y, axes->axis[i]))
        if (s->dim[axes->axis[i]] != 1)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s has size %lld, not 1", axes->axis[i],
                                wg_rule_who(r, 0), (long long)s->dim[axes->axis[i]]);
    return shaped_to(r, y);
}
EXPAND(squeeze)
{
    const wg_axes *axes = &((const struct squeezed *)attr)->axes;
    wg_shape s = wg_node_shape(x[0]);
    for (int i = axes->count; i-- > 0;) s = without_axis(s, axes->axis[i]);
    y[0] = wg_reshape(x[0], s);
}
SAMPLES(squeeze, wg_squeeze(ANY(3, 1, 4), .axis = 1), wg_squeeze(ANY(3, 1), .axis = -1),
        wg_squeeze(ANY(1), .axis = 0), wg_squeeze(ANY(1, 0), .axis = 0), wg_squeeze(ANY(1, 3, 1)),
        wg_squeeze(ANY(2, 3)), wg_squeeze(ANY(1, 2, 1), .axes = WG_AXES(-1, 0)));
ERRORS(squeeze, (wg_squeeze(ANY(3, 4), .axis = 0), "has size 3, not 1"),
       (wg_squeeze(ANY(1), .axis = 1), "no axis 1"),
       (wg_squeeze(ANY(1), .axes = WG_AXES(0, 0)), "axis 0 twice"));

DEFINE_OP(squeeze, .summary = "Axes of size 1 removed: by default all of them.", .formula = "y = reshape(x)",
          .adjoint = "x' = reshape(y')", .hint.stored = 1 << 0, .operands = 1, .promote = WG_PROMOTE_NONE,
          TAKES(squeezed), .options = wg_squeeze_args_rows, RULES(squeeze, shape, expand));
BUILDER(squeeze, squeeze)
{
    const wgi_node *n = wgi_node_of(a->x);
    const int rank = n ? n->shape->rank : 0, axis = a->axis;
    const bool one = a->axes.mark == WG_AXES_LEFT_OUT && axis < rank && axis >= -rank;
    wg_node y = one ? like_last(wg_inside(here), a->x, rank - 1) : wg_none;
    if (!wg_is_none(y)) return y;
    APPLY(squeeze, squeezed, SQUEEZED_FIELDS, a->x);
}

/* ---- broadcast_to ---- */

SHAPE(broadcast_to)
{
    const wg_shape *s = &((struct shaped *)r->attr)->shape;
    return rank_fits(r, s) && broadcasts_to(r, 0, s) && shaped_to(r, *s);
}
REWRITE(broadcast_to)
{
    return wg_shape_equal(wg_node_shape(x[0]), ((const struct shaped *)attr)->shape) ? x[0] : wg_none;
}
/* The engine sums over what was repeated, as for every elementwise op. */
VJP(broadcast_to) { gx[0] = gy; }
SAMPLES(broadcast_to, wg_broadcast_to(ANY(3, 1), WG_SHAPE(2, 3, 4)),
        wg_broadcast_to(wg_any(g, WG_SCALAR), WG_SHAPE(3, 4)), wg_broadcast_to(ANY(1, 4), WG_SHAPE(0, 4)),
        wg_broadcast_to(ANY(4), WG_SHAPE(3, 4)));
ERRORS(broadcast_to, (wg_broadcast_to(ANY(3), WG_SHAPE(3, 4)), "does not broadcast to [3,4]"),
       (wg_broadcast_to(ANY(3), WG_SHAPE(-2, 3)), "does not broadcast to [-2,3]"));

DEFINE_OP(broadcast_to, .summary = "x repeated along new axes and along axes of size 1.", .formula = "y = x",
          .adjoint = "x' = sum_to(y')", .operands = 1, .kind = WG_MAP, .promote = WG_PROMOTE_NONE,
          TAKES(shaped), .hint.exact = moved_exact, RULES(broadcast_to, shape, rewrite, vjp),
          .kernel = KERNELS(broadcast_to), .hint.repeats = true, .leads = true);
wg_node wg_broadcast_to_at(wg_site here, wg_node x, wg_shape s)
{
    return NODE_OF(broadcast_to, WITH(shaped, s), x);
}

/* ---- stop_gradient ---- */

SAMPLES(stop_gradient, wg_stop_gradient(ANY(3, 4)), wg_stop_gradient(ANY(2, 0)));
ERROR_SAMPLE(stop_gradient) { return single_error(here, g, i, &wgi_op_stop_gradient); }

DEFINE_OP(stop_gradient, .summary = "The operand, which derivatives treat as a constant.", .formula = "y = x",
          .adjoint = "it stops gradients", .none = WG_EVERY_OPERAND, .hint.stored = 1 << 0, .operands = 1,
          .kind = WG_ALIAS, .hint.alias = at_start, .leads = true, .hint.exact = moved_exact);
wg_node wg_stop_gradient_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_stop_gradient); }

/* ---- rows and fill: builders without an op ---- */

wg_node wgx_rows_aligned(wg_site here, wg_node x, int rank)
{
    const wg_shape s = wg_node_shape(x);
    wg_shape to = { rank + 1, { s.dim[0] } };
    const int ones = to.rank - s.rank;
    if (!wg_node_ok(x) || s.rank < 1 || ones <= 0 || rank >= WG_MAX_RANK) return x;
    for (int i = 1; i < to.rank; i++) to.dim[i] = i <= ones ? 1 : s.dim[i - ones];
    return wg_reshape(x, to);
}

wg_node wgx_rows_repeated(wg_site here, wg_node x, int64_t n)
{
    const wg_shape s = wg_node_shape(x);
    wg_shape to = { s.rank + 1, { n } };
    if (!wg_node_ok(x)) return x;
    for (int i = 0; i < s.rank && i + 1 < WG_MAX_RANK; i++) to.dim[i + 1] = s.dim[i];
    return wg_broadcast_to(x, to);
}

wg_node wg_fill_at(wg_site here, wg_graph *g, double value, wg_shape s)
{
    WG_USER_CALL(here, "fill");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "fill: the graph is NULL"), wg_none;
    return wg_broadcast_to_at(wg_inside(here), wg_scalar_at(here, g, value), s);
}

#endif
