/* test_magnitudes.c: no gradient silences an optimizer. Each of them, with each of its options at another
 * value, takes a gradient of 1e-40 to 3e38 and then five of 1, in f32 and in f64: both end in the same place,
 * or f32 is an error that names the parameter and says what to do. */
#include <math.h>
#include <string.h>

#include "wengert/wengert.h"
#include "wgtest.h"

enum { STEPS = 6 };

typedef struct end {
    double w;
    char error[600]; /* "": there was none */
} end;

static end run(const char *kind, const wg_optim_setting *set, int n, wg_dtype t, double first, double rest)
{
    wg_context *c = wg_start(.dtype = t);
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = wg_optim_named(p, kind, set, n);
    end e = { .w = NAN };
    for (int k = 0; k < STEPS && !wg_failed(c); k++) {
        const double v = k ? rest : first;
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(1));
        wg_backward(wg_mul(w, wg_cast(wg_input(g, "q", wg_view_f64(&v, WG_SCALAR)), t)), p);
        wg_optim_step(o);
        e.w = wg_params_item(p, "w");
    }
    if (wg_failed(c)) snprintf(e.error, sizeof e.error, "%s", wg_message(c));
    wg_recover(c);
    wg_finish(c, NULL);
    return e;
}

static bool names(const char *error)
{
    return strstr(error, "w []") && ((strstr(error, "the gradient of w") && strstr(error, "Scale the loss") &&
                                      strstr(error, "clip_norm")) ||
                                     strstr(error, "is too large"));
}

static void compare(const char *kind, const wg_optim_setting *set, int n)
{
    static const double all[] = { 1e-40, 1e-30, 1e-22, 1e-10, 1,    1e10, 1e15, 1e18,
                                  1e19,  2e19,  1e20,  5e20,  1e21, 1e25, 1e30, 3e38 };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const end single = run(kind, set, n, WG_F32, all[i], 1), right = run(kind, set, n, WG_F64, all[i], 1);
        const double off = fabs(single.w - right.w);
        const bool same = !*single.error && !*right.error && off <= 1e-4 * fmax(1, fabs(right.w));
        cr_expect(same || names(single.error), "%s %s=%g, gradient %g: f32 %.9g, f64 %.9g; %s", kind,
                  n > 1 ? set[1].name : "", n > 1 ? set[1].value : 0, all[i], single.w, right.w,
                  single.error);
    }
}

Test(magnitudes, no_gradient_silences_an_optimizer)
{
    const char *kind;
    for (int k = 0; (kind = wgx_optim_kind(k)); k++) {
        if (!strcmp(kind, "lbfgs")) continue; /* it takes a loss, not a gradient */
        const wg_option_list *list = wgx_optim_kind_options(kind);
        wg_optim_setting set[2] = { { "lr", 0.1 } };
        compare(kind, set, 1);
        for (int i = 0; i < list->count; i++) {
            const wg_option *x = &list->option[i];
            if (!strcmp(x->name, "lr")) continue;
            const double was = wg_option_value(x, list->standard);
            set[1] = (wg_optim_setting){ x->name, x->kind == WG_OPTION_BOOL ? !was
                                                  : was == 0.25             ? 0.5
                                                                            : 0.25 };
            compare(kind, set, 2);
        }
    }
}

/* Each square fits, their sum does not. */
Test(magnitudes, a_sum_of_squares_that_overflows_is_named)
{
    const wg_optim_setting lr = { "lr", 0.1 };
    const end e = run("adagrad", &lr, 1, WG_F32, 1.5e19, 1.5e19);
    cr_expect(strstr(e.error, "the gradient of w [] is 1.5e+19: what adagrad keeps of the squares"), "%s",
              e.error);
}

/* Below it squares vanish although eps is there: adam would move w by g / eps. */
Test(magnitudes, an_eps_that_hides_nothing_is_refused)
{
    static const char *const kinds[] = { "adam", "adamw", "nadam", "rmsprop", "adagrad" };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int f64 = 0; f64 < 2; f64++) {
            const double least = f64 ? 1e-157 : 1e-18, gradient = f64 ? 1e-190 : 1e-26;
            const wg_optim_setting set[2] = { { "lr", 0.1 }, { "eps", least / 10 } },
                                   fits[2] = { { "lr", 0.1 }, { "eps", least } };
            const end e = run(kinds[k], set, 2, f64 ? WG_F64 : WG_F32, gradient, 1);
            cr_expect(strstr(e.error, "eps of") && strstr(e.error, "as of w"), "%s: %s", kinds[k], e.error);
            cr_expect_str_empty(run(kinds[k], fits, 2, f64 ? WG_F64 : WG_F32, gradient, 1).error);
        }
}

/* 3 s and 4 s have the norm 5 s, and are clipped to 3 / 5 and 4 / 5 of the bound. */
Test(magnitudes, norms_of_gradients_fit_where_their_squares_do_not)
{
    static const struct {
        wg_dtype dtype;
        double size, bound;
    } all[] = { { WG_F64, 1e200, 1 },       { WG_F64, 1e-200, 1e-210 }, { WG_F64, 1e140, 1e-180 },
                { WG_F64, 1e-300, 1e-305 }, { WG_F64, 1e300, 1e-300 },  { WG_F64, 2e-160, 1e-170 },
                { WG_F32, 8e37, 1e-5 },     { WG_F32, 8e37, 1e-30 },    { WG_F32, 1e-30, 1e-35 } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        wg_context *c = wg_start(.dtype = all[i].dtype);
        wg_params *p = wg_params_new(c);
        wg_graph *g = wg_graph_new(c);
        wg_optim *o = wg_sgd(p, .lr = 1);
        const double v[2] = { 3 * all[i].size, 4 * all[i].size },
                     unit = all[i].dtype == WG_F32 ? 0x1p-22 : 0x1p-50;
        double got[2];
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(0));
        wg_backward(wg_sum(wg_mul(w, wg_cast(wg_input(g, "q", wg_view_f64(v, WG_SHAPE(2))), all[i].dtype))),
                    p);
        const double norm = wg_optim_clip_norm(o, all[i].bound);
        wg_params_get_grad(p, got);
        cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        cr_expect_leq(wgt_relative(norm, 5 * all[i].size), unit, "%g: norm %.17g", all[i].size, norm);
        for (int k = 0; k < 2; k++)
            cr_expect_leq(wgt_relative(got[k], (3 + k) / 5.0 * all[i].bound), unit, "%g: %.17g", all[i].size,
                          got[k]);
        wg_finish(c, NULL);
    }
}
