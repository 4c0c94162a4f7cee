/* losses.c: losses. These functions compare predictions x with targets y, and give the mean unless you say
 * .reduction. wg_nll wants logarithms of probabilities, and no logits. The slope of |x - y| is 0 where x =
 * y. */
#include <math.h>
#include <wengert/wengert.h>

static void row(const char *name, wg_node loss, double formula)
{
    printf("%-24s %.6f  %.6f%s\n", name, wg_item(loss), formula,
           fabs(wg_item(loss) - formula) < 1e-14 ? "" : "  differs");
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    double guess[] = { 1, 0.5, -2 }, truth[] = { 1, 1, 1 }, chances[] = { 0.5, 0.25, 0.25 };
    int32_t number[] = { 1 };
    wg_node x = wg_input(g, "x", wg_view_f64(guess, WG_SHAPE(3)));
    wg_node y = wg_input(g, "y", wg_view_f64(truth, WG_SHAPE(3)));
    wg_node p = wg_input(g, "p", wg_view_f64(chances, WG_SHAPE(1, 3)));
    wg_node k = wg_input(g, "k", wg_view_i32(number, WG_SHAPE(1)));
    printf("x = [1, 0.5, -2], y = [1, 1, 1]: x - y = [0, -0.5, -3]\n");
    row("mae", wg_mae(x, y), 3.5 / 3);
    row("mae, sum", wg_mae(x, y, .reduction = WG_SUM), 3.5);
    row("hinge", wg_hinge(x, y), (0 + 0.5 + 3) / 3);
    row("huber, delta 2", wg_huber(x, y, .delta = 2), (0.125 + 2 * (3 - 1)) / 3);
    row("smooth_l1, delta 2", wg_smooth_l1(x, y, .delta = 2), (0.125 / 2 + 3 - 1) / 3);
    row("cosine_similarity", wg_cosine_similarity(x, y), -0.5 / sqrt(5.25 * 3));
    row("cosine_loss", wg_cosine_loss(x, y), 1 + 0.5 / sqrt(5.25 * 3));
    row("triplet", wg_triplet(y, y, x), 0);
    row("triplet, margin 4", wg_triplet(y, y, x, .margin = 4), 4 - sqrt(9.25));
    printf("p = [1/2, 1/4, 1/4], class 1\n");
    row("nll", wg_nll(wg_log(p), k), log(4));
    row("kl of p from 1/3", wg_kl(wg_log(wg_fill(g, 1.0 / 3, WG_SHAPE(1, 3))), p), log(3) - 1.5 * log(2));
    row("bce of p and 0, sum", wg_sum(wg_bce(p, 0)), -log(0.5) - 2 * log(0.75));
    double dx[3];
    wg_copy_f64(wg_grad(wg_mae(x, y, .reduction = WG_SUM), x), dx, 3);
    printf("gradient of mae, sum: %g %g %g\n", dx[0], dx[1], dx[2]);
    return wg_finish(c, stderr);
}
