/* onnx_sample.c: GridSample: an image at places that are computed. Each result is a sum of a few elements;
 * weights and places are nodes, so that there are derivatives by both. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <string.h>

typedef struct sampling {
    wgi_onnx_call *k;
    wg_node pixels;  /* [n height width, channels] */
    wg_node example; /* i64 [n, h, w]: the number of the first pixel of each example */
    wg_shape image;  /* in the order of the file */
    const char *padding;
    bool corners;
} sampling;

static wg_node plus(const sampling *s, wg_node a, double b) { return wg_add_at(s->k->here, a, wg_number(b)); }
static wg_node times(const sampling *s, wg_node a, wg_node b) { return wg_mul_at(s->k->here, a, b); }
static wg_node clipped(const sampling *s, wg_node x, double high)
{
    return wg_clip_at(s->k->here, x, wg_number(0), wg_number(high));
}

/* From -1 ... 1 to places among n pixels. */
static wg_node place(const sampling *s, wg_node x, int64_t n)
{
    const double m = (double)n, scale = (s->corners ? m - 1 : m) / 2;
    return plus(s, times(s, x, wg_number(scale)), (m - 1) / 2);
}

/* Places outside become places inside, as the padding says. */
static wg_node inside(const sampling *s, wg_node x, int64_t n)
{
    const double low = s->corners ? 0 : -0.5, length = s->corners ? (double)n - 1 : (double)n;
    wg_site here = s->k->here;
    if (!strcmp(s->padding, "border")) return clipped(s, x, (double)n - 1);
    if (strcmp(s->padding, "reflection") != 0 || !(length > 0)) return x;
    const wg_node far = wg_remainder_at(here, plus(s, x, -low), wg_number(2 * length)),
                  back = wg_sub_at(here, wg_number(2 * length), far);
    return clipped(s, plus(s, wg_minimum_at(here, far, back), low), (double)n - 1);
}

/* The elements at whole places, 0 outside: [n, h, w, channels] */
static wg_node elements(const sampling *s, wg_node x, wg_node y)
{
    wg_site here = s->k->here;
    const double width = (double)s->image.dim[3], height = (double)s->image.dim[2];
    const wg_node cx = clipped(s, x, width - 1), cy = clipped(s, y, height - 1);
    const wg_node is = wg_logical_and_at(here, wg_equal_at(here, cx, x), wg_equal_at(here, cy, y));
    const wg_node at = wg_cast_at(here, wg_add_at(here, times(s, cy, wg_number(width)), cx), WG_I64);
    const wg_node v = wg_gather_at(here, s->pixels, wg_add_at(here, at, s->example));
    const wg_node column = wg_expand_dims_at(here, &WG_OPTS(wg_axes_args, .x = is, .axis = 3));
    return wg_where_at(here, column, v, wg_number(0));
}

static wg_node weighted(const sampling *s, wg_node w, wg_node v)
{
    return times(s, wg_expand_dims_at(s->k->here, &WG_OPTS(wg_axes_args, .x = w, .axis = 3)), v);
}

static wg_node linear(const sampling *s, wg_node x, wg_node y)
{
    wg_site here = s->k->here;
    const wg_node fx = wg_floor_at(here, x), fy = wg_floor_at(here, y), tx = wg_sub_at(here, x, fx),
                  ty = wg_sub_at(here, y, fy);
    const wg_node wx[] = { wg_sub_at(here, wg_number(1), tx), tx },
                  wy[] = { wg_sub_at(here, wg_number(1), ty), ty };
    wg_node sum = wg_none;
    for (int i = 0; i < 4; i++) {
        const wg_node part = weighted(s, times(s, wx[i & 1], wy[i >> 1]),
                                      elements(s, plus(s, fx, i & 1), plus(s, fy, i >> 1)));
        sum = i ? wg_add_at(here, sum, part) : part;
    }
    return sum;
}

/* The polynomial c[0] + c[1] t + c[2] t^2 + c[3] t^3 */
static wg_node polynomial(const sampling *s, wg_node t, const double c[])
{
    wg_node y = plus(s, times(s, t, wg_number(c[3])), c[2]);
    for (int i = 1; i >= 0; i--) y = plus(s, times(s, t, y), c[i]);
    return y;
}

static wg_node cubic(const sampling *s, wg_node x, wg_node y)
{
    static const double c[][4] = {
        { 0, -0.75, 1.5, -0.75 }, { 1, 0, -2.25, 1.25 }, { 0, 0.75, 1.5, -1.25 }, { 0, 0, -0.75, 0.75 }
    };
    wg_site here = s->k->here;
    const wg_node fx = wg_floor_at(here, x), fy = wg_floor_at(here, y), tx = wg_sub_at(here, x, fx),
                  ty = wg_sub_at(here, y, fy);
    wg_node wx[4], wy[4], px[4], py[4], sum = wg_none;
    for (int i = 0; i < 4; i++) {
        wx[i] = polynomial(s, tx, c[i]), wy[i] = polynomial(s, ty, c[i]);
        px[i] = wg_round_at(here, inside(s, plus(s, fx, i - 1), s->image.dim[3]));
        py[i] = wg_round_at(here, inside(s, plus(s, fy, i - 1), s->image.dim[2]));
    }
    for (int i = 0; i < 16; i++) {
        const wg_node part = weighted(s, times(s, wx[i & 3], wy[i >> 2]), elements(s, px[i & 3], py[i >> 2]));
        sum = i ? wg_add_at(here, sum, part) : part;
    }
    return sum;
}

/* Of each result the number of the first pixel of its example. */
static wg_node first_pixels(wgi_onnx_call *k, wg_shape image, wg_shape grid)
{
    const wg_tensor t = wgi_ox_room(k, WG_I64, WG_SHAPE(grid.dim[0], 1, 1));
    for (int64_t i = 0; t.data && i < grid.dim[0]; i++)
        ((int64_t *)t.data)[i] = i * image.dim[2] * image.dim[3];
    return wgi_ox_leaf(k, t);
}

OPERATOR(grid_sample)
{
    const wg_shape image = wgi_ox_shape(k, 0), grid = wgi_ox_shape(k, 1);
    const char *mode = wgi_ox_s(k, "mode", "bilinear");
    if (image.rank != 4 || grid.rank != 4 || grid.dim[3] != 2)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "images of two axes, and a grid of pairs, are needed");
    const sampling s = { .k = k,
                         .pixels = wg_reshape_at(k->here, wgi_ox_last(k, 0), WG_SHAPE(-1, image.dim[1])),
                         .example = first_pixels(k, image, grid),
                         .image = image,
                         .padding = wgi_ox_s(k, "padding_mode", "zeros"),
                         .corners = wgi_ox_i(k, "align_corners", 0) != 0 };
    const wg_node g = wgi_ox(k, 1);
    const wg_node x = place(&s, wg_select(g, .axis = 3, .index = 0), image.dim[3]),
                  y = place(&s, wg_select(g, .axis = 3, .index = 1), image.dim[2]);
    if (!strcmp(mode, "bicubic") || !strcmp(mode, "cubic")) return wgi_ox_put_last(k, 0, cubic(&s, x, y));
    const wg_node ix = inside(&s, x, image.dim[3]), iy = inside(&s, y, image.dim[2]);
    if (!strcmp(mode, "nearest")) return wgi_ox_put_last(k, 0, elements(&s, wg_round(ix), wg_round(iy)));
    return wgi_ox_put_last(k, 0, linear(&s, ix, iy));
}
