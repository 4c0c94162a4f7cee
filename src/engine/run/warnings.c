/* warnings.c: what wg_backward warns of: mistakes that give numbers, but not those that were meant. */
#include "run/run.h"

void wgi_warn_of_eval(wg_graph *g, wg_site here)
{
    const bool drops = strcmp(g->habits.idle, "dropout") == 0;
    if (!wgi_warns(g->c, WGI_WARN_EVAL, here)) return;
    wgi_warn_at(g->c, here, "backward",
                "the graph was begun with WG_EVAL, where %s (%s) %s. To train, say wg_begin(g, WG_TRAIN)",
                g->habits.idle, wg_site_place(g->habits.idle_at),
                drops ? "drops nothing" : "uses stored averages and does not update them");
}

void wgi_warn_of_growth(wg_graph *g, wg_site here)
{
    if (g->anew) return; /* its user cannot begin it */
    if (!wgi_warns(g->c, WGI_WARN_GROWTH, here)) return;
    wgi_warn_at(
        g->c, here, "backward",
        "%d calls without a wg_begin, and the graph has grown to %u nodes. Call wg_begin where a step "
        "begins: it frees the nodes of the step before",
        WGI_MANY_BACKWARDS, g->count);
}
