/* units.c: bytes, times, shares and counts as pictures of plans write them, and the ops of a step. */
#include "draw/draw_private.h"

#include <math.h>
#include <string.h>

/* ---- quantities ---- */

void wgi_put_bytes(wgi_strbuf *b, double v)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    int u = 0;
    for (; v >= 1000 && u < 4; u++) v /= 1024;
    wgi_strbuf_format(b, "%.*f %s", v >= 100 || v == floor(v) ? 0 : v < 10 ? 2 : 1, v, units[u]);
}

void wgi_put_time(wgi_strbuf *b, double s)
{
    static const char *const units[] = { "ns", "µs", "ms", "s" };
    static const double in_a_second[] = { 1e9, 1e6, 1e3, 1 };
    int u = s < 1e-6 ? 0 : s < 1e-3 ? 1 : s < 1 ? 2 : 3;
    double v = in_a_second[u] * s;
    wgi_strbuf_format(b, "%.*f %s", v < 100, v, units[u]);
}

void wgi_put_share(wgi_strbuf *b, double v)
{
    if (v >= 0.0095) wgi_strbuf_format(b, "%.0f %%", 100 * v);
    else wgi_strbuf_put(b, "< 1 %");
}

void wgi_put_count(wgi_strbuf *b, double v)
{
    static const char *const units[] = { "", " k", " M", " G", " T", " P" };
    int u = 0;
    for (; v >= 1000 && u < 5; u++) v /= 1000;
    wgi_strbuf_format(b, v < 100 && u ? "%.1f%s" : "%.0f%s", v, units[u]);
}

/* ---- the ops of a step ---- */

static const char *op_at(const wg_plan *p, const wg_plan_step *s, int i) { return p->op[s->first_op + i].op; }

static bool alike(const wg_plan *p, const wg_plan_step *s, int i, int j)
{
    return strcmp(op_at(p, s, i), op_at(p, s, j)) == 0 &&
           p->op[s->first_op + i].derived == p->op[s->first_op + j].derived;
}

void wgi_plan_put_ops(wgi_strbuf *b, const wg_plan *p, const wg_plan_step *s, int most)
{
    wgi_strbuf all = { .c = b->c, .pool = b->pool };
    for (int i = 0, times; i < s->ops; i += times) {
        for (times = 1; i + times < s->ops && alike(p, s, i, i + times);) times++;
        wgi_strbuf_format(&all, "%s%s%s", i ? ", " : "", p->op[s->first_op + i].derived ? "∂" : "",
                          op_at(p, s, i));
        if (times > 1) wgi_strbuf_format(&all, " ×%d", times);
    }
    wgi_strbuf_clean(b, wgi_strbuf_text(&all), most);
    b->failed |= all.failed;
    wgi_strbuf_free(&all);
}
