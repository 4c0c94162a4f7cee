/* The option `overlay`: amounts in boxes, by closed forms where there are any. */
#include "picture.h"

#include <math.h>
#include <stdlib.h>

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_node x, w, h, loss;
} net;

/* loss = sum((x w)^2) with x [32,8] of ones, w [8,4] of halves: x w is 4 everywhere. */
static net start(double x0)
{
    static double x[32 * 8], w[8 * 4];
    net n = { .c = wgt_start(NULL, WG_F64, NULL) };
    for (int i = 0; i < 32 * 8; i++) x[i] = 1;
    for (int i = 0; i < 8 * 4; i++) w[i] = 0.5;
    x[0] = x0;
    n.g = wg_graph_new(n.c);
    wg_begin(n.g, WG_TRAIN);
    n.x = wg_input(n.g, "x", wg_view_f64(x, WG_SHAPE(32, 8)));
    n.w = wg_input(n.g, "w", wg_view_f64(w, WG_SHAPE(8, 4)));
    n.h = wg_name(wg_matmul(n.x, n.w), "h");
    n.loss = wg_name(wg_sum(wg_square(n.h)), "loss");
    return n;
}

static char *svg_with(const net *n, const char *overlay)
{
    char *path = pic_path("overlay.svg");
    cr_assert_eq(wg_draw(n->loss, path, &(wg_draw_opts){ .overlay = overlay }), WG_OK, "%s",
                 wg_message(n->c));
    char *svg = pic_read(path);
    return svg;
}

Test(overlays, bytes_of_the_values)
{
    net n = start(1);
    char *svg = svg_with(&n, "bytes");
    cr_expect(strstr(svg, ">2 KiB<"), "x: 32 * 8 * 8");
    cr_expect(strstr(svg, ">256 B<"), "w: 8 * 4 * 8");
    cr_expect_eq(pic_count(svg, ">1 KiB<"), 2, "h and its square: 32 * 4 * 8");
    cr_expect(strstr(svg, ">8 B<"));
    cr_expect_eq(pic_count(svg, "class=\"bar\""), 5);
    wgt_finish(n.c, NULL);
}

/* d loss / dh = 2 h = 8, 128 of them: 8 sqrt(128) = 90.51. d loss / dw = x' 8: 256 each, 32: 1448. */
Test(overlays, norms_of_gradients)
{
    net n = start(1);
    const int64_t nodes = wg_graph_nodes(n.g);
    char *svg = svg_with(&n, "gradient");
    cr_expect(strstr(svg, "norm 90.51<"));
    cr_expect(strstr(svg, "norm 1448<"));
    cr_expect(strstr(svg, "norm 1<"), "the loss by itself");
    cr_expect_eq(wg_graph_nodes(n.g), nodes);
    wgt_finish(n.c, NULL);
}

Test(overlays, times_of_the_computed_boxes_alone)
{
    net n = start(1);
    char *svg = svg_with(&n, "time");
    cr_expect_geq(pic_count(svg, "class=\"bar\""), 1);
    cr_expect_leq(pic_count(svg, "class=\"bar\""), 3, "inputs take no time");
    wgt_finish(n.c, NULL);
}

Test(overlays, nan_begins_where_the_operands_have_none)
{
    net n = start(1);
    wg_node bad = wg_name(wg_log(wg_sub(n.h, 5)), "bad"), after = wg_sum(wg_mul(bad, 2));
    n.loss = after;
    char *svg = svg_with(&n, "nan");
    cr_expect_eq(pic_count(svg, "NaN or infinity begins here"), 1);
    wgt_finish(n.c, NULL);
    n = start(INFINITY);
    svg = svg_with(&n, "nan");
    cr_expect_eq(pic_count(svg, "NaN or infinity begins here"), 1, "at the input");
    wgt_finish(n.c, NULL);
}

Test(overlays, an_unknown_overlay_is_an_error)
{
    net n = start(1);
    char *path = pic_path("none.svg");
    cr_expect_eq(wg_draw(n.loss, path, &(wg_draw_opts){ .overlay = "speed" }), WG_ERROR_VALUE);
    cr_expect(strstr(wg_message(n.c), "time, bytes, gradient or nan"), "%s", wg_message(n.c));
    cr_expect_null(pic_read(path));
    wg_recover(n.c);
    wgt_finish(n.c, NULL);
}
