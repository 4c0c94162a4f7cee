/* test_optim.c: a step changes the parameters that have a gradient, and no others, whatever is beside them in
 * memory. All numbers are sums of a few powers of two, so that expectations are exact. */
#include <math.h>
#include <stdlib.h>

#include "wgtest.h"

typedef struct item {
    const char *name;
    wg_shape shape;
    int gradient; /* of each element; 0: the loss does not reach it */
} item;

/* On both sides of every size at which memory is divided. */
static const item items[] = {
    { "enc.a", { 1, { 7 } }, 1 },        { "enc.A", { 2, { 3, 5 } }, 2 },
    { "dec.b", { 0, { 0 } }, 3 },        { "enc.c", { 1, { 16 } }, 0 },
    { "enc.d", { 1, { 17 } }, 4 },       { "dec.E", { 2, { 129, 130 } }, 5 },
    { "enc.F", { 2, { 128, 128 } }, 6 }, { "dec.g", { 1, { 16383 } }, 7 },
    { "dec.h", { 1, { 300 } }, 8 },      { "enc.I", { 2, { 60, 60 } }, 0 },
    { "dec.J", { 2, { 0, 4 } }, 9 },     { "enc.k", { 1, { 40000 } }, 10 },
    { "dec.l", { 1, { 5 } }, 11 },       { "enc.M", { 2, { 90, 100 } }, 12 },
    { "dec.n", { 1, { 1 } }, 13 },
};
enum { ITEMS = sizeof items / sizeof *items };

static wg_node loss_of(wg_graph *g, wg_params *p)
{
    wg_node L = wg_scalar(g, 0);
    for (int i = 0; i < ITEMS; i++) {
        wg_node w = wg_param(g, p, items[i].name, items[i].shape, wg_const(2));
        if (i % 4 == 1) wg_state(g, p, i == 1 ? "s" : i == 5 ? "t" : "u", WG_SHAPE(9), wg_const(2));
        if (items[i].gradient) L = wg_add(L, wg_mul(items[i].gradient, wg_sum(w)));
    }
    return L;
}

static void all_are(const wg_params *p, const char *name, double value)
{
    wg_tensor t = wg_params_tensor(p, wg_params_find(p, name));
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) {
        double v = t.dtype == WG_F32 ? (double)((float *)t.data)[i] : ((double *)t.data)[i];
        cr_assert_eq(v, value, "%s[%lld] is %g, not %g", name, (long long)i, v, value);
    }
}

static void step(wg_dtype t, int threads, bool only_enc, bool decay_all)
{
    wg_start_opts o = WG_OPTS(wg_start_opts, .threads = threads);
    WGT_IN_WORLD(t, &o);
    wg_params *q = only_enc ? wg_params_in(p, "enc") : p;
    wg_optim *s = wg_sgd(q, .lr = 0.5, .weight_decay = 0.25, .decay_all = decay_all);
    wg_backward(loss_of(g, p), p);
    wg_optim_step(s);
    for (int i = 0; i < ITEMS; i++) {
        bool moves = items[i].gradient && (!only_enc || items[i].name[0] == 'e');
        double keep = decay_all || items[i].shape.rank >= 2 ? 0.875 : 1;
        all_are(p, items[i].name, moves ? 2 * keep - 0.5 * items[i].gradient : 2);
    }
    all_are(p, "s", 2), all_are(p, "t", 2), all_are(p, "u", 2);
}

Test(optim, moves_what_is_to_move)
{
    for (int i = 0; i < 16; i++) step(i & 1 ? WG_F32 : WG_F64, i & 2 ? 1 : 2, i & 4, i & 8);
}

/* Each parameter keeps its own moments: the closed form of two steps of momentum with constant gradients. */
Test(optim, moments_are_each_parameters_own)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_momentum(p, .lr = 0.5, .beta = 0.5, .classical = true);
    for (int k = 0; k < 2; k++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(loss_of(g, p), p);
        wg_optim_step(o);
    }
    for (int i = 0; i < ITEMS; i++) all_are(p, items[i].name, 2 - 0.5 * (1 + 1.5) * items[i].gradient);
    wg_optim_free(o);
    o = wg_momentum(p, .lr = 0.5, .beta = 0.5, .classical = true);
    wg_begin(g, WG_TRAIN);
    wg_backward(loss_of(g, p), p);
    wg_optim_step(o);
    for (int i = 0; i < ITEMS; i++) all_are(p, items[i].name, 2 - 0.5 * (1 + 1.5 + 1) * items[i].gradient);
}

/* A step for which there is no memory changes nothing. The next step with memory is the first. */
Test(optim, no_memory_for_a_step)
{
    WGT_IN_COUNTED(WG_F32, NULL);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2));
    wg_optim *s = wg_sgd(p, .lr = 0.5);
    wg_backward(wg_sum(w), p);
    m.fail_at = m.calls + 1;
    WGT_REFUSED(c, MEMORY, "no memory", wg_optim_step(s));
    all_are(p, "w", 2);
    m.fail_at = 0;
    wg_optim_step(s);
    all_are(p, "w", 1.5);
}

/* ---- several optimizers of one set ---- */

typedef struct pair {
    wg_context *c;
    wg_graph *g;
    wg_params *p, *enc, *dec;
    wg_node a, b; /* enc.a and dec.b, both 2 at first */
} pair;

static pair pair_start(void)
{
    pair t = { .c = wgt_start(NULL, WG_F64, NULL) };
    t.g = wg_graph_new(t.c);
    t.p = wg_params_new(t.c);
    t.enc = wg_params_in(t.p, "enc");
    t.dec = wg_params_in(t.p, "dec");
    t.a = wg_param(t.g, t.p, "enc.a", WG_SCALAR, wg_const(2));
    t.b = wg_param(t.g, t.p, "dec.b", WG_SCALAR, wg_const(2));
    return t;
}

/* A node whose gradient is `a` for enc.a and `b` for dec.b. */
static wg_node slopes(const pair *t, double a, double b) { return wg_add(wg_mul(a, t->a), wg_mul(b, t->b)); }

static void values_are(const pair *t, double a, double b)
{
    cr_assert_eq(wg_failed(t->c), WG_OK, "%s", wg_message(t->c));
    cr_assert_eq(wg_params_item(t->p, "enc.a"), a, "enc.a is %g, not %g", wg_params_item(t->p, "enc.a"), a);
    cr_assert_eq(wg_params_item(t->p, "dec.b"), b, "dec.b is %g, not %g", wg_params_item(t->p, "dec.b"), b);
}

Test(optim, two_of_disjoint_subsets_step_after_one_backward)
{
    for (int large = 0; large < 2; large++) {
        WGT_ENDS pair t = pair_start();
        wg_optim *e = wg_sgd(t.enc, .lr = 0.5);
        wg_optim *d = wg_momentum(t.dec, .lr = 0.25, .beta = 0.5, .classical = true);
        wg_node L = slopes(&t, 1, 1);
        if (large) /* each in a piece of memory of its own */
            for (int k = 0; k < 2; k++)
                L = wg_add(L,
                           wg_sum(wg_param(t.g, t.p, k ? "enc.A" : "dec.B", WG_SHAPE(20000), wg_const(2))));
        for (int k = 1; k <= 3; k++) {
            wg_backward(L, t.p);
            wg_optim_step(k & 1 ? e : d);
            wg_optim_step(k & 1 ? d : e);
            /* momentum: m is 1, 1.5, 1.75 */
            values_are(&t, 2 - 0.5 * k, 2 - 0.25 * (k == 1 ? 1 : k == 2 ? 2.5 : 4.25));
            if (large) all_are(t.p, "enc.A", 2 - 0.5 * k);
            if (large) all_are(t.p, "dec.B", 2 - 0.25 * (k == 1 ? 1 : k == 2 ? 2.5 : 4.25));
        }
    }
}

Test(optim, a_second_step_without_a_backward_is_refused_for_each_subset)
{
    WGT_ENDS pair t = pair_start();
    wg_optim *e = wg_sgd(t.enc, .lr = 0.5), *d = wg_sgd(t.dec, .lr = 0.5);
    WGT_REFUSED(t.c, USE, "there are no gradients", wg_optim_step(e));
    wg_backward(slopes(&t, 1, 1), t.p);
    wg_optim_step(e);
    WGT_REFUSED(t.c, USE, "the gradients were used by the step at", wg_optim_step(e));
    wg_optim_step(d);
    WGT_REFUSED(t.c, USE, "the gradients were used by the step at", wg_optim_step(d));
    values_are(&t, 1.5, 1.5);
    wg_backward(wg_mul(2, t.b), t.dec); /* gradients for one of them alone */
    WGT_REFUSED(t.c, USE, "the gradients were used by the step at", wg_optim_step(e));
    wg_optim_step(d);
    values_are(&t, 1.5, 0.5);
}

Test(optim, a_backward_of_a_subset_leaves_the_gradients_of_another)
{
    WGT_ENDS pair t = pair_start();
    wg_optim *e = wg_sgd(t.enc, .lr = 0.5), *d = wg_sgd(t.dec, .lr = 0.5);
    for (int k = 1; k <= 3; k++) {
        wg_begin(t.g, WG_TRAIN);
        t.a = wg_param(t.g, t.p, "enc.a", WG_SCALAR, wg_const(2));
        t.b = wg_param(t.g, t.p, "dec.b", WG_SCALAR, wg_const(2));
        wg_node L = slopes(&t, 1, 2), M = slopes(&t, 4, 8);
        wg_backward(L, t.enc);
        wg_backward(M, t.dec);
        wg_optim_step(e);
        wg_optim_step(d);
        values_are(&t, 2 - 0.5 * k, 2 - 4.0 * k);
    }
}

/* One optimizer of the whole set: what it has used of enc does not come again with a backward of dec. */
Test(optim, used_gradients_do_not_come_back)
{
    WGT_ENDS pair t = pair_start();
    wg_optim *o = wg_sgd(t.p, .lr = 0.5);
    wg_node L = slopes(&t, 1, 2);
    double a = 2, b = 2;
    for (int k = 0; k < 3; k++) {
        wg_backward(L, t.p);
        wg_optim_step(o);
        values_are(&t, a -= 0.5, b -= 1);
        for (int i = 0; i < 2; i++) {
            wg_backward(L, t.dec);
            wg_optim_step(o);
            values_are(&t, a, b -= 1);
        }
        wg_backward(L, t.dec);
        wg_backward(L, t.enc); /* both wait for one step */
        wg_optim_step(o);
        values_are(&t, a -= 0.5, b -= 1);
    }
}

Test(optim, adding_begins_from_zero_where_a_step_has_used_the_gradients)
{
    WGT_ENDS pair t = pair_start();
    wg_optim *e = wg_sgd(t.enc, .lr = 0.5), *d = wg_sgd(t.dec, .lr = 0.5);
    wg_node L = slopes(&t, 1, 1);
    wg_backward(L, t.p);
    wg_optim_step(e);
    wg_backward_add(L, t.p); /* enc 1, dec 2 */
    wg_backward_add(L, t.p); /* enc 2, dec 3 */
    wg_optim_step(e);
    wg_optim_step(d);
    values_are(&t, 2 - 0.5 - 1, 2 - 1.5);
    wg_backward_add(L, t.p);
    wg_optim_step(e);
    wg_optim_step(d);
    values_are(&t, 2 - 0.5 - 1 - 0.5, 2 - 1.5 - 0.5);
}

Test(optim, overlapping_sets_are_refused_by_the_name_of_a_parameter)
{
    WGT_ENDS pair t = pair_start();
    wg_params *layer = wg_params_in(t.enc, "l1"), *encoder = wg_params_in(t.p, "encoder");
    wg_optim *e = wg_sgd(t.enc);
    cr_assert_not_null(e);
    cr_assert_null(wg_adam(t.p));
    wgt_expect_error(t.c, WG_ERROR_USE, "test_optim.c");
    cr_assert_null(wg_adam(t.enc));
    wgt_expect_error(t.c, WG_ERROR_USE, "adam: enc.a has an optimizer already, sgd of ");
    cr_assert_null(wg_adam(layer));
    wgt_expect_error(t.c, WG_ERROR_USE, "the set has an optimizer already");
    wg_param(t.g, layer, "w", WG_SCALAR, wg_zeros());
    cr_assert_null(wg_adam(layer));
    wgt_expect_error(t.c, WG_ERROR_USE, "enc.l1.w has an optimizer already");
    cr_assert_not_null(wg_adam(encoder), "encoder is no part of enc");
    wg_optim_free(e);
    cr_assert_not_null(wg_adam(layer));
    cr_assert_null(wg_adam(t.enc));
    wgt_expect_error(t.c, WG_ERROR_USE, "enc.l1.w has an optimizer already");
}

Test(optim, what_one_keeps_between_steps_stays_when_the_other_is_freed)
{
    WGT_ENDS pair t = pair_start();
    wg_momentum_opts m = WG_OPTS(wg_momentum_opts, .lr = 0.5, .beta = 0.5, .classical = true);
    wg_optim *e = wg_momentum_at(WG_HERE, t.enc, &m), *d = wg_momentum_at(WG_HERE, t.dec, &m);
    wg_node L = slopes(&t, 1, 1);
    wg_backward(L, t.p), wg_optim_step(e), wg_optim_step(d);
    wg_optim_free(e);
    e = wg_momentum_at(WG_HERE, t.enc, &m);
    wg_backward(L, t.p), wg_optim_step(e), wg_optim_step(d);
    values_are(&t, 2 - 0.5 * (1 + 1), 2 - 0.5 * (1 + 1.5));
}

/* Failed gradients of one part are no gradients, and those of the other part stay. */
Test(optim, a_failed_backward_of_a_subset_is_no_backward_of_it)
{
    WGT_ENDS pair t = pair_start();
    wg_optim *e = wg_sgd(t.enc, .lr = 0.5), *d = wg_sgd(t.dec, .lr = 0.5);
    int32_t label = 7;
    wg_node bad = wg_softmax_cross_entropy(wg_mul(t.b, wg_fill(t.g, 1, WG_SHAPE(1, 2))),
                                           wg_input(t.g, "y", wg_view_i32(&label, WG_SHAPE(1))));
    wg_backward(slopes(&t, 1, 1), t.p);
    WGT_REFUSED(t.c, VALUE, "label out of range", wg_backward(bad, t.dec));
    WGT_REFUSED(t.c, USE, "there are no gradients", wg_optim_step(d));
    wg_optim_step(e);
    values_are(&t, 1.5, 2);
}

/* ---- gradients that are not finite ---- */

static float *gradient_of(wg_params *p, const char *name)
{
    return wg_params_grad(p, wg_params_find(p, name)).data;
}

Test(optim, clipping_refuses_a_norm_that_is_no_number)
{
    static const double bad[] = { NAN, INFINITY, -INFINITY };
    for (int i = 0; i < 3; i++) {
        WGT_IN_WORLD(WG_F32, NULL);
        wg_optim *o = wg_sgd(wg_params_in(p, "enc"));
        wg_backward(loss_of(g, p), p);
        gradient_of(p, "dec.b")[0] = NAN; /* this parameter is not the optimizer's */
        cr_assert(isfinite(wg_optim_clip_norm(o, 1)));
        float *A = gradient_of(p, "enc.A"), first = A[0];
        A[7] = (float)bad[i];
        cr_assert(!isfinite(wg_optim_clip_norm(o, 1e-3)));
        cr_assert_eq(A[0], first, "gradients are scaled");
        wgt_expect_error(c, WG_ERROR_VALUE,
                         i ? "the gradient of enc.A [3,5] is 1 inf of 15, the first at [1,2]"
                           : "the gradient of enc.A [3,5] is 1 nan of 15, the first at [1,2]");
    }
}

/* Each gradient is finite, their norm is not. */
Test(optim, clipping_says_when_the_norm_is_too_large)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_sgd(p);
    wg_backward(wg_mul(1.5e308, wg_sum(wg_param(g, p, "w", WG_SHAPE(2), wg_const(1)))), p);
    cr_assert(isinf(wg_optim_clip_norm(o, 1)));
    wgt_expect_error(c, WG_ERROR_VALUE, "the norm of the gradients exceeds");
}

/* The sum of w after a step whose gradient was clipped. Then NaN comes: in a gradient that is added, in one
 * that takes the place of the first, or by a user's hand. The step must see it. */
enum { SEES = 200000 };
typedef enum bad_way { NOT_AT_ALL, ADDED, ANEW, WRITTEN, WAYS } bad_way;

static double clipped_step(int threads, bad_way way, wg_dtype t)
{
    static double x[SEES];
    WGT_IN_WORLD(t, &WG_OPTS(wg_start_opts, .threads = threads));
    wg_optim *o = wg_sgd(p, .lr = 1);
    for (int i = 0; i < SEES; i++) x[i] = 1 + i % 3;
    wg_node w = wg_param(g, p, "w", WG_SHAPE(SEES), wg_const(1));
    wg_backward(wg_sum(wg_mul(w, wg_cast(wg_input(g, "x", wg_view_f64(x, WG_SHAPE(SEES))), t))), p);
    cr_assert(isfinite(wg_optim_clip_norm(o, 1)));
    if (way == ADDED) wg_backward_add(wg_sum(wg_sqrt(wg_mul(w, 0))), p);
    if (way == ANEW) wg_backward(wg_sum(wg_sqrt(wg_mul(w, 0))), p);
    if (way == WRITTEN && t == WG_F32) gradient_of(p, "w")[SEES / 2] = NAN;
    if (way == WRITTEN && t == WG_F64) ((double *)(void *)gradient_of(p, "w"))[SEES / 2] = NAN;
    if (way != NOT_AT_ALL) {
        WGT_REFUSED(c, VALUE, "the gradient of w", wg_optim_step(o));
    } else cr_assert_eq(wg_optim_step(o), WG_OK);
    const wg_tensor v = wg_params_tensor(p, 0);
    double sum = 0;
    for (int64_t i = 0; i < SEES; i++) sum += wg_tensor_item(&v, i);
    return sum;
}

/* One in f32 and f64: each of 200,000 numbers near 1 is rounded by at most 6e-8. A finite norm says that a
 * step need not look at its gradients; what comes after it does not stay unseen. */
Test(optim, a_gradient_that_came_after_clipping_is_seen)
{
    for (int way = 0; way < WAYS; way++) {
        const double one = clipped_step(1, way, WG_F32), two = clipped_step(2, way, WG_F32);
        const double f64 = clipped_step(2, way, WG_F64);
        cr_expect_eq(one, two, "%d", way);
        cr_expect(way ? one == SEES && f64 == SEES : fabs(one - f64) < 0.02 && one < SEES, "%d: %g %g", way,
                  one, f64);
    }
}

/* Nadam's rates have a factor of each step. */
Test(optim, of_steps_that_are_set_nothing_else_is_known)
{
    WGT_ENDS pair t = pair_start();
    wg_optim *o[2] = { wg_nadam(t.enc), wg_nadam(t.dec) };
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 2 && k == 2; i++) wgx_optim_set_steps(o[i], (int64_t[]){ 5 }, 1);
        if (k == 2) wg_params_assign(t.p, "enc.a", (double[]){ 2 }, 1);
        wg_backward(slopes(&t, 1, 1), t.p);
        wg_optim_step(o[0]);
    }
    wg_optim_step(o[1]);
    values_are(&t, wg_params_item(t.p, "dec.b"), wg_params_item(t.p, "dec.b"));
}

/* With a gradient of 1 every step of Adam is lr, whenever the parameter is made. */
Test(optim, the_steps_of_a_parameter_count_from_its_first)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_optim *o = wg_adam(p, .lr = 0.5);
    for (int k = 0; k < 5; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_param(g, p, "x", WG_SCALAR, wg_zeros());
        wg_backward(k < 3 ? x : wg_add(x, wg_param(g, p, "late", WG_SCALAR, wg_zeros())), p);
        wg_optim_step(o);
    }
    cr_expect_float_eq(wg_params_item(p, "x"), -2.5, 1e-6);
    cr_expect_float_eq(wg_params_item(p, "late"), -1, 1e-6);
}

Test(optim, a_mean_is_weighted)
{
    wg_mean m = { 0 };
    wg_mean_add(&m, 100, 0);
    /* (3 + 3 * 7) / 4: exact, however the test is rounded */
    wg_mean_add(&m, 3, 1), wg_mean_add(&m, 7, 3), wg_mean_add(&m, 100, 0);
    cr_expect(m.value == 6 && m.weight == 4, "%g of %g", m.value, m.weight);
}
