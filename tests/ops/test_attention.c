/* test_attention.c: attention and its gradient over several tiles of queries and keys, against loops over
 * queries and keys in long double. */
#include <math.h>

#include "wgnode.h"

enum { TOKENS = 130, KEYS = 200, WIDE = 6, OUT = 4, MOST = 2 * KEYS * WIDE };

typedef struct numbers {
    double v[MOST];
} numbers;
static numbers drawn(wgt_random *r, double size)
{
    numbers x;
    for (int i = 0; i < MOST; i++) x.v[i] = wgt_uniform(r, -size, size);
    return x;
}

/* One head of one example: rows of q and k begin q_step elements apart, those of v and y v_step. */
typedef struct head {
    int tokens, keys, d, out, q_step, v_step;
    double scale;
    const bool *seen; /* [tokens, keys] */
} head;

/* The probabilities of query i, zeros if it sees no key. */
static void probabilities(const head *h, const double *q, const double *k, int i, long double p[])
{
    long double sum = 0, most = -HUGE_VALL;
    for (int j = 0; j < h->keys; j++) {
        p[j] = 0;
        for (int c = 0; c < h->d; c++) p[j] += (long double)q[i * h->q_step + c] * k[j * h->q_step + c];
        p[j] *= h->scale;
        if (h->seen[i * h->keys + j] && p[j] > most) most = p[j];
    }
    for (int j = 0; j < h->keys; j++) sum += p[j] = h->seen[i * h->keys + j] ? expl(p[j] - most) : 0;
    for (int j = 0; j < h->keys && sum > 0; j++) p[j] /= sum;
}

static void forward(const head *h, const double *q, const double *k, const double *v, double *y)
{
    for (int i = 0; i < h->tokens; i++) {
        long double p[KEYS];
        probabilities(h, q, k, i, p);
        for (int c = 0; c < h->out; c++) {
            long double sum = 0;
            for (int j = 0; j < h->keys; j++) sum += p[j] * v[j * h->v_step + c];
            y[i * h->v_step + c] = (double)sum;
        }
    }
}
/* The gradients of sum(y gy), added to gq, gk and gv. */
static void backward(const head *h, const double *q, const double *k, const double *v, const double *gy,
                     double *gq, double *gk, double *gv)
{
    for (int i = 0; i < h->tokens; i++) {
        long double p[KEYS], s[KEYS], mean = 0;
        probabilities(h, q, k, i, p);
        for (int j = 0; j < h->keys; j++) {
            s[j] = 0;
            for (int c = 0; c < h->out; c++)
                s[j] += (long double)gy[i * h->v_step + c] * v[j * h->v_step + c];
            mean += p[j] * s[j];
        }
        for (int j = 0; j < h->keys; j++) {
            const long double slope = p[j] * (s[j] - mean) * h->scale;
            for (int c = 0; c < h->out; c++) gv[j * h->v_step + c] += (double)(p[j] * gy[i * h->v_step + c]);
            for (int c = 0; c < h->d; c++) {
                gq[i * h->q_step + c] += (double)(slope * k[j * h->q_step + c]);
                gk[j * h->q_step + c] += (double)(slope * q[i * h->q_step + c]);
            }
        }
    }
}

typedef struct setting {
    int tokens, keys, heads;
    bool causal, masked;
    double size;
} setting;

static void seen_by(const setting *s, const bool *mask, bool *seen)
{
    for (int i = 0; i < s->tokens * s->keys; i++)
        seen[i] = mask[i % s->keys] && (!s->causal || i % s->keys <= i / s->keys + s->keys - s->tokens);
}
static wg_node input(wg_graph *g, const char *name, const numbers *x, wg_shape s)
{
    return wg_input(g, name, wg_view_f64(x->v, s));
}
/* The rounding errors of scores grow with them. */
static void expect_near(wg_node y, const double *want, int n, double size)
{
    double *got = wgt_values(y);
    cr_assert(got, "%s", wg_message(wg_graph_context(wg_graph_of(y))));
    cr_expect_leq(wgt_distance(got, want, (size_t)n), 1e-13 * (1 + size * size));
    free(got);
}

/* One example with `heads` heads. The mask hides keys from all queries, as for padding. */
static void compare(setting s)
{
    wg_graph *g = graph(WG_F64);
    wgt_random r = { 3 };
    const numbers q = drawn(&r, s.size), k = drawn(&r, s.size), v = drawn(&r, 1), gy = drawn(&r, 1);
    numbers y = { 0 }, gq = { 0 }, gk = { 0 }, gv = { 0 };
    static bool mask[KEYS], seen[TOKENS * KEYS];
    for (int i = 0; i < KEYS; i++) mask[i] = !s.masked || (i >= 70 && wgt_unit(&r) < 0.5);
    seen_by(&s, mask, seen);
    head h = { s.tokens, s.keys, WIDE / s.heads, OUT / s.heads, WIDE, OUT, 0.4, seen };
    for (int i = 0; i < s.heads; i++) {
        const int a = i * h.d, b = i * h.out;
        forward(&h, q.v + a, k.v + a, v.v + b, y.v + b);
        backward(&h, q.v + a, k.v + a, v.v + b, gy.v + b, gq.v + a, gk.v + a, gv.v + b);
    }
    wg_node x[] = { input(g, "q", &q, WG_SHAPE(s.tokens, WIDE)), input(g, "k", &k, WG_SHAPE(s.keys, WIDE)),
                    input(g, "v", &v, WG_SHAPE(s.keys, OUT)) };
    wg_node m = wg_input(g, "mask", wg_view_bool(mask, WG_SHAPE(s.keys)));
    wg_node z = wg_attention(x[0], x[1], x[2], .causal = s.causal, .mask = s.masked ? m : wg_none,
                             .heads = s.heads, .scale = 0.4);
    expect_near(z, y.v, s.tokens * OUT, s.size);
    wg_node sum = wg_sum(wg_mul(z, input(g, "gy", &gy, WG_SHAPE(s.tokens, OUT))));
    expect_near(wg_grad(sum, x[0]), gq.v, s.tokens * WIDE, s.size);
    expect_near(wg_grad(sum, x[1]), gk.v, s.keys * WIDE, s.size);
    expect_near(wg_grad(sum, x[2]), gv.v, s.keys * OUT, s.size);
    done(g);
}

Test(attention, equal_loops)
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
    const numbers q = drawn(&r, 2);
    wg_node x = wg_cast(input(g, "q", &q, WG_SHAPE(1, KEYS, WIDE)), WG_F32);
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
