/* reduce_repeats.c: of parts that repeat one is drawn. */
#include "draw/reduced_boxes.h"

enum { FORMULA_NODES = 24 }; /* fewer nodes whose parts have no names may be a formula */

/* Whether a part uses what the part before it made. Others, as Q, K and V, are not one another's next. */
static bool is_chain(const wgi_picture *p, const wgi_alike_run *r)
{
    const int64_t second = r->begin + r->period;
    for (int64_t i = second; i < second + r->period; i++)
        for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++)
            if (p->at.arg[a] >= r->begin && p->at.arg[a] < second) return true;
    return false;
}

static bool has_name_at_end(const wgi_picture *p, const wgi_alike_run *r)
{
    return wgi_has_name(p, r->begin + r->period - 1);
}

/* A part ends with a name, no other node of it is used behind it, and it begins with its parameters: how far
 * the first one is from that. */
static int64_t looseness(const wgi_reducer *d, const wgi_alike_run *r)
{
    const int64_t end = r->begin + r->period;
    int64_t n = 2 * !has_name_at_end(d->p, r) + (wgi_item_at(d->p, r->begin)->operands > 0);
    for (int64_t i = r->begin; i < end - 1; i++) n += 4 * (d->last_use[i] >= end);
    return n;
}

/* This may cost one part. */
static void align(const wgi_reducer *d, wgi_alike_run *r)
{
    wgi_alike_run best = *r, now = *r;
    int64_t least = looseness(d, r);
    for (int64_t shift = 1; shift < r->period && least; shift++) {
        now.begin++, now.times = r->times - (shift > r->rest);
        const int64_t n = looseness(d, &now);
        if (n < least) least = n, best = now;
    }
    *r = best;
}

static bool has_own_parameters(const wgi_picture *p, const wgi_alike_run *r)
{
    for (int64_t i = r->begin; i < r->begin + r->period; i++)
        if (wg_node_leaf(wgi_node_at(p, i)) == WG_LEAF_PARAM) return true;
    return false;
}

bool wgi_close_repeat(wgi_picture *p, const wgi_alike_run *r)
{
    bool shown = false;
    for (int64_t i = r->begin; i < r->begin + r->period; i++) {
        const int32_t to = wgi_into(p, i);
        const bool in_part = to >= r->begin && to < r->begin + r->period;
        for (int64_t k = 1; k < r->times; k++) p->less.into[i + k * r->period] = in_part ? (int32_t)i : to;
        shown |= in_part;
    }
    return shown;
}

static void add_repeat(wgi_reducer *d, wgi_alike_run r)
{
    wgi_picture *p = d->p;
    r.has_loop = !has_own_parameters(p, &r);
    for (int64_t i = 0; i < r.period * r.times; i++) {
        d->repetitions += i % r.period == 0;
        d->at[r.begin + i] = (wgi_repeat_place){ d->repetitions, (int32_t)(i - i % r.period), 0 };
    }
    d->repeat[d->repeats++] = r;
}

/* Runs are aligned by themselves. The parts that the run before has taken since are left out. */
void wgi_find_repeats(wgi_reducer *d)
{
    wgi_picture *p = d->p;
    if (p->less.folds_series) wgi_find_series(p, d->kept);
    const bool is_series = p->less.folds_series = p->less.runs > 0;
    if (!is_series && wgi_closed(p, WGI_PARTS_REPEATS)) wgi_find_alike_runs(p, 0, d->kept);
    d->repeat = wgi_pool_take(p->pool, p->less.runs, sizeof *d->repeat);
    int64_t taken = 0; /* nodes before it are in repeats */
    for (int64_t i = 0; !p->pool->failed && i < p->less.runs; i++) {
        wgi_alike_run r = p->less.run[i];
        if (!is_series) align(d, &r);
        const bool is_formula = r.period * r.times <= FORMULA_NODES && !is_series && !has_name_at_end(p, &r);
        while (r.times > 1 && r.begin < taken) r.begin += r.period, r.times--;
        if (r.times < 2 || is_formula || !is_chain(p, &r)) continue;
        add_repeat(d, r);
        taken = r.begin + r.times * r.period;
    }
    p->less.runs = 0; /* they have frames, no boxes of their own */
}
