/* tape.h: programs of scalars, which are seen once: run forwards and differentiated backwards without a plan, by kernel calls that
 * are kept from node to node. */
#ifndef WGI_TAPE_H
#define WGI_TAPE_H

#include "run/run.h"

enum { WGI_TAPE_OPERANDS = 4 };

/* A call of an elementwise op on single elements, all but the addresses of its operands and its result. */
typedef struct wgi_scalar_call {
    const wg_op *op;
    wg_kernel_fn fn;
    wg_kernel k;
    const void *x[WGI_TAPE_OPERANDS];
    void *y;
    wg_type xt[WGI_TAPE_OPERANDS], yt;
} wgi_scalar_call;

/* An op on scalars that a tape can hold. */
static inline bool wgi_is_scalar_map(const wg_graph *g, const wgi_node *n)
{
    return n->op->kind == WG_MAP && n->operands <= WGI_TAPE_OPERANDS && n->shape == g->node[0].shape &&
           !n->op->attr_size;
}

/* Fills a call like node n's, for operands of the dtypes t[]. It points into itself: it may not be moved. */
void wgi_scalar_call_make(wgi_scalar_call *c, const wg_graph *g, const wgi_node *n, const wg_dtype t[],
                          wg_fault *fault);

/* ---- tape.c: forwards ---- */

enum { WGI_TAPE_CALLS = 6 };

typedef struct wgi_tape {
    wg_graph *g;
    struct wgi_kept_call {
        wgi_scalar_call c;
        uint32_t types;         /* the dtypes of both operands and the result, and how many operands */
        uint32_t in[2];         /* whose values c.x are: most often one of them is that of the node before */
    } call[WGI_TAPE_CALLS + 1]; /* in the order in which they came up; the last for all that found no place */
    wg_fault fault;
    uint64_t *cell, *end; /* room for values */
} wgi_tape;

void wgi_tape_begin(wgi_tape *t, wg_graph *g);
/* Whether node i has to be run: all: every node but leaves and those with a value; else those that are marked. */
static inline bool wgi_is_due(const wg_graph *g, uint32_t i, bool all)
{
    const wgi_node *n = &g->node[i];
    return all ? !g->value[i] && (n->flags & WGI_EVEN || (!n->output && !wgi_is_leaf(n))) : g->marked[i];
}
/* Runs the scalar nodes that are due from node i on, and takes their marks away. Stops at the first node that is due and not scalar,
 * else behind `last`. 0: after an error, marks from the failed node on are left. */
uint32_t wgi_tape_forward(wgi_tape *t, uint32_t i, uint32_t last, bool all);

/* ---- trace_rule.c: the derivative rule of an op as a list of calls ---- */

enum { WGI_GY = 0, WGI_Y = 1, WGI_X = 2, WGI_VARIABLES = WGI_X + WGI_TAPE_OPERANDS };

typedef struct wgi_patch { /* where a variable's address goes before a run */
    const void **slot;
    int variable;
} wgi_patch;

struct wgi_trace {
    wgi_trace *next;
    const wg_op *op;
    uint32_t kind; /* dtype, and a bit for each operand whose gradient is wanted */
    bool usable;
    int calls, patches;
    wgi_scalar_call *call;
    uint64_t *cell; /* of each call: what its y points to */
    wgi_patch *patch;
    const void *gx[WGI_TAPE_OPERANDS]; /* the wanted gradients: addresses, NULL where it is a variable */
    int gx_variable[WGI_TAPE_OPERANDS];
    wg_fault fault;
};

/* The trace of n's op for gradients of the operands `wanted`, a bit each; NULL: out of memory. Not usable: its rule cannot be
 * traced. */
wgi_trace *wgi_trace_of(wg_context *c, const wgi_node *n, uint32_t wanted);

#endif
