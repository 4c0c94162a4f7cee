/* params_load.c: parameters from a safetensors file. Everything is compared before anything is changed. */
#include "files/safetensors.h"
#include "wengert/params.h"

#include <stdarg.h>
#include <string.h>

enum {
    NEAR_MOST = 48,
    NEAR_ENTRIES = 4096,
    NAME_MOST = 255
}; /* NEAR: longer names and files are not searched for near misses */

/* ---- near misses ---- */

/* Levenshtein's distance, one row of the table at a time. */
static int distance(const char *a, size_t na, const char *b, size_t nb)
{
    int row[NEAR_MOST + 1];
    for (size_t j = 0; j <= nb; j++) row[j] = (int)j;
    for (size_t i = 0; i < na; i++) {
        int corner = row[0];
        row[0]++;
        for (size_t j = 0; j < nb; j++) {
            int change = corner + (a[i] != b[j]);
            corner = row[j + 1];
            int one = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            row[j + 1] = change < one ? change : one;
        }
    }
    return row[nb];
}

/* "W" of "fc1.W": the other name with its scope left out. */
static bool is_end_of(const char *a, size_t na, const char *b, size_t nb)
{
    return na < nb && b[nb - na - 1] == '.' && memcmp(b + nb - na, a, na) == 0;
}

/* 0: no near miss; else the smaller the nearer. */
static int nearness(const char *a, size_t na, const char *b, size_t nb)
{
    if (na > NEAR_MOST || nb > NEAR_MOST) return 0;
    int d = distance(a, na, b, nb);
    if (d > 0 && d <= 1 + (int)na / 4) return d;
    return is_end_of(a, na, b, nb) || is_end_of(b, nb, a, na) ? NEAR_MOST : 0;
}

static const wgi_entry *nearest_entry(const wgi_safetensors *s, const char *name)
{
    const wgi_entry *best = NULL;
    int least = NEAR_MOST + 1;
    for (size_t i = 0; i < s->count && i < NEAR_ENTRIES; i++) {
        int d = nearness(name, strlen(name), s->entry[i].name, s->entry[i].length);
        if (d && d < least) least = d, best = &s->entry[i];
    }
    return best;
}

static int nearest_parameter(const wg_params *p, const wgi_entry *e)
{
    int best = -1, least = NEAR_MOST + 1;
    for (int i = 0; i < wg_params_count(p) && i < NEAR_ENTRIES; i++) {
        const char *name = wg_params_name(p, i);
        int d = nearness(e->name, e->length, name, strlen(name));
        if (d && d < least) least = d, best = i;
    }
    return best;
}

/* ---- comparing ---- */

static bool refuse(const wgi_safetensors *s, wg_status status, const char *format, ...) WG_PRINTF(3, 4);
static bool refuse(const wgi_safetensors *s, wg_status status, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wg_fail(s->f.c, NULL, status, "%s: %s: %s", s->f.who, s->f.path, text);
    return false;
}

static bool missing(const wgi_safetensors *s, const char *name, const wg_tensor *t)
{
    char here[200], there[200], text[100];
    const wgi_entry *e = nearest_entry(s, name);
    wg_shape_text(t->shape, here, sizeof here);
    if (!e) return refuse(s, WG_ERROR_FORMAT, "the file has no \"%s\" %s", name, here);
    wg_shape_text(wgi_safetensors_info(s, e).shape, there, sizeof there);
    return refuse(s, WG_ERROR_FORMAT, "the file has no \"%s\" %s; near it: \"%s\" %s", name, here,
                  wgi_entry_text(e, text, sizeof text), there);
}

static bool fits(const wgi_safetensors *s, const char *name, const wg_tensor *t)
{
    char here[200], there[200];
    const wgi_entry *e = wgi_safetensors_find(s, name);
    if (!e) return missing(s, name, t);
    wgi_info i = wgi_safetensors_info(s, e);
    wg_shape_text(t->shape, here, sizeof here);
    wg_shape_text(i.shape, there, sizeof there);
    if (!wg_shape_equal(i.shape, t->shape))
        return refuse(s, WG_ERROR_SHAPE, "\"%s\" is %s in the file, %s here", name, there, here);
    wg_dtype file = wgi_element_dtype(i.element);
    bool floats = wg_dtype_is_float(file) && wg_dtype_is_float(t->dtype);
    bool integers = wg_dtype_is_integer(file) && wg_dtype_is_integer(t->dtype);
    if (floats || integers || (file == t->dtype && file)) return true;
    return refuse(s, WG_ERROR_DTYPE, "\"%s\" is %s in the file, %s here", name, i.dtype,
                  wg_dtype_name(t->dtype));
}

/* How much of the names is common to all, up to a dot: what a sub-set is called, 0 for a whole set. */
static size_t common_prefix(const wg_params *p)
{
    size_t n = 0;
    for (int i = 0; i < wg_params_count(p); i++) {
        const char *first = wg_params_name(p, 0), *name = wg_params_name(p, i);
        if (i == 0) n = strlen(first);
        if (strncmp(first, name, n) == 0 && i > 0) continue;
        while (n > 0 && (first[n - 1] != '.' || strncmp(first, name, n) != 0)) n--;
    }
    return n;
}

/* A tensor of the file that p should have: one under p's common prefix. */
static void extra(const wgi_safetensors *s, const wg_params *p, const wgi_entry *e)
{
    char text[100], shape[200];
    int near = nearest_parameter(p, e);
    wg_shape_text(wgi_safetensors_info(s, e).shape, shape, sizeof shape);
    wgi_entry_text(e, text, sizeof text);
    refuse(s, WG_ERROR_FORMAT, "the file has \"%s\" %s, which is not among the parameters%s%s", text, shape,
           near >= 0 ? "; near it: " : "", near >= 0 ? wg_params_name(p, near) : "");
}

static char *name_of(wg_context *c, const wgi_entry *e)
{
    char *name = wg_alloc(c, (size_t)e->length + 1, 1);
    if (name) memcpy(name, e->name, e->length);
    return name;
}

/* All of p's names are in the file and names are unique: there are extras if the file has more of them under the prefix. */
static bool no_extras(const wgi_safetensors *s, const wg_params *p)
{
    size_t prefix = common_prefix(p), under = 0, known = (size_t)wg_params_count(p);
    const char *first = known ? wg_params_name(p, 0) : "";
    bool found = false;
    for (size_t i = 0; i < s->count; i++)
        under += s->entry[i].length >= prefix && memcmp(s->entry[i].name, first, prefix) == 0;
    for (size_t i = 0; under > known && i < s->count && !found; i++) {
        const wgi_entry *e = &s->entry[i];
        if (e->length < prefix || memcmp(e->name, first, prefix) != 0) continue;
        char *name = name_of(s->f.c, e);
        if (!name) return false;
        found = strlen(name) < e->length || wg_params_find(p, name) < 0;
        wg_free(s->f.c, name);
        if (found) extra(s, p, e);
    }
    return !found;
}

static bool all_fit(const wgi_safetensors *s, const wg_params *p)
{
    for (int i = 0; i < wg_params_count(p); i++) {
        wg_tensor t = wg_params_tensor(p, i);
        if (!fits(s, wg_params_name(p, i), &t)) return false;
    }
    return no_extras(s, p);
}

/* ---- loading ---- */

static size_t largest(const wg_params *p)
{
    size_t most = 1;
    for (int i = 0; i < wg_params_count(p); i++) {
        size_t n = (size_t)wg_shape_size(wg_params_tensor(p, i).shape);
        most = n > most ? n : most;
    }
    return most;
}

static void assign(const wgi_safetensors *s, wg_params *p, int i, double *values)
{
    const char *name = wg_params_name(p, i);
    wgi_info t = wgi_safetensors_info(s, wgi_safetensors_find(s, name));
    const unsigned char *from = s->f.bytes + s->data + t.begin;
    size_t n = (size_t)(t.end - t.begin) / t.element_size;
    for (size_t k = 0; k < n; k++) values[k] = wgi_element_value(t.element, false, from + k * t.element_size);
    wg_params_assign(p, name, values, n);
}

wg_status wg_params_load(wg_params *p, const char *path)
{
    wg_context *c = wg_params_context(p);
    wgi_safetensors s;
    if (!p || wg_failed(c)) return wg_failed(c);
    if (wgi_safetensors_read(&s, c, "params_load", path) && all_fit(&s, p)) {
        double *values = wg_alloc(c, largest(p), sizeof *values);
        for (int i = 0; values && i < wg_params_count(p); i++) assign(&s, p, i, values);
        wg_free(c, values);
    }
    wgi_safetensors_free(&s);
    return wg_failed(c);
}

/* ---- reading without a graph ---- */

/* Letters, digits and _, joined by single dots. */
static bool is_name(const wgi_entry *e)
{
    bool first = true;
    for (uint32_t i = 0; i < e->length; i++) {
        char c = e->name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!letter && (c != '.' || first)) return false;
        first = c == '.';
    }
    return !first && e->length <= NAME_MOST;
}

static bool can_be_made(const wgi_safetensors *s, const wg_params *p, const wgi_entry *e, const char *name)
{
    char text[100];
    wgi_entry_text(e, text, sizeof text);
    wgi_info i = wgi_safetensors_info(s, e);
    wg_dtype t = wgi_element_dtype(i.element);
    if (!is_name(e))
        return refuse(s, WG_ERROR_FORMAT,
                      "\"%s\" is no parameter name: letters, digits, _ joined by dots, at most %d", text,
                      NAME_MOST);
    if (!t) return refuse(s, WG_ERROR_DTYPE, "\"%s\" has dtype %s, which cannot be read", text, i.dtype);
    if (!e->state && !wg_dtype_is_float(t))
        return refuse(s, WG_ERROR_DTYPE,
                      "\"%s\" is %s: only states, which the file lists in its metadata, are not floats", text,
                      i.dtype);
    if (wg_params_find(p, name) >= 0)
        return refuse(s, WG_ERROR_USE, "\"%s\" is among the parameters already: wg_params_load sets them",
                      text);
    return true;
}

static bool make(const wgi_safetensors *s, wg_params *p, const wgi_entry *e, const char *name)
{
    wg_tensor t;
    wgi_info i = wgi_safetensors_info(s, e);
    if (!wgi_tensor_new(s->f.c, wgi_element_dtype(i.element), &i.shape, &t)) return false;
    wgi_element_read(i.element, false, s->f.bytes + s->data + i.begin,
                     (size_t)(i.end - i.begin) / i.element_size, t.data);
    bool ok = wg_params_make(p, name, t, e->state) == WG_OK;
    wg_free(s->f.c, t.data);
    return ok;
}

/* Two rounds: the first looks, the second makes. */
static void make_all(const wgi_safetensors *s, wg_params *p)
{
    bool ok = true;
    for (size_t i = 0; ok && i < 2 * s->count; i++) {
        const wgi_entry *e = &s->entry[i % s->count];
        char *name = name_of(s->f.c, e);
        ok = name && (i < s->count ? can_be_made(s, p, e, name) : make(s, p, e, name));
        wg_free(s->f.c, name);
    }
}

wg_status wg_params_read(wg_params *p, const char *path)
{
    wg_context *c = wg_params_context(p);
    wgi_safetensors s;
    if (!p || wg_failed(c)) return wg_failed(c);
    if (wgi_safetensors_read(&s, c, "params_read", path)) {
        wgi_safetensors_in_file_order(&s);
        make_all(&s, p);
    }
    wgi_safetensors_free(&s);
    return wg_failed(c);
}
