/* test_norm_over.c: normalisations over chosen axes, against sums in long double; resized images,
 * against the formula. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

enum { A = 3, B = 4, C = 6, ALL = A * B * C };

/* Whether two elements of [A, B, C] are normalised together, for each kind of norm. */
typedef bool (*together)(int i, int j);
static int at(int i, int axis) { return axis == 0 ? i / (B * C) : axis == 1 ? i / C % B : i % C; }
static bool over_1_2(int i, int j) { return at(i, 0) == at(j, 0); }
static bool over_0_2(int i, int j) { return at(i, 1) == at(j, 1); }
static bool over_1(int i, int j) { return at(i, 0) == at(j, 0) && at(i, 2) == at(j, 2); }
static bool over_2(int i, int j) { return at(i, 0) == at(j, 0) && at(i, 1) == at(j, 1); }
static bool thirds(int i, int j) { return at(i, 0) == at(j, 0) && at(i, 2) / 2 == at(j, 2) / 2; }
static bool halves_of_1(int i, int j) { return at(i, 0) == at(j, 0) && at(i, 1) / 2 == at(j, 1) / 2; }

static double values[ALL];
static wg_node input(wg_graph *g)
{
    wgt_random r = { 5 };
    for (int i = 0; i < ALL; i++) values[i] = wgt_uniform(&r, -1, 2);
    return wg_input(g, "x", wg_view_f64(values, WG_SHAPE(A, B, C)));
}
/* 1, 2, 3, ... divided by 4 */
static wg_node factors(wg_graph *g, wg_shape s, double *v)
{
    for (int i = 0; i < wg_shape_size(s); i++) v[i] = (i + 1) / 4.0;
    return wg_input(g, "f", wg_view_f64(v, s));
}

/* (x - mean) / sqrt(variance + eps); without centre the mean counts as 0. */
static double expected(int i, together t, double eps, bool centre)
{
    long double n = 0, sum = 0, squares = 0;
    for (int j = 0; j < ALL; j++)
        if (t(i, j)) n++, sum += values[j];
    const long double mean = centre ? sum / n : 0;
    for (int j = 0; j < ALL; j++)
        if (t(i, j)) squares += (values[j] - mean) * (values[j] - mean);
    return (double)((values[i] - mean) / sqrtl(squares / n + (long double)eps));
}

/* which: how an element finds its gamma and beta. */
static void compare(int line, wg_node y, together t, double eps, bool centre, int (*which)(int),
                    const double *f)
{
    wg_tensor v = wg_value(y);
    cr_assert(v.data, "line %d: %s", line, wg_message(wg_graph_context(wg_graph_of(y))));
    for (int i = 0; i < ALL; i++) {
        const double h = expected(i, t, eps, centre),
                     want = f ? h * f[which(i)] + (centre ? f[which(i)] : 0) : h;
        cr_assert(fabs(wg_tensor_item(&v, i) - want) < 1e-14 * (1 + fabs(want)),
                  "line %d, element %d: %.17g, not %.17g", line, i, wg_tensor_item(&v, i), want);
    }
}
#define COMPARE(y, t, eps, centre, which) compare(__LINE__, y, t, eps, centre, which, f)

static int of_1_2(int i) { return i % (B * C); }
static int of_0_2(int i) { return at(i, 0) * C + at(i, 2); }
static int of_1(int i) { return at(i, 1); }
static int of_2(int i) { return at(i, 2); }

Test(norm_over, layer_and_rms_norm)
{
    wg_graph *g = graph(WG_F64);
    double f[ALL];
    wg_node x = input(g), v = factors(g, WG_SHAPE(B, C), f);
    COMPARE(wg_layer_norm(x, v, v, .axes = WG_AXES(1, 2)), over_1_2, 1e-5, true, of_1_2);
    COMPARE(wg_rms_norm(x, v, .axes = WG_AXES(-1, 1), .eps = 0.5), over_1_2, 0.5, false, of_1_2);
    v = factors(g, WG_SHAPE(A, C), f);
    COMPARE(wg_layer_norm(x, v, v, .axes = WG_AXES(0, 2), .eps = 0.5), over_0_2, 0.5, true, of_0_2);
    COMPARE(wg_rms_norm(x, v, .axes = WG_AXES(0, 2)), over_0_2, 1e-5, false, of_0_2);
    v = factors(g, WG_SHAPE(B), f);
    COMPARE(wg_layer_norm(x, v, v, .axes = WG_AXES(1)), over_1, 1e-5, true, of_1);
    v = factors(g, WG_SHAPE(C), f);
    COMPARE(wg_layer_norm(x, v, v, .axes = WG_AXES(2)), over_2, 1e-5, true, of_2);
    COMPARE(wg_rms_norm(x, v), over_2, 1e-5, false, of_2);
    compare(__LINE__, wg_rms_norm(x, wg_none, .eps = WG_ZERO), over_2, 0, false, of_2, NULL);
    done(g);
}

static bool same_1(int i, int j) { return at(i, 1) == at(j, 1); }
static bool instance_2(int i, int j) { return at(i, 0) == at(j, 0) && at(i, 2) == at(j, 2); }

Test(norm_over, group_instance_and_batch_norm)
{
    wg_graph *g = graph(WG_F64);
    double f[ALL];
    wg_node x = input(g), v = factors(g, WG_SHAPE(C), f);
    COMPARE(wg_group_norm(x, v, v, 3), thirds, 1e-5, true, of_2);
    COMPARE(wg_instance_norm(x, v, v), instance_2, 1e-5, true, of_2);
    compare(__LINE__, wg_group_norm(x, wg_none, wg_none, 1), over_1_2, 1e-5, true, of_2, NULL);
    v = factors(g, WG_SHAPE(B), f);
    COMPARE(wg_group_norm(x, v, v, 2, .axis = WG_AXES(1), .eps = 0.5), halves_of_1, 0.5, true, of_1);
    COMPARE(wg_batch_norm(x, v, v, .axis = WG_AXES(1)), same_1, 1e-5, true, of_1);
    wg_node mean = VECTOR(g, 0, 1, 2, 3), one = VECTOR(g, 1, 1, 1, 1), zero = VECTOR(g, 0, 0, 0, 0);
    wg_node y = wg_batch_norm(x, one, zero, mean, one, .axis = WG_AXES(-2), .eps = 3);
    wg_tensor t = wg_value(y);
    for (int i = 0; i < ALL; i++) cr_assert(fabs(wg_tensor_item(&t, i) - (values[i] - at(i, 1)) / 2) < 1e-15);
    done(g);
}

Test(norm_over, layers)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_params *p = wg_params_new(c);
    wg_node x = input(g);
    compare(__LINE__, wg_nn_rms_norm(x, p, "a"), over_2, 1e-5, false, of_2, NULL);
    compare(__LINE__, wg_nn_group_norm(x, p, "b", 3), thirds, 1e-5, true, of_2, NULL);
    compare(__LINE__, wg_nn_group_norm(x, p, "c", 2, .axis = WG_AXES(1)), halves_of_1, 1e-5, true, of_2,
            NULL);
    cr_assert_eq(wg_params_size(p), C + 2 * C + 2 * B);
    wg_nn_group_norm(x, p, "d", 3, .axis = WG_AXES(0));
    wgt_expect_error(c, WG_ERROR_SHAPE, "\"d\": x needs an axis of examples and one of channels");
    wg_nn_rms_norm(x, p, "a");
    wgt_expect_error(c, WG_ERROR_USE, "layer \"a\"");
    done(g);
}

/* ---- resize ---- */

Test(resize, by_hand)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0, 2, 6);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(6), .axes = WG_AXES(0)), 0, 0, 2, 2, 6, 6);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(2), .axes = WG_AXES(0)), 0, 2);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(5), .axes = WG_AXES(0)), 0, 0, 2, 2, 6);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(6), .axes = WG_AXES(0), .mode = WG_BILINEAR), 0, 0.5, 1.5, 3, 5, 6);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(5), .axes = WG_AXES(0), .mode = WG_BILINEAR, .align_corners = true),
                  0, 1, 2, 4, 6);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(1), .axes = WG_AXES(0), .mode = WG_BILINEAR), 2);
    EXPECT_VECTOR(wg_resize(x, WG_SHAPE(1), .axes = WG_AXES(0), .mode = WG_BILINEAR, .align_corners = true),
                  0);
    EXPECT_EMPTY(wg_resize(x, WG_SHAPE(0), .axes = WG_AXES(0)), WG_F64, WG_SHAPE(0));
    EXPECT_VECTOR(slope(wg_resize(x, WG_SHAPE(6), .axes = WG_AXES(0), .mode = WG_BILINEAR), x), 2, 2, 2);
    EXPECT_VECTOR(slope(wg_resize(x, WG_SHAPE(5), .axes = WG_AXES(0)), x), 2, 2, 1);
    done(g);
}

/* Of a linear function of both places, bilinear gives the function, except outside of x, where it is
 * constant. */
Test(resize, bilinear_is_exact_for_planes)
{
    wg_graph *g = graph(WG_F64);
    enum { H = 5, W = 4, CH = 2, H2 = 13, W2 = 300 };
    double v[H * W * CH];
    for (int i = 0; i < H * W * CH; i++) v[i] = (i % CH + 1) * (3.0 * (i / (W * CH)) - 2.0 * (i / CH % W));
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(1, H, W, CH)));
    wg_tensor t = wg_value(wg_resize(x, WG_SHAPE(H2, W2), .mode = WG_BILINEAR));
    cr_assert(wg_shape_equal(t.shape, WG_SHAPE(1, H2, W2, CH)));
    for (int i = 0; i < H2 * W2 * CH; i++) {
        double r = (i / (W2 * CH) + 0.5) * H / H2 - 0.5, c = (i / CH % W2 + 0.5) * W / W2 - 0.5;
        r = fmin(fmax(r, 0), H - 1), c = fmin(fmax(c, 0), W - 1);
        const double want = (i % CH + 1) * (3 * r - 2 * c);
        cr_assert(fabs(wg_tensor_item(&t, i) - want) < 1e-13, "element %d", i);
    }
    done(g);
}
