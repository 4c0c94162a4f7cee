/* draw_plan_text.c: a plan as two tables: its steps, compared with the machine's limits, and its memory, with
 * lifetimes. */
#include "draw/draw_private.h"
#include "wgx/plan.h"

#include <stdlib.h>

enum { OPS = 30, NAME = 14, BARS = 48 };

/* ---- cells ---- */

/* Writes the text and empties it. Width above 0: at the left of the cell; below 0: at the right. */
static void cell(wgi_strbuf *b, wgi_strbuf *text, int width)
{
    int room = abs(width) - wgi_characters(wgi_strbuf_text(text));
    if (width < 0) wgi_strbuf_format(b, "%*s", room > 0 ? room : 0, "");
    wgi_strbuf_put(b, wgi_strbuf_text(text));
    if (width > 0) wgi_strbuf_format(b, "%*s", room > 0 ? room : 0, "");
    wgi_strbuf_put(b, "  ");
    wgi_strbuf_clear(text);
}

static void end_line(wgi_strbuf *b)
{
    while (b->length && b->at[b->length - 1] == ' ') b->at[--b->length] = 0;
    wgi_strbuf_put(b, "\n");
}

/* ---- the machine ---- */

static void put_limits(wgi_strbuf *b, const wg_limits *l)
{
    wgi_strbuf_format(b, "machine: products %.0f GFLOP/s (f32), %.0f (f64); memory", 1e-9 * l->f32,
                      1e-9 * l->f64);
    for (int i = 0; i < WG_LEVELS; i++) {
        wgi_strbuf_format(b, i ? ", %.0f (" : " %.0f GB/s (", 1e-9 * l->bandwidth[i]);
        wgi_put_bytes(b, (double)l->bytes[i]);
        wgi_strbuf_put(b, ")");
    }
    wgi_strbuf_put(b, "\n");
}

/* ---- steps ---- */

static void put_head(wgi_strbuf *b, const wg_plan *p, const wg_draw_opts *o)
{
    if (o->title && *o->title) wgi_strbuf_clean(b, o->title, 200), wgi_strbuf_put(b, "\n");
    wgi_strbuf_format(b, "%d step%s on %d thread%s, ", p->steps, p->steps == 1 ? "" : "s", p->threads,
                      p->threads == 1 ? "" : "s");
    wgi_put_time(b, p->seconds);
    wgi_strbuf_format(b, " a run (each step the least of %d runs)\n", p->runs);
    if (o->limits) put_limits(b, o->limits);
    wgi_strbuf_put(b, "\n");
}

static void put_tiles(wgi_strbuf *b, const wg_plan_step *s)
{
    if (s->tile) wgi_strbuf_format(b, "%lld × %lld", (long long)s->tiles, (long long)s->tile);
    else wgi_strbuf_format(b, "%lld", (long long)s->tiles);
}

static void put_speed(wgi_strbuf *b, wgi_strbuf *t, double amount, double seconds, int width)
{
    double v = 1e-9 * amount / seconds;
    if (amount > 0 && seconds > 0) wgi_strbuf_format(t, v < 9.95 ? "%.1f" : "%.0f", v);
    else wgi_strbuf_put(t, "–");
    cell(b, t, width);
}

static void put_bound(wgi_strbuf *b, wgi_strbuf *t, const wg_plan_step *s, const wg_limits *l)
{
    wgx_bound k = wgx_plan_bound(s, l);
    wgi_put_share(t, s->seconds > 0 ? k.seconds / s->seconds : 0);
    cell(b, t, -5);
    if (k.by_memory) wgi_strbuf_format(b, "memory, %.0f", 1e-9 * l->bandwidth[k.level]);
    else wgi_strbuf_put(b, "products");
}

static void put_step(wgi_strbuf *b, wgi_strbuf *t, const wg_plan *p, int i, const wg_limits *l)
{
    const wg_plan_step *s = &p->step[i];
    wgi_strbuf_format(b, "%4d  ", i + 1);
    wgi_plan_put_ops(t, p, s, OPS), cell(b, t, OPS + 1);
    put_tiles(t, s), cell(b, t, 11);
    wgi_strbuf_format(t, "%d", s->chunks < p->threads ? s->chunks : p->threads), cell(b, t, -3);
    wgi_put_bytes(t, s->read_bytes), cell(b, t, -8);
    wgi_put_bytes(t, s->write_bytes), cell(b, t, -8);
    wgi_put_count(t, s->flops), cell(b, t, -7);
    wgi_put_time(t, s->seconds), cell(b, t, -8);
    put_speed(b, t, s->flops, s->seconds, -7);
    put_speed(b, t, s->read_bytes + s->write_bytes, s->seconds, -5);
    if (l) put_bound(b, t, s, l);
    end_line(b);
}

static bool any_derived(const wg_plan *p)
{
    for (int i = 0; i < p->ops; i++)
        if (p->op[i].derived) return true;
    return false;
}

static void put_steps(wgi_strbuf *b, wgi_strbuf *t, const wg_plan *p, const wg_limits *l)
{
    wgi_strbuf_format(b, "step  %-*s  %-11s  %3s  %8s  %8s  %7s  %8s  %7s  %5s", OPS + 1, "ops", "tiles",
                      "thr", "reads", "writes", "FLOPs", "time", "GFLOP/s", "GB/s");
    if (l) wgi_strbuf_format(b, "  %5s  %s", "bound", "by");
    end_line(b);
    for (int i = 0; i < p->steps; i++) put_step(b, t, p, i, l);
    wgi_strbuf_put(b, "\ntiles: so many × elements of a fused group, or a kernel's units; thr: threads");
    if (any_derived(p)) wgi_strbuf_put(b, "; ∂: of the gradient");
    if (l)
        wgi_strbuf_put(b, "; bound: the least time that the\nmachine's limit `by` allows (memory in GB/s "
                          "where the step's bytes fit), in % of the time taken");
    wgi_strbuf_put(b, "\n");
}

/* ---- memory ---- */

static int by_place(const void *x, const void *y)
{
    const wg_plan_buffer *const *p = x, *const *q = y, *a = *p, *b = *q;
    if (a->where != b->where) return (int)a->where - (int)b->where;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    return a->first != b->first ? a->first - b->first : (a > b) - (a < b);
}

/* A bar from the first step to the last, in at most BARS columns. */
static void put_life(wgi_strbuf *b, const wg_plan *p, const wg_plan_buffer *x)
{
    int columns = p->steps < BARS ? p->steps : BARS;
    for (int k = 0; k < columns; k++) {
        int first = (int)((int64_t)k * p->steps / columns),
            last = (int)((int64_t)(k + 1) * p->steps / columns) - 1;
        wgi_strbuf_put(b, x->first <= last && x->last >= first ? "█" : "·");
    }
}

static void put_buffer(wgi_strbuf *b, wgi_strbuf *t, const wg_plan *p, const wg_plan_buffer *x)
{
    wgi_strbuf_put(b, "  ");
    wgi_strbuf_clean(t, x->name, NAME), cell(b, t, NAME + 1);
    if (x->where == WG_PLAN_WORK || x->where == WG_PLAN_RESULT) wgi_strbuf_format(t, "%zu", x->offset);
    cell(b, t, -11);
    wgi_put_bytes(t, (double)x->bytes), cell(b, t, -8);
    if (x->first < 0) wgi_strbuf_put(t, "given");
    else wgi_strbuf_format(t, "%d", x->first + 1);
    wgi_strbuf_put(t, "–");
    if (x->last >= p->steps) wgi_strbuf_put(t, "end");
    else wgi_strbuf_format(t, "%d", x->last + 1);
    cell(b, t, 9);
    put_life(b, p, x);
    end_line(b);
}

static const char *const places[] = {
    "inputs", "parameters", "numbers", "workspace", "results", "gradients"
};

static void put_place(wgi_strbuf *b, const wg_plan *p, wg_plan_where w)
{
    size_t sum = 0;
    for (int i = 0; i < p->buffers; i++) sum += p->buffer[i].where == w ? p->buffer[i].bytes : 0;
    wgi_strbuf_format(b, "%s, ", places[w]);
    wgi_put_bytes(b, (double)(w == WG_PLAN_WORK ? p->workspace : w == WG_PLAN_RESULT ? p->results : sum));
    if (w == WG_PLAN_WORK) wgi_strbuf_put(b, " shared by buffers of "), wgi_put_bytes(b, (double)sum);
    wgi_strbuf_put(b, "\n");
}

static void put_memory(wgi_strbuf *b, wgi_strbuf *t, const wg_plan *p)
{
    const wg_plan_buffer **list = wgi_pool_take(t->pool, p->buffers, sizeof *list);
    if (!list) return;
    for (int i = 0; i < p->buffers; i++) list[i] = &p->buffer[i];
    qsort(list, (size_t)p->buffers, sizeof *list, by_place);
    wgi_strbuf_format(b, "\n  %-*s  %11s  %8s  %-9s  of %d\n", NAME + 1, "memory", "offset", "bytes", "steps",
                      p->steps);
    for (int i = 0; i < p->buffers; i++) {
        if (list[i]->where == WG_PLAN_NUMBER) continue;
        if (i == 0 || list[i]->where != list[i - 1]->where) put_place(b, p, list[i]->where);
        put_buffer(b, t, p, list[i]);
    }
    if (p->tiles) {
        wgi_strbuf_put(b, "the threads' tiles, "), wgi_put_bytes(b, (double)p->tiles);
        wgi_strbuf_put(b, "\n");
    }
}

void wgi_plan_text(const wgi_picture *p, const wg_plan *plan, wgi_strbuf *out)
{
    wgi_strbuf t = { .pool = p->pool };
    put_head(out, plan, p->o);
    put_steps(out, &t, plan, p->o->limits);
    put_memory(out, &t, plan);
}
