/* pool.c: the largest elements of windows, over 1 to 3 axes, channels last. max_pool, and two ops that
 * are each other's adjoints: max_pool_grad brings numbers back to the places of the largest elements,
 * max_pool_pick takes numbers from there. */
#include "pool_sizes.h"
#include "conv_vectors.h"

/* POOL_CHANNELS: of a unit of max_pool_grad. */
enum { POOL_CHANNELS = 64 };

typedef struct pool_axis {
    int64_t wide, narrow, size, stride, before;
} pool_axis;
typedef struct pool {
    int64_t n, channels, blocks;
    pool_axis axis[POOL_AXES];
    bool apart, whole; /* no element is in two windows; and each is in one */
} pool;

/* A place of the narrow side, of image n, and the elements [from, to) of the wide side that belong to it. */
typedef struct window {
    int64_t n, place[POOL_AXES], from[POOL_AXES], to[POOL_AXES];
} window;

static pool pool_of(const wg_shape *wide, const wg_shape *narrow, const struct pooling *f)
{
    const int axes = wide->rank - 2, none = POOL_AXES - axes;
    pool p = { .n = wide->dim[0], .channels = wide->dim[axes + 1], .apart = true, .whole = true };
    for (int a = 0; a < none; a++) p.axis[a] = (pool_axis){ 1, 1, 1, 1, 0 };
    for (int a = 0; a < axes; a++)
        p.axis[none + a] = (pool_axis){ wide->dim[a + 1], narrow->dim[a + 1], f->size.dim[a],
                                        f->stride.dim[a], f->padding.dim[2 * a] };
    for (int a = 0; a < POOL_AXES; a++) {
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
    for (int a = POOL_AXES - 1; a >= 0; a--) {
        set_place(p, &w, a, u % p->axis[a].narrow);
        u /= p->axis[a].narrow;
    }
    w.n = u;
    return w;
}
ALWAYS_INLINE void next_window(const pool *p, window *w)
{
    for (int a = POOL_AXES - 1; a >= 0; a--) {
        const bool more = w->place[a] + 1 < p->axis[a].narrow;
        set_place(p, w, a, more ? w->place[a] + 1 : 0);
        if (more) return;
    }
    w->n++;
}

typedef int32_t places_f32 __attribute__((vector_size(BYTES)));
typedef int64_t places_f64 __attribute__((vector_size(BYTES)));

#define FLOATS_FILE "pool_window.h"
#include "both_floats.h"

KERNEL(max_pool)
{
    const pool p = pool_of(k->xt[0].shape, k->yt[0].shape, k->attr);
    BY_FLOAT(k, run_max, &p, k);
    return true;
}
KERNEL(max_pool_pick)
{
    const pool p = pool_of(k->xt[0].shape, k->yt[0].shape, k->attr);
    BY_FLOAT(k, run_pick, &p, k);
    return true;
}
KERNEL(max_pool_grad)
{
    const pool p = pool_of(k->xt[0].shape, k->xt[1].shape, k->attr);
    BY_FLOAT(k, run_grad, &p, k);
    return true;
}

#if WG_BASE

extern const wg_op wgi_op_max_pool_grad;

static wg_node of_two(wg_site here, const wg_op *op, wg_node a, wg_node b, const void *f)
{
    return wg_apply(here, op, (wg_node[]){ a, b }, 2, f);
}
static int64_t places(const wg_kernel *k)
{
    const wg_shape *y = k->yt[0].shape;
    return y->dim[y->rank - 1] ? wg_shape_size(*y) / y->dim[y->rank - 1] : 0;
}

/* ---- max_pool ---- */

VJP(max_pool) { gx[0] = of_two(here, &wgi_op_max_pool_grad, x[0], gy, wg_attr(y)); }
VMAP(max_pool) { return pool_of_rows(here, y, x, rows, n); }
SAMPLE(max_pool)
{
    if (i >= POOL_CASES) return wg_none;
    return wg_apply(here, wg_op_find("max_pool"), (wg_node[]){ wg_any(g, pool_cases[i].x) }, 1,
                    &pool_cases[i].f);
}
ERROR_SAMPLE(max_pool) { return pool_error(here, g, i, wg_max_pool_at); }

DEFINE_OP(max_pool,
          .summary = "Largest element of each window, over 1 to 3 axes, channels last: x [n, ..., channels]. "
                     "NaN if one is NaN. What is beside x is never chosen.",
          .formula = "y[n, i..., c] = max(x[n, i... stride + k... - padding, c] over k... < size...)",
          .adjoint = "x' = max_pool_grad(x, y')", .operands = 1, .kind = WG_OPAQUE, .cost = 4, TAKES(pooling),
          .shape = pool_shape, .kernel = KERNELS(max_pool), .units = places, RULES(max_pool, vjp, vmap));
wg_node wg_max_pool_at(wg_site here, const wg_pool_args *a) { APPLY(max_pool, pooling, POOL_FIELDS, a->x); }

/* ---- max_pool_pick ---- */

static bool max_pool_pick_shape(wg_rule *r) { return shaped_as(r, 1, 0) && pool_shape(r); }
VJP(max_pool_pick) { gx[1] = of_two(here, &wgi_op_max_pool_grad, x[0], gy, wg_attr(y)); }
VMAP(max_pool_pick) { return pool_of_rows(here, y, x, rows, n); }
SAMPLE(max_pool_pick)
{
    if (i >= POOL_CASES) return wg_none;
    const pool_case *t = &pool_cases[i];
    wg_node x = wg_any(g, t->x), v = wg_any(g, t->x);
    return of_two(here, wg_op_find("max_pool_pick"), x, v, &t->f);
}
ERROR_SAMPLE(max_pool_pick)
{
    if (i) return NULL;
    of_two(here, wg_op_find("max_pool_pick"), ANY(1, 4, 1), ANY(1, 3, 1),
           &(struct pooling){ .size = WG_SHAPE(2) });
    return "is not shaped as";
}

DEFINE_OP(
    max_pool_pick,
    .summary = "Elements of v at the places of the largest elements of x in each window: the adjoint of "
               "max_pool_grad by g. Operands: x of max_pool, and v.",
    .formula = "y[n, i..., c] = v[n, j..., c]; j... = \"the first place of the max of x in window i...\"",
    .adjoint = "v' = max_pool_grad(x, y'), x' = 0", .zero = 1, .operands = 2, .names = "x v",
    .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, .cost = 4, TAKES(pooling),
    RULES(max_pool_pick, shape, vjp, vmap), .kernel = KERNELS(max_pool_pick), .units = places);

/* ---- max_pool_grad ---- */

static bool max_pool_grad_shape(wg_rule *r)
{
    wg_rule of_x = *r;
    if (!pool_shape(&of_x)) return false;
    return wg_shape_equal(*r->x[1].shape, *of_x.y[0].shape) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number for each window of %s", wg_rule_who(r, 1),
                        wg_rule_who(r, 0));
}
static int64_t max_pool_grad_units(const wg_kernel *k)
{
    const pool p = pool_of(k->xt[0].shape, k->xt[1].shape, k->attr);
    return p.n * p.blocks;
}
VJP(max_pool_grad) { gx[1] = of_two(here, &wgi_op_max_pool_pick, x[0], gy, wg_attr(y)); }
VMAP(max_pool_grad) { return pool_of_rows(here, y, x, rows, n); }
SAMPLE(max_pool_grad)
{
    if (i >= POOL_CASES) return wg_none;
    const pool_case *t = &pool_cases[i];
    wg_node x = wg_any(g, t->x), y = wg_apply(here, wg_op_find("max_pool"), &x, 1, &t->f);
    return of_two(here, wg_op_find("max_pool_grad"), x, wg_any(g, wg_node_shape(y)), wg_attr(y));
}
ERROR_SAMPLE(max_pool_grad)
{
    if (i) return NULL;
    of_two(here, wg_op_find("max_pool_grad"), ANY(1, 4, 1), ANY(1, 4, 1),
           &(struct pooling){ .size = WG_SHAPE(2) });
    return "is not one number for each window";
}

DEFINE_OP(max_pool_grad,
          .summary = "Gradient of max_pool. Operands: the operand x of max_pool, and the gradient g of its "
                     "result. Windows that have an element in common add to it in order.",
          .formula = "x'[n, j..., c] = sum(g[n, i..., c] over i... where \"the first max of x in window i... "
                     "is at j...\")",
          .adjoint = "g' = max_pool_pick(x, x''), x' = 0", .zero = 1, .operands = 2, .names = "x g",
          .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, .cost = 4, TAKES(pooling),
          RULES(max_pool_grad, shape, units, vjp, vmap), .kernel = KERNELS(max_pool_grad));

#endif
