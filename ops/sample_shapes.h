/* sample_shapes.h: samples and error samples that several files of ops/ share. */
#ifndef WG_SAMPLE_SHAPES_H
#define WG_SAMPLE_SHAPES_H

#include "ops.h"

#if WG_BASE

/* A matrix, a scalar, no elements, a long row. */
static inline wg_node single(wg_graph *g, int i, wg_node (*op)(wg_site, wg_node), wg_site here, double low,
                             double high)
{
    switch (i) {
    case 0: return op(here, wg_between(g, low, high, WG_SHAPE(3, 4)));
    case 1: return op(here, wg_between(g, low, high, WG_SCALAR));
    case 2: return op(here, wg_between(g, low, high, WG_SHAPE(2, 0)));
    case 3: return op(here, wg_between(g, low, high, WG_SHAPE(1, 21)));
    }
    return wg_none;
}

/* For functions with a kink at 0: the same on both sides of it. */
static inline wg_node kinked(wg_graph *g, int i, wg_node (*op)(wg_site, wg_node), wg_site here)
{
    return i < 4 ? single(g, i, op, here, 0.2, 2) : single(g, i - 4, op, here, -2, -0.2);
}

static inline const char *single_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    return NTH(NULL, (wg_apply2(here, ANY(3), ANY(3), op), "takes 1 operands, not 2"));
}

/* An elementwise op of one operand with the builder wg_NAME: samples of numbers between low and high. */
#define UNARY_OP(n, low, high, ...)                                  \
    SAMPLE(n) { return single(g, i, wg_##n##_at, here, low, high); } \
    SINGLE_OP_(n, __VA_ARGS__)
/* The same with a kink at 0. */
#define KINKED_OP(n, ...)                                 \
    SAMPLE(n) { return kinked(g, i, wg_##n##_at, here); } \
    SINGLE_OP_(n, __VA_ARGS__)
#define SINGLE_OP_(n, ...)                                                                   \
    ERROR_SAMPLE(n) { return single_error(here, g, i, &wgi_op_##n); }                        \
    wg_node wg_##n##_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_##n); } \
    DEFINE_OP(n, .operands = 1, __VA_ARGS__)

typedef wg_node (*binary_builder)(wg_site, wg_node, wg_node);

static inline const char *pair_error(wg_graph *g, int i, binary_builder op, wg_site here)
{
    return NTH(NULL, (op(here, ANY(3), ANY(4)), "shapes do not broadcast"),
               (op(here, wg_cast(ANY(3), WG_F32), wg_cast(ANY(3), WG_F64)), "wg_cast"));
}

/* The same for an op without a builder. */
static inline const char *apart_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    return NTH(NULL, (wg_apply2(here, ANY(3), ANY(4), op), "shapes do not broadcast"));
}

#endif

#endif
