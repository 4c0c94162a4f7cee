/* random_operands.c: operands for calls that are drawn. A sample of the op says what they must be like:
 * shape, dtype, range. Nodes of the pool are reshaped, cut, repeated and mapped until they fit. */
#include "random_draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

range range_of(wg_tensor t)
{
    range r = { INFINITY, -INFINITY, true };
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) {
        double v = wg_tensor_item(&t, i);
        r.low = fmin(r.low, v), r.high = fmax(r.high, v), r.finite = r.finite && isfinite(v);
    }
    return r;
}

int pool_pick(drawing *d) { return d->c->pool[below(d, d->c->pooled)]; }

/* ---- calls of one operand, and of one and a number ---- */

static random_call call_of(const char *name, int x)
{
    const wg_op *op = wg_op_find(name);
    cr_assert(op, "no op %s", name);
    return (random_call){ .kind = CALL_OP, .op = op, .operands = 1, .results = 1, .x = { x } };
}

int draw_unary(drawing *d, const char *op, int x)
{
    random_call call = call_of(op, x);
    return x < 0 ? FAILED : draw_call(d, &call);
}

int draw_with_number(drawing *d, const char *op, int x, double number)
{
    random_call call = call_of(op, x);
    call.operands = 2, call.x[1] = OPERAND_NUMBER, call.number[1] = number;
    return x < 0 ? FAILED : draw_call(d, &call);
}

static int with_shape(drawing *d, const char *op, int x, wg_shape s)
{
    random_call call = call_of(op, x);
    memcpy(draw_field(&call, "shape"), &s, sizeof s);
    return x < 0 ? FAILED : draw_call(d, &call);
}

static int reshaped(drawing *d, int x, wg_shape s)
{
    if (x < 0 || wg_shape_equal(shape_of(d, x), s)) return x;
    return with_shape(d, "reshape", x, s);
}

static int cut(drawing *d, int x, int axis, int64_t from, int64_t to)
{
    random_call call = call_of("slice", x);
    memcpy(draw_field(&call, "axis"), &axis, sizeof axis);
    memcpy(draw_field(&call, "from"), &from, sizeof from);
    memcpy(draw_field(&call, "to"), &to, sizeof to);
    return x < 0 ? FAILED : draw_call(d, &call);
}

/* A constant of these elements, over and over. */
static int constant(drawing *d, wg_tensor t, wg_shape s)
{
    size_t size = wg_dtype_size(t.dtype), n = (size_t)wg_shape_size(s), have = (size_t)wg_shape_size(t.shape);
    random_call call = { .kind = CALL_CONSTANT, .results = 1, .t = { .dtype = t.dtype, .shape = s } };
    if (n && !have) return FAILED;
    call.t.data = calloc(n + 1, size);
    for (size_t i = 0; i < n; i++)
        memcpy((char *)call.t.data + i * size, (const char *)t.data + i % have * size, size);
    return draw_call(d, &call);
}

int draw_part(drawing *d, int x)
{
    const wg_shape s = shape_of(d, x);
    const int axis = s.rank ? (int)below(d, s.rank) : 0;
    int32_t row[5];
    if (!s.rank || !s.dim[0] || !s.dim[axis]) return FAILED;
    if (chance(d, 2)) {
        const int64_t from = below(d, s.dim[axis]);
        return cut(d, x, axis, from, from + 1 + below(d, s.dim[axis] - from));
    }
    for (int i = 0; i < 5; i++) row[i] = (int32_t)below(d, s.dim[0]);
    wg_shape rows = { (int)below(d, 3), { 0 } };
    for (int i = 0; i < rows.rank; i++) rows.dim[i] = 1 + below(d, 4);
    random_call call = call_of("gather", x);
    call.operands = 2, call.x[1] = constant(d, wg_view_i32(row, WG_SHAPE(5)), rows);
    return call.x[1] < 0 ? FAILED : draw_call(d, &call);
}

/* Copies of one element are equal: kinks lie there, and rows of equal elements have no variance. So something
 * is added. */
static int told_apart(drawing *d, int x)
{
    enum { N = 61 };
    float small[N];
    double large[N];
    wgt_random draw = { 5 };
    for (int i = 0; i < N; i++) small[i] = (float)(large[i] = wgt_uniform(&draw, -0.5, 0.5));
    wg_tensor t = floats(d) == WG_F32 ? wg_view_f32(small, WG_SHAPE(N)) : wg_view_f64(large, WG_SHAPE(N));
    random_call call = call_of("add", x);
    call.operands = 2, call.x[1] = x < 0 ? FAILED : constant(d, t, shape_of(d, x));
    return call.x[1] < 0 ? FAILED : draw_call(d, &call);
}

int draw_shaped(drawing *d, int x, wg_shape s)
{
    if (x < 0 || wg_shape_equal(shape_of(d, x), s)) return x;
    int64_t have = wg_shape_size(shape_of(d, x)), want = wg_shape_size(s);
    if (want < 0 || want > most_elements(d)) return FAILED;
    if (!have && want) return constant(d, wg_view(floats(d), (double[]){ 0.5 }, WG_SHAPE(1)), s);
    if (have == want) return reshaped(d, x, s);
    int flat = reshaped(d, x, WG_SHAPE(have));
    if (want == 0) return reshaped(d, cut(d, flat, 0, 1, 1), s);
    if (want < have) return reshaped(d, cut(d, flat, 0, 0, want), s);
    int64_t copies = (want + have - 1) / have;
    flat = reshaped(d, with_shape(d, "broadcast_to", flat, WG_SHAPE(copies, have)), WG_SHAPE(copies * have));
    return told_apart(d, reshaped(d, copies * have == want ? flat : cut(d, flat, 0, 0, want), s));
}

/* A sample with values below -1 and above 1 is taken for one whose op has no bounded domain. The high end of
 * positive samples is not taken for a bound. */
static range widened(range r)
{
    if (r.low < -1 && r.high > 1) r.low = fmin(r.low, -4), r.high = fmax(r.high, 4);
    if (r.low > 0) r.high = fmax(r.high, 4);
    return r;
}

int draw_within(drawing *d, int x, range values)
{
    if (x < 0) return x;
    range have = range_of(wg_value(d->r.value[x]));
    values = widened(values);
    bool inside = have.finite && have.low >= values.low && have.high <= values.high;
    if (inside || !(values.low <= values.high) || (!is_smooth(d) && chance(d, 6))) return x;
    double half = (values.high - values.low) / 2;
    return draw_with_number(d, "add", draw_with_number(d, "mul", draw_unary(d, "sin", x), half),
                            values.low + half);
}

/* ---- samples as patterns ---- */

/* The last node of the op itself; of several results the first. */
static wg_node own_node(const drawing *d, const wg_op *op)
{
    for (int64_t i = wg_graph_nodes(d->samples) - 1; i > 0; i--)
        if (wg_node_op(wg_graph_node(d->samples, i)) == op)
            return wg_graph_node(d->samples, op->outputs > 1 ? i - op->outputs + 1 : i);
    return wg_none;
}

/* An op that was expanded: the inputs in the order of their making, or in the other, since C does not order
 * arguments. */
static bool inputs_for_operands(drawing *d, sample *s)
{
    wg_node found[CALL_OPERANDS];
    int n = 0;
    for (int64_t i = 1; i < wg_graph_nodes(d->samples); i++) {
        wg_node x = wg_graph_node(d->samples, i);
        if (wg_node_leaf(x) == WG_LEAF_INPUT && n < CALL_OPERANDS) found[n++] = x;
    }
    s->operands = s->op->operands < 0 ? n : s->op->operands;
    if (n < 1 || n < s->operands - wgx_hints(s->op)->optional || n > s->operands) return false;
    bool turned = chance(d, 4);
    for (int k = 0; k < s->operands; k++) s->x[k] = k < n ? found[turned ? n - 1 - k : k] : wg_none;
    return true;
}

void sample_again(sample *s, bool new_sizes)
{
    s->new_sizes = new_sizes, s->sizes = 0;
    for (int i = 0; i < 256; i++) s->value[i] = FAILED;
}

bool sample_open(drawing *d, sample *s, const wg_op *op, int i)
{
    wg_begin(d->samples, WG_TRAIN);
    *s = (sample){ .op = op };
    bool fine = wgx_hints(op)->sample && !wg_is_none(wgx_hints(op)->sample(WG_HERE, d->samples, i)) &&
                !wg_failed(d->context);
    if (!fine || wg_graph_nodes(d->samples) > 256) return false;
    wg_node y = own_node(d, op);
    s->own = !wg_is_none(y);
    if (!s->own) return inputs_for_operands(d, s);
    s->attr = wg_attr(y);
    s->operands = wg_node_operands(y);
    for (int k = 0; k < s->operands && k < CALL_OPERANDS; k++) s->x[k] = wg_node_operand(y, k);
    return s->operands <= CALL_OPERANDS;
}

static int64_t new_size(drawing *d)
{
    static const int64_t sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 33 };
    if (d->flags & GRAPH_LARGE && chance(d, 2)) return 60 + below(d, 400);
    return sizes[below(d, sizeof sizes / sizeof *sizes)];
}

int64_t sample_size(drawing *d, sample *s, int64_t size)
{
    int i = 0;
    if (!s->new_sizes || size < 2) return size;
    while (i < s->sizes && s->from[i] != size) i++;
    if (i == 16) return size;
    if (i == s->sizes) s->from[s->sizes] = size, s->to[s->sizes++] = new_size(d);
    return s->to[i];
}

static wg_shape resized(drawing *d, sample *s, wg_shape shape)
{
    for (int i = 0; i < shape.rank; i++) shape.dim[i] = sample_size(d, s, shape.dim[i]);
    return shape;
}

static int input_like(drawing *d, sample *s, wg_node n, bool fixed)
{
    wg_tensor t = wg_value(n);
    wg_shape shape = resized(d, s, t.shape);
    if (wg_shape_size(shape) < 0 || wg_shape_size(shape) > most_elements(d)) return FAILED;
    if (fixed || t.dtype != floats(d) || wg_node_leaf(n) != WG_LEAF_INPUT) return constant(d, t, shape);
    return draw_within(d, draw_shaped(d, pool_pick(d), shape), range_of(t));
}

/* A node that the sample computes is computed of what stands for its operands. */
static int value_like(drawing *d, sample *s, wg_node n, bool fixed)
{
    if (s->value[n.index] != FAILED) return s->value[n.index];
    random_call call = { .kind = CALL_STREAM, .results = 1 };
    const wg_op *op = wg_node_op(n);
    wg_leaf leaf = wg_node_leaf(n);
    if (leaf == WG_LEAF_STREAM) return s->value[n.index] = draw_call(d, &call);
    if (leaf != WG_LEAF_NONE) return s->value[n.index] = input_like(d, s, n, fixed);
    sample part = *s;
    int output = 0;
    while (op->outputs > 1 && output < op->outputs - 1 &&
           wg_node_op(wg_graph_node(d->samples, n.index - output - 1)) == op)
        output++;
    part.op = op, part.operands = wg_node_operands(n), part.attr = wg_attr(n);
    if (part.operands > CALL_OPERANDS) return FAILED;
    call.kind = CALL_OP, call.op = op, call.operands = part.operands;
    call.results = op->outputs ? op->outputs : 1;
    if (op->attr_size) memcpy(call.attr, part.attr, op->attr_size);
    for (int k = 0; k < part.operands; k++) {
        part.x[k] = wg_node_operand(n, k);
        if (!sample_operand(d, &part, &call, k)) return FAILED;
    }
    memcpy(s->value, part.value, sizeof part.value);
    s->sizes = part.sizes;
    memcpy(s->from, part.from, sizeof part.from), memcpy(s->to, part.to, sizeof part.to);
    int first = draw_call(d, &call);
    return first < 0 ? FAILED : (s->value[n.index] = first + output);
}

bool sample_operand(drawing *d, sample *s, random_call *call, int k)
{
    wg_node n = s->x[k];
    bool fixed = is_smooth(d) && !wgx_op_has_derivative(s->op, k);
    if (wg_is_none(n)) call->x[k] = OPERAND_NONE;
    else if (k && wg_node_leaf(n) == WG_LEAF_NUMBER) {
        call->x[k] = OPERAND_NUMBER;
        call->number[k] = wg_item(n);
    } else {
        call->x[k] = value_like(d, s, n, fixed);
    }
    return call->x[k] != FAILED;
}
