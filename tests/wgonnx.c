/* wgonnx.c: ONNX models, byte by byte. */
#include <string.h>

#include "wgonnx.h"

/* ---- messages of protobuf ---- */

static void wgt_onnx_varint(wgt_bytes *f, uint64_t v)
{
    for (; v > 0x7F; v >>= 7) WGT_ADD(f, (unsigned char)(v | 0x80));
    WGT_ADD(f, (unsigned char)v);
}

void wgt_onnx_number(wgt_bytes *f, int field, int64_t v)
{
    wgt_onnx_varint(f, (uint64_t)field << 3);
    wgt_onnx_varint(f, (uint64_t)v);
}

void wgt_onnx_bytes(wgt_bytes *f, int field, const void *p, size_t n)
{
    wgt_onnx_varint(f, (uint64_t)field << 3 | 2);
    wgt_onnx_varint(f, n);
    wgt_add(f, p, n);
}

void wgt_onnx_text(wgt_bytes *f, int field, const char *s) { wgt_onnx_bytes(f, field, s, strlen(s)); }
void wgt_onnx_message(wgt_bytes *f, int field, const wgt_bytes *m) { wgt_onnx_bytes(f, field, m->b, m->n); }

/* ---- parts of a model ---- */

/* Names with blanks between them. */
static void wgt_onnx_names(wgt_bytes *f, int field, const char *names)
{
    while (*names) {
        const size_t n = strcspn(names, " ");
        wgt_onnx_bytes(f, field, names, n);
        names += n + (names[n] == ' ');
    }
}

void wgt_onnx_node(wgt_bytes *graph, const char *op, const char *in, const char *out,
                   const wgt_bytes *attribute)
{
    wgt_bytes n = { .n = 0 };
    wgt_onnx_names(&n, 1, in);
    wgt_onnx_names(&n, 2, out);
    wgt_onnx_text(&n, 4, op);
    if (attribute) wgt_onnx_message(&n, 5, attribute);
    wgt_onnx_message(graph, 1, &n);
}

wgt_bytes wgt_onnx_number_attribute(const char *name, int64_t v)
{
    wgt_bytes a = { .n = 0 };
    wgt_onnx_text(&a, 1, name);
    wgt_onnx_number(&a, 3, v);
    wgt_onnx_number(&a, 20, 2);
    return a;
}

wgt_bytes wgt_onnx_tensor(const char *name, int type, const int64_t *size, int axes, const void *p, size_t n)
{
    wgt_bytes t = { .n = 0 };
    for (int i = 0; i < axes; i++) wgt_onnx_number(&t, 1, size[i]);
    wgt_onnx_number(&t, 2, type);
    wgt_onnx_text(&t, 8, name);
    if (p) wgt_onnx_bytes(&t, 9, p, n);
    return t;
}

/* An input or output: a size below 0 is the name "batch". */
void wgt_onnx_port(wgt_bytes *graph, int field, const char *name, int type, const int64_t *size, int axes)
{
    wgt_bytes shape = { .n = 0 }, t = { .n = 0 }, value = { .n = 0 }, port = { .n = 0 };
    for (int i = 0; i < axes; i++) {
        wgt_bytes d = { .n = 0 };
        if (size[i] < 0) wgt_onnx_text(&d, 2, "batch");
        else wgt_onnx_number(&d, 1, size[i]);
        wgt_onnx_message(&shape, 1, &d);
    }
    wgt_onnx_number(&t, 1, type);
    wgt_onnx_message(&t, 2, &shape);
    wgt_onnx_message(&value, 1, &t);
    wgt_onnx_text(&port, 1, name);
    wgt_onnx_message(&port, 2, &value);
    wgt_onnx_message(graph, field, &port);
}

/* The graph is the last part, so that a file that ends early lacks a part of it. */
wgt_bytes wgt_onnx_model(const wgt_bytes *graph)
{
    wgt_bytes m = { .n = 0 }, set = { .n = 0 };
    wgt_onnx_number(&m, 1, 8);
    wgt_onnx_number(&set, 2, 13);
    wgt_onnx_message(&m, 8, &set);
    wgt_onnx_message(&m, 7, graph);
    return m;
}

static const float weights[] = { 1, -2, 0.5F, 3, -1, 2 }, bias[] = { 0.25F, -1, 1 };

/* x W^T + b, of `rows` rows of W. */
static void linear(wgt_bytes *g, const char *result, int64_t rows)
{
    const wgt_bytes swapped = wgt_onnx_number_attribute("transB", 1),
                    W = wgt_onnx_tensor("fc.weight", WGT_ONNX_FLOAT, WGT_SIZES(rows, 2), 2, weights,
                                        (size_t)rows * 2 * sizeof *weights),
                    b = wgt_onnx_tensor("fc.bias", WGT_ONNX_FLOAT, WGT_SIZES(rows), 1, bias,
                                        (size_t)rows * sizeof *bias);
    wgt_onnx_node(g, "Gemm", "x fc.weight fc.bias", result, &swapped);
    wgt_onnx_message(g, 5, &W);
    wgt_onnx_message(g, 5, &b);
    wgt_onnx_port(g, 11, "x", WGT_ONNX_FLOAT, WGT_SIZES(-1, 2), 2);
}

wgt_bytes wgt_onnx_net(void)
{
    wgt_bytes g = { .n = 0 };
    const wgt_bytes shape =
        wgt_onnx_tensor("shape", WGT_ONNX_INT64, WGT_SIZES(2), 1, WGT_SIZES(-1, 3), 2 * sizeof(int64_t));
    linear(&g, "/fc/Gemm_output_0", 3);
    wgt_onnx_node(&g, "Relu", "/fc/Gemm_output_0", "h", NULL);
    wgt_onnx_node(&g, "Reshape", "h shape", "y", NULL);
    wgt_onnx_text(&g, 2, "net");
    wgt_onnx_message(&g, 5, &shape);
    wgt_onnx_port(&g, 12, "y", WGT_ONNX_FLOAT, WGT_SIZES(-1, 3), 2);
    return wgt_onnx_model(&g);
}

wgt_bytes wgt_onnx_classes(void)
{
    wgt_bytes g = { .n = 0 };
    linear(&g, "z", 2);
    wgt_onnx_node(&g, "SoftmaxCrossEntropyLoss", "z c", "L", NULL);
    wgt_onnx_port(&g, 11, "c", WGT_ONNX_INT64, WGT_SIZES(-1), 1);
    wgt_onnx_port(&g, 12, "L", WGT_ONNX_FLOAT, NULL, 0);
    return wgt_onnx_model(&g);
}
