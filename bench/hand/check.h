/* check.h: what the files of bench-check share. */
#ifndef HAND_CHECK_H
#define HAND_CHECK_H

#include <stdbool.h>

#include "../bench.h"

/* A function of theta, in double. It may sum only the terms that depend on the component, because the others
 * cancel in the difference. */
typedef double (*function)(const double *theta, size_t component);

/* A yardstick, and the function whose gradient it computes. */
typedef struct subject {
    const char *name;
    const bench_side *side;
    int size;
    size_t samples;
    double step;
    void (*fill)(double *theta); /* theta is all zeros before */
    function f;
    int way;
} subject;

/* Each list ends with an element without a name. */
extern const subject scalar_subjects[], net_subjects[], jacobian_subjects[];

/* Sets to[i] to number i of a stream, as a float, times scale, plus offset. */
void fill(double *to, size_t n, double scale, double offset, uint32_t stream);

/* Prints a line for each function of hand_vmath.h. Returns false if the error of one is too large. */
bool check_vmath(void);

#endif
