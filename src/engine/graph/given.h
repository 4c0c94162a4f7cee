/* given.h: what a call gives, as attributes of an op. */
#ifndef WGI_GIVEN_H
#define WGI_GIVEN_H

#include "wgx/op.h"

/* The count of axes that wg_axes_given gives, where none are meant. */
enum { WGI_AXES_TWICE = -1, WGI_AXES_EMPTY = -2, WGI_AXES_NO_LIST = -3 };
/* In a shape rule of an op whose options have a list of axes: whether it is one. False: an error is
 * recorded. */
bool wgi_rule_list(wg_rule *r, const wg_axes *axes);
bool wgi_rule_twice(wg_rule *r, int axis); /* the error of an axis that the list has twice */
/* A shape of a call's options as an attribute: rank 0 is the default, and a given shape without sizes has
 * rank -1. */
static inline wg_shape wgi_shape_given(wg_shape s)
{
    if (s.rank == -1 || s.rank == 0) s.rank = -1 - s.rank;
    return s;
}
/* The error of a call whose struct does not begin with the mark of its list. x: the place of its first
 * operand, or NULL. Returns the error node of the operand's graph. */
wg_node wgi_unmarked(wg_site here, const char *what, const wg_option_list *list, const void *a,
                     const void *x);
/* In a builder whose arguments are a T *a. */
#define WGI_CHECK_MARK(what, T, a)        \
    WG_OPTIONS_FILL(T, a);                \
    if (!(a) || (a)->mark != WG_MARK_(T)) \
    return wgi_unmarked(here, what, T##_rows(), a, (a) ? WGI_FIRST_((a)->x) : NULL)
/* The first operand, which may be an array. */
#define WGI_FIRST_(x) \
    _Generic((x), const wg_node * : *(const void *const *)(const void *)&(x), default : (const void *)&(x))

#endif
