/* test_draw.c: pictures of graphs: the same bytes always, and every number shown is the graph's. */
#include "picture.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

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
}

/* ---- what is in the picture ---- */

/* x w b y, mul sum z a, log mul, sub log sub mul, add L are 16; the number 1 stands in its consumers'
 * formulas. */
NEURON_TEST(draw, neuron_is_read_back)
{
    char *dot = pic_dot(n.L, NULL);
    pic_expect_counts(dot, 16, 17, 0);
    HAS_NOT(dot, "record");
    dot = pic_dot(n.L, &(wg_draw_opts){ .backward = true });
    pic_expect_counts(dot, 16, 30, 13); /* none to x and y, which are no parameters, and to 1 - y */
    dot = pic_dot(
        n.L, &(wg_draw_opts){ .backward = true, .wrt = (wg_node[]){ n.w, n.b, n.x, n.y }, .wrt_count = 4 });
    pic_expect_counts(dot, 16, 34, 17);
}

GRAPH_TEST(draw, squares_have_two_edges)
{
    double v = 3;
    wg_node x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    char *dot = pic_dot(wg_mul(x, x), NULL);
    pic_expect_counts(dot, 2, 2, 0);
}

/* Formulas in the names of the graph, as in a book. */
GRAPH_TEST(draw, formulas_are_mathematics)
{
    double v[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    wg_node Q = wg_input(g, "Q", wg_view_f64(v, WG_SHAPE(3, 3))),
            K = wg_input(g, "K", wg_view_f64(v, WG_SHAPE(3, 3)));
    wg_node b = wg_input(g, "b_1", wg_view_f64(v, WG_SHAPE(3)));
    wg_node z = wg_name(wg_add(wg_matmul(Q, K, .tb = true), b), "z1");
    wg_node a = wg_name(wg_sigmoid(z), "a_hat"), s = wg_name(wg_square(a), "s"), r = wg_name(wg_sqrt(s), "r");
    wg_node theta = wg_name(wg_exp(wg_neg(r)), "theta"), e = wg_name(wg_exp(s), "e");
    const char *dot =
        pic_text(wg_addn(((wg_node[]){ theta, e, wg_mul(r, -2) }), 3), "dot", (wg_draw_opts){ 0 });
    SHOWS(dot, ">QKᵀ<", ">z₁ = QKᵀ + b₁<", ">â = σ(z₁)<", ">s = â²<", ">r = √s<");
    /* A node is called e. */
    SHOWS(dot, ">θ = exp(−r)<", ">e = exp(s)<", ">r · (−2)<", ">θ + e + r · (−2)<");
}

/* Eight layers: each a parameter, a product, a tanh; x and the sum. 16 clusters: two a layer. */
Test(draw, scopes_are_clusters)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node root = pic_layers(c, 8);
    char *dot = pic_dot(root, NULL);
    pic_expect_counts(dot, 26, 25, 0);
    cr_assert_eq(pic_count(dot, "subgraph cluster_"), 16);
    HAS(dot, "layer.7");
    dot = pic_dot(root, &(wg_draw_opts){ .no_scopes = true });
    cr_assert_eq(pic_count(dot, "subgraph"), 0);
    wgt_finish(c, NULL);
}

/* σ(1.1), −ln σ(1.1), and by the chain rule da = −1/a, dz = a − 1, dw = (a − 1) x, db = a − 1,
 * dx = (a − 1) w. */
NEURON_TEST(draw, numbers_are_the_graphs)
{
    char *dot = pic_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true });
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
    HAS(dot, ">dL = 1<");
    snprintf(text, sizeof text, ">%s<", shown(wg_item(n.L)));
    HAS(dot, text);
    HAS_NOT(dot, "NaN");
    HAS_NOT(dot, ">dx = "); /* x is no parameter */
    dot = pic_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true, .wrt = &n.x, .wrt_count = 1 });
    snprintf(text, sizeof text, ">dx = [%s, %s]<", shown(0.5 * dz), shown(-0.3 * dz));
    HAS(dot, text);
    HAS_NOT(dot, ">dw = ");
}

NEURON_TEST(draw, gradients_only_on_the_way_to_wrt)
{
    SHOWS(pic_text(n.L, "dot",
                   (wg_draw_opts){ .backward = true, .wrt = (wg_node[]){ n.w, n.b }, .wrt_count = 2 }),
          ">dw = ", ">db = ", ">dz = ", "!>dx = ", "!>dy = ");
}

NEURON_TEST(draw, kinds_are_words_too)
{
    wg_params *p = wg_params_new(c);
    wg_node s = wg_state(wg_graph_of(n.L), p, "mean", WG_SCALAR, wg_const(2)),
            k = wg_name(wg_scalar(wg_graph_of(n.L), 7), "seven");
    SHOWS(pic_text(wg_add(wg_add(n.L, s), k), "dot", (wg_draw_opts){ 0 }), ">input<", ">parameter<",
          ">state<", ">constant<", ">op · sigmoid<", ">loss · add<");
}

GRAPH_TEST(draw, formulas_have_the_operands_names)
{
    double v = 3;
    wg_node u = wg_input(g, "u", wg_view_f64(&v, WG_SCALAR)),
            w = wg_input(g, "w", wg_view_f64(&v, WG_SCALAR));
    wg_node s = wg_name(wg_add(u, w), "s"), t = wg_name(wg_mul(s, -2.5), "t");
    SHOWS(pic_text(t, "dot", (wg_draw_opts){ 0 }), ">s = u + w<", ">t = s · (−2.5)<");
}

GRAPH_TEST(draw, not_a_number_is_marked)
{
    double v[] = { -1, 4 };
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2))), y = wg_log(x);
    SHOWS(pic_text(y, "dot", (wg_draw_opts){ .values = true }),
          "bgcolor=\"#ffcdd2\"><font color=\"#b71c1c\"><b>[NaN, 1.386]");
    SHOWS(pic_text(x, "dot", (wg_draw_opts){ .values = true }), "!#ffcdd2");
}

/* Four states: a number, an exact zero, not to be had (–), none needed (no row). */
GRAPH_TEST(draw, a_zero_gradient_is_not_a_missing_one)
{
    double v = -3;
    int32_t k[] = { 1, 0 };
    wg_node x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR)),
            i = wg_input(g, "i", wg_view_i32(k, WG_SHAPE(2)));
    wg_node r = wg_name(wg_relu(x), "r"), root = wg_name(wg_add(r, wg_sum(wg_mul(i, x))), "root");
    SHOWS(pic_text(root, "dot", (wg_draw_opts){ .values = true, .backward = true }), ">dr = 1<", ">dx = 1<",
          "!>di = ", "!–");
    SHOWS(pic_text(wg_sum(r), "dot", (wg_draw_opts){ .backward = true }), ">dx = 0<", "!–");
}

GRAPH_TEST(draw, large_values_are_summed_up)
{
    double v[100], m[] = { 1, -2, 3, 4.5 };
    for (int i = 0; i < 100; i++) v[i] = i;
    SHOWS(pic_text(wg_input(g, "x", wg_view_f64(v, WG_SHAPE(100))), "dot", (wg_draw_opts){ .values = true }),
          "[0, 1, … ×100]", "μ = 49.5, σ = 28.87" /* √((100² − 1)/12) */);
    SHOWS(pic_text(wg_input(g, "m", wg_view_f64(m, WG_SHAPE(2, 2))), "dot", (wg_draw_opts){ .values = true }),
          "[[1, −2],", "[3, 4.5]]");
}

/* ---- failed graphs ---- */

Test(draw, a_failed_call_is_drawn)
{
    WGT_GRAPH(WG_F64, NULL);
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
        HAS(dot, "class=failed", ">failed<", "matmul(h, W)", "[2,3]", "[4,5]", "#ffcdd2", "test_draw.c:");
        cr_assert_eq(pic_count(dot, "class=parameter"), 1);
        cr_assert_eq(pic_count(dot, "class=input"), 1);
        if (whole) HAS(dot, " = –<");
    }
    cr_assert_str_eq(wg_message(c), message, "drawing changed the error");
    wgt_drop(c, NULL);
    pic_clean_up();
}

NEURON_TEST(draw, mistakes_are_named)
{
    char *path = pic_path("no.bmp");
    cr_assert_eq(wg_draw(n.L, path, NULL), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be dot, svg, png, pdf, html, tex, json or txt");
    cr_assert_eq(wg_draw(n.w, "w.dot", &(wg_draw_opts){ .backward = true }), WG_ERROR_SHAPE);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[2]");
    cr_assert_eq(wg_draw(n.L, "/nowhere/at/all.dot", NULL), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.dot");
    cr_assert_eq(wg_draw(wg_none, "none.dot", NULL), WG_ERROR_USE);
    cr_assert_eq(wg_draw_graph(NULL, "none.dot", NULL), WG_ERROR_USE);
    wg_begin(wg_graph_of(n.L), WG_TRAIN);
    cr_assert_eq(wg_draw(n.L, "old.dot", NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "test_draw.c:");
}

/* ---- what was written ---- */

GRAPH_TEST(draw, a_composite_call_is_one_box)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3 }, WG_SHAPE(3)));
    wg_node h = wg_silu(x), J = wg_mean(h);
    wg_name(J, "J");
    char *written = pic_dot(J, NULL), *ops = pic_dot(J, &(wg_draw_opts){ .level = "ops" });
    cr_expect(strstr(written, "J = mean(h)"));
    cr_expect(strstr(written, "op · silu"));
    cr_expect(!strstr(written, "op · div"));
    cr_expect(strstr(ops, "op · sigmoid"));
    cr_expect(!strstr(ops, "op · silu"));
}

GRAPH_TEST(draw, a_mark_within_a_composite_call_is_on_its_box)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3 }, WG_SHAPE(3)));
    wg_node J = wg_name(wg_mean(x), "J");
    const wg_node_mark mark = { wg_graph_node(g, J.index - 1), WG_MARK_WRONG, "wrong here" };
    SHOWS(pic_dot(J, &(wg_draw_opts){ .marks = &mark, .mark_count = 1 }), "wrong here");
}
