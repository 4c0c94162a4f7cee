/* arith.c: elementwise arithmetic of two operands, negation, and sums of many operands. */
#include "rules.h"
#include "sample_shapes.h"
#include "kernel/vmath.h"

KERNEL(add) { WG_MAP2_ALL(k, a + b); }
KERNEL(sub) { WG_MAP2_ALL(k, a - b); }
KERNEL(mul) { WG_MAP2_ALL(k, a * b); }
KERNEL(div) { WG_MAP2(k, a / b); }
/* a is the gradient by the dividend, y' / b, and b the quotient. Where that is 0 the gradient by the
 * divisor is 0, even if 1 / b overflows. */
KERNEL(div_backward) { WG_MAP2(k, b == 0 && ABS(a) == INFINITY ? 0 : -(a * b)); }
KERNEL(neg) { WG_MAP1_ALL(k, -a); }
KERNEL(maximum) { WG_MAP2_ALL(k, a != a ? a : b != b ? b : a > b ? a : b); }
KERNEL(minimum) { WG_MAP2_ALL(k, a != a ? a : b != b ? b : a < b ? a : b); }

/* Adds from first to last: three operands in the first pass, each further one in a pass of its own. Shapes
 * are equal. */
#define ADDN(T, unused)                                                 \
    do {                                                                \
        T *restrict y = (T *)k->y[0];                                   \
        const T *restrict a = (const T *)k->x[0];                       \
        const T *restrict b = (const T *)k->x[k->operands > 1];         \
        const T *restrict c = (const T *)k->x[k->operands > 2 ? 2 : 0]; \
        if (k->operands == 1) memcpy(y, a, (size_t)n * sizeof(T));      \
        else if (k->operands == 2)                                      \
            for (int64_t i = 0; i < n; i++) y[i] = a[i] + b[i];         \
        else                                                            \
            for (int64_t i = 0; i < n; i++) y[i] = a[i] + b[i] + c[i];  \
        for (int j = 3; j < k->operands; j++) {                         \
            const T *restrict x = (const T *)k->x[j];                   \
            for (int64_t i = 0; i < n; i++) y[i] += x[i];               \
        }                                                               \
    } while (0)
KERNEL(addn)
{
    const int64_t n = k->end - k->begin;
    WG_ALL_(k, k->xt[0].dtype, ADDN, 0);
}

#if WG_BASE

/* Equal shapes, broadcasting, no elements, a number. */
static wg_node pair(wg_graph *g, int i, binary_builder op, wg_site here, double low, double high)
{
    return NTH(wg_none, op(here, BETWEEN(low, high, 3, 4), BETWEEN(low, high, 3, 4)),
               op(here, BETWEEN(low, high, 3, 4), BETWEEN(low, high, 4)),
               op(here, BETWEEN(low, high, 3, 1), BETWEEN(low, high, 1, 4)),
               op(here, BETWEEN(low, high, 2, 0), wg_between(g, low, high, WG_SCALAR)),
               op(here, wg_number(2), BETWEEN(low, high, 5)));
}
#define ARITHMETIC_OP(n, low, high, ...)                           \
    SAMPLE(n) { return pair(g, i, wg_##n##_at, here, low, high); } \
    PAIR_OP(n, __VA_ARGS__)

/* ---- add ---- */

VJP(add) { gx[0] = gx[1] = gy; }
ARITHMETIC_OP(add, -2, 2, .summary = "Elementwise sum.", .formula = "y = a + b",
              .adjoint = "a' = y', b' = y'", .kernel = KERNELS(add), .arithmetic = WG_ADDS, .vjp = add_vjp);

/* ---- sub ---- */

VJP(sub) { gx[0] = gy, gx[1] = wg_neg(gy); }
ARITHMETIC_OP(sub, -2, 2, .summary = "Elementwise difference.", .formula = "y = a - b",
              .adjoint = "a' = y', b' = -y'", .kernel = KERNELS(sub), .arithmetic = WG_SUBTRACTS,
              .vjp = sub_vjp);

/* ---- mul ---- */

VJP(mul) { gx[0] = wg_mul(gy, x[1]), gx[1] = wg_mul(gy, x[0]); }
ARITHMETIC_OP(mul, -2, 2, .summary = "Elementwise product.", .formula = "y = a · b",
              .adjoint = "a' = y' b, b' = y' a", .kernel = KERNELS(mul), .arithmetic = WG_MULTIPLIES,
              .unit = 1, .vjp = mul_vjp);

/* ---- div ---- */

EXPAND(div_backward) { y[0] = wg_neg(wg_mul(x[0], x[1])); }
VJP(div_backward)
{
    gx[0] = wg_apply2(here, gy, x[1], &wgi_op_div_backward);
    gx[1] = wg_neg(wg_mul(gy, x[0]));
}
SAMPLE(div_backward) { return inner_sample(here, g, i, &wgi_op_div_backward, -3, 3); }
INNER_OP(
    div_backward,
    .summary =
        "Gradient of y = a / b by b, from g, the gradient by a. 0 where y = 0, also where 1 / b overflows.",
    .formula = "b' = -g y", .adjoint = "g' = -b'' y, y' = -b'' g", .operands = 2, .names = "g y",
    .kernel = KERNELS(div_backward), RULES(div_backward, expand, vjp));

VJP(div) { gx[0] = wg_div(gy, x[1]), gx[1] = wg_apply2(here, gx[0], y, &wgi_op_div_backward); }
ARITHMETIC_OP(div, 0.5, 2, .summary = "Elementwise quotient. Integers give a float.", .formula = "y = a / b",
              .adjoint = "a' = y' / b, b' = -y' y / b", .promote = WG_PROMOTE_FLOAT, .cost = 4,
              .kernel = KERNELS(div), .arithmetic = WG_DIVIDES, .vjp = div_vjp);

/* ---- maximum, minimum ---- */

/* What a gets of the gradient of max(a, b). Equal elements get half each, and where one is NaN both get
 * NaN. */
static wg_node larger_gets(wg_site here, wg_node gy, wg_node a, wg_node b)
{
    wg_node share = wg_where(wg_greater(a, b), 1, wg_where(wg_equal(a, b), 0.5, NAN));
    wg_node smaller = wg_less(a, b);
    return wg_where(smaller, 0, wg_mul(gy, wg_where(smaller, 1, share)));
}
/* a, or b where instead holds, or NaN if one of them is; of equal ones their mean. */
static wg_node chosen(wg_site here, wg_node a, wg_node b, wg_node instead)
{
    wg_node apart = wg_where(instead, b, wg_where(wg_equal(a, b), wg_mul(0.5, wg_add(a, b)), a));
    return wg_where(wg_not_equal(b, b), b, wg_where(wg_not_equal(a, a), a, apart));
}
EXPAND(maximum) { y[0] = chosen(here, x[0], x[1], wg_greater(x[1], x[0])); }
VJP(maximum) { gx[0] = larger_gets(here, gy, x[0], x[1]), gx[1] = larger_gets(here, gy, x[1], x[0]); }
ARITHMETIC_OP(
    maximum, -3, 3, .summary = "Elementwise larger of two. NaN if either is NaN, and so are the derivatives.",
    .formula = "y = max(a, b)",
    .adjoint =
        "a' = y' where a > b, y' / 2 where a = b, else 0; b' = y' where b > a, y' / 2 where a = b, else 0",
    .kinked = true, .kernel = KERNELS(maximum), RULES(maximum, expand, vjp));

EXPAND(minimum) { y[0] = chosen(here, x[0], x[1], wg_less(x[1], x[0])); }
VJP(minimum) { gx[0] = larger_gets(here, gy, x[1], x[0]), gx[1] = larger_gets(here, gy, x[0], x[1]); }
ARITHMETIC_OP(
    minimum, -3, 3,
    .summary = "Elementwise smaller of two. NaN if either is NaN, and so are the derivatives.",
    .formula = "y = min(a, b)",
    .adjoint =
        "a' = y' where a < b, y' / 2 where a = b, else 0; b' = y' where b < a, y' / 2 where a = b, else 0",
    .kinked = true, .kernel = KERNELS(minimum), RULES(minimum, expand, vjp));

/* ---- neg ---- */

VJP(neg) { gx[0] = wg_neg(gy); }
REWRITE(neg) { return wg_node_op(x[0]) == &wgi_op_neg ? wg_node_operand(x[0], 0) : wg_none; }
SAMPLES(neg, wg_neg(ANY(3, 4)), wg_neg(wg_any(g, WG_SCALAR)));
SINGLE_OP(neg, .summary = "Negative of each element.", .formula = "y = -x", .adjoint = "x' = -y'",
          RULES(neg, rewrite, vjp), .kernel = KERNELS(neg), .arithmetic = WG_NEGATES);

/* ---- addn ---- */

static bool addn_shape(wg_rule *r)
{
    for (int k = 1; k < r->operands; k++)
        if (!shaped_as(r, k, 0)) return false;
    return true;
}
VJP(addn)
{
    for (int k = 0; k < wg_node_operands(y); k++) gx[k] = gy;
}
#define ADDED(...) wg_addn(((wg_node[]){ __VA_ARGS__ }), WG_COUNT_(wg_node, __VA_ARGS__))
SAMPLES(addn, ADDED(ANY(2, 3), ANY(2, 3), ANY(2, 3), ANY(2, 3), ANY(2, 3)), ADDED(ANY(0, 3), ANY(0, 3)));
ERRORS(addn, (ADDED(ANY(3), ANY(1)), "is not shaped as"));

DEFINE_OP(addn, .summary = "Sum of any number of operands of one shape, added from first to last.",
          .formula = "y = sum(x_i over i)", .adjoint = "x_i' = y'", .operands = -1, .names = "x_i",
          RULES(addn, shape, vjp), .kernel = KERNELS(addn), .leads = true);
wg_node wg_addn_at(wg_site here, const wg_node x[], int n)
{
    return wg_apply(here, &wgi_op_addn, x, n, NULL);
}

#endif
