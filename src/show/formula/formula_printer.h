/* formula_printer.h: what the files that print formulas share. One walk writes a tree for every target:
 * texts go to a line, and boxes to a row, the pieces from `first` on, with the origin at the left end of its
 * baseline. Only the last box is changed. */
#ifndef FORMULA_PRINTER_H
#define FORMULA_PRINTER_H

#include "formula/formula.h"

/* A target is a wg_formula_form, or this. */
enum { WGI_F_BOXES = WG_FORMULA_LATEX + 1, WGI_F_TARGETS };
typedef const char *const wgi_formula_mark[WGI_F_TARGETS]; /* a sign, as each target writes it */

/* begins, ends: with a text at its left edge, at its right edge. line: it is one line of glued texts. */
typedef struct wgi_formula_box {
    int first;
    double width, above, below;
    bool begins, ends, line;
} wgi_formula_box;

typedef struct wgi_formula_printer {
    const wgi_formula *f;
    int target;
    bool flat;    /* quotients are a/b: in powers, subscripts and other fractions */
    bool open;    /* what follows could be taken for a part of "sin x": it has parentheses */
    bool led;     /* a sign stands directly before: a second one is in parentheses */
    bool in_bars; /* inside |x|, where another | must be in parentheses to be read again */
    wgi_line *line;
    /* Of boxes: */
    wgi_formula_boxes *to;
    wgi_formula_width width;
    bool drawn;         /* roots and cases are drawn: the style is WGI_F_TALL */
    double size, small; /* of letters; small: of those above and below */
    wgi_formula_box row;
} wgi_formula_printer;

/* ---- formula_boxes.c ---- */

wgi_formula_box wgi_box_empty(const wgi_formula_printer *p);
/* Puts a box or a text at the end of the row. Only the last box can be put. */
void wgi_row_join(wgi_formula_printer *p, wgi_formula_box *row, wgi_formula_box b);
void wgi_row_text(wgi_formula_printer *p, const char *s, int length, wgi_formula_face face);
/* The last two boxes as one: small letters above (up) or below the line, a fraction, what stands below the
 * sign of a sum. */
wgi_formula_box wgi_box_small(wgi_formula_printer *p, wgi_formula_box base, wgi_formula_box small, bool up);
wgi_formula_box wgi_box_fraction(wgi_formula_printer *p, wgi_formula_box over, wgi_formula_box under);
wgi_formula_box wgi_box_limits(wgi_formula_printer *p, wgi_formula_box sign, wgi_formula_box limits);
/* In ( ) or in | |, as high as the box; below the sign of a root. */
wgi_formula_box wgi_box_enclosed(wgi_formula_printer *p, wgi_formula_box inner, bool bars);
wgi_formula_box wgi_box_root(wgi_formula_printer *p, wgi_formula_box in);
/* Cases: a brace, then each row moved below the last one. */
typedef struct wgi_formula_cases {
    int brace;
    double width, height;
} wgi_formula_cases;
wgi_formula_cases wgi_cases_begin(wgi_formula_printer *p);
void wgi_cases_add(wgi_formula_printer *p, wgi_formula_cases *c, wgi_formula_box row);
wgi_formula_box wgi_cases_end(wgi_formula_printer *p, const wgi_formula_cases *c);

#endif
