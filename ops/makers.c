/* makers.c: ranges and unit matrices: builders without an op, since they have no operand. */

#include "rules.h"

enum { MOST = 1 << 30 }; /* elements */

/* 0, 1, ..., n - 1 in the context's dtype. */
static wg_node counted(wg_site here, wg_graph *g, int64_t n)
{
    wg_node zeros = wg_fill_at(here, g, 0, WG_SHAPE(n));
    return wg_cast(wg_index_along(zeros, .axis = 0), wg_node_dtype(zeros));
}

wg_node wg_arange_at(wg_site here, wg_graph *g, double from, double to, double step)
{
    WG_USER_CALL(here, "arange");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "arange: the graph is NULL"), wg_none;
    const double n = ceil((to - from) / step);
    if (!(n <= MOST) || step == 0 || !isfinite(from))
        return WGI_FAIL_NODE(g, here, "arange", WG_ERROR_VALUE, "from %g to %g by %g is no range", from, to,
                             step);
    here = wg_inside(here);
    wg_node y = counted(here, g, n > 0 ? (int64_t)n : 0);
    if (step != 1) y = wg_mul(y, step);
    return from != 0 ? wg_add(y, from) : y;
}

/* The first half is counted from the start, the second from the end, so that both ends are exact. */
BUILDER(linspace, linspace)
{
    wg_graph *g = a->x;
    const double from = a->from, to = a->to;
    const int64_t count = a->count;
    WG_USER_CALL(here, "linspace");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "linspace: the graph is NULL"), wg_none;
    if (count == WG_NEEDED)
        return WGI_FAIL_NODE(g, here, "linspace", WG_ERROR_USE, "count is needed: .count = 5");
    if (!wg_options_fit(g->c, here, "linspace", wg_linspace_args_rows(), a)) return wgi_error_node(g);
    if (count > MOST || !isfinite(from) || !isfinite(to))
        return WGI_FAIL_NODE(g, here, "linspace", WG_ERROR_VALUE, "from %g to %g in %lld numbers", from, to,
                             (long long)count);
    here = wg_inside(here);
    wg_node i = counted(here, g, count);
    const double last = (double)(count - 1), step = count > 1 ? (to - from) / last : 0;
    wg_node start = wg_add(wg_mul(i, step), from), end = wg_sub(to, wg_mul(wg_sub(last, i), step));
    return count > 1 ? wg_where(wg_less(i, (double)count / 2), start, end) : start;
}

wg_node wg_eye_at(wg_site here, wg_graph *g, int64_t rows, int64_t columns)
{
    WG_USER_CALL(here, "eye");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "eye: the graph is NULL"), wg_none;
    if (rows < 0 || columns < 0 || rows > MOST || columns > MOST)
        return WGI_FAIL_NODE(g, here, "eye", WG_ERROR_SHAPE, "%lld rows and %lld columns", (long long)rows,
                             (long long)columns);
    here = wg_inside(here);
    const bool tall = rows > columns;
    wg_node y = wgi_unit_rows(here, wg_fill_at(here, g, 0, WG_SHAPE(tall ? rows : columns)), 0,
                              tall ? columns : rows);
    return tall ? wg_transpose(y) : y;
}
