/* levels.c: nodes run level by level, so that nodes of one kind are computed together. The level of a node is
 * the longest path to it from nodes that have values. Nodes of one level do not depend on each other. Many
 * products of one row with the same matrix become a product of some rows, which reads the matrix once. */
#include "run/levels.h"

/* FEW: with fewer products there is nothing to gain. WIDE: with fewer nodes in a level, on average, finding
 * those of one kind costs more than it gains. */
enum { FEW = 2, WIDE = 8 };

typedef struct run_of_levels {
    wg_graph *g;
    uint32_t *node;  /* the nodes, by level */
    uint32_t *begin; /* by level: its first place in node[]; an entry more at the end */
    uint32_t levels;
    uint32_t *next;  /* by place in node[]: the next that waits for the same call; 0: none. Places are + 1 */
    uint32_t *queue; /* memory for a list of nodes */
    wgi_kind_call **waiting;
    uint32_t calls;
    wgi_tape *tape;
} run_of_levels;

static bool has_products(const wg_graph *g, const uint32_t node[], uint32_t n)
{
    uint32_t products = 0;
    for (uint32_t k = 0; k < n && products < FEW; k++) products += g->node[node[k]].op->kind == WG_CONTRACT;
    return products == FEW;
}

/* level[i - lo] of each node of list[], which is in order; 1 is the lowest. Returns the highest. */
static uint32_t find_levels(const wg_graph *g, const uint32_t list[], uint32_t n, uint32_t level[])
{
    const uint32_t lo = list[0];
    uint32_t most = 0;
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t i = list[k], *in = wgi_in(&g->node[i]);
        uint32_t high = 0;
        for (uint32_t j = 0; j < g->node[i].operands; j++) {
            const uint32_t base = in[j] - g->node[in[j]].output;
            if (base >= lo) high = WGI_MAX(high, level[base - lo]);
        }
        level[i - lo] = high + 1;
        most = WGI_MAX(most, high + 1);
    }
    return most;
}

uint32_t *wgi_levels_of(wg_graph *g, const uint32_t list[], uint32_t n, uint32_t *levels)
{
    if (wgi_without(g->c, WG_WITHOUT_KINDS) || !has_products(g, list, n)) return NULL;
    uint32_t *level = wgi_arena_zeroed(&g->temp, sizeof *level * ((size_t)list[n - 1] - list[0] + 1));
    *levels = level ? find_levels(g, list, n, level) : 0;
    return level && n >= WIDE * *levels ? level : NULL;
}

/* Sorts the nodes of list[] by level; within a level they keep their order. */
static bool sort(run_of_levels *s, const uint32_t list[], uint32_t n, const uint32_t level[])
{
    wgi_arena *a = &s->g->temp;
    s->node = wgi_arena_alloc(a, sizeof *s->node * n);
    s->begin = wgi_arena_zeroed(a, sizeof *s->begin * ((size_t)s->levels + 2));
    if (!s->node || !s->begin) return false;
    for (uint32_t k = 0; k < n; k++) s->begin[level[list[k] - list[0]] + 1]++;
    for (uint32_t l = 1; l <= s->levels; l++) s->begin[l + 1] += s->begin[l];
    for (uint32_t k = 0; k < n; k++) s->node[s->begin[level[list[k] - list[0]]]++] = list[k];
    memmove(s->begin + 1, s->begin, sizeof *s->begin * ((size_t)s->levels + 1));
    return true;
}

/* ---- one level ---- */

static void wait(run_of_levels *s, uint32_t at, wgi_kind_call *c)
{
    s->next[at] = 0;
    if (c->busy) s->next[c->last - 1] = at + 1;
    else c->first = at + 1, s->waiting[s->calls++] = c;
    c->busy = true;
    c->last = at + 1;
}

/* Runs a node at once, or lets it wait for the others of its kind. */
static bool start(run_of_levels *s, uint32_t at)
{
    wg_graph *g = s->g;
    const uint32_t i = s->node[at];
    const wgi_node *n = &g->node[i];
    const bool tape = !n->shape->rank && !wgi_without(g->c, WG_WITHOUT_TAPE);
    const uint32_t next = tape ? wgi_tape_forward(s->tape, i, i, false) : i;
    if (next != i) return next > i;
    wgi_kind_call *c = wgi_kind_call_of(g, n);
    g->run.spent += wgi_spent_on(wgi_size(n->shape));
    if (c) return wait(s, at, c), true;
    return wgi_ok(g->c) && wgi_run_alone(g, i);
}

/* Runs the nodes that wait. ok: false if there was an error; then they are only forgotten. */
static bool finish(run_of_levels *s, bool ok)
{
    for (uint32_t k = 0; k < s->calls; k++) {
        wgi_kind_call *c = s->waiting[k];
        uint32_t n = 0;
        for (uint32_t at = c->first; at; at = s->next[at - 1]) s->queue[n++] = s->node[at - 1];
        ok = ok && wgi_kind_call_run_all(s->g, s->queue, n, c);
        c->busy = false;
    }
    s->calls = 0;
    return ok;
}

static bool run_level(run_of_levels *s, uint32_t begin, uint32_t end)
{
    bool ok = true;
    for (uint32_t at = begin; at < end && ok; at++) ok = start(s, at);
    return finish(s, ok);
}

bool wgi_levels_run(wg_graph *g, wgi_tape *t, const uint32_t list[], uint32_t n, const uint32_t level[],
                    uint32_t count)
{
    const wgi_place place = wgi_arena_place(&g->temp);
    run_of_levels s = { .g = g, .tape = t, .levels = count };
    s.next = wgi_arena_alloc(&g->temp, sizeof *s.next * n);
    s.queue = wgi_arena_alloc(&g->temp, sizeof *s.queue * n);
    s.waiting = wgi_arena_alloc(&g->temp, sizeof(wgi_kind_call *) * n);
    bool ok = s.next && s.queue && s.waiting && sort(&s, list, n, level);
    for (uint32_t l = 1; l <= count && ok; l++) ok = run_level(&s, s.begin[l], s.begin[l + 1]);
    wgi_arena_rewind(&g->temp, place);
    return ok;
}
