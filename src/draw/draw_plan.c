/* draw_plan.c: wg_draw_plan, and how plans are written: sizes, times, counts, the ops of a step. */
#include "draw/picture.h"

#include <math.h>
#include <string.h>

/* ---- quantities ---- */

void wgi_put_bytes(wgi_strbuf *b, double v)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    int u = 0;
    for (; v >= 1000 && u < 4; u++) v /= 1024;
    wgi_strbuf_format(b,
                      v < 10 && v != floor(v)    ? "%.2f %s"
                      : v < 100 && v != floor(v) ? "%.1f %s"
                                                 : "%.0f %s",
                      v, units[u]);
}

void wgi_put_time(wgi_strbuf *b, double s)
{
    double v = s < 1e-6 ? 1e9 * s : s < 1e-3 ? 1e6 * s : s < 1 ? 1e3 * s : s;
    wgi_strbuf_format(b, v < 100 ? "%.1f %s" : "%.0f %s", v,
                      s < 1e-6   ? "ns"
                      : s < 1e-3 ? "µs"
                      : s < 1    ? "ms"
                                 : "s");
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
    wgi_strbuf all = { .c = b->c };
    for (int i = 0, times; i < s->ops; i += times) {
        for (times = 1; i + times < s->ops && alike(p, s, i, i + times);) times++;
        wgi_strbuf_format(&all, "%s%s%s", i ? ", " : "", p->op[s->first_op + i].derived ? "∂" : "",
                          op_at(p, s, i));
        if (times > 1) wgi_strbuf_format(&all, " ×%d", times);
    }
    wgi_strbuf_clean(b, all.at ? all.at : "", most);
    b->failed |= all.failed;
    wgi_strbuf_free(&all);
}

/* ---- the call ---- */

static wg_status fail(wg_site here, wg_context *c, const char *text)
{
    wg_fail(c, here, WG_ERROR_VALUE, "draw_plan: %s", text);
    return WG_ERROR_VALUE;
}

static wg_status steps(wg_site here, const wg_plan *p, const wg_draw_plan_opts *o, const char *format,
                       wgi_strbuf *out)
{
    if (strcmp(format, "txt") == 0) {
        wgi_plan_text(p, o, out);
        return out->failed ? WG_ERROR_MEMORY : WG_OK;
    }
    if (strcmp(format, "dot") == 0) return wgi_plan_steps(here, p, o, out);
    wgi_strbuf dot = { .c = out->c };
    wg_status s = wgi_plan_steps(here, p, o, &dot);
    if (s == WG_OK) s = wgi_render(here, &dot, format, o->seconds, out);
    wgi_strbuf_free(&dot);
    return s;
}

static wg_status make(wg_site here, const wg_plan *p, const char *path, const wg_draw_plan_opts *o,
                      wgi_strbuf *out)
{
    static const char *const formats[] = { "txt", "dot", "svg", "png", "pdf" };
    const char *format = wgi_format_of(path, o->format, formats, 5);
    if (!format)
        return fail(here, out->c,
                    "the format must be txt, dot, svg, png or pdf, by the path's ending or .format");
    wg_picture_kind kind = o->picture != WG_PLAN_STEPS  ? WG_PICTURE_CHART
                           : strcmp(format, "txt") == 0 ? WG_PICTURE_TABLE
                                                        : WG_PICTURE_STEPS;
    wg_status s = wgi_draw_fits(here, out->c, "draw_plan", o, kind);
    if (s != WG_OK) return s;
    if (kind != WG_PICTURE_CHART) return steps(here, p, o, format, out);
    if (strcmp(format, "svg") != 0) return fail(here, out->c, "charts are written as svg");
    if (o->picture == WG_PLAN_ROOFLINE && !o->limits)
        return fail(here, out->c, "a roofline needs .limits: wg_limits_measure");
    return (o->picture == WG_PLAN_MEMORY ? wgi_plan_memory(p, o, out) : wgi_plan_roofline(p, o, out))
               ? WG_OK
               : WG_ERROR_MEMORY;
}

wg_status wg_draw_plan_at(wg_site here, wg_context *c, const wg_plan *p, const char *path,
                          const wg_draw_plan_opts *o)
{
    static const wg_draw_plan_opts standard = { 0 };
    wgi_strbuf out = { .c = c };
    if (!c || !p) return WG_ERROR_USE;
    wgi_locale l = wgi_locale_enter();
    wg_status s = make(here, p, path, o ? o : &standard, &out);
    wgi_locale_leave(l);
    if (s == WG_OK) s = wgi_picture_save(here, &out, path);
    wgi_strbuf_free(&out);
    return s;
}
