/* formula_boxes.h: a formula laid out in two dimensions: fractions, roots, small letters above and
 * below, cases with a brace. The origin is the left end of the baseline; y goes down. */
#ifndef FORMULA_BOXES_H
#define FORMULA_BOXES_H

#include "formula/formula_words.h"

typedef enum wgi_formula_face { WGI_F_ROMAN, WGI_F_ITALIC, WGI_F_BOLD } wgi_formula_face;
/* The width of a text in UTF-8, in the unit of size. */
typedef double (*wgi_formula_width)(const char *utf8, double size, wgi_formula_face face);

typedef enum wgi_formula_shape {
    WGI_F_TEXT,
    WGI_F_LINE,
    WGI_F_ROOT,
    WGI_F_BRACE,
    WGI_F_PAREN
} wgi_formula_shape;

/* TEXT: begins at x on the baseline y. LINE: from (x, y) to (x2, y2). ROOT: the sign left of x2, whose
 * bar begins there at y; y2: its foot. BRACE: in [x, x2], from y down to y2. PAREN: likewise; size
 * below 0: the right one. */
typedef struct wgi_formula_piece {
    uint8_t shape, face;
    double x, y, x2, y2, size;
    int text; /* of wgi_formula_boxes.text, ends with a 0 */
} wgi_formula_piece;

enum { WGI_F_PIECES = 300, WGI_F_LETTERS = 3000 };
typedef struct wgi_formula_boxes {
    double width, above, below; /* from the baseline up and down */
    int count, letters;
    bool full;                                 /* something found no room */
    wgi_formula_piece piece[WGI_F_PIECES + 1]; /* the last one is written to when there is no room */
    char text[WGI_F_LETTERS];
} wgi_formula_boxes;

/* false: the formula is too long. */
bool wgi_formula_lay_out(wgi_formula_boxes *to, const wgi_formula *f, int node, double size,
                         wgi_formula_width width);
/* SVG elements with the origin at (x, y), in the colour of `fill` and `stroke` of what stands around them. */
void wgi_formula_svg(wgi_line *to, const wgi_formula_boxes *b, double x, double y);

#endif
