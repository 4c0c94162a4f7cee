/* layers.h: the layers as descriptors: their sizes and options, for the language and for lists of layers. */
#ifndef WG_NN_LAYERS_H
#define WG_NN_LAYERS_H

#include "wengert/op.h"
#include "wengert/params.h"

/* The first operands of every layer. */
typedef struct wgi_layer_of {
    wg_node x;
    wg_params *p;
    const char *name;
} wgi_layer_of;

typedef struct wgi_layer_kind {
    const char *name;
    wg_node (*make)(wg_site here, const void *args);
    size_t part, part_size; /* the field of wg_nn_part that is this layer; a number in it is the first row */
    const wg_option_list *(*list)(void); /* of its arguments */
    size_t of, share;                    /* where wgi_layer_of and the option `share` are in them */
    int sizes; /* so many rows stand behind x in a call of the language; the others are options */
    const wg_attr_row *rows;
    size_t init;  /* where the first values of W are, if a program may give them; else 0 */
    bool is_norm; /* it owns NAME.gamma and NAME.beta; most others own NAME.W and NAME.b */
} wgi_layer_kind;

extern const wgi_layer_kind wgi_layers[];               /* ends with a row without a name */
const wgi_layer_kind *wgi_layer_find(const char *name); /* NULL: there is none of this name */

#endif
