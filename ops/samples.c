/* samples.c: operands for the samples of ops. Their values depend on the context's seed and on the number of
 * nodes.
 *
 * The values keep away from kinks. They are multiples of 1/128 plus 1/512, 2/512 or 3/512, in turn for the
 * operands of a graph: so no value is zero, and neighbouring operands have no value in common. An operand of
 * up to 256 elements has no value twice, if its range has enough of them. */
#include "graph/graph.h"

#include <stdio.h>

enum { GRID = 128, DISTINCT = 256 };

typedef struct grid {
    int64_t low, high;        /* multiples of 1/128, both included */
    bool taken[8 * DISTINCT]; /* a multiple is at its remainder; wg_any has half as many multiples */
} grid;

/* The first multiple from `at` on that none of n before it took. After high comes low. */
static double free_place(grid *r, int64_t n, int64_t at)
{
    if (n >= DISTINCT) return (double)at;
    const int64_t slots = sizeof r->taken / sizeof *r->taken;
    for (int64_t tries = 0; tries < n && r->taken[(at - r->low) % slots]; tries++)
        at = at < r->high ? at + 1 : r->low;
    r->taken[(at - r->low) % slots] = true;
    return (double)at;
}

static wg_node leaf(wg_graph *g, wg_tensor t)
{
    char name[32];
    snprintf(name, sizeof name, "x%lld", (long long)wg_graph_nodes(g) - 1);
    return wg_input_at(WG_HERE, g, name, t);
}

/* Memory for `each` elements of `size` bytes for each element of shape s. NULL after an error. */
static void *room(wg_graph *g, wg_shape s, int each, size_t size)
{
    int64_t n = wg_shape_size(s);
    if (n < 0) leaf(g, wg_view(WG_I32, NULL, s)); /* records what is wrong with the shape */
    return g && n >= 0 ? wg_alloc(wg_graph_context(g), (size_t)(n ? n : 1), (size_t)each * size) : NULL;
}

/* n multiples of 1/128, and memory for n values after them. */
static double *places(wg_graph *g, wg_shape s) { return room(g, s, 2, sizeof(double)); }

/* The dtype of float operands: the context's, if no test says another one. */
static wg_dtype floats_of(const wg_context *c) { return c->samples ? c->samples : wg_context_dtype(c); }

/* An input of that dtype with the values of the multiples v, which are freed. */
static wg_node on_grid(wg_graph *g, double *v, wg_shape s)
{
    wg_context *c = wg_graph_context(g);
    int64_t n = wg_shape_size(s);
    double offset = (double)(1 + wg_graph_nodes(g) % 3) / (4 * GRID);
    for (int64_t i = 0; i < n; i++) v[i] = v[i] / GRID + offset;
    wgi_convert(floats_of(c), v + n, WG_F64, v, n);
    wg_node x = leaf(g, wg_view(floats_of(c), v + n, s));
    wg_free(c, v);
    return x;
}

static double within(double x, double most) { return fmin(fmax(x, -most), most); }

/* Draws of the stream that the number of nodes is: u in [0, 1), or z. */
static wg_node spread(wg_graph *g, wg_shape s, int64_t low, int64_t high, bool normal)
{
    grid r = { .low = low, .high = high };
    const uint64_t seed = wg_context_seed(wg_graph_context(g)), stream = (uint64_t)wg_graph_nodes(g);
    double *v = places(g, s);
    for (int64_t i = 0, n = wg_shape_size(s); v && i < n; i++) {
        const double u = normal ? 0 : wgi_uniform_draw(seed, stream, (uint64_t)i),
                     z = normal ? within(wgi_normal_draw(seed, stream, (uint64_t)i), 4) : 0;
        v[i] = free_place(&r, i,
                          normal ? (int64_t)floor(z * GRID) : low + (int64_t)(u * (double)(high - low + 1)));
    }
    return v ? on_grid(g, v, s) : wgi_error_node(g);
}

wg_node wg_any(wg_graph *g, wg_shape s)
{
    if (!g) return wg_fail(NULL, NULL, WG_ERROR_USE, "any: the graph is NULL"), wg_none;
    return spread(g, s, -4 * GRID, 4 * GRID, true);
}

wg_node wg_between(wg_graph *g, double low, double high, wg_shape s)
{
    if (!g) return wg_fail(NULL, NULL, WG_ERROR_USE, "between: the graph is NULL"), wg_none;
    const int64_t first = (int64_t)ceil(within(low, INT32_MAX) * GRID),
                  last = (int64_t)floor(within(high, INT32_MAX) * GRID) - 1;
    return spread(g, s, first, WGI_MAX(first, last), false);
}

wg_node wg_any_class(wg_graph *g, int64_t classes, wg_shape s)
{
    if (!g) return wg_fail(NULL, NULL, WG_ERROR_USE, "any_class: the graph is NULL"), wg_none;
    wg_context *c = wg_graph_context(g);
    int64_t n = wg_shape_size(s);
    int32_t *v = room(g, s, 1, sizeof *v);
    if (!v) return wgi_error_node(g);
    for (int64_t i = 0; i < n; i++)
        v[i] = (int32_t)(within((double)classes, INT32_MAX) *
                         wgi_uniform_draw(wg_context_seed(c), (uint64_t)wg_graph_nodes(g), (uint64_t)i));
    wg_node x = leaf(g, wg_view_i32(v, s));
    wg_free(c, v);
    return x;
}
