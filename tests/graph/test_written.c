/* The calls of composite ops that a graph notes: what was written, not what it was made into. */
#include "graph/graph.h"
#include "wgtest.h"

/* The outermost call with this result. */
static wgx_call call_of(const wg_graph *g, wg_node result, int64_t *at)
{
    for (int64_t i = wgx_graph_calls(g); i-- > 0;) {
        const wgx_call k = wgx_graph_call(g, i);
        if (k.result.index != result.index) continue;
        if (at) *at = i;
        return k;
    }
    return (wgx_call){ .op = NULL };
}

Test(written, a_composite_call_is_noted_with_operands_and_options)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3, 4, 5, 6 }, WG_SHAPE(2, 3)));
    wg_node y = wg_mean(x, .axis = 1);
    int64_t at = -1;
    wgx_call k = call_of(g, y, &at);
    cr_assert_not_null(k.op);
    cr_expect_str_eq(k.op->name, "mean");
    cr_expect_eq(k.operands, 1);
    cr_expect_eq(wgx_graph_call_operand(g, at, 0).index, x.index);
    cr_expect_eq(((const wg_axes *)k.attr)->count, 1);
    cr_expect_eq(k.after, wg_graph_nodes(g));
    cr_expect_gt(k.first, (int64_t)x.index);
    char text[20];
    cr_expect_str_eq(wgx_site_argument(k.here, 0, text, sizeof text), "x");
}

Test(written, an_optional_operand_that_is_not_given_is_none)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_fill(g, 1, WG_SHAPE(2, 3)),
            t = wg_input(g, "t", wg_view_i64((int64_t[]){ 0, 2 }, WG_SHAPE(2)));
    int64_t at = -1;
    wgx_call k = call_of(g, wg_softmax_cross_entropy(x, t), &at);
    cr_assert_eq(k.operands, 4);
    cr_expect_eq(wgx_graph_call_operand(g, at, 1).index, t.index);
    cr_expect(wg_is_none(wgx_graph_call_operand(g, at, 2)));
    cr_expect(wg_is_none(wgx_graph_call_operand(g, at, 4)));
    cr_expect_null(wgx_graph_call(g, 1000).op);
    cr_expect_null(wgx_graph_call(g, -1).op);
}

static wg_node part(wg_graph *g, int which, wg_node x)
{
    (void)g;
    switch (which) {
    case 0: return wg_mean(x, .keepdims = true);
    case 1: return wg_var(x);
    case 2: return wg_silu(x);
    case 3: return wg_clip(x, -1, 1);
    default: return wg_tanh(x);
    }
}

/* The same list, whether a build repeats the last one, differs from it in the middle, or is the first. */
static void expect_like_new(wg_context *c, wg_graph *g, const int which[], int n)
{
    wg_graph *fresh = wg_graph_new(c), *both[] = { g, fresh };
    for (int k = 0; k < 2; k++) {
        wg_begin(both[k], WG_TRAIN);
        wg_node x = wg_fill(both[k], 0.5, WG_SHAPE(3));
        for (int i = 0; i < n; i++) x = part(both[k], which[i], x);
    }
    cr_assert_eq(wgx_graph_calls(g), wgx_graph_calls(fresh));
    for (int64_t i = 0; i < wgx_graph_calls(g); i++) {
        wgx_call a = wgx_graph_call(g, i), b = wgx_graph_call(fresh, i);
        cr_expect_eq(a.op, b.op);
        cr_expect_eq(a.first, b.first);
        cr_expect_eq(a.after, b.after);
        cr_expect_eq(a.result.index, b.result.index);
        cr_expect_eq(a.operands, b.operands);
        for (int k = 0; k < a.operands; k++)
            cr_expect_eq(wgx_graph_call_operand(g, i, k).index, wgx_graph_call_operand(fresh, i, k).index);
        if (a.op->attr_size) cr_expect(wgi_attr_equal(a.op, a.attr, b.attr));
    }
    wg_graph_free(fresh);
}

Test(written, a_build_like_the_last_one_has_the_same_calls)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    static const int a[] = { 0, 1, 2, 3, 4, 2 }, b[] = { 0, 1, 3, 3, 4, 2 }, d[] = { 0, 1 };
    static const struct {
        const int *which;
        int n;
    } builds[] = { { a, 6 }, { a, 6 }, { b, 6 }, { b, 6 }, { d, 2 }, { a, 6 }, { d, 2 }, { d, 2 }, { b, 6 } };
    for (size_t i = 0; i < sizeof builds / sizeof *builds; i++)
        expect_like_new(c, g, builds[i].which, builds[i].n);
}

Test(written, rewinding_forgets_calls)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_mean(wg_fill(g, 0.5, WG_SHAPE(3)));
    const int64_t mark = wgx_graph_mark(g), calls = wgx_graph_calls(g);
    for (int i = 0; i < 3; i++) {
        wg_silu(x);
        cr_expect_gt(wgx_graph_calls(g), calls);
        wgx_graph_rewind(g, mark);
        cr_expect_eq(wgx_graph_calls(g), calls);
    }
    wg_begin(g, WG_TRAIN);
    cr_expect_eq(wgx_graph_calls(g), 0);
}
