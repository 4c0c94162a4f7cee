/* SPDX-License-Identifier: MIT */
/* makers.h: nodes that are made from a graph and a shape: random numbers, ranges, unit matrices, class
 * numbers as rows of 0 and 1. ops.h includes this header.
 *
 *     wg_node eps = wg_random_normal(g, WG_SHAPE(32, 8));
 *     wg_node z = wg_add(mu, wg_mul(wg_exp(wg_div(s, 2)), eps));
 *
 * Random numbers are drawn anew in each evaluation, in WG_TRAIN and in WG_EVAL. Draw i of a node
 * depends on the seed of the context, the stream, the epoch of the graph and i: on nothing else. The
 * stream is that of the scope and of .name. Without a name the n-th random node of a scope (dropout
 * counts too) is told from the others by n. The results have the context's dtype. */
#ifndef WENGERT_MAKERS_H
#define WENGERT_MAKERS_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* ---- random numbers ---- */

#define wg_random_normal_args_list(P, X) \
    P(wg_graph *, x) /* the graph */ \
    P(wg_shape, shape) \
    X(double, mean, 0, "(-inf, inf)", "the mean") \
    X(double, deviation, 1, "[0, inf)", "the standard deviation") \
    X(const char *, name, NULL, "", "of the random stream; default: its number among the streams of the scope")
WG_OPTIONS_AND_OPERANDS(wg_random_normal_args);
WG_API wg_node wg_random_normal_at(wg_site here, const wg_random_normal_args *a); /* normal random numbers */
#define wg_random_normal(...) \
    WG_NAMED(wg_random_normal_at, wg_random_normal_args, (x, shape), 2, #__VA_ARGS__, __VA_ARGS__)

#define wg_random_uniform_args_list(P, X) \
    P(wg_graph *, x) /* the graph */ \
    P(wg_shape, shape) \
    X(double, low, 0, "(-inf, inf)", "the lower end") \
    X(double, high, 1, "(-inf, inf)", "the upper end, above low") \
    X(const char *, name, NULL, "", "of the random stream; default: its number among the streams of the scope")
WG_OPTIONS_AND_OPERANDS(wg_random_uniform_args);
/* Of [low, high). Rounding may give high, unless low is 0 and high 1. */
WG_API wg_node wg_random_uniform_at(wg_site here, const wg_random_uniform_args *a);
#define wg_random_uniform(...) \
    WG_NAMED(wg_random_uniform_at, wg_random_uniform_args, (x, shape), 2, #__VA_ARGS__, __VA_ARGS__)

/* bool: true with probability p, a number or a node that broadcasts to the shape. A p that is not from
 * 0 to 1 is an error. No derivative. */
WG_API wg_node wg_bernoulli_at(wg_site here, wg_graph *g, wg_shape s, wg_node p);
#define wg_bernoulli(g, s, p) wg_bernoulli_at(WG_AT(#g ", " #s ", " #p), g, s, WG_OPERAND(p))

#define wg_categorical_args_list(P, X) \
    P(wg_node, x) /* logits [..., classes] */ \
    X(const char *, name, NULL, "", "of the random stream; default: its number among the streams of the scope")
WG_OPTIONS_AND_OPERANDS(wg_categorical_args);
/* i64 [...]: class numbers with the probabilities softmax(x). A class with the logit -inf is never drawn. No
 * derivative. */
WG_API wg_node wg_categorical_at(wg_site here, const wg_categorical_args *a);
#define wg_categorical(...) WG_NAMED(wg_categorical_at, wg_categorical_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

/* ---- ranges and unit matrices, of the context's dtype ---- */

/* from, from + step, ...: all that are before `to`. For integers from 0 on: wg_index_along. */
WG_API wg_node wg_arange_at(wg_site here, wg_graph *g, double from, double to, double step);
#define wg_linspace_args_list(P, X) \
    P(wg_graph *, x) /* the graph */ \
    P(double, from) \
    P(double, to) \
    X(int64_t, count, WG_NEEDED, "[0, inf)", "how many numbers")
WG_OPTIONS_BY_PLACE(wg_linspace_args, 1);
/* `count` numbers at equal distances, from `from` to `to`, both included. One number: from. */
WG_API wg_node wg_linspace_at(wg_site here, const wg_linspace_args *a);
WG_API wg_node wg_eye_at(wg_site here, wg_graph *g, int64_t rows, int64_t columns); /* 1 at [i, i], else 0 */
#define wg_arange(g, from, to, step)    wg_arange_at(WG_AT(#from ", " #to), g, from, to, step)
#define wg_linspace(...)                WG_NAMED(wg_linspace_at, wg_linspace_args, (x, from, to), 3, #__VA_ARGS__, __VA_ARGS__)
#define wg_eye(g, rows, columns)        wg_eye_at(WG_AT(#rows ", " #columns), g, rows, columns)

/* ---- class numbers ---- */

#define wg_one_hot_args_list(P, X) \
    P(wg_node, x) /* class numbers: integers, or floats with integer values */ \
    X(int64_t, count, WG_NEEDED, "[0, inf)", "of the classes") \
    X(int, axis, -1, "", "the new axis of the result")
WG_OPTIONS_BY_PLACE(wg_one_hot_args, 1);
/* A new axis of size count: 1 at the class number, else 0, in the context's dtype. */
WG_API wg_node wg_one_hot_at(wg_site here, const wg_one_hot_args *a);
#define wg_one_hot(...) WG_NAMED(wg_one_hot_at, wg_one_hot_args, (x), 1, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
