/* test_misuse.c: what is no node, no set and no array, given to every public function that builds or does
 * something. Where any argument leads to a context, the mistake is recorded there, with the place of the
 * call. Nothing crashes, and no call on nothing at all is believed to have done something. */
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
    wg_node old, far;      /* of before the last wg_begin; of another graph */
} world;

static world open_world(void)
{
    static const float data[6] = { 1, 2, 3, 4, 5, 6 };
    world w = { .c = wgt_start(NULL, WG_F32, NULL) };
    w.g = wg_graph_new(w.c), w.other = wg_graph_new(w.c);
    w.p = wg_params_new(w.c);
    w.o = wg_sgd(w.p, NULL);
    w.old = wg_relu(wg_fill(w.g, 1, WG_SHAPE(2, 3)));
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
    return wg_matmul_at(here, &(wg_matmul_args){ .x = a, .y = b });
}
static const two_fn twos[] = { wg_add_at,           wg_sub_at,     wg_mul_at,        wg_div_at,
                               wg_pow_at,           wg_maximum_at, wg_minimum_at,    wg_equal_at,
                               wg_not_equal_at,     wg_less_at,    wg_less_equal_at, wg_greater_at,
                               wg_greater_equal_at, wg_gather_at,  matmul,           wg_dot_at,
                               wg_accuracy_at };
enum { ONES = sizeof ones / sizeof *ones, TWOS = sizeof twos / sizeof *twos };

Test(misuse, no_node_beside_a_node_is_named_as_the_user_wrote_it)
{
    world w = open_world();
    wg_node nothing = wg_none;
    for (int i = 0; i < TWOS; i++) {
        cr_expect_not(wg_node_ok(twos[i](WG_AT("w.x, nothing"), w.x, nothing)));
        wgt_expect_error(w.c, WG_ERROR_USE, "nothing is wg_none");
        cr_expect_not(wg_node_ok(twos[i](WG_AT("nothing, w.x"), nothing, w.x)));
        wgt_expect_error(w.c, WG_ERROR_USE, "nothing is wg_none");
        REFUSED(w, twos[i](WG_HERE, w.x, w.old));
        REFUSED(w, twos[i](WG_HERE, w.old, w.x));
        REFUSED(w, twos[i](WG_HERE, w.x, w.far));
        LOST(w, twos[i](WG_HERE, nothing, nothing));
        LOST(w, twos[i](WG_HERE, nothing, wg_number(2)));
        cr_expect_not(wg_node_ok(twos[i](WG_HERE, nothing, wg_number(2))));
    }
    for (int i = 0; i < ONES; i++) {
        REFUSED(w, ones[i](WG_HERE, w.old));
        LOST(w, ones[i](WG_HERE, nothing));
        cr_expect(wg_is_none(ones[i](WG_HERE, nothing)));
    }
    /* what began with nothing is found out where it meets a node */
    wg_node lost = wg_mul(wg_relu(nothing), 2);
    wg_add(w.x, lost);
    wgt_expect_error(w.c, WG_ERROR_USE, "lost is wg_none");
    wgt_finish(w.c, NULL);
}

Test(misuse, of_builders_with_options_shapes_and_lists)
{
    world w = open_world();
    wg_node bad[] = { w.old, w.far, wg_none };
    wg_shape six = WG_SHAPE(6);
    for (int i = 0; i < 3; i++) {
        wg_node b = bad[i];
        REFUSED(w, wg_mse(w.x, b));
        REFUSED(w, wg_softmax_cross_entropy(w.x, b));
        REFUSED(w, wg_binary_cross_entropy(w.x, b));
        REFUSED(w, wg_bce_with_logits(b, w.x));
        REFUSED(w, wg_layer_norm(w.x, b, w.v));
        REFUSED(w, wg_batch_norm(w.x, w.v, b));
        REFUSED(w, wg_where(wg_less(w.x, 2), w.x, b));
        REFUSED(w, wg_where(b, w.x, 1));
        REFUSED(w, wg_dense(w.x, b, w.v));
        REFUSED(w, wg_concat(((wg_node[]){ w.x, b }), 2, 0));
        REFUSED(w, wg_addn(((wg_node[]){ w.x, b }), 2));
        if (i == 1) continue; /* alone a node of another graph is a node */
        if (i == 0) {
            REFUSED(w, wg_sum(b));
            REFUSED(w, wg_mean(b));
            REFUSED(w, wg_max(b));
            REFUSED(w, wg_var(b));
            REFUSED(w, wg_logsumexp(b));
            REFUSED(w, wg_argmax(b));
            REFUSED(w, wg_cumsum(b));
            REFUSED(w, wg_transpose(b));
            REFUSED(w, wg_slice(b));
            REFUSED(w, wg_softmax(b));
            REFUSED(w, wg_log_softmax(b));
            REFUSED(w, wg_dropout(b, .drop = 0.5));
            REFUSED(w, wg_leaky_relu(b));
            REFUSED(w, wg_reshape(b, six));
            REFUSED(w, wg_broadcast_to(b, six));
            REFUSED(w, wg_sum_to(b, six));
            REFUSED(w, wg_expand(b, 0));
            REFUSED(w, wg_squeeze(b, 0));
            REFUSED(w, wg_cast(b, WG_F64));
            REFUSED(w, wg_one_hot(b, 3));
        } else {
            LOST(w, wg_sum(b));
            LOST(w, wg_mean(b));
            LOST(w, wg_softmax(b));
            LOST(w, wg_slice(b));
            LOST(w, wg_dropout(b, .drop = 0.5));
            LOST(w, wg_reshape(b, six));
            LOST(w, wg_cast(b, WG_F64));
            LOST(w, wg_one_hot(b, 3));
        }
    }
    LOST(w, wg_concat(NULL, 2, 0));
    LOST(w, wg_addn(NULL, 2));
    LOST(w, wg_sum(wg_number(2)));
    REFUSED(w, wg_extern(w.x, six, NULL));
    cr_expect_eq(wg_extern(w.x, six, NULL).graph, w.g);
    wg_recover(w.c);
    wgt_finish(w.c, NULL);
}

Test(misuse, of_leaves_layers_and_names)
{
    world w = open_world();
    wg_shape two = WG_SHAPE(2);
    wg_tensor none = { 0 };
    LOST(w, wg_scalar(NULL, 1));
    LOST(w, wg_fill(NULL, 1, two));
    LOST(w, wg_input(NULL, "x", none));
    LOST(w, wg_input_borrow(NULL, "x", none));
    LOST(w, wg_stream(WG_HERE, NULL, NULL));
    REFUSED(w, wg_input(w.g, NULL, none));
    REFUSED(w, wg_input_borrow(w.g, "x", none));
    REFUSED(w, wg_param(NULL, w.p, "a", two, wg_zeros()));
    REFUSED(w, wg_param(w.g, NULL, "a", two, wg_zeros()));
    REFUSED(w, wg_param(w.g, w.p, NULL, two, wg_zeros()));
    REFUSED(w, wg_param(w.g, w.p, "a", two, wg_values(NULL)));
    REFUSED(w, wg_state(NULL, w.p, "a", two, wg_zeros()));
    REFUSED(w, wg_state(w.g, NULL, "a", two, wg_zeros()));
    LOST(w, wg_param(NULL, NULL, "a", two, wg_zeros()));
    REFUSED(w, wg_l2(NULL, w.p, 1));
    REFUSED(w, wg_l2(w.g, NULL, 1));
    wg_node bad[] = { w.old, wg_none, wg_number(2) };
    for (int i = 0; i < 3; i++) {
        REFUSED(w, wg_nn_dense(bad[i], w.p, "fc", 3));
        REFUSED(w, wg_nn_batch_norm(bad[i], w.p, "bn"));
        REFUSED(w, wg_nn_layer_norm(bad[i], w.p, "ln"));
        REFUSED(w, wg_assign(w.s, bad[i]));
        REFUSED(w, wg_assign(bad[i], w.m));
    }
    REFUSED(w, wg_nn_dense(w.x, NULL, "fc", 3));
    REFUSED(w, wg_nn_dense(w.x, w.p, NULL, 3));
    REFUSED(w, wg_nn_batch_norm(w.x, NULL, "bn"));
    REFUSED(w, wg_nn_layer_norm(w.x, w.p, NULL));
    LOST(w, wg_nn_dense(wg_none, NULL, "fc", 3));
    REFUSED(w, wg_layer_claim(w.g, w.p, NULL, WG_HERE));
    REFUSED(w, wg_name(w.old, "h"));
    REFUSED(w, wg_name(w.x, NULL));
    LOST(w, wg_name(wg_none, "h"));
    REFUSED(w, wg_keep(w.old));
    LOST(w, wg_keep(wg_none));
    REFUSED(w, wg_part(w.old, 0));
    REFUSED(w, wg_part(w.x, 1));
    LOST(w, wg_part(wg_none, 0));
    REFUSED(w, wg_dim(w.old, 0));
    REFUSED(w, wg_dim(w.x, 2));
    LOST(w, cr_expect_eq(wg_dim(wg_none, 0), 0));
    REFUSED(w, wg_scope_pop(w.g));
    REFUSED(w, wg_scope_push(w.g, NULL));
    REFUSED(w, wg_scope_push_i(w.g, NULL, 1));
    LOST(w, wg_scope_push(NULL, "a"));
    LOST(w, wg_scope_pop(NULL));
    LOST(w, wg_begin(NULL, WG_TRAIN));
    wgt_finish(w.c, NULL);
}

Test(misuse, of_reads)
{
    world w = open_world();
    float to[6];
    double to64[6];
    REFUSED(w, wg_item(w.old));
    REFUSED(w, wg_item(w.x));
    REFUSED(w, wg_value(w.old));
    REFUSED(w, wg_copy_f32(w.old, to, 6));
    REFUSED(w, wg_copy_f32(w.x, NULL, 6));
    REFUSED(w, wg_copy_f64(w.x, to64, 5));
    REFUSED(w, wg_input_set(w.old, wg_view_f32(to, WG_SHAPE(2, 3))));
    REFUSED(w, wg_input_set(w.m, wg_view_f32(to, WG_SHAPE(2, 3))));
    REFUSED(w, wg_input_set(w.x, ((wg_tensor){ 0 })));
    LOST(w, cr_expect(isnan(wg_item(wg_none))));
    LOST(w, cr_expect_null(wg_value(wg_none).data));
    LOST(w, cr_expect_eq(wg_copy_f32(wg_none, to, 6), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_input_set(wg_none, ((wg_tensor){ 0 })), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_commit(NULL), WG_ERROR_USE));
    cr_expect_not(wg_peek(w.x, NULL));
    cr_expect_eq(wg_failed(w.c), WG_OK);
    wgt_finish(w.c, NULL);
}

Test(misuse, of_derivatives)
{
    world w = open_world();
    wg_node bad[] = { w.old, w.far, wg_none, wg_number(2) }, out[2];
    double d[6] = { 0 };
    REFUSED(w, wg_backward(w.L, NULL));
    REFUSED(w, wg_backward_add(w.L, NULL));
    cr_expect_eq(wg_backward(w.L, NULL), WG_ERROR_USE);
    wg_recover(w.c);
    REFUSED(w, wg_params_hvp(NULL, w.L, d, d));
    REFUSED(w, wg_params_hvp(w.p, w.L, NULL, d));
    REFUSED(w, wg_params_hvp(w.p, w.L, d, NULL));
    for (int i = 0; i < 4; i++) {
        wg_node b = bad[i];
        if (i != 1) {
            REFUSED(w, wg_backward(b, w.p));
            REFUSED(w, wg_backward_add(b, w.p));
            REFUSED(w, wg_params_hvp(w.p, b, d, d));
        }
        REFUSED(w, wg_grad(w.L, b));
        REFUSED(w, wg_grad(b, w.x));
        REFUSED(w, wg_grads(w.L, &b, 1, out));
        REFUSED(w, wg_grads(b, &w.x, 1, out));
        if (i < 3) REFUSED(w, wg_vjp(w.L, b, &w.x, 1, out));
        REFUSED(w, wg_vjp(b, w.m, &w.x, 1, out));
        REFUSED(w, wg_jvp(w.L, &b, &w.x, 1));
        REFUSED(w, wg_jvp(b, &w.x, &w.x, 1));
        if (i < 3) REFUSED(w, wg_jvp(w.L, &w.x, &b, 1));
        REFUSED(w, wg_hvp(w.L, &b, &w.x, 1, out));
        REFUSED(w, wg_hvp(b, &w.x, &w.x, 1, out));
        REFUSED(w, wg_jacobian(w.L, b));
        REFUSED(w, wg_jacobian(b, w.x));
        REFUSED(w, wg_hessian(w.L, w.x, b));
        REFUSED(w, wg_custom_vjp(b, &w.x, 1, NULL));
    }
    REFUSED(w, wg_grads(w.L, NULL, 1, out));
    REFUSED(w, wg_grads(w.L, &w.x, 1, NULL));
    REFUSED(w, wg_jvp(w.L, NULL, &w.x, 1));
    REFUSED(w, wg_jvp(w.L, &w.x, NULL, 1));
    REFUSED(w, wg_hvp(w.L, &w.x, &w.x, 1, NULL));
    REFUSED(w, wg_custom_vjp(w.x, NULL, 1, NULL));
    LOST(w, cr_expect_eq(wg_backward(wg_none, NULL), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_backward_add(wg_number(1), NULL), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_params_hvp(NULL, wg_none, d, d), WG_ERROR_USE));
    LOST(w, cr_expect(wg_is_none(wg_grad(wg_none, wg_none))));
    LOST(w, cr_expect(wg_is_none(wg_jvp(wg_none, NULL, NULL, 0))));
    const wg_node nothing = wg_none;
    wg_grad(nothing, w.x);
    wgt_expect_error(w.c, WG_ERROR_USE, "nothing is wg_none");
    cr_expect_eq(wg_failed(w.c), WG_OK);
    wgt_finish(w.c, NULL);
}

Test(misuse, of_parameters_and_optimizers)
{
    world w = open_world();
    double d[6] = { 0 };
    REFUSED(w, wg_params_in(w.p, NULL));
    REFUSED(w, wg_params_in(w.p, "a b"));
    REFUSED(w, wg_params_item(w.p, "none"));
    REFUSED(w, wg_params_item(w.p, NULL));
    REFUSED(w, wg_params_assign(w.p, NULL, d, 1));
    REFUSED(w, wg_params_assign(w.p, "w", d, 5));
    REFUSED(w, wg_params_assign(w.p, "w", NULL, 6));
    REFUSED(w, wg_params_assign_tensor(w.p, NULL, wg_view_f64(d, WG_SHAPE(1))));
    REFUSED(w, wg_params_assign_tensor(w.p, "w", wg_view_f64(d, WG_SHAPE(5))));
    REFUSED(w, wg_params_assign_tensor(w.p, "w", wg_view_f64(NULL, wg_params_tensor(w.p, 0).shape)));
    REFUSED(w, wg_params_assign_tensor(w.p, "w", (wg_tensor){ .shape = wg_params_tensor(w.p, 0).shape }));
    REFUSED(w, wg_params_make(w.p, NULL, wg_view_f64(d, WG_SHAPE(2)), false));
    REFUSED(w, wg_params_make(w.p, "n", ((wg_tensor){ 0 }), false));
    REFUSED(w, wg_params_get(w.p, NULL));
    REFUSED(w, wg_params_set(w.p, NULL));
    REFUSED(w, wg_params_get_grad(w.p, d));
    REFUSED(w, wg_params_grad_norm(w.p));
    REFUSED(w, wg_params_save(w.p, NULL));
    REFUSED(w, wg_params_save(w.p, "/no/such/folder/a.safetensors"));
    REFUSED(w, wg_params_load(w.p, "/no/such/file"));
    REFUSED(w, wg_params_read(w.p, NULL));
    REFUSED(w, wg_optim_step(w.o));
    REFUSED(w, wg_optim_set_lr(w.o, -1));
    REFUSED(w, wg_optim_clip_norm(w.o, NAN));
    REFUSED(w, wg_adam(w.p, NULL));
    wg_optim_free(w.o);
    REFUSED(w, wg_sgd(w.p, &(wg_sgd_opts){ .lr = -1 }));
    REFUSED(w, wg_adam(w.p, &(wg_adam_opts){ .beta1 = 1 }));
    REFUSED(w, wg_momentum(w.p, &(wg_momentum_opts){ .beta = 2 }));
    REFUSED(w, wg_rmsprop(w.p, &(wg_rmsprop_opts){ .rho = NAN }));
    LOST(w, cr_expect_null(wg_adam(NULL, NULL)));
    LOST(w, cr_expect_eq(wg_optim_step(NULL), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_params_get(NULL, d), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_params_set(NULL, d), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_params_assign(NULL, "w", d, 1), WG_ERROR_USE));
    LOST(w, cr_expect_eq(wg_params_assign_tensor(NULL, "w", wg_view_f64(d, WG_SHAPE(1))), WG_ERROR_USE));
    LOST(w, cr_expect(isnan(wg_optim_clip_norm(NULL, 1))));
    LOST(w, cr_expect(isnan(wg_params_item(NULL, "w"))));
    LOST(w, cr_expect_neq(wg_params_load(NULL, "a"), WG_OK));
    LOST(w, cr_expect_neq(wg_params_save(NULL, "a"), WG_OK));
    LOST(w, wg_optim_set_lr(NULL, 1));
    wg_optim_free(NULL);
    wg_params_free(NULL);
    wgt_finish(w.c, NULL);
}

Test(misuse, of_data_files_and_tools)
{
    world w = open_world();
    wg_tensor none = { 0 };
    wg_data *d = wg_data_xor(w.c, 20), *e = wg_data_xor(w.c, 20);
    wg_batch b;
    cr_assert_eq(wg_failed(w.c), WG_OK);
    REFUSED(w, wg_data_from(w.c, none, none));
    REFUSED(w, wg_data_flower(w.c, -1));
    REFUSED(w, wg_data_moons(w.c, -1));
    REFUSED(w, wg_data_xor(w.c, -1));
    REFUSED(w, wg_data_idx(w.c, NULL, NULL));
    REFUSED(w, wg_data_mnist(w.c, NULL, WG_TRAIN));
    REFUSED(w, wg_data_split(d, 2));
    REFUSED(w, wg_data_next(d, &b, 0));
    REFUSED(w, wg_data_next(d, NULL, 1));
    wg_data_normalise(d, "x");
    REFUSED(w, wg_data_normalise(d, "x"));
    REFUSED(w, wg_data_normalise_like(d, e));
    REFUSED(w, wg_npy_read(w.c, NULL));
    REFUSED(w, wg_npy_read(w.c, "/no/such/file"));
    REFUSED(w, wg_npy_write(w.c, "a.npy", none));
    REFUSED(w, wg_idx_read(w.c, "/no/such/file"));
    LOST(w, wg_data_next(NULL, &b, 1));
    LOST(w, wg_data_split(NULL, 0.5));
    LOST(w, wg_data_normalise(NULL, "x"));
    LOST(w, wg_data_normalise_like(NULL, e));
    LOST(w, wg_data_normalise_like(e, NULL));
    wg_node bad[] = { w.old, wg_none, wg_number(2) };
    for (int i = 0; i < 3; i++) {
        wg_plan *plan = wg_plan_look(bad[i], NULL);
        cr_expect_null(plan);
        cr_expect_neq(wg_draw(bad[i], "/dev/null", NULL), WG_OK);
        cr_expect_null(wg_draw_dot(bad[i], NULL));
        wg_recover(w.c);
        wg_check *r = wg_gradcheck(bad[i], w.p, NULL);
        cr_expect_neq(wg_check_exit(r), 0);
        wg_check_free(r);
        wg_recover(w.c);
        cr_expect_not(wg_node_ok(wg_replay(bad[i], w.other, NULL)));
        cr_expect(wg_failed(w.c));
        wg_recover(w.c);
    }
    REFUSED(w, wg_draw(w.old, "/dev/null", NULL));
    REFUSED(w, wg_plan_look(w.old, NULL));
    wg_program *q = wg_program_text(w.c, "a.wg", "y = 1 + 2");
    cr_expect_neq(wg_program_build(q, NULL, w.p, WG_EVAL), WG_OK);
    wgt_expect_error(w.c, WG_ERROR_USE, "a.wg: the graph to build with is NULL");
    cr_expect_neq(wg_program_build(q, w.g, NULL, WG_EVAL), WG_OK);
    wgt_expect_error(w.c, WG_ERROR_USE, "a.wg: the parameter set to build with is NULL");
    wgt_finish(w.c, NULL);
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
    cr_expect_eq(number_of(wg_neg(wg_number(2))), -2);
    cr_expect_eq(number_of(wg_square(wg_number(3))), 9);
    cr_expect_eq(number_of(wg_relu(wg_number(-3))), 0);
    cr_expect(wgt_relative(number_of(wg_sigmoid(wg_number(0.7))), WGT_NEAREST(1 / (1 + exp(-0.7)))) < 1e-15);
    cr_expect(wgt_relative(number_of(wg_softplus(wg_number(0.7))), WGT_NEAREST(log1p(exp(0.7)))) < 1e-15);
}

Test(misuse, a_number_made_of_numbers_stands_beside_a_node_as_any_other)
{
    world w = open_world();
    int64_t before = wg_graph_nodes(w.g);
    wg_node three = wg_add(1, 2);
    cr_expect_eq(wg_graph_nodes(w.g), before);
    cr_expect_eq(wg_item(wg_sum(wg_mul(w.x, three))), 63);
    cr_expect_eq(wg_node_dtype(wg_mul(w.x, three)), WG_F32);
    wgt_finish(w.c, NULL);
}
