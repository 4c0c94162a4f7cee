/* formula_tokens.h: names, numbers and signs of a formula, one after the other. */
#ifndef FORMULA_TOKENS_H
#define FORMULA_TOKENS_H

#include "formula/formula.h"

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
    NOT_EQUAL = '!'
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
int wgi_token_fail(parser *p, const char *format, ...);
void wgi_token_next(parser *p);
bool wgi_token_is(const parser *p, const char *word);
bool wgi_token_is_keyword(const parser *p);
/* Go on to the next token if this one is of the kind; of want, it is a mistake if it is not. */
bool wgi_token_take(parser *p, int kind);
bool wgi_token_take_word(parser *p, const char *word);
void wgi_token_want(parser *p, int kind);

#endif
