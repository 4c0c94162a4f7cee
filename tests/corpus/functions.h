/* functions.h: correct functions with exact gradients, each at several points: those of functions.txt. They
 * measure the gradient check: it must never fail one of them.
 *
 *     wgt_functions all = wgt_functions_read(0);
 *     double v = all.at[0].f(all.at[0].n, all.at[0].x, g, &all.at[0].with);
 *     wgt_functions_free(&all);
 */
#ifndef CORPUS_FUNCTIONS_H
#define CORPUS_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "wengert/wengert.h"

enum {
    WGT_MOST_X = 100, /* the largest number of components */
    WGT_MOST_TERMS = 128,
    WGT_ALL_TERMS = -1
};

/* A function with its point is a pair of this corpus. What must the check say about a right gradient? */
typedef enum wgt_wanted {
    WGT_PASS,   /* f is smooth there, and differences can decide: inconclusive counts as a shortcoming */
    WGT_NO_FAIL /* a kink, noise, or nothing to compare: pass or inconclusive */
} wgt_wanted;

/* Where the point lies. */
typedef enum wgt_place { WGT_START, WGT_AROUND, WGT_NEAR_MINIMUM } wgt_place;

/* The last argument of f. */
typedef struct wgt_with {
    const struct wgt_program *program; /* of a function in the language */
    double a, b;                       /* parameters */
    int terms;                         /* of a sum of squares; else 0 */
    int skip;                          /* the gradient leaves out this term; WGT_ALL_TERMS: none */
    double memo_x[WGT_MOST_X], memo_f; /* of functions with a state */
    bool memo;
} wgt_with;

typedef struct wgt_function {
    const char *kind;
    char name[64];
    wgt_place place;
    wgt_wanted wanted;
    bool spoilt;   /* wrong gradients are made of it, too */
    wg_check_fn f; /* call it with &with */
    wgt_with with;
    size_t n;
    double x[WGT_MOST_X];
} wgt_function;

typedef struct wgt_functions {
    wgt_function *at;
    size_t count;
    struct wgt_program *program;
    size_t programs;
    wg_context *c; /* of the programs */
    char *text;
} wgt_functions;

/* The with of each may change when f is called. seed: of the points that are drawn; with another one than 0
 * the other smooth points are moved by up to 10 %, too. */
wgt_functions wgt_functions_read(uint64_t seed);
void wgt_functions_free(wgt_functions *f);

/* The function of noisy.c that has this name; or NULL. */
wg_check_fn wgt_noisy(const char *name);

#endif
