/* Pages: one file that loads nothing, and whose script computes what the tape does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "picture.h"
#include "wgtest.h"
#include "wengert/draw.h"
#include "wengert/grad.h"
#include "wengert/lang.h"

/* Every op that the page can compute, most options, broadcasting, a leaf with several uses. */
static const char all_ops[] =
    "x = [[0.3, -1.2, 0.7], [2.1, 0.4, -0.6]]\n"
    "W = [[0.5, -0.4], [1.1, 0.3], [-0.7, 0.9]]\n"
    "p = [0.2, 0.5, 1.7]\n"
    "b = [0.1, -0.3]\n"
    "u = [[0.3, 0.6], [0.8, 0.1]]\n"
    "t = [[0, 1], [1, 0.5]]\n"
    "z = x @ W + b\n"
    "h = tanh(z)\n"
    "g = sigmoid(z) * relu(z) + leaky_relu(z, slope=0.2) - softplus(-z)\n"
    "e = exp(-square(x)) / sqrt(p) + log(p) * p^2.5 - 1 / (1 + abs(x))\n"
    "m = maximum(x, p) - minimum(x, 0.4) + where(x > 0, x^3, sin(x) * cos(x))\n"
    "s = softmax(z) * log_softmax(z) + softmax(z, axis=0)\n"
    "v = sum(x * p, axis=1) + mean(e, axis=1) + max(m, axis=1) - min(x, axis=1) + logsumexp(x, axis=1)\n"
    "q = z.T @ h\n"
    "r = reshape(x, [3, 2]) @ q\n"
    "n = var(x, axis=0) + std(x, axis=0) + dot(b, b) + sinh(p) - cosh(p) + tan(p) + atan(p)\n"
    "f = binary_cross_entropy(u, sigmoid(t)) + bce_with_logits(z, u) + mse(h, t) + mae(z, t) + hinge(z, t)\n"
    "c = softmax_cross_entropy(z, [1, 0], reduction=sum) + nll(log_softmax(z), u)\n"
    "k = silu(x) + expm1(x) - log1p(p) + reciprocal(p) * rsqrt(p) + softsign(x) * sign(x)\n"
    "o = layer_norm(x @ W, u[0], b) * broadcast_to(u, [2, 2])\n"
    "a = matmul(W, x, ta=true, tb=true) - transpose(x @ W)\n"
    "L = sum(g*h) + sum(e) + sum(m) + sum(s) + sum(v^2) + sum(r) + sum(n) + f + c + sum(k) + sum(a*a)\n";

/* The layers of teaching, of leaves that the page gets. Dropout keeps its mask. */
static const char layers[] =
    "v = [0.3, -1.2, 0.7, 2.1, 0.4, -0.6, 1.5, -0.2, 0.9, -1.4, 0.1, 0.8, -0.5, 1.1, 0.6, -0.9]\n"
    "k = [0.5, -0.4, 1.1, 0.3, -0.7, 0.9, 0.2, -1.3]\n"
    "T = [[0.2, 0.5], [1.7, -0.3], [-0.8, 0.6]]\n"
    "c = conv(reshape(v, [1, 4, 4, 1]), reshape(k, [2, 2, 1, 2]), same=true)\n"
    "p = max_pool(relu(c), size=[2, 2])\n"
    "a = avg_pool(c, size=[2, 2])\n"
    "d = dropout(reshape(p, [4, 2]), keep_prob=0.5)\n"
    "n = batch_norm(reshape(a, [4, 2]) + d, T[0], T[1])\n"
    "g = gather(T, [2, 0, 2, 1]) * n\n"
    "h = attention(g, d, n) + gelu(n) + embedding([1, 0, 2, 1], 3, 2)\n"
    "s = norm(k) + huber(v[0:4], k[0:4])\n"
    "L = sum(h^2) + softmax_cross_entropy(n, [1, 0, 1, 1]) + s\n";

static const char neuron[] = "w = [0.5, -0.3]\nx = [1, -2]\nb = 0\ny = 1\nz = w @ x + b\na = sigmoid(z)\n"
                             "L = -(y*log(a) + (1-y)*log(1-a))\n";

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_program *q;
} bench;

static bench build(const char *text)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c);
    wg_begin(b.g, WG_TRAIN);
    b.q = wg_program_text(b.c, "m.wg", text);
    return b;
}

static void draw(bench *b, const char *text, const char *path, const char *hide)
{
    cr_assert_eq(wg_program_build(b->q, b->g, wg_params_new(b->c), WG_TRAIN), WG_OK, "%s", wg_message(b->c));
    cr_assert_eq(wg_draw(wg_program_last(b->q), path,
                         &(wg_draw_opts){ .backward = true, .source = text, .hide = hide }),
                 WG_OK, "%s", wg_message(b->c));
}

static char *page_of(const char *text, const char *hide)
{
    WGT_ENDS bench b = build(text);
    char *path = pic_path("m.html");
    draw(&b, text, path, hide);
    char *page = pic_read(path);
    return page;
}

static size_t between(const char *text, const char *from, const char *to)
{
    const char *a = strstr(text, from), *z = a ? strstr(a, to) : NULL;
    cr_assert(z, "%s ... %s is missing", from, to);
    return (size_t)(z - a);
}

/* What a page has beside its picture, its numbers, its steps and its program. */
static void expect_small(const char *page)
{
    const size_t rest = strlen(page) - between(page, "<svg", "</svg>") -
                        between(page, "{\"id\"", "</script>") - between(page, "<details", "</details>") -
                        between(page, "<aside", "</aside>");
    cr_expect_leq(rest, 30 * 1024, "with %zu bytes", rest);
}

Test(page, is_one_file_of_bounded_size)
{
    char *page = page_of(neuron, NULL), *again = page_of(neuron, NULL), *many = page_of(layers, NULL);
    cr_expect_str_eq(page, again);
    expect_small(page), expect_small(many);
    static const char *const loads[] = { "src=", "href=", "url(", "@import", "fetch(", "https:", "XMLHttp" };
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        cr_expect_null(strstr(page, loads[i]), "%s", loads[i]);
}

Test(page, shows_everything_without_scripts)
{
    SHOWS(page_of(neuron, NULL), "<li value=\"6\"><code>a = sigmoid(z)</code></li>",
          "dz = da · a (1 − a) = −1.333 · 0.1874 = −0.2497</li>", ">0.7503</text>", "!class=\"off");
}

/* Of a derivation some computed nodes are known numbers: nobody can change them. */
Test(page, knows_the_kind_of_each_leaf)
{
    char *page =
        page_of("x = 0.5\ny = 1\na = sigmoid(x)\nL = -(y*log(a) + (1-y)*log(1-a))\nd = grad(L, x)\n", NULL);
    int leaves = 0;
    for (const char *at = page; (at = strstr(at, "\"a\":[],")); at++, leaves++) {
        const char *kind = strstr(at, "\"k\":\""), *end = strchr(at, '}');
        cr_expect(kind && kind < end, "a leaf without a kind: %.60s", at);
    }
    cr_expect_geq(leaves, 3);
}

Test(page, ends_no_script_early)
{
    WGT_ENDS bench b = build("x = 1\ny = x * x\n");
    char *path = pic_path("h.html");
    cr_assert_eq(wg_program_build(b.q, b.g, wg_params_new(b.c), WG_TRAIN), WG_OK);
    wg_node y = wg_name(wg_exp(wg_program_last(b.q)), "</script><b>&\"\\");
    cr_assert_eq(wg_draw(y, path, &(wg_draw_opts){ .backward = true, .hide = "</script><b>&\"\\" }), WG_OK);
    char *page = pic_read(path);
    int scripts = 0;
    for (const char *at = page; (at = strstr(at, "</script>")); at++) scripts++;
    cr_expect_eq(scripts, 2);
}

GRAPH_TEST(page, of_a_graph_without_values_has_no_steps)
{
    wg_begin(g, WG_TRAIN);
    char *path = pic_path("none.html");
    wg_node bad = wg_matmul(wg_fill(g, 0, WG_SHAPE(2, 3)), wg_fill(g, 0, WG_SHAPE(2, 3)));
    wg_draw(bad, path, &(wg_draw_opts){ .backward = true });
    char *page = pic_read(path);
    cr_expect(strstr(page, "\"states\":[]"));
    wg_recover(c);
}

/* ---- in Chromium ---- */

/* All named nodes of the program but `unused`, and the gradients of the leaves. */
static void expect_the_tapes_numbers(bench *b, const char *page, const char *unused, const char *const *leaf)
{
    wg_begin(b->g, WG_TRAIN);
    cr_assert_eq(wg_program_build(b->q, b->g, wg_params_new(b->c), WG_TRAIN), WG_OK, "%s", wg_message(b->c));
    const wg_node L = wg_program_last(b->q);
    for (int i = 0; i < wg_program_names(b->q); i++) {
        const char *name = wg_program_name(b->q, i);
        if (strcmp(name, unused)) browser_expect_node(page, "m", name, wg_program_node(b->q, name));
    }
    for (; *leaf; leaf++) {
        char d[16];
        snprintf(d, sizeof d, "d%s", *leaf);
        browser_expect_node(page, "m", d, wg_grad(L, wg_program_node(b->q, *leaf)));
    }
    wgt_finish(b->c, NULL);
}

Test(page, computes_what_the_tape_computes, .timeout = 120)
{
    static const char *const leaves[] = { "x", "W", "p", "b", "u", "t", NULL };
    browser_needed();
    bench b = build(all_ops);
    char *path = pic_path("m.html");
    draw(&b, all_ops, path, NULL);
    /* the page gets other leaves, and so does the tape */
    char *page = browser_document(
        path, "numbers=1&p=[0.35,1.25,0.8]&b=[-0.2,0.45]&W=[0.1,0.2,-0.9,0.4,1.3,-0.35]", NULL);
    wg_program_set(b.q, "p", wg_view_f64((double[]){ 0.35, 1.25, 0.8 }, WG_SHAPE(3)));
    wg_program_set(b.q, "b", wg_view_f64((double[]){ -0.2, 0.45 }, WG_SHAPE(2)));
    wg_program_set(b.q, "W", wg_view_f64((double[]){ 0.1, 0.2, -0.9, 0.4, 1.3, -0.35 }, WG_SHAPE(3, 2)));
    expect_the_tapes_numbers(&b, page, "o", leaves); /* L does not need o */
}

Test(page, computes_layers, .timeout = 120)
{
    static const char *const leaves[] = { "v", "k", "T", NULL };
    browser_needed();
    bench b = build(layers);
    char *path = pic_path("m.html");
    wg_graph_freeze(b.g, true); /* the tape draws the same mask again */
    cr_assert_eq(wg_program_build(b.q, b.g, wg_params_new(b.c), WG_TRAIN), WG_OK, "%s", wg_message(b.c));
    const wg_node wrt[] = { wg_program_node(b.q, "v"), wg_program_node(b.q, "k"), wg_program_node(b.q, "T") };
    const wg_draw_opts o = { .backward = true, .source = layers, .wrt = wrt, .wrt_count = 3 };
    cr_assert_eq(wg_draw(wg_program_last(b.q), path, &o), WG_OK, "%s", wg_message(b.c));
    char *page = browser_document(
        path, "numbers=1&k=[0.6,-0.3,1.2,0.1,-0.8,0.7,0.4,-1.1]&T=[0.3,0.4,1.5,-0.2,-0.9,0.8]", NULL);
    wg_program_set(b.q, "k",
                   wg_view_f64((double[]){ 0.6, -0.3, 1.2, 0.1, -0.8, 0.7, 0.4, -1.1 }, WG_SHAPE(8)));
    wg_program_set(b.q, "T", wg_view_f64((double[]){ 0.3, 0.4, 1.5, -0.2, -0.9, 0.8 }, WG_SHAPE(3, 2)));
    expect_the_tapes_numbers(&b, page, "", leaves);
}

/* Programs whose leaf the address changes to where a rule has a case of its own. */
Test(page, computes_special_cases, .timeout = 120)
{
    const struct {
        const char *text, *hash, *leaf;
        double loss, gradient[4];
        int count;
    } cases[] = {
        /* the deviation of equal elements is 0, and so is its derivative */
        { "x = [1, 2, 3]\nL = std(x) + 4 * sum(x)\n", "numbers=1&x=[2,2,2]", "dx", 24, { 4, 4, 4 }, 3 },
        /* [[1, 2], [2, 4]] has the determinant 0 and the cofactors [[4, -2], [-2, 1]] */
        { "x = [[1, 2], [2, 5]]\nL = det(x)\n", "numbers=1&x=[[1,2],[2,4]]", "dx", 0, { 4, -2, -2, 1 }, 4 },
        /* where (p − t) / (p (1 − p)) is 0 / 0, the gradient is 0 by convention: ops/loss.c */
        { "p = [0, 1, 0.25]\nt = [0, 1, 0.5]\nL = binary_cross_entropy(p, t, reduction=sum)\n",
          "numbers=1&p=[0,1,0.25]",
          "dp",
          -0.5 * log(0.25 * 0.75),
          { 0, 0, (0.25 - 0.5) / (0.25 * 0.75) },
          3 },
    };
    browser_needed();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WGT_ENDS bench b = build(cases[i].text);
        char *path = pic_path("e.html");
        draw(&b, cases[i].text, path, NULL);
        char *page = browser_document(path, cases[i].hash, NULL);
        browser_expect_numbers(page, "e", "L", &cases[i].loss, 1);
        browser_expect_numbers(page, "e", cases[i].leaf, cases[i].gradient, cases[i].count);
    }
}

/* The state that an address asks for: what is known, and the step's line. */
Test(page, opens_at_a_step, .timeout = 120)
{
    browser_needed();
    WGT_ENDS bench b = build("x = 0.5\na = x * x\nL = a + 3*x\n");
    char *path = pic_path("s.html");
    draw(&b, NULL, path, NULL);
    SHOWS(browser_document(path, "step=1&x=-0.5", NULL), " = −0.5 · (−0.5) = ");
    /* later values and gradients are hidden */
    SHOWS(browser_document(path, "step=1", NULL), ">1 / 8</output>", " = 0.5 · 0.5 = ", "value off",
          "grad off");
    /* dx = 2 x + 3: the gradient's row is written anew */
    SHOWS(pic_plain(browser_document(path, "step=8&x=-0.5", NULL)), ">dx = 2</text>", "dx: 3 + (−1) = 2<");
    /* the first of two terms */
    SHOWS(pic_plain(browser_document(path, "step=7", NULL)), ">dx = 3 + …</text>");
}

Test(page, hides_what_is_to_be_predicted, .timeout = 120)
{
    browser_needed();
    WGT_ENDS bench b = build(neuron);
    char *path = pic_path("q.html");
    draw(&b, neuron, path, "dz,dw");
    SHOWS(pic_plain(browser_document(path, "step=99", NULL)), ">dz = ?</text>", ">dw = ?</text>",
          "!>dz = −0.2497</text>", ">da = −1.333</text>");
}
