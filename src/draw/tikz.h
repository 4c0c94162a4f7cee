/* tikz.h: pictures as TikZ. */
#ifndef WGI_DRAW_TIKZ_H
#define WGI_DRAW_TIKZ_H

#include "draw/draw_private.h"

/* tikz.c. One tikzpicture; with the option `steps` with overlays of beamer. */
wg_status wgi_tikz_write(const wgi_picture *p, wgi_strbuf *out);

#endif
