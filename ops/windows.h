/* windows.h: options of convolution and pooling that have a number for each axis. */
#ifndef WG_WINDOWS_H
#define WG_WINDOWS_H

#include "rules.h"

enum { CONV_AXES = 3 };

/* a / b, rounded up; 0 where a is below 0. */
static inline int64_t conv_up(int64_t a, int64_t b) { return a <= 0 ? 0 : (a - 1) / b + 1; }

#if WG_BASE

enum { CONV_MOST = INT32_MAX }; /* of an option, and of the elements of an axis */

/* A list of one number for all axes, or of one for each. `standard` where there is none. */
static inline bool conv_list(wg_rule *r, wg_shape *list, const char *name, int axes, int64_t least,
                             int64_t standard)
{
    if (list->rank == 0) *list = (wg_shape){ 1, { standard } };
    for (int i = list->rank; list->rank == 1 && i < axes; i++) list->dim[i] = list->dim[0];
    if (list->rank == 1) list->rank = axes;
    if (list->rank != axes)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d numbers for %d axes of %s", name,
                            WGI_MAX(list->rank, 0), axes, wg_rule_who(r, 0));
    for (int i = 0; i < axes; i++)
        if (list->dim[i] < least || list->dim[i] > CONV_MOST)
            return wg_rule_fail(r, WG_ERROR_VALUE, "%s is %lld, must be at least %lld", name,
                                (long long)list->dim[i], (long long)least);
    return true;
}

/* One number for all sides, one for both sides of each axis, or two for each axis. */
static inline bool conv_sides(wg_rule *r, wg_shape *list, int axes)
{
    if (list->rank == 2 * axes) {
        for (int i = 0; i < 2 * axes; i++)
            if (list->dim[i] < -CONV_MOST || list->dim[i] > CONV_MOST)
                return wg_rule_fail(r, WG_ERROR_VALUE, "padding is %lld", (long long)list->dim[i]);
        return true;
    }
    if (!conv_list(r, list, "padding", axes, 0, 0)) return false;
    for (int i = axes - 1; i >= 0; i--) list->dim[2 * i] = list->dim[2 * i + 1] = list->dim[i];
    list->rank = 2 * axes;
    return true;
}

/* Half of the padding, the smaller one, stands before the elements. */
static inline void conv_same(wg_shape *padding, int axis, int64_t all)
{
    padding->dim[2 * axis] = all > 0 ? all / 2 : 0;
    padding->dim[2 * axis + 1] = all - padding->dim[2 * axis];
}

/* The padding with which windows of `reach` elements, `stride` apart, give n / stride results. */
static inline void conv_pad_same(wg_shape *padding, int axis, int64_t n, int64_t reach, int64_t stride)
{
    conv_same(padding, axis, WGI_MAX(conv_up(n, stride) * stride - stride + reach - n, 0));
}

/* x with the rows of wg_vmap: its images are one batch; and back. */
static inline wg_node conv_as_batch(wg_site here, wg_node x, int64_t n)
{
    wg_shape s = without_axis(wg_node_shape(x), 0);
    s.dim[0] *= n;
    return wg_reshape(x, s);
}
static inline wg_node conv_from_batch(wg_site here, wg_node all, wg_shape s, int64_t n)
{
    return wg_reshape(all, with_axis(s, 0, n));
}

/* A shape or a list, of n numbers, in a table of samples. */
#define CONV_LIST(n, ...)  \
    {                      \
        n, { __VA_ARGS__ } \
    }

#endif

#endif
