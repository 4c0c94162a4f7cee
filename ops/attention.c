/* attention.c: scaled dot product attention, composed of products, softmax and where. */
#include "ops.h"

#if WG_BASE

#include <math.h>

#include "wengert/params.h"

#define ATTENTION_FIELDS(F, S) F(S, BOOL, causal, "false") F(S, DOUBLE, scale, "0") F(S, SIZE, heads, "1")
OPTIONS(attention, ATTENTION_FIELDS);

/* The score of a key that is not seen. It is finite, so that a row without keys has no NaN. e to the
 * power of its distance from any other score is 0. */
#define UNSEEN (-0x1p100)

/* ---- attention ---- */

static bool equal_but_tokens(wg_rule *r, int k)
{
    const wg_shape *q = r->x[0].shape, *x = r->x[k].shape;
    bool fits = x->rank == q->rank;
    for (int i = 0; fits && i < q->rank - 2; i++) fits = x->dim[i] == q->dim[i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "the axes before the last two of %s and %s differ",
                                wg_rule_who(r, 0), wg_rule_who(r, k));
}
static bool mask_fits(wg_rule *r, wg_shape to)
{
    const wg_shape *m = r->x[3].shape;
    char text[96];
    to.dim[to.rank - 1] = r->x[1].shape->dim[to.rank - 2];
    bool fits = m->rank <= to.rank;
    for (int i = 1; fits && i <= m->rank; i++)
        fits = m->dim[m->rank - i] == 1 || m->dim[m->rank - i] == to.dim[to.rank - i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "the mask %s does not broadcast to the scores %s",
                                wg_rule_who(r, 3), wg_shape_text(to, text, sizeof text));
}
static bool attention_shape(wg_rule *r)
{
    struct attention *a = r->attr;
    if (a->heads == 0) a->heads = 1;
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
    if (a->heads < 1 || width % a->heads || out % a->heads)
        return wg_rule_fail(r, WG_ERROR_SHAPE,
                            "the last axes of %s and %s have no %lld equal parts, for heads",
                            wg_rule_who(r, 0), wg_rule_who(r, 2), (long long)a->heads);
    if (!wg_is_none(r->node[3]) && !mask_fits(r, *r->x[0].shape)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    y->dim[last] = out;
    return true;
}

/* x with the axes before the last and before that exchanged: [..., tokens, heads, width] and back. */
static wg_node exchanged(wg_site here, wg_node x)
{
    wg_axes axes = { .count = wg_node_shape(x).rank };
    if (axes.count < 3) return x; /* the node of an error */
    for (int i = 0; i < axes.count; i++) axes.axis[i] = i;
    axes.axis[axes.count - 3] = axes.count - 2;
    axes.axis[axes.count - 2] = axes.count - 3;
    return wg_transpose(x, .axes = axes);
}
/* [..., tokens, heads * width] as [..., heads, tokens, width] */
static wg_node by_heads(wg_site here, wg_node x, int64_t heads)
{
    wg_shape s = wg_node_shape(x);
    if (heads == 1 || !wg_node_ok(x)) return x;
    s.dim[s.rank - 1] /= heads;
    s.dim[s.rank] = s.dim[s.rank - 1];
    s.dim[s.rank - 1] = heads;
    s.rank++;
    return exchanged(here, wg_reshape(x, s));
}
static wg_node heads_joined(wg_site here, wg_node y, int64_t heads)
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
    wg_node row = wg_index_along(wg_fill(g, 0, WG_SHAPE(tokens, 1)), 0);
    wg_node column = wg_index_along(wg_fill(g, 0, WG_SHAPE(1, keys)), 1);
    return wg_less_equal(column, wg_add(row, (double)(keys - tokens)));
}
/* The keys that queries see, to broadcast to the scores [..., heads, tokens, keys]; wg_none: all. */
static wg_node seen_keys(wg_site here, const wg_node x[], const struct attention *a)
{
    wg_node mask = x[3], causal = wg_none;
    if (!wg_is_none(mask)) {
        mask = wg_node_dtype(mask) == WG_BOOL ? mask : wg_not_equal(mask, 0);
        if (a->heads != 1 && wg_node_shape(mask).rank > 2) mask = wg_expand(mask, -3);
    }
    if (a->causal) causal = up_to_now(here, wg_graph_of(x[0]), wg_dim(x[0], -2), wg_dim(x[1], -2));
    if (wg_is_none(mask) || wg_is_none(causal)) return wg_is_none(mask) ? causal : mask;
    return wg_logical_and(mask, causal);
}
EXPAND(attention)
{
    const struct attention *a = attr;
    const int64_t width = wg_dim(x[0], -1) / a->heads;
    const double scale = a->scale == WG_ZERO ? 0
                         : a->scale != 0     ? a->scale
                         : width             ? 1 / sqrt((double)width)
                                             : 1;
    wg_node q = by_heads(here, wg_mul(x[0], scale), a->heads);
    wg_node k = by_heads(here, x[1], a->heads), v = by_heads(here, x[2], a->heads);
    wg_node scores = wg_matmul(q, k, .tb = true), seen = seen_keys(here, x, a);
    wg_node p = wg_softmax(wg_is_none(seen) ? scores : wg_where(seen, scores, UNSEEN));
    const bool can_see_none = !wg_is_none(x[3]) || wg_dim(x[0], -2) > wg_dim(x[1], -2);
    if (!wg_is_none(seen) && can_see_none) p = wg_where(seen, p, 0);
    y[0] = heads_joined(here, wg_matmul(p, v), a->heads);
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
        wg_node seen = wg_greater(wg_any(g, WG_SHAPE(2, 1, 3)), -0.5);
        return wg_attention(q, k, v, .mask = seen, .heads = 2, .causal = true);
    }
    case 4: return wg_attention(q, k, v, .causal = true);
    case 5: return wg_attention(q, k, v, .mask = wg_any_class(g, 2, WG_SHAPE(3, 3)), .heads = 4);
    }
    return wg_attention(q, k, v);
}
ERROR_SAMPLE(attention)
{
    wg_node q = wg_any(g, WG_SHAPE(2, 3, 4)), k = wg_any(g, WG_SHAPE(2, 5, 4));
    switch (i) {
    case 0: wg_attention(q, wg_any(g, WG_SHAPE(2, 5, 3)), k); return "the last axes of queries";
    case 1: wg_attention(q, wg_any(g, WG_SHAPE(5, 4)), k); return "the axes before the last two of";
    case 2: wg_attention(q, k, q); return "as many keys as values";
    case 3: wg_attention(q, k, k, .heads = 3); return "no 3 equal parts";
    case 4:
        wg_attention(q, k, k, .mask = wg_any(g, WG_SHAPE(2, 5)));
        return "does not broadcast to the scores [2,3,5]";
    }
    return NULL;
}

const wg_op wgi_op_attention = {
    OP(attention),
    .summary =
        "Scaled dot product attention of queries, keys and values, by heads: parts of the last axes. A query "
        "sees the keys where the mask is not 0. causal: it sees the keys up to its own place, counted from "
        "the end. A query that sees no key gets 0. scale 0: 1 / sqrt(width of a head).",
    .formula = "y = p @ v, p = softmax(scale q @ k^T)",
    .adjoint = "v' = p^T @ y', s' = p (y' @ v^T - sum(p (y' @ v^T))), q' = scale s' @ k, k' = scale s'^T @ q",
    .zero = 1u << 3,
    .operands = 4,
    .optional = 1,
    .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_NONE,
    TAKES(attention),
    .shape = attention_shape,
    .expand = attention_expand,
};
wg_node wg_attention_at(wg_site here, const wg_attention_args *a)
{
    return wg_apply(here, &wgi_op_attention, (wg_node[]){ a->x, a->k, a->v, a->mask }, 4,
                    &GIVEN(attention, ATTENTION_FIELDS));
}

#endif
