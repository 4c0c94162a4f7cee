/* classical_large.c: test problems 19 to 35 of More, Garbow and Hillstrom, 1981. Those of any size
 * have 8 to 12 variables, and some 70 to 100. */
#include "corpus/least_squares.h"

#include <math.h>

#define TERM(name) static double name(const wgt_problem *p, size_t k, const double *x, double *d)

TERM(osborne2)
{
    static const double y[] = { 1.366, 1.191, 1.112, 1.013, .991, .885, .831, .847, .786, .725, .746,
                                .679,  .608,  .655,  .616,  .606, .602, .626, .651, .724, .649, .649,
                                .694,  .644,  .624,  .661,  .612, .558, .533, .495, .500, .423, .395,
                                .375,  .372,  .391,  .396,  .405, .428, .429, .523, .562, .607, .653,
                                .672,  .708,  .633,  .668,  .645, .632, .591, .559, .597, .625, .739,
                                .710,  .729,  .720,  .636,  .581, .428, .292, .162, .098, .054 };
    const double t = (double)k / 10, a = exp(-t * x[4]);
    double sum = x[0] * a;
    d[0] = -a, d[4] = x[0] * t * a;
    for (int i = 0; i < 3; i++) {
        const double s = t - x[8 + i], e = exp(-s * s * x[5 + i]);
        sum += x[1 + i] * e;
        d[1 + i] = -e, d[5 + i] = x[1 + i] * e * s * s, d[8 + i] = -2 * x[1 + i] * e * s * x[5 + i];
    }
    return y[k] - sum;
}

TERM(watson)
{
    if (k == 29) return d[0] = 1, x[0];
    if (k == 30) return d[0] = -2 * x[0], d[1] = 1, x[1] - x[0] * x[0] - 1;
    const double t = ((double)k + 1) / 29;
    double slope = 0, sum = 0, power = 1;
    for (size_t j = 0; j < p->n; j++) {
        sum += x[j] * power;
        if (j + 1 < p->n) slope += (double)(j + 1) * x[j + 1] * power;
        power *= t;
    }
    power = 1;
    for (size_t j = 0; j < p->n; j++) {
        d[j] -= 2 * sum * power;
        if (j + 1 < p->n) d[j + 1] += (double)(j + 1) * power;
        power *= t;
    }
    return slope - sum * sum - 1;
}

TERM(extended_rosenbrock)
{
    const size_t i = k - k % 2;
    if (k % 2) return d[i] = -1, 1 - x[i];
    d[i] = -20 * x[i], d[i + 1] = 10;
    return 10 * (x[i + 1] - x[i] * x[i]);
}

TERM(extended_powell)
{
    const size_t i = k - k % 4;
    const double a = x[i + 1] - 2 * x[i + 2], b = x[i] - x[i + 3];
    if (k % 4 == 0) return d[i] = 1, d[i + 1] = 10, x[i] + 10 * x[i + 1];
    if (k % 4 == 1) return d[i + 2] = sqrt(5), d[i + 3] = -sqrt(5), sqrt(5) * (x[i + 2] - x[i + 3]);
    if (k % 4 == 2) return d[i + 1] = 2 * a, d[i + 2] = -4 * a, a * a;
    d[i] = 2 * sqrt(10) * b, d[i + 3] = -2 * sqrt(10) * b;
    return sqrt(10) * b * b;
}

TERM(penalty1)
{
    if (k < p->n) return d[k] = sqrt(1e-5), sqrt(1e-5) * (x[k] - 1);
    double sum = -0.25;
    for (size_t i = 0; i < p->n; i++) sum += x[i] * x[i], d[i] = 2 * x[i];
    return sum;
}

TERM(penalty2)
{
    const size_t n = p->n;
    const double c = sqrt(1e-5);
    if (k == 0) return d[0] = 1, x[0] - 0.2;
    if (k < n) {
        const double y = exp(((double)k + 1) / 10) + exp((double)k / 10);
        d[k] = c * exp(x[k] / 10) / 10, d[k - 1] = c * exp(x[k - 1] / 10) / 10;
        return c * (exp(x[k] / 10) + exp(x[k - 1] / 10) - y);
    }
    if (k < 2 * n - 1) {
        const double e = exp(x[k - n + 1] / 10);
        return d[k - n + 1] = c * e / 10, c * (e - exp(-0.1));
    }
    double sum = -1;
    for (size_t i = 0; i < n; i++) sum += (double)(n - i) * x[i] * x[i], d[i] = 2 * (double)(n - i) * x[i];
    return sum;
}

TERM(variably_dimensioned)
{
    if (k < p->n) return d[k] = 1, x[k] - 1;
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) sum += (double)(i + 1) * (x[i] - 1);
    for (size_t i = 0; i < p->n; i++) d[i] = (double)(i + 1) * (k == p->n ? 1 : 2 * sum);
    return k == p->n ? sum : sum * sum;
}

TERM(trigonometric)
{
    double sum = (double)p->n;
    for (size_t i = 0; i < p->n; i++) sum -= cos(x[i]), d[i] = sin(x[i]);
    d[k] += (double)(k + 1) * sin(x[k]) - cos(x[k]);
    return sum + (double)(k + 1) * (1 - cos(x[k])) - sin(x[k]);
}

TERM(brown_almost_linear)
{
    double sum = -(double)(p->n + 1), product = 1;
    for (size_t i = 0; i < p->n; i++) sum += x[i], product *= x[i];
    if (k + 1 < p->n) {
        for (size_t i = 0; i < p->n; i++) d[i] = 1;
        d[k] += 1;
        return x[k] + sum;
    }
    for (size_t i = 0; i < p->n; i++) {
        d[i] = 1;
        for (size_t j = 0; j < p->n; j++) d[i] *= j == i ? 1 : x[j];
    }
    return product - 1;
}

TERM(boundary_value)
{
    const double h = 1 / (double)(p->n + 1), c = x[k] + h * (double)(k + 1) + 1;
    double r = 2 * x[k] + h * h * c * c * c / 2;
    d[k] = 2 + 1.5 * h * h * c * c;
    if (k) r -= x[k - 1], d[k - 1] = -1;
    if (k + 1 < p->n) r -= x[k + 1], d[k + 1] = -1;
    return r;
}

TERM(integral_equation)
{
    const double h = 1 / (double)(p->n + 1), t = h * (double)(k + 1);
    double sum = 0;
    for (size_t j = 0; j < p->n; j++) {
        const double s = h * (double)(j + 1), c = x[j] + s + 1, weight = j <= k ? (1 - t) * s : t * (1 - s);
        sum += weight * c * c * c, d[j] = h / 2 * weight * 3 * c * c;
    }
    d[k] += 1;
    return x[k] + h / 2 * sum;
}

TERM(broyden_tridiagonal)
{
    double r = (3 - 2 * x[k]) * x[k] + 1;
    d[k] = 3 - 4 * x[k];
    if (k) r -= x[k - 1], d[k - 1] = -1;
    if (k + 1 < p->n) r -= 2 * x[k + 1], d[k + 1] = -2;
    return r;
}

TERM(broyden_banded)
{
    double r = x[k] * (2 + 5 * x[k] * x[k]) + 1;
    for (size_t j = k > 5 ? k - 5 : 0; j < p->n && j <= k + 1; j++)
        if (j != k) r -= x[j] * (1 + x[j]), d[j] = -1 - 2 * x[j];
    d[k] = 2 + 15 * x[k] * x[k];
    return r;
}

TERM(linear_full_rank)
{
    const double share = 2 / (double)p->m;
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) sum += x[i], d[i] = -share;
    if (k < p->n) d[k] += 1;
    return (k < p->n ? x[k] : 0) - share * sum - 1;
}

TERM(linear_rank1)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) sum += (double)(i + 1) * x[i], d[i] = (double)((k + 1) * (i + 1));
    return (double)(k + 1) * sum - 1;
}

TERM(linear_rank1_zeros)
{
    double sum = 0;
    if (k == 0 || k + 1 == p->m) return -1;
    for (size_t i = 1; i + 1 < p->n; i++) sum += (double)(i + 1) * x[i], d[i] = (double)(k * (i + 1));
    return (double)k * sum - 1;
}

/* The shifted Chebyshev polynomial of degree k + 1, its mean over the x[j] less its integral over [0,
 * 1]. */
TERM(chebyquad)
{
    double sum = 0;
    for (size_t j = 0; j < p->n; j++) {
        const double z = 2 * x[j] - 1;
        double before = 1, T = z, before_slope = 0, slope = 2;
        for (size_t i = 1; i <= k; i++) {
            const double next = 2 * z * T - before, next_slope = 4 * T + 2 * z * slope - before_slope;
            before = T, T = next, before_slope = slope, slope = next_slope;
        }
        sum += T, d[j] = slope / (double)p->n;
    }
    const double degree = (double)k + 1;
    return sum / (double)p->n + (k % 2 ? 1 / (degree * degree - 1) : 0);
}

static const wgt_problem problem[] = {
    { "Osborne 2", 11, 65, osborne2, .start = { 1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5 } },
    { "Watson 6", 6, 31, watson, .start = { 0 } },
    { "Watson 9", 9, 31, watson, .start = { 0 } },
    { "Rosenbrock, extended", 10, 10, extended_rosenbrock,
      .start = { -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1 } },
    { "Powell singular, extended", 12, 12, extended_powell,
      .start = { 3, -1, 0, 1, 3, -1, 0, 1, 3, -1, 0, 1 } },
    { "penalty I", 4, 5, penalty1, .start = { 1, 2, 3, 4 } },
    { "penalty II", 4, 8, penalty2, .start = { .5, .5, .5, .5 } },
    { "variably dimensioned", 10, 12, variably_dimensioned,
      .start = { .9, .8, .7, .6, .5, .4, .3, .2, .1, 0 } },
    { "trigonometric", 10, 10, trigonometric, .start = { .1, .1, .1, .1, .1, .1, .1, .1, .1, .1 } },
    { "Brown, almost linear", 10, 10, brown_almost_linear,
      .start = { .5, .5, .5, .5, .5, .5, .5, .5, .5, .5 } },
    { "discrete boundary value", 8, 8, boundary_value,
      .start = { -8 / 81., -14 / 81., -18 / 81., -20 / 81., -20 / 81., -18 / 81., -14 / 81., -8 / 81. } },
    { "discrete integral equation", 8, 8, integral_equation,
      .start = { -8 / 81., -14 / 81., -18 / 81., -20 / 81., -20 / 81., -18 / 81., -14 / 81., -8 / 81. } },
    { "Broyden, tridiagonal", 10, 10, broyden_tridiagonal,
      .start = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } },
    { "Broyden, banded", 10, 10, broyden_banded, .start = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } },
    { "linear, full rank", 8, 12, linear_full_rank, .start = { 1, 1, 1, 1, 1, 1, 1, 1 } },
    { "linear, rank 1", 8, 10, linear_rank1, .start = { 1, 1, 1, 1, 1, 1, 1, 1 } },
    { "linear, rank 1, zeros", 8, 10, linear_rank1_zeros, .start = { 1, 1, 1, 1, 1, 1, 1, 1 } },
    { "Chebyquad", 8, 8, chebyquad,
      .start = { 1 / 9., 2 / 9., 3 / 9., 4 / 9., 5 / 9., 6 / 9., 7 / 9., 8 / 9. } },
};

/* The same with so many variables that directions are compared, and not each component. */
static const wgt_problem large[] = {
    { "Rosenbrock of 100", 100, 100, extended_rosenbrock, .start = { -1.2, 1 }, .period = 2 },
    { "Powell singular of 100", 100, 100, extended_powell, .start = { 3, -1, 0, 1 }, .period = 4 },
    { "variably dimensioned of 80", 80, 82, variably_dimensioned, .start = { .5, .2, .7 }, .period = 3 },
    { "trigonometric of 90", 90, 90, trigonometric, .start = { .01 }, .period = 1 },
    { "Broyden, tridiagonal, of 100", 100, 100, broyden_tridiagonal, .start = { -1 }, .period = 1 },
    { "Broyden, banded, of 90", 90, 90, broyden_banded, .start = { -1 }, .period = 1 },
    { "discrete boundary value of 70", 70, 70, boundary_value, .start = { -.2, -.1 }, .period = 2 },
    { "linear, full rank, of 100", 100, 100, linear_full_rank, .start = { 1 }, .period = 1 },
};

void wgt_add_classical_large(wgt_list *l)
{
    for (size_t i = 0; i < sizeof problem / sizeof *problem; i++)
        wgt_add_problem(l, "classical", &problem[i]);
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) wgt_add_problem(l, "classical", &large[i]);
}
