/* op_case.h: one sample of one op of the registry, built in a context of its own, for the suites that go over
 * all ops.
 *
 *     op_case k;
 *     for (int i = 0; op_case_open(&k, op, i, &(op_setup){ .dtype = WG_F64 }); i++) {
 *         ... k.y, k.leaf ...
 *         op_case_close(&k);
 *     }
 *
 * Everything in a case follows from the op, the sample and the setup: two cases alike hold the same numbers,
 * random draws included, so that a difference quotient may open one case for each point.
 */
#ifndef OP_CASE_H
#define OP_CASE_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "wgtest.h"

enum { OP_LEAVES = 16 };

typedef struct op_setup {
    wg_dtype dtype;
    int interpret, threads; /* as in wg_start_opts; threads default 1 */
    wgt_memory *memory;
    wg_dtype operands; /* of float operands of samples; 0: dtype */
} op_setup;

typedef struct op_case {
    const wg_op *op;
    int sample;
    wg_context *c;
    wg_graph *g;
    wgt_memory *memory;
    wg_node y[WG_MAX_OUTPUTS];
    int outputs;
    wg_node leaf[OP_LEAVES]; /* the sample's float inputs; derivatives are taken by them */
    int leaves;
    const wg_op *blocked; /* by op_case_grad: the op that had no derivative, NULL when there was one */
} op_case;

/* For ParameterizedTestParameters: the indices of all ops. (Criterion hands parameters to another process: no
 * pointers.) op_case_some: every OP_CASES-th. */
struct criterion_test_params op_case_all(void);
struct criterion_test_params op_case_some(void);

/* EACH_OP(suite, name) { ... wg_op_at(*index) ... } is a test of every op. A process of its own for each op
 * would take longer than the test, so each has OP_CASES ops. Failures must name the op. More arguments are
 * options of the test. */
enum { OP_CASES = 32 };
#define EACH_OP(suite, name, ...)                                                                 \
    static void suite##_##name(const int *index);                                                 \
    ParameterizedTestParameters(suite, name) { return op_case_some(); }                           \
    ParameterizedTest(int *first, suite, name, ##__VA_ARGS__)                                     \
    {                                                                                             \
        for (int i = *first; i < *first + OP_CASES && i < wg_op_count(); i++) suite##_##name(&i); \
    }                                                                                             \
    static void suite##_##name(const int *index)

/* The place that the cases pass to samples: this line of op_case.c. */
const char *op_case_place(void);

/* False: the op has no such sample. After a failed allocation the case may hold error nodes, and is true. */
bool op_case_open(op_case *k, const wg_op *op, int sample, const op_setup *s);
/* The sample once more in the same graph, after wg_begin. */
void op_case_again(op_case *k);
void op_case_close(op_case *k);

/* Puts multiples of 1/2 from -1 to 1 into all leaves, so that there are zeros, ones and equal elements: one
 * of OP_HALVES ways. */
enum { OP_HALVES = 5 };
void op_case_halves(op_case *k, int way);

/* Whether y is a node of the op itself: not of a composite's expansion, nor what a rewrite made of it. */
bool op_case_is_own(const op_case *k);

/* sum over the float outputs of <y, v>, v drawn by a fixed seed; wg_none when no output is float. */
wg_node op_case_loss(op_case *k);
/* sum over the leaves that have a derivative of <d loss / d leaf, u>; gradients go to g when it is given. */
wg_node op_case_slope(op_case *k, wg_node loss, wg_node g[]);
/* d y / d leaf, or wg_none when the library says that there is no derivative; any other error fails the
 * test. */
wg_node op_case_grad(op_case *k, wg_node y, wg_node leaf);

#endif
