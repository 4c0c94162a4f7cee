/* draw_plan.c: wg_draw_plan: chooses table or steps by the path. */
#include "draw/draw_private.h"
#include "wengert/data.h"
#include "wgx/data.h"

static wg_status fail(const wgi_picture *p, const char *call, const char *text)
{
    return WGI_REFUSE(p, "%s: %s", call, text);
}

static wg_status write_plan(wgi_picture *p, const char *call, const wg_plan *plan, wgi_strbuf *out)
{
    const wg_draw_opts *o = p->o;
    const unsigned kinds = WG_PICTURE_STEPS | WG_PICTURE_TABLE;
    const wgi_format *format = wgi_format_of(p->path ? p->path : "", o->format, kinds);
    if (!p->format || !format) p->format = format;
    if (o->level && wgi_level_of(o) != WGI_LEVEL_PLAN)
        return fail(p, call, "the level of a plan is \"plan\"");
    if (!p->format)
        return fail(p, call,
                    wgi_pool_format(p->pool, "the format must be %s, by the path's ending or .format",
                                    wgi_formats_text(p->pool, kinds)));
    const bool table = p->format->is_list;
    const wg_status s = wgi_draw_fits(p, call, table ? WG_PICTURE_TABLE : WG_PICTURE_STEPS);
    if (s != WG_OK) return s;
    if (!table) return wgi_plan_steps(p, call, plan, out);
    wgi_plan_text(p, plan, out);
    return WG_OK;
}

/* ---- the plan of a node ---- */

/* The parameters that the root depends on, or if there are none the float inputs. NULL: no memory. */
static const wg_node *find_leaves(wgi_picture *p, wg_node root, int *count)
{
    wgi_view v;
    if (wgi_view_make(&v, p->pool, wg_graph_of(root), &root, 1, WGI_OPS, NULL, NULL) != WG_OK) return NULL;
    wg_node *list = wgi_pool_take(p->pool, v.items, sizeof *list);
    static const wg_leaf kinds[] = { WG_LEAF_PARAM, WG_LEAF_INPUT };
    for (int k = 0; list && !*count && k < 2; k++)
        for (int64_t i = 0; i < v.items; i++) {
            const wg_node n = wgi_item_node(&v, i);
            if (wg_node_leaf(n) == kinds[k] && wgi_is_float(n)) list[(*count)++] = n;
        }
    return list;
}

wg_status wgi_plan_level_write(wgi_picture *p, wg_node root, wgi_strbuf *out)
{
    wg_draw_opts plan = *p->o;
    wg_plan_opts look = WG_OPTS(wg_plan_opts, .wrt = plan.wrt, .wrt_count = plan.wrt_count);
    if (!wg_node_ok(root)) return fail(p, "draw", "a plan is that of a node");
    if (plan.backward && !plan.wrt_count && !(look.wrt = find_leaves(p, root, &look.wrt_count)))
        return WG_ERROR_MEMORY;
    plan.format = p->format->name;
    plan.backward = false, plan.wrt = NULL, plan.wrt_count = 0; /* the plan has the gradients */
    p->g = NULL, p->o = &plan;
    wg_plan *q = wg_plan_look_at(p->here, root, &look);
    const wg_status s = q ? wgi_no_memory(p, out, write_plan(p, "draw", q, out)) : wg_failed(p->c);
    wg_plan_free(q);
    return s;
}

wg_status wg_draw_plan_at(wg_site here, wg_context *c, const wg_plan *p, const char *path,
                          const wg_draw_opts *o)
{
    WG_OPTIONS_FILL(wg_draw_opts, o);
    WG_USER_CALL(here, "draw_plan");
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "draw_plan: the context is NULL");
    if (!p) return WG_ERROR_USE;
    wg_status s = wgi_draw_options_fit(c, here, "draw_plan", o);
    if (s != WG_OK) return s;
    wgi_strbuf out = { .c = c };
    wgi_pool pool = { .c = c };
    wgi_picture picture = { .c = c, .pool = &pool, .here = here, .o = o, .path = path };
    wgi_locale l = wgi_locale_set_c();
    s = wgi_no_memory(&picture, &out, write_plan(&picture, "draw_plan", p, &out));
    wgi_pool_free(&pool);
    wgi_locale_restore(l);
    if (s == WG_OK) s = wgx_file_write_at(here, out.c, "draw", path, out.at, out.length);
    wgi_strbuf_free(&out);
    return s;
}
