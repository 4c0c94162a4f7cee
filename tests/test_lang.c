/* test_lang.c: the .wg language: what it computes, how strongly operators bind, what names mean, where errors point. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* ---- helpers ---- */

typedef struct run {
    wg_context *c;
    wg_graph   *g;
    wg_params  *p;
    wg_program *q;
} run;

static run start(const char *text)
{
    run r = { .c = wgt_start(NULL, WG_F64, NULL) };
    r.g = wg_graph_new(r.c);
    r.p = wg_params_new(r.c);
    r.q = wg_program_text(r.c, "t.wg", text);
    return r;
}

static run build(const char *text, wg_mode mode)
{
    run r = start(text);
    wg_program_build(r.q, r.g, r.p, mode);
    return r;
}

static void set(run *r, const char *name, const char *value)
{
    wg_program_set(r->q, name, wg_literal(r->c, name, value));
    cr_assert_eq(wg_failed(r->c), WG_OK, "%s", wg_message(r->c));
}

static double number(const char *text)
{
    run    r = build(text, WG_EVAL);
    double v = wg_item(wg_program_last(r.q));
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s: %s", text, wg_message(r.c));
    wgt_finish(r.c, NULL);
    return v;
}

static void expect_number(const char *text, double value)
{
    double v = number(text);
    cr_expect(wgt_ulps(v, value) <= 4, "%s is %.17g, not %.17g", text, v, value);
}

/* The values of the last statement, in order, and its shape. */
static void expect_values(const char *text, wg_shape s, const double *value)
{
    run       r = build(text, WG_EVAL);
    wg_tensor t = wg_value(wg_program_last(r.q));
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s: %s", text, wg_message(r.c));
    char a[80], b[80];
    cr_assert(wg_shape_equal(t.shape, s), "%s has shape %s, not %s", text, wg_shape_text(t.shape, a, sizeof a),
              wg_shape_text(s, b, sizeof b));
    for (int64_t i = 0; i < wg_shape_size(s); i++)
        cr_expect(wgt_ulps(wg_tensor_item(&t, i), value[i]) <= 8, "%s [%d]: %.17g, not %.17g", text, (int)i, wg_tensor_item(&t, i),
                  value[i]);
    wgt_finish(r.c, NULL);
}
#define VALUES(text, shape, ...) expect_values(text, shape, (double[]){ __VA_ARGS__ })

/* The text, built, fails with the status; the message begins with t.wg:line:column and holds the words. */
static void expect_error(const char *text, wg_status s, int line, int column, const char *words)
{
    run  r = build(text, WG_EVAL);
    char place[40];
    snprintf(place, sizeof place, "t.wg:%d:%d: ", line, column);
    cr_expect_eq(wg_failed(r.c), s, "%.60s: status %d, %s", text, wg_failed(r.c), wg_message(r.c));
    cr_expect_eq(strncmp(wg_message(r.c), place, strlen(place)), 0, "%.60s: not at %s but %s", text, place, wg_message(r.c));
    cr_expect(strstr(wg_message(r.c), words), "%.60s: '%s' is not in: %s", text, words, wg_message(r.c));
    cr_expect_eq(wg_program_error_line(r.q), line);
    cr_expect_eq(wg_program_error_column(r.q), column);
    wgt_drop(r.c, NULL);
}

/* ---- expressions ---- */

Test(lang, binding_is_pythons)
{
    expect_number("2 + 3 * 4", 14);
    expect_number("2 * 3 + 4", 10);
    expect_number("10 - 4 - 3", 3);
    expect_number("16 / 4 / 2", 2);
    expect_number("2 ^ 3 ^ 2", 512);
    expect_number("2 ** 3 ^ 2", 512);
    expect_number("-2 ^ 2", -4);
    expect_number("2 ^ -1", 0.5);
    expect_number("2 ^ -1 ^ 2", 0.5);
    expect_number("(-2) ^ 2", 4);
    expect_number("--2", 2);
    expect_number("+2 - -3", 5);
    expect_number("2 * -3", -6);
    expect_number("(1 + 2) * (3 + 4)", 21);
    expect_number("1 + 2 < 2 * 2", 1);
    expect_number("1 == 2", 0);
}

Test(lang, binding_of_nodes_is_that_of_numbers)
{
    expect_number("x = 2; 2 + 3 * x ^ 2", 14);
    expect_number("x = 2; -x ^ 2", -4);
    expect_number("x = 2; x ^ -1", 0.5);
    expect_number("x = 2; 2 ^ x ^ 3", 256);
    expect_number("x = 3; 10 - x - 3", 4);
    expect_number("x = 4; 16 / x / 2", 2);
    expect_number("x = [1, 2]; w = [3, 4]; 2 * w @ x + 1", 23);
}

Test(lang, numbers)
{
    expect_number("1e3", 1000);
    expect_number("1.5e-2", 0.015);
    expect_number(".5", 0.5);
    expect_number("2.", 2);
    expect_number("0.1", 0.1);
    expect_number("pi", 3.14159265358979323846);
    cr_expect(isinf(number("inf")) && isnan(number("nan")));
    expect_number("true + True + false", 2);
    expect_number("1e400 > 1e308", 1);
}

Test(lang, the_locale_changes_nothing)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8")) expect_number("0.5 + 1.25", 1.75);
    setlocale(LC_ALL, "C");
    expect_number("0.5 + 1.25", 1.75);
}

Test(lang, lists_and_indices)
{
    VALUES("[1, -2, 0.5]", WG_SHAPE(3), 1, -2, 0.5);
    VALUES("[[1, 2], [3, 4], [5, 6]]", WG_SHAPE(3, 2), 1, 2, 3, 4, 5, 6);
    VALUES("[1/4, 2^3, -pi]", WG_SHAPE(3), 0.25, 8, -3.14159265358979323846);
    VALUES("a = 2; [a, a^2, 1]", WG_SHAPE(3), 2, 4, 1);
    VALUES("a = [1, 2]; [a, 3 * a]", WG_SHAPE(2, 2), 1, 2, 3, 6);
    VALUES("x = [[1, 2], [3, 4], [5, 6]]; x.T", WG_SHAPE(2, 3), 1, 3, 5, 2, 4, 6);
    VALUES("x = [[1, 2], [3, 4], [5, 6]]; x[1]", WG_SHAPE(2), 3, 4);
    VALUES("x = [[1, 2], [3, 4], [5, 6]]; x[-1, 0]", WG_SCALAR, 5);
    VALUES("x = [[1, 2], [3, 4], [5, 6]]; x[:, 1:2]", WG_SHAPE(3, 1), 2, 4, 6);
    VALUES("x = [[1, 2], [3, 4], [5, 6]]; x[1:, 0]", WG_SHAPE(2), 3, 5);
    VALUES("x = [[1, 2], [3, 4], [5, 6]]; x[:-1]", WG_SHAPE(2, 2), 1, 2, 3, 4);
    VALUES("x = [1, 2, 3, 4]; x[-3:99]", WG_SHAPE(3), 2, 3, 4);
    VALUES("x = [1, 2, 3]; sum(x[2:1])", WG_SCALAR, 0);
    VALUES("x = [1, 2, 3]; sum(x[0:0])", WG_SCALAR, 0);
    VALUES("x = [[1, 2], [3, 4]]; x.T[0].T[1]", WG_SCALAR, 3);
}

Test(lang, calls_and_options)
{
    VALUES("sum([[1, 2], [3, 4]], axis=0)", WG_SHAPE(2), 4, 6);
    VALUES("sum([[1, 2], [3, 4]], axes=[0, 1])", WG_SCALAR, 10);
    VALUES("sum([[1, 2], [3, 4]], axis=1, keepdims=true)", WG_SHAPE(2, 1), 3, 7);
    VALUES("mean([[1, 2], [3, 4]], axis=-1)", WG_SHAPE(2), 1.5, 3.5);
    VALUES("leaky_relu([-2, 3], slope=0.5)", WG_SHAPE(2), -1, 3);
    VALUES("leaky_relu([-2, 3], slope=0)", WG_SHAPE(2), 0, 3);
    VALUES("concat([1, 2], [3], axis=0)", WG_SHAPE(3), 1, 2, 3);
    VALUES("reshape([1, 2, 3, 4], [2, 2])", WG_SHAPE(2, 2), 1, 2, 3, 4);
    VALUES("reshape([1, 2, 3, 4], shape=[2, -1])", WG_SHAPE(2, 2), 1, 2, 3, 4);
    VALUES("permute([[1, 2], [3, 4]], axes=[1, 0])", WG_SHAPE(2, 2), 1, 3, 2, 4);
    VALUES("maximum([1, 5], 3)", WG_SHAPE(2), 3, 5);
    VALUES("exp(0)", WG_SCALAR, 1);
    VALUES("maximum(2, 3)", WG_SCALAR, 3);
    VALUES("one_hot([0, 2], 3)", WG_SHAPE(2, 3), 1, 0, 0, 0, 0, 1);
    VALUES("gather([[1, 2], [3, 4]], [1, 1, 0])", WG_SHAPE(3, 2), 3, 4, 3, 4, 1, 2);
    VALUES("mean(argmax([[1, 2], [4, 3]], axis=-1) == [1, 1])", WG_SCALAR, 0.5);
    VALUES("zeros(2, 1)", WG_SHAPE(2, 1), 0, 0);
    VALUES("m = 2; ones(m)", WG_SHAPE(2), 1, 1);
    VALUES("sum(\n  [1,\n   2]  # a comment, with ) in it\n)", WG_SCALAR, 3);
    VALUES("mse([1, 2], [3, 5], reduction=sum)", WG_SCALAR, 13);
}

Test(lang, softmax_of_the_course)
{
    const double e[] = { exp(5), exp(2), exp(-1), exp(3) }, all = e[0] + e[1] + e[2] + e[3];
    VALUES("softmax([5, 2, -1, 3])", WG_SHAPE(4), e[0] / all, e[1] / all, e[2] / all, e[3] / all);
}

Test(lang, blocks)
{
    expect_number("y = { t = 3; t * t }; y + 1", 10);
    expect_number("a = 2\ny = {\n  t = a + 1   # a comment\n\n  t * a\n}\ny", 6);
    expect_number("a = { t = 1; t }; b = { t = 2; t }; a + 10 * b", 21);
    expect_number("2 * { t = 3; t }", 6);
}

Test(lang, parameters_in_a_block_take_its_name)
{
    run r = build("x = input(m, 3)\nh = { W = param(3, 2); z = dense(x @ W, 4); relu(z) }\nlogits = dense(h, 5, bias=false)", WG_TRAIN);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    static const char *const names[] = { "h.W", "h.z.W", "h.z.b", "logits.W" };
    cr_assert_eq(wg_params_count(r.p), 4);
    for (int i = 0; i < 4; i++) cr_expect_str_eq(wg_params_name(r.p, i), names[i]);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_last(r.q)), WG_SHAPE(7, 5)));
    wgt_finish(r.c, NULL);
}

/* ---- derivatives ---- */

Test(lang, gradients_are_expressions)
{
    expect_number("x = 3; y = x^3; grad(y, x)", 27);
    expect_number("x = 3; y = x^3; grad(grad(y, x), x)", 18);
    expect_number("x = 2; z = x^2; y = exp(z); grad(y, z)", exp(4));
    expect_number("x = 2; y = x * stop_gradient(x); grad(y, x)", 2);
    VALUES("x = [1, 2]; L = sum(x^2); grad(L, x)", WG_SHAPE(2), 2, 4);
}

Test(lang, names_are_given_to_nodes)
{
    run r = build("x = [1, 2]\ny = x * 2\nz = sum(y)", WG_EVAL);
    cr_expect_str_eq(wg_node_name(wg_program_node(r.q, "y")), "y");
    cr_expect_str_eq(wg_program_last_name(r.q), "z");
    cr_expect_eq(wg_program_names(r.q), 3);
    cr_expect_str_eq(wg_program_name(r.q, 1), "y");
    cr_expect_str_eq(wg_site_place(wg_node_site(wg_program_node(r.q, "y"))), "t.wg:2:7");
    wgt_finish(r.c, NULL);
}

/* ---- names, sizes, values from outside ---- */

Test(lang, free_names_are_inputs)
{
    run r = start("theta^3");
    set(&r, "theta", "2");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 8);
    cr_expect_eq(wg_program_meaning(r.q, "theta"), WG_NAME_INPUT);
    cr_expect_str_eq(wg_program_drawn(r.q), "");
    wgt_finish(r.c, NULL);
}

Test(lang, a_symbol_is_one_size_everywhere)
{
    run r = start("x = input(m, 3); y = input(m); sum(x) / m");
    set(&r, "x", "[[1, 2, 3], [4, 5, 6]]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 10.5);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_node(r.q, "y")), WG_SHAPE(2)));
    cr_expect_str_eq(wg_program_drawn(r.q), "y drawn at random, m = 2, seed 1");
    cr_expect_eq(wg_program_meaning(r.q, "m"), WG_NAME_SYMBOL);
    wgt_finish(r.c, NULL);
}

Test(lang, without_data_sizes_are_seven)
{
    run r = build("x = input(m, 3); y = input(m, classes=4); x", WG_EVAL);
    cr_expect_str_eq(wg_program_drawn(r.q), "x, y drawn at random, m = 7, seed 1");
    wg_tensor y = wg_value(wg_program_node(r.q, "y"));
    cr_assert(y.dtype == WG_I32 && wg_shape_equal(y.shape, WG_SHAPE(7)));
    for (int i = 0; i < 7; i++) cr_expect(wg_tensor_item(&y, i) >= 0 && wg_tensor_item(&y, i) < 4);
    wgt_finish(r.c, NULL);
}

Test(lang, a_size_can_be_set)
{
    run r = start("x = input(m, 3); x");
    set(&r, "m", "4");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_last(r.q)), WG_SHAPE(4, 3)));
    wgt_finish(r.c, NULL);
}

Test(lang, draws_depend_on_seed_and_name)
{
    double first = number("a = normal(); a"), seeded = number("normal(seed=3)");
    cr_expect_eq(number("b = 1; a = normal(); a"), first);
    cr_expect_neq(number("other = normal(); other"), first);
    cr_expect_eq(number("q = normal(seed=3); q"), seeded);
    double mean = number("mean(normal(100, 100, seed=1))"), spread = number("mean(normal(100, 100, seed=1)^2)");
    cr_expect(fabs(mean) < 0.04 && fabs(spread - 1) < 0.06, "four standard errors of 10,000 draws: %g %g", mean, spread);
    double half = number("mean(uniform(100, 100, seed=1))");
    cr_expect(fabs(half - 0.5) < 0.012, "four standard errors: %g", half);
}

Test(lang, constants_and_parameters_can_be_set_computed_names_cannot)
{
    run r = start("w = [1, 2]; W = param(2, init=3); z = sum(w * W)");
    set(&r, "w", "[5, 6]");
    set(&r, "W", "[1, 10]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 65);
    wg_program_set(r.q, "z", wg_literal(r.c, "z", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "z is computed at t.wg:1");
    wg_program_set(r.q, "v", wg_literal(r.c, "v", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "no name 'v'");
    wgt_finish(r.c, NULL);
}

Test(lang, a_set_number_reaches_the_sizes_it_is_used_in)
{
    run r = start("n = 2; sum(ones(n))");
    set(&r, "n", "5");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 5);
    wgt_finish(r.c, NULL);
}

Test(lang, first_values)
{
    run r = build("A = param(2, 2, init=1.5); B = param(2, init=[3, 4]); C = param(3); D = param(2000, 50, init=he); "
                  "E = param(10000, init=uniform(2, 3)); sum(A) + sum(B) + sum(C)", WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 13);
    wg_tensor d = wg_params_tensor(r.p, wg_params_find(r.p, "D")), e = wg_params_tensor(r.p, wg_params_find(r.p, "E"));
    double    squares = 0;
    for (int i = 0; i < 100000; i++) squares += wg_tensor_item(&d, i) * wg_tensor_item(&d, i) / 100000;
    cr_expect(fabs(squares * 1000 - 1) < 4 * sqrt(2e-5), "variance 2 / n_in: %g", squares);
    for (int i = 0; i < 10000; i++) cr_expect(wg_tensor_item(&e, i) >= 2 && wg_tensor_item(&e, i) < 3);
    wgt_finish(r.c, NULL);
}

Test(lang, a_program_is_built_again_and_again)
{
    run r = start("x = input(m); W = param(2); check sum(x) == sum(x)\nsum(x) + sum(W)");
    for (int i = 1; i <= 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "[%d, 1]", i);
        set(&r, "x", text);
        wg_program_build(r.q, r.g, r.p, WG_EVAL);
        cr_expect_eq(wg_item(wg_program_last(r.q)), i + 1);
        cr_expect_eq(wg_program_claims(r.q), 1);
    }
    wgt_finish(r.c, NULL);
}

Test(lang, training_and_inference_differ)
{
    static const char text[] = "x = ones(1000); sum(dropout(x, keep_prob=0.5))";
    expect_number(text, 1000);
    run    r = build(text, WG_TRAIN);
    double v = wg_item(wg_program_last(r.q));
    cr_expect(v != 1000 && fabs(v - 1000) < 130, "2 x 1000 coins, four deviations: %g", v);
    wgt_finish(r.c, NULL);
}

/* ---- claims ---- */

Test(lang, claims_have_lines_text_and_two_sides)
{
    run      r = build("x = [1, 2]\n\ncheck sum(x) == 1 + 2   # so it is\ncheck x == x.T\n", WG_EVAL);
    wg_claim k = wg_program_claim(r.q, 0);
    cr_assert_eq(wg_program_claims(r.q), 2);
    cr_expect_eq(k.line, 3);
    cr_expect_str_eq(k.text, "sum(x) == 1 + 2");
    cr_expect_eq(wg_item(k.left), 3);
    cr_expect_eq(wg_item(k.right), 3);
    wgt_finish(r.c, NULL);
}

Test(lang, variants_of_a_claim)
{
    run      r = build("x = [[1, 2], [3, 4]]\ny = [2, 3]\ncheck y == mean(x) * 1", WG_EVAL);
    bool     found = false;
    wg_claim v;
    for (int k = 0; (v = wg_program_claim_variant(r.q, 0, k)).text; k++)
        if (!strcmp(v.text, "mean(x, axis=0) * 1")) {
            wg_tensor t = wg_value(v.right);
            found = wg_tensor_item(&t, 0) == 2 && wg_tensor_item(&t, 1) == 3;
        }
    cr_expect(found);
    cr_expect_eq(wg_failed(r.c), WG_OK);
    wgt_finish(r.c, NULL);
}

/* ---- errors ---- */

Test(lang, syntax_errors_have_a_place)
{
    expect_error("x = ", WG_ERROR_SYNTAX, 1, 5, "not complete");
    expect_error("x = 1 +\ny = 2", WG_ERROR_SYNTAX, 1, 8, "not complete");
    expect_error("\n\n  a = (1, 2)", WG_ERROR_SYNTAX, 3, 9, "')' is missing");
    expect_error("f(1", WG_ERROR_SYNTAX, 1, 2, "never closed");
    expect_error("[1, 2", WG_ERROR_SYNTAX, 1, 1, "never closed");
    expect_error("{ x = 1; x", WG_ERROR_SYNTAX, 1, 1, "never closed");
    expect_error("x = 1)", WG_ERROR_SYNTAX, 1, 6, "never opened");
    expect_error("2x", WG_ERROR_SYNTAX, 1, 2, "product");
    expect_error("x = 3 $ 4", WG_ERROR_SYNTAX, 1, 7, "character");
    expect_error("1 < 2 < 3", WG_ERROR_SYNTAX, 1, 7, "do not chain");
    expect_error("x.shape", WG_ERROR_SYNTAX, 1, 3, ".T");
    expect_error("2 = x", WG_ERROR_SYNTAX, 1, 3, "only a name");
    expect_error("check 1 < 2", WG_ERROR_SYNTAX, 1, 9, "LEFT == RIGHT");
    expect_error("x = {}", WG_ERROR_SYNTAX, 1, 5, "a block ends with");
    expect_error("sum(axis=0, [1])", WG_ERROR_SYNTAX, 1, 13, "after a keyword");
    expect_error("pi = 3", WG_ERROR_SYNTAX, 1, 1, "number of the language");
    expect_error("x = [1, 2, [3]]", WG_ERROR_SHAPE, 1, 12, "a list among numbers");
    expect_error("x = [[1, 2], [3]]", WG_ERROR_SHAPE, 1, 14, "unequal length");
}

Test(lang, what_is_not_in_this_version_says_so)
{
    static const char words[] = "functions, repeat, scan and train are not part of this version";
    expect_error("f(x) = x^2", WG_ERROR_MISSING, 1, 1, words);
    expect_error("h = repeat(3, f, x)", WG_ERROR_MISSING, 1, 5, words);
    expect_error("h = scan(f, 0, x)", WG_ERROR_MISSING, 1, 5, words);
    expect_error("x = 1\ntrain(x)", WG_ERROR_MISSING, 2, 1, words);
}

Test(lang, names_have_places_and_suggestions)
{
    expect_error("x = input(m, 2)\nlabels = input(m)\nsum(lables)", WG_ERROR_SYNTAX, 3, 5,
                 "no name 'lables'; did you mean 'labels' (line 2)?\n  sum(lables)\n      ^~~~~~");
    expect_error("x = 1\nx = 2", WG_ERROR_SYNTAX, 2, 1, "bound already, in line 1");
    expect_error("y = x + 1\nx = 2", WG_ERROR_SYNTAX, 1, 5, "only later, in line 2");
    expect_error("y = { t = 1; t }; x = input(m); t", WG_ERROR_SYNTAX, 1, 33, "no name 't'");
    expect_error("y = { x = 1; x }; x = { y = 2; y }", WG_ERROR_SYNTAX, 1, 25, "bound already");
    expect_error("sofmax([1])", WG_ERROR_SYNTAX, 1, 1, "did you mean 'softmax'?");
    expect_error("softmax([1], temprature=2)", WG_ERROR_SYNTAX, 1, 14, "did you mean 'temperature'?");
    expect_error("mse([1], [2], reduction=mena)", WG_ERROR_SYNTAX, 1, 25, "did you mean 'mean'?");
    expect_error("W = param(2, init=hee)", WG_ERROR_SYNTAX, 1, 19, "did you mean 'he'?");
}

Test(lang, numbers_where_options_are_meant_are_refused)
{
    expect_error("x = [1]; dropout(x, 0.8)", WG_ERROR_SYNTAX, 1, 21, "options are named: keep_prob drop");
    expect_error("sum([1], 0)", WG_ERROR_SYNTAX, 1, 10, "options are named: axis keepdims");
    expect_error("sum([1], axis=0.5)", WG_ERROR_VALUE, 1, 15, "whole number");
    expect_error("sum([1], keepdims=1)", WG_ERROR_SYNTAX, 1, 19, "true or false");
    expect_error("sum([1], axis=0, axis=0)", WG_ERROR_SYNTAX, 1, 18, "twice");
    expect_error("sigmoid([1], 2, 3)", WG_ERROR_SYNTAX, 1, 14, "1 operand");
    expect_error("mse([1])", WG_ERROR_SYNTAX, 1, 1, "2 operands");
    expect_error("k = [1] * 2; sum([1], axis=k)", WG_ERROR_SYNTAX, 1, 28, "known here");
}

Test(lang, owners_need_names)
{
    expect_error("x = [[1]]; relu(dense(x, 2))", WG_ERROR_SYNTAX, 1, 17, "bind it to a name");
    expect_error("x = [[1]]; h = dense(dense(x, 2), 2)", WG_ERROR_SYNTAX, 1, 16, "a second dense");
    expect_error("sum(param(2))", WG_ERROR_SYNTAX, 1, 5, "needs a name");
    expect_error("sum(input(2))", WG_ERROR_SYNTAX, 1, 5, "needs a name");
}

Test(lang, errors_of_the_library_name_place_and_operands)
{
    expect_error("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W", WG_ERROR_SHAPE, 3, 7, "x [5,4]");
    expect_error("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W", WG_ERROR_SHAPE, 3, 7, "W [3,2]");
    expect_error("x = [1, 2]\n(x + 1) * [1, 2, 3]", WG_ERROR_SHAPE, 2, 9, "(x + 1) [2]");
    expect_error("x = [1, 2]; x[2]", WG_ERROR_VALUE, 1, 15, "from -2 to 1");
    expect_error("x = [1, 2]; x[0, 0]", WG_ERROR_SHAPE, 1, 18, "more indices than axes");
    run r = build("x = zeros(5, 4)\nz = x @ x", WG_EVAL);
    cr_expect_str_eq(wg_program_excerpt(r.q), "\n  z = x @ x\n        ^");
    wgt_drop(r.c, NULL);
}

Test(lang, values_from_outside_must_fit)
{
    run r = start("x = input(m, 3); y = input(m, classes=3); x");
    set(&r, "x", "[[1, 2]]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_SHAPE, "'x' is declared [m,3], the value given is [1,2]");
    set(&r, "x", "[[1, 2, 3]]");
    set(&r, "y", "[1, 2]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_SHAPE, "'m' is 2 by the value of 'y', and 1 elsewhere");
    set(&r, "y", "[3]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_VALUE, "class numbers are 0 to 2");
    set(&r, "y", "[2]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_finish(r.c, NULL);
}

static char *repeated(const char *before, const char *piece, int n, const char *after)
{
    size_t length = strlen(piece), at = strlen(before);
    char  *text = malloc(at + length * (size_t)n + strlen(after) + 1);
    strcpy(text, before);
    for (int i = 0; i < n; i++, at += length) memcpy(text + at, piece, length);
    strcpy(text + at, after);
    return text;
}

Test(lang, nesting_has_a_bound)
{
    static const char *const pieces[] = { "(", "[", "-", "{", "sum(", "x[", "2^", "a={", "1+(", "x.T[" };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = repeated("", pieces[i], 10000, "");
        run   r = build(text, WG_EVAL);
        cr_expect_eq(wg_failed(r.c), WG_ERROR_SYNTAX, "%s: %s", pieces[i], wg_message(r.c));
        cr_expect(strstr(wg_message(r.c), "256 deep") || strstr(wg_message(r.c), "start of a statement"), "%s: %.200s", pieces[i],
                  wg_message(r.c));
        wgt_drop(r.c, NULL);
        free(text);
    }
    char *fits = repeated("x = 1; ", "(", 256, "x"), *all = repeated(fits, ")", 256, "");
    expect_number(all, 1);
    free(fits);
    free(all);
}

Test(lang, long_texts_that_do_not_nest_are_fine)
{
    char *sum = repeated("x = 1; 0", " + x", 20000, ""), *list = repeated("sum([0", ", 1", 100000, "])"),
         *turns = repeated("x = [[1]]; sum(x", ".T", 5000, ")"), *lines = repeated("", "\n", 500000, "7");
    expect_number(sum, 20000);
    expect_number(list, 100000);
    expect_number(turns, 1);
    expect_number(lines, 7);
    free(sum), free(list), free(turns), free(lines);
}

Test(lang, texts_have_a_bound)
{
    char *text = repeated("", " ", (1 << 20) + 1, "");
    run   r = build(text, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_SYNTAX, "more than 1 MiB");
    wgt_drop(r.c, NULL);
    free(text);
}

/* Random bytes, and programs with random bytes changed: an answer or an error, never a crash. */
Test(lang, any_bytes)
{
    static const char seedling[] = "x = input(m, 4); W = param(4, 3, init=he); y = one_hot([0, 2], 3)\nz = (x @ W)[0:2] + 1e-3\n"
                                   "h = { t = z.T; softmax(t, axis=-1) }\nL = -sum(y * log(softmax(z))) / m\ncheck grad(L, z) == mean(h)\n";
    static const char alphabet[] = "xymWzhtL01239.e+-*/@^()[]{},:;=<>! \n#sumgradT_$\"\x80";
    wgt_random        random = { wgt_seed() };
    for (int i = 0; i < 400; i++) {
        char text[sizeof seedling + 8];
        memcpy(text, seedling, sizeof seedling);
        int changes = 1 + (int)wgt_below(&random, i % 4 ? 6 : 200);
        for (int k = 0; k < changes; k++)
            text[wgt_below(&random, sizeof seedling - 1)] = alphabet[wgt_below(&random, sizeof alphabet - 1)];
        if (i % 7 == 0) text[wgt_below(&random, sizeof seedling - 1)] = 0;
        run r = build(text, i % 2 ? WG_TRAIN : WG_EVAL);
        cr_expect(!wg_failed(r.c) || *wg_message(r.c));
        wgt_drop(r.c, NULL);
    }
}

/* ---- literals, nearest words, memory ---- */

Test(lang, literals)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_tensor   t = wg_literal(c, "--set x", "[[1, 2], [3, -4.5]]");
    cr_assert(t.dtype == WG_F64 && wg_shape_equal(t.shape, WG_SHAPE(2, 2)));
    cr_expect_eq(wg_tensor_item(&t, 3), -4.5);
    wg_free(c, t.data);
    t = wg_literal(c, "--set x", "-7");
    cr_assert(t.shape.rank == 0 && wg_tensor_item(&t, 0) == -7);
    wg_free(c, t.data);
    static const char *const wrong[] = { "", "x", "[1,", "1 2", "x = 1", "[a]", "1; 2", "sum([1])" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_null(wg_literal(c, "--set x", wrong[i]).data, "%s", wrong[i]);
        wgt_expect_error(c, WG_ERROR_SYNTAX, "--set x:1:");
    }
    wgt_finish(c, NULL);
}

Test(lang, nearest_words)
{
    static const char *const words[] = { "softmax", "log_softmax", "sum", "x" };
    cr_expect_str_eq(wg_nearest("sofmax", words, 4), "softmax");
    cr_expect_str_eq(wg_nearest("smu", words, 4), "sum");
    cr_expect_str_eq(wg_nearest("X", words, 4), "x");
    cr_expect_null(wg_nearest("dropout", words, 4));
    cr_expect_null(wg_nearest("y", words, 4));
}

Test(lang, every_allocation_may_fail)
{
    static const char text[] = "x = input(m, 2); W = param(2, 2); h = { z = dense(x @ W, 2); z.T[0:1] }\nL = sum(h * [1, 2, 3, 4, 5, 6, 7])\n"
                               "check grad(L, h) == ones(1, m)\n[L, L]";
    for (int64_t at = 1;; at += at < 60 ? 1 : 7) {
        wgt_memory  m = { .fail_at = at };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph   *g = wg_graph_new(c);
        wg_params  *p = wg_params_new(c);
        wg_program *q = wg_program_text(c, "t.wg", text);
        wg_program_build(q, g, p, WG_TRAIN);
        cr_expect(!m.failed || wg_failed(c) == WG_ERROR_MEMORY, "allocation %d: %s", (int)at, wg_message(c));
        bool last = !m.failed;
        wg_program_free(q);
        wgt_drop(c, &m);
        if (last) break;
    }
}
