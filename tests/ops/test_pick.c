/* test_pick.c: elements by their numbers, numbers of elements, order of size: against loops. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

/* ---- numbers below 0 count from the end, as in NumPy ---- */

enum { PICKED = 6, OF = 4 };
static const double from_the_end[PICKED] = { -1, 2, -4, 0, -1, 3 },
                    from_the_start[PICKED] = { 3, 2, 0, 0, 3, 3 };

typedef wg_node (*picker)(wg_node x, wg_node numbers, wg_node v);
static wg_node by_gather(wg_node x, wg_node i, wg_node v) { return wg_gather(x, i); }
static wg_node by_take(wg_node x, wg_node i, wg_node v) { return wg_take(x, i, .axis = 1); }
static wg_node by_take_along(wg_node x, wg_node i, wg_node v)
{
    return wg_take_along(x, wg_broadcast_to(wg_reshape(i, WG_SHAPE(PICKED, 1)), WG_SHAPE(PICKED, OF)),
                         .axis = 0);
}
static wg_node by_scatter(wg_node x, wg_node i, wg_node v) { return wg_scatter_add(x, i, v, .axis = 1); }
static wg_node by_scatter_along(wg_node x, wg_node i, wg_node v)
{
    return wg_scatter_add_along(x, wg_broadcast_to(wg_reshape(i, WG_SHAPE(1, PICKED)), WG_SHAPE(OF, PICKED)),
                                v, .axis = 1);
}
static wg_node by_row(wg_node x, wg_node i, wg_node v)
{
    return wg_gather(wg_reshape(x, WG_SHAPE(OF * OF)), i); /* one element a row: loops of their own */
}
static const picker pickers[] = { by_gather, by_take, by_take_along, by_scatter, by_scatter_along, by_row };

static void same_bits(wg_node a, wg_node b, const char *what, int i, wg_dtype t, wg_dtype numbers)
{
    const wg_tensor x = wg_value(a), y = wg_value(b);
    cr_assert(x.data && y.data, "%s", wg_message(wg_graph_context(wg_graph_of(a))));
    cr_expect(wgt_same_bits(&x, &y), "%s of op %d, %s by %s numbers", what, i, wg_dtype_name(t),
              wg_dtype_name(numbers));
}
static void negative(int i, wg_dtype t, wg_dtype numbers)
{
    wg_graph *g = graph(WG_F64);
    const bool row = pickers[i] == by_row;
    double start[PICKED], end[PICKED], v[OF * PICKED], w[OF * OF];
    for (int k = 0; k < PICKED; k++) {
        start[k] = from_the_start[k] + (row && from_the_end[k] < 0 ? OF * OF - OF : 0);
        end[k] = from_the_end[k];
    }
    for (int k = 0; k < OF * PICKED; k++) v[k] = sin(k + 1) * 4;
    for (int k = 0; k < OF * OF; k++) w[k] = cos(k) * 9;
    wg_node x = wg_cast(wg_input(g, "x", wg_view_f64(w, WG_SHAPE(OF, OF))), t);
    wg_node of[2], add = wg_cast(wg_input(g, "v", wg_view_f64(v, WG_SHAPE(OF, PICKED))), t);
    for (int k = 0; k < 2; k++)
        of[k] = pickers[i](
            x, wg_cast(wg_input(g, "i", wg_view_f64(k ? start : end, WG_SHAPE(PICKED))), numbers), add);
    same_bits(of[0], of[1], "the value", i, t, numbers);
    if (wg_dtype_is_float(t)) {
        wg_node slope[2], second[2];
        for (int k = 0; k < 2; k++) {
            slope[k] = wg_grad(wg_sum(wg_square(of[k])), x);
            second[k] = wg_grad(wg_sum(wg_square(slope[k])), x);
        }
        same_bits(slope[0], slope[1], "the gradient", i, t, numbers);
        same_bits(second[0], second[1], "the second derivative", i, t, numbers);
    }
    done(g);
}
Test(pick, negative_numbers_count_from_the_end)
{
    static const wg_dtype dtypes[] = { WG_F32, WG_F64, WG_I32, WG_I64 };
    for (int i = 0; i < (int)(sizeof pickers / sizeof *pickers); i++)
        for (int t = 0; t < 4; t++)
            for (int numbers = 0; numbers < 4; numbers++) negative(i, dtypes[t], dtypes[numbers]);
}
Test(pick, negative_numbers_out_of_range)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = wgt_counted(g, WG_SHAPE(2, 3));
    wg_value(wg_take(x, INTS(g, -3, 2, -4), .axis = 1));
    wgt_expect_error(c, WG_ERROR_VALUE,
                     "number out of range: -4 at index 2 of INTS(g, -3, 2, -4) [3], must be from -3 to 2");
    wg_value(wg_scatter_add(x, VECTOR(g, 0, -3), INPUT(g, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6), .axis = 0));
    wgt_expect_error(c, WG_ERROR_VALUE,
                     "number out of range: -3 at index 1 of VECTOR(g, 0, -3) [2], must be from -2 to 1");
    WGT_REFUSED(c, VALUE, "not a whole number: 1.5 at index 2", wg_value(wg_gather(x, VECTOR(g, 0, 1, 1.5))));
    WGT_REFUSED(c, VALUE, "not a whole number: nan at index 0", wg_value(wg_gather(x, VECTOR(g, NAN))));
    wg_value(wg_one_hot(INTS(g, 1, -1), .count = 3)); /* a class is no place */
    wgt_expect_error(c, WG_ERROR_VALUE,
                     "number out of range: -1 at index 1 of INTS(g, 1, -1) [2], must be from 0 to 2");
    done(g);
}

Test(pick, nonzero)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = INPUT(g, WG_SHAPE(2, 3), 0, 5, -1, 2, 0, 7), mask = wg_greater(x, 0);
    const int64_t count = (int64_t)wg_item(wg_sum(mask));
    cr_assert_eq(count, 3);
    wg_node rows = wg_nonzero(mask, .count = count);
    EXPECT(rows, WG_I64, WG_SHAPE(3), 1, 3, 5);
    EXPECT_VECTOR(wg_gather(wg_reshape(x, WG_SHAPE(-1)), rows), 5, 2, 7);
    WGT_REFUSED(c, VALUE, "count is not the number of true elements, but 3",
                wg_value(wg_nonzero(mask, .count = 4)));
    WGT_REFUSED(c, VALUE, "count is not the number of true elements, but 3",
                wg_value(wg_nonzero(mask, .count = 2)));
    done(g);
}

/* ---- in order of size ---- */

/* NaN is the largest, zeros are equal, equal ones stay in their order. */
Test(pick, sort_by_hand)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 4), 3, 1, 2, 1, -1, INFINITY, -INFINITY, 0);
    EXPECT(wg_argsort(x, .descending = true), WG_I64, WG_SHAPE(2, 4), 0, 2, 1, 3, 1, 3, 0, 2);
    EXPECT(wg_sort(x, .axis = 0), WG_F64, WG_SHAPE(2, 4), -1, 1, -INFINITY, 0, 3, INFINITY, 2, 1);
    EXPECT(wg_argsort(VECTOR(g, NAN, 1, -NAN, INFINITY)), WG_I64, WG_SHAPE(4), 1, 3, 0, 2);
    EXPECT(wg_argsort(VECTOR(g, 0.0, -0.0, -1, 0.0)), WG_I64, WG_SHAPE(4), 2, 0, 1, 3);
    EXPECT(wg_argsort(wg_cast(VECTOR(g, 0.0, -0.0, -1, 0.0), WG_F32)), WG_I64, WG_SHAPE(4), 2, 0, 1, 3);
    EXPECT(wg_sort(wg_greater(VECTOR(g, 1, -1, 1), 0)), WG_BOOL, WG_SHAPE(3), 0, 1, 1);
    done(g);
}

typedef struct ranked {
    double v;
    int64_t i;
} ranked;
static int by_size(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->v != y->v ? (x->v > y->v) - (x->v < y->v) : (x->i > y->i) - (x->i < y->i);
}

/* Random numbers with equal ones among them, of every dtype, against qsort. */
Test(pick, sort_and_topk_against_qsort)
{
    static const int sizes[] = { 1, 2, 63, 64, 65, 1000, 5000 };
    static const wg_dtype dtypes[] = { WG_F32, WG_F64, WG_I32, WG_I64 };
    wgt_random r = { 3 };
    for (size_t t = 0; t < sizeof dtypes / sizeof *dtypes; t++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            wg_graph *g = graph(WG_F64);
            const int n = sizes[s], k = n < 9 ? n : 9;
            double *v = calloc((size_t)n, sizeof *v);
            ranked *want = calloc((size_t)n, sizeof *want);
            for (int i = 0; i < n; i++) {
                v[i] = floor(wgt_uniform(&r, -1, 1) * n) * (t < 2 ? 0.125 : 1);
                want[i] = (ranked){ v[i], i };
            }
            wg_node x = wg_cast(wg_input(g, "x", wg_view_f64(v, WG_SHAPE(n))), dtypes[t]), y = wg_sort(x);
            wg_node few = wg_topk(x, .count = k, .smallest = true);
            qsort(want, (size_t)n, sizeof *want, by_size);
            wg_tensor values = wg_value(y), places = wg_value(wg_part(y, 1)), least = wg_value(few),
                      at = wg_value(wg_part(few, 1));
            for (int i = 0; i < n; i++) {
                cr_assert_eq(wg_tensor_item(&values, i), want[i].v, "size %d, element %d", n, i);
                cr_assert_eq(wg_tensor_item(&places, i), (double)want[i].i, "size %d, place %d", n, i);
                if (i < k) cr_assert_eq(wg_tensor_item(&least, i), want[i].v);
                if (i < k) cr_assert_eq(wg_tensor_item(&at, i), (double)want[i].i);
            }
            free(v), free(want);
            done(g);
        }
}
