/* chart_loglog.c: wg_draw_loglog: measured curves on two logarithmic axes, with straight guides and marks.
 *
 * Powers of x are straight lines on such axes. A guide is one: it is dashed and cut off at the axes' ends,
 * and its name stands along it. A mark is a vertical line with a text at its upper end. Values that are not
 * positive have no place: they are gaps. */
#include <math.h>
#include <string.h>

#include "draw/chart.h"

enum { WIDTH = 900, HEIGHT = 560, LEFT = 92, RIGHT = 872, TOP = 122, BOTTOM = 492 };

typedef struct loglog {
    const wg_loglog *o;
    wgi_axis x, y;
    wgi_strbuf *out;
} loglog;

static bool is_shown(const wg_curve *c, int i)
{
    return c->x[i] > 1e-300 && c->y[i] > 1e-300 && c->x[i] < 1e300 && c->y[i] < 1e300;
}

static void find_axis(wgi_axis *a, double from, double to)
{
    if (!(a->low <= a->high)) a->low = 0.1, a->high = 1;
    if (!(a->high > a->low)) a->low /= 2, a->high *= 2;
    a->from = from, a->to = to, a->logarithmic = a->powers = true;
    wgi_axis_log(a);
}

static void find_ranges(loglog *t)
{
    t->x.low = t->y.low = INFINITY, t->x.high = t->y.high = 0;
    for (int c = 0; c < t->o->curves; c++)
        for (int i = 0; i < t->o->curve[c].n; i++) {
            const wg_curve *v = &t->o->curve[c];
            if (!is_shown(v, i)) continue;
            t->x.low = fmin(t->x.low, v->x[i]), t->x.high = fmax(t->x.high, v->x[i]);
            t->y.low = fmin(t->y.low, v->y[i]), t->y.high = fmax(t->y.high, v->y[i]);
        }
    find_axis(&t->x, LEFT, RIGHT), find_axis(&t->y, BOTTOM, TOP);
}

/* ---- grid ---- */

static void put_grid(loglog *t)
{
    wgi_strbuf *b = t->out;
    for (int i = 0; i < t->y.ticks; i++) {
        const double y = wgi_axis_place(&t->y, t->y.tick[i]);
        wgi_strbuf_format(b,
                          "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                          "text-anchor=\"end\">",
                          LEFT, y, RIGHT, LEFT - 10, y + 5);
        wgi_axis_put(b, &t->y, t->y.tick[i]);
        wgi_strbuf_put(b, "</text>\n");
    }
    for (int i = 0; i < t->x.ticks; i++) {
        const double x = wgi_axis_place(&t->x, t->x.tick[i]);
        wgi_strbuf_format(b,
                          "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" "
                          "text-anchor=\"middle\">",
                          x, TOP, BOTTOM, x, BOTTOM + 23);
        wgi_axis_put(b, &t->x, t->x.tick[i]);
        wgi_strbuf_put(b, "</text>\n");
    }
    wgi_strbuf_format(b, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, BOTTOM, RIGHT);
    wgi_chart_text(b, (LEFT + RIGHT) / 2.0, HEIGHT - 16, "text-anchor=\"middle\"", t->o->x_label, 120);
    wgi_chart_y_label(b, 26, (TOP + BOTTOM) / 2.0, t->o->y_label, 80);
}

/* ---- guides ---- */

typedef struct line {
    double x[2], y[2]; /* in the picture */
} line;

/* Cuts the line off where it leaves [low, high] by the coordinates v; w: its other coordinates. False:
 * nothing is left. */
static bool cut(double v[2], double w[2], double low, double high)
{
    for (int end = 0; end < 2; end++) {
        const double limit = v[end] < low ? low : high;
        if (v[end] >= low && v[end] <= high) continue;
        const double share = (limit - v[end]) / (v[!end] - v[end]);
        if (!(share >= 0 && share <= 1)) return false;
        w[end] += share * (w[!end] - w[end]), v[end] = limit;
    }
    return true;
}

static void put_guide(loglog *t, const wg_curve *g)
{
    line k;
    for (int i = 0; i < 2; i++) {
        if (g->n != 2 || !is_shown(g, i)) return;
        k.x[i] = wgi_axis_place(&t->x, g->x[i]), k.y[i] = wgi_axis_place(&t->y, g->y[i]);
    }
    if (!cut(k.y, k.x, TOP, BOTTOM) || !cut(k.x, k.y, LEFT, RIGHT)) return;
    const double angle = atan2(k.y[1] - k.y[0], k.x[1] - k.x[0]) * 57.29577951308232,
                 length = hypot(k.x[1] - k.x[0], k.y[1] - k.y[0]);
    wgi_strbuf_format(t->out, "<path class=\"guide\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", k.x[0], k.y[0], k.x[1],
                      k.y[1]);
    if (length < 9.0 * wgi_characters(g->name)) return;
    wgi_strbuf_format(t->out,
                      "<text transform=\"translate(%.1f %.1f) rotate(%.1f)\" y=\"-24\" class=\"aside\" "
                      "text-anchor=\"middle\">",
                      (k.x[0] + k.x[1]) / 2, (k.y[0] + k.y[1]) / 2, angle);
    wgi_chart_end_text(t->out, g->name, 80);
}

/* ---- curves ---- */

static void put_curve(loglog *t, int c)
{
    const wg_curve *v = &t->o->curve[c];
    const char *color = wgi_colors[c % WGI_COLORS];
    bool pen = false;
    wgi_strbuf_format(t->out, "<path class=\"curve\" stroke=\"%s\" d=\"", color);
    for (int i = 0; i < v->n; i++) {
        if (is_shown(v, i))
            wgi_strbuf_format(t->out, "%s%.1f %.1f", pen ? "L" : "M", wgi_axis_place(&t->x, v->x[i]),
                              wgi_axis_place(&t->y, v->y[i]));
        pen = is_shown(v, i);
    }
    wgi_strbuf_format(t->out, "\"/>\n<g fill=\"%s\">\n", color);
    for (int i = 0; i < v->n; i++)
        if (is_shown(v, i))
            wgi_strbuf_format(t->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"/>\n",
                              wgi_axis_place(&t->x, v->x[i]), wgi_axis_place(&t->y, v->y[i]));
    wgi_strbuf_put(t->out, "</g>\n");
}

static void put_legend(loglog *t)
{
    double x = LEFT;
    for (int c = 0; c < t->o->curves; c++) {
        const char *color = wgi_colors[c % WGI_COLORS], *name = t->o->curve[c].name;
        wgi_strbuf_format(t->out,
                          "<path class=\"curve\" stroke=\"%s\" d=\"M%.1f 57h28\"/><circle cx=\"%.1f\" "
                          "cy=\"57\" r=\"3.2\" fill=\"%s\"/>",
                          color, x, x + 14, color);
        wgi_chart_text(t->out, x + 36, 62, "", name, 60);
        x += 66 + 8.2 * wgi_characters(name);
    }
}

/* ---- marks ---- */

/* Texts of neighbours stand at different heights. Those near the right end stand to the left of the line. */
static void put_mark(loglog *t, int i)
{
    const wg_chart_mark *m = &t->o->mark[i];
    const double x = m->x > 0 ? wgi_axis_place(&t->x, m->x) : -1, y = TOP - 8 - 20 * (i % 2);
    const bool left = x > (LEFT + RIGHT) / 2.0;
    if (!(x >= LEFT && x <= RIGHT)) return;
    wgi_strbuf_format(t->out, "<path class=\"mark\" d=\"M%.1f %dV%.1f\"/>\n", x, BOTTOM, y - 12);
    wgi_chart_text(t->out, left ? x - 7 : x + 7, y,
                   left ? "class=\"aside\" text-anchor=\"end\"" : "class=\"aside\"", m->text, 80);
}

static bool draw(loglog *t)
{
    find_ranges(t);
    wgi_chart_head(t->out, t->o->title, WIDTH, HEIGHT, LEFT);
    wgi_strbuf_put(t->out,
                   "<style>\n  text { font-size: 15px } text[font-weight] { font-size: 19px }\n"
                   "  .guide { stroke: #6e7781; stroke-width: 1.6; stroke-dasharray: 7 5; fill: none }\n"
                   "  .mark { stroke: #CC79A7; stroke-width: 1.8 } .aside { font-size: 14px }\n</style>\n");
    put_grid(t);
    for (int i = 0; i < t->o->marks; i++) put_mark(t, i);
    for (int i = 0; i < t->o->guides; i++) put_guide(t, &t->o->guide[i]);
    for (int i = 0; i < t->o->curves; i++) put_curve(t, i);
    put_legend(t);
    wgi_strbuf_put(t->out, "</svg>\n");
    return !t->out->failed;
}

wg_status wg_draw_loglog_at(wg_site here, wg_context *c, const char *path, const wg_loglog *o)
{
    wgi_strbuf out = { .c = c };
    loglog t = { .o = o, .out = &out };
    if (!c) return WG_ERROR_USE;
    if (!path || !o)
        return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE, "draw_loglog: no path or nothing to draw given");
    const wgi_locale l = wgi_locale_set_c();
    wg_status s = draw(&t) ? WG_OK : WG_ERROR_MEMORY;
    wgi_locale_restore(l);
    if (s == WG_OK) s = wgi_save_whole(here, "draw", &out, path);
    wgi_strbuf_free(&out);
    return s;
}
