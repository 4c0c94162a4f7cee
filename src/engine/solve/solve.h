/* solve.h: values that are found by iteration: solutions of differential equations, fixed points. This
 * room makes nodes, and reads values while it makes them. Of the ops it may use the builders in
 * tools/build/rooms.sh. */
#ifndef WGI_SOLVE_H
#define WGI_SOLVE_H

#include "wengert/implicit.h"

#include "run/run.h"

#include "grad/grad.h"

/* ---- odeint.c ---- */

/* Whether k, what a user's function has returned to the call `who`, is of the type of y, which is called
 * `name`. */
bool wgi_is_result(wg_site here, const char *who, const char *name, wg_node k, wg_node y);

/* ---- runge_kutta.c ---- */

/* A method y1 = y + h sum b[j] k[j], k[i] = f(t + c[i] h, y + h sum a[i][j] k[j]). e: weights of the
 * estimate of its error. last: the last stage is the first one of the next step. */
enum { WGI_STAGES = 7 };
typedef struct wgi_rk {
    const char *name;
    int stages, order;
    bool adaptive;
    double c[WGI_STAGES], a[WGI_STAGES][WGI_STAGES], b[WGI_STAGES], e[WGI_STAGES];
} wgi_rk;
extern const wgi_rk wgi_rk_methods[WG_ODE_METHODS];

/* y + h sum w[j] k[j]. A k[j] that is wg_none is zero. */
wg_node wgi_rk_sum(wg_site here, wg_node y, wg_node h, const double w[], const wg_node k[], int n);
/* t + c h */
wg_node wgi_rk_time(wg_site here, wg_node t, wg_node h, double c);

/* ---- adjoint.c ---- */

/* The solution y1 of a stretch, with its derivative by the continuous adjoint. f: the first derivative
 * that was computed, f(t0, y0). t[i], h[i]: where step i begins, and its size. mark: the first node of
 * the stretch. timed: t0 and h[] have gradients. */
typedef struct wgi_ode_stretch {
    wg_node y0, y1, t0, f;
    wg_node *t, *h;
    int steps;
    size_t room_t, room_h;
    uint32_t mark;
} wgi_ode_stretch;
wg_node wgi_with_adjoint(wg_site here, const wgi_ode_stretch *s, wg_ode_method m, bool timed);

#endif
