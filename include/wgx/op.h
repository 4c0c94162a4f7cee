/* SPDX-License-Identifier: MIT */
/* op.h: what the wings of the library and the command share, beside wengert/op.h. It is not installed. */
#ifndef WGX_OP_H
#define WGX_OP_H

#include "api.h"
#include "wengert/op.h"

WG_BEGIN_DECLS

/* ---- for bindings and tools: options of nodes ---- */

/* An option as a value. Numbers and truths are `whole`, but DOUBLE is `real`. A CHOICE and a DTYPE have their word, too, a
 * TEXT has one alone. AXES and SHAPE are `list`. given: false for WG_AUTO, no axes and a null pointer: nothing was said. */
typedef struct wgx_setting {
    wg_attr_kind kind;
    bool given;
    int64_t whole;
    double real;
    wg_shape list;
    char word[256];
} wgx_setting;
/* The option of this name of the call that made n, as the call means it: what was written, or the default; negative axes
 * counted from the start. Of a composite it is the call as you wrote it: the axis of wg_mean, though its node is a quotient.
 * A list of axes goes by both names, axis and axes. False: the call has no such option. */
WGX_PYTHON bool wgx_node_option(wg_node n, const char *name, wgx_setting *v);
WGX_PYTHON const char *wgx_node_option_name(wg_node n, int k); /* of option k, from 0 on; NULL: there are no more */
WGX_PYTHON const char *wgx_node_call(wg_node n, wg_node *x); /* The name of that call; x, if not NULL: its first operand. */
WGX_API wgx_setting wgx_attr_setting(const wg_attr_row *row, const void *attr); /* the field of a row */

/* ---- what few ops have ---- */

extern WGX_API const wg_op_hints wgx_no_hints;
/* The hints of an op; those of an op without any are all zero. */
static inline const wg_op_hints *wgx_hints(const wg_op *op) { return op->hints ? op->hints : &wgx_no_hints; }

/* ---- for authors of layers ---- */

/* For layers that keep memory between builds: calls f(user, g) once, at the next wg_begin of g or when g is
 * freed with wg_graph_free; wg_finish calls nothing. f must not use g but to compare it. False: no memory, an error is
 * recorded, and f will not be called. */
WGX_API bool wgx_graph_at_end(wg_graph *g, void (*f)(void *user, wg_graph *g), void *user);
/* Writes the name of a layer with the prefixes of wg_params_in, "enc0.attn". Returns
 * the whole set: p, or the set that p is a part of. NULL: size is too small, or a pointer is NULL. */
WGX_API const wg_params *wgx_layer_name(const wg_params *p, const char *name, char *buf, size_t size);

/* ---- rows, random streams, samples ---- */

/* For .vmap. x has a first axis of rows: the same with axes of size 1 behind it, so that a row has `rank` axes
 * and broadcasts. x has none: x repeated along a first axis of n elements. */
WGX_API wg_node wgx_rows_aligned(wg_site here, wg_node x, int rank);
WGX_API wg_node wgx_rows_repeated(wg_site here, wg_node x, int64_t n);

/* ---- the ops that there are ---- */

/* Whether it is the library's op of this name. A user's op may have the same name, and is another one. */
WGX_API bool wgx_op_is(const wg_op *op, const char *name);
/* Whether the op is one of the library's that has no builder wg_NAME: derivative rules and other ops make it. */
WGX_API bool wgx_op_is_internal(const wg_op *op);

/* Writes the name that the formulas of the op give to operand k, "x", or "x_2" of "x_i", with a 0 behind it.
 * false: it has none, or there is no room. */
WGX_API bool wgx_op_operand_name(const wg_op *op, int k, char *name, size_t size);

/* Whether an op has a derivative with respect to an operand that is not zero everywhere; operand -1: with
 * respect to any. */
WGX_API bool wgx_op_has_derivative(const wg_op *op, int operand);

WG_END_DECLS
#endif
