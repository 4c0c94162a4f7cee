/* copy.c: a second graph with the records of a first. It has an evaluation of its own, so that the values of
 * the first stay as they are. */
#include "graph/graph.h"

static void copy(void *to, const void *from, size_t bytes)
{
    if (bytes) memcpy(to, from, bytes);
}

static bool copy_lists(wg_graph *s, const wg_graph *g)
{
    const size_t params = g->params, kepts = g->results.kepts, uses = g->now.uses;
    if (!WGI_GROW(s->c, s->param, s->param_capacity, params) ||
        !WGI_GROW(s->c, s->results.kept, s->results.kept_capacity, kepts) ||
        !WGI_GROW(s->c, s->now.use, s->now.use_capacity, uses))
        return false;
    copy(s->param, g->param, params * sizeof *s->param);
    copy(s->results.kept, g->results.kept, kepts * sizeof *s->results.kept);
    copy(s->now.use, g->now.use, uses * sizeof *s->now.use);
    s->params = params, s->results.kepts = kepts, s->now.uses = uses;
    return true;
}

wg_graph *wgi_graph_copy(const wg_graph *g)
{
    wg_graph *s = wg_graph_new(g->c);
    if (!s) return NULL;
    wg_begin(s, g->mode);
    bool ok = true;
    for (uint32_t i = 1; i < g->count && ok; i++) {
        ok = wgi_append(s, &g->node[i]) == i;
        if (ok) s->node[i].scope = 0, s->node[i].name = 0, s->node[i].flags &= (uint8_t)~WGI_RESULT;
    }
    ok = ok && copy_lists(s, g);
    s->now.epoch = g->now.epoch;
    s->lost = g->lost;
    s->copy_of = (wg_graph *)(uintptr_t)g;
    if (ok) return s;
    wg_graph_free(s);
    return NULL;
}
