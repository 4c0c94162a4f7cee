/* write_svg.c: a page as SVG.
 *
 * Each colour is an attribute, for viewers without CSS variables, and a class, whose variable has
 * another value on a dark page. All selectors begin with the id of the picture, and all ids too, so any
 * two pictures with different ids can stand in one page. */
#include "figure/figure_svg.h"

#include <math.h>
#include <string.h>

static void put_text(const wgi_fig *s, const char *text) { wgi_strbuf_xml(s->b, text, " "); }

/* ---- head ---- */

static void put_variables(wgi_strbuf *b, bool dark)
{
    for (int i = 0; i < WG_COLOR_KINDS; i++)
        wgi_strbuf_format(b, "--c%d:%s;", i, dark ? wgi_palette_of[i].dark : wgi_palette_of[i].light);
    wgi_strbuf_put(b, dark ? "--p:#0d1117;--g:#30363d" : "--p:#ffffff;--g:#dde2e7");
}

static void put_style(const wgi_fig *s)
{
    wgi_strbuf *b = s->b;
    const char *id = s->w->id;
    wgi_strbuf_format(b, "<style>\n#%s{", id);
    put_variables(b, false);
    wgi_strbuf_format(b, "}\n@media (prefers-color-scheme:dark){#%s{", id);
    put_variables(b, true);
    wgi_strbuf_put(b, "}}\n");
    for (int i = 0; i < WG_COLOR_KINDS; i++)
        wgi_strbuf_format(b, "#%s .s%d{stroke:var(--c%d)}#%s .f%d{fill:var(--c%d)}", id, i, i, id, i, i);
    wgi_strbuf_format(
        b, "\n#%s .sp{stroke:var(--p)}#%s .fp{fill:var(--p)}#%s .g{stroke:var(--g)}\n</style>\n", id, id, id);
}

static void put_description(const wgi_fig *s)
{
    const wg_figure *f = s->g->of;
    if (*f->description) {
        wgi_strbuf_clean_xml(s->b, f->description, 4000);
        return;
    }
    for (const wg_panel *p = f->panel; p; p = p->next) {
        wgi_strbuf_put(s->b, "Panel");
        if (*p->title) wgi_strbuf_put(s->b, " "), wgi_strbuf_clean_xml(s->b, p->title, 100);
        if (*p->o.x.label) wgi_strbuf_put(s->b, ", x: "), wgi_strbuf_clean_xml(s->b, p->o.x.label, 100);
        if (*p->o.y.label) wgi_strbuf_put(s->b, ", y: "), wgi_strbuf_clean_xml(s->b, p->o.y.label, 100);
        for (const wg_series *k = p->series; k; k = k->next)
            if (*k->name && k->kind < WG_SERIES_KINDS)
                wgi_strbuf_put(s->b, "; "), wgi_strbuf_clean_xml(s->b, k->name, 100);
        wgi_strbuf_put(s->b, ". ");
    }
}

static void put_head(const wgi_fig *s)
{
    const wgi_page *g = s->g;
    const char *id = s->w->id;
    wgi_strbuf_format(s->b, "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"%s\" viewBox=\"0 0 ", id);
    wgi_fig_number(s->b, g->width), wgi_strbuf_put(s->b, " "), wgi_fig_number(s->b, g->height);
    wgi_strbuf_put(s->b, "\" width=\""), wgi_fig_number(s->b, g->width);
    wgi_strbuf_put(s->b, "\" height=\""), wgi_fig_number(s->b, g->height);
    wgi_strbuf_format(
        s->b,
        "\" role=\"img\" aria-labelledby=\"%s-t %s-d\" font-family=\"Helvetica,Arial,sans-serif\" "
        "font-size=\"",
        id, id);
    wgi_fig_number(s->b, g->font);
    wgi_strbuf_format(s->b, "\">\n<title id=\"%s-t\">", id);
    const char *title = *g->of->title ? g->of->title : g->of->panel ? g->of->panel->title : "";
    wgi_strbuf_clean_xml(s->b, title, 400);
    wgi_strbuf_format(s->b, "</title>\n<desc id=\"%s-d\">", id);
    put_description(s);
    wgi_strbuf_put(s->b, "</desc>\n");
    put_style(s);
}

/* ---- axes ---- */

static void put_grid(const wgi_fig *s, const wgi_plot *t)
{
    wgi_strbuf *b = s->b;
    wgi_strbuf_put(b, "<path class=\"g\" stroke=\"#dde2e7\" fill=\"none\" d=\"");
    for (int i = 0; i < t->y.ticks && !t->y.names; i++)
        wgi_fig_pair(b, 'M', t->left, wgi_py(t, wgi_axis_unit(&t->y, t->y.tick[i]))), wgi_strbuf_put(b, "h"),
            wgi_fig_number(b, t->width);
    for (int i = 0; i < t->x.ticks && !t->x.names; i++)
        wgi_fig_pair(b, 'M', wgi_px(t, wgi_axis_unit(&t->x, t->x.tick[i])), t->top), wgi_strbuf_put(b, "v"),
            wgi_fig_number(b, t->height);
    wgi_strbuf_put(b, "\"/>\n");
}

static void put_ticks(const wgi_fig *s, const wgi_plot *t, double long_one, double short_one)
{
    wgi_strbuf *b = s->b;
    for (int i = 0; i < t->x.ticks; i++)
        wgi_fig_pair(b, 'M', wgi_px(t, wgi_axis_unit(&t->x, t->x.tick[i])), t->top + t->height),
            wgi_strbuf_put(b, "v"), wgi_fig_number(b, long_one);
    for (int i = 0; i < t->x.minors; i++)
        wgi_fig_pair(b, 'M', wgi_px(t, wgi_axis_unit(&t->x, t->x.minor[i])), t->top + t->height),
            wgi_strbuf_put(b, "v"), wgi_fig_number(b, short_one);
    for (int i = 0; i < t->y.ticks; i++)
        wgi_fig_pair(b, 'M', t->left, wgi_py(t, wgi_axis_unit(&t->y, t->y.tick[i]))), wgi_strbuf_put(b, "h"),
            wgi_fig_number(b, -long_one);
    for (int i = 0; i < t->y.minors; i++)
        wgi_fig_pair(b, 'M', t->left, wgi_py(t, wgi_axis_unit(&t->y, t->y.minor[i]))), wgi_strbuf_put(b, "h"),
            wgi_fig_number(b, -short_one);
}

static void put_axes(const wgi_fig *s, const wgi_plot *t)
{
    wgi_strbuf *b = s->b;
    wgi_strbuf_put(b, "<path stroke-width=\"1.2\"");
    wgi_fig_paint(s, WG_COLOR_GREY, WGI_FIG_NONE);
    wgi_strbuf_put(b, " d=\"");
    wgi_fig_pair(b, 'M', t->left, t->top);
    if (!t->y.hidden) wgi_fig_pair(b, 'L', t->left, t->top + t->height);
    if (!t->x.hidden)
        wgi_fig_pair(b, 'M', t->left, t->top + t->height),
            wgi_fig_pair(b, 'L', t->left + t->width, t->top + t->height);
    put_ticks(s, t, 0.33 * s->g->font, 0.2 * s->g->font);
    wgi_strbuf_put(b, "\"/>\n");
}

static void put_bar(const wgi_fig *s, const wgi_plot *t)
{
    double low, high;
    wg_color_map map;
    const double x = t->bar_left, width = 0.9 * s->g->font;
    wgi_color_ends(t->bar, &low, &high, &map);
    wgi_strbuf_put(s->b, "<g shape-rendering=\"crispEdges\">");
    for (int i = 0; i < 64; i++) {
        wgi_strbuf_put(s->b, "<path");
        wgi_fig_color(s->b, "fill", wgi_map_color(map, (i + 0.5) / 64));
        wgi_strbuf_put(s->b, " d=\"");
        wgi_fig_pair(s->b, 'M', x, wgi_py(t, i / 64.0));
        wgi_strbuf_put(s->b, "H"), wgi_fig_number(s->b, x + width);
        wgi_strbuf_put(s->b, "V"), wgi_fig_number(s->b, wgi_py(t, (i + 1) / 64.0));
        wgi_strbuf_put(s->b, "H"), wgi_fig_number(s->b, x), wgi_strbuf_put(s->b, "z\"/>");
    }
    wgi_strbuf_put(s->b, "</g>\n");
}

/* ---- labels and legends ---- */

static void put_label(const wgi_fig *s, const wgi_label *l)
{
    static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
    wgi_strbuf *b = s->b;
    if (!*l->text) return;
    wgi_strbuf_put(b, "<text");
    if (l->angle != 0)
        wgi_strbuf_format(b, " transform=\"translate(%.1f %.1f) rotate(%.1f)\"", l->x, l->y,
                          l->angle * 90 / acos(0));
    else wgi_strbuf_format(b, " x=\"%.1f\" y=\"%.1f\"", l->x, l->y);
    wgi_strbuf_put(b, anchors[l->anchor]);
    if (l->size != s->g->font) wgi_strbuf_format(b, " font-size=\"%.1f\"", l->size);
    if (l->bold) wgi_strbuf_put(b, " font-weight=\"bold\"");
    if (l->halo) wgi_strbuf_put(b, " stroke-width=\"3.5\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
    wgi_fig_paint(s, l->halo ? WGI_PAPER : WGI_FIG_NONE, l->color);
    wgi_strbuf_put(b, ">");
    put_text(s, l->text);
    wgi_strbuf_put(b, "</text>\n");
}

static void put_sample(const wgi_fig *s, const wgi_entry *e)
{
    const wg_series *k = e->series;
    const double f = s->g->font, x1 = e->x + 2.2 * f, middle = e->x + 1.1 * f;
    const int color = k->kind == WGI_CONTOUR && !k->o.color ? WG_COLOR_GREY : wgi_color_of(k);
    const int marker = k->kind == WG_SERIES_PATH     ? WG_MARKER_DISC
                       : k->o.marker                 ? (int)k->o.marker
                       : k->kind == WG_SERIES_POINTS ? wgi_marker_of(k)
                                                     : 0;
    if (k->kind == WG_SERIES_BARS || k->kind == WG_SERIES_BAND || k->kind == WG_SERIES_HISTOGRAM) {
        wgi_strbuf_format(
            s->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill-opacity=\"%.2f\"",
            e->x + 0.5 * f, e->y - 0.4 * f, 1.2 * f, 0.8 * f, k->kind == WG_SERIES_BARS ? 0.85 : 0.4);
        wgi_fig_paint(s, WGI_FIG_NONE, color);
        wgi_strbuf_put(s->b, "/>\n");
        return;
    }
    if (k->kind != WG_SERIES_POINTS) {
        wgi_fig_line_start(s, color, 2.4 * (k->o.width != 0 ? fmin(k->o.width, 3) : 1), wgi_dash_of(k));
        wgi_strbuf_format(s->b, " d=\"M%.1f %.1fH%.1f\"/>\n", e->x, e->y, x1);
    }
    if (!marker) return;
    wgi_fig_marker_start(s, marker, color, 4.5, 1);
    wgi_fig_marker_path(s, marker, middle, e->y, 4.5);
    wgi_strbuf_put(s->b, "\"/>\n");
}

static void put_legend(const wgi_fig *s, const wgi_plot *t)
{
    if (!t->entries) return;
    if (t->legend_inside) {
        wgi_strbuf_format(
            s->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill-opacity=\"0.88\"",
            t->legend_left, t->legend_top, t->legend_width, t->legend_height);
        wgi_fig_paint(s, WGI_FIG_NONE, WGI_PAPER);
        wgi_strbuf_put(s->b, "/>\n");
    }
    for (int i = 0; i < t->entries; i++) put_sample(s, &t->entry[i]);
}

/* ---- all ---- */

/* Shapes and labels of a frame stand in a group with its number. */
static void open_frame(wgi_fig *s, int frame)
{
    if (frame == s->frame) return;
    if (s->frame && s->all) wgi_strbuf_put(s->b, "</g>\n");
    if (frame && s->all) wgi_strbuf_format(s->b, "<g class=\"k k%d\">\n", frame);
    s->frame = frame;
}

static bool is_written(const wgi_fig *s, int frame) { return s->all || wgi_in_frame(frame, s->w->frame); }

static bool on_image(const wgi_plot *t)
{
    for (int64_t i = 0; i < t->shapes; i++)
        if (t->shape[i].kind == WGI_SHAPE_RECTS && t->shape[i].color > 0 && t->shape[i].color & WGI_RGB)
            return true;
    return false;
}

static void put_plot(wgi_fig *s, int i)
{
    const wgi_plot *t = s->t = &s->g->plot[i];
    const bool image = on_image(t);
    wgi_strbuf_format(
        s->b,
        "<clipPath id=\"%s-%d\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>\n",
        s->w->id, i, t->left, t->top, t->width, t->height);
    if (!t->panel->o.no_grid && !image) put_grid(s, t);
    wgi_strbuf_format(s->b, "<g clip-path=\"url(#%s-%d)\">\n", s->w->id, i);
    s->fixed = image;
    for (int64_t k = 0; k < t->shapes; k++) {
        if (!is_written(s, t->shape[k].frame)) continue;
        open_frame(s, t->shape[k].frame);
        wgi_fig_shape(s, &t->shape[k]);
    }
    open_frame(s, 0);
    s->fixed = false;
    wgi_strbuf_put(s->b, "</g>\n");
    put_axes(s, t);
    if (t->bar) put_bar(s, t);
    put_legend(s, t);
}

static void put_frame_names(wgi_fig *s)
{
    const wg_figure *f = s->g->of;
    for (int k = 1; k <= f->frames; k++) {
        if (!is_written(s, k)) continue;
        open_frame(s, k);
        wgi_strbuf_format(s->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\"",
                          s->g->width - 0.6 * s->g->font, 1.3 * s->g->font);
        wgi_fig_paint(s, WGI_FIG_NONE, WG_COLOR_GREY);
        wgi_strbuf_put(s->b, ">");
        wgi_strbuf_clean_xml(s->b, f->frame_name[k - 1], 60);
        wgi_strbuf_put(s->b, "</text>\n");
    }
    open_frame(s, 0);
}

void wgi_write_svg(const wgi_page *g, const wgi_writing *w, bool all_frames, wgi_strbuf *b)
{
    wgi_fig s = { .g = g, .w = w, .b = b, .hover = all_frames, .all = all_frames };
    put_head(&s);
    for (int i = 0; i < g->plots; i++) put_plot(&s, i);
    for (int64_t i = 0; i < g->labels; i++) {
        const wgi_label *l = &g->label[i];
        if (!is_written(&s, l->frame)) continue;
        open_frame(&s, l->frame);
        s.fixed = l->kind == WGI_LABEL_INSIDE && l->panel >= 0 && on_image(&g->plot[l->panel]);
        put_label(&s, l);
    }
    s.fixed = false;
    open_frame(&s, 0);
    put_frame_names(&s);
    wgi_strbuf_put(b, "</svg>\n");
}
