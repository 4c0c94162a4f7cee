/* page_data.c: what the page's script reads.
 *
 *     root      the root's item
 *     hide      names that are ? until they are clicked
 *     backward  whether gradients were asked for
 *     items     n name, d its gradient's; a operands, items or -1; s shape; x values (of a leaf all and
 *               in full, else the first ones in seven digits); g likewise the gradient; b box; l line of
 *               the program; k kind of leaf; j node
 *     nodes     of the graph, for the evaluator: o the op, a operands, r which of its results, s shape, p
 *               options that differ from their defaults; of a leaf i its item or x its values; of random_keep
 *               m, what it multiplies by; u: 1 if the page cannot compute it
 *     terms     [from, to] of each step backward; from -1: the root's gradient is 1
 *     states    b box, i item, f box of `from`, e links, n name, r rule, m numbers, q their pattern,
 *               d definitions, v result, u sum, t total, k term, w whether the gradient is complete
 * Of a value that is absent there is no key.
 *
 * A composite call is several nodes. Random draws are those of the picture: a node that depends on nothing
 * but its stream is a leaf. The nodes are those of each item by itself: where the graph computes a
 * transpose and a product at once, there are two. */
#include "draw/page.h"
#include "wengert/op.h"
#include "wengert/ops.h"

enum { LEAF_MOST = 1024, SHOWN_MOST = 144, ALL_MOST = 30000, NODES_MOST = 5000 };

typedef struct writer {
    wgi_page *page;
    const wgi_picture *p;
    const wgi_step_states *s;
    wgi_strbuf *b;
    int *box_of;                         /* by item; -1: none */
    const wg_tensor **value, **gradient; /* by item; NULL: it is not known */
    int32_t *node_of;                    /* by item: its node of the data; -1: none */
    int64_t numbers;                     /* written so far */
    /* of nodes: */
    wgi_apart apart;
    int32_t *number; /* by node of apart.one: its node of the data; -1: none */
    int64_t room;    /* of number */
    int32_t count;   /* so far */
} writer;

static void put_values(writer *w, const char *key, const wg_tensor *t, bool full)
{
    const int64_t n = wg_shape_size(t->shape), most = full ? LEAF_MOST : SHOWN_MOST;
    wgi_json_key(w->b, key), wgi_json_open(w->b, "[");
    for (int64_t i = 0; i < n && i < most && (full || w->numbers < ALL_MOST); i++, w->numbers++)
        wgi_json_number(w->b, wg_tensor_item(t, i), full);
    wgi_strbuf_put(w->b, "]");
}

/* ---- items ---- */

static void put_operands(writer *w, const wgi_item *y)
{
    wgi_json_key(w->b, "a"), wgi_json_open(w->b, "[");
    int n = y->operands;
    while (n && *wgi_operand(&w->p->view, y, n - 1) < 0) n--; /* optional ones */
    for (int k = 0; k < n; k++) wgi_json_whole(w->b, *wgi_operand(&w->p->view, y, k));
    wgi_strbuf_put(w->b, "]");
}

static void put_item(writer *w, int64_t i)
{
    static const char *const kinds[] = { [WG_LEAF_NUMBER] = "number",
                                         [WG_LEAF_INPUT] = "input",
                                         [WG_LEAF_PARAM] = "param",
                                         [WG_LEAF_STATE] = "state",
                                         [WG_LEAF_STREAM] = "stream" };
    const wgi_item *y = &w->p->view.item[i];
    const wg_node n = wgi_item_node(&w->p->view, i);
    wgi_json_open(w->b, "\n{");
    wgi_json_member(w->b, "n", wgi_symbol(&w->p->view, y, 40));
    wgi_json_member(w->b, "d", wgi_gradient_name(&w->p->view, i));
    put_operands(w, y);
    wgi_json_key(w->b, "s"), wgi_json_shape(w->b, wg_node_shape(n));
    /* A number of a derivation that is known though it is computed is none that a reader changes. */
    const wg_leaf leaf = wg_node_leaf(n) == WG_LEAF_NONE && y->is_inline ? WG_LEAF_NUMBER : wg_node_leaf(n);
    if (!y->operands && leaf != WG_LEAF_NONE) wgi_json_member(w->b, "k", kinds[leaf]);
    if (w->value[i]) put_values(w, "x", w->value[i], !y->operands);
    if (w->gradient[i]) put_values(w, "g", w->gradient[i], false);
    if (w->box_of[i] >= 0) wgi_json_whole_member(w->b, "b", w->box_of[i]);
    if (w->page->source.line_of[i] >= 0) wgi_json_whole_member(w->b, "l", w->page->source.line_of[i]);
    if (w->node_of[i] >= 0) wgi_json_whole_member(w->b, "j", w->node_of[i]);
    wgi_strbuf_put(w->b, "}");
}

/* ---- nodes ---- */

/* false: there are too many numbers, or they cannot be computed. */
static bool put_numbers(writer *w, const char *key, wg_node n)
{
    double x[LEAF_MOST];
    const size_t count = (size_t)wg_shape_size(wg_node_shape(n));
    if (count > LEAF_MOST || wg_copy_f64_at(w->p->here, n, x, count) != WG_OK) return false;
    wgi_json_key(w->b, key), wgi_json_open(w->b, "[");
    for (size_t i = 0; i < count; i++) wgi_json_number(w->b, x[i], true);
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

static void put_call(writer *w, wg_node n)
{
    wgi_json_member(w->b, "o", wg_node_op_name(n));
    wgi_json_key(w->b, "a"), wgi_json_open(w->b, "[");
    for (int k = 0; k < wg_node_operands(n); k++)
        wgi_json_whole(w->b, w->number[wg_node_operand(n, k).index]);
    wgi_strbuf_put(w->b, "]");
    const uint32_t first = wg_part_at(w->p->here, n, 0).index;
    if (n.index > first) wgi_json_whole_member(w->b, "r", n.index - first);
    wgi_json_options(w->p->pool, w->b, wg_node_op(n), wg_attr(n));
}

/* What random_keep makes of ones. */
static bool put_mask(writer *w, wg_node n)
{
    const wg_node ones =
        wg_cast_at(w->p->here, wg_fill_at(w->p->here, w->apart.one, 1, wg_node_shape(n)), wg_node_dtype(n));
    return put_numbers(w, "m",
                       wg_apply(w->p->here, wg_node_op(n),
                                (wg_node[]){ ones, wg_node_operand(n, 1), wg_node_operand(n, 2) }, 3, NULL));
}

static bool put_computed(writer *w, wg_node n)
{
    bool fixed;
    const bool drawn = draws(n, &fixed);
    if (drawn && fixed) return put_numbers(w, "x", n);
    put_call(w, n);
    if (wg_dtype_size(wg_node_dtype(n)) == 2 || !wgi_page_use(wg_node_op(n), w->page->used)) return false;
    return !drawn || put_mask(w, n);
}

/* Begins a node of the data. */
static int32_t begin_node(writer *w, wg_node n)
{
    wgi_json_open(w->b, "\n{");
    wgi_json_key(w->b, "s"), wgi_json_shape(w->b, wg_node_shape(n));
    return w->count++;
}

static void end_node(writer *w, bool known)
{
    if (!known) {
        if (wg_failed(w->p->c) == WG_ERROR_MEMORY) w->b->failed = true;
        else wg_recover(w->p->c);
        wgi_json_whole_member(w->b, "u", 1);
    }
    wgi_strbuf_put(w->b, "}");
}

/* item -1: it is none. */
static bool put_leaf(writer *w, wg_node n, int64_t item)
{
    if (wg_node_leaf(n) == WG_LEAF_STREAM) wgi_strbuf_put(w->b, ",\"x\":[0]");
    else if (item < 0) return put_numbers(w, "x", n);
    else wgi_json_whole_member(w->b, "i", item);
    return true;
}

/* Room for the numbers of the nodes in apart.one. */
static bool make_room(writer *w, int64_t count)
{
    if (count > w->room)
        w->number = wgi_pool_take(w->p->pool, count * 2, sizeof *w->number),
        w->room = w->number ? count * 2 : 0;
    for (int64_t i = 0; w->number && i < count; i++) w->number[i] = -1;
    return w->number;
}

static bool put_nodes_of(writer *w, int64_t item)
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
        w->number[i] = begin_node(w, n);
        end_node(w, wg_node_leaf(n) == WG_LEAF_NONE ? put_computed(w, n) : put_leaf(w, n, -1));
    }
    w->node_of[item] = w->number[root.index];
    return true;
}

static bool put_all_nodes(writer *w, int64_t root)
{
    if (wgi_apart_open(&w->apart, w->p->here, &w->p->view, root) != WG_OK) return false;
    bool ok = true;
    for (int64_t i = 0; i <= root && ok; i++) {
        const wg_node n = wgi_item_node(&w->p->view, i);
        if (w->p->view.item[i].operands) ok = put_nodes_of(w, i);
        else w->node_of[i] = begin_node(w, n), end_node(w, put_leaf(w, n, i));
    }
    return ok;
}

static void put_nodes(writer *w)
{
    wg_context *c = w->p->c;
    wgi_json_key(w->b, "nodes"), wgi_json_open(w->b, "[");
    const size_t before = w->b->length;
    for (int64_t i = 0; i < w->p->view.items; i++) w->node_of[i] = -1;
    if (!put_all_nodes(w, w->p->view.item_of[w->p->root.index])) { /* none of them is of use */
        w->b->length = before;
        for (int64_t i = 0; i < w->p->view.items; i++) w->node_of[i] = -1;
    }
    wgi_strbuf_put(w->b, "]");
    w->b->failed |= wg_failed(c) == WG_ERROR_MEMORY;
    if (wg_failed(c) != WG_OK && wg_failed(c) != WG_ERROR_MEMORY) wg_recover(c);
    wgi_apart_close(&w->apart);
}

/* ---- states ---- */

static void put_state(writer *w, int64_t i)
{
    const wgi_step_state *x = &w->s->state[i];
    wgi_json_open(w->b, x->step < 0 ? "\n{}" : "\n{");
    if (x->step < 0) return;
    wgi_json_whole_member(w->b, "b", x->box);
    wgi_json_whole_member(w->b, "i", w->s->steps.step[x->step].to);
    if (x->from >= 0) wgi_json_whole_member(w->b, "f", x->from);
    wgi_json_key(w->b, "e"), wgi_json_open(w->b, "[");
    for (int k = 0; k < x->links; k++) wgi_json_whole(w->b, x->link[k]);
    wgi_strbuf_put(w->b, "]");
    wgi_json_member(w->b, "n", x->name), wgi_json_member(w->b, "r", x->rule),
        wgi_json_member(w->b, "m", x->numbers);
    wgi_json_member(w->b, "q", x->pattern), wgi_json_member(w->b, "v", x->result);
    wgi_json_member(w->b, "d", x->where), wgi_json_member(w->b, "u", x->sum),
        wgi_json_member(w->b, "t", x->total);
    if (x->step >= w->s->steps.forward) wgi_json_whole_member(w->b, "k", x->step - w->s->steps.forward);
    if (x->last) wgi_json_whole_member(w->b, "w", 1);
    wgi_strbuf_put(w->b, "}");
}

/* The numbers that the option hides, and those that follow from them, by the names in the page. */
static void put_hidden(writer *w)
{
    const wgi_picture *p = w->p;
    const wgi_hidden *h = &w->page->hidden;
    wgi_json_key(w->b, "hide"), wgi_json_open(w->b, "[");
    for (int64_t i = 0; h->value && i < p->at.nodes; i++)
        for (int gradient = 0; gradient < 2; gradient++) {
            const char *name = gradient ? wgi_gradient_name(&p->view, p->at.item[i])
                                        : wgi_symbol(&p->view, wgi_item_at(p, i), 40);
            if ((gradient ? h->gradient : h->value)[i]) wgi_json_text(w->b, name, true);
        }
    wgi_strbuf_put(w->b, "]");
}

static void find(writer *w)
{
    const wgi_picture *p = w->p;
    const wgi_steps *s = &w->s->steps;
    for (int64_t i = 0; i < p->view.items; i++) w->box_of[i] = -1;
    for (int64_t i = 0; i < p->at.nodes; i++) w->box_of[p->at.item[i]] = p->at.box_of[i];
    for (int64_t i = 0; i < s->steps; i++)
        if (s->step[i].kind == WGI_STEP_VALUE) w->value[s->step[i].to] = &s->step[i].value;
        else w->gradient[s->step[i].to] = &s->step[i].sum;
}

static void put_all(writer *w)
{
    const wgi_steps *s = &w->s->steps;
    wgi_strbuf *b = w->b;
    wgi_strbuf_put(b, "{");
    wgi_json_member(b, "id", w->page->id);
    if (w->s->states) wgi_json_whole_member(b, "root", w->p->view.item_of[w->p->root.index]);
    if (w->p->o->backward) wgi_json_whole_member(b, "backward", 1);
    put_hidden(w);
    if (w->s->states) put_nodes(w);
    wgi_json_key(b, "items"), wgi_json_open(b, "[");
    for (int64_t i = 0; w->s->states && i < w->p->view.items; i++) put_item(w, i);
    wgi_strbuf_put(b, "],\n\"terms\":[");
    for (int64_t i = s->forward; i < s->steps; i++)
        wgi_strbuf_format(b, "%s[%lld,%lld]", i > s->forward ? "," : "", (long long)s->step[i].from,
                          (long long)s->step[i].to);
    wgi_strbuf_put(b, "],\n\"states\":[");
    for (int64_t i = 0; i < w->s->states; i++) put_state(w, i);
    wgi_strbuf_put(b, "]}");
}

void wgi_page_data(wgi_page *page)
{
    wgi_pool *pool = page->p->pool;
    const int64_t items = page->p->view.items;
    writer w = { .page = page,
                 .p = page->p,
                 .s = &page->s,
                 .b = page->b,
                 .node_of = wgi_pool_take(pool, items, sizeof *w.node_of),
                 .box_of = wgi_pool_take(pool, items, sizeof *w.box_of),
                 .value = wgi_pool_take(pool, items, sizeof *w.value),
                 .gradient = wgi_pool_take(pool, items, sizeof *w.gradient) };
    if (!pool->failed) find(&w), put_all(&w);
}
