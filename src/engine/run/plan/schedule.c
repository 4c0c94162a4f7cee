/* schedule.c: which nodes a plan computes, which equal nodes it computes once, and in which item each is
 * computed. Invariant: items are run in the order of their numbers, from 1. A node is in no earlier item
 * than its operands. */
#include "run/plan/plan.h"

static bool is_map(const wg_op *op) { return op->kind == WG_MAP || op->kind == WG_RANDOM; }
static bool held(const wgi_work *w, uint32_t i) { return i < w->end && w->s->held[i]; }
bool wgi_work_given(const wgi_work *w, uint32_t i) { return wgi_is_leaf(&w->node[i]) || held(w, i); }

/* Operand k of n. If the operand only repeats another node, and n's kernel broadcasts by itself, it is
 * that other node. */
static uint32_t source(const wgi_work *w, const wgi_node *n, uint32_t k)
{
    uint32_t x = wgi_in(n)[k];
    if (n->op->kind == WG_MAP && n->operands > 1 && !n->op->shape)
        while (wgx_hints(w->node[x].op)->repeats && !held(w, x)) x = w->node[x].in[0];
    return x;
}

uint32_t wgi_work_in(const wgi_work *w, const wgi_node *n, uint32_t k) { return w->rep[source(w, n, k)]; }

/* ---- which nodes ---- */

static void want(wgi_work *w, uint32_t i)
{
    w->need[i] = 1;
    w->need[i - w->node[i].output] = 1;
}

static void mark_needed(wgi_work *w)
{
    for (int i = 0; i < w->asked->count; i++) want(w, w->asked->node[i]);
    for (uint32_t i = w->n; i-- > 1;) {
        const wgi_node *n = &w->node[i];
        if (!w->need[i] || wgi_work_given(w, i)) continue;
        WGI_EACH_OPERAND(k, n) want(w, source(w, n, k));
        if (!n->output) /* a kernel computes all its outputs */
            for (int k = 1; k < wgi_outputs(n->op); k++) w->need[i + (uint32_t)k] = 1;
    }
}

/* ---- equal nodes and products with 1 are computed once ---- */

static uint64_t equal_hash(const wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    uint64_t h = wgi_mix((uint64_t)(uintptr_t)n->op, (uint64_t)(uintptr_t)n->shape ^ n->dtype);
    if (wgi_is_leaf(n)) return wgi_mix(h, *n->cell);
    WGI_EACH_OPERAND(k, n) h = wgi_mix(h, wgi_work_in(w, n, k));
    return n->op->attr_size ? wgi_mix(h, wgi_attr_hash(n->op, n->attr)) : h;
}

static bool equal(const wgi_work *w, uint32_t i, uint32_t j)
{
    const wgi_node *a = &w->node[i], *b = &w->node[j];
    if (!wgi_same_kind(a, b)) return false;
    if (wgi_is_leaf(a)) return *a->cell == *b->cell;
    WGI_EACH_OPERAND(k, a)
        if (wgi_work_in(w, a, k) != wgi_work_in(w, b, k)) return false;
    return true;
}

static bool can_be_merged(const wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (wgi_is_leaf(n)) /* a number of a derivative rule; a user's number may be another at the next run */
        return i >= w->end && n->op == &wgi_op_number && !(w->said && w->said[i]);
    return w->need[i] && !held(w, i) && !n->op->impure && n->op->kind != WG_RANDOM && wgi_outputs(n->op) == 1;
}

/* If i is a product of x and the number 1 of a derivative rule: x. Otherwise 0. */
static uint32_t other_of_unit(const wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    for (uint32_t k = 0; k < 2 && wgx_hints(n->op)->unit != 0 && n->operands == 2; k++) {
        uint32_t x = wgi_work_in(w, n, 1 - k), one = wgi_work_in(w, n, k);
        const wgi_node *u = &w->node[one];
        if (one >= w->end && u->op == &wgi_op_number && u->number == wgx_hints(n->op)->unit &&
            !(w->said && w->said[one]) && w->node[x].shape == n->shape)
            return x;
    }
    return 0;
}

static void merge_equal(wgi_work *w)
{
    uint32_t size = 16;
    while (size < 2 * w->n) size *= 2;
    wgi_place place = wgi_temp_place(w->g);
    uint32_t *table = wgi_work_temp(w, size, sizeof *table);
    for (uint32_t i = 0; i < w->n; i++) w->rep[i] = i;
    for (uint32_t i = 1; table && i < w->n; i++) {
        if (!can_be_merged(w, i)) continue;
        w->rep[i] = other_of_unit(w, i);
        if (w->rep[i]) continue;
        w->rep[i] = i;
        uint32_t s = (uint32_t)(equal_hash(w, i) >> 16) & (size - 1);
        for (; table[s] && !equal(w, table[s], i); w->probes++) s = (s + 1) & (size - 1);
        if (table[s]) w->rep[i] = table[s];
        else table[s] = i;
    }
    wgi_temp_rewind(w->g, place);
}

/* ---- items ---- */

/* Whether node i is part of the memory of its first operand. Then it needs no step. It counts as computed
 * when all its operands are: the nodes of recomputed parts wait by that. */
static bool aliases(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (n->op->kind != WG_ALIAS) return false;
    wg_type xt[8], yt = wgi_type_of(n);
    wgi_signature s = wgi_signature_of(n, NULL, xt, &yt);
    s.operands = WGI_MIN(s.operands, 8);
    for (int k = 0; k < s.operands; k++) xt[k] = wgi_type_of(&w->node[wgi_in(n)[k]]);
    wg_kernel question = wgi_kernel_question(&s);
    int64_t at = w->runs[i] ? w->runs[i]->from : wgx_hints(n->op)->alias(&question);
    if (at < 0) return false;
    uint32_t x = w->rep[wgi_in(n)[0]];
    w->base[i] = w->base[x];
    w->offset[i] = w->offset[x] + at * (int64_t)wg_dtype_size((wg_dtype)n->dtype);
    w->at[i] = w->at[x];
    for (uint32_t k = 1; k < n->operands; k++) w->at[i] = WGI_MAX(w->at[i], w->at[w->rep[wgi_in(n)[k]]]);
    return true;
}

static uint32_t new_item(wgi_work *w, wgi_plan_item t)
{
    w->items = wgi_work_grow(w, w->items, &w->item_capacity, w->item_count + 1, sizeof *w->items);
    if (w->failed) return 0;
    w->items[w->item_count] = t;
    return (uint32_t)w->item_count++;
}

static void add_member(wgi_work *w, uint32_t t, uint32_t i)
{
    wgi_plan_item *s = &w->items[t];
    if (s->count++) w->next[s->last] = i;
    else s->first = i;
    s->last = i;
    w->at[i] = t;
}

bool wgi_work_is_fold(const wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    return wgx_hints(n->op)->fold && !wgi_without(w->g->c, WG_WITHOUT_TILES) && wgi_size(n->shape) == 1 &&
           wgi_size(w->node[n->in[0]].shape) > 0;
}

/* The first item that may compute i, an elementwise node or fold over elements of `shape`. */
static uint32_t earliest(const wgi_work *w, uint32_t i, const wg_shape *shape)
{
    const wgi_node *n = &w->node[i];
    uint32_t bound = 1;
    WGI_EACH_OPERAND(k, n) {
        uint32_t x = wgi_work_in(w, n, k), t = w->at[x];
        bool beside = t && w->items[t].tiles && w->items[t].shape == shape && w->node[x].shape == shape &&
                      w->base[x] == x;
        bound = WGI_MAX(bound, beside ? t : t + 1);
    }
    return bound;
}

enum { TRIES = 24 }; /* items that are looked at for a node, so that scheduling is linear */

static bool has_room(const wgi_plan_item *s, const wg_shape *shape, uint32_t guard)
{
    return s->tiles && s->shape == shape && s->count < WGI_MEMBERS && s->guard == guard;
}

/* Whether x, an operand of a node of item t, is alone in an earlier item and nothing else reads it. Of its
 * own operands one at most is as large: that one is kept until t instead of x, so no memory is lost. */
static bool can_wait(const wgi_work *w, uint32_t x, uint32_t t)
{
    const wgi_node *n = &w->node[x];
    const wgi_plan_item *s = &w->items[w->at[x]];
    int large = 0;
    if (!w->at[x] || w->at[x] == t || w->base[x] != x || n->op->kind != WG_MAP || w->readers[x] != 1 ||
        !s->tiles || s->count != 1 || s->shape != w->items[t].shape || s->guard != w->items[t].guard ||
        wgi_may_stay(w, x))
        return false;
    WGI_EACH_OPERAND(k, n) large += wgi_size(w->node[wgi_work_in(w, n, k)].shape) == wgi_size(s->shape);
    return large <= 1;
}

/* Moves such operands of i to item t, which i will join: they were placed as early as possible, but only i
 * needs them. Their items stay empty. */
static void move_operands(wgi_work *w, uint32_t i, uint32_t t)
{
    const wgi_node *n = &w->node[i];
    for (uint32_t k = 0; k < n->operands && w->items[t].count < WGI_MEMBERS - 1; k++) {
        const uint32_t x = wgi_work_in(w, n, k);
        if (!can_wait(w, x, t)) continue;
        w->items[w->at[x]].count = 0;
        add_member(w, t, x);
    }
}

static void remove_empty_items(wgi_work *w)
{
    uint32_t *to = wgi_work_temp(w, w->item_count, sizeof *to), count = 1;
    for (uint32_t t = 1; t < w->item_count && !w->failed; t++)
        if (w->items[t].count) {
            w->items[count] = w->items[t];
            to[t] = count++;
        }
    if (w->failed) return;
    for (uint32_t i = 1; i < w->n; i++) w->at[i] = to[w->at[i]];
    w->item_count = count;
}

static void place_elementwise(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    bool fold = wgi_work_is_fold(w, i);
    const uint32_t guard = w->guard[i];
    const wg_shape *shape = fold ? w->node[n->in[0]].shape : n->shape;
    uint32_t end = (uint32_t)w->item_count,
             t = wgi_without(w->g->c, WG_WITHOUT_TILES) ? end : earliest(w, i, shape);
    for (uint32_t k = 0; t < end && k < TRIES && !has_room(&w->items[t], shape, guard); k++) t++;
    if (t >= end || !has_room(&w->items[t], shape, guard))
        t = new_item(w, (wgi_plan_item){ .tiles = true, .shape = shape, .guard = guard });
    if (w->failed) return;
    if (!fold) move_operands(w, i, t);
    add_member(w, t, i);
    if (fold) {
        uint32_t f =
            new_item(w, (wgi_plan_item){ .finish = true, .first = i, .last = i, .count = 1, .guard = guard });
        w->at[i] = f; /* whoever reads its value must come after the second phase */
    }
}

static void place(wgi_work *w, uint32_t i);

/* Places i and the node that it is paired with, after the nodes that the latter needs. */
static void place_pair(wgi_work *w, uint32_t i)
{
    wgi_cone c;
    wgi_pair_cone(w, i, w->pair[i], &c);
    for (int k = 0; k < c.count; k++) place(w, c.node[k]);
    const uint32_t t = new_item(w, (wgi_plan_item){ .shape = w->node[i].shape, .guard = w->guard[i] });
    if (w->failed) return;
    add_member(w, t, i);
    add_member(w, t, w->pair[i]);
    w->base[w->pair[i]] = w->pair[i];
}

static void place(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (w->at[i]) return; /* as part of a pair or of its cone */
    w->base[i] = i;
    if (!w->need[i] || w->rep[i] != i || wgi_work_given(w, i) || (!n->output && aliases(w, i))) return;
    if (n->output) w->at[i] = w->at[i - n->output];
    else if (is_map(n->op) && wgi_size(n->shape) == 0) return;
    else if (is_map(n->op) || wgi_work_is_fold(w, i)) place_elementwise(w, i);
    else if (w->pair[i]) place_pair(w, i);
    else {
        add_member(w, new_item(w, (wgi_plan_item){ .shape = n->shape, .guard = w->guard[i] }), i);
        w->row_kernels |= n->op->rows != NULL;
    }
}

/* The scalars of a derivative that no item has to come before, as 1 / n of a mean, have the first item.
 * Beside a scalar that needs the loss they would come after its sum, and with them the whole gradient: it
 * would go to memory and back. */
static void first_item(wgi_work *w)
{
    uint32_t i = w->end;
    while (i < w->n && (w->node[i].op->kind != WG_MAP || w->node[i].shape->rank)) i++;
    if (i < w->n) new_item(w, (wgi_plan_item){ .tiles = true, .shape = w->node[i].shape });
}

static void schedule(wgi_work *w)
{
    new_item(w, (wgi_plan_item){ 0 });
    first_item(w);
    for (uint32_t i = 1; i < w->n && !w->failed; i++) place(w, i);
    if (!w->failed) remove_empty_items(w);
}

/* ---- who reads a value, and where it is stored ---- */

static void use(wgi_work *w, uint32_t x, uint32_t by_item, bool inside)
{
    const uint32_t b = w->base[w->rep[x]], group = w->items[by_item].group;
    const wgi_store least = group && w->items[w->at[b]].group == group ? WGI_IN_BLOCK : WGI_IN_WORK;
    w->last[b] = WGI_MAX(w->last[b], by_item);
    if (!inside) w->store[b] = WGI_MAX(w->store[b], least);
}

/* All outputs of an op become results together: a later request that finds one of them takes all for
 * computed. */
static void result(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[w->rep[i]];
    uint32_t first = w->rep[i] - n->output;
    for (int k = 0; k < wgi_outputs(n->op); k++) w->store[w->base[first + (uint32_t)k]] = WGI_IN_RESULTS;
}

/* No later request finds a node of the derivative, so the other outputs of its op need not stay. */
static void gradient_result(wgi_work *w, uint32_t i)
{
    if (w->rep[i] < w->end) result(w, i);
    else w->asked_for[w->rep[i]] = 1, w->store[w->base[w->rep[i]]] = WGI_IN_RESULTS;
}

/* Notes that the run leaves the value of node i behind, and those of the other outputs of its op. */
static void ask_for(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    for (int k = 0; k < wgi_outputs(n->op); k++) w->asked_for[i - n->output + (uint32_t)k] = 1;
}

/* Notes what member m of item t reads, and what it must write to memory. */
static void find_uses(wgi_work *w, uint32_t t, uint32_t m)
{
    const wgi_node *n = &w->node[m];
    const wgi_plan_item *s = &w->items[t];
    WGI_EACH_OPERAND(k, n) {
        uint32_t x = wgi_work_in(w, n, k);
        use(w, x, t, s->tiles && w->at[x] == t && w->base[x] == x);
    }
    for (int k = 0; k < wgi_outputs(n->op) && (!s->tiles || wgi_work_is_fold(w, m)); k++)
        w->store[m + (uint32_t)k] = WGI_MAX(w->store[m + (uint32_t)k], s->group ? WGI_IN_BLOCK : WGI_IN_WORK);
}

bool wgi_work_spares(const wgi_work *w, uint32_t i)
{
    if (!w->need[i] || wgi_work_given(w, i) || w->asked_for[i] || w->base[i] != i) return false;
    return wgi_may_stay(w, i);
}

static void find_all_uses(wgi_work *w)
{
    for (uint32_t t = 1; t < w->item_count; t++) {
        if (w->items[t].guard) use(w, w->items[t].guard, t, false);
        for (uint32_t m = w->items[t].first, k = 0; k < w->items[t].count && !w->items[t].finish; k++) {
            find_uses(w, t, m);
            m = w->next[m];
        }
    }
    for (int i = 0; i < w->asked->values; i++) result(w, w->asked->node[i]);
    for (int i = w->asked->values; i < w->asked->count; i++) gradient_result(w, w->asked->node[i]);
    for (int i = 0; i < w->asked->values; i++) ask_for(w, w->asked->node[i]);
    for (uint32_t i = 1; i < w->end; i++)
        if (wgi_work_spares(w, i)) result(w, i);
}

void wgi_schedule(wgi_work *w)
{
    mark_needed(w);
    merge_equal(w);
    wgi_find_guards(w);
    if (!w->failed && !wgi_without(w->g->c, WG_WITHOUT_JOIN)) wgi_find_pairs(w);
    if (!w->failed) wgi_find_strided(w);
    if (!w->failed) schedule(w);
    if (!w->failed) wgi_find_rows(w);
    if (!w->failed) find_all_uses(w);
}
