/* test_cached_keys.c: a net that gets a text token by token, with cached keys and values, gives what it gives
 * for the whole text. */
#include "wgnode.h"
#include "wgtest.h"

enum { BATCH = 2, WIDTH = 8, LAYERS = 2, LENGTH = 70, LETTERS = 5 };

static wg_node logits(wg_graph *g, wg_params *p, const int32_t *letters, int64_t from, int64_t n,
                      wg_nn_cache *k)
{
    static const char *const names[LAYERS] = { "h0", "h1" };
    int32_t x[BATCH * LENGTH], place[LENGTH];
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < n; i++) x[b * n + i] = letters[b * LENGTH + from + i];
    for (int i = 0; i < n; i++) place[i] = (int32_t)from + i;
    wg_begin(g, WG_EVAL);
    wg_node h =
        wg_nn_embedding(wg_input(g, "x", wg_view_i32(x, WG_SHAPE(BATCH, n))), p, "letter", LETTERS, WIDTH);
    h = wg_add(h,
               wg_nn_embedding(wg_input(g, "at", wg_view_i32(place, WG_SHAPE(n))), p, "at", LENGTH, WIDTH));
    for (int i = 0; i < LAYERS; i++)
        h = wg_nn_transformer_block(h, p, names[i], .heads = 2, .causal = true, .cache = k);
    return wg_nn_dense(h, p, "out", LETTERS);
}

/* The logits of tokens [from, from + n) beside those of the whole text. */
static void expect_part(const double *whole, wg_node part, int from, int n)
{
    double *got = wgt_values(part), want[BATCH * LENGTH * LETTERS];
    cr_assert(got, "%s", wg_message(wg_graph_context(wg_graph_of(part))));
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < n * LETTERS; i++)
            want[b * n * LETTERS + i] = whole[(b * LENGTH + from) * LETTERS + i];
    cr_expect_leq(wgt_distance(got, want, (size_t)(BATCH * n * LETTERS)), 1e-14, "from token %d", from);
    free(got);
}

static void letters_of(int32_t letters[])
{
    wgt_random r = { 11 };
    for (int i = 0; i < BATCH * LENGTH; i++) letters[i] = (int32_t)(wgt_unit(&r) * LETTERS);
}

/* Steps of one token, or of `prompt` tokens first. The cache grows at 64 tokens. */
static void token_by_token(int prompt, bool twice)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_params *p = wg_params_new(c);
    int32_t letters[BATCH * LENGTH];
    letters_of(letters);
    wg_nn_cache *k = wg_nn_cache_new(c);
    double *whole = wgt_values(logits(g, p, letters, 0, LENGTH, NULL));
    cr_assert(whole, "%s", wg_message(c));
    for (int text = 0; text <= twice; text++) {
        for (int from = 0, n; from < LENGTH; from += n) {
            n = from == 0 ? prompt : 1;
            cr_expect_eq(wg_nn_cache_tokens(k), from);
            expect_part(whole, logits(g, p, letters, from, n, k), from, n);
            cr_assert_eq(wg_nn_cache_step(k), WG_OK);
        }
        wg_nn_cache_clear(k);
    }
    wg_nn_cache_free(k);
    free(whole);
    done(g);
}
Test(cached_keys, equal_the_whole_text)
{
    token_by_token(1, false);
    token_by_token(5, true);
    token_by_token(66, false);
}

Test(cached_keys, mistakes)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_params *p = wg_params_new(c);
    wg_nn_cache *k = wg_nn_cache_new(c);
    cr_expect_eq(wg_nn_cache_step(k), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "no layer has this cache");
    wg_node x = wg_fill(g, 1, WG_SHAPE(1, 3, 4));
    wg_node mask = wg_fill(g, 1, WG_SHAPE(3));
    wg_nn_attention(x, p, "a", .cache = k, .mask = mask);
    wgt_expect_error(c, WG_ERROR_USE, "\"a\" has .cache, and .mask or .memory");
    wg_nn_attention(x, p, "b", .cache = k, .causal = true);
    cr_expect_eq(wg_nn_cache_step(k), WG_OK);
    cr_expect_eq(wg_nn_cache_step(k), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "layer \"b\" has no new tokens");
    wg_nn_attention(wg_fill(g, 1, WG_SHAPE(2, 1, 4)), p, "b", .cache = k, .causal = true, .share = true);
    wgt_expect_error(c, WG_ERROR_SHAPE, "\"b\" has keys f64 [2,1,4], the cache has f64 [1,3,4]");
    wg_nn_attention(x, p, "d", .cache = k, .causal = true);
    wgt_expect_error(c, WG_ERROR_USE, "3 tokens, and none of layer \"d\"");
    cr_expect_eq(wg_nn_cache_step(NULL), WG_ERROR_USE);
    done(g);
}
