/* test_random.c: Philox against the known answers of its authors, the public definition of random bits, and
 * the draws that are made of them. */
#include <math.h>
#include <string.h>

#include "run/run.h"
#include "wgtest.h"

/* ---- known answers: Random123's kat_vectors for philox 4x32 with ten rounds ---- */

typedef struct answer {
    uint32_t counter[4], key[2], out[4];
} answer;

static const answer answers[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static uint64_t two(const uint32_t w[2]) { return w[0] | (uint64_t)w[1] << 32; }

Test(random, philox_gives_the_known_answers)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const answer *a = &answers[i];
        uint32_t out[4];
        wgi_philox(two(a->key), two(a->counter + 2), two(a->counter), out);
        for (int j = 0; j < 4; j++)
            cr_assert_eq(out[j], a->out[j], "vector %zu, word %d: %08x", i, j, out[j]);
    }
}

/* ---- bits of a stream ---- */

/* Seed 0: the key is the stream, the counter is block and epoch. So draws are words of known blocks. */
Test(random, draws_are_words_of_sixteen_blocks_side_by_side)
{
    for (int word = 0; word < 4; word++)
        cr_assert_eq(wg_random_bits(0, 0, 0, (uint64_t)word * 16), answers[0].out[word]);
    uint32_t out[4];
    wgi_philox(77, 5, 16 * 3 + 9, out);
    cr_assert_eq(wg_random_bits(0, 77, 5, 64 * 3 + 16 * 2 + 9), out[2]);
}

Test(random, seed_stream_epoch_and_place_all_matter)
{
    uint32_t first = wg_random_bits(1, 2, 3, 4);
    cr_assert_neq(first, wg_random_bits(2, 2, 3, 4));
    cr_assert_neq(first, wg_random_bits(1, 3, 3, 4));
    cr_assert_neq(first, wg_random_bits(1, 2, 4, 4));
    cr_assert_neq(first, wg_random_bits(1, 2, 3, 5));
    cr_assert_eq(first, wg_random_bits(1, 2, 3, 4));
}

/* ---- draws ---- */

/* The share of draws below each of some points, against the distribution function, which erfc knows. */
Test(random, normal_draws_have_the_distribution)
{
    enum { N = 40000 };
    for (double at = -2; at <= 2; at += 0.5) {
        double below = 0, p = 0.5 * erfc(-at / sqrt(2));
        for (uint64_t i = 0; i < N; i++) below += wgi_normal_draw(9, 1, i) < at;
        cr_assert(fabs(below / N - p) < 5 * sqrt(p * (1 - p) / N), "below %g: %g, not %g", at, below / N, p);
    }
}
