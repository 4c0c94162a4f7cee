/* buffers.c: where each value of a plan is stored. While a plan is compiled, a value gets memory of the
 * workspace until its last reader has run. At each run the table of addresses is filled, one for each
 * buffer. */
#include "run/plan/plan.h"

uint32_t wgi_buffer_new(wgi_work *w, wgi_buffer b)
{
    wgi_plan *p = w->p;
    p->buffer = wgi_work_grow(w, p->buffer, &w->buffer_capacity, (size_t)p->buffers + 1, sizeof *p->buffer);
    if (w->failed) return NO_BUFFER;
    p->buffer[p->buffers] = b;
    return p->buffers++;
}

/* Refuses sizes whose sums could overflow. */
static bool fits(wgi_work *w, size_t size)
{
    const size_t most = sizeof most < 8 ? SIZE_MAX / 4 : (size_t)((uint64_t)1 << 48);
    if (size < most && w->holes.top < most && w->p->out < most) return true;
    wgi_fail(w->g->c, w->r->here, "plan", WG_ERROR_MEMORY, "values of %zu bytes", size);
    return false;
}

uint32_t wgi_memory_take(wgi_work *w, uint32_t i, size_t size)
{
    w->failed |= !fits(w, size);
    if (w->failed) return NO_BUFFER;
    size_t at = wgi_holes_take(&w->holes, wgi_align(size));
    w->p->work = WGI_MAX(w->p->work, w->holes.top);
    return wgi_buffer_new(w, (wgi_buffer){ WGI_WORK, i, { at } });
}

void wgi_memory_give(wgi_work *w, uint32_t buffer, size_t size)
{
    if (!w->failed && wgi_holes_reserve(&w->holes, w))
        wgi_holes_give(&w->holes, w->p->buffer[buffer].offset, wgi_align(size));
}

/* The buffer of a node that no item computes. */
static wgi_buffer buffer_for(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (w->base[i] != i)
        return (wgi_buffer){ WGI_PART_OF, wgi_buffer_of(w, w->base[i]), { (size_t)w->offset[i] } };
    if (i < w->end && w->s->held[i]) return (wgi_buffer){ WGI_HELD, i, { 0 } };
    if (!wgi_is_leaf(n)) return (wgi_buffer){ WGI_WORK, i, { 0 } }; /* no element: any address */
    if (i < w->end) return (wgi_buffer){ WGI_LEAF, i, { 0 } };
    /* A derivation makes directions before all else: direction_nodes of request.c. */
    if (n->op == &wgi_op_input) return (wgi_buffer){ WGI_ALONG, i - w->end, { 0 } };
    return (wgi_buffer){ .where = WGI_CONST, .node = i, .cell = *n->cell };
}

uint32_t wgi_buffer_of(wgi_work *w, uint32_t i)
{
    i = w->rep[i];
    if (!w->buf[i]) w->buf[i] = wgi_buffer_new(w, buffer_for(w, i)) + 1;
    return w->buf[i] - 1;
}

void wgi_buffer_make(wgi_work *w, uint32_t i)
{
    if (w->buf[i]) return;
    /* wgi_place_results finds the offset of a result: a gradient that is made in place needs none. */
    if (w->store[i] == WGI_IN_RESULTS) w->buf[i] = wgi_buffer_new(w, (wgi_buffer){ WGI_OUT, i, { 0 } }) + 1;
    else w->buf[i] = wgi_memory_take(w, i, wgi_value_bytes(&w->node[i])) + 1;
}

void wgi_place_results(wgi_work *w)
{
    wgi_plan *p = w->p;
    for (uint32_t i = 0; i < p->buffers && !w->failed; i++) {
        if (p->buffer[i].where != WGI_OUT) continue;
        size_t size = wgi_value_bytes(&w->node[p->buffer[i].node]);
        w->failed |= !fits(w, size);
        p->buffer[i].offset = p->out;
        p->out += wgi_align(size);
    }
}

void wgi_fill_pointers(wg_graph *g, wgi_plan *p, const wgi_request *r, void **ptr, char *out)
{
    for (uint32_t i = 0; i < p->buffers; i++) {
        wgi_buffer *b = &p->buffer[i];
        switch (b->where) {
        case WGI_LEAF:
        case WGI_HELD: ptr[i] = wgi_value(g, r->at[b->node]); break;
        case WGI_CONST: ptr[i] = &b->cell; break;
        case WGI_WORK: ptr[i] = (char *)g->run.work + b->offset; break;
        case WGI_OUT: ptr[i] = out + b->offset; break;
        case WGI_INTO: ptr[i] = r->into[b->node]; break;
        case WGI_ALONG: ptr[i] = (void *)(uintptr_t)r->along[b->node]; break;
        case WGI_PART_OF: ptr[i] = (char *)ptr[b->node] + b->offset; break;
        }
    }
}
