/* test_late_parameters.c: the bias correction of Adam and its relatives counts the steps of a parameter, not
 * those of the set. */
#include "wgfiles.h"

/* ---- a parameter that is first reached late ---- */

enum { LATE = 101, AFTER = 5 };

/* The values of "b" at its first steps. The gradient of both is 1 (or t, to tell steps apart); b is reached
 * from step `from` on. */
static void steps_of_b(wg_context *c, wg_optim *(*make)(wg_params *p), int from, double b[AFTER])
{
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = make(p);
    for (int t = 1; t < from + AFTER; t++) {
        wg_begin(g, WG_TRAIN);
        wg_node loss = wg_param(g, p, "a", WG_SHAPE(3), wg_zeros()),
                late = wg_param(g, p, "b", WG_SHAPE(3), wg_zeros());
        if (t >= from) loss = wg_add(loss, wg_mul(late, t - from + 1));
        wg_backward(wg_sum(loss), p);
        wg_optim_step(o);
        double all[6];
        wg_params_get(p, all);
        if (t >= from) b[t - from] = all[5];
    }
}

static wg_optim *adam_of(wg_params *p) { return wg_adam(p, &(wg_adam_opts){ .lr = 0.1 }); }
static wg_optim *adamw_of(wg_params *p) { return wg_adamw(p, &(wg_adamw_opts){ .lr = 0.1 }); }
static wg_optim *adamax_of(wg_params *p) { return wg_adamax(p, &(wg_adamax_opts){ .lr = 0.1 }); }
static wg_optim *nadam_of(wg_params *p) { return wg_nadam(p, &(wg_nadam_opts){ .lr = 0.1 }); }
static wg_optim *(*const makes[])(wg_params *) = { adam_of, adamw_of, adamax_of, nadam_of };

Test(late_parameters, take_the_steps_that_they_would_have_taken_from_the_start)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        double first[AFTER], late[AFTER];
        steps_of_b(c, makes[i], 1, first);
        steps_of_b(c, makes[i], LATE, late);
        for (int k = 0; k < AFTER; k++) cr_expect_eq(first[k], late[k], "optimizer %zu, step %d", i, k + 1);
    }
    wgt_finish(c, NULL);
}

/* With a gradient of 1 the moments are 1 once their bias is corrected: every step is lr. */
Test(late_parameters, of_adam_move_by_the_rate_at_a_constant_gradient)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = adam_of(p);
    double before = 0;
    for (int t = 1; t < LATE + 60; t++) {
        wg_begin(g, WG_TRAIN);
        wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_zeros());
        const bool reached = t >= LATE && t % 3 != 0; /* b misses every third step */
        wg_backward(reached ? wg_add(a, wg_param(g, p, "b", WG_SCALAR, wg_zeros())) : wg_mul(a, 1.0), p);
        wg_optim_step(o);
        if (!reached) continue;
        cr_expect_float_eq(wg_params_item(p, "b"), before - 0.1, 1e-7, "step %d", t);
        before = wg_params_item(p, "b");
    }
    wgt_finish(c, NULL);
}

/* A training that is saved and resumed between the steps goes on with the same bits. */
static void train_late(wg_optim *(*make)(wg_params *p), const char *path, double out[2])
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = make(p);
    for (int t = 1; t <= 12; t++) {
        wg_begin(g, WG_TRAIN);
        wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_zeros()),
                b = wg_param(g, p, "b", WG_SCALAR, wg_zeros());
        wg_backward(t > 5 && t != 9 ? wg_add(wg_square(wg_add(a, t)), wg_mul(b, t)) : wg_mul(a, t), p);
        wg_optim_step(o);
        if (!path || (t != 4 && t != 8)) continue;
        cr_expect_eq(wg_save(c, path), WG_OK);
        wgt_finish(c, NULL);
        c = wgt_start(NULL, WG_F64, NULL), p = wg_params_new(c), g = wg_graph_new(c), o = make(p);
        cr_expect(wg_resume(c, path));
    }
    wg_params_get(p, out);
    wgt_finish(c, NULL);
}

Test(late_parameters, are_resumed_with_the_same_bits, .init = wgt_make_folder, .fini = wgt_remove_folder)
{
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        double whole[2], parts[2];
        train_late(makes[i], NULL, whole);
        train_late(makes[i], wgt_in_folder("training"), parts);
        cr_expect_eq(whole[0], parts[0], "optimizer %zu", i);
        cr_expect_eq(whole[1], parts[1], "optimizer %zu", i);
    }
}
