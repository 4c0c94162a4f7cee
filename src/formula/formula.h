/* formula.h: formulas as trees. The language: wengert/formula.h.
 *
 *     wgi_formula f;
 *     wgi_formula_error e;
 *     if (!wgi_formula_parse(&f, "y = a / b", &e)) ... e.at, e.text ...
 *
 * A tree is an array of nodes in the struct itself, so nothing is allocated and nothing is freed. Node
 * 0 is no node. Names point into the text, which must live as long as the tree. */
#ifndef FORMULA_H
#define FORMULA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wengert/formula.h"

enum { WGI_FORMULA_MOST = 768 };

typedef enum wgi_formula_kind {
    WGI_LIST,     /* equations */
    WGI_EQUATION, /* left side, right side; maybe ALONG. sign: the separator before it, ',' or ';' */
    WGI_NUMBER,   /* number; text as it was written, or NULL */
    WGI_NAME,     /* text, without primes; sign: how many primes */
    WGI_WORDS,    /* text, without quotes */
    WGI_ADD,
    WGI_SUB,
    WGI_NEG,
    WGI_MUL, /* sign: ' ', '.' for ·, '*' */
    WGI_DIV,
    WGI_MOD,
    WGI_MATMUL,
    WGI_POW,
    WGI_TRANSPOSED,
    WGI_INVERSE,
    WGI_ABS,
    WGI_CALL,    /* text: the function; arguments; maybe ALONG and OVER */
    WGI_ALONG,   /* a name or number; "last 2": two. sign 1: all but these */
    WGI_OVER,    /* names and comparisons; maybe WHERE. sign: how many are before it */
    WGI_AT,      /* a tensor and its subscripts */
    WGI_REST,    /* "..." or, with a child, "i..." */
    WGI_COMPARE, /* sign: '<' '>' '=' '!' 'l' for <=, 'g' for >=; chained if the right side is one in a row */
    WGI_AND,
    WGI_OR,
    WGI_NOT,
    WGI_CASES /* value, condition, value, condition ... value */
} wgi_formula_kind;

typedef struct wgi_formula_node {
    uint8_t kind, sign;
    bool chained;        /* COMPARE: "a < b" of "a < b < c", whose right side is "b < c" */
    bool italic;         /* NAME put in by a replacement: one of the user's */
    int16_t child, next; /* 0: none */
    int length;          /* of text */
    const char *text;
    double number;
} wgi_formula_node;

typedef struct wgi_formula {
    int count, root;
    bool full; /* a node found no room */
    wgi_formula_node node[WGI_FORMULA_MOST];
} wgi_formula;

typedef struct wgi_formula_error {
    int at; /* byte of the text */
    char text[96];
} wgi_formula_error;

/* ---- formula_parse.c ---- */
bool wgi_formula_parse(wgi_formula *f, const char *text, wgi_formula_error *e);

/* ---- formula_tree.c ---- */
void wgi_formula_clear(wgi_formula *f);
/* A new node with up to two children. Returns 0 where there is no room. */
int wgi_formula_new(wgi_formula *f, wgi_formula_kind kind, int a, int b);
int wgi_formula_number(wgi_formula *f, double x);
int wgi_formula_name(wgi_formula *f, const char *text, int length, int primes);
void wgi_formula_add(wgi_formula *f, int parent, int child); /* behind the last child */
int wgi_formula_children(const wgi_formula *f, int node);
int wgi_formula_child(const wgi_formula *f, int node, int k); /* 0: there are fewer */
int wgi_formula_copy(wgi_formula *to, const wgi_formula *from, int node);
bool wgi_formula_is(const wgi_formula *f, int node, const char *text); /* whether that is its text */
bool wgi_formula_same(const wgi_formula *f, int a, const wgi_formula *g, int b);
int wgi_formula_level(const wgi_formula *f, int node); /* how strongly it binds: see formula_tree.c */
/* Whether child k of the node needs parentheses. */
bool wgi_formula_parens(const wgi_formula *f, int node, int k);
bool wgi_formula_is_function(const char *name, int length);    /* sin, ln ...: no parentheses are needed */
bool wgi_formula_is_reduction(const wgi_formula *f, int node); /* sum(e), mean(e along axis) ... */

#endif
