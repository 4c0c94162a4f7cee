/* comparisons.c: comparisons, and elements by their numbers. A comparison gives bools, and a bool has no
 * derivative. Number -1 is the last element. An element that is taken twice gets the sum of two gradients.
 * You say how many elements wg_nonzero finds, since no shape depends on values. */
#include <wengert/wengert.h>

static void row(const char *name, wg_node y)
{
    const wg_tensor t = wg_value(y);
    printf("%-26s", name);
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) printf(" %g", wg_tensor_item(&t, i));
    printf("\n");
}

int main(void)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    float numbers[] = { 30, 10, 20, 10 };
    int64_t places[] = { 2, 0, -1, 2 };
    wg_node x = wg_input(g, "x", wg_view_f32(numbers, WG_SHAPE(4)));
    wg_node i = wg_input(g, "i", wg_view_i64(places, WG_SHAPE(4))), ones = wg_fill(g, 1, WG_SHAPE(4));
    wg_node small = wg_less(x, 20), middle = wg_logical_and(wg_greater_equal(x, 20), wg_less_equal(x, 20));
    row("x", x);
    row("x < 20", small);
    row("x >= 20 and x <= 20", middle);
    row("x < 20 or x = 20", wg_logical_or(small, middle));
    row("x < 20 xor true", wg_logical_xor(small, 1));
    row("not x < 20", wg_logical_not(small));
    row("x != 10", wg_not_equal(x, 10));
    row("nonzero(x < 20)", wg_nonzero(small, .count = 2));
    row("sort", wg_sort(x));
    row("their numbers", wg_part(wg_sort(x), 1));
    row("topk of 2", wg_topk(x, .count = 2));
    row("i", i);
    row("take(x, i)", wg_take(x, i, .axis = 0));
    row("scatter_add(0, i, 1)", wg_scatter_add(wg_fill(g, 0, WG_SHAPE(4)), i, ones, .axis = 0));
    row("gradient of take", wg_grad(wg_sum(wg_take(x, i, .axis = 0)), x));
    wg_node m = wg_reshape(x, WG_SHAPE(2, 2)), best = wg_argmax(m, .axis = -1, .keepdims = true);
    row("take_along: row maxima", wg_take_along(m, best, .axis = 1));
    wg_node less = wg_fill(g, -9, WG_SHAPE(2, 1));
    row("scatter_add_along: less 9", wg_scatter_add_along(m, best, less, .axis = 1));
    return wg_finish(c, stderr);
}
