/* test_dot_file.c: wg_draw_file: DOT files of anybody as pictures of ours. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

static char warned[2000];
static int warnings;

static void hear(void *user, const char *message)
{
    snprintf(warned, sizeof warned, "%s", message);
    warnings++;
}

/* The picture of a file of these bytes, or the error's message. */
static char *draw_bytes(const char *bytes, size_t length, const wg_draw_opts *o)
{
    PIC_NEEDS_DOT;
    wg_context *c = wg_start(&(wg_options){ .on_warning = hear, .threads = 1 });
    char *file = pic_path("in.dot"), *svg = pic_path("out.svg");
    FILE *f = fopen(file, "wb");
    cr_assert(f && fwrite(bytes, 1, length, f) == length && !fclose(f));
    *warned = 0, warnings = 0;
    char *text = wg_draw_file(c, file, svg, o) == WG_OK ? pic_read(svg) : pic_keep(strdup(wg_message(c)));
    wg_finish(c, NULL);
    return text;
}

static char *draw_text(const char *text) { return draw_bytes(text, strlen(text), NULL); }

/* ---- what is drawn ---- */

/* Boxes, links and arrows; in each case there are at most 9 of them. */
Test(dot_file, names_and_links, .fini = pic_clean_up)
{
    static const struct {
        const char *text;
        int boxes, links, arrows;
    } cases[] = {
        { "digraph { a -> b -> c; a -> c }", 3, 3, 3 },
        { "graph { a -- b -- c }", 3, 2, 0 },
        { "strict digraph { a -> b; a -> b }", 2, 1, 1 },
        { "digraph { a:n -> b:f0:w }", 2, 1, 1 },
        { "digraph { a -> b [dir=none]; b -> c [dir=back] }", 3, 2, 1 },
        { "graph { a -- b [dir=forward] }", 2, 1, 1 },
        { "digraph { a -> a; a -> b; b -> a }", 2, 3, 3 },
        { "digraph { a -> {b c d} }", 4, 3, 3 },
        { "digraph { a; b [style=invis]; a -> b; a -> c [style=\"invis,bold\"] }", 2, 0, 0 },
        { "digraph { subgraph s { a b } -> c }", 3, 2, 2 },
        { "digraph {}", 0, 0, 0 },
        { "\xef\xbb\xbf"
          "digraph { a }",
          1, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *svg = draw_text(cases[i].text);
        cr_assert(!strncmp(svg, "<svg", 4), "%s: %s", cases[i].text, svg);
        cr_expect_eq(pic_count(svg, "<g class=\"op\""), cases[i].boxes, "%s: boxes", cases[i].text);
        cr_expect_eq(pic_count(svg, "<g class=\"forward"), cases[i].links, "%s: links", cases[i].text);
        cr_expect_eq(pic_count(svg, "<polygon"), cases[i].arrows, "%s: arrows", cases[i].text);
        pic_expect_well_formed(svg);
    }
}

/* The lines of the box, with a bar between them, as Graphviz' pages on labels, records and HTML say. */
Test(dot_file, labels_are_lines_of_text, .fini = pic_clean_up)
{
    static const char *const cases[][2] = {
        { "a", "a" },
        { "a [label=\"one\\ntwo\\lthree\\r\"]", "one|two|three" },
        { "a [label=\"\\N and \\\\N\"]", "a and &#92;N" },
        { "a [label=\"&lt;b&gt; &amp; &#946; &#x3b2; &what;\"]", "&lt;b&gt; &amp; β β &amp;what;" },
        { "a [label=\"two\" + \"gether\"]", "twogether" },
        { "aa -> bb [label=\"\\E \\T \\H \\G\"]", "aa|bb|aa-&gt;bb aa bb G" },
        { "a [shape=record, label=\"<f0> left|<f1> mid\\ dle|{up | do\\|wn}\"]", "left|mid dle|up|do|wn" },
        { "a [shape=box, label=\"{x|y}\"]", "{x|y}" },
        { "a [label=<<table border=\"0\"><tr><td>A</td><td port=\"p\">B &lt; "
          "C</td></tr><tr><td>D</td></tr></table>>]",
          "A B &lt; C|D" },
        { "a [label=<<b>bold</b><br/>next<!-- no <i>note</i> -->>]", "bold|next" },
        { "a [label=\"\xe9t\xe9\"]", "été" },
        { "a [label=\"%s%n <script>\"]", "%s%n &lt;script&gt;" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400], lines[400] = "";
        snprintf(text, sizeof text, "digraph G { %s }", cases[i][0]);
        const char *svg = draw_text(text);
        for (const char *s = svg; (s = strstr(s, "<text "));) {
            s = strchr(s, '>') + 1;
            snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "%s%.*s", *lines ? "|" : "",
                     (int)(strstr(s, "</text>") - s), s);
        }
        cr_expect_str_eq(lines, cases[i][1], "%s: %s", cases[i][0], lines);
    }
}

Test(dot_file, clusters_and_titles, .fini = pic_clean_up)
{
    const char *text = "digraph flow { subgraph cluster_a { label=outer; subgraph cluster_b { label=<inner "
                       "&amp; more>; x } y } "
                       "subgraph other { z } label=\"The \\G of\\nit\"; x -> y -> z; }",
               *svg = draw_text(text);
    cr_expect_eq(pic_count(svg, "<g class=\"scope\""), 2);
    SHOWS(svg, ">outer<", ">inner &amp; more<", "<title>cluster</title>", ">The flow of it<", "<desc",
          "3 boxes, 2 links");
    svg = draw_bytes(text, strlen(text), &(wg_draw_opts){ .title = "Mine", .id = "pic" });
    SHOWS(svg, ">Mine<", "!>The", "id=\"pic-n0\"");
}

/* The direction of ranks: down, unless the file says another one. */
Test(dot_file, rankdir_decides, .fini = pic_clean_up)
{
    for (int across = 0; across < 2; across++) {
        double w, h;
        const char *svg =
            draw_text(across ? "digraph { rankdir=LR; a->b->c->d->e }" : "digraph { a->b->c->d->e }");
        cr_assert_eq(sscanf(strstr(svg, "viewBox"), "viewBox=\"0 0 %lf %lf\"", &w, &h), 2);
        cr_expect(across ? w > 2 * h : h > 2 * w, "%g x %g", w, h);
    }
}

/* ---- labels of links ---- */

/* A label stands in its link, between two pieces of it, of which the second has the arrow. */
Test(dot_file, labels_of_links, .fini = pic_clean_up)
{
    static const struct {
        const char *text, *says;
        int pieces, arrows;
    } cases[] = {
        { "digraph { a -> b [label=one]; a -> a [label=two] }", "2 boxes, 2 links", 4, 2 },
        { "digraph { a -> b [label=one, dir=back]; a -> b [label=two] }", "2 boxes, 2 links", 4, 2 },
        { "graph { a -- b [label=one]; a -- b [label=two] }", "2 boxes, 2 links", 4, 0 },
        { "digraph { subgraph cluster_c { a -> b [label=<<i>one</i>>] } b -> c [label=two] }",
          "3 boxes, 2 links", 4, 2 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *svg = draw_text(cases[i].text);
        SHOWS(svg, ">one</text>", ">two</text>", cases[i].says);
        cr_expect_eq(pic_count(svg, "<g class=\"label\""), 2);
        cr_expect_eq(pic_count(svg, "<g class=\"forward"), cases[i].pieces);
        cr_expect_eq(pic_count(svg, "<polygon"), cases[i].arrows, "%s", cases[i].text);
    }
}

Test(dot_file, links_with_the_same_ends_are_counted, .fini = pic_clean_up)
{
    const char *svg = draw_text("digraph { c -> d; c -> d; c -> d; d -> c }");
    SHOWS(svg, ">×3<", "2 boxes, 2 links");
    cr_expect_eq(pic_count(svg, "<g class=\"forward"), 2);
}

/* ---- what is not drawn ---- */

Test(dot_file, one_warning_names_what_is_not_drawn, .fini = pic_clean_up)
{
    draw_text("digraph { size=\"3,4\"; a [color=red, label=x]; b [shape=record]; a -> b [arrowhead=dot, "
              "label=y] }");
    cr_expect_eq(warnings, 1);
    SHOWS(warned, "in.dot: not drawn: graph: size; node: color; edge: arrowhead", "!label", "!shape");
    draw_text("digraph { a -> b [label=x] }");
    cr_expect_eq(warnings, 0);
    draw_text("digraph { a -> b [dir=both] }");
    SHOWS(warned, "dir=both");
    draw_text("digraph { a } digraph { b }");
    SHOWS(warned, "more than one graph");
}

/* ---- files that are wrong ---- */

Test(dot_file, mistakes_have_their_line, .fini = pic_clean_up)
{
    static const char *const cases[][2] = {
        { "digraph {\n a -> b\n b -> -> c\n}\n", "in.dot:3: syntax error near '->'" },
        { "graph {\n a -> b\n}\n", "in.dot:2: syntax error near '->'" },
        { "digraph {\n a -- b\n}\n", "in.dot:2: syntax error near '--'" },
        { "digraph {\n a [label=\"no end]\n b\n", "in.dot:2: syntax error scanning a quoted string" },
        { "digraph {\n a [label=<no end]\n", "in.dot:3: syntax error scanning a HTML string" },
        { "digraph {\n/* no end\n", "in.dot:3: syntax error scanning a /*...*/ comment" },
        { "digraph {\n a\n", "in.dot:3: syntax error" },
        { "digraph { a }\n} b\n", "in.dot:2: syntax error near '}'" },
        { "a = 3\n", "in.dot:1: syntax error near 'a'" },
        { "", "in.dot: there is no graph in it" },
        { "\xff\xd8\xff\xe0", "in.dot:1: syntax error" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) SHOWS(draw_text(cases[i][0]), cases[i][1]);
    SHOWS(draw_bytes("digraph {\n\na\0b }", 16, NULL), "in.dot:3: a byte is zero");
}

/* Short files that ask for much: nodes, links, depth, memory. */
Test(dot_file, files_that_ask_for_much, .fini = pic_clean_up)
{
    enum { ROOM = 1 << 20 };
    char *text = malloc(ROOM), *at = text + sprintf(text, "digraph { ");
    for (int i = 0; i < 500; i++) at += sprintf(at, "n%d;", i);
    strcpy(at, "}");
    SHOWS(draw_text(text), "in.dot has 500 nodes, more than 400: raise .most");
    SHOWS(draw_bytes(text, strlen(text), &(wg_draw_opts){ .most = 500 }), "</svg>");
    at = text + sprintf(text, "digraph { ");
    for (int i = 0; i < 9000; i++) at += sprintf(at, "a->b;");
    strcpy(at, "}");
    SHOWS(draw_text(text), "in.dot has 9000 links, more than 8000: raise .most");
    at = text + sprintf(text, "digraph {\n");
    for (int i = 0; i < 100000; i++) at += sprintf(at, "{");
    SHOWS(draw_text(text), "in.dot:2: memory exhausted");
    at = text + sprintf(text, "digraph { {");
    for (int i = 0; i < 20000; i++) at += sprintf(at, "a%d ", i);
    at += sprintf(at, "} -> {");
    for (int i = 0; i < 20000; i++) at += sprintf(at, "b%d ", i);
    strcpy(at, "} }");
    const char *said = draw_bytes(text, strlen(text), &(wg_draw_opts){ .seconds = 2 });
    cr_expect(strstr(said, "in.dot: not read after 2 seconds") ||
                  strstr(said, "in.dot: needs more than a gigabyte"),
              "%s", said);
    free(text);
}

/* A file with a few bytes changed is drawn, or it is an error; and the second time it is the same. */
Test(dot_file, any_bytes, .fini = pic_clean_up)
{
    static const char file[] =
        "strict digraph \"G\" { /* c */ rankdir=LR node [shape=record, label=\"\\N\"]\n"
        "subgraph cluster_0 { label=<a <b>b</b>>; a:f0 -> b:n [label=\"x\\l\", dir=back] }\n"
        "# line\n c [label=\"<f0> l|{r | s}\"]; b -- c; edge [style=dotted] a -> {c d} -> e }\n";
    static const char signs[] = "{}[]<>\"'\\;,=->|&#/*:+ \n\t%az09_\x80\xff\xc3";
    wgt_random r = { wgt_seed() };
    int drawn = 0;
    for (int i = 0; i < 100; i++) {
        char bytes[sizeof file];
        memcpy(bytes, file, sizeof file);
        for (int64_t k = wgt_below(&r, 4); k >= 0; k--)
            bytes[wgt_below(&r, (int)sizeof file - 1)] = signs[wgt_below(&r, (int)sizeof signs - 1)];
        bytes[strcspn(bytes, "-")] = '-';
        const char *once = draw_bytes(bytes, sizeof file - 1, NULL);
        const bool whole = !strncmp(once, "<svg", 4);
        cr_assert(whole || strstr(once, "in.dot:"), "%s\n%s", bytes, once);
        if (whole) pic_expect_well_formed(once);
        drawn += whole;
        if (i % 10 == 0) cr_expect_str_eq(draw_bytes(bytes, sizeof file - 1, NULL), once);
    }
    cr_expect_lt(drawn, 100);
}

/* ---- calls ---- */

static int drawn_after_error;

static void draw_again(void *user, wg_status s, const char *message)
{
    wg_context *c = wg_start(&(wg_options){ .threads = 1, .on_warning = wg_no_warnings });
    drawn_after_error += wg_draw_graph(wg_graph_new(c), pic_path("again.dot"), NULL) == WG_OK;
    wg_finish(c, NULL);
}

/* The function of the user may draw DOT itself, while the first call is not over. */
Test(dot_file, an_error_may_draw, .fini = pic_clean_up)
{
    PIC_NEEDS_DOT;
    wg_context *c = wg_start(&(wg_options){ .on_error = draw_again, .threads = 1 });
    char *file = pic_path("in.dot");
    FILE *f = fopen(file, "w");
    fprintf(f, "digraph { {");
    for (int i = 0; i < 20000; i++) fprintf(f, "a%d ", i);
    fprintf(f, "} -> {");
    for (int i = 0; i < 20000; i++) fprintf(f, "b%d ", i);
    fprintf(f, "} }");
    fclose(f);
    cr_expect_eq(wg_draw_file(c, file, pic_path("x.svg"), &(wg_draw_opts){ .seconds = 0.5 }),
                 WG_ERROR_FORMAT);
    cr_expect_eq(drawn_after_error, 1);
    wg_finish(c, NULL);
}

Test(dot_file, what_does_not_fit, .fini = pic_clean_up)
{
    PIC_NEEDS_DOT;
    WGT_IN_CONTEXT(WG_F64, NULL);
    char *file = pic_path("x.dot"), *svg = pic_path("x.svg");
    pic_write(file, "digraph { a -> b }", 0600);
    wg_draw_file(c, file, svg, &(wg_draw_opts){ .values = true });
    wgt_expect_error(c, WG_ERROR_VALUE, ".values goes with a graph's picture");
    wg_draw_file(c, file, pic_path("x.html"), NULL);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be svg, png, pdf or tex");
    wg_draw_file(c, pic_path("none.dot"), svg, NULL);
    wgt_expect_error(c, WG_ERROR_FILE, "none.dot: cannot be read: No such file");
    wg_draw_file(c, NULL, svg, NULL);
    wgt_expect_error(c, WG_ERROR_USE, "the file is NULL");
    cr_expect_eq(wg_draw_file(NULL, file, svg, NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "the context is NULL");
    cr_expect_eq(wg_draw_file(c, file, svg, NULL), WG_OK);
}
