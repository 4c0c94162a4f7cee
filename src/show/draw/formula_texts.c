/* formula_texts.c: names of items, shapes with the names of sizes, [m,3], formulas with operands' names.
 *
 * "y = a + b" of the op becomes "h = z + 0.5" if that fits a line and needs no explanation; else a call is
 * written, "h = concat(a, b, c)". */
#include "draw/draw_private.h"

#include "wengert/op.h"

enum { OP_MOST = 24, LINE = 400, LINE_CHARACTERS = 120 };

const char *wgi_symbol(const wgi_view *v, const wgi_item *y, int most)
{
    char text[LINE];
    if (y->tree && y->tree[y->root].kind == WGI_F_WORDS)
        return wgi_pool_clean(v->pool, y->tree[y->root].text, most);
    const char *alias = wgi_alias(v, y), *name = alias ? alias : wgi_item_name(v, y, most);
    return (alias || y->source != WGI_NAME_EXPRESSION) && *name &&
                   wgi_formula_print_name(name, y->look, text, sizeof text) < LINE
               ? wgi_pool_copy(v->pool, text)
               : name;
}

const char *wgi_enclosed(wgi_pool *pool, const char *name, bool is_expression)
{
    return is_expression ? wgi_pool_format(pool, "(%s)", name) : name;
}

const char *wgi_gradient_of(const wgi_view *v, const char *name, bool is_expression)
{
    name = wgi_enclosed(v->pool, name, is_expression);
    const char *d = v->has_locals ? "d" : "∂";
    return v->partial_of ? wgi_pool_format(v->pool, "%s%s/%s%s", d, v->partial_of, d, name)
                         : wgi_pool_format(v->pool, "d%s", name);
}

const char *wgi_equation_text(const wgi_view *v, const wgi_item *y, const wgi_equation *e, bool *whole)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    if (e) wgi_formula_text(&to, &e->tree, e->tree.root, false);
    const bool fits = e && to.length < sizeof line;
    if (whole) *whole = fits && wgi_characters(line) <= LINE_CHARACTERS;
    return fits ? wgi_pool_clean(v->pool, line, LINE_CHARACTERS)
                : wgi_pool_format(v->pool, "%s(…)", wgi_pool_clean(v->pool, y->op->name, OP_MOST));
}

/* ---- sizes ---- */

/* Whether the other build has a node like n. It may lack those that were made since, as of a gradient. */
static bool has_node_like(const wg_size_name *s, wg_node n)
{
    if (!s->other || (int64_t)n.index >= wg_graph_nodes(s->other)) return false;
    if (s->of && s->of != wg_graph_of(n)) return false;
    const wg_node m = wg_graph_node(s->other, n.index);
    return wg_node_op(m) == wg_node_op(n) && wg_node_shape(m).rank == wg_node_shape(n).rank;
}

static void put_size(wgi_strbuf *b, const wg_draw_opts *o, wg_node n, int axis)
{
    const int64_t size = wg_node_shape(n).dim[axis];
    for (int k = 0; o->sizes && k < o->size_count; k++) {
        const wg_size_name *s = &o->sizes[k];
        if (s->size <= 0 || size % s->size || !has_node_like(s, n)) continue;
        const int64_t times = size / s->size,
                      other = wg_node_shape(wg_graph_node(s->other, n.index)).dim[axis];
        if (other == size || other != times * s->other_size) continue;
        if (times > 1) wgi_strbuf_format(b, "%lld", (long long)times);
        wgi_strbuf_clean(b, s->name, 20);
        return;
    }
    wgi_strbuf_format(b, "%lld", (long long)size);
}

const char *wgi_sizes(const wgi_picture *p, wg_node n)
{
    wgi_strbuf b = { .pool = p->pool };
    for (int i = 0; i < wg_node_shape(n).rank; i++) {
        wgi_strbuf_put(&b, i ? "," : "[");
        put_size(&b, p->o, n, i);
    }
    wgi_strbuf_put(&b, b.length ? "]" : "[]");
    return wgi_strbuf_keep(&b);
}
