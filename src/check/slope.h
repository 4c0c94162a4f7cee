/* slope.h: the derivative of a function of one variable at 0, with an error bar that is measured.
 *
 *     wgi_noise noise = wgi_noise_of(at, self, scale);
 *     wgi_slope s = wgi_slope_of(&(wgi_slope_line){ .at = at, .self = self, .f0 = f(0), .scale = 1, .noise =
 *     noise });
 *     s.kind == WGI_SLOPE_SMOOTH:  the derivative is s.value, to within s.bar
 *     s.kind == WGI_SLOPE_KINK:    the slopes to the left and to the right differ
 *
 * The function is evaluated at +h and -h for steps h = scale / 4, scale / 8, ... Central differences of
 * four such steps are extrapolated to h = 0 (Richardson; Neville's table): a window. A window is
 * believed if
 *
 *     - its differences shrink as those of a smooth function do, or are no larger than the noise,
 *     - the slopes to the left and to the right come closer to each other, or differ by no more than
 *       noise,
 *     - a neighbouring window agrees, and all smaller steps agree within the noise.
 *
 * So a pole, a kink beside 0, or a wave that is shorter than the steps does not pass for a derivative.
 * The bar is the change by the last extrapolation, plus the disagreement of the neighbour, plus twice
 * the noise.
 *
 * Error bars by extrapolation: Ridders, Accurate computation of F'(x) and F'(x)F''(x), 1982. The noise:
 * More and Wild, Estimating computational noise, 2011. */
#ifndef WGI_CHECK_SLOPE_H
#define WGI_CHECK_SLOPE_H

#include <stdbool.h>

/* Returns f with the variable moved by t, and sets *moved to the distance by which rounding let it move. A
 * value that is not finite is none. */
typedef double (*wgi_line_fn)(void *self, double t, double *moved);

/* Standard deviations of the irregular part of f, measured at points that are so far apart, in units of the
 * scale. Only structure below a step disturbs a difference over that step. A smooth wave that is shorter than
 * a spacing counts as irregular there, and not at the smaller spacings. */
enum { WGI_SPACINGS = 3 };
extern const double wgi_spacing[WGI_SPACINGS]; /* rising */
typedef struct wgi_noise {
    double sigma[WGI_SPACINGS];
} wgi_noise;

/* Measures at points to the right of 0 and at points to the left: 48 evaluations. quick: at the middle
 * spacing to the right, 8 evaluations. */
wgi_noise wgi_noise_of(wgi_line_fn at, void *self, double scale, bool quick);

typedef enum wgi_slope_kind {
    WGI_SLOPE_SMOOTH,
    WGI_SLOPE_KINK,   /* left and right are slopes that differ */
    WGI_SLOPE_CUSP,   /* a slope grows without end, as of sqrt(|x|): left, right may be infinite; NaN: none */
    WGI_SLOPE_EDGE,   /* f has values on one side of 0 only; value is the slope there */
    WGI_SLOPE_JUMP,   /* f is not continuous at 0 */
    WGI_SLOPE_ROUGH,  /* no window is believed: f is not smooth at the steps that its noise allows */
    WGI_SLOPE_NOWHERE /* f has no value at any step, or every step vanishes beside the point */
} wgi_slope_kind;

typedef struct wgi_slope_line {
    wgi_line_fn at;
    void *self;
    double f0;    /* the value at 0, finite */
    double scale; /* positive: how far the variable must move to count as another point */
    wgi_noise noise;
    double bias;   /* how far f0 may be off beside the values near it: many equal terms round alike */
    bool thorough; /* all steps are taken: a small kink shows only at some of them */
} wgi_slope_line;

typedef struct wgi_slope {
    wgi_slope_kind kind;
    double value, bar; /* NaN and infinite: there is none */
    /* What larger or smaller steps give, if they give something else: f has a wave or a noise that is
     * smooth at small steps. NaN: there is no such value. */
    double other, other_bar;
    double left, right, left_bar, right_bar; /* of a kink or cusp */
    double noise;                            /* standard deviation of f, at the step */
    double step;                             /* the smallest one that the value comes from */
    int evaluations;
} wgi_slope;

wgi_slope wgi_slope_of(const wgi_slope_line *line);

#endif
