/* test_draw_memory.c: pictures while memory runs out for malloc, and not only for the context's allocator. So
 * a library that takes memory by itself is found. */
#include "picture.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

static size_t taken, limit = SIZE_MAX; /* bytes */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void __libc_free(void *p);

static bool fails(size_t size)
{
    if (taken + size <= limit) return false;
    errno = ENOMEM;
    return true;
}

static void *count(void *p)
{
    taken += malloc_usable_size(p);
    return p;
}

static void forget(void *p)
{
    const size_t size = malloc_usable_size(p);
    taken -= size < taken ? size : taken; /* it may have been taken before this file was loaded */
}

void *malloc(size_t size) { return fails(size) ? NULL : count(__libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return fails(n * size) ? NULL : count(__libc_calloc(n, size)); }
void *realloc(void *p, size_t size)
{
    if (fails(size)) return NULL;
    forget(p);
    return count(__libc_realloc(p, size));
}
void free(void *p)
{
    forget(p);
    __libc_free(p);
}

/* Draws while malloc has so many bytes left. Whether a text came. Parts that need memory, such as formulas,
 * may be missing in the picture, but it is whole. */
static bool draw_with(size_t bytes)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    const wg_draw_opts all = WG_OPTS(wg_draw_opts, .format = "dot", .legend = true, .title = "t");
    wg_node root = pic_layers(c, 3);
    limit = taken + bytes;
    char *dot = wg_draw_text_at(WG_HERE, root, &all);
    limit = SIZE_MAX;
    const bool drawn = dot;
    if (dot) cr_expect(!strncmp(dot, "digraph", 7) && !strcmp(dot + strlen(dot) - 2, "}\n"), "%s", dot);
    else cr_expect_eq(wg_failed(c), WG_ERROR_MEMORY, "%zu bytes: %s", bytes, wg_message(c));
    wg_free(c, dot);
    wg_finish(c, NULL);
    return drawn;
}

Test(draw_memory, dot)
{
    size_t bytes = 0, step = 509; /* a prime: limits of many remainders */
    while (!draw_with(bytes)) bytes += step;
    cr_expect_gt(bytes, 50000); /* there was something to run out of */
    for (size_t more = 0; more < 100000; more += step) draw_with(bytes + more);
}
