/* test_misuse.c: nodes of other graphs, numbers in the place of nodes, and values without a meaning. The
 * mistake is recorded in the context that an argument leads to, with the place of the call. */
#include <math.h>
#include <string.h>

#include "wgtest.h"
#include "wgnearest.h"

typedef struct world {
    wg_context *c;
    wg_graph *g, *other;
    wg_params *p;
    wg_optim *o;
    wg_node x, v, s, m, L; /* [2,3], [3], a state, a scalar, a loss of the parameter w */
    wg_node far;           /* of another graph */
} world;

static world open_world(void)
{
    static const float data[6] = { 1, 2, 3, 4, 5, 6 };
    world w = { .c = wgt_start(NULL, WG_F32, NULL) };
    w.g = wg_graph_new(w.c), w.other = wg_graph_new(w.c);
    w.p = wg_params_new(w.c);
    w.o = wg_sgd(w.p);
    w.far = wg_fill(w.other, 1, WG_SHAPE(2, 3));
    wg_begin(w.g, WG_TRAIN);
    w.x = wg_input(w.g, "x", wg_view_f32(data, WG_SHAPE(2, 3)));
    w.v = wg_fill(w.g, 1, WG_SHAPE(3));
    w.s = wg_state(w.g, w.p, "s", WG_SCALAR, wg_zeros());
    w.m = wg_scalar(w.g, 2);
    w.L = wg_sum(wg_mul(w.x, wg_param(w.g, w.p, "w", WG_SHAPE(2, 3), wg_zeros())));
    return w;
}

/* The call must record an error that has the place of the call. */
#define REFUSED(w, call)                                                                             \
    do {                                                                                             \
        (void)(call);                                                                                \
        cr_expect(wg_failed((w).c), "nothing was recorded: line %d, %s", __LINE__, #call);           \
        cr_expect(!wg_failed((w).c) || strstr(wg_message((w).c), "test_misuse.c:"), "%s: %s", #call, \
                  wg_message((w).c));                                                                \
        wg_recover((w).c);                                                                           \
    } while (0)

/* No object leads to a context. The error is the thread's, and so that of the context, which was started
 * before. Calls without a site have no place. */
#define LOST(w, ...)                                                                              \
    do {                                                                                          \
        __VA_ARGS__;                                                                              \
        cr_expect(wg_failed((w).c), "nothing was recorded: line %d, %s", __LINE__, #__VA_ARGS__); \
        wg_recover((w).c);                                                                        \
    } while (0)

/* ---- builders of one and two nodes, all of them ---- */

typedef wg_node (*one_fn)(wg_site here, wg_node x);
typedef wg_node (*two_fn)(wg_site here, wg_node a, wg_node b);

static const one_fn ones[] = {
    wg_neg_at,     wg_exp_at,      wg_log_at,      wg_sqrt_at, wg_square_at,
    wg_abs_at,     wg_sin_at,      wg_cos_at,      wg_erf_at,  wg_tanh_at,
    wg_sigmoid_at, wg_softplus_at, wg_softsign_at, wg_relu_at, wg_stop_gradient_at
};
static wg_node matmul(wg_site here, wg_node a, wg_node b)
{
    return wg_matmul_at(here, &WG_OPTS(wg_matmul_args, .x = a, .y = b));
}
static const two_fn twos[] = { wg_add_at,           wg_sub_at,     wg_mul_at,        wg_div_at,
                               wg_pow_at,           wg_maximum_at, wg_minimum_at,    wg_equal_at,
                               wg_not_equal_at,     wg_less_at,    wg_less_equal_at, wg_greater_at,
                               wg_greater_equal_at, wg_gather_at,  matmul,           wg_dot_at,
                               wg_accuracy_at };
enum { ONES = sizeof ones / sizeof *ones, TWOS = sizeof twos / sizeof *twos };

Test(misuse, no_node_beside_a_node_is_named_as_the_user_wrote_it)
{
    WGT_ENDS world w = open_world();
    wg_node nothing = wg_none;
    for (int i = 0; i < TWOS; i++) {
        cr_expect_not(wg_node_ok(twos[i](WG_AT("w.x, nothing"), w.x, nothing)));
        wgt_expect_error(w.c, WG_ERROR_USE, "nothing is wg_none");
        cr_expect_not(wg_node_ok(twos[i](WG_AT("nothing, w.x"), nothing, w.x)));
        wgt_expect_error(w.c, WG_ERROR_USE, "nothing is wg_none");
        LOST(w, twos[i](WG_HERE, nothing, nothing));
        LOST(w, twos[i](WG_HERE, nothing, wg_number(2)));
        cr_expect_not(wg_node_ok(twos[i](WG_HERE, nothing, wg_number(2))));
    }
    for (int i = 0; i < ONES; i++) {
        LOST(w, ones[i](WG_HERE, nothing));
        cr_expect(wg_is_none(ones[i](WG_HERE, nothing)));
    }
    /* what began with nothing is found out where it meets a node */
    wg_node lost = wg_mul(wg_relu(nothing), 2);
    WGT_REFUSED(w.c, USE, "lost is wg_none", wg_add(w.x, lost));
}

/* NULL, wg_none and nodes of earlier builds are given to every function by test_odd_calls.c. These are values
 * that are something, and not what the function takes. */
Test(misuse, of_graphs_nodes_and_derivatives)
{
    WGT_ENDS world w = open_world();
    float to[6];
    double to64[6], d[6] = { 0 };
    wg_shape two = WG_SHAPE(2), six = WG_SHAPE(6);
    wg_tensor none = { 0 };
    wg_node out[2], others[] = { w.far, wg_number(2) };
    LOST(w, wg_sum(wg_number(2)));
    REFUSED(w, wg_extern(w.x, six));
    cr_expect_eq(wg_extern(w.x, six).graph, w.g);
    wg_recover(w.c);
    REFUSED(w, wg_input(w.g, NULL, none));
    REFUSED(w, wg_input_borrow(w.g, "x", none));
    REFUSED(w, wg_param(w.g, w.p, "a", two, wg_values(NULL)));
    REFUSED(w, wg_nn_dense(wg_number(2), w.p, "fc", 3));
    REFUSED(w, wg_assign(w.s, wg_number(2)));
    REFUSED(w, wg_assign(wg_number(2), w.m));
    REFUSED(w, wg_part(w.x, 1));
    REFUSED(w, wg_dim(w.x, 2));
    REFUSED(w, wg_scope_pop(w.g));
    REFUSED(w, wg_item(w.x));
    REFUSED(w, wg_copy_f32(w.x, NULL, 6));
    REFUSED(w, wg_copy_f64(w.x, to64, 5));
    REFUSED(w, wg_input_set(w.m, wg_view_f32(to, WG_SHAPE(2, 3))));
    REFUSED(w, wg_input_set(w.x, none));
    cr_expect_not(wgx_peek(w.x, NULL));
    cr_expect_eq(wg_failed(w.c), WG_OK);
    for (int i = 0; i < 2; i++) {
        wg_node b = others[i];
        REFUSED(w, wg_concat(((wg_node[]){ w.x, i ? w.far : b }), 2));
        REFUSED(w, wg_grad(w.L, b));
        REFUSED(w, wg_grad(b, w.x));
        REFUSED(w, wg_grads(w.L, &b, 1, out));
        if (!i) REFUSED(w, wg_vjp(w.L, b, &w.x, 1, out));
        REFUSED(w, wg_vjp(b, w.m, &w.x, 1, out));
        REFUSED(w, wg_jvp(w.L, &b, &w.x, 1));
        REFUSED(w, wg_jvp(b, &w.x, &w.x, 1));
        if (!i) REFUSED(w, wg_jvp(w.L, &w.x, &b, 1));
        REFUSED(w, wg_hvp(w.L, &b, &w.x, 1, out));
        REFUSED(w, wg_hvp(b, &w.x, &w.x, 1, out));
        REFUSED(w, wg_jacobian(w.L, b));
        REFUSED(w, wg_jacobian(b, w.x));
        REFUSED(w, wg_hessian(w.L, w.x, b));
        REFUSED(w, wg_custom_vjp(b, &w.x, 1, NULL));
    }
    REFUSED(w, wg_backward(wg_number(2), w.p));
    REFUSED(w, wg_params_hvp(w.p, wg_number(2), d, d));
    const wg_node nothing = wg_none;
    WGT_REFUSED(w.c, USE, "nothing is wg_none", wg_grad(nothing, w.x));
}

Test(misuse, of_parameters_data_and_files)
{
    WGT_ENDS world w = open_world();
    double v[6] = { 0 };
    wg_data *d = wg_data_make(w.c, "xor", 20), *e = wg_data_make(w.c, "xor", 20);
    wg_batch b;
    REFUSED(w, wg_params_in(w.p, "a b"));
    REFUSED(w, wg_params_item(w.p, "none"));
    REFUSED(w, wg_params_assign(w.p, "w", v, 5));
    REFUSED(w, wg_params_assign_tensor(w.p, "w", wg_view_f64(v, WG_SHAPE(5))));
    REFUSED(w, wg_params_assign_tensor(w.p, "w", wg_view_f64(NULL, wg_params_tensor(w.p, 0).shape)));
    REFUSED(w, wg_params_assign_tensor(w.p, "w", (wg_tensor){ .shape = wg_params_tensor(w.p, 0).shape }));
    REFUSED(w, wg_params_get_grad(w.p, v));
    REFUSED(w, wg_params_grad_norm(w.p));
    REFUSED(w, wg_params_save(w.p, "/no/such/folder/a.safetensors"));
    REFUSED(w, wg_params_load(w.p, "/no/such/file"));
    REFUSED(w, wg_optim_step(w.o));
    REFUSED(w, wg_optim_set_lr(w.o, -1));
    REFUSED(w, wg_optim_clip_norm(w.o, NAN));
    REFUSED(w, wg_adam(w.p));
    REFUSED(w, wg_data_make(w.c, "flower", -1));
    REFUSED(w, wg_data_make(w.c, "moons", -1));
    REFUSED(w, wg_data_make(w.c, "xor", -1));
    REFUSED(w, wg_data_split(d, 2));
    REFUSED(w, wg_data_next(d, &b, 0));
    wg_data_normalise(d, "x");
    REFUSED(w, wg_data_normalise(d, "x"));
    REFUSED(w, wg_data_normalise_like(d, e));
    REFUSED(w, wg_npy_read(w.c, "/no/such/file"));
    REFUSED(w, wg_idx_read(w.c, "/no/such/file"));
    wg_program *q = wg_program_text(w.c, "a.wg", "y = 1 + 2");
    cr_expect_neq(wg_program_build(q, NULL, w.p, WG_EVAL), WG_OK);
    wgt_expect_error(w.c, WG_ERROR_USE, "a.wg: the graph to build with is NULL");
    cr_expect_neq(wg_program_build(q, w.g, NULL, WG_EVAL), WG_OK);
    wgt_expect_error(w.c, WG_ERROR_USE, "a.wg: the parameter set to build with is NULL");
}

/* ---- numbers alone ---- */

static double number_of(wg_node n)
{
    double v = 0;
    cr_expect_null(n.graph);
    cr_expect_eq(wg_copy_f64(n, &v, 1), WG_OK);
    cr_expect(v == wg_item(n) || (isnan(v) && isnan(wg_item(n))));
    return v;
}

Test(misuse, arithmetic_of_numbers_alone_is_a_number)
{
    cr_expect_eq(wg_item(wg_add(1, 2)), 3);
    cr_expect_eq(wg_item(wg_sub(1, 2.5)), -1.5);
    cr_expect_eq(wg_item(wg_mul(wg_add(1, 2), 4)), 12);
    cr_expect_eq(wg_item(wg_div(1, 4)), 0.25);
    cr_expect_eq(wg_item(wg_pow(2, 10)), 1024);
    cr_expect_eq(wg_item(wg_maximum(2, 10)), 10);
    cr_expect_eq(wg_item(wg_minimum(2, 10)), 2);
    cr_expect_eq(number_of(wg_add(0.1, 0.2)), 0.1 + 0.2, "in double");
    static const struct {
        one_fn f;
        double (*is)(double);
    } of_libm[] = { { wg_exp_at, exp }, { wg_log_at, log }, { wg_sqrt_at, sqrt }, { wg_sin_at, sin },
                    { wg_cos_at, cos }, { wg_erf_at, erf }, { wg_tanh_at, tanh }, { wg_abs_at, fabs } };
    for (size_t i = 0; i < sizeof of_libm / sizeof *of_libm; i++)
        cr_expect(wgt_ulps(number_of(of_libm[i].f("", wg_number(0.7))), WGT_NEAREST(of_libm[i].is(0.7))) <= 2,
                  "%zu", i);
    cr_expect(wgt_relative(number_of(wg_bce(wg_number(0.25), wg_number(1))), log(4)) < 1e-15);
    cr_expect(isnan(wg_item(wg_bce(wg_number(2), wg_number(1)))), "a fault of numbers is no crash");
    cr_expect_eq(number_of(wg_neg(wg_number(2))), -2);
    cr_expect_eq(number_of(wg_square(wg_number(3))), 9);
    cr_expect_eq(number_of(wg_relu(wg_number(-3))), 0);
    cr_expect(wgt_relative(number_of(wg_sigmoid(wg_number(0.7))), WGT_NEAREST(1 / (1 + exp(-0.7)))) < 1e-15);
    cr_expect(wgt_relative(number_of(wg_softplus(wg_number(0.7))), WGT_NEAREST(log1p(exp(0.7)))) < 1e-15);
}

Test(misuse, a_number_made_of_numbers_stands_beside_a_node_as_any_other)
{
    WGT_ENDS world w = open_world();
    int64_t before = wg_graph_nodes(w.g);
    wg_node three = wg_add(1, 2);
    cr_expect_eq(wg_graph_nodes(w.g), before);
    cr_expect_eq(wg_item(wg_sum(wg_mul(w.x, three))), 63);
    cr_expect_eq(wg_node_dtype(wg_mul(w.x, three)), WG_F32);
}
