/* test_check.c: the gradient check: what it must pass, what it must catch, and what it must leave alone. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* ---- the classical test functions, their starting points (More, Garbow and Hillstrom 1981) and gradients ---- */

static double rosenbrock(size_t n, const double *x, double *g, void *user)
{
    double a = 1 - x[0], b = x[1] - x[0] * x[0];
    if (g) g[0] = -2 * a - 400 * x[0] * b, g[1] = 200 * b;
    return a * a + 100 * b * b;
}

static double powell(size_t n, const double *x, double *g, void *user)
{
    double a = x[0] + 10 * x[1], b = x[2] - x[3], c = x[1] - 2 * x[2], d = x[0] - x[3];
    if (g) {
        g[0] = 2 * a + 40 * d * d * d;
        g[1] = 20 * a + 4 * c * c * c;
        g[2] = 10 * b - 8 * c * c * c;
        g[3] = -10 * b - 40 * d * d * d;
    }
    return a * a + 5 * b * b + c * c * c * c + 10 * d * d * d * d;
}

static double wood(size_t n, const double *x, double *g, void *user)
{
    double a = x[1] - x[0] * x[0], b = 1 - x[0], c = x[3] - x[2] * x[2], d = 1 - x[2];
    double e = x[1] + x[3] - 2, f = x[1] - x[3];
    if (g) {
        g[0] = -400 * x[0] * a - 2 * b;
        g[1] = 200 * a + 20 * e + 0.2 * f;
        g[2] = -360 * x[2] * c - 2 * d;
        g[3] = 180 * c + 20 * e - 0.2 * f;
    }
    return 100 * a * a + b * b + 90 * c * c + d * d + 10 * e * e + 0.1 * f * f;
}

static double beale(size_t n, const double *x, double *g, void *user)
{
    static const double y[3] = { 1.5, 2.25, 2.625 };
    double              sum = 0;
    if (g) g[0] = g[1] = 0;
    for (int i = 1; i <= 3; i++) {
        double p = pow(x[1], i), r = y[i - 1] - x[0] * (1 - p);
        if (g) g[0] -= 2 * r * (1 - p), g[1] += 2 * r * x[0] * i * pow(x[1], i - 1);
        sum += r * r;
    }
    return sum;
}

typedef struct problem {
    const char *name;
    wg_check_fn f;
    size_t      n;
    double      start[4];
} problem;

static const problem problems[] = { { "rosenbrock", rosenbrock, 2, { -1.2, 1 } },
                                    { "powell", powell, 4, { 3, -1, 0, 1 } },
                                    { "wood", wood, 4, { -3, -1, -3, -1 } },
                                    { "beale", beale, 2, { 1, 1 } } };
enum { PROBLEMS = sizeof problems / sizeof *problems };

static wg_verdict verdict_and_free(wg_check *r)
{
    wg_verdict v = wg_check_verdict(r);
    cr_expect_eq(wg_check_exit(r), v == WG_PASS ? 0 : v == WG_FAIL ? 1 : 5);
    wg_check_free(r);
    return v;
}

/* The whole report as text, for the caller to free. */
static char *report(const wg_check *r)
{
    char  *text = NULL;
    size_t size = 0;
    FILE  *out = open_memstream(&text, &size);
    wg_check_print(r, out);
    fclose(out);
    return text;
}

static void expect_report(wg_check *r, const char *what)
{
    char *text = report(r);
    cr_expect(strstr(text, what), "no \"%s\" in\n%s", what, text);
    free(text);
}

Test(check_fn, right_gradients_pass)
{
    for (int i = 0; i < PROBLEMS; i++) {
        const problem *q = &problems[i];
        wg_check      *r = wg_gradcheck_fn(q->f, q->n, q->start, NULL, NULL);
        cr_expect_lt(wg_check_ratio(r), 1e-7, "%s: %g", q->name, wg_check_ratio(r));
        cr_expect_lt(wg_check_floor(r), 1e-7, "%s: %g", q->name, wg_check_floor(r));
        cr_expect_float_eq(wg_check_value(r), q->f(q->n, q->start, NULL, NULL), 0.0);
        cr_expect_eq(verdict_and_free(r), WG_PASS, "%s", q->name);
    }
}

Test(check_fn, right_gradients_near_the_start_never_fail)
{
    wgt_random random = { wgt_seed() };
    for (int k = 0; k < 200; k++) {
        const problem *q = &problems[k % PROBLEMS];
        double         x[4];
        for (size_t i = 0; i < q->n; i++) x[i] = q->start[i] * wgt_uniform(&random, 0.9, 1.1);
        cr_expect_eq(verdict_and_free(wg_gradcheck_fn(q->f, q->n, x, NULL, NULL)), WG_PASS, "%s, draw %d of seed %llu", q->name,
                     k, (unsigned long long)wgt_seed());
    }
}

/* ---- mutants ---- */

typedef enum mutation { SIGN, TWICE, HALF, ZEROED, SWAPPED, ONE_SIGN, MUTATIONS } mutation;
static const char *const mutation_name[] = { "sign", "twice", "half", "zeroed", "swapped", "one sign" };

static void mutate(mutation m, double *g, size_t n, size_t i)
{
    size_t j = (i + 1) % n;
    double was = g[i];
    for (size_t k = 0; k < n; k++)
        if (m == SIGN) g[k] = -g[k];
    if (m == TWICE) g[i] *= 2;
    if (m == HALF) g[i] /= 2;
    if (m == ZEROED) g[i] = 0;
    if (m == ONE_SIGN) g[i] = -g[i];
    if (m == SWAPPED) g[i] = g[j], g[j] = was;
}

Test(check_fn, mutants_fail)
{
    int mutants = 0;
    for (int p = 0; p < PROBLEMS; p++) {
        const problem *q = &problems[p];
        for (mutation m = 0; m < MUTATIONS; m++) {
            for (size_t i = 0; i < q->n; i++) {
                double g[4], right[4];
                q->f(q->n, q->start, right, NULL);
                memcpy(g, right, sizeof g);
                mutate(m, g, q->n, i);
                if (memcmp(g, right, q->n * sizeof *g) == 0) continue; /* a zero component has no such mutants */
                if (fabs(g[i] - right[i]) == 0) continue;
                mutants++;
                wg_check *r = wg_gradcheck_values(q->f, q->n, q->start, g, NULL, NULL);
                cr_expect_eq(wg_check_verdict(r), WG_FAIL, "%s, %s of component %zu passes", q->name, mutation_name[m], i);
                if (m != SIGN && m != SWAPPED)
                    cr_expect_eq(wg_check_input_at(r, 0).worst, (int64_t)i, "%s, %s", q->name, mutation_name[m]);
                wg_check_free(r);
            }
        }
    }
    cr_expect_geq(mutants, 50);
}

/* A thousand components, one small one wrong: the ratio, 5e-6, says ok; the component is wrong all the same. */
static double thousand(size_t n, const double *x, double *g, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double scale = i == 7 ? 1e-4 : 1;
        sum += scale * sin(x[i]);
        if (g) g[i] = scale * cos(x[i]);
    }
    if (g && user) g[7] = 0;
    return sum;
}

Test(check_fn, one_wrong_component_is_not_diluted)
{
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 0.001 * i;
    cr_expect_eq(verdict_and_free(wg_gradcheck_fn(thousand, 1000, x, NULL, NULL)), WG_PASS);
    wg_check *r = wg_gradcheck_fn(thousand, 1000, x, x, NULL);
    cr_expect_lt(wg_check_ratio(r), 1e-5);
    cr_expect_eq(wg_check_input_at(r, 0).worst, 7);
    expect_report(r, "x[7]");
    cr_expect_eq(verdict_and_free(r), WG_FAIL);
}

/* ---- the course's numbers ---- */

static double cube(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 3 * x[0] * x[0];
    return x[0] * x[0] * x[0];
}

Test(check_fn, theta_cubed_at_one)
{
    wg_check *two = wg_gradcheck_fn(cube, 1, (double[]){ 1 }, NULL, &(wg_gradcheck_opts){ .eps = 0.01 });
    wg_check *one = wg_gradcheck_fn(cube, 1, (double[]){ 1 }, NULL, &(wg_gradcheck_opts){ .eps = 0.01, .one_sided = true });
    /* ((1 + e)^3 - (1 - e)^3) / 2e = 3 + e^2 and ((1 + e)^3 - 1) / e = 3 + 3e + e^2 */
    cr_expect_float_eq(wg_check_input_at(two, 0).numeric[0], 3.0001, 1e-9);
    cr_expect_float_eq(wg_check_input_at(one, 0).numeric[0], 3.0301, 1e-9);
    cr_expect_float_eq(wg_check_ratio(two), 0.0001 / 6.0001, 1e-12);
    cr_expect_float_eq(wg_check_ratio(one), 0.0301 / 6.0301, 1e-12);
    cr_expect_eq(verdict_and_free(two), WG_INCONCLUSIVE); /* worry */
    cr_expect_eq(verdict_and_free(one), WG_FAIL);         /* worse: what the course shows one-sided differences for */
}

Test(check_fn, the_scale_has_the_course_s_words)
{
    cr_expect_str_eq(wg_check_word(1e-7), "great");
    cr_expect_str_eq(wg_check_word(1.1e-7), "ok");
    cr_expect_str_eq(wg_check_word(1e-5), "ok");
    cr_expect_str_eq(wg_check_word(1e-4), "worry");
    cr_expect_str_eq(wg_check_word(1e-3), "worry");
    cr_expect_str_eq(wg_check_word(1), "very likely a bug");
}

/* ---- what shows nothing ---- */

static double relu(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = x[0] > 0;
    return x[0] > 0 ? x[0] : 0;
}

static double root(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 0.5 / sqrt(x[0]), g[1] = user ? 1 : 2;
    return sqrt(x[0]) + 2 * x[1];
}

static double constant(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 0;
    return 3;
}

static double counting(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 1;
    return x[0] + ++*(int *)user;
}

/* x^2 with noise of deviation 1e-6 that depends on x alone. */
static double noisy(size_t n, const double *x, double *g, void *user)
{
    uint64_t bits;
    memcpy(&bits, x, sizeof bits);
    wgt_random random = { bits };
    if (g) g[0] = 2 * x[0];
    return x[0] * x[0] + 1e-6 * sqrt(12) * (wgt_unit(&random) - 0.5);
}

Test(check_fn, inconclusive)
{
    int       calls = 0;
    wg_check *r = wg_gradcheck_fn(relu, 1, (double[]){ 0 }, NULL, NULL);
    expect_report(r, "kink");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(root, 2, (double[]){ 1e-9, 1 }, NULL, NULL);
    expect_report(r, "f is NaN at x[0]");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);
    cr_expect_eq(verdict_and_free(wg_gradcheck_fn(root, 2, (double[]){ 1e-9, 1 }, &calls, NULL)), WG_FAIL,
                 "a wrong x[1] is seen beside an x[0] without a difference");

    r = wg_gradcheck_fn(root, 2, (double[]){ -1, 1 }, NULL, NULL);
    expect_report(r, "f is NaN at the point itself");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_values(cube, 1, (double[]){ 1 }, (double[]){ NAN }, NULL, NULL);
    expect_report(r, "component 0 of the gradient is NaN");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(constant, 1, (double[]){ 1 }, NULL, NULL);
    expect_report(r, "all zero");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(cube, 0, NULL, NULL, NULL);
    expect_report(r, "nothing to compare");
    cr_expect_eq(wg_check_inputs(r), 1);
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(counting, 1, (double[]){ 1 }, &calls, NULL);
    expect_report(r, "not a function");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(cube, 1, (double[]){ 1e12 }, NULL, NULL);
    expect_report(r, "vanishes");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    r = wg_gradcheck_fn(cube, 1, (double[]){ 1 }, NULL, &(wg_gradcheck_opts){ .eps = -1 });
    expect_report(r, "positive");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);
}

Test(check_fn, noise_is_measured_and_no_failure)
{
    for (int k = 0; k < 50; k++) {
        wg_check *r = wg_gradcheck_fn(noisy, 1, (double[]){ 0.5 + 0.01 * k }, NULL, NULL);
        cr_expect(wg_check_noise(r) > 1e-7 && wg_check_noise(r) < 1e-5, "noise 1e-6 measured as %g", wg_check_noise(r));
        cr_expect_neq(wg_check_verdict(r), WG_FAIL, "at %g", 0.5 + 0.01 * k);
        wg_check_free(r);
    }
}

/* ---- hints, rows ---- */

static void expect_hint(double factor, const char *hint)
{
    const problem *q = &problems[2];
    double         g[4];
    q->f(q->n, q->start, g, NULL);
    for (size_t i = 0; i < q->n; i++) g[i] *= factor;
    wg_check *r = wg_gradcheck_values(q->f, q->n, q->start, g, NULL, &(wg_gradcheck_opts){ .name = "wood" });
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, hint);
    wg_check_free(r);
}

Test(check_fn, hints)
{
    expect_hint(-1, "the sign is wrong");
    expect_hint(0.5, "a factor 2 is missing");
    expect_hint(2, "a factor 2 too much");
    expect_hint(0, "yours is zero: a path is missing");
    expect_hint(3, "yours is 3 times the numeric everywhere");
    expect_hint(1, "");
}

Test(check_fn, at_most_so_many_components)
{
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 0.001 * i;
    wg_check      *r = wg_gradcheck_fn(thousand, 1000, x, NULL, &(wg_gradcheck_opts){ .components = 10 });
    wg_check_input in = wg_check_input_at(r, 0);
    int            computed = 0;
    for (int i = 0; i < 1000; i++) computed += !isnan(in.numeric[i]);
    cr_expect_eq(computed, 10);
    cr_expect_float_eq(in.numeric[900], cos(0.9), 1e-6);
    cr_expect_eq(verdict_and_free(r), WG_PASS);
}

Test(check_fn, the_report_is_the_same_in_every_run_and_locale)
{
    double      g[2] = { -215.6, -44 };
    const char *locales[] = { "C", "de_DE.UTF-8", "fr_FR.UTF-8" };
    char       *first = NULL;
    for (int k = 0; k < 3; k++) {
        setlocale(LC_ALL, locales[k]); /* where it is not installed nothing changes */
        wg_check *r = wg_gradcheck_values(rosenbrock, 2, problems[0].start, g, NULL, &(wg_gradcheck_opts){ .name = "rosen" });
        char     *text = report(r);
        if (!first) first = strdup(text);
        cr_expect_str_eq(text, first);
        free(text);
        wg_check_free(r);
    }
    cr_expect(strstr(first, "gradcheck rosen  n 2  f 24.2  at x = [-1.2, 1]"), "%s", first);
    cr_expect(strstr(first, "ratio 0.5000  FAIL  a factor 2 is missing"), "%s", first);
    cr_expect(strstr(first, "very likely a bug"), "%s", first);
    free(first);
}

/* ---- graphs ---- */

Test(check_graph, theta_cubed_at_one)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph   *g = wg_graph_new(c);
    float       at = 1;
    wg_node     theta = wg_input(g, "theta", wg_view_f32(&at, WG_SCALAR));
    wg_node     f = wg_pow(theta, 3);
    wg_check   *two = wg_gradcheck(f, NULL, &(wg_gradcheck_opts){ .eps = 0.01 });
    wg_check   *one = wg_gradcheck_nodes(f, &theta, 1, &(wg_gradcheck_opts){ .eps = 0.01, .one_sided = true });
    cr_assert_eq(wg_check_inputs(two), 1);
    cr_expect_str_eq(wg_check_input_at(two, 0).name, "theta");
    cr_expect_float_eq(wg_check_input_at(two, 0).numeric[0], 3.0001, 1e-9);
    cr_expect_float_eq(wg_check_input_at(two, 0).analytic[0], 3, 1e-14);
    cr_expect_float_eq(wg_check_input_at(one, 0).numeric[0], 3.0301, 1e-9);
    wg_check_free(two), wg_check_free(one);
    wgt_finish(c, NULL);
}

static wg_node component(wg_node x, int i) { return wg_reshape(wg_slice(x, .axis = 0, .from = i, .to = i + 1), WG_SCALAR); }

static wg_node rosenbrock_node(wg_node x)
{
    wg_node x0 = component(x, 0), x1 = component(x, 1);
    return wg_add(wg_square(wg_sub(1, x0)), wg_mul(100, wg_square(wg_sub(x1, wg_square(x0)))));
}

Test(check_graph, rosenbrock_agrees_with_the_function)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      right[2];
    wg_node     x = wg_input(g, "x", wg_view_f64(problems[0].start, WG_SHAPE(2)));
    wg_check   *r = wg_gradcheck(rosenbrock_node(x), NULL, NULL);
    rosenbrock(2, problems[0].start, right, NULL);
    cr_assert_eq(wg_check_inputs(r), 1);
    for (int i = 0; i < 2; i++) cr_expect_float_eq(wg_check_input_at(r, 0).analytic[i], right[i], 1e-11);
    cr_expect_float_eq(wg_check_value(r), 24.2, 1e-13);
    cr_expect_eq(verdict_and_free(r), WG_PASS);
    wgt_finish(c, NULL);
}

/* A network with all that could be disturbed: batch norm's averages, dropout's masks, f32 parameters. */

enum { ROWS = 12, COLUMNS = 5, CLASSES = 3 };

typedef struct network {
    wg_context *c;
    wg_graph   *g;
    wg_params  *p;
    float       x[ROWS * COLUMNS];
    int32_t     y[ROWS];
} network;

static network make_network(wg_dtype t)
{
    network    n = { .c = wgt_start(NULL, t, &(wg_options){ .seed = 5, .threads = 1 }) };
    wgt_random random = { 17 };
    n.g = wg_graph_new(n.c), n.p = wg_params_new(n.c);
    for (int i = 0; i < ROWS * COLUMNS; i++) n.x[i] = (float)wgt_uniform(&random, -1, 1);
    for (int i = 0; i < ROWS; i++) n.y[i] = (int32_t)wgt_below(&random, CLASSES);
    return n;
}

static wg_node loss_of(network *n, double keep_prob)
{
    wg_begin(n->g, WG_TRAIN);
    wg_node x = wg_cast(wg_input(n->g, "x", wg_view_f32(n->x, WG_SHAPE(ROWS, COLUMNS))), wg_context_dtype(n->c));
    wg_node y = wg_input(n->g, "y", wg_view_i32(n->y, WG_SHAPE(ROWS)));
    wg_node h = wg_tanh(wg_nn_batch_norm(wg_nn_dense(x, n->p, "fc1", 4, .no_bias = true), n->p, "bn"));
    if (keep_prob < 1) h = wg_dropout(h, .keep_prob = keep_prob);
    return wg_softmax_cross_entropy(wg_nn_dense(h, n->p, "out", CLASSES), y);
}

/* All parameters and states, as bytes one after another, for the caller to free. */
static char *bytes_of(const wg_params *p, size_t *size)
{
    char *all = NULL;
    *size = 0;
    for (int i = 0; i < wg_params_count(p); i++) {
        wg_tensor t = wg_params_tensor(p, i);
        size_t    n = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
        all = realloc(all, *size + n + 1);
        memcpy(all + *size, t.data, n);
        *size += n;
    }
    return all;
}

Test(check_graph, a_network_in_f32_is_checked_in_f64)
{
    network   n = make_network(WG_F32);
    wg_check *r = wg_gradcheck(loss_of(&n, 0.7), n.p, NULL);
    cr_expect_lt(wg_check_ratio(r), 1e-6, "%g: f32 differences would be wrong in all digits", wg_check_ratio(r));
    cr_expect_eq(wg_check_inputs(r), 5, "fc1.W bn.gamma bn.beta out.W out.b: no states, no inputs");
    for (int i = 0; i < wg_check_inputs(r); i++) {
        wg_check_input in = wg_check_input_at(r, i);
        cr_expect_geq(wg_params_find(n.p, in.name), 0, "%s", in.name);
        cr_expect_str_eq(in.op, "param");
        cr_expect(strstr(in.where, "test_check.c:"), "%s", in.where);
        cr_expect_eq(in.verdict, WG_PASS, "%s: %s", in.name, in.reason);
    }
    cr_expect_eq(verdict_and_free(r), WG_PASS);
    wgt_finish(n.c, NULL);
}

Test(check_graph, nothing_is_changed)
{
    network  n = make_network(WG_F64), m = make_network(WG_F64);
    size_t   size, size_after;
    wg_node  loss = loss_of(&n, 0.5);
    double   before = wg_item(loss);
    char    *bytes = bytes_of(n.p, &size);
    uint64_t epoch = wg_graph_epoch(n.g);
    int64_t  nodes = wg_graph_nodes(n.g);

    wg_check *r = wg_gradcheck(loss, n.p, NULL);
    cr_expect_eq(wg_check_value(r), before, "the same masks: %.17g, %.17g", wg_check_value(r), before);
    cr_expect_eq(wg_check_verdict(r), WG_PASS);

    char *bytes_after = bytes_of(n.p, &size_after);
    cr_expect_eq(size, size_after);
    cr_expect_eq(memcmp(bytes, bytes_after, size), 0, "parameters or states have changed");
    cr_expect_eq(wg_graph_epoch(n.g), epoch);
    cr_expect_eq(wg_graph_nodes(n.g), nodes);
    cr_expect_eq(wg_item(loss), before);
    wg_check_free(r);
    free(bytes), free(bytes_after);

    /* Later masks, gradients and states are those of a run that was never checked. */
    cr_assert_eq(wg_item(loss_of(&m, 0.5)), before);
    for (int step = 0; step < 3; step++) {
        wg_node a = loss_of(&n, 0.5), b = loss_of(&m, 0.5);
        wg_check_free(wg_gradcheck(a, n.p, NULL)); /* before anything of it has run */
        wg_backward(a, n.p), wg_backward(b, m.p);
        cr_expect_eq(wg_item(a), wg_item(b), "step %d", step);
        bytes = bytes_of(n.p, &size), bytes_after = bytes_of(m.p, &size_after);
        cr_expect(size == size_after && memcmp(bytes, bytes_after, size) == 0, "step %d", step);
        free(bytes), free(bytes_after);
    }
    wgt_finish(n.c, NULL), wgt_finish(m.c, NULL);
}

Test(check_graph, the_values_read_before_are_still_there)
{
    network   n = make_network(WG_F32);
    wg_node   loss = loss_of(&n, 0.5);
    wg_tensor t = wg_value(loss);
    float     before = *(float *)t.data;
    wg_check_free(wg_gradcheck(loss, n.p, NULL));
    cr_expect_eq(*(float *)t.data, before);
    wgt_finish(n.c, NULL);
}

Test(check_graph, the_report_outlives_the_context_and_repeats)
{
    char *text[2];
    for (int k = 0; k < 2; k++) {
        network   n = make_network(WG_F32);
        wg_check *r = wg_gradcheck(loss_of(&n, 0.5), n.p, NULL);
        wgt_finish(n.c, NULL);
        text[k] = report(r);
        wg_check_free(r);
    }
    cr_expect_str_eq(text[0], text[1]);
    cr_expect(strstr(text[0], "out.W["), "%s", text[0]);
    cr_expect(strstr(text[0], "verdict PASS"), "%s", text[0]);
    free(text[0]), free(text[1]);
}

/* ---- wrong rules ---- */

static void sign_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_neg(wg_mul(gy, wg_mul(2, x[0])));
}

static void half_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = wg_mul(gy, x[0]); }
static void right_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(2, x[0]));
}

static wg_check *check_rule(wg_graph *g, wg_vjp_rule rule)
{
    static const float at[3] = { -1, 0.5f, 2 };
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f32(at, WG_SHAPE(3)));
    return wg_gradcheck(wg_sum(wg_custom_vjp(wg_mul(x, x), &x, 1, rule)), NULL, NULL);
}

Test(check_graph, a_wrong_rule_is_caught)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph   *g = wg_graph_new(c);
    cr_expect_eq(verdict_and_free(check_rule(g, right_vjp)), WG_PASS);
    wg_check *r = check_rule(g, sign_vjp);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "the sign is wrong");
    cr_expect_eq(verdict_and_free(r), WG_FAIL);
    r = check_rule(g, half_vjp);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "a factor 2 is missing");
    cr_expect_eq(verdict_and_free(r), WG_FAIL);
    wgt_finish(c, NULL);
}

static void batch_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_broadcast_to(gy, wg_node_shape(x[0])); /* of the sum, where y is the mean */
}

Test(check_graph, a_sum_for_a_mean_is_named)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      at[7] = { 1, 2, 3, 4, 5, 6, 7 };
    wg_node     x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(7)));
    wg_check   *r = wg_gradcheck(wg_custom_vjp(wg_mean(x), &x, 1, batch_vjp), NULL, NULL);
    cr_expect_str_eq(wg_check_input_at(r, 0).hint, "the sum over the batch of 7 where f takes the mean");
    cr_expect_eq(verdict_and_free(r), WG_FAIL);
    wgt_finish(c, NULL);
}

/* ---- graphs that show nothing ---- */

Test(check_graph, nan_is_inconclusive)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      at[2] = { 1, -1 };
    wg_node     x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2)));
    wg_check   *r = wg_gradcheck(wg_sum(wg_log(x)), NULL, NULL);
    expect_report(r, "NaN");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);
    cr_expect_eq(wg_failed(c), WG_OK);
    wgt_finish(c, NULL);
}

Test(check_graph, nothing_to_compare)
{
    network   n = make_network(WG_F64);
    wg_check *r = wg_gradcheck(wg_sum(wg_square(wg_scalar(n.g, 3))), n.p, NULL);
    expect_report(r, "nothing to compare");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);
    cr_expect_eq(verdict_and_free(wg_gradcheck_nodes(wg_scalar(n.g, 3), NULL, 0, NULL)), WG_INCONCLUSIVE);
    wgt_finish(n.c, NULL);
}

Test(check_graph, inputs_without_a_derivative_do_not_count)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      a[3] = { 1, 2, 3 }, b[3] = { 2, 1, 4 };
    wg_node     x = wg_input(g, "x", wg_view_f64(a, WG_SHAPE(3)));
    wg_node     limit = wg_input(g, "limit", wg_view_f64(b, WG_SHAPE(3)));
    wg_node     f = wg_sum(wg_mul(wg_square(x), wg_cast(wg_less(x, limit), WG_F64)));
    wg_check   *r = wg_gradcheck(f, NULL, NULL);
    cr_expect_eq(wg_check_inputs(r), 2);
    expect_report(r, "not checked");
    cr_expect_eq(verdict_and_free(r), WG_PASS);
    cr_expect_eq(verdict_and_free(wg_gradcheck_nodes(f, (wg_node[]){ x, limit }, 2, NULL)), WG_INCONCLUSIVE,
                 "who asks gets an answer");
    wgt_finish(c, NULL);
}

Test(check_graph, a_part_of_the_parameters)
{
    network   n = make_network(WG_F64);
    wg_node   loss = loss_of(&n, 1);
    wg_check *r = wg_gradcheck(loss, wg_params_in(n.p, "out"), NULL);
    cr_assert_eq(wg_check_inputs(r), 2);
    cr_expect_str_eq(wg_check_input_at(r, 0).name, "out.W");
    cr_expect_str_eq(wg_check_input_at(r, 1).name, "out.b");
    cr_expect_eq(verdict_and_free(r), WG_PASS);
    wgt_finish(n.c, NULL);
}

/* ---- mistakes ---- */

Test(check_graph, mistakes_are_named)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      a[3] = { 1, 2, 3 };
    wg_node     x = wg_input(g, "x", wg_view_f64(a, WG_SHAPE(3)));
    wg_node     y = wg_square(x), f = wg_sum(y);

    wg_check *r = wg_gradcheck(y, NULL, NULL);
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE, "not a scalar");

    r = wg_gradcheck_nodes(f, &y, 1, NULL);
    expect_report(r, "computed");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);

    cr_expect_eq(verdict_and_free(wg_gradcheck(wg_number(3), NULL, NULL)), WG_INCONCLUSIVE);
    cr_expect_eq(verdict_and_free(wg_gradcheck(wg_none, NULL, NULL)), WG_INCONCLUSIVE);
    if (wg_failed(c)) wg_recover(c);

    wg_begin(g, WG_TRAIN);
    cr_expect_eq(verdict_and_free(wg_gradcheck(f, NULL, NULL)), WG_INCONCLUSIVE);
    wgt_expect_error(c, WG_ERROR_USE, "test_check.c:");

    wg_fail(c, WG_HERE, WG_ERROR_USER, "a mistake of before");
    r = wg_gradcheck(f, NULL, NULL);
    expect_report(r, "a mistake of before");
    cr_expect_eq(verdict_and_free(r), WG_INCONCLUSIVE);
    wgt_drop(c, NULL);
}

static void *no_memory(void *user, void *p, size_t old_size, size_t new_size)
{
    return (void)user, (void)old_size, (void)new_size, p;
}

Test(check_graph, without_memory)
{
    wg_allocator none = { no_memory, NULL };
    wg_context  *c = wg_start(&(wg_options){ .allocator = &none });
    cr_expect_neq(wg_failed(c), WG_OK);
    cr_expect_eq(verdict_and_free(wg_gradcheck(wg_none, NULL, NULL)), WG_INCONCLUSIVE);
    wg_finish(c, NULL);
}
