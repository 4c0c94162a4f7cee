/* works.h: the table of works: the sides of each, the unit of its rows, and their targets. */
#ifndef BENCH_WORKS_H
#define BENCH_WORKS_H

#include "bench.h"

/* The target of a row: an absolute number of units, or a multiple of the time in the second column. */
typedef enum target { NONE, UNITS, TIMES } target;

/* One row of the table: a part of a work, and its unit. */
typedef struct row {
    const char *name;
    const char *unit;
    double scale; /* what one second of the work is in this unit */
    target target;
    double most;
} row;

/* The second column is hand-written C, or another way of Wengert: then `beside` is its name in the table. */
typedef struct work {
    const char *torch; /* its name in torch_bench.py; NULL: not compared */
    int size;
    const bench_side *wengert, *second;
    row rows[BENCH_PARTS];
    const char *beside;
    int way, second_way; /* bench_setup.way of the two sides */
    int busy;            /* how many busy processes run beside it */
    bool mean;           /* the figure is the mean of all repetitions, not the least */
    const char *order;   /* bench_setup.order, if the gradients of both sides are compared */
} work;

extern const work works[];
extern const int works_count;

#endif
