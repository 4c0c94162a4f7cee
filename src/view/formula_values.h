/* formula_values.h: what stands in the place of the names in an op's formula, for one item of a view. */
#ifndef WGI_FORMULA_VALUES_H
#define WGI_FORMULA_VALUES_H

#include "view/view.h"

enum { WGI_FORMULA_OPERANDS = 6, WGI_FORMULA_VALUES = 24 };

/* The operands, of which operand i is v[i], then the options that have a number or a word. An operand without
 * a name is called by its expression, in parentheses where it needs them. */
typedef struct wgi_formula_values {
    wgi_formula_value v[WGI_FORMULA_VALUES];
    int count;
    bool calls_e; /* the last value says that e is called exp, since a node is called e */
    char formal[WGI_FORMULA_OPERANDS][32], own[WGI_FORMULA_OPERANDS][104];
    char choice[WGI_FORMULA_VALUES][24];
} wgi_formula_values;

/* Whether the item's value has axes. */
wgi_formula_axes wgi_item_axes(const wgi_view *v, int64_t i);
/* false: there are too many operands, or a name is too long. The values point into *k. */
bool wgi_find_formula_values(const wgi_view *v, const wgi_item *y, wgi_formula_values *k);
/* Operand i alone. formal[i] stays as it is. */
bool wgi_name_formula_operand(const wgi_view *v, const wgi_item *y, int i, wgi_formula_values *k);

/* The right side of an item's formula: a number for each operand that is known to be one, and text[i] for any
 * other operand i. */
typedef struct wgi_right_side {
    wgi_formula own; /* the op's, with the numbers and names */
    wgi_formula_values k;
    char text[WGI_FORMULA_OPERANDS][8];
} wgi_right_side;
/* Give it the names text[]. The node of r->own that is the right side; 0: there is none that says all. */
int wgi_find_right_side(const wgi_view *v, const wgi_item *y, wgi_right_side *r);

#endif
