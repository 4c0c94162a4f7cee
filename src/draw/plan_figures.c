/* plan_figures.c: two figures of a plan: its workspace, and its roofline.
 *
 * The workspace: x is the step, y the address. Each buffer is a rectangle, so that memory used twice shows as
 * two rectangles side by side. The roofline (Williams, Waterman and Patterson 2009): x is FLOPs a byte, y
 * FLOPs a second, both logarithmic. Each step is a disc whose area is its time. It lies below two limits: the
 * speed of products, and the bandwidth of the memory level that the step's bytes fit in. */
#include "draw/draw_private.h"

#include <math.h>
#include <stdlib.h>

/* ---- the workspace ---- */

enum { MARKS = 12, NAMES = 64 };

/* The ticks of the addresses: multiples of a power of two bytes, 5 to 9 of them. One unit of the axis is one
 * multiple. */
typedef struct byte_axis {
    double unit;
    int n;
    const char *name[MARKS];
} byte_axis;

static const char *bytes_text(wgi_pool *pool, double bytes)
{
    wgi_strbuf b = { .pool = pool };
    wgi_put_bytes(&b, bytes);
    return wgi_strbuf_keep(&b);
}

static void find_bytes(byte_axis *a, wgi_pool *pool, double most)
{
    a->unit = exp2(ceil(log2(fmax(most, 64) / 8)));
    for (a->n = 0; a->n < MARKS && (a->n == 0 || (a->n - 1) * a->unit < most); a->n++)
        a->name[a->n] = bytes_text(pool, a->n * a->unit);
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

static void add_buffer(wg_panel *panel, wgi_pool *pool, const wg_plan *p, int i, double unit)
{
    const wg_plan_buffer *b = &p->buffer[i];
    const char *name = wgi_pool_clean(pool, b->name, 40),
               *hint =
                   wgi_pool_format(pool, "%s, %s at %zu, steps %d to %d", name,
                                   bytes_text(pool, (double)b->bytes), b->offset, b->first + 1, b->last + 1);
    const double x[2] = { b->first - 0.47, b->last + 0.47 };
    const double y[2] = { (double)b->offset / unit, (double)(b->offset + b->bytes) / unit };
    wg_panel_box(panel, x, y, (wg_figure_color)(1 + i % 8), name, hint);
}

static const char *sums_text(wgi_pool *pool, const wg_plan *p)
{
    size_t all = 0;
    int n = 0;
    for (int i = 0; i < p->buffers; i++)
        if (p->buffer[i].where == WG_PLAN_WORK) all += p->buffer[i].bytes, n++;
    return wgi_pool_format(pool, "%d buffer%s of %s %s %s; dashed: what each step needs", n,
                           n == 1 ? "" : "s", bytes_text(pool, (double)all), n == 1 ? "in" : "share",
                           bytes_text(pool, (double)p->workspace));
}

static wg_figure *new_figure(const wgi_picture *p, const char *title, int height)
{
    const wg_figure_opts opts = { .title = p->o->title && *p->o->title ? p->o->title : title,
                                  .width = 960,
                                  .height = height };
    return wg_figure_new_at(p->here, p->c, &opts);
}

wg_figure *wgi_plan_memory(const wgi_picture *picture, const wg_plan *p)
{
    const char *name[NAMES];
    byte_axis bytes;
    const int names = p->steps > NAMES ? 0 : p->steps; /* of many steps the axis has numbers of its own */
    for (int i = 0; i < names; i++) name[i] = wgi_pool_format(picture->pool, "%d", i + 1);
    find_bytes(&bytes, picture->pool, (double)p->workspace);
    wg_figure *f = new_figure(picture, "The workspace of a plan", 560);
    const wg_panel_opts opts = { .title = sums_text(picture->pool, p),
                                 .x = { "step", -0.5, (p->steps > 0 ? p->steps : 1) - 0.5,
                                        .names = names ? name : NULL, .name_count = names },
                                 .y = { "address in the workspace", 0, bytes.n > 1 ? bytes.n - 1 : 1,
                                        .names = bytes.name, .name_count = bytes.n } };
    wg_panel *panel = wg_panel_new_at(picture->here, f, &opts);
    for (int i = 0; i < p->buffers; i++)
        if (p->buffer[i].where == WG_PLAN_WORK) add_buffer(panel, picture->pool, p, i, bytes.unit);
    add_needed(panel, p, bytes.unit);
    return f;
}

/* ---- the roofline ---- */

enum { NAMED = 9 }; /* how many discs have names */

typedef struct roofline {
    const wg_plan *p;
    const wg_limits *l;
    wgi_pool *pool;
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
static void add_slope(wg_panel *panel, const roofline *r, int level)
{
    const double width = r->l->bandwidth[level], from = fmax(r->low_x, r->low_y / width),
                 to = r->peak / width;
    const wg_series_opts o = { .name = wgi_pool_format(r->pool, "%.0f GB/s, %s", 1e-9 * width,
                                                       bytes_text(r->pool, (double)r->l->bytes[level])),
                               .color = (wg_figure_color)(1 + level),
                               .dash = 1,
                               .along = true };
    wg_series *s = wg_series_new_at(NULL, panel, WG_SERIES_LINE, &o);
    wg_series_add(s, from, 1e-9 * from * width), wg_series_add(s, to, 1e-9 * r->peak);
}

static void add_roof(wg_panel *panel, const roofline *r)
{
    for (int i = WG_LEVELS - 1; i >= 0; i--) add_slope(panel, r, i);
    wg_series *s = wg_panel_line(panel, wgi_pool_format(r->pool, "products, %.0f GFLOP/s", 1e-9 * r->peak),
                                 .color = WG_COLOR_GREY, .dash = 1, .along = true);
    wg_series_add(s, fmax(r->peak / r->l->bandwidth[0], r->low_x), 1e-9 * r->peak);
    wg_series_add(s, r->high_x, 1e-9 * r->peak);
}

/* Longest first. */
static int by_time(const void *a, const void *b)
{
    const wg_plan_step *const *x = a, *const *y = b, *p = *x, *q = *y;
    return p->seconds != q->seconds ? (p->seconds < q->seconds) - (p->seconds > q->seconds)
                                    : p->first_op - q->first_op;
}

static void add_disc(wg_panel *panel, const roofline *r, const wg_plan_step *s, bool named)
{
    wgi_strbuf text = { .pool = r->pool };
    if (named) {
        wgi_strbuf_format(&text, "%d ", (int)(s - r->p->step) + 1);
        wgi_plan_put_ops(&text, r->p, s, 20);
        wgi_strbuf_format(&text, ", %.0f %%", 100 * s->seconds / r->p->seconds);
    }
    wg_panel_disc(panel, intensity(s), 1e-9 * s->flops / s->seconds, fmin(s->seconds / r->p->seconds, 1),
                  (wg_figure_color)(1 + wg_plan_bound(s, r->l).level), wgi_strbuf_keep(&text));
}

static void add_discs(wg_panel *panel, const roofline *r)
{
    const wg_plan_step **list = wgi_pool_take(r->pool, r->p->steps, sizeof *list);
    int n = 0;
    for (int i = 0; list && i < r->p->steps; i++)
        if (is_shown(r, &r->p->step[i])) list[n++] = &r->p->step[i];
    if (list) qsort(list, (size_t)n, sizeof *list, by_time);
    for (int i = 0; i < n; i++) add_disc(panel, r, list[i], i < NAMED);
}

static const char *share_text(const roofline *r)
{
    double left = 0;
    int n = 0;
    wgi_strbuf text = { .pool = r->pool };
    for (int i = 0; i < r->p->steps; i++)
        if (!is_shown(r, &r->p->step[i])) left += r->p->step[i].seconds, n++;
    wgi_strbuf_format(&text, "%d steps in ", r->p->steps);
    wgi_put_time(&text, r->p->seconds);
    wgi_strbuf_put(&text, "; area: time; colour: the memory a step moves in");
    if (n) wgi_strbuf_format(&text, "; %d not shown: %.1f %%", n, 100 * left / r->p->seconds);
    return wgi_strbuf_keep(&text);
}

wg_figure *wgi_plan_roofline(const wgi_picture *p, const wg_plan *plan)
{
    roofline r = { .p = plan, .l = p->o->limits, .pool = p->pool };
    find_ranges(&r);
    wg_figure *f = new_figure(p, "The roofline of a plan", 600);
    const wg_panel_opts opts = { .title = share_text(&r),
                                 .x = { "FLOPs a byte moved", r.low_x, r.high_x, .scale = WG_SCALE_LOG },
                                 .y = { "GFLOP/s", 1e-9 * r.low_y, 1e-9 * r.high_y, .scale = WG_SCALE_LOG } };
    wg_panel *panel = wg_panel_new_at(p->here, f, &opts);
    add_roof(panel, &r);
    add_discs(panel, &r);
    return f;
}
