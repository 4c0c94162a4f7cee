/* npy.c: NumPy's .npy, versions 1.0 to 3.0: "\x93NUMPY", the version, the length of a header, the header (a Python dict
 * literal of three keys), the elements. Headers are at most 64 KiB. What is written is version 1.0 with its elements on a
 * multiple of 64 bytes. */
#include "files/formats.h"
#include "wengert/data.h"

#include <string.h>

enum { HEADER_MOST = 1 << 16 };

typedef struct header {
    wgi_element element;
    bool big_endian, fortran;
    bool has_descr, has_order, has_shape;
    wg_shape shape;
} header;

/* ---- reading ---- */

static const struct {
    char code[3];
    wgi_element element;
} codes[] = {
    { "b1", WGI_BOOL }, { "u1", WGI_U8 },  { "i1", WGI_I8 },  { "u2", WGI_U16 },
    { "i2", WGI_I16 },  { "u4", WGI_U32 }, { "i4", WGI_I32 }, { "i8", WGI_I64 },
    { "f2", WGI_F16 },  { "f4", WGI_F32 }, { "f8", WGI_F64 },
};

static bool bad(const wgi_file *f, const wgi_scan *s, const char *what)
{
    return wgi_file_bad(f, (size_t)(s->text - (const char *)f->bytes) + s->at, "the header: %s", what);
}

static bool read_descr(const wgi_file *f, wgi_scan *s, header *h)
{
    size_t from, length;
    if (!wgi_scan_string(s, &from, &length))
        return bad(f, s, "descr is no text: structured dtypes cannot be read");
    const char *d = s->text + from;
    if (length == 3 && memchr(d[2] == '1' ? "<>|=" : "<>=", d[0], d[2] == '1' ? 4 : 3))
        for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
            if (memcmp(d + 1, codes[i].code, 2) == 0) h->element = codes[i].element;
    h->big_endian = d[0] == '>' || (d[0] == '=' && !wgi_little_endian());
    if (h->element) return true;
    return wgi_file_bad(f, (size_t)(d - (const char *)f->bytes), "the header: dtype '%.*s' cannot be read",
                        (int)(length < 40 ? length : 40), d);
}

static bool scan_word(wgi_scan *s, const char *word)
{
    size_t n = strlen(word);
    if (s->size - s->at < n || memcmp(s->text + s->at, word, n) != 0) return false;
    s->at += n;
    return true;
}

static bool read_order(const wgi_file *f, wgi_scan *s, header *h)
{
    while (scan_word(s, " ")) continue;
    h->fortran = scan_word(s, "True");
    return h->fortran || scan_word(s, "False") || bad(f, s, "fortran_order is neither True nor False");
}

static bool read_shape(const wgi_file *f, wgi_scan *s, header *h)
{
    uint64_t d;
    if (!wgi_scan_char(s, '(')) return bad(f, s, "shape is no tuple");
    while (!wgi_scan_char(s, ')')) {
        if (h->shape.rank == WG_MAX_RANK) return bad(f, s, "a shape of more than 8 axes");
        if (!wgi_scan_number(s, &d)) return bad(f, s, "a size in shape is no number");
        h->shape.dim[h->shape.rank++] = (int64_t)d;
        wgi_scan_char(s, 'L'); /* Python 2 wrote 3L */
        if (!wgi_scan_char(s, ',') && !(s->at < s->size && s->text[s->at] == ')'))
            return bad(f, s, "shape does not end");
    }
    return true;
}

static bool read_entry(const wgi_file *f, wgi_scan *s, header *h)
{
    size_t from, length;
    bool ok = wgi_scan_string(s, &from, &length);
    if (!ok) return bad(f, s, "no key");
    bool descr = wgi_scan_is(s, from, length, "descr"), order = wgi_scan_is(s, from, length, "fortran_order");
    bool shape = wgi_scan_is(s, from, length, "shape");
    bool *seen = descr ? &h->has_descr : order ? &h->has_order : shape ? &h->has_shape : NULL;
    if (!seen) return bad(f, s, "an unknown key before here");
    if (*seen) return bad(f, s, "the key before here stands twice");
    if (!wgi_scan_char(s, ':')) return bad(f, s, "no colon after a key");
    *seen = true;
    return descr ? read_descr(f, s, h) : order ? read_order(f, s, h) : read_shape(f, s, h);
}

static bool read_dict(const wgi_file *f, wgi_scan *s, header *h)
{
    if (!wgi_scan_char(s, '{')) return bad(f, s, "no '{'");
    while (!wgi_scan_char(s, '}')) {
        if (!read_entry(f, s, h)) return false;
        bool comma = wgi_scan_char(s, ',');
        if (!comma && !(s->at < s->size && s->text[s->at] == '}')) return bad(f, s, "neither ',' nor '}'");
    }
    wgi_scan_char(s, '\n');
    if (s->at < s->size) return bad(f, s, "text after the '}'");
    if (!h->has_descr || !h->has_order || !h->has_shape)
        return bad(f, s, "descr, fortran_order or shape is missing");
    return true;
}

/* Finds the header: its scan, and the byte after it. */
static bool find_header(const wgi_file *f, wgi_scan *s, size_t *end)
{
    const unsigned char *b = f->bytes;
    if (f->size < 10) return wgi_file_bad(f, f->size, "the file ends inside the first 10 bytes");
    if (memcmp(b, "\x93NUMPY", 6) != 0) return wgi_file_bad(f, 0, "no .npy file");
    if (b[6] < 1 || b[6] > 3) return wgi_file_bad(f, 6, "version %d.%d cannot be read", b[6], b[7]);
    size_t start = b[6] == 1 ? 10 : 12;
    if (f->size < start) return wgi_file_bad(f, f->size, "the file ends inside the first 12 bytes");
    uint64_t n = b[8] | (uint64_t)b[9] << 8;
    if (start == 12) n |= (uint64_t)b[10] << 16 | (uint64_t)b[11] << 24;
    if (n > HEADER_MOST)
        return wgi_file_bad(f, 8, "a header of %llu bytes; at most %d are read", (unsigned long long)n,
                            HEADER_MOST);
    if (n > f->size - start)
        return wgi_file_bad(f, 8, "a header of %llu bytes in a file of %zu", (unsigned long long)n, f->size);
    *s = (wgi_scan){ (const char *)b + start, (size_t)n, 0 };
    *end = start + (size_t)n;
    return true;
}

static bool read_header(const wgi_file *f, header *h, size_t *start)
{
    char text[200];
    size_t bytes;
    wgi_scan s;
    *h = (header){ 0 };
    if (!find_header(f, &s, start) || !read_dict(f, &s, h)) return false;
    wg_shape_text(h->shape, text, sizeof text);
    if (!wgi_shape_bytes(&h->shape, wgi_element_size(h->element), &bytes))
        return wgi_file_bad(f, 10, "the shape %s is more than can be counted", text);
    if (bytes != f->size - *start)
        return wgi_file_bad(f, *start, "the shape %s needs %zu bytes from here, the file has %zu", text,
                            bytes, f->size - *start);
    return true;
}

/* The elements in row-major order from a file in column-major order: index[] counts like an odometer. */
static void read_fortran(const header *h, const unsigned char *from, size_t count, void *to)
{
    int64_t index[WG_MAX_RANK] = { 0 };
    size_t size = wgi_element_size(h->element), step = wg_dtype_size(wgi_element_dtype(h->element));
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        for (int k = h->shape.rank - 1; k >= 0; k--) at = at * (size_t)h->shape.dim[k] + (size_t)index[k];
        wgi_element_read(h->element, h->big_endian, from + at * size, 1, (char *)to + i * step);
        for (int k = h->shape.rank - 1; k >= 0 && ++index[k] == h->shape.dim[k]; k--) index[k] = 0;
    }
}

wg_tensor wg_npy_read(wg_context *c, const char *path)
{
    wgi_file f;
    header h;
    size_t start = 0;
    wg_tensor t = { 0 };
    if (wgi_file_read(&f, c, "npy_read", path) && read_header(&f, &h, &start) &&
        wgi_tensor_new(c, wgi_element_dtype(h.element), &h.shape, &t)) {
        size_t count = (f.size - start) / wgi_element_size(h.element);
        if (h.fortran && h.shape.rank > 1) read_fortran(&h, f.bytes + start, count, t.data);
        else wgi_element_read(h.element, h.big_endian, f.bytes + start, count, t.data);
    }
    wgi_file_free(&f);
    return t;
}

/* ---- writing ---- */

static const char *const written[] = {
    [WG_F32] = "f4", [WG_F64] = "f8", [WG_I32] = "i4", [WG_I64] = "i8", [WG_BOOL] = "b1"
};

/* Magic, version, length and dict, padded with spaces so that the elements stand on a multiple of 64; returns its size. */
static size_t make_header(const wg_tensor *t, char *text, size_t size)
{
    char order = t->dtype == WG_BOOL ? '|' : wgi_little_endian() ? '<' : '>';
    int n = 10 + snprintf(text + 10, size - 10, "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order,
                          written[t->dtype]);
    for (int k = 0; k < t->shape.rank; k++)
        n += snprintf(text + n, size - (size_t)n, k ? ", %lld" : "%lld", (long long)t->shape.dim[k]);
    n += snprintf(text + n, size - (size_t)n, t->shape.rank == 1 ? ",), }" : "), }");
    size_t all = ((size_t)n + 1 + 63) / 64 * 64, length = all - 10;
    memset(text + n, ' ', all - (size_t)n);
    text[all - 1] = '\n';
    memcpy(text, "\x93NUMPY\1\0", 8);
    text[8] = (char)(length & 255), text[9] = (char)(length >> 8);
    return all;
}

wg_status wg_npy_write(wg_context *c, const char *path, wg_tensor t)
{
    char text[512];
    size_t bytes;
    wgi_out o;
    if (wg_failed(c)) return wg_failed(c);
    bool known = t.dtype > WG_DEFAULT_DTYPE && t.dtype < WG_DTYPE_COUNT;
    if (!known || !wgi_shape_bytes(&t.shape, wg_dtype_size(t.dtype), &bytes) || (!t.data && bytes))
        return wg_fail(c, NULL, WG_ERROR_USE,
                       "npy_write: %s: this tensor has no dtype, no data or no possible shape", path);
    if (!wgi_out_open(&o, c, "npy_write", path)) return wg_failed(c);
    wgi_out_write(&o, text, make_header(&t, text, sizeof text));
    wgi_out_write(&o, t.data, bytes);
    wgi_out_close(&o);
    return wg_failed(c);
}
