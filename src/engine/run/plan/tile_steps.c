/* tile_steps.c: an item of elementwise nodes becomes a step that runs a program over tiles. */
#include "kernel/stream.h"
#include "run/plan/plan.h"

static void put_instr(wgi_program *p, wgi_instr in) { p->instr[p->instrs++] = in; }
static uint32_t take_reg(wgi_tiler *t) { return t->frees ? t->free[--t->frees] : (uint32_t)t->prog->regs++; }

/* An operand of so many bytes or more is fetched ahead, since it is not in the caches. A program of few
 * members fetches in a burst, which delays its own reading; that pays only if all comes from memory. */
enum { LARGE = 8 << 20, VERY_LARGE = 64 << 20, FEW = 3 };

static wgi_ref block_ref(const wgi_work *w, uint32_t x, uint32_t size)
{
    return (wgi_ref){ WGI_BLOCK, w->block[w->base[x]] - 1, size };
}

static wgi_ref full_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t x, uint32_t size)
{
    if (w->block[w->base[x]]) return block_ref(w, x, size);
    const size_t least = w->items[item_at].count < FEW ? VERY_LARGE : LARGE;
    wgi_ref r = { WGI_FULL, wgi_buffer_of(w, x), size };
    bool known = w->at[x] == item_at || w->items[item_at].group || (size_t)t->prog->size * size < least ||
                 wgi_without(w->g->c, WG_WITHOUT_STREAM);
    for (int k = 0; k < t->prog->aheads && !known; k++) known = t->prog->ahead[k].index == r.index;
    if (!known) t->prog->ahead[t->prog->aheads++] = r;
    return r;
}

static const wgi_ref *kept_ref(wgi_work *w, wgi_ref r) { return wgi_work_copy(w, &r, 1, sizeof r); }

/* Elements of a row of an item that is part of a row group; 0: it is not. */
static int64_t row_of_group(const wgi_work *w, uint32_t item_at)
{
    const wgi_plan_item *s = &w->items[item_at];
    return s->group ? wgi_size(s->shape) / s->rows : 0;
}

/* Whether operand x is neither as large as the result nor a single element, or has gaps. */
static bool is_spread(const wgi_work *w, uint32_t x, const wg_shape *shape)
{
    const wg_shape *s = w->node[x].shape;
    return w->runs[x] || (s != shape && wgi_size(s) != wgi_size(shape) && wgi_size(s) != 1);
}

static bool same_load(const wgi_load *a, const wgi_load *b)
{
    const size_t axes = sizeof *a->dim * (size_t)a->rank;
    return a->size == b->size && a->rank == b->rank && !memcmp(a->dim, b->dim, axes) &&
           !memcmp(a->stride, b->stride, axes);
}

/* The plan's copy of l. The loads of the last steps are shared: those of a recurrent net are the same ones at
 * each time. */
static const wgi_load *kept_load(wgi_work *w, const wgi_load *l)
{
    for (uint32_t i = 0; i < WGI_MIN(w->loads, WGI_LAST_LOADS); i++)
        if (same_load(w->load[i], l)) return w->load[i];
    wgi_load *copy = wgi_work_copy(w, l, 1, sizeof *l);
    if (copy) w->load[w->loads++ % WGI_LAST_LOADS] = copy;
    return copy;
}

/* The operand x that is broadcast or has gaps: read in place if the program has rows, else loaded into a tile
 * buffer. Several members may read it; that of a broadcast operand is kept to the program's end. */
static wgi_ref spread_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t x, const wg_shape *shape)
{
    const uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)w->node[x].dtype);
    const bool inside = w->block[w->base[x]];
    const wgi_ref from = inside ? block_ref(w, x, size) : (wgi_ref){ WGI_ONE, wgi_buffer_of(w, x), size };
    wgi_load made = { .size = 0 };
    if (w->runs[x]) made = wgi_load_of_runs(w, x);
    else wgi_load_make(&made, w->node[x].shape, shape, size);
    const wgi_load *l = kept_load(w, &made);
    if (!l) return (wgi_ref){ 0 };
    wgi_ref y = { WGI_SPREAD, (uint32_t)t->prog->spreads, size };
    if (t->prog->row) t->prog->spread[t->prog->spreads++] = wgi_spread_of(l, from);
    else {
        const uint32_t reg = w->runs[x] ? take_reg(t) : (uint32_t)t->prog->regs++;
        const wgi_signature load_of = wgi_load_signature(l, w->g->c->isa), *of = wgi_work_same(w, &load_of);
        if (!of) return (wgi_ref){ 0 };
        wgi_instr load = wgi_load_instr(t->prog, of, kept_ref(w, from), reg);
        load.inside = inside;
        load.once &= !row_of_group(w, item_at) || row_of_group(w, item_at) % l->dim[1] == 0;
        put_instr(t->prog, load);
        y = load.y;
    }
    t->reg[x] = y.index + 1;
    t->reg_item[x] = item_at;
    return y;
}

static wgi_ref operand_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t x, const wg_shape *shape)
{
    const wgi_node *n = &w->node[x];
    const uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    const bool spread = is_spread(w, x, shape);
    if (t->reg_item[x] == item_at && t->reg[x])
        return (wgi_ref){ spread && t->prog->row ? WGI_SPREAD : WGI_REG, t->reg[x] - 1, size };
    if (spread) return spread_ref(w, t, item_at, x, shape);
    if (n->shape == shape || wgi_size(n->shape) == wgi_size(shape)) return full_ref(w, t, item_at, x, size);
    return (wgi_ref){ WGI_ONE, wgi_buffer_of(w, x), size };
}

/* A large result that this item reads no more is made in a tile buffer, and stored past the caches. */
static bool is_streamed(const wgi_work *w, uint32_t item_at, uint32_t m)
{
    return w->store[m] > WGI_IN_BLOCK && w->last[m] <= item_at &&
           wgi_value_bytes(&w->node[m]) >= wgi_stream_least() && !wgi_without(w->g->c, WG_WITHOUT_STREAM);
}

/* Where the result of member m goes. */
static wgi_ref result_ref(wgi_work *w, wgi_tiler *t, uint32_t item_at, uint32_t m)
{
    const uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)w->node[m].dtype);
    if (wgi_work_is_fold(w, m)) return (wgi_ref){ WGI_ONE, t->scratch[w->at[m]], 8 };
    if (w->block[m]) return block_ref(w, m, size);
    if (w->store[m] && !is_streamed(w, item_at, m)) return (wgi_ref){ WGI_FULL, w->buf[m] - 1, size };
    wgi_ref r = { WGI_REG, take_reg(t), size };
    t->reg[m] = r.index + 1;
    t->reg_item[m] = item_at;
    return r;
}

/* A large gradient passes by here in the cache: to look at it again would read it from memory. */
static void put_store(wgi_work *w, wgi_tiler *t, const wgi_instr *made)
{
    wgi_signature s = { .fn = wgi_stream[w->g->c->isa], .op = &wgi_op_store, .operands = 1, .outputs = 1 };
    const bool looks = w->asked_for[made->node] && made->node >= w->end;
    s.xt = s.yt = made->of->yt;
    put_instr(t->prog, (wgi_instr){ .of = wgi_work_same(w, &s),
                                    .x = kept_ref(w, made->y),
                                    .y = { WGI_FULL, w->buf[made->node] - 1, made->y.size },
                                    .looks = looks,
                                    .node = made->node });
    if (looks) w->asked_for[made->node] = WGI_LOOKED;
}

/* Gives back the tile buffers of operands that no member after n, at `position`, reads. */
static void give_regs(wgi_work *w, wgi_tiler *t, uint32_t item_at, const wgi_node *n, uint32_t position)
{
    WGI_EACH_OPERAND(k, n) {
        uint32_t o = wgi_work_in(w, n, k);
        const bool loaded = w->runs[o] && !t->prog->row, made = w->at[o] == item_at && !w->runs[o];
        if (t->reg_item[o] == item_at && t->reg[o] && (made || loaded) && t->last[o] == position) {
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
    give_regs(w, t, item_at, n, position);
}

/* Cuts the program into tiles, by the broadcast operands of the item's members. */
static void cut(wgi_work *w, wgi_tiler *t, uint32_t item_at)
{
    const wgi_plan_item *s = &w->items[item_at];
    wgi_broadcasts b = { 0 };
    bool folds = false;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++) {
        folds |= wgi_work_is_fold(w, m);
        for (uint32_t j = 0; j < w->node[m].operands; j++) {
            const uint32_t x = wgi_work_in(w, &w->node[m], j);
            if (!is_spread(w, x, s->shape) || t->reg_item[x] == item_at) continue;
            t->reg_item[x] = item_at; /* counted */
            t->reg[x] = 0;
            if (w->runs[x]) wgi_note_row(&b, w->runs[x]->run);
            else wgi_note_broadcast(&b, w->node[x].shape, s->shape);
        }
    }
    /* A block may begin at any row of the group. */
    if (b.count && s->group) b.row = WGI_MIN(b.row, row_of_group(w, item_at));
    wgi_program_cut(t->prog, &b, (int)s->count, folds);
}

/* Begins an empty program. Its lists grow in the memory that the lists of the last program grew in. */
static void tile_begin(wgi_work *w, wgi_tiler *t, const wgi_plan_item *s)
{
    size_t refs = 0;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++) refs += w->node[m].operands;
    t->prog = wgi_work_keep(w, 1, sizeof *t->prog);
    t->refs = wgi_work_keep(w, refs, sizeof *t->refs);
    /* Each operand may need a load, and each result a store. */
    t->instr = wgi_work_grow(w, t->instr, &t->instr_capacity, refs + 2 * s->count, sizeof *t->instr);
    t->ahead = wgi_work_grow(w, t->ahead, &t->ahead_capacity, refs, sizeof *t->ahead);
    t->spread = wgi_work_grow(w, t->spread, &t->spread_capacity, refs, sizeof *t->spread);
    if (w->failed) return;
    *t->prog = (wgi_program){
        .instr = t->instr, .ahead = t->ahead, .spread = t->spread, .size = wgi_size(s->shape)
    };
    t->frees = 0;
}

/* Copies the lists of the program to the plan's memory. */
static void tile_end(wgi_work *w, wgi_tiler *t)
{
    wgi_program *p = t->prog;
    p->instr = wgi_work_copy(w, p->instr, (size_t)p->instrs, sizeof *p->instr);
    p->ahead = wgi_work_copy(w, p->ahead, (size_t)p->aheads, sizeof *p->ahead);
    p->spread = wgi_work_copy(w, p->spread, (size_t)p->spreads, sizeof *p->spread);
}

wgi_program *wgi_tile_program(wgi_work *w, wgi_tiler *t, uint32_t item_at, double *cost)
{
    const wgi_plan_item *s = &w->items[item_at];
    *cost = 0;
    tile_begin(w, t, s);
    if (w->failed) return NULL;
    cut(w, t, item_at);
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->node[m].operands; j++) t->last[wgi_work_in(w, &w->node[m], j)] = k + 1;
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++) {
        *cost += WGI_MAX(1, w->node[m].op->cost);
        add_instr(w, t, item_at, m, k + 1);
    }
    tile_end(w, t);
    return t->prog;
}

void wgi_tile_step(wgi_work *w, wgi_tiler *t, uint32_t item_at)
{
    double cost;
    wgi_tile_program(w, t, item_at, &cost);
    if (w->failed) return;
    wgi_plan_step one = {
        .tiles = t->prog, .units = t->prog->tiles, .scratch = NO_BUFFER, .node = w->items[item_at].first
    };
    one.chunks = wgi_chunks(w, one.units, (double)t->prog->size * cost);
    wgi_step_new(w, one);
    w->p->regs = WGI_MAX(w->p->regs, wgi_tile_bytes(t->prog));
}
