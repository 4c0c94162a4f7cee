/* diffusion.c: a diffusion model (Ho, Jain and Abbeel 2020) of the library's digits. A net learns to find
 * a digit in its mixture with noise. Then it draws: it begins with noise alone and replaces it, in STEPS
 * steps, by the digit that it finds. The last line but the picture says how far drawings are from the
 * nearest digit of the training set; digits that it never saw are as far as they can be expected to be. */
#include <math.h>
#include <wengert/wengert.h>

enum { PIXELS = 64, STEPS = 50, HIDDEN = 256, BATCH = 128, EPOCHS = 150, SAMPLES = 64 };

/* The digit's share of the variance of mixture t: a squared cosine (Nichol and Dhariwal 2021). */
static double kept(int t) { return pow(cos((t + 1.0) / (STEPS + 0.2) * 1.5707963267948966), 2); }

static wg_node digit_in(wg_node x, wg_node t, wg_params *p)
{
    wg_node h = wg_nn_dense(x, p, "in", HIDDEN, .share = true);
    h = wg_silu(wg_add(h, wg_nn_embedding(t, p, "time", STEPS, HIDDEN, .share = true)));
    h = wg_add(h, wg_silu(wg_nn_dense(h, p, "hidden.1", HIDDEN, .share = true)));
    h = wg_add(h, wg_silu(wg_nn_dense(h, p, "hidden.2", HIDDEN, .share = true)));
    return wg_nn_dense(h, p, "out", PIXELS, .share = true);
}

/* The mean distance of rows of x to the nearest row of all. */
static double nearest(wg_node x, wg_node all)
{
    wg_node cross = wg_matmul(x, all, .tb = true);
    wg_node d = wg_sub(wg_expand_dims(wg_sum(wg_square(all), .axis = 1), .axis = 0), wg_mul(2, cross));
    d = wg_add(wg_min(d, .axis = 1), wg_sum(wg_square(x), .axis = 1));
    return wg_item(wg_mean(wg_sqrt(wg_maximum(d, 0))));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 2e-3);
    wg_average *mean = NULL;
    wg_graph *g = wg_graph_new(c);
    float of_digit[STEPS], of_noise[STEPS];
    for (int t = 0; t < STEPS; t++)
        of_digit[t] = (float)sqrt(kept(t)), of_noise[t] = (float)sqrt(1 - kept(t));
    const wg_tensor digit = wg_view_f32(of_digit, WG_SHAPE(STEPS, 1)),
                    noise = wg_view_f32(of_noise, WG_SHAPE(STEPS, 1));
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        wg_optim_set_lr(adam, wg_lr_cosine(2e-3, epoch, EPOCHS));
        for (wg_batch b; wg_data_next(train, &b, BATCH);) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_sub(wg_mul(2, wg_input(g, "x", b.x)), 1),
                    e = wg_random_normal(g, wg_node_shape(x));
            wg_node u = wg_random_uniform(g, WG_SHAPE(b.n)), t = wg_cast(wg_floor(wg_mul(STEPS, u)), WG_I32);
            wg_node a = wg_gather(wg_input(g, "digit", digit), t),
                    s = wg_gather(wg_input(g, "noise", noise), t);
            wg_node loss = wg_mse(digit_in(wg_add(wg_mul(a, x), wg_mul(s, e)), t, p), x);
            wg_backward(loss, p);
            wg_optim_step(adam);
            if (!mean) mean = wg_average_new(p, .decay = 0.995);
            wg_average_step(mean);
        }
    }
    wg_average_use(mean, true);
    wg_begin(g, WG_EVAL);
    wg_node x = wg_random_normal(g, WG_SHAPE(SAMPLES, PIXELS));
    for (int t = STEPS - 1; t >= 0; t--) { /* without noise of its own: Song, Meng and Ermon 2021 */
        const double left = t ? kept(t - 1) : 1;
        wg_node to = digit_in(x, wg_cast(wg_fill(g, t, WG_SHAPE(SAMPLES)), WG_I32), p);
        wg_node e = wg_div(wg_sub(x, wg_mul(sqrt(kept(t)), to)), sqrt(1 - kept(t)));
        x = wg_add(wg_mul(sqrt(left), to), wg_mul(sqrt(1 - left), e));
    }
    x = wg_clip(wg_div(wg_add(x, 1), 2), 0, 1);
    wg_node all = wg_input(g, "train", wg_data_x(train)),
            none = wg_random_uniform(g, WG_SHAPE(SAMPLES, PIXELS));
    printf("to the nearest digit: drawings %.2f, held-out digits %.2f, noise %.2f\n", nearest(x, all),
           nearest(wg_input(g, "dev", wg_data_x(dev)), all), nearest(none, all));
    const float *pixel = wg_value(x).data;
    for (int i = 0; i < 8 * PIXELS && pixel; i++) { /* eight of them side by side */
        const int column = i % PIXELS, at = column / 8 * PIXELS + i / PIXELS * 8 + column % 8;
        printf("%c%s", " .:*#"[(int)(4.99f * pixel[at])],
               column == PIXELS - 1 ? "\n"
               : column % 8 == 7    ? "  "
                                    : "");
    }
    return wg_finish(c, stderr);
}
