/* formula_parse.c: the text of a formula becomes a tree, by recursive descent. */
#include "formula/formula_tokens.h"

enum { DEEPEST = 60 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ---- expressions ---- */

static int make(parser *p, wgi_formula_kind kind, int a, int b)
{
    const int n = p->failed ? 0 : wgi_formula_new(p->f, kind, a, b);
    if (!n) wgi_token_fail(p, "the formula is too long");
    return n;
}

static int named(parser *p, wgi_formula_kind kind, const char *text, int length)
{
    const int n = make(p, kind, 0, 0);
    if (n) p->f->node[n].text = text, p->f->node[n].length = length;
    return n;
}

static int signed_node(parser *p, wgi_formula_kind kind, int s, int a, int b)
{
    const int n = make(p, kind, a, b);
    if (n) p->f->node[n].sign = (uint8_t)s;
    return n;
}

static int expression(parser *p);
static int sum(parser *p);
static int power(parser *p);
static int condition(parser *p);

static int number(parser *p)
{
    const int n = named(p, WGI_F_NUMBER, p->token, p->length);
    double x = 0, scale = 1;
    const char *s = p->token;
    for (; is_digit(*s); s++) x = 10 * x + (*s - '0');
    if (*s == '.' && s < p->at)
        for (s++; is_digit(*s); s++) x = 10 * x + (*s - '0'), scale *= 10;
    int e = 0, minus = 0;
    if (s < p->at && *s == 'e')
        for (s += 1 + (minus = s[1] == '-'); is_digit(*s) && s < p->at && e < 400; s++)
            e = 10 * e + (*s - '0');
    double ten = 1;
    while (e-- > 0) ten *= 10;
    p->f->node[n].number = minus ? x / scale / ten : x / scale * ten;
    wgi_token_next(p);
    return n;
}

/* "along last 2", "along all but axis" */
static int along(parser *p)
{
    bool but = false;
    if (wgi_token_take_word(p, "all")) {
        if (!wgi_token_take_word(p, "but")) return wgi_token_fail(p, "\"but\" should stand here");
        but = true;
    }
    if (p->kind != NAME) return wgi_token_fail(p, "the name of an option, or last, should stand here");
    const bool last = wgi_token_is(p, "last") || wgi_token_is(p, "first");
    const int name = named(p, WGI_F_NAME, p->token, p->length);
    wgi_token_next(p);
    return signed_node(p, WGI_F_ALONG, but, name, last && p->kind == NUMBER ? number(p) : 0);
}

static int index_name(parser *p)
{
    if (p->kind != NAME || wgi_token_is_keyword(p)) return wgi_token_fail(p, "an index should stand here");
    const int i = named(p, WGI_F_NAME, p->token, p->length);
    wgi_token_next(p);
    return p->kind == REST ? wgi_token_next(p), make(p, WGI_F_REST, i, 0) : i;
}

static int compare_sign(const parser *p)
{
    switch (p->kind) {
    case '<':
    case '>': return p->kind;
    case LESS_EQUAL: return 'l';
    case GREATER_EQUAL: return 'g';
    case EQUAL: return '=';
    case NOT_EQUAL: return '!';
    case '=': return p->in_where ? '=' : 0;
    default: return 0;
    }
}

/* "over i, j", "over j <= i", "over k < n where k != 2" */
static int over(parser *p)
{
    const int n = make(p, WGI_F_OVER, 0, 0);
    do {
        const int i = index_name(p), s = compare_sign(p);
        if (s) wgi_token_next(p);
        wgi_formula_add(p->f, n, s ? signed_node(p, WGI_F_COMPARE, s, i, sum(p)) : i);
        if (p->failed) return 0;
        p->f->node[n].sign++;
    } while (wgi_token_take(p, ','));
    if (wgi_token_take_word(p, "where")) wgi_formula_add(p->f, n, condition(p));
    return n;
}

static int call(parser *p, const char *name, int length)
{
    const int n = named(p, WGI_F_CALL, name, length);
    const bool bars = p->in_bars, where = p->in_where;
    p->in_bars = p->in_where = false;
    wgi_token_next(p);
    do wgi_formula_add(p->f, n, expression(p));
    while (wgi_token_take(p, ','));
    if (wgi_token_take_word(p, "along")) wgi_formula_add(p->f, n, along(p));
    if (wgi_token_take_word(p, "over")) wgi_formula_add(p->f, n, over(p));
    p->in_bars = bars, p->in_where = where;
    wgi_token_want(p, ')');
    return n;
}

static int subscript(parser *p) { return wgi_token_take(p, REST) ? make(p, WGI_F_REST, 0, 0) : sum(p); }

static int elements(parser *p, int of)
{
    const int n = make(p, WGI_F_AT, of, 0);
    do wgi_formula_add(p->f, n, subscript(p));
    while (wgi_token_take(p, ','));
    wgi_token_want(p, ']');
    return n;
}

static int name(parser *p)
{
    const char *text = p->token;
    const int length = p->length, primes = p->primes;
    const bool function = wgi_formula_is_function(text, length);
    if (wgi_token_is_keyword(p)) return wgi_token_fail(p, "\"%.*s\" cannot stand here", length, text);
    wgi_token_next(p);
    if (p->kind == '(' && !p->spaced && !primes) return call(p, text, length);
    if (function && !primes && (p->kind == NAME || p->kind == NUMBER || p->kind == '|' || p->kind == '(')) {
        const int n = named(p, WGI_F_CALL, text, length);
        wgi_formula_add(p->f, n, power(p));
        return n;
    }
    const int n = named(p, WGI_F_NAME, text, length);
    if (n) p->f->node[n].sign = (uint8_t)primes;
    if (p->spaced) return n;
    if (wgi_token_take(p, '[')) return elements(p, n);
    return wgi_token_take(p, REST) ? make(p, WGI_F_REST, n, 0) : n;
}

static int in_brackets(parser *p, int end)
{
    const bool bars = p->in_bars;
    wgi_token_next(p);
    p->in_bars = end == '|';
    const int n = expression(p);
    p->in_bars = bars;
    wgi_token_want(p, end);
    return end == '|' ? make(p, WGI_F_ABS, n, 0) : n;
}

static int atom(parser *p)
{
    if (p->kind == NUMBER) return number(p);
    if (p->kind == NAME) return name(p);
    if (p->kind == '(') return in_brackets(p, ')');
    if (p->kind == '|' && !p->in_bars) return in_brackets(p, '|');
    if (p->kind == WORDS) {
        const int n = named(p, WGI_F_WORDS, p->token + 1, p->length - 2);
        wgi_token_next(p);
        return n;
    }
    return p->kind == END ? wgi_token_fail(p, "the formula ends too early")
                          : wgi_token_fail(p, "a value should stand here");
}

/* ^T, ^-T, ^-1 or a power. -1 is the inverse of a matrix: 1 / x is that of numbers. */
static int exponent(parser *p, int base)
{
    const bool minus = wgi_token_take(p, '-');
    const int length = p->length;
    const bool one = minus && p->kind == NUMBER && length == 1 && *p->token == '1';
    if (wgi_token_is(p, "T") || one) {
        wgi_token_next(p);
        if (minus) base = make(p, WGI_F_INVERSE, base, 0);
        return one ? base : make(p, WGI_F_TRANSPOSED, base, 0);
    }
    const int e = power(p);
    return make(p, WGI_F_POW, base, minus ? make(p, WGI_F_NEG, e, 0) : e);
}

static int power(parser *p)
{
    if (++p->depth > DEEPEST) return wgi_token_fail(p, "the formula is nested too deeply");
    int n = wgi_token_take(p, '-') ? make(p, WGI_F_NEG, power(p), 0) : atom(p);
    while (wgi_token_take(p, '^')) n = exponent(p, n);
    p->depth--;
    return n;
}

static bool begins_factor(const parser *p)
{
    if (p->kind == NAME) return !wgi_token_is_keyword(p);
    return p->kind == NUMBER || p->kind == '(' || p->kind == WORDS || (p->kind == '|' && !p->in_bars);
}

static int product(parser *p)
{
    int n = power(p);
    while (!p->failed) {
        const int s = p->kind;
        if (wgi_token_take(p, '/')) n = make(p, WGI_F_DIV, n, power(p));
        else if (wgi_token_take(p, '@')) n = make(p, WGI_F_MATMUL, n, power(p));
        else if (wgi_token_take_word(p, "mod")) n = make(p, WGI_F_MOD, n, power(p));
        else if (wgi_token_take(p, '*') || wgi_token_take(p, '.'))
            n = signed_node(p, WGI_F_MUL, s, n, power(p));
        else if (begins_factor(p)) n = signed_node(p, WGI_F_MUL, ' ', n, power(p));
        else break;
    }
    return n;
}

/* A minus before a product belongs to the product: -a b is -(a b). */
static int first_of_sum(parser *p)
{
    return wgi_token_take(p, '-') ? make(p, WGI_F_NEG, product(p), 0) : product(p);
}

static int sum(parser *p)
{
    int n = first_of_sum(p);
    for (bool plus; (plus = p->kind == '+') || p->kind == '-';) {
        wgi_token_next(p);
        n = make(p, plus ? WGI_F_ADD : WGI_F_SUB, n, product(p));
    }
    return n;
}

static int compared(parser *p, int left)
{
    const int s = compare_sign(p);
    if (!s) return left;
    wgi_token_next(p);
    return signed_node(p, WGI_F_COMPARE, s, left, sum(p));
}

/* a < b, or a < b < c, whose right side is the comparison b < c. */
static int comparison(parser *p)
{
    const int left = sum(p), s = compare_sign(p);
    if (!s) return left;
    wgi_token_next(p);
    const int middle = sum(p), right = compared(p, middle), n = signed_node(p, WGI_F_COMPARE, s, left, right);
    if (n) p->f->node[n].chained = right != middle;
    return n;
}

static int negation(parser *p)
{
    return wgi_token_take_word(p, "not") ? make(p, WGI_F_NOT, comparison(p), 0) : comparison(p);
}

static int conjunction(parser *p)
{
    int n = negation(p);
    while (wgi_token_take_word(p, "and")) n = make(p, WGI_F_AND, n, negation(p));
    return n;
}

static int disjunction(parser *p)
{
    int n = conjunction(p);
    while (wgi_token_take_word(p, "or")) n = make(p, WGI_F_OR, n, conjunction(p));
    return n;
}

static int condition(parser *p)
{
    const bool before = p->in_where;
    p->in_where = true;
    const int n = disjunction(p);
    p->in_where = before;
    return n;
}

static int expression(parser *p)
{
    const int first = disjunction(p);
    if (!wgi_token_is(p, "where")) return first;
    const int n = make(p, WGI_F_CASES, first, 0);
    while (wgi_token_take_word(p, "where")) {
        wgi_formula_add(p->f, n, condition(p));
        if (!wgi_token_take(p, ',')) return wgi_token_fail(p, "\", else\" and another case are missing");
        const bool last = wgi_token_take_word(p, "else");
        wgi_formula_add(p->f, n, disjunction(p));
        if (last) return n;
    }
    return wgi_token_fail(p, "\"else\" is missing before the last case");
}

/* ---- equations ---- */

static int equation(parser *p, int separator)
{
    const bool words = p->kind == WORDS;
    const int left = sum(p);
    if (words && (p->kind == END || p->kind == ',' || p->kind == ';'))
        return signed_node(p, WGI_F_EQUATION, separator, left, 0);
    wgi_token_want(p, '=');
    const int n = signed_node(p, WGI_F_EQUATION, separator, left, expression(p));
    if (wgi_token_take_word(p, "along")) wgi_formula_add(p->f, n, along(p));
    return n;
}

bool wgi_formula_parse(wgi_formula *f, const char *text, wgi_formula_error *e)
{
    parser p = { .f = f, .e = e, .text = text, .at = text, .token = text };
    wgi_formula_clear(f);
    *e = (wgi_formula_error){ 0 };
    wgi_token_next(&p);
    f->root = make(&p, WGI_F_LIST, 0, 0);
    int separator = ',';
    do {
        wgi_formula_add(f, f->root, equation(&p, separator));
        separator = p.kind;
    } while (wgi_token_take(&p, ',') || wgi_token_take(&p, ';'));
    if (p.kind != END) wgi_token_fail(&p, "the formula should end here");
    return !p.failed;
}
