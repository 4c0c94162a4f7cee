/* rates.c: rates that change with the time. */
#include "wengert/schedule.h"

#include "base/floats.h"
#include "kernel/vdouble.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* The rate, if none of the three numbers beside it is negative or NaN. It ends a function that has entered
 * the arithmetic of results. */
static double rate_of(wgi_floats was, double a, double b, double t, double rate)
{
    wgi_floats_leave(was);
    return a >= 0 && b >= 0 && t >= 0 ? rate : NAN;
}

double wg_lr_constant(double lr, double t) { return rate_of(wgi_floats_enter(), lr, 0, t, lr); }

double wg_lr_inverse(double lr, double decay, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return rate_of(was, lr, decay, t, lr / (1 + decay * t));
}

double wg_lr_exponential(double lr, double factor, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return rate_of(was, lr, factor, t, lr * pow(factor, t));
}

double wg_lr_root(double lr, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return rate_of(was, lr, 0, t, lr / sqrt(t + 1));
}

double wg_lr_staircase(double lr, double factor, double every, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return rate_of(was, lr, factor, t, every > 0 ? lr * pow(factor, floor(t / every)) : NAN);
}

/* From `from` at share 0 to `to` at share 1, by half a cosine. */
static double half_cosine(double from, double to, double share)
{
    return to + (from - to) * (1 + vm_cos(PI * share)) / 2;
}

double wg_lr_cosine(double lr, double t, double steps)
{
    const wgi_floats was = wgi_floats_enter();
    return rate_of(was, lr, 0, t, !(steps > 0) ? NAN : t < steps ? half_cosine(lr, 0, t / steps) : 0);
}

double wg_lr_warm_up(double lr, double t, double steps)
{
    const wgi_floats was = wgi_floats_enter();
    return rate_of(was, lr, steps, t, t + 1 < steps ? lr * (t + 1) / steps : lr);
}

double wg_lr_one_cycle(double most, double t, double steps)
{
    const wgi_floats was = wgi_floats_enter();
    const double first = most / 25, last = first / 1e4, top = 0.3 * steps - 1, end = steps - 1;
    const double rate = !(steps > 0) ? NAN
                        : t < top    ? half_cosine(first, most, t / top)
                        : t >= end   ? last
                                     : half_cosine(most, last, (t - top) / (end - top));
    return rate_of(was, most, 0, t, rate);
}
