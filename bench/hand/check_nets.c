/* check_nets.c: nets of many layers, in double. */
#include <string.h>

#include "../layers.h"
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

const subject net_subjects[] = {
    { "20 layers x 16", &hand_layers, LAYERS, 1000, 1e-5, fill_narrow, .f = f_narrow },
    { "20 layers x 64", &hand_layers, LAYERS, 300, 1e-5, fill_wide, .f = f_wide, .way = LAYERS_WIDE },
    { .name = NULL },
};
