/* page_program.h: programs whose pages the tests read, and a page of a program. */
#ifndef PAGE_PROGRAM_H
#define PAGE_PROGRAM_H

#include <string.h>

#include "picture.h"
#include "wgtest.h"
#include "wengert/draw.h"
#include "wengert/lang.h"

/* The layers of teaching, of leaves that the page gets. Dropout keeps its mask. */
static const char *const layers =
    "v = [0.3, -1.2, 0.7, 2.1, 0.4, -0.6, 1.5, -0.2, 0.9, -1.4, 0.1, 0.8, -0.5, 1.1, 0.6, -0.9]\n"
    "k = [0.5, -0.4, 1.1, 0.3, -0.7, 0.9, 0.2, -1.3]\n"
    "T = [[0.2, 0.5], [1.7, -0.3], [-0.8, 0.6]]\n"
    "c = conv(reshape(v, [1, 4, 4, 1]), reshape(k, [2, 2, 1, 2]), same=true)\n"
    "p = max_pool(relu(c), size=[2, 2])\n"
    "a = avg_pool(c, size=[2, 2])\n"
    "d = dropout(reshape(p, [4, 2]), keep_prob=0.5)\n"
    "n = batch_norm(reshape(a, [4, 2]) + d, T[0], T[1])\n"
    "g = gather(T, [2, 0, 2, 1]) * n\n"
    "h = attention(g, d, n) + gelu(n) + embedding([1, 0, 2, 1], 3, 2)\n"
    "s = norm(k) + huber(v[0:4], k[0:4])\n"
    "L = sum(h^2) + softmax_cross_entropy(n, [1, 0, 1, 1]) + s\n";

static const char *const neuron =
    "w = [0.5, -0.3]\nx = [1, -2]\nb = 0\ny = 1\nz = w @ x + b\na = sigmoid(z)\n"
    "L = -(y*log(a) + (1-y)*log(1-a))\n";

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_program *q;
} bench;

static inline bench build(const char *text)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c);
    wg_begin(b.g, WG_TRAIN);
    b.q = wg_program_text(b.c, "m.wg", text);
    return b;
}

static inline void draw(bench *b, const char *text, const char *path, const char *hide)
{
    cr_assert_eq(wg_program_build(b->q, b->g, wg_params_new(b->c), WG_TRAIN), WG_OK, "%s", wg_message(b->c));
    cr_assert_eq(wg_draw(wg_program_last(b->q), path, .backward = true, .source = text, .hide = hide), WG_OK,
                 "%s", wg_message(b->c));
}

#endif
