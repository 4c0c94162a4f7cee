/* nearest_finite.h: for derivative rules far out. */
#ifndef WG_NEAREST_FINITE_H
#define WG_NEAREST_FINITE_H

#include "ops.h"

#if WG_BASE

/* x, but of infinities the nearest finite number: there 0 times x is 0. A square of it is a product, since
 * the rule of wg_square has 2 x, which may be infinite. */
extern const wg_op wgi_op_nearest_finite;
static inline wg_node nearest_finite(wg_site here, wg_node x)
{
    return wg_apply1(here, x, &wgi_op_nearest_finite);
}

#endif

#endif
