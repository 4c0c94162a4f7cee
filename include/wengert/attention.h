/* SPDX-License-Identifier: MIT */
/* attention.h: scaled dot product attention. ops.h includes this.
 *
 *     wg_node y = wg_attention(q, k, v, .heads = 4, .causal = true);      q, k, v: [..., tokens, width]
 *
 * The layer with parameters is wg_nn_attention of transformer.h. */
#ifndef WENGERT_ATTENTION_H
#define WENGERT_ATTENTION_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* y = softmax(scale q @ k^T) @ v for each head (Vaswani et al. 2017). q is [..., tokens, width], k is
 * [..., keys, width], v is [..., keys, out]; the first axes are equal. Head i uses part i of `heads`
 * equal parts of the last axes of q, k and v, and gives part i of y, which is [..., tokens, out].
 *
 * A query sees the keys where the mask is true, or 1; elsewhere it is false, or 0. Any other number is an error: of a
 * mask that is added to the scores, 0 and -INFINITY, write wg_equal(mask, 0). The mask broadcasts to [..., tokens, keys]:
 * [batch, 1, keys] for keys that are padding. With .causal query i sees the keys up to i + keys -
 * tokens: the last query sees all keys, also where the keys of earlier tokens come from a cache. A
 * query that sees no key gets 0.
 *
 * The scores are never stored: the gradient computes them again. A derivative of higher order stores them. */
#define wg_attention_args_list(P, X) \
    P(wg_node, x) /* the queries q */ \
    P(wg_node, k) \
    P(wg_node, v) \
    P(wg_node, mask) /* may be left out: then all keys are seen */ \
    X(bool, causal, false, "", "a query sees the keys up to its own place") \
    X(double, scale, WG_AUTO, "(-inf, inf)", "default: 1 / sqrt(width of a head)") \
    X(int64_t, heads, 1, "[1, inf)", "parts of the width, each with an attention of its own")
WG_OPTIONS_AND_OPERANDS(wg_attention_args);
WG_API wg_node wg_attention_at(wg_site here, const wg_attention_args *a);
#define wg_attention(...) WG_NAMED(wg_attention_at, wg_attention_args, (x, k, v, mask), 3_4, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
