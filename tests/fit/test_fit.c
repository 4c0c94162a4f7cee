/* test_fit.c: wg_fit has the bits of the loop that it stands for, and ends where its patience does. */
#include <math.h>
#include <stdlib.h>

#include "wengert/fit.h"
#include "wgfiles.h"

TestSuite(fit, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- what is trained ---- */

static wg_node net(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)user;
    wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y);
    wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "fc", 24), p, "bn"));
    wg_node out = wg_nn_dense(wg_dropout(h, .keep_prob = 0.8), p, "out", 10);
    wg_name(wg_accuracy(out, y), "right");
    return wg_softmax_cross_entropy(out, y);
}

/* A world of digits. rest: what the split has left of them. */
typedef struct setting {
    wgt_world u;
    wg_data *rest, *dev;
} setting;

static setting setting_new(wg_dtype t, double share)
{
    setting s = { .u = wgt_world_new(NULL, t, NULL) };
    s.rest = wg_data_make(s.u.c, "digits", 400);
    if (share > 0) s.dev = wg_data_split(s.rest, share);
    return s;
}

static double hand_epoch(setting *s, wg_rate_fn rate, double lr, int *step, int steps)
{
    wg_mean mean = { 0 };
    wg_batch b;
    while (wg_data_next(s->rest, &b, 50)) {
        wg_begin(s->u.g, WG_TRAIN);
        wg_node loss = net(s->u.g, s->u.p, &b, NULL);
        if (rate) wg_optim_set_lr(s->u.o, rate(lr, *step, steps));
        wg_backward(loss, s->u.p);
        wg_optim_step(s->u.o);
        wg_mean_add(&mean, wg_item(loss), b.n);
        ++*step;
    }
    return mean.value;
}

static double hand_dev(const setting *s, wg_graph *g)
{
    wg_batch b;
    wg_data_all(s->dev, &b);
    wg_begin(g, WG_EVAL);
    return wg_item(net(g, s->u.p, &b, NULL));
}

static void same_params(wg_params *a, wg_params *b)
{
    cr_assert_eq(wg_failed(wg_params_context(a)), WG_OK, "%s", wg_message(wg_params_context(a)));
    cr_assert_eq(wg_failed(wg_params_context(b)), WG_OK, "%s", wg_message(wg_params_context(b)));
    cr_assert(wg_params_count(a) > 4);
    cr_assert_eq(wg_params_count(a), wg_params_count(b));
    for (int i = 0; i < wg_params_count(a); i++) {
        wg_tensor x = wg_params_tensor(a, i), y = wg_params_tensor(b, i);
        cr_assert(wgt_same_bits(&x, &y), "%s differs", wg_params_name(a, i));
    }
}

static wg_optim *optimizer(wg_params *p, int kind)
{
    return kind ? wg_momentum(p, .lr = 0.3) : wg_adam(p, .lr = 0.02);
}

/* ---- the bits of the loop by hand ---- */

/* Without dev, with dev, with patience and dev; f32, f64; adam, and momentum with a schedule. */
Test(fit, bits_of_the_loop_by_hand)
{
    for (int k = 0; k < 12; k++) {
        const wg_dtype t = k & 1 ? WG_F64 : WG_F32;
        const bool schedule = k & 2;
        const int way = k / 4, epochs = 6, patience = way == 2 ? 2 : 0;
        setting h = setting_new(t, way ? 0.3 : 0), f = setting_new(t, way ? 0.3 : 0);
        h.u.o = optimizer(h.u.p, schedule), f.u.o = optimizer(f.u.p, schedule);
        wg_graph *of_dev = wg_graph_new(h.u.c);
        wg_params *kept = wg_params_new(h.u.c);
        const int steps = epochs * (int)((wg_data_rows(h.rest) + 49) / 50);
        double loss = NAN, dev = NAN, least = INFINITY, best_loss = NAN;
        int step = 0, epoch = 0, best = 0;
        while (epoch < epochs && !(patience && epoch - best >= patience)) {
            loss = hand_epoch(&h, schedule ? wg_lr_cosine : NULL, 0.3, &step, steps);
            epoch++;
            if (way) dev = hand_dev(&h, of_dev);
            if (way && dev < least) least = dev, best = epoch, best_loss = loss, wg_params_copy(kept, h.u.p);
        }
        if (patience) wg_params_copy(h.u.p, kept), loss = best_loss, dev = least;
        wg_fitted r =
            wg_fit(f.u.p, net, f.rest, .epochs = epochs, .batch = 50, .patience = patience, .dev = f.dev,
                   .optimizer = f.u.o, .schedule = schedule ? wg_lr_cosine : NULL, .print = false);
        cr_assert_eq(r.status, WG_OK, "%s", wg_message(f.u.c));
        same_params(h.u.p, f.u.p);
        cr_assert_eq(r.epochs, epoch);
        cr_assert_eq(r.best, way ? best : epoch);
        cr_assert_eq(wgt_ulps(r.loss, loss), 0);
        cr_assert_eq(wgt_ulps(r.dev, dev), 0);
        cr_assert(isnan(r.metric));
        cr_assert_eq(wg_data_epoch(f.rest), epoch);
        wg_optim_set_lr(h.u.o, schedule ? 0.3 : 0.02);
        cr_assert_eq(wg_optim_lr(f.u.o), wg_optim_lr(h.u.o));
        wgt_finish(h.u.c, NULL), wgt_finish(f.u.c, NULL);
    }
}

/* The default optimizer is adam, and rows are held out as wg_data_split does it. */
Test(fit, rows_that_are_held_out)
{
    setting h = setting_new(WG_F32, 0.25), f = setting_new(WG_F32, 0);
    h.u.o = wg_adam(h.u.p);
    wg_graph *of_dev = wg_graph_new(h.u.c);
    wg_params *kept = wg_params_new(h.u.c);
    double least = INFINITY;
    for (int epoch = 0, step = 0; epoch < 4; epoch++) {
        hand_epoch(&h, NULL, 0, &step, 1);
        const double dev = hand_dev(&h, of_dev);
        if (dev < least) least = dev, wg_params_copy(kept, h.u.p);
    }
    wg_params_copy(h.u.p, kept);
    wg_fitted r =
        wg_fit(f.u.p, net, f.rest, .epochs = 4, .batch = 50, .patience = 9, .hold_out = 0.25, .print = false);
    same_params(h.u.p, f.u.p);
    cr_assert_eq(r.dev, least);
    cr_assert_eq(wg_data_rows(f.rest), 400, "the set has its rows");
    cr_assert_eq(wg_data_epoch(f.rest), 4);
    wg_tensor x = wg_data_x(f.rest), all = wg_data_x(wg_data_make(f.u.c, "digits", 400));
    cr_assert(wgt_same_bits(&x, &all));
    wg_batch b;
    int64_t rows = 0;
    while (wg_data_next(f.rest, &b, 64)) rows += b.n;
    cr_assert_eq(rows, 400);
    wgt_finish(h.u.c, NULL), wgt_finish(f.u.c, NULL);
}

/* Also where the first call begins inside an epoch. */
Test(fit, two_calls_are_one)
{
    setting a = setting_new(WG_F64, 0), b = setting_new(WG_F64, 0);
    wg_batch first;
    wg_data_next(a.rest, &first, 100), wg_data_next(b.rest, &first, 100);
    a.u.o = wg_adam(a.u.p), b.u.o = wg_adam(b.u.p);
    wg_fit(a.u.p, net, a.rest, .epochs = 5, .optimizer = a.u.o, .graph = a.u.g, .print = false);
    wg_fit(b.u.p, net, b.rest, .epochs = 2, .optimizer = b.u.o, .graph = b.u.g, .print = false);
    wg_fit(b.u.p, net, b.rest, .epochs = 3, .optimizer = b.u.o, .graph = b.u.g, .print = false);
    same_params(a.u.p, b.u.p);
    wgt_finish(a.u.c, NULL), wgt_finish(b.u.c, NULL);
}

/* A call that finds the file of an earlier one goes on to the bit; one that finds the end gives the result
 * again. */
Test(fit, goes_on_from_a_file)
{
    char path[400];
    snprintf(path, sizeof path, "%s", wgt_in_folder("fit.run"));
    for (int way = 0; way < 3; way++) { /* with dev; with rows that are held out; without */
        wg_fitted r[2] = { { 0 } };
        setting s[2];
        for (int k = 0; k < 2; k++)
            for (int until = k ? 1 : 9; until < 10; until += 4) {
                if (k && until > 1) wgt_finish(s[1].u.c, NULL);
                s[k] = setting_new(WG_F32, way == 0 ? 0.3 : 0);
                r[k] = wg_fit(s[k].u.p, net, s[k].rest, .epochs = until, .batch = 50,
                              .patience = way < 2 ? 3 : 0, .dev = s[k].dev, .save = k ? path : NULL,
                              .print = false);
                cr_assert_eq(r[k].status, WG_OK, "%s", wg_message(s[k].u.c));
            }
        for (int again = 0; again < 2; again++) {
            same_params(s[0].u.p, s[1].u.p);
            cr_assert(r[0].epochs == r[1].epochs && r[0].best == r[1].best && r[0].loss == r[1].loss);
            cr_assert_eq(wgt_ulps(r[0].dev, r[1].dev), 0);
            cr_assert_eq(wg_data_epoch(s[0].rest), wg_data_epoch(s[1].rest));
            wgt_finish(s[1].u.c, NULL);
            s[1] = setting_new(WG_F32, way == 0 ? 0.3 : 0);
            r[1] = wg_fit(s[1].u.p, net, s[1].rest, .epochs = 9, .batch = 50, .patience = way < 2 ? 3 : 0,
                          .dev = s[1].dev, .save = path, .print = false);
        }
        wgt_finish(s[0].u.c, NULL), wgt_finish(s[1].u.c, NULL);
        remove(path);
    }
}

/* ---- a loss that can be followed by hand: w^2 / 2 over rows of 1, w = 1 at first, the rate 1/2 ---- */

static wg_node square(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    const double *of_dev = user; /* the loss of dev as a function of w: (w - *of_dev)^2 */
    wg_node x = wg_input(g, "x", b->x), w = wg_param(g, p, "w", WG_SCALAR, wg_const(1));
    wg_node there = of_dev && wg_graph_mode(g) == WG_EVAL ? wg_scalar(g, *of_dev) : wg_scalar(g, 0);
    wg_node y = wg_square(wg_sub(w, there));
    wg_name(wg_mean(wg_greater(x, 0)), "share");
    return wg_mul(wg_mean(x), of_dev ? y : wg_mul(0.5, y));
}

static wg_data *ones(wg_context *c)
{
    double x[4] = { 1, 1, 1, 1 };
    return wg_data_from(c, wg_view_f64(x, WG_SHAPE(4)), (wg_tensor){ 0 });
}

static double value_of(wg_params *p)
{
    wg_tensor t = wg_params_tensor(p, 0);
    return wg_tensor_item(&t, 0);
}

/* The gradient of w^2 is 2w: a step by 1/4 halves w. dev is (w - 1/8)^2, least at w = 1/8: the third
 * epoch. */
Test(fit, patience_ends_where_it_should)
{
    for (int patience = 1; patience < 4; patience++) {
        WGT_IN_WORLD(WG_F64, NULL);
        (void)g;
        double aim = 0.125;
        wg_data *d = ones(c);
        wg_fitted r = wg_fit(p, square, d, .epochs = 50, .patience = patience, .dev = d, .user = &aim,
                             .optimizer = wg_sgd(p, .lr = 0.25), .print = false);
        cr_assert_eq(r.status, WG_OK, "%s", wg_message(c));
        cr_assert_eq(r.best, 3);
        cr_assert_eq(r.epochs, 3 + patience);
        cr_assert_eq(value_of(p), 0.125);
        cr_assert_eq(r.dev, 0);
        cr_assert_eq(r.loss, 0.0625, "the loss of the third epoch, where w was 1/4");
    }
}

/* The first epoch has no dev loss that is a number: the first that has one is better than that. */
static wg_node unknown_at_first(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    wg_node y = square(g, p, b, user);
    return wg_graph_mode(g) == WG_TRAIN ? y : wg_where(wg_greater(y, 0.1), NAN, y);
}

Test(fit, any_dev_loss_is_better_than_none)
{
    WGT_IN_WORLD(WG_F64, NULL);
    (void)g;
    double aim = 0.125;
    wg_data *d = ones(c);
    wg_fitted r = wg_fit(p, unknown_at_first, d, .epochs = 6, .patience = 3, .dev = d, .user = &aim,
                         .optimizer = wg_sgd(p, .lr = 0.25), .print = false);
    cr_assert_eq(r.status, WG_OK, "%s", wg_message(c));
    cr_assert_eq(r.best, 3);
    cr_assert_eq(value_of(p), 0.125);
}

/* Without patience p is the last epoch's, and the best epoch is still said. */
Test(fit, the_best_epoch_without_patience)
{
    WGT_IN_WORLD(WG_F64, NULL);
    (void)g;
    double aim = 0.125;
    wg_data *d = ones(c);
    wg_fitted r = wg_fit(p, square, d, .epochs = 5, .dev = d, .user = &aim,
                         .optimizer = wg_sgd(p, .lr = 0.25), .print = false);
    cr_assert_eq(r.best, 3);
    cr_assert_eq(r.epochs, 5);
    cr_assert_eq(value_of(p), 1. / 32);
    cr_assert_eq(r.dev, 0.09375 * 0.09375);
}

/* The mean over a dev set of 2,500 rows, three batches of it. */
Test(fit, a_large_dev_set)
{
    WGT_IN_WORLD(WG_F64, NULL);
    (void)g;
    enum { N = 2500 };
    double *x = calloc(N, sizeof *x), sum = 0;
    for (int i = 0; i < N; i++) x[i] = i, sum += i;
    wg_data *dev = wg_data_from(c, wg_view_f64(x, WG_SHAPE(N)), (wg_tensor){ 0 });
    free(x);
    wg_fitted r = wg_fit(p, square, ones(c), .epochs = 1, .dev = dev, .optimizer = wg_sgd(p, .lr = 0.5),
                         .print = false);
    cr_assert_eq(value_of(p), 0.5);
    cr_assert(wgt_relative(r.dev, sum / N / 8) < 1e-14);
    cr_assert_eq(wg_data_epoch(dev), 0);
}

/* ---- lines ---- */

typedef struct lines {
    int n;
    char first[3][200];
} lines;

static void keep_line(void *user, const char *text)
{
    lines *l = user;
    if (l->n < 3) snprintf(l->first[l->n], sizeof l->first[0], "%s", text);
    l->n++;
}

static wg_node plain_square(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)user;
    return square(g, p, b, NULL);
}

Test(fit, lines)
{
    WGT_IN_WORLD(WG_F64, NULL);
    (void)g;
    lines l = { 0 };
    wg_data *d = ones(c);
    wg_optim *o = wg_sgd(p, .lr = 0.5);
    wg_fitted r = wg_fit(p, plain_square, d, .epochs = 12, .dev = d, .optimizer = o, .metric = "share",
                         .on_line = keep_line, .user = &l);
    cr_assert_eq(r.metric, 1);
    cr_assert_eq(r.dev_metric, 1);
    cr_assert_eq(l.n, 12);
    const char *want = "epoch  1/12  loss 0.5000  share 100.0 %  dev 100.0 %  ";
    cr_assert_eq(strncmp(l.first[0], want, strlen(want)), 0, "%s", l.first[0]);
    wg_fit(p, plain_square, d, .epochs = 2, .optimizer = o, .on_line = keep_line, .user = &l, .print = false);
    cr_assert_eq(l.n, 12, "print = false is quiet");
    wg_batch b;
    wg_data_next(d, &b, 4); /* all rows of its epoch: the next call begins with a whole one */
    l.n = 0;
    wg_fit(p, plain_square, d, .epochs = 1000, .optimizer = o, .on_line = keep_line, .user = &l);
    cr_assert_neq(strstr(l.first[0], "loss 1.863e-09  "), NULL, "%s", l.first[0]);
    cr_assert_eq(l.n, 1 + 1000 / 6 + 1, "at most about a hundred lines, with the first and the last: %d",
                 l.n);
}

/* At most ten of few lines, the first and the last among them: every third of 25, each of 5. */
Test(fit, few_lines)
{
    int of[2] = { 0 };
    for (int e = 1; e <= 25; e++) of[0] += wgx_fit_line_is_due(e, 25, true);
    for (int e = 1; e <= 5; e++) of[1] += wgx_fit_line_is_due(e, 5, true);
    cr_expect(of[0] == 10 && of[1] == 5, "%d, %d", of[0], of[1]);
}

/* ---- errors ---- */

/* The rate 5/2 gives w = 1, -3/2, 9/4, ...; beyond the largest number the step is an error. */
static wg_node steep(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    const int64_t *at = user;
    wg_node y = square(g, p, b, NULL);
    return wg_graph_mode(g) == WG_TRAIN && wgx_graph_epoch(g) + 1 >= (uint64_t)*at ? wg_mul(NAN, y) : y;
}

Test(fit, a_loss_that_is_nan)
{
    for (int patience = 0; patience < 3; patience += 2) {
        WGT_IN_WORLD(WG_F64, NULL);
        int64_t bad = 3;
        wg_data *d = ones(c);
        wg_fitted r = wg_fit(p, steep, d, .epochs = 9, .batch = 2, .patience = patience, .dev = d, .graph = g,
                             .user = &bad, .optimizer = wg_sgd(p, .lr = 0.5), .print = false);
        cr_assert_eq(r.status, WG_ERROR_VALUE);
        cr_assert_eq(r.epochs, 1);
        cr_assert_eq(value_of(p), 0.25, "the parameters of the first epoch, not %g", value_of(p));
        wgt_expect_error(
            c, WG_ERROR_VALUE,
            "fit: stopped in epoch 2 at step 1, with the parameters of epoch 1; a smaller rate may help: ");
    }
    WGT_IN_WORLD(WG_F64, NULL);
    int64_t bad = 1;
    wg_fit(p, steep, ones(c), .graph = g, .user = &bad, .print = false);
    cr_assert_eq(value_of(p), 1);
    wgt_expect_error(c, WG_ERROR_VALUE, "with the parameters that it began with");
}

static wg_node none(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    (void)g, (void)p, (void)b, (void)user;
    return wg_none;
}

static wg_node interrupts(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    if (wgx_graph_epoch(g) == 2) wg_interrupt(wg_graph_context(g));
    return square(g, p, b, user);
}

Test(fit, what_is_refused)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_data *d = ones(c);
    WGT_REFUSED(c, USE, "fit: the loss function is NULL", wg_fit(p, (wg_loss_fn)NULL, d));
    WGT_REFUSED(c, USE, "fit: the data set is NULL", wg_fit(p, square, (wg_data *)NULL));
    WGT_REFUSED(c, USE, "fit: the loss function returned no node", wg_fit(p, none, d, .print = false));
    WGT_REFUSED(c, USE, "fit: no node is called acc: write wg_name(node, \"acc\")",
                wg_fit(p, square, d, .metric = "acc"));
    WGT_REFUSED(c, VALUE, "epochs", wg_fit(p, square, d, .epochs = 0));
    WGT_REFUSED(c, VALUE, "fit: of 4 rows a share of 0.01 leaves none to measure on",
                wg_fit(p, square, d, .patience = 2, .hold_out = 0.01));
    (void)g;
}

Test(fit, an_interrupt_ends_it)
{
    WGT_IN_WORLD(WG_F64, NULL);
    (void)g;
    wg_fitted r = wg_fit(p, interrupts, ones(c), .optimizer = wg_sgd(p, .lr = 0.5), .print = false);
    cr_assert_eq(r.status, WG_ERROR_INTERRUPTED);
    cr_assert_eq(r.epochs, 2);
    cr_assert_eq(value_of(p), 0.25, "as the last step left it");
    wg_recover(c);
}

static void use(wg_context *c)
{
    wg_params *p = wg_params_new(c);
    wg_data *d = wg_data_make(c, "moons", 40);
    wg_fit(p, net, d, .epochs = 2, .batch = 20, .patience = 1, .metric = "right", .print = false);
    wg_data_copy(d);
    wg_fit(p, net, d, .epochs = 1, .dev = d, .schedule = wg_lr_cosine, .print = false);
}

Test(fit, each_allocation_fails) { wgt_each_allocation_fails(NULL, 200, use); }
