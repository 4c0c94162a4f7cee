/* test_answers.c: the three answers of a derivative rule. A node; zero, which is zero at every order; none,
 * which is an error where every path of a first derivative ends at it. */
#include <math.h>
#include <stdio.h>

#include "wengert/op.h"
#include "wgnearest.h"
#include "wgnode.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_node x, y; /* scalars */
} bench;

static bench start(double x, double y)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c);
    b.x = wg_input(b.g, "x", wg_view_f64(&x, WG_SCALAR));
    b.y = wg_input(b.g, "y", wg_view_f64(&y, WG_SCALAR));
    return b;
}

static wg_node whole(wg_node x) { return wg_cast(wg_cast(x, WG_I64), WG_F64); }
static wg_node is_positive(wg_node x) { return wg_cast(wg_greater(x, 0), WG_F64); }

/* ---- zero: masks, conditions, choices ---- */

/* f(x, y), and its second derivatives where x and y are positive or negative. */
typedef struct function {
    const char *name;
    wg_node (*f)(wg_node x, wg_node y);
    void (*second)(double x, double y, double h[3]); /* by xx, xy, yy */
} function;

static wg_node max_apart(wg_node x, wg_node y)
{
    wg_node three[3] = { wg_reshape(x, WG_SHAPE(1)), wg_reshape(wg_mul(x, -2), WG_SHAPE(1)),
                         wg_reshape(wg_mul(x, 0.5), WG_SHAPE(1)) };
    return wg_add(wg_max(wg_concat(three, 3)), wg_square(y));
}
static wg_node where_apart(wg_node x, wg_node y)
{
    return wg_add(wg_where(wg_less(x, 0), wg_mul(x, 3), x), wg_square(y));
}
static wg_node mask_apart(wg_node x, wg_node y) { return wg_add(wg_mul(x, is_positive(x)), wg_square(y)); }
static wg_node stop_apart(wg_node x, wg_node y)
{
    return wg_add(wg_mul(x, wg_stop_gradient(x)), wg_square(y));
}
static wg_node whole_apart(wg_node x, wg_node y) { return wg_add(wg_mul(x, whole(x)), wg_square(y)); }
static void of_square_of_y(double x, double y, double h[3]) { h[0] = h[1] = 0, h[2] = 2; }

static wg_node relu_of_product(wg_node x, wg_node y) { return wg_square(wg_relu(wg_mul(x, y))); }
static void of_product(double x, double y, double h[3])
{
    double on = x * y > 0; /* (x y)^2 */
    h[0] = on * 2 * y * y, h[1] = on * 4 * x * y, h[2] = on * 2 * x * x;
}
static wg_node abs_of_product(wg_node x, wg_node y) { return wg_abs(wg_mul(x, y)); }
static void of_abs(double x, double y, double h[3]) { h[0] = h[2] = 0, h[1] = x * y > 0 ? 1 : -1; }
static wg_node larger_of_powers(wg_node x, wg_node y)
{
    return wg_maximum(wg_mul(x, wg_square(y)), wg_mul(wg_square(x), y));
}
static void of_powers(double x, double y, double h[3])
{
    bool first = x * y * y > x * x * y;
    h[0] = first ? 0 : 2 * y, h[1] = first ? 2 * y : 2 * x, h[2] = first ? 2 * x : 0;
}

static const function functions[] = {
    { "max(x, -2x, x/2) + y^2", max_apart, of_square_of_y },
    { "(3x where x < 0, else x) + y^2", where_apart, of_square_of_y },
    { "x [x > 0] + y^2", mask_apart, of_square_of_y },
    { "x stop(x) + y^2", stop_apart, of_square_of_y },
    { "x trunc(x) + y^2", whole_apart, of_square_of_y },
    { "relu(x y)^2", relu_of_product, of_product },
    { "|x y|", abs_of_product, of_abs },
    { "max(x y^2, x^2 y)", larger_of_powers, of_powers },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static const double points[][2] = { { 1.5, 2 }, { -0.75, 1.25 }, { 2, -0.5 }, { -1.5, -3 } };

static void expect_number(const char *what, const function *f, const double at[2], double got, double want)
{
    cr_expect_eq(got, want, "%s at (%g, %g): %s is %g, not %g", f->name, at[0], at[1], what, got, want);
}

/* The Hessian by wg_hessian, H v by wg_hvp, and the tangent of the gradient by wg_jvp. */
static void expect_second(const function *f, const double at[2])
{
    bench b = start(at[0], at[1]);
    wg_node z = f->f(b.x, b.y), x[2] = { b.x, b.y }, v[2] = { wg_number(3), wg_number(-5) }, hv[2], gx[2];
    double h[3];
    f->second(at[0], at[1], h);
    double want[2] = { 3 * h[0] - 5 * h[1], 3 * h[1] - 5 * h[2] };
    expect_number("f_xx", f, at, wg_item(wg_hessian(z, b.x, b.x)), h[0]);
    expect_number("f_xy", f, at, wg_item(wg_hessian(z, b.x, b.y)), h[1]);
    expect_number("f_yx", f, at, wg_item(wg_hessian(z, b.y, b.x)), h[1]);
    expect_number("f_yy", f, at, wg_item(wg_hessian(z, b.y, b.y)), h[2]);
    wg_hvp(z, x, v, 2, hv);
    wg_grads(z, x, 2, gx);
    for (int k = 0; k < 2; k++) {
        expect_number("H v", f, at, wg_item(hv[k]), want[k]);
        expect_number("the tangent of the gradient", f, at, wg_item(wg_jvp(gx[k], x, v, 2)), want[k]);
    }
    wgt_finish(b.c, NULL);
}

Test(answers, second_derivatives_through_masks_and_choices)
{
    for (int k = 0; k < FUNCTIONS; k++)
        for (size_t p = 0; p < sizeof points / sizeof *points; p++) expect_second(&functions[k], points[p]);
}

Test(answers, a_function_of_masks_alone_has_the_derivative_zero)
{
    bench b = start(1.5, 2);
    wg_node z[] = { is_positive(b.x), wg_where(wg_less(b.x, b.y), 1, wg_square(b.y)),
                    wg_sum(wg_one_hot(wg_cast(wg_equal(b.x, 1), WG_F64), .count = 2)),
                    wg_cast(wg_sum(wg_not_equal(b.x, 1)), WG_F64) };
    for (size_t k = 0; k < sizeof z / sizeof *z; k++) {
        double by_grad = wg_item(wg_grad(z[k], b.x)), by_jvp = wg_item(wg_jvp(z[k], &b.x, &b.y, 1));
        cr_expect(by_grad == 0 && by_jvp == 0, "%zu: %g by wg_grad, %g by wg_jvp", k, by_grad, by_jvp);
    }
    wgt_finish(b.c, NULL);
}

/* ---- none: an error in a first derivative whose every path ends there ---- */

/* Asks for a derivative of z in each way. Each is refused with the text, and a place in this file. */
static void expect_refused(bench *b, wg_node z, wg_node x, const char *text)
{
    wg_node out, v = wg_stop_gradient(wg_mul(x, 1));
    for (int way = 0; way < 4; way++) {
        if (way == 0) wg_grad(z, x);
        if (way == 1) wg_vjp(z, wg_number(2), &x, 1, &out);
        if (way == 2) wg_jvp(z, &x, &v, 1);
        if (way == 3) wg_hvp(z, &x, &v, 1, &out);
        char said[128];
        snprintf(said, sizeof said, "ends at %s (%s:", text, __FILE__);
        wgt_expect_error(b->c, WG_ERROR_GRADIENT, said);
    }
}

Test(answers, a_first_derivative_without_any_is_an_error)
{
    bench b = start(1.5, 2);
    wg_node rows = wg_any(b.g, WG_SHAPE(3, 4)), classes = wg_any_class(b.g, 4, WG_SHAPE(3));
    expect_refused(&b, whole(b.x), b.x, "cast");
    expect_refused(&b, wg_stop_gradient(b.x), b.x, "stop_gradient");
    wg_node stopped = wg_stop_gradient(b.x);
    expect_refused(&b, wg_mul(stopped, whole(b.x)), b.x, "stop_gradient"); /* the first of the two */
    expect_refused(&b, wg_sum(wg_cast(wg_argmax(rows, .axis = -1), WG_F64)), rows, "argmax");
    expect_refused(&b, wg_accuracy(rows, classes), rows, "accuracy");
    expect_refused(&b, whole(is_positive(b.x)), b.x, "cast"); /* a zero before it does not help */
    expect_refused(&b, wg_sum(wg_gather(rows, whole(b.x))), b.x, "cast");
    wgt_finish(b.c, NULL);
}

/* One path with a derivative is enough; a path of zeros is enough. */
Test(answers, one_other_path_is_enough)
{
    bench b = start(1.5, 2);
    cr_expect_eq(wg_item(wg_grad(wg_add(whole(b.x), wg_mul(b.x, 3)), b.x)), 3);
    cr_expect_eq(wg_item(wg_grad(wg_add(whole(b.x), is_positive(b.x)), b.x)), 0);
    cr_expect_eq(wg_item(wg_jvp(wg_add(whole(b.x), is_positive(b.x)), &b.x, &b.y, 1)), 0);
    cr_expect_eq(wg_item(wg_grad(wg_add(whole(b.x), b.y), b.y)), 1);
    wgt_finish(b.c, NULL);
}

Test(answers, the_error_names_the_op_on_the_paths_of_that_operand)
{
    bench b = start(1.5, 2);
    wg_node z = wg_add(wg_stop_gradient(b.x), whole(b.y)), x[2] = { b.x, b.y }, gx[2];
    WGT_REFUSED(b.c, GRADIENT, "every path to b.x ends at stop_gradient", wg_grad(z, b.x));
    WGT_REFUSED(b.c, GRADIENT, "every path to b.y ends at cast", wg_grad(z, b.y));
    WGT_REFUSED(b.c, GRADIENT, "ends at cast", wg_grads(wg_add(z, b.x), x, 2, gx));
    wgt_finish(b.c, NULL);
}

Test(answers, a_backward_that_reaches_no_parameter_is_an_error)
{
    WGT_WORLD(WG_F64, NULL);
    for (int way = -1; way <= 1; way++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(0.5));
        wg_backward(wg_sum(way ? wg_cast(wg_greater(w, 0), WG_F64) : wg_stop_gradient(w)), p);
        wgt_expect_error(c, WG_ERROR_GRADIENT, way ? "ends at greater" : "ends at stop_gradient");
    }
    wgt_finish(c, NULL);
}

/* ---- the second derivative of a function that only the caller knows is no zero ---- */

Test(answers, a_c_function_has_no_second_derivative)
{
    bench b = start(1.5, 2);
    wg_node z = wgt_cube(b.x), d = wg_grad(z, b.x), hv, one = wg_number(1);
    cr_expect_eq(wg_item(d), 6.75);
    WGT_REFUSED(b.c, GRADIENT, "ends at a derivative", wg_grad(d, b.x));
    WGT_REFUSED(b.c, GRADIENT, "ends at a derivative", wg_hvp(z, &b.x, &one, 1, &hv));
    WGT_REFUSED(b.c, GRADIENT, "ends at a derivative", wg_jvp(d, &b.x, &one, 1));
    WGT_REFUSED(b.c, GRADIENT, "ends at a derivative", wg_jvp(wg_jvp(z, &b.x, &one, 1), &b.x, &one, 1));
    cr_expect_eq(wg_item(wg_hessian(wg_add(z, wg_square(b.y)), b.y, b.y)), 2);
    wgt_finish(b.c, NULL);
}

/* ---- rules of the caller ---- */

static void answers_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul_at(here, gy, wg_number(7));
    gx[1] = wg_number(0);
}

Test(answers, of_the_callers_rule)
{
    bench b = start(1.5, 2);
    double third = 3;
    wg_node z = wg_input(b.g, "z", wg_view_f64(&third, WG_SCALAR)), x[3] = { b.x, b.y, z }, gx[3];
    wg_node f = wg_custom_vjp(wg_mul(b.x, wg_mul(b.y, z)), x, 3, answers_vjp);
    cr_expect_eq(wg_item(f), 9);
    wg_grads(f, x, 2, gx);
    cr_expect(wg_item(gx[0]) == 7 && wg_item(gx[1]) == 0);
    cr_expect_eq(wg_item(wg_jvp(f, &b.y, &b.x, 1)), 0);
    WGT_REFUSED(b.c, GRADIENT, "every path to z ends at custom_vjp", wg_grad(f, z));
    WGT_REFUSED(b.c, GRADIENT, "every path ends at custom_vjp", wg_jvp(f, &z, &b.x, 1));
    cr_expect_eq(wg_item(wg_grad(wg_add(f, z), z)), 1);
    wgt_finish(b.c, NULL);
}

static double triple(double x, const void *attr) { return 3 * x; }
static void nine_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul_at(here, gy, wg_number(9));
}
static const wg_op flat = { .name = "flat", .zero = 1, .operands = 1, .map = triple, .vjp = nine_vjp };
static const wg_op silent = { .name = "silent", .operands = 1, .map = triple };

Test(answers, masks_win_over_the_rule)
{
    bench b = start(1.5, 2);
    wg_node z = wg_apply(WG_HERE, &flat, &b.x, 1, NULL), one = wg_number(1);
    cr_expect(!wgx_op_has_derivative(&flat, 0) && !wgx_op_has_derivative(&flat, -1));
    cr_expect_eq(wg_item(z), 4.5);
    cr_expect_eq(wg_item(wg_grad(z, b.x)), 0);
    cr_expect_eq(wg_item(wg_jvp(z, &b.x, &one, 1)), 0);
    expect_refused(&b, wg_apply(WG_HERE, &silent, &b.x, 1, NULL), b.x, "silent");
    wgt_finish(b.c, NULL);
}

/* ---- forward mode uses the value that is there: no op is run a second time ---- */

static int runs;
static bool count_kernel(const wg_kernel *k)
{
    runs++;
    for (int i = 0; i < 2; i++) ((double *)k->y[0])[i] = runs * ((const double *)k->x[0])[i];
    return true;
}
static void count_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul_at(here, gy, wg_div_at(here, y, x[0]));
}
static const wg_op count = { .name = "count",
                             .operands = 1,
                             .kind = WG_OPAQUE,
                             .impure = true,
                             .kernel = { count_kernel },
                             .vjp = count_vjp };

Test(answers, forward_mode_runs_no_op_twice)
{
    WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = 1));
    double data[2] = { 2, 5 }, one[2] = { 1, 1 }, y[2], jv[2];
    wg_node x = wg_input(g, "x", wg_view_f64(data, WG_SHAPE(2)));
    wg_node v = wg_input(g, "v", wg_view_f64(one, WG_SHAPE(2)));
    wg_node z = wg_apply(WG_HERE, &count, &x, 1, NULL), t = wg_jvp(z, &x, &v, 1),
            both = wg_concat(((wg_node[]){ z, t }), 2);
    double all[4];
    wg_copy_f64(both, all, 4);
    cr_expect_eq(runs, 1, "the op was run %d times", runs);
    wg_copy_f64(z, y, 2);
    wg_copy_f64(t, jv, 2);
    for (int i = 0; i < 2; i++) cr_expect(all[i] == data[i] && all[2 + i] == 1, "%g, %g", all[i], all[2 + i]);
    wgt_finish(c, NULL);
}

/* ---- what a derivation costs depends on the nodes between y and x ---- */

Test(answers, unrelated_nodes_between_change_nothing)
{
    bench b = start(1.5, 2);
    wg_node near = wg_mul(wg_sin(b.x), b.x), want = wg_grad(near, b.x), far = b.y;
    for (int i = 0; i < 20000; i++) far = wg_add(far, 1);
    wg_node again = wg_mul(wg_sin(b.x), b.x), got = wg_grad(again, b.x);
    cr_expect_eq(wg_item(got), wg_item(want));
    cr_expect_eq(wg_item(wg_jvp(again, &b.x, &b.y, 1)), 2 * wg_item(want));
    cr_expect_eq(wg_item(wg_grad(far, b.x)), 0, "no path leads there");
    cr_expect_eq(wg_item(wg_grad(far, b.y)), 1);
    cr_expect_eq(wg_item(wg_grad(wg_mul(far, again), b.x)), WGT_NEAREST(20002 * wg_item(want)));
    wgt_finish(b.c, NULL);
}
