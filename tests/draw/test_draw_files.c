/* test_draw_files.c: pictures as files: through `dot` or without it, whole or not at all; and with memory
 * running out. */
#include "picture.h"

#include <stdlib.h>
#include <unistd.h>

#if WG_WITH_GRAPHVIZ

/* ---- rendering ---- */

Test(draw_files, svg_png_pdf)
{
    if (!pic_have_dot()) cr_skip_test("dot is not here");
    static const char *const starts[] = { "<?xml", "\x89PNG", "%PDF" };
    static const char *const endings[] = { "svg", "png", "pdf" };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "n.%s", endings[i]);
        char *path = pic_path(name);
        cr_assert_eq(wg_draw(n.L, path, &(wg_draw_opts){ .values = true, .backward = true }), WG_OK, "%s",
                     wg_message(c));
        char *bytes = pic_read(path);
        cr_assert_eq(strncmp(bytes, starts[i], 4), 0);
        if (i == 0) HAS(bytes, "prefers-color-scheme: dark");
        free(bytes), free(path);
    }
    wgt_finish(c, NULL);
    pic_clean_up();
}

Test(draw_files, without_dot_there_is_still_dot_text)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *svg = pic_path("n.svg"), *dot = pic_path("n.dot"), *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    cr_assert_eq(wg_draw(n.L, svg, NULL), WG_ERROR_MISSING);
    wgt_expect_error(c, WG_ERROR_MISSING, "apt-get install graphviz");
    cr_assert_eq(wg_draw(n.L, dot, NULL), WG_OK);
    setenv("PATH", path, 1);
    cr_assert_eq(pic_files(), 1);
    free(svg), free(dot), free(path);
    wgt_finish(c, NULL);
    pic_clean_up();
}

/* A program `dot` of our own, first in PATH. */
static void stand_in(const char *script)
{
    char *program = pic_path("dot"), *path;
    pic_write(program, script, 0700);
    path = malloc(strlen(pic_directory()) + strlen(getenv("PATH")) + 2);
    sprintf(path, "%s:%s", pic_directory(), getenv("PATH"));
    setenv("PATH", path, 1);
    free(path), free(program);
}

Test(draw_files, a_slow_dot_is_stopped)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *svg = pic_path("n.svg");
    stand_in("#!/bin/sh\nsleep 1000000\n");
    cr_assert_eq(wg_draw(n.L, svg, &(wg_draw_opts){ .seconds = 0.3 }), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "stopped after 0.3 seconds");
    stand_in("#!/bin/sh\nexec 1>&- 2>&-\nsleep 1000000\n"); /* closes its outputs, but does not end */
    cr_assert_neq(wg_draw(n.L, svg, &(wg_draw_opts){ .seconds = 0.3 }), WG_OK);
    wg_recover(c);
    cr_assert_eq(pic_files(), 1);
    free(svg);
    wgt_finish(c, NULL);
    pic_clean_up();
}

Test(draw_files, a_failing_dot_leaves_the_old_file)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *svg = pic_path("n.svg");
    pic_write(svg, "old", 0600);
    stand_in("#!/bin/sh\necho half a picture\necho boom >&2\nexit 3\n"); /* does not even read */
    cr_assert_eq(wg_draw(n.L, svg, NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "status 3: boom");
    char *bytes = pic_read(svg);
    cr_assert_str_eq(bytes, "old");
    cr_assert_eq(pic_files(), 2);
    free(bytes), free(svg);
    wgt_finish(c, NULL);
    pic_clean_up();
}

Test(draw_files, a_link_stays_a_link)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *file = pic_path("real.dot"), *link = pic_path("link.dot");
    struct stat st;
    pic_write(file, "old", 0600);
    cr_assert_eq(symlink(file, link), 0);
    cr_assert_eq(wg_draw(n.L, link, NULL), WG_OK);
    cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    char *bytes = pic_read(file);
    HAS(bytes, "digraph");
    cr_assert_eq(wg_draw(n.L, "/dev/null", &(wg_draw_opts){ .format = "dot" }), WG_OK);
    cr_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    free(bytes), free(file), free(link);
    wgt_finish(c, NULL);
    pic_clean_up();
}

/* ---- memory ---- */

Test(draw_files, every_failed_allocation_is_survived)
{
    int64_t first = 0, last = 0;
    char *whole = NULL;
    {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        pic_parts n = pic_neuron(c);
        wg_item(n.L);
        first = m.calls;
        whole = pic_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true, .title = "t", .fold = 1 });
        last = m.calls;
        wgt_finish(c, &m);
    }
    cr_assert_gt(last, first + 50);
    for (int64_t k = first + 1; k <= last; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        pic_parts n = pic_neuron(c);
        wg_item(n.L);
        int64_t nodes = wg_graph_nodes(wg_graph_of(n.L));
        m.fail_at = k;
        char *dot =
            wg_draw_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true, .title = "t", .fold = 1 });
        cr_assert(dot || wg_failed(c) == WG_ERROR_MEMORY, "allocation %lld: no text and no error",
                  (long long)k);
        cr_assert(!dot || strstr(dot, "–") || !strcmp(dot, whole), "allocation %lld: another picture",
                  (long long)k);
        cr_assert_eq(wg_graph_nodes(wg_graph_of(n.L)), nodes);
        wg_free(c, dot);
        wgt_drop(c, &m);
    }
    free(whole);
}

#else

WITHOUT_LIBCGRAPH(draw_files)

#endif
