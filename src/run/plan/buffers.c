/* buffers.c: where each value of a plan is. While a plan is compiled, values get memory of the workspace for as long as they are
 * read. At each run a table of addresses is filled, one a buffer. */
#include "run/plan/plan.h"

uint32_t wgi_buffer_new(wgi_work *w, wgi_buffer b)
{
    wgi_plan *p = w->p;
    p->buffer = wgi_work_grow(w, p->buffer, &w->buffer_capacity, (size_t)p->buffers + 1, sizeof *p->buffer);
    if (w->failed) return NO_BUFFER;
    p->buffer[p->buffers] = b;
    return p->buffers++;
}

/* No sum of sizes may wrap. */
static bool fits(wgi_work *w, size_t size)
{
    if (size < (size_t)1 << 48 && w->holes.top < (size_t)1 << 48 && w->p->out < (size_t)1 << 48) return true;
    wgi_fail(w->g->c, w->r->here, "plan", WG_ERROR_MEMORY, "values of %zu bytes", size);
    return false;
}

size_t wgi_memory_take(wgi_work *w, size_t size)
{
    w->failed |= !fits(w, size);
    if (w->failed) return 0;
    size_t at = wgi_holes_take(&w->holes, wgi_align(size));
    w->p->work = WGI_MAX(w->p->work, w->holes.top);
    return at;
}

void wgi_memory_give(wgi_work *w, size_t at, size_t size)
{
    if (wgi_holes_reserve(&w->holes, w)) wgi_holes_give(&w->holes, at, wgi_align(size));
}

/* The buffer of a node that is given from outside or part of another; of one computed, after its item has made it. */
uint32_t wgi_buffer_of(wgi_work *w, uint32_t i)
{
    i = w->rep[i];
    if (w->buf[i]) return w->buf[i] - 1;
    const wgi_node *n = &w->g->node[i];
    uint32_t b;
    if (w->base[i] != i)
        b = wgi_buffer_new(
            w, (wgi_buffer){ WGI_PART_OF, wgi_buffer_of(w, w->base[i]), (size_t)w->offset[i], 0 });
    else if (w->g->value[i]) b = wgi_buffer_new(w, (wgi_buffer){ WGI_HELD, i, 0, 0 });
    else if (i >= w->end && wgi_is_leaf(n)) b = wgi_buffer_new(w, (wgi_buffer){ WGI_CONST, i, 0, *n->cell });
    else
        b = wgi_buffer_new(
            w, (wgi_buffer){ wgi_is_leaf(n) ? WGI_LEAF : WGI_WORK, i, 0, 0 }); /* WORK: empty values */
    w->buf[i] = b + 1;
    return b;
}

/* Memory for a node that an item makes: results outside reused memory. */
void wgi_buffer_make(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    wgi_buffer b = { WGI_WORK, i, 0, 0 };
    if (w->buf[i]) return;
    w->failed |= !fits(w, wgi_value_bytes(n));
    if (w->failed) return;
    if (w->out[i] == 2) {
        b.where = WGI_OUT; /* placed at the end: gradients made in place need no room */
    } else {
        b.offset = wgi_memory_take(w, wgi_value_bytes(n));
    }
    w->buf[i] = wgi_buffer_new(w, b) + 1;
}

void wgi_place_results(wgi_work *w)
{
    wgi_plan *p = w->p;
    for (uint32_t i = 0; i < p->buffers && !w->failed; i++) {
        size_t size = wgi_value_bytes(&w->g->node[p->buffer[i].node]);
        if (p->buffer[i].where != WGI_OUT) continue;
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
        case WGI_HELD: ptr[i] = wgi_value(g, b->node); break;
        case WGI_CONST: ptr[i] = &b->cell; break;
        case WGI_WORK: ptr[i] = (char *)g->run.work + b->offset; break;
        case WGI_OUT: ptr[i] = out + b->offset; break;
        case WGI_INTO: ptr[i] = r->into[b->node]; break;
        case WGI_PART_OF: ptr[i] = (char *)ptr[b->node] + b->offset; break;
        }
    }
}
