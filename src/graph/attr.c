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
    return option && wgi_before_options(here) && strstr(here, option) &&
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

/* A field of 1, 4 or 8 bytes. */
static inline uint64_t number_at(const char *p, size_t n)
{
    uint64_t eight;
    uint32_t four;
    if (n == 4) return memcpy(&four, p, 4), four;
    if (n == 8) return memcpy(&eight, p, 8), eight;
    return (unsigned char)*p;
}

/* Entries of a list that are not used do not count. */
static uint64_t list_hash(uint64_t h, wg_attr_kind kind, const void *p)
{
    if (kind == WG_ATTR_AXES) {
        const wg_axes *x = p;
        h = wgi_mix(h, (uint64_t)x->count);
        for (size_t k = 0; k < listed(x->count); k++) h = wgi_mix(h, (uint64_t)x->axis[k]);
        return h;
    }
    if (kind == WG_ATTR_SHAPE) {
        const wg_shape *x = p;
        h = wgi_mix(h, (uint64_t)x->rank);
        for (size_t k = 0; k < listed(x->rank); k++) h = wgi_mix(h, (uint64_t)x->dim[k]);
        return h;
    }
    return wgi_mix(h, wgi_text_hash(p));
}

static bool same_lists(wg_attr_kind kind, const void *p, const void *q)
{
    if (kind == WG_ATTR_AXES) {
        const wg_axes *x = p, *y = q;
        bool same = x->count == y->count;
        for (size_t k = 0; k < listed(x->count) && same; k++) same = x->axis[k] == y->axis[k];
        return same;
    }
    if (kind == WG_ATTR_SHAPE) {
        const wg_shape *x = p, *y = q;
        bool same = x->rank == y->rank;
        for (size_t k = 0; k < listed(x->rank) && same; k++) same = x->dim[k] == y->dim[k];
        return same;
    }
    return strcmp(p, q) == 0;
}

static uint64_t bytes_hash(const char *p, size_t n)
{
    uint64_t h = 7;
    for (size_t k = 0; k < n; k++) h = wgi_mix(h, (unsigned char)p[k]);
    return h;
}

uint64_t wgi_attr_hash(const wg_op *op, const void *attr)
{
    uint64_t h = 7;
    if (!op->attrs) return bytes_hash(attr, op->attr_size);
    for (const wg_attr_row *a = op->attrs; a->name; a++) {
        const char *p = (const char *)attr + a->offset;
        const size_t n = attr_bytes(a->kind);
        h = n ? wgi_mix(h, number_at(p, n)) : list_hash(h, a->kind, p);
    }
    return h;
}

bool wgi_attr_equal(const wg_op *op, const void *a, const void *b)
{
    if (a == b) return true;
    if (!a || !b) return false;
    if (!op->attrs) return memcmp(a, b, op->attr_size) == 0;
    for (const wg_attr_row *row = op->attrs; row->name; row++) {
        const char *p = (const char *)a + row->offset, *q = (const char *)b + row->offset;
        bool same;
        switch (attr_bytes(row->kind)) {
        case 1: same = *p == *q; break;
        case 4: same = memcmp(p, q, 4) == 0; break;
        case 8: same = memcmp(p, q, 8) == 0; break;
        default: same = same_lists(row->kind, p, q);
        }
        if (!same) return false;
    }
    return true;
}
