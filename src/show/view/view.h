/* view.h: a graph as its author wrote it. Pictures and steps are made from a view.
 *
 *     graph --items.c--> a list of items: leaves and calls, each with its operands
 *           --names.c--> the name of each item
 *           --folded.c--> a derivative without what changes nothing: 1 · y, y + 0
 *           --names.c--> of a derivative: dz
 *           --expressions.c--> the expression that is the name of an item without one: 1 − a
 *           --view.c--> the items that a gradient passes
 *           --layer_chain.c--> the layers of a net
 *
 * An item is a leaf or a call as it was written: J = mean(L) is one item, though the graph has several
 * nodes for it. The items are in the order in which the graph's nodes were made. So operands stand before
 * their consumers.
 */
#ifndef WGI_VIEW_H
#define WGI_VIEW_H

#include "formula/formula.h"
#include "text/text.h"
#include "wengert/graph.h"

typedef enum wgi_view_level {
    WGI_WRITTEN, /* calls as they were written */
    WGI_OPS      /* every node */
} wgi_view_level;

/* Where the name of an item comes from. */
typedef enum wgi_name_source {
    WGI_NAMELESS,        /* it has none, and its name is "": only in a view of more than 5,000 items */
    WGI_NAME_GIVEN,      /* by wg_name, wg_input or wg_param */
    WGI_NAME_ARGUMENT,   /* an argument of a call that used it was a variable of this name */
    WGI_NAME_NUMBERED,   /* several nodes were in a variable of this name: "h_2" is the second of them */
    WGI_NAME_LAYER,      /* by wgx_layer_node, in a layer */
    WGI_NAME_GRADIENT,   /* it is the gradient of an item with a name: "dz" */
    WGI_NAME_EXPRESSION, /* of no name; it is short: "1 − a" */
    WGI_NAME_OP          /* its expression is long, or an earlier item has it: its op and a number, "add_1" */
} wgi_name_source;

typedef struct wgi_item {
    uint32_t node; /* index of the graph's node that has its value */
    int64_t call;  /* of wgx_graph_call; -1: the node itself */
    const wg_op *op;
    const void *attr; /* the op's options; NULL: none */
    wg_site here;
    int64_t first; /* its operands are arg[first] .. arg[first + operands - 1] */
    int operands;
    wgi_name_source source;
    const char *name;  /* valid as long as the view */
    uint8_t look;      /* of the name: wgi_name_look */
    const char *shown; /* in the place of a name that several items have; NULL: the name */
    const char *alias; /* of an item whose expression is not so short: conv_1. NULL: it has none */
    /* Where the name is an expression: its tree, whose root is tree[root]. Else NULL. */
    const wgi_formula_node *tree;
    int root;
    /* folded.c. is_inline: a number or a stream without a name, which is shown where it is used. folded: the
     * number is known though it has another shape, or is computed. shows_number: likewise, but it has a
     * name. */
    bool is_inline, folded, shows_number;
    double number;
    /* folded.c. A constant that a builder made of several nodes, as it was written: arange(4). NULL: it is
     * none. */
    const char *words;
    bool stored; /* words say from which state of its layer alone it is computed: from h.mean */
} wgi_item;

/* An operand that is no item of the view: an optional one that was not given. */
enum { WGI_NO_ITEM = -1 };
/* Nobody reads the names and formulas of more items: then no expressions are made, no name is compared with
 * each other one, and formulas of boxes stay on one line. */
enum { WGI_READ_MOST = 5000 };

typedef struct wgi_view {
    wg_context *c;
    wgi_pool *pool; /* has all memory of the view */
    wg_graph *g;
    wgi_view_level level;
    const char *source; /* of the program; NULL: not known */
    bool has_sigma;     /* an item is called σ, so the logistic function is written sigmoid(x) */
    bool has_e;         /* an item is called e, so e to the power of x is written exp(x) */
    bool leaves_change; /* of a page: what is true of a leaf's value now may not stand in a rule */
    /* Set by who shows gradients of an item y beside other nodes that are called dz: its name, since the
     * gradients are then called ∂y/∂z. NULL: they are called dz. */
    const char *partial_of;
    bool aliases;    /* of a picture of few boxes: a long expression has a name of its own */
    bool has_locals; /* ∂y/∂z stands at edges for a local derivative: then a whole one is dy/dz */
    wgi_item *item;
    int64_t items;
    int32_t *arg; /* items, or WGI_NO_ITEM */
    /* By index of the graph's node: the item that it is, or that it was made for. WGI_NO_ITEM: none. */
    int32_t *item_of;
    struct wgi_view_ops *ops; /* equation.c */
} wgi_view;

/* Makes a view of the roots and all that they depend on; of no roots: of the whole graph. here: of the call
 * whose first argument is the first root; or NULL. source: the program's text, in which sites have lines and
 * columns; NULL: it is not known. */
wg_status wgi_view_make(wgi_view *v, wgi_pool *pool, wg_graph *g, const wg_node root[], int roots,
                        wgi_view_level level, wg_site here, const char *source);

/* Sets on_path[i] to 1 for each item that the gradient of item `root` passes on its way to the nodes
 * wrt[0 .. n); wrt NULL: to the parameters, or if there are none, to the inputs. on_path has an entry for
 * each item, all zero before. */
void wgi_view_find_path(const wgi_view *v, int64_t root, const wg_node wrt[], int n, unsigned char *on_path);

/* expressions.c. Where nothing is said of single nodes, as of their gradients: a second node with the
 * expression of another is called by it, too, and not sum_1. Its name stays, for lists. */
void wgi_view_open_twins(wgi_view *v);

/* words.c. The call or the list that the program has at a place, "lstm(x, 4)"; outer: that of the outermost
 * of the calls around it. "": it is not known. */
const char *wgi_view_words(const wgi_view *v, wg_site here, bool outer);
bool wgi_is_same_call(wg_site a, wg_site b); /* whether the outermost call around both is the same one */

/* names.c. Whether two names are printed alike: a1 and a_1. */
bool wgi_view_looks_alike(const char *a, const char *b);
/* Whether an item has a name that is printed so. */
bool wgi_view_has_name(const wgi_view *v, const char *name);

/* layer_chain.c. A layer: the numbers are items; WGI_NO_ITEM: the layer has no such part. */
typedef struct wgi_layer {
    int32_t input, weights, bias;
    int32_t linear, sum; /* x W, and x W + b; without a bias, and of `dense`, the same item */
    int32_t norm, activation, dropout;
    int32_t gamma, beta; /* operands of the norm */
    int32_t part[3];     /* those of the three that it has, in their order */
    int parts;
    int32_t output;          /* the last of these */
    bool turned;             /* W x, not x W */
    bool transposed;         /* the product is one with Wᵀ, by its option */
    int64_t inputs, outputs; /* units */
} wgi_layer;

/* The chain of layers that leads to an item. */
typedef struct wgi_layers {
    wgi_layer *layer; /* from the input on */
    int64_t layers;
    int64_t output;       /* item, of the last layer */
    bool has_loss;        /* the item is a number that is computed from the output of the last layer */
    const char *obstacle; /* why there is no chain, with the name of an item; NULL: there is one */
    int64_t obstacle_at;  /* this item */
} wgi_layers;

/* Look at v->pool->failed behind it. */
void wgi_find_layers(const wgi_view *v, int64_t root, wgi_layers *to);
/* "'c' is no layer: it multiplies 'f' and 'i'" */
const char *wgi_no_layer(const wgi_view *v, int64_t i);

/* expressions.c. "[1, 2, … ×9]", "[[1, 2, …], … 4×3]": the first numbers, and the sizes; and a row
 * without its closing bracket. */
void wgi_put_cut(wgi_strbuf *b, const wg_tensor *t);
void wgi_put_row(wgi_strbuf *b, const wg_tensor *t, int64_t from, int64_t count);

/* ---- for the files of this room ---- */

void wgi_view_find_items(wgi_view *v, const wg_node root[], int roots); /* items.c */
void wgi_view_find_names(wgi_view *v, int64_t root, wg_site here);      /* names.c */
void wgi_view_fold(wgi_view *v, const wg_node root[], int roots);       /* folded.c */
void wgi_view_name_gradients(wgi_view *v);                              /* names.c */
void wgi_view_find_looks(wgi_view *v);                                  /* names.c: x1 beside x_1 */
void wgi_view_find_expressions(wgi_view *v);                            /* expressions.c */

static inline wg_node wgi_item_node(const wgi_view *v, int64_t i)
{
    return wg_graph_node(v->g, v->item[i].node);
}
static inline wg_shape wgi_item_shape(const wgi_view *v, int64_t i)
{
    return wg_node_shape(wgi_item_node(v, i));
}
static inline wg_leaf wgi_item_leaf(const wgi_view *v, int64_t i)
{
    return wg_node_leaf(wgi_item_node(v, i));
}
/* Whether a builder has made the item, which then has its caller's place without the text of arguments. */
static inline bool wgi_is_built(const wgi_item *y)
{
    return y->here && *y->here && wg_site_place(y->here) == y->here;
}
/* What the item is called beside its expression; NULL: nothing else. */
static inline const char *wgi_alias(const wgi_view *v, const wgi_item *y)
{
    return v->aliases ? y->alias : NULL;
}
/* Operand k of y: an item, or WGI_NO_ITEM. */
static inline int32_t *wgi_operand(const wgi_view *v, const wgi_item *y, int k)
{
    return &v->arg[y->first + k];
}

#endif
