/* params.c: sets of parameters: named tensors outside graphs, found by name, or read as one flat vector. The
 * address of a parameter's values never changes. */
#include "params/params.h"

#include <ctype.h>

static wg_status status_of(const wg_params *p) { return p ? wg_failed(p->c) : WG_ERROR_USE; }

wg_params *wgi_params_root(wg_params *p) { return p ? p->root : NULL; }

wg_params *wg_params_new(wg_context *c)
{
    if (!wgi_ok(c)) return NULL;
    wg_params *p = wg_alloc(c, 1, sizeof *p);
    if (!p) return NULL;
    p->c = c;
    p->root = p;
    p->next = c->params;
    c->params = p;
    return p;
}

static void parameter_free(wg_context *c, wgi_parameter *q)
{
    wg_free(c, q->name);
    wg_free(c, q);
}

/* Letters, digits and _, joined by single dots. (A part may be a number: layer.0.W.) */
static bool name_ok(const char *s)
{
    for (bool first = true; s && *s; s++) {
        if (*s == '.' ? first || !s[1] : !isalnum((unsigned char)*s) && *s != '_') return false;
        first = *s == '.';
    }
    return s != NULL;
}

void wgi_params_release(wg_params *p)
{
    wg_context *c = p->c;
    wg_params **at = &c->params;
    while (*at != p) at = &(*at)->next;
    *at = p->next;
    for (size_t i = 0; i < p->count; i++) parameter_free(c, p->item[i]);
    wgi_store_free(p);
    for (wg_params *s = p->subs, *next; s; s = next) {
        next = s->next;
        wg_free(c, s->prefix);
        wg_free(c, s);
    }
    wg_free(c, (void *)p->item);
    wg_free(c, p->index);
    wg_free(c, p);
}

wg_params *wg_params_in_at(wg_site here, wg_params *p, const char *prefix)
{
    if (!p || !wgi_ok(p->c)) return p;
    if (!name_ok(prefix) || !*prefix) {
        wgi_fail(p->c, here, "params_in", WG_ERROR_VALUE,
                 "\"%s\" is no name: letters, digits, _ and single dots", prefix ? prefix : "");
        return p;
    }
    size_t n = (p->prefix ? strlen(p->prefix) : 0) + strlen(prefix) + 2;
    char *full = wg_alloc(p->c, n, 1);
    if (!full) return p;
    snprintf(full, n, "%s%s.", p->prefix ? p->prefix : "", prefix);
    for (wg_params *s = p->root->subs; s; s = s->next)
        if (strcmp(s->prefix, full) == 0) {
            wg_free(p->c, full);
            return s;
        }
    wg_params *s = wg_alloc(p->c, 1, sizeof *s);
    if (!s) {
        wg_free(p->c, full);
        return p;
    }
    s->c = p->c;
    s->root = p->root;
    s->prefix = full;
    s->next = p->root->subs;
    p->root->subs = s;
    return s;
}

/* ---- by name ---- */

static uint32_t place(const wg_params *root, const char *name)
{
    uint32_t mask = (uint32_t)root->index_size - 1, i = (uint32_t)wgi_text_hash(name) & mask;
    while (root->index[i] && strcmp(root->item[root->index[i] - 1]->name, name) != 0) i = (i + 1) & mask;
    return i;
}

wgi_parameter *wgi_params_find(const wg_params *root, const char *full)
{
    if (!root->index_size) return NULL;
    uint32_t i = root->index[place(root, full)];
    return i ? root->item[i - 1] : NULL;
}

static bool index_grow(wg_params *root)
{
    if (2 * (root->count + 1) <= root->index_size) return true;
    size_t size = root->index_size ? 2 * root->index_size : 16;
    uint32_t *now = wg_alloc(root->c, size, sizeof *now);
    if (!now) return false;
    wg_free(root->c, root->index);
    root->index = now;
    root->index_size = size;
    for (size_t i = 0; i < root->count; i++) now[place(root, root->item[i]->name)] = (uint32_t)i + 1;
    return true;
}

wgi_parameter *wgi_params_make(wg_params *p, wg_site here, const char *full, wg_shape s, wg_dtype t,
                               bool state)
{
    wg_params *root = p->root;
    wg_context *c = root->c;
    int64_t size = wg_shape_size(s);
    bool room = WGI_GROW(c, root->item, root->capacity, root->count + 1);
    wgi_parameter *q = room ? wg_alloc(c, 1, sizeof *q) : NULL;
    if (!q || !index_grow(root)) {
        wg_free(c, q);
        return NULL;
    }
    *q = (wgi_parameter){ .owner = root, .shape = s, .dtype = t, .state = state, .size = size };
    q->here = wg_site_keep(c, "", wg_site_place(here));
    q->name = wg_alloc(c, strlen(full) + 1, 1);
    if (!q->name || !wgi_store_take(q)) {
        parameter_free(c, q);
        return NULL;
    }
    strcpy(q->name, full);
    return q;
}

/* Adds q to the set. This cannot fail. */
void wgi_params_enter(wg_params *root, wgi_parameter *q)
{
    wgi_store_enter(q);
    root->item[root->count++] = q;
    root->index[place(root, q->name)] = (uint32_t)root->count;
    root->marked = ++root->c->structures;
}

/* The name with the prefix of the subset. It is in buf if there is a prefix. NULL: too long, or not a
 * name. */
const char *wgi_params_full_name(const wg_params *p, const char *name, char *buf, size_t size)
{
    if (!name_ok(name) || !*name) return NULL;
    size_t n = strlen(name) + 1, skip = p->prefix ? strlen(p->prefix) : 0;
    if (skip + n > size) return NULL;
    if (!skip) return name;
    memcpy(buf, p->prefix, skip);
    memcpy(buf + skip, name, n);
    return buf;
}

wg_status wg_params_make_at(wg_site here, wg_params *p, const char *name, wg_tensor t, bool state)
{
    char buf[512];
    if (!p || !wgi_ok(p->c)) return status_of(p);
    const char *full = wgi_params_full_name(p, name, buf, sizeof buf);
    if (!full)
        return wgi_fail(p->c, here, "params_make", WG_ERROR_VALUE,
                        "\"%.80s\" is no name: letters, digits, _ joined by single dots", name ? name : "");
    if (!wgi_shape_fits(&t.shape) || !wg_dtype_size(t.dtype) || !t.data ||
        (!state && !wg_dtype_is_float(t.dtype)))
        return wgi_fail(p->c, here, "params_make", WG_ERROR_VALUE, "%s: parameters are f32 or f64, with data",
                        full);
    if (wgi_params_find(p->root, full))
        return wgi_fail(p->c, here, "params_make", WG_ERROR_USE, "%s is there already", full);
    wgi_parameter *q = wgi_params_make(p, here, full, t.shape, t.dtype, state);
    if (!q) return wg_failed(p->c);
    memcpy(q->data, t.data, (size_t)q->size * wg_dtype_size(t.dtype));
    wgi_params_enter(p->root, q);
    p->root->version++;
    return WG_OK;
}

void wgi_params_discard(wgi_parameter *q)
{
    wgi_store_give(q);
    parameter_free(q->owner->c, q);
}

/* ---- trained ---- */

void wg_params_trained(wg_params *p, bool trained)
{
    if (p) p->trained = trained;
}

bool wgi_params_trained(const wg_params *root, const char *full)
{
    bool trained = root->trained;
    for (const wg_params *s = root->subs; s && !trained; s = s->next)
        trained = s->trained && strncmp(full, s->prefix, strlen(s->prefix)) == 0;
    return trained;
}

const char *wgi_params_nearest(const wg_params *root, const char *full)
{
    wg_nearest_word near = wg_nearest_to(full);
    for (size_t i = 0; i < root->count; i++)
        if (!root->item[i]->state) wg_nearest_try(&near, root->item[i]->name, strlen(root->item[i]->name));
    return near.best;
}

/* ---- one by one ---- */

/* Parameter i of a set or subset. */
static wgi_parameter *at(const wg_params *p, int i)
{
    if (p && !p->prefix) return i >= 0 && (size_t)i < p->count ? p->item[i] : NULL;
    for (size_t k = 0; p && k < p->root->count; k++)
        if (wgi_params_holds(p, p->root->item[k]) && i-- == 0) return p->root->item[k];
    return NULL;
}

wg_context *wg_params_context(const wg_params *p) { return p ? p->c : NULL; }

int wg_params_count(const wg_params *p)
{
    int n = 0;
    if (p && !p->prefix) return (int)p->count;
    for (size_t k = 0; p && k < p->root->count; k++) n += wgi_params_holds(p, p->root->item[k]);
    return n;
}

const char *wg_params_name(const wg_params *p, int i)
{
    wgi_parameter *q = at(p, i);
    return q ? q->name + (p->prefix ? strlen(p->prefix) : 0) : "";
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
    return q ? (wg_tensor){ q->dtype, q->shape, q->reached && p->root->gradients ? q->grad : NULL }
             : (wg_tensor){ 0 };
}

int wg_params_find(const wg_params *p, const char *name)
{
    int n = 0;
    if (!p || !name) return -1;
    size_t skip = p->prefix ? strlen(p->prefix) : 0;
    for (size_t k = 0; k < p->root->count; k++)
        if (wgi_params_holds(p, p->root->item[k])) {
            if (strcmp(p->root->item[k]->name + skip, name) == 0) return n;
            n++;
        }
    return -1;
}

double wg_params_item_at(wg_site here, const wg_params *p, const char *name)
{
    if (!p || !wgi_ok(p->c)) return NAN;
    int i = wg_params_find(p, name);
    wgi_parameter *q = at(p, i);
    if (i < 0 || q->size != 1) {
        wgi_fail(p->c, here, "params_item", WG_ERROR_VALUE,
                 i < 0 ? "no parameter %s" : "%s has more than one element", name ? name : "NULL");
        return NAN;
    }
    double v;
    wgi_convert(WG_F64, &v, q->dtype, q->data, 1);
    return v;
}

wg_status wg_params_assign_at(wg_site here, wg_params *p, const char *name, const double *values,
                              size_t count)
{
    if (!p || !wgi_ok(p->c)) return status_of(p);
    wgi_parameter *q = at(p, wg_params_find(p, name));
    if (!q || (size_t)q->size != count)
        return wgi_fail(p->c, here, "params_assign", WG_ERROR_VALUE,
                        q ? "%s has not %zu elements" : "no parameter %s", name ? name : "NULL", count);
    if (!values && count) return wgi_fail(p->c, here, "params_assign", WG_ERROR_USE, "the array is NULL");
    wgi_convert(q->dtype, q->data, WG_F64, values, q->size);
    p->root->version++;
    return WG_OK;
}

/* ---- flat ---- */

typedef void (*flat_fn)(wgi_parameter *q, size_t offset, void *arg);

static size_t flat(const wg_params *p, flat_fn f, void *arg)
{
    size_t n = 0;
    for (size_t k = 0; p && k < p->root->count; k++) {
        wgi_parameter *q = p->root->item[k];
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
    if (q->reached) wgi_convert(WG_F64, (double *)arg + at_, q->dtype, q->grad, q->size);
    else memset((double *)arg + at_, 0, sizeof(double) * (size_t)q->size);
}

static void add_norm(wgi_parameter *q, size_t at_, void *arg)
{
    double sum = 0;
    (void)at_;
    for (int64_t i = 0; q->reached && i < q->size; i++) {
        double v = q->dtype == WG_F32 ? (double)((float *)q->grad)[i] : ((double *)q->grad)[i];
        sum += v * v;
    }
    *(double *)arg += sum;
}

size_t wg_params_size(const wg_params *p) { return flat(p, NULL, NULL); }

wg_status wg_params_get_at(wg_site here, const wg_params *p, double *theta)
{
    if (p && !theta) wgi_fail(p->c, here, "params_get", WG_ERROR_USE, "the array is NULL");
    else flat(p, get_value, theta);
    return status_of(p);
}

wg_status wg_params_set_at(wg_site here, wg_params *p, const double *theta)
{
    if (!p || !wgi_ok(p->c)) return status_of(p);
    if (!theta) return wgi_fail(p->c, here, "params_set", WG_ERROR_USE, "the array is NULL");
    flat(p, set_value, (void *)(uintptr_t)theta);
    p->root->version++;
    return WG_OK;
}

/* false: `who` has failed, since there are no gradients. */
static bool has_gradients(wg_site here, const wg_params *p, const char *who)
{
    if (p->root->gradients) return true;
    wgi_fail(p->c, here, who, WG_ERROR_USE, "there are no gradients: no wg_backward succeeded before");
    return false;
}

wg_status wg_params_get_grad_at(wg_site here, const wg_params *p, double *gradient)
{
    if (!p || !wgi_ok(p->c) || !has_gradients(here, p, "params_get_grad")) return status_of(p);
    if (!gradient) return wgi_fail(p->c, here, "params_get_grad", WG_ERROR_USE, "the array is NULL");
    flat(p, get_gradient, gradient);
    return WG_OK;
}

double wg_params_grad_norm_at(wg_site here, const wg_params *p)
{
    double sum = 0;
    if (!p || !wgi_ok(p->c) || !has_gradients(here, p, "params_grad_norm")) return NAN;
    flat(p, add_norm, &sum);
    return sqrt(sum);
}
