/* freeze.c: parameters that hold still. */
#include "graph/graph.h"

wg_status wg_params_freeze_at(wg_site here, wg_params *p, const char *pattern, bool on)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "params_freeze: the parameter set is NULL");
    if (!wgi_ok(p->c)) return p ? wg_failed(p->c) : WG_ERROR_USE;
    if (!pattern || !*pattern)
        return wgi_fail(p->c, here, "params_freeze", WG_ERROR_VALUE,
                        "a pattern is missing: \"*\" means all parameters");
    /* The last wg_backward of a graph may have had other targets. */
    for (wg_graph *g = p->c->graphs; g; g = g->next) g->run.last = NULL;
    wgi_params_freeze(p, pattern, on);
    return wg_failed(p->c);
}
