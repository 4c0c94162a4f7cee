/* copies.c: the values of a set in memory: snapshots, copies and blends of sets. */
#include "base/floats.h"
#include "params/params.h"

/* ---- snapshots ---- */

/* The values stand one behind the other, in the order of the items of the root set. */
struct wg_snapshot {
    wg_params *p;
    wg_context *c;
    size_t count;  /* items of the root set when it was made */
    char *value[]; /* by item; NULL: it is not in p */
};

static size_t bytes_of(const wgi_parameter *q)
{
    return ((size_t)q->size * wg_dtype_size(q->dtype) + 7) & ~(size_t)7;
}

wg_snapshot *wg_params_snapshot_at(wg_site here, wg_params *p)
{
    if (!wgi_set_ok(here, p, "params_snapshot")) return NULL;
    const wg_params *root = p->root;
    size_t bytes = sizeof(wg_snapshot) + root->count * sizeof(char *);
    for (size_t i = 0; i < root->count; i++) bytes += bytes_of(root->item[i]);
    wg_snapshot *s = wg_alloc(p->c, 1, bytes);
    if (!s) return NULL;
    *s = (wg_snapshot){ .p = p, .c = p->c, .count = root->count };
    char *at = (char *)(s->value + s->count);
    for (size_t i = 0; i < s->count; i++) {
        const wgi_parameter *q = root->item[i];
        if (!wgi_params_holds(p, q)) continue;
        s->value[i] = at;
        if (q->size) memcpy(at, q->data, (size_t)q->size * wg_dtype_size(q->dtype));
        at += bytes_of(q);
    }
    return s;
}

wg_status wg_params_restore_at(wg_site here, wg_params *p, const wg_snapshot *s)
{
    if (!wgi_set_ok(here, p, "params_restore")) return wgi_set_status(p);
    if (!s) return wgi_fail(p->c, here, "params_restore", WG_ERROR_USE, "the snapshot is NULL");
    if (s->p != p)
        return wgi_fail(p->c, here, "params_restore", WG_ERROR_USE, "the snapshot is of another set");
    wgi_params_will_change(p);
    for (size_t i = 0; i < s->count; i++) {
        const wgi_parameter *q = p->root->item[i];
        if (s->value[i] && q->size) memcpy(q->data, s->value[i], (size_t)q->size * wg_dtype_size(q->dtype));
    }
    p->root->version++;
    return WG_OK;
}

void wg_snapshot_free(wg_snapshot *s)
{
    if (s) wg_free(s->c, s);
}

/* ---- one set from another ---- */

/* The parameter of `to` that has the name of q in `from`. NULL: there is none. */
static wgi_parameter *same_in(const wg_params *to, const wg_params *from, const wgi_parameter *q)
{
    char buf[512];
    const char *full = wgi_params_full_name(to, wgi_name_in(from, q), buf, sizeof buf);
    return full ? wgi_params_find(to->root, full, wgi_text_hash(full)) : NULL;
}

static bool fits(wg_site here, const char *who, const wg_params *to, const wg_params *from,
                 const wgi_parameter *q)
{
    char a[80], b[80];
    const wgi_parameter *mine = same_in(to, from, q);
    if (!mine ||
        (wgi_same_shape(&mine->shape, &q->shape) && mine->dtype == q->dtype && mine->state == q->state))
        return true;
    wgi_fail(to->c, here, who, WG_ERROR_SHAPE, "%s is a %s %s %s, and %s is a %s %s %s", mine->name,
             wg_dtype_name(mine->dtype), mine->state ? "state" : "parameter",
             wg_shape_text(mine->shape, a, sizeof a), q->name, wg_dtype_name(q->dtype),
             q->state ? "state" : "parameter", wg_shape_text(q->shape, b, sizeof b));
    return false;
}

static bool all_fit(wg_site here, const char *who, const wg_params *to, const wg_params *from)
{
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(from, &i));)
        if (!fits(here, who, to, from, q)) return false;
    return true;
}

/* In double, some elements at a time. */
static void blend(wgi_parameter *to, const wgi_parameter *from, double tau)
{
    enum { PART = 256 };
    const size_t size = wg_dtype_size(to->dtype);
    if (tau == 1 || !wg_gradient_dtype(to->dtype)) {
        if (to->size) memmove(to->data, from->data, (size_t)to->size * size);
        return;
    }
    for (int64_t i = 0; i < to->size; i += PART) {
        double y[PART], x[PART];
        const int64_t n = WGI_MIN(PART, to->size - i);
        char *at = (char *)to->data + (size_t)i * size;
        wgi_convert(WG_F64, y, to->dtype, at, n);
        wgi_convert(WG_F64, x, to->dtype, (const char *)from->data + (size_t)i * size, n);
        for (int64_t k = 0; k < n; k++) y[k] = (1 - tau) * y[k] + tau * x[k];
        wgi_convert(to->dtype, at, WG_F64, y, n);
    }
}

/* Makes what `to` lacks, with the values that it has in `from`. If both are parts of one set, `from` grows
 * meanwhile by parameters of the other prefix. */
static bool make_missing(wg_site here, wg_params *to, wg_params *from)
{
    const size_t count = from->root->count;
    for (size_t i = 0; i < count && wgi_ok(to->c); i++) {
        const wgi_parameter *q = from->root->item[i];
        if (wgi_params_holds(from, q) && !same_in(to, from, q))
            wg_params_make_at(here, to, wgi_name_in(from, q), (wg_tensor){ q->dtype, q->shape, q->data },
                              q->state);
    }
    return wgi_ok(to->c);
}

static wg_status blend_all(wg_site here, const char *who, wg_params *to, wg_params *from, double tau)
{
    if (!wgi_set_ok(here, to, who)) return wgi_set_status(to);
    if (!from) return wgi_fail(to->c, here, who, WG_ERROR_USE, "the set to take values from is NULL");
    if (!(tau >= 0 && tau <= 1))
        return wgi_fail(to->c, here, who, WG_ERROR_VALUE, "tau %g: must be in [0, 1]", tau);
    if (!all_fit(here, who, to, from)) return wg_failed(to->c);
    const wgi_params_mark m = wgi_params_marked(to->root);
    if (!make_missing(here, to, from)) {
        wgi_params_undo(to->root, m);
        return wg_failed(to->c);
    }
    wgi_params_will_change(to);
    const wgi_floats was = wgi_floats_enter();
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(from, &i));) {
        wgi_parameter *mine = same_in(to, from, q);
        if (mine && mine->number <= m.count) blend(mine, q, tau);
    }
    wgi_floats_leave(was);
    to->root->version++;
    return wg_failed(to->c);
}

wg_status wg_params_copy_at(wg_site here, wg_params *to, wg_params *from)
{
    return blend_all(here, "params_copy", to, from, 1);
}

wg_status wg_params_blend_at(wg_site here, wg_params *to, wg_params *from, double tau)
{
    return blend_all(here, "params_blend", to, from, tau);
}
