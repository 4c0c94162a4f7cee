/* SPDX-License-Identifier: MIT */
/* graph.h: how to build a graph, read values from it, and inspect it.
 *
 *     wg_begin(g, WG_TRAIN);
 *     wg_node x = wg_input(g, "x", b.x);
 *     wg_node y = wg_relu(wg_mul(x, 2));
 *     printf("%g\n", wg_item(wg_sum(y)));        reading a node computes what the node depends on
 *
 * A graph is a list of nodes in creation order. A node never changes. A wg_node is a small value: copy it as
 * you like; it is valid until the next wg_begin of its graph.
 *
 * All values that you read belong to one evaluation. It uses the inputs, parameters and random draws as they
 * were when the first read, wg_backward or wg_commit opened it. These end it: wg_begin, wg_input_set, and
 * wg_backward or wg_commit if parameters have changed since.
 *
 * After a parameter has changed (wg_optim_step, wg_params_set, ...) you can still read the loss, what a loss of
 * losses.h compares (logits, say), what you had read before, wg_keep nodes, and what is made of these and of
 * nothing that has changed. Else: an error.
 *
 * C does not say in which order the arguments of a call are evaluated. Where the order of nodes matters
 * (random draws, sums in floating point), make each node in a statement of its own.
 */
#ifndef WENGERT_GRAPH_H
#define WENGERT_GRAPH_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "base.h"

WG_BEGIN_DECLS

typedef struct wg_graph wg_graph;
typedef struct wg_params wg_params;
typedef struct wg_op wg_op;

/* A handle to a node. With graph NULL it is wg_none (all zero), or a number, stored in the other fields. */
typedef struct wg_node {
    wg_graph *graph;
    uint32_t index;
    uint32_t generation;
} wg_node;

#ifndef __cplusplus
#define wg_none    ((wg_node){ NULL, 0, 0 }) /* no node; in a derivative rule: no derivative */
#define WG_NO_NODE { NULL, 0, 0 }             /* the default of an option that is a node */
#else
#define wg_none    (wg_node())
#define WG_NO_NODE wg_node()
#endif
static inline bool wg_is_none(wg_node n) { return !n.graph && !n.index && !n.generation; }

/* A number as an operand: it takes the other operand's dtype. */
WG_API wg_node wg_number(double value);
/* wg_number, inline. The bits are inverted: all zero would be a NaN that this function never makes, so no
 * number equals wg_none. */
static inline wg_node wg_number_of(double value)
{
    union {
        double value;
        uint64_t bits;
    } u;
    u.value = value;
    if (value != value) u.bits = 0x7FF8000000000000;
    wg_node n = { NULL, (uint32_t)~u.bits, (uint32_t)(~u.bits >> 32) };
    return n;
}

#ifdef __cplusplus
}
static inline wg_node wg_operand_of(wg_node n) { return n; }
static inline wg_node wg_operand_of(double v) { return wg_number(v); }
#define WG_OPERAND(x) wg_operand_of(x)
extern "C" {
#else
static inline wg_node wg_node_itself(wg_node n) { return n; }
#define WG_OPERAND(x) _Generic((x), wg_node : wg_node_itself, default : wg_number_of)(x)
#endif

typedef enum wg_mode { WG_TRAIN, WG_EVAL } wg_mode;
/* The mode of one layer: that of its graph, or always the same. Dropout that is on in WG_EVAL too draws samples
 * of a prediction; batch normalisation that is off in WG_TRAIN uses its averages and does not change them. */
typedef enum wg_layer_mode { WG_AS_GRAPH, WG_AS_TRAIN, WG_AS_EVAL } wg_layer_mode;

/* ---- graphs ---- */

WG_API wg_graph *wg_graph_new(wg_context *c); /* A graph without nodes. */
/* g may be NULL. wg_finish frees what is left. Handles of its nodes are refused afterwards. While values of
 * g are computed, a C function (wg_extern) must use another graph: wg_begin, wg_graph_free, new nodes and
 * reads of g are errors then. */
WG_API void wg_graph_free(wg_graph *g); /* frees the graph with its nodes; g may be NULL */
WG_API void wg_begin(wg_graph *g, wg_mode mode); /* removes all nodes, sets the mode, keeps the memory */

WG_API wg_context *wg_graph_context(const wg_graph *g); /* The context in which the graph was made. */
WG_API wg_mode wg_graph_mode(const wg_graph *g); /* The mode that wg_begin set. */
WG_API wg_graph *wg_graph_of(wg_node n); /* the graph of a node; NULL: a number or wg_none */

/* ---- leaves ---- */

/* An input. The tensor is copied. The name appears in errors and drawings. */
WG_API wg_node wg_input_at(wg_site here, wg_graph *g, const char *name, wg_tensor t);
#define wg_input(g, name, ...) wg_input_at(WG_AT(#name), g, name, __VA_ARGS__)
/* The same without a copy. The array must stay valid and unchanged until the evaluation has ended. */
WG_API wg_node wg_input_borrow_at(wg_site here, wg_graph *g, const char *name, wg_tensor t);
#define wg_input_borrow(g, name, ...) wg_input_borrow_at(WG_AT(#name), g, name, __VA_ARGS__)
/* New values for an input. Copies the tensor, which must have its shape and dtype. Ends the evaluation. */
WG_API wg_status wg_input_set_at(wg_site here, wg_node input, wg_tensor t);
#define wg_input_set(n, ...) wg_input_set_at(WG_AT(#n), n, __VA_ARGS__)

/* A scalar of the context's dtype. Unlike a number as an operand it is a node of its own: you can name it and
 * differentiate with respect to it. */
WG_API wg_node wg_scalar_at(wg_site here, wg_graph *g, double value);
#define wg_scalar(g, v) wg_scalar_at(WG_AT(#v), g, v)
/* A tensor of the context's dtype. Every element is value. */
WG_API wg_node wg_fill_at(wg_site here, wg_graph *g, double value, wg_shape s);
#define wg_fill(g, v, ...) wg_fill_at(WG_AT(#v), g, v, __VA_ARGS__)

/* Says that the state's next value is that of node `value`. It is stored when wg_backward succeeds, or by
 * wg_commit: once an evaluation. Reading stores nothing. Another assignment of the state must go on from the one
 * before, wg_assign(s, wg_add(wg_assigned(s), 1)): one that does not read its value is an error. */
WG_API void wg_assign_at(wg_site here, wg_node state, wg_node value);
#define wg_assign(s, v) wg_assign_at(WG_AT(#s ", " #v), s, v)
WG_API wg_node wg_assigned_at(wg_site here, wg_node state); /* What it was assigned last; the state itself: nothing. */
#define wg_assigned(s) wg_assigned_at(WG_AT(#s), s)
WG_API wg_status wg_commit_at(wg_site here, wg_graph *g); /* Stores what wg_assign says, without gradients. */
#define wg_commit(g) wg_commit_at(WG_AT(#g), g)

/* ---- reading: computes what the node depends on; has no side effects ---- */

/* The value of a node with one element, or of a number. NaN after an error. */
WG_API double wg_item_at(wg_site here, wg_node n);
#define wg_item(n) wg_item_at(WG_AT(#n), n)
/* The value of a node. The graph owns the data, until the evaluation ends. data NULL after an error. */
WG_API wg_tensor wg_value_at(wg_site here, wg_node n);
#define wg_value(n) wg_value_at(WG_AT(#n), n)
/* Copies all elements, converted. `to` has room for count elements; too little room is an error. */
WG_API wg_status wg_copy_f32_at(wg_site here, wg_node n, float *to, size_t count);
#define wg_copy_f32(n, to, count) wg_copy_f32_at(WG_AT(#n), n, to, count)
/* Copies all elements, converted, into doubles. */
WG_API wg_status wg_copy_f64_at(wg_site here, wg_node n, double *to, size_t count);
#define wg_copy_f64(n, to, count) wg_copy_f64_at(WG_AT(#n), n, to, count)
/* Marks n: the next read or wg_backward computes it too, and it can be read after the parameters have
 * changed. Returns n. */
WG_API wg_node wg_keep_at(wg_site here, wg_node n);
#define wg_keep(n) wg_keep_at(WG_AT(#n), n)

/* ---- names and scopes: for errors, drawings and random streams; parameters keep their own names ---- */

WG_API wg_node wg_name_at(wg_site here, wg_node n, const char *name); /* gives the node a name, which is copied; returns n */
#define wg_name(n, name) wg_name_at(WG_AT(#n ", " #name), n, name)
/* Nodes are made in this scope from now on, until wg_scope_pop. */
WG_API void wg_scope_push_at(wg_site here, wg_graph *g, const char *name);
#define wg_scope_push(g, name) wg_scope_push_at(WG_AT(#g ", " #name), g, name)
/* begins a scope with a number, "name.i" */
WG_API void wg_scope_push_i_at(wg_site here, wg_graph *g, const char *name, int64_t i);
#define wg_scope_push_i(g, name, i) wg_scope_push_i_at(WG_AT(#g ", " #name), g, name, i)
WG_API void wg_scope_pop_at(wg_site here, wg_graph *g); /* Leaves the scope that was entered last. */
#define wg_scope_pop(g) wg_scope_pop_at(WG_AT(#g), g)

/* ---- inspecting a graph ---- */

WG_API int64_t wg_graph_nodes(const wg_graph *g); /* their number; node 0 is the graph's error node */
WG_API wg_node wg_graph_node(const wg_graph *g, int64_t i); /* Node i, in the order in which nodes were made. */
WG_API bool wg_node_ok(wg_node n); /* made since the last wg_begin, and not the error node */
WG_API const wg_op *wg_node_op(wg_node n); /* The op that made the node. */
WG_API const char *wg_node_op_name(wg_node n); /* "matmul", "input", "param", ...; "" for none */
WG_API int wg_node_operands(wg_node n); /* How many operands the node has. */
WG_API wg_node wg_node_operand(wg_node n, int k); /* Operand k of the node. */
WG_API wg_shape wg_node_shape(wg_node n); /* The sizes of its axes. */
WG_API wg_dtype wg_node_dtype(wg_node n); /* The dtype of its elements. */
WG_API const char *wg_node_name(wg_node n); /* the name of the node; "" if it has none */
WG_API const char *wg_node_scope(wg_node n); /* its scope, "enc/t.3"; "" at the top */
WG_API wg_site wg_node_site(wg_node n); /* The call that made it. */
WG_API const void *wg_attr(wg_node n); /* the attribute struct of its op; NULL if the op has none */
/* Output k of the op that made n (any of its outputs). The size along an axis, which counts from the end if it
 * is negative. */
WG_API wg_node wg_part_at(wg_site here, wg_node n, int k);
WG_API int64_t wg_dim_at(wg_site here, wg_node n, int axis); /* the size of n along an axis */
#define wg_part(n, k)   wg_part_at(WG_AT(#n ", " #k), n, k)
#define wg_dim(n, axis) wg_dim_at(WG_AT(#n ", " #axis), n, axis)
/* Whether y is x, or is computed from it. Takes time by the number of nodes that were made since x. */
WG_API bool wg_depends_on(wg_node y, wg_node x);

/* What kind of leaf a node is. Do not ask the op's name for it: an op of yours may be called "input" too. */
typedef enum wg_leaf {
    WG_LEAF_NONE,
    WG_LEAF_NUMBER,
    WG_LEAF_INPUT,
    WG_LEAF_PARAM,
    WG_LEAF_STATE,
    WG_LEAF_STREAM
} wg_leaf;
WG_API wg_leaf wg_node_leaf(wg_node n); /* WG_LEAF_NONE: computed from operands, or no node */

/* The bytes of memory that the graph holds: nodes, values, workspace. */
WG_API size_t wg_graph_bytes(const wg_graph *g);

/* A node that a report names, for drawings: see wg_check_marks and wg_draw_opts.marks. */
typedef enum wg_mark_kind {
    WG_MARK_WRONG,    /* something is wrong here */
    WG_MARK_AFFECTED, /* what it gets is wrong because of another node */
    WG_MARK_PASSED    /* it was checked and is right */
} wg_mark_kind;
typedef struct wg_node_mark {
    wg_node node;
    wg_mark_kind kind;
    const char *text; /* lines for its box; NULL: none */
} wg_node_mark;

/* ---- for tools built on graphs ---- */

/* What stands in the new graph for node `was`, and for all that use it: `now`, or a node made of it. */
typedef wg_node (*wg_each_fn)(void *each_user, wg_node was, wg_node now);
#define wg_replay_opts_list(P, X)                                                                            \
    X(wg_dtype, floats, WG_DEFAULT_DTYPE, "", "of all floats, f32 or f64; default: the dtypes that they have") \
    X(wg_params *, params, NULL, "", "a set of `into` that has all parameters and states by name; default: see below") \
    X(const unsigned char *, held, NULL, "", "by node: not 0: it becomes an input with its present value; NULL: none") \
    X(wg_node *, map, NULL, "", "gets by node: the new handle, or wg_none; may be NULL")                     \
    X(bool, pieces, false, "",                                                                               \
      "ops of the library that have kinks become their expansions: wg_op.kinked. A value with a derivative of the " \
      "caller's (wg_custom_vjp) is that value alone")                                                          \
    X(bool, guards, false, "",                                                                               \
      "no derivative rule of the caller's that runs in the context of `into`, another one, makes a node in the "   \
      "graph of the root, which must live as long as that context")                                          \
    X(wg_each_fn, each, NULL, "", "says what stands for each node, root included; NULL: its copy")           \
    X(void *, each_user, NULL, "", "first argument of each")
WG_OPTIONS(wg_replay_opts);
/* Builds root, and every node that it depends on, again in another graph. Random draws are the same. Inputs
 * become inputs of the same names with their present values, and so do parameters and states, if no set is given
 * for them. An op that refuses the new float dtype is computed in its own, between casts. If f32 becomes f64, a cast to f32
 * in a user's rule becomes one to f64, too. */
WG_API wg_node wg_replay_at(wg_site here, wg_node root, wg_graph *into, const wg_replay_opts *o);
#define wg_replay(root, ...)                                                                                   \
    WG_CALL_WITH(wg_replay_at, (WG_AT(WG_BYTE_2 #root ", " #__VA_ARGS__), root, WG_HEAD_(__VA_ARGS__)), wg_replay_opts, \
            WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
