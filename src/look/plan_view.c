/* plan_view.c: a plan in the words of plan.h: which ops stand in each step, which buffers it reads and writes, from when to when
 * each buffer is needed, how many FLOPs. All of it is found from the steps alone, so that it can be held against what the
 * compiler decided. */
#include "look/plan_view.h"

typedef struct viewer {
    wgi_plan_view *v;
    wg_graph *g;
    const wgi_plan *p;
    wg_plan_buffer *buffer;
    wg_plan_op *op;
    wg_plan_step *step;
    int *seen;                   /* by the plan's buffers: ours, or -1 */
    int *writer;                 /* by our buffers: the op that wrote it last, or -1 */
    int *by_reg;                 /* by tile buffers: the op that wrote it, or ~buffer */
    int *last_read, *last_write; /* by our buffers: the step that has it in its list */
    bool failed;
} viewer;

static void *take(viewer *w, size_t n, size_t size)
{
    void *p = wgi_arena_alloc(&w->v->arena, WGI_MAX(n, 1) * size);
    w->failed |= !p;
    if (p) memset(p, 0, WGI_MAX(n, 1) * size);
    return p;
}

/* ---- FLOPs ---- */

static bool only_moves(const wg_op *op)
{
    return op->kind == WG_ALIAS || op->kind == WG_LEAF ||
           (!op->cost && (op->kind == WG_OPAQUE || op->kind == WG_ROWS));
}

static double flops_of(const wg_op *op, const wg_kernel *k)
{
    if (op->flops) return op->flops(k);
    int64_t most = 0;
    for (int i = 0; i < k->operands; i++) most = WGI_MAX(most, wgi_size(k->xt[i].shape));
    for (int i = 0; i < k->outputs; i++) most = WGI_MAX(most, wgi_size(k->yt[i].shape));
    return only_moves(op) ? 0 : (double)most * WGI_MAX(op->cost, 1);
}

/* ---- names ---- */

static const char *joined(viewer *w, const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    char *s = take(w, n + m + 1, 1);
    if (!s) return "";
    memcpy(s, a, n);
    memcpy(s + n, b, m);
    return s;
}

static const char *name_of(const viewer *w, uint32_t node)
{
    return node < w->p->end ? wg_node_name(wgi_handle(w->g, node)) : "";
}

static const char *number_text(viewer *w, const uint64_t *cell, wg_dtype t)
{
    double v = 0;
    char text[40];
    if (t == WG_F32 || t == WG_F64 || t == WG_I32 || t == WG_I64) wgi_convert(WG_F64, &v, t, cell, 1);
    snprintf(text, sizeof text, "%g", v);
    return joined(w, text, "");
}

static const char *leaf_name(viewer *w, const wgi_buffer *b, wg_dtype t)
{
    if (b->where == WGI_CONST) return number_text(w, &b->cell, t);
    const wgi_node *n = &w->g->node[b->node];
    if (n->op == &wgi_op_number) return number_text(w, n->cell, (wg_dtype)n->dtype);
    return *name_of(w, b->node) ? joined(w, name_of(w, b->node), "") : n->op->name;
}

/* ---- buffers ---- */

/* The buffer that b is part of, and where in it. */
static uint32_t base_of(const viewer *w, uint32_t b, size_t *offset)
{
    for (*offset = 0; w->p->buffer[b].where == WGI_PART_OF; b = w->p->buffer[b].node)
        *offset += w->p->buffer[b].offset;
    return b;
}

static bool is_given(wgi_where w) { return w == WGI_LEAF || w == WGI_HELD || w == WGI_CONST; }

static wg_plan_where kind_of(const viewer *w, const wgi_buffer *b)
{
    if (b->where == WGI_CONST) return WG_PLAN_NUMBER;
    const wg_op *op = w->g->node[b->node].op;
    if (b->where != WGI_LEAF) return WG_PLAN_INPUT;
    return op == &wgi_op_number                         ? WG_PLAN_NUMBER
           : op == &wgi_op_param || op == &wgi_op_state ? WG_PLAN_PARAMETER
                                                        : WG_PLAN_INPUT;
}

/* Ours for one of the plan's; entered when first met. */
static int buffer_at(viewer *w, const wgi_request *r, uint32_t b, int step, const char *maker, wg_dtype t)
{
    if (w->seen[b] >= 0) return w->seen[b];
    const wgi_buffer *from = &w->p->buffer[b];
    int i = w->seen[b] = w->v->plan.buffers++;
    wg_plan_buffer *to = &w->buffer[i];
    *to = (wg_plan_buffer){ .first = step };
    w->writer[i] = w->last_read[i] = w->last_write[i] = -1;
    if (is_given(from->where)) {
        to->where = kind_of(w, from);
        to->name = leaf_name(w, from, t);
        to->first = -1;
    } else if (from->where == WGI_INTO) {
        to->where = WG_PLAN_GRADIENT;
        to->name = joined(w, name_of(w, r->target[from->node]), "\u2032");
    } else {
        to->where = from->where == WGI_OUT ? WG_PLAN_RESULT : WG_PLAN_WORK;
        to->offset = from->offset;
        to->name = from->node && *name_of(w, from->node) ? joined(w, name_of(w, from->node), "") : maker;
    }
    return i;
}

/* `bytes` of buffer b are read or written by the present step. */
static int touch(viewer *w, const wgi_request *r, uint32_t b, size_t bytes, wg_dtype t, const char *maker,
                 bool write)
{
    int s = w->v->plan.steps;
    wg_plan_step *step = &w->step[s];
    size_t offset;
    int i = buffer_at(w, r, base_of(w, b, &offset), s, maker, t);
    wg_plan_buffer *to = &w->buffer[i];
    to->bytes = WGI_MAX(to->bytes, offset + bytes);
    to->last = s;
    if (write && w->last_write[i] != s) {
        w->last_write[i] = s;
        step->write_bytes += (double)bytes;
        ((int *)(uintptr_t)step->write)[step->writes++] = i;
    } else if (!write && w->last_write[i] != s && w->last_read[i] != s) {
        w->last_read[i] = s;
        step->read_bytes += (double)bytes;
        ((int *)(uintptr_t)step->read)[step->reads++] = i;
    }
    return i;
}

static size_t bytes_of(const wg_type *t) { return (size_t)wgi_size(t->shape) * wg_dtype_size(t->dtype); }

/* ---- ops ---- */

static wg_plan_op *new_op(viewer *w, const wg_op *op, uint32_t node, const wg_kernel *k)
{
    wg_plan_op *o = &w->op[w->v->plan.ops];
    o->op = op->name;
    o->name = *name_of(w, node) ? joined(w, name_of(w, node), "") : "";
    o->derived = node >= w->p->end;
    o->shape = *k->yt[0].shape;
    o->dtype = k->yt[0].dtype;
    o->flops = flops_of(op, k);
    o->operand = take(w, (size_t)k->operands + 1, sizeof(int));
    w->step[w->v->plan.steps].flops += o->flops;
    w->step[w->v->plan.steps].dtype = o->dtype;
    w->step[w->v->plan.steps].ops++;
    return o;
}

static void add_operand(wg_plan_op *o, int from)
{
    if (o->operand) ((int *)(uintptr_t)o->operand)[o->operands++] = from;
}

static int source(const viewer *w, int buffer)
{
    return w->writer[buffer] >= 0 ? w->writer[buffer] : ~buffer;
}

static size_t scratch_bytes(const wg_op *op, const wg_kernel *k) { return op->scratch ? op->scratch(k) : 0; }

/* ---- steps of one kernel ---- */

/* The last phase of a reduction whose leaves were summed by tiles; over nothing there is no such phase before. */
static bool is_finish(const viewer *w, int i)
{
    const wgi_step *s = &w->p->step[i];
    size_t offset;
    return s->phase > 0 && s->of.op->fold &&
           (i == 0 || w->p->step[i - 1].of.op != s->of.op || w->p->step[i - 1].node != s->node) &&
           w->seen[base_of(w, s->scratch, &offset)] >= 0;
}

static bool is_next_phase(const viewer *w, int i)
{
    const wgi_step *s = &w->p->step[i];
    return !s->tiles && s->phase > 0 && i > 0 && w->p->step[i - 1].of.op == s->of.op &&
           w->p->step[i - 1].node == s->node;
}

static void view_kernel(viewer *w, const wgi_request *r, int i)
{
    const wgi_step *s = &w->p->step[i];
    bool finish = is_finish(w, i);
    wg_kernel k = wgi_kernel_question(&s->of);
    wg_plan_op *o = new_op(w, s->of.op, s->node, &k);
    if (finish) w->step[w->v->plan.steps].flops = o->flops = 0;
    for (int j = 0; j < s->of.operands && !finish && !w->failed; j++)
        add_operand(o, source(w, touch(w, r, s->x[j], bytes_of(&s->of.xt[j]), s->of.xt[j].dtype, "", false)));
    if (s->scratch != NO_BUFFER) {
        int b = touch(w, r, s->scratch, scratch_bytes(s->of.op, &k), WG_F64, "scratch", !finish);
        if (finish) add_operand(o, source(w, b));
    }
    for (int j = 0; j < s->of.outputs && !w->failed; j++)
        w->writer[touch(w, r, s->y[j], bytes_of(&s->of.yt[j]), s->of.yt[j].dtype, s->of.op->name, true)] =
            w->v->plan.ops;
    w->v->plan.ops++;
}

/* ---- steps over tiles ---- */

/* How many bytes of its source a broadcast operand spans. */
static size_t load_bytes(const wgi_load *l)
{
    int64_t last = 0;
    for (int i = 0; i < l->rank; i++) last += (l->dim[i] - 1) * l->stride[i];
    return (size_t)(last + 1) * l->size;
}

static void view_operand(viewer *w, const wgi_request *r, wg_plan_op *o, const wgi_ref *x, const wg_type *t)
{
    if (x->kind == WGI_REG) add_operand(o, w->by_reg[x->index]);
    else
        add_operand(o, source(w, touch(w, r, x->index, x->kind == WGI_ONE ? x->size : bytes_of(t), t->dtype,
                                       "", false)));
}

static void view_instr(viewer *w, const wgi_request *r, const wgi_instr *in)
{
    if (in->load) {
        w->by_reg[in->load->reg] =
            source(w, touch(w, r, in->load->from, load_bytes(in->load), WG_F32, "", false));
        return;
    }
    wg_kernel k = wgi_kernel_question(&in->of);
    wg_plan_op *o = new_op(w, in->of.op, in->node, &k);
    for (int j = 0; j < in->of.operands && !w->failed; j++) view_operand(w, r, o, &in->x[j], &in->of.xt[j]);
    if (w->failed) return;
    const wgi_ref *y = in->stream ? &in->to : &in->y;
    if (in->y.kind == WGI_REG) w->by_reg[in->y.index] = w->v->plan.ops;
    if (in->fold)
        w->writer[touch(w, r, y->index, scratch_bytes(in->of.op, &k), WG_F64, in->of.op->name, true)] =
            w->v->plan.ops;
    else if (y->kind != WGI_REG)
        w->writer[touch(w, r, y->index, bytes_of(in->of.yt), in->of.yt->dtype, in->of.op->name, true)] =
            w->v->plan.ops;
    w->v->plan.ops++;
}

/* ---- all ---- */

static void start_step(viewer *w, int i)
{
    const wgi_step *s = &w->p->step[i];
    size_t most = s->tiles ? 0 : (size_t)(s->of.operands + s->of.outputs) + 1;
    wg_plan_step *to = &w->step[w->v->plan.steps];
    for (int k = 0; s->tiles && k < s->tiles->instrs; k++) most += (size_t)s->tiles->instr[k].of.operands + 2;
    *to = (wg_plan_step){ .first_op = w->v->plan.ops, .tiles = s->units, .chunks = w->p->chunks[i] };
    if (s->tiles) to->tile = WGI_MIN((int64_t)WGI_TILE, s->tiles->size);
    to->read = take(w, most, sizeof(int));
    to->write = take(w, most, sizeof(int));
}

static void view_steps(viewer *w, const wgi_request *r, const double *seconds)
{
    wg_plan *v = &w->v->plan;
    for (int i = 0; i < w->p->steps && !w->failed; i++) {
        const wgi_step *s = &w->p->step[i];
        if (is_next_phase(w, i)) {
            w->step[v->steps - 1].seconds += seconds[i];
            continue;
        }
        start_step(w, i);
        if (!s->tiles && !w->failed) view_kernel(w, r, i);
        for (int k = 0; s->tiles && k < s->tiles->instrs && !w->failed; k++)
            view_instr(w, r, &s->tiles->instr[k]);
        w->step[v->steps++].seconds = seconds[i];
    }
}

/* Gradients that are copied to their place after the last step. */
static void name_gradients(viewer *w, const wgi_request *r)
{
    for (int i = 0; i < r->targets && !w->failed; i++) {
        const wgi_gradient_of *q = &w->p->gradient[i];
        size_t offset;
        int b = q->reached && !q->in_place ? w->seen[base_of(w, q->buffer, &offset)] : -1;
        if (b >= 0 && w->buffer[b].where == WG_PLAN_RESULT)
            w->buffer[b].name = joined(w, name_of(w, r->target[i]), "\u2032");
    }
}

static void add_up(viewer *w)
{
    wg_plan *v = &w->v->plan;
    for (int i = 0; i < v->steps; i++) v->seconds += w->step[i].seconds;
    for (int i = 0; i < v->buffers; i++) {
        wg_plan_buffer *b = &w->buffer[i];
        if (b->where == WG_PLAN_INPUT) v->inputs += b->bytes;
        if (b->where == WG_PLAN_PARAMETER) v->parameters += b->bytes;
        if (b->where == WG_PLAN_GRADIENT) v->gradients += b->bytes;
        if (b->where == WG_PLAN_RESULT || b->where == WG_PLAN_GRADIENT) b->last = v->steps;
    }
    v->workspace = w->p->work;
    v->results = w->p->out;
    v->tiles = w->p->regs * (size_t)v->threads;
    v->step = w->step, v->op = w->op, v->buffer = w->buffer;
}

bool wgi_plan_describe(wgi_plan_view *v, wg_graph *g, const wgi_plan *p, const wgi_request *r,
                       const double *seconds)
{
    viewer w = { .v = v, .g = g, .p = p };
    size_t ops = 0, regs = 0;
    for (int i = 0; i < p->steps; i++) {
        ops += p->step[i].tiles ? (size_t)p->step[i].tiles->instrs : 1;
        if (p->step[i].tiles) regs = WGI_MAX(regs, (size_t)p->step[i].tiles->regs);
    }
    w.step = take(&w, (size_t)p->steps, sizeof *w.step);
    w.op = take(&w, ops, sizeof *w.op);
    w.buffer = take(&w, p->buffers, sizeof *w.buffer);
    w.by_reg = take(&w, regs, sizeof *w.by_reg);
    int **lists[] = { &w.seen, &w.writer, &w.last_read, &w.last_write };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) *lists[i] = take(&w, p->buffers, sizeof(int));
    for (uint32_t i = 0; i < p->buffers && !w.failed; i++) w.seen[i] = -1;
    if (!w.failed) view_steps(&w, r, seconds);
    name_gradients(&w, r);
    if (!w.failed) add_up(&w);
    return !w.failed;
}
