/* fit_loop.c: the loop over epochs, which of them was the best, and when patience ends. */
#include <math.h>

#include "wengert/fit.h"
#include "wengert/state.h"
#include "wgx/fit.h"

bool wgx_fit_goes_on(const wgx_fit_loop *l)
{
    return l && l->epoch < l->epochs && (!l->patience || l->epoch - l->best < l->patience);
}

/* Of two epochs with the same dev the first one is the best; a NaN is worse than any number. */
static bool is_best(const wgx_fit_loop *l, double dev)
{
    return !l->best || dev < l->least || (isnan(l->least) && !isnan(dev));
}

static bool end_epoch(wg_site here, wgx_fit_loop *l)
{
    double dev = NAN;
    if (l->measure && !l->measure(l->user, &dev)) return false;
    l->epoch++;
    if (l->measure && is_best(l, dev)) {
        l->best = l->epoch, l->least = dev;
        if (l->kept && wg_params_copy_at(here, l->kept, l->p)) return false;
    }
    return !l->ended || l->ended(l->user);
}

bool wgx_fit_run_at(wg_site here, wgx_fit_loop *l)
{
    if (!l || !l->step) {
        wg_fail(NULL, here, WG_ERROR_USE, "fit_run: the loop or its step is NULL");
        return false;
    }
    while (wgx_fit_goes_on(l)) {
        wgx_fit_turn turn;
        while ((turn = l->step(l->user)) == WG_FIT_STEP) continue;
        if (turn == WG_FIT_STOP || !end_epoch(here, l)) return false;
    }
    return true;
}
