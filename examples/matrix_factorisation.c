/* matrix_factorisation.c: matrix factorisation (Koren, Bell and Volinsky 2009). Users and items have
 * vectors of two numbers, and a rating is their product with noise of deviation 0.1. A tenth of all ratings
 * is known. The factors that are learned from it say the others. No prediction can be nearer than the
 * noise. */
#include <math.h>
#include <stdlib.h>
#include <wengert/wengert.h>

enum { USERS = 200, ITEMS = 300, RANK = 2, KNOWN = USERS * ITEMS / 10, BATCH = 250, EPOCHS = 60 };

static wg_node predict(wg_node user, wg_node item, wg_params *p)
{
    const wg_init small = wg_normal(0, 0.3);
    wg_node u = wg_nn_embedding(user, p, "user", USERS, RANK, .W_init = small);
    wg_node v = wg_nn_embedding(item, p, "item", ITEMS, RANK, .W_init = small);
    return wg_sum(wg_mul(u, v), .axis = -1);
}

static double error_of(wg_graph *g, wg_params *p, wg_batch b)
{
    wg_begin(g, WG_EVAL);
    wg_node x = wg_input(g, "pairs", b.x), y = wg_input(g, "ratings", b.y);
    return sqrt(wg_item(
        wg_mse(predict(wg_select(x, .axis = 1, .index = 0), wg_select(x, .axis = 1, .index = 1), p), y)));
}

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_EVAL); /* the truth, which no model sees */
    wg_node U = wg_random_normal(g, WG_SHAPE(USERS, RANK)), V = wg_random_normal(g, WG_SHAPE(ITEMS, RANK));
    wg_node noise = wg_random_normal(g, WG_SHAPE(USERS, ITEMS), .deviation = 0.1);
    wg_node order = wg_random_uniform(g, WG_SHAPE(USERS * ITEMS));
    wg_node pair = wg_argsort(order), user = wg_cast(wg_floor(wg_div(pair, ITEMS)), WG_I32);
    wg_node both[] = { user, wg_cast(wg_sub(pair, wg_mul(user, ITEMS)), WG_I32) };
    wg_node rating = wg_gather(wg_reshape(wg_add(wg_matmul(U, V, .tb = true), noise), WG_SHAPE(-1)), pair);
    wg_data *rest = wg_data_from(c, wg_value(wg_stack(both, 2, .axis = 1)), wg_value(rating));
    wg_data *known = wg_data_split(rest, 0.1);

    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 0.02);
    wg_batch b;
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        wg_optim_set_lr(adam, wg_lr_cosine(0.02, epoch - 1, EPOCHS));
        while (wg_data_next(known, &b, BATCH)) {
            wg_begin(g, WG_TRAIN);
            wg_node x = wg_input(g, "pairs", b.x), y = wg_input(g, "ratings", b.y);
            wg_backward(
                wg_mse(predict(wg_select(x, .axis = 1, .index = 0), wg_select(x, .axis = 1, .index = 1), p),
                       y),
                p);
            wg_optim_step(adam);
        }
        wg_data_all(rest, &b);
        if (epoch % 10 == 0) printf("epoch %2d  error on unknown ratings %.4f\n", epoch, error_of(g, p, b));
    }
    return wg_finish(c, stderr);
}
