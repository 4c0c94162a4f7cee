/* test_remembered.c: graphs that are built again and again, nearly the same each time. Nodes that are taken
 * over from the build before must not change any result. Each build is compared with the same build in a new
 * context: nodes, names, scopes, values, gradients. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"
#include "random_graph.h"
#include "wgnearest.h"
#include "wgnode.h"

enum { ROUNDS = 60 };

/* Random calls; what a round changes of them, and of what is done with them. */
typedef struct program {
    random_calls *calls;
    int all, scoped; /* the calls that were drawn; the first one that is in a scope */
    int derive;      /* how many requests for derivatives end the build */
    bool named;      /* the last value; another scope and another place are chosen with it */
    wg_mode mode;
    random_graph r; /* where a leaf is shifted */
} program;

static void mutate(program *s, wgt_random *r)
{
    random_call *k = &s->calls->call[wgt_below(r, s->calls->count)];
    const int x = (int)wgt_below(r, CALL_OPERANDS);
    switch (wgt_below(r, 14)) {
    case 0: s->calls->count = s->calls->leaves + 1 + (int)wgt_below(r, s->all - s->calls->leaves); break;
    case 1: s->scoped = (int)wgt_below(r, s->all); break;
    case 2: s->derive = (int)wgt_below(r, 4); break;
    case 3: s->named = !s->named; break;
    case 4: s->mode = wgt_below(r, 4) ? WG_TRAIN : WG_EVAL; break;
    case 5:
        if (x < k->operands && k->x[x] == OPERAND_NUMBER) k->number[x] = wgt_uniform(r, 0.25, 1);
        break;
    case 6:
        if (x < k->operands && k->x[x] > 0) k->x[x]--; /* what may make no sense */
        break;
    case 7: /* of leaves that are inputs */
        s->r.shift_leaf = 2 * (int)wgt_below(r, (s->calls->leaves + 1) / 2), s->r.shift = wgt_unit(r) / 8;
        break;
    default: break; /* the same again: what happens most */
    }
}

/* The sum of the last value of the dtype that is there, and of derivatives. */
static wg_node build(wg_graph *g, wg_params *p, const program *s)
{
    const random_calls *calls = s->calls;
    const random_call *last = &calls->call[calls->count - 1];
    random_graph r = s->r;
    r.g = g, r.p = p, r.calls = calls;
    wg_begin(g, s->mode);
    wg_scope_push(g, "upper"), wg_scope_pop(g);
    wg_scope_push(g, "lower"), wg_scope_pop(g); /* both are there, wherever the calls then are */
    for (int i = 0; i < calls->count; i++) {
        if (i == s->scoped) wg_scope_push(g, s->named ? "upper" : "lower");
        random_graph_call(&r, &calls->call[i]);
        if (i == s->scoped + 3) wg_scope_pop(g);
    }
    int k = calls->pooled - 1;
    while (calls->pool[k] >= last->first + last->results) k--;
    wg_node y = wg_name(wg_sum(r.value[calls->pool[k]]), s->named ? "named" : ""), x = r.leaf[0], h;
    if (s->derive > 0) y = wg_add(y, wg_sum(wg_grad(y, x)));
    if (s->derive > 1) y = wg_add(y, wg_sum(wg_jvp(wg_mul(y, y), &x, &x, 1)));
    if (s->derive > 2 && !wg_hvp(y, &x, &x, 1, &h)) y = wg_add(y, wg_sum(h));
    if (s->named) return wg_mul(y, 0.5);
    return wg_mul(y, 0.5);
}

static wg_tensor gradient_of(wg_params *p, const char *name)
{
    int i = 0;
    while (i < wg_params_count(p) && strcmp(wg_params_name(p, i), name) != 0) i++;
    cr_assert_lt(i, wg_params_count(p), "%s", name);
    return wg_params_grad(p, i);
}

static void same_gradients(wg_params *a, wg_params *b, int round)
{
    for (int i = 0; i < wg_params_count(b); i++) {
        wg_tensor t = wg_params_grad(b, i), u = gradient_of(a, wg_params_name(b, i));
        cr_assert_eq(!t.data, !u.data, "round %d, %s", round, wg_params_name(b, i));
        cr_assert(!t.data || wgt_same_bits(&t, &u), "round %d, %s", round, wg_params_name(b, i));
    }
}

static void evolve(uint64_t index)
{
    wgt_random r = { wgt_seed() + index };
    program s = { .calls = random_calls_draw(wgt_seed(), index, WG_F32, 0), .r.shift_leaf = -1 };
    s.all = s.scoped = s.calls->count;
    WGT_WORLD(WG_F32, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        char what[60];
        wg_context *d = wgt_start(NULL, WG_F32, NULL);
        wg_graph *h = wg_graph_new(d);
        wg_params *q = wg_params_new(d);
        mutate(&s, &r);
        wg_node y = build(g, p, &s), z = build(h, q, &s);
        wgx_graph_set_epoch(g, 5), wgx_graph_set_epoch(h, 5);
        wg_backward(y, p), wg_backward(z, q);
        cr_assert_str_eq(wg_message(c), wg_message(d)); /* a mutation that makes no sense fails alike */
        snprintf(what, sizeof what, "program %d, round %d", (int)index, round);
        wgt_expect_same_nodes(g, h, what);
        if (!wg_failed(d)) {
            wg_tensor t = wg_value(y), u = wg_value(z);
            cr_assert(wgt_same_numbers(&t, &u), "%s", what);
            same_gradients(p, q, round);
        }
        if (wg_failed(c)) wg_recover(c);
        wgt_drop(d, NULL);
    }
    wgt_drop(c, NULL);
    s.calls->count = s.all; /* a mutation has made it less */
    random_calls_free(s.calls);
}

Test(rebuild, what_was_taken_over_does_not_show)
{
    for (uint64_t index = 0; index < 40; index++) evolve(index);
}

/* A call begins before the node from which equal numbers share a leaf, and ends behind it. Whether later
 * numbers share one follows from this build alone. Every other pair of builds is a graph of vectors from
 * that node on, in which no numbers share a leaf. */
Test(rebuild, shares_the_numbers_that_a_first_build_shares)
{
    enum { N = WGI_VECTORS * WGI_SHARE_FROM };
    static const double values[N];
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int round = 0; round < 8; round++) {
        wg_graph *both[2] = { g, wg_graph_new(c) };
        for (int k = 0; k < 2; k++) {
            wg_begin(both[k], WG_TRAIN);
            wg_node x = wg_input(both[k], "x", wg_view_f64(values, WG_SHAPE(N))), y = wg_sum(x);
            while (wg_graph_nodes(both[k]) < WGI_SHARE_FROM - 1) y = wg_sin(y);
            if (round / 2 % 2) wg_sin(x), y = wg_input(both[k], "t", wg_view_f64(values, WG_SCALAR));
            else y = wg_gelu(y);
            wg_add(wg_add(wg_add(y, 1), round % 2), 1);
        }
        wgt_expect_same_nodes(g, both[1], "rebuilt");
        wg_graph_free(both[1]);
    }
}

/* A user's op whose expansion depends on something else than its operands is expanded at every build. */
static double factor = 2;

static void outside_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)n, (void)attr;
    y[0] = wg_mul_at(here, x[0], wg_number(factor));
}
static const wg_op outside_op = { .name = "outside", .operands = 1, .expand = outside_expand };

Test(rebuild, a_users_expansion_is_made_anew)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 1; k < 5; k++) {
        wg_begin(g, WG_TRAIN);
        factor = k;
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 3 }, WG_SCALAR));
        cr_assert_eq(wg_item(wg_apply(WG_HERE, &outside_op, &x, 1, NULL)), 3.0 * k);
    }
}

/* The caller's buffer holds another name in the next build. The node must get the new name. */
Test(rebuild, names_are_compared_by_their_letters)
{
    WGT_IN_WORLD(WG_F64, NULL);
    char name[8];
    for (int k = 0; k < 4; k++) {
        wg_begin(g, WG_TRAIN);
        snprintf(name, sizeof name, "w%d", k % 2);
        wg_node w = wg_param(g, p, name, WG_SHAPE(2), wg_const(k));
        cr_assert_str_eq(wg_node_name(w), name);
        cr_assert_eq(wg_item(wg_sum(w)), 2.0 * (k % 2));
        wg_node x = wg_input(g, name, wg_view_f64((double[]){ k }, WG_SCALAR));
        cr_assert_str_eq(wg_node_name(x), name);
        cr_assert_eq(wg_item(x), k);
    }
}

/* At one place of the program another parameter is used in the next build. One name must stay one node with
 * one gradient. */
Test(rebuild, a_parameter_is_not_found_twice)
{
    WGT_IN_WORLD(WG_F64, NULL);
    for (int k = 0; k < 4; k++) {
        double d[2] = { 0 };
        wg_begin(g, WG_TRAIN);
        wg_node u = wg_param(g, p, k % 2 ? "b" : "a", WG_SCALAR, wg_const(3)),
                v = wg_param(g, p, "b", WG_SCALAR, wg_const(3));
        cr_assert_eq(u.index == v.index, k % 2);
        wg_backward(wg_mul(u, v), p);
        wg_params_get_grad(p, d);
        cr_assert_eq(d[1], k % 2 ? 6 : 3);
    }
}

/* Only numbers differ from the last build. A node that is not asked for must not be run: here it would
 * fail. */
Test(rebuild, what_is_not_asked_for_is_not_run)
{
    WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = 1));
    for (int k = 1; k < 5; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3 }, WG_SHAPE(3)));
        wg_node row = wg_input(g, "row", wg_view(WG_I32, (int32_t[]){ 7 }, WG_SHAPE(1)));
        wg_node y = wg_mul(x, k);
        cr_assert(wg_node_ok(wg_gather(y, row)));
        wg_tensor t = wg_value(wg_mul(y, k + 1));
        cr_assert(t.data && ((const double *)t.data)[2] == 3.0 * k * (k + 1));
    }
}

/* A user's shape rule may depend on something else than its operands, too. */
typedef struct long_attr {
    const int64_t *n;
} long_attr;

static bool long_shape(wg_rule *r)
{
    *wg_rule_shape(r, 0) = WG_SHAPE(*((const long_attr *)r->attr)->n);
    return true;
}
static bool long_kernel(const wg_kernel *k)
{
    int64_t n = wg_shape_size(*k->yt[0].shape);
    for (int64_t i = 0; i < n; i++) ((double *)k->y[0])[i] = *(const double *)k->x[0];
    return true;
}
static const wg_op long_op = { .name = "long",
                               .operands = 1,
                               .kind = WG_REDUCE,
                               .attr_size = sizeof(long_attr),
                               .shape = long_shape,
                               .kernel = { long_kernel } };

Test(rebuild, a_users_shape_rule_is_asked_anew)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    int64_t n = 0;
    for (n = 100; n < 500; n += 100) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 2 }, WG_SCALAR));
        wg_node y = wg_apply(WG_HERE, &long_op, &x, 1, &(long_attr){ &n });
        cr_assert_eq(wg_dim(y, 0), n);
        cr_assert_eq(wg_item(wg_sum(y)), 2.0 * (double)n);
    }
}

/* wg_input_set gives a borrowed input new bytes. A copied input at the same place of the next build must not
 * get these. */
Test(rebuild, a_copied_input_has_memory_of_its_own)
{
    enum { N = 300 };
    double one[N], two[N], nine[N];
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int i = 0; i < N; i++) one[i] = 1, two[i] = 2, nine[i] = 9;
    for (int k = 0; k < 4; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x =
            (k % 2 ? wg_input_at : wg_input_borrow_at)(WG_HERE, g, "x", wg_view_f64(one, WG_SHAPE(N)));
        wg_node y = wg_sum(wg_square(x));
        if (k % 2) wg_input(g, "other", wg_view_f64(nine, WG_SHAPE(N)));
        else wg_input_set(x, wg_view_f64(two, WG_SHAPE(N)));
        cr_assert_eq(wg_item(y), k % 2 ? N : 4 * N);
    }
}

/* A rewind to a node between the first and the last that one call made. */
Test(rebuild, a_call_of_which_nodes_were_taken_away_is_made_anew)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 0; k < 3; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3, 6 }, WG_SHAPE(4)));
        cr_assert_eq(wg_item(wg_var(x)), 3.5);
        wgx_graph_rewind(g, wg_graph_nodes(g) - 1);
        wg_exp(x);
    }
}

/* Once the first, once the second operand has the dtype of the result; the other is cast. */
static bool pick_shape(wg_rule *r)
{
    r->y[0] = (wg_type){ r->x[0].shape, r->x[1].dtype };
    return true;
}
static bool pick_kernel(const wg_kernel *k)
{
    for (int64_t i = 0; i < wg_shape_size(*k->xt[0].shape); i++)
        if (k->yt[0].dtype == WG_F64)
            ((double *)k->y[0])[i] = ((const double *)k->x[1])[((const int32_t *)k->x[0])[i]];
        else ((float *)k->y[0])[i] = ((const float *)k->x[1])[((const int32_t *)k->x[0])[i]];
    return true;
}
static const wg_op pick_op = {
    .name = "pick", .operands = 2, .kind = WG_REDUCE, .shape = pick_shape, .kernel = { pick_kernel }
};

Test(rebuild, another_dtype_is_another_structure)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 0; k < 4; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node i = wg_input(g, "i", wg_view(WG_I32, (int32_t[]){ 2, 0 }, WG_SHAPE(2)));
        wg_node d = wg_input(g, "d", wg_view_f64((double[]){ 10, 20, 30 }, WG_SHAPE(3)));
        wg_node f = wg_input(g, "f", wg_view_f32((float[]){ 1, 2, 3 }, WG_SHAPE(3)));
        wg_node y = wg_neg(wg_apply(WG_HERE, &pick_op, (wg_node[]){ i, k % 2 ? d : f }, 2, NULL));
        cr_assert_eq(wg_node_dtype(y), k % 2 ? WG_F64 : WG_F32);
        cr_assert_eq(wg_item(wg_sum(y)), k % 2 ? -40 : -4);
    }
}

/* A build that stops before its first call, after it entered a scope whose name overwrote the records of the
 * last build. */
Test(rebuild, what_an_abandoned_build_overwrote_is_made_anew)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 0; k < 6; k++) {
        wg_begin(g, WG_TRAIN);
        if (k % 2) {
            for (int i = 0; i < 20; i++) wg_scope_push(g, "a scope with a name as long as a record and more");
            continue;
        }
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3, 4 }, WG_SHAPE(2, 2)));
        wg_node y =
            wg_add(wg_slice(x, .axis = 0, .from = 1, .to = 2), wg_mean(x, .axis = 0, .keepdims = true));
        cr_assert_str_eq(wg_node_name(x), "x");
        cr_assert_eq(wg_item(wg_sum(y)), 3 + 4 + 2 + 3);
    }
}

/* Each build makes the product anew and takes over the sum that reads it. The hostile build checks the graph
 * at each read. */
Test(rebuild, a_number_that_changes_below_nodes_that_are_taken_over)
{
    for (int interpret = -1; interpret <= 1; interpret++) {
        WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret, .threads = 1));
        for (int k = 2; k < 6; k++) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", wg_view_f64((double[4]){ 1, 2, 3, 4 }, WG_SHAPE(4)));
            wg_node y = wg_mul(x, k), z = wg_sum(y);
            cr_assert_eq(wg_item(z), 10 * k);
            cr_assert_eq(wg_item(wg_sum(wg_square(y))),
                         30 * k * k); /* another use, by a node that is taken over or new */
        }
    }
}

/* ---- requests for derivatives ---- */

static void count_differences(void *user, const char *line)
{
    *(int *)user += strstr(line, "differs") || strstr(line, "goes on");
}

/* The graph has few nodes, its derivatives have more than calls are remembered for. */
Test(remembered, derivatives_of_many_nodes_do_not_end_a_repeated_build)
{
    enum { LINKS = 8, TANGENTS = 150 };
    int differences = 0;
    WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .trace = WG_TRACE_REBUILD, .on_trace = count_differences,
                                  .user = &differences));
    for (int round = 0; round < 5; round++) {
        const double at = 0.25 + round;
        double slope = 1, t = at;
        wg_begin(g, WG_TRAIN);
        if (round == 1) differences = 0;
        wg_node x = wg_input(g, "x", wg_view_f64(&at, WG_SCALAR)), y = x;
        for (int k = 0; k < LINKS; k++) {
            y = wg_sin(wg_mul(y, 0.99));
            slope *= 0.99 * cos(0.99 * t);
            t = sin(0.99 * t);
        }
        for (int i = 0; i < TANGENTS; i++) {
            wg_node v = wg_number(1 + i), ty = wg_jvp(y, &x, &v, 1);
            cr_assert_lt(wgt_relative(wg_item(ty), (1 + i) * slope), 1e-13);
        }
        cr_assert_gt(wg_graph_nodes(g), 4096);
    }
    cr_assert_eq(differences, 0);
}

/* A rule of the user may depend on anything, so its nodes are not taken from the last build. */
static double factor;
static void times_factor(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)y, (void)x;
    gx[0] = wg_mul_at(here, gy, wg_number(factor));
}

Test(remembered, a_rule_of_the_user_is_asked_at_each_build)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int round = 0; round < 4; round++) {
        wg_begin(g, WG_TRAIN);
        factor = 2 + round;
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 3 }, WG_SCALAR)), q = wg_square(x);
        wg_node y = wg_custom_vjp(q, &x, 1, times_factor);
        cr_assert_eq(wg_item(wg_grad(y, x)), factor);
    }
}

/* ---- graphs of vectors with more nodes than calls are remembered for at first ---- */

enum { STEPS = 2000 };

typedef struct chain {
    float factor[STEPS], term[STEPS], x;
    bool minus[STEPS]; /* the term is subtracted */
    int steps;
} chain;

/* One change of a build beside the one before, mostly of nodes behind the 4,096th. */
static void change_chain(chain *s, int round, wgt_random *r)
{
    const int late = STEPS - 1 - (int)wgt_below(r, STEPS / 4), early = (int)wgt_below(r, STEPS / 4);
    switch (round % 8) {
    case 1: s->x = (float)wgt_uniform(r, -1, 1); break;
    case 3: s->factor[late] = (float)wgt_uniform(r, -1, 1); break;
    case 4: s->term[late] = s->term[early] = (float)wgt_uniform(r, -1, 1); break;
    case 5: s->minus[late] = !s->minus[late]; break;
    case 6: s->minus[early] = !s->minus[early]; break;
    case 7: s->steps = s->steps == STEPS ? late : STEPS; break;
    default: break;
    }
}

static float end_of(const chain *s)
{
    float h = s->x;
    for (int k = 0; k < s->steps; k++) {
        const float scaled = h * s->factor[k];
        h = s->minus[k] ? scaled - s->term[k] : scaled + s->term[k];
    }
    return h;
}

static wg_node chain_of(wg_graph *g, const chain *s, wg_node x)
{
    wg_node h = x;
    for (int k = 0; k < s->steps; k++) {
        h = wg_mul(h, (double)s->factor[k]);
        h = s->minus[k] ? wg_sub(h, (double)s->term[k]) : wg_add(h, (double)s->term[k]);
    }
    return wg_keep(h);
}

/* More calls are remembered once a large graph has repeated. */
Test(remembered, a_large_graph_of_vectors_may_change_anywhere)
{
    enum { WIDTH = 16 };
    static chain s = { .x = 0.5F, .steps = STEPS };
    wgt_random r = { 11 };
    int lines = 0;
    for (int k = 0; k < STEPS; k++) s.factor[k] = (k % 5 == 0 ? 0.5F : 1), s.term[k] = (float)(k % 7) / 8;
    WGT_IN_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .threads = 1, .trace = WG_TRACE_REBUILD,
                                  .on_trace = count_differences, .user = &lines));
    for (int round = 0; round < 40; round++) {
        float x[WIDTH];
        if (round >= 8) change_chain(&s, round, &r);
        if (round == 3) lines = 0;
        for (int i = 0; i < WIDTH; i++) x[i] = s.x;
        wg_begin(g, WG_TRAIN);
        wg_node h = chain_of(g, &s, wg_input(g, "x", wg_view_f32(x, WG_SHAPE(WIDTH))));
        const float *y = wg_value(h).data;
        for (int i = 0; y && i < WIDTH; i++) cr_assert_eq(y[i], WGT_NEAREST(end_of(&s)), "round %d", round);
        if (round == 7) cr_expect_eq(lines, 0); /* all calls repeated those of the build before */
    }
}
