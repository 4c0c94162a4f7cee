/* test_schedules.c: rates that change with the time, by their formulas and at their ends. */
#include <math.h>

#include "wgtest.h"

static void near(double is, double want)
{
    cr_assert(fabs(is - want) <= 1e-15 * fabs(want) + 1e-18, "%.17g, not %.17g", is, want);
}

Test(schedules, formulas)
{
    near(wg_lr_constant(0.1, 7), 0.1);
    near(wg_lr_inverse(0.2, 1, 0), 0.2);
    near(wg_lr_inverse(0.2, 1, 3), 0.05);
    near(wg_lr_exponential(0.5, 0.95, 0), 0.5);
    near(wg_lr_exponential(0.5, 0.95, 3), 0.5 * 0.95 * 0.95 * 0.95);
    near(wg_lr_root(0.3, 0), 0.3);
    near(wg_lr_root(0.3, 8), 0.1);
    for (int t = 0; t < 9; t++) near(wg_lr_staircase(0.8, 0.5, 3, t), t < 3 ? 0.8 : t < 6 ? 0.4 : 0.2);
}

Test(schedules, cosine)
{
    near(wg_lr_cosine(0.1, 0, 12), 0.1);
    near(wg_lr_cosine(0.1, 4, 12), 0.075); /* cos 60 degrees is a half */
    near(wg_lr_cosine(0.1, 6, 12), 0.05);
    near(wg_lr_cosine(0.1, 8, 12), 0.025);
    near(wg_lr_cosine(0.1, 12, 12), 0);
    near(wg_lr_cosine(0.1, 50, 12), 0);
}

Test(schedules, warm_up)
{
    near(wg_lr_warm_up(1, 0, 4), 0.25);
    near(wg_lr_warm_up(1, 2, 4), 0.75);
    near(wg_lr_warm_up(1, 3, 4), 1);
    near(wg_lr_warm_up(1, 9, 4), 1);
    near(wg_lr_warm_up(0.5, 0, 0), 0.5);
    near(wg_lr_warm_up(1, 1, 4) * wg_lr_cosine(0.1, 1, 2), 0.5 * 0.05);
}

/* 20 steps: the top is at step 0.3 20 - 1 = 5. */
Test(schedules, one_cycle)
{
    near(wg_lr_one_cycle(0.5, 0, 20), 0.02);
    near(wg_lr_one_cycle(0.5, 5, 20), 0.5);
    near(wg_lr_one_cycle(0.5, 12, 20), 2e-6 + (0.5 - 2e-6) / 2); /* half way down */
    near(wg_lr_one_cycle(0.5, 19, 20), 2e-6);
    near(wg_lr_one_cycle(0.5, 99, 20), 2e-6);
    for (int t = 1; t < 20; t++)
        cr_assert((wg_lr_one_cycle(1, t, 20) > wg_lr_one_cycle(1, t - 1, 20)) == (t <= 5), "step %d", t);
    for (int steps = 1; steps < 9; steps++)
        for (int t = 0; t < 10; t++) cr_assert(isfinite(wg_lr_one_cycle(1, t, steps)), "%d of %d", t, steps);
}

Test(schedules, without_a_meaning)
{
    cr_assert(isnan(wg_lr_staircase(1, 0.5, 0, 1)));
    cr_assert(isnan(wg_lr_cosine(1, 1, 0)));
    cr_assert(isnan(wg_lr_cosine(1, 1, NAN)));
    cr_assert(isnan(wg_lr_warm_up(1, 0, -1)));
    cr_assert(isnan(wg_lr_one_cycle(1, 0, -3)));
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_optim *o = wg_sgd(wg_params_new(c));
    WGT_REFUSED(c, VALUE, "optim_set_lr: lr nan", wg_optim_set_lr(o, wg_lr_cosine(1, 1, 0)));
    WGT_REFUSED(c, VALUE, "optim_set_lr: lr inf", wg_optim_set_lr(o, INFINITY));
    WGT_REFUSED(c, VALUE, "optim_set_lr: lr -0.5", wg_optim_set_lr(o, -0.5));
    wg_optim_set_lr(o, 0);
    cr_assert_eq(wg_failed(c), WG_OK);
}
