/* safetensors.c: reads and checks a safetensors file (format of Hugging Face). The JSON of its header is of fixed depth, so
 * the reader does not recurse; it takes memory in proportion to what it has read. */
#include "files/safetensors.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_MOST = 100000000 };

static const struct {
    char name[12];
    unsigned char element, size;
} dtypes[] = {
    { "F32", WGI_F32, 4 },
    { "F64", WGI_F64, 8 },
    { "I32", WGI_I32, 4 },
    { "I64", WGI_I64, 8 },
    { "BOOL", WGI_BOOL, 1 },
    { "F16", WGI_F16, 2 },
    { "BF16", WGI_BF16, 2 },
    { "U8", WGI_U8, 1 },
    { "I8", WGI_I8, 1 },
    { "U16", WGI_U16, 2 },
    { "I16", WGI_I16, 2 },
    { "U32", WGI_U32, 4 },
    { "U64", WGI_NO_ELEMENT, 8 },
    { "C64", WGI_NO_ELEMENT, 8 },
    { "F8_E5M2", WGI_NO_ELEMENT, 1 },
    { "F8_E4M3", WGI_NO_ELEMENT, 1 },
    { "F8_E8M0", WGI_NO_ELEMENT, 1 },
};

static bool bad(const wgi_file *f, const wgi_scan *s, const char *what)
{
    return wgi_file_bad(f, 8 + s->at, "the header: %s", what);
}

/* ---- JSON ---- */

static bool scan_text(wgi_scan *s, size_t *from, size_t *length)
{
    return wgi_scan_string(s, from, length) && s->text[*from - 1] == '"';
}

static bool scan_end_of_list(wgi_scan *s, char close, bool *more)
{
    *more = wgi_scan_char(s, ',');
    return *more || wgi_scan_char(s, close);
}

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

/* What stands after "\u" at p: one or two escapes of four digits. Returns the characters taken, 0 if it is no text. */
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

/* Decodes escapes in place: a decoded text is never longer. false: control characters or a wrong escape. */
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

static bool scan_dtype(wgi_scan *s, wgi_info *t)
{
    size_t from, length;
    if (!scan_text(s, &from, &length)) return false;
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (wgi_scan_is(s, from, length, dtypes[i].name)) {
            memcpy(t->dtype, dtypes[i].name, sizeof t->dtype);
            t->element = (wgi_element)dtypes[i].element, t->element_size = dtypes[i].size;
        }
    return t->element_size != 0;
}

static bool scan_numbers(wgi_scan *s, int64_t *v, int most, int *count)
{
    uint64_t n;
    bool more = true;
    *count = 0;
    if (!wgi_scan_char(s, '[')) return false;
    if (wgi_scan_char(s, ']')) return true;
    while (more) {
        if (*count == most || !wgi_scan_number(s, &n)) return false;
        v[(*count)++] = (int64_t)n;
        if (!scan_end_of_list(s, ']', &more)) return false;
    }
    return true;
}

static bool scan_offsets(wgi_scan *s, wgi_info *t)
{
    int64_t v[2];
    int count;
    if (!scan_numbers(s, v, 2, &count) || count != 2) return false;
    t->begin = (uint64_t)v[0], t->end = (uint64_t)v[1];
    return true;
}

static bool scan_info(const wgi_file *f, wgi_scan *s, wgi_info *t)
{
    size_t from, length;
    int seen = 0;
    bool more = true;
    *t = (wgi_info){ 0 };
    if (!wgi_scan_char(s, '{')) return bad(f, s, "a tensor is no object");
    while (more) {
        if (!scan_text(s, &from, &length)) return bad(f, s, "a key was expected");
        int key = wgi_scan_is(s, from, length, "dtype") ? 1 : wgi_scan_is(s, from, length, "shape") ? 2 : 4;
        if (key == 4 && !wgi_scan_is(s, from, length, "data_offsets"))
            return bad(f, s, "an unknown key before here");
        if (seen & key) return bad(f, s, "the key before here stands twice");
        if (!wgi_scan_char(s, ':')) return bad(f, s, "no colon after a key");
        if (key == 1 && !scan_dtype(s, t)) return bad(f, s, "an unknown dtype");
        if (key == 2 && !scan_numbers(s, t->shape.dim, WG_MAX_RANK, &t->shape.rank))
            return bad(f, s, "no shape of at most 8 axes");
        if (key == 4 && !scan_offsets(s, t)) return bad(f, s, "no two offsets");
        if (!scan_end_of_list(s, '}', &more)) return bad(f, s, "neither ',' nor '}'");
        seen |= key;
    }
    return seen == 7 || bad(f, s, "dtype, shape or data_offsets is missing");
}

static bool check_info(const wgi_safetensors *st, const wgi_scan *s, const wgi_info *t)
{
    size_t bytes;
    if (t->begin > t->end || t->end > st->f.size - st->data)
        return wgi_file_bad(&st->f, 8 + s->at, "the header: offsets %llu to %llu in data of %zu bytes",
                            (unsigned long long)t->begin, (unsigned long long)t->end, st->f.size - st->data);
    if (wgi_shape_bytes(&t->shape, t->element_size, &bytes) && bytes == t->end - t->begin) return true;
    char text[200];
    return wgi_file_bad(
        &st->f, 8 + s->at, "the header: %s of shape %s does not take the %llu bytes between its offsets",
        t->dtype, wg_shape_text(t->shape, text, sizeof text), (unsigned long long)(t->end - t->begin));
}

/* ---- the header ---- */

static bool scan_metadata(wgi_safetensors *st, wgi_scan *s)
{
    size_t key, key_length, from, length;
    bool more = true;
    if (st->states || !wgi_scan_char(s, '{'))
        return bad(&st->f, s, "__metadata__ stands twice or is no object");
    st->states = "";
    if (wgi_scan_char(s, '}')) return true;
    while (more) {
        if (!scan_text(s, &key, &key_length) || !wgi_scan_char(s, ':') || !scan_text(s, &from, &length))
            return bad(&st->f, s, "__metadata__ holds more than texts");
        bool states = wgi_scan_is(s, key, key_length, "states");
        if (states && st->states_length) return bad(&st->f, s, "the states are listed twice");
        if (states) st->states = s->text + from, st->states_length = length;
        if (!scan_end_of_list(s, '}', &more)) return bad(&st->f, s, "neither ',' nor '}'");
    }
    return true;
}

static bool more_entries(wgi_safetensors *st)
{
    if (st->count < st->room) return true;
    size_t room = st->room ? 2 * st->room : 16;
    wgi_entry *e = wg_alloc(st->f.c, room, sizeof *e);
    if (!e) return false;
    if (st->count) memcpy(e, st->entry, st->count * sizeof *e);
    wg_free(st->f.c, st->entry);
    st->entry = e, st->room = room;
    return true;
}

static bool scan_entry(wgi_safetensors *st, wgi_scan *s)
{
    size_t from, length;
    wgi_info t;
    if (!scan_text(s, &from, &length)) return bad(&st->f, s, "a name was expected");
    if (!unescape((char *)st->f.bytes + 8 + from, &length))
        return bad(&st->f, s, "the name before here holds what no text may");
    if (!wgi_scan_char(s, ':')) return bad(&st->f, s, "no colon after a name");
    if (wgi_scan_is(s, from, length, "__metadata__")) return scan_metadata(st, s);
    size_t info = s->at;
    if (!scan_info(&st->f, s, &t) || !check_info(st, s, &t) || !more_entries(st)) return false;
    st->entry[st->count++] =
        (wgi_entry){ s->text + from, (uint32_t)length, (uint32_t)info, false, t.begin, t.end };
    return true;
}

static wgi_scan header_of(const wgi_safetensors *st)
{
    return (wgi_scan){ (const char *)st->f.bytes + 8, st->header, 0 };
}

static bool scan_header(wgi_safetensors *st)
{
    wgi_scan s = header_of(st);
    bool more = true;
    if (s.text[0] != '{') return bad(&st->f, &s, "no '{'");
    s.at = 1;
    if (wgi_scan_char(&s, '}')) more = false;
    while (more) {
        if (!scan_entry(st, &s)) return false;
        if (!scan_end_of_list(&s, '}', &more)) return bad(&st->f, &s, "neither ',' nor '}'");
    }
    wgi_scan_char(&s, ' ');
    return s.at == s.size || bad(&st->f, &s, "text after the '}'");
}

/* ---- orders ---- */

static int by_name(const void *a, const void *b)
{
    const wgi_entry *p = a, *q = b;
    int order = memcmp(p->name, q->name, p->length < q->length ? p->length : q->length);
    return order ? order : p->length < q->length ? -1 : p->length > q->length;
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

/* In entries sorted by name. */
static wgi_entry *find(const wgi_safetensors *st, const char *name, size_t length)
{
    wgi_entry key = { .name = name, .length = (uint32_t)length };
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

/* Names in the list that are no tensor's are of no account. */
static void mark_states(wgi_safetensors *st)
{
    for (size_t i = 0, n; i < st->states_length; i += n + 1) {
        for (n = 0; i + n < st->states_length && st->states[i + n] != ' ';) n++;
        wgi_entry *e = find(st, st->states + i, n);
        if (e) e->state = true;
    }
}

bool wgi_safetensors_read(wgi_safetensors *st, wg_context *c, const char *who, const char *path)
{
    *st = (wgi_safetensors){ 0 };
    if (!wgi_file_read(&st->f, c, who, path)) return false;
    uint64_t n = 0;
    if (st->f.size < 8) return wgi_file_bad(&st->f, st->f.size, "the file ends inside the first 8 bytes");
    for (int i = 7; i >= 0; i--) n = n << 8 | st->f.bytes[i];
    if (n > HEADER_MOST || n > st->f.size - 8)
        return wgi_file_bad(&st->f, 0, "a header of %llu bytes in a file of %zu", (unsigned long long)n,
                            st->f.size);
    st->header = (size_t)n, st->data = 8 + (size_t)n;
    if (!scan_header(st) || !check_holes(st) || !check_names(st)) return false;
    mark_states(st);
    return true;
}

void wgi_safetensors_free(wgi_safetensors *st)
{
    wg_free(st->f.c, st->entry);
    wgi_file_free(&st->f);
    st->entry = NULL, st->count = 0;
}

/* ---- looking into it ---- */

wgi_info wgi_safetensors_info(const wgi_safetensors *st, const wgi_entry *e)
{
    wgi_info t;
    wgi_scan s = header_of(st);
    s.at = e->info;
    scan_info(&st->f, &s, &t);
    return t;
}

const wgi_entry *wgi_safetensors_find(const wgi_safetensors *st, const char *name)
{
    return find(st, name, strlen(name));
}

void wgi_safetensors_in_file_order(wgi_safetensors *st) { sort(st, by_place); }

const char *wgi_entry_text(const wgi_entry *e, char *buf, size_t size)
{
    size_t n = e->length < size - 1 ? e->length : size - 1;
    for (size_t i = 0; i < n; i++) buf[i] = e->name[i] >= ' ' && e->name[i] <= '~' ? e->name[i] : '?';
    buf[n] = 0;
    return buf;
}
