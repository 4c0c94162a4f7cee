/* average.c: running averages of parameters. Gradient descent with one example at a time and a constant
 * rate does not come to rest: it moves about the least squares solution. The average of the way is much
 * nearer to it (Polyak and Juditsky 1992). */
#include <math.h>
#include <wengert/wengert.h>

enum { N = 64, D = 4, STEPS = 20000 };

/* The distance of w from the solution of the normal equations X'X w = X'y. */
static double distance(wg_graph *g, wg_params *p, wg_tensor x, wg_tensor y)
{
    wg_begin(g, WG_EVAL);
    wg_node X = wg_input(g, "X", x), w = wg_param(g, p, "w", WG_SHAPE(D), wg_zeros());
    return wg_item(wg_norm(wg_sub(w, wg_lstsq(X, wg_input(g, "y", y)))));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 2, .dtype = WG_F64);
    wg_params *p = wg_params_new(c), *data = wg_params_new(c);
    wg_optim *o = wg_sgd(p, .lr = 0.02);
    wg_graph *g = wg_graph_new(c);
    wg_param(g, data, "X", WG_SHAPE(N, D), wg_normal(0, 1));
    wg_param(g, data, "noise", WG_SHAPE(N), wg_normal(0, 1));
    const double *X = wg_params_tensor(data, 0).data, *noise = wg_params_tensor(data, 1).data;
    double y[N];
    for (int i = 0; i < N; i++) y[i] = X[i * D] - 2 * X[i * D + 1] + noise[i];
    const wg_tensor all = wg_view_f64(X, WG_SHAPE(N, D)), targets = wg_view_f64(y, WG_SHAPE(N));

    distance(g, p, all, targets); /* makes w */
    wg_average *a = NULL;
    wg_data *d = wg_data_from(c, all, targets);
    wg_batch b;
    for (int step = 0; step < STEPS; step++) {
        if (!wg_data_next(d, &b, 1)) wg_data_next(d, &b, 1);
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(D), wg_zeros());
        wg_backward(wg_mse(wg_matmul(wg_input(g, "x", b.x), w), wg_input(g, "y", b.y)), p);
        wg_optim_step(o);
        if (step == STEPS / 10) a = wg_average_new(p); /* the way to the solution is left out */
        if (a) wg_average_step(a);
    }
    printf("distance of the last step    %.4f\n", distance(g, p, all, targets));
    wg_average_use(a, true);
    printf("distance of the average      %.4f\n", distance(g, p, all, targets));
    wg_average_use(a, false);
    return wg_finish(c, stderr);
}
