/* functions.c: the list of all functions. */
#include "corpus/functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/draw.h"

wgt_function *wgt_add_function(wgt_list *l, const char *kind, const char *name, wgt_wanted w, wg_check_fn f,
                               double a, double b, size_t n, const double *x)
{
    if (l->count >= WGT_FUNCTIONS || n > WGT_MOST_X) abort();
    wgt_function *q = &l->to[l->count++];
    *q = (wgt_function){ .kind = kind, .wanted = w, .f = f, .n = n };
    q->with.a = a, q->with.b = b, q->with.skip = WGT_ALL_TERMS;
    snprintf(q->name, sizeof q->name, "%s", name);
    memcpy(q->x, x, n * sizeof *x);
    return q;
}

/* Moves the functions of those kinds whose points are not drawn. */
static void move(wgt_list *l)
{
    static const char *const kind[] = { "scale",      "physics",   "trained", "domain edge",
                                        "saturation", "large sum", "wave",    "state" };
    wgt_draws d = { 31 * l->seed, 0 };
    for (size_t i = 0; i < l->count && l->seed; i++)
        for (size_t k = 0; k < sizeof kind / sizeof *kind; k++)
            for (size_t j = 0; j < l->to[i].n && !strcmp(l->to[i].kind, kind[k]); j++)
                l->to[i].x[j] *= wgt_draw_between(&d, 0.9, 1.1);
}

size_t wgt_functions(wgt_function *to, uint64_t seed)
{
    wgt_list l = { to, 0, seed };
    wgt_add_classical(&l);
    wgt_add_classical_large(&l);
    wgt_add_regression(&l);
    wgt_add_units(&l);
    wgt_add_edges(&l);
    wgt_add_flat(&l);
    wgt_add_noisy(&l);
    move(&l);
    return l.count;
}
