/* base.h: what every other header stands on: contexts, errors, call sites, dtypes, shapes, tensors.
 *
 * A context owns everything made from it and remembers the first error. Calls never need checking one by one:
 *
 *     wg_context *c = wg_start(NULL);
 *     ... anything ...
 *     return wg_finish(c, stderr);          0, or the status of the first error, which it prints; frees all
 *
 * A context and what was made from it belong to one thread at a time; two contexts never meet.
 */
#ifndef WENGERT_BASE_H
#define WENGERT_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WG_VERSION_MAJOR 0
#define WG_VERSION_MINOR 1
#define WG_VERSION_PATCH 0
#define WG_VERSION       "0.1.0"

#if defined(__GNUC__)
#define WG_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define WG_API          __attribute__((visibility("default")))
#else
#define WG_PRINTF(f, a)
#define WG_API
#endif

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
    X(WG_ERROR_SYNTAX, "a program text has an error")

#define WG_STATUS_ENUM(name, text) name,
typedef enum wg_status { WG_STATUS_LIST(WG_STATUS_ENUM) WG_STATUS_COUNT } wg_status;
#undef WG_STATUS_ENUM

WG_API const char *wg_status_text(wg_status s);

/* ---- call sites ---- */

/* One string literal: the arguments' text, a newline, file:line. It must live as long as the nodes made with it;
 * wg_site_keep copies one into the context for callers that make them at run time. */
typedef const char *wg_site;

#define WG_TEXT_(x) #x
#define WG_TEXT(x)  WG_TEXT_(x)
#ifndef WG_AT
#define WG_AT(args) (args "\n" __FILE__ ":" WG_TEXT(__LINE__))
#endif
#define WG_HERE WG_AT("")

/* ---- dtypes, shapes, tensors ---- */

typedef enum wg_dtype { WG_DEFAULT_DTYPE, WG_F32, WG_F64, WG_I32, WG_I64, WG_BOOL, WG_DTYPE_COUNT } wg_dtype;

WG_API size_t      wg_dtype_size(wg_dtype t);
WG_API const char *wg_dtype_name(wg_dtype t);
static inline bool wg_dtype_is_float(wg_dtype t) { return t == WG_F32 || t == WG_F64; }
static inline bool wg_dtype_is_integer(wg_dtype t) { return t == WG_I32 || t == WG_I64; }

enum { WG_MAX_RANK = 8 };

/* Row-major; a scalar has rank 0. */
typedef struct wg_shape {
    int     rank;
    int64_t dim[WG_MAX_RANK];
} wg_shape;

#define WG_COUNT_(T, ...) ((int)(sizeof((T[]){ __VA_ARGS__ }) / sizeof(T)))
#define WG_SHAPE(...)     ((wg_shape){ WG_COUNT_(int64_t, __VA_ARGS__), { __VA_ARGS__ } })
#define WG_SCALAR         ((wg_shape){ 0, { 0 } })

/* The number of elements; -1: no shape (more than 8 axes, a negative size, 2^60 elements or more). */
WG_API int64_t wg_shape_size(wg_shape s);
WG_API bool    wg_shape_equal(wg_shape a, wg_shape b);
WG_API char   *wg_shape_text(wg_shape s, char *buf, size_t size); /* "[32,784]"; a scalar is "[]"; returns buf */

/* Values in memory, dense and row-major. Who owns data is said where one is given or taken. */
typedef struct wg_tensor {
    wg_dtype dtype;
    wg_shape shape;
    void    *data;
} wg_tensor;

/* Tensors over a caller's array; nothing is copied. */
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

/* Element i of a tensor as a double, in row-major order. */
WG_API double wg_tensor_item(const wg_tensor *t, int64_t i);

/* ---- contexts ---- */

typedef struct wg_context wg_context;

/* Memory from elsewhere. resize(NULL, 0, n) allocates, resize(p, n, 0) frees; a failure returns NULL and leaves p. */
typedef struct wg_allocator {
    void *(*resize)(void *user, void *p, size_t old_size, size_t new_size);
    void *user;
} wg_allocator;

typedef struct wg_options {
    uint64_t            seed;      /* of all random draws and first values; default 0 */
    int                 threads;   /* default: WG_NUM_THREADS, OMP_NUM_THREADS, or the cores allowed */
    wg_dtype            dtype;     /* of numbers and parameters where none is said; default f32 */
    const wg_allocator *allocator; /* default: malloc and its family */
    void (*on_error)(void *user, wg_status s, const char *message); /* called once, for the first error */
    void (*on_warning)(void *user, const char *message);
    void    *user;
    int      interpret; /* 1: never plan; -1: always plan; 0: when it pays. Results are the same to the bit. */
    unsigned without;   /* fast ways to switch off, a sum of WG_WITHOUT_...; added to those that WG_WITHOUT names */
    unsigned trace;     /* what to report through on_trace, a sum of WG_TRACE_...; added to what WG_TRACE names */
    void (*on_trace)(void *user, const char *line); /* default: a line on stderr, where WG_TRACE or .trace asks for it */
    uint64_t reserved[5];
} wg_options;

/* Fast ways that can be switched off, to find out which of them a wrong result or a lost second comes from. No switch changes a
 * bit of any result. The environment variable WG_WITHOUT has the names, joined by commas: WG_WITHOUT=bind,tiles. */
#define WG_WAY_LIST(X)                                                                                   \
    X(BIND, "bind", "small plans as lists of bound kernel calls, and the last request found without a search") \
    X(REBUILD, "rebuild", "a graph that is built like the time before takes over its nodes")             \
    X(SHORT, "short", "nodes of plain elementwise ops are made without the general rules")               \
    X(TAPE, "tape", "programs of scalars are run and differentiated by kept kernel calls")               \
    X(TILES, "tiles", "elementwise ops and sums run together over tiles")                                \
    X(JOIN, "join", "a loss and its gradient are one kernel")

/* What can be traced: WG_TRACE=request,plan,rebuild. */
#define WG_TRACE_LIST(X)                                                                                 \
    X(REQUEST, "request", "what each read or wg_backward asks for, which way it took, and why")          \
    X(PLAN, "plan", "each plan when it is compiled: its steps and their buffers")                        \
    X(REBUILD, "rebuild", "whether a graph took over the nodes of its last build, and where it stopped")

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

/* Never NULL: where memory is missing, a context that has already failed. NULL: all defaults. */
WG_API wg_context *wg_start(const wg_options *o);
/* Prints the first error to the stream (if one is given), frees the context and everything made from it. */
WG_API int wg_finish(wg_context *c, FILE *errors);

WG_API wg_status   wg_failed(const wg_context *c);  /* the first error's status, WG_OK if there is none */
WG_API const char *wg_message(const wg_context *c); /* "model.c:42: matmul: ..."; "" if there is none */
WG_API void        wg_recover(wg_context *c);       /* forgets the error: the only way to go on after one */
/* Records an error as the library does: for layers, loaders and tools built on it. The first one stays. */
WG_API wg_status wg_fail(wg_context *c, wg_site here, wg_status s, const char *format, ...) WG_PRINTF(4, 5);

WG_API wg_dtype wg_context_dtype(const wg_context *c);
WG_API int      wg_context_threads(const wg_context *c);
WG_API uint64_t wg_context_seed(const wg_context *c);

/* Memory that the context frees at the end, at the latest; NULL records the error. Zeroed. */
WG_API void *wg_alloc(wg_context *c, size_t count, size_t size);
WG_API void  wg_free(wg_context *c, void *p);

WG_API wg_site     wg_site_keep(wg_context *c, const char *arguments, const char *place);
WG_API const char *wg_site_place(wg_site s); /* "model.c:42" */

/* What this build and this machine have, as lines "key: value"; for `wengert doctor` and bug reports. */
WG_API void wg_doctor(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
