/* layers.h: nets of many narrow layers, what their sides share. A layer is h = h + tanh(h W + b). The loss is
 * the mean of (h - y)^2 after the last layer, and a step ends with SGD. One thread.
 *
 * The weights get smaller with the number of layers. So neither values nor gradients vanish or explode.
 */
#ifndef BENCH_LAYERS_H
#define BENCH_LAYERS_H

#include "bench.h"

/* Steps of a net of width 16, batch 1; steps of one of width 64, batch 32; and the first step of the latter,
 * in a context that is new each time. */
enum { LAYERS_NARROW, LAYERS_WIDE, LAYERS_WIDE_FIRST };

static inline int layers_width(bench_setup s) { return s.way == LAYERS_NARROW ? 16 : 64; }
static inline int layers_batch(bench_setup s) { return s.way == LAYERS_NARROW ? 1 : 32; }

/* Number i of the weights of a layer. The biases begin with 0. */
static inline float layers_weight(bench_setup s, int layer, int i)
{
    double scale = sqrt(3.0 / layers_width(s) / s.size);
    return (float)(scale * (double)bench_value(STREAM_WEIGHTS + (uint32_t)layer, (uint32_t)i));
}

#endif
