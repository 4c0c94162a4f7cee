/* SPDX-License-Identifier: MIT */
/* figure.h: figures: curves, points, bars, images, contours and paths, in panels with axes.
 *
 *     wg_figure *f = wg_figure_new(c, "Digits");
 *     wg_panel *p = wg_panel_new(f, "", .x.label = "step", .y.label = "loss", .y.scale = WG_SCALE_LOG);
 *     wg_series *train = wg_panel_line(p, "training"), *dev = wg_panel_line(p, "held out");
 *     for (...) wg_series_add(train, step, wg_item(L));
 *     wg_figure_save(f, "loss.svg");       or .html, .tex (pgfplots), .txt, .png, .pdf; "-" is the terminal
 *
 * A figure has panels, a panel has series. The context owns all of them and what is added to them, and
 * frees them at the latest; wg_figure_free frees a figure earlier. Texts and arrays are copied. Options
 * are given by name (named.h); those of an axis one by one, as .x.label = "step". If a thing cannot be made, the error is recorded
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
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "base.h"
#include "named.h"

WG_BEGIN_DECLS

typedef struct wg_figure wg_figure;
typedef struct wg_panel wg_panel;
typedef struct wg_series wg_series;
typedef const char *const *wg_names;

/* ---- figures ---- */

#define wg_figure_opts_list(P, X)                                                                           \
    X(const char *, description, NULL, "",                                                                  \
      "for readers who cannot see the picture; default: made from titles and names")                        \
    X(int, columns, WG_AUTO, "[1, 64]", "of panels; default: 1, 2 or 3, by their number")                   \
    X(double, width, WG_AUTO, "[200, 20000]", "in units of the picture; default: 800 for one panel")        \
    X(double, height, WG_AUTO, "[120, 20000]", "in units of the picture; default: 500 for one panel")
WG_OPTIONS(wg_figure_opts);
/* A figure without panels. NULL after an error. */
WG_API wg_figure *wg_figure_new_at(wg_site here, wg_context *c, const char *title, const wg_figure_opts *o);
#define wg_figure_new(c, ...) /* c, title, options */                                                       \
    WG_CALL_WITH(wg_figure_new_at, (WG_AT(WG_BYTE_2 #c ", " #__VA_ARGS__), c, WG_HEAD_(__VA_ARGS__)), wg_figure_opts, \
            WG_TAIL_(__VA_ARGS__, ))
WG_API void wg_figure_free(wg_figure *f); /* Frees the figure with its panels and series. */

/* Begins a frame: what is made from now on is shown in this frame alone. What was made before the first
 * frame is shown in all. Axes are the same in all frames. HTML has a slider over the frames; other
 * files show one. */
WG_API void wg_figure_frame_at(wg_site here, wg_figure *f, const char *name);
#define wg_figure_frame(f, name) wg_figure_frame_at(WG_AT(#f ", " #name), f, name)

/* ---- panels ---- */

/* The default of a number for which every number is legal: it is found by what is shown. */
#define WG_BY_DATA_ __builtin_nan("")

typedef enum wg_scale {
    WG_SCALE_LINEAR,
    WG_SCALE_LOG,
    WG_SCALE_AUTO /* logarithmic if all numbers are positive and differ by more than a factor of 1000 */
} wg_scale;

#define wg_axis_opts_list(P, X)                                                                             \
    X(const char *, label, NULL, "", "beside the axis")                                                     \
    X(double, low, WG_BY_DATA_, "(-1e299, 1e299)", "the lower end; default, and NaN: by what is shown")     \
    X(double, high, WG_BY_DATA_, "(-1e299, 1e299)", "the upper end; default, and NaN: by what is shown")    \
    X(wg_scale, scale, WG_SCALE_LINEAR, "linear, log, auto",                                                \
      "auto: logarithmic if all numbers are positive and differ by more than a factor of 1000")             \
    X(wg_names, names, NULL, "", "of the places 0, 1, 2, ...; the axis has no numbers then")                \
    X(int, name_count, 0, "[0, inf)", "the number of names")                                                \
    X(bool, reversed, false, "", "grows to the left, or downwards")                                         \
    X(bool, hidden, false, "", "no line, ticks and numbers")
WG_INNER_OPTIONS(wg_axis_opts);

#define wg_panel_opts_list(P, X)                                                                            \
    X(wg_axis_opts, x, WG_INNER_(wg_axis_opts), "", "the level axis")                                       \
    X(wg_axis_opts, y, WG_INNER_(wg_axis_opts), "", "the upright axis")                                     \
    X(bool, equal, false, "", "the same length for a unit of x and of y")                                   \
    X(wg_maybe, legend, WG_AUTO, "[0, 1]", "default: if two series or more have names")                     \
    X(bool, grid, true, "", "lines at the ticks; images have none")
WG_OPTIONS(wg_panel_opts);
/* A new panel of the figure. NULL after an error. */
WG_API wg_panel *wg_panel_new_at(wg_site here, wg_figure *f, const char *title, const wg_panel_opts *o);
#define wg_panel_new(f, ...) /* f, title, options */                                                        \
    WG_CALL_WITH(wg_panel_new_at, (WG_AT(WG_BYTE_2 #f ", " #__VA_ARGS__), f, WG_HEAD_(__VA_ARGS__)), wg_panel_opts, \
            WG_TAIL_(__VA_ARGS__, ))

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

/* What series of points, images and contours have. */
#define WG_LINE_LIST_(X)                                                                                    \
    X(wg_figure_color, color, WG_COLOR_DEFAULT,                                                             \
      "default, blue, orange, green, pink, yellow, sky, brown, violet, grey", "default: the series take turns") \
    X(double, width, 1, "(0, 100]", "of the line, as a multiple of the usual one")
#define wg_series_opts_list(P, X)                                                                           \
    WG_LINE_LIST_(X)                                                                                        \
    X(int, dash, WG_AUTO, "[1, 4]", "1: none, 2: dashed, 3: dotted, 4: dash and dot; default: the series take turns") \
    X(wg_marker, marker, WG_MARKER_DEFAULT, "default, disc, square, triangle, diamond, cross, ring",        \
      "of points; of a line: also at each point")                                                           \
    X(double, size, 1, "(0, 100]", "of markers, as a multiple of the usual one")                            \
    X(int, bins, WG_AUTO, "[1, 100000]", "of a histogram; default: the rule of Freedman and Diaconis (1981)")
WG_OPTIONS(wg_series_opts);
/* A name stands in the legend; "" and NULL do not. */
WG_API wg_series *wg_series_new_at(wg_site here, wg_panel *p, wg_series_kind kind, const char *name,
                                   const wg_series_opts *o); /* a new series of the panel */
#define WG_SERIES_(p, kind, text, ...)                                                                      \
    WG_CALL_WITH(wg_series_new_at, (WG_AT(WG_BYTE_2 text), p, kind, WG_HEAD_(__VA_ARGS__)), wg_series_opts,      \
            WG_TAIL_(__VA_ARGS__, ))
/* p, name, options */
#define wg_panel_line(p, ...)      WG_SERIES_(p, WG_SERIES_LINE, #p ", " #__VA_ARGS__, __VA_ARGS__)
#define wg_panel_points(p, ...)    WG_SERIES_(p, WG_SERIES_POINTS, #p ", " #__VA_ARGS__, __VA_ARGS__)
#define wg_panel_steps(p, ...)     WG_SERIES_(p, WG_SERIES_STEPS, #p ", " #__VA_ARGS__, __VA_ARGS__)
#define wg_panel_bars(p, ...)      WG_SERIES_(p, WG_SERIES_BARS, #p ", " #__VA_ARGS__, __VA_ARGS__)
#define wg_panel_band(p, ...)      WG_SERIES_(p, WG_SERIES_BAND, #p ", " #__VA_ARGS__, __VA_ARGS__)
#define wg_panel_path(p, ...)      WG_SERIES_(p, WG_SERIES_PATH, #p ", " #__VA_ARGS__, __VA_ARGS__)
#define wg_panel_histogram(p, ...) WG_SERIES_(p, WG_SERIES_HISTOGRAM, #p ", " #__VA_ARGS__, __VA_ARGS__)

/* Adds a point; to a band the curve y, above 0. */
WG_API void wg_series_add(wg_series *s, double x, double y);
/* The same with x = 1, 2, 3, ...; to a histogram a value; to bars the next bar, at 0, 1, 2, ... */
WG_API void wg_series_push(wg_series *s, double y);
/* Adds the ends of the area at x. */
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

/* Where something begins and ends: .x = { -1, 1 }. */
typedef double wg_ends[2];
#define WG_ENDS_BY_DATA_ { WG_BY_DATA_, WG_BY_DATA_ }
#ifndef __cplusplus
#define WG_NO_TENSOR_ { 0 }
#else
#define WG_NO_TENSOR_ wg_tensor()
#endif

/* Give values [rows, columns] or f. With values alone, the pixel of row i and column j is at (j, i),
 * and row 0 is at the top. With x and y as well, the first row is at y[0] and the last at y[1]. f is
 * evaluated on a grid over x and y; by default they are the limits of the panel's axes. */
#define wg_grid_opts_list(P, X)                                                                             \
    X(wg_tensor, values, WG_NO_TENSOR_, "", "rows and columns")                                             \
    X(wg_field, f, NULL, "", "a function of x and y")                                                       \
    X(void *, user, NULL, "", "its first argument")                                                         \
    X(wg_ends, x, WG_ENDS_BY_DATA_, "", "from left to right; default: see above")                           \
    X(wg_ends, y, WG_ENDS_BY_DATA_, "", "upwards; default: see above")                                      \
    X(int, nx, WG_AUTO, "[2, 4000]", "columns of f; default: 120, of a contour 200, of a surface 25")       \
    X(int, ny, WG_AUTO, "[2, 4000]", "rows of f; default: 120, of a contour 200, of a surface 25")          \
    X(wg_color_map, map, WG_MAP_DEFAULT, "default, sequential, diverging, grey, classes",                   \
      "of an image; default: diverging if the values have both signs, else sequential")                     \
    X(double, low, WG_BY_DATA_, "(-inf, inf)",                                                              \
      "of an image: the value of the first colour; default: the least. Without low and high a diverging map has 0 " \
      "in the middle")                                                                                      \
    X(double, high, WG_BY_DATA_, "(-inf, inf)", "of an image: the value of the last colour; default: the greatest") \
    X(bool, numbers, false, "", "of an image: the value is written in each cell")                           \
    X(bool, bar, true, "", "of an image: a bar explains the colours")                                       \
    X(const double *, levels, NULL, "", "of a contour; default: round numbers")                             \
    X(int, level_count, WG_AUTO, "[1, 64]", "of a contour; default: about 10")                              \
    X(wg_maybe, log_levels, WG_AUTO, "[0, 1]",                                                              \
      "a fixed factor between levels; default: if a few values are far above the others")                   \
    X(bool, level_texts, true, "", "lines say their level")                                                 \
    WG_LINE_LIST_(X)
WG_OPTIONS(wg_grid_opts);
/* The name of a contour stands in the legend, that of an image at its colour bar. */
WG_API wg_series *wg_panel_image_at(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o); /* values as an image */
#define wg_panel_image(p, ...) /* p, name, options */                                                       \
    WG_CALL_WITH(wg_panel_image_at, (WG_AT(WG_BYTE_2 #p ", " #__VA_ARGS__), p, WG_HEAD_(__VA_ARGS__)), wg_grid_opts, \
            WG_TAIL_(__VA_ARGS__, ))
/* values as lines of equal level */
WG_API wg_series *wg_panel_contour_at(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o);
#define wg_panel_contour(p, ...) /* p, name, options */                                                     \
    WG_CALL_WITH(wg_panel_contour_at, (WG_AT(WG_BYTE_2 #p ", " #__VA_ARGS__), p, WG_HEAD_(__VA_ARGS__)), wg_grid_opts, \
            WG_TAIL_(__VA_ARGS__, ))

/* The values as a surface in a box, seen from the side and from above. Points, paths and lines of the panel lie on
 * it. The name stands at the upright axis. */
WG_API wg_series *wg_panel_surface_at(wg_site here, wg_panel *p, const char *name, const wg_grid_opts *o);
#define wg_panel_surface(p, ...) /* p, name, options */                                                     \
    WG_CALL_WITH(wg_panel_surface_at, (WG_AT(WG_BYTE_2 #p ", " #__VA_ARGS__), p, WG_HEAD_(__VA_ARGS__)), wg_grid_opts, \
            WG_TAIL_(__VA_ARGS__, ))

/* ---- notes ---- */

/* A text that begins at a point; near the right end of the panel it ends there. It is moved if another
 * text is there. */
WG_API void wg_panel_text(wg_panel *p, double x, double y, const char *text);
/* An arrow between two points, with a text at its start. text may be NULL. */
WG_API void wg_panel_arrow(wg_panel *p, double x0, double y0, double x1, double y1, const char *text);
/* A line over the whole panel: upright at x, or level at y. */
WG_API void wg_panel_at_x(wg_panel *p, double x, const char *text);
WG_API void wg_panel_at_y(wg_panel *p, double y, const char *text); /* a level line over the whole panel */

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

#define wg_figure_save_opts_list(P, X)                                                                      \
    X(wg_figure_format, format, WG_FIGURE_BY_PATH, "by path, svg, html, tex, txt, png, pdf", "of the file") \
    X(const char *, id, NULL, "", "all ids and styles of an SVG begin with it; default: from the name of the file") \
    X(int, frame, WG_AUTO, "[1, inf)", "which frame; default: the last")                                    \
    X(double, width, WG_AUTO, "[200, 20000]",                                                               \
      "of svg, png, pdf: another width; default: the figure's; below 500 with one panel below the other, for a phone") \
    X(double, height, WG_AUTO, "[150, 20000]", "another height; default: the figure's")                                            \
    X(int, columns, WG_AUTO, "[40, 400]", "of txt: width in letters; default: that of the terminal, else 80") \
    X(wg_maybe, ascii, WG_AUTO, "[0, 1]", "of txt: no letters beyond ASCII; default: by the locale for \"-\", else false") \
    X(bool, part, false, "",                                                                                \
      "of html: the element <figure class=\"plot\"> alone, for a page that has the style and script of `wengert lesson`. " \
      "Its element <style> is the same for all: a page needs it once")                                      \
    X(wg_maybe, color, WG_AUTO, "[0, 1]", "of txt: escape sequences; default: at a terminal, unless NO_COLOR is set")
WG_OPTIONS(wg_figure_save_opts);
/* Writes the figure to a file, whose ending says the format. */
WG_API wg_status wg_figure_save_at(wg_site here, wg_figure *f, const char *path, const wg_figure_save_opts *o);
#define wg_figure_save(f, ...) /* f, path, options */                                                       \
    WG_CALL_WITH(wg_figure_save_at, (WG_AT(WG_BYTE_2 #f ", " #__VA_ARGS__), f, WG_HEAD_(__VA_ARGS__)), wg_figure_save_opts, \
            WG_TAIL_(__VA_ARGS__, ))
/* The same as a text, of every format but PNG and PDF. The path is not opened. Free it with wg_free; NULL after an
 * error. */
WG_API char *wg_figure_text_at(wg_site here, wg_figure *f, const char *path, const wg_figure_save_opts *o);
#define wg_figure_text(f, ...) /* f, path, options */                                                       \
    WG_CALL_WITH(wg_figure_text_at, (WG_AT(WG_BYTE_2 #f ", " #__VA_ARGS__), f, WG_HEAD_(__VA_ARGS__)), wg_figure_save_opts, \
            WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
