/* arena.c: memory that is freed all at once. It is given out from chunks, one address after the other. */
#include "base/base.h"

struct wgi_chunk {
    wgi_chunk *next;
    size_t size;
    char bytes[]; /* used from the first address that is aligned to 64 */
};

static char *aligned(char *p, size_t to) { return (char *)(((uintptr_t)p + to - 1) & ~(uintptr_t)(to - 1)); }

static void use_chunk(wgi_arena *a, wgi_chunk *k)
{
    a->now = k;
    a->at = aligned(k->bytes, 64);
    a->end = k->bytes + k->size;
}

/* Of a new chunk. Chunks grow, so that a large arena has few of them. */
static size_t chunk_size(const wgi_arena *a)
{
    const size_t least = (a->tight ? WGI_CHUNK / 16 : WGI_CHUNK) + 128, most = (size_t)WGI_CHUNK * 256;
    const size_t grown = a->tight ? wgi_arena_bytes(a) / 16 : 2 * a->grown;
    return WGI_MAX(least, WGI_MIN(grown, most));
}

enum { LEAST_OF_ITS_OWN = 1 << 11 }; /* bytes; in a tight arena */
enum { LARGE = 1 << 20 };            /* bytes of a chunk that `sheds` is about */

static bool is_shed(const wgi_arena *a, const wgi_chunk *k) { return a->sheds && k->size >= LARGE; }

static wgi_chunk **next_of(wgi_arena *a) { return a->now ? &a->now->next : &a->first; }

/* Takes the next chunk that is large enough, or makes one. Chunks that are too small are skipped until the
 * next reset, or freed. */
static bool next_chunk(wgi_arena *a, size_t size)
{
    wgi_chunk *k;
    while ((k = *next_of(a)) && k->size < size + 64) {
        if (!is_shed(a, k)) {
            a->now = k;
            continue;
        }
        *next_of(a) = k->next;
        wg_free(a->c, k);
    }
    if (!k) {
        const size_t grown = chunk_size(a), bytes = WGI_MAX(grown, size + 128);
        k = wgi_raw(a->c, 1, sizeof *k + bytes);
        if (!k) return false;
        if (bytes == grown) a->grown = grown;
        k->size = bytes;
        k->next = NULL;
        *next_of(a) = k;
    }
    use_chunk(a, k);
    return true;
}

/* A chunk for one block. The one that memory is taken from stays so. */
static char *chunk_of_its_own(wgi_arena *a, size_t size)
{
    wgi_chunk *k = wgi_raw(a->c, 1, sizeof *k + size + 64);
    if (!k) return NULL;
    k->size = size + 64;
    k->next = a->first;
    a->first = k;
    return aligned(k->bytes, 64);
}

void *wgi_arena_more(wgi_arena *a, size_t size)
{
    if (size > SIZE_MAX / 4) {
        wgi_fail(a->c, NULL, "memory", WG_ERROR_MEMORY, "%zu bytes asked for", size);
        return NULL;
    }
    const size_t rounded = wgi_arena_rounded(size);
    char *p = aligned(a->at, wgi_arena_alignment(size));
    if (!a->at || p > a->end || (size_t)(a->end - p) < rounded) {
        if (a->tight && a->now && rounded >= LEAST_OF_ITS_OWN) return chunk_of_its_own(a, rounded);
        if (!next_chunk(a, rounded)) return NULL;
        p = a->at;
    }
    a->at = p + rounded;
#ifdef WG_HOSTILE
    memset(p, WGI_POISON, rounded);
#endif
    return p;
}

void *wgi_arena_zeroed(wgi_arena *a, size_t size)
{
    void *p = wgi_arena_alloc(a, size);
    return p ? memset(p, 0, size) : NULL;
}

void wgi_arena_reset(wgi_arena *a)
{
    a->now = NULL;
    a->at = a->end = NULL;
    if (a->first && !is_shed(a, a->first)) use_chunk(a, a->first);
}

void wgi_arena_free(wgi_arena *a)
{
    for (wgi_chunk *k = a->first, *next; k; k = next) {
        next = k->next;
        wg_free(a->c, k);
    }
    a->first = a->now = NULL;
    a->at = a->end = NULL;
    a->grown = 0;
}

char *wgi_arena_text(wgi_arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = wgi_arena_alloc(a, n);
    if (p) memcpy(p, s, n);
    return p;
}

size_t wgi_arena_bytes(const wgi_arena *a)
{
    size_t n = 0;
    for (const wgi_chunk *k = a->first; k; k = k->next) n += k->size;
    return n;
}

bool wgi_arena_has(const wgi_arena *a, const void *p)
{
    const char *at = p;
    for (const wgi_chunk *k = a->first; k; k = k->next)
        if (at >= k->bytes && at < k->bytes + k->size) return true;
    return false;
}
