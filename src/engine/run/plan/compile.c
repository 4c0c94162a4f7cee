/* compile.c: makes a plan of a request: a schedule, its steps, and copies of what later requests are
 * compared with. No arithmetic is changed, so no bit of a result is. */
#include "run/plan/plan.h"

/* ---- results and gradients ---- */

static void add_result(wgi_work *w, uint32_t i)
{
    w->p->result[w->p->results++] = (wgi_result_of){ i, wgi_buffer_of(w, i) };
}

/* The values that the run leaves behind: what was asked for, with all outputs of its op, and what the
 * schedule has chosen to spare (wgi_work_spares). */
static void results_of(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->result = wgi_work_keep(w, (size_t)w->asked->values * WG_MAX_OUTPUTS + w->end, sizeof *p->result);
    for (int i = 0; i < w->asked->values && !w->failed; i++) {
        const wgi_node *n = &w->node[w->asked->node[i]];
        uint32_t y = w->asked->node[i] - n->output;
        if (wgi_work_given(w, w->asked->node[i])) continue;
        for (int k = 0; k < wgi_outputs(n->op); k++, y++) add_result(w, y);
    }
    for (uint32_t i = 1; i < w->end && !w->failed; i++)
        if (wgi_work_spares(w, i)) add_result(w, i);
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
static void gradients_of(wgi_work *w)
{
    wgi_plan *p = w->p;
    uint32_t looked = 0;
    bool *shared = wgi_work_temp(w, (size_t)p->buffers + 2 * (size_t)w->r->targets + 1, sizeof *shared);
    p->gradient = wgi_work_keep(w, (size_t)w->r->targets + 1, sizeof *p->gradient);
    if (w->failed) return;
    for (int k = 0; k < p->results; k++) shared[p->result[k].buffer] = true;
    for (int i = 0; i < w->r->targets; i++) {
        if (!w->asked->gradient[i]) continue;
        uint32_t n = w->rep[w->asked->gradient[i]], b = wgi_buffer_of(w, n);
        if (w->failed) return;
        wgi_buffer *buffer = &p->buffer[b];
        looked = mark_parents(p, looked, shared);
        bool mine = buffer->where == WGI_OUT && n >= w->end && !shared[b];
        p->gradient[i] =
            (wgi_gradient_of){ b, true, mine, w->asked_for[n] == WGI_LOOKED, wgi_value_bytes(&w->node[n]) };
        if (mine) {
            buffer->where = WGI_INTO;
            buffer->node = (uint32_t)i;
        }
    }
}

/* Copies the structure, which is in temporary memory, to the plan. */
static void keep_structure(wgi_work *w)
{
    wgi_structure *to = &w->p->of;
    *to = *w->s;
    to->reached = (wgi_reached){ 0 };
    to->at = wgi_work_copy(w, to->at, to->n, sizeof *to->at);
    to->held = wgi_work_copy(w, to->held, to->n, 1);
    to->root = wgi_work_copy(w, to->root, (size_t)to->roots, sizeof *to->root);
    to->target = wgi_work_copy(w, to->target, (size_t)to->targets, sizeof *to->target);
    to->node = wgi_work_copy(w, to->node, to->n, sizeof *to->node);
    for (uint32_t i = 1; i < to->n && !w->failed; i++) {
        wgi_node *n = &to->node[i];
        if (n->operands > 2) n->list = wgi_work_copy(w, n->list, n->operands, sizeof *n->list);
        if (n->op->attr_size) n->attr = wgi_work_attr(w, n);
    }
}

/* Neighbours with the same shape count once. */
static void hold_shapes(wgi_work *w)
{
    wgi_plan *p = w->p;
    uint32_t n = 0;
    for (uint32_t i = 1; i < w->n; i++) n += i == 1 || w->node[i].shape != w->node[i - 1].shape;
    p->shape = wgi_work_keep(w, n, sizeof *p->shape);
    for (uint32_t i = 1; i < w->n && !w->failed; i++) {
        if (i > 1 && w->node[i].shape == w->node[i - 1].shape) continue;
        wgi_shape_hold(w->node[i].shape);
        p->shape[p->shapes++] = w->node[i].shape;
    }
}

static void keep_wishes(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->makes = wgi_work_keep(w, w->end, 1);
    p->reads = wgi_work_keep(w, w->end, 1);
    p->wished = wgi_work_keep(w, w->end, 1);
    for (uint32_t i = 1; i < w->end && !w->failed; i++) {
        const bool made = w->base[i] == i || w->node[i].op->kind != WG_ALIAS;
        if (!w->need[i] || wgi_work_given(w, i) || !made) continue;
        p->makes[i] = wgi_work_spares(w, i) && w->asked->left[i] ? w->asked->left[i] : WGI_MADE;
        p->idle += p->makes[i] == WGI_LEFT && !wgi_is_once(w->node[i].op);
    }
    for (uint32_t i = 1; i < w->end && !w->failed; i++) p->reads[i] = w->need[i] && w->s->held[i];
    for (int k = 0; k < w->s->roots && !w->failed; k++)
        if (p->makes[w->s->root[k]]) p->makes[w->s->root[k]] = WGI_ROOT;
    for (int i = w->s->roots; i < w->asked->values && !w->failed; i++) {
        p->wishes += !p->wished[w->asked->node[i]];
        p->wished[w->asked->node[i]] = 1;
    }
}

/* Copies the lists that grew in temporary memory to the plan's memory. */
static void keep_lists(wgi_work *w)
{
    wgi_plan *p = w->p;
    p->buffer = wgi_work_copy(w, p->buffer, p->buffers, sizeof *p->buffer);
    p->step = wgi_work_copy(w, p->step, (size_t)p->steps, sizeof *p->step);
    p->chunks = wgi_work_keep(w, (size_t)p->steps, sizeof *p->chunks);
    for (int i = 0; i < p->steps && !w->failed; i++) {
        p->chunks[i] = p->step[i].chunks;
        p->parallel |= p->chunks[i] > 1;
    }
}

/* Room for a request that is repeated: wgi_last_remember. */
static void keep_request(wgi_work *w)
{
    wgi_request *r = &w->p->request;
    r->root = wgi_work_keep(w, (size_t)w->s->roots, sizeof *r->root);
    r->target = wgi_work_keep(w, (size_t)w->s->targets, sizeof *r->target);
    r->into = wgi_work_keep(w, (size_t)w->s->targets, sizeof *r->into);
    r->reached = wgi_work_keep(w, (size_t)w->s->targets, sizeof *r->reached);
}

static bool start(wgi_work *w)
{
    w->need = wgi_work_temp(w, w->n, 1);
    w->asked_for = wgi_work_temp(w, w->n, 1);
    w->store = wgi_work_temp(w, w->n, 1);
    uint32_t **lists[] = { &w->rep, &w->at, &w->next, &w->buf, &w->block, &w->last, &w->base, &w->pair };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = wgi_work_temp(w, w->n, sizeof(uint32_t));
    w->offset = wgi_work_temp(w, w->n, sizeof *w->offset);
    return !w->failed;
}

static bool compile(wgi_work *w)
{
    if (!start(w)) return false;
    wgi_mark_said(w);
    wgi_schedule(w);
    if (!w->failed) wgi_emit(w);
    results_of(w);
    gradients_of(w);
    wgi_place_results(w);
    keep_structure(w);
    hold_shapes(w);
    keep_wishes(w);
    keep_request(w);
    wgi_asks_keep(w);
    keep_lists(w);
    w->p->probes = w->probes + w->holes.probes;
    return !w->failed && wgi_bound_new(w->p);
}

void wgi_plan_free(wgi_plan *p)
{
    wg_context *c = p->c;
    for (uint32_t i = 0; i < p->shapes; i++) wgi_shape_release(p->shape[i]);
    wgi_arena_free(&p->arena);
    wg_free(c, p);
}

wgi_plan *wgi_plan_compile(wg_graph *g, const wgi_request *r, const wgi_structure *s, const wgi_node *node,
                           uint32_t n, const wgi_wanted *a)
{
    wgi_plan *p = wg_alloc(g->c, 1, sizeof *p);
    if (!p) return NULL;
    wgi_work w = { .g = g, .r = r, .s = s, .node = node, .asked = a, .p = p, .n = n, .end = s->n };
    p->c = p->arena.c = g->c;
    p->arena.tight = true;
    p->serial = p->lineage = ++g->c->last.plan;
    p->blocked = r->blocked ? wgi_local(s, r->blocked) : 0;
    if (compile(&w)) {
        if (g->c->o.trace & WG_TRACE_PLAN) wgi_plan_print(p);
        return p;
    }
    wgi_plan_free(p);
    return NULL;
}
