/* wengert_layers.c: the side of Wengert of nets of many layers, by wg_nn_dense, with the public headers
 * alone. The graph is built anew at each step. */
#include "layers.h"
#include "wengert_training.h"

typedef struct layers {
    training t;
    int width;
    char (*name)[16]; /* of each layer */
} layers;

static wg_node build(void *self)
{
    const layers *s = self;
    wg_begin(s->t.g, WG_TRAIN);
    wg_node h = wg_input_borrow(s->t.g, "x", s->t.x), y = wg_input_borrow(s->t.g, "y", s->t.y);
    for (int l = 0; l < s->t.setup.size; l++)
        h = wg_add(h, wg_tanh(wg_nn_dense(h, s->t.p, s->name[l], s->width)));
    return wg_mse(h, y);
}

static void *start(bench_setup setup)
{
    layers *s = training_new(sizeof *s, setup, 1, WG_F32, build);
    const int w = s->width = layers_width(setup);
    float weight[64 * 64], bias[64] = { 0 };
    s->t.x = training_values(&s->t, STREAM_X, 1, 0, WG_SHAPE(layers_batch(setup), w));
    s->t.y = training_values(&s->t, STREAM_Y, 1, 0, WG_SHAPE(layers_batch(setup), w));
    s->name = wg_alloc(s->t.c, (size_t)setup.size, sizeof *s->name);
    for (int l = 0; l < setup.size; l++) {
        char name[20];
        snprintf(s->name[l], sizeof s->name[l], "fc%d", l);
        for (int i = 0; i < w * w; i++) weight[i] = layers_weight(setup, l, i);
        snprintf(name, sizeof name, "%s.W", s->name[l]);
        wg_params_make(s->t.p, name, wg_view_f32(weight, WG_SHAPE(w, w)), false);
        snprintf(name, sizeof name, "%s.b", s->name[l]);
        wg_params_make(s->t.p, name, wg_view_f32(bias, WG_SHAPE(w)), false);
    }
    s->t.o = wg_sgd(s->t.p, .lr = bench_rates_of(setup).sgd);
    return s;
}

/* The parts are the step, and of it the building of the graph. */
static void step(training *t, double seconds[])
{
    double t0 = bench_now();
    wg_node loss = build(t);
    double t1 = bench_now();
    wg_backward(loss, t->p);
    wg_optim_step(t->o);
    t->loss = wg_item(loss);
    seconds[0] += bench_now() - t0, seconds[1] += t1 - t0;
}

static bool run(void *self, int64_t n, double seconds[])
{
    const bench_setup setup = ((training *)self)->setup;
    bool ok = true;
    for (int64_t k = 0; k < n && ok; k++) {
        training *t = setup.way == LAYERS_WIDE_FIRST && !setup.check ? start(setup) : self;
        step(t, seconds);
        ok = !wg_failed(t->c);
        if (t != self) training_stop(t);
    }
    return ok;
}

const bench_side wengert_layers = {
    start, NULL, training_stop, BENCH_CHECK_STEPS, training_loss, training_gradient, run
};
