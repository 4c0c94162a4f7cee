/* test_draw_memory.c: pictures while memory runs out for malloc, and not only for the context's allocator. So
 * a library that takes memory by itself is found. */
#include "picture.h"
#include "wgcommand.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t taken, limit = SIZE_MAX; /* bytes */
/* Calls that take memory, and the one that fails. The test and all its children share them; NULL: nobody
 * counts. */
static struct {
    int calls, fail_at;
} * shared;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void __libc_free(void *p);

static bool fails(size_t size)
{
    const bool one = shared && ++shared->calls == shared->fail_at;
    if (!one && taken + size <= limit) return false;
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

/* ---- each call once ---- */

/* Draws in a process of its own, in which, or in one that it starts, the n-th call fails. *calls: how many
 * there were. */
static int draw_without(int n, wg_node root, const char *edges, const char *path, int *calls)
{
    const pid_t id = fork();
    if (!id)
        shared->fail_at = n, shared->calls = 0,
        _exit((int)wg_draw(root, path, .backward = true, .edges = edges));
    const int status = wgt_wait_command(id);
    *calls = shared->calls, shared->fail_at = 0;
    return status;
}

/* Whether there is what the status says: a whole file, or none. Removes it. A file without memory for its
 * stream cannot be written. */
static bool left_well(int status, const char *path)
{
    char *dot = pic_read(path);
    const size_t n = dot ? strlen(dot) : 0;
    if (dot) remove(path);
    if (status != WG_OK) return (status == WG_ERROR_MEMORY || status == WG_ERROR_FILE) && !dot;
    return n > 9 && !strncmp(dot, "digraph", 7) && !strcmp(dot + n - 2, "}\n");
}

static void fail_each(wg_node root, const char *edges)
{
    const char *path = pic_path("x.dot");
    int at = 0, calls = 0, wrong = 0, status;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    do {
        status = draw_without(++at, root, edges, path, &calls);
        wrong += !left_well(status, path);
    } while (at <= calls);
    cr_expect_eq(status, WG_OK, "no call has failed");
    cr_expect_eq(wrong, 0, "%d of %d calls end the process, or leave a part of a file", wrong, calls);
    cr_expect_gt(calls, 150);
    cr_expect_eq(pic_files(), 0);
}

Test(draw_memory, each_call_fails_once, .fini = pic_clean_up)
{
    PIC_NEEDS_DOT;
    PIC_NEURON;
    fail_each(n.L, NULL);
    wgt_finish(c, NULL);
}

Test(draw_memory, each_call_for_labels_of_edges_fails_once, .fini = pic_clean_up)
{
    PIC_NEEDS_DOT;
    WGT_GRAPH(WG_F64, NULL);
    const double v = 2;
    wg_node a = wg_input(g, "a", wg_view_f64(&v, WG_SCALAR));
    fail_each(wg_add(wg_mul(a, wg_tanh(a)), a), "local");
    wgt_finish(c, NULL);
}
