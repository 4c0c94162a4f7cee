/* trees.h: W12, what its sides share: nets in the shape of binary trees.
 *
 * A leaf is a word's vector [1, 64]. An inner node is tanh([left, right] W + b), with W [128, 64]. The loss
 * is the softmax cross-entropy of root Wo + bo against the tree's class; of several trees the mean. A step
 * ends with Adam.
 */
#ifndef BENCH_TREES_H
#define BENCH_TREES_H

#include "bench.h"

enum { TREE_LEAVES = 20, TREE_INNER = TREE_LEAVES - 1, TREE_WIDTH = 64, TREE_WORDS = 1000, TREE_CLASSES = 5 };
enum { TREE_MOST = 16 }; /* trees in a step; their number is bench_setup.size */

/* Trees of new shapes in each step; always the same shapes; new shapes, and the words are trained too. */
enum { TREES_NEW, TREES_SAME, TREES_TRAINED_WORDS };

/* Nodes below TREE_LEAVES are leaves. The children of inner node i are left[i - TREE_LEAVES] and
 * right[i - TREE_LEAVES]. Their numbers are lower than its own, so the last node is the root. */
typedef struct tree {
    int left[TREE_INNER], right[TREE_INNER];
    int32_t word[TREE_LEAVES];
    int32_t label;
} tree;

/* Joins two neighbours at random until one node is left. The words depend on another seed than the shape. */
static inline void tree_grow(tree *t, uint32_t shape, uint32_t words)
{
    int node[TREE_LEAVES], count = TREE_LEAVES;
    for (int i = 0; i < TREE_LEAVES; i++) {
        node[i] = i;
        t->word[i] = bench_class(STREAM_X + 1000, words * TREE_LEAVES + (uint32_t)i, TREE_WORDS);
    }
    t->label = bench_class(STREAM_Y, words, TREE_CLASSES);
    for (int k = 0; k < TREE_INNER; k++, count--) {
        int at = bench_class(STREAM_Y + 1000, shape * TREE_INNER + (uint32_t)k, count - 1);
        t->left[k] = node[at], t->right[k] = node[at + 1];
        node[at] = TREE_LEAVES + k;
        for (int i = at + 1; i + 1 < count; i++) node[i] = node[i + 1];
    }
}

/* The trees of step number `step`. */
static inline void trees_grow(tree t[], bench_setup s, uint32_t step)
{
    for (uint32_t k = 0; k < (uint32_t)s.size; k++)
        tree_grow(&t[k], s.way == TREES_SAME ? k : step * TREE_MOST + k, step * TREE_MOST + k);
}

enum { TREE_E, TREE_W, TREE_WO };
static inline float tree_weight(int array, int i)
{
    double scale = array == TREE_E ? 1 : sqrt(3.0 / (array == TREE_W ? 2 * TREE_WIDTH : TREE_WIDTH));
    return (float)(scale * (double)bench_value(STREAM_WEIGHTS + (uint32_t)array, (uint32_t)i));
}

#endif
