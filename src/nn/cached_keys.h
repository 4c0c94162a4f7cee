/* cached_keys.h: how an attention layer uses wg_nn_cache. */
#ifndef WG_NN_CACHED_KEYS_H
#define WG_NN_CACHED_KEYS_H

#include "wengert/nn.h"

/* Puts the keys and values of the cache before those of a, and sets the mask. `name` is the layer's in p.
 * After an error nothing is changed. */
void wgi_cached_keys(wg_site here, wg_nn_cache *n, wg_params *p, const char *name, wg_attention_args *a);

#endif
