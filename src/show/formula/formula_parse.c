/* formula_parse.c: the text of a formula becomes a tree, by recursive descent. */
#include "formula/formula.h"
#include "text/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 60 };

/* ---- tokens ---- */

/* What a token begins with: itself for signs, or one of these. */
enum {
    END = 0,
    NUMBER = '0',
    NAME = 'a',
    WORDS = '"',
    REST = 'r',
    LESS_EQUAL = 'l',
    GREATER_EQUAL = 'g',
    EQUAL = 'e',
    NOT_EQUAL = '!',
    ASSIGN = ':'
};

typedef struct parser {
    wgi_formula *f;
    wgi_formula_error *e;
    const char *text, *at; /* at: behind the token */
    const char *token;
    int kind, length, primes;
    bool spaced; /* there is space before the token */
    bool failed;
    bool in_bars;  /* a | ends |x| */
    bool in_where; /* = compares */
    int depth;
} parser;

/* Records the first mistake, at the token. Returns 0. */
static int fail(parser *p, const char *format, ...)
{
    if (p->failed) return 0;
    va_list list;
    va_start(list, format);
    vsnprintf(p->e->text, sizeof p->e->text, format, list);
    va_end(list);
    p->e->at = (int)(p->token - p->text);
    p->failed = true;
    p->kind = END;
    return 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static const char *after_number(const char *s)
{
    while (is_digit(*s)) s++;
    if (*s == '.' && is_digit(s[1]))
        for (s++; is_digit(*s);) s++;
    if (*s != 'e' || !(is_digit(s[1]) || (s[1] == '-' && is_digit(s[2])))) return s;
    for (s += 2; is_digit(*s);) s++;
    return s;
}

static void next_sign(parser *p)
{
    static const struct {
        const char *text;
        int kind;
    } signs[] = { { "...", REST }, { "<=", LESS_EQUAL }, { ">=", GREATER_EQUAL },
                  { "==", EQUAL }, { "!=", NOT_EQUAL },  { ":=", ASSIGN },
                  { "·", '.' } };
    p->kind = *p->token, p->at = p->token + 1;
    for (size_t i = 0; i < WGI_COUNT(signs); i++)
        if (strncmp(p->token, signs[i].text, strlen(signs[i].text)) == 0) {
            p->kind = signs[i].kind, p->at = p->token + strlen(signs[i].text);
            return;
        }
    if (!strchr("()[]|,;+-/^@*=<>", *p->token)) fail(p, "'%c' has no meaning", *p->token);
}

static void next_token(parser *p)
{
    if (p->failed) return;
    p->spaced = *p->at == ' ';
    while (*p->at == ' ') p->at++;
    p->token = p->at;
    p->primes = 0;
    if (!*p->at) p->kind = END;
    else if (is_digit(*p->at)) p->kind = NUMBER, p->at = after_number(p->at);
    else if (is_letter(*p->at)) {
        while (is_letter(*p->at) || is_digit(*p->at)) p->at++;
        p->kind = NAME;
    } else if (*p->at == '"') {
        p->at = strchr(p->at + 1, '"');
        p->kind = WORDS;
        if (!p->at) p->at = p->token, fail(p, "the words have no end: \" is missing");
        else p->at++;
    } else next_sign(p);
    p->length = (int)(p->at - p->token);
    while (p->kind == NAME && *p->at == '\'') p->at++, p->primes++;
}

static bool is_word(const parser *p, const char *word)
{
    return p->kind == NAME && p->length == (int)strlen(word) && strncmp(p->token, word, strlen(word)) == 0;
}

static bool is_keyword(const parser *p)
{
    static const char *const words[] = { "where", "else", "and", "or", "not", "over", "mod", "along", NULL };
    for (int i = 0; words[i]; i++)
        if (is_word(p, words[i])) return true;
    return false;
}

/* Go on to the next token if this one is of the kind; of want, it is a mistake if it is not. */
static bool take(parser *p, int kind)
{
    if (p->kind != kind || p->failed) return false;
    next_token(p);
    return true;
}

static bool take_word(parser *p, const char *word)
{
    if (!is_word(p, word)) return false;
    next_token(p);
    return true;
}

static void want(parser *p, int kind)
{
    if (take(p, kind)) return;
    if (p->kind == END) fail(p, "the formula ends where '%c' should stand", kind);
    else fail(p, "'%c' should stand here", kind);
}

/* ---- expressions ---- */

static int make(parser *p, wgi_formula_kind kind, int a, int b)
{
    const int n = p->failed ? 0 : wgi_formula_new(p->f, kind, a, b);
    if (!n) fail(p, "the formula is too long");
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
    next_token(p);
    return n;
}

/* "along last 2", "along all but axis" */
static int along(parser *p)
{
    bool but = false;
    if (take_word(p, "all")) {
        if (!take_word(p, "but")) return fail(p, "\"but\" should stand here");
        but = true;
    }
    if (p->kind != NAME) return fail(p, "the name of an option, or last, should stand here");
    const bool last = is_word(p, "last") || is_word(p, "first");
    const int name = named(p, WGI_F_NAME, p->token, p->length);
    next_token(p);
    return signed_node(p, WGI_F_ALONG, but, name, last && p->kind == NUMBER ? number(p) : 0);
}

static int index_name(parser *p)
{
    if (p->kind != NAME || is_keyword(p)) return fail(p, "an index should stand here");
    const int i = named(p, WGI_F_NAME, p->token, p->length);
    next_token(p);
    return p->kind == REST ? next_token(p), make(p, WGI_F_REST, i, 0) : i;
}

/* The sign that a comparison node has; 0: this token compares nothing. */
static int compare_sign(const parser *p)
{
    if (p->kind == EQUAL || (p->kind == '=' && p->in_where)) return '=';
    return p->kind && strchr("<>lg!", p->kind) ? p->kind : 0;
}

/* "over i, j", "over j <= i", "over k < n where k != 2" */
static int over(parser *p)
{
    const int n = make(p, WGI_F_OVER, 0, 0);
    do {
        const int i = index_name(p), s = compare_sign(p);
        if (s) next_token(p);
        wgi_formula_add(p->f, n, s ? signed_node(p, WGI_F_COMPARE, s, i, sum(p)) : i);
        if (p->failed) return 0;
        p->f->node[n].sign++;
    } while (take(p, ','));
    if (take_word(p, "where")) wgi_formula_add(p->f, n, condition(p));
    return n;
}

static int call(parser *p, const char *name, int length)
{
    const int n = named(p, WGI_F_CALL, name, length);
    const bool bars = p->in_bars, where = p->in_where;
    p->in_bars = p->in_where = false;
    next_token(p);
    do wgi_formula_add(p->f, n, expression(p));
    while (take(p, ','));
    if (take_word(p, "along")) wgi_formula_add(p->f, n, along(p));
    if (take_word(p, "over")) wgi_formula_add(p->f, n, over(p));
    p->in_bars = bars, p->in_where = where;
    want(p, ')');
    return n;
}

static int subscript(parser *p) { return take(p, REST) ? make(p, WGI_F_REST, 0, 0) : sum(p); }

static int elements(parser *p, int of)
{
    const int n = make(p, WGI_F_AT, of, 0);
    do wgi_formula_add(p->f, n, subscript(p));
    while (take(p, ','));
    want(p, ']');
    return n;
}

static int name(parser *p)
{
    const char *text = p->token;
    const int length = p->length, primes = p->primes;
    const bool function = wgi_formula_is_function(text, length);
    if (is_keyword(p)) return fail(p, "\"%.*s\" cannot stand here", length, text);
    next_token(p);
    if (p->kind == '(' && !p->spaced && !primes) return call(p, text, length);
    if (function && !primes && (p->kind == NAME || p->kind == NUMBER || p->kind == '|' || p->kind == '(')) {
        const int n = named(p, WGI_F_CALL, text, length);
        wgi_formula_add(p->f, n, power(p));
        return n;
    }
    const int n = named(p, WGI_F_NAME, text, length);
    if (n) p->f->node[n].sign = (uint8_t)primes;
    if (p->spaced) return n;
    if (take(p, '[')) return elements(p, n);
    return take(p, REST) ? make(p, WGI_F_REST, n, 0) : n;
}

static int in_brackets(parser *p, int end)
{
    const bool bars = p->in_bars;
    next_token(p);
    p->in_bars = end == '|';
    const int n = expression(p);
    p->in_bars = bars;
    want(p, end);
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
        next_token(p);
        return n;
    }
    return p->kind == END ? fail(p, "the formula ends too early") : fail(p, "a value should stand here");
}

/* ^T, ^-T, ^-1 or a power. -1 is the inverse of a matrix: 1 / x is that of numbers. */
static int exponent(parser *p, int base)
{
    const bool minus = take(p, '-');
    const int length = p->length;
    const bool one = minus && p->kind == NUMBER && length == 1 && *p->token == '1';
    if (is_word(p, "T") || one) {
        next_token(p);
        if (minus) base = make(p, WGI_F_INVERSE, base, 0);
        return one ? base : make(p, WGI_F_TRANSPOSED, base, 0);
    }
    const int e = power(p);
    return make(p, WGI_F_POW, base, minus ? make(p, WGI_F_NEG, e, 0) : e);
}

static int power(parser *p)
{
    if (++p->depth > DEEPEST) return fail(p, "the formula is nested too deeply");
    int n = take(p, '-') ? make(p, WGI_F_NEG, power(p), 0) : atom(p);
    while (take(p, '^')) n = exponent(p, n);
    p->depth--;
    return n;
}

static bool begins_factor(const parser *p)
{
    if (p->kind == NAME) return !is_keyword(p);
    return p->kind == NUMBER || p->kind == '(' || p->kind == WORDS || (p->kind == '|' && !p->in_bars);
}

static int product(parser *p)
{
    int n = power(p);
    while (!p->failed) {
        const int s = p->kind;
        if (take(p, '/')) n = make(p, WGI_F_DIV, n, power(p));
        else if (take(p, '@')) n = make(p, WGI_F_MATMUL, n, power(p));
        else if (take_word(p, "mod")) n = make(p, WGI_F_MOD, n, power(p));
        else if (take(p, '*') || take(p, '.')) n = signed_node(p, WGI_F_MUL, s, n, power(p));
        else if (begins_factor(p)) n = signed_node(p, WGI_F_MUL, ' ', n, power(p));
        else break;
    }
    return n;
}

/* A minus before a product belongs to the product: -a b is -(a b). */
static int first_of_sum(parser *p) { return take(p, '-') ? make(p, WGI_F_NEG, product(p), 0) : product(p); }

static int sum(parser *p)
{
    int n = first_of_sum(p);
    for (bool plus; (plus = p->kind == '+') || p->kind == '-';) {
        next_token(p);
        n = make(p, plus ? WGI_F_ADD : WGI_F_SUB, n, product(p));
    }
    return n;
}

static int compared(parser *p, int left)
{
    const int s = compare_sign(p);
    if (!s) return left;
    next_token(p);
    return signed_node(p, WGI_F_COMPARE, s, left, sum(p));
}

/* a < b, or a < b < c, whose right side is the comparison b < c. */
static int comparison(parser *p)
{
    const int left = sum(p), s = compare_sign(p);
    if (!s) return left;
    next_token(p);
    const int middle = sum(p), right = compared(p, middle), n = signed_node(p, WGI_F_COMPARE, s, left, right);
    if (n) p->f->node[n].chained = right != middle;
    return n;
}

static int negation(parser *p)
{
    return take_word(p, "not") ? make(p, WGI_F_NOT, comparison(p), 0) : comparison(p);
}

/* Parts with the word between them. */
static int joined(parser *p, const char *word, wgi_formula_kind kind, int (*part)(parser *p))
{
    int n = part(p);
    while (take_word(p, word)) n = make(p, kind, n, part(p));
    return n;
}

static int conjunction(parser *p) { return joined(p, "and", WGI_F_AND, negation); }
static int disjunction(parser *p) { return joined(p, "or", WGI_F_OR, conjunction); }

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
    if (!is_word(p, "where")) return first;
    const int n = make(p, WGI_F_CASES, first, 0);
    while (take_word(p, "where")) {
        wgi_formula_add(p->f, n, condition(p));
        if (!take(p, ',')) return fail(p, "\", else\" and another case are missing");
        const bool last = take_word(p, "else");
        wgi_formula_add(p->f, n, disjunction(p));
        if (last) return n;
    }
    return fail(p, "\"else\" is missing before the last case");
}

/* ---- equations ---- */

static int equation(parser *p, int separator)
{
    const bool words = p->kind == WORDS;
    const int left = sum(p);
    if (words && (p->kind == END || p->kind == ',' || p->kind == ';'))
        return signed_node(p, WGI_F_EQUATION, separator, left, 0);
    const bool assigns = take(p, ASSIGN);
    if (!assigns) want(p, '=');
    const int n = signed_node(p, WGI_F_EQUATION, separator, left, expression(p));
    if (n) p->f->node[n].chained = assigns;
    if (take_word(p, "along")) wgi_formula_add(p->f, n, along(p));
    return n;
}

bool wgi_formula_parse(wgi_formula *f, const char *text, wgi_formula_error *e)
{
    parser p = { .f = f, .e = e, .text = text, .at = text, .token = text };
    wgi_formula_clear(f);
    *e = (wgi_formula_error){ 0 };
    next_token(&p);
    f->root = make(&p, WGI_F_LIST, 0, 0);
    int separator = ',';
    do {
        wgi_formula_add(f, f->root, equation(&p, separator));
        separator = p.kind;
    } while (take(&p, ',') || take(&p, ';'));
    if (p.kind != END) fail(&p, "the formula should end here");
    return !p.failed;
}
