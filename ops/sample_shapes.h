/* sample_shapes.h: samples and error samples that several files of ops/ share. */
#ifndef WG_SAMPLE_SHAPES_H
#define WG_SAMPLE_SHAPES_H

#include "ops.h"

#if WG_BASE

typedef wg_node (*unary_builder)(wg_site, wg_node);
typedef wg_node (*binary_builder)(wg_site, wg_node, wg_node);

/* ---- one operand ---- */

/* A matrix, a scalar, no elements, a long row. */
static inline wg_node single(wg_graph *g, int i, unary_builder op, wg_site here, double low, double high)
{
    return NTH(wg_none, op(here, BETWEEN(low, high, 3, 4)), op(here, wg_between(g, low, high, WG_SCALAR)),
               op(here, BETWEEN(low, high, 2, 0)), op(here, BETWEEN(low, high, 1, 21)));
}
/* For functions with a kink at 0: the same on both sides of it. */
static inline wg_node kinked(wg_graph *g, int i, unary_builder op, wg_site here)
{
    return i < 4 ? single(g, i, op, here, 0.2, 2) : single(g, i - 4, op, here, -2, -0.2);
}
static inline const char *single_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    return NTH(NULL, (wg_apply2(here, ANY(3), ANY(3), op), "takes 1 operand, not 2"));
}

/* What maps floats has a kernel and a derivative rule. */
#define MAPS(n) .promote = WG_PROMOTE_FLOAT, .kernel = KERNELS(n), .vjp = n##_vjp
/* An elementwise op without options and its builder wg_NAME, behind its samples. */
#define SINGLE_OP(n, ...)                                                                    \
    ERROR_SAMPLE(n) { return single_error(here, g, i, &wgi_op_##n); }                        \
    wg_node wg_##n##_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_##n); } \
    DEFINE_OP(n, .operands = 1, __VA_ARGS__)
/* Its samples are numbers between low and high, or on both sides of a kink at 0. */
#define UNARY_OP(n, low, high, ...)                                  \
    SAMPLE(n) { return single(g, i, wg_##n##_at, here, low, high); } \
    SINGLE_OP(n, __VA_ARGS__)
#define KINKED_OP(n, ...)                                 \
    SAMPLE(n) { return kinked(g, i, wg_##n##_at, here); } \
    SINGLE_OP(n, __VA_ARGS__)

/* ---- two operands ---- */

static inline const char *pair_error(wg_graph *g, int i, binary_builder op, wg_site here)
{
    return NTH(NULL, (op(here, ANY(3), ANY(4)), "shapes do not broadcast"),
               (op(here, wg_cast(ANY(3), WG_F32), wg_cast(ANY(3), WG_F64)), "wg_cast"));
}

/* An elementwise op without options and its builder wg_NAME, behind its samples. */
#define PAIR_OP(n, ...)                                                                                    \
    ERROR_SAMPLE(n) { return pair_error(g, i, wg_##n##_at, here); }                                        \
    wg_node wg_##n##_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_##n); } \
    DEFINE_OP(n, .operands = 2, __VA_ARGS__)

/* ---- ops of floats that other ops make: two or three operands, no builder ---- */

/* Operands of a derivative: the gradient, and numbers between low and high. */
static inline wg_node inner_gradient(wg_graph *g, int i)
{
    static const wg_shape a[] = { { 2, { 3, 4 } }, { 0, { 0 } }, { 2, { 2, 0 } } };
    return i < 0 || i > 2 ? wg_none : wg_any(g, a[i]);
}
static inline wg_node inner_numbers(wg_graph *g, int i, double low, double high)
{
    static const wg_shape b[] = { { 2, { 3, 4 } }, { 1, { 5 } }, { 0, { 0 } } };
    return wg_between(g, low, high, b[i]);
}
static inline wg_node inner_sample(wg_site here, wg_graph *g, int i, const wg_op *op, double low, double high)
{
    const wg_node a = inner_gradient(g, i);
    return wg_is_none(a) ? a : wg_apply2(here, a, inner_numbers(g, i, low, high), op);
}
/* The same of an op whose operands are a, y and x, where y is a function of x. */
#define TIED_SAMPLE(n, function)                      \
    SAMPLE(n)                                         \
    {                                                 \
        const wg_node a = inner_gradient(g, i);       \
        if (wg_is_none(a)) return a;                  \
        const wg_node x = inner_numbers(g, i, -2, 2); \
        return NODE_OF(n, NULL, a, function(x), x);   \
    }
static inline const char *inner_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    const wg_node x[3] = { ANY(3), ANY(4), ANY(4) };
    return NTH(NULL, (wg_apply(here, op, x, op->operands, NULL), "shapes do not broadcast"));
}

#define INNER_OP(n, ...)                                             \
    ERROR_SAMPLE(n) { return inner_error(here, g, i, &wgi_op_##n); } \
    DEFINE_OP(n, .promote = WG_PROMOTE_FLOAT, __VA_ARGS__)

/* ---- ops of exact expressions. A rest is a - y, where y is a function of x, which goes to the number a. y
 * stands for x, as in tanh_backward: its derivative is that by x ---- */

#define REST_OP(n, function, of, slope, ...)                                                                \
    EXPAND(n) { y[0] = wg_sub(x[0], x[1]); }                                                                \
    TIED_SAMPLE(n, function)                                                                                \
    INNER_OP(n, .formula = "d = a - " of, .adjoint = "a' = d', x' = -d' " slope ", y' = 0", .zero = 1 << 1, \
             .operands = 3, .names = "a y x", .kernel = KERNELS(n), RULES(n, expand, vjp), __VA_ARGS__)

#endif

#endif
