/* check_diff.c: the evaluations of a gradient check: f at the point, its rounding noise, its differences at a fixed step.
 *
 * Outside of a difference every part stands at its point. A component whose evaluation fails or is not finite has no
 * numeric gradient and gives its part a reason; the others go on.
 */
#include "check/check_private.h"

#include <float.h>

enum { NOISE_POINTS = 9 };
static const double NOISE_STEP =
    1e-13; /* relative: far above the spacing of doubles, far below what a smooth f shows */

static double evaluate(wg_check *r, const wgi_check_target *t)
{
    r->evaluations++;
    return t->value(t->self);
}

/* ---- noise ---- */

/* A number in [-1, 1) for each component: any fixed sequence without structure does. */
static double direction(uint64_t i)
{
    i = (i + 1) * 0x9e3779b97f4a7c15u;
    i = (i ^ (i >> 32)) * 0xd6e8feb86659fd93u;
    return (double)(int64_t)(i ^ (i >> 32)) * 0x1p-63;
}

static void shift_all(wg_check *r, const wgi_check_target *t, double by)
{
    uint64_t count = 0;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &r->part[k];
        for (int64_t i = 0; i < in->size; i++) {
            double scale = in->point[i] != 0 ? in->point[i] : 1;
            in->x[i] = in->point[i] + by * scale * direction(count++);
        }
        t->set(t->self, k);
    }
}

/* ECnoise (More and Wild 2011): in a table of differences of f at nearly equal points the smooth part dies out with the order
 * k, and sigma_k settles at the standard deviation of the noise. The first of three equal ones (within a factor 4) in a
 * row whose differences alternate is it. */
static double noise_of(double T[NOISE_POINTS])
{
    double sigma[NOISE_POINTS] = { 0 }, gamma = 1;
    bool alternates[NOISE_POINTS] = { false };
    for (int k = 1; k < NOISE_POINTS; k++) {
        double sum = 0, low = INFINITY, high = -INFINITY;
        for (int i = 0; i < NOISE_POINTS - k; i++) {
            T[i] = T[i + 1] - T[i];
            sum += T[i] * T[i], low = fmin(low, T[i]), high = fmax(high, T[i]);
        }
        gamma *= k / (2.0 * (2 * k - 1)); /* (k!)^2 / (2k)! */
        sigma[k] = sqrt(gamma * sum / (NOISE_POINTS - k));
        alternates[k] = low < 0 && high > 0;
    }
    for (int k = 1; k + 2 < NOISE_POINTS; k++) {
        double least = fmin(sigma[k], fmin(sigma[k + 1], sigma[k + 2])),
               most = fmax(sigma[k], fmax(sigma[k + 1], sigma[k + 2]));
        if (alternates[k] && most <= 4 * least) return sigma[k];
    }
    return sigma[NOISE_POINTS - 3];
}

static void measure_noise(wg_check *r, const wgi_check_target *t)
{
    double T[NOISE_POINTS];
    for (int j = 0; j < NOISE_POINTS; j++) {
        shift_all(r, t, NOISE_STEP * (j - NOISE_POINTS / 2));
        T[j] = evaluate(r, t);
    }
    shift_all(r, t, 0);
    double measured = noise_of(T);
    if (wg_failed(r->c)) wg_recover(r->c);
    r->noise = fmax(isfinite(measured) ? measured : 0, DBL_EPSILON * fabs(r->f));
}

/* ---- differences ---- */

/* f with one component elsewhere; the first evaluation that fails or is not finite gives its part a reason. */
static double evaluate_at(wg_check *r, const wgi_check_target *t, int k, int64_t i, double xi)
{
    wgi_check_part *in = &r->part[k];
    in->x[i] = xi;
    t->set(t->self, k);
    double f = evaluate(r, t);
    in->x[i] = in->point[i];
    if (!isfinite(f) && !in->reason[0]) {
        char place[WGI_CHECK_TEXT];
        wgi_check_place(in, i, place);
        if (wg_failed(r->c))
            wgi_check_say(in->reason, "f fails at %s = %.17g: %s", place, xi, wg_message(r->c));
        else wgi_check_say(in->reason, "f is %s at %s = %.17g", isnan(f) ? "NaN" : "infinite", place, xi);
    }
    if (wg_failed(r->c)) wg_recover(r->c);
    return isfinite(f) ? f : NAN;
}

/* One component, by the displacement that double realises, which is not quite twice the step. */
void wgi_check_difference(wg_check *r, const wgi_check_target *t, int k, int64_t i)
{
    wgi_check_part *in = &r->part[k];
    double x = in->point[i], high = x + r->eps, low = x - r->eps;
    if (!(low < x && x < high)) {
        char place[WGI_CHECK_TEXT];
        wgi_check_place(in, i, place);
        if (!in->reason[0])
            wgi_check_say(in->reason, "the step %g vanishes beside %s = %g: give a larger eps", r->eps, place,
                          x);
        return;
    }
    double f_high = evaluate_at(r, t, k, i, high);
    if (r->one_sided) {
        in->numeric[i] = (f_high - r->f) / (high - x);
        return;
    }
    double f_low = evaluate_at(r, t, k, i, low);
    in->numeric[i] = (f_high - f_low) / (high - low);
    in->spread[i] = fabs((f_high - r->f) / (high - x) - (r->f - f_low) / (x - low));
}

void wgi_check_measure(wg_check *r, const wgi_check_target *t)
{
    r->f = evaluate(r, t);
    if (wgi_check_failed(r)) return;
    if (!isfinite(r->f)) {
        wgi_check_say(r->reason, "f is %s at the point itself", isnan(r->f) ? "NaN" : "infinite");
        return;
    }
    double again = evaluate(r, t);
    if (!(again == r->f)) {
        wgi_check_say(r->reason, "f is not a function: it gives %.17g, then %.17g at the same point", r->f,
                      again);
        return;
    }
    measure_noise(r, t);
    wgi_check_differences(r, t);
}
