/* plan.c: compiling: which nodes, equal ones shared; a schedule of items; runs of elementwise nodes of one shape as one
 * program over tiles; buffers placed by liveness. No arithmetic is changed, so no bit is.
 *
 * Items are numbered from 1 in the order of running; a node may join any item not before those of its operands. */
#include "plan.h"

typedef struct item {
    bool            tiles;
    bool            finish; /* the second phase of a fold */
    const wg_shape *shape;  /* of the iteration */
    uint32_t        first, last, count; /* members, linked by next[] */
} item;

typedef struct hole {
    size_t at, size;
} hole;

typedef struct work {
    wg_graph          *g;
    const wgi_request *r;
    wgi_plan          *p;
    uint32_t           n, end;
    unsigned char     *need, *out; /* out: a value in memory; 2: in the results */
    uint32_t          *rep;        /* the equal node that stands for it */
    uint32_t          *at;         /* its item; 0: a leaf, held, empty */
    uint32_t          *next, *buf, *last; /* last: item of the last use of its memory */
    uint32_t          *base;       /* the node whose memory it is part of; itself */
    int64_t           *offset;     /* in it, in bytes */
    item              *items;
    size_t             item_count, item_capacity;
    size_t             buffer_capacity, step_capacity;
    hole              *holes;
    size_t             hole_count, hole_capacity, top;
    bool               failed;
} work;

static void *temp(work *w, size_t count, size_t size)
{
    void *p = wgi_arena_alloc(&w->g->temp, count * size);
    if (p)
        memset(p, 0, count * size);
    w->failed |= !p;
    return p;
}

static void *keep(work *w, size_t count, size_t size)
{
    void *p = wgi_arena_alloc(&w->p->arena, count * size);
    if (p)
        memset(p, 0, count * size);
    w->failed |= !p;
    return p;
}

static void *grow(work *w, void *list, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return list;
    size_t more = WGI_MAX(2 * *capacity, 16);
    void  *p = temp(w, more, size);
    if (p && list)
        memcpy(p, list, *capacity * size);
    if (p)
        *capacity = more;
    return p ? p : list;
}

static size_t bytes_of(const wgi_node *n) { return (size_t)wgi_size(n->shape) * wg_dtype_size((wg_dtype)n->dtype); }
static bool   is_map(const wg_op *op) { return op->kind == WG_MAP || op->kind == WG_RANDOM; }
static int    outputs_of(const wg_op *op) { return op->outputs ? op->outputs : 1; }
static bool   held(const work *w, uint32_t i) { return w->g->value[i] != NULL; }
static bool   given(const work *w, uint32_t i) { return wgi_is_leaf(&w->g->node[i]) || held(w, i); }

/* ---- which nodes ---- */

static void want(work *w, uint32_t i)
{
    w->need[i] = 1;
    w->need[i - w->g->node[i].output] = 1;
}

static void mark_needed(work *w, const wg_node gx[], const uint32_t *wish, int wishes)
{
    for (int i = 0; i < w->r->roots; i++)
        want(w, w->r->root[i]);
    for (int i = 0; i < wishes; i++)
        want(w, wish[i]);
    for (int i = 0; i < w->r->targets; i++)
        if (!wg_is_none(gx[i]))
            want(w, gx[i].index);
    for (uint32_t i = w->n; i-- > 1;) {
        const wgi_node *n = &w->g->node[i];
        if (!w->need[i] || given(w, i))
            continue;
        for (uint32_t k = 0; k < n->operands; k++)
            want(w, wgi_in(n)[k]);
        if (!n->output) /* a kernel writes all its outputs */
            for (int k = 1; k < outputs_of(n->op); k++)
                w->need[i + (uint32_t)k] = 1;
    }
}

/* ---- equal nodes ---- */

static uint64_t equal_hash(const work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    uint64_t        h = wgi_mix((uint64_t)(uintptr_t)n->op, (uint64_t)(uintptr_t)n->shape ^ n->dtype);
    if (wgi_is_leaf(n))
        return wgi_mix(h, n->cell);
    for (uint32_t k = 0; k < n->operands; k++)
        h = wgi_mix(h, w->rep[wgi_in(n)[k]]);
    return n->op->attr_size ? wgi_mix(h, wgi_attr_hash(n->op, n->attr)) : h;
}

static bool equal(const work *w, uint32_t i, uint32_t j)
{
    const wgi_node *a = &w->g->node[i], *b = &w->g->node[j];
    if (a->op != b->op || a->shape != b->shape || a->dtype != b->dtype || a->operands != b->operands)
        return false;
    if (wgi_is_leaf(a))
        return a->cell == b->cell;
    for (uint32_t k = 0; k < a->operands; k++)
        if (w->rep[wgi_in(a)[k]] != w->rep[wgi_in(b)[k]])
            return false;
    return !a->op->attr_size || wgi_attr_equal(a->op, a->attr, b->attr);
}

static bool shareable(const work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    if (wgi_is_leaf(n)) /* numbers of derivative rules; the user's may differ at the next run */
        return i >= w->end && n->op == &wgi_op_number;
    return w->need[i] && !held(w, i) && !n->op->impure && n->op->kind != WG_RANDOM && outputs_of(n->op) == 1;
}

static void share(work *w)
{
    uint32_t size = 16;
    while (size < 2 * w->n)
        size *= 2;
    wgi_place place = wgi_arena_place(&w->g->temp);
    uint32_t *table = temp(w, size, sizeof *table);
    for (uint32_t i = 0; i < w->n; i++)
        w->rep[i] = i;
    for (uint32_t i = 1; table && i < w->n; i++) {
        if (!shareable(w, i))
            continue;
        uint32_t s = (uint32_t)(equal_hash(w, i) >> 16) & (size - 1);
        while (table[s] && !equal(w, table[s], i))
            s = (s + 1) & (size - 1);
        if (table[s])
            w->rep[i] = table[s];
        else
            table[s] = i;
    }
    wgi_arena_rewind(&w->g->temp, place);
}

/* ---- the schedule ---- */

static bool aliases(work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    if (n->op->kind != WG_ALIAS)
        return false;
    wg_type   xt[8], yt = { n->shape, (wg_dtype)n->dtype };
    wg_kernel k = { .operands = (int)WGI_MIN(n->operands, 8), .outputs = 1, .xt = xt, .yt = &yt, .attr = n->op->attr_size ? n->attr : NULL };
    for (int j = 0; j < k.operands; j++) {
        const wgi_node *m = &w->g->node[wgi_in(n)[j]];
        xt[j] = (wg_type){ m->shape, (wg_dtype)m->dtype };
    }
    int64_t at = n->op->alias(&k);
    if (at < 0)
        return false;
    uint32_t x = w->rep[wgi_in(n)[0]];
    w->base[i] = w->base[x];
    w->offset[i] = w->offset[x] + at * (int64_t)wg_dtype_size((wg_dtype)n->dtype);
    w->at[i] = w->at[x];
    return true;
}

static uint32_t new_item(work *w, item t)
{
    w->items = grow(w, w->items, &w->item_capacity, w->item_count + 1, sizeof *w->items);
    if (w->failed)
        return 0;
    w->items[w->item_count] = t;
    return (uint32_t)w->item_count++;
}

static void join(work *w, uint32_t t, uint32_t i)
{
    item *s = &w->items[t];
    if (s->count++)
        w->next[s->last] = i;
    else
        s->first = i;
    s->last = i;
    w->at[i] = t;
}

static bool is_fold(const work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    return n->op->fold && wgi_size(n->shape) == 1 && wgi_size(w->g->node[n->in[0]].shape) > 0;
}

/* The first item that may hold i, an elementwise node over `shape`. */
static uint32_t earliest(const work *w, uint32_t i, const wg_shape *shape)
{
    const wgi_node *n = &w->g->node[i];
    uint32_t        bound = 1;
    for (uint32_t k = 0; k < n->operands; k++) {
        uint32_t x = w->rep[wgi_in(n)[k]], t = w->at[x];
        bool     beside = t && w->items[t].tiles && w->items[t].shape == shape && w->g->node[x].shape == shape && w->base[x] == x;
        bound = WGI_MAX(bound, beside ? t : t + 1);
    }
    return bound;
}

enum { MEMBERS = 48, LOOK = 24 };

static void place_elementwise(work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    bool            fold = is_fold(w, i);
    const wg_shape *shape = fold ? w->g->node[n->in[0]].shape : n->shape;
    uint32_t        t = earliest(w, i, shape), end = (uint32_t)w->item_count;
    for (uint32_t k = 0; t < end && k < LOOK; k++, t++)
        if (w->items[t].tiles && w->items[t].shape == shape && w->items[t].count < MEMBERS)
            break;
    if (t >= end || !w->items[t].tiles || w->items[t].shape != shape || w->items[t].count >= MEMBERS)
        t = new_item(w, (item){ .tiles = true, .shape = shape });
    if (w->failed)
        return;
    join(w, t, i);
    if (fold) {
        uint32_t f = new_item(w, (item){ .finish = true, .first = i, .last = i, .count = 1 });
        w->at[i] = f; /* its value is there */
    }
}

static void schedule(work *w)
{
    new_item(w, (item){ 0 });
    for (uint32_t i = 1; i < w->n && !w->failed; i++) {
        const wgi_node *n = &w->g->node[i];
        w->base[i] = i;
        if (!w->need[i] || w->rep[i] != i || given(w, i) || (!n->output && aliases(w, i)))
            continue;
        if (n->output) {
            w->at[i] = w->at[i - n->output];
            continue;
        }
        if (is_map(n->op) && wgi_size(n->shape) == 0)
            continue;
        if (is_map(n->op) || is_fold(w, i))
            place_elementwise(w, i);
        else
            join(w, new_item(w, (item){ .shape = n->shape }), i);
    }
}

/* ---- uses ---- */

static void use(work *w, uint32_t x, uint32_t by_item, bool inside)
{
    uint32_t b = w->base[w->rep[x]];
    w->last[b] = WGI_MAX(w->last[b], by_item);
    if (!inside)
        w->out[b] = WGI_MAX(w->out[b], 1);
}

static void result(work *w, uint32_t i) { w->out[w->base[w->rep[i]]] = 2; }

static void find_uses(work *w, const wg_node gx[], const uint32_t *wish, int wishes)
{
    for (uint32_t t = 1; t < w->item_count; t++)
        for (uint32_t m = w->items[t].first, k = 0; k < w->items[t].count && !w->items[t].finish; m = w->next[m], k++) {
            const wgi_node *n = &w->g->node[m];
            for (uint32_t j = 0; j < n->operands; j++) {
                uint32_t x = w->rep[wgi_in(n)[j]];
                bool     inside = w->items[t].tiles && w->at[x] == t && w->base[x] == x;
                use(w, x, t, inside);
            }
            if (!w->items[t].tiles || is_fold(w, m))
                for (int j = 0; j < outputs_of(n->op); j++)
                    w->out[m + (uint32_t)j] = WGI_MAX(w->out[m + (uint32_t)j], 1);
        }
    for (int i = 0; i < w->r->roots; i++)
        result(w, w->r->root[i]);
    for (int i = 0; i < wishes; i++)
        result(w, wish[i]);
    for (int i = 0; i < w->r->targets; i++)
        if (!wg_is_none(gx[i]))
            result(w, gx[i].index);
}

/* ---- buffers ---- */

static uint32_t new_buffer(work *w, wgi_buffer b)
{
    wgi_plan *p = w->p;
    p->buffer = grow(w, p->buffer, &w->buffer_capacity, (size_t)p->buffers + 1, sizeof *p->buffer);
    if (w->failed)
        return NO_BUFFER;
    p->buffer[p->buffers] = b;
    return p->buffers++;
}

static size_t align64(size_t n) { return (WGI_MAX(n, 1) + 63) & ~(size_t)63; }

/* First fit among the holes, else at the top. */
static size_t take(work *w, size_t size)
{
    size = align64(size);
    for (size_t i = 0; i < w->hole_count; i++) {
        hole *h = &w->holes[i];
        if (h->size < size)
            continue;
        size_t at = h->at;
        h->at += size;
        h->size -= size;
        if (!h->size)
            memmove(h, h + 1, sizeof *h * (--w->hole_count - i));
        return at;
    }
    w->top += size;
    w->p->work = WGI_MAX(w->p->work, w->top);
    return w->top - size;
}

static void give(work *w, size_t at, size_t size)
{
    size = align64(size);
    size_t i = w->hole_count;
    while (i > 0 && w->holes[i - 1].at > at)
        i--;
    bool before = i > 0 && w->holes[i - 1].at + w->holes[i - 1].size == at;
    bool after = i < w->hole_count && at + size == w->holes[i].at;
    if (before && after) {
        w->holes[i - 1].size += size + w->holes[i].size;
        memmove(&w->holes[i], &w->holes[i + 1], sizeof *w->holes * (--w->hole_count - i));
    } else if (before) {
        w->holes[i - 1].size += size;
    } else if (after) {
        w->holes[i].at = at;
        w->holes[i].size += size;
    } else {
        w->holes = grow(w, w->holes, &w->hole_capacity, w->hole_count + 1, sizeof *w->holes);
        if (w->failed)
            return;
        memmove(&w->holes[i + 1], &w->holes[i], sizeof *w->holes * (w->hole_count++ - i));
        w->holes[i] = (hole){ at, size };
    }
    if (w->hole_count && w->holes[w->hole_count - 1].at + w->holes[w->hole_count - 1].size == w->top)
        w->top = w->holes[--w->hole_count].at;
}

/* The buffer of a node that is given from outside or part of another; of one computed, after its item has made it. */
static uint32_t buffer_of(work *w, uint32_t i)
{
    i = w->rep[i];
    if (w->buf[i])
        return w->buf[i] - 1;
    const wgi_node *n = &w->g->node[i];
    uint32_t        b;
    if (w->base[i] != i)
        b = new_buffer(w, (wgi_buffer){ WGI_PART_OF, buffer_of(w, w->base[i]), (size_t)w->offset[i], 0 });
    else if (held(w, i))
        b = new_buffer(w, (wgi_buffer){ WGI_HELD, i, 0, 0 });
    else if (i >= w->end && wgi_is_leaf(n))
        b = new_buffer(w, (wgi_buffer){ WGI_CONST, i, 0, n->cell });
    else
        b = new_buffer(w, (wgi_buffer){ wgi_is_leaf(n) ? WGI_LEAF : WGI_WORK, i, 0, 0 }); /* WORK: empty values */
    w->buf[i] = b + 1;
    return b;
}

/* Memory for a node that an item makes: results outside reused memory. */
static void make_buffer(work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    wgi_buffer      b = { WGI_WORK, i, 0, 0 };
    if (w->buf[i])
        return;
    if (w->out[i] == 2) {
        b.where = WGI_OUT;
        b.offset = w->p->out;
        w->p->out += align64(bytes_of(n));
    } else {
        b.offset = take(w, bytes_of(n));
    }
    w->buf[i] = new_buffer(w, b) + 1;
}

/* ---- steps ---- */

static wgi_step *new_step(work *w, wgi_step s)
{
    wgi_plan *p = w->p;
    p->step = grow(w, p->step, &w->step_capacity, (size_t)p->steps + 1, sizeof *p->step);
    if (w->failed)
        return NULL;
    p->step[p->steps] = s;
    return &p->step[p->steps++];
}

static const wg_type *types_of(work *w, uint32_t i, bool of_outputs)
{
    const wgi_node *n = &w->g->node[i];
    uint32_t        count = of_outputs ? (uint32_t)outputs_of(n->op) : n->operands;
    wg_type        *t = keep(w, WGI_MAX(count, 1), sizeof *t);
    for (uint32_t k = 0; t && k < count; k++) {
        const wgi_node *m = &w->g->node[of_outputs ? i + k : wgi_in(n)[k]];
        t[k] = (wg_type){ m->shape, (wg_dtype)m->dtype };
    }
    return t;
}

static const void *attr_of(work *w, const wgi_node *n)
{
    if (!n->op->attr_size)
        return NULL;
    void *a = keep(w, 1, n->op->attr_size);
    return a ? memcpy(a, n->attr, n->op->attr_size) : NULL;
}

/* Rough time of a kernel's work in additions of one element. */
static double work_of(work *w, uint32_t i)
{
    const wgi_node *n = &w->g->node[i];
    double          y = (double)wgi_size(n->shape), x = 0, product = 1;
    for (uint32_t k = 0; k < n->operands; k++) {
        double s = (double)wgi_size(w->g->node[wgi_in(n)[k]].shape);
        x += s;
        product *= k < 2 ? s : 1;
    }
    if (n->op->kind == WG_CONTRACT) /* m n k from mk, kn, mn; a product runs at some 16 a cycle */
        return y > 0 ? y * sqrt(product / y) / 8 : 0;
    return (x + y) * (n->op->cost ? n->op->cost : n->op->kind == WG_ROWS ? 8 : 1);
}

enum { GRAIN = 32768 };

/* A kernel's phases, or the last phase of a fold whose leaves are in scratch. */
static void kernel_steps(work *w, uint32_t i, int phase, uint32_t scratch)
{
    wg_graph       *g = w->g;
    const wgi_node *n = &g->node[i];
    const wg_op    *op = n->op;
    wgi_step        s = { .fn = wgi_kernel_of(op, g->c->isa), .op = op, .operands = (int)n->operands, .outputs = outputs_of(op), .node = i };
    uint32_t       *x = keep(w, WGI_MAX(n->operands, 1), sizeof *x), *y = keep(w, (size_t)s.outputs, sizeof *y);
    s.attr = attr_of(w, n);
    s.xt = types_of(w, i, false);
    s.yt = types_of(w, i, true);
    if (w->failed)
        return;
    for (uint32_t k = 0; k < n->operands; k++)
        x[k] = phase ? buffer_of(w, i) : buffer_of(w, wgi_in(n)[k]); /* a fold's last phase does not read x */
    for (int k = 0; k < s.outputs; k++)
        y[k] = w->buf[i + (uint32_t)k] - 1;
    s.x = x;
    s.y = y;
    wg_kernel k = { .operands = s.operands, .outputs = s.outputs, .xt = s.xt, .yt = s.yt, .attr = s.attr };
    size_t    bytes = op->scratch && !phase ? op->scratch(&k) : 0, at = 0;
    s.scratch = scratch;
    if (bytes) {
        at = take(w, bytes);
        s.scratch = new_buffer(w, (wgi_buffer){ WGI_WORK, 0, at, 0 });
    }
    for (k.phase = phase; k.phase < (op->phases ? op->phases : 1) && !w->failed; k.phase++) {
        s.phase = k.phase;
        s.units = op->units ? op->units(&k) : k.phase == 0;
        s.wide = s.units > 1 && work_of(w, i) >= GRAIN;
        if (s.units > 0)
            new_step(w, s);
    }
    if (bytes)
        give(w, at, bytes);
    w->p->most_operands = WGI_MAX(w->p->most_operands, s.operands);
}

/* ---- programs over tiles ---- */

typedef struct tiler {
    wgi_program *prog;
    uint32_t    *reg;      /* by node: its tile buffer + 1, in this item */
    uint32_t    *reg_item; /* the item for which reg holds */
    uint32_t    *last;     /* member position of the last use inside */
    uint32_t     free[MEMBERS * 4];
    uint32_t     frees;
} tiler;

static uint32_t take_reg(tiler *t) { return t->frees ? t->free[--t->frees] : (uint32_t)t->prog->regs++; }

static wgi_ref operand_ref(work *w, tiler *t, uint32_t item_at, uint32_t x, const wg_shape *shape)
{
    const wgi_node *n = &w->g->node[x];
    uint32_t        size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    if (t->reg_item[x] == item_at && t->reg[x])
        return (wgi_ref){ WGI_REG, t->reg[x] - 1, size };
    if (n->shape == shape || wgi_size(n->shape) == wgi_size(shape))
        return (wgi_ref){ WGI_FULL, buffer_of(w, x), size };
    if (wgi_size(n->shape) == 1)
        return (wgi_ref){ WGI_ONE, buffer_of(w, x), size };
    wgi_load *l = keep(w, 1, sizeof *l);
    if (!l)
        return (wgi_ref){ 0 };
    wgi_load_make(l, n->shape, shape);
    l->from = buffer_of(w, x);
    l->size = size;
    l->reg = (uint32_t)t->prog->regs++; /* kept to the program's end: several members may read it */
    t->reg[x] = l->reg + 1;
    t->reg_item[x] = item_at;
    t->prog->instr[t->prog->instrs++] = (wgi_instr){ .load = l };
    return (wgi_ref){ WGI_REG, l->reg, size };
}

static void add_instr(work *w, tiler *t, uint32_t item_at, uint32_t m, uint32_t position, uint32_t scratch)
{
    const wgi_node *n = &w->g->node[m];
    wgi_instr       in = { .fn = wgi_kernel_of(n->op, w->g->c->isa), .op = n->op, .operands = (int)n->operands, .node = m };
    const wg_shape *shape = w->items[item_at].shape;
    wgi_ref        *x = keep(w, WGI_MAX(n->operands, 1), sizeof *x);
    in.attr = attr_of(w, n);
    in.xt = types_of(w, m, false);
    in.yt = types_of(w, m, true);
    for (uint32_t k = 0; k < n->operands && !w->failed; k++)
        x[k] = operand_ref(w, t, item_at, w->rep[wgi_in(n)[k]], shape);
    if (w->failed)
        return;
    in.x = x;
    uint32_t size = (uint32_t)wg_dtype_size((wg_dtype)n->dtype);
    if (scratch != NO_BUFFER) {
        in.fold = true;
        in.y = (wgi_ref){ WGI_ONE, scratch, 8 };
    } else if (w->out[m]) {
        in.y = (wgi_ref){ WGI_FULL, w->buf[m] - 1, size };
    } else {
        in.y = (wgi_ref){ WGI_REG, take_reg(t), size };
        t->reg[m] = in.y.index + 1;
        t->reg_item[m] = item_at;
    }
    t->prog->instr[t->prog->instrs++] = in;
    t->prog->most_operands = WGI_MAX(t->prog->most_operands, in.operands);
    for (uint32_t k = 0; k < n->operands; k++) { /* tile buffers whose last reader this was */
        uint32_t o = w->rep[wgi_in(n)[k]];
        if (t->reg_item[o] == item_at && t->reg[o] && w->at[o] == item_at && t->last[o] == position) {
            t->free[t->frees++] = t->reg[o] - 1;
            t->reg[o] = 0;
            t->last[o] = 0;
        }
    }
}

static void tile_step(work *w, tiler *t, uint32_t item_at, const uint32_t *fold_scratch)
{
    item  *s = &w->items[item_at];
    size_t most = s->count;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++)
        most += w->g->node[m].operands;
    t->prog = keep(w, 1, sizeof *t->prog);
    if (w->failed)
        return;
    t->prog->instr = keep(w, most, sizeof *t->prog->instr);
    t->prog->size = wgi_size(s->shape);
    t->frees = 0;
    double cost = 0;
    for (uint32_t m = s->first, k = 0; k < s->count; m = w->next[m], k++)
        for (uint32_t j = 0; j < w->g->node[m].operands; j++)
            t->last[w->rep[wgi_in(&w->g->node[m])[j]]] = k + 1;
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++) {
        cost += WGI_MAX(1, w->g->node[m].op->cost);
        add_instr(w, t, item_at, m, k + 1, is_fold(w, m) ? fold_scratch[w->at[m]] : NO_BUFFER);
    }
    wgi_step one = { .tiles = t->prog, .units = (t->prog->size + WGI_TILE - 1) / WGI_TILE, .scratch = NO_BUFFER, .node = s->first };
    one.wide = one.units > 1 && (double)t->prog->size * cost >= GRAIN;
    new_step(w, one);
    w->p->regs = WGI_MAX(w->p->regs, wgi_tile_bytes(t->prog));
}

/* ---- all steps, with memory given out and taken back ---- */

typedef struct emitter {
    tiler     t;
    uint32_t *dying, *chain; /* by item, by node: lists of nodes whose memory ends with an item */
    uint32_t *scratch;       /* of folds, by finish item: buffer, place, size */
    size_t   *scratch_at, *scratch_size;
} emitter;

static void take_scratch(work *w, emitter *e, uint32_t fold)
{
    const wgi_node *n = &w->g->node[fold], *m = &w->g->node[n->in[0]];
    wg_type         xt = { m->shape, (wg_dtype)m->dtype }, yt = { n->shape, (wg_dtype)n->dtype };
    wg_kernel       k = { .operands = 1, .outputs = 1, .xt = &xt, .yt = &yt, .attr = n->op->attr_size ? n->attr : NULL };
    uint32_t        f = w->at[fold];
    e->scratch_size[f] = n->op->scratch(&k);
    e->scratch_at[f] = take(w, e->scratch_size[f]);
    e->scratch[f] = new_buffer(w, (wgi_buffer){ WGI_WORK, 0, e->scratch_at[f], 0 });
}

static void take_outputs(work *w, emitter *e, uint32_t m, uint32_t at)
{
    for (int j = 0; j < outputs_of(w->g->node[m].op) && !w->failed; j++) {
        uint32_t y = m + (uint32_t)j;
        if (!w->out[y])
            continue;
        make_buffer(w, y);
        if (w->out[y] == 1) {
            uint32_t end = WGI_MAX(w->last[y], at);
            e->chain[y] = e->dying[end];
            e->dying[end] = y;
        }
    }
}

static void emit_item(work *w, emitter *e, uint32_t i)
{
    const item *s = &w->items[i];
    for (uint32_t m = s->first, k = 0; k < s->count && !w->failed; m = w->next[m], k++)
        if (s->tiles && is_fold(w, m))
            take_scratch(w, e, m);
        else
            take_outputs(w, e, m, i);
    if (w->failed)
        return;
    if (s->tiles)
        tile_step(w, &e->t, i, e->scratch);
    else
        kernel_steps(w, s->first, s->finish ? 1 : 0, s->finish ? e->scratch[i] : NO_BUFFER);
    if (s->finish)
        give(w, e->scratch_at[i], e->scratch_size[i]);
    for (uint32_t y = e->dying[i]; y; y = e->chain[y])
        give(w, w->p->buffer[w->buf[y] - 1].offset, bytes_of(&w->g->node[y]));
}

static void emit(work *w)
{
    emitter e = { .t = { .reg = temp(w, w->n, sizeof(uint32_t)), .reg_item = temp(w, w->n, sizeof(uint32_t)), .last = temp(w, w->n, sizeof(uint32_t)) } };
    e.dying = temp(w, w->item_count, sizeof *e.dying);
    e.chain = temp(w, w->n, sizeof *e.chain);
    e.scratch = temp(w, w->item_count, sizeof *e.scratch);
    e.scratch_at = temp(w, w->item_count, sizeof *e.scratch_at);
    e.scratch_size = temp(w, w->item_count, sizeof *e.scratch_size);
    for (uint32_t i = 1; i < w->item_count && !w->failed; i++)
        emit_item(w, &e, i);
}

static void widths(work *w)
{
    wgi_plan *p = w->p;
    p->wide = keep(w, (size_t)WGI_MAX(p->steps, 1), sizeof *p->wide);
    for (int i = 0; i < p->steps && !w->failed; i++)
        p->wide[i] = p->step[i].wide;
}

/* ---- results, gradients, what confirms a hit ---- */

static void results_of(work *w, const uint32_t *wish, int wishes)
{
    wgi_plan *p = w->p;
    p->result = keep(w, (size_t)(w->r->roots + wishes) + 1, sizeof *p->result);
    for (int i = 0; i < w->r->roots + wishes && !w->failed; i++) {
        uint32_t n = i < w->r->roots ? w->r->root[i] : wish[i - w->r->roots];
        if (!given(w, n))
            p->result[p->results++] = (wgi_result_of){ n, buffer_of(w, n) };
    }
}

static void gradients_of(work *w, const wg_node gx[])
{
    wgi_plan *p = w->p;
    p->gradient = keep(w, (size_t)w->r->targets + 1, sizeof *p->gradient);
    for (int i = 0; i < w->r->targets && !w->failed; i++) {
        if (wg_is_none(gx[i]))
            continue;
        uint32_t    n = w->rep[gx[i].index], b = buffer_of(w, n);
        wgi_buffer *buffer = &p->buffer[b];
        bool        mine = buffer->where == WGI_OUT && n >= w->end;
        for (int k = 0; k < p->results && mine; k++)
            mine = p->result[k].buffer != b;
        for (uint32_t k = 0; k < p->buffers && mine; k++)
            mine = p->buffer[k].where != WGI_PART_OF || p->buffer[k].node != b;
        p->gradient[i] = (wgi_gradient_of){ b, true, mine };
        if (mine) {
            buffer->where = WGI_INTO;
            buffer->node = (uint32_t)i;
        }
    }
}

static void remember_structure(work *w)
{
    wgi_plan *p = w->p;
    p->node = keep(w, w->end, sizeof *p->node);
    p->makes = keep(w, w->end / 8 + 1, 1);
    for (uint32_t i = 0; i < w->end && !w->failed; i++) {
        p->node[i] = w->g->node[i];
        wgi_node *n = &p->node[i];
        if (w->need[i] && !given(w, i))
            p->makes[i / 8] |= (unsigned char)(1u << (i % 8));
        if (n->operands > 2) {
            n->list = keep(w, n->operands, sizeof *n->list);
            if (n->list)
                memcpy(n->list, w->g->node[i].list, sizeof *n->list * n->operands);
        }
        if (n->op->attr_size)
            n->attr = attr_of(w, &w->g->node[i]);
    }
}

static uint32_t *kept_list(work *w, const uint32_t *list, int n)
{
    uint32_t *p = keep(w, (size_t)n + 1, sizeof *p);
    if (p && n)
        memcpy(p, list, sizeof *p * (size_t)n);
    return p;
}

/* The lists that grew in temporary memory, into the plan's. */
static void settle(work *w)
{
    wgi_plan   *p = w->p;
    wgi_buffer *b = keep(w, (size_t)p->buffers + 1, sizeof *b);
    wgi_step   *s = keep(w, (size_t)p->steps + 1, sizeof *s);
    if (w->failed)
        return;
    if (p->buffers)
        memcpy(b, p->buffer, sizeof *b * p->buffers);
    if (p->steps)
        memcpy(s, p->step, sizeof *s * (size_t)p->steps);
    p->buffer = b;
    p->step = s;
}

static bool start(work *w)
{
    w->need = temp(w, w->n, 1);
    w->out = temp(w, w->n, 1);
    uint32_t **lists[] = { &w->rep, &w->at, &w->next, &w->buf, &w->last, &w->base };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = temp(w, w->n, sizeof(uint32_t));
    w->offset = temp(w, w->n, sizeof *w->offset);
    return !w->failed;
}

wgi_plan *wgi_plan_compile(wg_graph *g, const wgi_request *r, const wg_node gx[], uint32_t end, const uint32_t *wish, int wishes)
{
    wgi_plan *p = wg_alloc(g->c, 1, sizeof *p);
    if (!p)
        return NULL;
    work w = { .g = g, .r = r, .p = p, .n = g->count, .end = end };
    p->c = p->arena.c = g->c;
    p->serial = ++g->c->plan_serial;
    p->trail = g->trail;
    p->end = end;
    p->loss = r->loss;
    p->backward = r->backward;
    p->mode = g->mode;
    if (start(&w)) {
        mark_needed(&w, gx, wish, wishes);
        share(&w);
        schedule(&w);
        find_uses(&w, gx, wish, wishes);
        if (!w.failed)
            emit(&w);
        if (!w.failed)
            widths(&w);
        results_of(&w, wish, wishes);
        gradients_of(&w, gx);
        remember_structure(&w);
        p->root = kept_list(&w, r->root, r->roots);
        p->target = kept_list(&w, r->target, r->targets);
        p->wish = kept_list(&w, wish, wishes);
        p->roots = r->roots, p->targets = r->targets, p->wishes = wishes;
        settle(&w);
    }
    if (w.failed) {
        wgi_arena_free(&p->arena);
        wg_free(g->c, p);
        return NULL;
    }
    return p;
}
