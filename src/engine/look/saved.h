/* saved.h: how the things that a training consists of are counted: each kind from 0, the oldest first. */
#ifndef WGI_SAVED_H
#define WGI_SAVED_H

#include "graph/graph.h"
#include "params/params.h"
#include "params/stepping.h"

wg_params *wgi_saved_set(const wg_context *c, int k);       /* NULL: there are not so many sets */
wgi_stepper *wgi_saved_stepper(const wg_context *c, int k); /* optimizers are counted set by set */
wg_average *wgi_saved_average(const wg_context *c, int k);  /* likewise */
wg_graph *wgi_saved_graph(const wg_context *c, int k);

#endif
