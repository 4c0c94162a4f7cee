/* check_nets.c: nets of many layers, an LSTM, and trees, in double. */
#include <string.h>

#include "../layers.h"
#include "../lstm.h"
#include "../trees.h"
#include "check.h"

/* ---- many layers: of each W, then b ---- */

enum { LAYERS = 20, WIDEST = 64 };
static const bench_setup narrow = { .size = LAYERS, .way = LAYERS_NARROW },
                         wide = { .size = LAYERS, .way = LAYERS_WIDE };

static void fill_layers(double *theta, bench_setup s)
{
    const int w = layers_width(s);
    for (int l = 0; l < s.size; l++, theta += w * w + w)
        for (int i = 0; i < w * w; i++) theta[i] = (double)layers_weight(s, l, i);
}

static double layers_loss(const double *theta, bench_setup s)
{
    const int w = layers_width(s), batch = layers_batch(s);
    double sum = 0;
    for (int e = 0; e < batch; e++) {
        const double *W = theta;
        double h[WIDEST], next[WIDEST];
        for (int j = 0; j < w; j++) h[j] = (double)bench_value(STREAM_X, (uint32_t)(e * w + j));
        for (int l = 0; l < s.size; l++, W += w * w + w) {
            for (int j = 0; j < w; j++) {
                double z = W[w * w + j];
                for (int k = 0; k < w; k++) z += h[k] * W[k * w + j];
                next[j] = h[j] + tanh(z);
            }
            memcpy(h, next, sizeof h);
        }
        for (int j = 0; j < w; j++)
            sum += pow(h[j] - (double)bench_value(STREAM_Y, (uint32_t)(e * w + j)), 2);
    }
    return sum / (w * batch);
}

static void fill_narrow(double *theta) { fill_layers(theta, narrow); }
static void fill_wide(double *theta) { fill_layers(theta, wide); }
static double f_narrow(const double *theta, size_t k) { return (void)k, layers_loss(theta, narrow); }
static double f_wide(const double *theta, size_t k) { return (void)k, layers_loss(theta, wide); }

/* ---- an LSTM: Wx, b, Wh, Wo, bo ---- */

enum { H = LSTM_HIDDEN, G = LSTM_GATES, V = LSTM_CHARS };

static void fill_lstm(double *theta)
{
    double *Wh = theta + (V + 1) * G, *Wo = Wh + H * G;
    for (int i = 0; i < V * G; i++) theta[i] = (double)lstm_weight(LSTM_WX, i);
    for (int i = 0; i < H * G; i++) Wh[i] = (double)lstm_weight(LSTM_WH, i);
    for (int i = 0; i < H * V; i++) Wo[i] = (double)lstm_weight(LSTM_WO, i);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* The gates before their functions. */
static void gates(const double *theta, int character, const double h[H], double z[G])
{
    const double *Wx = theta + character * G, *b = theta + V * G, *Wh = b + G;
    for (int j = 0; j < G; j++) z[j] = Wx[j] + b[j];
    for (int k = 0; k < H; k++)
        for (int j = 0; j < G; j++) z[j] += h[k] * Wh[k * G + j];
}

static double surprise(const double *theta, const double h[H], int next)
{
    const double *Wo = theta + (V + 1 + H) * G, *bo = Wo + H * V;
    double z[V], sum = 0;
    memcpy(z, bo, sizeof z);
    for (int k = 0; k < H; k++)
        for (int j = 0; j < V; j++) z[j] += h[k] * Wo[k * V + j];
    for (int j = 0; j < V; j++) sum += exp(z[j]);
    return log(sum) - z[next];
}

static double lstm_loss(const double *theta, int batch)
{
    const int length = lstm_checked[0];
    double sum = 0;
    for (int e = 0; e < batch; e++) {
        double h[H] = { 0 }, c[H] = { 0 }, z[G];
        for (int t = 0; t < length; t++) {
            gates(theta, lstm_char(t, e), h, z);
            for (int j = 0; j < H; j++) {
                c[j] = sigmoid(z[H + j]) * c[j] + sigmoid(z[j]) * tanh(z[2 * H + j]);
                h[j] = sigmoid(z[3 * H + j]) * tanh(c[j]);
            }
            sum += surprise(theta, h, lstm_next(t, e));
        }
    }
    return sum / length / batch;
}

static double f_lstm_1(const double *theta, size_t k) { return (void)k, lstm_loss(theta, 1); }
static double f_lstm_4(const double *theta, size_t k) { return (void)k, lstm_loss(theta, 4); }

/* ---- trees: W, b, Wo, bo, and the words' vectors if they are trained ---- */

enum { D = TREE_WIDTH, C = TREE_CLASSES, TREE_W_SIZE = 2 * D * D + D, TREE_SIZE = TREE_W_SIZE + D * C + C };

static void fill_trees(double *theta)
{
    for (int i = 0; i < 2 * D * D; i++) theta[i] = (double)tree_weight(TREE_W, i);
    for (int i = 0; i < D * C; i++) theta[TREE_W_SIZE + i] = (double)tree_weight(TREE_WO, i);
}

static void fill_words(double *theta)
{
    fill_trees(theta);
    for (int i = 0; i < TREE_WORDS * D; i++) theta[TREE_SIZE + i] = (double)tree_weight(TREE_E, i);
}

static void encode(const double *theta, const double *words, const tree *t, int node, double h[D])
{
    double x[2 * D];
    if (node < TREE_LEAVES) {
        for (int j = 0; j < D; j++)
            h[j] = words ? words[t->word[node] * D + j] : (double)tree_weight(TREE_E, t->word[node] * D + j);
        return;
    }
    encode(theta, words, t, t->left[node - TREE_LEAVES], x);
    encode(theta, words, t, t->right[node - TREE_LEAVES], x + D);
    for (int j = 0; j < D; j++) {
        double z = theta[2 * D * D + j];
        for (int k = 0; k < 2 * D; k++) z += x[k] * theta[k * D + j];
        h[j] = tanh(z);
    }
}

static double trees_loss(const double *theta, const double *words, int count)
{
    const bench_setup s = { .size = count, .way = TREES_NEW };
    const double *Wo = theta + TREE_W_SIZE, *bo = Wo + D * C;
    double sum = 0, h[D], z[C];
    tree t[TREE_MOST];
    trees_grow(t, s, 1);
    for (int k = 0; k < count; k++) {
        encode(theta, words, &t[k], TREE_LEAVES + TREE_INNER - 1, h);
        memcpy(z, bo, sizeof z);
        for (int i = 0; i < D; i++)
            for (int j = 0; j < C; j++) z[j] += h[i] * Wo[i * C + j];
        double all = 0;
        for (int j = 0; j < C; j++) all += exp(z[j]);
        sum += log(all) - z[t[k].label];
    }
    return sum / count;
}

static double f_trees_1(const double *theta, size_t k) { return (void)k, trees_loss(theta, NULL, 1); }
static double f_trees_16(const double *theta, size_t k) { return (void)k, trees_loss(theta, NULL, 16); }
static double f_words(const double *theta, size_t k)
{
    return (void)k, trees_loss(theta, theta + TREE_SIZE, 16);
}

const subject net_subjects[] = {
    { "20 layers x 16", &hand_layers, LAYERS, 1000, 1e-5, fill_narrow, .f = f_narrow },
    { "20 layers x 64", &hand_layers, LAYERS, 300, 1e-5, fill_wide, .f = f_wide, .way = LAYERS_WIDE },
    { "W11 batch 1", &hand_lstm, 1, 2000, 1e-5, fill_lstm, .f = f_lstm_1 },
    { "W11 batch 4", &hand_lstm, 4, 2000, 1e-5, fill_lstm, .f = f_lstm_4 },
    { "W12 1 tree", &hand_trees, 1, 2000, 1e-5, fill_trees, .f = f_trees_1 },
    { "W12 16 trees", &hand_trees, 16, 1000, 1e-5, fill_trees, .f = f_trees_16 },
    { "W12 trained words", &hand_trees, 16, 2000, 1e-5, fill_words, .f = f_words,
      .way = TREES_TRAINED_WORDS },
    { .name = NULL },
};
