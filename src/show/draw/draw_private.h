/* draw_private.h: what a picture shows, without saying how: boxes, links and frames with their texts.
 *
 *     graph --view/--> wgi_view
 *     wgi_view --graph_picture.c (picked_nodes.c, alike_runs.c, box_texts.c, copied_boxes.c,
 *                                 gradient_places.c)--> wgi_picture
 *     two of them --difference.c--> one wgi_picture
 *     plan  --draw_plan_steps.c (copied_boxes.c)--> wgi_picture
 *     wgi_picture --the wgi_format of its file--> a text
 *
 * A picture is made from nodes in creation order, so equal graphs give equal pictures. Texts are valid
 * UTF-8 without control characters and are not escaped. Lines are separated by '\n'. An absent text is
 * "".
 */
#ifndef WGI_DRAW_PRIVATE_H
#define WGI_DRAW_PRIVATE_H

#include <string.h>

#include "formula/formula.h"
#include "text/text.h"
#include "view/equation.h"
#include "view/view.h"
#include "wengert/draw.h"
#include "wgx/graph.h"

/* ---- units.c: quantities, and the ops of a plan's step ---- */

void wgi_put_bytes(wgi_strbuf *b, double v); /* 384 KiB */
void wgi_put_time(wgi_strbuf *b, double s);  /* 12.4 µs */
void wgi_put_share(wgi_strbuf *b, double v); /* of 0.12: 12 %; of 0.001: < 1 % */
void wgi_put_count(wgi_strbuf *b, double v); /* 51.4 M */
/* "add, relu ×3", at most that many characters. */
void wgi_plan_put_ops(wgi_strbuf *b, const wg_plan *p, const wg_plan_step *s, int most);

/* ---- the picture ---- */

enum {
    WGI_MOST_BOXES = 400, /* unless .most says otherwise */
    WGI_MOST_FRAMES = 2000
};

typedef enum wgi_box_kind {
    WGI_BOX_INPUT,
    WGI_BOX_PARAMETER,
    WGI_BOX_CONSTANT,
    WGI_BOX_STATE,
    WGI_BOX_OP,
    WGI_BOX_LOSS,
    WGI_BOX_FAILED,
    WGI_BOX_GRADIENT, /* an op of a derivative, in a plan */
    WGI_BOX_WRONG,    /* by the option marks */
    WGI_BOX_AFFECTED,
    WGI_BOX_DIFFERS, /* by the option beside */
    WGI_BOX_FIRST,
    WGI_BOX_SECOND,
    WGI_BOX_KINDS
} wgi_box_kind;

typedef struct wgi_box {
    wgi_box_kind kind;
    bool is_copy;      /* drawn again for one use of a box that many nodes use; it has that box's texts */
    bool odd_value;    /* the value has a NaN or an infinity */
    bool odd_gradient; /* the gradient has one */
    bool on_gradient_path;
    bool hides_gradient; /* reduced_texts.c */
    bool is_expression;  /* the name is: its gradient is d(1 − a) */
    int frame;           /* the innermost one; -1: none */
    int64_t last_link;   /* the latest link from it, plus 1; 0: none */
    int under;           /* it is the gradient of this box, plus 1, and stands under it; 0: it stands alone */
    bool is_large;       /* all its texts have at least the size of body text, and it has no caption */
    int64_t times;       /* of a run: how many parts it has; 1: a node */
    wg_node node;        /* wg_none: a run, or a step of a plan */
    const char *name;    /* short; the gradient is written d<name> */
    const char *title;   /* name, or formula */
    /* Title and name as SVG shows them; the name on one line. NULL: as the text. */
    const wgi_laid_formula *formula, *symbol;
    const char *detail, *word, *shape, *value, *gradient, *tip;
    const char *site;                       /* where the node was made: "model.c:7" */
    const char *value_data, *gradient_data; /* all digits, as JSON, for formats that have them; "": none */
    const char *mark;                       /* the text of a mark; or NULL */
    const char *note;                       /* what was measured or checked, ""; or NULL */
    bool passed;                            /* the note says that a check has passed */
    double share; /* of the largest amount that was measured: the length of a bar, 0 to 1; 0: no bar */
    /* By the option `hide`: the texts for which "?" stands in value and gradient; NULL: not hidden. */
    const char *hidden_value, *hidden_gradient;
} wgi_box;

enum { WGI_LABEL_PIECES = 8 };
/* "∂c/∂a = b = 3". */
typedef struct wgi_edge_label {
    const char *text;
    double derivative;
    int64_t from, to; /* items */
    struct {
        const char *text;
        const wgi_laid_formula *formula; /* in the place of the text; NULL: none */
    } piece[WGI_LABEL_PIECES];
    int pieces; /* the last one is the number */
} wgi_edge_label;

typedef struct wgi_link {
    int from, to; /* boxes: operand and consumer; for a gradient the other way round */
    bool back;    /* a gradient's */
    bool loop;    /* from one repetition to the next; it may begin and end at one box */
    bool light;   /* if not all links can be straight, this one bends */
    bool turned;  /* the box `to` stands before `from`, or under it: gradient_places.c */
    const struct wgi_edge_label *label; /* by the option `edges`; NULL: it has none */
    int64_t before;                     /* the link before it from the same box, plus 1; 0: none */
    int64_t times;
} wgi_link;

typedef struct wgi_frame {
    int parent;               /* an earlier frame; -1: none */
    const char *name, *title; /* title: of a function's call, h = block(x); NULL: the name */
    wg_site here;             /* of the first node in it */
    bool heavy;               /* drawn bold: a step that takes a good part of the plan's time */
} wgi_frame;
static inline const char *wgi_frame_title(const wgi_frame *f) { return f->title ? f->title : f->name; }

/* A run of alike nodes: `times` parts of `period` nodes each, from position `begin` on. */
typedef struct wgi_alike_run {
    int64_t begin, period, times;
    int64_t rest;  /* how many nodes behind the last part are like the first ones of a part */
    bool has_loop; /* of a repeat: the parts share their parameters */
    int frame;     /* of a repeat */
} wgi_alike_run;

/* By position, unless another index is named: a picked item of the view has a position, in creation order. */
typedef struct wgi_positions {
    int64_t nodes;          /* how many positions there are */
    uint32_t *index;        /* of its node in the graph */
    int32_t *item;          /* in the view */
    int32_t *position;      /* by index in the graph: the position, WGI_ABSENT or WGI_NUMBER */
    int64_t *first;         /* the operands of position i are arg[first[i]] .. arg[first[i + 1] - 1] */
    int32_t *arg;           /* positions, or WGI_ABSENT, WGI_NUMBER */
    unsigned char *on_path; /* the gradient passes this node */
    unsigned char *shared;  /* see wgi_is_shared */
    int32_t *box_of;
} wgi_positions;

/* What is drawn in fewer boxes: reduced_boxes.h. In other pictures only `run` and `hidden` are set. */
typedef struct wgi_reduction {
    bool folds_series;           /* of scopes h.0, h.1, ... that are alike the first is drawn */
    unsigned closed;             /* a bit for each wgi_part_kind */
    struct wgi_reducer *reducer; /* the table of parts */
    int32_t *into;               /* by position: the position in whose box it is drawn; itself: its own box */
    unsigned char *inside;       /* by item: its formula is within that of its consumer */
    int32_t *part_of;            /* by position: the call or scope whose box it is, plus 1; 0: none */
    wgi_alike_run *run;          /* in order of begin */
    int64_t runs;                /* with boxes of their own */
    wgi_alike_run *repeat;       /* in order of begin; its first part is drawn */
    int64_t repeats;
    int64_t values_hidden;  /* of how many boxes */
    const char *hidden;     /* the last line of the picture, which says what is not shown; "" */
    unsigned char *outside; /* of a part: by position: it is used there, and drawn again with its name */
    const int *row;         /* by box, without copies: its row in the layout before; NULL: there is none */
} wgi_reduction;

typedef struct wgi_picture {
    /* Who makes a picture sets these, and less.folds_series. */
    wg_context *c;
    wgi_pool *pool; /* has all memory of the picture, of its view and of its writers' texts */
    wg_graph *g;    /* NULL: a plan is shown, and the fields from root to less are empty */
    wg_site here;
    const wg_draw_opts *o;
    const char *path; /* of the file, whose name is the picture's id unless an option is; NULL: none */
    const struct wgi_format *format;

    wg_node root;         /* whose gradients are shown; wg_none: there is no such node */
    wgx_failure *failure; /* NULL: none */
    wgi_view view;
    wgi_positions at;
    wgi_reduction less;

    wgi_box *box;
    int64_t boxes;
    wgi_link *link;
    int64_t links;
    wgi_frame *frame;
    int frames;
    const struct wgi_locals *locals; /* of edge_labels.c; NULL: not yet known */
    struct wgi_formula_work *work;   /* of box_formulas.c; NULL: there is none yet */
} wgi_picture;

/* Records that an option is wrong, and gives WG_ERROR_VALUE. */
#define WGI_REFUSE(p, ...) WGI_DRAW_FAIL((p)->c, (p)->here, WG_ERROR_VALUE, __VA_ARGS__)
/* The status, or an error if memory was missing. */
static inline wg_status wgi_no_memory(const wgi_picture *p, const wgi_strbuf *out, wg_status s)
{
    if (s != WG_ERROR_MEMORY && !p->pool->failed && !out->failed) return s;
    return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_MEMORY, "draw: no memory for the picture");
}

/* ABSENT: not in the picture. NUMBER: shown in the formulas of its consumers only. */
enum { WGI_ABSENT = -1, WGI_NUMBER = -2 };

/* boxes.c */
void wgi_picture_clear_boxes(wgi_picture *p); /* only the nodes are left */
bool wgi_picture_room(wgi_picture *p, int64_t boxes, int64_t links, int64_t frames);
wgi_box *wgi_add_box(wgi_picture *p, wgi_box_kind kind, int frame);
/* Call it in the order of `to`. In plans, and where one of the boxes is a run, equal links are one link
 * that counts them. */
void wgi_link_boxes(wgi_picture *p, int from, int to);
/* The link, unless there is one between these boxes already. */
void wgi_link_once(wgi_picture *p, wgi_link k);
/* What the picture is of, and what a frame is: "scope", "step". */
const char *wgi_picture_subject(const wgi_picture *p);
const char *wgi_frame_kind(const wgi_picture *p);

static inline wg_node wgi_node_at(const wgi_picture *p, int64_t position)
{
    return wg_graph_node(p->g, p->at.index[position]);
}
static inline const wgi_item *wgi_item_at(const wgi_picture *p, int64_t position)
{
    return &p->view.item[p->at.item[position]];
}
static inline bool wgi_is_float(wg_node n) { return wg_dtype_is_float(wg_node_dtype(n)); }
/* An input, a parameter, a constant or a state. */
static inline bool wgi_is_leaf_box(const wgi_box *b) { return b->times == 1 && b->kind <= WGI_BOX_STATE; }

/* picked_nodes.c */
void wgi_pick_nodes(wgi_picture *p, wg_node root);
void wgi_find_gradient_path(wgi_picture *p);

/* alike_runs.c. Finds runs until at most `most` boxes remain or nothing more repeats. How many boxes
 * remain; -1: no memory. kept: by position: is in no run; NULL: each may be. */
int64_t wgi_find_alike_runs(wgi_picture *p, int64_t most, const unsigned char *kept);
/* The same of scopes h.0, h.1, ... that are alike. */
void wgi_find_series(wgi_picture *p, const unsigned char *kept);
/* The length of the outermost path like "enc/h.12" that the scope is in, and of "enc/h."; 0: none. */
size_t wgi_series_scope(const char *scope, size_t *name);
/* Whether a parameter of a series is used in several of its scopes: it stands before the first of them. */
static inline bool wgi_is_shared(const wgi_picture *p, int64_t position)
{
    return p->at.shared && p->at.shared[position];
}

/* graph_picture.c. Root and all below it, or the whole graph when root is the error node or wg_none. */
wg_status wgi_picture_make(wgi_picture *p, wg_node root);
/* The frame `name` in `parent`, found or made. Beyond WGI_MOST_FRAMES the parent stands for it. */
int wgi_frame_in(wgi_picture *p, int parent, const char *name, size_t length);
/* The nodes alone, for pictures that are reduced. */
wg_status wgi_picture_start(wgi_picture *p, wg_node root);
wg_status wgi_picture_fill(wgi_picture *p); /* the boxes, not reduced */
/* The boxes, with what p->less.closed says in one box (reduced_boxes.h). *boxes: how many there are. Of more
 * than `most` no texts are made, and the picture cannot be written. The boxes before are cleared. */
wg_status wgi_picture_reduce(wgi_picture *p, unsigned closed, int64_t most, int64_t *boxes);
/* What stands in box `of` of p, as a picture: its positions in the boxes of `less`, which has more of them
 * (wgi_reduced_by). What they use of other boxes is drawn again, with its name alone. q->o is set; the view
 * is p's. */
wg_status wgi_picture_part(wgi_picture *q, const wgi_picture *p, int of, const wgi_reduction *less);

/* reduced_texts.c: texts of boxes that stand for several nodes. */
void wgi_describe_part(wgi_picture *p, wgi_box *b, int64_t position); /* reduce_calls.c */
const char *wgi_repeat_title(wgi_picture *p, const wgi_alike_run *r); /* ×8: a₂, ... a₉ */
const char *wgi_hidden_text(wgi_picture *p);
/* Whether the value or the gradient of the node is shown. */
bool wgi_shows(const wgi_picture *p, int64_t position, bool gradient);

/* canvas.c: slides, pages and screens. */
typedef struct wgi_canvas {
    const char *name;
    double w, h;        /* in px; of a page in points */
    double least, most; /* of body text */
    const char *unit;   /* "px" or "pt" */
    bool fixed;         /* the picture has this height, too */
    int64_t boxes;      /* more cannot be legible */
} wgi_canvas;
/* The canvas of a page whose parts can be opened: draw.c has the option `fit` say so. */
#define WGI_WINDOW "window"
bool wgi_is_window(const wg_draw_opts *o);
/* The width and height of a canvas by its size, in px. */
enum { WGI_CANVAS_LEAST = 100, WGI_CANVAS_MOST = 99999 };
/* NULL: no option `fit`, or none of its words and no size. */
const wgi_canvas *wgi_canvas_of(const wgi_picture *p);
wg_status wgi_check_fit(const wgi_picture *p); /* an error then */
/* As wgi_picture_make, reduced until it is legible on the canvas. A window that cannot have so many boxes
 * gets none. */
wg_status wgi_picture_fit(wgi_picture *p, wg_node root);

/* circuit.c: the option `style`. */
bool wgi_is_circuit(const wg_draw_opts *o);

/* sketch.c: the styles of layers. */
bool wgi_is_sketch(const wg_draw_opts *o);
wg_status wgi_sketch_write(wgi_picture *p, wg_node root, wgi_strbuf *out);
/* An error if there is no such style, or if it does not go with the format or another option. */
wg_status wgi_check_style(const wgi_picture *p);

/* overlays.c. The option `overlay`. Call it when all nodes have boxes. An error is recorded if there is no
 * such overlay. */
wg_status wgi_draw_overlay(wgi_picture *p);
/* picked_nodes.c. "; did you mean 'z'?", or nothing; with `gradients` also "dz". */
const char *wgi_nearest_name(const wgi_picture *p, const char *word, size_t length, bool gradients);
/* hidden_numbers.c. Call it when all boxes have their texts. */
wg_status wgi_hide_numbers(wgi_picture *p);
/* The values and gradients that a list of names hides, "z, dw", and those that are computed from them. */
typedef struct wgi_hidden {
    unsigned char *value, *gradient; /* by position */
} wgi_hidden;
/* An error if a name of the list is none, and if memory is missing. */
wg_status wgi_find_hidden(const wgi_picture *p, const char *names, wgi_hidden *h);

/* difference.c. The option `beside`: q is the picture of the other graph, whose texts become p's. Call it
 * before boxes are copied. */
wg_status wgi_show_difference(wgi_picture *p, wgi_picture *q);

/* copied_boxes.c. Call them once all links are there, and the first one first. It needs less.row. */
void wgi_copy_to_rows(wgi_picture *p);
void wgi_copy_shared_boxes(wgi_picture *p);
/* More lines than this from one row to the next, and more rows, are hard to follow. */
enum { WGI_WIRES = 2, WGI_ROWS = 2 };

/* edge_labels.c. The option `edges`: the labels of the links forward. Call it when all of these are there. It
 * is an error if a node is no scalar. */
wg_status wgi_label_edges(wgi_picture *p);
wg_status wgi_check_edges(const wgi_picture *p); /* whether there is such an option */
/* d to/d from of two items, of which `to` uses `from`; NAN: it is not known. */
double wgi_local_derivative(const wgi_picture *p, int64_t to, int64_t from);

/* gradient_places.c. In the graph of a derivative the gradient of a node stands under the node. Call it
 * before edges back are there. */
void wgi_place_gradients(wgi_picture *p);

/* ---- texts ---- */

/* box_texts.c */
bool wgi_is_written_out(wg_shape s);
void wgi_describe_node(wgi_picture *p, wgi_box *b, int64_t position);
void wgi_describe_run(wgi_picture *p, wgi_box *b, const wgi_alike_run *r);
void wgi_describe_failure(wgi_picture *p, wgi_box *b);
/* The gradient rows of all boxes on the gradient's path. */
void wgi_describe_gradients(wgi_picture *p);

/* box_formulas.c. The title of a node that is computed, and what `formula` and `symbol` are. */
void wgi_describe_title(wgi_picture *p, wgi_box *box, int64_t position);
void wgi_lay_out_name(wgi_picture *p, wgi_box *box, const wgi_item *y);
/* A wgi_formula_width: in the fonts of pictures. */
double wgi_formula_text_width(const char *utf8, double size, wgi_formula_face face);
/* An empty formula of the picture's; NULL: no memory, or nobody would read it. */
wgi_formula *wgi_begin_formula(wgi_picture *p);
/* Into that formula: the name of the item, of at most so many characters, or the expression that is its
 * name. */
int wgi_put_name(wgi_picture *p, const wgi_item *y, int most);
/* A node of that formula, laid out for as long as the picture; NULL: it is too long, or there is no
 * memory. */
const wgi_laid_formula *wgi_lay_out(wgi_picture *p, int node, wgi_formula_style style);

/* formula_texts.c. Texts are in the view's pool. */
/* The name as formulas print it: W₁. */
const char *wgi_symbol(const wgi_view *v, const wgi_item *y, int most);
/* What the gradient of a node with this name is called: dz, d(1 − a), or ∂y/∂z. */
const char *wgi_gradient_of(const wgi_view *v, const char *name, bool is_expression);
/* (x + y), of what stands behind a d. */
const char *wgi_enclosed(wgi_pool *pool, const char *name, bool is_expression);
static inline const char *wgi_gradient_of_box(const wgi_picture *p, const wgi_box *b)
{
    return wgi_gradient_of(&p->view, b->name, b->is_expression);
}
/* The right side of e, which is that of y. *whole, unless it is NULL: it is not long, and e is not NULL; else
 * only the call was written. */
const char *wgi_equation_text(const wgi_view *v, const wgi_item *y, const wgi_equation *e, bool *whole);
/* "[m,3]" */
const char *wgi_sizes(const wgi_picture *p, wg_node n);

/* ---- plans: draw_plan_text.c, draw_plan_steps.c ---- */

/* draw_plan.c. The plan of the root, or of its gradients, as the options ask for; `out` is empty before. */
wg_status wgi_plan_level_write(wgi_picture *p, wg_node root, wgi_strbuf *out);
void wgi_plan_text(const wgi_picture *p, const wg_plan *plan, wgi_strbuf *out);
/* Errors begin with the name of the call. */
wg_status wgi_plan_steps(wgi_picture *p, const char *call, const wg_plan *plan, wgi_strbuf *out);

/* ---- legend.c ---- */

/* Grey for all that stands outside the boxes: it can be read on white and on black. */
#define WGI_GREY     "#767676"
#define WGI_VALUE    "#1b5e20"
#define WGI_GRADIENT "#b71c1c"

typedef struct wgi_box_style {
    const char *class, *border, *fill, *dark_border, *dark_fill, *meaning;
    bool heavy;
} wgi_box_style;
extern const wgi_box_style wgi_box_styles[WGI_BOX_KINDS];

/* The other colours: names in SVG's classes and in TikZ, in SVG's variables; on light and on dark pages. */
typedef struct wgi_colour {
    const char *class, *variable, *light, *dark;
} wgi_colour;
enum {
    WGI_INK,
    WGI_FAINT,
    WGI_OUTSIDE,
    WGI_OF_VALUE,
    WGI_OF_GRADIENT,
    WGI_ODD,
    WGI_LINE,
    WGI_BACK,
    WGI_ALARM,
    WGI_COLOURS
};
extern const wgi_colour wgi_colours[WGI_COLOURS];

typedef enum wgi_legend_sample { WGI_LEGEND_BOX, WGI_LEGEND_FRAME, WGI_LEGEND_WORDS } wgi_legend_sample;

/* What the legend explains: a box or frame with the text in it, or the text alone. */
typedef struct wgi_legend_entry {
    wgi_legend_sample sample;
    const wgi_box_style *style; /* of a box */
    const char *color, *text;
    bool heavy, dashed;
} wgi_legend_entry;
enum { WGI_LEGEND_MOST = WGI_BOX_KINDS + 7 };
/* How many there are. */
int wgi_legend_entries(const wgi_picture *p, wgi_legend_entry list[]);

/* A row of an HTML label's table. */
void wgi_put_legend(wgi_strbuf *b, const wgi_picture *p);

/* ---- from picture to file ---- */

/* draw_options.c. The next line of a text, which then begins behind it; NULL: there is none. */
const char *wgi_next_line(wgi_pool *pool, const char **text);
/* The first name of a list "a, b", which then begins behind it. false: there is none. */
bool wgi_next_name(const char **list, const char **name, size_t *length);
static inline bool wgi_is_called(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

/* draw_options.c. The option `level`. */
typedef enum wgi_level { WGI_LEVEL_WRITTEN, WGI_LEVEL_OPS, WGI_LEVEL_PLAN, WGI_LEVELS } wgi_level;
wgi_level wgi_level_of(const wg_draw_opts *o); /* WGI_LEVELS: it is none of its words */

/* draw_options.c. An error names the first option that is out of its range, or that does not go with this
 * kind of picture. */
wg_status wgi_draw_options_fit(wg_context *c, wg_site here, const char *call, const wg_draw_opts *o);
wg_status wgi_draw_fits(const wgi_picture *p, const char *call, wg_picture_kind kind);

/* A format of pictures: a file that describes it, and a row of WG_DRAW_FORMATS in draw.h. */
typedef struct wgi_format {
    const char *name; /* and the ending of files */
    /* `out` is empty before. The caller looks for missing memory. */
    wg_status (*write)(wgi_picture *p, wgi_strbuf *out);
    wg_status (*write_steps)(wgi_picture *p, wgi_strbuf *out); /* by the option `steps`; NULL: it has none */
    bool is_list;                                              /* WG_PICTURE_TEXT */
    bool is_whole;                                             /* of every node */
    size_t most_data; /* of how many bytes the digits of a value may be; 0: it has a value's text alone */
    bool is_page;     /* it has values, and hides and reveals numbers by itself */
    bool is_image;    /* of an SVG: it can be a circuit */
    bool needs_latex; /* formulas are wanted as LaTeX, too */
} wgi_format;
#define WGI_DECLARE_FORMAT_(name, kinds) extern const wgi_format wgi_format_##name;
WG_DRAW_FORMATS(WGI_DECLARE_FORMAT_)
extern const wgi_format wgi_agraph_format; /* dot.c. Its text is the address of the graph that dot would
                                            * write */
/* draw.c. By the option `format`, else the path's ending, in letters of any case; gv is dot. NULL: pictures
 * of this kind (wg_picture_kind) have no such format. */
const wgi_format *wgi_format_of(const char *path, const char *option, unsigned kinds);
/* "dot, svg or txt" */
const char *wgi_formats_text(wgi_pool *pool, unsigned kinds);
wg_status wgi_picture_write(wgi_picture *p, wgi_strbuf *out);

#endif
