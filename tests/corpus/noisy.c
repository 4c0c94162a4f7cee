/* noisy.c: functions whose values have errors: arithmetic in float, noise, inner solvers that stop
 * early; and functions that keep a state between calls. */
#include "corpus/functions.h"

#include <math.h>
#include <string.h>

#define FUNCTION(name) static double name(size_t n, const double *x, double *g, void *with)
#define PARAMETERS     const wgt_with *w = with

/* ---- float inside; values and gradient ---- */

FUNCTION(float_polynomial)
{
    const float u = (float)x[0], v = (float)x[1];
    if (g) g[0] = (double)(3 * u * u * v + 2), g[1] = (double)(u * u * u - 2 * v);
    return (double)(u * u * u * v - v * v + 2 * u + 1);
}

FUNCTION(float_squares)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        const float v = (float)x[i];
        sum += (float)(i + 1) * v * v;
        if (g) g[i] = (double)(2 * (float)(i + 1) * v);
    }
    return (double)sum;
}

FUNCTION(float_waves)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        const float v = (float)x[i];
        sum += sinf(v) + expf(v / 2);
        if (g) g[i] = (double)(cosf(v) + expf(v / 2) / 2);
    }
    return (double)sum;
}

/* A net 2-2-1 with tanh: 9 weights. */
FUNCTION(float_net)
{
    static const float in[3][2] = { { .5f, -1.2f }, { 1.1f, .3f }, { -.7f, .8f } },
                       wish[3] = { .3f, -.5f, .9f };
    float q[9], d[9] = { 0 }, sum = 0;
    for (int i = 0; i < 9; i++) q[i] = (float)x[i];
    for (int k = 0; k < 3; k++) {
        float h[2], y = q[8];
        for (int j = 0; j < 2; j++) {
            h[j] = tanhf(q[3 * j] * in[k][0] + q[3 * j + 1] * in[k][1] + q[3 * j + 2]);
            y += q[6 + j] * h[j];
        }
        const float r = y - wish[k];
        sum += r * r, d[8] += 2 * r;
        for (int j = 0; j < 2; j++) {
            const float s = 2 * r * q[6 + j] * (1 - h[j] * h[j]);
            d[6 + j] += 2 * r * h[j];
            d[3 * j] += s * in[k][0], d[3 * j + 1] += s * in[k][1], d[3 * j + 2] += s;
        }
    }
    for (int i = 0; g && i < 9; i++) g[i] = (double)d[i];
    return (double)sum;
}

/* The value is rounded to float, the gradient is not. */
FUNCTION(rounded_value)
{
    if (g) g[0] = cos(x[0]) * x[1], g[1] = sin(x[0]);
    return (double)(float)(sin(x[0]) * x[1]);
}

/* ---- noise of size a, from a hash of the bits of x ---- */

static double hash(size_t n, const double *x)
{
    unsigned long long h = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < n; i++) {
        unsigned long long bits;
        memcpy(&bits, &x[i], sizeof bits);
        h = (h ^ bits) * 0xd6e8feb86659fd93u, h ^= h >> 32;
        h *= 0xd6e8feb86659fd93u, h ^= h >> 32;
    }
    return (double)(long long)h * 0x1p-63;
}

FUNCTION(hash_noise)
{
    PARAMETERS;
    double sum = w->a * hash(n, x);
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * x[i] / 2 + sin(x[i]);
        if (g) g[i] = x[i] + cos(x[i]);
    }
    return sum;
}

/* A value with so many decimals: steps of size a. */
FUNCTION(printed_value)
{
    PARAMETERS;
    if (g) g[0] = exp(x[0]) + x[1], g[1] = x[0];
    return w->a * round((exp(x[0]) + x[0] * x[1]) / w->a);
}

/* ---- inner solvers that stop at a tolerance a; the gradient is that of the exact solution ---- */

/* y^3 + y = x0 + x1^2 by Newton's method. f = y. */
FUNCTION(inner_newton)
{
    PARAMETERS;
    const double to = x[0] + x[1] * x[1];
    double y = 1;
    for (int k = 0; k < 100 && fabs(y * y * y + y - to) > w->a; k++)
        y -= (y * y * y + y - to) / (3 * y * y + 1);
    if (g) g[0] = 1 / (3 * y * y + 1), g[1] = 2 * x[1] / (3 * y * y + 1);
    return y;
}

/* y = cos(x0 y) + x1 by iteration. */
FUNCTION(inner_iteration)
{
    PARAMETERS;
    double y = 0.5, before = 0;
    for (int k = 0; k < 1000 && fabs(y - before) > w->a; k++) before = y, y = cos(x[0] * y) + x[1];
    const double s = sin(x[0] * y);
    if (g) g[0] = -s * y / (1 + s * x[0]), g[1] = 1 / (1 + s * x[0]);
    return y;
}

/* The root of y + e^y = x0 by bisection. */
FUNCTION(inner_bisection)
{
    PARAMETERS;
    double low = -20, high = 20;
    while (high - low > w->a) {
        const double y = (low + high) / 2;
        if (y + exp(y) > x[0]) high = y;
        else low = y;
    }
    const double y = (low + high) / 2;
    if (g) g[0] = 1 / (1 + exp(y));
    return y;
}

/* A linear system [2 x0, 1; 1, 3] y = [x1, 1] by Gauss and Seidel. f = y0 + y1. */
FUNCTION(inner_sweeps)
{
    PARAMETERS;
    double y = 0, z = 0, moved = 1;
    for (int k = 0; k < 1000 && moved > w->a; k++) {
        const double next = (x[1] - z) / (2 * x[0]), last = (1 - next) / 3;
        moved = fabs(next - y) + fabs(last - z), y = next, z = last;
    }
    const double det = 6 * x[0] - 1, sum = (2 * x[1] + 2 * x[0] - 1) / det;
    if (g) g[0] = (2 - 6 * sum) / det, g[1] = 2 / det;
    return y + z;
}

/* ---- states ---- */

/* Keeps the last value, and returns it when it is called again at the same point. */
FUNCTION(with_memo)
{
    wgt_with *w = with;
    if (!w->memo || memcmp(w->memo_x, x, n * sizeof *x)) {
        w->memo_f = 0, w->memo = true;
        for (size_t i = 0; i < n; i++) w->memo_f += exp(x[i]) * x[(i + 1) % n];
        memcpy(w->memo_x, x, n * sizeof *x);
    }
    for (size_t i = 0; g && i < n; i++) g[i] = exp(x[i]) * x[(i + 1) % n] + exp(x[(i + n - 1) % n]);
    return w->memo_f;
}

/* Newton's method from the solution of the call before, to the last digit. */
FUNCTION(warm_start)
{
    wgt_with *w = with;
    double y = w->memo ? w->memo_f : 1, before = INFINITY;
    for (int k = 0; k < 100 && y != before; k++) before = y, y -= (y + exp(y) - x[0] * x[1]) / (1 + exp(y));
    w->memo = true, w->memo_f = y;
    if (g) g[0] = x[1] / (1 + exp(y)), g[1] = x[0] / (1 + exp(y));
    return y;
}

wg_check_fn wgt_noisy(const char *name)
{
#define ROW(f) \
    {          \
#f, f  \
    }
    static const struct {
        const char *name;
        wg_check_fn f;
    } all[] = { ROW(float_polynomial), ROW(float_squares),   ROW(float_waves),   ROW(float_net),
                ROW(rounded_value),    ROW(hash_noise),      ROW(printed_value), ROW(inner_newton),
                ROW(inner_iteration),  ROW(inner_bisection), ROW(inner_sweeps),  ROW(with_memo),
                ROW(warm_start) };
#undef ROW
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(name, all[i].name)) return all[i].f;
    return NULL;
}
