/* svg_shapes.c: shapes and markers as SVG, and the parts that elements of an SVG are written with. */
#include "figure/figure_svg.h"

#include <math.h>
#include <string.h>

enum { HOVER = 300, HINTS = 300 };

/* ---- small parts ---- */

void wgi_fig_number(wgi_strbuf *b, double v)
{
    char s[32];
    int n = snprintf(s, sizeof s, "%.1f", v);
    if (n > 2 && s[n - 1] == '0') s[n -= 2] = 0;
    wgi_strbuf_put(b, strcmp(s, "-0") == 0 ? "0" : s);
}

void wgi_fig_pair(wgi_strbuf *b, char letter, double x, double y)
{
    wgi_strbuf_add(b, &letter, 1);
    wgi_fig_number(b, x);
    wgi_strbuf_put(b, " ");
    wgi_fig_number(b, y);
}

void wgi_fig_color(wgi_strbuf *b, const char *attribute, int c)
{
    if (c == WGI_PAPER) wgi_strbuf_format(b, " %s=\"#ffffff\"", attribute);
    else if (c & WGI_RGB) wgi_strbuf_format(b, " %s=\"#%06x\"", attribute, (unsigned)c & 0xffffff);
    else wgi_strbuf_format(b, " %s=\"%s\"", attribute, wgi_palette_of[c].light);
}

void wgi_fig_paint(const wgi_fig *s, int stroke, int fill)
{
    wgi_strbuf *b = s->b;
    const bool is_stroke = stroke != WGI_FIG_NONE && !(stroke > 0 && stroke & WGI_RGB) && !s->fixed;
    const bool is_fill = fill != WGI_FIG_NONE && !(fill > 0 && fill & WGI_RGB) && !s->fixed;
    if (stroke != WGI_FIG_NONE) wgi_fig_color(b, "stroke", stroke);
    if (fill == WGI_FIG_NONE) wgi_strbuf_put(b, " fill=\"none\"");
    else wgi_fig_color(b, "fill", fill);
    if (!is_stroke && !is_fill) return;
    wgi_strbuf_put(b, " class=\"");
    if (is_stroke) wgi_strbuf_format(b, stroke == WGI_PAPER ? "sp" : "s%d", stroke);
    if (is_fill) wgi_strbuf_format(b, fill == WGI_PAPER ? "%sfp" : "%sf%d", is_stroke ? " " : "", fill);
    wgi_strbuf_put(b, "\"");
}

/* ---- shapes ---- */

static double x_at(const wgi_fig *s, const wgi_shape *k, int64_t i)
{
    return wgi_px(s->t, s->t->u[k->first + i]);
}
static double y_at(const wgi_fig *s, const wgi_shape *k, int64_t i)
{
    return wgi_py(s->t, s->t->v[k->first + i]);
}
static bool gap_at(const wgi_fig *s, const wgi_shape *k, int64_t i) { return isnan(s->t->u[k->first + i]); }

static void put_dash(const wgi_fig *s, int dash, double width)
{
    static const double dashes[5][4] = {
        { 0 }, { 0 }, { 4.5, 3, 0, 0 }, { 0.1, 2.6, 0, 0 }, { 5.5, 2.6, 0.1, 2.6 }
    };
    if (dash < 2) return;
    wgi_strbuf_put(s->b, " stroke-dasharray=\"");
    for (int i = 0; i < (dash == 4 ? 4 : 2); i++) {
        if (i) wgi_strbuf_put(s->b, " ");
        wgi_fig_number(s->b, dashes[dash][i] * width);
    }
    wgi_strbuf_put(s->b, "\"");
}

void wgi_fig_line_start(const wgi_fig *s, int color, double width, int dash)
{
    wgi_strbuf_put(s->b, "<path stroke-linejoin=\"round\" stroke-linecap=\"round\" stroke-width=\"");
    wgi_fig_number(s->b, width);
    wgi_strbuf_put(s->b, "\"");
    put_dash(s, dash, width);
    wgi_fig_paint(s, color, WGI_FIG_NONE);
}

static void put_hint(const wgi_fig *s, const char *hint)
{
    if (!hint) {
        wgi_strbuf_put(s->b, "/>\n");
        return;
    }
    wgi_strbuf_put(s->b, "><title>");
    wgi_strbuf_clean_xml(s->b, hint, 400);
    wgi_strbuf_put(s->b, "</title></path>\n");
}

/* A part of one point is a line of length 0, which the round caps make a dot. */
static void put_line(const wgi_fig *s, const wgi_shape *k)
{
    int part = 0;
    wgi_fig_line_start(s, k->color, k->width, k->dash);
    wgi_strbuf_put(s->b, " d=\"");
    for (int64_t i = 0; i < k->n; i++) {
        if (gap_at(s, k, i)) {
            if (part == 1) wgi_strbuf_put(s->b, "h0");
            part = 0;
            continue;
        }
        wgi_fig_pair(s->b, part++ ? 'L' : 'M', x_at(s, k, i), y_at(s, k, i));
    }
    wgi_strbuf_put(s->b, part == 1 ? "h0\"" : "\"");
    put_hint(s, k->hint);
}

static void put_area(const wgi_fig *s, const wgi_shape *k)
{
    bool pen = false;
    wgi_strbuf_format(s->b, "<path fill-opacity=\"%.2f\"", k->opacity);
    wgi_fig_paint(s, WGI_FIG_NONE, k->color);
    wgi_strbuf_put(s->b, " d=\"");
    for (int64_t i = 0; i < k->n; i++) {
        if (gap_at(s, k, i)) wgi_strbuf_put(s->b, pen ? "z" : ""), pen = false;
        else wgi_fig_pair(s->b, pen ? 'L' : 'M', x_at(s, k, i), y_at(s, k, i)), pen = true;
    }
    wgi_strbuf_put(s->b, pen ? "z\"/>\n" : "\"/>\n");
}

/* Cells of an image of one colour: their middle lines, as wide as a row. That takes half as many letters as
 * rectangles. */
static void put_cells(const wgi_fig *s, const wgi_shape *k)
{
    wgi_strbuf_format(s->b, "<path shape-rendering=\"crispEdges\" stroke-width=\"%.2f\"",
                      fabs(y_at(s, k, 1) - y_at(s, k, 0)) + (k->opacity < 1 ? 0 : 0.3));
    if (k->opacity < 1) wgi_strbuf_format(s->b, " stroke-opacity=\"%.2f\"", k->opacity);
    wgi_fig_paint(s, k->color, WGI_FIG_NONE);
    wgi_strbuf_put(s->b, " d=\"");
    for (int64_t i = 0; i + 1 < k->n; i += 2) {
        wgi_fig_pair(s->b, 'M', x_at(s, k, i), (y_at(s, k, i) + y_at(s, k, i + 1)) / 2);
        wgi_strbuf_put(s->b, "H"), wgi_fig_number(s->b, x_at(s, k, i + 1));
    }
    wgi_strbuf_put(s->b, "\"/>\n");
}

static void put_rects(const wgi_fig *s, const wgi_shape *k)
{
    if (k->series->kind == WGI_IMAGE && k->series->rows > 20) {
        put_cells(s, k);
        return;
    }
    wgi_strbuf_put(s->b, "<path");
    if (k->opacity < 1) wgi_strbuf_format(s->b, " fill-opacity=\"%.2f\"", k->opacity);
    if (k->outline) wgi_strbuf_format(s->b, " stroke-width=\"%.1f\"", fmin(k->width, 1.2));
    else wgi_strbuf_put(s->b, " shape-rendering=\"crispEdges\"");
    wgi_fig_paint(s, k->outline ? k->color : WGI_FIG_NONE, k->color);
    wgi_strbuf_put(s->b, " d=\"");
    for (int64_t i = 0; i + 1 < k->n; i += 2) {
        wgi_fig_pair(s->b, 'M', x_at(s, k, i), y_at(s, k, i));
        wgi_strbuf_put(s->b, "H"), wgi_fig_number(s->b, x_at(s, k, i + 1));
        wgi_strbuf_put(s->b, "V"), wgi_fig_number(s->b, y_at(s, k, i + 1));
        wgi_strbuf_put(s->b, "H"), wgi_fig_number(s->b, x_at(s, k, i)), wgi_strbuf_put(s->b, "z");
    }
    wgi_strbuf_put(s->b, "\"");
    put_hint(s, k->hint);
}

/* ---- markers ---- */

void wgi_fig_marker_path(const wgi_fig *s, int marker, double x, double y, double r)
{
    wgi_strbuf *b = s->b;
    switch (marker) {
    case WG_MARKER_SQUARE:
        wgi_fig_pair(b, 'M', x - 0.88 * r, y - 0.88 * r), wgi_fig_pair(b, 'l', 1.76 * r, 0),
            wgi_fig_pair(b, 'l', 0, 1.76 * r), wgi_fig_pair(b, 'l', -1.76 * r, 0), wgi_strbuf_put(b, "z");
        break;
    case WG_MARKER_TRIANGLE:
        wgi_fig_pair(b, 'M', x, y - 1.2 * r), wgi_fig_pair(b, 'l', 1.1 * r, 1.9 * r),
            wgi_fig_pair(b, 'l', -2.2 * r, 0), wgi_strbuf_put(b, "z");
        break;
    case WG_MARKER_DIAMOND:
        wgi_fig_pair(b, 'M', x, y - 1.3 * r), wgi_fig_pair(b, 'l', 1.3 * r, 1.3 * r),
            wgi_fig_pair(b, 'l', -1.3 * r, 1.3 * r), wgi_fig_pair(b, 'l', -1.3 * r, -1.3 * r),
            wgi_strbuf_put(b, "z");
        break;
    case WG_MARKER_CROSS:
        wgi_fig_pair(b, 'M', x - r, y - r), wgi_fig_pair(b, 'l', 2 * r, 2 * r),
            wgi_fig_pair(b, 'm', -2 * r, 0), wgi_fig_pair(b, 'l', 2 * r, -2 * r);
        break;
    case WG_MARKER_RING:
        wgi_fig_pair(b, 'M', x - r, y),
            wgi_strbuf_format(b, "a%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0", r, r, 2 * r, r, r, -2 * r);
        break;
    default: wgi_fig_pair(b, 'M', x, y), wgi_strbuf_put(b, "h0");
    }
}

/* The start of a path of markers, up to its d. A disc is a line of length 0 with round caps. */
void wgi_fig_marker_start(const wgi_fig *s, int marker, int color, double r, double opacity)
{
    wgi_strbuf_put(s->b, "<path");
    if (marker == WG_MARKER_DISC || marker == WG_MARKER_DEFAULT) {
        wgi_strbuf_format(s->b, " stroke-linecap=\"round\" stroke-width=\"%.1f\"", 2 * r);
        if (opacity < 1) wgi_strbuf_format(s->b, " stroke-opacity=\"%.2f\"", opacity);
        wgi_fig_paint(s, color, WGI_FIG_NONE);
    } else if (marker == WG_MARKER_CROSS || marker == WG_MARKER_RING) {
        wgi_strbuf_put(s->b, " stroke-width=\"2\" stroke-linecap=\"round\"");
        wgi_fig_paint(s, color, WGI_FIG_NONE);
    } else {
        if (opacity < 1) wgi_strbuf_format(s->b, " fill-opacity=\"%.2f\"", opacity);
        wgi_fig_paint(s, WGI_FIG_NONE, color);
    }
    wgi_strbuf_put(s->b, " d=\"");
}

static void put_values(const wgi_fig *s, double u, double v)
{
    char x[WGI_TICK_TEXT], y[WGI_TICK_TEXT];
    wgi_axis_number(x, sizeof x, wgi_axis_value(&s->t->x, u), 4);
    wgi_axis_number(y, sizeof y, wgi_axis_value(&s->t->y, v), 4);
    wgi_strbuf_format(s->b, "<title>%s, %s</title>", x, y);
}

static bool in_plot(const wgi_fig *s, const wgi_shape *k, int64_t i)
{
    const double u = s->t->u[k->first + i], v = s->t->v[k->first + i];
    return u >= -0.01 && u <= 1.01 && v >= -0.01 && v <= 1.01;
}

static void put_disc(const wgi_fig *s, const wgi_shape *k)
{
    for (int64_t i = 0; i < k->n; i++) {
        wgi_strbuf_format(s->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill-opacity=\"%.2f\"",
                          x_at(s, k, i), y_at(s, k, i), k->radius, k->opacity);
        wgi_fig_paint(s, k->color, k->color);
        wgi_strbuf_put(s->b, k->hint ? "><title>" : "/>\n");
        if (k->hint) wgi_strbuf_clean_xml(s->b, k->hint, 400), wgi_strbuf_put(s->b, "</title></circle>\n");
    }
}

static void put_marks(const wgi_fig *s, const wgi_shape *k)
{
    const bool hints = s->hover && k->n <= HINTS;
    if (k->outline) {
        put_disc(s, k);
        return;
    }
    if (!hints) wgi_fig_marker_start(s, k->marker, k->color, k->radius, k->opacity);
    for (int64_t i = 0; i < k->n; i++) {
        if (!in_plot(s, k, i)) continue;
        if (hints) wgi_fig_marker_start(s, k->marker, k->color, k->radius, k->opacity);
        wgi_fig_marker_path(s, k->marker, x_at(s, k, i), y_at(s, k, i), k->radius);
        if (!hints) continue;
        wgi_strbuf_put(s->b, "\">");
        put_values(s, s->t->u[k->first + i], s->t->v[k->first + i]);
        wgi_strbuf_put(s->b, "</path>\n");
    }
    if (!hints) wgi_strbuf_put(s->b, "\"/>\n");
}

/* Circles that cannot be seen, with the values of a line's points. */
static void put_hover(const wgi_fig *s, const wgi_shape *k)
{
    if (k->faint || k->n > HOVER) return;
    for (int64_t i = 0; i < k->n; i++) {
        if (gap_at(s, k, i) || !in_plot(s, k, i)) continue;
        wgi_strbuf_format(s->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" fill-opacity=\"0\">", x_at(s, k, i),
                          y_at(s, k, i));
        put_values(s, s->t->u[k->first + i], s->t->v[k->first + i]);
        wgi_strbuf_put(s->b, "</circle>\n");
    }
}

static void put_arrow(const wgi_fig *s, const wgi_shape *k)
{
    int64_t end = k->n - 1, i;
    while (end > 0 && gap_at(s, k, end)) end--;
    for (i = end - 1; i >= 0 && !gap_at(s, k, i); i--)
        if (hypot(x_at(s, k, end) - x_at(s, k, i), y_at(s, k, end) - y_at(s, k, i)) > 3) break;
    if (i < 0 || gap_at(s, k, i)) return;
    const double x = x_at(s, k, end), y = y_at(s, k, end), a = atan2(y - y_at(s, k, i), x - x_at(s, k, i)),
                 r = 5 * k->width;
    wgi_strbuf_put(s->b, "<path");
    wgi_fig_paint(s, WGI_FIG_NONE, k->color);
    wgi_strbuf_put(s->b, " d=\"");
    wgi_fig_pair(s->b, 'M', x + 0.35 * r * cos(a), y + 0.35 * r * sin(a));
    wgi_fig_pair(s->b, 'L', x - r * cos(a - 0.42), y - r * sin(a - 0.42));
    wgi_fig_pair(s->b, 'L', x - r * cos(a + 0.42), y - r * sin(a + 0.42));
    wgi_strbuf_put(s->b, "z\"/>\n");
}

void wgi_fig_shape(const wgi_fig *s, const wgi_shape *k)
{
    if (!k->n) return;
    switch (k->kind) {
    case WGI_SHAPE_LINE: put_line(s, k); break;
    case WGI_SHAPE_AREA: put_area(s, k); break;
    case WGI_SHAPE_RECTS: put_rects(s, k); break;
    default: put_marks(s, k);
    }
    if (k->arrow) put_arrow(s, k);
    if (s->hover && k->kind == WGI_SHAPE_LINE) put_hover(s, k);
}
