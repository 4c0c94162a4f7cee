/* page.h: a picture as one HTML file that loads nothing.
 *
 *     page_write.c      the page: the SVG, the program beside it, all steps as a list
 *     page_data.c       what the script reads, as JSON
 *     page.css          how it looks, on light and dark pages and in print
 *     page.js           steps, tensors, "?" until clicked, leaves that can be changed
 *     page_numbers.js   computes all values and gradients from changed leaves
 *
 * Without scripts the page shows everything. What is not known yet at the first step is hidden by the
 * script alone. */
#ifndef WGI_DRAW_PAGE_H
#define WGI_DRAW_PAGE_H

#include "draw/step_states.h"

/* A line of the program beside the picture. */
typedef struct wgi_source_line {
    int number;       /* in its file */
    const char *text; /* `bytes` of it */
    int bytes;
} wgi_source_line;

/* The program: the option `source`, or without it the call sites of the items. */
typedef struct wgi_source {
    const char *name; /* `name_bytes` of it: the file, without folder */
    int name_bytes;
    wgi_source_line *line;
    int64_t lines;
    int *line_of; /* by item: the index of its line; -1: it has none */
} wgi_source;

/* page_source.c. false: no memory. Free it in either case. */
bool wgi_source_make(wgi_source *s, const wgi_picture *p);
void wgi_source_free(wgi_source *s, wg_context *c);

/* page_data.c. A JSON object that may stand in <script>. */
void wgi_page_data(const wgi_picture *p, const wgi_step_states *s, const wgi_source *source, const char *id,
                   wgi_strbuf *b);

#endif
