/* layout_place.c: where the nodes of a level lie across the ranks.
 *
 * Segs that should be straight are chosen first: in each gap between ranks the heaviest set of which no two
 * cross, at most one for each end of a node. Nodes joined by chosen segs are one rigid block. Blocks that
 * are above one another in some rank have an order, which has no circles since no two chosen segs cross.
 * Then every block is drawn to the mean place of its neighbours, again and again: once with blocks pushed
 * down where they meet, once pushed up. The mean of both keeps all distances and is symmetrical.
 */
#include "layout/layout_private.h"

#include <string.h>

enum { PULLS = 60, PULLED = 400000, THIN_GAP = 6 };

typedef struct placing {
    wgi_lay_work *k;
    int *claimed;                /* by node: the seg with the greatest claim at its start */
    int *chosen_in, *chosen_out; /* by node: the straight seg, or -1 */
    int *block;                  /* by node */
    double *way;                 /* by node: the weight of the heaviest way to it */
    double *off;                 /* by node: its v from its block's */
    int blocks;
    int *member, *member_first;   /* nodes by block */
    int *sorted;                  /* blocks, upper ones first */
    double *y, *wish, *down, *up; /* by block */
} placing;

static int neighbour(const wgi_lay_work *k, int n, int step)
{
    const wgi_lay_node *v = wgi_lay_at(k, n);
    int i = k->slot_first[v->rank] + v->order + step;
    return i < k->slot_first[v->rank] || i >= k->slot_first[v->rank + 1] ? -1 : k->slot[i];
}

/* How far node b begins below the start of node a, its upper neighbour, at least. */
static double distance(const wgi_lay_work *k, int a, int b)
{
    const wgi_lay_node *x = wgi_lay_at(k, a), *y = wgi_lay_at(k, b);
    double gap = k->s->box_gap;
    if (wgi_lay_is_thin(x) && wgi_lay_is_thin(y)) gap = THIN_GAP;
    else if (wgi_lay_is_thin(x) || wgi_lay_is_thin(y)) gap = 0.6 * gap;
    return x->h + gap;
}

static bool in_one_row(const wgi_lay_work *k, const wgi_lay_seg *s)
{
    return k->l->row[wgi_lay_at(k, s->a)->rank] == k->l->row[wgi_lay_at(k, s->b)->rank];
}

/* ---- straight segs ---- */

/* Inner parts of long edges first, then segs between boxes by weight, then ends of long edges. */
static double claim(const wgi_lay_work *k, int seg)
{
    const wgi_lay_seg *s = &k->seg[seg];
    bool a = wgi_lay_at(k, s->a)->kind == WGI_LAY_VIRTUAL, b = wgi_lay_at(k, s->b)->kind == WGI_LAY_VIRTUAL;
    return s->weight * (a && b ? 1000 : a || b ? 1 : 2);
}

/* The seg with the greatest claim at an end of a node; among equals that from the longest way, so that the
 * main line of a picture is straight. -1: there is none, or two. */
static int greatest_claim(const placing *p, const int *list, int begin, int end)
{
    const wgi_lay_work *k = p->k;
    int best = -1;
    double most = 0, way = 0;
    bool tie = false;
    for (int i = begin; i < end; i++) {
        const wgi_lay_seg *s = &k->seg[list[i]];
        double c = in_one_row(k, s) ? claim(k, list[i]) : 0, w = p->way[s->a];
        if (c > most || (c == most && w > way)) best = list[i], most = c, way = w, tie = false;
        else if (c == most && w == way) tie = true;
    }
    return tie || most == 0 ? -1 : best;
}

/* The heaviest way to each node from where the level's edges begin. */
static void find_ways(placing *p)
{
    const wgi_lay_work *k = p->k;
    for (int i = 0; i < k->l->nodes; i++) {
        int n = k->slot[i];
        p->way[n] = 0;
        for (int j = k->in_first[n]; j < k->in_first[n + 1]; j++) {
            const wgi_lay_seg *s = &k->seg[k->in[j]];
            p->way[n] = WGI_LAY_MAX(p->way[n], p->way[s->a] + s->weight);
        }
    }
}

/* For the heaviest chain: by the order of b, the weight of the best chain that ends there or before, and
 * its seg. */
typedef struct best_chain {
    double weight;
    int seg;
} best_chain;

static best_chain chain_before(const best_chain *tree, int order)
{
    best_chain best = { 0, -1 };
    for (int i = order; i > 0; i -= i & -i)
        if (tree[i].weight > best.weight) best = tree[i];
    return best;
}

static void chain_ends(best_chain *tree, int size, int order, best_chain c)
{
    for (int i = order + 1; i <= size; i += i & -i)
        if (c.weight > tree[i].weight) tree[i] = c;
}

static void choose_in_gap(placing *p, int rank, best_chain *tree, int *before)
{
    wgi_lay_work *k = p->k;
    int size = k->slot_first[rank + 2] - k->slot_first[rank + 1];
    memset(tree, 0, (size_t)(size + 1) * sizeof *tree);
    for (int i = k->slot_first[rank]; i < k->slot_first[rank + 1]; i++) {
        int a = k->slot[i], seg = greatest_claim(p, k->out, k->out_first[a], k->out_first[a + 1]);
        if (seg < 0) continue;
        int b = k->seg[seg].b, order = wgi_lay_at(k, b)->order;
        if (p->claimed[b] != seg) continue;
        best_chain c = chain_before(tree, order);
        before[seg] = c.seg;
        chain_ends(tree, size, order, (best_chain){ c.weight + claim(k, seg), seg });
    }
    for (int seg = chain_before(tree, size).seg; seg >= 0; seg = before[seg])
        p->chosen_out[k->seg[seg].a] = p->chosen_in[k->seg[seg].b] = seg;
}

static bool choose(placing *p)
{
    wgi_lay_work *k = p->k;
    int n = k->l->nodes;
    best_chain *tree = wgi_lay_alloc(k->s, n + 1, sizeof *tree);
    int *before = wgi_lay_alloc(k->s, k->segs, sizeof *before);
    if (!tree || !before) return false;
    find_ways(p);
    for (int i = 0; i < n; i++) {
        p->chosen_in[i] = p->chosen_out[i] = -1;
        p->claimed[i] = greatest_claim(p, k->in, k->in_first[i], k->in_first[i + 1]);
    }
    for (int r = 0; r + 1 < k->l->ranks; r++) choose_in_gap(p, r, tree, before);
    return true;
}

/* ---- blocks ---- */

static void make_blocks(placing *p)
{
    wgi_lay_work *k = p->k;
    p->blocks = 0;
    for (int i = 0; i < k->l->nodes; i++) {
        int n = k->slot[i], seg = p->chosen_in[n];
        const wgi_lay_seg *s = seg < 0 ? NULL : &k->seg[seg];
        p->block[n] = s ? p->block[s->a] : p->blocks++;
        p->off[n] = s ? p->off[s->a] + s->pa - s->pb : 0;
    }
    memset(p->member_first, 0, (size_t)(k->l->nodes + 2) * sizeof *p->member_first);
    for (int i = 0; i < k->l->nodes; i++) p->member_first[p->block[i] + 2]++;
    for (int i = 0; i < p->blocks; i++) p->member_first[i + 2] += p->member_first[i + 1];
    for (int i = 0; i < k->l->nodes; i++) p->member[p->member_first[p->block[k->slot[i]] + 1]++] = k->slot[i];
}

/* false: the blocks have no order. */
static bool sort_blocks(placing *p, int *above)
{
    const wgi_lay_work *k = p->k;
    int done = 0, read = 0;
    memset(above, 0, (size_t)(p->blocks + 1) * sizeof *above);
    for (int n = 0; n < k->l->nodes; n++) above[p->block[n]] += neighbour(k, n, -1) >= 0;
    for (int b = 0; b < p->blocks; b++)
        if (!above[b]) p->sorted[done++] = b;
    for (; read < done; read++)
        for (int i = p->member_first[p->sorted[read]]; i < p->member_first[p->sorted[read] + 1]; i++) {
            int below = neighbour(k, p->member[i], 1);
            if (below >= 0 && --above[p->block[below]] == 0) p->sorted[done++] = p->block[below];
        }
    return done == p->blocks;
}

/* ---- pulling ---- */

/* Every block at its wish, or further down (step -1) or up (step 1) where a block before it is in the
 * way. */
static void push(const placing *p, double *to, int step)
{
    const wgi_lay_work *k = p->k;
    for (int i = 0; i < p->blocks; i++) {
        int b = p->sorted[step < 0 ? i : p->blocks - 1 - i];
        double at = p->wish[b];
        for (int j = p->member_first[b]; j < p->member_first[b + 1]; j++) {
            int n = p->member[j], m = neighbour(k, n, step);
            if (m < 0) continue;
            double bound =
                to[p->block[m]] + p->off[m] - p->off[n] + (step < 0 ? distance(k, m, n) : -distance(k, n, m));
            if (step < 0 ? bound > at : bound < at) at = bound;
        }
        to[b] = at;
    }
    k->s->l->steps += k->l->nodes;
}

/* Where a block without segs in its row wants to be: close to its neighbour above, else below. */
static double beside(const placing *p, int b)
{
    int n = p->member[p->member_first[b]], up = neighbour(p->k, n, -1), down = neighbour(p->k, n, 1);
    if (up >= 0) return p->y[p->block[up]] + p->off[up] + distance(p->k, up, n) - p->off[n];
    if (down >= 0) return p->y[p->block[down]] + p->off[down] - distance(p->k, n, down) - p->off[n];
    return p->y[b];
}

/* Half the way from where each block is to where its segs to other blocks would be straight in the mean. */
static void find_wishes(const placing *p, double *weight)
{
    const wgi_lay_work *k = p->k;
    for (int b = 0; b < p->blocks; b++) p->wish[b] = weight[b] = 0;
    for (int i = 0; i < k->segs; i++) {
        const wgi_lay_seg *s = &k->seg[i];
        int a = p->block[s->a], b = p->block[s->b];
        if (a == b || !in_one_row(k, s)) continue;
        double d = p->y[b] + p->off[s->b] + s->pb - (p->y[a] + p->off[s->a] + s->pa);
        p->wish[a] += s->weight * d, p->wish[b] -= s->weight * d;
        weight[a] += s->weight, weight[b] += s->weight;
    }
    for (int b = 0; b < p->blocks; b++)
        p->wish[b] = weight[b] > 0 ? p->y[b] + 0.5 * p->wish[b] / weight[b] : beside(p, b);
}

static void pull(placing *p, double *weight)
{
    int n = p->k->l->nodes, pulls = WGI_LAY_MIN(PULLS, WGI_LAY_MAX(4, PULLED / (n + p->k->segs + 1)));
    for (int b = 0; b < p->blocks; b++) p->wish[b] = 0;
    push(p, p->y, -1);
    for (int i = 0; i < pulls && p->blocks > 1; i++) {
        find_wishes(p, weight);
        push(p, p->down, -1);
        push(p, p->up, 1);
        for (int b = 0; b < p->blocks; b++) p->y[b] = (p->down[b] + p->up[b]) / 2;
    }
}

bool wgi_lay_place(wgi_lay_work *k)
{
    placing p = { .k = k };
    int64_t n = k->l->nodes;
    int *ints = wgi_lay_alloc(k->s, 8 * n + 4, sizeof *ints);
    double *reals = wgi_lay_alloc(k->s, 7 * n, sizeof *reals);
    if (!ints || !reals) return false;
    p.chosen_in = ints, p.chosen_out = ints + n, p.block = ints + 2 * n, p.member = ints + 3 * n;
    p.sorted = ints + 4 * n, p.member_first = ints + 5 * n;
    int *above = ints + 6 * n + 2;
    p.claimed = ints + 7 * n + 4;
    p.off = reals, p.y = reals + n, p.wish = reals + 2 * n, p.down = reals + 3 * n, p.up = reals + 4 * n;
    p.way = reals + 6 * n;
    if (!choose(&p)) return false;
    make_blocks(&p);
    if (!sort_blocks(&p, above)) {
        for (int i = 0; i < n; i++) p.chosen_in[i] = -1;
        make_blocks(&p);
        sort_blocks(&p, above);
    }
    pull(&p, reals + 5 * n);
    for (int i = 0; i < n; i++) wgi_lay_at(k, i)->v = p.y[p.block[i]] + p.off[i];
    return true;
}
