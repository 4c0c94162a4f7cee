/* step_equation.h: the rule of a step as a tree, for step_texts.c. */
#ifndef WGI_STEP_EQUATION_H
#define WGI_STEP_EQUATION_H

#include "draw/step_states.h"
#include "view/equation.h"
#include "wengert/op.h"

enum {
    WGI_STEP_NAME = WGI_EXPRESSION_MOST,
    WGI_STEP_NODES = 40
}; /* characters of a name, nodes of a tree on
                                                                    * a line */

/* The equation of an item: its op's formula, or a part of its adjoint, with the item's own names. */
typedef struct wgi_step_equation {
    const wgi_view *v;
    const wgi_item *y;
    const wgi_step *const *value, *const *gradient_step; /* by item */
    const wgi_formula *also;                             /* the op's */
    wgi_formula f, own;                                  /* f: its adjoint; own: with the item's names */
    wgi_formula all; /* the sum of the terms by each operand that is the same item */
    wgi_formula_values k;
    wgi_formula_value names[WGI_FORMULA_VALUES + 5];
    wg_shape shape[WGI_FORMULA_OPERANDS + 1]; /* of operands and the result */
    char result[32];                          /* the name of the op's result, */
    int primes;                               /* and its primes: x' of an op that is a derivative */
    const char *y_name, *gradient;            /* the item's, and "dz" */
    int equation, right;                      /* in own: the equation, its right side */
    int by;                                   /* the rule is that of this operand */
    int64_t most;                             /* numbers of a tensor that is written in the line */
    const char *where;                        /* the definitions behind it */
    bool at_limit;                            /* the adjoint is adjoint_at_limits */
    const char *each;                         /* " to each of 3"; "": the rule has as many numbers as the
                                               * term */
} wgi_step_equation;

/* ---- step_equation.c: names ---- */

/* Of an item; to free. value[], gradient[]: by item, as in wgi_rule_of. */
wgi_step_equation *wgi_step_equation_new(const wgi_view *v, const wgi_step *const value[],
                                         const wgi_step *const gradient[], int64_t item);
/* The item that is operand k; -1: it is left out. */
int64_t wgi_step_operand(const wgi_step_equation *q, int k);
/* The gradient that the item hands on; NULL: there is none. */
const wg_tensor *wgi_step_handed(const wgi_step_equation *q);
/* The item's value; NULL: it is not known. */
const wg_tensor *wgi_step_value(const wgi_step_equation *q, int64_t item);
/* Item `of` as a name. */
wgi_formula_node wgi_step_name(const wgi_view *v, int64_t of);
/* The item that a name in `own`, no word, is; -1: it is none. */
int64_t wgi_step_item(const wgi_step_equation *q, const wgi_formula_node *n);
/* What a name in `own` stands for; NULL: no tensor that is known. */
const wg_tensor *wgi_step_tensor(const wgi_step_equation *q, const wgi_formula_node *n);
/* false: there are too many operands, or a name is too long. */
bool wgi_step_find_names(wgi_step_equation *q);
/* Whether 1 - |y| of its value, as its number is printed, is not that of y before rounding. */
bool wgi_step_is_at_limit(const wgi_step_equation *q);
/* Finds the op's formula, and its adjoint if wanted. false: there is none. */
bool wgi_step_parse(wgi_step_equation *q, bool adjoint);
/* Makes `own` of an equation of f. also: the op's formula where f is its adjoint. false: it cannot be written
 * on a line. */
bool wgi_step_replace(wgi_step_equation *q, const wgi_formula *f, const wgi_formula *also, int index);
/* The text of a node of f; NULL: it is too long. */
const char *wgi_step_text(const wgi_step_equation *q, const wgi_formula *f, int node);

/* The place of an item's number in a pattern. */
const char *wgi_step_place(const wgi_step_equation *q, int64_t item);

/* ---- step_terms.c ---- */

/* Writes operands of `own` that are called by their formula, w x of z = w x + b, and the item itself, as the
 * terms that they add up: products of two numbers. Before wgi_step_make_numbers, and likewise `pattern`. */
void wgi_step_expand(wgi_step_equation *q, bool pattern);

/* ---- step_numbers.c: numbers ---- */

/* Turns the names into numbers, or with `pattern` into their places. false: these are too many, or there are
 * definitions. */
bool wgi_step_make_numbers(wgi_step_equation *q, bool pattern);
/* A term in numbers. product: the node of `own` whose first factor is the gradient handed on; 0: there is
 * none. NULL: these are too many. */
const char *wgi_step_term_numbers(wgi_step_equation *q, const wgi_step *t, int product, bool pattern);

#endif
