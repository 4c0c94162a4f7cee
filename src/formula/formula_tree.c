/* formula_tree.c: the nodes of formulas: made, copied, compared; which of them need parentheses. */
#include <math.h>
#include <string.h>

#include "formula/formula.h"

void wgi_formula_clear(wgi_formula *f)
{
    f->count = 1;
    f->root = 0;
    f->full = f->loose = false;
    f->node[0] = (wgi_formula_node){ .kind = WGI_F_WORDS, .text = "" };
}

int wgi_formula_new(wgi_formula *f, wgi_formula_kind kind, int a, int b)
{
    if (f->count == WGI_FORMULA_MOST) {
        f->full = true;
        return 0;
    }
    const int n = f->count++;
    f->node[n] = (wgi_formula_node){ .kind = (uint8_t)kind, .text = "" };
    if (a) wgi_formula_add(f, n, a);
    if (b) wgi_formula_add(f, n, b);
    return n;
}

int wgi_formula_number(wgi_formula *f, double x)
{
    const int n = wgi_formula_new(f, WGI_F_NUMBER, 0, 0);
    if (n) f->node[n].number = x, f->node[n].text = NULL;
    return n;
}

int wgi_formula_name(wgi_formula *f, const char *text, int length, int primes)
{
    const int n = wgi_formula_new(f, WGI_F_NAME, 0, 0);
    if (n) f->node[n].text = text, f->node[n].length = length, f->node[n].sign = (uint8_t)primes;
    return n;
}

void wgi_formula_add(wgi_formula *f, int parent, int child)
{
    if (parent <= 0 || child <= 0) return;
    int16_t *at = &f->node[parent].child;
    while (*at) at = &f->node[*at].next;
    *at = (int16_t)child;
    f->node[child].next = 0;
}

int wgi_formula_children(const wgi_formula *f, int node)
{
    int n = 0;
    for (int k = f->node[node].child; k; k = f->node[k].next) n++;
    return n;
}

int wgi_formula_child(const wgi_formula *f, int node, int k)
{
    int at = f->node[node].child;
    while (k-- > 0 && at) at = f->node[at].next;
    return at;
}

int wgi_formula_nodes(const wgi_formula *f, int node)
{
    int n = 1;
    for (int k = f->node[node].child; k; k = f->node[k].next) n += wgi_formula_nodes(f, k);
    return n;
}

int wgi_formula_copy_nodes(wgi_formula *to, const wgi_formula_node from[], int node)
{
    const wgi_formula_node old = from[node];
    const int n = wgi_formula_new(to, (wgi_formula_kind)old.kind, 0, 0);
    if (!n) return 0;
    to->node[n] = old;
    to->node[n].child = to->node[n].next = 0;
    for (int k = old.child; k; k = from[k].next) wgi_formula_add(to, n, wgi_formula_copy_nodes(to, from, k));
    return n;
}

int wgi_formula_copy(wgi_formula *to, const wgi_formula *from, int node)
{
    return wgi_formula_copy_nodes(to, from->node, node);
}

bool wgi_formula_is(const wgi_formula *f, int node, const char *text)
{
    const wgi_formula_node *n = &f->node[node];
    return n->text && n->length == (int)strlen(text) && memcmp(n->text, text, (size_t)n->length) == 0;
}

bool wgi_formula_same(const wgi_formula *f, int a, const wgi_formula *g, int b)
{
    const wgi_formula_node *x = &f->node[a], *y = &g->node[b];
    if (x->kind != y->kind || x->sign != y->sign) return false;
    if (x->kind == WGI_F_NUMBER ? x->number != y->number
                                : x->length != y->length || memcmp(x->text, y->text, (size_t)x->length))
        return false;
    int p = x->child, q = y->child;
    for (; p && q; p = f->node[p].next, q = g->node[q].next)
        if (!wgi_formula_same(f, p, g, q)) return false;
    return !p && !q;
}

bool wgi_formula_constant(const wgi_formula *f, int node, double *x)
{
    double a = 0, b = 0;
    const wgi_formula_node *n = &f->node[node > 0 ? node : 0];
    const int kind = n->kind;
    *x = n->number;
    if (kind == WGI_F_NUMBER) return true;
    const bool one = kind == WGI_F_NEG, two = kind == WGI_F_ADD || kind == WGI_F_SUB || kind == WGI_F_MUL ||
                                              kind == WGI_F_DIV || kind == WGI_F_POW;
    if ((!one && !two) || !wgi_formula_constant(f, n->child, &a)) return false;
    if (two && !wgi_formula_constant(f, f->node[n->child].next, &b)) return false;
    *x = kind == WGI_F_NEG   ? -a
         : kind == WGI_F_ADD ? a + b
         : kind == WGI_F_SUB ? a - b
         : kind == WGI_F_MUL ? a * b
         : kind == WGI_F_DIV ? a / b
                             : pow(a, b);
    return true;
}

/* ---- functions ---- */

static bool is_one_of(const char *const words[], const char *name, int length)
{
    for (; *words; words++)
        if ((int)strlen(*words) == length && memcmp(*words, name, (size_t)length) == 0) return true;
    return false;
}

bool wgi_formula_is_function(const char *name, int length)
{
    static const char *const known[] = { "ln",    "sqrt",    "sin",  "cos",  "tan",   "asin",
                                         "acos",  "atan",    "sinh", "cosh", "tanh",  "asinh",
                                         "acosh", "atanh",   "erf",  "sign", "floor", "ceil",
                                         "round", "sigmoid", "det",  "relu", NULL };
    return is_one_of(known, name, length);
}

bool wgi_formula_is_reduction(const wgi_formula *f, int node)
{
    static const char *const known[] = { "sum", "prod", "mean", "min", "max", "any", "all", "length", NULL };
    const wgi_formula_node *n = &f->node[node];
    if (n->kind != WGI_F_CALL || !is_one_of(known, n->text, n->length)) return false;
    const int second = wgi_formula_child(f, node, 1);
    return !second || f->node[second].kind == WGI_F_ALONG || f->node[second].kind == WGI_F_OVER;
}

/* ---- parentheses ---- */

/* A node needs parentheses where it binds less, which is a higher level, than its place wants: that of the first
 * child, or of another one. */
enum { ATOM, POWER, PRODUCT, SUM, COMPARE, NOT, AND, OR, CASES };
static const struct {
    int8_t level, first, second;
} binds[] = {
    [WGI_F_ADD] = { SUM, SUM, PRODUCT },
    [WGI_F_SUB] = { SUM, SUM, PRODUCT },
    [WGI_F_NEG] = { SUM, PRODUCT },
    [WGI_F_MUL] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_DIV] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_MOD] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_MATMUL] = { PRODUCT, PRODUCT, POWER },
    [WGI_F_POW] = { POWER, ATOM, POWER },
    [WGI_F_TRANSPOSED] = { POWER, ATOM },
    [WGI_F_INVERSE] = { POWER, ATOM },
    [WGI_F_COMPARE] = { COMPARE, SUM, SUM },
    [WGI_F_AND] = { AND, AND, NOT },
    [WGI_F_OR] = { OR, OR, AND },
    [WGI_F_NOT] = { NOT, COMPARE },
    [WGI_F_CASES] = { CASES },
};

static bool is_negative(const wgi_formula_node *n) { return n->kind == WGI_F_NUMBER && n->number < 0; }

static int level(const wgi_formula *f, int node)
{
    return is_negative(&f->node[node]) ? SUM : binds[f->node[node].kind].level;
}

/* The level that child k must have to stand without parentheses. */
static int wanted(const wgi_formula_node *n, int k)
{
    if (n->kind == WGI_F_CASES) return k % 2 ? OR : COMPARE; /* value, condition, value ... */
    if (!binds[n->kind].level) return n->kind == WGI_F_AT && !k ? ATOM : CASES;
    return n->chained && k ? COMPARE : k ? binds[n->kind].second : binds[n->kind].first;
}

/* b c d: of elements, since a * (B @ c) is not a * B @ c. */
static bool is_product_alone(const wgi_formula *f, int node)
{
    if (f->node[node].kind != WGI_F_MUL) return false;
    while (f->node[node].kind == WGI_F_MUL) node = f->node[node].child;
    return level(f, node) != PRODUCT;
}

/* The first product of a sum may begin with a minus: -a b + c. A power of a minus has none around it:
 * e^-x. */
bool wgi_formula_parens(const wgi_formula *f, int node, int k)
{
    const int child = wgi_formula_child(f, node, k), kind = f->node[node].kind, inner = f->node[child].kind;
    if (kind == WGI_F_POW && k == 1 && (inner == WGI_F_NEG || is_negative(&f->node[child]))) {
        const int of = f->node[child].child;
        return of && level(f, of) > POWER;
    }
    if (kind == WGI_F_MUL && k == 1 && is_product_alone(f, child)) return false; /* a (b c) is a b c */
    const bool factor = kind == WGI_F_MUL || kind == WGI_F_DIV || kind == WGI_F_EQUATION;
    if (k == 0 && factor && is_negative(&f->node[child])) return false; /* -2 a */
    return level(f, child) > wanted(&f->node[node], k);
}

/* ---- how a line is written ---- */

bool wgi_formula_is_truth(const wgi_formula *f, int node)
{
    const int kind = f->node[node].kind;
    return kind == WGI_F_COMPARE || kind == WGI_F_AND || kind == WGI_F_OR || kind == WGI_F_NOT;
}

static bool is_letter(const wgi_formula_node *n)
{
    return n->kind == WGI_F_NAME && wgi_name_split(n->text, n->length).base_length <= 2 &&
           !memchr(n->text, '.', (size_t)n->length); /* z.W, a parameter of a layer, needs its blank: x z.W */
}

/* QKᵀ */
static bool is_of_letters(const wgi_formula *f, int node)
{
    const int kind = f->node[node].kind;
    if (kind == WGI_F_TRANSPOSED || kind == WGI_F_INVERSE) return is_of_letters(f, f->node[node].child);
    if (kind == WGI_F_MATMUL)
        return is_of_letters(f, wgi_formula_child(f, node, 0)) &&
               is_of_letters(f, wgi_formula_child(f, node, 1));
    return is_letter(&f->node[node]);
}

bool wgi_formula_is_close(const wgi_formula *f, int product)
{
    return is_of_letters(f, wgi_formula_child(f, product, 0)) &&
           (is_of_letters(f, wgi_formula_child(f, product, 1)) || wgi_formula_parens(f, product, 1));
}

static bool begins_with_digit(const wgi_formula *f, int node, int k)
{
    if (wgi_formula_parens(f, node, k)) return false;
    node = wgi_formula_child(f, node, k);
    const int kind = f->node[node].kind;
    return kind == WGI_F_NUMBER ||
           ((kind == WGI_F_POW || kind == WGI_F_MUL || kind == WGI_F_DIV) && begins_with_digit(f, node, 0));
}

bool wgi_formula_digit_second(const wgi_formula *f, int product) { return begins_with_digit(f, product, 1); }

static bool is_atom(const wgi_formula_node *n)
{
    return n->kind == WGI_F_NAME || (n->kind == WGI_F_NUMBER && n->number >= 0);
}

bool wgi_formula_is_bare(const wgi_formula *f, int call, bool open)
{
    const wgi_formula_node *n = &f->node[call];
    if (n->word || wgi_formula_is(f, call, "sigmoid")) return false;
    return wgi_formula_is_function(n->text, n->length) && wgi_formula_children(f, call) == 1 &&
           is_atom(&f->node[n->child]) && (!open || wgi_formula_is(f, call, "sqrt"));
}
