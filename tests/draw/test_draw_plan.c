/* test_draw_plan.c: plans as tables and pictures: what must be in them, what is refused, and memory running
 * out. */
#include "draw/draw_private.h"
#include "picture.h"

#include <stdlib.h>

static wg_plan *plan_of(wg_node n) { return wg_plan_look(n, .seconds = 1e-4); }

static const wg_limits machine = { .f32 = 2e11,
                                   .f64 = 1e11,
                                   .bytes = { 48 << 10, 768 << 10, 12 << 20, 96 << 20 },
                                   .bandwidth = { 4e11, 2e11, 1e11, 5e10 } };

/* A training step with a fused group, products and a result. */
static wg_plan *training_step(wg_context *c)
{
    static const double xs[40 * 30];
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(40, 30)));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(30, 20), wg_zeros());
    wg_node h = wg_name(wg_tanh(wg_add(wg_matmul(x, W), 0.5)), "h");
    return wg_plan_look(wg_name(wg_sum(wg_square(h)), "L"), .params = p, .seconds = 1e-4);
}

static char *drawn(wg_context *c, const wg_plan *p, const char *name, const wg_draw_opts *o)
{
    if (strstr(name, ".dot")) PIC_NEEDS_DOT;
    char *path = pic_path(name);
    cr_assert_eq(wg_draw_plan_at(WG_HERE, c, p, path, o), WG_OK, "%s", wg_message(c));
    char *text = pic_read(path);
    return text;
}

Test(draw_plan, the_table_has_steps_and_memory)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_plan *p = training_step(c);
    SHOWS(drawn(c, p, "p.txt", &WG_OPTS(wg_draw_opts, .title = "a step", .limits = &machine)), "a step\n",
          "products 200 GFLOP/s (f32), 100 (f64); memory 400 GB/s (48 KiB), 200 (768 KiB), 100 (12 MiB), "
          "50 (96 MiB)",
          "matmul", "∂matmul", "add, tanh", "48.0 k" /* 2 40 20 30 */, "W′", "parameters, 4.69 KiB",
          "gradients, 4.69 KiB");
    SHOWS(drawn(c, p, "q.txt", &WG_OPTS(wg_draw_opts)), "!bound");
    wg_plan_free(p);
    pic_clean_up();
}

/* wg_draw makes the plan that wg_plan_look gives: the boxes and frames are the same, times are not. */
GRAPH_TEST(draw_plan, is_the_third_level_of_a_graph)
{
    static const double xs[40 * 30];
    wg_params *p = wg_params_new(c);
    wg_node x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(40, 30)));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(30, 20), wg_zeros());
    wg_node L = wg_name(wg_sum(wg_square(wg_tanh(wg_matmul(x, W)))), "L");
    for (int backward = 0; backward < 2; backward++) {
        const wg_plan_opts look = WG_OPTS(wg_plan_opts, .params = backward ? p : NULL, .seconds = 1e-4);
        wg_plan *plan = wg_plan_look_at(WG_HERE, L, &look);
        const wg_draw_opts o = WG_OPTS(wg_draw_opts, .level = "plan", .backward = backward);
        char *text = pic_text(L, "dot", o);
        cr_expect_eq(pic_count(text, "subgraph cluster_"), plan->steps);
        cr_expect_eq(strstr(text, "class=gradient") != NULL, backward);
        SHOWS(pic_text(L, "txt", o), "matmul", backward ? "W′" : "!W′");
        wg_plan_free(plan);
    }
    cr_expect_null(wg_draw_text(L, .level = "plan", .format = "html"));
    wgt_expect_error(c, WG_ERROR_VALUE, "draw_text: the format must be dot, svg, png, pdf or txt");
    cr_expect_null(wg_draw_text(L, .level = "plan", .values = true));
    wgt_expect_error(c, WG_ERROR_VALUE, "draw_text: .values goes with");
    cr_expect_null(wg_draw_text(L, .level = "all"));
    wgt_expect_error(c, WG_ERROR_VALUE, ".level \"all\": written, ops or plan");
}

Test(draw_plan, shares_are_rounded)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wgi_strbuf b = { .c = c };
    for (int k = 0; k < 4; k++) wgi_put_share(&b, (double[]){ 0.0094, 0.0098, 2.0 / 3, 1 }[k]);
    cr_expect_str_eq(wgi_strbuf_text(&b), "< 1 %1 %67 %100 %");
    wgi_strbuf_free(&b);
}

Test(draw_plan, steps_are_frames_with_their_ops)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_plan *p = training_step(c);
    char *dot = drawn(c, p, "p.dot", &WG_OPTS(wg_draw_opts, .limits = &machine));
    cr_assert_eq(pic_count(dot, "subgraph cluster_"), p->steps);
    HAS(dot, "h = tanh", "add 0.5", "<b>x</b>", "<b>W</b>");
    cr_assert_geq(pic_count(dot, " -> "), p->ops - 1);
    if (pic_have_dot()) { SHOWS(drawn(c, p, "p.svg", &WG_OPTS(wg_draw_opts)), "</svg>"); }
    char *path = pic_path("few.dot");
    cr_assert_eq(wg_draw_plan(c, p, path, .most = 2), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "more than 2: draw the table (.txt)");
    wg_plan_free(p);
    pic_clean_up();
}

Test(draw_plan, a_plan_without_steps_can_be_drawn)
{
    static const double one = 1;
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_plan *p = plan_of(wg_input(wg_graph_new(c), "x", wg_view_f64(&one, WG_SCALAR)));
    for (int i = 0; i < 2; i++) {
        SHOWS(drawn(c, p, i ? "e.svg" : "e.txt", &WG_OPTS(wg_draw_opts, .limits = &machine)), "!nan");
    }
    wg_plan_free(p);
    pic_clean_up();
}

Test(draw_plan, what_cannot_be_drawn_is_named)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_plan *p = training_step(c);
    cr_assert_eq(wg_draw_plan(c, p, "p.gif"), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be dot, svg, png, pdf or txt");
    cr_assert_eq(wg_draw_plan(c, p, "p"), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be dot, svg, png, pdf or txt");
    cr_assert_eq(wg_draw_plan(c, p, "p.txt", .level = "ops"), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the level of a plan is");
    cr_assert_eq(wg_draw_plan(c, NULL, "p.txt"), WG_ERROR_USE);
    wg_plan_free(p);
}

static void draw_with_failures(const char *name)
{
    char *path = pic_path(name);
    if (strstr(name, ".dot")) PIC_NEEDS_DOT;
    for (int64_t k = 1;; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_plan *p = training_step(c);
        m.fail_at = m.calls + k;
        wg_status s = wg_draw_plan(c, p, path, .limits = &machine, .title = "t");
        cr_assert((s == WG_OK) == !m.failed, "%s, allocation %lld: %s", name, (long long)k,
                  wg_status_text(s));
        bool done = !m.failed;
        wg_plan_free(p);
        wgt_drop(c, &m);
        if (done) break;
    }
}

Test(draw_plan, every_failed_allocation_is_survived)
{
    draw_with_failures("p.txt");
    draw_with_failures("p.dot");
    draw_with_failures("p.svg");
    pic_clean_up();
}
