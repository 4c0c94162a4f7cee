/* test_broadcasts.c: elementwise programs whose operands are broadcast along rows, columns and both, over
 * rows of many lengths: shorter than a tile, as long, longer, and no whole number of vectors. Every
 * element is compared with a loop in C, interpreted, planned, and by two threads. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wgtest.h"

enum { MOST = 20000 };

static float some(int64_t i, int seed) { return (float)((i * 37 + seed * 11) % 113) / 16 - 3; }

static void fill(float *to, int64_t n, int seed)
{
    for (int64_t i = 0; i < n; i++) to[i] = some(i, seed);
}

/* Operands x [b,r,c], row [c], column [r,1], both [b,1,1], matrix [r,c]. */
typedef struct operands {
    int64_t b, r, c;
    float x[MOST], row[MOST], column[MOST], both[MOST], matrix[MOST];
} operands;

static void make(operands *o, int64_t b, int64_t r, int64_t c)
{
    o->b = b, o->r = r, o->c = c;
    fill(o->x, b * r * c, 1);
    fill(o->row, c, 2);
    fill(o->column, r, 3);
    fill(o->both, b, 4);
    fill(o->matrix, r * c, 5);
}

typedef struct nodes {
    wg_node x, row, column, both, matrix;
} nodes;

static nodes inputs(wg_graph *g, operands *o)
{
    return (nodes){ wg_input_borrow(g, "x", wg_view_f32(o->x, WG_SHAPE(o->b, o->r, o->c))),
                    wg_input_borrow(g, "row", wg_view_f32(o->row, WG_SHAPE(o->c))),
                    wg_input_borrow(g, "column", wg_view_f32(o->column, WG_SHAPE(o->r, 1))),
                    wg_input_borrow(g, "both", wg_view_f32(o->both, WG_SHAPE(o->b, 1, 1))),
                    wg_input_borrow(g, "matrix", wg_view_f32(o->matrix, WG_SHAPE(o->r, o->c))) };
}

/* A program of nodes, and one element of it from elements of the operands. */
typedef struct program {
    wg_node (*build)(nodes n);
    float (*element)(float x, float row, float column, float both, float matrix);
} program;

static wg_node by_row(nodes n) { return wg_add(n.x, n.row); }
static float by_row_of(float x, float r, float c, float b, float m) { return x + r; }
static wg_node by_column(nodes n) { return wg_mul(n.x, n.column); }
static float by_column_of(float x, float r, float c, float b, float m) { return x * c; }
static wg_node by_both(nodes n) { return wg_sub(n.both, n.x); }
static float by_both_of(float x, float r, float c, float b, float m) { return b - x; }
static wg_node outer(nodes n) { return wg_sub(wg_mul(n.both, n.column), n.row); }
static float outer_of(float x, float r, float c, float b, float m) { return b * c - r; }
static wg_node all(nodes n)
{
    wg_node centred = wg_mul(wg_sub(n.x, n.column), n.both);
    return wg_relu(wg_add(wg_mul(centred, n.row), n.matrix));
}
static float all_of(float x, float r, float c, float b, float m)
{
    const float y = (x - c) * b * r + m;
    return y <= 0 ? 0 : y;
}
static wg_node chosen(nodes n) { return wg_where(wg_greater(n.column, n.row), n.x, n.both); }
static float chosen_of(float x, float r, float c, float b, float m) { return c > r ? x : b; }

static const program programs[] = { { by_row, by_row_of },   { by_column, by_column_of },
                                    { by_both, by_both_of }, { outer, outer_of },
                                    { all, all_of },         { chosen, chosen_of } };

static void expect_elements(const program *p, const operands *o, wg_tensor t)
{
    const float *y = t.data;
    const int64_t n = o->b * o->r * o->c;
    cr_assert_eq(wg_shape_size(t.shape), n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t column = i % o->c, row = i / o->c % o->r, batch = i / o->c / o->r;
        const float want =
            p->element(o->x[i], o->row[column], o->column[row], o->both[batch], o->matrix[i % (o->r * o->c)]);
        cr_assert(memcmp(&y[i], &want, sizeof want) == 0 || y[i] == want,
                  "program %d, shape %d %d %d, element %d: %a, not %a", (int)(p - programs), (int)o->b,
                  (int)o->r, (int)o->c, (int)i, (double)y[i], (double)want);
    }
}

static void check(operands *o, int interpret, int threads)
{
    WGT_IN_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .interpret = interpret, .threads = threads));
    for (int k = 0; k < (int)(sizeof programs / sizeof *programs); k++)
        for (int again = 0; again < 2; again++) {
            wg_begin(g, WG_EVAL);
            wg_node y = programs[k].build(inputs(g, o));
            const wg_tensor t = wg_value(wg_broadcast_to(y, WG_SHAPE(o->b, o->r, o->c)));
            expect_elements(&programs[k], o, t);
        }
}

Test(broadcasts, rows_of_all_lengths)
{
    static operands o;
    static const int64_t lengths[] = { 1,   2,   3,   4,   7,   10,  16,   31,   64,   100,  129,
                                       256, 257, 300, 511, 512, 768, 1023, 1024, 1025, 1500, 3000 };
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        const int64_t c = lengths[k], r = MOST / 3 / c > 40 ? 40 : MOST / 3 / c;
        make(&o, 3, r, c);
        for (int threads = 1; threads <= 2; threads++) check(&o, -1, threads);
        check(&o, 1, 1);
    }
}

/* A sum of a whole tensor is part of the program: its leaves of WG_FOLD elements must not be cut. The sum
 * is of whole numbers, so it is exact. */
static wg_node sum_of(wg_graph *g, operands *o)
{
    nodes n = inputs(g, o);
    return wg_sum(wg_add(wg_mul(n.x, n.column), n.row));
}

Test(broadcasts, sums)
{
    static operands o;
    static const int64_t lengths[] = { 10, 100, 256, 300, 512, 768, 1000, 1024, 1100, 1280, 2048, 3000 };
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        make(&o, 2, 3, lengths[k]);
        double want = 0;
        for (int64_t i = 0; i < 6 * o.c; i++) o.x[i] = (float)(i % 7), o.row[i % o.c] = (float)(i % o.c % 5);
        for (int64_t i = 0; i < o.r; i++) o.column[i] = (float)i;
        for (int64_t i = 0; i < 6 * o.c; i++)
            want += (double)o.x[i] * (double)o.column[i / o.c % 3] + (double)o.row[i % o.c];
        for (int way = 0; way < 3; way++) {
            WGT_IN_GRAPH(WG_F32,
                         &WG_OPTS(wg_start_opts, .interpret = way ? -1 : 1, .threads = way == 2 ? 2 : 1));
            for (int again = 0; again < 2; again++) {
                wg_begin(g, WG_EVAL);
                const double got = wg_item(sum_of(g, &o));
                cr_assert(got == want, "rows of %d: %g, not %g", (int)o.c, got, want);
            }
        }
    }
}

/* Elements of 8 bytes and of 1 byte. */
Test(broadcasts, other_dtypes)
{
    static double x[MOST], column[MOST];
    static bool flag[MOST];
    for (int64_t n = 1; n < 1500; n += 1 + n / 2) {
        const int64_t r = MOST / n > 50 ? 50 : MOST / n;
        for (int64_t i = 0; i < r * n; i++) x[i] = (double)some(i, 1);
        for (int64_t i = 0; i < r; i++) column[i] = (double)some(i, 2), flag[i] = i % 3 == 0;
        WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 2));
        for (int again = 0; again < 2; again++) {
            wg_begin(g, WG_EVAL);
            wg_node a = wg_input_borrow(g, "x", wg_view_f64(x, WG_SHAPE(r, n)));
            wg_node b = wg_input_borrow(g, "column", wg_view_f64(column, WG_SHAPE(r, 1)));
            wg_node f = wg_input_borrow(g, "flag", wg_view(WG_BOOL, flag, WG_SHAPE(r, 1)));
            const double *y = wg_value(wg_where(f, a, wg_mul(a, b))).data;
            for (int64_t i = 0; i < r * n; i++)
                cr_assert(y[i] == (flag[i / n] ? x[i] : x[i] * column[i / n]), "row of %d, element %d",
                          (int)n, (int)i);
        }
    }
}

/* Differences of all pairs of n and m points of d coordinates: short rows that are repeated, one after the
 * other, and beside them the flags of points. */
Test(broadcasts, pairs_of_points)
{
    static const int64_t sizes[][3] = { { 1, 1, 3 },    { 2, 700, 3 }, { 700, 2, 3 },  { 40, 50, 2 },
                                        { 31, 47, 5 },  { 33, 20, 8 }, { 20, 33, 16 }, { 3, 5, 1000 },
                                        { 5, 3, 1100 }, { 90, 70, 1 } };
    static float a[MOST], b[MOST];
    static bool flag[MOST];
    fill(a, MOST, 3), fill(b, MOST, 4);
    for (int i = 0; i < MOST; i++) flag[i] = i % 3 == 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int way = 0; way < 3; way++) {
            const int64_t n = sizes[s][0], m = sizes[s][1], d = sizes[s][2];
            WGT_IN_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .interpret = way ? -1 : 1, .threads = 1 + way / 2));
            for (int again = 0; again < 2; again++) {
                wg_begin(g, WG_EVAL);
                wg_node x = wg_input_borrow(g, "a", wg_view_f32(a, WG_SHAPE(n, 1, d)));
                wg_node y = wg_input_borrow(g, "b", wg_view_f32(b, WG_SHAPE(1, m, d)));
                wg_node f = wg_input_borrow(g, "flag", wg_view(WG_BOOL, flag, WG_SHAPE(n, 1, d)));
                const float *z = wg_value(wg_where(f, wg_sub(x, y), wg_neg(y))).data;
                for (int64_t i = 0; i < n * m * d; i++) {
                    const int64_t p = i / (m * d) * d + i % d, q = i % (m * d);
                    cr_assert_eq(z[i], flag[p] ? a[p] - b[q] : -b[q], "%d, %d, %d: element %d", (int)n,
                                 (int)m, (int)d, (int)i);
                }
            }
        }
}

/* A column whose last element ends where memory ends: nothing behind it may be read. */
Test(broadcasts, columns_at_the_end_of_memory)
{
    static float x[50 * 1030];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(two != MAP_FAILED && mprotect(two + page, page, PROT_NONE) == 0);
    for (int64_t r = 1; r <= 50; r += 7)
        for (int64_t n = 2; n <= 1030; n += n) {
            float *column = (float *)(void *)(two + page) - r;
            fill(x, r * n, 1), fill(column, r, 2);
            WGT_IN_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .interpret = -1));
            wg_node a = wg_input_borrow(g, "x", wg_view_f32(x, WG_SHAPE(r, n)));
            wg_node b = wg_input_borrow(g, "column", wg_view_f32(column, WG_SHAPE(r, 1)));
            const float *y = wg_value(wg_add(a, b)).data;
            for (int64_t i = 0; i < r * n; i++) cr_assert_eq(y[i], x[i] + column[i / n]);
        }
    munmap(two, 2 * page);
}
