/* onnx_wire.c: fields of protobuf messages. Nothing is read beyond the end of a message. */
#include "onnx/onnx.h"

#include <string.h>

wgi_wire wgi_wire_of(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    return (wgi_wire){ .at = at, .end = at + size };
}

/* A number of at most ten bytes, the lowest seven bits first. */
static bool varint(const unsigned char **at, const unsigned char *end, uint64_t *to)
{
    *to = 0;
    for (int shift = 0; shift < 70 && *at < end; shift += 7) {
        const unsigned char b = *(*at)++;
        *to |= (uint64_t)(b & 0x7F) << (shift < 64 ? shift : 63);
        if (!(b & 0x80)) return true;
    }
    return false;
}

/* The lowest byte first. */
static uint64_t fixed(const unsigned char *at, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v |= (uint64_t)at[i] << 8 * i;
    return v;
}

static int width_of(int kind) { return kind == WIRE_64 ? 8 : kind == WIRE_32 ? 4 : 0; }

static bool number(const unsigned char **at, const unsigned char *end, int kind, uint64_t *to)
{
    const int width = width_of(kind);
    if (!width) return varint(at, end, to);
    if (end - *at < width) return false;
    *to = fixed(*at, width);
    *at += width;
    return true;
}

bool wgi_wire_next(wgi_wire *w)
{
    uint64_t key, size = 0;
    if (w->bad || w->at == w->end) return false;
    w->bad = true;
    if (!varint(&w->at, w->end, &key) || key >> 32 || !(key >> 3)) return false;
    w->field = (uint32_t)(key >> 3), w->kind = (int)(key & 7);
    w->bytes = NULL, w->size = 0, w->number = 0;
    switch (w->kind) {
    case WIRE_NUMBER:
    case WIRE_64:
    case WIRE_32: w->bad = !number(&w->at, w->end, w->kind, &w->number); break;
    case WIRE_BYTES:
        if (!varint(&w->at, w->end, &size) || size > (uint64_t)(w->end - w->at)) return false;
        w->bytes = w->at, w->size = (size_t)size, w->at += size, w->bad = false;
        break;
    default: break;
    }
    return !w->bad;
}

size_t wgi_wire_count(wgi_wire w, uint32_t field)
{
    size_t n = 0;
    while (wgi_wire_next(&w)) n += w.field == field;
    return n;
}

size_t wgi_wire_numbers(wgi_wire w, uint32_t field, int kind)
{
    size_t n = 0;
    while (wgi_wire_next(&w)) {
        if (w.field != field) continue;
        if (w.kind != WIRE_BYTES) n++;
        else if (width_of(kind)) n += w.size / (size_t)width_of(kind);
        else
            for (size_t i = 0; i < w.size; i++) n += !(w.bytes[i] & 0x80);
    }
    return n;
}

bool wgi_wire_take(const wgi_wire *w, int kind, uint64_t *to, size_t *n, size_t room)
{
    const unsigned char *at = w->bytes, *end = at + w->size;
    if (w->kind == kind && *n < room) return to[(*n)++] = w->number, true;
    if (w->kind != WIRE_BYTES) return false;
    while (at < end)
        if (*n >= room || !number(&at, end, kind, &to[(*n)++])) return false;
    return true;
}
