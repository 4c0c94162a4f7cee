/* vae.c: a variational autoencoder (Kingma and Welling 2014) of the library's digits, 8 by 8 pixels whose
 * brightness counts as a probability. What it learns from is a bound: the code length of a digit, in nats,
 * is at most the reconstruction's cross-entropy plus the divergence of the codes from a standard normal
 * distribution. The best model that knows only each pixel's mean is the yardstick. */
#include <wengert/wengert.h>

enum { PIXELS = 64, CODE = 8, HIDDEN = 128, BATCH = 64, EPOCHS = 60 };

static wg_node decode(wg_node z, wg_params *p)
{
    return wg_nn_dense(wg_relu(wg_nn_dense(z, p, "decode.1", HIDDEN)), p, "decode.2", PIXELS);
}

/* The mean bound of a row. */
static wg_node bound(wg_node x, wg_params *p)
{
    wg_graph *g = wg_graph_of(x);
    wg_node h = wg_relu(wg_nn_dense(x, p, "encode.1", HIDDEN)), part[2];
    wg_split(wg_nn_dense(h, p, "encode.2", 2 * CODE), part, .parts = 2, .axis = 1);
    wg_node mean = part[0], log_variance = part[1];
    wg_node noise = wg_random_normal(g, wg_node_shape(mean));
    wg_node z = wg_add(mean, wg_mul(wg_exp(wg_div(log_variance, 2)), noise));
    wg_node pixels = wg_sum(wg_bce_with_logits(decode(z, p), x, .reduction = WG_NONE), .axis = 1);
    wg_node far = wg_sub(wg_add(wg_square(mean), wg_exp(log_variance)), wg_add(log_variance, 1));
    return wg_mean(wg_add(pixels, wg_div(wg_sum(far, .axis = 1), 2)));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 2e-3);
    wg_graph *g = wg_graph_new(c);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        for (wg_batch b; wg_data_next(train, &b, BATCH);) {
            wg_begin(g, WG_TRAIN);
            wg_backward(bound(wg_input(g, "x", b.x), p), p);
            wg_optim_step(adam);
        }
        if (epoch % 10) continue;
        wg_begin(g, WG_EVAL);
        printf("epoch %2d  bound %.2f nats\n", epoch, wg_item(bound(wg_input(g, "x", wg_data_x(dev)), p)));
    }
    wg_begin(g, WG_EVAL);
    wg_node x = wg_input(g, "x", wg_data_x(dev));
    wg_node mean = wg_mean(wg_input(g, "train", wg_data_x(train)), .axis = 0);
    wg_node each = wg_clip(wg_broadcast_to(mean, wg_node_shape(x)), 1e-3, 1 - 1e-3);
    printf("each pixel's mean  %.2f nats\n", PIXELS * wg_item(wg_binary_cross_entropy(each, x)));
    wg_node drawn = wg_sigmoid(decode(wg_random_normal(g, WG_SHAPE(1, CODE)), p));
    const float *pixel = wg_value(drawn).data;
    for (int i = 0; i < PIXELS && pixel; i++)
        printf("%c%s", " .:*#"[(int)(4.99f * pixel[i])], i % 8 == 7 ? "\n" : "");
    return wg_finish(c, stderr);
}
