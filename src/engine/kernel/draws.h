/* draws.h: an array of random numbers at once. Number i is that of wgi_normal_draw or wgi_uniform_draw, to
 * the bit, with every instruction set. */
#ifndef WGI_DRAWS_H
#define WGI_DRAWS_H

#include "wengert/kernel.h"

typedef struct wgi_draws { /* element i becomes a + b times draw i, rounded to the dtype */
    uint64_t seed, stream;
    bool normal; /* else uniform in [0, 1) */
    double a, b;
    wg_dtype dtype;     /* f32 or f64 */
    void *y;            /* element 0 */
    int64_t begin, end; /* the elements to be written: [begin, end) */
} wgi_draws;

typedef void (*wgi_draws_fn)(const wgi_draws *d);
extern const wgi_draws_fn wgi_draws_fill[WG_ISAS]; /* by instruction set */

#endif
