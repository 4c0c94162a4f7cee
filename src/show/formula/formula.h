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
    WGI_F_LIST,     /* equations */
    WGI_F_EQUATION, /* left side, right side; maybe ALONG. sign: the separator before it, ',' or ';' */
    WGI_F_NUMBER,   /* number; text as it was written, or NULL */
    WGI_F_NAME,     /* text, without primes; sign: how many primes */
    WGI_F_WORDS,    /* text, without quotes */
    WGI_F_ADD,
    WGI_F_SUB,
    WGI_F_NEG,
    WGI_F_MUL, /* sign: ' ', '.' for ·, '*' */
    WGI_F_DIV,
    WGI_F_MOD,
    WGI_F_MATMUL,
    WGI_F_POW,
    WGI_F_TRANSPOSED,
    WGI_F_INVERSE,
    WGI_F_ABS,
    WGI_F_CALL,    /* text: the function; arguments; maybe ALONG and OVER */
    WGI_F_ROW,     /* [a, b]: its elements */
    WGI_F_ALONG,   /* a name or number; "last 2": two. sign 1: all but these */
    WGI_F_OVER,    /* names and comparisons; maybe WHERE. sign: how many are before it */
    WGI_F_AT,      /* a tensor and its subscripts */
    WGI_F_REST,    /* "..." or, with a child, "i..." */
    WGI_F_COMPARE, /* sign: '<' '>' '=' '!', 'l' for <=, 'g' for >=  */
    WGI_F_AND,
    WGI_F_OR,
    WGI_F_NOT,
    WGI_F_CASES /* value, condition, value, condition ... value */
} wgi_formula_kind;

/* Whether a name is that of a number, or that of a vector, a matrix or a tensor, which is printed bold. */
typedef enum wgi_formula_axes { WGI_F_AXES_UNKNOWN, WGI_F_NO_AXES, WGI_F_HAS_AXES } wgi_formula_axes;

typedef struct wgi_formula_node {
    uint8_t kind, sign;  /* sign of NUMBER: 1 if the author wrote it: then 1 x is not shortened to x */
    bool chained;        /* COMPARE: "a < b" of "a < b < c", whose right side is "b < c". EQUATION: := */
    bool word;           /* NAME that is the value of an option, mean of reduction = mean. CALL of a
                          * user's function, which may be called as a known one. AT: always in brackets */
    uint8_t axes;        /* NAME, WORDS, AT: a wgi_formula_axes */
    uint8_t look;        /* NAME: bits of wgi_name_look */
    uint8_t of;          /* NAME whose text is an expression: the kind of that expression. 0: a name alone */
    int16_t child, next; /* 0: none */
    int length;          /* of text */
    const char *text;
    double number;
} wgi_formula_node;

typedef struct wgi_formula {
    int count, root;
    bool full;  /* a node found no room */
    bool loose; /* a replacement left a name without a value */
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
/* "along axis 1", "along axes 0, 2", of the axes whose bits are set; and a sum along them, of none over
 * all. */
int wgi_formula_along(wgi_formula *f, unsigned axes);
int wgi_formula_sum(wgi_formula *f, int of, unsigned axes);
/* Whether the value of the node has axes, as far as names tell. */
bool wgi_formula_has_axes(const wgi_formula *f, int node);
int wgi_formula_children(const wgi_formula *f, int node);
int wgi_formula_child(const wgi_formula *f, int node, int k); /* 0: there are fewer */
int wgi_formula_nodes(const wgi_formula *f, int node);        /* how many nodes it is, with all below it */
int wgi_formula_copy(wgi_formula *to, const wgi_formula *from, int node);
int wgi_formula_copy_nodes(wgi_formula *to, const wgi_formula_node from[], int node);
bool wgi_formula_is(const wgi_formula *f, int node, const char *text); /* whether that is its text */
bool wgi_formula_is_function(const char *name, int length); /* sin, ln ...: no parentheses are needed */

/* Whether it is arithmetic, roots, powers and logarithms of numbers, π and e alone, which is x then. */
bool wgi_formula_constant(const wgi_formula *f, int node, double *x);

/* ---- formula_words.c ---- */

/* How a name is written where its letters alone would say something else. */
typedef enum wgi_name_look {
    WGI_AS_WRITTEN = 1,      /* x_1 beside x1, which is x₁: it has no parts */
    WGI_NO_DIFFERENTIAL = 2, /* dr, which is not the gradient of a node r */
    WGI_DIFFERENTIAL = 4,    /* dz⁽ˡ⁾, dlogits: the d is that of a gradient, whatever stands behind it */
} wgi_name_look;

/* The parts of the name of a variable. "W_1", "W1", "W.1": base W, below 1. "a_hat": accent hat. A
 * name that has no such parts is a base alone. */
typedef struct wgi_name_parts {
    const char *base; /* as written; of a Greek letter its UTF-8, greek its name */
    int base_length;
    const char *greek;  /* "theta", or NULL */
    const char *accent; /* "hat", "bar", "tilde", "dot", or NULL */
    const char *below;
    int below_length;
    bool differential; /* "dW", "dW1": the d is never bold */
} wgi_name_parts;

wgi_name_parts wgi_name_split(const char *name, int length, int look);
/* The combining accent, and the letter with it if Unicode has one; else NULL. */
const char *wgi_accent(const char *accent);
const char *wgi_whole_accent(const char *base, int length, const char *accent);
/* What a function is called in Unicode and in LaTeX, "σ" and "\\sigma"; NULL: as it is written. */
const char *wgi_function_unicode(const char *name, int length);
const char *wgi_function_latex(const char *name, int length);

/* Text that is cut at size, and whose whole length is counted. */
typedef struct wgi_line {
    char *at;
    size_t size, length;
} wgi_line;
void wgi_line_add(wgi_line *t, const char *s, int length);
void wgi_line_put(wgi_line *t, const char *s);

/* ---- formula_print.c: the node and all below it, as text ---- */

/* In Unicode, behind a name of one character for private use, the place of a number that is not known yet,
 * stands U+F010 and as much more as the number may bind loosely there without parentheses: 0 a number of
 * digits alone, 1 a power, 2 a product; or this, of a function whose blank falls away before parentheses.
 * Nothing: whatever stands there needs none. */
enum { WGI_F_LIMIT_CALL = 5 };

void wgi_formula_text(wgi_line *to, const wgi_formula *f, int node, bool ascii);
/* flat: quotients are a/b. */
void wgi_formula_latex(wgi_line *to, const wgi_formula *f, int node, bool flat);
/* Writes a name as formulas print it, W_1 as W₁. Returns the length of the whole text, as snprintf does. */
int wgi_formula_print_name(const char *name, int look, char *buf, size_t size);

/* ---- and in two dimensions: fractions, roots, small letters above and
 * below, cases with a brace. The origin is the left end of the baseline; y goes down.
 *
 * Letters: names are italic, those of vectors, matrices and tensors bold and upright; functions, words and
 * digits are upright. Of a name whose axes are not known, one capital letter is a matrix.
 * Sizes: letters above and below have WGI_F_SMALL of the size of the others, and so have theirs.
 * Quotients: numerator and denominator stand above each other. a/b is on one line in powers, in subscripts,
 * within another fraction, and as the term of a sum if both are one name or number. ---- */

#define WGI_F_SMALL 0.7

typedef enum wgi_formula_face { WGI_F_ROMAN, WGI_F_ITALIC, WGI_F_BOLD } wgi_formula_face;
/* The width of a text in UTF-8, in the unit of size. */
typedef double (*wgi_formula_width)(const char *utf8, double size, wgi_formula_face face);

typedef enum wgi_formula_shape {
    WGI_F_TEXT,
    WGI_F_LINE,
    WGI_F_ROOT,
    WGI_F_BRACE,
    WGI_F_PAREN
} wgi_formula_shape;

/* TEXT: from x to x2 on the baseline y; size: of the letters. LINE: from (x, y) to (x2, y2). ROOT: the sign
 * left of x2, whose bar begins there at y; y2: its foot. BRACE: in [x, x2], from y down to y2. PAREN:
 * likewise; size below 0: the right one.
 *
 * glued: the text goes on with the text of the piece before, x - x2 of it further on. A viewer whose letters
 * are narrower lets it follow. centred: the text and all that is glued to it stand in the middle between the
 * ends of this line of texts. */
typedef struct wgi_formula_piece {
    uint8_t shape, face;
    bool glued, centred;
    int text; /* of the letters, ends with a 0 */
    double x, y, x2, y2, size;
} wgi_formula_piece;

/* What was laid out. */
typedef struct wgi_laid_formula {
    double width, above, below; /* from the baseline up and down */
    int count;
    const wgi_formula_piece *piece;
    const char *letters;
    const char *latex; /* for math mode; who lays out sets it. NULL: it was not asked for */
} wgi_laid_formula;

enum { WGI_F_PIECES = 300, WGI_F_LETTERS = 3000 };
typedef struct wgi_formula_boxes {
    int count, used;                           /* pieces, letters */
    bool full;                                 /* something found no room */
    wgi_formula_piece piece[WGI_F_PIECES + 1]; /* the last one is written to when there is no room */
    char letters[WGI_F_LETTERS];
} wgi_formula_boxes;

/* How it is laid out. flat: on one line, with quotients as a/b and roots as √x, so that all is one line of
 * glued texts. */
typedef enum wgi_formula_style { WGI_F_TALL, WGI_F_FLAT } wgi_formula_style;

/* Sets *laid, which is valid as long as `in` is unchanged. false: the formula is too long. */
bool wgi_formula_lay_out(wgi_formula_boxes *in, const wgi_formula *f, int node, double size,
                         wgi_formula_style style, wgi_formula_width width, wgi_laid_formula *laid);

/* ---- formula_replace.c: equations of one node ---- */

/* What stands in the place of a name. Texts must live as long as the tree. */
typedef struct wgi_formula_value {
    const char *name; /* of an operand, a result or an option, with as many primes */
    int primes;
    const char *text; /* the name of a node, or the word of an option; NULL: a number */
    int text_primes;
    wgi_formula_axes axes; /* of text */
    uint8_t of, look;      /* likewise: see wgi_formula_node */
    double number;
    const wgi_formula_node *tree; /* not NULL: an expression, tree[root] and all below it */
    int root;
    bool word;   /* text is the word of an option */
    bool stays;  /* the author wrote the number: then 1 x is not shortened to x */
    bool absent; /* the operand is left out */
    bool unset;  /* the option was not given */
    bool hidden; /* axes that are not shown: "along axis" falls away, but not of a length */
    /* For wgi_formula_rule: */
    const wg_shape *shape; /* of an operand or a result */
    unsigned along;        /* of an option that names axes: bit i is set for axis i */
    bool adds_to_1;        /* each row of the operand adds up to 1 */
} wgi_formula_value;

/* The node of such a value, which is not absent. */
int wgi_formula_of_value(wgi_formula *to, const wgi_formula_value *v);
/* Makes `to` an equation of f, an op's formula or adjoint, for one node: with values in the place of
 * names, with the definitions of f and, if not NULL, of `also` in the place of what they define, and
 * simplified as people write: 1 a, a + 0, cases that cannot hold. false: the equation is too long, or
 * there is none. */
bool wgi_formula_replace(wgi_formula *to, const wgi_formula *f, const wgi_formula *also, int equation,
                         const wgi_formula_value v[], int n);
/* The same, as a step of a derivation is written. The root is a list: the equation, then definitions. A
 * definition of f or `also` stays one where it is used twice and the whole would be long. local() gives the
 * name by which it is called, which lives as long as the tree. Shapes are known, so lengths are numbers,
 * and "along last" names its axis, or falls away where no other axis is left. */
typedef struct wgi_formula_locals {
    const char *(*local)(void *with, const wgi_formula_node *name);
    void *with;
} wgi_formula_locals;
bool wgi_formula_rule(wgi_formula *to, const wgi_formula *f, const wgi_formula *also, int equation,
                      const wgi_formula_value v[], int n, const wgi_formula_locals *locals);
/* Whether there are neither words, elements nor sums over indices below it, which would need explanations. */
bool wgi_formula_is_plain(const wgi_formula *f, int node);
/* The equation of f whose left side is that name; -1: there is none. */
int wgi_formula_equation_of(const wgi_formula *f, const char *name, int primes);

#endif
