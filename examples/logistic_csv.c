/* logistic_csv.c: logistic regression of a CSV file, written with formulas alone. L-BFGS finds the optimum of
 * the convex loss. Argument: the file, whose column "passed" is 0 or 1 (default: data/exam.csv). */
#include <wengert/wengert.h>

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "data/exam.csv";
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_data *d = wg_data_csv(c, path, .y = "passed"); /* every other column: x */
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_lbfgs(p);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;

    wg_data_all(d, &b);
    for (int step = 0; step < 100 && !wg_failed(c); step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(wg_dim(x, 1)), wg_zeros());
        wg_node bias = wg_param(g, p, "b", WG_SCALAR, wg_zeros());
        wg_node L = wg_bce_with_logits(wg_add(wg_matmul(x, w), bias), y);
        wg_backward(L, p);
        printf("%3d  %.12f  |g| %.2e\n", step, wg_item(L), wg_params_grad_norm(p));
        if (wg_params_grad_norm(p) < 1e-8) break;
        wg_optim_step(o);
    }
    if (wg_failed(c)) return wg_finish(c, stderr);
    const wg_tensor w = wg_params_tensor(p, 0);
    for (int64_t k = 0; k < wg_shape_size(w.shape); k++)
        printf("%s %.12f\n", wg_data_column(d, k), wg_tensor_item(&w, k));
    printf("b %.12f\n", wg_params_item(p, "b"));
    return wg_finish(c, stderr);
}
