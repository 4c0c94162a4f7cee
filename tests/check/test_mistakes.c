/* test_mistakes.c: mistakes that a C function makes with its gradient, beside those of the corpus, which
 * spoils the numbers of right ones: a gradient of another point, of another draw, of the wrong size, small
 * factors. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"
#include "wgtest.h"

enum { N = 12 };
static const double START[N] = { 0.3, -1.2, 0.8, 2.1, -0.4, 0.9, 1.7, -0.6, 0.2, -2.2, 1.1, 0.5 };

/* sum_i sin(x_i) x_(i+1), with the last one before the first */
static double chain(size_t n, const double *x, double *g)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += sin(x[i]) * x[(i + 1) % n];
    for (size_t i = 0; g && i < n; i++) g[i] = cos(x[i]) * x[(i + 1) % n] + sin(x[(i + n - 1) % n]);
    return sum;
}

/* What a mistake needs. */
typedef struct state {
    double number; /* a factor, or how many draws there were */
    double before[N];
    int calls;
} state;

#define MISTAKE(name) static double name(size_t n, const double *x, double *g, void *user)

MISTAKE(all_times)
{
    const double f = chain(n, x, g);
    for (size_t i = 0; g && i < n; i++) g[i] *= ((state *)user)->number;
    return f;
}

MISTAKE(one_times)
{
    const double f = chain(n, x, g);
    if (g) g[n / 2] *= ((state *)user)->number;
    return f;
}

/* The gradient of the point before. */
MISTAKE(stale)
{
    state *s = user;
    if (g) chain(n, s->calls++ ? s->before : x, g);
    if (g) memcpy(s->before, x, n * sizeof *x);
    return chain(n, x, NULL);
}

/* The gradient is added to what was there. */
MISTAKE(added)
{
    state *s = user;
    const double f = chain(n, x, g);
    for (size_t i = 0; g && i < n; i++) g[i] = s->before[i] += g[i];
    return f;
}

/* Where the gradient is asked for f has another value: it counts calls. */
MISTAKE(counts) { return chain(n, x, g) + (g ? 1 : 0) + 0 * ((state *)user)->number; }

/* A mask of its own for each call: f is no function. */
MISTAKE(redrawn)
{
    state *s = user;
    double masked[N] = { 0 };
    for (size_t i = 0; i < n; i++)
        masked[i] = x[i] * (wg_random_bits(1, 2, (uint64_t)s->calls, i) % 4 ? 1 : 0);
    s->calls++;
    const double f = chain(n, masked, g);
    for (size_t i = 0; g && i < n; i++) g[i] *= masked[i] != 0;
    return f;
}

/* One mask for f, another one for the gradient. */
MISTAKE(other_mask)
{
    double masked[N] = { 0 };
    (void)user;
    for (size_t i = 0; i < n; i++) masked[i] = x[i] * (i % 3 ? 1 : 0);
    const double f = chain(n, masked, NULL);
    for (size_t i = 0; i < n; i++) masked[i] = x[i] * (i % 4 ? 1 : 0);
    if (g) chain(n, masked, g);
    for (size_t i = 0; g && i < n; i++) g[i] *= i % 4 ? 1 : 0;
    return f;
}

/* Neighbours are exchanged. */
MISTAKE(shifted)
{
    double own[N];
    (void)user;
    const double f = chain(n, x, own);
    for (size_t i = 0; g && i < n; i++) g[i] = own[(i + 1) % n];
    return f;
}

MISTAKE(half_left_out)
{
    (void)user;
    const double f = chain(n, x, g);
    for (size_t i = n / 2; g && i < n; i++) g[i] = 0;
    return f;
}

/* By differences of a coarse step. */
MISTAKE(coarse)
{
    double moved[N];
    const double h = ((state *)user)->number;
    memcpy(moved, x, n * sizeof *x);
    for (size_t i = 0; g && i < n; i++) {
        moved[i] = x[i] + h;
        g[i] = (chain(n, moved, NULL) - chain(n, x, NULL)) / h;
        moved[i] = x[i];
    }
    return chain(n, x, NULL);
}

/* In f32: as exact as its numbers. A gradient of few digits is said to be one. */
MISTAKE(in_f32)
{
    double own[N];
    (void)user;
    const double f = chain(n, x, own);
    for (size_t i = 0; g && i < n; i++) g[i] = (float)own[i];
    return f;
}

static const struct {
    const char *what;
    wg_check_fn f;
    double number;
    wg_verdict wanted;
    const char *says;
} mistakes[] = {
    { "right", all_times, 1, WG_PASS, "verdict PASS" },
    { "all by a thousandth", all_times, 1 + 1e-3, WG_FAIL, "yours is 1.001 times the numeric everywhere" },
    { "all by 1e-4", all_times, 1 + 1e-4, WG_FAIL, "wrong by 1e-04 of a component" },
    { "all by 1e-5", all_times, 1 - 1e-5, WG_FAIL, "wrong by 1e-05 of a component" },
    { "all by a millionth", all_times, 1 + 1e-6, WG_FAIL, "wrong by 1e-06 of a component" },
    { "one by a thousandth", one_times, 1 + 1e-3, WG_FAIL, "x[6]" },
    { "one by a millionth", one_times, 1 - 1e-6, WG_FAIL, "x[6]" },
    { "one with the other sign", one_times, -1, WG_FAIL, "the sign is wrong" },
    { "one is zero", one_times, 0, WG_FAIL, "yours is zero here: a term is missing" },
    { "all are zero", all_times, 0, WG_FAIL, "yours is zero: a path is missing" },
    { "of the point before", stale, 0, WG_FAIL, "FAIL" },
    { "added to the one before", added, 0, WG_FAIL, "the gradient is added to what was there" },
    { "f counts calls", counts, 0, WG_FAIL, "where its gradient is asked for" },
    { "a mask for each call", redrawn, 0, WG_INCONCLUSIVE, "f is not a function" },
    { "another mask", other_mask, 0, WG_FAIL, "FAIL" },
    { "shifted by one", shifted, 0, WG_FAIL, "FAIL" },
    { "half left out", half_left_out, 0, WG_FAIL, "yours is zero here: a term is missing" },
    { "differences of step 1e-2", coarse, 1e-2, WG_FAIL, "FAIL" },
    { "differences of step 1e-5", coarse, 1e-5, WG_FAIL, "of a component" },
    { "in f32", in_f32, 0, WG_FAIL, "numbers in f32" },
};

Test(mistakes, of_c_functions_are_found_and_said)
{
    for (size_t k = 0; k < sizeof mistakes / sizeof *mistakes; k++) {
        state s = { .number = mistakes[k].number };
        WGT_FREED wg_check *r = wg_gradcheck_fn(mistakes[k].f, N, START, &s);
        char *text = wgt_report(r);
        cr_expect(wg_check_verdict(r) == mistakes[k].wanted && strstr(text, mistakes[k].says), "%s:\n%s",
                  mistakes[k].what, text);
        free(text);
    }
}

/* One component of 10,000 is off by a millionth of itself. */
MISTAKE(one_of_many)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += cos(x[i]);
        if (g) g[i] = -sin(x[i]);
    }
    if (g) g[n / 3] *= ((state *)user)->number;
    return sum;
}

Test(mistakes, one_of_ten_thousand_is_found)
{
    enum { MANY = 10000 };
    double x[MANY];
    for (int i = 0; i < MANY; i++) x[i] = 1 + (i * 37 % 101) / 101.0;
    state s = { .number = 1 };
    cr_expect_eq(wgt_verdict(wg_gradcheck_fn(one_of_many, MANY, x, &s)), WG_PASS);
    s.number = 1 + 1e-4;
    WGT_FREED wg_check *r = wg_gradcheck_fn(one_of_many, MANY, x, &s);
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    wgt_expect_report(r, "x[3333]");
}
