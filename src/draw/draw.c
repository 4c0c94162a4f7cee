/* draw.c: the functions of draw.h that draw graphs: from graph to picture to text to file.
 *
 * They work on a failed context too, return their own status, and change nothing of the graph. */
#include "draw/draw_private.h"
#include "draw/film.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

static const wg_draw_opts standard = { 0 };

/* ---- from graph to text ---- */

static wg_status check_root(wg_site here, wg_node root, const wg_draw_opts *o)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    wg_failure f;
    char shape[128];
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "draw: the node is wg_none");
    if (!wg_node_ok(root)) {
        if (root.index == 0 && wg_graph_failure(root.graph, &f)) return WG_OK;
        return WGI_DRAW_FAIL(c, here, WG_ERROR_USE,
                             "draw: the node is not of this graph since its last wg_begin");
    }
    if (!o->backward || (wg_shape_size(wg_node_shape(root)) == 1 && wgi_is_float(root))) return WG_OK;
    return WGI_DRAW_FAIL(
        c, here, WG_ERROR_SHAPE,
        "draw: gradients are of one float, the root is %s %s: draw its wg_sum, or without .backward",
        wg_dtype_name(wg_node_dtype(root)), wg_shape_text(wg_node_shape(root), shape, sizeof shape));
}

static wg_status write_text(wg_site here, wg_graph *g, wg_node root, const wg_draw_opts *o, const char *path,
                            const char *format, wgi_strbuf *out)
{
    wgi_picture p = { .c = out->c, .as_latex = !strcmp(format, "tex") };
    const wgi_level level = wgi_level_of(o);
    if (level == WGI_LEVELS)
        return WGI_DRAW_FAIL(out->c, here, WG_ERROR_VALUE, "draw: .level \"%s\": written, ops or plan",
                             o->level);
    wgi_locale l = wgi_locale_set_c();
    if (level == WGI_LEVEL_PLAN) {
        const wg_status s = wgi_plan_level_write(here, root, path, format, o, out);
        wgi_locale_restore(l);
        return s;
    }
    const bool as_text = !strcmp(format, "txt"), as_json = !strcmp(format, "json");
    const bool as_page = !strcmp(format, "html");
    p.folds_series = o->series && !as_text && !as_json && !as_page && !o->steps && !wgi_is_circuit(o);
    wg_draw_opts all = *o; /* of JSON: every node, values not yet as texts */
    if (as_json && !o->most) all.most = INT_MAX, all.fold = o->fold ? o->fold : -1;
    all.values |= o->steps || as_page || wgi_is_circuit(o); /* steps show what they compute */
    if (as_page) all.hide = NULL;                           /* the page hides and reveals by itself */
    wg_status s =
        wgi_draw_fits(here, out->c, "draw", o, as_text || as_json ? WG_PICTURE_TEXT : WG_PICTURE_GRAPH);
    if (s == WG_OK) s = wgi_check_style(here, out->c, o, format);
    if (s == WG_OK && o->fit) s = wgi_picture_fit(&p, here, g, root, &all);
    else if (s == WG_OK) s = wgi_picture_make(&p, here, g, root, &all);
    all.hide = o->hide;
    if (s == WG_OK && as_page) s = wgi_check_hidden(&p);
    if (s == WG_OK) s = wgi_picture_write(&p, path, format, out);
    wgi_picture_free(&p);
    wgi_locale_restore(l);
    return s;
}

/* ---- from text to file ---- */

static const char *const formats[] = { "dot", "svg", "html", "png", "pdf", "tex", "txt", "json", NULL };

const char *wgi_format_of(const char *path, const char *option, const char *const names[])
{
    const char *dot = path ? strrchr(path, '.') : NULL, *want = option ? option : dot ? dot + 1 : "";
    if (strcasecmp(want, "gv") == 0) want = "dot";
    for (int i = 0; path && names[i]; i++)
        if (strcasecmp(want, names[i]) == 0) return names[i];
    return NULL;
}

static wg_status save(wg_site here, wg_graph *g, wg_node root, const char *path, const wg_draw_opts *o)
{
    wg_context *c = wg_graph_context(g);
    const char *format = wgi_format_of(path, o->format, formats);
    if (!format)
        return WGI_DRAW_FAIL(
            c, here, WG_ERROR_VALUE,
            "draw: \"%s\": the format must be dot, svg, html, png, pdf, tex, txt or json, by "
            "the path's ending or .format",
            path ? path : "");
    if (o->steps && !strcmp(format, "tex") && wgi_film_is_pattern(path))
        return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE,
                             "draw: %s: LaTeX has all steps in one file: name it without %%d", path);
    wgi_strbuf picture = { .c = c };
    wg_status s = write_text(here, g, root, o, path, format, &picture);
    const bool saved = o->steps && wgi_film_is_pattern(path) && strcmp(format, "txt");
    if (s == WG_OK && !saved) s = wgi_save_whole(here, "draw", &picture, path);
    wgi_strbuf_free(&picture);
    return s;
}

/* ---- the public functions ---- */

wg_status wg_draw_at(wg_site here, wg_node root, const char *path, const wg_draw_opts *o)
{
    o = o ? o : &standard;
    wg_status s = check_root(here, root, o);
    return s == WG_OK ? save(here, wg_graph_of(root), root, path, o) : s;
}

wg_status wg_draw_graph_at(wg_site here, wg_graph *g, const char *path, const wg_draw_opts *o)
{
    WG_USER_CALL(here, "draw_graph");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "draw_graph: the graph is NULL");
    return save(here, g, wg_none, path, o ? o : &standard);
}

static char *text_of(wg_site here, wg_node root, const wg_draw_opts *o, const char *format)
{
    if (check_root(here, root, o) != WG_OK) return NULL;
    wgi_strbuf text = { .c = wg_graph_context(wg_graph_of(root)) };
    if (write_text(here, wg_graph_of(root), root, o, NULL, format, &text) == WG_OK) return text.at;
    wgi_strbuf_free(&text);
    return NULL;
}

char *wg_draw_dot_at(wg_site here, wg_node root, const wg_draw_opts *o)
{
    WG_USER_CALL(here, "draw_dot");
    return text_of(here, root, o ? o : &standard, "dot");
}

char *wg_draw_text_at(wg_site here, wg_node root, const wg_draw_opts *o)
{
    WG_USER_CALL(here, "draw_text");
    o = o ? o : &standard;
    const char *format = o->format ? wgi_format_of("", o->format, formats) : "txt";
    if (format) return text_of(here, root, o, format);
    wg_fail(wg_graph_context(wg_graph_of(root)), here, WG_ERROR_VALUE, "draw: .format \"%s\" is none",
            o->format);
    return NULL;
}
