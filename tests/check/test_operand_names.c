/* test_operand_names.c: what a finding of the gradient check calls an operand: as the user and the op's
 * documentation do. The op is a product whose derivative by its second operand is twice what it should be. */
#include <math.h>
#include <string.h>

#include "wengert/op.h"
#include "wgcheck.h"

static bool times_kernel(const wg_kernel *k)
{
    for (int64_t i = k->begin; i < k->end; i++) {
        const double *a = k->x[0], *b = k->x[1];
        ((double *)k->y[0])[i - k->begin] = a[(i - k->begin) * k->step[0]] * b[(i - k->begin) * k->step[1]];
    }
    return true;
}

static void times_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, x[1]), gx[1] = wg_mul(2, wg_mul(gy, x[0]));
}

static const wg_op times = { .name = "times", .operands = 2, .kernel = { times_kernel }, .vjp = times_rule };
static const wg_op documented = { .name = "documented",
                                  .adjoint = "left' = y' right, right' = y' left",
                                  .operands = 2,
                                  .kernel = { times_kernel },
                                  .vjp = times_rule };

static const wg_op semicolons = { .name = "semicolons",
                                  .adjoint = "left' = y' right; right' = y' left",
                                  .operands = 2,
                                  .kernel = { times_kernel },
                                  .vjp = times_rule };
static const wg_op of_the_second = { .name = "of_the_second",
                                     .adjoint = "right' = y' left",
                                     .operands = 2,
                                     .kernel = { times_kernel },
                                     .vjp = times_rule,
                                     .none = 1 };
static const wg_op other_names = { .name = "other_names",
                                   .adjoint = "p' = y' q, q' = y' p, r' = 0",
                                   .operands = 2,
                                   .kernel = { times_kernel },
                                   .vjp = times_rule };

static void expect(wg_site here, const wg_op *op, const char *name, const char *by)
{
    static const double x[] = { 0.5, -1, 2 };
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node in = wg_input(g, "x", wg_view_f64(x, WG_SHAPE(3)));
    const wg_node operand[] = { wg_tanh(in), *name ? wg_name(wg_exp(in), name) : wg_exp(in) };
    WGT_FREED wg_check *r = wg_gradcheck(wg_sum(wg_apply(here, op, operand, 2, NULL)), NULL);
    cr_assert_gt(wg_check_facts_of(r)->findings, 0);
    const wg_check_finding f = wg_check_finding_at(r, 0);
    cr_expect_str_eq(f.stage, "rule");
    cr_expect_eq(f.operand, 1);
    cr_expect(strncmp(f.by, by, strlen(by)) == 0, "'%s' is no '%s'", f.by, by);
    char text[200];
    snprintf(text, sizeof text, ", by %s%s", strncmp(by, "operand ", 8) ? "operand " : "", f.by);
    wgt_expect_report(r, text);
}

Test(operand_names, the_name_of_its_node) { expect(WG_HERE, &times, "weights", "weights"); }

Test(operand_names, its_text_at_the_call)
{
    expect(WG_AT("tanh(x), exp(f(a, b))"), &times, "", "exp(f(a, b))");
    expect(WG_AT("a, b"), &times, "weights", "weights");
}

Test(operand_names, the_name_in_the_documentation_of_the_op)
{
    expect(WG_HERE, &documented, "", "right");
    expect(WG_HERE, &documented, "weights", "right (weights)");
    expect(WG_HERE, &documented, "right", "right");
    expect(WG_AT("l, r"), &documented, "", "right (r)");
}

/* Operands without a derivative have no name there. */
Test(operand_names, names_are_those_of_the_operands_that_have_a_derivative)
{
    expect(WG_HERE, &semicolons, "weights", "right (weights)");
    expect(WG_HERE, &of_the_second, "weights", "right (weights)");
    expect(WG_HERE, &other_names, "weights", "weights");
}

Test(operand_names, what_made_it)
{
    expect(WG_HERE, &times, "", "operand 1 (exp, tests/check/test_operand_names.c:");
}
