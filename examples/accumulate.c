/* accumulate.c: a batch of 64 as four pieces of 16. wg_backward_add adds the gradients of the pieces until
 * wg_optim_step uses them.
 *
 * First the program prints that the gradients of a whole batch and the sum of those of its pieces are equal
 * up to rounding. Then it trains in pieces.
 */
#include <math.h>
#include <wengert/wengert.h>

enum { PIECES = 4, PIECE = 16, BATCH = PIECES * PIECE, COLUMNS = 64, SIZE = 650 };

static wg_node loss_of(wg_graph *g, wg_params *p, wg_tensor x, wg_tensor y)
{
    wg_begin(g, WG_TRAIN);
    wg_node in = wg_input(g, "x", x);
    wg_node is = wg_input(g, "y", y);
    return wg_softmax_cross_entropy(wg_nn_dense(in, p, "out", 10), is);
}

static void compare(wg_graph *g, wg_params *p, const wg_data *d)
{
    const float *x = wg_data_x(d).data;
    const int32_t *y = wg_data_y(d).data;
    double whole[SIZE], pieces[SIZE], most = 0, apart = 0;
    wg_backward(loss_of(g, p, wg_view_f32(x, WG_SHAPE(BATCH, COLUMNS)), wg_view_i32(y, WG_SHAPE(BATCH))), p);
    wg_params_get_grad(p, whole);
    for (int i = 0; i < PIECES; i++) {
        wg_tensor xi = wg_view_f32(x + i * PIECE * COLUMNS, WG_SHAPE(PIECE, COLUMNS));
        wg_tensor yi = wg_view_i32(y + i * PIECE, WG_SHAPE(PIECE));
        wg_node part = wg_div(loss_of(g, p, xi, yi), PIECES);
        if (i == 0) wg_backward(part, p); /* replaces the gradients of the whole batch */
        else wg_backward_add(part, p);
    }
    wg_params_get_grad(p, pieces);
    for (int i = 0; i < SIZE; i++)
        most = fmax(most, fabs(whole[i])), apart = fmax(apart, fabs(whole[i] - pieces[i]));
    printf("largest gradient %.3e, largest difference %.1e\n", most, apart);
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 1e-2);
    wg_graph *g = wg_graph_new(c);
    wg_batch b;

    compare(g, p, train);
    wg_optim_step(adam);
    for (int epoch = 0; epoch < 5; epoch++) {
        for (int i = 0; wg_data_next(train, &b, PIECE); i++) {
            /* The first call after a step begins with gradients of zero. */
            wg_backward_add(wg_div(loss_of(g, p, b.x, b.y), PIECES), p);
            if (i % PIECES == PIECES - 1) wg_optim_step(adam);
        }
    }
    wg_data_all(dev, &b);
    wg_begin(g, WG_EVAL);
    wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
    printf("dev accuracy %.1f %%\n", 100 * wg_item(wg_accuracy(wg_nn_dense(x, p, "out", 10), y)));
    return wg_finish(c, stderr);
}
