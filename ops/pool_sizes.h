/* pool_sizes.h: options, shapes and samples of pooling. */
#ifndef WG_POOL_SIZES_H
#define WG_POOL_SIZES_H

#include "conv_rules.h"

/* After the shape rule size and stride have a number for each axis, and padding two, as in
 * conv_sizes.h. */
#define POOL_FIELDS(F, S)       \
    F(S, BOOL, same, "false")   \
    F(S, SHAPE, size, NULL)     \
    F(S, SHAPE, stride, "size") \
    F(S, SHAPE, padding, "0")
OPTIONS(pooling, POOL_FIELDS);

enum { POOL_AXES = CONV_AXES };

#if WG_BASE

/* The windows along an axis. A window always has elements of x. */
static inline bool pool_fit(wg_rule *r, struct pooling *f, int axis, int64_t n, int64_t *to)
{
    const int64_t stride = f->stride.dim[axis], size = f->size.dim[axis];
    int64_t *side = &f->padding.dim[2 * axis];
    if (f->same) {
        const int64_t all = conv_up(n, stride) * stride - stride + size - n;
        side[0] = all > 0 ? all / 2 : 0, side[1] = (all > 0 ? all : 0) - side[0];
    }
    if (side[0] < 0 || side[0] >= size || side[1] >= size)
        return wg_rule_fail(r, WG_ERROR_VALUE, "padding %lld must be less than the size of a window, %lld",
                            (long long)(side[0] < side[1] ? side[1] : side[0]), (long long)size);
    const int64_t left = n + side[0] + side[1] - size;
    if (left < 0 || n == 0)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "windows of %lld elements do not fit %s", (long long)size,
                            wg_rule_who(r, 0));
    *to = left / stride + 1;
    side[1] -= left % stride;
    return true;
}

static inline bool pool_shape(wg_rule *r)
{
    struct pooling *f = r->attr;
    const wg_shape *x = r->x[0].shape;
    const int axes = x->rank - 2;
    if (!wg_rule_float(r, 0) || !wg_rule_rank(r, 0, 3, POOL_AXES + 2)) return false;
    for (int a = 0; a < axes; a++)
        if (x->dim[a + 1] > CONV_MOST)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is too large", wg_rule_who(r, 0));
    if (!f->size.rank) return wg_rule_fail(r, WG_ERROR_VALUE, "has no size: give .size, as WG_SHAPE(2)");
    if (f->same && f->padding.rank)
        return wg_rule_fail(r, WG_ERROR_VALUE, "same chooses the padding: do not give both");
    if (!conv_list(r, &f->size, "size", axes, 1, 1)) return false;
    if (!f->stride.rank) f->stride = f->size;
    if (!conv_list(r, &f->stride, "stride", axes, 1, 1) || !conv_sides(r, &f->padding, axes)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *x;
    for (int a = 0; a < axes; a++)
        if (!pool_fit(r, f, a, x->dim[a + 1], &y->dim[a + 1])) return false;
    f->same = false;
    return true;
}

/* The images of all rows are one batch. */
static inline wg_node pool_of_rows(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    wg_node to[2];
    const int count = wg_node_operands(y);
    for (int k = 0; k < count; k++) {
        to[k] = rows[k] ? x[k] : wg_rows_repeated(here, x[k], n);
        wg_shape s = wg_node_shape(to[k]);
        for (int i = 1; i < s.rank; i++) s.dim[i - 1] = s.dim[i] * (i == 1 ? n : 1);
        s.rank--;
        to[k] = wg_reshape(to[k], s);
    }
    wg_shape all = wg_node_shape(y);
    for (int i = all.rank++; i > 0; i--) all.dim[i] = all.dim[i - 1];
    all.dim[0] = n;
    return wg_reshape(wg_apply(here, wg_node_op(y), to, count, wg_attr(y)), all);
}

/* ---- samples ---- */

typedef struct pool_case {
    wg_shape x;
    struct pooling f;
} pool_case;

static const pool_case pool_cases[] = {
    { CONV_LIST(4, 2, 4, 6, 2), { .size = CONV_LIST(1, 2) } },
    { CONV_LIST(4, 1, 5, 7, 3),
      { .size = CONV_LIST(1, 3), .stride = CONV_LIST(1, 2), .padding = CONV_LIST(1, 1) } },
    { CONV_LIST(4, 1, 5, 5, 17), { .size = CONV_LIST(2, 2, 3), .stride = CONV_LIST(2, 1, 2) } },
    { CONV_LIST(4, 1, 5, 4, 2), { .size = CONV_LIST(1, 2), .stride = CONV_LIST(1, 3) } },
    { CONV_LIST(3, 2, 9, 2), { .size = CONV_LIST(1, 4), .stride = CONV_LIST(1, 3), .same = true } },
    { CONV_LIST(3, 1, 7, 1),
      { .size = CONV_LIST(1, 3), .stride = CONV_LIST(1, 2), .padding = CONV_LIST(2, 0, 2) } },
    { CONV_LIST(5, 1, 4, 6, 5, 2), { .size = CONV_LIST(3, 2, 1, 3), .same = true } },
    { CONV_LIST(3, 0, 6, 2), { .size = CONV_LIST(1, 2) } },
};
enum { POOL_CASES = sizeof pool_cases / sizeof *pool_cases };

static inline const char *pool_error(wg_site here, wg_graph *g, int i,
                                     wg_node (*op)(wg_site, const wg_pool_args *))
{
    wg_pool_args a = { .x = ANY(2, 4, 4, 3), .size = WG_SHAPE(2) };
    static const char *const said[] = { "has no size", "must be less than the size of a window, 2",
                                        "do not fit",  "size has 3 numbers for 2 axes",
                                        "size is -1",  "must have 3 to 5" };
    switch (i) {
    case 0: a.size.rank = 0; break;
    case 1: a.padding = WG_SHAPE(2); break;
    case 2: a.size = WG_SHAPE(5); break;
    case 3: a.size = WG_SHAPE(2, 2, 2); break;
    case 4: a.size = WG_SHAPE(-1); break;
    case 5: a.x = ANY(4, 4); break;
    default: return NULL;
    }
    op(here, &a);
    return said[i];
}

#endif

#endif
