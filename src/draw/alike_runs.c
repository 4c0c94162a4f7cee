/* alike_runs.c: finds runs of alike parts in the list of picked nodes. Each run becomes one box.
 *
 * A part is a window of consecutive nodes; its length is the period. Two parts are alike when their nodes
 * agree one by one in op, dtype, shape and number of operands, and each operand is either the node at the
 * same distance or the very same node (a shared parameter). Numbers and the values of parameters do not
 * matter. The runs of the period that saves most boxes are folded first; of equal periods the smallest. This
 * is repeated with the other nodes until few enough boxes remain.
 *
 * A series is known by its scopes: each part is made in one of the scopes h.0, h.1, ... (wg_scope_push_i;
 * repeat and scan of the language).
 */
#include "draw/draw_private.h"

#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"

enum {
    LONGEST_PERIOD = 64,
    LEAST_TIMES = 3,
    PASSES = 8,
    LEAST_SHARE = 64 /* a pass that saves less than 1 / LEAST_SHARE of the boxes is the last */
};

/* What is compared of a node, besides its operands. */
typedef struct sort {
    const wg_op *op;
    wg_shape shape;
    wg_dtype dtype;
    int operands;
} sort;

typedef struct search {
    wgi_picture *p;
    int32_t *sort_of;  /* by position: equal numbers for equal sorts */
    unsigned char *in; /* by position: part of a run already */
} search;

/* ---- sorts ---- */

static sort sort_at(const wgi_picture *p, int64_t i)
{
    const wgi_item *y = wgi_item_at(p, i);
    wg_node n = wgi_node_at(p, i);
    return (sort){ y->op, wg_node_shape(n), wg_node_dtype(n), y->operands };
}

static bool sort_equal(const sort *a, const sort *b)
{
    return a->op == b->op && a->dtype == b->dtype && a->operands == b->operands &&
           wg_shape_equal(a->shape, b->shape);
}

/* Addresses may be in the hash: only the equality of sorts is used, never their order. */
static uint64_t sort_hash(const sort *s)
{
#ifdef WG_HOSTILE
    return s->op == NULL;
#endif
    uint64_t h = (uint64_t)(uintptr_t)s->op * 31 + (uint64_t)s->dtype;
    h = h * 31 + (uint64_t)s->operands;
    for (int i = 0; i < s->shape.rank; i++) h = (h ^ (uint64_t)s->shape.dim[i]) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

/* A sort's number is the position of its first node, plus 1. The table holds them by open addressing. */
static void number_sorts(search *f)
{
    size_t size = (size_t)f->p->at.nodes * 2 + 1;
    int32_t *table = wgi_pool_take(f->p->pool, (int64_t)size, sizeof *table);
    for (int64_t i = 0; table && i < f->p->at.nodes; i++) {
        sort s = sort_at(f->p, i);
        size_t at = sort_hash(&s) % size;
        for (;; at = at + 1 == size ? 0 : at + 1) {
            if (!table[at]) table[at] = (int32_t)(i + 1);
            sort known = sort_at(f->p, table[at] - 1);
            if (sort_equal(&s, &known)) break;
        }
        f->sort_of[i] = table[at];
    }
}

/* ---- runs ---- */

/* Node i is like the node one period before. */
static bool is_alike(const search *f, int64_t i, int64_t period)
{
    const wgi_picture *p = f->p;
    int64_t j = i - period;
    if (f->sort_of[i] != f->sort_of[j] || f->in[i] || f->in[j]) return false;
    for (int64_t a = p->at.first[i], b = p->at.first[j]; a < p->at.first[i + 1]; a++, b++)
        if (p->at.arg[a] != p->at.arg[b] &&
            (p->at.arg[a] < 0 || p->at.arg[b] < 0 || p->at.arg[a] - p->at.arg[b] != period))
            return false;
    return true;
}

static void keep_run(search *f, wgi_alike_run r)
{
    f->p->less.run[f->p->less.runs++] = r;
    memset(f->in + r.begin, 1, (size_t)(r.period * r.times));
}

/* How many boxes the runs of this period save. With `keep` they become runs of the picture. */
static int64_t runs_of_period(search *f, int64_t period, bool keep)
{
    int64_t saved = 0, n = f->p->at.nodes;
    for (int64_t i = period; i < n;) {
        int64_t begin = i - period;
        while (i < n && is_alike(f, i, period)) i++;
        int64_t times = (i - begin) / period;
        if (times >= LEAST_TIMES) {
            saved += times * period - 1;
            const wgi_alike_run run = { begin, period, times, (i - begin) % period, false, 0 };
            if (keep) keep_run(f, run);
        }
        i = times >= LEAST_TIMES ? begin + period * times + period : i + 1;
    }
    return saved;
}

static int64_t best_period(search *f, int64_t boxes)
{
    int64_t best = 0, most = 0;
    for (int64_t period = 1; period <= LONGEST_PERIOD && most < boxes - boxes / 16; period++) {
        int64_t saved = runs_of_period(f, period, false);
        if (saved > most) most = saved, best = period;
    }
    return best;
}

/* ---- series: scopes h.0, h.1, ... ---- */

size_t wgi_series_scope(const char *scope, size_t *name)
{
    for (size_t at = 0; scope[at];) {
        const size_t end = at + strcspn(scope + at, "/");
        size_t digits = end;
        while (digits > at && scope[digits - 1] >= '0' && scope[digits - 1] <= '9') digits--;
        *name = digits;
        if (digits < end && digits > at + 1 && scope[digits - 1] == '.') return end;
        at = end + (scope[end] == '/');
    }
    return *name = 0;
}

static const char *scope_at(const wgi_picture *p, int64_t i) { return wg_node_scope(wgi_node_at(p, i)); }

/* The end of the part of a series that begins at position i; i: it is in none. */
static int64_t end_of_part(const wgi_picture *p, int64_t i)
{
    size_t name, unused;
    const char *scope = scope_at(p, i);
    const size_t n = wgi_series_scope(scope, &name);
    int64_t end = i;
    while (n && end < p->at.nodes && !wgi_is_shared(p, end) &&
           wgi_series_scope(scope_at(p, end), &unused) == n && strncmp(scope_at(p, end), scope, n) == 0)
        end++;
    return end;
}

/* Whether the part behind [i, end) is the next one of the same series. */
static bool is_next_part(const wgi_picture *p, int64_t i, int64_t end)
{
    size_t a, b;
    if (end >= p->at.nodes || wgi_is_shared(p, end)) return false;
    const char *one = scope_at(p, i), *two = scope_at(p, end);
    const size_t n = wgi_series_scope(two, &b);
    return wgi_series_scope(one, &a) && n && a == b && strncmp(one, two, a) == 0 &&
           strtoll(two + b, NULL, 10) == strtoll(one + a, NULL, 10) + 1;
}

/* Node i is like the one a period before. An operand may be that which the part before has handed on. */
static bool is_next_node(const wgi_picture *p, int64_t i, int64_t period, int64_t begin)
{
    const sort x = sort_at(p, i), y = sort_at(p, i - period);
    bool alike = sort_equal(&x, &y);
    for (int64_t a = p->at.first[i], b = p->at.first[i - period]; alike && a < p->at.first[i + 1]; a++, b++) {
        const int32_t now = p->at.arg[a], before = p->at.arg[b];
        if (now == before || (now >= 0 && before >= 0 && now - before == period)) continue;
        alike = now >= begin - period && now < begin && before >= 0 && before < begin - period &&
                wg_shape_equal(wg_node_shape(wgi_node_at(p, now)), wg_node_shape(wgi_node_at(p, before)));
    }
    return alike;
}

/* How many parts like the one in [begin, begin + period) stand one behind the other. */
static int64_t parts_from(const wgi_picture *p, int64_t begin, int64_t period)
{
    int64_t times = 1;
    for (int64_t i = begin, next = begin + period; is_next_part(p, i, next);
         i = next, next += period, times++) {
        if (end_of_part(p, next) != next + period) break;
        for (int64_t k = next; k < next + period; k++)
            if (!is_next_node(p, k, period, next)) return times;
    }
    return times;
}

void wgi_find_series(wgi_picture *p)
{
    p->less.run = wgi_pool_take(p->pool, p->at.nodes / 2, sizeof *p->less.run);
    if (!p->less.run) return;
    for (int64_t i = 0, end; i < p->at.nodes; i = end) {
        end = end_of_part(p, i);
        const int64_t period = end - i, times = period ? parts_from(p, i, period) : 1;
        if (times > 1) p->less.run[p->less.runs++] = (wgi_alike_run){ i, period, times, 0, false, 0 };
        end = period ? i + period * times : i + 1;
    }
    p->less.folds_series = p->less.looked_for_alike = p->less.runs > 0;
    p->less.alike = p->less.runs, p->less.runs = 0; /* they have frames, no boxes of their own */
}

/* ---- all runs ---- */

static int by_begin(const void *a, const void *b)
{
    int64_t x = ((const wgi_alike_run *)a)->begin, y = ((const wgi_alike_run *)b)->begin;
    return (x > y) - (x < y);
}

int64_t wgi_find_alike_runs(wgi_picture *p, int64_t most)
{
    search f = { .p = p };
    int64_t boxes = p->at.nodes, saved = boxes;
    f.sort_of = wgi_pool_take(p->pool, p->at.nodes, sizeof *f.sort_of);
    f.in = wgi_pool_take(p->pool, p->at.nodes, 1);
    p->less.run = wgi_pool_take(p->pool, p->at.nodes / LEAST_TIMES, sizeof *p->less.run);
    if (!p->pool->failed) number_sorts(&f);
    if (p->pool->failed) return -1;
    for (int pass = 0; pass < PASSES && boxes > most && saved > 0 && saved >= boxes / LEAST_SHARE; pass++) {
        int64_t period = best_period(&f, boxes);
        saved = period ? runs_of_period(&f, period, true) : 0;
        boxes -= saved;
    }
    qsort(p->less.run, (size_t)p->less.runs, sizeof *p->less.run, by_begin);
    return boxes;
}
