/* layout_ranks.c: a level's ranks.
 *
 * A search in depth finds the hops that close circles; these run around. The others give each node the
 * least rank after all its sources; then nodes that more weight draws forward than back go as far forward
 * as they can. A hop over several ranks gets virtual nodes, which hops from the same place share.
 */
#include "layout/layout_private.h"

#include <stdlib.h>
#include <string.h>

/* More virtual nodes than this and four for each node: the longest hops run around instead. */
enum { VIRTUAL_MOST = 100000 };

typedef struct ranking {
    wgi_lay_work *k;
    int *first, *out;    /* the hops from each node that constrain ranks */
    int *state, *at;     /* of the search: 0 new, 1 on the way, 2 done; the next hop to look at */
    int *stack, *sorted; /* nodes; sorted: targets first */
    int done;
    double *pull; /* the weight of the hops from a node less that of the hops to it */
} ranking;

static wgi_lay_hop *hop_at(const wgi_lay_work *k, int i) { return &k->s->hop[k->l->hop[i]]; }
static int local(const wgi_lay_work *k, int node) { return k->s->node[node].local; }

/* A hop of an entry or exit constrains nothing: these stand before the first and after the last rank. */
static bool constrains(const wgi_lay_work *k, const wgi_lay_hop *h)
{
    return !h->loose && !h->around && h->from != h->to && k->s->node[h->from].kind != WGI_LAY_ENTRY &&
           k->s->node[h->to].kind != WGI_LAY_EXIT;
}

static void list_outs(ranking *r)
{
    const wgi_lay_work *k = r->k;
    memset(r->first, 0, (size_t)(k->l->nodes + 2) * sizeof *r->first);
    for (int i = 0; i < k->l->hops; i++)
        if (constrains(k, hop_at(k, i))) r->first[local(k, hop_at(k, i)->from) + 2]++;
    for (int i = 0; i < k->l->nodes; i++) r->first[i + 2] += r->first[i + 1];
    for (int i = 0; i < k->l->hops; i++)
        if (constrains(k, hop_at(k, i))) r->out[r->first[local(k, hop_at(k, i)->from) + 1]++] = i;
}

/* Sorts the nodes below this one, and lets hops back to a node on the way run around. */
static void search(ranking *r, int from)
{
    int top = 0;
    r->stack[top++] = from, r->state[from] = 1;
    while (top) {
        int n = r->stack[top - 1];
        r->k->s->l->steps++;
        if (r->at[n] == r->first[n + 1]) {
            r->state[n] = 2, r->sorted[r->done++] = n, top--;
            continue;
        }
        wgi_lay_hop *h = hop_at(r->k, r->out[r->at[n]++]);
        int to = local(r->k, h->to);
        if (r->state[to] == 1) h->around = true;
        else if (!r->state[to]) r->state[to] = 1, r->stack[top++] = to;
    }
}

static void sort_nodes(ranking *r)
{
    int n = r->k->l->nodes;
    list_outs(r);
    for (int i = 0; i < n; i++) r->at[i] = r->first[i];
    for (int i = 0; i < n; i++)
        if (!r->state[i]) search(r, i);
    list_outs(r); /* without those that run around */
}

static void longest_paths(ranking *r)
{
    for (int i = r->done - 1; i >= 0; i--) {
        int from = r->sorted[i], rank = wgi_lay_at(r->k, from)->rank;
        for (int j = r->first[from]; j < r->first[from + 1]; j++) {
            const wgi_lay_hop *h = hop_at(r->k, r->out[j]);
            wgi_lay_node *to = &r->k->s->node[h->to];
            to->rank = WGI_LAY_MAX(to->rank, rank + 1);
            r->pull[from] += h->weight, r->pull[to->local] -= h->weight;
        }
    }
}

static void tighten(ranking *r)
{
    for (int i = 0; i < r->done; i++) {
        int from = r->sorted[i], rank = INT32_MAX;
        for (int j = r->first[from]; j < r->first[from + 1]; j++)
            rank = WGI_LAY_MIN(rank, r->k->s->node[hop_at(r->k, r->out[j])->to].rank - 1);
        if (rank < INT32_MAX && r->pull[from] > 0) wgi_lay_at(r->k, from)->rank = rank;
    }
}

/* The ranks begin at 0. Entries have the first, exits the last one for themselves. */
static void finish_ranks(wgi_lay_work *k)
{
    int least = INT32_MAX, most = -1;
    bool exits = false;
    for (int i = 0; i < k->l->nodes; i++) {
        const wgi_lay_node *n = wgi_lay_at(k, i);
        k->l->entries |= n->kind == WGI_LAY_ENTRY, exits |= n->kind == WGI_LAY_EXIT;
        if (n->kind >= WGI_LAY_ENTRY) continue;
        least = WGI_LAY_MIN(least, n->rank), most = WGI_LAY_MAX(most, n->rank);
    }
    int shift = k->l->entries - least;
    for (int i = 0; i < k->l->nodes; i++) {
        wgi_lay_node *n = wgi_lay_at(k, i);
        n->rank = n->kind == WGI_LAY_ENTRY ? 0 : n->kind == WGI_LAY_EXIT ? most + shift + 1 : n->rank + shift;
    }
    k->l->ranks = most + shift + 1 + exits;
    for (int i = 0; i < k->l->hops; i++) {
        wgi_lay_hop *h = hop_at(k, i);
        h->around |= k->s->node[h->from].rank >= k->s->node[h->to].rank;
    }
}

/* ---- virtual nodes ---- */

/* The hops from one place in order of where they come from; within a place by edge. */
typedef struct start {
    int from, exit, edge, hop;
    double at;
} start;

static int compare_starts(const void *pa, const void *pb)
{
    const start *a = pa, *b = pb;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->exit != b->exit) return a->exit < b->exit ? -1 : 1;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

static bool same_start(const start *a, const start *b)
{
    return a->from == b->from && a->exit == b->exit && a->at == b->at;
}

static int span(const wgi_lay *s, const wgi_lay_hop *h)
{
    return s->node[h->to].rank - s->node[h->from].rank;
}

/* The virtual nodes that hops of at most `longest` ranks need. */
static int64_t virtual_nodes(const wgi_lay *s, const start *list, int n, int longest)
{
    int64_t sum = 0;
    for (int i = 0, most = 0; i < n; i++) {
        const wgi_lay_hop *h = &s->hop[list[i].hop];
        if (i && !same_start(&list[i], &list[i - 1])) most = 0;
        int d = h->around ? 0 : span(s, h) - 1;
        if (d > most && d < longest) sum += d - most, most = d;
    }
    return sum;
}

static void limit_spans(wgi_lay_work *k, const start *list, int n)
{
    int64_t most = VIRTUAL_MOST + 4 * (int64_t)k->l->nodes;
    int longest = k->l->ranks;
    while (longest > 2 && virtual_nodes(k->s, list, n, longest) > most) longest = longest / 2 + 1;
    for (int i = 0; i < n && longest < k->l->ranks; i++) {
        wgi_lay_hop *h = &k->s->hop[list[i].hop];
        h->around |= span(k->s, h) > longest;
    }
}

/* The last node before the target; trunk[rank] is the virtual node of this start there. */
static int reach(wgi_lay_work *k, wgi_lay_hop h, int *trunk, int *known, int level)
{
    int before = h.from;
    for (int r = k->s->node[h.from].rank + 1; r < k->s->node[h.to].rank; r++) {
        if (r > *known) {
            int v = wgi_lay_add_node(k->s, WGI_LAY_VIRTUAL, -1, level);
            if (v < 0) return -1;
            k->s->node[v].rank = r, k->s->node[v].prev = before;
            trunk[r] = v, *known = r;
        }
        before = trunk[r];
        k->s->node[before].twin |= h.twin;
        k->s->l->steps++;
    }
    return before;
}

static bool add_virtual(wgi_lay_work *k)
{
    int n = k->l->hops, level = (int)(k->l - k->s->level), known = -1;
    start *list = wgi_lay_alloc(k->s, n, sizeof *list);
    int *trunk = wgi_lay_alloc(k->s, k->l->ranks + 1, sizeof *trunk);
    if (!list || !trunk) return false;
    for (int i = 0; i < n; i++) {
        const wgi_lay_hop *h = hop_at(k, i);
        list[i] = (start){ h->from, h->from_exit, h->edge, k->l->hop[i], h->from_at };
    }
    if (n) qsort(list, (size_t)n, sizeof *list, compare_starts);
    limit_spans(k, list, n);
    for (int i = 0; i < n; i++) {
        wgi_lay_hop h = k->s->hop[list[i].hop];
        if (!i || !same_start(&list[i], &list[i - 1])) known = k->s->node[h.from].rank;
        if (h.around) continue;
        int last = reach(k, h, trunk, &known, level);
        if (last < 0) return false;
        k->s->hop[list[i].hop].last = last;
    }
    return true;
}

bool wgi_lay_rank(wgi_lay_work *k)
{
    ranking r = { .k = k };
    int64_t n = k->l->nodes;
    int *ints = wgi_lay_alloc(k->s, 5 * n + 2, sizeof *ints);
    r.out = wgi_lay_alloc(k->s, k->l->hops, sizeof *r.out);
    r.pull = wgi_lay_alloc(k->s, n, sizeof *r.pull);
    if (!ints || !r.out || !r.pull) return false;
    r.state = ints, r.at = ints + n, r.stack = ints + 2 * n, r.sorted = ints + 3 * n, r.first = ints + 4 * n;
    sort_nodes(&r);
    longest_paths(&r);
    tighten(&r);
    finish_ranks(k);
    k->real = k->l->nodes, k->all = k->s->nodes;
    return add_virtual(k);
}

bool wgi_lay_rank_again(wgi_lay_work *k)
{
    k->l->nodes = k->real, k->s->nodes = k->all;
    return add_virtual(k);
}
