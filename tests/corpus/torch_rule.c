/* torch_rule.c: see torch_rule.h. */
#include "corpus/torch_rule.h"

#include <math.h>
#include <string.h>

#include "corpus/functions.h"

bool wgt_torch_accepts(wg_check_fn f, size_t n, const double *x, const double *gradient, void *user)
{
    static const double EPS = 1e-6, ATOL = 1e-5, RTOL = 1e-3;
    double moved[WGT_MOST_X];
    memcpy(moved, x, n * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        moved[i] = x[i] + EPS;
        const double high = f(n, moved, NULL, user);
        moved[i] = x[i] - EPS;
        const double low = f(n, moved, NULL, user), numeric = (high - low) / (2 * EPS);
        moved[i] = x[i];
        if (!(fabs(gradient[i] - numeric) <= ATOL + RTOL * fabs(numeric))) return false;
    }
    return true;
}
