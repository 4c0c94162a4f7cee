/* wgnode.h: a graph for a test, and nodes compared with values that were computed by hand. */
#ifndef WGNODE_H
#define WGNODE_H

#include "wgtest.h"

static inline wg_graph *graph(wg_dtype t)
{
    wg_context *c = wgt_start(NULL, t, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_TRAIN);
    return g;
}

/* The same with a context c and parameters p. */
#define WORLD(t)        \
    WGT_WORLD(t, NULL); \
    wg_begin(g, WG_TRAIN)

/* The same, and c is finished where the block ends. */
#define IN_WORLD(t)        \
    WGT_IN_WORLD(t, NULL); \
    wg_begin(g, WG_TRAIN)

static inline void done(wg_graph *g) { wgt_finish(wg_graph_context(g), NULL); }

#define COUNT_(...)      (sizeof((double[]){ __VA_ARGS__ }) / sizeof(double))
#define INPUT(g, s, ...) wg_input(g, "x", wg_view_f64((const double[]){ __VA_ARGS__ }, s))
#define VECTOR(g, ...)   INPUT(g, WG_SHAPE((int64_t)COUNT_(__VA_ARGS__)), __VA_ARGS__)
#define INTS(g, ...)                                       \
    wg_input(g, "i",                                       \
             wg_view_i32((const int32_t[]){ __VA_ARGS__ }, \
                         WG_SHAPE((int64_t)(sizeof((int32_t[]){ __VA_ARGS__ }) / sizeof(int32_t)))))

/* Asserts dtype, shape and the n values of y, each within a relative tolerance; a failure names the line. */
void wgt_expect_node(int line, wg_node y, wg_dtype t, wg_shape s, const double *want, size_t n,
                     double tolerance);
#define WANT(...)                 (const double[]){ __VA_ARGS__ }, COUNT_(__VA_ARGS__)
#define EXPECT(y, t, s, ...)      wgt_expect_node(__LINE__, y, t, s, WANT(__VA_ARGS__), 0)
#define EXPECT_NEAR(y, t, s, ...) wgt_expect_node(__LINE__, y, t, s, WANT(__VA_ARGS__), 4e-16)
#define EXPECT_VECTOR(y, ...)     EXPECT(y, WG_F64, WG_SHAPE((int64_t)COUNT_(__VA_ARGS__)), __VA_ARGS__)
#define EXPECT_CLOSE(y, ...)      EXPECT_NEAR(y, WG_F64, WG_SHAPE((int64_t)COUNT_(__VA_ARGS__)), __VA_ARGS__)
#define EXPECT_EMPTY(y, t, s)     wgt_expect_node(__LINE__, y, t, s, NULL, 0, 0)

/* Numbers as an input of the context's dtype. */
wg_node wgt_given(wg_graph *g, wg_shape s, const double *v);
/* The same of random numbers, uniform in [low, high). */
wg_node wgt_drawn(wg_graph *g, wgt_random *r, double low, double high, wg_shape s);
/* All elements within the tolerance, relative to 1 where they are smaller; NaN equals NaN. */
void wgt_expect_close(wg_node n, const double *v, int64_t size, double tolerance);
static inline void wgt_expect_item(wg_node n, double v, double tolerance)
{
    wgt_expect_close(n, &v, 1, tolerance);
}
/* A read of y fails with the text in its message; the context works again after it. */
void wgt_expect_mistake(wg_node y, const char *text);
/* The same nodes, with their types, names, scopes, sites and operands. */
void wgt_expect_same_nodes(const wg_graph *a, const wg_graph *b, const char *what);
/* 0, 1, 2, ... */
wg_node wgt_counted(wg_graph *g, wg_shape s);
/* The gradient of the sum of y times 1, 2, 3, ... */
wg_node wgt_weighted(wg_node y, wg_node x);

/* y = x^3, element by element, as functions of C whose calls are counted. */
wg_node wgt_cube_at(wg_site here, wg_node x);
#define wgt_cube(x) wgt_cube_at(WG_AT(#x), x)
extern int wgt_cubes, wgt_cube_adjoints;

static inline wg_node slope(wg_node y, wg_node x) { return wg_grad(wg_sum(y), x); }

#endif
