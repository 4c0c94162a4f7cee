/* reduced_boxes.c: nodes that are drawn in the box of their consumer. */
#include "draw/reduced_boxes.h"

#include <string.h>

enum { CALL_MOST = 5, COST_MOST = 72, LAYER_MOST = 60 }; /* operands of a call; characters of a formula */

/* The steps up to LAYERS, and NAMED, join nodes one by one; the others begin with what these have joined. */
typedef struct wgi_reducer {
    wgi_picture *p;
    int step;              /* the last of the steps that is done */
    unsigned char *kept;   /* by position: has a box of its own */
    unsigned char *result; /* by position: of a call of a layer, which may be a box */
    unsigned char *linear; /* by position: a parameter's product, or a sum of such */
    int32_t *uses;         /* by position: by how many other positions */
    int32_t *consumer;     /* by position: the last one that uses it */
    int32_t *into;         /* by position: as p->less.into, of the steps up to `step` */
} reducer;

/* ---- what is kept ---- */

static void keep_node(reducer *r, wg_node n)
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

static void find_kept(reducer *r)
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

/* ---- nodes ---- */

static bool is_leaf(const reducer *r, int64_t i) { return !wgi_item_at(r->p, i)->operands; }

static bool is_parameter(const reducer *r, int32_t i)
{
    return i >= 0 && wg_node_leaf(wgi_node_at(r->p, i)) == WG_LEAF_PARAM;
}

/* Operands that are computed or inputs: no numbers, parameters, states. */
static int data_operands(const reducer *r, int64_t i)
{
    int n = 0;
    for (int64_t a = r->p->at.first[i]; a < r->p->at.first[i + 1]; a++) {
        const int32_t x = r->p->at.arg[a];
        const wg_leaf leaf = x >= 0 ? wg_node_leaf(wgi_node_at(r->p, x)) : WG_LEAF_NUMBER;
        n += leaf == WG_LEAF_NONE || leaf == WG_LEAF_INPUT;
    }
    return n;
}

static bool has_parameter(const reducer *r, int64_t i)
{
    for (int64_t a = r->p->at.first[i]; a < r->p->at.first[i + 1]; a++)
        if (is_parameter(r, r->p->at.arg[a])) return true;
    return false;
}

static void count_uses(reducer *r)
{
    const wgi_picture *p = r->p;
    for (int64_t i = 0; i < p->at.nodes; i++)
        for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++)
            if (p->at.arg[a] >= 0 && r->consumer[p->at.arg[a]] != (int32_t)i + 1)
                r->uses[p->at.arg[a]]++, r->consumer[p->at.arg[a]] = (int32_t)i + 1;
    for (int64_t i = 0; i < p->at.nodes; i++) r->consumer[i]--;
}

/* Whether two nodes are in the same part of a series, or neither is in one. */
static bool is_in_one_part(const wgi_picture *p, int64_t i, int64_t k)
{
    size_t name;
    if (!p->less.folds_series) return true;
    const char *a = wg_node_scope(wgi_node_at(p, i)), *b = wg_node_scope(wgi_node_at(p, k));
    const size_t n = wgi_series_scope(a, &name);
    return wgi_series_scope(b, &name) == n && strncmp(a, b, n) == 0;
}

/* A node that could be drawn in its only consumer's box. */
static bool may_join(const reducer *r, int64_t i)
{
    return !r->kept[i] && !r->result[i] && r->uses[i] == 1 && !is_leaf(r, i) &&
           is_in_one_part(r->p, i, r->consumer[i]) &&
           wgi_item_at(r->p, r->consumer[i])->operands <= CALL_MOST;
}

static void join(reducer *r, int64_t i, int64_t to)
{
    r->into[i] = (int32_t)to;
    r->p->less.inside[r->p->at.item[i]] = 1;
}

static void separate(reducer *r, int64_t i)
{
    r->into[i] = (int32_t)i;
    r->p->less.inside[r->p->at.item[i]] = 0;
}

/* The characters of a box's formula. */
static int formula_length(const reducer *r, int64_t i)
{
    wgi_equation *e = wgi_equation_make(&r->p->view, r->p->at.item[i], r->p->less.inside, false);
    const int n = wgi_characters(wgi_equation_text(&r->p->view, wgi_item_at(r->p, i), e, NULL));
    wgi_equation_free(e);
    return n;
}

/* ---- cheap nodes ---- */

/* One operand, or one with a number, and an expression of its own: −a, 1 − a, kᵀ, x/2. Products with
 * parameters are layers. */
static bool is_cheap(const reducer *r, int64_t i)
{
    const wgi_item *y = wgi_item_at(r->p, i);
    if (!y->tree || y->operands > 2 || has_parameter(r, i)) return false;
    int computed = 0;
    for (int64_t a = r->p->at.first[i]; a < r->p->at.first[i + 1]; a++) computed += r->p->at.arg[a] >= 0;
    const int kind = y->tree[y->root].kind;
    return computed == 0 ? y->operands : computed == 1 && kind != WGI_F_CALL && kind != WGI_F_CASES;
}

static void join_cheap(reducer *r)
{
    for (int64_t i = 0; i < r->p->at.nodes; i++)
        if (may_join(r, i) && is_cheap(r, i)) join(r, i, r->consumer[i]);
}

/* ---- the cost ---- */

static bool all_consumers_in(const reducer *r, const int32_t *left, int64_t i)
{
    return left[i] == r->uses[i];
}

/* left[i] counts the consumers of i that are in the cost. */
static void add_to_cost(reducer *r, int32_t *left, int64_t i)
{
    const wgi_picture *p = r->p;
    for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++) {
        bool again = p->at.arg[a] < 0;
        for (int64_t k = p->at.first[i]; k < a; k++) again |= p->at.arg[k] == p->at.arg[a];
        if (!again) left[p->at.arg[a]]++;
    }
}

/* Unnamed nodes without parameters, whose consumers are all in the cost. If the formula becomes too long
 * the box has a call of what enters it (graph_picture.c). */
static void join_cost(reducer *r)
{
    wgi_picture *p = r->p;
    const int64_t root = wg_node_ok(p->root) ? p->at.position[p->root.index] : -1;
    if (root < 0 || wg_shape_size(wg_node_shape(p->root)) != 1 || is_leaf(r, root)) return;
    int32_t *left = wgi_pool_take(p->pool, p->at.nodes, sizeof *left);
    if (!left) return;
    add_to_cost(r, left, root);
    for (int64_t i = root - 1; i >= 0; i--) {
        if (r->kept[i] || r->result[i] || is_leaf(r, i) || wgi_item_at(p, i)->source < WGI_NAME_EXPRESSION)
            continue;
        if (!left[i] || !all_consumers_in(r, left, i) || has_parameter(r, i)) continue;
        join(r, i, root);
        add_to_cost(r, left, i);
    }
    p->less.cost_is_call = formula_length(r, root) > COST_MOST;
}

/* ---- layers ---- */

static bool is_sum(const reducer *r, int64_t i)
{
    if (wgi_item_at(r->p, i)->operands < 2) return false;
    wgi_equation *e = wgi_equation_make(&r->p->view, r->p->at.item[i], NULL, false);
    const int kind = e ? e->tree.node[e->tree.root].kind : WGI_F_WORDS;
    wgi_equation_free(e);
    return kind == WGI_F_ADD || kind == WGI_F_SUB;
}

static bool is_in_cost(const reducer *r, int64_t i)
{
    const wgi_picture *p = r->p;
    return wg_node_ok(p->root) && r->into[i] == p->at.position[p->root.index];
}

/* Products with parameters go into the sum that takes them, and sums into the function of them. named: those
 * with names, too. */
static void join_layers(reducer *r, bool named)
{
    for (int64_t i = 0; i < r->p->at.nodes; i++) {
        if (is_leaf(r, i) || r->into[i] != i) continue;
        r->linear[i] |= has_parameter(r, i);
        if (!r->linear[i] || !may_join(r, i) || is_in_cost(r, r->consumer[i])) continue;
        const int64_t to = r->consumer[i];
        if (r->into[to] != to) continue;
        const bool sum = is_sum(r, to);
        if (!sum && (data_operands(r, to) != 1 || r->linear[i] > 1)) continue;
        if (!named && wgi_item_at(r->p, i)->source < WGI_NAME_EXPRESSION) continue;
        if (r->linear[i] > 1 && has_parameter(r, to))
            continue; /* the input of a layer is no term of its
                                                                 * sum */
        join(r, i, to);
        if (formula_length(r, to) > LAYER_MOST) separate(r, i);
        else if (sum) r->linear[to] = 1;
        else if (!has_parameter(r, to)) r->linear[to] = 2; /* a function of a layer ends it */
    }
}

/* ---- terms ---- */

static void join_terms(reducer *r)
{
    for (int64_t i = 0; i < r->p->at.nodes; i++) {
        const int64_t to = r->consumer[i];
        if (!may_join(r, i) || r->into[i] != i || wgi_item_at(r->p, i)->source < WGI_NAME_EXPRESSION)
            continue;
        if (r->into[to] != to || is_in_cost(r, to) || (r->linear[i] > 1 && has_parameter(r, to))) continue;
        join(r, i, to);
        if (formula_length(r, to) > LAYER_MOST) separate(r, i);
    }
}

/* ---- parameters ---- */

static void join_parameters(reducer *r)
{
    wgi_picture *p = r->p;
    for (int64_t i = 0; i < p->at.nodes; i++)
        if (is_parameter(r, (int32_t)i) && r->uses[i] == 1 && !r->kept[i]) p->less.into[i] = r->consumer[i];
}

/* ---- all ---- */

int32_t wgi_into(const wgi_picture *p, int64_t position)
{
    int32_t at = (int32_t)position;
    while (p->less.into[at] != at) at = p->less.into[at];
    return at;
}

/* Chains of into end in a position with a box: afterwards each is one step long. */
static int64_t count_boxes(wgi_picture *p)
{
    int64_t boxes = 0;
    for (int64_t i = p->at.nodes - 1; i >= 0; i--) p->less.into[i] = wgi_into(p, i);
    for (int64_t i = 0; i < p->at.nodes; i++) boxes += p->less.into[i] == i;
    return boxes;
}

/* Takes the steps that join nodes and are not done. */
static void take_steps(reducer *r)
{
    const int to = r->p->less.reduced;
    if (r->step < WGI_REDUCE_CHEAP && to >= WGI_REDUCE_CHEAP) join_cheap(r);
    if (r->step < WGI_REDUCE_COST && to >= WGI_REDUCE_COST) join_cost(r);
    if (r->step < WGI_REDUCE_LAYERS && to >= WGI_REDUCE_LAYERS) join_layers(r, false);
    if (r->step < WGI_REDUCE_TERMS && to >= WGI_REDUCE_TERMS) join_terms(r);
    if (r->step < WGI_REDUCE_NAMED && to >= WGI_REDUCE_NAMED) join_layers(r, true);
    r->step = to;
}

static void reduce(reducer *r)
{
    wgi_picture *p = r->p;
    const int step = p->less.reduced;
    take_steps(r);
    memcpy(p->less.into, r->into, (size_t)p->at.nodes * sizeof *p->less.into);
    if (step >= WGI_REDUCE_CALLS && !p->less.opens_calls) wgi_reduce_calls(p, r->kept);
    if (step >= WGI_REDUCE_LEAVES) join_parameters(r);
    if ((step >= WGI_REDUCE_REPEATS || p->less.folds_series) && p->o->fold >= 0 && !wgi_is_window(p->o))
        wgi_reduce_repeats(p, r->kept);
    const int depth = p->o->depth > 0 ? p->o->depth : step >= WGI_REDUCE_SCOPES ? 1 : 0;
    if (depth && !p->o->no_scopes) wgi_reduce_scopes(p, r->kept, depth);
}

static void start(wgi_picture *p)
{
    reducer *r = wgi_pool_take(p->pool, 1, sizeof *r);
    p->less.into = wgi_pool_take(p->pool, p->at.nodes, sizeof *p->less.into);
    p->less.inside = wgi_pool_take(p->pool, p->view.items, 1);
    unsigned char *kept = wgi_pool_take(p->pool, p->at.nodes, 1),
                  *result = wgi_pool_take(p->pool, p->at.nodes, 1),
                  *linear = wgi_pool_take(p->pool, p->at.nodes, 1);
    int32_t *uses = wgi_pool_take(p->pool, p->at.nodes, sizeof *uses),
            *consumer = wgi_pool_take(p->pool, p->at.nodes, sizeof *consumer),
            *into = wgi_pool_take(p->pool, p->at.nodes, sizeof *into);
    if (p->pool->failed) return;
    *r = (reducer){ .p = p,
                    .kept = kept,
                    .result = result,
                    .linear = linear,
                    .uses = uses,
                    .consumer = consumer,
                    .into = into };
    p->less.reducer = r;
    for (int64_t i = 0; i < p->at.nodes; i++) into[i] = (int32_t)i;
    find_kept(r);
    wgi_find_results(p, result);
    count_uses(r);
}

int64_t wgi_reduce(wgi_picture *p)
{
    if (!p->less.reducer) start(p);
    if (!p->pool->failed) reduce(p->less.reducer);
    return p->pool->failed ? -1 : count_boxes(p);
}

wgi_reduction wgi_reduced_by(const wgi_picture *p, int step, bool opens_calls)
{
    wgi_picture q = *p;
    q.less = (wgi_reduction){ .reduced = step, .hidden = "", .opens_calls = opens_calls };
    if (wgi_reduce(&q) < 0) q.less.into = NULL;
    return q.less;
}

void wgi_forget_reduced(wgi_picture *p)
{
    wgi_picture_clear_boxes(p);
    p->less.into = NULL, p->less.inside = NULL, p->less.run = NULL, p->less.reducer = NULL;
    p->less.runs = p->less.alike = 0, p->less.looked_for_alike = p->less.folds_series = false;
}
