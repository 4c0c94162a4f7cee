/* plan_view.c: describes a plan in the words of plan.h: the ops of each step, the buffers that it reads and
 * writes, from which step to which each buffer is needed, and FLOPs.
 *
 * Everything is found from the steps alone, not from what the compiler noted, so that tests can compare the
 * two.
 */
#include "look/plan_view.h"

typedef struct describer {
    wgi_plan_view *v;
    wg_graph *g;
    const wgi_plan *p;
    const wgi_request *r;
    wg_plan_buffer *buffer; /* "our buffers": the description's, counted by v->plan.buffers */
    wg_plan_op *op;
    wg_plan_step *step;
    int *ours;       /* by buffer of the plan: our buffer; -1: not met yet */
    int *writer;     /* by our buffer: the op that wrote it last; -1: none */
    int *by_reg;     /* by tile buffer: the op that wrote it, or ~b if it was loaded from our buffer b */
    int *by_block;   /* by place in the memory of a row group's block: the op that wrote it last */
    int *last_read;  /* by our buffer: the latest step that lists it among those it reads; -1: none */
    int *last_write; /* likewise, among those it writes */
    bool failed;     /* memory was missing */
} describer;

static void *zeroed(describer *d, size_t n, size_t size)
{
    void *p = wgi_arena_alloc(&d->v->arena, WGI_MAX(n, 1) * size);
    d->failed |= !p;
    return p ? memset(p, 0, WGI_MAX(n, 1) * size) : NULL;
}

/* ---- FLOPs ---- */

static bool only_moves(const wg_op *op)
{
    return op->kind == WG_ALIAS || op->kind == WG_LEAF ||
           (!op->cost && (op->kind == WG_OPAQUE || op->kind == WG_ROWS));
}

static double flops_of(const wg_op *op, const wg_kernel *k)
{
    if (wgx_hints(op)->flops) return wgx_hints(op)->flops(k);
    int64_t most = 0;
    for (int i = 0; i < k->operands; i++) most = WGI_MAX(most, wgi_size(k->xt[i].shape));
    for (int i = 0; i < k->outputs; i++) most = WGI_MAX(most, wgi_size(k->yt[i].shape));
    return only_moves(op) ? 0 : (double)most * WGI_MAX(op->cost, 1);
}

/* ---- names ---- */

static const char *joined(describer *d, const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    char *s = zeroed(d, n + m + 1, 1);
    if (!s) return "";
    memcpy(s, a, n);
    memcpy(s + n, b, m);
    return s;
}

/* "" unless the user gave the node a name. */
static const char *name_of(const describer *d, uint32_t node)
{
    return node && node < d->p->of.n ? wg_node_name(wgi_handle(d->g, d->r->at[node])) : "";
}

/* A copy of the node's name, or `other` if it has none. */
static const char *name_or(describer *d, uint32_t node, const char *other)
{
    return *name_of(d, node) ? joined(d, name_of(d, node), "") : other;
}

static const char *gradient_name(describer *d, int target)
{
    return joined(d, wg_node_name(wgi_handle(d->g, d->r->target[target])), "\u2032");
}

static const char *number_text(describer *d, const uint64_t *cell, wg_dtype t)
{
    double v = 0;
    char text[40];
    if (t == WG_F32 || t == WG_F64 || t == WG_I32 || t == WG_I64) wgi_convert(WG_F64, &v, t, cell, 1);
    snprintf(text, sizeof text, "%g", v);
    return joined(d, text, "");
}

static const char *leaf_name(describer *d, const wgi_buffer *b, wg_dtype t)
{
    if (b->where == WGI_CONST) return number_text(d, &b->cell, t);
    const wgi_node *n = &d->g->node[d->r->at[b->node]];
    if (n->op == &wgi_op_number) return number_text(d, n->cell, (wg_dtype)n->dtype);
    return name_or(d, b->node, n->op->name);
}

/* ---- buffers ---- */

/* The buffer that b is a part of; *offset: where in it. */
static uint32_t whole_of(const describer *d, uint32_t b, size_t *offset)
{
    for (*offset = 0; d->p->buffer[b].where == WGI_PART_OF; b = d->p->buffer[b].node)
        *offset += d->p->buffer[b].offset;
    return b;
}

/* Our buffer that b is a part of; -1: not met yet. */
static int ours_of(const describer *d, uint32_t b)
{
    size_t offset;
    return d->ours[whole_of(d, b, &offset)];
}

static wg_plan_where where_of_leaf(const describer *d, const wgi_buffer *b)
{
    if (b->where == WGI_CONST) return WG_PLAN_NUMBER;
    if (b->where != WGI_LEAF) return WG_PLAN_INPUT;
    const wg_op *op = d->g->node[d->r->at[b->node]].op;
    return op == &wgi_op_number                         ? WG_PLAN_NUMBER
           : op == &wgi_op_param || op == &wgi_op_state ? WG_PLAN_PARAMETER
                                                        : WG_PLAN_INPUT;
}

/* Our buffer for buffer b of the plan, made when b is first met. `maker` names it if its node has no name. */
static int buffer_at(describer *d, uint32_t b, const char *maker, wg_dtype t)
{
    if (d->ours[b] >= 0) return d->ours[b];
    const wgi_buffer *from = &d->p->buffer[b];
    int i = d->ours[b] = d->v->plan.buffers++;
    wg_plan_buffer *to = &d->buffer[i];
    *to = (wg_plan_buffer){ .first = d->v->plan.steps };
    d->writer[i] = d->last_read[i] = d->last_write[i] = -1;
    if (from->where == WGI_LEAF || from->where == WGI_HELD || from->where == WGI_CONST) {
        to->where = where_of_leaf(d, from);
        to->name = leaf_name(d, from, t);
        to->first = -1;
    } else if (from->where == WGI_INTO) {
        to->where = WG_PLAN_GRADIENT;
        to->name = gradient_name(d, (int)from->node);
    } else {
        to->where = from->where == WGI_OUT ? WG_PLAN_RESULT : WG_PLAN_WORK;
        to->offset = from->offset;
        to->name = name_or(d, from->node, maker);
    }
    return i;
}

/* The present step reads or writes `bytes` of b. What it writes is not listed among what it reads. Returns
 * our buffer. */
static int use_buffer(describer *d, uint32_t b, size_t bytes, wg_dtype t, const char *maker, bool write)
{
    size_t offset;
    int i = buffer_at(d, whole_of(d, b, &offset), maker, t), s = d->v->plan.steps;
    wg_plan_step *step = &d->step[s];
    d->buffer[i].bytes = WGI_MAX(d->buffer[i].bytes, offset + bytes);
    d->buffer[i].last = s;
    if (d->last_write[i] == s || (!write && d->last_read[i] == s)) return i;
    (write ? d->last_write : d->last_read)[i] = s;
    *(write ? &step->write_bytes : &step->read_bytes) += (double)bytes;
    if (write) ((int *)(uintptr_t)step->write)[step->writes++] = i;
    else ((int *)(uintptr_t)step->read)[step->reads++] = i;
    return i;
}

/* An operand as wg_plan_op has it. */
static int read_buffer(describer *d, uint32_t b, size_t bytes, wg_dtype t)
{
    int i = use_buffer(d, b, bytes, t, "", false);
    return d->writer[i] >= 0 ? d->writer[i] : ~i;
}

/* op: the number of the op that computes what is written */
static void write_buffer(describer *d, uint32_t b, size_t bytes, wg_dtype t, int op)
{
    int i = use_buffer(d, b, bytes, t, d->op[op].op, true);
    d->writer[i] = op;
}

static size_t bytes_of(const wg_type *t) { return (size_t)wgi_size(t->shape) * wg_dtype_size(t->dtype); }

/* ---- ops ---- */

static wg_plan_op *new_op(describer *d, const wg_op *op, uint32_t node, const wg_kernel *k)
{
    wg_plan_op *o = &d->op[d->v->plan.ops];
    wg_plan_step *s = &d->step[d->v->plan.steps];
    o->op = op->name;
    o->name = name_or(d, node, "");
    o->derived = node >= d->p->of.n;
    o->node = node && !o->derived ? d->r->at[node] : 0;
    o->shape = *k->yt[0].shape;
    o->dtype = k->yt[0].dtype;
    o->flops = flops_of(op, k);
    o->operand = zeroed(d, (size_t)k->operands + 1, sizeof(int));
    s->flops += o->flops;
    s->dtype = o->dtype;
    s->ops++;
    return o;
}

static void add_operand(wg_plan_op *o, int from)
{
    if (o->operand) ((int *)(uintptr_t)o->operand)[o->operands++] = from;
}

static size_t scratch_bytes(const wg_op *op, const wg_kernel *k) { return op->scratch ? op->scratch(k) : 0; }

/* ---- steps of one kernel ---- */

/* This step is a later phase of the kernel of the step before. */
static bool continues(const describer *d, int i)
{
    const wgi_plan_step *s = &d->p->step[i], *before = i > 0 ? s - 1 : NULL;
    return before && !s->tiles && !s->rows && s->phase > 0 && before->of && before->of->op == s->of->op &&
           before->node == s->node;
}

/* The last phase of a reduction whose first phase ran over tiles. A reduction of no elements has no first
 * phase, and its scratch buffer was not met. */
static bool is_finish(const describer *d, int i)
{
    const wgi_plan_step *s = &d->p->step[i];
    return s->phase > 0 && wgx_hints(s->of->op)->fold && !continues(d, i) && ours_of(d, s->scratch) >= 0;
}

static void describe_kernel(describer *d, int i)
{
    const wgi_plan_step *s = &d->p->step[i];
    bool finish = is_finish(d, i);
    wg_kernel k = wgi_kernel_question(s->of);
    wg_plan_op *o = new_op(d, s->of->op, s->node, &k);
    size_t scratch = scratch_bytes(s->of->op, &k);
    if (finish) {
        d->step[d->v->plan.steps].flops = o->flops = 0;
        add_operand(o, read_buffer(d, s->scratch, scratch, WG_F64));
    }
    for (int j = 0; j < s->of->operands && !finish && !d->failed; j++)
        add_operand(o, read_buffer(d, s->x[j], bytes_of(&s->of->xt[j]), s->of->xt[j].dtype));
    if (!finish && s->scratch != NO_BUFFER) use_buffer(d, s->scratch, scratch, WG_F64, "scratch", true);
    for (int j = 0; j < s->of->outputs && !d->failed; j++)
        write_buffer(d, s->y[j], bytes_of(&s->of->yt[j]), s->of->yt[j].dtype, d->v->plan.ops);
    d->v->plan.ops++;
}

/* ---- steps over tiles ---- */

/* How many bytes of its source a broadcast operand spans. */
static size_t load_bytes(const wgi_load *l)
{
    int64_t last = 0;
    for (int i = 0; i < l->rank; i++) last += (l->dim[i] - 1) * l->stride[i];
    return (size_t)(last + 1) * l->size;
}

static int tile_operand(describer *d, const wgi_program *p, const wgi_ref *x, const wg_type *t)
{
    if (x->kind == WGI_REG) return d->by_reg[x->index];
    if (x->kind == WGI_BLOCK) return d->by_block[x->index];
    if (x->kind == WGI_SPREAD) {
        const wgi_spread *s = &p->spread[x->index];
        if (s->from.kind == WGI_BLOCK) return d->by_block[s->from.index];
        return read_buffer(d, s->from.index, load_bytes(s->load), t->dtype);
    }
    return read_buffer(d, x->index, x->kind == WGI_ONE ? x->size : bytes_of(t), t->dtype);
}

static void describe_instr(describer *d, const wgi_program *p, const wgi_instr *in)
{
    const wgi_ref *y = &in->y;
    if (in->of->op == &wgi_op_load) {
        d->by_reg[y->index] = in->inside ? d->by_block[in->x[0].index]
                                         : read_buffer(d, in->x[0].index, load_bytes(in->of->attr), WG_F32);
        return;
    }
    if (in->of->op == &wgi_op_store) {
        write_buffer(d, y->index, bytes_of(in->of->yt), in->of->yt->dtype, d->by_reg[in->x[0].index]);
        return;
    }
    wg_kernel k = wgi_kernel_question(in->of);
    wg_plan_op *o = new_op(d, in->of->op, in->node, &k);
    for (int j = 0; j < in->of->operands && !d->failed; j++)
        add_operand(o, tile_operand(d, p, &in->x[j], &in->of->xt[j]));
    if (d->failed) return;
    const int op = d->v->plan.ops++;
    if (y->kind == WGI_REG) d->by_reg[y->index] = op;
    else if (y->kind == WGI_BLOCK) d->by_block[y->index] = op;
    else if (in->fold) write_buffer(d, y->index, scratch_bytes(in->of->op, &k), WG_F64, op);
    else write_buffer(d, y->index, bytes_of(in->of->yt), in->of->yt->dtype, op);
}

static void describe_program(describer *d, const wgi_program *p)
{
    for (int k = 0; k < p->instrs && !d->failed; k++) describe_instr(d, p, &p->instr[k]);
}

/* ---- steps of row groups ---- */

static void describe_row_kernel(describer *d, const wgi_row_part *p)
{
    const wg_kernel k = wgi_kernel_question(p->of);
    wg_plan_op *o = new_op(d, p->of->op, p->node, &k);
    for (int j = 0; j < p->of->operands && !d->failed; j++) {
        const wgi_ref *x = &p->x[j].at;
        const wg_type *t = &p->of->xt[j];
        add_operand(o, x->kind == WGI_BLOCK ? d->by_block[x->index]
                                            : read_buffer(d, x->index, bytes_of(t), t->dtype));
    }
    const int op = d->v->plan.ops++;
    for (int j = 0; j < p->of->outputs && !d->failed; j++) {
        const wgi_ref *y = &p->y[j].at;
        const wg_type *t = &p->of->yt[j];
        if (y->kind == WGI_BLOCK) d->by_block[y->index] = op;
        else write_buffer(d, y->index, bytes_of(t), t->dtype, op);
    }
}

static void describe_rows(describer *d, const wgi_rows *s)
{
    for (int i = 0; i < s->parts && !d->failed; i++)
        if (s->part[i].tiles) describe_program(d, s->part[i].tiles);
        else describe_row_kernel(d, &s->part[i]);
}

/* The elements of the longest row. */
static int64_t longest_row(const wgi_rows *s)
{
    int64_t most = 1;
    for (int i = 0; i < s->parts; i++) most = WGI_MAX(most, s->part[i].wide);
    return most;
}

/* ---- all together ---- */

/* The programs of a step: of a row group those of its parts. NULL: part i is a kernel. */
static const wgi_program *program_of(const wgi_plan_step *s, int i)
{
    return s->rows ? s->rows->part[i].tiles : s->tiles;
}
static int parts_of(const wgi_plan_step *s) { return s->rows ? s->rows->parts : 1; }

/* How many buffers a step reads or writes at most. */
static size_t most_buffers(const wgi_plan_step *s)
{
    size_t most = 0;
    for (int i = 0; i < parts_of(s); i++) {
        const wgi_program *p = program_of(s, i);
        const wgi_signature *of = s->rows ? s->rows->part[i].of : s->of;
        if (!p) most += (size_t)(of->operands + of->outputs) + 1;
        for (int k = 0; p && k < p->instrs; k++) most += (size_t)p->instr[k].of->operands + 2;
    }
    return most;
}

static void start_step(describer *d, int i)
{
    const wgi_plan_step *s = &d->p->step[i];
    const size_t most = most_buffers(s);
    wg_plan_step *to = &d->step[d->v->plan.steps];
    *to = (wg_plan_step){ .first_op = d->v->plan.ops, .tiles = s->units, .chunks = d->p->chunks[i] };
    if (s->tiles) to->tile = WGI_MIN(s->tiles->tile, s->tiles->size);
    if (s->rows) to->tile = s->rows->block * longest_row(s->rows);
    to->read = zeroed(d, most, sizeof(int));
    to->write = zeroed(d, most, sizeof(int));
}

static void describe_steps(describer *d, const double *seconds)
{
    wg_plan *v = &d->v->plan;
    for (int i = 0; i < d->p->steps && !d->failed; i++) {
        const wgi_plan_step *s = &d->p->step[i];
        if (continues(d, i)) {
            d->step[v->steps - 1].seconds += seconds[i];
            continue;
        }
        start_step(d, i);
        if (d->failed) break;
        if (s->rows) describe_rows(d, s->rows);
        else if (s->tiles) describe_program(d, s->tiles);
        else describe_kernel(d, i);
        d->step[v->steps++].seconds = seconds[i];
    }
}

/* A gradient that is copied to its place after the last step has its parameter's name, too. */
static void name_gradients(describer *d)
{
    for (int i = 0; i < d->r->targets && !d->failed; i++) {
        const wgi_gradient_of *q = &d->p->gradient[i];
        int b = q->reached && !q->in_place ? ours_of(d, q->buffer) : -1;
        if (b >= 0 && d->buffer[b].where == WG_PLAN_RESULT) d->buffer[b].name = gradient_name(d, i);
    }
}

static void add_up(describer *d)
{
    wg_plan *v = &d->v->plan;
    for (int i = 0; i < v->steps; i++) v->seconds += d->step[i].seconds;
    for (int i = 0; i < v->buffers; i++) {
        wg_plan_buffer *b = &d->buffer[i];
        if (b->where == WG_PLAN_INPUT) v->inputs += b->bytes;
        if (b->where == WG_PLAN_PARAMETER) v->parameters += b->bytes;
        if (b->where == WG_PLAN_GRADIENT) v->gradients += b->bytes;
        if (b->where == WG_PLAN_RESULT || b->where == WG_PLAN_GRADIENT) b->last = v->steps;
    }
    v->workspace = d->p->work;
    v->results = d->p->out;
    v->tiles = d->p->regs * (size_t)v->threads;
    v->step = d->step, v->op = d->op, v->buffer = d->buffer;
}

bool wgi_plan_describe(wgi_plan_view *v, wg_graph *g, const wgi_plan *p, const wgi_request *r,
                       const double *seconds)
{
    describer d = { .v = v, .g = g, .p = p, .r = r };
    size_t ops = 0, regs = 0, lines = 0;
    for (int i = 0; i < p->steps; i++) {
        const wgi_plan_step *s = &p->step[i];
        if (s->rows) lines = WGI_MAX(lines, s->rows->bytes / WGI_CACHE_LINE);
        for (int k = 0; k < parts_of(s); k++) {
            const wgi_program *t = program_of(s, k);
            ops += t ? (size_t)t->instrs : 1;
            if (t) regs = WGI_MAX(regs, (size_t)t->regs);
        }
    }
    d.step = zeroed(&d, (size_t)p->steps, sizeof *d.step);
    d.op = zeroed(&d, ops, sizeof *d.op);
    d.buffer = zeroed(&d, p->buffers, sizeof *d.buffer);
    d.by_reg = zeroed(&d, regs, sizeof *d.by_reg);
    d.by_block = zeroed(&d, lines, sizeof *d.by_block);
    int **lists[] = { &d.ours, &d.writer, &d.last_read, &d.last_write };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) *lists[i] = zeroed(&d, p->buffers, sizeof(int));
    for (uint32_t i = 0; i < p->buffers && !d.failed; i++) d.ours[i] = -1;
    if (!d.failed) describe_steps(&d, seconds);
    if (!d.failed) name_gradients(&d);
    if (!d.failed) add_up(&d);
    return !d.failed;
}
