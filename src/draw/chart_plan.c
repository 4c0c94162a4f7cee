/* chart_plan.c: two charts of a plan as SVG: its workspace, and its roofline.
 *
 * The workspace: x is the step, y the address. Each buffer is a rectangle, so that memory used twice shows as
 * two rectangles side by side. The roofline (Williams, Waterman and Patterson 2009): x is FLOPs a byte, y
 * FLOPs a second, both logarithmic. Each step is a disc whose area is its time. It lies below two limits: the
 * speed of products, and the bandwidth of the memory level that the step's bytes fit in. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/chart.h"

enum { WIDTH = 960, HEIGHT = 530, LEFT = 84, RIGHT = 930, TOP = 74, BOTTOM = 476, NAMED_STEPS = 40 };

/* Writes the text and empties it. */
static void put_text(wgi_strbuf *b, double x, double y, const char *style, wgi_strbuf *text)
{
    wgi_chart_text(b, x, y, style, wgi_strbuf_text(text), 200);
    wgi_strbuf_clear(text);
}

static void put_labels(wgi_strbuf *b, double left, double right, const char *x_label, const char *y_label)
{
    wgi_chart_text(b, (left + right) / 2, HEIGHT - 14, "text-anchor=\"middle\"", x_label, 120);
    wgi_chart_y_label(b, 18, (TOP + BOTTOM) / 2.0, y_label, 80);
}

/* ---- the workspace ---- */

typedef struct memory {
    const wg_plan *p;
    wgi_strbuf *out, text;
    wgi_axis x, y; /* y: bytes */
} memory;

/* Ticks at multiples of a power of two, 5 to 9 of them; the axis ends at the last. */
static void byte_ticks(wgi_axis *a)
{
    double step = exp2(ceil(log2(fmax(a->high, 64) / 8)));
    a->high = fmax(ceil(a->high / step), 1) * step;
    for (double v = 0; v <= a->high && a->ticks < WGI_TICKS; v += step) a->tick[a->ticks++] = v;
}

static void put_byte_grid(memory *m)
{
    for (int i = 0; i < m->y.ticks; i++) {
        double y = wgi_axis_place(&m->y, m->y.tick[i]);
        wgi_strbuf_format(m->out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, RIGHT);
        wgi_put_bytes(&m->text, m->y.tick[i]);
        put_text(m->out, LEFT - 8, y + 4, "text-anchor=\"end\"", &m->text);
    }
}

/* The numbers of the steps; of many steps only every second, third, ... */
static void put_steps(memory *m)
{
    int every = m->p->steps / NAMED_STEPS + 1;
    for (int i = 0; i < m->p->steps; i += every) {
        double x = wgi_axis_place(&m->x, i + 0.5);
        wgi_strbuf_format(&m->text, "%d", i + 1);
        put_text(m->out, x, BOTTOM + 18, "text-anchor=\"middle\" font-size=\"11\"", &m->text);
    }
}

static void put_tip(memory *m, const wg_plan_buffer *b)
{
    wgi_strbuf_clean(&m->text, b->name, 40);
    wgi_strbuf_put(&m->text, ", ");
    wgi_put_bytes(&m->text, (double)b->bytes);
    wgi_strbuf_format(&m->text, " at %zu, steps %d to %d", b->offset, b->first + 1, b->last + 1);
    wgi_strbuf_put(m->out, "<title>");
    wgi_strbuf_clean_xml(m->out, wgi_strbuf_text(&m->text), 200);
    wgi_strbuf_put(m->out, "</title>");
    wgi_strbuf_clear(&m->text);
}

typedef struct place {
    double left, right, low, high;
} place;

static place place_of(const memory *m, const wg_plan_buffer *b)
{
    return (place){ wgi_axis_place(&m->x, b->first), wgi_axis_place(&m->x, b->last + 1),
                    wgi_axis_place(&m->y, (double)b->offset),
                    wgi_axis_place(&m->y, (double)(b->offset + b->bytes)) };
}

static void put_buffer(memory *m, int i)
{
    const wg_plan_buffer *b = &m->p->buffer[i];
    const char *color = wgi_colors[i % WGI_COLORS];
    place k = place_of(m, b);
    wgi_strbuf_format(m->out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\" "
                      "fill-opacity=\"0.3\" stroke=\"%s\">",
                      k.left + 1, k.high, fmax(k.right - k.left - 2, 1), fmax(k.low - k.high, 1), color,
                      color);
    put_tip(m, b);
    wgi_strbuf_put(m->out, "</rect>\n");
}

/* Written if there is room for the whole name or for 5 characters of it. */
static void put_buffer_name(memory *m, const wg_plan_buffer *b)
{
    place k = place_of(m, b);
    int most = (int)((k.right - k.left - 8) / 7.2);
    wgi_strbuf_clean(&m->text, b->name, 1000);
    bool whole = wgi_characters(wgi_strbuf_text(&m->text)) <= most;
    wgi_strbuf_clear(&m->text);
    if (k.low - k.high >= 13 && (whole || most >= 5))
        wgi_chart_text(m->out, k.left + 5, (k.low + k.high) / 2 + 4, "font-size=\"12\"", b->name,
                       whole ? most : most - 1);
}

static bool in_work(const wg_plan_buffer *b, int step)
{
    return b->where == WG_PLAN_WORK && b->first <= step && b->last >= step;
}

/* The bytes of buffer i that an earlier buffer of the list does not hold already: an op that works in place
 * shares memory. */
static double bytes_beside(const wg_plan *p, int i, int step)
{
    const wg_plan_buffer *b = &p->buffer[i];
    size_t shared = 0;
    for (int k = 0; k < i; k++) {
        const wg_plan_buffer *a = &p->buffer[k];
        size_t from = a->offset > b->offset ? a->offset : b->offset, a_end = a->offset + a->bytes,
               b_end = b->offset + b->bytes, to = a_end < b_end ? a_end : b_end;
        if (in_work(a, step) && to > from && to - from > shared) shared = to - from;
    }
    return (double)(b->bytes - shared);
}

/* A dashed line: how much each step needs. It is below the top rectangle where there are holes. */
static void put_needed(memory *m)
{
    wgi_strbuf_put(m->out,
                   "<path fill=\"none\" class=\"axis\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\" d=\"");
    for (int s = 0; s < m->p->steps; s++) {
        double sum = 0;
        for (int i = 0; i < m->p->buffers; i++)
            if (in_work(&m->p->buffer[i], s)) sum += bytes_beside(m->p, i, s);
        wgi_strbuf_format(m->out, "%s%.1f %.1fH%.1f", s ? "L" : "M", wgi_axis_place(&m->x, s),
                          wgi_axis_place(&m->y, sum), wgi_axis_place(&m->x, s + 1));
    }
    wgi_strbuf_put(m->out, "\"/>\n");
}

static void put_sums(memory *m)
{
    size_t all = 0;
    int n = 0;
    for (int i = 0; i < m->p->buffers; i++)
        if (m->p->buffer[i].where == WG_PLAN_WORK) all += m->p->buffer[i].bytes, n++;
    wgi_strbuf_format(&m->text, n == 1 ? "%d buffer of " : "%d buffers of ", n);
    wgi_put_bytes(&m->text, (double)all);
    wgi_strbuf_put(&m->text, n == 1 ? " in " : " share ");
    wgi_put_bytes(&m->text, (double)m->p->workspace);
    wgi_strbuf_put(&m->text, "; dashed: what each step needs");
    put_text(m->out, LEFT, 46, "", &m->text);
}

bool wgi_plan_memory(const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *svg)
{
    memory m = { .p = p, .out = svg, .text = { .c = svg->c } };
    m.x = (wgi_axis){ .high = p->steps > 0 ? p->steps : 1, .from = LEFT, .to = RIGHT };
    m.y = (wgi_axis){ .high = (double)p->workspace, .from = BOTTOM, .to = TOP };
    byte_ticks(&m.y);
    wgi_chart_head(svg, o->title && *o->title ? o->title : "The workspace of a plan", WIDTH, HEIGHT, LEFT);
    put_sums(&m);
    put_byte_grid(&m);
    for (int i = 0; i < p->buffers; i++)
        if (p->buffer[i].where == WG_PLAN_WORK) put_buffer(&m, i);
    put_needed(&m);
    for (int i = 0; i < p->buffers; i++)
        if (p->buffer[i].where == WG_PLAN_WORK) put_buffer_name(&m, &p->buffer[i]);
    put_steps(&m);
    put_labels(svg, LEFT, RIGHT, "step", "address in the workspace");
    wgi_strbuf_put(svg, "</svg>\n");
    wgi_strbuf_free(&m.text);
    return !svg->failed && !m.text.failed;
}

/* ---- the roofline ---- */

enum { NAMED = 9, ROOF_RIGHT = 850 }; /* how many discs have names; beyond ROOF_RIGHT is room for names */

typedef struct roofline {
    const wg_plan *p;
    const wg_limits *l;
    wgi_strbuf *out, text;
    wgi_axis x, y; /* FLOPs a byte; FLOPs a second */
    double peak;
    struct { /* the places of the names written so far */
        double left, right, y;
    } taken[NAMED];
    int names;
} roofline;

static double intensity(const wg_plan_step *s) { return s->flops / (s->read_bytes + s->write_bytes); }

/* A step has a disc if it computes and takes at least a thousandth of the time. */
static bool is_shown(const roofline *r, const wg_plan_step *s)
{
    return s->flops > 0 && s->read_bytes + s->write_bytes > 0 && s->seconds > 0 &&
           1000 * s->seconds >= r->p->seconds;
}

static void find_ranges(roofline *r)
{
    bool any = false, f64 = false;
    r->x.low = r->y.low = INFINITY, r->x.high = r->y.high = 0;
    for (int i = 0; i < r->p->steps; i++) {
        const wg_plan_step *s = &r->p->step[i];
        if (!is_shown(r, s)) continue;
        any = true;
        f64 |= s->dtype == WG_F64;
        r->x.low = fmin(r->x.low, intensity(s)), r->x.high = fmax(r->x.high, intensity(s));
        r->y.low = fmin(r->y.low, s->flops / s->seconds), r->y.high = fmax(r->y.high, s->flops / s->seconds);
    }
    r->peak = f64 ? r->l->f64 : r->l->f32;
    if (!any) r->x.low = 0.1, r->x.high = 100, r->y.low = r->peak / 1000;
    r->x.high = fmax(r->x.high, 4 * r->peak / r->l->bandwidth[WG_LEVELS - 1]), r->x.low = fmin(r->x.low, 0.1);
    r->y.high = fmax(r->y.high, 1.2 * r->peak);
    r->x.logarithmic = r->y.logarithmic = true;
}

static void put_grid(roofline *r)
{
    for (int i = 0; i < r->y.ticks; i++) {
        double y = wgi_axis_place(&r->y, r->y.tick[i]);
        wgi_strbuf_format(r->out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, ROOF_RIGHT);
        wgi_strbuf_format(r->out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n", LEFT - 8,
                          y + 4, 1e-9 * r->y.tick[i]);
    }
    for (int i = 0; i < r->x.ticks; i++) {
        double x = wgi_axis_place(&r->x, r->x.tick[i]);
        wgi_strbuf_format(r->out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, TOP, BOTTOM);
        wgi_strbuf_format(r->out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g</text>\n", x,
                          BOTTOM + 18, r->x.tick[i]);
    }
}

/* The line of a bandwidth, from the left or lower edge to the speed of products. */
static void put_slope(roofline *r, int level)
{
    double width = r->l->bandwidth[level], from = fmax(r->x.low, r->y.low / width), to = r->peak / width;
    double x = wgi_axis_place(&r->x, from), y = wgi_axis_place(&r->y, from * width);
    double u = wgi_axis_place(&r->x, to), v = wgi_axis_place(&r->y, r->peak), angle = atan2(v - y, u - x);
    wgi_strbuf_format(r->out, "<path class=\"curve\" stroke=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n",
                      wgi_colors[level], x, y, u, v);
    wgi_strbuf_format(&r->text, "%.0f GB/s, ", 1e-9 * width);
    wgi_put_bytes(&r->text, (double)r->l->bytes[level]);
    double aside = level < 2 ? 6 : -14; /* two labels above their lines, two below: lines can be close */
    wgi_strbuf_format(
        r->out, "<text transform=\"translate(%.1f %.1f) rotate(%.1f)\" font-size=\"11\" text-anchor=\"end\">",
        u - 18 * cos(angle) + aside * sin(angle), v - 18 * sin(angle) - aside * cos(angle),
        angle * 180 / acos(-1));
    wgi_chart_end_text(r->out, wgi_strbuf_text(&r->text), 60);
    wgi_strbuf_clear(&r->text);
}

static void put_roof(roofline *r)
{
    double y = wgi_axis_place(&r->y, r->peak),
           x = fmax(wgi_axis_place(&r->x, r->peak / r->l->bandwidth[0]), LEFT);
    for (int i = WG_LEVELS - 1; i >= 0; i--) put_slope(r, i);
    wgi_strbuf_format(r->out, "<path class=\"axis\" stroke-width=\"2\" d=\"M%.1f %.1fH%d\"/>\n", x, y,
                      ROOF_RIGHT);
    wgi_strbuf_format(&r->text, "products, %.0f GFLOP/s", 1e-9 * r->peak);
    put_text(r->out, x, y - 7, "font-size=\"11\"", &r->text);
}

/* Longest first. */
static int by_time(const void *a, const void *b)
{
    const wg_plan_step *const *x = a, *const *y = b, *p = *x, *q = *y;
    return p->seconds != q->seconds ? (p->seconds < q->seconds) - (p->seconds > q->seconds)
                                    : p->first_op - q->first_op;
}

static bool is_free(const roofline *r, double left, double right, double y)
{
    for (int i = 0; i < r->names; i++)
        if (left < r->taken[i].right && right > r->taken[i].left && fabs(r->taken[i].y - y) < 14)
            return false;
    return y > TOP + 10 && y < BOTTOM - 6;
}

typedef struct disc {
    double x, y, radius;
} disc;

static disc disc_of(const roofline *r, const wg_plan_step *s)
{
    return (disc){ wgi_axis_place(&r->x, intensity(s)), wgi_axis_place(&r->y, s->flops / s->seconds),
                   fmax(3, 26 * sqrt(s->seconds / r->p->seconds)) };
}

static void put_disc(roofline *r, const wg_plan_step *s)
{
    disc d = disc_of(r, s);
    const char *color = wgi_colors[wg_plan_bound(s, r->l).level];
    wgi_strbuf_format(r->out,
                      "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" fill-opacity=\"0.35\" "
                      "stroke=\"%s\"/>\n",
                      d.x, d.y, d.radius, color, color);
}

/* A name stands beside its disc, or above or below that place if another name is there; then a line leads to
 * the disc. */
static void put_name(roofline *r, const wg_plan_step *s)
{
    disc d = disc_of(r, s);
    wgi_strbuf_format(&r->text, "%d ", (int)(s - r->p->step) + 1);
    wgi_plan_put_ops(&r->text, r->p, s, 20);
    wgi_strbuf_format(&r->text, ", %.0f %%", 100 * s->seconds / r->p->seconds);
    double width = 6.8 * wgi_characters(wgi_strbuf_text(&r->text)) + 6, at = d.y + 4, sign = 1;
    bool before = d.x + d.radius + width > WIDTH - 4;
    double from = before ? d.x - d.radius - width : d.x + d.radius, to = from + width;
    for (int k = 1; !is_free(r, from, to, at) && k < 40; k++, sign = -sign) at += sign * 7 * k;
    r->taken[r->names].left = from, r->taken[r->names].right = to, r->taken[r->names++].y = at;
    if (fabs(at - d.y - 4) > 1)
        wgi_strbuf_format(r->out, "<path class=\"axis\" stroke-width=\"0.6\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n",
                          d.x, d.y, before ? to - 5 : from + 5, at - 4);
    put_text(r->out, before ? to - 6 : from + 6, at,
             before ? "font-size=\"12\" text-anchor=\"end\"" : "font-size=\"12\"", &r->text);
}

static bool put_discs(roofline *r)
{
    const wg_plan_step **list = wg_alloc(r->out->c, (size_t)r->p->steps + 1, sizeof *list);
    int n = 0;
    if (!list) return false;
    for (int i = 0; i < r->p->steps; i++)
        if (is_shown(r, &r->p->step[i])) list[n++] = &r->p->step[i];
    qsort(list, (size_t)n, sizeof *list, by_time);
    for (int i = 0; i < n; i++) put_disc(r, list[i]);
    for (int i = 0; i < n && i < NAMED; i++) put_name(r, list[i]);
    wg_free(r->out->c, list);
    return true;
}

static void put_share(roofline *r)
{
    double left = 0;
    int n = 0;
    for (int i = 0; i < r->p->steps; i++)
        if (!is_shown(r, &r->p->step[i])) left += r->p->step[i].seconds, n++;
    wgi_strbuf_format(&r->text, "%d steps in ", r->p->steps);
    wgi_put_time(&r->text, r->p->seconds);
    wgi_strbuf_put(&r->text,
                   "; the area of a disc is its step's time, the colour that of the memory it moves in");
    if (n) wgi_strbuf_format(&r->text, "; %d not shown: %.1f %%", n, 100 * left / r->p->seconds);
    put_text(r->out, LEFT, 46, "", &r->text);
}

bool wgi_plan_roofline(const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *svg)
{
    roofline r = { .p = p, .l = o->limits, .out = svg, .text = { .c = svg->c } };
    find_ranges(&r);
    r.x.from = LEFT, r.x.to = ROOF_RIGHT, r.y.from = BOTTOM, r.y.to = TOP;
    wgi_axis_log(&r.x), wgi_axis_log(&r.y);
    wgi_chart_head(svg, o->title && *o->title ? o->title : "The roofline of a plan", WIDTH, HEIGHT, LEFT);
    put_share(&r);
    put_grid(&r);
    put_roof(&r);
    bool ok = put_discs(&r);
    put_labels(svg, LEFT, ROOF_RIGHT, "FLOPs a byte moved", "GFLOP/s");
    wgi_strbuf_put(svg, "</svg>\n");
    wgi_strbuf_free(&r.text);
    return ok && !svg->failed && !r.text.failed;
}
