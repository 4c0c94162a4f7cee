/* expressions.c: names for items that have none: the expression, 1 − a, or if it is long or another item
 * has it the op and a number, add_1. Both are made in the order of the items, so the expressions of an item's
 * operands are known.
 */
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"
#include "view/equation.h"
#include "wengert/op.h"
#include "wgx/graph.h"

enum {
    LINE = 4 * WGI_EXPRESSION_MOST,
    OP_MOST = 16,
    NUMBERS = 12 /* of an input that is called by them */,
    ALIAS_FROM = 24 /* characters of an expression that is not written twice in a picture */
};

/* Keeps the tree with its texts. */
static void keep_tree(wgi_view *v, wgi_item *y, const wgi_formula *f)
{
    wgi_formula_node *tree = wgi_pool_take(v->pool, f->count, sizeof *tree);
    if (!tree) return;
    memcpy(tree, f->node, (size_t)f->count * sizeof *tree);
    for (int k = 1; k < f->count; k++)
        if (tree[k].text && tree[k].length)
            tree[k].text = wgi_pool_part(v->pool, tree[k].text, (size_t)tree[k].length);
    y->tree = tree, y->root = f->root;
}

/* The number of the last item before item i that is called so. */
static int64_t last_number(const wgi_view *v, int64_t i, const char *so)
{
    const size_t n = strlen(so);
    for (int64_t k = i - 1; k >= 0; k--) {
        const wgi_item *y = &v->item[k];
        const char *name = y->alias ? y->alias : y->source == WGI_NAME_OP ? y->name : "";
        if (!strncmp(name, so, n)) return strtoll(name + n, NULL, 10);
    }
    return 0;
}

/* The op's name up to its first _, or that of the call which made it, and a number that no other item has
 * with it. */
static const char *numbered(wgi_view *v, int64_t i, const char *op)
{
    const int length = (int)strcspn(op, "_(");
    const char *so = wgi_pool_format(v->pool, "%.*s_", length < OP_MOST ? length : OP_MOST, op), *name;
    int64_t last = last_number(v, i, so);
    do name = wgi_pool_format(v->pool, "%s%lld", so, (long long)++last);
    while (!v->pool->failed && wgi_view_has_name(v, name));
    return name;
}

static void name_by_number(wgi_view *v, int64_t i)
{
    const wg_op *op = v->item[i].op;
    v->item[i].name = numbered(v, i, op->name), v->item[i].source = WGI_NAME_OP;
}

/* Keeps the expression of an item, if it is short. Without one it stays nameless, and with one that has the
 * name of another item, unless `twins` may be. */
static void find_expression(wgi_view *v, int64_t i, bool twins)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    wgi_equation *e = wgi_equation_make(v, i, NULL);
    if (!e) return;
    wgi_formula_text(&to, &e->tree, e->tree.root, false);
    const bool is_short = to.length < sizeof line && wgi_characters(line) <= WGI_EXPRESSION_MOST;
    wgi_item *y = &v->item[i];
    if (is_short && (twins || !wgi_view_has_name(v, line))) {
        keep_tree(v, y, &e->tree);
        if (!twins) y->name = wgi_pool_copy(v->pool, line), y->source = WGI_NAME_EXPRESSION;
    } else if (y->tree) y->tree = NULL, name_by_number(v, i);
    wgi_equation_free(e);
}

/* Random numbers are others at each call. */
static bool has_twins(const wgi_item *y)
{
    return (y->operands || y->words) && y->op->kind != WG_RANDOM &&
           (y->source == WGI_NAME_OP || y->source == WGI_NAME_EXPRESSION);
}

void wgi_view_open_twins(wgi_view *v)
{
    for (int64_t i = 0; i < v->items && v->items <= WGI_READ_MOST && !v->pool->failed; i++)
        if (has_twins(&v->item[i])) find_expression(v, i, true);
}

void wgi_put_row(wgi_strbuf *b, const wg_tensor *t, int64_t from, int64_t count)
{
    wgi_strbuf_put(b, "[");
    for (int64_t i = 0; i < count; i++) {
        wgi_strbuf_put(b, i ? ", " : "");
        wgi_put_number(b, wg_tensor_item(t, from + i));
    }
}

void wgi_put_cut(wgi_strbuf *b, const wg_tensor *t)
{
    const wg_shape s = t->shape;
    const int last = s.rank - 1;
    for (int d = 0; d < last; d++) wgi_strbuf_put(b, "[");
    wgi_put_row(b, t, 0, s.dim[last] < 2 ? s.dim[last] : 2);
    for (int d = last; d >= 0; d--)
        wgi_strbuf_put(b, s.dim[d] > 1 + (d == last) ? ", …" : ""), wgi_strbuf_put(b, d ? "]" : " ");
    for (int d = 0; d <= last; d++)
        wgi_strbuf_format(b, "%s%lld", d || !last ? "×" : "", (long long)s.dim[d]);
    wgi_strbuf_put(b, "]");
}

/* Numbers as the language writes them: [0, 2, 1], [[1], [0]]. */
static const char *list_of(wgi_pool *pool, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape), row = t->shape.dim[t->shape.rank - 1];
    const bool rows = t->shape.rank == 2;
    wgi_strbuf b = { .pool = pool };
    for (int64_t k = 0; k < n; k++) {
        wgi_strbuf_put(&b, k ? ", " : rows ? "[" : "");
        wgi_strbuf_put(&b, k % row ? "" : "[");
        wgi_put_number(&b, wg_tensor_item(t, k));
        wgi_strbuf_put(&b, (k + 1) % row ? "" : "]");
    }
    wgi_strbuf_put(&b, rows ? "]" : "");
    return wgi_strbuf_keep(&b);
}

static bool is_short_name(const char *name) { return *name && wgi_characters(name) <= WGI_EXPRESSION_MOST; }

/* An input without a name, as its author wrote it: its numbers, else the call, else the first numbers. */
static void name_by_numbers(wgi_view *v, int64_t i)
{
    wgi_item *y = &v->item[i];
    const wg_node n = wgi_item_node(v, i);
    const wg_shape s = wg_node_shape(n);
    const int64_t count = s.rank == 1 || s.rank == 2 ? wg_shape_size(s) : 0;
    wg_tensor t;
    if (wg_node_leaf(n) != WG_LEAF_INPUT || !wgx_peek(n, &t) || !t.data) return;
    const char *name = count && count <= NUMBERS ? list_of(v->pool, &t) : "", *words = "";
    if (!is_short_name(name)) name = words = wgi_view_words(v, y->here, false);
    if (!is_short_name(name) && s.rank && wg_shape_size(s)) {
        wgi_strbuf b = { .pool = v->pool };
        wgi_put_cut(&b, &t);
        name = wgi_strbuf_keep(&b);
    }
    const bool taken = wgi_view_has_name(v, name);
    if (!is_short_name(name) || (taken && name == words)) { /* a call again, whose numbers are others */
        if (*words) y->name = numbered(v, i, words), y->source = WGI_NAME_OP;
        return;
    }
    wgi_formula_node *tree = wgi_pool_take(v->pool, 2, sizeof *tree);
    if (!tree) return;
    tree[1] = (wgi_formula_node){
        .kind = WGI_F_WORDS, .text = name, .length = (int)strlen(name), .axes = (uint8_t)wgi_item_axes(v, i)
    };
    y->tree = tree, y->root = 1;
    if (!taken) y->name = name, y->source = WGI_NAME_EXPRESSION;
}

/* Whether a name below the node has a dot: z.W. */
static bool has_layer(const wgi_formula_node tree[], int node)
{
    const wgi_formula_node *n = &tree[node];
    if (n->kind == WGI_F_NAME && memchr(n->text, '.', (size_t)n->length)) return true;
    for (int k = n->child; k; k = tree[k].next)
        if (has_layer(tree, k)) return true;
    return false;
}

/* By item: whether the call that made it uses it. */
static unsigned char *inner_items(const wgi_view *v)
{
    unsigned char *inner = wgi_pool_take(v->pool, v->items, 1);
    for (int64_t i = 0; inner && i < v->items; i++) {
        const wgi_item *y = &v->item[i];
        for (int k = 0; wgi_is_built(y) && k < y->operands; k++) {
            const int32_t at = *wgi_operand(v, y, k);
            if (at >= 0 && wgi_is_built(&v->item[at])) inner[at] |= !strcmp(v->item[at].here, y->here);
        }
    }
    return inner;
}

/* A layer, and what a call has made, have a name beside their expression: that of the op, or of the call. */
static void find_aliases(wgi_view *v)
{
    const unsigned char *inner = v->items <= WGI_READ_MOST ? inner_items(v) : NULL;
    for (int64_t i = 0; inner && i < v->items; i++) {
        wgi_item *y = &v->item[i];
        if (y->source != WGI_NAME_EXPRESSION || !y->operands || wgi_characters(y->name) <= ALIAS_FROM)
            continue;
        const char *words = wgi_is_built(y) && !inner[i] ? wgi_view_words(v, y->here, false) : "";
        if (*words) y->alias = numbered(v, i, words);
        else if (has_layer(y->tree, y->root)) y->alias = numbered(v, i, y->op->name);
    }
}

void wgi_view_find_expressions(wgi_view *v)
{
    for (int64_t i = 0; i < v->items && v->items <= WGI_READ_MOST; i++) {
        wgi_item *y = &v->item[i];
        if (y->source != WGI_NAMELESS || y->is_inline) continue;
        if (y->operands || y->words) find_expression(v, i, false);
        else name_by_numbers(v, i);
        if (y->source == WGI_NAMELESS) name_by_number(v, i);
        if (v->pool->failed) return;
    }
    find_aliases(v);
}
