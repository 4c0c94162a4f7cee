/* test_reported.c: gradients that users of other libraries reported as wrong, and right ones that a check of
 * theirs accused. Each is the function and the gradient of the thread; what is right is mathematics. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"
#include "wgtest.h"

typedef struct reported {
    const char *thread, *what;
    size_t n;
    double x[4];
    double (*f)(size_t n, const double *x, double *g, void *right);
    wg_verdict wrong, right; /* of the gradient of the thread, and of the right one */
} reported;

/* user: whether the gradient is the right one. */
#define FUNCTION(name) static double name(size_t n, const double *x, double *g, void *user)
static bool is_right(const void *user) { return *(const int *)user; }

/* where(x > 0, sqrt(x), x): the branch that is not taken gives 0 * NaN. */
FUNCTION(branch)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] > 0 ? sqrt(x[i]) : x[i];
        if (g) g[i] = x[i] > 0 ? 0.5 / sqrt(x[i]) : is_right(user) ? 1 : NAN;
    }
    return sum;
}

/* |x|^2 by way of the norm: 2 |x| (x / |x|) */
FUNCTION(norm_squared)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    const double norm = sqrt(sum);
    for (size_t i = 0; g && i < n; i++) g[i] = is_right(user) ? 2 * x[i] : 2 * norm * (x[i] / norm);
    return norm * norm;
}

/* |x| has no derivative at 0. */
FUNCTION(norm)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    for (size_t i = 0; g && i < n; i++) g[i] = is_right(user) && sum == 0 ? 0 : x[i] / sqrt(sum);
    return sqrt(sum);
}

/* max(x, 0) + log(1 + exp(-|x|)): both parts were given the derivative 0 at 0. */
FUNCTION(softplus)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fmax(x[i], 0) + log1p(exp(-fabs(x[i])));
        if (g) g[i] = x[i] == 0 && !is_right(user) ? 0 : 1 / (1 + exp(-x[i]));
    }
    return sum;
}

/* log(sum(x exp(0))), by a rule that multiplies with x where x is 0 */
FUNCTION(log_of_sum)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    for (size_t i = 0; g && i < n; i++) g[i] = x[i] == 0 && !is_right(user) ? 0 : 1 / sum;
    return log(sum);
}

/* sin(pi z) / (pi z) at z = 2 t - 1, whose derivative cancels */
FUNCTION(sinc)
{
    const double z = M_PI * (2 * x[0] - 1);
    (void)n;
    if (g)
        g[0] = fabs(z) < 1e-3 ? (is_right(user) ? -2 * M_PI * z / 3 : -0.4383804531446742)
                              : 2 * M_PI * (cos(z) - sin(z) / z) / z;
    return z == 0 ? 1 : sin(z) / z;
}

/* The largest of all. right: its derivative goes to the first of those that are equal; else to each a
 * share. */
FUNCTION(largest)
{
    double most = x[0], equal = 0;
    size_t first = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > most) most = x[i], first = i;
    for (size_t i = 0; i < n; i++) equal += x[i] == most;
    for (size_t i = 0; g && i < n; i++) g[i] = is_right(user) ? i == first : x[i] == most ? 1 / equal : 0;
    return most;
}

/* The largest of all: 1 to each that is equal to it. Each alone lies between the slopes 0 and 1 to both
 * sides; where all move together f has the slope 1, and this says n. */
FUNCTION(largest_to_all)
{
    double most = x[0];
    for (size_t i = 1; i < n; i++) most = fmax(most, x[i]);
    double left = 1;
    for (size_t i = 0; g && i < n; i++) g[i] = x[i] == most ? (is_right(user) ? left : 1) : 0, left -= g[i];
    return most;
}

/* sum of min(max(x, 0), 1): 0 or 1 at the border */
FUNCTION(clamp)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fmin(fmax(x[i], 0), 1);
        if (g) g[i] = is_right(user) ? x[i] > 0 && x[i] < 1 : x[i] >= 0 && x[i] <= 1;
    }
    return sum;
}

/* min(max(x, 1), 1) is 1. */
FUNCTION(clamp_to_one)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * x[i] + fmin(fmax(x[i], 1), 1);
        if (g) g[i] = 2 * x[i] + (x[i] == 1 && !is_right(user));
    }
    return sum;
}

/* rows scaled to the norm 0: zero, whatever x is; x itself was given the derivative where it is 0 */
FUNCTION(renorm)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += cos(x[i]);
        if (g) g[i] = -sin(x[i]) + (x[i] == 0 && !is_right(user));
    }
    return sum;
}

/* x 2^k by the exponent's bits: derivative 0 */
FUNCTION(by_exponent)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += ldexp(x[i], 1);
        if (g) g[i] = is_right(user) ? 2 : 0;
    }
    return sum;
}

/* exp(-|x|): 0 is one of the slopes -1 to 1. */
FUNCTION(cusp)
{
    (void)n;
    if (g) g[0] = x[0] == 0 ? (is_right(user) ? 0 : 1.5) : x[0] > 0 ? -exp(-x[0]) : exp(x[0]);
    return exp(-fabs(x[0]));
}

#define P WG_PASS
#define F WG_FAIL
#define I WG_INCONCLUSIVE
static const reported all[] = {
    { "pytorch/pytorch#187297", "where, sqrt of the branch not taken", 2, { -1, -4 }, branch, F, P },
    { "jax-ml/jax#4177", "the squared norm at 0", 2, { 0, 0 }, norm_squared, F, P },
    { "pytorch/pytorch#2421", "the norm at 0: a slope to each side, and 0 is allowed", 1, { 0 }, norm, F, P },
    { "jax-ml/jax#2107", "softplus at 0", 2, { 0, 1 }, softplus, F, P },
    { "jax-ml/jax#22398", "logsumexp with a coefficient 0", 2, { 1, 0 }, log_of_sum, F, P },
    { "jax-ml/jax#40629",
      "sinc beside 0, where its derivative cancels",
      1,
      { 0.49999999999999994 },
      sinc,
      F,
      P },
    { "pytorch/pytorch#114219", "the largest of equal ones", 4, { 8, 8, 1, 8 }, largest, P, P },
    { "kornia/kornia#4184", "a share to each of four equal ones", 4, { 1, 1, 1, 1 }, largest, P, P },
    { "pytorch/pytorch#114233",
      "the largest of 1e241 and 1e-310",
      3,
      { 1.3336e241, 1.3823e-310, 2.1646e-304 },
      largest,
      P,
      P },
    { "the masks x == max(x) of many programs",
      "1 to each of the largest",
      3,
      { 2, 0.5, 2 },
      largest_to_all,
      F,
      P },
    { "the same masks",
      "1 to each of three that are the largest",
      4,
      { 2, 2, 0.5, 2 },
      largest_to_all,
      F,
      P },
    { "pytorch/pytorch#7002", "clamp at its border", 3, { 0, 1, 0.5 }, clamp, P, P },
    { "pytorch/pytorch#94204", "clamp where both borders are equal", 2, { 1, 2 }, clamp_to_one, F, P },
    { "pytorch/pytorch#80804", "renorm to 0", 2, { 0.1, 0 }, renorm, F, P },
    { "jax-ml/jax#11467", "ldexp", 2, { 1, -3 }, by_exponent, F, P },
    { "HIPS/autograd#151", "a cusp: what lies outside of both slopes is wrong", 1, { 0 }, cusp, F, P },
};

Test(reported, gradients_of_other_libraries_are_judged)
{
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (int right = 0; right < 2; right++) {
            WGT_FREED wg_check *r = wg_gradcheck_fn(all[k].f, all[k].n, all[k].x, &right);
            const wg_verdict wanted = right ? all[k].right : all[k].wrong;
            if (wg_check_verdict(r) == wanted) continue;
            char *text = wgt_report(r);
            cr_expect(false, "%s, %s, %s: %s is expected\n%s", all[k].thread, all[k].what,
                      right ? "right" : "as reported", wg_verdict_name(wanted), text);
            free(text);
        }
}
