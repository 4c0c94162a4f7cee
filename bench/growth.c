/* growth.c: what reads and derivatives cost in graphs that grow. The cost should follow what is reached, not
 * the length of the graph, and no node should be computed twice. `make bench-growth` prints the table. One
 * thread; each figure is the least of three evaluations. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wengert/wengert.h"

#define LENGTH(list) ((int)(sizeof(list) / sizeof *(list)))

typedef struct setting {
    wg_context *c;
    wg_graph *g;
} setting;

static setting start(int interpret, unsigned without)
{
    wg_context *c = wg_start(.threads = 1, .seed = 1, .interpret = interpret, .without = without);
    return (setting){ c, wg_graph_new(c) };
}

static void row(const char *name, double value, const char *unit)
{
    printf("%-66s %9.3f %s\n", name, value, unit);
}

static wg_node zeros(wg_graph *g, int n)
{
    float *v = calloc((size_t)n, sizeof *v);
    wg_node x = wg_input(g, "x", wg_view_f32(v, WG_SHAPE(n)));
    free(v);
    return x;
}

/* ---- one value ---- */

static int calls;
static int impure(size_t n, const double *x, size_t m, double *y, void *user)
{
    (void)n, (void)m, (void)user;
    y[0] = x[0] + 0.1 + 10 * calls++;
    return 0;
}
static int pure(size_t n, const double *x, size_t m, double *y, void *user)
{
    (void)user;
    calls++;
    for (size_t i = 0; i < m && i < n; i++) y[i] = 0.5 * x[i] + 0.1;
    return 0;
}

/* Reads an impure node at once and after 40 others. */
static void impure_node(void)
{
    setting s = start(0, 0);
    double most = 0;
    for (int evaluation = 0; evaluation < 4; evaluation++) {
        wg_begin(s.g, WG_TRAIN);
        calls = 0;
        wg_node x = zeros(s.g, 1);
        wg_node y = wg_extern(x, WG_SHAPE(1), .forward = impure, .impure = true);
        double first = wg_item(wg_mul(y, 1));
        for (wg_node n = y; calls < 100 && wg_graph_nodes(s.g) < 160;) wg_item(n = wg_add(n, y));
        most = fmax(most, fabs(wg_item(wg_mul(y, 1)) - first));
    }
    row("impure node: difference of two reads in an evaluation", most, "");
    wg_finish(s.c, stderr);
}

static void pure_nodes(void)
{
    setting s = start(0, 0);
    int most = 0;
    for (int evaluation = 0; evaluation < 4; evaluation++) {
        wg_begin(s.g, WG_TRAIN);
        calls = 0;
        wg_node x = zeros(s.g, 4096);
        for (int i = 0; i < 40; i++) {
            x = wg_extern(x, WG_SHAPE(4096), .forward = pure);
            wg_item(wg_sum(x));
        }
        most = calls > most ? calls : most;
    }
    row("40 nodes, each read when it is made: calls of kernels", most, "calls");
    wg_finish(s.c, stderr);
}

static double seconds_of_steps(int interpret)
{
    setting s = start(interpret, 0);
    double least = INFINITY;
    for (int evaluation = 0; evaluation < 3; evaluation++) {
        wg_begin(s.g, WG_TRAIN);
        double t = bench_now();
        wg_node x = zeros(s.g, 4096);
        for (int i = 0; i < 160; i++) {
            x = wg_add(x, wg_mul(0.1, wg_sin(x)));
            wg_item(wg_mean(x));
        }
        least = fmin(least, bench_now() - t);
    }
    wg_finish(s.c, stderr);
    return least;
}

/* ---- cost by what is reached ---- */

enum { READS = 100 };

/* Seconds of a read in a graph of `nodes` nodes, each of `size` elements. */
static double seconds_of_read(int nodes, int size)
{
    setting s = start(0, 0);
    double least = INFINITY;
    for (int evaluation = 0; evaluation < 3; evaluation++) {
        wg_begin(s.g, WG_TRAIN);
        wg_node z = zeros(s.g, size);
        while (wg_graph_nodes(s.g) < nodes) z = wg_add(wg_mul(z, 0.9), 0.01);
        wg_item(wg_sum(z));
        double t = bench_now();
        for (int i = 0; i < READS; i++) {
            z = wg_add(wg_mul(z, 0.9), 0.01);
            wg_item(wg_sum(z));
        }
        least = fmin(least, (bench_now() - t) / READS);
    }
    wg_finish(s.c, stderr);
    return least;
}

typedef enum request { GRAD, JVP, HVP } request;

/* Seconds of a derivative after `unrelated` nodes. No derivative is remembered from the evaluation before. */
static double seconds_of_derivative(request what, int unrelated)
{
    setting s = start(0, WG_WITHOUT_REBUILD);
    double least = INFINITY;
    for (int evaluation = 0; evaluation < 3; evaluation++) {
        wg_begin(s.g, WG_TRAIN);
        wg_node x = zeros(s.g, 8), v = zeros(s.g, 8), u = zeros(s.g, 8), out;
        for (int i = 0; i < unrelated; i++) u = wg_add(u, 0.5);
        wg_node y = wg_mul(wg_tanh(x), x), sum = wg_sum(y);
        double t = bench_now();
        if (what == GRAD) wg_grad(sum, x);
        if (what == JVP) wg_jvp(y, &x, &v, 1);
        if (what == HVP) wg_hvp(sum, &x, &v, 1, &out);
        least = fmin(least, bench_now() - t);
    }
    wg_finish(s.c, stderr);
    return least;
}

/* Seconds of new values for an input, and a read of a scalar, beside `unrelated` nodes. */
static double seconds_of_input(int unrelated)
{
    setting s = start(0, 0);
    double least = INFINITY;
    wg_node u = zeros(s.g, 1100);
    for (int i = 0; i < unrelated; i++) u = wg_add(u, 0.5);
    wg_node in = wg_input(s.g, "s", wg_view_f32((float[]){ 1 }, WG_SCALAR)), q = wg_mul(in, 2);
    wg_item(q);
    for (int round = 0; round < 3; round++) {
        double t = bench_now();
        for (int i = 0; i < READS; i++) {
            wg_input_set(in, wg_view_f32((float[]){ (float)i }, WG_SCALAR));
            wg_item(q);
        }
        least = fmin(least, (bench_now() - t) / READS);
    }
    wg_finish(s.c, stderr);
    return least;
}

int main(void)
{
    static const char *const derivative[] = { "wg_grad", "wg_jvp", "wg_hvp" };
    static const int lengths[] = { 100, 10000, 40000 }, unrelated[] = { 0, 200000 },
                     beside[] = { 100, 100000 };
    char name[100];
    impure_node();
    pure_nodes();
    row("160 steps of 4,096 elements, each read when it is made", 1e3 * seconds_of_steps(0), "ms");
    row("the same, interpreted", 1e3 * seconds_of_steps(1), "ms");
    for (int i = 0; i < LENGTH(lengths); i++) {
        snprintf(name, sizeof name, "a read in a graph that grows, at %d nodes of 1,100 elements",
                 lengths[i]);
        row(name, 1e6 * seconds_of_read(lengths[i], 1100), "us");
    }
    for (request what = GRAD; what <= HVP; what++)
        for (int i = 0; i < LENGTH(unrelated); i++) {
            snprintf(name, sizeof name, "%s after %d unrelated nodes", derivative[what], unrelated[i]);
            row(name, 1e6 * seconds_of_derivative(what, unrelated[i]), "us");
        }
    for (int i = 0; i < LENGTH(beside); i++) {
        snprintf(name, sizeof name, "wg_input_set and a read of a scalar, beside %d nodes", beside[i]);
        row(name, 1e6 * seconds_of_input(beside[i]), "us");
    }
    return 0;
}
