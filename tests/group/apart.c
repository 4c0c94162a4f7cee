/* apart.c MODE: rank 1 does something else than the other processes. */
#include <stdlib.h>
#include <string.h>
#include <wengert/wengert.h>

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    wg_context *c = wg_start(.on_warning = wg_no_warnings);
    wg_group *all = wg_group_start(c);
    const bool odd = wg_group_rank(all) == 1;
#define IS(text) (odd && !strcmp(mode, text))
    wg_data *d = wg_data_digits(c);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_batch b, part;
    const float first[] = { odd ? 2 : 1 }, other[] = { 3 };
    if (!strcmp(mode, "values")) wg_params_make(p, "s", wg_view_f32(first, WG_SHAPE(1)), false);
    wg_optim *o = IS("kind") ? wg_sgd(p) : wg_adam(p);
    for (int i = 0; i < 6 && wg_data_next(d, &b, 64); i++) {
        if (i == 3 && IS("skip")) wg_data_next(d, &b, 64);
        if (i == 3 && IS("return")) return 0;
        if (i == 3 && IS("exit")) exit(7);
        if (i == 3 && IS("finish")) return wg_finish(c, stderr);
        while (wg_group_next(all, &b, &part)) {
            wg_begin(g, WG_TRAIN);
            wg_node y = wg_nn_dense(wg_input(g, "x", part.x), p, "a", 10);
            if (!strcmp(mode, "names") && i == 3)
                y = wg_add(y, wg_param(g, p, odd ? "u" : "v", WG_SCALAR, wg_zeros()));
            if (i == 3 && IS("no-backward")) continue;
            wg_backward(wg_softmax_cross_entropy(y, wg_input(g, "y", part.y)), p);
            if (i == 3 && IS("leave")) break;
            if (i == 3 && IS("assign"))
                wg_params_assign_tensor(p, "a.b", wg_params_tensor(p, 1)), wg_params_set(p, calloc(650, 8));
        }
        if (i == 3 && IS("rate")) wg_optim_set_lr(o, 0.1);
        if (i == 3 && IS("no-step")) continue;
        wg_optim_step(o);
        if (i == 3 && IS("between"))
            wg_params_assign_tensor(p, "a.b", wg_view_f32((float[10]){ other[0] }, WG_SHAPE(10)));
    }
    if (!strcmp(mode, "none")) return 0; /* all processes, without wg_finish */
    return wg_finish(c, stderr);
}
