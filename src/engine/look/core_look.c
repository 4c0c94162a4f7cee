/* core_look.c: the core (`make CORE=1`) has no plans to look at. */
#ifdef WG_CORE
#include "graph/graph.h"
#include "wengert/plan.h"

WG_OPTION_ROWS(wg_plan_opts)

wg_plan *wg_plan_look_at(wg_site here, wg_node root, const wg_plan_opts *o)
{
    return wgi_fail(wgi_context_of(&root, 1), here, "plan_look", WG_ERROR_USE, "the core has no plans"), NULL;
}
void wg_plan_free(wg_plan *p) {}
#endif
