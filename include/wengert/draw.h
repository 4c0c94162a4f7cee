/* SPDX-License-Identifier: MIT */
/* draw.h: pictures of graphs and plans. Drawing changes no graph. Curves and images are drawn by figure.h.
 *
 *     wg_draw(loss, "net.svg", .values = true, .backward = true);
 *
 * HTML is one file that loads nothing: the SVG, which its reader steps through forward and backward, with
 * the rule of each step in names and in numbers. Leaves of few numbers can be changed there: then all
 * values and gradients are computed anew in the page.
 *
 * A .txt file is a list of equations, one a line, and .json has all digits of all values. A .tex file is one
 * tikzpicture for \input; with .steps it has overlays for beamer. SVG and HTML are written without any
 * program: the same graph gives the same bytes, also as DOT, which is written by libcgraph of Graphviz. PNG and
 * PDF are made from the SVG by the program `rsvg-convert`, under a time limit. A file is written whole or not at
 * all.
 *
 * You can draw after an error, too: draw the error node or the whole graph. The call that failed is red and
 * shows its message. Values are shown where they can still be computed, gradients as a dash.
 */
#ifndef WENGERT_DRAW_H
#define WENGERT_DRAW_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of pictures. Each option says which of these it is for. With any other it is an error. */
typedef enum wg_picture_kind {
    WG_PICTURE_GRAPH = 1,  /* a graph as dot, svg, html, png, pdf, tex */
    WG_PICTURE_TEXT = 2,   /* a graph as txt: a list of equations, or as json */
    WG_PICTURE_STEPS = 4,  /* a plan as dot, svg, png, pdf */
    WG_PICTURE_TABLE = 8,  /* a plan as txt */
    WG_PICTURE_DOT = WG_PICTURE_GRAPH | WG_PICTURE_STEPS,
    WG_PICTURE_PLAN = WG_PICTURE_STEPS | WG_PICTURE_TABLE,
    WG_PICTURE_NODES = WG_PICTURE_GRAPH | WG_PICTURE_TEXT,
    WG_PICTURE_FILE = WG_PICTURE_NODES | WG_PICTURE_PLAN
} wg_picture_kind;
/* The formats, one a row: the name, which is the ending of files, and the kinds of pictures that it is for. */
#define WG_DRAW_FORMATS(FORMAT)    \
    FORMAT(dot, WG_PICTURE_DOT)    \
    FORMAT(svg, WG_PICTURE_DOT)    \
    FORMAT(png, WG_PICTURE_DOT)    \
    FORMAT(pdf, WG_PICTURE_DOT)    \
    FORMAT(html, WG_PICTURE_GRAPH) \
    FORMAT(tex, WG_PICTURE_GRAPH)  \
    FORMAT(json, WG_PICTURE_TEXT)  \
    FORMAT(txt, WG_PICTURE_TEXT | WG_PICTURE_TABLE)

/* A size by name. A program is built twice, with two sizes for one name: an axis whose length changes in
 * proportion is shown by the name, "m" or "2m". */
typedef struct wg_size_name {
    const char *name;
    int64_t size;
    wg_graph *other; /* the same program with other_size in its place; it has the same nodes */
    int64_t other_size;
    wg_graph *of; /* the graph whose nodes have them: the one that is drawn or that of .beside; NULL: any */
} wg_size_name;

/* wg_none as a default. gcc warns of a compound literal that is overwritten. */
#ifndef __cplusplus
#define WG_NO_NODE_ { NULL, 0, 0 }
#else
#define WG_NO_NODE_ wg_none
#endif

/* The options, of named.h. The flags of `wengert draw` and their lines in --help are made from them, too:
 *
 *     X(type, name, default, range, what it does, kinds of pictures, flag, value of the flag)
 *
 * Options that have no flag stand last. */
#define wg_draw_opts_list(P, X)                                                                             \
    X(const char *, format, NULL, "",                                                                       \
      "dot, svg, png, pdf, txt; for a graph also html, tex, json (default: by the ending of the file)",     \
      WG_PICTURE_FILE, "format", "FORMAT")                                                                  \
    X(const char *, style, NULL, "",                                                                        \
      "in svg, png, pdf: cards (default); circuit: ops as gates, the value above a wire, its gradient below; " \
      "neurons: layers as circles and lines; blocks: layers forward and backward",                          \
      WG_PICTURE_GRAPH, "style", "cards|circuit|neurons|blocks")                                            \
    X(const char *, id, NULL, "",                                                                           \
      "in svg: ids and styles begin with it (default: the file's name), so pictures share a page",          \
      WG_PICTURE_DOT, "id", "NAME")                                                                         \
    X(const char *, title, NULL, "", "a title above the picture", WG_PICTURE_GRAPH | WG_PICTURE_PLAN, "title", "TEXT") \
    X(bool, values, false, "", "show values, where they can be computed", WG_PICTURE_NODES, "values", NULL) \
    X(bool, heatmaps, false, "",                                                                            \
      "in style neurons: in each circle a map of what the unit computes over the two columns of the input", \
      WG_PICTURE_GRAPH, "heatmaps", NULL)                                                                   \
    X(const char *, level, NULL, "",                                                                        \
      "written (default): the calls of the program; ops: every node; plan: the steps that run",             \
      WG_PICTURE_FILE, "level", "written|ops|plan")                                                         \
    X(const char *, overlay, NULL, "",                                                                      \
      "what each box costs or holds: time, bytes, gradient (its norm), nan (where NaN begins)",             \
      WG_PICTURE_GRAPH, "overlay", "time|bytes|gradient|nan")                                               \
    X(bool, steps, false, "",                                                                               \
      "step by step. svg: a file a step, by -o 'name-%02d.svg', or one sheet; tex: overlays for beamer; "   \
      "txt: a step a line",                                                                                 \
      WG_PICTURE_NODES, "steps", NULL)                                                                      \
    X(const char *, hide, NULL, "",                                                                         \
      "? in place of these numbers, as z,dz, and of what follows from them: predict first; in html until a click", \
      WG_PICTURE_NODES, "hide", "NAMES")                                                                    \
    X(int, width, 100, "[40, 10000]", "in txt: at most N columns a line (default 100)", WG_PICTURE_TEXT, "width", "N") \
    X(const char *, edges, NULL, "",                                                                        \
      "local: at each edge its local derivative, as ∂c/∂a = b = 3; of graphs of scalars, with --backward of "     \
      "the edges that gradients pass",                                                                      \
      WG_PICTURE_GRAPH, "edges", "local")                                                                   \
    X(bool, top_down, false, "", "left to right (default) or top to bottom", WG_PICTURE_DOT, "dir", "LR|TB") \
    X(bool, legend, false, "", "say below the title what colours and lines mean", WG_PICTURE_DOT, "legend", NULL) \
    X(bool, scopes, true, "", "scopes have frames; with --no-scopes they have none", WG_PICTURE_GRAPH, "no-scopes", NULL) \
    X(int, most, WG_AUTO, "[1, inf)",                                                                       \
      "at most N boxes (default 400). Beyond that repeated nodes share a box; still more is an error",      \
      WG_PICTURE_DOT | WG_PICTURE_TEXT, "most", "N")                                                        \
    X(const char *, fit, NULL, "",                                                                          \
      "the canvas has this size, W by H in px, and texts can be read there: less is shown until they fit",  \
      WG_PICTURE_GRAPH, "for", "slide|page|screen|WxH")                                                         \
    X(const char *, keep, NULL, "", "with --for: these have boxes of their own", WG_PICTURE_GRAPH, "keep", "NAMES") \
    X(int, depth, 0, "[0, inf)", "a scope of this depth is one box, 1: the outermost", WG_PICTURE_GRAPH, "depth", "N") \
    X(double, seconds, 20, "(0, inf)", "time limit of rsvg-convert (default 20)", WG_PICTURE_DOT, "seconds", "N") \
    X(bool, backward, false, "",                                                                            \
      "show gradients of the root, a scalar, in the boxes, and dashed edges back",                          \
      WG_PICTURE_NODES, NULL, NULL)                                                                         \
    X(const wg_node *, wrt, NULL, "",                                                                       \
      "with backward: gradients only on paths to these nodes; default: the parameters, or if there are none the " \
      "inputs, but no labels of a loss and no sizes",                                                       \
      WG_PICTURE_NODES, NULL, NULL)                                                                         \
    X(int, wrt_count, 0, "[0, inf)", "the number of nodes in wrt", WG_PICTURE_NODES, NULL, NULL)            \
    X(const wg_size_name *, sizes, NULL, "", "sizes that are shown by name", WG_PICTURE_NODES, NULL, NULL)  \
    X(int, size_count, 0, "[0, inf)", "the number of sizes", WG_PICTURE_NODES, NULL, NULL)                  \
    X(wg_node, beside, WG_NO_NODE_, "",                                                                     \
      "the root of another graph of this context: what only one of them has stands out, and what differs",  \
      WG_PICTURE_GRAPH, NULL, NULL)                                                                         \
    X(const char *, source, NULL, "",                                                                       \
      "the text of the program, whose lines the call sites name: calls are written as there, and html shows it",\
      WG_PICTURE_NODES, NULL, NULL)                                                                         \
    X(const wg_node_mark *, marks, NULL, "",                                                                \
      "nodes that stand out: wrong ones red, affected ones orange, with their texts",                       \
      WG_PICTURE_NODES, NULL, NULL)                                                                         \
    X(int, mark_count, 0, "[0, inf)", "the number of marks", WG_PICTURE_NODES, NULL, NULL)                  \
    X(bool, ansi, false, "", "in txt: names are bold, by escapes for a terminal", WG_PICTURE_TEXT, NULL, NULL) \
    X(wg_maybe, fold, WG_AUTO, "[0, 1]",                                                                    \
      "repeated nodes share a box; default: in graphs of more nodes than most",                             \
      WG_PICTURE_NODES, NULL, NULL)                                                                         \
    X(bool, series, false, "",                                                                              \
      "of scopes h.0, h.1, ... that are alike the first is drawn, in a frame with their number; not in html or " \
      "with steps",                                                                                         \
      WG_PICTURE_GRAPH, NULL, NULL)                                                                         \
    X(const wg_limits *, limits, NULL, "", "limits of the machine to compare with", WG_PICTURE_PLAN, NULL, NULL)
WG_OPTIONS(wg_draw_opts);

/* Draws root and every node that it depends on; or the whole graph, a failed call included. Path "-" is
 * standard output. Works on a failed context. */
WG_API wg_status wg_draw_at(wg_site here, wg_node root, const char *path, const wg_draw_opts *o);
#define wg_draw(root, ...) /* root, path, options */                                                        \
    WG_CALL_WITH(wg_draw_at, (WG_AT(WG_BYTE_2 #root ", " #__VA_ARGS__), root, WG_HEAD_(__VA_ARGS__)), wg_draw_opts, \
            WG_TAIL_(__VA_ARGS__, ))
/* draws all nodes of a graph */
WG_API wg_status wg_draw_graph_at(wg_site here, wg_graph *g, const char *path, const wg_draw_opts *o);
#define wg_draw_graph(g, ...) /* g, path, options */                                                        \
    WG_CALL_WITH(wg_draw_graph_at, (WG_AT(WG_BYTE_2 #g ", " #__VA_ARGS__), g, WG_HEAD_(__VA_ARGS__)), wg_draw_opts, \
            WG_TAIL_(__VA_ARGS__, ))
/* The picture as the text of a file "dot", "svg", "txt", "json" ... by .format (default txt). Free it with
 * wg_free. NULL after an error. */
WG_API char *wg_draw_text_at(wg_site here, wg_node root, const wg_draw_opts *o);
#define wg_draw_text(...) WG_DRAW_(wg_draw_text_at, #__VA_ARGS__, __VA_ARGS__) /* root, options */
#define WG_DRAW_(f, text, ...)                                                                              \
    WG_CALL_WITH(f, (WG_AT(WG_BYTE_1 text), WG_HEAD_(__VA_ARGS__)), wg_draw_opts, WG_TAIL_(__VA_ARGS__, ))

/* The picture as a graph of libcgraph, for programs that lay out, filter, colour or write it with Graphviz:
 *
 *     #include <graphviz/cgraph.h>
 *     Agraph_t *g = wg_draw_agraph(loss, .values = true, .backward = true);
 *     agwrite(g, stdout);
 *     agclose(g);
 *
 * It is the graph that .format "dot" writes: docs/drawing.md lists its attributes. It is yours, also after
 * wg_finish: close it with agclose. Link the program with what `pkg-config --libs libcgraph` says. NULL after an
 * error. But libcgraph ends your program when malloc gives it no memory, in this call and in yours; DOT is written
 * by a child process. */
struct Agraph_s;
/* The picture as a graph of libcgraph, which you close with agclose. NULL after an error. */
WG_API struct Agraph_s *wg_draw_agraph_at(wg_site here, wg_node root, const wg_draw_opts *o);
#define wg_draw_agraph(...) WG_DRAW_(wg_draw_agraph_at, #__VA_ARGS__, __VA_ARGS__) /* root, options */

/* Draws a plan of plan.h. With .level "plan" wg_draw does so too, with the plan of its root, or with .backward
 * of its gradients. txt: a table of steps, memory and speeds. dot, svg, png, pdf: the nodes of each step in a
 * frame. */
WG_API wg_status wg_draw_plan_at(wg_site here, wg_context *c, const wg_plan *p, const char *path,
                                 const wg_draw_opts *o);
#define wg_draw_plan(c, p, ...) /* c, p, path, options */                                                   \
    WG_CALL_WITH(wg_draw_plan_at, (WG_AT(WG_BYTE_3 #c ", " #p ", " #__VA_ARGS__), c, p, WG_HEAD_(__VA_ARGS__)),  \
            wg_draw_opts, WG_TAIL_(__VA_ARGS__, ))

#ifdef __cplusplus
}
#endif
#endif
