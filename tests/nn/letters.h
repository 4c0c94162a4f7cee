/* letters.h: a small net over texts of letters, for tests of cached keys and values. */
#ifndef WGT_LETTERS_H
#define WGT_LETTERS_H

#include "wgnode.h"
#include "wgtest.h"

enum { BATCH = 2, MOST = 4, WIDTH = 8, LAYERS = 2, LENGTH = 70, LETTERS = 5 };

/* letters: [texts, LENGTH]; of these the columns [from, from + n). */
static inline wg_node logits_of(wg_graph *g, wg_params *p, const int32_t *letters, int texts, int64_t from,
                                int64_t n, wg_nn_cache *k)
{
    static const char *const names[LAYERS] = { "h0", "h1" };
    int32_t x[MOST * LENGTH], place[LENGTH];
    for (int b = 0; b < texts; b++)
        for (int i = 0; i < n; i++) x[b * n + i] = letters[b * LENGTH + from + i];
    for (int i = 0; i < n; i++) place[i] = (int32_t)from + i;
    wg_begin(g, WG_EVAL);
    wg_node h =
        wg_nn_embedding(wg_input(g, "x", wg_view_i32(x, WG_SHAPE(texts, n))), p, "letter", LETTERS, WIDTH);
    h = wg_add(h,
               wg_nn_embedding(wg_input(g, "at", wg_view_i32(place, WG_SHAPE(n))), p, "at", LENGTH, WIDTH));
    for (int i = 0; i < LAYERS; i++)
        h = wg_nn_transformer_block(h, p, names[i], .heads = 2, .causal = true, .cache = k);
    return wg_nn_dense(h, p, "out", LETTERS);
}
static inline wg_node logits(wg_graph *g, wg_params *p, const int32_t *letters, int64_t from, int64_t n,
                             wg_nn_cache *k)
{
    return logits_of(g, p, letters, BATCH, from, n, k);
}

static inline void letters_of(int32_t letters[])
{
    wgt_random r = { 11 };
    for (int i = 0; i < BATCH * LENGTH; i++) letters[i] = (int32_t)(wgt_unit(&r) * LETTERS);
}

#endif
