/* svg.h: what the two files that write SVG share. */
#ifndef WGI_FIGURE_SVG_H
#define WGI_FIGURE_SVG_H

#include "figure/figure_private.h"

enum { WGI_FIG_NONE = -9 }; /* no stroke, or no fill */

typedef struct wgi_fig {
    const wgi_page *g;
    const wgi_writing *w;
    wgi_strbuf *b;
    bool hover; /* values are shown under the pointer */
    bool all;   /* all frames are written */
    bool fixed; /* light colours on dark pages, too: what is written lies on an image */
    int frame;  /* that of the open group; 0: none is open */
    const wgi_plot *t;
} wgi_fig;

void wgi_fig_number(wgi_strbuf *b, double v); /* one decimal, or none */
void wgi_fig_pair(wgi_strbuf *b, char letter, double x, double y);
void wgi_fig_color(wgi_strbuf *b, const char *attribute, int color);
/* Attributes for both, then classes for those that change on dark pages. */
void wgi_fig_paint(const wgi_fig *s, int stroke, int fill);
/* The start of a path that is a line, or of markers, up to its d. */
void wgi_fig_line_start(const wgi_fig *s, int color, double width, int dash);
void wgi_fig_marker_start(const wgi_fig *s, int marker, int color, double r, double opacity);
void wgi_fig_marker_path(const wgi_fig *s, int marker, double x, double y, double r);
void wgi_fig_shape(const wgi_fig *s, const wgi_shape *k);

#endif
