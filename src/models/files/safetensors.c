/* safetensors.c: reads and checks a safetensors file (format of Hugging Face). The depth of the header's
 * JSON is fixed, so the reader does not recurse. The memory that it uses is proportional to the bytes of
 * the header. */
#include "files/formats.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_MOST = 100000000 };

/* ---- texts ---- */

static int hex_value(const char *p, int digits)
{
    int v = 0;
    for (int i = 0; i < digits; i++) {
        const char *hex = "0123456789abcdef", *at = p[i] >= '0' ? strchr(hex, p[i] | 32) : NULL;
        if (!at) return -1;
        v = v * 16 + (int)(at - hex);
    }
    return v;
}

static size_t put_utf8(char *to, uint32_t v)
{
    if (v < 0x80) return to[0] = (char)v, 1;
    if (v < 0x800) return to[0] = (char)(0xC0 | v >> 6), to[1] = (char)(0x80 | (v & 63)), 2;
    if (v < 0x10000)
        return to[0] = (char)(0xE0 | v >> 12), to[1] = (char)(0x80 | (v >> 6 & 63)),
               to[2] = (char)(0x80 | (v & 63)), 3;
    to[0] = (char)(0xF0 | v >> 18), to[1] = (char)(0x80 | (v >> 12 & 63));
    to[2] = (char)(0x80 | (v >> 6 & 63)), to[3] = (char)(0x80 | (v & 63));
    return 4;
}

/* Decodes the four hex digits at p, which follow "\u", to *v. A surrogate pair is two such escapes.
 * Returns the number of characters read, 0 if they are not a valid character. */
static size_t take_unicode(const char *p, size_t left, uint32_t *v)
{
    int a = left >= 4 ? hex_value(p, 4) : -1;
    *v = (uint32_t)a;
    if (a <= 0 || (a >= 0xDC00 && a < 0xE000)) return 0;
    if (a < 0xD800 || a >= 0xE000) return 4;
    int b = left >= 10 && p[4] == '\\' && p[5] == 'u' ? hex_value(p + 6, 4) : -1;
    *v = 0x10000 + ((uint32_t)(a - 0xD800) << 10) + (uint32_t)(b - 0xDC00);
    return b >= 0xDC00 && b < 0xE000 ? 10 : 0;
}

/* Decodes escapes in place; a decoded text is never longer. Returns false at a control character or a
 * wrong escape. */
static bool unescape(char *text, size_t *length)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t out = 0;
    for (size_t i = 0; i < *length; i++) {
        uint32_t v = (unsigned char)text[i];
        if (v < 32) return false;
        if (v != '\\') {
            text[out++] = text[i];
            continue;
        }
        char e = text[++i];
        const char *at = e ? strchr(from, e) : NULL;
        size_t taken = e == 'u' ? take_unicode(text + i + 1, *length - i - 1, &v) : 0;
        if (!at && !taken) return false;
        if (at) text[out++] = to[at - from];
        else out += put_utf8(text + out, v);
        i += taken;
    }
    *length = out;
    return true;
}

/* ---- one tensor's object ---- */

typedef struct info {
    wgi_element element;
    wg_shape shape;
    uint64_t begin, end;
} info;

static bool scan_dtype(wgi_scan *s, info *t)
{
    size_t from, length;
    if (!wgi_scan_string(s, &from, &length)) return false;
    int e = WGI_BOOL;
    while (e < WGI_UNKNOWN && !wgi_scan_is(s, from, length, wgi_elements[e].safetensors)) e++;
    t->element = (wgi_element)e;
    return true;
}

static bool scan_numbers(wgi_scan *s, int64_t *v, int most, int *count)
{
    uint64_t n;
    bool more;
    if (!wgi_scan_open(s, '[', ']', &more)) return false;
    for (*count = 0; more; v[(*count)++] = (int64_t)n)
        if (*count == most || !wgi_scan_number(s, &n) || !wgi_scan_more(s, ']', &more)) return false;
    return true;
}

static bool scan_offsets(wgi_scan *s, info *t)
{
    int64_t v[2];
    int count;
    if (!scan_numbers(s, v, 2, &count) || count != 2) return false;
    t->begin = (uint64_t)v[0], t->end = (uint64_t)v[1];
    return true;
}

static bool scan_info(wgi_scan *s, info *t)
{
    static const char *const keys[] = { "dtype", "shape", "data_offsets", NULL };
    unsigned seen = 0;
    bool more = true;
    int key;
    *t = (info){ 0 };
    if (!wgi_scan_char(s, '{')) return wgi_scan_bad(s, "a tensor is no object");
    while (more) {
        if (!wgi_scan_key(s, keys, &seen, &key)) return false;
        if (key == 0 && !scan_dtype(s, t)) return wgi_scan_bad(s, "a dtype that is no text");
        if (key == 1 && !scan_numbers(s, t->shape.dim, WG_MAX_RANK, &t->shape.rank))
            return wgi_scan_bad(s, "no shape of at most 8 axes");
        if (key == 2 && !scan_offsets(s, t)) return wgi_scan_bad(s, "no two offsets");
        if (!wgi_scan_more(s, '}', &more)) return wgi_scan_bad(s, "neither ',' nor '}'");
    }
    return seen == 7 || wgi_scan_bad(s, "dtype, shape or data_offsets is missing");
}

static bool check_info(const wgi_safetensors *st, const wgi_scan *s, const info *t)
{
    char text[200];
    size_t bytes, all = st->f.size - st->data;
    if (t->begin > t->end || t->end > all)
        return wgi_file_bad(&st->f, 8 + s->at, "the header: offsets %llu to %llu in data of %zu bytes",
                            (unsigned long long)t->begin, (unsigned long long)t->end, all);
    const wgi_element_kind *kind = &wgi_elements[t->element];
    if (t->element == WGI_UNKNOWN) return true; /* an error only if the tensor is wanted */
    if (wgi_shape_bytes(&t->shape, kind->size, &bytes) && bytes == t->end - t->begin) return true;
    return wgi_file_bad(&st->f, 8 + s->at,
                        "the header: %s of shape %s does not take the %llu bytes between its offsets",
                        kind->safetensors, wg_shape_text(t->shape, text, sizeof text),
                        (unsigned long long)(t->end - t->begin));
}

/* ---- the header ---- */

/* Returns the text at from as a C string. The zero is written over the closing quote or before it. */
static char *ended(wgi_safetensors *st, size_t from, size_t length)
{
    char *text = (char *)st->f.bytes + 8 + from;
    text[length] = 0;
    return text;
}

static bool scan_metadata(wgi_safetensors *st, wgi_scan *s)
{
    size_t key, key_length, from, length;
    bool more;
    if (st->metadata || !wgi_scan_open(s, '{', '}', &more))
        return wgi_scan_bad(s, "__metadata__ stands twice or is no object");
    st->metadata = true;
    while (more) {
        if (!wgi_scan_string(s, &key, &key_length) || !wgi_scan_char(s, ':') ||
            !wgi_scan_string(s, &from, &length))
            return wgi_scan_bad(s, "__metadata__ holds more than texts");
        if (wgi_scan_is(s, key, key_length, "states")) {
            if (st->states) return wgi_scan_bad(s, "the states are listed twice");
            st->states = ended(st, from, length);
        }
        if (!wgi_scan_more(s, '}', &more)) return wgi_scan_bad(s, "neither ',' nor '}'");
    }
    return true;
}

static bool more_entries(wgi_safetensors *st)
{
    if (st->count < st->room) return true;
    size_t room = st->room ? 2 * st->room : 16;
    wgi_entry *e = wgi_more_room(st->f.c, st->entry, st->count, room, sizeof *e);
    if (e) st->entry = e, st->room = room;
    return e;
}

static bool scan_entry(wgi_safetensors *st, wgi_scan *s)
{
    size_t from, length;
    info t;
    if (!wgi_scan_string(s, &from, &length)) return wgi_scan_bad(s, "a name was expected");
    if (!unescape((char *)st->f.bytes + 8 + from, &length))
        return wgi_scan_bad(s, "the name before here holds what no text may");
    const char *name = ended(st, from, length);
    if (!wgi_scan_char(s, ':')) return wgi_scan_bad(s, "no colon after a name");
    if (strcmp(name, "__metadata__") == 0) return scan_metadata(st, s);
    size_t at = s->at;
    if (!scan_info(s, &t) || !check_info(st, s, &t) || !more_entries(st)) return false;
    st->entry[st->count++] = (wgi_entry){ name, (uint32_t)at, false, t.begin, t.end };
    return true;
}

static wgi_scan header_of(const wgi_safetensors *st)
{
    return (wgi_scan){ .f = &st->f, .text = (const char *)st->f.bytes + 8, .size = st->header };
}

/* The first character is looked at before a header, which can be large, is read. */
static bool begins(const wgi_safetensors *st)
{
    const wgi_scan s = header_of(st);
    return s.text[0] == '{' || wgi_scan_bad(&s, "no '{'");
}

static bool scan_header(wgi_safetensors *st)
{
    wgi_scan s = header_of(st);
    bool more;
    if (!wgi_scan_open(&s, '{', '}', &more)) return wgi_scan_bad(&s, "no '{'");
    while (more) {
        if (!scan_entry(st, &s)) return false;
        if (!wgi_scan_more(&s, '}', &more)) return wgi_scan_bad(&s, "neither ',' nor '}'");
    }
    wgi_scan_char(&s, ' ');
    return s.at == s.size || wgi_scan_bad(&s, "text after the '}'");
}

/* ---- sorted entries ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const wgi_entry *)a)->name, ((const wgi_entry *)b)->name);
}

static int by_offset(const void *a, const void *b)
{
    const wgi_entry *p = a, *q = b;
    if (p->begin != q->begin) return p->begin < q->begin ? -1 : 1;
    return p->end < q->end ? -1 : p->end > q->end;
}

static int by_place(const void *a, const void *b)
{
    const wgi_entry *p = a, *q = b;
    return p->info < q->info ? -1 : p->info > q->info;
}

static void sort(wgi_safetensors *st, int (*order)(const void *, const void *))
{
    if (st->count) qsort(st->entry, st->count, sizeof *st->entry, order);
}

wgi_entry *wgi_safetensors_find(const wgi_safetensors *st, const char *name)
{
    wgi_entry key = { .name = name };
    return st->count ? bsearch(&key, st->entry, st->count, sizeof key, by_name) : NULL;
}

static bool check_holes(wgi_safetensors *st)
{
    uint64_t at = 0;
    sort(st, by_offset);
    for (size_t i = 0; i < st->count; at = st->entry[i++].end)
        if (st->entry[i].begin != at)
            return wgi_file_bad(&st->f, st->data + at, "%s in the data",
                                st->entry[i].begin < at ? "two tensors overlap" : "a hole");
    return at == st->f.size - st->data ||
           wgi_file_bad(&st->f, st->data + at, "%zu bytes that belong to no tensor",
                        st->f.size - st->data - (size_t)at);
}

static bool check_names(wgi_safetensors *st)
{
    char text[100];
    sort(st, by_name);
    for (size_t i = 1; i < st->count; i++)
        if (by_name(&st->entry[i - 1], &st->entry[i]) == 0)
            return wgi_file_bad(&st->f, 8 + st->entry[i].info, "the name \"%s\" stands twice",
                                wgi_entry_text(&st->entry[i], text, sizeof text));
    return true;
}

/* Names in the list of states that no tensor has are ignored. */
static void mark_states(wgi_safetensors *st)
{
    for (char *name = st->states, *end; name && *name; name = end) {
        end = name + strcspn(name, " ");
        if (*end) *end++ = 0;
        wgi_entry *e = wgi_safetensors_find(st, name);
        if (e) e->state = true;
    }
}

bool wgi_safetensors_read(wgi_safetensors *st, wg_context *c, wg_site here, const char *who, const char *path)
{
    *st = (wgi_safetensors){ 0 };
    if (!wgi_file_open(&st->f, c, here, who, path)) return false;
    if (st->f.size < 8) return wgi_file_bad(&st->f, st->f.size, "the file ends inside the first 8 bytes");
    uint64_t n = wgi_number_at(st->f.bytes, 8, false);
    if (n > HEADER_MOST || n > st->f.size - 8)
        return wgi_file_bad(&st->f, 0, "a header of %llu bytes in a file of %zu", (unsigned long long)n,
                            st->f.size);
    st->header = (size_t)n, st->data = 8 + (size_t)n;
    if (!begins(st) || !wgi_file_need(&st->f, st->data) || !scan_header(st) || !check_holes(st) ||
        !check_names(st))
        return false;
    mark_states(st);
    return true;
}

void wgi_safetensors_free(wgi_safetensors *st)
{
    wg_free(st->f.c, st->entry);
    wgi_file_free(&st->f);
    st->entry = NULL, st->count = 0;
}

/* ---- reading entries ---- */

wgi_array wgi_safetensors_array(const wgi_safetensors *st, const wgi_entry *e)
{
    info t;
    wgi_scan s = header_of(st);
    s.at = e->info;
    scan_info(&s, &t);
    const size_t size = wgi_elements[t.element].size;
    wgi_array a = { .element = t.element, .shape = t.shape, .f = &st->f, .from = st->data + (size_t)t.begin };
    a.count = size ? (size_t)(t.end - t.begin) / size : 0;
    return a;
}

void wgi_safetensors_in_file_order(wgi_safetensors *st) { sort(st, by_place); }

const char *wgi_entry_text(const wgi_entry *e, char *buf, size_t size)
{
    snprintf(buf, size, "%s", e->name);
    for (char *p = buf; *p; p++) *p = *p >= ' ' && *p <= '~' ? *p : '?';
    return buf;
}
