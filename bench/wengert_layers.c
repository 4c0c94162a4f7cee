/* wengert_layers.c: the side of Wengert of nets of many layers, by wg_nn_dense, with the public headers
 * alone. The graph is built anew at each step. */
#include <stdio.h>
#include <stdlib.h>

#include <wengert/wengert.h>

#include "layers.h"

typedef struct layers {
    bench_setup setup;
    int width, batch;
    float *x, *y, *weights; /* weights: of all layers */
    char (*name)[16];       /* of each layer */
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    double loss; /* of the last step */
} layers;

/* A context without graphs, and the parameters. */
static void open_context(layers *s)
{
    const int w = s->width;
    s->c = wg_start(&(wg_options){ .threads = 1 });
    s->g = wg_graph_new(s->c);
    s->p = wg_params_new(s->c);
    for (int l = 0; l < s->setup.size; l++) {
        char name[20];
        snprintf(name, sizeof name, "%s.W", s->name[l]);
        wg_params_make(s->p, name, wg_view_f32(s->weights + (size_t)l * w * w, WG_SHAPE(w, w)), false);
        snprintf(name, sizeof name, "%s.b", s->name[l]);
        wg_params_make(s->p, name, wg_view_f32((float[64]){ 0 }, WG_SHAPE(w)), false);
    }
    s->o = wg_sgd(s->p, &(wg_sgd_opts){ .lr = bench_rates_of(s->setup).sgd });
}

static void *start(bench_setup setup)
{
    layers *s = calloc(1, sizeof *s);
    const int w = layers_width(setup), b = layers_batch(setup);
    s->setup = setup, s->width = w, s->batch = b;
    s->x = calloc((size_t)(w * b), sizeof *s->x);
    s->y = calloc((size_t)(w * b), sizeof *s->y);
    s->weights = calloc((size_t)setup.size * (size_t)(w * w), sizeof *s->weights);
    s->name = calloc((size_t)setup.size, sizeof *s->name);
    for (int i = 0; i < w * b; i++) {
        s->x[i] = bench_value(STREAM_X, (uint32_t)i);
        s->y[i] = bench_value(STREAM_Y, (uint32_t)i);
    }
    for (int l = 0; l < setup.size; l++) {
        for (int i = 0; i < w * w; i++) s->weights[(size_t)l * w * w + i] = layers_weight(setup, l, i);
        snprintf(s->name[l], sizeof s->name[l], "fc%d", l);
    }
    open_context(s);
    return s;
}

static void stop(void *self)
{
    layers *s = self;
    wg_finish(s->c, stderr);
    free(s->x), free(s->y), free(s->weights), free(s->name), free(s);
}

static wg_node build(layers *s)
{
    const wg_shape shape = WG_SHAPE(s->batch, s->width);
    wg_begin(s->g, WG_TRAIN);
    wg_node h = wg_input_borrow(s->g, "x", wg_view_f32(s->x, shape));
    wg_node y = wg_input_borrow(s->g, "y", wg_view_f32(s->y, shape));
    for (int l = 0; l < s->setup.size; l++)
        h = wg_add(h, wg_tanh(wg_nn_dense(h, s->p, s->name[l], s->width)));
    return wg_mse(h, y);
}

/* The parts are the step, and of it the building of the graph. */
static void step(layers *s, double seconds[])
{
    double t0 = bench_now();
    wg_node loss = build(s);
    double t1 = bench_now();
    wg_backward(loss, s->p);
    wg_optim_step(s->o);
    s->loss = wg_item(loss);
    seconds[0] += bench_now() - t0, seconds[1] += t1 - t0;
}

static bool run(void *self, int64_t n, double seconds[])
{
    layers *s = self;
    for (int64_t k = 0; k < n && !wg_failed(s->c); k++) {
        if (s->setup.way == LAYERS_WIDE_FIRST) wg_finish(s->c, stderr), open_context(s);
        step(s, seconds);
    }
    return !wg_failed(s->c);
}

static double answer(void *self)
{
    layers *s = self;
    double seconds[BENCH_PARTS] = { 0 };
    for (int k = 0; k < BENCH_CHECK_STEPS; k++) step(s, seconds);
    return s->loss;
}

const bench_side wengert_layers = { start, run, answer, stop, NULL };
