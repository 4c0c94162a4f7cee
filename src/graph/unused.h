/* unused.h: when to look for interned shapes and sites that nothing uses any more. */
#ifndef WGI_UNUSED_H
#define WGI_UNUSED_H

#include "graph/graph.h"

/* Frees them, unless a call on a graph of c has begun and not ended. */
void wgi_free_unused(wg_context *c);
/* The same if it is worth it. For the end of a call of the user that has removed nodes. */
static inline void wgi_look_for_unused(wg_context *c)
{
    if (c->litter > c->litter_limit) wgi_free_unused(c);
}

#endif
