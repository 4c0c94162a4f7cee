/* adam.h: what Adam and AdamW share. */
#ifndef WGI_ADAM_H
#define WGI_ADAM_H

#include "optim/optim.h"

enum { M, V, MOST };       /* moments; MOST: the largest v so far */
enum { M_SCALE, V_SCALE }; /* 1 / (1 - beta^t) */

void wgi_adam_rates(const void *options, double t, double *rate);
unsigned wgi_adam_moments(const void *options);

#define LIKE_ADAM                                                                                            \
    .moment = { "m", "v", "v_most" }, .moments = wgi_adam_moments, .rates = wgi_adam_rates, .divides = true, \
    .formula = "m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, "                                \
               "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)"

#endif
