/* wgread.h: reads a formula that was laid out in two dimensions. It sees only where letters and lines stand,
 * and writes the formula in the language of wengert/formula.h. */
#ifndef WGREAD_H
#define WGREAD_H

#include "formula/formula.h"

/* Gives each name of the formula another one, "qaa", "qab" ..., by which the reader then calls what is
 * printed as that name. Call it after the formula was laid out. */
void wgr_rename(wgi_formula *f);
/* The text is valid until the next call. */
const char *wgr_read(const wgi_laid_formula *k);

/* ---- for the files of the reader ---- */

/* A set of pieces from left to right; bars before what is above and below them. */
typedef struct wgr_row {
    const wgi_formula_piece *at[WGI_F_PIECES];
    int n;
} wgr_row;

/* ---- wgread.c ---- */

void wgr_put(const char *s);
const char *wgr_letters(const wgi_formula_piece *p); /* without the spaces on both sides */
bool wgr_is_text(const wgi_formula_piece *p, const char *s);
bool wgr_is_bar(const wgi_formula_piece *p);
wgr_row *wgr_pieces(const wgr_row *r, int from, int end);
/* Frees the row. */
void wgr_read_part(wgr_row *r, double base, const char *open, const char *close);

/* ---- wgread_cases.c ---- */

/* From `at` on, of a formula whose line is `base`. Returns what comes behind the cases, on that line. */
int wgr_read_cases(const wgr_row *r, int at, double base);

/* ---- wgread_names.c: of what is printed, "W_1′" ---- */

const char *wgr_id_of(const char *key);
bool wgr_is_known(const char *key);
const char *wgr_function(const char *s); /* "sum" of Σ; NULL: there is none */
const char *wgr_sign(const char *s);     /* " <= " of ≤; NULL: likewise */
bool wgr_is_word(const char *s);
bool wgr_is_digits(const char *s);

#endif
