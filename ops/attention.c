/* attention.c: scaled dot product attention, in tiles that never store all scores, and its gradient.
 *
 * A tile of queries meets the keys tile by tile. Scores become exponentials of their distance from the
 * largest score so far. When a tile has a larger one, sums are scaled (Milakov and Gimelshein 2018; Rabe and
 * Staats 2021; Dao et al. 2022). The result keeps the logarithm of each query's sum, and the gradient
 * computes the scores again. Products are those of gemm.c, whatever BLAS there is, since BLAS would copy
 * both operands of such small products. */
#include "axis_runs.h"
#include "rules.h"
#include "kernel/gemm.h"
#include "kernel/thin.h"
#include "kernel/turn_vectors.h"
#include "kernel/vmath.h"
#include "wgx/op.h"

#define ATTENTION_FIELDS(F, S) F(S, BOOL, causal, "false") F(S, DOUBLE, scale, "auto") F(S, SIZE, heads, "1")
OPTIONS(attention, ATTENTION_FIELDS);

/* Queries, and keys, of a tile; queries are computed in groups of LANES. With fewer than FEW_HEADS heads in
 * all examples the gradient takes more units, and computes the scores twice. */
enum { ATTENTION_TILE = 64, ATTENTION_LANES = 16, ATTENTION_FEW_HEADS = 8 };

/* `batch` examples of `heads` heads: queries [tokens, d], keys [keys, d], values [keys, out]. A query sees
 * the keys up to its own number + ahead, where ahead is large without .causal. */
typedef struct attention_sizes {
    int64_t batch, heads, tokens, keys, d, out, ahead;
    double scale;
    /* The mask: its leading axes are those of the queries, with strides; NULL: every key is seen. */
    const bool *mask;
    int axes;
    int64_t dim[WG_MAX_RANK], stride[WG_MAX_RANK], by_query, by_key;
} attention_sizes;

static int64_t attention_tiles(int64_t n) { return (n + ATTENTION_TILE - 1) / ATTENTION_TILE; }

/* The mask and its strides. Kernels alone call this: it reads the mask. */
static void attention_mask_of(attention_sizes *s, const wg_kernel *k)
{
    const wg_shape *m = k->xt[3].shape, *q = k->xt[0].shape;
    int64_t step = 1;
    s->mask = k->x[3];
    s->axes = q->rank - 2;
    for (int i = 0; i < q->rank; i++) {
        const int64_t n = i < m->rank ? m->dim[m->rank - 1 - i] : 1, by = n == 1 ? 0 : step;
        if (i == 0) s->by_key = by;
        else if (i == 1) s->by_query = by;
        else s->stride[q->rank - 1 - i] = by;
        step *= n;
    }
    for (int i = 0; i < s->axes; i++) s->dim[i] = q->dim[i];
    if (step == 1 && s->mask[0]) s->mask = NULL;
}

static attention_sizes attention_sizes_of(const wg_kernel *k)
{
    const struct attention *a = k->attr;
    const wg_shape *q = k->xt[0].shape, *v = k->xt[2].shape;
    attention_sizes s = { .batch = outer_of(q, q->rank - 2), .heads = a->heads, .scale = a->scale };
    s.tokens = q->dim[q->rank - 2], s.keys = v->dim[v->rank - 2];
    s.d = q->dim[q->rank - 1] / a->heads, s.out = v->dim[v->rank - 1] / a->heads;
    s.ahead = a->causal ? s.keys - s.tokens : INT64_MAX / 2;
    return s;
}

/* The mask of one example. */
static const bool *attention_mask_at(const attention_sizes *s, int64_t example)
{
    int64_t at = 0;
    for (int i = s->axes - 1; i >= 0; i--) {
        at += example % s->dim[i] * s->stride[i];
        example /= s->dim[i];
    }
    return s->mask ? s->mask + at : NULL;
}

#define FLOATS_FILE "kernel/turn_cached.h"
#include "kernel/both_floats.h"
#define FLOATS_FILE "ops/attention_block.h"
#include "kernel/both_floats.h"

/* Whether each element of a mask is 0 or 1, as bool. */
#define READ_MASK(T)                                                                         \
    do {                                                                                     \
        const T *x = k->x[0];                                                                \
        EACH_UNIT(i) {                                                                       \
            if (x[i] != 0 && x[i] != 1) return wg_fault_at(k, i, 0, WG_FAULT_PLACE, UNSURE); \
            seen[i] = x[i] != 0;                                                             \
        }                                                                                    \
    } while (0)
#define UNSURE                                                                                             \
    "a mask is 1 for the keys that a query sees and 0 for the others; if yours is added to the scores, 0 " \
    "and -inf, write wg_equal(mask, 0)"
KERNEL(as_mask)
{
    bool *seen = k->y[0];
    switch (k->xt[0].dtype) {
    case WG_F32: READ_MASK(float); break;
    case WG_F64: READ_MASK(double); break;
    case WG_I32: READ_MASK(int32_t); break;
    default: READ_MASK(int64_t); break;
    }
    return true;
}

KERNEL(attention_tiles)
{
    attention_sizes s = attention_sizes_of(k);
    attention_mask_of(&s, k);
    BY_FLOAT(k, attention, k, &s);
    return true;
}
KERNEL(attention_tiles_grad)
{
    attention_sizes s = attention_sizes_of(k);
    attention_mask_of(&s, k);
    BY_FLOAT(k, attention_grad, k, &s);
    return true;
}

#if WG_BASE

EXTERN(attention_tiles, attention_tiles_grad);

/* The score of a key that is not seen. It is finite, so that a row without keys has no NaN. e to the
 * power of its distance from any other score is 0. */
#define ATTENTION_UNSEEN (-0x1p100)

/* ---- checks; operand 3 is the mask ---- */

static bool equal_but_tokens(wg_rule *r, int k)
{
    const wg_shape *q = r->x[0].shape, *x = r->x[k].shape;
    bool fits = x->rank == q->rank;
    for (int i = 0; fits && i < q->rank - 2; i++) fits = x->dim[i] == q->dim[i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "the axes before the last two of %s and %s differ",
                                wg_rule_who(r, 0), wg_rule_who(r, k));
}
static bool attention_mask_fits(wg_rule *r)
{
    const wg_shape *m = r->x[3].shape;
    wg_shape to = *r->x[0].shape;
    char text[96];
    to.dim[to.rank - 1] = r->x[1].shape->dim[to.rank - 2];
    return broadcasts(m, &to) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "the mask %s does not broadcast to the scores %s",
                        wg_rule_who(r, 3), wg_shape_text(to, text, sizeof text));
}
static bool attention_fits(wg_rule *r, int64_t heads)
{
    for (int k = 0; k < 3; k++)
        if (!wg_rule_float(r, k) || !wg_rule_rank(r, k, 2, WG_MAX_RANK - 1) || !equal_but_tokens(r, k))
            return false;
    const int last = r->x[0].shape->rank - 1;
    const int64_t width = r->x[0].shape->dim[last], out = r->x[2].shape->dim[last];
    if (r->x[1].shape->dim[last] != width)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the last axes of queries %s and keys %s differ",
                            wg_rule_who(r, 0), wg_rule_who(r, 1));
    if (r->x[1].shape->dim[last - 1] != r->x[2].shape->dim[last - 1])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "as many keys as values: %s and %s", wg_rule_who(r, 1),
                            wg_rule_who(r, 2));
    if (heads < 1 || width % heads || out % heads)
        return wg_rule_fail(r, WG_ERROR_SHAPE,
                            "the last axes of %s and %s have no %lld equal parts, for heads",
                            wg_rule_who(r, 0), wg_rule_who(r, 2), (long long)heads);
    return true;
}

/* ---- the composed form ---- */

/* x with the axes before the last and before that exchanged: [..., tokens, heads, width] and back. */
static wg_node exchanged(wg_site here, wg_node x)
{
    const int rank = wg_node_shape(x).rank;
    return rank < 3 ? x /* the node of an error */ : axes_exchanged(here, x, rank - 3, rank - 2);
}
/* [..., tokens, heads * width] as [..., heads, tokens, width] */
static wg_node attention_by_heads(wg_site here, wg_node x, int64_t heads)
{
    if (heads == 1 || !wg_node_ok(x)) return x;
    wg_shape s = with_axis(wg_node_shape(x), wg_node_shape(x).rank - 1, heads);
    s.dim[s.rank - 1] /= heads;
    return exchanged(here, wg_reshape(x, s));
}
static wg_node attention_joined(wg_site here, wg_node y, int64_t heads)
{
    if (heads == 1) return y;
    y = exchanged(here, y);
    if (!wg_node_ok(y)) return y;
    wg_shape s = wg_node_shape(y);
    s.rank--;
    s.dim[s.rank - 1] *= s.dim[s.rank];
    return wg_reshape(y, s);
}
/* True for the keys up to the query's place, as [tokens, keys]. */
static wg_node up_to_now(wg_site here, wg_graph *g, int64_t tokens, int64_t keys)
{
    wg_node row = wg_index_along(wg_fill(g, 0, WG_SHAPE(tokens, 1)), .axis = 0);
    wg_node column = wg_index_along(wg_fill(g, 0, WG_SHAPE(1, keys)), .axis = 1);
    return wg_less_equal(column, wg_add(row, (double)(keys - tokens)));
}
/* The keys that queries see, to broadcast to the scores [..., heads, tokens, keys]. x[3] is of dtype bool. */
static wg_node attention_seen(wg_site here, const wg_node x[], int64_t heads, bool causal)
{
    wg_node mask = x[3];
    if (heads != 1 && wg_node_shape(mask).rank > 2) mask = wg_expand_dims(mask, .axis = -3);
    if (!causal) return mask;
    return wg_logical_and(mask, up_to_now(here, wg_graph_of(x[0]), wg_dim(x[0], -2), wg_dim(x[1], -2)));
}
static wg_node attention_scores(wg_site here, const wg_node x[], wg_node seen, int64_t heads, double scale)
{
    const wg_node q = attention_by_heads(here, wg_mul(x[0], scale), heads),
                  k = attention_by_heads(here, x[1], heads);
    return wg_where(seen, wg_matmul(q, k, .tb = true), ATTENTION_UNSEEN);
}

/* ---- as_mask ---- */

SHAPE(as_mask)
{
    const wg_dtype t = r->x[0].dtype;
    r->y[0] = (wg_type){ r->x[0].shape, WG_BOOL };
    return wg_dtype_is_float(t) || t == WG_I32 || t == WG_I64 ||
           wg_rule_fail(r, WG_ERROR_DTYPE, "the mask %s is %s, must be integers or floats", wg_rule_who(r, 0),
                        wg_dtype_name(t));
}
static int64_t elements_of_mask(const wg_kernel *k) { return wg_shape_size(*k->yt[0].shape); }
#define AS_MASK(x) wg_apply1(here, x, &wgi_op_as_mask)
SAMPLES(as_mask, AS_MASK(CLASSES(2, 3, 4)), AS_MASK(wg_cast(CLASSES(2, 5), WG_DEFAULT_DTYPE)));
ERRORS(as_mask, (AS_MASK(BETWEEN(-2, -1, 3)), "if yours is added to the scores"),
       (AS_MASK(wg_add(CLASSES(1, 3), 2)), "a mask is 1 for the keys"),
       (AS_MASK(wg_greater(ANY(3), 0)), "is bool, must be integers or floats"));
DEFINE_OP(as_mask, .summary = "A mask of 0 and 1 as bool. Any other number is an error.", .formula = "y = x",
          .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .operands = 1, .kind = WG_ROWS,
          .shape = as_mask_shape, .kernel = KERNELS(as_mask), .units = elements_of_mask, .leads = true);

/* ---- attention ---- */

static wg_shape shape_of_result(const wg_rule *r)
{
    wg_shape y = *r->x[0].shape;
    y.dim[y.rank - 1] = r->x[2].shape->dim[y.rank - 1];
    return y;
}
SHAPE(attention)
{
    struct attention *a = r->attr;
    return attention_fits(r, a->heads) && (wg_is_none(r->node[3]) || attention_mask_fits(r)) &&
           shaped_to(r, shape_of_result(r));
}
EXPAND(attention)
{
    const struct attention *a = attr;
    const int64_t width = wg_dim(x[0], -1) / a->heads;
    const double scale = a->scale != WG_AUTO ? a->scale : width ? 1 / sqrt((double)width) : 1;
    const wg_node mask = wg_is_none(x[3]) ? wg_scalar(wg_graph_of(x[0]), 1) : x[3];
    const wg_node seen = wg_node_dtype(mask) == WG_BOOL ? mask : wg_apply1(here, mask, &wgi_op_as_mask);
    y[0] = NODE_OF(attention_tiles, WITH(attention, a->causal, scale, a->heads), x[0], x[1], x[2], seen);
}
SAMPLE(attention)
{
    const wg_shape s = i == 2 ? WG_SHAPE(2, 3, 4) : i == 3 ? WG_SHAPE(0, 3, 4) : WG_SHAPE(3, 4);
    const wg_shape of_keys = i == 1 ? WG_SHAPE(5, 4) : i == 4 ? WG_SHAPE(2, 4) : s;
    if (i > 5) return wg_none;
    wg_node q = wg_any(g, s), k = wg_any(g, of_keys), v = wg_any(g, of_keys);
    switch (i) {
    case 1: return wg_attention(q, k, v, .causal = true, .scale = 0.3);
    case 2: {
        wg_node seen = wg_greater(ANY(2, 1, 3), -0.5);
        return wg_attention(q, k, v, .mask = seen, .heads = 2, .causal = true);
    }
    case 4: return wg_attention(q, k, v, .causal = true);
    case 5: return wg_attention(q, k, v, .mask = CLASSES(2, 3, 3), .heads = 4);
    }
    return wg_attention(q, k, v);
}
ERRORS(attention, (wg_attention(ANY(2, 3, 4), ANY(2, 5, 3), ANY(2, 5, 4)), "the last axes of queries"),
       (wg_attention(ANY(2, 3, 4), ANY(5, 4), ANY(2, 5, 4)), "the axes before the last two of"),
       (wg_attention(ANY(2, 3, 4), ANY(2, 5, 4), ANY(2, 3, 4)), "as many keys as values"),
       (wg_attention(ANY(2, 3, 4), ANY(2, 5, 4), ANY(2, 5, 4), .heads = 3), "no 3 equal parts"),
       (wg_attention(ANY(2, 3, 4), ANY(2, 5, 4), ANY(2, 5, 4), .mask = ANY(2, 5)),
        "does not broadcast to the scores [2,3,5]"));

DEFINE_OP(
    attention,
    .summary = "Scaled dot product attention of queries, keys and values, by heads: parts of the last axes. "
               "A query sees the keys where the mask is 1; elsewhere it is 0. causal: it sees the keys up to "
               "its own place, "
               "counted from the end. A query that sees no key gets 0. scale 0: 1 / sqrt(width of a head).",
    .formula = "y = p @ v; p = softmax(s along last), s = f q @ k^T where not (given(mask) or causal) or "
               "\"the query sees the key\", else -inf, f = scale where scale != 0, else 1 / sqrt(length(q "
               "along last) / heads)",
    .adjoint = "q' = f s' @ k where heads = 1, else \"as with one head, for the columns of each head by "
               "itself\", k' = f s'^T @ q where heads = 1, else \"as with one head, for the columns of each "
               "head by itself\", v' = p^T @ y' where heads = 1, else \"as with one head, for the columns of "
               "each head by itself\"; s' = p * (y' @ v^T - sum(p * (y' @ v^T) along "
               "last))",
    .zero = 1u << 3, .operands = 4, .names = "q k v mask", .hint.optional = 1, .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_NONE, TAKES(attention), .options = wg_attention_args_rows,
    RULES(attention, shape, expand));
BUILDER(attention, attention) { APPLY(attention, attention, ATTENTION_FIELDS, a->x, a->k, a->v, a->mask); }

/* ---- sizes ---- */

UNITS(attention_tiles)
{
    const attention_sizes s = attention_sizes_of(k);
    return s.batch * s.heads * attention_tiles(s.tokens);
}
UNITS(attention_tiles_grad)
{
    const attention_sizes s = attention_sizes_of(k);
    const int64_t heads = s.batch * s.heads;
    if (heads >= ATTENTION_FEW_HEADS) return k->phase ? 0 : heads;
    return heads * attention_tiles(k->phase ? s.tokens : s.keys);
}
/* Scores that count: with .causal the last n queries see 1, 2, ... n keys of the last n, and all before. */
static double score_count(const attention_sizes *s)
{
    const double tokens = (double)s->tokens, keys = (double)s->keys, n = tokens < keys ? tokens : keys;
    const double scores = s->ahead < s->keys ? n * (keys - n) + n * (n + 1) / 2 : tokens * keys;
    return (double)s->batch * (double)s->heads * scores;
}
FLOPS(attention_tiles)
{
    const attention_sizes s = attention_sizes_of(k);
    return score_count(&s) * (double)(2 * (s.d + s.out));
}
FLOPS(attention_tiles_grad)
{
    const attention_sizes s = attention_sizes_of(k);
    return score_count(&s) * (double)(6 * s.d + 4 * s.out);
}
SCRATCH(attention_tiles)
{
    const attention_sizes s = attention_sizes_of(k);
    return (size_t)((s.d + ATTENTION_TILE) * ATTENTION_TILE) * wg_dtype_size(k->xt[0].dtype);
}
SCRATCH(attention_tiles_grad)
{
    const attention_sizes s = attention_sizes_of(k);
    return (size_t)((s.d + s.out + 2 * ATTENTION_TILE) * ATTENTION_TILE) * wg_dtype_size(k->xt[0].dtype);
}

/* ---- shapes ---- */

static bool same_floats(wg_rule *r, int k)
{
    return r->x[k].dtype == r->x[0].dtype ||
           wg_rule_fail(r, WG_ERROR_DTYPE, "%s is %s and %s is %s", wg_rule_who(r, 0),
                        wg_dtype_name(r->x[0].dtype), wg_rule_who(r, k), wg_dtype_name(r->x[k].dtype));
}
static bool operands_fit(wg_rule *r)
{
    const struct attention *a = r->attr;
    if (!attention_fits(r, a->heads) || !attention_mask_fits(r)) return false;
    if (r->x[3].dtype != WG_BOOL)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "the mask %s is %s, must be bool", wg_rule_who(r, 3),
                            wg_dtype_name(r->x[3].dtype));
    return same_floats(r, 1) && same_floats(r, 2);
}
static wg_shape shape_of_logs(const wg_rule *r)
{
    wg_shape y = *r->x[0].shape;
    y.dim[y.rank - 1] = y.dim[y.rank - 2];
    y.dim[y.rank - 2] = ((const struct attention *)r->attr)->heads;
    return y;
}
SHAPE(attention_tiles)
{
    if (!operands_fit(r)) return false;
    *wg_rule_shape(r, 1) = shape_of_logs(r);
    return shaped_to(r, shape_of_result(r));
}
static bool is_shaped(wg_rule *r, int k, const wg_shape *s)
{
    char text[96];
    return wg_shape_equal(*r->x[k].shape, *s) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s must be %s", wg_rule_who(r, k),
                        wg_shape_text(*s, text, sizeof text));
}
SHAPE(attention_tiles_grad)
{
    if (!operands_fit(r)) return false;
    const wg_shape y = shape_of_result(r), logs = shape_of_logs(r);
    for (int k = 4; k < 7; k++)
        if (!same_floats(r, k) || !is_shaped(r, k, k == 5 ? &logs : &y)) return false;
    for (int k = 0; k < 3; k++) r->y[k] = r->x[k];
    return true;
}

/* ---- attention_tiles ---- */

/* One number for each query: [..., heads, tokens], beside scores [..., heads, tokens, keys], where one head
 * has no axis. */
static wg_node beside_scores(wg_site here, wg_node logs, int64_t heads)
{
    if (!wg_node_ok(logs)) return logs;
    wg_shape s = wg_node_shape(logs);
    if (heads != 1) return wg_expand_dims(logs, .axis = s.rank);
    s.dim[s.rank - 2] = s.dim[s.rank - 1];
    s.dim[s.rank - 1] = 1;
    return wg_reshape(logs, s);
}
EXPAND(attention_tiles)
{
    const struct attention *a = attr;
    const wg_node seen = attention_seen(here, x, a->heads, a->causal),
                  scores = attention_scores(here, x, seen, a->heads, a->scale),
                  v = attention_by_heads(here, x[2], a->heads);
    /* Without keys there is no maximum: sums of nothing are 0. */
    const bool keys = wg_dim(x[1], -2) > 0;
    const wg_node p = keys ? wg_where(seen, wg_softmax(scores), 0) : scores;
    y[0] = attention_joined(here, wg_matmul(p, v), a->heads);
    wg_node logs = keys ? wg_logsumexp(scores, .axis = -1) : wg_sum(scores, .axis = -1);
    logs = wg_where(wg_greater(logs, ATTENTION_UNSEEN / 2), logs, 0);
    y[1] = a->heads == 1 ? wg_expand_dims(logs, .axis = -2) : logs;
}
VJP(attention_tiles)
{
    gx[0] = NODE_OF(attention_tiles_grad, wg_attr(y), x[0], x[1], x[2], x[3], y, wg_part(y, 1), gy);
    gx[1] = wg_part(gx[0], 1);
    gx[2] = wg_part(gx[0], 2);
}
/* The rows are one axis more before the others. */
static wg_node of_rows(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n, int operands)
{
    wg_node with[7];
    const int rank = wg_node_shape(wg_node_operand(y, 0)).rank;
    if (rank == WG_MAX_RANK - 1) return wg_none;
    for (int k = 0; k < operands; k++)
        if (k == 3) with[k] = rows[k] ? wgx_rows_aligned(here, x[k], rank) : x[k];
        else with[k] = rows[k] ? x[k] : wgx_rows_repeated(here, x[k], n);
    return wg_apply(here, wg_node_op(y), with, operands, wg_attr(y));
}
VMAP(attention_tiles) { return of_rows(here, y, x, rows, n, 4); }

enum { CASES = 7 };
static const struct attention_case {
    wg_shape q, k, v, mask;
    struct attention a;
} cases[CASES] = {
    { { 2, { 3, 4 } }, { 2, { 3, 4 } }, { 2, { 3, 4 } }, { 0 }, { false, 0.5, 1 } },
    { { 3, { 2, 3, 4 } }, { 3, { 2, 5, 4 } }, { 3, { 2, 5, 6 } }, { 0 }, { true, 0.3, 2 } },
    { { 3, { 2, 3, 4 } }, { 3, { 2, 5, 4 } }, { 3, { 2, 5, 2 } }, { 3, { 2, 1, 5 } }, { false, 1, 1 } },
    { { 2, { 4, 2 } }, { 2, { 3, 2 } }, { 2, { 3, 4 } }, { 2, { 4, 3 } }, { true, -0.7, 2 } },
    { { 3, { 0, 3, 4 } }, { 3, { 0, 3, 4 } }, { 3, { 0, 3, 4 } }, { 0 }, { true, 1, 1 } },
    { { 2, { 2, 4 } }, { 2, { 0, 4 } }, { 2, { 0, 4 } }, { 0 }, { false, 1, 2 } },
    { { 2, { 66, 1 } }, { 2, { 70, 1 } }, { 2, { 70, 1 } }, { 1, { 70 } }, { true, 1, 1 } },
};
static wg_node sample_mask(wg_site here, wg_graph *g, const struct attention_case *c)
{
    return c->mask.rank ? wg_greater(wg_any(g, c->mask), -0.5) : wg_greater(wg_scalar(g, 1), 0);
}
SAMPLE(attention_tiles)
{
    if (i >= CASES) return wg_none;
    const struct attention_case *c = &cases[i];
    const wg_node q = wg_any(g, c->q), k = wg_any(g, c->k), v = wg_any(g, c->v), m = sample_mask(here, g, c);
    return NODE_OF(attention_tiles, &c->a, q, k, v, m);
}
ERROR_SAMPLE(attention_tiles)
{
    const wg_node q = ANY(2, 3, 4), k = ANY(2, 5, 4);
    if (i > 1) return NULL;
    const wg_node mask = i ? q : wg_greater(ANY(2, 5), 0);
    NODE_OF(attention_tiles, WITH(attention, false, 1, 1), q, i ? q : k, i ? q : k, i ? ANY(3) : mask);
    return i ? "must be bool" : "does not broadcast to the scores [2,3,5]";
}

DEFINE_OP(
    attention_tiles,
    .summary = "Attention in tiles of 64 queries and 64 keys. Operands: queries, keys, values, and a mask of "
               "dtype bool. Part 1 has for each query the logarithm of the sum of the exponentials of its "
               "scores, [..., heads, tokens]; 0 for a query that sees no key.",
    .formula = "y = p @ v, l = ln(sum(e^s along last)); p = e^(s - l), s = scale q @ k^T where \"the query "
               "sees the key\", else -inf",
    .adjoint = "q' = scale s' @ k, k' = scale s'^T @ q, v' = p^T @ y'; s' = p * (y' @ v^T - sum(y y' along "
               "last)), p = e^(s - l), s = scale q @ k^T where \"the query sees the key\", else -inf",
    .zero = 1u << 3, .operands = 4, .names = "q k v mask", .outputs = 2, .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_NONE, TAKES(attention),
    RULES(attention_tiles, shape, units, scratch, flops, expand, vjp, vmap),
    .kernel = KERNELS(attention_tiles), .hint.own_scratch = true);

/* ---- attention_tiles_grad ---- */

/* x: queries, keys, values, mask, result, logarithms of sums, gradient of the result. */
EXPAND(attention_tiles_grad)
{
    const struct attention *a = attr;
    const wg_node seen = attention_seen(here, x, a->heads, a->causal),
                  scores = attention_scores(here, x, seen, a->heads, a->scale),
                  v = attention_by_heads(here, x[2], a->heads), gy = attention_by_heads(here, x[6], a->heads);
    const wg_node inner =
        wg_sum(attention_by_heads(here, wg_mul(x[4], x[6]), a->heads), .axis = -1, .keepdims = true);
    const wg_node p = wg_exp(wg_sub(scores, beside_scores(here, x[5], a->heads)));
    const wg_node slopes = wg_mul(wg_mul(p, wg_sub(wg_matmul(gy, v, .tb = true), inner)), a->scale);
    const wg_node q = attention_by_heads(here, x[0], a->heads), k = attention_by_heads(here, x[1], a->heads);
    y[0] = attention_joined(here, wg_matmul(slopes, k), a->heads);
    y[1] = attention_joined(here, wg_matmul(slopes, q, .ta = true), a->heads);
    y[2] = attention_joined(here, wg_matmul(p, gy, .ta = true), a->heads);
}
VMAP(attention_tiles_grad) { return of_rows(here, y, x, rows, n, 7); }
SAMPLE(attention_tiles_grad)
{
    if (i >= CASES) return wg_none;
    const struct attention_case *c = &cases[i];
    wg_shape s = c->q, logs = c->q;
    s.dim[s.rank - 1] = c->v.dim[s.rank - 1];
    logs.dim[s.rank - 1] = c->q.dim[s.rank - 2];
    logs.dim[s.rank - 2] = c->a.heads;
    const wg_node q = wg_any(g, c->q), k = wg_any(g, c->k), v = wg_any(g, c->v), m = sample_mask(here, g, c);
    const wg_node y = wg_any(g, s), sums = wg_between(g, 1, 3, logs), gy = wg_any(g, s);
    return NODE_OF(attention_tiles_grad, &c->a, q, k, v, m, y, sums, gy);
}
ERROR_SAMPLE(attention_tiles_grad)
{
    if (i) return NULL;
    const wg_node q = ANY(3, 4);
    NODE_OF(attention_tiles_grad, WITH(attention, false, 1, 1), q, q, q, wg_greater(ANY(3, 3), 0), q, q, q);
    return "must be [1,3]";
}

DEFINE_OP(
    attention_tiles_grad,
    .summary =
        "Gradients of attention_tiles by queries, keys and values. Operands: those of attention_tiles, its "
        "two results, and the gradient g of the first. The scores are computed again.",
    .formula = "q' = scale s' @ k, k' = scale s'^T @ q, v' = p^T @ g; s' = p * (g @ v^T - sum(y g along "
               "last)), p = e^(s - l), s = scale q @ k^T where \"the query sees the key\", else -inf",
    .adjoint = "\"the formula, differentiated\"", .zero = 1u << 3, .operands = 7, .names = "q k v mask y l g",
    .outputs = 3, .kind = WG_CONTRACT, .promote = WG_PROMOTE_NONE, TAKES(attention),
    RULES(attention_tiles_grad, shape, units, scratch, flops, expand, vmap),
    .kernel = KERNELS(attention_tiles_grad), .phases = 2, .hint.own_scratch = true);

#endif
