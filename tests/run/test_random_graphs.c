/* test_random_graphs.c: random graphs over all ops of the registry, in every way of running: interpreted and
 * planned, by one thread and by two, with inputs and with parameters for leaves. Values, first and second
 * derivatives have the same bits in every way (a NaN equals any NaN). wg_backward leaves the gradients that
 * wg_grad appends. On smooth graphs both orders of derivatives agree with differences.
 *
 * WG_SEED chooses the graphs, WG_GRAPHS how many. Each failure names its graph: WG_GRAPH=number runs that one
 * alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random_graph.h"

/* ---- one graph in a context of its own ---- */

typedef struct way {
    int interpret, threads;
    bool params; /* leaves 1 and 3 are parameters */
    unsigned
        without; /* fast ways that are switched off; DRAWN: a subset that follows from the graph's number */
} way;

enum { DRAWN = ~0 };

typedef struct instance {
    uint64_t index;
    wg_context *c;
    wg_params *p;
    random_graph r;
    wg_node gradient[GRAPH_LEAVES], slope, second[GRAPH_LEAVES];
} instance;

static void expect_fine(const instance *k)
{
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s: %s", random_name("WG_GRAPH", k->index), wg_message(k->c));
}

static wg_node grad_or_zero(wg_context *c, wg_node y, wg_node x)
{
    wg_node g = wg_grad(y, x);
    if (wg_failed(c) != WG_ERROR_GRADIENT) return g;
    wg_recover(c);
    return wg_none;
}

/* The gradient of the loss, its product with a function of the leaves, and the gradient of that. */
static void differentiate(instance *k)
{
    k->slope = wg_scalar(k->r.g, 0.25);
    for (int i = 0; i < k->r.leaves; i++) {
        k->gradient[i] = grad_or_zero(k->c, k->r.loss, k->r.leaf[i]);
        if (wg_is_none(k->gradient[i])) continue;
        wg_node u = wg_add(wg_sin(k->r.leaf[i]), 0.5);
        k->slope = wg_add(k->slope, wg_sum(wg_mul(k->gradient[i], u)));
    }
    for (int i = 0; i < k->r.leaves; i++) k->second[i] = grad_or_zero(k->c, k->slope, k->r.leaf[i]);
}

static void build(instance *k, const random_graph *like)
{
    wg_graph *g = k->r.g;
    k->r = *like;
    k->r.g = g, k->r.p = k->p;
    wg_begin(g, WG_TRAIN);
    random_graph_build(&k->r);
    expect_fine(k);
}

static void open_graph(instance *k, uint64_t index, wg_dtype t, way w, const random_graph *like)
{
    *k = (instance){ .index = index };
    k->c = wgt_start(NULL, t,
                     &WG_OPTS(wg_start_opts, .seed = 1, .interpret = w.interpret, .threads = w.threads,
                              .without = w.without));
    k->p = w.params ? wg_params_new(k->c) : NULL;
    k->r.g = wg_graph_new(k->c);
    build(k, like);
}

/* ---- bits ---- */

enum { RESULTS = 2 + 2 * GRAPH_LEAVES + 2, ROUNDS = 3 };

/* A kernel may refuse the values that it gets: the matrix of a linear equation is singular. */
typedef struct results {
    wg_tensor t[RESULTS];
    int n;
    char refusal[300]; /* its message; "": all values could be computed */
} results;

static void add_result(results *all, wg_node n)
{
    if (!wg_is_none(n)) all->t[all->n++] = wgt_copied(wg_value(n));
}

static results read_all(instance *k)
{
    results all = { .n = 0 };
    differentiate(k);
    for (int i = 0; i < k->r.leaves; i++) add_result(&all, k->second[i]);
    add_result(&all, k->r.loss);
    for (int i = 0; i < k->r.leaves; i++) add_result(&all, k->gradient[i]);
    add_result(&all, k->slope);
    const random_calls *c = k->r.calls;
    add_result(&all, k->r.value[c->pool[c->pooled - 1]]);
    add_result(&all, k->r.value[c->pool[c->pooled / 2]]);
    if (wg_failed(k->c) == WG_ERROR_VALUE) {
        snprintf(all.refusal, sizeof all.refusal, "%s", wg_message(k->c));
        wg_recover(k->c);
    }
    expect_fine(k);
    return all;
}

/* Adds a line of these bits to the file that WG_BITS names: tests/core.sh compares builds by it. */
static void write_bits(uint64_t index, wg_dtype t, int round, const results *all)
{
    FILE *f = getenv("WG_BITS") ? fopen(getenv("WG_BITS"), "a") : NULL;
    if (!f) return;
    fprintf(f, "graph %llu %s, round %d, %d results", (unsigned long long)index, wg_dtype_name(t), round,
            all->n);
    for (int i = 0; i < all->n && !*all->refusal; i++) {
        const wg_tensor *x = &all->t[i];
        const size_t bytes = (size_t)wg_shape_size(x->shape) * wg_dtype_size(x->dtype);
        uint64_t h = bytes;
        for (size_t k = 0; k < bytes; k++) h = (h ^ ((const unsigned char *)x->data)[k]) * 0x100000001B3u;
        fprintf(f, " %016llx", (unsigned long long)h);
    }
    fprintf(f, " %s\n", all->refusal);
    fclose(f);
}

static void forget(results *all)
{
    for (int i = 0; i < all->n; i++) free(all->t[i].data);
}

static void compare_bits(uint64_t index, wg_dtype t, way w, int round, const results *a, const results *b)
{
    int i = 0;
    cr_assert_eq(a->n, b->n);
    cr_assert_str_eq(a->refusal, b->refusal, "%s, round %d", random_name("WG_GRAPH", index), round);
    if (*a->refusal) return;
    while (i < a->n && wgt_same_numbers(&a->t[i], &b->t[i])) i++;
    cr_expect_eq(i, a->n,
                 "%s: result %d of %d differs: %s, interpret %d, %d threads, "
                 "without %#x, %s, round %d",
                 random_name("WG_GRAPH", index), i, a->n, wg_dtype_name(t), w.interpret, w.threads, w.without,
                 w.params ? "parameters" : "inputs", round);
}

/* The others are compared with the first, which uses no fast way and runs one node after the other. */
static const way ways[] = { { 1, 1, false, WG_WITHOUT_ALL },
                            { 1, 1, false, 0 },
                            { -1, 1, false, 0 },
                            { -1, 2, false, 0 },
                            { 1, 2, true, 0 },
                            { 0, 2, true, 0 },
                            { 0, 2, true, DRAWN },
                            { -1, 1, false, DRAWN } };

/* All subsets of the switches are equally likely. */
static way way_of(uint64_t index, size_t w)
{
    way x = ways[w];
    wgt_random draw = { index * 31 + w };
    if (x.without == (unsigned)DRAWN) x.without = (unsigned)wgt_below(&draw, WG_WITHOUT_ALL + 1);
    return x;
}

static void compare_ways(uint64_t index, wg_dtype t, bool large)
{
    random_calls *calls = random_calls_draw(wgt_seed(), index, t, large ? GRAPH_LARGE : 0);
    random_graph like = { .shift_leaf = -1, .calls = calls };
    results first[ROUNDS];
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        instance k;
        way x = way_of(index, w);
        open_graph(&k, index, t, x, &like);
        for (int i = 0; i < ROUNDS; i++) {
            if (i) build(&k, &like);
            results all = read_all(&k);
            if (w) compare_bits(index, t, x, i, &first[i], &all);
            if (w) forget(&all);
            else first[i] = all;
            if (!w) write_bits(index, t, i, &all);
        }
        wgt_finish(k.c, NULL);
    }
    for (int i = 0; i < ROUNDS; i++) forget(&first[i]);
    random_calls_free(calls);
}

/* ---- backward into parameters ---- */

/* wg_backward refuses a loss that is NaN or cannot be computed, and no other. Returns whether there are
 * gradients to compare. */
static bool run_backward(instance *b)
{
    if (!wg_params_count(b->p)) return true;
    wg_status s = wg_backward(b->r.loss, b->p);
    if (s == WG_ERROR_GRADIENT || s == WG_ERROR_VALUE) wg_recover(b->c);
    expect_fine(b);
    if (s != WG_ERROR_GRADIENT) cr_assert_eq(isnan(wg_item(b->r.loss)) != 0, s == WG_ERROR_VALUE);
    if (s == WG_ERROR_VALUE) wg_recover(b->c);
    return s != WG_ERROR_VALUE;
}

/* Backward leaves the gradients that wg_grad appends; a zero may be no gradient at all. */
static void compare_backward(uint64_t index, wg_dtype t, way w)
{
    random_calls *calls = random_calls_draw(wgt_seed(), index, t, 0);
    random_graph like = { .shift_leaf = -1, .calls = calls };
    instance a, b;
    open_graph(&a, index, t, (way){ 1, 1, true, WG_WITHOUT_ALL }, &like);
    open_graph(&b, index, t, w, &like);
    const int n = run_backward(&b) ? wg_params_count(b.p) : 0;
    for (int i = 0; i < n; i++) {
        wg_node x = a.r.leaf[2 * i + 1], g = grad_or_zero(a.c, a.r.loss, x);
        wg_tensor got = wg_params_grad(b.p, i);
        double *expected = wg_is_none(g) ? NULL : wgt_values(g);
        for (int64_t j = 0; j < wg_shape_size(wg_node_shape(x)); j++) {
            double u = got.data ? wg_tensor_item(&got, j) : 0, v = expected ? expected[j] : 0;
            cr_assert(u == v || (isnan(u) && isnan(v)), "%s: %s: d/d %s [%lld]: backward %.17g, grad %.17g",
                      random_name("WG_GRAPH", index), wg_dtype_name(t), wg_params_name(b.p, i), (long long)j,
                      u, v);
        }
        free(expected);
    }
    expect_fine(&a);
    wgt_finish(a.c, NULL);
    wgt_finish(b.c, NULL);
    random_calls_free(calls);
}

/* ---- differences ---- */

/* The gradient check says FAIL only where differences say more than their error bars: never of a right
 * graph. Other graphs have infinite values or a place without a derivative, and say nothing. */
static void check_by_differences(void *user, uint64_t index)
{
    random_calls *calls = random_calls_draw(wgt_seed(), index, WG_F64, GRAPH_SMOOTH);
    random_graph like = { .shift_leaf = -1, .calls = calls };
    int64_t *verdicts = user;
    instance k;
    open_graph(&k, index, WG_F64, (way){ 1, 1, false, 0 }, &like);
    wg_check *r = wg_gradcheck_nodes(k.r.loss, k.r.leaf, k.r.leaves, .order = 2);
    if (wg_check_verdict(r) == WG_FAIL) wg_check_print(r, stderr);
    cr_expect_neq(wg_check_verdict(r), WG_FAIL, "%s", random_name("WG_GRAPH", index));
    verdicts[wg_check_verdict(r)]++;
    wg_check_free(r);
    wgt_drop(k.c, NULL);
    random_calls_free(calls);
}

/* ---- the tests ---- */

typedef void (*each_fn)(void *user, uint64_t index);

static void each_graph(each_fn f, void *user, int64_t share)
{
    int64_t n = wgt_number_from("WG_GRAPHS", 400) / share, one = wgt_number_from("WG_GRAPH", -1);
    if (one >= 0) {
        f(user, (uint64_t)one);
        return;
    }
    for (int64_t i = 0; i < n; i++) f(user, (uint64_t)i);
    fprintf(stderr, "random graphs: %lld\n", (long long)n); /* for tools/build/score.sh */
}

static void bits_of(void *user, uint64_t index) { compare_ways(index, index & 1 ? WG_F32 : WG_F64, false); }

Test(random_graphs, every_way_of_running_gives_the_same_bits) { each_graph(bits_of, NULL, 1); }

static void large_bits_of(void *user, uint64_t index)
{
    compare_ways(index, index & 1 ? WG_F32 : WG_F64, true);
}

Test(random_graphs, two_threads_that_share_large_work_give_the_same_bits)
{
    each_graph(large_bits_of, NULL, 40);
}

static void backward_of(void *user, uint64_t index)
{
    way x = way_of(index, index % (sizeof ways / sizeof *ways));
    x.params = true;
    compare_backward(index, index & 1 ? WG_F32 : WG_F64, x);
}

Test(random_graphs, backward_leaves_the_gradients_that_grad_appends) { each_graph(backward_of, NULL, 1); }

Test(random_graphs, both_orders_agree_with_differences)
{
    int64_t verdicts[3] = { 0 };
    each_graph(check_by_differences, verdicts, 4);
    /* About half of them pass. How many is chance: seeds, and new ops, draw other graphs. */
    cr_assert_gt(2 * verdicts[WG_PASS], verdicts[WG_INCONCLUSIVE], "%lld graphs pass, but %lld say nothing",
                 (long long)verdicts[WG_PASS], (long long)verdicts[WG_INCONCLUSIVE]);
}

/* ---- what is drawn ---- */

Test(random_graphs, every_op_is_drawn_or_there_is_a_reason)
{
    enum { MOST_OPS = 1000, GRAPHS = 400 };
    static int64_t drawn[MOST_OPS], smooth[MOST_OPS];
    int ops = wg_op_count();
    cr_assert_lt(ops, MOST_OPS);
    for (uint64_t index = 0; index < GRAPHS; index++) {
        random_calls *a = random_calls_draw(wgt_seed(), index, index & 1 ? WG_F32 : WG_F64, 0);
        random_calls *b = random_calls_draw(wgt_seed(), index, WG_F64, GRAPH_SMOOTH);
        for (int i = 0; i < ops; i++) {
            drawn[i] += random_calls_of(a, wg_op_at(i));
            smooth[i] += random_calls_of(b, wg_op_at(i));
        }
        random_calls_free(a);
        random_calls_free(b);
    }
    for (int i = 0; i < ops; i++) {
        const char *name = wg_op_at(i)->name, *reason = random_calls_reason(wg_op_at(i));
        cr_expect(reason ? !drawn[i] : drawn[i] > 0,
                  "WG_SEED=%llu: %s is drawn %lld times; the reason not to: %s",
                  (unsigned long long)wgt_seed(), name, (long long)drawn[i], reason ? reason : "none");
        cr_expect(reason || !random_op_is_smooth(i) || smooth[i],
                  "WG_SEED=%llu: %s is smooth, and never drawn", (unsigned long long)wgt_seed(), name);
    }
}
