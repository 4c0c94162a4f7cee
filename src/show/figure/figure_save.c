/* figure_save.c: wg_figure_save: which writer, with which id, frame and width. */
#include "figure/figure_private.h"
#include "wengert/data.h"
#include "wengert/op.h"
#include "wgx/data.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS = 80, LEAST = 40, MOST = 400, ID = 64 };

static wg_status fail(const wg_figure *f, wg_site here, const char *text)
{
    return WGI_DRAW_FAIL(f->pool.c, here, WG_ERROR_VALUE, "figure_save: %s", text);
}

static const struct {
    const char *ending[2];
    void (*write)(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b);
} formats[] = { [WG_FIGURE_SVG] = { { ".svg" }, wgi_write_svg },
                [WG_FIGURE_HTML] = { { ".html", ".htm" }, wgi_write_html },
                [WG_FIGURE_TEX] = { { ".tex" }, wgi_write_pgfplots },
                [WG_FIGURE_TXT] = { { ".txt" }, wgi_write_terminal },
                [WG_FIGURE_PNG] = { { ".png" }, wgi_write_svg },
                [WG_FIGURE_PDF] = { { ".pdf" }, wgi_write_svg } };
enum { FORMATS = WGI_COUNT(formats) };

static bool is_standard_output(const char *path) { return path && strcmp(path, "-") == 0; }

/* WG_FIGURE_BY_PATH: there is none. */
static int format_of(const char *path, const wg_figure_save_opts *o)
{
    if (o->format) return (int)o->format;
    if (is_standard_output(path)) return WG_FIGURE_TXT;
    const char *ending = path ? strrchr(path, '.') : NULL;
    for (int i = 1; ending && i < FORMATS; i++)
        for (int k = 0; k < 2 && formats[i].ending[k]; k++)
            if (strcasecmp(ending, formats[i].ending[k]) == 0) return i;
    return WG_FIGURE_BY_PATH;
}

/* "out/loss curve.svg" gives wg-loss_curve: letters, digits and underscores of the name, the rest as
 * underscores. */
static void make_id(char id[ID], const char *path, const wg_figure_save_opts *o)
{
    const char *from = o->id && *o->id ? o->id : path ? path : "";
    const char *slash = o->id && *o->id ? NULL : strrchr(from, '/');
    size_t n = 0;
    if (slash) from = slash + 1;
    const char *prefix = o->id && *o->id && isalpha((unsigned char)*o->id) ? "" : "wg-";
    for (; prefix[n]; n++) id[n] = prefix[n];
    for (; *from && !(from[0] == '.' && !strchr(from + 1, '.')) && n < ID - 1; from++)
        id[n++] = isalnum((unsigned char)*from) || *from == '-' ? *from : '_';
    if (n == 3 && prefix[0]) memcpy(id + n, "figure", 6), n += 6;
    id[n] = 0;
}

/* ---- terminals ---- */

static int columns_of(const char *path, const wg_figure_save_opts *o)
{
    struct winsize size;
    const char *text = getenv("COLUMNS");
    int n = 0;
    const bool standard = is_standard_output(path);
    if (o->columns != WG_AUTO) return o->columns;
    if (standard && text) n = atoi(text);
    if (n <= 0 && standard && isatty(1) && ioctl(1, TIOCGWINSZ, &size) == 0) n = size.ws_col;
    if (n <= 0) n = COLUMNS;
    return n < LEAST ? LEAST : n > MOST ? MOST : n;
}

static bool is_ascii(const char *path, const wg_figure_save_opts *o)
{
    if (o->ascii != WG_AUTO) return o->ascii;
    if (!is_standard_output(path)) return false;
    const char *names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (int i = 0; i < 3; i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return !strstr(v, "UTF-8") && !strstr(v, "utf8") && !strstr(v, "utf-8") && !strstr(v, "UTF8");
    }
    return true;
}

static bool has_color(const char *path, const wg_figure_save_opts *o)
{
    const char *no = getenv("NO_COLOR");
    if (o->color != WG_AUTO) return o->color;
    return !(no && *no) && is_standard_output(path) && isatty(1);
}

/* ---- writing ---- */

static wg_status write_page(const wgi_figure_page *g, const wg_figure *f, const char *path,
                            const wg_figure_save_opts *o, wgi_strbuf *b)
{
    char id[ID];
    make_id(id, path, o);
    const wgi_writing w = { .o = o,
                            .id = id,
                            .frame = o->frame != WG_AUTO ? o->frame : f->frames,
                            .ascii = is_ascii(path, o),
                            .color = has_color(path, o),
                            .columns = columns_of(path, o) };
    formats[format_of(path, o)].write(g, &w, b);
    return b->failed || g->pool->failed ? WG_ERROR_MEMORY : WG_OK;
}

/* SVG in the place of the text becomes a PNG or PDF. */
static wg_status render(wg_site here, const wgi_figure_page *g, const wg_figure *f, int format, wgi_strbuf *b)
{
    const wgi_child r = { .c = f->pool.c,
                          .here = here,
                          .call = "figure_save",
                          .smaller = "draw fewer panels or points",
                          .without = ".svg, .html, .tex and .txt files" };
    wgi_strbuf image = { .c = f->pool.c };
    const wg_status s =
        wgi_render(&r, formats[format].ending[0] + 1, (const double[]){ g->width, g->height }, b, &image);
    wgi_strbuf_free(b);
    *b = image;
    return s;
}

static wg_status make(wg_site here, wg_figure *f, const char *path, const wg_figure_save_opts *o,
                      wgi_strbuf *b)
{
    wgi_figure_page g = { 0 };
    if (format_of(path, o) == WG_FIGURE_BY_PATH)
        return fail(f, here,
                    "the path must end in .svg, .html, .tex, .txt, .png or .pdf, or .format say which; "
                    "\"-\": the terminal");
    if (o->frame > f->frames)
        return WGI_DRAW_FAIL(f->pool.c, here, WG_ERROR_VALUE, "figure_save: .frame = %d of %d frames",
                             o->frame, f->frames);
    wg_figure sized;
    const bool image = format_of(path, o) == WG_FIGURE_SVG || format_of(path, o) >= WG_FIGURE_PNG;
    if (image && (o->width != WG_AUTO || o->height != WG_AUTO))
        wgi_figure_resize(&sized, f, o->width, o->height), f = &sized;
    const wgi_locale l = wgi_locale_set_c();
    wg_status s = wgi_page_make(&g, f) ? write_page(&g, f, path, o, b) : WG_ERROR_MEMORY;
    if (s == WG_OK && format_of(path, o) >= WG_FIGURE_PNG) s = render(here, &g, f, format_of(path, o), b);
    wgi_locale_restore(l);
    wgi_page_free(&g);
    return s;
}

WG_OPTION_ROWS(wg_figure_save_opts)

wg_status wg_figure_save_at(wg_site here, wg_figure *f, const char *path, const wg_figure_save_opts *o)
{
    WG_OPTIONS_FILL(wg_figure_save_opts, o);
    if (!f) return wg_fail(NULL, here, WG_ERROR_USE, "figure_save: the figure is NULL");
    wgi_strbuf b = { .c = f->pool.c };
    if (!wg_options_fit(f->pool.c, here, "figure_save", wg_figure_save_opts_rows(), o))
        return wg_failed(f->pool.c);
    if (!path || !*path) return fail(f, here, "no path given");
    wg_status s = make(here, f, path, o, &b);
    if (s == WG_OK) s = wgx_file_write_at(here, b.c, "figure_save", path, b.at, b.length);
    wgi_strbuf_free(&b);
    return s;
}

char *wg_figure_text_at(wg_site here, wg_figure *f, const char *path, const wg_figure_save_opts *o)
{
    WG_OPTIONS_FILL(wg_figure_save_opts, o);
    WG_USER_CALL(here, "figure_text");
    if (!f) return wg_fail(NULL, here, WG_ERROR_USE, "figure_text: the figure is NULL"), NULL;
    wgi_strbuf b = { .c = f->pool.c };
    if (!wg_options_fit(f->pool.c, here, "figure_text", wg_figure_save_opts_rows(), o)) return NULL;
    if (format_of(path, o) >= WG_FIGURE_PNG)
        return wg_fail(f->pool.c, here, WG_ERROR_VALUE,
                       "figure_text: a PNG or PDF is no text: wg_figure_save writes it"),
               NULL;
    if (make(here, f, path, o, &b) == WG_OK) return b.at;
    wgi_strbuf_free(&b);
    return NULL;
}
