/* test_plot.c: the statement plot in programs: frames, and what other commands see of it.
 * tests/figure/read_figures.py reads what is drawn. */

#include "wengert/figure.h"
#include "wglang.h"

/* Figure i of the program as LaTeX. */
static char *drawn(wgt_run *r, int i)
{
    wg_figure *f = wg_program_figure(r->q, i, NULL);
    char *text = wg_figure_text(f, "x.tex");
    cr_assert(f && text, "%s", wg_message(r->c));
    return text;
}

/* Frame k of a figure is the figure of a program whose name has the value from the beginning. */
Test(plot, frames_are_the_figures_of_their_values)
{
    const char *const text = "a = %g; plot { line a * x^2 over x in -1:1; y \"y\" from -3 to 3 }";
    char one[200];
    snprintf(one, sizeof one, text, 0.0);
    wgt_run r = wgt_build(one, WG_EVAL);
    wg_figure *f = wg_program_figure(r.q, 0, NULL);
    f = wg_figure_new(r.c, "");
    for (double a = 1; a <= 3; a++) {
        wg_program_set(r.q, "a", wg_view_f64(&a, WG_SCALAR));
        wg_program_build(r.q, r.g, r.p, WG_EVAL);
        wg_figure_frame(f, "");
        cr_assert_eq(wg_program_figure(r.q, 0, f), f, "%s", wg_message(r.c));
    }
    for (int a = 1; a <= 3; a++) {
        snprintf(one, sizeof one, text, (double)a);
        wgt_run other = wgt_build(one, WG_EVAL);
        char *frame = wg_figure_text(f, "x.tex", .frame = a), *alone = drawn(&other, 0);
        cr_expect_str_eq(frame, alone);
        wg_free(r.c, frame), wg_free(other.c, alone);
        wgt_finish(other.c, NULL);
    }
    cr_expect_null(wg_figure_panel(f, 1));
    wgt_finish(r.c, NULL);
}

/* The other commands see nothing of a plot. */
Test(plot, is_no_value)
{
    wgt_run r = wgt_build("y = 2; plot \"T\" line q^2 over q in 0:1; plot line [1, 2]", WG_EVAL),
            bare = wgt_build("y = 2", WG_EVAL);
    cr_expect_str_eq(wgx_program_last_name(r.q), "y");
    cr_expect_eq(wg_program_names(r.q), 1);
    cr_expect_eq(wg_graph_nodes(r.g), wg_graph_nodes(bare.g));
    cr_expect_eq(wgx_program_code(r.q), wgx_program_code(bare.q));
    cr_expect_str_eq(wg_program_drawn(r.q), "");
    cr_expect_eq(wg_program_plots(r.q), 2);
    cr_expect_str_eq(wg_program_plot_title(r.q, 0), "T");
    cr_expect_str_eq(wg_program_plot_title(r.q, 1), "");
    cr_expect_null(wg_program_plot_title(r.q, 2));
    cr_expect_null(wg_program_figure(r.q, 2, NULL));
    cr_expect_eq(wg_failed(r.c), WG_ERROR_USE);
    wgt_drop(r.c, NULL);
    wgt_finish(bare.c, NULL);
}
