/* test_draw_film.c: pictures step by step: numbered SVG files and sheets. */
#include "picture.h"

#include <stdlib.h>

#define FILM WG_OPTS(wg_draw_opts, .steps = true, .backward = true)

/* A file of the film; to free. */
static char *frame(int number)
{
    char name[40];
    snprintf(name, sizeof name, "n-%02d.svg", number);
    char *path = pic_path(name), *text = pic_read(path);
    return text ? pic_plain(text) : NULL;
}

/* Makes the frames. How many there are. */
static int make_frames(wg_node root, wg_draw_opts o)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    char *path = pic_path("n-%02d.svg");
    cr_assert_eq(wg_draw_at(WG_HERE, root, path, &o), WG_OK, "%s", wg_message(c));
    return pic_files();
}

/* Appends the next attribute of that name behind *at to `to`. */
static void copy_attribute(const char **at, const char *name, char *to)
{
    const char *s = strstr(*at, name);
    const size_t n = strcspn(s + strlen(name), "\"");
    strncat(to, s, strlen(name) + n);
    *at = s + strlen(name) + n;
}

/* The picture's size, and the rectangles of all boxes, in their order; to free. Halos are no boxes. */
static char *geometry(const char *svg)
{
    char *all = calloc(strlen(svg) + 1, 1);
    const char *at = strstr(svg, "viewBox");
    copy_attribute(&at, "viewBox=\"", all);
    for (at = strstr(svg, "<rect"); at; at = strstr(at, "<rect")) {
        const char *end = strchr(at, '>'), *halo = strstr(at, "class=\"halo\"");
        if (!halo || halo > end) strncat(all, at, (size_t)(end - at));
        at = end;
    }
    return all;
}

/* The forward links' curves. */
static char *curves(const char *svg)
{
    char *all = calloc(strlen(svg) + 1, 1);
    for (const char *at = svg; (at = strstr(at, "<g class=\"forward"));) copy_attribute(&at, " d=\"", all);
    return all;
}

NEURON_TEST(draw_film, frames_have_the_same_coordinates)
{
    const int frames = make_frames(n.L, FILM);
    char *first = frame(1), *boxes = geometry(first), *lines = curves(first);
    cr_expect_gt(frames, 15);
    for (int i = 2; i <= frames; i++) {
        char *text = frame(i), *these = geometry(text), *its = curves(text);
        cr_expect_str_eq(these, boxes, "frame %d", i);
        cr_expect_str_eq(its, lines, "frame %d", i);
        cr_expect_eq(pic_count(text, "class=\"halo\""), 1, "frame %d", i);
        free(these), free(its);
    }
    free(boxes), free(lines);
}

/* z = 1.1 is computed before a = 0.7503, and gradients after all values. */
NEURON_TEST(draw_film, what_is_not_computed_is_blank)
{
    const int frames = make_frames(n.L, FILM);
    char *text = frame(1);
    HAS(text, ">[1, −2]<", ", given<");
    HAS_NOT(text, "; dz", "class=\"backward");
    int z = 0, a = 0, da = 0, dz = 0;
    for (int i = frames; i > 0; i--) {
        text = frame(i);
        if (strstr(text, ">1.1<")) z = i;
        if (strstr(text, ">0.7503<")) a = i;
        if (strstr(text, ">da = −1.333<")) da = i;
        if (strstr(text, ">dz = −0.2497<")) dz = i;
    }
    cr_expect(z > 1 && z < a && a < da && da < dz, "%d %d %d %d", z, a, da, dz);
    SHOWS(frame(dz), ">dz = da · a (1 − a) = −1.333 · 0.1874 = −0.2497<", "class=\"backward now\"");
}

/* The last frame has every value and gradient of the picture. */
NEURON_TEST(draw_film, the_last_frame_is_the_picture)
{
    const int frames = make_frames(n.L, FILM);
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .values = true, .backward = true, .format = "svg");
    char *last = frame(frames), *whole = pic_plain(pic_text(n.L, o.format, o));
    int texts = 0;
    for (const char *at = whole; (at = strstr(at, "<text")); texts++) {
        char line[300];
        at = strchr(at, '>');
        snprintf(line, sizeof line, "%.*s<", (int)strcspn(at, "<"), at);
        HAS(last, line);
    }
    cr_expect_gt(texts, 20);
    cr_expect_eq(pic_count(last, "<g class=\"backward"), pic_count(whole, "<g class=\"backward"));
}

NEURON_TEST(draw_film, a_sheet_has_all_frames)
{
    const int frames = make_frames(n.L, FILM);
    wg_draw_opts o = FILM;
    o.id = "s";
    char *sheet = pic_text(n.L, "svg", o), id[20];
    cr_expect_eq(pic_count(sheet, "class=\"frame\""), frames);
    for (int i = 1; i <= frames; i++) {
        snprintf(id, sizeof id, " id=\"s-%d\"", i);
        cr_expect_eq(pic_count(sheet, id), 1);
    }
    cr_expect_eq(pic_count(sheet, " id=\"s-1-n0\""), 1);
}

NEURON_TEST(draw_film, hidden_numbers_stay_hidden)
{
    wg_draw_opts o = FILM;
    o.hide = "a, dz";
    const int frames = make_frames(n.L, o);
    for (int i = 1; i <= frames; i++) {
        char *text = frame(i);
        HAS_NOT(text, "0.7503", "dz = −0.2497");
        if (i == frames) HAS(text, ">dz = ?<");
    }
}

NEURON_TEST(draw_film, frames_have_the_size_of_a_canvas)
{
    wg_draw_opts o = FILM;
    o.fit = "slide";
    const int frames = make_frames(n.L, o);
    cr_assert_gt(frames, 3);
    for (int i = 1; i <= frames; i++) {
        char *text = frame(i);
        HAS(text, "width=\"1920\" height=\"1080\"");
        double width = 0;
        const char *view = strstr(text, "viewBox=\"");
        cr_assert_eq(sscanf(view, "viewBox=\"%*f %*f %lf", &width), 1);
        for (const char *at = text; (at = strstr(at, "<text ")); at++) { /* 24 px, all of it */
            const double size = strtod(strstr(at, "font-size=\"") + 11, NULL);
            cr_expect_geq(size * 1920 / width, 24 - 1e-6, "frame %d: %.80s", i, at);
        }
    }
    cr_expect_eq(wg_draw_at(WG_HERE, n.L, "sheet.svg", &o), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "name-%02d.svg");
}

NEURON_TEST(draw_film, refuses_what_has_no_steps)
{
    cr_assert_eq(wg_draw(n.x, "x.svg", .steps = true), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "nothing to compute step by step");
    cr_assert_eq(wg_draw_at(WG_HERE, n.L, "x.dot", &FILM), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, ".steps: as svg");
    cr_assert_eq(wg_draw_at(WG_HERE, n.L, "/nowhere/at/all-%d.svg", &FILM), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all-1.svg");
}
