/* newton_cg_relu.c: a net with relu, trained by Newton's method. The step solves H step = gradient by
 * conjugate gradients, which use the Hessian H only in products H v (wg_params_hvp). The second derivative
 * of relu is 0, so H has the parts that come of the products of two layers' weights.
 *
 * The net learns |a| - |b| / 2 from 64 points of a grid. A weight decay makes the minimum one point. */
#include <math.h>
#include <string.h>
#include <wengert/wengert.h>

enum { SIDE = 8, ROWS = SIDE * SIDE, HIDDEN = 8, N = 2 * HIDDEN + HIDDEN + HIDDEN + 1 };

typedef struct problem {
    wg_graph *g;
    wg_params *p;
    wg_node loss;
} problem;

static void build(problem *s)
{
    double point[2 * ROWS], height[ROWS];
    for (int i = 0; i < ROWS; i++) {
        double a = (i % SIDE - 3.5) / 4, b = (i / SIDE - 3.5) / 4;
        point[2 * i] = a, point[2 * i + 1] = b, height[i] = fabs(a) - fabs(b) / 2;
    }
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_input(s->g, "point", wg_view_f64(point, WG_SHAPE(ROWS, 2)));
    wg_node y = wg_input(s->g, "height", wg_view_f64(height, WG_SHAPE(ROWS, 1)));
    wg_node h = wg_relu(wg_nn_dense(x, s->p, "hidden", HIDDEN));
    wg_node error = wg_mse(wg_nn_dense(h, s->p, "out", 1), y);
    s->loss = wg_add(error, wg_l2(s->g, s->p, 1e-3)); /* of the layers that are there */
}

static double loss_at(problem *s, const double *theta)
{
    wg_params_set(s->p, theta);
    build(s);
    return wg_item(s->loss);
}

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < N; i++) sum += a[i] * b[i];
    return sum;
}

/* Steihaug 1983: x = H^-1 g, or as far as H is positive along the directions. */
static void cg(const problem *s, const double *g, double *x)
{
    double r[N], d[N], Hd[N], rr = dot(g, g), first = rr;
    memset(x, 0, sizeof r);
    memcpy(r, g, sizeof r), memcpy(d, g, sizeof d);
    for (int it = 0; it < 4 * N && rr > 1e-20 * first; it++) {
        wg_params_hvp(s->p, s->loss, d, Hd);
        double curvature = dot(d, Hd), alpha = rr / curvature, before = rr;
        if (!(curvature > 0)) {
            if (it == 0) memcpy(x, g, sizeof r);
            return;
        }
        for (int i = 0; i < N; i++) x[i] += alpha * d[i], r[i] -= alpha * Hd[i];
        rr = dot(r, r);
        for (int i = 0; i < N; i++) d[i] = r[i] + rr / before * d[i];
    }
}

/* Halves the step until the loss falls (Armijo 1966). */
static void search(problem *s, double *theta, const double *step, const double *g, double loss)
{
    double next[N];
    for (double length = 1; length > 1e-9; length /= 2) {
        for (int i = 0; i < N; i++) next[i] = theta[i] - length * step[i];
        if (loss_at(s, next) <= loss - 1e-4 * length * dot(g, step)) break;
    }
    memcpy(theta, next, sizeof next);
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64, .seed = 1);
    problem s = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    double theta[N], gradient[N], step[N];

    build(&s);
    wg_params_get(s.p, theta);
    for (int it = 0; it < 100; it++) {
        double loss = loss_at(&s, theta);
        wg_backward(s.loss, s.p);
        wg_params_get_grad(s.p, gradient);
        printf("%2d  loss %.12f  |gradient| %.2e\n", it, loss, wg_params_grad_norm(s.p));
        if (!(wg_params_grad_norm(s.p) >= 1e-10)) break;
        cg(&s, gradient, step);
        search(&s, theta, step, gradient, loss);
    }
    return wg_finish(c, stderr);
}
