/* row_numbers.h: operands that hold the numbers of rows or classes: integers or whole floats. A number out of
 * range makes the run fail with a message that names it. Rows count from the end, too: -1 is the last.
 * Classes do not. */
#ifndef WG_ROW_NUMBERS_H
#define WG_ROW_NUMBERS_H

#include "ops.h"

/* Reports what number i of operand j is. */
static inline bool number_fault(const wg_kernel *k, int j, int64_t i, int64_t value, int64_t limit,
                                const char *text)
{
    wg_fault_at(k, i, value, limit, text);
    k->fault->operand = j;
    return false;
}

/* Number i of operand j. false after a fault: it is not whole. */
static inline bool whole_at(const wg_kernel *k, int j, int64_t i, int64_t *to)
{
    const void *x = k->x[j];
    int64_t n = 0;
    double v = 0;
    switch (k->xt[j].dtype) {
    case WG_I32: n = ((const int32_t *)x)[i]; break;
    case WG_I64: n = ((const int64_t *)x)[i]; break;
    case WG_BOOL: n = ((const bool *)x)[i]; break;
    case WG_F32: v = ((const float *)x)[i]; break;
    default: v = ((const double *)x)[i]; break;
    }
    *to = wg_dtype_is_float(k->xt[j].dtype) && fabs(v) < 0x1p53 ? (int64_t)v : n;
    if (v == floor(v) && fabs(v) < 0x1p53) return true;
    wg_fault_number(k, i, v, "not a whole number");
    k->fault->operand = j;
    return false;
}

/* The number of a class, in [0, limit). */
static inline bool class_at(const wg_kernel *k, int j, int64_t i, int64_t limit, int64_t *to)
{
    return whole_at(k, j, i, to) &&
           ((*to >= 0 && *to < limit) || number_fault(k, j, i, *to, limit, "number out of range"));
}

/* The number of a row, in [-limit, limit), or if it is strict in [0, limit). *to is in [0, limit). */
static inline bool row_at(const wg_kernel *k, int j, int64_t i, int64_t limit, bool strict, int64_t *to)
{
    if (strict) return class_at(k, j, i, limit, to);
    if (!whole_at(k, j, i, to)) return false;
    const int64_t n = *to;
    *to += n < 0 ? limit : 0;
    return (*to >= 0 && *to < limit) ||
           number_fault(k, j, i, n, WG_FAULT_FROM_END(limit), "number out of range");
}

#if WG_BASE

/* The result has the axes of head, then the axes of tail from `from` on. */
static inline bool joined(wg_rule *r, const wg_shape *head, const wg_shape *tail, int from)
{
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *head;
    if (y->rank + tail->rank - from > WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result would have %d axes", y->rank + tail->rank - from);
    for (int i = from; i < tail->rank; i++) y->dim[y->rank++] = tail->dim[i];
    return true;
}

#endif

#endif
