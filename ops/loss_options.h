/* loss_options.h: the option of all losses. */
#ifndef WG_LOSS_OPTIONS_H
#define WG_LOSS_OPTIONS_H

#include "ops.h"

#define LOSS_FIELDS(F, S) \
    F(S, CHOICE, reduction, "mean", "mean sum none") /* values are those of wg_reduction */
OPTIONS(loss, LOSS_FIELDS);

#endif
