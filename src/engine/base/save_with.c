/* save_with.c: memory of the user's, or of a data set, that is part of a training: see wg_save_with. */
#include "base/base.h"
#include "wgx/base.h"
#include "wgx/state.h"

/* The bytes of a letter of a name; 0: there is none at s. Of letters beyond ASCII any is one. */
static int letter(const char *s)
{
    if ((unsigned char)*s >= 0x80) return wgx_utf8_length(s);
    return (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '_' ||
           *s == '-';
}

bool wgx_is_name(const char *s)
{
    bool first = true;
    for (int n; s && *s; s += n) {
        n = letter(s);
        if (*s == '.' ? first || !s[1] : !n) return false;
        first = *s == '.';
        n += first;
    }
    return s && !first;
}

wgi_saved_memory *wgi_saved_find(const wg_context *c, const char *name)
{
    wgi_saved_memory *k = c->saved;
    while (k && strcmp(k->name, name) != 0) k = k->next;
    return k;
}

bool wgx_is_saved(const wg_context *c, const char *name) { return c && name && wgi_saved_find(c, name); }

const wg_save_checks *wgx_saved_checks(const wg_context *c, int i)
{
    const wgi_saved_memory *k = c ? c->saved : NULL;
    for (; k && i > 0; i--) k = k->next;
    return k ? &k->checks : NULL;
}

wg_status wg_save_with_at(wg_site here, wg_context *c, const char *name, wg_tensor memory,
                          const wg_save_checks *checks)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "save_with: the context is NULL");
    if (!wgi_ok(c)) return wg_failed(c);
    if (!wgx_is_name(name))
        return wgi_fail(c, here, "save_with", WG_ERROR_VALUE,
                        "\"%.80s\" is no name: letters, digits, _ and -, joined by single dots",
                        name ? name : "");
    if (!wg_dtype_size(memory.dtype) || wg_shape_size(memory.shape) < 0 || !memory.data)
        return wgi_fail(c, here, "save_with", WG_ERROR_VALUE, "%s: a tensor with dtype, shape and data",
                        name);
    const wgi_saved_memory *known = wgi_saved_find(c, name);
    if (known && known->memory.data != memory.data)
        return wgi_fail(c, here, "save_with", WG_ERROR_USE,
                        "%s is the name of other memory: give another, or call wg_save_end first", name);
    if (known) wg_save_end(c, name);
    const size_t n = strlen(name) + 1;
    wgi_saved_memory *k = wg_alloc(c, 1, sizeof *k + n);
    if (!k) return wg_failed(c);
    *k = (wgi_saved_memory){ .next = c->saved, .memory = memory };
    if (checks) k->checks = *checks;
    memcpy(k->name, name, n);
    c->saved = k;
    return WG_OK;
}

void wg_save_end(wg_context *c, const char *name)
{
    if (!c) wg_fail(NULL, NULL, WG_ERROR_USE, "save_end: the context is NULL");
    wgi_saved_memory *k = c && name ? wgi_saved_find(c, name) : NULL, **at;
    if (!k) return;
    for (at = &c->saved; *at != k;) at = &(*at)->next;
    *at = k->next;
    wg_free(c, k);
}
