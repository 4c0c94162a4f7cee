/* write_svg.c: a page as SVG.
 *
 * Each colour is an attribute, for viewers without CSS variables, and a class, whose variable has
 * another value on a dark page. All selectors begin with the id of the picture, and all ids too, so any
 * two pictures with different ids can stand in one page. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

enum { HOVER = 300, HINTS = 300 }; /* points, up to which their values are shown under the pointer */
enum { NONE = -9 };                /* no stroke, or no fill */

typedef struct svg {
    const wgi_figure_page *g;
    const wgi_writing *w;
    wgi_strbuf *b;
    bool fixed; /* light colours on dark pages, too: what is written lies on an image */
    const wgi_plot *t;
} svg;

/* Values under the pointer. A page with frames has none: each frame would write them all. A part of a page
 * has none, so that it stays small. */
static bool has_hints(const svg *s) { return s->w->all && s->g->of->frames < 2 && !s->w->o->part; }

/* ---- small parts ---- */

static void put(const svg *s, const char *text) { wgi_strbuf_put(s->b, text); }

/* The text with a number in the place of each @: with one decimal, or none. */
static void put_numbers(const svg *s, const char *text, const double *v)
{
    for (size_t n; *text; text += n) {
        wgi_strbuf_add(s->b, text, n = strcspn(text, "@"));
        if (!text[n]) return;
        char number[32];
        int end = snprintf(number, sizeof number, "%.1f", *v++);
        if (end > 2 && number[end - 1] == '0') number[end - 2] = 0;
        put(s, strcmp(number, "-0") == 0 ? "0" : number);
        n++;
    }
}
#define PUT(s, text, ...) put_numbers(s, text, (const double[]){ __VA_ARGS__ })

static void put_color(const svg *s, const char *attribute, int c)
{
    if (c == WGI_PAPER) wgi_strbuf_format(s->b, " %s=\"#ffffff\"", attribute);
    else if (c & WGI_RGB) wgi_strbuf_format(s->b, " %s=\"#%06x\"", attribute, (unsigned)c & 0xffffff);
    else wgi_strbuf_format(s->b, " %s=\"%s\"", attribute, wgi_palette_of[c].light);
}

/* Attributes for both, then classes for those that change on dark pages. A part of a page needs no attribute
 * where it has a class. */
static void paint(const svg *s, int stroke, int fill)
{
    const bool is_stroke = stroke != NONE && !(stroke > 0 && stroke & WGI_RGB) && !s->fixed;
    const bool is_fill = fill != NONE && !(fill > 0 && fill & WGI_RGB) && !s->fixed;
    const bool part = s->w->o->part;
    if (stroke != NONE && !(part && is_stroke)) put_color(s, "stroke", stroke);
    if (fill == NONE) put(s, " fill=\"none\"");
    else if (!(part && is_fill)) put_color(s, "fill", fill);
    if (!is_stroke && !is_fill) return;
    put(s, " class=\"");
    if (is_stroke) wgi_strbuf_format(s->b, stroke == WGI_PAPER ? "sp" : "s%d", stroke);
    if (is_fill) wgi_strbuf_format(s->b, fill == WGI_PAPER ? "%sfp" : "%sf%d", is_stroke ? " " : "", fill);
    put(s, "\"");
}

/* ---- shapes ---- */

static double x_at(const svg *s, const wgi_drawn_shape *k, int64_t i)
{
    return wgi_px(s->t, s->t->u[k->first + i]);
}
static double y_at(const svg *s, const wgi_drawn_shape *k, int64_t i)
{
    return wgi_py(s->t, s->t->v[k->first + i]);
}
static bool gap_at(const svg *s, const wgi_drawn_shape *k, int64_t i) { return isnan(s->t->u[k->first + i]); }

/* The start of a path that is a line, up to its d. */
static void put_line_start(const svg *s, int color, double width, int dash)
{
    static const double dashes[5][4] = {
        { 0 }, { 0 }, { 4.5, 3, 0, 0 }, { 0.1, 2.6, 0, 0 }, { 5.5, 2.6, 0.1, 2.6 }
    };
    const double *d = dashes[dash];
    PUT(s, "<path stroke-linejoin=\"round\" stroke-linecap=\"round\" stroke-width=\"@\"", width);
    if (dash > 1)
        PUT(s, dash == 4 ? " stroke-dasharray=\"@ @ @ @\"" : " stroke-dasharray=\"@ @\"", d[0] * width,
            d[1] * width, d[2] * width, d[3] * width);
    paint(s, color, NONE);
}

static void put_hint(const svg *s, const char *hint, const char *element)
{
    if (!hint) {
        put(s, "/>\n");
        return;
    }
    put(s, "><title>");
    wgi_strbuf_clean_xml(s->b, hint, 400);
    wgi_strbuf_format(s->b, "</title></%s>\n", element);
}

/* Whether all points between two of a line lie on the segment between these, as far as it can be seen. A part
 * of a page has to be small: a third of a pixel of a large window is not seen there. */
static bool is_straight(const svg *s, const wgi_drawn_shape *k, int64_t from, int64_t to)
{
    const double x = x_at(s, k, from), y = y_at(s, k, from), dx = x_at(s, k, to) - x, dy = y_at(s, k, to) - y,
                 length = dx * dx + dy * dy;
    const double seen = s->w->o->part ? 0.17 : 0.05;
    for (int64_t i = from + 1; i < to; i++) {
        const double px = x_at(s, k, i) - x, py = y_at(s, k, i) - y,
                     t = length > 0 ? fmin(fmax((px * dx + py * dy) / length, 0), 1) : 0;
        if (hypot(px - t * dx, py - t * dy) > seen) return false;
    }
    return true;
}

/* The last point that a straight piece from i reaches; a straight line has two points. */
static int64_t piece_end(const svg *s, const wgi_drawn_shape *k, int64_t i)
{
    enum { MOST = 250 }; /* the time is its square */
    int64_t end = i + 1;
    while (end + 1 < k->n && end < i + MOST && !gap_at(s, k, end) && !gap_at(s, k, end + 1) &&
           is_straight(s, k, i, end + 1))
        end++;
    return end;
}

/* A part of one point is a line of length 0, which the round caps make a dot. */
static void put_line(const svg *s, const wgi_drawn_shape *k)
{
    int part = 0;
    put_line_start(s, k->color, k->width, k->dash);
    put(s, " d=\"");
    for (int64_t i = 0; i < k->n; i = part ? piece_end(s, k, i) : i + 1) {
        if (gap_at(s, k, i)) {
            if (part == 1) put(s, "h0");
            part = 0;
        } else PUT(s, part++ ? "L@ @" : "M@ @", x_at(s, k, i), y_at(s, k, i));
    }
    put(s, part == 1 ? "h0\"" : "\"");
    put_hint(s, k->hint, "path");
}

static void put_area(const svg *s, const wgi_drawn_shape *k)
{
    bool pen = false;
    put(s, "<path");
    if (k->opacity < 1) wgi_strbuf_format(s->b, " fill-opacity=\"%.2f\"", k->opacity);
    if (k->outline) put(s, " stroke-width=\"0.7\" stroke-linejoin=\"round\"");
    paint(s, k->outline ? WGI_PAPER : NONE, k->color);
    put(s, " d=\"");
    for (int64_t i = 0; i < k->n; i++) {
        if (gap_at(s, k, i)) put(s, pen ? "z" : ""), pen = false;
        else PUT(s, pen ? "L@ @" : "M@ @", x_at(s, k, i), y_at(s, k, i)), pen = true;
    }
    put(s, pen ? "z\"/>\n" : "\"/>\n");
}

/* Cells of one class in a row, from a column to one beyond; the runs above and below it in its outline, or
 * -1. */
typedef struct run {
    int64_t row, from, to, up, down;
} run;

/* An outline has a run in each of its rows: the first of a row goes on in the first of the next row, the
 * second in the second. */
static void link_runs(run *r, int64_t n)
{
    int64_t last = 0, here = 0; /* the first runs of the row before and of this one */
    for (int64_t i = 0; i < n; i++) {
        if (i > here && r[i].row != r[here].row) last = here, here = i;
        const int64_t below = last + i - here;
        const bool follows = below < here && r[below].row + 1 == r[i].row;
        r[i].up = -1, r[i].down = follows ? below : -1;
        if (follows) r[below].up = i;
    }
}

static void put_step(const svg *s, int64_t columns, int64_t *rows, int up)
{
    if (columns && *rows) wgi_strbuf_format(s->b, "v%lld", (long long)*rows), *rows = 0;
    if (columns) wgi_strbuf_format(s->b, "h%lld", (long long)columns);
    *rows += up;
}

/* Up along the right ends, down along the left ends. */
static void put_outline(const svg *s, const run *r, int64_t i)
{
    int64_t rows = 0, x = r[i].from;
    wgi_strbuf_format(s->b, "M%lld %lld", (long long)x, (long long)r[i].row);
    for (;; i = r[i].up) {
        put_step(s, r[i].to - x, &rows, 1), x = r[i].to;
        if (r[i].up < 0) break;
    }
    for (; i >= 0; i = r[i].down) put_step(s, r[i].from - x, &rows, -1), x = r[i].from;
    put(s, "z");
}

/* The places of one class as outlines in units of a cell: a fifth of the letters of rectangles. */
static void put_class(const svg *s, const wgi_drawn_shape *k)
{
    const wg_series *v = k->series;
    const double *gx = v->grid->x, *gy = v->grid->y;
    const double left = wgi_px(s->t, wgi_axis_unit(&s->t->x, gx[0])),
                 low = wgi_py(s->t, wgi_axis_unit(&s->t->y, gy[0])),
                 width = (wgi_px(s->t, wgi_axis_unit(&s->t->x, gx[1])) - left) / v->columns,
                 height = (wgi_py(s->t, wgi_axis_unit(&s->t->y, gy[1])) - low) / v->rows;
    run *r = wgi_pool_alloc(s->g->pool, (size_t)k->n / 2, sizeof *r);
    if (!r) return;
    for (int64_t i = 0; i < k->n / 2; i++)
        r[i] =
            (run){ llround((y_at(s, k, 2 * i) - low) / height), llround((x_at(s, k, 2 * i) - left) / width),
                   llround((x_at(s, k, 2 * i + 1) - left) / width), -1, -1 };
    link_runs(r, k->n / 2);
    wgi_strbuf_format(s->b, "<path transform=\"matrix(%.4f 0 0 %.4f %.2f %.2f)\" fill-opacity=\"%.2f\"",
                      width, height, left, low, k->opacity);
    paint(s, NONE, k->color);
    put(s, " d=\"");
    for (int64_t i = 0; i < k->n / 2; i++)
        if (r[i].down < 0) put_outline(s, r, i);
    put(s, "\"/>\n");
}

/* Cells of an image of one colour: their middle lines, as wide as a row. That takes half as many letters as
 * rectangles. */
static void put_cells(const svg *s, const wgi_drawn_shape *k)
{
    wgi_strbuf_format(s->b, "<path shape-rendering=\"crispEdges\" stroke-width=\"%.2f\"",
                      fabs(y_at(s, k, 1) - y_at(s, k, 0)) + 0.3);
    paint(s, k->color, NONE);
    put(s, " d=\"");
    for (int64_t i = 0; i + 1 < k->n; i += 2)
        PUT(s, "M@ @H@", x_at(s, k, i), (y_at(s, k, i) + y_at(s, k, i + 1)) / 2, x_at(s, k, i + 1));
    put(s, "\"/>\n");
}

static void put_rects(const svg *s, const wgi_drawn_shape *k)
{
    if (k->series->kind == WGI_IMAGE && k->series->rows > 5) {
        k->opacity < 1 ? put_class(s, k) : put_cells(s, k);
        return;
    }
    put(s, "<path");
    if (k->opacity < 1) wgi_strbuf_format(s->b, " fill-opacity=\"%.2f\"", k->opacity);
    if (k->outline) wgi_strbuf_format(s->b, " stroke-width=\"%.1f\"", fmin(k->width, 1.2));
    else put(s, " shape-rendering=\"crispEdges\"");
    paint(s, k->outline ? k->color : NONE, k->color);
    put(s, " d=\"");
    for (int64_t i = 0; i + 1 < k->n; i += 2)
        PUT(s, "M@ @H@V@H@z", x_at(s, k, i), y_at(s, k, i), x_at(s, k, i + 1), y_at(s, k, i + 1),
            x_at(s, k, i));
    put(s, "\"");
    put_hint(s, k->hint, "path");
}

/* ---- markers ---- */

/* A path from the middle of the marker, in sizes of it. */
static void put_marker(const svg *s, int marker, double x, double y, double r)
{
    static const struct {
        const char *path;
        double at[8];
    } paths[WG_MARKER_KINDS] = {
        [WG_MARKER_DEFAULT] = { "M@ @h0" },
        [WG_MARKER_DISC] = { "M@ @h0" },
        [WG_MARKER_SQUARE] = { "M@ @h@v@h@z", { -0.88, -0.88, 1.76, 1.76, -1.76 } },
        [WG_MARKER_TRIANGLE] = { "M@ @l@ @l@ @z", { 0, -1.2, 1.1, 1.9, -2.2, 0 } },
        [WG_MARKER_DIAMOND] = { "M@ @l@ @l@ @l@ @z", { 0, -1.3, 1.3, 1.3, -1.3, 1.3, -1.3, -1.3 } },
        [WG_MARKER_CROSS] = { "M@ @l@ @m@ @l@ @", { -1, -1, 2, 2, -2, 0, 2, -2 } },
        [WG_MARKER_RING] = { "M@ @", { -1 } },
    };
    double at[8] = { x, y };
    for (int i = 0; i < 8; i++) at[i] += r * paths[marker].at[i];
    put_numbers(s, paths[marker].path, at);
    if (marker == WG_MARKER_RING)
        wgi_strbuf_format(s->b, "a%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0", r, r, 2 * r, r, r, -2 * r);
}

/* The start of a path of markers, up to its d. A disc is a line of length 0 with round caps. */
static void put_marker_start(const svg *s, int marker, int color, double r, double opacity)
{
    const bool disc = marker == WG_MARKER_DISC || marker == WG_MARKER_DEFAULT,
               strokes = disc || marker == WG_MARKER_CROSS || marker == WG_MARKER_RING;
    put(s, "<path");
    if (disc) wgi_strbuf_format(s->b, " stroke-linecap=\"round\" stroke-width=\"%.1f\"", 2 * r);
    else if (strokes) put(s, " stroke-width=\"2\" stroke-linecap=\"round\"");
    if (opacity < 1 && (disc || !strokes))
        wgi_strbuf_format(s->b, " %s-opacity=\"%.2f\"", disc ? "stroke" : "fill", opacity);
    paint(s, strokes ? color : NONE, strokes ? NONE : color);
    put(s, " d=\"");
}

static void put_values(const svg *s, const wgi_drawn_shape *k, int64_t i)
{
    char x[WGI_TICK_TEXT], y[WGI_TICK_TEXT];
    wgi_axis_number(x, sizeof x, wgi_axis_value(&s->t->x, s->t->u[k->first + i]), 4);
    wgi_axis_number(y, sizeof y, wgi_axis_value(&s->t->y, s->t->v[k->first + i]), 4);
    wgi_strbuf_format(s->b, "<title>%s, %s</title>", x, y);
}

static bool in_plot(const svg *s, const wgi_drawn_shape *k, int64_t i)
{
    const double u = s->t->u[k->first + i], v = s->t->v[k->first + i];
    return u >= -0.01 && u <= 1.01 && v >= -0.01 && v <= 1.01;
}

static void put_marks(const svg *s, const wgi_drawn_shape *k)
{
    const bool hints = has_hints(s) && k->n <= HINTS;
    if (!hints) put_marker_start(s, k->marker, k->color, k->radius, k->opacity);
    for (int64_t i = 0; i < k->n; i++) {
        if (!in_plot(s, k, i)) continue;
        if (hints) put_marker_start(s, k->marker, k->color, k->radius, k->opacity);
        put_marker(s, k->marker, x_at(s, k, i), y_at(s, k, i), k->radius);
        if (hints) put(s, "\">"), put_values(s, k, i), put(s, "</path>\n");
    }
    if (!hints) put(s, "\"/>\n");
}

/* Circles that cannot be seen, with the values of a line's points. */
static void put_hover(const svg *s, const wgi_drawn_shape *k)
{
    if (k->faint || k->n > HOVER) return;
    for (int64_t i = 0; i < k->n; i++) {
        if (gap_at(s, k, i) || !in_plot(s, k, i)) continue;
        wgi_strbuf_format(s->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" fill-opacity=\"0\">", x_at(s, k, i),
                          y_at(s, k, i));
        put_values(s, k, i), put(s, "</circle>\n");
    }
}

static void put_arrow(const svg *s, const wgi_drawn_shape *k)
{
    int64_t end = k->n - 1, i;
    while (end > 0 && gap_at(s, k, end)) end--;
    for (i = end - 1; i >= 0 && !gap_at(s, k, i); i--)
        if (hypot(x_at(s, k, end) - x_at(s, k, i), y_at(s, k, end) - y_at(s, k, i)) > 3) break;
    if (i < 0 || gap_at(s, k, i)) return;
    const double x = x_at(s, k, end), y = y_at(s, k, end), a = atan2(y - y_at(s, k, i), x - x_at(s, k, i)),
                 r = 5 * k->width;
    put(s, "<path");
    paint(s, NONE, k->color);
    PUT(s, " d=\"M@ @L@ @L@ @z\"/>\n", x + 0.35 * r * cos(a), y + 0.35 * r * sin(a), x - r * cos(a - 0.42),
        y - r * sin(a - 0.42), x - r * cos(a + 0.42), y - r * sin(a + 0.42));
}

static void put_shape(const svg *s, const wgi_drawn_shape *k)
{
    if (!k->n) return;
    switch (k->kind) {
    case WGI_SHAPE_LINE: put_line(s, k); break;
    case WGI_SHAPE_AREA: put_area(s, k); break;
    case WGI_SHAPE_RECTS: put_rects(s, k); break;
    default: put_marks(s, k);
    }
    if (has_hints(s) && k->kind == WGI_SHAPE_LINE) put_hover(s, k);
}

/* ---- head ---- */

/* Of a part of a page the rules are for all its figures, and stand in its wide picture. */
static void put_style(const svg *s)
{
    char id[100];
    wgi_strbuf *b = s->b;
    if (s->w->o->part && s->g->of->phone) return;
    snprintf(id, sizeof id, s->w->o->part ? "figure.plot" : "#%s", s->w->id);
    wgi_strbuf_format(b, "<style>\n%s{", id);
    for (int i = 0; i < WG_COLOR_KINDS; i++) wgi_strbuf_format(b, "--c%d:%s;", i, wgi_palette_of[i].light);
    wgi_strbuf_format(b, "--p:#ffffff;--g:#dde2e7}\n@media (prefers-color-scheme:dark){%s{", id);
    for (int i = 0; i < WG_COLOR_KINDS; i++) wgi_strbuf_format(b, "--c%d:%s;", i, wgi_palette_of[i].dark);
    put(s, "--p:#0d1117;--g:#30363d}}\n");
    for (int i = 0; i < WG_COLOR_KINDS; i++)
        wgi_strbuf_format(b, "%s .s%d{stroke:var(--c%d)}%s .f%d{fill:var(--c%d)}", id, i, i, id, i, i);
    wgi_strbuf_format(b, "\n%s .sp{stroke:var(--p)}%s .fp{fill:var(--p)}%s .g{stroke:var(--g)}\n</style>\n",
                      id, id, id);
}

static void put_clean(const svg *s, const char *before, const char *text, int most)
{
    put(s, before);
    wgi_strbuf_clean_xml(s->b, text, most);
}

/* A series stands in each frame, and a point on a curve has its name. */
static bool is_named_before(const wg_series *s)
{
    const wg_series *k = s->panel->series;
    while (k != s && (k->kind >= WG_SERIES_KINDS || strcmp(k->name, s->name) != 0)) k = k->next;
    return k != s;
}

static void put_description(const svg *s)
{
    const wg_figure *f = s->g->of;
    if (*f->description) {
        put_clean(s, "", f->description, 4000);
        return;
    }
    for (const wg_panel *p = f->panel; p; p = p->next) {
        put(s, "Panel");
        if (*p->title) put_clean(s, " ", p->title, 100);
        if (*p->o.x.label) put_clean(s, ", x: ", p->o.x.label, 100);
        if (*p->o.y.label) put_clean(s, ", y: ", p->o.y.label, 100);
        for (const wg_series *k = p->series; k; k = k->next)
            if (*k->name && k->kind < WG_SERIES_KINDS && !is_named_before(k))
                put_clean(s, "; ", k->name, 100);
        put(s, ". ");
    }
}

static void put_head(const svg *s)
{
    wgi_strbuf *b = s->b;
    const wgi_figure_page *g = s->g;
    const char *id = s->w->id;
    wgi_strbuf_format(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"%s\"", id);
    PUT(s, " viewBox=\"0 0 @ @\" width=\"@\" height=\"@\"", g->width, g->height, g->width, g->height);
    wgi_strbuf_format(
        b, " role=\"img\" aria-labelledby=\"%s-t %s-d\" font-family=\"Helvetica,Arial,sans-serif\"", id, id);
    PUT(s, " font-size=\"@\">\n", g->font);
    wgi_strbuf_format(b, "<title id=\"%s-t\">", id);
    put_clean(s, "", wgi_title_of(g->of), 400);
    wgi_strbuf_format(b, "</title>\n<desc id=\"%s-d\">", id);
    put_description(s);
    put(s, "</desc>\n");
    put_style(s);
}

/* ---- axes ---- */

/* Lines from places on an axis: upright from x places at y, level from y places at x. */
static void put_x_lines(const svg *s, const double *at, int n, double y, double length)
{
    for (int i = 0; i < n; i++) PUT(s, "M@ @v@", wgi_px(s->t, wgi_axis_unit(&s->t->x, at[i])), y, length);
}

static void put_y_lines(const svg *s, const double *at, int n, double length)
{
    for (int i = 0; i < n; i++)
        PUT(s, "M@ @h@", s->t->left, wgi_py(s->t, wgi_axis_unit(&s->t->y, at[i])), length);
}

static void put_grid(const svg *s, const wgi_plot *t)
{
    put(s, "<path class=\"g\" stroke=\"#dde2e7\" fill=\"none\" d=\"");
    if (!t->y.names) put_y_lines(s, t->y.tick, t->y.ticks, t->width);
    if (!t->x.names) put_x_lines(s, t->x.tick, t->x.ticks, t->top, t->height);
    put(s, "\"/>\n");
}

static void put_axes(const svg *s, const wgi_plot *t)
{
    const double foot = t->top + t->height, major = 0.33 * s->g->font, minor = 0.2 * s->g->font;
    put(s, "<path stroke-width=\"1.2\"");
    paint(s, WG_COLOR_GREY, NONE);
    PUT(s, " d=\"M@ @", t->left, t->top);
    if (!t->y.hidden) PUT(s, "L@ @", t->left, foot);
    if (!t->x.hidden) PUT(s, "M@ @L@ @", t->left, foot, t->left + t->width, foot);
    put_x_lines(s, t->x.tick, t->x.ticks, foot, major), put_x_lines(s, t->x.minor, t->x.minors, foot, minor);
    put_y_lines(s, t->y.tick, t->y.ticks, -major), put_y_lines(s, t->y.minor, t->y.minors, -minor);
    put(s, "\"/>\n");
}

/* A map of colours is straight between its stops, and so is a gradient of SVG. */
static void put_bar(const svg *s, const wgi_plot *t)
{
    double low, high;
    wg_color_map map;
    const double x = t->bar_left, width = 0.9 * s->g->font;
    const int i = (int)(t - s->g->plot);
    wgi_color_ends(t->bar, &low, &high, &map);
    wgi_strbuf_format(s->b, "<linearGradient id=\"%s-%db\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">", s->w->id,
                      i);
    for (int k = 0; k < WGI_MAP_STOPS; k++) {
        wgi_strbuf_format(s->b, "<stop offset=\"%g\"", k / (WGI_MAP_STOPS - 1.0));
        put_color(s, "stop-color", wgi_map_color(map, k / (WGI_MAP_STOPS - 1.0)));
        put(s, "/>");
    }
    wgi_strbuf_format(s->b, "</linearGradient>\n<path fill=\"url(#%s-%db)\"", s->w->id, i);
    PUT(s, " d=\"M@ @H@V@H@z\"/>\n", x, wgi_py(t, 0), x + width, wgi_py(t, 1), x);
}

/* ---- labels and legends ---- */

static void put_label(const svg *s, const wgi_label *l)
{
    static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
    wgi_strbuf *b = s->b;
    if (!*l->text) return;
    put(s, "<text");
    if (l->upwards) wgi_strbuf_format(b, " transform=\"translate(%.1f %.1f) rotate(-90.0)\"", l->x, l->y);
    else wgi_strbuf_format(b, " x=\"%.1f\" y=\"%.1f\"", l->x, l->y);
    put(s, anchors[l->anchor]);
    if (l->size != s->g->font) wgi_strbuf_format(b, " font-size=\"%.1f\"", l->size);
    if (l->bold) put(s, " font-weight=\"bold\"");
    if (l->halo) put(s, " stroke-width=\"5\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
    if (l->halo || s->fixed || l->color != WGI_INK) paint(s, l->halo ? WGI_PAPER : NONE, l->color);
    put(s, ">");
    wgi_strbuf_xml(b, l->text, " ");
    put(s, "</text>\n");
}

static void put_sample(const svg *s, const wgi_figure_entry *e)
{
    const wg_series *k = e->series;
    const double f = s->g->font;
    const int marker = k->kind == WG_SERIES_PATH     ? WG_MARKER_DISC
                       : k->o.marker                 ? (int)k->o.marker
                       : k->kind == WG_SERIES_POINTS ? wgi_marker_of(k)
                                                     : 0;
    if (wgi_is_filled(k)) {
        wgi_strbuf_format(
            s->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill-opacity=\"%.2f\"",
            e->x + 0.5 * f, e->y - 0.4 * f, 1.2 * f, 0.8 * f, k->kind == WG_SERIES_BARS ? 0.85 : 0.4);
        paint(s, NONE, e->color);
        put(s, "/>\n");
        return;
    }
    if (k->kind != WG_SERIES_POINTS) {
        put_line_start(s, e->color, 2.4 * fmin(k->o.width, 3), wgi_dash_of(k));
        wgi_strbuf_format(s->b, " d=\"M%.1f %.1fH%.1f\"/>\n", e->x, e->y, e->x + 2.2 * f);
    }
    if (!marker) return;
    put_marker_start(s, marker, e->color, 4.5, 1);
    put_marker(s, marker, e->x + 1.1 * f, e->y, 4.5);
    put(s, "\"/>\n");
}

static void put_legend(const svg *s, const wgi_plot *t)
{
    if (t->entries && t->legend_inside) {
        wgi_strbuf_format(
            s->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill-opacity=\"0.88\"",
            t->legend_left, t->legend_top, t->legend_width, t->legend_height);
        paint(s, NONE, WGI_PAPER);
        put(s, "/>\n");
    }
    for (int i = 0; i < t->entries; i++) put_sample(s, &t->entry[i]);
}

/* ---- frames ----
 *
 * What belongs to the frame that is shown stands in the picture in groups of the class u, a group for each
 * shape and label. wgi_write_units writes what the groups hold in another frame, in the same order. Where one
 * frame has fewer shapes than another, its last groups are empty. */

static bool has_units(const wgi_figure_page *g, const wgi_writing *w) { return w->all && g->of->frames > 1; }

static int64_t shapes_of(const wgi_plot *t, int depth, int frame)
{
    int64_t n = 0;
    for (int64_t i = 0; i < t->shapes; i++)
        n += t->shape[i].frame == frame && t->shape[i].depth == depth ? 1 + t->shape[i].arrow : 0;
    return n;
}

static int64_t labels_of(const wgi_figure_page *g, int frame)
{
    int64_t n = 0;
    for (int64_t i = 0; i < g->labels; i++) n += g->label[i].frame == frame;
    return n;
}

/* How many more groups of a depth of plot t, or of the labels for NULL, another frame has. */
static int64_t missing(const wgi_figure_page *g, const wgi_plot *t, int depth, int frame)
{
    int64_t most = 0;
    for (int k = 1; k <= g->of->frames; k++) {
        const int64_t n = t ? shapes_of(t, depth, k) : labels_of(g, k);
        if (n > most) most = n;
    }
    return most - (t ? shapes_of(t, depth, frame) : labels_of(g, frame));
}

static void begin_unit(const svg *s, int frame)
{
    if (frame && has_units(s->g, s->w)) put(s, "<g class=\"u\">");
}

static void end_unit(const svg *s, int frame)
{
    if (frame && has_units(s->g, s->w)) put(s, "</g>\n");
}

/* A shape, and the head of its arrow: it moves where the line grows. */
static void put_units(const svg *s, const wgi_drawn_shape *k)
{
    begin_unit(s, k->frame), put_shape(s, k), end_unit(s, k->frame);
    if (k->arrow) begin_unit(s, k->frame), put_arrow(s, k), end_unit(s, k->frame);
}

static void put_missing(const svg *s, const wgi_plot *t, int depth)
{
    if (!has_units(s->g, s->w)) return;
    for (int64_t n = missing(s->g, t, depth, s->w->frame); n > 0; n--) put(s, "<g class=\"u\"></g>\n");
}

static bool is_written(const svg *s, int frame) { return wgi_in_frame(frame, s->w->frame); }

static bool on_image(const wgi_plot *t)
{
    for (int64_t i = 0; i < t->shapes; i++)
        if (t->shape[i].kind == WGI_SHAPE_RECTS && t->shape[i].color > 0 && t->shape[i].color & WGI_RGB)
            return true;
    return false;
}

static void put_plot(svg *s, int i)
{
    const wgi_plot *t = s->t = &s->g->plot[i];
    const bool image = on_image(t);
    wgi_strbuf_format(
        s->b,
        "<clipPath id=\"%s-%d\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>\n",
        s->w->id, i, t->left, t->top, t->width, t->height);
    if (t->panel->o.grid && !image) put_grid(s, t);
    wgi_strbuf_format(s->b, "<g clip-path=\"url(#%s-%d)\">\n", s->w->id, i);
    s->fixed = image;
    for (int64_t d = 0, k = 0; d < WGI_DEPTHS; put_missing(s, t, (int)d++))
        for (; k < t->shapes && t->shape[k].depth == d; k++)
            if (is_written(s, t->shape[k].frame)) put_units(s, &t->shape[k]);
    s->fixed = false;
    put(s, "</g>\n");
    put_axes(s, t);
    if (t->bar) put_bar(s, t);
    put_legend(s, t);
}

static void put_page_label(svg *s, const wgi_label *l)
{
    s->fixed = l->kind == WGI_LABEL_INSIDE && l->panel >= 0 && on_image(&s->g->plot[l->panel]);
    put_label(s, l);
    s->fixed = false;
}

void wgi_write_svg(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    svg s = { .g = g, .w = w, .b = b };
    put_head(&s);
    for (int i = 0; i < g->plots; i++) put_plot(&s, i);
    put(&s, "<g"), paint(&s, NONE, WGI_INK), put(&s, ">\n"); /* the colour of most labels, once */
    for (int64_t i = 0; i < g->labels; i++) {
        const wgi_label *l = &g->label[i];
        if (!is_written(&s, l->frame)) continue;
        begin_unit(&s, l->frame), put_page_label(&s, l), end_unit(&s, l->frame);
    }
    put_missing(&s, NULL, 0);
    put(&s, "</g>\n</svg>\n");
}

void wgi_write_units(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    svg s = { .g = g, .w = w, .b = b };
    for (int i = 0; i < g->plots; i++) {
        const wgi_plot *t = s.t = &g->plot[i];
        s.fixed = on_image(t);
        for (int64_t d = 0, k = 0; d < WGI_DEPTHS; d++) {
            for (; k < t->shapes && t->shape[k].depth == d; k++)
                for (int part = 0; t->shape[k].frame == w->frame && part < 1 + t->shape[k].arrow; part++)
                    (part ? put_arrow : put_shape)(&s, &t->shape[k]), wgi_strbuf_add(b, "", 1);
            for (int64_t n = missing(g, t, (int)d, w->frame); n > 0; n--) wgi_strbuf_add(b, "", 1);
        }
    }
    for (int64_t i = 0; i < g->labels; i++)
        if (g->label[i].frame == w->frame) put_page_label(&s, &g->label[i]), wgi_strbuf_add(b, "", 1);
    for (int64_t n = missing(g, NULL, 0, w->frame); n > 0; n--) wgi_strbuf_add(b, "", 1);
}
