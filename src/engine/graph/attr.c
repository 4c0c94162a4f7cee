/* attr.c: options of ops (attributes), compared and hashed field by field. */
#include "graph/graph.h"
#include "wengert/ops.h"
#include "wgx/base.h"

/* ---- axes ---- */

wg_axes wg_axes_given(int axis, wg_axes axes)
{
    if (axes.mark == WG_AXES_LEFT_OUT)
        return (wg_axes){ .count = axis != WG_AUTO, .axis = { axis != WG_AUTO ? axis : 0 } };
    if (axes.mark != WG_AXES_GIVEN) return (wg_axes){ .count = WGI_AXES_NO_LIST };
    if (axis != WG_AUTO) return (wg_axes){ .count = WGI_AXES_TWICE };
    if (!axes.count) axes.count = WGI_AXES_EMPTY;
    return axes;
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

/* The number that a row has as its default. */
static double default_of(const wg_attr_row *row)
{
    const char *text = row->standard ? row->standard : "", *word = row->choices;
    double v = 0;
    if (!strcmp(text, "auto") || !strcmp(text, "needed")) return WG_AUTO;
    if (!strcmp(text, "true")) return 1;
    if (row->kind != WG_ATTR_CHOICE || !word) return wgx_number_in(text, &v), v;
    for (const size_t n = strlen(text); n && *word; v++) {
        const size_t length = strcspn(word, " ");
        if (length == n && !strncmp(word, text, n)) return v;
        word += length + (word[length] == ' ');
    }
    return 0;
}

void wg_attr_begin(const wg_op *op, void *attr)
{
    if (!op || !attr) return;
    memset(attr, 0, op->attr_size);
    for (const wg_attr_row *row = op->attrs; row && row->name; row++) {
        void *at = (char *)attr + row->offset;
        const double v = default_of(row);
        switch (row->kind) {
        case WG_ATTR_INT:
        case WG_ATTR_CHOICE:
        case WG_ATTR_AXIS: *(int *)at = (int)v; break;
        case WG_ATTR_SIZE:
            *(int64_t *)at = row->standard && !strcmp(row->standard, "end") ? WG_END : (int64_t)v;
            break;
        case WG_ATTR_DOUBLE: *(double *)at = v; break;
        case WG_ATTR_BOOL: *(bool *)at = v != 0; break;
        case WG_ATTR_AXES:
            if (row->standard && *row->standard == '-')
                *(wg_axes *)at = (wg_axes){ .count = 1, .axis = { (int)v } };
            break;
        case WG_ATTR_SHAPE:
        case WG_ATTR_DTYPE:
        case WG_ATTR_POINTER:
        case WG_ATTR_TEXT: break;
        }
    }
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
