/* lang_memory.c: a program's memory, which is freed all at once, and the table of its identifiers. Equal
 * names share one wgi_ident, which holds what the name means. */
#include "lang/lang.h"

#include <string.h>

/* ---- memory ---- */

enum { CHUNK = 1 << 14 };

struct wgi_lang_chunk {
    struct wgi_lang_chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
};

static void *take(wg_program *q, struct wgi_lang_chunk **chunks, size_t size)
{
    struct wgi_lang_chunk *k = *chunks;
    size_t rounded = (size + 15) & ~(size_t)15;
    if (!k || k->size - k->used < rounded) {
        size_t room = rounded > CHUNK ? rounded : CHUNK;
        k = wg_alloc(q->c, 1, sizeof *k + room);
        if (!k) return NULL;
        k->size = room;
        k->next = *chunks;
        *chunks = k;
    }
    void *p = k->bytes + k->used;
    k->used += rounded;
    return p;
}

static void release(wg_program *q, struct wgi_lang_chunk **chunks)
{
    for (struct wgi_lang_chunk *k = *chunks, *next; k; k = next) {
        next = k->next;
        wg_free(q->c, k);
    }
    *chunks = NULL;
}

void *wgi_lang_alloc(wg_program *q, size_t size) { return take(q, &q->memory.text, size); }

void *wgi_lang_built(wg_program *q, size_t size) { return take(q, &q->memory.built, size); }

void wgi_lang_forget_built(wg_program *q) { release(q, &q->memory.built); }

static char *text_copy(wg_program *q, const char *text, size_t length)
{
    char *p = wgi_lang_alloc(q, length + 1);
    if (p) memcpy(p, text, length);
    return p;
}

char *wgi_lang_join(wg_program *q, const char *a, const char *b, const char *c)
{
    size_t room = strlen(a) + strlen(b) + strlen(c) + 1;
    char *p = wgi_lang_built(q, room);
    if (p) snprintf(p, room, "%s%s%s", a, b, c);
    return p;
}

void wgi_lang_release(wg_program *q)
{
    release(q, &q->memory.built);
    release(q, &q->memory.text);
}

/* ---- identifiers ---- */

/* Where the identifier is in the table, or where it goes. */
static wgi_ident **place_of(const wg_program *q, const char *text, size_t length)
{
    const uint64_t h = wgi_lang_mix(WGI_LANG_MIXED, text, length);
    wgi_ident **at = &q->idents[(h ^ h >> 32) % WGI_LANG_IDENTS];
    while (*at && (strncmp((*at)->text, text, length) != 0 || (*at)->text[length])) at = &(*at)->next;
    return at;
}

const wgi_ident *wgi_lang_known(const wg_program *q, const char *text)
{
    return q->idents ? *place_of(q, text, strlen(text)) : NULL;
}

wgi_ident *wgi_lang_ident(wg_program *q, const char *text, size_t length)
{
    if (!q->idents && !(q->idents = wgi_lang_alloc(q, WGI_LANG_IDENTS * sizeof(wgi_ident *)))) return NULL;
    wgi_ident **at = place_of(q, text, length);
    if (*at) return *at;
    wgi_ident *i = wgi_lang_alloc(q, sizeof *i);
    if (!i || !(i->text = text_copy(q, text, length))) return NULL;
    return *at = i;
}

bool wgi_own(wg_program *q, const char *name, const char *part)
{
    char text[WGI_LANG_PATH + WGI_LANG_NAME + 16];
    const int n = snprintf(text, sizeof text, "%s%s", name, part);
    wgi_ident *i = wgi_lang_ident(q, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
    if (!i || i->is_owner) return false;
    i->is_owner = true;
    i->owner_before = q->now.owned;
    q->now.owned = i;
    return true;
}

void wgi_disown(wg_program *q, const wgi_ident *since)
{
    for (; q->now.owned != since; q->now.owned = q->now.owned->owner_before) q->now.owned->is_owner = false;
}
