/* test_onnx_modules.c: modules of a net, which names of nodes tell: scopes, names of results and
 * parameters. */
#include <string.h>

#include "wgonnx.h"

TestSuite(onnx_modules, .init = wgt_make_folder, .fini = wgt_remove_folder);

typedef struct node {
    const char *name, *op, *in, *in2;
} node;

/* The result of a node is called as PyTorch does. */
static wgt_bytes graph_of(const node *list, int n, const char *result)
{
    wgt_bytes g = { .n = 0 };
    char out[200];
    for (int i = 0; i < n; i++) {
        wgt_bytes m = { .n = 0 };
        snprintf(out, sizeof out, "%.150s_output_0", list[i].name);
        wgt_onnx_text(&m, 1, list[i].in);
        if (list[i].in2) wgt_onnx_text(&m, 1, list[i].in2);
        wgt_onnx_text(&m, 2, i == n - 1 ? result : out);
        wgt_onnx_text(&m, 3, list[i].name);
        wgt_onnx_text(&m, 4, list[i].op);
        wgt_onnx_message(&g, 1, &m);
    }
    wgt_onnx_port(&g, 11, "x", WGT_ONNX_FLOAT, WGT_SIZES(3, 2), 2);
    wgt_onnx_port(&g, 12, result, WGT_ONNX_FLOAT, WGT_SIZES(3, 2), 2);
    return g;
}

static wg_program *built(wg_context *c, wg_graph *g, wg_params *p, const wgt_bytes *graph)
{
    const wgt_bytes file = wgt_onnx_model(graph);
    wg_program *q = wg_onnx_read(c, wgt_saved("net.onnx", &file));
    wg_program_build(q, g, p, WG_EVAL);
    cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    return q;
}

Test(onnx_modules, scopes_and_names)
{
    WGT_IN_WORLD(WG_F64, NULL);
    static const node list[] = {
        { "/act/Relu", "Relu", "x", NULL },
        { "/layer1/layer1.0/conv/Neg", "Neg", "/act/Relu_output_0", NULL },
        { "/layer1/layer1.0/Add", "Add", "/layer1/layer1.0/conv/Neg_output_0", "/act/Relu_output_0" },
        { "/layer1/layer1.1/conv/Neg", "Neg", "/layer1/layer1.0/Add_output_0", NULL },
        { "/layer1/layer1.1/conv/Abs", "Abs", "/layer1/layer1.1/conv/Neg_output_0", NULL },
        { "/layer1/layer1.1/Add", "Add", "/layer1/layer1.1/conv/Abs_output_0",
          "/layer1/layer1.0/Add_output_0" },
        { "/fc/MatMul", "MatMul", "/layer1/layer1.1/Add_output_0", "onnx::MatMul_9" },
    };
    static const struct {
        const char *asked, *name, *scope;
    } want[] = {
        { "act", "act", "act" },
        { "layer1.0.conv", "layer1.0.conv", "layer1/layer1.0/conv" },
        { "layer1.0", "layer1.0", "layer1/layer1.0" },
        { "layer1.layer1.1.conv.Neg", "", "layer1/layer1.1/conv" },
        { "layer1.1.conv", "layer1.1.conv", "layer1/layer1.1/conv" },
        { "layer1.1", "layer1.1", "layer1/layer1.1" },
        { "y", "y", "fc" },
        { "fc.W", "fc.W", "fc" },
    };
    static const float weights[] = { 1, 2, 3, 4 };
    wgt_bytes graph = graph_of(list, sizeof list / sizeof *list, "y");
    const wgt_bytes W = wgt_onnx_tensor("onnx::MatMul_9", WGT_ONNX_FLOAT, WGT_SIZES(2, 2), 2, weights, 16);
    wgt_onnx_message(&graph, 5, &W);
    wg_program *q = built(c, g, p, &graph);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const wg_node n = wg_program_node(q, want[i].asked);
        cr_assert(wg_node_ok(n), "%s", want[i].asked);
        cr_expect_str_eq(wg_node_name(n), want[i].name);
        cr_expect_str_eq(wg_node_scope(n), want[i].scope);
    }
    cr_expect_eq(wg_params_count(p), 1);
}

/* Of equal tensors PyTorch writes one, and copies. A copy that has a name is a parameter of its own. */
static void expect_params(const char *from, const char *copy, const float weights[4], int count)
{
    WGT_IN_WORLD(WG_F64, NULL);
    const node list[] = { { "Identity_0", "Identity", from, NULL },
                          { "/a/MatMul", "MatMul", "x", from },
                          { "/b/MatMul", "MatMul", "/a/MatMul_output_0", copy } };
    wgt_bytes graph = { .n = 0 };
    for (int i = 0; i < 3; i++) {
        wgt_bytes m = { .n = 0 };
        wgt_onnx_text(&m, 1, list[i].in);
        if (list[i].in2) wgt_onnx_text(&m, 1, list[i].in2);
        wgt_onnx_text(&m, 2, i == 0 ? copy : i == 1 ? "/a/MatMul_output_0" : "y");
        wgt_onnx_text(&m, 3, list[i].name);
        wgt_onnx_text(&m, 4, list[i].op);
        wgt_onnx_message(&graph, 1, &m);
    }
    const wgt_bytes W = wgt_onnx_tensor(from, WGT_ONNX_FLOAT, WGT_SIZES(2, 2), 2, weights, 16);
    wgt_onnx_message(&graph, 5, &W);
    wgt_onnx_port(&graph, 11, "x", WGT_ONNX_FLOAT, WGT_SIZES(3, 2), 2);
    wgt_onnx_port(&graph, 12, "y", WGT_ONNX_FLOAT, WGT_SIZES(3, 2), 2);
    built(c, g, p, &graph);
    cr_expect_eq(wg_params_count(p), count, "%s, %s", from, copy);
    cr_expect_eq(wg_params_find(p, "a.weight"), *from == 'a' ? 0 : -1);
}

Test(onnx_modules, copies)
{
    static const float some[] = { 1, 2, 3, 4 }, zero[4] = { 0 };
    expect_params("a.weight", "b.weight", some, 2);
    expect_params("onnx::MatMul_1", "onnx::MatMul_2", some, 1);
    expect_params("onnx::MatMul_1", "onnx::MatMul_2", zero, 2);
}

/* Empty parts, a path of slashes, one that is longer than any name, more modules than are opened. */
Test(onnx_modules, odd_paths)
{
    WGT_IN_WORLD(WG_F64, NULL);
    static char deep[400], wide[3000];
    for (size_t i = 0; i + 2 < sizeof deep; i += 2) memcpy(deep + i, "/m", 2);
    memset(wide, 'w', sizeof wide - 1), wide[0] = wide[2000] = '/';
    const node list[] = {
        { "//", "Neg", "x", NULL },
        { "a//b/", "Neg", "//_output_0", NULL },
        { deep, "Neg", "a//b/_output_0", NULL },
        { wide, "Neg", "x", NULL },
        { "/0/1.2/Neg", "Neg", "x", NULL },
        { "/0/1.2/Neg_1", "Neg", "/0/1.2/Neg_output_0", NULL },
    };
    const wgt_bytes graph = graph_of(list, sizeof list / sizeof *list, "y");
    wg_program *q = built(c, g, p, &graph);
    const wg_node y = wg_program_node(q, "y");
    cr_expect_str_eq(wg_node_scope(y), "0/1.2");
    cr_expect_str_eq(wg_node_name(y), "y");
}
