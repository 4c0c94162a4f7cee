/* layout.h: where boxes, frames and edges of a picture go.
 *
 * A layered layout: each edge goes from one rank to a later one, ranks are columns (left to right) or
 * rows (top down). It knows boxes with widths and heights, nothing of graphs of nodes. The same input
 * gives the same output: nothing is sorted by address, ties go by index.
 *
 * A frame and what is in it is laid out first and then is one box of the level around it, so frames never
 * overlap a foreign box. Edges run straight through the columns, in lanes of their own, and curve between
 * columns alone: so they pass no foreign box. Edges from one place share their way until they part.
 *
 * A box may stand under another: both are one box for ranks, order and places, which has the edges of both.
 * An edge between them runs beside them.
 *
 *     build (layout_hops.c)      edges into hops, one a level
 *     ranks (layout_ranks.c)     cycles, ranks, virtual boxes of long edges
 *     order (layout_order.c)     the order in each rank: few crossings
 *     rows (layout_rows.c)       ranks into rows
 *     place (layout_place.c)     coordinates: straight chains
 *     columns (layout_columns.c) where ranks and rows are
 *     routes (layout_routes.c)   the curves
 */
#ifndef WGI_LAYOUT_H
#define WGI_LAYOUT_H

#include "text/text.h"

typedef struct wgi_lay_box {
    double w, h;
    int frame;   /* the innermost one; -1: none */
    int under;   /* it stands right under this box, plus 1, in one rank; 0: it stands alone. Top down: at its
                  * right. Both have the same frame, and the same width (top down: height) */
    double x, y; /* out: the upper left corner */
    int row;     /* out: larger for a row further down, also within a frame; no row is WGI_LAY_ROWS or more */
} wgi_lay_box;
enum { WGI_LAY_ROWS = 16 * 16 * 16 };

typedef struct wgi_lay_frame {
    int parent;              /* an earlier frame; -1: none */
    double label_w, label_h; /* the room that its title needs, at its upper left */
    double x, y, w, h;       /* out; w is 0 for a frame without boxes */
} wgi_lay_frame;

/* Edges to one box are in the order of its operands: the first one comes from above where that is
 * possible. */
typedef struct wgi_lay_edge {
    int from, to;
    double from_at,
        to_at;     /* where it meets the boxes: from the top (top down: from the left); < 0: the middle */
    double weight; /* how much it wants to be straight; 0: 1 */
    bool loose;    /* does not constrain ranks: a recurrent edge */
    int twin;      /* an edge with the same boxes beside which this one runs, plus 1; 0: none */
    double label_w, label_h;
    int point, points;       /* out: 3k + 1 points of k cubic Bezier curves, from box to box */
    double label_x, label_y; /* out: the middle of the label */
} wgi_lay_edge;

typedef struct wgi_lay_point {
    double x, y;
} wgi_lay_point;

typedef struct wgi_layout {
    wg_context *c;
    bool top_down;
    double rank_gap, box_gap; /* 0: 36 and 18 */
    double page;              /* ranks wrap into rows beyond this length; 0: never */
    wgi_lay_box *box;
    wgi_lay_edge *edge;
    wgi_lay_frame *frame;
    int boxes, edges, frames;

    double w, h;              /* out */
    int rows;                 /* out: of the outermost level */
    int wires;                /* out: the most lines that go from one row to the next, or back */
    int64_t crossings, steps; /* out: of edges; how often an inner loop ran */
    wgi_lay_point *point;
    int points;
    wgi_pool pool;
} wgi_layout;

/* false: no memory. Free it in either case. */
bool wgi_layout_run(wgi_layout *l);
void wgi_layout_free(wgi_layout *l);

#endif
