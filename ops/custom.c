/* custom.c: ops whose result is an operand: the identity, and a value with a derivative rule of the
 * caller. */
#include "rules.h"
#include "sample_shapes.h"

/* ---- identity ---- */

VJP(identity) { gx[0] = gy; }

SAMPLES(identity, wg_apply1(here, ANY(3), &wgi_op_identity), wg_apply1(here, ANY(2, 0), &wgi_op_identity));
ERROR_SAMPLE(identity) { return single_error(here, g, i, &wgi_op_identity); }

DEFINE_OP(identity, .summary = "The operand itself.", .formula = "y = x", .adjoint = "x' = y'",
          .hint.stored = 1 << 0, .operands = 1, .kind = WG_ALIAS, .hint.alias = at_start, .leads = true,
          .vjp = identity_vjp, .hint.view = WG_VIEW_WHOLE);

/* ---- custom_vjp: the result is x[0]; the caller's rule gives the gradients of x[1], x[2], ... ---- */

static bool has_rule(wg_rule *r)
{
    return ((const wg_custom_vjp_attr *)r->attr)->rule ||
           wg_rule_fail(r, WG_ERROR_USE, "takes a rule, a function in C");
}

VJP(custom_vjp) { ((const wg_custom_vjp_attr *)wg_attr(y))->rule(here, y, gy, x + 1, gx + 1); }

VJP(twice) { gx[0] = wg_mul(gy, 2); }

#define TWICE(x, n) wg_custom_vjp_at(here, wg_mul(x, 2), (wg_node[]){ x }, n, twice_vjp)
static wg_node doubled(wg_site here, wg_node x) { return TWICE(x, 1); }
SAMPLES(custom_vjp, doubled(here, ANY(3)), doubled(here, ANY(2, 2)));
ERRORS(custom_vjp, (TWICE(ANY(3), 0), "takes 1 to 15 operands and a rule, not 0"));

static const wg_attr_row custom_attrs[] = { { "rule", WG_ATTR_POINTER, 0, NULL, NULL },
                                            { "user", WG_ATTR_POINTER, offsetof(wg_custom_vjp_attr, user),
                                              NULL, NULL },
                                            { 0 } };

DEFINE_OP(custom_vjp, .users = true,
          .summary = "The value of the first operand, with the caller's own derivative rule for the others.",
          .formula = "y = f", .adjoint = "x_i' = rule(y, y', x_i)",
          .none = 1 << 0, /* the value; the operands come after it */
          .operands = -1, .names = "f x_i", .kind = WG_ALIAS, .attr_size = sizeof(wg_custom_vjp_attr),
          .attrs = custom_attrs, .shape = has_rule, .hint.alias = at_start, .vjp = custom_vjp_vjp);

wg_node wg_custom_vjp_at(wg_site here, wg_node y, const wg_node x[], int n, wg_vjp_rule rule)
{
    wg_node all[16];
    wg_context *c = y.graph ? y.graph->c : wgi_context_of(x, n);
    if (!wgi_is_node(c, y, here, "custom_vjp", 0, "y")) return wgi_error_node(y.graph);
    if (n < 1 || n > 15 || !rule || !x)
        return WGI_FAIL_NODE(y.graph, here, "custom_vjp", WG_ERROR_USE,
                             "takes 1 to 15 operands and a rule, not %d", n);
    all[0] = y;
    memcpy(all + 1, x, sizeof *x * (size_t)n);
    return wg_apply(here, &wgi_op_custom_vjp, all, n + 1, &(wg_custom_vjp_attr){ .rule = rule });
}
