/* op.h: what an op is; for those who add one to the library, or use one of their own.
 *
 *     static const wg_op snake_op = { .name = "snake", .formula = "y = x + sin^2(kx)/k", .operands = 1,
 *                                     .attr_size = sizeof(double), .map = snake_f, .vjp = snake_vjp };
 *     wg_node snake(wg_node x, double k) { return wg_apply(WG_HERE, &snake_op, &x, 1, &k); }
 *
 * Only a kernel (or map) or `expand` is needed. No kernel: a composite, run by its expansion. No vjp: the derivative of
 * the expansion. No jvp: two vjps. A user's op needs no registration; its descriptor must outlive the context.
 *
 * All that may change between two runs of one structure (numbers, rates, streams, inputs) is an operand; attributes are
 * structure and part of a plan's key.
 */
#ifndef WENGERT_OP_H
#define WENGERT_OP_H

#include "grad.h"
#include "ops.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum wg_class {
    WG_MAP,      /* y[i] of x[i] alone, operands broadcast: tiled and fused */
    WG_RANDOM,   /* a MAP that also knows i and the random stream */
    WG_ROWS,     /* independent rows or slices */
    WG_REDUCE,   /* fewer elements, in the fixed tree of docs/arithmetic.md */
    WG_ALIAS,    /* the same bytes with another shape, or a part of them */
    WG_CONTRACT, /* products */
    WG_OPAQUE,   /* anything else */
    WG_LEAF      /* inputs, parameters, numbers: values from outside */
} wg_class;

#define WG_EVERY_OPERAND UINT32_MAX /* .none of an op without a derivative */
enum { WG_ISAS = 3, WG_MAX_OUTPUTS = 4, WG_FOLD = 256 }; /* baseline, AVX2, AVX-512 */

typedef struct wg_type {
    const wg_shape *shape;
    wg_dtype        dtype;
} wg_type;

/* ---- kernels ---- */

/* One call of a kernel: a share of the work, independent of all other shares of the same phase. Rows, blocks and tiles are
 * cut by shape alone; which share runs where never changes a bit. */
typedef struct wg_kernel {
    int64_t              begin, end; /* MAP, RANDOM: elements, x and y already stand at `begin`; others: units */
    int                  phase;
    int                  operands, outputs;
    const void *const   *x;
    void *const         *y;
    const unsigned char *step;    /* MAP, RANDOM: 1, or 0 where one element stands for all */
    const wg_type       *xt, *yt; /* types of the whole operands and outputs */
    const void          *attr;
    void                *scratch;     /* op->scratch bytes, shared by all shares and phases */
    uint64_t             seed, epoch; /* of this evaluation, for random ops */
    struct wg_fault     *fault;
    const void          *prepared; /* by op->prepare, or NULL */
} wg_kernel;

/* false after wg_fault_at: the run fails, nothing is committed. */
typedef bool (*wg_kernel_fn)(const wg_kernel *k);

/* Names the element at fault; of several the lowest index wins. The text is kept by pointer. limit: values are below it; or
 * WG_FAULT_USER: value is what a function of the user's returned; or WG_FAULT_PLACE: the index says all. */
enum { WG_FAULT_USER = -1, WG_FAULT_PLACE = -2 };
typedef struct wg_fault {
    int64_t     index, value, limit;
    const char *text;
} wg_fault;
WG_API bool wg_fault_at(const wg_kernel *k, int64_t index, int64_t value, int64_t limit, const char *text);

/* Loops of MAP kernels. In the expression a, b, c are the operands' elements and T their type; f32 and f64, or with _ALL
 * also i32 and i64. A kernel that writes bool uses WG_TEST2. */
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

/* ---- shape rules ---- */

/* What a shape-and-dtype rule reads and fills. It checks the operands, resolves attr in place (it must leave resolved ones
 * as they are), and sets y[]: to an operand's shape by pointer, or to wg_rule_shape. */
typedef struct wg_rule {
    const wg_op   *op;
    wg_site        here;
    int            operands;
    const wg_type *x;
    const wg_node *node; /* the operands themselves, for names */
    void          *attr;
    wg_type        y[WG_MAX_OUTPUTS]; /* dtype is x[0]'s unless the rule says otherwise */
    wg_graph      *graph;
    wg_shape       made[WG_MAX_OUTPUTS];
    char           text[4][160];
} wg_rule;
typedef bool (*wg_rule_fn)(wg_rule *r); /* false after wg_rule_fail */

WG_API bool        wg_rule_fail(wg_rule *r, wg_status s, const char *format, ...) WG_PRINTF(3, 4); /* returns false */
WG_API const char *wg_rule_who(wg_rule *r, int k);        /* "h [32,784]": operand k as the user wrote it, with its shape */
WG_API wg_shape   *wg_rule_shape(wg_rule *r, int output); /* a shape to fill in for y[output] */
WG_API bool        wg_rule_float(wg_rule *r, int k);      /* fails unless operand k is f32 or f64 */
WG_API bool        wg_rule_rank(wg_rule *r, int k, int least, int most);
WG_API bool        wg_rule_axis(wg_rule *r, int *axis, int rank);                       /* resolves a negative axis */
WG_API bool        wg_rule_axes(wg_rule *r, wg_axes *axes, int rank, bool none_is_all); /* resolves, sorts, refuses repeats */
WG_API bool        wg_rule_broadcast(wg_rule *r); /* y[0]: the operands' common broadcast shape; the default of MAP */

/* ---- attributes ---- */

typedef enum wg_attr_kind {
    WG_ATTR_INT,
    WG_ATTR_SIZE,
    WG_ATTR_DOUBLE,
    WG_ATTR_BOOL,
    WG_ATTR_AXES,
    WG_ATTR_SHAPE,
    WG_ATTR_DTYPE,
    WG_ATTR_CHOICE,
    WG_ATTR_POINTER,
    WG_ATTR_TEXT
} wg_attr_kind;

/* A row of the table that the language, JSON, drawing and the plan's key read. INT: int; SIZE: int64_t; TEXT: an array of char
 * that ends with 0. POINTER and TEXT are for C alone. A table ends with a row whose name is NULL.
 * Attributes are equal when the fields in the table are. So every field that a kernel reads needs a row: a plan keeps the
 * attributes of the graph that it was compiled for, and runs for every graph whose rows are equal. Padding is never read.
 * Without a table all attr_size bytes are compared. Clear a struct that has padding (memset) before you set its fields, else
 * its graph is compiled anew at each build. */
typedef struct wg_attr_row {
    const char  *name;
    wg_attr_kind kind;
    size_t       offset;
    const char  *standard; /* its default, as text */
    const char  *choices;  /* CHOICE: "mean sum none", values 0, 1, 2 of an int */
} wg_attr_row;

/* ---- the op ---- */

typedef enum wg_promote {
    WG_PROMOTE_STANDARD, /* MAP and CONTRACT: to the common dtype, bool to i64; others: as they are */
    WG_PROMOTE_COMMON,   /* to the common dtype, which may be bool */
    WG_PROMOTE_FLOAT,    /* to the common dtype, integers and bool to float */
    WG_PROMOTE_NONE
} wg_promote;

struct wg_op {
    const char *name;
    const char *summary;  /* a sentence */
    const char *formula;  /* "y = a b" */
    const char *adjoint;  /* "a' = y' b, b' = y' a"; or why there is none: "piecewise constant" */
    uint32_t    none;     /* bit k: operand k has no derivative, and what vjp leaves for it is not taken */
    int         operands; /* -1: any number */
    int         optional; /* of them, how many of the last may be wg_none (composites) */
    int         outputs;  /* default 1; k outputs are k consecutive nodes, wg_part reaches them */
    wg_class    kind;
    wg_promote  promote;
    int         promote_from;            /* operands before this one keep their dtype */
    bool        impure;                  /* equal nodes are never shared */
    int         cost;                    /* rough time of one element in units of an addition; default 1 */
    double (*flops)(const wg_kernel *k); /* of the whole; default: elements times cost, 0 for what only moves them */

    size_t             attr_size;
    const wg_attr_row *attrs;

    wg_rule_fn shape;
    /* Another node that has this one's value (a transpose looked through, the identity), or wg_none. */
    wg_node (*rewrite)(wg_site here, const wg_node x[], int n, const void *attr);

    wg_kernel_fn kernel[WG_ISAS];              /* NULL beyond the first: the first */
    double (*map)(double x, const void *attr); /* the short form of a MAP of one operand */
    bool   fold; /* REDUCE: of a whole tensor in two phases, leaves of WG_FOLD elements, then their doubles in scratch; phase 0's
                     x[0] stands at unit begin, so that the leaves can be taken from tiles */
    bool   repeats; /* MAP: y is x broadcast to another shape; readers that broadcast by themselves may read x */
    double unit;    /* MAP of two: an operand of this value leaves the other as it is (mul: 1); 0: none does */
    int    phases;  /* default 1; all shares of a phase end before the next begins */
    int64_t (*units)(const wg_kernel *k); /* of k->phase; default 1. MAP, RANDOM: elements */
    size_t (*scratch)(const wg_kernel *k);
    bool own_scratch; /* each thread has these bytes for itself */
    /* What the kernel would find out from types and attributes at each call: `prepared` bytes, made once for a plan. Returns
     * whether the kernel will call BLAS. */
    size_t prepared;
    bool (*prepare)(const wg_kernel *k, void *to);
    int64_t (*alias)(const wg_kernel *k); /* ALIAS: the offset in elements into x[0], or -1: run the kernel */

    void (*expand)(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[]);
    /* gx[k] is wg_none beforehand: leave it so where operand k has no derivative, and say so in .none. A rule may use operands,
     * results and numbers: an input, parameter, state or stream that it needs is an operand of the op. */
    wg_vjp_rule vjp;
    wg_node (*jvp)(wg_site here, wg_node y, const wg_node x[], const wg_node tx[]); /* tx[k] wg_none: zero */
    /* An op of a kernel alone that computes a node of `joins` and one of this op that reads its results, the same bits in one
     * pass over memory. Operands: the other's, then this one's that are neither the other's operands nor its results; results:
     * the other's, then this one's. Attributes: the other's. */
    const wg_op *joined, *joins;
    /* Several contributions to one gradient as one node, or wg_none. */
    wg_node (*merge)(wg_site here, const wg_node x[], int n);

    const wg_op *library; /* of the library's ops: their own address, which a copy of one does not have; else NULL */
    wg_node (*sample)(wg_site here, wg_graph *g, int i); /* wg_none: no more */
    const char *(*error)(wg_site here, wg_graph *g,
                         int i); /* makes a mistake, returns what the message must hold; NULL: no more */
};

/* The one way into a graph. Operands may be numbers; attr is copied, NULL: all zero. Composites run their expansion. */
WG_API wg_node wg_apply(wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr);

/* The same for ops of one and of two operands, without attributes: the short way, for programs of scalars. */
WG_API wg_node wg_apply1(wg_site here, wg_node x, const wg_op *op);
WG_API wg_node wg_apply2(wg_site here, wg_node a, wg_node b, const wg_op *op);

/* Inside composite builders and rules: the user's place without the arguments' text, which would name the wrong operands. */
WG_API wg_site wg_inside(wg_site here);

/* A random stream for a RANDOM op's operand: an i64 scalar. name NULL: the ordinal among the scope's streams. */
WG_API wg_node wg_stream(wg_site here, wg_graph *g, const char *name);
/* Draw i of a stream: 32 random bits, f(seed, stream, epoch, i) by Philox 4x32-10 (Salmon et al. 2011). */
WG_API uint32_t wg_random_bits(uint64_t seed, uint64_t stream, uint64_t epoch, uint64_t i);
/* The stream of a name: its FNV-1a hash (Fowler, Noll and Vo). The same name is the same stream on every machine. */
WG_API uint64_t wg_random_stream(const char *name);
/* A standard normal draw from two uniform ones, u in (0, 1] and v in [0, 1) (Box and Muller 1958). */
WG_API double wg_random_normal(double u, double v);

/* Operands for samples: inputs of the context's dtype with short decimals. any: standard normal; between: uniform. */
WG_API wg_node wg_any(wg_graph *g, wg_shape s);
WG_API wg_node wg_between(wg_graph *g, double low, double high, wg_shape s);
WG_API wg_node wg_any_class(wg_graph *g, int64_t classes, wg_shape s); /* i32 */

/* The library's ops, by index and by name (NULL: none). */
WG_API int          wg_op_count(void);
WG_API const wg_op *wg_op_at(int i);
WG_API const wg_op *wg_op_find(const char *name);

/* Whether an op may have a derivative by an operand; operand -1: by any. */
WG_API bool wg_op_has_derivative(const wg_op *op, int operand);

#ifdef __cplusplus
}
#endif
#endif
