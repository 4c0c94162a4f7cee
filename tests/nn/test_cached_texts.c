/* test_cached_texts.c: wg_nn_cache_select: texts that go on from others of the batch, as in a beam search. */
#include "letters.h"

/* The texts that go on from texts rows[], with the same letter behind each in column `at`. */
static void go_on(int32_t letters[], const int64_t *rows, int n, int at, wgt_random *r)
{
    int32_t next[MOST * LENGTH];
    for (int b = 0; b < n; b++) {
        memcpy(next + b * LENGTH, letters + rows[b] * LENGTH, LENGTH * sizeof *next);
        next[b * LENGTH + at] = (int32_t)(wgt_unit(r) * LETTERS);
    }
    memcpy(letters, next, (size_t)(n * LENGTH) * sizeof *next);
}

/* A search that goes on from 1 to MOST texts, chosen at random: the logits are those of the chosen texts from
 * their beginnings. The cache grows at 64 tokens. */
Test(cached_keys, selected_texts_are_the_texts_from_scratch)
{
    wg_graph *g = graph(WG_F64), *whole = wg_graph_new(wg_graph_context(g));
    wg_context *c = wg_graph_context(g);
    wg_params *p = wg_params_new(c);
    wg_nn_cache *k = wg_nn_cache_new(c);
    wgt_random r = { 3 };
    int32_t letters[MOST * LENGTH] = { 0 };
    int texts = 1;
    for (int at = 0; at < LENGTH; at++) {
        const int n = at ? 1 + (int)(wgt_unit(&r) * MOST) : texts;
        int64_t rows[MOST] = { 0 };
        for (int b = 0; b < n; b++) rows[b] = (int64_t)(wgt_unit(&r) * texts);
        go_on(letters, rows, n, at, &r);
        if (at) cr_assert_eq(wg_nn_cache_select(k, rows, n), WG_OK, "%s", wg_message(c));
        texts = n;
        double *got = wgt_values(logits_of(g, p, letters, n, at, 1, k));
        double *want = wgt_values(logits_of(whole, p, letters, n, 0, at + 1, NULL));
        cr_assert(got && want, "%s", wg_message(c));
        for (int b = 0; b < n; b++)
            cr_expect_leq(wgt_distance(got + b * LETTERS, want + (b * (at + 1) + at) * LETTERS, LETTERS),
                          1e-14, "token %d, text %d of %d", at, b, n);
        free(got), free(want);
        cr_assert_eq(wg_nn_cache_step(k), WG_OK, "%s", wg_message(c));
        cr_expect_eq(wg_nn_cache_tokens(k), at + 1);
    }
    wg_nn_cache_free(k);
    done(g);
}

/* Texts that change places have the bits that they have in those places. */
Test(cached_keys, selected_texts_have_the_same_bits)
{
    WORLD(WG_F32);
    int32_t letters[BATCH * LENGTH], turned[BATCH * LENGTH];
    letters_of(letters);
    for (int i = 0; i < BATCH * LENGTH; i++) turned[i] = letters[(i + LENGTH) % (BATCH * LENGTH)];
    double *out[2];
    for (int way = 0; way < 2; way++) {
        wg_nn_cache *k = wg_nn_cache_new(c);
        for (int at = 0; at < 9; at++) {
            logits(g, p, way ? turned : letters, at, 1, k);
            cr_assert_eq(wg_nn_cache_step(k), WG_OK);
        }
        if (!way) cr_assert_eq(wg_nn_cache_select(k, (const int64_t[]){ 1, 0 }, 2), WG_OK);
        out[way] = wgt_values(logits(g, p, turned, 9, 1, k));
        cr_assert(out[way], "%s", wg_message(c));
        wg_nn_cache_free(k);
    }
    cr_expect(!memcmp(out[0], out[1], BATCH * LETTERS * sizeof **out));
    free(out[0]), free(out[1]);
    wgt_finish(c, NULL);
}

Test(cached_keys, selections_that_cannot_be)
{
    WORLD(WG_F64);
    wg_nn_cache *k = wg_nn_cache_new(c);
    const int64_t rows[] = { 1, 2, -1 };
    cr_expect_eq(wg_nn_cache_select(NULL, rows, 1), WG_ERROR_USE);
    wg_nn_cache_select(k, rows, 1);
    wgt_expect_error(c, WG_ERROR_USE, "nn_cache_select: the cache has no tokens");
    for (int late = 0; late < 2; late++) {
        wg_node x = wg_fill(g, 1, WG_SHAPE(2, 3, 4));
        wg_nn_attention(x, p, "a", .cache = k, .causal = true, .share = true);
        if (late) wg_nn_cache_select(k, rows, 1);
        if (late)
            wgt_expect_error(c, WG_ERROR_USE, "layer \"a\" has new tokens: wg_nn_cache_step comes first");
        cr_assert_eq(wg_nn_cache_step(k), WG_OK);
        wg_nn_cache_select(k, rows, 2);
        wgt_expect_error(c, WG_ERROR_USE, "layer \"a\" has no text 2, but 0 to 1");
        wg_nn_cache_select(k, rows + 2, 1);
        wgt_expect_error(c, WG_ERROR_USE, "layer \"a\" has no text -1, but 0 to 1");
        wg_nn_cache_select(k, rows, 0);
        wgt_expect_error(c, WG_ERROR_USE, "nn_cache_select: 0 rows");
        wg_begin(g, WG_EVAL);
    }
    wg_nn_cache_clear(k);
    wg_nn_attention(wg_fill(g, 1, WG_SHAPE(3, 4)), p, "a", .cache = k, .causal = true, .share = true);
    cr_assert_eq(wg_nn_cache_step(k), WG_OK);
    wg_nn_cache_select(k, rows, 1);
    wgt_expect_error(c, WG_ERROR_USE, "layer \"a\" has no axis of texts: its keys have 2 axes");
    wg_nn_cache_free(k);
    wgt_finish(c, NULL);
}
