/* test_arrange.c: elements in other places, by counting: select, stack, split, roll, tile, repeat, pad, flip,
 * index_along, tril, triu, diagonal; and the gradients that come back from there. */
#include <math.h>

#include "wgnode.h"

static wg_node counted(wg_graph *g, wg_shape s)
{
    double v[64];
    for (int i = 0; i < 64; i++) v[i] = i;
    return wg_input(g, "x", wg_view_f64(v, s));
}
/* The gradient of the sum of y times 1, 2, 3, ... */
static wg_node weighted(wg_node y, wg_node x)
{
    wg_shape s = wg_node_shape(y);
    double v[64];
    for (int i = 0; i < 64; i++) v[i] = i + 1;
    return wg_grad(wg_sum(wg_mul(y, wg_input(wg_graph_of(y), "weights", wg_view_f64(v, s)))), x);
}

Test(arrange, select_and_stack)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = counted(g, WG_SHAPE(2, 3));
    EXPECT_VECTOR(wg_select(x, 0, 1), 3, 4, 5);
    EXPECT_VECTOR(wg_select(x, 1, -1), 2, 5);
    EXPECT(weighted(wg_select(x, 1, 0), x), WG_F64, WG_SHAPE(2, 3), 1, 0, 0, 2, 0, 0);
    wg_node a = VECTOR(g, 1, 2), b = VECTOR(g, 3, 4), both[] = { a, b };
    EXPECT(wg_stack(both, 2, 0), WG_F64, WG_SHAPE(2, 2), 1, 2, 3, 4);
    EXPECT(wg_stack(both, 2, -1), WG_F64, WG_SHAPE(2, 2), 1, 3, 2, 4);
    EXPECT_VECTOR(weighted(wg_stack(both, 2, 1), b), 2, 4);
    done(g);
}

Test(arrange, split)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = counted(g, WG_SHAPE(2, 6)), y[4];
    cr_assert(wg_split(x, 3, -1, y));
    EXPECT(y[1], WG_F64, WG_SHAPE(2, 2), 2, 3, 8, 9);
    cr_assert(!wg_split(wg_none, 3, 1, y) && wg_is_none(y[0]));
    cr_assert(!wg_split(x, 3, 2, y) && wg_is_none(y[0]));
    wgt_expect_error(c, WG_ERROR_SHAPE, "no axis 2 in");
    cr_assert(!wg_split(x, 4, 1, y) && wg_is_none(y[2]));
    wgt_expect_error(c, WG_ERROR_SHAPE, "axis 1 of 6 elements has no 4 equal parts");
    done(g);
}

Test(arrange, rolls_copies_and_reverses)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 3), m = counted(g, WG_SHAPE(2, 3));
    EXPECT_VECTOR(wg_roll(x, 0, 1), 3, 1, 2);
    EXPECT_VECTOR(wg_roll(x, 0, -4), 2, 3, 1);
    EXPECT_VECTOR(weighted(wg_roll(x, 0, 1), x), 2, 3, 1);
    EXPECT_VECTOR(wg_tile(x, 0, 2), 1, 2, 3, 1, 2, 3);
    EXPECT_VECTOR(wg_repeat(x, 0, 2), 1, 1, 2, 2, 3, 3);
    EXPECT_VECTOR(weighted(wg_tile(x, 0, 2), x), 5, 7, 9);
    EXPECT_VECTOR(weighted(wg_repeat(x, 0, 2), x), 3, 7, 11);
    EXPECT(wg_tile(m, 1, 2), WG_F64, WG_SHAPE(2, 6), 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
    EXPECT(wg_repeat(m, 0, 2), WG_F64, WG_SHAPE(4, 3), 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
    EXPECT(wg_flip(m), WG_F64, WG_SHAPE(2, 3), 5, 4, 3, 2, 1, 0);
    EXPECT(wg_flip(m, .axes = WG_AXES(0)), WG_F64, WG_SHAPE(2, 3), 3, 4, 5, 0, 1, 2);
    EXPECT(weighted(wg_flip(m, .axes = WG_AXES(1)), m), WG_F64, WG_SHAPE(2, 3), 3, 2, 1, 6, 5, 4);
    EXPECT(wg_index_along(m, 1), WG_I64, WG_SHAPE(2, 3), 0, 1, 2, 0, 1, 2);
    EXPECT(wg_index_along(m, -2), WG_I64, WG_SHAPE(2, 3), 0, 0, 0, 1, 1, 1);
    done(g);
}

Test(arrange, pads)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 3), m = counted(g, WG_SHAPE(2, 2));
    EXPECT_VECTOR(wg_pad(x, .before = 1, .after = 2), 0, 1, 2, 3, 0, 0);
    EXPECT_VECTOR(wg_pad(x, .after = 1, .value = -INFINITY), 1, 2, 3, -INFINITY);
    EXPECT_VECTOR(wg_pad(x, .before = 2, .after = 2, .mode = WG_PAD_REFLECT), 3, 2, 1, 2, 3, 2, 1);
    EXPECT_VECTOR(wg_pad(x, .before = 2, .after = 1, .mode = WG_PAD_EDGE), 1, 1, 1, 2, 3, 3);
    EXPECT_VECTOR(weighted(wg_pad(x, .before = 1, .after = 2), x), 2, 3, 4);
    EXPECT_VECTOR(weighted(wg_pad(x, .before = 2, .after = 2, .mode = WG_PAD_REFLECT), x), 10, 12, 6);
    EXPECT_VECTOR(weighted(wg_pad(x, .before = 2, .after = 1, .mode = WG_PAD_EDGE), x), 6, 4, 11);
    EXPECT(wg_pad(m, .axis = 1, .before = 1), WG_F64, WG_SHAPE(2, 3), 0, 0, 1, 0, 2, 3);
    EXPECT(wg_pad(INTS(g, 4, 5), .after = 1, .value = 7), WG_I32, WG_SHAPE(3), 4, 5, 7);
    done(g);
}

/* What is cut away may be infinite: it is not multiplied by 0. */
Test(arrange, triangles)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = counted(g, WG_SHAPE(3, 3)), wide = counted(g, WG_SHAPE(2, 3)),
            tall = counted(g, WG_SHAPE(3, 2));
    EXPECT(wg_tril(x), WG_F64, WG_SHAPE(3, 3), 0, 0, 0, 3, 4, 0, 6, 7, 8);
    EXPECT(wg_tril(x, .offset = -1), WG_F64, WG_SHAPE(3, 3), 0, 0, 0, 3, 0, 0, 6, 7, 0);
    EXPECT(wg_triu(wide, .offset = 1), WG_F64, WG_SHAPE(2, 3), 0, 1, 2, 0, 0, 5);
    EXPECT(weighted(wg_triu(x), x), WG_F64, WG_SHAPE(3, 3), 1, 2, 3, 0, 5, 6, 0, 0, 9);
    EXPECT_VECTOR(wg_diagonal(x), 0, 4, 8);
    EXPECT_VECTOR(wg_diagonal(wide), 0, 4);
    EXPECT_VECTOR(wg_diagonal(tall), 0, 3);
    EXPECT(weighted(wg_diagonal(tall), tall), WG_F64, WG_SHAPE(3, 2), 1, 0, 0, 2, 0, 0);
    wg_node far = INPUT(g, WG_SHAPE(2, 2), 1, INFINITY, NAN, 2);
    EXPECT_VECTOR(wg_diagonal(far), 1, 2);
    wg_node mask = wg_greater_equal(wide, 0); /* all true */
    EXPECT(wg_tril(mask), WG_BOOL, WG_SHAPE(2, 3), 1, 0, 0, 1, 1, 0);
    EXPECT(wg_triu(mask), WG_BOOL, WG_SHAPE(2, 3), 1, 1, 1, 0, 1, 1);
    done(g);
}

/* The diagonal of a node that a reshape has made: the way from it to that node goes on. */
Test(arrange, the_diagonal_of_a_part)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_TRAIN);
    wg_node x = counted(g, WG_SHAPE(2, 3, 3)), m = wg_select(x, 0, 1);
    cr_expect_eq(wg_item(wg_sum(wg_grad(wg_sum(wg_diagonal(m)), m))), 3);
    cr_expect_eq(wg_item(wg_sum(wg_grad(wg_sum(wg_diagonal(m)), x))), 3);
    double *rows = wgt_values(wg_vmap(wg_diagonal(m), m, x));
    static const double expected[] = { 0, 4, 8, 9, 13, 17 };
    cr_expect_arr_eq(rows, expected, sizeof expected);
    free(rows);
    wgt_finish(c, NULL);
}
