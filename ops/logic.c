/* logic.c: and, or, exclusive or, not. What is not 0 is true; NaN is true. */
#include "ops.h"

#if WG_BASE

#include "sample_shapes.h"

static wg_node truth(wg_site here, wg_node x) { return wg_node_dtype(x) == WG_BOOL ? x : wg_not_equal(x, 0); }

static bool bool_shape(wg_rule *r)
{
    r->y[0].dtype = WG_BOOL;
    return wg_rule_broadcast(r);
}

static wg_node condition(wg_graph *g, int i, wg_node (*op)(wg_site, wg_node), wg_site here)
{
    switch (i) {
    case 0: return op(here, CLASSES(2, 3, 4));
    case 1: return op(here, wg_greater(ANY(5), 0));
    case 2: return op(here, ANY(2, 0));
    }
    return wg_none;
}
static wg_node conditions(wg_graph *g, int i, binary_builder op, wg_site here)
{
    switch (i) {
    case 0: return op(here, CLASSES(2, 3, 1), CLASSES(2, 4));
    case 1: return op(here, wg_greater(ANY(7), 0), wg_greater(ANY(7), 0));
    case 2: return op(here, ANY(2, 0), ANY(2, 0));
    case 3: return op(here, CLASSES(2, 6), wg_number(1));
    }
    return wg_none;
}

EXPAND(logical_and)
{
    wg_node a = truth(here, x[0]);
    y[0] = wg_where(a, truth(here, x[1]), a);
}
SAMPLE(logical_and) { return conditions(g, i, wg_logical_and_at, here); }
ERROR_SAMPLE(logical_and) { return pair_error(g, i, wg_logical_and_at, here); }

DEFINE_OP(logical_and, .summary = "True where both are.", .formula = "y = a != 0 and b != 0",
          .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .operands = 2,
          .promote = WG_PROMOTE_COMMON, .shape = bool_shape, .expand = logical_and_expand);
wg_node wg_logical_and_at(wg_site here, wg_node a, wg_node b)
{
    return wg_apply2(here, a, b, &wgi_op_logical_and);
}

EXPAND(logical_or)
{
    wg_node a = truth(here, x[0]);
    y[0] = wg_where(a, a, truth(here, x[1]));
}
SAMPLE(logical_or) { return conditions(g, i, wg_logical_or_at, here); }
ERROR_SAMPLE(logical_or) { return pair_error(g, i, wg_logical_or_at, here); }

DEFINE_OP(logical_or, .summary = "True where one is, or both are.", .formula = "y = a != 0 or b != 0",
          .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .operands = 2,
          .promote = WG_PROMOTE_COMMON, .shape = bool_shape, .expand = logical_or_expand);
wg_node wg_logical_or_at(wg_site here, wg_node a, wg_node b)
{
    return wg_apply2(here, a, b, &wgi_op_logical_or);
}

EXPAND(logical_xor) { y[0] = wg_not_equal(truth(here, x[0]), truth(here, x[1])); }
SAMPLE(logical_xor) { return conditions(g, i, wg_logical_xor_at, here); }
ERROR_SAMPLE(logical_xor) { return pair_error(g, i, wg_logical_xor_at, here); }

DEFINE_OP(logical_xor, .summary = "True where one is, but not both.", .formula = "y = (a != 0) != (b != 0)",
          .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .operands = 2,
          .promote = WG_PROMOTE_COMMON, .shape = bool_shape, .expand = logical_xor_expand);
wg_node wg_logical_xor_at(wg_site here, wg_node a, wg_node b)
{
    return wg_apply2(here, a, b, &wgi_op_logical_xor);
}

/* Of bools there is a comparison without a number, which would make them integers. */
EXPAND(logical_not)
{
    const bool is_bool = wg_node_dtype(x[0]) == WG_BOOL;
    y[0] = is_bool ? wg_equal(x[0], wg_not_equal(x[0], x[0])) : wg_equal(x[0], 0);
}
SAMPLE(logical_not) { return condition(g, i, wg_logical_not_at, here); }
ERROR_SAMPLE(logical_not) { return single_error(here, g, i, &wgi_op_logical_not); }

DEFINE_OP(logical_not, .summary = "True where x is 0.", .formula = "y = x == 0",
          .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .operands = 1,
          .promote = WG_PROMOTE_COMMON, .shape = bool_shape, .expand = logical_not_expand);
wg_node wg_logical_not_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_logical_not); }

#endif
