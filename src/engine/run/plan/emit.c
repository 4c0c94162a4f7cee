/* emit.c: makes steps of items. A value gets memory before the item that computes it, and gives it back
 * after the last item that reads it. */
#include "run/plan/plan.h"

/* ---- the steps of a kernel ---- */

void wgi_step_new(wgi_work *w, wgi_plan_step s)
{
    wgi_plan *p = w->p;
    p->step = wgi_work_grow(w, p->step, &w->step_capacity, (size_t)p->steps + 1, sizeof *p->step);
    if (!w->failed) p->step[p->steps++] = s;
}

/* Lets the op prepare its kernel. Notes whether the kernel may call BLAS. */
static const void *prepare_now(wgi_work *w, const wgi_signature *s)
{
    const wg_kernel question = wgi_kernel_question(s);
    void *to = wgi_work_keep(w, 1, wgx_hints(s->op)->prepared);
    if (!to) return NULL;
    w->p->blas |= wgx_hints(s->op)->prepare(&question, to);
    return to;
}

/* Fills s->prepared. An op that prepares nothing may call BLAS if it is a product or a user's op. */
static void prepare(wgi_work *w, wgi_signature *s)
{
    const wg_op *op = s->op;
    if (w->failed) return;
    if (!wgx_hints(op)->prepare)
        w->p->blas |= op->kind == WG_CONTRACT || op->kind == WG_OPAQUE || !wgi_op_is_ours(op);
    else s->prepared = prepare_now(w, s);
}

/* Fewer elements than a vector of AVX-512 holds are computed one by one by its loops, and four at a time by
 * those of AVX2. Elementwise kernels give the same bits by both. */
static int instruction_set(const wgi_work *w, const wgi_signature *s)
{
    enum { AVX2 = 1 };
    const wg_type *y = &s->yt[0];
    const bool few = wgi_size(y->shape) * (int64_t)wg_dtype_size(y->dtype) < 64;
    return s->op->kind == WG_MAP && few ? WGI_MIN(w->g->c->isa, AVX2) : w->g->c->isa;
}

static const wgi_signature *add_signature(wgi_work *w, const wgi_signature *s)
{
    const wgi_signature *copy = w->failed ? NULL : wgi_work_copy(w, s, 1, sizeof *s);
    if (copy) w->signature[w->signatures++ % WGI_SIGNATURES] = copy;
    return copy;
}

const wgi_signature *wgi_work_same(wgi_work *w, const wgi_signature *s)
{
    for (uint32_t j = 0; j < WGI_MIN(w->signatures, WGI_SIGNATURES); j++)
        if (memcmp(w->signature[j], s, sizeof *s) == 0) return w->signature[j];
    return add_signature(w, s);
}

static bool has_types(const wgi_work *w, const wg_type *t, const uint32_t *list, int count)
{
    bool same = true;
    for (int k = 0; k < count && same; k++)
        same = t[k].shape == w->node[list[k]].shape && t[k].dtype == w->node[list[k]].dtype;
    return same;
}

static const wg_type *types_of(wgi_work *w, const uint32_t *list, int count)
{
    wg_type *t = wgi_work_keep(w, (size_t)count, sizeof *t);
    for (int k = 0; t && k < count; k++) t[k] = wgi_type_of(&w->node[list[k]]);
    return t;
}

/* The signature of a kernel of op, with the options of node n. in, out: the nodes of operands and results. */
static const wgi_signature *signature_of(wgi_work *w, const wg_op *op, uint32_t n, const uint32_t *in,
                                         int operands, const uint32_t *out, int outputs)
{
    for (uint32_t j = 0; j < WGI_MIN(w->signatures, WGI_SIGNATURES); j++) {
        const wgi_signature *t = w->signature[j];
        if (t->op == op && t->operands == operands && t->outputs == outputs &&
            has_types(w, t->xt, in, operands) && has_types(w, t->yt, out, outputs) &&
            wgi_options_same(w->node[n].op, t->attr, w->node[n].attr))
            return t;
    }
    wgi_signature s = {
        .op = op, .attr = wgi_work_attr(w, &w->node[n]), .operands = operands, .outputs = outputs
    };
    s.xt = types_of(w, in, operands);
    s.yt = types_of(w, out, outputs);
    if (w->failed) return NULL;
    s.fn = wgi_kernel_of(op, instruction_set(w, &s));
    prepare(w, &s);
    return add_signature(w, &s);
}

/* Fills out[] with the nodes of the outputs of i's op, and returns their number. */
static int outputs_of(const wgi_work *w, uint32_t i, uint32_t *out)
{
    int n = wgi_outputs(w->node[i].op);
    for (int k = 0; k < n; k++) out[k] = i + (uint32_t)k;
    return n;
}

const wgi_signature *wgi_work_signature(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    uint32_t out[WG_MAX_OUTPUTS];
    const int outputs = outputs_of(w, i, out);
    return signature_of(w, n->op, i, wgi_in(n), (int)n->operands, out, outputs);
}

double wgi_work_of(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    double y = (double)wgi_size(n->shape), x = 0, product = 1;
    WGI_EACH_OPERAND(k, n) {
        double s = (double)wgi_size(w->node[wgi_in(n)[k]].shape);
        x += s;
        product *= k < 2 ? s : 1;
    }
    if (n->op->kind == WG_CONTRACT) /* m n k, found from m k, k n and m n; about 16 of them a cycle */
        return y > 0 ? y * sqrt(product / y) / 8 : 0;
    return (x + y) * (n->op->cost ? n->op->cost : n->op->kind == WG_ROWS ? 8 : 1);
}

enum { GRAIN = 16384, CHUNKS = 16 };

/* CHUNKS chunks for each thread, so that a thread that is late costs little. But no chunk has less than
 * GRAIN work. */
int wgi_chunks(const wgi_work *w, int64_t units, double work)
{
    int threads = w->g->c->o.threads;
    double most = WGI_MAX(threads, WGI_MIN(work / GRAIN, CHUNKS * (double)threads));
    return units > 1 && work >= GRAIN ? (int)WGI_MIN((double)units, most) : 1;
}

static uint32_t kernel_scratch(wgi_work *w, wgi_plan_step *s, const wg_kernel *k, size_t *bytes)
{
    *bytes = s->of->op->scratch(k);
    if (wgx_hints(s->of->op)->own_scratch) {
        s->each = wgi_align(*bytes);
        *bytes = s->each * (size_t)w->g->c->o.threads;
    }
    return wgi_memory_take(w, 0, *bytes);
}

/* Makes a step of each phase of a kernel. in, out: the nodes of operands and results. from: the first
 * phase. It is 1 for a fold whose first phase is in a program over tiles: then the kernel reads its
 * scratch and no operand. */
static void phases(wgi_work *w, wgi_plan_step s, const uint32_t *in, const uint32_t *out, int from,
                   double work)
{
    if (w->failed) return;
    const wg_op *op = s.of->op;
    uint32_t *x = wgi_work_keep(w, (size_t)s.of->operands, sizeof *x),
             *y = wgi_work_keep(w, (size_t)s.of->outputs, sizeof *y);
    if (w->failed) return;
    for (int k = 0; k < s.of->operands; k++) x[k] = wgi_buffer_of(w, from ? out[0] : in[k]);
    for (int k = 0; k < s.of->outputs; k++) y[k] = w->buf[out[k]] - 1;
    s.x = x;
    s.y = y;
    wg_kernel k = wgi_kernel_question(s.of);
    size_t bytes = 0;
    bool own = op->scratch && !from;
    if (own) s.scratch = kernel_scratch(w, &s, &k, &bytes);
    for (k.phase = from; k.phase < (op->phases ? op->phases : 1) && !w->failed; k.phase++) {
        s.phase = k.phase;
        s.units = op->units ? op->units(&k) : k.phase == 0;
        s.chunks = wgi_chunks(w, s.units, work);
        if (s.units > 0) wgi_step_new(w, s);
    }
    if (own) wgi_memory_give(w, s.scratch, bytes);
    w->p->most_operands = WGI_MAX(w->p->most_operands, s.of->operands);
}

static void kernel_steps(wgi_work *w, uint32_t i, bool finish, uint32_t scratch)
{
    uint32_t out[WG_MAX_OUTPUTS];
    wgi_plan_step s = { .of = wgi_work_signature(w, i), .scratch = scratch, .node = i };
    outputs_of(w, i, out);
    phases(w, s, wgi_in(&w->node[i]), out, finish, wgi_work_of(w, i));
}

static void pair_steps(wgi_work *w, uint32_t a, uint32_t b)
{
    uint32_t in[WGI_PAIR_OPERANDS], out[2 * WG_MAX_OUTPUTS];
    const int operands = (int)wgi_pair_operands(w, a, b, in), first = outputs_of(w, a, out),
              outputs = first + outputs_of(w, b, out + first);
    wgi_plan_step s = { .of =
                            signature_of(w, wgx_hints(w->node[b].op)->joined, a, in, operands, out, outputs),
                        .scratch = NO_BUFFER,
                        .node = a };
    phases(w, s, in, out, 0, wgi_work_of(w, a) + wgi_work_of(w, b));
}

/* ---- memory of values ---- */

#define NEVER UINT32_MAX

/* A value that the present item reads, and nothing after it. first: the position of the first member that
 * reads it, from 1. */
typedef struct dying_input {
    uint32_t node, first;
} dying_input;

typedef struct emitter {
    wgi_tiler t;
    wgi_row_maker rows;
    uint32_t *dying; /* by item: the first of the nodes whose memory is given back after the item */
    uint32_t *chain; /* by node: the next node of such a list */
    /* By node, for a dying input of an item: the position of the last member that reads it. NEVER: a
     * member reads it in another way than element by element, so that its memory cannot be used before the
     * item ends. */
    uint32_t *until;
    dying_input *input; /* of the present item */
    uint32_t inputs;
    size_t input_capacity;
    size_t *scratch_size; /* by finish item: bytes of scratch of its fold */
} emitter;

static void fold_scratch(wgi_work *w, emitter *e, uint32_t fold)
{
    const wgi_signature *s = wgi_work_signature(w, fold);
    if (!s) return;
    wg_kernel question = wgi_kernel_question(s);
    e->scratch_size[w->at[fold]] = s->op->scratch(&question);
    e->t.scratch[w->at[fold]] = wgi_memory_take(w, 0, e->scratch_size[w->at[fold]]);
}

/* In a row group a value may be overwritten, row by row, only if no part needs other rows of it. */
static void mark_unaligned(wgi_work *w, emitter *e, uint32_t first)
{
    for (uint32_t i = first; i <= w->items[first].group; i++) {
        const wgi_plan_item *s = &w->items[i];
        for (uint32_t q = s->first, c = 0; c < s->count; q = w->next[q], c++)
            for (uint32_t k = 0; k < w->node[q].operands; k++) {
                const uint32_t x = wgi_work_in(w, &w->node[q], k);
                if (!wgi_is_row_aligned(w, s, x, s->rows)) e->until[w->base[x]] = NEVER;
            }
    }
}

/* Lists the dying inputs of an item that are in the workspace, or in the memory of a block. */
static void find_dying(wgi_work *w, emitter *e, uint32_t at)
{
    const wgi_plan_item *s = &w->items[at];
    uint32_t position = 0;
    for (uint32_t q = s->first; position++ < s->count; q = w->next[q]) {
        const wgi_node *n = &w->node[q];
        e->input =
            wgi_work_grow(w, e->input, &e->input_capacity, (size_t)e->inputs + n->operands, sizeof *e->input);
        for (uint32_t k = 0; k < n->operands && !w->failed; k++) {
            uint32_t o = wgi_work_in(w, n, k), x = w->base[o];
            const bool here = w->store[x] == WGI_IN_WORK || w->store[x] == WGI_IN_BLOCK;
            if (w->last[x] != at || !here || w->at[x] == at || wgi_work_given(w, x)) continue;
            if (o == x) e->input[e->inputs++] = (dying_input){ x, position };
            if (e->until[x] < NEVER)
                e->until[x] =
                    wgi_size(w->node[o].shape) == wgi_size(s->shape) && !w->runs[o] ? position : NEVER;
        }
    }
}

/* Computes in place: gives member m at `position` the memory of an input that only members before it read. */
static bool reuse_input(wgi_work *w, const emitter *e, uint32_t m, uint32_t position)
{
    if ((w->store[m] != WGI_IN_WORK && w->store[m] != WGI_IN_BLOCK) || w->buf[m]) return false;
    for (uint32_t i = 0; i < e->inputs && e->input[i].first < position; i++) {
        uint32_t x = e->input[i].node;
        w->probes++;
        if (w->store[x] != w->store[m] || e->until[x] >= position ||
            wgi_value_bytes(&w->node[x]) != wgi_value_bytes(&w->node[m]))
            continue;
        if (w->store[m] == WGI_IN_BLOCK) w->block[m] = w->block[x];
        else
            w->buf[m] =
                wgi_buffer_new(w, (wgi_buffer){ WGI_WORK, m, { w->p->buffer[w->buf[x] - 1].offset } }) + 1;
        w->store[x] = WGI_REUSED;
        return true;
    }
    return false;
}

/* Notes that the memory of y is given back after item `end`. Parts of a row group run again and again:
 * what the group reads in the workspace has its memory until the group ends. */
static void give_after(wgi_work *w, emitter *e, uint32_t y, uint32_t end)
{
    if (w->store[y] == WGI_IN_WORK && w->items[end].group) end = w->items[end].group;
    e->chain[y] = e->dying[end];
    e->dying[end] = y;
}

static void store_outputs(wgi_work *w, emitter *e, uint32_t m, uint32_t at, uint32_t position)
{
    for (int j = 0; j < wgi_outputs(w->node[m].op) && !w->failed; j++) {
        const uint32_t y = m + (uint32_t)j;
        if (!w->store[y]) continue;
        if (!reuse_input(w, e, y, position)) {
            if (w->store[y] == WGI_IN_BLOCK) wgi_block_make(w, &e->rows, y);
            else wgi_buffer_make(w, y);
        }
        if (w->store[y] == WGI_IN_WORK || w->store[y] == WGI_IN_BLOCK)
            give_after(w, e, y, WGI_MAX(w->last[y], at));
    }
}

static void make_step(wgi_work *w, emitter *e, uint32_t i)
{
    const wgi_plan_item *s = &w->items[i];
    if (s->group) wgi_rows_add(w, &e->rows, &e->t, i);
    else if (s->tiles) wgi_tile_step(w, &e->t, i);
    else if (s->count > 1) pair_steps(w, s->first, s->last);
    else kernel_steps(w, s->first, s->finish, s->finish ? e->t.scratch[i] : NO_BUFFER);
}

/* The steps from `from` on are those of items with this guard. */
static void guard_steps(wgi_work *w, int from, uint32_t guard)
{
    for (int k = from; k < w->p->steps && !w->failed; k++) {
        wgi_plan_step *s = &w->p->step[k];
        s->guard = guard ? wgi_buffer_of(w, guard) : NO_BUFFER;
        s->guards = guard ? (size_t)wgi_size(w->node[guard].shape) : 0;
    }
}

static void emit_item(wgi_work *w, emitter *e, uint32_t i)
{
    const int before = w->p->steps;
    if (w->items[i].group && !e->rows.of) {
        mark_unaligned(w, e, i);
        wgi_rows_begin(w, &e->rows, i);
    }
    const wgi_plan_item *s = &w->items[i];
    e->inputs = 0;
    if (s->tiles) find_dying(w, e, i);
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++)
        if (s->tiles && wgi_work_is_fold(w, m)) fold_scratch(w, e, m);
        else store_outputs(w, e, m, i, k + 1);
    if (w->failed) return;
    make_step(w, e, i);
    if (s->finish) wgi_memory_give(w, e->t.scratch[i], e->scratch_size[i]);
    for (uint32_t y = e->dying[i]; y; y = e->chain[y])
        if (w->store[y] == WGI_IN_BLOCK) wgi_block_give(w, &e->rows, y);
        else if (w->store[y] != WGI_REUSED) wgi_memory_give(w, w->buf[y] - 1, wgi_value_bytes(&w->node[y]));
    if (s->group == i) wgi_rows_end(w, &e->rows);
    guard_steps(w, before, s->guard);
}

void wgi_emit(wgi_work *w)
{
    emitter e = { .t = { .reg = wgi_work_temp(w, w->n, sizeof(uint32_t)),
                         .reg_item = wgi_work_temp(w, w->n, sizeof(uint32_t)),
                         .last = wgi_work_temp(w, w->n, sizeof(uint32_t)),
                         .scratch = wgi_work_temp(w, w->item_count, sizeof(uint32_t)) } };
    e.dying = wgi_work_temp(w, w->item_count, sizeof *e.dying);
    e.chain = wgi_work_temp(w, w->n, sizeof *e.chain);
    e.until = wgi_work_temp(w, w->n, sizeof *e.until);
    e.scratch_size = wgi_work_temp(w, w->item_count, sizeof *e.scratch_size);
    for (uint32_t i = 1; i < w->item_count && !w->failed; i++) emit_item(w, &e, i);
}
