/* params.c: sets of parameters: named tensors outside graphs, made and found by name. The address of a
 * parameter's values never changes. */
#include "params/params.h"
#include "wengert/op.h"
#include "wengert/state.h"
#include "wgx/base.h"
#include "wgx/params.h"
#include "wgx/state.h"

bool wgi_set_ok(wg_site here, const wg_params *p, const char *what)
{
    if (!p) wgi_fail(NULL, here, what, WG_ERROR_USE, "the parameter set is NULL");
    return p && wgi_ok(p->c);
}

wg_params *wg_params_new(wg_context *c)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "params_new: the context is NULL"), NULL;
    if (!wgi_ok(c)) return NULL;
    wg_params *p = wg_alloc(c, 1, sizeof *p);
    if (!p) return NULL;
    p->c = p->memory.c = p->patterns_memory.c = c;
    p->root = p;
    p->next = c->params;
    c->params = p;
    return p;
}

void wgi_params_release(wg_params *p)
{
    wg_context *c = p->c;
    wg_params **at = &c->params;
    while (*at != p) at = &(*at)->next;
    *at = p->next;
    wgi_store_free(p);
    for (size_t i = 0; i < p->count; i++) wgi_row_list_free(p->item[i]);
    for (size_t i = 0; i < p->subs; i++) {
        wg_free(c, p->sub[i]->prefix);
        wg_free(c, p->sub[i]);
    }
    wg_free(c, (void *)p->sub);
    wg_free(c, (void *)p->item);
    wgi_table_free(c, &p->names);
    wgi_table_free(c, &p->prefixes);
    wgi_arena_free(&p->memory);
    wgi_arena_free(&p->patterns_memory);
    wg_free(c, p);
}

/* The subset of this prefix; NULL: there is none yet. */
static wg_params *sub_of(const wg_params *root, uint64_t hash, const char *prefix)
{
    uint32_t i;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(&root->prefixes, hash, &at));)
        if (strcmp(root->sub[i - 1]->prefix, prefix) == 0) return root->sub[i - 1];
    return NULL;
}

/* NULL: out of memory. prefix belongs to the subset if there is one. */
static wg_params *sub_new(wg_params *root, uint64_t hash, char *prefix)
{
    wg_context *c = root->c;
    if (!WGI_GROW(c, root->sub, root->sub_capacity, root->subs + 1) || !wgi_table_room(c, &root->prefixes))
        return NULL;
    wg_params *s = wg_alloc(c, 1, sizeof *s);
    if (!s) return NULL;
    s->c = c;
    s->root = root;
    s->prefix = prefix;
    root->sub[root->subs++] = s;
    wgi_table_add(&root->prefixes, hash, (uint32_t)root->subs);
    return s;
}

wg_params *wgi_with_set(wgi_with *w, const wg_params *p, char *prefix)
{
    wg_params *s = wg_alloc(p->c, 1, sizeof *s);
    if (!s) return NULL;
    *s = (wg_params){ .c = p->c, .root = p->root, .prefix = prefix, .with = w, .next = w->sets };
    return w->sets = s;
}

wg_params *wg_params_in_at(wg_site here, wg_params *p, const char *prefix)
{
    if (!wgi_set_ok(here, p, "params_in")) return p;
    if (!wgx_is_name(prefix)) {
        wgi_fail(p->c, here, "params_in", WG_ERROR_VALUE,
                 "\"%s\" is no name: letters, digits, _, - and single dots", prefix ? prefix : "");
        return p;
    }
    size_t n = (p->prefix ? strlen(p->prefix) : 0) + strlen(prefix) + 2;
    char *full = wg_alloc(p->c, n, 1);
    if (!full) return p;
    snprintf(full, n, "%s%s.", p->prefix ? p->prefix : "", prefix);
    const uint64_t hash = wgi_text_hash(full);
    wg_params *known = p->with ? NULL : sub_of(p->root, hash, full);
    wg_params *s = known ? known : p->with ? wgi_with_set(p->with, p, full) : sub_new(p->root, hash, full);
    if (s != known && s) return s;
    wg_free(p->c, full);
    return s ? s : p;
}

/* ---- by name ---- */

static bool is(const wgi_parameter *q, uint64_t hash, const char *full)
{
    return q->hash == hash && strcmp(q->name, full) == 0;
}

/* Most programs ask for the parameters in the order in which they were made. So the one behind the last that
 * was found is tried first. */
wgi_parameter *wgi_params_find(wg_params *root, const char *full, uint64_t hash)
{
    uint32_t i = root->next_found;
    if (i < root->count && is(root->item[i], hash, full)) return root->item[root->next_found++];
    for (size_t at = WGI_FIRST; (i = wgi_table_next(&root->names, hash, &at));)
        if (is(root->item[i - 1], hash, full)) {
            root->next_found = i;
            return root->item[i - 1];
        }
    return NULL;
}

/* The place of a call, in the memory of the set. Parameters that are made one after the other at the same
 * place share its text. NULL: out of memory. */
static wg_site site_of(wg_params *root, wg_site here)
{
    const char *place = wg_site_place(here);
    wg_site last = root->count ? root->item[root->count - 1]->here : NULL;
    return last && strcmp(wg_site_place(last), place) == 0 ? last : wgi_arena_text(&root->memory, place);
}

wgi_parameter *wgi_params_make(wg_params *p, wg_site here, const char *full, uint64_t hash, wg_shape s,
                               wg_dtype t, bool state)
{
    wg_params *root = p->root;
    wg_context *c = root->c;
    const size_t n = strlen(full) + 1;
    bool room = WGI_GROW(c, root->item, root->capacity, root->count + 1) && wgi_table_room(c, &root->names);
    wgi_place before = wgi_arena_place(&root->memory);
    wgi_parameter *q = room ? wgi_arena_alloc(&root->memory, sizeof *q + n) : NULL;
    if (!q) return NULL;
    *q = (wgi_parameter){ .owner = root, .hash = hash, .shape = s, .dtype = t, .state = state };
    q->size = wg_shape_size(s);
    q->here = site_of(root, here);
    memcpy(q->name, full, n);
    root->before_last = before;
    if (q->here && wgi_store_take(q)) return q;
    wgi_arena_rewind(&root->memory, before);
    return NULL;
}

/* Adds q to the set. This cannot fail. */
void wgi_params_enter(wg_params *root, wgi_parameter *q)
{
    wgi_store_enter(q);
    root->item[root->count++] = q;
    q->number = (uint32_t)root->count;
    wgi_table_add(&root->names, q->hash, q->number);
    root->next_found = q->number;
    root->marked = ++root->c->last.structure;
    if (root->patterns) wgi_params_hold(q);
    if (q->state && root->c->team) root->c->team->state_made(root->c, q);
}

/* The name with the prefix of the subset. It is in buf if there is a prefix. NULL: too long, or not a
 * name. */
const char *wgi_params_full_name(const wg_params *p, const char *name, char *buf, size_t size)
{
    if (!wgx_is_name(name)) return NULL;
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
    if (!wgi_set_ok(here, p, "params_make")) return wgi_set_status(p);
    const char *full = wgi_params_full_name(p, name, buf, sizeof buf);
    if (!full)
        return wgi_fail(p->c, here, "params_make", WG_ERROR_VALUE,
                        "\"%.80s\" is no name: letters, digits, _ and -, joined by single dots",
                        name ? name : "");
    if (!wgi_shape_fits(&t.shape) || !wg_dtype_size(t.dtype) || !t.data ||
        (!state && !wg_gradient_dtype(t.dtype)))
        return wgi_fail(p->c, here, "params_make", WG_ERROR_VALUE,
                        "%s: parameters are f32 or f64, or stored as f16 or bf16, with data", full);
    const uint64_t hash = wgi_text_hash(full);
    if (wgi_params_find(p->root, full, hash))
        return wgi_fail(p->c, here, "params_make", WG_ERROR_USE, "%s is there already", full);
    wgi_parameter *q = wgi_params_make(p, here, full, hash, t.shape, t.dtype, state);
    if (!q) return wg_failed(p->c);
    memcpy(q->data, t.data, (size_t)q->size * wg_dtype_size(t.dtype));
    wgi_params_enter(p->root, q);
    p->root->version++;
    return WG_OK;
}

void wgi_params_undo(wg_params *root, wgi_params_mark m)
{
    while (root->count > m.count) {
        wgi_parameter *q = root->item[--root->count];
        wgi_table_remove(&root->names, q->hash, q->number);
        root->frozen -= q->frozen;
        wgi_store_leave(q);
        wgi_store_give(q);
    }
    root->next_found = (uint32_t)m.count;
    root->version = m.version;
    root->marked = ++root->c->last.structure;
    wgi_arena_rewind(&root->memory, m.memory);
}

wg_status wgx_params_make_all_at(wg_site here, wg_params *p, int n, wgx_saved_fn each, void *user)
{
    WG_USER_CALL(here, "params_make_all");
    if (!wgi_set_ok(here, p, "params_make_all")) return wgi_set_status(p);
    if (!each) return wg_fail(p->c, here, WG_ERROR_USE, "params_make_all: the function is NULL");
    const wgi_params_mark m = wgi_params_marked(p->root);
    wgx_saved k;
    for (int i = 0; i < n && wgi_ok(p->c) && each(user, i, &k); i++)
        wg_params_make_at(here, p, k.name, k.value, k.state);
    if (!wgi_ok(p->c)) wgi_params_undo(p->root, m);
    return wg_failed(p->c);
}

void wgi_params_discard(wgi_parameter *q)
{
    wg_params *root = q->owner;
    wgi_store_give(q);
    wgi_arena_rewind(&root->memory, root->before_last);
}

/* ---- trained ---- */

void wg_params_trained(wg_params *p, bool trained)
{
    if (p) p->trained = trained;
}

static bool is_trained(const wg_params *p) { return p->trained; }

bool wgi_params_any(const wg_params *root, const char *full, bool (*has)(const wg_params *p))
{
    bool any = has(root);
    for (size_t i = 0; i < root->subs && !any; i++)
        any = has(root->sub[i]) && strncmp(full, root->sub[i]->prefix, strlen(root->sub[i]->prefix)) == 0;
    return any;
}

bool wgi_params_trained(const wg_params *root, const char *full)
{
    return wgi_params_any(root, full, is_trained);
}

const char *wgi_params_nearest(const wg_params *root, const char *full)
{
    wgx_nearest_word near = wgx_nearest_to(full);
    for (size_t i = 0; i < root->count; i++)
        if (!root->item[i]->state) wgx_nearest_try(&near, root->item[i]->name, strlen(root->item[i]->name));
    return near.best;
}
