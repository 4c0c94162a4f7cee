/* wengert_training.h: what the sides of Wengert share: a context with a graph, parameters and data, and the
 * loop of a training. The struct of a side begins with a training; with the public headers alone. */
#ifndef BENCH_WENGERT_TRAINING_H
#define BENCH_WENGERT_TRAINING_H

#include <stdlib.h>

#include <wengert/wengert.h>

#include "bench.h"

typedef struct training {
    bench_setup setup;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o; /* NULL: no steps, gradients alone */
    wg_tensor x, y;
    wg_node (*loss_of)(void *self); /* builds the graph of a step */
    double loss;                    /* of the last step */
} training;

/* A struct of `size` zero bytes that begins with a training. */
void *training_new(size_t size, bench_setup s, int threads, wg_dtype t, wg_node (*loss_of)(void *self));
/* Numbers of a stream: offset + scale v, computed in double. They live as long as the context. */
wg_tensor training_values(training *t, uint32_t stream, double scale, double offset, wg_shape s);
wg_tensor training_classes(training *t, int n, int classes);
/* A parameter of such numbers. */
void training_make(training *t, const char *name, uint32_t stream, double scale, wg_shape s);
/* A matrix of weights, for so many inputs and outputs. */
void training_weights(training *t, const char *name, uint32_t stream, int in, int out);
/* A parameter with weight(array, i) as element i. */
void training_weights_by(training *t, const char *name, float (*weight)(int array, int i), int array,
                         wg_shape s);

/* The functions of a bench_side. */
bool training_run(void *self, int64_t n, double seconds[]);
double training_loss(void *self); /* of the last step */
size_t training_gradient(void *self, double *to);
void training_stop(void *self);
#define TRAINING(start)                                                                               \
    {                                                                                                 \
        start, NULL, training_stop, BENCH_CHECK_STEPS, training_loss, training_gradient, training_run \
    }

#endif
