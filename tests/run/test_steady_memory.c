/* test_steady_memory.c: a program that runs for ever needs no more memory than after a while, though
 * shapes, source texts and sets of parameters are new in each turn. Memory is counted by the context's
 * allocator. */
#include <stdio.h>
#include <string.h>

#include "wgtest.h"

/* More turns than shapes or texts are needed before unused ones are freed (src/engine/graph/unused.c). The
 * first half of the turns fills tables and caches. */
enum { TURNS = 16000 };

typedef struct server {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node first; /* made before the first turn, in a graph of its own */
    int warnings;
} server;

typedef void (*turn_fn)(server *s, int64_t turn);

static void count_warning(void *user, const char *text)
{
    (void)text;
    ++*(int *)user;
}

/* The most bytes that are alive in the second half of the turns must not exceed those of the first half,
 * but for `slack`. */
static void expect_steady(turn_fn turn, int64_t turns, int64_t slack)
{
    static wgt_memory m;
    m = (wgt_memory){ 0 };
    server s = { 0 };
    s.c = wgt_start(&m, WG_F64,
                    &WG_OPTS(wg_start_opts, .threads = 1, .plan_bytes = 1 << 17, .on_warning = count_warning,
                             .user = &s.warnings));
    s.g = wg_graph_new(s.c), s.p = wg_params_new(s.c);
    for (int64_t i = 1; i <= turns / 2 && !wg_failed(s.c); i++) turn(&s, i);
    const int64_t before = m.most;
    m.most = 0;
    for (int64_t i = turns / 2 + 1; i <= turns && !wg_failed(s.c); i++) turn(&s, i);
    cr_expect_leq(m.most, before + slack, "%lld bytes, before %lld", (long long)m.most, (long long)before);
    wgt_finish(s.c, &m);
}

/* ---- shapes ---- */

static wg_shape new_shape(int64_t turn) { return WG_SHAPE(1 + turn % 7, 1, 1 + turn / 7, 1 + turn % 3); }

static void shape(server *s, int64_t turn)
{
    wg_begin(s->g, WG_TRAIN);
    const wg_shape w = new_shape(turn);
    cr_assert(wg_shape_equal(wg_node_shape(wg_square(wg_fill(s->g, 2.0, w))), w));
}

Test(steady_memory, shapes) { expect_steady(shape, 4 * TURNS, 0); }

static void shape_in_new_graph(server *s, int64_t turn)
{
    wg_graph *g = wg_graph_new(s->c);
    wg_fill(g, 2.0, new_shape(turn));
    wg_graph_free(g);
}

Test(steady_memory, shapes_in_new_graphs) { expect_steady(shape_in_new_graph, 4 * TURNS, 0); }

/* What a graph has given back by a rewind is free after wg_begin. */
static void shape_behind_mark(server *s, int64_t turn)
{
    if (turn % 500 == 0) wg_begin(s->g, WG_TRAIN);
    const int64_t mark = wgx_graph_mark(s->g);
    wg_fill(s->g, 2.0, new_shape(turn));
    wgx_graph_rewind(s->g, mark);
}

Test(steady_memory, shapes_behind_a_mark) { expect_steady(shape_behind_mark, 4 * TURNS, 0); }

/* Of n elements x = 3 the sum of squares is 9 n, and its gradient by w = 1, which x is multiplied by, 18
 * n. */
static void new_rows(server *s, int64_t turn, int runs)
{
    /* 3,465 shapes, large and small ones in turn: the first half of the turns has them all */
    const wg_shape rows = WG_SHAPE(1 + turn % 5, 1 + turn % 7, 1 + turn % 9, 1 + turn % 11);
    const double n = (double)wg_shape_size(rows);
    for (int k = 0; k < runs; k++) {
        wg_begin(s->g, WG_TRAIN);
        wg_node w = wg_param(s->g, s->p, "w", WG_SHAPE(1), wg_const(1));
        wg_node loss = wg_sum(wg_square(wg_mul(w, wg_fill(s->g, 3.0, rows))));
        wg_backward(loss, s->p);
        cr_assert_eq(wg_item(loss), 9.0 * n);
        const wg_tensor gradient = wg_params_grad(s->p, 0);
        cr_assert_eq(wg_tensor_item(&gradient, 0), 18.0 * n);
    }
}

static void rows_once(server *s, int64_t turn) { new_rows(s, turn, 1); }
static void rows_compiled(server *s, int64_t turn) { new_rows(s, turn, 4); }

/* Some plans are compiled. They fill the room that they have. */
Test(steady_memory, gradients_of_new_shapes) { expect_steady(rows_once, 2 * TURNS, 1 << 15); }
Test(steady_memory, plans_of_new_shapes) { expect_steady(rows_compiled, TURNS / 2, 1 << 15); }

/* A graph that stays keeps its shapes while others come and go. */
static void beside_another(server *s, int64_t turn)
{
    if (turn == 1) s->first = wg_square(wg_fill(wg_graph_new(s->c), 3.0, WG_SHAPE(11, 13, 17)));
    shape(s, turn);
    if (turn % 1000) return;
    cr_assert(wg_shape_equal(wg_node_shape(s->first), WG_SHAPE(11, 13, 17)));
    cr_assert_eq(wg_item(wg_sum(s->first)), 9.0 * 11 * 13 * 17);
}

Test(steady_memory, a_graph_that_stays) { expect_steady(beside_another, 4 * TURNS, 1 << 16); }

/* ---- programs ---- */

static void program(server *s, int64_t turn)
{
    char text[200], name[40];
    snprintf(name, sizeof name, "request%lld.wg", (long long)turn);
    snprintf(text, sizeof text, "x = [1, 2, %lld]\ny%lld = sum(x * x)\n", (long long)turn,
             (long long)turn % 100);
    wg_program *q = wg_program_text(s->c, name, text);
    wg_program_build(q, s->g, s->p, WG_EVAL);
    cr_assert_eq(wg_item(wg_program_last(q)), 5.0 + (double)(turn * turn));
    wg_program_free(q);
}

Test(steady_memory, programs) { expect_steady(program, TURNS, 0); }

/* One program, built anew in each turn. */
static void build(server *s, int64_t turn)
{
    static wg_program *q;
    if (turn == 1) q = wg_program_text(s->c, "net.wg", "x = [1, 2, 3]\ny = sum(sin(x) * x)\n");
    wg_program_build(q, s->g, s->p, WG_EVAL);
}

Test(steady_memory, one_program_built_again) { expect_steady(build, TURNS, 0); }

static void wrong_program(server *s, int64_t turn)
{
    char text[200], name[40];
    snprintf(name, sizeof name, "request%lld.wg", (long long)turn);
    snprintf(text, sizeof text, turn % 2 ? "x%lld = sum([1, 2\n" : "y%lld = [1, 2] + [1, 2, 3]\n",
             (long long)turn);
    wg_program *q = wg_program_text(s->c, name, text);
    wg_program_build(q, s->g, s->p, WG_EVAL);
    cr_assert_neq(wg_failed(s->c), WG_OK);
    cr_assert(strstr(wg_message(s->c), name), "%s", wg_message(s->c));
    wg_recover(s->c);
    wg_program_free(q);
}

Test(steady_memory, wrong_programs) { expect_steady(wrong_program, TURNS, 0); }

/* ---- sites, parameters, warnings ---- */

static void same_site(server *s, int64_t turn)
{
    char place[40];
    snprintf(place, sizeof place, "model.py:%lld", (long long)turn % 50);
    wg_begin(s->g, WG_EVAL);
    wg_node x = wg_square_at(wg_site_keep(s->c, "x", place), wg_fill(s->g, 2.0, WG_SHAPE(3)));
    cr_assert_eq(wg_item(wg_sum(x)), 12);
}

Test(steady_memory, sites_kept_again) { expect_steady(same_site, TURNS, 0); }

static void training(server *s, int64_t turn)
{
    wg_params *p = wg_params_new(s->c);
    wg_begin(s->g, WG_TRAIN);
    wg_node loss = wg_sum(wg_square(wg_param(s->g, p, "w", WG_SHAPE(1 + turn % 100), wg_const(1))));
    wg_optim *o = wg_adam(p);
    wg_backward(loss, p);
    wg_optim_step(o);
    wg_begin(s->g, WG_TRAIN);
    wg_optim_free(o);
    wg_params_free(p);
}

Test(steady_memory, sets_of_parameters) { expect_steady(training, TURNS / 4, 0); }

static void warned(server *s, int64_t turn)
{
    char place[40];
    snprintf(place, sizeof place, "line:%lld", (long long)turn);
    wgx_sites *sites = wgx_sites_new(s->c);
    wg_begin(s->g, WG_EVAL);
    wg_node w = wg_param(s->g, s->p, "w", WG_SHAPE(4), wg_const(1));
    const int before = s->warnings;
    for (int k = 0; k < 2; k++)
        wg_backward_at(wgx_sites_keep(sites, "loss, p", place), wg_sum(wg_dropout(w, .drop = 0.5)), s->p);
    cr_assert_eq(s->warnings, before + (turn <= 128), "one warning a place, and 128 in all");
    wgx_sites_free(sites);
}

Test(steady_memory, warnings) { expect_steady(warned, TURNS / 4, 0); }

/* ---- random calls, repeated ---- */

/* What a turn may do. All on one graph, which the turn begins anew, or rewinds to where the turn began. */
typedef enum call {
    BACKWARD,
    BACKWARD_ADD,
    READ,
    STEP,
    HVP,
    JVP,
    GRAD,
    KEEP,
    COMMIT,
    SET,
    FLAT_HVP,
    NODE,
    SCOPE,
    PART,
    MARKED,
    CALLS
} call;
static const char *const call_name[] = { "backward",   "backward_add", "read",  "optim_step", "hvp",
                                         "jvp",        "grad",         "keep",  "commit",     "input_set",
                                         "params_hvp", "node",         "scope", "recompute",  "mark" };

enum { BODY = 7, EARLY = 100, LATE = 1000 };

typedef struct body {
    call what[BODY];
    int of[BODY], count;
    bool anew; /* each turn begins the graph anew */
} body;

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    wg_node x, w, h, loss[2];
    int64_t mark;
} net;

static const double numbers[12] = { 0.1, -0.2, 0.3, 0.4, 0.5, -0.6, 0.7, 0.8, -0.9, 1, 1.1, 1.2 };

static void make(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    n->x = wg_input(n->g, "x", wg_view_f64(numbers, WG_SHAPE(4, 3)));
    n->w = wg_param(n->g, n->p, "w", WG_SHAPE(3, 3), wg_const(0.3));
    n->h = wg_tanh(wg_matmul(n->x, n->w));
    n->loss[0] = wg_mean(wg_square(wg_nn_batch_norm(n->h, n->p, "bn", .share = true)));
    n->loss[1] = wg_sum(wg_exp(wg_dropout(n->h, .drop = 0.25)));
}

static wg_node half(wg_node x, void *user) { return (void)user, wg_mul(0.5, wg_sin(x)); }

static void act(net *n, call what, int of)
{
    wg_node loss = n->loss[of % 2], v = n->w, out = wg_none;
    double flat[64] = { 0.5 }, product[64];
    switch (what) {
    case BACKWARD: wg_backward(loss, n->p); break;
    case BACKWARD_ADD: wg_backward_add(loss, n->p); break;
    case READ: wg_value(of % 3 ? loss : n->h); break;
    case STEP: wg_optim_step(n->o); break;
    case HVP: wg_hvp(loss, &n->w, &v, 1, &out), wg_value(out); break;
    case JVP: wg_value(wg_jvp(loss, &n->w, &v, 1)); break;
    case GRAD: wg_value(wg_grad(loss, n->w)); break;
    case KEEP: wg_keep(wg_mul(n->h, 2)); break;
    case COMMIT: wg_commit(n->g); break;
    case SET: wg_input_set(n->x, wg_view_f64(numbers, WG_SHAPE(4, 3))); break;
    case FLAT_HVP: wg_params_hvp(n->p, loss, flat, product); break;
    case NODE: wg_item(wg_sum(wg_mul(wg_name(wg_square(n->h), "squares"), of + 0.5))); break;
    case SCOPE:
        wg_scope_push(n->g, of % 2 ? "one" : "two");
        wg_item(wg_sum(wg_dropout(n->h, .drop = 0.5)));
        wg_scope_pop(n->g);
        break;
    case PART: wg_item(wg_sum(wg_recompute(n->h, half, NULL))); break;
    case MARKED:
        if (of % 2) n->mark = wgx_graph_mark(n->g);
        else if (n->mark) wgx_graph_rewind(n->g, n->mark);
        break;
    default: break;
    }
    if (wg_failed(n->c)) wg_recover(n->c);
}

static void turn_of(net *n, const body *b)
{
    if (b->anew) make(n);
    const int64_t mark = wgx_graph_mark(n->g);
    n->mark = 0;
    for (int i = 0; i < b->count; i++) act(n, b->what[i], b->of[i]);
    if (!b->anew) wgx_graph_rewind(n->g, mark);
}

static body draw(uint64_t index)
{
    wgt_random r = { wgt_seed() * 0x9E3779B97F4A7C15u ^ index };
    body b = { .count = 1 + (int)wgt_below(&r, BODY), .anew = index % 3 == 0 };
    for (int i = 0; i < b.count; i++) b.what[i] = (call)wgt_below(&r, CALLS), b.of[i] = (int)wgt_below(&r, 6);
    return b;
}

/* Bytes after EARLY turns, the first of which fill tables, and after LATE. */
static void repeat(const body *b, int64_t bytes[2])
{
    wgt_memory m = { 0 };
    net n = { .c = wgt_start(&m, WG_F64, NULL) };
    n.g = wg_graph_new(n.c), n.p = wg_params_new(n.c);
    make(&n);
    n.o = wg_adam(n.p);
    for (int k = 1; k <= LATE; k++) {
        turn_of(&n, b);
        if (k == EARLY) bytes[0] = m.bytes;
    }
    bytes[1] = m.bytes;
    wgt_finish(n.c, &m);
}

static void expect_equal(const body *b, uint64_t index)
{
    int64_t bytes[2];
    char text[200] = "";
    repeat(b, bytes);
    for (int i = 0; i < b->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %s(%d)", call_name[b->what[i]], b->of[i]);
    cr_expect_eq(bytes[1], bytes[0], "program %llu,%s:%s: %lld bytes after %d turns, %lld after %d",
                 (unsigned long long)index, b->anew ? " begun anew" : "", text, (long long)bytes[0], EARLY,
                 (long long)bytes[1], LATE);
}

/* Each call alone, then many random turns. */
Test(steady_memory, a_call_repeated)
{
    for (int what = 0; what < CALLS; what++)
        for (int anew = 0; anew < 2; anew++)
            expect_equal(&(body){ .what = { (call)what }, .of = { 1 }, .count = 1, .anew = anew },
                         (uint64_t)what);
}

Test(steady_memory, random_calls_repeated)
{
    for (uint64_t i = 0; i < 150; i++) {
        const body b = draw(i);
        expect_equal(&b, i);
    }
}

/* ---- calls that set something, with the same arguments ---- */

/* What may be set. n must be first: wgt_finish is given its context. */
typedef struct settings {
    net n;
    wg_graph *rebuilt;
    wg_params *twin, *body;
    wg_average *mean;
    wg_data *d, *like;
    wg_program *q;
    wg_nn_cache *cache;
    wg_snapshot *then;
    wg_node state;
    double flat[64], best;
    int64_t mark;
} settings;

static const wg_tensor table = { WG_F64, { 2, { 4, 3 } }, (void *)(uintptr_t)numbers };

static void nothing(void *user, wg_graph *g) { (void)user, (void)g; }

static void assign_anew(settings *s)
{
    wg_begin(s->rebuilt, WG_TRAIN);
    wg_node k = wg_state(s->rebuilt, s->n.p, "k", WG_SCALAR, wg_const(0));
    wg_assign(k, wg_add(k, 1));
    wg_assign(k, wg_add(wg_assigned(k), 1));
    wgx_graph_at_end(s->rebuilt, nothing, NULL);
    wg_params_with(s->n.p, (wg_given[]){ { "k", wg_add(k, 1) } }, 1);
}

#define SETTERS(X)                                                                                  \
    X(params_freeze, wg_params_freeze(n->p, "w*", true))                                            \
    X(params_freeze_in_turn, wg_params_freeze(n->p, "*", true), wg_params_freeze(n->p, "*", false)) \
    X(params_freeze_a_part, wg_params_freeze(s->body, "w", true))                                   \
    X(params_seal, wg_params_seal(n->p, true))                                                      \
    X(params_trained, wg_params_trained(n->p, true))                                                \
    X(params_in, wg_params_in(n->p, "body"))                                                        \
    X(params_set, wg_params_set(n->p, s->flat))                                                     \
    X(params_assign, wg_params_assign(n->p, "w", numbers, 9))                                       \
    X(params_assign_tensor, wg_params_assign_tensor(n->p, "k", wg_view_f64(numbers, WG_SCALAR)))    \
    X(params_copy, wg_params_copy(s->twin, n->p))                                                   \
    X(params_blend, wg_params_blend(s->twin, n->p, 0.5))                                            \
    X(params_restore, wg_params_restore(n->p, s->then))                                             \
    X(optim_group, wg_optim_group(n->o, "*.b", .lr = 0.125))                                        \
    X(optim_group_of_all, wg_optim_group(n->o, "*", .lr_scale = 0.5, .weight_decay = 1, .l1 = 0.5)) \
    X(optim_groups, wg_optim_group(n->o, "w", .decay = false), wg_optim_group(n->o, "*", .l1 = 0))  \
    X(optim_group_lazy, wg_optim_group(n->o, "w", .lazy = true))                                    \
    X(optim_set_lr, wg_optim_set_lr(n->o, 0.5))                                                     \
    X(average_use, wg_average_use(s->mean, true), wg_average_use(s->mean, false))                   \
    X(average_step, wg_average_step(s->mean))                                                       \
    X(save_with, wg_save_with(n->c, "best", wg_view_f64(&s->best, WG_SCALAR)))                      \
    X(save_end, wg_save_end(n->c, "best"))                                                          \
    X(interrupt, wg_interrupt(n->c), wg_recover(n->c))                                              \
    X(interrupted, wg_interrupt(n->c), wg_backward(n->loss[0], n->p))                               \
    X(recover, wg_add(n->x, wg_none))                                                               \
    X(warn, wg_warn(n->c, WG_HERE, "a warning"))                                                    \
    X(input_set, wg_input_set(n->x, table))                                                         \
    X(keep, wg_keep(n->h))                                                                          \
    X(name, wg_name(n->h, "hidden"))                                                                \
    X(layer_node, wgx_layer_node(n->h, "hidden"))                                                   \
    X(assign, wg_assign(s->state, n->loss[0]))                                                      \
    X(assign_anew, assign_anew(s))                                                                  \
    X(scope, wg_scope_push(n->g, "a"), wg_scope_pop(n->g))                                          \
    X(graph_mark, wgx_graph_mark(n->g))                                                             \
    X(graph_rewind, wg_mul(n->h, 3), wgx_graph_rewind(n->g, s->mark))                               \
    X(graph_freeze, wgx_graph_freeze(n->g, true))                                                   \
    X(graph_set_epoch, wgx_graph_set_epoch(n->g, 5))                                                \
    X(data_seed, wgx_data_seed(s->d, 7))                                                            \
    X(data_shuffle, wg_data_shuffle(s->d, true))                                                    \
    X(data_normalise, wg_data_normalise(s->d, "x"))                                                 \
    X(data_normalise_like, wg_data_normalise_like(s->like, s->d))                                   \
    X(program_set, wg_program_set(s->q, "x", table))                                                \
    X(program_data_in, wg_program_data_in(s->q, "/", "nowhere else"))                               \
    X(cache_clear, wg_nn_cache_clear(s->cache))                                                     \
    X(param_again, wg_param(n->g, n->p, "w", WG_SHAPE(3, 3), wg_zeros()))                           \
    X(cast_to_what_it_is, wg_cast(n->h, WG_F64))                                                    \
    X(site_keep, wg_site_keep(n->c, "x", "a.py:3"))

#define SETTER(name, ...) \
    static void set_##name(settings *s, net *n) { (void)s, (void)n, __VA_ARGS__; }
SETTERS(SETTER)
#define ROW(name, ...) { #name, set_##name },
static const struct setter {
    const char *name;
    void (*set)(settings *s, net *n);
} setters[] = { SETTERS(ROW) };

static settings settings_new(wgt_memory *m)
{
    settings s = { .best = 1 };
    net *n = &s.n;
    n->c = wgt_start(m, WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .on_warning = wg_no_warnings));
    n->g = wg_graph_new(n->c), n->p = wg_params_new(n->c), s.rebuilt = wg_graph_new(n->c);
    make(n);
    s.state = wg_state(n->g, n->p, "s", WG_SCALAR, wg_const(0));
    s.mark = wgx_graph_mark(n->g);
    wg_params_make(n->p, "body.w", wg_view_f64(numbers, WG_SHAPE(2)), false);
    wg_params_make(n->p, "k", wg_view_f64(numbers, WG_SCALAR), true);
    s.body = wg_params_in(n->p, "body"), s.twin = wg_params_new(n->c);
    wg_params_copy(s.twin, n->p);
    wg_params_get(n->p, s.flat);
    n->o = wg_sgd(n->p), s.mean = wg_average_new(n->p), s.then = wg_params_snapshot(n->p);
    wg_average_step(s.mean);
    s.d = wg_data_make(n->c, "xor", 20), s.like = wg_data_make(n->c, "xor", 10);
    s.q = wg_program_text(n->c, "a.wg", "y = sum(x)\n"), s.cache = wg_nn_cache_new(n->c);
    cr_assert(!wg_failed(n->c), "%s", wg_message(n->c));
    return s;
}

/* As many bytes after 10,000 times as after 1,000, alone and between two steps of a training. */
Test(steady_memory, a_setting_repeated)
{
    for (size_t i = 0; i < 2 * (sizeof setters / sizeof *setters); i++) {
        const struct setter *k = &setters[i / 2];
        wgt_memory m = { 0 };
        settings s = settings_new(&m);
        int64_t before = 0;
        for (int turn = 1; turn <= 10000; turn++) {
            k->set(&s, &s.n);
            if (wg_failed(s.n.c)) wg_recover(s.n.c);
            if (i % 2 && wg_backward(s.n.loss[1], s.n.p) == WG_OK) wg_optim_step(s.n.o);
            if (wg_failed(s.n.c)) wg_recover(s.n.c);
            if (turn == 1000) before = m.bytes;
        }
        cr_expect_eq(m.bytes, before, "%s: %lld bytes after 1,000 times, %lld after 10,000", k->name,
                     (long long)before, (long long)m.bytes);
        wgt_finish(s.n.c, &m);
    }
}

/* ---- sites of texts that come and go ---- */

Test(sites, equal_texts_are_one_site)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wgx_sites *s = wgx_sites_new(c);
    wg_site a = wgx_sites_keep(s, "x, y", "a.wg:1");
    cr_expect_str_eq(a, "x, y\na.wg:1");
    cr_expect_eq(a, wgx_sites_keep(s, "x, y", "a.wg:1"));
    cr_expect_neq(a, wgx_sites_keep(s, "x, y", "a.wg:12"));
    cr_expect_neq(a, wgx_sites_keep(s, "x", " y\na.wg:1"));
    cr_expect_eq(wg_site_keep(c, "x", "b:1"), wg_site_keep(c, "x", "b:1"));
    cr_expect_str_eq(wgx_sites_keep(NULL, "x", "b:1"), "\n");
    wgx_sites_free(NULL);
    wgx_sites_free(s);
    cr_expect_str_eq(wgx_sites_keep(wgx_sites_new(NULL), "x", "b:1"), "\n");
}

/* A node keeps the text of its site after wgx_sites_free, however many shapes and texts come and go
 * meanwhile. */
Test(sites, stay_while_a_node_has_them)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_graph *h = wg_graph_new(c);
    wgx_sites *s = wgx_sites_new(c);
    wg_node x = wg_fill(g, 2.0, WG_SHAPE(3));
    wg_node y = wg_square_at(wgx_sites_keep(s, "x", "kept.wg:7"), x);
    wgx_sites_free(s);
    for (int64_t i = 0; i < 5000; i++) {
        wg_begin(h, WG_EVAL);
        wgx_sites *t = wgx_sites_new(c);
        wg_square_at(wgx_sites_keep(t, "x", "other.wg:7"), wg_fill(h, 2.0, WG_SHAPE(3, 1 + i)));
        wgx_sites_free(t);
    }
    cr_expect_str_eq(wg_node_site(y), "x\nkept.wg:7");
    cr_expect_eq(wg_item(wg_sum(y)), 12);
}
