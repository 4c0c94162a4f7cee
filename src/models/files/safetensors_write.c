/* safetensors_write.c: writes a list of tensors to a safetensors file. The header lists them in their
 * order, and is padded so that the data begin on a multiple of 64. The data are sorted by element size,
 * largest first, so that every tensor is aligned to its elements. */
#include "files/formats.h"
#include "wgx/state.h"

#include <stdarg.h>
#include <string.h>

static size_t bytes_of(const wg_tensor *t)
{
    return (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype);
}

/* ---- the header ---- */

typedef struct header {
    const wgx_saved *list;
    int n;
    uint64_t *begin; /* where the bytes of tensor i begin in the data */
    uint64_t all;
    char *text;
    size_t length, room;
} header;

/* Calls visit for each tensor, in the order of the data. */
static void each(header *h, void (*visit)(void *user, int i, const wg_tensor *t), void *user)
{
    for (size_t size = 8; size > 0; size /= 2)
        for (int i = 0; i < h->n; i++)
            if (wg_dtype_size(h->list[i].value.dtype) == size) visit(user, i, &h->list[i].value);
}

static void place(void *user, int i, const wg_tensor *t)
{
    header *h = user;
    h->begin[i] = h->all;
    h->all += bytes_of(t);
}

WG_PRINTF(2, 3) static void put(header *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    h->length += (size_t)vsnprintf(h->text + h->length, h->room - h->length, format, args);
    va_end(args);
}

static void put_states(header *h)
{
    bool any = false;
    for (int i = 0; i < h->n; i++) {
        if (!h->list[i].state) continue;
        put(h, "%s%s", any ? " " : "\"__metadata__\":{\"states\":\"", h->list[i].name);
        any = true;
    }
    if (any) put(h, "\"},");
}

static void put_tensor(header *h, int i)
{
    const wg_tensor t = h->list[i].value;
    put(h, "\"%s\":{\"dtype\":\"%s\",\"shape\":[", h->list[i].name,
        wgi_elements[wgi_element_of(t.dtype)].safetensors);
    for (int k = 0; k < t.shape.rank; k++) put(h, k ? ",%lld" : "%lld", (long long)t.shape.dim[k]);
    put(h, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)h->begin[i],
        (unsigned long long)(h->begin[i] + bytes_of(&t)));
}

/* Names need no escapes, because they are made of letters of UTF-8, digits, _, -, dots and colons. */
static void put_all(header *h)
{
    put(h, "{");
    put_states(h);
    for (int i = 0; i < h->n; i++) {
        if (i) put(h, ",");
        put_tensor(h, i);
    }
    put(h, "}");
    while ((8 + h->length) % 64) h->text[h->length++] = ' ';
}

static bool make_header(header *h, wg_context *c)
{
    h->room = 256;
    for (int i = 0; i < h->n; i++) h->room += 2 * strlen(h->list[i].name) + 320;
    h->begin = wg_alloc(c, (size_t)h->n + 1, sizeof *h->begin);
    h->text = wg_alloc(c, h->room, 1);
    if (!h->begin || !h->text) return false;
    each(h, place, h);
    put_all(h);
    return true;
}

/* ---- the file ---- */

static void put_data(void *user, int i, const wg_tensor *t)
{
    const unsigned char *from = t->data;
    size_t size = wg_dtype_size(t->dtype), bytes = bytes_of(t);
    if (wgi_little_endian()) {
        wgi_out_write(user, from, bytes);
        return;
    }
    for (size_t at = 0; at < bytes; at += size)
        for (size_t k = size; k > 0; k--) wgi_out_write(user, from + at + k - 1, 1);
}

static void write_file(header *h, wg_context *c, wg_site here, const char *who, const char *path)
{
    wgi_out o;
    unsigned char length[8];
    if (!wgi_out_open(&o, c, here, who, path)) return;
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)((uint64_t)h->length >> 8 * i);
    wgi_out_write(&o, length, sizeof length);
    wgi_out_write(&o, h->text, h->length);
    each(h, put_data, &o);
    wgi_out_close(&o);
}

wg_status wgi_safetensors_write(wg_context *c, wg_site here, const char *who, const char *path,
                                const wgx_saved *list, int n)
{
    header h = { .list = list, .n = n };
    if (!wg_failed(c) && make_header(&h, c)) write_file(&h, c, here, who, path);
    wg_free(c, h.begin);
    wg_free(c, h.text);
    return wg_failed(c);
}
