/* onnx_case.c: what onnx_case.h promises. */
#include "onnx_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/onnx.h"

enum { CASE_TENSORS = 128 };

/* The header as it grows, and the tensors that it lists. */
typedef struct listing {
    char *text;
    size_t length, bytes;
    FILE *to;
    wg_tensor tensor[CASE_TENSORS];
    int count;
} listing;

static void add(listing *l, const char *name, wg_node n)
{
    const wg_tensor t = wg_value(n);
    fprintf(l->to, "\"%s\":{\"dtype\":\"%s\",\"shape\":[", name, wg_dtype_name(t.dtype));
    for (int i = 0; i < t.shape.rank; i++) fprintf(l->to, i ? ",%lld" : "%lld", (long long)t.shape.dim[i]);
    fprintf(l->to, "],\"at\":%zu}", l->bytes);
    l->bytes += ((size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype) + 7) & ~(size_t)7;
    l->tensor[l->count++] = t;
}

void onnx_case_name_inputs(wg_graph *g)
{
    char name[32];
    int inputs = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const wg_node n = wg_graph_node(g, i);
        snprintf(name, sizeof name, "in%d", inputs++);
        if (wg_node_leaf(n) == WG_LEAF_INPUT) wg_name(n, name);
    }
}

static void add_inputs(listing *l, wg_graph *g)
{
    int inputs = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const wg_node n = wg_graph_node(g, i);
        if (wg_node_leaf(n) != WG_LEAF_INPUT) continue;
        if (inputs++) fputc(',', l->to);
        add(l, wg_node_name(n), n);
    }
}

static void write_listing(const listing *l, const char *folder, const char *name)
{
    static const char zeros[8];
    char path[512];
    const uint64_t length = l->length;
    snprintf(path, sizeof path, "%s/%s.case", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f) return;
    fwrite(&length, sizeof length, 1, f);
    fwrite(l->text, 1, l->length, f);
    for (int i = 0; i < l->count; i++) {
        const size_t bytes = (size_t)wg_shape_size(l->tensor[i].shape) * wg_dtype_size(l->tensor[i].dtype);
        fwrite(l->tensor[i].data, 1, bytes, f);
        fwrite(zeros, 1, (8 - bytes % 8) % 8, f);
    }
    fclose(f);
}

bool onnx_case_write(const char *folder, const char *name, const wg_node y[], int n, int opset)
{
    listing l = { 0 };
    char path[512], text[16][8];
    const char *names[16];
    for (int i = 0; i < n; i++) snprintf(text[i], sizeof text[i], "out%d", i), names[i] = text[i];
    l.to = open_memstream(&l.text, &l.length);
    fputs("{\"inputs\":{", l.to);
    add_inputs(&l, wg_graph_of(y[0]));
    fputs("},\"outputs\":{", l.to);
    for (int i = 0; i < n; i++) {
        if (i) fputc(',', l.to);
        add(&l, names[i], y[i]);
    }
    fputs("}}", l.to);
    fclose(l.to);
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    const bool fine =
        !wg_onnx_write(y[0], path, .outputs = y + 1, .output_count = n - 1, .names = names, .opset = opset);
    if (fine) write_listing(&l, folder, name);
    free(l.text);
    return fine;
}
