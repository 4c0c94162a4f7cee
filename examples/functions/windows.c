/* windows.c: convolution, pooling, resizing, attention. Channels are the last axis, and a kernel is not
 * turned around. wg_conv_transpose is the adjoint of wg_conv, as the equal sums show. A window of
 * wg_adaptive_pool can share an element with the next one. */
#include <wengert/wengert.h>

static void row(const char *name, wg_node y)
{
    const wg_tensor t = wg_value(y);
    char shape[32];
    printf("%-28s%-9s", name, wg_shape_text(t.shape, shape, sizeof shape));
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) printf(" %g", wg_tensor_item(&t, i));
    printf("\n");
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_reshape(wg_arange(g, 1, 7, 1), WG_SHAPE(1, 6, 1)); /* one row of 6 places, 1 channel */
    double weights[] = { 1, 0, -1 }, numbers[] = { 5, 7, 11, 13 };
    wg_node W = wg_input(g, "W", wg_view_f64(weights, WG_SHAPE(3, 1, 1)));
    wg_node y = wg_input(g, "y", wg_view_f64(numbers, WG_SHAPE(1, 4, 1)));
    row("x", x);
    row("conv", wg_conv(x, W));
    row("conv, same", wg_conv(x, W, .same = true));
    row("conv, stride 2", wg_conv(x, W, .stride = WG_SHAPE(2)));
    row("conv_transpose of y", wg_conv_transpose(y, W));
    row("sum of conv(x) y", wg_sum(wg_mul(wg_conv(x, W), y)));
    row("sum of x conv_transpose(y)", wg_sum(wg_mul(x, wg_conv_transpose(y, W))));
    row("avg_pool of 2", wg_avg_pool(x, .size = WG_SHAPE(2)));
    row("adaptive_pool to 4: max", wg_adaptive_pool(x, .size = WG_SHAPE(4)));
    row("adaptive_pool to 1: mean", wg_adaptive_pool(x, .by = WG_POOL_MEAN, .size = WG_SHAPE(1)));
    row("resize to 3", wg_resize(x, WG_SHAPE(3)));
    row("resize to 11, bilinear", wg_resize(x, WG_SHAPE(11), .mode = WG_BILINEAR, .align_corners = true));
    wg_node q = wg_reshape(y, WG_SHAPE(1, 4, 1)), k = wg_fill(g, 0, WG_SHAPE(1, 4, 1)); /* all scores 0 */
    row("attention", wg_attention(q, k, y));
    row("attention, causal", wg_attention(q, k, y, .causal = true));
    return wg_finish(c, stderr);
}
