/* plan.c: compiling a request: a schedule, steps, and what a later hit is confirmed by. No arithmetic is changed, so no bit
 * is. */
#include "run/plan/plan.h"

static void cut(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->chunks = wgi_work_keep(w, (size_t)WGI_MAX(p->steps, 1), sizeof *p->chunks);
    for (int i = 0; i < p->steps && !w->failed; i++) p->chunks[i] = p->step[i].chunks;
}

/* ---- results, gradients, what confirms a hit ---- */

static void results_of(wgi_work *w, const uint32_t *wish, int wishes)
{
    wgi_plan *p = w->p;
    p->result = wgi_work_keep(w, (size_t)(w->r->roots + wishes) * WG_MAX_OUTPUTS + 1, sizeof *p->result);
    for (int i = 0; i < w->r->roots + wishes && !w->failed; i++) {
        uint32_t n = i < w->r->roots ? w->r->root[i] : wish[i - w->r->roots];
        if (wgi_work_given(w, n)) continue;
        uint32_t first = n - w->g->node[n].output;
        for (int k = 0; k < wgi_outputs(w->g->node[n].op); k++)
            p->result[p->results++] =
                (wgi_result_of){ first + (uint32_t)k, wgi_buffer_of(w, first + (uint32_t)k) };
    }
}

/* Marks the buffers from `from` on that others are part of. */
static uint32_t mark_parents(const wgi_plan *p, uint32_t from, bool *shared)
{
    for (; from < p->buffers; from++)
        if (p->buffer[from].where == WGI_PART_OF) shared[p->buffer[from].node] = true;
    return from;
}

static void gradients_of(wgi_work *w, const wg_node gx[])
{
    wgi_plan *p = w->p;
    uint32_t looked = 0;
    bool *shared = wgi_work_temp(w, (size_t)p->buffers + 2 * (size_t)w->r->targets + 1, sizeof *shared);
    p->gradient = wgi_work_keep(w, (size_t)w->r->targets + 1, sizeof *p->gradient);
    for (int k = 0; k < p->results && !w->failed; k++) shared[p->result[k].buffer] = true;
    for (int i = 0; i < w->r->targets && !w->failed; i++) {
        if (wg_is_none(gx[i])) continue;
        uint32_t n = w->rep[gx[i].index], b = wgi_buffer_of(w, n);
        wgi_buffer *buffer = &p->buffer[b];
        const wgi_node *m = &w->g->node[n];
        looked = mark_parents(p, looked, shared);
        bool mine = buffer->where == WGI_OUT && n >= w->end && !shared[b];
        p->gradient[i] = (wgi_gradient_of){ b, true, mine,
                                            (size_t)wgi_size(m->shape) * wg_dtype_size((wg_dtype)m->dtype) };
        if (mine) {
            buffer->where = WGI_INTO;
            buffer->node = (uint32_t)i;
        }
    }
}

static void remember_structure(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->node = wgi_work_keep(w, w->end, sizeof *p->node);
    p->makes = wgi_work_keep(w, w->end / 8 + 1, 1);
    for (uint32_t i = 0; i < w->end && !w->failed; i++) {
        p->node[i] = w->g->node[i];
        wgi_node *n = &p->node[i];
        if (w->need[i] && !wgi_work_given(w, i)) p->makes[i / 8] |= (unsigned char)(1u << (i % 8));
        if (n->operands > 2) {
            n->list = wgi_work_keep(w, n->operands, sizeof *n->list);
            if (n->list) memcpy(n->list, w->g->node[i].list, sizeof *n->list * n->operands);
        }
        if (n->op->attr_size) n->attr = wgi_work_attr(w, &w->g->node[i]);
    }
}

static uint32_t *kept_list(wgi_work *w, const uint32_t *list, int n)
{
    uint32_t *p = wgi_work_keep(w, (size_t)n + 1, sizeof *p);
    if (p && n) memcpy(p, list, sizeof *p * (size_t)n);
    return p;
}

/* The lists that grew in temporary memory, into the plan's. */
static void settle(wgi_work *w)
{
    wgi_plan *p = w->p;
    wgi_buffer *b = wgi_work_keep(w, (size_t)p->buffers + 1, sizeof *b);
    wgi_step *s = wgi_work_keep(w, (size_t)p->steps + 1, sizeof *s);
    if (w->failed) return;
    if (p->buffers) memcpy(b, p->buffer, sizeof *b * p->buffers);
    if (p->steps) memcpy(s, p->step, sizeof *s * (size_t)p->steps);
    p->buffer = b;
    p->step = s;
}

static bool start(wgi_work *w)
{
    w->need = wgi_work_temp(w, w->n, 1);
    w->out = wgi_work_temp(w, w->n, 1);
    uint32_t **lists[] = { &w->rep, &w->at, &w->next, &w->buf, &w->last, &w->base, &w->pair };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = wgi_work_temp(w, w->n, sizeof(uint32_t));
    w->offset = wgi_work_temp(w, w->n, sizeof *w->offset);
    return !w->failed;
}

wgi_plan *wgi_plan_compile(wg_graph *g, const wgi_request *r, const wg_node gx[], uint32_t end,
                           const uint32_t *wish, int wishes)
{
    wgi_plan *p = wg_alloc(g->c, 1, sizeof *p);
    if (!p) return NULL;
    wgi_work w = { .g = g, .r = r, .p = p, .n = g->count, .end = end };
    p->c = p->arena.c = g->c;
    p->serial = ++g->c->plan_serial;
    p->trail = g->now.trail;
    p->end = end;
    p->loss = r->loss;
    p->backward = r->backward;
    p->mode = g->mode;
    if (start(&w)) {
        wgi_schedule(&w, gx, wish, wishes);
        if (!w.failed) wgi_emit(&w);
        cut(&w);
        results_of(&w, wish, wishes);
        gradients_of(&w, gx);
        wgi_place_results(&w);
        remember_structure(&w);
        p->root = kept_list(&w, r->root, r->roots);
        p->target = kept_list(&w, r->target, r->targets);
        p->wish = kept_list(&w, wish, wishes);
        p->roots = r->roots, p->targets = r->targets, p->wishes = wishes;
        settle(&w);
        p->probes = w.probes + w.holes.probes;
        w.failed = w.failed || !wgi_bound_new(p);
    }
    if (!w.failed && g->c->o.trace & WG_TRACE_PLAN) wgi_plan_print(p);
    if (w.failed) {
        wgi_arena_free(&p->arena);
        wg_free(g->c, p);
        return NULL;
    }
    return p;
}
