/* given.h: a gradient from elsewhere beside the library's: check_given.c, given_hints.c. */
#ifndef GIVEN_H
#define GIVEN_H

#include "tool.h"

typedef struct given_pair {
    wg_shape shape;
    int64_t n;
    const double *yours, *library, *point; /* point: the parameter or input itself */
    const double *bar;                     /* by component: what rounding explains */
} given_pair;

/* Writes what would explain the difference; "" if nothing does. *factor: yours / library, if that is the
 * same for every component, else NaN. */
void given_hint(model *m, const given_pair *p, double *factor, char *to, size_t room);
/* The same for a gradient of another shape. */
void given_shape_hint(wg_shape theirs, const double *yours, const given_pair *p, char *to, size_t room);

#endif
