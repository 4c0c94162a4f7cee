/* picture_write.c: which writer makes which format, and by whose layout. */
#include "draw/draw_private.h"
#include "draw/film.h"
#include "draw/tikz.h"

#include <string.h>

/* The most pixels that a PNG by cairo has along a side, and how many a px of the picture has. */
enum { PNG_MOST = 32767, PNG_ZOOM = 2 };

static wg_status by_dot(const wgi_picture *p, const char *format, wgi_strbuf *out)
{
    wgi_strbuf dot = { .c = out->c };
    wg_status s = wgi_dot_write(p, &dot);
    if (s == WG_OK) s = wgi_render_dot(p->here, &dot, format, p->o->seconds, out);
    wgi_strbuf_free(&dot);
    return s;
}

/* The sides of an SVG that svg.c wrote. */
static wg_status check_size(const wgi_picture *p, const wgi_strbuf *svg)
{
    double w = 0, h = 0;
    const char *at = strstr(svg->at, " width=\"");
    if (!at || sscanf(at, " width=\"%lf\" height=\"%lf\"", &w, &h) != 2) return WG_OK;
    if (PNG_ZOOM * w <= PNG_MOST && PNG_ZOOM * h <= PNG_MOST) return WG_OK;
    return WGI_DRAW_FAIL(
        p->c, p->here, WG_ERROR_VALUE,
        "draw: the PNG would have %.0f x %.0f pixels, at most %d are possible along a side: draw a "
        "smaller part, fold more, or write svg",
        PNG_ZOOM * w, PNG_ZOOM * h, PNG_MOST);
}

/* By the program `dot`, if there is one. */
static wg_status without_rsvg(const wgi_picture *p, const char *format, wgi_strbuf *out)
{
    bool failed_before = wg_failed(p->c);
    wgi_strbuf_clear(out);
    wg_status s = by_dot(p, format, out);
    if (s != WG_ERROR_MISSING || failed_before) return s;
    wg_recover(p->c);
    return WGI_DRAW_FAIL(
        p->c, p->here, s,
        "draw: a %s needs the program `rsvg-convert` (apt-get install librsvg2-bin) or `dot` (apt-get "
        "install graphviz): neither is found; .svg files can be written without them",
        format);
}

/* *missing: there is no program that makes a PNG or PDF of an SVG; no error is recorded then. */
static wg_status render(const wgi_picture *p, const wgi_strbuf *svg, const char *format, wgi_strbuf *out,
                        bool *missing)
{
    *missing = false;
    wg_status s = strcmp(format, "png") == 0 ? check_size(p, svg) : WG_OK;
    return s == WG_OK ? wgi_render_svg(p->here, svg, format, p->o->seconds, out, missing) : s;
}

static wg_status by_svg(const wgi_picture *p, const char *path, const char *format, wgi_strbuf *out)
{
    wgi_strbuf svg = { .c = out->c };
    bool missing = false;
    wg_status s = wgi_svg_write(p, path, &svg);
    if (s == WG_OK) s = render(p, &svg, format, out, &missing);
    wgi_strbuf_free(&svg);
    return missing ? without_rsvg(p, format, out) : s;
}

/* ---- step by step ---- */

static wg_status film_as(const wgi_picture *p, wgi_strbuf *svg, const char *format, wgi_strbuf *out)
{
    bool missing;
    if (strcmp(format, "svg") == 0) {
        wgi_strbuf_add(out, wgi_strbuf_text(svg), svg->length);
        return out->failed ? WG_ERROR_MEMORY : WG_OK;
    }
    const wg_status s = render(p, svg, format, out, &missing);
    if (!missing) return s;
    return WGI_DRAW_FAIL(
        p->c, p->here, WG_ERROR_MISSING,
        "draw: steps as %s need the program `rsvg-convert` (apt-get install librsvg2-bin); .svg "
        "files can be written without it",
        format);
}

static wg_status film(const wgi_picture *p, const char *path, const char *format, wgi_strbuf *out)
{
    if (strcmp(format, "dot") && strcmp(format, "json") && (!p->o->engine || strcmp(p->o->engine, "dot")))
        return wgi_film_write(p, path, format, film_as, out);
    return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_VALUE,
                         "draw: .steps: as svg, png, pdf, tex or txt, and by our own layout");
}

wg_status wgi_picture_write(wgi_picture *p, const char *path, const char *format, wgi_strbuf *out)
{
    const char *engine = p->o->engine ? p->o->engine : "own";
    if (strcmp(engine, "own") && strcmp(engine, "dot"))
        return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_VALUE, "draw: .engine \"%s\": own or dot", engine);
    if (strcmp(format, "txt") == 0)
        return p->o->steps ? wgi_step_listing_write(p, out) : wgi_listing_write(p, out);
    if (strcmp(format, "tex") == 0) return wgi_tikz_write(p, out);
    if (strcmp(format, "html") == 0) return wgi_page_write(p, path, out);
    if (p->g && p->o->steps) return film(p, path, format, out);
    if (strcmp(format, "json") == 0) return wgi_graph_json_write(p, out);
    if (strcmp(format, "dot") == 0) return wgi_dot_write(p, out);
    if (strcmp(engine, "dot") == 0) return by_dot(p, format, out);
    return strcmp(format, "svg") == 0 ? wgi_svg_write(p, path, out) : by_svg(p, path, format, out);
}
