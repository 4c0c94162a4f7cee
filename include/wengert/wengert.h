/* SPDX-License-Identifier: MIT */
/* wengert.h: includes all public headers. Read base.h and graph.h first.
 *
 *     #include <wengert/wengert.h>
 *
 *     int main(void)
 *     {
 *         wg_context *c = wg_start();
 *         wg_graph *g = wg_graph_new(c);
 *         wg_node x = wg_scalar(g, 3), y = wg_square(x);
 *         printf("y = %g, dy/dx = %g\n", wg_item(y), wg_item(wg_grad(y, x)));
 *         return wg_finish(c, stderr);
 *     } */
#ifndef WENGERT_H
#define WENGERT_H

#include "base.h"
#include "graph.h"
#include "ops.h"
#include "grad.h"
#include "implicit.h"
#include "params.h"
#include "state.h"
#include "group.h"
#include "optim.h"
#include "schedule.h"
#include "average.h"
#include "nn.h"
#include "op.h"
#include "data.h"
#include "fit.h"
#include "check.h"
#include "plan.h"
#include "figure.h"
#include "draw.h"
#include "export.h"
#include "formula.h"
#include "lang.h"
#include "onnx.h"

#endif
