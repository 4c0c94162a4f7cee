/* test_conv.c: convolutions against loops over their definition, with many sizes and options; the
 * transposed convolution and the gradient by the kernel by the identity that defines an adjoint; and
 * options as users write them. */
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
    wg_conv_args a = { .groups = t->groups };
    for (int i = 3 - t->axes; i < 3; i++) {
        a.stride.dim[a.stride.rank++] = t->stride[i], a.dilation.dim[a.dilation.rank++] = t->dilation[i];
        a.padding.dim[a.padding.rank++] = t->before[i], a.padding.dim[a.padding.rank++] = t->after[i];
    }
    return a;
}

/* The element of x at a place, 0 beside it. */
static double at(const conv_case *t, const double *x, int n, const int place[3], int channel)
{
    for (int a = 0; a < 3; a++)
        if (place[a] < 0 || place[a] >= t->size[a]) return 0;
    return x[(((n * t->size[0] + place[0]) * t->size[1] + place[1]) * t->size[2] + place[2]) * t->in +
             channel];
}

/* y[n, o, b] = sum over k and a of x[n, o stride + k dilation - before, a] W[k, a, b], by its
 * definition. */
static double element(const conv_case *t, const double *x, const double *W, int n, const int o[3], int b)
{
    const int in = t->in / t->groups, group = b / (t->out / t->groups);
    double sum = 0;
    for (int k = 0; k < t->taps[0] * t->taps[1] * t->taps[2]; k++) {
        const int tap[3] = { k / t->taps[2] / t->taps[1], k / t->taps[2] % t->taps[1], k % t->taps[2] };
        int place[3];
        for (int a = 0; a < 3; a++) place[a] = o[a] * t->stride[a] + tap[a] * t->dilation[a] - t->before[a];
        for (int a = 0; a < in; a++) sum += at(t, x, n, place, group * in + a) * W[(k * in + a) * t->out + b];
    }
    return sum;
}

static void expect_definition(const conv_case *t, wg_node x, wg_node W, wg_node y)
{
    double *u = wgt_values(x), *w = wgt_values(W), *v = wgt_values(y);
    const int d[3] = { places(t, 0), places(t, 1), places(t, 2) }, all = d[0] * d[1] * d[2];
    cr_assert_eq(wg_shape_size(wg_node_shape(y)), (int64_t)t->images * all * t->out);
    for (int i = 0; i < t->images * all * t->out; i++) {
        const int p = i / t->out % all, o[3] = { p / d[2] / d[1], p / d[2] % d[1], p % d[2] };
        const double want = element(t, u, w, i / t->out / all, o, i % t->out);
        cr_assert_leq(fabs(v[i] - want), 1e-12 * fmax(1, fabs(want)), "element %d: %.17g, must be %.17g", i,
                      v[i], want);
    }
    free(u), free(w), free(v);
}

static double product_of(wg_node a, wg_node b) { return wg_item(wg_sum(wg_mul(a, b))); }

static void expect_near(double a, double b)
{
    cr_assert_leq(fabs(a - b), 1e-11 * fmax(1, fabs(b)), "%.17g and %.17g", a, b);
}

/* conv is linear in x and in W. So its gradients are the adjoints: g y(u, W) = u x'(g, W) for every u,
 * and likewise for W. */
static void expect_adjoints(wg_graph *g, const conv_case *t, wg_node x, wg_node W)
{
    wg_conv_args a = options(t);
    a.x = x, a.W = W;
    wg_node y = wg_conv_at(WG_HERE, &a), v = wg_any(g, wg_node_shape(y)), loss = wg_sum(wg_mul(y, v));
    expect_near(product_of(wg_grad(loss, x), x), wg_item(loss));
    expect_near(product_of(wg_grad(loss, W), W), wg_item(loss));
    a.x = wg_any(g, wg_node_shape(x));
    expect_near(product_of(wg_grad(loss, x), a.x), product_of(wg_conv_at(WG_HERE, &a), v));
    a.x = x, a.W = wg_any(g, wg_node_shape(W));
    expect_near(product_of(wg_grad(loss, W), a.W), product_of(wg_conv_at(WG_HERE, &a), v));
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
        expect_definition(&t, x, W, wg_conv_at(WG_HERE, &a));
        expect_adjoints(g, &t, x, W);
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
            one = wg_conv(wg_slice(x, .from = 3, .to = 4), W, .same = true);
    wg_tensor u = wg_value(wg_slice(all, .from = 3, .to = 4)), v = wg_value(one);
    cr_assert(wgt_same_bits(&u, &v));
}
Test(conv, alone_and_in_a_batch) { wgt_on_each_isa(alone_and_in_a_batch, NULL); }

/* ---- layers ---- */

Test(conv, layers)
{
    wg_graph *g = graph(WG_F64);
    wg_params *p = wg_params_new(wg_graph_context(g));
    wg_node x = wg_any(g, WG_SHAPE(2, 8, 8, 4));
    wg_node y = wg_nn_conv(x, p, "c1", 6, .size = WG_SHAPE(5, 3), .groups = 2, .stride = WG_SHAPE(2));
    cr_assert(wg_shape_equal(wg_node_shape(y), WG_SHAPE(2, 2, 3, 6)), "%s", wg_message(wg_graph_context(g)));
    wg_node t =
        wg_nn_conv_transpose(y, p, "up", 3, .size = WG_SHAPE(2), .stride = WG_SHAPE(2), .no_bias = true);
    cr_assert(wg_shape_equal(wg_node_shape(t), WG_SHAPE(2, 4, 6, 3)));
    cr_assert_eq(wg_params_size(p), 5 * 3 * 2 * 6 + 6 + 2 * 2 * 3 * 6);
    wg_node W = wg_param(g, p, "c1.W", WG_SHAPE(5, 3, 2, 6), wg_zeros()),
            b = wg_param(g, p, "c1.b", WG_SHAPE(6), wg_zeros());
    wg_node want = wg_add(wg_conv(x, W, .groups = 2, .stride = WG_SHAPE(2)), b);
    cr_assert_eq(wg_item(wg_sum(wg_abs(wg_sub(y, want)))), 0);
    wg_nn_conv(x, p, "c2", 6, .groups = 3);
    wgt_expect_error(wg_graph_context(g), WG_ERROR_SHAPE, "groups divide channels");
    done(g);
}

/* he: the deviation of first values is sqrt(2 / inputs), with rows * columns * channels inputs. */
Test(conv, first_values)
{
    wg_graph *g = graph(WG_F64);
    wg_params *p = wg_params_new(wg_graph_context(g));
    wg_nn_conv(wg_any(g, WG_SHAPE(1, 5, 5, 32)), p, "c", 64, .size = WG_SHAPE(3));
    wg_node W = wg_param(g, p, "c.W", WG_SHAPE(3, 3, 32, 64), wg_zeros());
    const double n = 3 * 3 * 32 * 64, want = sqrt(2.0 / (3 * 3 * 32)), got = wg_item(wg_std(W));
    cr_assert(fabs(got / want - 1) < 5 / sqrt(2 * n), "%g, must be near %g", got,
              want); /* five standard errors */
    done(g);
}
