/* npy.c: the .npy format of NumPy. Versions 1.0 to 3.0 are read, version 1.0 is written. A file is:
 * "\x93NUMPY", the version, the length of the header, the header (a Python dict literal with three keys),
 * the elements. Headers longer than 64 KiB are refused. */
#include "files/formats.h"
#include "wengert/data.h"

#include <string.h>

enum { HEADER_MOST = 1 << 16 };

/* ---- reading ---- */

static wgi_element element_of(const wgi_scan *s, size_t from)
{
    int e = WGI_ELEMENTS - 1;
    while (e > WGI_NO_ELEMENT && !wgi_scan_is(s, from, 2, wgi_elements[e].npy)) e--;
    return (wgi_element)e;
}

static bool read_descr(wgi_scan *s, wgi_array *a)
{
    size_t from, length;
    if (!wgi_scan_string(s, &from, &length))
        return wgi_scan_bad(s, "descr is no text: structured dtypes cannot be read");
    const char *d = s->text + from;
    if (length == 3 && memchr(d[2] == '1' ? "<>|=" : "<>=", d[0], d[2] == '1' ? 4 : 3))
        a->element = element_of(s, from + 1);
    a->big_endian = d[0] == '>' || (d[0] == '=' && !wgi_little_endian());
    if (a->element) return true;
    return wgi_file_bad(s->f, (size_t)(d - (const char *)s->f->bytes),
                        "the header: dtype '%.*s' cannot be read", (int)(length < 40 ? length : 40), d);
}

static bool scan_word(wgi_scan *s, const char *word)
{
    size_t n = strlen(word);
    if (s->size - s->at < n || memcmp(s->text + s->at, word, n) != 0) return false;
    s->at += n;
    return true;
}

static bool read_order(wgi_scan *s, wgi_array *a)
{
    while (scan_word(s, " ")) continue;
    a->fortran = scan_word(s, "True");
    return a->fortran || scan_word(s, "False") || wgi_scan_bad(s, "fortran_order is neither True nor False");
}

static bool read_shape(wgi_scan *s, wg_shape *shape)
{
    uint64_t d;
    bool more;
    if (!wgi_scan_open(s, '(', ')', &more)) return wgi_scan_bad(s, "shape is no tuple");
    while (more) {
        if (shape->rank == WG_MAX_RANK) return wgi_scan_bad(s, "a shape of more than 8 axes");
        if (!wgi_scan_number(s, &d)) return wgi_scan_bad(s, "a size in shape is no number");
        shape->dim[shape->rank++] = (int64_t)d;
        wgi_scan_char(s, 'L'); /* Python 2 wrote 3L */
        if (!wgi_scan_more(s, ')', &more)) return wgi_scan_bad(s, "shape does not end");
    }
    return true;
}

static bool read_dict(wgi_scan *s, wgi_array *a)
{
    static const char *const keys[] = { "descr", "fortran_order", "shape", NULL };
    unsigned seen = 0;
    bool more;
    int key;
    if (!wgi_scan_open(s, '{', '}', &more)) return wgi_scan_bad(s, "no '{'");
    while (more) {
        if (!wgi_scan_key(s, keys, &seen, &key)) return false;
        bool ok = key == 0 ? read_descr(s, a) : key == 1 ? read_order(s, a) : read_shape(s, &a->shape);
        if (!ok) return false;
        if (!wgi_scan_more(s, '}', &more)) return wgi_scan_bad(s, "neither ',' nor '}'");
    }
    wgi_scan_char(s, '\n');
    if (s->at < s->size) return wgi_scan_bad(s, "text after the '}'");
    return seen == 7 || wgi_scan_bad(s, "descr, fortran_order or shape is missing");
}

/* Sets s to the header and *end to the byte after it. */
static bool find_header(wgi_file *f, wgi_scan *s, size_t *end)
{
    const unsigned char *b = f->bytes;
    if (f->size < 10) return wgi_file_bad(f, f->size, "the file ends inside the first 10 bytes");
    if (memcmp(b, "\x93NUMPY", 6) != 0) return wgi_file_bad(f, 0, "no .npy file");
    if (b[6] < 1 || b[6] > 3) return wgi_file_bad(f, 6, "version %d.%d cannot be read", b[6], b[7]);
    size_t start = b[6] == 1 ? 10 : 12;
    if (f->size < start) return wgi_file_bad(f, f->size, "the file ends inside the first 12 bytes");
    uint64_t n = wgi_number_at(b + 8, start - 8, false);
    if (n > HEADER_MOST)
        return wgi_file_bad(f, 8, "a header of %llu bytes; at most %d are read", (unsigned long long)n,
                            HEADER_MOST);
    if (n > f->size - start)
        return wgi_file_bad(f, 8, "a header of %llu bytes in a file of %zu", (unsigned long long)n, f->size);
    if (!wgi_file_need(f, start + (size_t)n)) return false;
    *s = (wgi_scan){ .f = f, .text = (const char *)f->bytes + start, .size = (size_t)n, .python = true };
    *end = start + (size_t)n;
    return true;
}

static bool read_header(wgi_file *f, wgi_array *a)
{
    size_t start = 0;
    wgi_scan s;
    *a = (wgi_array){ 0 };
    return find_header(f, &s, &start) && read_dict(&s, a) && wgi_array_place(f, start, a);
}

wg_tensor wg_npy_read_at(wg_site here, wg_context *c, const char *path)
{
    return wgi_array_of_file(here, c, "npy_read", path, read_header);
}

/* ---- writing ---- */

/* Writes magic, version, length and dict to text and returns their size. Spaces pad it to a multiple of
 * 64, where the elements begin. */
static size_t make_header(const wg_tensor *t, char *text, size_t size)
{
    char order = wg_dtype_size(t->dtype) == 1 ? '|' : wgi_little_endian() ? '<' : '>';
    int n = 10 + snprintf(text + 10, size - 10, "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order,
                          wgi_elements[wgi_element_of(t->dtype)].npy);
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

wg_status wg_npy_write_at(wg_site here, wg_context *c, const char *path, wg_tensor t)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "npy_write: the context is NULL");
    char text[512];
    size_t bytes;
    wgi_out o;
    if (wg_failed(c)) return wg_failed(c);
    if (!wgi_tensor_usable(&t, &bytes))
        return wg_fail(c, here, WG_ERROR_USE,
                       "npy_write: %s: this tensor has no dtype, no data or no possible shape", path);
    if (!*wgi_elements[wgi_element_of(t.dtype)].npy)
        return wg_fail(c, here, WG_ERROR_DTYPE,
                       "npy_write: %s: the format has no %s: write f32, or a safetensors file", path,
                       wg_dtype_name(t.dtype));
    if (!wgi_out_open(&o, c, here, "npy_write", path)) return wg_failed(c);
    wgi_out_write(&o, text, make_header(&t, text, sizeof text));
    wgi_out_write(&o, t.data, bytes);
    wgi_out_close(&o);
    return wg_failed(c);
}
