/* frontier.h: where the gradient becomes wrong, if each node alone is right.
 *
 * The gradient of a parameter is wrong, but every rule agrees with its kernel: the rule depends on something
 * hidden, the node could not be built alone, or contributions are added up wrongly. So the gradients of
 * intermediate nodes are compared, too: z becomes an input of the graph, z + t u is put in, and only what
 * depends on z is computed. The search goes along a path from the parameter to the loss, halving it: the
 * gradient is wrong at one end and right at the other. It ends at a node whose gradient is wrong, while that
 * of every node that is computed from it is right. */
#ifndef WGI_CHECK_FRONTIER_H
#define WGI_CHECK_FRONTIER_H

#include "check/check_private.h"

/* x: the clone's nodes of the parts; wg_none: not in the clone. Adds a finding, if a part's gradient differs
 * and no finding names a rule. */
void wgi_check_frontier(wg_check *r, wg_site here, wg_graph *clone, wg_node root, const wg_node x[]);

#endif
