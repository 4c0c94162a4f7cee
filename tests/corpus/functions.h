/* functions.h: correct C functions with exact gradients, each at several points. They measure the
 * gradient check: it must never fail one of them.
 *
 *     wgt_function *all = malloc(WGT_FUNCTIONS * sizeof *all);
 *     size_t n = wgt_functions(all, 0);
 *     double v = all[0].f(all[0].n, all[0].x, g, &all[0].with);
 */
#ifndef CORPUS_FUNCTIONS_H
#define CORPUS_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "wengert/wengert.h"

enum {
    WGT_FUNCTIONS = 1200, /* room for all functions */
    WGT_MOST_X = 100,     /* the largest number of components */
    WGT_ALL_TERMS = -1
};

/* A function with its point is a pair of this corpus. What must the check say about a right gradient? */
typedef enum wgt_wanted {
    WGT_PASS,   /* f is smooth there, and differences can decide: inconclusive counts as a shortcoming */
    WGT_NO_FAIL /* a kink, noise, or nothing to compare: pass or inconclusive */
} wgt_wanted;

/* Where the point lies. */
typedef enum wgt_place { WGT_START, WGT_AROUND, WGT_NEAR_MINIMUM, WGT_PLACES } wgt_place;

struct wgt_problem;
/* The last argument of f. */
typedef struct wgt_with {
    const struct wgt_problem *problem; /* of least squares; or NULL */
    double a, b;                       /* parameters of the other functions */
    int skip; /* the gradient leaves out this term of the problem; WGT_ALL_TERMS: none */
    double memo_x[WGT_MOST_X], memo_f; /* of functions with a state */
    bool memo;
} wgt_with;

typedef struct wgt_function {
    const char *kind;
    char name[64];
    wgt_place place;
    wgt_wanted wanted;
    wg_check_fn f; /* call it with &with */
    wgt_with with;
    size_t n;
    double x[WGT_MOST_X];
} wgt_function;

/* Writes all functions to `to`, which has room for WGT_FUNCTIONS, and returns their number. The with
 * of each may change when f is called. seed: of the points that are drawn; with another one than 0 the
 * other functions are moved by up to 10 % too, where their points need not be just these. */
size_t wgt_functions(wgt_function *to, uint64_t seed);

/* ---- for the files that hold the functions ---- */

typedef struct wgt_list {
    wgt_function *to;
    size_t count;
    uint64_t seed;
} wgt_list;

/* Adds f at the point x of n numbers. */
wgt_function *wgt_add_function(wgt_list *l, const char *kind, const char *name, wgt_wanted w, wg_check_fn f,
                               double a, double b, size_t n, const double *x);

void wgt_add_classical(wgt_list *l);       /* More, Garbow and Hillstrom 1981, problems 1 to 18 */
void wgt_add_classical_large(wgt_list *l); /* and 19 to 35 */
void wgt_add_regression(wgt_list *l);      /* models of NIST's nonlinear regression */
void wgt_add_units(wgt_list *l);           /* SI units and scales from 1e-21 to 1e12 */
void wgt_add_edges(wgt_list *l);           /* kinks, ties, domain edges, jumps */
void wgt_add_flat(wgt_list *l);  /* saturation, trained classifiers, large sums, zero gradients, waves */
void wgt_add_noisy(wgt_list *l); /* float inside, noise, inner solvers, states */

#endif
