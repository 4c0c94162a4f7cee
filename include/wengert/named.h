/* SPDX-License-Identifier: MIT */
/* named.h: options that are given by name, and lists of axes. Every header whose calls take options includes
 * it. */
#ifndef WENGERT_NAMED_H
#define WENGERT_NAMED_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A list of axes. A negative axis counts from the end. */
typedef struct wg_axes {
    int count;
    int axis[WG_MAX_RANK];
} wg_axes;
#ifndef __cplusplus
#define WG_AXES(...) ((wg_axes){ WG_COUNT_(int, __VA_ARGS__), { __VA_ARGS__ } })
#else
}
template <class... D> static inline wg_axes wg_axes_of(D... d)
{
    static_assert(sizeof...(D) <= WG_MAX_RANK, "at most 8 axes");
    const wg_axes a = { static_cast<int>(sizeof...(D)), { static_cast<int>(d)... } };
    return a;
}
#define WG_AXES(...) wg_axes_of(__VA_ARGS__)
extern "C" {
#endif

/* A number option that is 0 takes its default. Where the default is not zero, this is an exact zero. */
#define WG_ZERO (-4.9406564584124654e-324) /* the double next to 0 */

/* Options are given by name: wg_sum(x, .axes = WG_AXES(0)). An option without its name, such as the 0 of
 * wg_sum(x, 0), is an error at the call. gcc warns about it too, and clang refuses to compile it.
 *
 * The field of WG_BY_NAME stands in argument structs between operands and options: it takes up no room, and
 * no value can be given for it. The site of such a call begins with a byte that says how many arguments may
 * stand before the options ("\1" for wg_sum). Write an option at the call itself: a macro of yours that
 * stands for ".axes = ..." is text without a name. */
#if defined __cplusplus
#define WG_BY_NAME static_assert(true, "") /* C++ refuses the call by itself */
#elif defined __GNUC__
#define WG_BY_NAME __extension__ char an_option_needs_its_name[0]
#else
struct wg_options_have_names;
#define WG_BY_NAME const struct wg_options_have_names *an_option_needs_its_name
#endif

/* The call of f whose last argument is the address of a T. The arguments ... are the first n fields of T, in
 * order, then options. lead: the other arguments of f, in parentheses; first: the first field. cplusplus.h
 * has the same macro for C++. */
#define WG_OPEN_(...) __VA_ARGS__
#ifndef __cplusplus
#define WG_CALL_(f, lead, T, n, first, ...) f(WG_OPEN_ lead, &(T){ .first = __VA_ARGS__ })
#endif
/* The same for a builder, whose site has the byte n before the text of the arguments. 3_4: of four operands
 * the last one may be left out. */
#define WG_NAMED(f, T, n, text, ...) WG_CALL_(f, (WG_AT(WG_BYTE_##n text)), T, n, x, __VA_ARGS__)
#define WG_BYTE_1   "\1"
#define WG_BYTE_2   "\2"
#define WG_BYTE_3   "\3"
#define WG_BYTE_4   "\4"
#define WG_BYTE_5   "\5"
#define WG_BYTE_3_4 WG_BYTE_4
#define WG_BYTE_3_5 WG_BYTE_5

#ifdef __cplusplus
}
#endif
#endif
