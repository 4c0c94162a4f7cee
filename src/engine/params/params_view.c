/* params_view.c: the parameters of a set one by one, or as one flat vector of doubles. */
#include "base/floats.h"
#include "params/params.h"

#include <limits.h>

/* ---- one by one ---- */

/* A subset's own numbers are counted along the items of its root. A count goes on where the last one ended,
 * so a loop over all numbers takes time in proportion to the items. */
static void count_up(const wg_params *p, wgi_walk *w, size_t item, int members)
{
    if (w->item > item || w->members > members) *w = (wgi_walk){ 0 };
    for (; w->item < item; w->item++) {
        const bool in = wgi_params_holds(p, p->root->item[w->item]);
        if (in && w->members == members) break;
        w->members += in;
    }
}

/* Walks are no part of what a set is: that they change is not seen. */
static wg_params *walker(const wg_params *p) { return (wg_params *)(uintptr_t)p; }

/* Parameter i of a set or subset. */
static wgi_parameter *at(const wg_params *p, int i)
{
    if (!p || i < 0) return NULL;
    wgi_walk root = { (size_t)i, i }, *w = p->prefix ? &walker(p)->walk : &root;
    if (p->prefix) count_up(p, w, p->root->count, i);
    return w->item < p->root->count ? p->root->item[w->item] : NULL;
}

/* The parameter of this name; NULL: p has none. */
static wgi_parameter *named(const wg_params *p, const char *name)
{
    char buf[512];
    const char *full = p && name ? wgi_params_full_name(p, name, buf, sizeof buf) : NULL;
    return full ? wgi_params_find(p->root, full, wgi_text_hash(full)) : NULL;
}

wg_context *wg_params_context(const wg_params *p) { return p ? p->c : NULL; }

int wg_params_count(const wg_params *p)
{
    if (!p || !p->prefix) return p ? (int)p->count : 0;
    wgi_walk *all = &walker(p)->all;
    count_up(p, all, p->root->count, INT_MAX);
    return all->members;
}

const char *wg_params_name(const wg_params *p, int i)
{
    wgi_parameter *q = at(p, i);
    return q ? wgi_name_in(p, q) : "";
}

bool wg_params_is_state(const wg_params *p, int i)
{
    wgi_parameter *q = at(p, i);
    return q && q->state;
}

wg_tensor wg_params_tensor(const wg_params *p, int i)
{
    wgi_parameter *q = at(p, i);
    return q ? (wg_tensor){ q->dtype, q->shape, q->data } : (wg_tensor){ 0 };
}

wg_tensor wg_params_grad(const wg_params *p, int i)
{
    wgi_parameter *q = at(p, i);
    if (q) q->lent = true, wgi_row_list_whole(q);
    return q ? (wg_tensor){ q->dtype, q->shape, q->reached && p->root->gradients ? q->grad : NULL }
             : (wg_tensor){ 0 };
}

int wg_params_find(const wg_params *p, const char *name)
{
    const wgi_parameter *q = named(p, name);
    if (!q || !p->prefix) return q ? (int)q->number - 1 : -1;
    wgi_walk *w = &walker(p)->walk;
    count_up(p, w, q->number - 1, INT_MAX);
    return w->members;
}

double wg_params_item_at(wg_site here, const wg_params *p, const char *name)
{
    if (!wgi_set_ok(here, p, "params_item")) return NAN;
    const wgi_parameter *q = named(p, name);
    if (!q || q->size != 1) {
        wgi_fail(p->c, here, "params_item", WG_ERROR_VALUE,
                 q ? "%s has more than one element" : "no parameter %s", name ? name : "NULL");
        return NAN;
    }
    double v;
    wgi_convert(WG_F64, &v, q->dtype, q->data, 1);
    return v;
}

wg_status wg_params_assign_at(wg_site here, wg_params *p, const char *name, const double *values,
                              size_t count)
{
    if (!wgi_set_ok(here, p, "params_assign")) return wgi_set_status(p);
    const wgi_parameter *q = named(p, name);
    if (!q || (size_t)q->size != count)
        return wgi_fail(p->c, here, "params_assign", WG_ERROR_VALUE,
                        q ? "%s has not %zu elements" : "no parameter %s", name ? name : "NULL", count);
    if (!values && count) return wgi_fail(p->c, here, "params_assign", WG_ERROR_USE, "the array is NULL");
    wgi_params_will_change(p);
    wgi_convert(q->dtype, q->data, WG_F64, values, q->size);
    p->root->version++;
    return WG_OK;
}

wg_status wg_params_assign_tensor_at(wg_site here, wg_params *p, const char *name, wg_tensor t)
{
    char in[80], own[80];
    if (!wgi_set_ok(here, p, "params_assign_tensor")) return wgi_set_status(p);
    const wgi_parameter *q = named(p, name);
    if (!q)
        return wgi_fail(p->c, here, "params_assign_tensor", WG_ERROR_VALUE, "no parameter %s",
                        name ? name : "NULL");
    if (!wg_dtype_size(t.dtype) || !wgi_same_shape(&t.shape, &q->shape))
        return wgi_fail(p->c, here, "params_assign_tensor", WG_ERROR_SHAPE, "%s is %s, the tensor is %s %s",
                        name, wg_shape_text(q->shape, own, sizeof own), wg_dtype_name(t.dtype),
                        wg_shape_text(t.shape, in, sizeof in));
    if (!t.data && q->size)
        return wgi_fail(p->c, here, "params_assign_tensor", WG_ERROR_USE, "a tensor without data");
    wgi_params_will_change(p);
    if (t.dtype != q->dtype) wgi_convert(q->dtype, q->data, t.dtype, t.data, q->size);
    else if (q->size) memcpy(q->data, t.data, (size_t)q->size * wg_dtype_size(t.dtype));
    p->root->version++;
    return WG_OK;
}

wg_status wg_params_set_grad_at(wg_site here, wg_params *p, const char *name, wg_tensor t)
{
    char in[80], own[80];
    if (!wgi_set_ok(here, p, "params_set_grad")) return wgi_set_status(p);
    wgi_parameter *q = named(p, name);
    if (!q || q->state)
        return wgi_fail(p->c, here, "params_set_grad", WG_ERROR_VALUE,
                        q ? "%s is a state" : "no parameter %s", name ? name : "NULL");
    const bool none = !t.data && !t.dtype;
    if (!none && (!wg_dtype_size(t.dtype) || !wgi_same_shape(&t.shape, &q->shape)))
        return wgi_fail(p->c, here, "params_set_grad", WG_ERROR_SHAPE, "%s is %s, the tensor is %s %s", name,
                        wg_shape_text(q->shape, own, sizeof own), wg_dtype_name(t.dtype),
                        wg_shape_text(t.shape, in, sizeof in));
    if (!none && !t.data && q->size)
        return wgi_fail(p->c, here, "params_set_grad", WG_ERROR_USE, "a tensor without data");
    if (!q->grad && !wgi_grad_memory(q)) return wg_failed(p->c);
    wgi_gradients_change(p);
    q->reached = !none;
    if (none) return WG_OK;
    if (q->rows) wgi_row_list_none(q);
    wgi_convert(q->dtype, q->grad, t.dtype, t.data, q->size);
    wgi_gradients_come(p, p->root->loss, true);
    return WG_OK;
}

/* ---- flat ---- */

typedef void (*flat_fn)(wgi_parameter *q, size_t offset, void *arg);

enum { AHEAD = 16 }; /* there may be many parameters, so they are fetched ahead */

static size_t flat(const wg_params *p, flat_fn f, void *arg)
{
    size_t n = 0;
    for (size_t k = 0; p && k < p->root->count; k++) {
        wgi_parameter *q = p->root->item[k];
        if (k + AHEAD < p->root->count) __builtin_prefetch(p->root->item[k + AHEAD]);
        if (q->state || !wgi_params_holds(p, q)) continue;
        if (f) f(q, n, arg);
        n += (size_t)q->size;
    }
    return n;
}

static void get_value(wgi_parameter *q, size_t at_, void *arg)
{
    wgi_convert(WG_F64, (double *)arg + at_, q->dtype, q->data, q->size);
}
static void set_value(wgi_parameter *q, size_t at_, void *arg)
{
    wgi_convert(q->dtype, q->data, WG_F64, (double *)arg + at_, q->size);
}
static void get_gradient(wgi_parameter *q, size_t at_, void *arg)
{
    wgi_row_list_whole(q);
    if (q->reached) wgi_convert(WG_F64, (double *)arg + at_, q->dtype, q->grad, q->size);
    else memset((double *)arg + at_, 0, sizeof(double) * (size_t)q->size);
}

static void add_squares(wgi_parameter *q, size_t at_, void *arg)
{
    *(double *)arg += wgi_gradient_squares(q);
}

size_t wg_params_size(const wg_params *p) { return flat(p, NULL, NULL); }

wg_status wg_params_get_at(wg_site here, const wg_params *p, double *theta)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "params_get: the parameter set is NULL");
    if (!theta) wgi_fail(p->c, here, "params_get", WG_ERROR_USE, "the array is NULL");
    else flat(p, get_value, theta);
    return wg_failed(p->c);
}

void wgi_params_put(wg_params *p, const double *theta)
{
    wgi_params_will_change(p);
    flat(p, set_value, (void *)(uintptr_t)theta);
    p->root->version++;
}

wg_status wg_params_set_at(wg_site here, wg_params *p, const double *theta)
{
    if (!wgi_set_ok(here, p, "params_set")) return wgi_set_status(p);
    if (!theta) return wgi_fail(p->c, here, "params_set", WG_ERROR_USE, "the array is NULL");
    wgi_params_put(p, theta);
    return WG_OK;
}

/* false: `who` has failed, or there was an error before. */
static bool has_gradients(wg_site here, const wg_params *p, const char *who)
{
    const bool ok = wgi_set_ok(here, p, who);
    if (!ok || p->root->gradients) return ok;
    wgi_fail(p->c, here, who, WG_ERROR_USE, "there are no gradients: no wg_backward succeeded before");
    return false;
}

wg_status wg_params_get_grad_at(wg_site here, const wg_params *p, double *gradient)
{
    if (!has_gradients(here, p, "params_get_grad")) return wgi_set_status(p);
    if (!gradient) return wgi_fail(p->c, here, "params_get_grad", WG_ERROR_USE, "the array is NULL");
    flat(p, get_gradient, gradient);
    return WG_OK;
}

/* The norm where the sum of squares overflows, or where squares vanish. */
typedef struct far_norm {
    double most; /* the largest absolute value */
    double sum;  /* the sum of the squares of values divided by it, which comes after it */
    bool adds;
} far_norm;
static void look_far(wgi_parameter *q, size_t at_, void *arg)
{
    far_norm *f = arg;
    for (int64_t j = 0; q->reached && j < wgi_gradient_parts(q); j++) {
        int64_t n;
        void *part;
        wgi_gradient_part(q, j, &n, &part);
        for (int64_t i = 0; i < n; i++) {
            const double v = fabs(q->dtype == WG_F32 ? ((const float *)part)[i] : ((const double *)part)[i]);
            if (f->adds) f->sum += v / f->most * (v / f->most);
            else f->most = fmax(f->most, v); /* a NaN has made the sum one before */
        }
    }
}
static double norm_of_far(const wg_params *p)
{
    far_norm f = { 0 };
    flat(p, look_far, &f);
    if (f.most == 0 || !isfinite(f.most)) return f.most;
    f.adds = true;
    flat(p, look_far, &f);
    return f.most * sqrt(f.sum);
}

double wg_params_grad_norm_at(wg_site here, const wg_params *p)
{
    enum { LEAST = -900 }; /* below 2^-900 squares have lost digits */
    double sum = 0;
    if (!has_gradients(here, p, "params_grad_norm")) return NAN;
    const wgi_floats was = wgi_floats_enter();
    flat(p, add_squares, &sum);
    const double norm = sum < ldexp(1, LEAST) || sum == INFINITY ? norm_of_far(p) : sqrt(sum);
    wgi_floats_leave(was);
    return norm;
}
