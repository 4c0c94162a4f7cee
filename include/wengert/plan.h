/* SPDX-License-Identifier: MIT */
/* plan.h: how a computation runs: the steps of its plan, their memory, operations and times, and the
 * machine's limits.
 *
 *     wg_plan *p = wg_plan_look(loss, .params = params);
 *     for (int i = 0; i < p->steps; i++)
 *         printf("%g us, %g FLOPs\n", 1e6 * p->step[i].seconds, p->step[i].flops);
 *     wg_plan_free(p);
 *
 * The plan is the one that reading the node, or wg_backward, would run. It runs in a second graph: the graph,
 * its evaluation, parameters and states do not change. wg_draw_plan of draw.h draws it.
 */
#ifndef WENGERT_PLAN_H
#define WENGERT_PLAN_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"
#include "params.h"

WG_BEGIN_DECLS

#define wg_plan_opts_list(P, X)                                                                          \
    X(wg_params *, params, NULL, "", "gradients by these too, as by wg_backward; root: a float scalar") \
    X(const wg_node *, wrt, NULL, "", "or the gradients by these leaves")                               \
    X(int, wrt_count, 0, "[0, inf)", "how many leaves")                                                 \
    X(double, seconds, 0.2, "[0, inf]", "how long to run and time the plan; it runs three times at least")
WG_OPTIONS(wg_plan_opts);

typedef enum wg_plan_where {
    WG_PLAN_INPUT, /* an input, or a value that was computed before */
    WG_PLAN_PARAMETER,
    WG_PLAN_NUMBER,
    WG_PLAN_WORK,    /* in the workspace: reused after the last step that needs it */
    WG_PLAN_RESULT,  /* can be read until the evaluation ends */
    WG_PLAN_GRADIENT /* gradient memory of a parameter */
} wg_plan_where;

typedef struct wg_plan_buffer {
    wg_plan_where where;
    const char *name;     /* of its node, else of the op; a gradient has the name of its parameter */
    size_t offset, bytes; /* offset: WORK and RESULT, in their block */
    int first, last;      /* steps that write and read it; -1: before, wg_plan.steps: after */
} wg_plan_buffer;

/* A node that the plan computes. */
typedef struct wg_plan_op {
    const char *op, *name; /* name: "" unless the user gave it one */
    bool derived;          /* made by differentiating */
    int64_t node;          /* of wg_graph_node; of a derived one and of an op of the plan's own: 0 */
    wg_shape shape;
    wg_dtype dtype;
    double flops;
    int operands;
    const int *operand; /* an index into wg_plan.op; or ~b: buffer b, computed before the run */
} wg_plan_op;

/* Ops that run together: one kernel, or elementwise ops fused over tiles that stay in the cache. */
typedef struct wg_plan_step {
    int first_op, ops;
    int64_t tile, tiles; /* elements of a tile, number of tiles; tile 0: a kernel of `tiles` units */
    int chunks;          /* shares for the threads; 1: one thread computes the whole step */
    wg_dtype dtype;
    int reads, writes;
    const int *read, *write; /* buffers; what the step itself computes is not among those it reads */
    double read_bytes, write_bytes, flops;
    double seconds; /* the shortest time of all runs */
} wg_plan_step;

typedef struct wg_plan {
    int steps, ops, buffers, threads, runs;
    const wg_plan_step *step;
    const wg_plan_op *op;
    const wg_plan_buffer *buffer;
    size_t inputs, parameters, workspace, results, gradients; /* bytes */
    size_t tiles;                                             /* bytes of the tiles of all threads */
    double seconds;                                           /* of a run: the sum of its steps */
} wg_plan;

/* The plan by which root is computed, run and timed. It is compiled for this call.
 * FLOPs: a product of M x K and K x N counts 2 M N K. Every other op counts its elements times its cost in
 * additions (wg_op.cost: an addition 1, exp 6, tanh 10). An op that only copies counts 0. Free the plan with
 * wg_plan_free. NULL after an error. */
WG_API wg_plan *wg_plan_look_at(wg_site here, wg_node root, const wg_plan_opts *o);
#define wg_plan_look(...)                                                                         \
    WG_CALL_WITH(wg_plan_look_at, (WG_AT(WG_BYTE_1 #__VA_ARGS__), WG_HEAD_(__VA_ARGS__)), wg_plan_opts, \
            WG_TAIL_(__VA_ARGS__, ))
WG_API void wg_plan_free(wg_plan *p); /* Frees the plan. */

/* What the machine can do with the context's threads. Measuring takes about a fifth of a second. */
enum { WG_LEVELS = 4 };
typedef struct wg_limits {
    double f32, f64;             /* FLOPs per second of the fastest product of matrices */
    size_t bytes[WG_LEVELS];     /* sizes measured, ascending: about those of the caches, and a larger one */
    double bandwidth[WG_LEVELS]; /* bytes per second at that size, by a = b + 3 c or by a copy */
} wg_limits;
/* Measures what the machine can do with the context's threads. */
WG_API wg_status wg_limits_measure(wg_context *c, wg_limits *l);

WG_END_DECLS
#endif
