/* sequence_world.c: see sequence_world.h. */
#include "sequence_world.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- ops of the user's own ---- */

const char *const own_names[OWNS] = { "no op of its own", "map + vjp",  "map + expand",
                                      "composite + vjp",  "custom_vjp", "extern" };

double own_factor;
bool own_fails;

static double times(double x, const void *attr)
{
    (void)attr;
    return own_factor * x;
}
/* gy times the factor. What it is made of depends on the factor, too. */
static void times_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y, (void)x;
    gx[0] = own_factor < 1.2 ? wg_mul(gy, own_factor) : wg_add(gy, wg_mul(gy, own_factor - 1));
}
static void times_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)here, (void)n, (void)attr;
    y[0] = wg_mul(x[0], own_factor);
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
    return own_fails;
}
static int same_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)m, (void)x, (void)user;
    memcpy(gx, gy, n * sizeof *gx);
    return own_fails;
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

bool own_value_has_factor(own how) { return how == OWN_MAP_VJP || how == OWN_MAP_EXPAND; }

void world_set_factors(own how, model_net *b)
{
    const bool halved = how == OWN_COMPOSITE || how == OWN_CUSTOM;
    b->scale = own_value_has_factor(how) ? own_factor : halved ? 0.5 : 1;
    b->slope = own_value_has_factor(how) || halved ? own_factor : 1;
}

const char *const world_names[PARAMS] = { "a.table", "a.W", "b.bias", "b.V" };
const char *const world_states[2] = { "s0", "s1" };

void world_say(world *w, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const size_t room = sizeof w->said - w->length;
    const int n = vsnprintf(w->said + w->length, room, format, list);
    va_end(list);
    w->length += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

void world_wrong(world *w, const char *format, ...)
{
    if (*w->wrong) return;
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(w->wrong, sizeof w->wrong, format, list);
    va_end(list);
    if (wg_failed(w->c) && n > 0 && n < (int)sizeof w->wrong)
        snprintf(w->wrong + n, sizeof w->wrong - (size_t)n, " (%s)", wg_message(w->c));
}

void world_add_bits(world *w, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    w->hash = (w->hash ^ bits) * 0x100000001B3u;
    w->hash ^= w->hash >> 29;
}

void world_expect(world *w, double got, double want, const char *what, int i)
{
    world_add_bits(w, got);
    if (w->dtype == WG_F32 || (isnan(got) && isnan(want)) ||
        fabs(got - want) <= 1e-9 * (0.01 + fabs(got) + fabs(want)))
        return;
    world_wrong(w, "%s[%d] is %.15g for %.15g", what, i, got, want);
}

void world_expect_params(world *w)
{
    for (int i = 0; i < PARAMS; i++) {
        const wg_tensor t = wg_params_tensor(w->p, wg_params_find(w->p, world_names[i]));
        for (int k = 0; k < model_numbers[i]; k++)
            world_expect(w, wg_tensor_item(&t, k), w->m.p.at[i][k], world_names[i], k);
    }
    for (int q = 0; q < 2; q++)
        world_expect(w, wg_params_item(w->p, world_states[q]), w->state[q], world_states[q], 0);
}

void world_expect_gradients(world *w)
{
    double g[PARAMS * MOST_NUMBERS];
    if (!w->m.o[0].fresh && !w->m.o[1].fresh) return;
    if (wg_params_get_grad(w->p, g)) world_wrong(w, "no gradients");
    for (int i = 0, at = 0; i < PARAMS; i++)
        for (int k = 0; k < model_numbers[i]; k++, at++)
            if (model_optim_of(&w->m, i)->fresh)
                world_expect(w, g[at], w->m.reached[i] ? w->m.g.at[i][k] : 0, "a gradient", at);
}

void world_expect_held(world *w)
{
    for (held *h = w->held; h < w->held + HELD; h++)
        for (int64_t i = 0; h->h && i < wg_shape_size(h->t.shape); i++)
            if (wg_tensor_item(&h->t, i) != h->was[i]) world_wrong(w, "a held value has changed");
}

/* ---- building ---- */

static wg_tensor view_y(world *w, net *s)
{
    static float f[EXAMPLES * OUT];
    for (int i = 0; i < s->b.n * OUT; i++) f[i] = (float)s->b.y[i / OUT][i % OUT];
    return w->dtype == WG_F64 ? wg_view_f64(&s->b.y[0][0], WG_SHAPE(s->b.n, OUT))
                              : wg_view_f32(f, WG_SHAPE(s->b.n, OUT));
}

void world_draw_numbers(world *w, net *s)
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
    return wg_param(s->g, w->p, world_names[i], shape, wg_values(w->m.p.at[i]));
}

static wg_node state_node(const world *w, wg_graph *g, int q)
{
    return wg_state(g, w->p, world_states[q], WG_SCALAR, wg_const(w->state[q]));
}

void world_nodes(world *w, int q, net *s)
{
    const model_net *b = &s->b;
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
        wg_node was = state_node(w, s->g, q);
        wg_assign(was, wg_add(wg_mul(was, 0.5), wg_mean(s->u)));
    }
}

void world_build(world *w, int q)
{
    net *s = &w->net[q];
    wg_begin(s->g, WG_TRAIN);
    world_nodes(w, q, s);
    if (s->kept) wg_keep(s->u);
    s->open = s->unsure = false;
}

const char *world_name_for(const model_optim *o, int parameter)
{
    return world_names[parameter] + (o->hi - o->lo == PARAMS ? 0 : 2);
}

void world_make_optim(world *w, int k)
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
    if (o->lazy) wg_optim_group(w->o[k], world_name_for(o, TABLE), .lazy = true);
    for (int i = o->lo; i < o->hi; i++)
        if (o->scale[i] != 1) wg_optim_group(w->o[k], world_name_for(o, i), .lr_scale = o->scale[i]);
    w->older = 1 - k;
}

void world_draw_optim(model_optim *o, int lo, int hi, wgt_random *r)
{
    *o = (model_optim){
        .rule = (model_rule)wgt_below(r, RULES), .beta = 0.9, .eps = 1e-3, .lo = lo, .hi = hi
    };
    o->lr = o->rule == ADAM ? 0.02 : 0.1;
    o->beta1 = wgt_below(r, 4) ? 0.9 : 0, o->beta2 = wgt_below(r, 4) ? 0.99 : 0.5;
    o->decay = wgt_below(r, 3) ? 0 : 0.05;
    o->lazy = lo == TABLE && wgt_below(r, 2);
    for (int i = 0; i < PARAMS; i++) o->scale[i] = i == BIAS && wgt_below(r, 2) ? 0.5 : 1;
}

void world_draw_structure(net *s, wgt_random *r)
{
    static const int examples[] = { 1, 3, 3, 5, 5, 5, EXAMPLES };
    s->b.n = examples[wgt_below(r, 7)];
    s->b.terms = (unsigned)wgt_below(r, 8) | (wgt_below(r, 4) ? 0 : WITH_ALL);
    s->how = (own)wgt_below(r, OWNS);
    s->kept = wgt_below(r, 5) == 0, s->has_state = wgt_below(r, 3) == 0;
}

void world_start(world *w)
{
    w->c = wgt_start(NULL, w->dtype,
                     &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = w->w.interpret,
                              .without = w->w.without, .plan_bytes = w->w.plan_bytes,
                              .on_warning = wg_no_warnings));
    w->group = w->shards ? wg_group_start(w->c, .shards = w->shards) : NULL;
    w->p = wg_params_new(w->c);
    w->part[0] = wg_params_in(w->p, "a"), w->part[1] = wg_params_in(w->p, "b");
    for (int q = 0; q < 2; q++) w->net[q].g = wg_graph_new(w->c);
    for (int i = 0; i < PARAMS; i++) parameter(w, &w->net[0], i);
    for (int q = 0; q < 2; q++) state_node(w, w->net[q].g, q), world_build(w, q);
    const int first = w->older;
    world_make_optim(w, first), world_make_optim(w, 1 - first);
    w->average = wg_average_new(w->p, .decay = w->decay);
    w->more = wg_graph_new(w->c);
    w->snapshot = NULL;
}

void world_begin(world *w, uint64_t seed, way how)
{
    wgt_random r = { seed };
    memset(w, 0, sizeof *w);
    w->w = how, w->data.state = seed + 1;
    w->dtype = wgt_below(&r, 5) ? WG_F64 : WG_F32;
    own_factor = 1, own_fails = false;
    for (int i = 0; i < PARAMS; i++)
        for (int k = 0; k < model_numbers[i]; k++) w->m.p.at[i][k] = (float)wgt_uniform(&r, -0.6, 0.6);
    for (int q = 0; q < 2; q++) world_draw_structure(&w->net[q], &r), world_draw_numbers(w, &w->net[q]);
    w->shards = wgt_below(&r, 2) ? 1 << wgt_below(&r, 3) : 0;
    w->decay = wgt_below(&r, 2) ? 0.75 : 0;
    const bool whole = wgt_below(&r, 2);
    world_draw_optim(&w->m.o[0], 0, whole ? PARAMS : FIRST_OF_B, &r);
    if (!whole) world_draw_optim(&w->m.o[1], FIRST_OF_B, PARAMS, &r);
    else w->m.o[1].lo = w->m.o[1].hi = PARAMS;
    world_start(w);
    world_say(w, "    %s, %d optimizers, %d shards; graphs: %s, %s\n", wg_dtype_name(w->dtype), whole ? 1 : 2,
              w->shards, own_names[w->net[0].how], own_names[w->net[1].how]);
}

/* ---- evaluations ---- */

static void average(const world *w, double *mean, double now)
{
    const double d = w->averaged == 1 ? 0 : w->decay > 0 ? w->decay : 1 - 1 / (double)w->averaged;
    *mean = d * *mean + (1 - d) * now;
}

void world_average(world *w)
{
    w->averaged++;
    for (int i = 0; i < PARAMS; i++)
        for (int k = 0; k < model_numbers[i]; k++) average(w, &w->mean.at[i][k], w->m.p.at[i][k]);
    for (int q = 0; q < 2; q++) average(w, &w->mean_state[q], w->state[q]);
}

void world_open_evaluation(world *w, net *s)
{
    s->open = true, s->read = s->committed = false, s->version = w->version;
    world_set_factors(s->how, &s->b);
    s->loss_then = model_loss(&s->b, &w->m.p, s->u_then, NULL);
}

bool world_is_stale(const world *w, const net *s) { return s->open && s->version != w->version; }

void world_evaluation_done(world *w, int q)
{
    net *s = &w->net[q];
    double sum = 0;
    if (!s->open || world_is_stale(w, s)) world_open_evaluation(w, s);
    for (int i = 0; i < s->b.n * OUT; i++) sum += s->u_then[i / OUT][i % OUT];
    s->unsure = false;
    if (s->committed || !s->has_state) return;
    w->state[q] = 0.5 * w->state[q] + sum / (s->b.n * OUT);
    s->committed = true;
    s->version = ++w->version; /* the evaluation of the other graph is stale */
}

void world_read(world *w, net *s, wg_node n, bool must, const double *want)
{
    if (s->unsure) return;
    const bool stale = world_is_stale(w, s);
    if (!s->open) world_open_evaluation(w, s);
    const wg_tensor t = wg_value(n);
    world_add_bits(w, t.data != NULL);
    if (!t.data && (must || !stale)) world_wrong(w, "a read fails");
    for (int64_t i = 0; t.data && i < wg_shape_size(t.shape); i++)
        world_expect(w, wg_tensor_item(&t, i), want[i], "a value", (int)i);
    wg_recover(w->c);
}

void world_new_numbers(world *w, net *s)
{
    world_draw_numbers(w, s);
    wg_input_set(s->row, wg_view_i32(s->b.row[0], WG_SHAPE(s->b.n)));
    wg_input_set(s->other, wg_view_i32(s->b.row[1], WG_SHAPE(s->b.n)));
    wg_input_set(s->y, view_y(w, s));
    s->open = s->unsure = false;
}

void world_new_factor(world *w, int but)
{
    own_factor = wgt_uniform(&w->data, 0.5, 1.5);
    for (int q = 0; q < 2; q++)
        if (q != but && own_value_has_factor(w->net[q].how)) world_new_numbers(w, &w->net[q]);
}

void world_release_all(world *w)
{
    for (held *h = w->held; h < w->held + HELD; h++) wgx_release(h->h), h->h = NULL;
}

set_of world_whole(world *w) { return (set_of){ w->p, 0, PARAMS, "p" }; }

set_of world_draw_set(world *w, wgt_random *r)
{
    const int64_t k = wgt_below(r, 4);
    if (k == 0) return (set_of){ w->part[0], 0, FIRST_OF_B, "a" };
    if (k == 1) return (set_of){ w->part[1], FIRST_OF_B, PARAMS, "b" };
    return world_whole(w);
}
