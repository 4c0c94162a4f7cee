/* page.h: a picture as one HTML file that loads nothing.
 *
 *     page_write.c      the page: the SVG, the program beside it, all steps as a list, the scripts with
 *                       the ops that the page needs
 *     page_parts.c      the pictures of its parts
 *     page_data.c       what the script reads, as JSON (json.c)
 *     page_nodes.c      of that the nodes, which the script computes
 *     page_formula.c    and the formulas of elementwise ops
 *     page_terms.c      the terms of ops that add elements or products of them
 *     page_simpler.c    and ops as nodes of simpler ones
 *     page.css          how it looks, on light and dark pages and in print
 *     page.js           steps, tensors, "?" until clicked, leaves that can be changed
 *     page_parts.js     parts open in place
 *     page_camera.js    which part of the picture is in view: follows the steps; wheel, drag, fingers, keys
 *     page_edges.js     labels of edges, and paths: by the option `edges`
 *     page_numbers.js   computes all nodes from changed leaves
 *     page_ops.js       the ops that it knows by name
 * Without scripts the page shows everything. What is not known yet at the first step is hidden by the
 * script alone. */
#ifndef WGI_DRAW_PAGE_H
#define WGI_DRAW_PAGE_H

#include "draw/step_states.h"
#include "draw/svg.h"

/* A line of the program beside the picture. */
typedef struct wgi_source_line {
    int number; /* in its file */
    const char *text;
} wgi_source_line;

/* The program: the option `source`, or without it the call sites of the items. */
typedef struct wgi_source {
    const char *name; /* the file, without folder; "": it is not known */
    wgi_source_line *line;
    int64_t lines;
    int *line_of; /* by item: the index of its line; -1: it has none */
} wgi_source;

/* A picture of the page: the whole, or what stands in one of its boxes. */
typedef struct wgi_sheet {
    const wgi_picture *p;
    wgi_step_places at;
    wgi_svg svg;
    int level; /* of page_parts.c */
    int of;    /* the box that it opens, by its number in the page; -1: the whole */
    const char *title;
    int64_t first_box, first_link; /* its boxes and links are numbered from here on in the page */
} wgi_sheet;

/* The page: what its parts are made from. */
typedef struct wgi_page {
    const wgi_picture *p;
    wgi_step_states s;
    wgi_source source;
    wgi_hidden hidden;
    wgi_sheet *sheet; /* [0] is the whole; a part stands behind the one that has its box */
    int sheets;
    const char *id;
    unsigned char *used; /* by block of the script: the page needs it */
    wgi_strbuf *b;
} wgi_page;

/* page_parts.c. Call it when the states are made. Close the parts in either case. */
wg_status wgi_page_find_parts(wgi_page *w);
void wgi_page_put_parts(wgi_page *w);
void wgi_page_close_parts(wgi_page *w);

/* page_data.c. A JSON object that may stand in <script>. */
void wgi_page_data(wgi_page *w);

enum { WGI_PAGE_LEAF = 1024 }; /* the most numbers of a leaf that a page has */

/* The nodes of the page's data; -1: there are none. */
typedef struct wgi_page_places {
    int32_t *value;        /* by item */
    int32_t *term, *total; /* by backward step: the term, and the gradient after it */
} wgi_page_places;

/* page_nodes.c. The members "nodes", "maps" and "lists". */
void wgi_page_nodes(wgi_page *w, wgi_page_places *at);

/* Terms of windows: the result has the second operand's elements that stand where the first one has the
 * largest of each window, the first of several; or it gets them there. */
typedef enum wgi_page_windows { WGI_NO_WINDOWS, WGI_WINDOWS_GIVE, WGI_WINDOWS_GET } wgi_page_windows;

/* Numbers that terms multiply by. alone: they are numbers of the result, whatever the operands are. */
typedef struct wgi_page_weights {
    const double *x;
    int count;
    bool alone;
    wgi_page_windows windows;
    bool largest; /* the result is the largest term, and not their sum */
} wgi_page_weights;

/* page_terms.c. Of a node whose elements are sums of elements of its operands, or of products of two: the
 * terms as JSON, [2, loops] or [3, loops]. A loop is [r, i] or [r, i, j], element r of the result and those
 * it adds, then, from the outermost loop to the innermost, a count and the steps of each index. i counts
 * through all operands, one behind the other. Where weights->count is not 0, the weights are another operand,
 * the last one; where they stand alone, the only one. g is a graph for trials. NULL: the node is no such
 * sum. */
const char *wgi_page_terms(wgi_page *w, wg_graph *g, wg_node n, wgi_page_weights *weights);

/* page_simpler.c. Sets y to nodes that have the values of n, an op of the operands x. false: it knows
 * none. */
bool wgi_page_simpler(wg_node n, const wg_node x[], wg_node y[]);

/* page_formula.c. How an element of the node follows from one element of each operand, by its op's formula,
 * as JSON: a number, [operand] or [name, argument ...]. NULL: it does not, or the script does not know all
 * that stands in the formula. */
const char *wgi_page_formula(const wgi_view *v, wg_node n);

/* ---- json_options.c ---- */

/* The member "p": options that differ from their defaults; nothing if there are none. */
void wgi_json_options(wgi_pool *pool, wgi_strbuf *b, const wg_op *op, const void *attr);

/* graph_json.c. All digits. Of more than 1,000 elements, or `most` bytes, a summary. */
const char *wgi_json_value(wgi_pool *pool, const wg_tensor *t, size_t most);

/* page_write.c. Marks what the op needs in `used` of the page. false: the page cannot compute it. */
bool wgi_page_use(const wg_op *op, unsigned char *used);

#endif
