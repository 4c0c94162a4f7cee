/* SPDX-License-Identifier: MIT */
/* nn.h: what the wings of the library and the command share, beside wengert/nn.h. It is not installed. */
#ifndef WGX_NN_H
#define WGX_NN_H

#include "api.h"
#include "wengert/nn.h"

WG_BEGIN_DECLS

/* A layer as data, for languages and lists of layers: its sizes and options are a table. */
typedef struct wgx_nn_kind {
    const char *name;
    wg_node (*make)(wg_site here, const void *args); /* args: the struct of wg_nn_NAME_at */
    size_t part, part_size;              /* the field of wg_nn_part that is this layer; a number in it is the first row */
    const wg_option_list *(*list)(void); /* of its arguments */
    size_t first, share;                 /* where the operands and the option `share` begin in them */
    int sizes;                           /* so many rows stand behind x in a call of the language; the others are options */
    const wg_attr_row *rows;             /* sizes, then options */
    size_t init;                         /* where the first values of W are, if a program may give them; else 0 */
    bool is_norm;                        /* it owns NAME.gamma and NAME.beta; most others own NAME.W and NAME.b */
} wgx_nn_kind;
/* Writes the first operands of every layer into its struct of arguments. */
WGX_API void wgx_nn_first(const wgx_nn_kind *k, void *args, wg_node x, wg_params *p, const char *name);
/* All layers; behind the last is one without a name. */
WGX_API const wgx_nn_kind *wgx_nn_kinds(void);

WG_END_DECLS
#endif
