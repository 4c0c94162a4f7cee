/* formula_latex.c: a tree as LaTeX for math mode, with amsmath. The letters and the quotients are those of
 * formula_boxes.h. */
#include "formula/formula_latex.h"

#include <string.h>

typedef wgi_formula_printer latex;

static void put_node(latex *p, int node);

static void put(latex *p, const char *s) { wgi_line_put(p->to, s); }
static int kind_of(const latex *p, int node) { return p->f->node[node].kind; }

static void put_in(latex *p, const char *open, int node, const char *close)
{
    put(p, open);
    put_node(p, node);
    put(p, close);
}

/* Letters above or below the line, and parts of a fraction: there quotients are a/b. */
static void put_flat(latex *p, const char *before, int node, const char *after)
{
    const bool flat = p->flat, open = p->open;
    p->flat = true, p->open = false;
    put_in(p, before, node, after);
    p->flat = flat, p->open = open;
}

/* ---- quotients and parentheses ---- */

static bool is_atom(const latex *p, int node)
{
    return kind_of(p, node) == WGI_F_NAME || kind_of(p, node) == WGI_F_NUMBER;
}

static bool is_on_line(const latex *p, int parent, int quotient)
{
    const bool sum = kind_of(p, parent) == WGI_F_ADD || kind_of(p, parent) == WGI_F_SUB;
    return p->flat || (sum && is_atom(p, wgi_formula_child(p->f, quotient, 0)) &&
                       is_atom(p, wgi_formula_child(p->f, quotient, 1)));
}

static bool is_raised(const latex *p, int node)
{
    const int kind = kind_of(p, node);
    return kind == WGI_F_POW || kind == WGI_F_TRANSPOSED || kind == WGI_F_INVERSE;
}

/* Whether it is higher than a line of letters, so that parentheses around it grow. */
static bool is_tall(const latex *p, int node)
{
    const int kind = kind_of(p, node);
    if ((kind == WGI_F_DIV && !p->flat) || kind == WGI_F_CASES || kind == WGI_F_OVER) return true;
    if (kind == WGI_F_POW) return is_tall(p, p->f->node[node].child);
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        if (is_tall(p, k)) return true;
    return false;
}

static void put_parens(latex *p, int node)
{
    const bool open = p->open, tall = is_tall(p, node);
    p->open = false;
    put_in(p, tall ? "\\left(" : "(", node, tall ? "\\right)" : ")");
    p->open = open;
}

/* A fraction with a bar needs parentheses only below a power. */
static void put_child(latex *p, int node, int k)
{
    const int at = wgi_formula_child(p->f, node, k);
    const bool quotient = kind_of(p, at) == WGI_F_DIV, line = quotient && is_on_line(p, node, at),
               flat = p->flat;
    const bool parens = quotient && !line ? k == 0 && is_raised(p, node) : wgi_formula_parens(p->f, node, k);
    p->flat |= line;
    if (parens) put_parens(p, at);
    else put_node(p, at);
    p->flat = flat;
}

/* A child with something behind it. */
static void put_first(latex *p, int node)
{
    const bool before = p->open;
    p->open = true;
    put_child(p, node, 0);
    p->open = before;
}

static void put_between(latex *p, int node, const char *sign)
{
    put_child(p, node, 0);
    put(p, sign);
    put_child(p, node, 1);
}

static void put_quotient(latex *p, int node)
{
    if (p->flat) {
        put_first(p, node);
        put(p, "/");
        put_child(p, node, 1);
        return;
    }
    put_flat(p, "\\frac{", wgi_formula_child(p->f, node, 0), "}{");
    put_flat(p, "", wgi_formula_child(p->f, node, 1), "}");
}

/* ---- operators ---- */

static void put_product(latex *p, int node)
{
    const int s = p->f->node[node].sign;
    const bool dot = s == '.' || wgi_formula_digit_second(p->f, node);
    put_first(p, node);
    put(p, s == '*' ? " \\odot " : dot ? " \\cdot " : " \\, ");
    put_child(p, node, 1);
}

static void put_matrices(latex *p, int node)
{
    put_first(p, node);
    put(p, wgi_formula_is_close(p->f, node) ? " " : " \\, ");
    put_child(p, node, 1);
}

/* A function below a power has parentheses: (ln a)^2. */
static void put_power(latex *p, int node)
{
    const int base = p->f->node[node].child;
    if (kind_of(p, base) == WGI_F_CALL) put_parens(p, base);
    else put_first(p, node);
    put_flat(p, "^{", wgi_formula_child(p->f, node, 1), "}");
}

static void put_compare(latex *p, int node)
{
    static const char signs[] = "<>lg=!";
    static const char *const words[] = { " < ", " > ", " \\le ", " \\ge ", " = ", " \\ne " };
    const char *at = strchr(signs, p->f->node[node].sign);
    put_between(p, node, at && *at ? words[at - signs] : " = ");
}

static void put_raised(latex *p, int node, const char *above)
{
    put_first(p, node);
    put(p, above);
}

static void put_transposed(latex *p, int node)
{
    const int of = p->f->node[node].child;
    const bool both = kind_of(p, of) == WGI_F_INVERSE;
    put_raised(p, both ? of : node, both ? "^{-\\top}" : "^{\\top}");
}

/* ---- calls ---- */

static bool is_clause(const latex *p, int node)
{
    return kind_of(p, node) == WGI_F_ALONG || kind_of(p, node) == WGI_F_OVER;
}

static void put_function(latex *p, const wgi_formula_node *n)
{
    const char *known = n->word ? NULL : wgi_function_latex(n->text, n->length);
    if (known) put(p, known);
    else {
        put(p, "\\operatorname{");
        wgi_latex_words(p, n->text, n->length);
        put(p, "}");
    }
}

/* The indices of a sum stand below its sign. */
static void put_below(latex *p, int node)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        if (is_clause(p, k)) put_flat(p, "_{", k, "}");
}

static void put_arguments(latex *p, int node)
{
    bool first = true;
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next, first = false)
        if (!is_clause(p, k)) put_in(p, first ? "" : ", ", k, "");
}

static bool has_tall_argument(const latex *p, int node)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        if (!is_clause(p, k) && is_tall(p, k)) return true;
    return false;
}

static void put_call(latex *p, int node)
{
    const wgi_formula_node *n = &p->f->node[node];
    const bool root = wgi_formula_is(p->f, node, "sqrt") && !n->word, open = p->open,
               bare = !root && wgi_formula_is_bare(p->f, node, open), tall = has_tall_argument(p, node);
    if (root) put(p, "\\sqrt");
    else put_function(p, n), put_below(p, node);
    put(p, root ? "{" : bare ? " " : tall ? "\\!\\left(" : "(");
    p->open = false;
    put_arguments(p, node);
    p->open = open;
    put(p, root ? "}" : bare ? "" : tall ? "\\right)" : ")");
}

static void put_list(latex *p, int node, const char *between)
{
    for (int k = p->f->node[node].child; k; k = p->f->node[k].next)
        put_in(p, "", k, p->f->node[k].next ? between : "");
}

/* Subscripts, which stand in brackets where the name has one of its own: x_k[i, j]. */
static void put_elements(latex *p, int node)
{
    const int of = p->f->node[node].child;
    const wgi_formula_node *n = &p->f->node[of];
    const bool brackets = n->kind == WGI_F_NAME && wgi_name_split(n->text, n->length).below_length;
    put_child(p, node, 0);
    put(p, brackets ? "[" : "_{");
    for (int k = n->next; k; k = p->f->node[k].next) put_flat(p, "", k, p->f->node[k].next ? ", " : "");
    put(p, brackets ? "]" : "}");
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
    wgi_latex_words(p, n->text, n->length);
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
    case WGI_F_DIV: put_quotient(p, node); break;
    case WGI_F_MOD: put_between(p, node, " \\bmod "); break;
    case WGI_F_MATMUL: put_matrices(p, node); break;
    case WGI_F_POW: put_power(p, node); break;
    case WGI_F_TRANSPOSED: put_transposed(p, node); break;
    case WGI_F_INVERSE: put_raised(p, node, "^{-1}"); break;
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
    case WGI_F_NUMBER: wgi_latex_number(p, n); break;
    case WGI_F_NAME: wgi_latex_name(p, n); break;
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

void wgi_formula_latex(wgi_line *to, const wgi_formula *f, int node, bool flat)
{
    latex p = { .to = to, .f = f, .flat = flat };
    if (to->size) to->at[0] = 0;
    if (wgi_formula_is_truth(f, node)) put_in(&p, "[", node, "]"); /* 1 or 0 */
    else put_node(&p, node);
}
