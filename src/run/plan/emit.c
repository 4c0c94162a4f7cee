/* plan_emit.c: from items to steps: buffers given out and taken back by liveness, programs over tiles, kernels' phases. */
#include "kernel/stream.h"
#include "run/plan/plan.h"
#include "kernel/stream.h"

static size_t bytes_of(const wgi_node *n)
{
    return (size_t)wgi_size(n->shape) * wg_dtype_size((wg_dtype)n->dtype);
}

/* ---- buffers ---- */

static uint32_t new_buffer(wgi_work *w, wgi_buffer b)
{
    wgi_plan *p = w->p;
    p->buffer = wgi_work_grow(w, p->buffer, &w->buffer_capacity, (size_t)p->buffers + 1, sizeof *p->buffer);
    if (w->failed) return NO_BUFFER;
    p->buffer[p->buffers] = b;
    return p->buffers++;
}

static size_t align64(size_t n) { return (WGI_MAX(n, 1) + 63) & ~(size_t)63; }

/* No sum of sizes may wrap. */
static bool fits(wgi_work *w, size_t size)
{
    if (size < (size_t)1 << 48 && w->holes.top < (size_t)1 << 48 && w->p->out < (size_t)1 << 48) return true;
    wgi_fail(w->g->c, w->r->here, "plan", WG_ERROR_MEMORY, "values of %zu bytes", size);
    return false;
}

static size_t take(wgi_work *w, size_t size)
{
    w->failed |= !fits(w, size);
    if (w->failed) return 0;
    size_t at = wgi_holes_take(&w->holes, align64(size));
    w->p->work = WGI_MAX(w->p->work, w->holes.top);
    return at;
}

static void give(wgi_work *w, size_t at, size_t size)
{
    if (wgi_holes_reserve(&w->holes, w)) wgi_holes_give(&w->holes, at, align64(size));
}

/* The buffer of a node that is given from outside or part of another; of one computed, after its item has made it. */
uint32_t wgi_buffer_of(wgi_work *w, uint32_t i)
{
    i = w->rep[i];
    if (w->buf[i]) return w->buf[i] - 1;
    const wgi_node *n = &w->g->node[i];
    uint32_t b;
    if (w->base[i] != i)
        b = new_buffer(w, (wgi_buffer){ WGI_PART_OF, wgi_buffer_of(w, w->base[i]), (size_t)w->offset[i], 0 });
    else if (w->g->value[i]) b = new_buffer(w, (wgi_buffer){ WGI_HELD, i, 0, 0 });
    else if (i >= w->end && wgi_is_leaf(n)) b = new_buffer(w, (wgi_buffer){ WGI_CONST, i, 0, *n->cell });
    else
        b = new_buffer(
            w, (wgi_buffer){ wgi_is_leaf(n) ? WGI_LEAF : WGI_WORK, i, 0, 0 }); /* WORK: empty values */
    w->buf[i] = b + 1;
    return b;
}

/* Memory for a node that an item makes: results outside reused memory. */
static void make_buffer(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    wgi_buffer b = { WGI_WORK, i, 0, 0 };
    if (w->buf[i]) return;
    w->failed |= !fits(w, bytes_of(n));
    if (w->failed) return;
    if (w->out[i] == 2) {
        b.where = WGI_OUT; /* placed at the end: gradients made in place need no room */
    } else {
        b.offset = take(w, bytes_of(n));
    }
    w->buf[i] = new_buffer(w, b) + 1;
}

void wgi_place_results(wgi_work *w)
{
    wgi_plan *p = w->p;
    for (uint32_t i = 0; i < p->buffers && !w->failed; i++) {
        size_t size = bytes_of(&w->g->node[p->buffer[i].node]);
        if (p->buffer[i].where != WGI_OUT) continue;
        w->failed |= !fits(w, size);
        p->buffer[i].offset = p->out;
        p->out += align64(size);
    }
}

/* ---- steps ---- */

static wgi_step *new_step(wgi_work *w, wgi_step s)
{
    wgi_plan *p = w->p;
    p->step = wgi_work_grow(w, p->step, &w->step_capacity, (size_t)p->steps + 1, sizeof *p->step);
    if (w->failed) return NULL;
    p->step[p->steps] = s;
    return &p->step[p->steps++];
}

/* What an op prepares; and whether its kernel may call BLAS: it says so, or it is a product or a user's. */
static const void *prepare(wgi_work *w, const wg_op *op, const wg_kernel *k)
{
    void *to = op->prepare ? wgi_work_keep(w, 1, op->prepared) : NULL;
    if (w->failed) return NULL;
    w->p->blas |=
        to ? op->prepare(k, to) : op->kind == WG_CONTRACT || op->kind == WG_OPAQUE || !wgi_op_is_ours(op);
    return to;
}

/* Rough time of a kernel's work in additions of one element. */
static double work_of(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    double y = (double)wgi_size(n->shape), x = 0, product = 1;
    for (uint32_t k = 0; k < n->operands; k++) {
        double s = (double)wgi_size(w->g->node[wgi_in(n)[k]].shape);
        x += s;
        product *= k < 2 ? s : 1;
    }
    if (n->op->kind == WG_CONTRACT) /* m n k from mk, kn, mn; a product runs at some 16 a cycle */
        return y > 0 ? y * sqrt(product / y) / 8 : 0;
    return (x + y) * (n->op->cost ? n->op->cost : n->op->kind == WG_ROWS ? 8 : 1);
}

enum { GRAIN = 16384, CHUNKS = 16 };

/* How many chunks of work threads may claim: CHUNKS a thread, so that one that is late costs little, but none too small. */
static int chunks_of(const wgi_work *w, int64_t units, double work)
{
    int threads = w->g->c->o.threads;
    double most = WGI_MAX(threads, WGI_MIN(work / GRAIN, CHUNKS * (double)threads));
    return units > 1 && work >= GRAIN ? (int)WGI_MIN((double)units, most) : 1;
}

static size_t take_kernel_scratch(wgi_work *w, wgi_step *s, const wg_kernel *k, size_t *bytes)
{
    *bytes = s->of.op->scratch(k);
    if (s->of.op->own_scratch) {
        s->each = align64(*bytes);
        *bytes = s->each * (size_t)w->g->c->o.threads;
    }
    const size_t at = take(w, *bytes);
    s->scratch = new_buffer(w, (wgi_buffer){ WGI_WORK, 0, at, 0 });
    return at;
}

/* The phases of a kernel of `in` and `out`. from: 1 for the last phase of a fold whose leaves are in scratch; it reads no
 * operand. */
static void phases(wgi_work *w, wgi_step s, const uint32_t *in, const uint32_t *out, int from, double work)
{
    uint32_t *x = wgi_work_keep(w, (size_t)WGI_MAX(s.of.operands, 1), sizeof *x),
             *y = wgi_work_keep(w, (size_t)s.of.outputs, sizeof *y);
    s.of.xt = wgi_work_types(w, in, (uint32_t)s.of.operands);
    s.of.yt = wgi_work_types(w, out, (uint32_t)s.of.outputs);
    if (w->failed) return;
    for (int k = 0; k < s.of.operands; k++) x[k] = wgi_buffer_of(w, from ? out[0] : in[k]);
    for (int k = 0; k < s.of.outputs; k++) y[k] = w->buf[out[k]] - 1;
    s.of.fn = wgi_kernel_of(s.of.op, w->g->c->isa);
    s.x = x;
    s.y = y;
    wg_kernel k = wgi_kernel_question(&s.of);
    s.of.prepared = prepare(w, s.of.op, &k);
    if (w->failed) return;
    size_t bytes = 0, at = s.of.op->scratch && !from ? take_kernel_scratch(w, &s, &k, &bytes) : 0;
    for (k.phase = from; k.phase < (s.of.op->phases ? s.of.op->phases : 1) && !w->failed; k.phase++) {
        s.phase = k.phase;
        s.units = s.of.op->units ? s.of.op->units(&k) : k.phase == 0;
        s.chunks = chunks_of(w, s.units, work);
        if (s.units > 0) new_step(w, s);
    }
    if (bytes) give(w, at, bytes);
    w->p->most_operands = WGI_MAX(w->p->most_operands, s.of.operands);
}

static void kernel_steps(wgi_work *w, uint32_t i, bool finish, uint32_t scratch)
{
    const wgi_node *n = &w->g->node[i];
    uint32_t out[WG_MAX_OUTPUTS];
    wgi_step s = { .of = { .op = n->op, .operands = (int)n->operands, .outputs = wgi_outputs(n->op) },
                   .scratch = scratch,
                   .node = i };
    for (int k = 0; k < s.of.outputs; k++) out[k] = i + (uint32_t)k;
    s.of.attr = wgi_work_attr(w, n);
    phases(w, s, wgi_in(n), out, finish, work_of(w, i));
}

static void joined_steps(wgi_work *w, uint32_t a, uint32_t b)
{
    const wgi_node *m = &w->g->node[a], *n = &w->g->node[b];
    uint32_t in[WGI_JOINED], out[2 * WG_MAX_OUTPUTS];
    wgi_step s = { .of = { .op = n->op->joined }, .scratch = NO_BUFFER, .node = a };
    s.of.operands = (int)wgi_join_operands(w, a, b, in);
    for (int k = 0; k < wgi_outputs(m->op); k++) out[s.of.outputs++] = a + (uint32_t)k;
    for (int k = 0; k < wgi_outputs(n->op); k++) out[s.of.outputs++] = b + (uint32_t)k;
    s.of.attr = wgi_work_attr(w, m);
    phases(w, s, in, out, 0, work_of(w, a) + work_of(w, b));
}

/* ---- programs over tiles ---- */

typedef struct tiler {
    wgi_program *prog;
    uint32_t *reg;      /* by node: its tile buffer + 1, in this wgi_item */
    uint32_t *reg_item; /* the item for which reg holds */
    uint32_t *last;     /* member position of the last use inside */
    uint32_t free[WGI_MEMBERS * 4];
    uint32_t frees;
    wgi_instr *instr; /* the program's lists while it is made, in temporary memory */
    wgi_ref *ahead;
    size_t instr_capacity, ahead_capacity;
    wgi_ref *refs; /* the next instruction's */
} tiler;

static void put_instr(wgi_work *w, tiler *t, wgi_instr in)
{
    t->prog->instr =
        wgi_work_grow(w, t->prog->instr, &t->instr_capacity, (size_t)t->prog->instrs + 1, sizeof in);
    if (!w->failed) t->prog->instr[t->prog->instrs++] = in;
}

static void put_ahead(wgi_work *w, tiler *t, wgi_ref r)
{
    t->prog->ahead =
        wgi_work_grow(w, t->prog->ahead, &t->ahead_capacity, (size_t)t->prog->aheads + 1, sizeof r);
    if (!w->failed) t->prog->ahead[t->prog->aheads++] = r;
}

static uint32_t take_reg(tiler *t) { return t->frees ? t->free[--t->frees] : (uint32_t)t->prog->regs++; }

/* More than a thread's own caches hold: fetched ahead when read; past the caches when written and not read again. */
enum { LARGE = 1 << 20 };

static wgi_ref full_ref(wgi_work *w, tiler *t, uint32_t item_at, uint32_t x, uint32_t size)
{
    wgi_ref r = { WGI_FULL, wgi_buffer_of(w, x), size };
    bool known = w->at[x] == item_at || (size_t)t->prog->size * size < LARGE;
    for (int k = 0; k < t->prog->aheads && !known; k++) known = t->prog->ahead[k].index == r.index;
    if (!known) put_ahead(w, t, r);
    return r;
}

static wgi_ref operand_ref(wgi_work *w, tiler *t, uint32_t item_at, uint32_t x, const wg_shape *shape)
{
    const wgi_node *n = &w->g->node[x];
    uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    if (t->reg_item[x] == item_at && t->reg[x]) return (wgi_ref){ WGI_REG, t->reg[x] - 1, size };
    if (n->shape == shape || wgi_size(n->shape) == wgi_size(shape)) return full_ref(w, t, item_at, x, size);
    if (wgi_size(n->shape) == 1) return (wgi_ref){ WGI_ONE, wgi_buffer_of(w, x), size };
    wgi_load *l = wgi_work_keep(w, 1, sizeof *l);
    if (!l) return (wgi_ref){ 0 };
    wgi_load_make(l, n->shape, shape);
    l->from = wgi_buffer_of(w, x);
    l->size = size;
    l->reg = (uint32_t)t->prog->regs++; /* kept to the program's end: several members may read it */
    t->reg[x] = l->reg + 1;
    t->reg_item[x] = item_at;
    put_instr(w, t, (wgi_instr){ .load = l });
    return (wgi_ref){ WGI_REG, l->reg, size };
}

static void add_instr(wgi_work *w, tiler *t, uint32_t item_at, uint32_t m, uint32_t position,
                      uint32_t scratch)
{
    const wgi_node *n = &w->g->node[m];
    wgi_instr in = { .of = { .fn = wgi_kernel_of(n->op, w->g->c->isa),
                             .op = n->op,
                             .operands = (int)n->operands,
                             .outputs = 1 },
                     .node = m };
    const wg_shape *shape = w->items[item_at].shape;
    wgi_ref *x = t->refs;
    t->refs += n->operands;
    in.of.attr = wgi_work_attr(w, n);
    in.of.xt = wgi_work_types(w, wgi_in(n), n->operands);
    in.of.yt = wgi_work_types(w, &m, 1);
    wg_kernel question = wgi_kernel_question(&in.of);
    in.of.prepared = prepare(w, n->op, &question);
    for (uint32_t k = 0; k < n->operands && !w->failed; k++)
        x[k] = operand_ref(w, t, item_at, wgi_work_in(w, n, k), shape);
    if (w->failed) return;
    in.x = x;
    uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    if (scratch != NO_BUFFER) {
        in.fold = true;
        in.y = (wgi_ref){ WGI_ONE, scratch, 8 };
    } else if (w->out[m] && (w->last[m] > item_at || bytes_of(n) < STREAM_BYTES)) {
        in.y = (wgi_ref){ WGI_FULL, w->buf[m] - 1, size };
    } else {
        if (w->out[m]) {
            in.stream = wgi_stream[w->g->c->isa];
            in.to = (wgi_ref){ WGI_FULL, w->buf[m] - 1, size };
        }
        in.y = (wgi_ref){ WGI_REG, take_reg(t), size };
        t->reg[m] = in.y.index + 1;
        t->reg_item[m] = item_at;
    }
    put_instr(w, t, in);
    t->prog->most_operands = WGI_MAX(t->prog->most_operands, in.of.operands);
    for (uint32_t k = 0; k < n->operands; k++) { /* tile buffers whose last reader this was */
        uint32_t o = wgi_work_in(w, n, k);
        if (t->reg_item[o] == item_at && t->reg[o] && w->at[o] == item_at && t->last[o] == position) {
            t->free[t->frees++] = t->reg[o] - 1;
            t->reg[o] = 0;
            t->last[o] = 0;
        }
    }
}

/* An empty program, whose lists are made where those of the last one were. */
static void tile_begin(wgi_work *w, tiler *t, const wgi_item *s)
{
    size_t refs = 0;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++) refs += w->g->node[m].operands;
    t->prog = wgi_work_keep(w, 1, sizeof *t->prog);
    t->refs = wgi_work_keep(w, WGI_MAX(refs, 1), sizeof *t->refs);
    if (w->failed) return;
    *t->prog = (wgi_program){ .instr = t->instr,
                              .ahead = t->ahead,
                              .size = wgi_size(s->shape),
                              .most_operands = 1 /* of a stream */ };
    t->frees = 0;
}

static void *kept(wgi_work *w, const void *list, int count, size_t size)
{
    void *p = count ? wgi_work_keep(w, (size_t)count, size) : NULL;
    return p ? memcpy(p, list, (size_t)count * size) : NULL;
}

/* Its lists into the plan's memory. */
static void tile_end(wgi_work *w, tiler *t)
{
    wgi_program *p = t->prog;
    t->instr = p->instr, t->ahead = p->ahead;
    p->instr = kept(w, p->instr, p->instrs, sizeof *p->instr);
    p->ahead = kept(w, p->ahead, p->aheads, sizeof *p->ahead);
}

static void tile_step(wgi_work *w, tiler *t, uint32_t item_at, const uint32_t *fold_scratch)
{
    const wgi_item *s = &w->items[item_at];
    tile_begin(w, t, s);
    if (w->failed) return;
    double cost = 0;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->g->node[m].operands; j++)
            t->last[wgi_work_in(w, &w->g->node[m], j)] = k + 1;
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++) {
        cost += WGI_MAX(1, w->g->node[m].op->cost);
        add_instr(w, t, item_at, m, k + 1, wgi_work_is_fold(w, m) ? fold_scratch[w->at[m]] : NO_BUFFER);
    }
    tile_end(w, t);
    wgi_step one = { .tiles = t->prog,
                     .units = (t->prog->size + WGI_TILE - 1) / WGI_TILE,
                     .scratch = NO_BUFFER,
                     .node = s->first };
    one.chunks = chunks_of(w, one.units, (double)t->prog->size * cost);
    new_step(w, one);
    w->p->regs = WGI_MAX(w->p->regs, wgi_tile_bytes(t->prog));
}

/* ---- all steps, with memory given out and taken back ---- */

enum { TAKEN = 3 }; /* out[]: another value has its memory */
#define NEVER UINT32_MAX

typedef struct dying_input { /* of the member at position `first` of the item, from 1 */
    uint32_t node, first;
} dying_input;

typedef struct emitter {
    tiler t;
    uint32_t *dying, *chain; /* by item, by node: lists of nodes whose memory ends with an item */
    uint32_t *
        until; /* by node: the last position where the item that it dies in reads it; NEVER: not element by element */
    dying_input *input; /* of the present item */
    uint32_t inputs;
    size_t input_capacity;
    uint32_t *scratch; /* of folds, by finish item: buffer, place, size */
    size_t *scratch_at, *scratch_size;
} emitter;

static void take_scratch(wgi_work *w, emitter *e, uint32_t fold)
{
    const wgi_node *n = &w->g->node[fold], *m = &w->g->node[n->in[0]];
    wg_type xt = { m->shape, (wg_dtype)m->dtype }, yt = { n->shape, (wg_dtype)n->dtype };
    wg_kernel k = {
        .operands = 1, .outputs = 1, .xt = &xt, .yt = &yt, .attr = n->op->attr_size ? n->attr : NULL
    };
    uint32_t f = w->at[fold];
    e->scratch_size[f] = n->op->scratch(&k);
    e->scratch_at[f] = take(w, e->scratch_size[f]);
    e->scratch[f] = new_buffer(w, (wgi_buffer){ WGI_WORK, 0, e->scratch_at[f], 0 });
}

/* The values in the workspace that an item reads element by element, and nobody after it. */
static void find_dying(wgi_work *w, emitter *e, uint32_t at)
{
    const wgi_item *s = &w->items[at];
    uint32_t position = 0;
    for (uint32_t q = s->first; position++ < s->count; q = w->next[q]) {
        const wgi_node *n = &w->g->node[q];
        e->input =
            wgi_work_grow(w, e->input, &e->input_capacity, (size_t)e->inputs + n->operands, sizeof *e->input);
        for (uint32_t k = 0; k < n->operands && !w->failed; k++) {
            uint32_t o = wgi_work_in(w, n, k), x = w->base[o];
            if (w->last[x] != at || w->out[x] != 1 || w->at[x] == at || wgi_work_given(w, x)) continue;
            if (o == x) e->input[e->inputs++] = (dying_input){ x, position };
            if (e->until[x] < NEVER)
                e->until[x] = wgi_size(w->g->node[o].shape) == wgi_size(s->shape) ? position : NEVER;
        }
    }
}

/* In place: the value of the member at `position` goes where an operand of members before it was read. */
static bool take_over(wgi_work *w, const emitter *e, uint32_t m, uint32_t position)
{
    if (w->out[m] != 1 || w->buf[m]) return false;
    for (uint32_t i = 0; i < e->inputs && e->input[i].first < position; i++) {
        uint32_t x = e->input[i].node;
        w->probes++;
        if (w->out[x] != 1 || e->until[x] >= position || bytes_of(&w->g->node[x]) != bytes_of(&w->g->node[m]))
            continue;
        w->buf[m] = new_buffer(w, (wgi_buffer){ WGI_WORK, m, w->p->buffer[w->buf[x] - 1].offset, 0 }) + 1;
        w->out[x] = TAKEN;
        return true;
    }
    return false;
}

static void take_outputs(wgi_work *w, emitter *e, uint32_t m, uint32_t at, uint32_t position)
{
    for (int j = 0; j < wgi_outputs(w->g->node[m].op) && !w->failed; j++) {
        uint32_t y = m + (uint32_t)j;
        if (!w->out[y]) continue;
        if (!take_over(w, e, y, position)) make_buffer(w, y);
        if (w->out[y] == 1) {
            uint32_t end = WGI_MAX(w->last[y], at);
            e->chain[y] = e->dying[end];
            e->dying[end] = y;
        }
    }
}

static void emit_item(wgi_work *w, emitter *e, uint32_t i)
{
    const wgi_item *s = &w->items[i];
    e->inputs = 0;
    if (s->tiles) find_dying(w, e, i);
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++)
        if (s->tiles && wgi_work_is_fold(w, m)) take_scratch(w, e, m);
        else take_outputs(w, e, m, i, k + 1);
    if (w->failed) return;
    if (s->tiles) tile_step(w, &e->t, i, e->scratch);
    else if (s->count > 1) joined_steps(w, s->first, s->last);
    else kernel_steps(w, s->first, s->finish, s->finish ? e->scratch[i] : NO_BUFFER);
    if (s->finish) give(w, e->scratch_at[i], e->scratch_size[i]);
    for (uint32_t y = e->dying[i]; y; y = e->chain[y])
        if (w->out[y] != TAKEN) give(w, w->p->buffer[w->buf[y] - 1].offset, bytes_of(&w->g->node[y]));
}

void wgi_emit(wgi_work *w)
{
    emitter e = { .t = { .reg = wgi_work_temp(w, w->n, sizeof(uint32_t)),
                         .reg_item = wgi_work_temp(w, w->n, sizeof(uint32_t)),
                         .last = wgi_work_temp(w, w->n, sizeof(uint32_t)) } };
    e.dying = wgi_work_temp(w, w->item_count, sizeof *e.dying);
    e.chain = wgi_work_temp(w, w->n, sizeof *e.chain);
    e.until = wgi_work_temp(w, w->n, sizeof *e.until);
    e.scratch = wgi_work_temp(w, w->item_count, sizeof *e.scratch);
    e.scratch_at = wgi_work_temp(w, w->item_count, sizeof *e.scratch_at);
    e.scratch_size = wgi_work_temp(w, w->item_count, sizeof *e.scratch_size);
    for (uint32_t i = 1; i < w->item_count && !w->failed; i++) emit_item(w, &e, i);
}
