/* arrange.c: elements in other places, composed of slices, concat, reshapes and flip: select, stack, split,
 * roll, tile, repeat, pad. */

#include "axis_runs.h"
#include "rules.h"

#include "graph/composites.h"
#include "wgx/base.h"

/* ---- select ---- */

#define SELECT_FIELDS(F, S) F(S, AXIS, axis, "needed") F(S, SIZE, index, "needed")
OPTIONS(select, SELECT_FIELDS);

SHAPE(select)
{
    struct select *a = r->attr;
    wg_shape s = *r->x[0].shape;
    if (!wg_rule_axis(r, &a->axis, s.rank)) return false;
    const int64_t n = s.dim[a->axis];
    if (a->index < -n || a->index >= n)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "no index %lld along axis %d of %s", (long long)a->index,
                            a->axis, wg_rule_who(r, 0));
    return shaped_to(r, without_axis(s, a->axis));
}
EXPAND(select)
{
    const struct select *a = attr;
    const int64_t at = a->index < 0 ? a->index + wg_dim(x[0], a->axis) : a->index;
    y[0] = wg_squeeze(wg_slice(x[0], .axis = a->axis, .from = at, .to = at + 1), .axis = a->axis);
}
SAMPLES(select, wg_select(ANY(3, 4), .axis = 1, .index = 2), wg_select(ANY(2, 3, 2), .axis = -1, .index = -1),
        wg_select(ANY(2, 0), .axis = 0, .index = 1), wg_select(CLASSES(5, 4), .axis = 0, .index = 3));
ERRORS(select, (wg_select(ANY(3, 4), .axis = 0, .index = 3), "no index 3 along axis 0"),
       (wg_select(ANY(3, 4), .axis = 2, .index = 0), "no axis 2 in"));

DEFINE_OP(
    select,
    .summary = "The elements at one index of an axis, which is dropped. Negative numbers count from the end.",
    .formula = "y = x[index] along axis", .adjoint = "x'[k] = y' where k = index, else 0 along axis",
    .hint.stored = 1 << 0, .operands = 1, .kind = WG_OPAQUE, TAKES(select), RULES(select, shape, expand),
    .options = wg_select_args_rows, .leads = true);
BUILDER(select, select) { APPLY(select, select, SELECT_FIELDS, a->x); }

/* ---- stack ---- */

#define STACK_FIELDS(F, S) F(S, AXIS, axis, "0")
OPTIONS(stack, STACK_FIELDS);

SHAPE(stack)
{
    int *axis = &((struct stack *)r->attr)->axis;
    wg_shape s = *r->x[0].shape;
    if (s.rank == WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes already", wg_rule_who(r, 0), s.rank);
    if (!wg_rule_axis(r, axis, s.rank + 1)) return false;
    for (int k = 1; k < r->operands; k++)
        if (!shaped_as(r, k, 0)) return false;
    return shaped_to(r, with_axis(s, *axis, r->operands));
}
EXPAND(stack)
{
    const int axis = ((const struct stack *)attr)->axis;
    wgi_arena *a = &x[0].graph->temp;
    const wgi_place place = wgi_arena_place(a);
    wg_node *row = wgi_arena_alloc(a, sizeof *row * (size_t)n);
    for (int k = 0; row && k < n; k++) row[k] = wg_expand_dims(x[k], .axis = axis);
    if (row) y[0] = wg_concat(row, n, .axis = axis);
    wgi_arena_rewind(a, place);
}
#define STACKED(a, b, at) wg_stack(((wg_node[]){ a, b }), 2, .axis = at)
SAMPLES(stack, STACKED(ANY(2, 3), ANY(2, 3), 0), STACKED(ANY(2, 3), ANY(2, 3), -1),
        STACKED(wg_any(g, WG_SCALAR), wg_any(g, WG_SCALAR), 0), STACKED(ANY(2, 3), CLASSES(5, 2, 3), 1));
ERRORS(stack, (STACKED(ANY(2, 3), ANY(3, 3), 0), "is not shaped as"),
       (STACKED(ANY(2, 3), ANY(2, 3), 3), "no axis 3 in"));

DEFINE_OP(stack, .summary = "Tensors of one shape as the parts of a new axis.",
          .formula = "y[i] = x_i along axis", .adjoint = "x_i' = y'[i] along axis",
          .hint.stored = WG_EVERY_OPERAND, .operands = -1, .names = "x_i", .kind = WG_OPAQUE, TAKES(stack),
          .options = wg_join_args_rows, RULES(stack, shape, expand), .leads = true);
BUILDER(stack, join) { return wg_apply(here, &wgi_op_stack, a->x, a->n, WITH(stack, a->axis)); }

/* ---- split: a builder without an op ---- */

/* The operand by its name in the call, or its own, with its shape. */
static const char *called(wg_site here, wg_node x, char *to, size_t room)
{
    char argument[64], shape[80];
    const char *name = *wgx_site_argument(here, 0, argument, sizeof argument) ? argument
                       : *wg_node_name(x)                                     ? wg_node_name(x)
                                          : wgi_called_name(x.graph, x.index);
    wg_shape_text(wg_node_shape(x), shape, sizeof shape);
    snprintf(to, room, "%.60s%s%s", name, *name ? " " : "", shape);
    return to;
}

/* The sizes of the parts, one behind the other in *sizes, or how many equal ones; 0: they do not fit. */
static int parts_of(wg_site here, const wg_split_args *a, wg_shape *sizes)
{
    const wg_shape s = wg_node_shape(a->x);
    const int axis = a->axis < 0 ? a->axis + s.rank : a->axis;
    const int64_t n = s.dim[axis];
    int64_t all = 0;
    char text[80], who[160];
    *sizes = wgi_shape_given(a->sizes);
    if ((a->parts == WG_AUTO) == !sizes->rank || sizes->rank < 0)
        return wgi_fail(a->x.graph->c, here, "split", WG_ERROR_USE, "say .parts or .sizes%s, for %s",
                        sizes->rank > 0 ? ", not both" : "", called(here, a->x, who, sizeof who)),
               0;
    if (a->parts != WG_AUTO && a->parts > 0 && n % a->parts == 0) return a->parts;
    if (a->parts != WG_AUTO)
        return wgi_fail(a->x.graph->c, here, "split", WG_ERROR_SHAPE, "axis %d of %s has no %d equal parts",
                        a->axis, called(here, a->x, who, sizeof who), a->parts),
               0;
    bool fits = sizes->rank <= WG_MAX_RANK;
    for (int k = 0; k < sizes->rank && fits; k++)
        fits = sizes->dim[k] >= 0 && !__builtin_add_overflow(all, sizes->dim[k], &all);
    if (fits && all == n) return sizes->rank;
    return wgi_fail(a->x.graph->c, here, "split", WG_ERROR_SHAPE,
                    "axis %d of %s has no parts of the sizes %s", a->axis,
                    called(here, a->x, who, sizeof who), wg_shape_text(*sizes, text, sizeof text)),
           0;
}

bool wg_split_at(wg_site here, const wg_split_args *a)
{
    WG_USER_CALL(here, "split");
    WG_OPTIONS_FILL(wg_split_args, a);
    if (!a || a->mark != WG_MARK_(wg_split_args))
        return wgi_unmarked(here, "split", wg_split_args_rows(), a, a ? &a->x : NULL), false;
    if (!a->y)
        return wgi_fail_null(wg_graph_context(a->x.graph), here, "split", "memory for the parts"), false;
    /* refuses what is no node, and an axis that x does not have */
    const bool fine = wg_node_ok(wg_slice(a->x, .axis = a->axis));
    wg_shape sizes;
    const int parts = fine ? parts_of(here, a, &sizes) : 0;
    bool ok = parts > 0;
    for (int64_t k = 0, at = 0; ok && k < parts; k++) {
        const int64_t n = sizes.rank ? sizes.dim[k] : wg_dim(a->x, a->axis) / parts;
        a->y[k] = wg_slice(a->x, .axis = a->axis, .from = at, .to = at + n);
        ok = wg_node_ok(a->y[k]);
        at += n;
    }
    const wg_shape asked = wgi_shape_given(a->sizes);
    const int most = a->parts != WG_AUTO ? a->parts : asked.rank <= WG_MAX_RANK ? asked.rank : 0;
    for (int k = 0; !ok && k < most; k++) a->y[k] = wg_none;
    return ok;
}

/* ---- roll ---- */

#define ROLL_FIELDS(F, S) F(S, AXIS, axis, "needed") F(S, SIZE, shift, "needed")
OPTIONS(roll, ROLL_FIELDS);

SHAPE(roll) { return axis_fits(r); }
EXPAND(roll)
{
    const struct roll *a = attr;
    const int64_t size = wg_dim(x[0], a->axis), left = size ? size - (a->shift % size + size) % size : 0;
    wg_node end = wg_slice(x[0], .axis = a->axis, .from = left, .to = size);
    wg_node start = wg_slice(x[0], .axis = a->axis, .from = 0, .to = left);
    y[0] = wg_concat(((wg_node[]){ end, start }), 2, .axis = a->axis);
}
SAMPLES(roll, wg_roll(ANY(3, 4), .axis = 1, .shift = 1), wg_roll(ANY(3, 4), .axis = 0, .shift = -5),
        wg_roll(ANY(2, 0), .axis = -1, .shift = 3), wg_roll(CLASSES(5, 4), .axis = 0, .shift = 4));
ERRORS(roll, (wg_roll(ANY(3), .axis = 1, .shift = 1), "no axis 1 in"));

DEFINE_OP(roll,
          .summary = "The elements moved along an axis; those that leave at one end come back at the other.",
          .formula = "y[i] = x[(i - shift) mod length(x)] along axis",
          .adjoint = "x'[i] = y'[(i + shift) mod length(x)] along axis", .operands = 1, .kind = WG_OPAQUE,
          TAKES(roll), .options = wg_roll_args_rows, RULES(roll, shape, expand), .leads = true);
BUILDER(roll, roll) { APPLY(roll, roll, ROLL_FIELDS, a->x); }

/* ---- repeat, tile ---- */

#define REPEAT_FIELDS(F, S) F(S, AXIS, axis, "needed") F(S, SIZE, count, "needed")
OPTIONS(repeat, REPEAT_FIELDS);
#define TILE_FIELDS(F, S) F(S, SHAPE, counts, "needed")
OPTIONS(tile, TILE_FIELDS);

/* The axis of s, `count` times as long. */
static bool lengthens(wg_rule *r, wg_shape *s, int axis, int64_t count)
{
    if (count < 0) return wg_rule_fail(r, WG_ERROR_VALUE, "counts: a count of %lld", (long long)count);
    bool fits = !__builtin_mul_overflow(s->dim[axis], count, &s->dim[axis]);
    int64_t n = 1; /* of the axes that are not empty: parts of the shape are multiplied, too */
    for (int i = 0; i < s->rank && fits; i++)
        fits = !s->dim[i] || (!__builtin_mul_overflow(n, s->dim[i], &n) && n < INT64_C(1) << 60);
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "the result is too large");
}
/* x as [outer, 1, inner], its middle axis repeated, in the shape of the result. The axis itself belongs to
 * the outer ones, if each element is repeated, or to the inner ones. */
static wg_node copied(wg_site here, wg_node x, int axis, int64_t count, bool each)
{
    wg_shape s = wg_node_shape(x);
    const int64_t n = s.dim[axis], outer = outer_of(&s, axis) * (each ? n : 1),
                  inner = inner_of(&s, axis) * (each ? 1 : n);
    s.dim[axis] *= count;
    return wg_reshape(
        wg_broadcast_to(wg_reshape(x, WG_SHAPE(outer, 1, inner)), WG_SHAPE(outer, count, inner)), s);
}

SHAPE(repeat)
{
    struct repeat *a = r->attr;
    wg_shape s = *r->x[0].shape;
    return axis_fits(r) && lengthens(r, &s, a->axis, a->count) && shaped_to(r, s);
}
EXPAND(repeat)
{
    const struct repeat *a = attr;
    y[0] = copied(here, x[0], a->axis, a->count, true);
}
SAMPLES(repeat, wg_repeat(ANY(3, 4), .axis = 0, .count = 2), wg_repeat(ANY(2, 3), .axis = -1, .count = 3),
        wg_repeat(ANY(2, 3, 2), .axis = 1, .count = 1), wg_repeat(ANY(2, 0), .axis = 0, .count = 2),
        wg_repeat(ANY(3), .axis = 0, .count = 0));
ERRORS(repeat, (wg_repeat(ANY(3), .axis = 0, .count = -1), "count -1: must be in [0, inf)"),
       (wg_repeat(ANY(3), .axis = 1, .count = 0), "no axis 1 in"),
       (wg_repeat(ANY(3), .axis = 0), "count is needed"));

DEFINE_OP(repeat, .summary = "Each element `count` times along an axis: a a b b c c.",
          .formula = "y[i] = x[floor(i / count)] along axis",
          .adjoint = "x'[i] = sum(y'[i count + k] over k < count) along axis", .operands = 1,
          .kind = WG_OPAQUE, TAKES(repeat), .options = wg_repeat_args_rows, RULES(repeat, shape, expand),
          .leads = true);
BUILDER(repeat, repeat) { APPLY(repeat, repeat, REPEAT_FIELDS, a->x); }

/* More counts than x has axes: x has axes of size 1 before its own, as in NumPy. Fewer: they are of the last
 * axes. */
SHAPE(tile)
{
    wg_shape *c = &((struct tile *)r->attr)->counts, s = *r->x[0].shape;
    if (c->rank < 0) *c = WG_SCALAR; /* given, and empty */
    if (!rank_fits(r, c)) return false;
    while (s.rank < c->rank) s = with_axis(s, 0, 1);
    while (c->rank < s.rank) *c = with_axis(*c, 0, 1);
    for (int i = 0; i < s.rank; i++)
        if (!lengthens(r, &s, i, c->dim[i])) return false;
    return shaped_to(r, s);
}
EXPAND(tile)
{
    const wg_shape *c = &((const struct tile *)attr)->counts;
    wg_shape s = wg_node_shape(x[0]);
    while (s.rank < c->rank) s = with_axis(s, 0, 1);
    y[0] = wg_reshape(x[0], s);
    for (int i = 0; i < c->rank; i++) y[0] = copied(here, y[0], i, c->dim[i], false);
}
SAMPLES(tile, wg_tile(ANY(3, 4), .counts = WG_SHAPE(2, 1)), wg_tile(ANY(2, 3), .counts = WG_SHAPE(3)),
        wg_tile(ANY(2, 3, 2), .counts = WG_SHAPE(2, 1, 3)), wg_tile(ANY(2, 0), .counts = WG_SHAPE(2, 2)),
        wg_tile(ANY(3), .counts = WG_SHAPE(2, 0)), wg_tile(ANY(3), .counts = WG_SHAPE(2, 2)));
ERRORS(tile, (wg_tile(ANY(3), .counts = WG_SHAPE(-1)), "counts: a count of -1"),
       (wg_tile(ANY(3)), "counts is needed"));

DEFINE_OP(tile, .summary = "Copies of x side by side, counts[i] of them along axis i: a b c a b c.",
          .formula = "y = \"copies of\" x \"side by side along its axes\"",
          .adjoint = "x' = \"the sum of the copies of y'\"", .operands = 1, .kind = WG_OPAQUE, TAKES(tile),
          .options = wg_tile_args_rows, RULES(tile, shape, expand));
BUILDER(tile, tile) { APPLY(tile, tile, TILE_FIELDS, a->x); }

/* ---- pad ---- */

#define PAD_FIELDS(F, S)            \
    F(S, AXIS, axis, "needed")      \
    F(S, SIZE, before, "0")         \
    F(S, SIZE, after, "0")          \
    F(S, DOUBLE, value, "0", "NaN") \
    F(S, CHOICE, mode, "constant", "constant reflect edge") /* values are those of wg_pad_mode */
OPTIONS(pad, PAD_FIELDS);

static bool pad_fits(wg_rule *r, const struct pad *a, int64_t n)
{
    const bool adds = a->before || a->after;
    if (a->mode == WG_PAD_REFLECT && adds && (a->before >= n || a->after >= n))
        return wg_rule_fail(r, WG_ERROR_SHAPE,
                            "%s has %lld elements along axis %d: a reflection has at most one less",
                            wg_rule_who(r, 0), (long long)n, a->axis);
    return !(a->mode == WG_PAD_EDGE && adds && !n) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no edge along axis %d", wg_rule_who(r, 0), a->axis);
}
SHAPE(pad)
{
    struct pad *a = r->attr;
    wg_shape s = *r->x[0].shape;
    if (a->value != 0 && a->mode != WG_PAD_CONSTANT)
        return wg_rule_fail(r, WG_ERROR_USE, "value %g is for mode constant, not for %s", a->value,
                            a->mode == WG_PAD_EDGE ? "edge" : "reflect");
    if (!wg_rule_axis(r, &a->axis, s.rank) || !pad_fits(r, a, s.dim[a->axis])) return false;
    if (!wg_dtype_is_float(r->x[0].dtype) && !(isfinite(a->value) && a->value == floor(a->value)))
        return wg_rule_fail(r, WG_ERROR_DTYPE, "value %g among the elements of %s, which are of dtype %s",
                            a->value, wg_rule_who(r, 0), wg_dtype_name(r->x[0].dtype));
    int64_t *n = &s.dim[a->axis];
    if (__builtin_add_overflow(*n, a->before, n) || __builtin_add_overflow(*n, a->after, n))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result is too large");
    return shaped_to(r, s);
}
/* `count` elements beside x, at its start or end. */
static wg_node margin(wg_site here, wg_node x, const struct pad *a, int64_t count, bool end)
{
    wg_shape s = wg_node_shape(x);
    const int64_t n = s.dim[a->axis];
    s.dim[a->axis] = count;
    if (a->mode == WG_PAD_CONSTANT)
        return wg_broadcast_to(wgi_number_to_leaf(x.graph, here, wg_number(a->value), wg_node_dtype(x)), s);
    if (a->mode == WG_PAD_EDGE)
        return wg_broadcast_to(wg_slice(x, .axis = a->axis, .from = end ? n - 1 : 0, .to = end ? n : 1), s);
    const int64_t from = end ? n - 1 - count : 1;
    return wg_flip(wg_slice(x, .axis = a->axis, .from = from, .to = from + count), .axes = WG_AXES(a->axis));
}
EXPAND(pad)
{
    const struct pad *a = attr;
    wg_node part[3];
    int parts = 0;
    if (a->before) part[parts++] = margin(here, x[0], a, a->before, false);
    part[parts++] = x[0];
    if (a->after) part[parts++] = margin(here, x[0], a, a->after, true);
    y[0] = wg_concat(part, parts, .axis = a->axis);
}
SAMPLES(pad, wg_pad(ANY(3, 4), .axis = 1, .before = 2, .after = 1),
        wg_pad(ANY(3, 4), .axis = 0, .before = 1, .value = 0.5),
        wg_pad(ANY(4, 2), .axis = 0, .before = 3, .after = 2, .mode = WG_PAD_REFLECT),
        wg_pad(ANY(2, 3), .axis = -1, .before = 2, .after = 2, .mode = WG_PAD_EDGE),
        wg_pad(ANY(2, 0), .axis = 1, .after = 2), wg_pad(CLASSES(5, 3), .axis = 0, .after = 2, .value = 7),
        wg_pad(CLASSES(5, 3), .axis = 0, .after = 2, .value = 0),
        wg_pad(ANY(0, 2), .axis = 0, .mode = WG_PAD_EDGE));
ERRORS(pad, (wg_pad(ANY(3, 4), .axis = 0, .before = -1), "before -1: must be in [0, inf)"),
       (wg_pad(ANY(3, 4), .axis = 0, .before = 3, .mode = WG_PAD_REFLECT), "at most one less"),
       (wg_pad(ANY(3, 4), .axis = 2, .before = 3), "no axis 2 in"),
       (wg_pad(ANY(0, 4), .axis = 0, .before = 1, .mode = WG_PAD_EDGE), "has no edge"),
       (wg_pad(CLASSES(2, 4), .axis = 0, .before = 1, .value = 0.5), "value 0.5 among"),
       (wg_pad(ANY(3, 4), .axis = 0, .after = 3, .mode = WG_PAD_REFLECT), "at most one less"));

DEFINE_OP(
    pad,
    .summary = "Elements before and after those of an axis: a value, a reflection, or the edge repeated.",
    .formula = "y[i] = x[j] where 0 <= j < n, value where mode = constant, x[min(max(j, 0), n - 1)] where "
               "mode = edge, else x[n - 1 - |n - 1 - (|j|)|] along axis; j = i - before, n = length(x)",
    .adjoint = "x'[k] = sum(y'[i] over i where p = k) along axis; p = j where 0 <= j < n, -1 where mode = "
               "constant, min(max(j, 0), n - 1) where mode = edge, else n - 1 - |n - 1 - (|j|)|; j = i - "
               "before, n = length(x)",
    .operands = 1, .kind = WG_OPAQUE, TAKES(pad), .options = wg_pad_args_rows, RULES(pad, shape, expand),
    .leads = true);
BUILDER(pad, pad) { APPLY(pad, pad, PAD_FIELDS, a->x); }
