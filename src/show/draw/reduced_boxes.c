/* reduced_boxes.c: the table of parts, and those of one node: it is drawn in the box of its consumer. */
#include "draw/reduced_boxes.h"
#include "wgx/op.h"

#include <stdlib.h>
#include <string.h>

enum { CALL_MOST = 5, FORMULA_MOST = 72 }; /* operands of a call; characters of a formula */

/* ---- what is kept ---- */

static void keep_node(wgi_reducer *r, wg_node n)
{
    const wgi_picture *p = r->p;
    if (wg_graph_of(n) == p->g && wg_node_ok(n) && p->at.position[n.index] >= 0)
        r->kept[p->at.position[n.index]] = 1;
}

wg_status wgi_check_kept(const wgi_picture *p)
{
    const char *list = p->o->keep, *word;
    size_t length;
    while (wgi_next_name(&list, &word, &length)) {
        int64_t i = 0;
        while (i < p->at.nodes && !wgi_is_called(wgi_item_at(p, i)->name, word, length)) i++;
        if (i < p->at.nodes) continue;
        return WGI_REFUSE(p, "draw: .keep: no node of the picture is called '%.*s'%s",
                          (int)(length < 60 ? length : 60), word, wgi_nearest_name(p, word, length, false));
    }
    return WG_OK;
}

static void find_kept(wgi_reducer *r)
{
    const wgi_picture *p = r->p;
    const wg_draw_opts *o = p->o;
    const char *word;
    size_t length;
    keep_node(r, p->root);
    for (int k = 0; o->backward && k < o->wrt_count; k++) keep_node(r, o->wrt[k]);
    for (int k = 0; k < o->mark_count; k++) keep_node(r, o->marks[k].node);
    for (int k = 0; p->failure && k < p->failure->operands && k < 4; k++)
        keep_node(r, p->failure->operand[k]);
    for (const char *list = o->keep; wgi_next_name(&list, &word, &length);)
        for (int64_t i = 0; i < p->at.nodes; i++)
            r->kept[i] |= wgi_is_called(wgi_item_at(p, i)->name, word, length);
}

/* ---- the table ---- */

static bool is_range(const wgi_part *k) { return k->kind == WGI_PARTS_CALLS || k->kind == WGI_PARTS_SCOPES; }

/* What stands in another range is before it. */
static int by_length(const void *a, const void *b)
{
    const wgi_part *x = a, *y = b;
    const int32_t n = x->end - x->begin, m = y->end - y->begin;
    return n != m ? (n > m) - (n < m) : (x->begin > y->begin) - (x->begin < y->begin);
}

static bool is_formula(const wgi_part *k) { return !is_range(k) && k->kind != WGI_PARTS_LEAVES; }

/* Of the nodes of part k: those that are kept. Of a call also its inputs, and parameters that others use. */
static bool has_own_box(const wgi_reducer *r, const wgi_part *k, int64_t i)
{
    const wg_leaf leaf = wg_node_leaf(wgi_node_at(r->p, i));
    return r->kept[i] || (k->kind == WGI_PARTS_CALLS && leaf != WG_LEAF_NONE &&
                          (r->last_use[i] >= k->end || leaf == WG_LEAF_INPUT));
}

static void put_into(wgi_picture *p, int64_t i, int64_t to, bool in_formula)
{
    p->less.into[i] = (int32_t)to;
    p->less.inside[p->at.item[i]] = in_formula;
}

/* A part takes nodes out of the boxes that they had within it, and its result out of that of its consumer. */
static void close_part(wgi_reducer *r, const wgi_part *k)
{
    for (int64_t i = k->begin; i < k->end; i++) {
        if (!has_own_box(r, k, i)) put_into(r->p, i, k->result, is_formula(k));
        if (is_range(k)) r->p->less.part_of[i] = 0;
    }
    if (!is_range(k)) return;
    put_into(r->p, k->result, k->result, false);
    r->p->less.part_of[k->result] = (int32_t)(k - r->part) + 1;
}

/* Whether a repeat would take some nodes out of the part. */
static bool is_cut(const wgi_reducer *r, const wgi_part *k)
{
    const wgi_repeat_place *first = &r->at[k->begin], *last = &r->at[k->end - 1];
    if (!is_range(k)) return first->repetition != r->at[k->result].repetition;
    return first->repetition != last->repetition &&
           ((k->begin && first->repetition && first[-1].repetition) ||
            (last->repetition && last[1].repetition));
}

bool wgi_add_part(wgi_reducer *r, wgi_part k)
{
    wgi_repeat_place *first = &r->at[k.begin];
    const unsigned bit = 1u << k.kind;
    if (is_cut(r, &k) || (first->behind && !(first[-first->behind].kinds & bit))) return false;
    first->kinds |= bit;
    r->part[r->parts] = k;
    close_part(r, &r->part[r->parts++]);
    return true;
}

/* Takes the last part away, which is one node; before: into which it was put. */
static void take_away(wgi_reducer *r, int32_t before)
{
    const wgi_part *k = &r->part[--r->parts];
    r->at[k->begin].kinds &= ~(1u << k->kind);
    put_into(r->p, k->begin, before, before != k->begin);
}

int32_t wgi_into(const wgi_picture *p, int64_t position)
{
    int32_t at = (int32_t)position;
    while (p->less.into[at] != at) at = p->less.into[at];
    return at;
}

/* ---- nodes ---- */

static bool is_named(const wgi_reducer *r, int64_t i)
{
    return wgi_item_at(r->p, i)->source < WGI_NAME_EXPRESSION;
}

static bool is_parameter(const wgi_reducer *r, int64_t i)
{
    return i >= 0 && wg_node_leaf(wgi_node_at(r->p, i)) == WG_LEAF_PARAM;
}

static bool has_parameter(const wgi_reducer *r, int64_t i)
{
    for (int64_t a = r->p->at.first[i]; a < r->p->at.first[i + 1]; a++)
        if (is_parameter(r, r->p->at.arg[a])) return true;
    return false;
}

static void count_uses(wgi_reducer *r)
{
    const wgi_picture *p = r->p;
    for (int64_t i = 0; i < p->at.nodes; i++) r->last_use[i] = -1;
    for (int64_t i = 0; i < p->at.nodes; i++)
        for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++)
            if (p->at.arg[a] >= 0 && r->last_use[p->at.arg[a]] != i)
                r->uses[p->at.arg[a]]++, r->last_use[p->at.arg[a]] = (int32_t)i;
}

/* Formulas end where scopes do. What is called concat_1 in a formula has a box on a page. */
static bool may_stand_in(const wgi_reducer *r, int64_t i, int64_t to)
{
    const bool opens = !r->p->format->is_page || wgi_item_at(r->p, i)->source != WGI_NAME_OP;
    return opens && !r->kept[i] && !r->result[i] && wgi_item_at(r->p, i)->operands &&
           !strcmp(wg_node_scope(wgi_node_at(r->p, i)), wg_node_scope(wgi_node_at(r->p, to)));
}

/* The characters of a box's formula. */
static int formula_length(const wgi_picture *p, int64_t i)
{
    wgi_equation *e = wgi_equation_make(&p->view, p->at.item[i], p->less.inside);
    const int n = wgi_characters(wgi_equation_text(&p->view, wgi_item_at(p, i), e, NULL));
    wgi_equation_free(e);
    return n;
}

/* ---- formulas ---- */

/* One operand, or one with a number, and an expression of its own: −a, 1 − a, kᵀ, x/2. Products with
 * parameters are layers. */
static bool is_cheap(const wgi_reducer *r, int64_t i)
{
    const wgi_item *y = wgi_item_at(r->p, i);
    if (!y->tree || y->operands > 2 || has_parameter(r, i)) return false;
    int computed = 0;
    for (int64_t a = r->p->at.first[i]; a < r->p->at.first[i + 1]; a++) computed += r->p->at.arg[a] >= 0;
    const int kind = y->tree[y->root].kind;
    return !computed || (computed == 1 && kind != WGI_F_CALL && kind != WGI_F_CASES);
}

static bool is_sum(const wgi_reducer *r, int64_t i)
{
    const wg_op *op = wgi_item_at(r->p, i)->op;
    return wgx_op_is(op, "add") || wgx_op_is(op, "sub");
}

/* Nodes with one consumer stand in its box, while the formula there is short. The input of a layer is no term
 * of its sum, and a layer is none of the cost. */
static void find_formulas(wgi_reducer *r, bool named)
{
    for (int64_t i = 0; i < r->p->at.nodes; i++) {
        const int32_t to = r->last_use[i];
        r->linear[i] |= has_parameter(r, i);
        if (r->uses[i] != 1 || is_named(r, i) != named || !may_stand_in(r, i, to)) continue;
        if (wgi_item_at(r->p, to)->operands > CALL_MOST || (r->cost[to] && !r->cost[i])) continue;
        if ((named && !r->linear[i]) || (r->linear[i] > 1 && has_parameter(r, to))) continue;
        wgi_part k = { named ? WGI_PARTS_NAMED : WGI_PARTS_TERMS, (int32_t)i, (int32_t)i + 1, to };
        if (!named && is_cheap(r, i)) k.kind = WGI_PARTS_CHEAP;
        else if (!named && r->linear[i]) k.kind = WGI_PARTS_LAYERS;
        if (!wgi_add_part(r, k)) continue;
        if (!r->at[i].behind && formula_length(r->p, wgi_into(r->p, to)) > FORMULA_MOST)
            take_away(r, (int32_t)i);
        else if (r->linear[i] && !has_parameter(r, to)) r->linear[to] = is_sum(r, to) ? r->linear[i] : 2;
    }
}

/* Marks the root, if it is one number, and nodes without parameters whose consumers are all marked. */
static void mark_cost(wgi_reducer *r)
{
    enum { IN = 1, OUT };
    const wgi_picture *p = r->p;
    const int64_t root = wg_node_ok(p->root) ? p->at.position[p->root.index] : -1;
    if (root < 0 || wg_shape_size(wg_node_shape(p->root)) != 1) return;
    for (int64_t i = p->at.nodes - 1; i >= 0; i--) {
        const bool in = i == root || (r->cost[i] != OUT && r->uses[i] && !is_named(r, i) &&
                                      !has_parameter(r, i) && may_stand_in(r, i, root));
        r->cost[i] = in ? IN : 0;
        for (int64_t a = p->at.first[i]; !in && a < p->at.first[i + 1]; a++)
            if (p->at.arg[a] >= 0) r->cost[p->at.arg[a]] = OUT;
    }
}

/* As many from the end as leave its formula short enough. */
static void find_cost(wgi_reducer *r)
{
    int32_t root = (int32_t)r->p->at.nodes - 1;
    while (root > 0 && !r->cost[root]) root--;
    for (int32_t i = root - 1; i >= 0; i--) {
        const int32_t before = r->p->less.into[i];
        if (!r->cost[i]) continue;
        const bool fits = wgi_add_part(r, (wgi_part){ WGI_PARTS_COST, i, i + 1, root });
        if (fits && formula_length(r->p, root) <= FORMULA_MOST) continue;
        if (fits) take_away(r, before);
        return;
    }
}

/* [1, 2], normal(m, 2): a leaf without a name, whose consumer's formula says all of it. */
static bool is_literal(const wgi_reducer *r, int64_t i)
{
    return !wgi_item_at(r->p, i)->operands && wgi_item_at(r->p, i)->source == WGI_NAME_EXPRESSION;
}

static void find_leaves(wgi_reducer *r)
{
    for (int32_t i = 0; i < r->p->at.nodes; i++)
        if (r->uses[i] == 1 && (is_parameter(r, i) || is_literal(r, i)))
            wgi_add_part(r, (wgi_part){ is_literal(r, i) ? WGI_PARTS_CHEAP : WGI_PARTS_LEAVES, i, i + 1,
                                        r->last_use[i] });
}

/* ---- all ---- */

static void clear(wgi_picture *p)
{
    if (!p->less.into) {
        p->less.into = wgi_pool_take(p->pool, p->at.nodes, sizeof *p->less.into);
        p->less.part_of = wgi_pool_take(p->pool, p->at.nodes, sizeof *p->less.part_of);
        p->less.inside = wgi_pool_take(p->pool, p->view.items, 1);
        if (p->pool->failed) return;
    }
    for (int64_t i = 0; i < p->at.nodes; i++) p->less.into[i] = (int32_t)i;
    memset(p->less.inside, 0, (size_t)p->view.items);
    memset(p->less.part_of, 0, (size_t)p->at.nodes * sizeof *p->less.part_of);
    p->less.repeats = 0;
}

/* Fills the table. Pictures without formulas need none of them. */
static void start(wgi_picture *p, unsigned closed)
{
    wgi_reducer *r = wgi_pool_take(p->pool, 1, sizeof *r);
    const int64_t n = p->at.nodes;
    clear(p);
    unsigned char *bytes = wgi_pool_take(p->pool, 5 * n, 1);
    int32_t *ints = wgi_pool_take(p->pool, 3 * n, sizeof *ints);
    wgi_part *part = wgi_pool_take(p->pool, 3 * n, sizeof *part);
    wgi_repeat_place *at = wgi_pool_take(p->pool, n + 1, sizeof *at);
    if (p->pool->failed) return;
    *r = (wgi_reducer){ .p = p,
                        .part = part,
                        .at = at,
                        .kept = bytes,
                        .result = bytes + n,
                        .cost = bytes + 2 * n,
                        .linear = bytes + 3 * n,
                        .made = bytes + 4 * n,
                        .uses = ints,
                        .last_use = ints + n,
                        .closed = ints + 2 * n };
    p->less.reducer = r;
    find_kept(r);
    count_uses(r);
    if (closed >> WGI_PARTS_REPEATS & 1) wgi_find_repeats(r);
    if (closed & ~(1u << WGI_PARTS_REPEATS | 1u << WGI_PARTS_SCOPES)) {
        wgi_find_calls(r, true);
        mark_cost(r);
        find_formulas(r, false);
        find_cost(r);
        find_formulas(r, true);
        find_leaves(r);
    }
    const int32_t nodes = r->parts; /* parts of one node */
    if (closed >> WGI_PARTS_CALLS & 1) wgi_find_calls(r, false);
    if (closed >> WGI_PARTS_SCOPES & 1) wgi_find_scopes(r);
    qsort(r->part + nodes, (size_t)(r->parts - nodes), sizeof *r->part, by_length);
}

/* What the options close, and leave open, whatever less.closed says. */
static unsigned closed_by_options(const wgi_picture *p)
{
    unsigned closed = p->less.closed | (unsigned)p->less.folds_series << WGI_PARTS_REPEATS |
                      (unsigned)(p->o->depth > 0) << WGI_PARTS_SCOPES;
    if (p->o->fold == false || wgi_is_window(p->o)) closed &= ~(1u << WGI_PARTS_REPEATS);
    return p->o->scopes ? closed : closed & ~(1u << WGI_PARTS_SCOPES);
}

/* Chains of into end in a position with a box: afterwards each is one step long. */
int64_t wgi_reduce(wgi_picture *p)
{
    int64_t boxes = 0;
    const unsigned closed = closed_by_options(p);
    p->view.aliases = !p->format->is_page;
    if (!p->less.reducer) start(p, closed);
    clear(p);
    wgi_reducer *r = p->less.reducer;
    if (r && !p->less.repeat) p->less.repeat = wgi_pool_take(p->pool, r->repeats, sizeof *p->less.repeat);
    if (p->pool->failed) return -1;
    r->p = p;
    for (int32_t k = 0; k < r->parts; k++)
        if (closed >> r->part[k].kind & 1) close_part(r, &r->part[k]);
    for (int64_t k = 0; closed >> WGI_PARTS_REPEATS & 1 && k < r->repeats; k++)
        if (wgi_close_repeat(p, &r->repeat[k])) p->less.repeat[p->less.repeats++] = r->repeat[k];
    for (int64_t i = p->at.nodes - 1; i >= 0; i--) p->less.into[i] = wgi_into(p, i);
    for (int64_t i = 0; i < p->at.nodes; i++) boxes += p->less.into[i] == i;
    return boxes;
}

wgi_reduction wgi_reduced_by(const wgi_picture *p, unsigned closed)
{
    wgi_picture q = *p;
    wg_draw_opts o = *p->o;
    o.depth = 0, q.o = &o; /* scopes that the option closes can be opened */
    q.less.closed = closed, q.less.into = NULL, q.less.repeat = NULL;
    if (wgi_reduce(&q) < 0) q.less.into = NULL;
    return q.less;
}

void wgi_forget_reduced(wgi_picture *p)
{
    wgi_picture_clear_boxes(p);
    p->less = (wgi_reduction){ .hidden = "" };
    p->view.aliases = false;
}
