/* adam.c: Adam, algorithm 1 of Kingma and Ba 2015. */
#include "optim/adam_loop.h"

#define LOOP(T) ADAM(T, wg_adam_opts)

UPDATE(adam) { FLOATS(LOOP); }

#if WG_BASE

static void adam_rates(const void *options, double t, double *rate)
{
    const wg_adam_opts *o = options;
    scales_of(o->beta1, o->beta2, t, rate);
}
static unsigned adam_moments(const void *options)
{
    return moments_with(((const wg_adam_opts *)options)->amsgrad);
}

OPTIMIZER(adam, WG_ADAM_OPTIONS, .moment = { "m", "v", "v_most" }, .moments = adam_moments,
          .rates = adam_rates, .formula = ADAM_FORMULA);

wg_optim *wg_adam_at(wg_site here, wg_params *p, const wg_adam_opts *o)
{
    return wgi_optim_new(here, p, &wgi_optimizer_adam, o);
}

#endif
