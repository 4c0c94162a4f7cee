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

static inline const char *single_error(wg_graph *g, int i, const char *name, wg_site here)
{
    if (i) return NULL;
    wg_apply(here, wg_op_find(name), (wg_node[]){ wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(3)) }, 2, NULL);
    return "takes 1 operands, not 2";
}

typedef wg_node (*binary_builder)(wg_site, wg_node, wg_node);

static inline const char *pair_error(wg_graph *g, int i, binary_builder op, wg_site here)
{
    wg_node a = wg_any(g, WG_SHAPE(3)), b = wg_any(g, i ? WG_SHAPE(3) : WG_SHAPE(4));
    if (i > 1) return NULL;
    if (i == 0) op(here, a, b);
    else op(here, wg_cast(a, WG_F32), wg_cast(b, WG_F64));
    return i ? "wg_cast" : "shapes do not broadcast";
}

/* The same for an op without a builder. */
static inline const char *apart_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    if (i) return NULL;
    wg_apply(here, op, (wg_node[]){ wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(4)) }, 2, NULL);
    return "shapes do not broadcast";
}

#endif

#endif
