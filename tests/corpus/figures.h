/* figures.h: what the gradient check does with the corpus, in numbers. */
#ifndef CORPUS_FIGURES_H
#define CORPUS_FIGURES_H

#include <stdio.h>

#include "wengert/wengert.h"

typedef struct wgt_measuring {
    uint64_t seed;    /* of everything that is drawn; 0: the standard corpus */
    int every;        /* take each such case alone; 1: all */
    FILE *list;       /* gets a line for each case that falls short; or NULL */
    const char *show; /* and the report, where the line holds this text; or NULL */
} wgt_measuring;

/* Of `all` cases, `good` ones; and good ones by torch's rule. */
typedef struct wgt_share {
    int64_t all, good, torch;
} wgt_share;

typedef struct wgt_figures {
    wgt_share rules;             /* wrong rules that are named: node, operand, element, and no other node */
    wgt_share rules_trained;     /* those of them after 300 steps */
    wgt_share functions;         /* right functions without FAIL */
    wgt_share solvers;           /* functions that solve and stop early: FAIL says by how much */
    wgt_share given;             /* the same, their gradients given as arrays */
    wgt_share nets;              /* right nets without FAIL */
    wgt_share smooth;            /* smooth right functions whose verdict is not inconclusive */
    wgt_share nets_decided;      /* right nets whose verdict is not inconclusive */
    wgt_share starts;            /* wrong gradients that FAIL, away from minima */
    wgt_share arrays;            /* the same given as arrays, not as functions */
    wgt_share near_minima;       /* wrong gradients that FAIL near minima */
    wgt_share edges;             /* gradients that are wrong at the given point alone, without PASS */
    wgt_share kinds;             /* right programs of many kinds without FAIL */
    wgt_share kinds_decided;     /* those of them that are not inconclusive */
    wgt_share sentences;         /* reports of which each row, hint and sentence holds: invariants.c */
    wgt_share components;        /* right components within 3 bars */
    double small_net, large_net; /* seconds; 0: not measured */
} wgt_figures;

void wgt_measure_functions(const wgt_measuring *m, wgt_figures *f);
void wgt_measure_gradients(const wgt_measuring *m, wgt_figures *f);
void wgt_measure_edges(const wgt_measuring *m, wgt_figures *f);
void wgt_measure_nets(const wgt_measuring *m, wgt_figures *f);
void wgt_measure_kinds(const wgt_measuring *m, wgt_figures *f);
void wgt_measure_rules(const wgt_measuring *m, wgt_figures *f);
void wgt_measure_cost(const wgt_measuring *m, wgt_figures *f);

/* Prints the table, and returns whether all figures are as wanted. A figure without cases is left out.
 * out may be NULL. */
bool wgt_figures_table(const wgt_figures *f, FILE *out);

#endif
