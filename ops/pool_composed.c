/* pool_composed.c: pooling that is composed: avg_pool of a convolution by channels, adaptive pooling of
 * windows along one axis after the other. */
#include "pool_sizes.h"

#if WG_BASE

#include "graph/graph.h"

/* ---- avg_pool ---- */

#define MEAN_FIELDS(F, S) POOL_FIELDS(F, S) F(S, BOOL, skip_padding, "false")
OPTIONS(mean_pooling, MEAN_FIELDS);

/* The other options of avg_pool are those of max_pool, in the same places. */
static bool avg_pool_shape(wg_rule *r)
{
    return pool_shape(r) && (r->x[0].shape->dim[r->x[0].shape->rank - 1] > 0 ||
                             wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no channels", wg_rule_who(r, 0)));
}
static wg_node filled(wg_site here, wg_node like, double value, wg_shape s)
{
    return wg_broadcast_to(wgi_number_to_leaf(like.graph, here, wg_number(value), wg_node_dtype(like)), s);
}
/* [size..., 1, results] */
static wg_shape kernel_of(const struct mean_pooling *f, int64_t results)
{
    wg_shape s = f->size;
    s.dim[s.rank++] = 1;
    s.dim[s.rank++] = results;
    return s;
}
EXPAND(avg_pool)
{
    const struct mean_pooling *f = attr;
    wg_shape s = wg_node_shape(x[0]);
    const int64_t channels = s.dim[s.rank - 1];
    double size = 1;
    for (int a = 0; a < f->size.rank && !f->skip_padding; a++) size *= (double)f->size.dim[a];
    wg_conv_args to = { .x = x[0], .stride = f->stride, .padding = f->padding, .groups = channels };
    to.W = filled(here, x[0], 1 / size, kernel_of(f, channels));
    y[0] = wg_conv_at(here, &to);
    if (!f->skip_padding) return;
    s.dim[0] = s.dim[s.rank - 1] = to.groups = 1;
    to.x = filled(here, x[0], 1, s), to.W = filled(here, x[0], 1, kernel_of(f, 1));
    y[0] = wg_div(y[0], wg_conv_at(here, &to));
}
static wg_node avg_pool(wg_site here, wg_node x, const struct pooling *p, bool skip)
{
    const struct mean_pooling f = { p->same, p->size, p->stride, p->padding, skip };
    return wg_apply(here, wg_op_find("avg_pool"), &x, 1, &f);
}
SAMPLE(avg_pool)
{
    if (i >= 2 * POOL_CASES) return wg_none;
    const pool_case *t = &pool_cases[i / 2];
    return avg_pool(here, wg_any(g, t->x), &t->f, i % 2);
}
ERROR_SAMPLE(avg_pool)
{
    if (i < 6) return pool_error(here, g, i, wg_avg_pool_at);
    if (i > 6) return NULL;
    wg_avg_pool(ANY(2, 4, 0), .size = WG_SHAPE(2));
    return "has no channels";
}

DEFINE_OP(
    avg_pool,
    .summary = "Mean of each window, over 1 to 3 axes, channels last. Elements beside x count as zeros; "
               "skip_padding: they do not count.",
    .formula = "y[n, i..., c] = sum(x[n, i... stride + k... - padding, c] over k... < size...) / w; w = "
               "\"elements of the window in x\" where skip_padding, else prod(size)",
    .adjoint = "x'[n, j..., c] = sum(y'[n, i..., c] / w over i..., k... < size... where i... stride + k... - "
               "padding = j...); w = \"elements of the window in x\" where skip_padding, else prod(size)",
    .operands = 1, .kind = WG_OPAQUE, TAKES(mean_pooling), RULES(avg_pool, shape, expand));
wg_node wg_avg_pool_at(wg_site here, const wg_pool_args *a)
{
    APPLY(avg_pool, mean_pooling, MEAN_FIELDS, a->x);
}

/* ---- adaptive pooling ---- */

#define ADAPTIVE_FIELDS(F, S) F(S, CHOICE, by, "max", "max mean") F(S, SHAPE, size, NULL)
OPTIONS(adaptive, ADAPTIVE_FIELDS); /* by: the values are those of wg_pool_by */

static bool adaptive_pool_shape(wg_rule *r)
{
    struct adaptive *f = r->attr;
    const int axes = r->x[0].shape->rank - 2;
    if (!wg_rule_float(r, 0) || !wg_rule_rank(r, 0, 3, POOL_AXES + 2)) return false;
    if (!f->size.rank) return wg_rule_fail(r, WG_ERROR_VALUE, "has no size: give .size, as WG_SHAPE(2)");
    if (!conv_list(r, &f->size, "size", axes, 1, 1)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    for (int a = 0; a < axes; a++) {
        if (!y->dim[a + 1])
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements along axis %d", wg_rule_who(r, 0),
                                a + 1);
        y->dim[a + 1] = f->size.dim[a];
    }
    return true;
}

/* Of n elements window i of `count` has those from floor(i n / count) to ceil((i + 1) n / count). */
static int64_t window_from(int64_t i, int64_t n, int64_t count) { return i * n / count; }
static int64_t window_to(int64_t i, int64_t n, int64_t count) { return ((i + 1) * n + count - 1) / count; }

static int64_t longest_window(int64_t n, int64_t count)
{
    int64_t most = 0;
    for (int64_t i = 0; i < count; i++)
        most = WGI_MAX(most, window_to(i, n, count) - window_from(i, n, count));
    return most;
}

/* ---- means: a shorter window has a sum of its own ---- */

/* x with axis `axis` as `count` parts of it. */
static wg_node split_axis(wg_site here, wg_node x, int axis, int64_t count)
{
    wg_shape s = wg_node_shape(x);
    const int64_t n = s.dim[axis];
    for (int i = s.rank++; i > axis + 1; i--) s.dim[i] = s.dim[i - 1];
    s.dim[axis] = count, s.dim[axis + 1] = n / count;
    return wg_reshape(x, s);
}

static wg_node means(wg_site here, wg_node x, int axis, int64_t count)
{
    const int64_t n = wg_dim(x, axis);
    if (n == count) return x;
    if (n % count == 0) return wg_mean(split_axis(here, x, axis, count), .axes = WG_AXES(axis + 1));
    wgi_arena *a = &x.graph->temp;
    const wgi_place place = wgi_arena_place(a);
    wg_node *part = wgi_arena_alloc(a, sizeof *part * (size_t)count), y = wgi_error_node(x.graph);
    for (int64_t i = 0; part && i < count; i++) {
        const int64_t from = window_from(i, n, count), to = window_to(i, n, count);
        part[i] = wg_mean(wg_slice(x, .axis = axis, .from = from, .to = to), .axes = WG_AXES(axis),
                          .keepdims = true);
    }
    if (part) y = wg_concat(part, (int)count, axis);
    wgi_arena_rewind(a, place);
    return y;
}

/* ---- largest elements: all windows are made equally long ---- */

/* Puts the windows along an axis one behind the other. A shorter window has its last element more than once,
 * which changes neither the largest element nor which one is the first of the largest. */
static wg_node lined_up(wg_site here, wg_node x, int axis, int64_t count)
{
    const int64_t n = wg_dim(x, axis);
    if (n % count == 0) return x;
    const wg_shape grid = WG_SHAPE(count, longest_window(n, count));
    wg_node zeros = wg_fill_at(here, x.graph, 0, grid), i = wg_cast(wg_index_along(zeros, 0), WG_F64),
            j = wg_cast(wg_index_along(zeros, 1), WG_F64);
    wg_node from = wg_floor(wg_div(wg_mul(i, (double)n), (double)count));
    wg_node last = wg_sub(wg_ceil(wg_div(wg_mul(wg_add(i, 1), (double)n), (double)count)), 1);
    wg_node number = wg_cast(wg_minimum(wg_add(from, j), last), WG_I64);
    return wg_take(x, wg_reshape(number, WG_SHAPE(grid.dim[0] * grid.dim[1])), .axis = axis);
}

/* max_pool has channels as its lanes. With one channel, or windows that are too long for it, the largest
 * elements along an axis are faster: the last axis comes first, since of equal elements the first in the
 * order of memory is chosen, as by max_pool. */
static wg_node largest(wg_site here, wg_node x, const wg_shape *size)
{
    wg_shape window = *size;
    bool fits = wg_dim(x, size->rank + 1) > 1;
    for (int a = 0; a < size->rank; a++) {
        x = lined_up(here, x, a + 1, size->dim[a]);
        window.dim[a] = wg_node_ok(x) ? wg_dim(x, a + 1) / size->dim[a] : 1;
        fits &= window.dim[a] <= CONV_MOST;
    }
    if (fits) return wg_max_pool(x, .size = window);
    for (int a = size->rank; a > 0 && wg_node_ok(x); a--)
        x = wg_max(split_axis(here, x, a, size->dim[a - 1]), .axes = WG_AXES(a + 1));
    return x;
}

EXPAND(adaptive_pool)
{
    const struct adaptive *f = attr;
    y[0] = x[0];
    if (f->by == WG_POOL_MAX) y[0] = largest(here, x[0], &f->size);
    else
        for (int a = f->size.rank; a > 0 && wg_node_ok(y[0]); a--)
            y[0] = means(here, y[0], a, f->size.dim[a - 1]);
}
SAMPLE(adaptive_pool)
{
    static const pool_case t[] = { { CONV_LIST(4, 1, 4, 6, 2), { .size = CONV_LIST(1, 2) } },
                                   { CONV_LIST(4, 2, 5, 7, 2), { .size = CONV_LIST(2, 3, 2) } },
                                   { CONV_LIST(3, 2, 3, 2), { .size = CONV_LIST(1, 5) } },
                                   { CONV_LIST(5, 1, 4, 6, 5, 2), { .size = CONV_LIST(1, 1) } },
                                   { CONV_LIST(3, 0, 3, 2), { .size = CONV_LIST(1, 2) } } };
    if (i >= 10) return wg_none;
    return wg_adaptive_pool(wg_any(g, t[i / 2].x), .by = i % 2 ? WG_POOL_MEAN : WG_POOL_MAX,
                            .size = t[i / 2].f.size);
}
ERRORS(adaptive_pool, (wg_adaptive_pool(ANY(2, 4, 3)), "has no size"),
       (wg_adaptive_pool(ANY(2, 0, 3), .size = WG_SHAPE(2)), "no elements along axis 1"),
       (wg_adaptive_pool(ANY(2, 4, 3), .size = WG_SHAPE(2, 2)), "size has 2 numbers for 1 axes"));

DEFINE_OP(adaptive_pool,
          .summary = "Largest element or mean of `size` windows along each of 1 to 3 axes, channels last. "
                     "Windows are as equal as can be, and can have elements in common.",
          .formula = "y[n, i..., c] = by(x[n, j..., c] over j... where \"j is in window i\")",
          .adjoint = "x' = \"that of max or mean for each window\"", .operands = 1, .kind = WG_OPAQUE,
          TAKES(adaptive), RULES(adaptive_pool, shape, expand));
wg_node wg_adaptive_pool_at(wg_site here, const wg_adaptive_pool_args *a)
{
    APPLY(adaptive_pool, adaptive, ADAPTIVE_FIELDS, a->x);
}

#endif
