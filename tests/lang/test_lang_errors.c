/* test_lang_errors.c: the .wg language: where errors point, what is refused, hostile texts, failing
 * memory. */
#include <stdlib.h>
#include <string.h>

#include "wglang.h"

Test(lang_errors, errors_of_the_library_name_place_and_operands)
{
    wgt_run r = wgt_build("x = zeros(5, 4)\nz = x @ x", WG_EVAL);
    cr_expect_str_eq(wgx_program_excerpt(r.q), "\n  z = x @ x\n        ^");
    wgt_drop(r.c, NULL);
}

/* A long name far to the right is marked whole. */
Test(lang_errors, excerpts_move_to_the_place_of_the_error)
{
    char text[200];
    snprintf(text, sizeof text, "%-100s%s", "x = 1 +", "a_name_of_twenty_six_bytes(1)");
    wgt_run r = wgt_build(text, WG_EVAL);
    cr_expect_not_null(strstr(wg_message(r.c), "    a_name_of_twenty_six_bytes(1)\n"));
    cr_expect_not_null(strstr(wg_message(r.c), "    ^~~~~~~~~~~~~~~~~~~~~~~~~"));
    wgt_drop(r.c, NULL);
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
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_tensor t = wgx_literal(c, "--set x", "[[1, 2], [3, -4.5]]");
    cr_assert(t.dtype == WG_F64 && wg_shape_equal(t.shape, WG_SHAPE(2, 2)));
    cr_expect_eq(wg_tensor_item(&t, 3), -4.5);
    wg_free(c, t.data);
    t = wgx_literal(c, "--set x", "-7");
    cr_assert(t.shape.rank == 0 && wg_tensor_item(&t, 0) == -7);
    wg_free(c, t.data);
    t = wgx_literal(c, "--set x", "[1.0D+01, -0.25d-1]");
    cr_assert(wg_tensor_item(&t, 0) == 10 && wg_tensor_item(&t, 1) == -0.025);
    wg_free(c, t.data);
    static const char *const wrong[] = { "", "x", "[1,", "1 2", "x = 1", "[a]", "1; 2", "sum([1])" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_null(wgx_literal(c, "--set x", wrong[i]).data, "%s", wrong[i]);
        wgt_expect_error(c, WG_ERROR_SYNTAX, "--set x:1:");
    }
}

Test(lang_errors, nearest_words)
{
    static const char *const words[] = { "softmax", "log_softmax", "sum", "x" };
    cr_expect_str_eq(wgx_nearest("sofmax", words, 4), "softmax");
    cr_expect_str_eq(wgx_nearest("smu", words, 4), "sum");
    cr_expect_str_eq(wgx_nearest("X", words, 4), "x");
    cr_expect_null(wgx_nearest("dropout", words, 4));
    cr_expect_null(wgx_nearest("y", words, 4));
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
