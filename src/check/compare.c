/* compare.c: when a gradient and a slope differ beyond doubt. */
#include "check/check_private.h"

/* A difference of so many bars does not come from errors that the bars measure. On 2,127 right components the
 * largest was 3 bars. */
static const double BEYOND = 10;

/* A difference of a smaller share of a component than this is none: a solver inside f that stops early, or a
 * constant with few digits, makes such differences, and they harm no descent. It counts as a bar. */
static const double SHARE = 5e-5;

static bool is_beyond(double off, double bar) { return off > BEYOND * bar; }

wgi_compared wgi_check_compare(double yours, double error, double size, const wgi_slope *s)
{
    wgi_compared c = { s->kind, yours, s->value, s->bar + error, false, false };
    if (!isfinite(yours)) return c;
    if (s->kind == WGI_SLOPE_KINK) {
        const double low = fmin(s->left, s->right), high = fmax(s->left, s->right);
        c.numeric = yours < low ? low : yours > high ? high : yours;
        c.bar = fmax(s->left_bar, s->right_bar) + error;
        c.differ = is_beyond(fabs(yours - c.numeric), c.bar);
        return c;
    }
    const double off = fabs(yours - s->value);
    c.clear = s->kind == WGI_SLOPE_SMOOTH || s->kind == WGI_SLOPE_EDGE;
    c.differ = c.clear && is_beyond(off, c.bar);
    if (c.differ && size >= 0 && off <= SHARE * fmax(size, fabs(s->value))) c.differ = false, c.bar = off;
    /* f has two slopes, at large steps and at small ones, and the gradient is the other one */
    const bool is_other = isfinite(s->other) && !is_beyond(fabs(yours - s->other), s->other_bar + error);
    if (c.differ && is_other) c.clear = c.differ = false;
    return c;
}
