/* pool.c: the largest elements and the means of windows, over 1 to 3 axes, channels last. max_pool, and two
 * ops that are each other's adjoints: max_pool_grad brings numbers back to the places of the largest
 * elements, max_pool_pick takes numbers from there. */
#include "windows.h"

#include "kernel/vectors.h"
#include "wgx/op.h"

/* After the shape rule size and stride have a number for each axis, and padding two, as in
 * conv.c. */
#define POOL_FIELDS(F, S)       \
    F(S, BOOL, same, "false")   \
    F(S, SHAPE, size, NULL)     \
    F(S, SHAPE, stride, "size") \
    F(S, SHAPE, padding, "0")
OPTIONS(pooling, POOL_FIELDS);

/* POOL_CHANNELS: of a unit of max_pool_grad. */
enum { POOL_CHANNELS = 64 };

typedef struct pool_axis {
    int64_t wide, narrow, size, stride, before;
} pool_axis;
typedef struct pool {
    int64_t n, channels, blocks;
    pool_axis axis[CONV_AXES];
    bool apart, whole; /* no element is in two windows; and each is in one */
} pool;

/* A place of the narrow side, of image n, and the elements [from, to) of the wide side that belong to it. */
typedef struct window {
    int64_t n, place[CONV_AXES], from[CONV_AXES], to[CONV_AXES];
} window;

static pool pool_of(const wg_shape *wide, const wg_shape *narrow, const struct pooling *f)
{
    const int axes = wide->rank - 2, none = CONV_AXES - axes;
    pool p = { .n = wide->dim[0], .channels = wide->dim[axes + 1], .apart = true, .whole = true };
    for (int a = 0; a < none; a++) p.axis[a] = (pool_axis){ 1, 1, 1, 1, 0 };
    for (int a = 0; a < axes; a++)
        p.axis[none + a] = (pool_axis){ wide->dim[a + 1], narrow->dim[a + 1], f->size.dim[a],
                                        f->stride.dim[a], f->padding.dim[2 * a] };
    for (int a = 0; a < CONV_AXES; a++) {
        const pool_axis *s = &p.axis[a];
        p.apart &= s->stride >= s->size;
        p.whole &= s->stride == s->size && s->before == 0 && s->narrow * s->size == s->wide;
    }
    p.blocks = (p.channels + POOL_CHANNELS - 1) / POOL_CHANNELS;
    return p;
}

ALWAYS_INLINE void set_place(const pool *p, window *w, int axis, int64_t place)
{
    const pool_axis *s = &p->axis[axis];
    const int64_t at = place * s->stride - s->before;
    w->place[axis] = place;
    w->from[axis] = at < 0 ? 0 : at;
    w->to[axis] = at + s->size < s->wide ? at + s->size : s->wide;
}
static window window_of(const pool *p, int64_t u)
{
    window w;
    for (int a = CONV_AXES - 1; a >= 0; a--) {
        set_place(p, &w, a, u % p->axis[a].narrow);
        u /= p->axis[a].narrow;
    }
    w.n = u;
    return w;
}
ALWAYS_INLINE void next_window(const pool *p, window *w)
{
    for (int a = CONV_AXES - 1; a >= 0; a--) {
        const bool more = w->place[a] + 1 < p->axis[a].narrow;
        set_place(p, w, a, more ? w->place[a] + 1 : 0);
        if (more) return;
    }
    w->n++;
}

typedef int32_t places_f32 __attribute__((vector_size(BYTES)));
typedef int64_t places_f64 __attribute__((vector_size(BYTES)));

#define FLOATS_FILE "ops/pool_window.h"
#include "kernel/both_floats.h"

/* The body of a kernel: f for its windows, of which there is one for each element of `narrow`. */
#define EACH_WINDOW(f, narrow)                                       \
    const pool p = pool_of(k->xt[0].shape, (narrow).shape, k->attr); \
    BY_FLOAT(k, f, &p, k);                                           \
    return true
KERNEL(max_pool) { EACH_WINDOW(run_max, k->yt[0]); }
KERNEL(max_pool_pick) { EACH_WINDOW(run_pick, k->yt[0]); }
KERNEL(max_pool_grad) { EACH_WINDOW(run_grad, k->xt[1]); }

#if WG_BASE

EXTERN(max_pool_grad, max_pool_pick);

/* The windows along an axis. A window always has elements of x. */
static bool pool_fit(wg_rule *r, struct pooling *f, int axis, int64_t n, int64_t *to)
{
    const int64_t stride = f->stride.dim[axis], size = f->size.dim[axis];
    int64_t *side = &f->padding.dim[2 * axis];
    if (f->same) conv_pad_same(&f->padding, axis, n, size, stride);
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

SHAPE(pool)
{
    struct pooling *f = r->attr;
    const wg_shape *x = r->x[0].shape;
    const int axes = x->rank - 2;
    if (!wg_rule_float(r, 0) || !wg_rule_rank(r, 0, 3, CONV_AXES + 2)) return false;
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
static wg_node pool_of_rows(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    wg_node to[2];
    const int count = wg_node_operands(y);
    for (int k = 0; k < count; k++)
        to[k] = conv_as_batch(here, rows[k] ? x[k] : wgx_rows_repeated(here, x[k], n), n);
    return conv_from_batch(here, wg_apply(here, wg_node_op(y), to, count, wg_attr(y)), wg_node_shape(y), n);
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

static const char *pool_error(wg_site here, wg_graph *g, int i, wg_node (*op)(wg_site, const wg_pool_args *))
{
#define POOLED(...) op(here, &WG_OPTS(wg_pool_args, __VA_ARGS__))
    const wg_node x = ANY(2, 4, 4, 3);
    return NTH(
        NULL, (POOLED(.x = x), "has no size"),
        (POOLED(.x = x, .size = WG_SHAPE(2), .padding = WG_SHAPE(2)),
         "must be less than the size of a window, 2"),
        (POOLED(.x = x, .size = WG_SHAPE(2), .padding = WG_SHAPE(0, 3)), "padding 3 must be less"),
        (POOLED(.x = x, .size = WG_SHAPE(2), .padding = WG_SHAPE(2, 0, 0, 0)), "padding 2 must be less"),
        (POOLED(.x = x, .size = WG_SHAPE(2), .padding = WG_SHAPE(0, 3, 0, 0)), "padding 3 must be less"),
        (POOLED(.x = x, .size = WG_SHAPE(5)), "do not fit"),
        (POOLED(.x = x, .size = WG_SHAPE(2, 2, 2)), "size has 3 numbers for 2 axes"),
        (POOLED(.x = x, .size = WG_SHAPE(-1)), "size is -1"),
        (POOLED(.x = ANY(4, 4), .size = WG_SHAPE(2)), "must have 3 to 5"));
}

static int64_t places(const wg_kernel *k)
{
    const wg_shape *y = k->yt[0].shape;
    return y->dim[y->rank - 1] ? wg_shape_size(*y) / y->dim[y->rank - 1] : 0;
}

/* ---- max_pool ---- */

EXPAND(max_pool) { y[0] = NODE_OF(max_pool_pick, attr, wg_stop_gradient(x[0]), x[0]); }
VJP(max_pool) { gx[0] = NODE_OF(max_pool_grad, wg_attr(y), x[0], gy); }
VMAP(max_pool) { return pool_of_rows(here, y, x, rows, n); }
SAMPLE(max_pool)
{
    return i < POOL_CASES ? NODE_OF(max_pool, &pool_cases[i].f, wg_any(g, pool_cases[i].x)) : wg_none;
}
ERROR_SAMPLE(max_pool) { return pool_error(here, g, i, wg_max_pool_at); }

DEFINE_OP(max_pool,
          .summary = "Largest element of each window, over 1 to 3 axes, channels last: x [n, ..., channels]. "
                     "NaN if one is NaN. What is beside x is never chosen.",
          .formula = "y[n, i..., c] = max(x[n, i... stride + k... - padding, c] over k... < size...)",
          .adjoint = "x' = \"y' at the first place of the largest number of each window, 0 elsewhere\"",
          .operands = 1, .kind = WG_OPAQUE, .cost = 4, TAKES(pooling), .options = wg_pool_args_rows,
          .shape = pool_shape, .kinked = true, .kernel = KERNELS(max_pool), .units = places,
          RULES(max_pool, expand, vjp, vmap));
BUILDER(max_pool, pool)
{
    if (a->skip_padding && wg_node_ok(a->x))
        return WGI_FAIL_NODE(a->x.graph, here, "max_pool", WG_ERROR_USE,
                             "skip_padding is of avg_pool: here padding is never the largest");
    APPLY(max_pool, pooling, POOL_FIELDS, a->x);
}

/* ---- max_pool_pick ---- */

SHAPE(max_pool_pick) { return shaped_as(r, 1, 0) && pool_shape(r); }
VJP(max_pool_pick) { gx[1] = NODE_OF(max_pool_grad, wg_attr(y), x[0], gy); }
VMAP(max_pool_pick) { return pool_of_rows(here, y, x, rows, n); }
SAMPLE(max_pool_pick)
{
    if (i >= POOL_CASES) return wg_none;
    const pool_case *t = &pool_cases[i];
    return NODE_OF(max_pool_pick, &t->f, wg_any(g, t->x), wg_any(g, t->x));
}
ERRORS(max_pool_pick, (NODE_OF(max_pool_pick, WITH(pooling, .size = WG_SHAPE(2)), ANY(1, 4, 1), ANY(1, 3, 1)),
                       "is not shaped as"));

DEFINE_OP(
    max_pool_pick,
    .summary = "Elements of v at the places of the largest elements of x in each window: the adjoint of "
               "max_pool_grad by g. Operands: x of max_pool, and v.",
    .formula = "y[n, i..., c] = v[n, j..., c]; j... = \"the first place of the max of x in window i...\"",
    .adjoint = "v' = max_pool_grad(x, y'), x' = 0", .zero = 1, .operands = 2, .names = "x v",
    .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, .cost = 4, TAKES(pooling),
    RULES(max_pool_pick, shape, vjp, vmap), .kernel = KERNELS(max_pool_pick), .units = places);

/* ---- max_pool_grad ---- */

SHAPE(max_pool_grad)
{
    wg_rule of_x = *r;
    if (!pool_shape(&of_x)) return false;
    return wg_shape_equal(*r->x[1].shape, *of_x.y[0].shape) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number for each window of %s", wg_rule_who(r, 1),
                        wg_rule_who(r, 0));
}
UNITS(max_pool_grad)
{
    const pool p = pool_of(k->xt[0].shape, k->xt[1].shape, k->attr);
    return p.n * p.blocks;
}
VJP(max_pool_grad) { gx[1] = NODE_OF(max_pool_pick, wg_attr(y), x[0], gy); }
VMAP(max_pool_grad) { return pool_of_rows(here, y, x, rows, n); }
SAMPLE(max_pool_grad)
{
    if (i >= POOL_CASES) return wg_none;
    const pool_case *t = &pool_cases[i];
    wg_node x = wg_any(g, t->x), y = NODE_OF(max_pool, &t->f, x);
    return NODE_OF(max_pool_grad, wg_attr(y), x, wg_any(g, wg_node_shape(y)));
}
ERRORS(max_pool_grad, (NODE_OF(max_pool_grad, WITH(pooling, .size = WG_SHAPE(2)), ANY(1, 4, 1), ANY(1, 4, 1)),
                       "is not one number for each window"));

DEFINE_OP(max_pool_grad,
          .summary = "Gradient of max_pool. Operands: the operand x of max_pool, and the gradient g of its "
                     "result. Windows that have an element in common add to it in order.",
          .formula = "x'[n, j..., c] = sum(g[n, i..., c] over i... where \"the first max of x in window i... "
                     "is at j...\")",
          .adjoint = "g' = max_pool_pick(x, x''), x' = 0", .zero = 1, .operands = 2, .names = "x g",
          .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, .cost = 4, TAKES(pooling),
          RULES(max_pool_grad, shape, units, vjp, vmap), .kernel = KERNELS(max_pool_grad));

/* ---- avg_pool: a convolution by channels ---- */

#define MEAN_FIELDS(F, S) POOL_FIELDS(F, S) F(S, BOOL, skip_padding, "false")
OPTIONS(mean_pooling, MEAN_FIELDS);

/* The other options of avg_pool are those of max_pool, in the same places. */
SHAPE(avg_pool)
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
    wg_conv_args to =
        WG_OPTS(wg_conv_args, .x = x[0], .stride = f->stride, .padding = f->padding, .groups = channels);
    to.W = filled(here, x[0], 1 / size, kernel_of(f, channels));
    y[0] = wg_conv_at(here, &to);
    if (!f->skip_padding) return;
    s.dim[0] = s.dim[s.rank - 1] = to.groups = 1;
    to.x = filled(here, x[0], 1, s), to.W = filled(here, x[0], 1, kernel_of(f, 1));
    y[0] = wg_div(y[0], wg_conv_at(here, &to));
}
SAMPLE(avg_pool)
{
    if (i >= 2 * POOL_CASES) return wg_none;
    const pool_case *t = &pool_cases[i / 2];
    const struct mean_pooling f = { t->f.same, t->f.size, t->f.stride, t->f.padding, i % 2 };
    return NODE_OF(avg_pool, &f, wg_any(g, t->x));
}
ERROR_SAMPLE(avg_pool)
{
    if (i < 8) return pool_error(here, g, i, wg_avg_pool_at);
    return i > 8 ? NULL : ((void)wg_avg_pool(ANY(2, 4, 0), .size = WG_SHAPE(2)), "has no channels");
}

DEFINE_OP(
    avg_pool,
    .summary = "Mean of each window, over 1 to 3 axes, channels last. Elements beside x count as zeros; "
               "skip_padding: they do not count.",
    .formula = "y[n, i..., c] = sum(x[n, i... stride + k... - padding, c] over k... < size...) / w; w = "
               "\"elements of the window in x\" where skip_padding, else prod(size)",
    .adjoint = "x'[n, j..., c] = sum(y'[n, i..., c] / w over i..., k... < size... where i... stride + k... - "
               "padding = j...); w = \"elements of the window in x\" where skip_padding, else prod(size)",
    .operands = 1, .kind = WG_OPAQUE, TAKES(mean_pooling), .options = wg_pool_args_rows,
    RULES(avg_pool, shape, expand));
BUILDER(avg_pool, pool) { APPLY(avg_pool, mean_pooling, MEAN_FIELDS, a->x); }

/* ---- adaptive pooling: windows along one axis after the other ---- */

#define ADAPTIVE_FIELDS(F, S) F(S, CHOICE, by, "max", "max mean") F(S, SHAPE, size, NULL)
OPTIONS(adaptive, ADAPTIVE_FIELDS); /* by: the values are those of wg_pool_by */

SHAPE(adaptive_pool)
{
    struct adaptive *f = r->attr;
    const int axes = r->x[0].shape->rank - 2;
    if (!wg_rule_float(r, 0) || !wg_rule_rank(r, 0, 3, CONV_AXES + 2)) return false;
    if (!f->size.rank) return wg_rule_fail(r, WG_ERROR_VALUE, "has no size: give .size, as WG_SHAPE(2)");
    if (!conv_list(r, &f->size, "size", axes, 1, 1)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    for (int a = 0; a < axes; a++) {
        if (!y->dim[a + 1])
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no elements along axis %d", wg_rule_who(r, 0),
                                a + 1);
        if (f->size.dim[a] > INT32_MAX / 2)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "size %lld is above 2^30", (long long)f->size.dim[a]);
        y->dim[a + 1] = f->size.dim[a];
    }
    return true;
}

/* Of n elements window i of `count` has those from floor(i n / count) to ceil((i + 1) n / count). */
static int64_t window_from(int64_t i, int64_t n, int64_t count) { return i * n / count; }
static int64_t window_to(int64_t i, int64_t n, int64_t count) { return ((i + 1) * n + count - 1) / count; }

/* Of n = q count + r elements with r > 0. With i r = a count + b, window i has q + ceil((b + r) / count)
 * elements, and b takes all multiples of gcd(r, count) below count. */
static int64_t longest_window(int64_t n, int64_t count)
{
    const int64_t r = n % count;
    int64_t divisor = count, rest = r;
    while (rest) {
        const int64_t next = divisor % rest;
        divisor = rest, rest = next;
    }
    return n / count + 1 + (r > divisor);
}

/* ---- means: a shorter window has a sum of its own ---- */

/* x with axis `axis` as `count` parts of it. */
static wg_node split_axis(wg_site here, wg_node x, int axis, int64_t count)
{
    wg_shape s = with_axis(wg_node_shape(x), axis, count);
    s.dim[axis + 1] /= count;
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
        part[i] = wg_mean(wg_slice(x, .axis = axis, .from = from, .to = to), .axis = axis, .keepdims = true);
    }
    if (part) y = wg_concat(part, (int)count, .axis = axis);
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
    wg_node zeros = wg_fill_at(here, x.graph, 0, grid), i = wg_cast(wg_index_along(zeros, .axis = 0), WG_F64),
            j = wg_cast(wg_index_along(zeros, .axis = 1), WG_F64);
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
    wg_shape each = *size;
    bool fits = wg_dim(x, size->rank + 1) > 1;
    for (int a = 0; a < size->rank; a++) {
        x = lined_up(here, x, a + 1, size->dim[a]);
        each.dim[a] = wg_node_ok(x) ? wg_dim(x, a + 1) / size->dim[a] : 1;
        fits &= each.dim[a] <= CONV_MOST;
    }
    if (fits) return wg_max_pool(x, .size = each);
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
          TAKES(adaptive), .options = wg_adaptive_pool_args_rows, RULES(adaptive_pool, shape, expand));
BUILDER(adaptive_pool, adaptive_pool) { APPLY(adaptive_pool, adaptive, ADAPTIVE_FIELDS, a->x); }

#endif
