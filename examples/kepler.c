/* kepler.c: the orbit of a planet from a few places where it was seen. Its excentric anomaly E solves
 * Kepler's equation E = M + e sin E, as a fixed point; the derivative by e and by the time is implicit:
 * no iteration is differentiated. Adam finds the eccentricity e, the size a of the orbit, and the time t0
 * of the perihelion. */
#include <math.h>
#include <wengert/wengert.h>

enum { SEEN = 12 };
static const double ECCENTRICITY = 0.6, SIZE = 1.5, START = 0.4, SPEED = 0.5;

typedef struct orbit {
    wg_node M, e;
} orbit;

static wg_node kepler(wg_node E, void *user)
{
    orbit *o = user;
    return wg_add(o->M, wg_mul(o->e, wg_sin(E)));
}

/* Where the planet is at the times t: [2, times]. */
static wg_node place(wg_node t, wg_node e, wg_node a, wg_node t0)
{
    orbit o = { wg_mul(SPEED, wg_sub(t, t0)), e };
    wg_node E = wg_fixed_point(o.M, kepler, &o, .tol = 1e-13);
    wg_node x = wg_sub(wg_cos(E), e), y = wg_mul(wg_sqrt(wg_sub(1, wg_square(e))), wg_sin(E));
    return wg_mul(a, wg_stack(((wg_node[]){ x, y }), 2));
}

int main(void)
{
    double t[SEEN], seen[2 * SEEN];
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < SEEN; i++) t[i] = 0.7 * i;
    wg_node times = wg_input(g, "t", wg_view_f64(t, WG_SHAPE(SEEN)));
    wg_copy_f64(place(times, wg_scalar(g, ECCENTRICITY), wg_scalar(g, SIZE), wg_scalar(g, START)), seen,
                2 * SEEN);

    wg_optim *o = wg_adam(p, .lr = 0.02);
    for (int i = 0; i <= 600 && !wg_failed(c); i++) {
        wg_begin(g, WG_TRAIN);
        wg_node e = wg_param(g, p, "e", WG_SCALAR, wg_const(0.2));
        wg_node a = wg_param(g, p, "a", WG_SCALAR, wg_const(1)),
                t0 = wg_param(g, p, "t0", WG_SCALAR, wg_const(0));
        wg_node at = place(wg_input(g, "t", wg_view_f64(t, WG_SHAPE(SEEN))), e, a, t0);
        wg_node loss = wg_mse(at, wg_input(g, "seen", wg_view_f64(seen, WG_SHAPE(2, SEEN))));
        wg_backward(loss, p);
        wg_optim_step(o);
        if (i % 200 == 0)
            printf("%4d  loss %.1e  e %.6f  a %.6f  t0 %.6f\n", i, wg_item(loss), wg_params_item(p, "e"),
                   wg_params_item(p, "a"), wg_params_item(p, "t0"));
    }
    return wg_finish(c, stderr);
}
