/* test_train.c: the command train: what it reaches, that it computes what a C program computes, and that a
 * training which was stopped goes on to the bit. */
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgcommand.h"

TestSuite(train, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const char digits[] = "x = input(m, 64)\n"
                             "y = input(m, classes=10)\n"
                             "h = dropout(relu(batch_norm(dense(x, 32, bias=false))), keep_prob=0.9)\n"
                             "logits = dense(h, 10)\n"
                             "loss = softmax_cross_entropy(logits, y)\n"
                             "accuracy = mean(argmax(logits, axis=-1) == y)\n"
                             "train(loss, metrics=[accuracy], optimizer=adam(lr=3e-3), batch=64, epochs=5)\n";

/* A path in the folder of the test, valid as long as the test. */
static const char *in_folder(const char *name)
{
    static char paths[8][400];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s", wgt_in_folder(name));
    return path;
}

static void expect_same_file(const char *a, const char *b)
{
    char command[900];
    snprintf(command, sizeof command, "cmp '%s' '%s' >&2", in_folder(a), in_folder(b));
    cr_expect_eq(system(command), 0, "%s and %s differ", a, b);
}

/* ---- what a training reaches ---- */

/* y = 2 a - 3 b + 1 and noise; the least squares are where (X' X) w = X' y, here by Gauss. */
static void least_squares(const double (*row)[3], int n, double w[3])
{
    double a[3][4] = { 0 };
    for (int i = 0; i < n; i++) {
        const double x[4] = { row[i][0], row[i][1], 1, row[i][2] };
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 4; k++) a[r][k] += x[r] * x[k];
    }
    for (int r = 0; r < 3; r++)
        for (int s = 0; s < 3; s++) {
            const double f = s == r ? 0 : a[s][r] / a[r][r];
            for (int k = 0; k < 4; k++) a[s][k] -= f * a[r][k];
        }
    for (int r = 0; r < 3; r++) w[r] = a[r][3] / a[r][r];
}

static double weight(const char *path, const char *name, int64_t i)
{
    wg_context *c = wg_start(NULL);
    wg_params *p = wg_params_new(c);
    wg_params_read(p, path);
    const int k = wg_params_find(p, name);
    cr_assert(k >= 0, "%s is not in %s", name, path);
    const wg_tensor t = wg_params_tensor(p, k);
    const double v = wg_tensor_item(&t, i);
    wg_finish(c, NULL);
    return v;
}

Test(train, linear_regression_reaches_the_least_squares)
{
    enum { N = 40 };
    double row[N][3], w[3];
    FILE *f = fopen(wgt_in_folder("lines.csv"), "w");
    fputs("a,b,y\n", f);
    for (int i = 0; i < N; i++) {
        row[i][0] = sin(1.7 * i), row[i][1] = cos(0.9 * i * i);
        row[i][2] = 2 * row[i][0] - 3 * row[i][1] + 1 + 0.3 * sin(31.0 * i);
        fprintf(f, "%.17g,%.17g,%.17g\n", row[i][0], row[i][1], row[i][2]);
    }
    fclose(f);
    least_squares((const double(*)[3])row, N, w);
    static const char *const optimizers[] = { "lbfgs", "sgd(lr=0.2)", "momentum(lr=0.5)" };
    for (int i = 0; i < 3; i++) {
        EXPECT(0, NULL, "40 rows    x <- columns 1-2    y <- y", "train", "-e",
               "x = input(m, 2); y = input(m, 1); z = dense(x, 1); J = mean((z - y)^2)", "--data",
               in_folder("lines.csv"), "--map", "x=a:b", "--loss", "J", "--optimizer", optimizers[i],
               "--batch", "40", "--epochs", "600", "--dtype", "f64", "-o", in_folder("lines"), "--fresh");
        const char *path = in_folder("lines/weights.safetensors");
        const double got[] = { weight(path, "z.W", 0), weight(path, "z.W", 1), weight(path, "z.b", 0) };
        for (int k = 0; k < 3; k++)
            cr_expect(fabs(got[k] - w[k]) < 1e-7, "%s: weight %d is %.12g, not %.12g", optimizers[i], k,
                      got[k], w[k]);
    }
}

Test(train, digits_are_told_apart)
{
    wgt_result r =
        RUN("train", wgt_script(digits), "--data", "digits", "--dev", "0.2", "--epochs", "20", "--json");
    cr_assert_eq(r.status, 0, "%s", r.err);
    wgt_expect_json(r.out);
    cr_expect(wgt_json_number(r.out, "\"dev\"", "accuracy") >= 0.96, "%s", r.out);
    cr_expect(
        strstr(r.err, "data digits: 1797 rows, 1438 train, 359 dev    x <- x [64]    y <- y (10 classes)\n"),
        "%s", r.err);
    cr_expect(strstr(r.err, "\nepoch  3/20  loss "), "%s", r.err);
    cr_expect(strstr(r.err, " %  dev "), "%s", r.err);
}

/* ---- the same as in C ---- */

static wg_node model(wg_graph *g, wg_params *p, const wg_batch *b, wg_node *accuracy)
{
    wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y);
    wg_node h = wg_nn_batch_norm(wg_nn_dense(x, p, "dense", 32, .no_bias = true), p, "batch_norm");
    wg_node logits = wg_nn_dense(wg_dropout(wg_relu(h), .keep_prob = 0.9), p, "logits", 10);
    *accuracy = wg_accuracy(logits, y);
    return wg_softmax_cross_entropy(logits, y);
}

/* Names of parameters give their first values, so the parts of the program have names here. */
static const char named_digits[] = "x = input(m, 64)\n"
                                   "y = input(m, classes=10)\n"
                                   "dense = dense(x, 32, bias=false)\n"
                                   "batch_norm = batch_norm(dense)\n"
                                   "logits = dense(dropout(relu(batch_norm), keep_prob=0.9), 10)\n"
                                   "loss = softmax_cross_entropy(logits, y)\n"
                                   "train(loss, optimizer=adam(lr=3e-3), batch=64, epochs=4)\n";

Test(train, gives_the_bits_of_the_same_training_in_c)
{
    wg_context *c = wg_start(&(wg_options){ .seed = 7 });
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, &(wg_adam_opts){ .lr = 3e-3 });
    wg_graph *g = wg_graph_new(c);
    wg_node accuracy;
    wg_batch b;
    while (wg_data_epoch(train) < 4)
        while (wg_data_next(train, &b, 64)) {
            wg_begin(g, WG_TRAIN);
            wg_backward(model(g, p, &b, &accuracy), p);
            wg_optim_step(adam);
        }
    wg_data_all(dev, &b);
    wg_begin(g, WG_EVAL);
    const double loss = wg_item(model(g, p, &b, &accuracy));
    wg_params_save(p, wgt_in_folder("c.safetensors"));
    cr_assert_eq(wg_finish(c, stderr), 0);
    wgt_result r = RUN("train", wgt_script(named_digits), "--data", "digits", "--dev", "0.2", "--seed", "7",
                       "-o", in_folder("run"), "--json");
    cr_assert_eq(r.status, 0, "%s", r.err);
    expect_same_file("c.safetensors", "run/weights.safetensors");
    cr_expect_eq((float)wgt_json_number(r.out, "\"dev\"", "loss"), (float)loss);
}
