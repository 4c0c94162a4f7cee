/* random_draw.h: what random_calls.c and random_operands.c share while calls are drawn. */
#ifndef RANDOM_DRAW_H
#define RANDOM_DRAW_H

#include "random_graph.h"

enum { FAILED = -3 }; /* in place of a value's number */

/* The calls are also made in r.g, an interpreted graph, as soon as they are drawn: so shapes and values are
 * known. */
typedef struct drawing {
    random_calls *c;
    random_graph r;
    wg_context *context;
    wg_graph *samples; /* where samples of ops are built */
    unsigned flags;
    wgt_random random;
    int other[GRAPH_POOL]; /* values that are no floats */
    int others;
} drawing;

static inline int64_t below(drawing *d, int64_t n) { return wgt_below(&d->random, n); }
static inline bool chance(drawing *d, int one_in) { return below(d, one_in) == 0; }
static inline bool is_smooth(const drawing *d) { return d->flags & GRAPH_SMOOTH; }
static inline wg_dtype floats(const drawing *d) { return d->c->dtype; }
static inline int64_t most_elements(const drawing *d) { return d->flags & GRAPH_LARGE ? 60000 : 4000; }
static inline wg_shape shape_of(const drawing *d, int x) { return wg_node_shape(d->r.value[x]); }

/* The least and the largest element; of no elements an empty range. */
typedef struct range {
    double low, high;
    bool finite;
} range;

range range_of(wg_tensor t);

/* ---- calls ---- */

/* Makes the call and appends it. The number of its first value, or FAILED: then the caller undoes. */
int draw_call(drawing *d, random_call *call);
/* Forgets the calls from `count` on, and an error. */
void draw_undo(drawing *d, int count);
/* Of the op's table of attributes: the field of a row; NULL without such a row. */
void *draw_field(random_call *call, const char *row);

/* ---- operands ---- */

/* A sample of an op, as a pattern for calls. */
typedef struct sample {
    const wg_op *op;
    /* The sample has a node of the op itself, and so attributes. Else the op was expanded, and the inputs of
     * the sample are taken for the operands. */
    bool own;
    int operands;
    wg_node x[CALL_OPERANDS];
    const void *attr;
    bool new_sizes; /* each size of 2 or more is replaced by one that is drawn, the same for equal sizes */
    int64_t from[16], to[16];
    int sizes;
    int value[256]; /* by node: the value that stands for it, or FAILED: none does yet */
} sample;

/* False: the op has no such sample, or it cannot be a pattern. */
bool sample_open(drawing *d, sample *s, const wg_op *op, int i);
/* Before the sample is used once more. */
void sample_again(sample *s, bool new_sizes);
int64_t sample_size(drawing *d, sample *s, int64_t size);
/* Operand k of the call, after the sample's operand: nodes of the pool stand for the sample's float
 * inputs. */
bool sample_operand(drawing *d, sample *s, random_call *call, int k);

int pool_pick(drawing *d);
/* A value with x's elements in the shape, cut, or repeated with something added. */
int draw_shaped(drawing *d, int x, wg_shape s);
/* Rows of x by their numbers, or a part of an axis of x. */
int draw_part(drawing *d, int x);
/* x, or a smooth function of it whose values lie in the range of such values. */
int draw_within(drawing *d, int x, range values);
/* f(x) and f(x, number) for an op known by name. */
int draw_unary(drawing *d, const char *op, int x);
int draw_with_number(drawing *d, const char *op, int x, double number);

#endif
