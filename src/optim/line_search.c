/* line_search.c: algorithms 3.5 and 3.6 of Nocedal and Wright, Numerical Optimization (2006), with the
 * cubic steps and safeguards of minFunc (Schmidt 2005), which PyTorch's L-BFGS has, too. Sums have a
 * fixed order. */
#include "optim/line_search.h"
#include "kernel/kernel.h"

#if WG_BASE

static const double DECREASE = 1e-4, CURVATURE = 0.9;

double wgi_dot(const double *a, const double *b, size_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++) lane[j] += a[i + j] * b[i + j];
    for (; i < n; i++) sum += a[i] * b[i];
    return sum + ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

void wgi_line_go(wg_site here, const wgi_line *s, double t)
{
    for (size_t i = 0; i < s->n; i++) s->at[i] = s->x[i] + t * s->d[i];
    wg_params_set_at(here, s->p, s->at);
}

/* Gradient memory that no point of these has. */
static double *spare_beside(const wgi_line *s, const wgi_point *a, const wgi_point *b)
{
    for (int i = 0; i < 2; i++)
        if (s->spare[i] != a->gradient && s->spare[i] != b->gradient) return s->spare[i];
    return s->spare[2];
}

static wgi_point evaluate(wg_site here, wgi_line *s, double t, double *gradient)
{
    wgi_line_go(here, s, t);
    wgi_point y = { .t = t, .f = s->again->at(s->loss, gradient), .gradient = gradient };
    y.slope = wgi_dot(gradient, s->d, s->n);
    s->evaluations--;
    if (!isfinite(y.f) || !isfinite(y.slope)) y.f = INFINITY, y.slope = NAN;
    return y;
}

/* The minimum between two bounds of the cubic through both points with their slopes. */
static double cubic_step(const wgi_point *p, const wgi_point *q, double low, double high)
{
    const wgi_point *a = p->t <= q->t ? p : q, *b = a == p ? q : p;
    const double d1 = a->slope + b->slope - 3 * (a->f - b->f) / (a->t - b->t);
    const double square = d1 * d1 - a->slope * b->slope, d2 = sqrt(square);
    const double t = b->t - (b->t - a->t) * ((b->slope + d2 - d1) / (b->slope - a->slope + 2 * d2));
    if (!(square >= 0) || !isfinite(t)) return (low + high) / 2;
    return t < low ? low : t > high ? high : t;
}

static bool falls_enough(const wgi_point *start, const wgi_point *y)
{
    return y->f <= start->f + DECREASE * y->t * start->slope;
}
static bool is_flat(const wgi_point *start, const wgi_point *y)
{
    return fabs(y->slope) <= -CURVATURE * start->slope;
}

/* A step size inside the bracket. `close`: the last one was near an end of its bracket. */
static double step_inside(const wgi_point *a, const wgi_point *b, bool *close)
{
    const double low = fmin(a->t, b->t), high = fmax(a->t, b->t), margin = 0.1 * (high - low);
    double t = cubic_step(a, b, low, high);
    const bool near = fmin(high - t, t - low) < margin;
    if (near && (*close || t >= high || t <= low)) {
        *close = false;
        return fabs(t - high) < fabs(t - low) ? high - margin : low + margin;
    }
    *close = near;
    return t;
}

/* low has the smaller loss of both, and a minimum lies between them. */
static wgi_point zoom(wg_site here, wgi_line *s, const wgi_point *start, wgi_point low, wgi_point high)
{
    for (bool close = false; s->evaluations > 0 && wgi_ok(s->p->c);) {
        const double t = step_inside(&low, &high, &close);
        if (t == low.t || t == high.t) break;
        wgi_point now = evaluate(here, s, t, spare_beside(s, &low, &high));
        if (!falls_enough(start, &now) || now.f >= low.f) {
            high = now;
            if (high.f < low.f) now = low, low = high, high = now;
            continue;
        }
        if (!is_flat(start, &now) && now.slope * (high.t - low.t) >= 0) high = low;
        low = now;
        if (is_flat(start, &now)) break;
    }
    return low;
}

wgi_point wgi_line_search(wg_site here, wgi_line *s, wgi_point start, double t)
{
    wgi_point before = start, now = evaluate(here, s, t, s->spare[0]);
    while (s->evaluations > 0 && wgi_ok(s->p->c)) {
        if (!isfinite(now.f)) { /* too far: nothing is known but that */
            now = evaluate(here, s, before.t + (now.t - before.t) / 8, now.gradient);
            continue;
        }
        const bool rises = !falls_enough(&start, &now) || (before.t > 0 && now.f >= before.f);
        if (!rises && is_flat(&start, &now)) return now;
        if (rises || now.slope >= 0)
            return before.f <= now.f ? zoom(here, s, &start, before, now)
                                     : zoom(here, s, &start, now, before);
        t = cubic_step(&before, &now, now.t + 0.01 * (now.t - before.t), 10 * now.t);
        before = now;
        now = evaluate(here, s, t, spare_beside(s, &before, &before));
    }
    return now.f < start.f ? now : before.f < start.f ? before : start;
}

#endif
