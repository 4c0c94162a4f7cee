/* test_layer_options.c: first values and dtypes of layers' parameters, and the axes of norms. */
#include <math.h>
#include <string.h>

#include "wgfiles.h"

static double item(const wg_params *p, const char *name, int64_t i)
{
    const int k = wg_params_find(p, name);
    cr_assert_geq(k, 0, "no %s", name);
    const wg_tensor t = wg_params_tensor(p, k);
    return wg_tensor_item(&t, i);
}

static wg_dtype dtype_of(const wg_params *p, const char *name)
{
    return wg_params_tensor(p, wg_params_find(p, name)).dtype;
}

/* ---- first values ---- */

Test(first_values, of_an_unknown_kind_are_an_error)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), (wg_init){ .kind = 99, .a = 3 });
    cr_expect(!wg_node_ok(w));
    wgt_expect_error(c, WG_ERROR_VALUE, "w: kind 99 is none of wg_init_kind");
    cr_expect_eq(wg_params_count(p), 0);
    w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(3));
    cr_expect(wg_node_ok(w) && item(p, "w", 1) == 3);
}

Test(first_values, are_given_by_value)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_node x = wg_fill(g, 1, WG_SHAPE(1, 4, 4, 2));
    wg_nn_dense(x, p, "a", 3, .W_init = wg_const(2), .b_init = wg_const(7));
    wg_nn_conv(x, p, "b", 3, .W_init = wg_const(3));
    wg_nn_lstm(wg_fill(g, 1, WG_SHAPE(1, 2, 3)), p, "r", 2, .U_init = wg_const(4), .b_init = wg_const(5));
    wg_nn_embedding(wg_input(g, "i", wg_view_i32((int32_t[]){ 0 }, WG_SHAPE(1))), p, "e", 2, 2,
                    .W_init = wg_values((double[]){ 1, 2, 3, 4 }));
    wg_nn_attention(wg_fill(g, 1, WG_SHAPE(1, 2, 4)), p, "t", .Wo_init = wg_identity());
    cr_assert(!wg_failed(c), "%s", wg_message(c));
    cr_expect(item(p, "a.W", 5) == 2 && item(p, "a.b", 2) == 7);
    cr_expect(item(p, "b.W", 10) == 3 && item(p, "b.b", 0) == 0);
    cr_expect(item(p, "r.U", 3) == 4 && item(p, "r.b", 1) == 5);
    cr_expect(fabs(item(p, "r.W", 0)) < sqrt(0.5));
    cr_expect_eq(item(p, "e.W", 2), 3);
    cr_expect(item(p, "t.Wo", 0) == 1 && item(p, "t.Wo", 1) == 0);
}

/* A struct of zeros asks for the default of the layer, and the default of wg_param is that of dense. */
Test(first_values, zeros_ask_for_the_default)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_params *q = wg_params_new(c);
    wg_node x = wg_fill(g, 1, WG_SHAPE(1, 5));
    wg_nn_dense(x, p, "a", 3);
    wg_nn_dense(x, q, "a", 3, .W_init = (wg_init){ 0 }, .b_init = (wg_init){ 0 });
    wg_param(g, p, "b.W", WG_SHAPE(5, 3), wg_he());
    wg_param(g, q, "b.W", WG_SHAPE(5, 3), (wg_init){ 0 });
    wg_param(g, q, "b.b", WG_SHAPE(3), (wg_init){ 0 });
    for (int i = 0; i < 15; i++) {
        cr_expect_eq(item(p, "a.W", i), item(q, "a.W", i));
        cr_expect_eq(item(p, "b.W", i), item(q, "b.W", i));
    }
    cr_expect_eq(item(q, "b.b", 1), 0);
}

/* ---- dtypes ---- */

TestSuite(dtypes, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* f = (w - 1e-9)^2 / 2 with w in double, beside a parameter of floats: 1 + 1e-9 is 1 in float. */
Test(dtypes, of_a_parameter)
{
    const char *path = wgt_in_folder("w.safetensors");
    WGT_IN_WORLD(WG_F32, NULL);
    wg_params *q = wg_params_new(c);
    wg_optim *o = wg_sgd(p, .lr = 1);
    wg_begin(g, WG_TRAIN);
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_init_as(WG_F64, wg_const(1)));
    wg_node v = wg_param(g, p, "v", WG_SCALAR, wg_const(1));
    cr_expect(wg_node_dtype(w) == WG_F64 && wg_node_dtype(v) == WG_F32);
    wg_node off = wg_sub(w, 1 + 1e-9), same = wg_sub(v, 1 + 1e-9);
    wg_backward(wg_add(wg_mul(0.5, wg_square(off)), wg_cast(wg_square(same), WG_F64)), p);
    wg_optim_step(o);
    cr_expect_float_eq(wg_params_item(p, "w") - 1, 1e-9, 1e-15);
    cr_expect_eq(wg_params_item(p, "v"), 1);
    wg_params_save(p, path);
    wg_params_read(q, path);
    cr_expect(dtype_of(q, "w") == WG_F64 && dtype_of(q, "v") == WG_F32);
    wg_begin(g, WG_TRAIN);
    cr_expect_eq(wg_node_dtype(wg_param(g, q, "w", WG_SCALAR, wg_zeros())), WG_F64, "it is as it was made");
    wg_param(g, q, "v", WG_SCALAR, wg_init_as(WG_F64, wg_zeros()));
    wgt_expect_error(c, WG_ERROR_DTYPE, "v is asked for as f64 and was made as f32 at");
    wg_param(g, p, "u", WG_SCALAR, wg_init_as(WG_I32, wg_zeros()));
    wgt_expect_error(c, WG_ERROR_DTYPE, "u: the dtype must be f32 or f64");
}

Test(dtypes, of_a_layer_follow_its_operand)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3, 5 }, WG_SHAPE(2, 2)));
    wg_node h = wg_nn_batch_norm(wg_nn_dense(x, p, "d", 3), p, "bn");
    wg_nn_states none = { wg_none, wg_none, wg_none }, s = wg_nn_rnn_cell(h, none, p, "r", 4);
    wg_node y = wg_nn_layer_norm(s.h, p, "ln");
    cr_expect_eq(wg_node_dtype(y), WG_F64, "%s", wg_message(c));
    for (int i = 0; i < wg_params_count(p); i++)
        cr_expect_eq(wg_params_tensor(p, i).dtype, WG_F64, "%s", wg_params_name(p, i));
    wg_backward(wg_sum(y), p);
}

/* ---- axes of norms ---- */

/* x is [2,3,2]: feature k of axis 1 has the values of these rows. */
static const double feature[3][4] = { { 1, 2, 7, 8 }, { 3, 4, 9, 10 }, { 5, 6, 11, 12 } };
static const double x_of[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static double mean_of(const double *v, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += v[i] / n;
    return sum;
}
static double variance_of(const double *v, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (v[i] - mean_of(v, n)) * (v[i] - mean_of(v, n)) / n;
    return sum;
}

static void expect_norm(wg_node y, wg_mode mode)
{
    double v[12];
    wg_copy_f64(y, v, 12);
    for (int i = 0; i < 12; i++) {
        const double *f = feature[i / 2 % 3];
        const double want = (x_of[i] - mean_of(f, 4)) / sqrt(variance_of(f, 4) + 1e-5);
        cr_expect_float_eq(v[i], want, 1e-12, "%s, element %d: %.15g, not %.15g",
                           mode == WG_TRAIN ? "training" : "inference", i, v[i], want);
    }
}

/* After one batch the averages are those of the batch. */
Test(norms, batch_norm_of_another_axis)
{
    WGT_IN_WORLD(WG_F64, NULL);
    for (int i = 0; i < 2; i++) {
        const wg_mode mode = i ? WG_EVAL : WG_TRAIN;
        wg_begin(g, mode);
        wg_node x = wg_input(g, "x", wg_view_f64(x_of, WG_SHAPE(2, 3, 2)));
        wg_node y = wg_nn_batch_norm(x, p, "bn", .axis = i ? -2 : 1);
        cr_assert(wg_shape_equal(wg_node_shape(y), WG_SHAPE(2, 3, 2)), "%s", wg_message(c));
        expect_norm(y, mode);
        if (!i) wg_backward(wg_sum(wg_square(y)), p);
    }
    for (int k = 0; k < 3; k++) {
        cr_expect_float_eq(item(p, "bn.mean", k), 0.1 * mean_of(feature[k], 4), 1e-12);
        cr_expect_float_eq(item(p, "bn.variance", k), 0.1 * variance_of(feature[k], 4), 1e-12);
    }
    wg_nn_batch_norm(wg_fill(g, 1, WG_SHAPE(2, 3)), p, "b", .axis = 2);
    wgt_expect_error(c, WG_ERROR_SHAPE, "nn_batch_norm: \"b\": no axis 2 in x [2,3]");
    WGT_REFUSED(c, SHAPE, "no axis -1 in x []", wg_nn_batch_norm(wg_scalar(g, 1), p, "f"));
    wg_nn_batch_norm(wg_fill(g, 1, WG_SHAPE(2, 3)), p, "h", .momentum = 1);
    wgt_expect_error(c, WG_ERROR_VALUE, "nn_batch_norm: momentum 1: must be in [0, 1)");
    wg_nn_batch_norm(wg_fill(g, 1, WG_SHAPE(2, 3)), p, "i", .momentum = NAN);
    wgt_expect_error(c, WG_ERROR_VALUE, "momentum nan: must be in [0, 1)");
}

Test(norms, layer_and_rms_norm_over_axes)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64(x_of, WG_SHAPE(2, 3, 2)));
    double a[12], b[12], r[12];
    wg_copy_f64(wg_nn_layer_norm(x, p, "a", .axes = WG_AXES(2, 1)), a, 12);
    wg_copy_f64(wg_nn_layer_norm(x, p, "b", .axis = -1), b, 12);
    wg_copy_f64(wg_nn_rms_norm(x, p, "r", .axes = WG_AXES(0, 2)), r, 12);
    cr_assert(!wg_failed(c), "%s", wg_message(c));
    for (int i = 0; i < 12; i++) {
        const double *row = x_of + i / 6 * 6, *pair = x_of + i / 2 * 2, *f = feature[i / 2 % 3];
        const double level = variance_of(f, 4) + mean_of(f, 4) * mean_of(f, 4);
        cr_expect_float_eq(a[i], (x_of[i] - mean_of(row, 6)) / sqrt(variance_of(row, 6) + 1e-5), 1e-12);
        cr_expect_float_eq(b[i], (x_of[i] - mean_of(pair, 2)) / sqrt(variance_of(pair, 2) + 1e-5), 1e-12);
        cr_expect_float_eq(r[i], x_of[i] / sqrt(level + 1e-5), 1e-12);
    }
    cr_expect(wg_shape_equal(wg_params_tensor(p, wg_params_find(p, "a.gamma")).shape, WG_SHAPE(3, 2)));
    cr_expect(wg_shape_equal(wg_params_tensor(p, wg_params_find(p, "r.gamma")).shape, WG_SHAPE(2, 2)));
    wg_nn_layer_norm(x, p, "e", .axes = WG_AXES(1, -2));
    wgt_expect_error(c, WG_ERROR_SHAPE, "axis 1 twice for x [");
    wg_nn_rms_norm(x, p, "f", .axis = 3);
    wgt_expect_error(c, WG_ERROR_SHAPE, "no axis 3 in x [");
}
