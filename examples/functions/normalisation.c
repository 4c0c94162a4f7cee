/* normalisation.c: normalisation. These functions bring numbers to the mean 0 and the variance 1, within
 * groups. The variance is that of n, and not of n - 1. It becomes a little less than 1, as eps is added to
 * the variance. */
#include <math.h>
#include <wengert/wengert.h>

/* The largest |mean| and |variance - 1| over the groups, whose elements stand along the axes. */
static void row(const char *name, wg_node y, wg_axes axes)
{
    const double mean = wg_item(wg_max(wg_abs(wg_mean(y, .axes = axes))));
    const double off = wg_item(wg_max(wg_abs(wg_sub(wg_var(y, .axes = axes), 1))));
    printf("%-14s |mean| %s  |variance - 1| %s\n", name, mean < 1e-12 ? "< 1e-12" : "larger",
           off < 1e-4 ? "< 1e-4" : "larger");
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_random_normal(g, WG_SHAPE(5, 7, 4), .mean = 3, .deviation = 2);
    wg_node one = wg_fill(g, 1, WG_SHAPE(4)), zero = wg_fill(g, 0, WG_SHAPE(4));
    wg_node batch = wg_batch_norm(x, one, zero), group = wg_group_norm(x, one, zero, 2);
    row("batch_norm", batch, WG_AXES(0, 1));
    row("instance_norm", wg_instance_norm(x, one, zero), WG_AXES(1));
    row("group_norm", wg_reshape(group, WG_SHAPE(5, 7, 2, 2)), WG_AXES(1, 3));
    wg_node rms = wg_rms_norm(x, one);
    double off = wg_item(wg_max(wg_abs(wg_sub(wg_mean(wg_square(rms), .axis = -1), 1))));
    printf("rms_norm       |mean square - 1| %s\n", off < 1e-4 ? "< 1e-4" : "larger");
    wg_node mean = wg_part(batch, 1), variance = wg_part(batch, 2);
    off = wg_item(wg_max(wg_abs(wg_sub(mean, wg_mean(x, .axes = WG_AXES(0, 1))))));
    printf("outputs 1 and 2 of batch_norm: mean %s,", off < 1e-14 ? "holds" : "differs");
    off = wg_item(wg_max(wg_abs(wg_sub(variance, wg_var(x, .axes = WG_AXES(0, 1))))));
    printf(" variance %s\n", off < 1e-13 ? "holds" : "differs");
    wg_node late = wg_batch_norm(x, one, zero, .mean = zero, .variance = one);
    printf("with mean 0 and variance 1 given: y / x = %.7f, 1 / sqrt(1 + eps) = %.7f\n",
           wg_item(wg_mean(wg_div(late, x))), 1 / sqrt(1 + 1e-5));
    return wg_finish(c, stderr);
}
