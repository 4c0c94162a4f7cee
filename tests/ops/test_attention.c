/* test_attention.c: attention and its gradient over several tiles of queries and keys, against products and
 * exponentials of whole matrices. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

enum { WIDE = 6, OUT = 4, KEYS = 200 };
static const double scale = 0.4;

/* [rows, heads * n] as [heads, rows, n]. */
static wg_node of_heads(wg_node x, int heads)
{
    wg_node y = wg_reshape(x, WG_SHAPE(wg_dim(x, 0), heads, wg_dim(x, 1) / heads));
    return wg_transpose(y, .axes = WG_AXES(1, 0, 2));
}

/* seen: [queries, keys], 0 and 1. A query without keys has zeros. */
static wg_node by_parts(const wg_node x[3], wg_node seen, int heads)
{
    wg_node q = of_heads(x[0], heads), k = of_heads(x[1], heads), v = of_heads(x[2], heads);
    wg_node scores = wg_where(wg_greater(seen, 0), wg_mul(wg_matmul(q, k, .tb = true), scale), -1e300);
    wg_node most = wg_max(scores, .axis = -1, .keepdims = true);
    wg_node e = wg_mul(seen, wg_exp(wg_sub(scores, wg_stop_gradient(most))));
    wg_node sum = wg_maximum(wg_sum(e, .axis = -1, .keepdims = true), 1e-300);
    wg_node y = wg_transpose(wg_matmul(wg_div(e, sum), v), .axes = WG_AXES(1, 0, 2));
    return wg_reshape(y, WG_SHAPE(wg_dim(x[0], 0), wg_dim(x[2], 1)));
}

typedef struct setting {
    int tokens, keys, heads;
    bool causal, masked;
    double size;
} setting;

static wg_node seen_by(wg_graph *g, const setting *s, const bool *mask)
{
    double *seen = malloc((size_t)(s->tokens * s->keys) * sizeof *seen);
    for (int i = 0; i < s->tokens * s->keys; i++)
        seen[i] = mask[i % s->keys] && (!s->causal || i % s->keys <= i / s->keys + s->keys - s->tokens);
    wg_node y = wg_input(g, "seen", wg_view_f64(seen, WG_SHAPE(s->tokens, s->keys)));
    free(seen);
    return y;
}

/* The mask hides keys from all queries, as for padding. The rounding errors of scores grow with them. */
static void compare(setting s)
{
    static const char *const names[] = { "value", "gradient of q", "gradient of k", "gradient of v" };
    wg_graph *g = graph(WG_F64);
    wgt_random r = { 3 };
    bool mask[KEYS];
    wg_node x[] = { wgt_drawn(g, &r, -s.size, s.size, WG_SHAPE(s.tokens, WIDE)),
                    wgt_drawn(g, &r, -s.size, s.size, WG_SHAPE(s.keys, WIDE)),
                    wgt_drawn(g, &r, -1, 1, WG_SHAPE(s.keys, OUT)) };
    for (int i = 0; i < KEYS; i++) mask[i] = !s.masked || (i >= 70 && wgt_unit(&r) < 0.5);
    wg_node m = wg_input(g, "mask", wg_view_bool(mask, WG_SHAPE(s.keys)));
    wg_node got[4] = { wg_attention(x[0], x[1], x[2], .causal = s.causal, .mask = s.masked ? m : wg_none,
                                    .heads = s.heads, .scale = scale) },
            want[4] = { by_parts(x, seen_by(g, &s, mask), s.heads) };
    wg_node gy = wgt_drawn(g, &r, -1, 1, WG_SHAPE(s.tokens, OUT));
    wg_vjp(got[0], gy, x, 3, got + 1);
    wg_vjp(want[0], gy, x, 3, want + 1);
    for (int i = 0; i < 4; i++) {
        double *v = wgt_values(got[i]), *w = wgt_values(want[i]);
        cr_assert(v && w, "%s", wg_message(wg_graph_context(g)));
        cr_expect_leq(wgt_distance(v, w, (size_t)wg_shape_size(wg_node_shape(want[i]))),
                      1e-13 * (1 + s.size * s.size), "%d queries, %d keys, %d heads, causal %d, mask %d: %s",
                      s.tokens, s.keys, s.heads, s.causal, s.masked, names[i]);
        free(v), free(w);
    }
    done(g);
}

Test(attention, equal_parts)
{
    for (int with = 0; with < 4; with++)
        for (int heads = 1; heads <= 2; heads++) {
            compare((setting){ 130, 130, heads, with & 1, with & 2, 2 });
            compare((setting){ 64, 200, heads, with & 1, with & 2, 2 });
            compare((setting){ 130, 65, heads, with & 1, with & 2, 2 });
            compare((setting){ 1, 129, heads, with & 1, with & 2, 2 });
        }
}

/* Scores of up to 1,000: the maximum grows from tile to tile, and sums of earlier tiles become 0. */
Test(attention, growing_maximum) { compare((setting){ 70, 200, 1, false, false, 30 }); }

/* Seventeen heads are a unit each, one head is computed in tiles: the gradient of equal heads has equal
 * bits. */
Test(attention, few_heads_and_many)
{
    enum { MANY = 17 };
    wg_graph *g = graph(WG_F32);
    wgt_random r = { 5 };
    wg_node x = wgt_drawn(g, &r, -2, 2, WG_SHAPE(1, KEYS, WIDE));
    wg_node many = wg_mul(x, wg_fill(g, 1, WG_SHAPE(MANY, 1, 1)));
    double *a = wgt_values(wg_grad(wg_sum(wg_square(wg_attention(x, x, x, .causal = true))), x)),
           *b = wgt_values(wg_grad(wg_sum(wg_square(wg_attention(many, many, many, .causal = true))), many));
    cr_assert(a && b, "%s", wg_message(wg_graph_context(g)));
    for (int i = 0; i < MANY; i++) cr_expect_arr_eq(a, b + i * KEYS * WIDE, KEYS * WIDE * sizeof *a);
    free(a), free(b);
    done(g);
}

/* Scores of 1e5 and more: e to their power is infinite. The result is the value of the largest score. */
Test(attention, large_scores)
{
    wg_graph *g = graph(WG_F32);
    wg_node q = wgt_given(g, WG_SHAPE(2, 1), (const double[]){ 1000, -1000 }),
            k = wgt_given(g, WG_SHAPE(3, 1), (const double[]){ 300, -300, 100 }),
            v = wgt_given(g, WG_SHAPE(3, 1), (const double[]){ 1, 2, 3 }), y = wg_attention(q, k, v);
    EXPECT(y, WG_F32, WG_SHAPE(2, 1), 1, 2);
    EXPECT(wg_attention(q, k, v, .causal = true), WG_F32, WG_SHAPE(2, 1), 1, 2);
    EXPECT(slope(y, q), WG_F32, WG_SHAPE(2, 1), 0, 0);
    done(g);
}
