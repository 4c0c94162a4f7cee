/* test_shared_operands.c: derivatives of a matrix of which many rows are gathered and many slices are taken,
 * against products with matrices of zeros and ones that choose the same: rows that occur again, matrices that
 * are used as a whole too, both orders, and the order of the sums that docs/inside/arithmetic.md promises. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgtest.h"

enum { ROWS = 23, COLUMNS = 70, SIZE = ROWS * COLUMNS, PARTS = 90, MOST = 23 };

/* Rows, or columns, by their numbers: gathered, or a slice from the first number on. */
typedef struct part {
    bool columns, gathered;
    int n; /* 0: one row whose number is a scalar; of a slice no row */
    int32_t number[MOST];
} part;

/* L = 1/2 |E|^2 (if dense) + the sum over parts of <c, sin(part)>; S = <dL/dE, u>. */
typedef struct job {
    int parts;
    bool dense;
    part part[PARTS];
    double E[SIZE], u[SIZE], c[PARTS + SIZE];
} job;

/* Gathers take up to three of all rows but the last, slices up to three or all of the lines. */
static void job_draw(job *k, int parts, bool gathers, bool dense)
{
    wgt_random r = { (uint64_t)parts + 100 * gathers };
    k->parts = parts, k->dense = dense;
    for (int i = 0; i < SIZE; i++) k->E[i] = wgt_uniform(&r, -2, 2), k->u[i] = wgt_uniform(&r, -1, 1);
    for (int i = 0; i < PARTS + SIZE; i++) k->c[i] = wgt_uniform(&r, -1, 1);
    for (int j = 0; j < parts; j++) {
        part *p = &k->part[j];
        *p = (part){ .gathered = gathers, .columns = !gathers && wgt_below(&r, 3) == 0 };
        const int lines = p->columns ? COLUMNS : ROWS, from = (int)wgt_below(&r, lines),
                  most = gathers || j % 2 ? 3 : MOST;
        p->n = (int)wgt_below(&r, 1 + (gathers || lines - from > most ? most : lines - from));
        for (int i = 0; i < MOST; i++)
            p->number[i] = gathers ? (int32_t)wgt_below(&r, ROWS - 1) : (int32_t)(from + i);
    }
}

/* Numbers of rows may be of different dtypes. */
static wg_node taken(wg_node E, const part *p, int j)
{
    if (!p->gathered) return wg_slice(E, .axis = p->columns, .from = p->number[0], .to = p->number[0] + p->n);
    wg_node row = wg_input(wg_graph_of(E), "row", wg_view_i32(p->number, p->n ? WG_SHAPE(p->n) : WG_SCALAR));
    return wg_gather(E, j % 3 == 0 ? row : wg_cast(row, j % 3 == 1 ? WG_I64 : WG_F32));
}
static wg_node by_product(wg_node E, const part *p)
{
    const int lines = p->columns ? COLUMNS : ROWS, n = p->gathered && !p->n ? 1 : p->n;
    double chosen[MOST * COLUMNS] = { 0 };
    for (int i = 0; i < n; i++) chosen[i * lines + p->number[i]] = 1;
    wg_node m = wg_cast(wg_input(wg_graph_of(E), "chosen", wg_view_f64(chosen, WG_SHAPE(n, lines))),
                        wg_node_dtype(E));
    wg_node y = p->columns ? wg_matmul(E, m, .tb = true) : wg_matmul(m, E);
    return p->gathered && !p->n ? wg_reshape(y, WG_SHAPE(COLUMNS)) : y;
}

enum { FIRST, SECOND, ALONG, DERIVATIVES }; /* dL/dE, dS/dE, d/ds dL/dE(E + s u) */

static void derive(wg_graph *g, const job *k, wg_dtype t, bool products, wg_node d[DERIVATIVES])
{
    wg_shape s = WG_SHAPE(ROWS, COLUMNS);
    wg_node E = wg_cast(wg_input(g, "E", wg_view_f64(k->E, s)), t),
            u = wg_cast(wg_input(g, "u", wg_view_f64(k->u, s)), t), L = wg_scalar(g, 0);
    for (int j = 0; j < k->parts; j++) {
        if (k->dense && j == k->parts / 2) L = wg_add(L, wg_mul(0.5, wg_sum(wg_square(E))));
        wg_node x = products ? by_product(E, &k->part[j]) : taken(E, &k->part[j], j);
        wg_node c = wg_cast(wg_input(g, "c", wg_view_f64(k->c + j, wg_node_shape(x))), t);
        L = wg_add(L, wg_sum(wg_mul(c, wg_sin(x))));
    }
    d[FIRST] = wg_grad(L, E);
    d[SECOND] = wg_grad(wg_sum(wg_mul(d[FIRST], u)), E);
    d[ALONG] = wg_jvp(d[FIRST], &E, &u, 1);
}

static void compare(const job *k)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node d[DERIVATIVES], want[DERIVATIVES];
    derive(g, k, WG_F64, false, d);
    derive(g, k, WG_F64, true, want);
    for (int i = 0; i < DERIVATIVES; i++) {
        double *v = wgt_values(d[i]), *w = wgt_values(want[i]);
        cr_assert(v && w, "%s", wg_message(c));
        cr_assert_leq(wgt_distance(v, w, SIZE), 0x1p-53 * (k->parts + 8),
                      "%d parts, gathered %d: derivative %d", k->parts, k->part[0].gathered, i);
        free(v), free(w);
    }
    wgt_finish(c, NULL);
}

Test(shared_operands, parts_against_products)
{
    static const int parts[] = { 1, 2, 3, 5, 8, 40, PARTS };
    job *k = malloc(sizeof *k);
    for (int i = 0; i < 28; i++) {
        job_draw(k, parts[i / 4], i % 2, i / 2 % 2);
        compare(k);
    }
    free(k);
}

/* However many gathers there are, the rows are added to one table of zeros. */
Test(shared_operands, gathers_make_one_gradient)
{
    WGT_GRAPH(WG_F64, NULL);
    job *k = malloc(sizeof *k);
    wg_node d[DERIVATIVES];
    job_draw(k, 40, true, false);
    derive(g, k, WG_F64, false, d);
    cr_assert_str_eq(wg_node_op_name(d[FIRST]), "gather_grad");
    cr_assert_eq(wg_node_operands(d[FIRST]), 2 * 40);
    cr_assert_str_eq(wg_node_op_name(d[SECOND]), "gather_grad");
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

static void bytes_of(const job *k, wg_dtype t, const wg_start_opts *o, char *to)
{
    WGT_GRAPH(t, o);
    for (int round = 0; round < 3; round++) { /* built like the time before, planned, remembered */
        wg_begin(g, WG_TRAIN);
        wg_node d[DERIVATIVES];
        derive(g, k, t, false, d);
        for (int j = 0; j < DERIVATIVES; j++) {
            wg_tensor v = wg_value(d[j]);
            char *at = to + (size_t)j * SIZE * sizeof(double);
            if (round) cr_assert_eq(memcmp(at, v.data, SIZE * wg_dtype_size(t)), 0, "round %d", round);
            memcpy(at, v.data, SIZE * wg_dtype_size(t));
        }
    }
    wgt_finish(c, NULL);
}

Test(shared_operands, the_same_bits_in_every_way)
{
    const wg_start_opts way[] = { WG_OPTS(wg_start_opts, .threads = 1, .interpret = 1,
                                          .without = WG_WITHOUT_ALL),
                                  WG_OPTS(wg_start_opts, .threads = 1, .interpret = -1),
                                  WG_OPTS(wg_start_opts, .threads = 2, .interpret = -1),
                                  WG_OPTS(wg_start_opts, .threads = 2, .interpret = 1) };
    static char a[DERIVATIVES * SIZE * sizeof(double)], b[sizeof a];
    job *k = malloc(sizeof *k);
    job_draw(k, 40, true, true);
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

/* Windows of three overlap threefold, so their gradients are three vectors, however many there are. Slices
 * that are taken in any order are put side by side. */
Test(shared_operands, slices_make_few_gradients)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = wg_input(g, "x", wg_view_f64((double[60]){ 0 }, WG_SHAPE(60))), L = wg_scalar(g, 0),
            M = wg_scalar(g, 0);
    for (int i = 0; i < 58; i++)
        L = wg_add(L, wg_sum(wg_square(wg_slice(x, .axis = 0, .from = i * 27 % 58, .to = i * 27 % 58 + 3))));
    for (int i = 0; i < 59; i++)
        M = wg_add(M, wg_sum(wg_square(wg_slice(x, .axis = 0, .from = i * 29 % 59, .to = i * 29 % 59 + 1))));
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
        L = wg_add(L, wg_sum(wg_mul(wg_slice(x, .axis = 0, .from = s[k].from, .to = s[k].to), s[k].by)));
    double *v = wgt_values(wg_grad(L, x));
    cr_assert_eq(v[0], -1e8F);
    cr_assert_eq(v[1], 0, "1e8 + 1 = 1e8 is added before -1e8");
    cr_assert_eq(v[2], 7 + 1e8F, "the first line is 0 to 4");
    cr_assert_eq(v[3], 7);
    free(v);
    wgt_finish(c, NULL);
}
