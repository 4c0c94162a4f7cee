/* largest.c: the largest elements along axes, and their places. */
#include "reduce_rules.h"

KERNEL(max) { REDUCE(k, MAX_TYPES); }

/* Whether v comes before the largest so far: it is larger, or the first NaN. */
#define COMES_BEFORE(v, best) ((v) > (best) || ((v) != (v) && (best) == (best)))

/* For each column of unit u the place along n of its largest element: the first of equal ones, or
 * the first NaN. The largest of a block is found in vectors. Only in the block that has the largest
 * of all is the element looked for. */
#define PLACES_OF_COLUMNS(T, I, ...)                                                               \
    do {                                                                                           \
        const T *x = OPERAND(T, 0) + (u / blocks * s->n) * s->inner + c;                           \
        T best[COLUMNS], most[COLUMNS];                                                            \
        for (int64_t j = 0; j < wide; j++) best[j] = x[j], place[j] = 0;                           \
        for (int64_t r = 0; r < s->n; r += BLOCK) {                                                \
            const int64_t end = s->n - r < BLOCK ? s->n : r + BLOCK;                               \
            for (int64_t j = 0; j < wide; j++) most[j] = x[r * s->inner + j];                      \
            for (int64_t i = r + 1; i < end; i++)                                                  \
                for (int64_t j = 0; j < wide; j++) most[j] = LARGER(most[j], x[i * s->inner + j]); \
            for (int64_t j = 0; j < wide; j++)                                                     \
                if (COMES_BEFORE(most[j], best[j])) best[j] = most[j], place[j] = r;               \
        }                                                                                          \
        for (int64_t j = 0; j < wide; j++)                                                         \
            while (COMES_BEFORE(best[j], x[place[j] * s->inner + j])) place[j]++;                  \
    } while (0)
/* The same for a row. */
#define PLACE_IN_ROW(T, I, ...)                                                 \
    do {                                                                        \
        const T *x = OPERAND(T, 0) + u * s->n;                                  \
        int64_t i = 0;                                                          \
        T best;                                                                 \
        LARGEST(T, s->n, best);                                                 \
        for (int hit = 0; i + LANES <= s->n; i += LANES) {                      \
            for (int64_t j = 0; j < LANES; j++) hit |= IS_SAME(x[i + j], best); \
            if (hit) break;                                                     \
        }                                                                       \
        while (!IS_SAME(x[i], best)) i++;                                       \
        place[0] = i;                                                           \
    } while (0)
#define IS_SAME(v, w) (((v) == (w)) | (((v) != (v)) & ((w) != (w))))

/* Returns the number of columns. */
static int64_t find_places(const wg_kernel *k, const span *s, int64_t u, int64_t place[COLUMNS])
{
    const int64_t blocks = column_blocks(s), c = u % blocks * COLUMNS,
                  wide = s->inner - c < COLUMNS ? s->inner - c : COLUMNS;
    if (s->inner == 1) MAX_TYPES(k, PLACE_IN_ROW)
    else MAX_TYPES(k, PLACES_OF_COLUMNS)
    return wide;
}
KERNEL(argmax)
{
    const span s = kernel_span(k);
    int64_t place[COLUMNS], blocks = column_blocks(&s);
    EACH_UNIT(u) {
        int64_t *y = RESULT(int64_t, 0) + u / blocks * s.inner + u % blocks * COLUMNS;
        memcpy(y, place, sizeof *y * (size_t)find_places(k, &s, u, place));
    }
    return true;
}

/* y becomes zero, and VALUE(j) at the place of column j's largest element. A unit's rows are one
 * piece if it has all columns. */
#define AT_PLACES(T, VALUE)                                                                                 \
    do {                                                                                                    \
        const int64_t wide = find_places(k, &s, u, place), c = u % blocks * COLUMNS,                        \
                      rows = wide == s.inner ? 1 : s.n, together = s.n / rows * wide;                       \
        T *y = RESULT(T, 0) + u / blocks * s.n * s.inner + c;                                               \
        for (int64_t i = 0; i < rows; i++) memset(y + i * s.inner, 0, (size_t)together * sizeof(T));        \
        for (int64_t j = 0; j < wide; j++) y[place[j] * s.inner + j] = VALUE(u / blocks * s.inner + c + j); \
    } while (0)
#define YES(j)    true
#define FLOAT(j)  OPERAND(float, 1)[j]
#define DOUBLE(j) OPERAND(double, 1)[j]

KERNEL(max_mask)
{
    const span s = kernel_span(k);
    int64_t place[COLUMNS], blocks = column_blocks(&s);
    EACH_UNIT(u) AT_PLACES(bool, YES);
    return true;
}
KERNEL(max_grad)
{
    const span s = kernel_span(k);
    int64_t place[COLUMNS], blocks = column_blocks(&s);
    EACH_UNIT(u)
        if (k->xt[0].dtype == WG_F32) AT_PLACES(float, FLOAT);
        else AT_PLACES(double, DOUBLE);
    return true;
}

#if WG_BASE

/* ---- max_mask ---- */

SHAPE(max_mask)
{
    struct reduce *a = r->attr;
    r->y[0].dtype = WG_BOOL;
    return wg_rule_axes(r, &a->axes, r->x[0].shape->rank, true) && over_something(r);
}
UNITS(places)
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
    wg_axes last, to = reduced_last(x[0], axes, &last), back = { .count = s.rank };
    for (int i = 0; i < s.rank; i++) back.axis[to.axis[i]] = i;
    wg_node mask = max_mask(here, wg_transpose(x[0], .axes = AXES_OF(to)), &last);
    return wg_transpose(mask, .axes = AXES_OF(back));
}
SAMPLES(max_mask, max_mask(here, ANY(3, 4), &LISTED(1)), max_mask(here, CLASSES(3, 5, 4), &LISTED(0)),
        max_mask(here, ANY(2, 3, 2), &LISTED(0, 2)), max_mask(here, ANY(0, 3), &LISTED(1)));
ERRORS(max_mask, (max_mask(here, ANY(3, 0), &LISTED(1)), "has no elements to choose from"));

DEFINE_OP(max_mask,
          .summary = "True where the largest element along axes stands, at the first of several equal ones. "
                     "Elsewhere false.",
          .formula = "y = first(x == max(x along axis) along axis)", .adjoint = "piecewise constant",
          .zero = WG_EVERY_OPERAND, .operands = 1, .kind = WG_ROWS, TAKES(reduce),
          RULES(max_mask, shape, rewrite), .kernel = KERNELS(max_mask), .units = places_units,
          .rows = reduce_rows, .leads = true);
static wg_node max_mask(wg_site here, wg_node x, const wg_axes *axes)
{
    return NODE_OF(max_mask, WITH(reduce, *axes, false), x);
}

/* ---- max_grad ---- */

SHAPE(max_grad)
{
    struct reduce *a = r->attr;
    const wg_shape *x = r->x[0].shape;
    if (!wg_rule_float(r, 0) || !wg_rule_axes(r, &a->axes, x->rank, true) || !over_something(r)) return false;
    const wg_shape y = reduced_shape(x, &a->axes, false);
    if (!are_neighbours(x, &a->axes)) return wg_rule_fail(r, WG_ERROR_SHAPE, "the axes are not neighbours");
    return wg_shape_size(*r->x[1].shape) == wg_shape_size(y) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number for each maximum of %s", wg_rule_who(r, 1),
                        wg_rule_who(r, 0));
}
EXPAND(max_grad)
{
    const wg_axes *axes = &((const struct reduce *)attr)->axes;
    y[0] = wg_where(max_mask(here, x[0], axes), with_axes(here, x[1], x[0], axes), 0);
}
#define MAX_GRAD(x, y, ...) NODE_OF(max_grad, WITH(reduce, .axes = LISTED(__VA_ARGS__)), x, y)
SAMPLES(max_grad, MAX_GRAD(ANY(3, 4), ANY(3), 1), MAX_GRAD(ANY(3, 4), ANY(4), 0),
        MAX_GRAD(ANY(2, 3, 2), ANY(2, 2), 1), MAX_GRAD(ANY(2, 300), ANY(2), 1),
        MAX_GRAD(ANY(70, 3), ANY(3), 0),
        NODE_OF(max_grad, WITH(reduce, .keepdims = false), ANY(3, 4), wg_any(g, WG_SCALAR)));
ERRORS(max_grad, (MAX_GRAD(ANY(3, 4), ANY(4), 1), "is not one number for each maximum"),
       (MAX_GRAD(ANY(3, 4), ANY(4), 2), "no axis 2 in"),
       (MAX_GRAD(ANY(2, 3, 2), ANY(4), 0, 2), "are not neighbours"));

DEFINE_OP(
    max_grad,
    .summary = "Gradient of max. Operands: the operand x of max, and the gradient g of its result. Axes must "
               "be neighbours.",
    .formula = "x' = keep(g along axis) where first(x == max(x along axis) along axis), else 0",
    .adjoint = "g' = sum(x'' where first(x == max(x along axis) along axis), else 0 along axis), x' = 0",
    .zero = 1, .operands = 2, .names = "x g", .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, TAKES(reduce),
    RULES(max_grad, shape, expand), .kernel = KERNELS(max_grad), .units = places_units, .rows = reduce_rows,
    .leads = true);

/* ---- max ---- */

REWRITE(max) { return reduce_apart(here, x[0], attr, wg_max_at); }
VJP(max)
{
    const struct reduce *a = wg_attr(y);
    gx[0] = NODE_OF(max_grad, WITH(reduce, a->axes, false), x[0], gy);
}
EXPAND(max)
{
    const struct reduce *a = attr;
    wg_node largest = wg_where(max_mask(here, x[0], &a->axes), x[0], 0);
    y[0] = wg_sum(largest, .axes = AXES_OF(a->axes), .keepdims = a->keepdims);
}
REDUCE_SAMPLES(max, wg_max(ANY(2, 300)), wg_max(CLASSES(9, 35, 3), .axis = 0));
ERROR_SAMPLE(max)
{
    return i == 2 ? (wg_max(ANY(3, 0), .axis = 1), "has no elements to choose from")
                  : reduce_error(g, i, wg_max_at, here);
}

DEFINE_OP(max, .summary = "Largest element along axes. NaN if one is NaN.",
          .formula = "y = max(x along axis)", .adjoint = "x' = y' where first(x == y along axis), else 0",
          .operands = 1, BY_TREE, TAKES(reduce), .options = wg_reduce_args_rows, .shape = choose_shape,
          .kinked = true, RULES(max, rewrite, expand, vjp), .kernel = KERNELS(max), .leads = true);
BUILDER(max, reduce) { APPLY(max, reduce, REDUCE_FIELDS, a->x); }

/* ---- argmax ---- */

SAMPLES(argmax, wg_argmax(ANY(3, 4), .axis = 1), wg_argmax(ANY(3, 4), .axis = 0, .keepdims = true),
        wg_argmax(ANY(2, 3, 70), .axis = 1), wg_argmax(CLASSES(3, 4, 9), .axis = -1),
        wg_argmax(ANY(0, 3), .axis = 1));
PLACE_OP(argmax,
         .summary = "Index of the largest element along one axis, of the first of several equal ones. NaN "
                    "counts as the largest.",
         .formula = "y = argmax(x along axis)", .kernel = KERNELS(argmax), .units = places_units,
         .rows = reduce_rows, .leads = true);

#endif
