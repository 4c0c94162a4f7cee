/* choice.c: what choice.h promises. */
#include "grad/choice.h"

#include <math.h>

#include "wengert/ops.h"

/* ---- conditions ---- */

static wgi_condition *new_condition(wg_graph *g, wgi_condition of)
{
    wgi_condition *c = wgi_temp(g, sizeof *c);
    if (c) *c = of;
    return c;
}

static bool same_leaf(const wgi_condition *a, const wgi_condition *b)
{
    if (a == b) return true;
    return a && b && a->kind == WGI_IS && b->kind == WGI_IS && a->c == b->c && a->other == b->other;
}

bool wgi_same_condition(const wgi_condition *a, const wgi_condition *b)
{
    if (!a || !b || a->kind != b->kind || a->kind == WGI_IS) return same_leaf(a, b);
    return same_leaf(a->a, b->a) && same_leaf(a->b, b->b);
}

static bool are_opposite(const wgi_condition *a, const wgi_condition *b)
{
    return a->kind == WGI_IS && b->kind == WGI_IS && a->c == b->c && a->other != b->other;
}

static bool is_one_of(const wgi_condition *a, const wgi_condition *pair)
{
    return wgi_same_condition(a, pair->a) || wgi_same_condition(a, pair->b);
}

/* Whether b holds wherever a does, as far as one look can tell. */
static bool implies(const wgi_condition *a, const wgi_condition *b)
{
    return wgi_same_condition(a, b) || (a->kind == WGI_AND && is_one_of(b, a)) ||
           (b->kind == WGI_OR && is_one_of(a, b));
}

wgi_condition *wgi_both(wg_graph *g, wgi_condition *a, wgi_condition *b)
{
    if (!a || !b) return a ? a : b;
    if (implies(a, b)) return a;
    if (implies(b, a)) return b;
    return new_condition(g, (wgi_condition){ .kind = WGI_AND, .a = a, .b = b });
}

/* a or (not a and d) is a or d. Without this a recurrence, whose steps are the two sides of a condition each,
 * would have an AND and an OR a step. */
static wgi_condition *without_opposite(const wgi_condition *a, wgi_condition *b)
{
    return b->kind == WGI_AND && are_opposite(a, b->a) ? b->b : b;
}

wgi_condition *wgi_either(wg_graph *g, wgi_condition *a, wgi_condition *b)
{
    if (!a || !b || are_opposite(a, b)) return NULL;
    wgi_condition *c = without_opposite(b, a), *d = without_opposite(a, b);
    if (implies(c, d)) return d;
    if (implies(d, c)) return c;
    return new_condition(g, (wgi_condition){ .kind = WGI_OR, .a = c, .b = d });
}

wgi_taken wgi_within(wg_graph *g, wgi_taken last, wgi_taken rest)
{
    if (!last.where || !rest.where) return last.where ? last : rest;
    wgi_condition *where = wgi_both(g, last.where, rest.where);
    const bool open = wgi_is_open(last), rest_open = wgi_is_open(rest);
    const bool are_two = where && where->kind == WGI_AND && where->a == last.where && where->b == rest.where;
    return are_two ? (wgi_taken){ where, open, rest_open }
                   : wgi_opened((wgi_taken){ .where = where }, open || rest_open);
}

/* Of one that is of elements and one that is of all, it is one of elements. */
wgi_choice wgi_choice_or(wg_graph *g, wgi_choice a, wgi_choice b)
{
    wgi_choice y = WGI_NO_CHOICE;
    y.all.where = wgi_either(g, a.all.where, b.all.where);
    if (a.each.where || b.each.where)
        y.each.where =
            wgi_either(g, wgi_both(g, a.each.where, a.all.where), wgi_both(g, b.each.where, b.all.where));
    return y;
}

wgi_choice wgi_own_choice(wg_graph *g, uint32_t y, uint32_t k)
{
    const uint32_t c = wgi_in(&g->node[y])[0];
    const bool scalar = wgi_size(g->node[c].shape) == 1;
    wgi_choice own = WGI_NO_CHOICE;
    if (!wgx_hints(g->node[y].op)->chooses || k == 0) return own;
    wgi_taken *to = scalar ? &own.all : &own.each;
    to->where =
        new_condition(g, (wgi_condition){ .kind = WGI_IS, .c = c, .other = k == 2, .scalar = scalar });
    return own;
}

/* ---- masks ---- */

/* What an IS reads. */
static wg_node read_by(wg_graph *g, wg_site here, const wgi_condition *c)
{
    const wg_node n = wgi_handle(g, c->c);
    return c->scalar && g->node[c->c].shape->rank ? wg_reshape_at(here, n, WG_SCALAR) : n;
}

/* The masks of what c is made of are there. */
static wg_node new_mask(wg_graph *g, wg_site here, const wgi_condition *c)
{
    if (c->kind == WGI_IS)
        return c->other ? wg_logical_not_at(here, read_by(g, here, c)) : read_by(g, here, c);
    const wg_node a = wgi_handle(g, c->a->made), b = wgi_handle(g, c->b->made);
    return c->kind == WGI_AND ? wg_logical_and_at(here, a, b) : wg_logical_or_at(here, a, b);
}

/* A node that is true where c holds. The conditions that wait are a list: those of a long recurrence lie deep
 * within each other. */
static wg_node mask_node(wg_graph *g, wg_site here, wgi_condition *c)
{
    wgi_condition *top = c, *part;
    c->below = NULL;
    while (top && wgi_ok(g->c)) {
        part = top->kind == WGI_IS ? NULL : !top->a->made ? top->a : !top->b->made ? top->b : NULL;
        if (part) {
            part->below = top;
            top = part;
            continue;
        }
        if (!top->made) top->made = new_mask(g, here, top).index;
        top = top->below;
    }
    return wgi_ok(g->c) ? wgi_handle(g, c->made) : wgi_error_node(g);
}

static wgi_mask mask_of_condition(wg_graph *g, wg_site here, wgi_condition *c)
{
    if (!c) return WGI_NO_MASK;
    if (c->kind == WGI_IS) return (wgi_mask){ read_by(g, here, c), c->other };
    return (wgi_mask){ .c = mask_node(g, here, c) };
}

wgi_mask wgi_mask_of(wg_graph *g, wg_site here, wgi_taken t)
{
    if (!wgi_is_open(t)) return WGI_NO_MASK;
    const bool rest = t.rest_open && wgi_has_rest(t);
    return mask_of_condition(g, here, t.open && rest ? t.where : t.open ? wgi_last(t) : wgi_rest(t));
}

wg_node wgi_masked(wg_site here, wg_node gx, wgi_mask m)
{
    const wg_node zero = wg_number(0);
    if (wg_is_none(m.c) || !wg_node_ok(gx)) return gx;
    return m.other ? wg_where_at(here, m.c, zero, gx) : wg_where_at(here, m.c, gx, zero);
}

wg_node wgi_settled_by(wg_graph *g, wg_site here, wg_node gx, wgi_taken t)
{
    return wgi_masked(here, gx, wgi_mask_of(g, here, t));
}

wg_node wgi_settled(wg_graph *g, wg_site here, wg_node gx, wgi_choice by)
{
    return wgi_settled_by(g, here, wgi_settled_by(g, here, gx, by.each), by.all);
}

/* ---- what ops do with a choice ---- */

bool wgi_is_elementwise(const wgi_node *y)
{
    const wg_class kind = wgi_called_op(y)->kind;
    return kind == WG_MAP || kind == WG_RANDOM;
}

bool wgi_passes_each(const wgi_node *y)
{
    return wgi_is_elementwise(y) || wgx_hints(y->op)->view == WG_VIEW_WHOLE || y->op->kind == WG_REDUCE;
}

static bool is_finite_number(const wgi_node *n) { return n->op == &wgi_op_number && isfinite(n->number); }

bool wgi_keeps_zero(const wg_graph *g, const wgi_node *y)
{
    const uint32_t *in = wgi_in(y);
    if (wgx_hints(y->op)->chooses || wgx_hints(y->op)->repeats ||
        (y->op->kind == WG_ALIAS && wgx_hints(y->op)->view))
        return true;
    switch (wgx_hints(y->op)->arithmetic) {
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

wgi_choice wgi_choice_of_operand(wg_graph *g, wg_site here, wgi_choice by, const wgi_node *y,
                                 const wg_shape *to)
{
    if (!by.each.where || y->shape == to) return by;
    const wgi_node n = *y; /* nodes move when others are added */
    wg_node all = wg_broadcast_to_at(here, mask_node(g, here, by.each.where), *n.shape);
    all = wgx_hints(n.op)->view == WG_VIEW_WHOLE ? wg_reshape_at(here, all, *to)
          : n.op->kind == WG_REDUCE              ? widened(here, all, &n, to)
                                                 : narrowed(here, all, to);
    by.each = wgi_opened(by.each, wgi_is_open(by.each));
    by.each.where = new_condition(g, (wgi_condition){ .kind = WGI_IS, .c = all.index });
    return by;
}
