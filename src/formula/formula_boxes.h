/* formula_boxes.h: a formula laid out in two dimensions: fractions, roots, small letters above and
 * below, cases with a brace. The origin is the left end of the baseline; y goes down.
 *
 * Letters: names are italic, those of vectors, matrices and tensors bold and upright; functions, words and
 * digits are upright. Of a name whose axes are not known, one capital letter is a matrix.
 * Sizes: letters above and below have WGI_F_SMALL of the size of the others, and so have theirs.
 * Quotients: numerator and denominator stand above each other. a/b is on one line in powers, in subscripts,
 * within another fraction, and as the term of a sum if both are one name or number. */
#ifndef FORMULA_BOXES_H
#define FORMULA_BOXES_H

#include "formula/formula_words.h"

#define WGI_F_SMALL 0.7

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

/* TEXT: from x to x2 on the baseline y; size: of the letters. LINE: from (x, y) to (x2, y2). ROOT: the sign
 * left of x2, whose bar begins there at y; y2: its foot. BRACE: in [x, x2], from y down to y2. PAREN:
 * likewise; size below 0: the right one.
 *
 * glued: the text goes on with the text of the piece before, x - x2 of it further on. A viewer whose letters
 * are narrower lets it follow. centred: the text and all that is glued to it stand in the middle between the
 * ends of this line of texts. */
typedef struct wgi_formula_piece {
    uint8_t shape, face;
    bool glued, centred;
    int text; /* of the letters, ends with a 0 */
    double x, y, x2, y2, size;
} wgi_formula_piece;

/* What was laid out. */
typedef struct wgi_laid_formula {
    double width, above, below; /* from the baseline up and down */
    int count;
    const wgi_formula_piece *piece;
    const char *letters;
    const char *latex; /* for math mode; who lays out sets it. NULL: it was not asked for */
} wgi_laid_formula;

enum { WGI_F_PIECES = 300, WGI_F_LETTERS = 3000 };
typedef struct wgi_formula_boxes {
    int count, used;                           /* pieces, letters */
    bool full;                                 /* something found no room */
    wgi_formula_piece piece[WGI_F_PIECES + 1]; /* the last one is written to when there is no room */
    char letters[WGI_F_LETTERS];
} wgi_formula_boxes;

/* How it is laid out. flat: on one line, with quotients as a/b and roots as √x, so that all is one line of
 * glued texts. */
typedef enum wgi_formula_style { WGI_F_TALL, WGI_F_FLAT } wgi_formula_style;

/* Sets *laid, which is valid as long as `in` is unchanged. false: the formula is too long. */
bool wgi_formula_lay_out(wgi_formula_boxes *in, const wgi_formula *f, int node, double size,
                         wgi_formula_style style, wgi_formula_width width, wgi_laid_formula *laid);

#endif
