/* neural_ode.c: a net learns the right-hand side of a differential equation from points of one solution
 * (Chen et al. 2018). The solution is the spiral y' = A y^3. A batch is 16 points and the ten points that
 * follow each of them. */
#include <string.h>
#include <wengert/wengert.h>

enum { POINTS = 400, BATCH = 16, AHEAD = 10, STEPS = 6000 };
static const double DT = 0.025, A[4] = { -0.1, -2, 2, -0.1 }, Y0[2] = { 2, 0 };

static wg_node truth(wg_node t, wg_node y, void *user)
{
    return wg_matmul(wg_mul(y, wg_square(y)), wg_input(wg_graph_of(y), "A", wg_view_f64(A, WG_SHAPE(2, 2))));
}

static wg_node net(wg_node t, wg_node y, void *user)
{
    wg_params *p = user;
    wg_node h = wg_tanh(wg_nn_dense(wg_mul(y, wg_square(y)), p, "hidden", 32, .share = true));
    return wg_nn_dense(h, p, "out", 2, .share = true);
}

/* The solution from Y0 at all times. */
static wg_node spiral(wg_graph *g, wg_ode_fn f, wg_params *p, const double *times)
{
    wg_node y0 = wg_input(g, "y0", wg_view_f64(Y0, WG_SHAPE(1, 2)));
    return wg_odeint(y0, f, p, 0, times[POINTS - 1], .times = times, .count = POINTS, .rtol = 1e-7);
}

int main(void)
{
    static double times[POINTS], y[POINTS][2], x[BATCH][2], next[AHEAD][BATCH][2];
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = wg_adam(p, .lr = 5e-3);
    for (int i = 0; i < POINTS; i++) times[i] = i * DT;
    wg_copy_f64(spiral(g, truth, NULL, times), y[0], 2 * POINTS);
    for (int s = 0; s < STEPS && !wg_failed(c); s++) {
        for (int b = 0; b < BATCH; b++) {
            const int at = (int)(wg_random_bits(1, 1, (uint64_t)s, (uint64_t)b) % (POINTS - AHEAD));
            memcpy(x[b], y[at], sizeof x[b]);
            for (int i = 0; i < AHEAD; i++) memcpy(next[i][b], y[at + 1 + i], sizeof x[b]);
        }
        wg_begin(g, WG_TRAIN);
        wg_node from = wg_input(g, "x", wg_view_f64(x[0], WG_SHAPE(BATCH, 2)));
        wg_node to = wg_input(g, "next", wg_view_f64(next[0][0], WG_SHAPE(AHEAD, BATCH, 2)));
        wg_node way = wg_odeint(from, net, p, 0, AHEAD * DT, .times = times + 1, .count = AHEAD,
                                .method = WG_ODE_RK4, .steps = 1, .adjoint = true);
        wg_node loss = wg_mse(way, to);
        wg_backward(loss, p);
        wg_optim_set_lr(o, wg_lr_cosine(1e-2, s, STEPS));
        wg_optim_step(o);
        if (s % 1500 == 1499) printf("step %4d  loss %.2e\n", s + 1, wg_item(loss));
    }
    wg_begin(g, WG_EVAL);
    wg_node far = wg_input(g, "y", wg_view_f64(y[0], WG_SHAPE(POINTS, 1, 2)));
    wg_node apart = wg_norm(wg_sub(spiral(g, net, p, times), far), .axis = -1);
    printf("whole spiral: mean distance %.4f\n", wg_item(wg_mean(apart)));
    return wg_finish(c, stderr);
}
