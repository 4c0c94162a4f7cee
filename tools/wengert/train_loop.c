/* train_loop.c: the steps and epochs of train. A step sets the inputs to the rows of a batch, builds the
 * program, and steps by the gradient of the loss. At the end of an epoch the held out rows are measured on a
 * graph of their own, for inference: random draws are counted by graph, so the training does not change. */
#include <stdlib.h>
#include <string.h>

#include "train.h"

enum { DEV_BATCH = 1000 };

/* ---- rows of the inputs ---- */

static size_t row_bytes(const wg_tensor *t)
{
    const int64_t n = t->shape.dim[0];
    return n ? (size_t)(wg_shape_size(t->shape) / n) * wg_dtype_size(t->dtype) : 0;
}

static bool make_room(training *t, int64_t rows)
{
    if (rows <= t->buffer_rows) return true;
    for (int i = 0; i < t->data.inputs; i++) {
        wg_free(t->m.c, t->buffer[i]);
        t->buffer[i] = wg_alloc(t->m.c, (size_t)rows, row_bytes(&t->data.input[i].rows) + 1);
    }
    t->buffer_rows = rows;
    return model_ok(&t->m);
}

/* Sets every input to n of its rows. */
static bool set_rows(training *t, const int64_t *row, int64_t n)
{
    if (!make_room(t, n)) return false;
    for (int k = 0; k < t->data.inputs; k++) {
        const column_rows *from = &t->data.input[k];
        const size_t bytes = row_bytes(&from->rows);
        char *to = t->buffer[k];
        for (int64_t i = 0; i < n; i++)
            memcpy(to + (size_t)i * bytes, (const char *)from->rows.data + (size_t)row[i] * bytes, bytes);
        wg_tensor some = from->rows;
        some.data = to;
        some.shape.dim[0] = n;
        wg_program_set(t->m.q, from->input, some);
    }
    return model_ok(&t->m);
}

static bool build(training *t, const int64_t *row, int64_t n, bool dev, wg_node node[MEASURES])
{
    if (!set_rows(t, row, n)) return false;
    wg_program_build(t->m.q, dev ? t->of_dev : t->m.g, t->m.p, dev ? WG_EVAL : t->mode);
    if (!model_ok(&t->m)) return false;
    train_nodes(t, node);
    return true;
}

bool train_values(training *t, const int64_t *row, int64_t n, const char *name, int64_t wide, double *to)
{
    wg_graph *g = t->of_dev ? t->of_dev : t->m.g;
    for (int64_t at = 0; at < n;) {
        const int64_t k = n - at < DEV_BATCH ? n - at : DEV_BATCH;
        if (!set_rows(t, row + at, k)) return false;
        wg_program_build(t->m.q, g, t->m.p, WG_EVAL);
        if (!model_ok(&t->m)) return false;
        const wg_tensor v = wg_value_at("", wg_program_node(t->m.q, name));
        if (!model_ok(&t->m)) return false;
        const int64_t size = wg_shape_size(v.shape);
        if (size != k * wide)
            return model_fail(&t->m, EXIT_TEXT,
                              "%s: %s has %lld numbers for %lld rows, and %lld were expected",
                              model_place(&t->m), name, (long long)size, (long long)k, (long long)(k * wide));
        for (int64_t i = 0; i < size; i++) *to++ = wg_tensor_item(&v, i);
        at += k;
    }
    return true;
}

bool train_try(training *t)
{
    const int64_t rows = wg_data_rows(t->rows);
    const wg_tensor all = wg_data_x(t->rows);
    if (!set_rows(t, all.data, rows < 8 ? rows : 8)) return false;
    wg_program_build(t->m.q, t->m.g, t->m.p, WG_TRAIN);
    if (!model_ok(&t->m)) return false;
    for (int i = 0; i < wg_params_count(t->m.p); i++)
        if (!wg_params_is_state(t->m.p, i)) return true;
    return model_fail(
        &t->m, EXIT_TEXT,
        "%s: there is nothing to train: the program has no parameters; write W = param(64, 10), "
        "w = param(init=1), or h = dense(x, 10)",
        model_place(&t->m));
}

/* ---- steps ---- */

/* Whether this process, or another of the group, was asked to stop: the same in all of them, from one batch
 * to the next. */
static bool is_stopped(const training *t) { return wgx_group_stop(t->all, check_interrupted()); }

/* Whether the minimum is found, or no smaller value: twice the search of a step found none. */
static bool is_at_end(training *t, double loss)
{
    t->gradient = wg_params_grad_norm_at("", t->m.p);
    t->unchanged = t->step && loss >= t->least ? t->unchanged + 1 : 0;
    if (!t->step || loss < t->least) t->least = loss;
    const bool searches = !strcmp(t->choice.name, "lbfgs");
    t->end = t->gradient <= t->tolerance ? CONVERGED : searches && t->unchanged > 2 ? STUCK : GOING;
    return t->end != GOING;
}

/* The gradient and the measures of the batch, shard by shard. */
static bool differentiate(training *t, const wg_batch *b)
{
    wg_node node[MEASURES];
    wg_batch part;
    while (wg_group_next_at("", t->all, b, &part)) {
        if (!build(t, part.x.data, part.n, false, node)) return false;
        for (int i = 1; i < t->measures; i++) wg_keep(node[i]);
        wg_backward_at("", node[0], t->m.p);
        for (int i = 0; i < t->measures && !wg_failed(t->m.c); i++)
            wg_group_note(t->all, i, wg_item(node[i]));
    }
    return model_ok(&t->m);
}

static bool step(training *t, const wg_batch *b)
{
    const double lr = train_rate(t);
    if (!differentiate(t, b)) return false;
    const double loss = wg_group_mean(t->all, 0);
    for (int i = 0; i < t->measures; i++) wg_mean_add(&t->mean[i], wg_group_mean(t->all, i), (double)b->n);
    if (!train_path_add(t, loss)) return false;
    if (t->minimizes && is_at_end(t, loss)) return true;
    if (t->choice.schedule) wg_optim_set_lr_at("", t->optim, lr);
    wg_optim_step_at("", t->optim);
    if (!model_ok(&t->m)) return false;
    t->step++;
    t->rows_done += b->n;
    return true;
}

/* The measures of every batch of the held out rows, which the processes share out in turn; value has 0 for
 * those of others. The draws of a batch depend on its number. */
static bool measure_batches(training *t, double *value)
{
    wg_node node[MEASURES];
    const int64_t *row = wg_data_x(t->dev).data, all = wg_data_rows(t->dev);
    const int size = wg_group_size(t->all);
    const uint64_t epoch = wgx_graph_epoch(t->of_dev);
    int64_t k = 0;
    for (int64_t at = 0; at < all; at += DEV_BATCH, k++, value += MEASURES) {
        const int64_t n = all - at < DEV_BATCH ? all - at : DEV_BATCH;
        if (k % size != wg_group_rank(t->all)) continue;
        if (size > 1) wgx_graph_set_epoch(t->of_dev, epoch + (uint64_t)k);
        if (!build(t, row + at, n, true, node)) return false;
        for (int i = 0; i < t->measures; i++) value[i] = wg_item(node[i]);
    }
    if (size > 1) wgx_graph_set_epoch(t->of_dev, epoch + (uint64_t)k);
    return model_ok(&t->m);
}

static bool measure_dev(void *user, double *loss)
{
    training *t = user;
    wg_mean mean[MEASURES] = { 0 };
    const int64_t all = wg_data_rows(t->dev), batches = (all + DEV_BATCH - 1) / DEV_BATCH;
    double *value = wg_alloc(t->m.c, (size_t)batches * MEASURES, sizeof *value);
    if (value && measure_batches(t, value)) wg_group_sum_at("", t->all, value, (size_t)batches * MEASURES);
    for (int64_t k = 0; value && k < batches; k++) {
        const int64_t n = k < batches - 1 ? DEV_BATCH : all - k * DEV_BATCH;
        for (int i = 0; i < t->measures; i++) wg_mean_add(&mean[i], value[k * MEASURES + i], (double)n);
    }
    wg_free(t->m.c, value);
    for (int i = 0; i < t->measures; i++) t->now.dev.value[i] = mean[i].value;
    *loss = mean[0].value;
    return model_ok(&t->m);
}

/* ---- epochs ---- */

bool train_done(const training *t) { return t->end != GOING || !wgx_fit_goes_on(&t->loop); }

static wgx_fit_turn turn(void *user)
{
    training *t = user;
    wg_batch b;
    if (is_stopped(t)) return WG_FIT_STOP;
    if (!wg_data_next_at("", t->rows, &b, t->batch)) return model_ok(&t->m) ? WG_FIT_EPOCH : WG_FIT_STOP;
    if (!step(t, &b)) return WG_FIT_STOP;
    train_line(t, NULL);
    return train_save(t, false) ? WG_FIT_STEP : WG_FIT_STOP;
}

static bool end_epoch(void *user)
{
    training *t = user;
    epoch_record *r = &t->now;
    r->epoch = t->loop.epoch, r->lr = wg_optim_lr(t->optim);
    for (int i = 0; i < t->measures; i++) r->train.value[i] = t->mean[i].value;
    memset(t->mean, 0, sizeof t->mean);
    wg_snapshot_free(t->last);
    t->last = t->loop.kept ? NULL : wg_params_snapshot_at("", t->m.p);
    r->seconds = tool_now() - t->epoch_began;
    t->epoch_began = tool_now();
    train_line(t, r);
    return model_ok(&t->m) && train_record(t, r) && train_save(t, train_done(t)) && t->end == GOING;
}

bool train_again(training *t, wg_data *rows, int64_t epochs)
{
    wg_batch b;
    t->m.p = wg_params_new(t->m.c);
    t->optim = wg_optim_named_at("", t->m.p, t->choice.name, t->choice.setting, t->choice.settings);
    t->batch = t->batch < wg_data_rows(rows) ? t->batch : wg_data_rows(rows);
    t->step = 0, t->steps = epochs * ((wg_data_rows(rows) + t->batch - 1) / t->batch);
    for (int64_t e = 0; e < epochs && model_ok(&t->m); e++) {
        while (!is_stopped(t) && wg_data_next_at("", rows, &b, t->batch))
            if (!step(t, &b)) return false;
        if (is_stopped(t)) return false;
    }
    return model_ok(&t->m);
}

/* Where the parameters are in the end. */
static bool last_of_path(training *t)
{
    wg_node node[MEASURES];
    const wg_tensor rows = wg_data_x(t->rows);
    return build(t, rows.data, wg_data_rows(t->rows), false, node) && train_path_add(t, wg_item(node[0]));
}

bool train_epochs(training *t)
{
    t->began = t->epoch_began = tool_now();
    t->save_next = t->began + 1;
    t->loop.step = turn, t->loop.measure = t->dev ? measure_dev : NULL, t->loop.ended = end_epoch;
    t->loop.user = t, t->loop.p = t->m.p;
    wgx_fit_run_at("", &t->loop);
    train_erase(t);
    if (!model_ok(&t->m)) {
        tool_meet(t->m.c, t->m.status);
        if (t->leads) train_keep_last(t);
        return false;
    }
    const bool done = train_done(t);
    if (done && t->path.count && t->end == GOING) return last_of_path(t) && train_save(t, true);
    if (!done) train_save(t, true);
    return done;
}
