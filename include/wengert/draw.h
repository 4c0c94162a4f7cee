/* SPDX-License-Identifier: MIT */
/* draw.h: pictures of graphs and plans. Drawing changes no graph. Curves and images are drawn by figure.h.
 *
 *     wg_draw(loss, "net.svg", &(wg_draw_opts){ .values = true, .backward = true });
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
/* Writes what a sum of kinds means: "a graph's picture, a plan's table". Returns buf. For messages. */
WG_API const char *wg_draw_goes_with(unsigned kinds, char *buf, size_t size);

/* A size by name. A program is built twice, with two sizes for one name: an axis whose length changes in
 * proportion is shown by the name, "m" or "2m". */
typedef struct wg_size_name {
    const char *name;
    int64_t size;
    wg_graph *other; /* the same program with other_size in its place; it has the same nodes */
    int64_t other_size;
    wg_graph *of; /* the graph whose nodes have them: the one that is drawn or that of .beside; NULL: any */
} wg_size_name;

/* The options, one a row. The struct wg_draw_opts, the flags of `wengert draw` and their lines in --help are
 * made from them.
 *
 *     FIELD(type, name, kinds of pictures, what it does)
 *     FLAG(type, name, kinds of pictures, flag, value of the flag, what it does)
 *
 * Zero is the default. */
#define WG_DRAW_OPTIONS(FIELD, FLAG)                                                                      \
    FLAG(const char *, format, WG_PICTURE_FILE, "format", "FORMAT",                                       \
         "dot, svg, png, pdf, txt; for a graph also html, tex, json (default: by the ending of the file)")                                                         \
    FLAG(const char *, style, WG_PICTURE_GRAPH, "style", "cards|circuit|neurons|blocks",                  \
         "in svg, png, pdf: cards (default); circuit: ops as gates, the value above a wire, its gradient below; " \
         "neurons: layers as circles and lines; blocks: layers forward and backward")                     \
    FLAG(const char *, id, WG_PICTURE_DOT, "id", "NAME",                                                  \
         "in svg: ids and styles begin with it (default: the file's name), so pictures share a page")     \
    FLAG(const char *, title, WG_PICTURE_GRAPH | WG_PICTURE_PLAN, "title", "TEXT", "a title above the picture") \
    FLAG(bool, values, WG_PICTURE_NODES, "values", NULL, "show values, where they can be computed")       \
    FLAG(const char *, level, WG_PICTURE_FILE, "level", "written|ops|plan",                               \
         "written (default): the calls of the program; ops: every node; plan: the steps that run")        \
    FIELD(bool, backward, WG_PICTURE_NODES,                                                               \
          "show gradients of the root, a scalar, in the boxes, and dashed edges back")                    \
    FIELD(const wg_node *, wrt, WG_PICTURE_NODES,                                                         \
          "with backward: gradients only on paths to these nodes; default: the parameters, or if there are " \
          "none the inputs, but no labels of a loss and no sizes")                                        \
    FIELD(int, wrt_count, WG_PICTURE_NODES, "the number of nodes in wrt")                                 \
    FIELD(const wg_size_name *, sizes, WG_PICTURE_NODES, "sizes that are shown by name")                  \
    FIELD(int, size_count, WG_PICTURE_NODES, "the number of sizes")                                       \
    FIELD(wg_node, beside, WG_PICTURE_GRAPH,                                                              \
          "the root of another graph of this context: what only one of them has stands out, and what differs") \
    FLAG(const char *, overlay, WG_PICTURE_GRAPH, "overlay", "time|bytes|gradient|nan",                   \
         "what each box costs or holds: time, bytes, gradient (its norm), nan (where NaN begins)")        \
    FIELD(const char *, source, WG_PICTURE_GRAPH,                                                         \
          "in html: the text of the program, whose lines the call sites name; default: the call sites")   \
    FIELD(const wg_node_mark *, marks, WG_PICTURE_NODES,                                                  \
          "nodes that stand out: wrong ones red, affected ones orange, with their texts")                 \
    FIELD(int, mark_count, WG_PICTURE_NODES, "the number of marks")                                       \
    FLAG(bool, steps, WG_PICTURE_NODES, "steps", NULL,                                                    \
         "step by step. svg: a file a step, by -o 'name-%02d.svg', or one sheet; tex: overlays for beamer; " \
         "txt: a step a line")                                                                            \
    FLAG(const char *, hide, WG_PICTURE_NODES, "hide", "NAMES",                                           \
         "? in place of these numbers, as z,dz, and of what follows from them: predict first; in html until a click") \
    FLAG(int, width, WG_PICTURE_TEXT, "width", "N", "in txt: at most N columns a line (default 100)")     \
    FIELD(bool, ansi, WG_PICTURE_TEXT, "in txt: names are bold, by escapes for a terminal")               \
    FLAG(bool, top_down, WG_PICTURE_DOT, "dir", "LR|TB", "left to right (default) or top to bottom")      \
    FLAG(bool, legend, WG_PICTURE_DOT, "legend", NULL, "say below the title what colours and lines mean") \
    FLAG(bool, no_scopes, WG_PICTURE_GRAPH, "no-scopes", NULL, "draw no frames around scopes")            \
    FLAG(int, most, WG_PICTURE_DOT | WG_PICTURE_TEXT, "most", "N",                                        \
         "at most N boxes (default 400). Beyond that repeated nodes share a box; still more is an error") \
    FIELD(int, fold, WG_PICTURE_NODES,                                                                    \
          "repeated nodes share a box. 1: always, -1: never, 0: in graphs of more nodes than most")       \
    FIELD(bool, series, WG_PICTURE_GRAPH,                                                                 \
          "of scopes h.0, h.1, ... that are alike the first is drawn, in a frame with their number; not in html " \
          "or with steps")                                                                                \
    FLAG(const char *, fit, WG_PICTURE_GRAPH, "for", "slide|page|screen",                                 \
         "the canvas has this size, and texts can be read there: less is shown until they fit")           \
    FLAG(const char *, keep, WG_PICTURE_GRAPH, "keep", "NAMES", "with --for: these have boxes of their own") \
    FLAG(int, depth, WG_PICTURE_GRAPH, "depth", "N", "a scope of this depth is one box, 1: the outermost") \
    FLAG(double, seconds, WG_PICTURE_DOT, "seconds", "N", "time limit of rsvg-convert (default 20)")      \
    FIELD(const wg_limits *, limits, WG_PICTURE_PLAN,                                                     \
          "limits of the machine to compare with; NULL: none")

#define WG_DRAW_FIELD_(type, name, ...) type name;
typedef struct wg_draw_opts {
    WG_DRAW_OPTIONS(WG_DRAW_FIELD_, WG_DRAW_FIELD_)
    uint64_t reserved[4];
} wg_draw_opts;
typedef wg_draw_opts wg_draw_plan_opts;

/* Draws root and every node that it depends on; or the whole graph, a failed call included. Path "-" is
 * standard output. o may be NULL. Works on a failed context. */
WG_API wg_status wg_draw_at(wg_site here, wg_node root, const char *path, const wg_draw_opts *o);
#define wg_draw(root, ...) wg_draw_at(WG_AT(#root), root, __VA_ARGS__)
WG_API wg_status wg_draw_graph_at(wg_site here, wg_graph *g, const char *path, const wg_draw_opts *o);
#define wg_draw_graph(g, ...) wg_draw_graph_at(WG_AT(#g), g, __VA_ARGS__)
/* The picture as the text of a file "dot", "svg", "txt", "json" ... by .format (default txt). Free it with
 * wg_free. NULL after an error. */
WG_API char *wg_draw_text_at(wg_site here, wg_node root, const wg_draw_opts *o);
#define wg_draw_text(root, ...) wg_draw_text_at(WG_AT(#root), root, __VA_ARGS__)

/* A formula of formula.h as an element <svg> for a page: fractions, roots, letters above and below. Its texts have the
 * class ink, its lines the class rule; its baseline is the text's. Its label is the formula in one line. Free it with
 * wg_free. NULL after an error, which says where the formula breaks a rule. */
WG_API char *wg_formula_svg_at(wg_site here, wg_context *c, const char *formula);
#define wg_formula_svg(c, formula) wg_formula_svg_at(WG_AT(#formula), c, formula)

/* The picture as a graph of libcgraph, for programs that lay out, filter, colour or write it with Graphviz:
 *
 *     #include <graphviz/cgraph.h>
 *     Agraph_t *g = wg_draw_agraph(loss, &(wg_draw_opts){ .values = true, .backward = true });
 *     agwrite(g, stdout);
 *     agclose(g);
 *
 * It is the graph that .format "dot" writes: docs/drawing.md lists its attributes. It is yours, also after
 * wg_finish: close it with agclose. Link the program with what `pkg-config --libs libcgraph` says. NULL after an
 * error. */
struct Agraph_s;
WG_API struct Agraph_s *wg_draw_agraph_at(wg_site here, wg_node root, const wg_draw_opts *o);
#define wg_draw_agraph(root, ...) wg_draw_agraph_at(WG_AT(#root), root, __VA_ARGS__)

/* Draws a plan of plan.h. With .level "plan" wg_draw does so too, with the plan of its root, or with .backward
 * of its gradients. txt: a table of steps, memory and speeds. dot, svg, png, pdf: the nodes of each step in a
 * frame. */
WG_API wg_status wg_draw_plan_at(wg_site here, wg_context *c, const wg_plan *p, const char *path,
                                 const wg_draw_plan_opts *o);
#define wg_draw_plan(c, p, ...) wg_draw_plan_at(WG_AT(#p), c, p, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
