/* fold.c: finds what repeats in the list of nodes, so that a long run of alike parts becomes one box.
 *
 * A part is a window of consecutive nodes. Two parts are alike when their nodes agree one by one in op, dtype, shape and
 * number of operands, and each operand is either a node at the same distance or the very same node (a shared parameter);
 * numbers and parameters' values do not matter. The window whose folding saves most is folded first, the smallest of
 * equals; then again among what is left, until little enough remains.
 */
#include "draw/picture.h"

#include <string.h>

#include "wengert/op.h"

enum {
    LONGEST_PERIOD = 64,
    LEAST_TIMES = 3,
    PASSES = 8,
    LEAST_SHARE = 64 /* a pass that saves less than one in so many is the last */
};

/* What is told apart of a node, besides its operands. */
typedef struct wgi_sort {
    const wg_op *op;
    wg_shape shape;
    wg_dtype dtype;
    int operands;
} wgi_sort;

typedef struct search {
    wgi_picture *p;
    int32_t *sort;       /* of each position: equal numbers for equal sorts */
    unsigned char *done; /* part of a run already */
    wgi_alike_run *run;
    int64_t runs, room;
} search;

/* ---- sorts ---- */

static wgi_sort sort_of(wg_node n)
{
    return (wgi_sort){ wg_node_op(n), wg_node_shape(n), wg_node_dtype(n), wg_node_operands(n) };
}

static bool sort_equal(const wgi_sort *a, const wgi_sort *b)
{
    return a->op == b->op && a->dtype == b->dtype && a->operands == b->operands &&
           wg_shape_equal(a->shape, b->shape);
}

/* Only equality of sorts is ever used, so that addresses may be in the hash. */
static uint64_t sort_hash(const wgi_sort *s)
{
#ifdef WG_HOSTILE
    return s->op == NULL;
#endif
    uint64_t h = (uint64_t)(uintptr_t)s->op * 31 + (uint64_t)s->dtype;
    h = h * 31 + (uint64_t)s->operands;
    for (int i = 0; i < s->shape.rank; i++) h = (h ^ (uint64_t)s->shape.dim[i]) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

/* table holds positions + 1 of the first node of each sort, by open addressing; it is twice as large as there are nodes. */
static void number_sorts(search *f, int32_t *table, size_t size)
{
    for (int64_t i = 0; i < f->p->nodes; i++) {
        wgi_sort s = sort_of(wg_graph_node(f->p->g, f->p->index[i]));
        size_t at = sort_hash(&s) % size;
        for (;; at = at + 1 == size ? 0 : at + 1) {
            if (!table[at]) table[at] = (int32_t)(i + 1);
            wgi_sort known = sort_of(wg_graph_node(f->p->g, f->p->index[table[at] - 1]));
            if (sort_equal(&s, &known)) break;
        }
        f->sort[i] = table[at];
    }
}

static bool sort_nodes(search *f)
{
    size_t size = (size_t)f->p->nodes * 2 + 1;
    int32_t *table = wg_alloc(f->p->c, size, sizeof *table);
    if (!table) return false;
    number_sorts(f, table, size);
    wg_free(f->p->c, table);
    return true;
}

/* ---- runs ---- */

static bool alike(const search *f, int64_t i, int64_t period)
{
    const wgi_picture *p = f->p;
    int64_t j = i - period;
    if (f->sort[i] != f->sort[j] || f->done[i] || f->done[j]) return false;
    for (int64_t a = p->first[i], b = p->first[j]; a < p->first[i + 1]; a++, b++)
        if (p->arg[a] != p->arg[b] && (p->arg[a] < 0 || p->arg[b] < 0 || p->arg[a] - p->arg[b] != period))
            return false;
    return true;
}

static bool keep_run(search *f, wgi_alike_run r)
{
    if (f->runs == f->room) {
        int64_t room = f->room ? 2 * f->room : 64;
        wgi_alike_run *more = wg_alloc(f->p->c, (size_t)room, sizeof *more);
        if (!more) return false;
        if (f->run) memcpy(more, f->run, (size_t)f->runs * sizeof *more);
        wg_free(f->p->c, f->run);
        f->run = more, f->room = room;
    }
    f->run[f->runs++] = r;
    memset(f->done + r.begin, 1, (size_t)(r.period * r.times));
    return true;
}

/* How many boxes are saved by folding all runs of this period; with keep they are folded. -1: no memory. */
static int64_t runs_of_period(search *f, int64_t period, bool keep)
{
    int64_t saved = 0, n = f->p->nodes;
    for (int64_t i = period; i < n;) {
        int64_t begin = i - period;
        while (i < n && alike(f, i, period)) i++;
        int64_t times = (i - begin) / period;
        if (times >= LEAST_TIMES) {
            saved += times * period - 1;
            if (keep && !keep_run(f, (wgi_alike_run){ begin, period, times })) return -1;
        }
        i = times >= LEAST_TIMES ? begin + period * times + period : i + 1;
    }
    return saved;
}

static int64_t best_period(search *f, int64_t visible)
{
    int64_t best = 0, most = 0;
    for (int64_t p = 1; p <= LONGEST_PERIOD && most < visible - visible / 16; p++) {
        int64_t saved = runs_of_period(f, p, false);
        if (saved > most) most = saved, best = p;
    }
    return best;
}

static void sort_runs(wgi_alike_run *run, int64_t n)
{
    for (int64_t gap = n / 2; gap > 0; gap /= 2)
        for (int64_t i = gap; i < n; i++) {
            wgi_alike_run r = run[i];
            int64_t k = i;
            for (; k >= gap && run[k - gap].begin > r.begin; k -= gap) run[k] = run[k - gap];
            run[k] = r;
        }
}

int64_t wgi_find_alike_runs(wgi_picture *p, int64_t most)
{
    search f = { .p = p };
    int64_t boxes = p->nodes, saved = boxes;
    f.sort = wg_alloc(p->c, (size_t)p->nodes + 1, sizeof *f.sort);
    f.done = wg_alloc(p->c, (size_t)p->nodes + 1, 1);
    bool ok = f.sort && f.done && sort_nodes(&f);
    for (int pass = 0; ok && pass < PASSES && boxes > most && saved > 0 && saved >= boxes / LEAST_SHARE;
         pass++) {
        int64_t period = best_period(&f, boxes);
        saved = period ? runs_of_period(&f, period, true) : 0;
        ok = saved >= 0;
        boxes -= saved;
    }
    wg_free(p->c, f.sort);
    wg_free(p->c, f.done);
    sort_runs(f.run, f.runs);
    p->run = f.run, p->runs = f.runs;
    return ok ? boxes : -1;
}
