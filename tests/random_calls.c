/* random_calls.c: calls of random ops are tried until they succeed: with any operands and attributes, then by
 * the pattern of a sample with other sizes, then by the sample as it is. */
#include "random_draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is not drawn ---- */

static const struct {
    const char *op, *reason;
} never[] = {
    { "extern", "calls functions of the user's: test_extern.c" },
    { "extern_impure", "calls functions of the user's: test_extern.c" },
    { "extern_grad", "calls functions of the user's: test_extern.c" },
    { "extern_jvp", "calls functions of the user's: test_extern.c" },
    { "einsum", "its letters say which operands it takes: test_contract.c" },
    { "avg_pool",
      "random options hardly ever fit; it is made of conv, which is drawn: test_formula_values.c" },
    { "hinge", "its targets are -1 and 1: test_formula_values.c" },
    { "settled", "random operands are far from each other: test_fixed_point.c" },
    { "custom_vjp", "its rule is a function of the user's: test_rule_leaves.c" },
#define SINGULAR "its derivative fails at some matrices, where it has a value: test_linear.c"
    { "lu_det", SINGULAR },
    { "det", SINGULAR },
    { "logdet", SINGULAR },
    { "slogdet", SINGULAR },
    { "qr", SINGULAR },
    { "qr_part", SINGULAR },
    { "eigh", SINGULAR },
    { "svd", SINGULAR },
};

const char *random_calls_reason(const wg_op *op)
{
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (!strcmp(op->name, never[i].op)) return never[i].reason;
    return op->kind == WG_LEAF ? "a leaf" : NULL;
}

/* ---- calls ---- */

void *draw_field(random_call *call, const char *row)
{
    for (const wg_attr_row *a = call->op->attrs; a && a->name; a++)
        if (!strcmp(a->name, row)) return call->attr + a->offset;
    return NULL;
}

void draw_undo(drawing *d, int count)
{
    random_calls *c = d->c;
    for (int i = count; i < c->count; i++) free(c->call[i].t.data);
    if (count < c->count) c->values = c->call[count].first;
    c->count = count;
    if (wg_failed(d->context)) wg_recover(d->context);
}

/* Differences cannot follow a float into another dtype. */
static bool leaves_the_floats(const drawing *d, const random_call *call, wg_node y)
{
    bool from_floats = false;
    for (int k = 0; k < call->operands; k++)
        from_floats |= call->x[k] >= 0 && wg_dtype_is_float(wg_node_dtype(d->r.value[call->x[k]]));
    return is_smooth(d) && from_floats && wg_node_dtype(y) != floats(d);
}

static bool can_be_read(const drawing *d, wg_node y)
{
    int64_t n = wg_node_ok(y) ? wg_shape_size(wg_node_shape(y)) : -1;
    return n >= 0 && n <= most_elements(d) && (wg_value(y).data || !n) && !wg_failed(d->context);
}

int draw_call(drawing *d, random_call *call)
{
    random_calls *c = d->c;
    if (c->count == CALL_MOST || c->values + call->results > VALUE_MOST) {
        free(call->t.data);
        return FAILED;
    }
    call->first = c->values;
    c->call[c->count++] = *call;
    c->values += call->results;
    random_graph_call(&d->r, call);
    for (int k = 0; k < call->results; k++) {
        wg_node y = d->r.value[call->first + k];
        if (!can_be_read(d, y) || leaves_the_floats(d, call, y)) return FAILED;
    }
    return call->first;
}

/* ---- attributes ---- */

static wg_axes draw_axes(drawing *d, int rank)
{
    wg_axes axes = { 0 };
    bool all = chance(d, 3);
    int start = rank ? (int)below(d, rank) : 0;
    for (int i = 0; i < rank; i++)
        if (all || chance(d, 2)) axes.axis[axes.count++] = (start + i) % rank - (chance(d, 4) ? rank : 0);
    return axes;
}

static wg_shape draw_shape(drawing *d, wg_shape s)
{
    int64_t size = wg_shape_size(s);
    switch (below(d, 4)) {
    case 0: return WG_SHAPE(size);
    case 1:
        for (int i = 0; i < s.rank; i++) s.dim[i] = chance(d, 2) ? 1 : s.dim[i];
        return s;
    case 2:
        if (s.rank == WG_MAX_RANK) return s;
        memmove(s.dim + 1, s.dim, sizeof *s.dim * (size_t)s.rank++);
        s.dim[0] = 1 + below(d, 3);
        return s;
    }
    for (int i = 0; i < s.rank / 2; i++) {
        int64_t other = s.dim[i];
        s.dim[i] = s.dim[s.rank - 1 - i], s.dim[s.rank - 1 - i] = other;
    }
    return s;
}

static int words(const char *text)
{
    int n = 1;
    for (; text && *text; text++) n += *text == ' ';
    return n;
}

static void draw_attribute(drawing *d, random_call *call, const wg_attr_row *a, wg_shape s)
{
    static const double numbers[] = { 0, 0.125, 0.5, 0.75 };
    static const wg_dtype types[] = { WG_DEFAULT_DTYPE, WG_F32, WG_F64, WG_I32, WG_I64, WG_BOOL };
    void *to = call->attr + a->offset;
    int64_t size = below(d, 7);
    int rank = s.rank;
    switch (a->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: *(int *)to = (int)below(d, 2 * rank + 2) - rank; break;
    case WG_ATTR_SIZE: memcpy(to, &size, sizeof size); break;
    case WG_ATTR_DOUBLE:
        if (chance(d, 2)) memcpy(to, &numbers[below(d, 4)], sizeof(double));
        break;
    case WG_ATTR_BOOL: *(bool *)to = chance(d, 2); break;
    case WG_ATTR_AXES: *(wg_axes *)to = draw_axes(d, rank); break;
    case WG_ATTR_SHAPE: *(wg_shape *)to = draw_shape(d, s); break;
    case WG_ATTR_DTYPE: *(wg_dtype *)to = is_smooth(d) ? WG_DEFAULT_DTYPE : types[below(d, 6)]; break;
    case WG_ATTR_CHOICE: *(int *)to = (int)below(d, words(a->choices)); break;
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break;
    }
}

static void draw_attributes(drawing *d, random_call *call)
{
    memset(call->attr, 0, sizeof call->attr);
    wg_attr_begin(call->op, call->attr);
    wg_shape s = call->x[0] >= 0 ? shape_of(d, call->x[0]) : WG_SCALAR;
    for (const wg_attr_row *a = call->op->attrs; a && a->name; a++) draw_attribute(d, call, a, s);
}

/* The sample's, in its new sizes. */
static void take_attributes(drawing *d, sample *s, random_call *call)
{
    memset(call->attr, 0, sizeof call->attr);
    if (call->op->attr_size) memcpy(call->attr, s->attr, call->op->attr_size);
    for (const wg_attr_row *a = call->op->attrs; a && a->name; a++) {
        int64_t *size = (int64_t *)(call->attr + a->offset);
        wg_shape *shape = (wg_shape *)(call->attr + a->offset);
        if (a->kind == WG_ATTR_SIZE) *size = sample_size(d, s, *size);
        for (int i = 0; a->kind == WG_ATTR_SHAPE && i < shape->rank; i++)
            shape->dim[i] = sample_size(d, s, shape->dim[i]);
    }
}

/* ---- one step ---- */

static bool as_the_sample(drawing *d, sample *s, random_call *call)
{
    call->operands = s->operands;
    for (int k = 0; k < s->operands; k++)
        if (!sample_operand(d, s, call, k)) return false;
    if (s->own && !chance(d, 4)) take_attributes(d, s, call);
    else draw_attributes(d, call);
    return true;
}

static bool any_operand(drawing *d, sample *s, random_call *call, int k)
{
    const wg_op *op = call->op;
    wg_node like = s->x[k < s->operands ? k : 0];
    if (wg_is_none(like) || (is_smooth(d) && !wgx_op_has_derivative(op, k)))
        return sample_operand(d, s, call, k);
    wg_tensor t = wg_value(like);
    if (t.dtype != floats(d)) {
        if (!d->others || chance(d, 2)) return sample_operand(d, s, call, k);
        call->x[k] = d->other[below(d, d->others)];
        return true;
    }
    int x = pool_pick(d);
    bool same = k && call->x[0] >= 0 && (op->operands < 0 || chance(d, 2));
    if (same) x = draw_shaped(d, x, shape_of(d, call->x[0]));
    call->x[k] = draw_within(d, x, range_of(t));
    return call->x[k] >= 0;
}

static bool with_any(drawing *d, sample *s, random_call *call)
{
    int n = call->operands = call->op->operands < 0 ? 1 + (int)below(d, 4) : s->operands;
    int number = n > 1 && call->op->operands > 0 && chance(d, 6) ? (int)below(d, n) : -1;
    for (int k = 0; k < n; k++)
        if (k == number) call->x[k] = OPERAND_NUMBER, call->number[k] = 0.25 * (double)(1 + below(d, 6));
        else if (!any_operand(d, s, call, k)) return false;
    draw_attributes(d, call);
    return true;
}

/* Large values are made small again, so that nothing overflows. */
static void add_float(drawing *d, int x)
{
    range r = range_of(wg_value(d->r.value[x]));
    int count = d->c->count;
    double most = fmax(fabs(r.low), fabs(r.high));
    if (!r.finite && (is_smooth(d) || !chance(d, 4))) return;
    if (r.finite && r.low <= r.high && most > 30)
        x = draw_unary(d, "tanh", draw_with_number(d, "mul", x, 3 / most));
    if (x < 0) draw_undo(d, count);
    else if (d->c->pooled < GRAPH_POOL) d->c->pool[d->c->pooled++] = x;
}

static void add_results(drawing *d, const random_call *call)
{
    for (int k = 0; k < call->results; k++) {
        int x = call->first + k, count = d->c->count;
        wg_dtype t = wg_node_dtype(d->r.value[x]);
        if (t != floats(d)) {
            if (!wg_dtype_is_float(t) && d->others < GRAPH_POOL) d->other[d->others++] = x;
            x = is_smooth(d) ? FAILED : draw_unary(d, "cast", x);
        }
        if (x >= 0) add_float(d, x);
        else draw_undo(d, count);
    }
}

static bool open_any_sample(drawing *d, sample *s, const wg_op *op)
{
    for (int i = (int)below(d, 15); i >= 0; i = i ? i / 2 : -1)
        if (sample_open(d, s, op, i)) return true;
    return false;
}

/* Without elements there is nothing to compute, so a wrong index is not found before a derivative is
 * computed. */
static bool is_telling(const drawing *d, const random_call *call)
{
    return !call->op->none || wg_shape_size(shape_of(d, call->first)) > 0;
}

/* First with any operands, then as a sample in new sizes, then as the sample. */
static bool attempt(drawing *d, sample *s, random_call *call, int number)
{
    sample_again(s, number == 1);
    if (number == 0) return with_any(d, s, call) && draw_call(d, call) >= 0 && is_telling(d, call);
    return as_the_sample(d, s, call) && draw_call(d, call) >= 0;
}

static void take_step(drawing *d, int index)
{
    const wg_op *op = wg_op_at(index);
    sample s;
    int count = d->c->count;
    if (random_calls_reason(op) || (is_smooth(d) && !random_op_is_smooth(index))) return;
    if (!open_any_sample(d, &s, op)) return;
    for (int number = (int)below(d, 3); number < 5; number++) {
        random_call call = { .kind = CALL_OP, .op = op, .results = op->outputs ? op->outputs : 1 };
        if (attempt(d, &s, &call, number)) {
            add_results(d, &call);
            return;
        }
        draw_undo(d, count);
    }
}

/* Several parts of one node, whose derivatives are put together. */
static void add_parts(drawing *d)
{
    const int x = pool_pick(d);
    for (int64_t n = 2 + below(d, 3); n > 0; n--) {
        const int count = d->c->count, part = draw_part(d, x);
        if (part < 0) draw_undo(d, count);
        else add_float(d, part);
    }
}

/* ---- leaves ---- */

static wg_shape leaf_shape(drawing *d)
{
    static const int64_t sizes[16] = { 2, 3, 4, 1, 5, 3, 2, 7, 4, 1, 3, 2, 6, 33, 5, 0 };
    wg_shape s = { (int)below(d, 4), { 0 } };
    for (int i = 0; i < s.rank; i++) s.dim[i] = sizes[below(d, 16)];
    if (d->flags & GRAPH_LARGE && s.rank) s.dim[below(d, s.rank)] = 1500 + 7 * below(d, 256);
    return s;
}

static void add_leaf(drawing *d)
{
    random_call call = { .kind = CALL_LEAF, .results = 1 };
    wgt_random draw = { 7 + (uint64_t)d->c->leaves };
    do call.t = (wg_tensor){ .dtype = WG_F64, .shape = leaf_shape(d) };
    while (wg_shape_size(call.t.shape) > most_elements(d));
    int64_t n = wg_shape_size(call.t.shape);
    double *v = call.t.data = calloc((size_t)n + 1, sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = wgt_uniform(&draw, -1.5, 1.5);
    int x = draw_call(d, &call);
    cr_assert_eq(x, d->c->leaves);
    d->c->pool[d->c->pooled++] = x;
    d->c->leaves++;
}

/* ---- all ---- */

static wg_context *plain_context(wg_dtype t)
{
    return wgt_start(
        NULL, t, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = 1, .without = WG_WITHOUT_ALL));
}

static random_calls *draw_once(uint64_t state, wg_dtype t, unsigned flags)
{
    drawing *d = calloc(1, sizeof *d);
    random_calls *c = d->c = calloc(1, sizeof *c);
    d->flags = flags, d->random.state = state;
    d->context = plain_context(t);
    c->dtype = t;
    d->r = (random_graph){ .g = wg_graph_new(d->context), .shift_leaf = -1 };
    d->samples = wg_graph_new(d->context);
    wg_begin(d->r.g, WG_TRAIN);
    int leaves = 1 + (int)below(d, GRAPH_LEAVES);
    while (c->leaves < leaves) add_leaf(d);
    for (int64_t n = 4 + below(d, 20); n > 0 && c->pooled < GRAPH_POOL; n--)
        take_step(d, (int)below(d, wg_op_count()));
    if (chance(d, 3)) add_parts(d);
    wgt_finish(d->context, NULL);
    free(d);
    return c;
}

/* Random draws change from one evaluation to the next. An index that follows from them may then be none. */
static bool can_be_repeated(const random_calls *c)
{
    wg_context *context = plain_context(c->dtype);
    random_graph r = { .g = wg_graph_new(context), .calls = c, .shift_leaf = -1 };
    for (int round = 0; round < 4; round++) {
        wg_begin(r.g, WG_TRAIN);
        random_graph_build(&r);
        wg_item(r.loss);
        for (int i = 0; i < c->pooled; i++) wg_value(r.value[c->pool[i]]);
    }
    bool fine = !wg_failed(context);
    wgt_drop(context, NULL);
    return fine;
}

random_calls *random_calls_draw(uint64_t seed, uint64_t index, wg_dtype t, unsigned flags)
{
    wgt_random r = { seed * 0x9E3779B97F4A7C15u + index };
    random_calls *c = draw_once(r.state, t, flags);
    while (!can_be_repeated(c)) {
        random_calls_free(c);
        c = draw_once(wgt_next(&r), t, flags);
    }
    return c;
}

void random_calls_free(random_calls *calls)
{
    for (int i = 0; i < calls->count; i++) free(calls->call[i].t.data);
    free(calls);
}

int random_calls_of(const random_calls *calls, const wg_op *op)
{
    int n = 0;
    for (int i = 0; i < calls->count; i++) n += calls->call[i].kind == CALL_OP && calls->call[i].op == op;
    return n;
}
