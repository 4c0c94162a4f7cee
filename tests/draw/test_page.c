/* Pages as files: one file that loads nothing. test_page_browser.c and test_page_ops.c run their scripts. */
#include <math.h>
#include <stdlib.h>

#include "browser.h"
#include "page_program.h"
#include "wengert/op.h"

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

/* What a page has beside its pictures, its numbers, its steps and its program. */
static void expect_small(const char *page)
{
    const size_t parts = strstr(page, "<div hidden") ? between(page, "<div hidden", "</div>") : 0;
    const size_t rest = strlen(page) - between(page, "<svg", "</svg>") - parts -
                        between(page, "{\"id\"", "</script>") - between(page, "<details", "</details>") -
                        between(page, "<aside", "</aside>");
    cr_expect_leq(rest, 46 * 1024, "with %zu bytes", rest);
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
    cr_assert_eq(wg_draw(y, path, .backward = true, .hide = "</script><b>&\"\\"), WG_OK);
    char *page = pic_read(path);
    int scripts = 0;
    for (const char *at = page; (at = strstr(at, "</script>")); at++) scripts++;
    cr_expect_eq(scripts, 2);
}

/* What stands in the closed box of a hidden value comes before it, unless it has the same number. */
Test(page, hides_a_value_and_what_follows_from_it)
{
    static const char *const cases[][4] = {
        { "x = normal(2, 3, 3)\nh = lstm(x, 4)\nJ = mean(h^2)\n", "\"h₃\"", "!\"h.W\"", "!\"i₁\"" },
        { "x = [[1, 2]]\nq = tanh(x)\nh = concat(q, exp(x)).T\nJ = sum(h^2)\n", "\"eˣ\"", "!\"q\"",
          "concat" },
        { "a = normal(2, 10)\nW1 = param(10, 16)\nW2 = param(16, 4)\nf(x) = tanh(tanh(x @ W1) @ W2)\n"
          "h = f(a)\nd = sum((h - 1)^2, axis=1)\ny = normal(2)\n"
          "J = mean(y*d + (1 - y)*relu(1 - sqrt(d + 1e-6))^2)\n",
          "\"dW₂\"", "!\"W₂\"", "!\"a W₁\"" },
    };
    for (int i = 0; i < 3; i++) {
        char *hidden = strstr(page_of(cases[i][0], "h"), "\"hide\":");
        cr_assert(hidden);
        strstr(hidden, "\"],")[1] = 0;
        SHOWS(hidden, "\"h\"", "\"dh\"", "\"J\"", cases[i][1], cases[i][2], cases[i][3]);
    }
}

GRAPH_TEST(page, of_a_graph_without_values_has_no_steps)
{
    wg_begin(g, WG_TRAIN);
    char *path = pic_path("none.html");
    wg_node bad = wg_matmul(wg_fill(g, 0, WG_SHAPE(2, 3)), wg_fill(g, 0, WG_SHAPE(2, 3)));
    wg_draw(bad, path, .backward = true);
    char *page = pic_read(path);
    cr_expect(strstr(page, "\"states\":[]"));
    wg_recover(c);
}

/* Programs whose leaf the address changes to where a rule has a case of its own. */
Test(page, computes_special_cases)
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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WGT_ENDS bench b = build(cases[i].text);
        char *path = pic_path("e.html");
        draw(&b, cases[i].text, path, NULL);
        char *page = browser_numbers(path, cases[i].hash);
        browser_expect_numbers(page, "e", "L", &cases[i].loss, 1);
        browser_expect_numbers(page, "e", cases[i].leaf, cases[i].gradient, cases[i].count);
    }
}

/* Of an op of a program's own a page has the expansion. */
static double more(double x, const void *attr) { return (void)attr, x + x * x; }
static void expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    (void)here, (void)n, (void)attr, y[0] = wg_add(x[0], wg_square(x[0]));
}
GRAPH_TEST(page, computes_an_op_of_a_program)
{
    static const wg_op own = { .name = "more", .operands = 1, .map = more, .expand = expand };
    wg_begin(g, WG_TRAIN);
    const wg_node x = wg_input(g, "x", wg_view_f64(&(double){ 3 }, WG_SCALAR));
    char *path = pic_path("own.html");
    wg_draw(wg_name(wg_apply1(WG_HERE, x, &own), "L"), path, .backward = true);
    SHOWS(browser_numbers(path, "numbers=1&x=4"), "\nL 20", "\ndx 9");
}
