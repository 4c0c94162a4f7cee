/* test_sequences.c: random sequences of public calls that train a small net: two graphs that are kept or
 * built again, gradients of the whole set and of parts, two optimizers and their groups, parameters that
 * hold still, wg_fit, batches in shards, averages, files, reads, calls that fail late. After each call
 * parameters, gradients, states and what was read are those of sequence_model.h. Each sequence runs twice,
 * the second time in another way of running: the bits are the same after each call.
 *
 * Programs repeat themselves, and so do these: a few calls are drawn, and made several times. Ops of the
 * user's own have rules that read a variable, which changes from step to step.
 *
 * WG_SEED chooses the sequences, WG_SEQUENCES how many; WG_SEQUENCE=number is the first. A sequence that
 * fails is made shorter, and printed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sequence_world.h"
#include "wengert/fit.h"
#include "wgfiles.h"
#include "wgtest.h"

/* ---- calls ---- */

typedef struct call {
    int what, graph;
    uint64_t draw, data; /* seeds: of what the call is, and of its numbers */
} call;

static model_optim *draw_stepper(world *w, wgt_random *r) { return &w->m.o[w->o[1] && wgt_below(r, 2)]; }

static void take_gradient(world *w, int q, set_of p, bool add)
{
    net *s = &w->net[q];
    if (!model_reaches(&w->m, &s->b, p.lo, p.hi)) return;
    world_say(w, "    backward%s(loss%d, %s)\n", add ? "_add" : "", q, p.name);
    if (add ? wg_backward_add(s->loss, p.p) : wg_backward(s->loss, p.p)) world_wrong(w, "backward fails");
    world_evaluation_done(w, q);
    s->read = true;
    world_set_factors(s->how, &s->b);
    model_backward(&w->m, &s->b, p.lo, p.hi, add);
}

static void call_begin(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    world_draw_structure(s, r);
    world_draw_numbers(w, s);
    if (wgt_below(r, 2)) world_new_factor(w, q);
    world_say(w, "    begin(g%d): %d examples, terms %u, %s%s%s, factor %g\n", q, s->b.n, s->b.terms,
              own_names[s->how], s->kept ? ", u kept" : "", s->has_state ? ", a state" : "", own_factor);
    world_build(w, q);
}

static void call_backward(world *w, int q, wgt_random *r)
{
    const set_of p = world_draw_set(w, r);
    take_gradient(w, q, p, wgt_below(r, 4) == 0);
}

static void call_step(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    const bool fresh = o->fresh;
    const wg_status s = wg_optim_step(w->o[o - w->m.o]);
    world_say(w, "    step(o%d)%s\n", (int)(o - w->m.o), fresh ? "" : ": an error");
    if ((s == WG_OK) != fresh) world_wrong(w, fresh ? "a step fails" : "a step without gradients succeeds");
    wg_recover(w->c);
    if (fresh) model_step(&w->m, o), w->version++;
}

static void call_clip(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    const double norm = model_norm(&w->m, o);
    if (!o->fresh || norm == 0) return;
    world_say(w, "    clip_norm(o%d, %.17g)\n", (int)(o - w->m.o), norm / 2);
    world_expect(w, wg_optim_clip_norm(w->o[o - w->m.o], norm / 2), norm, "a norm", 0);
    for (int i = o->lo; i < o->hi; i++)
        for (int k = 0; k < model_numbers[i]; k++) w->m.g.at[i][k] /= 2;
}

static void call_clip_value(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    if (!o->fresh) return;
    world_say(w, "    clip_value(o%d, 0.02)\n", (int)(o - w->m.o));
    if (wg_optim_clip_value(w->o[o - w->m.o], 0.02)) world_wrong(w, "clip_value fails");
    model_clip(&w->m, o, 0.02);
}

static void call_read(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    const bool loss = wgt_below(r, 2);
    world_say(w, "    value(%s%d)\n", loss ? "loss" : "u", q);
    world_read(w, s, loss ? s->loss : s->u, loss ? s->read : s->kept,
               loss ? &s->loss_then : &s->u_then[0][0]);
    if (loss && !s->unsure) s->read |= !world_is_stale(w, s);
}

static void call_hold(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    held *h = &w->held[wgt_below(r, HELD)];
    wgx_release(h->h);
    h->h = NULL;
    if (s->unsure || world_is_stale(w, s)) return;
    if (!s->open) world_open_evaluation(w, s);
    world_say(w, "    hold(u%d)\n", q);
    h->h = wgx_hold(s->u, &h->t);
    if (!h->h) world_wrong(w, "hold fails");
    for (int64_t i = 0; h->h && i < wg_shape_size(h->t.shape); i++) {
        h->was[i] = wg_tensor_item(&h->t, i);
        world_expect(w, h->was[i], s->u_then[i / OUT][i % OUT], "a held value", (int)i);
    }
}

static void call_numbers(world *w, int q, wgt_random *r)
{
    if (wgt_below(r, 2)) world_new_factor(w, q);
    world_new_numbers(w, &w->net[q]);
    world_say(w, "    input_set(g%d), factor %g\n", q, own_factor);
}

static void call_rate(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    o->lr *= wgt_uniform(&w->data, 0.6, 1.3);
    world_say(w, "    set_lr(o%d, %g)\n", (int)(o - w->m.o), o->lr);
    wg_optim_set_lr(w->o[o - w->m.o], o->lr);
}

static void call_scale(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    const int i = o->lo + (int)wgt_below(r, o->hi - o->lo);
    if (i == TABLE) return; /* it may be lazy, which a group decides, too */
    o->scale[i] = wgt_uniform(&w->data, 0.5, 1.5);
    world_say(w, "    group(o%d, %s, %g)\n", (int)(o - w->m.o), world_names[i], o->scale[i]);
    wg_optim_group(w->o[o - w->m.o], world_name_for(o, i), .lr_scale = o->scale[i]);
}

static void call_commit(world *w, int q, wgt_random *r)
{
    (void)r;
    world_say(w, "    commit(g%d)\n", q);
    if (wg_commit(w->net[q].g)) world_wrong(w, "commit fails");
    world_evaluation_done(w, q);
}

/* H v, which the model does not know: it is the same in every way. */
static void call_hvp(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    double v[PARAMS * MOST_NUMBERS];
    const size_t n = wg_params_size(w->p);
    (void)r;
    if (s->unsure || world_is_stale(w, s)) return;
    if (!s->open) world_open_evaluation(w, s);
    world_say(w, "    params_hvp(p, loss%d)\n", q);
    for (size_t i = 0; i < n; i++) v[i] = wgt_uniform(&w->data, -1, 1);
    if (wg_params_hvp(w->p, s->loss, v, v)) world_wrong(w, "params_hvp fails");
    for (size_t i = 0; i < n; i++) world_add_bits(w, v[i]);
}

/* An error while a graph is built: what is called then does nothing. */
static void call_mistake(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    world_say(w, "    a wrong product in g%d, backward, step\n", q);
    wg_matmul(s->u, s->u);
    if (!wg_failed(w->c)) world_wrong(w, "no error");
    if (wgt_below(r, 2)) wg_backward(s->loss, w->p);
    if (wgt_below(r, 2)) wg_optim_step(w->o[0]);
    wg_recover(w->c);
}

/* ---- calls that fail ---- */

typedef enum failure { BAD_ROW, INTERRUPT, EXTERN, FAILURES } failure;

static void fail_with(world *w, net *s, failure f, set_of p, bool add)
{
    int32_t row[EXAMPLES];
    world_new_numbers(w, s); /* so that there is something to be computed, which an interrupt ends */
    memcpy(row, s->b.row[0], sizeof row);
    row[wgt_below(&w->data, s->b.n)] = 9;
    if (f == BAD_ROW) wg_input_set(s->row, wg_view_i32(row, WG_SHAPE(s->b.n)));
    if (f == INTERRUPT) wg_interrupt(w->c);
    own_fails = f == EXTERN;
    const wg_status status = add ? wg_backward_add(s->loss, p.p) : wg_backward(s->loss, p.p);
    own_fails = false;
    const wg_status want = f == BAD_ROW ? WG_ERROR_VALUE : f == EXTERN ? WG_ERROR_USER : WG_ERROR_INTERRUPTED;
    if (status != want) world_wrong(w, "status %d for %d", status, want);
    wg_recover(w->c);
    s->unsure = true;
    if (f == BAD_ROW) world_new_numbers(w, s);
}

static void call_failing(world *w, int q, wgt_random *r)
{
    static const char *const how[FAILURES] = { "a row that is not there", "an interrupt",
                                               "a function that fails" };
    net *s = &w->net[q];
    /* Which other gradients an optimizer of all loses with a part is not said. */
    const set_of any = world_draw_set(w, r), p = w->o[1] ? any : world_whole(w);
    failure f = (failure)wgt_below(r, FAILURES);
    const bool add = wgt_below(r, 2);
    if (f == EXTERN && s->how != OWN_EXTERN) f = INTERRUPT;
    if (!model_reaches(&w->m, &s->b, p.lo, p.hi)) return;
    world_say(w, "    backward%s(loss%d, %s), with %s\n", add ? "_add" : "", q, p.name, how[f]);
    fail_with(w, s, f, p, add);
    if (!add) model_lost(&w->m, p.lo, p.hi);
}

/* A call that fails, by an infinite gradient, a file or an interrupt, has done nothing. */
static void call_late(world *w, int q, wgt_random *r)
{
    model_optim *o = draw_stepper(w, r);
    const int k = (int)(o - w->m.o), i = o->lo + (int)wgt_below(r, o->hi - o->lo);
    /* A lazy step does not read the rows that it leaves. */
    const bool is_read = o->fresh && !w->m.frozen[i] && (i != TABLE || w->m.dense || w->m.touched[0]);
    const wg_tensor t =
        is_read ? wg_params_grad(w->p, wg_params_find(w->p, world_names[i])) : (wg_tensor){ 0 };
    const int64_t kind = wgt_below(r, 6);
    wg_status status = WG_ERROR_VALUE;
    world_say(w, "    call %d that fails, of o%d and g%d\n", (int)kind, k, q);
    if (kind == 0 && t.data) {
        const size_t size = wg_dtype_size(w->dtype);
        const double was = wg_tensor_item(&t, 0), inf = INFINITY;
        const float was_f = (float)was, inf_f = INFINITY;
        memcpy(t.data, w->dtype == WG_F64 ? (const void *)&inf : &inf_f, size);
        status = wg_optim_step(w->o[k]);
        memcpy(t.data, w->dtype == WG_F64 ? (const void *)&was : &was_f, size);
    } else if (kind == 1) {
        const char *path = wgt_in_folder("other.run");
        wgt_save(path, "{}", 2);
        wg_resume(w->c, path);
        status = wg_failed(w->c);
    } else if (kind > 1) {
        wg_interrupt(w->c);
        if (kind == 2 && o->fresh) wg_optim_step(w->o[k]);
        if (kind == 3 && o->fresh) wg_optim_clip_value(w->o[k], 1e-3);
        if (kind == 4) wg_average_step(w->average);
        if (kind == 5) wg_save(w->c, wgt_in_folder("sequence.run"));
        status = wg_failed(w->c);
        if (!status && kind == 2 && o->fresh) model_step(&w->m, o), w->version++;
        if (!status && kind == 3 && o->fresh) model_clip(&w->m, o, 1e-3);
        if (!status && kind == 4) world_average(w);
    }
    if (!status && kind < 2) world_wrong(w, "no error");
    wg_recover(w->c);
}

/* ---- calls on parameters and optimizers ---- */

static void call_set(world *w, int q, wgt_random *r)
{
    const int first = (int)wgt_below(r, PARAMS), last = wgt_below(r, 2) ? first + 1 : PARAMS;
    double all[PARAMS * MOST_NUMBERS];
    (void)q;
    world_say(w, "    set(%s%s)\n", world_names[first], last > first + 1 ? " and all behind it" : "");
    for (int i = first; i < last; i++)
        for (int k = 0; k < model_numbers[i]; k++) w->m.p.at[i][k] = (float)wgt_uniform(&w->data, -0.6, 0.6);
    for (int i = 0, at = 0; i < PARAMS; at += model_numbers[i++])
        memcpy(all + at, w->m.p.at[i], (size_t)model_numbers[i] * sizeof *all);
    if (last == first + 1)
        wg_params_assign(w->p, world_names[first], w->m.p.at[first], (size_t)model_numbers[first]);
    else if (w->dtype == WG_F64) wg_params_set(w->p, all);
    else
        for (int i = first; i < last; i++)
            wg_params_assign(w->p, world_names[i], w->m.p.at[i], (size_t)model_numbers[i]);
    w->version++;
}

/* By a name or a pattern, of the whole set or of the part of a. */
static void call_freeze(world *w, int q, wgt_random *r)
{
    static const struct {
        const char *pattern;
        bool of_part;
        int lo, hi;
    } how[] = { { "a.table", false, TABLE, TABLE + 1 }, { "W", true, WEIGHT, WEIGHT + 1 },
                { "b.*", false, FIRST_OF_B, PARAMS },   { "*", true, TABLE, FIRST_OF_B },
                { "?.V", false, SECOND, SECOND + 1 },   { "*", false, 0, PARAMS } };
    const int64_t k = wgt_below(r, 6);
    const bool on = k < 5 && wgt_below(r, 2);
    (void)q;
    world_say(w, "    freeze(%s, %s, %s)\n", how[k].of_part ? "a" : "p", how[k].pattern,
              on ? "true" : "false");
    wg_params_freeze(how[k].of_part ? w->part[0] : w->p, how[k].pattern, on);
    for (int i = how[k].lo; i < how[k].hi; i++) {
        if (on) w->m.reached[i] = false;
        w->m.frozen[i] = on;
    }
}

/* Whether a new optimizer may use gradients that the old one has used nobody says: new ones come. */
static void call_new_optim(world *w, int q, wgt_random *r)
{
    model_optim *o = draw_stepper(w, r);
    const int k = (int)(o - w->m.o);
    if (!model_reaches(&w->m, &w->net[q].b, 0, PARAMS)) return;
    wg_optim_free(w->o[k]);
    world_draw_optim(o, o->lo, o->hi, r);
    world_make_optim(w, k);
    world_say(w, "    o%d is another optimizer: %d%s\n", k, o->rule, o->lazy ? ", lazy" : "");
    take_gradient(w, q, world_whole(w), false);
}

static void call_snapshot(world *w, int q, wgt_random *r)
{
    (void)q, (void)r;
    if (w->snapshot) {
        world_say(w, "    restore\n");
        wg_params_restore(w->p, w->snapshot);
        w->m.p = w->snapped;
        memcpy(w->state, w->snapped_state, sizeof w->state);
        w->version++;
        wg_snapshot_free(w->snapshot);
        w->snapshot = NULL;
        return;
    }
    world_say(w, "    snapshot\n");
    w->snapshot = wg_params_snapshot(w->p);
    w->snapped = w->m.p;
    memcpy(w->snapped_state, w->state, sizeof w->state);
}

/* Another context goes on from a file. It has made all with other values. */
static void call_resume(world *w, int q, wgt_random *r)
{
    (void)q, (void)r;
    const model now = w->m;
    const char *path = wgt_in_folder("sequence.run");
    world_say(w, "    save, finish; in another context: resume\n");
    if (wg_save(w->c, path)) world_wrong(w, "save fails");
    world_release_all(w);
    if (wg_finish(w->c, NULL)) world_wrong(w, "finish");
    for (int i = 0; i < PARAMS; i++) memset(w->m.p.at[i], 0, sizeof w->m.p.at[i]);
    for (int k = 0; k < 2; k++) w->m.o[k].lr = 0.77;
    world_start(w);
    if (!wg_resume(w->c, path)) world_wrong(w, "resume fails");
    w->m = now;
    for (int k = 0; k < 2; k++) {
        w->m.o[k].fresh = false;
        if (w->o[k]) world_expect(w, wg_optim_lr(w->o[k]), w->m.o[k].lr, "a rate", k);
    }
    memset(w->m.reached, 0, sizeof w->m.reached);
    for (int i = 0; i < PARAMS; i++)
        if (w->m.frozen[i]) wg_params_freeze(w->p, world_names[i], true);
    w->version++;
    for (int k = 0; k < 2; k++) world_build(w, k);
}

/* The user looks at a gradient, and scales it. */
static void call_look(world *w, int q, wgt_random *r)
{
    (void)q;
    const int i = (int)wgt_below(r, PARAMS);
    const wg_tensor t = wg_params_grad(w->p, wg_params_find(w->p, world_names[i]));
    if (!model_optim_of(&w->m, i)->fresh) return;
    if ((t.data != NULL) != w->m.reached[i]) world_wrong(w, "a gradient is there, or is not");
    if (!t.data || wgt_below(r, 2)) return;
    world_say(w, "    the gradient of %s is halved\n", world_names[i]);
    for (int k = 0; k < model_numbers[i]; k++) {
        if (w->dtype == WG_F64) ((double *)t.data)[k] /= 2;
        else ((float *)t.data)[k] /= 2;
        w->m.g.at[i][k] /= 2;
    }
}

static void call_new_graph(world *w, int q, wgt_random *r)
{
    (void)r;
    world_say(w, "    g%d is a new graph\n", q);
    wg_graph_free(w->net[q].g);
    w->net[q].g = wg_graph_new(w->c);
    world_build(w, q);
}

static void call_rewind(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    const int64_t mark = wgx_graph_mark(s->g);
    const bool can = !s->unsure && !world_is_stale(w, s);
    wg_node x = wg_mul(s->u, 2);
    world_say(w, "    nodes, a derivative, rewind(g%d)\n", q);
    if (can && wgt_below(r, 2)) {
        world_add_bits(w, wg_item(wg_sum(x)));
        if (!s->open) world_open_evaluation(w, s);
        if (wgt_below(r, 2)) world_add_bits(w, wg_item(wg_sum(wg_grad(wg_sum(wg_square(x)), s->u))));
    }
    wgx_graph_rewind(s->g, mark);
}

/* ---- trainings in one call, batches in shards ---- */

enum { MOST_ROWS = 12, MOST_RECORDS = 60, DEV_ROWS = 3 };
typedef enum fit_failure { FIT_INTERRUPT, FIT_EXTERN, FIT_NAN, FIT_FAILURES } fit_failure;

/* The batches that a loss function was given: the model uses the same. */
typedef struct recording {
    world *w;
    int q, count;
    model_net b[MOST_RECORDS];
    bool is_dev[MOST_RECORDS];
    int fails_at; /* the batch at which something fails; -1: none */
    fit_failure how;
    /* of wg_fit */
    set_of p;
    model_optim *o;
    int rows, left, epochs, batch, patience; /* left: rows of this epoch of the data */
    bool has_dev, schedule;
} recording;

static wg_node recorded_loss(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    recording *a = user;
    net t = a->w->net[a->q];
    (void)p;
    t.g = g, t.b.n = (int)b->n;
    for (int i = 0; i < t.b.n; i++) {
        for (int k = 0; k < 2; k++) t.b.row[k][i] = (int32_t)wg_tensor_item(&b->x, 2 * i + k);
        for (int k = 0; k < OUT; k++) t.b.y[i][k] = wg_tensor_item(&b->y, OUT * i + k);
    }
    const bool fails = a->count == a->fails_at;
    if (fails && a->how == FIT_INTERRUPT) wg_interrupt(a->w->c);
    if (fails && a->how == FIT_EXTERN) own_fails = true;
    if (fails && a->how == FIT_NAN) t.b.y[0][0] = NAN;
    world_set_factors(t.how, &t.b);
    world_nodes(a->w, a->q, &t);
    if (a->count < MOST_RECORDS) a->b[a->count] = t.b, a->is_dev[a->count] = wg_graph_mode(g) == WG_EVAL;
    a->count++;
    return t.loss;
}

static double half_way_down(double lr, double t, double steps) { return lr * (1 - 0.5 * t / steps); }

static double mean_of(const model_net *b, double u[EXAMPLES][OUT])
{
    double sum = 0;
    for (int i = 0; i < b->n * OUT; i++) sum += u[i / OUT][i % OUT];
    return sum / (b->n * OUT);
}

/* Parameters and states of an epoch, and its numbers. */
typedef struct moment {
    model_values p;
    double state[2], loss, dev;
    int epoch;
} moment;

static moment moment_of(const world *w, int epoch, double loss, double dev)
{
    moment now = { w->m.p, { w->state[0], w->state[1] }, loss, dev, epoch };
    return now;
}

/* states: those are of the set, too. */
static void go_back(world *w, const moment *to, bool states)
{
    w->m.p = to->p;
    if (states) memcpy(w->state, to->state, sizeof w->state);
}

static double model_train(recording *a, const model_net *b, double rate)
{
    world *w = a->w;
    double u[EXAMPLES][OUT];
    const double loss = model_loss(b, &w->m.p, u, NULL), lr = a->o->lr;
    if (w->net[a->q].has_state) w->state[a->q] = 0.5 * w->state[a->q] + mean_of(b, u);
    model_backward(&w->m, b, a->p.lo, a->p.hi, false);
    a->o->lr = rate;
    model_step(&w->m, a->o);
    a->o->lr = lr;
    return loss;
}

/* What the batches must have given, and f. */
static void replay(recording *a, const wg_fitted *f)
{
    world *w = a->w;
    moment last = moment_of(w, 0, NAN, NAN), best = last;
    double sum = 0, rows = 0, u[EXAMPLES][OUT];
    int step = 0, epoch = 0;
    const int steps = a->epochs * ((a->rows + a->batch - 1) / a->batch);
    const int made = f->status ? a->fails_at : a->count;
    for (int i = 0; i < made; i++) {
        const model_net *b = &a->b[i];
        if (!a->is_dev[i]) {
            sum += b->n * model_train(a, b, a->schedule ? half_way_down(a->o->lr, step, steps) : a->o->lr);
            rows += b->n, a->left -= b->n, step++;
        }
        if (a->is_dev[i] || (!a->has_dev && !a->left)) {
            last = moment_of(w, ++epoch, sum / rows, a->has_dev ? model_loss(b, &w->m.p, u, NULL) : NAN);
            if (!a->has_dev || !best.epoch || last.dev < best.dev || isnan(best.dev) > isnan(last.dev))
                best = last;
            sum = rows = 0, a->left = a->rows;
        }
    }
    if (f->status) {
        if (!a->is_dev[made]) model_lost(&w->m, a->p.lo, a->p.hi), a->left -= a->b[made].n;
        if (!a->is_dev[made] && a->how == FIT_NAN && step)
            go_back(w, a->patience ? &best : &last, a->p.p == w->p);
    } else if (a->patience) go_back(w, &best, a->p.p == w->p);
    const moment *of = a->patience ? &best : &last;
    if (w->dtype == WG_F32) return;
    if (f->epochs != epoch || f->best != best.epoch)
        world_wrong(w, "epoch %d of %d, best %d", epoch, (int)f->epochs, best.epoch);
    if (!f->status && epoch < a->epochs && !(a->patience && epoch - best.epoch >= a->patience))
        world_wrong(w, "it ends after %d epochs", epoch);
    if (epoch) world_expect(w, f->loss, of->loss, "the loss of an epoch", epoch);
    if (epoch && a->has_dev) world_expect(w, f->dev, of->dev, "dev", epoch);
}

/* n rows for net q, which the set copies. */
static wg_batch draw_rows(world *w, int q, int n)
{
    static int32_t x[EXAMPLES][2];
    static float f[EXAMPLES * OUT];
    net *s = &w->net[q];
    s->b.n = n;
    world_draw_numbers(w, s);
    for (int i = 0; i < n; i++) x[i][0] = s->b.row[0][i], x[i][1] = s->b.row[1][i];
    for (int i = 0; i < n * OUT; i++) f[i] = (float)s->b.y[i / OUT][i % OUT];
    const wg_shape shape = WG_SHAPE(n, OUT);
    return (wg_batch){ wg_view_i32(x[0], WG_SHAPE(n, 2)),
                       w->dtype == WG_F64 ? wg_view_f64(&s->b.y[0][0], shape) : wg_view_f32(f, shape), n };
}

/* Nothing of an evaluation is left. */
static void build_all(world *w)
{
    w->version++;
    for (int q = 0; q < 2; q++) world_build(w, q);
}

static void draw_failure(recording *a, wgt_random *r, int most)
{
    a->fails_at = wgt_below(r, 3) ? -1 : (int)wgt_below(r, most);
    a->how = (fit_failure)wgt_below(r, FIT_FAILURES);
    if (a->how == FIT_EXTERN && a->w->net[a->q].how != OWN_EXTERN) a->how = FIT_INTERRUPT;
}

static void fit_once(recording *a, wg_data *d, wg_data *dev, wgt_random *r)
{
    static const char *const how[] = { "an interrupt", "a function that fails", "a NaN" };
    world *w = a->w;
    a->count = 0, a->epochs = 1 + (int)wgt_below(r, 3), a->batch = 2 + (int)wgt_below(r, 5);
    a->schedule = wgt_below(r, 2), a->patience = dev ? (int)wgt_below(r, 3) : 0;
    draw_failure(a, r, 2 * a->epochs + 2);
    world_say(w,
              "    fit(%s, o%d) of net %d: %d rows, %d left, batches of %d, %d epochs, patience %d%s%s%s%s\n",
              a->p.name, (int)(a->o - w->m.o), a->q, a->rows, a->left, a->batch, a->epochs, a->patience,
              dev ? ", dev" : "", a->schedule ? ", a schedule" : "", a->fails_at < 0 ? "" : ", fails by ",
              a->fails_at < 0 ? "" : how[a->how]);
    const wg_fitted f = wg_fit(a->p.p, recorded_loss, d, .epochs = a->epochs, .batch = a->batch, .dev = dev,
                               .patience = a->patience, .optimizer = w->o[a->o - w->m.o], .print = false,
                               .schedule = a->schedule ? half_way_down : NULL, .user = a,
                               .graph = wgt_below(r, 2) ? w->more : NULL);
    own_fails = false;
    const bool may =
        a->fails_at >= 0 && a->fails_at < a->count && !(a->how == FIT_NAN && a->is_dev[a->fails_at]);
    if ((f.status != WG_OK) != may) world_wrong(w, "fit has status %d", f.status);
    wg_recover(w->c);
    if (!*w->wrong) replay(a, &f);
    world_expect(w, wg_optim_lr(w->o[a->o - w->m.o]), a->o->lr, "a rate after fit", 0);
}

static void call_fit(world *w, int q, wgt_random *r)
{
    model_optim *o = draw_stepper(w, r);
    const int k = (int)(o - w->m.o);
    recording a = { .w = w,
                    .q = q,
                    .o = o,
                    .p = { w->o[1] ? w->part[k] : w->p, o->lo, o->hi, w->o[1] ? k ? "b" : "a" : "p" } };
    world_draw_structure(&w->net[q], r);
    if (!model_reaches(&w->m, &w->net[q].b, o->lo, o->hi)) return build_all(w);
    a.has_dev = wgt_below(r, 2);
    wg_batch b = draw_rows(w, q, DEV_ROWS);
    wg_data *dev = a.has_dev ? wg_data_from(w->c, b.x, b.y) : NULL;
    a.rows = a.left = 4 + (int)wgt_below(r, MOST_ROWS - 4);
    b = draw_rows(w, q, a.rows);
    wg_data *d = wg_data_from(w->c, b.x, b.y);
    for (int i = wgt_below(r, 2) ? 1 : 3; i > 0; i--) {
        if (!a.left) a.left = a.rows;
        fit_once(&a, d, dev, r);
    }
    wg_data_free(d), wg_data_free(dev);
    w->net[q].b.n = DEV_ROWS; /* u is not square */
    build_all(w);
}

/* Of several shards a lazy table is stepped in rows whose gradient is not zero. */
static void touch_what_is_not_zero(model *m)
{
    m->dense = false;
    for (int i = 0; i < ROWS; i++) {
        m->touched[i] = false;
        for (int k = 0; k < IN; k++) m->touched[i] |= m->g.at[TABLE][i * IN + k] != 0;
    }
}

static void call_shards(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    recording a = { .w = w, .q = q };
    wg_batch part;
    double u[EXAMPLES][OUT];
    if (!w->group) return;
    world_draw_structure(s, r);
    if (!model_reaches(&w->m, &s->b, 0, PARAMS)) return build_all(w);
    const wg_batch b = draw_rows(w, q, s->b.n);
    draw_failure(&a, r, w->shards);
    world_say(w, "    a batch of net %d in shards: %d rows%s\n", q, s->b.n, a.fails_at < 0 ? "" : ", fails");
    while (wg_group_next(w->group, &b, &part)) {
        wg_begin(w->more, WG_TRAIN);
        wg_node loss = recorded_loss(w->more, w->p, &part, &a);
        wg_backward(loss, w->p);
        wg_group_note(w->group, 0, wg_item(loss));
    }
    own_fails = false;
    const bool failed = a.fails_at >= 0 && a.fails_at < a.count;
    if ((wg_failed(w->c) != WG_OK) != failed) world_wrong(w, "shards have status %d", wg_failed(w->c));
    wg_recover(w->c);
    world_set_factors(s->how, &s->b);
    if (failed) model_lost(&w->m, 0, PARAMS);
    else {
        world_expect(w, wg_group_mean(w->group, 0), model_loss(&s->b, &w->m.p, u, NULL), "a mean", 0);
        if (s->has_state) w->state[q] = 0.5 * w->state[q] + mean_of(&s->b, u);
        memset(w->m.reached, 0, sizeof w->m.reached);
        model_backward(&w->m, &s->b, 0, PARAMS, false);
        if (w->shards > 1) touch_what_is_not_zero(&w->m);
    }
    build_all(w);
}

static void call_average(world *w, int q, wgt_random *r)
{
    (void)q;
    if (!w->averaged || wgt_below(r, 2)) {
        world_say(w, "    average_step\n");
        if (wg_average_step(w->average)) world_wrong(w, "average_step fails");
        world_average(w);
        return;
    }
    const moment before = moment_of(w, 0, 0, 0);
    world_say(w, "    average_use(true), average_use(false)\n");
    if (wg_average_use(w->average, true)) world_wrong(w, "average_use fails");
    w->m.p = w->mean;
    memcpy(w->state, w->mean_state, sizeof w->state);
    world_expect_params(w);
    if (wg_average_use(w->average, false)) world_wrong(w, "average_use(false) fails");
    go_back(w, &before, true);
    build_all(w);
}

/* ---- sequences ---- */

static const struct kind {
    void (*make)(world *w, int graph, wgt_random *r);
    int weight;
} kinds[] = { { call_backward, 26 }, { call_step, 22 },     { call_begin, 12 },   { call_clip, 3 },
              { call_read, 10 },     { call_hold, 3 },      { call_numbers, 6 },  { call_rate, 2 },
              { call_commit, 3 },    { call_mistake, 2 },   { call_failing, 6 },  { call_set, 2 },
              { call_freeze, 2 },    { call_new_optim, 1 }, { call_snapshot, 2 }, { call_resume, 1 },
              { call_look, 2 },      { call_new_graph, 1 }, { call_rewind, 3 },   { call_hvp, 2 },
              { call_fit, 2 },       { call_shards, 3 },    { call_average, 2 },  { call_clip_value, 2 },
              { call_scale, 1 },     { call_late, 3 } };
enum { KINDS = sizeof kinds / sizeof *kinds, ALL_THAT_MANY_MAKE = 2 };

typedef struct sequence {
    uint64_t seed;
    way ways[2];
    int count;
    call calls[MOST_CALLS];
} sequence;

/* Of the first few kinds alone, or of all. */
static int draw_kind(wgt_random *r, int of)
{
    int all = 0, k = 0;
    for (int i = 0; i < of; i++) all += kinds[i].weight;
    for (int64_t at = wgt_below(r, all); at >= kinds[k].weight; k++) at -= kinds[k].weight;
    return k;
}

/* Some calls, made several times with other numbers. */
static void draw_loop(sequence *s, wgt_random *r)
{
    call body[8];
    const int length = 1 + (int)wgt_below(r, 8), times = wgt_below(r, 3) ? 3 + (int)wgt_below(r, 5) : 1;
    const int of = wgt_below(r, 3) ? KINDS : ALL_THAT_MANY_MAKE;
    for (int i = 0; i < length; i++)
        body[i] = (call){ draw_kind(r, of), (int)wgt_below(r, 2), wgt_next(r), 0 };
    for (int i = 0; i < length * times && s->count < MOST_CALLS; i++) {
        s->calls[s->count] = body[i % length];
        s->calls[s->count++].data = wgt_next(r);
    }
}

static void draw_ways(sequence *s, wgt_random *r)
{
    const int64_t kind = wgt_below(r, 8), bytes = wgt_below(r, 4) ? WG_AUTO : 50000;
    s->ways[0] = (way){ wgt_below(r, 4) ? 0 : -1, 0, bytes };
    s->ways[1] = (way){ kind == 0 ? -1 : kind < 3 ? 1 : 0, 0, WG_AUTO };
    if (kind > 2) s->ways[1].without = kind == 3 ? WG_WITHOUT_ALL : 1u << wgt_below(r, WG_WAYS);
}

static sequence draw(int64_t index)
{
    wgt_random r = { wgt_seed() * 0x9E3779B97F4A7C15u ^ (uint64_t)index };
    sequence s = { .seed = wgt_next(&r) };
    draw_ways(&s, &r);
    const int count = 20 + (int)wgt_below(&r, MOST_CALLS - 20);
    while (s.count < count) draw_loop(&s, &r);
    return s;
}

/* Makes the calls. hashes: of what each has given. False: something is wrong; w says what, after how many
 * calls. */
static bool run(world *w, const sequence *s, int k, uint64_t *hashes, int *made)
{
    world_begin(w, s->seed, s->ways[k]);
    for (*made = 0; *made < s->count && !*w->wrong; ++*made) {
        const call *a = &s->calls[*made];
        wgt_random r = { a->draw };
        w->data.state = a->data;
        kinds[a->what].make(w, a->graph, &r);
        if (wg_failed(w->c)) world_wrong(w, "an error is left");
        world_expect_params(w);
        world_expect_gradients(w);
        world_expect_held(w);
        hashes[*made] = w->hash;
    }
    world_release_all(w);
    if (wg_finish(w->c, NULL)) world_wrong(w, "finish");
    return !*w->wrong;
}

/* Whether the sequence fails; w: the world in which it does. */
static bool fails(world *w, const sequence *s)
{
    uint64_t hashes[2][MOST_CALLS];
    int made[2], same_to = 0;
    if (!run(w, s, 0, hashes[0], &made[0])) return true;
    if (!run(w, s, 1, hashes[1], &made[1])) return true;
    while (same_to < s->count && hashes[0][same_to] == hashes[1][same_to]) same_to++;
    if (same_to < s->count) world_wrong(w, "other bits than in the first way, from call %d on", same_to);
    return same_to < s->count;
}

/* Leaves calls out as long as the sequence fails. */
static void shrink(world *w, sequence *s)
{
    for (int size = s->count / 2; size > 0; size /= 2)
        for (int at = 0; at + size <= s->count;) {
            sequence t = *s;
            memmove(t.calls + at, t.calls + at + size, (size_t)(t.count - at - size) * sizeof *t.calls);
            t.count -= size;
            if (fails(w, &t)) *s = t;
            else at += size;
        }
}

static void report(world *w, int64_t index)
{
    sequence s = draw(index);
    shrink(w, &s);
    cr_expect(!fails(w, &s), "WG_SEED=%llu WG_SEQUENCE=%lld: %s; interpret %d, without %#x (first %d):\n%s",
              (unsigned long long)wgt_seed(), (long long)index, w->wrong, w->w.interpret, w->w.without,
              s.ways[0].interpret, w->said);
}

TestSuite(sequences, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(sequences, a_training_is_that_of_the_model_and_the_same_bits_in_every_way)
{
    static world w;
    const int64_t first = wgt_number_from("WG_SEQUENCE", 0), shown = 3;
    const int64_t n = wgt_number_from("WG_SEQUENCES", getenv("WG_SEQUENCE") ? 1 : 1000);
    int64_t failed = 0;
    for (int64_t i = first; i < first + n; i++) {
        const sequence s = draw(i);
        if (fails(&w, &s) && failed++ < shown) report(&w, i);
    }
    cr_expect_eq(failed, 0, "%lld of %lld sequences fail", (long long)failed, (long long)n);
}
