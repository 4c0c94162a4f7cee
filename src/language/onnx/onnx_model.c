/* onnx_model.c: the messages of a model: graphs, nodes, attributes, types. The numbers of fields are those of
 * onnx.proto. What the reader does not need is passed over. */
#include "onnx/onnx.h"

#include <string.h>

enum { MOST = 1 << 17 }; /* repeated messages of one kind */

typedef struct reading {
    wg_program *q;
    int depth;
} reading;

static bool bad(const reading *r, const char *what)
{
    if (!wg_failed(r->q->c))
        wg_fail(r->q->c, wgi_whole_text(r->q), WG_ERROR_FORMAT, "no ONNX model: %s", what);
    return false;
}

/* Whether the message ended where it should. */
static bool ended(const reading *r, const wgi_wire *w, const char *what) { return !w->bad || bad(r, what); }

static void *many(const reading *r, size_t n, size_t size)
{
    if (n > MOST) return bad(r, "too many messages of one kind"), NULL;
    return wgi_lang_alloc(r->q, (n + 1) * size);
}

static bool text(const reading *r, const wgi_wire *w, const char **to)
{
    if (w->kind != WIRE_BYTES || memchr(w->bytes ? w->bytes : (const unsigned char *)"", 0, w->size))
        return bad(r, "a name is no text");
    char *copy = wgi_lang_alloc(r->q, w->size + 1);
    if (copy && w->size) memcpy(copy, w->bytes, w->size);
    *to = copy;
    return copy;
}

/* All texts of a repeated field. */
static bool texts(const reading *r, wgi_wire w, uint32_t field, const char ***to, int *count)
{
    const char **list = many(r, wgi_wire_count(w, field), sizeof *list);
    *to = list, *count = 0;
    while (list && wgi_wire_next(&w))
        if (w.field == field && !text(r, &w, &list[(*count)++])) return false;
    return list;
}

static bool graph(reading *r, wgi_wire w, wgi_onnx_graph *to);

/* ---- attributes ---- */

static double float_of(uint64_t bits)
{
    const uint32_t low = (uint32_t)bits;
    float f;
    memcpy(&f, &low, sizeof f);
    return (double)f;
}

static bool number_lists(const reading *r, wgi_wire w, wgi_onnx_attribute *to)
{
    const size_t floats = wgi_wire_numbers(w, 7, WIRE_32), ints = wgi_wire_numbers(w, 8, WIRE_NUMBER);
    uint64_t *bits = wgi_lang_alloc(r->q, (floats + 1) * sizeof *bits),
             *whole = wgi_lang_alloc(r->q, (ints + 1) * sizeof *whole);
    size_t n = 0, k = 0;
    to->floats = wgi_lang_alloc(r->q, (floats + 1) * sizeof *to->floats);
    if (floats > INT32_MAX || ints > INT32_MAX) return bad(r, "a list of numbers is too long");
    if (!bits || !whole || !to->floats) return false;
    while (wgi_wire_next(&w)) {
        if (w.field == 7 && !wgi_wire_take(&w, WIRE_32, bits, &n, floats)) return bad(r, "a list of floats");
        if (w.field == 8 && !wgi_wire_take(&w, WIRE_NUMBER, whole, &k, ints))
            return bad(r, "a list of numbers");
    }
    for (size_t i = 0; i < n; i++) to->floats[i] = float_of(bits[i]);
    to->ints = (int64_t *)whole;
    to->float_count = (int)n, to->int_count = (int)k;
    return true;
}

static bool inner_graph(reading *r, const wgi_wire *w, wgi_onnx_attribute *to)
{
    to->graph = wgi_lang_alloc(r->q, sizeof *to->graph);
    if (!to->graph) return false;
    if (r->depth >= WGI_ONNX_DEPTH) return bad(r, "graphs inside graphs, too deep");
    r->depth++;
    const bool fine = graph(r, wgi_wire_of(w->bytes, w->size), to->graph);
    r->depth--;
    return fine;
}

static bool inner_tensor(const reading *r, const wgi_wire *w, wgi_onnx_attribute *to)
{
    wgi_onnx_tensor *t = wgi_lang_alloc(r->q, sizeof *t);
    to->tensor = t;
    return t && wgi_onnx_tensor_read(r->q, wgi_wire_of(w->bytes, w->size), t);
}

static bool attribute(reading *r, wgi_wire w, wgi_onnx_attribute *to)
{
    to->name = "";
    if (!number_lists(r, w, to) || !texts(r, w, 9, &to->strings, &to->string_count)) return false;
    while (wgi_wire_next(&w)) {
        const bool is_message = w.kind == WIRE_BYTES;
        switch (w.field) {
        case 1:
            if (!text(r, &w, &to->name)) return false;
            break;
        case 2: to->f = float_of(w.number); break;
        case 3: to->i = (int64_t)w.number; break;
        case 4:
            if (!text(r, &w, &to->s)) return false;
            break;
        case 5:
            if (!is_message || !inner_tensor(r, &w, to)) return bad(r, "the tensor of an attribute");
            break;
        case 6:
            if (!is_message || !inner_graph(r, &w, to)) return bad(r, "the graph of an attribute");
            break;
        case 20: to->type = (int)w.number; break;
        case 21:
            if (!text(r, &w, &to->refers)) return false;
            break;
        default: break;
        }
    }
    return ended(r, &w, "an attribute");
}

/* ---- nodes ---- */

static bool node(reading *r, wgi_wire w, wgi_onnx_node *to)
{
    to->name = to->op = to->domain = "";
    to->attribute = many(r, wgi_wire_count(w, 5), sizeof *to->attribute);
    if (!to->attribute || !texts(r, w, 1, &to->in, &to->ins) || !texts(r, w, 2, &to->out, &to->outs))
        return false;
    while (wgi_wire_next(&w)) {
        const char **said = w.field == 3   ? &to->name
                            : w.field == 4 ? &to->op
                            : w.field == 7 ? &to->domain
                                           : NULL;
        if (said && !text(r, &w, said)) return false;
        if (w.field != 5) continue;
        if (w.kind != WIRE_BYTES) return bad(r, "a node");
        if (!attribute(r, wgi_wire_of(w.bytes, w.size), &to->attribute[to->attributes++])) return false;
    }
    if (!strcmp(to->domain, "ai.onnx")) to->domain = "";
    return ended(r, &w, "a node");
}

/* ---- types ---- */

static bool size_of_axis(const reading *r, wgi_wire w, wgi_onnx_port *to)
{
    const int k = to->axes++;
    to->size[k] = -1;
    while (wgi_wire_next(&w)) {
        if (w.field == 1) to->size[k] = (int64_t)w.number;
        if (w.field == 2 && !text(r, &w, &to->symbol[k])) return false;
    }
    if (to->symbol[k] && !*to->symbol[k]) to->symbol[k] = NULL;
    return ended(r, &w, "the shape of an input");
}

static bool shape(const reading *r, wgi_wire w, wgi_onnx_port *to)
{
    to->axes = 0;
    while (wgi_wire_next(&w)) {
        if (w.field != 1 || w.kind != WIRE_BYTES) continue;
        if (to->axes == WG_MAX_RANK)
            return wg_fail(r->q->c, wgi_whole_text(r->q), WG_ERROR_SHAPE, "'%s' has more than %d axes",
                           to->name, WG_MAX_RANK),
                   false;
        if (!size_of_axis(r, wgi_wire_of(w.bytes, w.size), to)) return false;
    }
    return ended(r, &w, "the shape of an input");
}

static bool tensor_type(const reading *r, wgi_wire w, wgi_onnx_port *to)
{
    while (wgi_wire_next(&w)) {
        if (w.field == 1) to->type = (int)w.number;
        if (w.field == 2 && w.kind == WIRE_BYTES && !shape(r, wgi_wire_of(w.bytes, w.size), to)) return false;
    }
    return ended(r, &w, "the type of an input");
}

static bool type(const reading *r, wgi_wire w, wgi_onnx_port *to)
{
    while (wgi_wire_next(&w)) {
        if (w.field == 1 && w.kind == WIRE_BYTES && !tensor_type(r, wgi_wire_of(w.bytes, w.size), to))
            return false;
        if (w.field == 4) to->structure = "a sequence";
        if (w.field == 5) to->structure = "a map";
        if (w.field == 7) to->structure = "of a type of somebody's own";
        if (w.field == 8) to->structure = "a sparse tensor";
        if (w.field == 9) to->structure = "optional";
    }
    return ended(r, &w, "the type of an input");
}

static bool port(const reading *r, wgi_wire w, wgi_onnx_port *to)
{
    *to = (wgi_onnx_port){ .name = "", .axes = -1 };
    for (wgi_wire first = w; wgi_wire_next(&first);)
        if (first.field == 1 && !text(r, &first, &to->name)) return false;
    while (wgi_wire_next(&w))
        if (w.field == 2 && w.kind == WIRE_BYTES && !type(r, wgi_wire_of(w.bytes, w.size), to)) return false;
    return ended(r, &w, "an input");
}

/* ---- graphs ---- */

static bool part_of_graph(reading *r, const wgi_wire *w, wgi_onnx_graph *to)
{
    const wgi_wire inner = wgi_wire_of(w->bytes, w->size);
    switch (w->field) {
    case 1: return node(r, inner, &to->node[to->nodes++]);
    case 2: return text(r, w, &to->name);
    case 5: return wgi_onnx_tensor_read(r->q, inner, &to->tensor[to->tensors++]);
    case 11: return port(r, inner, &to->in[to->ins++]);
    case 12: return port(r, inner, &to->out[to->outs++]);
    case 15: return bad(r, "it has sparse initializers, which are not there");
    default: return true;
    }
}

static bool graph(reading *r, wgi_wire w, wgi_onnx_graph *to)
{
    *to = (wgi_onnx_graph){ .name = "" };
    to->node = many(r, wgi_wire_count(w, 1), sizeof *to->node);
    to->tensor = many(r, wgi_wire_count(w, 5), sizeof *to->tensor);
    to->in = many(r, wgi_wire_count(w, 11), sizeof *to->in);
    to->out = many(r, wgi_wire_count(w, 12), sizeof *to->out);
    if (!to->node || !to->tensor || !to->in || !to->out) return false;
    while (wgi_wire_next(&w))
        if (w.kind == WIRE_BYTES && !part_of_graph(r, &w, to)) return bad(r, "a graph");
    return ended(r, &w, "a graph");
}

/* ---- the model ---- */

static bool domain(const reading *r, wgi_wire w, wgi_onnx_domain *to)
{
    to->name = "";
    while (wgi_wire_next(&w)) {
        if (w.field == 1 && !text(r, &w, &to->name)) return false;
        if (w.field == 2) to->version = (int64_t)w.number;
    }
    if (!strcmp(to->name, "ai.onnx")) to->name = "";
    return ended(r, &w, "the version of a set of operators");
}

static bool function(reading *r, wgi_wire w, wgi_onnx_function *to)
{
    to->name = to->domain = to->body.name = "";
    to->body.node = many(r, wgi_wire_count(w, 7), sizeof *to->body.node);
    to->set = many(r, wgi_wire_count(w, 9), sizeof *to->set);
    if (!to->body.node || !to->set || !texts(r, w, 4, &to->in, &to->ins) ||
        !texts(r, w, 5, &to->out, &to->outs) || !texts(r, w, 6, &to->attribute, &to->attributes))
        return false;
    while (wgi_wire_next(&w)) {
        const wgi_wire inner = wgi_wire_of(w.bytes, w.size);
        if (w.kind != WIRE_BYTES) continue;
        if (w.field == 1 && !text(r, &w, &to->name)) return false;
        if (w.field == 10 && !text(r, &w, &to->domain)) return false;
        if (w.field == 7 && !node(r, inner, &to->body.node[to->body.nodes++])) return false;
        if (w.field == 9 && !domain(r, inner, &to->set[to->sets++])) return false;
    }
    return ended(r, &w, "a function");
}

bool wgi_onnx_parse(wg_program *q, const void *bytes, size_t size, wgi_onnx_model *to)
{
    reading r = { q, 0 };
    wgi_wire w = wgi_wire_of(bytes, size);
    to->set = many(&r, wgi_wire_count(w, 8), sizeof *to->set);
    to->function = many(&r, wgi_wire_count(w, 25), sizeof *to->function);
    if (!to->set || !to->function) return false;
    while (wgi_wire_next(&w)) {
        const wgi_wire inner = wgi_wire_of(w.bytes, w.size);
        bool fine = true;
        if (w.kind != WIRE_BYTES) continue;
        if (w.field == 7 && to->has_graph) return bad(&r, "two graphs");
        if (w.field == 7) to->has_graph = fine = graph(&r, inner, &to->graph);
        if (w.field == 8) fine = domain(&r, inner, &to->set[to->sets++]);
        if (w.field == 25) fine = function(&r, inner, &to->function[to->functions++]);
        if (!fine) return bad(&r, "a message in it is damaged");
    }
    if (!ended(&r, &w, "the bytes are no messages of it, or the file is cut off")) return false;
    return to->has_graph || bad(&r, "it has no graph");
}
