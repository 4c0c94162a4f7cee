/* wengert_trees.c: the side of Wengert of W12, with the public headers alone. The graph of each step is built
 * by recursion over its trees. */
#include "trees.h"
#include "wengert_training.h"

typedef struct trees {
    training t;
    float *words; /* [TREE_WORDS, TREE_WIDTH], of the context */
    tree tree[TREE_MOST];
    int32_t label[TREE_MOST];
    uint32_t step;
    wg_node E, W, b; /* parameters in the present graph */
} trees;

static wg_node leaf(trees *s, const int32_t *word)
{
    if (s->t.setup.way == TREES_TRAINED_WORDS)
        return wg_gather(s->E, wg_input_borrow(s->t.g, "word", wg_view_i32(word, WG_SHAPE(1))));
    float *vector = s->words + *word * TREE_WIDTH;
    return wg_input_borrow(s->t.g, "word", wg_view_f32(vector, WG_SHAPE(1, TREE_WIDTH)));
}

static wg_node encode(trees *s, const tree *t, int node)
{
    if (node < TREE_LEAVES) return leaf(s, &t->word[node]);
    wg_node left = encode(s, t, t->left[node - TREE_LEAVES]);
    wg_node right = encode(s, t, t->right[node - TREE_LEAVES]);
    return wg_tanh(wg_dense(wg_concat(((wg_node[]){ left, right }), 2, .axis = 1), s->W, s->b));
}

static wg_node loss_of(void *self)
{
    trees *s = self;
    const int n = s->t.setup.size;
    wg_node root[TREE_MOST];
    trees_grow(s->tree, s->t.setup, ++s->step);
    wg_begin(s->t.g, WG_TRAIN);
    if (s->t.setup.way == TREES_TRAINED_WORDS)
        s->E = wg_param(s->t.g, s->t.p, "E", WG_SHAPE(TREE_WORDS, TREE_WIDTH), wg_zeros());
    s->W = wg_param(s->t.g, s->t.p, "W", WG_SHAPE(2 * TREE_WIDTH, TREE_WIDTH), wg_zeros());
    s->b = wg_param(s->t.g, s->t.p, "b", WG_SHAPE(TREE_WIDTH), wg_zeros());
    for (int k = 0; k < n; k++) {
        root[k] = encode(s, &s->tree[k], TREE_LEAVES + TREE_INNER - 1);
        s->label[k] = s->tree[k].label;
    }
    wg_node all = n > 1 ? wg_concat(root, n) : root[0];
    wg_node label = wg_input_borrow(s->t.g, "label", wg_view_i32(s->label, WG_SHAPE(n)));
    return wg_softmax_cross_entropy(wg_nn_dense(all, s->t.p, "out", TREE_CLASSES), label);
}

/* Answers are compared on the same trees. */
static void *start(bench_setup setup)
{
    if (setup.check && setup.way == TREES_SAME) setup.way = TREES_NEW;
    trees *s = training_new(sizeof *s, setup, 1, WG_F32, loss_of);
    s->words = wg_alloc(s->t.c, TREE_WORDS * TREE_WIDTH, sizeof *s->words);
    for (int i = 0; i < TREE_WORDS * TREE_WIDTH; i++) s->words[i] = tree_weight(TREE_E, i);
    if (setup.way == TREES_TRAINED_WORDS)
        training_weights_by(&s->t, "E", tree_weight, TREE_E, WG_SHAPE(TREE_WORDS, TREE_WIDTH));
    training_weights_by(&s->t, "W", tree_weight, TREE_W, WG_SHAPE(2 * TREE_WIDTH, TREE_WIDTH));
    training_weights_by(&s->t, "out.W", tree_weight, TREE_WO, WG_SHAPE(TREE_WIDTH, TREE_CLASSES));
    s->t.o = wg_adam(s->t.p, .lr = bench_rates_of(setup).adam);
    return s;
}

const bench_side wengert_trees = TRAINING(start);
