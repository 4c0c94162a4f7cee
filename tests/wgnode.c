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
