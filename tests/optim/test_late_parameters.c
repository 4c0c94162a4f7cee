/* test_late_parameters.c: the bias correction of Adam and its relatives counts the steps of a parameter, not
 * those of the set. */
#include "wgfiles.h"

/* ---- a parameter that is first reached late ---- */

enum { LATE = 101, AFTER = 5 };

static const char *const kinds[] = { "adam", "adamw", "adamax", "nadam" };
static wg_optim *make(wg_params *p, const char *kind)
{
    return wg_optim_named(p, kind, &(wg_optim_setting){ "lr", 0.1 }, 1);
}

/* The values of "b" at its first steps. The gradient of both is 1 (or t, to tell steps apart); b is reached
 * from step `from` on. */
static void steps_of_b(wg_context *c, const char *kind, int from, double b[AFTER])
{
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = make(p, kind);
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

Test(late_parameters, take_the_steps_that_they_would_have_taken_from_the_start)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double first[AFTER], late[AFTER];
        steps_of_b(c, kinds[i], 1, first);
        steps_of_b(c, kinds[i], LATE, late);
        for (int k = 0; k < AFTER; k++) cr_expect_eq(first[k], late[k], "%s, step %d", kinds[i], k + 1);
    }
    wgt_finish(c, NULL);
}

/* With a gradient of 1 the moments are 1 once their bias is corrected: every step is lr. */
Test(late_parameters, of_adam_move_by_the_rate_at_a_constant_gradient)
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = make(p, "adam");
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
static void train_late(const char *kind, const char *path, double out[2])
{
    WGT_WORLD(WG_F64, NULL);
    wg_optim *o = make(p, kind);
    for (int t = 1; t <= 12; t++) {
        wg_begin(g, WG_TRAIN);
        wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_zeros()),
                b = wg_param(g, p, "b", WG_SCALAR, wg_zeros());
        wg_backward(t > 5 && t != 9 ? wg_add(wg_square(wg_add(a, t)), wg_mul(b, t)) : wg_mul(a, t), p);
        wg_optim_step(o);
        if (!path || (t != 4 && t != 8)) continue;
        cr_expect_eq(wg_save(c, path), WG_OK);
        wgt_finish(c, NULL);
        c = wgt_start(NULL, WG_F64, NULL), p = wg_params_new(c), g = wg_graph_new(c), o = make(p, kind);
        cr_expect(wg_resume(c, path));
    }
    wg_params_get(p, out);
    wgt_finish(c, NULL);
}

Test(late_parameters, are_resumed_with_the_same_bits, .init = wgt_make_folder, .fini = wgt_remove_folder)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double whole[2], parts[2];
        train_late(kinds[i], NULL, whole);
        train_late(kinds[i], wgt_in_folder("training"), parts);
        cr_expect_eq(whole[0], parts[0], "%s", kinds[i]);
        cr_expect_eq(whole[1], parts[1], "%s", kinds[i]);
    }
}
