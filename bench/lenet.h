/* lenet.h: W9, a training step of LeNet-5 (LeCun et al. 1998): images of 28 by 28, convolution 5 by 5
 * to 6 channels, convolution 5 by 5 to 16 channels, each with ReLU and the maxima of windows of 2 by 2,
 * then 120, 84 and 10 units; batch 64, classical momentum 0.9. */
#ifndef BENCH_LENET_H
#define BENCH_LENET_H

#include "bench.h"

enum { LENET_BATCH = 64, LENET_SIDE = 28, LENET_LAYERS = 5, LENET_CLASSES = 10 };

/* Inputs of a unit, and units. The first two layers are convolutions: their inputs are rows, columns,
 * channels. */
static const int lenet_inputs[LENET_LAYERS] = { 25, 150, 256, 120, 84 },
                 lenet_units[LENET_LAYERS] = { 6, 16, 120, 84, 10 };
#define LENET_MOMENTUM 0.9

static inline double lenet_rate(bench_setup s) { return bench_rates_of(s).sgd / 10; }
static inline float lenet_weight(int layer, int i)
{
    return (float)(bench_weight_scale(lenet_inputs[layer]) *
                   (double)bench_value(STREAM_WEIGHTS + (uint32_t)layer, (uint32_t)i));
}

extern const bench_side hand_lenet, wengert_lenet;

#endif
