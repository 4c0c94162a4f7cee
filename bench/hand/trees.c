/* trees.c: W12, nets in the shape of binary trees, Adam; one thread.
 *
 * The inner nodes of all trees of a step are sorted by height. The nodes of one height are one product, and
 * all nodes together are one product for the gradient of W. W is small enough for the L1 cache.
 */
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "../trees.h"
#include "hand.h"
#include "hand_vmath.h"

enum { D = TREE_WIDTH, C = TREE_CLASSES, MOST = TREE_MOST * TREE_INNER, LEAVES = TREE_MOST * TREE_LEAVES };
enum { LANES = 16, VECTORS = D / LANES, SERIAL_ROWS = 32 };

/* Parameters, gradients, or moments; without the words' vectors if these are not trained. */
typedef struct weights {
    float W[2 * D][D], b[D], Wo[D][C], bo[C], E[TREE_WORDS][D];
} weights;

typedef struct trees {
    bench_setup setup;
    int inner; /* nodes of all trees */
    float lr, loss;
    uint32_t step;
    weights w, g, m, v;
    float Wt[D][2 * D]; /* W transposed */
    tree tree[TREE_MOST];
    /* Of the inner nodes, sorted by height: tree, number. Those of height k are [begin[k], begin[k + 1]). */
    int of[MOST], number[MOST], begin[TREE_LEAVES + 1], heights;
    int place[TREE_MOST][TREE_INNER]; /* where a node stands in this order */
    float x[MOST][2 * D], h[MOST][D], dz[MOST][D], dx[MOST][2 * D], dh[MOST][D];
} trees;

/* ---- products: y = x A, with A [inner, D] of any stride ---- */

typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

__attribute__((always_inline)) static inline void rows_product(int rows, int inner, const float *x, int xs,
                                                               const float *A, int as, float *y, int ys)
{
    vector sum[4][VECTORS] = { 0 };
    for (int k = 0; k < inner; k++)
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < VECTORS; j++) sum[r][j] += x[r * xs + k] * ((const vector *)(A + k * as))[j];
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < VECTORS; j++) ((vector *)(y + r * ys))[j] = sum[r][j];
}

static void product(int n, int inner, const float *x, int xs, const float *A, int as, float *y, int ys)
{
    for (; n >= 4; n -= 4, x += 4 * xs, y += 4 * ys) rows_product(4, inner, x, xs, A, as, y, ys);
    if (n == 3) rows_product(3, inner, x, xs, A, as, y, ys);
    if (n == 2) rows_product(2, inner, x, xs, A, as, y, ys);
    if (n == 1) rows_product(1, inner, x, xs, A, as, y, ys);
}

/* ---- start ---- */

static void transpose(trees *m)
{
    for (int i = 0; i < 2 * D; i++)
        for (int j = 0; j < D; j++) m->Wt[j][i] = m->w.W[i][j];
}

static void *start(bench_setup s)
{
    trees *m = hand_zeroed(sizeof *m);
    m->setup = s, m->inner = s.size * TREE_INNER, m->lr = (float)bench_rates_of(s).adam;
    for (int i = 0; i < 2 * D * D; i++) (&m->w.W[0][0])[i] = tree_weight(TREE_W, i);
    for (int i = 0; i < D * C; i++) (&m->w.Wo[0][0])[i] = tree_weight(TREE_WO, i);
    for (int i = 0; i < TREE_WORDS * D; i++) (&m->w.E[0][0])[i] = tree_weight(TREE_E, i);
    transpose(m);
    return m;
}

/* ---- the order of nodes ---- */

static void sort_by_height(trees *m)
{
    int height[TREE_MOST][TREE_INNER], count[TREE_LEAVES + 1] = { 0 }, next[TREE_LEAVES + 1];
    m->heights = 0;
    for (int k = 0; k < m->setup.size; k++)
        for (int i = 0; i < TREE_INNER; i++) {
            int l = m->tree[k].left[i] - TREE_LEAVES, r = m->tree[k].right[i] - TREE_LEAVES;
            int hl = l < 0 ? 0 : height[k][l] + 1, hr = r < 0 ? 0 : height[k][r] + 1;
            int top = height[k][i] = hl > hr ? hl : hr;
            count[top]++;
            if (top >= m->heights) m->heights = top + 1;
        }
    for (int t = 0, at = 0; t <= m->heights; at += count[t++]) m->begin[t] = next[t] = at;
    for (int k = 0; k < m->setup.size; k++)
        for (int i = 0; i < TREE_INNER; i++) {
            int at = next[height[k][i]]++;
            m->of[at] = k, m->number[at] = i, m->place[k][i] = at;
        }
}

/* ---- forward, backward ---- */

static const float *value(const trees *m, int k, int node)
{
    return node < TREE_LEAVES ? m->w.E[m->tree[k].word[node]] : m->h[m->place[k][node - TREE_LEAVES]];
}

static void forward(trees *m, int from, int to)
{
    for (int i = from; i < to; i++) {
        const tree *t = &m->tree[m->of[i]];
        memcpy(m->x[i], value(m, m->of[i], t->left[m->number[i]]), D * sizeof(float));
        memcpy(m->x[i] + D, value(m, m->of[i], t->right[m->number[i]]), D * sizeof(float));
    }
    product(to - from, 2 * D, m->x[from], 2 * D, m->w.W[0], D, m->h[from], D);
    for (int i = from; i < to; i++) {
        VECTOR_LOOP
        for (int j = 0; j < D; j++) m->h[i][j] = vmath_tanh(m->h[i][j] + m->w.b[j]);
    }
}

/* Gives the gradient of a node's value to the node, or to its word. */
static void hand_down(trees *m, int k, int node, const float *d)
{
    float *to = node < TREE_LEAVES ? m->g.E[m->tree[k].word[node]] : m->dh[m->place[k][node - TREE_LEAVES]];
    if (node >= TREE_LEAVES) memcpy(to, d, D * sizeof *d);
    else if (m->setup.way == TREES_TRAINED_WORDS)
        for (int j = 0; j < D; j++) to[j] += d[j];
}

static void backward(trees *m, int from, int to)
{
    for (int i = from; i < to; i++) {
        VECTOR_LOOP
        for (int j = 0; j < D; j++) m->dz[i][j] = m->dh[i][j] * (1 - m->h[i][j] * m->h[i][j]);
    }
    product(to - from, D, m->dz[from], D, m->Wt[0], 2 * D, m->dx[from], 2 * D);
    product(to - from, D, m->dz[from], D, m->Wt[0] + D, 2 * D, m->dx[from] + D, 2 * D);
    for (int i = from; i < to; i++) {
        const tree *t = &m->tree[m->of[i]];
        hand_down(m, m->of[i], t->left[m->number[i]], m->dx[i]);
        hand_down(m, m->of[i], t->right[m->number[i]], m->dx[i] + D);
    }
}

/* The loss of tree k, and the gradient of its root, of Wo and bo. */
static float classify(trees *m, int k)
{
    const int root = m->place[k][TREE_INNER - 1], label = m->tree[k].label;
    const float *h = m->h[root];
    float z[C], sum = 0, high = -INFINITY, scale = 1.0F / (float)m->setup.size, loss;
    for (int j = 0; j < C; j++) {
        z[j] = m->w.bo[j];
        for (int i = 0; i < D; i++) z[j] += h[i] * m->w.Wo[i][j];
        high = z[j] > high ? z[j] : high;
    }
    loss = high - z[label];
    for (int j = 0; j < C; j++) z[j] = vmath_exp(z[j] - high), sum += z[j];
    loss += logf(sum);
    for (int j = 0; j < C; j++) {
        z[j] = scale * (z[j] / sum - (float)(j == label));
        m->g.bo[j] += z[j];
    }
    for (int i = 0; i < D; i++) {
        m->dh[root][i] = 0;
        for (int j = 0; j < C; j++) {
            m->dh[root][i] += z[j] * m->w.Wo[i][j];
            m->g.Wo[i][j] += h[i] * z[j];
        }
    }
    return scale * loss;
}

/* In calls so small that OpenBLAS does not use threads. */
static void gradient_of_W(trees *m)
{
    for (int i = 0; i < m->inner; i += SERIAL_ROWS) {
        int n = m->inner - i < SERIAL_ROWS ? m->inner - i : SERIAL_ROWS;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, 2 * D, D, n, 1, m->x[i], 2 * D, m->dz[i], D,
                    i > 0, m->g.W[0], D);
    }
    for (int i = 0; i < m->inner; i++)
        for (int j = 0; j < D; j++) m->g.b[j] += m->dz[i][j];
}

static void differentiate(trees *m)
{
    const size_t words = m->setup.way == TREES_TRAINED_WORDS ? sizeof m->g.E : 0;
    trees_grow(m->tree, m->setup, ++m->step);
    sort_by_height(m);
    memset(&m->g, 0, offsetof(weights, E) + words);
    m->loss = 0;
    for (int t = 0; t < m->heights; t++) forward(m, m->begin[t], m->begin[t + 1]);
    for (int k = 0; k < m->setup.size; k++) m->loss += classify(m, k);
    for (int t = m->heights - 1; t >= 0; t--) backward(m, m->begin[t], m->begin[t + 1]);
    gradient_of_W(m);
}

static void adam(trees *m, int n)
{
    float *restrict w = &m->w.W[0][0], *restrict m1 = &m->m.W[0][0], *restrict m2 = &m->v.W[0][0];
    const float *restrict g = &m->g.W[0][0];
    const float rate = m->lr / (float)(1 - pow(0.9, m->step)),
                root = 1 / sqrtf((float)(1 - pow(0.999, m->step)));
    VECTOR_LOOP
    for (int i = 0; i < n; i++) {
        m1[i] += 0.1F * (g[i] - m1[i]);
        m2[i] += 0.001F * (g[i] * g[i] - m2[i]);
        w[i] -= rate * m1[i] / (sqrtf(m2[i]) * root + 1e-8F);
    }
}

/* Of all parameters, or without the words' vectors. */
static size_t count_of(const trees *m)
{
    return (m->setup.way == TREES_TRAINED_WORDS ? sizeof m->g : offsetof(weights, E)) / sizeof(float);
}

static bool step(void *self)
{
    trees *m = self;
    differentiate(m);
    adam(m, (int)count_of(m));
    transpose(m);
    return true;
}

static double answer(void *self) { return (double)((trees *)self)->loss; }

/* W, b, Wo, bo, and the words' vectors if they are trained. */
static size_t gradient(void *self, double *to)
{
    const trees *m = self;
    return hand_gradient(to, &m->g.W[0][0], count_of(m));
}

const bench_side hand_trees = { start, step, hand_stop, BENCH_CHECK_STEPS, answer, .gradient = gradient };
