/* turning.h: a differential equation with a closed solution, for the tests of wg_odeint. */
#ifndef WGT_TURNING_H
#define WGT_TURNING_H

#include <math.h>

#include "wgtest.h"

static const double A = 0.3, B = 2; /* decay and angular speed */

/* y' = [[-a, -b], [b, -a]] y: y(t) = e^(-a t) R(b t) y0, with the rotation R. */
static inline wg_node turning(wg_node t, wg_node y, void *user)
{
    wg_node *p = user; /* a, b */
    wg_node sides[2] = { wg_neg(p[1]), p[1] }, other = wg_flip(y, .axes = WG_AXES(0));
    wg_node turn = wg_mul(other, wg_concat(sides, 2, 0));
    return wg_sub(turn, wg_mul(p[0], y));
}

typedef struct turn {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node y0, rate[2];
} turn;

static const double start[2] = { 1.5, -0.5 };

static inline turn turn_start(const wg_options *o)
{
    turn m = { .c = wgt_start(NULL, WG_F64, o) };
    m.g = wg_graph_new(m.c), m.p = wg_params_new(m.c);
    m.y0 = wg_param(m.g, m.p, "y0", WG_SHAPE(2), wg_values(start));
    m.rate[0] = wg_param(m.g, m.p, "a", WG_SHAPE(1), wg_const(A));
    m.rate[1] = wg_param(m.g, m.p, "b", WG_SHAPE(1), wg_const(B));
    return m;
}

static inline void turned(double t, double y[2])
{
    const double e = exp(-A * t), c = cos(B * t), s = sin(B * t);
    y[0] = e * (c * start[0] - s * start[1]), y[1] = e * (s * start[0] + c * start[1]);
}

static inline double error_of(wg_node y, double t)
{
    double v[2], e[2];
    turned(t, e);
    if (wg_copy_f64(y, v, 2) != WG_OK) return INFINITY;
    return hypot(v[0] - e[0], v[1] - e[1]);
}

/* y' = y cos t: y = y0 e^(sin t). */
static inline wg_node by_time(wg_node t, wg_node y, void *user) { return wg_mul(wg_cos(t), y); }

#endif
