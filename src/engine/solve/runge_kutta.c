/* runge_kutta.c: the tables of Runge-Kutta methods, and the sums of a step as nodes. */
#include "solve/solve.h"

#include "wengert/ops.h"

/* Dormand and Prince (1980), with the error estimate of its embedded method of fourth order. */
const wgi_rk wgi_rk_methods[WG_ODE_METHODS] = {
    [WG_ODE_DORMAND_PRINCE] = { .name = "Dormand-Prince",
                                .stages = 7,
                                .order = 5,
                                .adaptive = true,
                                .c = { 0, 1 / 5., 3 / 10., 4 / 5., 8 / 9., 1, 1 },
                                .a = { { 0 },
                                       { 1 / 5. },
                                       { 3 / 40., 9 / 40. },
                                       { 44 / 45., -56 / 15., 32 / 9. },
                                       { 19372 / 6561., -25360 / 2187., 64448 / 6561., -212 / 729. },
                                       { 9017 / 3168., -355 / 33., 46732 / 5247., 49 / 176., -5103 / 18656. },
                                       { 35 / 384., 0, 500 / 1113., 125 / 192., -2187 / 6784., 11 / 84. } },
                                .b = { 35 / 384., 0, 500 / 1113., 125 / 192., -2187 / 6784., 11 / 84. },
                                .e = { 71 / 57600., 0, -71 / 16695., 71 / 1920., -17253 / 339200., 22 / 525.,
                                       -1 / 40. } },
    [WG_ODE_EULER] = { .name = "Euler", .stages = 1, .order = 1, .b = { 1 } },
    [WG_ODE_MIDPOINT] = { .name = "midpoint",
                          .stages = 2,
                          .order = 2,
                          .c = { 0, 0.5 },
                          .a = { { 0 }, { 0.5 } },
                          .b = { 0, 1 } },
    [WG_ODE_RK4] = { .name = "Runge-Kutta",
                     .stages = 4,
                     .order = 4,
                     .c = { 0, 0.5, 0.5, 1 },
                     .a = { { 0 }, { 0.5 }, { 0, 0.5 }, { 0, 0, 1 } },
                     .b = { 1 / 6., 1 / 3., 1 / 3., 1 / 6. } },
};

wg_node wgi_rk_sum(wg_site here, wg_node y, wg_node h, const double w[], const wg_node k[], int n)
{
    wg_node sum = wg_none;
    for (int j = 0; j < n; j++) {
        if (w[j] == 0 || wg_is_none(k[j])) continue;
        wg_node term = wg_mul_at(here, wg_number(w[j]), k[j]);
        sum = wg_is_none(sum) ? term : wg_add_at(here, sum, term);
    }
    return wg_is_none(sum) ? y : wg_add_at(here, y, wg_mul_at(here, h, sum));
}

wg_node wgi_rk_time(wg_site here, wg_node t, wg_node h, double c)
{
    return c == 0 ? t : wg_add_at(here, t, wg_mul_at(here, wg_number(c), h));
}
