/* test_empty_batch.c: a layer's batch without rows. It has no mean, and y has no elements, so y depends on
 * nothing: all derivatives by gamma are those of the rest of the loss. */
#include "wgnode.h"

static wg_node layer(wg_graph *g, wg_params *p, wg_mode mode, wg_shape s)
{
    wg_begin(g, mode);
    wg_node x = wg_input(g, "x", wg_view_f64((const double[]){ 0, 2 }, s));
    return wg_nn_batch_norm(x, p, "bn", .eps = 1e-300);
}

Test(empty_batch, changes_no_average_and_has_no_derivative)
{
    IN_WORLD(WG_F64);
    wg_backward(wg_sum(layer(g, p, WG_TRAIN, WG_SHAPE(2, 1))), p);

    wg_node y = layer(g, p, WG_TRAIN, WG_SHAPE(0, 1));
    wg_node gamma = wg_param(g, p, "bn.gamma", WG_SHAPE(1), wg_zeros());
    wg_node loss = wg_add(wg_square(wg_sum(gamma)), wg_sum(wg_square(y)));
    wg_node first = wg_grad(loss, gamma);
    EXPECT_VECTOR(first, 2);
    EXPECT_VECTOR(wg_grad(first, gamma), 2);
    wg_backward(loss, p);

    cr_assert_eq(wg_params_item(p, "bn.count"), 1);
    EXPECT(layer(g, p, WG_EVAL, WG_SHAPE(2, 1)), WG_F64, WG_SHAPE(2, 1), -1, 1); /* mean 1, variance 1 */
}
