/* expressions.c: names for items that have none: the expression, 1 − a, or if it is long or another item
 * has it the op and a number, add_1. Both are made in the order of the items, so the expressions of an item's
 * operands are known.
 */
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"
#include "view/equation.h"
#include "wengert/op.h"

enum { LINE = 4 * WGI_EXPRESSION_MOST, OP_MOST = 16, NUMBERS = 12 /* of an input that is called by them */ };

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

/* Keeps the expression of an item, if it is short. Without one it stays nameless, and with one that has the
 * name of another item, unless `twins` may be. */
static void find_expression(wgi_view *v, int64_t i, bool twins)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    wgi_equation *e = wgi_equation_make(v, i, NULL);
    if (!e) return;
    wgi_formula_text(&to, &e->tree, e->tree.root, false);
    if (to.length < sizeof line && wgi_characters(line) <= WGI_EXPRESSION_MOST &&
        (twins || !wgi_view_has_name(v, line))) {
        keep_tree(v, &v->item[i], &e->tree);
        if (!twins) v->item[i].name = wgi_pool_copy(v->pool, line), v->item[i].source = WGI_NAME_EXPRESSION;
    }
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

static bool is_short(const char *name) { return *name && wgi_characters(name) <= WGI_EXPRESSION_MOST; }

/* An input without a name, as its author wrote it: its numbers, else the call, else the first numbers. */
static void name_by_numbers(wgi_view *v, int64_t i)
{
    wgi_item *y = &v->item[i];
    const wg_node n = wgi_item_node(v, i);
    const wg_shape s = wg_node_shape(n);
    const int64_t count = s.rank == 1 || s.rank == 2 ? wg_shape_size(s) : 0;
    wg_tensor t;
    if (wg_node_leaf(n) != WG_LEAF_INPUT || !wg_peek(n, &t) || !t.data) return;
    const char *name = count && count <= NUMBERS ? list_of(v->pool, &t) : "";
    if (!is_short(name)) name = wgi_view_words(v, y->here, false);
    if (!is_short(name) && s.rank && wg_shape_size(s)) {
        wgi_strbuf b = { .pool = v->pool };
        wgi_put_cut(&b, &t);
        name = wgi_strbuf_keep(&b);
    }
    if (!is_short(name)) return;
    wgi_formula_node *tree = wgi_pool_take(v->pool, 2, sizeof *tree);
    if (!tree) return;
    tree[1] = (wgi_formula_node){ .kind = WGI_F_WORDS, .text = name, .length = (int)strlen(name) };
    y->tree = tree, y->root = 1;
    if (!wgi_view_has_name(v, name)) y->name = name, y->source = WGI_NAME_EXPRESSION;
}

/* The op's name up to its first _, and a number that no other item has with it, above `last`. */
static void name_by_number(wgi_view *v, wgi_item *y, int64_t last)
{
    const char *op = y->op ? y->op->name : "v";
    const int length = (int)strcspn(op, "_");
    const char *name;
    do
        name =
            wgi_pool_format(v->pool, "%.*s_%lld", length < OP_MOST ? length : OP_MOST, op, (long long)++last);
    while (!v->pool->failed && wgi_view_has_name(v, name));
    y->name = name, y->source = WGI_NAME_OP;
}

/* The number of the last item that was named by the same op, which stands before item i. */
static int64_t last_number(const wgi_view *v, int64_t i)
{
    for (int64_t k = i - 1; k >= 0; k--)
        if (v->item[k].source == WGI_NAME_OP && v->item[k].op == v->item[i].op)
            return strtoll(strrchr(v->item[k].name, '_') + 1, NULL, 10);
    return 0;
}

void wgi_view_find_expressions(wgi_view *v)
{
    for (int64_t i = 0; i < v->items && v->items <= WGI_READ_MOST; i++) {
        wgi_item *y = &v->item[i];
        if (y->source != WGI_NAMELESS || y->is_inline) continue;
        if (y->operands || y->words) find_expression(v, i, false);
        else name_by_numbers(v, i);
        if (y->source == WGI_NAMELESS) name_by_number(v, y, last_number(v, i));
        if (v->pool->failed) return;
    }
}
