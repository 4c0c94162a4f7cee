/* page_nodes.c: the nodes of a picture's graph, for the page's evaluator: a composite call is several nodes.
 *
 *     nodes     o the op, a operands, r which of its results, s shape, p options that differ from their
 *               defaults; of a leaf i its item or x its values; of random_keep m, what it multiplies by;
 *               u: 1 if the page cannot compute it
 *
 * Random draws are those of the picture: a node that depends on nothing but its stream is a leaf. The nodes
 * are those of each item by itself: where the graph computes a transpose and a product at once, there are
 * two. */
#include "draw/page.h"

#include "wengert/op.h"

enum { NODES_MOST = 5000, NUMBERS_MOST = 1024 };

typedef struct nodes {
    wgi_page *page;
    const wgi_picture *p;
    wgi_apart apart;
    int32_t *node_of; /* by item: its node of the data */
    int32_t *number;  /* by node of apart.one: likewise; -1: none */
    int64_t room;     /* of number */
    int32_t count;    /* of nodes so far */
    wgi_strbuf *b;
} nodes;

/* false: there are too many numbers, or they cannot be computed. */
static bool put_numbers(nodes *w, const char *key, wg_node n)
{
    double x[NUMBERS_MOST];
    const size_t count = (size_t)wg_shape_size(wg_node_shape(n));
    if (count > NUMBERS_MOST || wg_copy_f64_at(w->p->here, n, x, count) != WG_OK) return false;
    wgi_json_key(w->b, key), wgi_strbuf_put(w->b, "[");
    for (size_t i = 0; i < count; i++) wgi_strbuf_put(w->b, i ? "," : ""), wgi_json_number(w->b, x[i], true);
    wgi_strbuf_put(w->b, "]");
    return true;
}

/* Whether the node draws numbers, and which of them follows from its stream and from fixed numbers apart. */
static bool draws(wg_node n, bool *fixed)
{
    bool drawn = false;
    *fixed = true;
    for (int k = 0; k < wg_node_operands(n); k++) {
        const wg_leaf kind = wg_node_leaf(wg_node_operand(n, k));
        drawn |= kind == WG_LEAF_STREAM;
        *fixed &= kind == WG_LEAF_STREAM || kind == WG_LEAF_NUMBER;
    }
    return drawn;
}

static void put_call(nodes *w, wg_node n)
{
    wgi_json_member(w->b, "o", wg_node_op_name(n));
    wgi_json_key(w->b, "a"), wgi_strbuf_put(w->b, "[");
    for (int k = 0; k < wg_node_operands(n); k++)
        wgi_strbuf_format(w->b, k ? ",%d" : "%d", (int)w->number[wg_node_operand(n, k).index]);
    wgi_strbuf_put(w->b, "]");
    const uint32_t first = wg_part_at(w->p->here, n, 0).index;
    if (n.index > first) wgi_json_whole(w->b, "r", n.index - first);
    wgi_json_options(w->p->pool, w->b, wg_node_op(n), wg_attr(n));
}

/* What random_keep makes of ones. */
static bool put_mask(nodes *w, wg_node n)
{
    const wg_node ones =
        wg_cast_at(w->p->here, wg_fill_at(w->p->here, w->apart.one, 1, wg_node_shape(n)), wg_node_dtype(n));
    return put_numbers(w, "m",
                       wg_apply(w->p->here, wg_node_op(n),
                                (wg_node[]){ ones, wg_node_operand(n, 1), wg_node_operand(n, 2) }, 3, NULL));
}

static bool put_computed(nodes *w, wg_node n)
{
    bool fixed;
    const bool drawn = draws(n, &fixed);
    if (drawn && fixed) return put_numbers(w, "x", n);
    put_call(w, n);
    if (wg_dtype_size(wg_node_dtype(n)) == 2 || !wgi_page_use(wg_node_op(n), w->page->used)) return false;
    return !drawn || put_mask(w, n);
}

/* Begins a node of the data. */
static int32_t begin(nodes *w, wg_node n)
{
    wgi_strbuf_put(w->b, w->count ? ",\n{" : "\n{");
    wgi_json_key(w->b, "s"), wgi_json_shape(w->b, wg_node_shape(n));
    return w->count++;
}

static void end(nodes *w, bool known)
{
    if (!known) {
        if (wg_failed(w->p->c) == WG_ERROR_MEMORY) w->b->failed = true;
        else wg_recover(w->p->c);
        wgi_json_whole(w->b, "u", 1);
    }
    wgi_strbuf_put(w->b, "}");
}

static void put_leaf_item(nodes *w, int64_t item)
{
    const wg_node n = wgi_item_node(&w->p->view, item);
    w->node_of[item] = begin(w, n);
    if (wg_node_leaf(n) == WG_LEAF_STREAM) wgi_strbuf_put(w->b, ",\"x\":[0]");
    else wgi_json_whole(w->b, "i", item);
    end(w, true);
}

/* A stream or a number that is no item. */
static bool put_leaf(nodes *w, wg_node n)
{
    if (wg_node_leaf(n) != WG_LEAF_STREAM) return put_numbers(w, "x", n);
    wgi_strbuf_put(w->b, ",\"x\":[0]");
    return true;
}

/* Room for the numbers of the nodes in apart.one. */
static bool make_room(nodes *w, int64_t count)
{
    if (count > w->room)
        w->number = wgi_pool_take(w->p->pool, count * 2, sizeof *w->number),
        w->room = w->number ? count * 2 : 0;
    for (int64_t i = 0; w->number && i < count; i++) w->number[i] = -1;
    return w->number;
}

static bool put_item(nodes *w, int64_t item)
{
    const wgi_item *y = &w->p->view.item[item];
    const wg_node root = wgi_apart_build(&w->apart, item);
    const int64_t count = wg_graph_nodes(w->apart.one);
    if (wg_failed(w->p->c) || w->count + count > NODES_MOST || !make_room(w, count)) return false;
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(&w->p->view, y, k);
        if (at >= 0) w->number[wgi_apart_local(&w->apart, at).index] = w->node_of[at];
    }
    for (int64_t i = 1; i < count; i++) {
        const wg_node n = wg_graph_node(w->apart.one, i);
        if (w->number[i] >= 0) continue;
        w->number[i] = begin(w, n);
        end(w, wg_node_leaf(n) == WG_LEAF_NONE ? put_computed(w, n) : put_leaf(w, n));
    }
    w->node_of[item] = w->number[root.index];
    return true;
}

static bool put_all(nodes *w, int64_t root)
{
    if (wgi_apart_open(&w->apart, w->p->here, &w->p->view, root) != WG_OK) return false;
    bool ok = true;
    for (int64_t i = 0; i <= root && ok; i++)
        if (w->p->view.item[i].operands) ok = put_item(w, i);
        else put_leaf_item(w, i);
    return ok;
}

void wgi_page_nodes(wgi_page *page, int32_t *node_of)
{
    const wgi_picture *p = page->p;
    wgi_strbuf text = { .c = p->c };
    nodes w = { .page = page, .p = p, .apart.v = &p->view, .node_of = node_of, .b = &text };
    for (int64_t i = 0; i < p->view.items; i++) node_of[i] = -1;
    const bool complete = put_all(&w, p->view.item_of[p->root.index]);
    wgi_json_key(page->b, "nodes"), wgi_strbuf_put(page->b, "[");
    if (complete) wgi_strbuf_put(page->b, wgi_strbuf_text(&text));
    wgi_strbuf_put(page->b, "]");
    for (int64_t i = 0; i < p->view.items && !complete; i++) node_of[i] = -1;
    page->b->failed |= text.failed || wg_failed(p->c) == WG_ERROR_MEMORY;
    if (wg_failed(p->c) != WG_OK && wg_failed(p->c) != WG_ERROR_MEMORY) wg_recover(p->c);
    wgi_apart_close(&w.apart);
    wgi_strbuf_free(&text);
}
