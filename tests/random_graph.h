/* random_graph.h: a graph from a string of bytes, over the public builders alone.
 *
 *     random_graph r = { .g = g, .bytes = bytes, .size = n };
 *     random_graph_build(&r);
 *     ... wg_grad(r.loss, r.leaf[0]) ...
 *
 * Every string gives a valid graph: the bytes choose shapes (sizes 0 and 1 among them), ops and operands, and what does not
 * fit is made to. Values stay below 100 or so in size, whatever the bytes, so that nothing overflows; with `smooth` there are
 * no kinks either, and difference quotients can be trusted.
 */
#ifndef RANDOM_GRAPH_H
#define RANDOM_GRAPH_H

#include "wgtest.h"

enum { GRAPH_LEAVES = 4, GRAPH_POOL = 40 };

/* A node, and a bound on the size of its elements. */
typedef struct bounded {
    wg_node n;
    double bound;
} bounded;

typedef struct random_graph {
    wg_graph *g;
    wg_params *p; /* every second leaf is a parameter of it; NULL: all are inputs, of the same values */
    const uint8_t *bytes;
    size_t size, at;
    bool smooth;
    bool large;     /* some 10,000 elements a node, so that two threads really share the work */
    int shift_leaf; /* one element of one leaf is moved by `shift` */
    int64_t shift_element;
    double shift;
    /* the result */
    wg_node leaf[GRAPH_LEAVES];
    int leaves;
    bounded pool[GRAPH_POOL];
    int count;
    wg_node loss; /* a scalar that feels the last nodes of the pool */
} random_graph;

void random_graph_build(random_graph *r);

/* The string number `index` of a seed: 12 to 75 bytes. Returns its length. */
size_t random_graph_bytes(uint64_t seed, uint64_t index, uint8_t bytes[80]);

#endif
