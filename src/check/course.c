/* course.c: why the course's ratio is large although the gradient is right. */
#include "check/whole.h"

static const double GREAT = 1e-7, WORRY = 1e-5;

/* The component with the largest difference. False: none was compared. */
static bool worst_of_all(const wg_check *r, int *part, int64_t *component)
{
    double most = -1;
    for (int k = 0; k < r->parts; k++) {
        const wgi_check_part *in = &r->part[k];
        for (int64_t i = 0; i < in->size && !in->left_out; i++)
            if (wgi_check_deviation(in, i) > most)
                most = wgi_check_deviation(in, i), *part = k, *component = i;
    }
    return most > 0;
}

/* The component's difference with half the step. */
static double at_half_step(wg_check *r, const wgi_check_target *t, int k, int64_t i)
{
    wgi_check_part *in = &r->part[k];
    const double was = in->numeric[i], spread = in->spread[i], eps = r->eps;
    r->eps = eps / 2;
    wgi_check_difference(r, t, k, i);
    t->set(t->self, k);
    const double half = in->numeric[i];
    r->eps = eps, in->numeric[i] = was, in->spread[i] = spread;
    return half;
}

/* Says why: with half the step the error of the difference is a quarter (one-sided: half) if the step is to
 * blame, and twice as large if rounding noise is. */
static void say_why(wg_check *r, const wgi_check_part *in, int64_t i, double half, const wgi_compared *c)
{
    char place[WGI_CHECK_TEXT];
    const double off = fabs(in->numeric[i] - c->numeric), off_half = fabs(half - c->numeric),
                 share = off_half / off;
    wgi_check_place(in, i, place);
    wgi_check_say(r->why,
                  "%s: the difference is off by %.1e at eps %g and by %.1e at eps/2: %s; the slope is %.12g "
                  "\302\261 %.0e, the gradient is right",
                  place, off, r->eps, off_half,
                  in->spread[i] > 0.5 * off && share > 0.7 && share < 1.5 ? "a kink is within the step"
                  : share < 0.75                                          ? "the step is to blame"
                                                                          : "rounding noise is to blame",
                  c->numeric, c->bar);
}

void wgi_check_explain(wg_check *r, const wgi_check_target *t)
{
    int k = 0;
    int64_t i = 0;
    wgi_place p;
    if (!(r->ratio > (r->floor > GREAT ? GREAT : WORRY)) || r->findings || !worst_of_all(r, &k, &i)) return;
    if (!wgi_place_open(&p, r, t)) return;
    const wgi_compared c = wgi_place_component(&p, k, i);
    wgi_place_close(&p);
    const double half = at_half_step(r, t, k, i);
    if (c.clear && !c.differ && isfinite(half)) say_why(r, &r->part[k], i, half, &c);
    if (c.kind == WGI_SLOPE_KINK && !c.differ) {
        char place[WGI_CHECK_TEXT];
        wgi_check_place(&r->part[k], i, place);
        wgi_check_say(r->why,
                      "%s is at a kink: the gradient lies between the slopes to its two sides, as it must",
                      place);
    }
}
