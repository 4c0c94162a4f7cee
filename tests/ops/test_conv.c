/* test_conv.c: convolutions and their gradients against their definition, a product for each tap, with many
 * sizes and options. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

/* Three axes: fewer have size 1 in front. */
typedef struct conv_case {
    int axes, images, in, out, groups;
    int size[3], taps[3], stride[3], dilation[3], before[3], after[3];
} conv_case;

static int reach(const conv_case *t, int a) { return (t->taps[a] - 1) * t->dilation[a] + 1; }
static int places(const conv_case *t, int a)
{
    return (t->size[a] + t->before[a] + t->after[a] - reach(t, a)) / t->stride[a] + 1;
}

static conv_case any_case(wgt_random *r)
{
    conv_case t = { 1 + (int)wgt_below(r, 3),
                    1 + (int)wgt_below(r, 3),
                    0,
                    0,
                    1 + (int)wgt_below(r, 3),
                    { 0 },
                    { 0 },
                    { 0 },
                    { 0 },
                    { 0 },
                    { 0 } };
    if (wgt_below(r, 2)) t.groups = 1;
    const bool depthwise = wgt_below(r, 4) == 0;
    if (depthwise) t.groups = 1 + (int)wgt_below(r, 40);
    t.in = t.groups * (depthwise ? 1 : 1 + (int)wgt_below(r, 5));
    t.out = t.groups * (depthwise ? 1 : 1 + (int)wgt_below(r, wgt_below(r, 2) ? 4 : 40));
    for (int a = 0; a < 3; a++) {
        const bool one = a < 3 - t.axes;
        t.taps[a] = one ? 1 : 1 + (int)wgt_below(r, 4);
        t.stride[a] = one ? 1 : 1 + (int)wgt_below(r, 3);
        t.dilation[a] = one ? 1 : 1 + (int)wgt_below(r, 3);
        t.before[a] = one ? 0 : (int)wgt_below(r, 3), t.after[a] = one ? 0 : (int)wgt_below(r, 3);
        t.size[a] = one ? 1 : reach(&t, a) + (int)wgt_below(r, a == 2 ? 30 : 6);
    }
    return t;
}

static wg_shape shape(const conv_case *t, int first, const int *middle, int last)
{
    wg_shape s = { 0, { 0 } };
    if (first) s.dim[s.rank++] = first;
    for (int a = 3 - t->axes; a < 3; a++) s.dim[s.rank++] = middle[a];
    s.dim[s.rank++] = last;
    return s;
}

static wg_shape kernel_shape(const conv_case *t)
{
    wg_shape s = shape(t, 0, t->taps, t->in / t->groups);
    s.dim[s.rank++] = t->out;
    return s;
}

static wg_conv_args options(const conv_case *t)
{
    wg_conv_args a =
        WG_OPTS(wg_conv_args, .groups = t->groups, .stride = { 0 }, .dilation = { 0 }, .padding = { 0 });
    for (int i = 3 - t->axes; i < 3; i++) {
        a.stride.dim[a.stride.rank++] = t->stride[i], a.dilation.dim[a.dilation.rank++] = t->dilation[i];
        a.padding.dim[a.padding.rank++] = t->before[i], a.padding.dim[a.padding.rank++] = t->after[i];
    }
    return a;
}

/* Elements o stride + k dilation of an axis, for all places o. */
static wg_node tapped(const conv_case *t, wg_node x, int a, int k)
{
    int64_t at[64];
    const int n = places(t, a);
    cr_assert_leq(n, 64);
    for (int o = 0; o < n; o++) at[o] = o * t->stride[a] + k * t->dilation[a];
    return wg_take(x, wg_input(wg_graph_of(x), "at", wg_view_i64(at, WG_SHAPE(n))), .axis = a + 1);
}

/* y[n, o, b] = sum over k and a of x[n, o stride + k dilation - before, a] W[k, a, b]: a product of the
 * channels of each group for each tap. */
static wg_node by_taps(const conv_case *t, wg_node x, wg_node W)
{
    const int *k = t->taps, in = t->in / t->groups, out = t->out / t->groups;
    wg_node y = wg_scalar(wg_graph_of(x), 0);
    x = wg_reshape(x, WG_SHAPE(t->images, t->size[0], t->size[1], t->size[2], t->in));
    W = wg_reshape(W, WG_SHAPE(k[0] * k[1] * k[2], in, t->groups, out));
    for (int a = 0; a < 3; a++) x = wg_pad(x, .axis = a + 1, .before = t->before[a], .after = t->after[a]);
    for (int i = 0; i < k[0] * k[1] * k[2]; i++) {
        wg_node z = tapped(t, tapped(t, tapped(t, x, 0, i / k[2] / k[1]), 1, i / k[2] % k[1]), 2, i % k[2]);
        z = wg_reshape(z, WG_SHAPE(-1, t->groups, in));
        y = wg_add(y, wg_einsum("pga,agb->pgb", z, wg_select(W, .axis = 0, .index = i)));
    }
    const int d[3] = { places(t, 0), places(t, 1), places(t, 2) };
    return wg_reshape(y, shape(t, t->images, d, t->out));
}

static void expect_near(const char *what, int i, wg_node y, wg_node want)
{
    double *v = wgt_values(y), *w = wgt_values(want);
    cr_assert(v && w && wg_shape_equal(wg_node_shape(y), wg_node_shape(want)), "%s, case %d: %s", what, i,
              wg_message(wg_graph_context(wg_graph_of(y))));
    cr_assert_leq(wgt_distance(v, w, (size_t)wg_shape_size(wg_node_shape(y))), 1e-12, "%s, case %d", what, i);
    free(v), free(w);
}

Test(conv, is_its_definition)
{
    wgt_random r = { 11 };
    for (int i = 0; i < 150; i++) {
        wg_graph *g = graph(WG_F64);
        const conv_case t = any_case(&r);
        wg_node x = wg_any(g, shape(&t, t.images, t.size, t.in)), W = wg_any(g, kernel_shape(&t));
        wg_conv_args a = options(&t);
        a.x = x, a.W = W;
        wg_node y = wg_conv_at(WG_HERE, &a), want = by_taps(&t, x, W), gy = wg_any(g, wg_node_shape(y)),
                got[2], by[2];
        wg_vjp(y, gy, (wg_node[]){ x, W }, 2, got);
        wg_vjp(want, gy, (wg_node[]){ x, W }, 2, by);
        expect_near("the value", i, y, want);
        expect_near("the gradient of x", i, got[0], by[0]);
        expect_near("the gradient of W", i, got[1], by[1]);
        done(g);
    }
}

/* ---- options ---- */

/* An image has the same bits alone and in a batch, for every instruction set. */
static void alone_and_in_a_batch(wg_context *c, void *with)
{
    (void)with;
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_EVAL);
    wg_node x = wg_any(g, WG_SHAPE(5, 9, 11, 7)), W = wg_any(g, WG_SHAPE(3, 3, 7, 35));
    wg_node all = wg_conv(x, W, .same = true),
            one = wg_conv(wg_slice(x, .axis = 0, .from = 3, .to = 4), W, .same = true);
    wg_tensor u = wg_value(wg_slice(all, .axis = 0, .from = 3, .to = 4)), v = wg_value(one);
    cr_assert(wgt_same_bits(&u, &v));
}
Test(conv, alone_and_in_a_batch) { wgt_on_each_isa(alone_and_in_a_batch, NULL); }
