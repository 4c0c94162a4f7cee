/* reductions.c: reductions, and sums that run along an axis. These functions make one number of an axis, or
 * of all axes, or one number for each place. wg_var divides by n, and not by n - 1. The first of equal
 * maxima gets the whole gradient. */
#include <wengert/wengert.h>

static void row(const char *name, wg_node y)
{
    const wg_tensor t = wg_value(y);
    printf("%-28s", name);
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) printf(" %g", wg_tensor_item(&t, i));
    printf("\n");
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    double numbers[] = { 4, 1, 3, 2 }, halves[] = { 0.5, 0.5, 0.5, 0.5 };
    wg_node x = wg_input(g, "x", wg_view_f64(numbers, WG_SHAPE(4)));
    wg_node a = wg_input(g, "a", wg_view_f64(halves, WG_SHAPE(4)));
    row("x", x);
    row("prod", wg_prod(x));
    row("var", wg_var(x));
    row("argmin", wg_argmin(x, .axis = 0));
    row("any_of(x > 3)", wg_any_of(wg_greater(x, 3)));
    row("all_of(x > 3)", wg_all_of(wg_greater(x, 3)));
    row("exp(logsumexp(log x))", wg_round(wg_exp(wg_logsumexp(wg_log(x)))));
    row("logsumexp(1000 x) - 4000", wg_sub(wg_logsumexp(wg_mul(1000, x)), 4000));
    row("cumsum", wg_cumsum(x, .axis = 0));
    row("cumsum, exclusive", wg_cumsum(x, .axis = 0, .exclusive = true));
    row("cumsum, reverse", wg_cumsum(x, .axis = 0, .reverse = true));
    row("cumprod", wg_cumprod(x, .axis = 0));
    row("exp(logcumsumexp(log x))", wg_round(wg_exp(wg_logcumsumexp(wg_log(x), .axis = 0))));
    row("linear_scan: y' = y/2 + x", wg_linear_scan(a, x, .axis = 0));
    row("sum_to [1]", wg_sum_to(x, WG_SHAPE(1)));
    wg_node twos = wg_fill(g, 2, WG_SHAPE(3));
    row("gradient of max(2, 2, 2)", wg_grad(wg_max(twos), twos));
    row("gradient of prod(x)", wg_grad(wg_prod(x), x));
    return wg_finish(c, stderr);
}
