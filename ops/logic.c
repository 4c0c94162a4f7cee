/* logic.c: and, or, exclusive or, not. What is not 0 is true; NaN is true. */

#include "sample_shapes.h"

static wg_node truth(wg_site here, wg_node x) { return wg_node_dtype(x) == WG_BOOL ? x : wg_not_equal(x, 0); }

SHAPE(bool)
{
    r->y[0].dtype = WG_BOOL;
    return wg_rule_broadcast(r);
}

static wg_node conditions(wg_graph *g, int i, binary_builder op, wg_site here)
{
    return NTH(wg_none, op(here, CLASSES(2, 3, 1), CLASSES(2, 4)),
               op(here, wg_greater(ANY(7), 0), wg_greater(ANY(7), 0)), op(here, ANY(2, 0), ANY(2, 0)),
               op(here, CLASSES(2, 6), wg_number(1)));
}
#define LOGICAL                                                                              \
    .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND, .promote = WG_PROMOTE_COMMON, \
    .shape = bool_shape
#define LOGICAL_OP(n, ...)                                    \
    SAMPLE(n) { return conditions(g, i, wg_##n##_at, here); } \
    PAIR_OP(n, LOGICAL, .expand = n##_expand, __VA_ARGS__)

EXPAND(logical_and)
{
    wg_node a = truth(here, x[0]);
    y[0] = wg_where(a, truth(here, x[1]), a);
}
LOGICAL_OP(logical_and, .summary = "True where both are.", .formula = "y = a != 0 and b != 0");

EXPAND(logical_or)
{
    wg_node a = truth(here, x[0]);
    y[0] = wg_where(a, a, truth(here, x[1]));
}
LOGICAL_OP(logical_or, .summary = "True where one is, or both are.", .formula = "y = a != 0 or b != 0");

EXPAND(logical_xor) { y[0] = wg_not_equal(truth(here, x[0]), truth(here, x[1])); }
LOGICAL_OP(logical_xor, .summary = "True where one is, but not both.", .formula = "y = (a != 0) != (b != 0)");

/* Of bools there is a comparison without a number, which would make them integers. */
EXPAND(logical_not)
{
    const bool is_bool = wg_node_dtype(x[0]) == WG_BOOL;
    y[0] = is_bool ? wg_equal(x[0], wg_not_equal(x[0], x[0])) : wg_equal(x[0], 0);
}
SAMPLES(logical_not, wg_logical_not(CLASSES(2, 3, 4)), wg_logical_not(wg_greater(ANY(5), 0)),
        wg_logical_not(ANY(2, 0)));
SINGLE_OP(logical_not, .summary = "True where x is 0.", .formula = "y = x == 0", LOGICAL,
          .expand = logical_not_expand);
