/* SPDX-License-Identifier: MIT */
/* params.h: what the wings of the library and the command share, beside wengert/params.h. It is not installed. */
#ifndef WGX_PARAMS_H
#define WGX_PARAMS_H

#include "api.h"
#include "wengert/params.h"

WG_BEGIN_DECLS

/* ---- first values, for languages that cannot call what is inline ---- */

WGX_PYTHON wg_init wgx_zeros(void); /* First values 0. */
WGX_PYTHON wg_init wgx_const(double value); /* First values that are all the same. */
WGX_PYTHON wg_init wgx_normal(double mean, double deviation); /* First values from a normal distribution. */
WGX_PYTHON wg_init wgx_uniform(double low, double high); /* First values from a uniform distribution. */
WGX_PYTHON wg_init wgx_xavier(void); /* normal, variance 1 / n_in (LeCun et al. 1998) */
WGX_PYTHON wg_init wgx_he(void); /* normal, variance 2 / n_in (He et al. 2015) */
WGX_PYTHON wg_init wgx_glorot(void); /* normal, variance 2 / (n_in + n_out) (Glorot and Bengio 2010) */
WGX_PYTHON wg_init wgx_values(const double *values); /* They are copied when the parameter is made. NULL is an error. */
WGX_PYTHON wg_init wgx_truncated_normal(double mean, double deviation); /* Normal numbers within two standard deviations of the mean. */
WGX_PYTHON wg_init wgx_orthogonal(void); /* Uniformly distributed among such matrices (Saxe, McClelland and Ganguli 2014). Of more than two axes the last one
 * is the columns. For another factor than 1 set .a. */
WGX_PYTHON wg_init wgx_identity(void); /* 1 where both indices are equal, else 0; for two axes. For another factor than 1 set .a. */
WGX_PYTHON wg_init wgx_sparse(double zeros, double deviation); /* Each column, which has the weights of one output, has so large a share of zeros (Martens 2010). */

/* ---- for authors of layers ---- */

/* Notes that a layer of this name is in the graph, until the next wg_begin. Returns
 * NULL, or the call site of the layer that has the name already. After an error the same call gives the name back. */
WGX_API wg_site wgx_layer_claim(wg_graph *g, wg_params *p, const char *name, wg_site here);
/* Where name i since wg_begin was claimed; *first: the nodes made since begin with this one. A layer that is
 * shared has one name; one with .cache has two. NULL: there are fewer. */
WGX_API wg_site wgx_layer_site(const wg_graph *g, int64_t i, int64_t *first);
/* n is known by this name in the formulas of the field, as the gate "f" of an LSTM.
 * Pictures call it so, with a number if several nodes are, but where the user's names come first. The name is
 * not copied: give a literal. Returns n. */
WGX_API wg_node wgx_layer_node(wg_node n, const char *name);
WGX_API const char *wgx_layer_node_name(wg_node n); /* "" if it has none, or one by wg_name */
/* The parameter, or state, layer.part of p. They are wg_param_at and wg_state_at
 * without the cost of joining the names, and with pointers instead of structs. */
WGX_API wg_node wgx_layer_param(wg_site here, wg_graph *g, wg_params *p, const char *layer, const char *part,
                              const wg_shape *s, const wg_init *init);
WGX_API wg_node wgx_layer_state(wg_site here, wg_graph *g, wg_params *p, const char *layer, const char *part,
                              const wg_shape *s, const wg_init *init);

WG_END_DECLS
#endif
