/* levels.h: nodes run level by level. For the interpreter alone. */
#ifndef WGI_LEVELS_H
#define WGI_LEVELS_H

#include "run/kind_calls.h"
#include "run/tape.h"

/* The level of each of n nodes, which are listed in order: level[i - list[0]] from 1 to *levels. NULL:
 * it does not pay to run them by levels, or there is no memory. */
uint32_t *wgi_levels_of(wg_graph *g, const uint32_t list[], uint32_t n, uint32_t *levels);
/* Computes these nodes. Each is the first output of its op, has no value, and is marked; wgi_valued was
 * called for it. */
bool wgi_levels_run(wg_graph *g, wgi_tape *t, const uint32_t list[], uint32_t n, const uint32_t level[],
                    uint32_t levels);

/* ---- interpret.c ---- */

/* Computes a node whose call is not kept. */
bool wgi_run_alone(wg_graph *g, uint32_t i);

#endif
