/* case.h: a small program in which a wrong rule fails, too.
 *
 * A finding of the first stage keeps the op, its options and the values of its operands. From these a case
 * is made: axes are cut to sizes of 3 or less, values are rounded to few digits, as long as wg_gradcheck_op
 * still finds the rule wrong by the same operand. So the program that is written fails: it does what was
 * tried here. */
#ifndef WGI_CHECK_CASE_H
#define WGI_CHECK_CASE_H

#include "check/check_private.h"

enum { WGI_CASE_OPERANDS = 16 };

typedef struct wgi_case {
    const wg_op *op;
    const void *attr;
    wg_mode mode;
    int operands;
    struct {
        wg_dtype dtype;
        wg_shape shape;
        double *v;
    } x[WGI_CASE_OPERANDS];
    int digits; /* of the values of float dtypes */
} wgi_case;

/* Keeps the operands of n, a node of the clone. NULL: it cannot be written as a program, is too large, has no
 * memory, or the report has as many cases as it keeps. */
wgi_case *wgi_case_keep(wg_check *r, wg_node n);

#endif
