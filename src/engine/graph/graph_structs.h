/* graph_structs.h: the records that a graph consists of: nodes, remembered calls, requests, the
 * evaluation. */
#ifndef WGI_GRAPH_STRUCTS_H
#define WGI_GRAPH_STRUCTS_H

#include "wengert/op.h"
#include "wgx/graph.h"

#include "params/params.h"

/* CALLS: calls are remembered while a graph has fewer nodes. SHARE_FROM: equal numbers share a leaf in
 * graphs of so many nodes and more. EAGER_FROM: values are computed eagerly from so many nodes on. VECTORS:
 * a graph of so much weight for each node is no program of scalars, and has no such limits. */
#ifdef WG_HOSTILE
enum { WGI_CALLS = 40, WGI_SHARE_FROM = 40, WGI_EAGER_FROM = 20 };
#else
enum { WGI_CALLS = 4096, WGI_SHARE_FROM = 4096, WGI_EAGER_FROM = 256 };
#endif
enum { WGI_VECTORS = 4 };

/* Flags of a node. KEPT: by wg_keep. RESULT: may be read after the parameters have changed. USED: a
 * leaf, or an operand of another node. FIXED: a leaf, but no parameter. SCALAR: of one element, f32 or
 * f64. EVEN: SCALAR, and made by a plain op (append_plain.c) from operands that are SCALAR of the same
 * dtype. DERIVED: made by the derivation of other nodes. INNER: made on the way to a Jacobian, and no
 * result of a call: a plan that keeps all values does not keep this one. */
enum {
    WGI_KEPT = 1,
    WGI_RESULT = 2,
    WGI_USED = 4,
    WGI_FIXED = 8,
    WGI_SCALAR = 16,
    WGI_EVEN = 32,
    WGI_DERIVED = 64,
    WGI_INNER = 128
};
enum { WGI_NUMBERS = 64, WGI_OPS = 64, WGI_VIEWS = 4 };
#define WGI_UNKNOWN (UINT32_MAX / 2)

typedef struct wgi_input {
    const char *name;
    void *data;    /* in the graph's arena, or the caller's memory */
    bool borrowed; /* made by wg_input_borrow */
    bool replaced; /* borrowed, but wg_input_set has given it memory in the arena since */
} wgi_input;

enum { WGI_OF_LAYER = 1 << 30 }; /* in a node's name: wg_node_name does not give it */

typedef struct wgi_node {
    const wg_op *op;
    const wg_shape *shape; /* interned */
    union {
        uint32_t in[2]; /* the operands, if there are at most two */
        uint32_t *list; /* the operands, if there are more */
        /* The value of a number (in its dtype) or of a stream. In the arena, as records change their
         * place. */
        uint64_t *cell;
    };
    union {
        const void *attr;         /* options of the op */
        double number;            /* of a number leaf, before it was converted to its dtype */
        wgi_input *input;         /* of an input leaf */
        wgi_parameter *parameter; /* of a parameter or state leaf */
    };
    wg_site here;
    uint64_t hash;        /* of the structure of nodes 0 to this one */
    uint32_t scope, name; /* indices of texts in wgi_graph_names; 0: none. name: | WGI_OF_LAYER by
                           * wgx_layer_node */
    uint32_t operands;
    uint8_t dtype, output, flags; /* output: which one of its op's outputs the node is */
    uint8_t rewritten : 2;        /* composites.h has what was written instead: wgi_how */
    uint8_t answers : 1;          /* it may have an answer to exact.h; 0: it has none */
    uint8_t spent : 1;            /* a backward that keeps nothing went through it: earlier.c */
} wgi_node;

/* A number leaf of a large graph. Later numbers with the same bits and dtype are the same leaf. */
typedef struct wgi_number {
    uint64_t bits;
    uint32_t leaf, dtype;
} wgi_number;

typedef struct wgi_hash { /* the part of a node's hash that wgi_hash_of computes */
    uint64_t x, y;
} wgi_hash;

/* A plain op, and a record to copy for its nodes of float scalars: append_plain.c. */
typedef struct wgi_plain_op {
    wgi_node node; /* the last such node; only its op is valid while there is none. op NULL: a free entry */
    wgi_hash hash; /* of all nodes that are copies of it */
    const wgi_number *number; /* the entry of the last number that was an operand */
    bool hands_on;            /* its nodes may answer where their operands do (exact.h) */
    /* A call of the kernel for scalars of the record's dtype: append_plain.c. fn NULL: it may not be called
     * eagerly. */
    wg_kernel_fn fn;
    wg_kernel k;
    const void *x[2];
    void *y;
    wg_type type[2];
} wgi_plain_op;

typedef struct wgi_last_view { /* the last view of an op: append_plain.c */
    const wg_op *op;
    uint32_t node;
} wgi_last_view;

typedef struct wgi_uses { /* a parameter set of which this graph has nodes */
    wg_params *p;
    uint64_t version; /* of the set when the evaluation was opened */
} wgi_uses;

typedef struct wgi_assignment { /* by wg_assign: the state leaf, and the node of its new value */
    uint32_t state, value;
} wgi_assignment;

enum { WGI_CALL_OPERANDS = 3 }; /* a call with more operands is not compared with */
_Static_assert(WGI_SHARE_FROM >= WGI_CALLS,
               "calls that are remembered share no number, which may be another at the next build");

typedef struct wgi_called { /* a remembered call of a builder */
    const wg_op *op;        /* NULL: never compare with this call, but make its nodes anew */
    wg_site here;
    const void *attr;              /* a copy of the options, as they were given */
    uint64_t x[WGI_CALL_OPERANDS]; /* an operand's index, or the bits of a number */
    uint8_t operands, numbers;     /* numbers: bit k says that x[k] holds the bits of a number */
    uint32_t scope;                /* the scope of the call */
    uint32_t first, after;         /* it appended nodes [first, after) */
    uint32_t result;               /* index of the node that it returned */
    uint32_t skip;                 /* index of the first remembered call that is not within this one */
    uint32_t loose;                /* of the graph after the call; so are weight and hash */
    double weight;
    uint64_t hash;
    const char *before; /* the place in the graph's arena before the call, and after it */
    wgi_place then;
} wgi_called;

/* A request: the values of some nodes, and with `backward` the gradients of a loss, or with `along` too the
 * product of its Hessian and a vector. */
typedef struct wgi_request {
    wg_site here;
    uint32_t *root; /* nodes whose values are wanted */
    int roots;
    bool backward;
    uint32_t loss;
    /* Parameter leaves whose gradients are wanted. With `rows` also nodes that pick rows of a table: their
     * gradients are rows of its gradient. */
    uint32_t *target;
    int targets;
    bool rows;
    void **into;   /* for each target: the memory that its gradient is written to */
    bool *reached; /* for each target, an answer: whether the loss depends on it */
    /* NULL: gradients are wanted. Otherwise H v: for each target its part of v, in the target's dtype. */
    const void *const *along;
    size_t texts, scopes; /* of the graph before it was derived; 0: it was not */
    uint32_t blocked;     /* an answer: a node without derivative between loss and targets; 0: none */
    bool quiet;           /* made by wgx_peek: the roots do not become results */
    /* The first request of its evaluation, with all gradients written to the parameters' own memory. So every
     * address of the run follows from the addresses of the graph's leaves. */
    bool fresh;
    bool look;          /* made by wg_plan_look: the plans of the user's own requests must not change */
    wgi_plan *plan;     /* an answer: the plan that it was run by, or NULL */
    const uint32_t *at; /* an answer: by local index of the plan, the node of the graph */
    struct wgi_plan_use
        *use;       /* an answer: the place of the plan that at[] is kept for; NULL: at[] is not kept */
    uint64_t place; /* hash of the request and its place in the graph */
    uint64_t id;    /* serial number; a request that repeats another has the same */
} wgi_request;

typedef struct wgi_stream_count { /* how many nameless streams a scope has */
    uint32_t scope, count;
} wgi_stream_count;

typedef struct wgi_layer_name { /* a name of a layer that is taken */
    const wg_params *root;
    const char *name; /* with the prefix of the parameter set */
    const char *what; /* "nn_embedding": the function that the user has called; NULL: it is not known */
    wg_site here;
    uint64_t hash;
    uint32_t at;      /* the number of nodes when it was taken */
    wgi_place before; /* the place in the arena of names, before this one */
} wgi_layer_name;

/* The names of layers: layer_names.c. */
typedef struct wgi_layer_names {
    wgi_layer_name
        *item; /* the first `count` are taken in this build; the rest up to `known` were in an earlier one */
    size_t count, known, capacity;
    wgi_table table; /* of all that are known, by root and name: index plus 1 */
    wgi_arena texts;
} wgi_layer_names;

/* Tables of plain ops and numbers: append_plain.c, leaf.c. */
typedef struct wgi_plain {
    wgi_number number[WGI_NUMBERS];
    wgi_plain_op kind[WGI_OPS]; /* a hash table by op, emptied when it is half full */
    int kinds;
    bool remember;             /* while count < quick: calls are remembered */
    bool eager;                /* a node's value is computed when it is made: append_plain.c */
    uint64_t *cell, *cell_end; /* free memory for such values */
    wg_fault fault;
    wgi_last_view view[WGI_VIEWS];
    uint32_t quick; /* while count < quick, a new node may be a copy of a kind's record */
} wgi_plain;

/* The calls of the last build, and whether this build repeats them: remembered.c. */
typedef struct wgi_build {
    wgi_called *call; /* of the last build; once this build differs, of this build */
    size_t calls, capacity;
    uint32_t at;        /* index of the call to compare with next, or to write next */
    uint32_t open;      /* number of calls that have begun and not ended: they are within each other */
    uint32_t open_from; /* the first node of the outermost of them */
    uint32_t within;    /* number of requests for derivatives that have begun and not ended */
    /* Calls are remembered below so many nodes: WGI_CALLS, or 0 with WG_WITHOUT=rebuild. Equal numbers share
     * a leaf from so many nodes on: WGI_SHARE_FROM. Remembered derivatives raise both by their nodes. */
    uint32_t most, share_from;
    /* The first call that begins at share_from or behind it settles whether the graph is one of vectors. Both
     * limits are then raised. limits_at: the number of nodes at that call; 0: it has not begun. */
    uint32_t limits_at;
    bool vectors;
    bool repeats; /* so far this build repeats the last one */
    /* Serial number of the structure of nodes [0, count). It rises when the structure may have changed. */
    uint64_t structure;
    /* Serial number of the structure and of the addresses of its leaves. Raise it (wgi_leaf_moved) when a
     * leaf's address changes. Equal numbers mean: same nodes, same addresses. No two graphs have equal
     * numbers. */
    uint64_t leaves;
} wgi_build;

/* Names and scopes: scopes.c, layer_names.c. */
typedef struct wgi_graph_names {
    const char **text; /* names of nodes and paths of scopes; [0] is "" */
    size_t texts, capacity;
    bool fleeting;   /* names and scopes that are made now are cut again: wgi_texts_cut */
    uint32_t scope;  /* the present scope: new nodes are in it */
    uint32_t *stack; /* the scopes around it, outermost first */
    size_t depth, stack_capacity;
    wgi_table scopes;          /* by path: the index of the path in `text` */
    wgi_stream_count *streams; /* an entry for each scope that has nameless streams */
    size_t stream_scopes, stream_capacity;
    wgi_table streams_of; /* by scope: the index of its entry in `streams`, plus 1 */
    wgi_layer_names layers;
} wgi_graph_names;

/* Nodes that may be read after the parameters have changed, and the new values of states: values.c,
 * run/eval.c. */
typedef struct wgi_results {
    uint32_t *kept; /* nodes with the flag WGI_KEPT */
    size_t kepts, kept_capacity;
    uint32_t *list; /* nodes with the flag WGI_RESULT */
    size_t count, capacity;
    wgi_assignment *assign;
    size_t assigns, assign_capacity;
} wgi_results;

/* A plan that has run in the evaluation. plan NULL: it was freed since. */
typedef struct wgi_ran {
    wgi_plan *plan;
    const uint32_t *at; /* by local index of the plan: the node of the graph */
} wgi_ran;

typedef struct wgi_span { /* nodes [first, last] */
    uint32_t first, last;
} wgi_span;

/* The evaluation as it was before a request: values.c. lowest: the lowest node that may have got a value
 * since, before the next request. */
typedef struct wgi_before {
    size_t rans, spans;
    uint64_t trail;
    wgi_place values;
    uint32_t lowest;
} wgi_before;

/* The evaluation: values.c, run/eval.c, run/plan/wishes.c. */
typedef struct wgi_evaluation {
    bool open;
    bool eager;     /* not open, but value[] has values that were computed when their nodes were made */
    bool committed; /* the states have got their new values */
    bool frozen;    /* by wgx_graph_freeze: the end of an evaluation does not raise the epoch */
    bool peeked;    /* only wgx_peek has used it, or calls that failed: its end does not raise the epoch */
    uint64_t epoch;
    uint64_t saved; /* for wg_save: the epoch of the next evaluation */
    /* 1 + the epoch that the graph had before the open batch of shards (group/); 0: it was made since. */
    uint64_t before_batch;
    uint64_t serial; /* no two evaluations of a context have the same */
    uint64_t trail;  /* hash of what has been run in this evaluation; a plan is found by it, among others */
    wgi_ran *ran;    /* the plans that have run in this evaluation, in order */
    size_t rans, ran_capacity;
    size_t mapped;   /* for ran[0 .. mapped) `maker` is filled */
    uint32_t *maker; /* by node: an index of ran[] plus 1, to be checked: run/plan/wishes.c */
    size_t maker_capacity;
    bool missed;     /* a request needed a value that an earlier one had dropped: run/plan/first.c */
    wgi_before *log; /* of the requests that have left values behind, but for the first if it was repeated */
    size_t logs, log_capacity;
    uint32_t lowest; /* wgi_before.lowest of the last of them */
    wgi_span *span;  /* the nodes that may have an entry in value[] */
    size_t spans, span_capacity;
    wgi_uses *use; /* the parameter sets of which the graph has nodes */
    size_t uses, use_capacity;
} wgi_evaluation;

/* What a run leaves for the next run: run/request.c and run/plan/. */
typedef struct wgi_running {
    wgi_plan *last;   /* the plan of the last wg_backward, if the request can be repeated: run/plan/bind.c */
    uint32_t derived; /* the first node of the derivative while wg_backward is interpreted; otherwise 0 */
    /* Of the derivative's node `derived` + k: where the gradient that it makes belongs. NULL: anywhere. */
    void *const *into;
    bool gives_back;  /* the next evaluation needs less memory for values: the end of this one frees it */
    double spent;     /* what the interpreter has spent on this request: run/request.c */
    void *work;       /* memory for the intermediate values of plans */
    size_t work_size; /* in bytes */
    struct wgi_clock *clock; /* where the times of the steps are noted; NULL: they are not wanted */
} wgi_running;

/* What wgi_busy_begin has changed: busy.c. */
typedef struct wgi_busy {
    uint32_t depth; /* 0: the graph is not busy */
    uint32_t generation, room, quick, since, stamp;
} wgi_busy;

/* What wg_backward warns of: run/warnings.c. */
typedef struct wgi_habits {
    const char *idle; /* an op of this graph that does nothing, or learns nothing, in WG_EVAL; NULL: none */
    wg_site idle_at;
    uint32_t idle_in; /* the generation of the build that called it; later builds may have repeated it */
    uint32_t idle_node, idle_call; /* the number of nodes, and of remembered calls, then */
    uint32_t backwards;            /* since wg_begin, each on more nodes than the one before */
    uint32_t nodes;                /* at the last of them */
} wgi_habits;

typedef struct wgi_past { /* nodes that are older than the last removal */
    uint32_t since, stamp;
} wgi_past;

/* By wgx_graph_mark: the memory and the texts of the graph when it had `count` nodes. */
typedef struct wgi_mark {
    uint32_t count;
    wgi_place arena;
    size_t texts;
} wgi_mark;
enum { WGI_MARKS = 8 };

/* What the rule of node y has looked at, of the nodes [from, first). first: the first node that it has
 * made. */
typedef struct wgi_watch {
    uint32_t y, from, first;
    bool looked;
} wgi_watch;

struct wg_graph {
    struct wgx_held *held; /* the values of the open evaluation that are held; NULL: none */
    wg_context *c;
    wg_graph *next;         /* of the context's graphs, or of those that were freed */
    wg_graph *before;       /* in the list of the context's graphs */
    wg_graph *copy_of;      /* copy.c: the graph whose options and lists it uses; NULL: it has its own */
    uint32_t shut;          /* busy.c: more than 0 between wgi_shut and wgi_unshut: it gets no node */
    wg_status before_shut;  /* of the context */
    struct wgi_with *withs; /* params_with.c */
    wg_mode mode;
    bool anew; /* by wgx_graph_draw_anew */
    /* A handle of another generation is refused. No two builds of graphs of one context have the same. 0:
     * the graph is freed, or busy. */
    uint32_t generation;
    uint32_t born; /* the generation of its first build: older handles are of a graph that was freed */
    /* The generation of a node's handle is that of the build until nodes are removed; those that are made
     * then have a new one, so that no handle means two nodes. The nodes from `since` on have `stamp`; those
     * from past[k].since on, up to the next, past[k].stamp. */
    uint32_t since, stamp;
    wgi_past *past;
    size_t pasts, past_capacity;
    wgi_node *node;
    void **value;    /* by node: see values.c. All entries from count on are NULL */
    uint8_t *marked; /* by node: for the use of one call, which must set all entries back to 0 */
    uint32_t count;  /* number of nodes */
    uint32_t room;   /* before count exceeds it, wgi_room must be called */
    size_t node_capacity, value_capacity, marked_capacity;
    uint32_t *param; /* parameter and state nodes */
    size_t params, param_capacity;
    wgi_table leaves; /* by parameter, the first `tabled` of param[]: param.c */
    size_t tabled;
    bool lazy;        /* a node of this or an earlier build has lazy operands (wg_op.lazy) */
    uint32_t loose;   /* number of nodes that are neither leaves nor operands; about WGI_UNKNOWN: not known */
    double weight;    /* sum of wgi_node_weight over all nodes: says how large the values are */
    wgi_arena arena;  /* options, operand lists, cells, names: freed by wg_begin */
    wgi_arena values; /* values of nodes: freed at the end of the evaluation */
    wgi_arena temp;   /* for the use of one call, which must rewind it */
    wgi_plain plain;
    wgi_build build;
    struct wgi_composite *composite; /* calls of composite ops: composites.c */
    size_t composites, composite_capacity;
    wgi_graph_names names;
    wgi_results results;
    wgi_evaluation now;
    wgi_running run;
    wgi_busy busy;
    wgi_habits habits;
    wgi_mark mark[WGI_MARKS]; /* the last ones, by rising count */
    uint32_t marks;
    struct {
        const wg_op *op; /* the op whose derivative rule is being called; NULL: none is */
        wg_dtype floats; /* of the op whose rule or expansion is at work: wgi_default_dtype; 0: none is */
        const struct wgi_choice *choice; /* of the gradient that the rule is given: grad/choice.h */
        bool refused;                    /* the rule tried to make a leaf: wgi_rule_makes */
        bool asked;                      /* a node was asked for its op: apply.c */
        bool rounded;                    /* the slope is to be that of the rounded value: wgi_rounds */
        bool rounds;                     /* a rule has asked for that */
        bool widens;           /* the rule is a user's, of a result of f64, in a context with .widens */
        bool aside;            /* it is called to hear what it says, on nodes that have no values */
        uint32_t users;        /* how many rules of ops that call a function of the user were called */
        struct wgi_asks *asks; /* where such calls are noted: grad/asks.c; NULL: they are not */
        wgi_watch watch;
    } rule;
    wgx_failure failure; /* the first call that failed; valid while failed_at is the context's `recoveries` */
    uint64_t failed_at;
    struct wgi_at_end *at_end;   /* graph.c */
    struct wgi_earlier *earlier; /* nodes of parameters that have changed since: earlier.c */
    size_t earliers, lost;       /* their number; how many of them have no value */
    wgx_graph_watch *watch;      /* by wgx_graph_watch_by */
    struct wgi_noted *noted;     /* by node: the node whose gradient it is: noted.c */
    size_t noted_capacity;
};

/* core_ops.c: rules of an op of kind WG_ALIAS whose value is that of its first operand. */
bool wgi_shape_of_first(wg_rule *r);
int64_t wgi_at_start(const wg_kernel *k);

#endif
