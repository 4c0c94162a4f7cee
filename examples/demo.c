/* demo.c: the program of `make demo`. A network with batch norm and dropout learns the embedded digits. Its
 * gradients are checked before and after training. The graph, the curves and the weights are written to the
 * folder that is the first argument (default: demo). */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wengert/wengert.h>

enum { EPOCHS = 30, BATCH = 64 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static wg_node layer(wg_node x, wg_params *p, const char *name, int64_t units)
{
    wg_graph *g = wg_graph_of(x);
    wg_scope_push(g, name);
    wg_params *own = wg_params_in(p, name);
    wg_node z = wg_nn_dense(x, own, "dense", units, .bias = false);
    wg_node h = wg_dropout(wg_relu(wg_nn_batch_norm(z, own, "norm")), .keep_prob = 0.8);
    wg_scope_pop(g);
    return h;
}

static wg_node model(wg_node x, wg_params *p)
{
    wg_node h1 = layer(x, p, "layer1", 64), h2 = layer(h1, p, "layer2", 32);
    return wg_name(wg_nn_dense(h2, p, "out", 10), "logits");
}

static wg_node loss_of(wg_graph *g, wg_params *p, const wg_batch *b, wg_node *accuracy)
{
    wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y), z = model(x, p);
    *accuracy = wg_name(wg_accuracy(z, y), "accuracy");
    return wg_name(wg_softmax_cross_entropy(z, y), "loss");
}

/* Checks the gradients on a batch of 16, in double; the dropout masks stay the same during the check. */
static void check(wg_graph *g, wg_params *p, wg_data *d, const char *when)
{
    wg_batch b;
    wg_node accuracy;
    if (!wg_data_next(d, &b, 16)) return;
    wg_begin(g, WG_TRAIN);
    wg_check *r = wg_gradcheck(loss_of(g, p, &b, &accuracy), p, .components = 40);
    printf("gradient check %s training: %s, ratio %.1e\n", when, wg_verdict_name(wg_check_verdict(r)),
           wg_check_facts_of(r)->ratio);
    wg_check_free(r);
}

static double accuracy_on(wg_graph *g, wg_params *p, wg_data *d)
{
    wg_batch b;
    wg_node accuracy;
    wg_data_all(d, &b);
    wg_begin(g, WG_EVAL);
    loss_of(g, p, &b, &accuracy);
    return wg_item(accuracy);
}

static void progress(int epoch, double loss, double accuracy, double rate, double left, bool last)
{
    bool terminal = isatty(STDOUT_FILENO);
    printf("%sepoch %2d/%d  loss %.4f  accuracy %5.1f %%  %.0f examples/s  %.0f s left%s",
           terminal ? "\r" : "", epoch, EPOCHS, loss, 100 * accuracy, rate, left,
           terminal && !last ? "  " : "\n");
    fflush(stdout);
}

static void train(wg_context *c, wg_graph *g, wg_params *p, wg_data *d, wg_data *dev, const char *curve)
{
    double start = seconds();
    wg_figure *f = wg_figure_new(c, "Digits: batch norm, dropout, Adam");
    wg_panel *panel = wg_panel_new(f, "", .x.label = "epoch");
    wg_series *loss = wg_panel_line(panel, "training loss");
    wg_series *held = wg_panel_line(panel, "accuracy on held-out digits");
    wg_optim *adam = wg_adam(p, .lr = 3e-3);
    wg_batch b;
    wg_node accuracy;
    for (int e = 0; e < EPOCHS && !wg_failed(c); e++) {
        wg_mean mean = { 0 };
        while (wg_data_next(d, &b, BATCH)) {
            wg_begin(g, WG_TRAIN);
            wg_node L = loss_of(g, p, &b, &accuracy);
            wg_backward(L, p);
            wg_optim_step(adam);
            wg_mean_add(&mean, wg_item(L), (double)b.n);
        }
        double now = seconds() - start;
        const double right = accuracy_on(g, p, dev);
        wg_series_add(loss, e + 1, mean.value);
        wg_series_add(held, e + 1, right);
        progress(e + 1, mean.value, right, (e + 1) * (double)wg_data_rows(d) / now,
                 now / (e + 1) * (EPOCHS - e - 1), e + 1 == EPOCHS);
    }
    wg_figure_save(f, curve);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "demo";
    if ((mkdir(folder, 0777) && errno != EEXIST) || chdir(folder)) {
        perror(folder);
        return EXIT_FAILURE;
    }
    wg_context *c = wg_start(.seed = 1);
    wg_data *d = wg_data_digits(c), *dev = wg_data_split(d, 0.2);
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_node accuracy;
    wg_batch b;
    check(g, p, d, "before");
    train(c, g, p, d, dev, "curve.svg");
    check(g, p, d, "after");

    wg_data_all(dev, &b);
    wg_begin(g, WG_TRAIN);
    wg_node L = loss_of(g, p, &b, &accuracy);
    wg_params_save(p, "weights.safetensors");
    wg_draw(L, "graph.svg", .title = "digits");
    wg_draw(L, "graph.dot", .title = "digits");
    int rc = wg_finish(c, stderr);
    if (!rc) printf("written to %s/: weights.safetensors, curve.svg, graph.svg, graph.dot\n", folder);
    return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
