/* params_files.c: parameters in safetensors files. wg_params_save writes them in the order in which they
 * were made, wg_params_load sets parameters that exist, wg_params_read makes them. Both readers check the
 * whole file first, so that after an error no parameter has changed. */
#include "files/formats.h"
#include "wengert/params.h"
#include "wgx/base.h"
#include "wgx/params.h"
#include "wgx/state.h"

#include <string.h>

enum {
    NEAR_ENTRIES = 4096,
    NAME_MOST = 255
}; /* the search for similar names skips entries after the first ones */

/* Whether the tensor is a parameter of the first set: a file of wg_save holds more. */
static bool is_parameter(const wgi_entry *e) { return !strchr(e->name, ':'); }

/* ---- similar names, for messages ---- */

/* Whether one is the other without its scopes, as "W" is of "fc1.W". */
static bool is_end_of(const char *a, const char *b)
{
    const size_t na = strlen(a), nb = strlen(b);
    return na > nb ? is_end_of(b, a) : na < nb && b[nb - na - 1] == '.' && strcmp(b + nb - na, a) == 0;
}

/* NULL: none is similar. A name that ends as this one counts where no other is near. */
static const char *nearest(const char *name, const char *(*name_at)(const void *of, size_t i), const void *of,
                           size_t n)
{
    const char *end = NULL;
    wgx_nearest_word near = wgx_nearest_to(name);
    for (size_t i = 0; i < n && i < NEAR_ENTRIES; i++) {
        const char *other = name_at(of, i);
        wgx_nearest_try(&near, other, strlen(other));
        if (!end && is_end_of(name, other)) end = other;
    }
    return near.best ? near.best : end;
}

static const char *entry_name(const void *of, size_t i)
{
    const wgi_entry *e = &((const wgi_safetensors *)of)->entry[i];
    return is_parameter(e) ? e->name : "";
}
static const char *parameter_name(const void *of, size_t i) { return wg_params_name(of, (int)i); }

/* ---- comparing ---- */

static bool missing(const wgi_safetensors *s, const char *name, const wg_tensor *t)
{
    char here[200], there[200], text[100];
    const char *near = nearest(name, entry_name, s, s->count);
    const wgi_entry *e = near ? wgi_safetensors_find(s, near) : NULL;
    wg_shape_text(t->shape, here, sizeof here);
    if (!e) return wgi_file_fail(&s->f, WG_ERROR_FORMAT, "the file has no \"%s\" %s", name, here);
    wg_shape_text(wgi_safetensors_array(s, e).shape, there, sizeof there);
    return wgi_file_fail(&s->f, WG_ERROR_FORMAT, "the file has no \"%s\" %s; near it: \"%s\" %s", name, here,
                         wgi_entry_text(e, text, sizeof text), there);
}

static bool fits(const wgi_safetensors *s, const char *name, const wg_tensor *t)
{
    char here[200], there[200];
    const wgi_entry *e = wgi_safetensors_find(s, name);
    if (!e) return missing(s, name, t);
    wgi_array a = wgi_safetensors_array(s, e);
    wg_shape_text(t->shape, here, sizeof here);
    wg_shape_text(a.shape, there, sizeof there);
    if (!wg_shape_equal(a.shape, t->shape))
        return wgi_file_fail(&s->f, WG_ERROR_SHAPE, "\"%s\" is %s in the file, %s here", name, there, here);
    wg_dtype file = wgi_elements[a.element].dtype;
    bool floats = wg_gradient_dtype(file) && wg_gradient_dtype(t->dtype);
    bool integers =
        (wg_dtype_is_integer(file) || file == WG_U8) && (wg_dtype_is_integer(t->dtype) || t->dtype == WG_U8);
    if (floats || integers || (file == t->dtype && file)) return true;
    return wgi_file_fail(&s->f, WG_ERROR_DTYPE, "\"%s\" is %s in the file, %s here", name,
                         wgi_elements[a.element].safetensors, wg_dtype_name(t->dtype));
}

/* The length of the longest common prefix of all names that ends with a dot. All names of a layer begin
 * with "fc1.", say; in a whole network the length is usually 0. */
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

/* Records the error that the file has a tensor under the common prefix of p's names that p does not have. */
static bool extra(const wgi_safetensors *s, const wg_params *p, const wgi_entry *e)
{
    char text[100], shape[200];
    const char *near = nearest(e->name, parameter_name, p, (size_t)wg_params_count(p));
    wg_shape_text(wgi_safetensors_array(s, e).shape, shape, sizeof shape);
    return wgi_file_fail(
        &s->f, WG_ERROR_FORMAT, "the file has \"%s\" %s, which is not among the parameters%s%s",
        wgi_entry_text(e, text, sizeof text), shape, near ? "; near it: " : "", near ? near : "");
}

/* An integer, say, which counts the batches that another program has seen. */
static bool is_float(const wgi_safetensors *s, const wgi_entry *e)
{
    const wgi_array a = wgi_safetensors_array(s, e);
    return wg_gradient_dtype(wgi_elements[a.element].dtype) != WG_DEFAULT_DTYPE;
}

/* Call this when all names of p were found in the file. Floats that p lacks are extra. Names are unique, so
 * there is an extra tensor only if the file has more names under the prefix than p. The count is cheap; the
 * search is made only if it is needed. */
static bool no_extras(const wgi_safetensors *s, const wg_params *p)
{
    size_t prefix = common_prefix(p), under = 0, known = (size_t)wg_params_count(p);
    const char *first = known ? wg_params_name(p, 0) : "";
    for (size_t i = 0; i < s->count; i++)
        under += is_parameter(&s->entry[i]) && strncmp(s->entry[i].name, first, prefix) == 0;
    for (size_t i = 0; under > known && i < s->count; i++) {
        const char *name = s->entry[i].name;
        if (is_parameter(&s->entry[i]) && strncmp(name, first, prefix) == 0 && wg_params_find(p, name) < 0 &&
            is_float(s, &s->entry[i]))
            return extra(s, p, &s->entry[i]);
    }
    return true;
}

static bool all_fit(const wgi_safetensors *s, const wg_params *p)
{
    for (int i = 0; i < wg_params_count(p); i++) {
        wg_tensor t = wg_params_tensor(p, i);
        if (!fits(s, wg_params_name(p, i), &t)) return false;
    }
    return no_extras(s, p);
}

/* ---- loading and reading ---- */

static bool can_be_made(const wgi_safetensors *s, const wg_params *p, const wgi_entry *e, const wgi_array *a)
{
    char text[100];
    wgi_entry_text(e, text, sizeof text);
    const wgi_element_kind *kind = &wgi_elements[a->element];
    if (!wgx_is_name(e->name) || strlen(e->name) > NAME_MOST)
        return wgi_file_fail(
            &s->f, WG_ERROR_FORMAT,
            "\"%s\" is no parameter name: letters, digits, _ and -, joined by dots, at most %d", text,
            NAME_MOST);
    if (!kind->dtype)
        return wgi_file_fail(&s->f, WG_ERROR_DTYPE, "\"%s\" has dtype %s, which cannot be read", text,
                             kind->safetensors);
    if (wg_params_find(p, e->name) >= 0)
        return wgi_file_fail(&s->f, WG_ERROR_USE,
                             "\"%s\" is among the parameters already: wg_params_load sets them", text);
    return true;
}

/* The tensors of a file, as parameters, one at a time. */
typedef struct making {
    wgi_safetensors *s;
    void *room; /* for the elements of one */
    size_t next;
} making;

static bool make_next(void *user, int i, wgx_saved *to)
{
    making *m = user;
    (void)i;
    while (!is_parameter(&m->s->entry[m->next])) m->next++;
    const wgi_entry *e = &m->s->entry[m->next++];
    const wgi_array a = wgi_safetensors_array(m->s, e);
    *to = (wgx_saved){ e->name,
                       { wgi_elements[a.element].dtype, a.shape, m->room },
                       e->state || !is_float(m->s, e) };
    return wgi_array_copy(&a, 0, a.count, m->room);
}

/* Whether the tensor is to be made, or set. */
static bool is_taken(const wg_params *p, const wgi_entry *e, bool make)
{
    return make ? is_parameter(e) : wg_params_find(p, e->name) >= 0;
}

static void set_all(wgi_safetensors *s, wg_params *p, void *room)
{
    for (size_t i = 0; i < s->count && !wg_failed(s->f.c); i++) {
        const wgi_entry *e = &s->entry[i];
        const wgi_array a = wgi_safetensors_array(s, e);
        const wg_tensor t = { wgi_elements[a.element].dtype, a.shape, room };
        if (is_taken(p, e, false) && wgi_array_copy(&a, 0, a.count, room))
            wg_params_assign_tensor_at(s->f.here, p, e->name, t);
    }
}

/* Makes a parameter of each tensor of the file; or sets those of p. Then all bytes are read before the first
 * one changes, so nothing fails after that, unless the file is cut short at this moment. */
static void take_all(wgi_safetensors *s, wg_params *p, bool make)
{
    size_t most = 1;
    int n = 0;
    bool ok = make || wgi_file_readable(&s->f);
    if (make) wgi_safetensors_in_file_order(s);
    for (size_t i = 0; ok && i < s->count; i++) {
        const wgi_entry *e = &s->entry[i];
        const wgi_array a = wgi_safetensors_array(s, e);
        const size_t bytes = a.count * wg_dtype_size(wgi_elements[a.element].dtype);
        if (!is_taken(p, e, make)) continue;
        ok = !make || can_be_made(s, p, e, &a);
        most = bytes > most ? bytes : most;
        n++;
    }
    void *room = ok ? wg_alloc(s->f.c, most, 1) : NULL; /* of which the parameters are copies */
    if (room && make) wgx_params_make_all_at(s->f.here, p, n, make_next, &(making){ s, room, 0 });
    else if (room) set_all(s, p, room);
    wg_free(s->f.c, room);
}

static wg_status from_file(wg_site here, wg_params *p, const char *path, const char *who, bool make)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "%s: the parameter set is NULL", who);
    wg_context *c = wg_params_context(p);
    wgi_safetensors s;
    if (wg_failed(c)) return wg_failed(c);
    if (wgi_safetensors_read(&s, c, here, who, path) && (make || all_fit(&s, p))) take_all(&s, p, make);
    if (!wg_failed(c)) wg_params_trained(p, true);
    wgi_safetensors_free(&s);
    return wg_failed(c);
}

wg_status wg_params_load_at(wg_site here, wg_params *p, const char *path)
{
    return from_file(here, p, path, "params_load", false);
}

wg_status wg_params_read_at(wg_site here, wg_params *p, const char *path)
{
    return from_file(here, p, path, "params_read", true);
}

/* ---- saving ---- */

wg_status wg_params_save_at(wg_site here, const wg_params *p, const char *path)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "params_save: the parameter set is NULL");
    wg_context *c = wg_params_context(p);
    if (wg_failed(c)) return wg_failed(c);
    const int n = wg_params_count(p);
    wgx_saved *list = wg_alloc(c, (size_t)n + 1, sizeof *list);
    for (int i = 0; i < n && list; i++)
        list[i] = (wgx_saved){ wg_params_name(p, i), wg_params_tensor(p, i), wg_params_is_state(p, i) };
    if (list) wgi_safetensors_write(c, here, "params_save", path, list, n);
    wg_free(c, list);
    return wg_failed(c);
}
