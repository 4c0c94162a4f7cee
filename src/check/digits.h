/* digits.h: a function of a graph, its slopes and its gradient in binary128.
 *
 *     wgi_digits *d = wgi_digits_open(r, root, 1 + n, x, n);   root[0] is f, root[1 + k] its gradient by x[k]
 *     if (d && wgi_digits_settle(d, 1e-4)) e = wgi_digits_slope(d, &ray);   x[ray.k] moves
 *     wgi_digits_close(d);
 *
 * In double the error of a slope must be guessed from evaluations: noise that looks like a wave, a kink that
 * looks like noise. With 113 bits the step can be 2^-20 of the scale, and differences of three steps are
 * extrapolated to 1e-24. There is no error to guess, and none of a rule's terms cancels to nothing: so the
 * rule is right or it is not, and how far its rounding in double goes is known.
 *
 * f stays on its piece, as in wgi_pieces_open: masks, numbers and what wg_stop_gradient holds stay as they
 * are at the point. Choices are those that double makes. There is no such evaluation of ops of users, of
 * numbers in f32, and of some ops of the library: digits_ops.c lists those that have one. */
#ifndef WGI_CHECK_DIGITS_H
#define WGI_CHECK_DIGITS_H

#include "check/quad.h"
#include "wengert/check.h"
#include "wengert/graph.h"

typedef struct wgi_digits wgi_digits;

/* Roots and inputs of one graph; wg_none: there is no such one, the input is not moved. NULL: some op between
 * them has no evaluation, or it would take too long. */
wgi_digits *wgi_digits_open(wg_check *r, const wg_node root[], int roots, const wg_node x[], int n);
void wgi_digits_close(wgi_digits *d); /* d may be NULL */
/* The point is where the inputs of the graph are now: all roots are computed there. False: f has no value, or
 * in double another one by more than this share of it: as where a choice is by NaN, or a kernel is wrong. */
bool wgi_digits_settle(wgi_digits *d, double share);

/* Components [low, high) of input k move by t u; t is a share of `scale`. */
typedef struct wgi_ray {
    int k;
    int64_t low, high;
    const double *u, *yours; /* yours: the gradient in double */
    double scale;
} wgi_ray;

typedef struct wgi_exact_slope {
    bool is_known;     /* to nine digits at least. Otherwise the rest means nothing */
    double value, bar; /* the slope of f */
    bool has_rule;     /* the gradient has digits, too */
    double off;        /* how far the gradient's expression is off the slope, in quad */
    double rounding;   /* how far the gradient in double is off its own expression */
    int evaluations;
} wgi_exact_slope;
wgi_exact_slope wgi_digits_slope(wgi_digits *d, const wgi_ray *ray);

/* The gradient by input k at the point. terms, by component: the sum of the moduli of the terms that the
 * reverse sweep adds up to it. A rounding of them by a share moves the component by at most that share of the
 * sum. It may be NULL. False: there is no such gradient. */
bool wgi_digits_gradient(wgi_digits *d, int k, double to[], double terms[]);
/* Moves each element of input k by about the share by[k] of it, until wgi_digits_settle. f stays on its
 * piece. */
void wgi_digits_round(wgi_digits *d, const double by[], uint64_t stream);
/* The node of the graph that was given whose value in double is farther from its digits than those of its
 * operands are from theirs, by the largest factor: *factor. */
wg_node wgi_digits_lost(const wgi_digits *d, double *factor);

#endif
