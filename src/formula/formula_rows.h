/* formula_rows.h: boxes of the layout of a formula, and rows of them from left to right. A box is the pieces
 * from `first` on, with the origin at the left end of its baseline. Only the last box is changed. */
#ifndef FORMULA_ROWS_H
#define FORMULA_ROWS_H

#include "formula/formula_boxes.h"

typedef struct wgi_formula_layout {
    wgi_formula_boxes *to;
    const wgi_formula *f;
    wgi_formula_width width;
    double size, small; /* of letters */
    bool flat;          /* quotients are a/b: see WGI_F_FLAT */
    bool drawn;         /* roots and cases are drawn: the style is WGI_F_TALL */
    bool open;          /* what follows could be taken for a part of "sin x" */
} wgi_formula_layout;

/* begins, ends: with a text at its left edge, at its right edge. line: it is one line of glued texts. */
typedef struct wgi_formula_box {
    int first;
    double width, above, below;
    bool begins, ends, line;
} wgi_formula_box;

wgi_formula_box wgi_box_empty(const wgi_formula_layout *l);
wgi_formula_box wgi_box_text(wgi_formula_layout *l, const char *s, int length, double size,
                             wgi_formula_face face);
wgi_formula_box wgi_box_words(wgi_formula_layout *l, const char *s, double size); /* upright */
/* Another shape, which all sides of the formula keep away from. */
wgi_formula_piece *wgi_box_shape(wgi_formula_layout *l, wgi_formula_shape shape, double size);
/* Moves the pieces [first, end). */
void wgi_box_move(wgi_formula_layout *l, int first, int end, double x, double y);
void wgi_box_centre(wgi_formula_layout *l, wgi_formula_box b); /* its texts, if it is one line of them */

/* Puts the last box at the end of the row. */
void wgi_row_join(wgi_formula_layout *l, wgi_formula_box *row, wgi_formula_box b);
void wgi_row_put(wgi_formula_layout *l, wgi_formula_box *row, const char *s, double size);
static inline void wgi_row_space(wgi_formula_box *row, double width) { row->width += width; }
/* The box with small letters behind it: above (up) or below the line. */
wgi_formula_box wgi_row_small(wgi_formula_layout *l, wgi_formula_box base, wgi_formula_box small, bool up,
                              double size);
/* In ( ) or in | |, as high as the box. */
wgi_formula_box wgi_row_enclosed(wgi_formula_layout *l, wgi_formula_box inner, bool bars, double size);

/* ---- formula_letters.c ---- */

wgi_formula_box wgi_box_name(wgi_formula_layout *l, const wgi_formula_node *n, double size);
wgi_formula_box wgi_box_number(wgi_formula_layout *l, const wgi_formula_node *n, double size);

#endif
