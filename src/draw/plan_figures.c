/* plan_figures.c: two figures of a plan: its workspace, and its roofline.
 *
 * The workspace: x is the step, y the address. Each buffer is a rectangle, so that memory used twice shows as
 * two rectangles side by side. The roofline (Williams, Waterman and Patterson 2009): x is FLOPs a byte, y
 * FLOPs a second, both logarithmic. Each step is a disc whose area is its time. It lies below two limits: the
 * speed of products, and the bandwidth of the memory level that the step's bytes fit in. */
#include "draw/draw_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number in the text, which is emptied. */
static const char *keep(wgi_strbuf *text, char *to, size_t size)
{
    snprintf(to, size, "%s", wgi_strbuf_text(text));
    wgi_strbuf_clear(text);
    return to;
}

/* The figure, if all its texts had memory. */
static wg_figure *finish(wg_figure *f, wgi_strbuf *title, bool ok)
{
    ok &= !title->failed;
    wgi_strbuf_free(title);
    if (ok) return f;
    wg_figure_free(f);
    return NULL;
}

/* ---- the workspace ---- */

enum { MARKS = 12, NAMES = 64 };

/* The ticks of the addresses: multiples of a power of two bytes, 5 to 9 of them. One unit of the axis is one
 * multiple. */
typedef struct byte_axis {
    double unit;
    int n;
    char text[MARKS][32];
    const char *name[MARKS];
} byte_axis;

static bool find_bytes(byte_axis *a, wg_context *c, double most)
{
    wgi_strbuf text = { .c = c };
    a->unit = exp2(ceil(log2(fmax(most, 64) / 8)));
    for (a->n = 0; a->n < MARKS && (a->n == 0 || (a->n - 1) * a->unit < most); a->n++) {
        wgi_put_bytes(&text, a->n * a->unit);
        a->name[a->n] = keep(&text, a->text[a->n], sizeof a->text[0]);
    }
    const bool ok = !text.failed;
    wgi_strbuf_free(&text);
    return ok;
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

/* How much each step needs. It is below the top rectangle where there are holes. */
static void add_needed(wg_panel *panel, const wg_plan *p, double unit)
{
    wg_series *needed = wg_panel_steps(panel, "", .color = WG_COLOR_GREY, .dash = 2);
    for (int s = 0; s <= p->steps; s++) {
        double sum = 0;
        for (int i = 0; i < p->buffers; i++)
            if (in_work(&p->buffer[i], s < p->steps ? s : s - 1))
                sum += bytes_beside(p, i, s < p->steps ? s : s - 1);
        wg_series_add(needed, s - 0.5, sum / unit);
    }
}

static bool add_buffer(wg_panel *panel, wg_context *c, const wg_plan *p, int i, double unit)
{
    const wg_plan_buffer *b = &p->buffer[i];
    wgi_strbuf name = { .c = c }, hint = { .c = c };
    wgi_strbuf_clean(&name, b->name, 40);
    wgi_strbuf_put(&hint, wgi_strbuf_text(&name));
    wgi_strbuf_put(&hint, ", ");
    wgi_put_bytes(&hint, (double)b->bytes);
    wgi_strbuf_format(&hint, " at %zu, steps %d to %d", b->offset, b->first + 1, b->last + 1);
    const double x[2] = { b->first - 0.47, b->last + 0.47 };
    const double y[2] = { (double)b->offset / unit, (double)(b->offset + b->bytes) / unit };
    wg_panel_box(panel, x, y, (wg_figure_color)(1 + i % 8), wgi_strbuf_text(&name), wgi_strbuf_text(&hint));
    const bool ok = !name.failed && !hint.failed;
    wgi_strbuf_free(&name), wgi_strbuf_free(&hint);
    return ok;
}

static void put_sums(wgi_strbuf *text, const wg_plan *p)
{
    size_t all = 0;
    int n = 0;
    for (int i = 0; i < p->buffers; i++)
        if (p->buffer[i].where == WG_PLAN_WORK) all += p->buffer[i].bytes, n++;
    wgi_strbuf_format(text, n == 1 ? "%d buffer of " : "%d buffers of ", n);
    wgi_put_bytes(text, (double)all);
    wgi_strbuf_put(text, n == 1 ? " in " : " share ");
    wgi_put_bytes(text, (double)p->workspace);
    wgi_strbuf_put(text, "; dashed: what each step needs");
}

/* The numbers of the steps, which the panel copies. Many steps: an axis with numbers of its own. */
static int name_steps(const wg_plan *p, char text[NAMES][16], const char *name[NAMES])
{
    if (p->steps > NAMES) return 0;
    for (int i = 0; i < p->steps; i++) snprintf(text[i], sizeof text[i], "%d", i + 1), name[i] = text[i];
    return p->steps;
}

wg_figure *wgi_plan_memory(wg_site here, wg_context *c, const wg_plan *p, const wg_draw_plan_opts *o)
{
    char text[NAMES][16];
    const char *name[NAMES];
    byte_axis bytes;
    wgi_strbuf sums = { .c = c };
    const int names = name_steps(p, text, name);
    bool ok = find_bytes(&bytes, c, (double)p->workspace);
    put_sums(&sums, p);
    const wg_figure_opts figure = { .title = o->title && *o->title ? o->title : "The workspace of a plan",
                                    .width = 960,
                                    .height = 560 };
    wg_figure *f = wg_figure_new_at(here, c, &figure);
    const wg_panel_opts opts = { .title = wgi_strbuf_text(&sums),
                                 .x = { "step", -0.5, (p->steps > 0 ? p->steps : 1) - 0.5,
                                        .names = names ? name : NULL, .name_count = names },
                                 .y = { "address in the workspace", 0, bytes.n > 1 ? bytes.n - 1 : 1,
                                        .names = bytes.name, .name_count = bytes.n } };
    wg_panel *panel = wg_panel_new_at(here, f, &opts);
    for (int i = 0; i < p->buffers; i++)
        if (p->buffer[i].where == WG_PLAN_WORK) ok &= add_buffer(panel, c, p, i, bytes.unit);
    add_needed(panel, p, bytes.unit);
    return finish(f, &sums, ok);
}

/* ---- the roofline ---- */

enum { NAMED = 9 }; /* how many discs have names */

typedef struct roofline {
    const wg_plan *p;
    const wg_limits *l;
    wg_context *c;
    double low_x, high_x, low_y, high_y, peak;
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
    r->low_x = r->low_y = INFINITY, r->high_x = r->high_y = 0;
    for (int i = 0; i < r->p->steps; i++) {
        const wg_plan_step *s = &r->p->step[i];
        if (!is_shown(r, s)) continue;
        any = true;
        f64 |= s->dtype == WG_F64;
        r->low_x = fmin(r->low_x, intensity(s)), r->high_x = fmax(r->high_x, intensity(s));
        r->low_y = fmin(r->low_y, s->flops / s->seconds), r->high_y = fmax(r->high_y, s->flops / s->seconds);
    }
    r->peak = f64 ? r->l->f64 : r->l->f32;
    if (!any) r->low_x = 0.1, r->high_x = 100, r->low_y = r->peak / 1000;
    r->high_x = fmax(2 * r->high_x, 4 * r->peak / r->l->bandwidth[WG_LEVELS - 1]),
    r->low_x = fmin(0.7 * r->low_x, 0.1);
    r->high_y = fmax(1.3 * r->high_y, 2.5 * r->peak), r->low_y *= 0.5;
}

/* The line of a bandwidth, from the left or lower edge to the speed of products. */
static bool add_slope(wg_panel *panel, const roofline *r, int level)
{
    const double width = r->l->bandwidth[level], from = fmax(r->low_x, r->low_y / width),
                 to = r->peak / width;
    wgi_strbuf name = { .c = r->c };
    wgi_strbuf_format(&name, "%.0f GB/s, ", 1e-9 * width);
    wgi_put_bytes(&name, (double)r->l->bytes[level]);
    const wg_series_opts o = {
        .name = wgi_strbuf_text(&name), .color = (wg_figure_color)(1 + level), .dash = 1, .along = true
    };
    wg_series *s = wg_series_new_at(NULL, panel, WG_SERIES_LINE, &o);
    wg_series_add(s, from, 1e-9 * from * width), wg_series_add(s, to, 1e-9 * r->peak);
    const bool ok = !name.failed;
    wgi_strbuf_free(&name);
    return ok;
}

static bool add_roof(wg_panel *panel, const roofline *r)
{
    char text[64];
    snprintf(text, sizeof text, "products, %.0f GFLOP/s", 1e-9 * r->peak);
    bool ok = true;
    for (int i = WG_LEVELS - 1; i >= 0; i--) ok &= add_slope(panel, r, i);
    wg_series *s = wg_panel_line(panel, text, .color = WG_COLOR_GREY, .dash = 1, .along = true);
    wg_series_add(s, fmax(r->peak / r->l->bandwidth[0], r->low_x), 1e-9 * r->peak);
    wg_series_add(s, r->high_x, 1e-9 * r->peak);
    return ok;
}

/* Longest first. */
static int by_time(const void *a, const void *b)
{
    const wg_plan_step *const *x = a, *const *y = b, *p = *x, *q = *y;
    return p->seconds != q->seconds ? (p->seconds < q->seconds) - (p->seconds > q->seconds)
                                    : p->first_op - q->first_op;
}

static bool add_disc(wg_panel *panel, const roofline *r, const wg_plan_step *s, bool named)
{
    wgi_strbuf text = { .c = r->c };
    if (named) {
        wgi_strbuf_format(&text, "%d ", (int)(s - r->p->step) + 1);
        wgi_plan_put_ops(&text, r->p, s, 20);
        wgi_strbuf_format(&text, ", %.0f %%", 100 * s->seconds / r->p->seconds);
    }
    wg_panel_disc(panel, intensity(s), 1e-9 * s->flops / s->seconds, fmin(s->seconds / r->p->seconds, 1),
                  (wg_figure_color)(1 + wg_plan_bound(s, r->l).level), wgi_strbuf_text(&text));
    const bool ok = !text.failed;
    wgi_strbuf_free(&text);
    return ok;
}

static bool add_discs(wg_panel *panel, const roofline *r)
{
    const wg_plan_step **list = wg_alloc(r->c, (size_t)r->p->steps + 1, sizeof *list);
    bool ok = true;
    int n = 0;
    if (!list) return false;
    for (int i = 0; i < r->p->steps; i++)
        if (is_shown(r, &r->p->step[i])) list[n++] = &r->p->step[i];
    qsort(list, (size_t)n, sizeof *list, by_time);
    for (int i = 0; i < n; i++) ok &= add_disc(panel, r, list[i], i < NAMED);
    wg_free(r->c, list);
    return ok;
}

static void put_share(wgi_strbuf *text, const roofline *r)
{
    double left = 0;
    int n = 0;
    for (int i = 0; i < r->p->steps; i++)
        if (!is_shown(r, &r->p->step[i])) left += r->p->step[i].seconds, n++;
    wgi_strbuf_format(text, "%d steps in ", r->p->steps);
    wgi_put_time(text, r->p->seconds);
    wgi_strbuf_put(text, "; area: time; colour: the memory a step moves in");
    if (n) wgi_strbuf_format(text, "; %d not shown: %.1f %%", n, 100 * left / r->p->seconds);
}

wg_figure *wgi_plan_roofline(wg_site here, wg_context *c, const wg_plan *p, const wg_draw_plan_opts *o)
{
    roofline r = { .p = p, .l = o->limits, .c = c };
    wgi_strbuf share = { .c = c };
    find_ranges(&r);
    put_share(&share, &r);
    const wg_figure_opts figure = { .title = o->title && *o->title ? o->title : "The roofline of a plan",
                                    .width = 960,
                                    .height = 600 };
    wg_figure *f = wg_figure_new_at(here, c, &figure);
    const wg_panel_opts opts = { .title = wgi_strbuf_text(&share),
                                 .x = { "FLOPs a byte moved", r.low_x, r.high_x, .scale = WG_SCALE_LOG },
                                 .y = { "GFLOP/s", 1e-9 * r.low_y, 1e-9 * r.high_y, .scale = WG_SCALE_LOG } };
    wg_panel *panel = wg_panel_new_at(here, f, &opts);
    const bool roof = add_roof(panel, &r), discs = add_discs(panel, &r);
    return finish(f, &share, roof && discs);
}
