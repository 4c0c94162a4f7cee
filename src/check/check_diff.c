/* check_diff.c: evaluates f for the gradient check: at the point, for its rounding noise, for differences at
 * a fixed step.
 *
 * Invariant: x equals point in every part, except while a difference or the noise is computed. If an
 * evaluation fails or is not finite, the component has no numeric gradient and its part gets a reason. The
 * other parts go on.
 */
#include "check/check_private.h"

#include <float.h>

enum { NOISE_POINTS = 9 };
/* Relative to x: far above the spacing of doubles, and so small that a smooth f is nearly linear. */
static const double NOISE_STEP = 1e-13;

double wgi_check_evaluate(wg_check *r, const wgi_check_target *t)
{
    if (!wgi_check_go_on(r)) return NAN;
    r->evaluations++;
    return t->value(t->self);
}

double wgi_check_try_value(wg_check *r, const wgi_check_target *t)
{
    const double f = wgi_check_evaluate(r, t);
    if (!wg_failed(r->c)) return f;
    wgi_check_recover(r);
    return NAN;
}

bool wgi_check_gradient(wg_check *r, const wgi_check_target *t, double **to)
{
    r->gradients++;
    return t->gradient(t->self, to);
}

/* ---- noise ---- */

/* A number in [-1, 1) for each component. The numbers are fixed, so that the same check gives the same
 * report. */
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

static void measure_noise(wg_check *r, const wgi_check_target *t)
{
    double T[NOISE_POINTS];
    for (int j = 0; j < NOISE_POINTS; j++) {
        shift_all(r, t, NOISE_STEP * (j - NOISE_POINTS / 2));
        T[j] = wgi_check_evaluate(r, t);
    }
    shift_all(r, t, 0);
    double measured = wgi_sigma_of(T, NOISE_POINTS);
    wgi_check_recover(r);
    r->noise = fmax(isfinite(measured) ? measured : 0, DBL_EPSILON * fabs(r->f));
}

/* ---- differences ---- */

/* f with component i of part k set to xi. If the evaluation fails or is not finite, the part gets a reason
 * unless it has one. */
static double evaluate_at(wg_check *r, const wgi_check_target *t, int k, int64_t i, double xi)
{
    wgi_check_part *in = &r->part[k];
    in->x[i] = xi;
    t->set(t->self, k);
    double f = wgi_check_evaluate(r, t);
    in->x[i] = in->point[i];
    if (!isfinite(f) && !in->reason[0] && !wgi_check_is_stopped(r)) {
        char place[WGI_CHECK_TEXT];
        wgi_check_place(in, i, place);
        if (wg_failed(r->c))
            wgi_check_say(in->reason, "f fails at %s = %.17g: %s", place, xi, wg_message(r->c));
        else wgi_check_say(in->reason, "f is %s at %s = %.17g", isnan(f) ? "NaN" : "infinite", place, xi);
    }
    wgi_check_recover(r);
    return isfinite(f) ? f : NAN;
}

/* Divide by high - low and not by 2 eps: x + eps and x - eps are rounded. */
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

bool wgi_check_measure(wg_check *r, const wgi_check_target *t)
{
    wgi_check_at_stage(r, "noise of f", 0);
    r->f = wgi_check_evaluate(r, t);
    if (wgi_check_failed(r)) return false;
    double again = isfinite(r->f) ? wgi_check_evaluate(r, t) : r->f;
    if (!isfinite(r->f))
        wgi_check_say(r->reason, "f is %s at the point itself", isnan(r->f) ? "NaN" : "infinite");
    else if (!(again == r->f))
        wgi_check_say(r->reason, "f is not a function: it gives %.17g, then %.17g at the same point", r->f,
                      again);
    else measure_noise(r, t);
    return !r->reason[0];
}
