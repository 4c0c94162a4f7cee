/* onnx_optim.c: steps of optimizers (ai.onnx.preview.training). Operands are the rate, the number of the
 * step, then all parameters, all gradients, and all of each further array. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <string.h>

static wg_node times(const wgi_onnx_call *k, double a, wg_node x) { return wg_mul(a, x); }
static wg_node plus(const wgi_onnx_call *k, wg_node a, wg_node b) { return wg_add(a, b); }

typedef struct stepping {
    wgi_onnx_call *k;
    int n; /* parameters */
    double rate, t;
    wg_node x, g; /* a parameter; its gradient, with norm_coefficient times the parameter */
} stepping;

/* arrays: of each parameter, with the parameter itself and its gradient. False: the operands do not fit. */
static bool begin(wgi_onnx_call *k, int arrays, stepping *s)
{
    *s = (stepping){ .k = k, .n = (k->ins - 2) / arrays };
    if (s->n < 1 || k->ins != 2 + arrays * s->n)
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "the operands do not fit");
    s->rate = wgi_ox_number(k, 0, 0), s->t = wgi_ox_number(k, 1, 0);
    return !wg_failed(k->o->c);
}

static void parameter(stepping *s, int i)
{
    wgi_onnx_call *k = s->k;
    s->x = wgi_ox(k, 2 + i);
    s->g = plus(k, times(k, wgi_ox_f(k, "norm_coefficient", 0), s->x), wgi_ox(k, 2 + s->n + i));
}

static wg_node array(const stepping *s, int a, int i) { return wgi_ox(s->k, 2 + a * s->n + i); }
static bool put(const stepping *s, int a, int i, wg_node y) { return wgi_ox_put(s->k, a * s->n + i, y); }

OPERATOR(adagrad)
{
    stepping s;
    if (!begin(k, 3, &s)) return false;
    const double rate = s.rate / (1 + s.t * wgi_ox_f(k, "decay_factor", 0));
    for (int i = 0; i < s.n; i++) {
        parameter(&s, i);
        const wg_node h = plus(k, array(&s, 2, i), wg_square(s.g)),
                      by = plus(k, wg_sqrt(h), wg_number(wgi_ox_f(k, "epsilon", 1e-6)));
        const wg_node step = wg_div(times(k, rate, s.g), by);
        if (!put(&s, 0, i, wg_sub(s.x, step)) || !put(&s, 1, i, h)) return false;
    }
    return true;
}

OPERATOR(momentum)
{
    stepping s;
    if (!begin(k, 3, &s)) return false;
    const double alpha = wgi_ox_f(k, "alpha", 0), beta = s.t > 0 ? wgi_ox_f(k, "beta", 0) : 1;
    const bool nesterov = !strcmp(wgi_ox_s(k, "mode", "standard"), "nesterov");
    for (int i = 0; i < s.n; i++) {
        parameter(&s, i);
        const wg_node v = plus(k, times(k, alpha, array(&s, 2, i)), times(k, beta, s.g)),
                      by = nesterov ? plus(k, s.g, times(k, alpha, v)) : v;
        if (!put(&s, 0, i, wg_sub(s.x, times(k, s.rate, by))) || !put(&s, 1, i, v)) return false;
    }
    return true;
}

OPERATOR(adam)
{
    stepping s;
    if (!begin(k, 4, &s)) return false;
    const double a = wgi_ox_f(k, "alpha", 0.9), b = wgi_ox_f(k, "beta", 0.999),
                 eps = wgi_ox_f(k, "epsilon", 1e-6);
    const double rate = s.t > 0 ? s.rate * sqrt(1 - pow(b, s.t)) / (1 - pow(a, s.t)) : s.rate;
    for (int i = 0; i < s.n; i++) {
        parameter(&s, i);
        const wg_node m = plus(k, times(k, a, array(&s, 2, i)), times(k, 1 - a, s.g)),
                      v = plus(k, times(k, b, array(&s, 3, i)), times(k, 1 - b, wg_square(s.g))),
                      by = plus(k, wg_sqrt(v), wg_number(eps));
        const wg_node next = wg_sub(s.x, wg_div(times(k, rate, m), by));
        const wg_node y = times(k, 1 - wgi_ox_f(k, "norm_coefficient_post", 0), next);
        if (!put(&s, 0, i, y) || !put(&s, 1, i, m) || !put(&s, 2, i, v)) return false;
    }
    return true;
}
