/* test_average.c: running averages of parameters. */
#include <math.h>

#include "wgtest.h"

static void set(const wgt_world *u, const char *name, double v)
{
    if (wg_params_find(u->p, name) < 0) {
        double two[2] = { v, -v };
        if (strstr(name, "state")) wg_state(u->g, u->p, name, WG_SHAPE(2), wg_values(two));
        else wg_param(u->g, u->p, name, WG_SHAPE(2), wg_values(two));
    } else wg_params_assign(u->p, name, ((double[]){ v, -v }), 2);
}

static double get(const wgt_world *u, const char *name)
{
    wg_tensor t = wg_params_tensor(u->p, wg_params_find(u->p, name));
    cr_assert_eq(wg_tensor_item(&t, 1), -wg_tensor_item(&t, 0));
    return wg_tensor_item(&t, 0);
}

static void values_are(const wgt_world *u, const char *name, double want)
{
    cr_assert_eq(wg_failed(u->c), WG_OK, "%s", wg_message(u->c));
    cr_assert_eq(get(u, name), want, "%s is %.17g, not %.17g", name, get(u, name), want);
}

Test(averages, exponential)
{
    for (int i = 0; i < 2; i++) {
        wgt_world u = wgt_world_new(NULL, i ? WG_F32 : WG_F64, NULL);
        wg_average *a = wg_average_new(u.p, .decay = 0.75);
        const double w[] = { 4, 8, -4, 1 };
        for (int k = 0; k < 4; k++) set(&u, "w", w[k]), wg_average_step(a);
        /* 4, then 4 + 4/4, then 5 - 9/4, then 2.75 - 1.75/4 */
        wg_average_use(a, true);
        values_are(&u, "w", 2.3125);
        wg_average_use(a, true); /* they are in use already */
        values_are(&u, "w", 2.3125);
        wg_average_use(a, false);
        values_are(&u, "w", 1);
        wg_average_use(a, false);
        values_are(&u, "w", 1);
        wgt_finish(u.c, NULL);
    }
}

/* States too. Parameters of later steps begin with their first values. Other sets have no part in it. */
Test(averages, equal_weights)
{
    wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_average *a = wg_average_new(wg_params_in(u.p, "in")), *b = wg_average_new(wg_params_in(u.p, "out"));
    set(&u, "out.w", 1);
    wg_average_step(b);
    for (int k = 1; k <= 4; k++) {
        set(&u, "in.w", k * k);
        set(&u, "in.state", k);
        if (k == 4) set(&u, "in.late", 16);
        set(&u, "out.w", k);
        wg_average_step(a);
    }
    wg_average_use(a, true);
    values_are(&u, "in.w", 7.5);
    values_are(&u, "in.state", 2.5);
    values_are(&u, "in.late", 16);
    values_are(&u, "out.w", 4);
    wg_average_use(b, true);
    values_are(&u, "out.w", 1);
    wg_average_use(a, false);
    values_are(&u, "in.w", 16);
    values_are(&u, "out.w", 1);
    wg_average_use(b, false);
    values_are(&u, "out.w", 4);
    values_are(&u, "in.state", 4);
    set(&u, "in.late", 6);
    wg_average_step(a);
    wg_average_use(a, true);
    values_are(&u, "in.late", 14); /* by the fifth part, as all */
    wgt_finish(u.c, NULL);
}

/* The own values come back to the bit, and the averages are kept in double. */
Test(averages, own_values_come_back)
{
    wgt_world u = wgt_world_new(NULL, WG_F32, NULL);
    wg_average *a = wg_average_new(u.p, .decay = 0.999);
    for (int k = 0; k < 1000; k++) set(&u, "w", 1 + k * 0x1p-20), wg_average_step(a);
    const double own = get(&u, "w");
    double want = 1;
    for (int k = 1; k < 1000; k++) want = 0.999 * want + 0.001 * (1 + k * 0x1p-20);
    for (int k = 0; k < 3; k++) {
        wg_average_use(a, true);
        cr_assert(fabs(get(&u, "w") - want) <= 0x1p-24);
        wg_average_use(a, false);
        values_are(&u, "w", own);
    }
    wgt_finish(u.c, NULL);
}

Test(averages, mistakes_are_named)
{
    wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    cr_assert_null(wg_average_new(u.p, .decay = 1));
    wgt_expect_error(u.c, WG_ERROR_VALUE, "average_new: decay 1: must be in [0, 1)");
    cr_assert_null(wg_average_new(NULL));
    wg_average *a = wg_average_new(u.p), *b = wg_average_new(wg_params_in(u.p, "w"));
    set(&u, "w.x", 2);
    wg_average_use(a, true);
    wgt_expect_error(u.c, WG_ERROR_USE, "average_use: there are no averages before wg_average_step");
    wg_average_step(a), wg_average_step(b);
    wg_average_use(a, true);
    WGT_REFUSED(u.c, USE, "average_use: other averages of the set are in use", wg_average_use(b, true));
    wg_average_step(a);
    wgt_expect_error(u.c, WG_ERROR_USE, "average_step: the parameters have the averages as their values");
    set(&u, "w.x", 7);
    WGT_REFUSED(u.c, USE, "parameters were changed while the averages were in use", wg_average_use(a, false));
    values_are(&u, "w.x", 2);
    wg_average_free(a), wg_average_free(b), wg_average_free(NULL);
    cr_assert_eq(wg_average_step(NULL), WG_ERROR_USE);
    wgt_expect_error(u.c, WG_ERROR_USE, "average_step: the average is NULL");
    wgt_finish(u.c, NULL);
}
