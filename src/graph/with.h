/* with.h: nodes in the place of parameters: see wg_params_with. */
#ifndef WGI_WITH_H
#define WGI_WITH_H

#include "graph/graph.h"

/* The node that stands for the parameter, or layer.name, of p->with; wg_none: none does. */
wg_node wgi_with_node(wg_site here, wg_graph *g, const wg_params *p, const char *layer, const char *name,
                      const wg_shape *s, bool state);
void wgi_with_end(wg_graph *g); /* frees all of the graph */

#endif
