/* graph.h: building a graph, running it by reading from it, and looking at it.
 *
 *     wg_begin(g, WG_TRAIN);
 *     wg_node x = wg_input(g, "x", b.x);
 *     wg_node y = wg_relu(wg_mul(x, 2));
 *     printf("%g\n", wg_item(wg_sum(y)));        reading runs what it needs
 *
 * A graph is a list of immutable nodes in creation order. A node is a small value: copy it, keep it until the next
 * wg_begin. Between two begins there is at most one evaluation: a snapshot of inputs, parameters and the random epoch,
 * opened by the first read or doer, ended by wg_begin, by wg_input_set, and by a wg_backward that finds newer parameters.
 * Once a parameter has moved, only results can be read: nodes read before, roots of doers, and wg_keep nodes.
 * (C does not order the arguments of a call: where the order of creation matters, use one statement each.)
 */
#ifndef WENGERT_GRAPH_H
#define WENGERT_GRAPH_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_graph  wg_graph;
typedef struct wg_params wg_params;
typedef struct wg_op     wg_op;

/* A node by value. graph NULL: a weak number (index and generation hold it), or wg_none when all is zero. */
typedef struct wg_node {
    wg_graph *graph;
    uint32_t  index;
    uint32_t  generation;
} wg_node;

#ifndef __cplusplus
#define wg_none ((wg_node){ NULL, 0, 0 }) /* no node: 'no derivative' in a rule, the end of a list */
#else
#define wg_none (wg_node())
#endif
static inline bool wg_is_none(wg_node n) { return !n.graph && !n.index && !n.generation; }

/* A number as an operand: it takes the other operand's dtype. */
WG_API wg_node wg_number(double value);

#ifdef __cplusplus
}
static inline wg_node wg_operand_of(wg_node n) { return n; }
static inline wg_node wg_operand_of(double v) { return wg_number(v); }
#define WG_OPERAND(x) wg_operand_of(x)
extern "C" {
#else
static inline wg_node wg_node_itself(wg_node n) { return n; }
/* wg_number where the compiler sees it: its bits inverted, so that wg_none is a NaN that no number has. */
static inline wg_node wg_number_of(double value)
{
    union {
        double   value;
        uint64_t bits;
    } u;
    u.value = value;
    if (value != value) u.bits = 0x7FF8000000000000;
    wg_node n = { NULL, (uint32_t)~u.bits, (uint32_t)(~u.bits >> 32) };
    return n;
}
#define WG_OPERAND(x) _Generic((x), wg_node : wg_node_itself, default : wg_number_of)(x)
#endif

typedef enum wg_mode { WG_TRAIN, WG_EVAL } wg_mode;

/* ---- graphs ---- */

WG_API wg_graph *wg_graph_new(wg_context *c);
WG_API void      wg_graph_free(wg_graph *g);          /* NULL is fine; the context frees it otherwise. Its nodes die with it */
WG_API void      wg_begin(wg_graph *g, wg_mode mode); /* clear and choose the mode; storage is kept for reuse */

WG_API wg_context *wg_graph_context(const wg_graph *g);
WG_API wg_mode     wg_graph_mode(const wg_graph *g);
WG_API wg_graph   *wg_graph_of(wg_node n); /* NULL for numbers and wg_none */

/* ---- leaves ---- */

/* An input: the tensor is copied (a loader's batch is retained instead). The name is for errors, drawing and wg_input_set. */
WG_API wg_node wg_input_at(wg_site here, wg_graph *g, const char *name, wg_tensor t);
#define wg_input(g, name, t) wg_input_at(WG_AT(#name), g, name, t)
/* The same without the copy: the caller's array must stay as it is until the evaluation has ended. */
WG_API wg_node wg_input_borrow_at(wg_site here, wg_graph *g, const char *name, wg_tensor t);
#define wg_input_borrow(g, name, t) wg_input_borrow_at(WG_AT(#name), g, name, t)
/* New values for an input of the same shape and dtype; ends the evaluation. Copies. */
WG_API wg_status wg_input_set_at(wg_site here, wg_node input, wg_tensor t);
#define wg_input_set(n, t) wg_input_set_at(WG_AT(#n), n, t)

WG_API wg_node wg_scalar_at(wg_site here, wg_graph *g, double value);
#define wg_scalar(g, v) wg_scalar_at(WG_AT(#v), g, v)
/* Every element the same number. */
WG_API wg_node wg_fill_at(wg_site here, wg_graph *g, double value, wg_shape s);
#define wg_fill(g, v, s) wg_fill_at(WG_AT(#v), g, v, s)

/* state takes value's value when this evaluation is committed: by wg_backward when it succeeds, or wg_commit. */
WG_API void wg_assign_at(wg_site here, wg_node state, wg_node value);
#define wg_assign(s, v) wg_assign_at(WG_AT(#s ", " #v), s, v)
WG_API wg_status wg_commit(wg_graph *g);

/* ---- reading: runs what it needs, has no side effects ---- */

WG_API double wg_item_at(wg_site here, wg_node n); /* of a node with one element; NaN after an error */
#define wg_item(n) wg_item_at(WG_AT(#n), n)
WG_API wg_tensor wg_value_at(wg_site here, wg_node n); /* borrowed until the evaluation ends; data NULL after an error */
#define wg_value(n) wg_value_at(WG_AT(#n), n)
WG_API wg_status wg_copy_f32_at(wg_site here, wg_node n, float *to, size_t count); /* count: the elements there is room for */
#define wg_copy_f32(n, to, count) wg_copy_f32_at(WG_AT(#n), n, to, count)
WG_API wg_status wg_copy_f64_at(wg_site here, wg_node n, double *to, size_t count);
#define wg_copy_f64(n, to, count) wg_copy_f64_at(WG_AT(#n), n, to, count)
/* Makes n a result: it is computed with the next run and stays readable after the parameters have moved. Returns n. */
WG_API wg_node wg_keep(wg_node n);
/* Like wg_value, but records no error and makes no result: false when the value cannot be had. For drawing and tools. */
WG_API bool wg_peek(wg_node n, wg_tensor *t);

/* ---- names and scopes: for errors, drawing and random streams; they never rename parameters ---- */

WG_API wg_node wg_name(wg_node n, const char *name); /* returns n */
WG_API void    wg_scope_push(wg_graph *g, const char *name);
WG_API void    wg_scope_push_i(wg_graph *g, const char *name, int64_t i); /* "name.i" */
WG_API void    wg_scope_pop(wg_graph *g);

/* ---- looking at a graph ---- */

WG_API int64_t      wg_graph_nodes(const wg_graph *g); /* their number; node 0 is the error node */
WG_API wg_node      wg_graph_node(const wg_graph *g, int64_t i);
WG_API bool         wg_node_ok(wg_node n); /* a node of the present generation, not the error node */
WG_API const wg_op *wg_node_op(wg_node n);
WG_API const char  *wg_node_op_name(wg_node n); /* "matmul", "input", "param", ...; "" for none */
WG_API int          wg_node_operands(wg_node n);
WG_API wg_node      wg_node_operand(wg_node n, int k);
WG_API wg_shape     wg_node_shape(wg_node n);
WG_API wg_dtype     wg_node_dtype(wg_node n);
WG_API const char  *wg_node_name(wg_node n);  /* "" if it has none */
WG_API const char  *wg_node_scope(wg_node n); /* "enc/t.3"; "" at the top */
WG_API wg_site      wg_node_site(wg_node n);
WG_API const void  *wg_attr(wg_node n);          /* the attribute struct of its op, NULL if the op has none */
WG_API wg_node      wg_part(wg_node n, int k);   /* output k of an op with several outputs */
WG_API int64_t      wg_dim(wg_node n, int axis); /* size along an axis; negative axes count from the end */
WG_API wg_params   *wg_node_params(wg_node n);   /* whose parameter or state it is, else NULL */
WG_API bool         wg_node_is_state(wg_node n);

/* What kind of leaf a node is. An op of yours may be called "input" too: ask this, not the name. */
typedef enum wg_leaf { WG_LEAF_NONE, WG_LEAF_NUMBER, WG_LEAF_INPUT, WG_LEAF_PARAM, WG_LEAF_STATE, WG_LEAF_STREAM } wg_leaf;
WG_API wg_leaf wg_node_leaf(wg_node n); /* WG_LEAF_NONE: computed from operands, or no node */
/* How many nodes and bytes of values: for reports. */
WG_API size_t wg_graph_bytes(const wg_graph *g);

/* The first error of this graph, for drawing it: where the call was, which op and operands; operands 0 if there is none. */
typedef struct wg_failure {
    const char *op;
    wg_site     here;
    const char *message;
    int         operands;
    wg_node     operand[4];
} wg_failure;
WG_API bool wg_graph_failure(const wg_graph *g, wg_failure *f);

/* ---- for tools built on graphs ---- */

/* A mark, and the way back: nodes made since are forgotten, and their handles must not be used. */
WG_API int64_t wg_graph_mark(const wg_graph *g);
WG_API void    wg_graph_rewind(wg_graph *g, int64_t mark);
/* Random draws do not change from one evaluation to the next. */
WG_API void     wg_graph_freeze(wg_graph *g, bool on);
WG_API uint64_t wg_graph_epoch(const wg_graph *g);
WG_API void     wg_graph_set_epoch(wg_graph *g, uint64_t epoch);
/* Builds root and all below it anew in another graph, by the builders, floats in the dtype given. Parameters and inputs
 * become inputs of the same names; random draws stay the same. map (wg_graph_nodes long) takes the new handles. */
WG_API wg_node wg_replay(wg_node root, wg_graph *into, wg_dtype floats, wg_node *map);

#ifdef __cplusplus
}
#endif
#endif
