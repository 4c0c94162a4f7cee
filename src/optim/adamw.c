/* adamw.c: AdamW (Loshchilov and Hutter 2019): Adam that decays parameters by default. */
#include "optim/adam_loop.h"

#define LOOP(T) ADAM(T, wg_adamw_opts)

UPDATE(adamw) { FLOATS(LOOP); }

#if WG_BASE

static void adamw_rates(const void *options, double t, double *rate)
{
    const wg_adamw_opts *o = options;
    scales_of(o->beta1, o->beta2, t, rate);
}
static unsigned adamw_moments(const void *options)
{
    return moments_with(((const wg_adamw_opts *)options)->amsgrad);
}

OPTIMIZER(adamw, WG_ADAMW_OPTIONS, .moment = { "m", "v", "v_most" }, .moments = adamw_moments,
          .rates = adamw_rates, .formula = ADAM_FORMULA);

wg_optim *wg_adamw_at(wg_site here, wg_params *p, const wg_adamw_opts *o)
{
    return wgi_optim_new(here, p, &wgi_optimizer_adamw, o);
}

#endif
