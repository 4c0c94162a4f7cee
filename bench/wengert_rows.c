/* wengert_rows.c: the side of Wengert of W5 and W7, with the public headers alone: large arrays, few
 * nodes. */
#include <stdlib.h>

#include <wengert/wengert.h>

#include "bench.h"

typedef struct rows {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_tensor x, y, gy, gamma, beta;
    double value;     /* the loss of the last run */
    bool forward;     /* of a norm: no gradients */
    wg_tensor out[4]; /* y, dx, dgamma, dbeta of the last run of a norm */
} rows;

static rows *rows_new(void)
{
    rows *r = calloc(1, sizeof *r);
    r->c = wg_start(&(wg_options){ .threads = BENCH_THREADS });
    r->g = wg_graph_new(r->c);
    r->p = wg_params_new(r->c);
    return r;
}

static void stop(void *self)
{
    rows *r = self;
    wg_finish(r->c, stderr);
    free(r);
}

static wg_tensor floats(rows *r, uint32_t stream, float scale, float offset, wg_shape s)
{
    float *v = wg_alloc(r->c, (size_t)wg_shape_size(s), sizeof *v);
    for (int64_t i = 0; v && i < wg_shape_size(s); i++)
        v[i] = offset + scale * bench_value(stream, (uint32_t)i);
    return wg_view_f32(v, s);
}

/* The array x is a parameter, because its gradient is asked for. */
static void make_x(rows *r, float scale, wg_shape s)
{
    wg_tensor t = floats(r, STREAM_X, scale, 0, s);
    wg_params_make(r->p, "x", t, false);
    wg_free(r->c, t.data);
    r->x.shape = s;
}

static double weighted(wg_tensor t)
{
    const float *v = t.data;
    double s = v ? 0 : NAN;
    for (int64_t i = 0; v && i < wg_shape_size(t.shape); i++) s += (double)v[i] * (double)(i % 7 - 2);
    return s;
}

static bool backward(rows *r, wg_node loss)
{
    wg_backward(loss, r->p);
    r->value = wg_item(loss);
    return !wg_failed(r->c);
}

/* ---- W5 ---- */

static void *start_chain(bench_setup s)
{
    rows *r = rows_new();
    make_x(r, 4, WG_SHAPE((int64_t)s.size << 20));
    return r;
}

static bool run_chain(void *self, int64_t n, double seconds[])
{
    rows *r = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) {
        wg_begin(r->g, WG_TRAIN);
        wg_node x = wg_param(r->g, r->p, "x", r->x.shape, wg_zeros());
        wg_node t = wg_tanh(wg_add(wg_mul(x, 1.1), 0.1));
        wg_node y = wg_mul(t, wg_sigmoid(x));
        if (!backward(r, wg_sum(wg_add(y, wg_relu(x))))) return false;
    }
    return true;
}

static double answer_chain(void *self)
{
    rows *r = self;
    run_chain(r, 1, NULL);
    return (r->value + weighted(wg_params_grad(r->p, 0))) / (double)wg_shape_size(r->x.shape);
}

/* ---- W7 ---- */

static void *start_softmax(bench_setup s)
{
    rows *r = rows_new();
    int32_t *y = wg_alloc(r->c, ROWS_SOFTMAX, sizeof *y);
    (void)s;
    make_x(r, 1, WG_SHAPE(ROWS_SOFTMAX, ROWS_CLASSES));
    for (uint32_t i = 0; y && i < ROWS_SOFTMAX; i++) y[i] = bench_class(STREAM_Y, i, ROWS_CLASSES);
    r->y = wg_view_i32(y, WG_SHAPE(ROWS_SOFTMAX));
    return r;
}

static bool run_softmax(void *self, int64_t n, double seconds[])
{
    rows *r = self;
    (void)seconds;
    for (int64_t k = 0; k < n; k++) {
        wg_begin(r->g, WG_TRAIN);
        wg_node x = wg_param(r->g, r->p, "x", r->x.shape, wg_zeros());
        wg_node y = wg_input_borrow(r->g, "y", r->y);
        if (!backward(r, wg_softmax_cross_entropy(x, y))) return false;
    }
    return true;
}

static double answer_softmax(void *self)
{
    rows *r = self;
    run_softmax(r, 1, NULL);
    return r->value + weighted(wg_params_grad(r->p, 0));
}

static void *start_norm(bench_setup s)
{
    rows *r = rows_new();
    r->forward = s.way == ROWS_FORWARD;
    r->x = floats(r, STREAM_X, 1, 0, WG_SHAPE(ROWS_NORM, ROWS_FEATURES));
    r->gy = floats(r, STREAM_Y, 1, 0, WG_SHAPE(ROWS_NORM, ROWS_FEATURES));
    r->gamma = floats(r, STREAM_GAMMA, 0.5F, 1, WG_SHAPE(ROWS_FEATURES));
    r->beta = floats(r, STREAM_BETA, 1, 0, WG_SHAPE(ROWS_FEATURES));
    return r;
}

typedef wg_node norm_fn(wg_node x, wg_node gamma, wg_node beta);

static bool run_norm(rows *r, norm_fn *norm, int64_t n)
{
    for (int64_t k = 0; k < n && !wg_failed(r->c); k++) {
        wg_begin(r->g, WG_TRAIN);
        wg_node x[] = { wg_input_borrow(r->g, "x", r->x), wg_input_borrow(r->g, "gamma", r->gamma),
                        wg_input_borrow(r->g, "beta", r->beta) };
        wg_node y = norm(x[0], x[1], x[2]), gx[3];
        if (!r->forward) {
            wg_vjp(y, wg_input_borrow(r->g, "gy", r->gy), x, 3, gx);
            for (int i = 0; i < 3; i++) wg_keep(gx[i]);
        }
        r->out[0] = wg_value(y);
        for (int i = 0; i < 3 && !r->forward; i++) r->out[i + 1] = wg_value(gx[i]);
    }
    return !wg_failed(r->c);
}

static wg_node batch_norm(wg_node x, wg_node gamma, wg_node beta)
{
    return wg_batch_norm(x, gamma, beta, .eps = NORM_EPS);
}

static wg_node layer_norm(wg_node x, wg_node gamma, wg_node beta)
{
    return wg_layer_norm(x, gamma, beta, .eps = NORM_EPS);
}

/* The same as a user would write it. */
static wg_node layer_norm_by_parts(wg_node x, wg_node gamma, wg_node beta)
{
    wg_node d = wg_sub(x, wg_mean(x, .axes = WG_AXES(-1), .keepdims = true));
    wg_node variance = wg_mean(wg_square(d), .axes = WG_AXES(-1), .keepdims = true);
    wg_node h = wg_div(d, wg_sqrt(wg_add(variance, NORM_EPS)));
    return wg_add(wg_mul(h, gamma), beta);
}

static bool run_batch_norm(void *self, int64_t n, double seconds[])
{
    return (void)seconds, run_norm(self, batch_norm, n);
}
static bool run_layer_norm(void *self, int64_t n, double seconds[])
{
    return (void)seconds, run_norm(self, layer_norm, n);
}

static bool run_layer_norm_by_parts(void *self, int64_t n, double seconds[])
{
    return (void)seconds, run_norm(self, layer_norm_by_parts, n);
}

static double norm_answer(const rows *r)
{
    if (r->forward) return weighted(r->out[0]) / ROWS_FEATURES;
    return (weighted(r->out[0]) + weighted(r->out[1])) / ROWS_FEATURES + weighted(r->out[2]) +
           weighted(r->out[3]);
}

static double answer_batch_norm(void *self)
{
    run_batch_norm(self, 1, NULL);
    return norm_answer(self);
}

static double answer_layer_norm(void *self)
{
    run_layer_norm(self, 1, NULL);
    return norm_answer(self);
}

static double answer_layer_norm_by_parts(void *self)
{
    run_layer_norm_by_parts(self, 1, NULL);
    return norm_answer(self);
}

const bench_side wengert_chain = { start_chain, run_chain, answer_chain, stop, NULL };
const bench_side wengert_softmax = { start_softmax, run_softmax, answer_softmax, stop, NULL };
const bench_side wengert_batch_norm = { start_norm, run_batch_norm, answer_batch_norm, stop, NULL };
const bench_side wengert_layer_norm = { start_norm, run_layer_norm, answer_layer_norm, stop, NULL };
const bench_side wengert_layer_norm_by_parts = { start_norm, run_layer_norm_by_parts,
                                                 answer_layer_norm_by_parts, stop, NULL };
