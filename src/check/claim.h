/* claim.h: a claim says that g is the gradient of f at x. Here it is compared with slopes of f.
 *
 *     wgi_claim c;
 *     if (wgi_claim_open(&c, r, &function, vector, n)) d = wgi_claim_component(&c, k, i);
 *     wgi_claim_close(&c);
 *
 * f is the function of a check, the result of one node times random weights, the function with a number
 * inside put in, or a gradient times random weights. What differs is only how f and g are computed.
 *
 * A slope is taken along one component, or in a direction in which all components of a vector move, each by
 * its own scale. A wrong component among n shows in the direction as clearly as alone, as the bars are about
 * 1e-11 of the slope. If a direction differs, its components are halved until one is left.
 *
 * The bar of a comparison holds the error of the slope, and that of the gradient: its change when x moves by
 * units in the last place and by 1 %, and its second differences over a longer way.
 *
 * A direction that crosses several kinks says nothing: only a component alone is compared with the slopes to
 * both sides of a kink. */
#ifndef WGI_CHECK_CLAIM_H
#define WGI_CHECK_CLAIM_H

#include <stdint.h>

#include "check/digits.h"
#include "check/slope.h"
#include "wengert/check.h"
#include "wengert/graph.h"

/* A vector that moves. */
typedef struct wgi_vector {
    int64_t size;
    double *point;       /* where the gradient is claimed */
    double *x;           /* where f is evaluated now; equal to point except during a comparison */
    const double *yours; /* the gradient that is claimed; NULL in all vectors: what t->gradient gives */
    double ulp;          /* of 1, in the dtype of x: DBL_EPSILON or FLT_EPSILON */
    double scale;        /* the root of the mean square of point; 1 if that is 0. wgi_claim_open sets it */
} wgi_vector;

/* How f and g are computed. Call set(self, k) after x of vector k has changed; value(self) computes f. */
typedef struct wgi_check_target {
    void (*set)(void *self, int k);
    double (*value)(void *self);
    /* Computes the gradient at x: to[k] has room for vector k. NULL, or false: it cannot. */
    bool (*gradient)(void *self, double **to);
    /* The gradient of a smooth function, by whose changes the error of the gradient is measured: of the piece
     * on which x lies. At a kink `gradient` itself changes without an error. NULL: it is `gradient`. */
    bool (*smooth)(void *self, double **to);
    /* How far rounding of the numbers inside the gradient's program may move the sum of g u, of vector k: as
     * of p - 1 with p near 1, which lies on a coarse grid. NULL: it is not known. */
    double (*rounding)(void *self, int k, const double *u);
    /* Whether `value` is f itself, kinks and all, or the piece on which x lies. NULL: it is f. */
    void (*whole)(void *self, bool is_f);
    /* Says that x is a point to stay at for a while. May be NULL. */
    void (*settle)(void *self);
    /* Adds findings that say where the gradient becomes wrong. May be NULL. */
    void (*search)(void *searcher);
    void *self, *searcher;
    /* f as a node, and by vector the inputs that x is set to; wg_none: the inside of f cannot be seen. */
    wg_node root;
    const wg_node *x;
    wgi_digits *digits; /* root 0 is f, root 1 + k the gradient by vector k; NULL: slopes are taken in
                         * double */
    /* The function is made of many terms, which may have kinks at the same point. */
    bool several_kinks;
    /* f is cheap and most often exact: noise and errors are measured only where a bar is wide without
     * them. */
    bool is_quiet;
} wgi_check_target;

/* What the gradient and the function say about one direction: judge.c. */
typedef struct wgi_compared {
    wgi_slope_kind kind;
    double yours, numeric, bar; /* bar: of their difference */
    double slope_bar;           /* of the slope alone */
    double share;               /* the difference, as a share of a component */
    double left, right;         /* the slopes to both sides of a kink */
    bool clear;                 /* f has one slope here */
    bool differ;                /* beyond doubt */
    bool unsure;                /* they differ, and no evaluations are left to look at it again: not clear */
    bool shared;                /* a component is at a kink with others: see points.c */
    bool is_alone;              /* of a component alone, where it is kept */
} wgi_compared;

typedef struct wgi_claim {
    wg_check *r; /* evaluations are counted there, and its user may stop them */
    const wgi_check_target *t;
    int n;
    wgi_vector *v;
    double f;
    wgi_noise noise; /* in a direction in which all components of all vectors move */
    double bias;     /* of f, beside its values near the point */
    double **u;      /* by vector: that direction */
    wg_node bound;   /* of wgi_inside_rounding */
    double **own;    /* by vector: the gradient, if it was not given */
    double **base;   /* by vector: the smooth gradient at the point */
    double **drift;  /* by vector, for each of some small moves: the change of the gradient; or NULL */
    bool is_short;   /* there are few evaluations to measure noise */
    bool has_digits, knows_noise;
    bool knows_all; /* all moves were measured, not only the shortest ones */
    bool knows_yours;
} wgi_claim;

/* Measures at v[0 .. n), which is copied; its arrays are used. False: f has no value there; then it is
 * closed, and its v is NULL. */
bool wgi_claim_open(wgi_claim *c, wg_check *r, const wgi_check_target *t, const wgi_vector v[], int n);
void wgi_claim_close(wgi_claim *c);
/* A random direction in which all components of vector k move. NULL: out of memory; free it with wg_free. */
double *wgi_claim_direction(const wgi_claim *c, int k, uint64_t stream);
/* The root of the sum of the squares of the terms of g u, of vector k: the sum, if they do not cancel. */
double wgi_claim_size(const wgi_claim *c, int k, const double *u);
/* Vector k moves by t u, or its components [low, high) alone. */
wgi_compared wgi_claim_along(wgi_claim *c, int k, const double *u);
wgi_compared wgi_claim_range(wgi_claim *c, int k, int64_t low, int64_t high, const double *u);
/* The same with all components, where a difference is not looked at again: it may come from rounding, or a
 * small kink. */
wgi_compared wgi_claim_unsure(wgi_claim *c, int k, const double *u);
/* The same by four evaluations, as if f had no kink. */
wgi_compared wgi_claim_look(wgi_claim *c, int k, const double *u);
/* Whether it has a kink in such a range, as four evaluations show. */
bool wgi_claim_bends(wgi_claim *c, int k, int64_t low, int64_t high, const double *u);
wgi_compared wgi_claim_component(wgi_claim *c, int k, int64_t i); /* component i of vector k */
/* The gradient of vector k where it has moved by t u. False: it has none there. */
bool wgi_claim_gradient(wgi_claim *c, int k, const double *u, double t, double *to);
/* Where yours jumps in these components of vector k close to the point, that is no error of it. */
void wgi_claim_forget(wgi_claim *c, int k, const unsigned char *jumps);
/* The component to which the halves lead that differ most where they are only looked at: four evaluations for
 * two halves. d: of the whole. It is to be compared then. -1: some halves do not differ. */
int64_t wgi_claim_glance(wgi_claim *c, int k, const double *u, const wgi_compared *d);
/* Whether there are no evaluations left to look at a difference again. */
bool wgi_claim_is_short(const wgi_claim *c);
/* The component that differs, where the direction u differs: its half that differs more is halved until one
 * is left. -1: none differs alone. *d: what is left; it does not differ if the halves show that noise has
 * passed for a slope, as on stairs that are coarse. */
int64_t wgi_claim_bisect(wgi_claim *c, int k, const double *u, wgi_compared *d);

#endif
