/* loss_options.h: the option that all losses have. */
#ifndef WG_LOSS_OPTIONS_H
#define WG_LOSS_OPTIONS_H

#include "ops.h"

#define LOSS_FIELDS(F, S) F(S, CHOICE, reduction, "mean", "mean sum none") /* a wg_reduction */
OPTIONS(loss, LOSS_FIELDS);

#endif
