/* wengert_rows.c: the side of Wengert of W5 and W7, with the public headers alone: large arrays, few
 * nodes. */
#include "wengert_training.h"

typedef struct rows {
    training t;
    wg_tensor gy, gamma, beta;
    wg_node (*norm)(wg_node x, wg_node gamma, wg_node beta);
    wg_tensor out[4]; /* y, dx, dgamma, dbeta of the last run of a norm */
} rows;

/* The array x is a parameter, because its gradient is asked for. */
static wg_node x_of(training *t)
{
    wg_begin(t->g, WG_TRAIN);
    return wg_param(t->g, t->p, "x", t->x.shape, wg_zeros());
}

static training *with_x(bench_setup s, wg_node (*loss_of)(void *self), double scale, wg_shape shape)
{
    training *t = training_new(sizeof *t, s, BENCH_THREADS, WG_F32, loss_of);
    training_make(t, "x", STREAM_X, scale, shape);
    t->x.shape = shape;
    return t;
}

static double weighted(wg_tensor t)
{
    const float *v = t.data;
    double s = v ? 0 : NAN;
    for (int64_t i = 0; v && i < wg_shape_size(t.shape); i++) s += (double)v[i] * (double)(i % 7 - 2);
    return s;
}

/* ---- W5 ---- */

static wg_node chain_loss(void *self)
{
    wg_node x = x_of(self), t = wg_tanh(wg_add(wg_mul(x, 1.1), 0.1));
    wg_node y = wg_mul(t, wg_sigmoid(x));
    return wg_sum(wg_add(y, wg_relu(x)));
}

static void *start_chain(bench_setup s) { return with_x(s, chain_loss, 4, WG_SHAPE((int64_t)s.size << 20)); }

static double answer_chain(void *self)
{
    const training *t = self;
    return (t->loss + weighted(wg_params_grad(t->p, 0))) / (double)wg_shape_size(t->x.shape);
}

/* ---- W7 ---- */

static wg_node softmax_loss(void *self)
{
    training *t = self;
    wg_node x = x_of(t);
    return wg_softmax_cross_entropy(x, wg_input_borrow(t->g, "y", t->y));
}

static void *start_softmax(bench_setup s)
{
    training *t = with_x(s, softmax_loss, 1, WG_SHAPE(ROWS_SOFTMAX, ROWS_CLASSES));
    t->y = training_classes(t, ROWS_SOFTMAX, ROWS_CLASSES);
    return t;
}

static double answer_softmax(void *self)
{
    const training *t = self;
    return t->loss + weighted(wg_params_grad(t->p, 0));
}

static wg_node layer_norm(wg_node x, wg_node gamma, wg_node beta)
{
    return wg_layer_norm(x, gamma, beta, .eps = NORM_EPS);
}

/* The same as a user would write it. */
static wg_node layer_norm_by_parts(wg_node x, wg_node gamma, wg_node beta)
{
    wg_node d = wg_sub(x, wg_mean(x, .axis = -1, .keepdims = true));
    wg_node variance = wg_mean(wg_square(d), .axis = -1, .keepdims = true);
    wg_node h = wg_div(d, wg_sqrt(wg_add(variance, NORM_EPS)));
    return wg_add(wg_mul(h, gamma), beta);
}

static rows *with_norm(bench_setup s, wg_node (*norm)(wg_node x, wg_node gamma, wg_node beta))
{
    rows *r = training_new(sizeof *r, s, BENCH_THREADS, WG_F32, NULL);
    r->norm = norm;
    r->t.x = training_values(&r->t, STREAM_X, 1, 0, WG_SHAPE(ROWS_NORM, ROWS_FEATURES));
    r->gy = training_values(&r->t, STREAM_Y, 1, 0, WG_SHAPE(ROWS_NORM, ROWS_FEATURES));
    r->gamma = training_values(&r->t, STREAM_GAMMA, 0.5, 1, WG_SHAPE(ROWS_FEATURES));
    r->beta = training_values(&r->t, STREAM_BETA, 1, 0, WG_SHAPE(ROWS_FEATURES));
    return r;
}
static void *start_layer_norm(bench_setup s) { return with_norm(s, layer_norm); }
static void *start_by_parts(bench_setup s) { return with_norm(s, layer_norm_by_parts); }

static bool norm_step(void *self)
{
    rows *r = self;
    wg_graph *g = r->t.g;
    const bool forward = r->t.setup.way == ROWS_FORWARD;
    wg_begin(g, WG_TRAIN);
    wg_node x[] = { wg_input_borrow(g, "x", r->t.x), wg_input_borrow(g, "gamma", r->gamma),
                    wg_input_borrow(g, "beta", r->beta) };
    wg_node y = r->norm(x[0], x[1], x[2]), gx[3];
    if (!forward) {
        wg_vjp(y, wg_input_borrow(g, "gy", r->gy), x, 3, gx);
        for (int i = 0; i < 3; i++) wg_keep(gx[i]);
    }
    r->out[0] = wg_value(y);
    for (int i = 0; i < 3 && !forward; i++) r->out[i + 1] = wg_value(gx[i]);
    return !wg_failed(r->t.c);
}

static double answer_norm(void *self)
{
    const rows *r = self;
    if (r->t.setup.way == ROWS_FORWARD) return weighted(r->out[0]) / ROWS_FEATURES;
    return (weighted(r->out[0]) + weighted(r->out[1])) / ROWS_FEATURES + weighted(r->out[2]) +
           weighted(r->out[3]);
}

const bench_side wengert_chain = { start_chain, NULL, training_stop, 1, answer_chain, .run = training_run };
const bench_side wengert_softmax = { start_softmax,      NULL, training_stop, 1, answer_softmax,
                                     .run = training_run };
const bench_side wengert_layer_norm = { start_layer_norm, norm_step, training_stop, 1,
                                        .answer = answer_norm };
const bench_side wengert_layer_norm_by_parts = { start_by_parts, norm_step, training_stop, 1,
                                                 .answer = answer_norm };
