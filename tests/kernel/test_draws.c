/* test_draws.c: random numbers. Philox gives the known answers of its authors, and bits are its words. Each
 * instruction set gives the numbers of the definition one by one, the definition agrees with long double, and
 * the numbers are distributed as they should be, by Kolmogorov and Smirnov's test. */
#include <math.h>
#include <stdlib.h>

#include "kernel/draws.h"
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

/* ---- the same numbers in every way ---- */

static double get(wg_dtype t, const void *p, int64_t i)
{
    return t == WG_F32 ? ((const float *)p)[i] : ((const double *)p)[i];
}

static void expect_draws(wgi_draws d, int isa)
{
    wgi_draws_fill[isa](&d);
    for (int64_t i = d.begin; i < d.end; i++) {
        double x = d.normal ? wgi_normal_draw(d.seed, d.stream, (uint64_t)i)
                            : wgi_uniform_draw(d.seed, d.stream, (uint64_t)i);
        double want = d.a + d.b * x, got = get(d.dtype, d.y, i);
        if (d.dtype == WG_F32) want = (float)want;
        cr_assert_eq(got, want, "isa %d, normal %d, number %lld: %a, not %a", isa, d.normal, (long long)i,
                     got, want);
    }
}

Test(draws, every_instruction_set_gives_the_numbers_of_the_definition)
{
    enum { N = 1000 };
    void *y = malloc(N * sizeof(double));
    for (int isa = 0; isa <= wgi_isa_best(); isa++)
        for (int k = 0; k < 4; k++) {
            wgi_draws d = {
                .seed = 5, .stream = 77 + (uint64_t)k, .normal = k & 1, .a = 0.25, .b = -1.5, .y = y
            };
            d.dtype = k & 2 ? WG_F64 : WG_F32;
            for (d.begin = 0; d.begin < 130; d.begin += 13)
                for (d.end = d.begin; d.end <= N; d.end += 1 + d.end / 3) expect_draws(d, isa);
        }
    free(y);
}

/* Nothing is written before and behind the numbers asked for. */
Test(draws, writes_only_what_is_asked_for)
{
    float y[300];
    for (int i = 0; i < 300; i++) y[i] = 99;
    for (int isa = 0; isa <= wgi_isa_best(); isa++) {
        wgi_draws_fill[isa](&(wgi_draws){ .b = 1, .dtype = WG_F32, .y = y, .begin = 70, .end = 201 });
        for (int i = 0; i < 300; i++) cr_assert((y[i] == 99) == (i < 70 || i > 200), "element %d", i);
    }
}

static void first_values(wg_dtype t, int threads, wg_init init, int64_t n, double *to)
{
    wg_context *c = wgt_start(NULL, t, &WG_OPTS(wg_start_opts, .threads = threads, .seed = 3));
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_param(g, p, "a.W", WG_SHAPE(n), init);
    wg_params_get(p, to);
    wgt_finish(c, NULL);
}

Test(draws, first_values_are_those_of_the_definition_with_any_number_of_threads)
{
    enum { N = 300001 };
    double *one = malloc(N * sizeof *one), *more = malloc(N * sizeof *more);
    const uint64_t stream = wg_random_stream("a.W");
    const wg_init inits[] = { wg_normal(2, 0.5), wg_uniform(-3, 1), wg_he() };
    for (int k = 0; k < 3; k++) {
        first_values(WG_F32, 1, inits[k], N, one);
        first_values(WG_F32, 3, inits[k], N, more);
        for (int64_t i = 0; i < N; i++) {
            double x =
                k == 1 ? -3 + 4 * wgi_uniform_draw(3, stream, (uint64_t)i)
                       : (k ? 0 : 2) + (k ? sqrt(2.0 / N) : 0.5) * wgi_normal_draw(3, stream, (uint64_t)i);
            cr_assert(one[i] == (float)x && more[i] == one[i], "init %d, number %lld", k, (long long)i);
        }
    }
    free(one), free(more);
}

/* ---- the definition ---- */

static void expect_near_long_double(double u, double v)
{
    const long double turn = 6.283185307179586476925286766559L;
    long double radius = sqrtl(-2 * logl(u)), want;
    /* sine of the distance to the nearest zero, which is exact, in place of the cosine */
    want = radius * sinl(turn * ((long double)fabs(v - 0.5) - 0.25L));
    double got = wg_box_muller(u, v);
    cr_assert(fabsl(got - want) <= 0x1p-50L * fabsl(want), "u %a v %a: %.17g, not %.17Lg", u, v, got, want);
}

Test(draws, normal_agrees_with_long_double)
{
    wgt_random r = { wgt_seed() };
    static const double edge[] = { 0x1p-53,     0x1p-52, 0.5, 0.70710678118654752, 0.70710678118654757,
                                   1 - 0x1p-53, 1 };
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++)
        for (int k = 0; k <= 64; k++) expect_near_long_double(edge[i], k / 64.0);
    for (int i = 0; i < 300000; i++) {
        double u = 1 - wgt_unit(&r), v = wgt_unit(&r);
        expect_near_long_double(u, v);
        expect_near_long_double(ldexp(u, -(i % 50)), v);
        expect_near_long_double(1 - ldexp(1 - u, -(i % 30)), ldexp(v, -(i % 40)));
    }
}

/* ---- distribution ---- */

static double *draws(bool normal, int64_t n)
{
    double *y = malloc((size_t)n * sizeof *y);
    wgi_draws_fill[wgi_isa_best()](&(wgi_draws){ .seed = 11,
                                                 .stream = wg_random_stream("fc1.W"),
                                                 .normal = normal,
                                                 .b = 1,
                                                 .dtype = WG_F64,
                                                 .y = y,
                                                 .end = n });
    return y;
}

static int order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* sqrt(n) times the largest distance between the distribution functions. It exceeds x with probability
 * 2 e^(-2 x^2): 2.3 with 5e-5. */
static double kolmogorov(double *y, int64_t n, bool normal)
{
    double most = 0;
    qsort(y, (size_t)n, sizeof *y, order);
    for (int64_t i = 0; i < n; i++) {
        double p = normal ? 0.5 * erfc(-y[i] / sqrt(2)) : y[i];
        most = fmax(most, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
    }
    return sqrt((double)n) * most;
}

Test(draws, have_the_distribution)
{
    enum { N = 1000000 };
    for (int normal = 0; normal <= 1; normal++) {
        double *y = draws(normal, N), d = kolmogorov(y, N, normal);
        cr_assert(d < 2.3, "normal %d: %g", normal, d);
        free(y);
    }
}
