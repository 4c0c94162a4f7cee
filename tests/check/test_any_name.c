/* test_any_name.c: a user's op may have any name, that of one of the library's ops, too. What the gradient
 * check says of it does not depend on the name. */
#include <string.h>

#include "wengert/check.h"
#include "wengert/op.h"
#include "wgcheck.h"

static double square(double x, const void *attr) { return (void)attr, x * x; }

static void half_of_it(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, x[0]);
}

/* Its values in f32 are those of f64 and a tenth more. */
static bool square_of_sorts(const wg_kernel *k)
{
    const bool narrow = k->xt[0].dtype == WG_F32;
    for (int64_t i = k->begin, j = 0; i < k->end; i++, j++) {
        if (narrow) ((float *)k->y[0])[j] = 1.1f * ((const float *)k->x[0])[j] * ((const float *)k->x[0])[j];
        else ((double *)k->y[0])[j] = ((const double *)k->x[0])[j] * ((const double *)k->x[0])[j];
    }
    return true;
}

static void twice_it(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(2, x[0]));
}

/* The op, alone in one term of the loss, must be what is found first. */
static void expect_culprit(const wg_op *op, wg_dtype dtype, int order, const char *stage, const char *remedy)
{
    WGT_IN_GRAPH(dtype, NULL);
    wg_params *p = wg_params_new(c);
    const wg_node w = wg_param(g, p, "w", WG_SHAPE(3), wg_normal(0, 1));
    const wg_node loss = wg_add(wg_sum(wg_apply(WG_HERE, op, &w, 1, NULL)), wg_sum(wg_exp(w)));
    WGT_FREED wg_check *r = wg_gradcheck(loss, p, .order = order);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL, "%s, order %d", op->name, order);
    cr_expect_gt(wg_check_facts_of(r)->findings, 0, "%s, order %d: nothing is found", op->name, order);
    if (!wg_check_facts_of(r)->findings) return;
    const wg_check_finding f = wg_check_finding_at(r, 0);
    cr_expect_str_eq(f.stage, stage, "%s: %s", op->name, f.stage);
    cr_expect_str_eq(f.op, op->name);
    cr_expect_str_eq(f.remedy, remedy, "%s: %s", op->name, f.remedy);
}

static void expect_culprits(const char *name)
{
    const wg_op half = { .name = name, .operands = 1, .map = square, .vjp = half_of_it };
    const wg_op narrow = { .name = name, .operands = 1, .kernel = { square_of_sorts }, .vjp = twice_it };
    expect_culprit(&half, WG_F64, 1, "rule", "times 2 it holds");
    expect_culprit(&half, WG_F64, 2, "rule", "times 2 it holds");
    expect_culprit(&narrow, WG_F32, 1, "run", "the kernel of f32 gives another value than that of f64");
}

Test(any_name, a_wrong_rule_is_found_under_each_name_of_the_library)
{
    static const char *const others[] = { "steep",  "same",       "after", "recompute", "fixed_point",
                                          "odeint", "custom_vjp", "input", "param",     "number" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) expect_culprits(others[i]);
    for (int i = 0; i < wg_op_count(); i++) expect_culprits(wg_op_at(i)->name);
}

/* A right one passes, whatever the library holds constant under that name. */
Test(any_name, a_right_rule_passes_under_each_name_of_the_library)
{
    for (int i = 0; i < wg_op_count(); i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        const wg_op op = { .name = wg_op_at(i)->name, .operands = 1, .map = square, .vjp = twice_it };
        const wg_node w = wg_input(g, "w", wg_view_f64((double[]){ 0.3, -1, 2 }, WG_SHAPE(3)));
        WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_apply(WG_HERE, &op, &w, 1, NULL)), NULL);
        cr_expect_eq(wg_check_verdict(r), WG_PASS, "%s", op.name);
        cr_expect_eq(wg_check_facts_of(r)->rules.held, 0, "%s", op.name);
    }
}
