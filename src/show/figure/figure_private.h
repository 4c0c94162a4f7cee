/* figure_private.h: from calls to a page, and from a page to files.
 *
 *     calls of figure.h --figure.c, series.c--> wg_figure, wg_panel, wg_series
 *     wg_figure --page.c (axis.c, shapes.c, labels.c)--> wgi_figure_page
 *     wgi_figure_page --write_svg.c, write_html.c, write_terminal.c, write_pgfplots.c--> text
 *
 * A page holds all that is seen: axes with their ticks, shapes, labels with their places. A writer decides
 * nothing of that. Shapes have places in their panel, from 0 to 1 on both axes, u to the right and v upwards.
 * Labels and frames of panels have places on the page, in its units, y downwards.
 */
#ifndef WGI_FIGURE_PRIVATE_H
#define WGI_FIGURE_PRIVATE_H

#include "text/text.h"
#include "wengert/figure.h"

/* ---- what a figure holds ---- */

/* The kinds of wg_series_kind, then those that other calls make. */
enum {
    WGI_IMAGE = WG_SERIES_KINDS,
    WGI_CONTOUR,
    WGI_SURFACE,
    WGI_TEXT,
    WGI_ARROW,
    WGI_AT_X,
    WGI_AT_Y,
};

struct wg_series {
    wg_series *next;
    wg_panel *panel;
    int kind, frame; /* frame 0: shown in all */
    int order;       /* among the panel's series that take colours in turn */
    const char *name;
    double *x, *y, *low; /* points; low: the lower curve of a band */
    int64_t n, room;
    wg_grid_opts *grid; /* of images, contours and surfaces */
    double *cell;       /* rows x columns; row 0 is that of grid->y[0] */
    int rows, columns;
    wg_series_opts o;
};

struct wg_panel {
    wg_panel *next;
    wg_figure *figure;
    const char *title;
    const char **category; /* names of bars */
    int categories;
    int64_t category_room;
    int orders;  /* how many series took a colour */
    bool matrix; /* an image with row 0 at the top */
    wg_series *series, *last;
    const wg_series *surface; /* the first one; NULL: it has none */
    wg_panel_opts o;
};

struct wg_figure {
    wgi_pool pool;
    wg_site here;
    const char *title, *description;
    wg_panel *panel, *last;
    int panels, frames, frame; /* frame: the current one; 0: none yet */
    const char **frame_name;
    int64_t frame_room;
    bool phone; /* a copy that is laid out for a phone: one panel below the other */
    wg_figure_opts o;
};

bool wgi_is_shown(double v); /* false: NaN, infinities, numbers beyond 1e300 */

/* ---- axes ---- */

enum { WGI_TICKS = 64, WGI_MINORS = 256, WGI_TICK_TEXT = 48 };

typedef struct wgi_axis {
    double low, high;
    bool logarithmic, reversed, hidden;
    bool whole; /* ticks at whole numbers: the rows and columns of an image */
    const char *label;
    const char *const *name;
    int names;
    int ticks, minors;
    double tick[WGI_TICKS], minor[WGI_MINORS];
    char text[WGI_TICKS][WGI_TICK_TEXT];
} wgi_axis;

double wgi_axis_unit(const wgi_axis *a, double v);  /* 0 at low, 1 at high; exchanged if reversed */
double wgi_axis_value(const wgi_axis *a, double u); /* its inverse */
bool wgi_axis_shows(const wgi_axis *a, double v);   /* false: a gap */
/* 1, 2 or 5 times a power of ten, so that about `count` steps cover the span. */
double wgi_nice_step(double span, int count);
void wgi_axis_ticks(wgi_axis *a, int count);
/* A number with so many digits: "0.2873", "−1.333", "1.6·10⁻⁹". */
void wgi_axis_number(char *text, size_t size, double v, int digits);
/* The limits of both axes, by options and series. */
void wgi_find_ranges(wgi_pool *memory, const wg_panel *p, wgi_axis *x, wgi_axis *y);

/* ---- colours ---- */

/* A colour of the palette, 1 to 9; or WGI_INK, that of texts and axes; or WGI_RGB + 0xRRGGBB. */
enum { WGI_INK = 0, WGI_PAPER = -1, WGI_RGB = 1 << 24 };
typedef struct wgi_palette {
    const char *light, *dark;
} wgi_palette;
extern const wgi_palette wgi_palette_of[WG_COLOR_KINDS]; /* of WG_COLOR_DEFAULT: the ink */
/* s from 0 to 1; for CLASSES the class number. */
enum { WGI_MAP_STOPS = 9 }; /* between them a map of values is straight */
int wgi_map_color(wg_color_map map, double s);
bool wgi_is_dark(int color); /* texts on it should be white */

/* ---- pages ---- */

enum { WGI_DEPTHS = 6 };
typedef enum wgi_shape_kind {
    WGI_SHAPE_LINE,  /* through its points, NaN between parts */
    WGI_SHAPE_AREA,  /* polygons, NaN between parts */
    WGI_SHAPE_RECTS, /* pairs of opposite corners */
    WGI_SHAPE_MARKS  /* a marker at each point */
} wgi_shape_kind;

typedef struct wgi_drawn_shape {
    wgi_shape_kind kind;
    int color, dash, frame, marker;
    int depth;                     /* those of the least are drawn first; up to WGI_DEPTHS - 1 */
    double width, radius, opacity; /* radius on the page; opacity 0 to 1 */
    bool outline;                  /* of an area, rectangle or marker, in its colour */
    bool arrow;                    /* an arrow's head follows the last point */
    bool faint;                    /* a background, which no label minds */
    int64_t first, n;              /* points */
    const wg_series *series;
    const char *hint;
} wgi_drawn_shape;

typedef enum wgi_label_kind {
    WGI_LABEL_TITLE,
    WGI_LABEL_AXIS,
    WGI_LABEL_TICK,
    WGI_LABEL_LEGEND,
    WGI_LABEL_BAR,   /* at a colour bar */
    WGI_LABEL_INSIDE /* in the panel */
} wgi_label_kind;

typedef struct wgi_label {
    wgi_label_kind kind;
    const char *text;
    double x, y; /* the point of the anchor, on the line of writing */
    double size;
    int anchor; /* 0: begins there, 1: its middle, 2: ends there */
    int color, frame, panel;
    bool bold, halo, upwards; /* upwards: written from below to above */
    double width;
} wgi_label;

typedef struct wgi_figure_entry {
    const wg_series *series;
    double x, y; /* the left end of its sample, its middle line */
    const char *text;
    int color;
} wgi_figure_entry;

typedef struct wgi_plot {
    const wg_panel *panel;
    wgi_axis x, y;
    double left, top, width, height; /* of the frame, on the page */
    double cell_left, cell_width;    /* of the panel with its labels */
    double cell_top, cell_height;
    wgi_drawn_shape *shape;
    int64_t shapes, shape_room;
    double *u, *v;
    int64_t points, point_room, v_room;
    wgi_figure_entry *entry; /* of the legend */
    int entries;
    double legend_left, legend_top, legend_width, legend_height;
    bool legend_inside;
    double legend_room;   /* above the frame */
    double row_legend;    /* the highest legend above a frame of the row: titles of a row stand side by
                           * side */
    const wg_series *bar; /* the image that the colour bar explains; NULL: no bar */
    wgi_axis bar_axis;
    double bar_left;
} wgi_plot;

typedef struct wgi_figure_page {
    wgi_pool own, *pool; /* pool: &own */
    const wg_figure *of;
    double width, height, font;
    double narrow, low; /* how much wider and higher the panels should be, so that no frame is too small */
    wgi_plot *plot;
    int plots;
    wgi_label *label;
    int64_t labels, label_room;
} wgi_figure_page;

/* page.c. Free the page in either case. */
bool wgi_page_make(wgi_figure_page *g, const wg_figure *f); /* also of a copy whose options differ */
void wgi_page_free(wgi_figure_page *g);
/* panel: -1 for a label of the page. */
wgi_label *wgi_label_add(wgi_figure_page *g, int panel, wgi_label_kind kind, const char *text, double x,
                         double y, int anchor);
static inline double wgi_px(const wgi_plot *t, double u) { return t->left + u * t->width; }
static inline double wgi_py(const wgi_plot *t, double v) { return t->top + (1 - v) * t->height; }
/* A copy, clean UTF-8. */
static inline const char *wgi_page_text(const wgi_figure_page *g, const char *s)
{
    return wgi_pool_clean(g->pool, s, 400);
}

/* shapes.c */
void wgi_add_shapes(wgi_figure_page *g, wgi_plot *t);
wgi_drawn_shape *wgi_shape_add(wgi_figure_page *g, wgi_plot *t, wgi_shape_kind kind, const wg_series *s);
void wgi_point_add(wgi_figure_page *g, wgi_plot *t, double u, double v); /* to the last shape */
int wgi_color_of(const wg_series *s);
int wgi_dash_of(const wg_series *s);
int wgi_marker_of(const wg_series *s);
/* The least and the greatest number of a grid; without any the least is above the greatest. */
void wgi_cell_range(const wg_series *s, double *low, double *high);
/* The ends of an image's colours. */
void wgi_color_ends(const wg_series *s, double *low, double *high, wg_color_map *map);

/* contour.c. Lines of f = level through a grid of values at (x0 + j dx, y0 + i dy), as points with NaN
 * between lines, by `add`. */
typedef void (*wgi_add_point)(void *user, double x, double y);
typedef struct wgi_lattice {
    const double *value; /* rows x columns */
    int rows, columns;
    double x0, y0, dx, dy;
} wgi_lattice;
bool wgi_contour(wgi_pool *f, const wgi_lattice *l, double level, wgi_add_point add, void *user);
/* The levels that a contour draws; at most WGI_TICKS. */
int wgi_contour_levels(wgi_pool *memory, const wg_series *s, double level[WGI_TICKS]);

/* surface.c. The surface of a panel; NULL: it has none. Then its axes stand at the edges of a box. */
const wg_series *wgi_surface_of(const wg_panel *p);
/* The place on the panel's surface over x, y, NaN where it has none. false: the panel has no surface. */
bool wgi_surface_place(const wgi_figure_page *g, const wgi_plot *t, double x, double y, double *u, double *v);
void wgi_surface_shapes(wgi_figure_page *g, wgi_plot *t, const wg_series *s);
void wgi_surface_labels(wgi_figure_page *g, const wgi_plot *t, int panel);

/* histogram.c. Counts of values in bins of equal width over [low, high]. */
typedef struct wgi_bins {
    double low, high;
    int n;
    int64_t *count;
    int64_t most;
} wgi_bins;
bool wgi_histogram(wgi_pool *f, const wg_series *s, wgi_bins *b);

/* labels.c. The first call of a legend decides whether it stands in the frame; the second places one that
 * stands above it, once the frame has made room. */
void wgi_place_legend(wgi_figure_page *g, wgi_plot *t);
void wgi_add_labels(wgi_figure_page *g, wgi_plot *t, int panel);
/* The text, cut to the width if it is longer. */
const char *wgi_fit_text(const wgi_figure_page *g, const char *text, double width, double size,
                         wgi_face face);
/* x0, y0, x1, y1 around a label. */
void wgi_label_box(const wgi_label *l, double box[4]);
bool wgi_labels_overlap(const wgi_label *a, const wgi_label *b);
/* Cuts a segment of a panel to the square from 0 to 1. false: nothing is left. */
bool wgi_clip(double u[2], double v[2]);

/* ---- writers ---- */

typedef struct wgi_writing {
    const wg_figure_save_opts *o;
    const char *id;
    int frame;
    bool all; /* SVG: as a part of a page, whose script exchanges frames and shows values under the pointer */
    bool ascii, color;
    int columns;
} wgi_writing;
enum {
    WGI_PHONE = 400,
    WGI_PHONE_MOST = 500
}; /* the width of the picture for a phone; the most that is for
                                                 * one */
/* Makes *copy a figure of another size; WG_AUTO: as f has it, of a narrow one so high that panels have the
 * usual form. It has the panels of f. */
void wgi_figure_resize(wg_figure *copy, const wg_figure *f, double width, double height);
void wgi_write_svg(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b);
/* What the groups of the class u hold in this frame, each with a zero byte behind it. */
void wgi_write_units(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b);
void wgi_write_html(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b);
void wgi_write_terminal(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b);
void wgi_write_pgfplots(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b);
static inline bool wgi_in_frame(int of, int shown) { return of == 0 || of == shown; }
/* Of the figure, else of its first panel. */
static inline const char *wgi_title_of(const wg_figure *f)
{
    return *f->title ? f->title : f->panel ? f->panel->title : "";
}
/* The legend shows an area for it, not a line. */
static inline bool wgi_is_filled(const wg_series *s)
{
    return s->kind == WG_SERIES_BARS || s->kind == WG_SERIES_BAND || s->kind == WG_SERIES_HISTOGRAM;
}
static inline const char *wgi_tick_text(const wgi_axis *a, int i)
{
    return a->names ? a->name[(int)a->tick[i]] : a->text[i];
}

#endif
