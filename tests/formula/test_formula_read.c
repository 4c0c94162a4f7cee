/* test_formula_read.c: a formula in two dimensions is the formula. A reader that sees only where letters and
 * lines stand writes it in the language again. What it reads is parsed, and has the terms, factors, powers
 * and arguments of the formula itself. */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "op_case.h"
#include "wgread.h"

enum { TEXT = 8000 };

/* ---- what a formula says: sums and products as lists ---- */

static char said[TEXT];
static void say(const wgi_formula *f, int node);
static void add(const char *s) { strncat(said, s, sizeof said - strlen(said) - 1); }

static int kind(const wgi_formula *f, int node) { return f->node[node].kind; }
static int left(const wgi_formula *f, int node) { return f->node[node].child; }
static int right(const wgi_formula *f, int node) { return f->node[f->node[node].child].next; }

static bool is_negative(const wgi_formula *f, int node)
{
    double x;
    if (wgi_formula_constant(f, node, &x)) return x < 0;
    const int k = kind(f, node);
    if (k == WGI_F_NEG) return !is_negative(f, left(f, node));
    return (k == WGI_F_MUL || k == WGI_F_MATMUL || k == WGI_F_DIV) &&
           is_negative(f, left(f, node)) != is_negative(f, right(f, node));
}

static void say_number(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.6g", fabs(x));
    if (fabs(strtod(text, NULL) - fabs(x)) > 2e-15 * fabs(x)) /* it is printed with four digits */
        snprintf(text, sizeof text, "%.4g", fabs(x));
    add(text);
}

/* Factors above the bar, then those below it; without their signs. */
static void say_factors(const wgi_formula *f, int node, bool below, bool wanted)
{
    double x;
    const int k = kind(f, node);
    if (wgi_formula_constant(f, node, &x)) {
        if (below == wanted) say_number(x), add(" ");
    } else if (k == WGI_F_NEG) say_factors(f, left(f, node), below, wanted);
    else if (k == WGI_F_MUL || k == WGI_F_MATMUL || k == WGI_F_DIV) {
        say_factors(f, left(f, node), below, wanted);
        say_factors(f, right(f, node), (k == WGI_F_DIV) != below, wanted);
    } else if (below == wanted) say(f, node), add(" ");
}

static void say_terms(const wgi_formula *f, int node, bool minus)
{
    const int k = kind(f, node);
    double x;
    if (!wgi_formula_constant(f, node, &x) && (k == WGI_F_ADD || k == WGI_F_SUB)) {
        say_terms(f, left(f, node), minus);
        say_terms(f, right(f, node), (k == WGI_F_SUB) != minus);
        return;
    }
    if (!wgi_formula_constant(f, node, &x) && k == WGI_F_NEG &&
        (kind(f, left(f, node)) == WGI_F_ADD || kind(f, left(f, node)) == WGI_F_SUB)) {
        say_terms(f, left(f, node), !minus);
        return;
    }
    add(is_negative(f, node) != minus ? " - " : " + ");
    say_factors(f, node, false, false), add("/ "), say_factors(f, node, false, true);
}

static void say_children(const wgi_formula *f, int node, const char *name)
{
    add(name), add("(");
    for (int k = left(f, node); k; k = f->node[k].next) say(f, k), add(f->node[k].next ? ", " : "");
    add(")");
}

static void say_text(const wgi_formula_node *n)
{
    char text[100];
    snprintf(text, sizeof text, "%.*s", n->length, n->text);
    add(text);
}

static void say(const wgi_formula *f, int node)
{
    const wgi_formula_node *n = &f->node[node];
    double x;
    if (wgi_formula_constant(f, node, &x)) {
        add(x < 0 ? "-" : ""), say_number(x);
        return;
    }
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_ADD:
    case WGI_F_SUB:
    case WGI_F_NEG:
    case WGI_F_MUL:
    case WGI_F_MATMUL:
    case WGI_F_DIV: add("{"), say_terms(f, node, false), add("}"); break;
    case WGI_F_NAME:
    case WGI_F_WORDS: say_text(n); break;
    case WGI_F_INVERSE: add("power("), say(f, n->child), add(", -1)"); break;
    case WGI_F_ALONG:
    case WGI_F_OVER: say_children(f, node, n->sign && n->kind == WGI_F_ALONG ? "but" : "by"); break;
    case WGI_F_CALL: say_text(n), say_children(f, node, ""); break;
    case WGI_F_COMPARE: say_children(f, node, (char[]){ (char)n->sign, 0 }); break;
    case WGI_F_POW: say_children(f, node, "power"); break;
    default: say_children(f, node, (char[]){ (char)('A' + n->kind), 0 }); break;
    }
}

/* ---- the test ---- */

static double width_of(const char *s, double size, wgi_formula_face face)
{
    int n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return (face == WGI_F_BOLD ? 0.6 : 0.5) * n * size;
}

static wgi_formula_boxes memory;
static wgi_laid_formula laid;

static void expect_same(const char *formula)
{
    static wgi_formula f, again;
    static char first[TEXT];
    wgi_formula_error e;
    if (!formula || !wgi_formula_parse(&f, formula, &e)) return;
    cr_assert(wgi_formula_lay_out(&memory, &f, f.root, 24, WGI_F_TALL, width_of, &laid), "%s", formula);
    wgr_rename(&f);
    const char *out = wgr_read(&laid);
    cr_assert(wgi_formula_parse(&again, out, &e), "%s was read as %s: byte %d: %s", formula, out, e.at,
              e.text);
    *said = 0, say(&f, f.root);
    strcpy(first, said);
    *said = 0, say(&again, again.root);
    cr_expect_str_eq(first, said, "%s was read as %s:\n%s\n%s", formula, out, first, said);
}

Test(formula_read, what_is_drawn_is_the_formula)
{
    expect_same("y = a / (b + c) - d / 2");
    expect_same("y = (a + b) (c - d)");
    expect_same("y = -(a / b)^2");
    expect_same("y = (a / b)^(c / d)");
    expect_same("y = e^-x / (1 + e^-x)^2");
    expect_same("y = sqrt(a / b + sqrt x)");
    expect_same("y = W_1 @ x_2^2 + b'");
    expect_same("y = 1.6e-9 x");
    expect_same("y = (A @ B)^T @ c^-T");
    expect_same("y = |a / b| - |c|");
    expect_same("y = (ln a)^2 + ln(a b) c");
    expect_same("y = a where x > 0, b / c where x = 0, else -c");
    expect_same("y = sum(x[i, j] w[j] over j)");
    expect_same("y = a / (b / c)");
    expect_same("y = a - (b - c / (d + 1))");
}

EACH_OP(formula_read, of_every_op)
{
    const wg_op *op = wg_op_at(*index);
    if (op->kind == WG_LEAF) return;
    expect_same(op->formula);
    if (wgx_op_has_derivative(op, -1)) expect_same(op->adjoint);
}
