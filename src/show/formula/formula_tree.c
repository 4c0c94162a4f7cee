/* formula_tree.c: the nodes of formulas: made, copied, compared; which of them need parentheses. */
#include <math.h>
#include <string.h>

#include "formula/formula.h"
#include "text/text.h"

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

bool wgi_formula_constant(const wgi_formula *f, int node, double *x)
{
    double a = 0, b = 0;
    const wgi_formula_node *n = &f->node[node > 0 ? node : 0];
    const int kind = n->kind;
    *x = n->number;
    if (kind == WGI_F_NUMBER) return true;
    static const char *const known[] = { "sqrt", "exp", "ln", "log" };
    static double (*const of[])(double) = { sqrt, exp, log, log };
    if (kind == WGI_F_NAME && !n->sign && !n->axes &&
        (wgi_formula_is(f, node, "pi") || wgi_formula_is(f, node, "e")))
        return *x = *n->text == 'p' ? 3.14159265358979323846 : exp(1), true;
    for (int k = 0; kind == WGI_F_CALL && k < 4; k++)
        if (wgi_formula_is(f, node, known[k]) && n->child && !f->node[n->child].next)
            return wgi_formula_constant(f, n->child, &a) && (*x = of[k](a), true);
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

bool wgi_formula_is_function(const char *name, int length)
{
    static const char *const known[] = { "ln",    "sqrt",    "sin",  "cos",  "tan",   "asin",
                                         "acos",  "atan",    "sinh", "cosh", "tanh",  "asinh",
                                         "acosh", "atanh",   "erf",  "sign", "floor", "ceil",
                                         "round", "sigmoid", "det",  "relu" };
    for (size_t i = 0; i < WGI_COUNT(known); i++)
        if ((int)strlen(known[i]) == length && memcmp(known[i], name, (size_t)length) == 0) return true;
    return false;
}

int wgi_formula_along(wgi_formula *f, unsigned axes)
{
    const bool one = !(axes & (axes - 1));
    const int c = wgi_formula_new(f, WGI_F_ALONG, wgi_formula_name(f, one ? "axis" : "axes", 4, 0), 0);
    for (int i = 0; axes >> i; i++)
        if (axes >> i & 1) wgi_formula_add(f, c, wgi_formula_number(f, i));
    return c;
}

int wgi_formula_sum(wgi_formula *f, int of, unsigned axes)
{
    const int c = wgi_formula_new(f, WGI_F_CALL, of, axes ? wgi_formula_along(f, axes) : 0);
    if (c) f->node[c].text = "sum", f->node[c].length = 3;
    return c;
}

bool wgi_formula_has_axes(const wgi_formula *f, int node)
{
    const wgi_formula_node *n = &f->node[node];
    const bool sums =
        n->kind == WGI_F_CALL && (wgi_formula_is(f, node, "sum") || wgi_formula_is(f, node, "mean") ||
                                  wgi_formula_is(f, node, "length"));
    if (n->kind == WGI_F_NAME || n->kind == WGI_F_WORDS) return n->axes == WGI_F_HAS_AXES;
    if (n->kind == WGI_F_ALONG || n->kind == WGI_F_OVER) return false;
    if (n->kind == WGI_F_AT && n->axes) return n->axes == WGI_F_HAS_AXES;
    if (n->kind == WGI_F_AT) { /* a range keeps axes: z[:, 3:4] */
        for (int k = f->node[n->child].next; k; k = f->node[k].next)
            if (f->node[k].kind == WGI_F_WORDS && memchr(f->node[k].text, ':', (size_t)f->node[k].length))
                return wgi_formula_has_axes(f, n->child);
        return false;
    }
    if (sums && wgi_formula_children(f, node) < 2) return false; /* over all */
    for (int k = n->child; k; k = f->node[k].next)
        if (wgi_formula_has_axes(f, k)) return true;
    return false;
}
