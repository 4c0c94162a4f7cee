/* wgnode.c: compares a node with its expected values. */
#include "wgnode.h"

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
