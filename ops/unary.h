/* unary.h: the samples of functions of one operand, for the files that hold them. */
#ifndef WG_UNARY_H
#define WG_UNARY_H

#include "ops.h"

#if WG_BASE

/* The shapes that every function is tried with. */
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

/* The same for functions with a kink at 0: both sides of it. */
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

#endif

#endif
