/* test_draw_unchanged.c: a picture changes nothing: no value, no random draw, no error, nothing that can be
 * read afterwards. */
#include "picture.h"

#include <math.h>

static double train(wg_context *c, bool draw, double weights[2], uint64_t *epoch)
{
    static const double xs[] = { 1, -2, 0.5, 3 };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, .lr = 0.1);
    double last = 0;
    for (int step = 0; step < 5; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2, 2)));
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_normal(0, 1));
        wg_node h = wg_dropout(wg_mul(x, w), .keep_prob = 0.5);
        wg_node loss = wg_sum(wg_square(wg_sub(h, 1)));
        int64_t nodes = wg_graph_nodes(g);
        for (int k = 0; draw && k < 2; k++) {
            char *dot = pic_dot(loss, &WG_OPTS(wg_draw_opts, .values = true, .backward = true));
            cr_assert(dot, "%s", wg_message(c));
        }
        cr_assert_eq(wg_graph_nodes(g), nodes);
        last = wg_item(loss);
        wg_backward(loss, p);
        wg_optim_step(o);
    }
    *epoch = wgx_graph_epoch(g);
    wg_params_get(p, weights);
    return last;
}

Test(draw_unchanged, training_is_the_same_with_pictures)
{
    double weights[2][2], loss[2];
    uint64_t epoch[2];
    for (int draw = 0; draw < 2; draw++) {
        WGT_IN_CONTEXT(WG_F64, NULL);
        loss[draw] = train(c, draw, weights[draw], &epoch[draw]);
    }
    cr_assert_eq(loss[0], loss[1]);
    cr_assert_eq(memcmp(weights[0], weights[1], sizeof weights[0]), 0);
    cr_assert_eq(epoch[0], epoch[1]);
}

/* A node that was drawn but never read can be read after the parameters have changed, as without the
 * picture. */
GRAPH_TEST(draw_unchanged, a_picture_opens_no_evaluation)
{
    wg_params *p = wg_params_new(c);
    double three = 3;
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), y = wg_square(w);
    SHOWS(pic_text(y, "dot", WG_OPTS(wg_draw_opts, .values = true, .backward = true)), ">dw = 4<");
    wg_params_assign(p, "w", &three, 1);
    cr_assert_eq(wg_item(y), 9, "%s", wg_message(c));
    wg_begin(g, WG_TRAIN);
    uint64_t epoch = wgx_graph_epoch(g);
    pic_dot(wg_dropout(wg_fill(g, 1, WG_SHAPE(4)), .keep_prob = 0.5), &WG_OPTS(wg_draw_opts, .values = true));
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wgx_graph_epoch(g), epoch, "the next random masks are others");
}

/* A picture makes no results. A node that was not read before the parameters changed cannot be read
 * afterwards, drawn or not. */
GRAPH_TEST(draw_unchanged, a_picture_makes_no_results)
{
    wg_params *p = wg_params_new(c);
    double three = 3;
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), y = wg_square(w), z = wg_keep(wg_sin(y)),
            L = wg_neg(y), q = wg_cos(w);
    cr_assert_eq(wg_item(L), -4);
    wg_free(c, wg_draw_text(wg_add(wg_add(L, z), q), .format = "svg", .values = true, .backward = true));
    wg_params_assign(p, "w", &three, 1);
    cr_assert_eq(wg_item(L), -4);
    cr_assert_eq(wg_item(z), sin(4));
    cr_assert(isnan(wg_item(q)));
    wgt_expect_error(c, WG_ERROR_USE, "was not computed before the parameters changed");
}

/* ---- an interrupt that waits ---- */

static wg_node computed(wg_graph *g) { return wg_exp(wg_mul(wg_sum(wg_fill(g, 0.25, WG_SHAPE(2))), 3)); }
/* A vector, of more than one element: computations of scalars are too short to be interrupted. */
static wg_node next(wg_node y) { return wg_sum(wg_mul(y, wg_fill(wg_graph_of(y), 1, WG_SHAPE(5)))); }

/* The values are computed by the picture, or were before; or the context has an error already. The picture is
 * whole, and the interrupt goes on waiting for what the program computes. */
Test(draw_unchanged, a_picture_is_whole_and_an_interrupt_waits)
{
    static const char *const formats[] = { "dot", "svg", "txt", "html", "json", "tex" };
    for (int i = 0; i < 6; i++)
        for (int way = 0; way < 4; way++) {
            WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .interpret = i % 3 - 1));
            wg_graph *h = wg_graph_new(c);
            wg_node y = computed(g), twin = computed(h);
            const wg_draw_opts o =
                WG_OPTS(wg_draw_opts, .format = formats[i], .values = true, .backward = way == 3);
            if (way == 1) wg_item(y);
            if (way == 2) wg_add(y, wg_none);
            char *whole = wg_draw_text_at(WG_HERE, twin, &o);
            wg_interrupt(c);
            char *now = wg_draw_text_at(WG_HERE, y, &o);
            cr_assert(whole && now, "%s, way %d: %s", formats[i], way, wg_message(c));
            cr_expect_str_eq(now, whole);
            if (way != 2) WGT_REFUSED(c, INTERRUPTED, "the work was interrupted", wg_item(next(y)));
            cr_expect(wg_failed(c) == (way == 2 ? WG_ERROR_USE : WG_OK));
            wg_free(c, now), wg_free(c, whole);
            wg_recover(c);
        }
}

/* The same for wgx_peek, whoever asks. */
Test(draw_unchanged, a_look_is_not_interrupted)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_node y = computed(g);
    wg_tensor t;
    wg_interrupt(c);
    cr_assert(wgx_peek(y, &t) && wg_tensor_item(&t, 0) == exp(1.5));
    WGT_REFUSED(c, INTERRUPTED, "the work was interrupted", wg_item(next(y)));
    cr_expect_not(wgx_interrupts_wait(c, true));
    wg_interrupt(c);
    wg_recover(c);
    cr_expect_lt(wgt_relative(wg_item(next(y)), 5 * exp(1.5)), 1e-15);
    cr_expect(wgx_interrupts_wait(c, false));
    WGT_REFUSED(c, INTERRUPTED, "the work was interrupted", wg_item(next(y)));
}
