/* attention_parts.h: what attention and attention in tiles share: checks of operands, the composed form. */
#ifndef WG_ATTENTION_PARTS_H
#define WG_ATTENTION_PARTS_H

#include "ops.h"

#if WG_BASE

#include "wengert/params.h"

/* The score of a key that is not seen. It is finite, so that a row without keys has no NaN. e to the
 * power of its distance from any other score is 0. */
#define ATTENTION_UNSEEN (-0x1p100)

/* ---- checks; operand 3 is the mask ---- */

static inline bool equal_but_tokens(wg_rule *r, int k)
{
    const wg_shape *q = r->x[0].shape, *x = r->x[k].shape;
    bool fits = x->rank == q->rank;
    for (int i = 0; fits && i < q->rank - 2; i++) fits = x->dim[i] == q->dim[i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "the axes before the last two of %s and %s differ",
                                wg_rule_who(r, 0), wg_rule_who(r, k));
}
static inline bool attention_mask_fits(wg_rule *r)
{
    const wg_shape *m = r->x[3].shape;
    wg_shape to = *r->x[0].shape;
    char text[96];
    to.dim[to.rank - 1] = r->x[1].shape->dim[to.rank - 2];
    bool fits = m->rank <= to.rank;
    for (int i = 1; fits && i <= m->rank; i++)
        fits = m->dim[m->rank - i] == 1 || m->dim[m->rank - i] == to.dim[to.rank - i];
    return fits || wg_rule_fail(r, WG_ERROR_SHAPE, "the mask %s does not broadcast to the scores %s",
                                wg_rule_who(r, 3), wg_shape_text(to, text, sizeof text));
}
static inline bool attention_fits(wg_rule *r, int64_t heads)
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
static inline wg_node exchanged(wg_site here, wg_node x)
{
    wg_axes axes = { .count = wg_node_shape(x).rank };
    if (axes.count < 3) return x; /* the node of an error */
    for (int i = 0; i < axes.count; i++) axes.axis[i] = i;
    axes.axis[axes.count - 3] = axes.count - 2;
    axes.axis[axes.count - 2] = axes.count - 3;
    return wg_transpose(x, .axes = AXES_OF(axes));
}
/* [..., tokens, heads * width] as [..., heads, tokens, width] */
static inline wg_node attention_by_heads(wg_site here, wg_node x, int64_t heads)
{
    wg_shape s = wg_node_shape(x);
    if (heads == 1 || !wg_node_ok(x)) return x;
    s.dim[s.rank - 1] /= heads;
    s.dim[s.rank] = s.dim[s.rank - 1];
    s.dim[s.rank - 1] = heads;
    s.rank++;
    return exchanged(here, wg_reshape(x, s));
}
static inline wg_node attention_joined(wg_site here, wg_node y, int64_t heads)
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
static inline wg_node up_to_now(wg_site here, wg_graph *g, int64_t tokens, int64_t keys)
{
    wg_node row = wg_index_along(wg_fill(g, 0, WG_SHAPE(tokens, 1)), 0);
    wg_node column = wg_index_along(wg_fill(g, 0, WG_SHAPE(1, keys)), 1);
    return wg_less_equal(column, wg_add(row, (double)(keys - tokens)));
}
/* The keys that queries see, to broadcast to the scores [..., heads, tokens, keys]. x[3] is of dtype bool. */
static inline wg_node attention_seen(wg_site here, const wg_node x[], int64_t heads, bool causal)
{
    wg_node mask = x[3];
    if (heads != 1 && wg_node_shape(mask).rank > 2) mask = wg_expand(mask, -3);
    if (!causal) return mask;
    return wg_logical_and(mask, up_to_now(here, wg_graph_of(x[0]), wg_dim(x[0], -2), wg_dim(x[1], -2)));
}
static inline wg_node attention_scores(wg_site here, const wg_node x[], wg_node seen, int64_t heads,
                                       double scale)
{
    const wg_node q = attention_by_heads(here, wg_mul(x[0], scale), heads),
                  k = attention_by_heads(here, x[1], heads);
    return wg_where(seen, wg_matmul(q, k, .tb = true), ATTENTION_UNSEEN);
}

#endif

#endif
