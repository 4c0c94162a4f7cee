/* write_pgfplots.c: a page as LaTeX with pgfplots, a file that pdflatex compiles by itself.
 *
 * Each panel is an axis at its place on the page, with the data's own numbers, so that it can be
 * edited. Where the numbers are too near to each other for TeX's arithmetic the axis goes from 0 to 1.
 * Letters are \footnotesize. The page has the size of the figure. */
#include "figure/figure_private.h"

#include <math.h>

enum { MARGIN = 4 };

typedef struct tex {
    const wgi_figure_page *g;
    const wgi_writing *w;
    const wgi_plot *t;
    wgi_strbuf *b;
    double scale; /* points of TeX in a unit of the page */
    bool unit_x, unit_y;
} tex;

/* ---- numbers and colours ---- */

static bool is_narrow(const wgi_axis *a)
{
    const double most = fmax(fabs(a->low), fabs(a->high));
    return !a->logarithmic && (!(a->high - a->low > 1e-4 * most) || most > 1e15 || a->high - a->low < 1e-15);
}

static void put_value(const tex *x, const wgi_axis *a, bool unit, double u)
{
    if (isnan(u)) wgi_strbuf_put(x->b, "nan");
    else wgi_strbuf_format(x->b, "%.7g", unit ? u : wgi_axis_value(a, u));
}

static void put_point(const tex *x, double u, double v)
{
    wgi_strbuf_put(x->b, "(");
    put_value(x, &x->t->x, x->unit_x, u), wgi_strbuf_put(x->b, ",");
    put_value(x, &x->t->y, x->unit_y, v), wgi_strbuf_put(x->b, ") ");
}

static void put_color(const tex *x, int c)
{
    if (c == WGI_PAPER) wgi_strbuf_put(x->b, "white");
    else if (c & WGI_RGB)
        wgi_strbuf_format(x->b, "{rgb,255:red,%d;green,%d;blue,%d}", c >> 16 & 255, c >> 8 & 255, c & 255);
    else wgi_strbuf_format(x->b, "wgc%d", c);
}

static double px(const tex *x, double v) { return v * x->scale; }
static double py(const tex *x, double v) { return (x->g->height - v) * x->scale; }

/* ---- axes ---- */

static void put_ticks(const tex *x, const wgi_axis *a, bool unit, char letter)
{
    wgi_strbuf *b = x->b;
    wgi_strbuf_format(b, "  %ctick={", letter);
    for (int i = 0; i < a->ticks; i++) {
        if (i) wgi_strbuf_put(b, ",");
        put_value(x, a, unit, wgi_axis_unit(a, a->tick[i]));
    }
    wgi_strbuf_format(b, "}, %cticklabels={", letter);
    for (int i = 0; i < a->ticks; i++) {
        wgi_strbuf_put(b, i ? ",{" : "{");
        wgi_strbuf_tex(b, wgi_page_text(x->g, wgi_tick_text(a, i)));
        wgi_strbuf_put(b, "}");
    }
    wgi_strbuf_put(b, "},\n");
    if (!a->minors) return;
    wgi_strbuf_format(b, "  minor %ctick={", letter);
    for (int i = 0; i < a->minors; i++) wgi_strbuf_format(b, i ? ",%.7g" : "%.7g", a->minor[i]);
    wgi_strbuf_put(b, "},\n");
}

static void put_limits(const tex *x, const wgi_axis *a, bool unit, char letter)
{
    wgi_strbuf *b = x->b;
    wgi_strbuf_format(b, "  %cmin=%.9g, %cmax=%.9g,", letter, unit ? 0 : a->low, letter, unit ? 1 : a->high);
    if (a->logarithmic) wgi_strbuf_format(b, " %cmode=log,", letter);
    if (a->reversed && !unit) wgi_strbuf_format(b, " %c dir=reverse,", letter);
    wgi_strbuf_put(b, "\n");
    if (a->hidden) wgi_strbuf_format(b, "  %ctick=\\empty, axis %c line=none,\n", letter, letter);
    else put_ticks(x, a, unit, letter);
    wgi_strbuf_format(b, "  %clabel={", letter);
    wgi_strbuf_tex(b, wgi_page_text(x->g, a->label));
    wgi_strbuf_put(b, "},\n");
}

static bool has_image(const wgi_plot *t)
{
    for (const wg_series *s = t->panel->series; s; s = s->next)
        if (s->kind == WGI_IMAGE) return true;
    return false;
}

static void put_axis(const tex *x)
{
    wgi_strbuf *b = x->b;
    const wgi_plot *t = x->t;
    const double above = t->entries && !t->legend_inside ? px(x, t->legend_height) + 3 : 0;
    wgi_strbuf_format(
        b,
        "\\begin{axis}[at={(%.2fpt,%.2fpt)}, anchor=south west, scale only axis, width=%.2fpt, "
        "height=%.2fpt,\n  axis lines*=left, tick align=outside, unbounded coords=jump, clip marker "
        "paths=true, "
        "%sgrid style={gray!25},\n  title style={font=\\footnotesize\\bfseries, yshift=%.1fpt}, title={",
        px(x, t->left), py(x, t->top + t->height), px(x, t->width), px(x, t->height),
        t->panel->o.grid && !has_image(t) ? "grid=major, " : "", above);
    wgi_strbuf_tex(b, wgi_page_text(x->g, t->panel->title));
    wgi_strbuf_put(b, "},\n");
    put_limits(x, &t->x, x->unit_x, 'x'), put_limits(x, &t->y, x->unit_y, 'y');
    wgi_strbuf_put(b, "]\n");
}

/* ---- shapes ---- */

static const char *dash_of(int dash)
{
    static const char *const dashes[] = { "solid", "solid", "dashed", "dotted", "dashdotted" };
    return dashes[dash >= 0 && dash < 5 ? dash : 0];
}

static void put_points(const tex *x, const wgi_drawn_shape *k, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        put_point(x, x->t->u[k->first + i], x->t->v[k->first + i]);
        if (i % 8 == 7) wgi_strbuf_put(x->b, "\n  ");
    }
}

static void put_line(const tex *x, const wgi_drawn_shape *k)
{
    wgi_strbuf_put(x->b, "\\addplot[color=");
    put_color(x, k->color);
    wgi_strbuf_format(x->b, ", %s, line width=%.2fpt%s, line join=round] coordinates {", dash_of(k->dash),
                      k->width * x->scale, k->arrow ? ", -{Stealth}" : "");
    put_points(x, k, 0, k->n);
    wgi_strbuf_put(x->b, "};\n");
}

static void put_area(const tex *x, const wgi_drawn_shape *k)
{
    for (int64_t i = 0, end; i < k->n; i = end + 1) {
        for (end = i; end < k->n && !isnan(x->t->u[k->first + end]);) end++;
        if (end == i) continue;
        wgi_strbuf_put(x->b, "\\addplot[draw=none, fill=");
        put_color(x, k->color);
        wgi_strbuf_format(x->b, ", fill opacity=%.2f] coordinates {", k->opacity);
        put_points(x, k, i, end);
        wgi_strbuf_put(x->b, "} -- cycle;\n");
    }
}

static void put_corner(const tex *x, const wgi_drawn_shape *k, int64_t i)
{
    wgi_strbuf_put(x->b, "(axis cs:");
    put_value(x, &x->t->x, x->unit_x, x->t->u[k->first + i]), wgi_strbuf_put(x->b, ",");
    put_value(x, &x->t->y, x->unit_y, x->t->v[k->first + i]), wgi_strbuf_put(x->b, ")");
}

static void put_rects(const tex *x, const wgi_drawn_shape *k)
{
    wgi_strbuf *b = x->b;
    wgi_strbuf_format(b, "\\path[fill opacity=%.2f, fill=", k->opacity);
    put_color(x, k->color);
    if (k->outline) wgi_strbuf_put(b, ", draw="), put_color(x, k->color);
    wgi_strbuf_put(b, "]");
    for (int64_t i = 0; i + 1 < k->n; i += 2) {
        wgi_strbuf_put(b, " "), put_corner(x, k, i), wgi_strbuf_put(b, " rectangle "),
            put_corner(x, k, i + 1);
        if (i % 8 == 6) wgi_strbuf_put(b, "\n ");
    }
    wgi_strbuf_put(b, ";\n");
}

static const char *mark_of(int marker)
{
    static const char *const marks[WG_MARKER_KINDS] = {
        "*", "*", "square*", "triangle*", "diamond*", "x", "o"
    };
    return marks[marker >= 0 && marker < WG_MARKER_KINDS ? marker : 0];
}

static void put_marks(const tex *x, const wgi_drawn_shape *k)
{
    wgi_strbuf_put(x->b, "\\addplot[only marks, color=");
    put_color(x, k->color);
    wgi_strbuf_format(x->b, ", mark=%s, mark size=%.2fpt, mark options={fill opacity=%.2f}] coordinates {",
                      mark_of(k->marker), k->radius * x->scale, k->opacity);
    put_points(x, k, 0, k->n);
    wgi_strbuf_put(x->b, "};\n");
}

static void put_shape(const tex *x, const wgi_drawn_shape *k)
{
    if (!k->n || !wgi_in_frame(k->frame, x->w->frame)) return;
    switch (k->kind) {
    case WGI_SHAPE_LINE: put_line(x, k); break;
    case WGI_SHAPE_AREA: put_area(x, k); break;
    case WGI_SHAPE_RECTS: put_rects(x, k); break;
    default: put_marks(x, k);
    }
}

/* A rectangle on the page, of a path whose options are written already. */
static void put_rect(const tex *x, double left, double low, double right, double high)
{
    wgi_strbuf_format(x->b, "] (%.2fpt,%.2fpt) rectangle (%.2fpt,%.2fpt);\n", left, low, right, high);
}

/* ---- labels on the page: in frames, of legends and colour bars, the figure's title ---- */

static void put_label(const tex *x, const wgi_label *l)
{
    wgi_strbuf *b = x->b;
    static const char *const anchors[] = { "base west", "base", "base east" };
    const bool is_page = l->kind == WGI_LABEL_INSIDE || l->kind == WGI_LABEL_LEGEND ||
                         l->kind == WGI_LABEL_BAR || (l->kind == WGI_LABEL_TITLE && l->panel < 0);
    if (!is_page || !*l->text || !wgi_in_frame(l->frame, x->w->frame)) return;
    wgi_strbuf_format(b, "\\node[anchor=%s, inner sep=%s", anchors[l->anchor],
                      l->halo ? "0.7pt, fill=white, fill opacity=0.75, text opacity=1" : "0pt");
    if (l->upwards) wgi_strbuf_put(b, ", rotate=90.0");
    if (l->size < 0.99 * x->g->font) wgi_strbuf_format(b, ", scale=%.2f", l->size / x->g->font);
    wgi_strbuf_put(b, ", text="), put_color(x, l->color);
    wgi_strbuf_format(b, "] at (%.2fpt,%.2fpt) {%s", px(x, l->x), py(x, l->y), l->bold ? "\\bfseries " : "");
    wgi_strbuf_tex(b, l->text);
    wgi_strbuf_put(b, "};\n");
}

static void put_sample(const tex *x, const wgi_figure_entry *e)
{
    wgi_strbuf *b = x->b;
    const wg_series *s = e->series;
    const double f = x->g->font, from = px(x, e->x), to = px(x, e->x + 2.2 * f), y = py(x, e->y);
    if (wgi_is_filled(s)) {
        wgi_strbuf_put(b, "\\fill[fill opacity=0.6, fill="), put_color(x, e->color);
        put_rect(x, from, y - 3, to, y + 3);
    } else if (s->kind == WG_SERIES_POINTS) {
        wgi_strbuf_put(b, "\\path["), put_color(x, e->color);
        wgi_strbuf_format(b, "] plot[mark=%s,mark size=2.2pt] coordinates {(%.2fpt,%.2fpt)};\n",
                          mark_of(wgi_marker_of(s)), (from + to) / 2, y);
    } else {
        wgi_strbuf_put(b, "\\draw["), put_color(x, e->color);
        wgi_strbuf_format(b, ", %s, line width=1.1pt] (%.2fpt,%.2fpt) -- (%.2fpt,%.2fpt);\n",
                          dash_of(wgi_dash_of(s)), from, y, to, y);
    }
}

static void put_bar(const tex *x)
{
    double low, high;
    wg_color_map map;
    wgi_color_ends(x->t->bar, &low, &high, &map);
    for (int i = 0; i < 64; i++) {
        wgi_strbuf_put(x->b, "\\fill[fill="), put_color(x, wgi_map_color(map, (i + 0.5) / 64));
        put_rect(x, px(x, x->t->bar_left), py(x, wgi_py(x->t, i / 64.0)),
                 px(x, x->t->bar_left + 0.9 * x->g->font), py(x, wgi_py(x->t, (i + 1) / 64.0)));
    }
}

static void put_plot(tex *x)
{
    const wgi_plot *t = x->t;
    x->unit_x = is_narrow(&t->x), x->unit_y = is_narrow(&t->y);
    put_axis(x);
    for (int64_t i = 0; i < t->shapes; i++) put_shape(x, &t->shape[i]);
    wgi_strbuf_put(x->b, "\\end{axis}\n");
    if (t->bar) put_bar(x);
    if (t->entries && t->legend_inside) {
        wgi_strbuf_put(x->b, "\\fill[white, fill opacity=0.88");
        put_rect(x, px(x, t->legend_left), py(x, t->legend_top), px(x, t->legend_left + t->legend_width),
                 py(x, t->legend_top + t->legend_height));
    }
    for (int i = 0; i < t->entries; i++) put_sample(x, &t->entry[i]);
}

void wgi_write_pgfplots(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    tex x = { .g = g, .w = w, .b = b, .scale = 8 / g->font };
    wgi_strbuf_format(
        b,
        "\\documentclass{article}\n\\usepackage[paperwidth=%.2fpt,paperheight=%.2fpt,margin=0pt]{geometry}\n"
        "\\usepackage{amsmath,pgfplots}\n\\pgfplotsset{compat=1.16}\n\\usetikzlibrary{arrows.meta}\n",
        px(&x, g->width) + 2 * MARGIN, px(&x, g->height) + 2 * MARGIN);
    for (int i = 0; i < WG_COLOR_KINDS; i++)
        wgi_strbuf_format(b, "\\definecolor{wgc%d}{HTML}{%.6s}\n", i, wgi_palette_of[i].light + 1);
    wgi_strbuf_put(b, "\\pagestyle{empty}\\parindent=0pt \\topskip=0pt \\parskip=0pt\n"
                      "\\begin{document}\\sffamily\\footnotesize\n\\begin{tikzpicture}\n");
    wgi_strbuf_format(b, "\\path[use as bounding box] (-%dpt,-%dpt) rectangle (%.2fpt,%.2fpt);\n", MARGIN,
                      MARGIN, px(&x, g->width) + MARGIN, px(&x, g->height) + MARGIN);
    for (int i = 0; i < g->plots; i++) {
        x.t = &g->plot[i];
        put_plot(&x);
    }
    for (int64_t i = 0; i < g->labels; i++) put_label(&x, &g->label[i]);
    wgi_strbuf_put(b, "\\end{tikzpicture}\n\\end{document}\n");
}
