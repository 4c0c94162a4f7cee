/* units.c: functions in SI units, and functions whose arguments and values are scaled. */
#include "corpus/functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FUNCTION(name) static double name(size_t n, const double *x, double *g, void *with)
#define PARAMETERS     const wgt_with *w = with

static const double PLANCK = 6.62607015e-34, LIGHT = 299792458, BOLTZMANN = 1.380649e-23,
                    CHARGE = 1.602176634e-19, GRAVITY = 6.6743e-11, GAS = 8.314462618, FARADAY = 96485.33212,
                    VACUUM = 8.8541878128e-12;

/* ---- scales: the value times a, the arguments in units of b ---- */

FUNCTION(valley)
{
    PARAMETERS;
    const double u = x[0] / w->b, v = x[1] / w->b, q = v - u * u;
    if (g) g[0] = w->a / w->b * (-400 * u * q - 2 * (1 - u)), g[1] = w->a / w->b * 200 * q;
    return w->a * (100 * q * q + (1 - u) * (1 - u));
}

FUNCTION(mixture)
{
    PARAMETERS;
    double u[WGT_MOST_X] = { 0 }, sum = 0;
    for (size_t i = 0; i < n; i++) u[i] = x[i] / w->b, sum += (double)(i + 1) * u[i] * u[i];
    const double e = exp(0.3 * u[0]), s = u[1] * u[2];
    if (g) {
        for (size_t i = 0; i < n; i++) g[i] = 2 * (double)(i + 1) * u[i];
        g[0] += 0.3 * e, g[1] += cos(s) * u[2], g[2] += cos(s) * u[1];
        for (size_t i = 0; i < n; i++) g[i] *= w->a / w->b;
    }
    return w->a * (sum + e + sin(s));
}

/* Arguments of sizes b and 1 / b in one function. */
FUNCTION(mixed)
{
    PARAMETERS;
    const double u = x[0] / w->b, v = x[1] * w->b;
    if (g) g[0] = (2 * u * v + cos(u)) / w->b, g[1] = (u * u + 2 * v) * w->b, g[2] = exp(x[2]);
    return u * u * v + sin(u) + v * v + exp(x[2]);
}

static void add_scales(wgt_list *l)
{
    static const double value[] = { 1e-21, 1e-12, 1, 1e12 }, unit[] = { 1e-21, 1e-12, 1e-6, 1, 1e6, 1e12 };
    char name[64];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 6; j++) {
            const double b = unit[j], two[] = { -1.2 * b, 1 * b },
                         four[] = { .7 * b, -1.3 * b, .4 * b, 2 * b };
            snprintf(name, sizeof name, "Rosenbrock, value %g, unit %g", value[i], b);
            wgt_add_function(l, "scale", name, WGT_PASS, valley, value[i], b, 2, two);
            snprintf(name, sizeof name, "mixture, value %g, unit %g", value[i], b);
            wgt_add_function(l, "scale", name, WGT_PASS, mixture, value[i], b, 4, four);
        }
    for (int j = 0; j < 6; j++) {
        snprintf(name, sizeof name, "sizes %g and %g", unit[j], 1 / unit[j]);
        wgt_add_function(l, "scale", name, WGT_PASS, mixed, 1, unit[j], 3,
                         (double[]){ 1.3 * unit[j], -.6 / unit[j], .2 });
    }
}

/* ---- physics ---- */

/* Adds the derivative of a potential V(r) of the distance of points i and j, whose slope is given, to
 * g. */
static void pull(const double *x, double *g, size_t i, size_t j, double r, double slope)
{
    for (int k = 0; g && k < 3; k++) {
        const double d = slope * (x[3 * i + k] - x[3 * j + k]) / r;
        g[3 * i + k] += d, g[3 * j + k] -= d;
    }
}

static double distance(const double *x, size_t i, size_t j)
{
    const double *p = x + 3 * i, *q = x + 3 * j;
    return sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                (p[2] - q[2]) * (p[2] - q[2]));
}

/* The energy of atoms: a in joules, b in metres. */
FUNCTION(lennard_jones)
{
    PARAMETERS;
    double sum = 0;
    if (g) memset(g, 0, n * sizeof *g);
    for (size_t i = 0; i < n / 3; i++)
        for (size_t j = 0; j < i; j++) {
            const double r = distance(x, i, j), s = pow(w->b / r, 6);
            sum += 4 * w->a * (s * s - s);
            pull(x, g, i, j, r, 4 * w->a * (6 * s - 12 * s * s) / r);
        }
    return sum;
}

FUNCTION(coulomb)
{
    static const double q[] = { 1, -1, 2, -2 };
    const double k = CHARGE * CHARGE / (4 * acos(-1) * VACUUM);
    double sum = 0;
    if (g) memset(g, 0, n * sizeof *g);
    for (size_t i = 0; i < n / 3; i++)
        for (size_t j = 0; j < i; j++) {
            const double r = distance(x, i, j), v = k * q[i] * q[j] / r;
            sum += v;
            pull(x, g, i, j, r, -v / r);
        }
    return sum;
}

/* Spectral radiance at a frequency and a temperature. */
FUNCTION(planck)
{
    const double u = PLANCK * x[0] / (BOLTZMANN * x[1]), e = expm1(u),
                 v = 2 * PLANCK * x[0] * x[0] * x[0] / (LIGHT * LIGHT) / e, s = (e + 1) / e * u;
    if (g) g[0] = v * (3 - s) / x[0], g[1] = v * s / x[1];
    return v;
}

/* The energy of a mass a at a speed and a distance from a mass b. */
FUNCTION(orbit)
{
    PARAMETERS;
    if (g) g[0] = w->a * x[0], g[1] = GRAVITY * w->a * w->b / (x[1] * x[1]);
    return w->a * x[0] * x[0] / 2 - GRAVITY * w->a * w->b / x[1];
}

FUNCTION(arrhenius)
{
    const double e = exp(-x[1] / (GAS * x[2]));
    if (g) g[0] = e, g[1] = -x[0] * e / (GAS * x[2]), g[2] = x[0] * e * x[1] / (GAS * x[2] * x[2]);
    return x[0] * e;
}

FUNCTION(capacitor)
{
    if (g) g[0] = x[1] * x[1] / 2, g[1] = x[0] * x[1];
    return x[0] * x[1] * x[1] / 2;
}

FUNCTION(nernst)
{
    const double v = GAS * x[0] / FARADAY;
    if (g) g[0] = GAS / FARADAY * log(x[1] / x[2]), g[1] = v / x[1], g[2] = -v / x[2];
    return v * log(x[1] / x[2]);
}

/* The pressure of one mole at a temperature and a volume; a and b of the gas. */
FUNCTION(van_der_waals)
{
    PARAMETERS;
    const double q = x[1] - w->b;
    if (g) g[0] = GAS / q, g[1] = -GAS * x[0] / (q * q) + 2 * w->a / (x[1] * x[1] * x[1]);
    return GAS * x[0] / q - w->a / (x[1] * x[1]);
}

FUNCTION(compton)
{
    const double c = PLANCK / (9.1093837e-31 * LIGHT);
    if (g) g[0] = 1, g[1] = c * sin(x[1]);
    return x[0] + c * (1 - cos(x[1]));
}

static void add_physics(wgt_list *l)
{
    static const double argon = 1.65e-21, sigma = 3.4e-10;
    static const double far[] = { 1, 1.12246, 1.5, 3 };
    for (int k = 0; k < 4; k++) {
        const double s = sigma * far[k], x[] = { 0, 0, 0, s, 0, 0, .45 * s, .9 * s, .1 * s };
        wgt_add_function(l, "physics", "Lennard-Jones, 2 atoms", WGT_PASS, lennard_jones, argon, sigma, 6, x);
        wgt_add_function(l, "physics", "Lennard-Jones, 3 atoms", WGT_PASS, lennard_jones, argon, sigma, 9, x);
        wgt_add_function(l, "physics", "Coulomb, 3 charges", WGT_PASS, coulomb, 0, 0, 9, x);
        const double t = 1000 * (double)(k * k + 1), frequency = 1e14 * (double)(k + 1), v = 9.6e3 * (k + 1);
        wgt_add_function(l, "physics", "Planck", WGT_PASS, planck, 0, 0, 2, (double[]){ frequency, t });
        wgt_add_function(l, "physics", "orbit", WGT_PASS, orbit, 5.972e24, 1.98847e30, 2,
                         (double[]){ v, 1.496e11 });
        wgt_add_function(l, "physics", "Arrhenius", WGT_PASS, arrhenius, 0, 0, 3,
                         (double[]){ 1e13, 5e4 * (k + 1), 300 });
        wgt_add_function(l, "physics", "capacitor", WGT_PASS, capacitor, 0, 0, 2,
                         (double[]){ pow(10, -12 + k), 5 });
        wgt_add_function(l, "physics", "Nernst", WGT_PASS, nernst, 0, 0, 3,
                         (double[]){ 310, .14, pow(10, -3 - k) });
        wgt_add_function(l, "physics", "van der Waals", WGT_PASS, van_der_waals, .1382, 3.186e-5, 2,
                         (double[]){ 300, 2.5e-2 / (k * k * k + 1) });
        wgt_add_function(l, "physics", "Compton", WGT_PASS, compton, 0, 0, 2,
                         (double[]){ 7e-11, .4 + .7 * k });
    }
}

void wgt_add_units(wgt_list *l)
{
    add_scales(l);
    add_physics(l);
}
