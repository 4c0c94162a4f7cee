/* formula_words.h: names and numbers as they are printed: Greek letters, accents, subscripts. */
#ifndef FORMULA_WORDS_H
#define FORMULA_WORDS_H

#include "formula/formula.h"

/* The parts of the name of a variable. "W_1", "W1", "W.1": base W, below 1. "a_hat": accent hat. A
 * name that has no such parts is a base alone. */
typedef struct wgi_name_parts {
    const char *base; /* as written; of a Greek letter its UTF-8, greek its name */
    int base_length;
    const char *greek;  /* "theta", or NULL */
    const char *accent; /* "hat", "bar", "tilde", "dot", or NULL */
    const char *below;
    int below_length;
} wgi_name_parts;

wgi_name_parts wgi_name_split(const char *name, int length);
/* The combining accent, and the letter with it if Unicode has one; else NULL. */
const char *wgi_accent(const char *accent);
const char *wgi_whole_accent(const char *base, int length, const char *accent);
/* What a function is called in Unicode and in LaTeX, "σ" and "\\sigma"; NULL: as it is written. */
const char *wgi_function_unicode(const char *name, int length);
const char *wgi_function_latex(const char *name, int length);
/* Writes the number in at most six digits, and its power of ten apart. Returns the power, 0 if there
 * is none. */
int wgi_number_text(double x, char digits[32]);

/* Text that is cut at size, and whose whole length is counted. */
typedef struct wgi_line {
    char *at;
    size_t size, length;
} wgi_line;
void wgi_line_add(wgi_line *t, const char *s, int length);
void wgi_line_put(wgi_line *t, const char *s);

/* ---- formula_text.c, formula_latex.c: the node and all below it ---- */
void wgi_formula_text(wgi_line *to, const wgi_formula *f, int node, bool ascii);
/* flat: quotients are a/b. */
void wgi_formula_latex(wgi_line *to, const wgi_formula *f, int node, bool flat);

#endif
