/* SPDX-License-Identifier: MIT */
/* base.h: contexts, errors, call sites, dtypes, shapes, tensors. Every other header includes it.
 *
 * A context owns everything that is made from it and remembers the first error. You need not check each call:
 *
 *     wg_context *c = wg_start();
 *     ... anything ...
 *     return wg_finish(c, stderr);      prints the first error, frees everything; 0, or the error's status
 *
 * Only one thread at a time may use a context and the objects made from it. Two contexts share nothing.
 */
#ifndef WENGERT_BASE_H
#define WENGERT_BASE_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#if defined(__SIZEOF_POINTER__) && __SIZEOF_POINTER__ < 8 && !defined(__wasm__)
#error "Wengert needs a 64-bit target: compile without -m32, or with a compiler for a 64-bit machine"
#endif

#include <stdint.h>
#include <stdio.h>

#include "named.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WG_VERSION_MAJOR 0
#define WG_VERSION_MINOR 1
#define WG_VERSION_PATCH 0
#define WG_VERSION       "0.1.0"

WG_API const char *wg_version(void); /* The version of the library that runs, as WG_VERSION is that of the headers. */

/* ---- status ---- */

#define WG_STATUS_LIST(X)                                 \
    X(WG_OK, "no error")                                  \
    X(WG_ERROR_SHAPE, "shapes do not fit")                \
    X(WG_ERROR_DTYPE, "dtypes do not fit")                \
    X(WG_ERROR_VALUE, "a value is out of range")          \
    X(WG_ERROR_USE, "a call out of place")                \
    X(WG_ERROR_GRADIENT, "no derivative")                 \
    X(WG_ERROR_FILE, "a file cannot be read or written")  \
    X(WG_ERROR_FORMAT, "a file is not what it should be") \
    X(WG_ERROR_MEMORY, "out of memory")                   \
    X(WG_ERROR_MISSING, "a feature this build lacks")     \
    X(WG_ERROR_USER, "a user's function failed")          \
    X(WG_ERROR_SYNTAX, "a program text has an error")     \
    X(WG_ERROR_INTERRUPTED, "the work was interrupted")

#define WG_STATUS_ENUM(name, text) name,
typedef enum wg_status { WG_STATUS_LIST(WG_STATUS_ENUM) WG_STATUS_COUNT } wg_status;
#undef WG_STATUS_ENUM

WG_API const char *wg_status_text(wg_status s); /* The sentence of a status: "shapes do not fit". */

/* ---- call sites ---- */

/* Where a call stands in the user's source, as one string: the text of the arguments, a newline, file:line. At
 * a call with options by name, a byte stands before the text (named.h). The macros of
 * the other headers pass the site as a string literal. A string that is made at run time must stay valid as
 * long as the nodes made with it: wg_site_keep makes one that the context owns. */
typedef const char *wg_site;

#define WG_TEXT_(x) #x
#define WG_TEXT(x)  WG_TEXT_(x)
#ifndef WG_AT
#define WG_AT(args) (args "\n" __FILE__ ":" WG_TEXT(__LINE__))
#endif
#define WG_HERE WG_AT("")

/* ---- dtypes, shapes, tensors ---- */

/* u8, f16 and bf16 are stored only: inputs, parameters and states may have them, wg_cast makes and reads them,
 * products of matrices read them beside f32 or f64, and these ops move them: reshape, expand, squeeze, slice,
 * select, concat, stack, gather, transpose, swap, flip. Any other op refuses them: cast them to f32 first. f16 is
 * IEEE 754 binary16, bf16 the upper half of an f32. In C an element of either is a uint16_t with its bits. */
typedef enum wg_dtype {
    WG_DEFAULT_DTYPE,
    WG_F32,
    WG_F64,
    WG_I32,
    WG_I64,
    WG_BOOL,
    WG_U8,
    WG_F16,
    WG_BF16,
    WG_DTYPE_COUNT
} wg_dtype;

WG_API size_t wg_dtype_size(wg_dtype t); /* The bytes of an element. */
WG_API const char *wg_dtype_name(wg_dtype t); /* "f32", "f64", "i32", ... */
static inline bool wg_dtype_is_float(wg_dtype t) { return t == WG_F32 || t == WG_F64; }
static inline bool wg_dtype_is_integer(wg_dtype t) { return t == WG_I32 || t == WG_I64; }
static inline bool wg_dtype_is_stored(wg_dtype t) { return t == WG_U8 || t == WG_F16 || t == WG_BF16; }
/* The dtype of the gradient of a node: its own if it is f32 or f64, f32 for f16 and bf16. WG_DEFAULT_DTYPE: nodes
 * of this dtype have no gradient. (In PyTorch the gradient of a bf16 tensor is bf16.) */
static inline wg_dtype wg_gradient_dtype(wg_dtype t)
{
    return wg_dtype_is_float(t) ? t : t == WG_F16 || t == WG_BF16 ? WG_F32 : WG_DEFAULT_DTYPE;
}

enum { WG_MAX_RANK = 8 };

/* The sizes of the axes. Elements are in row-major order. A scalar has rank 0. */
typedef struct wg_shape {
    int rank;
    int64_t dim[WG_MAX_RANK];
} wg_shape;

/* WG_STRUCT(T, .a = 1, .b = 2) is a struct whose other fields are 0: in C the same as (T){ .a = 1, .b = 2 }, and
 * the only form that can be used in C++, too. */
#ifndef __cplusplus
#define WG_COUNT_(T, ...) ((int)(sizeof((T[]){ __VA_ARGS__ }) / sizeof(T)))
#define WG_SHAPE(...)     ((wg_shape){ WG_COUNT_(int64_t, __VA_ARGS__), { __VA_ARGS__ } })
#define WG_SCALAR         ((wg_shape){ 0, { 0 } })
#define WG_STRUCT(T, ...) ((T){ __VA_ARGS__ })
#else
}
#include "cplusplus.h"
extern "C" {
#endif

/* A list of axes: .axes = WG_AXES(0, 2). One axis is a number: .axis = 1. A negative axis counts from the end. The mark
 * is a pointer, so that compilers warn of .axes = 1. */
struct wg_axes_mark;
typedef struct wg_axes {
    const struct wg_axes_mark *mark; /* WG_AXES_GIVEN or WG_AXES_LEFT_OUT; in attributes of ops it means nothing */
    int count;
    int axis[WG_MAX_RANK];
} wg_axes;
#define WG_AXES_GIVEN    ((const struct wg_axes_mark *)0x41584553)
#define WG_AXES_LEFT_OUT ((const struct wg_axes_mark *)0x2d2d2d2d)
/* The list of `count` axes. Of more than 8 the first 8 are copied, and the call that gets the list refuses it. */
static inline wg_axes wg_axes_of(int count, const int *axis)
{
    wg_axes a = { WG_AXES_GIVEN, count, { 0 } };
    for (int i = 0; i < count && i < WG_MAX_RANK; i++) a.axis[i] = axis[i];
    return a;
}
/* The defaults of options that are lists of axes or shapes: not given. */
#ifndef __cplusplus
#define WG_NO_AXES   { WG_AXES_LEFT_OUT, 0, { 0 } }
#define WG_NO_SHAPE  { -1, { 0 } }
#define WG_AXES(...) wg_axes_of((int)(sizeof((int[]){ 0, __VA_ARGS__ }) / sizeof(int)) - 1, (const int[]){ 0, __VA_ARGS__ } + 1)
#else
static inline wg_axes wg_no_axes(void)
{
    wg_axes a = wg_axes_of(0, 0);
    a.mark = WG_AXES_LEFT_OUT;
    return a;
}
#define WG_NO_AXES  wg_no_axes()
#define WG_NO_SHAPE wg_no_shape()
static inline wg_shape wg_no_shape(void)
{
    wg_shape s = wg_shape();
    s.rank = -1;
    return s;
}
}
template <class... D> static inline wg_axes wg_axes_from(D... d)
{
    const int axis[] = { static_cast<int>(d)..., 0 };
    return wg_axes_of(static_cast<int>(sizeof...(D)), axis);
}
#define WG_AXES(...) wg_axes_from(__VA_ARGS__)
extern "C" {
#endif

/* The number of elements. -1: no valid shape (more than 8 axes, a negative size, 2^60 elements). */
WG_API int64_t wg_shape_size(wg_shape s);
WG_API bool wg_shape_equal(wg_shape a, wg_shape b); /* Whether two shapes have the same axes. */
WG_API char *wg_shape_text(wg_shape s, char *buf, size_t size); /* "[32,784]", scalars "[]"; returns buf */
#ifdef __cplusplus
}
#include "fields.hpp"
extern "C" {
#endif

/* Values in memory, dense and row-major. Functions that take or return one say who owns the data. */
typedef struct wg_tensor {
    wg_dtype dtype;
    wg_shape shape;
    void *data;
} wg_tensor;

/* A tensor whose data is the caller's array. Nothing is copied. */
static inline wg_tensor wg_view(wg_dtype t, const void *data, wg_shape s)
{
    wg_tensor v;
    v.dtype = t, v.shape = s, v.data = (void *)(uintptr_t)data;
    return v;
}
static inline wg_tensor wg_view_f32(const float *data, wg_shape s) { return wg_view(WG_F32, data, s); }
static inline wg_tensor wg_view_f64(const double *data, wg_shape s) { return wg_view(WG_F64, data, s); }
static inline wg_tensor wg_view_i32(const int32_t *data, wg_shape s) { return wg_view(WG_I32, data, s); }
static inline wg_tensor wg_view_i64(const int64_t *data, wg_shape s) { return wg_view(WG_I64, data, s); }
static inline wg_tensor wg_view_bool(const bool *data, wg_shape s) { return wg_view(WG_BOOL, data, s); }
static inline wg_tensor wg_view_u8(const uint8_t *data, wg_shape s) { return wg_view(WG_U8, data, s); }
static inline wg_tensor wg_view_f16(const uint16_t *data, wg_shape s) { return wg_view(WG_F16, data, s); }
static inline wg_tensor wg_view_bf16(const uint16_t *data, wg_shape s) { return wg_view(WG_BF16, data, s); }

/* Some rows of a data set. */
typedef struct wg_batch {
    wg_tensor x, y; /* [n, ...]; y.data NULL: there is none */
    int64_t n;      /* rows */
} wg_batch;

/* Element i of a tensor as a double, in row-major order. */
WG_API double wg_tensor_item(const wg_tensor *t, int64_t i);

/* ---- contexts ---- */

typedef struct wg_context wg_context;

/* An allocator of the caller's. resize(user, NULL, 0, n) allocates n bytes, resize(user, p, n, 0) frees them.
 * If it fails it returns NULL. */
typedef struct wg_allocator {
    void *(*resize)(void *user, void *p, size_t old_size, size_t new_size);
    void *user;
} wg_allocator;

/* What is warned of, once for each call site and at most 128 times: wg_backward of a graph that was begun with
 * WG_EVAL and has dropout or batch normalisation; the sixteenth wg_backward without wg_begin on a graph that
 * grows; 10,000,000 nodes since wg_begin; an infinite loss; a loss that compares all pairs, since [n,1] was
 * broadcast with [n]; softmax or sigmoid before a loss that has it in it; batch normalisation of one row; L-BFGS
 * that finds no smaller loss. The text begins with file:line. .on_warning = wg_no_warnings drops warnings. */
WG_API void wg_no_warnings(void *user, const char *message); /* takes a warning and does nothing: for .on_warning */
typedef void (*wg_error_fn)(void *user, wg_status s, const char *message);
typedef void (*wg_line_fn)(void *user, const char *text);
typedef bool (*wg_poll_fn)(void *user);
#define wg_start_opts_list(P, X)                                                                             \
    X(uint64_t, seed, 0, "", "of all random draws and of parameters' first values")                          \
    X(int, threads, WG_AUTO, "[1, 256]", "default: WG_NUM_THREADS, else OMP_NUM_THREADS, else the usable cores") \
    X(wg_dtype, dtype, WG_F32, "", "f32 or f64, of numbers and parameters that have no other")               \
    X(const wg_allocator *, allocator, NULL, "", "copied; default: malloc, realloc, free")                   \
    X(wg_error_fn, on_error, NULL, "", "called for the first error")                                         \
    X(wg_line_fn, on_warning, NULL, "", "called for warnings; default: \"warning: ...\" on standard error")  \
    X(wg_poll_fn, on_poll, NULL, "", "called about 20 times a second while values are computed, by the thread that has " \
      "asked for them; false interrupts the work as wg_interrupt does")                                      \
    X(void *, user, NULL, "", "first argument of these functions")                                           \
    X(int, interpret, 0, "[-1, 1]", "0: plans where they pay; 1: never; -1: always. The results are the same bits") \
    X(unsigned, without, 0, "", "fast ways to switch off: bits WG_WITHOUT_...; the variable WG_WITHOUT adds more") \
    X(unsigned, trace, 0, "", "what to trace: bits WG_TRACE_...; the variable WG_TRACE adds more")           \
    X(wg_line_fn, on_trace, NULL, "", "gets each line of the trace; default: standard error")                \
    X(int64_t, plan_bytes, WG_AUTO, "[0, inf)",                                                              \
      "of all compiled plans: of more, those that were not used for longest are freed. Default: WG_PLAN_BYTES, a " \
      "number that k, M or G may follow, else 192M")
WG_OPTIONS(wg_start_opts);

/* The fast ways that can be switched off. Do so to find out which of them causes a wrong result or lost time.
 * No switch changes a bit of any result. The environment variable WG_WITHOUT takes the names, joined by
 * commas: WG_WITHOUT=bind,tiles. */
#define WG_WAY_LIST(X)                                                                                       \
    X(BIND, "bind", "a small plan runs as a list of kernel calls; a repeated wg_backward needs no search")   \
    X(REBUILD, "rebuild", "a graph that is built as it was the last time reuses the nodes of that time")     \
    X(SHORT, "short", "nodes of plain elementwise ops are made without the general rules")                   \
    X(TAPE, "tape", "programs of scalars are run and differentiated as a list of kernel calls")              \
    X(TILES, "tiles", "elementwise ops and sums run together, tile by tile")                                 \
    X(JOIN, "join", "a loss and its gradient are computed by one kernel")                                    \
    X(ROWS, "rows", "reductions of rows run together with elementwise ops, some rows at a time")             \
    X(KINDS, "kinds", "what nodes of one op, options and types have in common is computed once")             \
    X(EAGER, "eager", "in large programs of scalars values are computed while nodes are made")               \
    X(PLANS, "plans", "requests that repeat are compiled; the option .interpret = -1 compiles all the same") \
    X(STRIDED, "strided", "slices are read where they lie")                                                   \
    X(STREAM, "stream", "large results are written past the caches, and large operands fetched ahead")

/* What can be traced: WG_TRACE=request,plan,rebuild,value. */
#define WG_TRACE_LIST(X)                                                                                \
    X(REQUEST, "request", "what each read or wg_backward asks for, which way it was answered, and why") \
    X(PLAN, "plan", "each plan when it is compiled: its steps and their buffers")                       \
    X(REBUILD, "rebuild", "whether a graph reused the nodes of its last build, and where that ended")   \
    X(VALUE, "value", "each node whose value is computed, but those of a derivative of wg_backward")

enum {
#define WG_WAY_(name, text, about) WG_WAY_##name,
    WG_WAY_LIST(WG_WAY_) WG_WAYS
#undef WG_WAY_
};
enum {
#define WG_WITHOUT_(name, text, about) WG_WITHOUT_##name = 1 << WG_WAY_##name,
    WG_WAY_LIST(WG_WITHOUT_) WG_WITHOUT_ALL = (1 << WG_WAYS) - 1
#undef WG_WITHOUT_
};
enum {
#define WG_TRACED_(name, text, about) WG_TRACED_##name,
    WG_TRACE_LIST(WG_TRACED_) WG_TRACES
#undef WG_TRACED_
};
enum {
#define WG_TRACE_(name, text, about) WG_TRACE_##name = 1 << WG_TRACED_##name,
    WG_TRACE_LIST(WG_TRACE_) WG_TRACE_ALL = (1 << WG_TRACES) - 1
#undef WG_TRACE_
};

/* Makes a context. The result is never NULL: without memory, or with wrong options, it is a context that has already
 * failed. */
WG_API wg_context *wg_start_at(wg_site here, const wg_start_opts *o);
#define wg_start(...) WG_CALL_WITH(wg_start_at, (WG_AT(WG_BYTE_0 #__VA_ARGS__)), wg_start_opts, __VA_ARGS__)
/* Prints the first error to the stream, if one is given. Frees the context and everything made from it.
 * Returns 0, or the status of the error. A call that got no object at all, wg_optim_step(NULL) say, has no
 * context: its error is kept for the contexts that this thread has used last, and becomes that of the first of them on
 * which wg_failed, wg_message or wg_finish is called. If the thread has no context, it is printed to stderr. */
WG_API int wg_finish(wg_context *c, FILE *errors);

WG_API wg_status wg_failed(const wg_context *c);    /* the first error's status, WG_OK if there is none */
WG_API const char *wg_message(const wg_context *c); /* "model.c:42: matmul: ..."; "" if there is none */
/* Ends the computation that runs now, in another thread or around a signal handler, where it may be called, or else
 * the next one: with WG_ERROR_INTERRUPTED. A kernel that runs is not ended. */
WG_API void wg_interrupt(wg_context *c);
WG_API void wg_recover(wg_context *c); /* forgets the error, or an interrupt that waits; nothing else lets a context go on */
/* Records an error, as the library does. For layers, loaders and tools. An earlier error stays. */
WG_API wg_status wg_fail(wg_context *c, wg_site here, wg_status s, const char *format, ...) WG_PRINTF(4, 5);
/* Gives a warning, as the library does: once for each call site. */
WG_API void wg_warn(wg_context *c, wg_site here, const char *format, ...) WG_PRINTF(3, 4);

/* Whether `options` is a struct of an older header, with fewer options than the list; then `full`, of list->size bytes,
 * becomes the same with the default of what it lacks. */
WG_API bool wg_options_filled(const wg_option_list *list, const void *options, void *full);
/* In front of all else in a function with a `const T *o` of WG_OPTIONS: where the program was compiled with an older
 * header, o becomes a struct with all options, which lives as long as the function. */
#define WG_OPTIONS_FILL(T, o) \
    T WG_FILLED_(o);            \
    if ((o) && (o)->mark != WG_MARK_(T) && wg_options_filled(T##_rows(), (o), &WG_FILLED_(o))) (o) = &WG_FILLED_(o)
#define WG_FILLED_(o) filled_##o
/* For calls whose options are a list of named.h: whether `options` begins with the mark of the list, the site names all
 * options, and each number is the default or in its range. False: an error is recorded. what: the name of the call, for
 * the message. */
WG_API bool wg_options_fit(wg_context *c, wg_site here, const char *what, const wg_option_list *list,
                           const void *options);
/* The same of options in these options. name: of the member, as "x". */
WG_API bool wg_inner_options_fit(wg_context *c, wg_site here, const char *what, const char *name,
                                 const wg_option_list *list, const void *options);

/* The dtype of numbers and parameters that have no other. */
WG_API wg_dtype wg_context_dtype(const wg_context *c);
WG_API int wg_context_threads(const wg_context *c); /* How many threads compute. */
WG_API uint64_t wg_context_seed(const wg_context *c); /* The seed of all random draws. */

/* count * size bytes, all zero. wg_finish frees them if wg_free does not. NULL, and an error is recorded,
 * when there is no memory. */
WG_API void *wg_alloc(wg_context *c, size_t count, size_t size);
WG_API void wg_free(wg_context *c, void *p); /* frees what wg_alloc gave, before wg_finish does */

/* ---- for bindings and tools: sites of calls, made at run time ---- */

/* A site made of copies of both texts, valid until wg_finish. Equal texts give the same site. */
WG_API wg_site wg_site_keep(wg_context *c, const char *arguments, const char *place);
WG_API const char *wg_site_place(wg_site s);     /* "model.c:42" */

#ifdef __cplusplus
}
#endif
#endif
