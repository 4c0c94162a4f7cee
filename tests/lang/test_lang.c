/* test_lang.c: the .wg language: what it computes, how strongly operators bind, what names mean. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wglang.h"

/* ---- expressions ---- */

Test(lang, numbers) { cr_expect(isinf(wgt_number("inf")) && isnan(wgt_number("nan"))); }

Test(lang, the_locale_changes_nothing)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8"))
        wgt_expect_number("0.5 + 1.25", 1.75);
    setlocale(LC_ALL, "C");
}

Test(lang, softmax_of_the_course)
{
    const double e[] = { exp(5), exp(2), exp(-1), exp(3) }, all = e[0] + e[1] + e[2] + e[3];
    VALUES("softmax([5, 2, -1, 3])", WG_SHAPE(4), e[0] / all, e[1] / all, e[2] / all, e[3] / all);
}

Test(lang, names_are_given_to_nodes)
{
    WGT_ENDS wgt_run r = wgt_build("x = [1, 2]\ny = x * 2\nz = sum(y)", WG_EVAL);
    cr_expect_str_eq(wg_node_name(wg_program_node(r.q, "y")), "y");
    cr_expect_str_eq(wgx_program_last_name(r.q), "z");
    cr_expect_eq(wg_program_names(r.q), 3);
    cr_expect_str_eq(wg_program_name(r.q, 1), "y");
    cr_expect_str_eq(wg_site_place(wg_node_site(wg_program_node(r.q, "y"))), "t.wg:2:7");
}

/* ---- names, sizes, values from outside ---- */

Test(lang, free_names_are_inputs)
{
    WGT_ENDS wgt_run r = wgt_program("theta^3");
    wgt_set(&r, "theta", "2");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 8);
    cr_expect_eq(wgx_program_meaning(r.q, "theta"), WG_NAME_INPUT);
    cr_expect_str_eq(wg_program_drawn(r.q), "");
}

Test(lang, a_symbol_is_one_size_everywhere)
{
    WGT_ENDS wgt_run r = wgt_program("x = input(m, 3); y = input(m); sum(x) / m");
    wgt_set(&r, "x", "[[1, 2, 3], [4, 5, 6]]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 10.5);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_node(r.q, "y")), WG_SHAPE(2)));
    cr_expect_str_eq(wg_program_drawn(r.q), "y drawn at random, m = 2, seed 1");
    cr_expect_eq(wgx_program_meaning(r.q, "m"), WG_NAME_SYMBOL);
}

Test(lang, without_data_sizes_are_seven)
{
    WGT_ENDS wgt_run r = wgt_build("x = input(m, 3); y = input(m, classes=4); x", WG_EVAL);
    cr_expect_str_eq(wg_program_drawn(r.q), "x, y drawn at random, m = 7, seed 1");
    wg_tensor y = wg_value(wg_program_node(r.q, "y"));
    cr_assert(y.dtype == WG_I32 && wg_shape_equal(y.shape, WG_SHAPE(7)));
    for (int i = 0; i < 7; i++) cr_expect(wg_tensor_item(&y, i) >= 0 && wg_tensor_item(&y, i) < 4);
}

Test(lang, draws_depend_on_seed_and_name)
{
    double first = wgt_number("a = normal(); a"), seeded = wgt_number("normal(seed=3)");
    cr_expect_eq(wgt_number("b = 1; a = normal(); a"), first);
    cr_expect_neq(wgt_number("other = normal(); other"), first);
    cr_expect_eq(wgt_number("q = 1; normal(seed=3)"), seeded);
    cr_expect_neq(wgt_number("q = normal(seed=3); q"), seeded);
    cr_expect_eq(wgt_number("b = normal(seed=3); q = normal(seed=3); q"),
                 wgt_number("q = normal(seed=3); q"));
    cr_expect_neq(wgt_number("q = normal(seed=4); q"), wgt_number("q = normal(seed=3); q"));
    double mean = wgt_number("mean(normal(100, 100, seed=1))"),
           spread = wgt_number("mean(normal(100, 100, seed=1)^2)");
    cr_expect(fabs(mean) < 0.04 && fabs(spread - 1) < 0.06, "four standard errors of 10,000 draws: %g %g",
              mean, spread);
    double half = wgt_number("mean(uniform(100, 100, seed=1))");
    cr_expect(fabs(half - 0.5) < 0.012, "four standard errors: %g", half);
}

Test(lang, constants_and_parameters_can_be_set_computed_names_cannot)
{
    WGT_ENDS wgt_run r = wgt_program("w = [1, 2]; W = param(2, init=3); z = sum(w * W)");
    wgt_set(&r, "w", "[5, 6]");
    wgt_set(&r, "W", "[1, 10]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 65);
    wg_program_set(r.q, "z", wgx_literal(r.c, "z", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "z is computed at t.wg:1");
    wg_program_set(r.q, "v", wgx_literal(r.c, "v", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "no name 'v'");
}

Test(lang, first_values)
{
    WGT_ENDS wgt_run r = wgt_build(
        "A = param(2, 2, init=1.5); B = param(2, init=[3, 4]); C = param(3); D = param(2000, 50, init=he); "
        "E = param(10000, init=uniform(2, 3)); sum(A) + sum(B) + sum(C)",
        WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 13);
    wg_tensor d = wg_params_tensor(r.p, wg_params_find(r.p, "D")),
              e = wg_params_tensor(r.p, wg_params_find(r.p, "E"));
    double squares = 0;
    for (int i = 0; i < 100000; i++) squares += wg_tensor_item(&d, i) * wg_tensor_item(&d, i) / 100000;
    cr_expect(fabs(squares * 1000 - 1) < 4 * sqrt(2e-5), "variance 2 / n_in: %g", squares);
    for (int i = 0; i < 10000; i++) cr_expect(wg_tensor_item(&e, i) >= 2 && wg_tensor_item(&e, i) < 3);
}

Test(lang, a_program_is_built_again_and_again)
{
    WGT_ENDS wgt_run r = wgt_program("x = input(m); W = param(2); check sum(x) == sum(x)\nsum(x) + sum(W)");
    for (int i = 1; i <= 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "[%d, 1]", i);
        wgt_set(&r, "x", text);
        wg_program_build(r.q, r.g, r.p, WG_EVAL);
        cr_expect_eq(wg_item(wg_program_last(r.q)), i + 1);
        cr_expect_eq(wgx_program_claims(r.q), 1);
    }
}

Test(lang, training_and_inference_differ)
{
    static const char text[] = "x = ones(1000); sum(dropout(x, keep_prob=0.5))";
    WGT_ENDS wgt_run r = wgt_build(text, WG_TRAIN);
    double v = wg_item(wg_program_last(r.q));
    cr_expect(v != 1000 && fabs(v - 1000) < 130, "2 x 1000 coins, four deviations: %g", v);
}

/* ---- claims ---- */

Test(lang, claims_have_lines_text_and_two_sides)
{
    WGT_ENDS wgt_run r =
        wgt_build("x = [1, 2]\n\ncheck sum(x) == 1 + 2   # so it is\ncheck x == x.T\n", WG_EVAL);
    wgx_claim k = wgx_program_claim(r.q, 0);
    cr_assert_eq(wgx_program_claims(r.q), 2);
    cr_expect_eq(k.line, 3);
    cr_expect_str_eq(k.text, "sum(x) == 1 + 2");
    cr_expect_eq(wg_item(k.left), 3);
    cr_expect_eq(wg_item(k.right), 3);
}

Test(lang, values_of_statements_by_their_place)
{
    WGT_ENDS wgt_run r = wgt_build("x = 3\n  x + 1; x*2\ncheck x == 3\n7", WG_EVAL);
    cr_expect_eq(wg_item(wgx_program_node_at(r.q, 2, 3)), 4);
    cr_expect_eq(wg_item(wgx_program_node_at(r.q, 2, 10)), 6);
    cr_expect_eq(wg_item(wgx_program_node_at(r.q, 4, 1)), 7);
    const int none[][2] = {
        { 1, 1 }, { 2, 1 }, { 2, 4 }, { 3, 1 }, { 9, 1 }, { 0, 0 }, { 2, 1000 }, { -1, 3 }
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_expect(wg_is_none(wgx_program_node_at(r.q, none[i][0], none[i][1])), "%d:%d", none[i][0],
                  none[i][1]);
}

Test(lang, variants_of_a_claim)
{
    WGT_ENDS wgt_run r = wgt_build("x = [[1, 2], [3, 4]]\ny = [2, 3]\ncheck y == mean(x) * 1", WG_EVAL);
    bool found = false;
    wgx_claim v;
    for (int k = 0; (v = wgx_program_claim_variant(r.q, 0, k)).text; k++)
        if (!strcmp(v.text, "mean(x, axis=0) * 1")) {
            wg_tensor t = wg_value(v.right);
            found = wg_tensor_item(&t, 0) == 2 && wg_tensor_item(&t, 1) == 3;
        }
    cr_expect(found);
    cr_expect_eq(wg_failed(r.c), WG_OK);
}

/* The sum and the mean along each axis of the right side, then of the left. */
Test(lang, variants_are_of_both_sides)
{
    WGT_ENDS wgt_run r = wgt_build("x = [[1, 2], [3, 4]]\ny = [4, 6]\ncheck x == y", WG_EVAL);
    static const char *const want[] = { "sum(y, axis=0)",  "mean(y, axis=0)", "sum(x, axis=0)",
                                        "mean(x, axis=0)", "sum(x, axis=1)",  "mean(x, axis=1)" };
    for (int k = 0; k < 6; k++) cr_expect_str_eq(wgx_program_claim_variant(r.q, 0, k).text, want[k]);
    cr_expect_null(wgx_program_claim_variant(r.q, 0, 6).text);
}

Test(lang, claims_are_about_what_is_computed_last)
{
    for (int i = 0; i < 2; i++) {
        WGT_ENDS wgt_run r =
            wgt_build(i ? "x = 2; y = x^2; z = y^2; check grad(z, x) == 32; check grad(y, x) == 4"
                        : "x = 2; y = x^2; z = y^2; check grad(y, x) == 4; check grad(z, x) == 32",
                      WG_EVAL);
        cr_expect_str_eq(wgx_program_claimed(r.q), "z");
    }
}

/* One name of two columns has both beside their place. */
Test(lang, a_series_has_all_columns_of_its_name)
{
    WGT_ENDS wgt_run r = wgt_build(
        "plot line [[1, 2], [3, 4]] as \"a\"\ncheck series(\"a\") == [[0, 1, 2], [1, 3, 4]]", WG_EVAL);
    const wgx_claim k = wgx_program_claim(r.q, 0);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    cr_expect_eq(wg_item(wg_sum(wg_abs(wg_sub(k.left, k.right)))), 0);
}

/* A claim in a block of another claim's side is built again with each variant of that side. It is one claim
 * all the same. */
Test(lang, variants_add_no_claims)
{
    WGT_ENDS wgt_run r = wgt_build("check { check [1] == [1]; sum([1, 2]) } == [1, 2]", WG_EVAL);
    int n = 0;
    cr_expect_eq(wgx_program_claims(r.q), 2);
    while (wgx_program_claim_variant(r.q, 1, n).text) n++;
    cr_expect_gt(n, 0);
    cr_expect_eq(wgx_program_claims(r.q), 2);
}

/* ---- memory of values from outside ---- */

/* The most bytes at a time while x is set and the program is built. */
static int64_t most_bytes(wg_tensor x)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    wg_program *q = wg_program_text(c, "test.wg", "mean(x)");
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    const int64_t before = m.bytes;
    m.most = before;
    wg_program_set(q, "x", x);
    wg_program_build(q, g, p, WG_EVAL);
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    const int64_t most = m.most - before;
    wg_program_free(q);
    wgt_finish(c, &m);
    return most;
}

/* The program's copy has the dtype of what was given, and the graph has the input. A value of another dtype
 * is there once more while it is converted. */
Test(lang, a_value_that_is_set_takes_what_it_holds)
{
    enum { N = 1 << 20, FLOATS = N * sizeof(float), SMALL = 1 << 18 }; /* SMALL: chunks of the graph */
    void *zeros = calloc(N, sizeof(double));
    const int64_t one = most_bytes(wg_view(WG_F32, zeros, WG_SCALAR)) + SMALL,
                  f32 = most_bytes(wg_view(WG_F32, zeros, WG_SHAPE(N))) - one,
                  u8 = most_bytes(wg_view(WG_U8, zeros, WG_SHAPE(N))) - one,
                  f64 = most_bytes(wg_view(WG_F64, zeros, WG_SHAPE(N))) - one;
    cr_expect_leq(f32, 2 * FLOATS, "%lld bytes", (long long)f32);
    cr_expect_leq(u8, N + 2 * FLOATS, "%lld bytes", (long long)u8);
    cr_expect_leq(f64, 2 * FLOATS + 2 * FLOATS, "%lld bytes", (long long)f64);
    free(zeros);
}

Test(lang, programs_of_a_file) { wgt_run_programs("tests/lang/cases.txt"); }
Test(lang, wrong_plots_of_a_file) { wgt_run_programs("tests/lang/plots.txt"); }

/* Of n standard normal draws that are independent, x and y, sum(x y)/n has the standard deviation
 * 1/sqrt(n). */
Test(lang, two_names_of_one_seed_are_independent)
{
    const double together =
        wgt_number("x = normal(100, 100, seed=1); y = normal(100, 100, seed=1); mean(x*y)");
    cr_expect(fabs(together) < 0.04, "four standard errors: %g", together);
}

static void count_warnings(void *user, const char *message)
{
    ++*(int *)user;
    cr_expect(strstr(message, "normal(..., seed=1) has the same numbers as the one in line 1"), "%s",
              message);
}

static int warnings_of(const char *text)
{
    int warnings = 0;
    wg_context *c = wg_start(.on_warning = count_warnings, .user = &warnings);
    wg_program *q = wg_program_text(c, "t.wg", text);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    cr_expect(!wg_program_build(q, g, p, WG_EVAL));
    wg_program_free(q);
    wg_finish(c, stderr);
    return warnings;
}

Test(lang, a_seed_that_is_used_twice_without_a_name_warns)
{
    cr_expect_eq(warnings_of("normal(2, seed=1) @ normal(2, seed=1)"), 1);
    cr_expect_eq(warnings_of("f(n) = n * sum(normal(2, seed=1))\nf(2) + f(3)"), 1);
    cr_expect_eq(warnings_of("x = normal(2, seed=1); y = normal(2, seed=1); normal(2, seed=1)"), 0);
    cr_expect_eq(warnings_of("normal(2, seed=1) @ uniform(2, seed=1) + sum(normal(2, seed=2))"), 0);
}
