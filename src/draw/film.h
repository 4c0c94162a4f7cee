/* film.h: a picture step by step, as numbered files or as a sheet. */
#ifndef WGI_DRAW_FILM_H
#define WGI_DRAW_FILM_H

#include "draw/draw_private.h"

/* Whether the path has one place for a number, "name-%02d.svg". */
bool wgi_film_is_pattern(const char *path);

/* Makes the file's bytes of an SVG: "svg", "png", "pdf". */
typedef wg_status wgi_film_as(const wgi_picture *p, wgi_strbuf *svg, const char *format, wgi_strbuf *out);

/* Saves the files of a pattern; else writes the sheet to `out`. */
wg_status wgi_film_write(const wgi_picture *p, const char *path, const char *format, wgi_film_as *as,
                         wgi_strbuf *out);

#endif
