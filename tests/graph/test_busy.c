/* test_busy.c: what would use memory that is gone, or about to go, is refused by name: a C function that
 * uses the graph that calls it, handles of graphs that were freed, a parameter set that is freed under its
 * nodes. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

/* ---- a C function that uses the graph that calls it ---- */

typedef struct user {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node x, y; /* inputs of the call, and a node that is computed by nobody */
    int what;
    int calls;
} user;

enum {
    READS,
    PEEKS,
    BEGINS,
    FREES,
    BUILDS,
    BUILDS_INPUT,
    MAKES_PARAM,
    SETS_INPUT,
    COMMITS,
    REWINDS,
    DERIVES,
    FINISHES,
    DEEDS
};

static const char *const refused[DEEDS] = {
    [READS] = "item",        [PEEKS] = NULL,
    [BEGINS] = "begin",      [FREES] = "graph_free",
    [BUILDS] = "tanh",       [BUILDS_INPUT] = "graph",
    [MAKES_PARAM] = "graph", [SETS_INPUT] = "input_set",
    [COMMITS] = "commit",    [REWINDS] = "graph_rewind",
    [DERIVES] = "grad",      [FINISHES] = "finish",
};

static int use_own_graph(size_t n, const double *x, size_t m, double *y, void *self)
{
    user *u = self;
    const double one = 1;
    wg_tensor t;
    u->calls++;
    for (size_t i = 0; i < m; i++) y[i] = 2 * x[i % n];
    switch (u->what) {
    case READS: cr_expect(isnan(wg_item(u->y))); break;
    case PEEKS: cr_expect_not(wgx_peek(u->y, &t)); break;
    case BEGINS: wg_begin(u->g, WG_TRAIN); break;
    case FREES: wg_graph_free(u->g); break;
    case BUILDS: cr_expect_not(wg_node_ok(wg_tanh(u->x))); break;
    case BUILDS_INPUT: cr_expect_not(wg_node_ok(wg_input(u->g, "z", wg_view_f64(&one, WG_SCALAR)))); break;
    case MAKES_PARAM: cr_expect_not(wg_node_ok(wg_param(u->g, u->p, "late", WG_SCALAR, wg_zeros()))); break;
    case SETS_INPUT: wg_input_set(u->x, wg_view_f64(&one, WG_SHAPE(1))); break;
    case COMMITS: wg_commit(u->g); break;
    case REWINDS: wgx_graph_rewind(u->g, 2); break;
    case DERIVES: cr_expect_not(wg_node_ok(wg_grad(u->y, u->x))); break;
    case FINISHES: cr_expect_neq(wg_finish(u->c, NULL), 0); break;
    default: break;
    }
    return 0;
}

static wg_node build(user *u)
{
    const double values[3] = { 1, 2, 3 };
    wg_begin(u->g, WG_TRAIN);
    u->x = wg_input(u->g, "x", wg_view_f64(values, WG_SHAPE(3)));
    u->y = wg_sum(wg_exp(u->x));
    wg_node w = wg_param(u->g, u->p, "w", WG_SHAPE(3), wg_const(1));
    wg_node z = wg_extern(wg_mul(u->x, w), WG_SHAPE(3), .name = "f", .forward = use_own_graph, .user = u,
                          .impure = true);
    return wg_sum(z);
}

static void try_all(int interpret, int threads)
{
    for (int what = 0; what < DEEDS; what++) {
        wgt_memory m = { 0 };
        user u = { .c = wgt_start(&m, WG_F64,
                                  &WG_OPTS(wg_start_opts, .interpret = interpret, .threads = threads)),
                   .what = DEEDS };
        u.g = wg_graph_new(u.c), u.p = wg_params_new(u.c);
        for (int i = 0; i < 4; i++)
            cr_expect_eq(wg_item(build(&u)), 12); /* the graph is compiled on the way */
        u.what = what;
        const double v = wg_item(build(&u));
        if (refused[what]) {
            cr_expect(isnan(v), "deed %d gave %g", what, v);
            cr_expect(strstr(wg_message(u.c), refused[what]), "deed %d: %s", what, wg_message(u.c));
            wgt_expect_error(u.c, WG_ERROR_USE, "C function");
        }
        u.what = DEEDS; /* the graph works as before */
        for (int i = 0; i < 3; i++) cr_expect_eq(wg_item(build(&u)), 12, "deed %d", what);
        wgt_finish(u.c, &m);
    }
}

Test(busy, a_c_function_that_uses_its_own_graph_is_refused)
{
    try_all(0, 1);
    try_all(1, 1);
    try_all(-1, 1);
    try_all(0, 2);
}

/* Another graph of the context is free to be used. */
static int use_another_graph(size_t n, const double *x, size_t m, double *y, void *self)
{
    user *u = self;
    wg_begin(u->g, WG_TRAIN);
    wg_node v = wg_input(u->g, "x", wg_view_f64(x, WG_SHAPE((int64_t)n)));
    return m == 1 ? wg_copy_f64(wg_sum(wg_square(v)), y, 1) : 1;
}

Test(busy, a_c_function_may_use_another_graph)
{
    user u = { .c = wgt_start(NULL, WG_F64, NULL) };
    wg_graph *outer = wg_graph_new(u.c);
    u.g = wg_graph_new(u.c);
    for (int i = 1; i < 5; i++) {
        const double x[2] = { i, 2 };
        wg_begin(outer, WG_TRAIN);
        wg_node in = wg_input(outer, "x", wg_view_f64(x, WG_SHAPE(2)));
        wg_node y = wg_extern(in, WG_SHAPE(1), .forward = use_another_graph, .user = &u);
        cr_expect_eq(wg_item(y), i * i + 4);
    }
    wgt_finish(u.c, NULL);
}

/* ---- rules and parts ---- */

static void rule_that_begins(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_begin(wg_graph_of(y), WG_TRAIN);
    gx[0] = gy;
}

static wg_node part_that_begins(wg_node x, void *unused)
{
    (void)unused;
    wg_begin(wg_graph_of(x), WG_TRAIN);
    return x;
}

Test(busy, rules_and_functions_that_build_must_not_begin_their_graph)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node x = wg_scalar(g, 2), y = wg_custom_vjp(wg_square(x), &x, 1, rule_that_begins);
    WGT_REFUSED(c, USE, "begin: the derivative rule of custom_vjp", wg_grad(y, x));
    wg_begin(g, WG_TRAIN);
    wg_recompute(wg_scalar(g, 2), part_that_begins, NULL);
    wgt_expect_error(c, WG_ERROR_USE, "is a node from before the last wg_begin");
    wg_begin(g, WG_TRAIN);
    cr_expect_eq(wg_item(wg_square(wg_scalar(g, 3))), 9);
}

/* ---- graphs that were freed ---- */

Test(busy, a_handle_of_a_freed_graph_is_refused_by_the_next_graph)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F64, NULL);
    for (int i = 0; i < 3; i++) {
        wg_graph *g = wg_graph_new(c);
        wg_node old = wg_scalar(g, 7);
        wg_graph_free(g);
        cr_expect_not(wg_node_ok(old));
        WGT_REFUSED(c, USE, "is a node of a graph that was freed", wg_item(old));
        wg_graph *next = wg_graph_new(c);
        wg_node x = wg_scalar(next, 1);
        cr_expect_eq(old.index, x.index, "the handle could be taken for the new node");
        cr_expect_not(wg_node_ok(old));
        WGT_REFUSED(c, USE, "is a node of a graph that was freed", wg_item(old));
        cr_expect_not(wg_node_ok(wg_add(x, old)));
        cr_expect_neq(wg_failed(c), WG_OK);
        wg_recover(c);
        cr_expect_eq(wg_item(x), 1);
        wg_graph_free(next);
    }
    const int64_t blocks = m.blocks;
    for (int i = 0; i < 100; i++) wg_graph_free(wg_graph_new(c));
    cr_expect_eq(m.blocks, blocks, "graphs that are freed take no new memory");
    wgt_finish(c, &m);
}

Test(busy, a_freed_graph_can_neither_be_begun_nor_freed)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_graph_free(g);
    WGT_REFUSED(c, USE, "graph_free: the graph was freed", wg_graph_free(g));
    WGT_REFUSED(c, USE, "begin: the graph was freed", wg_begin(g, WG_TRAIN));
    cr_expect_not(wg_node_ok(wg_scalar(g, 1)));
    wgt_expect_error(c, WG_ERROR_USE, "scalar: the graph was freed");
}

/* ---- parameter sets ---- */

Test(busy, a_set_that_is_in_use_is_not_freed)
{
    WGT_IN_COUNTED(WG_F64, NULL);
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(3));
    WGT_REFUSED(c, USE, "params_free: a graph has nodes of the set, such as w", wg_params_free(p));
    cr_expect_eq(wg_item(w), 3);
    wg_begin(g, WG_TRAIN);
    wg_optim *o = wg_sgd(p);
    WGT_REFUSED(c, USE, "params_free: the set has an optimizer, sgd, made at ", wg_params_free(p));
    cr_expect_gt(wg_optim_lr(o), 0);
    wg_optim_free(o);
    wg_average *a = wg_average_new(p);
    WGT_REFUSED(c, USE, "params_free: the set has an average", wg_params_free(p));
    wg_average_free(a);
    const int64_t blocks = m.blocks;
    wg_params_free(p);
    cr_expect_lt(m.blocks, blocks);
}

/* ---- wg_replay ---- */

Test(busy, replay_takes_float_dtypes_alone)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_graph *into = wg_graph_new(c);
    wg_node y = wg_square(wg_scalar(g, 3));
    const wg_dtype wrong[] = { WG_I32, WG_I64, WG_BOOL, WG_U8, WG_F16, WG_BF16, (wg_dtype)99, (wg_dtype)-1 };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_not(wg_node_ok(wg_replay(y, into, .floats = wrong[i])));
        wgt_expect_error(c, WG_ERROR_DTYPE, "floats can become f32 or f64, not ");
    }
    cr_expect_eq(wg_item(wg_replay(y, into, .floats = WG_F32)), 9);
}
