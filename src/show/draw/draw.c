/* draw.c: the functions of draw.h that draw graphs, from graph to picture to text to file; the formats.
 *
 * They work on a failed context too, return their own status, and change nothing of the graph. */
#include "draw/svg.h"
#include "wengert/data.h"
#include "wengert/plan.h"
#include "wgx/data.h"
#include "wgx/graph.h"
#include "wgx/plan.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

/* ---- formats ---- */

#define FORMAT_ROW(name, kinds) { &wgi_format_##name, kinds },
static const struct {
    const wgi_format *format;
    unsigned kinds;
} formats[] = { WG_DRAW_FORMATS(FORMAT_ROW) };
enum { FORMATS = WGI_COUNT(formats) };

const wgi_format *wgi_format_of(const char *path, const char *option, unsigned kinds)
{
    const char *dot = path ? strrchr(path, '.') : NULL, *want = option ? option : dot ? dot + 1 : "";
    if (strcasecmp(want, "gv") == 0) want = "dot";
    for (int i = 0; path && i < FORMATS; i++)
        if (formats[i].kinds & kinds && strcasecmp(want, formats[i].format->name) == 0)
            return formats[i].format;
    return NULL;
}

const char *wgi_formats_text(wgi_pool *pool, unsigned kinds)
{
    wgi_strbuf b = { .pool = pool };
    int left = 0;
    for (int i = 0; i < FORMATS; i++) left += (formats[i].kinds & kinds) != 0;
    for (int i = 0; i < FORMATS; i++)
        if (formats[i].kinds & kinds)
            wgi_strbuf_format(&b, "%s%s",
                              !b.length    ? ""
                              : --left > 1 ? ", "
                                           : " or ",
                              formats[i].format->name);
    return wgi_strbuf_keep(&b);
}

wg_status wgi_picture_write(wgi_picture *p, wgi_strbuf *out)
{
    const bool steps = p->g && p->o->steps;
    if (steps && !p->format->write_steps) return WGI_REFUSE(p, "draw: .steps: as svg, png, pdf, tex or txt");
    return wgi_no_memory(p, out, (steps ? p->format->write_steps : p->format->write)(p, out));
}

/* ---- from graph to text ---- */

static wg_status check(wg_site here, wg_node root, const wg_draw_opts *o)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    wgx_failure f;
    char shape[128];
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "draw: the node is wg_none");
    const wg_status s = wgi_draw_options_fit(c, here, "draw", o);
    if (s != WG_OK) return s;
    if (!wg_node_ok(root)) {
        if (root.index == 0 && wgx_graph_failure(root.graph, &f)) return WG_OK;
        return WGI_DRAW_FAIL(c, here, WG_ERROR_USE,
                             "draw: the node is not of this graph since its last wg_begin");
    }
    if (!o->backward || (wg_shape_size(wg_node_shape(root)) == 1 && wgi_is_float(root))) return WG_OK;
    return WGI_DRAW_FAIL(
        c, here, WG_ERROR_SHAPE,
        "draw: gradients are of one float, the root is %s %s: draw its wg_sum, or without .backward",
        wg_dtype_name(wg_node_dtype(root)), wg_shape_text(wg_node_shape(root), shape, sizeof shape));
}

/* Whether a page may have closed parts. */
static bool may_open(const wgi_picture *p, const wg_draw_opts *o)
{
    return p->format->is_page && !o->fit && o->fold == WG_AUTO && o->most == WG_AUTO && !o->depth &&
           !wgi_is_circuit(o) && wg_is_none(o->beside) && wg_graph_nodes(p->g) <= WGI_READ_MOST;
}

static wg_status write_picture(wgi_picture *p, wg_node root, wgi_strbuf *out)
{
    const wg_draw_opts *o = p->o;
    const wgi_format *f = p->format;
    wg_draw_opts all = *o; /* of JSON: every node, values not yet as texts */
    if (f->is_whole && o->most == WG_AUTO) all.most = INT_MAX, all.fold = o->fold == true;
    all.values |= o->steps || f->is_page || wgi_is_circuit(o); /* steps show what they compute */
    if (f->is_page) all.hide = NULL, all.backward |= o->edges != NULL;
    if (o->edges && o->fit) all.fold = false; /* each repetition has derivatives of its own */
    p->less.folds_series =
        o->series && !o->edges && !f->is_list && !f->is_page && !o->steps && !wgi_is_circuit(o);
    wg_status s = wgi_draw_fits(p, "draw", f->is_list ? WG_PICTURE_TEXT : WG_PICTURE_GRAPH);
    if (s == WG_OK) s = wgi_check_style(p);
    if (s == WG_OK) s = wgi_check_edges(p);
    if (s == WG_OK && wgi_is_sketch(o)) return wgi_no_memory(p, out, wgi_sketch_write(p, root, out));
    p->o = &all;
    if (may_open(p, o)) all.fit = WGI_WINDOW;
    if (s == WG_OK) s = (all.fit ? wgi_picture_fit : wgi_picture_make)(p, root);
    if (s == WG_OK && wgi_is_window(&all) && !p->boxes) all.fit = NULL, s = wgi_picture_fill(p);
    all.hide = o->hide;
    s = s == WG_OK ? wgi_picture_write(p, out) : wgi_no_memory(p, out, s);
    p->o = o;
    return s;
}

static wg_status write_text(wg_site here, wg_graph *g, wg_node root, const wg_draw_opts *o, const char *path,
                            const wgi_format *format, wgi_strbuf *out)
{
    wgi_pool pool = { .c = out->c };
    wgi_picture p = {
        .c = out->c, .pool = &pool, .g = g, .here = here, .o = o, .path = path, .format = format
    };
    const wgi_level level = wgi_level_of(o);
    if (level == WGI_LEVELS)
        return WGI_DRAW_FAIL(out->c, here, WG_ERROR_VALUE, "draw: .level \"%s\": written, ops or plan",
                             o->level);
    wgi_locale l = wgi_locale_set_c();
    const bool waits = wgx_interrupts_wait(out->c, true); /* a picture has all its values */
    const wg_status was = wg_failed(out->c);              /* of a call that failed, whose graph is drawn */
    wg_status s = (level == WGI_LEVEL_PLAN ? wgi_plan_level_write : write_picture)(&p, root, out);
    if (s == WG_OK && was == WG_OK) s = wg_failed(out->c); /* there was no memory for a value */
    wgx_interrupts_wait(out->c, waits);
    wgi_pool_free(&pool);
    wgi_locale_restore(l);
    return s;
}

/* ---- from text to file ---- */

static wg_status save(wg_site here, wg_graph *g, wg_node root, const char *path, const wg_draw_opts *o)
{
    wg_context *c = wg_graph_context(g);
    wgi_pool pool = { .c = c };
    const wgi_format *format = wgi_format_of(path, o->format, WG_PICTURE_NODES);
    const bool files = o->steps && wgi_film_is_pattern(path);
    if (!format) {
        wg_fail(c, here, WG_ERROR_VALUE,
                "draw: \"%s\": the format must be %s, by the path's ending or .format", path ? path : "",
                wgi_formats_text(&pool, WG_PICTURE_NODES));
        wgi_pool_free(&pool);
        return WG_ERROR_VALUE;
    }
    if (files && format->needs_latex)
        return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE,
                             "draw: %s: LaTeX has all steps in one file: name it without %%d", path);
    wgi_strbuf picture = { .c = c };
    wg_status s = write_text(here, g, root, o, path, format, &picture);
    if (s == WG_OK && !(files && !format->is_list))
        s = wgx_file_write_at(here, c, "draw", path, picture.at, picture.length);
    wgi_strbuf_free(&picture);
    return s;
}

/* ---- the public functions ---- */

wg_status wg_draw_at(wg_site here, wg_node root, const char *path, const wg_draw_opts *o)
{
    WG_OPTIONS_FILL(wg_draw_opts, o);
    wg_status s = check(here, root, o);
    return s == WG_OK ? save(here, wg_graph_of(root), root, path, o) : s;
}

wg_status wg_draw_graph_at(wg_site here, wg_graph *g, const char *path, const wg_draw_opts *o)
{
    WG_OPTIONS_FILL(wg_draw_opts, o);
    WG_USER_CALL(here, "draw_graph");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "draw_graph: the graph is NULL");
    const wg_status s = wgi_draw_options_fit(wg_graph_context(g), here, "draw_graph", o);
    return s == WG_OK ? save(here, g, wg_none, path, o) : s;
}

static char *text_of(wg_site here, wg_node root, const wg_draw_opts *o, const wgi_format *format)
{
    wgi_strbuf text = { .c = wg_graph_context(wg_graph_of(root)) };
    if (write_text(here, wg_graph_of(root), root, o, NULL, format, &text) == WG_OK) return text.at;
    wgi_strbuf_free(&text);
    return NULL;
}

struct Agraph_s *wg_draw_agraph_at(wg_site here, wg_node root, const wg_draw_opts *o)
{
    WG_USER_CALL(here, "draw_agraph");
    WG_OPTIONS_FILL(wg_draw_opts, o);
    struct Agraph_s *agraph = NULL;
    char *address = check(here, root, o) == WG_OK ? text_of(here, root, o, &wgi_agraph_format) : NULL;
    if (address) memcpy(&agraph, address, sizeof agraph);
    wg_free(wg_graph_context(wg_graph_of(root)), address);
    return agraph;
}

char *wg_draw_text_at(wg_site here, wg_node root, const wg_draw_opts *o)
{
    WG_OPTIONS_FILL(wg_draw_opts, o);
    WG_USER_CALL(here, "draw_text");
    if (check(here, root, o) != WG_OK) return NULL;
    const wgi_format *format = o->format ? wgi_format_of("", o->format, WG_PICTURE_NODES) : &wgi_format_txt;
    if (format) return text_of(here, root, o, format);
    wg_fail(wg_graph_context(wg_graph_of(root)), here, WG_ERROR_VALUE, "draw: .format \"%s\" is none",
            o->format);
    return NULL;
}
