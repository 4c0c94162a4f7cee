/* philox.c: random numbers by counter: Philox 4x32 with ten rounds (Salmon, Moraes, Dror and Shaw, SC 2011).
 * A number depends on seed, stream, epoch and index alone: no state is kept between two calls.
 *
 * The key of a stream is stream xor seed * 0x9E3779B97F4A7C15 (wgi_philox_key). The counter is (block,
 * epoch). Numbers come in groups of 64, which are 16 blocks of four words: number i is word (i / 16) % 4 of
 * block (i / 64) * 16 + i % 16. So a kernel that computes 16 blocks side by side writes them in order
 * (ops/random.c). */
#include "base/base.h"
#include "base/box_muller.h"

static void round_once(uint32_t c[4], const uint32_t k[2])
{
    uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];
    uint32_t c1 = c[1], c3 = c[3];
    c[0] = (uint32_t)(q >> 32) ^ c1 ^ k[0];
    c[1] = (uint32_t)q;
    c[2] = (uint32_t)(p >> 32) ^ c3 ^ k[1];
    c[3] = (uint32_t)p;
}

void wgi_philox(uint64_t key, uint64_t counter_high, uint64_t counter_low, uint32_t out[4])
{
    uint32_t k[2] = { (uint32_t)key, (uint32_t)(key >> 32) };
    out[0] = (uint32_t)counter_low, out[1] = (uint32_t)(counter_low >> 32);
    out[2] = (uint32_t)counter_high, out[3] = (uint32_t)(counter_high >> 32);
    for (int r = 0; r < 10; r++) {
        round_once(out, k);
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
}

uint32_t wg_random_bits(uint64_t seed, uint64_t stream, uint64_t epoch, uint64_t i)
{
    uint32_t out[4];
    wgi_philox(wgi_philox_key(seed, stream), epoch, i / 64 * 16 + i % 16, out);
    return out[i / 16 % 4];
}

/* Two uniform numbers in [0, 1): 53 bits of each half of a block. */
static void draw(uint64_t seed, uint64_t stream, uint64_t i, double u[2])
{
    uint32_t out[4];
    wgi_philox(wgi_philox_key(seed, stream), WGI_DRAWS_EPOCH, i, out);
    for (int j = 0; j < 2; j++) u[j] = bm_unit(((uint64_t)out[2 * j + 1] << 32 | out[2 * j]) >> 11);
}

double wgi_uniform_draw(uint64_t seed, uint64_t stream, uint64_t i)
{
    double u[2];
    draw(seed, stream, i, u);
    return u[0];
}

double wgi_normal_draw(uint64_t seed, uint64_t stream, uint64_t i)
{
    double u[2];
    draw(seed, stream, i, u);
    return bm_normal(1 - u[0], u[1]);
}

double wg_box_muller(double u, double v) { return bm_normal(u, v); }

/* FNV-1a (Fowler, Noll, Vo). */
uint64_t wgi_text_hash_more(uint64_t h, const char *s)
{
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 0x100000001B3u;
    return h;
}

uint64_t wg_random_stream(const char *s) { return wgi_text_hash_more(0xCBF29CE484222325u, s ? s : ""); }
