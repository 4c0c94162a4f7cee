/* test_onnx.c: ONNX models that the test writes byte by byte: right ones, whose values are computed by hand,
 * and damaged and hostile ones. The cases of ONNX's own suite are in node_cases.py. */
#include <string.h>
#include <unistd.h>

#include "wgonnx.h"

TestSuite(onnx, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- right ones ---- */

Test(onnx, values_gradients_names)
{
    WGT_IN_WORLD(WG_F64, NULL);
    const wgt_bytes m = wgt_onnx_net();
    const double x[] = { 1, 2, -1, 0.5 }, y[] = { 0, 5.5, 4, 0, 0, 3 };
    wg_program *q = wg_program_file(c, wgt_saved("net.onnx", &m));
    cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    wg_program_set(q, "x", wg_view_f64(x, WG_SHAPE(2, 2)));
    wg_program_build(q, g, p, WG_TRAIN);
    const wg_tensor t = wg_value(wg_program_node(q, "y"));
    cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    cr_expect(wg_shape_equal(t.shape, WG_SHAPE(2, 3)));
    cr_expect_eq(wgt_distance(t.data, y, 6), 0);
    cr_expect_str_eq(wg_node_name(wg_program_node(q, "fc.Gemm")), "fc.Gemm");
    wg_backward(wg_sum(wg_program_last(q)), p);
    const double db[] = { 0, 1, 2 }, dW[] = { 0, 0, 1, 2, 0, 2.5 };
    cr_expect_eq(wgt_distance(wg_params_grad(p, wg_params_find(p, "fc.bias")).data, db, 3), 0);
    cr_expect_eq(wgt_distance(wg_params_grad(p, wg_params_find(p, "fc.weight")).data, dW, 6), 0);
}

Test(onnx, sizes_by_name)
{
    WGT_IN_WORLD(WG_F32, NULL);
    const wgt_bytes m = wgt_onnx_net();
    const double five = 5;
    wg_program *q = wg_onnx_read(c, wgt_saved("net.onnx", &m));
    wg_program_build(q, g, p, WG_EVAL);
    cr_expect_str_eq(wg_program_drawn(q), "x drawn at random, batch = 7, seed 1");
    wg_program_set(q, "batch", wg_view_f64(&five, WG_SCALAR));
    wg_program_build(q, g, p, WG_EVAL);
    cr_expect_eq(wg_dim(wg_program_last(q), 0), 5);
    cr_expect_str_eq(wg_params_name(p, 0), "fc.weight");
    cr_expect_eq(wgx_program_symbols(q), 1);
    cr_expect_eq(wgx_program_meaning(q, "x"), WG_NAME_INPUT);
    cr_expect_eq(wgx_program_meaning(q, "h"), WG_NAME_COMPUTED);
    cr_expect_eq(wgx_program_claims(q), 0);
    cr_expect_eq(wgx_program_line(q, "h"), 0);
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
}

/* ---- refused ones ---- */

/* Reads and builds; the message must hold the text. */
static void refused(const wgt_bytes *graph, wg_status s, const char *text)
{
    WGT_IN_COUNTED(WG_F32, NULL);
    const wgt_bytes file = wgt_onnx_model(graph);
    wg_program *q = wg_onnx_read(c, wgt_saved("m.onnx", &file));
    wg_program_build(q, g, p, WG_EVAL);
    wgt_expect_error(c, s, text);
}

/* A graph of nodes "op in out", from an input x [2]; the last one gives the result. */
static wgt_bytes graph_of(const char *const nodes[][3], int n)
{
    wgt_bytes g = { .n = 0 };
    for (int i = 0; i < n; i++) wgt_onnx_node(&g, nodes[i][0], nodes[i][1], nodes[i][2], NULL);
    wgt_onnx_port(&g, 11, "x", WGT_ONNX_FLOAT, WGT_SIZES(2), 1);
    wgt_onnx_port(&g, 12, nodes[n - 1][2], WGT_ONNX_FLOAT, WGT_SIZES(2), 1);
    return g;
}
#define GRAPH(...)                                    \
    graph_of((const char *const[][3]){ __VA_ARGS__ }, \
             (int)(sizeof((const char *const[][3]){ __VA_ARGS__ }) / sizeof(const char *[3])))

Test(onnx, graphs_that_are_refused)
{
    wgt_bytes g = GRAPH({ "Foo", "x", "a" }, { "NonMaxSuppress", "a", "b" }, { "Foo", "b", "c" });
    refused(&g, WG_ERROR_MISSING,
            "2 operators are not there: Foo (2 nodes, first 'a'), NonMaxSuppress (node 'b')");
    g = GRAPH({ "Add", "x b", "a" }, { "Relu", "a", "b" });
    refused(&g, WG_ERROR_FORMAT, "node 'a' (Add): it uses 'b', which only a later node computes");
    g = GRAPH({ "Relu", "nothing", "a" });
    refused(&g, WG_ERROR_FORMAT, "it uses 'nothing', which nothing gives");
    g = GRAPH({ "Relu", "x", "a" }, { "Exp", "x", "a" });
    refused(&g, WG_ERROR_FORMAT, "two values have the name 'a'");
    g = GRAPH({ "Relu", "x", "x" });
    refused(&g, WG_ERROR_FORMAT, "two values have the name 'x'");
    g = GRAPH({ "MatMul", "x", "a" });
    refused(&g, WG_ERROR_FORMAT, "node 'a' (MatMul): operand 1 is missing");
    g = GRAPH({ "Relu", "x", "a" });
    wgt_onnx_port(&g, 12, "z", WGT_ONNX_UINT8, WGT_SIZES(2), 1);
    refused(&g, WG_ERROR_MISSING, "1 type is not there: uint8 (value 'z')");
}

static const float bias[] = { 0.25F, -1, 1 };

/* x + t, of a tensor t. */
static void refused_tensor(wgt_bytes t, const char *text)
{
    wgt_bytes g = GRAPH({ "Add", "x t", "y" });
    wgt_onnx_message(&g, 5, &t);
    refused(&g, WG_ERROR_FORMAT, text);
}

Test(onnx, tensors_that_are_refused)
{
    refused_tensor(wgt_onnx_tensor("t", WGT_ONNX_FLOAT, WGT_SIZES(3), 1, bias, 8),
                   "the tensor 't': 8 bytes where its shape has 12");
    refused_tensor(wgt_onnx_tensor("t", WGT_ONNX_FLOAT, WGT_SIZES(-1), 1, bias, 12),
                   "the tensor 't': its shape is not possible");
    refused_tensor(wgt_onnx_tensor("t", WGT_ONNX_FLOAT, WGT_SIZES(INT64_MAX, 4), 2, bias, 12),
                   "its shape is not possible");
    refused_tensor(wgt_onnx_tensor("t", WGT_ONNX_FLOAT, WGT_SIZES(1 << 30, 1 << 20), 2, bias, 12),
                   "12 bytes where its shape has");
    refused_tensor(wgt_onnx_tensor("t", WGT_ONNX_FLOAT, WGT_SIZES(1, 1, 1, 1, 1, 1, 1, 1, 1), 9, bias, 4),
                   "more than 8 axes");
}

static wgt_bytes outside(const char *path)
{
    wgt_bytes t = wgt_onnx_tensor("t", WGT_ONNX_FLOAT, WGT_SIZES(2), 1, NULL, 0), e = { .n = 0 };
    wgt_onnx_text(&e, 1, "location");
    wgt_onnx_text(&e, 2, path);
    wgt_onnx_message(&t, 13, &e);
    wgt_onnx_number(&t, 14, 1);
    return t;
}

Test(onnx, values_in_other_files)
{
    WGT_IN_WORLD(WG_F32, NULL);
    const float v[] = { 1, 2 };
    wgt_bytes data = { .n = 0 }, g1 = GRAPH({ "Add", "x t", "y" });
    wgt_add(&data, v, sizeof v);
    wgt_saved("values.bin", &data);
    const wgt_bytes t = outside("values.bin");
    wgt_onnx_message(&g1, 5, &t);
    const wgt_bytes file = wgt_onnx_model(&g1);
    wg_program *q = wg_onnx_read(c, wgt_saved("m.onnx", &file));
    wg_program_set(q, "x", wg_view_f32(v, WG_SHAPE(2)));
    wg_program_build(q, g, p, WG_EVAL);
    const wg_tensor y = wg_value(wg_program_last(q));
    cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    cr_expect_eq(((float *)y.data)[1], 4);
    refused_tensor(outside("/etc/hostname"), "not in the model's folder");
    refused_tensor(outside("../other.bin"), "not in the model's folder");
    refused_tensor(outside("none.bin"), "not there");
    cr_expect_eq(symlink("/etc/hostname", wgt_in_folder("link.bin")), 0);
    refused_tensor(outside("link.bin"), "not in the model's folder");
}

/* Graphs in graphs, far too deep. */
Test(onnx, deep)
{
    wgt_bytes g = GRAPH({ "Relu", "x", "y" });
    for (int i = 0; i < 40 && g.n < 3000; i++) {
        wgt_bytes a = { .n = 0 }, outer = { .n = 0 };
        wgt_onnx_text(&a, 1, "then_branch");
        wgt_onnx_message(&a, 6, &g);
        wgt_onnx_node(&outer, "If", "x", "y", &a);
        g = outer;
    }
    refused(&g, WG_ERROR_FORMAT, "too deep");
}

/* A list of numbers that says it has 2^41 bytes, in an attribute that has fewer. */
Test(onnx, lengths)
{
    wgt_bytes g = { .n = 0 }, list = { .n = 0 };
    WGT_ADD(&list, 8 << 3 | 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 1, 2, 3);
    wgt_onnx_node(&g, "Relu", "x", "y", &list);
    refused(&g, WG_ERROR_FORMAT, "no ONNX model");
}

/* A file that ends early, at each byte. */
Test(onnx, cut)
{
    const wgt_bytes whole = wgt_onnx_net();
    for (size_t n = 0; n < whole.n; n++) {
        wgt_bytes part = whole;
        part.n = n;
        WGT_IN_COUNTED(WG_F32, NULL);
        wg_program *q = wg_onnx_read(c, wgt_saved("cut.onnx", &part));
        wg_program_build(q, g, p, WG_EVAL);
        cr_expect_eq(wg_failed(c), WG_ERROR_FORMAT, "%zu bytes: %s", n, wg_message(c));
        wg_recover(c);
    }
}

/* Each byte is another one: there may be an error, and no more. */
Test(onnx, damaged)
{
    const wgt_bytes whole = wgt_onnx_net();
    static const unsigned char other[] = { 0x01, 0x80, 0xFF };
    for (size_t i = 0; i < whole.n * 3; i++) {
        wgt_bytes file = whole;
        file.b[i / 3] ^= other[i % 3];
        WGT_IN_COUNTED(WG_F32, NULL);
        wg_program *q = wg_onnx_read(c, wgt_saved("damaged.onnx", &file));
        wg_program_build(q, g, p, WG_EVAL);
        if (!wg_failed(c)) wgt_total(wg_value(wg_program_last(q)));
        wg_recover(c);
    }
}

static void read_and_build(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_program *q = wg_onnx_read(c, wgt_in_folder("net.onnx"));
    wg_program_build(q, g, p, WG_EVAL);
    wg_value(wg_program_last(q));
}

Test(onnx, without_memory)
{
    const wgt_bytes m = wgt_onnx_net();
    wgt_saved("net.onnx", &m);
    wgt_each_allocation_fails(NULL, 200, read_and_build);
}
