/* least_squares.h: f = the sum of squares of m terms, whose derivatives are given term by term. */
#ifndef CORPUS_LEAST_SQUARES_H
#define CORPUS_LEAST_SQUARES_H

#include "corpus/functions.h"

typedef struct wgt_problem {
    const char *name;
    size_t n, m;
    /* Returns term k at x and adds its derivatives to d, which is zero beforehand. */
    double (*term)(const struct wgt_problem *p, size_t k, const double *x, double *d);
    double start[12];
    size_t period; /* not 0: the start repeats so many numbers */
    /* Of models of regression: the value at t and its derivatives by b; the data. y NULL: the data are
     * made from b = best. */
    double (*model)(double t, const double *b, double *d);
    const double *t, *y;
    double best[12];
} wgt_problem;

/* The function of these problems: with.problem, with.skip. */
double wgt_least_squares(size_t n, const double *x, double *g, void *with);

/* The start, as n numbers. */
void wgt_start_of(const wgt_problem *p, double *x);

/* A local minimum, from the problem's start (Levenberg and Marquardt, scaled as by Fletcher). Returns
 * false if the terms are not finite on the way. */
bool wgt_minimiser(const wgt_problem *p, double *x);

/* Adds the problem at its start, at points around it, and near its minimum. */
void wgt_add_problem(wgt_list *l, const char *kind, const wgt_problem *p);

#endif
