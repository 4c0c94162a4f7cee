/* folded.c: a derivative as people write it. The nodes of a derivation are made by rules, so many of them
 * change nothing: 1 · y, y + 0, a sum of one operand, a choice whose condition is a constant, numbers in
 * another shape. The formula of the op tells, with the known numbers in the place of its operands:
 *
 *     what remains is a number     its consumers show the number
 *     what remains is an operand   its consumers take that operand
 *
 * Items that nothing needs any more leave the view. Nodes that their author made stay as they were written.
 * The graph does not change. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "view/equation.h"
#include "wengert/grad.h"
#include "wgx/grad.h"
#include "wgx/graph.h"

typedef struct folder {
    wgi_view *v;
    int32_t *same; /* by item: the item whose value it has; itself: none other */
    unsigned char *needed;
    wgi_right_side side;
} folder;

static wgi_item *item_of(const folder *f, int64_t i) { return &f->v->item[i]; }

static bool is_made_by_a_rule(const folder *f, int64_t i)
{
    return wgx_node_is_derived(wgi_item_node(f->v, i));
}

/* ---- one item ---- */

/* Number leaves of a derivation, of any shape. */
static void know_leaf(folder *f, int64_t i)
{
    wg_tensor t;
    wgi_item *y = item_of(f, i);
    const wg_node n = wgi_item_node(f->v, i);
    if (wg_node_leaf(n) != WG_LEAF_NUMBER || y->source != WGI_NAMELESS) return;
    if (wg_node_shape(n).rank && !is_made_by_a_rule(f, i)) return;
    if (wg_shape_size(wg_node_shape(n)) && wgx_peek(n, &t))
        y->folded = true, y->number = wg_tensor_item(&t, 0);
}

/* A factor 0 makes 0 of a number, but not of NaN and of infinities. */
static bool is_really(const folder *f, int64_t i, double x)
{
    const wgi_item *y = item_of(f, i);
    wg_tensor t;
    bool all = true;
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(f->v, y, k);
        all &= at < 0 || item_of(f, at)->folded;
    }
    if (all && x != 0) return true;
    if (!wgx_peek(wgi_item_node(f->v, i), &t)) return false;
    for (int64_t e = wg_shape_size(t.shape); e-- > 0;)
        if (wg_tensor_item(&t, e) != x) return false;
    return true;
}

static bool is_shaped_alike(const folder *f, int64_t a, int64_t b)
{
    const wg_node x = wgi_item_node(f->v, a), y = wgi_item_node(f->v, b);
    return wg_shape_equal(wg_node_shape(x), wg_node_shape(y)) && wg_node_dtype(x) == wg_node_dtype(y);
}

/* The operand that the right side is; WGI_NO_ITEM: none. In its own shape reshape(x) and sum_to(x) are x. */
static int32_t operand_alone(const folder *f, int64_t i, int right)
{
    const wgi_item *y = item_of(f, i);
    const wgi_formula_node *n = &f->side.own.node[right];
    if (n->kind == WGI_F_CALL && n->child &&
        (wgi_formula_is(&f->side.own, right, "reshape") || wgi_formula_is(&f->side.own, right, "sum_to")))
        n = &f->side.own.node[n->child];
    if (n->kind != WGI_F_NAME || n->sign || n->next) return WGI_NO_ITEM;
    for (int k = 0; k < y->operands; k++)
        if (n->text == f->side.text[k]) {
            const int32_t at = *wgi_operand(f->v, y, k);
            return is_shaped_alike(f, at, i) ? at : WGI_NO_ITEM;
        }
    return WGI_NO_ITEM;
}

static bool is_root(const folder *f, int64_t i) { return f->needed[i]; }

static bool is_read_by_another(const folder *f, int64_t i, int32_t to)
{
    for (int64_t k = 0; k < f->v->items; k++)
        for (int a = 0; k != i && a < item_of(f, k)->operands; a++) {
            const int32_t at = *wgi_operand(f->v, item_of(f, k), a);
            if (at >= 0 && f->same[at] == to) return true;
        }
    return false;
}

/* The item has the value of `to`. If its author named it, the rule's node gets the name, unless another item
 * reads that node: who computes the items one by one (steps.h) looks for it. */
static void join(folder *f, int64_t i, int32_t to)
{
    wgi_item *y = item_of(f, i), *x = item_of(f, to);
    const bool known = y->source != WGI_NAMELESS || is_root(f, i);
    if (known) {
        if (x->source != WGI_NAMELESS || is_root(f, to) || !x->operands || !is_made_by_a_rule(f, to) ||
            is_read_by_another(f, i, to))
            return;
        x->node = y->node, x->name = y->name, x->source = y->source, x->here = y->here;
        f->needed[to] = f->needed[i];
    }
    f->same[i] = to;
}

/* ---- constants of builders: arange(4) ---- */

/* A number without a name, or what a builder made of such. */
static bool is_constant(const folder *f, int32_t i)
{
    const wgi_item *y = i >= 0 ? item_of(f, i) : NULL;
    return y && (y->words || (wgi_item_leaf(f->v, i) == WG_LEAF_NUMBER && y->source == WGI_NAMELESS));
}

/* A constant of a call that has made more than constants, as the first state of lstm(x, 4), is not that
 * call. */
static void leave_calls(folder *f)
{
    for (int64_t i = f->v->items - 1; i >= 0; i--) {
        const wgi_item *y = item_of(f, i);
        for (int k = 0; !y->words && wgi_is_built(y) && k < y->operands; k++) {
            const int32_t at = *wgi_operand(f->v, y, k);
            if (at >= 0 && item_of(f, at)->words && !strcmp(item_of(f, at)->here, y->here))
                item_of(f, at)->words = NULL;
        }
    }
}

/* Of the nodes of one call the last one has the words of all. Returns whether there are such. */
static bool find_constants(folder *f)
{
    bool any = false;
    for (int64_t i = 0; i < f->v->items; i++) {
        wgi_item *y = item_of(f, i);
        bool all = y->operands && wgi_is_built(y) && !is_made_by_a_rule(f, i);
        for (int k = 0; all && k < y->operands; k++) all = is_constant(f, *wgi_operand(f->v, y, k));
        const char *words = all ? wgi_view_words(f->v, y->here, false) : "";
        if (*words) y->words = words;
    }
    leave_calls(f);
    for (int64_t i = 0; i < f->v->items; i++)
        if (item_of(f, i)->words) item_of(f, i)->operands = 0, any = true;
    return any;
}

/* ---- what a layer computes of its state alone: the averages of batch_norm ---- */

static bool is_stored(const folder *f, int32_t i)
{
    const wg_leaf leaf = i >= 0 ? wgi_item_leaf(f->v, i) : WG_LEAF_NONE;
    return i >= 0 && (item_of(f, i)->words || leaf == WG_LEAF_STATE || leaf == WG_LEAF_NUMBER);
}

/* "from h.mean": the state that has the item's shape. NULL: there is none, or it is computed of more. */
static const char *stored_in(const folder *f, int64_t i)
{
    const wgi_item *y = item_of(f, i);
    const char *from = NULL;
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(f->v, y, k);
        if (!is_stored(f, at)) return NULL;
        const wgi_item *x = item_of(f, at);
        if (wgi_item_leaf(f->v, at) == WG_LEAF_NUMBER || (from && !is_shaped_alike(f, at, i))) continue;
        from = x->words ? x->words : wgi_pool_format(f->v->pool, "from %s", x->name);
    }
    return from;
}

static bool find_stored(folder *f)
{
    bool any = false;
    for (int64_t i = 0; i < f->v->items; i++) {
        wgi_item *y = item_of(f, i);
        if (y->operands && wgi_is_built(y) && !is_made_by_a_rule(f, i)) y->words = stored_in(f, i);
    }
    for (int64_t i = 0; i < f->v->items; i++)
        if (item_of(f, i)->words && item_of(f, i)->operands)
            item_of(f, i)->operands = 0, item_of(f, i)->stored = any = true;
    return any;
}

/* ---- one item that a rule made ---- */

static void fold(folder *f, int64_t i)
{
    wgi_item *y = item_of(f, i);
    double x;
    for (int k = 0; k < y->operands; k++) {
        int32_t *at = wgi_operand(f->v, y, k);
        if (*at >= 0) *at = f->same[*at];
    }
    if (!y->operands) know_leaf(f, i);
    else if (is_made_by_a_rule(f, i)) {
        const int right = wgi_find_right_side(f->v, y, &f->side);
        const int32_t to = right > 0 ? operand_alone(f, i, right) : WGI_NO_ITEM;
        if (right > 0 && wgi_formula_constant(&f->side.own, right, &x) && isfinite(x) && is_really(f, i, x)) {
            y->number = x, y->operands = 0;
            y->folded = true;
        } else if (to >= 0) join(f, i, to);
    }
}

/* ---- the items that are left ---- */

/* Of no roots: what nothing uses. */
static void need_roots(folder *f, const wg_node root[], int roots)
{
    const wgi_view *v = f->v;
    memset(f->needed, !roots, (size_t)v->items);
    for (int k = 0; k < roots; k++)
        if (wg_node_ok(root[k]) && v->item_of[root[k].index] >= 0) f->needed[v->item_of[root[k].index]] = 1;
    for (int64_t i = 0; !roots && i < v->items; i++)
        for (int k = 0; k < v->item[i].operands; k++) {
            const int32_t at = *wgi_operand(f->v, &v->item[i], k);
            if (at >= 0) f->needed[at] = 0;
        }
}

static void need_operands(folder *f)
{
    for (int64_t i = f->v->items - 1; i >= 0; i--) {
        const wgi_item *y = item_of(f, i);
        if (f->same[i] != i) f->needed[f->same[i]] |= f->needed[i], f->needed[i] = 0;
        for (int k = 0; f->needed[i] && k < y->operands; k++) {
            const int32_t at = *wgi_operand(f->v, y, k);
            if (at >= 0) f->needed[at] = 1;
        }
    }
}

/* Then same[i] is the number that item i, or the one that it joined, has in the list; or WGI_NO_ITEM. */
static void close_ranks(folder *f)
{
    wgi_view *v = f->v;
    int32_t left = 0;
    for (int64_t i = 0; i < v->items; i++)
        if (f->same[i] != i) f->same[i] = f->same[f->same[i]];
        else if (f->needed[i]) {
            v->item[left] = v->item[i];
            f->same[i] = left++;
        } else f->same[i] = WGI_NO_ITEM;
    v->items = left;
    for (int64_t i = 0; i < v->items; i++)
        for (int k = 0; k < v->item[i].operands; k++) {
            int32_t *at = wgi_operand(f->v, &v->item[i], k);
            if (*at >= 0) *at = f->same[*at];
        }
    for (int64_t n = wg_graph_nodes(v->g); n-- > 0;)
        if (v->item_of[n] >= 0) v->item_of[n] = f->same[v->item_of[n]];
}

/* A number that its author named keeps its name. */
static void keep_names(folder *f, int64_t i)
{
    wgi_item *y = item_of(f, i);
    y->is_inline = wgi_is_inline_number(wgi_item_node(f->v, i)) ||
                   (y->folded && y->source == WGI_NAMELESS && !is_root(f, i));
    if (!y->is_inline) y->shows_number = y->folded, y->folded = false;
}

void wgi_view_fold(wgi_view *v, const wg_node root[], int roots)
{
    bool any = false;
    for (int64_t i = 0; v->level == WGI_WRITTEN && i < v->items; i++)
        any |= wgx_node_is_derived(wgi_item_node(v, i));
    folder *f = wgi_pool_take(v->pool, 1, sizeof *f);
    int32_t *same = wgi_pool_take(v->pool, v->items, sizeof *same);
    unsigned char *needed = wgi_pool_take(v->pool, v->items, 1);
    if (v->pool->failed) return;
    f->v = v, f->same = same, f->needed = needed;
    for (int k = 0; k < WGI_FORMULA_OPERANDS; k++) snprintf(f->side.text[k], 8, "\1%c", '0' + k);
    need_roots(f, root, roots);
    for (int64_t i = 0; i < v->items; i++) f->same[i] = (int32_t)i;
    bool constants = v->level == WGI_WRITTEN && v->source && find_constants(f);
    constants |= v->level == WGI_WRITTEN && find_stored(f);
    for (int64_t i = 0; i < v->items; i++) {
        if (any) fold(f, i);
        keep_names(f, i);
    }
    if (any || constants) need_operands(f), close_ranks(f);
}
