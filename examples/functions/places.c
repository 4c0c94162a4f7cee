/* places.c: elements in other places, ranges, products. These functions move and copy elements, and
 * multiply tensors. wg_arange stops before its end, wg_linspace includes it. wg_flip reverses all axes
 * unless you name some. */
#include <wengert/wengert.h>

static void row(const char *name, wg_node y)
{
    const wg_tensor t = wg_value(y);
    char shape[32];
    printf("%-26s%-7s", name, wg_shape_text(t.shape, shape, sizeof shape));
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) printf(" %g", wg_tensor_item(&t, i));
    printf("\n");
}

int main(void)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_node a = wg_arange(g, 1, 4, 1), m = wg_reshape(wg_arange(g, 1, 10, 1), WG_SHAPE(3, 3));
    row("arange from 1 to 4", a);
    row("linspace from 0 to 1", wg_linspace(g, 0, 1, .count = 5));
    row("flip", wg_flip(a, .axis = 0));
    row("tile", wg_tile(a, .counts = WG_SHAPE(2)));
    row("repeat", wg_repeat(a, .axis = 0, .count = 2));
    row("pad", wg_pad(a, .axis = 0, .before = 2, .after = 1));
    row("pad, edge", wg_pad(a, .axis = 0, .before = 2, .after = 1, .mode = WG_PAD_EDGE));
    row("pad, reflect", wg_pad(a, .axis = 0, .before = 2, .after = 1, .mode = WG_PAD_REFLECT));
    row("m", m);
    row("swap", wg_swap(m));
    row("flip of axis 1", wg_flip(m, .axis = 1));
    row("tril", wg_tril(m));
    row("triu from the next", wg_triu(m, .offset = 1));
    row("outer", wg_outer(a, a));
    row("einsum: the trace", wg_einsum("ii->", m));
    row("einsum: m @ a", wg_einsum("ij,j->i", m, a));
    row("dense: a @ m + 1", wg_dense(wg_reshape(a, WG_SHAPE(1, 3)), m, wg_fill(g, 1, WG_SHAPE(3))));
    return wg_finish(c, stderr);
}
