/* test_shared_operands.c: derivatives of a table whose rows are gathered many times, and of a matrix of which
 * many slices are taken, against closed forms in long double: rows that occur again, tables that are used as
 * a whole too, both orders, and the order of the sums that docs/arithmetic.md promises. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgtest.h"

enum { ROWS = 7, COLUMNS = 70, SIZE = ROWS * COLUMNS, GATHERS = 40, MOST = 3 };

/* L = 1/2 |E|^2 (if dense) + the sum over gathers k and their numbers i of <c[k][i], sin(E[row[k][i]])>.
 * S = <dL/dE, u>. */
typedef struct job {
    int gathers;
    bool dense;
    int n[GATHERS]; /* 0: the number of gather k is a scalar */
    int32_t row[GATHERS][MOST];
    double E[SIZE], u[SIZE], c[GATHERS][MOST * COLUMNS];
} job;

static void job_draw(job *k, int gathers, bool dense)
{
    wgt_random r = { (uint64_t)gathers };
    k->gathers = gathers, k->dense = dense;
    for (int i = 0; i < SIZE; i++) k->E[i] = wgt_uniform(&r, -2, 2), k->u[i] = wgt_uniform(&r, -1, 1);
    for (int j = 0; j < gathers; j++) {
        k->n[j] = (int)wgt_below(&r, MOST + 1);
        for (int i = 0; i < MOST; i++) k->row[j][i] = (int32_t)wgt_below(&r, ROWS - 1); /* the last: none */
        for (int i = 0; i < MOST * COLUMNS; i++) k->c[j][i] = wgt_uniform(&r, -1, 1);
    }
}

static wg_node term(wg_graph *g, const job *k, int j, wg_node E, wg_dtype t)
{
    const int n = k->n[j];
    wg_shape rows = n ? WG_SHAPE(n) : WG_SCALAR, all = n ? WG_SHAPE(n, COLUMNS) : WG_SHAPE(COLUMNS);
    wg_node row = wg_input(g, "row", wg_view_i32(k->row[j], rows));
    if (j % 3 == 1) row = wg_cast(row, WG_I64); /* numbers may be of different dtypes */
    if (j % 3 == 2) row = wg_cast(row, WG_F32);
    wg_node c = wg_cast(wg_input(g, "c", wg_view_f64(k->c[j], all)), t);
    return wg_sum(wg_mul(c, wg_sin(wg_gather(E, row))));
}

typedef struct derivatives {
    wg_node first, second, along; /* dL/dE, dS/dE, d/ds dL/dE(E + s u) */
} derivatives;

static derivatives derive(wg_graph *g, const job *k, wg_dtype t)
{
    wg_shape s = WG_SHAPE(ROWS, COLUMNS);
    wg_node E = wg_cast(wg_input(g, "E", wg_view_f64(k->E, s)), t),
            u = wg_cast(wg_input(g, "u", wg_view_f64(k->u, s)), t), L = wg_scalar(g, 0);
    for (int j = 0; j < k->gathers; j++) {
        if (k->dense && j == k->gathers / 2) L = wg_add(L, wg_mul(0.5, wg_sum(wg_square(E))));
        L = wg_add(L, term(g, k, j, E, t));
    }
    derivatives d = { .first = wg_grad(L, E) };
    d.second = wg_grad(wg_sum(wg_mul(d.first, u)), E);
    d.along = wg_jvp(d.first, &E, &u, 1);
    return d;
}

/* The closed forms, and the sums of the sizes of their terms, which bound the error. */
static void by_hand(const job *k, int e, long double *first, long double *second, long double *size)
{
    const long double x = k->E[e], u = k->u[e];
    *first = k->dense ? x : 0, *second = k->dense ? u : 0, *size = k->dense ? fabsl(x) + fabsl(u) : 0;
    for (int j = 0; j < k->gathers; j++)
        for (int i = 0; i < (k->n[j] ? k->n[j] : 1); i++)
            if (k->row[j][i] == e / COLUMNS) {
                const long double c = k->c[j][i * COLUMNS + e % COLUMNS];
                *first += c * cosl(x);
                *second -= u * c * sinl(x);
                *size += fabsl(c) * (1 + fabsl(u));
            }
}

static void compare(const job *k)
{
    WGT_GRAPH(WG_F64, NULL);
    derivatives d = derive(g, k, WG_F64);
    double *first = wgt_values(d.first), *second = wgt_values(d.second), *along = wgt_values(d.along);
    for (int e = 0; e < SIZE; e++) {
        long double want, want2, size;
        by_hand(k, e, &want, &want2, &size);
        const long double error = 0x1p-53L * (k->gathers * MOST + 8) * size;
        cr_assert(fabsl(first[e] - want) <= error, "%d: %g, not %Lg", e, first[e], want);
        cr_assert(fabsl(second[e] - want2) <= error, "%d: second %g, not %Lg", e, second[e], want2);
        cr_assert(fabsl(along[e] - want2) <= error, "%d: along %g, not %Lg", e, along[e], want2);
    }
    free(first), free(second), free(along);
    wgt_finish(c, NULL);
}

Test(shared_operands, gathers_against_long_double)
{
    static const int gathers[] = { 1, 2, 3, 5, GATHERS };
    job *k = malloc(sizeof *k);
    for (int i = 0; i < 10; i++) {
        job_draw(k, gathers[i / 2], i % 2);
        compare(k);
    }
    free(k);
}

/* However many gathers there are, the rows are added to one table of zeros. */
Test(shared_operands, gathers_make_one_gradient)
{
    WGT_GRAPH(WG_F64, NULL);
    job *k = malloc(sizeof *k);
    job_draw(k, GATHERS, false);
    derivatives d = derive(g, k, WG_F64);
    cr_assert_str_eq(wg_node_op_name(d.first), "gather_grad");
    cr_assert_eq(wg_node_operands(d.first), 2 * GATHERS);
    cr_assert_str_eq(wg_node_op_name(d.second), "gather_grad");
    free(k);
    wgt_finish(c, NULL);
}

/* Users from last to first, with the sum of the rows where the last gather stands. In f32 1e8 + 1 = 1e8, so
 * each order of these sums gives another number. */
Test(shared_operands, the_order_of_the_sum)
{
    WGT_GRAPH(WG_F32, NULL);
    wg_node E = wg_input(g, "E", wg_view_f32((float[]){ 0, 0, 0 }, WG_SHAPE(3)));
    wg_node row = wg_input(g, "row", wg_view_i32((int32_t[]){ 1 }, WG_SCALAR));
    const float by[] = { 3, 1e8F, -1e8F, 5 };
    wg_node L = wg_scalar(g, 0);
    for (int k = 0; k < 4; k++) L = wg_add(L, wg_mul(wg_gather(E, row), by[k]));
    double *v = wgt_values(wg_grad(L, E));
    cr_assert_eq(v[1], (float)((float)(5 + -1e8F) + 1e8F) + 3);
    free(v);
    wg_node first = wg_mul(wg_gather(E, row), 1e8F), sum = wg_sum(wg_mul(E, 3)),
            last = wg_mul(wg_gather(E, row), -1e8F);
    v = wgt_values(wg_grad(wg_add(wg_add(first, sum), last), E));
    cr_assert_eq(v[1], 3, "the rows are one sum, -1e8 + 1e8, which is added to the 3");
    cr_assert(v[0] == 3 && v[2] == 3);
    free(v);
    wgt_finish(c, NULL);
}

static void bytes_of(const job *k, wg_dtype t, const wg_options *o, char *to)
{
    WGT_GRAPH(t, o);
    for (int round = 0; round < 3; round++) { /* built like the time before, planned, remembered */
        wg_begin(g, WG_TRAIN);
        derivatives d = derive(g, k, t);
        wg_node all[3] = { d.first, d.second, d.along };
        for (int j = 0; j < 3; j++) {
            wg_tensor v = wg_value(all[j]);
            char *at = to + (size_t)j * SIZE * sizeof(double);
            if (round) cr_assert_eq(memcmp(at, v.data, SIZE * wg_dtype_size(t)), 0, "round %d", round);
            memcpy(at, v.data, SIZE * wg_dtype_size(t));
        }
    }
    wgt_finish(c, NULL);
}

Test(shared_operands, the_same_bits_in_every_way)
{
    static const wg_options way[] = { { .threads = 1, .interpret = 1, .without = WG_WITHOUT_ALL },
                                      { .threads = 1, .interpret = -1 },
                                      { .threads = 2, .interpret = -1 },
                                      { .threads = 2, .interpret = 1 } };
    static char a[3 * SIZE * sizeof(double)], b[sizeof a];
    job *k = malloc(sizeof *k);
    job_draw(k, GATHERS, true);
    for (int t = 0; t < 2; t++)
        for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
            bytes_of(k, t ? WG_F64 : WG_F32, &way[i], i ? b : a);
            if (i) cr_assert_eq(memcmp(a, b, sizeof a), 0, "%s, way %d", t ? "f64" : "f32", (int)i);
        }
    free(k);
}

/* A gradient that wg_backward leaves is the one that wg_grad makes, and a table's rows that no gather names
 * get zero. */
Test(shared_operands, backward_of_gathered_rows)
{
    WGT_WORLD(WG_F64, NULL);
    wg_node E = wg_param(g, p, "E", WG_SHAPE(4, 2), wg_const(2)), L = wg_scalar(g, 0);
    static const int32_t row[] = { 2, 0, 2, 2 };
    for (int k = 0; k < 4; k++) {
        wg_node at = wg_input(g, "row", wg_view_i32(&row[k], WG_SHAPE(1)));
        L = wg_add(L, wg_mul(k + 1, wg_sum(wg_square(wg_gather(E, at)))));
    }
    double got[8];
    const double want[8] = { 8, 8, 0, 0, 32, 32, 0, 0 }; /* 2 E times the sum of the weights 2; 1, 3, 4 */
    wg_backward(L, p);
    wg_params_get_grad(p, got);
    for (int i = 0; i < 8; i++) cr_assert_eq(got[i], want[i]);
    wg_copy_f64(wg_grad(L, E), got, 8);
    for (int i = 0; i < 8; i++) cr_assert_eq(got[i], want[i]);
    wgt_finish(c, NULL);
}

/* ---- slices ---- */

enum { HIGH = 23, WIDE = 5, AREA = HIGH * WIDE, SLICES = 90 };

typedef struct place {
    int axis;
    int64_t from, to;
} place;

static bool is_in(place p, int e)
{
    const int at = p.axis ? e % WIDE : e / WIDE;
    return at >= p.from && at < p.to;
}

/* L = |x|^2 (if dense) + the sum over slices k of (k + 1) sum(part^3); S = <dL/dx, u>. */
static void compare_slices(const place p[], int slices, bool dense)
{
    WGT_GRAPH(WG_F64, NULL);
    wgt_random r = { (uint64_t)slices };
    double at[AREA], by[AREA];
    for (int e = 0; e < AREA; e++) at[e] = wgt_uniform(&r, -1, 1), by[e] = wgt_uniform(&r, -1, 1);
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(HIGH, WIDE))),
            u = wg_input(g, "u", wg_view_f64(by, WG_SHAPE(HIGH, WIDE))), L = wg_scalar(g, 0);
    for (int k = 0; k < slices; k++) {
        if (dense && k == slices / 2) L = wg_add(L, wg_sum(wg_square(x)));
        wg_node part = wg_slice(x, .axis = p[k].axis, .from = p[k].from, .to = p[k].to);
        L = wg_add(L, wg_mul(k + 1, wg_sum(wg_pow(part, 3))));
    }
    wg_node gx = wg_grad(L, x), s = wg_sum(wg_mul(gx, u));
    double *first = wgt_values(gx), *second = wgt_values(wg_grad(s, x)),
           *along = wgt_values(wg_jvp(gx, &x, &u, 1));
    for (int e = 0; e < AREA; e++) {
        long double weight = 0, v = at[e], w = by[e];
        for (int k = 0; k < slices; k++) weight += is_in(p[k], e) ? k + 1 : 0;
        const long double error = 0x1p-53L * (slices + 8) * (6 * weight + 2);
        cr_assert(fabsl(first[e] - (3 * weight * v * v + 2 * dense * v)) <= error, "element %d", e);
        cr_assert(fabsl(second[e] - (6 * weight * v + 2 * dense) * w) <= error, "element %d: second", e);
        cr_assert(fabsl(along[e] - (6 * weight * v + 2 * dense) * w) <= error, "element %d: along", e);
    }
    free(first), free(second), free(along);
    wgt_finish(c, NULL);
}

Test(shared_operands, slices_against_long_double)
{
    place p[SLICES];
    wgt_random r = { 11 };
    for (int i = 0; i < 60; i++) {
        const int slices = 2 + (int)wgt_below(&r, i < 30 ? 6 : SLICES - 2);
        for (int k = 0; k < slices; k++) {
            const int axis = i % 3 == 2 && wgt_below(&r, 2), n = axis ? WIDE : HIGH;
            const int64_t from = wgt_below(&r, n), most = i % 2 ? 3 : n;
            p[k] = (place){ axis, from, from + wgt_below(&r, (n - from < most ? n - from : most) + 1) };
        }
        compare_slices(p, slices, i % 5 == 0);
    }
}

/* Windows of three overlap threefold, so their gradients are three vectors, however many there are. Slices
 * that are taken in any order are put side by side. */
Test(shared_operands, slices_make_few_gradients)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_input(g, "x", wg_view_f64((double[60]){ 0 }, WG_SHAPE(60))), L = wg_scalar(g, 0),
            M = wg_scalar(g, 0);
    for (int i = 0; i < 58; i++)
        L = wg_add(L, wg_sum(wg_square(wg_slice(x, .from = i * 27 % 58, .to = i * 27 % 58 + 3))));
    for (int i = 0; i < 59; i++)
        M = wg_add(M, wg_sum(wg_square(wg_slice(x, .from = i * 29 % 59, .to = i * 29 % 59 + 1))));
    wg_node gx = wg_grad(L, x);
    cr_assert_str_eq(wg_node_op_name(gx), "addn");
    cr_assert_eq(wg_node_operands(gx), 3);
    cr_assert_str_eq(wg_node_op_name(wg_grad(M, x)), "concat");
    wgt_finish(c, NULL);
}

/* Equal places first, from the last user to the first; then lines in the order of their begins. */
Test(shared_operands, the_order_of_a_sum_of_slices)
{
    WGT_GRAPH(WG_F32, NULL);
    wg_node x = wg_input(g, "x", wg_view_f32((float[]){ 0, 0, 0, 0 }, WG_SHAPE(4))), L = wg_scalar(g, 0);
    static const struct {
        int64_t from, to;
        float by;
    } s[] = { { 1, 3, 1 }, { 0, 2, -1e8F }, { 1, 3, 1e8F }, { 2, 4, 7 } };
    for (int k = 0; k < 4; k++)
        L = wg_add(L, wg_sum(wg_mul(wg_slice(x, .from = s[k].from, .to = s[k].to), s[k].by)));
    double *v = wgt_values(wg_grad(L, x));
    cr_assert_eq(v[0], -1e8F);
    cr_assert_eq(v[1], 0, "1e8 + 1 = 1e8 is added before -1e8");
    cr_assert_eq(v[2], 7 + 1e8F, "the first line is 0 to 4");
    cr_assert_eq(v[3], 7);
    free(v);
    wgt_finish(c, NULL);
}
