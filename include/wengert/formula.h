/* SPDX-License-Identifier: MIT */
/* formula.h: the language of .formula and .adjoint of wg_op (op.h), and how to print it.
 *
 *     char text[128];
 *     wg_formula_print("y = 1 / (1 + e^-x)", WG_FORMULA_UNICODE, text, sizeof text);   y = 1/(1 + e⁻ˣ)
 *
 * A formula is a list of equations between commas or semicolons. In .formula the first equations give the
 * results, in their order. In .adjoint the equations of x', W' ... give the gradients of the operands;
 * y' is the gradient of the result y. Every other equation defines a name; what .formula defines holds
 * in .adjoint, too:
 *
 *     y = e^x / sum(e^x along axis)                    softmax
 *     x' = 2 L' (x - y) / n; n = length(x)             n is defined
 *     Q @ R = x, Q^T @ Q = I                           so Q and R are defined, too
 *
 * A name is an operand (wg_op.names), an option, a result, or defined. Greek letters are spelled:
 * gamma, beta. x_0 has a subscript. x_i, of an op of any number of operands, is each of them. e, pi,
 * inf and the unit matrix I are known. Tensors broadcast. A result has its reduced axes, with the size
 * 1. An operand that is left out is the term 0 or the factor 1. 0 ln 0 is 0.
 *
 *     a b   a · b   a * b      the elementwise product; * is written where matrices stand beside it
 *     a @ b   x^T   x^-1       products of matrices, transpose and inverse (of the last two axes)
 *     a / b   a^b   -a         powers bind first, then products and quotients from left to right, then sums
 *     |x|   sqrt x   sin(x)    a known function needs no parentheses around one name or number. A name with
 *                              a ( right behind it is a function, with a space before it is a factor
 *     a mod b                  the remainder, with the sign of b
 *     a < b <= c   a = b   a != b   and   or   not      1 or 0; outside conditions equality is ==
 *     w := w - alpha dw        a step: w gets a new value. Of no op
 *     a where x > 0, b where x < 0, else c              the first case whose condition holds
 *     sum(e)   mean prod max min any all length         over all elements
 *     sum(e along axis)        over the axes of an option; also: along last, along last 2, along all but last
 *     x[i, j]   x[..., i]      elements; ... is any number of axes, i... some indices. Outside of x all
 *                              elements are 0; max and min leave them out
 *     sum(e over i, j)         over indices, here all of the tensors whose subscripts they are; also:
 *                              over j <= i, over k < n, over i, j where i != j
 *     y[i] = x[n - 1 - i] along axis                    subscripts and lengths are those along an axis alone
 *     reduction(e)             an option that is one of some functions; none(e) is e
 *     keep(a along axis)       a with these axes more, of size 1
 *     first(c along axis)      1 at the first place where c holds, else 0
 *     diag(v) diagonal(A) tril(A) triu(A) sym(A)        matrices; sym(A) is (A + A^T) / 2
 *     length(e along axis)     a number
 *     argmax argmin softmax log_softmax(e along axis)   as the ops of these names. So is the name of
 * any other op
 *     given(x)                 whether the operand or the option x is given
 *     probabilities(y)         whether y has the shape of the first operand, not class numbers:
 *                              one_hot(y) makes such rows of 0 and 1 of them
 *     adds_to_1(y)             whether each row of y adds up to 1
 *     reshape(x)   sum_to(x)   x in the shape of the left side, or summed to it
 *     "words"                  what is no formula
 *
 * Other formulas of wg_op are sentences: .adjoint of an op without derivatives is the reason. */
#ifndef WENGERT_FORMULA_H
#define WENGERT_FORMULA_H

#include <stddef.h>

#include "base.h"

WG_BEGIN_DECLS

typedef enum wg_formula_form {
    WG_FORMULA_UNICODE, /* one line: "y = √x", in UTF-8 */
    WG_FORMULA_ASCII,   /* one line as it is written in the language */
    WG_FORMULA_LATEX    /* for math mode with amsmath */
} wg_formula_form;

/* Writes the formula to buf as snprintf does, at most size bytes with the final 0. Returns the length
 * that the whole text has, or -1 if the formula breaks a rule of the language: then buf says where and
 * why. */
WG_API int wg_formula_print(const char *formula, wg_formula_form form, char *buf, size_t size);

WG_END_DECLS
#endif
