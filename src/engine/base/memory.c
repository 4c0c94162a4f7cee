/* memory.c: the blocks that a context owns. Every allocation passes allocate. */
#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 1 << 21 };

/* Asks for huge pages inside the block. With them the first write to a large block is several times faster,
 * and so are passes over more memory than the TLB covers. */
static void prefer_huge_pages(const char *p, size_t n)
{
    uintptr_t begin = ((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)p + n) & ~(uintptr_t)(HUGE_PAGE - 1);
#ifdef MADV_HUGEPAGE
    if (begin < end) madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#endif
}

void *wgi_malloc(void *user, void *p, size_t old_size, size_t new_size)
{
    if (new_size) return realloc(p, new_size);
    free(p);
    return NULL;
}

/* calloc does not write large blocks: they are pages that the system has cleared. */
static char *base_of(wg_context *c, size_t all, bool zeroed)
{
    if (zeroed && c->memory.resize == wgi_malloc) return calloc(1, all);
    char *base = c->memory.resize(c->memory.user, NULL, 0, all);
    return base && zeroed ? memset(base, 0, all) : base;
}

static void *allocate(wg_context *c, size_t count, size_t size, bool zeroed)
{
    size_t n;
    if (!c || c->fixed) return NULL;
    if (__builtin_mul_overflow(count, size, &n) || n > PTRDIFF_MAX - 256) {
        wgi_fail(c, NULL, "memory", WG_ERROR_MEMORY, "%zu times %zu bytes asked for", count, size);
        return NULL;
    }
    size_t all = n + sizeof(wgi_block) + 64;
    char *base = base_of(c, all, zeroed);
    if (!base) {
        wgi_fail(c, NULL, "memory", WG_ERROR_MEMORY, "no memory for %zu bytes", n);
        return NULL;
    }
    prefer_huge_pages(base, all);
    wgi_block *b = (wgi_block *)(void *)(((uintptr_t)base + 63) & ~(uintptr_t)63);
    b->base = base;
    b->size = all;
    b->c = c;
    b->prev = NULL;
    b->next = c->blocks;
    if (c->blocks) c->blocks->prev = b;
    c->blocks = b;
    return b + 1;
}

void *wg_alloc(wg_context *c, size_t count, size_t size) { return allocate(c, count, size, true); }

void *wgi_raw(wg_context *c, size_t count, size_t size)
{
    void *p = allocate(c, count, size, false);
#ifdef WG_HOSTILE
    if (p) memset(p, WGI_POISON, count * size);
#endif
    return p;
}

void wg_free(wg_context *c, void *p)
{
    if (!c || !p) return;
    wgi_block *b = (wgi_block *)p - 1;
    if (b->c != c) {
        wgi_fail(c, NULL, "free", WG_ERROR_USE, "the memory belongs to another context: it is not freed");
        return;
    }
    if (b->prev) b->prev->next = b->next;
    else c->blocks = b->next;
    if (b->next) b->next->prev = b->prev;
    c->memory.resize(c->memory.user, b->base, b->size, 0);
}

bool wgi_grow(wg_context *c, void *list, size_t *capacity, size_t need, size_t size)
{
    size_t more = *capacity ? *capacity : 8;
    while (more < need) more *= 2;
    void *old, *now = wgi_raw(c, more, size);
    if (!now) return false;
    memcpy(&old, list, sizeof old); /* list is the address of a pointer of any type */
    if (old) memcpy(now, old, *capacity * size);
    wg_free(c, old);
    memcpy(list, &now, sizeof now);
    *capacity = more;
    return true;
}
