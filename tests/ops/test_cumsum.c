/* test_cumsum.c: cumulative sums, for each instruction set that this machine has: integers, whose sums are
 * exact in any order, against sums of integers, and fractions against sums in long double. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

static int64_t small_integer(int64_t i) { return (i * 2654435761 >> 7) % 17 - 8; }

/* x is [rows, n, inner], or [rows, n] if inner is 1. Bits of way: exclusive, reverse. */
static wg_node sums_of(wg_graph *g, wg_dtype t, const double *v, int64_t rows, int64_t n, int64_t inner,
                       int way)
{
    const wg_shape s = inner == 1 ? WG_SHAPE(rows, n) : WG_SHAPE(rows, n, inner);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_cast(wg_input_borrow(g, "x", wg_view_f64(v, s)), t);
    return wg_cumsum(x, .axis = 1, .exclusive = way & 1, .reverse = way >> 1);
}

static void compare_line(wg_tensor y, wg_dtype t, int64_t first, int64_t n, int64_t step, int way)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = first + (way >> 1 ? n - 1 - i : i) * step, x = small_integer(at), before = sum;
        sum += t == WG_BOOL ? x != 0 : x;
        if (wg_tensor_item(&y, at) != (double)(way & 1 ? before : sum))
            cr_assert_fail("%s, %lld by %lld, way %d: element %lld", wg_dtype_name(t), (long long)n,
                           (long long)step, way, (long long)at);
    }
}

static void compare(wg_graph *g, wg_dtype t, const double *v, int64_t rows, int64_t n, int64_t inner)
{
    for (int way = 0; way < 4; way += rows * n * inner < 100000 ? 1 : 3) {
        const wg_tensor y = wg_value(sums_of(g, t, v, rows, n, inner, way));
        cr_assert_eq(wg_failed(wg_graph_context(g)), WG_OK);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t j = 0; j < inner; j++) compare_line(y, t, r * n * inner + j, n, inner, way);
    }
}

static const wg_dtype dtypes[] = { WG_F32, WG_F64, WG_I32, WG_I64, WG_BOOL };
enum { DTYPES = sizeof dtypes / sizeof *dtypes, LARGE = 2300003 };

static void integers(wg_context *c, void *v)
{
    static const int64_t large[] = { 1023, 1024, 1025, 2051 };
    wg_graph *g = wg_graph_new(c);
    for (int t = 0; t < DTYPES; t++) {
        for (int64_t n = 0; n < 35; n++) compare(g, dtypes[t], v, 3, n, 1);
        for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
            compare(g, dtypes[t], v, 2, large[i], 1);
            compare(g, dtypes[t], v, 2, 3, large[i] / 3);
        }
    }
}

/* Results of 8.7 MiB, as one row, many rows, and columns. */
static void past(wg_context *c, void *v)
{
    wg_graph *g = wg_graph_new(c);
    for (int t = 0; t < 2; t++) {
        const int64_t size = LARGE / (t + 1);
        compare(g, dtypes[t], v, 1, size, 1);
        compare(g, dtypes[t], v, size / 1031, 1031, 1);
        compare(g, dtypes[t], v, size / 127, 127, 1);
        compare(g, dtypes[t], v, 3, size / 3 / 1031, 1031);
        compare(g, dtypes[t], v, 1, 1031, size / 1031);
        compare(g, dtypes[t], v, 5, size / 5 / 127, 127);
    }
}

Test(cumsum, integers)
{
    double *v = malloc(LARGE * sizeof *v);
    for (int64_t i = 0; i < LARGE; i++) v[i] = (double)small_integer(i);
    wgt_on_each_isa(integers, v);
    wgt_on_each_isa(past, v);
    free(v);
}

/* A sum of up to N terms below 1 has an error of fewer than N roundings of at most N eps / 2 each. The bits
 * are the same with each instruction set. */
enum { N = 1003 };
typedef struct fractions {
    double x[N], y[4][N];
    bool known;
} fractions;

static void compare_fractions(wg_context *c, void *with)
{
    fractions *f = with;
    wg_graph *g = wg_graph_new(c);
    for (int way = 0; way < 4; way++) {
        const double *y = wg_value(sums_of(g, WG_F64, f->x, 1, N, 1, way)).data;
        long double sum = 0;
        for (int i = 0; i < N; i++) {
            const int at = way >> 1 ? N - 1 - i : i;
            const long double before = sum;
            sum += f->x[at];
            cr_assert(fabsl(y[at] - (way & 1 ? before : sum)) <= (long double)N * N * DBL_EPSILON / 2,
                      "way %d, element %d", way, at);
        }
        if (f->known) cr_assert(memcmp(y, f->y[way], sizeof f->y[way]) == 0, "way %d has other bits", way);
        memcpy(f->y[way], y, sizeof f->y[way]);
    }
    f->known = true;
}

Test(cumsum, fractions)
{
    static fractions f;
    wgt_random r = { 1 };
    for (int i = 0; i < N; i++) f.x[i] = wgt_uniform(&r, -1, 1);
    wgt_on_each_isa(compare_fractions, &f);
}
