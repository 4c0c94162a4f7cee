/* unary.c: functions of one operand, elementwise. exp, log, tanh, sigmoid and softplus of f32 are vmath.h's. */
#include "ops.h"
#include "vmath.h"

KERNEL(exp) { WG_MAP1(k, EXP(a)); }
KERNEL(log) { WG_MAP1(k, LOG(a)); }
KERNEL(sqrt) { WG_MAP1(k, SQRT(a)); }
KERNEL(square) { WG_MAP1_ALL(k, a * a); }
KERNEL(abs) { WG_MAP1_ALL(k, ABS(a)); }
KERNEL(sin) { WG_MAP1(k, SIN(a)); }
KERNEL(cos) { WG_MAP1(k, COS(a)); }
KERNEL(tanh) { WG_MAP1(k, TANH(a)); }
KERNEL(sigmoid) { WG_MAP1(k, SIGMOID(a)); }
KERNEL(softplus) { WG_MAP1(k, (a > 0 ? a : 0) + LOG1P(EXP(-ABS(a)))); }
KERNEL(relu) { WG_MAP1_ALL(k, a <= 0 ? 0 : a); } /* NaN is not <= 0 */
KERNEL(leaky) { WG_MAP2(k, a > 0 ? a : a * b); }

#if WG_BASE

#include "wengert/params.h"

DECLARE(exp);
DECLARE(log);
DECLARE(sqrt);
DECLARE(square);
DECLARE(abs);
DECLARE(sin);
DECLARE(cos);
DECLARE(tanh);
DECLARE(sigmoid);
DECLARE(softplus);
DECLARE(relu);
DECLARE(leaky);

/* The shapes that every function is tried with. */
static wg_node single(wg_graph *g, int i, wg_node (*op)(wg_site, wg_node), wg_site here, double low, double high)
{
    switch (i) {
    case 0: return op(here, wg_between(g, low, high, WG_SHAPE(3, 4)));
    case 1: return op(here, wg_between(g, low, high, WG_SCALAR));
    case 2: return op(here, wg_between(g, low, high, WG_SHAPE(2, 0)));
    case 3: return op(here, wg_between(g, low, high, WG_SHAPE(1, 21)));
    }
    return wg_none;
}

/* The same for functions with a kink at 0: both sides of it. */
static wg_node kinked(wg_graph *g, int i, wg_node (*op)(wg_site, wg_node), wg_site here)
{
    return i < 4 ? single(g, i, op, here, 0.2, 2) : single(g, i - 4, op, here, -2, -0.2);
}

static const char *single_error(wg_graph *g, int i, const char *name, wg_site here)
{
    if (i) return NULL;
    wg_apply(here, wg_op_find(name), (wg_node[]){ wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(3)) }, 2, NULL);
    return "takes 1 operands, not 2";
}

/* ---- exp ---- */

static void        exp_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = wg_mul(gy, y); }
static wg_node     exp_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_exp_at, here, -2, 2); }
static const char *exp_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "exp", here); }
static const wg_op exp_op = {
    .name = "exp",
    .summary = "The exponential function.",
    .formula = "y = e^x",
    .adjoint = "x' = y' y",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 6,
    .kernel = KERNELS(exp),
    .vjp = exp_vjp,
    .sample = exp_sample,
    .error = exp_error,
};
wg_node wg_exp_at(wg_site here, wg_node x) { return wg_apply(here, &exp_op, &x, 1, NULL); }

/* ---- log ---- */

static void        log_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = wg_div(gy, x[0]); }
static wg_node     log_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_log_at, here, 0.5, 3); }
static const char *log_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "log", here); }
static const wg_op log_op = {
    .name = "log",
    .summary = "The natural logarithm; -inf of 0, NaN below.",
    .formula = "y = ln x",
    .adjoint = "x' = y' / x",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 8,
    .kernel = KERNELS(log),
    .vjp = log_vjp,
    .sample = log_sample,
    .error = log_error,
};
wg_node wg_log_at(wg_site here, wg_node x) { return wg_apply(here, &log_op, &x, 1, NULL); }

/* ---- sqrt ---- */

static void sqrt_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = wg_div(gy, wg_mul(y, 2)); }
static wg_node     sqrt_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_sqrt_at, here, 0.5, 3); }
static const char *sqrt_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "sqrt", here); }
static const wg_op sqrt_op = {
    .name = "sqrt",
    .summary = "The square root; NaN below 0.",
    .formula = "y = sqrt x",
    .adjoint = "x' = y' / (2 y), infinite at 0",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 4,
    .kernel = KERNELS(sqrt),
    .vjp = sqrt_vjp,
    .sample = sqrt_sample,
    .error = sqrt_error,
};
wg_node wg_sqrt_at(wg_site here, wg_node x) { return wg_apply(here, &sqrt_op, &x, 1, NULL); }

/* ---- square ---- */

static void square_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(x[0], 2));
}
static wg_node     square_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_square_at, here, -2, 2); }
static const char *square_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "square", here); }
static const wg_op square_op = {
    .name = "square",
    .summary = "The square.",
    .formula = "y = x^2",
    .adjoint = "x' = 2 y' x",
    .operands = 1,
    .kernel = KERNELS(square),
    .vjp = square_vjp,
    .sample = square_sample,
    .error = square_error,
};
wg_node wg_square_at(wg_site here, wg_node x) { return wg_apply(here, &square_op, &x, 1, NULL); }

/* ---- abs ---- */

static void abs_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_where(wg_greater(x[0], 0), gy, wg_where(wg_less(x[0], 0), wg_neg(gy), 0));
}
static wg_node     abs_sample(wg_site here, wg_graph *g, int i) { return kinked(g, i, wg_abs_at, here); }
static const char *abs_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "abs", here); }
static const wg_op abs_op = {
    .name = "abs",
    .summary = "The absolute value.",
    .formula = "y = |x|",
    .adjoint = "x' = y' where x > 0, -y' where x < 0, 0 at 0",
    .operands = 1,
    .kernel = KERNELS(abs),
    .vjp = abs_vjp,
    .sample = abs_sample,
    .error = abs_error,
};
wg_node wg_abs_at(wg_site here, wg_node x) { return wg_apply(here, &abs_op, &x, 1, NULL); }

/* ---- sin, cos ---- */

static void    sin_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = wg_mul(gy, wg_cos(x[0])); }
static wg_node sin_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_sin_at, here, -3, 3); }
static const char *sin_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "sin", here); }
static const wg_op sin_op = {
    .name = "sin",
    .summary = "The sine; x in radians.",
    .formula = "y = sin x",
    .adjoint = "x' = y' cos x",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 20,
    .kernel = KERNELS(sin),
    .vjp = sin_vjp,
    .sample = sin_sample,
    .error = sin_error,
};
wg_node wg_sin_at(wg_site here, wg_node x) { return wg_apply(here, &sin_op, &x, 1, NULL); }

static void cos_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_neg(wg_mul(gy, wg_sin(x[0])));
}
static wg_node     cos_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_cos_at, here, -3, 3); }
static const char *cos_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "cos", here); }
static const wg_op cos_op = {
    .name = "cos",
    .summary = "The cosine; x in radians.",
    .formula = "y = cos x",
    .adjoint = "x' = -y' sin x",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 20,
    .kernel = KERNELS(cos),
    .vjp = cos_vjp,
    .sample = cos_sample,
    .error = cos_error,
};
wg_node wg_cos_at(wg_site here, wg_node x) { return wg_apply(here, &cos_op, &x, 1, NULL); }

/* ---- tanh ---- */

static void tanh_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_sub(1, wg_square(y)));
}
static wg_node     tanh_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_tanh_at, here, -2, 2); }
static const char *tanh_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "tanh", here); }
static const wg_op tanh_op = {
    .name = "tanh",
    .summary = "The hyperbolic tangent.",
    .formula = "y = tanh x",
    .adjoint = "x' = y' (1 - y^2)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 10,
    .kernel = KERNELS(tanh),
    .vjp = tanh_vjp,
    .sample = tanh_sample,
    .error = tanh_error,
};
wg_node wg_tanh_at(wg_site here, wg_node x) { return wg_apply(here, &tanh_op, &x, 1, NULL); }

/* ---- sigmoid ---- */

static void sigmoid_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_mul(y, wg_sub(1, y)));
}
static wg_node     sigmoid_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_sigmoid_at, here, -3, 3); }
static const char *sigmoid_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "sigmoid", here); }
static const wg_op sigmoid_op = {
    .name = "sigmoid",
    .summary = "The logistic function.",
    .formula = "y = 1 / (1 + e^-x)",
    .adjoint = "x' = y' y (1 - y)",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 10,
    .kernel = KERNELS(sigmoid),
    .vjp = sigmoid_vjp,
    .sample = sigmoid_sample,
    .error = sigmoid_error,
};
wg_node wg_sigmoid_at(wg_site here, wg_node x) { return wg_apply(here, &sigmoid_op, &x, 1, NULL); }

/* ---- softplus ---- */

static void softplus_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_mul(gy, wg_sigmoid(x[0]));
}
static wg_node     softplus_sample(wg_site here, wg_graph *g, int i) { return single(g, i, wg_softplus_at, here, -3, 3); }
static const char *softplus_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "softplus", here); }
static const wg_op softplus_op = {
    .name = "softplus",
    .summary = "A smooth relu, as max(x, 0) + ln(1 + e^-|x|).",
    .formula = "y = ln(1 + e^x)",
    .adjoint = "x' = y' sigmoid x",
    .operands = 1,
    .promote = WG_PROMOTE_FLOAT,
    .cost = 14,
    .kernel = KERNELS(softplus),
    .vjp = softplus_vjp,
    .sample = softplus_sample,
    .error = softplus_error,
};
wg_node wg_softplus_at(wg_site here, wg_node x) { return wg_apply(here, &softplus_op, &x, 1, NULL); }

/* ---- relu ---- */

static void relu_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_where(wg_greater(x[0], 0), gy, 0);
}
static wg_node     relu_sample(wg_site here, wg_graph *g, int i) { return kinked(g, i, wg_relu_at, here); }
static const char *relu_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "relu", here); }
static const wg_op relu_op = {
    .name = "relu",
    .summary = "The positive part; NaN stays.",
    .formula = "y = max(x, 0)",
    .adjoint = "x' = y' where x > 0, else 0",
    .operands = 1,
    .kernel = KERNELS(relu),
    .vjp = relu_vjp,
    .sample = relu_sample,
    .error = relu_error,
};
wg_node wg_relu_at(wg_site here, wg_node x) { return wg_apply(here, &relu_op, &x, 1, NULL); }

/* ---- leaky: the slope is an operand, for it may change from run to run; leaky_relu: it is an option ---- */

static void leaky_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node positive = wg_greater(x[0], 0);
    gx[0] = wg_where(positive, gy, wg_mul(gy, x[1]));
    gx[1] = wg_where(positive, 0, wg_mul(gy, x[0]));
}
static wg_node leaky_at(wg_site here, wg_node x, wg_node slope);
static wg_node leaky_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return leaky_at(here, wg_between(g, -2, -0.2, WG_SHAPE(3, 4)), wg_between(g, 0.1, 0.5, WG_SHAPE(3, 4)));
    case 1: return leaky_at(here, wg_between(g, 0.2, 2, WG_SHAPE(3, 4)), wg_between(g, 0.1, 0.5, WG_SHAPE(4)));
    case 2: return leaky_at(here, wg_between(g, -2, -0.2, WG_SHAPE(2, 0)), wg_number(0.1));
    }
    return wg_none;
}
static const char *leaky_error(wg_site here, wg_graph *g, int i)
{
    if (i) return NULL;
    leaky_at(here, wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(4)));
    return "shapes do not broadcast";
}
static const wg_op leaky_op = {
    .name = "leaky",
    .summary = "A relu with a slope below zero.",
    .formula = "y = x where x > 0, else slope x",
    .adjoint = "x' = y' where x > 0, else y' slope; slope' = 0 where x > 0, else y' x",
    .operands = 2,
    .promote = WG_PROMOTE_FLOAT,
    .kernel = KERNELS(leaky),
    .vjp = leaky_vjp,
    .sample = leaky_sample,
    .error = leaky_error,
};
static wg_node leaky_at(wg_site here, wg_node x, wg_node slope)
{
    return wg_apply(here, &leaky_op, (wg_node[]){ x, slope }, 2, NULL);
}

struct leaky_relu {
    double slope; /* 0: the default */
};
static const wg_attr_row leaky_relu_attrs[] = { { "slope", WG_ATTR_DOUBLE, offsetof(struct leaky_relu, slope), "0.01", NULL },
                                                { 0 } };
static void              leaky_relu_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    double slope = ((const struct leaky_relu *)attr)->slope;
    y[0] = leaky_at(here, x[0], wg_number(slope == 0 ? 0.01 : slope == WG_ZERO ? 0 : slope));
}
static wg_node leaky_relu_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_leaky_relu(wg_between(g, -2, -0.2, WG_SHAPE(3, 4)));
    case 1: return wg_leaky_relu(wg_between(g, 0.2, 2, WG_SHAPE(3, 4)), .slope = 0.3);
    case 2: return wg_leaky_relu(wg_between(g, -2, -0.2, WG_SHAPE(2, 0)), .slope = WG_ZERO);
    }
    return wg_none;
}
static const char *leaky_relu_error(wg_site here, wg_graph *g, int i) { return single_error(g, i, "leaky_relu", here); }
static const wg_op leaky_relu_op = {
    .name = "leaky_relu",
    .summary = "A relu with a slope below zero, 0.01 by default.",
    .formula = "y = x where x > 0, else slope x",
    .adjoint = "x' = y' where x > 0, else slope y'",
    .operands = 1,
    .attr_size = sizeof(struct leaky_relu),
    .attrs = leaky_relu_attrs,
    .expand = leaky_relu_expand,
    .sample = leaky_relu_sample,
    .error = leaky_relu_error,
};
wg_node wg_leaky_relu_at(wg_site here, const wg_leaky_relu_args *a)
{
    return wg_apply(here, &leaky_relu_op, &a->x, 1, &(struct leaky_relu){ a->slope });
}

extern const wg_op *const wgi_ops_unary[];
const wg_op *const        wgi_ops_unary[] = { &exp_op,  &log_op,     &sqrt_op,     &square_op, &abs_op,   &sin_op,        &cos_op,
                                              &tanh_op, &sigmoid_op, &softplus_op, &relu_op,   &leaky_op, &leaky_relu_op, NULL };

#endif
