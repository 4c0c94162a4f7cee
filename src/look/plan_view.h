/* plan_view.h: between plan_look.c, which runs a plan, and plan_view.c, which describes it. */
#ifndef WGI_PLAN_VIEW_H
#define WGI_PLAN_VIEW_H

#include "run/plan/plan.h"
#include "wengert/plan.h"

typedef struct wgi_plan_view { /* plan: first, what the user has */
    wg_plan plan;
    wgi_arena arena;
} wgi_plan_view;

/* Fills v from a plan that was run for r, nodes of g; seconds of each of its steps. false: no memory. */
bool wgi_plan_describe(wgi_plan_view *v, wg_graph *g, const wgi_plan *p, const wgi_request *r,
                       const double *seconds);

#endif
