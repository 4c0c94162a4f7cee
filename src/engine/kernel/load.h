/* load.h: broadcasts a part of an operand, or copies its runs, into the buffer of a tile. */
#ifndef WGI_LOAD_H
#define WGI_LOAD_H

#include "wengert/kernel.h"

/* How an operand is broadcast to a result, or where its runs lie. */
typedef struct wgi_load {
    uint32_t size; /* bytes of an element */
    int rank;      /* axes, after neighbouring axes were merged where one stride serves both */
    int64_t dim[WG_MAX_RANK], stride[WG_MAX_RANK];
} wgi_load;

/* False: the operand is dense and as large as the result, so that no load is needed. */
bool wgi_load_make(wgi_load *l, const wg_shape *x, const wg_shape *y, uint32_t size);
/* The element of the operand for element i of the result. */
int64_t wgi_load_place(const wgi_load *l, int64_t i);

/* By instruction set: writes the operand's elements for [begin, end) of the result. attr: a wgi_load. */
extern const wg_kernel_fn wgi_load_kernel[WG_ISAS];

#endif
