/* layout_columns.c: a level's ranks along u: how far apart, and where; and the level's size.
 *
 * Edges from row to row run to the right edge, through the gap between the rows, and along the left edge
 * to their target, each in a lane of its own. Edges that run around have lanes below their row and beside
 * their ends.
 */
#include "layout/layout_private.h"

#include <math.h>
#include <stdlib.h>

/* The gap beside entries and exits; the greatest addition to a gap whose edges are steep; around lanes. */
enum { TERMINAL_GAP = 20, STEEP = 60, ROW_GAP = 26, LANES_START = 12, ROW_MARGIN = 20, BOW_LANES = 2 };

/* ---- u ---- */

typedef struct sides {
    int *right, *left; /* by rank: lanes beside the ends of edges that run around */
    int *below;        /* by row: their lanes */
    int *crossing;     /* by row: edges to the next one */
} sides;

static void count_lanes(wgi_lay_work *k, sides *t)
{
    const wgi_lay_level *l = k->l;
    for (int i = 0; i < l->nodes; i++)
        if (wgi_lay_at(k, i)->bow) t->right[wgi_lay_at(k, i)->rank] = BOW_LANES;
    for (int i = 0; i < l->hops; i++) {
        wgi_lay_hop *h = &k->s->hop[l->hop[i]];
        int from = k->s->node[h->from].rank, to = k->s->node[h->to].rank;
        if (!h->around) continue;
        h->right = t->right[from]++, h->left = t->left[to]++;
        h->lane = h->lane_to = t->below[l->row[from]]++;
        if (l->row[from] != l->row[to]) h->lane_to = t->below[l->row[to]]++, h->side = k->l->sides++;
    }
}

/* A wire that goes on in the next row. */
typedef struct crossing {
    int row, holder, lane;
    double v, at; /* at: where it leaves the holder, if that has several boxes */
} crossing;

static int compare_crossings(const void *pa, const void *pb)
{
    const crossing *a = pa, *b = pb;
    if (a->row != b->row) return a->row < b->row ? -1 : 1;
    if (a->v != b->v) return a->v < b->v ? -1 : 1;
    return (a->holder > b->holder) - (a->holder < b->holder);
}

static bool ends_row(const wgi_lay_level *l, int rank)
{
    return rank + 1 < l->ranks && l->row[rank + 1] > l->row[rank];
}

typedef struct wires {
    crossing *at;
    int count;
} wires;

static const crossing *find_wire(const wires *w, int holder, double at)
{
    for (int i = 0; i < w->count; i++)
        if (w->at[i].holder == holder && w->at[i].at == at) return &w->at[i];
    return NULL;
}

/* 0 where all wires of a node are one. */
static double wire_at(const wgi_lay_work *k, const wgi_lay_hop *h)
{
    const wgi_lay_node *v = &k->s->node[h->from];
    return v->kind == WGI_LAY_BOX && k->s->offset[v->item] >= 0 ? h->from_at : 0;
}

static int holder_of(const wgi_lay_hop *h) { return h->from_exit < 0 ? h->from : h->from_exit; }

/* Notes a wire once, for the node that it leaves or the exit inside it. */
static void note(wgi_lay_work *k, wires *w, int node, int holder, double leaves, double at)
{
    const wgi_lay_node *v = &k->s->node[node];
    wgi_lay_node *to = &k->s->node[holder];
    if (!ends_row(k->l, v->rank) || (to->lane >= 0 && (!at || find_wire(w, holder, at)))) return;
    to->lane = 0;
    w->at[w->count++] = (crossing){ k->l->row[v->rank], holder, 0, v->v + leaves, at };
}

static void note_wires(wgi_lay_work *k, wires *w)
{
    wgi_lay *s = k->s;
    for (int i = 0; i < k->l->hops; i++) {
        const wgi_lay_hop *h = &s->hop[k->l->hop[i]];
        const double leaves = h->from_exit < 0 ? h->from_at : s->node[h->from_exit].v;
        if (!h->around) note(k, w, h->from, holder_of(h), leaves, wire_at(k, h));
    }
    for (int i = 0; i < k->l->nodes; i++)
        if (wgi_lay_at(k, i)->kind == WGI_LAY_VIRTUAL) note(k, w, k->l->node[i], k->l->node[i], 0, 0);
}

static bool count_crossings(wgi_lay_work *k, sides *t)
{
    wgi_lay *s = k->s;
    wires w = { wgi_lay_alloc(s, (int64_t)k->l->hops + k->l->nodes, sizeof *w.at), 0 };
    if (!w.at) return false;
    if (k->l->rows > 1) note_wires(k, &w);
    if (w.count) qsort(w.at, (size_t)w.count, sizeof *w.at, compare_crossings);
    for (int i = 0; i < w.count; i++)
        s->node[w.at[i].holder].lane = w.at[i].lane = t->crossing[w.at[i].row]++;
    for (int i = 0; w.count && i < k->l->hops; i++) {
        wgi_lay_hop *h = &s->hop[k->l->hop[i]];
        const double at = wire_at(k, h);
        const crossing *wire = at ? find_wire(&w, h->from, at) : NULL;
        h->to_next = wire ? wire->lane : s->node[holder_of(h)].lane;
    }
    for (int r = 0; r < k->l->rows; r++) k->l->lanes = WGI_LAY_MAX(k->l->lanes, t->crossing[r]);
    return true;
}

static void find_gaps(wgi_lay_work *k, const sides *t)
{
    wgi_lay_level *l = k->l;
    for (int r = 0; r + 1 < l->ranks; r++)
        l->gap[r] =
            wgi_lay_is_terminal(k, r) || wgi_lay_is_terminal(k, r + 1) ? TERMINAL_GAP : k->s->rank_gap;
    for (int i = 0; i < k->segs; i++) {
        const wgi_lay_seg *s = &k->seg[i];
        const wgi_lay_node *a = wgi_lay_at(k, s->a), *b = wgi_lay_at(k, s->b);
        bool terminal = wgi_lay_is_terminal(k, a->rank) || wgi_lay_is_terminal(k, b->rank);
        double steep = 0.12 * fabs(a->v + s->pa - b->v - s->pb),
               base = terminal ? TERMINAL_GAP : k->s->rank_gap;
        if (l->row[a->rank] == l->row[b->rank])
            l->gap[a->rank] = WGI_LAY_MAX(l->gap[a->rank], base + WGI_LAY_MIN(steep, STEEP));
    }
    for (int i = 0; i < l->hops; i++) { /* labels stand in the gap before the target */
        const wgi_lay_hop *h = &k->s->hop[l->hop[i]];
        int r = k->s->node[h->to].rank - 1;
        double label = k->s->l->top_down ? h->label_h : h->label_w;
        if (label > 0 && r >= 0) l->gap[r] = WGI_LAY_MAX(l->gap[r], label + 16);
    }
    for (int r = 0; r + 1 < l->ranks; r++) {
        int lanes = t->right[r] + t->left[r + 1];
        if (lanes) l->gap[r] = WGI_LAY_MAX(l->gap[r], k->s->rank_gap) + lanes * WGI_LAY_LANE;
    }
}

/* Ranks from left to right in each row. Entries lie on the frame's first side, exits on its last. */
static void put_columns(wgi_lay_work *k, const sides *t, double start, double end)
{
    wgi_lay_level *l = k->l;
    double margin = l->rows > 1 ? ROW_MARGIN + WGI_LAY_LANE * (l->lanes + l->sides) : 0, u = 0;
    bool exits = wgi_lay_is_terminal(k, l->ranks - 1);
    l->right_edge = 0;
    for (int r = 0; r < l->ranks; r++) {
        bool first = r == l->entries || (r && l->row[r] > l->row[r - 1]),
             last = r + 1 == l->ranks || ends_row(l, r);
        if (first) u = margin + (l->entries ? l->gap[0] : start);
        if (first && t->left[r]) u += LANES_START + t->left[r] * WGI_LAY_LANE;
        l->col[r] = r || !l->entries ? u : 0;
        u += l->col_w[r] + (last ? 0 : l->gap[r]);
        if (last && t->right[r]) u += LANES_START + t->right[r] * WGI_LAY_LANE;
        if (last) l->right_edge = WGI_LAY_MAX(l->right_edge, u);
    }
    l->w = l->right_edge + margin + (exits && l->rows == 1 ? 0 : end);
    if (exits) l->col[l->ranks - 1] = l->w;
    for (int i = 0; i < l->nodes; i++) {
        wgi_lay_node *v = wgi_lay_at(k, i);
        v->u = l->col[v->rank] + (l->col_w[v->rank] - v->w) / 2;
    }
}

/* ---- v of rows ---- */

static void put_rows(wgi_lay_work *k, const sides *t, double start, double end)
{
    wgi_lay_level *l = k->l;
    for (int r = 0; r < l->rows; r++) l->row_top[r] = INFINITY, l->row_bottom[r] = -INFINITY;
    for (int i = 0; i < l->nodes; i++) {
        const wgi_lay_node *v = wgi_lay_at(k, i);
        int r = l->row[v->rank];
        l->row_top[r] = WGI_LAY_MIN(l->row_top[r], v->v),
        l->row_bottom[r] = WGI_LAY_MAX(l->row_bottom[r], v->v + v->h);
    }
    double at = start;
    for (int r = 0; r < l->rows; r++) {
        double height = l->row_bottom[r] - l->row_top[r];
        l->shift[r] = at - l->row_top[r];
        l->row_top[r] = at, l->row_bottom[r] = at += height;
        if (t->below[r]) at += LANES_START + t->below[r] * WGI_LAY_LANE;
        l->channel[r] = at + ROW_GAP / 2.0;
        if (r + 1 < l->rows) at += ROW_GAP + t->crossing[r] * WGI_LAY_LANE;
    }
    for (int i = 0; i < l->nodes; i++) wgi_lay_at(k, i)->v += l->shift[l->row[wgi_lay_at(k, i)->rank]];
    l->h = at + end;
}

/* Wide enough for the frame's title. */
static void fit_label(wgi_lay_work *k, const wgi_lay_frame *f)
{
    wgi_lay_level *l = k->l;
    double *size = k->s->l->top_down ? &l->h : &l->w, more = f->label_w + 2 * WGI_LAY_PAD - *size;
    if (more <= 0) return;
    *size += more;
    for (int i = 0; i < l->nodes; i++) {
        wgi_lay_node *v = wgi_lay_at(k, i);
        if (k->s->l->top_down) v->v += more / 2;
        else if (v->kind == WGI_LAY_EXIT) v->u = l->w;
        else if (v->kind != WGI_LAY_ENTRY) v->u += more / 2;
    }
    if (!k->s->l->top_down) l->right_edge += more / 2;
    for (int r = 0; r < l->ranks && !k->s->l->top_down; r++)
        l->col[r] = wgi_lay_is_terminal(k, r) ? (r ? l->w : 0) : l->col[r] + more / 2;
    for (int r = 0; r < l->rows && k->s->l->top_down; r++)
        l->row_bottom[r] += more / 2, l->channel[r] += more / 2;
}

bool wgi_lay_columns(wgi_lay_work *k)
{
    wgi_lay_level *l = k->l;
    const wgi_lay_frame *f = l == k->s->level ? NULL : &k->s->l->frame[l - k->s->level - 1];
    int *ints = wgi_lay_alloc(k->s, 2 * (int64_t)l->ranks + 2 * l->rows, sizeof *ints);
    double *reals = wgi_lay_alloc(k->s, 4 * (int64_t)l->rows, sizeof *reals), pad = f ? WGI_LAY_PAD : 0;
    if (!ints || !reals) return false;
    sides t = { ints, ints + l->ranks, ints + 2 * l->ranks, ints + 2 * l->ranks + l->rows };
    l->row_top = reals, l->row_bottom = reals + l->rows;
    l->channel = reals + 2 * l->rows, l->shift = reals + 3 * l->rows, l->crossing = t.crossing;
    double title = f ? f->label_h + WGI_LAY_PAD / 2.0 : 0;
    bool down = k->s->l->top_down;
    count_lanes(k, &t);
    if (!count_crossings(k, &t)) return false;
    find_gaps(k, &t);
    put_columns(k, &t, f && down ? title : pad, pad);
    put_rows(k, &t, f && !down ? title : pad, pad);
    if (f) fit_label(k, f);
    return true;
}
