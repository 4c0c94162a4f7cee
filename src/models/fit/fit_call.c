/* fit_call.c: wg_fit, a training in one call. It is the loop that users write, with the epochs counted and
 * judged by fit_loop.c. */
#include "wengert/fit.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "data/dataset.h"
#include "wengert/grad.h"
#include "wengert/state.h"
#include "wgx/fit.h"

enum { DEV_ROWS = 1000, MEASURES = 2 }; /* the loss and the metric */

typedef struct fitting {
    wg_site here;
    wg_context *c;
    wg_params *p;
    wg_loss_fn loss;
    const wg_fit_opts *o;
    wg_data *d, *dev; /* the rows of the steps, and those that are held out; NULL: none are */
    wg_graph *g, *of_dev;
    wg_optim *optim;
    double lr;
    int64_t step, steps, before; /* of the call; made in earlier epochs */
    int64_t rows, done;          /* of an epoch; those that were trained on */
    int measures;
    bool is_share;
    wg_mean mean[MEASURES];
    double now[2 * MEASURES]; /* of the last epoch: of the steps, then of dev */
    double began;
    wgx_fit_loop loop;
    wg_fitted result;
    int64_t counts[3]; /* epoch, best, step, as the file of .save has them */
    double numbers[5]; /* likewise: least, and the means of the result */
} fitting;

static bool ok(const fitting *f) { return !wg_failed(f->c); }

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- steps ---- */

/* The node that the loss function has named as the metric. */
static wg_node metric_of(fitting *f, const wg_graph *g)
{
    for (int64_t i = wg_graph_nodes(g) - 1; i > 0; i--) {
        const wg_node n = wg_graph_node(g, i);
        if (!strcmp(wg_node_name(n), f->o->metric)) return n;
    }
    wg_fail(f->c, f->here, WG_ERROR_USE,
            "fit: no node is called %s: write wg_name(node, \"%s\") in the loss function", f->o->metric,
            f->o->metric);
    return wg_none;
}

static bool build(fitting *f, wg_graph *g, wg_mode mode, const wg_batch *b, wg_node node[MEASURES])
{
    wg_begin(g, mode);
    node[0] = ok(f) ? f->loss(g, f->p, b, f->o->user) : wg_none;
    if (ok(f) && !wg_node_ok(node[0]))
        wg_fail(f->c, f->here, WG_ERROR_USE, "fit: the loss function returned no node");
    if (ok(f) && f->measures > 1) node[1] = metric_of(f, g);
    if (ok(f) && f->measures > 1 && !f->step) f->is_share = wgx_fit_is_share(node[1]);
    return ok(f);
}

static bool train(fitting *f, const wg_batch *b)
{
    wg_node node[MEASURES];
    if (f->o->schedule)
        wg_optim_set_lr_at(f->here, f->optim, f->o->schedule(f->lr, (double)f->step, (double)f->steps));
    if (!build(f, f->g, WG_TRAIN, b, node)) return false;
    /* Now the parameters are there, and the states as before the first step. */
    if (f->loop.kept && !f->step) wg_params_copy_at(f->here, f->loop.kept, f->p);
    for (int i = 1; i < f->measures; i++) wg_keep_at(f->here, node[i]);
    wg_backward_at(f->here, node[0], f->p);
    for (int i = 0; i < f->measures; i++)
        wg_mean_add(&f->mean[i], wg_item_at(f->here, node[i]), (double)b->n);
    wg_optim_step_at(f->here, f->optim);
    f->step++, f->done += b->n;
    return ok(f);
}

static wgx_fit_turn step(void *user)
{
    fitting *f = user;
    wg_batch b;
    if (wg_data_next_at(f->here, f->d, &b, f->o->batch)) return train(f, &b) ? WG_FIT_STEP : WG_FIT_STOP;
    return ok(f) ? WG_FIT_EPOCH : WG_FIT_STOP;
}

/* ---- ends of epochs ---- */

static wg_tensor rows_of(wg_tensor t, int64_t at, int64_t n)
{
    if (!t.data) return t;
    const size_t bytes = wg_dtype_size(t.dtype);
    t.shape.dim[0] = 1;
    t.data = (char *)t.data + (size_t)(at * wg_shape_size(t.shape)) * bytes;
    t.shape.dim[0] = n;
    return t;
}

static bool measure(void *user, double *dev)
{
    fitting *f = user;
    wg_mean mean[MEASURES] = { 0 };
    wg_node node[MEASURES];
    const int64_t rows = wg_data_rows(f->dev);
    for (int64_t at = 0; at < rows; at += DEV_ROWS) {
        const int64_t n = rows - at < DEV_ROWS ? rows - at : DEV_ROWS;
        const wg_batch b = { rows_of(wg_data_x(f->dev), at, n), rows_of(wg_data_y(f->dev), at, n), n };
        if (!build(f, f->of_dev, WG_EVAL, &b, node)) return false;
        for (int i = 0; i < f->measures; i++) wg_mean_add(&mean[i], wg_item_at(f->here, node[i]), (double)n);
    }
    for (int i = 0; i < f->measures; i++) f->now[MEASURES + i] = mean[i].value;
    *dev = mean[0].value;
    return ok(f);
}

static void say(fitting *f)
{
    char text[WG_FIT_LINE];
    const int64_t epoch = f->loop.epoch;
    if (!f->o->print || !wgx_fit_line_is_due(epoch, f->o->epochs, false)) return;
    wgx_fit_line l = { .word = "epoch", .epoch = epoch, .epochs = f->o->epochs, .measures = f->measures };
    l.name[0] = "loss", l.name[1] = f->o->metric, l.is_share[1] = f->is_share;
    for (int i = 0; i < f->measures; i++) l.value[i] = f->now[i];
    l.has_dev = f->dev != NULL, l.dev = f->now[MEASURES + f->measures - 1];
    l.rows = (double)f->done, l.seconds = seconds_now() - f->began;
    l.left = (double)(f->steps - f->step) / (double)f->steps * (double)f->o->epochs * (double)f->rows;
    wgx_fit_line_text(&l, text, sizeof text);
    if (f->o->on_line) f->o->on_line(f->o->user, text);
    else fprintf(stderr, "%s\n", text);
}

/* What a file of wg_save has beside parameters, optimizers and data; they are written from and read to
 * there. */
static void keep_counts(fitting *f, bool read)
{
    int64_t *const count[] = { &f->loop.epoch, &f->loop.best, &f->step };
    double *const number[] = { &f->loop.least, &f->result.loss, &f->result.dev, &f->result.metric,
                               &f->result.dev_metric };
    for (int i = 0; i < 3; i++) *(read ? count[i] : &f->counts[i]) = *(read ? &f->counts[i] : count[i]);
    for (int i = 0; i < 5; i++) *(read ? number[i] : &f->numbers[i]) = *(read ? &f->numbers[i] : number[i]);
}

static void go_on(fitting *f)
{
    wg_save_with_at(f->here, f->c, "fit.counts", wg_view_i64(f->counts, WG_SHAPE(3)), NULL);
    wg_save_with_at(f->here, f->c, "fit.numbers", wg_view_f64(f->numbers, WG_SHAPE(5)), NULL);
    if (!wg_resume_at(f->here, f->c, f->o->save)) return;
    const int64_t most = INT64_C(1) << 53, *n = f->counts;
    if (n[0] < 0 || n[0] > most || n[1] < 0 || n[1] > n[0] || n[2] < 0 || n[2] > most) {
        wg_fail(f->c, f->here, WG_ERROR_FORMAT, "fit: %s: no training ends in epoch %lld at step %lld",
                f->o->save, (long long)n[0], (long long)n[2]);
        return;
    }
    keep_counts(f, true);
    f->result.epochs = f->loop.epoch, f->result.best = f->dev ? f->loop.best : f->loop.epoch,
    f->before = f->step;
}

static bool ended(void *user)
{
    fitting *f = user;
    wg_fitted *r = &f->result;
    for (int i = 0; i < MEASURES; i++) f->now[i] = i < f->measures ? f->mean[i].value : NAN;
    memset(f->mean, 0, sizeof f->mean);
    f->before = f->step;
    r->epochs = f->loop.epoch;
    if (!f->dev) r->best = r->epochs;
    else r->best = f->loop.best;
    if (!f->o->patience || r->best == r->epochs)
        r->loss = f->now[0], r->metric = f->now[1], r->dev = f->now[2], r->dev_metric = f->now[3];
    if (!f->o->patience && wg_params_copy_at(f->here, f->loop.kept, f->p)) return false;
    say(f);
    keep_counts(f, false);
    if (f->o->save) wg_save_at(f->here, f->c, f->o->save);
    return ok(f);
}

/* ---- the call ---- */

/* With patience and without dev: a copy of d, split. Its epochs are counted on from those of d. */
static bool hold_out(fitting *f, wg_data *d)
{
    f->d = wg_data_copy_at(f->here, d);
    if (!f->d) return false;
    f->dev = wg_data_split_at(f->here, f->d, f->o->hold_out);
    if (ok(f) && (!wg_data_rows(f->dev) || !wg_data_rows(f->d)))
        wg_fail(f->c, f->here, WG_ERROR_VALUE, "fit: of %lld rows a share of %g leaves none %s",
                (long long)d->now.rows, f->o->hold_out, wg_data_rows(f->d) ? "to measure on" : "to train on");
    return ok(f);
}

static bool open(fitting *f, wg_data *d)
{
    const wg_fit_opts *o = f->o;
    f->d = d, f->dev = o->dev;
    if (o->patience && !o->dev && !hold_out(f, d)) return false;
    wg_batch end;
    if (d == f->d && d->now.at == d->now.rows)
        wg_data_next_at(f->here, d, &end, 1); /* nothing is left of its epoch */
    f->g = o->graph ? o->graph : wg_graph_new(f->c);
    if (f->dev) f->of_dev = wg_graph_new(f->c);
    f->optim = o->optimizer;
    if (!f->optim) f->optim = wg_adam_at(f->here, f->p, &WG_OPTS(wg_adam_opts));
    f->loop = (wgx_fit_loop){ .step = step,
                              .measure = f->dev ? measure : NULL,
                              .ended = ended,
                              .user = f,
                              .epochs = o->epochs,
                              .patience = o->patience,
                              .p = f->p };
    f->loop.kept = wg_params_new(f->c);
    if (!ok(f)) return false;
    f->lr = wg_optim_lr(f->optim), f->measures = o->metric ? 2 : 1;
    f->rows = wg_data_rows(f->d);
    f->steps = o->epochs * (f->rows / o->batch + (f->rows % o->batch != 0));
    f->began = seconds_now();
    if (o->save) go_on(f);
    return ok(f);
}

/* After a number that was NaN or infinite the parameters are set back. */
static void mend(fitting *f)
{
    char why[400];
    const char *message = wg_message(f->c), *text = strstr(message, ": ");
    snprintf(why, sizeof why, "%s", text ? text + 2 : message);
    const int64_t kept = f->o->patience ? f->loop.best : f->loop.epoch;
    if (wg_failed(f->c) != WG_ERROR_VALUE || !f->loop.kept || !f->step) return;
    wg_recover(f->c);
    wg_params_copy_at(f->here, f->p, f->loop.kept);
    if (!ok(f)) return;
    const bool rate = strstr(why, "NaN") || strstr(why, "nan") || strstr(why, "inf");
    char of[60] = "the parameters that it began with";
    if (kept) snprintf(of, sizeof of, "the parameters of epoch %lld", (long long)kept);
    wg_fail(f->c, f->here, WG_ERROR_VALUE, "fit: stopped in epoch %lld at step %lld, with %s%s: %s",
            (long long)f->loop.epoch + 1, (long long)(f->step - f->before), of,
            rate ? "; a smaller rate may help" : "", why);
}

static void close(fitting *f, wg_data *d)
{
    if (f->o->schedule && f->steps) wg_optim_set_lr_at(f->here, f->optim, f->lr); /* after an error, too */
    if (f->o->save) wg_save_end(f->c, "fit.counts"), wg_save_end(f->c, "fit.numbers");
    if (f->optim != f->o->optimizer) wg_optim_free(f->optim);
    if (f->g != f->o->graph) wg_graph_free(f->g);
    wg_graph_free(f->of_dev);
    if (f->loop.kept) wg_params_free(f->loop.kept);
    if (f->d == d) return;
    d->now.epoch += f->loop.epoch, d->now.running = d->now.at = 0;
    wg_data_free(f->dev);
    wg_data_free(f->d);
}

/* Whether all that the call needs is there, and of one context. */
static bool is_whole(wg_site here, wg_params *p, wg_loss_fn loss, const wg_data *d, const wg_fit_opts *o)
{
    wg_context *c = p ? wg_params_context(p) : d ? d->c : NULL;
    const char *missing = !p      ? "the set of parameters"
                          : !loss ? "the loss function"
                          : !d    ? "the data set"
                                  : NULL;
    if (missing) return wg_fail(c, here, WG_ERROR_USE, "fit: %s is NULL", missing), false;
    if (wg_failed(c) || !wg_options_fit(c, here, "fit", wg_fit_opts_rows(), o)) return false;
    const bool other =
        d->c != c || (o->dev && o->dev->c != c) || (o->graph && wg_graph_context(o->graph) != c);
    if (other) wg_fail(c, here, WG_ERROR_USE, "fit: data, graph and parameters are of different contexts");
    else if (!d->now.rows || (o->dev && !o->dev->now.rows))
        wg_fail(c, here, WG_ERROR_VALUE, "fit: %s has no rows", d->now.rows ? "dev" : "the data set");
    return !wg_failed(c);
}

wg_fitted wg_fit_at(wg_site here, wg_params *p, wg_loss_fn loss, wg_data *d, const wg_fit_opts *o)
{
    WG_OPTIONS_FILL(wg_fit_opts, o);
    fitting f = { .here = here, .p = p, .loss = loss, .o = o };
    f.result = (wg_fitted){ .loss = NAN, .dev = NAN, .metric = NAN, .dev_metric = NAN };
    for (int i = 0; i < 2 * MEASURES; i++) f.now[i] = NAN;
    const bool whole = is_whole(here, p, loss, d, o);
    f.c = p ? wg_params_context(p) : d ? d->c : NULL;
    if (whole) {
        if (open(&f, d) && !wgx_fit_run_at(here, &f.loop)) mend(&f);
        else if (!wg_failed(f.c) && o->patience) wg_params_copy_at(here, p, f.loop.kept);
        close(&f, d);
    }
    f.result.status = f.c ? wg_failed(f.c) : WG_ERROR_USE;
    return f.result;
}

WG_OPTION_ROWS(wg_fit_opts)
