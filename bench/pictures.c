/* pictures.c: how long pictures take. `make bench-pictures` prints the table. One thread; each figure is
 * the least of three. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wengert/wengert.h"

/* An RNN of two units whose steps share their parameters. */
static wg_node rnn(wg_context *c, int64_t steps)
{
    static const float v[4] = { 0.1F, 0.2F, 0.3F, 0.4F };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_const(0.1)),
            U = wg_param(g, p, "U", WG_SHAPE(2, 2), wg_const(0.2)),
            b = wg_param(g, p, "b", WG_SHAPE(2), wg_zeros());
    wg_node h = wg_input(g, "h0", wg_view_f32(v, WG_SHAPE(2, 2)));
    for (int64_t t = 0; t < steps; t++) {
        char name[24];
        snprintf(name, sizeof name, "x%lld", (long long)t);
        wg_scope_push_i(g, "t", t);
        wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f32(v, WG_SHAPE(2, 2)));
        wg_node xU = wg_matmul(x, U), hW = wg_matmul(h, W), z = wg_add(wg_add(xU, hW), b);
        h = wg_tanh(z);
        wg_scope_pop(g);
    }
    return wg_name(wg_sum(h), "L");
}

static wg_node chain(wg_context *c, int64_t length)
{
    static const float start = 0.5F;
    wg_node h = wg_input(wg_graph_new(c), "x", wg_view_f32(&start, WG_SCALAR));
    for (int64_t i = 0; i < length; i++) h = wg_sin(h);
    return h;
}

/* sin, tanh and square in an order without a pattern: nothing can be folded. */
static wg_node mixed(wg_context *c, int64_t length)
{
    static const float start = 0.5F;
    wg_node h = wg_input(wg_graph_new(c), "x", wg_view_f32(&start, WG_SCALAR));
    for (int64_t i = 0; i < length; i++) {
        const float v = bench_value(7, (uint32_t)i);
        h = v < -0.3F ? wg_sin(h) : v < 0.3F ? wg_tanh(h) : wg_square(h);
    }
    return h;
}

/* Layers a = tanh(h W + b) with parameters of their own. */
static wg_node layers(wg_context *c, int64_t length)
{
    static const float v[4] = { 0.1F, 0.2F, 0.3F, 0.4F };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node h = wg_input(g, "x", wg_view_f32(v, WG_SHAPE(2, 2)));
    for (int64_t i = 0; i < length; i++) {
        char name[24];
        snprintf(name, sizeof name, "W%lld", (long long)i);
        wg_node W = wg_param_at(WG_HERE, g, p, name, WG_SHAPE(2, 2), wg_const(0.1));
        *name = 'b';
        wg_node b = wg_param_at(WG_HERE, g, p, name, WG_SHAPE(2), wg_zeros());
        wg_node hW = wg_matmul(h, W), z = wg_add(hW, b);
        h = wg_tanh(z);
    }
    return wg_name(wg_sum(h), "L");
}

/* One input, which all terms of a sum use: sums of 1,000, and their sum. */
static wg_node fan(wg_context *c, int64_t width)
{
    static const float start = 0.5F;
    wg_node x = wg_input(wg_graph_new(c), "x", wg_view_f32(&start, WG_SCALAR)), term[1000], sum[1000];
    int64_t sums = 0;
    for (int64_t i = 0; i < width; i += 1000) {
        for (int64_t k = 0; k < 1000; k++) term[k] = k % 3 ? wg_sin(x) : wg_tanh(x);
        sum[sums++] = wg_addn(term, 1000);
    }
    return wg_name(wg_addn(sum, (int)sums), "L");
}

/* Each node uses two of the 50 before it. */
static wg_node random_graph(wg_context *c, int64_t size)
{
    static const float start = 0.5F;
    wg_node last[50];
    for (int k = 0; k < 50; k++) last[k] = wg_none;
    last[0] = wg_input(wg_graph_new(c), "x", wg_view_f32(&start, WG_SCALAR));
    for (int64_t i = 1; i < size; i++) {
        const int64_t known = i < 50 ? i : 50;
        const uint32_t r = (uint32_t)(1e6 * (1 + bench_value(9, (uint32_t)i)));
        const wg_node a = last[(i - 1 - r % known) % 50], b = last[(i - 1 - r / 64 % known) % 50];
        last[i % 50] = r % 5 == 0 ? wg_tanh(a) : r % 5 == 1 ? wg_add(a, b) : wg_mul(a, b);
    }
    return last[(size - 1) % 50];
}

typedef struct picture {
    const char *name;
    wg_node (*make)(wg_context *, int64_t);
    int64_t size;
    const char *path;
    int most;
    wg_maybe fold;
} picture;

static void row(const picture *p, bool values, const char *fit)
{
    double least = INFINITY;
    char message[60] = "drawn";
    for (int i = 0; i < 3; i++) {
        wg_context *c = wg_start(.threads = 1, .seed = 1);
        const wg_node root = p->make(c, p->size);
        const double start = bench_now();
        if (wg_draw(root, p->path, .values = values, .backward = values, .fit = fit, .most = p->most,
                    .fold = p->fold) != WG_OK)
            snprintf(message, sizeof message, "%s", "refused");
        least = fmin(least, bench_now() - start);
        wg_recover(c);
        wg_finish(c, NULL);
    }
    printf("%-44s %-9s %-7s %9.3f s  %s\n", p->name, values ? "numbers" : "", fit ? fit : "", least, message);
}

int main(void)
{
    char svg[] = "/tmp/wengert-pictures-XXXXXX.svg";
    const int file = mkstemps(svg, 4);
    if (file < 0) return perror(svg), 1;
    const picture pictures[] = {
        { "RNN of 100 steps, shared parameters", rnn, 100, svg, WG_AUTO, WG_AUTO },
        { "the same, each step drawn", rnn, 100, svg, 10000, false },
        { "RNN of 12,500 steps: 100,000 nodes", rnn, 12500, svg, WG_AUTO, WG_AUTO },
        { "a chain of 100,000 sines", chain, 100000, svg, WG_AUTO, WG_AUTO },
        { "100,000 nodes without a pattern", mixed, 100000, svg, WG_AUTO, WG_AUTO },
        { "20,000 layers: 100,000 nodes", layers, 20000, svg, WG_AUTO, WG_AUTO },
        { "a fan of 100,000 nodes", fan, 99900, svg, WG_AUTO, WG_AUTO },
        { "100,000 nodes, each with any two before it", random_graph, 100000, svg, WG_AUTO, WG_AUTO },
        { "a chain of 1,000,000 sines", chain, 1000000, svg, WG_AUTO, WG_AUTO },
        { "1,000,000 nodes without a pattern", mixed, 1000000, svg, WG_AUTO, WG_AUTO },
    };
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        for (int k = 0; k < 4; k++) row(&pictures[i], k % 2, k / 2 ? "slide" : NULL);
    remove(svg);
    return 0;
}
