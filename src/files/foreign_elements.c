/* elements.c: the elements of foreign files as ours, sizes with checked arithmetic, and the scanner of headers. */
#include "files/formats.h"

#include <math.h>
#include <string.h>

/* ---- sizes ---- */

/* Zero sizes are left out of the product: an empty tensor must not hide sizes that overflow elsewhere. */
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

bool wgi_tensor_new(wg_context *c, wg_dtype dtype, const wg_shape *s, wg_tensor *t)
{
    size_t bytes;
    *t = (wg_tensor){ .dtype = dtype, .shape = *s };
    if (!wgi_shape_bytes(s, wg_dtype_size(dtype), &bytes)) {
        wg_fail(c, NULL, WG_ERROR_MEMORY, "a tensor of more bytes than can be counted");
        return false;
    }
    t->data = wg_alloc(c, bytes ? bytes : 1, 1);
    return t->data != NULL;
}

/* ---- elements ---- */

static const struct {
    unsigned char size, dtype;
} elements[] = {
    [WGI_NO_ELEMENT] = { 0, WG_DEFAULT_DTYPE },
    [WGI_BOOL] = { 1, WG_BOOL },
    [WGI_U8] = { 1, WG_I32 },
    [WGI_I8] = { 1, WG_I32 },
    [WGI_U16] = { 2, WG_I32 },
    [WGI_I16] = { 2, WG_I32 },
    [WGI_U32] = { 4, WG_I64 },
    [WGI_I32] = { 4, WG_I32 },
    [WGI_I64] = { 8, WG_I64 },
    [WGI_F16] = { 2, WG_F32 },
    [WGI_BF16] = { 2, WG_F32 },
    [WGI_F32] = { 4, WG_F32 },
    [WGI_F64] = { 8, WG_F64 },
};

size_t wgi_element_size(wgi_element e) { return elements[e].size; }
wg_dtype wgi_element_dtype(wgi_element e) { return (wg_dtype)elements[e].dtype; }

bool wgi_little_endian(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

static uint64_t load(const unsigned char *p, size_t size, bool big_endian)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++) v = v << 8 | p[big_endian ? i : size - 1 - i];
    return v;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static float half_value(uint16_t h)
{
    int exponent = h >> 10 & 31;
    uint32_t fraction = h & 1023, sign = (uint32_t)(h >> 15) << 31;
    float v;
    if (exponent == 0) return h >> 15 ? -ldexpf((float)fraction, -24) : ldexpf((float)fraction, -24);
    uint32_t bits = sign | (uint32_t)(exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    memcpy(&v, &bits, sizeof v);
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
    uint32_t word = e == WGI_BF16 ? (uint32_t)v << 16 : (uint32_t)v;
    switch (e) {
    case WGI_BOOL: ((bool *)to)[i] = v != 0; break;
    case WGI_F16: ((float *)to)[i] = half_value((uint16_t)v); break;
    case WGI_BF16:
    case WGI_F32: memcpy((float *)to + i, &word, sizeof word); break;
    case WGI_F64: memcpy((double *)to + i, &v, sizeof v); break;
    default:
        if (wgi_element_dtype(e) == WG_I32) ((int32_t *)to)[i] = (int32_t)as_integer(e, v);
        else ((int64_t *)to)[i] = as_integer(e, v);
    }
}

void wgi_element_read(wgi_element e, bool big_endian, const unsigned char *from, size_t count, void *to)
{
    size_t size = wgi_element_size(e);
    bool same = size >= 4 && e != WGI_U32 && big_endian != wgi_little_endian();
    if (same && count) memcpy(to, from, count * size);
    for (size_t i = 0; i < count && !same; i++) store(e, load(from + i * size, size, big_endian), to, i);
}

double wgi_element_value(wgi_element e, bool big_endian, const unsigned char *from)
{
    double number = 0; /* room for one element of any dtype */
    wg_tensor one = { wgi_element_dtype(e), WG_SCALAR, &number };
    wgi_element_read(e, big_endian, from, 1, &number);
    return wg_tensor_item(&one, 0);
}

/* ---- small texts ---- */

static void skip_space(wgi_scan *s)
{
    while (s->at < s->size && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at]) s->at++;
}

bool wgi_scan_char(wgi_scan *s, char c)
{
    skip_space(s);
    if (s->at >= s->size || s->text[s->at] != c) return false;
    s->at++;
    return true;
}

bool wgi_scan_number(wgi_scan *s, uint64_t *value)
{
    skip_space(s);
    size_t first = s->at;
    *value = 0;
    for (; s->at < s->size && s->text[s->at] >= '0' && s->text[s->at] <= '9'; s->at++) {
        uint64_t digit = (uint64_t)(s->text[s->at] - '0');
        if (*value > (INT64_MAX - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    return s->at > first;
}

bool wgi_scan_string(wgi_scan *s, size_t *from, size_t *length)
{
    skip_space(s);
    if (s->at >= s->size || (s->text[s->at] != '"' && s->text[s->at] != '\'')) return false;
    char quote = s->text[s->at];
    for (size_t i = *from = s->at + 1; i < s->size; i++) {
        if (s->text[i] == quote) {
            *length = i - *from, s->at = i + 1;
            return true;
        }
        if (s->text[i] == '\\') i++;
    }
    return false;
}

bool wgi_scan_is(const wgi_scan *s, size_t from, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(s->text + from, word, length) == 0;
}
