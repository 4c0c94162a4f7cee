/* SPDX-License-Identifier: MIT */
/* kernel.h: how the kernel of an op is written: its arguments, faults, loops, random draws. op.h includes it.
 *
 *     static bool cube(const wg_kernel *k) { WG_MAP1(k, a * a * a); }     of a MAP of f32 and f64
 *
 *     static bool log_of(const wg_kernel *k)                              of f64 alone, with a fault
 *     {
 *         const double *x = k->x[0];
 *         double *y = k->y[0];
 *         for (int64_t i = 0; i < k->end - k->begin; i++) {
 *             if (x[i] <= 0) return wg_fault_at(k, k->begin + i, 0, WG_FAULT_PLACE, "a logarithm of no number");
 *             y[i] = log(x[i]);
 *         }
 *         return true;
 *     }
 *
 * op.h says how such a function becomes an op. */
#ifndef WENGERT_KERNEL_H
#define WENGERT_KERNEL_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"

WG_BEGIN_DECLS

enum {
    WG_ISAS = 3,  /* instruction sets: baseline, AVX2, AVX-512 */
    WG_FOLD = 256 /* elements of a leaf of a sum over a whole tensor */
};

typedef struct wg_type {
    const wg_shape *shape;
    wg_dtype dtype;
} wg_type;

/* The arguments of a kernel. One call computes the share [begin, end) of a phase. Shares of one phase may run
 * in any order and at the same time. The bits must not depend on how the work is cut. */
typedef struct wg_kernel {
    int64_t begin, end; /* MAP, RANDOM: elements. Others: units (wg_op.units) */
    int phase;
    int operands, outputs;
    const void *const *x;      /* x[k] points to element `begin` (MAP, RANDOM) or to the whole operand */
    void *const *y;            /* likewise */
    const unsigned char *step; /* MAP, RANDOM: step[k] 0: operand k is one element, used for all; else 1 */
    const wg_type *xt, *yt;    /* types of the whole operands and outputs */
    const void *attr;
    void *scratch;          /* wg_op.scratch bytes, the same for all shares and phases of a node */
    uint64_t seed, epoch;   /* of this evaluation, for random ops */
    struct wg_fault *fault; /* for wg_fault_at */
    const void *prepared;   /* what wg_op.prepare made, or NULL */
} wg_kernel;

/* Returns true, or false after wg_fault_at. Then the run fails and no state is changed. */
typedef bool (*wg_kernel_fn)(const wg_kernel *k);

/* Reports that the element at index cannot be computed. If several are reported, the lowest index is used.
 * text must stay valid until the run ends. Returns false. The error says, by limit:
 *
 *     limit >= 0        "TEXT: VALUE at index INDEX, must be from 0 to LIMIT - 1"
 *     WG_FAULT_USER     "TEXT but VALUE", where value is what a C function of the user's returned
 *     WG_FAULT_PLACE    "TEXT, at index INDEX"
 *     WG_FAULT_PIVOT    "A TEXT: pivot P of matrix M", where A is operand 0 and INDEX = M * VALUE + P
 *     WG_FAULT_MATRIX   "A TEXT: matrix M", likewise
 *     WG_FAULT_COUNT    "TEXT but VALUE", where value is what the kernel has counted
 *     WG_FAULT_NUMBER   "TEXT: NUMBER at index INDEX", where VALUE has the bits of a double: wg_fault_number
 *     WG_FAULT_ALONE    "TEXT"
 *     WG_FAULT_FROM_END(n)  "TEXT: VALUE at index INDEX, must be from -N to N - 1"
 */
enum {
    WG_FAULT_USER = -1,
    WG_FAULT_PLACE = -2,
    WG_FAULT_PIVOT = -3,
    WG_FAULT_MATRIX = -4,
    WG_FAULT_COUNT = -5,
    WG_FAULT_NUMBER = -6,
    WG_FAULT_ALONE = -7
};
#define WG_FAULT_FROM_END(n) (INT64_MIN + (n))
typedef struct wg_fault {
    int64_t index, value, limit;
    const char *text;
    int operand; /* whose element or matrix it is; set it after wg_fault_at if it is not the first operand */
} wg_fault;
/* Notes, for the error, the element `index` whose `value` is refused. Returns false. */
WG_API bool wg_fault_at(const wg_kernel *k, int64_t index, int64_t value, int64_t limit, const char *text);
/* The same for a number that is no integer. */
WG_API bool wg_fault_number(const wg_kernel *k, int64_t index, double number, const char *text);

/* Bodies of MAP kernels: WG_MAP1(k, exp(a)), WG_MAP2(k, a * b). In the expression a and b are elements of the
 * operands and T is their type. WG_MAP1 and WG_MAP2 work for f32 and f64, the forms with _ALL for i32 and i64
 * too. WG_TEST2 is for comparisons: the result is bool. */
#define WG_LOOP_(k, T_, Y_, A, B, C, e)                             \
    do {                                                            \
        typedef T_ T;                                               \
        Y_ *restrict y_ = (Y_ *)(k)->y[0];                          \
        const int64_t n_ = (k)->end - (k)->begin;                   \
        for (int64_t i = 0; i < n_; i++) { A B C y_[i] = (Y_)(e); } \
    } while (0)
#define WG_ONE_(k, T_, Y_, A, B, C, e)    \
    do {                                  \
        typedef T_ T;                     \
        A B C *(Y_ *)(k)->y[0] = (Y_)(e); \
    } while (0)
#define WG_AT1_(k, j, v) const T v = ((const T *)(k)->x[j])[i];
#define WG_AT0_(k, j, v) const T v = *(const T *)(k)->x[j];
#define WG_LOOP1_(k, T_, Y_, e)                                                      \
    do {                                                                             \
        if ((k)->end - (k)->begin == 1) WG_ONE_(k, T_, Y_, WG_AT0_(k, 0, a), , , e); \
        else WG_LOOP_(k, T_, Y_, WG_AT1_(k, 0, a), , , e);                           \
    } while (0)
#define WG_LOOP2_(k, T_, Y_, e)                                                                              \
    do {                                                                                                     \
        if ((k)->end - (k)->begin == 1) WG_ONE_(k, T_, Y_, WG_AT0_(k, 0, a), WG_AT0_(k, 1, b), , e);         \
        else if ((k)->step[0] && (k)->step[1]) WG_LOOP_(k, T_, Y_, WG_AT1_(k, 0, a), WG_AT1_(k, 1, b), , e); \
        else if ((k)->step[0]) WG_LOOP_(k, T_, Y_, WG_AT1_(k, 0, a), WG_AT0_(k, 1, b), , e);                 \
        else if ((k)->step[1]) WG_LOOP_(k, T_, Y_, WG_AT0_(k, 0, a), WG_AT1_(k, 1, b), , e);                 \
        else WG_LOOP_(k, T_, Y_, WG_AT0_(k, 0, a), WG_AT0_(k, 1, b), , e);                                   \
    } while (0)
#define WG_FLOATS_(k, t, LOOP, e)          \
    do {                                   \
        if ((t) == WG_F32) LOOP(float, e); \
        else LOOP(double, e);              \
        return true;                       \
    } while (0)
#define WG_ALL_(k, t, LOOP, e)                    \
    do {                                          \
        if ((t) == WG_F32) LOOP(float, e);        \
        else if ((t) == WG_F64) LOOP(double, e);  \
        else if ((t) == WG_I32) LOOP(int32_t, e); \
        else LOOP(int64_t, e);                    \
        return true;                              \
    } while (0)
#define WG_SAME1_(T_, e)  WG_LOOP1_(k, T_, T_, e)
#define WG_SAME2_(T_, e)  WG_LOOP2_(k, T_, T_, e)
#define WG_BOOL2_(T_, e)  WG_LOOP2_(k, T_, bool, e)
#define WG_MAP1(k, e)     WG_FLOATS_(k, (k)->xt[0].dtype, WG_SAME1_, e)
#define WG_MAP2(k, e)     WG_FLOATS_(k, (k)->xt[0].dtype, WG_SAME2_, e)
#define WG_MAP1_ALL(k, e) WG_ALL_(k, (k)->xt[0].dtype, WG_SAME1_, e)
#define WG_MAP2_ALL(k, e) WG_ALL_(k, (k)->xt[0].dtype, WG_SAME2_, e)
#define WG_TEST2(k, e)    WG_ALL_(k, (k)->xt[0].dtype, WG_BOOL2_, e)

/* ---- random draws ---- */

/* Draw i of a stream: 32 random bits, a function of the arguments. Philox 4x32-10 (Salmon et al. 2011). */
WG_API uint32_t wg_random_bits(uint64_t seed, uint64_t stream, uint64_t epoch, uint64_t i);
/* The stream of a name: its FNV-1a hash (Fowler, Noll and Vo). It is the same on every machine. */
WG_API uint64_t wg_random_stream(const char *name);
/* A standard normal draw from two uniform draws, u in (0, 1] and v in [0, 1) (Box and Muller 1958). */
WG_API double wg_box_muller(double u, double v);

WG_END_DECLS
#endif
