/* test_first_steps.c: the first steps of a training need hardly more memory than the later ones, whatever the
 * program reads, and when. Memory is counted by the context's allocator, so no figure depends on a clock.
 * The table is printed with --verbose. */
#include <stdio.h>

#include "wgtest.h"

enum { STEPS = 10 };

typedef struct loop {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
    wg_node out; /* what the net says */
    wg_node (*model)(struct loop *l);
} loop;

/* ---- the models: each builds its loss ---- */

static wg_node numbers(wg_graph *g, wg_shape s)
{
    static float v[1 << 16];
    const int64_t n = wg_shape_size(s);
    cr_assert_leq(n, 1 << 16);
    for (int64_t i = 0; i < n; i++) v[i] = (float)(i * 37 % 101) / 101 - 0.4F;
    return wg_input(g, "x", wg_view_f32(v, s));
}

static wg_node classes(wg_graph *g, wg_shape s, int classes)
{
    static int32_t v[1 << 12];
    const int64_t n = wg_shape_size(s);
    cr_assert_leq(n, 1 << 12);
    for (int64_t i = 0; i < n; i++) v[i] = (int32_t)(i * 31 % classes);
    return wg_input(g, "y", wg_view_i32(v, s));
}

enum { TOKENS = 64, BATCH = 8, WIDTH = 64, LETTERS = 96 };

static wg_node gpt(loop *l)
{
    static const char *const block[] = { "block.0", "block.1", "block.2" };
    const wg_shape s = WG_SHAPE(BATCH, TOKENS);
    wg_node h = wg_nn_embedding(classes(l->g, s, LETTERS), l->p, "letter", LETTERS, WIDTH);
    for (int i = 0; i < 3; i++) h = wg_nn_transformer_block(h, l->p, block[i], .heads = 4, .causal = true);
    l->out = wg_nn_dense(wg_nn_layer_norm(h, l->p, "norm"), l->p, "out", LETTERS);
    return wg_softmax_cross_entropy(l->out, classes(l->g, s, LETTERS));
}

static wg_node double_conv(loop *l, wg_node h, const char *a, const char *b, int64_t channels)
{
    h = wg_relu(wg_nn_conv(h, l->p, a, channels, .size = WG_SHAPE(3), .same = true));
    return wg_relu(wg_nn_conv(h, l->p, b, channels, .size = WG_SHAPE(3), .same = true));
}

static wg_node unet(loop *l)
{
    const wg_shape two = WG_SHAPE(2);
    wg_node x = numbers(l->g, WG_SHAPE(4, 32, 32, 2));
    wg_node a = double_conv(l, x, "a1", "a2", 8),
            b = double_conv(l, wg_max_pool(a, .size = two), "b1", "b2", 16);
    wg_node c = double_conv(l, wg_max_pool(b, .size = two), "c1", "c2", 32);
    wg_node up = wg_resize(c, WG_SHAPE(16, 16));
    wg_node d = double_conv(l, wg_concat((wg_node[]){ b, up }, 2, .axis = -1), "d1", "d2", 16);
    up = wg_resize(d, WG_SHAPE(32, 32));
    wg_node e = double_conv(l, wg_concat((wg_node[]){ a, up }, 2, .axis = -1), "e1", "e2", 8);
    l->out = wg_nn_conv(e, l->p, "out", 2, .size = WG_SHAPE(1));
    return wg_mean(wg_square(wg_sub(l->out, x)));
}

static wg_node lenet(loop *l)
{
    const wg_shape five = WG_SHAPE(5), two = WG_SHAPE(2);
    wg_node h = numbers(l->g, WG_SHAPE(64, 28, 28, 1));
    h = wg_max_pool(wg_relu(wg_nn_conv(h, l->p, "conv1", 6, .size = five)), .size = two);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, l->p, "conv2", 16, .size = five)), .size = two);
    h = wg_relu(wg_nn_dense(wg_reshape(h, WG_SHAPE(64, -1)), l->p, "fc1", 120));
    l->out = wg_nn_dense(wg_relu(wg_nn_dense(h, l->p, "fc2", 84)), l->p, "out", 10);
    return wg_softmax_cross_entropy(l->out, classes(l->g, WG_SHAPE(64), 10));
}

/* 300 steps of the heat equation on a periodic square. Sought: the first state, and how well heat is
 * conducted. */
static wg_node heat(loop *l)
{
    enum { SIDE = 40 };
    wg_node u = wg_param(l->g, l->p, "u", WG_SHAPE(SIDE, SIDE), wg_const(0.5)),
            k = wg_param(l->g, l->p, "k", WG_SCALAR, wg_const(0.1));
    for (int i = 0; i < 300; i++) {
        wg_node x = wg_add(wg_roll(u, .axis = 0, .shift = 1), wg_roll(u, .axis = 0, .shift = -1)),
                y = wg_add(wg_roll(u, .axis = 1, .shift = 1), wg_roll(u, .axis = 1, .shift = -1));
        u = wg_add(u, wg_mul(k, wg_sub(wg_add(x, y), wg_mul(4, u))));
    }
    l->out = u;
    return wg_mean(wg_square(wg_sub(u, numbers(l->g, WG_SHAPE(SIDE, SIDE)))));
}

/* ---- what a step does ---- */

typedef struct habit {
    const char
        *what; /* b: backward; l, o: the loss, the output are read; t: a net is built anew and trained */
    wg_mode mode;
    bool fixed; /* it is possible on a graph that stays, too */
} habit;

static const habit habits[] = { { "b", WG_TRAIN, true },  { "bl", WG_TRAIN, true },  { "lb", WG_TRAIN, true },
                                { "bo", WG_TRAIN, true }, { "ob", WG_TRAIN, false }, { "l", WG_EVAL, true },
                                { "lt", WG_EVAL, false } };

static void act(loop *l, const char *what, wg_node loss)
{
    for (; *what; what++) {
        if (*what == 'b') wg_backward(loss, l->p);
        if (*what == 'l') wg_item(loss);
        if (*what == 'o') wg_value(l->out);
        if (*what == 't') {
            wg_begin(l->g, WG_TRAIN);
            wg_backward(l->model(l), l->p);
            wg_optim_step(l->o);
        }
    }
}

/* ---- measuring ---- */

/* Fills peak[k] with the most bytes in step k, from 1. */
static void measure(wg_node (*model)(loop *l), const habit *h, bool fixed, int64_t peak[STEPS + 1])
{
    wgt_memory m = { 0 };
    loop l = { .c = wgt_start(&m, WG_F32, &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1)), .model = model };
    l.g = wg_graph_new(l.c), l.p = wg_params_new(l.c), l.o = wg_adam(l.p);
    wg_node loss = wg_none;
    for (int k = 1; k <= STEPS; k++) {
        m.most = m.bytes;
        if (!fixed || k == 1) {
            wg_begin(l.g, h->mode);
            loss = model(&l);
        }
        act(&l, h->what, loss);
        if (h->mode == WG_TRAIN) wg_optim_step(l.o);
        peak[k] = m.most;
    }
    wgt_finish(l.c, &m);
}

/* The least of steps 3 to 10 is what the program needs. */
static void expect_even(const char *name, wg_node (*model)(loop *l))
{
    for (size_t k = 0; k < sizeof habits / sizeof *habits; k++)
        for (int fixed = 0; fixed <= habits[k].fixed; fixed++) {
            int64_t peak[STEPS + 1], least = INT64_MAX;
            measure(model, &habits[k], fixed, peak);
            for (int step = 3; step <= STEPS; step++) least = peak[step] < least ? peak[step] : least;
            cr_log_info("%-5s %-2s %-7s %6.2f %6.2f %6.2f %6.2f MB", name, habits[k].what,
                        fixed ? "fixed" : "rebuilt", 1e-6 * (double)peak[1], 1e-6 * (double)peak[2],
                        1e-6 * (double)peak[3], 1e-6 * (double)peak[STEPS]);
            for (int step = 1; step <= STEPS; step++)
                cr_expect_leq((double)peak[step], 1.15 * (double)least,
                              "%s, %s, %s: step %d takes %.2f MB, a later one %.2f", name, habits[k].what,
                              fixed ? "fixed" : "rebuilt", step, 1e-6 * (double)peak[step],
                              1e-6 * (double)least);
        }
}

Test(first_steps, gpt) { expect_even("GPT", gpt); }
Test(first_steps, unet) { expect_even("U-Net", unet); }
Test(first_steps, lenet) { expect_even("LeNet", lenet); }
Test(first_steps, heat) { expect_even("heat", heat); }
