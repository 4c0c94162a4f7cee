/* test_statement_formula.c: statements as people write them on a board. */
#include <string.h>

#include "wgtest.h"

static const char *const written[][2] = {
    { "a = 1/(1+exp(-z))", "a = 1/(1 + e⁻ᶻ)" },
    { "J(w) = w^2 - 10*w + 25", "J(w) = w² − 10 w + 25" },
    { "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2", "f(x, y) = (1 − x)² + 100 (y − x²)²" },
    { "z = W @ x.T + b", "z = W xᵀ + b" },
    { "d = a - (b - c) - e1", "d = a − (b − c) − e₁" },
    { "q = a/b/c", "q = a/b/c" },
    { "p = 2^3^k", "p = 2^(3ᵏ)" }, /* from the right, as the language has it */
    { "y = -x^2", "y = −x²" },
    { "y = (-x)^2", "y = (−x)²" },
    { "y = -a*b", "y = −a · b" },
    { "dw = grad(J, w)", "dw = dJ/dw" },
    { "lambda_ = log(abs(x - y))", "λ = ln(|x − y|)" },
    { "g(w0) == x[0, 1]*sigmoid(z)", "g(w₀) = x[0, 1] · σ(z)" },
    { "w = 1e-7*x", "w = 10⁻⁷ x" },
    { "y = x  # a note", "y = x" },
};

static const char *const unwritten[] = { "x = [1, 2]",
                                         "y = x[:2]",
                                         "y = sum(x, axis=0)",
                                         "check a == 1",
                                         "a = 1; b = 2",
                                         "y = zeros(3)",
                                         "y = dense(x, 3)",
                                         "(a, b) = f(x)",
                                         "y = (",
                                         "",
                                         "dw = grad(J, w, order=2)" };

Test(statement_formula, as_on_a_board)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char formula[200], text[200];
        cr_expect(wgx_statement_formula(c, written[i][0], formula, sizeof formula), "%s: %s", written[i][0],
                  wg_message(c));
        cr_expect_geq(wg_formula_print(formula, WG_FORMULA_UNICODE, text, sizeof text), 0, "%s: %s", formula,
                      text);
        cr_expect_str_eq(text, written[i][1], "%s: %s", written[i][0], text);
    }
}

Test(statement_formula, what_has_none)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    for (size_t i = 0; i < sizeof unwritten / sizeof *unwritten; i++) {
        char formula[200] = "before";
        cr_expect(!wgx_statement_formula(c, unwritten[i], formula, sizeof formula) && !*formula, "%s",
                  unwritten[i]);
        wg_recover(c);
    }
}

/* In every room the text is whole, or it is empty and the answer is false. */
Test(statement_formula, small_rooms)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    for (size_t room = 1; room < 60; room++) {
        char formula[60] = "";
        const bool is = wgx_statement_formula(c, "a = ln_1 + sqrt(b)*c", formula, room);
        cr_expect_str_eq(formula, is ? "a = ln_1 + (sqrt(b) · c)" : "", "%zu", room);
        cr_expect(strlen(formula) < room);
    }
}
