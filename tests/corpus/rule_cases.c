/* rule_cases.c: wrong rules of elementwise ops. */
#include "corpus/rules.h"

#include <math.h>

/* ---- right nodes ---- */

static wg_node above_zero(wg_node h) { return wg_add(wg_square(h), 0.5); }

#define UNARY(name) \
    static wg_node make_##name(wg_node h, wg_node k) { return wg_##name(h); }
#define BINARY(name) \
    static wg_node make_##name(wg_node h, wg_node k) { return wg_##name(h, k); }
UNARY(tanh)
UNARY(sigmoid)
UNARY(exp)
UNARY(softplus)
UNARY(square)
UNARY(erf)
UNARY(sin)
UNARY(cos)
UNARY(relu)
UNARY(softsign)
UNARY(neg)
BINARY(mul)
BINARY(sub)
BINARY(maximum)
static wg_node make_log(wg_node h, wg_node k) { return wg_log(above_zero(h)); }
static wg_node make_sqrt(wg_node h, wg_node k) { return wg_sqrt(above_zero(h)); }
static wg_node make_leaky(wg_node h, wg_node k) { return wg_leaky_relu(h, .slope = 0.2); }
static wg_node make_div(wg_node h, wg_node k) { return wg_div(h, above_zero(k)); }
static wg_node make_pow(wg_node h, wg_node k) { return wg_pow(above_zero(h), k); }
static wg_node make_add_row(wg_node h, wg_node k)
{
    return wg_add(h, wg_reshape(wg_slice(k, .axis = 0, .from = 0, .to = 1), WG_SHAPE(WGT_ROWS)));
}
static wg_node make_mul_column(wg_node h, wg_node k)
{
    return wg_mul(h, wg_slice(k, .axis = 1, .from = 0, .to = 1));
}
static wg_node make_where(wg_node h, wg_node k) { return wg_where(wg_greater(h, k), h, k); }

/* ---- rules of their own ---- */

static WGT_SPOILER(tanh_of_operand)
{
    gx[0] = wg_mul_at(here, gy, wg_sub_at(here, wg_number(1), wg_square_at(here, x[0])));
}
static WGT_SPOILER(sigmoid_of_operand)
{
    gx[0] = wg_mul_at(here, gy, wg_mul_at(here, x[0], wg_sub_at(here, wg_number(1), x[0])));
}
static WGT_SPOILER(result_is_operand) { gx[0] = wg_mul_at(here, gy, x[0]); }
static WGT_SPOILER(second_is_dropped) { gx[1] = wg_number(0); }
static WGT_SPOILER(thousandth_is_added)
{
    gx[0] = wg_add_at(here, gx[0], wg_mul_at(here, gy, wg_number(1e-3)));
}
/* Of a column that was broadcast: summed over the rows. */
static WGT_SPOILER(sum_over_wrong_axis)
{
    const wg_node all = wg_mul_at(here, gy, x[0]);
    const wg_reduce_args over = WG_OPTS(wg_reduce_args, .x = all, .axis = 0);
    gx[1] = wg_reshape_at(here, wg_sum_at(here, &over), WG_SHAPE(WGT_ROWS, 1));
}

/* ---- ops of a user ---- */

static void swish_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    y[0] = wg_mul_at(here, x[0], wg_sigmoid_at(here, x[0]));
}
static void swish_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const wg_node s = wg_sigmoid_at(here, x[0]), rest = wg_mul_at(here, y, wg_sub_at(here, wg_number(1), s));
    gx[0] = wg_mul_at(here, gy, wg_add_at(here, s, rest));
}
static const wg_op swish = { .name = "swish", .operands = 1, .expand = swish_expand, .vjp = swish_vjp };

static double snake_map(double x, const void *attr) { return x + sin(x) * sin(x); }
static void snake_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const wg_node slope = wg_add_at(here, wg_sin_at(here, wg_mul_at(here, x[0], wg_number(2))), wg_number(1));
    gx[0] = wg_mul_at(here, gy, slope);
}
static const wg_op snake = { .name = "snake", .operands = 1, .map = snake_map, .vjp = snake_vjp };

/* The kernel is wrong in f32 alone: x / (1 + |x|), and 1 % more. */
static bool squash_kernel(const wg_kernel *k)
{
    WG_MAP1(k, a / (1 + (T)fabs(a)) * (T)(sizeof(T) == 4 ? 1.01 : 1));
}
static void squash_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const wg_node q = wg_add_at(here, wg_abs_at(here, x[0]), wg_number(1));
    gx[0] = wg_div_at(here, gy, wg_square_at(here, q));
}
static const wg_op squash = {
    .name = "squash", .operands = 1, .kernel = { squash_kernel }, .vjp = squash_vjp
};
static WGT_SPOILER(not_spoilt) {}

#define ONE(op, text, f, ...)                                                 \
    {                                                                         \
        .name = #op, .what = text, .make = make_##op, .spoil = f, __VA_ARGS__ \
    }
#define OWN(op, text, f, ...)                                          \
    {                                                                  \
        .name = #op, .what = text, .own = &op, .spoil = f, __VA_ARGS__ \
    }
#define RELATIVE wgt_times, .number = 1.0001

const wgt_rule_case wgt_rules_maps[] = {
    ONE(tanh, "sign", wgt_times, .number = -1),
    ONE(tanh, "twice", wgt_times, .number = 2),
    ONE(tanh, "half", wgt_times, .number = 0.5),
    ONE(tanh, "zero", wgt_times, .number = 0),
    ONE(tanh, "1e-4", RELATIVE),
    ONE(tanh, "the operand for the result", tanh_of_operand, ),
    ONE(tanh, "the last row", wgt_last_row, .where = WGT_LAST_ROW),
    ONE(tanh, "the first row", wgt_first_row, .where = WGT_FIRST_ROW),
    ONE(tanh, "one element", wgt_one_element, .where = WGT_ONE_ELEMENT),
    ONE(tanh, "one side", wgt_one_side, .where = WGT_ABOVE),
    ONE(tanh, "stale", wgt_stale, ),
    ONE(tanh, "transposed", wgt_transposed, ),
    ONE(sigmoid, "1e-4", RELATIVE),
    ONE(sigmoid, "the operand for the result", sigmoid_of_operand, ),
    ONE(exp, "the operand for the result", result_is_operand, ),
    ONE(exp, "a thousandth is added", thousandth_is_added, ),
    ONE(softplus, "half", wgt_times, .number = 0.5),
    ONE(softplus, "one side", wgt_one_side, .where = WGT_ABOVE),
    ONE(square, "the factor 2 is missing", wgt_times, .number = 0.5),
    ONE(erf, "stale", wgt_stale, ),
    ONE(sin, "sign", wgt_times, .number = -1),
    ONE(cos, "sign", wgt_times, .number = -1),
    ONE(relu, "one side", wgt_one_side, .where = WGT_ABOVE),
    ONE(relu, "1e-4", RELATIVE),
    ONE(softsign, "stale", wgt_stale, ),
    ONE(neg, "sign", wgt_times, .number = -1),
    ONE(log, "stale", wgt_stale, ),
    ONE(sqrt, "twice", wgt_times, .number = 2),
    ONE(leaky, "one side", wgt_one_side, .where = WGT_ABOVE),
    ONE(mul, "swapped operands", wgt_swapped, .other = 1),
    ONE(mul, "1e-4", RELATIVE, .operand = 1),
    ONE(mul, "the last row", wgt_last_row, .operand = 1, .where = WGT_LAST_ROW),
    ONE(sub, "sign", wgt_times, .number = -1, .operand = 1),
    ONE(div, "sign", wgt_times, .number = -1, .operand = 1),
    ONE(div, "stale", wgt_stale, .operand = 1),
    ONE(pow, "1e-4", RELATIVE, .operand = 1),
    ONE(pow, "zero", second_is_dropped, .operand = 1),
    ONE(pow, "stale", wgt_stale, ),
    ONE(maximum, "swapped operands", wgt_swapped, .other = 1),
    ONE(maximum, "half", wgt_times, .number = 0.5),
    ONE(add_row, "the sum over rows is missing", wgt_no_sum, .operand = 1),
    ONE(add_row, "mean for sum", wgt_times, .number = 1.0 / WGT_ROWS, .operand = 1),
    ONE(mul_column, "sum over the wrong axis", sum_over_wrong_axis, .operand = 1),
    ONE(where, "swapped operands", wgt_swapped, .operand = 1, .other = 2),
    ONE(where, "zero", wgt_times, .number = 0, .operand = 2),
    OWN(swish, "1e-4", RELATIVE),
    OWN(swish, "a thousandth is added", thousandth_is_added, ),
    OWN(snake, "sign", wgt_times, .number = -1),
    OWN(snake, "one element", wgt_one_element, .where = WGT_ONE_ELEMENT),
    OWN(squash, "the kernel of f32", not_spoilt, .in_f32 = true),
    ONE(tanh, "the rule in f32, 1 %", wgt_in_f32, .number = 1.01, .in_f32 = true),
    ONE(mul, "the rule in f32, sign", wgt_in_f32, .number = -1, .operand = 1, .in_f32 = true),
    { 0 },
};
