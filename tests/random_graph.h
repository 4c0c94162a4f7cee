/* random_graph.h: random graphs over all ops of the registry.
 *
 *     random_calls *calls = random_calls_draw(seed, index, WG_F64, 0);
 *     random_graph r = { .g = g, .calls = calls };
 *     random_graph_build(&r);
 *     ... wg_grad(r.loss, r.leaf[0]) ...
 *     random_calls_free(calls);
 *
 * Drawing and building are two steps. random_calls_draw tries calls of random ops on nodes made so far, in a
 * graph of its own, and keeps the calls that succeed and whose values can be computed. random_graph_build
 * makes the calls that were kept, in any graph, as often as wanted. The seed and the index alone decide what
 * is drawn. Nothing here lists the ops that are drawn: an op of the registry is drawn unless
 * random_calls_reason says why not.
 */
#ifndef RANDOM_GRAPH_H
#define RANDOM_GRAPH_H

#include "wengert/op.h"
#include "wgtest.h"

enum { GRAPH_LEAVES = 4, GRAPH_POOL = 40, CALL_MOST = 600, CALL_OPERANDS = 8, CALL_ATTR = 256 };
enum { VALUE_MOST = 2 * CALL_MOST };

/* SMOOTH: nothing with a kink, and no value near the end of a domain, so that difference quotients can be
 * trusted. LARGE: some 10,000 elements a node, so that two threads really share the work. */
enum { GRAPH_SMOOTH = 1, GRAPH_LARGE = 2 };

typedef enum call_kind { CALL_LEAF, CALL_CONSTANT, CALL_STREAM, CALL_OP } call_kind;

/* Operands that are no value of an earlier call. */
enum { OPERAND_NUMBER = -1, OPERAND_NONE = -2 };

typedef struct random_call {
    call_kind kind;
    const wg_op *op; /* of CALL_OP */
    int operands, results;
    int x[CALL_OPERANDS];         /* the numbers of the values that are operands, or OPERAND_ */
    double number[CALL_OPERANDS]; /* of OPERAND_NUMBER */
    int first;                    /* the number of its first value; the others follow */
    wg_tensor t;                  /* CALL_LEAF (f64) and CALL_CONSTANT: its values, from malloc */
    _Alignas(16) char attr[CALL_ATTR];
} random_call;

typedef struct random_calls {
    wg_dtype dtype; /* of the context that they are for */
    random_call call[CALL_MOST];
    int count, values;
    int leaves; /* the first values are the leaves */
    /* Values of the context's dtype. Later calls choose from them, and the last ones are in the loss. */
    int pool[GRAPH_POOL];
    int pooled;
} random_calls;

random_calls *random_calls_draw(uint64_t seed, uint64_t index, wg_dtype t, unsigned flags);
void random_calls_free(random_calls *calls);
int random_calls_of(const random_calls *calls, const wg_op *op); /* how many call this op by itself */

/* Why an op is never drawn; NULL: it is. */
const char *random_calls_reason(const wg_op *op);

/* Whether an op is smooth where random graphs use it: see random_smooth.c. */
bool random_op_is_smooth(int index);

typedef struct random_graph {
    wg_graph *g;
    wg_params *p; /* leaves 1 and 3 are parameters of it; NULL: all are inputs, of the same values */
    const random_calls *calls;
    int shift_leaf; /* `shift` is added to one element of this leaf; -1: to none */
    int64_t shift_element;
    double shift;
    /* the result */
    wg_node value[VALUE_MOST];
    wg_node leaf[GRAPH_LEAVES];
    int leaves;
    wg_node loss; /* a scalar that depends on the last nodes of the pool */
} random_graph;

/* "WG_SEED=1 WG_GRAPH=7", for messages; valid until the next call. */
const char *random_name(const char *variable, uint64_t index);

void random_graph_build(random_graph *r);

/* Makes one call, and fills in r->value. */
void random_graph_call(random_graph *r, const random_call *call);

#endif
