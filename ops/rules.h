/* rules.h: checks and small steps of the shape and derivative rules of several ops. A check that fails
 * records the error and returns false. */
#ifndef WG_RULES_H
#define WG_RULES_H

#include "ops.h"

#if WG_BASE

#include "wengert/params.h"

#include "graph/exact.h"
#include "graph/graph.h"

/* ---- checks ---- */

static inline bool shaped_as(wg_rule *r, int k, int j)
{
    return r->x[k].shape == r->x[j].shape ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not shaped as %s", wg_rule_who(r, k), wg_rule_who(r, j));
}

/* Result 0 has the shape s. */
static inline bool shaped_to(wg_rule *r, wg_shape s)
{
    *wg_rule_shape(r, 0) = s;
    return true;
}

static inline bool rank_fits(wg_rule *r, const wg_shape *s)
{
    return (s->rank >= 0 && s->rank <= WG_MAX_RANK) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "a shape of %d axes; at most %d", s->rank, WG_MAX_RANK);
}

static inline bool broadcasts(const wg_shape *from, const wg_shape *to)
{
    bool fits = to->rank >= from->rank;
    for (int i = 1; fits && i <= from->rank; i++) {
        const int64_t d = from->dim[from->rank - i];
        fits = d == 1 || d == to->dim[to->rank - i];
    }
    for (int i = 0; fits && i < to->rank; i++) fits = to->dim[i] >= 0;
    return fits;
}
static inline bool broadcasts_to(wg_rule *r, int k, const wg_shape *to)
{
    char text[80];
    return broadcasts(r->x[k].shape, to) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not broadcast to %s", wg_rule_who(r, k),
                        wg_shape_text(*to, text, sizeof text));
}

/* Axes that must be given. */
static inline bool axes_fit(wg_rule *r, wg_axes *axes, int rank)
{
    int none = WG_NEEDED;
    return axes->count ? wg_rule_axes(r, axes, rank, false) : wg_rule_axis(r, &none, rank);
}

static inline wg_shape without_last(const wg_shape *s)
{
    wg_shape y = *s;
    y.rank--;
    return y;
}

/* The shape with another axis before axis `axis`; without that axis. */
static inline wg_shape with_axis(wg_shape s, int axis, int64_t n)
{
    for (int i = s.rank++; i > axis; i--) s.dim[i] = s.dim[i - 1];
    s.dim[axis] = n;
    return s;
}
static inline wg_shape without_axis(wg_shape s, int axis)
{
    s.rank--;
    for (int i = axis; i < s.rank; i++) s.dim[i] = s.dim[i + 1];
    return s;
}

/* Whether a is b with a last axis of size 1. */
static inline bool is_column_of(const wg_shape *a, const wg_shape *b)
{
    return a->rank && a->dim[a->rank - 1] == 1 && wg_shape_equal(without_last(a), *b);
}

/* Operands 0 and 1 have the same shape: [m,1] beside [m] is an error, since broadcast they would be [m,m]. */
static inline bool equal_shapes(wg_rule *r)
{
    const wg_shape *x = r->x[0].shape, *y = r->x[1].shape;
    char shape[96], axis[160] = "";
    const int column = is_column_of(x, y) ? 0 : is_column_of(y, x) ? 1 : -1;
    if (x == y) return true;
    if (column >= 0)
        snprintf(axis, sizeof axis, ". wg_squeeze(x, .axis = -1) makes %s of the %s",
                 wg_shape_text(column ? *x : *y, shape, sizeof shape), column ? "second" : "first");
    return wg_rule_fail(r, WG_ERROR_SHAPE, "shapes differ: %s with %s%s", wg_rule_who(r, 0),
                        wg_rule_who(r, 1), axis);
}

/* The dtype of a product of operands 0 and 1, of which either may be stored only; of both: the context's. */
static inline wg_dtype product_dtype(const wg_rule *r)
{
    const wg_dtype a = r->x[0].dtype, b = r->x[1].dtype;
    const wg_dtype ours = wgi_default_dtype(r->graph);
    return !wg_dtype_is_stored(a) ? a : wg_dtype_is_stored(b) ? ours : b;
}

/* Operand k has one element for each row of operand 0. */
static inline bool one_a_row(wg_rule *r, int k)
{
    return wg_shape_equal(*r->x[k].shape, without_last(r->x[0].shape)) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number a row of %s", wg_rule_who(r, k),
                        wg_rule_who(r, 0));
}

/* The error for operand 1 when it is neither class numbers nor rows of probabilities for the logits, operand
 * 0. */
static inline bool labels_fail(wg_rule *r)
{
    char numbers[96], rows[96];
    return wg_rule_fail(r, WG_ERROR_SHAPE,
                        "%s does not fit %s: class numbers must be %s, rows of probabilities %s",
                        wg_rule_who(r, 1), wg_rule_who(r, 0),
                        wg_shape_text(without_last(r->x[0].shape), numbers, sizeof numbers),
                        wg_shape_text(*r->x[0].shape, rows, sizeof rows));
}

/* Operands 0 and 1 can be multiplied: floats, whose inner axes have a and b elements. */
static inline bool factors_fit(wg_rule *r, int64_t a, int64_t b)
{
    if (!wg_dtype_is_float(product_dtype(r)))
        return wg_rule_fail(r, WG_ERROR_DTYPE, "%s @ %s is of dtype %s: products are of floats, say wg_cast",
                            wg_rule_who(r, 0), wg_rule_who(r, 1), wg_dtype_name(product_dtype(r)));
    return a == b || wg_rule_fail(r, WG_ERROR_SHAPE, "inner dimensions differ: %s @ %s", wg_rule_who(r, 0),
                                  wg_rule_who(r, 1));
}

/* Warns if operand 0, the logits of a loss, is made by `op`. */
static inline void warn_of_twice(wg_rule *r, const wg_op *op, const char *why)
{
    char who[160];
    if (wg_node_op(r->node[0]) != op || !wgi_warns(r->graph->c, WGI_WARN_TWICE, r->here)) return;
    snprintf(who, sizeof who, "%s", wg_rule_who(r, 0));
    wgi_warn_at(r->graph->c, r->here, r->op->name, "%s is made by %s (%s): %s. Leave %s out", who, op->name,
                wg_site_place(wg_node_site(r->node[0])), why, op->name);
}

/* ---- steps ---- */

/* x with one axis at another place, where the others keep their order; with two axes exchanged. */
static inline wg_node axis_moved(wg_site here, wg_node x, int from, int to)
{
    wg_axes a = { .count = wg_node_shape(x).rank };
    for (int i = 0, next = 0; i < a.count; i++) {
        next += next == from;
        a.axis[i] = i == to ? from : next++;
    }
    return from == to ? x : wg_transpose(x, .axes = AXES_OF(a));
}
static inline wg_node axes_exchanged(wg_site here, wg_node x, int i, int j)
{
    wg_axes a = { .count = wg_node_shape(x).rank };
    for (int k = 0; k < a.count; k++) a.axis[k] = k == i ? j : k == j ? i : k;
    return wg_transpose(x, .axes = AXES_OF(a));
}

EXTERN(nearest_finite);
/* x, but of infinities the nearest finite number, for derivative rules far out: there 0 times x is 0. A
 * square of it is a product, since the rule of wg_square has 2 x, which may be infinite. */
static inline wg_node nearest_finite(wg_site here, wg_node x)
{
    return wg_apply1(here, x, &wgi_op_nearest_finite);
}

/* ---- .exact: expressions that keep the digits which a rounded value has lost (graph/exact.c) ---- */

EXTERN(neg);
/* Operand k of y, for .exact: nobody is told that a rule looks. */
static inline wg_node operand_of(wg_node y, int k)
{
    const wgi_node *n = wgi_node_of(y);
    return wgi_handle(y.graph, wgi_in(n)[k + wgi_is_ruled(n)]);
}
/* The same question of another quantity: limit - y, ln y. */
static inline wgi_exact for_rest(const wgi_exact *ask, double limit)
{
    return (wgi_exact){ ask->here, WGI_REST, limit, ask->make, ask->depth };
}
static inline wg_node rest_of(const wgi_exact *ask, wg_node y, double limit)
{
    const wgi_exact other = for_rest(ask, limit);
    return wgi_exact_of(&other, y);
}
/* Whether the question is limit - y. */
static inline bool wants_rest(const wgi_exact *ask, double limit)
{
    return ask->what == WGI_REST && ask->limit == limit;
}
static inline bool wants_log(const wgi_exact *ask) { return ask->what == WGI_LOG && ask->limit > 0; }
/* The node -r, where r is what a question gave. */
static inline wg_node less(const wgi_exact *ask, wg_node r)
{
    if (!ask->make || wg_is_none(r)) return r;
    return wgi_node_of(r)->op == &wgi_op_neg ? operand_of(r, 0) : wg_neg_at(wg_inside(ask->here), r);
}
/* ln(limit y), where l is ln y. */
static inline wg_node log_of_scaled(const wgi_exact *ask, wg_node l)
{
    return ask->limit == 1 || !ask->make ? l : wg_add_at(wg_inside(ask->here), wg_number(log(ask->limit)), l);
}
/* The rest that an op of the number 1, a result and its operand computes. Of an odd function, that of -1,
 * too. */
static inline wg_node exact_by(const wgi_exact *ask, const wg_op *op, wg_node y)
{
    const wg_site here = wg_inside(ask->here);
    wg_node x[] = { wg_number(1), y, operand_of(y, 0) };
    if (!ask->make) return y;
    if (ask->limit == 1) return wg_apply(here, op, x, 3, NULL);
    x[2] = wg_neg_at(here, x[2]), x[1] = wg_apply1(here, x[2], wgi_node_of(y)->op);
    return wg_neg_at(here, wg_apply(here, op, x, 3, NULL));
}
/* Whether y answers. */
static inline bool answers(const wgi_exact *ask, wg_node y)
{
    wgi_exact whether = *ask;
    whether.make = false;
    return !wg_is_none(wgi_exact_of(&whether, y));
}
/* The same for one of several: in a tree of choices not all are asked. */
static inline bool one_answers(const wgi_exact *ask, wg_node y)
{
    enum { STEP = 3 };
    wgi_exact whether = *ask;
    whether.depth += STEP;
    return answers(&whether, y);
}
/* What is asked for, of any node, by the builder that asks it. */
wg_node wgi_exactly(const wgi_exact *ask, wg_node y);
/* Of a difference, of y = 1 / b, of y = x x: arith.c. */
wg_node wgi_exact_difference(const wgi_exact *ask, wg_node y);
wg_node wgi_exact_reciprocal(const wgi_exact *ask, wg_node y, wg_node b);
wg_node wgi_exact_square(const wgi_exact *ask, wg_node y, wg_node x);
/* .exact of an op that moves elements of its operand 0 and changes none: the answers are moved in the same
 * way. */
static inline wg_node moved_exact(const wgi_exact *ask, wg_node y)
{
    const wgi_node *n = wgi_node_of(y);
    wg_node x[4];
    if (n->operands > 4) return wg_none;
    WGI_EACH_OPERAND(k, n) x[k] = operand_of(y, (int)k);
    if (!answers(ask, x[0]) || !ask->make) return answers(ask, x[0]) ? y : wg_none;
    x[0] = wgi_exactly(ask, x[0]);
    n = wgi_node_of(y); /* nodes were made */
    return wg_apply(wg_inside(ask->here), n->op, x, (int)n->operands, n->op->attr_size ? n->attr : NULL);
}

/* Rows chosen by their numbers, y = x[rows], and added by their numbers, y[rows] += x, where y has `count`
 * rows of zeros at first: gather.c. The first `batch` axes of x and of the numbers belong together. */
wg_node wgi_gather(wg_site here, wg_node x, wg_node rows, int batch);
wg_node wgi_add_rows(wg_site here, wg_node x, wg_node rows, int64_t count, int batch);

/* Whether a transpose by these axes swaps the last two and leaves the others. */
static inline bool swaps_last_two(const wg_axes *a)
{
    bool swaps = a->count >= 2 && a->axis[a->count - 1] == a->count - 2;
    for (int i = 0; i < a->count - 2; i++) swaps &= a->axis[i] == i;
    return swaps;
}
/* y, a node of matmul, with its last two axes swapped: b^T a^T. wg_none: an operand is a vector. matmul.c */
wg_node wgi_product_transposed(wg_site here, wg_node y);

/* One element a row, with a last axis of size 1, so that it broadcasts along the row. */
static inline wg_node beside(wg_site here, wg_node rows)
{
    return wg_expand_dims(rows, .axis = wg_node_shape(rows).rank);
}

/* The derivative of an op of two operands that is linear in each. */
static inline wg_node product_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
{
    const wg_op *op = wg_node_op(y);
    const void *f = wg_attr(y);
    wg_node a = wg_is_none(tx[0]) ? wg_none : wg_apply(here, op, (wg_node[]){ tx[0], x[1] }, 2, f),
            b = wg_is_none(tx[1]) ? wg_none : wg_apply(here, op, (wg_node[]){ x[0], tx[1] }, 2, f);
    return wg_is_none(a) ? b : wg_is_none(b) ? a : wg_add(a, b);
}

/* The .alias of an op whose result is all of its operand. */
static inline int64_t at_start(const wg_kernel *k) { return 0; }

#endif

#endif
