/* formula_latex.c: a tree as LaTeX for math mode, with amsmath. Names of matrices are bold. */
#include <stdio.h>
#include <string.h>

#include "formula/formula_words.h"

typedef struct latex {
    wgi_line *to;
    const wgi_formula *f;
} latex;

static void put_node(latex *p, int node);

static void put(latex *p, const char *s) { wgi_line_put(p->to, s); }

static void put_in(latex *p, const char *open, int node, const char *close)
{
    put(p, open);
    put_node(p, node);
    put(p, close);
}

static void put_child(latex *p, int node, int k)
{
    const bool parens = wgi_formula_parens(p->f, node, k);
    put_in(p, parens ? "\\left(" : "", wgi_formula_child(p->f, node, k), parens ? "\\right)" : "");
}

static void put_between(latex *p, int node, const char *sign)
{
    put_child(p, node, 0);
    put(p, sign);
    put_child(p, node, 1);
}

/* ---- names and numbers ---- */

/* Letters that LaTeX reads as commands are written as text. */
static void put_plain(latex *p, const char *s, int length)
{
    for (int i = 0; i < length; i++) {
        const char c[2] = { s[i], 0 };
        if (strchr("#$%&_{}", s[i])) put(p, "\\");
        if (s[i] == '\\') put(p, "\\backslash ");
        else if (s[i] == '^' || s[i] == '~') put(p, "\\"), put(p, c), put(p, "{}");
        else put(p, c);
    }
}

static bool is_capital(const wgi_name_parts *w)
{
    return !w->greek && w->base_length == 1 && w->base[0] >= 'A' && w->base[0] <= 'Z';
}

static void put_base(latex *p, const wgi_name_parts *w)
{
    if (w->greek) {
        put(p, "\\");
        put(p, strcmp(w->greek, "eps") == 0 ? "varepsilon" : w->greek);
        put(p, " ");
        return;
    }
    const char *style = is_capital(w) ? "\\mathbf{" : w->base_length > 1 ? "\\mathit{" : "";
    put(p, style);
    put_plain(p, w->base, w->base_length);
    put(p, *style ? "}" : "");
}

static void put_name(latex *p, const wgi_formula_node *n)
{
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    if (n->length == 3 && memcmp(n->text, "inf", 3) == 0) put(p, "\\infty ");
    else {
        put(p, w.accent ? "\\" : "");
        put(p, w.accent ? w.accent : "");
        put(p, w.accent ? "{" : "");
        put_base(p, &w);
        put(p, w.accent ? "}" : "");
    }
    if (w.below_length) {
        put(p, "_{");
        put_plain(p, w.below, w.below_length);
        put(p, "}");
    }
    for (int i = 0; i < n->sign; i++) put(p, "'");
}

static void put_number(latex *p, const wgi_formula_node *n)
{
    char digits[32], power[40];
    const int e = wgi_number_text(n->number, digits);
    put(p, n->number < 0 ? "-" : "");
    if (!e) {
        put(p, digits);
        return;
    }
    if (strcmp(digits, "1")) put(p, digits), put(p, " \\cdot ");
    snprintf(power, sizeof power, "10^{%d}", e);
    put(p, power);
}

/* ---- operators ---- */

static void put_product(latex *p, int node)
{
    int right = wgi_formula_child(p->f, node, 1);
    const int s = p->f->node[node].sign;
    if (!wgi_formula_parens(p->f, node, 1) && p->f->node[right].kind == WGI_F_POW)
        right = p->f->node[right].child;
    const bool dot = s == '.' || p->f->node[right].kind == WGI_F_NUMBER;
    put_between(p, node, s == '*' ? " \\odot " : dot ? " \\cdot " : " \\, ");
}

/* A function below a power has parentheses: (ln a)^2. */
static void put_base_of(latex *p, int node)
{
    const int base = p->f->node[node].child;
    if (p->f->node[base].kind == WGI_F_CALL) put_in(p, "\\left(", base, "\\right)");
    else put_child(p, node, 0);
}

static void put_power(latex *p, int node)
{
    put_base_of(p, node);
    put_in(p, "^{", wgi_formula_child(p->f, node, 1), "}");
}

static void put_compare(latex *p, int node)
{
    static const char signs[] = "<>lg=!";
    static const char *const words[] = { " < ", " > ", " \\le ", " \\ge ", " = ", " \\ne " };
    const char *at = strchr(signs, p->f->node[node].sign);
    put_between(p, node, at && *at ? words[at - signs] : " = ");
}

static void put_transposed(latex *p, int node)
{
    const int of = p->f->node[node].child;
    const bool both = p->f->node[of].kind == WGI_F_INVERSE;
    put_child(p, both ? of : node, 0);
    put(p, both ? "^{-\\top}" : "^{\\top}");
}

/* ---- calls ---- */

static bool is_clause(const latex *p, int node)
{
    return p->f->node[node].kind == WGI_F_ALONG || p->f->node[node].kind == WGI_F_OVER;
}

static void put_function(latex *p, const wgi_formula_node *n)
{
    const char *known = wgi_function_latex(n->text, n->length);
    if (known) put(p, known);
    else {
        put(p, "\\operatorname{");
        put_plain(p, n->text, n->length);
        put(p, "}");
    }
}

/* The indices of a sum stand below its sign. */
static void put_below(latex *p, int node)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        if (is_clause(p, k)) put_in(p, "_{", k, "}");
}

static void put_arguments(latex *p, int node)
{
    bool first = true;
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next, first = false)
        if (!is_clause(p, k)) put_in(p, first ? "" : ", ", k, "");
}

static void put_call(latex *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    if (wgi_formula_is(p->f, node, "sqrt")) {
        put_in(p, "\\sqrt{", n->child, "}");
        return;
    }
    put_function(p, n);
    put_below(p, node);
    const bool bare = wgi_formula_is_function(n->text, n->length) &&
                      p->f->node[n->child].kind == WGI_F_NAME && !wgi_formula_is(p->f, node, "sigmoid");
    put(p, bare ? " " : "\\left(");
    put_arguments(p, node);
    put(p, bare ? "" : "\\right)");
}

static void put_list(latex *p, int node, const char *between)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        put_in(p, "", k, p->f->node[k].next ? between : "");
}

static void put_elements(latex *p, int node)
{
    put_child(p, node, 0);
    put(p, "_{");
    for (int k = p->f->node[p->f->node[node].child].next; k; k = p->f->node[k].next)
        put_in(p, "", k, p->f->node[k].next ? ", " : "");
    put(p, "}");
}

static void put_over(latex *p, int node)
{
    int at = 0;
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next, at++)
        put_in(p, at == 0 ? "" : at == p->f->node[node].sign ? " :\\, " : ", ", k, "");
}

static void put_cases(latex *p, int node)
{
    const int n = wgi_formula_children(p->f, node);
    put(p, "\\begin{cases} ");
    for (int k = 0; k < n; k++) {
        put(p, k == 0 ? "" : k % 2 ? " & \\text{if } " : k == n - 1 ? " \\\\ " : " \\\\ ");
        put_node(p, wgi_formula_child(p->f, node, k));
    }
    put(p, " & \\text{else} \\end{cases}");
}

static void put_equation(latex *p, int node)
{
    const int left = p->f->node[node].child, right = p->f->node[left].next;
    const bool truth = right && wgi_formula_is_truth(p->f, right); /* [a = b] is 1 or 0 */
    put_node(p, left);
    if (right) put_in(p, truth ? " = [" : " = ", right, truth ? "]" : "");
    if (right && p->f->node[right].next) put_in(p, "\\;\\text{ along }", p->f->node[right].next, "");
}

static void put_equations(latex *p, int node)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        put_in(p,
               k == p->f->node[node].child ? ""
               : p->f->node[k].sign == ';' ? ";\\quad "
                                           : ",\\quad ",
               k, "");
}

static void put_words(latex *p, const wgi_formula_node *n)
{
    put(p, "\\text{");
    put_plain(p, n->text, n->length);
    put(p, "}");
}

static void put_operator(latex *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_ADD: put_between(p, node, " + "); break;
    case WGI_F_SUB: put_between(p, node, " - "); break;
    case WGI_F_NEG:
        put(p, "-");
        put_child(p, node, 0);
        break;
    case WGI_F_MUL: put_product(p, node); break;
    case WGI_F_DIV:
        put_in(p, "\\frac{", n->child, "}{");
        put_in(p, "", wgi_formula_child(p->f, node, 1), "}");
        break;
    case WGI_F_MOD: put_between(p, node, " \\bmod "); break;
    case WGI_F_MATMUL: put_between(p, node, " "); break;
    case WGI_F_POW: put_power(p, node); break;
    case WGI_F_TRANSPOSED: put_transposed(p, node); break;
    case WGI_F_INVERSE:
        put_child(p, node, 0);
        put(p, "^{-1}");
        break;
    case WGI_F_COMPARE: put_compare(p, node); break;
    case WGI_F_AND: put_between(p, node, " \\text{ and } "); break;
    case WGI_F_OR: put_between(p, node, " \\text{ or } "); break;
    default: put_in(p, "\\text{not }", n->child, ""); break;
    }
}

static void put_node(latex *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_LIST: put_equations(p, node); break;
    case WGI_F_EQUATION: put_equation(p, node); break;
    case WGI_F_NUMBER: put_number(p, n); break;
    case WGI_F_NAME: put_name(p, n); break;
    case WGI_F_WORDS: put_words(p, n); break;
    case WGI_F_ABS: put_in(p, "\\left|", n->child, "\\right|"); break;
    case WGI_F_CALL: put_call(p, node); break;
    case WGI_F_ALONG:
        put(p, n->sign ? "\\text{all but }" : "");
        put_list(p, node, "\\,");
        break;
    case WGI_F_OVER: put_over(p, node); break;
    case WGI_F_AT: put_elements(p, node); break;
    case WGI_F_REST:
        if (n->child) put_node(p, n->child);
        put(p, "\\dots ");
        break;
    case WGI_F_CASES: put_cases(p, node); break;
    default: put_operator(p, node); break;
    }
}

void wgi_formula_latex(wgi_line *to, const wgi_formula *f, int node)
{
    latex p = { to, f };
    if (to->size) to->at[0] = 0;
    put_node(&p, node);
}
