/* classical.c: test problems 1 to 18 of More, Garbow and Hillstrom, Testing unconstrained optimization
 * software, 1981. The numbers of terms and the starts are those of the paper. */
#include "corpus/least_squares.h"

#include <math.h>

#define TERM(name) static double name(const wgt_problem *p, size_t k, const double *x, double *d)

TERM(rosenbrock)
{
    if (k) return d[0] = -1, 1 - x[0];
    d[0] = -20 * x[0], d[1] = 10;
    return 10 * (x[1] - x[0] * x[0]);
}

TERM(freudenstein)
{
    d[0] = 1;
    if (k) return d[1] = (3 * x[1] + 2) * x[1] - 14, -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1];
    d[1] = (10 - 3 * x[1]) * x[1] - 2;
    return -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1];
}

TERM(powell_badly_scaled)
{
    if (k) return d[0] = -exp(-x[0]), d[1] = -exp(-x[1]), exp(-x[0]) + exp(-x[1]) - 1.0001;
    d[0] = 1e4 * x[1], d[1] = 1e4 * x[0];
    return 1e4 * x[0] * x[1] - 1;
}

TERM(brown_badly_scaled)
{
    if (k < 2) return d[k] = 1, x[k] - (k ? 2e-6 : 1e6);
    d[0] = x[1], d[1] = x[0];
    return x[0] * x[1] - 2;
}

TERM(beale)
{
    static const double y[] = { 1.5, 2.25, 2.625 };
    const double q = pow(x[1], (double)k + 1);
    d[0] = q - 1, d[1] = x[0] * (double)(k + 1) * pow(x[1], (double)k);
    return y[k] - x[0] * (1 - q);
}

TERM(jennrich_sampson)
{
    const double i = (double)k + 1;
    d[0] = -i * exp(i * x[0]), d[1] = -i * exp(i * x[1]);
    return 2 + 2 * i - (exp(i * x[0]) + exp(i * x[1]));
}

TERM(helical_valley)
{
    const double q = x[0] * x[0] + x[1] * x[1], turn = 2 * acos(-1);
    if (k == 2) return d[2] = 1, x[2];
    if (k == 1) return d[0] = 10 * x[0] / sqrt(q), d[1] = 10 * x[1] / sqrt(q), 10 * (sqrt(q) - 1);
    d[0] = 100 / turn * x[1] / q, d[1] = -100 / turn * x[0] / q, d[2] = 10;
    return 10 * (x[2] - 10 * (atan(x[1] / x[0]) / turn + (x[0] < 0 ? 0.5 : 0)));
}

TERM(bard)
{
    static const double y[] = { .14, .18, .22, .25, .29, .32, .35, .39, .37, .58, .73, .96, 1.34, 2.1, 4.39 };
    const double u = (double)k + 1, v = 15 - (double)k, w = fmin(u, v), q = v * x[1] + w * x[2];
    d[0] = -1, d[1] = u * v / (q * q), d[2] = u * w / (q * q);
    return y[k] - (x[0] + u / q);
}

TERM(gaussian)
{
    static const double y[] = { .0009, .0044, .0175, .0540, .1295, .2420, .3521, .3989 };
    const double s = (7 - (double)k) / 2 - x[2], e = exp(-x[1] * s * s / 2);
    d[0] = e, d[1] = -x[0] * e * s * s / 2, d[2] = x[0] * e * x[1] * s;
    return x[0] * e - y[k < 8 ? k : 14 - k];
}

TERM(meyer)
{
    static const double y[] = { 34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                                8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872 };
    const double t = 50 + 5 * (double)k, e = exp(x[1] / (t + x[2]));
    d[0] = e, d[1] = x[0] * e / (t + x[2]), d[2] = -x[0] * e * x[1] / ((t + x[2]) * (t + x[2]));
    return x[0] * e - y[k];
}

TERM(gulf)
{
    const double t = ((double)k + 1) / 100, y = 25 + pow(-50 * log(t), 2.0 / 3), s = fabs(y - x[1]),
                 q = pow(s, x[2]), e = exp(-q / x[0]);
    d[0] = e * q / (x[0] * x[0]);
    d[1] = e / x[0] * x[2] * q / s * (y > x[1] ? 1 : -1);
    d[2] = -e / x[0] * q * log(s);
    return e - t;
}

TERM(box)
{
    const double t = 0.1 * ((double)k + 1), c = exp(-t) - exp(-10 * t);
    d[0] = -t * exp(-t * x[0]), d[1] = t * exp(-t * x[1]), d[2] = -c;
    return exp(-t * x[0]) - exp(-t * x[1]) - x[2] * c;
}

TERM(powell_singular)
{
    const double a = x[1] - 2 * x[2], b = x[0] - x[3];
    if (k == 0) return d[0] = 1, d[1] = 10, x[0] + 10 * x[1];
    if (k == 1) return d[2] = sqrt(5), d[3] = -sqrt(5), sqrt(5) * (x[2] - x[3]);
    if (k == 2) return d[1] = 2 * a, d[2] = -4 * a, a * a;
    d[0] = 2 * sqrt(10) * b, d[3] = -2 * sqrt(10) * b;
    return sqrt(10) * b * b;
}

TERM(wood)
{
    if (k == 0) return d[0] = -20 * x[0], d[1] = 10, 10 * (x[1] - x[0] * x[0]);
    if (k == 1) return d[0] = -1, 1 - x[0];
    if (k == 2) return d[2] = -2 * sqrt(90) * x[2], d[3] = sqrt(90), sqrt(90) * (x[3] - x[2] * x[2]);
    if (k == 3) return d[2] = -1, 1 - x[2];
    if (k == 4) return d[1] = d[3] = sqrt(10), sqrt(10) * (x[1] + x[3] - 2);
    d[1] = 1 / sqrt(10), d[3] = -1 / sqrt(10);
    return (x[1] - x[3]) / sqrt(10);
}

TERM(kowalik_osborne)
{
    static const double y[] = { .1957, .1947, .1735, .16, .0844, .0627, .0456, .0342, .0323, .0235, .0246 };
    static const double inverse[] = { .25, .5, 1, 2, 4, 6, 8, 10, 12, 14, 16 };
    const double u = 1 / inverse[k], a = u * u + u * x[1], b = u * u + u * x[2] + x[3];
    d[0] = -a / b, d[1] = -x[0] * u / b, d[2] = x[0] * a * u / (b * b), d[3] = x[0] * a / (b * b);
    return y[k] - x[0] * a / b;
}

TERM(brown_dennis)
{
    const double t = ((double)k + 1) / 5, a = x[0] + t * x[1] - exp(t), b = x[2] + x[3] * sin(t) - cos(t);
    d[0] = 2 * a, d[1] = 2 * a * t, d[2] = 2 * b, d[3] = 2 * b * sin(t);
    return a * a + b * b;
}

TERM(osborne1)
{
    static const double y[] = { .844, .908, .932, .936, .925, .908, .881, .850, .818, .784, .751,
                                .718, .685, .658, .628, .603, .580, .558, .538, .522, .506, .490,
                                .478, .467, .457, .448, .438, .431, .424, .420, .414, .411, .406 };
    const double t = 10 * (double)k, a = exp(-t * x[3]), b = exp(-t * x[4]);
    d[0] = -1, d[1] = -a, d[2] = -b, d[3] = x[1] * t * a, d[4] = x[2] * t * b;
    return y[k] - (x[0] + x[1] * a + x[2] * b);
}

TERM(biggs)
{
    const double t = 0.1 * ((double)k + 1), a = exp(-t * x[0]), b = exp(-t * x[1]), c = exp(-t * x[4]);
    d[0] = -t * x[2] * a, d[1] = t * x[3] * b, d[2] = a, d[3] = -b, d[4] = -t * x[5] * c, d[5] = c;
    return x[2] * a - x[3] * b + x[5] * c - (exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t));
}

static const wgt_problem problem[] = {
    { "Rosenbrock", 2, 2, rosenbrock, .start = { -1.2, 1 } },
    { "Freudenstein and Roth", 2, 2, freudenstein, .start = { 0.5, -2 } },
    { "Powell, badly scaled", 2, 2, powell_badly_scaled, .start = { 0, 1 } },
    { "Brown, badly scaled", 2, 3, brown_badly_scaled, .start = { 1, 1 } },
    { "Beale", 2, 3, beale, .start = { 1, 1 } },
    { "Jennrich and Sampson", 2, 10, jennrich_sampson, .start = { 0.3, 0.4 } },
    { "helical valley", 3, 3, helical_valley, .start = { -1, 0, 0 } },
    { "Bard", 3, 15, bard, .start = { 1, 1, 1 } },
    { "Gaussian", 3, 15, gaussian, .start = { 0.4, 1, 0 } },
    { "Meyer", 3, 16, meyer, .start = { 0.02, 4000, 250 } },
    { "gulf research", 3, 20, gulf, .start = { 5, 2.5, 0.15 } },
    { "Box, three-dimensional", 3, 10, box, .start = { 0, 10, 20 } },
    { "Powell, singular", 4, 4, powell_singular, .start = { 3, -1, 0, 1 } },
    { "Wood", 4, 6, wood, .start = { -3, -1, -3, -1 } },
    { "Kowalik and Osborne", 4, 11, kowalik_osborne, .start = { .25, .39, .415, .39 } },
    { "Brown and Dennis", 4, 20, brown_dennis, .start = { 25, 5, -5, -1 } },
    { "Osborne 1", 5, 33, osborne1, .start = { .5, 1.5, -1, .01, .02 } },
    { "Biggs EXP6", 6, 13, biggs, .start = { 1, 2, 1, 1, 1, 1 } },
};

void wgt_add_classical(wgt_list *l)
{
    for (size_t i = 0; i < sizeof problem / sizeof *problem; i++)
        wgt_add_problem(l, "classical", &problem[i]);
}
