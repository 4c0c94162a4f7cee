/* test_draw.c: pictures: the same bytes always, every number shown is the graph's, any name, any graph, and nothing changed. */
#include "picture.h"

#include <locale.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#if WG_WITH_GRAPHVIZ

#include <cgraph.h>

/* A number as pictures show it: four digits, a real minus sign. */
static const char *shown(double v)
{
    static char text[8][40];
    static int turn;
    char digits[32], *to = text[turn = (turn + 1) % 8];
    snprintf(digits, sizeof digits, "%.4g", fabs(v));
    snprintf(to, 40, "%s%s", v < 0 ? "−" : "", digits);
    return to;
}

static wg_node make_chain(wg_context *c, int64_t length)
{
    static const double start = 0.5;
    wg_graph *g = wg_graph_new(c);
    wg_node h = wg_input(g, "x", wg_view_f64(&start, WG_SCALAR));
    for (int64_t i = 0; i < length; i++) h = wg_sin(h);
    return h;
}

/* ---- the same bytes always ---- */

static char *draw_layers(void)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *dot = pic_dot(pic_layers(c, 8),
                        &(wg_draw_opts){ .values = true, .backward = true, .title = "eight layers" });
    cr_assert(dot, "%s", wg_message(c));
    wgt_finish(c, NULL);
    return dot;
}

Test(draw, same_bytes_in_one_process)
{
    char *first = draw_layers();
    wgt_random r = { wgt_seed() };
    void *held[64] = { 0 };
    for (int i = 0; i < 600; i++) {
        for (int k = 0; k < 8; k++) { /* another heap each time */
            int slot = (int)wgt_below(&r, 64);
            free(held[slot]);
            held[slot] = malloc((size_t)wgt_below(&r, 4000) + 1);
        }
        if (i == 300) mallopt(M_PERTURB, 0xA5);
        char *again = draw_layers();
        cr_assert_str_eq(again, first, "picture %d differs", i);
        free(again);
    }
    for (int k = 0; k < 64; k++) free(held[k]);
    free(first);
}

Test(draw, same_bytes_in_any_locale)
{
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "de_DE",
                                         "fr_FR.UTF-8", "fr_FR.utf8", "pt_BR.UTF-8" };
    char *first = draw_layers();
    size_t i = 0;
    while (i < sizeof names / sizeof *names && !setlocale(LC_ALL, names[i])) i++;
    if (i == sizeof names / sizeof *names) cr_skip_test("no locale with a decimal comma here");
    char comma[8];
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    cr_assert_str_eq(comma, "0,5", "the locale %s has no decimal comma", names[i]);
    char *again = draw_layers();
    cr_assert_str_eq(again, first);
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    cr_assert_str_eq(comma, "0,5", "drawing changed the locale");
    free(first), free(again);
}

static void *draw_often(void *wrong)
{
    char *first = draw_layers();
    for (int i = 0; i < 100; i++) {
        char *again = draw_layers();
        if (strcmp(first, again)) ++*(int *)wrong;
        free(again);
    }
    free(first);
    return NULL;
}

Test(draw, same_bytes_in_two_threads)
{
    pthread_t thread[2];
    int wrong[2] = { 0 };
    for (int i = 0; i < 2; i++) cr_assert_eq(pthread_create(&thread[i], NULL, draw_often, &wrong[i]), 0);
    for (int i = 0; i < 2; i++) cr_assert_eq(pthread_join(thread[i], NULL), 0);
    cr_assert_eq(wrong[0] + wrong[1], 0);
}

/* ---- what is in the picture ---- */

static void expect_counts(const char *dot, int nodes, int edges, int backward)
{
    Agraph_t *g = agmemread(dot);
    cr_assert(g, "libcgraph cannot read it: %s", dot);
    int back = 0;
    for (Agnode_t *n = agfstnode(g); n; n = agnxtnode(g, n)) {
        cr_assert(aghtmlstr(agget(n, (char[]){ "label" })), "the label of %s is not HTML", agnameof(n));
        for (Agedge_t *e = agfstout(g, n); e; e = agnxtout(g, e))
            back += strcmp(agget(e, (char[]){ "class" }), "backward") == 0;
    }
    cr_assert_eq(agnnodes(g), nodes, "%d nodes, not %d", agnnodes(g), nodes);
    cr_assert_eq(agnedges(g), edges, "%d edges, not %d", agnedges(g), edges);
    cr_assert_eq(back, backward, "%d backward edges, not %d", back, backward);
    agclose(g);
}

/* x w b y, mul sum z a, log mul, sub log sub mul, add L are 16; the number 1 stands in its consumers' formulas. */
Test(draw, neuron_is_read_back)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *dot = wg_draw_dot(n.L, NULL);
    expect_counts(dot, 16, 17, 0);
    HAS_NOT(dot, "record");
    wg_free(c, dot);
    dot = wg_draw_dot(n.L, &(wg_draw_opts){ .backward = true });
    expect_counts(dot, 16, 34, 17);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, squares_have_two_edges)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v = 3;
    wg_node x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    char *dot = wg_draw_dot(wg_mul(x, x), NULL);
    expect_counts(dot, 2, 2, 0);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* Eight layers: each a parameter, a product, a tanh; x and the sum. 16 clusters: two a layer. */
Test(draw, scopes_are_clusters)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node root = pic_layers(c, 8);
    char *dot = wg_draw_dot(root, NULL);
    expect_counts(dot, 26, 25, 0);
    cr_assert_eq(pic_count(dot, "subgraph cluster_"), 16);
    HAS(dot, "layer.7");
    wg_free(c, dot);
    dot = wg_draw_dot(root, &(wg_draw_opts){ .no_scopes = true });
    cr_assert_eq(pic_count(dot, "subgraph"), 0);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* σ(1.1), −ln σ(1.1), and by the chain rule da = −1/a, dz = a − 1, dw = (a − 1) x, db = a − 1, dx = (a − 1) w. */
Test(draw, numbers_are_the_graphs)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *dot = wg_draw_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true });
    double a = 1 / (1 + exp(-1.1)), dz = a - 1;
    char text[200];
    HAS(dot, ">1.1<");
    snprintf(text, sizeof text, ">%s<", shown(a));
    HAS(dot, text);
    snprintf(text, sizeof text, ">%s<", shown(-log(a)));
    HAS(dot, text);
    snprintf(text, sizeof text, ">da = %s<", shown(-1 / a));
    HAS(dot, text);
    snprintf(text, sizeof text, ">dz = %s<", shown(dz));
    HAS(dot, text);
    snprintf(text, sizeof text, ">dw = [%s, %s]<", shown(dz), shown(-2 * dz));
    HAS(dot, text);
    snprintf(text, sizeof text, ">db = %s<", shown(dz));
    HAS(dot, text);
    snprintf(text, sizeof text, ">dx = [%s, %s]<", shown(0.5 * dz), shown(-0.3 * dz));
    HAS(dot, text);
    HAS(dot, ">dL = 1<");
    snprintf(text, sizeof text, ">%s<", shown(wg_item(n.L)));
    HAS(dot, text);
    HAS_NOT(dot, "NaN");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, gradients_only_on_the_way_to_wrt)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *dot =
        wg_draw_dot(n.L, &(wg_draw_opts){ .backward = true, .wrt = (wg_node[]){ n.w, n.b }, .wrt_count = 2 });
    HAS(dot, ">dw = ");
    HAS(dot, ">db = ");
    HAS(dot, ">dz = ");
    HAS_NOT(dot, ">dx = ");
    HAS_NOT(dot, ">dy = ");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, kinds_are_words_too)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    wg_params *p = wg_params_new(c);
    wg_node s = wg_state(wg_graph_of(n.L), p, "mean", WG_SCALAR, wg_const(2)),
            k = wg_name(wg_scalar(wg_graph_of(n.L), 7), "seven");
    char *dot = wg_draw_dot(wg_add(wg_add(n.L, s), k), NULL);
    HAS(dot, ">input<");
    HAS(dot, ">parameter<");
    HAS(dot, ">state<");
    HAS(dot, ">constant<");
    HAS(dot, ">op · sigmoid<");
    HAS(dot, ">loss · add<");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, formulas_have_the_operands_names)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v = 3;
    wg_node u = wg_input(g, "u", wg_view_f64(&v, WG_SCALAR)),
            w = wg_input(g, "w", wg_view_f64(&v, WG_SCALAR));
    wg_node s = wg_name(wg_add(u, w), "s"), t = wg_name(wg_mul(s, -2.5), "t");
    char *dot = wg_draw_dot(t, NULL);
    HAS(dot, ">s = u + w<");
    HAS(dot, ">t = s · (−2.5)<");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, not_a_number_is_marked)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v[] = { -1, 4 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2))), y = wg_log(x);
    char *dot = wg_draw_dot(y, &(wg_draw_opts){ .values = true });
    HAS(dot, "bgcolor=\"#ffcdd2\"><font color=\"#b71c1c\"><b>[NaN, 1.386]");
    wg_free(c, dot);
    dot = wg_draw_dot(x, &(wg_draw_opts){ .values = true });
    HAS_NOT(dot, "#ffcdd2");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* Four states: a number, an exact zero, not to be had (–), none needed (no row). */
Test(draw, a_zero_gradient_is_not_a_missing_one)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v = -3;
    int32_t k[] = { 1, 0 };
    wg_node x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR)),
            i = wg_input(g, "i", wg_view_i32(k, WG_SHAPE(2)));
    wg_node r = wg_name(wg_relu(x), "r"), root = wg_name(wg_add(r, wg_sum(wg_mul(i, x))), "root");
    char *dot = wg_draw_dot(root, &(wg_draw_opts){ .values = true, .backward = true });
    HAS(dot, ">dr = 1<");
    HAS(dot, ">dx = 1<");
    HAS_NOT(dot, ">di = ");
    HAS_NOT(dot, "–");
    wg_free(c, dot);
    dot = wg_draw_dot(wg_sum(r), &(wg_draw_opts){ .backward = true });
    HAS(dot, ">dx = 0<");
    HAS_NOT(dot, "–");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, large_values_are_summed_up)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v[100], m[] = { 1, -2, 3, 4.5 };
    for (int i = 0; i < 100; i++) v[i] = i;
    char *dot =
        wg_draw_dot(wg_input(g, "x", wg_view_f64(v, WG_SHAPE(100))), &(wg_draw_opts){ .values = true });
    HAS(dot, "[0, 1, … ×100]");
    HAS(dot, "μ = 49.5, σ = 28.87"); /* √((100² − 1)/12) */
    wg_free(c, dot);
    dot = wg_draw_dot(wg_input(g, "m", wg_view_f64(m, WG_SHAPE(2, 2))), &(wg_draw_opts){ .values = true });
    HAS(dot, "[[1, −2],");
    HAS(dot, "[3, 4.5]]");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* ---- failed graphs ---- */

Test(draw, a_failed_call_is_drawn)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    double v[6] = { 0 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2, 3)));
    wg_node W = wg_param(g, p, "W", WG_SHAPE(4, 5), wg_zeros());
    wg_node h = wg_name(wg_tanh(x), "h");
    wg_node bad = wg_relu(wg_matmul(h, W));
    char message[1024];
    snprintf(message, sizeof message, "%s", wg_message(c));
    cr_assert_neq(wg_failed(c), WG_OK);
    for (int whole = 0; whole < 2; whole++) {
        char *path = pic_path("failed.dot");
        cr_assert_eq(whole ? wg_draw_graph(g, path, &(wg_draw_opts){ .values = true, .backward = true })
                           : wg_draw(bad, path, NULL),
                     WG_OK);
        char *dot = pic_read(path);
        HAS(dot, "class=failed");
        HAS(dot, ">failed<");
        HAS(dot, "matmul(h, W)");
        HAS(dot, "[2,3]");
        HAS(dot, "[4,5]");
        HAS(dot, "#ffcdd2");
        HAS(dot, "test_draw.c:");
        cr_assert_eq(pic_count(dot, "class=parameter"), 1);
        cr_assert_eq(pic_count(dot, "class=input"), 1);
        if (whole) HAS(dot, " = –<");
        free(dot), free(path);
    }
    cr_assert_str_eq(wg_message(c), message, "drawing changed the error");
    wgt_drop(c, NULL);
    pic_clean_up();
}

Test(draw, mistakes_are_named)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    pic_parts n = pic_neuron(c);
    char *path = pic_path("no.txt");
    cr_assert_eq(wg_draw(n.L, path, NULL), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be dot, svg, png or pdf");
    cr_assert_eq(wg_draw(n.w, "w.dot", &(wg_draw_opts){ .backward = true }), WG_ERROR_SHAPE);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[2]");
    cr_assert_eq(wg_draw(n.L, "/nowhere/at/all.dot", NULL), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.dot");
    cr_assert_eq(wg_draw(wg_none, "none.dot", NULL), WG_ERROR_USE);
    cr_assert_eq(wg_draw_graph(NULL, "none.dot", NULL), WG_ERROR_USE);
    wg_begin(wg_graph_of(n.L), WG_TRAIN);
    cr_assert_eq(wg_draw(n.L, "old.dot", NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "test_draw.c:");
    free(path);
    wgt_finish(c, NULL);
    pic_clean_up();
}

/* ---- size ---- */

Test(draw, a_million_nodes_are_folded)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node root = make_chain(c, 1000000);
    char *dot = wg_draw_dot(root, &(wg_draw_opts){ .values = true });
    cr_assert(dot, "%s", wg_message(c));
    HAS(dot, "×1,000,000");
    HAS(dot, "sin");
    wg_free(c, dot);
    cr_assert_null(wg_draw_dot(root, &(wg_draw_opts){ .fold = -1 }));
    wgt_expect_error(c, WG_ERROR_VALUE, "1000001");
    wgt_finish(c, NULL);
}

Test(draw, what_does_not_repeat_is_refused_with_its_size)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wgt_random r = { 5 };
    double v = 0.5;
    wg_node h = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    for (int i = 0; i < 3000; i++)
        h = wgt_below(&r, 2) ? wg_sin(h) : wgt_below(&r, 2) ? wg_tanh(h) : wg_square(h);
    cr_assert_null(wg_draw_dot(h, NULL));
    cr_assert_eq(wg_failed(c), WG_ERROR_VALUE);
    HAS(wg_message(c), "more than 400");
    HAS(wg_message(c), "3001 nodes");
    wg_recover(c);
    char *dot = wg_draw_dot(h, &(wg_draw_opts){ .most = 4000, .fold = -1 });
    cr_assert(dot);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* Layers of four nodes with parameters of their own become one box; ends and scopes remain. */
Test(draw, repeated_layers_are_folded)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node root = pic_layers(c, 200);
    char *dot = wg_draw_dot(root, NULL);
    cr_assert(dot, "%s", wg_message(c));
    HAS(dot, "×200");
    HAS(dot, "param → matmul → tanh");
    HAS(dot, "1,800 parameters");
    expect_counts(dot, 3, 2, 0);
    wg_free(c, dot);
    dot = wg_draw_dot(root, &(wg_draw_opts){ .most = 10000, .backward = true });
    cr_assert_eq(pic_count(dot, "class=parameter"), 200);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

static wg_node make_unrolled(wg_context *c, int steps)
{
    static const double v[4] = { 0.1, 0.2, 0.3, 0.4 };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_const(0.1)),
            U = wg_param(g, p, "U", WG_SHAPE(2, 2), wg_const(0.2));
    wg_node b = wg_param(g, p, "b", WG_SHAPE(2), wg_zeros()),
            h = wg_input(g, "h0", wg_view_f64(v, WG_SHAPE(2, 2)));
    for (int t = 0; t < steps; t++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", t);
        wg_scope_push_i(g, "t", t);
        wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f64(v, WG_SHAPE(2, 2)));
        wg_node xU = wg_matmul(x, U), hW = wg_matmul(h, W), sum = wg_add(xU, hW);
        h = wg_tanh(wg_add(sum, b));
        wg_scope_pop(g);
    }
    return wg_name(wg_sum(h), "L");
}

Test(draw, shared_parameters_do_not_stop_dot)
{
    if (!pic_have_dot()) cr_skip_test("dot is not here");
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node root = make_unrolled(c, 60);
    char *path = pic_path("rnn.svg");
    cr_assert_eq(wg_draw(root, path, &(wg_draw_opts){ .backward = true, .values = true }), WG_OK, "%s",
                 wg_message(c));
    char *svg = pic_read(path);
    cr_assert_eq(pic_count(svg, "<g id=\"node"), 3 + 1 + 60 * 6 + 1 + 3 * 59,
                 "a copy of each shared parameter at each use but the first");
    free(svg), free(path);
    wgt_finish(c, NULL);
    pic_clean_up();
}

/* ---- hostile names ---- */

static char *long_name(void)
{
    char *s = malloc(10241);
    for (int i = 0; i < 10240; i++) s[i] = "<&>\"\\{}|a\n"[i % 10];
    s[10240] = 0;
    return s;
}

/* Runs `dot` on the text; its exit status must be 0 and its standard error empty. Edges are straight lines, since of long
 * curved ones it may complain whatever the names. */
static void expect_clean(const char *dot, const char *name)
{
    char *in = pic_path("hostile.dot"), *err = pic_path("hostile.err"), command[512];
    pic_write(in, dot, 0600);
    snprintf(command, sizeof command, "dot -Tsvg -Gsplines=line '%s' >/dev/null 2>'%s'", in, err);
    int status = system(command);
    char *said = pic_read(err);
    cr_assert(status == 0 && said && !*said, "%.60s: status %d, %s", name, status, said);
    free(said), free(in), free(err);
}

Test(draw, any_name_can_be_drawn)
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
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        double v = 2;
        wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f64(&v, WG_SCALAR));
        wg_scope_push(g, name);
        wg_node y = wg_name(wg_square(x), name);
        wg_scope_pop(g);
        char *dot = pic_dot(y, &(wg_draw_opts){ .values = true, .backward = true, .title = name });
        cr_assert(dot, "%s", wg_message(c));
        cr_assert_lt(strlen(dot), 20000, "%zu bytes", strlen(dot));
        expect_counts(dot, 2, 2, 1);
        if (dot_here) expect_clean(dot, name);
        free(dot);
        wgt_finish(c, NULL);
    }
    free(longest);
    pic_clean_up();
}

Test(draw, random_names_can_be_drawn)
{
    wgt_random r = { wgt_seed() };
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
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
    char *dot = wg_draw_dot(h, &(wg_draw_opts){ .fold = -1 });
    cr_assert(dot, "seed %llu: %s", (unsigned long long)wgt_seed(), wg_message(c));
    expect_counts(dot, 301, 300, 0);
    if (pic_have_dot()) expect_clean(dot, "random names"), pic_clean_up();
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* ---- nothing changes ---- */

static double train(wg_context *c, bool draw, double weights[2], uint64_t *epoch)
{
    static const double xs[] = { 1, -2, 0.5, 3 };
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 });
    double last = 0;
    for (int step = 0; step < 5; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2, 2)));
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_normal(0, 1));
        wg_node h = wg_dropout(wg_mul(x, w), .keep_prob = 0.5);
        wg_node loss = wg_sum(wg_square(wg_sub(h, 1)));
        int64_t nodes = wg_graph_nodes(g);
        for (int k = 0; draw && k < 2; k++) {
            char *dot = wg_draw_dot(loss, &(wg_draw_opts){ .values = true, .backward = true });
            cr_assert(dot, "%s", wg_message(c));
            wg_free(c, dot);
        }
        cr_assert_eq(wg_graph_nodes(g), nodes);
        last = wg_item(loss);
        wg_backward(loss, p);
        wg_optim_step(o);
    }
    *epoch = wg_graph_epoch(g);
    wg_params_get(p, weights);
    return last;
}

Test(draw, training_is_the_same_with_pictures)
{
    double weights[2][2], loss[2];
    uint64_t epoch[2];
    for (int draw = 0; draw < 2; draw++) {
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        loss[draw] = train(c, draw, weights[draw], &epoch[draw]);
        wgt_finish(c, NULL);
    }
    cr_assert_eq(loss[0], loss[1]);
    cr_assert_eq(memcmp(weights[0], weights[1], sizeof weights[0]), 0);
    cr_assert_eq(epoch[0], epoch[1]);
}

/* A node that was drawn but never read can still be read after the parameters have moved, as without the picture. */
Test(draw, a_picture_opens_no_evaluation)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    double three = 3;
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), y = wg_square(w);
    char *dot = wg_draw_dot(y, &(wg_draw_opts){ .values = true, .backward = true });
    HAS(dot, ">dw = 4<");
    wg_free(c, dot);
    wg_params_assign(p, "w", &three, 1);
    cr_assert_eq(wg_item(y), 9, "%s", wg_message(c));
    wg_begin(g, WG_TRAIN);
    uint64_t epoch = wg_graph_epoch(g);
    dot = wg_draw_dot(wg_dropout(wg_fill(g, 1, WG_SHAPE(4)), .keep_prob = 0.5),
                      &(wg_draw_opts){ .values = true });
    wg_free(c, dot);
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_graph_epoch(g), epoch, "the next random masks are others");
    wgt_finish(c, NULL);
}

/* Nor does a picture make results: what was not read before the parameters moved cannot be read after, drawn or not. */
Test(draw, a_picture_makes_no_results)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    double three = 3;
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), y = wg_square(w), z = wg_keep(wg_sin(y)),
            L = wg_neg(y), q = wg_cos(w);
    cr_assert_eq(wg_item(L), -4);
    wg_free(c, wg_draw_dot(wg_add(wg_add(L, z), q), &(wg_draw_opts){ .values = true, .backward = true }));
    wg_params_assign(p, "w", &three, 1);
    cr_assert_eq(wg_item(L), -4);
    cr_assert_eq(wg_item(z), sin(4));
    cr_assert(isnan(wg_item(q)));
    wgt_expect_error(c, WG_ERROR_USE, "was not computed before the parameters changed");
    wgt_finish(c, NULL);
}

/* What an op without a derivative stands before has no gradient row, and no error is left behind. */
Test(draw, a_way_without_derivative_is_no_error)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v[] = { 1, 2, 3 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(3))),
            s = wg_input(g, "s", wg_view_f64(v, WG_SCALAR));
    wg_node L = wg_name(wg_mul(wg_sum(wg_stop_gradient(x)), s), "L");
    char *dot = wg_draw_dot(L, &(wg_draw_opts){ .values = true, .backward = true });
    cr_assert(dot, "%s", wg_message(c));
    HAS(dot, ">ds = 6<");
    HAS_NOT(dot, ">dx = [");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

#else

Test(draw, a_build_without_libcgraph_says_so)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    double v = 1;
    cr_assert_null(wg_draw_dot(wg_input(g, "x", wg_view_f64(&v, WG_SCALAR)), NULL));
    wgt_expect_error(c, WG_ERROR_MISSING, "libgraphviz-dev");
    wgt_finish(c, NULL);
}

#endif
