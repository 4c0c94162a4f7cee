/* test_attention.c: attention against loops over queries and keys in long double. */
#include <math.h>

#include "wgnode.h"

enum { BATCH = 2, MOST = 256 };

/* One head: rows of q [tokens, d], k [keys, d], v [keys, out] begin `step` elements apart. */
typedef struct head {
    int tokens, keys, d, out, q_step, k_step, v_step, y_step;
} head;

static void one_head(const head *h, const double *q, const double *k, const double *v, const bool *seen,
                     double scale, double *y)
{
    for (int i = 0; i < h->tokens; i++) {
        long double e[64], sum = 0, most = -HUGE_VALL;
        for (int j = 0; j < h->keys; j++) {
            e[j] = 0;
            for (int c = 0; c < h->d; c++) e[j] += (long double)q[i * h->q_step + c] * k[j * h->k_step + c];
            e[j] *= scale;
            if (seen[i * h->keys + j] && e[j] > most) most = e[j];
        }
        for (int j = 0; j < h->keys; j++) sum += e[j] = seen[i * h->keys + j] ? expl(e[j] - most) : 0;
        for (int c = 0; c < h->out; c++) {
            long double s = 0;
            for (int j = 0; j < h->keys; j++) s += e[j] * v[j * h->v_step + c];
            y[i * h->y_step + c] = sum > 0 ? (double)(s / sum) : 0;
        }
    }
}

typedef struct numbers {
    double v[MOST];
} numbers;
static numbers drawn(wgt_random *r, double size)
{
    numbers x;
    for (int i = 0; i < MOST; i++) x.v[i] = wgt_uniform(r, -size, size);
    return x;
}

/* Attention of `heads` heads over [BATCH, tokens, 4] and [BATCH, keys, 4] (values 8 wide), with a mask
 * [BATCH, tokens, keys] (or none) and causal, compared with the loops. */
static void compare(int tokens, int keys, int heads, bool causal, bool masked, double size)
{
    wg_graph *g = graph(WG_F64);
    wgt_random r = { 7 };
    const numbers q = drawn(&r, size), k = drawn(&r, size), v = drawn(&r, 1);
    double want[MOST];
    bool mask[MOST], seen[MOST];
    for (int i = 0; i < MOST; i++) mask[i] = !masked || wgt_unit(&r) < 0.5;
    for (int i = 0; i < BATCH * tokens * keys; i++)
        seen[i] = mask[i] && (!causal || i % keys <= i / keys % tokens + keys - tokens);
    const head h = { tokens, keys, 4 / heads, 8 / heads, 4, 4, 8, 8 };
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < heads; i++)
            one_head(&h, q.v + b * tokens * 4 + i * h.d, k.v + b * keys * 4 + i * h.d,
                     v.v + b * keys * 8 + i * h.out, seen + b * tokens * keys, 1 / sqrt(h.d),
                     want + b * tokens * 8 + i * h.out);
    wg_node m = wg_input(g, "mask", wg_view_bool(mask, WG_SHAPE(BATCH, tokens, keys)));
    wg_node y = wg_attention(wg_input(g, "q", wg_view_f64(q.v, WG_SHAPE(BATCH, tokens, 4))),
                             wg_input(g, "k", wg_view_f64(k.v, WG_SHAPE(BATCH, keys, 4))),
                             wg_input(g, "v", wg_view_f64(v.v, WG_SHAPE(BATCH, keys, 8))), .causal = causal,
                             .mask = masked ? m : wg_none, .heads = heads);
    double *got = wgt_values(y);
    cr_assert(got, "%s", wg_message(wg_graph_context(g)));
    cr_expect_leq(wgt_distance(got, want, (size_t)(BATCH * tokens * 8)), 1e-14);
    free(got);
    done(g);
}

Test(attention, equals_loops)
{
    for (int heads = 1; heads <= 4; heads *= 2)
        for (int with = 0; with < 4; with++) {
            compare(5, 5, heads, with & 1, with & 2, 2);
            compare(3, 6, heads, with & 1, with & 2, 2);
            compare(6, 3, heads, with & 1, with & 2, 2);
        }
}

/* Scores of 1e5 and more: e to their power is infinite. The result is the value of the largest score. */
Test(attention, large_scores)
{
    wg_graph *g = graph(WG_F32);
    wg_node q = wg_input(g, "q", wg_view_f64((const double[]){ 1000, -1000 }, WG_SHAPE(2, 1)));
    wg_node k = wg_input(g, "k", wg_view_f64((const double[]){ 300, -300, 100 }, WG_SHAPE(3, 1)));
    wg_node v = wg_input(g, "v", wg_view_f64((const double[]){ 1, 2, 3 }, WG_SHAPE(3, 1)));
    wg_node f[] = { wg_cast(q, WG_F32), wg_cast(k, WG_F32), wg_cast(v, WG_F32) };
    wg_node y = wg_attention(f[0], f[1], f[2]);
    EXPECT(y, WG_F32, WG_SHAPE(2, 1), 1, 2);
    EXPECT(wg_attention(f[0], f[1], f[2], .causal = true), WG_F32, WG_SHAPE(2, 1), 1, 2);
    EXPECT(slope(y, f[0]), WG_F32, WG_SHAPE(2, 1), 0, 0);
    done(g);
}

/* A query without keys gives 0 and passes no gradient; a key that is not seen gets none. */
Test(attention, unseen_keys)
{
    wg_graph *g = graph(WG_F64);
    wg_node q = wg_input(g, "q", wg_view_f64((const double[]){ 1, 2 }, WG_SHAPE(2, 1)));
    wg_node k = wg_input(g, "k", wg_view_f64((const double[]){ 3, 4 }, WG_SHAPE(2, 1)));
    wg_node v = wg_input(g, "v", wg_view_f64((const double[]){ 5, 6 }, WG_SHAPE(2, 1)));
    wg_node mask = wg_input(g, "m", wg_view_f64((const double[]){ 0, 0, 0, 1 }, WG_SHAPE(2, 2)));
    wg_node y = wg_attention(q, k, v, .mask = mask);
    EXPECT(y, WG_F64, WG_SHAPE(2, 1), 0, 6);
    EXPECT(slope(y, q), WG_F64, WG_SHAPE(2, 1), 0, 0);
    EXPECT(slope(y, k), WG_F64, WG_SHAPE(2, 1), 0, 0);
    EXPECT(slope(y, v), WG_F64, WG_SHAPE(2, 1), 0, 1);
    done(g);
}
