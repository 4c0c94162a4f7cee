/* slice.c: concat and slice. x is [outer, axis, inner]. */
#include "axis_runs.h"
#include "copy_runs.h"
#include "rules.h"

#define CONCAT_FIELDS(F, S) F(S, AXIS, axis, "0")
OPTIONS(concat, CONCAT_FIELDS);
#define SLICE_FIELDS(F, S) \
    F(S, AXIS, axis, "needed") F(S, SIZE, from, "0") F(S, SIZE, to, "end") F(S, SIZE, step, "1")
OPTIONS(slice, SLICE_FIELDS);
enum { PIECE = 1 << 14 }; /* bytes of the result of concat that are a unit */

/* The bytes [from, to) of row r of the result. */
static void concat_part(const wg_kernel *k, int axis, int64_t r, size_t from, size_t to, char *y)
{
    size_t at = 0;
    for (int j = 0; j < k->operands && at < to; j++) {
        const size_t n = run_bytes(&k->xt[j], axis), begin = at > from ? at : from,
                     end = at + n < to ? at + n : to;
        if (begin < end)
            copy_runs(y + begin, 0, OPERAND(char, j) + (size_t)r * n + (begin - at), 0, end - begin, 1);
        at += n;
    }
}

static void concat_rows(const wg_kernel *k, int axis, int64_t r, int64_t rows, size_t row)
{
    const int64_t few = row < RUN_BYTES ? (int64_t)(RUN_BYTES / row) : 1;
    for (int64_t end = r + rows; r < end; r += few) {
        const int64_t now = end - r < few ? end - r : few;
        char *y = RESULT(char, 0) + (size_t)r * row;
        for (int j = 0; j < k->operands; j++) {
            const size_t n = run_bytes(&k->xt[j], axis);
            if (n) copy_runs(y, row, OPERAND(char, j) + (size_t)r * n, n, n, now);
            y += n;
        }
    }
}

KERNEL(concat)
{
    const int axis = *(const int *)k->attr;
    const size_t row = run_bytes(&k->yt[0], axis),
                 all = (size_t)wg_shape_size(*k->yt[0].shape) * wg_dtype_size(k->yt[0].dtype);
    const size_t begin = (size_t)k->begin * PIECE,
                 end = (size_t)k->end * PIECE < all ? (size_t)k->end * PIECE : all;
    int64_t r = (int64_t)(begin / row), last = (int64_t)(end / row);
    if (begin % row) {
        concat_part(k, axis, r, begin % row, r < last ? row : end % row, RESULT(char, 0) + (size_t)r * row);
        r++;
    }
    if (r < last) concat_rows(k, axis, r, last - r, row);
    if (r <= last && end % row)
        concat_part(k, axis, last, 0, end % row, RESULT(char, 0) + (size_t)last * row);
    return true;
}

KERNEL(slice)
{
    const struct slice *a = k->attr;
    size_t row = run_bytes(&k->xt[0], a->axis), n = run_bytes(&k->yt[0], a->axis);
    size_t skip = a->to > a->from ? n / (size_t)(a->to - a->from) * (size_t)a->from : 0;
    if (n)
        copy_runs(RESULT(char, 0) + (size_t)k->begin * n, n, OPERAND(char, 0) + (size_t)k->begin * row + skip,
                  row, n, k->end - k->begin);
    return true;
}

#if WG_BASE

/* ---- concat ---- */

SHAPE(concat)
{
    int *axis = r->attr;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    if (!wg_rule_axis(r, axis, y->rank)) return false;
    for (int k = 1; k < r->operands; k++) {
        if (!fits_beside(r, k, 0, *axis)) return false;
        if (__builtin_add_overflow(y->dim[*axis], r->x[k].shape->dim[*axis], &y->dim[*axis]))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "the result is too large");
    }
    return true;
}
REWRITE(concat) { return n == 1 ? x[0] : wg_none; }
UNITS(concat)
{
    const int64_t size = wg_shape_size(*k->yt[0].shape) * (int64_t)wg_dtype_size(k->yt[0].dtype);
    return (size + PIECE - 1) / PIECE;
}
VJP(concat)
{
    int axis = *(const int *)wg_attr(y);
    int64_t at = 0;
    for (int k = 0; k < wg_node_operands(y); k++) {
        int64_t n = wg_dim(x[k], axis);
        gx[k] = wg_slice(gy, .axis = axis, .from = at, .to = at + n);
        at += n;
    }
}
/* Of each part. */
EXACT(concat)
{
    enum { MOST = 16 };
    const int n = (int)wgi_node_of(y)->operands;
    wg_node x[MOST];
    bool any = false;
    for (int k = 0; k < n && n <= MOST; k++) any |= one_answers(ask, x[k] = operand_of(y, k));
    for (int k = 0; any && ask->make && k < n; k++) x[k] = wgi_exactly(ask, x[k]);
    if (!any || !ask->make) return any ? y : wg_none;
    return wg_apply(wg_inside(ask->here), &wgi_op_concat, x, n, wgi_node_of(y)->attr);
}
#define JOINED(at, ...) wg_concat(((wg_node[]){ __VA_ARGS__ }), WG_COUNT_(wg_node, __VA_ARGS__), .axis = at)
SAMPLES(concat, JOINED(1, ANY(2, 3), ANY(2, 1), ANY(2, 0), ANY(2, 3)), JOINED(0, ANY(2, 3), ANY(4, 3)),
        JOINED(-1, ANY(2, 0), ANY(2, 0)), JOINED(-2, ANY(2, 3), CLASSES(5, 4, 3)));
ERRORS(concat, (JOINED(1, ANY(2, 3), ANY(3, 3)), "differ beside axis 1"),
       (JOINED(2, ANY(2, 3), ANY(3, 3)), "no axis 2"));

DEFINE_OP(concat, .summary = "Tensors one after the other along an axis.",
          .formula = "y = \"the parts\" x_i \"side by side along axis\"",
          .adjoint = "x_i' = \"the part of y' where x_i stands\"", .hint.stored = WG_EVERY_OPERAND,
          .operands = -1, .names = "x_i", .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, TAKES(concat),
          .options = wg_join_args_rows, RULES(concat, shape, rewrite, exact, units, vjp),
          .kernel = KERNELS(concat), .leads = true);
BUILDER(concat, join) { return wg_apply(here, &wgi_op_concat, a->x, a->n, WITH(concat, a->axis)); }

/* ---- slice ---- */

/* An index, of which a negative one counts from the end. */
static int64_t from_start(int64_t i, int64_t n) { return i == WG_END ? n : i < 0 ? i + n : i; }

/* An empty slice is resolved to [n, n): behind all others, so that the gradients can be put in a line. */
SHAPE(slice)
{
    struct slice *a = r->attr;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    if (!wg_rule_axis(r, &a->axis, y->rank)) return false;
    int64_t n = y->dim[a->axis], from = from_start(a->from, n), to = from_start(a->to, n);
    if (from < 0 || from > to || to > n)
        return a->to == WG_END
                   ? wg_rule_fail(r, WG_ERROR_SHAPE,
                                  "%lld: is not a part of axis %d of %s: from -%lld to %lld",
                                  (long long)a->from, a->axis, wg_rule_who(r, 0), (long long)n, (long long)n)
                   : wg_rule_fail(r, WG_ERROR_SHAPE, "%lld:%lld is not a part of axis %d of %s%s",
                                  (long long)a->from, (long long)a->to, a->axis, wg_rule_who(r, 0),
                                  a->to ? "" : ": the end is WG_END, 0 is 0");
    y->dim[a->axis] = to > from ? (to - from - 1) / a->step + 1 : 0;
    a->from = from == to ? n : from;
    a->to = from == to ? n : to;
    return true;
}
/* Each step-th element of [from, to): the first of each run of `step`. Of the last run there may be no more
 * than its first. */
static wg_node strided(wg_site here, wg_node x, const struct slice *a)
{
    wg_shape s = wg_node_shape(x);
    const int64_t n = s.dim[a->axis], step = WGI_MIN(a->step, a->to - a->from),
                  m = (a->to - a->from - 1) / step + 1, inner = inner_of(&s, a->axis),
                  whole = m - (step > (n - a->from) / m), last = a->from + whole * step;
    wg_node part[2];
    int parts = 0;
    s.dim[a->axis] = whole;
    if (whole) {
        const wg_node y = wg_slice(x, .axis = a->axis, .from = a->from, .to = last);
        const wg_node runs = wg_reshape(y, WG_SHAPE(outer_of(&s, a->axis), whole, step * inner));
        part[parts++] = wg_reshape(wg_slice(runs, .axis = 2, .to = inner), s);
    }
    if (whole < m) part[parts++] = wg_slice(x, .axis = a->axis, .from = last, .to = last + 1);
    return wg_concat(part, parts, .axis = a->axis);
}
REWRITE(slice)
{
    const struct slice *a = attr;
    if (a->step != 1 && a->to > a->from) return strided(here, x[0], a);
    if (a->step != 1) return wg_slice(x[0], .axis = a->axis, .from = a->from, .to = a->to);
    return a->to - a->from == wg_dim(x[0], a->axis) ? x[0] : wg_none;
}
static int64_t slice_alias(const wg_kernel *k)
{
    const struct slice *a = k->attr;
    return outer_of(k->xt[0].shape, a->axis) == 1 ? a->from * inner_of(k->xt[0].shape, a->axis) : -1;
}
static wg_runs slice_runs(const wg_kernel *k)
{
    const struct slice *a = k->attr;
    const wg_shape *x = k->xt[0].shape;
    const int64_t inner = inner_of(x, a->axis);
    return (wg_runs){ a->from * inner, (a->to - a->from) * inner, x->dim[a->axis] * inner };
}
VJP(slice)
{
    const struct slice *a = wg_attr(y);
    gx[0] = wgi_unslice(here, gy, a->axis, a->from, wg_dim(x[0], a->axis));
}
SAMPLE(slice)
{
    wg_node x = ANY(4, 5, 2);
    CASE(wg_slice(x, .axis = 0, .from = 1, .to = 3));
    CASE(wg_slice(x, .axis = 1, .from = -3));
    CASE(wg_slice(x, .axis = -1, .to = -1));
    CASE(wg_slice(x, .axis = 1, .from = 2, .to = 2));
    CASE(wg_slice(ANY(1, 5), .axis = 1, .from = 1, .to = 4));
    CASE(wg_add(wg_slice(x, .axis = 1, .to = 2), wg_slice(x, .axis = 1, .from = 3)));
    CASE(wg_slice(x, .axis = 1, .to = 0));
    CASE(wg_slice(x, .axis = 1, .from = 4, .to = WG_END));
    CASE(wg_slice(x, .axis = 1, .step = 2));
    CASE(wg_slice(x, .axis = 0, .from = 1, .to = 3, .step = 2));
    CASE(wg_slice(x, .axis = 1, .from = -4, .to = -1, .step = 7));
    CASE(wg_slice(x, .axis = 1, .from = 1, .step = INT64_MAX));
    return wg_none;
}
ERRORS(slice, (wg_slice(ANY(4, 5), .axis = 0, .from = 2, .to = 5), "2:5 is not a part of axis 0"),
       (wg_slice(ANY(4, 5), .axis = 1, .from = 3, .to = 2), "3:2 is not a part of axis 1"),
       (wg_slice(ANY(4, 5), .axis = 2, .to = 1), "no axis 2"),
       (wg_slice(ANY(4, 5), .axis = 0, .from = 1, .to = 0), "the end is WG_END, 0 is 0"),
       (wg_slice(ANY(4, 5), .axis = 0, .step = 0), "step 0: must be in [1, inf)"));

DEFINE_OP(
    slice,
    .summary = "The part [from, to) of an axis, by default up to its end, or each step-th element of it. "
               "Negative numbers count "
               "from the end.",
    .formula = "y[k] = x[from + step k] along axis",
    .adjoint =
        "x'[k] = p where step = 1, else q along axis; p = y'[k - from] where from <= k < from + length(y), "
        "else 0, q = "
        "y'[(k - from)/step] where from <= k < from + step length(y) and (k - from) mod step = 0, else 0",
    .hint.stored = 1 << 0, .operands = 1, .kind = WG_ALIAS, TAKES(slice),
    RULES(slice, shape, rewrite, alias, runs, vjp), .options = wg_slice_args_rows, .hint.exact = moved_exact,
    .units = axis_units, .kernel = KERNELS(slice), .hint.view = WG_VIEW_PART, .leads = true);

/* The slice like the last one, in a loop over the parts of a tensor. wg_none: it is another. */
static wg_node like_last(wg_site here, wg_node x, const struct slice *a)
{
    const wgi_node *last = wgi_view_before(here, &wgi_op_slice, x);
    const struct slice *b = last ? last->attr : NULL;
    if (!b || a->step != 1 || a->axis != b->axis || a->from < 0 || a->from >= a->to ||
        a->to - a->from != b->to - b->from || a->to > x.graph->node[x.index].shape->dim[a->axis])
        return wg_none;
    struct slice *own = wgi_arena_alloc(&x.graph->arena, sizeof *own);
    if (!own) return wgi_error_node(x.graph);
    *own = *a;
    return wgi_view_like(here, last, x, own);
}

BUILDER(slice, slice)
{
    const struct slice given = GIVEN(slice, SLICE_FIELDS);
    wg_node y = like_last(here, a->x, &given);
    if (!wg_is_none(y)) return y;
    return wg_apply(here, &wgi_op_slice, &a->x, 1, &given);
}

#endif
