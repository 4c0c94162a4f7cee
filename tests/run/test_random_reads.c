/* test_random_reads.c: random programs that read values while they build their graph, and take gradients
 * in between. What is read has the same bits in every way of running. In one evaluation no node is
 * computed twice, as long as the program reads what it read in the evaluation before. A node of a user's
 * function is never computed twice, whatever is read.
 *
 * Two counts say how often a node is computed: the lines of WG_TRACE=value, and the calls of functions of
 * our own. A function that may give other results at each call (impure) returns how often it was called,
 * so a second call shows in the values, too.
 *
 * WG_SEED chooses the programs, WG_READS how many. Each failure names its program: WG_READ=number runs
 * that one alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_graph.h"

/* ---- what a program does after each call ---- */

typedef enum action { NOTHING, READ, SQUARE_OF_A_READ, OWN, OWN_IMPURE, GRADIENT, ACTIONS = 12 } action;

enum { MOST = CALL_MOST + 1, OWNS = 64, READS = 3 * CALL_MOST };

typedef struct step {
    action what;
    int value; /* of the pool: a fraction of what is there, in 1/1024 */
} step;

typedef struct program {
    uint64_t index;
    random_calls *calls;
    step step[2][MOST]; /* [1]: other reads of the same graph */
} program;

static void draw_steps(wgt_random *r, const random_calls *c, step *s, const step *like)
{
    for (int i = 0; i < c->count; i++) {
        s[i] = (step){ (action)wgt_below(r, ACTIONS), (int)wgt_below(r, 1024) };
        const bool builds = like && (like[i].what >= SQUARE_OF_A_READ && like[i].what < ACTIONS);
        if (builds && like[i].what != GRADIENT) s[i] = like[i];
        else if (like && s[i].what != NOTHING) s[i].what = READ;
    }
}

static program draw(uint64_t index, wg_dtype t)
{
    program p = { .index = index, .calls = random_calls_draw(wgt_seed(), index, t, 0) };
    wgt_random r = { wgt_seed() * 0x9E3779B97F4A7C15u ^ index };
    draw_steps(&r, p.calls, p.step[0], NULL);
    draw_steps(&r, p.calls, p.step[1], p.step[0]);
    return p;
}

/* ---- one way of running ---- */

typedef struct way {
    int interpret, threads;
    unsigned without;
    bool new_graph; /* each round has a graph of its own */
} way;

typedef struct own {
    struct instance *k;
    int calls; /* in this evaluation */
} own;

typedef struct instance {
    const program *p;
    way w;
    wg_context *c;
    wg_params *params;
    random_graph r;
    own own[OWNS];
    int owns;
    unsigned char *computed; /* by node: how often in this evaluation, as the trace says */
    int64_t nodes, twice;
    wg_tensor read[READS];
    int reads;
} instance;

static void hear(void *user, const char *line)
{
    instance *k = user;
    unsigned node;
    if (sscanf(line, "value: node %u", &node) != 1 || node >= k->nodes) return;
    k->twice += k->computed[node]++ > 0;
}

static int scale(size_t n, const double *x, size_t m, double *y, void *user)
{
    own *o = user;
    o->calls++;
    for (size_t i = 0; i < m; i++) y[i] = i < n ? 0.5 * x[i] : 0;
    return 0;
}
static int scale_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    (void)x, (void)user;
    for (size_t i = 0; i < n; i++) gx[i] = i < m ? 0.5 * gy[i] : 0;
    return 0;
}
static int count(size_t n, const double *x, size_t m, double *y, void *user)
{
    own *o = user;
    o->calls++;
    for (size_t i = 0; i < m; i++) y[i] = (i < n ? 0.25 * x[i] : 0) + o->calls;
    return 0;
}

static void expect_fine(const instance *k)
{
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s: %s", random_name("WG_READ", k->p->index), wg_message(k->c));
}

static void note(instance *k, wg_node n)
{
    wg_tensor t = wg_value(n);
    expect_fine(k);
    cr_assert_lt(k->reads, READS);
    k->read[k->reads++] = wgt_copied(t);
}

static void note_gradients(instance *k)
{
    for (int i = 0; i < wg_params_count(k->params); i++) {
        wg_tensor t = wg_params_grad(k->params, i);
        if (t.data) k->read[k->reads++] = wgt_copied(t);
    }
}

/* A value of the pool that the calls so far have made; wg_none: there is none. */
static wg_node some(const instance *k, int done, int fraction)
{
    const random_calls *c = k->p->calls;
    int there = 0;
    while (there < c->pooled && c->pool[there] < c->call[done].first + c->call[done].results) there++;
    return there ? k->r.value[c->pool[fraction * there / 1024]] : wg_none;
}

static wg_node own_node(instance *k, wg_node x, bool impure)
{
    own *o = &k->own[k->owns++ % OWNS];
    o->k = k;
    return wg_extern(x, wg_node_shape(x), .name = "own", .forward = impure ? count : scale,
                     .backward = impure ? NULL : scale_adjoint, .user = o, .impure = impure);
}

/* A gradient of the sum of x. A loss that reaches no parameter is an error of the program, not of
 * interest. */
static void take_gradient(instance *k, wg_node x)
{
    if (!k->params || wg_backward(wg_sum(wg_mul(x, x)), k->params)) wg_recover(k->c);
    else note_gradients(k);
}

static void act(instance *k, int i, const step *s)
{
    wg_node x = some(k, i, s->value);
    if (wg_is_none(x) || (k->owns >= OWNS && s->what > SQUARE_OF_A_READ)) return;
    switch (s->what) {
    case READ: note(k, x); break;
    case SQUARE_OF_A_READ: note(k, wg_mul(x, x)); break;
    case OWN: note(k, wg_sum(own_node(k, x, false))); break;
    case OWN_IMPURE: note(k, wg_add(wg_sum(own_node(k, x, true)), 1)); break;
    case GRADIENT: take_gradient(k, x); break;
    default: break;
    }
    expect_fine(k);
}

static void start_round(instance *k)
{
    for (int i = 0; i < k->reads; i++) free(k->read[i].data);
    k->reads = k->owns = 0;
    k->twice = 0;
    memset(k->own, 0, sizeof k->own);
    memset(k->computed, 0, (size_t)k->nodes);
    if (k->w.new_graph) {
        wg_graph_free(k->r.g);
        k->r.g = wg_graph_new(k->c);
    }
    wg_graph *g = k->r.g;
    k->r = (random_graph){ .g = g, .p = k->params, .calls = k->p->calls, .shift_leaf = -1 };
    k->r.leaves = k->p->calls->leaves;
}

/* One evaluation. epoch: of the random draws, the same in every way. */
static void run_round(instance *k, const step *steps, uint64_t epoch)
{
    const random_calls *c = k->p->calls;
    start_round(k);
    wg_begin(k->r.g, WG_TRAIN);
    wgx_graph_set_epoch(k->r.g, epoch);
    for (int i = 0; i < c->count; i++) {
        random_graph_call(&k->r, &c->call[i]);
        expect_fine(k);
        act(k, i, &steps[i]);
    }
    cr_assert_lt(wg_graph_nodes(k->r.g), k->nodes);
    for (int i = 0; i < k->owns; i++)
        cr_assert_leq(k->own[i].calls, 1, "%s: function %d was called %d times",
                      random_name("WG_READ", k->p->index), i, k->own[i].calls);
}

static void start(instance *k, const program *p, way w)
{
    *k = (instance){ .p = p, .w = w, .nodes = 100000 };
    k->computed = calloc((size_t)k->nodes, 1);
    k->c = wgt_start(NULL, p->calls->dtype,
                     &WG_OPTS(wg_start_opts, .seed = 1, .threads = w.threads, .interpret = w.interpret,
                              .without = w.without, .trace = WG_TRACE_VALUE, .on_trace = hear, .user = k));
    k->params = p->index % 4 ? wg_params_new(k->c) : NULL;
    k->r.g = wg_graph_new(k->c);
}

static void finish(instance *k)
{
    start_round(k);
    free(k->computed);
    wgt_finish(k->c, NULL);
}

static void compare(const instance *a, const instance *b, int round)
{
    int i = 0;
    cr_assert_eq(a->reads, b->reads);
    while (i < a->reads && wgt_same_numbers(&a->read[i], &b->read[i])) i++;
    cr_assert_eq(i, a->reads,
                 "%s: read %d of %d differs: interpret %d, %d threads, without %#x, "
                 "%s, round %d",
                 random_name("WG_READ", a->p->index), i, a->reads, b->w.interpret, b->w.threads, b->w.without,
                 b->w.new_graph ? "new graphs" : "one graph", round);
}

/* ---- the tests ---- */

enum { SAME_READS = 6, ROUNDS = 9 };

/* In rounds 0 to 5 the program reads the same, then it reads otherwise, then the same as in the beginning. */
static void try_program(uint64_t index, int64_t *again)
{
    static instance a, b;
    program p = draw(index, index % 2 ? WG_F32 : WG_F64);
    const way ways[] = { { 0, 1, 0, false },
                         { -1, 1, 0, false },
                         { 0, 2, (unsigned)(index * 7) & WG_WITHOUT_ALL, index % 3 == 0 },
                         { -1, 2, (unsigned)(index * 5) & WG_WITHOUT_ALL, index % 3 == 1 } };
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        start(&a, &p, (way){ 1, 1, WG_WITHOUT_ALL, false });
        start(&b, &p, ways[w]);
        for (int round = 0; round < ROUNDS; round++) {
            const step *steps = p.step[round >= SAME_READS && round % 2 == 0];
            run_round(&a, steps, (uint64_t)round + 1);
            run_round(&b, steps, (uint64_t)round + 1);
            compare(&a, &b, round);
            cr_assert_eq(a.twice, 0);
            cr_assert(b.twice == 0 || round >= SAME_READS,
                      "%s: %lld nodes were computed twice: interpret %d, %d threads, "
                      "without %#x, round %d",
                      random_name("WG_READ", index), (long long)b.twice, b.w.interpret, b.w.threads,
                      b.w.without, round);
            *again += b.twice;
        }
        finish(&a);
        finish(&b);
    }
    random_calls_free(p.calls);
}

Test(random_reads, an_evaluation_has_one_value_for_a_node_however_it_is_run)
{
    const int64_t one = wgt_number_from("WG_READ", -1), n = wgt_number_from("WG_READS", 300);
    int64_t again = 0;
    for (int64_t i = one < 0 ? 0 : one; i < (one < 0 ? n : one + 1); i++) try_program((uint64_t)i, &again);
    if (n > 300)
        cr_log_info("%lld programs; %lld nodes were computed again when reads changed", (long long)n,
                    (long long)again);
}
