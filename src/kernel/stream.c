/* stream.c: the kernel that copies a part of a result from the buffer of a tile to memory, past the
 * caches. */
#include "kernel/kernel.h"
#include "kernel/stream.h"

KERNEL(stream)
{
    stream_out(k->y[0], k->x[0], (size_t)(k->end - k->begin) * wg_dtype_size(k->yt[0].dtype));
    return true;
}

#if WG_BASE

DECLARE(stream);

extern const wg_kernel_fn wgi_stream[WG_ISAS];
const wg_kernel_fn wgi_stream[WG_ISAS] = KERNELS(stream);

#endif
