/* test_groups.c: options of optimizers by pattern; clipping by value; optimizers that share memory.
 * Numbers are exact in binary, so expectations are exact. */
#include <fnmatch.h>
#include <math.h>

#include "wgtest.h"

static const char *const names[] = { "enc.fc1.W", "enc.fc1.b", "enc.fc2.W", "dec.W", "dec.b" };
enum { NAMES = sizeof names / sizeof *names };

/* All parameters are 2 at first, and all gradients 1. */
static void backward(const wgt_world *u)
{
    wg_node L = wg_scalar(u->g, 0);
    wg_begin(u->g, WG_TRAIN);
    for (int i = 0; i < NAMES; i++) {
        wg_shape s = names[i][strlen(names[i]) - 1] == 'W' ? WG_SHAPE(2, 3) : WG_SHAPE(3);
        wg_node w = wg_sum(wg_param(u->g, u->p, names[i], s, wg_const(2)));
        L = i ? wg_add(L, w) : w;
    }
    wg_backward(L, u->p);
}

static void step(const wgt_world *u, wg_optim *o)
{
    backward(u);
    wg_optim_step(o);
}

static double value(const wgt_world *u, int i)
{
    wg_tensor t = wg_params_tensor(u->p, wg_params_find(u->p, names[i]));
    double first = wg_tensor_item(&t, 0);
    for (int64_t k = 1; k < wg_shape_size(t.shape); k++) cr_assert_eq(wg_tensor_item(&t, k), first);
    return first;
}

static void values_are(const wgt_world *u, const double want[NAMES])
{
    cr_assert_eq(wg_failed(u->c), WG_OK, "%s", wg_message(u->c));
    for (int i = 0; i < NAMES; i++)
        cr_assert_eq(value(u, i), want[i], "%s is %g, not %g", names[i], value(u, i), want[i]);
}

Test(groups, rates_and_decay_by_pattern)
{
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F32, NULL);
    wg_optim *o = wg_sgd(u.p, .lr = 0.5, .weight_decay = 0.5, .decay_all = true);
    wg_optim_group(o, "*.b", .decay = false);
    wg_optim_group(o, "enc.*", .lr_scale = 0.5);
    wg_optim_group(o, "enc.fc?.W", .weight_decay = 1);
    wg_optim_group(o, "*2*", .lr = 0.125);
    step(&u, o);
    const double first[] = { 2 - 0.25 * 2 - 0.25, 2 - 0.25, 2 - 0.125 * 2 - 0.125, 2 - 0.25 * 2 - 0.5,
                             2 - 0.5 };
    values_are(&u, first);
    wg_optim_set_lr(o, 1); /* counts for all but the group with a rate of its own */
    step(&u, o);
    const double second[] = { first[0] - 0.5 * first[0] - 0.5, first[1] - 0.5,
                              first[2] - 0.125 * first[2] - 0.125, first[3] - 0.5 * first[3] - 1,
                              first[4] - 1 };
    values_are(&u, second);
}

/* The last group that says something counts, field by field; a written 0 is 0. */
Test(groups, the_last_one_counts)
{
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_optim *o = wg_sgd(u.p, .lr = 0.5, .weight_decay = 0.5);
    wg_optim_group(o, "*", .lr = 0.25, .weight_decay = 1, .l1 = 2);
    wg_optim_group(o, "enc.*", .lr_scale = 1, .decay = false);
    wg_optim_group(o, "*.fc2.*", .lr = 0, .weight_decay = 1);
    step(&u, o);
    const double dec = 2 - 0.25 * 2 - 0.25 - 0.25 * 2;
    values_are(&u, (double[]){ 1.5, 1.5, 2, dec, dec });
}

/* What all groups of a random list say of a parameter that is 2, with the gradient 1, and its value after a
 * step. */
typedef struct said {
    double lr, decay, l1;
} said;

static void say(wgt_random *r, wg_optim *o, said k[NAMES])
{
    static const char *const patterns[] = { "*", "*.b", "enc.*", "*2*", "enc.fc?.W" };
    const char *pattern = patterns[wgt_below(r, 5)];
    wg_group_opts g = WG_OPTS(wg_group_opts);
    const uint64_t what = wgt_below(r, 32);
    if (what & 1) g.lr = (double)wgt_below(r, 4) / 8;
    else if (what & 2) g.lr_scale = (double)wgt_below(r, 4) / 4;
    if (what & 4) g.weight_decay = (double)wgt_below(r, 4) / 4;
    if (what & 8) g.l1 = (double)wgt_below(r, 4) / 4;
    g.decay = !(what & 16);
    wg_optim_group_at(WG_HERE, o, pattern, &g);
    for (int i = 0; i < NAMES; i++) {
        if (fnmatch(pattern, names[i], 0) != 0) continue;
        if (!g.decay) k[i].decay = k[i].l1 = 0;
        if (g.lr != WG_AUTO) k[i].lr = g.lr;
        if (g.lr_scale != WG_AUTO) k[i].lr = 0.5 * g.lr_scale;
        if (g.weight_decay != WG_AUTO) k[i].decay = g.weight_decay;
        if (g.l1 != WG_AUTO) k[i].l1 = g.l1;
    }
}

Test(groups, that_say_the_same_again_keep_their_order)
{
    wgt_random r = { wgt_seed() };
    for (int run = 0; run < 300; run++) {
        WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
        wg_optim *o = wg_sgd(u.p, .lr = 0.5, .weight_decay = 0.5, .l1 = 0.25, .decay_all = run % 2);
        said k[NAMES];
        double want[NAMES];
        for (int i = 0; i < NAMES; i++) /* without decay_all biases do not decay */
            k[i] = run % 2 || strchr(names[i], 'W') ? (said){ 0.5, 0.5, 0.25 } : (said){ .lr = 0.5 };
        for (int i = 0; i < 12; i++) say(&r, o, k);
        step(&u, o);
        for (int i = 0; i < NAMES; i++) {
            const double w = 2 * (1 - k[i].lr * k[i].decay) - k[i].lr;
            want[i] = copysign(fmax(fabs(w) - k[i].lr * k[i].l1, 0), w);
        }
        values_are(&u, want);
    }
}

Test(groups, an_option_counts_from_the_next_step_on)
{
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, &WG_OPTS(wg_start_opts, .interpret = -1));
    wg_optim *o = wg_sgd(u.p, .lr = 0.25, .decay_all = true);
    double w = 2;
    for (int k = 0; k < 8; k++) {
        wgx_optim_set_option(o, "weight_decay", k % 2);
        step(&u, o);
        w = w * (1 - 0.25 * (k % 2)) - 0.25;
        values_are(&u, (double[]){ w, w, w, w, w });
    }
}

Test(groups, coupled_decay_of_a_group)
{
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_optim *o = wg_momentum(u.p, .lr = 0.5, .beta = 0.5, .classical = true, .coupled = true);
    wg_optim_group(o, "dec.?", .weight_decay = 0.25);
    step(&u, o); /* m = 1, or 1 + 0.25 2 */
    values_are(&u, (double[]){ 1.5, 1.5, 1.5, 1.25, 1.25 });
    step(&u, o); /* m = 0.5 + 1, or 0.75 + 1 + 0.25 1.25 */
    const double dec = 1.25 - 0.5 * (0.75 + 1 + 0.3125);
    values_are(&u, (double[]){ 0.75, 0.75, 0.75, dec, dec });
}

Test(groups, names_in_a_part_of_a_set_are_without_its_prefix)
{
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_optim *o = wg_sgd(wg_params_in(u.p, "enc"), .lr = 0.5);
    wg_optim_group(o, "fc1.*", .lr_scale = 0.5);
    step(&u, o);
    values_are(&u, (double[]){ 1.75, 1.75, 1.5, 2, 2 });
    wg_optim_group(o, "enc.*", .lr_scale = 0.5);
    backward(&u);
    WGT_REFUSED(u.c, USE, "test_groups.c", wg_optim_step(o));
    values_are(&u, (double[]){ 1.75, 1.75, 1.5, 2, 2 });
}

Test(groups, mistakes_are_named)
{
    WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
    wg_optim *o = wg_sgd(u.p);
    wg_optim_group(o, "*", .lr = -1);
    wgt_expect_error(u.c, WG_ERROR_VALUE, "optim_group: lr -1: must be");
    wg_optim_group(o, "*", .l1 = NAN);
    wgt_expect_error(u.c, WG_ERROR_VALUE, "optim_group: l1 nan: must be");
    WGT_REFUSED(u.c, USE, "optim_group: no pattern", wg_optim_group(o, NULL, .lr = 1));
    WGT_REFUSED(u.c, USE, "optim_group: the options are NULL: write WG_OPTS(wg_group_opts, ...)",
                wg_optim_group_at(WG_HERE, o, "*", NULL));
    cr_assert_eq(wg_optim_group(NULL, "*", .lr = 1), WG_ERROR_USE);
    wgt_expect_error(u.c, WG_ERROR_USE, "optim_group: the optimizer is NULL");
    wg_optim_group(o, "enc.*.B", .decay = false);
    wg_state(u.g, u.p, "enc.fc1.B", WG_SCALAR, wg_zeros()); /* not of an optimizer */
    backward(&u);
    WGT_REFUSED(u.c, USE, "optim_group: no parameter matches \"enc.*.B\"", wg_optim_step(o));
}

/* ---- clipping by value ---- */

Test(groups, clip_by_value)
{
    for (int i = 0; i < 2; i++) {
        WGT_ENDS wgt_world u = wgt_world_new(NULL, i ? WG_F32 : WG_F64, NULL);
        wg_optim *o = wg_sgd(wg_params_in(u.p, "a"), .lr = 1);
        const double slope[] = { 3, -3, 0.5, -0.5 };
        wg_node a = wg_param(u.g, u.p, "a.w", WG_SHAPE(4), wg_zeros());
        wg_node b = wg_param(u.g, u.p, "b", WG_SCALAR, wg_zeros());
        wg_node x = wg_cast(wg_input(u.g, "x", wg_view_f64(slope, WG_SHAPE(4))), i ? WG_F32 : WG_F64);
        WGT_REFUSED(u.c, USE, "optim_clip_value: there are no gradients", wg_optim_clip_value(o, 1));
        wg_backward(wg_add(wg_sum(wg_mul(a, x)), wg_mul(7, b)), u.p);
        WGT_REFUSED(u.c, VALUE, "optim_clip_value: max -1", wg_optim_clip_value(o, -1));
        WGT_REFUSED(u.c, VALUE, "optim_clip_value: max nan", wg_optim_clip_value(o, NAN));
        WGT_REFUSED(u.c, VALUE, "optim_clip_norm: max_norm nan", wg_optim_clip_norm(o, NAN));
        cr_assert_eq(wg_optim_clip_value(o, 1), WG_OK);
        double g[5], want[] = { 1, -1, 0.5, -0.5, 7 }; /* b is not the optimizer's */
        wg_params_get_grad(u.p, g);
        for (int k = 0; k < 5; k++) cr_assert_eq(g[k], want[k]);
        wg_tensor t = wg_params_grad(u.p, 0);
        if (i) ((float *)t.data)[2] = NAN;
        else ((double *)t.data)[2] = NAN;
        wg_optim_clip_value(o, 1);
        WGT_REFUSED(u.c, VALUE, "the gradient of a.w [4] is 1 nan of 4", wg_optim_step(o));
    }
}

/* ---- optimizers of one kind with different options ---- */

/* Their parameters are neighbours in memory, and their moments lie in the same arrays. */
Test(groups, an_optimizer_uses_only_its_own_moments)
{
    double got[2][2];
    for (int both = 0; both < 2; both++) {
        WGT_ENDS wgt_world u = wgt_world_new(NULL, WG_F64, NULL);
        wg_optim *a = wg_rmsprop(wg_params_in(u.p, "a"), .rho = 0.5);
        wg_optim *b =
            both ? wg_rmsprop(wg_params_in(u.p, "b"), .rho = 0.5, .centered = true, .momentum = 0.5) : NULL;
        for (int t = 0; t < 3; t++) {
            wg_begin(u.g, WG_TRAIN);
            wg_node x = wg_param(u.g, u.p, "a.w", WG_SCALAR, wg_const(2)),
                    y = wg_param(u.g, u.p, "b.w", WG_SCALAR, wg_const(2));
            wg_backward(wg_add(wg_square(x), wg_square(y)), u.p);
            if (b) wg_optim_step(b);
            wg_optim_step(a);
        }
        got[both][0] = wg_params_item(u.p, "a.w");
        got[both][1] = wg_params_item(u.p, "b.w");
    }
    cr_assert_eq(got[0][0], got[1][0]);
    cr_assert_neq(got[1][1], 2);
}
