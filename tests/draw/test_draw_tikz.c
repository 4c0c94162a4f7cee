/* test_draw_tikz.c: graphs as TikZ: names that LaTeX would read as commands, overlays. places.py compares the
 * coordinates with those of the SVG, test_latex_compiles.c tests what LaTeX makes of it. */
#include "latex.h"
#include "picture.h"

#include <stdlib.h>

#define FULL WG_OPTS(wg_draw_opts, .values = true, .backward = true)

/* Braces match, no control character, nothing but ASCII and letters of two bytes, as é and š, and every $
 * has its partner. */
static void expect_syntax(const char *tex)
{
    int depth = 0, dollars = 0;
    for (const char *s = tex; *s; s++) {
        const unsigned char u = (unsigned char)*s;
        if (*s == '%' && (s == tex || s[-1] == '\n')) s += strcspn(s, "\n"); /* a comment of our own */
        if (*s == '\\' && s[1]) {
            s++;
            continue;
        }
        depth += (*s == '{') - (*s == '}');
        dollars += *s == '$';
        cr_assert_geq(depth, 0, "at %.60s", s);
        cr_assert(u >= 0x20 || u == '\n', "a control character at %.60s", s);
        if (u >= 0xC3 && u <= 0xC5) s++;
        else cr_assert_lt(u, 0x80, "at %.60s", s);
    }
    cr_expect(depth == 0 && dollars % 2 == 0);
    cr_expect_eq(pic_count(tex, "\\begin{tikzpicture}"), 1);
    cr_expect_eq(pic_count(tex, "\\end{tikzpicture}"), 1);
}

/* ---- tests ---- */

Test(draw_tikz, of_hostile_names)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_draw_opts o = FULL;
    o.title = "100% of $x_1$ \\end{frame} & \"more\"", o.legend = false;
    char *tex = pic_text(latex_hostile_graph(c), "tex", o);
    expect_syntax(tex);
    HAS_NOT(tex, "\\input{/etc", "\\end{document}");
}

/* A slide for each step. */
GRAPH_TEST(draw_tikz, has_overlays)
{
    const double two = 2, three = 3;
    wg_node x = wg_input(g, "x", wg_view_f64(&two, WG_SCALAR)),
            w = wg_input(g, "w", wg_view_f64(&three, WG_SCALAR));
    wg_node L = wg_name(wg_mul(x, w), "L");
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .steps = true, .backward = true);
    char *tex = pic_text(L, "tex", o);
    expect_syntax(tex);
    HAS(tex, "5 slides");                             /* what is given, L, dL, dx, dw */
    HAS(tex, "\\onslide<2->{\\node");                 /* L's value */
    cr_expect_eq(pic_count(tex, "\\onslide<4->"), 2); /* dx and its link */
    HAS(tex, "\\onslide<5>{", "dw = x = 2");
    o.hide = "L,dw";
    tex = pic_text(L, "tex", o);
    HAS(tex, "{$\\mathrm{d}w$ = ?}", "dw = x = ?");
    cr_expect_eq(wg_draw_at(WG_HERE, L, "slide-%02d.tex", &o), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "slide-%02d.tex: LaTeX has all steps in one file");
    HAS_NOT(tex, "{6}");
}
