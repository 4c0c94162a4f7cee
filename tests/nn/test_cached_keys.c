/* test_cached_keys.c: a net that gets a text token by token, with cached keys and values, gives what it
 * gives for the whole text. */
#include <math.h>

#include "wgnode.h"

/* ---- a small net over texts of letters ---- */

enum { BATCH = 2, MOST = 4, WIDTH = 8, LAYERS = 2, LENGTH = 70, LETTERS = 5 };

/* letters: [texts, LENGTH]; of these the columns [from, from + n). */
static wg_node logits_of(wg_graph *g, wg_params *p, const int32_t *letters, int texts, int64_t from,
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
static wg_node logits(wg_graph *g, wg_params *p, const int32_t *letters, int64_t from, int64_t n,
                      wg_nn_cache *k)
{
    return logits_of(g, p, letters, BATCH, from, n, k);
}

static void letters_of(int32_t letters[])
{
    wgt_random r = { 11 };
    for (int i = 0; i < BATCH * LENGTH; i++) letters[i] = (int32_t)(wgt_unit(&r) * LETTERS);
}

/* The logits of tokens [from, from + n) beside those of the whole text. */
static void expect_part(const double *whole, wg_node part, int from, int n)
{
    double *got = wgt_all_values(part), want[BATCH * LENGTH * LETTERS];
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < n * LETTERS; i++)
            want[b * n * LETTERS + i] = whole[(b * LENGTH + from) * LETTERS + i];
    cr_expect_leq(wgt_distance(got, want, (size_t)(BATCH * n * LETTERS)), 1e-14, "from token %d", from);
    free(got);
}

/* Steps of one token, or of `prompt` tokens first. The cache grows at 64 tokens. */
static void token_by_token(int prompt, bool twice)
{
    IN_WORLD(WG_F64);
    int32_t letters[BATCH * LENGTH];
    letters_of(letters);
    wg_nn_cache *k = wg_nn_cache_new(c);
    double *whole = wgt_all_values(logits(g, p, letters, 0, LENGTH, NULL));
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
}
Test(cached_keys, equal_the_whole_text)
{
    token_by_token(1, false);
    token_by_token(5, true);
    token_by_token(66, false);
}

Test(cached_keys, mistakes)
{
    IN_WORLD(WG_F64);
    wg_nn_cache *k = wg_nn_cache_new(c);
    cr_expect_eq(wg_nn_cache_step(k), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "no layer has this cache");
    wg_node x = wg_fill(g, 1, WG_SHAPE(1, 3, 4));
    wg_nn_attention(x, p, "a", .cache = k, .memory = x, .causal = true);
    wgt_expect_error(c, WG_ERROR_USE, "\"a\" has .cache and .memory");
    wg_nn_attention(x, p, "b", .cache = k, .causal = true);
    cr_expect_eq(wg_nn_cache_step(k), WG_OK);
    cr_expect_eq(wg_nn_cache_step(k), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "layer \"b\" has no new tokens");
    wg_nn_attention(wg_fill(g, 1, WG_SHAPE(2, 1, 4)), p, "b", .cache = k, .causal = true, .share = true);
    wgt_expect_error(c, WG_ERROR_SHAPE, "\"b\" has keys f64 [2,1,4], the cache has f64 [1,3,4]");
    wg_nn_attention(x, p, "d", .cache = k, .causal = true);
    wgt_expect_error(c, WG_ERROR_USE, "3 tokens, and none of layer \"d\"");
    cr_expect_eq(wg_nn_cache_step(NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "nn_cache_step: the cache is NULL");
}

/* ---- one attention layer, or two, token by token beside the same without a cache ---- */

enum { TOKENS = 6 };

typedef struct text {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_nn_cache *k;
    double x[(LENGTH + 1) * WIDTH];
} text;
static text begin_text(void)
{
    text t = { .g = graph(WG_F64) };
    t.c = wg_graph_context(t.g);
    t.p = wg_params_new(t.c);
    t.k = wg_nn_cache_new(t.c);
    wgt_random r = { 5 };
    for (int i = 0; i < (LENGTH + 1) * WIDTH; i++) t.x[i] = wgt_unit(&r) - 0.5;
    return t;
}
/* Tokens [from, from + n). */
static wg_node tokens(const text *t, wg_graph *g, int from, int n)
{
    wg_begin(g, WG_EVAL);
    return wg_input(g, "x", wg_view_f64(t->x + from * WIDTH, WG_SHAPE(n, WIDTH)));
}
static wg_node attend(const text *t, wg_node x, wg_params *p, const char *name, bool cached)
{
    return wg_nn_attention(x, p, name, .heads = 2, .causal = true, .cache = cached ? t->k : NULL);
}
static wg_node layer_a(const text *t, wg_graph *g, int from, int n, bool cached)
{
    return attend(t, tokens(t, g, from, n), t->p, "a", cached);
}
static wg_node two_prefixes(const text *t, int from, int n, bool cached)
{
    wg_params *enc0 = wg_params_in(t->p, "enc0"), *enc1 = wg_params_in(t->p, "enc1");
    return attend(t, attend(t, tokens(t, t->g, from, n), enc0, "attn", cached), enc1, "attn", cached);
}
/* The row of the last token of y is row `at` of the whole. */
static void expect_row(const text *t, const double *whole, wg_node y, int at)
{
    double *got = wgt_all_values(y);
    const double *last = got + (wg_dim(y, 0) - 1) * WIDTH;
    cr_expect_leq(wgt_distance(last, whole + at * WIDTH, WIDTH), 1e-14, "token %d", at);
    free(got);
}
static double *whole_a(const text *t, int n)
{
    double *whole = wgt_all_values(layer_a(t, t->g, 0, n, false));
    return whole;
}
static void end_text(text *t, double *whole)
{
    free(whole);
    done(t->g);
}

/* Two layers that share the mask of the keys [0, n) of two texts. seen is [2, LENGTH]. */
static wg_node masked(const text *t, const bool *seen, int from, int n, bool cached)
{
    bool part[2 * LENGTH];
    double x[2 * LENGTH * WIDTH];
    const int keys = from + n;
    for (int b = 0; b < 2; b++) {
        memcpy(part + b * keys, seen + b * LENGTH, (size_t)keys * sizeof *part);
        memcpy(x + b * n * WIDTH, t->x + (from + b) * WIDTH, (size_t)(n * WIDTH) * sizeof *x);
    }
    wg_begin(t->g, WG_EVAL);
    wg_node h = wg_input(t->g, "x", wg_view_f64(x, WG_SHAPE(2, n, WIDTH)));
    wg_node mask = wg_input(t->g, "mask", wg_view_bool(part, WG_SHAPE(2, 1, keys)));
    for (int i = 0; i < 2; i++)
        h = wg_nn_attention(h, t->p, i ? "b" : "a", .heads = 2, .causal = true, .mask = mask,
                            .cache = cached ? t->k : NULL);
    return h;
}

/* Texts with padding, in steps of 1 to 3 tokens beyond the first room of the cache, beside the whole. */
Test(cached_keys, masks_of_all_keys)
{
    text t = begin_text();
    bool seen[2 * LENGTH];
    wgt_random r = { 8 };
    for (int i = 0; i < 2 * LENGTH; i++) seen[i] = i % LENGTH == 0 || wgt_unit(&r) < 0.7;
    double *whole = wgt_all_values(masked(&t, seen, 0, LENGTH, false));
    for (int from = 0, n; from < LENGTH; from += n) {
        n = from % 3 + 1 < LENGTH - from ? from % 3 + 1 : LENGTH - from;
        double *got = wgt_all_values(masked(&t, seen, from, n, true));
        for (int b = 0; b < 2; b++)
            cr_expect_leq(
                wgt_distance(got + b * n * WIDTH, whole + (b * LENGTH + from) * WIDTH, (size_t)(n * WIDTH)),
                1e-14, "text %d, from token %d", b, from);
        free(got);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
    }
    wg_node x = tokens(&t, t.g, 0, 2);
    wg_nn_cache_clear(t.k);
    wg_nn_attention(x, t.p, "a", .causal = true, .cache = t.k, .share = true);
    cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
    x = tokens(&t, t.g, 2, 1);
    wg_node few = wg_fill(t.g, 1, WG_SHAPE(1, 2));
    wg_nn_attention(x, t.p, "a", .mask = few, .causal = true, .cache = t.k);
    wgt_expect_error(t.c, WG_ERROR_SHAPE, "mask [1,2] for 3 keys: 2 in the cache and 1 new ones");
    end_text(&t, whole);
}

Test(cached_keys, a_mask_that_is_added_is_refused)
{
    text t = begin_text();
    wg_nn_attention(tokens(&t, t.g, 0, 2), t.p, "a", .causal = true, .cache = t.k, .share = true);
    cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
    wg_node x = tokens(&t, t.g, 2, 1);
    wg_node mask = wg_input(t.g, "mask", wg_view_f64((double[]){ 0, -INFINITY, 0 }, WG_SHAPE(1, 3)));
    wg_nn_attention(x, t.p, "a", .mask = mask, .causal = true, .cache = t.k);
    wgt_expect_error(t.c, WG_ERROR_VALUE, "[1,3] has -inf at index 1; if yours is added to the scores");
    end_text(&t, NULL);
}

Test(cached_keys, layers_of_one_name_in_two_sets)
{
    text t = begin_text();
    double *whole = wgt_all_values(two_prefixes(&t, 0, TOKENS, false));
    for (int i = 0; i < TOKENS; i++) {
        expect_row(&t, whole, two_prefixes(&t, i, 1, true), i);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
    }
    wg_params *other = wg_params_new(t.c);
    attend(&t, tokens(&t, t.g, 0, 1), wg_params_in(other, "enc0"), "attn", true);
    wgt_expect_error(t.c, WG_ERROR_USE, "6 tokens, and none of layer \"enc0.attn\"");
    end_text(&t, whole);
}

Test(cached_keys, a_layer_twice_in_a_step)
{
    text t = begin_text();
    double *whole = whole_a(&t, 2);
    for (int i = 0; i < 2; i++) {
        wg_node y = layer_a(&t, t.g, i, 1, true);
        wg_nn_attention(y, wg_params_in(t.p, "enc"), "a", .heads = 2, .causal = true);
        wg_nn_attention(y, t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = true);
        wgt_expect_error(t.c, WG_ERROR_USE, "layer \"a\" uses the cache twice in this step");
        expect_row(&t, whole, layer_a(&t, t.g, i, 1, true), i);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
    }
    end_text(&t, whole);
}

/* The second build puts other nodes where the first had its keys. */
Test(cached_keys, a_layer_built_again_after_a_rewind)
{
    for (int share = 0; share < 2; share++)
        for (int more = 0; more < 3; more++) {
            text t = begin_text();
            double *whole = whole_a(&t, TOKENS);
            for (int i = 0; i < TOKENS; i++) {
                wg_node x = tokens(&t, t.g, i, 1);
                if (share) wg_nn_attention(x, t.p, "a", .heads = 2, .causal = true);
                const int64_t mark = wgx_graph_mark(t.g);
                wg_nn_attention(x, t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = share);
                wgx_graph_rewind(t.g, mark);
                for (int k = 0; k < 5 * more; k++) wg_exp(x);
                wg_node y =
                    wg_nn_attention(x, t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = share);
                expect_row(&t, whole, y, i);
                wg_nn_attention(x, t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = true);
                wgt_expect_error(t.c, WG_ERROR_USE, "layer \"a\" uses the cache twice in this step");
                expect_row(&t, whole, y, i);
                cr_assert_eq(wg_nn_cache_step(t.k), WG_OK, "%s", wg_message(t.c));
            }
            end_text(&t, whole);
        }
}

/* Sets of wg_params_with claim no names. */
Test(cached_keys, a_layer_with_given_weights)
{
    text t = begin_text();
    double *whole = whole_a(&t, 2);
    for (int i = 0; i < 2; i++) {
        wg_node x = tokens(&t, t.g, i, 1), y;
        wg_node W = wg_param(t.g, t.p, "a.W", WG_SHAPE(WIDTH, 3 * WIDTH), wg_xavier());
        wg_params *q = wg_params_with(t.p, (wg_given[]){ { "a.W", W } }, 1);
        y = wg_nn_attention(x, q, "a", .heads = 2, .causal = true, .cache = t.k);
        wg_nn_attention(y, q, "a", .heads = 2, .causal = true, .cache = t.k, .share = true);
        wgt_expect_error(t.c, WG_ERROR_USE, "layer \"a\" uses the cache twice in this step");
        expect_row(&t, whole, y, i);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK, "%s", wg_message(t.c));
    }
    end_text(&t, whole);
}

Test(cached_keys, a_graph_freed_before_the_step)
{
    text t = begin_text();
    double *whole = whole_a(&t, 4);
    for (int i = 0; i < 4; i++) {
        for (int again = 0; again < 2; again++) {
            wg_graph *g = wg_graph_new(t.c);
            expect_row(&t, whole, layer_a(&t, g, i, 1, true), i);
            wg_graph_free(g);
        }
        expect_row(&t, whole, layer_a(&t, t.g, i, 1, true), i);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
    }
    wg_graph *g = wg_graph_new(t.c);
    layer_a(&t, g, 0, 1, true);
    wg_graph_free(g);
    cr_expect_eq(wg_nn_cache_step(t.k), WG_ERROR_USE);
    wgt_expect_error(t.c, WG_ERROR_USE, "layer \"a\" has no new tokens");
    wg_nn_cache_free(t.k);
    end_text(&t, whole);
}

typedef enum late { GROWN, CLEARED, FREED, LATE } late;

/* A node that is first read when the cache has grown, or is empty, or is gone. Memory that was freed gets
 * other numbers. */
Test(cached_keys, read_late)
{
    for (late how = 0; how < LATE; how++) {
        text t = begin_text();
        double *whole = whole_a(&t, 65);
        layer_a(&t, t.g, 0, 64, true);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
        wg_node y = layer_a(&t, t.g, 64, 1, true);
        if (how == GROWN) cr_assert_eq(wg_nn_cache_step(t.k), WG_OK);
        if (how == CLEARED) wg_nn_cache_clear(t.k);
        if (how == FREED) wg_nn_cache_free(t.k);
        double *other = wg_alloc(t.c, 64 * WIDTH, sizeof *other);
        for (int i = 0; i < 64 * WIDTH; i++) other[i] = 7;
        expect_row(&t, whole, y, 64);
        wg_free(t.c, other);
        if (how == GROWN) expect_row(&t, whole, layer_a(&t, t.g, 0, 65, false), 64);
        if (how == CLEARED) expect_row(&t, whole, layer_a(&t, t.g, 0, 3, true), 2);
        end_text(&t, whole);
    }
}

Test(cached_keys, an_error_leaves_no_layer_behind)
{
    text t = begin_text();
    double *whole = whole_a(&t, TOKENS);
    for (int i = 0; i < TOKENS; i++) {
        attend(&t, layer_a(&t, t.g, i, 1, true), t.p, "b", true);
        if (i == 0) wg_nn_attention(tokens(&t, t.g, 0, 1), t.p, "b", .heads = 3);
        wgt_expect_error(t.c, i ? WG_ERROR_USE : WG_ERROR_SHAPE,
                         i ? "none of layer \"b\"" : "heads divide width");
        expect_row(&t, whole, layer_a(&t, t.g, i, 1, true), i);
        cr_assert_eq(wg_nn_cache_step(t.k), WG_OK, "%s", wg_message(t.c));
    }
    end_text(&t, whole);
}

Test(cached_keys, of_another_context)
{
    text t = begin_text(), other = begin_text();
    wg_nn_attention(tokens(&t, t.g, 0, 1), t.p, "a", .causal = true, .cache = other.k);
    wgt_expect_error(t.c, WG_ERROR_USE, "the cache of \"a\" belongs to another context");
    cr_expect_eq(wg_failed(other.c), WG_OK);
    end_text(&other, NULL);
    end_text(&t, NULL);
}

Test(cached_keys, without_causal)
{
    text t = begin_text();
    wg_nn_attention(tokens(&t, t.g, 0, 2), t.p, "a", .cache = t.k);
    wgt_expect_error(t.c, WG_ERROR_USE, "\"a\" has .cache without .causal = true");
    wg_nn_transformer_block(tokens(&t, t.g, 0, 2), t.p, "h", .cache = t.k);
    wgt_expect_error(t.c, WG_ERROR_USE, "\"h.attn\" has .cache without .causal = true");
    end_text(&t, NULL);
}

/* Two steps in one build, the second built twice: the name that the first step has claimed says nothing
 * of the second. */
Test(cached_keys, a_second_step_in_one_build_after_a_rewind)
{
    text t = begin_text();
    double *whole = whole_a(&t, 2);
    wg_node x[2] = { tokens(&t, t.g, 0, 1), wg_none };
    expect_row(&t, whole,
               wg_nn_attention(x[0], t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = true), 0);
    cr_assert_eq(wg_nn_cache_step(t.k), WG_OK, "%s", wg_message(t.c));
    x[1] = wg_input(t.g, "x", wg_view_f64(t.x + WIDTH, WG_SHAPE(1, WIDTH)));
    const int64_t mark = wgx_graph_mark(t.g);
    wg_nn_attention(x[1], t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = true);
    wgx_graph_rewind(t.g, mark);
    for (int k = 0; k < 40; k++) wg_exp(x[1]);
    expect_row(&t, whole,
               wg_nn_attention(x[1], t.p, "a", .heads = 2, .causal = true, .cache = t.k, .share = true), 1);
    end_text(&t, whole);
}

/* ---- wg_nn_cache_select: texts that go on from others of the batch, as in a beam search ---- */

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
        double *got = wgt_all_values(logits_of(g, p, letters, n, at, 1, k));
        double *want = wgt_all_values(logits_of(whole, p, letters, n, 0, at + 1, NULL));
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
    IN_WORLD(WG_F32);
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
        out[way] = wgt_all_values(logits(g, p, turned, 9, 1, k));
        wg_nn_cache_free(k);
    }
    cr_expect(!memcmp(out[0], out[1], BATCH * LETTERS * sizeof **out));
    free(out[0]), free(out[1]);
}

Test(cached_keys, selections_that_cannot_be)
{
    IN_WORLD(WG_F64);
    wg_nn_cache *k = wg_nn_cache_new(c);
    const int64_t rows[] = { 1, 2, -1 };
    cr_expect_eq(wg_nn_cache_select(NULL, rows, 1), WG_ERROR_USE);
    WGT_REFUSED(c, USE, "nn_cache_select: the cache has no tokens", wg_nn_cache_select(k, rows, 1));
    for (int again = 0; again < 2; again++) {
        wg_node x = wg_fill(g, 1, WG_SHAPE(2, 3, 4));
        wg_nn_attention(x, p, "a", .cache = k, .causal = true, .share = true);
        if (again) wg_nn_cache_select(k, rows, 1);
        if (again)
            wgt_expect_error(c, WG_ERROR_USE, "layer \"a\" has new tokens: wg_nn_cache_step comes first");
        cr_assert_eq(wg_nn_cache_step(k), WG_OK);
        WGT_REFUSED(c, USE, "layer \"a\" has no text 2, but 0 to 1", wg_nn_cache_select(k, rows, 2));
        WGT_REFUSED(c, USE, "layer \"a\" has no text -1, but 0 to 1", wg_nn_cache_select(k, rows + 2, 1));
        WGT_REFUSED(c, USE, "nn_cache_select: 0 rows", wg_nn_cache_select(k, rows, 0));
        wg_begin(g, WG_EVAL);
    }
    wg_nn_cache_clear(k);
    wg_nn_attention(wg_fill(g, 1, WG_SHAPE(3, 4)), p, "a", .cache = k, .causal = true, .share = true);
    cr_assert_eq(wg_nn_cache_step(k), WG_OK);
    wg_nn_cache_select(k, rows, 1);
    wgt_expect_error(c, WG_ERROR_USE, "layer \"a\" has no axis of texts: its keys have 2 axes");
    wg_nn_cache_free(k);
}
