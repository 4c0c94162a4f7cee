/* draw_plan.c: wg_draw_plan: chooses table, steps or chart by the options and the path. */
#include "draw/draw_private.h"

#include <string.h>

static wg_status fail(wg_site here, wg_context *c, const char *call, const char *text)
{
    return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE, "%s: %s", call, text);
}

static wg_status steps(wg_site here, const char *call, const wg_plan *p, const wg_draw_plan_opts *o,
                       const char *path, const char *format, wgi_strbuf *out)
{
    if (strcmp(format, "txt") == 0) {
        wgi_plan_text(p, o, out);
        return out->failed ? WG_ERROR_MEMORY : WG_OK;
    }
    return wgi_plan_steps(here, call, p, o, path, format, out);
}

static wg_status figure(wg_site here, const wg_plan *p, const char *path, const wg_draw_plan_opts *o,
                        wgi_strbuf *out)
{
    wg_figure *f = o->picture == WG_PLAN_MEMORY ? wgi_plan_memory(here, out->c, p, o)
                                                : wgi_plan_roofline(here, out->c, p, o);
    const wg_figure_save_opts as_svg = { .path = path, .format = WG_FIGURE_SVG };
    char *text = wg_figure_text_at(here, f, &as_svg);
    if (text) wgi_strbuf_put(out, text);
    const bool ok = text && !out->failed;
    wg_free(out->c, text);
    wg_figure_free(f);
    return ok ? WG_OK : WG_ERROR_MEMORY;
}

static wg_status write_plan(wg_site here, const char *call, const wg_plan *p, const char *path,
                            const wg_draw_plan_opts *o, wgi_strbuf *out)
{
    static const char *const formats[] = { "txt", "dot", "svg", "png", "pdf", NULL };
    const char *format = wgi_format_of(path ? path : "", o->format, formats);
    if (o->level && wgi_level_of(o) != WGI_LEVEL_PLAN)
        return fail(here, out->c, call, "the level of a plan is \"plan\"");
    if (!format)
        return fail(here, out->c, call,
                    "the format must be txt, dot, svg, png or pdf, by the path's ending or .format");
    wg_picture_kind kind = o->picture != WG_PLAN_STEPS  ? WG_PICTURE_CHART
                           : strcmp(format, "txt") == 0 ? WG_PICTURE_TABLE
                                                        : WG_PICTURE_STEPS;
    wg_status s = wgi_draw_fits(here, out->c, call, o, kind);
    if (s != WG_OK) return s;
    if (kind != WG_PICTURE_CHART) return steps(here, call, p, o, path, format, out);
    if (strcmp(format, "svg") != 0) return fail(here, out->c, call, "charts are written as svg");
    if (o->picture == WG_PLAN_ROOFLINE && !o->limits)
        return fail(here, out->c, call, "a roofline needs .limits: wg_limits_measure");
    return figure(here, p, path, o, out);
}

/* ---- the plan of a node ---- */

/* The parameters that the root depends on, or if there are none the float inputs. false: no memory. */
static bool find_leaves(wg_context *c, wg_node root, wg_node **leaves, int *count)
{
    wgi_view v;
    bool ok = wgi_view_make(&v, wg_graph_of(root), &root, 1, WGI_OPS) == WG_OK;
    wg_node *list = ok ? wg_alloc(c, (size_t)v.items + 1, sizeof *list) : NULL;
    for (int kind = WG_LEAF_PARAM; list && !*count; kind = WG_LEAF_INPUT) {
        for (int64_t i = 0; i < v.items; i++) {
            const wg_node n = wgi_item_node(&v, i);
            if ((int)wg_node_leaf(n) == kind && wgi_is_float(n)) list[(*count)++] = n;
        }
        if (kind == WG_LEAF_INPUT) break;
    }
    wgi_view_free(&v);
    *leaves = list;
    return list;
}

wg_status wgi_plan_level_write(wg_site here, wg_node root, const char *path, const char *format,
                               const wg_draw_opts *o, wgi_strbuf *out)
{
    wg_context *c = out->c;
    wg_node *leaves = NULL;
    wg_plan_opts look = { .wrt = o->wrt, .wrt_count = o->wrt_count };
    wg_draw_opts plan = *o;
    if (!wg_node_ok(root)) return fail(here, c, "draw", "a plan is that of a node");
    if (o->backward && !o->wrt_count) {
        if (!find_leaves(c, root, &leaves, &look.wrt_count)) return WG_ERROR_MEMORY;
        look.wrt = leaves;
    }
    plan.format = format;
    plan.backward = false, plan.wrt = NULL, plan.wrt_count = 0; /* the plan has the gradients */
    wg_plan *p = wg_plan_look_at(here, root, &look);
    const wg_status s = p ? write_plan(here, "draw", p, path, &plan, out) : wg_failed(c);
    wg_plan_free(p);
    wg_free(c, leaves);
    return s;
}

wg_status wg_draw_plan_at(wg_site here, wg_context *c, const wg_plan *p, const char *path,
                          const wg_draw_plan_opts *o)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "draw_plan: the context is NULL");
    static const wg_draw_plan_opts standard = { 0 };
    wgi_strbuf out = { .c = c };
    if (!c || !p) return WG_ERROR_USE;
    wgi_locale l = wgi_locale_set_c();
    wg_status s = write_plan(here, "draw_plan", p, path, o ? o : &standard, &out);
    wgi_locale_restore(l);
    if (s == WG_OK) s = wgi_save_whole(here, "draw", &out, path);
    wgi_strbuf_free(&out);
    return s;
}
