/* plot.h: the statement plot, for its three files (private).
 *
 *   plot_read.c    the values of its items, and what a panel holds
 *   plot_series.c  the data of a series as nodes, for claims
 *   plot_figure.c  the figure: the one file of the language that calls src/show
 */
#ifndef WGI_PLOT_H
#define WGI_PLOT_H

#include "lang/lang.h"

#include "wengert/figure.h"

enum { PLACES = 201, GRID = 121, FACES = 25, AT_ONCE = 1024, CLASSES = 100, COLUMNS = 24 };

/* The values of an expression: an element, or a column of elements for each place. */
typedef struct wgi_plot_table {
    double *v; /* rows x columns; freed with the build */
    int64_t rows, columns;
    wg_shape shape;
    wg_node node; /* over a name: the expression */
} wgi_plot_table;

typedef struct wgi_plot_range {
    const wgi_ast *over;
    wg_node x;
    double from, to;
    bool log;
    int64_t places;
    const double *given; /* the places themselves; NULL: from end to end */
} wgi_plot_range;

typedef struct wgi_plot_drawing {
    wg_program *q;
    wg_figure *f;
    wg_panel *p;
    const wgi_ast *item, *axis[2]; /* of the panel; NULL: it has none */
    bool many;                     /* the panel has several series, so they need names */
} wgi_plot_drawing;

/* ---- plot_read.c ---- */

/* For n numbers and one more; freed with the build. */
double *wgi_plot_room(wg_program *q, int64_t n);
/* Of a vector a column, of [n, k] k columns. An axis of more is an error. */
bool wgi_plot_value(wgi_plot_drawing *d, const wgi_ast *a, wgi_plot_table *to);
/* A vector, a scalar, or a matrix of one row or column. */
bool wgi_plot_vector(wgi_plot_drawing *d, const wgi_ast *a, const char *what, wgi_plot_table *to);
/* Two operands of an item that must have as many elements. */
bool wgi_plot_equal_lengths(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_table *x, const wgi_ast *b,
                            const wgi_plot_table *y);
double wgi_plot_place(const wgi_plot_range *r, int64_t i);
bool wgi_plot_is_log(const wgi_plot_drawing *d, int axis);
/* The end of an axis. It is no option of an op, so no name of it is noted. */
bool wgi_plot_known_number(wg_program *q, const wgi_ast *a, double *to);
bool wgi_plot_read_range(wgi_plot_drawing *d, const wgi_ast *over, int axis, int64_t places,
                         wgi_plot_range *r);
/* y for n places from number `first` on. Place k is k % places of the first name, and k / places of the
 * second. rows: gets the places. */
wg_node wgi_plot_at_places(wgi_plot_drawing *d, const wgi_ast *a, wg_node y, const wgi_plot_range r[],
                           int ranges, int64_t first, int64_t n, wg_node rows[]);
/* The same for all n places, as many at a time as there is memory for. */
bool wgi_plot_all_places(wgi_plot_drawing *d, const wgi_ast *a, wg_node y, const wgi_plot_range r[],
                         int ranges, int64_t n, double *to);
/* The expression, which the names can change. wg_none: after an error. */
wg_node wgi_plot_moved_by(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_range r[], int ranges);
/* The expression over one or two names: a row for each place, a column for each element. */
bool wgi_plot_over_names(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_range r[], int ranges,
                         int most, wgi_plot_table *to);
/* One name for all, or one for each. */
bool wgi_plot_names_fit(const wgi_plot_drawing *d, int64_t n);
/* The class numbers of points; how many classes there are; 0: after an error. */
int wgi_plot_classes_of(wgi_plot_drawing *d, const wgi_ast *a, wgi_plot_table *c, const wgi_plot_table *x);
bool wgi_plot_is_drawn(const wgi_ast *item);
/* A panel ends before the next word panel, and before a second image. */
const wgi_ast *wgi_plot_panel_end(const wgi_ast *first);
/* Finds the axes of the panel, and how many items it has. */
bool wgi_plot_open_panel(wgi_plot_drawing *d, const wgi_ast *first, const wgi_ast *end);

/* ---- plot_series.c ---- */

/* The statement of plot i. NULL: there is none, or the program is not built. */
const wgi_ast *wgi_plot_at(const wg_program *q, int i);

#endif
