/* attr.c: options of ops (attributes), compared and hashed field by field. */
#include "graph/graph.h"

/* ---- axes ---- */

enum { NO_AXIS = INT32_MIN }; /* what is given cannot be an axis */

static int whole_axis(double v)
{
    if (v == WG_ZERO) return 0;
    return v > -1e6 && v < 1e6 && v == (int)v ? (int)v : NO_AXIS;
}

/* The text of a call is looked at only where an axis 0 and no axis are the same number. */
static bool says_option(wg_site here, const char *option)
{
    return wgi_before_options(here) && strstr(here, option) &&
           wgi_writes_option(wg_site_arguments(here), option);
}

wg_axes wg_axes_given(wg_site here, const char *option, wg_axis axes)
{
    wg_axes to = { 0 };
    if (axes == 0) {
        to.count = says_option(here, option);
    } else if (axes >= WG_AXES_BASE && axes < 2 * WG_AXES_BASE) {
        uint64_t list = (uint64_t)(axes - WG_AXES_BASE);
        to.count = list & 15, list >>= 4;
        for (int i = 0; i < to.count && i < WG_MAX_RANK; i++, list >>= 6)
            to.axis[i] = list & 63 ? (int)(list & 63) - 32 : NO_AXIS;
    } else {
        to.count = 1, to.axis[0] = whole_axis(axes);
    }
    return to;
}

int wg_axis_given(wg_site here, const char *option, wg_axis axis)
{
    if (axis == 0) return 0;
    const wg_axes all = wg_axes_given(here, option, axis);
    return all.count == 1 ? all.axis[0] : all.count ? NO_AXIS : 0;
}

const char *wgi_axis_text(wg_site here, int axis, char *buf, size_t size)
{
    if (axis == NO_AXIS &&
        (*wgi_option_text(here, "axis", buf, size) || *wgi_option_text(here, "axes", buf, size)))
        return buf;
    snprintf(buf, size, axis == NO_AXIS ? "by this number" : "%d", axis);
    return buf;
}

/* ---- fields ---- */

/* 0: the size depends on the value. */
static size_t attr_bytes(wg_attr_kind k)
{
    static const unsigned char bytes[] = {
        [WG_ATTR_INT] = sizeof(int),        [WG_ATTR_CHOICE] = sizeof(int),     [WG_ATTR_AXIS] = sizeof(int),
        [WG_ATTR_SIZE] = sizeof(int64_t),   [WG_ATTR_DOUBLE] = sizeof(double),  [WG_ATTR_BOOL] = sizeof(bool),
        [WG_ATTR_DTYPE] = sizeof(wg_dtype), [WG_ATTR_POINTER] = sizeof(void *), [WG_ATTR_TEXT] = 0
    };
    return bytes[k];
}

/* The length of a list. Its count is not checked yet and may be any number. */
static size_t listed(int count) { return count < 0 ? 0 : (size_t)WGI_MIN(count, WG_MAX_RANK); }

/* The bytes of a field that count, as one or two spans: no padding, and no unused entries of a list. */
static int attr_spans(const wg_attr_row *a, const void *attr, const char *at[2], size_t size[2])
{
    const char *p = (const char *)attr + a->offset;
    if (a->kind == WG_ATTR_AXES) {
        const wg_axes *x = (const wg_axes *)(const void *)p;
        at[0] = (const char *)&x->count, size[0] = sizeof x->count;
        at[1] = (const char *)x->axis, size[1] = sizeof x->axis[0] * listed(x->count);
        return 2;
    }
    if (a->kind == WG_ATTR_SHAPE) {
        const wg_shape *x = (const wg_shape *)(const void *)p;
        at[0] = (const char *)&x->rank, size[0] = sizeof x->rank;
        at[1] = (const char *)x->dim, size[1] = sizeof x->dim[0] * listed(x->rank);
        return 2;
    }
    at[0] = p, size[0] = a->kind == WG_ATTR_TEXT ? strlen(p) : attr_bytes(a->kind);
    return 1;
}

/* The last bytes, fewer than 8, as one number. */
static inline uint64_t last_bytes(const char *p, size_t n)
{
    uint32_t four;
    uint64_t v = 0;
    if (n == 4) return memcpy(&four, p, 4), four;
    for (; n; p++, n--) v = v << 8 | (unsigned char)*p;
    return v;
}

static inline uint64_t bytes_hash(uint64_t h, const char *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t v;
        memcpy(&v, p, 8);
        h = wgi_mix(h, v);
    }
    return n ? wgi_mix(h, last_bytes(p, n)) : h;
}

/* memcmp of a constant size is inline code. For most fields a call would cost more. */
static inline bool bytes_equal(const char *p, const char *q, size_t n)
{
    switch (n) {
    case 1: return *p == *q;
    case 4: return memcmp(p, q, 4) == 0;
    case 8: return memcmp(p, q, 8) == 0;
    }
    return memcmp(p, q, n) == 0;
}

uint64_t wgi_attr_hash(const wg_op *op, const void *attr)
{
    const char *at[2];
    size_t size[2];
    uint64_t h = 7;
    if (!op->attrs) return bytes_hash(h, attr, op->attr_size);
    for (const wg_attr_row *a = op->attrs; a->name; a++)
        for (int i = 0, n = attr_spans(a, attr, at, size); i < n; i++) h = bytes_hash(h, at[i], size[i]);
    return h;
}

static bool field_equal(const wg_attr_row *a, const char *p, const char *q)
{
    const char *at[2], *bt[2];
    size_t an[2], bn[2], n = attr_bytes(a->kind);
    if (n) return bytes_equal(p + a->offset, q + a->offset, n);
    const int spans = attr_spans(a, p, at, an);
    attr_spans(a, q, bt, bn);
    for (int i = 0; i < spans; i++)
        if (an[i] != bn[i] || memcmp(at[i], bt[i], an[i]) != 0) return false;
    return true;
}

bool wgi_attr_equal(const wg_op *op, const void *p, const void *q)
{
    if (p == q) return true;
    if (!p || !q) return false;
    if (!op->attrs) return memcmp(p, q, op->attr_size) == 0;
    for (const wg_attr_row *a = op->attrs; a->name; a++)
        if (!field_equal(a, p, q)) return false;
    return true;
}
