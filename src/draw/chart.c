/* chart.c: wg_draw_curves: curves as SVG, with a legend, and a name and the last value at the end of each
 * curve.
 *
 * Colours are those of Okabe and Ito (2008), which colour-blind people can tell apart. From the seventh curve
 * on the colours repeat with dashes. Text and axes have one colour on light and one on dark pages. A curve of
 * any length takes at most four points in each column of half a pixel.
 */
#include "draw/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 760, HEIGHT = 440, LEFT = 74, TOP = 58, BOTTOM = 56, LINE = 17, NAME_MOST = 12 };

static const double letter = 8.5; /* a guess of a letter's width: the viewer chooses the font */

const char *const wgi_colors[WGI_COLORS] = {
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
};
static const char *const dashes[] = { "", "7 4", "2 3", "9 3 2 3" };

typedef struct chart {
    const wg_curve *curve;
    int n;
    wgi_axis x, y;
    wgi_strbuf *out;
} chart;

static double x_of(const wg_curve *c, int i) { return c->x ? c->x[i] : i + 1; }

/* False for NaN, infinities, and values whose differences would overflow: they are gaps. */
static bool is_shown(const wg_curve *c, int i) { return fabs(x_of(c, i)) < 1e300 && fabs(c->y[i]) < 1e300; }

double wgi_axis_place(const wgi_axis *a, double v)
{
    double low = a->low, high = a->high;
    if (a->logarithmic) v = log10(v), low = log10(low), high = log10(high);
    return a->from + (v - low) / (high - low) * (a->to - a->from);
}

/* ---- axes ---- */

/* 1, 2 or 5 times a power of ten, so that about `count` steps cover the span. */
static double nice_step(double span, int count)
{
    double raw = span / count, power = pow(10, floor(log10(raw))), m = raw / power;
    return (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10) * power;
}

void wgi_axis_linear(wgi_axis *a, int count, bool widen)
{
    double step = nice_step(a->high - a->low, count);
    if (widen) a->low = floor(a->low / step + 1e-9) * step, a->high = ceil(a->high / step - 1e-9) * step;
    double first = ceil(a->low / step - 1e-9);
    for (int i = 0; i < WGI_TICKS && (first + i) * step <= a->high + 1e-9 * step; i++)
        a->tick[a->ticks++] = (first + i) * step;
    a->decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
}

void wgi_axis_log(wgi_axis *a)
{
    int low = (int)floor(log10(a->low) + 1e-9), high = (int)ceil(log10(a->high) - 1e-9),
        step = (high - low) / 8 + 1;
    a->low = pow(10, low), a->high = pow(10, high);
    for (int e = low; e <= high && a->ticks < WGI_TICKS; e += step) a->tick[a->ticks++] = pow(10, e);
}

/* From the least to the greatest value shown; [0, 1] if there is none. A single value gets room on both
 * sides. */
static void find_ranges(chart *t)
{
    t->x.low = t->y.low = INFINITY, t->x.high = t->y.high = -INFINITY;
    for (int c = 0; c < t->n; c++)
        for (int i = 0; i < t->curve[c].n; i++) {
            if (!is_shown(&t->curve[c], i)) continue;
            double x = x_of(&t->curve[c], i), y = t->curve[c].y[i];
            t->x.low = fmin(t->x.low, x), t->x.high = fmax(t->x.high, x);
            t->y.low = fmin(t->y.low, y), t->y.high = fmax(t->y.high, y);
        }
    t->y.logarithmic = t->y.low > 0 && isfinite(t->y.high) && t->y.high / t->y.low > 1000;
    wgi_axis *both[] = { &t->x, &t->y };
    for (int k = 0; k < 2; k++) {
        wgi_axis *a = both[k];
        if (a->low > a->high) a->low = 0, a->high = 1;
        double room = fmax(fmax(fabs(a->low), fabs(a->high)) * 1e-12, 1e-290);
        if (a->high - a->low <= room)
            a->low -= a->low ? fabs(a->low) / 2 : 1, a->high += a->high ? fabs(a->high) / 2 : 1;
    }
}

/* ---- texts and grid ---- */

void wgi_chart_end_text(wgi_strbuf *b, const char *text, int most)
{
    wgi_strbuf_clean_xml(b, text ? text : "", most);
    wgi_strbuf_put(b, "</text>\n");
}

void wgi_chart_text(wgi_strbuf *b, double x, double y, const char *style, const char *text, int most)
{
    wgi_strbuf_format(b, "<text x=\"%.1f\" y=\"%.1f\"%s%s>", x, y, *style ? " " : "", style);
    wgi_chart_end_text(b, text, most);
}

void wgi_chart_y_label(wgi_strbuf *b, int x, double middle, const char *text, int most)
{
    wgi_strbuf_format(b, "<text transform=\"translate(%d %.1f) rotate(-90)\" text-anchor=\"middle\">", x,
                      middle);
    wgi_chart_end_text(b, text, most);
}

static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };

/* 10⁻⁶ where a logarithmic axis would need a long number, or has powers alone. */
void wgi_axis_put(wgi_strbuf *b, const wgi_axis *a, double v)
{
    double size = fmax(fabs(a->low), fabs(a->high));
    if (a->powers || (a->logarithmic && (v < 1e-3 || v >= 1e6))) {
        int e = (int)lround(log10(v));
        char text[16];
        wgi_strbuf_put(b, e < 0 ? "10⁻" : "10");
        snprintf(text, sizeof text, "%d", abs(e));
        for (const char *d = text; *d; d++) wgi_strbuf_put(b, digits[*d - '0']);
    } else if (a->logarithmic || size >= 1e6 || a->decimals > 6) wgi_strbuf_number(b, v);
    else wgi_strbuf_format(b, "%s%.*f", v * pow(10, a->decimals) <= -0.5 ? "−" : "", a->decimals, fabs(v));
}

void wgi_chart_head(wgi_strbuf *b, const char *title, int width, int height, int left)
{
    wgi_strbuf_format(b,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                      "height=\"%d\" role=\"img\" "
                      "font-family=\"Helvetica,Arial,sans-serif\" font-size=\"13\">\n<title>",
                      width, height, width, height);
    wgi_strbuf_clean_xml(b, title ? title : "", 400);
    wgi_strbuf_put(
        b, "</title>\n<style>\n  text { fill: #24292f } .grid { stroke: #d8dee4 } .axis { stroke: #57606a }\n"
           "  .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }\n"
           "  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #3d444d } .axis { "
           "stroke: #9198a1 } }\n"
           "</style>\n");
    wgi_strbuf_format(b, "<text x=\"%d\" y=\"24\" font-size=\"17\" font-weight=\"bold\">", left);
    wgi_chart_end_text(b, title, 80);
}

static void put_grid(chart *t, const char *x_label, const char *y_label)
{
    wgi_strbuf *b = t->out;
    for (int i = 0; i < t->y.ticks; i++) {
        double y = wgi_axis_place(&t->y, t->y.tick[i]);
        wgi_strbuf_format(
            b, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
            t->x.from, y, t->x.to, LEFT - 8, y + 4);
        wgi_axis_put(b, &t->y, t->y.tick[i]);
        wgi_strbuf_put(b, "</text>\n");
    }
    for (int i = 0; i < t->x.ticks; i++) {
        double x = wgi_axis_place(&t->x, t->x.tick[i]);
        wgi_strbuf_format(
            b, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
            x, t->y.from, x, t->y.from + 20);
        wgi_axis_put(b, &t->x, t->x.tick[i]);
        wgi_strbuf_put(b, "</text>\n");
    }
    wgi_strbuf_format(
        b, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
        t->x.from, t->y.from, t->x.to, (t->x.from + t->x.to) / 2, HEIGHT - 12);
    wgi_chart_end_text(b, x_label, 80);
    wgi_chart_y_label(b, 17, (t->y.from + t->y.to) / 2, y_label, 60);
}

/* ---- curves ---- */

static void start_path(wgi_strbuf *b, int curve)
{
    const char *dash = dashes[curve / WGI_COLORS % (int)(sizeof dashes / sizeof *dashes)];
    wgi_strbuf_format(b, "<path class=\"curve\" stroke=\"%s\"", wgi_colors[curve % WGI_COLORS]);
    if (*dash) wgi_strbuf_format(b, " stroke-dasharray=\"%s\"", dash);
}

typedef struct point {
    double x, y;
} point;

/* Consecutive points in one half pixel column: the first, the lowest, the highest and the last are drawn. */
typedef struct column {
    int points;
    double at;
    point first, low, high, last;
} column;

static void put_point(wgi_strbuf *b, point p, bool *pen)
{
    wgi_strbuf_format(b, "%s%.1f %.1f", *pen ? "L" : "M", p.x, p.y);
    *pen = true;
}

static void put_column(wgi_strbuf *b, column *k, bool *pen)
{
    if (k->points > 0) put_point(b, k->first, pen);
    if (k->points > 2) put_point(b, k->low, pen), put_point(b, k->high, pen);
    if (k->points > 1) put_point(b, k->last, pen);
    k->points = 0;
}

static void add_to_column(column *k, point p)
{
    if (!k->points++) k->first = k->low = k->high = p;
    if (p.y < k->low.y) k->low = p;
    if (p.y > k->high.y) k->high = p;
    k->last = p;
    k->at = floor(2 * p.x);
}

static void put_curve(chart *t, int c)
{
    const wg_curve *v = &t->curve[c];
    column k = { 0 };
    bool pen = false;
    start_path(t->out, c);
    wgi_strbuf_put(t->out, " d=\"");
    for (int i = 0; i < v->n; i++) {
        if (!is_shown(v, i)) {
            put_column(t->out, &k, &pen);
            pen = false;
            continue;
        }
        point p = { wgi_axis_place(&t->x, x_of(v, i)), wgi_axis_place(&t->y, v->y[i]) };
        if (k.points && floor(2 * p.x) != k.at) put_column(t->out, &k, &pen);
        bool alone = (i == 0 || !is_shown(v, i - 1)) && (i + 1 == v->n || !is_shown(v, i + 1));
        add_to_column(&k, p);
        if (alone) /* a line of length 0, which the round caps make a dot */
            put_column(t->out, &k, &pen), wgi_strbuf_put(t->out, "h0");
    }
    put_column(t->out, &k, &pen);
    wgi_strbuf_put(t->out, "\"/>\n");
}

/* ---- legend and names ---- */

static int characters(const char *s, int most)
{
    int n = wgi_characters(s);
    return n < most ? n : most;
}

static void put_legend(chart *t)
{
    double x = LEFT;
    if (t->n < 2) return;
    for (int c = 0; c < t->n && x < WIDTH - 120; c++) {
        start_path(t->out, c);
        wgi_strbuf_format(t->out, " d=\"M%.1f 41h26\"/><text x=\"%.1f\" y=\"45\">", x, x + 32);
        wgi_chart_end_text(t->out, t->curve[c].name, 2 * NAME_MOST);
        x += 54 + letter * characters(t->curve[c].name, 2 * NAME_MOST);
    }
}

typedef struct end_label {
    int curve;
    double y, value;
} end_label;

static int by_y(const void *a, const void *b)
{
    const end_label *p = a, *q = b;
    return p->y != q->y ? (p->y > q->y) - (p->y < q->y) : p->curve - q->curve;
}

/* A label for each curve that has a value to show. Returns how many. */
static int find_ends(const chart *t, end_label *label)
{
    int n = 0;
    for (int c = 0; c < t->n; c++) {
        int i = t->curve[c].n - 1;
        while (i >= 0 && !is_shown(&t->curve[c], i)) i--;
        if (i >= 0) label[n++] = (end_label){ .curve = c, .value = t->curve[c].y[i] };
    }
    return n;
}

static void put_end(wgi_strbuf *b, const chart *t, const end_label *l)
{
    const char *name = t->curve[l->curve].name;
    wgi_strbuf_clean_xml(b, name ? name : "", NAME_MOST);
    wgi_strbuf_put(b, " ");
    wgi_strbuf_number(b, l->value);
}

/* The right end of the x axis: the longest label must fit beside it. */
static double right_side(const chart *t, const end_label *label, int n)
{
    int most = 0;
    for (int i = 0; i < n; i++) {
        wgi_strbuf text = { .c = t->out->c };
        wgi_strbuf_number(&text, label[i].value);
        int length = characters(t->curve[label[i].curve].name, NAME_MOST) + 1 + characters(text.at, 20);
        wgi_strbuf_free(&text);
        if (length > most) most = length;
    }
    return WIDTH - 24 - letter * most;
}

/* Labels that would overlap are moved apart; if there is no room for all, none is written. */
static void put_ends(chart *t, end_label *label, int n)
{
    for (int i = 0; i < n; i++) label[i].y = wgi_axis_place(&t->y, label[i].value);
    qsort(label, (size_t)n, sizeof *label, by_y);
    for (int i = 1; i < n; i++) label[i].y = fmax(label[i].y, label[i - 1].y + LINE);
    for (int i = n - 1; i >= 0; i--)
        label[i].y = fmin(label[i].y, i == n - 1 ? t->y.from : label[i + 1].y - LINE);
    for (int i = 0; i < n && n * LINE <= HEIGHT - BOTTOM; i++) {
        wgi_strbuf_format(
            t->out, "<path class=\"curve\" stroke=\"%s\" d=\"M%.1f %.1fh8\"/><text x=\"%.1f\" y=\"%.1f\">",
            wgi_colors[label[i].curve % WGI_COLORS], t->x.to + 4, label[i].y, t->x.to + 16, label[i].y + 4);
        put_end(t->out, t, &label[i]);
        wgi_strbuf_put(t->out, "</text>\n");
    }
}

/* ---- all together ---- */

static bool draw(chart *t, const char *title, const char *x_label, const char *y_label)
{
    end_label *label = wg_alloc(t->out->c, (size_t)t->n + 1, sizeof *label);
    if (!label) return false;
    int ends = find_ends(t, label);
    find_ranges(t);
    t->x.from = LEFT, t->x.to = right_side(t, label, ends), t->y.from = HEIGHT - BOTTOM, t->y.to = TOP;
    wgi_axis_linear(&t->x, 7, false);
    if (t->y.logarithmic) wgi_axis_log(&t->y);
    else wgi_axis_linear(&t->y, 6, true);
    wgi_chart_head(t->out, title, WIDTH, HEIGHT, LEFT);
    put_grid(t, x_label, y_label);
    for (int c = 0; c < t->n; c++) put_curve(t, c);
    put_legend(t);
    put_ends(t, label, ends);
    wgi_strbuf_put(t->out, "</svg>\n");
    wg_free(t->out->c, label);
    return !t->out->failed;
}

wg_status wg_draw_curves_at(wg_site here, wg_context *c, const char *path, const char *title,
                            const char *x_label, const char *y_label, const wg_curve curves[], int n)
{
    wgi_strbuf out = { .c = c };
    chart t = { .curve = curves, .n = n, .out = &out };
    if (!c) return WG_ERROR_USE;
    if (!path || n < 0 || (n && !curves))
        return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE, "draw_curves: no path or no curves given");
    wgi_locale l = wgi_locale_set_c();
    wg_status s = draw(&t, title, x_label, y_label) ? WG_OK : WG_ERROR_MEMORY;
    wgi_locale_restore(l);
    if (s == WG_OK) s = wgi_save_whole(here, "draw", &out, path);
    wgi_strbuf_free(&out);
    return s;
}
