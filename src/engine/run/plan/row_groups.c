/* row_groups.c: finds the items that run together as a row group (plan.h). A group begins with any item
 * that could be a part. A later item joins the last group that makes an operand of its own, or that
 * reads one, if what it reads of the group is row-aligned. The first kernel whose units are rows says
 * how many rows the group has. */
#include "run/plan/plan.h"

typedef struct group {
    int64_t rows;   /* 0: not known yet */
    uint32_t items; /* how many */
    uint32_t only;  /* its first item */
    bool closed;    /* an item that can be no part of a group */
} group;

typedef struct grouping {
    wgi_work *w;
    group *of;        /* by number, from 1 */
    uint32_t groups;  /* their number, plus 1 */
    uint32_t *at;     /* by item: its group */
    uint32_t *reader; /* by node: the last group that reads its memory */
} grouping;

/* ---- rows ---- */

/* How many rows the kernel of node i computes one by one; 0: it is none of that kind. */
static int64_t rows_of_node(const wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    wg_type xt[WGI_ROW_OPERANDS], yt[WG_MAX_OUTPUTS];
    if (!n->op->rows || n->operands > WGI_ROW_OPERANDS) return 0;
    WGI_EACH_OPERAND(k, n) xt[k] = wgi_type_of(&w->node[wgi_in(n)[k]]);
    for (int k = 0; k < wgi_outputs(n->op); k++) yt[k] = wgi_type_of(&w->node[i + (uint32_t)k]);
    const wgi_signature s = wgi_signature_of(n, NULL, xt, yt);
    const wg_kernel question = wgi_kernel_question(&s);
    return n->op->rows(&question);
}

/* How many first axes of s make so many rows; -1: none do. */
static int row_axes(const wg_shape *s, int64_t rows)
{
    int64_t n = 1;
    int axes = 0;
    while (axes < s->rank && n < rows) n *= s->dim[axes++];
    return n == rows ? axes : -1;
}

/* Whether x, broadcast to y, has the first axes of y, which make the rows. */
static bool has_rows(const wg_shape *x, const wg_shape *y, int64_t rows)
{
    const int axes = row_axes(y, rows), more = y->rank - x->rank;
    bool same = axes >= more;
    for (int i = 0; i < axes && same; i++) same = i < more ? y->dim[i] == 1 : x->dim[i - more] == y->dim[i];
    return same;
}

bool wgi_is_row_aligned(const wgi_work *w, const wgi_plan_item *t, uint32_t x, int64_t rows)
{
    const wgi_node *n = &w->node[x], *b = &w->node[w->base[x]];
    if (w->base[x] != x && (w->runs[x] || w->offset[x] || wgi_value_bytes(n) != wgi_value_bytes(b)))
        return false;
    if (wgi_size(n->shape) % rows) return false;
    return !t->tiles || wgi_size(n->shape) == wgi_size(t->shape) || has_rows(n->shape, t->shape, rows);
}

/* ---- groups ---- */

static bool can_be_part(const wgi_work *w, const wgi_plan_item *t, int64_t *rows)
{
    *rows = 0;
    if (t->finish || (!t->tiles && t->count > 1)) return false;
    if (!t->tiles) *rows = rows_of_node(w, t->first);
    bool folds = false;
    for (uint32_t m = t->first, k = 0; t->tiles && k < t->count; m = w->next[m], k++)
        folds |= wgi_work_is_fold(w, m);
    return t->tiles ? !folds : *rows > 1;
}

/* Whether so many rows are right for the item. */
static bool fits(const wgi_plan_item *t, int64_t own_rows, int64_t rows)
{
    return t->tiles ? row_axes(t->shape, rows) >= 0 : own_rows == rows;
}

/* made: the last group that makes an operand of the item. read: the last one that reads an operand as
 * the item does, element by element. 0: none. */
static void groups_near(const grouping *s, uint32_t item, uint32_t *made, uint32_t *read)
{
    const wgi_work *w = s->w;
    const wgi_plan_item *t = &w->items[item];
    *made = *read = 0;
    for (uint32_t m = t->first, k = 0; k < t->count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->node[m].operands; j++) {
            const uint32_t x = wgi_work_in(w, &w->node[m], j), by = w->at[x];
            if (by == item) continue;
            if (by) *made = WGI_MAX(*made, s->at[by]);
            if (!t->tiles || wgi_size(w->node[x].shape) == wgi_size(t->shape))
                *read = WGI_MAX(*read, s->reader[w->base[x]]);
        }
}

/* Whether the item reads what group q makes row by row. */
static bool reads_rows(const grouping *s, uint32_t item, uint32_t q, int64_t rows)
{
    const wgi_work *w = s->w;
    const wgi_plan_item *t = &w->items[item];
    for (uint32_t m = t->first, k = 0; k < t->count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->node[m].operands; j++) {
            const uint32_t x = wgi_work_in(w, &w->node[m], j), by = w->at[x];
            if (by && by != item && s->at[by] == q && !wgi_is_row_aligned(w, t, x, rows)) return false;
        }
    return true;
}

static bool may_join(const grouping *s, uint32_t item, uint32_t q, int64_t own_rows)
{
    const group *to = &s->of[q];
    const wgi_plan_item *t = &s->w->items[item];
    if (!q || to->closed || t->guard != s->w->items[to->only].guard) return false;
    const int64_t rows = to->rows ? to->rows : own_rows;
    return rows && fits(t, own_rows, rows) && (to->rows || fits(&s->w->items[to->only], own_rows, rows)) &&
           reads_rows(s, item, q, rows);
}

/* The group of an item that can be a part. */
static uint32_t group_for(grouping *s, uint32_t item, int64_t own_rows)
{
    uint32_t made, read;
    groups_near(s, item, &made, &read);
    if (read > made && may_join(s, item, read, own_rows)) return read;
    return may_join(s, item, made, own_rows) ? made : 0;
}

static void note_reads(const grouping *s, uint32_t item, uint32_t q)
{
    const wgi_work *w = s->w;
    for (uint32_t m = w->items[item].first, k = 0; k < w->items[item].count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->node[m].operands; j++)
            s->reader[w->base[wgi_work_in(w, &w->node[m], j)]] = q;
}

static void place(grouping *s, uint32_t item)
{
    int64_t own_rows;
    const bool part = can_be_part(s->w, &s->w->items[item], &own_rows);
    uint32_t q = part ? group_for(s, item, own_rows) : 0;
    if (!q) {
        q = s->groups++;
        s->of[q] = (group){ .only = item, .closed = !part };
    }
    if (own_rows) s->of[q].rows = own_rows;
    s->of[q].items++;
    s->at[item] = q;
    if (part) note_reads(s, item, q);
}

/* Puts the items in the order of their groups. */
static void reorder(const grouping *s)
{
    wgi_work *w = s->w;
    const size_t n = w->item_count;
    uint32_t *to = wgi_work_temp(w, n, sizeof *to), *next = wgi_work_temp(w, s->groups, sizeof *next),
             *last_of = wgi_work_temp(w, s->groups, sizeof *last_of);
    wgi_plan_item *items = wgi_work_temp(w, n, sizeof *items);
    if (w->failed) return;
    for (uint32_t q = 1, first = 1; q < s->groups; first += s->of[q++].items)
        next[q] = first, last_of[q] = first + s->of[q].items - 1;
    for (uint32_t i = 1; i < n; i++) {
        const group *g = &s->of[s->at[i]];
        to[i] = next[s->at[i]]++;
        items[to[i]] = w->items[i];
        if (g->items > 1 && g->rows) items[to[i]].group = last_of[s->at[i]], items[to[i]].rows = g->rows;
    }
    w->items = items;
    w->item_capacity = n;
    for (uint32_t i = 1; i < w->n; i++) w->at[i] = to[w->at[i]];
}

void wgi_find_rows(wgi_work *w)
{
    const size_t n = w->item_count;
    if (!w->row_kernels || wgi_without(w->g->c, WG_WITHOUT_ROWS) || wgi_without(w->g->c, WG_WITHOUT_TILES))
        return;
    grouping s = { .w = w,
                   .of = wgi_work_temp(w, n + 1, sizeof *s.of),
                   .groups = 1,
                   .at = wgi_work_temp(w, n, sizeof *s.at),
                   .reader = wgi_work_temp(w, w->n, sizeof *s.reader) };
    for (uint32_t i = 1; i < n && !w->failed; i++) place(&s, i);
    if (!w->failed) reorder(&s);
}
