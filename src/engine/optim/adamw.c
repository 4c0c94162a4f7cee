/* adamw.c: AdamW (Loshchilov and Hutter 2019): Adam that decays parameters by default. */
#include "optim/adam.h"

/* The options are made from one list, which differs in a default. */
_Static_assert(sizeof(wg_adamw_opts) == sizeof(wg_adam_opts), "one update for both");

UPDATED_BY(adam, adamw, LIKE_ADAM);
