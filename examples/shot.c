/* shot.c: at which angle must a ball be thrown to land 40 m away, and when does it land? The air takes
 * part of its speed: the acceleration is -(0, 9.81) - 0.01 |v| v. The angle and the time are found
 * together by Newton's method, with the derivatives of the solution by both: the time of wg_odeint is a
 * node. */
#include <math.h>
#include <wengert/wengert.h>

enum { STATE = 4 }; /* place and velocity: x, y, vx, vy */
static const double SPEED = 25, FAR = 40, DRAG = 0.01, GRAVITY = 9.81;

static wg_node flight(wg_node t, wg_node s, void *user)
{
    (void)t;
    wg_node v = wg_slice(s, .axis = 0, .from = 2, .to = STATE), g = *(wg_node *)user;
    wg_node drag = wg_mul(wg_mul(-DRAG, wg_sqrt(wg_sum(wg_square(v)))), v);
    return wg_concat(((wg_node[]){ v, wg_add(drag, g) }), 2);
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    double u[2] = { 0.5, 2 }; /* angle and time */
    for (int step = 0; step < 8 && !wg_failed(c); step++) {
        wg_begin(g, WG_EVAL);
        wg_node at = wg_input(g, "angle and time", wg_view_f64(u, WG_SHAPE(2)));
        wg_node angle = wg_select(at, .axis = 0, .index = 0), zero = wg_scalar(g, 0);
        wg_node times = wg_stack(((wg_node[]){ zero, wg_select(at, .axis = 0, .index = 1) }), 2);
        wg_node start = wg_stack(
            ((wg_node[]){ zero, zero, wg_mul(SPEED, wg_cos(angle)), wg_mul(SPEED, wg_sin(angle)) }), STATE);
        wg_node fall = wg_input(g, "g", wg_view_f64((double[]){ 0, -GRAVITY }, WG_SHAPE(2)));
        wg_node end = wg_odeint(start, flight, &fall, 0, 0, .t = times, .rtol = 1e-10, .atol = 1e-10);
        wg_node place = wg_slice(wg_select(end, .axis = 0, .index = 0), .axis = 0, .from = 0, .to = 2);
        wg_node miss = wg_sub(place, wg_input(g, "goal", wg_view_f64((double[]){ FAR, 0 }, WG_SHAPE(2))));
        double m[2] = { 0 }, by[2] = { 0 };
        wg_copy_f64(miss, m, 2);
        printf("angle %.9f  time %.9f s  off by %.1e m\n", u[0], u[1], hypot(m[0], m[1]));
        wg_copy_f64(wg_solve(wg_jacobian(miss, at), miss), by, 2);
        for (int i = 0; i < 2; i++) u[i] -= by[i];
    }
    return wg_finish(c, stderr);
}
