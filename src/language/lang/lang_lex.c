/* lang_lex.c: reads a program's text, one token at a time.
 * After an error every token is TOKEN_END, so that the loops of the parser end. */
#include "lang/lang.h"

#include <string.h>

#include "wengert/ops.h"
#include "wgx/base.h"

static bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }
static bool is_letter(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_'; }

static wg_node product(wg_site here, wg_node a, wg_node b)
{
    return wg_matmul_at(here, &WG_OPTS(wg_matmul_args, .x = a, .y = b));
}

#define SIGN(name, text, strength, build) { text, TOKEN_##name, strength, build },
static const wgi_sign signs[] = { { "**", TOKEN_POW, BIND_POWER, wg_pow_at }, WGI_SIGNS(SIGN) };

const wgi_sign *wgi_sign_of(wgi_token t)
{
    static const wgi_sign none = { "", TOKEN_END, 0, NULL };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].token == t) return &signs[i];
    return &none;
}

static const wgi_sign *sign_at(const char *s)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (!strncmp(s, signs[i].text, strlen(signs[i].text))) return &signs[i];
    return NULL;
}

/* Whether a text in quotes begins at a byte. x' is no such text: there a transpose was meant. */
static bool is_quote(const wg_program *q, uint32_t at)
{
    const char *s = q->source + at, before = at ? s[-1] : ' ';
    const bool is_transpose =
        is_letter(before) || is_digit(before) || before == ')' || before == ']' || before == '\'';
    return s[0] == '"' || (s[0] == '\'' && !is_transpose);
}

/* Behind the quote that closes the text at a byte, on the same line. 0: there is none. */
static uint32_t quote_end(const wg_program *q, uint32_t at)
{
    const char *s = q->source + at;
    if (!is_quote(q, at)) return 0;
    const size_t n = 1 + strcspn(s + 1, s[0] == '"' ? "\"\n" : "'\n");
    return s[n] == s[0] ? at + (uint32_t)n + 1 : 0;
}

uint32_t wgi_token_end(const wg_program *q, uint32_t at)
{
    uint32_t end = at;
    if (at >= q->length) return at;
    if (quote_end(q, at)) return quote_end(q, at);
    while (is_letter(q->source[end]) || is_digit(q->source[end])) end++;
    if (end > at) return end;
    const wgi_sign *row = sign_at(q->source + at);
    const int bytes = wgx_utf8_length(q->source + at);
    return at + (row ? (uint32_t)strlen(row->text) : bytes ? (uint32_t)bytes : 1);
}

static void set(wgi_lexer *l, wgi_token t, uint32_t length)
{
    l->token = t;
    l->end = l->start + length;
    l->at = l->end;
}

static void fail(wgi_lexer *l, uint32_t length, const char *message)
{
    wgi_lang_fail(l->q, l->start, l->start + length, WG_ERROR_SYNTAX, "%s", message);
    set(l, TOKEN_END, 0);
}

static void skip_blanks(wgi_lexer *l)
{
    const char *s = l->q->source;
    for (;;) {
        char ch = s[l->at];
        if (ch == ' ' || ch == '\t' || ch == '\r' || (ch == '\n' && l->joined)) l->at++;
        else if (ch == '#')
            while (l->at < l->q->length && s[l->at] != '\n') l->at++;
        else return;
    }
}

static void number(wgi_lexer *l)
{
    const char *s = l->q->source;
    uint32_t i = (uint32_t)(wgx_number_in(s + l->start, &l->number) - s);
    if ((s[l->start + 1] | 32) == 'x') i = l->start + 1; /* no hexadecimal numbers */
    uint32_t length = i - l->start;
    if (is_letter(s[i])) {
        l->start = i;
        fail(l, wgi_token_end(l->q, i) - i, "a number beside a name: a product is written with *");
    } else if (length > 400) {
        fail(l, length, "a number of more than 400 characters");
    } else {
        set(l, TOKEN_NUMBER, length);
    }
}

static void quoted(wgi_lexer *l)
{
    const uint32_t end = quote_end(l->q, l->start);
    if (!end) fail(l, 1, "this quote is never closed on its line");
    else if (end - l->start > WGI_LANG_NAME) fail(l, end - l->start, "a text of more than 200 characters");
    else set(l, TOKEN_TEXT, end - l->start);
}

static void word(wgi_lexer *l)
{
    uint32_t length = wgi_token_end(l->q, l->start) - l->start;
    if (length > WGI_LANG_NAME) fail(l, length, "a name of more than 200 characters");
    else set(l, TOKEN_NAME, length);
}

static void sign(wgi_lexer *l)
{
    const wgi_sign *row = sign_at(l->q->source + l->start);
    char text[200];
    if (row) set(l, row->token, (uint32_t)strlen(row->text));
    else fail(l, (uint32_t)wgi_foreign_sign(l->q->source + l->start, text, sizeof text), text);
}

void wgi_lex_next(wgi_lexer *l)
{
    const char *s = l->q->source;
    l->before = l->end;
    if (!wg_failed(l->q->c)) skip_blanks(l);
    l->start = l->at;
    if (wg_failed(l->q->c) || l->at >= l->q->length) set(l, TOKEN_END, 0);
    else if (s[l->at] == '\n') set(l, TOKEN_NEWLINE, 1);
    else if (is_digit(s[l->at]) || (s[l->at] == '.' && is_digit(s[l->at + 1]))) number(l);
    else if (is_letter(s[l->at])) word(l);
    else if (is_quote(l->q, l->at)) quoted(l);
    else sign(l);
}
