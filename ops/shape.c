/* shape.c: the same elements in another shape, order or number: views where the bytes can stay, copies where they cannot. */
#include "ops.h"

/* Elements after an axis. */
static int64_t inner_of(const wg_shape *s, int axis)
{
    int64_t n = 1;
    for (int i = axis + 1; i < s->rank; i++)
        n *= s->dim[i];
    return n;
}
/* Bytes of one run along axis and all after it. */
static size_t run_bytes(const wg_type *t, int axis)
{
    return (size_t)(t->shape->dim[axis] * inner_of(t->shape, axis)) * wg_dtype_size(t->dtype);
}

struct shaped {
    wg_shape shape;
};
struct slice {
    int     axis;
    int64_t from, to;
};
struct unslice {
    int     axis;
    int64_t from, size;
};

/* The engine broadcasts: here one element stands for all, or all are there. */
#define REPEAT(T) WG_LOOP_(k, T, T, WG_AT0_(k, 0, a), , , a)
KERNEL(broadcast_to)
{
    size_t size = wg_dtype_size(k->yt[0].dtype);
    if (k->step[0]) memcpy(k->y[0], k->x[0], (size_t)(k->end - k->begin) * size);
    else if (size == 1) REPEAT(uint8_t);
    else if (size == 4) REPEAT(uint32_t);
    else REPEAT(uint64_t);
    return true;
}

/* A transpose with axes of size 1 dropped and those that stay neighbours joined. y is dense; x has stride from[i] along y's
 * axis i. run is the axis along which x is dense. */
typedef struct turn {
    int     rank, run;
    int64_t dim[WG_MAX_RANK], from[WG_MAX_RANK], to[WG_MAX_RANK];
} turn;
static turn turn_of(const wg_kernel *k)
{
    const wg_axes  *axes = k->attr;
    const wg_shape *x = k->xt[0].shape;
    turn            t = { 0 };
    for (int i = 0; i < x->rank; i++) {
        int64_t dim = x->dim[axes->axis[i]], from = inner_of(x, axes->axis[i]);
        int     j = t.rank - 1;
        if (dim == 1)
            continue;
        if (j >= 0 && t.from[j] == from * dim)
            t.dim[j] *= dim;
        else
            j = t.rank++, t.dim[j] = dim;
        t.from[j] = from;
    }
    if (!t.rank)
        t.rank = 1, t.dim[0] = 1, t.from[0] = 1;
    int64_t to = 1;
    for (int i = t.rank - 1; i >= 0; to *= t.dim[i--]) {
        t.to[i] = to;
        if (t.from[i] == 1)
            t.run = i;
    }
    return t;
}

enum { TILE = 32 };

/* Where unit u begins: one place on all axes but `last` and `run`, and on `run` a strip of TILE if the two differ. */
static void turn_place(const turn *t, int64_t u, int64_t *strip, int64_t *x, int64_t *y)
{
    int     last = t->rank - 1;
    int64_t strips = t->run == last ? 1 : (t->dim[t->run] + TILE - 1) / TILE;
    *strip = u % strips * TILE;
    u /= strips;
    *x = *y = 0;
    for (int i = last - 1; i >= 0; i--) {
        if (i == t->run)
            continue;
        *x += u % t->dim[i] * t->from[i];
        *y += u % t->dim[i] * t->to[i];
        u /= t->dim[i];
    }
}

/* A tile is read along x's lines and written along y's: lines of a power of two apart would meet in the cache. */
#define TURN_STRIP(T)                                                                   \
    do {                                                                                \
        T tile[TILE][TILE];                                                             \
        for (int64_t j = 0; j < columns; j += TILE) {                                   \
            const T      *x = (const T *)k->x[0] + at + j * t.from[last] + strip;       \
            T            *y = (T *)k->y[0] + to + strip * t.to[t.run] + j;              \
            const int64_t w = columns - j < TILE ? columns - j : TILE;                  \
            for (int64_t c = 0; c < w; c++)                                             \
                for (int64_t i = 0; i < high; i++)                                      \
                    tile[i][c] = x[c * t.from[last] + i];                               \
            for (int64_t i = 0; i < high; i++)                                          \
                memcpy(y + i * t.to[t.run], tile[i], (size_t)w * sizeof(T));            \
        }                                                                               \
    } while (0)
KERNEL(transpose)
{
    turn    t = turn_of(k);
    int     last = t.rank - 1;
    size_t  size = wg_dtype_size(k->yt[0].dtype);
    int64_t columns = t.dim[last];
    for (int64_t u = k->begin; u < k->end; u++) {
        int64_t strip, at, to;
        turn_place(&t, u, &strip, &at, &to);
        int64_t high = strip + TILE < t.dim[t.run] ? TILE : t.dim[t.run] - strip;
        if (t.run == last)
            memcpy((char *)k->y[0] + (size_t)to * size, (const char *)k->x[0] + (size_t)at * size, (size_t)columns * size);
        else if (size == 1) TURN_STRIP(uint8_t);
        else if (size == 4) TURN_STRIP(uint32_t);
        else TURN_STRIP(uint64_t);
    }
    return true;
}

/* Unit u copies the run of operand u % operands in row u / operands. */
KERNEL(concat)
{
    int     axis = *(const int *)k->attr;
    size_t  row = run_bytes(&k->yt[0], axis), at = 0;
    int64_t first = k->begin / k->operands;
    int     j = (int)(k->begin % k->operands);
    for (int i = 0; i < j; i++)
        at += run_bytes(&k->xt[i], axis);
    char *y = (char *)k->y[0] + (size_t)first * row;
    for (int64_t u = k->begin; u < k->end; u++) {
        size_t n = run_bytes(&k->xt[j], axis);
        if (n)
            memcpy(y + at, (const char *)k->x[j] + (size_t)(u / k->operands) * n, n);
        at += n;
        if (++j == k->operands)
            j = 0, at = 0, y += row;
    }
    return true;
}

KERNEL(slice)
{
    const struct slice *a = k->attr;
    size_t              row = run_bytes(&k->xt[0], a->axis), n = run_bytes(&k->yt[0], a->axis);
    size_t              skip = a->to > a->from ? n / (size_t)(a->to - a->from) * (size_t)a->from : 0;
    for (int64_t u = k->begin; n && u < k->end; u++)
        memcpy((char *)k->y[0] + (size_t)u * n, (const char *)k->x[0] + (size_t)u * row + skip, n);
    return true;
}

KERNEL(unslice)
{
    const struct unslice *a = k->attr;
    size_t                row = run_bytes(&k->yt[0], a->axis), n = run_bytes(&k->xt[0], a->axis);
    size_t                skip = a->size ? row / (size_t)a->size * (size_t)a->from : 0;
    for (int64_t u = k->begin; row && u < k->end; u++) {
        char *y = (char *)k->y[0] + (size_t)u * row;
        memset(y, 0, skip);
        if (n)
            memcpy(y + skip, (const char *)k->x[0] + (size_t)u * n, n);
        memset(y + skip + n, 0, row - skip - n);
    }
    return true;
}

#if WG_BASE

DECLARE(broadcast_to);
DECLARE(transpose);
DECLARE(concat);
DECLARE(slice);
DECLARE(unslice);

static const wg_attr_row shaped_attrs[] = { { "shape", WG_ATTR_SHAPE, offsetof(struct shaped, shape), NULL, NULL }, { 0 } };
static const wg_attr_row axis_attrs[] = { { "axis", WG_ATTR_INT, 0, "0", NULL }, { 0 } };
static int64_t           same_place(const wg_kernel *k) { return 0; }

/* Elements before an axis. */
static int64_t outer_of(const wg_shape *s, int axis)
{
    int64_t n = 1;
    for (int i = 0; i < axis; i++)
        n *= s->dim[i];
    return n;
}

static bool rank_fits(wg_rule *r, const wg_shape *s)
{
    return (s->rank >= 0 && s->rank <= WG_MAX_RANK) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "a shape of %d axes; at most %d", s->rank, WG_MAX_RANK);
}

/* ---- reshape ---- */

static bool reshape_shape(wg_rule *r)
{
    wg_shape *s = &((struct shaped *)r->attr)->shape;
    int64_t   n = wg_shape_size(*r->x[0].shape), known = 1, open = -1;
    char      text[80];
    if (!rank_fits(r, s))
        return false;
    wg_shape_text(*s, text, sizeof text);
    for (int i = 0; i < s->rank; i++) {
        if (s->dim[i] == -1 && open < 0)
            open = i;
        else if (s->dim[i] < 0 || __builtin_mul_overflow(known, s->dim[i], &known))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s cannot have shape %s", wg_rule_who(r, 0), text);
    }
    if (open >= 0 ? !known || n % known : n != known)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s of %lld elements cannot have shape %s", wg_rule_who(r, 0), (long long)n, text);
    if (open >= 0)
        s->dim[open] = n / known;
    *wg_rule_shape(r, 0) = *s;
    return true;
}
static wg_node reshape_rewrite(wg_site here, const wg_node x[], int n, const void *attr)
{
    const struct shaped *a = attr;
    if (wg_shape_equal(wg_node_shape(x[0]), a->shape))
        return x[0];
    return strcmp(wg_node_op_name(x[0]), "reshape") == 0 ? wg_reshape(wg_node_operand(x[0], 0), a->shape) : wg_none;
}
static void reshape_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_reshape(gy, wg_node_shape(x[0]));
}
static wg_node reshape_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_reshape(wg_any(g, WG_SHAPE(3, 4)), WG_SHAPE(2, 6));
    case 1: return wg_reshape(wg_any(g, WG_SHAPE(2, 3, 4)), WG_SHAPE(4, -1));
    case 2: return wg_reshape(wg_any(g, WG_SHAPE(2, 0)), WG_SHAPE(0, 5));
    case 3: return wg_reshape(wg_any(g, WG_SCALAR), WG_SHAPE(1, 1));
    }
    return wg_none;
}
static const char *reshape_error(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: wg_reshape(wg_any(g, WG_SHAPE(3, 4)), WG_SHAPE(5, 2)); return "[3,4] of 12 elements cannot have shape [5,2]";
    case 1: wg_reshape(wg_any(g, WG_SHAPE(3, 4)), WG_SHAPE(-1, 5)); return "cannot have shape [-1,5]";
    case 2: wg_reshape(wg_any(g, WG_SHAPE(3, 4)), WG_SHAPE(-1, -1)); return "cannot have shape [-1,-1]";
    }
    return NULL;
}
static const wg_op reshape_op = {
    .name = "reshape", .summary = "The same elements in another shape; one size may be -1: what is left.", .formula = "y = x in shape",
    .adjoint = "x' = y' in x's shape",
    .operands = 1, .kind = WG_ALIAS, .attr_size = sizeof(struct shaped), .attrs = shaped_attrs, .shape = reshape_shape,
    .rewrite = reshape_rewrite, .alias = same_place, .vjp = reshape_vjp, .sample = reshape_sample, .error = reshape_error,
};
wg_node wg_reshape_at(wg_site here, wg_node x, wg_shape s) { return wg_apply(here, &reshape_op, &x, 1, &(struct shaped){ s }); }

/* ---- expand, squeeze ---- */

static bool expand_shape(wg_rule *r)
{
    int rank = r->x[0].shape->rank;
    if (rank == WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes already", wg_rule_who(r, 0), rank);
    return wg_rule_axis(r, r->attr, rank + 1);
}
static void expand_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    wg_shape s = wg_node_shape(x[0]);
    int      axis = *(const int *)attr;
    for (int i = s.rank++; i > axis; i--)
        s.dim[i] = s.dim[i - 1];
    s.dim[axis] = 1;
    y[0] = wg_reshape(x[0], s);
}
static wg_node expand_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_expand(wg_any(g, WG_SHAPE(3, 4)), 1);
    case 1: return wg_expand(wg_any(g, WG_SHAPE(3, 4)), -1);
    case 2: return wg_expand(wg_any(g, WG_SHAPE(0)), 0);
    case 3: return wg_expand(wg_any(g, WG_SCALAR), 0);
    }
    return wg_none;
}
static const char *expand_error(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: wg_expand(wg_any(g, WG_SHAPE(3)), 2); return "no axis 2";
    case 1: wg_expand(wg_any(g, WG_SHAPE(1, 1, 1, 1, 1, 1, 1, 1)), 0); return "has 8 axes already";
    }
    return NULL;
}
static const wg_op expand_op = {
    .name = "expand", .summary = "A new axis of size 1 before axis.", .formula = "y = x with one axis more", .adjoint = "x' = y' in x's shape",
    .operands = 1, .attr_size = sizeof(int), .attrs = axis_attrs, .shape = expand_shape, .expand = expand_expand, .sample = expand_sample,
    .error = expand_error,
};
wg_node wg_expand_at(wg_site here, wg_node x, int axis) { return wg_apply(here, &expand_op, &x, 1, &axis); }

static bool squeeze_shape(wg_rule *r)
{
    int            *axis = r->attr;
    const wg_shape *s = r->x[0].shape;
    if (!wg_rule_axis(r, axis, s->rank))
        return false;
    return s->dim[*axis] == 1 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s has size %lld, not 1", *axis, wg_rule_who(r, 0), (long long)s->dim[*axis]);
}
static void squeeze_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    wg_shape s = wg_node_shape(x[0]);
    s.rank--;
    for (int i = *(const int *)attr; i < s.rank; i++)
        s.dim[i] = s.dim[i + 1];
    y[0] = wg_reshape(x[0], s);
}
static wg_node squeeze_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_squeeze(wg_any(g, WG_SHAPE(3, 1, 4)), 1);
    case 1: return wg_squeeze(wg_any(g, WG_SHAPE(3, 1)), -1);
    case 2: return wg_squeeze(wg_any(g, WG_SHAPE(1)), 0);
    case 3: return wg_squeeze(wg_any(g, WG_SHAPE(1, 0)), 0);
    }
    return wg_none;
}
static const char *squeeze_error(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: wg_squeeze(wg_any(g, WG_SHAPE(3, 4)), 0); return "has size 3, not 1";
    case 1: wg_squeeze(wg_any(g, WG_SHAPE(1)), 1); return "no axis 1";
    }
    return NULL;
}
static const wg_op squeeze_op = {
    .name = "squeeze", .summary = "Without an axis of size 1.", .formula = "y = x with one axis less", .adjoint = "x' = y' in x's shape",
    .operands = 1, .attr_size = sizeof(int), .attrs = axis_attrs, .shape = squeeze_shape, .expand = squeeze_expand, .sample = squeeze_sample,
    .error = squeeze_error,
};
wg_node wg_squeeze_at(wg_site here, wg_node x, int axis) { return wg_apply(here, &squeeze_op, &x, 1, &axis); }

/* ---- broadcast_to, sum_to ---- */

static bool broadcasts(const wg_shape *from, const wg_shape *to)
{
    bool fits = to->rank >= from->rank;
    for (int i = 1; fits && i <= from->rank; i++) {
        int64_t d = from->dim[from->rank - i];
        fits = d == 1 || d == to->dim[to->rank - i];
    }
    for (int i = 0; fits && i < to->rank; i++)
        fits = to->dim[i] >= 0;
    return fits;
}
static bool broadcast_to_shape(wg_rule *r)
{
    const wg_shape *s = &((struct shaped *)r->attr)->shape;
    char            text[80];
    if (!rank_fits(r, s))
        return false;
    *wg_rule_shape(r, 0) = *s;
    return broadcasts(r->x[0].shape, s) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not broadcast to %s", wg_rule_who(r, 0), wg_shape_text(*s, text, sizeof text));
}
static wg_node same_shape_rewrite(wg_site here, const wg_node x[], int n, const void *attr)
{
    return wg_shape_equal(wg_node_shape(x[0]), ((const struct shaped *)attr)->shape) ? x[0] : wg_none;
}
/* As of any elementwise op: the engine sums over what was repeated. */
static void broadcast_to_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = gy; }
static wg_node broadcast_to_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_broadcast_to(wg_any(g, WG_SHAPE(3, 1)), WG_SHAPE(2, 3, 4));
    case 1: return wg_broadcast_to(wg_any(g, WG_SCALAR), WG_SHAPE(3, 4));
    case 2: return wg_broadcast_to(wg_any(g, WG_SHAPE(1, 4)), WG_SHAPE(0, 4));
    case 3: return wg_broadcast_to(wg_any(g, WG_SHAPE(4)), WG_SHAPE(3, 4));
    }
    return wg_none;
}
static const char *broadcast_to_error(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: wg_broadcast_to(wg_any(g, WG_SHAPE(3)), WG_SHAPE(3, 4)); return "does not broadcast to [3,4]";
    case 1: wg_broadcast_to(wg_any(g, WG_SHAPE(3)), WG_SHAPE(-2, 3)); return "does not broadcast to [-2,3]";
    }
    return NULL;
}
static const wg_op broadcast_to_op = {
    .name = "broadcast_to", .summary = "Repeated along new axes and axes of size 1.", .formula = "y = x repeated to shape",
    .adjoint = "x' = y' summed over the repeats",
    .operands = 1, .kind = WG_MAP, .promote = WG_PROMOTE_NONE, .attr_size = sizeof(struct shaped), .attrs = shaped_attrs, .shape = broadcast_to_shape,
    .rewrite = same_shape_rewrite, .kernel = KERNELS(broadcast_to), .vjp = broadcast_to_vjp, .sample = broadcast_to_sample,
    .error = broadcast_to_error,
};
wg_node wg_broadcast_to_at(wg_site here, wg_node x, wg_shape s) { return wg_apply(here, &broadcast_to_op, &x, 1, &(struct shaped){ s }); }

static bool sum_to_shape(wg_rule *r)
{
    const wg_shape *s = &((struct shaped *)r->attr)->shape;
    char            text[80];
    if (!rank_fits(r, s))
        return false;
    return broadcasts(s, r->x[0].shape) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not sum to %s", wg_rule_who(r, 0), wg_shape_text(*s, text, sizeof text));
}
static void sum_to_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    const wg_shape *s = &((const struct shaped *)attr)->shape;
    wg_shape        xs = wg_node_shape(x[0]);
    wg_reduce_args  a = { .x = x[0], .keepdims = true };
    int             ahead = xs.rank - s->rank;
    for (int i = 0; i < xs.rank; i++)
        if (i < ahead || xs.dim[i] != s->dim[i - ahead])
            a.axes.axis[a.axes.count++] = i;
    y[0] = wg_reshape(a.axes.count ? wg_sum_at(here, &a) : x[0], *s);
}
static wg_node sum_to_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_sum_to(wg_any(g, WG_SHAPE(2, 3, 4)), WG_SHAPE(3, 1));
    case 1: return wg_sum_to(wg_any(g, WG_SHAPE(3, 4)), WG_SCALAR);
    case 2: return wg_sum_to(wg_any(g, WG_SHAPE(0, 4)), WG_SHAPE(1, 4));
    case 3: return wg_sum_to(wg_any(g, WG_SHAPE(1, 4)), WG_SHAPE(4));
    }
    return wg_none;
}
static const char *sum_to_error(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: wg_sum_to(wg_any(g, WG_SHAPE(3, 4)), WG_SHAPE(2, 4)); return "does not sum to [2,4]";
    case 1: wg_sum_to(wg_any(g, WG_SHAPE(4)), WG_SHAPE(1, 4)); return "does not sum to [1,4]";
    }
    return NULL;
}
static const wg_op sum_to_op = {
    .name = "sum_to", .summary = "The inverse of broadcast_to: summed over what it would repeat.", .formula = "y = x summed to shape",
    .adjoint = "x' = y' repeated to x's shape",
    .operands = 1, .attr_size = sizeof(struct shaped), .attrs = shaped_attrs, .shape = sum_to_shape, .rewrite = same_shape_rewrite,
    .expand = sum_to_expand, .sample = sum_to_sample, .error = sum_to_error,
};
wg_node wg_sum_to_at(wg_site here, wg_node x, wg_shape s) { return wg_apply(here, &sum_to_op, &x, 1, &(struct shaped){ s }); }

/* ---- transpose ---- */

static bool transpose_shape(wg_rule *r)
{
    wg_axes        *a = r->attr;
    const wg_shape *x = r->x[0].shape;
    wg_shape       *y = wg_rule_shape(r, 0);
    unsigned        seen = 0;
    if (!a->count)
        while (a->count < x->rank) {
            a->axis[a->count] = x->rank - 1 - a->count;
            a->count++;
        }
    if (a->count != x->rank)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%d axes for %s", a->count, wg_rule_who(r, 0));
    y->rank = x->rank;
    for (int i = 0; i < x->rank; i++) {
        if (!wg_rule_axis(r, &a->axis[i], x->rank))
            return false;
        if (seen & 1u << a->axis[i])
            return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d twice", a->axis[i]);
        seen |= 1u << a->axis[i];
        y->dim[i] = x->dim[a->axis[i]];
    }
    return true;
}
/* Where only axes of size 1 move, the bytes stay; a transpose of a transpose is one. */
static wg_node transpose_rewrite(wg_site here, const wg_node x[], int n, const void *attr)
{
    const wg_axes *a = attr;
    wg_shape       s = wg_node_shape(x[0]), moved = s;
    int            before = -1;
    bool           in_order = true;
    for (int i = 0; i < s.rank; i++) {
        moved.dim[i] = s.dim[a->axis[i]];
        if (moved.dim[i] != 1) {
            in_order &= a->axis[i] > before;
            before = a->axis[i];
        }
    }
    if (in_order)
        return wg_reshape(x[0], moved);
    if (strcmp(wg_node_op_name(x[0]), "transpose"))
        return wg_none;
    wg_transpose_args both = { .x = wg_node_operand(x[0], 0), .axes.count = s.rank };
    for (int i = 0; i < s.rank; i++)
        both.axes.axis[i] = ((const wg_axes *)wg_attr(x[0]))->axis[a->axis[i]];
    return wg_transpose_at(here, &both);
}
static int64_t transpose_units(const wg_kernel *k)
{
    turn    t = turn_of(k);
    int     last = t.rank - 1;
    int64_t n = t.run == last ? 1 : (t.dim[t.run] + TILE - 1) / TILE;
    for (int i = 0; i < last; i++)
        n *= i == t.run ? 1 : t.dim[i];
    return t.dim[last] ? n : 0;
}
static void transpose_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const wg_axes    *a = wg_attr(y);
    wg_transpose_args back = { .x = gy, .axes.count = a->count };
    for (int i = 0; i < a->count; i++)
        back.axes.axis[a->axis[i]] = i;
    gx[0] = wg_transpose_at(here, &back);
}
static wg_node transpose_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return wg_transpose(wg_any(g, WG_SHAPE(3, 4)));
    case 1: return wg_transpose(wg_any(g, WG_SHAPE(2, 3, 4)), .axes = WG_AXES(1, 0, 2));
    case 2: return wg_transpose(wg_any(g, WG_SHAPE(2, 3, 1, 4)), .axes = WG_AXES(-1, 1, 2, 0));
    case 3: return wg_transpose(wg_any(g, WG_SHAPE(2, 0)));
    case 4: return wg_transpose(wg_any(g, WG_SHAPE(1, 5)));
    case 5: return wg_transpose(wg_transpose(wg_any(g, WG_SHAPE(2, 3, 2))), .axes = WG_AXES(0, 2, 1));
    case 6: return wg_transpose(wg_any(g, WG_SHAPE(33, 35)));
    }
    return wg_none;
}
static const char *transpose_error(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: wg_transpose(wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(0)); return "1 axes for";
    case 1: wg_transpose(wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(0, 0)); return "axis 0 twice";
    case 2: wg_transpose(wg_any(g, WG_SHAPE(3, 4)), .axes = WG_AXES(0, 2)); return "no axis 2";
    }
    return NULL;
}
static const wg_attr_row transpose_attrs[] = { { "axis", WG_ATTR_AXES, 0, "reversed", NULL }, { 0 } };
static const wg_op transpose_op = {
    .name = "transpose", .summary = "Axes in another order, by default reversed.", .formula = "y[i, j, ...] = x[..., j, i]",
    .adjoint = "x' = y' with the axes back in place",
    .operands = 1, .kind = WG_OPAQUE, .attr_size = sizeof(wg_axes), .attrs = transpose_attrs, .shape = transpose_shape,
    .rewrite = transpose_rewrite, .kernel = KERNELS(transpose), .units = transpose_units, .vjp = transpose_vjp, .sample = transpose_sample,
    .error = transpose_error,
};
wg_node wg_transpose_at(wg_site here, const wg_transpose_args *a) { return wg_apply(here, &transpose_op, &a->x, 1, &a->axes); }

/* ---- concat ---- */

static bool concat_fits(const wg_shape *a, const wg_shape *b, int axis)
{
    bool fits = a->rank == b->rank;
    for (int i = 0; fits && i < a->rank; i++)
        fits = i == axis || a->dim[i] == b->dim[i];
    return fits;
}
static bool concat_shape(wg_rule *r)
{
    int      *axis = r->attr;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    if (!wg_rule_axis(r, axis, y->rank))
        return false;
    for (int k = 1; k < r->operands; k++) {
        const wg_shape *x = r->x[k].shape;
        if (!concat_fits(r->x[0].shape, x, *axis))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s and %s differ beside axis %d", wg_rule_who(r, 0), wg_rule_who(r, k), *axis);
        if (__builtin_add_overflow(y->dim[*axis], x->dim[*axis], &y->dim[*axis]))
            return wg_rule_fail(r, WG_ERROR_SHAPE, "the result is too large");
    }
    return true;
}
static wg_node concat_rewrite(wg_site here, const wg_node x[], int n, const void *attr) { return n == 1 ? x[0] : wg_none; }
static int64_t concat_units(const wg_kernel *k)
{
    int axis = *(const int *)k->attr;
    return run_bytes(&k->yt[0], axis) ? outer_of(k->yt[0].shape, axis) * k->operands : 0;
}
/* [from, to) of an axis; the empty piece is at the end, since a slice to 0 means up to the end. */
static wg_node piece(wg_site here, wg_node x, int axis, int64_t from, int64_t to)
{
    if (from == to)
        from = to = wg_dim(x, axis);
    return wg_slice(x, .axis = axis, .from = from, .to = to);
}
static void concat_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    int     axis = *(const int *)wg_attr(y);
    int64_t at = 0;
    for (int k = 0; k < wg_node_operands(y); k++) {
        int64_t n = wg_dim(x[k], axis);
        gx[k] = piece(here, gy, axis, at, at + n);
        at += n;
    }
}
static wg_node concat_sample(wg_site here, wg_graph *g, int i)
{
    wg_shape a = WG_SHAPE(2, 3), b = WG_SHAPE(2, 1), c = WG_SHAPE(2, 0), d = WG_SHAPE(4, 3);
    switch (i) {
    case 0: return wg_concat(((wg_node[]){ wg_any(g, a), wg_any(g, b), wg_any(g, c), wg_any(g, a) }), 4, 1);
    case 1: return wg_concat(((wg_node[]){ wg_any(g, a), wg_any(g, d) }), 2, 0);
    case 2: return wg_concat(((wg_node[]){ wg_any(g, c), wg_any(g, c) }), 2, -1);
    case 3: return wg_concat(((wg_node[]){ wg_any(g, a), wg_any_class(g, 5, d) }), 2, -2);
    }
    return wg_none;
}
static const char *concat_error(wg_site here, wg_graph *g, int i)
{
    wg_node x[2] = { wg_any(g, WG_SHAPE(2, 3)), wg_any(g, WG_SHAPE(3, 3)) };
    switch (i) {
    case 0: wg_concat(x, 2, 1); return "differ beside axis 1";
    case 1: wg_concat(x, 2, 2); return "no axis 2";
    }
    return NULL;
}
static const wg_op concat_op = {
    .name = "concat", .summary = "One behind the other along axis.", .formula = "y = [x0, x1, ...]", .adjoint = "xi' = its piece of y'",
    .operands = -1, .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, .attr_size = sizeof(int), .attrs = axis_attrs, .shape = concat_shape,
    .rewrite = concat_rewrite, .kernel = KERNELS(concat), .units = concat_units, .vjp = concat_vjp, .sample = concat_sample,
    .error = concat_error,
};
wg_node wg_concat_at(wg_site here, const wg_node x[], int n, int axis) { return wg_apply(here, &concat_op, x, n, &axis); }

/* ---- slice ---- */

/* Resolved, an empty slice is from and to the end: then only to = 0 means the end. */
static bool slice_shape(wg_rule *r)
{
    struct slice *a = r->attr;
    wg_shape     *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    if (!wg_rule_axis(r, &a->axis, y->rank))
        return false;
    int64_t n = y->dim[a->axis], from = a->from < 0 ? a->from + n : a->from, to = a->to <= 0 ? a->to + n : a->to;
    if (from < 0 || from > to || to > n)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%lld:%lld is not a part of axis %d of %s", (long long)a->from, (long long)a->to, a->axis,
                            wg_rule_who(r, 0));
    y->dim[a->axis] = to - from;
    a->from = from == to ? n : from;
    a->to = from == to ? n : to;
    return true;
}
static wg_node slice_rewrite(wg_site here, const wg_node x[], int n, const void *attr)
{
    const struct slice *a = attr;
    return a->to - a->from == wg_dim(x[0], a->axis) ? x[0] : wg_none;
}
static int64_t slice_alias(const wg_kernel *k)
{
    const struct slice *a = k->attr;
    return outer_of(k->xt[0].shape, a->axis) == 1 ? a->from * inner_of(k->xt[0].shape, a->axis) : -1;
}
static int64_t slice_units(const wg_kernel *k) { return outer_of(k->xt[0].shape, ((const struct slice *)k->attr)->axis); }
static wg_node unslice(wg_site here, wg_node x, int axis, int64_t from, int64_t size);
static void slice_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const struct slice *a = wg_attr(y);
    gx[0] = unslice(here, gy, a->axis, a->from, wg_dim(x[0], a->axis));
}
static wg_node slice_sample(wg_site here, wg_graph *g, int i)
{
    wg_node x = wg_any(g, WG_SHAPE(4, 5, 2));
    switch (i) {
    case 0: return wg_slice(x, .from = 1, .to = 3);
    case 1: return wg_slice(x, .axis = 1, .from = -3);
    case 2: return wg_slice(x, .axis = -1, .to = -1);
    case 3: return wg_slice(x, .axis = 1, .from = 2, .to = 2);
    case 4: return wg_slice(wg_any(g, WG_SHAPE(1, 5)), .axis = 1, .from = 1, .to = 4);
    case 5: return wg_add(wg_slice(x, .axis = 1, .to = 2), wg_slice(x, .axis = 1, .from = 3));
    }
    return wg_none;
}
static const char *slice_error(wg_site here, wg_graph *g, int i)
{
    wg_node x = wg_any(g, WG_SHAPE(4, 5));
    switch (i) {
    case 0: wg_slice(x, .from = 2, .to = 5); return "2:5 is not a part of axis 0";
    case 1: wg_slice(x, .axis = 1, .from = 3, .to = 2); return "3:2 is not a part of axis 1";
    case 2: wg_slice(x, .axis = 2, .to = 1); return "no axis 2";
    }
    return NULL;
}
static const wg_attr_row slice_attrs[] = { { "axis", WG_ATTR_INT, offsetof(struct slice, axis), "0", NULL },
                                           { "from", WG_ATTR_SIZE, offsetof(struct slice, from), "0", NULL },
                                           { "to", WG_ATTR_SIZE, offsetof(struct slice, to), "0", NULL },
                                           { 0 } };
static const wg_op slice_op = {
    .name = "slice", .summary = "The part [from, to) of an axis; negative from the end, to 0: up to the end.", .formula = "y = x[from:to]",
    .adjoint = "x' = y' in its place, zeros around it",
    .operands = 1, .kind = WG_ALIAS, .attr_size = sizeof(struct slice), .attrs = slice_attrs, .shape = slice_shape, .rewrite = slice_rewrite,
    .kernel = KERNELS(slice), .units = slice_units, .alias = slice_alias, .vjp = slice_vjp, .sample = slice_sample, .error = slice_error,
};
wg_node wg_slice_at(wg_site here, const wg_slice_args *a)
{
    return wg_apply(here, &slice_op, &a->x, 1, &(struct slice){ a->axis, a->from, a->to });
}

/* ---- unslice ---- */

static bool unslice_shape(wg_rule *r)
{
    struct unslice *a = r->attr;
    wg_shape       *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    if (!wg_rule_axis(r, &a->axis, y->rank))
        return false;
    if (a->from < 0 || a->size < 0 || a->from > a->size - y->dim[a->axis])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s does not fit into %lld from %lld on", a->axis, wg_rule_who(r, 0),
                            (long long)a->size, (long long)a->from);
    y->dim[a->axis] = a->size;
    return true;
}
static wg_node unslice_rewrite(wg_site here, const wg_node x[], int n, const void *attr)
{
    const struct unslice *a = attr;
    return wg_dim(x[0], a->axis) == a->size ? x[0] : wg_none;
}
static int64_t unslice_units(const wg_kernel *k) { return outer_of(k->yt[0].shape, ((const struct unslice *)k->attr)->axis); }
static void unslice_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const struct unslice *a = wg_attr(y);
    gx[0] = piece(here, gy, a->axis, a->from, a->from + wg_dim(x[0], a->axis));
}

static wg_node zeros(wg_site here, wg_node like, int axis, int64_t n)
{
    wg_shape s = wg_node_shape(like);
    s.dim[axis] = n;
    return wg_cast(wg_fill_at(here, wg_graph_of(like), 0, s), wg_node_dtype(like));
}
static int64_t unslice_from(wg_node n) { return ((const struct unslice *)wg_attr(n))->from; }

/* The pieces in order with zeros between them, into p of 2n + 1; how many there are, 0 if two overlap. */
static int line_up(wg_site here, const wg_node x[], int n, wg_node p[])
{
    const struct unslice *a = wg_attr(x[0]);
    wg_node              *sorted = p + n + 1;
    int                   count = 0;
    int64_t               at = 0;
    for (int k = 0; k < n; k++) {
        int j = k;
        for (; j > 0 && unslice_from(sorted[j - 1]) > unslice_from(x[n - 1 - k]); j--)
            sorted[j] = sorted[j - 1];
        sorted[j] = x[n - 1 - k];
    }
    for (int k = 0; k < n; k++) {
        wg_node part = wg_node_operand(sorted[k], 0);
        int64_t from = unslice_from(sorted[k]);
        if (from < at || ((const struct unslice *)wg_attr(sorted[k]))->axis != a->axis)
            return 0;
        if (from > at)
            p[count++] = zeros(here, part, a->axis, from - at);
        p[count++] = part;
        at = from + wg_dim(part, a->axis);
    }
    if (at < a->size)
        p[count++] = zeros(here, p[0], a->axis, a->size - at);
    return count;
}
/* Contributions come from the last consumer to the first: pieces taken in order arrive in reverse. */
static wg_node unslice_merge(wg_site here, const wg_node x[], int n)
{
    wg_context *c = wg_graph_context(wg_graph_of(x[0]));
    wg_node    *p = wg_alloc(c, 2 * (size_t)n + 1, sizeof *p);
    if (!p)
        return wg_none;
    int     count = line_up(here, x, n, p);
    wg_node y = count ? wg_concat(p, count, ((const struct unslice *)wg_attr(x[0]))->axis) : wg_none;
    wg_free(c, p);
    return y;
}
static wg_node unslice_sample(wg_site here, wg_graph *g, int i)
{
    switch (i) {
    case 0: return unslice(here, wg_any(g, WG_SHAPE(2, 3)), 0, 1, 4);
    case 1: return unslice(here, wg_any(g, WG_SHAPE(2, 3)), -1, 0, 5);
    case 2: return unslice(here, wg_any(g, WG_SHAPE(2, 0)), 1, 3, 3);
    }
    return wg_none;
}
static const char *unslice_error(wg_site here, wg_graph *g, int i)
{
    if (i)
        return NULL;
    unslice(here, wg_any(g, WG_SHAPE(2, 3)), 1, 2, 4);
    return "does not fit into 4 from 2 on";
}
static const wg_attr_row unslice_attrs[] = { { "axis", WG_ATTR_INT, offsetof(struct unslice, axis), "0", NULL },
                                             { "from", WG_ATTR_SIZE, offsetof(struct unslice, from), "0", NULL },
                                             { "size", WG_ATTR_SIZE, offsetof(struct unslice, size), NULL, NULL },
                                             { 0 } };
static const wg_op unslice_op = {
    .name = "unslice", .summary = "A part of an axis of the given size, from a place on, zeros around it: the adjoint of slice.",
    .formula = "y = 0, y[from:] = x", .adjoint = "x' = its part of y'",
    .operands = 1, .kind = WG_OPAQUE, .attr_size = sizeof(struct unslice), .attrs = unslice_attrs, .shape = unslice_shape,
    .rewrite = unslice_rewrite, .kernel = KERNELS(unslice), .units = unslice_units, .vjp = unslice_vjp, .merge = unslice_merge,
    .sample = unslice_sample, .error = unslice_error,
};
static wg_node unslice(wg_site here, wg_node x, int axis, int64_t from, int64_t size)
{
    return wg_apply(here, &unslice_op, &x, 1, &(struct unslice){ axis, from, size });
}

/* ---- stop_gradient ---- */

static wg_node stop_gradient_sample(wg_site here, wg_graph *g, int i)
{
    return i == 0 ? wg_stop_gradient(wg_any(g, WG_SHAPE(3, 4))) : i == 1 ? wg_stop_gradient(wg_any(g, WG_SHAPE(2, 0))) : wg_none;
}
static const char *stop_gradient_error(wg_site here, wg_graph *g, int i)
{
    if (i)
        return NULL;
    wg_add(wg_stop_gradient(wg_any(g, WG_SHAPE(2))), wg_any(g, WG_SHAPE(3)));
    return "shapes do not broadcast";
}
static const wg_op stop_gradient_op = {
    .name = "stop_gradient", .summary = "Its operand, taken as a constant by derivatives.", .formula = "y = x", .adjoint = "none: by design",
    .operands = 1, .kind = WG_ALIAS, .alias = same_place, .sample = stop_gradient_sample, .error = stop_gradient_error,
};
wg_node wg_stop_gradient_at(wg_site here, wg_node x) { return wg_apply(here, &stop_gradient_op, &x, 1, NULL); }

extern const wg_op *const wgi_ops_shape[];
const wg_op *const wgi_ops_shape[] = { &reshape_op, &expand_op, &squeeze_op, &broadcast_to_op, &sum_to_op,        &transpose_op,
                                       &concat_op,  &slice_op,  &unslice_op, &stop_gradient_op, NULL };

#endif
