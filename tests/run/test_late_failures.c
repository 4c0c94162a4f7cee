/* test_late_failures.c: a call that fails has done nothing. Each public call that can fail late, when it has
 * begun to work, fails at each of its points: a function of the user's returns an error, an interrupt comes
 * before the call, inside it or by on_poll, an allocation fails, an index is out of range, a file is
 * another one. After wg_recover all is as in a twin that has not made the call: what wg_save writes,
 * gradients, and the steps that follow, to the bit. A call that succeeds all the same is compared with a twin
 * that has made it undisturbed.
 *
 * One exception is documented: a wg_backward that has failed leaves no gradients to step with.
 *
 * WG_POINTS=all tries them in all settings, and logs a table of calls and points. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "wgfiles.h"
#include "wgtest.h"

/* ---- what makes a call fail ---- */

typedef enum point { USER, INSIDE, BEFORE, POLL, MEMORY, ROW, LABEL, NOT_A_NUMBER, OTHER_FILE, POINTS } point;
static const char *const point_names[POINTS] = {
    "user's function", "interrupt inside", "interrupt before", "poll", "memory", "row",
    "label",           "not finite",       "another file"
};
/* Whether there is a first, a second ... such point in a call. */
static bool is_counted(point at) { return at == USER || at == INSIDE || at == POLL || at == MEMORY; }

static struct {
    point at;
    int64_t in; /* the point is reached when this has been counted down to 0; 0: never */
    wg_context *c;
    bool clock_runs;
} trap;

static bool springs(point at) { return trap.at == at && trap.in > 0 && --trap.in == 0; }

/* The library looks at the clock before it calls on_poll. While a call is tried each look is a second after
 * the one before, so that every look is a poll. */
int clock_gettime(clockid_t clock, struct timespec *t)
{
    static time_t seconds;
    if (!trap.clock_runs) return (int)syscall(SYS_clock_gettime, clock, t);
    *t = (struct timespec){ .tv_sec = 1000000000 + seconds++ };
    return 0;
}

static bool poll(void *user)
{
    (void)user;
    return !springs(POLL);
}

static int visit(void)
{
    if (springs(INSIDE)) wg_interrupt(trap.c);
    return springs(USER) ? 7 : 0;
}

static int bend(size_t n, const double *x, size_t m, double *y, void *user)
{
    (void)n, (void)user;
    for (size_t i = 0; i < m; i++) y[i] = x[i] + 0.1 * x[i] * x[i];
    return visit();
}
static int bend_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)m, (void)user;
    for (size_t i = 0; i < n; i++) gx[i] = gy[i] * (1 + 0.2 * x[i]);
    return visit();
}

/* A derivative rule may find an error, too. */
static void pass_on(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)y, (void)x;
    gx[0] = wg_mul(gy, 0.5);
    if (visit()) wg_fail(trap.c, here, WG_ERROR_USER, "the rule has failed");
}

/* ---- a training ---- */

typedef struct setting {
    int interpret, turns; /* turns: of the training before the call */
    bool kept;            /* graph b is built once, and gets new numbers */
    bool opened;          /* the loss has been read before the call */
} setting;

typedef struct world world;
typedef struct late {
    const char *name;
    void (*make)(world *w);
    unsigned points; /* by which it may fail: bits 1 << point */
    const char *optim;
    bool fresh;                 /* there are gradients that no step has used */
    bool loses;                 /* them, when it fails */
    wg_node (*root)(wg_node x); /* what is read, made of a vector in graph b */
} late;

struct world {
    wgt_memory m;
    wg_context *c;
    wg_graph *a, *b;
    wg_params *p, *copy;
    wg_optim *o;
    wg_average *average;
    wg_snapshot *snapshot;
    wg_node loss, row, x, y, v; /* of graph b */
    wgx_held *held;
    const late *call;
    const setting *how;
    const char *file;
    int turn;
    double read; /* a number that the training has read */
};

enum { EXAMPLES = 4, WIDTH = 3, ROWS = 6, CLASSES = 5 };

static bool by_lbfgs(const world *w) { return !strcmp(w->call->optim, "lbfgs"); }

/* Numbers of a turn; L-BFGS wants the same in each. */
static void numbers(const world *w, int graph, float x[EXAMPLES * WIDTH], int32_t row[EXAMPLES],
                    int32_t y[EXAMPLES])
{
    wgt_random r = { (uint64_t)(by_lbfgs(w) ? graph : 2 * w->turn + graph) };
    for (int i = 0; i < EXAMPLES * WIDTH; i++) x[i] = (float)wgt_uniform(&r, -1, 1);
    for (int i = 0; i < EXAMPLES; i++)
        row[i] = (int32_t)wgt_below(&r, 3 + graph), y[i] = (int32_t)wgt_below(&r, CLASSES);
}

/* spoilt: by which point, when the call is tried. */
static wg_node build(world *w, wg_graph *g, point spoilt)
{
    float x[EXAMPLES * WIDTH];
    int32_t row[EXAMPLES], y[EXAMPLES];
    numbers(w, g == w->b, x, row, y);
    if (spoilt == ROW) row[1] = ROWS;
    if (spoilt == LABEL) y[2] = CLASSES;
    if (spoilt == NOT_A_NUMBER) x[4] = NAN;
    wg_begin(g, WG_TRAIN);
    wg_node T = wg_param(g, w->p, "T", WG_SHAPE(ROWS, WIDTH), wg_normal(0, 0.5));
    wg_node rows = wg_input(g, "row", wg_view_i32(row, WG_SHAPE(EXAMPLES)));
    wg_node more = wg_input(g, "x", wg_view_f32(x, WG_SHAPE(EXAMPLES, WIDTH)));
    wg_node labels = wg_input(g, "y", wg_view_i32(y, WG_SHAPE(EXAMPLES)));
    if (g == w->b) w->row = rows, w->x = more, w->y = labels;
    wg_node h = wg_add(wg_gather(T, rows), more);
    h = wg_extern(h, WG_SHAPE(EXAMPLES, WIDTH), .forward = bend, .backward = bend_adjoint);
    if (!by_lbfgs(w)) h = wg_dropout(wg_nn_batch_norm(h, w->p, "bn"), .drop = 0.3, .name = "drop");
    h = wg_custom_vjp(wg_mul(h, 0.5), &h, 1, pass_on);
    wg_node loss = wg_softmax_cross_entropy(wg_nn_dense(h, w->p, "out", CLASSES), labels);
    /* Graph b reads all rows of the table, graph a only some. */
    return g == w->b ? wg_add(loss, wg_mul(wg_sum(wg_square(T)), 0.01)) : loss;
}

static void new_numbers(world *w)
{
    float x[EXAMPLES * WIDTH];
    int32_t row[EXAMPLES], y[EXAMPLES];
    numbers(w, 1, x, row, y);
    wg_input_set(w->row, wg_view_i32(row, WG_SHAPE(EXAMPLES)));
    wg_input_set(w->x, wg_view_f32(x, WG_SHAPE(EXAMPLES, WIDTH)));
    wg_input_set(w->y, wg_view_i32(y, WG_SHAPE(EXAMPLES)));
}

static void prepare(world *w, point spoilt)
{
    const bool is_there = w->how->kept && wg_node_ok(w->loss);
    if (is_there && spoilt == POINTS) new_numbers(w);
    else w->loss = build(w, w->b, spoilt);
}

/* Gradients of graph a alone, which are ready for a step. */
static void first_gradients(world *w) { wg_backward(build(w, w->a, POINTS), w->p); }

static void turn(world *w)
{
    if (!by_lbfgs(w)) first_gradients(w);
    prepare(w, POINTS);
    w->read = wg_item(w->loss);
    if (by_lbfgs(w)) wg_backward(w->loss, w->p);
    else wg_backward_add(w->loss, w->p);
    wg_optim_step(w->o);
    wg_average_step(w->average);
    w->turn++;
}

/* ---- what has a computation of its own inside ---- */

static wg_node bent(wg_node x)
{
    return wg_extern(x, wg_node_shape(x), .forward = bend, .backward = bend_adjoint);
}
static wg_node pulled(wg_node z, void *to)
{
    (void)to;
    return wg_add(wg_mul(bent(z), 0.3), 0.1);
}
static wg_node flow(wg_node t, wg_node y, void *user)
{
    (void)user;
    return wg_mul(bent(y), wg_sin(t));
}

static wg_node root_gradient(wg_node x) { return wg_grad(wg_sum(wg_square(bent(wg_tanh(x)))), x); }
static wg_node root_jacobian(wg_node x) { return wg_jacobian(wg_mul(bent(x), x), x); }
static wg_node root_recomputed(wg_node x)
{
    return wg_grad(wg_sum(wg_square(wg_recompute(x, pulled, NULL))), x);
}
static wg_node root_fixed_point(wg_node x)
{
    return wg_grad(wg_sum(wg_square(wg_fixed_point(x, pulled, NULL))), x);
}
static wg_node root_odeint(wg_node x) { return wg_sum(wg_odeint(x, flow, NULL, 0, 1, .rtol = 0.1)); }
static wg_node root_vmap(wg_node x)
{
    return wg_vmap(wg_sum(wg_mul(bent(x), x)), x, wg_stack(((wg_node[]){ x, wg_neg(x) }), 2));
}

/* ---- calls ---- */

static void call_backward(world *w) { wg_backward(w->loss, w->p); }
static void call_add(world *w) { wg_backward_add(w->loss, w->p); }
static void call_step(world *w) { wg_optim_step(w->o); }
static void call_clip_norm(world *w) { wg_optim_clip_norm(w->o, 0.01); }
static void call_clip_value(world *w) { wg_optim_clip_value(w->o, 0.01); }
static void call_commit(world *w) { wg_commit(w->b); }
static void call_item(world *w) { wg_item(w->loss); }
static void call_value(world *w) { wg_value(wg_node_operand(w->loss, 0)); }
static void call_resume(world *w) { wg_resume(w->c, w->file); }
static void call_load(world *w) { wg_params_load(w->p, w->file); }
static void call_save(world *w) { wg_save(w->c, wgt_in_folder("saved")); }
static void call_restore(world *w) { wg_params_restore(w->p, w->snapshot); }
static void call_copy(world *w) { wg_params_copy(w->copy, w->p); }
static void call_blend(world *w) { wg_params_blend(w->p, w->copy, 0.5); }
static void call_average(world *w) { wg_average_step(w->average); }
static void call_use(world *w) { wg_average_use(w->average, true); }
static void call_input_set(world *w) { new_numbers(w); }
static void call_group(world *w) { wg_optim_group(w->o, "out.*", .lr_scale = 0.5); }
static void call_freeze(world *w) { wg_params_freeze(w->p, "bn.*", true); }
static void call_blend_new(world *w) { wg_params_blend(w->copy, w->p, 0.5); }
static void call_read(world *w) { wg_params_read(w->copy, w->file); }
static void call_build(world *w) { w->loss = build(w, w->b, POINTS); }
/* Some of these read values while they are built. */
static void call_root(world *w) { wg_value(w->call->root(w->v)); }
static void call_hold(world *w)
{
    wg_tensor t;
    w->held = wgx_hold(w->loss, &t);
}
static void call_hvp(world *w)
{
    double v[200];
    for (size_t i = 0; i < wg_params_size(w->p); i++) v[i] = 1;
    wg_params_hvp(w->p, w->loss, v, v);
}

#define COMPUTES (1 << USER | 1 << INSIDE | 1 << BEFORE | 1 << POLL | 1 << MEMORY)
#define READS    (COMPUTES | 1 << ROW | 1 << LABEL)
#define WORKS    (1 << BEFORE | 1 << POLL | 1 << MEMORY)
#define FILES    (WORKS | 1 << OTHER_FILE)
#define ROOT(kind)                                                                      \
    {                                                                                   \
        "value: " #kind, call_root, COMPUTES, "sgd", .fresh = true, .root = root_##kind \
    }
#define STEPS (WORKS | 1 << NOT_A_NUMBER)
#define STEP(kind)                                                   \
    {                                                                \
        "optim_step: " #kind, call_step, STEPS, #kind, .fresh = true \
    }

static const late calls[] = {
    { "backward", call_backward, READS | 1 << NOT_A_NUMBER, "adam", .fresh = false, .loses = true },
    { "backward, gradients are there", call_backward, READS | 1 << NOT_A_NUMBER, "adam", .fresh = true,
      .loses = true },
    { "backward_add", call_add, READS, "momentum", .fresh = false },
    { "backward_add, gradients are there", call_add, READS, "momentum", .fresh = true },
    { "commit", call_commit, READS & ~(1u << LABEL), "adam", .fresh = true },
    { "item", call_item, READS, "adam", .fresh = true },
    { "value", call_value, READS & ~(1u << LABEL), "adam", .fresh = false },
    { "hold", call_hold, READS, "adam", .fresh = true },
    { "params_hvp", call_hvp, READS, "adam", .fresh = true },
    ROOT(gradient),
    ROOT(jacobian),
    ROOT(recomputed),
    ROOT(fixed_point),
    ROOT(odeint),
    ROOT(vmap),
    { "optim_step: lbfgs", call_step, COMPUTES | 1 << NOT_A_NUMBER, "lbfgs", .fresh = true },
    STEP(adadelta),
    STEP(adagrad),
    STEP(adam),
    STEP(adamax),
    STEP(adamw),
    STEP(lion),
    STEP(momentum),
    STEP(nadam),
    STEP(rmsprop),
    STEP(sgd),
    { "optim_clip_norm", call_clip_norm, STEPS, "adam", .fresh = true },
    { "optim_clip_value", call_clip_value, WORKS, "adam", .fresh = true },
    { "input_set", call_input_set, WORKS, "adam", .fresh = true },
    { "resume", call_resume, FILES, "adam", .fresh = true },
    { "params_load", call_load, FILES, "adam", .fresh = true },
    { "save", call_save, WORKS, "adam", .fresh = true },
    { "params_restore", call_restore, WORKS, "adam", .fresh = true },
    { "params_copy", call_copy, WORKS, "adam", .fresh = true },
    { "params_blend", call_blend, WORKS, "adam", .fresh = true },
    { "params_blend, nothing is there", call_blend_new, WORKS, "adam", .fresh = true },
    { "params_read", call_read, WORKS, "adam", .fresh = true },
    { "a graph is built", call_build, WORKS, "adam", .fresh = true },
    { "average_step", call_average, WORKS, "adam", .fresh = true },
    { "average_use", call_use, WORKS, "adam", .fresh = false },
    { "optim_group", call_group, WORKS, "adam", .fresh = true },
    { "params_freeze", call_freeze, WORKS, "adam", .fresh = true },
};
enum { CALLS = sizeof calls / sizeof *calls };

/* ---- worlds ---- */

static void start(world *w, const late *call, const setting *how)
{
    *w = (world){ .call = call, .how = how };
    trap.in = 0, trap.clock_runs = false;
    w->c = wgt_start(&w->m, WG_F32,
                     &WG_OPTS(wg_start_opts, .seed = 7, .threads = 1, .interpret = how->interpret,
                              .on_poll = poll, .on_warning = wg_no_warnings));
    w->a = wg_graph_new(w->c), w->b = wg_graph_new(w->c);
    w->p = wg_params_new(w->c), w->copy = wg_params_new(w->c);
    first_gradients(w); /* so that all parameters are there */
    w->o = wg_optim_named(w->p, call->optim, NULL, 0);
    if (!by_lbfgs(w)) wg_optim_group(w->o, "T", .lazy = true, .weight_decay = 0.1);
    w->average = wg_average_new(w->p);
    w->snapshot = wg_params_snapshot(w->p);
    w->file = wgt_in_folder("training");
    if (call->make == call_blend) wg_params_copy(w->copy, w->p);
    if (call->make == call_load || call->make == call_read) wg_params_save(w->p, w->file);
    if (call->make == call_resume) wg_save(w->c, w->file);
    for (int i = 0; i < how->turns; i++) turn(w);
    cr_assert_eq(wg_failed(w->c), WG_OK, "%s: %s", call->name, wg_message(w->c));
}

/* All is ready for the call. */
static void approach(world *w, point at)
{
    const bool in_graph = at == ROW || at == LABEL || (at == NOT_A_NUMBER && w->call->loses);
    const point spoilt = in_graph ? at : POINTS;
    if (w->call->fresh && !by_lbfgs(w)) first_gradients(w);
    prepare(w, spoilt);
    if (w->call->fresh && by_lbfgs(w)) wg_backward(w->loss, w->p);
    if (w->how->opened) wg_value(wg_neg(w->x)); /* which the point does not spoil */
    if (w->how->opened && spoilt == POINTS) w->read = wg_item(w->loss);
    const float v[] = { 0.3f, -0.2f, 0.5f };
    if (w->call->root) w->v = wg_input(w->b, "v", wg_view_f32(v, WG_SHAPE(3)));
    if (at == OTHER_FILE) {
        const unsigned char none[] = { 2, 0, 0, 0, 0, 0, 0, 0, '{', '}' };
        w->file = wgt_in_folder("other");
        wgt_save(w->file, none, sizeof none);
    }
    cr_assert_eq(wg_failed(w->c), WG_OK, "%s: %s", w->call->name, wg_message(w->c));
}

static float *a_gradient(world *w) { return wg_params_grad(w->p, wg_params_find(w->p, "out.W")).data; }

/* The call; point k of its kind is where it may fail; k = 0: it does not. */
static wg_status disturbed(world *w, point at, int64_t k)
{
    trap.at = at, trap.in = k, trap.c = w->c, trap.clock_runs = true;
    if (at == BEFORE && k) wg_interrupt(w->c);
    if (at == MEMORY && k) w->m.fail_at = w->m.calls + k;
    float *number = at == NOT_A_NUMBER && !w->call->loses ? a_gradient(w) : NULL, was = 0;
    if (number) was = *number, *number = INFINITY;
    w->call->make(w);
    if (number) *number = was;
    w->m.fail_at = 0;
    const wg_status s = wg_failed(w->c);
    wg_recover(w->c);
    trap.clock_runs = false;
    return s;
}

static void finish(world *w)
{
    wgx_release(w->held);
    wgt_drop(w->c, &w->m);
}

/* ---- what there is to compare ---- */

enum { STAGES = 4 };

typedef struct record {
    char *text; /* for each array a line with its name, and one with its bytes in hexadecimal */
    size_t size;
} record;

/* An array of zeros is as none: moments begin so. */
static void note(FILE *to, const char *name, wg_tensor t)
{
    const unsigned char *b = t.data;
    const size_t bytes = b ? (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype) : 0;
    size_t zeros = 0;
    while (zeros < bytes && !b[zeros]) zeros++;
    if (zeros == bytes) return;
    fprintf(to, "%s\n", name);
    for (size_t i = 0; i < bytes; i++) fprintf(to, "%02x", b[i]);
    fputc('\n', to);
}

static record all_of(world *w, bool gradients)
{
    record r;
    int n = 0;
    FILE *to = open_memstream(&r.text, &r.size);
    wgx_saved *list = wgx_saved_list(w->c, &n);
    for (int k = 0; k < 2; k++) /* the epochs of random draws first */
        for (int i = 0; i < n; i++)
            if (!strncmp(list[i].name, "graph:", 6) == !k) note(to, list[i].name, list[i].value);
    wg_free(w->c, list);
    for (int i = 0; i < wg_params_count(w->p) && gradients; i++) {
        char name[80];
        snprintf(name, sizeof name, "the gradient of %s", wg_params_name(w->p, i));
        note(to, name, wg_params_grad(w->p, i));
    }
    note(to, "what was read", wg_view_f64(&w->read, WG_SCALAR));
    fprintf(to, "status\n%d %s\n", (int)wg_failed(w->c), wg_message(w->c));
    fclose(to);
    wg_recover(w->c);
    return r;
}

/* Looks for each array of a in b. The name of the first that is not there, or has other bytes; NULL: none. */
static const char *missing(const record *a, const record *b, char name[80])
{
    for (const char *x = a->text; *x;) {
        const size_t head = strcspn(x, "\n") + 1, m = head + strcspn(x + head, "\n") + 1;
        const char *y = b->text;
        while (*y && strncmp(x, y, m) != 0) y += strcspn(y, "\n") + 1;
        if (!*y) {
            snprintf(name, 80, "%.*s", (int)head - 1, x);
            return name;
        }
        x += m;
    }
    return NULL;
}

static const char *difference(const record *a, const record *b, char name[80])
{
    const char *what = missing(a, b, name);
    return what ? what : missing(b, a, name);
}

typedef struct outcome {
    record at[STAGES];
} outcome;

static void drop_outcome(const outcome *o)
{
    for (int i = 0; i < STAGES; i++) free(o->at[i].text);
}

/* What follows the call: a step by the gradients that are there, then two turns. lost: there are none. */
static outcome follow(world *w, bool lost)
{
    outcome o;
    w->read = 0;
    if (w->call->root) {
        const wg_tensor t = wg_value(w->call->root(w->v)); /* once more */
        for (int64_t i = 0; t.data && i < wg_shape_size(t.shape); i++)
            w->read += (double)(i + 1) * wg_tensor_item(&t, i);
    }
    o.at[0] = all_of(w, !lost);
    if (w->call->fresh && !lost) wg_optim_step(w->o);
    o.at[1] = all_of(w, !lost);
    for (int i = 2; i < STAGES; i++) {
        if (w->call->make == call_use) wg_average_use(w->average, false);
        turn(w);
        o.at[i] = all_of(w, true);
    }
    return o;
}

typedef enum twin { NOT_MADE, LOST, MADE, TWINS } twin;

static outcome twin_of(const late *call, const setting *how, twin kind)
{
    world w;
    start(&w, call, how);
    approach(&w, POINTS);
    if (kind == MADE) disturbed(&w, POINTS, 0);
    const outcome o = follow(&w, kind == LOST);
    finish(&w);
    return o;
}

/* ---- the test ---- */

/* What is wrong: the random draws are others, or more than that. An evaluation that was opened by the call
 * and has not ended would draw other numbers in the next one. */
typedef enum fault { DRAWS, MORE, FAULTS } fault;
typedef struct cell { /* of the table: a call and a kind of points */
    int tried, failed, wrong[FAULTS];
    char first[FAULTS][200]; /* the first that is */
} cell;
static cell table[CALLS][POINTS];

static void count(cell *s, const char *what, int stage, const setting *how, int64_t k)
{
    static const char *const when[STAGES] = { "at once", "after a step", "after a turn", "after two turns" };
    const fault f = !stage && !strncmp(what, "graph:", 6) ? DRAWS : MORE;
    if (s->wrong[f]++) return;
    snprintf(s->first[f], sizeof s->first[f], "at point %lld, %s, %s; interpret %d, %d turns before%s%s",
             (long long)k, what, when[stage], how->interpret, how->turns, how->kept ? ", one graph" : "",
             how->opened ? ", the loss was read" : "");
}

/* False: there is no point k. */
static bool try_point(const late *call, const setting *how, point at, int64_t k, const outcome twins[TWINS])
{
    cell *s = &table[call - calls][at];
    char name[80];
    world w;
    start(&w, call, how);
    approach(&w, at);
    const wg_status status = disturbed(&w, at, k);
    const bool reached = !is_counted(at) || (at == MEMORY ? w.m.failed > 0 : trap.in == 0);
    const bool lost = status && call->loses;
    if (lost && call->fresh && wg_optim_step(w.o) != WG_ERROR_USE)
        count(s, "a step without gradients succeeds", 0, how, k);
    wg_recover(w.c);
    const outcome o = follow(&w, lost), *want = &twins[!status ? MADE : lost ? LOST : NOT_MADE];
    const char *what = NULL;
    int stage = 0;
    while (stage < STAGES && !(what = difference(&want->at[stage], &o.at[stage], name))) stage++;
    if (what && reached) count(s, what, stage, how, k);
    s->tried += reached, s->failed += reached && status;
    drop_outcome(&o);
    finish(&w);
    return reached && is_counted(at);
}

static void try_call(const late *call, const setting *how)
{
    outcome twins[TWINS];
    for (int i = 0; i < TWINS; i++) twins[i] = twin_of(call, how, (twin)i);
    for (point at = 0; at < POINTS; at++)
        if (call->points & 1u << at)
            for (int64_t k = 1; try_point(call, how, at, k, twins); k++) {}
    for (int i = 0; i < TWINS; i++) drop_outcome(&twins[i]);
}

static void print_table(void)
{
    char line[400];
    int n = snprintf(line, sizeof line, "%-36s", "points tried/failed");
    for (point at = 0; at < POINTS; at++)
        n += snprintf(line + n, sizeof line - (size_t)n, " %16s", point_names[at]);
    cr_log_info("%s", line);
    for (int i = 0; i < CALLS; i++) {
        n = snprintf(line, sizeof line, "%-36s", calls[i].name);
        for (point at = 0; at < POINTS; at++)
            n += snprintf(line + n, sizeof line - (size_t)n, " %8d/%7d", table[i][at].tried,
                          table[i][at].failed);
        cr_log_info("%s", line);
    }
}

static void try_all(void)
{
    static const setting few[] = { { 0, 0, false, true },  { 0, 0, false, false }, { 0, 3, true, true },
                                   { -1, 2, false, true }, { 0, 3, false, false }, { 1, 1, true, false } };
    const bool all = getenv("WG_POINTS") != NULL;
    for (int i = 0; i < CALLS; i++) {
        for (size_t k = 0; k < sizeof few / sizeof *few && !all; k++)
            if (!calls[i].root || !few[k].opened) try_call(&calls[i], &few[k]);
        for (int k = 0; k < 24 && all; k++)
            try_call(&calls[i], &(setting){ k % 3 - 1, k / 12 * 3, k / 3 % 2, k / 6 % 2 });
    }
    if (all) print_table();
}

static void expect_none_wrong(void)
{
    for (int i = 0; i < CALLS; i++)
        for (point at = 0; at < POINTS; at++) {
            const cell *s = &table[i][at];
            cr_expect_eq(s->wrong[MORE], 0, "%s, %s: %d of %d points change what a twin has: %s",
                         calls[i].name, point_names[at], s->wrong[MORE], s->tried, s->first[MORE]);
            cr_expect_eq(s->wrong[DRAWS], 0, "%s, %s: after %d of %d points other numbers are drawn: %s",
                         calls[i].name, point_names[at], s->wrong[DRAWS], s->tried, s->first[DRAWS]);
        }
}

TestSuite(late_failures, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(late_failures, a_call_that_fails_has_done_nothing)
{
    try_all();
    for (point at = 0; at < POINTS; at++) {
        int failed = 0;
        for (int i = 0; i < CALLS; i++) failed += table[i][at].failed;
        cr_expect_gt(failed, 0, "no call fails by the point: %s", point_names[at]);
    }
    expect_none_wrong();
}
