/* processes.c: one program for one process and for many. All numbers that it prints but the first are the
 * same for 1, 2, 4 and 8 processes.
 *
 *     cc processes.c $(pkg-config --cflags --libs wengert) -o net
 *     mpirun -n 4 ./net
 *     ./net 8               one process with as many shards as mpirun gives; without a number there is one
 *     shard
 */
#include <stdio.h>
#include <stdlib.h>
#include <wengert/wengert.h>

int main(int argc, char **argv)
{
    wg_context *c = wg_start(.seed = 3);
    wg_group *all = wg_group_start(c, .shards = argc > 1 ? atoi(argv[1]) : WG_AUTO);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, .lr = 3e-3);
    wg_batch b, part;
    const bool speaks = wg_group_rank(all) == 0;
    if (speaks) printf("%d processes, %d shards\n", wg_group_size(all), wg_group_shards(all));
    while (wg_data_epoch(train) < 5) {
        wg_mean mean = { 0 };
        while (wg_data_next(train, &b, 64)) {
            while (wg_group_next(all, &b, &part)) {
                wg_begin(g, WG_TRAIN);
                wg_node x = wg_input(g, "x", part.x), y = wg_input(g, "y", part.y);
                wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, "in", 64), p, "bn"));
                h = wg_dropout(h, .drop = 0.2);
                wg_node loss = wg_softmax_cross_entropy(wg_nn_dense(h, p, "out", 10), y);
                wg_backward(loss, p);
                wg_group_note(all, 0, wg_item(loss));
            }
            wg_optim_step(o);
            wg_mean_add(&mean, wg_group_mean(all, 0), (double)b.n);
        }
        if (speaks) printf("epoch %d  loss %.9g\n", wg_data_epoch(train), mean.value);
    }
    wg_begin(g, WG_EVAL);
    wg_data_all(dev, &b);
    wg_node h = wg_nn_batch_norm(wg_nn_dense(wg_input(g, "x", b.x), p, "in", 64), p, "bn");
    wg_node right =
        wg_equal(wg_argmax(wg_nn_dense(wg_relu(h), p, "out", 10), .axis = -1), wg_input(g, "y", b.y));
    if (speaks) printf("right on held out digits: %.1f %%\n", 100 * wg_item(wg_mean(right)));
    wg_params_save(p, "processes.safetensors"); /* by rank 0 */
    return wg_finish(c, stderr);
}
