/* SPDX-License-Identifier: MIT */
/* cplusplus.h: how the macros of the other headers work in C++11 and later. base.h includes it there. C++
 * has no compound literals and does not mix values with designators: &(T){ .x = x, .axes = a } is not C++.
 * So each option becomes an assignment. With a variable o, the text .axes = a becomes o.axes = a.
 *
 *     wg_node s = wg_sum(x, .axes = 0, .keepdims = true);
 *     wg_optim *o = wg_adam(p, .lr = 1e-3);
 *
 * These rules are those of C++ alone:
 *
 *     - A comma inside an option needs parentheses around it: .a = (f<int, 2>(x)).
 *     - An option that is an array is set element by element: .x[0] = 0, .x[1] = 1.
 *     - An operand that may be left out is given by name: wg_attention(q, k, v, .mask = m).
 *     - A pointer to nothing is nullptr, not NULL.
 *
 * A call has at most 31 options. The macros use the statement expressions of GCC and clang. In a lambda,
 * which is standard C++, the arguments could not be structured bindings. */
#ifndef WENGERT_CPLUSPLUS_H
#define WENGERT_CPLUSPLUS_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "base.h"

#ifdef __cplusplus

/* ---- sizes ---- */

template <class... D> static inline wg_shape wg_shape_of(D... d)
{
    static_assert(sizeof...(D) <= WG_MAX_RANK, "a shape has at most 8 axes");
    const wg_shape s = { static_cast<int>(sizeof...(D)), { static_cast<int64_t>(d)... } };
    return s;
}
#define WG_SHAPE(...) wg_shape_of(__VA_ARGS__)
#define WG_SCALAR     wg_shape()

/* ---- operands: assigned by their names ---- */

#define WG_TAKE_1(a, n1, x1, ...) , a.n1 = x1 WG_SET_(a, __VA_ARGS__)
#define WG_TAKE_2(a, n1, n2, x1, ...) , a.n1 = x1 WG_TAKE_1(a, n2, __VA_ARGS__)
#define WG_TAKE_3(a, n1, n2, n3, x1, ...) , a.n1 = x1 WG_TAKE_2(a, n2, n3, __VA_ARGS__)
#define WG_TAKE_4(a, n1, n2, n3, n4, x1, ...) , a.n1 = x1 WG_TAKE_3(a, n2, n3, n4, __VA_ARGS__)
#define WG_TAKE_5(a, n1, n2, n3, n4, n5, x1, ...) , a.n1 = x1 WG_TAKE_4(a, n2, n3, n4, n5, __VA_ARGS__)
#define WG_TAKE_3_4(a, n1, n2, n3, n4, ...) WG_TAKE_3(a, n1, n2, n3, __VA_ARGS__)
#define WG_TAKE_3_5(a, n1, n2, n3, n4, n5, ...) WG_TAKE_3(a, n1, n2, n3, __VA_ARGS__)
#define WG_TAKES_(take, ...) take(__VA_ARGS__)

/* ---- options: `a` before each. The last one may be empty ---- */

#define WG_PICK_( \
    e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14, e15, e16, e17, e18, e19, e20, e21, e22, \
    e23, e24, e25, e26, e27, e28, e29, e30, e31, e32, chosen, ...) \
    chosen
#define WG_SET_(a, ...) \
    WG_PICK_(__VA_ARGS__, \
        WG_SET_32, WG_SET_31, WG_SET_30, WG_SET_29, WG_SET_28, WG_SET_27, WG_SET_26, WG_SET_25, WG_SET_24, \
        WG_SET_23, WG_SET_22, WG_SET_21, WG_SET_20, WG_SET_19, WG_SET_18, WG_SET_17, WG_SET_16, WG_SET_15, \
        WG_SET_14, WG_SET_13, WG_SET_12, WG_SET_11, WG_SET_10, WG_SET_9, WG_SET_8, WG_SET_7, WG_SET_6, \
        WG_SET_5, WG_SET_4, WG_SET_3, WG_SET_2, WG_SET_1, )(a, __VA_ARGS__)
#define WG_SET_1(a, o) , (void)(a o)
#define WG_SET_2(a, o, ...) , a o WG_SET_1(a, __VA_ARGS__)
#define WG_SET_3(a, o, ...) , a o WG_SET_2(a, __VA_ARGS__)
#define WG_SET_4(a, o, ...) , a o WG_SET_3(a, __VA_ARGS__)
#define WG_SET_5(a, o, ...) , a o WG_SET_4(a, __VA_ARGS__)
#define WG_SET_6(a, o, ...) , a o WG_SET_5(a, __VA_ARGS__)
#define WG_SET_7(a, o, ...) , a o WG_SET_6(a, __VA_ARGS__)
#define WG_SET_8(a, o, ...) , a o WG_SET_7(a, __VA_ARGS__)
#define WG_SET_9(a, o, ...) , a o WG_SET_8(a, __VA_ARGS__)
#define WG_SET_10(a, o, ...) , a o WG_SET_9(a, __VA_ARGS__)
#define WG_SET_11(a, o, ...) , a o WG_SET_10(a, __VA_ARGS__)
#define WG_SET_12(a, o, ...) , a o WG_SET_11(a, __VA_ARGS__)
#define WG_SET_13(a, o, ...) , a o WG_SET_12(a, __VA_ARGS__)
#define WG_SET_14(a, o, ...) , a o WG_SET_13(a, __VA_ARGS__)
#define WG_SET_15(a, o, ...) , a o WG_SET_14(a, __VA_ARGS__)
#define WG_SET_16(a, o, ...) , a o WG_SET_15(a, __VA_ARGS__)
#define WG_SET_17(a, o, ...) , a o WG_SET_16(a, __VA_ARGS__)
#define WG_SET_18(a, o, ...) , a o WG_SET_17(a, __VA_ARGS__)
#define WG_SET_19(a, o, ...) , a o WG_SET_18(a, __VA_ARGS__)
#define WG_SET_20(a, o, ...) , a o WG_SET_19(a, __VA_ARGS__)
#define WG_SET_21(a, o, ...) , a o WG_SET_20(a, __VA_ARGS__)
#define WG_SET_22(a, o, ...) , a o WG_SET_21(a, __VA_ARGS__)
#define WG_SET_23(a, o, ...) , a o WG_SET_22(a, __VA_ARGS__)
#define WG_SET_24(a, o, ...) , a o WG_SET_23(a, __VA_ARGS__)
#define WG_SET_25(a, o, ...) , a o WG_SET_24(a, __VA_ARGS__)
#define WG_SET_26(a, o, ...) , a o WG_SET_25(a, __VA_ARGS__)
#define WG_SET_27(a, o, ...) , a o WG_SET_26(a, __VA_ARGS__)
#define WG_SET_28(a, o, ...) , a o WG_SET_27(a, __VA_ARGS__)
#define WG_SET_29(a, o, ...) , a o WG_SET_28(a, __VA_ARGS__)
#define WG_SET_30(a, o, ...) , a o WG_SET_29(a, __VA_ARGS__)
#define WG_SET_31(a, o, ...) , a o WG_SET_30(a, __VA_ARGS__)
#define WG_SET_32(a, o, ...) , a o WG_SET_31(a, __VA_ARGS__)

/* ---- calls ---- */

/* The variable has a name of its own in each call, so that calls in calls shadow nothing. */
#define WG_JOIN_(a, b)   WG_JOINED_(a, b)
#define WG_JOINED_(a, b) a##b
#define WG_NEW_NAME_     WG_JOIN_(wg_args_, __COUNTER__)

#define WG_NAMED(f, T, names, n, text, ...) WG_NAMED_(WG_NEW_NAME_, f, T, names, n, text, __VA_ARGS__)
#define WG_NAMED_(a, f, T, names, n, text, ...)                                   \
    __extension__({                                                               \
        T a = T();                                                                \
        (void)0 WG_TAKES_(WG_TAKE_##n, a, WG_OPEN_ names, __VA_ARGS__, );         \
        f(WG_AT(text), &a);                                                       \
    })

#define WG_STRUCT(T, ...) WG_STRUCTED_(WG_NEW_NAME_, T, __VA_ARGS__, )
#define WG_STRUCTED_(a, T, ...) __extension__({ T a = T(); (void)0 WG_SET_(a, __VA_ARGS__); a; })
#define WG_OPTS(...)      WG_OPTS1_(WG_HEAD_(__VA_ARGS__), WG_TAIL_(__VA_ARGS__, ))
#define WG_OPTS1_(T, ...) WG_STRUCTED_(WG_NEW_NAME_, T, __VA_ARGS__)
#define WG_CALL_WITH(f, lead, T, ...) WG_CALL_WITH_(WG_NEW_NAME_, f, lead, T, __VA_ARGS__)
#define WG_CALL_WITH_(a, f, lead, T, ...) \
    __extension__({ T a = T(); (void)0 WG_SET_(a, __VA_ARGS__); f(WG_OPEN_ lead, &a); })

#endif
#endif
