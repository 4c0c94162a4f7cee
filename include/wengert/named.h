/* SPDX-License-Identifier: MIT */
/* named.h: options that are given by name. base.h includes it.
 *
 *     wg_optim *o = wg_adam(p, .lr = 3e-3, .beta1 = 0);
 *     wg_optim *o = wg_adam(p);                              all defaults
 *
 * What is written holds: 0 is 0. What is not written has the default that its list says. Of a struct that a
 * program fills in itself WG_OPTS makes the beginning:
 *
 *     wg_adam_opts a = WG_OPTS(wg_adam_opts, .lr = 0.1);
 *     a.beta1 = b;
 *     wg_optim *o = wg_adam_at(WG_HERE, p, &a);
 *
 * A struct without WG_OPTS, { 0 } say, is an error at the call. So is a number out of its range. In C++ the
 * same calls work in any order of the options; cplusplus.h has the rules of C++.
 *
 * Structs of options may grow. A later version of the library has its new options behind the older ones. A program that
 * was compiled before runs with it: what its structs lack has its default. The other way round, a program that was
 * compiled for more options than the library has, is an error at the call. docs/stability.md says what else stays.
 *
 * An argument that lacks its name is an error: "initialization of a flexible array member". To gcc all headers of
 * Wengert are the system's, so that it shows the call alone, and not each macro inside. WG_OWN_HEADERS: they are not.
 */
#ifndef WENGERT_NAMED_H
#define WENGERT_NAMED_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#define WG_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define WG_API          __attribute__((visibility("default")))
#define WG_HIDDEN_      __attribute__((visibility("hidden"))) /* of one library or program */
/* In front of a function that will leave: compilers warn of its use, and print what to write instead, as
 * WG_DEPRECATED("write wg_sum"). A program that must go on as it is defines WG_NO_DEPRECATED. */
#ifdef WG_NO_DEPRECATED
#define WG_DEPRECATED(instead)
#else
#define WG_DEPRECATED(instead) __attribute__((deprecated(instead)))
#endif
#else
#define WG_PRINTF(f, a)
#define WG_API
#define WG_HIDDEN_
#define WG_DEPRECATED(instead)
#endif

#ifdef __cplusplus
#define WG_BEGIN_DECLS extern "C" {
#define WG_END_DECLS   }
#else
#define WG_BEGIN_DECLS
#define WG_END_DECLS
#endif
WG_BEGIN_DECLS

/* The default of a number that the library finds by itself: the option's sentence says how. It is the same for
 * whole numbers and doubles, and no range has it. */
#define WG_AUTO (-2147483647 - 1)
/* The default of a number that must be written. */
#define WG_NEEDED WG_AUTO
/* A truth that the library decides if it is WG_AUTO. */
typedef int wg_maybe;

/* The options of axes: each op has those of its kind. A negative axis counts from the end. */
#define WG_ONE_AXIS_(X)   X(int, axis, WG_NEEDED, "", "one axis") /* where libraries differ in their default */
#define WG_FIRST_AXIS_(X) X(int, axis, 0, "", "one axis")
#define WG_LAST_AXIS_(X)  X(int, axis, -1, "", "one axis")
#define WG_SEVERAL_(X)    X(wg_axes, axes, WG_NO_AXES, "", "several axes")
#define WG_THESE_AXES_(X) X(int, axis, WG_NEEDED, "", "one axis; or write .axes") WG_SEVERAL_(X)
#define WG_ALL_AXES_(X)   X(int, axis, WG_AUTO, "", "one axis; default: all axes, or those of .axes") WG_SEVERAL_(X)

/* ---- for bindings and tools: lists of options ---- */

/* Each struct of options is made of a list. wg_sgd_opts_list(P, X), say, has a line for each option. A new one goes to the
 * end, and no line ever leaves or moves, so that older programs run:
 *
 *     X(type, name, default, range, what it does)
 *     P(type, name)                                 of a builder: an operand
 *
 * The range is written as in mathematics: "[0, 1)", "(0, inf]"; "": all but NaN. Of an enum it lists the words
 * of its values. Numbers out of it are refused; the default never is. */
typedef enum wg_option_kind {
    WG_OPTION_OTHER, /* a pointer, a node, a struct: it has no range */
    WG_OPTION_REAL,  /* double */
    WG_OPTION_INT,   /* int or wg_maybe */
    WG_OPTION_SIZE,  /* int64_t or uint64_t */
    WG_OPTION_BOOL,
    WG_OPTION_CHOICE, /* an enum or unsigned */
    WG_OPTION_TEXT    /* const char *; NULL: not given */
} wg_option_kind;
typedef struct wg_option {
    const char *name, *type, *standard, *range, *text; /* standard: the default, as its list writes it */
    wg_option_kind kind;
    size_t offset, size; /* of the member of the struct */
} wg_option;
/* A list at run time. */
typedef struct wg_option_list {
    const char *name;     /* "wg_sgd_opts" */
    const void *standard; /* a struct of all defaults */
    size_t size, mark;
    const wg_option *option;
    int count;
    int places; /* so many of the first options also stand by position in Python and .wg, as in NumPy: roll(x, 1, 0) */
} wg_option_list;
/* The list of a struct of options, by the struct's name. NULL: there is none, or it is in a part of the library that is not
 * loaded. A list of yours is found, too. */
WG_API const wg_option_list *wg_options_of(const char *name);
/* An entry of the lists that wg_options_of knows. */
typedef struct wg_option_entry {
    const wg_option_list *(*rows)(void);
    struct wg_option_entry *next;
} wg_option_entry;
/* WG_OPTION_ROWS calls it: makes a list known. The entry must stay. */
WG_API void wg_options_listed(wg_option_entry *entry);
/* An option as a number. NAN: it is none. */
WG_API double wg_option_value(const wg_option *o, const void *options);
/* Writes a number into an option. False: the option is no number or truth, or cannot hold it. */
WG_API bool wg_option_set(const wg_option *o, void *options, double v);
/* Whether v is in the range of an option. */
WG_API bool wg_option_in_range(const wg_option *o, double v);

/* A struct begins with a mark, by which a call sees that it is one of WG_OPTS, and which version of the header has
 * made it. The number of options is in it, since a new bool may fit into padding, and the lengths of all names and
 * types. Defaults and ranges are not: a version may change them, and an older program keeps its own. */
#define WG_MARK_(T) (sizeof(T) | (size_t)T##_count << 20 | (size_t)T##_letters << 28)
/* The list of T. WG_GROWN makes the header of a version to come, in which each struct has two options more: so tests try
 * older programs with it. */
#ifndef WG_GROWN
#define WG_LIST_(T, P, X) T##_list(P, X)
#else
#define WG_LIST_(T, P, X) \
    T##_list(P, X) X(bool, grown_truth, true, "[1, 1]", "") X(double, grown_number, 0.5, "[0.5, 0.5]", "")
#endif
#define WG_NO_(...)
#define WG_COUNTED_(...)             +1
/* Of the options a, b, c: a + 3 (b + 3 (c + 3 0)), so that their order counts, by remainders. */
#define WG_LETTERS_(type, name, ...)  (int)(sizeof #name * sizeof #name + sizeof #type) + 3 * (
#define WG_LETTERS_END_(...)          ) % 8191
/* The operands begin at a multiple of 8 bytes, so that their place is known of a struct with fewer options, too. */
#ifndef __cplusplus
#define WG_OPERAND_(type, name)    type name __attribute__((aligned(8)));
#else
#define WG_OPERAND_(type, name)    type name __attribute__((aligned(8))) = {};
#endif
#define WG_OPTIONS(T)              WG_DECLARE_(T, WG_LIST_, 0, , WG_END_)
#define WG_OPTIONS_AND_OPERANDS(T) WG_OPTIONS_BY_PLACE(T, 0)
#define WG_OPTIONS_BY_PLACE(T, n)  WG_DECLARE_(T, WG_LIST_, n, WG_GAP_(operands), WG_END_)
/* Of options in options, as wg_axis_opts: .x.label = "step". Such a struct does not grow. */
#define WG_INNER_OPTIONS(T) WG_DECLARE_(T, WG_INNER_LIST_, 0, , )
#define WG_INNER_LIST_(T, P, X) T##_list(P, X)
#define WG_DECLARE_(T, LIST, n, GAP, END)                                                         \
    enum {                                                                                  \
        T##_places = n,                                                                     \
        T##_count = 0 LIST(T, WG_NO_, WG_COUNTED_),                                         \
        T##_letters = (int)sizeof #T + LIST(T, WG_NO_, WG_LETTERS_) 0 LIST(T, WG_NO_, WG_LETTERS_END_) \
    };                                                                                      \
    typedef struct T {                                                                      \
        WG_MARK_FIELD_(T)                                                                   \
        LIST(T, WG_NO_, WG_FIELD_) GAP T##_list(WG_OPERAND_, WG_NO_) END                    \
        WG_TAKE_EACH_(T, LIST)                                                              \
    } T;                                                                                    \
    WG_HIDDEN_ const wg_option_list *T##_rows(void)
#ifndef __cplusplus
/* Where a value without a name lands: behind the last field, an error of gcc (of a flexible array) and of clang (of an
 * aggregate with no elements: few lines), or between options, an error of clang and a warning of gcc that needs no flag.
 * These fields take up no room. */
#define WG_MARK_FIELD_(T)               size_t mark __attribute__((aligned(8)));
#define WG_TAKE_EACH_(T, LIST)
#define WG_FIELD_(type, name, ...)      WG_GAP_(name) type name;
#define WG_GAP_(name)                   __extension__ char no_name_before_##name[0];
#ifdef __clang__
#define WG_END_                         __extension__ struct { } an_option_needs_its_name;
#else
#define WG_END_                         char an_option_needs_its_name[];
#endif
/* The default of options in options. */
#define WG_INNER_(T)                    { WG_MARK_(T), T##_list(WG_NO_, WG_DEFAULT_) }
#else
/* The types of the fields are those of C++ where it has better ones: { .axes = { 0, 1 } }. fields.hpp has them. */
#define WG_MARK_FIELD_(T)                      wg_mark mark __attribute__((aligned(8))) = wg_mark::of(WG_MARK_(T));
#define WG_FIELD_(type, name, standard, ...)   wg_in_cpp<type>::of name = standard;
#define WG_GAP_(name)
#define WG_END_
#define WG_INNER_(T)                           T()
#endif

/* ---- calls ---- */

#define WG_OPEN_(...)     __VA_ARGS__
#define WG_HEAD_(...)     WG_HEAD1_(__VA_ARGS__, )
#define WG_HEAD1_(a, ...) a
#define WG_TAIL_(a, ...)  __VA_ARGS__

/* WG_CALL_WITH(f, lead, T, ...): the call of f with the arguments `lead`, in parentheses, and the address of a T with
 * the options ... in it. Macros of calls have (...) and split it by WG_HEAD_ and WG_TAIL_, since C11 does not
 * allow wg_adam(p) of a macro (p, ...).
 *
 * In C the struct begins with its defaults, and then come the user's words: a later value wins. The defaults are
 * given by position, since a macro of the user's may have the name of an option. The warning of -Wextra about it
 * is switched off beside the struct alone: two zeros hold the pragmas, since gcc takes a pragma in a statement
 * only, and the struct must live in the caller's block. gcc 11 refuses pragmas of calls in calls, so there one
 * pragma stands for the rest of the file. */
#ifndef __cplusplus
#define WG_DEFAULT_(type, name, standard, ...) "", standard,
#define WG_DEFAULTS_(T)                        WG_MARK_(T), WG_LIST_(T, WG_NO_, WG_DEFAULT_)
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12
#pragma GCC diagnostic ignored "-Woverride-init"
#define WG_QUIET_
#define WG_LOUD_
#define WG_FIRST_(T) (__extension__ &(T){ WG_DEFAULTS_(T)
#define WG_LAST_     })
#else
#define WG_QUIET_                                                                           \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"") \
        _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define WG_LOUD_  _Pragma("GCC diagnostic pop")
#define WG_FIRST_(T) (__extension__({ WG_QUIET_ 0; }) + __extension__ &(T){ WG_DEFAULTS_(T)
#define WG_LAST_     } + __extension__({ WG_LOUD_ 0; }))
#endif
#define WG_OPTS(...)            WG_OPTS1_(WG_HEAD_(__VA_ARGS__), WG_TAIL_(__VA_ARGS__, ))
#define WG_OPTS1_(T, ...)       WG_OPTS2_(T, __VA_ARGS__)
#define WG_OPTS2_(T, ...)       (*WG_FIRST_(T) __VA_ARGS__ WG_LAST_)
#define WG_CALL_WITH(f, lead, T, ...) f(WG_OPEN_ lead, WG_FIRST_(T) __VA_ARGS__ WG_LAST_)

/* Defines T_rows, from the list of the header that declares T, and makes it known to wg_options_of before main. */
#define WG_OPTION_ROWS(T)       WG_ROWS_(T, WG_LIST_)
#define WG_INNER_OPTION_ROWS(T) WG_ROWS_(T, WG_INNER_LIST_)
#define WG_ROWS_(T, LIST)                                                                                      \
    __attribute__((constructor)) static void T##_known(void)                                                    \
    {                                                                                                           \
        static wg_option_entry entry = { T##_rows, NULL };                                                      \
        wg_options_listed(&entry);                                                                              \
    }                                                                                                           \
    const wg_option_list *T##_rows(void)                                                                        \
    {                                                                                                           \
        typedef T listed;                                                                                       \
        WG_QUIET_                                                                                               \
        static const T standard = { WG_MARK_(T), LIST(T, WG_NO_, WG_DEFAULT_) };                                \
        WG_LOUD_                                                                                                \
        static const wg_option option[] = { LIST(T, WG_NO_, WG_OPTION_ROW_) };                                 \
        static const wg_option_list all = { #T, &standard, sizeof(T), WG_MARK_(T), option, T##_count, T##_places };         \
        return &all;                                                                                            \
    }
#define WG_OPTION_ROW_(type, name, standard, range, text, ...) \
    { #name, #type, #standard, range, text, WG_OPTION_KIND_(((listed *)0)->name), offsetof(listed, name), \
      sizeof(((listed *)0)->name) },
#define WG_OPTION_KIND_(x) \
    _Generic((x),                   \
        double: WG_OPTION_REAL,     \
        int: WG_OPTION_INT,         \
        int64_t: WG_OPTION_SIZE,    \
        uint64_t: WG_OPTION_SIZE,   \
        bool: WG_OPTION_BOOL,       \
        unsigned: WG_OPTION_CHOICE, \
        const char *: WG_OPTION_TEXT, default: WG_OPTION_OTHER)

#endif

/* A builder's call: the arguments ... are its operands, in order, and then options. names: the operands in
 * parentheses, n: how many. The site of a call with options begins with a byte that says how many arguments may stand
 * before them, plus 1: so an option without its name is found at run time, too. Write an option at the call itself: a
 * macro of yours that stands for ".axis = ..." is text without a name. 3_4: of four operands the last one may be left
 * out; in C++ it is given by name. */
#ifndef __cplusplus
#define WG_NAMED(f, T, names, n, text, ...) /* behind the operands each option has its name: .axis = 1 */ \
    f(WG_AT(WG_BYTE_##n text), WG_FIRST_(T).x = __VA_ARGS__ WG_LAST_)
#endif
/* A call that has another name. */
#ifndef __cplusplus
#define WG_NOW_(line) ((wg_node){ 0, sizeof(struct { _Static_assert(0, line); int i; }), 0 })
#else
#define WG_NOW_(line) ([] { static_assert(false, line); return wg_none; }())
#endif
#define WG_BYTE_0                    "\1"
#define WG_BYTE_1                    "\2"
#define WG_BYTE_2                    "\3"
#define WG_BYTE_3                    "\4"
#define WG_BYTE_4                    "\5"
#define WG_BYTE_6                    "\7"
#define WG_BYTE_5                    "\6"
#define WG_BYTE_3_4                  WG_BYTE_4
#define WG_BYTE_3_5                  WG_BYTE_5

WG_END_DECLS
#endif
