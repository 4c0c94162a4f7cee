/* test_formula_print.c: formulas as text: Unicode, ASCII, LaTeX; mistakes with their places; equations
 * of one node. */
#include <stdio.h>
#include <string.h>

#include "formula/formula.h"
#include "wgtest.h"

static void expect(const char *formula, wg_formula_form form, const char *text)
{
    char line[400];
    const int n = wg_formula_print(formula, form, line, sizeof line);
    cr_expect_str_eq(line, text, "%s: '%s' is not '%s'", formula, line, text);
    cr_expect_eq(n, (int)strlen(text));
}

Test(formula_print, a_short_buffer_is_cut_and_the_length_is_that_of_all)
{
    char text[6] = "?????";
    cr_expect_eq(wg_formula_print("y = a + b", WG_FORMULA_ASCII, text, sizeof text), 9);
    cr_expect_str_eq(text, "y = a");
    cr_expect_eq(wg_formula_print("y = a + b", WG_FORMULA_ASCII, NULL, 0), 9);
}

/* The exponent of a number has its sign in each form, and only if it is below 0. */
Test(formula_print, exponents)
{
    static const struct {
        const char *number, *unicode, *latex;
    } rows[] = { { "1.6e-9", "10⁻⁹", "10^{-9}" },    { "1.6e9", "10⁹", "10^{9}" },
                 { "2e-15", "10⁻¹⁵", "10^{-15}" },   { "2e15", "10¹⁵", "10^{15}" },
                 { "3.5e-7", "10⁻⁷", "10^{-7}" },    { "1e300", "10³⁰⁰", "10^{300}" },
                 { "1e-300", "10⁻³⁰⁰", "10^{-300}" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char formula[60], text[100];
        snprintf(formula, sizeof formula, "y = %s x", rows[i].number);
        wg_formula_print(formula, WG_FORMULA_UNICODE, text, sizeof text);
        cr_expect(strstr(text, rows[i].unicode), "%s: %s", formula, text);
        wg_formula_print(formula, WG_FORMULA_LATEX, text, sizeof text);
        cr_expect(strstr(text, rows[i].latex), "%s: %s", formula, text);
        wg_formula_print(formula, WG_FORMULA_ASCII, text, sizeof text);
        cr_expect(strstr(text, rows[i].number), "%s: %s", formula, text);
    }
}

/* Each byte of a name is in one of its parts; the parts are in the name, or a Greek letter is its name. */
Test(formula_print, parts_of_a_name_are_in_the_name)
{
    static const char *const begin[] = { "mu",  "sigma", "alpha", "phi", "Lambda", "w",
                                         "net", "mus",   "h1",    "dmu", "x_hat" },
                             *const end[] = { "",     ".W",   ".b", ".W1", ".kernelwithalongname",
                                              "_1",   "_W",   ".1", "2",   "_hat",
                                              ".a.b", "_long" };
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        for (size_t k = 0; k < sizeof end / sizeof *end; k++) {
            char name[64];
            const int n = snprintf(name, sizeof name, "%s%s", begin[i], end[k]);
            const wgi_name_parts p = wgi_name_split(name, n, 0);
            const int base = p.greek ? (int)strlen(p.greek) : p.base_length;
            cr_expect(p.greek ? !strncmp(name, p.greek, (size_t)base) : p.base == name, "%s", name);
            const char *at = name + base;
            if (p.below_length) {
                cr_assert(p.below >= at && p.below - at <= 1, "%s", name);
                at = p.below + p.below_length;
            }
            cr_expect_eq(name + n - at, p.accent ? 1 + (int)strlen(p.accent) : 0, "%s: '%s' is lost", name,
                         at);
        }
}

/* ---- mistakes ---- */

static void expect_mistake(const char *formula, int at, const char *text)
{
    wgi_formula f;
    wgi_formula_error e;
    cr_assert_not(wgi_formula_parse(&f, formula, &e), "%s", formula);
    cr_expect_eq(e.at, at, "%s: %d", formula, e.at);
    cr_expect(strstr(e.text, text), "%s: '%s'", formula, e.text);
    cr_expect_lt(wg_formula_print(formula, WG_FORMULA_ASCII, NULL, 0), 0);
}

Test(formula_print, mistakes_have_places)
{
    expect_mistake("", 0, "ends too early");
    char deep[400] = "y = ";
    memset(deep + 4, '(', 300); /* the 61st */
    expect_mistake(deep, 64, "nested too deeply");
}

static void run_line(const char *formula, const char *line)
{
    static const char *const forms[] = { "unicode ", "ascii ", "latex " };
    static const wg_formula_form form[] = { WG_FORMULA_UNICODE, WG_FORMULA_ASCII, WG_FORMULA_LATEX };
    int at, n = 0;
    for (int k = 0; k < 3; k++)
        if (!strncmp(line, forms[k], strlen(forms[k]))) {
            expect(formula, form[k], line + strlen(forms[k]));
            return;
        }
    cr_assert_eq(sscanf(line, "at %d: %n", &at, &n), 1, "%s", line);
    expect_mistake(formula, at, line + n);
}

Test(formula_print, cases_of_a_file)
{
    char formula[200] = "", line[300];
    FILE *f = fopen("tests/formula/cases.txt", "r");
    cr_assert(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, "  ", 2)) run_line(formula, line + 2);
        else if (*line != '#') snprintf(formula, sizeof formula, "%.199s", line);
    }
    fclose(f);
}

/* ---- equations of one node ---- */

static wgi_formula_value named(const char *name, int primes, const char *text)
{
    return (wgi_formula_value){ .name = name, .primes = primes, .text = text };
}

static void expect_node(const char *formula, const wgi_formula_value v[], int n, const char *text)
{
    static wgi_formula f, own;
    wgi_formula_error e;
    char line[200];
    cr_assert(wgi_formula_parse(&f, formula, &e), "%s: %s", formula, e.text);
    cr_assert(wgi_formula_replace(&own, &f, NULL, 0, v, n), "%s", formula);
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, &own, own.root, false);
    cr_expect_str_eq(line, text, "%s: '%s' is not '%s'", formula, line, text);
}

Test(formula_print, names_and_numbers_take_the_places_of_operands)
{
    const wgi_formula_value in_names[] = { named("x", 1, "dz"), named("y", 1, "da"), named("y", 0, "a") };
    expect_node("x' = y' y (1 - y)", in_names, 3, "dz = da a (1 − a)");
    const wgi_formula_value in_numbers[] = { named("x", 1, "dz"),
                                             { .name = "y", .primes = 1, .number = -1.25 },
                                             { .name = "y", .number = 0.75 } };
    expect_node("x' = y' y (1 - y)", in_numbers, 3, "dz = −1.25 · 0.75 (1 − 0.75)");
    /* "y" stands for a node that is called "x": it is not replaced once more */
    const wgi_formula_value crossed[] = { named("x", 0, "y"), named("y", 0, "x") };
    expect_node("y = x / 2", crossed, 2, "x = y/2");
    const wgi_formula_value roots[] = { { .name = "p", .number = -0.5 }, { .name = "q", .number = 0.5 } };
    expect_node("y = x^p + x^q", roots, 2, "y = 1/√x + √x");
}

Test(formula_print, what_is_nothing_is_not_written)
{
    const wgi_formula_value one[] = { { .name = "a", .number = 1 }, named("b", 0, "b") };
    expect_node("y = a b", one, 2, "y = b");
    const wgi_formula_value zero[] = { { .name = "a", .number = 0 }, named("b", 0, "b") };
    expect_node("y = a + b", zero, 2, "y = b");
    expect_node("y = a - b", zero, 2, "y = −b");
    expect_node("y = b - -b", zero, 2, "y = b + b");
    const wgi_formula_value out[] = { named("x", 0, "x"),
                                      named("W", 0, "W1"),
                                      { .name = "b", .absent = true } };
    expect_node("y = x @ W + b", out, 3, "y = x W₁");
    expect_node("y = b where x > 0, else x", out, 3, "y = 0 where x > 0, else x");
}

Test(formula_print, a_sign_is_written_once)
{
    const wgi_formula_value v[] = { { .name = "c", .number = -0.25 },
                                    named("a", 0, "a"),
                                    named("b", 0, "b") };
    expect_node("y = -(c b)", v, 3, "y = 0.25 b");
    expect_node("y = -(c b / a)", v, 3, "y = 0.25 b/a");
    expect_node("y = a + c b", v, 3, "y = a − 0.25 b");
    expect_node("y = a - c b / a", v, 3, "y = a + 0.25 b/a");
    expect_node("y = c b - a", v, 3, "y = −0.25 b − a");
}

Test(formula_print, gradients_have_the_subscripts_of_their_nodes)
{
    const wgi_formula_value v[] = { named("a", 0, "dW1"), named("b", 0, "dz12"), named("c", 0, "data1") };
    expect_node("y = a + b + c", v, 3, "y = dW₁ + dz₁₂ + data1");
}

Test(formula_print, options_choose_cases)
{
    const wgi_formula_value mean[] = { named("x", 0, "a"),
                                       { .name = "reduction", .text = "mean", .word = true } };
    expect_node("L = reduction(x^2)", mean, 2, "L = mean(a²)");
    const wgi_formula_value none[] = { named("x", 0, "a"),
                                       { .name = "reduction", .text = "none", .word = true } };
    expect_node("L = reduction(x^2)", none, 2, "L = a²");
    expect_node("L = 1 where reduction = sum, 2 where reduction = none, else 3", none, 2, "L = 2");
    const wgi_formula_value set[] = { { .name = "t", .number = 1 }, { .name = "f", .number = 0 } };
    expect_node("y = 1 where t and c, else 2", set, 2, "y = 1 where c, else 2");
    expect_node("y = 1 where c and t, else 2", set, 2, "y = 1 where c, else 2");
    expect_node("y = 1 where c and f, else 2", set, 2, "y = 2");
    expect_node("y = 1 where c or f, else 2", set, 2, "y = 1 where c, else 2");
    expect_node("y = 1 where c or t, else 2", set, 2, "y = 1");
    const wgi_formula_value ta[] = {
        named("a", 0, "Q"), named("b", 0, "K"), { .name = "ta", .number = 0 }, { .name = "tb", .number = 1 }
    };
    expect_node("y = A @ B; A = a^T where ta, else a, B = b^T where tb, else b", ta, 4, "y = Q Kᵀ");
    const wgi_formula_value all[] = { named("x_0", 0, "u"), named("x_1", 0, "v"), named("x_2", 0, "w") };
    expect_node("y = sum(x_i over i)", all, 3, "y = u + v + w");
}
