/* test_calls.c: how often the check calls a function: a wrong gradient takes at most 1.5 times the calls of
 * the right one, and a number that is given holds. */
#include <math.h>

#include "wgcheck.h"

enum { MOST = 1000 };

typedef enum wrong { RIGHT, ALL, ONE, HALF, LAST, LITTLE, WRONGS } wrong;
static const char *const text[WRONGS] = { "right", "all", "one", "half", "the last", "little" };

typedef struct counted {
    wrong how;
    long calls;
} counted;

/* Neighbours in a ring meet: tanh(x[i] - x[i + 1] / 2)^2 + sin x[i]. */
static double ring(size_t n, const double *x, double *g, void *user)
{
    counted *c = user;
    double f = 0;
    c->calls++;
    for (size_t i = 0; g && i < n; i++) g[i] = cos(x[i]);
    for (size_t i = 0; i < n; i++) {
        const size_t next = (i + 1) % n;
        const double t = tanh(x[i] - x[next] / 2), slope = 2 * t * (1 - t * t);
        f += t * t + sin(x[i]);
        if (g) g[i] += slope, g[next] -= slope / 2;
    }
    for (size_t i = 0; g && i < n; i++) {
        if (c->how == ALL) g[i] *= 2;
        if (c->how == HALF && i % 2) g[i] *= 1.01;
    }
    if (g && c->how == ONE) g[n / 2] *= 1.5;
    if (g && c->how == LAST) g[n - 1] += 1e-5;
    if (g && c->how == LITTLE) g[n / 3] += 1e-7;
    return f;
}

static long calls_of(int n, wrong how, int64_t evaluations, wg_verdict *v)
{
    static double x[MOST];
    counted c = { how, 0 };
    for (int i = 0; i < n; i++) x[i] = 1.5 * sin(2.0 * i + 1);
    *v = evaluations ? wgt_verdict(wg_gradcheck_fn(ring, (size_t)n, x, &c, .evaluations = evaluations))
                     : wgt_verdict(wg_gradcheck_fn(ring, (size_t)n, x, &c));
    return c.calls;
}

static const int sizes[] = { 1, 2, 3, 10, 30, 64, 65, 100, 300, MOST };

Test(calls, of_a_wrong_gradient_are_no_more)
{
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const int n = sizes[k];
        wg_verdict v;
        const long right = calls_of(n, RIGHT, 0, &v);
        cr_expect_eq(v, WG_PASS, "%d", n);
        for (wrong how = ALL; how < WRONGS; how++) {
            if (how == HALF && n == 1) continue;
            const long calls = calls_of(n, how, 0, &v);
            cr_expect_eq(v, WG_FAIL, "n %d, %s", n, text[how]);
            cr_expect_leq(2 * calls, 3 * right, "n %d, %s: %ld calls, right %ld", n, text[how], calls, right);
        }
    }
}

/* At most half as many more than the number that is given, and what it takes to name one of n components by
 * halves. What too few calls cannot make sure of is no PASS. */
Test(calls, that_are_given_hold)
{
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const int n = sizes[k];
        const long halves = (long)(4 * log2(n));
        for (int64_t given = 60; given <= 200; given += 140)
            for (wrong how = RIGHT; how < WRONGS; how++) {
                wg_verdict v;
                if (how == HALF && n == 1) continue;
                const long calls = calls_of(n, how, given, &v);
                cr_expect_leq(calls, given * 3 / 2 + halves, "n %d, %s: %ld calls of %ld", n, text[how],
                              calls, (long)given);
                cr_expect(how != RIGHT || v == WG_PASS, "n %d", n);
                cr_expect(how != ALL || v == WG_FAIL, "n %d", n);
                cr_expect(how == RIGHT || v != WG_PASS, "n %d, %s", n, text[how]);
            }
    }
}
