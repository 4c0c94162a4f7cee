/* row_steps.c: the items of a row group (row_groups.c) become a step, which runs them block by block of
 * rows. */
#include "run/plan/plan.h"

/* A block has as many rows as make about BLOCK bytes of values, so that they stay in the cache of the
 * second level. A longer row than LONGEST is not worth it: the parts of a block would not find each
 * other's values in a cache. */
#ifdef WG_HOSTILE
enum { BLOCK = 200, LONGEST = 512 << 10 };
#else
enum { BLOCK = 64 << 10, LONGEST = 512 << 10 };
#endif

/* Bytes of a row of all values that the group makes, and of the longest value that it reads. */
static size_t bytes_of_row(const wgi_work *w, uint32_t first)
{
    size_t made = 0, read = 0;
    for (uint32_t i = first; i <= w->items[first].group; i++) {
        const wgi_plan_item *s = &w->items[i];
        for (uint32_t m = s->first, c = 0; c < s->count; m = w->next[m], c++) {
            const wgi_node *n = &w->node[m];
            for (int k = 0; k < wgi_outputs(n->op); k++)
                made += w->store[m + (uint32_t)k] ? wgi_value_bytes(&w->node[m + (uint32_t)k]) : 0;
            WGI_EACH_OPERAND(k, n) read = WGI_MAX(read, wgi_value_bytes(&w->node[wgi_work_in(w, n, k)]));
        }
    }
    return (made + read) / (size_t)w->items[first].rows + 1;
}

/* The items of the group run one after the other, and their values are in the workspace. */
static void dissolve(wgi_work *w, uint32_t first)
{
    for (uint32_t i = first, end = w->items[first].group; i <= end; i++) {
        wgi_plan_item *s = &w->items[i];
        s->group = 0;
        for (uint32_t m = s->first, c = 0; c < s->count; m = w->next[m], c++)
            for (uint32_t y = m; y < m + (uint32_t)wgi_outputs(w->node[m].op); y++)
                if (w->store[y] == WGI_IN_BLOCK) w->store[y] = WGI_IN_WORK;
    }
}

void wgi_rows_begin(wgi_work *w, wgi_row_maker *m, uint32_t first)
{
    const wgi_plan_item *s = &w->items[first];
    const size_t bytes = bytes_of_row(w, first);
    const int64_t block = WGI_MAX((int64_t)(BLOCK / bytes), 1);
    *m = (wgi_row_maker){ .node = s->first };
    if (bytes > LONGEST || s->rows <= block) {
        dissolve(w, first);
        return;
    }
    w->block_holes = (wgi_holes){ 0 };
    m->of = wgi_work_keep(w, 1, sizeof *m->of);
    if (!m->of) return;
    *m->of = (wgi_rows){ .rows = s->rows, .block = block };
    m->of->part = wgi_work_keep(w, s->group - first + 1, sizeof *m->of->part);
}

/* ---- values of a block ---- */

static size_t block_bytes(const wgi_work *w, const wgi_row_maker *m, uint32_t i)
{
    return wgi_align(wgi_value_bytes(&w->node[i]) / (size_t)m->of->rows * (size_t)m->of->block);
}

void wgi_block_make(wgi_work *w, wgi_row_maker *m, uint32_t i)
{
    w->block[i] = (uint32_t)(wgi_holes_take(&w->block_holes, block_bytes(w, m, i)) / WGI_CACHE_LINE) + 1;
    m->of->bytes = WGI_MAX(m->of->bytes, w->block_holes.top);
}

void wgi_block_give(wgi_work *w, const wgi_row_maker *m, uint32_t i)
{
    if (!w->failed && wgi_holes_reserve(&w->block_holes, w))
        wgi_holes_give(&w->block_holes, (size_t)(w->block[i] - 1) * WGI_CACHE_LINE, block_bytes(w, m, i));
}

/* ---- parts ---- */

static wgi_row_ref row_ref(wgi_work *w, const wgi_row_maker *m, uint32_t x)
{
    const uint32_t block = w->block[w->base[x]];
    const wgi_node *n = &w->node[x];
    wgi_row_ref r = { .row = wgi_value_bytes(n) / (size_t)m->of->rows };
    r.at.kind = block ? WGI_BLOCK : WGI_FULL;
    r.at.index = block ? block - 1 : wgi_buffer_of(w, x);
    r.at.size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    return r;
}

static void add_kernel(wgi_work *w, wgi_row_maker *m, wgi_row_part *p, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    const uint32_t outputs = (uint32_t)wgi_outputs(n->op);
    p->of = wgi_work_signature(w, i);
    wgi_row_ref *x = wgi_work_keep(w, n->operands + outputs, sizeof *x);
    if (w->failed) return;
    WGI_EACH_OPERAND(k, n) {
        x[k] = row_ref(w, m, wgi_work_in(w, n, k));
        p->wide = WGI_MAX(p->wide, wgi_size(w->node[wgi_work_in(w, n, k)].shape) / m->of->rows);
    }
    for (uint32_t k = 0; k < outputs; k++) x[n->operands + k] = row_ref(w, m, i + k);
    p->x = x;
    p->y = x + n->operands;
    m->work += wgi_work_of(w, i);
}

void wgi_rows_add(wgi_work *w, wgi_row_maker *m, wgi_tiler *t, uint32_t item_at)
{
    const wgi_plan_item *s = &w->items[item_at];
    wgi_row_part *p = &m->of->part[m->of->parts++];
    p->node = s->first;
    if (s->tiles) {
        double cost;
        p->tiles = wgi_tile_program(w, t, item_at, &cost);
        p->wide = wgi_size(s->shape) / m->of->rows;
        m->work += (double)wgi_size(s->shape) * cost;
    } else add_kernel(w, m, p, s->first);
}

void wgi_rows_end(wgi_work *w, wgi_row_maker *m)
{
    const wgi_rows *s = m->of;
    wgi_plan_step step = { .rows = s, .scratch = NO_BUFFER, .node = m->node };
    if (w->failed) return;
    step.units = (s->rows + s->block - 1) / s->block;
    step.chunks = wgi_chunks(w, step.units, m->work);
    wgi_step_new(w, step);
    w->p->regs = WGI_MAX(w->p->regs, wgi_rows_bytes(s));
    m->of = NULL;
}
