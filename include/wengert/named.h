/* SPDX-License-Identifier: MIT */
/* named.h: options that are given by name, and lists of axes. Every header whose calls take options includes
 * it. */
#ifndef WENGERT_NAMED_H
#define WENGERT_NAMED_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An option that says one axis or several: .axis = 1 is axis 1, .axes = WG_AXES(0, 2) are axes 0 and 2. A
 * negative axis counts from the end. Variables: wg_axis a = WG_AXES(0, 2). It is one number, so that a bare
 * number compiles in C and in C++ and means that axis. Where another axis is the default, .axis = 0 is told
 * from no axis by the text of the call: outside of such a call (in a struct that you fill in, in a call of
 * wg_sum_at) write WG_AXES(0). A list has axes from -31 to 31; no axes: the default. */
typedef double wg_axis;

#define WG_AXES_BASE 4503599627370496.0 /* 2^52: from here on a number is a list of axes */
/* The list of `count` axes: base 64, each axis plus 32 (0: it does not fit), and last the count. */
static inline wg_axis wg_axes_of(int count, const int *axis)
{
    double list = 0;
    if (count == 1 && axis[0] != 0) return axis[0];
    for (int i = count > WG_MAX_RANK ? WG_MAX_RANK : count; i-- > 0;)
        list = list * 64 + (axis[i] >= -31 && axis[i] <= 31 ? axis[i] + 32 : 0);
    return WG_AXES_BASE + list * 16 + (count < 0 || count > WG_MAX_RANK ? WG_MAX_RANK + 1 : count);
}
#ifndef __cplusplus
#define WG_AXES(...) wg_axes_of(WG_COUNT_(int, __VA_ARGS__), (const int[]){ __VA_ARGS__ })
#else
}
template <class... D> static inline wg_axis wg_axes_from(D... d)
{
    const int axis[] = { static_cast<int>(d)..., 0 };
    return wg_axes_of(static_cast<int>(sizeof...(D)), axis);
}
#define WG_AXES(...) wg_axes_from(__VA_ARGS__)
extern "C" {
#endif

/* The same for authors of ops, in attributes. */
typedef struct wg_axes {
    int count;
    int axis[WG_MAX_RANK];
} wg_axes;

/* A number option that is 0 takes its default. Where the default is not zero, this is an exact zero: minus
 * the smallest normal number, which is no zero in any mode of the processor. */
#define WG_ZERO (-2.2250738585072014e-308)
/* What a number option means whose default is `standard`. */
static inline double wg_or_standard(double v, double standard)
{
    return v == 0 ? standard : v == WG_ZERO ? 0 : v;
}

/* Options are given by name: wg_sum(x, .axes = 0). An option without its name, such as the 0 of
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
#define WG_BYTE_1                    "\1"
#define WG_BYTE_2                    "\2"
#define WG_BYTE_3                    "\3"
#define WG_BYTE_4                    "\4"
#define WG_BYTE_5                    "\5"
#define WG_BYTE_3_4                  WG_BYTE_4
#define WG_BYTE_3_5                  WG_BYTE_5

#ifdef __cplusplus
}
#endif
#endif
