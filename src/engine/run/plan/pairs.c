/* pairs.c: finds pairs of nodes that one kernel computes in one pass over memory, as a loss and its
 * gradient. The second node reads results of the first. They are a pair if nothing else that the second
 * node needs depends on the first. For a loss this is so when the gradient that it is given does not
 * depend on its value. The bits are those of two steps. */
#include "run/plan/plan.h"

static uint32_t first_of(const wgi_work *w, uint32_t i) { return i - w->node[i].output; }

static bool is_input_of(const wgi_work *w, uint32_t a, uint32_t x)
{
    const wgi_node *n = &w->node[a];
    WGI_EACH_OPERAND(k, n)
        if (w->rep[wgi_in(n)[k]] == x) return true;
    return false;
}

/* Adds node x to the cone if it comes after a and must be computed. False: it is not elementwise, it is a
 * result of a, or the cone is full. */
static bool need_before(const wgi_work *w, uint32_t a, uint32_t x, wgi_cone *c)
{
    x = w->rep[x];
    if (first_of(w, x) == a) return false;
    if (x < a || wgi_work_given(w, x)) return true;
    for (int i = 0; i < c->count; i++)
        if (c->node[i] == x) return true;
    const wg_class kind = w->node[x].op->kind;
    if (c->count == WGI_CONE || (kind != WG_MAP && kind != WG_ALIAS)) return false;
    c->node[c->count++] = x;
    return true;
}

static void sort(wgi_cone *c)
{
    for (int i = 1; i < c->count; i++)
        for (int j = i; j > 0 && c->node[j - 1] > c->node[j]; j--) {
            const uint32_t t = c->node[j];
            c->node[j] = c->node[j - 1];
            c->node[j - 1] = t;
        }
}

bool wgi_pair_cone(const wgi_work *w, uint32_t a, uint32_t b, wgi_cone *c)
{
    const wgi_node *n = &w->node[b];
    c->count = 0;
    WGI_EACH_OPERAND(k, n) {
        const uint32_t x = wgi_in(n)[k];
        if (first_of(w, w->rep[x]) != a && !need_before(w, a, x, c)) return false;
    }
    for (int i = 0; i < c->count; i++) {
        const wgi_node *m = &w->node[c->node[i]];
        WGI_EACH_OPERAND(k, m)
            if (!need_before(w, a, wgi_in(m)[k], c)) return false;
    }
    sort(c);
    return true;
}

/* The operands of a, then those of b that are neither operands nor results of a. */
uint32_t wgi_pair_operands(const wgi_work *w, uint32_t a, uint32_t b, uint32_t x[WGI_PAIR_OPERANDS])
{
    const wgi_node *m = &w->node[a], *n = &w->node[b];
    uint32_t count = 0;
    for (uint32_t k = 0; k < m->operands && count < WGI_PAIR_OPERANDS; k++) x[count++] = wgi_in(m)[k];
    for (uint32_t k = 0; k < n->operands && count < WGI_PAIR_OPERANDS; k++) {
        const uint32_t y = w->rep[wgi_in(n)[k]];
        if (first_of(w, y) != a && !is_input_of(w, a, y)) x[count++] = y;
    }
    return count;
}

static bool computed(const wgi_work *w, uint32_t i)
{
    return w->need[i] && w->rep[i] == i && !wgi_work_given(w, i);
}

/* The earlier node that b makes a pair with, or 0. */
static uint32_t partner(const wgi_work *w, uint32_t b)
{
    const wgi_node *n = &w->node[b];
    uint32_t x[WGI_PAIR_OPERANDS];
    wgi_cone c;
    if (!wgx_hints(n->op)->joined || n->output || !computed(w, b)) return 0;
    WGI_EACH_OPERAND(k, n) {
        const uint32_t a = first_of(w, w->rep[wgi_in(n)[k]]);
        if (w->node[a].op != wgx_hints(n->op)->joins || !computed(w, a) || w->pair[a] ||
            w->guard[a] != w->guard[b])
            continue;
        if (wgi_pair_operands(w, a, b, x) == (uint32_t)wgx_hints(n->op)->joined->operands &&
            wgi_pair_cone(w, a, b, &c))
            return a;
    }
    return 0;
}

void wgi_find_pairs(wgi_work *w)
{
    for (uint32_t i = 1; i < w->n && !w->failed; i++) {
        const uint32_t a = partner(w, i);
        if (a) w->pair[a] = i;
    }
}
