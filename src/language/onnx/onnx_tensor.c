/* onnx_tensor.c: tensors of a model, in the file itself and in files beside it. */
#include "onnx/onnx.h"

#include "wgx/lang.h"

#include <stdlib.h>
#include <string.h>

/* ---- the message ---- */

static bool cannot_read(const wg_program *q, const char *name, const char *why)
{
    if (!wg_failed(q->c))
        wg_fail(q->c, wgi_whole_text(q), WG_ERROR_FORMAT, "the tensor '%s': %s", name ? name : "", why);
    return false;
}

static char *copied(wg_program *q, const unsigned char *bytes, size_t size)
{
    char *copy = wgi_lang_alloc(q, size + 1);
    if (copy && size) memcpy(copy, bytes, size);
    return copy;
}

/* An entry of external_data: its key and value. */
static bool entry(wg_program *q, wgi_wire w, wgi_onnx_tensor *to)
{
    char *key = "", *value = "";
    while (wgi_wire_next(&w)) {
        if (w.kind != WIRE_BYTES || w.field > 2) continue;
        char *s = copied(q, w.bytes, w.size);
        if (!s) return false;
        if (w.field == 1) key = s;
        else value = s;
    }
    if (!strcmp(key, "location")) to->outside = value;
    if (!strcmp(key, "offset")) to->offset = strtoull(value, NULL, 10);
    if (!strcmp(key, "length")) to->length = strtoull(value, NULL, 10);
    return !w.bad;
}

static bool read_shape(wg_program *q, wgi_wire w, wgi_onnx_tensor *to)
{
    uint64_t size[WG_MAX_RANK];
    size_t n = 0;
    while (wgi_wire_next(&w))
        if (w.field == 1 && !wgi_wire_take(&w, WIRE_NUMBER, size, &n, WG_MAX_RANK))
            return cannot_read(q, to->name, "its shape is damaged, or has more than 8 axes");
    to->shape.rank = (int)n;
    for (size_t i = 0; i < n; i++) to->shape.dim[i] = (int64_t)size[i];
    return wg_shape_size(to->shape) >= 0 || cannot_read(q, to->name, "its shape is not possible");
}

/* The field that has the values of a type, and the kind of its numbers. */
static uint32_t field_of(int type, int *kind)
{
    *kind = type == ONNX_FLOAT ? WIRE_32 : type == ONNX_DOUBLE ? WIRE_64 : WIRE_NUMBER;
    switch (type) {
    case ONNX_FLOAT: return 4;
    case ONNX_DOUBLE: return 10;
    case ONNX_INT64: return 7;
    case ONNX_UINT32:
    case ONNX_UINT64: return 11;
    default: return 5;
    }
}

static bool read_numbers(wg_program *q, wgi_wire w, wgi_onnx_tensor *to)
{
    int kind;
    const uint32_t field = field_of(to->type, &kind);
    const size_t room = wgi_wire_numbers(w, field, kind);
    uint64_t *numbers = wgi_lang_alloc(q, (room + 1) * sizeof *numbers);
    to->numbers = numbers;
    while (numbers && wgi_wire_next(&w))
        if (w.field == field && !wgi_wire_take(&w, kind, numbers, &to->count, room))
            return cannot_read(q, to->name, "its values are damaged");
    return numbers;
}

bool wgi_onnx_tensor_read(wg_program *q, wgi_wire w, wgi_onnx_tensor *to)
{
    const wgi_wire all = w;
    bool outside = false;
    *to = (wgi_onnx_tensor){ .name = "" };
    while (wgi_wire_next(&w)) {
        const bool is_bytes = w.kind == WIRE_BYTES;
        if (w.field == 2) to->type = (int)w.number;
        if (w.field == 3) return cannot_read(q, to->name, "it is stored in segments, which are not there");
        if (w.field == 8 && is_bytes && !(to->name = copied(q, w.bytes, w.size))) return false;
        if (w.field == 9 && is_bytes) to->raw = w.bytes, to->raw_size = w.size;
        if (w.field == 13 && is_bytes && !entry(q, wgi_wire_of(w.bytes, w.size), to))
            return cannot_read(q, to->name, "the place of its values is damaged");
        if (w.field == 14) outside = w.number == 1;
    }
    if (w.bad) return cannot_read(q, to->name, "the message is damaged");
    if (outside && !to->outside) return cannot_read(q, to->name, "its values are in a file without a name");
    if (!outside) to->outside = NULL;
    return read_shape(q, all, to) && (to->raw || to->outside || read_numbers(q, all, to));
}

/* ---- types ---- */

static const struct {
    const char *name;
    int bytes;
} types[] = {
    { "no type", 0 },     { "float", 4 },    { "uint8", 1 },  { "int8", 1 },   { "uint16", 2 },
    { "int16", 2 },       { "int32", 4 },    { "int64", 8 },  { "string", 0 }, { "bool", 1 },
    { "float16", 2 },     { "double", 8 },   { "uint32", 4 }, { "uint64", 8 }, { "complex64", 8 },
    { "complex128", 16 }, { "bfloat16", 2 },
};

const char *wgi_onnx_type_name(int type)
{
    return type >= 0 && type < (int)(sizeof types / sizeof *types) ? types[type].name : "an unknown type";
}

wg_dtype wgi_onnx_dtype(const wg_program *q, int type)
{
    switch (type) {
    case ONNX_FLOAT: return wg_context_dtype(q->c);
    case ONNX_DOUBLE: return WG_F64;
    case ONNX_INT32: return WG_I32;
    case ONNX_INT64: return WG_I64;
    case ONNX_BOOL: return WG_BOOL;
    default: return WG_DEFAULT_DTYPE;
    }
}

/* ---- values ---- */

static double double_of(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* Writes element i, whose bits are those of its type. */
static void put(wg_tensor *to, int64_t i, int type, uint64_t bits)
{
    const uint32_t low = (uint32_t)bits;
    float f;
    memcpy(&f, &low, sizeof f);
    const double d = type == ONNX_FLOAT ? (double)f : double_of(bits);
    switch (to->dtype) {
    case WG_F32: ((float *)to->data)[i] = type == ONNX_FLOAT ? f : (float)d; break;
    case WG_F64: ((double *)to->data)[i] = d; break;
    case WG_I32: ((int32_t *)to->data)[i] = (int32_t)low; break;
    case WG_I64: ((int64_t *)to->data)[i] = (int64_t)bits; break;
    default: ((bool *)to->data)[i] = bits != 0; break;
    }
}

static uint64_t bits_at(const unsigned char *raw, int64_t i, int bytes)
{
    uint64_t v = 0;
    for (int k = 0; k < bytes; k++) v |= (uint64_t)raw[i * bytes + k] << 8 * k;
    return v;
}

/* Reads n bytes from a place of a file that has them. They are not allocated before its size is seen. */
static unsigned char *bytes_of(wg_program *q, const char *path, uint64_t offset, size_t n)
{
    FILE *f = fopen(path, "rb");
    const long end = f && !fseek(f, 0, SEEK_END) ? ftell(f) : -1;
    const bool has = end >= 0 && offset <= (uint64_t)end && n <= (uint64_t)end - offset;
    unsigned char *bytes = has ? wgi_lang_built(q, n + 1) : NULL;
    const bool read = bytes && !fseek(f, (long)offset, SEEK_SET) && fread(bytes, 1, n, f) == n;
    if (f) fclose(f);
    return read ? bytes : NULL;
}

/* The bytes of a tensor whose values are in a file beside the model. NULL: after an error. */
static unsigned char *outside_bytes(wg_program *q, const wgi_onnx_tensor *t, size_t size)
{
    const char *slash = strrchr(q->name, '/'), *in = slash == q->name ? "/" : slash ? q->name : ".";
    const size_t n = slash && slash != q->name ? (size_t)(slash - q->name) : 1;
    const size_t room = n + strlen(t->outside) + 2;
    char *path = wgi_lang_built(q, room), *folder = wgi_lang_built(q, n + 1);
    if (!path || !folder) return NULL;
    snprintf(folder, n + 1, "%s", in);
    snprintf(path, room, "%s/%s", folder, t->outside);
    if (!wgx_path_inside(path, folder))
        return cannot_read(q, t->name, "the file of its values is not there, or not in the model's folder"),
               NULL;
    unsigned char *bytes = bytes_of(q, path, t->offset, size);
    if (!bytes) cannot_read(q, t->name, "the file of its values is too short, or cannot be read");
    return bytes;
}

wg_tensor wgi_onnx_values(wg_program *q, const wgi_onnx_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape);
    const wg_dtype dtype = wgi_onnx_dtype(q, t->type);
    const int bytes = dtype ? types[t->type].bytes : 0;
    const unsigned char *raw = t->raw;
    wg_tensor to = wg_view(dtype, NULL, t->shape);
    char text[200];
    if (!bytes) {
        snprintf(text, sizeof text, "its type is %s, which is not there", wgi_onnx_type_name(t->type));
        return cannot_read(q, t->name, text), to;
    }
    const size_t size = (size_t)n * (size_t)bytes, has = raw ? t->raw_size : t->count * (size_t)bytes;
    const bool fits = t->outside ? t->offset < INT64_MAX && (!t->length || t->length == size) : has == size;
    if (!fits || n > WGI_LANG_TENSOR * (int64_t)8) {
        snprintf(text, sizeof text, "%zu bytes where its shape has %zu", t->outside ? (size_t)t->length : has,
                 size);
        return cannot_read(q, t->name, text), to;
    }
    if (t->outside && !(raw = outside_bytes(q, t, size))) return to;
    to.data = wgi_lang_built(q, ((size_t)n + 1) * wg_dtype_size(dtype));
    /* files and processors have the lowest byte first */
    const bool alike = raw && bytes == (int)wg_dtype_size(dtype) && dtype != WG_BOOL;
    if (to.data && alike) memcpy(to.data, raw, size);
    for (int64_t i = 0; to.data && !alike && i < n; i++)
        put(&to, i, t->type, raw ? bits_at(raw, i, bytes) : t->numbers[i]);
    return to;
}
