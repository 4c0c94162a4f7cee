/* cumsum.c: cumulative sums along an axis. */
#include "scan_lines.h"

#include "kernel/stream.h"

#define FLOATS_FILE "ops/cumsum_row.h"
#include "kernel/both_floats.h"

#define CUMSUM_FIELDS(F, S) \
    F(S, AXIS, axis, "needed") F(S, BOOL, exclusive, "false") F(S, BOOL, reverse, "false")
OPTIONS(cumsum, CUMSUM_FIELDS);

/* x is [outer, n, inner]. A unit is one index of outer and COLUMNS neighbours of inner. If inner is 1 it is a
 * row. */
enum { COLUMNS = LINES };
static lines lines_of(const wg_kernel *k)
{
    return lines_along(k->xt[0].shape, ((const struct cumsum *)k->attr)->axis);
}
static inline int64_t blocks_of(const lines *l) { return (l->inner + COLUMNS - 1) / COLUMNS; }

/* x has elements of type T, sums have type S, y has type Y. past: rows of y are written past the caches. */
enum { WIDEST = 16 * COLUMNS, LEAST_PAST = 128 };
#define SUMS(T, S, Y)                                                       \
    do {                                                                    \
        const T *x = OPERAND(T, 0) + at;                                    \
        Y *y = RESULT(Y, 0) + at, piece[WIDEST];                            \
        S sum[WIDEST];                                                      \
        for (int64_t j = 0; j < wide; j++) sum[j] = 0;                      \
        for (int64_t i = 0; i < l.n; i++) {                                 \
            const int64_t row = (a->reverse ? l.n - 1 - i : i) * l.inner;   \
            Y *restrict to = past ? piece : y + row;                        \
            for (int64_t j = 0; j < wide; j++) {                            \
                const S before = sum[j];                                    \
                sum[j] += (S)x[row + j];                                    \
                to[j] = (Y)(a->exclusive ? before : sum[j]);                \
            }                                                               \
            if (past) stream_out(y + row, piece, (size_t)wide * sizeof(Y)); \
        }                                                                   \
    } while (0)
/* Units that are neighbours are added together: the longer the parts of rows, the faster they are read. */
static void columns(const wg_kernel *k, const lines *of)
{
    const struct cumsum *a = k->attr;
    const lines l = *of;
    const int64_t blocks = blocks_of(of);
    const bool large = streams(k, 0);
    for (int64_t u = k->begin, units; u < k->end; u += units) {
        const int64_t from = u % blocks * COLUMNS, left = blocks - u % blocks;
        units = k->end - u < left ? k->end - u : left;
        units = units < WIDEST / COLUMNS ? units : WIDEST / COLUMNS;
        const int64_t wide = l.inner - from < units * COLUMNS ? l.inner - from : units * COLUMNS;
        const int64_t at = u / blocks * l.n * l.inner + from;
        const bool past = large && wide >= LEAST_PAST;
        BY_TYPES(k->xt[0].dtype, SUMS);
    }
    if (large) stream_end();
}

#define ROW_SUMS(T)                                        \
    do {                                                   \
        const T *x = OPERAND(T, 0) + u * n;                \
        int64_t *y = RESULT(int64_t, 0) + u * n, sum = 0;  \
        for (int64_t i = 0; i < n; i++) {                  \
            const int64_t at = a->reverse ? n - 1 - i : i; \
            const int64_t before = sum;                    \
            sum += x[at];                                  \
            y[at] = a->exclusive ? before : sum;           \
        }                                                  \
    } while (0)
#define FLOAT_ROW(n_, T) \
    cumsum_row_##n_(RESULT(T, 0) + u * n, OPERAND(T, 0) + u * n, n, a->exclusive, a->reverse, past)
static void rows(const wg_kernel *k, int64_t n)
{
    const struct cumsum *a = k->attr;
    const bool past = n >= LEAST_PAST && streams(k, 0);
    EACH_UNIT(u) switch (k->xt[0].dtype) {
        case WG_F32: FLOAT_ROW(f32, float); break;
        case WG_F64: FLOAT_ROW(f64, double); break;
        case WG_I32: ROW_SUMS(int32_t); break;
        case WG_I64: ROW_SUMS(int64_t); break;
        default: ROW_SUMS(bool); break;
        }
    if (past) stream_end();
}

KERNEL(cumsum)
{
    const lines l = lines_of(k);
    if (l.inner == 1) rows(k, l.n);
    else columns(k, &l);
    return true;
}

#if WG_BASE

UNITS(cumsum)
{
    const lines l = lines_of(k);
    return l.outer * blocks_of(&l);
}
VJP(cumsum)
{
    const struct cumsum *a = wg_attr(y);
    gx[0] = wg_cumsum(gy, .axis = a->axis, .exclusive = a->exclusive, .reverse = !a->reverse);
}
SAMPLES(cumsum, wg_cumsum(ANY(3, 4), .axis = 0), wg_cumsum(ANY(3, 4), .axis = -1, .exclusive = true),
        wg_cumsum(ANY(2, 3, 2), .axis = 1, .reverse = true),
        wg_cumsum(ANY(5), .axis = 0, .exclusive = true, .reverse = true), wg_cumsum(ANY(2, 0), .axis = 1),
        wg_cumsum(ANY(3, 0), .axis = 0), wg_cumsum(CLASSES(9, 2, 70), .axis = 0),
        wg_cumsum(wg_greater(CLASSES(3, 7), 0), .axis = 0), wg_cumsum(ANY(2, 3, 70), .axis = 1));
ERRORS(cumsum, (wg_cumsum(ANY(3, 4), .axis = 2), "no axis 2 in"), (wg_cumsum(ANY(3, 4)), "say its axis"),
       (wg_cumsum(wg_any(g, WG_SCALAR), .axis = 0), "no axis 0 in"));

DEFINE_OP(cumsum,
          .summary = "Cumulative sum along an axis. exclusive: without the element itself. reverse: from the "
                     "end. Integers and bools give i64.",
          .formula = "y[i] = sum(x[j] over j where before) along axis; before = j > i where reverse and "
                     "exclusive, j >= i where reverse, j < i where exclusive, else j <= i",
          .adjoint = "x'[j] = sum(y'[i] over i where before) along axis; before = j > i where reverse and "
                     "exclusive, j >= i where reverse, j < i where exclusive, else j <= i",
          .operands = 1, .kind = WG_ROWS, TAKES(cumsum), .options = wg_cumsum_args_rows, .shape = totals_fit,
          RULES(cumsum, units, vjp), .kernel = KERNELS(cumsum), .leads = true);
BUILDER(cumsum, cumsum) { APPLY(cumsum, cumsum, CUMSUM_FIELDS, a->x); }

#endif
