/* tape.h: programs of scalars that are run without a plan.
 *
 * A program of scalars is often built once and never again, so a plan would not pay. It is run node by
 * node, forward and backward, by calls of kernels that are filled once and used for many nodes. */
#ifndef WGI_TAPE_H
#define WGI_TAPE_H

#include "run/run.h"

enum { WGI_TAPE_OPERANDS = 4 };

/* A call of an elementwise op on single elements. For another node of the same op and dtypes, change the
 * addresses x[] and y. k points to other fields of the struct, so do not copy the struct. */
typedef struct wgi_scalar_call {
    const wg_op *op;
    wg_kernel_fn fn;
    wg_kernel k;
    const void *x[WGI_TAPE_OPERANDS];
    void *y;
    wg_type xt[WGI_TAPE_OPERANDS], yt;
} wgi_scalar_call;

/* Whether the tape can run node n. */
static inline bool wgi_is_scalar_map(const wgi_node *n)
{
    return n->op->kind == WG_MAP && n->operands <= WGI_TAPE_OPERANDS && wgi_size(n->shape) == 1 &&
           !n->op->attr_size;
}

/* Fills a call for node n, whose operands have the dtypes t[]. The addresses x[] and y are left NULL. */
void wgi_scalar_call_make(wgi_scalar_call *c, const wg_graph *g, const wgi_node *n, const wg_dtype t[],
                          wg_fault *fault);

/* ---- tape.c: forward ---- */

enum { WGI_TAPE_CALLS = 16 };

/* A call, and the nodes that it was used for last. */
typedef struct wgi_tape_call {
    wgi_scalar_call c;
    uint32_t types; /* the dtypes of both operands and of the result, and how many operands: types_of */
    uint32_t in[2]; /* the nodes that c.x[] are the addresses of; the next node often has one of them too */
} wgi_tape_call;

struct wgi_tape {
    wg_graph *g;
    wgi_tape_call call[WGI_TAPE_CALLS]; /* by the place of the op, or behind it */
    wg_fault fault;
    uint64_t *cell, *end; /* free memory for values */
};

/* ---- trace_rule.c: the derivative rule of an op as a list of steps ---- */

/* The variables of a rule: the gradient of the result, the result, the operands. They are the first cells of
 * its trace. */
enum { WGI_GY = 0, WGI_Y = 1, WGI_X = 2, WGI_VARIABLES = WGI_X + WGI_TAPE_OPERANDS };

/* One operation: from the cells a and b to the cell y, or by `call`. */
typedef struct wgi_rule_step {
    uint8_t what; /* a wg_arithmetic */
    uint8_t y, a, b;
    wgi_scalar_call *call; /* for WG_BY_KERNEL; it has the addresses of its cells */
} wgi_rule_step;

/* Write the variables whose bits are set in `reads` to their cells, then do the steps in order. In a short
 * trace each wanted gradient is a variable, or one operation on variables, and no cell is needed: `last` says
 * it; WG_BY_KERNEL: it is the variable a. */
struct wgi_trace {
    wgi_trace *next;
    const wg_op *op;
    uint32_t kind;         /* the dtype, and from bit 8 on a bit for each operand whose gradient is wanted */
    bool usable, is_short; /* not usable: the rule cannot be traced */
    uint32_t reads;
    int steps;
    wgi_rule_step *step;
    uint64_t *cell;                        /* the variables, then results of steps and numbers */
    uint8_t gx[WGI_TAPE_OPERANDS];         /* the cells of the wanted gradients */
    wgi_rule_step last[WGI_TAPE_OPERANDS]; /* of a short trace */
    wg_fault fault;
};

/* The trace of the rule of n's op, for the gradients of the operands whose bits are set in `wanted`. That of
 * a rule of the user's is made anew, in a. NULL: out of memory. */
wgi_trace *wgi_trace_of(wg_context *c, const wgi_node *n, uint32_t wanted, bool rounded, wgi_arena *a);

#endif
