/* small_product.h: loops for the smallest products, where a call of BLAS would be slower. Every loop sums
 * over the inner axis in order, beginning with zero, so all give the same bits. */
#ifndef WG_OPS_SMALL_PRODUCT_H
#define WG_OPS_SMALL_PRODUCT_H

#include "ops.h"

/* PANEL: most elements of an operand that can be copied into rows. FEW: fewer multiplications do not pay for
 * the copy. */
enum { PANEL = 512, FEW = 32 };

/* One operand is in the vector lanes: its row l is multiplied by number l of the other operand, for each l in
 * order. It is the operand that is stored in rows along the inner axis, or else the longer one, which is
 * first copied into rows. */
typedef enum small_form {
    SMALL_NUMBERS, /* no vectors */
    SMALL_ROWS,    /* vectors of 4, the operand as it is stored, lanes along the rows of the result */
    SMALL_ANY
} small_form;

typedef struct small {
    small_form form;
    int64_t length, count, inner; /* elements in the lanes, elements of the other operand, terms of a sum */
    int64_t stored;               /* distance between stored rows of the operand in the lanes */
    int64_t each, next; /* in the other operand: distance to the next element, and along the inner axis */
    int64_t apart;      /* distance between rows of the result */
    bool b;             /* b is in the lanes, else a */
    bool wide;          /* lanes are along the rows of the result */
    bool rows;          /* the operand in the lanes is stored in rows along the inner axis */
} small;

/* The loop for op(a) [m,k] and op(b) [k,n]. A result of one column counts as a row. */
ALWAYS_INLINE small small_of(int64_t m, int64_t n, int64_t k, bool ta, bool tb, int64_t lda, int64_t ldb)
{
    const bool b_rows = !tb || k == 1, a_rows = ta || k == 1;
    const bool b = b_rows && n >= 4 ? true : a_rows && m >= 4 ? false : n >= m, across = b ? ta : !tb;
    small s = { .inner = k, .apart = n, .b = b, .wide = b || n == 1, .rows = b ? b_rows : a_rows };
    s.length = b ? n : m, s.count = b ? m : n, s.stored = b ? ldb : lda;
    s.each = across ? 1 : b ? lda : ldb, s.next = across ? b ? lda : ldb : 1;
    if (s.length < 4 || (!s.rows && m * n * k <= FEW)) s.form = SMALL_NUMBERS;
    else s.form = s.rows && s.wide && s.length < 16 && s.length % 4 == 0 ? SMALL_ROWS : SMALL_ANY;
    return s;
}

/* Vectors at any address: as wide as the instruction set has them (gcc keeps wider ones in memory), and of
 * 4. */
enum { WIDE = WG_ISA_INDEX == 2 ? 64 : WG_ISA_INDEX == 1 ? 32 : 16 };
typedef float wide_float __attribute__((vector_size(WIDE), aligned(4), may_alias));
typedef double wide_double __attribute__((vector_size(WIDE), aligned(8), may_alias));
typedef float four_float __attribute__((vector_size(16), aligned(4), may_alias));
typedef double four_double __attribute__((vector_size(32), aligned(8), may_alias));

/* Four elements of a (0 to 3) and b (4 to 7). gcc has a builtin for it since version 12. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define PICK(V, a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#endif
#endif
#ifndef PICK
#define ONE_OF(a, b, i)           ((i) < 4 ? (a)[(i)&3] : (b)[(i)&3])
#define PICK(V, a, b, i, j, k, l) ((V){ ONE_OF(a, b, i), ONE_OF(a, b, j), ONE_OF(a, b, k), ONE_OF(a, b, l) })
#endif

/* Four sums at a time, which do not wait for each other. The loop's numbers are copied to locals, since to
 * the compiler the result might overlap them. put(V, sum, i) stores the sums of element i of the other
 * operand. */
#define SMALL_LANES(V, lanes, stride, put)                                                      \
    do {                                                                                        \
        int64_t i = 0;                                                                          \
        if (s->count >= 4) {                                                                    \
            const int64_t count = s->count, inner = s->inner, each = s->each, next = s->next,   \
                          apart = s->apart, down = stride;                                      \
            for (; i + 4 <= count; i += 4) {                                                    \
                const T *o = other + i * each, *v = lanes;                                      \
                V s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };                               \
                for (int64_t l = 0; l < inner; l++, o += next, v += down) {                     \
                    const V x = *(const V *)v;                                                  \
                    s0 += o[0] * x;                                                             \
                    s1 += o[each] * x;                                                          \
                    s2 += o[2 * each] * x;                                                      \
                    s3 += o[3 * each] * x;                                                      \
                }                                                                               \
                put(V, s0, i);                                                                  \
                put(V, s1, i + 1);                                                              \
                put(V, s2, i + 2);                                                              \
                put(V, s3, i + 3);                                                              \
            }                                                                                   \
        }                                                                                       \
        const int64_t apart = s->apart;                                                         \
        for (; i + 2 <= s->count; i += 2) {                                                     \
            V s0 = { 0 }, s1 = { 0 };                                                           \
            for (int64_t l = 0; l < s->inner; l++) {                                            \
                const V x = *(const V *)((lanes) + l * (stride));                               \
                const T *o = other + i * s->each + l * s->next;                                 \
                s0 += o[0] * x;                                                                 \
                s1 += o[s->each] * x;                                                           \
            }                                                                                   \
            put(V, s0, i);                                                                      \
            put(V, s1, i + 1);                                                                  \
        }                                                                                       \
        for (; i < s->count; i++) {                                                             \
            V sum = { 0 };                                                                      \
            for (int64_t l = 0; l < s->inner; l++)                                              \
                sum += other[i * s->each + l * s->next] * *(const V *)((lanes) + l * (stride)); \
            put(V, sum, i);                                                                     \
        }                                                                                       \
    } while (0)
#define PUT_ROW(V, sum, i) (*(V *)(w + (i)*apart + j) = sum)
#define PUT_ANY(V, sum, i)                                                                            \
    do {                                                                                              \
        if (s->wide) PUT_ROW(V, sum, i);                                                              \
        else {                                                                                        \
            V put_ = sum;                                                                             \
            spread(w + j * apart + (i), (const T *)&put_, (int64_t)(sizeof put_ / sizeof(T)), apart); \
        }                                                                                             \
    } while (0)

#define SMALL_LOOPS(T_, V4_, VW_)                                                                          \
    static void small_numbers_##T_(const small *s, const T_ *lane, const T_ *other, T_ *w)                 \
    {                                                                                                      \
        const int64_t along = s->rows ? s->stored : 1, across = s->rows ? 1 : s->stored;                   \
        const int64_t down = s->wide ? 1 : s->apart, right = s->wide ? s->apart : 1;                       \
        for (int64_t i = 0; i < s->count; i++)                                                             \
            for (int64_t j = 0; j < s->length; j++) {                                                      \
                const T_ *u = lane + j * across, *v = other + i * s->each;                                 \
                T_ sum = 0;                                                                                \
                for (int64_t l = 0; l < s->inner; l++, u += along, v += s->next) sum += *v * *u;           \
                w[j * down + i * right] = sum;                                                             \
            }                                                                                              \
    }                                                                                                      \
    static void small_rows_##T_(const small *s, const T_ *lane, const T_ *other, T_ *w)                    \
    {                                                                                                      \
        typedef T_ T;                                                                                      \
        for (int64_t j = 0; j < s->length; j += 4) SMALL_LANES(V4_, lane + j, s->stored, PUT_ROW);         \
    }                                                                                                      \
    /* Copies the operand in the lanes into rows; blocks of 4 by 4 are transposed in registers. */         \
    static void small_panel_##T_(const small *s, const T_ *lane, T_ *panel)                                \
    {                                                                                                      \
        for (int64_t l = 0, q; l < s->inner; l += 4) {                                                     \
            const int64_t n = s->length, end = l + 4 < s->inner ? l + 4 : s->inner;                        \
            for (q = 0; l + 4 <= s->inner && q + 4 <= n; q += 4) {                                         \
                const T_ *u = lane + q * s->stored + l;                                                    \
                T_ *to = panel + l * n + q;                                                                \
                const V4_ r0 = *(const V4_ *)u, r1 = *(const V4_ *)(u + s->stored),                        \
                          r2 = *(const V4_ *)(u + 2 * s->stored), r3 = *(const V4_ *)(u + 3 * s->stored);  \
                const V4_ a0 = PICK(V4_, r0, r2, 0, 4, 1, 5), a1 = PICK(V4_, r0, r2, 2, 6, 3, 7),          \
                          b0 = PICK(V4_, r1, r3, 0, 4, 1, 5), b1 = PICK(V4_, r1, r3, 2, 6, 3, 7);          \
                *(V4_ *)to = PICK(V4_, a0, b0, 0, 4, 1, 5);                                                \
                *(V4_ *)(to + n) = PICK(V4_, a0, b0, 2, 6, 3, 7);                                          \
                *(V4_ *)(to + 2 * n) = PICK(V4_, a1, b1, 0, 4, 1, 5);                                      \
                *(V4_ *)(to + 3 * n) = PICK(V4_, a1, b1, 2, 6, 3, 7);                                      \
            }                                                                                              \
            for (; q < n; q++)                                                                             \
                for (int64_t h = l; h < end; h++) panel[h * n + q] = lane[q * s->stored + h];              \
        }                                                                                                  \
    }                                                                                                      \
    static                                                                                                 \
        __attribute__((noinline)) void small_spread_##T_(T_ *to, const T_ *from, int64_t n, int64_t apart) \
    {                                                                                                      \
        for (int64_t q = 0; q < n; q++) to[q * apart] = from[q];                                           \
    }                                                                                                      \
    static void small_any_##T_(const small *s, const T_ *lane, const T_ *other, T_ *w)                     \
    {                                                                                                      \
        typedef T_ T;                                                                                      \
        void (*const spread)(T *, const T *, int64_t, int64_t) = small_spread_##T_;                        \
        T panel[PANEL];                                                                                    \
        int64_t j = 0, stride = s->stored;                                                                 \
        if (!s->rows) {                                                                                    \
            small_panel_##T_(s, lane, panel);                                                              \
            lane = panel, stride = s->length;                                                              \
        }                                                                                                  \
        for (; j + WIDE / (int64_t)sizeof(T) <= s->length; j += WIDE / (int64_t)sizeof(T))                 \
            SMALL_LANES(VW_, lane + j, stride, PUT_ANY);                                                   \
        for (; j + 4 <= s->length; j += 4) SMALL_LANES(V4_, lane + j, stride, PUT_ANY);                    \
        for (; j < s->length; j++)                                                                         \
            for (int64_t i = 0; i < s->count; i++) {                                                       \
                T sum = 0;                                                                                 \
                for (int64_t l = 0; l < s->inner; l++)                                                     \
                    sum += other[i * s->each + l * s->next] * lane[l * stride + j];                        \
                w[s->wide ? i * s->apart + j : j * s->apart + i] = sum;                                    \
            }                                                                                              \
    }                                                                                                      \
    static void small_run_##T_(const small *s, const T_ *a, const T_ *b, T_ *w)                            \
    {                                                                                                      \
        const T_ *lane = s->b ? b : a, *other = s->b ? a : b;                                              \
        if (s->form == SMALL_ROWS) small_rows_##T_(s, lane, other, w);                                     \
        else if (s->form == SMALL_NUMBERS) small_numbers_##T_(s, lane, other, w);                          \
        else small_any_##T_(s, lane, other, w);                                                            \
    }
SMALL_LOOPS(float, four_float, wide_float)
SMALL_LOOPS(double, four_double, wide_double)

#endif
