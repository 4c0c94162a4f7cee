/* transfer.c: learns to tell ten digits with 900 examples. Then it learns to tell odd digits from even
 * ones with 30 examples: the layers that it has hold still, and only a new last layer learns. Beside it
 * the same net learns that from nothing. */
#include <wengert/wengert.h>

enum { MANY = 900, FEW = 30, TEST = 800 };

/* n digits from the first on, with their classes, or with their remainders by 2. */
static wg_data *digits(wg_context *c, wg_data *all, int64_t first, int64_t n, int classes)
{
    const float *x = wg_data_x(all).data;
    const int32_t *from = wg_data_y(all).data;
    int32_t y[MANY];
    for (int64_t i = 0; i < n; i++) y[i] = from[first + i] % classes;
    return wg_data_from(c, wg_view_f32(x + first * 64, WG_SHAPE(n, 64)), wg_view_i32(y, WG_SHAPE(n)));
}

/* The logits of ten digits, or of even and odd by a layer on top of them. */
static wg_node model(wg_node x, wg_params *p, int classes)
{
    wg_node h = wg_relu(wg_nn_dense(x, p, "body.1", 64)), digit = wg_nn_dense(h, p, "body.2", 10);
    return classes == 10 ? digit : wg_nn_dense(wg_softmax(digit), p, "odd", classes);
}

/* Trains, and returns the accuracy with the test digits. */
static double learn(wg_graph *g, wg_params *p, int classes, wg_data *train, wg_data *test, int epochs)
{
    wg_optim *o = wg_adam(p, .lr = 3e-3);
    wg_batch b;
    for (int epoch = 0; epoch < epochs; epoch++)
        while (wg_data_next(train, &b, 16)) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
            wg_backward(wg_softmax_cross_entropy(model(x, p, classes), y), p);
            wg_optim_step(o);
        }
    wg_optim_free(o);
    wg_data_all(test, &b);
    wg_begin(g, WG_EVAL);
    wg_node x = wg_input(g, "x", b.x), y = wg_input(g, "y", b.y);
    return 100 * wg_item(wg_accuracy(model(x, p, classes), y));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_data *all = wg_data_digits(c), *few = digits(c, all, MANY, FEW, 2);
    wg_data *test = digits(c, all, MANY + FEW, TEST, 2), *classes = digits(c, all, MANY + FEW, TEST, 10);
    wg_params *p = wg_params_new(c), *fresh = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    printf("digits: %.1f %%\n", learn(g, p, 10, digits(c, all, 0, MANY, 10), classes, 20));
    wg_params_freeze(p, "body.*", true);
    printf("odd or even, from nothing: %.1f %%\n", learn(g, fresh, 2, few, test, 400));
    printf("odd or even, with the body: %.1f %%\n", learn(g, p, 2, few, test, 400));
    return wg_finish(c, stderr);
}
