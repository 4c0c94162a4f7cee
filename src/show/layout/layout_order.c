/* layout_order.c: the order of a level's nodes in each rank.
 *
 * It starts with a search in depth from the sinks: the operands of a node in order, then its other uses.
 * So in a tree no edges cross, and the first operand is above. Then sweeps put each node at the median of
 * its neighbours in the next rank, and neighbours change places where that saves crossings. The best
 * order is kept.
 */
#include "layout/layout_private.h"
#include "wgx/base.h"

#include <stdlib.h>
#include <string.h>

/* Sweeps over small levels, and over what number of segs together at most; the nodes of a level, and the
 * pairs of segs of two nodes, up to which neighbours change places. */
enum { SWEEPS = 24, SWEPT = 600000, SWAPPED_NODES = 1500, SWAPPED_PAIRS = 4000, SWAP_ROUNDS = 6 };

/* ---- segs ---- */

typedef struct keyed {
    int edge, seg;
    wgi_lay_seg s;
} keyed;

static int compare_keyed(const void *pa, const void *pb)
{
    const keyed *a = pa, *b = pb;
    if (a->edge != b->edge) return a->edge < b->edge ? -1 : 1;
    return (a->seg > b->seg) - (a->seg < b->seg);
}

/* The place of the first of the edges that pass a thin node, from the node's first v. */
static double wire(const wgi_lay_node *n) { return n->twin ? (n->h - WGI_LAY_BESIDE) / 2 : n->h / 2; }

/* Where a hop or seg meets a node, from its first v. */
static double port(const wgi_lay *s, int node, int inside, double at)
{
    const wgi_lay_node *n = &s->node[node];
    if (inside >= 0) return s->node[inside].v + wire(&s->node[inside]);
    if (wgi_lay_is_thin(n)) return wire(n);
    return at < 0 || at > n->h ? n->h / 2 : at;
}

static void add_seg(wgi_lay_work *k, keyed *list, int a, double pa, int b, double pb, const wgi_lay_hop *h)
{
    const wgi_lay *s = k->s;
    wgi_lay_seg seg = { s->node[a].local, s->node[b].local, pa, pb, h->weight, h->edge };
    list[k->segs] = (keyed){ h->edge, k->segs, seg };
    k->segs++;
}

/* The segs of a hop from its target back to where another hop has made them already. */
static void add_segs(wgi_lay_work *k, keyed *list, const wgi_lay_hop *h, bool *made)
{
    const wgi_lay *s = k->s;
    int b = h->to, a = h->last;
    double pb = port(s, h->to, h->to_entry, h->to_at);
    for (;; b = a, a = s->node[a].prev) {
        bool start = a == h->from;
        add_seg(k, list, a, start ? port(s, a, h->from_exit, h->from_at) : wire(&s->node[a]), b, pb, h);
        if (start || made[s->node[a].local]) return;
        made[s->node[a].local] = true;
        pb = wire(&s->node[a]);
    }
}

static void fill_lists(wgi_lay_work *k)
{
    int n = k->l->nodes;
    for (int i = 0; i < k->segs; i++) k->out_first[k->seg[i].a + 2]++, k->in_first[k->seg[i].b + 2]++;
    for (int i = 0; i < n; i++)
        k->out_first[i + 2] += k->out_first[i + 1], k->in_first[i + 2] += k->in_first[i + 1];
    for (int i = 0; i < k->segs; i++) {
        k->out[k->out_first[k->seg[i].a + 1]++] = i;
        k->in[k->in_first[k->seg[i].b + 1]++] = i;
    }
}

static bool make_segs(wgi_lay_work *k)
{
    wgi_lay *s = k->s;
    int64_t n = k->l->nodes, most = n + k->l->hops;
    keyed *list = wgi_lay_alloc(s, most, sizeof *list);
    bool *made = wgi_lay_alloc(s, n, sizeof *made);
    int *ints = wgi_lay_alloc(s, 2 * (n + 2) + 2 * most, sizeof *ints);
    k->seg = wgi_lay_alloc(s, most, sizeof *k->seg);
    if (!list || !made || !ints || !k->seg) return false;
    k->in_first = ints, k->out_first = ints + n + 2, k->in = ints + 2 * (n + 2), k->out = k->in + most;
    for (int i = 0; i < k->l->nodes; i++) {
        wgi_lay_node *v = wgi_lay_at(k, i);
        if (wgi_lay_is_thin(v)) v->h = v->twin ? 2 * WGI_LAY_BESIDE : 2;
    }
    for (int i = 0; i < k->l->hops; i++)
        if (!s->hop[k->l->hop[i]].around) add_segs(k, list, &s->hop[k->l->hop[i]], made);
    if (k->segs) qsort(list, (size_t)k->segs, sizeof *list, compare_keyed);
    for (int i = 0; i < k->segs; i++) k->seg[i] = list[i].s;
    fill_lists(k);
    return true;
}

/* ---- the first order ---- */

typedef struct ordering {
    wgi_lay_work *k;
    int *filled; /* by rank: slots in use */
    int *best;   /* slots of the best order */
    bool *free;  /* by slot of a rank: its node has neighbours and may go */
    int *stack;
} ordering;

static void take_slot(ordering *o, int n)
{
    wgi_lay_node *v = wgi_lay_at(o->k, n);
    v->order = o->filled[v->rank]++;
    o->k->slot[o->k->slot_first[v->rank] + v->order] = n;
}

static void visit(ordering *o, int sink)
{
    wgi_lay_work *k = o->k;
    int top = 0;
    o->stack[top++] = sink;
    while (top) {
        int n = o->stack[--top];
        if (wgi_lay_at(k, n)->order >= 0) continue;
        take_slot(o, n);
        for (int i = k->out_first[n + 1] - 1; i >= k->out_first[n]; i--)
            if (wgi_lay_at(k, k->seg[k->out[i]].b)->order < 0) o->stack[top++] = k->seg[k->out[i]].b;
        for (int i = k->in_first[n + 1] - 1; i >= k->in_first[n]; i--)
            if (wgi_lay_at(k, k->seg[k->in[i]].a)->order < 0) o->stack[top++] = k->seg[k->in[i]].a;
    }
}

static void first_order(ordering *o)
{
    wgi_lay_work *k = o->k;
    for (int i = 0; i < k->l->nodes; i++) wgi_lay_at(k, i)->order = -1;
    for (int i = 0; i < k->l->nodes; i++)
        if (k->out_first[i] == k->out_first[i + 1]) visit(o, i); /* nothing, if it was visited */
    for (int i = 0; i < k->l->nodes; i++)
        if (wgi_lay_at(k, i)->order < 0) visit(o, i);
}

/* ---- counting ---- */

/* Positions of ends, with 4096 places in a node for ports. */
static int64_t end_key(const wgi_lay_work *k, int n, double p)
{
    const wgi_lay_node *v = wgi_lay_at(k, n);
    return (int64_t)v->order * 4096 + (int64_t)(v->h > 0 ? p / v->h * 4095 : 0);
}

typedef struct ends {
    int64_t a, b;
} ends;

static int compare_ends(const void *px, const void *py)
{
    const ends *x = px, *y = py;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Sorts by b, and counts the pairs that stood in the wrong order. */
static int64_t inversions(ends *e, ends *spare, int n)
{
    if (n < 2) return 0;
    int half = n / 2, i = 0, j = half;
    int64_t count = inversions(e, spare, half) + inversions(e + half, spare, n - half);
    for (int to = 0; to < n; to++) {
        bool left = j == n || (i < half && e[i].b <= e[j].b);
        if (!left) count += half - i;
        spare[to] = e[left ? i++ : j++];
    }
    memcpy(e, spare, (size_t)n * sizeof *e);
    return count;
}

static int64_t count_crossings(const ordering *o, ends *e, ends *spare)
{
    const wgi_lay_work *k = o->k;
    int64_t count = 0;
    for (int r = 0; r + 1 < k->l->ranks; r++) {
        int n = 0;
        for (int i = k->slot_first[r]; i < k->slot_first[r + 1]; i++)
            for (int j = k->out_first[k->slot[i]]; j < k->out_first[k->slot[i] + 1]; j++) {
                const wgi_lay_seg *s = &k->seg[k->out[j]];
                e[n++] = (ends){ end_key(k, s->a, s->pa), end_key(k, s->b, s->pb) };
            }
        if (n) qsort(e, (size_t)n, sizeof *e, compare_ends);
        count += inversions(e, spare, n);
        k->s->l->steps += n;
    }
    return count;
}

/* ---- sweeps ---- */

static double median(const wgi_lay_work *k, int n, bool of_in, double *at)
{
    const int *list = of_in ? k->in : k->out, *first = of_in ? k->in_first : k->out_first;
    int count = first[n + 1] - first[n];
    for (int i = 0; i < count; i++) {
        const wgi_lay_seg *s = &k->seg[list[first[n] + i]];
        at[i] = (double)end_key(k, of_in ? s->a : s->b, of_in ? s->pa : s->pb);
    }
    if (!count) return -1;
    wgx_sort(at, (size_t)count);
    return count % 2 ? at[count / 2] : (at[count / 2 - 1] + at[count / 2]) / 2;
}

typedef struct wish {
    double at;
    int order, node;
} wish;

static int compare_wishes(const void *pa, const void *pb)
{
    const wish *a = pa, *b = pb;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* Nodes without neighbours there keep their slots; the others are sorted into the other slots. */
static void sort_rank(ordering *o, int rank, bool by_in, wish *w, double *at)
{
    wgi_lay_work *k = o->k;
    int *slot = k->slot + k->slot_first[rank], size = k->slot_first[rank + 1] - k->slot_first[rank], n = 0;
    for (int i = 0; i < size; i++) {
        double m = median(k, slot[i], by_in, at);
        o->free[i] = m >= 0;
        if (m >= 0) w[n++] = (wish){ m, i, slot[i] };
    }
    if (n) qsort(w, (size_t)n, sizeof *w, compare_wishes);
    for (int i = 0, j = 0; i < size; i++)
        if (o->free[i]) slot[i] = w[j++].node;
    for (int i = 0; i < size; i++) wgi_lay_at(k, slot[i])->order = i;
}

/* The crossings of the segs of u, above, with those of v, below it; `swapped`: if they changed places. */
static void pair_crossings(const wgi_lay_work *k, int u, int v, const int *list, const int *first, bool in,
                           int64_t *now, int64_t *swapped)
{
    for (int i = first[u]; i < first[u + 1]; i++)
        for (int j = first[v]; j < first[v + 1]; j++) {
            const wgi_lay_seg *s = &k->seg[list[i]], *t = &k->seg[list[j]];
            int64_t a = end_key(k, in ? s->a : s->b, in ? s->pa : s->pb),
                    b = end_key(k, in ? t->a : t->b, in ? t->pa : t->pb);
            *now += a > b, *swapped += a < b;
        }
}

static bool swap_helps(const wgi_lay_work *k, int u, int v)
{
    int64_t now = 0, swapped = 0;
    int64_t ins = (int64_t)(k->in_first[u + 1] - k->in_first[u]) * (k->in_first[v + 1] - k->in_first[v]),
            outs = (int64_t)(k->out_first[u + 1] - k->out_first[u]) * (k->out_first[v + 1] - k->out_first[v]);
    if (ins + outs > SWAPPED_PAIRS) return false;
    k->s->l->steps += ins + outs;
    pair_crossings(k, u, v, k->in, k->in_first, true, &now, &swapped);
    pair_crossings(k, u, v, k->out, k->out_first, false, &now, &swapped);
    return swapped < now;
}

static void swap_neighbours(ordering *o)
{
    wgi_lay_work *k = o->k;
    bool helped = true;
    for (int round = 0; round < SWAP_ROUNDS && helped; round++) {
        helped = false;
        for (int r = 0; r < k->l->ranks; r++)
            for (int i = k->slot_first[r]; i + 1 < k->slot_first[r + 1]; i++) {
                int u = k->slot[i], v = k->slot[i + 1];
                if (!swap_helps(k, u, v)) continue;
                k->slot[i] = v, k->slot[i + 1] = u, helped = true;
                wgi_lay_at(k, v)->order--, wgi_lay_at(k, u)->order++;
            }
    }
}

static void sweep(ordering *o, bool forward, wish *w, double *at)
{
    int ranks = o->k->l->ranks;
    for (int i = 1; i < ranks; i++) sort_rank(o, forward ? i : ranks - 1 - i, forward, w, at);
    if (o->k->l->nodes <= SWAPPED_NODES) swap_neighbours(o);
}

static bool reduce(ordering *o)
{
    wgi_lay_work *k = o->k;
    int n = k->l->nodes, sweeps = k->segs ? WGI_LAY_MIN(SWEEPS, WGI_LAY_MAX(2, SWEPT / k->segs)) : 0;
    ends *e = wgi_lay_alloc(k->s, 2 * (int64_t)k->segs, sizeof *e);
    wish *w = wgi_lay_alloc(k->s, n, sizeof *w);
    double *at = wgi_lay_alloc(k->s, k->segs, sizeof *at);
    o->free = wgi_lay_alloc(k->s, n, sizeof *o->free);
    o->best = wgi_lay_alloc(k->s, n, sizeof *o->best);
    if (!e || !w || !at || !o->free || !o->best) return false;
    int64_t best = count_crossings(o, e, e + k->segs);
    memcpy(o->best, k->slot, (size_t)n * sizeof *k->slot);
    for (int i = 0; i < sweeps && best; i++) {
        if (i == 0 && n <= SWAPPED_NODES) swap_neighbours(o);
        else sweep(o, i % 2, w, at);
        int64_t now = count_crossings(o, e, e + k->segs);
        if (now >= best) continue;
        best = now;
        memcpy(o->best, k->slot, (size_t)n * sizeof *k->slot);
    }
    memcpy(k->slot, o->best, (size_t)n * sizeof *k->slot);
    for (int r = 0; r < k->l->ranks; r++)
        for (int i = k->slot_first[r]; i < k->slot_first[r + 1]; i++)
            wgi_lay_at(k, k->slot[i])->order = i - k->slot_first[r];
    k->crossings = best;
    return true;
}

bool wgi_lay_order(wgi_lay_work *k)
{
    ordering o = { .k = k };
    int64_t n = k->l->nodes;
    k->segs = 0;
    if (!make_segs(k)) return false;
    k->slot = wgi_lay_alloc(k->s, n, sizeof *k->slot);
    k->slot_first = wgi_lay_alloc(k->s, k->l->ranks + 1, sizeof *k->slot_first);
    o.filled = wgi_lay_alloc(k->s, k->l->ranks, sizeof *o.filled);
    o.stack = wgi_lay_alloc(k->s, n + 2 * (int64_t)k->segs, sizeof *o.stack);
    if (!k->slot || !k->slot_first || !o.filled || !o.stack) return false;
    for (int i = 0; i < n; i++) k->slot_first[wgi_lay_at(k, i)->rank + 1]++;
    for (int r = 0; r < k->l->ranks; r++) k->slot_first[r + 1] += k->slot_first[r];
    first_order(&o);
    return reduce(&o);
}
