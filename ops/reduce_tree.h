/* reduce_tree.h: the kernels of reductions, and the order in which they join elements, which follows
 * from the shape alone. x is [outer, n, inner], where n are the reduced axes.
 *
 * inner = 1: leaves of WG_FOLD elements are reduced in LANES lanes, which are then halved (64 -> 32
 * -> ... -> 1). The results of leaves are joined in order. Else: blocks of BLOCK rows are reduced in
 * order, in the dtype, and blocks are joined in order. Sums and products are joined in f64; those of
 * integers are i64 and wrap around. */
#ifndef WG_REDUCE_TREE_H
#define WG_REDUCE_TREE_H

#include "kernel/vectors.h"

#define REDUCE_FIELDS(F, S) F(S, AXES, axes, "all") F(S, BOOL, keepdims, "false")
OPTIONS(reduce, REDUCE_FIELDS);

enum { LANES = 64, BLOCK = 32, COLUMNS = 64 };

#define FLOATS_FILE "ops/leaf_sum.h"
#include "kernel/both_floats.h"

typedef struct span {
    int64_t outer, n, inner;
} span;

/* false: an axis that is not reduced is between two that are. Axes of size 1 do not matter. */
static bool span_of(const wg_shape *x, const wg_axes *axes, span *s)
{
    unsigned reduced = 0;
    int part = 0; /* 0: before the reduced axes, 1: among them, 2: after them */
    for (int i = 0; i < axes->count; i++) reduced |= 1u << axes->axis[i];
    *s = (span){ 1, 1, 1 };
    for (int i = 0; i < x->rank; i++) {
        bool in = reduced >> i & 1;
        if (x->dim[i] == 1) continue;
        if (in && part == 2) return false;
        part = in ? 1 : part ? 2 : 0;
        *(part == 0 ? &s->outer : part == 1 ? &s->n : &s->inner) *= x->dim[i];
    }
    return true;
}
static inline span kernel_span(const wg_kernel *k)
{
    span s;
    if (k->prepared) return *(const span *)k->prepared;
    span_of(k->xt[0].shape, &((const struct reduce *)k->attr)->axes, &s);
    return s;
}
static inline int64_t column_blocks(const span *s) { return (s->inner + COLUMNS - 1) / COLUMNS; }

/* Reduces n <= WG_FOLD elements of x to one, in lanes of type L. With fewer elements than lanes,
 * halving begins at the elements: lanes without an element are never read. */
#define HALVE(OP, h) \
    for (int64_t j = 0; j < (h); j++) lane[j] = OP(lane[j], lane[j + (h)])
#define LEAF(L, OP, n, to)                                                                    \
    do {                                                                                      \
        const int64_t count = (n);                                                            \
        L lane[LANES];                                                                        \
        int64_t half = LANES / 2, r = LANES;                                                  \
        if (count >= LANES) {                                                                 \
            for (int64_t j = 0; j < LANES; j++) lane[j] = x[j];                               \
            for (; r + LANES <= count; r += LANES)                                            \
                for (int64_t j = 0; j < LANES; j++) lane[j] = OP(lane[j], x[r + j]);          \
            for (int64_t j = r; j < count; j++) lane[j - r] = OP(lane[j - r], x[j]);          \
            HALVE(OP, 32);                                                                    \
        } else {                                                                              \
            while (half >= count && half > 1) half /= 2;                                      \
            for (int64_t j = 0; j + half < count; j++) lane[j] = OP((L)x[j], (L)x[j + half]); \
            for (int64_t j = count - half; j < half; j++) lane[j] = x[j];                     \
        }                                                                                     \
        switch (half) {                                                                       \
        case 32: HALVE(OP, 16); __attribute__((fallthrough));                                 \
        case 16: HALVE(OP, 8); __attribute__((fallthrough));                                  \
        case 8: HALVE(OP, 4); __attribute__((fallthrough));                                   \
        case 4: HALVE(OP, 2); __attribute__((fallthrough));                                   \
        case 2: HALVE(OP, 1);                                                                 \
        }                                                                                     \
        (to) = lane[0];                                                                       \
    } while (0)

/* The same for a maximum, of any number of elements of x. Its order matters for nothing but the sign
 * of zero. NaN are looked for beside it: a comparison without them is one instruction. If there is
 * one, the first is the result. */
#define LARGEST(T, n, to)                                                                                \
    do {                                                                                                 \
        const int64_t count = (n);                                                                       \
        T lane[LANES], most = x[0];                                                                      \
        int64_t r = 0;                                                                                   \
        int odd = 0;                                                                                     \
        if (count >= LANES) {                                                                            \
            for (int64_t j = 0; j < LANES; j++) lane[j] = x[j];                                          \
            for (; r + LANES <= count; r += LANES)                                                       \
                for (int64_t j = 0; j < LANES; j++) {                                                    \
                    odd |= x[r + j] != x[r + j];                                                         \
                    lane[j] = x[r + j] > lane[j] ? x[r + j] : lane[j];                                   \
                }                                                                                        \
            for (int64_t h = LANES / 2; h > 0; h /= 2)                                                   \
                for (int64_t j = 0; j < h; j++) lane[j] = lane[j + h] > lane[j] ? lane[j + h] : lane[j]; \
            most = lane[0];                                                                              \
        }                                                                                                \
        for (; r < count; r++) {                                                                         \
            odd |= x[r] != x[r];                                                                         \
            most = x[r] > most ? x[r] : most;                                                            \
        }                                                                                                \
        for (r = 0; odd && x[r] == x[r];) r++;                                                           \
        (to) = odd ? x[r] : most;                                                                        \
    } while (0)

/* Leaves [from, to) of a row of n elements at x. STORE(i, v) takes the result v of leaf i. */
#define LEAVES(T, L, OP, from, to, n, STORE)   \
    for (int64_t i = (from); i < (to); i++) {  \
        L v;                                   \
        const int64_t left = (n)-i * WG_FOLD;  \
        if (left >= WG_FOLD) OP##_WHOLE(L, v); \
        else OP##_LEAF(L, left, v);            \
        x += WG_FOLD;                          \
        STORE(i, v);                           \
    }
#define WHOLE_float(OP, to)     (to) = leaf_##OP##_f32(x)
#define WHOLE_double(OP, to)    (to) = leaf_##OP##_f64(x)
#define WHOLE_int64_t(OP, to)   LEAF(int64_t, OP, WG_FOLD, to)
#define ADD_LEAF(L, n, to)      LEAF(L, ADD, n, to)
#define ADD_WHOLE(L, to)        WHOLE_##L(ADD, to)
#define MULTIPLY_LEAF(L, n, to) LEAF(L, MULTIPLY, n, to)
#define MULTIPLY_WHOLE(L, to)   WHOLE_##L(MULTIPLY, to)
#define LARGER_LEAF(L, n, to)   LARGEST(L, n, to)
#define LARGER_WHOLE(L, to)     LARGEST(L, WG_FOLD, to)

/* Types: T of elements, L of lanes, A of totals, Y of results. */
#define ALL_LEAVES(T, L, A, Y, OP)                    \
    do {                                              \
        const T *x = k->x[0];                         \
        A *leaf = (A *)k->scratch;                    \
        LEAVES(T, L, OP, k->begin, k->end, s.n, KEEP) \
    } while (0)
#define KEEP(i, v) leaf[i] = (v)
#define JOIN_ALL(T, L, A, Y, OP)                                         \
    do {                                                                 \
        const A *leaf = (const A *)k->scratch;                           \
        A total = s.n ? leaf[0] : (A)0;                                  \
        for (int64_t i = 1; i < leaves; i++) total = OP(total, leaf[i]); \
        *RESULT(Y, 0) = (Y)total;                                        \
    } while (0)
#define ROWS(T, L, A, Y, OP)                      \
    do {                                          \
        OP##_SHORT(T, L, A, Y);                   \
        EACH_UNIT(u) {                            \
            const T *x = OPERAND(T, 0) + u * s.n; \
            A total = 0;                          \
            OP##_ROW(T, L);                       \
            RESULT(Y, 0)[u] = (Y)total;           \
        }                                         \
    } while (0)
/* Rows of a few elements, as coordinates are: their length is a constant, so a row is a few instructions. */
#define SHORT_ROWS(T, L, A, Y, OP, N)           \
    case N:                                     \
        EACH_UNIT(u) {                          \
            const T *x = OPERAND(T, 0) + u * N; \
            L v;                                \
            LEAF(L, OP, N, v);                  \
            RESULT(Y, 0)[u] = (Y)(A)v;          \
        }                                       \
        return true
#define ADD_SHORT(T, L, A, Y)            \
    switch (s.n) {                       \
        SHORT_ROWS(T, L, A, Y, ADD, 2);  \
        SHORT_ROWS(T, L, A, Y, ADD, 3);  \
        SHORT_ROWS(T, L, A, Y, ADD, 4);  \
        SHORT_ROWS(T, L, A, Y, ADD, 5);  \
        SHORT_ROWS(T, L, A, Y, ADD, 6);  \
        SHORT_ROWS(T, L, A, Y, ADD, 7);  \
        SHORT_ROWS(T, L, A, Y, ADD, 8);  \
        SHORT_ROWS(T, L, A, Y, ADD, 16); \
        SHORT_ROWS(T, L, A, Y, ADD, 32); \
    default: break;                      \
    }
#define MULTIPLY_SHORT(T, L, A, Y)
#define LARGER_SHORT(T, L, A, Y)
#define ADD_ROW(T, L)      LEAVES(T, L, ADD, 0, leaves, s.n, ADD_TOTAL)
#define MULTIPLY_ROW(T, L) LEAVES(T, L, MULTIPLY, 0, leaves, s.n, MULTIPLY_TOTAL)
#define LARGER_ROW(T, L)   LARGEST(T, s.n, total)
/* Columns from j on, WIDE at a time, so that their totals stay in registers. */
#define BLOCKS(L, A, Y, OP, WIDE)                                                           \
    for (; j + WIDE <= wide; j += WIDE) {                                                   \
        A total[WIDE] = { 0 };                                                              \
        for (int64_t r = 0; r < s.n; r += BLOCK) {                                          \
            const int64_t end = r + BLOCK < s.n ? r + BLOCK : s.n;                          \
            L sum[WIDE];                                                                    \
            for (int q = 0; q < WIDE; q++) sum[q] = x[r * s.inner + j + q];                 \
            for (int64_t i = r + 1; i < end; i++)                                           \
                for (int q = 0; q < WIDE; q++) sum[q] = OP(sum[q], x[i * s.inner + j + q]); \
            for (int q = 0; q < WIDE; q++) total[q] = r ? OP(total[q], sum[q]) : (sum[q]);  \
        }                                                                                   \
        for (int q = 0; q < WIDE; q++) y[j + q] = (Y)total[q];                              \
    }
/* The same for sums and products: gcc keeps them in registers only as vectors. */
#define VECTOR_BLOCKS(T, L, A, Y, OP, WIDE)                                                          \
    for (; j + WIDE <= wide; j += WIDE) {                                                            \
        typedef T row __attribute__((vector_size(WIDE * sizeof(T)), aligned(sizeof(T)), may_alias)); \
        typedef L sums __attribute__((vector_size(WIDE * sizeof(L))));                               \
        A total[WIDE] = { 0 };                                                                       \
        for (int64_t r = 0; r < s.n; r += BLOCK) {                                                   \
            const int64_t end = r + BLOCK < s.n ? r + BLOCK : s.n;                                   \
            sums sum = __builtin_convertvector(*(const row *)(x + r * s.inner + j), sums);           \
            for (int64_t i = r + 1; i < end; i++)                                                    \
                sum = OP(sum, __builtin_convertvector(*(const row *)(x + i * s.inner + j), sums));   \
            for (int q = 0; q < WIDE; q++) total[q] = r ? OP(total[q], (A)sum[q]) : (A)sum[q];       \
        }                                                                                            \
        for (int q = 0; q < WIDE; q++) y[j + q] = (Y)total[q];                                       \
    }
#define ADD_BLOCKS(T, L, A, Y, WIDE)      VECTOR_BLOCKS(T, L, A, Y, ADD, WIDE)
#define MULTIPLY_BLOCKS(T, L, A, Y, WIDE) VECTOR_BLOCKS(T, L, A, Y, MULTIPLY, WIDE)
#define LARGER_BLOCKS(T, L, A, Y, WIDE)   BLOCKS(L, A, Y, LARGER, WIDE)
#define COLUMNS_OF(T, L, A, Y, OP)                                                        \
    do {                                                                                  \
        EACH_UNIT(u) {                                                                    \
            const int64_t o = u / blocks, c = u % blocks * COLUMNS;                       \
            const int64_t wide = s.inner - c < COLUMNS ? s.inner - c : COLUMNS;           \
            const T *x = OPERAND(T, 0) + o * s.n * s.inner + c;                           \
            Y *restrict y = RESULT(Y, 0) + o * s.inner + c;                               \
            int64_t j = 0;                                                                \
            BLOCKS(L, A, Y, OP, 64)                                                       \
            OP##_BLOCKS(T, L, A, Y, 16) OP##_BLOCKS(T, L, A, Y, 4) BLOCKS(L, A, Y, OP, 3) \
                BLOCKS(L, A, Y, OP, 2) BLOCKS(L, A, Y, OP, 1)                             \
        }                                                                                 \
    } while (0)

#define ADD(a, b)            ((a) + (b))
#define ADD_TOTAL(i, v)      total = (i) ? total + (v) : (v)
#define MULTIPLY(a, b)       ((a) * (b))
#define MULTIPLY_TOTAL(i, v) total = (i) ? total * (v) : (v)
#define LARGER(a, b)         ((b) > (a) || (b) != (b) ? (b) : (a)) /* NaN stays */

/* Integers wrap around. */
#define TOTAL_TYPES(k, STEP, OP)                                      \
    switch ((k)->xt[0].dtype) {                                       \
    case WG_F32: STEP(float, float, double, float, OP); break;        \
    case WG_F64: STEP(double, double, double, double, OP); break;     \
    case WG_I32: STEP(int32_t, int64_t, int64_t, int64_t, OP); break; \
    case WG_I64: STEP(int64_t, int64_t, int64_t, int64_t, OP); break; \
    default: STEP(uint8_t, int64_t, int64_t, int64_t, OP); break;     \
    }
#define SUM_TYPES(k, STEP)  TOTAL_TYPES(k, STEP, ADD)
#define PROD_TYPES(k, STEP) TOTAL_TYPES(k, STEP, MULTIPLY)
#define MAX_TYPES(k, STEP)                                                \
    switch ((k)->xt[0].dtype) {                                           \
    case WG_F32: STEP(float, float, float, float, LARGER); break;         \
    case WG_F64: STEP(double, double, double, double, LARGER); break;     \
    case WG_I32: STEP(int32_t, int32_t, int32_t, int32_t, LARGER); break; \
    case WG_I64: STEP(int64_t, int64_t, int64_t, int64_t, LARGER); break; \
    default: STEP(uint8_t, uint8_t, uint8_t, uint8_t, LARGER); break;     \
    }
#define REDUCE(k, TYPES)                                                                  \
    do {                                                                                  \
        const span s = kernel_span(k);                                                    \
        const int64_t leaves = (s.n + WG_FOLD - 1) / WG_FOLD, blocks = column_blocks(&s); \
        if ((k)->phase) TYPES(k, JOIN_ALL)                                                \
        else if (s.outer * s.inner == 1) TYPES(k, ALL_LEAVES)                             \
        else if (s.inner == 1) TYPES(k, ROWS)                                             \
        else TYPES(k, COLUMNS_OF)                                                         \
        return true;                                                                      \
    } while (0)

#endif
