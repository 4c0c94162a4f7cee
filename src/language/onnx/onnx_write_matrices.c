/* onnx_write_matrices.c: linear algebra. ONNX has no operators for it, so the steps of elimination are
 * written one by one: a matrix of n rows becomes some 16 n nodes. Here all matrices are [batch, rows,
 * columns]. */
#include "onnx/onnx_write.h"

#include <float.h>

/* More rows than these are refused. */
enum { MOST_ROWS = 64 };

/* Where an element of a constant mask is true: compared with row or column j. */
typedef enum marked { ON_DIAGONAL, ABOVE_DIAGONAL, FROM_ROW, ROW, RIGHT_BELOW, COLUMN_BELOW } marked;

static bool is_marked(marked what, int64_t i, int64_t k, int64_t j)
{
    switch (what) {
    case ON_DIAGONAL: return i == k;
    case ABOVE_DIAGONAL: return i < k;
    case FROM_ROW: return i >= j;
    case ROW: return i == j;
    case RIGHT_BELOW: return i > j && k > j;
    case COLUMN_BELOW: return i > j && k == j;
    }
    return false;
}

static int mask(wgi_ow *w, int64_t rows, int64_t columns, marked what, int64_t j)
{
    bool *all = wg_alloc(w->c, (size_t)(rows * columns), sizeof *all);
    for (int64_t i = 0; all && i < rows * columns; i++) all[i] = is_marked(what, i / columns, i % columns, j);
    const int y = all ? wgi_ow_constant(w, WG_BOOL, WG_SHAPE(1, rows, columns), all) : 0;
    wg_free(w->c, all);
    return y;
}

static int zero_of(wgi_ow *w, int x) { return wgi_ow_number(w, wgi_ow_type(w, x), 0); }

/* [..., rows, columns] as [batch, rows, columns]. */
static int flat(wgi_ow *w, int x)
{
    const wg_shape s = wgi_ow_shape(w, x);
    const int r = s.rank;
    return wgi_ow_shaped(w, x, WG_SHAPE(wgi_ow_size(&s, 0, r - 2), s.dim[r - 2], s.dim[r - 1]));
}

static int64_t rows_of(const wgi_ow *w, int x) { return wgi_ow_shape(w, x).dim[1]; }
static bool is_too_large(const wgi_ow *w, int x)
{
    const wg_shape s = wgi_ow_shape(w, x);
    return s.dim[s.rank - 1] > MOST_ROWS;
}

static int at_row(wgi_ow *w, int x, int64_t j) { return wgi_ow_cut(w, x, 1, j, 1, 1); }
static int at_column(wgi_ow *w, int x, int64_t j) { return wgi_ow_cut(w, x, 2, j, 1, 1); }

/* ---- triangles by elimination, with the largest number of a column as its pivot ---- */

/* The row that `is` marks, as [batch, 1, columns]. */
static int marked_row(wgi_ow *w, int x, int is)
{
    return wgi_ow_reduced(w, "ReduceSum", wgi_ow_where(w, is, x, zero_of(w, x)), WG_SHAPE(1), true);
}

/* x with row j and the row that `is` marks exchanged. */
static int exchanged(wgi_ow *w, int x, int is, int64_t j)
{
    const int first = at_row(w, x, j), second = marked_row(w, x, is), one = wgi_ow_where(w, is, first, x);
    return wgi_ow_where(w, mask(w, rows_of(w, x), 1, ROW, j), second, one);
}

/* Marks the row, from j on, of the largest number of column j. */
static int pivot_row(wgi_ow *w, int x, int64_t j)
{
    const int64_t n = rows_of(w, x);
    const int size = wgi_ow_1(w, "Abs", at_column(w, x, j)), none = wgi_ow_number(w, wgi_ow_type(w, x), -1),
              seen = wgi_ow_where(w, mask(w, n, 1, FROM_ROW, j), size, none);
    wgi_ow_int(w, "axis", 1);
    wgi_ow_int(w, "keepdims", 1);
    const int most = wgi_ow_op(w, "ArgMax", WG_I64, wgi_ow_resized(wgi_ow_shape(w, seen), 1, 1), seen, 0, 0);
    return wgi_ow_compare(w, "Equal", wgi_ow_counted(w, 3, 1, n), most);
}

/* Column j becomes zero below the diagonal, where the factors are kept. */
static int eliminated(wgi_ow *w, int x, int64_t j)
{
    const int64_t n = rows_of(w, x);
    const int row = at_row(w, x, j), pivot = at_column(w, row, j),
              one = wgi_ow_number(w, wgi_ow_type(w, x), 1),
              none = wgi_ow_compare(w, "Equal", pivot, zero_of(w, x)),
              factor = wgi_ow_2(w, "Div", at_column(w, x, j), wgi_ow_where(w, none, one, pivot)),
              less = wgi_ow_2(w, "Sub", x, wgi_ow_2(w, "Mul", factor, row)),
              right = wgi_ow_where(w, mask(w, n, n, RIGHT_BELOW, j), less, x);
    return wgi_ow_where(w, mask(w, n, n, COLUMN_BELOW, j), factor, right);
}

WRITER(write_lu)
{
    if (is_too_large(w, in[0])) return 0;
    int x = flat(w, in[0]);
    const wg_shape s = wgi_ow_shape(w, x);
    int rows = wgi_ow_spread(w, wgi_ow_counted(w, 3, 1, s.dim[1]), WG_SHAPE(s.dim[0], s.dim[1], 1));
    for (int64_t j = 0; j < s.dim[1]; j++) {
        const int is = pivot_row(w, x, j);
        rows = exchanged(w, rows, is, j);
        x = eliminated(w, exchanged(w, x, is, j), j);
    }
    const int y = wgi_ow_shaped(w, x, k->shape);
    k->y[1] = wgi_ow_shaped(w, rows, wgi_ow_without(k->shape, k->shape.rank - 1));
    return y;
}

/* ---- systems of equations ---- */

typedef struct triangle {
    int x; /* [batch, n, n], read on one side of its diagonal */
    bool upper, unit;
} triangle;

static int solved(wgi_ow *w, triangle t, int b)
{
    const int n = (int)rows_of(w, t.x);
    int part[MOST_ROWS];
    for (int i = 0; i < n; i++) {
        const int j = t.upper ? n - 1 - i : i;
        const int row = at_row(w, b, j), pivot = at_column(w, at_row(w, t.x, j), j);
        part[j] = t.unit ? row : wgi_ow_2(w, "Div", row, pivot);
        if (i < n - 1) b = wgi_ow_2(w, "Sub", b, wgi_ow_2(w, "Mul", at_column(w, t.x, j), part[j]));
    }
    return wgi_ow_joined(w, part, n, 1);
}

WRITER(write_triangular_solve)
{
    if (is_too_large(w, in[0])) return 0;
    const bool transposed = wgi_ow_whole(k, "transposed"), upper = wgi_ow_whole(k, "upper");
    int a = flat(w, in[0]), b = in[1];
    const bool vector = wgi_ow_shape(w, b).rank < wgi_ow_shape(w, in[0]).rank;
    if (vector) b = wgi_ow_shaped(w, b, wgi_ow_with(wgi_ow_shape(w, b), wgi_ow_shape(w, b).rank, 1));
    if (transposed) a = wgi_ow_swapped(w, a);
    const triangle t = { a, upper != transposed, wgi_ow_whole(k, "unit") };
    return wgi_ow_shaped(w, solved(w, t, flat(w, b)), k->shape);
}

/* [batch, n, n]: 1 in row i where the column is rows[i]. */
static int exchange_of(wgi_ow *w, int rows, int64_t batch, int64_t n, wg_dtype t)
{
    const int each = wgi_ow_shaped(w, rows, WG_SHAPE(batch, n, 1));
    return wgi_ow_cast(w, wgi_ow_compare(w, "Equal", each, wgi_ow_counted(w, 3, 2, n)), t);
}

/* The diagonal, as [batch, n]. */
static int diagonal(wgi_ow *w, int x)
{
    const int64_t n = rows_of(w, x);
    const int alone = wgi_ow_where(w, mask(w, n, n, ON_DIAGONAL, 0), x, zero_of(w, x));
    return wgi_ow_reduced(w, "ReduceSum", alone, WG_SHAPE(2), false);
}

/* [batch]: whether triangles say that the matrix is singular, or nearly so. */
static int is_weak(wgi_ow *w, int lu)
{
    const wg_dtype t = wgi_ow_type(w, lu);
    const bool single = t == WG_F32;
    const int d = wgi_ow_1(w, "Abs", diagonal(w, lu)),
              least = wgi_ow_reduced(w, "ReduceMin", d, WG_SHAPE(1), false),
              most = wgi_ow_reduced(w, "ReduceMax", d, WG_SHAPE(1), false),
              product = wgi_ow_reduced(w, "ReduceProd", d, WG_SHAPE(1), false),
              bound = wgi_ow_2n(w, "Mul", most, single ? 0x1p-10 : 0x1p-20),
              low = wgi_ow_number(w, t, single ? (double)FLT_MIN : DBL_MIN),
              high = wgi_ow_number(w, t, single ? (double)FLT_MAX : DBL_MAX),
              in = wgi_ow_2(w, "And", wgi_ow_compare(w, "GreaterOrEqual", product, low),
                            wgi_ow_compare(w, "LessOrEqual", product, high));
    return wgi_ow_2(w, "Or", wgi_ow_compare(w, "LessOrEqual", least, bound), wgi_ow_not(w, in));
}

WRITER(write_lu_solve)
{
    if (is_too_large(w, in[1])) return 0;
    const int lu = flat(w, in[1]), b = flat(w, in[3]);
    const wg_shape s = wgi_ow_shape(w, lu);
    const int order = exchange_of(w, in[2], s.dim[0], s.dim[1], k->type);
    int y;
    if (wgi_ow_whole(k, "transposed")) {
        const int turned = wgi_ow_swapped(w, lu);
        y = solved(w, (triangle){ turned, false, false }, b);
        y = solved(w, (triangle){ turned, true, true }, y);
        y = wgi_ow_product(w, wgi_ow_swapped(w, order), y);
    } else {
        y = solved(w, (triangle){ lu, false, true }, wgi_ow_product(w, order, b));
        y = solved(w, (triangle){ lu, true, false }, y);
    }
    if (wgi_ow_whole(k, "or_zero"))
        y = wgi_ow_where(w, wgi_ow_shaped(w, is_weak(w, lu), WG_SHAPE(s.dim[0], 1, 1)), zero_of(w, y), y);
    return wgi_ow_shaped(w, y, k->shape);
}

/* ---- determinants ---- */

/* [batch]: 1, or -1 where the rows are an odd permutation: each pair in the wrong order changes the sign. */
static int sign_of_rows(wgi_ow *w, int rows, int64_t batch, int64_t n, wg_dtype t)
{
    const int down = wgi_ow_shaped(w, rows, WG_SHAPE(batch, n, 1)),
              across = wgi_ow_shaped(w, rows, WG_SHAPE(batch, 1, n)),
              wrong = wgi_ow_2(w, "And", mask(w, n, n, ABOVE_DIAGONAL, 0),
                               wgi_ow_compare(w, "Greater", down, across)),
              sign = wgi_ow_where(w, wrong, wgi_ow_number(w, t, -1), wgi_ow_number(w, t, 1));
    return wgi_ow_reduced(w, "ReduceProd", sign, WG_SHAPE(1, 2), false);
}

enum { DET, SIGN, LOG, LOGDET, WEAK };

WRITER(write_lu_det)
{
    const int64_t what = wgi_ow_whole(k, "what");
    const int lu = flat(w, in[1]);
    const wg_shape s = wgi_ow_shape(w, lu);
    if (what == WEAK) return wgi_ow_shaped(w, wgi_ow_cast(w, is_weak(w, lu), k->type), k->shape);
    const int d = diagonal(w, lu);
    int y;
    if (what == LOG || what == LOGDET)
        y = wgi_ow_reduced(w, "ReduceSum", wgi_ow_1(w, "Log", wgi_ow_1(w, "Abs", d)), WG_SHAPE(1), false);
    else {
        const int product =
            wgi_ow_reduced(w, row->onnx, what == DET ? d : wgi_ow_1(w, "Sign", d), WG_SHAPE(1), false);
        y = wgi_ow_2(w, "Mul", product, sign_of_rows(w, in[2], s.dim[0], s.dim[1], k->type));
    }
    return wgi_ow_shaped(w, y, k->shape);
}

/* The unit matrix times numbers [batch]. */
static int times_unit(wgi_ow *w, int v, int64_t n)
{
    const int each = wgi_ow_shaped(w, v, WG_SHAPE(wgi_ow_shape(w, v).dim[0], 1, 1));
    return wgi_ow_where(w, mask(w, n, n, ON_DIAGONAL, 0), each, zero_of(w, v));
}

static int minus_trace(wgi_ow *w, int x, double over)
{
    return wgi_ow_2n(w, "Div", wgi_ow_reduced(w, "ReduceSum", diagonal(w, x), WG_SHAPE(1), false), -over);
}

/* Cofactors as the last matrix of Faddeev and LeVerrier, M = A M - trace(A M) / i; and its derivative in the
 * direction of operand 2, D. They divide by no pivot, so a matrix may be singular. */
WRITER(write_cofactors)
{
    const bool slope = k->operands > 2;
    const int a = flat(w, in[0]), c = slope ? flat(w, in[2]) : 0;
    const wg_shape s = wgi_ow_shape(w, a);
    const int64_t n = s.dim[1];
    const int ones = wgi_ow_spread(w, wgi_ow_number(w, k->type, 1), WG_SHAPE(s.dim[0]));
    int m = times_unit(w, ones, n), d = slope ? wgi_ow_2n(w, "Mul", m, 0) : 0;
    if (is_too_large(w, in[0])) return 0;
    for (int64_t i = 1; i < n; i++) {
        const int am = wgi_ow_product(w, a, m);
        if (slope) {
            const int both = wgi_ow_2(w, row->onnx, wgi_ow_product(w, c, m), wgi_ow_product(w, a, d));
            d = wgi_ow_2(w, row->onnx, both, times_unit(w, minus_trace(w, both, (double)i), n));
        }
        m = wgi_ow_2(w, row->onnx, am, times_unit(w, minus_trace(w, am, (double)i), n));
    }
    const int y = wgi_ow_2n(w, "Mul", wgi_ow_swapped(w, slope ? d : m), n % 2 ? 1 : -1),
              weak = wgi_ow_shaped(w, in[1], WG_SHAPE(s.dim[0], 1, 1)),
              none = wgi_ow_compare(w, "Equal", weak, wgi_ow_number(w, wgi_ow_type(w, weak), 0));
    return wgi_ow_shaped(w, wgi_ow_where(w, none, zero_of(w, y), y), k->shape);
}

/* ---- other factors ---- */

WRITER(write_cholesky)
{
    if (is_too_large(w, in[0])) return 0;
    int x = flat(w, in[0]), column[MOST_ROWS];
    const int n = (int)rows_of(w, x);
    x = wgi_ow_2n(w, "Mul", wgi_ow_2(w, "Add", x, wgi_ow_swapped(w, x)), 0.5);
    for (int j = 0; j < n; j++) {
        const int first = at_column(w, x, j), pivot = wgi_ow_1(w, row->onnx, at_row(w, first, j)),
                  all = wgi_ow_2(w, "Div", first, pivot);
        column[j] = wgi_ow_where(w, mask(w, n, 1, FROM_ROW, j), all, zero_of(w, x));
        if (j < n - 1) x = wgi_ow_2(w, "Sub", x, wgi_ow_2(w, "Mul", column[j], wgi_ow_swapped(w, column[j])));
    }
    return wgi_ow_shaped(w, wgi_ow_joined(w, column, n, 2), k->shape);
}

/* What is left of v without its parts along the columns of q. */
static int apart(wgi_ow *w, int v, int q)
{
    return wgi_ow_2(w, "Sub", v, wgi_ow_product(w, q, wgi_ow_product(w, wgi_ow_swapped(w, q), v)));
}

/* By Gram and Schmidt, each column twice: one time loses digits. */
WRITER(write_qr)
{
    if (is_too_large(w, in[0])) return 0;
    const int x = flat(w, in[0]), n = (int)wgi_ow_shape(w, x).dim[2];
    int q = 0;
    for (int j = 0; j < n; j++) {
        int v = at_column(w, x, j);
        if (q) v = apart(w, apart(w, v, q), q);
        const int square = wgi_ow_reduced(w, "ReduceSum", wgi_ow_2(w, "Mul", v, v), WG_SHAPE(1), true);
        v = wgi_ow_2(w, "Div", v, wgi_ow_1(w, row->onnx, square));
        q = q ? wgi_ow_joined(w, (const int[]){ q, v }, 2, 2) : v;
    }
    const int all = wgi_ow_product(w, wgi_ow_swapped(w, q), x), below = mask(w, n, n, ABOVE_DIAGONAL, 0),
              on = mask(w, n, n, ON_DIAGONAL, 0),
              r = wgi_ow_where(w, below, all, wgi_ow_where(w, on, all, zero_of(w, x)));
    wg_shape s = k->shape;
    s.dim[s.rank - 2] = n;
    const int y = wgi_ow_shaped(w, q, k->shape);
    k->y[1] = wgi_ow_shaped(w, r, s);
    return y;
}

const wgi_ow_rule wgi_ow_matrices[] = {
    { "lu", write_lu, NULL },
    { "lu_solve", write_lu_solve, NULL },
    { "lu_det", write_lu_det, "ReduceProd" },
    { "cofactors", write_cofactors, "Add" },
    { "cofactor_slope", write_cofactors, "Add" },
    { "triangular_solve", write_triangular_solve, NULL },
    { "cholesky", write_cholesky, "Sqrt" },
    { "qr_parts", write_qr, "Sqrt" },
    { NULL, NULL, NULL },
};
