/* reduce_repeats.c: of parts that repeat one is drawn, and a scope is one box. */
#include <string.h>

#include "draw/reduced_boxes.h"

/* ---- repeats ---- */

/* Whether no node of the part is drawn in a box of the next one. */
static bool is_closed(const wgi_picture *p, int64_t begin, int64_t period)
{
    for (int64_t i = begin; i < begin + period; i++)
        if (wgi_into(p, i) >= begin + period) return false;
    return true;
}

static bool has_kept(const unsigned char *kept, const wgi_alike_run *r, int64_t part)
{
    const int64_t begin = r->begin + part * r->period;
    for (int64_t i = begin; i < begin + r->period; i++)
        if (kept[i]) return true;
    return false;
}

/* Whether a part uses what the part before it made. Others, as Q, K and V, are not one another's next. */
static bool is_chain(const wgi_picture *p, const wgi_alike_run *r)
{
    const int64_t second = r->begin + r->period;
    for (int64_t i = second; i < second + r->period; i++)
        for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++)
            if (p->at.arg[a] >= r->begin && p->at.arg[a] < second) return true;
    return false;
}

/* Begins where a part begins; this may cost one part. false: parts are drawn in one another's boxes. */
static bool align(const wgi_picture *p, wgi_alike_run *r)
{
    for (int64_t shift = 0; shift < r->period; shift++) {
        if (!is_closed(p, r->begin + shift, r->period)) continue;
        r->begin += shift, r->times -= shift > r->rest;
        return r->times > 1;
    }
    return false;
}

static bool has_own_parameters(const wgi_picture *p, const wgi_alike_run *r)
{
    for (int64_t i = r->begin; i < r->begin + r->period; i++)
        if (wg_node_leaf(wgi_node_at(p, i)) == WG_LEAF_PARAM) return true;
    return false;
}

/* All parts are drawn in the boxes of the first. */
static void merge(wgi_picture *p, const wgi_alike_run *r)
{
    for (int64_t i = r->begin; i < r->begin + r->period; i++) {
        const int32_t to = wgi_into(p, i);
        for (int64_t k = 1; k < r->times; k++)
            p->less.into[i + k * r->period] = to >= r->begin && to < r->begin + r->period ? (int32_t)i : to;
    }
    p->less.repeat[p->less.repeats] = *r;
    p->less.repeat[p->less.repeats++].has_loop = !has_own_parameters(p, r);
}

/* Parts with a kept node are drawn; those before, between and behind them are merged. */
static void merge_between(wgi_picture *p, const wgi_alike_run *r, const unsigned char *kept)
{
    for (int64_t from = 0, to; from < r->times; from = to + 1) {
        for (to = from; to < r->times && !has_kept(kept, r, to); to++) {}
        wgi_alike_run part = { .begin = r->begin + from * r->period,
                               .period = r->period,
                               .times = to - from };
        const bool reaches_out =
            to < r->times && to > from && !is_closed(p, r->begin + (to - 1) * r->period, r->period);
        part.times -= reaches_out;
        if (part.times > 1) merge(p, &part);
    }
}

/* Runs are aligned by themselves. The parts that the run before has taken since are left out. */
static bool begin_behind(wgi_alike_run *r, int64_t taken)
{
    while (r->times > 1 && r->begin < taken) r->begin += r->period, r->times--;
    return r->times > 1;
}

void wgi_reduce_repeats(wgi_picture *p, const unsigned char *kept)
{
    if (!p->less.looked_for_alike) {
        if (wgi_find_alike_runs(p, 0) < 0) return;
        p->less.looked_for_alike = true;
        p->less.alike = p->less.runs, p->less.runs = 0; /* they have frames, no boxes of their own */
    }
    int64_t most = p->less.alike;
    for (int64_t i = 0; i < p->at.nodes; i++) most += kept[i];
    p->less.repeat = wgi_pool_take(p->pool, most, sizeof *p->less.repeat);
    int64_t taken = 0; /* nodes before it are in repeats */
    if (!p->less.repeat) return;
    for (int64_t i = 0; i < p->less.alike; i++) {
        wgi_alike_run r = p->less.run[i];
        if (!align(p, &r) || !begin_behind(&r, taken) || !is_chain(p, &r)) continue;
        merge_between(p, &r, kept);
        taken = r.begin + r.times * r.period;
    }
}

/* ---- scopes ---- */

/* The length of the first `depth` parts of a path; 0: it has fewer. */
static size_t outer_scope(const char *scope, int depth)
{
    size_t n = 0;
    for (int k = 0; k < depth; k++) {
        if (k && scope[n] == '/') n++;
        const size_t part = strcspn(scope + n, "/");
        if (!part) return 0;
        n += part;
    }
    return n;
}

/* Nodes in a row that are in the same scope are drawn in the box of the last of them. */
void wgi_reduce_scopes(wgi_picture *p, const unsigned char *kept, int depth)
{
    p->less.scope_of = wgi_pool_take(p->pool, p->at.nodes, sizeof *p->less.scope_of);
    if (!p->less.scope_of) return;
    for (int64_t i = 0, end; i < p->at.nodes; i = end) {
        const char *scope = wg_node_scope(wgi_node_at(p, i));
        const size_t n = outer_scope(scope, depth);
        for (end = i + 1; n && end < p->at.nodes; end++) {
            const char *other = wg_node_scope(wgi_node_at(p, end));
            if (outer_scope(other, depth) != n || strncmp(other, scope, n)) break;
        }
        int64_t last = end - 1;
        while (last > i && (kept[last] || p->less.into[last] != last)) last--;
        if (!n || last == i) continue;
        for (int64_t k = i; k < end; k++)
            if (!kept[k] && p->less.into[k] == k) p->less.into[k] = (int32_t)last;
        p->less.scope_of[last] = (int32_t)n;
    }
}
