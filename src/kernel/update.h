/* update.h: what optimizers hand to their update kernels: x[0] the gradient, y[0] the parameter, y[1], y[2] its moments. */
#ifndef WG_UPDATE_H
#define WG_UPDATE_H

#include "wengert/op.h"

typedef enum wgi_update { WGI_SGD, WGI_MOMENTUM, WGI_ADAM, WGI_UPDATES } wgi_update;

typedef struct wgi_rates {
    double lr, beta1, beta2, one1, one2, c1, c2, eps, keep;
} wgi_rates;

extern const wg_kernel_fn wgi_update_kernels[WGI_UPDATES][WG_ISAS];

#endif
