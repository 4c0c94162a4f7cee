/* test_op_identity.c: an op is known by the address of its descriptor. A user's op may have the name of one
 * of the library's ops. The library must not take it for its own. */

#include "wgtest.h"

static double triple(double x, const void *attr) { return 3 * x; }

static void triple_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul_at(here, gy, wg_number(3));
}

static const wg_op neg = { .name = "neg", .operands = 1, .map = triple, .vjp = triple_vjp };
static const wg_op reshape = { .name = "reshape", .operands = 1, .map = triple, .vjp = triple_vjp };
static const wg_op transpose = { .name = "transpose", .operands = 1, .map = triple, .vjp = triple_vjp };
/* Its attributes are those of the library's. */
static const wg_attr_row axes[] = { { "axes", WG_ATTR_AXES, 0, NULL, NULL }, { 0 } };
static const wg_op transpose_by_axes = { .name = "transpose",
                                         .operands = 1,
                                         .attr_size = sizeof(wg_axes),
                                         .attrs = axes,
                                         .map = triple,
                                         .vjp = triple_vjp };
static const wg_op input = { .name = "input", .operands = 1, .map = triple, .vjp = triple_vjp };

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_node x; /* [2,2]: 1 2 3 4 */
} bench;

static bench start(void)
{
    static const double data[4] = { 1, 2, 3, 4 };
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c);
    b.x = wg_input(b.g, "x", wg_view_f64(data, WG_SHAPE(2, 2)));
    return b;
}

static void expect(wg_node n, double a, double b, double c, double d)
{
    double v[4], expected[4] = { a, b, c, d };
    cr_assert_eq(wg_copy_f64(n, v, 4), WG_OK);
    for (int i = 0; i < 4; i++) cr_expect_eq(v[i], expected[i], "[%d] is %g, not %g", i, v[i], expected[i]);
}

static wg_node applied(const wg_op *op, wg_node x)
{
    return wg_apply(WG_HERE, op, &x, 1, op->attr_size ? &(wg_axes){ .count = 2, .axis = { 1, 0 } } : NULL);
}

Test(op_identity, the_negative_of_an_op_called_neg)
{
    WGT_ENDS bench b = start();
    expect(wg_neg(applied(&neg, b.x)), -3, -6, -9, -12);
    expect(applied(&neg, wg_neg(b.x)), -3, -6, -9, -12);
}

Test(op_identity, an_op_called_reshape_in_another_shape)
{
    WGT_ENDS bench b = start();
    expect(wg_reshape(applied(&reshape, b.x), WG_SHAPE(4)), 3, 6, 9, 12);
}

Test(op_identity, the_transpose_of_an_op_called_transpose)
{
    WGT_ENDS bench b = start();
    expect(wg_transpose(applied(&transpose, b.x)), 3, 9, 6, 12);
}

/* [1 2; 3 4] @ 3 [1 2; 3 4] = [21 30; 45 66]; and the sum of it all by x: 3 (row sums of x + column sums of
 * x). */
Test(op_identity, a_product_with_an_op_called_transpose)
{
    WGT_ENDS bench b = start();
    expect(wg_matmul(b.x, applied(&transpose_by_axes, b.x)), 21, 30, 45, 66);
    expect(wg_matmul(applied(&transpose_by_axes, b.x), b.x), 21, 30, 45, 66);
    expect(wg_grad(wg_sum(wg_matmul(applied(&transpose_by_axes, b.x), b.x)), b.x), 21, 33, 27, 39);
}

Test(op_identity, an_op_is_the_librarys_or_another_one_of_that_name)
{
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op copy = *wg_op_at(i), *const op = wg_op_at(i);
        cr_expect(wgx_op_is(op, op->name) && !wgx_op_is(&copy, op->name), "%s", op->name);
    }
    cr_expect(wgx_op_is(wg_op_find("neg"), "neg") && !wgx_op_is(wg_op_find("neg"), "ne") &&
              !wgx_op_is(&neg, "neg"));
    cr_expect(!wgx_op_is(NULL, "neg") && !wgx_op_is(&neg, NULL) && !wgx_op_is(wg_op_find("neg"), NULL));
}

/* d/dx sum (3x)^2 = 18 x, which differences agree with. The check must move x alone: there is no other
 * input. */
Test(op_identity, an_op_called_input_is_not_checked_as_one)
{
    WGT_ENDS bench b = start();
    wg_node loss = wg_sum(wg_square(wg_name(applied(&input, b.x), "y")));
    wg_check *r = wg_gradcheck(loss, NULL);
    cr_assert_eq(wg_check_facts_of(r)->inputs, 1);
    cr_expect_str_eq(wg_check_input_at(r, 0).name, "x");
    cr_expect_eq(wg_check_input_at(r, 0).analytic[3], 72);
    wg_check_free(r);
}

Test(op_identity, kinds_of_leaves)
{
    WGT_ENDS bench b = start();
    wg_params *p = wg_params_new(b.c);
    cr_expect_eq(wg_node_leaf(b.x), WG_LEAF_INPUT);
    cr_expect_eq(wg_node_leaf(applied(&input, b.x)), WG_LEAF_NONE);
    cr_expect_eq(wg_node_leaf(wg_scalar(b.g, 2)), WG_LEAF_NUMBER);
    cr_expect_eq(wg_node_leaf(wg_param(b.g, p, "w", WG_SCALAR, wg_zeros())), WG_LEAF_PARAM);
    cr_expect_eq(wg_node_leaf(wg_state(b.g, p, "s", WG_SCALAR, wg_zeros())), WG_LEAF_STATE);
    cr_expect_eq(wg_node_leaf(wg_stream(WG_HERE, b.g, NULL)), WG_LEAF_STREAM);
    cr_expect_eq(wg_node_leaf(wg_none), WG_LEAF_NONE);
    cr_expect_eq(wg_node_leaf(wg_number(1)), WG_LEAF_NONE);
}

/* ---- a copy of one of the library's ops is a stranger, too: what it builds may depend on anything ---- */

static double factor;

static void times_factor(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    y[0] = wg_mul_at(here, x[0], wg_number(factor));
}

Test(op_identity, a_copy_of_a_library_op_is_asked_at_every_build)
{
    WGT_ENDS bench b = start();
    wg_op copy = *wg_op_find("leaky_relu");
    copy.expand = times_factor;
    cr_expect_neq(wgx_hints(&copy)->library, &copy);
    for (factor = 1; factor < 5; factor++) {
        static const double one = 1;
        wg_begin(b.g, WG_TRAIN);
        wg_node x = wg_input(b.g, "x", wg_view_f64(&one, WG_SCALAR));
        double y = wg_item(wg_apply(WG_HERE, &copy, &x, 1, &(double){ 0 }));
        cr_expect_eq(y, factor, "%g, not %g", y, factor);
    }
}

/* ---- .none is what says that there is no derivative, never the text of .adjoint ---- */

static const wg_op flat = {
    .name = "flat", .adjoint = "a staircase", .none = 1 << 0, .operands = 1, .map = triple, .vjp = triple_vjp
};

Test(op_identity, none_wins_over_the_rule_and_the_message_says_why)
{
    bench b = start();
    wg_grad(wg_sum(applied(&flat, b.x)), b.x);
    wgt_expect_error(b.c, WG_ERROR_GRADIENT, "which has no derivative there: a staircase");
    wgt_drop(b.c, NULL);
}

static const wg_op plain = {
    .name = "plain", .adjoint = "none better than 3 y'", .operands = 1, .map = triple, .vjp = triple_vjp
};

Test(op_identity, text_that_begins_with_none_is_text)
{
    WGT_ENDS bench b = start();
    cr_expect(wgx_op_has_derivative(&plain, 0) && wgx_op_has_derivative(&plain, -1));
    cr_expect(!wgx_op_has_derivative(&flat, 0) && !wgx_op_has_derivative(&flat, -1));
    expect(wg_grad(wg_sum(applied(&plain, b.x)), b.x), 3, 3, 3, 3);
}

/* ---- an expansion without a result ---- */

static void no_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)here, (void)x, (void)n, (void)attr;
    y[0] = wg_none;
}
static const wg_op no_op = { .name = "nothing", .operands = 1, .expand = no_expand };

Test(op_identity, an_expansion_without_a_result_is_an_error)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 0; k < 2; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_scalar(g, 1), y = wg_apply(WG_HERE, &no_op, &x, 1, NULL);
        cr_expect_not(wg_node_ok(y));
        wgt_expect_error(c, WG_ERROR_USE, "nothing: the op's expand left wg_none in y[0]");
    }
}
