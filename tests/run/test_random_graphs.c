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

static int64_t number_from(const char *name, int64_t otherwise)
{
    const char *s = getenv(name);
    return s && *s ? strtoll(s, NULL, 10) : otherwise;
}

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
    cr_assert_eq(wg_failed(k->c), WG_OK, "WG_SEED=%llu WG_GRAPH=%llu: %s", (unsigned long long)wgt_seed(),
                 (unsigned long long)k->index, wg_message(k->c));
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
    k->c = wgt_start(
        NULL, t,
        &(wg_options){ .seed = 1, .interpret = w.interpret, .threads = w.threads, .without = w.without });
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
    if (wg_is_none(n)) return;
    wg_tensor t = wg_value(n);
    size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *copy = malloc(bytes + 1);
    if (bytes && t.data) memcpy(copy, t.data, bytes);
    t.data = copy;
    all->t[all->n++] = t;
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

static void forget(results *all)
{
    for (int i = 0; i < all->n; i++) free(all->t[i].data);
}

static void compare_bits(uint64_t index, wg_dtype t, way w, int round, const results *a, const results *b)
{
    int i = 0;
    cr_assert_eq(a->n, b->n);
    cr_assert_str_eq(a->refusal, b->refusal, "WG_SEED=%llu WG_GRAPH=%llu, round %d",
                     (unsigned long long)wgt_seed(), (unsigned long long)index, round);
    if (*a->refusal) return;
    while (i < a->n && wgt_same_numbers(&a->t[i], &b->t[i])) i++;
    cr_expect_eq(i, a->n,
                 "WG_SEED=%llu WG_GRAPH=%llu: result %d of %d differs: %s, interpret %d, %d threads, "
                 "without %#x, %s, round %d",
                 (unsigned long long)wgt_seed(), (unsigned long long)index, i, a->n, wg_dtype_name(t),
                 w.interpret, w.threads, w.without, w.params ? "parameters" : "inputs", round);
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
            cr_assert(u == v || (isnan(u) && isnan(v)),
                      "WG_SEED=%llu WG_GRAPH=%llu: %s: d/d %s [%lld]: backward %.17g, grad %.17g",
                      (unsigned long long)wgt_seed(), (unsigned long long)index, wg_dtype_name(t),
                      wg_params_name(b.p, i), (long long)j, u, v);
        }
        free(expected);
    }
    expect_fine(&a);
    wgt_finish(a.c, NULL);
    wgt_finish(b.c, NULL);
    random_calls_free(calls);
}

/* ---- differences ---- */

static const way double_way = { 1, 1, false, 0 };

typedef struct place {
    uint64_t index;
    const random_calls *calls;
    int order, leaf;
    int64_t element;
} place;

/* The loss, or the slope of its gradient, with `shift` added to one element of one leaf. NaN where this takes
 * an operand out of the values that its op has a result for: a probability of bce below 0. */
static double scalar_at(const place *at, double shift)
{
    random_graph like = {
        .calls = at->calls, .shift_leaf = at->leaf, .shift_element = at->element, .shift = shift
    };
    instance k;
    open_graph(&k, at->index, WG_F64, double_way, &like);
    if (at->order == 2) differentiate(&k);
    double v = wg_item(at->order == 2 ? k.slope : k.r.loss);
    if (wg_failed(k.c) == WG_ERROR_VALUE) {
        wg_recover(k.c);
        v = NAN;
    }
    expect_fine(&k);
    wgt_finish(k.c, NULL);
    return v;
}

static double quotient(const place *at, double h) { return (scalar_at(at, h) - scalar_at(at, -h)) / (2 * h); }

typedef struct verdicts {
    int64_t agree, unclear, singular;
} verdicts;

static bool is_op(const wg_graph *g, int64_t i, const char *name)
{
    return !strcmp(wg_node_op(wg_graph_node(g, i))->name, name);
}

/* Whether differences say nothing about a derivative, though the values are finite. Binary cross-entropy of
 * the probability p has the derivative ln(1 - p) - ln p by its target. It is infinite at p = 0, and it does
 * not exist at p < 0, where the value is finite if the target is 0. A target that is 0 for every input
 * (x - x) hides this from differences. So it is with sqrt at 0, if its operand is 0 for every input: the
 * variance of one example. A value beyond 1e10 is a quotient by nearly 0: least squares with two equal rows
 * divide by the rounding error of 0, and a step of any size leaves the place where the derivative holds. */
static bool is_singular(const wg_graph *g)
{
    wg_tensor t;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        if (!wg_peek(wg_graph_node(g, i), &t)) continue;
        const bool is_log = is_op(g, i, "log"), is_sqrt = is_op(g, i, "sqrt"),
                   is_float = wg_dtype_is_float(t.dtype);
        for (int64_t j = 0; j < wg_shape_size(t.shape); j++) {
            const double v = wg_tensor_item(&t, j);
            if (isinf(v) || (is_log && isnan(v)) || (is_sqrt && v == 0)) return true;
            if (is_float && fabs(v) > 1e10) return true;
        }
    }
    return false;
}

/* Richardson's quotients for falling steps: their least change is the measure of their error. It must be
 * small for the comparison to say anything; then the derivative must be within it, or 1e-6 of the largest. */
static void compare_element(verdicts *v, const place *at, double analytic, double scale)
{
    double last = NAN, best = NAN, error = INFINITY;
    for (double h = 1e-2; h > 0.9e-5; h /= 10) {
        double d = (4 * quotient(at, h / 2) - quotient(at, h)) / 3;
        if (fabs(d - last) < error) error = fabs(d - last), best = d;
        last = d;
    }
    scale = fmax(scale, 1e-3);
    double off = fabs(analytic - best);
    cr_assert(off <= 1e-6 * scale + 10 * error || !(error < INFINITY),
              "WG_SEED=%llu WG_GRAPH=%llu: order %d, d/d x%d [%lld]: %.15g, by differences %.15g (to %.1g)",
              (unsigned long long)wgt_seed(), (unsigned long long)at->index, at->order, at->leaf,
              (long long)at->element, analytic, best, error);
    if (error < 1e-6 * scale) v->agree++;
    else v->unclear++;
}

static void compare_numbers(verdicts *v, uint64_t index)
{
    random_calls *calls = random_calls_draw(wgt_seed(), index, WG_F64, GRAPH_SMOOTH);
    random_graph like = { .shift_leaf = -1, .calls = calls };
    wgt_random draw = { wgt_seed() ^ index };
    instance k;
    open_graph(&k, index, WG_F64, double_way, &like);
    differentiate(&k);
    bool singular = is_singular(k.r.g);
    v->singular += singular;
    for (int order = 1; order <= 2 && !singular; order++) {
        int leaf = (int)wgt_below(&draw, k.r.leaves);
        wg_node g = order == 1 ? k.gradient[leaf] : k.second[leaf];
        int64_t n = wg_shape_size(wg_node_shape(k.r.leaf[leaf])), element = n ? wgt_below(&draw, n) : 0;
        if (!n) continue;
        double *a = wg_is_none(g) ? NULL : wgt_values(g), scale = 0;
        expect_fine(&k);
        for (int64_t i = 0; a && i < n; i++) scale = fmax(scale, fabs(a[i]));
        compare_element(v, &(place){ index, calls, order, leaf, element }, a ? a[element] : 0, scale);
        free(a);
    }
    wgt_finish(k.c, NULL);
    random_calls_free(calls);
}

/* ---- the tests ---- */

typedef void (*each_fn)(void *user, uint64_t index);

static void each_graph(each_fn f, void *user, int64_t share)
{
    int64_t n = number_from("WG_GRAPHS", 400) / share, one = number_from("WG_GRAPH", -1);
    if (one >= 0) {
        f(user, (uint64_t)one);
        return;
    }
    for (int64_t i = 0; i < n; i++) f(user, (uint64_t)i);
    fprintf(stderr, "random graphs: %lld\n", (long long)n); /* for tools/score.sh */
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

static void numbers_of(void *user, uint64_t index) { compare_numbers(user, index); }

Test(random_graphs, both_orders_agree_with_differences)
{
    verdicts v = { 0 };
    each_graph(numbers_of, &v, 4);
    cr_assert_gt(v.agree, 5 * v.unclear, "%lld comparisons agree, but %lld were too rough to say",
                 (long long)v.agree, (long long)v.unclear);
    /* About a sixth of the graphs are singular. They say nothing, so most must not be. */
    cr_assert_gt(v.agree, 2 * v.singular, "%lld comparisons agree, but %lld graphs were singular",
                 (long long)v.agree, (long long)v.singular);
}

/* ---- what is drawn ---- */

Test(random_graphs, every_op_is_drawn_or_there_is_a_reason)
{
    enum { MOST_OPS = 1000, GRAPHS = 300 };
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
