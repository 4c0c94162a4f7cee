/* A step of an optimizer as nodes has the bits of wg_optim_step: parameters and arrays, for all its
 * options. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "wengert/wengert.h"
#include "wgx/optim.h"
#include "wgx/update.h"

enum { ROWS = 9, STEPS = 12 };

typedef wg_optim *(*maker)(wg_params *p);

/* A loss of two layers over data that change with the step. */
static wg_node loss_of(wg_graph *g, wg_params *p, int step)
{
    double x[ROWS * 3], y[ROWS];
    for (int i = 0; i < ROWS * 3; i++)
        x[i] = wg_random_bits(1, 2, (uint64_t)step, (uint64_t)i) / 4294967296.0 - 0.5;
    for (int i = 0; i < ROWS; i++) y[i] = x[3 * i] * x[3 * i + 1] + 0.1 * step;
    const wg_dtype t = wg_context_dtype(wg_graph_context(g));
    wg_node in = wg_cast(wg_input(g, "x", wg_view_f64(x, WG_SHAPE(ROWS, 3))), t),
            to = wg_cast(wg_input(g, "y", wg_view_f64(y, WG_SHAPE(ROWS))), t);
    wg_node h = wg_tanh(wg_nn_dense(in, p, "a", 5));
    return wg_mse(wg_squeeze(wg_nn_dense(h, p, "b", 1)), to);
}

/* The values that the nodes say, in one block each. */
static void *copy_of(wg_node n)
{
    const wg_tensor t = wg_value(n);
    const size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *to = malloc(bytes + 1);
    cr_assert(to && t.data);
    return memcpy(to, t.data, bytes);
}

static wg_tensor moved_to(wg_optim *o, wg_params *p, const wgx_moved *m)
{
    char name[100];
    if (!m->name) return wg_params_tensor(p, wg_params_find(p, wg_node_name(m->from)));
    snprintf(name, sizeof name, "%s", m->name);
    char *dot = strrchr(name, '.');
    for (int k = 0; dot && wgx_optim_array_name(o, k); k++)
        if (!strcmp(wgx_optim_array_name(o, k), dot + 1)) {
            *dot = 0;
            return wgx_optim_array(o, k, wg_params_find(p, name));
        }
    return (wg_tensor){ 0 }; /* t */
}

static void compare(const char *name, maker make, wg_dtype dtype)
{
    wg_context *c = wg_start(.seed = 4, .dtype = dtype);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = make(p);
    for (int step = 0; step < STEPS && !wg_failed(c); step++) {
        wgx_moved *moved;
        void *value[40];
        wg_begin(g, WG_TRAIN);
        const wg_node loss = loss_of(g, p, step);
        const int n = wgx_optim_nodes_at(WG_HERE, o, loss, &moved);
        cr_assert(n > 0 && n <= 40, "%s: %s", name, wg_message(c));
        for (int i = 0; i < n; i++) value[i] = copy_of(moved[i].to);
        wg_backward(loss, p);
        wg_optim_step(o);
        for (int i = 0; i < n; i++) {
            const wg_tensor now = moved_to(o, p, &moved[i]);
            if (now.data)
                cr_expect(
                    !memcmp(now.data, value[i], (size_t)wg_shape_size(now.shape) * wg_dtype_size(dtype)),
                    "%s: step %d: %s differs", name, step,
                    moved[i].name ? moved[i].name : wg_node_name(moved[i].from));
            free(value[i]);
        }
        wg_free(c, moved);
    }
    cr_expect_eq(wg_failed(c), WG_OK, "%s: %s", name, wg_message(c));
    wg_finish(c, NULL);
}

#define MAKER(n, ...) \
    static wg_optim *n(wg_params *p) { return __VA_ARGS__; }
MAKER(sgd, wg_sgd(p, .lr = 0.3))
MAKER(sgd_decays, wg_sgd(p, .lr = 0.3, .weight_decay = 0.1, .decay_all = true))
MAKER(sgd_couples, wg_sgd(p, .lr = 0.3, .weight_decay = 0.1, .coupled = true, .l1 = 0.05))
MAKER(momentum, wg_momentum(p, .lr = 0.1, .beta = 0.8))
MAKER(nesterov, wg_momentum(p, .lr = 0.1, .nesterov = true, .classical = true))
MAKER(velocity, wg_momentum(p, .lr = 0.1, .velocity = true))
MAKER(adam, wg_adam(p, .lr = 0.05))
MAKER(amsgrad, wg_adam(p, .lr = 0.05, .amsgrad = true, .weight_decay = 0.1, .l1 = 0.01))
MAKER(adam_of_squares, wg_adam(p, .lr = 0.05, .beta2 = 0))
MAKER(adam_of_signs, wg_adam(p, .lr = 0.05, .beta1 = 0))
MAKER(adamw, wg_adamw(p, .lr = 0.05))
MAKER(adamax, wg_adamax(p, .lr = 0.05))
MAKER(adagrad, wg_adagrad(p, .lr = 0.05, .initial = 0.1))
MAKER(adadelta, wg_adadelta(p, .lr = 1))
MAKER(rmsprop, wg_rmsprop(p, .lr = 0.02))
MAKER(rmsprop_centered, wg_rmsprop(p, .lr = 0.02, .centered = true, .momentum = 0.9))
MAKER(lion, wg_lion(p, .lr = 0.01, .weight_decay = 0.1))
static wg_optim *of_groups(wg_params *p)
{
    wg_optim *o = wg_adam(p, .lr = 0.05, .weight_decay = 0.1);
    wg_optim_group(o, "a.*", .lr = 0.01, .decay = false);
    return o;
}

#define ROW(n) \
    {          \
#n, n  \
    }
static const struct {
    const char *name;
    maker make;
} makers[] = {
    ROW(sgd),     ROW(sgd_decays), ROW(sgd_couples),     ROW(momentum),         ROW(nesterov), ROW(velocity),
    ROW(adam),    ROW(amsgrad),    ROW(adam_of_squares), ROW(adam_of_signs),    ROW(adamw),    ROW(adamax),
    ROW(adagrad), ROW(adadelta),   ROW(rmsprop),         ROW(rmsprop_centered), ROW(lion),     ROW(of_groups),
};

Test(update, same_bits_as_the_step)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        compare(makers[i].name, makers[i].make, WG_F32);
        compare(makers[i].name, makers[i].make, WG_F64);
    }
}

Test(update, refusals)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wgx_moved *moved;
    wg_begin(g, WG_TRAIN);
    const wg_node loss = loss_of(g, p, 0);
    cr_expect_eq(wgx_optim_nodes_at(WG_HERE, wg_nadam(p), loss, &moved), 0);
    cr_expect(strstr(wg_message(c), "nadam has no step of nodes: take sgd, momentum"), "%s", wg_message(c));
    wg_recover(c);
    cr_expect_eq(wgx_optim_nodes_at(WG_HERE, wg_sgd(wg_params_new(c)), loss, &moved), 0);
    cr_expect(strstr(wg_message(c), "reaches no parameter"), "%s", wg_message(c));
    wg_finish(c, NULL);
}
