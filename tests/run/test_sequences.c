/* test_sequences.c: random sequences of public calls that train a small net: two graphs that are kept or
 * built again, gradients of the whole set and of parts, two optimizers, reads, failed calls. After each call
 * parameters, gradients, states and what was read are those of sequence_model.h. Each sequence runs twice,
 * the second time in another way of running: the bits are the same after each call.
 *
 * Programs repeat themselves, and so do these: a few calls are drawn, and made several times. Ops of the
 * user's own have rules that read a variable, which changes from step to step.
 *
 * WG_SEED chooses the sequences, WG_SEQUENCES how many; WG_SEQUENCE=number is the first. A sequence that
 * fails is made shorter, and printed. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sequence_model.h"
#include "wgfiles.h"
#include "wgtest.h"

/* ---- ops of the user's own ---- */

typedef enum own { OWN_NONE, OWN_MAP_VJP, OWN_MAP_EXPAND, OWN_COMPOSITE, OWN_CUSTOM, OWN_EXTERN, OWNS } own;
static const char *const own_names[OWNS] = { "no op of its own", "map + vjp",  "map + expand",
                                             "composite + vjp",  "custom_vjp", "extern" };

static double factor;     /* that rules and kernels read */
static bool extern_fails; /* the user's function returns an error */

static double times(double x, const void *attr)
{
    (void)attr;
    return factor * x;
}
/* gy times the factor. What it is made of depends on the factor, too. */
static void times_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    gx[0] = factor < 1.2 ? wg_mul(gy, factor) : wg_add(gy, wg_mul(gy, factor - 1));
}
static void times_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)here, (void)n, (void)attr;
    y[0] = wg_mul(x[0], factor);
}
static void half(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)here, (void)n, (void)attr;
    y[0] = wg_mul(x[0], 0.5);
}
static int same(size_t n, const double *x, size_t m, double *y, void *user)
{
    (void)n, (void)user;
    memcpy(y, x, m * sizeof *y);
    return extern_fails;
}
static int same_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)m, (void)x, (void)user;
    memcpy(gx, gy, n * sizeof *gx);
    return extern_fails;
}

static wg_node own_node(own how, wg_node x)
{
    static const wg_op ops[OWNS] = {
        [OWN_MAP_VJP] = { .name = "times", .operands = 1, .map = times, .vjp = times_rule },
        [OWN_MAP_EXPAND] = { .name = "times", .operands = 1, .map = times, .expand = times_expand },
        [OWN_COMPOSITE] = { .name = "half", .operands = 1, .expand = half, .vjp = times_rule },
    };
    switch (how) {
    case OWN_NONE: return x;
    case OWN_CUSTOM: return wg_custom_vjp(wg_mul(x, 0.5), &x, 1, times_rule);
    case OWN_EXTERN: return wg_extern(x, wg_node_shape(x), .forward = same, .backward = same_adjoint);
    default: return wg_apply(WG_HERE, &ops[how], &x, 1, NULL);
    }
}

static bool value_has_factor(own how) { return how == OWN_MAP_VJP || how == OWN_MAP_EXPAND; }

static void set_factors(own how, model_net *b)
{
    const bool halved = how == OWN_COMPOSITE || how == OWN_CUSTOM;
    b->scale = value_has_factor(how) ? factor : halved ? 0.5 : 1;
    b->slope = value_has_factor(how) || halved ? factor : 1;
}

/* ---- a world: a context, and the model beside it ---- */

typedef struct way {
    int interpret;
    unsigned without;
    int64_t plan_bytes;
} way;

/* A graph with its net. */
typedef struct net {
    model_net b;
    own how;
    wg_graph *g;
    wg_node loss, u, row, other, y;
    bool kept, has_state;
    bool open;      /* there is an evaluation */
    bool read;      /* its loss is a result */
    bool committed; /* its state is stored */
    bool unsure;    /* a call has failed: whether an evaluation is open is not said */
    int64_t version;
    double loss_then, u_then[EXAMPLES][OUT]; /* of the evaluation */
} net;

enum { HELD = 3, MOST_CALLS = 80 };

typedef struct held {
    wgx_held *h;
    wg_tensor t;
    double was[EXAMPLES * OUT];
} held;

typedef struct world {
    wg_dtype dtype;
    way w;
    wg_context *c;
    wg_params *p, *part[2];
    wg_optim *o[2];
    int older; /* the optimizer that was made first */
    net net[2];
    model m;
    double state[2];
    int64_t version; /* of the parameters */
    held held[HELD];
    wg_snapshot *snapshot;
    model_values snapped;
    double snapped_state[2];
    wgt_random data; /* numbers of this call */
    uint64_t hash;
    char wrong[300], said[120 * MOST_CALLS];
    size_t length;
} world;

static const char *const names[PARAMS] = { "a.table", "a.W", "b.bias", "b.V" };
static const char *const states[2] = { "s0", "s1" };

static void say(world *w, const char *format, ...) WG_PRINTF(2, 3);
static void say(world *w, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const size_t room = sizeof w->said - w->length;
    const int n = vsnprintf(w->said + w->length, room, format, list);
    va_end(list);
    w->length += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static void wrong(world *w, const char *format, ...) WG_PRINTF(2, 3);
static void wrong(world *w, const char *format, ...)
{
    if (*w->wrong) return;
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(w->wrong, sizeof w->wrong, format, list);
    va_end(list);
    if (wg_failed(w->c) && n > 0 && n < (int)sizeof w->wrong)
        snprintf(w->wrong + n, sizeof w->wrong - (size_t)n, " (%s)", wg_message(w->c));
}

static void add_bits(world *w, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    w->hash = (w->hash ^ bits) * 0x100000001B3u;
    w->hash ^= w->hash >> 29;
}

/* got is a number that the library gives, and that all ways must give; floats of 32 bits are not compared
 * with the model. */
static void expect(world *w, double got, double want, const char *what, int i)
{
    add_bits(w, got);
    if (w->dtype == WG_F32 || fabs(got - want) <= 1e-9 * (0.01 + fabs(got) + fabs(want))) return;
    wrong(w, "%s[%d] is %.15g for %.15g", what, i, got, want);
}

static void expect_params(world *w)
{
    for (int i = 0; i < PARAMS; i++) {
        const wg_tensor t = wg_params_tensor(w->p, wg_params_find(w->p, names[i]));
        for (int k = 0; k < model_numbers[i]; k++)
            expect(w, wg_tensor_item(&t, k), w->m.p.at[i][k], names[i], k);
    }
    for (int q = 0; q < 2; q++) expect(w, wg_params_item(w->p, states[q]), w->state[q], states[q], 0);
}

/* Gradients that a step would use. What a used gradient looks like, nobody says. */
static void expect_gradients(world *w)
{
    double g[PARAMS * MOST_NUMBERS];
    if (!w->m.o[0].fresh && !w->m.o[1].fresh) return;
    if (wg_params_get_grad(w->p, g)) wrong(w, "no gradients");
    for (int i = 0, at = 0; i < PARAMS; i++)
        for (int k = 0; k < model_numbers[i]; k++, at++)
            if (model_optim_of(&w->m, i)->fresh)
                expect(w, g[at], w->m.reached[i] ? w->m.g.at[i][k] : 0, "a gradient", at);
}

static void expect_held(world *w)
{
    for (held *h = w->held; h < w->held + HELD; h++)
        for (int64_t i = 0; h->h && i < wg_shape_size(h->t.shape); i++)
            if (wg_tensor_item(&h->t, i) != h->was[i]) wrong(w, "a held value has changed");
}

/* ---- building ---- */

static wg_tensor view_y(world *w, net *s)
{
    static float f[EXAMPLES * OUT];
    for (int i = 0; i < s->b.n * OUT; i++) f[i] = (float)s->b.y[i / OUT][i % OUT];
    return w->dtype == WG_F64 ? wg_view_f64(&s->b.y[0][0], WG_SHAPE(s->b.n, OUT))
                              : wg_view_f32(f, WG_SHAPE(s->b.n, OUT));
}

static void draw_numbers(world *w, net *s)
{
    for (int i = 0; i < s->b.n; i++) {
        for (int k = 0; k < 2; k++) s->b.row[k][i] = (int32_t)wgt_below(&w->data, 2 * ROWS) - ROWS;
        if (wgt_below(&w->data, 3)) s->b.row[0][i] = (int32_t)wgt_below(&w->data, 2);
        for (int k = 0; k < OUT; k++) s->b.y[i][k] = (float)wgt_uniform(&w->data, -1, 1);
    }
}

static wg_node parameter(world *w, net *s, int i)
{
    static const int axes[PARAMS][2] = { { ROWS, IN }, { IN, OUT }, { OUT }, { OUT, OUT } };
    const wg_shape shape = { i == BIAS ? 1 : 2, { axes[i][0], axes[i][1] } };
    return wg_param(s->g, w->p, names[i], shape, wg_values(w->m.p.at[i]));
}

static wg_node state_node(world *w, int q)
{
    return wg_state(w->net[q].g, w->p, states[q], WG_SCALAR, wg_const(w->state[q]));
}

static void build(world *w, int q)
{
    net *s = &w->net[q];
    const model_net *b = &s->b;
    wg_begin(s->g, WG_TRAIN);
    wg_node T = parameter(w, s, TABLE), W = parameter(w, s, WEIGHT);
    s->row = wg_input(s->g, "row", wg_view_i32(b->row[0], WG_SHAPE(b->n)));
    s->other = wg_input(s->g, "other", wg_view_i32(b->row[1], WG_SHAPE(b->n)));
    s->y = wg_input(s->g, "y", view_y(w, s));
    wg_node z = wg_add(wg_matmul(wg_gather(T, s->row), W), parameter(w, s, BIAS));
    if (b->terms & WITH_SECOND) z = wg_add(z, wg_matmul(wg_tanh(z), parameter(w, s, SECOND)));
    s->u = own_node(s->how, z);
    s->loss = wg_mean(wg_square(wg_sub(wg_tanh(s->u), s->y)));
    if (b->terms & WITH_PENALTY) s->loss = wg_add(s->loss, wg_mul(wg_sum(wg_square(W)), 0.01));
    if (b->terms & WITH_OTHERS)
        s->loss = wg_add(s->loss, wg_mul(wg_mean(wg_tanh(wg_gather(T, s->other))), 0.3));
    if (b->terms & WITH_ALL) s->loss = wg_add(s->loss, wg_mul(wg_sum(wg_square(T)), 0.001));
    if (s->has_state) {
        wg_node was = state_node(w, q);
        wg_assign(was, wg_add(wg_mul(was, 0.5), wg_mean(s->u)));
    }
    if (s->kept) wg_keep(s->u);
    s->open = s->unsure = false;
}

static void make_optim(world *w, int k)
{
    const model_optim *o = &w->m.o[k];
    const bool whole = o->hi - o->lo == PARAMS;
    wg_params *p = whole ? w->p : w->part[k];
    if (o->lo == o->hi) return;
    if (o->rule == SGD) w->o[k] = wg_sgd(p, .lr = o->lr, .weight_decay = o->decay);
    if (o->rule == MOMENTUM) w->o[k] = wg_momentum(p, .lr = o->lr, .beta = o->beta, .weight_decay = o->decay);
    if (o->rule == ADAM)
        w->o[k] = wg_adam(p, .lr = o->lr, .beta1 = o->beta1, .beta2 = o->beta2, .eps = o->eps,
                          .weight_decay = o->decay);
    if (o->lazy) wg_optim_group(w->o[k], whole ? "a.table" : "table", .lazy = true);
    if (o->bias_scale != 1) wg_optim_group(w->o[k], "*bias", .lr_scale = o->bias_scale);
    w->older = 1 - k;
}

static void draw_optim(model_optim *o, int lo, int hi, wgt_random *r)
{
    *o = (model_optim){
        .rule = (model_rule)wgt_below(r, RULES), .beta = 0.9, .eps = 1e-3, .lo = lo, .hi = hi
    };
    o->lr = o->rule == ADAM ? 0.02 : 0.1;
    o->beta1 = wgt_below(r, 4) ? 0.9 : 0, o->beta2 = wgt_below(r, 4) ? 0.99 : 0.5;
    o->decay = wgt_below(r, 3) ? 0 : 0.05;
    o->lazy = lo == TABLE && wgt_below(r, 2);
    o->bias_scale = hi == PARAMS && wgt_below(r, 2) ? 0.5 : 1;
}

static void draw_structure(net *s, wgt_random *r)
{
    static const int examples[] = { 1, 3, 3, 5, 5, 5, EXAMPLES };
    s->b.n = examples[wgt_below(r, 7)];
    s->b.terms = (unsigned)wgt_below(r, 8) | (wgt_below(r, 4) ? 0 : WITH_ALL);
    s->how = (own)wgt_below(r, OWNS);
    s->kept = wgt_below(r, 5) == 0, s->has_state = wgt_below(r, 3) == 0;
}

/* A context with all that is made in it; the model says the values. */
static void start(world *w)
{
    w->c = wgt_start(NULL, w->dtype,
                     &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = w->w.interpret,
                              .without = w->w.without, .plan_bytes = w->w.plan_bytes,
                              .on_warning = wg_no_warnings));
    w->p = wg_params_new(w->c);
    w->part[0] = wg_params_in(w->p, "a"), w->part[1] = wg_params_in(w->p, "b");
    for (int q = 0; q < 2; q++) w->net[q].g = wg_graph_new(w->c);
    for (int i = 0; i < PARAMS; i++) parameter(w, &w->net[0], i);
    for (int q = 0; q < 2; q++) state_node(w, q), build(w, q);
    const int first = w->older;
    make_optim(w, first), make_optim(w, 1 - first);
    w->snapshot = NULL;
}

static void begin_world(world *w, uint64_t seed, way how)
{
    wgt_random r = { seed };
    memset(w, 0, sizeof *w);
    w->w = how, w->data.state = seed + 1;
    w->dtype = wgt_below(&r, 5) ? WG_F64 : WG_F32;
    factor = 1, extern_fails = false;
    for (int i = 0; i < PARAMS; i++)
        for (int k = 0; k < model_numbers[i]; k++) w->m.p.at[i][k] = (float)wgt_uniform(&r, -0.6, 0.6);
    for (int q = 0; q < 2; q++) draw_structure(&w->net[q], &r), draw_numbers(w, &w->net[q]);
    const bool whole = wgt_below(&r, 2);
    draw_optim(&w->m.o[0], 0, whole ? PARAMS : FIRST_OF_B, &r);
    if (!whole) draw_optim(&w->m.o[1], FIRST_OF_B, PARAMS, &r);
    else w->m.o[1].lo = w->m.o[1].hi = PARAMS;
    start(w);
    say(w, "    %s, %d optimizers; graphs: %s, %s\n", wg_dtype_name(w->dtype), whole ? 1 : 2,
        own_names[w->net[0].how], own_names[w->net[1].how]);
}

/* ---- evaluations ---- */

static void open_evaluation(world *w, net *s)
{
    s->open = true, s->read = s->committed = false, s->version = w->version;
    set_factors(s->how, &s->b);
    s->loss_then = model_loss(&s->b, &w->m.p, s->u_then, NULL);
}

static bool is_stale(const world *w, const net *s) { return s->open && s->version != w->version; }

/* wg_backward and wg_commit end an evaluation whose parameters have changed. */
static void done(world *w, int q)
{
    net *s = &w->net[q];
    double sum = 0;
    if (!s->open || is_stale(w, s)) open_evaluation(w, s);
    for (int i = 0; i < s->b.n * OUT; i++) sum += s->u_then[i / OUT][i % OUT];
    s->unsure = false;
    if (s->committed || !s->has_state) return;
    w->state[q] = 0.5 * w->state[q] + sum / (s->b.n * OUT);
    s->committed = true;
    s->version = ++w->version; /* the evaluation of the other graph is stale */
}

/* Of a stale evaluation results can be read. must: this is one; else it depends on what was read before. */
static void read_node(world *w, net *s, wg_node n, bool must, const double *want)
{
    if (s->unsure) return;
    const bool stale = is_stale(w, s);
    if (!s->open) open_evaluation(w, s);
    const wg_tensor t = wg_value(n);
    add_bits(w, t.data != NULL);
    if (!t.data && (must || !stale)) wrong(w, "a read fails");
    for (int64_t i = 0; t.data && i < wg_shape_size(t.shape); i++)
        expect(w, wg_tensor_item(&t, i), want[i], "a value", (int)i);
    wg_recover(w->c);
}

static void new_numbers(world *w, net *s)
{
    draw_numbers(w, s);
    wg_input_set(s->row, wg_view_i32(s->b.row[0], WG_SHAPE(s->b.n)));
    wg_input_set(s->other, wg_view_i32(s->b.row[1], WG_SHAPE(s->b.n)));
    wg_input_set(s->y, view_y(w, s));
    s->open = s->unsure = false;
}

/* A graph whose values have the factor in them gets new numbers, so that its evaluation ends; that of `but`
 * ends anyhow. */
static void new_factor(world *w, int but)
{
    factor = wgt_uniform(&w->data, 0.5, 1.5);
    for (int q = 0; q < 2; q++)
        if (q != but && value_has_factor(w->net[q].how)) new_numbers(w, &w->net[q]);
}

/* ---- calls ---- */

typedef struct call {
    int what, graph;
    uint64_t draw, data; /* seeds: of what the call is, and of its numbers */
} call;

typedef struct set_of { /* parameters of one call */
    wg_params *p;
    int lo, hi;
    const char *name;
} set_of;

static set_of whole(world *w) { return (set_of){ w->p, 0, PARAMS, "p" }; }

static set_of draw_set(world *w, wgt_random *r)
{
    const int64_t k = wgt_below(r, 4);
    if (k == 0) return (set_of){ w->part[0], 0, FIRST_OF_B, "a" };
    if (k == 1) return (set_of){ w->part[1], FIRST_OF_B, PARAMS, "b" };
    return whole(w);
}

static model_optim *draw_stepper(world *w, wgt_random *r) { return &w->m.o[w->o[1] && wgt_below(r, 2)]; }

static void take_gradient(world *w, int q, set_of p, bool add)
{
    net *s = &w->net[q];
    if (!model_reaches(&w->m, &s->b, p.lo, p.hi)) return;
    say(w, "    backward%s(loss%d, %s)\n", add ? "_add" : "", q, p.name);
    if (add ? wg_backward_add(s->loss, p.p) : wg_backward(s->loss, p.p)) wrong(w, "backward fails");
    done(w, q);
    s->read = true;
    set_factors(s->how, &s->b);
    model_backward(&w->m, &s->b, p.lo, p.hi, add);
}

static void call_begin(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    draw_structure(s, r);
    draw_numbers(w, s);
    if (wgt_below(r, 2)) new_factor(w, q);
    say(w, "    begin(g%d): %d examples, terms %u, %s%s%s, factor %g\n", q, s->b.n, s->b.terms,
        own_names[s->how], s->kept ? ", u kept" : "", s->has_state ? ", a state" : "", factor);
    build(w, q);
}

static void call_backward(world *w, int q, wgt_random *r)
{
    const set_of p = draw_set(w, r);
    take_gradient(w, q, p, wgt_below(r, 4) == 0);
}

static void call_step(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    const bool fresh = o->fresh;
    const wg_status s = wg_optim_step(w->o[o - w->m.o]);
    say(w, "    step(o%d)%s\n", (int)(o - w->m.o), fresh ? "" : ": an error");
    if ((s == WG_OK) != fresh) wrong(w, fresh ? "a step fails" : "a step without gradients succeeds");
    wg_recover(w->c);
    if (fresh) model_step(&w->m, o), w->version++;
}

static void call_clip(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    const double norm = model_norm(&w->m, o);
    if (!o->fresh || norm == 0) return;
    say(w, "    clip_norm(o%d, %.17g)\n", (int)(o - w->m.o), norm / 2);
    expect(w, wg_optim_clip_norm(w->o[o - w->m.o], norm / 2), norm, "a norm", 0);
    for (int i = o->lo; i < o->hi; i++)
        for (int k = 0; k < model_numbers[i]; k++) w->m.g.at[i][k] /= 2;
}

static void call_read(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    const bool loss = wgt_below(r, 2);
    say(w, "    value(%s%d)\n", loss ? "loss" : "u", q);
    read_node(w, s, loss ? s->loss : s->u, loss ? s->read : s->kept, loss ? &s->loss_then : &s->u_then[0][0]);
    if (loss && !s->unsure) s->read |= !is_stale(w, s);
}

static void call_hold(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    held *h = &w->held[wgt_below(r, HELD)];
    wgx_release(h->h);
    h->h = NULL;
    if (s->unsure || is_stale(w, s)) return;
    if (!s->open) open_evaluation(w, s);
    say(w, "    hold(u%d)\n", q);
    h->h = wgx_hold(s->u, &h->t);
    if (!h->h) wrong(w, "hold fails");
    for (int64_t i = 0; h->h && i < wg_shape_size(h->t.shape); i++) {
        h->was[i] = wg_tensor_item(&h->t, i);
        expect(w, h->was[i], s->u_then[i / OUT][i % OUT], "a held value", (int)i);
    }
}

static void call_numbers(world *w, int q, wgt_random *r)
{
    if (wgt_below(r, 2)) new_factor(w, q);
    new_numbers(w, &w->net[q]);
    say(w, "    input_set(g%d), factor %g\n", q, factor);
}

static void call_rate(world *w, int q, wgt_random *r)
{
    (void)q;
    model_optim *o = draw_stepper(w, r);
    o->lr *= wgt_uniform(&w->data, 0.6, 1.3);
    say(w, "    set_lr(o%d, %g)\n", (int)(o - w->m.o), o->lr);
    wg_optim_set_lr(w->o[o - w->m.o], o->lr);
}

static void call_commit(world *w, int q, wgt_random *r)
{
    (void)r;
    say(w, "    commit(g%d)\n", q);
    if (wg_commit(w->net[q].g)) wrong(w, "commit fails");
    done(w, q);
}

/* H v, which the model does not know: it is the same in every way. */
static void call_hvp(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    double v[PARAMS * MOST_NUMBERS];
    const size_t n = wg_params_size(w->p);
    (void)r;
    if (s->unsure || is_stale(w, s)) return;
    if (!s->open) open_evaluation(w, s);
    say(w, "    params_hvp(p, loss%d)\n", q);
    for (size_t i = 0; i < n; i++) v[i] = wgt_uniform(&w->data, -1, 1);
    if (wg_params_hvp(w->p, s->loss, v, v)) wrong(w, "params_hvp fails");
    for (size_t i = 0; i < n; i++) add_bits(w, v[i]);
}

/* An error while a graph is built: what is called then does nothing. */
static void call_mistake(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    say(w, "    a wrong product in g%d, backward, step\n", q);
    wg_matmul(s->u, s->u);
    if (!wg_failed(w->c)) wrong(w, "no error");
    if (wgt_below(r, 2)) wg_backward(s->loss, w->p);
    if (wgt_below(r, 2)) wg_optim_step(w->o[0]);
    wg_recover(w->c);
}

/* ---- calls that fail ---- */

typedef enum failure { BAD_ROW, INTERRUPT, EXTERN, FAILURES } failure;

static void fail_with(world *w, net *s, failure f, set_of p, bool add)
{
    int32_t row[EXAMPLES];
    new_numbers(w, s); /* so that there is something to be computed, which an interrupt ends */
    memcpy(row, s->b.row[0], sizeof row);
    row[wgt_below(&w->data, s->b.n)] = 9;
    if (f == BAD_ROW) wg_input_set(s->row, wg_view_i32(row, WG_SHAPE(s->b.n)));
    if (f == INTERRUPT) wg_interrupt(w->c);
    extern_fails = f == EXTERN;
    const wg_status status = add ? wg_backward_add(s->loss, p.p) : wg_backward(s->loss, p.p);
    extern_fails = false;
    const wg_status want = f == BAD_ROW ? WG_ERROR_VALUE : f == EXTERN ? WG_ERROR_USER : WG_ERROR_INTERRUPTED;
    if (status != want) wrong(w, "status %d for %d", status, want);
    wg_recover(w->c);
    s->unsure = true;
    if (f == BAD_ROW) new_numbers(w, s);
}

static void call_failing(world *w, int q, wgt_random *r)
{
    static const char *const how[FAILURES] = { "a row that is not there", "an interrupt",
                                               "a function that fails" };
    net *s = &w->net[q];
    /* Which other gradients an optimizer of all loses with a part is not said. */
    const set_of any = draw_set(w, r), p = w->o[1] ? any : whole(w);
    failure f = (failure)wgt_below(r, FAILURES);
    const bool add = wgt_below(r, 2);
    if (f == EXTERN && s->how != OWN_EXTERN) f = INTERRUPT;
    if (!model_reaches(&w->m, &s->b, p.lo, p.hi)) return;
    say(w, "    backward%s(loss%d, %s), with %s\n", add ? "_add" : "", q, p.name, how[f]);
    fail_with(w, s, f, p, add);
    if (!add) model_lost(&w->m, p.lo, p.hi);
}

/* ---- calls on parameters and optimizers ---- */

static void call_set(world *w, int q, wgt_random *r)
{
    const int first = (int)wgt_below(r, PARAMS), last = wgt_below(r, 2) ? first + 1 : PARAMS;
    double all[PARAMS * MOST_NUMBERS];
    (void)q;
    say(w, "    set(%s%s)\n", names[first], last > first + 1 ? " and all behind it" : "");
    for (int i = first; i < last; i++)
        for (int k = 0; k < model_numbers[i]; k++) w->m.p.at[i][k] = (float)wgt_uniform(&w->data, -0.6, 0.6);
    for (int i = 0, at = 0; i < PARAMS; at += model_numbers[i++])
        memcpy(all + at, w->m.p.at[i], (size_t)model_numbers[i] * sizeof *all);
    if (last == first + 1)
        wg_params_assign(w->p, names[first], w->m.p.at[first], (size_t)model_numbers[first]);
    else if (w->dtype == WG_F64) wg_params_set(w->p, all);
    else
        for (int i = first; i < last; i++)
            wg_params_assign(w->p, names[i], w->m.p.at[i], (size_t)model_numbers[i]);
    w->version++;
}

static void call_freeze(world *w, int q, wgt_random *r)
{
    (void)q;
    const int i = (int)wgt_below(r, FIRST_OF_B);
    w->m.frozen[i] = !w->m.frozen[i];
    say(w, "    freeze(%s, %s)\n", names[i], w->m.frozen[i] ? "true" : "false");
    wg_params_freeze(w->p, names[i], w->m.frozen[i]);
    if (w->m.frozen[i]) w->m.reached[i] = false;
}

/* Whether a new optimizer may use gradients that the old one has used nobody says: new ones come. */
static void call_new_optim(world *w, int q, wgt_random *r)
{
    model_optim *o = draw_stepper(w, r);
    const int k = (int)(o - w->m.o);
    if (!model_reaches(&w->m, &w->net[q].b, 0, PARAMS)) return;
    wg_optim_free(w->o[k]);
    draw_optim(o, o->lo, o->hi, r);
    make_optim(w, k);
    say(w, "    o%d is another optimizer: %d%s\n", k, o->rule, o->lazy ? ", lazy" : "");
    take_gradient(w, q, whole(w), false);
}

static void call_snapshot(world *w, int q, wgt_random *r)
{
    (void)q, (void)r;
    if (w->snapshot) {
        say(w, "    restore\n");
        wg_params_restore(w->p, w->snapshot);
        w->m.p = w->snapped;
        memcpy(w->state, w->snapped_state, sizeof w->state);
        w->version++;
        wg_snapshot_free(w->snapshot);
        w->snapshot = NULL;
        return;
    }
    say(w, "    snapshot\n");
    w->snapshot = wg_params_snapshot(w->p);
    w->snapped = w->m.p;
    memcpy(w->snapped_state, w->state, sizeof w->state);
}

static void release_all(world *w)
{
    for (held *h = w->held; h < w->held + HELD; h++) wgx_release(h->h), h->h = NULL;
}

/* Another context goes on from a file. It has made all with other values. */
static void call_resume(world *w, int q, wgt_random *r)
{
    (void)q, (void)r;
    const model now = w->m;
    const char *path = wgt_in_folder("sequence.run");
    say(w, "    save, finish; in another context: resume\n");
    if (wg_save(w->c, path)) wrong(w, "save fails");
    release_all(w);
    if (wg_finish(w->c, NULL)) wrong(w, "finish");
    for (int i = 0; i < PARAMS; i++) memset(w->m.p.at[i], 0, sizeof w->m.p.at[i]);
    for (int k = 0; k < 2; k++) w->m.o[k].lr = 0.77;
    start(w);
    if (!wg_resume(w->c, path)) wrong(w, "resume fails");
    w->m = now;
    for (int k = 0; k < 2; k++) {
        w->m.o[k].fresh = false;
        if (w->o[k]) expect(w, wg_optim_lr(w->o[k]), w->m.o[k].lr, "a rate", k);
    }
    memset(w->m.reached, 0, sizeof w->m.reached);
    for (int i = 0; i < PARAMS; i++)
        if (w->m.frozen[i]) wg_params_freeze(w->p, names[i], true);
    w->version++;
    for (int k = 0; k < 2; k++) build(w, k);
}

/* The user looks at a gradient, and scales it. */
static void call_look(world *w, int q, wgt_random *r)
{
    (void)q;
    const int i = (int)wgt_below(r, PARAMS);
    const wg_tensor t = wg_params_grad(w->p, wg_params_find(w->p, names[i]));
    if (!model_optim_of(&w->m, i)->fresh) return;
    if ((t.data != NULL) != w->m.reached[i]) wrong(w, "a gradient is there, or is not");
    if (!t.data || wgt_below(r, 2)) return;
    say(w, "    the gradient of %s is halved\n", names[i]);
    for (int k = 0; k < model_numbers[i]; k++) {
        if (w->dtype == WG_F64) ((double *)t.data)[k] /= 2;
        else ((float *)t.data)[k] /= 2;
        w->m.g.at[i][k] /= 2;
    }
}

static void call_new_graph(world *w, int q, wgt_random *r)
{
    (void)r;
    say(w, "    g%d is a new graph\n", q);
    wg_graph_free(w->net[q].g);
    w->net[q].g = wg_graph_new(w->c);
    build(w, q);
}

static void call_rewind(world *w, int q, wgt_random *r)
{
    net *s = &w->net[q];
    const int64_t mark = wgx_graph_mark(s->g);
    const bool can = !s->unsure && !is_stale(w, s);
    wg_node x = wg_mul(s->u, 2);
    say(w, "    nodes, a derivative, rewind(g%d)\n", q);
    if (can && wgt_below(r, 2)) {
        add_bits(w, wg_item(wg_sum(x)));
        if (!s->open) open_evaluation(w, s);
        if (wgt_below(r, 2)) add_bits(w, wg_item(wg_sum(wg_grad(wg_sum(wg_square(x)), s->u))));
    }
    wgx_graph_rewind(s->g, mark);
}

/* ---- sequences ---- */

static const struct kind {
    void (*make)(world *w, int graph, wgt_random *r);
    int weight;
} kinds[] = { { call_backward, 26 }, { call_step, 22 },     { call_begin, 12 },   { call_clip, 3 },
              { call_read, 10 },     { call_hold, 3 },      { call_numbers, 6 },  { call_rate, 2 },
              { call_commit, 3 },    { call_mistake, 2 },   { call_failing, 6 },  { call_set, 2 },
              { call_freeze, 2 },    { call_new_optim, 1 }, { call_snapshot, 2 }, { call_resume, 1 },
              { call_look, 2 },      { call_new_graph, 1 }, { call_rewind, 3 },   { call_hvp, 2 } };
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
    begin_world(w, s->seed, s->ways[k]);
    for (*made = 0; *made < s->count && !*w->wrong; ++*made) {
        const call *a = &s->calls[*made];
        wgt_random r = { a->draw };
        w->data.state = a->data;
        kinds[a->what].make(w, a->graph, &r);
        if (wg_failed(w->c)) wrong(w, "an error is left");
        expect_params(w);
        expect_gradients(w);
        expect_held(w);
        hashes[*made] = w->hash;
    }
    release_all(w);
    if (wg_finish(w->c, NULL)) wrong(w, "finish");
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
    if (same_to < s->count) wrong(w, "other bits than in the first way, from call %d on", same_to);
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
