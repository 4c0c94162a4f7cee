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
    for (int k = 0; (kind = wg_optim_kind(k)); k++) {
        if (!strcmp(kind, "lbfgs")) continue; /* it takes a loss, not a gradient */
        const wg_option_list *list = wg_optim_kind_options(kind);
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
