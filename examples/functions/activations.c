/* activations.c: activations. These functions stand behind layers. At 0 the slope of a function with two
 * pieces is that of the left piece: 0 for wg_relu, alpha for wg_elu, 1.758 for wg_selu. */
#include <math.h>
#include <wengert/wengert.h>

static double largest;

static void row(const char *name, wg_node y, wg_node x, double formula, double slope)
{
    double value[2], dx[2];
    wg_copy_f64(y, value, 2);
    wg_copy_f64(wg_grad(wg_sum(y), x), dx, 2);
    largest = fmax(largest, fmax(fabs(value[0] - formula), fabs(dx[1] - slope)));
    printf("%-17s %9.6f %9.6f   %8.6f %8.6f\n", name, value[0], formula, dx[1], slope);
}

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    double numbers[] = { -1, 0 }, e = exp(-1);
    wg_node x = wg_input(g, "x", wg_view_f64(numbers, WG_SHAPE(2)));
    printf("                     at -1   formula   slope at 0, formula\n");
    row("relu", wg_relu(x), x, 0, 0);
    row("elu, alpha 0.5", wg_elu(x, .alpha = 0.5), x, 0.5 * (e - 1), 0.5);
    row("celu, alpha 0.5", wg_celu(x, .alpha = 0.5), x, 0.5 * (exp(-2) - 1), 1);
    const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
    row("selu", wg_selu(x), x, scale * alpha * (e - 1), scale * alpha);
    row("softplus", wg_softplus(x), x, log(1 + e), 0.5);
    row("softsign", wg_softsign(x), x, -0.5, 1);
    row("mish", wg_mish(x), x, -tanh(log(1 + e)), 0.6);
    row("gelu", wg_gelu(x), x, -0.5 * (1 + erf(-sqrt(0.5))), 0.5);
    const double t = tanh(-sqrt(2 / acos(-1)) * 1.044715);
    row("gelu, by tanh", wg_gelu(x, .by_tanh = true), x, -0.5 * (1 + t), 0.5);
    row("hard_sigmoid", wg_hard_sigmoid(x), x, 1.0 / 3, 1.0 / 6);
    row("hard_swish", wg_hard_swish(x), x, -1.0 / 3, 0.5);
    printf("largest difference %s 1e-14\n", largest <= 1e-14 ? "at most" : "above");
    return wg_finish(c, stderr);
}
