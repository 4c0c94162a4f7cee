/* formula_replace.c: the equation of one node: values in the place of names, then simplified.
 *
 * Nodes are simplified as they are made, from the leaves up. A value is never searched for names
 * again, so a user's node may have any name. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formula/formula.h"

/* A definition that the equation uses. */
typedef struct definition_use {
    const wgi_formula_node *left; /* the name that it defines */
    int times, name, equation;    /* in `to`: name 0: it has no equation yet */
} definition_use;

enum { DEFINITIONS = 16 };

typedef struct replacing {
    wgi_formula *to;
    const wgi_formula *f, *also;
    const wgi_formula_value *v;
    int values, depth;
    bool failed;
    const wgi_formula_locals *locals; /* NULL: everything is put in its place */
    bool keeps;                       /* what is used twice, or long, stays a definition */
    bool words;                       /* a definition is one in words, which always stays one */
    definition_use use[DEFINITIONS];
    int uses;
    unsigned axes;                 /* of an equation along axes: these */
    const wgi_formula_node *index; /* within prod(e over i < k): i, and which number it is; NULL: no index */
    int at;
} replacing;

enum {
    ABSENT = -1,
    DEEPEST = 12,
    TERMS = 6,
    FACTORS = 32,
    SHORT = 16, /* nodes of an equation that needs no definitions */
    SMALL = 6   /* nodes of a definition that is put in its place where it is used once */
};              /* ABSENT in the place of a node: an operand that is left out */

static int copy(replacing *r, int node);
static const wgi_formula_value *value_of(const replacing *r, const wgi_formula_node *n, int primes);

/* ---- simplified nodes ---- */

static bool is_number(const replacing *r, int n, double x)
{
    const wgi_formula_node *k = &r->to->node[n > 0 ? n : 0];
    return k->kind == WGI_F_NUMBER && k->number == x && !k->sign;
}

/* How many axes the op's first operand has; -1: nobody said. */
static int rank_of(const replacing *r)
{
    return r->locals && r->values && r->v[0].shape ? r->v[0].shape->rank : -1;
}

static int kind_of(const replacing *r, int n) { return n > 0 ? r->to->node[n].kind : WGI_F_LIST; }
static int number(replacing *r, double x) { return wgi_formula_number(r->to, x); }

/* The number that a product or quotient begins with, as -2 in -2 x / y; 0: it begins with none. */
static int first_factor(const replacing *r, int a)
{
    while (kind_of(r, a) == WGI_F_MUL || kind_of(r, a) == WGI_F_DIV) a = r->to->node[a].child;
    return kind_of(r, a) == WGI_F_NUMBER ? a : 0;
}

static int negated(replacing *r, int a)
{
    const int first = first_factor(r, a);
    if (first && first != a && r->to->node[first].number < 0) {
        r->to->node[first].number = -r->to->node[first].number, r->to->node[first].text = NULL;
        return a;
    }
    if (kind_of(r, a) == WGI_F_NEG) return r->to->node[a].child;
    if (kind_of(r, a) == WGI_F_NUMBER)
        return number(r, r->to->node[a].number == 0 ? 0 : -r->to->node[a].number);
    return wgi_formula_new(r->to, WGI_F_NEG, a, 0);
}

static bool is_negative(const replacing *r, int a)
{
    const int first = first_factor(r, a);
    return kind_of(r, a) == WGI_F_NEG || (first && r->to->node[first].number < 0);
}

/* Whether both are numbers that options and sizes gave. */
static bool are_numbers(const replacing *r, int a, int b)
{
    return r->locals && kind_of(r, a) == WGI_F_NUMBER && kind_of(r, b) == WGI_F_NUMBER;
}

static int sum(replacing *r, int a, int b)
{
    if (are_numbers(r, a, b)) return number(r, r->to->node[a].number + r->to->node[b].number);
    if (a == ABSENT || is_number(r, a, 0)) return b;
    if (b == ABSENT || is_number(r, b, 0)) return a;
    if (is_negative(r, b)) return wgi_formula_new(r->to, WGI_F_SUB, a, negated(r, b));
    return wgi_formula_new(r->to, WGI_F_ADD, a, b);
}

static int difference(replacing *r, int a, int b)
{
    if (are_numbers(r, a, b)) return number(r, r->to->node[a].number - r->to->node[b].number);
    if (b == ABSENT || is_number(r, b, 0)) return a;
    if (a == ABSENT || is_number(r, a, 0)) return negated(r, b);
    if (is_negative(r, b)) return wgi_formula_new(r->to, WGI_F_ADD, a, negated(r, b));
    return wgi_formula_new(r->to, WGI_F_SUB, a, b);
}

static int product(replacing *r, int a, int b, int sign)
{
    if (are_numbers(r, a, b)) return number(r, r->to->node[a].number * r->to->node[b].number);
    if (a == ABSENT || is_number(r, a, 1)) return b;
    if (b == ABSENT || is_number(r, b, 1)) return a;
    if (is_number(r, a, 0) || is_number(r, b, 0)) return number(r, 0);
    if (is_number(r, a, -1) && kind_of(r, b) != WGI_F_NUMBER) return negated(r, b);
    if (kind_of(r, b) == WGI_F_DIV && is_number(r, r->to->node[b].child, 1))
        return wgi_formula_new(r->to, WGI_F_DIV, a, r->to->node[r->to->node[b].child].next);
    const bool numbers = kind_of(r, a) == WGI_F_NUMBER && kind_of(r, b) == WGI_F_NUMBER;
    const int n = wgi_formula_new(r->to, WGI_F_MUL, a, b);
    if (n) r->to->node[n].sign = (uint8_t)(numbers && sign == ' ' ? '.' : sign);
    return n;
}

static int call(replacing *r, const char *function, int length, int of)
{
    const int n = wgi_formula_new(r->to, WGI_F_CALL, of, 0);
    if (n) r->to->node[n].text = function, r->to->node[n].length = length;
    return n;
}

/* a^(3 - 2) is a, and a^0.5 the root. */
static int power(replacing *r, int a, int b)
{
    double x;
    wgi_formula_node *base = &r->to->node[a];
    if (base->kind == WGI_F_NAME && base->word && wgi_formula_is(r->to, a, "exp"))
        return call(r, "exp", 3, b); /* e is called so */
    if (!wgi_formula_constant(r->to, b, &x)) return wgi_formula_new(r->to, WGI_F_POW, a, b);
    if (r->to->node[b].sign && (x == 1 || x == 0)) return wgi_formula_new(r->to, WGI_F_POW, a, b);
    if (r->to->node[b].kind == WGI_F_DIV && x != 0.5 && x != floor(x))
        return wgi_formula_new(r->to, WGI_F_POW, a, b);
    if (x == 1) return a;
    if (x == 0) return number(r, 1);
    if (x == 0.5) return call(r, "sqrt", 4, a);
    if (x == -0.5) return wgi_formula_new(r->to, WGI_F_DIV, number(r, 1), call(r, "sqrt", 4, a));
    return wgi_formula_new(r->to, WGI_F_POW, a, number(r, x));
}

/* 12 / 4 is 3; 1 / 3 stays. */
static int ratio(replacing *r, int a, int b)
{
    const double x = r->to->node[a].number, y = r->to->node[b].number, q = x / y;
    const bool stays = x == floor(x) && y == floor(y) && q != floor(q);
    return stays ? wgi_formula_new(r->to, WGI_F_DIV, a, b) : number(r, q);
}

static int binary(replacing *r, const wgi_formula_node *n)
{
    const int left = copy(r, n->child), right = copy(r, r->f->node[n->child].next);
    switch (n->kind) {
    case WGI_F_ADD: return sum(r, left, right);
    case WGI_F_SUB: return difference(r, left, right);
    case WGI_F_MUL: return product(r, left, right, n->sign);
    default: break;
    }
    if (left == ABSENT || right == ABSENT) return left == ABSENT ? right : left;
    if (n->kind == WGI_F_POW) return power(r, left, right);
    if (n->kind == WGI_F_DIV && kind_of(r, left) == WGI_F_NEG) /* (-a) / b is -(a / b) */
        return negated(r, wgi_formula_new(r->to, WGI_F_DIV, r->to->node[left].child, right));
    if (n->kind == WGI_F_DIV && is_number(r, right, 1)) return left;
    if (n->kind == WGI_F_DIV && is_number(r, left, 0)) return left;
    if (n->kind == WGI_F_DIV && are_numbers(r, left, right)) return ratio(r, left, right);
    return wgi_formula_new(r->to, (wgi_formula_kind)n->kind, left, right);
}

/* ---- conditions ---- */

static int compare_numbers(replacing *r, int sign, double a, double b)
{
    const bool holds = sign == '<'   ? a < b
                       : sign == '>' ? a > b
                       : sign == 'l' ? a <= b
                       : sign == 'g' ? a >= b
                       : sign == '=' ? a == b
                                     : a != b;
    return number(r, holds);
}

static bool same_text(const wgi_formula_node *a, const wgi_formula_node *b)
{
    return a->length == b->length && memcmp(a->text, b->text, (size_t)a->length) == 0;
}

static int compared(replacing *r, const wgi_formula_node *n)
{
    const int left = copy(r, n->child);
    if (kind_of(r, left) == WGI_F_NAME && r->to->node[left].word) /* of an option: its word is no name */
        return number(r, same_text(&r->to->node[left], &r->f->node[r->f->node[n->child].next]) ==
                             (n->sign == '='));
    const int right = copy(r, r->f->node[n->child].next);
    if (left <= 0 || right <= 0) return number(r, 0);
    const wgi_formula_node *a = &r->to->node[left], *b = &r->to->node[right];
    if (!n->chained && a->kind == WGI_F_NUMBER && b->kind == WGI_F_NUMBER)
        return compare_numbers(r, n->sign, a->number, b->number);
    const int c = wgi_formula_new(r->to, WGI_F_COMPARE, left, right);
    if (c) r->to->node[c].sign = n->sign, r->to->node[c].chained = n->chained;
    return c;
}

static bool is_true(const replacing *r, int n)
{
    return kind_of(r, n) == WGI_F_NUMBER && r->to->node[n].number != 0;
}

static int logical(replacing *r, const wgi_formula_node *n)
{
    const int a = copy(r, n->child);
    if (n->kind == WGI_F_NOT)
        return kind_of(r, a) == WGI_F_NUMBER ? number(r, !is_true(r, a))
                                             : wgi_formula_new(r->to, WGI_F_NOT, a, 0);
    const int b = copy(r, r->f->node[n->child].next);
    const bool or = n->kind == WGI_F_OR;
    if (is_true(r, a) || is_number(r, a, 0)) return is_true(r, a) == or ? a : b;
    if (is_true(r, b) || is_number(r, b, 0)) return is_true(r, b) == or ? b : a;
    return wgi_formula_new(r->to, (wgi_formula_kind)n->kind, a, b);
}

/* A whole case that is left out is 0. */
static int present(replacing *r, int a) { return a == ABSENT ? number(r, 0) : a; }

static int cases(replacing *r, const wgi_formula_node *n)
{
    const int c = wgi_formula_new(r->to, WGI_F_CASES, 0, 0);
    int k = n->child;
    for (; r->f->node[k].next; k = r->f->node[r->f->node[k].next].next) {
        const int when = copy(r, r->f->node[k].next);
        if (when <= 0 || is_number(r, when, 0)) continue;
        if (is_true(r, when)) break;
        wgi_formula_add(r->to, c, present(r, copy(r, k)));
        wgi_formula_add(r->to, c, when);
    }
    const int last = present(r, copy(r, k));
    if (!r->to->node[c].child) return last;
    wgi_formula_add(r->to, c, last);
    return c;
}

/* ---- names ---- */

static const wgi_formula_value *value_of(const replacing *r, const wgi_formula_node *n, int primes)
{
    for (int i = 0; i < r->values; i++)
        if (r->v[i].primes == primes && (int)strlen(r->v[i].name) == n->length &&
            memcmp(r->v[i].name, n->text, (size_t)n->length) == 0)
            return &r->v[i];
    return NULL;
}

static int put_value(replacing *r, const wgi_formula_value *v)
{
    if (v->absent) return ABSENT;
    return wgi_formula_of_value(r->to, v);
}

int wgi_formula_of_value(wgi_formula *to, const wgi_formula_value *v)
{
    if (v->tree) return wgi_formula_copy_nodes(to, v->tree, v->root);
    if (!v->text) {
        const int n = wgi_formula_number(to, v->number);
        if (n) to->node[n].sign = v->stays;
        return n;
    }
    const int n = wgi_formula_name(to, v->text, (int)strlen(v->text), v->text_primes);
    wgi_formula_node *k = &to->node[n];
    if (n) k->word = v->word, k->axes = (uint8_t)v->axes, k->of = v->of, k->look = v->look;
    return n;
}

int wgi_formula_equation_of(const wgi_formula *f, const char *name, int primes)
{
    for (int e = f->node[f->root].child, k = 0; e; e = f->node[e].next, k++) {
        int left = f->node[e].child;
        while (f->node[left].kind == WGI_F_AT) left = f->node[left].child;
        if (f->node[left].kind == WGI_F_NAME && f->node[left].sign == primes && wgi_formula_is(f, left, name))
            return k;
    }
    return -1;
}

/* The left side of the equation by which f defines a name; 0: there is none. */
static int definition(const wgi_formula *f, const wgi_formula_node *n)
{
    for (int e = f ? f->node[f->root].child : 0; e; e = f->node[e].next) {
        const wgi_formula_node *left = &f->node[f->node[e].child];
        if (left->kind == WGI_F_NAME && left->sign == n->sign && same_text(left, n)) return f->node[e].child;
    }
    return 0;
}

/* What is noted of the definition with this left side; NULL: it is to be put in its place. */
static definition_use *use_of(replacing *r, const wgi_formula_node *left)
{
    int i = 0;
    while (i < r->uses && r->use[i].left != left) i++;
    if (!r->locals || i == DEFINITIONS) return NULL;
    if (i == r->uses) r->use[r->uses++] = (definition_use){ .left = left };
    if (!r->keeps) r->use[i].times++;
    return r->keeps ? &r->use[i] : NULL;
}

/* What stands for a definition that stays one: its name. */
static int kept(replacing *r, definition_use *use, int made)
{
    const bool words = kind_of(r, made) == WGI_F_WORDS,
               axes = words ? rank_of(r) > 0 : wgi_formula_has_axes(r->to, made);
    const char *text = r->locals->local(r->locals->with, use->left);
    const int name = wgi_formula_name(r->to, text, (int)strlen(text), 0);
    r->to->node[name].axes = axes ? WGI_F_HAS_AXES : WGI_F_NO_AXES;
    use->name = name,
    use->equation = wgi_formula_new(r->to, WGI_F_EQUATION, wgi_formula_copy(r->to, r->to, name), made);
    return wgi_formula_copy(r->to, r->to, name);
}

static int copy_definition(replacing *r, int left)
{
    const wgi_formula_node *n = &r->f->node[left];
    definition_use *use = use_of(r, n);
    if (use && use->name) return wgi_formula_copy(r->to, r->to, use->name);
    r->depth++;
    const int c = copy(r, n->next);
    r->depth--;
    const bool atom = c <= 0 || kind_of(r, c) == WGI_F_NAME || kind_of(r, c) == WGI_F_NUMBER;
    const bool words = kind_of(r, c) == WGI_F_WORDS;
    r->words |= words;
    return use && !atom && (words || use->times > 1 || wgi_formula_nodes(r->to, c) > SMALL) ? kept(r, use, c)
                                                                                            : c;
}

static bool is_constant(const wgi_formula *f, int node)
{
    return wgi_formula_is(f, node, "e") || wgi_formula_is(f, node, "I") || wgi_formula_is(f, node, "pi") ||
           wgi_formula_is(f, node, "inf");
}

/* The axes that a clause "along" names, as bits. */
static unsigned axes_along(const replacing *r, int clause)
{
    const wgi_formula_node *n = &r->f->node[clause], *what = &r->f->node[n->child];
    const int rank = rank_of(r), count = what->next ? (int)r->f->node[what->next].number : 1;
    const unsigned all = (1u << rank) - 1, some = (1u << (count < rank ? count : rank)) - 1;
    const wgi_formula_value *v = value_of(r, what, 0);
    const unsigned named = v                                         ? v->along
                           : wgi_formula_is(r->f, n->child, "first") ? some
                                                                     : all & ~(all >> count);
    return n->sign ? all & ~named : named;
}

/* "along last" stays; the name of an option becomes its number. */
static int copy_along(replacing *r, int node)
{
    const int what = r->f->node[node].child;
    const wgi_formula_value *v = value_of(r, &r->f->node[what], 0);
    const int c = wgi_formula_copy(r->to, r->f, node);
    if (!v || v->text || !c) return c;
    r->to->node[c].child = 0;
    wgi_formula_add(r->to, c, number(r, v->number));
    return c;
}

/* Whether the name stands below `node`, in the subscripts of tensors and the indices of sums alone, unless
 * `within` one. */
static bool is_index(const wgi_formula *f, int node, const wgi_formula_node *name, bool within)
{
    const wgi_formula_node *n = &f->node[node];
    if (within && n->kind == WGI_F_NAME && same_text(n, name)) return true;
    for (int k = n->child; k; k = f->node[k].next)
        if (is_index(f, k, name, within || n->kind == WGI_F_OVER || (n->kind == WGI_F_AT && k != n->child)))
            return true;
    return false;
}

/* An index, as no node of the picture is called. */
static int local(replacing *r, const wgi_formula_node *n)
{
    const char *text = r->locals->local(r->locals->with, n);
    return wgi_formula_name(r->to, text, (int)strlen(text), 0);
}

static int name(replacing *r, int node)
{
    const wgi_formula_node *n = &r->f->node[node];
    const wgi_formula_value *v = value_of(r, n, n->sign);
    if (r->index && !n->sign && same_text(n, r->index)) return number(r, r->at);
    if (v) return put_value(r, v);
    const wgi_formula *before = r->f;
    int at = definition(r->f, n);
    if (!at && (at = definition(r->also, n))) r->f = r->also;
    if (!at || r->depth >= DEEPEST) {
        r->f = before;
        r->failed |= at > 0;
        if (!at && r->locals && is_index(r->f, r->f->root, n, false)) return local(r, n);
        r->to->loose |= !is_constant(r->f, node);
        return wgi_formula_copy(r->to, r->f, node);
    }
    const int c = copy_definition(r, at);
    r->f = before;
    return c;
}

/* ---- calls ---- */

/* x_i over i becomes x_0 + x_1 + x_2, if these are not too many. */
static int all_terms(replacing *r, const wgi_formula_node *body)
{
    char text[40];
    int total = 0;
    for (int k = 0; k <= TERMS; k++) {
        const int length = snprintf(text, sizeof text, "%.*s%d", body->length - 1, body->text, k);
        const wgi_formula_node n = { .text = text, .length = length };
        const wgi_formula_value *v = length < (int)sizeof text ? value_of(r, &n, 0) : NULL;
        if (!v) return total;
        if (k == TERMS) return 0;
        total = total ? sum(r, total, put_value(r, v)) : put_value(r, v);
    }
    return 0;
}

/* prod(e over i < k) of numbers is a number, if the factors are not too many. 0: it is not. */
static int all_factors(replacing *r, const wgi_formula_node *body)
{
    const wgi_formula_node *over = &r->f->node[body->next], *less = &r->f->node[over->child];
    double x, all = 1;
    if (over->sign != 1 || less->next || less->kind != WGI_F_COMPARE || less->sign != '<') return 0;
    const wgi_formula_node *index = &r->f->node[less->child], *outer = r->index;
    if (!wgi_formula_constant(r->to, copy(r, index->next), &x) || !(x <= FACTORS)) return 0;
    r->index = index;
    const int before = r->at;
    bool known = true;
    for (r->at = 0; known && r->at < x; r->at++) {
        double factor = 1;
        known = wgi_formula_constant(r->to, copy(r, (int)(body - r->f->node)), &factor);
        all *= factor;
    }
    r->index = outer, r->at = before;
    return known ? number(r, all) : 0;
}

/* The number of elements of the operand, maybe along some axes; 0: it is not known. */
static double elements(const replacing *r, const wgi_formula_node *x)
{
    const wgi_formula_value *v = r->locals && x->kind == WGI_F_NAME ? value_of(r, x, x->sign) : NULL;
    const int along = x->next;
    double n = 1;
    if (!v || !v->shape || (along && rank_of(r) != v->shape->rank)) return 0;
    const unsigned axes = along ? axes_along(r, along) : r->axes ? r->axes : ~0u;
    for (int i = 0; i < v->shape->rank; i++)
        if (axes >> i & 1) n *= (double)v->shape->dim[i];
    return n;
}

/* What is known of the operand before anything is computed, as a number: given(x), probabilities(y) ...; NAN:
 * the call says nothing of this kind. */
static double fact(const replacing *r, int call)
{
    const wgi_formula_node *x = &r->f->node[r->f->node[call].child];
    const wgi_formula_value *v = r->locals ? value_of(r, x, 0) : NULL;
    if (wgi_formula_is(r->f, call, "length")) return elements(r, x) > 0 ? elements(r, x) : NAN;
    if (!v || !v->shape) return NAN;
    if (wgi_formula_is(r->f, call, "probabilities")) return v->shape->rank == rank_of(r);
    return wgi_formula_is(r->f, call, "adds_to_1") ? v->adds_to_1 : NAN;
}

/* Puts the clause "along axis" behind the operands of a call. false: no axis is left to go along. */
static bool put_axes(replacing *r, int call, int clause)
{
    const int rank = rank_of(r);
    const bool usual = wgi_formula_is(r->to, call, "softmax") || wgi_formula_is(r->to, call, "log_softmax");
    const unsigned axes = rank < 0 ? 0 : axes_along(r, clause);
    if (usual && axes == 1u << (rank - 1)) return true; /* softmax(x) is along the last axis */
    if (rank > 0 && !axes) return false;
    if (rank > 0 && axes != (1u << rank) - 1) wgi_formula_add(r->to, call, wgi_formula_along(r->to, axes));
    return true;
}

static int given(replacing *r, int node)
{
    const wgi_formula_value *v = value_of(r, &r->f->node[node], 0);
    return number(r, v && !v->absent && !v->unset);
}

static int copy_call(replacing *r, int node)
{
    const wgi_formula_node *n = &r->f->node[node], *x = &r->f->node[n->child];
    const wgi_formula_value *v = value_of(r, n, 0);
    const bool over = x->next && r->f->node[x->next].kind == WGI_F_OVER;
    if (wgi_formula_is(r->f, node, "given")) return given(r, n->child);
    if (!isnan(fact(r, node))) return number(r, fact(r, node));
    if (over && x->kind == WGI_F_NAME && wgi_formula_is(r->f, node, "sum")) {
        const int terms = all_terms(r, x);
        if (terms) return terms;
    }
    if (over && wgi_formula_is(r->f, node, "prod")) {
        const int factors = all_factors(r, x);
        if (factors) return factors;
    }
    if (v && v->word && strcmp(v->text, "none") == 0) return copy(r, n->child);
    if (r->locals && wgi_formula_is(r->f, node, "keep"))
        return copy(r, n->child); /* it stands beside what has the axes */
    if (wgi_formula_is(r->f, node, "reshape") || wgi_formula_is(r->f, node, "keep")) {
        const int of = copy(r, n->child); /* a number has no shape */
        if (of == ABSENT || kind_of(r, of) == WGI_F_NUMBER) return of;
    }
    const bool word = v && v->word;
    const int c = call(r, word ? v->text : n->text, word ? (int)strlen(v->text) : n->length, 0);
    if (!c) return 0;
    for (int k = n->child; k; k = r->f->node[k].next) {
        const bool along = r->f->node[k].kind == WGI_F_ALONG;
        const wgi_formula_value *axes = along ? value_of(r, &r->f->node[r->f->node[k].child], 0) : NULL;
        if (along && rank_of(r) >= 0) {
            const bool sums = wgi_formula_is(r->f, node, "sum") || wgi_formula_is(r->f, node, "mean");
            if (!put_axes(r, c, k) && sums) return r->to->node[c].child; /* of one element each */
            continue;
        }
        if (axes && axes->hidden && !wgi_formula_is(r->f, node, "length")) continue;
        const int part = copy(r, k);
        if (part > 0) wgi_formula_add(r->to, c, part);
    }
    return c;
}

static int copy_others(replacing *r, int node)
{
    const wgi_formula_node *n = &r->f->node[node];
    const wgi_formula_value *v = n->kind == WGI_F_WORDS ? value_of(r, n, 0) : NULL;
    if (v) return put_value(r, v); /* "training" */
    const int c = wgi_formula_new(r->to, (wgi_formula_kind)n->kind, 0, 0);
    if (!c) return 0;
    r->to->node[c] = *n;
    r->to->node[c].child = r->to->node[c].next = 0;
    for (int k = n->child; k; k = r->f->node[k].next) {
        const int part = copy(r, k);
        if (part == ABSENT) return ABSENT;
        wgi_formula_add(r->to, c, part);
    }
    return c;
}

static int copy(replacing *r, int node)
{
    const wgi_formula_node *n = &r->f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_NAME: return name(r, node);
    case WGI_F_NEG: {
        const int a = copy(r, n->child);
        return a > 0 ? negated(r, a) : a;
    }
    case WGI_F_ADD:
    case WGI_F_SUB:
    case WGI_F_MUL:
    case WGI_F_DIV:
    case WGI_F_POW:
    case WGI_F_MATMUL: return binary(r, n);
    case WGI_F_COMPARE: return compared(r, n);
    case WGI_F_AND:
    case WGI_F_OR:
    case WGI_F_NOT: return logical(r, n);
    case WGI_F_CASES: return cases(r, n);
    case WGI_F_CALL: return copy_call(r, node);
    case WGI_F_ALONG: return copy_along(r, node);
    default: return copy_others(r, node);
    }
}

/* ---- the equation ---- */

/* The name on the left is that of the value, or stays as it is. */
static int left_side(replacing *r, int left)
{
    const wgi_formula_value *v = value_of(r, &r->f->node[left], r->f->node[left].sign);
    if (r->f->node[left].kind == WGI_F_AT && r->locals) { /* its indices are those of the right side */
        const int at =
            wgi_formula_new(r->to, WGI_F_AT, wgi_formula_copy(r->to, r->f, r->f->node[left].child), 0);
        for (int k = r->f->node[r->f->node[left].child].next; k; k = r->f->node[k].next)
            wgi_formula_add(r->to, at, copy(r, k));
        return at;
    }
    return v && v->text ? put_value(r, v) : wgi_formula_copy(r->to, r->f, left);
}

static bool make_equation(replacing *r, int equation)
{
    const wgi_formula *f = r->f;
    wgi_formula *to = r->to;
    wgi_formula_clear(to);
    const int e = equation < 0 ? 0 : wgi_formula_child(f, f->root, equation), left = f->node[e].child;
    if (!e || !f->node[left].next) return false;
    const int along = f->node[f->node[left].next].next;
    r->axes = along && rank_of(r) > 0 ? axes_along(r, along) : 0;
    const int l = left_side(r, left), right = copy(r, f->node[left].next);
    to->root =
        wgi_formula_new(to, WGI_F_EQUATION, l, right > 0 ? right : number(r, right == ABSENT ? 0 : NAN));
    if (along)
        wgi_formula_add(to, to->root,
                        r->axes ? wgi_formula_along(to, r->axes) : wgi_formula_copy(to, f, along));
    return !to->full && !r->failed && right;
}

bool wgi_formula_replace(wgi_formula *to, const wgi_formula *f, const wgi_formula *also, int equation,
                         const wgi_formula_value v[], int n)
{
    replacing r = { .to = to, .f = f, .also = also, .v = v, .values = n };
    return make_equation(&r, equation);
}

bool wgi_formula_rule(wgi_formula *to, const wgi_formula *f, const wgi_formula *also, int equation,
                      const wgi_formula_value v[], int n, const wgi_formula_locals *locals)
{
    replacing r = { .to = to, .f = f, .also = also, .v = v, .values = n, .locals = locals };
    bool made = make_equation(&r, equation);
    if (!made || r.words || wgi_formula_nodes(to, wgi_formula_child(to, to->root, 1)) > SHORT)
        r.keeps = true, r.failed = false, made = make_equation(&r, equation);
    to->root = wgi_formula_new(to, WGI_F_LIST, to->root, 0);
    for (int i = 0; i < r.uses; i++)
        if (r.use[i].equation) wgi_formula_add(to, to->root, r.use[i].equation);
    return made && !to->full;
}

bool wgi_formula_is_plain(const wgi_formula *f, int node)
{
    const wgi_formula_node *n = &f->node[node];
    if (n->kind == WGI_F_WORDS || n->kind == WGI_F_AT || n->kind == WGI_F_OVER || n->kind == WGI_F_REST)
        return false;
    if (n->kind == WGI_F_EQUATION && f->node[f->node[n->child].next].next) return false; /* along an axis */
    for (int k = n->child; k; k = f->node[k].next)
        if (!wgi_formula_is_plain(f, k)) return false;
    return true;
}
