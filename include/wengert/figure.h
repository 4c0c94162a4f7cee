/* SPDX-License-Identifier: MIT */
/* figure.h: figures: curves, points, bars, images, contours and paths, in panels with axes.
 *
 *     wg_figure *f = wg_figure_new(c, "Digits");
 *     wg_panel *p = wg_panel_new(f, "", .x = { "step" }, .y = { "loss", .scale = WG_SCALE_LOG });
 *     wg_series *train = wg_panel_line(p, "training"), *dev = wg_panel_line(p, "held out");
 *     for (...) wg_series_add(train, step, wg_item(L));
 *     wg_figure_save(f, "loss.svg");       or .html, .tex (pgfplots), .txt, .png, .pdf; "-" is the terminal
 *
 * A figure has panels, a panel has series. The context owns all of them and what is added to them, and
 * frees them at the latest; wg_figure_free frees a figure earlier. Texts and arrays are copied. Options
 * are given by name, and zero is the default of each. If a thing cannot be made, the error is recorded
 * and the result is NULL. All functions here take NULL and do nothing, so a loop over a failed context
 * ends by itself.
 *
 * NaN, infinities and numbers beyond 1e300 leave a gap in a curve, and so do numbers that are not
 * positive on a logarithmic axis. Of a million points those are drawn that can be seen: the first,
 * least, greatest and last in each column of half a pixel. The same calls give the same bytes on every
 * machine and in every locale.
 */
#ifndef WENGERT_FIGURE_H
#define WENGERT_FIGURE_H

#include "base.h"
#include "named.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_figure wg_figure;
typedef struct wg_panel wg_panel;
typedef struct wg_series wg_series;

/* ---- figures ---- */

typedef struct wg_figure_opts {
    const char *title;
    WG_BY_NAME;
    const char *description; /* for readers who cannot see the picture; default: made from titles and names */
    int columns;             /* of panels. Default: 1, 2 or 3, by their number */
    double width, height;    /* in units of the picture. Default: 800 by 500 for one panel */
    uint64_t reserved[4];
} wg_figure_opts;
WG_API wg_figure *wg_figure_new_at(wg_site here, wg_context *c, const wg_figure_opts *o);
#define wg_figure_new(c, ...) \
    WG_CALL_(wg_figure_new_at, (WG_AT(#c), c), wg_figure_opts, 1, title, __VA_ARGS__)
WG_API void wg_figure_free(wg_figure *f);

/* Begins a frame: what is made from now on is shown in this frame alone. What was made before the first
 * frame is shown in all. Axes are the same in all frames. HTML has a slider over the frames; other
 * files show one. */
WG_API void wg_figure_frame_at(wg_site here, wg_figure *f, const char *name);
#define wg_figure_frame(f, name) wg_figure_frame_at(WG_AT(#f ", " #name), f, name)

/* Frames "step 0", "step 1", ... "step n": frame k shows the points 0 to k of each path that there is. Call it when
 * the paths are whole, of a figure without frames. */
WG_API void wg_figure_steps_at(wg_site here, wg_figure *f, int n);
#define wg_figure_steps(f, n) wg_figure_steps_at(WG_AT(#f ", " #n), f, n)

/* ---- panels ---- */

typedef enum wg_scale {
    WG_SCALE_LINEAR,
    WG_SCALE_LOG,
    WG_SCALE_AUTO /* logarithmic if all numbers are positive and differ by more than a factor of 1000 */
} wg_scale;

typedef struct wg_axis_opts {
    const char *label;
    double low, high; /* default, both 0: by what is shown. NaN: this end by what is shown */
    wg_scale scale;
    const char *const *names; /* of the places 0, 1, 2, ...; the axis has no numbers then */
    int name_count;
    bool reversed; /* grows to the left, or downwards */
    bool hidden;   /* no line, ticks and numbers */
} wg_axis_opts;

typedef struct wg_panel_opts {
    const char *title;
    WG_BY_NAME;
    wg_axis_opts x, y;
    bool equal;     /* the same length for a unit of x and of y */
    bool no_legend; /* default: a legend if two series or more have names */
    bool no_grid;
    uint64_t reserved[4];
} wg_panel_opts;
WG_API wg_panel *wg_panel_new_at(wg_site here, wg_figure *f, const wg_panel_opts *o);
#define wg_panel_new(f, ...) WG_CALL_(wg_panel_new_at, (WG_AT(#f), f), wg_panel_opts, 1, title, __VA_ARGS__)

/* Panel i, in the order of their making. NULL: there is none. */
WG_API wg_panel *wg_figure_panel(const wg_figure *f, int i);

/* ---- series ---- */

typedef enum wg_series_kind {
    WG_SERIES_LINE,
    WG_SERIES_POINTS,
    WG_SERIES_STEPS,     /* a value holds until the next */
    WG_SERIES_BARS,      /* beside those of the panel's other series of bars */
    WG_SERIES_BAND,      /* the area between two curves, or between a curve and 0 */
    WG_SERIES_PATH,      /* a line with a dot at each point, a ring at its start and an arrow at its end */
    WG_SERIES_HISTOGRAM, /* how many of the values lie where */
    WG_SERIES_KINDS
} wg_series_kind;

typedef enum wg_marker {
    WG_MARKER_DEFAULT,
    WG_MARKER_DISC,
    WG_MARKER_SQUARE,
    WG_MARKER_TRIANGLE,
    WG_MARKER_DIAMOND,
    WG_MARKER_CROSS,
    WG_MARKER_RING,
    WG_MARKER_KINDS
} wg_marker;

/* The eight colours can be told apart by colour-blind people, on light and on dark pages. By default
 * the series of a panel take colour, dash and marker in turn. */
typedef enum wg_figure_color {
    WG_COLOR_DEFAULT,
    WG_COLOR_BLUE,
    WG_COLOR_ORANGE,
    WG_COLOR_GREEN,
    WG_COLOR_PINK,
    WG_COLOR_YELLOW,
    WG_COLOR_SKY,
    WG_COLOR_BROWN,
    WG_COLOR_VIOLET,
    WG_COLOR_GREY,
    WG_COLOR_KINDS
} wg_figure_color;

typedef struct wg_series_opts {
    const char *name; /* in the legend; "" or NULL: not there */
    WG_BY_NAME;
    wg_figure_color color;
    int dash;         /* 1: none, 2: dashed, 3: dotted, 4: dash and dot */
    wg_marker marker; /* of points; of a line: also at each point */
    double width;     /* of the line, as a multiple of the usual one; default 1 */
    double size;      /* of markers, likewise */
    int bins;         /* of a histogram. Default: the rule of Freedman and Diaconis (1981) */
    uint64_t reserved[4];
} wg_series_opts;
WG_API wg_series *wg_series_new_at(wg_site here, wg_panel *p, wg_series_kind kind, const wg_series_opts *o);
#define WG_SERIES_(p, kind, ...) \
    WG_CALL_(wg_series_new_at, (WG_AT(#p), p, kind), wg_series_opts, 1, name, __VA_ARGS__)
#define wg_panel_line(p, ...)      WG_SERIES_(p, WG_SERIES_LINE, __VA_ARGS__)
#define wg_panel_points(p, ...)    WG_SERIES_(p, WG_SERIES_POINTS, __VA_ARGS__)
#define wg_panel_steps(p, ...)     WG_SERIES_(p, WG_SERIES_STEPS, __VA_ARGS__)
#define wg_panel_bars(p, ...)      WG_SERIES_(p, WG_SERIES_BARS, __VA_ARGS__)
#define wg_panel_band(p, ...)      WG_SERIES_(p, WG_SERIES_BAND, __VA_ARGS__)
#define wg_panel_path(p, ...)      WG_SERIES_(p, WG_SERIES_PATH, __VA_ARGS__)
#define wg_panel_histogram(p, ...) WG_SERIES_(p, WG_SERIES_HISTOGRAM, __VA_ARGS__)

/* Adds a point; to a band the curve y, above 0. */
WG_API void wg_series_add(wg_series *s, double x, double y);
/* The same with x = 1, 2, 3, ...; to a histogram a value; to bars the next bar, at 0, 1, 2, ... */
WG_API void wg_series_push(wg_series *s, double y);
WG_API void wg_series_band(wg_series *s, double x, double low, double high);
/* A bar over a name. The names of a panel stand in the order of their first use. */
WG_API void wg_series_bar(wg_series *s, const char *name, double y);
/* n points at once. x NULL: as wg_series_push. */
WG_API void wg_series_add_all(wg_series *s, const double *x, const double *y, int64_t n);
/* All elements, as wg_series_push. For histograms of weights and gradients. */
WG_API void wg_series_tensor(wg_series *s, wg_tensor t);

/* ---- images, fields and contours ---- */

typedef enum wg_color_map {
    WG_MAP_DEFAULT,    /* DIVERGING if the values have both signs, else SEQUENTIAL */
    WG_MAP_SEQUENTIAL, /* from light yellow to dark blue */
    WG_MAP_DIVERGING,  /* blue below 0, white at 0, red above */
    WG_MAP_GREY,       /* from white to black, for digits */
    WG_MAP_CLASSES     /* the values are class numbers, in the colours of the series; pale */
} wg_color_map;

/* A function of x and y. It is called while the image or contour is made, and not later. */
typedef double (*wg_field)(void *user, double x, double y);

/* Give values [rows, columns] or f. With values alone, the pixel of row i and column j is at (j, i),
 * and row 0 is at the top. With x and y as well, the first row is at y[0] and the last at y[1]. f is
 * evaluated on a grid over x and y; by default they are the limits of the panel's axes. */
typedef struct wg_grid_opts {
    const char *name; /* of a contour in the legend, of an image at its colour bar */
    WG_BY_NAME;
    wg_tensor values;
    wg_field f;
    void *user;
    double x[2], y[2];
    int nx, ny; /* default: 120 by 120, of a contour 200 by 200, of a surface 25 by 25 */
    wg_color_map map;
    double low, high; /* the ends of the colours. Default: of the values, with 0 in the middle if DIVERGING */
    bool numbers;     /* of an image: write the value in each cell */
    bool no_bar;      /* of an image: no bar that explains the colours */
    const double *levels; /* of a contour; default: round numbers */
    int level_count;      /* default 10 */
    bool log_levels;      /* a fixed factor between levels. Default: if a few values are far above the others */
    bool no_level_texts;  /* default: lines say their level */
    wg_figure_color color;
    double width;
    uint64_t reserved[4];
} wg_grid_opts;
WG_API wg_series *wg_panel_image_at(wg_site here, wg_panel *p, const wg_grid_opts *o);
#define wg_panel_image(p, ...) \
    WG_CALL_(wg_panel_image_at, (WG_AT(#p), p), wg_grid_opts, 1, name, __VA_ARGS__)
WG_API wg_series *wg_panel_contour_at(wg_site here, wg_panel *p, const wg_grid_opts *o);
#define wg_panel_contour(p, ...) \
    WG_CALL_(wg_panel_contour_at, (WG_AT(#p), p), wg_grid_opts, 1, name, __VA_ARGS__)

/* The values as a surface in a box, seen from the side and from above. Points, paths and lines of the panel lie on
 * it. The name stands at the upright axis. */
WG_API wg_series *wg_panel_surface_at(wg_site here, wg_panel *p, const wg_grid_opts *o);
#define wg_panel_surface(p, ...) \
    WG_CALL_(wg_panel_surface_at, (WG_AT(#p), p), wg_grid_opts, 1, name, __VA_ARGS__)

/* ---- notes ---- */

/* A text that begins at a point; near the right end of the panel it ends there. It is moved if another
 * text is there. */
WG_API void wg_panel_text(wg_panel *p, double x, double y, const char *text);
/* An arrow between two points, with a text at its start. text may be NULL. */
WG_API void wg_panel_arrow(wg_panel *p, double x0, double y0, double x1, double y1, const char *text);
/* A line over the whole panel: upright at x, or level at y. */
WG_API void wg_panel_at_x(wg_panel *p, double x, const char *text);
WG_API void wg_panel_at_y(wg_panel *p, double y, const char *text);

/* ---- files ---- */

typedef enum wg_figure_format {
    WG_FIGURE_BY_PATH, /* by the path's ending; "-": TXT */
    WG_FIGURE_SVG,
    WG_FIGURE_HTML, /* one file that loads nothing, with a second picture for phones */
    WG_FIGURE_TEX,  /* pgfplots; a document, whose page has the size of the figure */
    WG_FIGURE_TXT,  /* for terminals, with dots of Braille */
    WG_FIGURE_PNG,  /* by the program rsvg-convert, on white; two pixels for a unit of the picture */
    WG_FIGURE_PDF   /* by the program rsvg-convert */
} wg_figure_format;

typedef struct wg_figure_save_opts {
    const char *path;
    WG_BY_NAME;
    wg_figure_format format;
    const char *id; /* all ids and styles of an SVG begin with it. Default: from the name of the file */
    int frame;      /* which frame, from 1 on; default: the last */
    int columns;    /* TXT: width in letters. Default: that of the terminal, else 80 */
    bool ascii;     /* TXT: no letters beyond ASCII. Default: by the locale for "-", else false */
    bool part;      /* HTML: the element <figure class="plot"> alone, for a page that has the style and script of
                     * `wengert lesson`. Its element <style> is the same for all: a page needs it once */
    bool color;     /* TXT: with escape sequences. Default: at a terminal, unless NO_COLOR is set */
    uint64_t reserved[4];
} wg_figure_save_opts;
WG_API wg_status wg_figure_save_at(wg_site here, wg_figure *f, const wg_figure_save_opts *o);
#define wg_figure_save(f, ...) \
    WG_CALL_(wg_figure_save_at, (WG_AT(#f), f), wg_figure_save_opts, 1, path, __VA_ARGS__)
/* The same as a text, of every format but PNG and PDF. The path is not opened. Free it with wg_free; NULL after an
 * error. */
WG_API char *wg_figure_text_at(wg_site here, wg_figure *f, const wg_figure_save_opts *o);
#define wg_figure_text(f, ...) \
    WG_CALL_(wg_figure_text_at, (WG_AT(#f), f), wg_figure_save_opts, 1, path, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
