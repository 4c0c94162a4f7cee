/* noise.c: the irregular part of a function of one variable: see slope.h. */
#include <math.h>

#include "check/slope.h"

/* POINTS: on each side. MOST: of any estimate. */
enum { POINTS = 8, MOST = 16 };

const double wgi_spacing[WGI_SPACINGS] = { 1e-13, 1e-10, 1e-7 };

double wgi_sigma_of(double T[], int points)
{
    double sigma[MOST] = { 0 }, gamma = 1;
    bool alternates[MOST] = { false };
    for (int k = 1; k < points; k++) {
        double sum = 0, low = INFINITY, high = -INFINITY;
        for (int i = 0; i < points - k; i++) {
            T[i] = T[i + 1] - T[i];
            sum += T[i] * T[i], low = fmin(low, T[i]), high = fmax(high, T[i]);
        }
        gamma *= k / (2.0 * (2 * k - 1)); /* (k!)^2 / (2k)! */
        sigma[k] = sqrt(gamma * sum / (points - k));
        alternates[k] = low < 0 && high > 0;
    }
    for (int k = 1; k + 2 < points; k++) {
        double least = fmin(sigma[k], fmin(sigma[k + 1], sigma[k + 2])),
               most = fmax(sigma[k], fmax(sigma[k + 1], sigma[k + 2]));
        if (alternates[k] && most <= 4 * least) return sigma[k];
    }
    return sigma[points - 2];
}

/* Of points to one side; 0 if f has no value at one of them. *flat: f had one value at all points of the
 * smaller spacing; becomes that of this one. Where f is on a grid, its values may by chance rise by the same
 * number of its units from point to point. Then no difference is irregular, but that number is a bound. */
static double one_side(wgi_line_fn at, void *self, double step, bool *flat)
{
    double T[POINTS], moved;
    for (int j = 0; j < POINTS; j++) {
        T[j] = at(self, step * (j + 1), &moved);
        if (!isfinite(T[j])) return 0;
    }
    const double change = fabs(T[1] - T[0]), all = fabs(T[POINTS - 1] - T[0]);
    const double sigma = wgi_sigma_of(T, POINTS);
    const bool was_flat = *flat;
    *flat = change == 0 && all == 0 && sigma == 0;
    if (!isfinite(sigma)) return 0;
    return sigma == 0 && was_flat ? change : sigma;
}

wgi_noise wgi_noise_of(wgi_line_fn at, void *self, double scale)
{
    wgi_noise n = { .evaluations = 2 * POINTS * WGI_SPACINGS };
    bool flat[2] = { false, false };
    for (int k = 0; k < WGI_SPACINGS; k++) {
        const double h = wgi_spacing[k] * scale;
        n.sigma[k] = fmax(one_side(at, self, h, &flat[0]), one_side(at, self, -h, &flat[1]));
    }
    return n;
}
