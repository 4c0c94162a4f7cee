/* wishes.c: what later requests of an evaluation need of what its plans have computed. A plan notes it
 * (wgi_plan.wished), so that the plan which replaces it leaves these values behind. */
#include "run/plan/plan.h"

/* ---- who has computed a node ---- */

static bool room_for_makers(wg_graph *g)
{
    const size_t was = g->now.maker_capacity;
    if (!WGI_GROW(g->c, g->now.maker, g->now.maker_capacity, (size_t)g->count)) return false;
    memset(g->now.maker + was, 0, (g->now.maker_capacity - was) * sizeof *g->now.maker);
    return true;
}

/* Fills maker[] for the plans that have run since the last call. */
static bool map_makers(wg_graph *g)
{
    if (!room_for_makers(g)) return false;
    for (; g->now.mapped < g->now.rans; g->now.mapped++) {
        const wgi_ran *u = &g->now.ran[g->now.mapped];
        for (uint32_t k = 1; u->plan && k < u->plan->of.n; k++)
            if (u->plan->makes[k] && u->at[k] < g->count)
                g->now.maker[u->at[k]] = (uint32_t)g->now.mapped + 1;
    }
    return true;
}

/* The local index of node i in a list that rises. 0: it is not there. */
static uint32_t find(const uint32_t *at, uint32_t n, uint32_t i)
{
    uint32_t low = 0, high = n;
    while (high - low > 1) {
        const uint32_t mid = low + (high - low) / 2;
        if (at[mid] <= i) low = mid;
        else high = mid;
    }
    return at[low] == i ? low : 0;
}

/* The plan of this evaluation that has computed node i, or NULL. *local: its index there. An entry of maker[]
 * may be of an earlier evaluation, so it is checked. */
static wgi_plan *maker_of(const wg_graph *g, uint32_t i, uint32_t *local)
{
    const uint32_t e = i < g->now.maker_capacity ? g->now.maker[i] : 0;
    if (!e || e > g->now.rans) return NULL;
    const wgi_ran *u = &g->now.ran[e - 1];
    *local = u->plan ? find(u->at, u->plan->of.n, i) : 0;
    return *local && u->plan->makes[*local] ? u->plan : NULL;
}

/* ---- noting ---- */

/* Adds a wish to p. If p drops the value, p is stale. */
static void add_wish(wgi_plan *p, uint32_t local)
{
    if (p->wished[local]) return;
    p->wished[local] = 1;
    p->wishes++;
    p->idle -= p->makes[local] == WGI_LEFT;
    p->stale |= p->makes[local] == WGI_MADE;
}

static void wish(wg_graph *g, uint32_t i)
{
    uint32_t k;
    wgi_plan *p = maker_of(g, i, &k);
    if (!p || p->makes[k] == WGI_ROOT || wgi_is_once(p->of.node[k].op)) return;
    g->now.missed |= p->makes[k] == WGI_MADE && !p->wished[k];
    add_wish(p, k);
}

void wgi_wishes_join(wgi_plan *p, wgi_plan *q)
{
    for (uint32_t k = 1; k < p->of.n; k++)
        if (p->wished[k] || q->wished[k]) {
            add_wish(p, k);
            add_wish(q, k);
        }
}

void wgi_wish(wg_graph *g, uint32_t i)
{
    if (g->now.rans && map_makers(g)) wish(g, i);
}

static bool is_computed(const wg_graph *g, uint32_t i, const void *unused)
{
    uint32_t k;
    return g->value[i] || maker_of(g, i, &k);
}

bool wgi_wish_for(wg_graph *g, const uint32_t *node, int n)
{
    if (!g->now.rans) return true;
    wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    bool ok = map_makers(g) && wgi_reach(g, &g->temp, node, n, 0, is_computed, NULL, &r);
    for (uint32_t k = 0; ok && k < r.count; k++)
        if (!wgi_is_leaf(&g->node[r.node[k]])) wish(g, r.node[k]);
    wgi_temp_rewind(g, place);
    return ok;
}
