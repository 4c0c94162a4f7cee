/* decay.h: coupled decay and the soft threshold of optimizers, for blocks of elements. */
#ifndef WGI_DECAY_H
#define WGI_DECAY_H

#include "wengert/kernel.h"

typedef struct wgi_decay {
    int64_t n;
    wg_dtype dtype; /* f32 or f64 */
    void *w;
    const void *g;
    void *to;
    double by;
} wgi_decay;
typedef void (*wgi_decay_fn)(const wgi_decay *d);

extern const wgi_decay_fn wgi_couple[WG_ISAS]; /* to = g + by w */
extern const wgi_decay_fn wgi_shrink[WG_ISAS]; /* |w| becomes max(|w| - by, 0); NaN stays NaN */

#endif
