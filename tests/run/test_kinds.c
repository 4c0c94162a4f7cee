/* test_kinds.c: WG_WITHOUT_KINDS and what it switches off. Trees of new shapes have many nodes of few
 * kinds: their shapes, calls and derivatives are kept for a kind. All of it gives the bits of the general
 * way; warnings and errors are those of each call. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

enum { TREES = 12, LEAVES = 9, WORDS = 16, NODES = 2 * LEAVES - 1, MOST_WIDTH = 70, MOST = 20000 };

/* ---- trees, and what they compute ---- */

typedef struct tree {
    int left[NODES], right[NODES]; /* of nodes from LEAVES on */
    int32_t word[LEAVES];
} tree;

static void grow(tree *t, wgt_random *r)
{
    int node[LEAVES], count = LEAVES;
    for (int i = 0; i < LEAVES; i++) node[i] = i, t->word[i] = (int32_t)wgt_below(r, WORDS);
    for (int k = LEAVES; k < NODES; k++, count--) {
        int at = (int)wgt_below(r, count - 1);
        t->left[k] = node[at], t->right[k] = node[at + 1];
        node[at] = k;
        memmove(node + at + 1, node + at + 2, sizeof *node * (size_t)(count - at - 2));
    }
}

/* TABLE: rows of a parameter. SLICES: parts of one input. INPUTS: an input each. */
enum { TABLE, SLICES, INPUTS, FORMS };

typedef struct way {
    int interpret, threads;
    unsigned without;
} way;

typedef struct forest {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_dtype dtype;
    int width, form;
    double word[WORDS * MOST_WIDTH], theta[2 * MOST_WIDTH * MOST_WIDTH + 2 * MOST_WIDTH];
    wg_node words, W, b;
} forest;

static forest *forest_new(way w, wg_dtype t, int width, int form)
{
    forest *f = calloc(1, sizeof *f);
    wgt_random r = { wgt_seed() };
    f->c = wgt_start(
        NULL, t,
        &WG_OPTS(wg_start_opts, .interpret = w.interpret, .threads = w.threads, .without = w.without));
    f->g = wg_graph_new(f->c), f->p = wg_params_new(f->c);
    f->dtype = t, f->width = width, f->form = form;
    for (int i = 0; i < WORDS * width; i++) f->word[i] = (float)wgt_uniform(&r, -1, 1);
    for (int i = 0; i < (2 * width + 1) * width; i++)
        f->theta[i] = (float)(wgt_uniform(&r, -1, 1) / sqrt(width));
    return f;
}

static void forest_free(forest *f)
{
    wgt_finish(f->c, NULL);
    free(f);
}

static wg_node leaf(forest *f, int32_t word)
{
    const double *v = f->word + word * f->width;
    wg_node number = wg_input(f->g, "word", wg_view_i32(&word, WG_SHAPE(1)));
    if (f->form == TABLE) return wg_gather(f->words, number);
    if (f->form == SLICES) return wg_slice(f->words, .axis = 0, .from = word, .to = word + 1);
    return wg_cast(wg_input(f->g, "v", wg_view_f64(v, WG_SHAPE(1, f->width))), f->dtype);
}

static wg_node encode(forest *f, const tree *t, int i)
{
    if (i < LEAVES) return leaf(f, t->word[i]);
    wg_node left = encode(f, t, t->left[i]);
    wg_node right = encode(f, t, t->right[i]);
    return wg_tanh(wg_dense(wg_concat(((wg_node[]){ left, right }), 2, .axis = 1), f->W, f->b));
}

/* The roots of the trees, as rows. */
static wg_node build(forest *f, const tree t[])
{
    const int64_t n = f->width;
    wg_node root[TREES];
    wg_begin(f->g, WG_TRAIN);
    wg_shape s = WG_SHAPE(WORDS, n);
    if (f->form == TABLE) f->words = wg_param(f->g, f->p, "E", s, wg_values(f->word));
    else f->words = wg_cast(wg_input(f->g, "E", wg_view_f64(f->word, s)), f->dtype);
    f->W = wg_param(f->g, f->p, "W", WG_SHAPE(2 * n, n), wg_values(f->theta));
    f->b = wg_param(f->g, f->p, "b", WG_SHAPE(n), wg_values(f->theta + 2 * n * n));
    for (int k = 0; k < TREES; k++) root[k] = encode(f, &t[k], NODES - 1);
    return wg_concat(root, TREES);
}

/* The roots, then the gradients of all parameters, as doubles. Returns how many. */
static size_t run(forest *f, const tree t[], double to[])
{
    wg_node roots = build(f, t), loss = wg_mean(wg_square(roots));
    wg_backward(loss, f->p);
    const size_t n = (size_t)(TREES * f->width), m = wg_params_size(f->p);
    cr_assert_leq(n + m, MOST);
    wg_copy_f64(roots, to, n);
    wg_params_get_grad(f->p, to + n);
    cr_assert_eq(wg_failed(f->c), WG_OK, "%s", wg_message(f->c));
    return n + m;
}

/* ---- bits ---- */

static const way ways[] = { { 1, 1, WG_WITHOUT_ALL },  { 1, 1, 0 }, { 1, 1, WG_WITHOUT_KINDS },
                            { 1, 1, WG_WITHOUT_TAPE }, { 0, 2, 0 }, { -1, 2, 0 },
                            { -1, 1, WG_WITHOUT_ALL } };
enum { WAYS = sizeof ways / sizeof *ways, STEPS = 4 };

static void compare(wg_dtype t, int width, int form)
{
    static double got[WAYS][MOST];
    forest *f[WAYS];
    tree trees[TREES];
    wgt_random r = { wgt_seed() + (uint64_t)width };
    for (int w = 0; w < WAYS; w++) f[w] = forest_new(ways[w], t, width, form);
    for (int step = 0; step < STEPS; step++) {
        size_t n = 0;
        for (int k = 0; k < TREES && step < STEPS - 1; k++) grow(&trees[k], &r); /* the last two are equal */
        for (int w = 0; w < WAYS; w++) n = run(f[w], trees, got[w]);
        for (int w = 1; w < WAYS; w++)
            cr_assert_eq(memcmp(got[w], got[0], n * sizeof(double)), 0, "way %d, width %d, form %d, step %d",
                         w, width, form, step);
    }
    for (int w = 0; w < WAYS; w++) forest_free(f[w]);
}

Test(kinds, trees_of_new_shapes_have_the_same_bits_in_every_way)
{
    static const int widths[] = { 1, 7, 33, 70 };
    for (int i = 0; i < (int)(sizeof widths / sizeof *widths); i++)
        for (int form = 0; form < FORMS; form++) compare((i + form) % 2 ? WG_F64 : WG_F32, widths[i], form);
}

/* ---- what the rule of a kind must not hide ---- */

static int warnings;
static void count_warning(void *user, const char *text)
{
    (void)user, (void)text;
    warnings++;
}

Test(kinds, a_warning_is_given_at_each_call_site)
{
    WGT_ENDS wg_context *c = wg_start(.threads = 1, .interpret = 1, .on_warning = count_warning);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_input(g, "x", wg_view_f32((float[]){ 1, 2, 3, 4, 5, 6 }, WG_SHAPE(2, 3)));
    wg_node label = wg_input(g, "t", wg_view_i32((int32_t[]){ 0, 2 }, WG_SHAPE(2)));
    warnings = 0;
    wg_softmax_cross_entropy(x, label);
    cr_assert_eq(warnings, 0);
    wg_softmax_cross_entropy(wg_softmax(x), label);
    cr_assert_eq(warnings, 1);
    wg_softmax_cross_entropy(wg_softmax(x), label);
    cr_assert_eq(warnings, 2);
}

Test(kinds, an_error_names_the_call_that_made_it)
{
    WGT_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .interpret = 1));
    wg_node table = wg_param(g, p, "E", WG_SHAPE(4, 8), wg_normal(0, 1));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(8, 300), wg_normal(0, 1)), product[41];
    char place[300];
    for (int k = 0; k < 40; k++) {
        wg_node row = wg_gather(table, wg_input(g, "k", wg_view_i32((int32_t[]){ k % 4 }, WG_SHAPE(1))));
        product[k] = wg_matmul(row, W);
    }
    wg_node four = wg_input(g, "four", wg_view_i32((int32_t[]){ 4 }, WG_SHAPE(1)));
    snprintf(place, sizeof place, "%s:%d: gather", __FILE__, __LINE__ + 1);
    wg_node bad = wg_gather(table, four);
    product[40] = wg_matmul(bad, W);
    wg_backward(wg_mean(wg_concat(product, 41)), p);
    wgt_expect_error(c, WG_ERROR_VALUE, place);
    snprintf(place, sizeof place, "%s:%d: matmul", __FILE__, __LINE__ + 1);
    wg_matmul(wg_slice(table, .axis = 1, .from = 1), W);
    wgt_expect_error(c, WG_ERROR_SHAPE, place);
    wgt_drop(c, NULL);
}

/* Rules see which operands are the same node, and which op has made them. */
Test(kinds, nodes_of_one_kind_whose_operands_are_made_otherwise)
{
    double got[2][8];
    for (int w = 0; w < 2; w++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .interpret = 1, .without = w ? 0 : WG_WITHOUT_ALL));
        wg_node a = wg_param(g, p, "a", WG_SHAPE(2, 2), wg_values((double[]){ 0.5, -1.25, 2, 0.75 }));
        wg_node b = wg_param(g, p, "b", WG_SHAPE(2, 2), wg_values((double[]){ -0.5, 3, 1.5, -2 }));
        wg_node y = wg_add(wg_mul(a, b), wg_mul(a, a));
        y = wg_add(wg_matmul(y, b), wg_matmul(wg_transpose(y), wg_transpose(b)));
        y = wg_sub(wg_neg(wg_neg(y)), wg_neg(wg_mul(b, b)));
        y = wg_add(wg_matmul(y, y), wg_matmul(wg_transpose(a), y));
        wg_backward(wg_sum(y), p);
        wg_params_get_grad(p, got[w]);
    }
    cr_assert_eq(memcmp(got[0], got[1], sizeof got[0]), 0);
}

static void forty_products(wg_context *c)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node product[40], W = wg_param(g, p, "W", WG_SHAPE(8, 300), wg_normal(0, 1));
    for (int k = 0; k < 40; k++) {
        float row[8] = { (float)k };
        wg_node x = wg_input(g, "x", wg_view_f32(row, WG_SHAPE(1, 8)));
        product[k] = wg_tanh(wg_matmul(x, W));
    }
    wg_backward(wg_mean(wg_concat(product, 40)), p);
}
Test(kinds, every_allocation_fails)
{
    wgt_each_allocation_fails(&WG_OPTS(wg_start_opts, .threads = 1, .interpret = 1), 100, forty_products);
}
