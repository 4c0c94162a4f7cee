/* strided.h: slices and concats without a step of their own: strided.c, called while a plan is compiled. */
#ifndef WGI_STRIDED_H
#define WGI_STRIDED_H

#include "run/plan/plan.h"

enum { WGI_STRIDED = 16 }; /* operands of such a concat, at most */

/* Finds the slices that are read where they lie: fills w->runs and w->readers. */
void wgi_find_strided(wgi_work *w);
/* Whether the plan leaves the value of node i behind though no request has asked for it. */
bool wgi_may_stay(const wgi_work *w, uint32_t i);
/* Whether the operands of node i, which have been placed, are computed where they lie in its value. If so i
 * needs no item: base, offset and runs of the operands are set. */
bool wgi_is_written_in_parts(wgi_work *w, uint32_t i);
/* Whether the value of node i is written so. */
bool wgi_in_parts(const wgi_work *w, uint32_t i);
/* How a program over as many elements as x has reads or writes the value of x, which has runs. */
wgi_load wgi_load_of_runs(const wgi_work *w, uint32_t x);

#endif
