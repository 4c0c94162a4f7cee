/* page_nodes.c: the nodes that the page's script computes: values, and the terms and sums of gradients. See
 * page.h.
 *
 * The script knows some ops. Of any other one it gets the formula, or the nodes of its expansion. The nodes
 * are those of each item by itself: where the graph computes a transpose and a product at once, there are
 * two. Random draws are those of the picture: a node that depends on nothing but its stream is a leaf. */
#include <string.h>

#include "draw/page.h"
#include "wengert/grad.h"
#include "wengert/op.h"
#include "wengert/ops.h"
#include "wgx/op.h"

/* NODES_MOST: of values; GRADIENTS_MOST: of values and gradients. */
enum { NODES_MOST = 5000, GRADIENTS_MOST = 20000, TEXTS_MOST = 1000, DEEPEST = 20 };

typedef struct writer {
    wgi_page *page;
    const wgi_picture *p;
    wgi_strbuf *b;
    wgi_page_places *at;
    wgi_apart apart;
    int32_t *number;      /* by node of apart.one: its node of the data; -1: none */
    int64_t room;         /* of number */
    int32_t **kept;       /* by item: number[] of its nodes, without those of expansions */
    int64_t *so_far;      /* by item: the step that has its gradient so far; 0: there is none */
    int32_t count, most;  /* nodes so far, and how many there may be */
    int depth;            /* of expansions */
    const char **formula; /* of the member "maps" */
    const char **list;    /* of the member "lists" */
    int formulas, lists;
    wg_graph *trials;
} writer;

/* ---- a node of the data ---- */

static int32_t begin_node(writer *w, wg_shape s)
{
    wgi_json_open(w->b, "\n{");
    wgi_json_key(w->b, "s"), wgi_json_shape(w->b, s);
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

/* false: there are too many numbers, or they cannot be computed. */
static bool put_numbers(writer *w, const char *key, wg_node n)
{
    wgi_strbuf *b = w->b;
    double x[WGI_PAGE_LEAF];
    const size_t count = (size_t)wg_shape_size(wg_node_shape(n));
    if (count > WGI_PAGE_LEAF || wg_copy_f64_at(w->p->here, n, x, count) != WG_OK) return false;
    wgi_json_list(b, key);
    for (size_t i = 0; i < count; i++) wgi_json_number(b, x[i], true);
    wgi_strbuf_put(b, "]");
    return true;
}

/* item -1: it is none. */
static bool put_leaf(writer *w, wg_node n, int64_t item)
{
    if (wg_node_leaf(n) == WG_LEAF_STREAM) wgi_strbuf_put(w->b, ",\"x\":[0]");
    else if (item < 0) return put_numbers(w, "x", n);
    else wgi_json_whole_member(w->b, "i", item);
    return true;
}

/* ---- draws ---- */

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

/* ---- what computes a node ---- */

/* The place of the text in a list of different ones; -1: there is none. */
static int text_at(const char *list[], int *count, const char *text)
{
    int i = 0;
    while (text && i < *count && strcmp(list[i], text)) i++;
    if (!text || i == TEXTS_MOST) return -1;
    if (i == *count) list[(*count)++] = text;
    return i;
}

/* The place of the formula in the member "maps". */
static int place_of(writer *w, const char *formula) { return text_at(w->formula, &w->formulas, formula); }

static bool put_node(writer *w, wg_node n);

/* Room for the numbers of the nodes in apart.one; new ones are -1. */
static bool make_room(writer *w)
{
    const int64_t count = wg_graph_nodes(w->apart.one), before = w->room;
    if (count <= before) return true;
    int32_t *number = wgi_pool_take(w->p->pool, count * 2, sizeof *number);
    if (!number) return false;
    w->room = count * 2;
    for (int64_t i = 0; i < w->room; i++) number[i] = i < before ? w->number[i] : -1;
    w->number = number;
    return true;
}

/* The results of the op that n is one of: its expansion. 0: it has none. */
static int expand(writer *w, wg_node n, wg_node y[])
{
    const wg_op *op = wg_node_op(n);
    const int operands = wg_node_operands(n), outputs = op->outputs > 1 ? op->outputs : 1;
    wg_node *x = wgi_pool_take(w->p->pool, operands + 1, sizeof *x);
    if (!x || w->depth == DEEPEST) return 0;
    for (int k = 0; k < operands; k++) x[k] = wg_node_operand(n, k);
    if (!wgi_page_simpler(n, x, y)) {
        if (!op->expand) return 0;
        op->expand(w->p->here, x, operands, wg_attr(n), y);
    }
    bool ok = !wg_failed(w->p->c);
    for (int k = 0; k < outputs; k++) ok &= !wg_is_none(y[k]);
    if (!ok && wg_failed(w->p->c) != WG_ERROR_MEMORY) wg_recover(w->p->c);
    return ok ? outputs : 0;
}

/* Puts the nodes of the expansion in the place of n. *known: there is one. */
static bool put_expansion(writer *w, wg_node n, bool *known)
{
    const uint32_t first = wg_part_at(w->p->here, n, 0).index;
    wg_node y[WG_MAX_OUTPUTS] = { 0 };
    const int outputs = expand(w, n, y);
    bool ok = true;
    w->depth++;
    for (int k = 0; k < outputs && ok; k++) {
        ok = put_node(w, y[k]);
        if (ok) w->number[first + (uint32_t)k] = w->number[y[k].index];
    }
    w->depth--;
    *known = outputs;
    return ok;
}

static int32_t put_weights(writer *w, const wgi_page_weights *weights)
{
    wgi_strbuf *b = w->b;
    const int32_t at = begin_node(w, (wg_shape){ 1, { weights->count } });
    wgi_json_list(b, "x");
    for (int i = 0; i < weights->count; i++) wgi_json_number(b, weights->x[i], true);
    wgi_strbuf_put(b, "]");
    end_node(w, true);
    return at;
}

/* A node that adds the terms of the list. */
static bool put_sum(writer *w, wg_node n, int list, const wgi_page_weights *weights)
{
    wgi_strbuf *b = w->b;
    const int operands = weights->alone ? 0 : wg_node_operands(n);
    for (int k = 0; k < operands; k++)
        if (!put_node(w, wg_node_operand(n, k))) return false;
    const int32_t also = weights->count ? put_weights(w, weights) : -1;
    w->number[n.index] = begin_node(w, wg_node_shape(n));
    wgi_json_list(b, "a");
    for (int k = 0; k < operands; k++) wgi_json_whole(b, w->number[wg_node_operand(n, k).index]);
    if (also >= 0) wgi_json_whole(b, also);
    wgi_strbuf_put(b, "]");
    wgi_json_whole_member(b, "l", list);
    if (weights->windows) wgi_json_whole_member(b, "w", weights->windows);
    if (weights->largest) wgi_json_whole_member(b, "f", place_of(w, "[\"max\",[0],[1]]"));
    end_node(w, true);
    return true;
}

/* f: the formula; -1: the script has the op, or nothing does. */
static bool put_call(writer *w, wg_node n, int f, bool known)
{
    wgi_strbuf *b = w->b;
    const int operands = wg_node_operands(n);
    const uint32_t first = wg_part_at(w->p->here, n, 0).index;
    for (int k = 0; k < operands; k++)
        if (!put_node(w, wg_node_operand(n, k))) return false;
    w->number[n.index] = begin_node(w, wg_node_shape(n));
    wgi_json_list(b, "a");
    for (int k = 0; k < operands; k++) wgi_json_whole(b, w->number[wg_node_operand(n, k).index]);
    wgi_strbuf_put(b, "]");
    if (f >= 0) wgi_json_whole_member(b, "f", f);
    else {
        wgi_json_member(b, "o", wg_node_op_name(n));
        if (n.index > first) wgi_json_whole_member(b, "r", n.index - first);
        wgi_json_options(w->p->pool, b, wg_node_op(n), wg_attr(n));
    }
    end_node(w, known);
    return true;
}

/* random_keep: a product with what it makes of ones. */
static bool put_kept(writer *w, wg_node n)
{
    const wg_node ones =
        wg_cast_at(w->p->here, wg_fill_at(w->p->here, w->apart.one, 1, wg_node_shape(n)), wg_node_dtype(n));
    const wg_node kept = wg_apply(w->p->here, wg_node_op(n),
                                  (wg_node[]){ ones, wg_node_operand(n, 1), wg_node_operand(n, 2) }, 3, NULL);
    const int32_t mask = begin_node(w, wg_node_shape(n));
    end_node(w, put_numbers(w, "x", kept));
    if (!put_node(w, wg_node_operand(n, 0))) return false;
    const int32_t of = w->number[wg_node_operand(n, 0).index];
    w->number[n.index] = begin_node(w, wg_node_shape(n));
    wgi_strbuf_format(w->b, ",\"a\":[%d,%d]", of, mask);
    wgi_json_whole_member(w->b, "f", place_of(w, "[\"*\",[0],[1]]"));
    end_node(w, true);
    return true;
}

static bool put_computed(writer *w, wg_node n)
{
    const wg_op *op = wg_node_op(n);
    bool known = wg_dtype_size(wg_node_dtype(n)) != 2, is_expanded = false;
    int f = -1;
    wgi_page_weights weights = { 0 };
    if (wgx_op_is(op, "random_keep")) return put_kept(w, n);
    const int list =
        known ? text_at(w->list, &w->lists, wgi_page_terms(w->page, w->trials, n, &weights)) : -1;
    if (list >= 0) return put_sum(w, n, list, &weights);
    if (known && !wgi_page_use(op, w->page->used)) {
        f = place_of(w, wgi_page_formula(&w->p->view, n));
        if (f < 0 && !put_expansion(w, n, &is_expanded)) return false;
        known = f >= 0;
    }
    return is_expanded || put_call(w, n, f, known);
}

/* false: there is no memory, or there are too many nodes. */
static bool put_node(writer *w, wg_node n)
{
    bool fixed;
    if (!wg_node_ok(n) || w->count >= w->most || !make_room(w)) return false;
    if (w->number[n.index] >= 0) return true;
    const bool drawn = wg_node_leaf(n) == WG_LEAF_NONE && draws(n, &fixed) && fixed;
    if (wg_node_leaf(n) == WG_LEAF_NONE && !drawn) return put_computed(w, n);
    w->number[n.index] = begin_node(w, wg_node_shape(n));
    end_node(w, drawn ? put_numbers(w, "x", n) : put_leaf(w, n, -1));
    return true;
}

/* ---- values ---- */

/* Builds the item apart. Its operands have the nodes of their items. */
static wg_node build(writer *w, int64_t item)
{
    const wgi_item *y = &w->p->view.item[item];
    const wg_node root = wgi_apart_build(&w->apart, item);
    for (int64_t i = 0; i < w->room; i++) w->number[i] = -1;
    if (wg_failed(w->p->c) || !make_room(w)) return wg_none;
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(&w->p->view, y, k);
        if (at >= 0) w->number[wgi_apart_local(&w->apart, at).index] = w->at->value[at];
    }
    return root;
}

static bool put_value(writer *w, int64_t item)
{
    const wg_node root = build(w, item);
    const int64_t count = wg_graph_nodes(w->apart.one);
    if (wg_is_none(root) || !put_node(w, root)) return false;
    w->at->value[item] = w->number[root.index];
    w->kept[item] = wgi_pool_take(w->p->pool, count, sizeof **w->kept);
    if (w->kept[item]) memcpy(w->kept[item], w->number, sizeof **w->kept * (size_t)count);
    return w->kept[item];
}

static bool put_values(writer *w, int64_t root)
{
    bool ok = true;
    for (int64_t i = 0; i <= root && ok; i++) {
        const wg_node n = wgi_item_node(&w->p->view, i);
        if (w->p->view.item[i].operands) ok = put_value(w, i);
        else w->at->value[i] = begin_node(w, wg_node_shape(n)), end_node(w, put_leaf(w, n, i));
    }
    return ok;
}

/* ---- gradients ---- */

/* The gradient of the item after the term of step k. */
static void add_term(writer *w, int64_t k, int64_t item, int32_t term)
{
    const wgi_steps *s = &w->page->s.steps;
    int32_t total = term;
    if (w->so_far[item]) {
        total = begin_node(w, s->step[k].sum.shape);
        wgi_strbuf_format(w->b, ",\"a\":[%d,%d]", w->at->total[w->so_far[item] - s->forward], term);
        wgi_json_whole_member(w->b, "f", place_of(w, "[\"+\",[0],[1]]"));
        end_node(w, true);
    }
    w->at->term[k - s->forward] = term, w->at->total[k - s->forward] = total;
    w->so_far[item] = k;
}

/* The terms of steps [first, end), which one item hands on. */
static bool put_terms(writer *w, int64_t first, int64_t end)
{
    const wgi_step *step = &w->page->s.steps.step[first];
    const int n = (int)(end - first);
    const int64_t from = step->from;
    const wg_node y = build(w, from);
    wg_node *x = wgi_pool_take(w->p->pool, n, sizeof *x), *gx = wgi_pool_take(w->p->pool, n, sizeof *gx);
    if (wg_is_none(y) || !x || !gx) return false;
    memcpy(w->number, w->kept[from], sizeof *w->number * (size_t)wg_graph_nodes(w->apart.one));
    for (int k = 0; k < n; k++) x[k] = wgi_apart_local(&w->apart, step[k].to);
    /* It is a leaf that stands for the node of the gradient. */
    const wg_tensor *g = &w->page->s.steps.step[w->so_far[from]].sum;
    const wg_node gy = wg_cast_at(w->p->here, wg_input_at(w->p->here, w->apart.one, "gradient", *g),
                                  wg_gradient_dtype(wg_node_dtype(y)));
    if (wg_failed(w->p->c) || !make_room(w)) return false;
    w->number[gy.index] = w->at->total[w->so_far[from] - w->page->s.steps.forward];
    bool ok = wg_vjp_at(w->p->here, y, gy, x, n, gx) == WG_OK;
    for (int k = 0; k < n && ok; k++) {
        ok = put_node(w, gx[k]);
        if (ok) add_term(w, first + k, step[k].to, w->number[gx[k].index]);
    }
    return ok;
}

static bool put_gradients(writer *w)
{
    const wgi_steps *s = &w->page->s.steps;
    bool ok = true;
    w->most = GRADIENTS_MOST;
    for (int64_t i = s->forward, end; i < s->steps && ok; i = end) {
        const wgi_step *step = &s->step[i];
        for (end = i + 1; end < s->steps && s->step[end].from == step->from;) end++;
        if (step->from >= 0) ok = put_terms(w, i, end);
        else {
            const int32_t one = begin_node(w, step->value.shape);
            wgi_strbuf_put(w->b, ",\"x\":[1]"), end_node(w, true);
            add_term(w, i, step->to, one);
        }
    }
    return ok;
}

/* ---- all ---- */

/* Whether the page has all numbers of each leaf: else it computes nothing. */
static bool is_whole(const wgi_view *v)
{
    bool all = true;
    for (int64_t i = 0; i < v->items && all; i++)
        all = v->item[i].operands || wg_shape_size(wgi_item_shape(v, i)) <= WGI_PAGE_LEAF;
    return all;
}

static bool make(writer *w)
{
    wgi_pool *pool = w->p->pool;
    const int64_t items = w->p->view.items, root = w->p->view.item_of[w->p->root.index];
    w->kept = wgi_pool_take(pool, items, sizeof *w->kept);
    w->so_far = wgi_pool_take(pool, items, sizeof *w->so_far);
    w->formula = wgi_pool_take(pool, TEXTS_MOST, sizeof *w->formula);
    w->list = wgi_pool_take(pool, TEXTS_MOST, sizeof *w->list);
    w->trials = wg_graph_new(w->p->c);
    return !pool->failed && is_whole(&w->p->view) &&
           wgi_apart_open(&w->apart, w->p->here, &w->p->view, root) == WG_OK && put_values(w, root) &&
           put_gradients(w);
}

/* Nodes of a part of the graph are of no use. */
static void forget(writer *w)
{
    const wgi_steps *s = &w->page->s.steps;
    for (int64_t i = 0; i < w->p->view.items; i++) w->at->value[i] = -1;
    for (int64_t i = 0; i < s->steps - s->forward; i++) w->at->term[i] = w->at->total[i] = -1;
    w->formulas = w->lists = 0;
}

static void put_texts(writer *w, const char *key, const char *const text[], int count)
{
    wgi_strbuf *b = w->b;
    wgi_json_list(b, key);
    for (int i = 0; i < count; i++) wgi_strbuf_format(b, "%s%s", i ? "," : "", text[i]);
    wgi_strbuf_put(b, "]");
}

void wgi_page_nodes(wgi_page *page, wgi_page_places *at)
{
    writer w = { .page = page, .p = page->p, .b = page->b, .at = at, .most = NODES_MOST };
    wg_context *c = w.p->c;
    wgi_json_list(w.b, "nodes");
    const size_t before = w.b->length;
    forget(&w);
    if (!make(&w)) w.b->length = before, forget(&w);
    wgi_strbuf_put(w.b, "]");
    put_texts(&w, "maps", w.formula, w.formulas), put_texts(&w, "lists", w.list, w.lists);
    w.b->failed |= wg_failed(c) == WG_ERROR_MEMORY;
    if (wg_failed(c) != WG_OK && wg_failed(c) != WG_ERROR_MEMORY) wg_recover(c);
    wgi_apart_close(&w.apart);
    wg_graph_free(w.trials);
}
