/* test_programs.c: programs as users write them, from a first net to plain optimizers. Each is written as one
 * would write it in a file of its own, and a number that it computes is compared with mathematics. Other
 * programs of this kind are in examples/. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgfiles.h"

TestSuite(programs, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- digits: a first net ---- */

static wg_node digits_model(wg_node x, wg_params *p)
{
    wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "fc1", 64, .no_bias = true), p, "bn1"));
    return wg_nn_dense(wg_dropout(h, .keep_prob = 0.8), p, "out", 10);
}

static int digits(const char *path, double *accuracy)
{
    wg_context *c = wg_start(&(wg_options){ .seed = 42 });
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, &(wg_adam_opts){ .lr = 3e-3 });
    wg_graph *g = wg_graph_new(c);
    wg_batch b;
    for (int epoch = 1; epoch <= 5; epoch++) {
        while (wg_data_next(train, &b, 64)) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
            wg_backward(wg_softmax_cross_entropy(digits_model(x, p), y), p);
            wg_optim_step(adam);
        }
        wg_data_all(dev, &b);
        wg_begin(g, WG_EVAL);
        wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
        *accuracy = wg_item(wg_accuracy(digits_model(x, p), y));
    }
    wg_params_save(p, path);
    return wg_finish(c, stderr);
}

/* A linear classifier reaches about 95 % on these digits. */
Test(programs, digits)
{
    double accuracy = 0;
    cr_assert_eq(digits(wgt_in_folder("digits.safetensors"), &accuracy), 0);
    cr_expect(accuracy > 0.93 && accuracy <= 1, "%g", accuracy);
    cr_expect_eq(wgt_files(), 1);
}

/* ---- exam: logistic regression of a CSV file ---- */

static const char exam[] =
    "hours,passed\n0.5,0\n0.75,0\n1,0\n1.25,0\n1.5,0\n1.75,0\n1.75,1\n2,0\n2.25,1\n2.5,0\n"
    "2.75,1\n3,0\n3.25,1\n3.5,0\n4,1\n4.25,1\n4.5,1\n4.75,1\n5,1\n5.5,1\n";

static const char *exam_file(void)
{
    const char *path = wgt_in_folder("exam.csv");
    wgt_save(path, exam, sizeof exam - 1);
    return path;
}

/* Newton's method in long double, from the numbers of the text. Returns the loss. */
static double optimum(double *w, double *b)
{
    long double u = 0, v = 0, loss = 0;
    for (int it = 0; it < 30; it++) {
        long double gu = 0, gv = 0, huu = 0, huv = 0, hvv = 0;
        loss = 0;
        for (const char *at = strchr(exam, '\n') + 1; *at;) {
            char *end;
            const long double x = strtold(at, &end), y = strtold(end + 1, &end);
            const long double s = 1 / (1 + expl(-(u * x + v))), k = s * (1 - s);
            gu += (s - y) * x, gv += s - y;
            huu += k * x * x, huv += k * x, hvv += k;
            loss -= (y > 0 ? logl(s) : logl(1 - s)) / 20;
            at = end + 1;
        }
        const long double det = huu * hvv - huv * huv;
        u -= (hvv * gu - huv * gv) / det;
        v -= (huu * gv - huv * gu) / det;
    }
    *w = (double)u, *b = (double)v;
    return (double)loss;
}

static int exam_lbfgs(const char *path, double got[3])
{
    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64 });
    wg_data *d = wg_data_csv(c, path, &(wg_csv_opts){ .y = "passed" }); /* every other column: x */
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_lbfgs(p, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;

    wg_data_all(d, &b);
    for (int step = 0; step < 100; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(wg_dim(x, 1)), wg_zeros()),
                bias = wg_param(g, p, "b", WG_SCALAR, wg_zeros());
        wg_node z = wg_add(wg_matmul(x, w), bias);
        wg_node L = wg_bce_with_logits(z, y);
        wg_backward(L, p);
        got[2] = wg_item(L);
        if (wg_params_grad_norm(p) < 1e-8) break;
        wg_optim_step(o);
    }
    got[0] = wg_params_item(p, "w"), got[1] = wg_params_item(p, "b");
    return wg_finish(c, stderr);
}

Test(programs, exam_by_lbfgs)
{
    double got[3], w, b;
    const double loss = optimum(&w, &b);
    cr_assert_eq(exam_lbfgs(exam_file(), got), 0);
    cr_expect_float_eq(got[0], w, 1e-7, "w %.12f, not %.12f", got[0], w);
    cr_expect_float_eq(got[1], b, 1e-7, "b %.12f, not %.12f", got[1], b);
    cr_expect_float_eq(got[2], loss, 1e-14, "loss %.16f, not %.16f", got[2], loss);
}

/* ---- the same by Newton's method, with conjugate gradients of the user's ---- */

typedef struct problem {
    wg_graph *g;
    wg_params *p;
    wg_batch b;
    wg_node loss;
} problem;

static wg_node build(problem *s)
{
    wg_node x = wg_input(s->g, "x", s->b.x), y = wg_input(s->g, "y", s->b.y);
    wg_node w = wg_param(s->g, s->p, "w", WG_SHAPE(wg_dim(x, 1)), wg_zeros());
    return wg_bce_with_logits(wg_add(wg_matmul(x, w), wg_param(s->g, s->p, "b", WG_SCALAR, wg_zeros())), y);
}

static void hv(size_t n, const double *v, double *out, void *q)
{
    problem *s = q;
    (void)n;
    wg_params_hvp(s->p, s->loss, v, out);
}

static void cg(size_t n, void (*times)(size_t, const double *, double *, void *), void *user, const double *g,
               double *x)
{
    double r[2], d[2], Hd[2], rr = 0;
    for (size_t i = 0; i < n; i++) x[i] = 0, r[i] = d[i] = g[i], rr += g[i] * g[i];
    for (size_t it = 0; it < 2 * n && rr > 1e-300; it++) {
        double dHd = 0, next = 0;
        times(n, d, Hd, user);
        for (size_t i = 0; i < n; i++) dHd += d[i] * Hd[i];
        for (size_t i = 0; i < n; i++) x[i] += rr / dHd * d[i], r[i] -= rr / dHd * Hd[i], next += r[i] * r[i];
        for (size_t i = 0; i < n; i++) d[i] = r[i] + next / rr * d[i];
        rr = next;
    }
}

static int exam_newton(const char *path, double theta[2])
{
    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64 });
    problem s = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    double gvec[2], step[2];
    wg_data_all(wg_data_csv(c, path, &(wg_csv_opts){ .y = "passed" }), &s.b);
    for (int it = 0; it < 12; it++) {
        wg_begin(s.g, WG_TRAIN);
        s.loss = build(&s);
        wg_backward(s.loss, s.p);
        wg_params_get_grad(s.p, gvec);
        cg(wg_params_size(s.p), hv, &s, gvec, step);
        wg_params_get(s.p, theta);
        for (size_t i = 0; i < wg_params_size(s.p); i++) theta[i] -= step[i];
        wg_params_set(s.p, theta);
    }
    return wg_finish(c, stderr);
}

Test(programs, exam_by_newton)
{
    double theta[2], w, b;
    optimum(&w, &b);
    cr_assert_eq(exam_newton(exam_file(), theta), 0);
    cr_expect_float_eq(theta[0], w, 1e-12, "w %.15f, not %.15f", theta[0], w);
    cr_expect_float_eq(theta[1], b, 1e-12, "b %.15f, not %.15f", theta[1], b);
}

/* ---- pieces of a batch, no zeroing of gradients ---- */

static wg_node piece_loss(wg_graph *g, wg_params *p, const wg_batch *b)
{
    return wg_softmax_cross_entropy(wg_nn_dense(wg_input(g, "x", b->x), p, "out", 10),
                                    wg_input(g, "y", b->y));
}

/* Batches of 64, or of 16 of which four make a step. */
static int pieces(int64_t size, int each, double *theta)
{
    wg_context *c = wg_start(&(wg_options){ .seed = 3, .dtype = WG_F64 });
    wg_data *train = wg_data_digits(c);
    wg_params *p = wg_params_new(c);
    wg_optim *sgd = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 });
    wg_graph *g = wg_graph_new(c);
    wg_batch b;
    for (int i = 0; i < 20 * each && wg_data_next(train, &b, size); i++) {
        wg_begin(g, WG_TRAIN);
        wg_backward_add(wg_div(piece_loss(g, p, &b), each), p);
        if (i % each == each - 1) wg_optim_step(sgd);
    }
    wg_params_get(p, theta);
    wg_optim_step(sgd);
    cr_expect(strstr(wg_message(c), "used by the step at"), "%s", wg_message(c));
    wg_recover(c);
    return wg_finish(c, stderr);
}

/* The same rows in the same order: the steps are equal up to rounding. */
Test(programs, batches_in_pieces)
{
    enum { SIZE = 650 };
    static double whole[SIZE], parts[SIZE];
    cr_assert_eq(pieces(64, 1, whole), 0);
    cr_assert_eq(pieces(16, 4, parts), 0);
    cr_expect_lt(wgt_distance(whole, parts, SIZE), 1e-13);
}

/* ---- a parameter of a differential equation ---- */

static wg_node f(wg_node y, wg_node k) { return wg_mul(k, wg_mul(y, wg_sub(1, y))); }

static int ode(const double *seen, double *found)
{
    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64 });
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = wg_adam(p, &(wg_adam_opts){ .lr = 0.05 });
    for (int it = 0; it < 400; it++) {
        wg_begin(g, WG_TRAIN);
        wg_node k = wg_param(g, p, "k", WG_SCALAR, wg_const(0.3)), y = wg_scalar(g, 0.05),
                loss = wg_scalar(g, 0);
        for (int i = 0; i < 20; i++) {
            for (int s = 0; s < 10; s++) {
                double h = 0.05;
                wg_node k1 = f(y, k), k2 = f(wg_add(y, wg_mul(h / 2, k1)), k),
                        k3 = f(wg_add(y, wg_mul(h / 2, k2)), k), k4 = f(wg_add(y, wg_mul(h, k3)), k);
                y = wg_add(y, wg_mul(h / 6, wg_add(wg_add(k1, k4), wg_mul(2, wg_add(k2, k3)))));
            }
            loss = wg_add(loss, wg_square(wg_sub(y, seen[i])));
        }
        wg_backward(loss, p);
        wg_optim_step(o);
        if (it == 399) *found = wg_item(loss);
    }
    *found = wg_params_item(p, "k");
    return wg_finish(c, stderr);
}

/* y = 1 / (1 + 19 exp(-k t)) solves y' = k y (1 - y) with y(0) = 1/20. */
Test(programs, ode)
{
    double seen[20], k = 0;
    for (int i = 0; i < 20; i++) seen[i] = 1 / (1 + 19 * exp(-0.8 * 0.5 * (i + 1)));
    cr_assert_eq(ode(seen, &k), 0);
    cr_expect_float_eq(k, 0.8, 1e-4, "%.9f", k);
}
