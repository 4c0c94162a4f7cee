/* dot_labels.h: the texts of DOT. Each function empties the buffer, which has a pool, and puts its text
 * there. */
#ifndef WGI_DRAW_DOT_LABELS_H
#define WGI_DRAW_DOT_LABELS_H

#include "draw/draw_private.h"

/* HTML, as Graphviz has it. */
void wgi_dot_box(wgi_strbuf *b, const wgi_box *x);
void wgi_dot_frame(wgi_strbuf *b, const wgi_frame *f);
void wgi_dot_title(wgi_strbuf *b, const wgi_picture *p); /* and the legend; "": it has none of both */
/* A text in which backslashes begin no escapes, and a newline is one. */
void wgi_dot_escape(wgi_strbuf *b, const char *text);

#endif
