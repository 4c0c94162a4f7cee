/* choice.h: where gradients are zero because an op that chooses (wg_op.chooses) has taken another operand.
 *
 * Such a zero stays zero, whatever slopes it is multiplied by: 0 times an infinite slope is no derivative of
 * a value that nobody has read. So the sweep keeps with each gradient where it is zero by choice. It sets it
 * to zero once, where it leaves the ops that pass the choice on. */
#ifndef WGI_CHOICE_H
#define WGI_CHOICE_H

#include "grad/grad.h"

/* Taken where c is true, or, if `other`, where it is false. c is wg_none: taken everywhere. */
typedef struct wgi_condition {
    wg_node c;
    bool other;
} wgi_condition;

/* A gradient is zero by choice but where both conditions are true. each: of its elements; c broadcasts to its
 * shape. Elementwise ops, reshapes and reductions pass it on. all: a scalar. It holds for all that the node
 * depends on, so every op passes it on. open: the gradient has been multiplied since it was set to zero, and
 * may be NaN where it is zero by choice. */
typedef struct wgi_choice {
    wgi_condition each, all;
    bool open;
} wgi_choice;
#define WGI_NO_CHOICE ((wgi_choice){ .each.c = wg_none, .all.c = wg_none })

static inline bool wgi_has(wgi_condition c) { return !wg_is_none(c.c); }
static inline bool wgi_is_choice(wgi_choice by) { return wgi_has(by.each) || wgi_has(by.all); }
static inline bool wgi_same_condition(wgi_condition a, wgi_condition b)
{
    return a.c.index == b.c.index && a.other == b.other;
}
/* The gradient gx, zero where it is by choice. */
wg_node wgi_settled(wg_site here, wg_node gx, wgi_choice by);
/* Where both are taken; where one of them is. */
wgi_choice wgi_choice_and(wg_site here, wgi_choice a, wgi_choice b);
wgi_choice wgi_choice_or(wg_site here, wgi_choice a, wgi_choice b);
/* The choice that node y, whose op chooses, makes for its operand k; none for its condition. */
wgi_choice wgi_own_choice(wg_graph *g, wg_site here, uint32_t y, uint32_t k);

/* y[i] depends on elements i of the operands alone: also if y is a composite with a rule of its own. */
bool wgi_is_elementwise(const wgi_node *y);
/* Whether y passes conditions of its elements on to its operands. */
bool wgi_passes_each(const wgi_node *y);
/* Whether y multiplies gradients by nothing that may be infinite or NaN. */
bool wgi_keeps_zero(const wg_graph *g, const wgi_node *y);
/* A choice for y, as one for an operand of shape `to`. */
wgi_choice wgi_choice_of_operand(wg_site here, wgi_choice by, const wgi_node *y, const wg_shape *to);

#endif
