/* test_blocks.c: kernels that are no op's: decay, sums of rows, broadcasts into tiles, what is written past
 * the caches. */
#include <math.h>

#include "kernel/add_rows.h"
#include "kernel/decay.h"
#include "kernel/load.h"
#include "kernel/orthonormal.h"
#include "kernel/stream.h"
#include "kernel/tree_sum.h"
#include "run/run.h"
#include "wgtest.h"

static void shrink(wg_context *c, void *with)
{
    static const double want[] = { -0.25, 0, 0, 0, 0, 0, 0.25 };
    float w[7];
    double v[7];
    for (int i = 0; i < 7; i++) v[i] = w[i] = (float)(i - 3) / 4;
    wgi_shrink[c->isa](&(wgi_decay){ .n = 7, .dtype = WG_F32, .w = w, .by = 0.5 });
    wgi_shrink[c->isa](&(wgi_decay){ .n = 7, .dtype = WG_F64, .w = v, .by = 0.5 });
    for (int i = 0; i < 7; i++) cr_expect(w[i] == (float)want[i] && v[i] == want[i], "%g %g", w[i], v[i]);
}
Test(blocks, the_soft_threshold_takes_from_both_sides) { wgt_on_each_isa(shrink, NULL); }

static void add_one(wg_context *c, void *with)
{
    double from[2] = { -0.0, -1 }, to[2] = { 7, 7 };
    const wgi_added_row row = { .first = true };
    wgi_add_rows_to[c->isa](
        &(wgi_row_sums){ .list = &row, .end = 1, .width = 2, .dtype = WG_F64, .table = to, .from = from });
    cr_expect(to[0] == 0 && !signbit(to[0]) && to[1] == -1, "%g %g", to[0], to[1]);
}
Test(blocks, a_sum_of_one_row_begins_with_zero) { wgt_on_each_isa(add_one, NULL); }

/* Of columns (3, 4) and (1, -7): R has 5 and 5 on its diagonal. */
static void turn(wg_context *c, void *with)
{
    static const double want[] = { 0.6, 0.8, 0.8, -0.6 };
    double v[4] = { 3, 1, 4, -7 }, room[16];
    const wgi_column_matrix a = { .rows = 2, .cols = 2, .v = v, .room = room };
    cr_assert_leq(wgi_orthonormal_room(&a), 16);
    wgi_orthonormal[c->isa](&a);
    for (int i = 0; i < 4; i++) cr_expect_float_eq(v[i], want[i], 1e-14, "%d: %g", i, v[i]);
}
Test(blocks, orthonormal_columns_have_the_signs_of_a_positive_diagonal) { wgt_on_each_isa(turn, NULL); }

/* The values may lie where the sum goes. */
static void add_leaf(wg_context *c, void *with)
{
    for (int k = 0; k < 8; k++) {
        double before[2] = { 1, 2 }, x[2] = { 8, 24 }, y[2] = { 7, 7 }, share = k & 2 ? 0.25 : 1;
        void *const sum[] = { before, k & 1 ? x : y }, *const *first = k & 4 ? sum : sum + 1;
        const double *to = sum[1], was = k & 4 ? 1 : 0;
        wgi_add_leaf[c->isa](&(wgi_leaf){ WG_F64, share, x, first == sum, first, 0, 2 });
        cr_expect(to[0] == share * 8 + was && to[1] == share * 24 + 2 * was, "%d: %g %g", k, to[0], to[1]);
    }
}
Test(blocks, a_leaf_of_a_tree_of_sums_has_its_share) { wgt_on_each_isa(add_leaf, NULL); }

/* Rows of n floats, whole ones and a part of one. */
static void repeat(wg_context *c, void *with)
{
    const float row[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    const void *x = row;
    for (int n = 1; n <= 8; n++) {
        float to[3 * 8] = { 0 };
        void *y = to;
        wgi_load l;
        wgi_load_make(&l, &WG_SHAPE(n), &WG_SHAPE(3, n), sizeof *to);
        wgi_load_kernel[c->isa](&(wg_kernel){ .end = 3 * n - 1, .attr = &l, .x = &x, .y = &y });
        for (int i = 0; i < 3 * n - 1; i++) cr_expect_eq(to[i], row[i % n], "%d of rows of %d", i, n);
    }
}
Test(blocks, a_tile_may_end_within_a_row_that_is_repeated) { wgt_on_each_isa(repeat, NULL); }

static void look(wg_context *c, void *with)
{
    enum { N = 35 };
    _Alignas(64) double from[N], to[N];
    const void *x = from;
    void *y = to;
    for (int bad = 0; bad <= N; bad++) {
        bool seen = false;
        const wg_type t = { &WG_SHAPE(N), WG_F64 };
        for (int i = 0; i < N; i++) from[i] = i == bad ? NAN : i;
        wgi_stream[c->isa](&(wg_kernel){ .end = N, .x = &x, .y = &y, .yt = &t, .scratch = &seen });
        cr_expect(seen == (bad < N) && wgt_same_numbers(&(wg_tensor){ WG_F64, WG_SHAPE(N), from },
                                                        &(wg_tensor){ WG_F64, WG_SHAPE(N), to }),
                  "NaN at %d", bad);
    }
}
Test(blocks, nan_is_seen_wherever_it_is) { wgt_on_each_isa(look, NULL); }
