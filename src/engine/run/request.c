/* request.c: answers a request: by a plan (plan/answer.c), by the tape, or by the interpreter. */
#include "base/floats.h"
#include "run/run.h"

#include <stdio.h>

/* The directions of a request for H v, as inputs. Their places among the derivative's nodes are those of the
 * targets: wgi_buffer_of relies on it. */
static bool direction_nodes(wg_graph *g, const wgi_request *r, wg_node v[])
{
    for (int i = 0; i < r->targets; i++) {
        const wgi_node *x = &g->node[r->target[i]];
        void *data = (void *)(uintptr_t)r->along[i];
        v[i] = wg_input_borrow_at(wg_inside(r->here), g, "", (wg_tensor){ x->dtype, *x->shape, data });
    }
    return wgi_ok(g->c);
}

static bool derive_twice(wg_graph *g, const wgi_request *r, const wg_node x[], wg_node hv[])
{
    wg_node *v = wgi_temp(g, sizeof *v * (size_t)WGI_MAX(r->targets, 1));
    return v && direction_nodes(g, r, v) &&
           wgi_hvp(r->here, wgi_handle(g, r->loss), x, v, r->targets, hv) == WG_OK;
}

static bool derive_once(wg_graph *g, wgi_request *r, const wg_node x[], wg_node gx[])
{
    wg_site in = wg_inside(r->here);
    wg_node loss = wgi_handle(g, r->loss), one = wgi_leaf_number(g, in, 1, wg_node_dtype(loss));
    return wg_node_ok(one) && wgi_reverse(g, in, &loss, &one, 1, x, r->targets, gx, &r->blocked);
}

/* Appends the nodes of the gradients, or of H v. They must not use the leaves of the user's numbers: those
 * may have other values when the plan runs again, while numbers of the derivative are part of the plan. So
 * the table of numbers is emptied meanwhile. The nodes are removed after the request, so that their calls are
 * not remembered. */
bool wgi_request_derive(wg_graph *g, wgi_request *r, wg_node gx[])
{
    wg_node *x = wgi_temp(g, sizeof *x * (size_t)WGI_MAX(r->targets, 1));
    r->texts = g->names.texts, r->scopes = g->names.scopes.count, g->names.fleeting = true;
    if (!x) return false;
    for (int i = 0; i < r->targets; i++) x[i] = wgi_handle(g, r->target[i]);
    wgi_number users[WGI_NUMBERS];
    memcpy(users, g->plain.number, sizeof users);
    memset(g->plain.number, 0, sizeof g->plain.number);
    g->build.within++;
    bool ok = r->along ? derive_twice(g, r, x, gx) : derive_once(g, r, x, gx);
    g->build.within--;
    memcpy(g->plain.number, users, sizeof users);
    return ok;
}

/* ---- without a plan ---- */

/* Answers a backward request without a plan and without nodes for gradients. False: the tape cannot. */
static bool run_tape(wg_graph *g, wgi_request *r)
{
    if (wgi_without(g->c, WG_WITHOUT_TAPE) || !r->backward || r->along || r->rows ||
        (r->roots && !wgi_interpret(g, r->root, r->roots)) || !wgi_tape_backward(g, r))
        return false;
    wgi_roots_done(g, r);
    return true;
}

/* The nodes that the request asks for: roots, and the gradients gx. *n: how many. */
uint32_t *wgi_request_nodes(wg_graph *g, const wgi_request *r, const wg_node gx[], int *n)
{
    uint32_t *all = wgi_temp(g, sizeof *all * (size_t)(r->roots + r->targets));
    *n = 0;
    for (int i = 0; all && i < r->roots; i++) all[(*n)++] = r->root[i];
    for (int i = 0; all && i < r->targets; i++)
        if (!wg_is_none(gx[i])) all[(*n)++] = gx[i].index;
    return all;
}

static bool interpret(wg_graph *g, const wgi_request *r, const wg_node gx[])
{
    int n;
    const uint32_t *all = wgi_request_nodes(g, r, gx, &n);
    return all && wgi_wish_for(g, all, n) && wgi_interpret_request(g, r, gx, all, n);
}

uint32_t wgi_request_end(const wg_graph *g, const wgi_request *r)
{
    uint32_t last = 0;
    for (int i = 0; i < r->roots; i++) {
        const wgi_node *n = &g->node[r->root[i]];
        last = WGI_MAX(last, r->root[i] - n->output + (uint32_t)wgi_outputs(n->op) - 1);
    }
    if (r->backward) last = WGI_MAX(last, r->loss);
    for (int i = 0; i < r->targets; i++) last = WGI_MAX(last, r->target[i]);
    return last + 1;
}

void wgi_trace_request(const wg_graph *g, const wgi_request *r, const char *way, const char *why)
{
    char root[40] = "";
    uint32_t first = r->backward ? r->loss : r->roots ? r->root[0] : 0;
    snprintf(root, sizeof root, "node %u (%s)", first, g->node[first].op->name);
    wgi_say(g->c, "request: %s: %s of %s, %d roots, %d gradients, nodes [0, %u): %s: %s",
            *wg_site_place(r->here) ? wg_site_place(r->here) : "?",
            r->along      ? "hvp"
            : r->backward ? "backward"
                          : "read",
            root, r->roots, r->targets, wgi_request_end(g, r), way, why);
}

void wgi_trace_value(const wg_graph *g, uint32_t i)
{
    wgi_say(g->c, "value: node %u (%s), %s", i, g->node[i].op->name, wg_site_place(g->node[i].here));
}

/* Removes the nodes of the derivative, and their memory. */
void wgi_request_forget(wg_graph *g, const wgi_request *r, uint32_t mark, wgi_place place)
{
    wgi_forget(g, mark);
    if (r->texts) wgi_texts_cut(g, r->texts, r->scopes);
    wgi_arena_rewind(&g->arena, place);
}

/* Room for gradients, without which the list is not NULL. */
wg_node *wgi_request_gradients(wg_graph *g, const wgi_request *r)
{
    return wgi_temp(g, sizeof(wg_node) * (size_t)WGI_MAX(r->targets, 1));
}

static bool run_interpreted(wg_graph *g, wgi_request *r)
{
    const uint32_t mark = g->count;
    const wgi_place place = wgi_arena_place(&g->arena);
    wg_node *gx = wgi_request_gradients(g, r);
    WGI_TRACE_REQUEST(g, r, "interpreted", "its structure is not worth a plan yet");
    g->run.derived = r->backward ? mark : 0;
    bool ok = gx && (!r->backward || wgi_request_derive(g, r, gx)) && interpret(g, r, gx);
    g->run.derived = 0;
    g->run.spent += g->count - mark;
    if (r->backward) wgi_request_forget(g, r, mark, place);
    g->now.trail = wgi_mix(g->now.trail, wgi_mix(r->place, 0x1117 + (uint64_t)!ok));
    return ok;
}

/* A plan that has run may have left too little behind for the tape, which reads all values. */
bool wgi_run_without_plan(wg_graph *g, wgi_request *r)
{
    g->run.spent = 0;
    if (g->now.rans || !run_tape(g, r)) return wgi_ok(g->c) && run_interpreted(g, r);
    WGI_TRACE_REQUEST(g, r, "tape", "a program of scalars, which has not been worth a plan");
    g->now.trail = wgi_mix(g->now.trail, wgi_mix(r->place, 0x5EE9));
    return true;
}

/* After a failure nobody knows which values are there. So the trail becomes one that no other evaluation has,
 * and no plan is found by it. */
static bool noted(wg_graph *g, bool ok)
{
    if (!ok) g->now.trail = wgi_mix(g->now.trail, ++g->c->last.structure);
    return ok;
}

static bool answer(wg_graph *g, wgi_request *r)
{
    WGI_ASSERT(g->count > 2000 || wgi_graph_valid(g));
    if (!r->roots && !r->targets) return true;
    const int how = g->c->o.interpret;
    if (how > 0 || (how == 0 && wgi_without(g->c, WG_WITHOUT_PLANS))) return wgi_run_without_plan(g, r);
    return wgi_plan_answer(g, r);
}

/* A request that leaves no value behind, as one that fails at once, is undone: so a program which repeats it
 * needs no more memory. */
bool wgi_run(wg_graph *g, wgi_request *r)
{
    if (!wgi_log(g) || (g->lost && wgi_needs_lost(g, r))) return noted(g, false);
    const wgi_floats was = wgi_floats_enter();
    const bool ok = noted(g, answer(g, r));
    wgi_floats_leave(was);
    if (g->now.lowest >= g->count) wgi_unlog(g, g->count);
    return ok;
}

bool wgi_run_known(wg_graph *g, wgi_request *r)
{
    WGI_TRACE_REQUEST(g, r, "last request", "the same as the last backward of this graph");
    const wgi_floats was = wgi_floats_enter();
    const bool ok = noted(g, wgi_plan_repeat(g, r));
    wgi_floats_leave(was);
    return ok;
}
