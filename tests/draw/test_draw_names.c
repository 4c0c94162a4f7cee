/* test_draw_names.c: pictures of nodes and scopes with any name: the DOT text can be read back, and `dot` has
 * nothing to say. */
#include "picture.h"

#include <stdlib.h>

static char *long_name(void)
{
    char *s = malloc(10241);
    for (int i = 0; i < 10240; i++) s[i] = "<&>\"\\{}|a\n"[i % 10];
    s[10240] = 0;
    return s;
}

/* Runs `dot` on the text; its exit status must be 0 and its standard error empty. Edges are straight lines,
 * since of long curved ones it may complain whatever the names. */
static void expect_clean(const char *dot, const char *name)
{
    char *in = pic_path("hostile.dot"), *err = pic_path("hostile.err"), command[512];
    pic_write(in, dot, 0600);
    snprintf(command, sizeof command, "dot -Tsvg -Gsplines=line '%s' >/dev/null 2>'%s'", in, err);
    int status = system(command);
    char *said = pic_read(err);
    cr_assert(status == 0 && said && !*said, "%.60s: status %d, %s", name, status, said);
}

Test(draw_names, any_name_can_be_drawn)
{
    static const char *const names[] = {
        "<&>\"\\ {}|",
        "line\nbreak",
        "😀 emoji",
        "\xff\xfe invalid \xc3",
        "\xed\xa0\x80 surrogate",
        "overlong \xc0\xaf",
        "\\N \\G \\L",
        "&amp;",
        "]]>",
        "<table><tr><td>x</td></tr></table>",
        "<font color=\"#767676\">",
        "</table>",
        "n1",
        "cluster_1",
        "graph",
        "%1",
        " ",
        "",
        "\x01\x02\x7f",
        "\xc2\x85 control",
        "אבג עברית",
        "a\tb",
        "strict",
        "--",
        "1.5e3",
        "<!-- -->",
        "\xef\xbf\xbf",
        "'",
        "\"",
        "\\",
        "\\\"",
    };
    bool dot_here = pic_have_dot();
    char *longest = long_name();
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        const char *name = i < sizeof names / sizeof *names ? names[i] : longest;
        WGT_IN_GRAPH(WG_F64, NULL);
        double v = 2;
        wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f64(&v, WG_SCALAR));
        wg_scope_push(g, name);
        wg_node y = wg_name(wg_square(x), name);
        wg_scope_pop(g);
        char *dot = pic_dot(y, &WG_OPTS(wg_draw_opts, .values = true, .backward = true, .title = name));
        cr_assert(dot, "%s", wg_message(c));
        cr_assert_lt(strlen(dot), 20000, "%zu bytes", strlen(dot));
        pic_expect_counts(dot, 2, 2, 1);
        if (dot_here) expect_clean(dot, name);
    }
    free(longest);
    pic_clean_up();
}

GRAPH_TEST(draw_names, random_names_can_be_drawn)
{
    wgt_random r = { wgt_seed() };
    double v = 0.5;
    wg_node h = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    for (int i = 0; i < 300; i++) {
        char name[40];
        int length = (int)wgt_below(&r, 39);
        for (int k = 0; k < length; k++)
            name[k] = (char)(wgt_below(&r, 4) ? "<>&\"\\{}[]/%;\n\xc3\xe2\xf0\x9f"[wgt_below(&r, 18)]
                                              : wgt_below(&r, 255) + 1);
        name[length] = 0;
        wg_scope_push(g, name);
        h = wg_name(wg_sin(h), name);
        wg_scope_pop(g);
    }
    char *dot = pic_dot(h, &WG_OPTS(wg_draw_opts, .fold = false));
    cr_assert(dot, "seed %llu: %s", (unsigned long long)wgt_seed(), wg_message(c));
    pic_expect_counts(dot, 301, 300, 0);
    if (pic_have_dot()) expect_clean(dot, "random names"), pic_clean_up();
}

/* `dot` would put its own names of graph, node and edge in place of \G, \N and \E. */
GRAPH_TEST(draw_names, backslashes_are_no_escapes)
{
    wgt_needs("dot");
    double v = 2;
    const char *name = "a\\N\\G\\E\\T\\H\\Lb";
    wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f64(&v, WG_SCALAR));
    wg_scope_push(g, name);
    wg_node y = wg_name(wg_sin(x), name);
    wg_scope_pop(g);
    char *svg = pic_by_dot(y, &WG_OPTS(wg_draw_opts, .title = name));
    /* The title, the scope, each of two nodes in its box and its tip, in the formula and "in scope" again. */
    cr_assert_eq(pic_count(svg, "a\\\u200BN\\\u200BG\\\u200BE\\\u200BT\\\u200BH\\\u200BLb"), 8);
}
