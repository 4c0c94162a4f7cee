/* take_rules.h: elements chosen along an axis, each by its own number, as rows of one element: for take.c and
 * sort.c. */
#ifndef WG_TAKE_RULES_H
#define WG_TAKE_RULES_H

#include "axis_runs.h"
#include "gathered.h"
#include "ops.h"
#include "rules.h"

#if WG_BASE

/* x with the axis last, as [all other axes, axis]. */
static inline wg_node axis_last(wg_site here, wg_node x, int axis)
{
    const wg_shape s = wg_node_shape(x);
    wg_axes to = { .count = s.rank };
    for (int i = 0; i < s.rank; i++) to.axis[i] = i == s.rank - 1 ? axis : i < axis ? i : i + 1;
    if (axis != s.rank - 1) x = wg_transpose(x, .axes = AXES_OF(to));
    return wg_reshape(x, WG_SHAPE(outer_of(&s, axis) * inner_of(&s, axis), s.dim[axis]));
}
/* What axis_last made, back in shape s. */
static inline wg_node axis_back(wg_site here, wg_node x, wg_shape s, int axis)
{
    wg_shape last = s;
    wg_axes to = { .count = s.rank };
    for (int i = axis; i < s.rank - 1; i++) last.dim[i] = s.dim[i + 1];
    last.dim[s.rank - 1] = s.dim[axis];
    for (int i = 0; i < s.rank; i++) to.axis[i] = i < axis ? i : i == axis ? s.rank - 1 : i - 1;
    x = wg_reshape(x, last);
    return axis == s.rank - 1 ? x : wg_transpose(x, .axes = AXES_OF(to));
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
