/* formula_latex.h: what the files that print formulas as LaTeX share. */
#ifndef FORMULA_LATEX_H
#define FORMULA_LATEX_H

#include "formula/formula_words.h"

typedef struct wgi_formula_printer {
    wgi_line *to;
    const wgi_formula *f;
    bool flat; /* quotients are a/b: in powers, subscripts and other fractions */
    bool open; /* what follows could be taken for a part of "sin x": it has parentheses */
} wgi_formula_printer;

/* formula_latex_letters.c. For math mode; words are for text mode. */
void wgi_latex_name(wgi_formula_printer *p, const wgi_formula_node *n);
void wgi_latex_number(wgi_formula_printer *p, const wgi_formula_node *n);
void wgi_latex_words(wgi_formula_printer *p, const char *utf8, int length);

#endif
