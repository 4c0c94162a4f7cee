/* svg.h: what the files that write SVG share. */
#ifndef WGI_DRAW_SVG_H
#define WGI_DRAW_SVG_H

#include "draw/draw_private.h"
#include "layout/metric.h"

/* Sizes of fonts, in px. */
enum { WGI_SMALL = 12, WGI_BODY = 15, WGI_TITLE = 19 };

/* ---- svg_style.c ---- */

/* The element <style>; kinds[]: which kinds of boxes the picture has. */
void wgi_svg_style(wgi_strbuf *b, const char *id, const bool kinds[]);

/* ---- svg_card.c ---- */

/* A box: how large, and where its rows for value and gradient are, from its top; -1: it has no such row. */
typedef struct wgi_card {
    double w, h, title_at, value_at, gradient_at;
} wgi_card;
/* `scratch` is used and left as it is wanted. */
wgi_card wgi_svg_measure(const wgi_box *x, wgi_strbuf *scratch);
void wgi_svg_card(wgi_strbuf *b, const wgi_box *x, const wgi_card *card, double left, double top);

void wgi_svg_number(wgi_strbuf *b, const char *before, double x);
/* <text>, and <rect> with round corners. Class "": none. */
void wgi_svg_text(wgi_strbuf *b, double x, double y, double size, bool bold, const char *anchor,
                  const char *class, const char *text);
void wgi_svg_rect(wgi_strbuf *b, double x, double y, double w, double h, double radius, const char *class);

#endif
