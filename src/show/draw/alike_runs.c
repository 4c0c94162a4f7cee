/* alike_runs.c: finds runs of alike parts in the list of picked nodes. Each run becomes one box.
 *
 * A part is a window of consecutive nodes; its length is the period. Two parts are alike when all but their
 * names is equal: their nodes agree one by one in op, options, dtype, shape and numbers, and each operand is
 * either the node at the same distance or the very same node (a shared parameter). The values of parameters
 * do not matter. A step takes the next element, x[t]: there the index may grow, or fall, by one. The runs of
 * the period that saves most boxes are folded first; of equal periods the smallest. This is repeated with the
 * other nodes until few enough boxes remain.
 *
 * A series is known by its scopes: each part is made in one of the scopes h.0, h.1, ... (wg_scope_push_i;
 * repeat and scan of the language).
 */
#include "draw/draw_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "view/equation.h"
#include "wengert/op.h"
#include "wgx/graph.h"
#include "wgx/op.h"

enum {
    LONGEST_PERIOD = 64,
    LEAST_TIMES = 3,
    PASSES = 8,
    LEAST_SHARE = 64 /* a pass that saves less than 1 / LEAST_SHARE of the boxes is the last */
};

/* ---- options and numbers ---- */

enum { UNLIKE = 2 };

/* 0: all options are equal. 1, −1: but that the part of a tensor which it takes is the next one, the one
 * before: x[2] behind x[1]. UNLIKE: neither. */
static int64_t option_growth(const wgi_item *x, const wgi_item *y)
{
    int64_t growth = 0;
    if (!x->attr || !y->attr) return x->attr == y->attr ? 0 : UNLIKE;
    if (!x->op->attrs) return memcmp(x->attr, y->attr, x->op->attr_size) ? UNLIKE : 0;
    for (const wg_attr_row *r = x->op->attrs; r->name; r++) {
        const wgx_setting a = wgx_attr_setting(r, x->attr), b = wgx_attr_setting(r, y->attr);
        const bool equal = a.given == b.given && !strcmp(a.word, b.word) && wg_shape_equal(a.list, b.list) &&
                           (a.real == b.real || (isnan(a.real) && isnan(b.real)));
        const int64_t by = a.whole - b.whole;
        if (!equal || (by && (!wgi_is_part(x) || llabs(by) != 1 || (growth && by != growth)))) return UNLIKE;
        if (by) growth = by;
    }
    return growth;
}

/* The indices of one tensor grow by the same in three parts in a row. */
static bool has_like_options(const wgi_picture *p, int64_t i, int64_t period)
{
    const wgi_item *x = wgi_item_at(p, i), *y = wgi_item_at(p, i - period),
                   *z = i < 2 * period ? NULL : wgi_item_at(p, i - 2 * period);
    const int64_t growth = option_growth(x, y);
    if (!growth || growth == UNLIKE) return !growth;
    if (*wgi_operand(&p->view, x, 0) != *wgi_operand(&p->view, y, 0)) return false;
    if (!z || z->op != y->op) return true;
    const int64_t before = option_growth(y, z);
    return before == growth || before == UNLIKE;
}

/* Numbers without a name have no position: they stand in formulas. */
static bool has_like_numbers(const wgi_picture *p, const wgi_item *x, const wgi_item *y)
{
    for (int k = 0; k < x->operands; k++) {
        const int32_t a = *wgi_operand(&p->view, x, k), b = *wgi_operand(&p->view, y, k);
        double one = 0, two = 0;
        const bool number = a >= 0 && wgi_item_number(&p->view, a, &one);
        if (number != (b >= 0 && wgi_item_number(&p->view, b, &two)) || one != two) return false;
    }
    return true;
}

static bool has_equal_values(wg_node n, wg_node m)
{
    wg_tensor t, u;
    if (!wgx_peek(n, &t) || !wgx_peek(m, &u) || !t.data || !u.data) return false;
    for (int64_t i = wg_shape_size(t.shape); i-- > 0;)
        if (wg_tensor_item(&t, i) != wg_tensor_item(&u, i)) return false;
    return true;
}

/* An input without a name is its numbers: [1, 2]. Shapes are equal. */
static bool is_like_leaf(const wgi_picture *p, const wgi_item *x, const wgi_item *y)
{
    const wg_node n = wg_graph_node(p->g, x->node), m = wg_graph_node(p->g, y->node);
    const bool numbers = wg_node_leaf(n) == WG_LEAF_INPUT && x->source >= WGI_NAME_EXPRESSION;
    return x->shows_number == y->shows_number && x->number == y->number &&
           (!numbers || (y->source >= WGI_NAME_EXPRESSION && has_equal_values(n, m)));
}

/* Node i is like the node one period before. Where the part at `begin` is the next one of a series, an
 * operand may also be what the part before it has handed on. */
static bool is_alike(const wgi_picture *p, int64_t i, int64_t period, int64_t begin)
{
    const wgi_item *x = wgi_item_at(p, i), *y = wgi_item_at(p, i - period);
    if (x->op != y->op || x->operands != y->operands) return false;
    const wg_node n = wgi_node_at(p, i), m = wgi_node_at(p, i - period);
    bool alike = wg_node_dtype(n) == wg_node_dtype(m) && wg_shape_equal(wg_node_shape(n), wg_node_shape(m)) &&
                 is_like_leaf(p, x, y) && has_like_numbers(p, x, y) && has_like_options(p, i, period);
    for (int64_t a = p->at.first[i], b = p->at.first[i - period]; alike && a < p->at.first[i + 1]; a++, b++) {
        const int32_t now = p->at.arg[a], before = p->at.arg[b];
        if (now == before || (now >= 0 && before >= 0 && now - before == period)) continue;
        alike = now >= 0 && now >= begin - period && now < begin && before >= 0 && before < begin - period &&
                wg_shape_equal(wg_node_shape(wgi_node_at(p, now)), wg_node_shape(wgi_node_at(p, before)));
    }
    return alike;
}

/* ---- runs ---- */

/* How many boxes the runs of this period save. With `keep` they become runs of the picture. in[i]: position i
 * is in a run already, or in none. */
static int64_t runs_of_period(wgi_picture *p, unsigned char *in, int64_t period, bool keep)
{
    int64_t saved = 0, n = p->at.nodes;
    for (int64_t i = period; i < n;) {
        const int64_t begin = i - period;
        while (i < n && !in[i] && !in[i - period] && is_alike(p, i, period, 0)) i++;
        const int64_t times = (i - begin) / period;
        if (times >= LEAST_TIMES) {
            saved += times * period - 1;
            if (keep) memset(in + begin, 1, (size_t)(period * times));
            if (keep)
                p->less.run[p->less.runs++] =
                    (wgi_alike_run){ begin, period, times, (i - begin) % period, false, 0 };
        }
        i = times >= LEAST_TIMES ? begin + period * times + period : i + 1;
    }
    return saved;
}

static int64_t best_period(wgi_picture *p, unsigned char *in, int64_t boxes)
{
    int64_t best = 0, most = 0;
    for (int64_t period = 1; period <= LONGEST_PERIOD && most < boxes - boxes / 16; period++) {
        const int64_t saved = runs_of_period(p, in, period, false);
        if (saved > most) most = saved, best = period;
    }
    return best;
}

static int by_begin(const void *a, const void *b)
{
    int64_t x = ((const wgi_alike_run *)a)->begin, y = ((const wgi_alike_run *)b)->begin;
    return (x > y) - (x < y);
}

int64_t wgi_find_alike_runs(wgi_picture *p, int64_t most, const unsigned char *kept)
{
    int64_t boxes = p->at.nodes, saved = boxes;
    unsigned char *in = wgi_pool_take(p->pool, p->at.nodes, 1);
    p->less.run = wgi_pool_take(p->pool, p->at.nodes / LEAST_TIMES, sizeof *p->less.run);
    if (p->pool->failed) return -1;
    if (kept) memcpy(in, kept, (size_t)p->at.nodes);
    for (int pass = 0; pass < PASSES && boxes > most && saved > 0 && saved >= boxes / LEAST_SHARE; pass++) {
        const int64_t period = best_period(p, in, boxes);
        saved = period ? runs_of_period(p, in, period, true) : 0;
        boxes -= saved;
    }
    qsort(p->less.run, (size_t)p->less.runs, sizeof *p->less.run, by_begin);
    return boxes;
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

/* The end of the part of a series that begins at position i; i: it is in none, or has a node that is kept. */
static int64_t end_of_part(const wgi_picture *p, int64_t i, const unsigned char *kept)
{
    size_t name, unused;
    const char *scope = scope_at(p, i);
    const size_t n = wgi_series_scope(scope, &name);
    int64_t end = i;
    while (n && end < p->at.nodes && !wgi_is_shared(p, end) &&
           wgi_series_scope(scope_at(p, end), &unused) == n && strncmp(scope_at(p, end), scope, n) == 0)
        if (kept[end++]) return i;
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
           llabs(strtoll(two + b, NULL, 10) - strtoll(one + a, NULL, 10)) == 1;
}

static bool is_alike_part(const wgi_picture *p, int64_t begin, int64_t period, const unsigned char *kept)
{
    for (int64_t i = begin; i < begin + period; i++)
        if (!is_alike(p, i, period, begin)) return false;
    return end_of_part(p, begin, kept) == begin + period;
}

void wgi_find_series(wgi_picture *p, const unsigned char *kept)
{
    p->less.run = wgi_pool_take(p->pool, p->at.nodes / 2, sizeof *p->less.run);
    if (!p->less.run) return;
    for (int64_t i = 0, end, next; i < p->at.nodes; i = next) {
        next = end = end_of_part(p, i, kept);
        const int64_t period = end - i;
        while (period && is_next_part(p, next - period, next) && next + period <= p->at.nodes &&
               is_alike_part(p, next, period, kept))
            next += period;
        if (next > end)
            p->less.run[p->less.runs++] = (wgi_alike_run){ i, period, (next - i) / period, 0, false, 0 };
        next += period == 0;
    }
}
