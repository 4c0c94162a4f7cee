/* test_draw_memory.c: pictures while any malloc fails, and not only the context's allocator. So a library
 * that takes memory by itself is found. */
#include "picture.h"

#include <errno.h>
#include <stdlib.h>

static int64_t calls, fail_at;
static bool counting;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static bool fails(void)
{
    if (!counting || ++calls != fail_at) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return fails() ? NULL : __libc_realloc(p, size); }

/* Draws with the n-th call of malloc, calloc or realloc failing. Returns whether there was one. Texts that
 * need memory, such as formulas, may be missing in the picture, but it is whole. */
static bool draw_without(int64_t n)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    const wg_draw_opts all = { .legend = true, .title = "t" };
    wg_node root = pic_layers(c, 3);
    calls = 0, fail_at = n, counting = true;
    char *dot = wg_draw_dot(root, &all);
    counting = false;
    if (dot) cr_expect(!strncmp(dot, "digraph", 7) && !strcmp(dot + strlen(dot) - 2, "}\n"), "%s", dot);
    else cr_expect_eq(wg_failed(c), WG_ERROR_MEMORY, "%lld: %s", (long long)n, wg_message(c));
    wg_free(c, dot);
    wg_finish(c, NULL);
    return calls >= n;
}

Test(draw_memory, dot)
{
    int64_t n = 1;
    while (draw_without(n)) n++;
    cr_expect_gt(n, 10); /* the loop counts something */
}
