/* attention.c: scaled dot product attention: its options and operands. attention_tiles.c computes it. */
#include "attention_parts.h"
#include "attention_sizes.h"
#include "ops.h"

#if WG_BASE

#include <math.h>

#define ATTENTION_FIELDS(F, S) F(S, BOOL, causal, "false") F(S, DOUBLE, scale, "0") F(S, SIZE, heads, "1")
OPTIONS(attention, ATTENTION_FIELDS);

extern const wg_op wgi_op_attention_tiles;

static bool attention_shape(wg_rule *r)
{
    struct attention *a = r->attr;
    if (a->heads == 0) a->heads = 1;
    if (!attention_fits(r, a->heads)) return false;
    if (!wg_is_none(r->node[3]) && !attention_mask_fits(r)) return false;
    const int last = r->x[0].shape->rank - 1;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    y->dim[last] = r->x[2].shape->dim[last];
    return true;
}
EXPAND(attention)
{
    const struct attention *a = attr;
    const int64_t width = wg_dim(x[0], -1) / a->heads;
    const double scale = wg_or_standard(a->scale, width ? 1 / sqrt((double)width) : 1);
    const wg_node mask = wg_is_none(x[3]) ? wg_scalar(wg_graph_of(x[0]), 1) : x[3];
    const wg_node seen = wg_node_dtype(mask) == WG_BOOL ? mask : wg_not_equal(mask, 0);
    y[0] = wg_apply(here, &wgi_op_attention_tiles, (wg_node[]){ x[0], x[1], x[2], seen }, 4,
                    &(struct attention_tiles){ a->causal, scale, a->heads });
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
ERROR_SAMPLE(attention)
{
    wg_node q = ANY(2, 3, 4), k = ANY(2, 5, 4);
    FAILS(wg_attention(q, ANY(2, 5, 3), k), "the last axes of queries");
    FAILS(wg_attention(q, ANY(5, 4), k), "the axes before the last two of");
    FAILS(wg_attention(q, k, q), "as many keys as values");
    FAILS(wg_attention(q, k, k, .heads = 3), "no 3 equal parts");
    FAILS(wg_attention(q, k, k, .mask = ANY(2, 5)), "does not broadcast to the scores [2,3,5]");
    return NULL;
}

DEFINE_OP(
    attention,
    .summary = "Scaled dot product attention of queries, keys and values, by heads: parts of the last axes. "
               "A query sees the keys where the mask is not 0. causal: it sees the keys up to its own place, "
               "counted from the end. A query that sees no key gets 0. scale 0: 1 / sqrt(width of a head).",
    .formula =
        "y = p @ v; p = softmax(s along last), s = scale q @ k^T where \"the query sees the key\", else -inf",
    .adjoint = "q' = scale s' @ k, k' = scale s'^T @ q, v' = p^T @ y'; s' = p * (y' @ v^T - sum(p * (y' @ "
               "v^T) along last)), p = softmax(s along last), s = scale q @ k^T where \"the query sees the "
               "key\", else -inf",
    .zero = 1u << 3, .operands = 4, .names = "q k v mask", .optional = 1, .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_NONE, TAKES(attention), RULES(attention, shape, expand));
wg_node wg_attention_at(wg_site here, const wg_attention_args *a)
{
    APPLY(attention, attention, ATTENTION_FIELDS, a->x, a->k, a->v, a->mask);
}

#endif
