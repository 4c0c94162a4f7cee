/* onnx_write_proto.c: bytes of protobuf: fields with numbers, and messages in messages. */
#include "onnx/onnx_write.h"

#include <string.h>

enum { AS_VARINT = 0, AS_BYTES = 2, AS_FIXED_32 = 5 };

static bool has_room(wgi_ow_bytes *b, size_t more)
{
    if (more <= b->room - b->count) return true;
    const size_t room = b->room + b->room / 2 + more + 256;
    unsigned char *at = wg_alloc(b->c, room, 1);
    if (!at) return false;
    if (b->count) memcpy(at, b->at, b->count);
    wg_free(b->c, b->at);
    b->at = at, b->room = room;
    return true;
}

void wgi_ow_add(wgi_ow_bytes *b, const void *bytes, size_t count)
{
    if (!count || !has_room(b, count)) return;
    memcpy(b->at + b->count, bytes, count);
    b->count += count;
}

static size_t varint(uint64_t v, unsigned char to[10])
{
    size_t n = 0;
    for (; v > 127; v >>= 7) to[n++] = (unsigned char)(v | 128);
    to[n++] = (unsigned char)v;
    return n;
}

static void add_varint(wgi_ow_bytes *b, uint64_t v)
{
    unsigned char bytes[10];
    wgi_ow_add(b, bytes, varint(v, bytes));
}

static void add_tag(wgi_ow_bytes *b, int field, int as)
{
    add_varint(b, (uint64_t)field << 3 | (uint64_t)as);
}

void wgi_ow_field_int(wgi_ow_bytes *b, int field, int64_t v)
{
    add_tag(b, field, AS_VARINT);
    add_varint(b, (uint64_t)v);
}

void wgi_ow_field_float(wgi_ow_bytes *b, int field, float v)
{
    uint32_t bits;
    unsigned char bytes[4];
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 4; i++) bytes[i] = (unsigned char)(bits >> 8 * i);
    add_tag(b, field, AS_FIXED_32);
    wgi_ow_add(b, bytes, sizeof bytes);
}

void wgi_ow_field_bytes(wgi_ow_bytes *b, int field, const void *bytes, size_t count)
{
    add_tag(b, field, AS_BYTES);
    add_varint(b, count);
    wgi_ow_add(b, bytes, count);
}

void wgi_ow_field_text(wgi_ow_bytes *b, int field, const char *text)
{
    wgi_ow_field_bytes(b, field, text, strlen(text));
}

size_t wgi_ow_open(wgi_ow_bytes *b, int field)
{
    add_tag(b, field, AS_BYTES);
    return b->count;
}

/* The length goes in front of what was added since. */
void wgi_ow_close(wgi_ow_bytes *b, size_t opened)
{
    unsigned char bytes[10];
    const size_t length = b->count - opened, n = varint(length, bytes);
    if (!has_room(b, n)) return;
    memmove(b->at + opened + n, b->at + opened, length);
    memcpy(b->at + opened, bytes, n);
    b->count += n;
}
