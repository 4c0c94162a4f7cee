/* test_check_cases.c: functions that gradient checks are known to get wrong. Right gradients never fail;
 * wrong ones, by a sign, a factor 2 or 1 % of one component, fail. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "wgcheck.h"

/* ---- C functions ---- */

static double cube(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 3 * x[0] * x[0];
    return x[0] * x[0] * x[0];
}

static double fast_wave(size_t n, const double *x, double *g, void *user)
{
    double f = 0;
    for (size_t i = 0; i < n; i++) {
        f += sin(1e7 * x[i]) / 1e7;
        if (g) g[i] = cos(1e7 * x[i]);
    }
    return f;
}

/* The energy in joules of atoms whose places are in metres. */
static double lennard_jones(size_t n, const double *x, double *g, void *user)
{
    const double epsilon = 1e-21, sigma = 3.4e-10;
    double f = 0;
    if (g) memset(g, 0, n * sizeof *g);
    for (size_t i = 0; i < n; i += 3)
        for (size_t j = 0; j < i; j += 3) {
            const double d[3] = { x[i] - x[j], x[i + 1] - x[j + 1], x[i + 2] - x[j + 2] };
            const double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], s = pow(sigma * sigma / r2, 3);
            f += 4 * epsilon * (s * s - s);
            for (size_t k = 0; g && k < 3; k++) {
                const double pull = 4 * epsilon * (6 * s - 12 * s * s) / r2 * d[k];
                g[i + k] += pull, g[j + k] -= pull;
            }
        }
    return f;
}

/* All in float: values and gradient. */
static double in_float(size_t n, const double *x, double *g, void *user)
{
    float f = 0;
    for (size_t i = 0; i < n; i++) {
        const float v = (float)x[i], e = expf(-v);
        f += v * v + logf(1 + e);
        if (g) g[i] = 2 * v - e / (1 + e);
    }
    return f;
}

/* The value in float, the gradient in double. */
static double value_in_float(size_t n, const double *x, double *g, void *user)
{
    const double f = in_float(n, x, NULL, user);
    for (size_t i = 0; g && i < n; i++) g[i] = 2 * x[i] - exp(-x[i]) / (1 + exp(-x[i]));
    return f;
}

/* There is no value where x0 < 1, 1e-9 beside the point. */
static double edge(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = 1.5 * sqrt(x[0] - 1), g[1] = 2 * x[1];
    return pow(x[0] - 1, 1.5) + x[1] * x[1];
}

static double difference_of_units(size_t n, const double *x, double *g, void *user)
{
    if (g) g[0] = x[0] > 0, g[1] = x[1] > 0 ? -1 : 0;
    return fmax(x[0], 0) - fmax(x[1], 0);
}

static double largest(size_t n, const double *x, double *g, void *user)
{
    size_t most = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[most]) most = i;
    for (size_t i = 0; g && i < n; i++) g[i] = i == most;
    return x[most];
}

static const struct {
    const char *name;
    wg_check_fn f;
    size_t n;
    double x[12];
    bool kink; /* the point is at a kink */
} functions[] = {
    { "x^3 at 0", cube, 1, { 0 }, false },
    { "sin(1e7 x) / 1e7", fast_wave, 2, { 0.3, -1.1 }, false },
    { "Lennard-Jones", lennard_jones, 9, { 0, 0, 0, 3.9e-10, 1e-11, 0, 1.8e-10, 3.5e-10, 2e-11 }, false },
    { "in float", in_float, 3, { 0.7, -1.3, 2.1 }, false },
    { "value in float", value_in_float, 3, { 0.7, -1.3, 2.1 }, false },
    { "an edge beside the point", edge, 2, { 1 + 1e-9, 0.5 }, false },
    { "relu(x0) - relu(x1) at 0", difference_of_units, 2, { 0, 0 }, true },
    { "the largest of four equal ones", largest, 4, { 1, 1, 1, 1 }, true },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

Test(check_cases, right_functions_pass)
{
    for (int i = 0; i < FUNCTIONS; i++) {
        wg_check *r = wg_gradcheck_fn(functions[i].f, functions[i].n, functions[i].x, NULL, NULL);
        cr_expect_eq(wg_check_verdict(r), WG_PASS, "%s: %s", functions[i].name, wg_check_reason(r));
        wg_check_free(r);
    }
}

/* ---- the same with a wrong gradient ---- */

typedef enum fault { SIGN, TWICE, ONE_MORE, FAULTS } fault;
typedef struct wrong {
    wg_check_fn f;
    fault how;
} wrong;

static double spoilt(size_t n, const double *x, double *g, void *user)
{
    const wrong *w = user;
    const double f = w->f(n, x, g, NULL);
    for (size_t i = 0; g && i < n && w->how != ONE_MORE; i++) g[i] *= w->how == SIGN ? -1 : 2;
    size_t most = 0;
    for (size_t i = 1; g && i < n; i++)
        if (fabs(g[i]) > fabs(g[most])) most = i;
    if (g && w->how == ONE_MORE) g[most] *= 1.01;
    return f;
}

Test(check_cases, wrong_functions_fail)
{
    for (int i = 0; i < FUNCTIONS; i++)
        for (fault how = SIGN; how < FAULTS; how++) {
            wrong w = { functions[i].f, how };
            wg_check *r = wg_gradcheck_fn(spoilt, functions[i].n, functions[i].x, &w, NULL);
            cr_expect_eq(wg_check_verdict(r), WG_FAIL, "%s, %d: %s", functions[i].name, how,
                         wg_check_reason(r));
            wg_check_free(r);
        }
}

/* ---- graphs ---- */

enum { ROWS = 10, COLUMNS = 4, CLASSES = 3 };

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    double x[ROWS * COLUMNS];
    int32_t y[ROWS];
} net;

static net make_net(uint64_t seed)
{
    net n = { .c = wgt_start(NULL, WG_F32, &(wg_options){ .seed = seed, .threads = 1 }) };
    wgt_random random = { seed };
    n.g = wg_graph_new(n.c), n.p = wg_params_new(n.c);
    for (int i = 0; i < ROWS * COLUMNS; i++) n.x[i] = wgt_uniform(&random, -1, 1);
    for (int i = 0; i < ROWS; i++) n.y[i] = n.x[i * COLUMNS] > 0 ? 1 : n.x[i * COLUMNS + 1] > 0 ? 2 : 0;
    return n;
}

static wg_node input_of(net *n)
{
    wg_begin(n->g, WG_TRAIN);
    return wg_cast(wg_input(n->g, "x", wg_view_f64(n->x, WG_SHAPE(ROWS, COLUMNS))), WG_F32);
}

static wg_node classes_of(net *n, wg_node h)
{
    return wg_softmax_cross_entropy(h, wg_input(n->g, "y", wg_view_i32(n->y, WG_SHAPE(ROWS))));
}

Test(check_cases, a_trained_softmax_classifier_passes)
{
    net n = make_net(4);
    wg_optim *o = wg_adam(n.p, &(wg_adam_opts){ .lr = 0.1 });
    for (int step = 0; step < 1000; step++) {
        wg_backward(classes_of(&n, wg_nn_dense(input_of(&n), n.p, "out", CLASSES)), n.p);
        wg_optim_step(o);
    }
    wg_node loss = classes_of(&n, wg_nn_dense(input_of(&n), n.p, "out", CLASSES));
    cr_expect_lt(wg_item(loss), 0.05);
    cr_expect_eq(wgt_verdict(wg_gradcheck(loss, n.p, NULL)), WG_PASS);
    wg_optim_free(o);
    wgt_finish(n.c, NULL);
}

static wg_node tiny(net *n, bool halved)
{
    const wg_init small = wg_normal(0, 1e-4);
    wg_node h = input_of(n);
    h = wg_relu(wg_nn_dense(h, n->p, "fc1", 8, .W_init = small, .b_init = small));
    h = wg_relu(wg_nn_dense(h, n->p, "fc2", 8, .W_init = small, .b_init = small));
    h = wg_nn_dense(h, n->p, "out", CLASSES, .W_init = small, .b_init = small);
    if (halved) h = wg_add(wg_mul(0.5, h), wg_stop_gradient(wg_mul(0.5, h)));
    return classes_of(n, h);
}

Test(check_cases, nets_of_relu_with_tiny_weights_do_not_fail)
{
    for (uint64_t seed = 1; seed <= 80; seed++) {
        net n = make_net(seed);
        wg_check *r = wg_gradcheck(tiny(&n, false), n.p, NULL);
        cr_expect_eq(wg_check_verdict(r), WG_PASS, "%d: %s", (int)seed, wg_check_reason(r));
        wg_check_free(r);
        wgt_finish(n.c, NULL);
    }
}

/* 100 components, so that they are compared in directions: each direction has many kinks at the point. */
static wg_node units(wg_graph *g, const double at[100], wg_vjp_rule rule)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(50, 2)));
    wg_node y = wg_custom_vjp(wg_relu(x), &x, 1, rule), left = wg_slice(y, .axis = 1, .from = 0, .to = 1);
    return wg_sum(wg_sub(left, wg_slice(y, .axis = 1, .from = 1, .to = 2)));
}
static void relu_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_cast(wg_greater(x[0], 0), WG_F64));
}
static void leaky_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_where(wg_greater(x[0], 0), gy, wg_mul(gy, 0.01));
}

Test(check_cases, many_kinks_at_the_point)
{
    WGT_GRAPH(WG_F64, NULL);
    double at[100] = { 0 };
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, relu_rule), NULL, NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, leaky_rule), NULL, NULL)), WG_FAIL);
    for (int i = 0; i < 100; i++) at[i] = i % 3 ? 1e-9 * (i - 50) : 0.1 * (i - 50);
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, relu_rule), NULL, NULL)), WG_PASS);
    cr_expect_eq(wgt_verdict(wg_gradcheck(units(g, at, leaky_rule), NULL, NULL)), WG_FAIL);
    wgt_finish(c, NULL);
}

Test(check_cases, ties_and_differences_near_zero)
{
    WGT_GRAPH(WG_F64, NULL);
    double four[4] = { 1, 1, 1, 1 }, near[4] = { 1, 1 - 1e-9, 1 + 1e-12, 1 };
    wg_node x = wg_input(g, "x", wg_view_f64(four, WG_SHAPE(4))),
            y = wg_input(g, "y", wg_view_f64(near, WG_SHAPE(4)));
    const wg_node f[] = { wg_max(x),
                          wg_square(wg_max(x)),
                          wg_max(y),
                          wg_sum(wg_abs(wg_sub(x, y))),
                          wg_sum(wg_maximum(x, y)),
                          wg_sum(wg_minimum(y, 1)) };
    for (int i = 0; i < (int)(sizeof f / sizeof *f); i++)
        cr_expect_eq(wgt_verdict(wg_gradcheck(f[i], NULL, NULL)), WG_PASS, "%d", i);
    wgt_finish(c, NULL);
}

/* ---- what shows nothing ---- */

Test(check_cases, empty_and_unreached_inputs_do_not_count)
{
    WGT_GRAPH(WG_F64, NULL);
    double at[2] = { 0.5, -2 };
    wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))),
            none = wg_input(g, "none", wg_view_f64(at, WG_SHAPE(2, 0)));
    wg_node off = wg_input(g, "off", wg_view_f64(at, WG_SHAPE(2)));
    wg_node f = wg_add(wg_sum(wg_exp(x)), wg_add(wg_sum(none), wg_sum(wg_mul(off, 0))));
    wg_check *r = wg_gradcheck(f, NULL, NULL);
    cr_assert_eq(wg_check_inputs(r), 3);
    wgt_expect_report(r, "none    not checked: it is empty");
    wgt_expect_report(r, "off     inconclusive: all zero");
    cr_expect_eq(wgt_verdict(r), WG_PASS);
    wgt_finish(c, NULL);
}
