/* draw.h: pictures of graphs; of any graph at any time, a failed one included. Drawing changes nothing.
 *
 *     wg_draw(loss, "net.svg", &(wg_draw_opts){ .values = true, .backward = true });
 *
 * DOT comes from libcgraph, the same bytes always; SVG, PNG and PDF from the program `dot`, under a time limit. A file
 * appears whole or not at all. After a failed builder, drawing the error node it returned, or the whole graph, shows the
 * failing call in red with its message; values then are shown where they can still be had, gradients as a dash.
 */
#ifndef WENGERT_DRAW_H
#define WENGERT_DRAW_H

#include "graph.h"
#include "plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What can be drawn. Each option says with which of these it goes; with another it is an error. */
typedef enum wg_picture_kind {
    WG_PICTURE_GRAPH = 1,  /* dot, svg, png, pdf */
    WG_PICTURE_TEXT = 2,   /* a graph as text or JSON: by `wengert draw` alone */
    WG_PICTURE_STEPS = 4,  /* a plan as dot, svg, png, pdf */
    WG_PICTURE_TABLE = 8,  /* a plan as txt */
    WG_PICTURE_CHART = 16, /* a plan's memory or roofline as svg */
    WG_PICTURE_DOT = WG_PICTURE_GRAPH | WG_PICTURE_STEPS,
    WG_PICTURE_PLAN = WG_PICTURE_STEPS | WG_PICTURE_TABLE | WG_PICTURE_CHART,
    WG_PICTURE_FILE = WG_PICTURE_GRAPH | WG_PICTURE_PLAN
} wg_picture_kind;
/* "a graph's picture, a plan's table", in buf. */
WG_API const char *wg_draw_goes_with(unsigned kinds, char *buf, size_t size);

typedef enum wg_plan_picture { WG_PLAN_STEPS, WG_PLAN_MEMORY, WG_PLAN_ROOFLINE } wg_plan_picture;

/* The options: FIELD(type, name, goes with, what it does), or FLAG(type, name, goes with, flag, its value, what it does) where
 * `wengert draw` has a flag for it. Each row is a field of wg_draw_opts. Zero is the default. */
#define WG_DRAW_OPTIONS(FIELD, FLAG)                                                                                                   \
    FLAG(const char *, format, WG_PICTURE_FILE, "format", "FORMAT", "dot, svg, png or pdf; of a plan also txt (default: by the file's ending)") \
    FLAG(const char *, title, WG_PICTURE_FILE, "title", "TEXT", "above the picture")                                                   \
    FLAG(bool, values, WG_PICTURE_GRAPH | WG_PICTURE_TEXT, "values", NULL, "values in the boxes, of all that can be computed")         \
    FIELD(bool, backward, WG_PICTURE_GRAPH, "gradients of the root in the boxes, dashed edges back; the root must be a scalar")        \
    FIELD(const wg_node *, wrt, WG_PICTURE_GRAPH, "backward: only on paths to these; default: all float leaves")                       \
    FIELD(int, wrt_count, WG_PICTURE_GRAPH, "how many these are")                                                                      \
    FLAG(bool, top_down, WG_PICTURE_DOT, "dir", "LR|TB", "left to right (default) or top to bottom")                                   \
    FLAG(bool, legend, WG_PICTURE_DOT, "legend", NULL, "what the colours and lines mean, below the title")                             \
    FLAG(bool, no_scopes, WG_PICTURE_GRAPH, "no-scopes", NULL, "no frames around scopes")                                              \
    FLAG(int, most, WG_PICTURE_DOT, "most", "N", "boxes; a graph of more is folded, where nodes repeat, or refused (default 400)")     \
    FIELD(int, fold, WG_PICTURE_GRAPH, "1: runs of alike nodes are always folded; -1: never; 0: beyond most")                          \
    FLAG(double, seconds, WG_PICTURE_DOT, "seconds", "N", "that the program dot may take (default 20)")                                \
    FIELD(wg_plan_picture, picture, WG_PICTURE_PLAN, "the steps, or which chart")                                                      \
    FIELD(const wg_limits *, limits, WG_PICTURE_PLAN, "of the machine; NULL: not shown, but ROOFLINE needs them")

#define WG_DRAW_FIELD_(type, name, ...) type name;
typedef struct wg_draw_opts {
    WG_DRAW_OPTIONS(WG_DRAW_FIELD_, WG_DRAW_FIELD_)
    uint64_t reserved[4];
} wg_draw_opts;
typedef wg_draw_opts wg_draw_plan_opts;

/* Root and all below it; or the whole graph, error included. "-" as path is standard output. */
WG_API wg_status wg_draw_at(wg_site here, wg_node root, const char *path, const wg_draw_opts *o);
#define wg_draw(root, ...) wg_draw_at(WG_AT(#root), root, __VA_ARGS__)
WG_API wg_status wg_draw_graph_at(wg_site here, wg_graph *g, const char *path, const wg_draw_opts *o);
#define wg_draw_graph(g, ...) wg_draw_graph_at(WG_AT(#g), g, __VA_ARGS__)
/* DOT text; free it with wg_free. NULL after an error. */
WG_API char *wg_draw_dot_at(wg_site here, wg_node root, const wg_draw_opts *o);
#define wg_draw_dot(root, ...) wg_draw_dot_at(WG_AT(#root), root, __VA_ARGS__)

/* A plan, as plan.h has it. STEPS: a table (format "txt"), or the nodes in frames, one a step ("dot", "svg", "png", "pdf");
 * MEMORY: which buffer lies where in the workspace, from which step to which; ROOFLINE: the speed of each step below what the
 * machine can do; both as "svg". The table has all three. */
WG_API wg_status wg_draw_plan_at(wg_site here, wg_context *c, const wg_plan *p, const char *path, const wg_draw_plan_opts *o);
#define wg_draw_plan(c, p, ...) wg_draw_plan_at(WG_AT(#p), c, p, __VA_ARGS__)

/* A chart of curves as SVG: n values each, y against x (x NULL: 1, 2, ...). NaN and infinities are gaps. The y axis is
 * logarithmic when all y are positive and span more than a factor 1000. */
typedef struct wg_curve {
    const char   *name;
    const double *x, *y;
    int           n;
} wg_curve;
WG_API wg_status wg_draw_curves_at(wg_site here, wg_context *c, const char *path, const char *title, const char *x_label,
                                   const char *y_label, const wg_curve curves[], int n);
#define wg_draw_curves(c, path, ...) wg_draw_curves_at(WG_AT(#path), c, path, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
