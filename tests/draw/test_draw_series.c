/* test_draw_series.c: pictures of repeat and scan: of parts that are alike the first is drawn, in a frame
 * with their number; a part that differs is drawn too. */
#include "picture.h"

#include <stdlib.h>

#include "wglang.h"

static char *drawn(const wgt_run *r, wg_draw_opts o)
{
    cr_assert_eq(wg_failed(r->c), WG_OK, "%s", wg_message(r->c));
    return pic_text(wg_program_last(r->q), "dot", o);
}

static const char three[] = "x = input(m, 4)\nblock(h, n) = { z = dense(h, n); relu(z) }\n"
                            "h = repeat(3, block, x, 4)\nJ = mean(h)";

Test(draw_series, of_repeats_one_is_drawn)
{
    wgt_run r = wgt_build(three, WG_TRAIN);
    char *text = drawn(&r, (wg_draw_opts){ .series = true }), *every = drawn(&r, (wg_draw_opts){ 0 }),
         *never = drawn(&r, (wg_draw_opts){ .series = true, .fold = -1 });
    HAS(text, "×3: h₀ … h");
    cr_expect_eq(pic_count(text, "class=parameter"), 2);
    cr_expect_eq(pic_count(every, "class=parameter"), 6);
    cr_expect_str_eq(every, never);
    wgt_finish(r.c, NULL);
}

Test(draw_series, a_part_of_which_a_gradient_is_asked_is_drawn)
{
    wgt_run r = wgt_build(three, WG_TRAIN);
    const wg_node w = wg_program_node(r.q, "h.1.z.W");
    cr_assert(wg_node_ok(w));
    char *text = drawn(&r, (wg_draw_opts){ .series = true, .backward = true, .wrt = &w, .wrt_count = 1 });
    HAS_NOT(text, "×3");
    cr_expect_eq(pic_count(text, "class=parameter"), 6);
    wgt_finish(r.c, NULL);
}

/* The first block has another shape than the two behind it. */
Test(draw_series, a_part_that_differs_is_drawn_too)
{
    wgt_run r = wgt_build("x = input(m, 7)\nblock(h, n) = { z = dense(h, n); relu(z) }\n"
                          "h = repeat(3, block, x, 4)\nJ = mean(h)",
                          WG_TRAIN);
    char *text = drawn(&r, (wg_draw_opts){ .series = true });
    HAS(text, "×2: h₁ … h");
    cr_expect_eq(pic_count(text, "class=parameter"), 4);
    wgt_finish(r.c, NULL);
}

static const char recurrent[] = "xs = input(20, m, 4)\n"
                                "cell(h, x) = { W = param(4, 8); u = dense(h, 8); tanh(x @ W + u) }\n"
                                "h = scan(cell, zeros(m, 8), xs)\nJ = mean(h)";

/* The parameters that all steps share stand before the frame, though the first step makes them. */
Test(draw_series, steps_of_a_scan_share_their_parameters)
{
    wgt_run r = wgt_build(recurrent, WG_TRAIN);
    char *text = drawn(&r, (wg_draw_opts){ .series = true }), *every = drawn(&r, (wg_draw_opts){ 0 });
    const char *frame = strstr(text, "×20: h₁ … h"), *end = frame ? strstr(frame, "\t}\n") : NULL;
    cr_assert(frame && end, "%s", text);
    cr_expect_eq(pic_count(text, "class=parameter"), 3);
    for (const char *at = text; (at = strstr(at, "class=parameter")); at++) cr_expect(at < frame || at > end);
    cr_expect_eq(pic_count(text, "tanh("), 1);
    cr_expect(pic_count(every, "tanh(") >= 20);
    wgt_finish(r.c, NULL);
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
        char *text = wg_draw_text(wg_program_last(q), &(wg_draw_opts){ .format = "dot", .series = true });
        cr_expect(text || wg_failed(c) == WG_ERROR_MEMORY);
        const bool last = !m.failed;
        wg_free(c, text);
        wgt_drop(c, &m);
        if (last) break;
    }
}

/* A scope that is folded to a box counts its own nodes, not those of the parts that are alike. */
Test(draw_series, a_folded_part_counts_its_own_nodes)
{
    wgt_run r =
        wgt_build("step(s, x) = {\n d = x - s\n s + 0.3*d\n}\nxs = [1, 4, 2, 8]\ns = scan(step, 0, xs)\n"
                  "all = scan(step, 0, xs, all=true)\nL = (s - 5)^2 + sum(all)",
                  WG_EVAL);
    SHOWS(drawn(&r, (wg_draw_opts){ .series = true, .values = true, .backward = true, .fit = "slide" }),
          "5 nodes", "!15 nodes");
    wgt_finish(r.c, NULL);
}
