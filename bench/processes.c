/* processes.c: a training step by several processes (bench/processes.sh): W1 (784-256-128-10, batch 128,
 * Adam) or W16, the GPT.
 *
 *     processes mlp|gpt group SHARDS       as group.h has it
 *     processes mlp|gpt hand               each process computes its rows at once, MPI_Allreduce adds each
 *     gradient
 *
 * Prints the milliseconds of a step in rank 0: the median of some. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <wengert/wengert.h>

enum { IN = 784, CLASSES = 10, LETTERS = 96, TOKENS = 128, WIDTH = 256, LAYERS = 4, HEADS = 4 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static wg_node mlp(wg_graph *g, wg_params *p, const wg_batch *b)
{
    const wg_node x = wg_input_borrow(g, "x", b->x), y = wg_input_borrow(g, "y", b->y);
    wg_node h = wg_relu(wg_nn_dense(x, p, "fc1", 256));
    h = wg_relu(wg_nn_dense(h, p, "fc2", 128));
    return wg_softmax_cross_entropy(wg_nn_dense(h, p, "fc3", CLASSES), y);
}

static wg_node gpt(wg_graph *g, wg_params *p, const wg_batch *b)
{
    static const char *const name[LAYERS] = { "h0", "h1", "h2", "h3" };
    static int32_t place[TOKENS];
    for (int i = 0; i < TOKENS; i++) place[i] = i;
    const wg_node x = wg_input_borrow(g, "x", b->x), y = wg_input_borrow(g, "y", b->y);
    const wg_node at = wg_input_borrow(g, "place", wg_view_i32(place, WG_SHAPE(TOKENS)));
    wg_node h = wg_add(wg_nn_embedding(x, p, "letter", LETTERS, WIDTH),
                       wg_nn_embedding(at, p, "place", TOKENS, WIDTH));
    for (int i = 0; i < LAYERS; i++)
        h = wg_nn_transformer_block(h, p, name[i], .heads = HEADS, .causal = true);
    h = wg_nn_layer_norm(h, p, "norm");
    const wg_node table = wg_param(g, p, "letter.W", WG_SHAPE(LETTERS, WIDTH), wg_zeros());
    return wg_softmax_cross_entropy(wg_matmul(h, table, .tb = true), y);
}

typedef struct work {
    bool is_gpt;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    wg_group *all; /* NULL: by hand */
    int rank, size;
} work;

static wg_node loss_of(work *w, const wg_batch *b)
{
    wg_begin(w->g, WG_TRAIN);
    return w->is_gpt ? gpt(w->g, w->p, b) : mlp(w->g, w->p, b);
}

static void by_hand(work *w, const wg_batch *b)
{
    wg_backward(loss_of(w, b), w->p);
    for (int i = 0; w->size > 1 && i < wg_params_count(w->p); i++) {
        const wg_tensor t = wg_params_grad(w->p, i);
        const int64_t n = wg_shape_size(t.shape);
        float *g = t.data;
        MPI_Allreduce(MPI_IN_PLACE, g, (int)n, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
        for (int64_t k = 0; k < n; k++) g[k] /= (float)w->size;
    }
}

static void step(work *w, const wg_batch *b)
{
    wg_batch part;
    if (!w->all) by_hand(w, b);
    while (w->all && wg_group_next(w->all, b, &part)) {
        const wg_node loss = loss_of(w, &part);
        wg_backward(loss, w->p);
        wg_group_note(w->all, 0, wg_item(loss));
    }
    wg_optim_step(w->o);
}

static wg_batch batch_of(const work *w)
{
    wg_batch b = { .n = w->is_gpt ? 8 : 128 };
    const size_t n = (size_t)b.n * (w->is_gpt ? TOKENS : IN);
    float *x = calloc(n, sizeof *x);
    int32_t *t = calloc(n, sizeof *t), *y = calloc(n, sizeof *y);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(i * 2654435761U % 1000) / 1000;
        t[i] = (int32_t)(i * 2654435761U % LETTERS),
        y[i] = (int32_t)(i * 40503U % (w->is_gpt ? LETTERS : CLASSES));
    }
    const int64_t part = w->all ? b.n : b.n / w->size, from = w->all ? 0 : part * w->rank;
    b.n = part;
    b.x = w->is_gpt ? wg_view_i32(t + from * TOKENS, WG_SHAPE(part, TOKENS))
                    : wg_view_f32(x + from * IN, WG_SHAPE(part, IN));
    b.y = w->is_gpt ? wg_view_i32(y + from * TOKENS, WG_SHAPE(part, TOKENS))
                    : wg_view_i32(y + from, WG_SHAPE(part));
    return b;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    enum { MOST = 2000 };
    static double took[MOST];
    if (argc < 3) return fprintf(stderr, "usage: processes mlp|gpt group SHARDS | hand\n"), 2;
    work w = { .is_gpt = !strcmp(argv[1], "gpt"), .size = 1 };
    const bool hand = !strcmp(argv[2], "hand");
    const int steps = w.is_gpt ? 12 : 400;
    wg_context *c = wg_start();
    if (hand) {
        MPI_Init(NULL, NULL);
        MPI_Comm_rank(MPI_COMM_WORLD, &w.rank), MPI_Comm_size(MPI_COMM_WORLD, &w.size);
    } else {
        w.all = wg_group_start(c, .shards = argc > 3 ? atoi(argv[3]) : WG_AUTO);
        w.rank = wg_group_rank(w.all);
    }
    w.g = wg_graph_new(c), w.p = wg_params_new(c);
    w.o = w.is_gpt ? wg_adamw(w.p) : wg_adam(w.p);
    const wg_batch b = batch_of(&w);
    for (int i = -steps / 4; i < steps; i++) {
        const double began = now();
        step(&w, &b);
        if (i >= 0) took[i] = now() - began;
    }
    qsort(took, (size_t)steps, sizeof *took, by_size);
    if (w.rank == 0) printf("%.4f %d\n", 1e3 * took[steps / 2], wg_context_threads(c));
    const int status = wg_finish(c, stderr);
    if (hand) MPI_Finalize();
    return status;
}
