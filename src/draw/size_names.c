/* size_names.c: shapes with the names of sizes, [m,3]. */
#include "draw/draw_private.h"

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

void wgi_put_sizes(wgi_strbuf *b, const wg_draw_opts *o, wg_node n)
{
    wgi_strbuf_put(b, "[");
    for (int i = 0; i < wg_node_shape(n).rank; i++) {
        wgi_strbuf_put(b, i ? "," : "");
        put_size(b, o, n, i);
    }
    wgi_strbuf_put(b, "]");
}
