/* brachistochrone.c: the curve of quickest descent from (0, 0) to (1, 1), y downwards (Johann Bernoulli
 * 1696). A bead slides along N straight pieces. What is minimised is its time, by L-BFGS; the parameters
 * are its speeds between the pieces. With the speed v it is v^2 / (2 g) below the start. The answer is a
 * cycloid, x = r (t - sin t), y = r (1 - cos t), which takes the time T sqrt(r / g) to t = T. */
#include <math.h>
#include <wengert/wengert.h>

enum { N = 100 };
static const double gravity = 9.81;

/* The cycloid through (1, 1): T - sin T = 1 - cos T, by Newton's method. */
static double least_time(void)
{
    double t = 2.4;
    for (int i = 0; i < 20; i++) t -= (t - sin(t) - 1 + cos(t)) / (1 - cos(t) - sin(t));
    return t * sqrt(1 / (1 - cos(t)) / gravity);
}

/* Over a straight piece the mean speed is the mean of the speeds at its ends. */
static wg_node time_of(wg_node inner, wg_node dx)
{
    wg_graph *g = wg_graph_of(inner);
    const double end = sqrt(2 * gravity);
    wg_node v =
        wg_concat(((wg_node[]){ wg_fill(g, 0, WG_SHAPE(1)), inner, wg_fill(g, end, WG_SHAPE(1)) }), 3);
    wg_node y = wg_div(wg_square(v), 2 * gravity);
    wg_node before = wg_slice(v, .axis = 0, .to = N), after = wg_slice(v, .axis = 0, .from = 1);
    wg_node dy = wg_sub(wg_slice(y, .axis = 0, .from = 1), wg_slice(y, .axis = 0, .to = N));
    wg_node length = wg_sqrt(wg_add(wg_square(dx), wg_square(dy)));
    return wg_sum(wg_div(wg_mul(2, length), wg_add(before, after)));
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_lbfgs(p, .history = 30);
    wg_graph *g = wg_graph_new(c);
    double dx[N], v[N - 1];
    for (int i = 0; i < N; i++) { /* the pieces are short where the curve is steep */
        const double x = (double)(i + 1) * (i + 1) / (N * N), before = (double)i * i / (N * N);
        dx[i] = x - before;
        if (i < N - 1) v[i] = sqrt(2 * gravity * x); /* of the straight line y = x */
    }
    double time = 0, slope = INFINITY;
    for (int step = 0; step < 1000 && slope > 1e-7; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "v", WG_SHAPE(N - 1), wg_values(v));
        wg_node T = time_of(w, wg_input(g, "dx", wg_view_f64(dx, WG_SHAPE(N))));
        wg_backward(T, p);
        time = wg_item(T), slope = wg_params_grad_norm(p);
        if (step % 100 == 0) printf("step %3d  %.9f s\n", step, time);
        wg_optim_step(o);
    }
    printf("pieces %.9f s\nthe cycloid %.9f s\n", time, least_time());
    return wg_finish(c, stderr);
}
