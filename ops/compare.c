/* compare.c: comparisons, where (the choice between two), cast (conversion between dtypes). */
#include "rules.h"
#include "sample_shapes.h"

#include "base/stored.h"
#include "graph/graph.h"

/* Both operands have the same dtype, which may be bool. */
#define COMPARE(e)                       \
    do {                                 \
        if (k->xt[0].dtype == WG_BOOL) { \
            WG_LOOP2_(k, bool, bool, e); \
            return true;                 \
        }                                \
        WG_TEST2(k, e);                  \
    } while (0)
KERNEL(equal) { COMPARE(a == b); }
KERNEL(not_equal) { COMPARE(a != b); }
KERNEL(less) { COMPARE(a < b); }
KERNEL(less_equal) { COMPARE(a <= b); }
KERNEL(greater) { COMPARE(a > b); }
KERNEL(greater_equal) { COMPARE(a >= b); }

/* Elements are copied as bytes, so one loop serves all dtypes of a size. The choice is a mask, since
 * compilers do not vectorise a choice between two loads. */
#define WORDS(T, A, B)                                             \
    WG_LOOP_(k, T, T, const T c = (T) - (T)OPERAND(uint8_t, 0)[i]; \
             , WG_AT##A##_(k, 1, a), WG_AT##B##_(k, 2, b), (a & c) | (b & ~c))
#define BYTES_OF(T, A, B) choose_bytes(k->x[0], k->x[1], k->x[2], k->y[0], k->end - k->begin, A, B)
/* LOOP(T, A, B) for the steps A and B of the operands. */
#define CHOOSE(T, LOOP)                                   \
    do {                                                  \
        if (!k->step[0]) choose_one(k, sizeof(T));        \
        else if (k->step[1] && k->step[2]) LOOP(T, 1, 1); \
        else if (k->step[1]) LOOP(T, 1, 0);               \
        else if (k->step[2]) LOOP(T, 0, 1);               \
        else LOOP(T, 0, 0);                               \
    } while (0)
static void choose_one(const wg_kernel *k, size_t size)
{
    int j = *OPERAND(bool, 0) ? 1 : 2;
    const char *x = k->x[j];
    char *restrict y = k->y[0];
    size_t n = (size_t)(k->end - k->begin);
    if (k->step[j]) memcpy(y, x, n * size);
    else
        for (size_t i = 0; i < n; i++) memcpy(y + i * size, x, size);
}
/* Bytes: a store of one may change anything, so the operands are parameters. */
ALWAYS_INLINE void choose_bytes(const uint8_t *c, const uint8_t *a, const uint8_t *b, uint8_t *restrict y,
                                const int64_t n, const int a_step, const int b_step)
{
    for (int64_t i = 0; i < n; i++) {
        const uint8_t mask = (uint8_t)-c[i];
        y[i] = (uint8_t)((a[i * a_step] & mask) | (b[i * b_step] & ~mask));
    }
}
KERNEL(where)
{
    switch (wg_dtype_size(k->yt[0].dtype)) {
    case 1: CHOOSE(uint8_t, BYTES_OF); break;
    case 4: CHOOSE(uint32_t, WORDS); break;
    case 8: CHOOSE(uint64_t, WORDS); break;
    }
    return true;
}

/* Floats become integers by rounding towards zero; beyond the limits they become the limit, NaN becomes 0. */
#define CAST_(X, Y, e) WG_LOOP_(k, X, Y, WG_AT1_(k, 0, a), , , e)
#define CAST(Y, of_float, of_integer)                  \
    switch (k->xt[0].dtype) {                          \
    case WG_F32: CAST_(float, Y, of_float); break;     \
    case WG_F64: CAST_(double, Y, of_float); break;    \
    case WG_I32: CAST_(int32_t, Y, of_integer); break; \
    case WG_I64: CAST_(int64_t, Y, of_integer); break; \
    case WG_BOOL: CAST_(bool, Y, of_integer); break;   \
    default: break;                                    \
    }
static inline int32_t narrow(int64_t a)
{
    return a < INT32_MIN ? INT32_MIN : a > INT32_MAX ? INT32_MAX : (int32_t)a;
}
static bool cast_stored(const wg_kernel *k);
KERNEL(cast)
{
    if (wg_dtype_is_stored(k->xt[0].dtype) || wg_dtype_is_stored(k->yt[0].dtype)) return cast_stored(k);
    switch (k->yt[0].dtype) {
    case WG_F32: CAST(float, a, a); break;
    case WG_F64: CAST(double, a, a); break;
    case WG_I32:
        CAST(int32_t,
             a != a          ? 0
             : a <= -0x1p31f ? INT32_MIN
             : a >= 0x1p31f  ? INT32_MAX
                             : (int32_t)a,
             narrow(a));
        break;
    case WG_I64:
        CAST(int64_t, a != a ? 0 : a <= -0x1p63f ? INT64_MIN : a >= 0x1p63f ? INT64_MAX : (int64_t)a, a);
        break;
    case WG_BOOL: CAST(bool, a != 0, a != 0); break;
    default: break;
    }
    return true;
}

/* A cast from or to a dtype that is stored only, block by block over floats, where it must. */
enum { CAST_BLOCK = 512 };
static bool cast_stored(const wg_kernel *k)
{
    const wg_dtype from = k->xt[0].dtype, to = k->yt[0].dtype;
    const int64_t n = k->end - k->begin, block = from == WG_F32 || to == WG_F32 ? n : CAST_BLOCK;
    const wg_type floats = { k->xt[0].shape, WG_F32 };
    float room[CAST_BLOCK];
    for (int64_t i = 0; i < n; i += block) {
        const int64_t m = n - i < block ? n - i : block;
        void *y = RESULT(char, 0) + (size_t)i * wg_dtype_size(to);
        const void *x = OPERAND(char, 0) + (size_t)i * wg_dtype_size(from);
        if (to == WG_F32) wgi_widen(from, x, y, m);
        else x = wgi_as_floats(from, x, room, m);
        if (wg_dtype_is_stored(to)) wgi_narrow(to, x, y, m);
        if (wg_dtype_is_stored(to) || to == WG_F32) continue;
        wg_kernel wide = *k;
        wide.begin = 0, wide.end = m, wide.x = &x, wide.y = &y, wide.xt = &floats;
        WG_ISA_NAME_(wgi_k_cast)(&wide);
    }
    return true;
}

#if WG_BASE

/* ---- comparisons ---- */

SHAPE(compare)
{
    r->y[0].dtype = WG_BOOL;
    return wg_rule_broadcast(r);
}

static wg_node compared(wg_graph *g, int i, binary_builder op, wg_site here)
{
    return NTH(wg_none, op(here, ANY(3, 4), ANY(3, 4)), op(here, ANY(3, 1), ANY(4)),
               op(here, ANY(2, 0), wg_any(g, WG_SCALAR)), op(here, CLASSES(3, 7), wg_number(1)),
               op(here, wg_equal(CLASSES(2, 5), 1), wg_equal(CLASSES(2, 5), 1)));
}
#define COMPARISON_OP(n, ...)                                                                           \
    SAMPLE(n) { return compared(g, i, wg_##n##_at, here); }                                             \
    PAIR_OP(n, .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .promote = WG_PROMOTE_COMMON, \
            .shape = compare_shape, .kernel = KERNELS(n), __VA_ARGS__)
COMPARISON_OP(equal, .summary = "True where a equals b. NaN equals nothing.", .formula = "y = a == b");
COMPARISON_OP(not_equal, .summary = "True where a differs from b. NaN differs from everything.",
              .formula = "y = a != b");
COMPARISON_OP(less, .summary = "True where a is below b.", .formula = "y = a < b");
COMPARISON_OP(less_equal, .summary = "True where a is at most b.", .formula = "y = a <= b");
COMPARISON_OP(greater, .summary = "True where a is above b.", .formula = "y = a > b");
COMPARISON_OP(greater_equal, .summary = "True where a is at least b.", .formula = "y = a >= b");
/* ---- where ---- */

SHAPE(where)
{
    if (r->x[0].dtype != WG_BOOL)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "%s is %s, must be bool: a comparison gives one",
                            wg_rule_who(r, 0), wg_dtype_name(r->x[0].dtype));
    r->y[0].dtype = r->x[1].dtype;
    return wg_rule_broadcast(r);
}
VJP(where) { gx[1] = wg_where(x[0], gy, 0), gx[2] = wg_where(x[0], 0, gy); }
EXACT(where)
{
    const wg_node a = operand_of(y, 1), b = operand_of(y, 2), c = operand_of(y, 0);
    if (!one_answers(ask, a) && !one_answers(ask, b)) return wg_none;
    return ask->make ? wg_where_at(wg_inside(ask->here), c, wgi_exactly(ask, a), wgi_exactly(ask, b)) : y;
}
#define COINS(...) wg_cast(CLASSES(2, __VA_ARGS__), WG_BOOL)
SAMPLES(where, wg_where(COINS(3, 4), ANY(3, 4), ANY(3, 4)), wg_where(COINS(3, 1), ANY(4), 0.5),
        wg_where(wg_cast(wg_any_class(g, 2, WG_SCALAR), WG_BOOL), ANY(2, 1), ANY(1, 3)),
        wg_where(COINS(0, 3), 1, ANY(3)), wg_where(COINS(9), CLASSES(5, 9), ANY(9)));
ERRORS(where, (wg_where(ANY(3), ANY(3), 0), "must be bool"),
       (wg_where(COINS(3), ANY(4), 0), "shapes do not broadcast"));

DEFINE_OP(where,
          .summary =
              "Elements of a where c is true, elsewhere elements of b. The gradient of what was not taken is "
              "0, and stays 0 through elementwise ops whose slope there is infinite or NaN.",
          .formula = "y = a where c, else b",
          .adjoint = "a' = y' where c, else 0; b' = 0 where c, else y'; c' = 0", .zero = 1 << 0,
          .operands = 3, .names = "c a b", .hint.chooses = true, .promote = WG_PROMOTE_COMMON,
          .hint.promote_from = 1, RULES(where, shape, exact, vjp), .kernel = KERNELS(where));
/* A number is a condition, too: where(2 > 1, a, b). */
wg_node wg_where_at(wg_site here, wg_node c, wg_node a, wg_node b)
{
    wg_graph *g = a.graph ? a.graph : b.graph;
    if (!wgi_is_number(c)) return NODE_OF(where, NULL, c, a, b);
    const bool is_true = wgi_number_value(c) != 0;
    if (!g) return is_true ? a : b;
    return NODE_OF(where, NULL, wg_cast_at(here, wg_scalar_at(here, g, is_true), WG_BOOL), a, b);
}

/* ---- cast ---- */

#define CAST_FIELDS(F, S) F(S, DTYPE, dtype, "default") /* the context's dtype */
OPTIONS(cast, CAST_FIELDS);

SHAPE(cast)
{
    struct cast *a = r->attr;
    if ((unsigned)a->dtype >= WG_DTYPE_COUNT)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "no dtype has number %d", (int)a->dtype);
    if (a->dtype == WG_DEFAULT_DTYPE) a->dtype = wgi_default_dtype(r->graph);
    r->y[0] = (wg_type){ r->x[0].shape, a->dtype };
    return true;
}
REWRITE(cast) { return wg_node_dtype(x[0]) == ((const struct cast *)attr)->dtype ? x[0] : wg_none; }
/* The gradient of an f16 or bf16 node is f32. */
VJP(cast)
{
    const wg_dtype t = wg_gradient_dtype(wg_node_dtype(x[0]));
    if (t) gx[0] = wg_cast(gy, t);
}
static wg_dtype other_float(wg_graph *g)
{
    return wg_context_dtype(wg_graph_context(g)) == WG_F64 ? WG_F32 : WG_F64;
}
SAMPLES(cast, wg_cast(ANY(3, 4), WG_DEFAULT_DTYPE), wg_cast(CLASSES(5, 7), WG_DEFAULT_DTYPE),
        wg_cast(wg_mul(CLASSES(9, 2, 5), 1.25), WG_I32), wg_cast(ANY(0, 2), WG_I64),
        wg_cast(CLASSES(2, 6), WG_BOOL), wg_cast(wg_cast(ANY(3, 4), other_float(g)), WG_DEFAULT_DTYPE),
        wg_cast(ANY(3, 4), WG_BF16), wg_cast(wg_cast(wg_mul(ANY(3, 4), 100), WG_U8), WG_I32),
        wg_cast(wg_cast(CLASSES(9, 2, 5), WG_F16), WG_BOOL));
ERRORS(cast, (wg_cast(ANY(3), WG_DTYPE_COUNT), "no dtype has number 9"));

DEFINE_OP(cast,
          .summary =
              "The same numbers in another dtype. Floats become integers by rounding towards zero. Values "
              "out of range become the nearest limit, NaN becomes 0. Numbers become f16 or bf16 by rounding "
              "to the nearest, of two the even one; values out of range become infinite.",
          .formula = "y = dtype(x)", .adjoint = "x' = y'", .operands = 1, .hint.stored = 1 << 0,
          .kind = WG_MAP, .promote = WG_PROMOTE_NONE, TAKES(cast), RULES(cast, shape, rewrite, vjp),
          .kernel = KERNELS(cast), .hint.exact = moved_exact, .leads = true);
wg_node wg_cast_at(wg_site here, wg_node x, wg_dtype to) { return NODE_OF(cast, WITH(cast, to), x); }

#endif
