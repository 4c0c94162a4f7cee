/* sites.c: call sites whose texts are made at run time. Equal texts of one wgx_sites share one copy.
 *
 * wgx_sites_free may be called while nodes have sites of the wgx_sites. Its memory is then freed later:
 * graph/unused.c says which sites are used, by their addresses. */
#include "base/base.h"
#include "wgx/base.h"

enum { CHUNK = 1 << 10, UNIT = 64 }; /* UNIT: bytes that count as much litter as one shape */

struct wgx_sites {
    wg_context *c;
    wgx_sites *next;   /* of the context */
    char *at, *end;    /* the free part of the last chunk */
    const char **text; /* every site */
    size_t texts, capacity, bytes;
    wgi_table table;  /* by text: an index of text[], plus 1 */
    bool ended, used; /* ended: by wgx_sites_free. used: by a node, as far as is known */
};

/* The context keeps the chunks of all wgx_sites in the order of their addresses. */
struct wgi_site_chunk {
    char *begin, *end;
    wgx_sites *of;
};

wgx_sites *wgx_sites_new(wg_context *c)
{
    wgx_sites *s = c && !c->fixed ? wg_alloc(c, 1, sizeof *s) : NULL;
    if (!s) return NULL;
    s->c = c;
    s->next = c->sites.first;
    return c->sites.first = s;
}

/* The number of chunks that begin at p or before it. */
static size_t chunks_before(const wg_context *c, const char *p)
{
    size_t low = 0, high = c->sites.chunks;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (c->sites.chunk[middle].begin <= p) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool new_chunk(wgx_sites *s, size_t need)
{
    wg_context *c = s->c;
    const size_t size = WGI_MAX(need, WGI_MAX(CHUNK, s->bytes));
    char *p =
        WGI_GROW(c, c->sites.chunk, c->sites.capacity, c->sites.chunks + 1) ? wgi_raw(c, 1, size) : NULL;
    if (!p) return false;
    const size_t at = chunks_before(c, p);
    memmove(&c->sites.chunk[at + 1], &c->sites.chunk[at], (c->sites.chunks - at) * sizeof *c->sites.chunk);
    c->sites.chunk[at] = (struct wgi_site_chunk){ p, p + size, s };
    c->sites.chunks++;
    s->at = p, s->end = p + size;
    s->bytes += size;
    return true;
}

/* Whether the site is the two texts, joined by a newline. */
static bool is(const char *site, const char *arguments, size_t n, const char *place)
{
    return strncmp(site, arguments, n) == 0 && site[n] == '\n' && strcmp(site + n + 1, place) == 0;
}

wg_site wgx_sites_keep(wgx_sites *s, const char *arguments, const char *place)
{
    uint32_t item;
    if (!s || s->ended) return "\n";
    arguments = arguments ? arguments : "";
    place = place ? place : "";
    const size_t na = strlen(arguments), np = strlen(place) + 1;
    const uint64_t h = wgi_text_hash_more(wgi_text_hash(arguments), place);
    for (size_t at = WGI_FIRST; (item = wgi_table_next(&s->table, h, &at));)
        if (is(s->text[item - 1], arguments, na, place)) return s->text[item - 1];
    if (!WGI_GROW(s->c, s->text, s->capacity, s->texts + 1) || !wgi_table_room(s->c, &s->table) ||
        ((size_t)(s->end - s->at) < na + 1 + np && !new_chunk(s, na + 1 + np)))
        return "\n";
    char *p = s->at;
    s->at += na + 1 + np;
    memcpy(p, arguments, na);
    p[na] = '\n';
    memcpy(p + na + 1, place, np);
    s->text[s->texts++] = p;
    wgi_table_add(&s->table, h, (uint32_t)s->texts);
    return p;
}

wg_site wg_site_keep(wg_context *c, const char *arguments, const char *place)
{
    if (c && !c->sites.own) c->sites.own = wgx_sites_new(c);
    return wgx_sites_keep(c ? c->sites.own : NULL, arguments, place);
}

void wgx_sites_free(wgx_sites *s)
{
    if (!s || s->ended) return;
    wg_context *c = s->c;
    wgi_table_free(c, &s->table);
    wg_free(c, (void *)s->text);
    s->text = NULL;
    s->ended = true;
    c->litter += s->bytes / UNIT;
    if (s->bytes) return;
    wgx_sites **p = &c->sites.first;
    while (*p != s) p = &(*p)->next;
    *p = s->next;
    wg_free(c, s);
}

void wgi_site_use(wg_context *c, wg_site here)
{
    const size_t n = chunks_before(c, here);
    if (n && here < c->sites.chunk[n - 1].end) c->sites.chunk[n - 1].of->used = true;
}

void wgi_sites_free_unused(wg_context *c)
{
    size_t stay = 0;
    for (size_t i = 0; i < c->sites.chunks; i++) {
        const struct wgi_site_chunk *k = &c->sites.chunk[i];
        if (k->of->ended && !k->of->used) wg_free(c, k->begin);
        else c->sites.chunk[stay++] = *k;
    }
    c->sites.chunks = stay;
    for (wgx_sites **p = &c->sites.first, *s; (s = *p);) {
        const bool unused = s->ended && !s->used;
        s->used = false;
        if (unused) *p = s->next, wg_free(c, s);
        else p = &s->next;
    }
}
