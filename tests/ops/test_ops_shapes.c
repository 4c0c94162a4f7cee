/* test_ops_shapes.c: values by hand for the ops that change shapes, and for indices. Expectations are closed
 * forms and counting. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

/* ---- shapes ---- */

Test(shape, reshape_keeps_the_order)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_reshape(x, WG_SHAPE(3, -1)), WG_F64, WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_expand(x, 1), WG_F64, WG_SHAPE(2, 1, 3), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_expand(x, -1), WG_F64, WG_SHAPE(2, 3, 1), 1, 2, 3, 4, 5, 6);
    EXPECT(wg_squeeze(wg_expand(x, 0), 0), WG_F64, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT_EMPTY(wg_reshape(wg_slice(x, .from = 2, .to = 2), WG_SHAPE(5, 0)), WG_F64, WG_SHAPE(5, 0));
    cr_assert_eq(wg_reshape(x, WG_SHAPE(2, 3)).index, x.index, "a reshape to the same shape is no node");
    done(g);
}

Test(shape, broadcast_and_back)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 1), 1, 2), y = wg_broadcast_to(x, WG_SHAPE(2, 2, 3));
    EXPECT(y, WG_F64, WG_SHAPE(2, 2, 3), 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2);
    EXPECT(slope(wg_square(y), x), WG_F64, WG_SHAPE(2, 1), 12, 24);
    EXPECT(wg_sum_to(y, WG_SHAPE(2, 1)), WG_F64, WG_SHAPE(2, 1), 6, 12);
    EXPECT(wg_sum_to(y, WG_SHAPE(3)), WG_F64, WG_SHAPE(3), 6, 6, 6);
    EXPECT(wg_sum_to(y, WG_SCALAR), WG_F64, WG_SCALAR, 18);
    EXPECT(wg_broadcast_to(wg_cast(x, WG_BOOL), WG_SHAPE(2, 2)), WG_BOOL, WG_SHAPE(2, 2), 1, 1, 1, 1);
    EXPECT(wg_sum_to(wg_slice(y, .from = 2, .to = 2), WG_SHAPE(1, 3)), WG_F64, WG_SHAPE(1, 3), 0, 0, 0);
    done(g);
}

Test(shape, transposes)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6), y = wg_transpose(x);
    EXPECT(y, WG_F64, WG_SHAPE(3, 2), 1, 4, 2, 5, 3, 6);
    EXPECT(wg_transpose(y), WG_F64, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    wg_node z = INPUT(g, WG_SHAPE(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    EXPECT(wg_transpose(z, .axes = WG_AXES(1, 2, 0)), WG_F64, WG_SHAPE(2, 2, 2), 1, 5, 2, 6, 3, 7, 4, 8);
    EXPECT(wg_transpose(z, .axes = WG_AXES(1, 0, 2)), WG_F64, WG_SHAPE(2, 2, 2), 1, 2, 5, 6, 3, 4, 7, 8);
    EXPECT(wg_transpose(wg_greater(x, 3)), WG_BOOL, WG_SHAPE(3, 2), 0, 1, 0, 1, 0, 1);
    EXPECT(slope(wg_mul(y, INPUT(g, WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6)), x), WG_F64, WG_SHAPE(2, 3), 1, 3, 5,
           2, 4, 6);
    done(g);
}

/* Every permutation of four axes, against indexing; sizes on both sides of a tile. */
Test(shape, transposes_of_four_axes)
{
    static const int64_t dim[4] = { 3, 33, 2, 35 };
    enum { N = 3 * 33 * 2 * 35 };
    wg_graph *g = graph(WG_F64);
    double *v = malloc(N * sizeof *v);
    for (int i = 0; i < N; i++) v[i] = i;
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(3, 33, 2, 35)));
    for (int p = 0; p < 256; p++) {
        int a[4] = { p & 3, p >> 2 & 3, p >> 4 & 3, p >> 6 };
        if ((1 << a[0] | 1 << a[1] | 1 << a[2] | 1 << a[3]) != 15) continue;
        wg_tensor t = wg_value(wg_transpose(x, .axes = WG_AXES(a[0], a[1], a[2], a[3])));
        int64_t stride[4] = { 33 * 2 * 35, 2 * 35, 35, 1 }, at = 0;
        for (int64_t i = 0; i < dim[a[0]]; i++)
            for (int64_t j = 0; j < dim[a[1]]; j++)
                for (int64_t k = 0; k < dim[a[2]]; k++)
                    for (int64_t l = 0; l < dim[a[3]]; l++, at++) {
                        double want = (double)(i * stride[a[0]] + j * stride[a[1]] + k * stride[a[2]] +
                                               l * stride[a[3]]);
                        cr_assert_eq(((const double *)t.data)[at], want, "permutation %d, element %lld", p,
                                     (long long)at);
                    }
    }
    free(v);
    done(g);
}

Test(shape, concat_and_slice)
{
    wg_graph *g = graph(WG_F64);
    wg_node a = INPUT(g, WG_SHAPE(2, 2), 1, 2, 3, 4), b = INPUT(g, WG_SHAPE(2, 1), 5, 6), both[] = { a, b };
    wg_node y = wg_concat(both, 2, 1);
    EXPECT(y, WG_F64, WG_SHAPE(2, 3), 1, 2, 5, 3, 4, 6);
    EXPECT(slope(wg_mul(y, INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6)), b), WG_F64, WG_SHAPE(2, 1), 3, 6);
    EXPECT(wg_slice(y, .axis = 1, .from = 1), WG_F64, WG_SHAPE(2, 2), 2, 5, 4, 6);
    EXPECT(wg_slice(y, .from = -1), WG_F64, WG_SHAPE(1, 3), 3, 4, 6);
    EXPECT(wg_slice(y, .axis = -1, .to = -2), WG_F64, WG_SHAPE(2, 1), 1, 3);
    EXPECT_EMPTY(wg_slice(y, .axis = 1, .from = 1, .to = 1), WG_F64, WG_SHAPE(2, 0));
    EXPECT_EMPTY(wg_slice(y, .axis = 1, .from = 0, .to = -3), WG_F64, WG_SHAPE(2, 0));
    done(g);
}

Test(shape, gradients_of_slices)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 3, 4, 5);
    wg_node head = wg_slice(x, .to = 2), mid = wg_slice(x, .from = 2, .to = 3), tail = wg_slice(x, .from = 4);
    EXPECT_VECTOR(slope(wg_slice(x, .from = 1, .to = 3), x), 0, 1, 1, 0, 0);
    wg_node apart =
        wg_add(wg_sum(wg_square(head)), wg_add(wg_sum(wg_mul(mid, 7)), wg_sum(wg_mul(tail, tail))));
    EXPECT_VECTOR(wg_grad(apart, x), 2, 4, 7, 0, 10);
    wg_node overlapping = wg_add(wg_sum(wg_slice(x, .to = 3)), wg_sum(wg_mul(wg_slice(x, .from = 2), 10)));
    EXPECT_VECTOR(wg_grad(overlapping, x), 1, 1, 11, 10, 10);
    wg_node empty = wg_add(wg_sum(wg_slice(x, .from = 2, .to = 2)), wg_sum(head));
    EXPECT_VECTOR(wg_grad(empty, x), 1, 1, 0, 0, 0);
    wg_node first = wg_grad(apart, x);
    EXPECT_VECTOR(wg_grad(wg_sum(wg_mul(first, first)), x), 8, 16, 0, 0, 40);
    done(g);
}

Test(shape, stop_gradient_is_a_constant)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 2, -3);
    EXPECT_VECTOR(slope(wg_mul(x, wg_stop_gradient(x)), x), 2, -3);
    done(g);
}

/* ---- indices ---- */

Test(gather, rows_and_their_gradient)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6), rows = INTS(g, 2, 0, 2, 2);
    wg_node y = wg_gather(x, rows);
    EXPECT(y, WG_F64, WG_SHAPE(4, 2), 5, 6, 1, 2, 5, 6, 5, 6);
    EXPECT(slope(y, x), WG_F64, WG_SHAPE(3, 2), 1, 1, 0, 0, 3, 3);
    EXPECT(wg_gather(x, wg_reshape(rows, WG_SHAPE(2, 2))), WG_F64, WG_SHAPE(2, 2, 2), 5, 6, 1, 2, 5, 6, 5, 6);
    EXPECT(wg_gather(x, VECTOR(g, 1)), WG_F64, WG_SHAPE(1, 2), 3, 4);
    EXPECT(wg_gather(VECTOR(g, 7, 8), wg_reshape(INTS(g, 1), WG_SCALAR)), WG_F64, WG_SCALAR, 8);
    done(g);
}

Test(gather, mistakes_name_the_lowest_index)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = INPUT(g, WG_SHAPE(3, 1), 1, 2, 3);
    wg_value(wg_gather(x, INTS(g, 0, 3, -1)));
    wgt_expect_error(c, WG_ERROR_VALUE, "number out of range: 3 at index 1, must be from -3 to 2");
    wg_value(wg_gather(x, INTS(g, 0, -4)));
    wgt_expect_error(c, WG_ERROR_VALUE, "number out of range: -4 at index 1, must be from -3 to 2");
    wg_value(wg_gather(x, VECTOR(g, 0, 1, 1.5)));
    wgt_expect_error(c, WG_ERROR_VALUE, "not a whole number, at index 2");
    wg_value(wg_gather(x, VECTOR(g, NAN)));
    wgt_expect_error(c, WG_ERROR_VALUE, "not a whole number, at index 0");
    wg_value(wg_one_hot(INTS(g, 0, 4, 9), 4));
    wgt_expect_error(c, WG_ERROR_VALUE, "number out of range: 4 at index 1, must be from 0 to 3");
    done(g);
}

Test(gather, one_hot_rows)
{
    wg_graph *g = graph(WG_F32);
    EXPECT(wg_one_hot(INTS(g, 1, 0, 2), 3), WG_F32, WG_SHAPE(3, 3), 0, 1, 0, 1, 0, 0, 0, 0, 1);
    EXPECT(wg_one_hot(VECTOR(g, 1), 2), WG_F32, WG_SHAPE(1, 2), 0, 1);
    done(g);
}
