/* onnx_write_file.c: the ONNX file: what the results need, as protobuf. */
#include "onnx/onnx_write.h"

#include <string.h>

#include "wgx/data.h"

/* The numbers of the fields, by onnx.proto. */
enum { MODEL_IR = 1, MODEL_PRODUCER, MODEL_VERSION, MODEL_GRAPH = 7, MODEL_OPSET };
enum { OPSET_VERSION = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME, GRAPH_STORED = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT, GRAPH_INFO };
enum { NODE_IN = 1, NODE_OUT, NODE_NAME, NODE_OP, NODE_DOC = 6 };
enum { TENSOR_DIMS = 1, TENSOR_TYPE, TENSOR_NAME = 8, TENSOR_RAW };
enum {
    INFO_NAME = 1,
    INFO_TYPE,
    TYPE_TENSOR = 1,
    TENSOR_ELEMENTS = 1,
    TENSOR_SHAPE,
    SHAPE_DIM = 1,
    DIM_VALUE = 1
};

static const char *name_of(const wgi_ow *w, int v) { return wgi_ow_text_of(w, w->value[v].name); }

/* Marks the values that the results are made of. */
static void mark_needed(wgi_ow *w)
{
    for (int i = 0; i < w->outputs[1]; i++) w->value[w->list[w->outputs[0] + i]].needed = true;
    for (size_t i = w->nodes; i-- > 0;) {
        const wgi_ow_node *n = &w->node[i];
        bool needed = false;
        for (int k = 0; k < n->outs; k++) needed |= w->value[n->out + k].needed;
        for (int k = 0; needed && k < n->ins; k++) w->value[w->list[n->in + k]].needed = true;
    }
}

static void put_info(const wgi_ow *w, wgi_ow_bytes *b, int field, int v)
{
    const wgi_ow_value *a = &w->value[v];
    const size_t info = wgi_ow_open(b, field);
    wgi_ow_field_text(b, INFO_NAME, name_of(w, v));
    const size_t type = wgi_ow_open(b, INFO_TYPE), tensor = wgi_ow_open(b, TYPE_TENSOR);
    wgi_ow_field_int(b, TENSOR_ELEMENTS, wgi_ow_onnx_type(a->type));
    const size_t shape = wgi_ow_open(b, TENSOR_SHAPE);
    for (int i = 0; i < a->shape.rank; i++) {
        const size_t dim = wgi_ow_open(b, SHAPE_DIM);
        wgi_ow_field_int(b, DIM_VALUE, a->shape.dim[i]);
        wgi_ow_close(b, dim);
    }
    wgi_ow_close(b, shape);
    wgi_ow_close(b, tensor);
    wgi_ow_close(b, type);
    wgi_ow_close(b, info);
}

static void put_node(const wgi_ow *w, wgi_ow_bytes *b, const wgi_ow_node *n)
{
    const size_t at = wgi_ow_open(b, GRAPH_NODE);
    for (int k = 0; k < n->ins; k++) {
        const int v = w->list[n->in + k];
        wgi_ow_field_text(b, NODE_IN, v ? name_of(w, v) : "");
    }
    for (int k = 0; k < n->outs; k++) wgi_ow_field_text(b, NODE_OUT, name_of(w, n->out + k));
    wgi_ow_field_text(b, NODE_NAME, name_of(w, n->out));
    wgi_ow_field_text(b, NODE_OP, n->op);
    wgi_ow_add(b, w->attrs.at + n->attrs, n->attrs_end - n->attrs);
    if (n->doc) wgi_ow_field_text(b, NODE_DOC, n->doc);
    wgi_ow_close(b, at);
}

/* raw_data has the bytes of a machine with the low byte first. */
static void put_elements(wgi_ow_bytes *b, const wgi_ow_value *a, const unsigned char *from)
{
    const size_t size = wg_dtype_size(a->type), bytes = (size_t)wg_shape_size(a->shape) * size;
    const uint16_t one = 1;
    wgi_ow_field_bytes(b, TENSOR_RAW, from, bytes);
    if (*(const unsigned char *)&one || wg_failed(b->c)) return;
    for (unsigned char *at = b->at + b->count - bytes; at < b->at + b->count; at += size)
        for (size_t i = 0; i < size / 2; i++) {
            const unsigned char low = at[i];
            at[i] = at[size - 1 - i], at[size - 1 - i] = low;
        }
}

static void put_stored(const wgi_ow *w, wgi_ow_bytes *b, int v)
{
    const wgi_ow_value *a = &w->value[v];
    const size_t at = wgi_ow_open(b, GRAPH_STORED);
    for (int i = 0; i < a->shape.rank; i++) wgi_ow_field_int(b, TENSOR_DIMS, a->shape.dim[i]);
    wgi_ow_field_int(b, TENSOR_TYPE, wgi_ow_onnx_type(a->type));
    wgi_ow_field_text(b, TENSOR_NAME, name_of(w, v));
    put_elements(b, a, a->data ? a->data : w->constants.at + a->at);
    wgi_ow_close(b, at);
}

static bool is_made(const wgi_ow *w, const wgi_ow_node *n)
{
    for (int k = 0; k < n->outs; k++)
        if (w->value[n->out + k].needed) return true;
    return false;
}

static void put_graph(const wgi_ow *w, wgi_ow_bytes *b)
{
    const size_t at = wgi_ow_open(b, MODEL_GRAPH);
    for (size_t i = 0; i < w->nodes; i++)
        if (is_made(w, &w->node[i])) put_node(w, b, &w->node[i]);
    wgi_ow_field_text(b, GRAPH_NAME, name_of(w, w->list[w->outputs[0]]));
    for (int v = 1; v < (int)w->values; v++)
        if (w->value[v].needed && w->value[v].kind == WGI_OW_STORED) put_stored(w, b, v);
    for (int i = 0; i < w->inputs[1]; i++) put_info(w, b, GRAPH_INPUT, w->list[w->inputs[0] + i]);
    for (int i = 0; i < w->outputs[1]; i++) put_info(w, b, GRAPH_OUTPUT, w->list[w->outputs[0] + i]);
    for (int v = 1; v < (int)w->values; v++)
        if (w->value[v].needed && w->value[v].kind == WGI_OW_RESULT && !w->value[v].is_output)
            put_info(w, b, GRAPH_INFO, v);
    wgi_ow_close(b, at);
}

/* The format that goes with a set of operators. */
static int format_of(int opset) { return opset > 14 ? 8 : 7; }

wg_status wgi_ow_file(wgi_ow *w, const char *path)
{
    wgi_ow_bytes b = { .c = w->c };
    mark_needed(w);
    wgi_ow_field_int(&b, MODEL_IR, format_of(w->opset));
    wgi_ow_field_text(&b, MODEL_PRODUCER, "Wengert");
    wgi_ow_field_text(&b, MODEL_VERSION, wg_version());
    put_graph(w, &b);
    const size_t opset = wgi_ow_open(&b, MODEL_OPSET);
    wgi_ow_field_int(&b, OPSET_VERSION, w->opset);
    wgi_ow_close(&b, opset);
    if (b.count > INT32_MAX && !wg_failed(w->c))
        wg_fail(w->c, w->here, WG_ERROR_VALUE,
                "onnx_write: the file would have %zu bytes, and protobuf has at most 2147483647", b.count);
    if (!wg_failed(w->c)) wgx_file_write_at(w->here, w->c, "onnx_write", path, b.at, b.count);
    wg_free(w->c, b.at);
    return wg_failed(w->c);
}
