/* hand.h: what the hand-written sides share: memory, and gradients as doubles. */
#ifndef HAND_H
#define HAND_H

#include <string.h>

#include "../bench.h"

/* Memory of the side that is open: there is one at a time. hand_stop frees all of it. The alignment is a
 * power of 2. */
void *hand_memory(size_t bytes, size_t alignment);
void hand_stop(void *self);

static inline void *hand_zeroed(size_t bytes) { return memset(hand_memory(bytes, 64), 0, bytes); }
static inline float *hand_floats(long n) { return hand_zeroed((size_t)n * sizeof(float)); }

/* n numbers of a gradient, for bench_side.gradient. Returns n. */
size_t hand_gradient(double *to, const float *g, size_t n);

#endif
