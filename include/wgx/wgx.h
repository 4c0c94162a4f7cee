/* SPDX-License-Identifier: MIT */
/* wgx.h: all headers of this folder, for the command and the tests. */
#ifndef WGX_WGX_H
#define WGX_WGX_H

#include "base.h"
#include "check.h"
#include "data.h"
#include "draw.h"
#include "figure.h"
#include "fit.h"
#include "grad.h"
#include "graph.h"
#include "group.h"
#include "implicit.h"
#include "lang.h"
#include "nn.h"
#include "op.h"
#include "optim.h"
#include "params.h"
#include "plan.h"
#include "state.h"
#include "table.h"

#endif
