/* test_promises.c: promises that concern the whole library: shapes and dtypes, memory, threads, size,
 * plans. */
#include <math.h>
#include <pthread.h>

#include "wgtest.h"

/* ---- shapes and dtypes ---- */

Test(shapes, axes_of_size_zero_and_one_work)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node none = wg_fill(g, 1, WG_SHAPE(0, 3));
    cr_assert_eq(wg_item(wg_sum(none)), 0);
    cr_assert(isnan(wg_item(wg_mean(none))));
    cr_assert_eq(wg_item(wg_sum(wg_sum(none, .axis = 0))), 0);
    cr_assert_eq(wg_item(wg_sum(wg_matmul(wg_fill(g, 1, WG_SHAPE(2, 0)), wg_fill(g, 1, WG_SHAPE(0, 3))))), 0);
    wg_max(none, .axis = 0);
    cr_assert_eq(wg_failed(c), WG_ERROR_SHAPE);
    wgt_drop(c, NULL);
}

Test(dtypes, numbers_are_weak_integers_take_the_float_and_f32_with_f64_is_an_error)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    wg_node f = wg_fill(g, 1, WG_SHAPE(2)), d = wg_cast(f, WG_F64), i = wg_cast(f, WG_I32),
            l = wg_cast(f, WG_I64);
    cr_assert_eq(wg_node_dtype(wg_mul(f, 2)), WG_F32);
    cr_assert_eq(wg_node_dtype(wg_mul(0.5, d)), WG_F64);
    cr_assert_eq(wg_node_dtype(wg_add(i, 1)), WG_I32);
    cr_assert_eq(wg_node_dtype(wg_add(i, 0.5)), WG_F32);
    cr_assert_eq(wg_node_dtype(wg_add(i, l)), WG_I64);
    cr_assert_eq(wg_node_dtype(wg_add(i, d)), WG_F64);
    cr_assert_eq(wg_node_dtype(wg_div(i, l)), WG_F32);
    cr_assert_eq(wg_node_dtype(wg_mul(wg_greater(f, 0), d)), WG_F64);
    WGT_REFUSED(c, DTYPE, "f is f32, d is f64: say wg_cast", wg_add(f, d));
}

static double half(double x, const void *attr) { return (void)attr, x / 2; }
static const wg_op half_op = { .name = "half", .operands = 1, .map = half };

Test(dtypes, a_function_of_the_users_takes_integers_as_floats)
{
    for (int how = -1; how <= 1; how++) {
        WGT_IN_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .interpret = how, .threads = 1));
        int32_t v[5] = { 1, 2, 3, 4, 5 };
        wg_node y = wg_apply1(WG_HERE, wg_input(g, "x", wg_view_i32(v, WG_SHAPE(5))), &half_op);
        wg_tensor t = wg_value(y);
        cr_assert_eq(t.dtype, WG_F32);
        for (int i = 0; i < 5; i++) cr_assert_eq(((const float *)t.data)[i], (float)v[i] / 2);
    }
}

/* ---- memory, threads, size ---- */

static void train_step(wg_graph *g, wg_params *p, wg_optim *o, const float *data)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f32(data, WG_SHAPE(32, 16)));
    wg_node h = wg_dropout(wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "fc", 24), p, "bn")), .keep_prob = 0.8);
    wg_backward(wg_mean(wg_square(wg_nn_dense(h, p, "out", 4))), p);
    wg_optim_step(o);
}

Test(memory, a_step_that_repeats_allocates_nothing)
{
    static float data[32 * 16];
    for (int i = 0; i < 32 * 16; i++) data[i] = (float)(i % 37) / 37;
    for (int mode = -1; mode <= 1; mode++) {
        WGT_IN_COUNTED(WG_F32, &WG_OPTS(wg_start_opts, .interpret = mode, .threads = 2));
        wg_optim *o = wg_adam(p);
        for (int k = 0; k < 5; k++) train_step(g, p, o, data);
        int64_t warm = m.calls;
        for (int k = 0; k < 50; k++) train_step(g, p, o, data);
        cr_assert_eq(m.calls, warm, "mode %d: %lld allocations in 50 steps", mode,
                     (long long)(m.calls - warm));
    }
}

static void *train_alone(void *result)
{
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 5, .threads = 1));
    wg_optim *o = wg_adam(p);
    float own[32 * 16];
    for (int i = 0; i < 32 * 16; i++) own[i] = (float)(i % 41) / 41;
    for (int k = 0; k < 40; k++) train_step(g, p, o, own);
    *(double *)result = wg_params_grad_norm(p);
    return NULL;
}

Test(threads, contexts_in_several_threads_do_not_meet)
{
    pthread_t t[4];
    double norm[5];
    train_alone(&norm[4]);
    for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, train_alone, &norm[i]);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        cr_assert_eq(norm[i], norm[4]);
    }
}

Test(size, a_chain_of_a_million_nodes_builds_runs_differentiates_and_is_freed)
{
    enum { N = 500000 };
    WGT_IN_COUNTED(WG_F64, NULL);
    wg_node x = wg_param(g, p, "x", WG_SCALAR, wg_const(1));
    for (int i = 0; i < N; i++) {
        x = wg_mul(x, 1.000001);
        x = wg_add(x, 1e-7);
    }
    double a = pow(1.000001, N), want = a + 1e-7 * (a - 1) / 1e-6; /* geometric sum */
    cr_assert(wgt_relative(wg_item(x), want) < 1e-9, "%.17g, not %.17g", wg_item(x), want);
    wg_backward(x, p);
    double gradient;
    wg_params_get_grad(p, &gradient);
    cr_assert(wgt_relative(gradient, a) < 1e-9);
}

static int widths_made, widths_read;

static bool width_prepare(const wg_kernel *k, void *to)
{
    *(int64_t *)to = k->xt[0].shape->dim[1];
    widths_made++;
    return false;
}
static int64_t width_units(const wg_kernel *k) { return k->xt[0].shape->dim[0]; }
/* y = n x, for rows of n elements. */
static bool width_kernel(const wg_kernel *k)
{
    int64_t n = k->prepared ? *(const int64_t *)k->prepared : k->xt[0].shape->dim[1];
    widths_read += k->prepared != NULL;
    for (int64_t i = k->begin * n; i < k->end * n; i++)
        ((float *)k->y[0])[i] = ((const float *)k->x[0])[i] * (float)n;
    return true;
}
static const wg_op width_op = { .name = "width",
                                .operands = 1,
                                .kind = WG_ROWS,
                                .hints = &(const wg_op_hints){ .prepared = sizeof(int64_t),
                                                               .prepare = width_prepare },
                                .units = width_units,
                                .kernel = { width_kernel } };

/* The interpreter prepares nothing. */
Test(plans, what_an_op_prepares_is_made_once_for_a_plan)
{
    for (int how = -1; how <= 1; how += 2) {
        WGT_IN_GRAPH(WG_F32, &WG_OPTS(wg_start_opts, .interpret = how, .threads = 1));
        float v[6] = { 1, 2, 3, 4, 5, 6 };
        wg_node x = wg_input(g, "x", wg_view_f32(v, WG_SHAPE(2, 3)));
        wg_node y = wg_sum(wg_apply1(WG_HERE, x, &width_op));
        widths_made = widths_read = 0;
        for (int run = 0; run < 4; run++) {
            v[0] = (float)run;
            wg_input_set(x, wg_view_f32(v, WG_SHAPE(2, 3)));
            cr_assert_eq(wg_item(y), 3 * (20 + run));
        }
        cr_assert_eq(widths_made, how < 0 ? 1 : 0);
        cr_assert_eq(widths_read, how < 0 ? 4 : 0);
    }
}
