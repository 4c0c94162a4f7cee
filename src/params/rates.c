/* rates.c: rates that change with the time. */
#include "wengert/schedule.h"

#include "base/floats.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* The end of a function whose beginning has entered the arithmetic of results. */
static double in_arithmetic(wgi_floats was, double rate)
{
    wgi_floats_leave(was);
    return rate;
}

double wg_lr_constant(double lr, double t)
{
    (void)t;
    return lr;
}

double wg_lr_inverse(double lr, double decay, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, lr / (1 + decay * t));
}

double wg_lr_exponential(double lr, double factor, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, lr * pow(factor, t));
}

double wg_lr_root(double lr, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, lr / sqrt(t + 1));
}

double wg_lr_staircase(double lr, double factor, double every, double t)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, every > 0 ? lr * pow(factor, floor(t / every)) : NAN);
}

/* From `from` at share 0 to `to` at share 1, by half a cosine. */
static double half_cosine(double from, double to, double share)
{
    return to + (from - to) * (1 + cos(PI * share)) / 2;
}

double wg_lr_cosine(double lr, double t, double steps)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, !(steps > 0) ? NAN : t < steps ? half_cosine(lr, 0, t / steps) : 0);
}

double wg_lr_warm_up(double lr, double t, double steps)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, !(steps >= 0) ? NAN : t + 1 < steps ? lr * (t + 1) / steps : lr);
}

static double one_cycle(double most, double t, double steps)
{
    const double first = most / 25, last = first / 1e4, top = 0.3 * steps - 1, end = steps - 1;
    if (!(steps > 0)) return NAN;
    if (t < top) return half_cosine(first, most, t / top);
    if (t >= end) return last;
    return half_cosine(most, last, (t - top) / (end - top));
}

double wg_lr_one_cycle(double most, double t, double steps)
{
    const wgi_floats was = wgi_floats_enter();
    return in_arithmetic(was, one_cycle(most, t, steps));
}
