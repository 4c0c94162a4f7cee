/* equation.h: the right side of an item's equation, as a tree: x W + b of z = x W + b, and its options as
 * text. */
#ifndef WGI_EQUATION_H
#define WGI_EQUATION_H

#include "text/text.h"
#include "view/view.h"
#include "wengert/op.h"

/* ---- formula_values.c: what stands in the place of the names in an op's formula ---- */

enum { WGI_FORMULA_OPERANDS = 6, WGI_FORMULA_VALUES = 24 };

/* The operands, of which operand i is v[i], then the options that have a number or a word. An operand without
 * a name is called by its expression, in parentheses where it needs them. */
typedef struct wgi_formula_values {
    wgi_formula_value v[WGI_FORMULA_VALUES];
    int count;
    bool calls_e; /* the last value says that e is called exp, since a node is called e */
    char formal[WGI_FORMULA_OPERANDS][32];
    const char *own[WGI_FORMULA_OPERANDS];
} wgi_formula_values;
/* The characters of an expression that is the name of its item. A name in an equation has fewer bytes. */
enum { WGI_EXPRESSION_MOST = 60 };
enum { WGI_OWN_BYTES = 4 * WGI_EXPRESSION_MOST };

/* What the item's name is, if it is an expression: the kind of it; else 0. */
uint8_t wgi_name_kind(const wgi_item *y);
/* The name, of at most so many characters; v7 of an item without one. */
const char *wgi_item_name(const wgi_view *v, const wgi_item *y, int most);
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

/* ---- equation.c ---- */

struct wgi_view_ops *wgi_view_ops_new(wgi_pool *pool);
/* The formula of the op, which is valid as long as the view. NULL: it has none, or there is no memory. */
const wgi_formula *wgi_view_formula(const wgi_view *v, const wg_op *op);

typedef struct wgi_equation {
    const wgi_view *v;
    struct wgi_equation *next; /* of the view's spare ones */
    wgi_formula tree;          /* its root is the right side */
    wgi_formula_values k;
    struct wgi_equation *inner[WGI_FORMULA_OPERANDS];
} wgi_equation;

/* Spells functions out whose sign is the name of an item. */
void wgi_view_spell(const wgi_view *v, wgi_formula *f);

/* The equation of item i. An operand is called by its name. inside: by item, 1: the equation of this
 * operand stands in the place of its name; NULL: none. Options that the formula does not show stand in the
 * call: sum(x, axis = 0). A long formula, or one that needs explanation, gives a call, concat(a, b). NULL: no
 * memory, or the equation is too long. wgi_equation_free keeps its memory for the next one. */
wgi_equation *wgi_equation_make(const wgi_view *v, int64_t i, const unsigned char *inside);
void wgi_equation_free(wgi_equation *e);

/* Whether the item swaps the last two axes of its operand. */
bool wgi_is_transpose(const wgi_view *v, const wgi_item *y);
bool wgi_is_part(const wgi_item *y); /* whether it is a slice or an element of its operand */
/* Whether it is the sum of one number. */
bool wgi_is_sum_of_one(const wgi_view *v, const wgi_item *y);
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
const char *wgi_item_options(const wgi_view *v, const wgi_item *y, bool hidden);
/* gate.c. What pictures call the op where its formula does not stand: "σ", "softplus". A user's op is called
 * by its name. */
const char *wgi_op_word(const wg_op *op);
/* The symbol of the call as a gate: "+", "× 2", "σ", "1/". It names no node. */
const char *wgi_item_gate(const wgi_view *v, const wgi_item *y);
int64_t wgi_whole_option(const wgi_item *y, const char *name); /* equation.c: of an option that the op has */
/* The axes that an option of this kind names, of a tensor of that rank: bit i is set for axis i. */
unsigned wgi_option_axes(const wg_attr_row *r, const void *attr, int rank);

#endif
