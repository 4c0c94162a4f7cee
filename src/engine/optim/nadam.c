/* nadam.c: Adam with Nesterov's momentum, as in the table of Dozat 2016. */
#include "optim/optim.h"

enum { PRODUCT, G_SCALE, M_SCALE, V_SCALE }; /* the product of all mu; factors of g, m and v */

#define NADAM(T)                                                                                    \
    do {                                                                                            \
        ELEMENTS(T, wg_nadam_opts);                                                                 \
        const T b1 = (T)o->beta1, o1 = (T)(1 - o->beta1), b2 = (T)o->beta2, o2 = (T)(1 - o->beta2); \
        const T cg = (T)(u->lr * u->rate[G_SCALE]), cm = (T)(u->lr * u->rate[M_SCALE]);             \
        const T cv = (T)sqrt(u->rate[V_SCALE]), eps = (T)o->eps;                                    \
        MOMENT(T, m, 0);                                                                            \
        MOMENT(T, v, 1);                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                           \
            const T gi = g[i], mi = b1 * m[i] + o1 * gi, vi = b2 * v[i] + o2 * gi * gi;             \
            const T wi = keep * w[i] - (cg * gi + cm * mi) / (cv * SQRT(vi) + eps);                 \
            m[i] = mi;                                                                              \
            SET_SQUARE(T, v, vi);                                                                   \
            SET_W(T, wi);                                                                           \
        }                                                                                           \
    } while (0)

UPDATE(nadam) { FLOATS(NADAM); }

#if WG_BASE

static double mu_at(const wg_nadam_opts *o, double t) { return o->beta1 * (1 - 0.5 * pow(0.96, t * o->psi)); }

/* The product of all mu up to step t. before: that of the step before, or 0 where it is not known. 1 less a
 * product below SMALL is 1, so smaller products are not computed. */
static double product_at(const wg_nadam_opts *o, double t, double before)
{
    const double SMALL = 1e-20;
    if (t > 1 && before > 0) return before < SMALL ? before : before * mu_at(o, t);
    double product = 1;
    for (double i = 1; i <= t && product >= SMALL; i++) product *= mu_at(o, i);
    return product;
}

static void nadam_rates(const void *options, double t, double *rate)
{
    const wg_nadam_opts *o = options;
    const double mu = mu_at(o, t), next = mu_at(o, t + 1);
    rate[PRODUCT] = product_at(o, t, rate[PRODUCT]);
    rate[G_SCALE] = (1 - mu) / (1 - rate[PRODUCT]);
    rate[M_SCALE] = next / (1 - rate[PRODUCT] * next);
    rate[V_SCALE] = 1 / (1 - pow(o->beta2, t));
}

OPTIMIZER(nadam, .divides = true, .moment = { "m", "v" }, .rates = nadam_rates,
          .formula =
              "m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, "
              "w -= lr ((1 - mu) g / (1 - P) + mu' m / (1 - P mu')) / (sqrt(v / (1 - beta2^t)) + eps)");

#endif
