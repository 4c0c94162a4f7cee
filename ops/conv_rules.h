/* conv_rules.h: shapes of the three products of a convolution. Each has the shape that the other two
 * leave open:
 *
 *     conv            narrow = wide * W    y[j, b] = sum of x[j stride + k step - before, a] W[k, a, b]
 *     conv_transpose  wide = narrow * W    the adjoint of conv by x
 *     conv_weights    W = wide * narrow    the adjoint of conv by W
 *
 * The sum of wide times conv_transpose(narrow, W) is that of narrow times conv(wide, W), and that of W
 * times conv_weights(wide, narrow). So each is the gradient of the other two, with equal options. */
#ifndef WG_CONV_RULES_H
#define WG_CONV_RULES_H

#include "conv_sizes.h"
#include "rules.h"

#if WG_BASE

enum { CONV_MOST = INT32_MAX }; /* of an option, and of the elements of an axis */

/* ---- options ---- */

/* A list of one number for all axes, or of one for each. `standard` where there is none. */
static inline bool conv_list(wg_rule *r, wg_shape *list, const char *name, int axes, int64_t least,
                             int64_t standard)
{
    if (list->rank == 0) *list = (wg_shape){ 1, { standard } };
    for (int i = list->rank; list->rank == 1 && i < axes; i++) list->dim[i] = list->dim[0];
    if (list->rank == 1) list->rank = axes;
    if (list->rank != axes)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d numbers for %d axes of %s", name, list->rank, axes,
                            wg_rule_who(r, 0));
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

static inline bool conv_options(wg_rule *r, struct conv *f, int axes)
{
    if (f->groups == 0) f->groups = 1;
    if (f->groups < 1)
        return wg_rule_fail(r, WG_ERROR_VALUE, "groups is %lld, must be at least 1", (long long)f->groups);
    if (f->same && f->padding.rank)
        return wg_rule_fail(r, WG_ERROR_VALUE, "same chooses the padding: do not give both");
    return conv_list(r, &f->stride, "stride", axes, 1, 1) &&
           conv_list(r, &f->dilation, "dilation", axes, 1, 1) && conv_sides(r, &f->padding, axes);
}

/* Half of the padding, the smaller one, stands before the elements. */
static inline void conv_same(struct conv *f, int axis, int64_t all)
{
    f->padding.dim[2 * axis] = all > 0 ? all / 2 : 0;
    f->padding.dim[2 * axis + 1] = all - f->padding.dim[2 * axis];
}

/* ---- shapes ---- */

/* Operand k has an axis of images, 1 to 3 axes of elements, and one of channels. */
static inline bool conv_ranks(wg_rule *r, int k, int j, int *axes)
{
    *axes = r->x[k].shape->rank - 2;
    if (!wg_rule_float(r, k) || !wg_rule_rank(r, k, 3, CONV_AXES + 2)) return false;
    if (r->x[j].shape->rank != *axes + 2)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes, and %s has %d", wg_rule_who(r, k), *axes + 2,
                            wg_rule_who(r, j), r->x[j].shape->rank);
    for (int i = 0; i < 2; i++)
        for (int a = 0; a < *axes; a++)
            if (r->x[i].shape->dim[i == 1 && j == 1 ? a : a + 1] > CONV_MOST)
                return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is too large", wg_rule_who(r, i));
    return true;
}

/* Elements from the first to the last tap. */
static inline int64_t conv_reach(int64_t taps, int64_t step) { return (taps - 1) * step + 1; }

static inline bool conv_kernel(wg_rule *r, int axes)
{
    for (int a = 0; a < axes; a++)
        if (r->x[1].shape->dim[a] < 1)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "the kernel %s has no elements along axis %d",
                                wg_rule_who(r, 1), a);
    return true;
}

static inline bool conv_grouped(wg_rule *r, const wg_shape *s, int64_t groups)
{
    return s->dim[s->rank - 1] % groups == 0 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%lld channels have no %lld equal groups",
                        (long long)s->dim[s->rank - 1], (long long)groups);
}

/* ---- rows: wg_vmap ---- */

/* x with a first axis of rows, as one tensor whose channels are those of all rows, one behind the
 * other. */
static inline wg_node conv_as_channels(wg_site here, wg_node x)
{
    wg_shape s = wg_node_shape(x), to = { s.rank - 1, { 0 } };
    wg_axes turned = { .count = s.rank };
    for (int i = 0; i < s.rank - 2; i++) turned.axis[i] = i + 1, to.dim[i] = s.dim[i + 1];
    turned.axis[s.rank - 2] = 0, turned.axis[s.rank - 1] = s.rank - 1;
    to.dim[s.rank - 2] = s.dim[0] * s.dim[s.rank - 1];
    return wg_reshape(wg_transpose(x, .axes = AXES_OF(turned)), to);
}

/* The opposite: n rows. */
static inline wg_node conv_as_rows(wg_site here, wg_node x, int64_t n)
{
    wg_shape s = wg_node_shape(x);
    wg_axes turned = { s.rank + 1, { s.rank - 1 } };
    for (int i = 1; i < s.rank; i++) turned.axis[i] = i - 1;
    turned.axis[s.rank] = s.rank;
    s.dim[s.rank] = s.dim[s.rank - 1] / n, s.dim[s.rank - 1] = n;
    s.rank++;
    return wg_transpose(wg_reshape(x, s), .axes = AXES_OF(turned));
}

/* The product of rows: each row is a group, or as many as the options say. */
static inline wg_node conv_by_groups(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    struct conv f = *(const struct conv *)wg_attr(y);
    wg_node to[2];
    if (n < 1) return wg_none;
    for (int k = 0; k < 2; k++)
        to[k] = conv_as_channels(here, rows[k] ? x[k] : wg_rows_repeated(here, x[k], n));
    f.groups *= n;
    return conv_as_rows(here, wg_apply(here, wg_node_op(y), to, 2, &f), n);
}

/* Where W is the same for all rows, their images are one batch. */
static inline wg_node conv_of_rows(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    if (rows[1]) return conv_by_groups(here, y, x, rows, n);
    wg_shape s = wg_node_shape(x[0]), to = wg_node_shape(y);
    for (int i = 1; i < s.rank; i++) s.dim[i - 1] = s.dim[i] * (i == 1 ? n : 1);
    s.rank--;
    wg_node all = wg_apply(here, wg_node_op(y), (wg_node[]){ wg_reshape(x[0], s), x[1] }, 2, wg_attr(y));
    for (int i = to.rank++; i > 0; i--) to.dim[i] = to.dim[i - 1];
    to.dim[0] = n;
    return wg_reshape(all, to);
}

static inline wg_node conv_jvp_of(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
{
    const wg_op *op = wg_node_op(y);
    const void *f = wg_attr(y);
    wg_node a = wg_is_none(tx[0]) ? wg_none : wg_apply(here, op, (wg_node[]){ tx[0], x[1] }, 2, f),
            b = wg_is_none(tx[1]) ? wg_none : wg_apply(here, op, (wg_node[]){ x[0], tx[1] }, 2, f);
    return wg_is_none(a) ? b : wg_is_none(b) ? a : wg_add(a, b);
}

/* ---- samples ---- */

/* Shapes of the wide side and of W, and options. */
typedef struct conv_case {
    wg_shape x, W;
    struct conv f;
} conv_case;

#define CONV_LIST(n, ...)  \
    {                      \
        n, { __VA_ARGS__ } \
    }
static const conv_case conv_cases[] = {
    { CONV_LIST(4, 2, 5, 4, 2), CONV_LIST(4, 3, 2, 2, 3), { 0 } },
    { CONV_LIST(4, 2, 5, 6, 2), CONV_LIST(4, 3, 3, 2, 3), { .same = true } },
    { CONV_LIST(4, 1, 7, 6, 3),
      CONV_LIST(4, 3, 2, 3, 17),
      { .stride = CONV_LIST(1, 2), .padding = CONV_LIST(1, 1) } },
    { CONV_LIST(4, 1, 4, 5, 1), CONV_LIST(4, 2, 2, 1, 2), { .stride = CONV_LIST(2, 3, 1) } },
    { CONV_LIST(4, 1, 6, 7, 2),
      CONV_LIST(4, 3, 2, 2, 2),
      { .dilation = CONV_LIST(2, 2, 3), .padding = CONV_LIST(4, 1, 2, 0, 3) } },
    { CONV_LIST(4, 2, 4, 4, 4), CONV_LIST(4, 2, 3, 2, 6), { .groups = 2, .padding = CONV_LIST(2, 0, 1) } },
    { CONV_LIST(4, 2, 4, 5, 3), CONV_LIST(4, 3, 3, 1, 3), { .groups = 3, .padding = CONV_LIST(1, 1) } },
    { CONV_LIST(4, 1, 5, 5, 19),
      CONV_LIST(4, 2, 3, 1, 19),
      { .groups = 19, .stride = CONV_LIST(1, 2), .dilation = CONV_LIST(2, 2, 1) } },
    { CONV_LIST(4, 1, 3, 3, 2), CONV_LIST(4, 2, 2, 1, 6), { .groups = 2 } },
    { CONV_LIST(3, 2, 9, 2), CONV_LIST(3, 5, 2, 3), { 0 } },
    { CONV_LIST(3, 2, 31, 1), CONV_LIST(3, 4, 1, 2), { .same = true, .stride = CONV_LIST(1, 3) } },
    { CONV_LIST(3, 1, 6, 2),
      CONV_LIST(3, 3, 2, 2),
      { .stride = CONV_LIST(1, 4), .dilation = CONV_LIST(1, 2) } },
    { CONV_LIST(5, 1, 4, 5, 6, 2),
      CONV_LIST(5, 2, 2, 3, 2, 2),
      { .stride = CONV_LIST(3, 1, 2, 1), .same = true } },
    { CONV_LIST(4, 3, 2, 2, 3), CONV_LIST(4, 1, 1, 3, 5), { 0 } },
    { CONV_LIST(4, 0, 4, 4, 2), CONV_LIST(4, 3, 3, 2, 2), { 0 } },
    { CONV_LIST(4, 1, 4, 4, 0), CONV_LIST(4, 3, 3, 0, 2), { 0 } },
    { CONV_LIST(3, 1, 40, 3), CONV_LIST(3, 3, 3, 2), { .padding = CONV_LIST(1, 1) } },
};
enum { CONV_CASES = sizeof conv_cases / sizeof *conv_cases };

#endif

#endif
