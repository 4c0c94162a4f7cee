/* random_bits.h: the bits of a stream for kernels, 64 draws at a time: 16 blocks of Philox side by side. */
#ifndef WG_OPS_RANDOM_BITS_H
#define WG_OPS_RANDOM_BITS_H

#include "kernel/kernel.h"
#include "kernel/philox.h"

enum { BLOCKS = 16, GROUP = 64 };
typedef uint32_t words __attribute__((vector_size(sizeof(ph_lanes) / 2)));

/* Draws 64 group ... 64 group + 63 of the stream, as wg_random_bits makes them (src/base/philox.c). */
static inline void bits_of_group(uint64_t key, uint64_t epoch, uint64_t group, uint32_t *restrict bits)
{
    for (int j = 0; j < BLOCKS; j += PH_WIDE) {
        ph_lanes w[4];
        ph_blocks(key, epoch, group * BLOCKS + (uint64_t)j, w);
        for (int i = 0; i < 4; i++) {
            words lower = __builtin_convertvector(w[i], words);
            memcpy(&bits[j + i * BLOCKS], &lower, sizeof lower);
        }
    }
}

#endif
