/* tile_steps.c: an item of elementwise nodes becomes a step that runs a program over tiles. */
#include "kernel/stream.h"
#include "run/plan/plan.h"

static void put_instr(wgi_program *p, wgi_instr in) { p->instr[p->instrs++] = in; }
static uint32_t take_reg(wgi_tiler *t) { return t->frees ? t->free[--t->frees] : (uint32_t)t->prog->regs++; }

/* An operand of so many bytes or more does not stay in a thread's own caches. It is fetched ahead. */
enum { LARGE = 1 << 20 };

static wgi_ref full_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t x, uint32_t size)
{
    wgi_ref r = { WGI_FULL, wgi_buffer_of(w, x), size };
    bool known = w->at[x] == item_at || (size_t)t->prog->size * size < LARGE;
    for (int k = 0; k < t->prog->aheads && !known; k++) known = t->prog->ahead[k].index == r.index;
    if (!known) t->prog->ahead[t->prog->aheads++] = r;
    return r;
}

static const wgi_ref *kept_ref(wgi_work *w, wgi_ref r) { return wgi_work_copy(w, &r, 1, sizeof r); }

static wgi_ref operand_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t x, const wg_shape *shape)
{
    const wgi_node *n = &w->node[x];
    uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    if (t->reg_item[x] == item_at && t->reg[x]) return (wgi_ref){ WGI_REG, t->reg[x] - 1, size };
    if (n->shape == shape || wgi_size(n->shape) == wgi_size(shape)) return full_ref(w, t, item_at, x, size);
    const wgi_ref one = { WGI_ONE, wgi_buffer_of(w, x), size };
    if (wgi_size(n->shape) == 1) return one;
    wgi_load *l = wgi_work_keep(w, 1, sizeof *l);
    if (!l) return (wgi_ref){ 0 };
    wgi_load_make(l, n->shape, shape, size);
    /* The tile buffer is kept to the program's end: several members may read it. */
    wgi_instr load = wgi_load_instr(l, kept_ref(w, one), (uint32_t)t->prog->regs++);
    t->reg[x] = load.y.index + 1;
    t->reg_item[x] = item_at;
    put_instr(t->prog, load);
    return load.y;
}

/* A large result that this item reads no more is made in a tile buffer, and stored past the caches. */
static bool is_streamed(const wgi_work *w, uint32_t item_at, uint32_t m)
{
    return w->store[m] && w->last[m] <= item_at && wgi_value_bytes(&w->node[m]) >= STREAM_BYTES;
}

/* Where the result of member m goes. */
static wgi_ref result_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t m)
{
    const uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)w->node[m].dtype);
    if (wgi_work_is_fold(w, m)) return (wgi_ref){ WGI_ONE, t->scratch[w->at[m]], 8 };
    if (w->store[m] && !is_streamed(w, item_at, m)) return (wgi_ref){ WGI_FULL, w->buf[m] - 1, size };
    wgi_ref r = { WGI_REG, take_reg(t), size };
    t->reg[m] = r.index + 1;
    t->reg_item[m] = item_at;
    return r;
}

static void put_store(wgi_work *w, wgi_tiler *t, const wgi_instr *made)
{
    wgi_signature s = { .fn = wgi_stream[w->g->c->isa], .op = &wgi_op_store, .operands = 1, .outputs = 1 };
    s.xt = s.yt = made->of.yt;
    put_instr(t->prog, (wgi_instr){ .of = s,
                                    .x = kept_ref(w, made->y),
                                    .y = { WGI_FULL, w->buf[made->node] - 1, made->y.size },
                                    .node = made->node });
}

/* Gives back the tile buffers of operands that no member after n, at `position`, reads. */
static void give_regs(wgi_work *w, wgi_tiler *t, uint32_t item_at, const wgi_node *n, uint32_t position)
{
    for (uint32_t k = 0; k < n->operands; k++) {
        uint32_t o = wgi_work_in(w, n, k);
        if (t->reg_item[o] == item_at && t->reg[o] && w->at[o] == item_at && t->last[o] == position) {
            t->free[t->frees++] = t->reg[o] - 1;
            t->reg[o] = 0;
            t->last[o] = 0;
        }
    }
}

static void add_instr(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t m, uint32_t position)
{
    const wgi_node *n = &w->node[m];
    wgi_instr in = { .of = wgi_work_signature(w, m), .x = t->refs, .node = m };
    wgi_ref *x = t->refs;
    t->refs += n->operands;
    for (uint32_t k = 0; k < n->operands && !w->failed; k++)
        x[k] = operand_ref(w, t, item_at, wgi_work_in(w, n, k), w->items[item_at].shape);
    if (w->failed) return;
    in.fold = wgi_work_is_fold(w, m);
    in.y = result_ref(w, t, item_at, m);
    put_instr(t->prog, in);
    if (!in.fold && is_streamed(w, item_at, m)) put_store(w, t, &in);
    t->prog->most_operands = WGI_MAX(t->prog->most_operands, in.of.operands);
    give_regs(w, t, item_at, n, position);
}

/* Begins an empty program. Its lists grow in the memory that the lists of the last program grew in. */
static void tile_begin(wgi_work *w, wgi_tiler *t, const wgi_item *s)
{
    size_t refs = 0;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++) refs += w->node[m].operands;
    t->prog = wgi_work_keep(w, 1, sizeof *t->prog);
    t->refs = wgi_work_keep(w, refs, sizeof *t->refs);
    /* Each operand may need a load, and each result a store. */
    t->instr = wgi_work_grow(w, t->instr, &t->instr_capacity, refs + 2 * s->count, sizeof *t->instr);
    t->ahead = wgi_work_grow(w, t->ahead, &t->ahead_capacity, refs, sizeof *t->ahead);
    if (w->failed) return;
    *t->prog = (wgi_program){ .instr = t->instr,
                              .ahead = t->ahead,
                              .size = wgi_size(s->shape),
                              .most_operands = 1 /* of a load or store */ };
    t->frees = 0;
}

/* Copies the lists of the program to the plan's memory. */
static void tile_end(wgi_work *w, wgi_tiler *t)
{
    wgi_program *p = t->prog;
    p->instr = wgi_work_copy(w, p->instr, (size_t)p->instrs, sizeof *p->instr);
    p->ahead = wgi_work_copy(w, p->ahead, (size_t)p->aheads, sizeof *p->ahead);
}

void wgi_tile_step(wgi_work *w, wgi_tiler *t, uint32_t item_at)
{
    const wgi_item *s = &w->items[item_at];
    tile_begin(w, t, s);
    if (w->failed) return;
    double cost = 0;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->node[m].operands; j++) t->last[wgi_work_in(w, &w->node[m], j)] = k + 1;
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++) {
        cost += WGI_MAX(1, w->node[m].op->cost);
        add_instr(w, t, item_at, m, k + 1);
    }
    tile_end(w, t);
    wgi_step one = { .tiles = t->prog,
                     .units = (t->prog->size + WGI_TILE - 1) / WGI_TILE,
                     .scratch = NO_BUFFER,
                     .node = s->first };
    one.chunks = wgi_chunks(w, one.units, (double)t->prog->size * cost);
    wgi_step_new(w, one);
    w->p->regs = WGI_MAX(w->p->regs, wgi_tile_bytes(t->prog));
}
