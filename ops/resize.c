/* resize.c: axes made longer or shorter, by the nearest element or by straight lines. One axis at a
 * time: y = A x, where a row of A has at most two weights; the adjoint is A^T x. */
#include "axis_runs.h"

#define RESIZE_AXIS_FIELDS(F, S)                      \
    F(S, AXIS, axis, "0")                             \
    F(S, SIZE, size, NULL)                            \
    F(S, CHOICE, mode, "nearest", "nearest bilinear") \
    F(S, BOOL, align_corners, "false") /* values of mode are those of wg_resize_mode */
OPTIONS(resize_axis, RESIZE_AXIS_FIELDS);

/* Element i of the m of the result is a times element `from` of the n, plus b times the next. */
typedef struct mixed {
    int64_t from;
    double a, b;
} mixed;
static mixed mixed_of(const struct resize_axis *o, int64_t i, int64_t n, int64_t m)
{
    if (!o->mode) return (mixed){ i * n / m, 1, 0 }; /* WG_NEAREST */
    double at = o->align_corners ? (m > 1 ? (double)(i * (n - 1)) / (double)(m - 1) : 0)
                                 : ((double)i + 0.5) * (double)n / (double)m - 0.5;
    if (!(at > 0)) return (mixed){ 0, 1, 0 };
    if (at >= (double)(n - 1)) return (mixed){ n - 1, 1, 0 };
    const int64_t from = (int64_t)at;
    return (mixed){ from, 1 - (at - (double)from), at - (double)from };
}

enum { TABLE = 256 }; /* elements of the result whose weights are known at a time */

/* Elements [i0, i1) of the axis of the result, for index u of the axes before. */
#define MIX(T)                                                                  \
    do {                                                                        \
        const T *x = OPERAND(T, 0) + u * n * inner;                             \
        T *restrict y = RESULT(T, 0) + (u * m + i0) * inner;                    \
        for (int64_t i = i0; i < i1; i++, y += inner) {                         \
            const mixed w = table[i - i0];                                      \
            const T *p = x + w.from * inner, *q = w.b != 0 ? p + inner : p;     \
            const T a = (T)w.a, b = (T)w.b;                                     \
            if (w.b == 0)                                                       \
                for (int64_t j = 0; j < inner; j++) y[j] = p[j];                \
            else                                                                \
                for (int64_t j = 0; j < inner; j++) y[j] = a * p[j] + b * q[j]; \
        }                                                                       \
    } while (0)
/* STEP(T) for elements [i0, i1) of each unit, whose `table` is made first. */
#define IN_TABLES(STEP)                                                         \
    mixed table[TABLE];                                                         \
    for (int64_t i0 = 0, i1; i0 < m; i0 = i1) {                                 \
        i1 = m - i0 < TABLE ? m : i0 + TABLE;                                   \
        for (int64_t i = i0; i < i1; i++) table[i - i0] = mixed_of(o, i, n, m); \
        EACH_UNIT(u) FLOATS(k, STEP);                                           \
    }
KERNEL(resize_axis)
{
    const struct resize_axis *o = k->attr;
    const wg_shape *s = k->xt[0].shape;
    const int64_t n = s->dim[o->axis], m = o->size, inner = inner_of(s, o->axis);
    IN_TABLES(MIX);
    return true;
}

#define UNMIX(T)                                                              \
    do {                                                                      \
        const T *x = OPERAND(T, 0) + (u * m + i0) * inner;                    \
        T *y = RESULT(T, 0) + u * n * inner;                                  \
        for (int64_t i = i0; i < i1; i++, x += inner) {                       \
            const mixed w = table[i - i0];                                    \
            T *restrict p = y + w.from * inner;                               \
            const T a = (T)w.a, b = (T)w.b;                                   \
            for (int64_t j = 0; j < inner; j++) p[j] += a * x[j];             \
            if (w.b != 0)                                                     \
                for (int64_t j = 0; j < inner; j++) p[inner + j] += b * x[j]; \
        }                                                                     \
    } while (0)
/* Here `size` is the length that the axis of y has; that of x was made from it. */
KERNEL(resize_axis_grad)
{
    const struct resize_axis *o = k->attr;
    const wg_shape *s = k->yt[0].shape;
    const int64_t n = s->dim[o->axis], m = k->xt[0].shape->dim[o->axis], inner = inner_of(s, o->axis);
    const size_t row = (size_t)(n * inner) * wg_dtype_size(k->xt[0].dtype);
    memset(RESULT(char, 0) + (size_t)k->begin * row, 0, (size_t)(k->end - k->begin) * row);
    IN_TABLES(UNMIX);
    return true;
}

#if WG_BASE

#include "rules.h"

_Static_assert(!WG_NEAREST, "the kernel does not see the header of wg_resize_mode");
EXTERN(resize_axis_grad);

/* ---- resize_axis ---- */

/* back: `size` is of the axis that x was made of. */
static bool resized(wg_rule *r, bool back)
{
    struct resize_axis *o = r->attr;
    wg_shape s = *r->x[0].shape;
    if (!wg_rule_float(r, 0) || !wg_rule_axis(r, &o->axis, s.rank)) return false;
    int64_t *n = &s.dim[o->axis];
    if (o->size < 0 || (back ? *n && !o->size : o->size && !*n))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s %s %lld elements", o->axis, wg_rule_who(r, 0),
                            back ? "was not made of" : "cannot get", (long long)o->size);
    *n = o->size;
    return shaped_to(r, s);
}
SHAPE(resize_axis) { return resized(r, false); }
SHAPE(resize_axis_grad) { return resized(r, true); }
static wg_node axis_resized(wg_site here, wg_node x, const wg_op *op, struct resize_axis o, int64_t size)
{
    o.size = size;
    return wg_apply(here, op, &x, 1, &o);
}
VJP(resize_axis)
{
    const struct resize_axis *o = wg_attr(y);
    gx[0] = axis_resized(here, gy, &wgi_op_resize_axis_grad, *o, wg_dim(x[0], o->axis));
}
static wg_node axis_sample(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    static const struct resize_axis o[] = {
        { 0, 5, WG_NEAREST, false },  { 1, 2, WG_NEAREST, false },  { 1, 7, WG_BILINEAR, false },
        { -2, 6, WG_BILINEAR, true }, { 1, 3, WG_BILINEAR, false }, { 0, 1, WG_BILINEAR, true },
        { 1, 0, WG_BILINEAR, false },
    };
    if (i >= (int)(sizeof o / sizeof *o)) return wg_none;
    return axis_resized(here, ANY(2, 4, 3), op, o[i], o[i].size);
}
SAMPLE(resize_axis) { return axis_sample(here, g, i, &wgi_op_resize_axis); }
ERRORS(resize_axis,
       (axis_resized(here, ANY(0, 3), &wgi_op_resize_axis, (struct resize_axis){ .axis = 0 }, 4),
        "cannot get 4 elements"),
       (axis_resized(here, ANY(0, 3), &wgi_op_resize_axis, (struct resize_axis){ .axis = 2 }, 4),
        "no axis 2 in"));

DEFINE_OP(
    resize_axis,
    .summary = "An axis of another length, by the nearest element or by the line between the two neighbours.",
    .formula = "y[i] = x[floor(i n / size)] where mode = nearest, else sum(max(1 - |j - u|, 0) x[j] over j) "
               "along axis; u = min(max(t, 0), n - 1), t = i (n - 1) / max(size - 1, 1) where align_corners, "
               "else (i + 1 / 2) n / size - 1 / 2, n = length(x)",
    .adjoint = "x'[j] = sum(y'[i] over i where floor(i n / size) = j) where mode = nearest, else sum(max(1 - "
               "|j - u|, 0) y'[i] over i) along axis; u = min(max(t, 0), n - 1), t = i (n - 1) / max(size - "
               "1, 1) where align_corners, else (i + 1 / 2) n / size - 1 / 2, n = length(x)",
    .operands = 1, .kind = WG_ROWS, .cost = 2, TAKES(resize_axis), RULES(resize_axis, shape, vjp),
    .kernel = KERNELS(resize_axis), .units = axis_units, .leads = true);

/* ---- resize_axis_grad ---- */

VJP(resize_axis_grad)
{
    const struct resize_axis *o = wg_attr(y);
    gx[0] = axis_resized(here, gy, &wgi_op_resize_axis, *o, wg_dim(x[0], o->axis));
}
SAMPLE(resize_axis_grad) { return i == 6 ? wg_none : axis_sample(here, g, i, &wgi_op_resize_axis_grad); }
ERRORS(resize_axis_grad,
       (axis_resized(here, ANY(2, 3), &wgi_op_resize_axis_grad, (struct resize_axis){ .axis = 0 }, 0),
        "was not made of 0 elements"),
       (axis_resized(here, ANY(2, 3), &wgi_op_resize_axis_grad, (struct resize_axis){ .axis = 2 }, 0),
        "no axis 2 in"));

DEFINE_OP(
    resize_axis_grad,
    .summary = "Gradient of resize_axis: elements of x, multiplied by their weights, are added in order "
               "where they came from. size: of the axis before it was resized.",
    .formula = "y[j] = sum(x[i] over i where floor(i size / n) = j) where mode = nearest, else sum(max(1 - "
               "|j - u|, 0) x[i] over i) along axis; u = min(max(t, 0), size - 1), t = i (size - 1) / max(n "
               "- 1, 1) where align_corners, else (i + 1 / 2) size / n - 1 / 2, n = length(x)",
    .adjoint = "x' = resize_axis(y')", .operands = 1, .kind = WG_ROWS, .cost = 2, TAKES(resize_axis),
    RULES(resize_axis_grad, shape, vjp), .kernel = KERNELS(resize_axis_grad), .units = axis_units,
    .leads = true);

/* ---- resize ---- */

#define RESIZE_FIELDS(F, S)                           \
    F(S, SHAPE, shape, NULL)                          \
    F(S, CHOICE, mode, "nearest", "nearest bilinear") \
    F(S, AXES, axes, "1, 2, ...")                     \
    F(S, BOOL, align_corners, "false")
OPTIONS(resize, RESIZE_FIELDS);

SHAPE(resize)
{
    struct resize *a = r->attr;
    wg_shape s = *r->x[0].shape;
    if (!wg_rule_float(r, 0)) return false;
    if (a->align_corners && a->mode == WG_NEAREST)
        return wg_rule_fail(r, WG_ERROR_USE, "align_corners is for mode bilinear, not for nearest");
    if (!wgi_rule_list(r, &a->axes)) return false;
    if (!a->axes.count)
        for (; a->axes.count < a->shape.rank && a->axes.count < WG_MAX_RANK; a->axes.count++)
            a->axes.axis[a->axes.count] = a->axes.count + 1;
    unsigned seen = 0;
    if (a->axes.count != a->shape.rank || a->axes.count > WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%d sizes for %d axes of %s", a->shape.rank, a->axes.count,
                            wg_rule_who(r, 0));
    for (int i = 0; i < a->axes.count; i++) {
        if (!wg_rule_axis(r, &a->axes.axis[i], s.rank)) return false;
        if (seen & 1u << a->axes.axis[i]) return wgi_rule_twice(r, a->axes.axis[i]);
        seen |= 1u << a->axes.axis[i];
        int64_t *n = &s.dim[a->axes.axis[i]];
        if (a->shape.dim[i] < 0 || (a->shape.dim[i] && !*n))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s cannot get %lld elements", a->axes.axis[i],
                                wg_rule_who(r, 0), (long long)a->shape.dim[i]);
        *n = a->shape.dim[i];
    }
    return shaped_to(r, s);
}
EXPAND(resize)
{
    const struct resize *a = attr;
    y[0] = x[0];
    for (int i = 0; i < a->axes.count; i++) {
        const struct resize_axis o = { a->axes.axis[i], a->shape.dim[i], a->mode, a->align_corners };
        if (o.size != wg_dim(y[0], o.axis)) y[0] = axis_resized(here, y[0], &wgi_op_resize_axis, o, o.size);
    }
}
SAMPLES(resize, wg_resize(ANY(2, 3, 4, 2), WG_SHAPE(6, 8)),
        wg_resize(ANY(2, 3, 4, 2), WG_SHAPE(5, 2), .mode = WG_BILINEAR),
        wg_resize(ANY(2, 3, 4, 2), WG_SHAPE(6, 3), .mode = WG_BILINEAR, .axes = WG_AXES(-1, 1),
                  .align_corners = true),
        wg_resize(ANY(2, 3, 4, 2), WG_SHAPE(3, 4)));
ERRORS(resize, (wg_resize(ANY(2, 3), WG_SHAPE(2, 2)), "no axis 2 in"),
       (wg_resize(ANY(2, 3), WG_SHAPE(2), .axes = WG_AXES(0, 1)), "1 sizes for 2 axes"),
       (wg_resize(ANY(2, 3), WG_SHAPE(-2)), "cannot get -2 elements"),
       (wg_resize(ANY(2, 3), WG_SHAPE(2), .align_corners = true), "is for mode bilinear, not for nearest"));

DEFINE_OP(
    resize,
    .summary =
        "Images of other sizes, by the nearest element or by straight lines along each axis (bilinear). "
        "shape has the new sizes of axes, which are by default all but the examples and the channels.",
    .formula = "y = resize_axis(x) \"along each of the axes\"",
    .adjoint = "x' = resize_axis_grad(y') \"along each of the axes\"", .operands = 1, .kind = WG_ROWS,
    TAKES(resize), .options = wg_resize_args_rows, RULES(resize, shape, expand));
BUILDER(resize, resize)
{
    WG_USER_CALL(here, "resize");
    struct resize given = GIVEN(resize, RESIZE_FIELDS);
    given.shape = a->shape; /* no option: a scalar is no sizes */
    return wg_apply(here, &wgi_op_resize, &a->x, 1, &given);
}

#endif
