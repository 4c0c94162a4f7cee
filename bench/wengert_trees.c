/* wengert_trees.c: the side of Wengert of W12, with the public headers alone. The graph of each step is built
 * by recursion over its trees. */
#include <stdlib.h>

#include <wengert/wengert.h>

#include "trees.h"

typedef struct trees {
    bench_setup setup;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    float *words; /* [TREE_WORDS, TREE_WIDTH] */
    tree tree[TREE_MOST];
    int32_t label[TREE_MOST];
    uint32_t step;
    wg_node E, W, b; /* parameters in the present graph */
    double loss;     /* of the last step */
} trees;

static void make(trees *s, const char *name, int array, wg_shape shape)
{
    int64_t n = wg_shape_size(shape);
    float *v = calloc((size_t)n, sizeof *v);
    for (int i = 0; i < n; i++) v[i] = tree_weight(array, i);
    wg_params_make(s->p, name, wg_view_f32(v, shape), false);
    free(v);
}

static void *start(bench_setup setup)
{
    trees *s = calloc(1, sizeof *s);
    s->setup = setup;
    s->c = wg_start(&(wg_options){ .threads = 1 });
    s->g = wg_graph_new(s->c);
    s->p = wg_params_new(s->c);
    s->words = calloc(TREE_WORDS * TREE_WIDTH, sizeof *s->words);
    for (int i = 0; i < TREE_WORDS * TREE_WIDTH; i++) s->words[i] = tree_weight(TREE_E, i);
    if (setup.way == TREES_TRAINED_WORDS) make(s, "E", TREE_E, WG_SHAPE(TREE_WORDS, TREE_WIDTH));
    make(s, "W", TREE_W, WG_SHAPE(2 * TREE_WIDTH, TREE_WIDTH));
    make(s, "out.W", TREE_WO, WG_SHAPE(TREE_WIDTH, TREE_CLASSES));
    s->o = wg_adam(s->p, &(wg_adam_opts){ .lr = bench_rates_of(setup).adam });
    return s;
}

static void stop(void *self)
{
    trees *s = self;
    wg_finish(s->c, stderr);
    free(s->words), free(s);
}

static wg_node leaf(trees *s, const int32_t *word)
{
    if (s->setup.way == TREES_TRAINED_WORDS)
        return wg_gather(s->E, wg_input_borrow(s->g, "word", wg_view_i32(word, WG_SHAPE(1))));
    float *vector = s->words + *word * TREE_WIDTH;
    return wg_input_borrow(s->g, "word", wg_view_f32(vector, WG_SHAPE(1, TREE_WIDTH)));
}

static wg_node encode(trees *s, const tree *t, int node)
{
    if (node < TREE_LEAVES) return leaf(s, &t->word[node]);
    wg_node left = encode(s, t, t->left[node - TREE_LEAVES]);
    wg_node right = encode(s, t, t->right[node - TREE_LEAVES]);
    return wg_tanh(wg_dense(wg_concat(((wg_node[]){ left, right }), 2, 1), s->W, s->b));
}

static wg_node build(trees *s)
{
    const int n = s->setup.size;
    wg_node root[TREE_MOST];
    wg_begin(s->g, WG_TRAIN);
    if (s->setup.way == TREES_TRAINED_WORDS)
        s->E = wg_param(s->g, s->p, "E", WG_SHAPE(TREE_WORDS, TREE_WIDTH), wg_zeros());
    s->W = wg_param(s->g, s->p, "W", WG_SHAPE(2 * TREE_WIDTH, TREE_WIDTH), wg_zeros());
    s->b = wg_param(s->g, s->p, "b", WG_SHAPE(TREE_WIDTH), wg_zeros());
    for (int k = 0; k < n; k++) {
        root[k] = encode(s, &s->tree[k], TREE_LEAVES + TREE_INNER - 1);
        s->label[k] = s->tree[k].label;
    }
    wg_node all = n > 1 ? wg_concat(root, n, 0) : root[0];
    wg_node label = wg_input_borrow(s->g, "label", wg_view_i32(s->label, WG_SHAPE(n)));
    return wg_softmax_cross_entropy(wg_nn_dense(all, s->p, "out", TREE_CLASSES), label);
}

static bool run(void *self, int64_t n, double seconds[])
{
    trees *s = self;
    (void)seconds;
    for (int64_t k = 0; k < n && !wg_failed(s->c); k++) {
        trees_grow(s->tree, s->setup, ++s->step);
        wg_node loss = build(s);
        wg_backward(loss, s->p);
        wg_optim_step(s->o);
        s->loss = wg_item(loss);
    }
    return !wg_failed(s->c);
}

static double answer(void *self)
{
    trees *s = self;
    if (s->setup.way == TREES_SAME) s->setup.way = TREES_NEW;
    run(s, BENCH_CHECK_STEPS, NULL);
    return s->loss;
}

const bench_side wengert_trees = { start, run, answer, stop, NULL };
