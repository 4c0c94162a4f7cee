/* kind_calls.h: calls of kernels that the interpreter keeps for nodes of one kind: nodes with equal ops,
 * options and types of operands. For interpret.c, levels.c and kind_calls.c. */
#ifndef WGI_KIND_CALLS_H
#define WGI_KIND_CALLS_H

#include "run/run.h"

/* OPERANDS, OPTIONS (bytes): calls with more are not kept. */
enum { WGI_KIND_OPERANDS = 4, WGI_KIND_OPTIONS = 80, WGI_NO_ALIAS = -1 };

/* The pointers of k point into the entry, so it stays in its place. op NULL: a free entry. */
typedef struct wgi_kind_call {
    const wg_op *op;
    wg_kernel_fn fn;
    bool usable; /* false: such a call is not kept */
    bool busy;   /* nodes wait in the queue: the entry may not be given to another kind */
    wg_kernel k;
    const void *x[WGI_KIND_OPERANDS];
    void *y[1];
    wg_type xt[WGI_KIND_OPERANDS], yt[1];
    unsigned char step[WGI_KIND_OPERANDS];
    bool blas;      /* the kernel may call BLAS */
    bool flat;      /* elementwise: what holds for neighbours in memory can be one call */
    int together;   /* wg_op.together */
    int64_t alias;  /* where y begins in x[0], in bytes; WGI_NO_ALIAS: the kernel makes y */
    size_t bytes;   /* of y */
    size_t scratch; /* bytes */
    size_t room;    /* bytes of `prepared` */
    void *prepared;
    uint32_t first, last; /* levels.c: the nodes that wait, as places in its list */
    _Alignas(16) char attr[WGI_KIND_OPTIONS];
} wgi_kind_call;

/* The call that is kept for nodes of the kind of n. NULL: it cannot be kept, or an error was recorded. */
wgi_kind_call *wgi_kind_call_of(wg_graph *g, const wgi_node *n);
/* The call for nodes like those of c, but with so many rows in operand 0 and in the result. */
wgi_kind_call *wgi_kind_call_stacked(wg_graph *g, const wgi_kind_call *c, int64_t rows);
/* Computes node i by the call of its kind. */
bool wgi_kind_call_run(wg_graph *g, uint32_t i, wgi_kind_call *c);
/* Computes n nodes of one kind, which do not depend on each other. */
bool wgi_kind_call_run_all(wg_graph *g, const uint32_t node[], uint32_t n, wgi_kind_call *c);

#endif
