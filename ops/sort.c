/* sort.c: the elements of an axis in order of size, and their numbers: sort, argsort, topk. NaN counts
 * as the largest number. Equal elements keep their order, -0 and 0 are equal.
 *
 * An element becomes a key, an unsigned integer with the order of the elements. Keys are sorted byte by
 * byte, or a heap holds the first of them. */
#include "scan_lines.h"

struct ordering {
    int axis;
    int64_t count;             /* topk */
    bool descending, smallest; /* sort, topk */
};

typedef struct order {
    lines l;
    int64_t count; /* elements of a line of the result */
    bool descending;
} order;

/* Bits whose order as unsigned integers is that of the numbers. */
static inline uint32_t key_of_f32(float v)
{
    uint32_t u;
    v += 0; /* -0 + 0 is 0 */
    memcpy(&u, &v, sizeof u);
    u = v != v ? 0x7FC00000 : u; /* one NaN, with positive sign */
    return u & 0x80000000 ? ~u : u | 0x80000000;
}
static inline uint64_t key_of_f64(double v)
{
    uint64_t u;
    v += 0;
    memcpy(&u, &v, sizeof u);
    u = v != v ? UINT64_C(0x7FF8000000000000) : u;
    return u >> 63 ? ~u : u | UINT64_C(1) << 63;
}

/* Where element i of a line is. */
static inline int64_t place_of(const order *o, int64_t line, int64_t i)
{
    return line / o->l.inner * o->l.n * o->l.inner + i * o->l.inner + line % o->l.inner;
}

/* dtypes of 8 bytes */
typedef struct wide_item {
    uint64_t key, index;
} wide_item;

#define KEYS(T, key, item)                                                       \
    do {                                                                         \
        const T *x = OPERAND(T, 0) + place_of(o, line, 0);                       \
        const int64_t step = o->l.inner;                                         \
        if (step == 1)                                                           \
            for (int64_t i = 0; i < o->l.n; i++) to[i] = item(key(x[i]));        \
        else                                                                     \
            for (int64_t i = 0; i < o->l.n; i++) to[i] = item(key(x[i * step])); \
    } while (0)
#define KEY_OF_I64(v)  ((uint64_t)(v) ^ UINT64_C(1) << 63)
#define KEY_OF_I32(v)  ((uint32_t)(v) ^ 0x80000000)
#define KEY_OF_BOOL(v) ((uint32_t)(v))
#define WIDE(key) \
    (wide_item) { (key) ^ flip, (uint64_t)i }
#define SHORT(key) (((uint64_t)(key) ^ flip) << 32 | (uint64_t)i)

static void items_wide(const wg_kernel *k, const order *o, int64_t line, wide_item *restrict to)
{
    const uint64_t flip = o->descending ? UINT64_MAX : 0;
    if (k->xt[0].dtype == WG_F64) KEYS(double, key_of_f64, WIDE);
    else KEYS(int64_t, KEY_OF_I64, WIDE);
}
/* dtypes of 4 bytes and of 1, in lines of less than 2^32 elements */
static void items_short(const wg_kernel *k, const order *o, int64_t line, uint64_t *restrict to)
{
    const uint64_t flip = o->descending ? UINT32_MAX : 0;
    switch (k->xt[0].dtype) {
    case WG_F32: KEYS(float, key_of_f32, SHORT); break;
    case WG_I32: KEYS(int32_t, KEY_OF_I32, SHORT); break;
    default: KEYS(bool, KEY_OF_BOOL, SHORT); break;
    }
}

#define ITEM         wide_item
#define N(n)         n##_wide
#define KEY(v)       (v).key
#define KEY_BYTES    8
#define BEFORE(v, w) ((v).key < (w).key || ((v).key == (w).key && (v).index < (w).index))
#include "sort_line.h"
#undef ITEM
#undef N
#undef KEY
#undef KEY_BYTES
#undef BEFORE
#define ITEM         uint64_t
#define N(n)         n##_short
#define KEY(v)       (uint32_t)((v) >> 32)
#define KEY_BYTES    4
#define BEFORE(v, w) ((v) < (w))
#include "sort_line.h"

static bool is_short(const wg_kernel *k) { return wg_dtype_size(k->xt[0].dtype) < 8; }

#define PUT(T)                                                                            \
    do {                                                                                  \
        const T *x = k->x[0];                                                             \
        for (int64_t i = 0; i < o->count; i++)                                            \
            RESULT(T, 0)[at + i * o->l.inner] = x[from + (int64_t)index[i] * o->l.inner]; \
    } while (0)
/* Writes a line of values and of numbers. The numbers are in scratch memory, which they overwrite in
 * place. */
static void put(const wg_kernel *k, const order *o, int64_t line, const uint64_t *index)
{
    const int64_t from = place_of(o, line, 0),
                  at = line / o->l.inner * o->count * o->l.inner + line % o->l.inner;
    for (int64_t i = 0; i < o->count; i++) RESULT(int64_t, 1)[at + i * o->l.inner] = (int64_t)index[i];
    switch (wg_dtype_size(k->xt[0].dtype)) {
    case 1: PUT(uint8_t); break;
    case 4: PUT(uint32_t); break;
    default: PUT(uint64_t); break;
    }
}

static void order_lines(const wg_kernel *k, const order *o)
{
    for (int64_t line = k->begin; line < k->end; line++) {
        uint64_t *index = k->scratch;
        if (is_short(k)) {
            const uint64_t *v = first_items_short(k, o, line, index, index + o->l.n);
            for (int64_t i = 0; i < o->count; i++) index[i] = (uint32_t)v[i];
        } else {
            wide_item *a = k->scratch;
            const wide_item *v = first_items_wide(k, o, line, a, a + o->l.n);
            for (int64_t i = 0; i < o->count; i++) index[i] = v[i].index;
        }
        put(k, o, line, index);
    }
}

KERNEL(sort)
{
    const struct ordering *a = k->attr;
    const lines l = lines_along(k->xt[0].shape, a->axis);
    order_lines(k, &(order){ l, l.n, a->descending });
    return true;
}
KERNEL(topk)
{
    const struct ordering *a = k->attr;
    order_lines(k, &(order){ lines_along(k->xt[0].shape, a->axis), a->count, !a->smallest });
    return true;
}

#if WG_BASE

#include "take_rules.h"

#define SORT_FIELDS(F, S) F(S, AXIS, axis, "-1") F(S, BOOL, descending, "false")
OPTION_TABLE(sort_attrs, ordering, SORT_FIELDS);
#define TOPK_FIELDS(F, S) F(S, SIZE, count, "needed") F(S, AXIS, axis, "-1") F(S, BOOL, smallest, "false")
OPTION_TABLE(topk_attrs, ordering, TOPK_FIELDS);

/* One axis, whose elements have numbers of 32 bits. */
static bool sort_axis(wg_rule *r, int *axis)
{
    const wg_shape *s = r->x[0].shape;
    if (!wg_rule_axis(r, axis, s->rank)) return false;
    return s->dim[*axis] <= UINT32_MAX ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s has 2^32 elements or more", *axis,
                        wg_rule_who(r, 0));
}
UNITS(order)
{
    const lines l = lines_along(k->xt[0].shape, ((const struct ordering *)k->attr)->axis);
    return l.n ? l.outer * l.inner : 0;
}
/* Twice the items of a line. */
SCRATCH(order)
{
    const int axis = ((const struct ordering *)k->attr)->axis;
    return 2 * (size_t)k->xt[0].shape->dim[axis] * (is_short(k) ? sizeof(uint64_t) : sizeof(wide_item));
}
static void order_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const int axis = ((const struct ordering *)wg_attr(y))->axis;
    gx[0] = added_along(here, gy, wg_part(y, 1), axis, wg_dim(x[0], axis));
}
static void order_expand(wg_site here, const wg_op *op, wg_node x, const void *attr, wg_node y[])
{
    const int axis = ((const struct ordering *)attr)->axis;
    y[1] = wg_part(wg_apply(here, op, &x, 1, attr), 1);
    y[0] = wg_take_along(x, y[1], .axis = axis);
}
/* Values, and their numbers as part 1. */
#define ORDER_OP(n, ...)                                                                                 \
    EXPAND(n) { order_expand(here, &wgi_op_##n, x[0], attr, y); }                                        \
    DEFINE_OP(n, .adjoint = "x'[p[i]] = y'[i] along axis", .operands = 1, .outputs = 2, .kind = WG_ROWS, \
              .attr_size = sizeof(struct ordering), .attrs = n##_attrs, .options = wg_##n##_args_rows,   \
              .shape = n##_shape, .kernel = KERNELS(n), .units = order_units, .scratch = order_scratch,  \
              .hint.own_scratch = true, .leads = true, .kinked = true, .expand = n##_expand,             \
              .vjp = order_vjp, __VA_ARGS__)

/* ---- sort: values, numbers ---- */

SHAPE(sort)
{
    if (!sort_axis(r, &((struct ordering *)r->attr)->axis)) return false;
    r->y[1] = (wg_type){ r->x[0].shape, WG_I64 };
    return true;
}
/* Samples, mistakes and the builder of sort and argsort. */
#define SORTED(n)                                                                   \
    SAMPLES(n, wg_##n(ANY(3, 5)), wg_##n(ANY(4, 3), .axis = 0, .descending = true), \
            wg_##n(ANY(2, 5, 2), .axis = -2), wg_##n(ANY(2, 0)), wg_##n(ANY(200)),  \
            wg_##n(CLASSES(9, 3, 90), .descending = true));                         \
    ERRORS(n, (wg_##n(ANY(3), .axis = 1), "no axis 1 in"));                         \
    BUILDER(n, sort) { APPLY(n, ordering, SORT_FIELDS, a->x); }                     \
    EXTERN(n)
SORTED(sort);
ORDER_OP(sort,
         .summary =
             "The elements of an axis in increasing order, or with `descending` in decreasing order. Part "
             "1 has their numbers. Equal elements keep their order, NaN counts as the largest number.",
         .formula = "y[i] = x[p[i]] along axis, p = \"the order of x along axis\"");

/* ---- argsort ---- */

SHAPE(argsort)
{
    r->y[0].dtype = WG_I64;
    return sort_axis(r, &((struct ordering *)r->attr)->axis);
}
EXPAND(argsort) { y[0] = wg_part(wg_apply(here, &wgi_op_sort, x, 1, attr), 1); }
SORTED(argsort);
DEFINE_OP(argsort,
          .summary = "The numbers of the elements of an axis in increasing order of the elements, or with "
                     "`descending` in decreasing order: part 1 of sort.",
          .formula = "y = \"the order of x along axis\"", .adjoint = "the result is an index",
          .none = WG_EVERY_OPERAND, .operands = 1, .kind = WG_ROWS, .attr_size = sizeof(struct ordering),
          .attrs = sort_attrs, .options = wg_sort_args_rows, RULES(argsort, shape, expand));

/* ---- topk: values, numbers ---- */

SHAPE(topk)
{
    struct ordering *a = r->attr;
    if (!sort_axis(r, &a->axis)) return false;
    wg_shape s = *r->x[0].shape;
    if (a->count < 1 || a->count > s.dim[a->axis])
        return wg_rule_fail(r, WG_ERROR_VALUE,
                            "count is %lld, axis %d of %s has %lld elements: give a count from 1 on",
                            (long long)a->count, a->axis, wg_rule_who(r, 0), (long long)s.dim[a->axis]);
    s.dim[a->axis] = a->count;
    shaped_to(r, s);
    r->y[1] = (wg_type){ r->y[0].shape, WG_I64 };
    return true;
}
SAMPLES(topk, wg_topk(ANY(3, 5), .count = 2), wg_topk(ANY(4, 3), .count = 3, .axis = 0, .smallest = true),
        wg_topk(ANY(2, 5, 2), .count = 1, .axis = -2), wg_topk(ANY(2, 100), .count = 7, .smallest = true),
        wg_topk(CLASSES(9, 3, 90), .count = 5));
ERRORS(topk, (wg_topk(ANY(3, 5), .count = 6), "count is 6, axis 1 of"),
       (wg_topk(ANY(3, 5), .count = -1), "count -1: must be in [0, inf)"),
       (wg_topk(ANY(3, 5)), "count is needed"));

ORDER_OP(topk,
         .summary = "The `count` largest elements of an axis in decreasing order, or with `smallest` the "
                    "smallest in increasing order. Part 1 has their numbers. Of equal elements the first "
                    "comes first, NaN counts as the largest number.",
         .formula = "y[i] = x[p[i]] along axis, p = \"the first places of the order of x along axis\"");
BUILDER(topk, topk) { APPLY(topk, ordering, TOPK_FIELDS, a->x); }

#endif
