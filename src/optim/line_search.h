/* line_search.h: a step size by the strong Wolfe conditions. */
#ifndef WGI_LINE_SEARCH_H
#define WGI_LINE_SEARCH_H

#include "params/params.h"

/* A point of the line: the step size t, the loss, its slope along the line, its gradient. */
typedef struct wgi_point {
    double t, f, slope, *gradient;
} wgi_point;

typedef struct wgi_line {
    wg_params *p;
    const wgi_loss_calls *again;
    void *loss; /* of again->open */
    size_t n;
    const double *x, *d; /* the parameters at t = 0, and the direction */
    double *at, *spare[3];
    int evaluations; /* that are left */
} wgi_line;

double wgi_dot(const double *a, const double *b, size_t n);
/* Sets the parameters to x + t d. */
void wgi_line_go(wg_site here, const wgi_line *s, double t);
/* The point that the search ends at. It is `start`, with t = 0, if no smaller loss was found. The
 * parameters are left somewhere on the line. */
wgi_point wgi_line_search(wg_site here, wgi_line *s, wgi_point start, double t);

#endif
