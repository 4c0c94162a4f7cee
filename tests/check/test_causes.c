/* test_causes.c: what the check says of a wrong gradient of a function: a cause that holds at two points. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"

enum { N = 6 };

/* f = exp(sum of x^2 / 10) + sum of sin(x), and the gradient. */
static double smooth(size_t n, const double *x, double *g)
{
    double squares = 0, f = 0;
    for (size_t i = 0; i < n; i++) squares += x[i] * x[i] / 10, f += sin(x[i]);
    for (size_t i = 0; i < n; i++) g[i] = exp(squares) * x[i] / 5 + cos(x[i]);
    return f + exp(squares);
}

/* Makes a right gradient g of f at x, with room for n more numbers, wrong. */
typedef void (*spoil_fn)(size_t n, const double *x, double f, double *g);

static double norm_of(size_t n, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    return sqrt(sum);
}

#define EACH(name, e)                                                \
    static void name(size_t n, const double *x, double f, double *g) \
    {                                                                \
        double was[N];                                               \
        memcpy(was, g, sizeof was);                                  \
        (void)x, (void)f;                                            \
        for (size_t i = 0; i < n; i++) g[i] = (e);                   \
    }
EACH(without_f, g[i] / f)
EACH(with_f, g[i] * f)
EACH(with_twice_f, 2 * g[i] * f)
EACH(without_own, g[i] / x[i])
EACH(with_own, g[i] * x[i])
EACH(without_other, g[i] / x[2])
EACH(without_norm, g[i] / norm_of(n, x))
EACH(with_squares, g[i] * norm_of(n, x) * norm_of(n, x))
EACH(in_degrees, g[i] * 57.29577951308232)
EACH(without_ln_10, g[i] / 2.302585092994046)
EACH(without_pi, g[i] / 3.141592653589793)
EACH(twelve_times, g[i] * 12)
EACH(without_ridge, g[i] - 0.3 * x[i])
EACH(without_a_little, g[i] - 0.0015 * x[i]) /* at most 0.7 % of a component */
EACH(without_lasso, g[i] - (x[i] > 0 ? 0.3 : -0.3))
EACH(too_much, g[i] + 0.25)
EACH(shifted, was[(i + 1) % n])
EACH(reversed, was[n - 1 - i])
EACH(last_wrong, i + 1 < n ? g[i] : 1.5 * g[i] + 1)
EACH(first_wrong, i ? g[i] : 1.5 * g[i] + 1)
EACH(from_four, i < 4 ? g[i] : g[i] + i)
EACH(up_to_one, i > 1 ? g[i] : g[i] + 2 * i + 1)
EACH(every_second, i % 2 ? 3.7 * g[i] : g[i])
EACH(by_a_factor_of_x, g[i] * cosh(x[0]))
EACH(exchanged, i == 1 ? was[4] : i == 4 ? was[1] : g[i])

static double spoilt(size_t n, const double *x, double *g, void *user)
{
    double right[N];
    const double f = smooth(n, x, right);
    if (!g) return f;
    (*(const spoil_fn *)user)(n, x, f, right);
    memcpy(g, right, n * sizeof *g);
    return f;
}

static const struct {
    spoil_fn how;
    const char *said;
} cases[] = {
    { without_f, "yours times f itself is right" },
    { with_f, "yours divided by f itself is right" },
    { with_twice_f, "yours divided by 2 f itself is right" },
    { without_own, "yours times x[i], the component itself, is right" },
    { with_own, "yours divided by x[i], the component itself, is right" },
    { without_other, "yours times x[2] is right" },
    { without_norm, "yours times the norm of x is right" },
    { with_squares, "yours divided by the sum of the squares of x is right" },
    { in_degrees, "yours divided by 180/pi is right" },
    { without_ln_10, "yours times ln 10 is right" },
    { without_pi, "yours times pi is right" },
    { twelve_times, "yours divided by 12 is right, here and 1 % away, as where f takes the mean over 12" },
    { without_ridge, "a term is missing: 0.3 x[i]" },
    { without_a_little, "a term is missing: 0.0015 x[i]" },
    { without_lasso, "a term is missing: 0.3 times the sign of x[i]" },
    { too_much, "a term is too much: 0.25, a number" },
    { shifted, "shifted by one place: each component stands at the place of the one before" },
    { reversed, "in the reverse order" },
    { last_wrong, "only x[5] is wrong, the last one" },
    { first_wrong, "only x[0] is wrong, the first one" },
    { from_four, "wrong from x[4] on" },
    { up_to_one, "wrong up to x[1]" },
    { every_second, "only every second one is wrong, those at odd places" },
    { by_a_factor_of_x, "times 1 % away: a factor is missing that depends on x" },
    { exchanged, "x[1] and x[4] are exchanged" },
};

/* Each cause is named, and no other. */
Test(causes, are_named)
{
    static const double x[N] = { 0.7, -1.3, 0.4, 1.9, -0.6, 1.1 };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        spoil_fn how = cases[k].how;
        wg_check *r = wg_gradcheck_fn(spoilt, N, x, &how);
        const wg_check_input in = wg_check_input_at(r, 0);
        cr_expect_eq(wg_check_verdict(r), WG_FAIL, "%s", cases[k].said);
        cr_expect(strstr(in.hint, cases[k].said), "%s: \"%s\"", cases[k].said, in.hint);
        wg_check_free(r);
    }
}

/* At the point where the squares sum to 1/2 the factor is 2, and elsewhere it is not. */
static double square_of_squares(size_t n, const double *x, double *g, void *user)
{
    (void)user;
    const double squares = norm_of(n, x) * norm_of(n, x);
    for (size_t i = 0; g && i < n; i++) g[i] = 4 * x[i];
    return squares * squares;
}

Test(causes, what_holds_at_one_point_is_not_said)
{
    wg_check *r = wg_gradcheck_fn(square_of_squares, 2, ((double[]){ 0.5, 0.5 }), NULL);
    const char *hint = wg_check_input_at(r, 0).hint;
    cr_expect(!strstr(hint, "factor 2"), "%s", hint);
    cr_expect(strstr(hint, "yours times the sum of the squares of x is right"), "%s", hint);
    wg_check_free(r);
}

/* A row, a column, two arguments, and one more. */
static double bilinear(size_t n, const double *x, double *g, void *user)
{
    const double *W = x, *a = x + 12, *b = x + 16;
    const char *what = user;
    double f = 0, s[3];
    (void)n;
    for (int i = 0; i < 3; i++) {
        s[i] = 0;
        for (int j = 0; j < 4; j++) s[i] += W[4 * i + j] * a[j];
        f += sin(s[i]);
    }
    for (int j = 0; j < 4; j++) f += a[j] * b[j] * b[j];
    if (!g) return f;
    for (int j = 0; j < 4; j++) {
        double by_a = b[j] * b[j];
        for (int i = 0; i < 3; i++) {
            const bool wrong = !strcmp(what, "row") ? i == 1 : !strcmp(what, "column") && j == 3;
            g[4 * i + j] = cos(s[i]) * a[j] + (wrong ? 1 + i + j : 0), by_a += cos(s[i]) * W[4 * i + j];
        }
        g[12 + j] = by_a, g[16 + j] = 2 * a[j] * b[j];
        if (!strcmp(what, "exchanged")) g[12 + j] = 2 * a[j] * b[j], g[16 + j] = by_a;
    }
    return f;
}

Test(causes, of_matrices_and_arguments)
{
    static const struct {
        char what[12];
        int input;
        const char *said;
    } wrong[] = { { "row", 0, "only index 1 of axis 0 is wrong" },
                  { "column", 0, "only index 3 of axis 1 is wrong, the last one" },
                  { "exchanged", 1, "yours by a and by b are exchanged" },
                  { "exchanged", 2, "yours by b and by a are exchanged" } };
    double x[20];
    for (int i = 0; i < 20; i++) x[i] = sin(3 * i + 1) + 0.2;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        wg_check *r =
            wg_gradcheck_fn(bilinear, 20, x, (void *)(uintptr_t)wrong[k].what, .names = "W[3,4], a[4], b[4]");
        const char *hint = wg_check_input_at(r, wrong[k].input).hint;
        cr_expect(strstr(hint, wrong[k].said), "%s: \"%s\"", wrong[k].said, hint);
        wg_check_free(r);
    }
}

/* Of 300 components not each is compared: the first wrong one is looked for. */
static double many(size_t n, const double *x, double *g, void *user)
{
    double f = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) f += (double)(i + 1) * sin(x[i]);
    for (size_t i = 0; g && i < n; i++) g[i] = (double)(i % 256 + 1) * cos(x[i]);
    return f;
}

Test(causes, an_index_of_eight_bits)
{
    double x[300];
    for (int i = 0; i < 300; i++) x[i] = 0.5 + 0.001 * i;
    wg_check *r = wg_gradcheck_fn(many, 300, x, NULL);
    const char *hint = wg_check_input_at(r, 0).hint;
    cr_expect(strstr(hint, "wrong from x[256] on"), "%s", hint);
    wg_check_free(r);
}

/* The gradient of the point that it was asked for first. */
static double stale(size_t n, const double *x, double *g, void *user)
{
    double *kept = user, f = 0;
    for (size_t i = 0; i < n; i++) f += x[i] * x[i];
    for (size_t i = 0; g && i < n; i++) g[i] = kept[i];
    return f;
}

Test(causes, a_gradient_that_does_not_follow_x)
{
    wg_check *r = wg_gradcheck_fn(stale, 2, ((double[]){ 0.5, 2 }), ((double[]){ 1, 4 }));
    cr_expect_eq(wg_check_verdict(r), WG_FAIL);
    wgt_expect_report(r, "yours is what it was at the given point: it does not follow x");
    wg_check_free(r);
}
