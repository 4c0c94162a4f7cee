/* onnx_write_made.c: the graph of ONNX in memory: values, nodes, constants, and names that differ. */
#include "onnx/onnx_write.h"

#include <string.h>

void *wgi_ow_grown(wgi_ow *w, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room) return array;
    const size_t more = *room ? 2 * *room : 64;
    void *to = wg_alloc(w->c, more, size);
    if (!to) return NULL;
    if (count) memcpy(to, array, count * size);
    wg_free(w->c, array);
    *room = more;
    return to;
}

/* Makes room for one more in an array of the writer. */
#define ROOM(w, array, count, room)                                                                    \
    (((w)->grown = wgi_ow_grown(w, (w)->array, (w)->count, &(w)->room, sizeof *(w)->array)) != NULL && \
     ((w)->array = (w)->grown) != NULL)

static uint32_t hash_of(const void *bytes, size_t count, uint32_t h)
{
    for (size_t i = 0; i < count; i++) h = (h ^ ((const unsigned char *)bytes)[i]) * 16777619u;
    return h;
}
enum { HASH = (int)2166136261u };

/* ---- names ---- */

const char *wgi_ow_text_of(const wgi_ow *w, size_t text) { return (const char *)w->texts.at + text; }

static int *name_head(wgi_ow *w, const char *name)
{
    return &w->name_head[hash_of(name, strlen(name), (uint32_t)HASH) % WGI_OW_HEADS];
}

static wgi_ow_name *name_found(wgi_ow *w, const char *name)
{
    for (int i = *name_head(w, name); i; i = w->name[i].next)
        if (!strcmp(wgi_ow_text_of(w, w->name[i].text), name)) return &w->name[i];
    return NULL;
}

static size_t name_added(wgi_ow *w, const char *name)
{
    int *head = name_head(w, name);
    const size_t text = w->texts.count;
    wgi_ow_add(&w->texts, name, strlen(name) + 1);
    if (wg_failed(w->c) || !ROOM(w, name, names, name_room)) return 0;
    w->name[w->names] = (wgi_ow_name){ text, *head, 1 };
    *head = (int)w->names++;
    return text;
}

size_t wgi_ow_claim(wgi_ow *w, const char *name)
{
    char text[400];
    wgi_ow_name *taken = name_found(w, name);
    if (!taken) return name_added(w, name);
    do snprintf(text, sizeof text, "%.380s_%d", name, ++taken->count);
    while (name_found(w, text));
    return name_added(w, text);
}

/* ---- values ---- */

int wgi_ow_value_new(wgi_ow *w, wgi_ow_kind kind, size_t name, wg_dtype t, wg_shape s)
{
    if (wg_failed(w->c) || !ROOM(w, value, values, value_room)) return 0;
    w->value[w->values] = (wgi_ow_value){ .name = name, .type = t, .shape = s, .kind = kind, .node = -1 };
    return (int)w->values++;
}

static int result_of(wgi_ow *w, const char *op, wg_dtype t, wg_shape s)
{
    char text[400];
    snprintf(text, sizeof text, "%.300s.%s", w->base, op);
    const int v = wgi_ow_value_new(w, WGI_OW_RESULT, wgi_ow_claim(w, text), t, s);
    if (v) w->value[v].node = (int)w->nodes - 1;
    return v;
}

/* ---- attributes ---- */

enum { ATTR_NAME = 1, ATTR_F, ATTR_I, ATTR_S, ATTR_INTS = 8, ATTR_TYPE = 20 };
enum { IS_FLOAT = 1, IS_INT, IS_STRING, IS_INTS = 7 };
enum { NODE_ATTRIBUTE = 5 };

static size_t attribute(wgi_ow *w, const char *name, int type)
{
    const size_t at = wgi_ow_open(&w->attrs, NODE_ATTRIBUTE);
    wgi_ow_field_text(&w->attrs, ATTR_NAME, name);
    wgi_ow_field_int(&w->attrs, ATTR_TYPE, type);
    return at;
}

void wgi_ow_int(wgi_ow *w, const char *name, int64_t v)
{
    const size_t at = attribute(w, name, IS_INT);
    wgi_ow_field_int(&w->attrs, ATTR_I, v);
    wgi_ow_close(&w->attrs, at);
}

void wgi_ow_ints(wgi_ow *w, const char *name, const int64_t *v, int n)
{
    const size_t at = attribute(w, name, IS_INTS);
    for (int i = 0; i < n; i++) wgi_ow_field_int(&w->attrs, ATTR_INTS, v[i]);
    wgi_ow_close(&w->attrs, at);
}

void wgi_ow_float(wgi_ow *w, const char *name, double v)
{
    const size_t at = attribute(w, name, IS_FLOAT);
    wgi_ow_field_float(&w->attrs, ATTR_F, (float)v);
    wgi_ow_close(&w->attrs, at);
}

void wgi_ow_text(wgi_ow *w, const char *name, const char *text)
{
    const size_t at = attribute(w, name, IS_STRING);
    wgi_ow_field_text(&w->attrs, ATTR_S, text);
    wgi_ow_close(&w->attrs, at);
}

/* ---- nodes ---- */

static bool listed(wgi_ow *w, int v)
{
    if (!ROOM(w, list, listed, list_room)) return false;
    w->list[w->listed++] = v;
    return true;
}

int wgi_ow_many(wgi_ow *w, const char *op, wg_dtype t, wg_shape s, const int *in, int n)
{
    while (n && !in[n - 1]) n--;
    const wgi_ow_node node = {
        .op = op, .in = (int)w->listed, .ins = n, .outs = 1, .attrs = w->taken, .attrs_end = w->attrs.count
    };
    for (int i = 0; i < n; i++)
        if (!listed(w, in[i])) return 0;
    if (wg_failed(w->c) || !ROOM(w, node, nodes, node_room)) return 0;
    w->taken = w->attrs.count;
    w->node[w->nodes++] = node;
    return w->node[w->nodes - 1].out = result_of(w, op, t, s);
}

int wgi_ow_op(wgi_ow *w, const char *op, wg_dtype t, wg_shape s, int a, int b, int c)
{
    return wgi_ow_many(w, op, t, s, (const int[]){ a, b, c }, 3);
}

int wgi_ow_also(wgi_ow *w, wg_dtype t, wg_shape s)
{
    if (wg_failed(w->c)) return 0;
    wgi_ow_node *n = &w->node[w->nodes - 1];
    n->outs++;
    return result_of(w, n->op, t, s);
}

/* ---- constants ---- */

static bool is_constant(const wgi_ow *w, int v, wg_dtype t, const wg_shape *s, const void *data, size_t size)
{
    const wgi_ow_value *a = &w->value[v];
    return a->type == t && wg_shape_equal(a->shape, *s) &&
           (!size || !memcmp(w->constants.at + a->at, data, size));
}

int wgi_ow_constant(wgi_ow *w, wg_dtype t, wg_shape s, const void *data)
{
    const size_t size = (size_t)wg_shape_size(s) * wg_dtype_size(t);
    int *head = &w->constant_head[hash_of(data, size, (uint32_t)HASH) % WGI_OW_HEADS];
    if (wg_failed(w->c)) return 0;
    for (int v = *head; v; v = w->value[v].next)
        if (is_constant(w, v, t, &s, data, size)) return v;
    const int v = wgi_ow_value_new(w, WGI_OW_STORED, wgi_ow_claim(w, s.rank ? "numbers" : "number"), t, s);
    if (!v) return 0;
    w->value[v].at = w->constants.count;
    w->value[v].next = *head;
    *head = v;
    wgi_ow_add(&w->constants, data, size);
    return v;
}

int wgi_ow_number(wgi_ow *w, wg_dtype t, double v)
{
    const float f = (float)v;
    const int32_t i = t == WG_I32 ? (int32_t)v : 0;
    const int64_t l = t == WG_I64 ? (int64_t)v : 0;
    const uint8_t b = v != 0, u = t == WG_U8 ? (uint8_t)v : 0;
    const void *data = t == WG_F32    ? (const void *)&f
                       : t == WG_I32  ? (const void *)&i
                       : t == WG_I64  ? (const void *)&l
                       : t == WG_BOOL ? (const void *)&b
                       : t == WG_U8   ? (const void *)&u
                                      : (const void *)&v;
    return wgi_ow_constant(w, t, WG_SCALAR, data);
}

int wgi_ow_list(wgi_ow *w, const int64_t *v, int n) { return wgi_ow_constant(w, WG_I64, WG_SHAPE(n), v); }
