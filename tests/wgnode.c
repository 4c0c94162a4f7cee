/* wgnode.c: compares a node with its expected values. */
#include "wgnode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void wgt_expect_node(int line, wg_node y, wg_dtype t, wg_shape s, const double *want, size_t n,
                     double tolerance)
{
    wg_tensor v = wg_value(y);
    char a[80], b[80];
    cr_assert(v.data || !n, "line %d: %s", line, wg_message(wg_graph_context(wg_graph_of(y))));
    cr_assert_eq(v.dtype, t, "line %d: dtype %s, not %s", line, wg_dtype_name(v.dtype), wg_dtype_name(t));
    cr_assert(wg_shape_equal(v.shape, s), "line %d: shape %s, not %s", line,
              wg_shape_text(v.shape, a, sizeof a), wg_shape_text(s, b, sizeof b));
    cr_assert_eq((size_t)wg_shape_size(s), n, "line %d: %zu values wanted", line, n);
    for (size_t i = 0; i < n; i++) {
        double got = wg_tensor_item(&v, (int64_t)i);
        cr_assert(wgt_relative(got, want[i]) <= tolerance, "line %d: element %zu is %.17g, not %.17g", line,
                  i, got, want[i]);
    }
}

wg_node wgt_given(wg_graph *g, wg_shape s, const double *v)
{
    return wg_cast(wg_input(g, "v", wg_view_f64(v, s)), wg_context_dtype(wg_graph_context(g)));
}

wg_node wgt_drawn(wg_graph *g, wgt_random *r, double low, double high, wg_shape s)
{
    const int64_t n = wg_shape_size(s);
    double *v = calloc((size_t)n + 1, sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = wgt_uniform(r, low, high);
    wg_node x = wgt_given(g, s, v);
    free(v);
    return x;
}

void wgt_expect_close(wg_node n, const double *v, int64_t size, double tolerance)
{
    double *u = wgt_values(n);
    cr_assert(u, "%s", wg_message(wg_graph_context(wg_graph_of(n))));
    cr_assert_eq(wg_shape_size(wg_node_shape(n)), size);
    for (int64_t i = 0; i < size; i++)
        cr_assert(u[i] == v[i] || (isnan(u[i]) && isnan(v[i])) ||
                      fabs(u[i] - v[i]) <= tolerance * fmax(1, fabs(v[i])),
                  "element %lld is %.17g, not %.17g", (long long)i, u[i], v[i]);
    free(u);
}

void wgt_expect_mistake(wg_node y, const char *text)
{
    wg_context *c = wg_graph_context(wg_graph_of(y));
    cr_expect(isnan(wg_item(wg_sum(y))));
    cr_expect(strstr(wg_message(c), text), "\"%s\" is not in \"%s\"", text, wg_message(c));
    wg_recover(c);
}

static wg_node counted_from(wg_graph *g, wg_shape s, int first)
{
    double v[64];
    for (int i = 0; i < 64; i++) v[i] = i + first;
    return wg_input(g, "x", wg_view_f64(v, s));
}

wg_node wgt_counted(wg_graph *g, wg_shape s) { return counted_from(g, s, 0); }

wg_node wgt_weighted(wg_node y, wg_node x)
{
    return wg_grad(wg_sum(wg_mul(y, counted_from(wg_graph_of(y), wg_node_shape(y), 1))), x);
}

int wgt_cubes, wgt_cube_adjoints;

static int cube(size_t n, const double *x, size_t m, double *y, void *user)
{
    wgt_cubes++;
    for (size_t i = 0; i < n; i++) y[i] = x[i] * x[i] * x[i];
    return 0;
}
static int cube_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    wgt_cube_adjoints++;
    for (size_t i = 0; i < n; i++) gx[i] = 3 * x[i] * x[i] * gy[i];
    return 0;
}
wg_node wgt_cube_at(wg_site here, wg_node x)
{
    return wg_extern_at(here, x, wg_node_shape(x),
                        &WG_OPTS(wg_extern_opts, .name = "cube", .forward = cube, .backward = cube_adjoint));
}

void wgt_expect_same_nodes(const wg_graph *a, const wg_graph *b, const char *what)
{
    cr_assert_eq(wg_graph_nodes(a), wg_graph_nodes(b), "%s", what);
    for (int64_t i = 0; i < wg_graph_nodes(a); i++) {
        const wg_node m = wg_graph_node(a, i), n = wg_graph_node(b, i);
        cr_assert(wg_node_op(m) == wg_node_op(n) && wg_node_operands(m) == wg_node_operands(n), "%s, node %d",
                  what, (int)i);
        cr_assert(wg_node_dtype(m) == wg_node_dtype(n) && wg_shape_equal(wg_node_shape(m), wg_node_shape(n)),
                  "%s, node %d", what, (int)i);
        cr_assert_str_eq(wg_node_name(m), wg_node_name(n), "%s, node %d", what, (int)i);
        cr_assert_str_eq(wg_node_scope(m), wg_node_scope(n), "%s, node %d", what, (int)i);
        cr_assert_str_eq(wg_node_site(m), wg_node_site(n), "%s, node %d", what, (int)i);
        for (int k = 0; k < wg_node_operands(m); k++)
            cr_assert_eq(wg_node_operand(m, k).index, wg_node_operand(n, k).index, "%s, node %d", what,
                         (int)i);
    }
}
