/* arrange.c: elements in other places, composed of slices, concat, reshapes and flip: select, stack, split,
 * roll, tile, repeat, pad. */

#include "axis_runs.h"
#include "rules.h"

/* ---- select ---- */

#define SELECT_FIELDS(F, S) F(S, AXIS, axis, "0") F(S, SIZE, index, "0")
OPTIONS(select, SELECT_FIELDS);

static bool select_shape(wg_rule *r)
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
    y[0] = wg_squeeze(wg_slice(x[0], .axis = a->axis, .from = at, .to = at + 1), a->axis);
}
SAMPLES(select, wg_select(ANY(3, 4), 1, 2), wg_select(ANY(2, 3, 2), -1, -1), wg_select(ANY(2, 0), 0, 1),
        wg_select(CLASSES(5, 4), 0, 3));
ERRORS(select, (wg_select(ANY(3, 4), 0, 3), "no index 3 along axis 0"),
       (wg_select(ANY(3, 4), 2, 0), "no axis 2 in"));

DEFINE_OP(
    select,
    .summary = "The elements at one index of an axis, which is dropped. Negative numbers count from the end.",
    .formula = "y = x[index] along axis", .adjoint = "x'[k] = y' where k = index, else 0 along axis",
    .stored = 1 << 0, .operands = 1, .kind = WG_OPAQUE, TAKES(select), RULES(select, shape, expand),
    .leads = true);
wg_node wg_select_at(wg_site here, wg_node x, int axis, int64_t index)
{
    return NODE_OF(select, WITH(select, axis, index), x);
}

/* ---- stack ---- */

#define STACK_FIELDS(F, S) F(S, AXIS, axis, "0")
OPTIONS(stack, STACK_FIELDS);

static bool stack_shape(wg_rule *r)
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
    for (int k = 0; row && k < n; k++) row[k] = wg_expand(x[k], axis);
    if (row) y[0] = wg_concat(row, n, axis);
    wgi_arena_rewind(a, place);
}
#define STACKED(a, b, axis) wg_stack(((wg_node[]){ a, b }), 2, axis)
SAMPLES(stack, STACKED(ANY(2, 3), ANY(2, 3), 0), STACKED(ANY(2, 3), ANY(2, 3), -1),
        STACKED(wg_any(g, WG_SCALAR), wg_any(g, WG_SCALAR), 0), STACKED(ANY(2, 3), CLASSES(5, 2, 3), 1));
ERRORS(stack, (STACKED(ANY(2, 3), ANY(3, 3), 0), "is not shaped as"),
       (STACKED(ANY(2, 3), ANY(2, 3), 3), "no axis 3 in"));

DEFINE_OP(stack, .summary = "Tensors of one shape as the parts of a new axis.",
          .formula = "y[i] = x_i along axis", .adjoint = "x_i' = y'[i] along axis",
          .stored = WG_EVERY_OPERAND, .operands = -1, .names = "x_i", .kind = WG_OPAQUE, TAKES(stack),
          RULES(stack, shape, expand), .leads = true);
wg_node wg_stack_at(wg_site here, const wg_node x[], int n, int axis)
{
    return wg_apply(here, &wgi_op_stack, x, n, &(struct stack){ axis });
}

/* ---- split: a builder without an op ---- */

bool wg_split_at(wg_site here, wg_node x, int parts, int axis, wg_node y[])
{
    WG_USER_CALL(here, "split");
    if (!y) return wgi_fail_null(wg_graph_context(x.graph), here, "split", "memory for the parts"), false;
    wg_node all = wg_slice(x, .axis = axis); /* refuses what is no node, and an axis that x does not have */
    const bool fine = wg_node_ok(all);
    const int64_t n = fine ? wg_dim(x, axis < 0 ? axis + wg_node_shape(x).rank : axis) : 0;
    bool ok = fine && parts > 0 && n % parts == 0;
    if (fine && !ok)
        wgi_fail(x.graph->c, here, "split", WG_ERROR_SHAPE, "axis %d of %lld elements has no %d equal parts",
                 axis, (long long)n, parts);
    for (int k = 0; ok && k < parts; k++) {
        y[k] = wg_slice(x, .axis = axis, .from = k * (n / parts), .to = (k + 1) * (n / parts));
        ok = wg_node_ok(y[k]);
    }
    for (int k = 0; !ok && k < parts; k++) y[k] = wg_none;
    return ok;
}

/* ---- roll ---- */

#define ROLL_FIELDS(F, S) F(S, AXIS, axis, "0") F(S, SIZE, by, "1")
OPTIONS(roll, ROLL_FIELDS);

static bool roll_shape(wg_rule *r)
{
    struct roll *a = r->attr;
    const wg_shape *s = r->x[0].shape;
    if (!axis_fits(r)) return false;
    const int64_t n = s->dim[a->axis];
    a->by = n ? (a->by % n + n) % n : 0;
    return true;
}
EXPAND(roll)
{
    const struct roll *a = attr;
    const int64_t size = wg_dim(x[0], a->axis), left = size - a->by;
    wg_node end = wg_slice(x[0], .axis = a->axis, .from = left, .to = size);
    wg_node start = wg_slice(x[0], .axis = a->axis, .from = 0, .to = left);
    y[0] = wg_concat(((wg_node[]){ end, start }), 2, a->axis);
}
SAMPLES(roll, wg_roll(ANY(3, 4), 1, 1), wg_roll(ANY(3, 4), 0, -5), wg_roll(ANY(2, 0), -1, 3),
        wg_roll(CLASSES(5, 4), 0, 4));
ERRORS(roll, (wg_roll(ANY(3), 1, 1), "no axis 1 in"));

DEFINE_OP(roll,
          .summary = "The elements moved along an axis; those that leave at one end come back at the other.",
          .formula = "y[i] = x[(i - by) mod length(x)] along axis",
          .adjoint = "x'[i] = y'[(i + by) mod length(x)] along axis", .operands = 1, .kind = WG_OPAQUE,
          TAKES(roll), RULES(roll, shape, expand), .leads = true);
wg_node wg_roll_at(wg_site here, wg_node x, int axis, int64_t by)
{
    return NODE_OF(roll, WITH(roll, axis, by), x);
}

/* ---- tile, repeat ---- */

#define COPIES_FIELDS(F, S) F(S, AXIS, axis, "0") F(S, SIZE, count, NULL)
OPTIONS(copies, COPIES_FIELDS);

static bool copies_shape(wg_rule *r)
{
    struct copies *a = r->attr;
    wg_shape s = *r->x[0].shape;
    if (!wg_rule_axis(r, &a->axis, s.rank)) return false;
    if (a->count < 0) return wg_rule_fail(r, WG_ERROR_VALUE, "count is %lld", (long long)a->count);
    if (__builtin_mul_overflow(s.dim[a->axis], a->count, &s.dim[a->axis]))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result is too large");
    return shaped_to(r, s);
}
/* x as [outer, 1, inner], its middle axis repeated, in the shape of the result. The axis itself belongs to
 * the outer ones, if each element is repeated, or to the inner ones. */
static wg_node copied(wg_site here, wg_node x, const struct copies *a, bool each)
{
    wg_shape s = wg_node_shape(x);
    const int64_t n = s.dim[a->axis], outer = outer_of(&s, a->axis) * (each ? n : 1),
                  inner = inner_of(&s, a->axis) * (each ? 1 : n);
    s.dim[a->axis] *= a->count;
    return wg_reshape(
        wg_broadcast_to(wg_reshape(x, WG_SHAPE(outer, 1, inner)), WG_SHAPE(outer, a->count, inner)), s);
}
static wg_node copies_sample(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    static const struct copies of[] = { { 0, 2 }, { -1, 3 }, { 1, 1 }, { 0, 2 }, { 0, 0 } };
    static const wg_shape s[] = {
        { 2, { 3, 4 } }, { 2, { 2, 3 } }, { 3, { 2, 3, 2 } }, { 2, { 2, 0 } }, { 1, { 3 } }
    };
    wg_node x = i < 5 ? wg_any(g, s[i]) : wg_none;
    return i < 5 ? wg_apply(here, op, &x, 1, &of[i]) : wg_none;
}
/* each: whether each element is repeated. */
#define COPIES_OP(n, each, ...)                                                                \
    EXPAND(n) { y[0] = copied(here, x[0], attr, each); }                                       \
    SAMPLE(n) { return copies_sample(here, g, i, &wgi_op_##n); }                               \
    ERRORS(n, (wg_##n(ANY(3), 0, -1), "count is -1"), (wg_##n(ANY(3), 1, 0), "no axis 1 in")); \
    wg_node wg_##n##_at(wg_site here, wg_node x, int axis, int64_t count)                      \
    {                                                                                          \
        return NODE_OF(n, WITH(copies, axis, count), x);                                       \
    }                                                                                          \
    DEFINE_OP(n, .operands = 1, .kind = WG_OPAQUE, TAKES(copies), .shape = copies_shape,       \
              .expand = n##_expand, .leads = true, __VA_ARGS__)
COPIES_OP(tile, false, .summary = "x, `count` times one behind the other along an axis: a b c a b c.",
          .formula = "y[i] = x[i mod length(x)] along axis",
          .adjoint = "x'[i] = sum(y'[i + k length(x)] over k < count) along axis");
COPIES_OP(repeat, true, .summary = "Each element `count` times along an axis: a a b b c c.",
          .formula = "y[i] = x[floor(i / count)] along axis",
          .adjoint = "x'[i] = sum(y'[i count + k] over k < count) along axis");

/* ---- pad ---- */

#define PAD_FIELDS(F, S)            \
    F(S, AXIS, axis, "0")           \
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
static bool pad_shape(wg_rule *r)
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
    y[0] = wg_concat(part, parts, a->axis);
}
SAMPLES(pad, wg_pad(ANY(3, 4), .axis = 1, .before = 2, .after = 1),
        wg_pad(ANY(3, 4), .before = 1, .value = 0.5),
        wg_pad(ANY(4, 2), .before = 3, .after = 2, .mode = WG_PAD_REFLECT),
        wg_pad(ANY(2, 3), .axis = -1, .before = 2, .after = 2, .mode = WG_PAD_EDGE),
        wg_pad(ANY(2, 0), .axis = 1, .after = 2), wg_pad(CLASSES(5, 3), .after = 2, .value = 7),
        wg_pad(CLASSES(5, 3), .after = 2, .value = 0), wg_pad(ANY(0, 2), .mode = WG_PAD_EDGE));
ERRORS(pad, (wg_pad(ANY(3, 4), .before = -1), "before -1: must be in [0, inf)"),
       (wg_pad(ANY(3, 4), .before = 3, .mode = WG_PAD_REFLECT), "at most one less"),
       (wg_pad(ANY(3, 4), .axis = 2, .before = 3), "no axis 2 in"),
       (wg_pad(ANY(0, 4), .before = 1, .mode = WG_PAD_EDGE), "has no edge"),
       (wg_pad(CLASSES(2, 4), .before = 1, .value = 0.5), "value 0.5 among"),
       (wg_pad(ANY(3, 4), .after = 3, .mode = WG_PAD_REFLECT), "at most one less"));

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
