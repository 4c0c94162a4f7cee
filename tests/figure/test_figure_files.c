/* test_figure_files.c: the four kinds of files: well-formed whatever is shown, the same bytes each
 * time, ids of one picture only, errors that say what is wrong. */
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "figure/figure_private.h"
#include "picture.h"

static const char hostile[] = "<&>\"'\\\n\x01\xff #$%_{}~^ ]]> </svg><script>alert(1)</script> \u202e α₁";

static double bowl(void *user, double x, double y)
{
    return x * x + 3 * y * y + (user ? *(double *)user : 0);
}

/* A panel of every kind of series and note. */
static wg_figure *everything(wg_context *c, const char *name)
{
    static const double cells[6] = { -1, 0, 1, 2, NAN, 4 };
    const double x[2] = { 1, 2 }, y[2] = { 0.5, 1 };
    wg_figure *f = wg_figure_new(c, name, .description = name);
    wg_panel *p = wg_panel_new(f, name, .x = { name }, .y = { name });
    for (int k = 0; k < WG_SERIES_KINDS; k++) {
        const wg_series_opts o = { .name = name, .marker = k == 0 ? WG_MARKER_TRIANGLE : WG_MARKER_DEFAULT };
        wg_series *s = wg_series_new_at(WG_HERE, p, (wg_series_kind)k, &o);
        for (int i = 0; i < 12; i++)
            k == WG_SERIES_BARS ? wg_series_bar(s, name, i) : wg_series_add(s, i, i % 5);
    }
    wg_panel_text(p, 3, 3, name), wg_panel_arrow(p, 1, 1, 4, 4, name), wg_panel_at_x(p, 2, name),
        wg_panel_at_y(p, 2, name);
    wg_panel_box(p, x, y, WG_COLOR_BLUE, name, name), wg_panel_disc(p, 5, 2, 0.5, WG_COLOR_PINK, name);
    p = wg_panel_new(f, name);
    wg_panel_image(p, name, .values = wg_view_f64(cells, WG_SHAPE(2, 3)), .numbers = true);
    p = wg_panel_new(f, name, .x = { .low = -1, .high = 1 }, .y = { .low = -1, .high = 1 });
    wg_panel_contour(p, name, .f = bowl);
    wg_figure_frame(f, name), wg_panel_text(p, 0, 0, name);
    wg_figure_frame(f, ""), wg_panel_text(p, 0.5, 0, name);
    return f;
}

/* Every tag that opens is closed in order, and no raw ampersand breaks a text. */
static void expect_well_formed(const char *xml)
{
    char stack[64][32];
    int depth = 0;
    for (const char *s = xml; (s = strchr(s, '<')); s++) {
        const char *end = strchr(s, '>');
        cr_assert(end, "an open tag");
        if (s[1] == '?' || s[1] == '!') continue;
        size_t n = strcspn(s + 1 + (s[1] == '/'), " />\n");
        cr_assert(n > 0 && n < 32 && isalpha((unsigned char)s[1 + (s[1] == '/')]), "not a tag: %.40s", s);
        if (s[1] == '/') {
            cr_assert(depth > 0 && strncmp(stack[--depth], s + 2, n) == 0 && !stack[depth][n],
                      "%.20s closes <%s>", s, stack[depth]);
        } else if (end[-1] != '/') {
            cr_assert_lt(depth, 64);
            snprintf(stack[depth++], 32, "%.*s", (int)n, s + 1);
        }
    }
    cr_assert_eq(depth, 0);
    for (const char *s = xml; (s = strchr(s, '&')); s++)
        cr_assert(strcspn(s, ";") < 8, "a raw ampersand: %.20s", s);
    for (const unsigned char *s = (const unsigned char *)xml; *s; s++)
        cr_assert(*s >= 32 || *s == '\n', "byte %d", *s);
}

static char *text_of(wg_figure *f, wg_figure_format format)
{
    char *text = wg_figure_text(f, "figure", .format = format);
    cr_assert(text, "%s", wg_message(f->pool.c));
    return text;
}

Test(figure_files, svg_is_well_formed)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = everything(c, hostile);
    char *svg = text_of(f, WG_FIGURE_SVG);
    expect_well_formed(svg);
    HAS(svg, "&lt;script&gt;");
    HAS(svg, "prefers-color-scheme:dark");
    HAS_NOT(svg, "nan");
    HAS_NOT(svg, "inf");
    if (system("xmllint --version >/dev/null 2>&1") == 0) {
        char *path = pic_path("all.svg"), command[300];
        cr_assert_eq(wg_figure_save(f, path), WG_OK);
        snprintf(command, sizeof command, "xmllint --noout '%s'", path);
        cr_expect_eq(system(command), 0);
        free(path), pic_clean_up();
    }
    wgt_finish(c, NULL);
}

/* What the page has from elsewhere, it has by name alone: the namespace. */
Test(figure_files, html_loads_nothing)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *html = text_of(everything(c, hostile), WG_FIGURE_HTML);
    cr_expect_eq(pic_count(html, "http"), pic_count(html, "xmlns=\"http://www.w3.org/2000/svg\""));
    HAS_NOT(html, "@import");
    HAS_NOT(html, " src=");
    HAS_NOT(html, "<link");
    HAS_NOT(html, "alert(1)</script>");
    cr_expect_eq(pic_count(html, "type=\"radio\""), 2);
    HAS(html, "<title>3, 3</title>"); /* a value under the pointer */
    char *script = strstr(html, "<script>"), *end = strstr(html, "</script>");
    cr_assert(script && end && !strstr(end + 1, "<script>"), "one script, of our own");
    memset(script, ' ', (size_t)(end + 9 - script));
    expect_well_formed(html);
    wgt_finish(c, NULL);
}

/* All ids, and all selectors of the style, begin with the picture's id: it is unlike that of another file. */
Test(figure_files, ids_belong_to_one_picture)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = everything(c, "a");
    char *svg = wg_figure_text(f, "out/loss curve 1.svg");
    cr_assert(svg);
    for (const char *s = svg; (s = strstr(s, "id=\"")); s++)
        cr_assert(strncmp(s + 4, "wg-loss_curve_1", 15) == 0, "%.30s", s);
    for (const char *s = svg; (s = strstr(s, "url(#")); s++)
        cr_assert(strncmp(s + 5, "wg-loss_curve_1", 15) == 0, "%.30s", s);
    const char *style = strstr(svg, "<style>") + 7, *end = strstr(svg, "</style>");
    for (const char *s = style; s < end; s++)
        if (*s == '{' && s[1] != '#') {
            const char *from = s;
            while (from > style && from[-1] != '}' && from[-1] != '\n' && from[-1] != '{') from--;
            cr_assert(strncmp(from, "#wg-loss_curve_1", 16) == 0, "%.40s", from);
        }
    char *named = wg_figure_text(f, "loss.svg", .id = "second");
    HAS(named, "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"second\"");
    HAS_NOT(named, "wg-loss");
    wgt_finish(c, NULL);
}

Test(figure_files, the_bytes_are_the_same_each_time)
{
    static const wg_figure_format formats[] = { WG_FIGURE_SVG, WG_FIGURE_HTML, WG_FIGURE_TEX, WG_FIGURE_TXT };
    char *first[4] = { NULL };
    for (int round = 0; round < 250; round++) {
        if (round == 100) setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed */
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        void *hole = wg_alloc(c, (size_t)round * 31 + 1, 1);
        wg_figure *f = everything(c, "name");
        for (int k = 0; k < 4; k++) {
            char *text = text_of(f, formats[k]);
            if (!first[k]) first[k] = strdup(text);
            cr_assert_str_eq(text, first[k]);
            wg_free(c, text);
        }
        wg_free(c, hole);
        wgt_finish(c, NULL);
    }
    for (int k = 0; k < 4; k++) free(first[k]);
}

/* Nothing, one point, NaN alone, numbers at the ends of the range: each is a figure. */
Test(figure_files, odd_data_are_drawn)
{
    static const double odd[][4] = { { 5, 5, 5, 5 },
                                     { NAN, NAN, NAN, NAN },
                                     { 1e308, -1e308, 1e-310, 0 },
                                     { 0, 5e-324, 0, 0 },
                                     { 1e299, -1e299, 0, 1 },
                                     { 1e15, 1e15 + 1, 1e15 + 2, 1e15 },
                                     { 1e-300, 2e-300, 3e-300, 0 },
                                     { INFINITY, -INFINITY, 1, 2 } };
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
        for (int kind = 0; kind < WG_SERIES_KINDS; kind++)
            for (int log = 0; log < 3; log++) {
                wg_context *c = wgt_start(NULL, WG_F64, NULL);
                wg_figure *f = wg_figure_new(c, NULL);
                wg_panel *p =
                    wg_panel_new(f, NULL, .x = { .scale = (wg_scale)log }, .y = { .scale = (wg_scale)log });
                wg_series_add_all(wg_series_new_at(WG_HERE, p, (wg_series_kind)kind, NULL), odd[k], odd[k],
                                  k == 0 ? 1 : 4);
                wg_series_new_at(WG_HERE, p, (wg_series_kind)kind, NULL);
                p = wg_panel_new(f, NULL);
                wg_panel_image(p, NULL, .values = wg_view_f64(odd[k], WG_SHAPE(2, 2)), .numbers = true);
                wg_panel_contour(p, NULL, .values = wg_view_f64(odd[k], WG_SHAPE(2, 2)));
                for (int format = WG_FIGURE_SVG; format <= WG_FIGURE_TXT; format++) {
                    char *text = text_of(f, (wg_figure_format)format);
                    if (format == WG_FIGURE_SVG) {
                        expect_well_formed(text);
                        HAS_NOT(text, "nan");
                        HAS_NOT(text, "inf");
                    }
                    wg_free(c, text);
                }
                wgt_finish(c, NULL);
            }
}

Test(figure_files, a_terminal_has_so_many_columns)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = everything(c, "α name");
    for (int columns = 40; columns <= 200; columns += 20)
        for (int ascii = 0; ascii < 2; ascii++) {
            char *text = wg_figure_text(f, "x.txt", .columns = columns, .ascii = ascii);
            cr_assert(text && !strchr(text, '\033'));
            for (const char *s = text, *end; *s; s = end + 1) {
                int letters = 0;
                end = strchr(s, '\n');
                for (const char *t = s; t < end; t++) letters += ((unsigned char)*t & 0xC0) != 0x80;
                cr_assert(letters <= columns, "%d letters of %d: %.*s", letters, columns, (int)(end - s), s);
            }
            for (const unsigned char *s = (const unsigned char *)text; ascii && *s; s++) cr_assert(*s < 128);
            wg_free(c, text);
        }
    char *colored = wg_figure_text(f, "x.txt", .color = true);
    HAS(colored, "\033[38;5;33m");
    setenv("NO_COLOR", "1", 1);
    char *plain = wg_figure_text(f, "x.txt", .color = true);
    cr_expect_not(strchr(plain, '\033'));
    wgt_finish(c, NULL);
}

/* Braces are balanced, and a special letter of a name is escaped. */
Test(figure_files, tex_is_escaped)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *tex = text_of(everything(c, hostile), WG_FIGURE_TEX);
    int depth = 0;
    for (const char *s = tex; *s; s++) {
        if (*s == '\\' && s[1]) s++;
        else if (*s == '{') depth++;
        else if (*s == '}') cr_assert(--depth >= 0);
    }
    cr_expect_eq(depth, 0);
    HAS(tex, "\\#\\$\\%\\_\\{\\}");
    HAS(tex, "\\end{document}");
    HAS(tex, "$\\alpha$");
    wgt_finish(c, NULL);
}

Test(figure_files, a_frame_is_chosen)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
    wg_panel *p = wg_panel_new(f, "", .x = { .low = 0, .high = 2 }, .y = { .low = 0, .high = 2 });
    wg_panel_text(p, 1, 1, "always");
    wg_figure_frame(f, "first"), wg_panel_text(p, 1, 0.5, "early");
    wg_figure_frame(f, "second"), wg_panel_text(p, 1, 0.5, "late");
    char *one = wg_figure_text(f, "a.svg", .frame = 1), *last = wg_figure_text(f, "a.svg");
    HAS(one, ">early<");
    HAS(one, ">first<");
    HAS(one, ">always<");
    HAS_NOT(one, ">late<");
    HAS(last, ">late<");
    HAS_NOT(last, ">early<");
    cr_expect_null(wg_figure_text(f, "a.svg", .frame = 3));
    wgt_expect_error(c, WG_ERROR_VALUE, ".frame = 3 of 2 frames");
    wgt_finish(c, NULL);
}

Test(figure_files, mistakes_are_named)
{
    static const double v[4] = { 1, 2, 3, 4 };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_figure *f = wg_figure_new(c, "");
    wg_panel *p = wg_panel_new(f, "");
    cr_expect_eq(wg_figure_save(f, "a.gif"), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "must end in .svg, .html, .tex or .txt");
    cr_expect_eq(wg_figure_save(f, NULL), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "test_figure_files.c:");
    cr_expect_eq(wg_figure_save(f, "/nowhere/at/all.svg"), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.svg");
    cr_expect_null(wg_panel_new(f, "", .x = { .low = 2, .high = 1 }));
    wgt_expect_error(c, WG_ERROR_VALUE, ".low above .high");
    cr_expect_null(wg_panel_new(f, "", .y = { .low = -2, .high = 1, .scale = WG_SCALE_LOG }));
    wgt_expect_error(c, WG_ERROR_VALUE, "above 0");
    cr_expect_null(wg_panel_image(p, "", .f = bowl));
    wgt_expect_error(c, WG_ERROR_VALUE, "say over which .x and .y");
    cr_expect_null(wg_panel_image(p, ""));
    wgt_expect_error(c, WG_ERROR_VALUE, "give .values or .f");
    cr_expect_null(wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(4))));
    wgt_expect_error(c, WG_ERROR_VALUE, "two axes");
    cr_expect_null(wg_panel_line(p, "", .dash = 9));
    wgt_expect_error(c, WG_ERROR_VALUE, ".dash");
    cr_expect_null(wg_figure_new(c, "", .width = 3));
    wgt_expect_error(c, WG_ERROR_VALUE, ".width");
    cr_expect_eq(wg_figure_save(NULL, "a.svg"), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "figure_save: the figure is NULL");
    wg_series_add(NULL, 1, 2), wg_series_push(NULL, 1), wg_series_bar(NULL, "", 1),
        wg_panel_text(NULL, 1, 2, ""), wg_panel_at_x(NULL, 1, ""), wg_figure_frame(NULL, ""),
        wg_figure_free(NULL);
    wgt_expect_error(c, WG_ERROR_USE, "is NULL");
    wgt_finish(c, NULL);
}

/* A file appears whole or not at all, and nothing is left. */
Test(figure_files, every_failed_allocation_is_survived)
{
    char *path = pic_path("f.svg");
    for (int64_t k = 1;; k++) {
        wgt_memory m = { .fail_at = k };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_figure *f = wg_failed(c) ? NULL : everything(c, "name");
        const wg_status s = wg_figure_save(f, path);
        cr_assert((s == WG_OK) == !m.failed, "allocation %lld: %s", (long long)k, wg_status_text(s));
        wg_figure_free(f);
        const bool done = !m.failed;
        wgt_drop(c, &m);
        if (done) break;
    }
    free(path), pic_clean_up();
}
