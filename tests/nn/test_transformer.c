/* test_transformer.c: embeddings, attention and blocks as layers, against the same made of ops and
 * against loops. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

enum { TOKENS = 3, WIDTH = 4, HIDDEN = 16 };
static const double input[TOKENS * WIDTH] = { 0.5, -1, 2, 0.25, 1, 1.5, -0.5, -2, 0.75, 0.1, -1.25, 0.3 };

static const double *values(const wg_params *p, const char *name)
{
    int i = wg_params_find(p, name);
    cr_assert_geq(i, 0, "no parameter %s", name);
    return wg_params_tensor(p, i).data;
}

Test(transformer, embedding_is_a_table)
{
    IN_WORLD(WG_F64);
    const wg_init table = wg_values((const double[]){ 1, 2, 3, 4, 5, 6 });
    wg_node y = wg_nn_embedding(INTS(g, 2, 0, 2), p, "e", 3, 2, .W_init = table);
    EXPECT(y, WG_F64, WG_SHAPE(3, 2), 5, 6, 1, 2, 5, 6);
    wg_backward(wg_sum(y), p);
    const double *gradient = wg_params_grad(p, 0).data, want[] = { 1, 1, 0, 0, 2, 2 };
    for (int i = 0; i < 6; i++) cr_expect_eq(gradient[i], want[i]);
}

/* ---- a block by loops: x [TOKENS, WIDTH], two heads, causal ---- */

static void product(const double *x, const double *W, const double *b, int in, int out, double *y)
{
    for (int t = 0; t < TOKENS; t++)
        for (int j = 0; j < out; j++) {
            y[t * out + j] = b[j];
            for (int i = 0; i < in; i++) y[t * out + j] += x[t * in + i] * W[i * out + j];
        }
}
static void normalised(const double *x, double *y)
{
    for (int t = 0; t < TOKENS; t++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < WIDTH; i++) mean += x[t * WIDTH + i] / WIDTH;
        for (int i = 0; i < WIDTH; i++) variance += pow(x[t * WIDTH + i] - mean, 2) / WIDTH;
        for (int i = 0; i < WIDTH; i++) y[t * WIDTH + i] = (x[t * WIDTH + i] - mean) / sqrt(variance + 1e-5);
    }
}
static void attended(const double *qkv, double *y)
{
    const int d = WIDTH / 2, step = 3 * WIDTH;
    memset(y, 0, TOKENS * WIDTH * sizeof *y);
    for (int head = 0; head < 2; head++)
        for (int i = 0; i < TOKENS; i++) {
            double e[TOKENS], sum = 0;
            for (int j = 0; j <= i; j++) {
                e[j] = 0;
                for (int c = head * d; c < head * d + d; c++)
                    e[j] += qkv[i * step + c] * qkv[j * step + WIDTH + c] / sqrt(d);
                sum += e[j] = exp(e[j]);
            }
            for (int j = 0; j <= i; j++)
                for (int c = head * d; c < head * d + d; c++)
                    y[i * WIDTH + c] += e[j] / sum * qkv[j * step + 2 * WIDTH + c];
        }
}
static double gelu(double x) { return x / 2 * (1 + tanh(sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x))); }

static void block(const wg_params *p, const double *x, double *y)
{
    double n[TOKENS * WIDTH], qkv[3 * TOKENS * WIDTH], a[TOKENS * WIDTH], m[TOKENS * HIDDEN];
    normalised(x, n);
    product(n, values(p, "h.attn.W"), values(p, "h.attn.b"), WIDTH, 3 * WIDTH, qkv);
    attended(qkv, a);
    product(a, values(p, "h.attn.Wo"), values(p, "h.attn.bo"), WIDTH, WIDTH, y);
    for (int i = 0; i < TOKENS * WIDTH; i++) y[i] += x[i];
    normalised(y, n);
    product(n, values(p, "h.fc1.W"), values(p, "h.fc1.b"), WIDTH, HIDDEN, m);
    for (int i = 0; i < TOKENS * HIDDEN; i++) m[i] = gelu(m[i]);
    product(m, values(p, "h.fc2.W"), values(p, "h.fc2.b"), HIDDEN, WIDTH, a);
    for (int i = 0; i < TOKENS * WIDTH; i++) y[i] += a[i];
}

static wg_node block_layer(wg_graph *g, wg_params *p)
{
    wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(1, TOKENS, WIDTH)));
    return wg_nn_transformer_block(x, p, "h", .heads = 2, .causal = true);
}

Test(transformer, block_equals_loops)
{
    IN_WORLD(WG_F64);
    double want[TOKENS * WIDTH], *got = wgt_all_values(block_layer(g, p));
    block(p, input, want);
    cr_expect_leq(wgt_distance(got, want, TOKENS * WIDTH), 1e-14);
    free(got);
    wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(TOKENS, WIDTH)));
    wg_node before = INPUT(g, WG_SHAPE(3, 3), 1, 0, 0, 1, 1, 0, 1, 1, 1);
    got = wgt_all_values(wg_nn_transformer_block(x, p, "h", .heads = 2, .mask = before, .share = true));
    cr_expect_leq(wgt_distance(got, want, TOKENS * WIDTH), 1e-14);
    free(got);
}

/* With memory = x the products by parts of W give what the packed product gives. */
Test(transformer, memory)
{
    IN_WORLD(WG_F64);
    wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(TOKENS, WIDTH)));
    double *own = wgt_all_values(wg_nn_attention(x, p, "a", .heads = 2));
    double *of = wgt_all_values(wg_nn_attention(x, p, "a", .heads = 2, .memory = x, .share = true));
    cr_expect_leq(wgt_distance(own, of, TOKENS * WIDTH), 1e-15);
    free(own), free(of);
}

Test(transformer, mistakes)
{
    IN_WORLD(WG_F64);
    wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(TOKENS, WIDTH)));
    WGT_REFUSED(c, SHAPE, "\"a\" of 3 heads on x [3,4]", wg_nn_attention(x, p, "a", .heads = 3));
    WGT_REFUSED(c, VALUE, "\"b\" of 0 rows of 2", wg_nn_embedding(x, p, "b", 0, 2));
    WGT_REFUSED(c, SHAPE, "on x [2]", wg_nn_transformer_block(VECTOR(g, 1, 2), p, "c"));
}
