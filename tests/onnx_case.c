/* onnx_case.c: what onnx_case.h promises. */
#include "onnx_case.h"

#include <stdio.h>
#include <stdlib.h>

#include "wengert/onnx.h"

static size_t bytes_of(const wg_tensor *t)
{
    return (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype);
}

static void list(FILE *to, const onnx_named v[], int n, size_t *at)
{
    for (int i = 0; i < n; i++) {
        const wg_tensor *t = &v[i].t;
        fprintf(to, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", i ? "," : "", v[i].name,
                wg_dtype_name(t->dtype));
        for (int k = 0; k < t->shape.rank; k++) fprintf(to, k ? ",%lld" : "%lld", (long long)t->shape.dim[k]);
        fprintf(to, "],\"at\":%zu}", *at);
        *at += (bytes_of(t) + 7) & ~(size_t)7;
    }
}

static void put(FILE *to, const onnx_named v[], int n)
{
    static const char zeros[8];
    for (int i = 0; i < n; i++) {
        const size_t bytes = bytes_of(&v[i].t);
        fwrite(v[i].t.data, 1, bytes, to);
        fwrite(zeros, 1, (8 - bytes % 8) % 8, to);
    }
}

void onnx_case_list(const char *folder, const char *name, const onnx_named in[], int ins,
                    const onnx_named out[], int outs, int steps)
{
    char path[512], *text;
    size_t length, at = 0;
    FILE *header = open_memstream(&text, &length);
    fprintf(header, "{\"steps\":%d,\"inputs\":{", steps);
    list(header, in, ins, &at);
    fputs("},\"outputs\":{", header);
    list(header, out, outs, &at);
    fputs("}}", header);
    fclose(header);
    snprintf(path, sizeof path, "%s/%s.case", folder, name);
    FILE *f = fopen(path, "wb");
    cr_assert(f, "%s", path);
    const uint64_t bytes = length;
    fwrite(&bytes, sizeof bytes, 1, f);
    fwrite(text, 1, length, f);
    put(f, in, ins);
    put(f, out, outs);
    fclose(f);
    free(text);
}

void onnx_case_name_inputs(wg_graph *g, bool all)
{
    char name[32];
    int inputs = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const wg_node n = wg_graph_node(g, i);
        snprintf(name, sizeof name, "in%d", inputs++);
        if (wg_node_leaf(n) == WG_LEAF_INPUT && (all || *wg_node_name(n))) wg_name(n, name);
    }
}

bool onnx_case_draws(wg_node y)
{
    for (int64_t i = 1; i < y.index; i++) {
        const wg_node n = wg_graph_node(wg_graph_of(y), i);
        if (wg_node_leaf(n) == WG_LEAF_STREAM && wg_depends_on(y, n)) return true;
    }
    return false;
}

bool onnx_case_write(const char *folder, const char *name, const wg_node y[], int n, int opset)
{
    wg_graph *g = wg_graph_of(y[0]);
    const int64_t nodes = wg_graph_nodes(g);
    char path[512];
    onnx_named *in = calloc((size_t)nodes, sizeof *in), *out = calloc((size_t)n, sizeof *out);
    const char **names = calloc((size_t)n, sizeof *names);
    int ins = 0;
    bool draws = false;
    for (int i = 0; i < n; i++) draws |= onnx_case_draws(y[i]);
    for (int64_t i = 1; i < nodes; i++) {
        const wg_node m = wg_graph_node(g, i);
        if (wg_node_leaf(m) != WG_LEAF_INPUT || !*wg_node_name(m)) continue;
        snprintf(in[ins].name, sizeof in[ins].name, "%s", wg_node_name(m));
        in[ins++].t = wg_value(m);
    }
    for (int i = 0; i < n; i++) {
        snprintf(out[i].name, sizeof out[i].name, "out%d", i);
        names[i] = out[i].name, out[i].t = wg_value(y[i]);
    }
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    const bool fine =
        !wg_onnx_write(y[0], path, .outputs = y + 1, .output_count = n - 1, .names = names, .opset = opset);
    if (fine && !draws) onnx_case_list(folder, name, in, ins, out, n, 1);
    free(in), free(out), free(names);
    return fine;
}
