/* SPDX-License-Identifier: MIT */
/* transformer.h: embeddings, attention and transformer blocks as layers; a table of the layers of a
 * net. nn.h includes this.
 *
 *     wg_node x = wg_nn_embedding(letters, p, "letter", 27, 64);          letters: numbers, [rows, tokens]
 *     x = wg_nn_transformer_block(x, p, "block", .heads = 4, .causal = true);
 *     wg_node logits = wg_nn_dense(x, p, "out", 27);
 *     wg_summary(logits, stdout);                                         the layers, their sizes and parameters */
#ifndef WENGERT_TRANSFORMER_H
#define WENGERT_TRANSFORMER_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "ops.h"
#include "params.h"

WG_BEGIN_DECLS

/* Rows of the table NAME.W [count, width] by their numbers: [...] gives [..., width]. */
#define wg_nn_embedding_args_list(P, X) \
    P(wg_node, x) /* integers from 0 to count - 1 */ \
    P(wg_params *, p) \
    P(const char *, name) \
    P(int64_t, count) \
    P(int64_t, width) \
    X(int64_t, padding_index, WG_AUTO, "[0, inf)", "the row of this number is 0 and is not trained; default: there is none") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_init, W_init, WG_NO_INIT, "", "default: wg_normal(0, 1)")
WG_OPTIONS_AND_OPERANDS(wg_nn_embedding_args);
WG_API wg_node wg_nn_embedding_at(wg_site here, const wg_nn_embedding_args *a);
#define wg_nn_embedding(...) WG_NAMED(wg_nn_embedding_at, wg_nn_embedding_args, (x, p, name, count, width), 5, #__VA_ARGS__, __VA_ARGS__)

/* Keys and values of the tokens so far, for a net that writes a text token by token. Each step costs what one
 * token costs, and attention to the tokens before it:
 *
 *     wg_nn_cache *k = wg_nn_cache_new(c);
 *     while (...) {
 *         wg_begin(g, WG_EVAL);
 *         logits = net(x, k);      x: the new tokens, in every attention layer .causal = true, .cache = k
 *         ... read logits ...
 *         wg_nn_cache_step(k);     puts the keys and values of x behind those of earlier tokens
 *     }
 *
 * The first step may have many tokens, the prompt. Steps of equal numbers of tokens use the same compiled
 * plan, until the cache grows: to 64 tokens, then to twice as many each time. The cache belongs to the
 * context, which must be that of the layers. A layer is known by its set and its name with the prefixes of
 * wg_params_in. Each layer is in a step once. A .mask is for all keys: first those of earlier tokens, then the
 * new ones, [batch, 1, tokens of the cache + new tokens] for padding. It is read when the layer is built.
 *
 * Nodes can be read after wg_nn_cache_step, wg_nn_cache_clear and wg_nn_cache_free, too, with the values that
 * they had before: memory that a graph reads is freed after the next wg_begin of the graph, or with it. */
typedef struct wg_nn_cache wg_nn_cache;
WG_API wg_nn_cache *wg_nn_cache_new_at(wg_site here, wg_context *c); /* An empty cache. */
#define wg_nn_cache_new(c) wg_nn_cache_new_at(WG_AT(#c), c)
/* Ends the step. The layers of the step must still be in their graph: neither wg_begin nor wg_graph_free
 * comes between. After an error nothing is stored; if it is a lack of memory, the cache is empty. */
WG_API wg_status wg_nn_cache_step_at(wg_site here, wg_nn_cache *k);
#define wg_nn_cache_step(k) wg_nn_cache_step_at(WG_AT(#k), k)
/* Index i of the first axis, a text of the batch, becomes what index rows[i] was. n may be another number than
 * there were texts: then the next steps have n texts. For a beam search, in which a text goes on from another:
 *
 *     wg_nn_cache_select(k, best, 4);     between wg_nn_cache_step and the next wg_begin
 *
 * Every layer must have at least three axes, [texts, ..., tokens, width]. After an error nothing has changed; if
 * it is a lack of memory, the cache is empty. */
WG_API wg_status wg_nn_cache_select_at(wg_site here, wg_nn_cache *k, const int64_t *rows, int64_t n);
#define wg_nn_cache_select(k, ...) wg_nn_cache_select_at(WG_AT(#k), k, __VA_ARGS__) /* k, rows, n */
WG_API int64_t wg_nn_cache_tokens(const wg_nn_cache *k); /* the place of the next token; NULL: 0 */
WG_API void wg_nn_cache_clear(wg_nn_cache *k);           /* for another text */
WG_API void wg_nn_cache_free(wg_nn_cache *k); /* Frees the cache. */

/* Attention of x [..., tokens, width] to itself, or to .memory [..., keys, width]: wg_attention
 * between two products. NAME.W [width, 3 width] and NAME.b make queries, keys and values, one behind
 * the other; NAME.Wo [width, width] and NAME.bo make the result. */
#define wg_nn_attention_args_list(P, X) \
    P(wg_node, x) \
    P(wg_params *, p) \
    P(const char *, name) \
    X(int64_t, heads, 1, "[1, inf)", "as of wg_attention") \
    X(bool, causal, false, "", "as of wg_attention") \
    X(wg_node, mask, WG_NO_NODE, "", "as of wg_attention") \
    X(wg_node, memory, WG_NO_NODE, "", "keys and values come from it; default: x") \
    X(bool, bias, true, "", "adds b and bo") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_init, W_init, WG_NO_INIT, "", "default: wg_xavier()") \
    X(wg_init, Wo_init, WG_NO_INIT, "", "default: wg_xavier()") \
    X(wg_nn_cache *, cache, NULL, "", "of earlier tokens; with .causal = true, without .memory")
WG_OPTIONS_AND_OPERANDS(wg_nn_attention_args);
WG_API wg_node wg_nn_attention_at(wg_site here, const wg_nn_attention_args *a);
#define wg_nn_attention(...) WG_NAMED(wg_nn_attention_at, wg_nn_attention_args, (x, p, name), 3, #__VA_ARGS__, __VA_ARGS__)

/* A block of GPT-2: z = x + attention(layer_norm(x)), y = z + fc2(gelu(fc1(layer_norm(z)))). The
 * layers are NAME.ln1, NAME.attn, NAME.ln2, NAME.fc1 and NAME.fc2; gelu is the form with tanh. With
 * .drop both sums add the dropout of their second part. */
#define wg_nn_transformer_block_args_list(P, X) \
    P(wg_node, x) /* [..., tokens, width] */ \
    P(wg_params *, p) \
    P(const char *, name) \
    X(int64_t, heads, 1, "[1, inf)", "as of wg_attention") \
    X(int64_t, hidden, WG_AUTO, "[1, inf)", "units of fc1; default: 4 width") \
    X(bool, causal, false, "", "as of wg_attention") \
    X(wg_node, mask, WG_NO_NODE, "", "as of wg_attention") \
    X(double, drop, 0, "[0, 1)", "the share of elements that dropout drops") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_nn_cache *, cache, NULL, "", "as of wg_nn_attention")
WG_OPTIONS_AND_OPERANDS(wg_nn_transformer_block_args);
WG_API wg_node wg_nn_transformer_block_at(wg_site here, const wg_nn_transformer_block_args *a);
#define wg_nn_transformer_block(...) \
    WG_NAMED(wg_nn_transformer_block_at, wg_nn_transformer_block_args, (x, p, name), 3, #__VA_ARGS__, __VA_ARGS__)

/* Prints a table of the layers that y depends on: the shape of the result, the number of parameters, the
 * multiply-adds of products, and the bytes of all values that are computed (a plan keeps fewer), with
 * totals. A node belongs to the layer whose parameters it uses, otherwise to the layer of the operand that
 * was made last. A layer is the name of a parameter up to its last dot. Nothing is computed. */
WG_API wg_status wg_summary_at(wg_site here, wg_node y, FILE *to);
#define wg_summary(y, to) wg_summary_at(WG_AT(#y), y, to)

WG_END_DECLS
#endif
