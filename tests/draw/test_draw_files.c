/* test_draw_files.c: pictures as files: whole or not at all, with and without the program that makes images;
 * and with memory running out. */
#include "picture.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- rendering ---- */

NEURON_TEST(draw_files, svg_png_pdf)
{
    wgt_needs("rsvg-convert");
    static const char *const starts[] = { "<svg", "\x89PNG", "%PDF" };
    static const char *const endings[] = { "svg", "png", "pdf" };
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "n.%s", endings[i]);
        char *path = pic_path(name);
        cr_assert_eq(wg_draw(n.L, path, .values = true, .backward = true), WG_OK, "%s", wg_message(c));
        char *bytes = pic_read(path);
        cr_assert_eq(strncmp(bytes, starts[i], 4), 0);
        if (i == 0) HAS(bytes, "prefers-color-scheme: dark");
    }
}

/* A PDF holds the date at which it was made: not the day's. */
NEURON_TEST(draw_files, pdf_is_the_same_a_second_later)
{
    wgt_needs("rsvg-convert");
    char *path = pic_path("n.pdf"), *bytes[2];
    struct stat size[2];
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(wg_draw(n.L, path), WG_OK, "%s", wg_message(c));
        cr_assert_eq(stat(path, &size[i]), 0);
        bytes[i] = pic_read(path);
        if (i == 0) sleep(1); /* any time does */
    }
    cr_assert_eq(size[0].st_size, size[1].st_size);
    cr_assert_eq(memcmp(bytes[0], bytes[1], (size_t)size[0].st_size), 0);
}

NEURON_TEST(draw_files, without_programs_there_are_svg_and_texts)
{
    char *svg = pic_path("n.svg"), *png = pic_path("n.png"), *txt = pic_path("n.txt"),
         *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    cr_assert_eq(wg_draw(n.L, png), WG_ERROR_MISSING);
    wgt_expect_error(c, WG_ERROR_MISSING, "apt-get install librsvg2-bin");
    cr_assert_eq(wg_draw(n.L, svg), WG_OK);
    cr_assert_eq(wg_draw(n.L, txt), WG_OK);
    setenv("PATH", path, 1);
    cr_assert_eq(pic_files(), 2);
    free(path);
}

/* A program `rsvg-convert` of our own, first in PATH. */
static void stand_in(const char *script)
{
    char *program = pic_path("rsvg-convert"), *path;
    pic_write(program, script, 0700);
    path = malloc(strlen(pic_directory()) + strlen(getenv("PATH")) + 2);
    sprintf(path, "%s:%s", pic_directory(), getenv("PATH"));
    setenv("PATH", path, 1);
    free(path);
}

NEURON_TEST(draw_files, a_slow_program_is_stopped)
{
    char *png = pic_path("n.png");
    stand_in("#!/bin/sh\nsleep 1000000\n");
    cr_assert_eq(wg_draw(n.L, png, .seconds = 0.3), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "stopped after 0.3 seconds");
    stand_in("#!/bin/sh\nexec 1>&- 2>&-\nsleep 1000000\n"); /* closes its outputs, but does not end */
    cr_assert_neq(wg_draw(n.L, png, .seconds = 0.3), WG_OK);
    wg_recover(c);
    cr_assert_eq(pic_files(), 1);
}

NEURON_TEST(draw_files, a_failing_program_leaves_the_old_file)
{
    char *png = pic_path("n.png");
    pic_write(png, "old", 0600);
    stand_in("#!/bin/sh\necho half a picture\necho boom >&2\nexit 3\n"); /* does not even read */
    cr_assert_eq(wg_draw(n.L, png), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "status 3: boom");
    char *bytes = pic_read(png);
    cr_assert_str_eq(bytes, "old");
    cr_assert_eq(pic_files(), 2);
}

NEURON_TEST(draw_files, a_link_stays_a_link)
{
    char *file = pic_path("real.svg"), *link = pic_path("link.svg");
    struct stat st;
    pic_write(file, "old", 0600);
    cr_assert_eq(symlink(file, link), 0);
    cr_assert_eq(wg_draw(n.L, link), WG_OK);
    cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    SHOWS(pic_read(file), "<svg");
    cr_assert_eq(wg_draw(n.L, "/dev/null", .format = "svg"), WG_OK);
    cr_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
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
        whole = pic_dot(n.L,
                        &WG_OPTS(wg_draw_opts, .values = true, .backward = true, .title = "t", .fold = true));
        last = m.calls;
        wgt_finish(c, &m);
    }
    cr_assert_gt(last, first + 10);
    for (int64_t k = first + 1; k <= last; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        pic_parts n = pic_neuron(c);
        wg_item(n.L);
        int64_t nodes = wg_graph_nodes(wg_graph_of(n.L));
        m.fail_at = k;
        char *dot =
            wg_draw_text(n.L, .format = "dot", .values = true, .backward = true, .title = "t", .fold = true);
        cr_assert(dot || wg_failed(c) == WG_ERROR_MEMORY, "allocation %lld: no text and no error",
                  (long long)k);
        cr_assert(!dot || strstr(dot, "–") || !strcmp(dot, whole), "allocation %lld: another picture",
                  (long long)k);
        cr_assert_eq(wg_graph_nodes(wg_graph_of(n.L)), nodes);
        wg_free(c, dot);
        wgt_drop(c, &m);
    }
}
