/* test_lang_errors.c: the .wg language: where errors point, what is refused, hostile texts, failing
 * memory. */
#include <stdlib.h>
#include <string.h>

#include "wglang.h"

Test(lang_errors, syntax_errors_have_a_place)
{
    wgt_expect_place("x = ", WG_ERROR_SYNTAX, 1, 5, "not complete");
    wgt_expect_place("x = 1 +\ny = 2", WG_ERROR_SYNTAX, 1, 8, "not complete");
    wgt_expect_place("\n\n  a = (1, 2)", WG_ERROR_SYNTAX, 3, 9, "')' is missing");
    wgt_expect_place("f(1", WG_ERROR_SYNTAX, 1, 2, "never closed");
    wgt_expect_place("[1, 2", WG_ERROR_SYNTAX, 1, 1, "never closed");
    wgt_expect_place("{ x = 1; x", WG_ERROR_SYNTAX, 1, 1, "never closed");
    wgt_expect_place("x = 1)", WG_ERROR_SYNTAX, 1, 6, "never opened");
    wgt_expect_place("2x", WG_ERROR_SYNTAX, 1, 2, "product");
    wgt_expect_place("x = 3 $ 4", WG_ERROR_SYNTAX, 1, 7, "character");
    wgt_expect_place("1 < 2 < 3", WG_ERROR_SYNTAX, 1, 7, "do not chain");
    wgt_expect_place("x.shape", WG_ERROR_SYNTAX, 1, 3, ".T");
    wgt_expect_place("2d1", WG_ERROR_SYNTAX, 1, 2, "product");
    wgt_expect_place("0x10", WG_ERROR_SYNTAX, 1, 2, "product");
    wgt_expect_place("x = [1]; x' * x", WG_ERROR_SYNTAX, 1, 11, ".T, the transpose");
    wgt_expect_place("einsum(\"ij->ji, x)", WG_ERROR_SYNTAX, 1, 8, "never closed on its line");
    wgt_expect_place("einsum(“ij->ji”, [[1]])", WG_ERROR_SYNTAX, 1, 8, "write \"");
    wgt_expect_place("x = \"abc\"", WG_ERROR_SYNTAX, 1, 5, "a text is no value");
    wgt_expect_place("f(x) = x + 1; abs(f(1)) + 'a'", WG_ERROR_SYNTAX, 1, 27, "a text is no value");
    wgt_expect_place("einsum([[1]])", WG_ERROR_SYNTAX, 1, 1, "einsum needs a text: einsum(\"...\", x)");
    wgt_expect_place("einsum(\"i->i\")", WG_ERROR_SYNTAX, 1, 1, "einsum takes at least 2 operands, not 1");
    wgt_expect_place("einsum(\"i->i\", [1], letters=\"i\")", WG_ERROR_SYNTAX, 1, 29, "given twice");
    wgt_expect_place("einsum([1], letters=3)", WG_ERROR_SYNTAX, 1, 21, "a text in quotes");
    wgt_expect_place("mse([1], [2], reduction=\"men\")", WG_ERROR_SYNTAX, 1, 25, "did you mean 'mean'?");
    wgt_expect_place("mse([1], [2], reduction=\"\")", WG_ERROR_SYNTAX, 1, 25, "not a choice here");
    wgt_expect_place("2 = x", WG_ERROR_SYNTAX, 1, 3, "only a name");
    wgt_expect_place("check 1 < 2", WG_ERROR_SYNTAX, 1, 9, "LEFT == RIGHT");
    wgt_expect_place("x = {}", WG_ERROR_SYNTAX, 1, 5, "a block ends with");
    wgt_expect_place("sum(axis=0, [1])", WG_ERROR_SYNTAX, 1, 13, "after a keyword");
    wgt_expect_place("pi = 3", WG_ERROR_SYNTAX, 1, 1, "number of the language");
    wgt_expect_place("x = [1, 2, [3]]", WG_ERROR_SHAPE, 1, 12, "a list among numbers");
    wgt_expect_place("x = [[1, 2], [3]]", WG_ERROR_SHAPE, 1, 14, "unequal length");
}

Test(lang_errors, names_have_places_and_suggestions)
{
    wgt_expect_place("x = input(m, 2)\nlabels = input(m)\nsum(lables)", WG_ERROR_SYNTAX, 3, 5,
                     "no name 'lables'; did you mean 'labels' (line 2)?\n  sum(lables)\n      ^~~~~~");
    wgt_expect_place("x = 1\nx = 2", WG_ERROR_SYNTAX, 2, 1, "bound already, in line 1");
    wgt_expect_place("x = x + 1", WG_ERROR_SYNTAX, 1, 5, "used in its own definition");
    wgt_expect_place("y = x + 1\nx = 2", WG_ERROR_SYNTAX, 1, 5, "only later, in line 2");
    wgt_expect_place("y = { t = 1; t }; x = input(m); t", WG_ERROR_SYNTAX, 1, 33, "no name 't'");
    wgt_expect_place("y = { x = 1; x }; x = { y = 2; y }", WG_ERROR_SYNTAX, 1, 25, "bound already");
    wgt_expect_place("x = custom_vjp(x0, x0)", WG_ERROR_SYNTAX, 1, 5, "takes a C function; use it from C");
    wgt_expect_place("sofmax([1])", WG_ERROR_SYNTAX, 1, 1, "did you mean 'softmax'?");
    wgt_expect_place("softmax([1], temprature=2)", WG_ERROR_SYNTAX, 1, 14, "did you mean 'temperature'?");
    wgt_expect_place("mse([1], [2], reduction=mena)", WG_ERROR_SYNTAX, 1, 25, "did you mean 'mean'?");
    wgt_expect_place("W = param(2, init=hee)", WG_ERROR_SYNTAX, 1, 19, "did you mean 'he'?");
}

Test(lang_errors, numbers_where_options_are_meant_are_refused)
{
    wgt_expect_place("x = [1]; dropout(x, 0.8)", WG_ERROR_SYNTAX, 1, 21, "options are named: keep_prob drop");
    wgt_expect_place("sum([1], 0)", WG_ERROR_SYNTAX, 1, 10, "options are named: axis keepdims");
    wgt_expect_place("sum([1], axis=0.5)", WG_ERROR_VALUE, 1, 15, "whole number");
    wgt_expect_place("sum([1], keepdims=1)", WG_ERROR_SYNTAX, 1, 19, "true or false");
    wgt_expect_place("sum([1], axis=0, axis=0)", WG_ERROR_SYNTAX, 1, 18, "twice");
    wgt_expect_place("sum([[1]], axis=0, axes=1)", WG_ERROR_SYNTAX, 1, 20,
                     "'axis' and 'axes' are one option");
    wgt_expect_place("softmax([[1]], axes=0, axis=0)", WG_ERROR_SYNTAX, 1, 24,
                     "'axis' and 'axes' are one option");
    wgt_expect_place("sigmoid([1], 2, 3)", WG_ERROR_SYNTAX, 1, 14, "1 operand");
    wgt_expect_place("mse([1])", WG_ERROR_SYNTAX, 1, 1, "2 operands");
    wgt_expect_place("k = [1] * 2; sum([1], axis=k)", WG_ERROR_SYNTAX, 1, 28, "known here");
}

Test(lang_errors, owners_need_names)
{
    wgt_expect_place("x = [[1]]; check dense(x, 2) == x", WG_ERROR_SYNTAX, 1, 18, "bind it to a name");
    wgt_expect_place("x = [[1]]; dense(x, 2); dense(x, 3)", WG_ERROR_SYNTAX, 1, 25,
                     "a second dense under the name '_': bind each to a name of its own");
    wgt_expect_place("x = [[1]]; h = { dense1 = dense(x, 2); dense(dense(dense1, 2), 2) }", WG_ERROR_SYNTAX,
                     1, 46, "a second dense under the name 'h.dense1'");
    wgt_expect_place("x = [[[1]]]; h = lstm(x)", WG_ERROR_SYNTAX, 1, 18, "lstm takes 2 operands, not 1");
    wgt_expect_place("x = [[[1]]]; h = lstm(x, 2, revers=true)", WG_ERROR_SYNTAX, 1, 29,
                     "did you mean 'reverse'");
    wgt_expect_place("x = [[[1]]]; h = lstm(x, 0)", WG_ERROR_VALUE, 1, 26, "units");
    wgt_expect_place("sum(param(2))", WG_ERROR_SYNTAX, 1, 5, "needs a name");
    wgt_expect_place("sum(input(2))", WG_ERROR_SYNTAX, 1, 5, "needs a name");
}

Test(lang_errors, errors_of_the_library_name_place_and_operands)
{
    wgt_expect_place("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W", WG_ERROR_SHAPE, 3, 7, "x [5,4]");
    wgt_expect_place("x = zeros(5, 4)\nW = zeros(3, 2)\nz = x @ W", WG_ERROR_SHAPE, 3, 7, "W [3,2]");
    wgt_expect_place("x = [1, 2]\n(x + 1) * [1, 2, 3]", WG_ERROR_SHAPE, 2, 9, "(x + 1) [2]");
    wgt_expect_place("x = [1, 2]; x[2]", WG_ERROR_VALUE, 1, 15, "from -2 to 1");
    wgt_expect_place("x = [1, 2]; x[0, 0]", WG_ERROR_SHAPE, 1, 18, "more indices than axes");
    wgt_run r = wgt_build("x = zeros(5, 4)\nz = x @ x", WG_EVAL);
    cr_expect_str_eq(wg_program_excerpt(r.q), "\n  z = x @ x\n        ^");
    wgt_drop(r.c, NULL);
}

Test(lang_errors, values_from_outside_must_fit)
{
    wgt_run r = wgt_program("x = input(m, 3); y = input(m, classes=3); x");
    wgt_set(&r, "x", "[[1, 2]]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_SHAPE, "'x' is declared [m,3], the value given is [1,2]");
    wgt_set(&r, "x", "[[1, 2, 3]]");
    wgt_set(&r, "y", "[1, 2]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_SHAPE, "'m' is 2 by the value of 'y', and 1 elsewhere");
    wgt_set(&r, "y", "[3]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_VALUE, "class numbers are 0 to 2");
    wgt_set(&r, "y", "[2]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    wgt_finish(r.c, NULL);
}

static char *repeated(const char *before, const char *piece, int n, const char *after)
{
    size_t length = strlen(piece), at = strlen(before);
    char *text = malloc(at + length * (size_t)n + strlen(after) + 1);
    strcpy(text, before);
    for (int i = 0; i < n; i++, at += length) memcpy(text + at, piece, length);
    strcpy(text + at, after);
    return text;
}

Test(lang_errors, nesting_has_a_bound)
{
    static const char *const pieces[] = { "(", "[", "-", "{", "sum(", "x[", "2^", "a={", "1+(", "x.T[" };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = repeated("", pieces[i], 10000, "");
        wgt_run r = wgt_build(text, WG_EVAL);
        cr_expect_eq(wg_failed(r.c), WG_ERROR_SYNTAX, "%s: %s", pieces[i], wg_message(r.c));
        cr_expect(strstr(wg_message(r.c), "64 deep") || strstr(wg_message(r.c), "start of a statement"),
                  "%s: %.200s", pieces[i], wg_message(r.c));
        wgt_drop(r.c, NULL);
        free(text);
    }
    char *fits = repeated("x = 1; ", "(", 64, "x"), *all = repeated(fits, ")", 64, "");
    wgt_expect_number(all, 1);
    free(fits);
    free(all);
}

Test(lang_errors, long_texts_that_do_not_nest_are_fine)
{
    char *sum = repeated("x = 1; 0", " + x", 20000, ""), *list = repeated("sum([0", ", 1", 100000, "])"),
         *turns = repeated("x = [[1]]; sum(x", ".T", 5000, ")"), *lines = repeated("", "\n", 500000, "7");
    wgt_expect_number(sum, 20000);
    wgt_expect_number(list, 100000);
    wgt_expect_number(turns, 1);
    wgt_expect_number(lines, 7);
    free(sum), free(list), free(turns), free(lines);
}

Test(lang_errors, texts_have_a_bound)
{
    char *text = repeated("", " ", (1 << 20) + 1, "");
    wgt_run r = wgt_build(text, WG_EVAL);
    wgt_expect_error(r.c, WG_ERROR_SYNTAX, "more than 1 MiB");
    wgt_drop(r.c, NULL);
    free(text);
}

/* Random bytes, and programs with random bytes changed: an answer or an error, never a crash. */
Test(lang_errors, any_bytes)
{
    static const char seedling[] =
        "x = input(m, 4); W = param(4, 3, init=he); y = one_hot([0, 2], 3)\nz = (x @ W)[0:2] + 1e-3\n"
        "h = { t = z.T; softmax(t, axis=-1) }\nL = -sum(y * log(softmax(z))) / m\ncheck grad(L, z) == "
        "mean(h)\n";
    static const char alphabet[] = "xymWzhtL01239.eD+-*/@^()[]{},:;=<>! \n#sumgradT_$\"'\x80";
    wgt_random random = { wgt_seed() };
    for (int i = 0; i < 400; i++) {
        char text[sizeof seedling + 8];
        memcpy(text, seedling, sizeof seedling);
        int changes = 1 + (int)wgt_below(&random, i % 4 ? 6 : 200);
        for (int k = 0; k < changes; k++)
            text[wgt_below(&random, sizeof seedling - 1)] = alphabet[wgt_below(&random, sizeof alphabet - 1)];
        if (i % 7 == 0) text[wgt_below(&random, sizeof seedling - 1)] = 0;
        wgt_run r = wgt_build(text, i % 2 ? WG_TRAIN : WG_EVAL);
        cr_expect(!wg_failed(r.c) || *wg_message(r.c));
        wgt_drop(r.c, NULL);
    }
}

/* ---- literals, nearest words, memory ---- */

Test(lang_errors, literals)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_tensor t = wg_literal(c, "--set x", "[[1, 2], [3, -4.5]]");
    cr_assert(t.dtype == WG_F64 && wg_shape_equal(t.shape, WG_SHAPE(2, 2)));
    cr_expect_eq(wg_tensor_item(&t, 3), -4.5);
    wg_free(c, t.data);
    t = wg_literal(c, "--set x", "-7");
    cr_assert(t.shape.rank == 0 && wg_tensor_item(&t, 0) == -7);
    wg_free(c, t.data);
    t = wg_literal(c, "--set x", "[1.0D+01, -0.25d-1]");
    cr_assert(wg_tensor_item(&t, 0) == 10 && wg_tensor_item(&t, 1) == -0.025);
    wg_free(c, t.data);
    static const char *const wrong[] = { "", "x", "[1,", "1 2", "x = 1", "[a]", "1; 2", "sum([1])" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_null(wg_literal(c, "--set x", wrong[i]).data, "%s", wrong[i]);
        wgt_expect_error(c, WG_ERROR_SYNTAX, "--set x:1:");
    }
    wgt_finish(c, NULL);
}

Test(lang_errors, nearest_words)
{
    static const char *const words[] = { "softmax", "log_softmax", "sum", "x" };
    cr_expect_str_eq(wg_nearest("sofmax", words, 4), "softmax");
    cr_expect_str_eq(wg_nearest("smu", words, 4), "sum");
    cr_expect_str_eq(wg_nearest("X", words, 4), "x");
    cr_expect_null(wg_nearest("dropout", words, 4));
    cr_expect_null(wg_nearest("y", words, 4));
}

Test(lang_errors, every_allocation_may_fail)
{
    static const char text[] = "x = input(m, 2); W = param(2, 2); h = { z = dense(x @ W, 2); z.T[0:1] }\nL = "
                               "sum(h * [1, 2, 3, 4, 5, 6, 7])\n"
                               "check grad(L, h) == ones(1, m)\n[L, L]";
    wgt_expect_memory(text);
}

/* The list of the names that were drawn is written once, not once for each name: that took 2 GB here. */
Test(lang_errors, many_names_take_little_memory)
{
    enum { NAMES = 20000, EACH = 12 };
    char *text = malloc(NAMES * EACH + 1);
    for (int i = 0; i < NAMES; i++) snprintf(text + i * EACH, EACH + 1, "name_%05d; ", i);
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F64, NULL);
    wg_program *q = wg_program_text(c, "t.wg", text);
    wg_program_build(q, wg_graph_new(c), wg_params_new(c), WG_EVAL);
    cr_expect_lt(m.bytes, 100 << 20);
    cr_expect_eq(strlen(wg_program_drawn(q)), NAMES * EACH - 2 + strlen(" drawn at random, seed 1"));
    wg_program_free(q);
    free(text);
    wgt_finish(c, &m);
}
