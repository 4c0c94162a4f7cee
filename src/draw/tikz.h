/* tikz.h: what the files that write TikZ share. */
#ifndef WGI_DRAW_TIKZ_H
#define WGI_DRAW_TIKZ_H

#include "draw/draw_private.h"

/* tikz.c. One tikzpicture; with the option `steps` with overlays of beamer. */
wg_status wgi_tikz_write(const wgi_picture *p, wgi_strbuf *out);

/* ---- tex_labels.c ---- */

/* The text for LaTeX's text mode, in any encoding of fonts: no character of it is a command. What LaTeX lacks
 * becomes "?". */
void wgi_tex_text(wgi_strbuf *b, const char *s);
/* The box's name or formula, "$a = \sigma(z)$", where LaTeX's printer can write it; else wgi_tex_text. item:
 * of the box, NULL: none. */
void wgi_tex_title(wgi_strbuf *b, const wgi_picture *p, const wgi_box *x, const wgi_item *item);
/* The gradient's row, "$da$ = −1.333". */
void wgi_tex_gradient(wgi_strbuf *b, const wgi_box *x, const wgi_item *item, const char *text);

#endif
