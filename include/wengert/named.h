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
#define WG_AXES(...) ((wg_axes){ WG_COUNT_(int, __VA_ARGS__), { __VA_ARGS__ } })

/* A number option that is 0 takes its default. Where the default is not zero, this is an exact zero. */
#define WG_ZERO (-0x1p-1074)

/* Options are given by name: wg_sum(x, .axes = WG_AXES(0)). An option without its name, such as the 0 of
 * wg_sum(x, 0), is an error at the call. gcc warns about it too, and clang refuses to compile it.
 *
 * The field of WG_BY_NAME stands in argument structs between operands and options: it takes up no room, and no
 * value can be given for it. The site of such a call begins with a byte that says how many arguments may stand
 * before the options ("\1" for wg_sum). Write an option at the call itself: a macro of yours that stands for
 * ".axes = ..." is text without a name. */
#if defined __cplusplus
#define WG_BY_NAME static_assert(true, "") /* C++ refuses the call by itself */
#elif defined __GNUC__
#define WG_BY_NAME __extension__ char an_option_needs_its_name[0]
#else
struct wg_options_have_names;
#define WG_BY_NAME const struct wg_options_have_names *an_option_needs_its_name
#endif
#ifndef __cplusplus
#define WG_ARGS(T, ...) \
    &(T) { .x = __VA_ARGS__ }
#else
}
template <class T> static inline const T *wg_address_of(const T &v) { return &v; }
#define WG_ARGS(T, ...) wg_address_of(T{ .x = __VA_ARGS__ }) /* C++20: options in the order of the struct */
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
