/* onnx_write_elements.c: ops whose result depends on one element of each operand. */
#include "onnx/onnx_write.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static bool is_whole(wg_dtype t) { return t == WG_I32 || t == WG_I64 || t == WG_BOOL; }

/* ---- one operator of ONNX ---- */

WRITER(write_one) { return wgi_ow_1(w, row->onnx, in[0]); }

/* Of whole numbers it is x. */
WRITER(write_rounded) { return is_whole(k->type) ? in[0] : wgi_ow_1(w, row->onnx, in[0]); }

WRITER(write_two) { return wgi_ow_2(w, row->onnx, in[0], in[1]); }

WRITER(write_same) { return wgi_ow_cast(w, in[0], k->type); }

/* Bools are compared as whole numbers, unless it is for being equal. */
WRITER(write_compared)
{
    const bool order = row->onnx[0] != 'E' && wgi_ow_type(w, in[0]) == WG_BOOL;
    const int a = order ? wgi_ow_cast(w, in[0], WG_I32) : in[0],
              b = order ? wgi_ow_cast(w, in[1], WG_I32) : in[1];
    return wgi_ow_compare(w, row->onnx, a, b);
}

WRITER(write_not_equal) { return wgi_ow_not(w, wgi_ow_compare(w, "Equal", in[0], in[1])); }

WRITER(write_where) { return wgi_ow_where(w, wgi_ow_cast(w, in[0], WG_BOOL), in[1], in[2]); }

/* Sum knows no whole numbers. */
WRITER(write_addn)
{
    int y = in[0];
    if (!is_whole(k->type)) y = wgi_ow_many(w, row->onnx, k->type, k->shape, in, k->operands);
    else
        for (int i = 1; i < k->operands; i++) y = wgi_ow_2(w, "Add", y, in[i]);
    return y;
}

WRITER(write_relu)
{
    return is_whole(k->type) ? wgi_ow_2n(w, "Max", in[0], 0) : wgi_ow_1(w, row->onnx, in[0]);
}

WRITER(write_elu)
{
    wgi_ow_float(w, "alpha", wgi_ow_option(k, "alpha").real);
    return wgi_ow_1(w, row->onnx, in[0]);
}

WRITER(write_hard_sigmoid)
{
    wgi_ow_float(w, "alpha", 1.0 / 6);
    wgi_ow_float(w, "beta", 0.5);
    return wgi_ow_1(w, row->onnx, in[0]);
}

/* ---- a few operators ---- */

WRITER(write_square) { return wgi_ow_2(w, row->onnx, in[0], in[0]); }

WRITER(write_rsqrt) { return wgi_ow_1(w, row->onnx, wgi_ow_1(w, "Sqrt", in[0])); }

/* ---- what rounding has lost: 1 - y of functions to (-1, 1), by their operands ---- */

/* ln(1 + x), where |x| is small with the digits that 1 + x has lost: x ln u / (u - 1), u = 1 + x. */
static int log_of_1_and(wgi_ow *w, int x)
{
    const wg_dtype t = wgi_ow_type(w, x);
    const int u = wgi_ow_2n(w, "Add", x, 1), log = wgi_ow_1(w, "Log", u), gap = wgi_ow_2n(w, "Sub", u, 1),
              one = wgi_ow_number(w, t, 1), none = wgi_ow_compare(w, "Equal", gap, wgi_ow_number(w, t, 0)),
              small = wgi_ow_compare(w, "Less", wgi_ow_1(w, "Abs", x), wgi_ow_number(w, t, 0.5)),
              part = wgi_ow_2(w, "Div", log, wgi_ow_where(w, none, one, gap)),
              fine = wgi_ow_2(w, "Mul", x, wgi_ow_where(w, none, one, part));
    return wgi_ow_where(w, small, fine, log);
}

/* ln(1 + e^x). Runtimes have the operator for f32 alone. */
static int softplus_of(wgi_ow *w, int x)
{
    if (wgi_ow_type(w, x) == WG_F32) return wgi_ow_1(w, "Softplus", x);
    const int tail = wgi_ow_1(w, "Exp", wgi_ow_1(w, "Neg", wgi_ow_1(w, "Abs", x)));
    return wgi_ow_2(w, "Add", wgi_ow_2n(w, "Max", x, 0), log_of_1_and(w, tail));
}

WRITER(write_softplus) { return softplus_of(w, in[0]); }

WRITER(write_log1p) { return log_of_1_and(w, in[0]); }

/* Whether a rest is so small that a difference has lost digits. */
static int is_small(wgi_ow *w, int rest)
{
    return wgi_ow_compare(w, "Less", wgi_ow_1(w, "Abs", rest),
                          wgi_ow_number(w, wgi_ow_type(w, rest), 1.0 / 64));
}

/* ln x, of x and 1 - x: the second has more digits where x is near 1. */
WRITER(write_log_by_rest)
{
    const int near = is_small(w, in[1]);
    return wgi_ow_where(w, near, log_of_1_and(w, wgi_ow_1(w, "Neg", in[1])), wgi_ow_1(w, row->onnx, in[0]));
}

/* sigma(c x). */
static int sigmoid_of(wgi_ow *w, int x, double c)
{
    return wgi_ow_1(w, "Sigmoid", wgi_ow_2n(w, "Mul", x, c));
}

/* a - y, where y is sigma(x) or tanh x = 2 sigma(2 x) - 1: where it is small, by the rest of that to 1 or
 * -1. */
WRITER(write_sigmoid_rest)
{
    const bool is_tanh = row->onnx[0] == 'T';
    const int a = in[0], x = in[2], above = wgi_ow_compare(w, "Greater", x, wgi_ow_number(w, k->type, 0)),
              up = sigmoid_of(w, x, is_tanh ? -2 : -1), down = sigmoid_of(w, x, is_tanh ? 2 : 1),
              rest = is_tanh ? wgi_ow_2n(w, "Mul", up, 2) : up,
              part = is_tanh ? wgi_ow_2n(w, "Mul", down, 2) : down,
              high = wgi_ow_2(w, "Add", wgi_ow_2n(w, "Sub", a, 1), rest),
              low = wgi_ow_2(w, "Sub", is_tanh ? wgi_ow_2n(w, "Add", a, 1) : a, part),
              difference = wgi_ow_2(w, "Sub", a, in[1]);
    return wgi_ow_where(w, is_small(w, difference), wgi_ow_where(w, above, high, low), difference);
}

/* a times the slope of tanh, (1 - y) (1 + y), or of sigma, (1 - y) y. Where these have lost digits it is made
 * of x: the slope of tanh is 4 sigma(2 x) sigma(-2 x). */
WRITER(write_slope)
{
    const bool is_tanh = row->onnx[0] == 'T';
    const int y = in[1], rest = wgi_ow_2(w, "Sub", wgi_ow_number(w, k->type, 1), y),
              by_y = wgi_ow_2(w, "Mul", rest, is_tanh ? wgi_ow_2n(w, "Add", y, 1) : y);
    if (!strstr(row->op, "backward")) return wgi_ow_2(w, "Mul", in[0], by_y);
    const int x = in[2],
              both =
                  wgi_ow_2(w, "Mul", sigmoid_of(w, x, is_tanh ? 2 : 1), sigmoid_of(w, x, is_tanh ? -2 : -1)),
              by_x = is_tanh ? wgi_ow_2n(w, "Mul", both, 4) : both;
    return wgi_ow_2(w, "Mul", in[0], wgi_ow_where(w, is_small(w, is_tanh ? by_y : rest), by_x, by_y));
}

/* ln(1 - p), of p and 1 - p: the first has more digits where it is small. */
WRITER(write_log_softmax_rest)
{
    const int near = log_of_1_and(w, wgi_ow_1(w, "Neg", in[0]));
    return wgi_ow_where(w, is_small(w, in[0]), near, wgi_ow_1(w, row->onnx, in[1]));
}

/* ln sigma(x) is -ln(1 + e^-x), and ln(1 - sigma(x)) is -ln(1 + e^x). Operand 1 is x. */
WRITER(write_log_sigmoid)
{
    const bool rest = k->op->name[11] != 0;
    const int x = rest ? in[1] : wgi_ow_1(w, "Neg", in[1]);
    return wgi_ow_1(w, "Neg", softplus_of(w, x));
}

/* ln(1 - tanh(x)^2) = 2 (ln 2 - |x| - ln(1 + e^(-2 |x|))). */
WRITER(write_log_sech2)
{
    const int size = wgi_ow_1(w, "Abs", in[1]), tail = softplus_of(w, wgi_ow_2n(w, "Mul", size, -2)),
              half = wgi_ow_2(w, "Sub", wgi_ow_number(w, k->type, log(2)), wgi_ow_2(w, "Add", size, tail));
    return wgi_ow_2n(w, "Mul", half, 2);
}

/* Where |x| is small, by u = e^x: x (u - 1) / ln u. */
WRITER(write_expm1)
{
    const int x = in[0], u = wgi_ow_1(w, row->onnx, x), gap = wgi_ow_2n(w, "Sub", u, 1),
              zero = wgi_ow_number(w, k->type, 0), one = wgi_ow_number(w, k->type, 1),
              half = wgi_ow_number(w, k->type, 0.5), none = wgi_ow_compare(w, "Equal", gap, zero),
              small = wgi_ow_compare(w, "Less", wgi_ow_1(w, "Abs", x), half),
              log = wgi_ow_1(w, "Log", wgi_ow_where(w, none, wgi_ow_number(w, k->type, 2), u)),
              part = wgi_ow_where(w, none, one, wgi_ow_2(w, "Div", gap, log)),
              fine = wgi_ow_2(w, "Mul", x, part);
    return wgi_ow_where(w, small, fine, gap);
}

WRITER(write_unit_gap)
{
    const int one = wgi_ow_number(w, k->type, 1), less = wgi_ow_2(w, "Sub", one, in[0]);
    return wgi_ow_2(w, row->onnx, less, wgi_ow_2(w, "Add", one, in[0]));
}

WRITER(write_nearest_finite)
{
    const double most = k->type == WG_F32 ? (double)FLT_MAX : DBL_MAX;
    return wgi_ow_op(w, row->onnx, k->type, k->shape, in[0], wgi_ow_number(w, k->type, -most),
                     wgi_ow_number(w, k->type, most));
}

/* The angle of (b, a): that of a / b, and half a turn more where b is below 0. */
WRITER(write_atan2)
{
    const wg_dtype t = k->type;
    const int a = in[0], b = in[1], zero = wgi_ow_number(w, t, 0), one = wgi_ow_number(w, t, 1),
              none = wgi_ow_compare(w, "Equal", b, zero), back = wgi_ow_compare(w, "Less", b, zero),
              down = wgi_ow_compare(w, "Less", a, zero),
              turn = wgi_ow_where(w, down, wgi_ow_number(w, t, -PI), wgi_ow_number(w, t, PI)),
              angle = wgi_ow_1(w, row->onnx, wgi_ow_2(w, "Div", a, wgi_ow_where(w, none, one, b))),
              whole = wgi_ow_2(w, "Add", angle, wgi_ow_where(w, back, turn, zero));
    return wgi_ow_where(w, none, wgi_ow_2n(w, "Mul", wgi_ow_1(w, "Sign", a), PI / 2), whole);
}

/* ---- division with a remainder ---- */

/* a mod b, with the sign of a, else of b. Runtimes have the sign of b for whole numbers alone, and there b
 * may not be 0. */
static int left_over(wgi_ow *w, int a, int b, bool sign_of_a)
{
    if (sign_of_a) wgi_ow_int(w, "fmod", 1);
    return wgi_ow_2(w, "Mod", a, b);
}

/* b, and 1 where it is 0. */
static int no_zero(wgi_ow *w, int b)
{
    const wg_dtype t = wgi_ow_type(w, b);
    return wgi_ow_where(w, wgi_ow_compare(w, "Equal", b, wgi_ow_number(w, t, 0)), wgi_ow_number(w, t, 1), b);
}

static int zero_where_zero(wgi_ow *w, int b, int y)
{
    const int zero = wgi_ow_number(w, wgi_ow_type(w, b), 0);
    return wgi_ow_where(w, wgi_ow_compare(w, "Equal", b, zero), wgi_ow_number(w, wgi_ow_type(w, y), 0), y);
}

/* Whether r is not 0 and has another sign than b. */
static int is_beyond(wgi_ow *w, int r, int b)
{
    const int zero = wgi_ow_number(w, wgi_ow_type(w, b), 0), none = wgi_ow_compare(w, "Equal", r, zero),
              signs = wgi_ow_compare(w, "Less", r, zero), other = wgi_ow_compare(w, "Less", b, zero);
    return wgi_ow_2(w, "And", wgi_ow_not(w, none), wgi_ow_2(w, "Xor", signs, other));
}

WRITER(write_remainder)
{
    const int a = in[0], b = in[1];
    if (is_whole(k->type)) return zero_where_zero(w, b, left_over(w, a, no_zero(w, b), false));
    const int r = left_over(w, a, b, true), more = wgi_ow_2(w, "Add", r, b);
    return wgi_ow_where(w, is_beyond(w, r, b), more, r);
}

WRITER(write_fmod)
{
    const int a = in[0], b = in[1];
    return is_whole(k->type) ? zero_where_zero(w, b, left_over(w, a, no_zero(w, b), true))
                             : left_over(w, a, b, true);
}

/* The quotient of a number from which the remainder is gone. */
WRITER(write_floor_divide)
{
    const bool whole = is_whole(k->type);
    const int a = in[0], b = whole ? no_zero(w, in[1]) : in[1], r = left_over(w, a, b, !whole);
    if (whole) return zero_where_zero(w, in[1], wgi_ow_2(w, "Div", wgi_ow_2(w, "Sub", a, r), b));
    const int near = wgi_ow_2(w, "Div", wgi_ow_2(w, "Sub", a, r), b), less = wgi_ow_2n(w, "Sub", near, 1);
    return wgi_ow_1(w, row->onnx, wgi_ow_where(w, is_beyond(w, r, b), less, near));
}

const wgi_ow_rule wgi_ow_elementwise[] = {
    { "tanh", write_one, "Tanh" },
    { "sigmoid", write_one, "Sigmoid" },
    { "softplus", write_softplus, NULL },
    { "softsign", write_one, "Softsign" },
    { "relu", write_relu, "Relu" },
    { "elu", write_elu, "Elu" },
    { "celu", write_elu, "Celu" },
    { "selu", write_one, "Selu" },
    { "hard_sigmoid", write_hard_sigmoid, "HardSigmoid" },
    { "leaky", write_two, "PRelu" },
    { "tan", write_one, "Tan" },
    { "asin", write_one, "Asin" },
    { "acos", write_one, "Acos" },
    { "atan", write_one, "Atan" },
    { "atan2", write_atan2, "Atan" },
    { "sinh", write_one, "Sinh" },
    { "cosh", write_one, "Cosh" },
    { "asinh", write_one, "Asinh" },
    { "acosh", write_one, "Acosh" },
    { "atanh", write_one, "Atanh" },
    { "exp", write_one, "Exp" },
    { "log", write_one, "Log" },
    { "log1p", write_log1p, "Log" },
    { "expm1", write_expm1, "Exp" },
    { "sqrt", write_one, "Sqrt" },
    { "rsqrt", write_rsqrt, "Reciprocal" },
    { "reciprocal", write_one, "Reciprocal" },
    { "square", write_square, "Mul" },
    { "abs", write_one, "Abs" },
    { "neg", write_one, "Neg" },
    { "sign", write_one, "Sign" },
    { "sin", write_one, "Sin" },
    { "cos", write_one, "Cos" },
    { "erf", write_one, "Erf" },
    { "floor", write_rounded, "Floor" },
    { "ceil", write_rounded, "Ceil" },
    { "round", write_rounded, "Round" },
    { "unit_gap", write_unit_gap, "Mul" },
    { "nearest_finite", write_nearest_finite, "Clip" },
    { "add", write_two, "Add" },
    { "sub", write_two, "Sub" },
    { "mul", write_two, "Mul" },
    { "div", write_two, "Div" },
    { "pow", write_two, "Pow" },
    { "maximum", write_two, "Max" },
    { "minimum", write_two, "Min" },
    { "addn", write_addn, "Sum" },
    { "floor_divide", write_floor_divide, "Round" },
    { "remainder", write_remainder, NULL },
    { "fmod", write_fmod, NULL },
    { "equal", write_compared, "Equal" },
    { "not_equal", write_not_equal, NULL },
    { "less", write_compared, "Less" },
    { "less_equal", write_compared, "LessOrEqual" },
    { "greater", write_compared, "Greater" },
    { "greater_equal", write_compared, "GreaterOrEqual" },
    { "where", write_where, NULL },
    { "cast", write_same, NULL },
    { "checked", write_same, NULL },
    { "as_mask", write_same, NULL },
    { "as_class", write_same, NULL },
    { "distribution", write_same, NULL },
    { "settled", write_same, NULL },
    { "stop_gradient", write_same, NULL },
    { "identity", write_same, NULL },
    { "custom_vjp", write_same, NULL },
    { "eigh_part", write_same, NULL },
    { "eigh_grad", write_same, NULL },
    { "qr_part", write_same, NULL },
    { "svd_part", write_same, NULL },
    { "svd_grad", write_same, NULL },
    { "svd_turned", write_same, NULL },
    { "log_by_rest", write_log_by_rest, "Log" },
    { "sigmoid_rest", write_sigmoid_rest, "Sigmoid" },
    { "tanh_rest", write_sigmoid_rest, "Tanh" },
    { "sigmoid_backward", write_slope, "Sigmoid" },
    { "tanh_backward", write_slope, "Tanh" },
    { "sigmoid_slope", write_slope, "Sigmoid" },
    { "tanh_slope", write_slope, "Tanh" },
    { "log_softmax_rest", write_log_softmax_rest, "Log" },
    { "erf_rest", write_two, "Sub" },
    { "log_sigmoid", write_log_sigmoid, NULL },
    { "log_sigmoid_rest", write_log_sigmoid, NULL },
    { "log_sech2", write_log_sech2, NULL },
    { NULL, NULL, NULL },
};
