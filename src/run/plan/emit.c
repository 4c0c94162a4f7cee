/* emit.c: items become steps. Memory is given to values when the item that makes them runs, and taken back after the last item
 * that reads them. */
#include "run/plan/plan.h"

/* ---- the steps of a kernel ---- */

wgi_step *wgi_step_new(wgi_work *w, wgi_step s)
{
    wgi_plan *p = w->p;
    p->step = wgi_work_grow(w, p->step, &w->step_capacity, (size_t)p->steps + 1, sizeof *p->step);
    if (w->failed) return NULL;
    p->step[p->steps] = s;
    return &p->step[p->steps++];
}

/* What an op prepares; and whether its kernel may call BLAS: it says so, or it is a product or a user's. */
const void *wgi_prepare(wgi_work *w, const wg_op *op, const wg_kernel *k)
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
int wgi_chunks(const wgi_work *w, int64_t units, double work)
{
    int threads = w->g->c->o.threads;
    double most = WGI_MAX(threads, WGI_MIN(work / GRAIN, CHUNKS * (double)threads));
    return units > 1 && work >= GRAIN ? (int)WGI_MIN((double)units, most) : 1;
}

static size_t take_kernel_scratch(wgi_work *w, wgi_step *s, const wg_kernel *k, size_t *bytes)
{
    *bytes = s->of.op->scratch(k);
    if (s->of.op->own_scratch) {
        s->each = wgi_align(*bytes);
        *bytes = s->each * (size_t)w->g->c->o.threads;
    }
    const size_t at = wgi_memory_take(w, *bytes);
    s->scratch = wgi_buffer_new(w, (wgi_buffer){ WGI_WORK, 0, at, 0 });
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
    s.of.prepared = wgi_prepare(w, s.of.op, &k);
    if (w->failed) return;
    size_t bytes = 0, at = s.of.op->scratch && !from ? take_kernel_scratch(w, &s, &k, &bytes) : 0;
    for (k.phase = from; k.phase < (s.of.op->phases ? s.of.op->phases : 1) && !w->failed; k.phase++) {
        s.phase = k.phase;
        s.units = s.of.op->units ? s.of.op->units(&k) : k.phase == 0;
        s.chunks = wgi_chunks(w, s.units, work);
        if (s.units > 0) wgi_step_new(w, s);
    }
    if (bytes) wgi_memory_give(w, at, bytes);
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

/* ---- all steps, with memory given out and taken back ---- */

enum { TAKEN = 3 }; /* out[]: another value has its memory */
#define NEVER UINT32_MAX

typedef struct dying_input { /* of the member at position `first` of the item, from 1 */
    uint32_t node, first;
} dying_input;

typedef struct emitter {
    wgi_tiler t;
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
    e->scratch_at[f] = wgi_memory_take(w, e->scratch_size[f]);
    e->scratch[f] = wgi_buffer_new(w, (wgi_buffer){ WGI_WORK, 0, e->scratch_at[f], 0 });
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
        if (w->out[x] != 1 || e->until[x] >= position ||
            wgi_value_bytes(&w->g->node[x]) != wgi_value_bytes(&w->g->node[m]))
            continue;
        w->buf[m] = wgi_buffer_new(w, (wgi_buffer){ WGI_WORK, m, w->p->buffer[w->buf[x] - 1].offset, 0 }) + 1;
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
        if (!take_over(w, e, y, position)) wgi_buffer_make(w, y);
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
    if (s->tiles) wgi_tile_step(w, &e->t, i, e->scratch);
    else if (s->count > 1) joined_steps(w, s->first, s->last);
    else kernel_steps(w, s->first, s->finish, s->finish ? e->scratch[i] : NO_BUFFER);
    if (s->finish) wgi_memory_give(w, e->scratch_at[i], e->scratch_size[i]);
    for (uint32_t y = e->dying[i]; y; y = e->chain[y])
        if (w->out[y] != TAKEN)
            wgi_memory_give(w, w->p->buffer[w->buf[y] - 1].offset, wgi_value_bytes(&w->g->node[y]));
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
