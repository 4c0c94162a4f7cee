/* transpose.c: axes in another order (transpose), and the last two exchanged (swap). */
#include "rules.h"
#include "copy_runs.h"
#include "kernel/turn_vectors.h"

#define TRANSPOSE_FIELDS(F, S) F(S, AXES, axes, "reversed")
OPTIONS(transpose, TRANSPOSE_FIELDS);

/* A transpose without axes of size 1, and with axes that stay neighbours joined. Along y's axis i, x has
 * stride from[i] and y has stride to[i]. x has stride 1 along axis `run`. */
typedef struct turn {
    int rank, run;
    int64_t dim[WG_MAX_RANK], from[WG_MAX_RANK], to[WG_MAX_RANK];
} turn;
static turn turn_of(const wg_kernel *k)
{
    const wg_axes *axes = k->attr;
    const wg_shape *x = k->xt[0].shape;
    int64_t stride[WG_MAX_RANK], n = 1;
    turn t = { 0 };
    for (int i = x->rank - 1; i >= 0; n *= x->dim[i--]) stride[i] = n;
    for (int i = 0; i < x->rank; i++) {
        int64_t dim = x->dim[axes->axis[i]], from = stride[axes->axis[i]];
        int j = t.rank - 1;
        if (dim == 1) continue;
        if (j >= 0 && t.from[j] == from * dim) t.dim[j] *= dim;
        else j = t.rank++, t.dim[j] = dim;
        t.from[j] = from;
    }
    if (!t.rank) t.rank = 1, t.dim[0] = 1, t.from[0] = 1;
    int64_t to = 1;
    for (int i = t.rank - 1; i >= 0; to *= t.dim[i--]) {
        t.to[i] = to;
        if (t.from[i] == 1) t.run = i;
    }
    return t;
}

/* Rows and columns of a block of x. The rows of y then have pieces of whole cache lines. */
enum { TURN_HIGH = 64, TURN_WIDE = 1024 };

#define T    uint8_t
#define BITS 8
#define N(n) n##_8
#include "kernel/turn_cached.h"
#undef T
#undef BITS
#undef N
#define T    uint16_t
#define BITS 16
#define N(n) n##_16
#include "kernel/turn_cached.h"
#undef T
#undef BITS
#undef N
#define T    uint32_t
#define BITS 32
#define N(n) n##_32
#include "kernel/turn_cached.h"
#undef T
#undef BITS
#undef N
#define T    uint64_t
#define BITS 64
#define N(n) n##_64
#include "kernel/turn_cached.h"
#undef T
#undef BITS
#undef N

/* The parts of an axis of n elements. Each has `least`, and the last has the rest too. So no part is shorter
 * than a tile unless the axis is. */
static int64_t turn_parts(int64_t n, int64_t least) { return n < least ? 1 : n / least; }
static int64_t turn_part(int64_t n, int64_t least, int64_t part)
{
    return part + 1 < turn_parts(n, least) ? least : n - part * least;
}

/* Unit u has one index on every axis but `last` and `run`. On these it has a block, or the whole axis if they
 * are the same. */
typedef struct turn_unit {
    int64_t x, y; /* where it begins */
    int64_t high, wide;
} turn_unit;
static turn_unit turn_unit_of(const turn *t, int64_t u)
{
    const int last = t->rank - 1;
    turn_unit a = { 0 };
    if (t->run != last) {
        const int64_t columns = turn_parts(t->dim[t->run], TURN_WIDE),
                      rows = turn_parts(t->dim[last], TURN_HIGH), column = u % columns,
                      row = u / columns % rows;
        a.high = turn_part(t->dim[last], TURN_HIGH, row);
        a.wide = turn_part(t->dim[t->run], TURN_WIDE, column);
        a.x = row * TURN_HIGH * t->from[last] + column * TURN_WIDE;
        a.y = row * TURN_HIGH + column * TURN_WIDE * t->to[t->run];
        u /= columns * rows;
    }
    for (int i = last - 1; i >= 0; i--) {
        if (i == t->run) continue;
        a.x += u % t->dim[i] * t->from[i];
        a.y += u % t->dim[i] * t->to[i];
        u /= t->dim[i];
    }
    return a;
}

/* Rows of x stay rows of y. Neighbouring units differ in the index of the axis before the last. */
static void turn_rows(const wg_kernel *k, const turn *t)
{
    const size_t size = wg_dtype_size(k->yt[0].dtype), n = (size_t)t->dim[t->rank - 1] * size;
    const int before = t->rank - 2;
    for (int64_t u = k->begin; u < k->end;) {
        const turn_unit a = turn_unit_of(t, u);
        const int64_t left = before < 0 ? 1 : t->dim[before] - u % t->dim[before],
                      rows = left < k->end - u ? left : k->end - u;
        copy_runs(RESULT(char, 0) + (size_t)a.y * size, n, OPERAND(char, 0) + (size_t)a.x * size,
                  before < 0 ? n : (size_t)t->from[before] * size, n, rows);
        u += rows;
    }
}

/* Calls turn_cached for a unit. */
#define TURN(n)                                                                                         \
    turn_cached_##n((uint##n##_t *)k->y[0] + a.y, to, (const uint##n##_t *)k->x[0] + a.x, from, a.high, \
                    a.wide)
KERNEL(transpose)
{
    const turn t = turn_of(k);
    const int last = t.rank - 1;
    const size_t size = wg_dtype_size(k->yt[0].dtype);
    const int64_t from = t.from[last], to = t.to[t.run];
    if (t.run == last) {
        turn_rows(k, &t);
        return true;
    }
    EACH_UNIT(u) {
        const turn_unit a = turn_unit_of(&t, u);
        if (size == 1) TURN(8);
        else if (size == 2) TURN(16);
        else if (size == 4) TURN(32);
        else TURN(64);
    }
    return true;
}

#if WG_BASE

EXTERN(matmul, transpose);

SHAPE(transpose)
{
    wg_axes *a = r->attr;
    const wg_shape *x = r->x[0].shape;
    wg_shape *y = wg_rule_shape(r, 0);
    unsigned seen = 0;
    if (!wgi_rule_list(r, a)) return false;
    if (!a->count)
        while (a->count < x->rank) {
            a->axis[a->count] = x->rank - 1 - a->count;
            a->count++;
        }
    if (a->count != x->rank)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%d axes for %s", a->count, wg_rule_who(r, 0));
    y->rank = x->rank;
    for (int i = 0; i < x->rank; i++) {
        if (!wg_rule_axis(r, &a->axis[i], x->rank)) return false;
        if (seen & 1u << a->axis[i]) return wgi_rule_twice(r, a->axis[i]);
        seen |= 1u << a->axis[i];
        y->dim[i] = x->dim[a->axis[i]];
    }
    return true;
}

/* If only axes of size 1 change their places, a transpose is a reshape. A transpose of a transpose is one
 * transpose. */
REWRITE(transpose)
{
    const wg_axes *a = attr;
    wg_shape s = wg_node_shape(x[0]), turned = s;
    int before = -1;
    bool in_order = true;
    for (int i = 0; i < s.rank; i++) {
        turned.dim[i] = s.dim[a->axis[i]];
        if (turned.dim[i] != 1) {
            in_order &= a->axis[i] > before;
            before = a->axis[i];
        }
    }
    if (in_order) return wg_reshape(x[0], turned);
    if (wg_node_op(x[0]) != &wgi_op_transpose) return wg_none;
    wg_axes both = { .count = s.rank };
    for (int i = 0; i < s.rank; i++) both.axis[i] = ((const wg_axes *)wg_attr(x[0]))->axis[a->axis[i]];
    return wg_transpose(wg_node_operand(x[0], 0), .axes = AXES_OF(both));
}
UNITS(transpose)
{
    const turn t = turn_of(k);
    const int last = t.rank - 1;
    int64_t n = t.dim[last] ? 1 : 0;
    if (t.run != last) n *= turn_parts(t.dim[last], TURN_HIGH) * turn_parts(t.dim[t.run], TURN_WIDE);
    for (int i = 0; i < last; i++) n *= i == t.run ? t.dim[i] > 0 : t.dim[i];
    return n;
}
/* The gradient of wg_matmul(x, wg_transpose(w)) by w is a product. */
VJP(transpose)
{
    const wg_axes *a = wg_attr(y);
    if (swaps_last_two(a) && wg_node_op(gy) == &wgi_op_matmul) gx[0] = wgi_product_transposed(here, gy);
    if (!wg_is_none(gx[0])) return;
    wg_axes back = { .count = a->count };
    for (int i = 0; i < a->count; i++) back.axis[a->axis[i]] = i;
    gx[0] = wg_transpose(gy, .axes = AXES_OF(back));
}
VMAP(transpose)
{
    const wg_axes *a = wg_attr(y);
    wg_axes to = { .count = a->count + 1 };
    for (int i = 0; i < a->count; i++) to.axis[i + 1] = a->axis[i] + 1;
    return wg_transpose(x[0], .axes = AXES_OF(to));
}
SAMPLES(transpose, wg_transpose(ANY(3, 4)), wg_transpose(ANY(2, 3, 4), .axes = WG_AXES(1, 0, 2)),
        wg_transpose(ANY(2, 3, 1, 4), .axes = WG_AXES(-1, 1, 2, 0)), wg_transpose(ANY(2, 0)),
        wg_transpose(ANY(1, 5)), wg_transpose(wg_transpose(ANY(2, 3, 2)), .axes = WG_AXES(0, 2, 1)),
        wg_transpose(ANY(33, 35)));
ERRORS(transpose, (wg_transpose(ANY(3, 4), .axes = WG_AXES(0)), "1 axes for"),
       (wg_transpose(ANY(3, 4), .axes = WG_AXES(0, 0)), "axis 0 twice"),
       (wg_transpose(ANY(3, 4), .axes = WG_AXES(0, 2)), "no axis 2"));

DEFINE_OP(transpose, .summary = "Axes in another order, reversed by default.",
          .formula = "y = \"x with its axes in the order of axis\"",
          .adjoint = "x' = \"y' with its axes in the order of x\"", .hint.stored = 1 << 0, .operands = 1,
          .kind = WG_OPAQUE, TAKES(transpose), .options = wg_transpose_args_rows,
          RULES(transpose, shape, rewrite, units, vmap, vjp), .hint.exact = moved_exact,
          .kernel = KERNELS(transpose));
BUILDER(transpose, transpose)
{
    const wg_axes axes = wg_axes_given(WG_AUTO, a->axes);
    return wg_apply(here, &wgi_op_transpose, &a->x, 1, &axes);
}

/* ---- swap ---- */

SHAPE(swap)
{
    if (!wg_rule_rank(r, 0, 2, WG_MAX_RANK)) return false;
    const wg_shape *x = r->x[0].shape;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *x;
    y->dim[x->rank - 1] = x->dim[x->rank - 2];
    y->dim[x->rank - 2] = x->dim[x->rank - 1];
    return true;
}
EXPAND(swap)
{
    const int rank = wg_node_shape(x[0]).rank;
    y[0] = axes_exchanged(here, x[0], rank - 2, rank - 1);
}
SAMPLES(swap, wg_swap(ANY(3, 4)), wg_swap(ANY(2, 3, 4)), wg_swap(ANY(2, 0, 3)));
ERRORS(swap, (wg_swap(ANY(3)), "must have 2 to 8"));

DEFINE_OP(swap, .summary = "The last two axes swapped: matrices transposed.", .formula = "y = x^T",
          .adjoint = "x' = y'^T", .hint.stored = 1 << 0, .operands = 1, .kind = WG_OPAQUE,
          RULES(swap, shape, expand));
wg_node wg_swap_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_swap); }

#endif
