/* draw_pairs.h: pairs of uniform numbers, one of each block of a stream, DRAW_PAIRS at a time. */
#ifndef WGI_DRAW_PAIRS_H
#define WGI_DRAW_PAIRS_H

#include <string.h>

#include "kernel/philox.h"

enum { DRAW_PAIRS = 64 };

/* The uniform numbers of blocks first to first + DRAW_PAIRS - 1, times 2^53: two of each. */
static inline void uniform_pairs(uint64_t key, uint64_t epoch, uint64_t first, uint64_t *restrict u,
                                 uint64_t *restrict v)
{
    for (int j = 0; j < DRAW_PAIRS; j += PH_WIDE) {
        ph_lanes w[4];
        ph_blocks(key, epoch, first + (uint64_t)j, w);
        ph_lanes a = (w[1] << 32 | (w[0] & UINT32_MAX)) >> 11, b = (w[3] << 32 | (w[2] & UINT32_MAX)) >> 11;
        memcpy(u + j, &a, sizeof a);
        memcpy(v + j, &b, sizeof b);
    }
}

#endif
