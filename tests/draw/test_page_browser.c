/* Pages in Chromium: the script computes what the tape does, and an address opens a step. */
#include <math.h>
#include <stdlib.h>

#include "browser.h"
#include "page_program.h"
#include "wengert/grad.h"

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
    "f = binary_cross_entropy(u, sigmoid(t)) + bce_with_logits(z, u) + mse(h, t) + mae(z, t) + "
    "hinge(z, sign(t - 0.2))\n"
    "c = softmax_cross_entropy(z, [1, 0], reduction=sum) + nll(log_softmax(z), u, any_rows=true)\n"
    "k = silu(x) + expm1(x) - log1p(p) + reciprocal(p) * rsqrt(p) + softsign(x) * sign(x)\n"
    "o = layer_norm(x @ W, u[0], b) * broadcast_to(u, [2, 2])\n"
    "a = matmul(W, x, ta=true, tb=true) - transpose(x @ W)\n"
    "L = sum(g*h) + sum(e) + sum(m) + sum(s) + sum(v^2) + sum(r) + sum(n) + f + c + sum(k) + sum(a*a)\n";

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

Test(page_browser, computes_what_the_tape_computes)
{
    static const char *const leaves[] = { "x", "W", "p", "b", "u", "t", NULL };
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

Test(page_browser, computes_layers)
{
    static const char *const leaves[] = { "v", "k", "T", NULL };
    bench b = build(layers);
    char *path = pic_path("m.html");
    wgx_graph_freeze(b.g, true); /* the tape draws the same mask again */
    cr_assert_eq(wg_program_build(b.q, b.g, wg_params_new(b.c), WG_TRAIN), WG_OK, "%s", wg_message(b.c));
    const wg_node wrt[] = { wg_program_node(b.q, "v"), wg_program_node(b.q, "k"), wg_program_node(b.q, "T") };
    const wg_draw_opts o =
        WG_OPTS(wg_draw_opts, .backward = true, .source = layers, .wrt = wrt, .wrt_count = 3);
    cr_assert_eq(wg_draw_at(WG_HERE, wg_program_last(b.q), path, &o), WG_OK, "%s", wg_message(b.c));
    char *page = browser_document(
        path, "numbers=1&k=[0.6,-0.3,1.2,0.1,-0.8,0.7,0.4,-1.1]&T=[0.3,0.4,1.5,-0.2,-0.9,0.8]", NULL);
    wg_program_set(b.q, "k",
                   wg_view_f64((double[]){ 0.6, -0.3, 1.2, 0.1, -0.8, 0.7, 0.4, -1.1 }, WG_SHAPE(8)));
    wg_program_set(b.q, "T", wg_view_f64((double[]){ 0.3, 0.4, 1.5, -0.2, -0.9, 0.8 }, WG_SHAPE(3, 2)));
    expect_the_tapes_numbers(&b, page, "", leaves);
}

/* The state that an address asks for: what is known, and the step's line. */
Test(page_browser, opens_at_a_step)
{
    WGT_ENDS bench b = build("x = 0.5\na = x * x\nL = a + 3*x\n");
    char *path = pic_path("s.html");
    draw(&b, NULL, path, NULL);
    SHOWS(browser_document(path, "step=1&x=-0.5", NULL), " = −0.5 · (−0.5) = ");
    /* later values and gradients are hidden */
    SHOWS(browser_document(path, "step=1", NULL), ">1 / 8</output>", " = 0.5 · 0.5 = ", "value off",
          "grad off");
    /* dx = 2 x + 3: the gradient's row is written anew */
    SHOWS(pic_plain(browser_document(path, "step=8&x=-0.5", NULL)), ">dx = 2</text>", "dx = 3 + (−1) = 2<");
    /* the first of two terms */
    SHOWS(pic_plain(browser_document(path, "step=7", NULL)), ">dx = 3 + …</text>");
}

/* Graphs of courses, from the smallest to those whose boxes are far from each other. */
static const char *const graph[][2] = {
    { "neuron", "docs/drawing/logistic.wg" },
    { "norm", "docs/drawing/batch-norm.wg" },
    { "net", "docs/drawing/net-3-3-2-1.wg" },
    { "softmax", "x = [[1, 2], [3, -1]]\n"
                 "W = [[0.5, -0.2, 0.1], [0.3, 0.8, -0.5]]; b = [0, 0.1, 0]\n"
                 "z = x @ W + b\nJ = softmax_cross_entropy(z, [2, 0])\n" },
    { "attention",
      "X = [[1, 0], [0.5, -1], [0, 2]]\n"
      "WQ = [[0.5, 0.1], [-0.3, 0.8]]; WK = [[0.2, -0.4], [0.7, 0.1]]; WV = [[1, 0.3], [0, 0.6]]\n"
      "Q = X @ WQ; K = X @ WK; V = X @ WV\n"
      "A = softmax(Q @ K.T / sqrt(2))\nO = A @ V\nJ = mean(O^2)\n" },
    { "rnn", "x1 = [[1, 0]]; x2 = [[0, 1]]; x3 = [[1, 1]]; h0 = [[0, 0]]\n"
             "W = [[0.5, 0.1], [-0.3, 0.2]]; U = [[0.1, 0.4], [0.2, -0.1]]; b = [0.1, 0]\n"
             "h1 = tanh(x1 @ W + h0 @ U + b)\nh2 = tanh(x2 @ W + h1 @ U + b)\n"
             "h3 = tanh(x3 @ W + h2 @ U + b)\nJ = softmax_cross_entropy(h3, [1])\n" },
    { "lstm", "x = [[1, 2]]; h0 = [[0.5]]; c0 = [[0.3]]\n"
              "Wi = [[0.1], [0.2]]; Ui = [[0.4]]; bi = [0]; Wf = [[-0.2], [0.1]]; Uf = [[0.3]]; bf = [1]\n"
              "Wg = [[0.3], [-0.1]]; Ug = [[-0.2]]; bg = [0]; Wo = [[0.4], [0.3]]; Uo = [[0.1]]; bo = [0]\n"
              "i = sigmoid(x @ Wi + h0 @ Ui + bi)\nf = sigmoid(x @ Wf + h0 @ Uf + bf)\n"
              "g = tanh(x @ Wg + h0 @ Ug + bg)\no = sigmoid(x @ Wo + h0 @ Uo + bo)\n"
              "c = f * c0 + i * g\nh = o * tanh(c)\nJ = mean((h - 1)^2)\n" },
    { "conv", "x = normal(2, 6, 6, 1, seed=1)\nK1 = param(3, 3, 1, 2, init=he); c1 = param(2)\n"
              "K2 = param(2, 2, 2, 3, init=he); c2 = param(3)\nW3 = param(3, 4, init=he); b3 = param(4)\n"
              "W4 = param(4, 3, init=he); b4 = param(3)\n"
              "p1 = max_pool(relu(conv(x, K1) + c1), size=[2, 2])\np2 = relu(conv(p1, K2) + c2)\n"
              "a3 = relu(reshape(p2, [2, 3]) @ W3 + b3)\nz4 = a3 @ W4 + b4\n"
              "J = softmax_cross_entropy(z4, [0, 2])\n" },
    { "calls", "x = normal(2, 5, 3, seed=1)\nh = lstm(x, 4)\ny = normal(2, 5, 4, seed=2)\nJ = mse(h, y)\n" },
    { "block", "x = normal(2, 6, 8, seed=1)\na = attention(x, heads=2)\nr = layer_norm(x + a)\n"
               "f = dense(relu(dense(r, 16)), 8)\no = layer_norm(r + f)\nJ = mean(o^2)\n" },
    { "twins", "a = normal(2, 10); b = normal(2, 10); y = normal(2)\nW1 = param(10, 16); W2 = param(16, 4)\n"
               "f(x) = tanh(tanh(x @ W1) @ W2)\nfa = f(a); fb = f(b)\nd = sum((fa - fb)^2, axis=1)\n"
               "J = mean(y*d + (1 - y)*relu(1 - sqrt(d + 1e-6))^2)\n" },
};
enum { GRAPHS = sizeof graph / sizeof *graph };

/* What the script in the file says about pages, a list of names in JavaScript that is not closed. */
static char *said_of(const char *pages, const char *file, const char *page)
{
    char *look = pic_keep(pic_read(file)), *script = malloc(strlen(look) + strlen(pages) + 20);
    sprintf(script, "const pages = [%s];\n%s", pages, look);
    char *said = browser_answer(browser_document_with(page, "", script, BROWSER_STILL BROWSER_FILES));
    free(script);
    return said;
}

static char *said_of_graphs(const char *file)
{
    char *path = NULL, name[40], pages[1000] = "";
    for (int i = 0; i < GRAPHS; i++) {
        WGT_ENDS bench b = build(strchr(graph[i][1], '\n') ? graph[i][1] : pic_keep(pic_read(graph[i][1])));
        snprintf(name, sizeof name, "%s.html", graph[i][0]);
        draw(&b, NULL, path = pic_path(name), NULL);
        sprintf(pages + strlen(pages), "'%s', ", name);
    }
    return said_of(pages, file, path);
}

/* At each step, in a window, on a phone and at a zoom of 200 %, the step's text has its least size, what it
 * needs is in view or on a button, and the picture stands where it stood. */
Test(page_browser, shows_each_step_as_large_as_a_class_can_read)
{
    char want[1000] = "", *said = said_of_graphs("tests/draw/page_sizes.js");
    for (int i = 0; i < GRAPHS; i++) sprintf(want + strlen(want), "%s well well well well\n", graph[i][0]);
    cr_expect_str_eq(said, want, "%s", said);
    free(said);
}

/* What may move when a part opens is said in page_opens.js. */
Test(page_browser, opens_parts_in_their_places)
{
    char *said = said_of_graphs("tests/draw/page_opens.js"), *line = said;
    int parts = 0, lines = 0;
    for (; *line; line += strcspn(line, "\n") + 1, lines++) {
        const char *number = strchr(line, ' ');
        const int n = (int)strcspn(line, "\n");
        cr_assert(number);
        parts += atoi(number);
        cr_expect(n > 4 && strncmp(line + n - 4, "well", 4) == 0, "%.*s", n, line);
    }
    cr_expect_eq(lines, GRAPHS);
    cr_expect_geq(parts, 20, "%d parts", parts);
    free(said);
}

/* The address has a key for each part: names that are there twice, and any sign in them. */
Test(page_browser, opens_the_parts_of_its_address)
{
    static const char script[] =
        "const press = k => dispatchEvent(new KeyboardEvent('keydown', { key: k })), open = () =>\n"
        "  Array.from(document.querySelectorAll('.inner.open')).filter(g => g.getClientRects().length), keys "
        "= () => location.hash.split('open=')[1];\n"
        "press('o');\n"
        "const all = keys().split(','), count = open().length, deepest = new Set(), wrong = [];\n"
        "(async () => {\n"
        "  for (const k of all) {\n"
        "    await new Promise(done => { addEventListener('hashchange', done, { once: true }), location.hash "
        "= '#open=' + k; });\n"
        "    const now = open(), last = now.find(g => now.every(f => f.contains(g)));\n"
        "    last ? deepest.add(last) : wrong.push(k);\n"
        "  }\n"
        "  press('o');\n"
        "  const box = open().find(g => g.querySelector('.open .open .open'));\n"
        "  box.querySelector('.head').dispatchEvent(new Event('click'));\n"
        "  say(all.length === count, deepest.size === count, wrong.join(), all.slice(0, 4).join(' '), "
        "keys().split(',').length === "
        "open().length);\n"
        "})();\n";
    WGT_ENDS bench b =
        build("h = lstm(normal(2, 3, 3), 4)\nq1 = mean(tanh(h)^2)\nq_1 = mean(exp(-h))\nq1 * q_1\n");
    char *path = pic_path("k.html");
    cr_assert_eq(wg_program_build(b.q, b.g, wg_params_new(b.c), WG_TRAIN), WG_OK);
    wg_node J = wg_name(wg_square(wg_exp(wg_program_last(b.q))), "a, b=c#%41&d+\"\u00e9 ");
    cr_assert_eq(wg_draw(J, path, .backward = true, .values = true), WG_OK);
    char *said = browser_answer(browser_document_with(path, "", script, BROWSER_STILL));
    cr_expect_str_eq(said, "true true  h q1 q_1 a-b-c-41-d-%C3%A9- true\n", "%s", said);
    free(said);
}

/* A page that hides the name, and its steps as a text; false: the picture has no such name. */
static bool draw_hidden(const char *program, const char *name, const char *page)
{
    WGT_ENDS bench b = build(program);
    cr_assert_eq(wg_program_build(b.q, b.g, wg_params_new(b.c), WG_TRAIN), WG_OK, "%s", wg_message(b.c));
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .backward = true, .hide = name);
    char *path = pic_path(page);
    if (wg_draw_at(WG_HERE, wg_program_last(b.q), path, &o) != WG_OK) return wg_recover(b.c), false;
    memcpy(path + strlen(path) - 4, "txt", 4), o.steps = true, o.width = 1000;
    return wg_draw_at(WG_HERE, wg_program_last(b.q), path, &o) == WG_OK;
}

/* Whatever a page hides, its lines have the numbers that the command writes, and no others. */
Test(page_browser, says_no_number_that_it_hides)
{
    const char *const programs[] = { neuron, graph[3][1], graph[4][1],
                                     "z = 1.35\na = sigmoid(z)\nL = -log(a)\n" };
    char pages[4000] = "", name[40], hide[20];
    int count = 0;
    for (int i = 0; i < 4; i++) {
        WGT_ENDS bench b = build(programs[i]);
        for (int k = 0; k < 2 * wg_program_names(b.q); k++) {
            snprintf(hide, sizeof hide, "%s%s", k % 2 ? "d" : "", wg_program_name(b.q, k / 2));
            snprintf(name, sizeof name, "%d-%s.html", i, hide);
            if (draw_hidden(programs[i], hide, name)) sprintf(pages + strlen(pages), "'%s', ", name), count++;
        }
    }
    char *said = said_of(pages, "tests/draw/page_hides.js", pic_path(name));
    cr_expect_eq(pic_count(said, " well\n"), count, "%s", said);
    cr_expect_geq(count, 40, "%d pages", count);
    free(said);
}

/* Whole, with the buttons that it has a use for. */
GRAPH_TEST(page_browser, shows_a_picture_without_steps)
{
    static const char script[] =
        "const buttons = Array.from(document.querySelectorAll('.bar > *')).filter(e => !e.hidden);\n"
        "const failed = document.querySelector('svg .failed').getBoundingClientRect();\n"
        "say(buttons.map(e => e.textContent).join(' '), failed.height > 0, failed.right < innerWidth);\n";
    wg_begin(g, WG_TRAIN);
    char *path = pic_path("none.html");
    wg_node bad = wg_matmul(wg_fill(g, 0, WG_SHAPE(2, 3)), wg_fill(g, 0, WG_SHAPE(2, 3)));
    wg_draw(bad, path, .backward = true, .source = "x @ x");
    wg_recover(c);
    char *said = browser_answer(browser_document_with(path, "", script, BROWSER_STILL));
    cr_expect_str_eq(said, "whole program ? true true\n", "%s", said);
    free(said);
}

Test(page_browser, hides_what_is_to_be_predicted)
{
    WGT_ENDS bench b = build(neuron);
    char *path = pic_path("q.html");
    draw(&b, neuron, path, "dz,dw");
    SHOWS(pic_plain(browser_document(path, "step=99", NULL)), ">dz = ?</text>", ">dw = ?</text>",
          "!>dz = −0.2497</text>", ">da = −1.333</text>");
}
