/* test_parameters.c: what the headers promise about parameters: names, first values, steps of optimizers. */
#include <math.h>
#include <stdlib.h>

#include "wgtest.h"

Test(parameters, one_name_is_one_node_and_prefixes_are_part_of_it)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_params *enc = wg_params_in(p, "enc");
    wg_node a = wg_param(g, p, "W", WG_SHAPE(2), wg_he());
    wg_scope_push(g, "inner");
    wg_node b = wg_param(g, p, "W", WG_SHAPE(2), wg_he()), e = wg_param(g, enc, "W", WG_SHAPE(2), wg_he());
    wg_scope_pop(g);
    cr_assert_eq(a.index, b.index, "scopes never rename");
    cr_assert_str_eq(wg_node_name(e), "enc.W");
    cr_assert_eq(wg_params_count(enc), 1);
    cr_assert_eq(wg_params_count(p), 2);
    wg_backward(wg_sum(wg_mul(a, e)), enc);
    cr_assert_null(wg_params_grad(p, 0).data, "a backward into the sub-set leaves the others");
}

Test(parameters, first_values_depend_on_seed_and_name_alone)
{
    double v[3][8];
    for (int i = 0; i < 3; i++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .seed = i == 2 ? 8 : 7, .threads = 1));
        if (i == 1) wg_param(g, p, "other", WG_SHAPE(5), wg_he());
        wg_copy_f64(wg_param(g, p, "W", WG_SHAPE(8), wg_he()), v[i], 8);
    }
    cr_assert_arr_eq(v[0], v[1], sizeof v[0]);
    cr_assert_neq(v[0][0], v[2][0]);
}

/* Of n draws the mean is within 5 standard errors of 0, the variance within 5 of its own: sqrt(2/n). The
 * fans of a kernel [window..., in / groups, out] are in / groups and out, times the elements of the
 * window, as torch.nn.init.xavier_normal_ has them. */
Test(parameters, initialisers_have_the_variance_that_they_name)
{
    const struct {
        wg_shape s;
        wg_init init;
        double variance;
    } cases[] = {
        { { 2, { 250, 400 } }, wg_xavier(), 1.0 / 250 },
        { { 2, { 250, 400 } }, wg_he(), 2.0 / 250 },
        { { 2, { 250, 400 } }, wg_glorot(), 2.0 / (250 + 400) },
        { { 2, { 250, 400 } }, wg_normal(0, 0.1), 0.01 },
        { { 2, { 250, 400 } }, wg_uniform(-1, 1), 1.0 / 3 },
        { { 3, { 5, 100, 200 } }, wg_glorot(), 2.0 / (500 + 1000) },
        { { 4, { 3, 3, 40, 80 } }, wg_glorot(), 2.0 / (360 + 720) },
        { { 5, { 2, 3, 2, 20, 90 } }, wg_glorot(), 2.0 / (240 + 1080) },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WGT_IN_WORLD(WG_F64, NULL);
        double *w = wgt_values(wg_param(g, p, "W", cases[i].s, cases[i].init)), mean = 0, square = 0;
        const double n = (double)wg_shape_size(cases[i].s), variance = cases[i].variance;
        for (int k = 0; k < (int)n; k++) mean += w[k] / n, square += w[k] * w[k] / n;
        cr_assert(fabs(mean) < 5 * sqrt(variance / n), "%zu: mean %g", i, mean);
        cr_assert(fabs(square / variance - 1) < 5 * sqrt(2 / n), "%zu: variance %g, not %g", i, square,
                  variance);
        free(w);
    }
}

Test(parameters, clipping_scales_all_gradients_to_the_norm)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p);
    wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(0)), b = wg_param(g, p, "b", WG_SCALAR, wg_const(0));
    wg_backward(wg_add(wg_mul(3, a), wg_mul(4, b)), p);
    double gradient[2];
    cr_assert_eq(wg_optim_clip_norm(o, 1), 5);
    wg_params_get_grad(p, gradient);
    cr_assert(fabs(gradient[0] - 0.6) < 1e-15 && fabs(gradient[1] - 0.8) < 1e-15);
    cr_assert(fabs(wg_optim_clip_norm(o, 2) - 1) < 1e-15);
}

/* The values are cast, and graphs see that they are new. */
Test(parameters, a_parameter_is_set_from_a_tensor)
{
    const int64_t n[1] = { (INT64_C(1) << 60) + 1 };
    WGT_IN_WORLD(WG_F32, NULL);
    wg_node w = wg_param(g, p, "a.w", WG_SHAPE(2, 1), wg_zeros());
    wg_params_make(p, "n", wg_view_i64((int64_t[]){ 0 }, WG_SCALAR), true);
    cr_assert_eq(wg_item(wg_sum(w)), 0);
    wg_params_assign_tensor(wg_params_in(p, "a"), "w", wg_view_f64((double[]){ 0.1, 2 }, WG_SHAPE(2, 1)));
    wg_begin(g, WG_TRAIN);
    w = wg_param(g, p, "a.w", WG_SHAPE(2, 1), wg_zeros());
    const float *v = wg_value(w).data;
    cr_assert(v[0] == 0.1f && v[1] == 2);
    wg_params_assign_tensor(p, "a.w", wg_view_f32((float[]){ 3, 4 }, WG_SHAPE(2, 1)));
    wg_params_assign_tensor(p, "n", wg_view_i64(n, WG_SCALAR));
    cr_assert_eq(*(const int64_t *)wg_params_tensor(p, 1).data, n[0]);
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_item(wg_sum(wg_param(g, p, "a.w", WG_SHAPE(2, 1), wg_zeros()))), 7);
}

/* ---- a misspelt name after training or loading ---- */

typedef void (*known_fn)(wg_params *p, wg_optim *o, wg_node loss, const char *path);
static void step(wg_params *p, wg_optim *o, wg_node loss, const char *path)
{
    (void)path;
    wg_backward(loss, p);
    wg_optim_step(o);
}
static void load(wg_params *p, wg_optim *o, wg_node loss, const char *path)
{
    (void)o, (void)loss;
    wg_params_save(p, path);
    wg_params_load(p, path);
}
static void say(wg_params *p, wg_optim *o, wg_node loss, const char *path)
{
    (void)o, (void)loss, (void)path;
    wg_params_trained(p, true);
}

Test(parameters, a_new_one_in_eval_is_refused_once_others_are_trained)
{
    static const known_fn ways[] = { step, load, say };
    for (int i = 0; i < 3; i++) {
        WGT_IN_WORLD(WG_F64, NULL);
        wg_optim *o = wg_sgd(p);
        wg_begin(g, WG_EVAL);
        wg_node w = wg_param(g, p, "out.W", WG_SHAPE(2), wg_he()); /* nothing is trained yet */
        ways[i](p, o, wg_sum(w), "/tmp/wg_test_parameters.safetensors");
        cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        wg_begin(g, WG_EVAL);
        cr_assert(wg_node_ok(wg_param(g, p, "out.W", WG_SHAPE(2), wg_he())));
        cr_assert_not(wg_node_ok(wg_param(g, p, "Out.W", WG_SHAPE(2), wg_he())));
        wgt_expect_error(c, WG_ERROR_USE, "Out.W would be made in WG_EVAL");
        WGT_REFUSED(c, USE, "did you mean out.W?", wg_param(g, p, "ou.W", WG_SHAPE(2), wg_he()));
        wg_param(g, p, "head", WG_SHAPE(2), wg_he());
        wgt_expect_error(c, WG_ERROR_USE, "though the set is trained or loaded. Make it");
        cr_assert_eq(wg_params_count(p), 1, "nothing was made");
        cr_assert(wg_node_ok(wg_state(g, p, "count", WG_SCALAR, wg_zeros())),
                  "states are no matter of training");
        wg_begin(g, WG_TRAIN);
        cr_assert(wg_node_ok(wg_param(g, p, "head", WG_SHAPE(2), wg_he())));
        wg_begin(g, WG_EVAL);
        cr_assert(wg_node_ok(wg_param(g, p, "head", WG_SHAPE(2), wg_he())));
    }
    remove("/tmp/wg_test_parameters.safetensors");
}

/* A loaded encoder says nothing of a new head beside it. */
Test(parameters, what_is_trained_is_known_for_each_subset)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_params *enc = wg_params_in(p, "enc");
    wg_param(g, enc, "W", WG_SHAPE(2), wg_he());
    wg_params_trained(enc, true);
    wg_begin(g, WG_EVAL);
    cr_assert(wg_node_ok(wg_param(g, p, "head.W", WG_SHAPE(2), wg_he())));
    WGT_REFUSED(c, USE, "enc.w2 would be made in WG_EVAL", wg_param(g, enc, "w2", WG_SHAPE(2), wg_he()));
    WGT_REFUSED(c, USE, "enc.w3 would be made in WG_EVAL", wg_param(g, p, "enc.w3", WG_SHAPE(2), wg_he()));
}

/* The gradient of sum(W^2) / 2 is W. */
Test(parameters, norm_of_gradients_does_not_depend_on_threads)
{
    enum { N = 150001 };
    static float v[N];
    double norm[3];
    long double sum = 0;
    for (int i = 0; i < 3; i++) {
        WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .threads = i + 1));
        wg_node w = wg_param(g, p, "W", WG_SHAPE(N), wg_normal(0, 1));
        memcpy(v, wg_value(w).data, sizeof v);
        wg_backward(wg_mul(wg_sum(wg_square(w)), 0.5), p);
        norm[i] = wg_params_grad_norm(p);
    }
    for (int i = 0; i < N; i++) sum += (long double)v[i] * v[i];
    cr_expect_float_eq(norm[0], (double)sqrtl(sum), 1e-13 * norm[0]);
    cr_expect_eq(norm[1], norm[0]);
    cr_expect_eq(norm[2], norm[0]);
}
