/* pool.c: memory that is freed all at once, and texts in it. */
#include "text/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

enum { CHUNK = 1 << 15, LARGE = 1 << 12 };

struct wgi_pool_block {
    struct wgi_pool_block *next;
    max_align_t data[];
};

static char *new_block(wgi_pool *p, size_t size)
{
    struct wgi_pool_block *b = wg_alloc(p->c, sizeof *b + size, 1);
    if (!b) return p->failed = true, NULL;
    b->next = p->blocks, p->blocks = b;
    return (char *)b->data;
}

static size_t units(size_t bytes)
{
    const size_t unit = sizeof(max_align_t);
    return (bytes + unit - 1) / unit * unit;
}

/* Small pieces share a block. */
void *wgi_pool_alloc(wgi_pool *p, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 4 / size) count = SIZE_MAX / 4 / size; /* no such memory: it fails below */
    const size_t bytes = units(count && size ? count * size : 1);
    if (bytes > LARGE) return new_block(p, bytes);
    if (p->left < bytes) {
        char *chunk = new_block(p, CHUNK);
        if (!chunk) return NULL;
        p->chunk = chunk, p->left = CHUNK;
    }
    char *at = p->chunk;
    p->chunk += bytes, p->left -= bytes;
    return at;
}

void wgi_pool_shrink(wgi_pool *p, void *taken, size_t from, size_t to)
{
    char *const at = taken;
    if (at + units(from) != p->chunk) return;
    memset(at + to, 0, units(from) - to);
    p->chunk = at + units(to), p->left += units(from) - units(to);
}

const char *wgi_pool_part(wgi_pool *p, const char *s, size_t n)
{
    char *copy = n ? wgi_pool_alloc(p, n + 1, 1) : NULL;
    return copy ? memcpy(copy, s, n) : "";
}

const char *wgi_pool_copy(wgi_pool *p, const char *s) { return wgi_pool_part(p, s, s ? strlen(s) : 0); }

const char *wgi_pool_format(wgi_pool *p, const char *format, ...)
{
    va_list a;
    va_start(a, format);
    const int n = vsnprintf(NULL, 0, format, a);
    va_end(a);
    char *to = wgi_pool_alloc(p, (size_t)(n < 0 ? 0 : n) + 1, 1);
    if (!to || n < 0) return "";
    va_start(a, format);
    vsnprintf(to, (size_t)n + 1, format, a);
    va_end(a);
    return to;
}

const char *wgi_pool_clean(wgi_pool *p, const char *s, int most)
{
    wgi_strbuf b = { .pool = p };
    wgi_strbuf_clean(&b, s, most);
    return wgi_strbuf_keep(&b);
}

/* The old list stays: the lists together are at most twice as long as the last one. */
bool wgi_pool_room(wgi_pool *p, void *list, size_t size, int64_t n, int64_t *room)
{
    if (n < *room) return true;
    const int64_t wanted = *room ? 2 * *room : 16;
    void *old, *grown = wgi_pool_alloc(p, (size_t)wanted, size);
    if (!grown) return false;
    memcpy(&old, list, sizeof old);
    if (n) memcpy(grown, old, (size_t)n * size);
    memcpy(list, &grown, sizeof grown);
    *room = wanted;
    return true;
}

void wgi_pool_free(wgi_pool *p)
{
    for (struct wgi_pool_block *b = p->blocks, *next; b; b = next) {
        next = b->next;
        wg_free(p->c, b);
    }
    *p = (wgi_pool){ .c = p->c };
}
