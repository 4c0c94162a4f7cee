/* take_rules.h: elements chosen along an axis, each by its own number, as rows of one element: for take.c and
 * sort.c. */
#ifndef WG_TAKE_RULES_H
#define WG_TAKE_RULES_H

#include "axis_runs.h"
#include "rules.h"

#if WG_BASE

/* x with the axis last, as [all other axes, axis]. */
static inline wg_node axis_last(wg_site here, wg_node x, int axis)
{
    const wg_shape s = wg_node_shape(x);
    x = axis_moved(here, x, axis, s.rank - 1);
    return wg_reshape(x, WG_SHAPE(outer_of(&s, axis) * inner_of(&s, axis), s.dim[axis]));
}
/* What axis_last made, back in shape s. */
static inline wg_node axis_back(wg_site here, wg_node x, wg_shape s, int axis)
{
    const wg_shape last = with_axis(without_axis(s, axis), s.rank - 1, s.dim[axis]);
    return axis_moved(here, wg_reshape(x, last), s.rank - 1, axis);
}

static inline wg_node taken_along(wg_site here, wg_node x, wg_node indices, int axis)
{
    wg_node y = wgi_gather(here, axis_last(here, x, axis), axis_last(here, indices, axis), 1);
    return axis_back(here, y, wg_node_shape(indices), axis);
}
/* v added at the indices to an axis of n zeros. */
static inline wg_node added_along(wg_site here, wg_node v, wg_node indices, int axis, int64_t n)
{
    wg_shape s = wg_node_shape(v);
    s.dim[axis] = n;
    wg_node y = wgi_add_rows(here, axis_last(here, v, axis), axis_last(here, indices, axis), n, 1);
    return axis_back(here, y, s, axis);
}

#endif

#endif
