/* equation.h: the right side of an item's equation, as a tree: x W + b of z = x W + b, and its options as
 * text. */
#ifndef WGI_EQUATION_H
#define WGI_EQUATION_H

#include "text/text.h"
#include "view/view.h"
#include "wengert/op.h"

typedef struct wgi_equation {
    const wgi_view *v;
    struct wgi_equation *next; /* of the view's spare ones */
    wgi_formula tree;          /* its root is the right side */
    bool by_formula;           /* else a call, which has no options in it */
    struct wgi_equation_parts *parts;
} wgi_equation;

/* The equation of item i. An operand is called by its name. inside: by item, 1: the equation of this
 * operand stands in the place of its name; NULL: none. options: those that the formula does not show, too:
 * sum(x, axis = 0). A long formula, or one that needs explanation, gives a call, concat(a, b). NULL: no
 * memory, or the equation is too long. Free it with wgi_equation_free, before the view. */
wgi_equation *wgi_equation_make(const wgi_view *v, int64_t i, const unsigned char *inside, bool options);
void wgi_equation_free(wgi_equation *e);
/* wgi_equation_free keeps the memory of an equation for the next one. This frees it, when the view ends. */
void wgi_equations_free(wgi_view *v);

/* Whether the right side of f, of a call with so many operands, is short and needs no explanation. An operand
 * alone is clear where the call was made by a derivation. */
bool wgi_is_clear(const wgi_formula *f, int operands, bool may_be_operand);

/* ---- item_options.c ---- */

/* A leaf without a name that is one number: shown where it is used. */
bool wgi_is_inline_number(wg_node n);
/* Whether the item is shown as the number x. */
bool wgi_item_number(const wgi_view *v, int64_t i, double *x);
/* Options that differ from their defaults: "axes = 1, keepdims = true". hidden: only those that the op's
 * formula does not have. */
void wgi_item_put_options(const wgi_view *v, wgi_strbuf *b, const wgi_item *y, bool hidden);
/* gate.c. The symbol of the call as a gate: "+", "× 2", "σ". If it is a formula, 1/x, the tree, which is
 * empty before, gets it, too; its names stay as long as the view. */
void wgi_item_put_gate(wgi_view *v, wgi_strbuf *b, const wgi_item *y, wgi_formula *tree);
/* The value of an option in which 0 stands for the default and WG_ZERO for 0. */
double wgi_number_or_default(const wg_attr_row *r, double x);
/* The word of a choice among those of its option, and its length. */
const char *wgi_choice_of(const wg_attr_row *r, int choice, size_t *length);

#endif
