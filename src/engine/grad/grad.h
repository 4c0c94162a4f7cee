/* grad.h: derivatives as nodes. This room may use these builders of ops: wg_addn_at, wg_sum_to_at,
 * wg_broadcast_to_at, wg_cast_at, wg_fill_at, wg_reshape_at, and for rows wg_slice_at, wg_concat_at,
 * wgx_rows_aligned, wgx_rows_repeated, wg_transpose_at; for sparse Jacobians wg_gather_at; for choices
 * wg_where_at, wg_logical_and_at, wg_logical_or_at, wg_logical_not_at, wg_greater_at. */
#ifndef WGI_GRAD_H
#define WGI_GRAD_H

#include "wengert/grad.h"

#include "graph/graph.h"
#include "graph/composites.h"

/* What a derivative rule says of an operand: it has no derivative; the derivative is known to be zero; or a
 * node gives it. */
typedef enum wgi_answer { WGI_SAYS_NONE, WGI_SAYS_ZERO, WGI_SAYS_NODE } wgi_answer;
/* What is known of operand k of node i before its rule is called, by the descriptor's masks and by dtypes: a
 * change of an integer or bool is no small one, so its derivative is zero; a float that becomes one has no
 * derivative. WGI_SAYS_NODE: the rule has to answer. */
wgi_answer wgi_static_answer(const wg_graph *g, uint32_t i, uint32_t k);
/* The answer of a rule that has set gx for operand k of node i. */
wgi_answer wgi_answer_of(const wg_graph *g, uint32_t i, uint32_t k, wg_node gx);
static inline bool wgi_is_zero(wg_node n) { return wgi_is_number(n) && wgi_number_value(n) == 0; }

/* Appends nodes for the gradients of the sum of <seed[j], y[j]> with respect to x[]. gx[k] is wg_none where
 * no node gives the gradient. It is zero then, unless end[k] is not 0: then all paths to x[k] end at nodes
 * without a derivative, and end[k] is the first of these. *blocked is the first node that gave no node for an
 * operand on a path to x, 0 if there is none. Takes time in proportion to the nodes that y reaches down to
 * the first of x. */
bool wgi_reverse_ends(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                      const wg_node x[], int nx, wg_node gx[], uint32_t end[], uint32_t *blocked);
/* The same of seeds that are zero by choice; by: NULL: of others. */
struct wgi_choice;
bool wgi_reverse_by(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[],
                    const struct wgi_choice *by, int ny, const wg_node x[], int nx, wg_node gx[],
                    uint32_t end[], uint32_t *blocked);
/* The same for those who do not ask why gx[k] is wg_none. */
bool wgi_reverse(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny,
                 const wg_node x[], int nx, wg_node gx[], uint32_t *blocked);
/* The same for one node u. *end is the first node without a derivative on any path to u, although other paths
 * may give *gu; 0: there is none. */
bool wgi_reverse_whole(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny, wg_node u,
                       wg_node *gu, uint32_t *end);
/* Calls op's derivative rule for n operands. gx[k] is wg_none where operand k has no derivative and the
 * number 0 where it is zero, by the rule or by the masks of op. False: the rule tried to make a leaf. */
bool wgi_vjp(wg_site here, const wg_op *op, wg_node y, wg_node gy, const wg_node x[], wg_node gx[], int n);
/* Calls the expansion of op in place of a rule for node i. attr: the options of node i. */
bool wgi_expand(wg_graph *g, wg_site here, const wg_op *op, const void *attr, uint32_t i, const wg_node x[],
                int n, wg_node y[]);
/* ---- asks.c: what functions of the user say ---- */

/* A call of a rule of the user's, or of an expansion, and what it said. Nodes by their indices. */
typedef struct wgi_ask {
    const wg_op *op;
    bool expands;
    uint32_t y, gy;        /* gy: of a rule */
    uint32_t first, after; /* it has appended the nodes [first, after) */
    uint32_t operands, answers;
    uint32_t at; /* of its operands and then its answers in wgi_asks.node */
} wgi_ask;
/* Answers that are no node. */
#define WGI_SAID_NONE UINT32_MAX
#define WGI_SAID_ZERO (UINT32_MAX - 1)

typedef struct wgi_asks {
    wgi_ask *ask;
    size_t count, capacity;
    uint32_t *node;
    size_t nodes, node_capacity;
    uint32_t mark;  /* the derivative begins at this node */
    uint32_t users; /* how many functions of the user were called, those within others too */
    bool looked;    /* one has looked at more of the derivative than types and ops of its own operands */
} wgi_asks;

typedef struct wgi_asking { /* a call that has begun */
    wgi_asks *to;           /* NULL: it is not noted */
    uint32_t first, users, share_from;
    wgi_watch outer;
} wgi_asking;
wgi_asking wgi_ask_begins(wg_graph *g, uint32_t y);
/* wgi_ask_begin stands after wgi_rule_begin, and before a call of op's function for node y. If .to is not
 * NULL, wgi_ask_ends must be called after it, with what it was given and has said. Numbers that it said
 * become leaves. */
static inline wgi_asking wgi_ask_begin(wg_graph *g, const wg_op *op, uint32_t y)
{
    return g->rule.asks && wgi_op_asks(op) ? wgi_ask_begins(g, y) : (wgi_asking){ 0 };
}
void wgi_ask_ends(wg_graph *g, wg_site here, const wgi_asking *k, wgi_ask q, const wg_node x[],
                  wg_node said[]);

/* gx, which a rule gave for operand x of node y, in the shape and dtype of x. The gradient of an elementwise
 * op may have the shape of y, which x was broadcast to. */
wg_node wgi_fit(wg_graph *g, wg_site here, wg_node gx, uint32_t y, uint32_t x);
/* A derivation has made the nodes from mark on. */
static inline void wgi_mark_derived(wg_graph *g, uint32_t mark)
{
    for (uint32_t i = mark; i < g->count; i++) g->node[i].flags |= WGI_DERIVED;
}
/* Notes that a node is the gradient of another one, unless it is known as that of a third. false: no
 * memory. */
bool wgi_note_gradient(wg_graph *g, uint32_t gradient, uint32_t of);
/* Zeros for the gradients that are wg_none. False after an error: end[k] of such a gradient is not 0. The
 * message calls x by the text of the call's argument; argument -1: not at all. */
bool wgi_fill_zeros(wg_graph *g, wg_site here, const char *what, int argument, const wg_node x[], int n,
                    wg_node gx[], const uint32_t end[]);
/* Records that all paths end at node `end`. */
void wgi_fail_ended(wg_graph *g, wg_site here, const char *what, int argument, uint32_t end);
/* The lowest of the nodes x[], or of the first outputs of their ops; the highest of the nodes y[]. */
static inline uint32_t wgi_lowest(const wg_graph *g, const wg_node x[], int n)
{
    uint32_t low = UINT32_MAX;
    for (int k = 0; k < n; k++) low = WGI_MIN(low, x[k].index - g->node[x[k].index].output);
    return low;
}
static inline uint32_t wgi_highest(const wg_node y[], int n)
{
    uint32_t high = 0;
    for (int k = 0; k < n; k++) high = WGI_MAX(high, y[k].index);
    return high;
}

/* x, cast and broadcast to a dtype and shape. */
wg_node wgi_to_shape(wg_site here, wg_node x, const wg_shape *s, wg_dtype t);
/* v, a node or a number, with the dtype and shape of x. */
wg_node wgi_like(wg_site here, wg_node v, wg_node x);
/* Whether x is a float node of g. If not, records why; the message calls it by the text of the call's
 * argument, or by `otherwise`. */
bool wgi_float_node(wg_graph *g, wg_site here, const char *what, wg_node x, int argument,
                    const char *otherwise);
/* wg_vjp and wg_jvp for `what`, without remembering the request; wgi_jvp without checks of its operands, too.
 * A message calls x by the text of the call's argument; argument -1: not at all. */
wg_status wgi_gradients(wg_site here, const char *what, wg_node y, wg_node gy, const wg_node x[], int n,
                        wg_node gx[]);
wg_node wgi_jvp(wg_site here, const char *what, int argument, wg_node y, const wg_node x[], const wg_node v[],
                int n);
/* wg_hvp without its checks of x and v, and without remembering the request. */
wg_status wgi_hvp(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n, wg_node hv[]);
/* wg_vmaps without its checks, and without remembering the request. False: an error was recorded. */
bool wgi_vmap(wg_site here, int64_t n, const wg_node y[], int ny, const wg_node x[], const wg_node rows[],
              int nx, wg_node to[]);
/* Whether y and x are float nodes of one graph. If not, records why. */
bool wgi_jacobian_operands(wg_site here, const char *what, wg_node y, wg_node x);
/* seeds: rows, each with the elements of x if `forward`, else of y. The tangents of y along them, or the
 * gradients of their products with y by x, as rows. Not ok: forward mode has no rule for a node, or would
 * call a C function too often. */
wg_node wgi_seeded_rows(wg_site here, wg_node y, wg_node x, bool forward, wg_node seeds);
/* Leaves out of plans what nobody asks for: the nodes from mark on but j. */
void wgi_mark_inner(wg_graph *g, uint32_t mark, wg_node j);
/* ---- recompute.c: parts of a graph that are built again ---- */

/* A node of an op for parts has these operands: the value of the part, then nodes of the op's own, then the
 * nodes outside the part that the part reads. At each multiple of WGI_PART_GROUP the value stands again,
 * since the mask .none of an op repeats there. */
enum { WGI_PART_GROUP = 32 };
/* Of a node with so many operands: how many are no value, and the place of the j-th of these. */
static inline uint32_t wgi_part_reads(uint32_t operands)
{
    return operands - (operands + WGI_PART_GROUP - 1) / WGI_PART_GROUP;
}
static inline uint32_t wgi_part_place(uint32_t j) { return j + 1 + j / (WGI_PART_GROUP - 1); }
/* What the descriptors of such ops have in common; op: itself. */
#define WGI_OF_A_PART(op)                                                         \
    .none = 1 << 0, .operands = -1, .kind = WG_ALIAS, .promote = WG_PROMOTE_NONE, \
    .shape = wgi_shape_of_first, .hints = &(const wg_op_hints)                    \
    {                                                                             \
        .library = &(op), .stored = WG_EVERY_OPERAND, .alias = wgi_at_start       \
    }
/* The nodes at which a part ends, by rising index. */
typedef struct wgi_border {
    const uint32_t *node;
    uint32_t count;
} wgi_border;
/* A node of op for the part y, which consists of nodes from mark on. also: the op's own operands. */
wg_node wgi_part_node(wg_site here, const wg_op *op, wg_node y, uint32_t mark, const wg_node also[], int n,
                      const void *attr);
/* The border of these nodes, which are sorted for it; repeats are left out. */
wgi_border wgi_border_of(uint32_t node[], uint32_t n);
/* The place of node i in a border, or WGI_NOT_REACHED. */
uint32_t wgi_border_at(const wgi_border *b, uint32_t i);
/* Builds the nodes from the border b to `value` once more; *y is the copy of value. own[k] takes the place of
 * b.node[k]. Where it is wg_none it becomes a node that has the same value and waits for gy. Memory is from
 * g->temp. */
bool wgi_copy_part(wg_graph *g, wg_node value, wg_node gy, const wgi_border *b, wg_node own[], wg_node *y);
/* The gradients of y, whose own gradient is gy (by: NULL, or where that is zero by choice), by the nodes
 * own[0..n) of a copy but own[but]: got[k], or wg_none where it is zero or own[k] is no float. end[k] is not
 * 0 where every path ends at a node without a derivative. */
bool wgi_part_gradients(wg_site here, wg_node y, wg_node gy, const wg_node own[], uint32_t n, uint32_t but,
                        const struct wgi_choice *by, wg_node got[], uint32_t end[]);
/* The operands of node y of such an op that are no value: *n of them. NULL: out of memory. */
wg_node *wgi_part_operands(const wgi_node *y, wg_graph *g, const wg_node x[], int *n);
/* A plan that keeps all values leaves out those of the nodes from mark on, but what lies in the memory of
 * keep[]. */
void wgi_leave_out(wg_graph *g, uint32_t mark, const wg_node keep[], uint32_t n);

/* For all of x[0..n): the answer to a call that has failed. */
wg_status wgi_all_failed(wg_graph *g, wg_node x[], int n);

#endif
