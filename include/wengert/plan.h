/* plan.h: how a computation runs, to be looked at: the steps of its plan, the memory they share, what each must move and
 * compute, how long it takes, and what the machine could do.
 *
 *     wg_plan *p = wg_plan_look(loss, &(wg_plan_opts){ .params = params });
 *     for (int i = 0; i < p->steps; i++) printf("%g us, %g FLOPs\n", 1e6 * p->step[i].seconds, p->step[i].flops);
 *     wg_plan_free(p);
 *
 * The plan is the one that reading the node, or wg_backward, would run. It is run and timed beside the graph: the graph, its
 * evaluation, parameters and states stay as they are. wg_draw_plan of draw.h shows the same as tables and pictures.
 */
#ifndef WENGERT_PLAN_H
#define WENGERT_PLAN_H

#include "graph.h"
#include "params.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_plan_opts {
    wg_params     *params; /* gradients by these too, as wg_backward makes them; the root must be a float scalar */
    const wg_node *wrt;    /* or by these leaves */
    int            wrt_count;
    double         seconds; /* of timing; default 0.2 */
    uint64_t       reserved[4];
} wg_plan_opts;

typedef enum wg_plan_where {
    WG_PLAN_INPUT, /* given: inputs, values computed before, */
    WG_PLAN_PARAMETER,
    WG_PLAN_NUMBER,
    WG_PLAN_WORK,    /* the workspace, reused as soon as it may be */
    WG_PLAN_RESULT,  /* readable until the evaluation ends */
    WG_PLAN_GRADIENT /* the parameters' gradient memory */
} wg_plan_where;

typedef struct wg_plan_buffer {
    wg_plan_where where;
    const char   *name;          /* its node's name, else what makes it; a gradient has its parameter's */
    size_t        offset, bytes; /* WORK, RESULT: in their block */
    int           first, last;   /* the steps between which it is needed; -1: from before, plan->steps: to after the run */
} wg_plan_buffer;

/* A node as it is computed. */
typedef struct wg_plan_op {
    const char *op, *name; /* name: "" unless the user gave it one */
    bool        derived;   /* made by differentiating */
    wg_shape    shape;
    wg_dtype    dtype;
    double      flops;
    int         operands;
    const int  *operand; /* plan->op by index; or ~b: buffer b, from before */
} wg_plan_op;

/* Ops that run together: one kernel, or a group fused over tiles of `tile` elements that stay in the cache. */
typedef struct wg_plan_step {
    int        first_op, ops;
    int64_t    tile, tiles; /* tile 0: a kernel, in `tiles` units of its own */
    int        chunks;      /* shares that the threads take; 1: one thread does it all */
    wg_dtype   dtype;
    int        reads, writes;
    const int *read, *write; /* buffers; what the step itself makes is not among those it reads */
    double     read_bytes, write_bytes, flops;
    double     seconds; /* the least of all runs */
} wg_plan_step;

typedef struct wg_plan {
    int                   steps, ops, buffers, threads, runs;
    const wg_plan_step   *step;
    const wg_plan_op     *op;
    const wg_plan_buffer *buffer;
    size_t                inputs, parameters, workspace, results, gradients, tiles; /* bytes; tiles: of all threads */
    double                seconds;                                                  /* a run, the sum of its steps */
} wg_plan;

/* FLOPs: a product of M x K and K x N counts 2 M N K; elementwise ops, reductions, rows count each element as many additions
 * as it takes time (exp 6, tanh 10, an addition 1: wg_op.cost); what only moves numbers counts nothing.
 * NULL after an error. */
WG_API wg_plan *wg_plan_look_at(wg_site here, wg_node root, const wg_plan_opts *o);
#define wg_plan_look(root, ...) wg_plan_look_at(WG_AT(#root), root, __VA_ARGS__)
WG_API void wg_plan_free(wg_plan *p);

/* What the machine can do with the context's threads, measured in about a fifth of a second. */
enum { WG_LEVELS = 4 };
typedef struct wg_limits {
    double f32, f64;             /* FLOPs a second of a product by BLAS */
    size_t bytes[WG_LEVELS];     /* of three arrays together, ascending: what fits in each cache, and what does not */
    double bandwidth[WG_LEVELS]; /* bytes a second: the better of a = b + 3 c and a copy */
} wg_limits;
WG_API wg_status wg_limits_measure(wg_context *c, wg_limits *l);

/* The least time of a step by these limits: that of its FLOPs, or that of moving its bytes once from where they fit. */
typedef struct wg_bound {
    double seconds;
    bool   by_memory;
    int    level; /* of bytes[] */
} wg_bound;
WG_API wg_bound wg_plan_bound(const wg_plan_step *s, const wg_limits *l);

#ifdef __cplusplus
}
#endif
#endif
