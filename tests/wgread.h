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

#endif
