/* plan_view.h: what plan_timing.c, which runs a plan, and plan_view.c, which describes it, share. */
#ifndef WGI_PLAN_VIEW_H
#define WGI_PLAN_VIEW_H

#include "run/plan/plan.h"
#include "wengert/plan.h"

typedef struct wgi_plan_view {
    wg_plan plan;    /* must be first: the user has its address, and wg_plan_free frees the whole */
    wgi_arena arena; /* all that the plan points to */
} wgi_plan_view;

/* Fills v from the plan p, which was run for the request r on nodes of g. seconds[i] is the time of step i.
 * false: no memory. */
bool wgi_plan_describe(wgi_plan_view *v, wg_graph *g, const wgi_plan *p, const wgi_request *r,
                       const double *seconds);

#endif
