/* newton_cg.c: logistic regression by Newton's method. The step solves H step = gradient by conjugate
 * gradients, which use H only in products H v. All functions but build() work on plain vectors of doubles.
 *
 * The data: hours of study of 20 students, and whether each passed the exam.
 */
#include <math.h>
#include <string.h>
#include <wengert/wengert.h>

enum { ROWS = 20, N = 2 };
static const double hours[ROWS] = { 0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50,
                                    2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50 };
static const double passed[ROWS] = { 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1 };

typedef struct problem {
    wg_graph *g;
    wg_params *p;
    wg_node loss;
} problem;

static void build(problem *s)
{
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_input(s->g, "hours", wg_view_f64(hours, WG_SHAPE(ROWS)));
    wg_node y = wg_input(s->g, "passed", wg_view_f64(passed, WG_SHAPE(ROWS)));
    wg_node w = wg_param(s->g, s->p, "w", WG_SCALAR, wg_zeros());
    wg_node b = wg_param(s->g, s->p, "b", WG_SCALAR, wg_zeros());
    s->loss = wg_bce_with_logits(wg_add(wg_mul(w, x), b), y);
}

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < N; i++) sum += a[i] * b[i];
    return sum;
}

/* Hestenes and Stiefel 1952: x = H^-1 g. */
static void cg(const problem *s, const double *g, double *x)
{
    double r[N], d[N], Hd[N], rr = dot(g, g), first = rr;
    memset(x, 0, sizeof r);
    memcpy(r, g, sizeof r), memcpy(d, g, sizeof d);
    for (int it = 0; it < 2 * N && rr > 1e-30 * first; it++) {
        wg_params_hvp(s->p, s->loss, d, Hd);
        double alpha = rr / dot(d, Hd), before = rr;
        for (int i = 0; i < N; i++) x[i] += alpha * d[i], r[i] -= alpha * Hd[i];
        rr = dot(r, r);
        for (int i = 0; i < N; i++) d[i] = r[i] + rr / before * d[i];
    }
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    problem s = { .g = wg_graph_new(c), .p = wg_params_new(c) };
    double theta[N], gradient[N], step[N];

    for (int it = 0; it < 50; it++) {
        build(&s);
        wg_backward(s.loss, s.p);
        wg_params_get_grad(s.p, gradient);
        printf("%2d  loss %.12f  |gradient| %.2e\n", it, wg_item(s.loss), wg_params_grad_norm(s.p));
        if (!(wg_params_grad_norm(s.p) >= 1e-8)) break;
        cg(&s, gradient, step);
        wg_params_get(s.p, theta);
        for (int i = 0; i < N; i++) theta[i] -= step[i];
        wg_params_set(s.p, theta);
    }
    printf("w %.9f  b %.9f\n", wg_params_item(s.p, "w"), wg_params_item(s.p, "b"));
    return wg_finish(c, stderr);
}
