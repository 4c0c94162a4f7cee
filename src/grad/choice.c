/* choice.c: what choice.h promises. */
#include "grad/choice.h"

#include <math.h>

#include "wengert/ops.h"

static wg_node taken(wg_site here, wgi_condition c) { return c.other ? wg_logical_not_at(here, c.c) : c.c; }

static wg_node where(wg_site here, wg_node gx, wgi_condition c)
{
    const wg_node zero = wg_number(0);
    if (!wgi_has(c) || !wg_node_ok(gx)) return gx;
    return c.other ? wg_where_at(here, c.c, zero, gx) : wg_where_at(here, c.c, gx, zero);
}

wg_node wgi_settled(wg_site here, wg_node gx, wgi_choice by)
{
    return by.open ? where(here, where(here, gx, by.each), by.all) : gx;
}

static wgi_condition both(wg_site here, wgi_condition a, wgi_condition b)
{
    if (!wgi_has(a) || !wgi_has(b) || wgi_same_condition(a, b)) return wgi_has(a) ? a : b;
    return (wgi_condition){ .c = wg_logical_and_at(here, taken(here, a), taken(here, b)) };
}
static wgi_condition either(wg_site here, wgi_condition a, wgi_condition b)
{
    if (!wgi_has(a) || !wgi_has(b)) return WGI_NO_CHOICE.each;
    if (wgi_same_condition(a, b)) return a;
    return (wgi_condition){ .c = wg_logical_or_at(here, taken(here, a), taken(here, b)) };
}

wgi_choice wgi_choice_and(wg_site here, wgi_choice a, wgi_choice b)
{
    return (wgi_choice){ both(here, a.each, b.each), both(here, a.all, b.all), a.open || b.open };
}

/* Of one that is of elements and one that is of all, it is one of elements. */
wgi_choice wgi_choice_or(wg_site here, wgi_choice a, wgi_choice b)
{
    wgi_choice y = WGI_NO_CHOICE;
    y.all = either(here, a.all, b.all);
    if (wgi_has(a.each) || wgi_has(b.each))
        y.each = either(here, both(here, a.each, a.all), both(here, b.each, b.all));
    return y;
}

wgi_choice wgi_own_choice(wg_graph *g, wg_site here, uint32_t y, uint32_t k)
{
    const uint32_t c = wgi_in(&g->node[y])[0];
    const wg_shape *shape = g->node[c].shape;
    wgi_choice own = WGI_NO_CHOICE;
    wgi_condition by = { wgi_handle(g, c), k == 2 };
    if (!g->node[y].op->chooses || k == 0) return own;
    if (wgi_size(shape) != 1) own.each = by;
    else own.all = by;
    if (wgi_has(own.all) && shape->rank) own.all.c = wg_reshape_at(here, by.c, WG_SCALAR);
    return own;
}

/* ---- what ops do with a choice ---- */

bool wgi_is_elementwise(const wgi_node *y)
{
    const wg_class kind = wgi_called_op(y)->kind;
    return kind == WG_MAP || kind == WG_RANDOM;
}

bool wgi_passes_each(const wgi_node *y)
{
    return wgi_is_elementwise(y) || y->op->view == WG_VIEW_WHOLE || y->op->kind == WG_REDUCE;
}

static bool is_finite_number(const wgi_node *n) { return n->op == &wgi_op_number && isfinite(n->number); }

bool wgi_keeps_zero(const wg_graph *g, const wgi_node *y)
{
    const uint32_t *in = wgi_in(y);
    if (y->op->chooses || y->op->repeats || (y->op->kind == WG_ALIAS && y->op->view)) return true;
    switch (y->op->arithmetic) {
    case WG_ADDS:
    case WG_SUBTRACTS:
    case WG_NEGATES: return true;
    case WG_MULTIPLIES:
        return y->operands == 2 && (is_finite_number(&g->node[in[0]]) || is_finite_number(&g->node[in[1]]));
    case WG_DIVIDES: return is_finite_number(&g->node[in[1]]) && g->node[in[1]].number != 0;
    default: return false;
    }
}

/* Of an operand that is broadcast: an element is taken if one of those that it becomes is. */
static wg_node narrowed(wg_site here, wg_node all, const wg_shape *to)
{
    wg_node count = wg_sum_to_at(here, wg_cast_at(here, all, WG_F32), *to);
    return wg_greater_at(here, count, wg_number(0));
}

/* Of the operand of a reduction: what is reduced to an element is taken if that is. */
static wg_node widened(wg_site here, wg_node all, const wgi_node *y, const wg_shape *to)
{
    wg_shape kept = *to;
    for (const wg_attr_row *r = y->op->attrs; r && r->name; r++) {
        const wg_axes *axes = (const void *)((const char *)y->attr + r->offset);
        if (r->kind != WG_ATTR_AXES) continue;
        for (int i = 0; i < axes->count; i++) kept.dim[axes->axis[i]] = 1;
    }
    return wg_reshape_at(here, all, kept);
}

wgi_choice wgi_choice_of_operand(wg_site here, wgi_choice by, const wgi_node *y, const wg_shape *to)
{
    if (!wgi_has(by.each) || y->shape == to) return by;
    const wgi_node n = *y; /* nodes move when others are added */
    wg_node all = wg_broadcast_to_at(here, taken(here, by.each), *n.shape);
    by.each = (wgi_condition){ .c = n.op->view == WG_VIEW_WHOLE ? wg_reshape_at(here, all, *to)
                                    : n.op->kind == WG_REDUCE   ? widened(here, all, &n, to)
                                                                : narrowed(here, all, to) };
    return by;
}
