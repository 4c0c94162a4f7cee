/* SPDX-License-Identifier: MIT */
/* op.h: what an op is. For authors of ops, in the library or in a program of their own.
 *
 *     static const wg_op snake_op = { .name = "snake", .formula = "y = x + sin^2(kx)/k", .operands = 1,
 *                                     .attr_size = sizeof(double), .map = snake_f, .vjp = snake_vjp };
 *     wg_node snake(wg_node x, double k) { return wg_apply(WG_HERE, &snake_op, &x, 1, &k); }
 *
 * An op needs a kernel (or map) or `expand`; all else is optional. Without a kernel it is a composite: its
 * expansion takes its place in the graph. Without vjp its derivative is that of the expansion. Without jvp,
 * forward mode uses vjp. A user's op needs no registration. The descriptor must stay valid as long as the
 * context. Rules are made of the builders of ops.h, which this header leaves out: include wengert.h.
 *
 * What may change between two runs of the same structure (rates, random streams, inputs) must be an operand,
 * or a number in a rule. Rules and expansions are called again for each derivative: they may read variables of
 * your program. Attributes are part of the structure: graphs with different attributes get different plans.
 */
#ifndef WENGERT_OP_H
#define WENGERT_OP_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "grad.h"
#include "kernel.h"
#include "named.h"

WG_BEGIN_DECLS

typedef enum wg_class {
    WG_MAP,      /* y[i] depends on element i of the operands alone; they broadcast; runs fused in tiles */
    WG_RANDOM,   /* like MAP; y[i] also depends on i and on a random stream */
    WG_ROWS,     /* rows or slices that do not depend on each other */
    WG_REDUCE,   /* a sum or maximum over axes, in the order of docs/inside/arithmetic.md */
    WG_ALIAS,    /* the operand's bytes, or a part of them, in another shape */
    WG_CONTRACT, /* products of matrices */
    WG_OPAQUE,   /* anything else */
    WG_LEAF      /* no op: an input, parameter, state, number or random stream */
} wg_class;

#define WG_EVERY_OPERAND UINT32_MAX /* .none or .zero of an op: all its operands, however many */
enum { WG_MAX_OUTPUTS = 4 };

/* ---- shape rules ---- */

/* The arguments of a shape rule. The rule checks the operands, replaces attributes that depend on the shape
 * (an axis -1) by their meaning, and sets y[]. It runs again on attributes that it has replaced before: it
 * must leave those alone. Set y[j].shape to that of an operand, by pointer, or fill in wg_rule_shape. */
typedef struct wg_rule {
    const wg_op *op;
    wg_site here;
    int operands;
    const wg_type *x;
    const wg_node *node; /* the operands, for messages; a shape must not depend on values */
    void *attr;
    wg_type y[WG_MAX_OUTPUTS]; /* beforehand: the shape and dtype of operand 0 */
    wg_graph *graph;
    wg_shape made[WG_MAX_OUTPUTS]; /* memory of wg_rule_shape */
    char text[4][160];             /* memory of wg_rule_who */
} wg_rule;
typedef bool (*wg_rule_fn)(wg_rule *r); /* false after wg_rule_fail */

/* Helpers of shape rules. Those that return bool return false after they have recorded an error. */
WG_API bool wg_rule_fail(wg_rule *r, wg_status s, const char *format, ...) WG_PRINTF(3, 4); /* records an error of a shape rule */
WG_API const char *wg_rule_who(wg_rule *r, int k);      /* "h [32,784]": operand k as the user wrote it */
WG_API wg_shape *wg_rule_shape(wg_rule *r, int output); /* points y[output].shape to a shape to fill in */
WG_API bool wg_rule_float(wg_rule *r, int k);           /* operand k must be f32 or f64 */
WG_API bool wg_rule_rank(wg_rule *r, int k, int least, int most); /* axes of operand k */
WG_API bool wg_rule_axis(wg_rule *r, int *axis, int rank); /* makes a negative axis positive; WG_NEEDED: it
                                                            * was not written, which is an error */
/* Makes negative axes positive, sorts them and refuses repeats. none_is_all: no axes means all. */
WG_API bool wg_rule_axes(wg_rule *r, wg_axes *axes, int rank, bool none_is_all);
/* Sets y[0].shape to the shape that all operands broadcast to. This is the rule of an op that has none. */
WG_API bool wg_rule_broadcast(wg_rule *r);

/* ---- attributes ---- */

typedef enum wg_attr_kind {
    WG_ATTR_INT,
    WG_ATTR_AXIS,
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

/* A row describes one field of an attribute struct. The language, JSON, drawings and plans read the rows. A
 * table ends with a row whose name is NULL. INT is an int, AXIS an int, SIZE an int64_t, CHOICE an int, TEXT an array of
 * char that ends with 0. The language cannot set fields of the kinds POINTER and TEXT.
 *
 * Every field that a kernel reads needs a row. Two graphs whose rows are equal share one plan, and the plan
 * keeps the attributes of the first: a field without a row would have the value of the other graph.
 *
 * Without a table all bytes of the struct are compared, padding included. Clear such a struct with memset
 * before you set its fields. Otherwise its graph looks new, and is compiled again, at each build. */
typedef struct wg_attr_row {
    const char *name;
    wg_attr_kind kind;
    size_t offset;
    const char *standard; /* the default, as text; NULL: none; "end": WG_END; "auto": WG_AUTO; "needed": it must be
                           * given */
    const char *choices;  /* CHOICE: "mean sum none" for the values 0, 1, 2; DOUBLE: "NaN" if it may be */
} wg_attr_row;

/* Writes the defaults of the op's options, as its rows say them. A list of axes that is no number, a shape and a dtype
 * become zero, and the shape rule says what that means. */
WG_API void wg_attr_begin(const wg_op *op, void *attr);

/* ---- the op ---- */

/* The IEEE operation that a MAP of floats does. A program of scalars does it in place, without a call of the
 * kernel. */
typedef enum wg_arithmetic {
    WG_BY_KERNEL,  /* none of these */
    WG_ADDS,       /* a + b */
    WG_SUBTRACTS,  /* a - b */
    WG_MULTIPLIES, /* a b, or of one operand a a */
    WG_DIVIDES,    /* a / b */
    WG_NEGATES     /* -a */
} wg_arithmetic;

/* A part of a tensor: runs of neighbours at equal distances. Element i of the part is the element
 * from + i / run * stride + i % run. */
typedef struct wg_runs {
    int64_t from, run, stride;
} wg_runs;

/* How the gradient of an ALIAS of one operand goes back to the operand. The vjp says the same in nodes.
 * Programs of scalars do it in place. */
typedef enum wg_view_kind {
    WG_VIEW_BY_RULE, /* neither of these */
    WG_VIEW_WHOLE,   /* y is all of x: the gradient is that of y in the shape of x */
    /* y is a part of x: the gradient is that of y at its place, else zero. `merge` of the op that vjp
     * makes adds contributions to equal parts, first to last, and puts parts that have no element in
     * common side by side. */
    WG_VIEW_PART
} wg_view_kind;

/* The dtype to which operands are cast before the shape rule runs. */
typedef enum wg_promote {
    WG_PROMOTE_STANDARD, /* MAP and CONTRACT: the common dtype, i64 instead of bool. Others: NONE */
    WG_PROMOTE_COMMON,   /* the common dtype, which may be bool */
    WG_PROMOTE_FLOAT,    /* the common dtype, a float instead of integers and bool */
    WG_PROMOTE_NONE      /* operands keep their dtypes */
} wg_promote;

struct wg_op_hints;
struct wg_op {
    const char *name;
    const char *summary; /* a sentence */
    const char *formula; /* "y = a b", in the language of formula.h */
    const char *adjoint; /* "a' = y' b, b' = y' a"; or why there is none: "piecewise constant" */
    uint32_t none;       /* bit k: operand k (k + 32, ...) has no derivative; what vjp sets is ignored */
    uint32_t zero;       /* bit k: the derivative of operand k is zero wherever there is one; likewise */
    int operands;        /* -1: any number */
    const char
        *names;   /* of the operands in the formulas: "x gamma"; default: "x", "a b", "a b c". "x_i": all */
    int outputs;  /* default 1. k outputs are k consecutive nodes; wg_part reaches them */
    wg_class kind;
    wg_promote promote;
    bool impure;      /* equal nodes may have different values: each is computed */
    bool users;       /* calls a function of the user: at most once for a node in an evaluation */
    int cost;         /* rough time of one element; an addition is 1. default 1 */

    size_t attr_size; /* bytes of the attribute struct, at most 256 */
    const wg_attr_row *attrs;
    /* The list of the builder's options: numbers out of its ranges are refused before the shape rule runs. NULL: none
     * has a range. */
    const wg_option_list *(*options)(void);

    wg_rule_fn shape;

    wg_kernel_fn kernel[WG_ISAS];              /* by instruction set; NULL: kernel[0] */
    double (*map)(double x, const void *attr); /* instead of a kernel: a MAP of one float operand */
    int phases;  /* default 1; all shares of a phase end before the next begins */
    int64_t (*units)(const wg_kernel *k);  /* not MAP, RANDOM: the units of phase k->phase; default 1 */
    size_t (*scratch)(const wg_kernel *k); /* bytes of k->scratch; default 0 */
    /* ROWS, REDUCE: the number of rows, if operands and results are so many equal parts, one behind the other,
     * and unit i of phase 0 reads part i of each operand and writes part i of each result, and nothing else: no
     * scratch, and no fault. Then the kernel can be called for some of the rows, which begin at x[] and y[], with
     * `begin` 0. Otherwise 0. */
    int64_t (*rows)(const wg_kernel *k);

    /* Builds the same values from other ops: sets y[0 .. outputs). Composites may set y[0] alone. */
    void (*expand)(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[]);
    /* The value has kinks. Then expand chooses the pieces by masks, numbers of elements and stop_gradient, and
     * chooses those whose derivatives the rule gives. */
    bool kinked;
    /* Gives one of three answers for each operand, given gy, the gradient of output 0:
     *
     *     gx[k] = a node         the gradient of operand k
     *     gx[k] = wg_number(0)   it is known to be zero, at every order: a mask, a condition, a choice. If
     *                            that holds for every node of the op, set bit k of .zero instead
     *     wg_none, as it was     operand k has no derivative (an index, an unknown function); set bit k of .none
     *
     * A derivative whose every path ends at operands without a derivative is an error, a zero one is not. If
     * operand k ends a path of the second order or higher, and the op was not made by a rule, it counts as
     * zero: the caller has got the first derivative, which took the operand for a constant.
     *
     * The rule may use operands, results and numbers. It may not make an input, parameter, state or stream:
     * make that an operand of the op. If another output has a gradient too, the derivative of the expansion
     * is used instead. */
    wg_vjp_rule vjp;
    /* Returns the tangent of y, given those of the operands. tx[k] is wg_none: zero. */
    wg_node (*jvp)(wg_site here, wg_node y, const wg_node x[], const wg_node tx[]);
    /* For wg_vmap. An elementwise op needs neither of these two, unless it has a shape rule of its own.
     *
     * leads: operands and results can have one first axis more, and index i of it depends on index i alone.
     * Options of the kinds AXIS and AXES then count one more, and SHAPE begins with its size. An operand
     * without the axis is repeated along it.
     *
     * vmap returns the node (its first output) that holds y for n rows: [n, shape of y]. x are the operands
     * of y; if rows[k] is true, x[k] has the shape of operand k of y behind an axis of n elements. wg_none:
     * it cannot. Then, and where there is neither, the expansion is mapped. Without one the op is applied to
     * each row by itself. */
    bool leads;
    wg_node (*vmap)(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n);

    const struct wg_op_hints *hints; /* below; NULL: none */
    const void *reserved[6];         /* for members to come */
};

/* What few ops need: the library's own, or one whose kernel must save its last microseconds. All may be left out.
 *
 *     static const wg_op my_op = { .name = "my_op", ..., .hints = &(const wg_op_hints){ .stored = 1 } };
 */
struct wgi_exact;
typedef struct wg_op_hints {
    /* Of a function to (-1, 1): the adjoint as it is computed where y is so near to 1 or -1 that 1 - y has lost digits. Steps
     * print it there. NULL: the same. */
    const char *adjoint_at_limits;
    uint32_t stored;     /* bit k: operand k (k + 32, ...) may be u8, f16 or bf16; else they are refused */
    int optional; /* composites: so many of the last operands may be wg_none */
    /* Bit k of lazy: operand k is read only where a bool of operand lazy_if is true. Where none is, operand k may
     * not be computed, and the kernel must not read it. */
    uint32_t lazy;
    int lazy_if;
    int promote_from; /* operands before this one keep their dtypes */
    /* MAP of three operands: y is b where the condition a is true, elsewhere c. The gradient of the operand that is not
     * taken is zero there, and stays zero through elementwise ops: also where their slopes are infinite or NaN. */
    bool chooses;
    bool loss;        /* of predictions and targets: once wg_backward has run, both can be read */
    bool activation;  /* of a layer, to pictures of nets, also behind the last one */
    double (*flops)(const wg_kernel *k); /* of the node; default: elements * cost, 0 if it only copies */
    /* Returns another node that has the value of this one, or wg_none. It is used in place of this node. (A
     * transpose of a transpose is its operand.) */
    wg_node (*rewrite)(wg_site here, const wg_node x[], int n, const void *attr);
    /* For the library's own ops alone: how 1 - y keeps the digits that the rounded y has lost (graph/exact.h).
     * exact: makes an expression of y that has these digits.
     * source: `exact` has an answer even if no operand has one. sigmoid is such an op, mul is not.
     * asks: `rewrite` does nothing but ask its operand, or the one beside a number, for such an expression.
     * own: derivatives follow the nodes that `rewrite` has made. If a derivative by one of the nodes that they
     *     pass by is asked for, they follow the call as it was written. */
    bool asks, own, source;
    wg_node (*exact)(const struct wgi_exact *ask, wg_node y);
    /* REDUCE: the kernel can reduce a whole tensor in two phases. Phase 0 writes one double into scratch for
     * each WG_FOLD elements; its x[0] points to the elements of unit `begin`, so that they can come from a
     * tile. Phase 1 combines the doubles. */
    bool fold;
    bool repeats; /* MAP: y is x broadcast; an op that broadcasts its operands may read x instead */
    wg_arithmetic arithmetic;
    double unit; /* MAP of two operands: if one is this number, y is the other (mul: 1); 0: none is */
    bool own_scratch;                      /* each thread has its own k->scratch */
    /* prepare computes, once for a plan, what the kernel would otherwise compute from types and attributes at
     * each call. It writes `prepared` bytes, which the kernel finds in k->prepared, and returns whether the
     * kernel will call BLAS. */
    size_t prepared;
    bool (*prepare)(const wg_kernel *k, void *to);
    /* Whether with these attributes y[i...] = x[0][x[1][i...]], rows of x[0] along its first axis. NULL: no. */
    bool (*picks_rows)(const void *attr);
    int64_t (*alias)(const wg_kernel *k); /* ALIAS: where y begins in x[0], in elements; -1: run the kernel */
    wg_view_kind view;                    /* ALIAS of one operand */
    /* ALIAS of one operand: where y lies in x[0] if alias says -1. Then a plan may read y there, and never run
     * the kernel. */
    wg_runs (*runs)(const wg_kernel *k);
    /* `joined` is an op with a kernel that computes a node of the op `joins`, and a node of this op that
     * reads results of that one, in one pass over memory and with the same bits. Its operands are those of
     * the first node, then those of the second that are neither operands nor results of the first. Its
     * outputs are those of the first, then of the second. Its attributes are those of the first. */
    const wg_op *joined, *joins;
    /* x are two or more contributions to one gradient, all made by this op. Returns their sum as one node,
     * or wg_none. Contributions of other ops are added to it. */
    wg_node (*merge)(wg_site here, const wg_node x[], int n);
    const wg_op *library; /* in ops of the library their own address; else NULL */
    /* Calls the op's builder on operands of its own, for tests and `wengert check --op`. wg_none: no more. */
    wg_node (*sample)(wg_site here, wg_graph *g, int i);
    /* Calls the builder with a mistake, and returns a part of the expected message. NULL: no more. */
    const char *(*error)(wg_site here, wg_graph *g, int i);
    /* Of one result: an elementwise formula by which doubles keep their digits, where `formula` would lose them.
     * Pages compute by it. NULL: by `formula`. */
    const char *computed;
    const void *reserved[5]; /* for members to come */
} wg_op_hints;

/* Makes a node. All builders call this. Operands may be numbers. attr is copied; NULL: the defaults. */
WG_API wg_node wg_apply(wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr);

/* The same for ops of one or two operands without attributes. Faster in programs of many scalars. */
WG_API wg_node wg_apply1(wg_site here, wg_node x, const wg_op *op); /* a node of an op of one operand without attributes */
WG_API wg_node wg_apply2(wg_site here, wg_node a, wg_node b, const wg_op *op); /* a node of an op of two operands without attributes */

/* The place of a call without the text of its arguments. Composite builders and rules pass it to the ops that
 * they call: the operands of those are not the ones that the user wrote. */
#define wg_inside(here) wg_site_place(here)
/* In such a builder, WG_USER_CALL(here, "my_block"): until it returns, an error at the place of its call has its name,
 * and not that of what it calls. If builders call each other, the outermost counts. */
#define WG_USER_CALL(here, name)                                                       \
    __attribute__((cleanup(wg_user_call_end), unused)) const wg_user_call wg_called_ = \
        wg_user_call_begin(here, name)

/* ---- what WG_USER_CALL expands to ---- */

typedef struct wg_user_call {
    wg_site here;
    const char *name;
} wg_user_call;
/* Gives errors at this place the name of your builder, until wg_user_call_end. */
WG_API wg_user_call wg_user_call_begin(wg_site here, const char *name);
WG_API void wg_user_call_end(const wg_user_call *before); /* Ends it. */

/* ---- options of builders ---- */

/* The axes that a call gives by its options .axis and .axes, as an attribute. No axes: none were given. Where both are
 * given, or what is no list, wg_rule_axes refuses it. axis WG_AUTO: the builder has no such option, or it was not
 * given. */
WG_API wg_axes wg_axes_given(int axis, wg_axes axes);

/* For builders whose macro takes options by name, if they do not pass `here` to wg_apply, which looks itself:
 * records an error if an argument at this site is an option without its name, and is false then. what: the name
 * of the builder, for the message. */
WG_API bool wg_options_named(wg_context *c, wg_site here, const char *what);

/* ---- rows, random streams, samples ---- */

/* A random stream, an i64 scalar: an operand of RANDOM ops. It depends on the scope and on the name. Without
 * a name (NULL) the n-th stream of a scope is told from the others by n. */
WG_API wg_node wg_stream(wg_site here, wg_graph *g, const char *name);

/* Operands for samples: inputs of the context's dtype whose values have few decimals. No value is zero, and
 * up to 256 elements of one operand differ. wg_any: standard normal. wg_between: uniform. wg_any_class: class
 * numbers in i32. */
WG_API wg_node wg_any(wg_graph *g, wg_shape s); /* a normal operand for samples */
WG_API wg_node wg_between(wg_graph *g, double low, double high, wg_shape s); /* a uniform operand for samples */
WG_API wg_node wg_any_class(wg_graph *g, int64_t classes, wg_shape s); /* class numbers for samples */

/* ---- the ops that there are ---- */

/* The library's ops, by index and by name. NULL: there is none. */
WG_API int wg_op_count(void);
WG_API const wg_op *wg_op_at(int i); /* the library's op number i */
WG_API const wg_op *wg_op_find(const char *name); /* the library's op of this name */

WG_END_DECLS
#endif
