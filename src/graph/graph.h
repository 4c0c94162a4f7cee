/* graph.h: the list of nodes, how a node is made, what a graph remembers of its last build, and where values lie. */
#ifndef WGI_GRAPH_H
#define WGI_GRAPH_H

#include "wengert/op.h"

#include "params/params.h"

#ifdef WG_HOSTILE
enum { WGI_CALLS = 40, WGI_SHARE_FROM = 40 };
#else
enum { WGI_CALLS = 4096, WGI_SHARE_FROM = 4096 };
#endif

/* ---- core_ops.c: the leaves ---- */

extern const wg_op wgi_op_error, wgi_op_number, wgi_op_input, wgi_op_param, wgi_op_state, wgi_op_stream;
extern const wg_op wgi_op_identity; /* ops/custom.c: its samples need ops */

/* ---- graph.c, append.c, node.c, leaf.c, scopes.c ---- */

/* USED: a leaf, or an operand of another node; FIXED: a leaf but a parameter; SCALAR: rank 0, f32 or f64; EVEN: SCALAR, by a
 * plain op of operands that are SCALAR of the same dtype */
enum { WGI_KEPT = 1, WGI_RESULT = 2, WGI_USED = 4, WGI_FIXED = 8, WGI_SCALAR = 16, WGI_EVEN = 32 };
enum { WGI_NUMBERS = 16, WGI_OPS = 32 };
/* How many records ahead those who go from node to node ask for: a page of 4 KiB, which is where hardware stops by itself. */
enum { WGI_AHEAD = 64 };
/* A place in a table of WGI_OPS: descriptors stand at regular distances, hence the multiplication. */
static inline uint32_t wgi_op_place(const wg_op *op)
{
    return (uint32_t)((uint64_t)(uintptr_t)op * 0x9E3779B97F4A7C15u >> 59);
}
#define WGI_UNKNOWN (UINT32_MAX / 2)

typedef struct wgi_input {
    const char *name;
    void *data;              /* in the arena, or borrowed */
    bool borrowed, replaced; /* replaced: borrowed, until wg_input_set gave it bytes of its own */
} wgi_input;

typedef struct wgi_node {
    const wg_op *op;
    const wg_shape *shape; /* interned */
    union {
        uint32_t in[2]; /* up to two operands */
        uint32_t *list; /* more */
        uint64_t *cell; /* leaves: a number in its dtype, a stream; in the arena, since nodes move */
    };
    union {
        const void *attr;
        double number;
        wgi_input *input;
        wgi_parameter *parameter;
    };
    wg_site here;
    uint64_t hash;        /* of the structure from the first node to this */
    uint32_t scope, name; /* into the graph's texts; 0: none */
    uint32_t operands;
    uint8_t dtype, output, flags;
} wgi_node;

typedef struct wgi_number { /* a leaf of a large graph that equal numbers of one dtype share */
    uint64_t bits;
    uint32_t leaf, dtype;
} wgi_number;

typedef struct wgi_hash { /* see wgi_hash_of */
    uint64_t x, y;
} wgi_hash;

/* A plain op, and what is the same in all its nodes of float scalars of one dtype: append_plain.c. */
typedef struct wgi_kind {
    wgi_node node; /* op: NULL for none; the rest counts when its dtype is one */
    wgi_hash hash;
    const wgi_number *number; /* where the last that stood beside one was found */
} wgi_kind;

typedef struct wgi_uses { /* a parameter set in this graph, and its version when the evaluation was opened */
    wg_params *p;
    uint64_t version;
} wgi_uses;

typedef struct wgi_assignment {
    uint32_t state, value;
} wgi_assignment;

enum { WGI_CALL_OPERANDS = 3 }; /* of a call that is remembered: one among the first WGI_CALLS nodes */
_Static_assert(WGI_SHARE_FROM >= WGI_CALLS,
               "calls that are remembered share no number, which may be another at the next build");

typedef struct wgi_called { /* a call that appended nodes [first, after), and how it left the graph */
    const wg_op *op;        /* NULL: not to be compared with */
    wg_site here;
    const void *attr; /* as given */
    uint64_t x[WGI_CALL_OPERANDS];
    uint8_t operands, numbers; /* numbers: a bit for each operand of which x holds the bits, not the index */
    uint32_t scope, first, after, result, loose, skip; /* skip: the call after those within this one */
    double weight;
    uint64_t hash;
    wgi_place before, then; /* of the arena */
} wgi_called;

/* What is asked of a run: the values of roots, and for a backward one the gradients of loss by targets. */
typedef struct wgi_request {
    wg_site here;
    uint32_t *root;
    int roots;
    bool backward;
    uint32_t loss;
    uint32_t *target; /* parameter leaves */
    int targets;
    void **into;      /* targets: where each gradient goes */
    bool *reached;    /* targets: filled */
    uint32_t blocked; /* filled: a node without a derivative on the way, 0 if none */
    bool quiet;       /* a peek: its roots become no results */
    bool
        fresh; /* the first of its evaluation, gradients straight to the parameters' memory: where all lies follows
                          from the graph's leaves */
    wgi_plan *plan;   /* filled: that it was run by, or NULL */
    uint64_t key, id; /* id: of the request, and of those that repeat it */
} wgi_request;

typedef struct wgi_scopes { /* scopes by their paths: scope_table.c */
    uint32_t *at;           /* open addressing: numbers of texts, 0: free */
    size_t count, size;
} wgi_scopes;

typedef struct wgi_stream_count { /* streams made in a scope so far */
    uint32_t scope, count;
} wgi_stream_count;

/* Plain ops and numbers, each kept where the next node like it finds it: append_plain.c, leaf.c. */
typedef struct wgi_plain {
    wgi_number number[WGI_NUMBERS];
    wgi_kind kind[2][WGI_OPS]; /* ops of one operand, ops of two */
    uint32_t quick;            /* nodes below this number may copy a kind's record; 0: none may */
} wgi_plain;

/* The calls of the last build, and whether this build repeats them: remembered.c. */
typedef struct wgi_build {
    wgi_called *call; /* of the last build; once this build differs, of this build */
    size_t calls, capacity;
    uint32_t at;   /* the call to compare with next, or to write next */
    uint32_t open; /* calls that have begun and not ended */
    uint32_t most; /* calls are remembered among so many nodes: WGI_CALLS, or 0 without this way */
    bool again;    /* so far this build repeats the last one */
    /* Serial number of the graph's structure, which is nodes [0, count). It rises when one of them may have become another. */
    uint64_t structure;
    /* Serial number of the structure and of the addresses of its leaves. Raise it (wgi_leaf_moved) when a leaf's address
     * changes. Equal numbers mean: same nodes, same addresses. No two graphs have equal numbers. */
    uint64_t leaves;
} wgi_build;

/* Names of nodes, scopes, and what is counted by scope: scopes.c, scope_table.c, layer_names.c. */
typedef struct wgi_names {
    const char **text; /* names and paths of scopes; [0] is "" */
    size_t texts, capacity;
    uint32_t scope;  /* the scope that nodes are made in */
    uint32_t *stack; /* the scopes around it */
    size_t depth, stack_capacity;
    wgi_scopes table;
    wgi_stream_count *streams;
    size_t stream_scopes, stream_capacity;
    struct wgi_layer *layers; /* names of layers that are taken */
} wgi_names;

/* Nodes that stay readable, and the new values of states: values.c, eval.c. */
typedef struct wgi_results {
    uint32_t *kept; /* by wg_keep */
    size_t kepts, kept_capacity;
    uint32_t *list; /* nodes with the flag WGI_RESULT */
    size_t count, capacity;
    wgi_assignment *assign;
    size_t assigns, assign_capacity;
} wgi_results;

/* The evaluation: values.c, eval.c. */
typedef struct wgi_evaluation {
    bool open, committed, frozen;
    bool peeked; /* wg_peek alone has opened it: it uses up no epoch */
    uint64_t epoch;
    uint64_t trail;   /* hash of what has been run in it: plans are found by it */
    wgi_plan *ran[8]; /* the plans that have been run in it */
    int rans;
    wgi_uses *use; /* parameter sets in the graph */
    size_t uses, use_capacity;
} wgi_evaluation;

/* What runs leave for the next run: request.c and run/plan/. */
typedef struct wgi_running {
    wgi_plan *last; /* the plan of the last wg_backward, if its request may be repeated: bind.c */
    double spent;   /* work of the interpreter in this request: request.c */
    void *work;     /* memory for the intermediate values of plans */
    size_t work_size;
    struct wgi_clock *clock; /* notes the time of each step; NULL: nobody looks */
} wgi_running;

struct wg_graph {
    wg_context *c;
    wg_graph *next;
    wg_mode mode;
    uint32_t generation;
    wgi_node *node;
    void **value;    /* of the evaluation; NULL for leaves that are not overridden, and from count on */
    uint8_t *marked; /* by node, for one call; all 0 between calls */
    uint32_t count;
    uint32_t room; /* wgi_room must be called before count exceeds it */
    size_t node_capacity, value_capacity, marked_capacity;
    uint32_t *param; /* parameter and state nodes */
    size_t params, param_capacity;
    uint32_t loose; /* at least so many nodes are no operand of another; WGI_UNKNOWN or more: not counted */
    double
        weight; /* sum of the nodes' weights: elements to be made, those of products times 64; scalars count 0 */
    bool warned;
    wgi_arena arena;  /* attributes, operand lists, texts: until wg_begin */
    wgi_arena values; /* until the evaluation ends */
    wgi_arena temp;   /* of one call */
    wgi_plain plain;
    wgi_build build;
    wgi_names names;
    wgi_results results;
    wgi_evaluation now;
    wgi_running run;
    struct {
        const wg_op *op; /* its derivative rule is being called; NULL: none is */
        bool refused;    /* the rule has asked for a leaf: wgi_rule_makes */
    } rule;
    wg_failure
        failure; /* the call that failed; it counts while failed_at is the context's number of recoveries */
    uint64_t failed_at;
};

static inline void wgi_leaf_moved(wg_graph *g) { g->build.leaves = ++g->c->structures; }
static inline bool wgi_has_failed(const wg_graph *g)
{
    return g->failure.op && g->failed_at == g->c->recoveries;
}
static inline bool wgi_is_leaf(const wgi_node *n) { return n->op->kind == WG_LEAF; }
static inline bool wgi_has_parameter(const wgi_node *n)
{
    return n->op == &wgi_op_param || n->op == &wgi_op_state;
}
static inline bool wgi_can_build(const wg_graph *g) { return g && g->count && wgi_ok(g->c); }
static inline int wgi_outputs(const wg_op *op) { return op->outputs ? op->outputs : 1; }
static inline const uint32_t *wgi_in(const wgi_node *n) { return n->operands <= 2 ? n->in : n->list; }
static inline wg_node wgi_handle(wg_graph *g, uint32_t i)
{
    wg_node n;
    n.graph = g, n.index = i, n.generation = g->generation;
    return n;
}
static inline bool wgi_is_number(wg_node n) { return !n.graph && !wg_is_none(n); }
static inline uint64_t wgi_number_bits(wg_node n) { return ~(n.index | (uint64_t)n.generation << 32); }
double wgi_number_value(wg_node n);
wgi_node *wgi_node_of(wg_node n); /* NULL unless of the present generation and inside the graph */
uint32_t wgi_append(wg_graph *g, const wgi_node *n); /* 0: out of memory */
bool wgi_room(wg_graph *g);                          /* for one more node, when count has reached room */
wgi_node *wgi_slot(wg_graph *g); /* the next record, zeroed, to be filled and settled; NULL: out of memory */
uint32_t wgi_node_finish(wg_graph *g, wgi_node *n); /* makes it a node */
void wgi_forget(wg_graph *g, uint32_t mark);        /* the nodes from mark on */
/* True inside a derivative rule, after recording that it may make no leaf but a number. */
void wgi_rule_refuse(wg_graph *g, wg_site here, const char *what, const char *name);
static inline bool wgi_rule_makes(wg_graph *g, wg_site here, const char *what, const char *name)
{
    if (!g->rule.op) return false;
    wgi_rule_refuse(g, here, what, name);
    return true;
}
/* Around a call of a derivative rule of op, or of its expansion for one. */
static inline const wg_op *wgi_rule_begin(wg_graph *g, const wg_op *op)
{
    const wg_op *outer = g->rule.op;
    g->rule.op = op;
    return outer;
}
static inline void wgi_rule_end(wg_graph *g, const wg_op *outer) { g->rule.op = outer; }
/* Where the leaf of this number is found in a large graph: see graph.c. */
static inline wgi_number *wgi_number_place(wg_graph *g, uint64_t bits)
{
    return &g->plain.number[bits * 0x9E3779B97F4A7C15u >> 60];
}
static inline bool wgi_holds_number(const wgi_number *at, uint64_t bits, uint32_t t)
{
    return at->bits == bits && at->dtype == t;
}
/* The structure hash of a node: of the prefix, what is the same for all nodes of a kind, and the first operands, b << 32 | a. What
 * does not depend on the prefix is computed beside it, so that a node waits for the one before by a single multiplication. */
static inline wgi_hash wgi_hash_of(const wg_op *op, const wg_shape *shape, uint32_t meta)
{
    return (wgi_hash){ (uint64_t)(uintptr_t)op ^ (uint64_t)(uintptr_t)shape * 0xC2B2AE3D27D4EB4Fu,
                       0xA0761D6478BD642Fu + meta * 0xD6E8FEB86659FD93u };
}
static inline uint64_t wgi_hash_after(uint64_t prefix, wgi_hash own, uint64_t operands)
{
    unsigned __int128 h = (unsigned __int128)(prefix ^ own.x) * (own.y + operands);
    return (uint64_t)h ^ (uint64_t)(h >> 64);
}
static inline void wgi_use(wg_graph *g, uint32_t i)
{
    wgi_node *x = &g->node[i];
    if (x->flags & WGI_USED) return;
    x->flags |= WGI_USED;
    g->loose--;
}
/* The end of every way to make a node: y, whose hash and flags are set and whose operands are marked as used, becomes the next. */
static inline uint32_t wgi_node_count(wg_graph *g, wgi_node *y)
{
    y->scope = g->names.scope;
    g->loose += !(y->flags & WGI_USED);
    return g->count++;
}
uint64_t wgi_node_hash(uint64_t prefix,
                       const wgi_node *n); /* of the structure; numbers, addresses, names, sites stay out */
double wgi_node_weight(const wgi_node *n); /* its part of the graph's weight */
/* A leaf that holds `bits`: a number or a stream. 0: out of memory. */
uint32_t wgi_cell_leaf(wg_graph *g, wg_site here, const wg_op *op, wg_dtype t, uint64_t bits, double number);
wg_node wgi_leaf_number(wg_graph *g, wg_site here, double v, wg_dtype t);
/* x, or if it is a number a leaf that holds it. */
wg_node wgi_number_to_leaf(wg_graph *g, wg_site here, wg_node x, wg_dtype t);
uint32_t wgi_text(wg_graph *g, const char *s);     /* 0: out of memory */
uint32_t wgi_text_add(wg_graph *g, const char *s); /* without a copy; NULL: 0 */
wg_node wgi_error_node(wg_graph *g);
/* Records an error (the arguments of wgi_fail after the context) and is the error node. */
#define WGI_FAIL_NODE(g, ...) (wgi_fail((g)->c, __VA_ARGS__), wgi_error_node(g))
/* True if the handle can be used; else records why (an error node: nothing more to say) . */
bool wgi_usable(wg_node n, wg_site here, const char *what, const char *which);

/* ---- append_plain.c ---- */

/* A node of a plain op of operands of one dtype, whose shapes are equal or scalar: the same record as by the general rules. 0: it
 * is no such node, or there is no memory. */
uint32_t wgi_apply_plain(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n);

/* ---- remembered.c ---- */

#define WGI_NO_CALL UINT32_MAX
typedef struct wgi_calling {
    uint32_t at, first;
    wgi_place before;
} wgi_calling;
void wgi_again_begin(wg_graph *g, wg_mode mode); /* empties the arena */
void wgi_again_stop(wg_graph *g);
void wgi_again_forget(wg_graph *g, uint32_t mark);
/* The result of this call if it is the next one of the last build, whose nodes are then taken; else 0. */
uint32_t wgi_again(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr);
const wgi_called *wgi_again_at(const wg_graph *g, wg_site here,
                               const wg_op *op); /* for leaves, which look closer */
uint32_t wgi_again_reuse(wg_graph *g);
/* Around what appends nodes. */
wgi_calling wgi_call_begin(wg_graph *g);
void wgi_call_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, const wg_node x[], int n,
                  const void *attr, wg_node result);
wg_node wgi_leaf_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, wg_node result);

/* ---- scope_table.c ---- */

uint32_t wgi_scope_in(wg_graph *g, const char *up,
                      const char *name); /* the scope up/name, made if need be; 0: out of memory */
void wgi_scopes_forget(wg_graph *g);

/* ---- layer_names.c ---- */

void wgi_layers_rewind(wg_graph *g, uint32_t mark); /* claims made since are forgotten */

/* Whether an op is one of the library's. What those do is known; a user's, though copied from one of them, may do anything. */
static inline bool wgi_op_is_ours(const wg_op *op) { return op->library == op; }

/* ---- valid.c ---- */

/* Whether hashes, flags and counts are what the records say. For asserts: it looks at every node. */
bool wgi_graph_valid(const wg_graph *g);

/* ---- rule.c ---- */

/* Remembers the first call that failed, for drawings. */
void wgi_failed_call(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n);

/* ---- attr.c ---- */

uint64_t wgi_attr_hash(const wg_op *op, const void *attr);
bool wgi_attr_equal(const wg_op *op, const void *a, const void *b);

/* ---- values.c ---- */

static inline bool wgi_params_changed(const wg_graph *g)
{
    for (size_t i = 0; i < g->now.uses; i++)
        if (g->now.use[i].p->version != g->now.use[i].version) return true;
    return false;
}

static inline void wgi_open(wg_graph *g)
{
    if (g->now.open) return;
    g->now.open = true;
    g->now.committed = false;
    g->now.trail = 0x7121;
    g->now.rans = 0;
    for (size_t i = 0; i < g->now.uses; i++) g->now.use[i].version = g->now.use[i].p->version;
}

void wgi_close(wg_graph *g);
void *wgi_value_of_leaf(const wgi_node *n);
size_t wgi_value_bytes(const wgi_node *n);
/* Where a node's bytes are in this evaluation; NULL: not computed. */
static inline void *wgi_value(const wg_graph *g, uint32_t i)
{
    return g->value[i] ? g->value[i] : wgi_value_of_leaf(&g->node[i]);
}

void wgi_result(wg_graph *g, uint32_t i); /* readable after the parameters have moved */
static inline bool wgi_may_be_parameter(const wgi_node *n)
{
    return n->op->kind == WG_LEAF || n->op->kind == WG_ALIAS;
}
bool wgi_own_bytes(wg_graph *g,
                   uint32_t i); /* a value in a parameter's memory moves with it: gives it bytes of its own */
void wgi_root_done(wg_graph *g, const wgi_request *r, uint32_t i);

#endif
