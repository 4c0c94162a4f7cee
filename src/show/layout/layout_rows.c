/* layout_rows.c: a level's ranks: how wide they are, and in which row.
 *
 * A level that is longer than the page is cut between ranks into rows, which are read like lines of text. A
 * parameter stands in the row of its first use.
 */
#include "layout/layout_private.h"

bool wgi_lay_is_terminal(const wgi_lay_work *k, int rank)
{
    const wgi_lay_node *v = wgi_lay_at(k, k->slot[k->slot_first[rank]]);
    return v->kind == WGI_LAY_ENTRY || v->kind == WGI_LAY_EXIT;
}

bool wgi_lay_measure(wgi_lay_work *k)
{
    wgi_lay_level *l = k->l;
    double *reals = wgi_lay_alloc(k->s, 3 * (int64_t)l->ranks, sizeof *reals);
    if (!reals) return false;
    l->col = reals, l->col_w = reals + l->ranks, l->gap = reals + 2 * l->ranks;
    for (int i = 0; i < l->nodes; i++) {
        const wgi_lay_node *v = wgi_lay_at(k, i);
        l->col_w[v->rank] = WGI_LAY_MAX(l->col_w[v->rank], v->w);
    }
    return true;
}

/* ---- sources: parameters, which the next rank uses ---- */

/* A box that nothing in the level leads to. Its first use is in the next rank. */
static bool is_source(const wgi_lay_work *k, int n)
{
    return !wgi_lay_is_thin(wgi_lay_at(k, n)) && k->in_first[n] == k->in_first[n + 1] &&
           k->out_first[n] != k->out_first[n + 1];
}

/* How wide the sources of a rank are, and the others. A rank of sources alone has none of the first kind. */
typedef struct widths {
    double sources, others;
} widths;

static widths widths_of(const wgi_lay_work *k, int rank)
{
    widths w = { 0, 0 };
    bool others = false;
    for (int i = k->slot_first[rank]; i < k->slot_first[rank + 1]; i++) {
        const bool source = is_source(k, k->slot[i]);
        double *to = source ? &w.sources : &w.others;
        *to = WGI_LAY_MAX(*to, wgi_lay_at(k, k->slot[i])->w);
        others |= !source;
    }
    return others ? w : (widths){ 0, w.sources };
}

/* ---- cuts ---- */

/* Cuts into rows of at most that length. Returns how many; a row has at least one rank. Sources of the rank
 * before a row stand in it: wgi_lay_move_sources. */
static int cut(wgi_lay_work *k, const widths *w, double length)
{
    wgi_lay_level *l = k->l;
    const double gap = k->s->rank_gap;
    int row = 0;
    double used = 0;
    for (int r = 0; r < l->ranks; r++) {
        const bool terminal = wgi_lay_is_terminal(k, r), after_entries = r && wgi_lay_is_terminal(k, r - 1);
        if (r && !terminal && !after_entries && used + w[r].others > length) {
            row++;
            used = w[r - 1].sources > 0 ? w[r - 1].sources + gap : 0;
        }
        l->row[r] = row;
        used += l->col_w[r] + (terminal ? 0 : gap);
    }
    return row + 1;
}

bool wgi_lay_rows(wgi_lay_work *k)
{
    wgi_lay_level *l = k->l;
    double page = l == k->s->level ? k->s->l->page : 0.8 * k->s->l->page, total = 0;
    l->row = wgi_lay_alloc(k->s, l->ranks, sizeof *l->row);
    if (!l->row || !wgi_lay_measure(k)) return false;
    widths *w = wgi_lay_alloc(k->s, l->ranks, sizeof *w);
    if (!w) return false;
    l->rows = 1;
    for (int r = 0; r < l->ranks; r++) w[r] = widths_of(k, r);
    for (int r = 0; r < l->ranks; r++) total += l->col_w[r] + k->s->rank_gap;
    if (page <= 0 || total <= page) return true;
    l->rows = cut(k, w, page);
    double low = 0, high = page; /* the shortest page with as many rows: rows of like length */
    for (int i = 0; i < 30; i++) {
        double mid = (low + high) / 2;
        if (cut(k, w, mid) <= l->rows) high = mid;
        else low = mid;
    }
    l->rows = cut(k, w, high);
    return true;
}

/* ---- the sources before a row ---- */

static bool begins_row(const wgi_lay_level *l, int rank) { return rank && l->row[rank] > l->row[rank - 1]; }

bool wgi_lay_move_sources(wgi_lay_work *k, bool *moved)
{
    wgi_lay_level *l = k->l;
    int *by = wgi_lay_alloc(k->s, l->ranks, sizeof *by),
        more = 0; /* by how much the nodes of a rank go forward */
    bool *early = wgi_lay_alloc(k->s, l->nodes, sizeof *early);
    *moved = false;
    if (!by || !early) return false;
    for (int r = 0; r < l->ranks; r++) {
        const bool any = begins_row(l, r) && widths_of(k, r - 1).sources > 0;
        for (int i = any ? k->slot_first[r - 1] : 0; any && i < k->slot_first[r]; i++)
            early[k->slot[i]] = is_source(k, k->slot[i]);
        by[r] = more += any;
    }
    if (!more) return true;
    int *row = wgi_lay_alloc(k->s, (int64_t)l->ranks + more, sizeof *row);
    if (!row) return false;
    for (int r = 0; r < l->ranks; r++) {
        row[r + by[r]] = l->row[r];
        if (by[r] > (r ? by[r - 1] : 0)) row[r + by[r] - 1] = l->row[r];
    }
    for (int i = 0; i < l->nodes; i++) {
        wgi_lay_node *v = wgi_lay_at(k, i);
        v->rank += by[v->rank] + early[i];
    }
    l->row = row, l->ranks += more;
    return *moved = true;
}
