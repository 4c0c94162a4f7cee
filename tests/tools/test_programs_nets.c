/* test_programs_nets.c: more programs as users write them: a training that is stopped and goes on, functions
 * of the user's, a recurrent net by C loops. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgfiles.h"

TestSuite(programs, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- MNIST: early stopping, schedule, exact resume ---- */

/* Files as those of MNIST, with the digits of the library: 8 by 8 pixels. */
static void write_pair(const char *part, const uint8_t *x, const int32_t *y, unsigned n)
{
    char name[64];
    unsigned char *bytes = calloc(1, 16 + 64 * (size_t)n);
    const unsigned char images[16] = { 0, 0, 8, 3, 0, 0, (unsigned char)(n >> 8), (unsigned char)n, 0, 0,
                                       0, 8, 0, 0, 0, 8 };
    cr_assert(bytes);
    memcpy(bytes, images, 16);
    memcpy(bytes + 16, x, 64 * (size_t)n);
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", part);
    wgt_save(wgt_in_folder(name), bytes, 16 + 64 * (size_t)n);
    bytes[3] = 1;
    for (unsigned i = 0; i < n; i++) bytes[8 + i] = (unsigned char)y[i];
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", part);
    wgt_save(wgt_in_folder(name), bytes, 8 + n);
    free(bytes);
}

static void write_files(void)
{
    enum { TRAIN = 1500, ALL = 1797 };
    static uint8_t x[ALL * 64];
    wg_context *c = wg_start(NULL);
    wg_data *d = wg_data_digits(c);
    const float *from = wg_data_x(d).data;
    const int32_t *y = wg_data_y(d).data;
    for (int i = 0; i < ALL * 64; i++) x[i] = (uint8_t)(255 * from[i]);
    write_pair("train", x, y, TRAIN);
    write_pair("t10k", x + TRAIN * 64, y + TRAIN, ALL - TRAIN);
    cr_assert_eq(wg_finish(c, stderr), 0);
}

static wg_node model(wg_node x, wg_params *p)
{
    wg_node h = wg_relu(wg_nn_dense(x, p, "fc1", 32));
    return wg_nn_dense(wg_dropout(h, .keep_prob = 0.9), p, "out", 10);
}

static double accuracy(wg_graph *g, wg_params *p, wg_data *d)
{
    wg_mean m = { 0 };
    for (wg_batch b; wg_data_next(d, &b, 1000);) {
        wg_begin(g, WG_EVAL);
        wg_mean_add(&m, wg_item(wg_accuracy(model(wg_input(g, "x", b.x), p), wg_input(g, "y", b.y))), b.n);
    }
    return m.value;
}

/* Trains until the given epoch. last_loss: of the last epoch. */
static int mnist(const char *folder, int until, double *last_loss, double *tested)
{
    const char *run = wgt_in_folder("mnist.run"), *weights = wgt_in_folder("mnist.best.safetensors");
    wg_context *c = wg_start(&(wg_options){ .seed = 1, .threads = 2 });
    wg_data *train = wg_data_mnist(c, folder, WG_TRAIN), *test = wg_data_mnist(c, folder, WG_EVAL);
    wg_data *dev = wg_data_split(train, 5000 / 60000.0);
    wg_data_normalise(train, "x");
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, &(wg_adam_opts){ .lr = 1e-3, .weight_decay = 1e-4 });
    wg_graph *g = wg_graph_new(c);
    wg_batch b;
    double best = 0;

    wg_optim_group(o, "*.b", &(wg_group_opts){ .no_decay = true });
    wg_resume(c, run);
    for (int epoch = wg_data_epoch(train); epoch < until; epoch = wg_data_epoch(train)) {
        wg_mean loss = { 0 }, acc = { 0 };
        wg_optim_set_lr(o, wg_lr_cosine(1e-3, epoch, 12));
        while (wg_data_next(train, &b, 16)) {
            wg_begin(g, WG_TRAIN);
            wg_node y = wg_input(g, "y", b.y), z = model(wg_input(g, "x", b.x), p);
            wg_node L = wg_softmax_cross_entropy(z, y);
            wg_node a = wg_keep(wg_accuracy(z, y));
            wg_backward(L, p);
            wg_optim_clip_norm(o, 1.0);
            wg_optim_step(o);
            wg_mean_add(&loss, wg_item(L), b.n);
            wg_mean_add(&acc, wg_item(a), b.n);
        }
        double d = accuracy(g, p, dev);
        if (d > best) {
            best = d;
            wg_params_save(p, weights);
        }
        wg_save(c, run);
        *last_loss = loss.value;
    }
    wg_params_load(p, weights);
    *tested = accuracy(g, p, test);
    return wg_finish(c, stderr);
}

/* Twelve epochs in one run, and five and seven in two: the same loss, bit for bit. */
Test(programs, mnist_goes_on)
{
    double whole = 0, parts = 0, tested = 0, again = 0;
    write_files();
    const char *folder = wgt_folder();
    cr_assert_eq(mnist(folder, 12, &whole, &tested), 0);
    remove(wgt_in_folder("mnist.run"));
    cr_assert_eq(mnist(folder, 5, &parts, &again), 0);
    cr_assert_eq(mnist(folder, 12, &parts, &again), 0);
    cr_expect_eq(whole, parts, "loss %.9g, in two runs %.9g", whole, parts);
    cr_expect(tested > 0.85 && tested <= 1, "a linear classifier reaches about 0.9: %g", tested);
}

/* ---- functions of the user's ---- */

static void swish_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node s = wg_sigmoid(x[0]);
    (void)here;
    gx[0] = wg_mul(gy, wg_add(s, wg_mul(y, wg_sub(1, s))));
}
static wg_node swish(wg_node x)
{
    return wg_custom_vjp(wg_mul(x, wg_sigmoid(x)), (wg_node[]){ x }, 1, swish_vjp);
}

static double snake_f(double x, const void *a)
{
    double k = *(const double *)a, s = sin(k * x);
    return x + s * s / k;
}
static void snake_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    double k = *(const double *)wg_attr(y);
    (void)here;
    gx[0] = wg_mul(gy, wg_add(1, wg_sin(wg_mul(2 * k, x[0]))));
}
static const wg_op snake_op = { .name = "snake",
                                .formula = "y = x + sin²(kx)/k",
                                .operands = 1,
                                .attr_size = sizeof(double),
                                .map = snake_f,
                                .vjp = snake_vjp };
static wg_node snake(wg_node x, double k) { return wg_apply(WG_HERE, &snake_op, &x, 1, &k); }

/* y[i] = x0 x1^i. */
static int sim(size_t n, const double *x, size_t m, double *y, void *ctx)
{
    (void)ctx;
    for (size_t i = 0; i < m; i++) y[i] = x[0] * pow(x[1], (double)i);
    return n == 2 ? 0 : 1;
}
static int sim_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *ctx)
{
    (void)ctx, (void)n;
    gx[0] = gx[1] = 0;
    for (size_t i = 0; i < m; i++) {
        gx[0] += gy[i] * pow(x[1], (double)i);
        if (i) gx[1] += gy[i] * x[0] * (double)i * pow(x[1], (double)(i - 1));
    }
    return 0;
}
static wg_node simulate(wg_node x)
{
    return wg_extern(x, WG_SHAPE(40),
                     &(wg_extern_opts){ .name = "sim", .forward = sim, .backward = sim_adjoint });
}

static double value_of(wg_node y, int64_t i)
{
    wg_tensor v = wg_value(y);
    return v.data ? wg_tensor_item(&v, i) : NAN;
}

Test(programs, functions_of_the_users)
{
    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64 });
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_param(g, p, "x", WG_SHAPE(2), wg_values((double[]){ 1.5, 0.9 }));
    wg_node y[3] = { swish(x), snake(x, 2), simulate(x) };
    for (int i = 0; i < 3; i++) {
        wg_check *r = wg_gradcheck(wg_sum(wg_square(y[i])), p, NULL);
        cr_expect_eq(wg_check_verdict(r), WG_PASS, "%d", i);
        wg_check_free(r);
    }
    cr_expect_float_eq(value_of(y[0], 0), 1.5 / (1 + exp(-1.5)), 1e-15);
    cr_expect_float_eq(value_of(y[1], 0), 1.5 + sin(3) * sin(3) / 2, 1e-15);
    cr_expect_float_eq(value_of(y[2], 39), 1.5 * pow(0.9, 39), 1e-15);
    /* The sum of a geometric series: the second derivative of snake's sum is 2k cos(2kx). */
    cr_expect_float_eq(value_of(wg_grad(wg_sum(wg_grad(wg_sum(y[1]), x)), x), 0), 4 * cos(6), 1e-14);
    cr_expect_float_eq(value_of(wg_grad(wg_sum(y[2]), x), 0), (1 - pow(0.9, 40)) / 0.1, 1e-12);
    cr_assert_eq(wg_finish(c, stderr), 0);
}

/* ---- a recurrent net over texts of different lengths ---- */

static wg_node cell(wg_node x, wg_node h, wg_params *p)
{
    wg_graph *g = wg_graph_of(x);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(wg_dim(x, 1), 64), wg_xavier());
    wg_node U = wg_param(g, p, "U", WG_SHAPE(64, 64), wg_orthogonal());
    return wg_tanh(wg_add(wg_matmul(x, W), wg_matmul(h, U)));
}

static int recurrent(int n, const int32_t *const *text, const int *len, double *first, double *last)
{
    wg_context *c = wg_start(&(wg_options){ .seed = 2 });
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *adam = wg_adam(p, &(wg_adam_opts){ .lr = 3e-3 });
    for (int epoch = 0; epoch < 60; epoch++)
        for (int i = 0; i < n; i++) {
            wg_begin(g, WG_TRAIN);
            wg_node h = wg_fill(g, 0, WG_SHAPE(1, 64)), loss = wg_scalar(g, 0);
            for (int t = 0; t + 1 < len[i]; t++) {
                wg_scope_push_i(g, "t", t);
                h = cell(wg_one_hot(wg_input(g, "c", wg_view_i32(&text[i][t], WG_SHAPE(1))), 64), h, p);
                loss = wg_add(loss, wg_softmax_cross_entropy(
                                        wg_nn_dense(h, p, "out", 64, .share = true),
                                        wg_input(g, "next", wg_view_i32(&text[i][t + 1], WG_SHAPE(1)))));
                wg_scope_pop(g);
            }
            wg_node L = wg_div(loss, len[i] - 1);
            wg_backward(L, p);
            wg_optim_clip_norm(adam, 5);
            wg_optim_step(adam);
            *last = wg_item(L);
            if (epoch == 0 && i == 0) *first = *last;
        }
    cr_expect_eq(wg_params_count(p), 4); /* W, U, out.W, out.b: all times share them */
    return wg_finish(c, stderr);
}

/* The letters before it decide each letter, so the loss can become 0. */
Test(programs, recurrent_net_by_loops)
{
    static const int32_t a[] = { 1, 2, 3, 1, 2, 4, 1, 2, 3 }, b[] = { 5, 6, 7, 8, 5 },
                         d[] = { 9, 2, 10, 11, 2, 12 };
    double first = 0, last = 0;
    cr_assert_eq(recurrent(3, (const int32_t *const[]){ a, b, d }, (const int[]){ 9, 5, 6 }, &first, &last),
                 0);
    cr_expect(first > 3 && first < 6, "at first about ln 64 = 4.16: %g", first);
    cr_expect_lt(last, 0.1);
}
