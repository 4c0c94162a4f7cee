/* compile.c: makes a plan of a request: a schedule, its steps, and copies of what later requests are
 * compared with. No arithmetic is changed, so no bit of a result is. */
#include "run/plan/plan.h"

/* ---- results and gradients ---- */

static void results_of(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->result = wgi_work_keep(w, (size_t)w->asked->values * WG_MAX_OUTPUTS, sizeof *p->result);
    for (int i = 0; i < w->asked->values && !w->failed; i++) {
        const wgi_node *n = &w->g->node[w->asked->node[i]];
        uint32_t y = w->asked->node[i] - n->output;
        if (wgi_work_given(w, w->asked->node[i])) continue;
        for (int k = 0; k < wgi_outputs(n->op); k++, y++)
            p->result[p->results++] = (wgi_result_of){ y, wgi_buffer_of(w, y) };
    }
}

/* Marks the buffers that others are part of, looking at the buffers from `from` on. Returns the number of
 * buffers. */
static uint32_t mark_parents(const wgi_plan *p, uint32_t from, bool *shared)
{
    for (; from < p->buffers; from++)
        if (p->buffer[from].where == WGI_PART_OF) shared[p->buffer[from].node] = true;
    return from;
}

/* A gradient is made in place if nothing else needs its memory: it is no result, and no other buffer is
 * part of it. */
static void gradients_of(wgi_work *w, const wg_node gx[])
{
    wgi_plan *p = w->p;
    uint32_t looked = 0;
    bool *shared = wgi_work_temp(w, (size_t)p->buffers + 2 * (size_t)w->r->targets + 1, sizeof *shared);
    p->gradient = wgi_work_keep(w, (size_t)w->r->targets + 1, sizeof *p->gradient);
    if (w->failed) return;
    for (int k = 0; k < p->results; k++) shared[p->result[k].buffer] = true;
    for (int i = 0; i < w->r->targets; i++) {
        if (wg_is_none(gx[i])) continue;
        uint32_t n = w->rep[gx[i].index], b = wgi_buffer_of(w, n);
        if (w->failed) return;
        wgi_buffer *buffer = &p->buffer[b];
        looked = mark_parents(p, looked, shared);
        bool mine = buffer->where == WGI_OUT && n >= w->end && !shared[b];
        p->gradient[i] = (wgi_gradient_of){ b, true, mine, wgi_value_bytes(&w->g->node[n]) };
        if (mine) {
            buffer->where = WGI_INTO;
            buffer->node = (uint32_t)i;
        }
    }
}

static void keep_structure(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->node = wgi_work_keep(w, w->end, sizeof *p->node);
    p->makes = wgi_work_keep(w, w->end / 8 + 1, 1);
    for (uint32_t i = 0; i < w->end && !w->failed; i++) {
        p->node[i] = w->g->node[i];
        wgi_node *n = &p->node[i];
        if (w->need[i] && !wgi_work_given(w, i)) p->makes[i / 8] |= (unsigned char)(1u << (i % 8));
        if (n->operands > 2) n->list = wgi_work_copy(w, n->list, n->operands, sizeof *n->list);
        if (n->op->attr_size) n->attr = wgi_work_attr(w, n);
    }
}

/* Copies the lists that grew in temporary memory to the plan's memory. */
static void keep_lists(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->buffer = wgi_work_copy(w, p->buffer, p->buffers, sizeof *p->buffer);
    p->step = wgi_work_copy(w, p->step, (size_t)p->steps, sizeof *p->step);
    p->chunks = wgi_work_keep(w, (size_t)p->steps, sizeof *p->chunks);
    for (int i = 0; i < p->steps && !w->failed; i++) p->chunks[i] = p->step[i].chunks;
}

/* Keeps what a later request is compared with. */
static void keep_request(wgi_work *w)
{
    wgi_plan *p = w->p;
    const wgi_request *r = w->r;
    p->trail = w->g->now.trail;
    p->mode = w->g->mode;
    p->end = w->end;
    p->loss = r->loss;
    p->backward = r->backward;
    p->roots = r->roots, p->targets = r->targets, p->wishes = w->asked->values - r->roots;
    p->root = wgi_work_copy(w, r->root, (size_t)p->roots, sizeof *p->root);
    p->target = wgi_work_copy(w, r->target, (size_t)p->targets, sizeof *p->target);
    p->request.into = wgi_work_keep(w, (size_t)p->targets, sizeof *p->request.into);
    p->request.reached = wgi_work_keep(w, (size_t)p->targets, sizeof *p->request.reached);
    p->wish = wgi_work_copy(w, w->asked->node + r->roots, (size_t)p->wishes, sizeof *p->wish);
}

static bool start(wgi_work *w)
{
    w->need = wgi_work_temp(w, w->n, 1);
    w->store = wgi_work_temp(w, w->n, 1);
    uint32_t **lists[] = { &w->rep, &w->at, &w->next, &w->buf, &w->last, &w->base, &w->pair };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = wgi_work_temp(w, w->n, sizeof(uint32_t));
    w->offset = wgi_work_temp(w, w->n, sizeof *w->offset);
    return !w->failed;
}

static bool compile(wgi_work *w, const wg_node gx[])
{
    if (!start(w)) return false;
    wgi_schedule(w);
    if (!w->failed) wgi_emit(w);
    results_of(w);
    gradients_of(w, gx);
    wgi_place_results(w);
    keep_structure(w);
    keep_request(w);
    keep_lists(w);
    w->p->probes = w->probes + w->holes.probes;
    return !w->failed && wgi_bound_new(w->p);
}

wgi_plan *wgi_plan_compile(wg_graph *g, const wgi_request *r, const wg_node gx[], uint32_t end,
                           const wgi_asked *a)
{
    wgi_plan *p = wg_alloc(g->c, 1, sizeof *p);
    if (!p) return NULL;
    wgi_work w = { .g = g, .r = r, .asked = a, .p = p, .n = g->count, .end = end };
    p->c = p->arena.c = g->c;
    p->serial = ++g->c->plan_serial;
    if (compile(&w, gx)) {
        if (g->c->o.trace & WG_TRACE_PLAN) wgi_plan_print(p);
        return p;
    }
    wgi_arena_free(&p->arena);
    wg_free(g->c, p);
    return NULL;
}
