/* noise.c: the irregular part of a function of one variable: see slope.h. */
#include <math.h>

#include "check/slope.h"

enum { POINTS = 8 }; /* on each side */

const double wgi_spacing[WGI_SPACINGS] = { 1e-13, 1e-10, 1e-7 };

/* ECnoise. In differences of order k the smooth part of f vanishes as k grows, and sigma_k, computed
 * from them, tends to the standard deviation of the noise. Takes the first sigma_k that agrees with the
 * next two within a factor 4 and whose differences have both signs; otherwise the last one that is
 * left. T is used up. */
static double sigma_of(double T[POINTS])
{
    double sigma[POINTS] = { 0 }, gamma = 1;
    bool alternates[POINTS] = { false };
    for (int k = 1; k < POINTS; k++) {
        double sum = 0, low = INFINITY, high = -INFINITY;
        for (int i = 0; i < POINTS - k; i++) {
            T[i] = T[i + 1] - T[i];
            sum += T[i] * T[i], low = fmin(low, T[i]), high = fmax(high, T[i]);
        }
        gamma *= k / (2.0 * (2 * k - 1)); /* (k!)^2 / (2k)! */
        sigma[k] = sqrt(gamma * sum / (POINTS - k));
        alternates[k] = low < 0 && high > 0;
    }
    for (int k = 1; k + 2 < POINTS; k++) {
        double least = fmin(sigma[k], fmin(sigma[k + 1], sigma[k + 2])),
               most = fmax(sigma[k], fmax(sigma[k + 1], sigma[k + 2]));
        if (alternates[k] && most <= 4 * least) return sigma[k];
    }
    return sigma[POINTS - 2];
}

/* Of points to one side; 0 if f has no value at one of them. */
static double one_side(wgi_line_fn at, void *self, double step)
{
    double T[POINTS], moved;
    for (int j = 0; j < POINTS; j++) {
        T[j] = at(self, step * (j + 1), &moved);
        if (!isfinite(T[j])) return 0;
    }
    const double sigma = sigma_of(T);
    return isfinite(sigma) ? sigma : 0;
}

wgi_noise wgi_noise_of(wgi_line_fn at, void *self, double scale)
{
    wgi_noise n = { .evaluations = 2 * POINTS * WGI_SPACINGS };
    for (int k = 0; k < WGI_SPACINGS; k++)
        n.sigma[k] =
            fmax(one_side(at, self, wgi_spacing[k] * scale), one_side(at, self, -wgi_spacing[k] * scale));
    return n;
}
