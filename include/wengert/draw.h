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

typedef struct wg_draw_opts {
    const char    *format; /* "dot", "svg", "png", "pdf"; default: by the path's ending */
    const char    *title;
    bool           values;    /* what can be computed, in the boxes */
    bool           backward;  /* gradients of the root in the boxes, dashed edges back; the root must be a scalar */
    bool           top_down;  /* default: left to right */
    bool           no_scopes; /* no frames around scopes */
    int            most;      /* visible nodes, beyond them runs of alike nodes are folded, then it is refused; default 400 */
    const wg_node *wrt;       /* backward: only on paths to these; default: all float leaves */
    int            wrt_count;
    int            fold;    /* 1: runs of alike nodes are always folded; -1: never; 0: beyond most */
    double         seconds; /* that `dot` may take; default 20 */
    uint64_t       reserved[4];
} wg_draw_opts;

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
typedef enum wg_plan_picture { WG_PLAN_STEPS, WG_PLAN_MEMORY, WG_PLAN_ROOFLINE } wg_plan_picture;
typedef struct wg_draw_plan_opts {
    const char      *format; /* default: by the path's ending */
    const char      *title;
    wg_plan_picture  picture;
    const wg_limits *limits; /* of the machine; NULL: not shown, but ROOFLINE needs them */
    bool             top_down;
    int              most;    /* STEPS: nodes, beyond them it is refused; default 400 */
    double           seconds; /* that `dot` may take; default 20 */
    uint64_t         reserved[4];
} wg_draw_plan_opts;
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
