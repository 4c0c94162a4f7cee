/* together.c: several threads at once, each with a context of its own: nets, data, checks, plans, pictures,
 * programs, files and errors. tests/tsan.sh runs it under ThreadSanitizer, under which Criterion does not
 * run. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "wengert/wengert.h"

enum { THREADS = 4, ROUNDS = 3, VALUES = 4 };

static pthread_barrier_t begin;
static double value[THREADS][VALUES];
static char folder[1000];

static double train(wg_context *c, wg_graph *g, wg_params *p)
{
    wg_optim *o = wg_adam(p);
    wg_data *d = wg_data_digits(c), *held_out = wg_data_split(d, 0.2);
    wg_batch b;
    double last = 0;
    for (int step = 0; step < 8 && wg_data_next(d, &b, 64); step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", b.x), h = wg_relu(wg_nn_dense(x, p, "a", 32));
        h = wg_nn_batch_norm(wg_dropout(h, .drop = 0.1), p, "norm");
        wg_node loss = wg_softmax_cross_entropy(wg_nn_dense(h, p, "b", 10), wg_input(g, "y", b.y));
        if (step == 3) {
            wg_free(c, wg_draw_text(loss, .format = "svg"));
            wg_free(c, wg_draw_text(loss, .format = "html"));
            wg_plan_free(wg_plan_look(loss, .seconds = 1e-4));
        }
        wg_backward(loss, p);
        wg_optim_step(o);
        last = wg_item(loss);
    }
    wg_data_free(held_out);
    return last;
}

static void draw(wg_context *c)
{
    wg_figure *f = wg_figure_new(c, "a figure");
    wg_series *s = wg_panel_line(wg_panel_new(f, "a panel"), "a curve");
    for (int i = 0; i < 10; i++) wg_series_add(s, i, i * i);
    wg_free(c, wg_figure_text(f, NULL, .format = WG_FIGURE_SVG));
}

static void fail(wg_context *c)
{
    wg_program_text(c, "wrong.wg", "y = lgo(2)\n");
    wg_recover(c);
    wg_mul(wg_none, wg_none); /* an error without a context */
    wg_recover(c);
}

static void save(wg_params *p, int thread)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/%d.safetensors", folder, thread);
    wg_params_save(p, path);
    wg_params_load(p, path);
}

static int work(int thread)
{
    double *v = value[thread];
    wg_context *c = wg_start(.threads = 2, .on_warning = wg_no_warnings);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    v[0] = train(c, g, p);
    wg_begin(g, WG_TRAIN);
    wg_node A = wg_param(g, p, "A", WG_SHAPE(100, 100), wg_normal(0, 0.1)),
            row = wg_slice(A, .axis = 0, .to = 1);
    v[1] = wg_item(wg_sum(wg_square(wg_matmul(A, wg_tanh(A)))));
    v[2] = wg_item(wg_mean(wg_square(wg_sub(wg_transpose(row), row)))); /* a warning, once a site */
    v[3] = wg_item(wg_det(wg_slice(wg_slice(A, .axis = 0, .to = 5), .axis = 1, .to = 5)));
    wg_check *r = wg_gradcheck(wg_mean(wg_square(wg_slice(A, .axis = 0, .to = 2))), p, .components = 3);
    const int wrong = wg_check_exit(r) == 1;
    wg_check_free(r);
    draw(c);
    save(p, thread);
    const int failed = wg_failed(c) != WG_OK;
    if (failed) fprintf(stderr, "%s\n", wg_message(c));
    fail(c);
    return wg_finish(c, stderr) || wrong || failed;
}

static void *rounds(void *arg)
{
    static int failed[THREADS];
    int *mine = &failed[(double(*)[VALUES])arg - value];
    pthread_barrier_wait(&begin);
    for (int i = 0; i < ROUNDS; i++) *mine |= work((int)((double(*)[VALUES])arg - value));
    return mine;
}

int main(int argc, char **argv)
{
    pthread_t t[THREADS];
    int failed = argc != 2;
    void *one;
    snprintf(folder, sizeof folder, "%s", argc == 2 ? argv[1] : ".");
    pthread_barrier_init(&begin, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, rounds, value[i]);
    for (int i = 0; i < THREADS; i++) pthread_join(t[i], &one), failed |= *(int *)one;
    for (int i = 0; i < THREADS; i++)
        if (memcmp(value[i], value[0], sizeof *value)) failed = printf("thread %d has other values\n", i);
    for (int k = 0; k < VALUES; k++) printf("%.9g ", value[0][k]);
    return puts(""), failed ? 1 : 0;
}
