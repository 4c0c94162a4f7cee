/* test_warnings.c: mistakes that give numbers are warned of, once for each place, with the place and what to
 * do. Right programs are not warned. */
#include <string.h>
#include <unistd.h>

#include "wgtest.h"

static struct {
    int count;
    char last[1100];
} heard;

static void hear(void *user, const char *text)
{
    (void)user;
    heard.count++;
    snprintf(heard.last, sizeof heard.last, "%s", text);
}

static wgt_world open_world(void)
{
    heard.count = 0;
    wgt_world w = wgt_world_new(NULL, WG_F32, &WG_OPTS(wg_start_opts, .on_warning = hear, .threads = 1));
    w.o = wg_sgd(w.p, .lr = 0x1p-10);
    return w;
}

/* So many warnings since the last call; the last of them has the text and a place in this file. */
static void warned(int line, int count, const char *text)
{
    cr_assert_eq(heard.count, count, "line %d: %d warnings: %s", line, heard.count, heard.last);
    if (count) cr_assert(strstr(heard.last, text), "line %d: %s", line, heard.last);
    if (count) cr_assert_eq(strncmp(heard.last, __FILE__ ":", sizeof __FILE__), 0, "%s", heard.last);
    heard.count = 0;
}
#define WARNED(text) warned(__LINE__, 1, text)
#define SILENT()     warned(__LINE__, 0, "")

static wg_node data(wgt_world *w, wg_shape s) { return wg_input(w->g, "x", wg_value(wg_fill(w->g, 1, s))); }

/* ---- WG_EVAL ---- */

enum { PLAIN, DROPOUT, BATCH_NORM };

static wg_node model(wgt_world *w, wg_mode mode, int layer)
{
    wg_begin(w->g, mode);
    wg_node x = data(w, WG_SHAPE(4, 3));
    wg_node h = wg_nn_dense(x, w->p, "fc", 5);
    if (layer == DROPOUT) h = wg_dropout(h, .keep_prob = 0.5);
    if (layer == BATCH_NORM) h = wg_nn_batch_norm(h, w->p, "bn");
    return wg_mean(wg_square(h));
}

static void train(wgt_world *w, wg_mode mode, int layer)
{
    wg_backward(model(w, mode, layer), w->p);
    wg_optim_step(w->o);
}

Test(warnings, training_in_eval_is_warned_of_once)
{
    for (int layer = DROPOUT; layer <= BATCH_NORM; layer++)
        for (int first = 0; first < 3; first++) {
            WGT_ENDS wgt_world w = open_world();
            /* an evaluation before, built in the same way or in another one */
            if (first) wg_item(model(&w, WG_EVAL, first == 1 ? layer : PLAIN));
            SILENT();
            train(&w, WG_EVAL, layer);
            WARNED(layer == DROPOUT ? "WG_EVAL, where dropout (" : "WG_EVAL, where batch_norm (");
            cr_assert(strstr(heard.last, "say wg_begin(g, WG_TRAIN)"));
            for (int k = 0; k < 5; k++) train(&w, WG_EVAL, layer);
            SILENT();
        }
}

Test(warnings, evaluating_and_training_in_turn_is_right)
{
    for (int layer = PLAIN; layer <= BATCH_NORM; layer++) {
        WGT_ENDS wgt_world w = open_world();
        for (int k = 0; k < 20; k++) {
            train(&w, WG_TRAIN, layer);
            wg_item(model(&w, WG_EVAL, layer));
            wg_item(model(&w, WG_EVAL, layer));
        }
        train(&w, WG_EVAL, PLAIN); /* without these layers WG_EVAL is as good */
        wg_item(model(&w, WG_EVAL, layer));
        train(&w, WG_EVAL, PLAIN);
        SILENT();
    }
}

/* ---- graphs that grow ---- */

static wg_node loss_of(wgt_world *w) { return wg_square(wg_param(w->g, w->p, "w", WG_SCALAR, wg_const(1))); }

Test(warnings, a_graph_that_grows_is_warned_of_at_the_sixteenth_backward)
{
    WGT_ENDS wgt_world w = open_world();
    for (int k = 1; k <= 40; k++) {
        wg_backward(loss_of(&w), w.p);
        wg_optim_step(w.o);
        if (k == 16) WARNED("16 calls without a wg_begin");
        else SILENT();
    }
}

Test(warnings, graphs_that_do_not_grow_for_long_are_right)
{
    WGT_ENDS wgt_world w = open_world();
    for (int k = 0; k < 40; k++) { /* begun at each step */
        wg_begin(w.g, WG_TRAIN);
        wg_backward(loss_of(&w), w.p);
        wg_backward(wg_mul(2, loss_of(&w)), w.p);
        wg_optim_step(w.o);
    }
    wg_node fixed = loss_of(&w);
    for (int k = 0; k < 40; k++) { /* fixed */
        wg_backward(fixed, w.p);
        wg_optim_step(w.o);
    }
    for (int k = 0; k < 40; k++) { /* taken back */
        int64_t mark = wgx_graph_mark(w.g);
        wg_backward(loss_of(&w), w.p);
        wgx_graph_rewind(w.g, mark);
    }
    wg_begin(w.g, WG_TRAIN);
    for (int k = 0; k < 40; k++) wg_backward_add(loss_of(&w), w.p); /* many parts of one step */
    SILENT();
}

/* ---- losses ---- */

Test(warnings, what_the_loss_does_itself_is_warned_of)
{
    WGT_ENDS wgt_world w = open_world();
    int32_t label[2] = { 0, 2 };
    for (int k = 0; k < 3; k++) {
        wg_begin(w.g, WG_TRAIN);
        wg_node z = data(&w, WG_SHAPE(2, 3)), y = wg_input(w.g, "y", wg_view_i32(label, WG_SHAPE(2)));
        wg_node p = wg_softmax(z), l = wg_log_softmax(z), s = wg_sigmoid(z);
        wg_softmax_cross_entropy(p, y);
        k ? SILENT() : WARNED("softmax_cross_entropy: p [2,3] is made by softmax (");
        wg_softmax_cross_entropy(l, y);
        k ? SILENT() : WARNED("l [2,3] is made by log_softmax (");
        wg_bce_with_logits(s, z);
        k ? SILENT() : WARNED("bce_with_logits: s [2,3] is made by sigmoid (");
        wg_bce_with_logits(p, z);
        k ? SILENT() : WARNED("bce_with_logits: p [2,3] is made by softmax (");
    }
}

/* Probabilities are right as targets, and for losses of probabilities. */
Test(warnings, probabilities_where_they_belong_are_right)
{
    WGT_ENDS wgt_world w = open_world();
    wg_node z = data(&w, WG_SHAPE(2, 3)), p = wg_softmax(z), s = wg_sigmoid(z);
    wg_node L[] = { wg_softmax_cross_entropy(z, p), wg_bce_with_logits(z, s), wg_binary_cross_entropy(s, p),
                    wg_mse(p, s), wg_softmax_cross_entropy(wg_mul(p, 10), p) };
    for (int i = 0; i < 5; i++) wg_value(wg_grad(L[i], z));
    SILENT();
}

static wg_node normalised(wgt_world *w, wg_mode mode, int64_t rows)
{
    wg_begin(w->g, mode);
    wg_node x = data(w, WG_SHAPE(rows, 3));
    return wg_sum(wg_nn_batch_norm(x, w->p, "bn"));
}

Test(warnings, batch_norm_of_one_row_is_warned_of)
{
    WGT_ENDS wgt_world w = open_world();
    for (int k = 0; k < 3; k++) {
        wg_item(normalised(&w, WG_TRAIN, 2));
        wg_item(normalised(&w, WG_EVAL, 1));
        SILENT();
        wg_item(normalised(&w, WG_TRAIN, 1));
        k ? SILENT() : WARNED("batch_norm: x [1,3] is one row");
    }
}

/* ---- all pairs ---- */

enum { LOSSES = 14 };

/* Losses of predictions x against targets t, as people write them. */
static wg_node by_hand(wgt_world *w, int i, wg_node x, wg_node t)
{
    switch (i) {
    case 0: return wg_mean(wg_square(wg_sub(x, t)));
    case 1: return wg_sum(wg_square(wg_sub(t, x)));
    case 2: return wg_mean(wg_abs(wg_sub(x, t)));
    case 3: return wg_mul(0.5, wg_sum(wg_pow(wg_sub(x, t), 2)));
    case 4: return wg_div(wg_sum(wg_mul(wg_square(wg_sub(x, t)), 0.5)), 4);
    case 5: {
        wg_node d = wg_sub(x, t);
        return wg_mean(wg_mul(d, d));
    }
    case 6: return wg_mean(wg_square(wg_sub(x, wg_mul(t, 2))));
    case 7: return wg_sqrt(wg_mean(wg_square(wg_sub(x, t))));
    case 8: return wg_add(wg_mean(wg_square(wg_sub(x, t))), wg_l2(w->g, w->p, 0.1));
    case 9: return wg_mean(wg_mul(wg_sub(x, t), wg_sub(x, t)));
    case 10: return wg_mean(wg_mean(wg_square(wg_sub(x, t)), .axis = 1));
    case 11: return wg_mean(wg_square(wg_sub(x, wg_div(wg_sub(t, 3), 2))));
    case 12: return wg_mean(wg_log(wg_cosh(wg_sub(x, t))));
    default: return wg_mean(wg_square(wg_sub(wg_sigmoid(x), t)));
    }
}

static wg_node prediction(wgt_world *w)
{
    wg_begin(w->g, WG_TRAIN);
    return wg_nn_dense(data(w, WG_SHAPE(4, 3)), w->p, "fc", 1);
}

Test(warnings, a_loss_of_all_pairs_is_warned_of)
{
    for (int i = 0; i < LOSSES; i++) {
        WGT_ENDS wgt_world w = open_world();
        for (int k = 0; k < 4; k++) {
            wg_node x = prediction(&w), t = data(&w, WG_SHAPE(4));
            wg_backward(by_hand(&w, i, x, t), w.p);
            if (k) SILENT();
            else WARNED(" are broadcast to [4,4], which is summed (");
            wg_optim_step(w.o);
        }
    }
}

Test(warnings, losses_of_equal_shapes_and_distances_that_are_meant_are_right)
{
    WGT_ENDS wgt_world w = open_world();
    for (int i = 0; i < LOSSES; i++) {
        wg_node x = prediction(&w);
        const wg_shape others[] = { WG_SHAPE(4, 1), WG_SHAPE(3), WG_SHAPE(1), WG_SHAPE(1, 4) };
        for (int k = 0; k < 4; k++) wg_backward(by_hand(&w, i, x, data(&w, others[k])), w.p);
        if (i != 10) wg_backward(by_hand(&w, i, wg_squeeze(x, .axis = 1), data(&w, WG_SHAPE(4))), w.p);
        wg_backward(by_hand(&w, i, x, wg_squeeze(x, .axis = 1)), w.p); /* all pairs of points of one set */
    }
    wg_node x = prediction(&w), t = data(&w, WG_SHAPE(4));
    wg_backward(wg_mean(wg_max(wg_neg(wg_square(wg_sub(x, t))), .axis = 1)), w.p); /* the nearest target */
    wg_backward(wg_sum(wg_mul(wg_sub(x, t), wg_fill(w.g, 1, WG_SHAPE(4, 4)))), w.p);
    SILENT();
}

/* ---- nobody listens: a line on standard error for each place, for each kind of warning ---- */

static void in_eval(wgt_world *w) { wg_backward(model(w, WG_EVAL, DROPOUT), w->p); }
static void grows(wgt_world *w)
{
    for (int k = 0; k < 20; k++) wg_backward(loss_of(w), w->p);
}
static void infinite(wgt_world *w)
{
    wg_backward(wg_neg(wg_log(wg_param(w->g, w->p, "zero", WG_SCALAR, wg_zeros()))), w->p);
}
static void pairs(wgt_world *w)
{
    wg_node x = prediction(w);
    wg_item(by_hand(w, 0, x, data(w, WG_SHAPE(4))));
}
static void twice(wgt_world *w)
{
    wg_node z = data(w, WG_SHAPE(2, 3));
    wg_softmax_cross_entropy(wg_softmax(z), z);
}
static void one_row(wgt_world *w) { wg_item(normalised(w, WG_TRAIN, 1)); }
static void uphill(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(-2, x[0]));
}
static void stuck(wgt_world *w)
{
    wg_begin(w->g, WG_TRAIN);
    wg_node x = wg_param(w->g, w->p, "x", WG_SCALAR, wg_const(1));
    wg_backward(wg_custom_vjp(wg_square(x), &x, 1, uphill), w->p);
    wg_optim_step(w->o);
}

Test(warnings, each_kind_is_one_line_on_standard_error)
{
    static void (*const mistakes[])(wgt_world *) = { in_eval, grows, infinite, pairs, twice, one_row, stuck };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        for (int dropped = 0; dropped < 2; dropped++) {
            FILE *file = tmpfile();
            char line[2][1200] = { "", "" };
            fflush(stderr);
            const int was = dup(2);
            dup2(fileno(file), 2);
            const wg_start_opts o =
                WG_OPTS(wg_start_opts, .threads = 1, .on_warning = dropped ? wg_no_warnings : NULL);
            wgt_world w = { .c = wg_start_at(WG_HERE, &o) };
            w.g = wg_graph_new(w.c), w.p = wg_params_new(w.c);
            w.o = mistakes[i] == stuck ? wg_lbfgs(w.p) : wg_sgd(w.p);
            for (int k = 0; k < 3; k++) mistakes[i](&w);
            const int status = wg_finish(w.c, NULL);
            dup2(was, 2), close(was);
            rewind(file);
            bool one = fgets(line[0], sizeof line[0], file), more = fgets(line[1], sizeof line[1], file);
            fclose(file);
            cr_expect_eq(status, 0, "%zu", i);
            cr_expect_eq(one, !dropped, "%zu", i);
            cr_expect_not(more, "%zu: %s%s", i, line[0], line[1]);
            cr_expect(dropped ||
                          !strncmp(line[0], "warning: " __FILE__ ":", strlen("warning: " __FILE__ ":")),
                      "%zu: %s", i, line[0]);
        }
}
