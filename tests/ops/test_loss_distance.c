/* test_loss_distance.c: mae, huber and hinge by hand, with their slopes, at the places where they bend
 * too. */
#include <math.h>

#include "wgnode.h"

Test(loss_distance, absolute_error)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 5, 2, -1), y = VECTOR(g, 3, 1, 2, -2);
    EXPECT(wg_mae(x, y), WG_F64, WG_SCALAR, 7 / 4.);
    EXPECT_VECTOR(wg_mae(x, y, .reduction = WG_NONE), 2, 4, 0, 1);
    EXPECT_VECTOR(slope(wg_mae(x, y, .reduction = WG_SUM), x), -1, 1, 0, 1);
    EXPECT_VECTOR(slope(wg_mae(x, y), y), 0.25, -0.25, 0, -0.25);
    done(g);
}

/* A parabola up to delta, and a line of the slope delta from there on. */
Test(loss_distance, huber)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0.5, 1, 3, -4, 0), y = VECTOR(g, 0, 0, 0, 0, 0);
    EXPECT_VECTOR(wg_huber(x, y, .reduction = WG_NONE), 0.125, 0.5, 2.5, 3.5, 0);
    EXPECT_VECTOR(slope(wg_huber(x, y, .reduction = WG_SUM), x), 0.5, 1, 1, -1, 0);
    EXPECT_VECTOR(wg_huber(x, y, .reduction = WG_NONE, .delta = 2), 0.125, 0.5, 4, 6, 0);
    EXPECT_VECTOR(slope(wg_huber(x, y, .reduction = WG_SUM, .delta = 2), x), 0.5, 1, 2, -2, 0);
    EXPECT_VECTOR(slope(slope(wg_huber(x, y, .reduction = WG_SUM, .delta = 2), x), x), 1, 1, 0, 0, 1);
    done(g);
}

Test(loss_distance, hinge)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 2, 0.25, -1, -3), y = VECTOR(g, 1, 1, 1, -1);
    EXPECT_VECTOR(wg_hinge(x, y, .reduction = WG_NONE), 0, 0.75, 2, 0);
    EXPECT_VECTOR(slope(wg_hinge(x, y), x), 0, -0.25, -0.25, 0);
    done(g);
}

Test(loss_distance, only_a_reduction_is_one)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 1, 2, 3, 4, 5);
    for (int r = -1; r <= 3; r += 4) {
        wg_mae(x, x, .reduction = (wg_reduction)r);
        wgt_expect_error(wg_graph_context(g), WG_ERROR_VALUE, "must be one of");
    }
    done(g);
}
