/* svg.h: what the files that write SVG share. */
#ifndef WGI_DRAW_SVG_H
#define WGI_DRAW_SVG_H

#include <stdio.h>

#include "draw/draw_private.h"
#include "layout/layout.h"

/* Sizes of fonts, in px. */
enum { WGI_SMALL = 12, WGI_BODY = 15, WGI_TITLE = 19, WGI_SVG_MARGIN = 12 };

/* ---- svg_style.c ---- */

/* The element <style>; kinds[]: which kinds of boxes the picture has. */
void wgi_svg_style(wgi_strbuf *b, const char *id, const bool kinds[]);

/* ---- svg_card.c ---- */

struct wgi_svg;

/* A box: how large, and where its rows for value and gradient are, from its top; -1: it has no such row. */
typedef struct wgi_card {
    double w, h, title_at, value_at, gradient_at;
    bool no_value, no_gradient; /* the row stays empty */
} wgi_card;
/* The lines of text in a box. */
enum { WGI_CARD_LINES = 48, WGI_CARD_OTHER = 0, WGI_CARD_TITLE, WGI_CARD_VALUE, WGI_CARD_GRADIENT };
typedef struct wgi_card_line {
    const char *text; /* `bytes` of it */
    size_t bytes;
    double size, at; /* at: the baseline, from the box's top */
    bool bold, right, odd;
    const char *class;
    const wgi_laid_formula *formula; /* in the place of the text; NULL: none */
    /* The text begins with `label_bytes` that are d and this name, d(1 − a) if it is an expression. NULL:
     * it does not. */
    const wgi_laid_formula *label;
    size_t label_bytes;
    bool label_is_expression;
    const char *lead; /* its first `lead_bytes` stand above this line: it begins below their end */
    size_t lead_bytes;
} wgi_card_line;
typedef struct wgi_card_lines {
    wgi_card_line line[WGI_CARD_LINES];
    int n;
    double h; /* so far */
    double title_at, value_at, gradient_at;
    int title, value, gradient, end; /* lines: of the title; from `value` on, from `gradient` on, behind it */
} wgi_card_lines;
void wgi_card_list(const wgi_box *x, wgi_card_lines *l);
int wgi_card_part(const wgi_card_lines *l, int i);

wgi_card wgi_svg_measure(wgi_pool *pool, const wgi_box *x);
void wgi_svg_card(const struct wgi_svg *w, const wgi_box *x, const wgi_card *card, double left, double top);

double wgi_svg_eighth(double x); /* the nearest multiple of 1/8 */
/* The text with a number in the place of each @. */
void wgi_svg_numbers(wgi_strbuf *b, const char *text, const double x[]);
#define WGI_SVG_PUT(b, text, ...) wgi_svg_numbers(b, text, (const double[]){ __VA_ARGS__ })
/* <text>, and <rect> with round corners. Class "": none. */
void wgi_svg_text(wgi_strbuf *b, double x, double y, double size, bool bold, const char *anchor,
                  const char *class, const char *text);
void wgi_svg_rect(wgi_strbuf *b, double x, double y, double w, double h, double radius, const char *class);

/* ---- svg_formula.c ---- */

/* The formula with the left end of its baseline at (x, y), `scale` times as large as it was laid out. */
void wgi_svg_formula(wgi_strbuf *b, const wgi_laid_formula *k, double x, double y, double scale,
                     const char *class);
/* Its pieces [first, end), which are one line, as parts of an element <text> whose letters have that size.
 * How far below the line the last one ends. */
double wgi_svg_parts(wgi_strbuf *b, const wgi_laid_formula *k, int first, int end, double scale, double size);

/* ---- svg.c ---- */

/* How a link is drawn in a frame of a film. */
typedef enum wgi_link_state { WGI_LINK_ABSENT, WGI_LINK_PLAIN, WGI_LINK_NOW } wgi_link_state;

/* What one frame of a film shows: film.c. */
typedef struct wgi_svg_frame {
    const bool *value, *gradient; /* by box: whether it is known */
    const unsigned char *link;    /* by link: a wgi_link_state */
    int box;                      /* it stands out; -1: none */
    const char *caption;          /* lines */
} wgi_svg_frame;

/* A drawing without boxes: what it says of itself, how large it is, and what writes it. */
typedef struct wgi_sketch {
    const char *description;
    double w, h;
    bool circles; /* units and weights: the style has rules for them */
    void (*put)(const struct wgi_svg *w, const void *with);
    const void *with;
} wgi_sketch;

/* A picture with its layout, which is made once and written as often as there are frames. */
typedef struct wgi_svg {
    const wgi_picture *p;
    wgi_strbuf *b;
    char id[64];
    wgi_card *card;
    wgi_layout l;
    const wgi_canvas *canvas;   /* NULL: the picture is as large as it is */
    double small;               /* the size of texts outside the boxes */
    double top, w, h;           /* top: the height of title and legend */
    double bottom;              /* the height of the last line, and on a canvas of a film's caption */
    double caption;             /* where a film's caption begins */
    const wgi_svg_frame *frame; /* NULL: all of the picture */
    const wgi_sketch *sketch;   /* in the place of boxes, links and frames; NULL: there is none */
    bool is_part;               /* it stands at x, y in another picture, which has the style */
    double x, y;
    int64_t first;             /* the number of its first box in ids */
    bool kinds[WGI_BOX_KINDS]; /* of boxes of other pictures that have its style */
} wgi_svg;
/* false: no memory. Close it in either case. */
bool wgi_svg_open(wgi_svg *w, const wgi_picture *p, wgi_strbuf *out);
void wgi_svg_name(wgi_svg *w, const char *path); /* sets the id */
void wgi_svg_put(wgi_svg *w);
void wgi_svg_put_plane(wgi_svg *w); /* frames, links, boxes: from its own upper left corner on */
void wgi_svg_put_style(const wgi_svg *w);
void wgi_svg_close(wgi_svg *w);
/* As the format's image, svg, png or pdf. */
wg_status wgi_svg_write(wgi_picture *p, wgi_strbuf *out);
wg_status wgi_svg_write_sketch(wgi_picture *p, const wgi_sketch *sketch, wgi_strbuf *out);
/* What the picture is like on its canvas. */
typedef struct wgi_svg_look {
    double size; /* of body text; < 0: no memory */
    int rows, wires;
    int64_t crossings;
    int *row; /* by box; of the picture's pool */
} wgi_svg_look;
/* The looks of pictures that were laid out: most that are tried for a canvas are as one before. */
enum { WGI_SEEN_LOOKS = 64 };
typedef struct wgi_svg_seen {
    uint64_t key[WGI_SEEN_LOOKS]; /* of all that the layout depends on */
    wgi_svg_look look[WGI_SEEN_LOOKS];
    int count;
} wgi_svg_seen;
wgi_svg_look wgi_svg_look_at(const wgi_picture *p, wgi_svg_seen *seen); /* NULL: none was seen */

/* ---- render.c ---- */

/* The SVG with these sides as the picture's format, svg, png or pdf. An error if memory was missing for
 * it. */
wg_status wgi_image_write(wgi_picture *p, const double size[2], wgi_strbuf *svg, wgi_strbuf *out);

/* ---- svg_links.c ---- */

/* Whether the layout's edge of a link runs from the link's end to its start. */
static inline bool wgi_link_runs_against(const wgi_link *k) { return k->back != k->turned; }
/* The arrow of a link: where its point is, and its direction: 1 as ranks go, or -1. */
typedef struct wgi_arrow {
    wgi_lay_point at;
    int direction;
} wgi_arrow;
wgi_arrow wgi_arrow_of(const wgi_layout *l, const wgi_link *k, const wgi_lay_edge *e);
void wgi_svg_put_links(wgi_svg *w);

/* ---- svg_labels.c: what the option `edges` writes at links ---- */

void wgi_svg_measure_label(const wgi_svg *w, const wgi_link *k, wgi_lay_edge *e); /* before the layout */
void wgi_svg_place_labels(wgi_svg *w);                                            /* after it */
void wgi_svg_put_labels(wgi_svg *w);
void wgi_svg_label_style(const wgi_svg *w);

/* ---- canvas.c ---- */

/* The canvas's scale; 1: there is none. Frames of a film have the size of the layout. */
double wgi_svg_scale(const wgi_svg *w);
/* The size of the image, and the part of the plane that it shows: the picture stands in the middle of the
 * canvas. */
typedef struct wgi_svg_sides {
    double size[2], view[4];
} wgi_svg_sides;
wgi_svg_sides wgi_svg_size(const wgi_svg *w);

/* ---- circuit.c ---- */

/* How large a gate is with its piece of wire. title_at: the height of the wire. */
wgi_card wgi_circuit_measure(wgi_pool *pool, const wgi_box *x);
void wgi_circuit_ports(wgi_svg *w); /* where wires meet gates; before the layout */
void wgi_circuit_join(wgi_svg *w);  /* after it */
void wgi_circuit_put(const wgi_svg *w, const wgi_box *x, const wgi_card *card, double left, double top);

/* ---- sketch.c ---- */

void wgi_sketch_style(wgi_strbuf *b, const char *id, bool circles); /* the rest of its style */

/* ---- film.c ---- */

/* Whether the path has one place for a number, "name-%02d.svg". */
bool wgi_film_is_pattern(const char *path);
/* Saves the files of a pattern, a frame a step; else writes all frames as one image. */
wg_status wgi_film_write(wgi_picture *p, wgi_strbuf *out);
void wgi_film_put_style(wgi_strbuf *b, const char *id);
void wgi_film_put_halo(const wgi_svg *w, int64_t box); /* around a box that stands out */
void wgi_film_put_caption(const wgi_svg *w);           /* at the foot of the picture */
double wgi_film_caption_room(void);                    /* on a canvas */

#endif
