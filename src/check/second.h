/* second.h: stage 4 of a graph's check: second derivatives of the whole function.
 *
 * With random weights w, s(x) = <g(x), w> is a function whose gradient is H w, where g is the gradient that
 * is checked and H the matrix of second derivatives. So H w is compared with slopes of s as g is with slopes
 * of f: see whole.h and points.c. H is symmetric, so <u, H w> = <w, H u>, up to rounding; this needs no
 * differences.
 *
 * The rules of single nodes are compared in local.c.
 */
#ifndef WGI_CHECK_SECOND_H
#define WGI_CHECK_SECOND_H

#include "check/check_private.h"

/* x, gx: by part, inputs of the clone and their gradients; wg_none: left out. first: the target of the first
 * derivatives. Adds findings, and fills r->second. */
void wgi_check_second(wg_check *r, wg_site here, wg_graph *clone, const wg_node x[], const wg_node gx[],
                      const wgi_check_target *first);

#endif
