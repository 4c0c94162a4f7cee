/* as_it_runs.h: whether what runs is what is checked. The other stages check a clone in double. This one
 * builds a twin of the user's graph: in a context of its own, with the user's dtypes, number of threads
 * and seed, and with a set of parameters that has the same names and values. There it runs what the
 * user runs, wg_backward, twice.
 *
 *     1. The second wg_backward must give the bits of the first: the first one is interpreted, later
 *        ones may run a plan.
 *     2. wg_backward must give the bits of the same gradient made from nodes, interpreted by one
 *        thread.
 *     3. Each node's f32 kernel and rule must give what they give in double for the same operands, to
 *        within the rounding of f32. A rule or kernel that is wrong in f32 alone is named here. */
#ifndef WGI_CHECK_AS_IT_RUNS_H
#define WGI_CHECK_AS_IT_RUNS_H

#include "check/check_private.h"

void wgi_check_twin(wg_check *r, wg_site here, wg_node loss);

#endif
