/* formula_tokens.c: the tokens of formulas. */
#include "formula/formula_tokens.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int wgi_token_fail(parser *p, const char *format, ...)
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

static void sign(parser *p, int kind, int length)
{
    p->kind = kind;
    p->at = p->token + length;
}

static void next_sign(parser *p)
{
    static const struct {
        const char *text;
        int kind;
    } signs[] = { { "...", REST }, { "<=", LESS_EQUAL }, { ">=", GREATER_EQUAL },
                  { "==", EQUAL }, { "!=", NOT_EQUAL },  { "\xC2\xB7", '.' },
                  { NULL, 0 } };
    for (int i = 0; signs[i].text; i++)
        if (strncmp(p->token, signs[i].text, strlen(signs[i].text)) == 0) {
            sign(p, signs[i].kind, (int)strlen(signs[i].text));
            return;
        }
    if (strchr("()[]|,;+-/^@*=<>", *p->token)) sign(p, *p->token, 1);
    else wgi_token_fail(p, "'%c' has no meaning", *p->token);
}

void wgi_token_next(parser *p)
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
        if (!p->at) p->at = p->token, wgi_token_fail(p, "the words have no end: \" is missing");
        else p->at++;
    } else next_sign(p);
    p->length = (int)(p->at - p->token);
    while (p->kind == NAME && *p->at == '\'') p->at++, p->primes++;
}

bool wgi_token_is(const parser *p, const char *word)
{
    return p->kind == NAME && p->length == (int)strlen(word) && strncmp(p->token, word, strlen(word)) == 0;
}

bool wgi_token_is_keyword(const parser *p)
{
    static const char *const words[] = { "where", "else", "and", "or", "not", "over", "mod", "along", NULL };
    for (int i = 0; words[i]; i++)
        if (wgi_token_is(p, words[i])) return true;
    return false;
}

bool wgi_token_take(parser *p, int kind)
{
    if (p->kind != kind || p->failed) return false;
    wgi_token_next(p);
    return true;
}

bool wgi_token_take_word(parser *p, const char *word)
{
    if (!wgi_token_is(p, word)) return false;
    wgi_token_next(p);
    return true;
}

void wgi_token_want(parser *p, int kind)
{
    if (wgi_token_take(p, kind)) return;
    if (p->kind == END) wgi_token_fail(p, "the formula ends where '%c' should stand", kind);
    else wgi_token_fail(p, "'%c' should stand here", kind);
}
