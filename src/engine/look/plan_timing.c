/* plan_timing.c: wg_plan_look: finds the plan of a request, runs it and times its steps, without a change to
 * the graph.
 *
 * It runs on a second graph with the same records. It has an evaluation of its own, so the first one's values
 * stay. Its plan is compiled for the look (wgi_request.look), and leaves behind what the plan of the first
 * graph does. So the plans of the program do not change. */
#include "look/plan_view.h"

#include <time.h>

/* ---- the clock ---- */

/* A step lasts from the end of the step before to the end of its last chunk: the steps add up to the run. */
static void note_least(const wgi_clock *k, int threads, double *least)
{
    double before = INFINITY;
    for (int t = 0; t < threads; t++)
        for (int i = 0; i < k->plan->steps; i++) {
            double b = k->begin[t * k->plan->steps + i];
            if (b) before = fmin(before, b);
        }
    for (int i = 0; i < k->plan->steps; i++) {
        double end = before;
        for (int t = 0; t < threads; t++) end = fmax(end, k->end[t * k->plan->steps + i]);
        least[i] = fmin(least[i], end - before);
        before = end;
    }
}

/* ---- the request ---- */

/* Fills the targets of r: those that wg_backward would have, and the nodes of .wrt. false: out of memory. */
static bool targets_of(wgi_plan_view *v, wg_graph *g, const wg_plan_opts *o, wgi_request *r)
{
    if (!wgi_request_targets(g, &v->arena, o->params, (size_t)o->wrt_count, r)) return false;
    for (int i = 0; i < o->wrt_count; i++) {
        bool have = false;
        for (int k = 0; k < r->targets && !have; k++) have = r->target[k] == o->wrt[i].index;
        if (!have) r->target[r->targets++] = o->wrt[i].index;
    }
    for (int i = 0; i < r->targets; i++) {
        const wgi_node *n = &g->node[r->target[i]];
        r->into[i] = wgi_arena_alloc(&v->arena, (size_t)wgi_size(n->shape) *
                                                    wg_dtype_size(wg_gradient_dtype((wg_dtype)n->dtype)));
        if (!r->into[i]) return false;
    }
    return true;
}

WG_OPTION_ROWS(wg_plan_opts)

static bool check(wg_site here, wg_node root, const wg_plan_opts *o)
{
    wg_graph *g = root.graph;
    char shape[128];
    if (!g) wgi_is_node(NULL, root, here, "plan_look", 0, "the root");
    if (!g || !wgi_ok(g->c) || !wgi_usable(root, here, "plan_look", "the root")) return false;
    if (!wg_options_fit(g->c, here, "plan_look", wg_plan_opts_rows(), o)) return false;
    if (o->wrt_count && !o->wrt) {
        wgi_fail(g->c, here, "plan_look", WG_ERROR_USE, ".wrt: %d nodes, and the list is NULL", o->wrt_count);
        return false;
    }
    for (int i = 0; i < o->wrt_count; i++)
        if (!wgi_usable(o->wrt[i], here, "plan_look", "a node of .wrt") || o->wrt[i].graph != g) return false;
    if (!o->params && !o->wrt_count) return true;
    if (wg_shape_size(wg_node_shape(root)) == 1 && wg_dtype_is_float(wg_node_dtype(root))) return true;
    wgi_fail(g->c, here, "plan_look", WG_ERROR_SHAPE, "gradients are of one float, the root is %s %s",
             wg_dtype_name(wg_node_dtype(root)), wg_shape_text(wg_node_shape(root), shape, sizeof shape));
    return false;
}

/* ---- running ---- */

enum { LEAST_RUNS = 3, MOST_RUNS = 2000 };

static bool run_once(wg_graph *s, wgi_request *r)
{
    int how = s->c->o.interpret;
    s->c->o.interpret = -1;
    wgi_open(s);
    bool ok = wgi_run(s, r);
    s->c->o.interpret = how;
    return ok;
}

/* The time of each step, the least of all runs; NULL after an error. */
static double *time_runs(wgi_plan_view *v, wg_graph *s, wgi_request *r, double seconds)
{
    int threads = s->c->o.threads;
    double *least = NULL, end = wgi_now() + seconds;
    do {
        if (!run_once(s, r)) return NULL;
        if (!s->run.clock->plan) return wgi_arena_alloc(&v->arena, 1); /* nothing was to be computed */
        int steps = s->run.clock->plan->steps;
        if (!least) least = wgi_arena_alloc(&v->arena, (size_t)WGI_MAX(steps, 1) * sizeof *least);
        if (!least) return NULL;
        for (int i = 0; i < steps && !v->plan.runs; i++) least[i] = INFINITY;
        note_least(s->run.clock, threads, least);
        if (++v->plan.runs < MOST_RUNS && (v->plan.runs < LEAST_RUNS || wgi_now() < end)) wgi_close(s);
        else return least;
    } while (true);
}

static bool look(wgi_plan_view *v, wg_graph *g, wg_graph *s, wg_node root, const wg_plan_opts *o,
                 wgi_request *r)
{
    wgi_clock clock = { .arena.c = g->c };
    v->plan.threads = g->c->o.threads;
    s->run.clock = &clock;
    double *least = NULL;
    bool ok = wgi_request_roots(g, s, &v->arena, &root.index, 1, r->backward, r) && targets_of(v, g, o, r) &&
              (least = time_runs(v, s, r, o->seconds)) &&
              (!clock.plan || wgi_plan_describe(v, g, clock.plan, r, least));
    wgi_arena_free(&clock.arena);
    return ok;
}

wg_plan *wg_plan_look_at(wg_site here, wg_node root, const wg_plan_opts *o)
{
    WG_OPTIONS_FILL(wg_plan_opts, o);
    if (!check(here, root, o)) return NULL;
    wg_graph *g = root.graph, *s = wgi_graph_copy(g);
    wgi_plan_view *v = s ? wg_alloc(g->c, 1, sizeof *v) : NULL;
    wgi_request r = {
        .here = here, .quiet = true, .look = true, .backward = o->params || o->wrt_count, .loss = root.index
    };
    if (!r.backward) r.loss = 0;
    if (v) v->arena.c = g->c;
    bool ok = v && look(v, g, s, root, o, &r);
    wg_graph_free(s);
    if (ok) return &v->plan;
    if (v) wg_plan_free(&v->plan);
    return NULL;
}

void wg_plan_free(wg_plan *p)
{
    wgi_plan_view *v = (wgi_plan_view *)(void *)p;
    if (!p) return;
    wg_context *c = v->arena.c;
    wgi_arena_free(&v->arena);
    wg_free(c, v);
}
