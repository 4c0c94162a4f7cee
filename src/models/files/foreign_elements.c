/* foreign_elements.c: the element types of file formats, their conversion to our dtypes, and sizes in
 * checked arithmetic. */
#include "files/formats.h"

#include <string.h>

/* ---- sizes ---- */

/* An axis of size 0 counts as 1 in the overflow check: [2^40, 2^40, 0] must be refused, because code
 * elsewhere multiplies the other sizes. */
bool wgi_shape_bytes(const wg_shape *s, size_t element, size_t *bytes)
{
    uint64_t all = element;
    bool empty = false;
    if (s->rank < 0 || s->rank > WG_MAX_RANK) return false;
    for (int k = 0; k < s->rank; k++) {
        if (s->dim[k] < 0 || __builtin_mul_overflow(all, (uint64_t)(s->dim[k] + !s->dim[k]), &all))
            return false;
        empty = empty || s->dim[k] == 0;
    }
    *bytes = empty ? 0 : (size_t)all;
    return all < UINT64_C(1) << 60 && *bytes == (empty ? 0 : all);
}

bool wgi_tensor_usable(const wg_tensor *t, size_t *bytes)
{
    bool known = t->dtype > WG_DEFAULT_DTYPE && t->dtype < WG_DTYPE_COUNT;
    return known && wgi_shape_bytes(&t->shape, wg_dtype_size(t->dtype), bytes) && (t->data || !*bytes);
}

bool wgi_tensor_new(wg_context *c, wg_site here, wg_dtype dtype, const wg_shape *s, wg_tensor *t)
{
    size_t bytes;
    *t = (wg_tensor){ .dtype = dtype, .shape = *s };
    if (!wgi_shape_bytes(s, wg_dtype_size(dtype), &bytes)) {
        wg_fail(c, here, WG_ERROR_MEMORY, "a tensor of more bytes than can be counted");
        return false;
    }
    t->data = wg_alloc(c, bytes ? bytes : 1, 1);
    return t->data != NULL;
}

/* ---- elements ---- */

#define ROW(name, size, dtype, idx, npy, safetensors) { size, dtype, idx, npy, safetensors },
const wgi_element_kind wgi_elements[WGI_ELEMENTS] = { WGI_ELEMENTS_(ROW) };

wgi_element wgi_element_of(wg_dtype t)
{
    int e = WGI_BOOL;
    while (wgi_elements[e].dtype != t || wgi_elements[e].size != wg_dtype_size(t)) e++;
    return (wgi_element)e;
}

bool wgi_little_endian(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

uint64_t wgi_number_at(const unsigned char *p, size_t size, bool big_endian)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++) v = v << 8 | p[big_endian ? i : size - 1 - i];
    return v;
}

static int64_t as_integer(wgi_element e, uint64_t v)
{
    switch (e) {
    case WGI_I8: return (int8_t)v;
    case WGI_I16: return (int16_t)v;
    case WGI_I32: return (int32_t)v;
    default: return (int64_t)v;
    }
}

static void store(wgi_element e, uint64_t v, void *to, size_t i)
{
    const uint32_t word = (uint32_t)v;
    switch (e) {
    case WGI_BOOL: ((bool *)to)[i] = v != 0; break;
    case WGI_U8: ((uint8_t *)to)[i] = (uint8_t)v; break;
    case WGI_F16:
    case WGI_BF16: ((uint16_t *)to)[i] = (uint16_t)v; break;
    case WGI_F32: memcpy((float *)to + i, &word, sizeof word); break;
    case WGI_F64: memcpy((double *)to + i, &v, sizeof v); break;
    default:
        if (wgi_elements[e].dtype == WG_I32) ((int32_t *)to)[i] = (int32_t)as_integer(e, v);
        else ((int64_t *)to)[i] = as_integer(e, v);
    }
}

bool wgi_array_place(const wgi_file *f, size_t start, wgi_array *a)
{
    char text[200];
    size_t size = wgi_elements[a->element].size, bytes;
    wg_shape_text(a->shape, text, sizeof text);
    if (!wgi_shape_bytes(&a->shape, size, &bytes))
        return wgi_file_bad(f, start, "the shape %s has more elements than can be counted", text);
    if (bytes != f->size - start)
        return wgi_file_bad(f, start, "the shape %s needs %zu bytes from here, the file has %zu", text, bytes,
                            f->size - start);
    a->f = f, a->from = start, a->count = bytes / size;
    return true;
}

/* Whether the bytes in the file are elements of our dtype. */
static bool is_plain(const wgi_array *a)
{
    const bool turned = wgi_elements[a->element].size > 1 && a->big_endian == wgi_little_endian();
    return a->element == wgi_element_of(wgi_elements[a->element].dtype) && a->element != WGI_BOOL && !turned;
}

bool wgi_array_copy(const wgi_array *a, size_t at, size_t count, void *to)
{
    unsigned char part[8 * WGI_ARRAY_PART];
    const wgi_element e = a->element;
    const size_t size = wgi_elements[e].size, ours = wg_dtype_size(wgi_elements[e].dtype);
    if (is_plain(a)) return wgi_file_copy(a->f, a->from + at * size, count * size, to);
    for (size_t done = 0, n; done < count; done += n) {
        n = count - done < WGI_ARRAY_PART ? count - done : WGI_ARRAY_PART;
        if (!wgi_file_copy(a->f, a->from + (at + done) * size, n * size, part)) return false;
        for (size_t i = 0; i < n; i++)
            store(e, wgi_number_at(part + i * size, size, a->big_endian), (char *)to + done * ours, i);
    }
    return true;
}

/* Reads elements in column-major order into a tensor in row-major order. index[] is the place of an element,
 * stride[] how far apart in the tensor two neighbours on an axis are. */
static bool scatter(const wgi_array *a, wg_tensor *t)
{
    double part[WGI_ARRAY_PART];
    int64_t index[WG_MAX_RANK] = { 0 }, stride[WG_MAX_RANK], all = 1, to = 0;
    const size_t size = wg_dtype_size(t->dtype);
    for (int k = a->shape.rank - 1; k >= 0; all *= a->shape.dim[k--]) stride[k] = all;
    for (size_t at = 0, n; at < a->count; at += n) {
        n = a->count - at < WGI_ARRAY_PART ? a->count - at : WGI_ARRAY_PART;
        if (!wgi_array_copy(a, at, n, part)) return false;
        for (size_t i = 0; i < n; i++) {
            memcpy((char *)t->data + (size_t)to * size, (char *)part + i * size, size);
            for (int k = 0; k < a->shape.rank; index[k++] = 0) {
                to += stride[k];
                if (++index[k] < a->shape.dim[k]) break;
                to -= stride[k] * index[k];
            }
        }
    }
    return true;
}

wg_tensor wgi_array_of_file(wg_site here, wg_context *c, const char *who, const char *path,
                            bool (*parse)(wgi_file *f, wgi_array *a))
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "%s: the context is NULL", who), (wg_tensor){ 0 };
    wgi_file f;
    wgi_array a;
    wg_tensor t = { 0 };
    bool ok = wgi_file_open(&f, c, here, who, path) && parse(&f, &a) &&
              wgi_tensor_new(c, here, wgi_elements[a.element].dtype, &a.shape, &t);
    ok = ok && (a.fortran ? scatter(&a, &t) : wgi_array_copy(&a, 0, a.count, t.data));
    wgi_file_free(&f);
    if (ok) return t;
    wg_free(c, t.data);
    return (wg_tensor){ 0 };
}
