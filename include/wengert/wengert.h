/* SPDX-License-Identifier: MIT */
/* wengert.h: includes all public headers. Read base.h and graph.h first. */
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
#include "formula.h"
#include "lang.h"

#endif
