/* choice.h: where gradients are zero because an op that chooses (wg_op.chooses) has taken another operand.
 *
 * Such a zero stays zero, whatever slopes it is multiplied by: 0 times an infinite slope is no derivative of
 * a value that nobody has read. So the sweep keeps with each gradient where it is zero by choice. It sets it
 * to zero once, where it leaves the ops that pass the choice on. */
#ifndef WGI_CHOICE_H
#define WGI_CHOICE_H

#include "grad/grad.h"

/* Where something is taken. NULL: everywhere. IS: where node c, a condition of the graph, is true, or, if
 * `other`, where it is false. AND, OR: where both of a and b hold, or one of them. A node for AND or OR is
 * made when a gradient is set to zero by it: in most programs few are, since what is read again is soon taken
 * everywhere. Conditions do not change but for `made` and `below`, and are shared. Memory is from g->temp. */
typedef struct wgi_condition wgi_condition;
struct wgi_condition {
    enum { WGI_IS, WGI_AND, WGI_OR } kind;
    bool other, scalar; /* scalar: c has one element, and is read as a scalar */
    uint32_t c;
    uint32_t made; /* a node that is true where this holds; 0: there is none yet */
    wgi_condition *a, *b;
    wgi_condition *below; /* while masks are made: what waits for this one */
};

/* A gradient is zero by choice but where `where` holds. If that is an AND, its a is the choice made last, and
 * its b the choices that this one lies within. open: the gradient has been multiplied since the last choice
 * was made, and may be NaN where that has not taken it. rest_open: the same for b. */
typedef struct wgi_taken {
    wgi_condition *where;
    bool open, rest_open;
} wgi_taken;

/* each: of its elements; it broadcasts to the gradient's shape. Elementwise ops, reshapes and reductions pass
 * it on. all: a scalar. It holds for all that the node depends on, so every op passes it on. */
typedef struct wgi_choice {
    wgi_taken each, all;
} wgi_choice;
#define WGI_NO_CHOICE ((wgi_choice){ .each.where = NULL })

static inline bool wgi_is_choice(wgi_choice by) { return by.each.where || by.all.where; }
static inline bool wgi_has_rest(wgi_taken t) { return t.where && t.where->kind == WGI_AND; }
static inline bool wgi_is_open(wgi_taken t)
{
    return t.where && (t.open || (t.rest_open && wgi_has_rest(t)));
}
/* t of a gradient that may be NaN wherever it is zero by choice, or is zero in all these places. */
static inline wgi_taken wgi_opened(wgi_taken t, bool open) { return (wgi_taken){ t.where, open, open }; }
/* The choice made last, and what it lies within. */
static inline wgi_condition *wgi_last(wgi_taken t) { return wgi_has_rest(t) ? t.where->a : t.where; }
static inline wgi_condition *wgi_rest(wgi_taken t) { return wgi_has_rest(t) ? t.where->b : NULL; }
/* Cheap: false for some that are the same. */
bool wgi_same_condition(const wgi_condition *a, const wgi_condition *b);
/* Where both hold; where one does. Out of memory NULL, and the error is recorded. */
wgi_condition *wgi_both(wg_graph *g, wgi_condition *a, wgi_condition *b);
wgi_condition *wgi_either(wg_graph *g, wgi_condition *a, wgi_condition *b);
/* `last`, which was made within `rest`. */
wgi_taken wgi_within(wg_graph *g, wgi_taken last, wgi_taken rest);
wgi_choice wgi_choice_or(wg_graph *g, wgi_choice a, wgi_choice b);

/* What decides: node c, or, if `other`, its opposite. */
typedef struct wgi_mask {
    wg_node c;
    bool other;
} wgi_mask;
#define WGI_NO_MASK ((wgi_mask){ .c = wg_none })
/* Of the conditions of t by which the gradient has to be set to zero. */
wgi_mask wgi_mask_of(wg_graph *g, wg_site here, wgi_taken t);
/* gx, zero where the mask has not taken it. */
wg_node wgi_masked(wg_site here, wg_node gx, wgi_mask m);
/* The gradient gx, zero where it is by choice. */
wg_node wgi_settled_by(wg_graph *g, wg_site here, wg_node gx, wgi_taken t);
wg_node wgi_settled(wg_graph *g, wg_site here, wg_node gx, wgi_choice by);
/* The choice that node y, whose op chooses, makes for its operand k; none for its condition. */
wgi_choice wgi_own_choice(wg_graph *g, uint32_t y, uint32_t k);

/* y[i] depends on elements i of the operands alone: also if y is a composite with a rule of its own. */
bool wgi_is_elementwise(const wgi_node *y);
/* Whether y passes conditions of its elements on to its operands. */
bool wgi_passes_each(const wgi_node *y);
/* Whether y multiplies gradients by nothing that may be infinite or NaN. */
bool wgi_keeps_zero(const wg_graph *g, const wgi_node *y);
/* A choice for y, as one for an operand of shape `to`. */
wgi_choice wgi_choice_of_operand(wg_graph *g, wg_site here, wgi_choice by, const wgi_node *y,
                                 const wg_shape *to);

#endif
