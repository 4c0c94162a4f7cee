/* test_draw_series.c: pictures of scan: of steps that are alike the first is drawn, in a frame with their
 * number. tests/tools/draw.txt has cases of repeat. */
#include "picture.h"

#include <stdlib.h>

#include "wglang.h"

static char *drawn(const wgt_run *r, wg_draw_opts o)
{
    cr_assert_eq(wg_failed(r->c), WG_OK, "%s", wg_message(r->c));
    return pic_text(wg_program_last(r->q), "dot", o);
}

static const char recurrent[] = "xs = input(20, m, 4)\n"
                                "cell(h, x) = { W = param(4, 8); u = dense(h, 8); tanh(x @ W + u) }\n"
                                "h = scan(cell, zeros(m, 8), xs)\nJ = mean(h)";

/* The parameters that all steps share stand before the frame, though the first step makes them. */
Test(draw_series, steps_of_a_scan_share_their_parameters)
{
    WGT_ENDS wgt_run r = wgt_build(recurrent, WG_TRAIN);
    char *text = drawn(&r, WG_OPTS(wg_draw_opts, .series = true)), *every = drawn(&r, WG_OPTS(wg_draw_opts));
    const char *frame = strstr(text, "×20: h₁ … h"), *end = frame ? strstr(frame, "\t}\n") : NULL;
    cr_assert(frame && end, "%s", text);
    cr_expect_eq(pic_count(text, "class=parameter"), 3);
    for (const char *at = text; (at = strstr(at, "class=parameter")); at++) cr_expect(at < frame || at > end);
    cr_expect_eq(pic_count(text, "tanh("), 1);
    cr_expect(pic_count(every, "tanh(") >= 20);
}

/* So are the steps of a recurrent layer: one cell, with edges back from what it hands to the next step. A
 * cell of an LSTM has the tanh of the new values and that of the state, of a GRU one. */
Test(draw_series, steps_of_a_recurrent_layer_are_a_series)
{
    static const struct {
        const char *layer, *options;
        int tanhs;
    } of[] = { { "rnn", "", 1 }, { "lstm", "", 2 }, { "gru", "", 1 }, { "lstm", ", reverse=true", 2 } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char program[100];
        snprintf(program, sizeof program, "x = input(m, 9, 4)\nh = %s(x, 8%s)\nJ = mean(h)", of[i].layer,
                 of[i].options);
        WGT_ENDS wgt_run r = wgt_build(program, WG_TRAIN);
        char *text = drawn(&r, WG_OPTS(wg_draw_opts, .series = true)),
             *every = drawn(&r, WG_OPTS(wg_draw_opts));
        cr_expect_eq(pic_count(text, ">×9: h₁ … h₉<"), 1, "%s: %s", of[i].layer, text);
        cr_expect_eq(pic_count(text, "op · tanh"), 2 * of[i].tanhs); /* in the box and in its tip */
        cr_expect_eq(pic_count(every, "op · tanh"), 9 * 2 * of[i].tanhs);
    }
}

Test(draw_series, failing_memory)
{
    for (int64_t at = 1;; at += at < 30 ? 1 : 11) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_program *q = wg_program_text(c, "t.wg", recurrent);
        wg_program_build(q, g, wg_params_new(c), WG_TRAIN);
        cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        m.fail_at = m.calls + at;
        char *text = wg_draw_text(wg_program_last(q), .format = "svg", .series = true);
        cr_expect(text || wg_failed(c) == WG_ERROR_MEMORY);
        const bool last = !m.failed;
        wg_free(c, text);
        wgt_drop(c, &m);
        if (last) break;
    }
}
