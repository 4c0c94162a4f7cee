/* wgi.h: what the core's files share, in sections by owner. Nothing outside src/'s core includes it. */
#ifndef WGI_H
#define WGI_H

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "wengert/grad.h"
#include "wengert/op.h"
#include "wengert/params.h"

#include "base/threads.h"

#ifdef WG_HOSTILE
enum { WGI_CHUNK = 256, WGI_POISON = 0xAB, WGI_PLANS = 3, WGI_CALLS = 40, WGI_SHARE_FROM = 40 };
#else
enum { WGI_CHUNK = 1 << 16, WGI_POISON = 0, WGI_PLANS = 64, WGI_CALLS = 4096, WGI_SHARE_FROM = 4096 };
#endif

#define WGI_MIN(a, b) ((a) < (b) ? (a) : (b))
#define WGI_MAX(a, b) ((a) > (b) ? (a) : (b))

/* ---- arena.c ---- */

/* Bump allocation in chunks that never move; reset keeps the chunks. Sizes are rounded so that 8 bytes and less are aligned
 * to 8, larger ones to 64. */
typedef struct wgi_chunk wgi_chunk;
typedef struct wgi_arena {
    wg_context *c;
    wgi_chunk  *first, *now;
    char       *at, *end;
} wgi_arena;
void *wgi_arena_alloc(wgi_arena *a, size_t size); /* not zeroed; NULL after recording the error */
void  wgi_arena_reset(wgi_arena *a);
void  wgi_arena_free(wgi_arena *a);
char *wgi_arena_text(wgi_arena *a, const char *s);
/* The place now, and back to it: what was allocated since is forgotten. */
typedef struct wgi_place {
    wgi_chunk *now;
    char      *at, *end;
} wgi_place;
static inline wgi_place wgi_arena_place(const wgi_arena *a) { return (wgi_place){ a->now, a->at, a->end }; }
static inline void      wgi_arena_rewind(wgi_arena *a, wgi_place p)
{
    if (!p.now) {
        wgi_arena_reset(a);
        return;
    }
    a->now = p.now;
    a->at = p.at;
    a->end = p.end;
}
size_t wgi_arena_bytes(const wgi_arena *a);

/* ---- context.c ---- */

typedef struct wgi_block wgi_block;
typedef struct wgi_shape {
    wg_shape s; /* first: a node's shape pointer is a wgi_shape's */
    int64_t  size;
    uint64_t hash;
} wgi_shape;
typedef struct wgi_plan  wgi_plan;
typedef struct wgi_trace wgi_trace;

struct wg_context {
    wg_options        o;
    wg_allocator      memory;
    wgi_block        *blocks;
    size_t            live; /* blocks */
    int               isa;
    wg_status         status;
    wg_site           failed_here; /* of the first error, to find its graph's failure */
    char              message[1024];
    char             *long_message; /* when message is too short */
    bool              fixed;        /* the nil context: nothing may change it */
    wgi_shape       **shapes;       /* interned, open addressing */
    const wg_shape   *scalar;       /* of them */
    uint32_t          shape_count, shape_capacity;
    wgi_arena         arena; /* shapes, kept sites: as long as the context */
    wgi_plan         *plans; /* most recently used first */
    int               plan_count;
    uint64_t          plan_serial;
    uint64_t          structures; /* given out: see rebuild.c */
    uint64_t         *seen;       /* keys seen once, open addressing, forgotten when full */
    uint32_t          seen_count;
    struct wg_graph  *graphs, *tracer; /* tracer: where rules are traced */
    wgi_trace        *traces;
    struct wg_params *params;
};

/* Records the first error. format's own place is `here`, what the op or call. */
wg_status wgi_fail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, ...) WG_PRINTF(5, 6);
void      wgi_warn(wg_context *c, const char *format, ...) WG_PRINTF(2, 3);
void     *wgi_raw(wg_context *c, size_t count, size_t size);                            /* as wg_alloc, not zeroed */
void     *wgi_grow(wg_context *c, void *p, size_t *capacity, size_t need, size_t size); /* doubles; NULL: p stays as it was */
static inline bool wgi_ok(const wg_context *c) { return c && !c->status; }
/* Argument k of a site's text, into buf; "" if there is none. */
const char *wgi_argument(wg_site here, int k, char *buf, size_t size);

/* ---- shape.c ---- */

const wg_shape       *wgi_intern(wg_context *c, const wg_shape *s); /* NULL: out of memory */
static inline int64_t wgi_size(const wg_shape *s) { return ((const wgi_shape *)(const void *)s)->size; }
bool                  wgi_broadcast(const wg_shape *a, const wg_shape *b, wg_shape *y);
bool                  wgi_shape_fits(const wg_shape *s); /* sizes not negative, their product below 2^60 */
/* Strides in elements of x broadcast to y (0 where repeated), for y's axes. */
void wgi_strides(const wg_shape *x, const wg_shape *y, int64_t stride[WG_MAX_RANK]);
void wgi_convert(wg_dtype to, void *y, wg_dtype from, const void *x, int64_t n); /* casts of docs/arithmetic.md */

/* ---- leaf.c: the ops that the core itself needs ---- */

extern const wg_op wgi_op_error, wgi_op_number, wgi_op_input, wgi_op_param, wgi_op_state, wgi_op_stream, wgi_op_identity,
    wgi_op_custom;
extern const wg_op *const wgi_ops_leaf[];

/* ---- registry.c ---- */

bool wgi_op_registered(const wg_op *op); /* one of the library's */

/* ---- graph.c ---- */

/* USED: a leaf, or an operand of another node; FIXED: a leaf but a parameter; SCALAR: rank 0, f32 or f64; EVEN: SCALAR, by a
 * plain op of operands that are SCALAR of the same dtype */
enum { WGI_KEPT = 1, WGI_RESULT = 2, WGI_USED = 4, WGI_FIXED = 8, WGI_SCALAR = 16, WGI_EVEN = 32 };
enum { WGI_NUMBERS = 16, WGI_OPS = 32 };
/* How many records ahead those who go from node to node ask for: a page of 4 KiB, which is where hardware stops by itself. */
enum { WGI_AHEAD = 64 };
/* A place in a table of WGI_OPS: descriptors stand at regular distances, hence the multiplication. */
static inline uint32_t wgi_op_place(const wg_op *op) { return (uint32_t)((uint64_t)(uintptr_t)op * 0x9E3779B97F4A7C15u >> 59); }
#define WGI_UNKNOWN (UINT32_MAX / 2)

typedef struct wgi_input {
    const char *name;
    void       *data;               /* in the arena, or borrowed */
    bool        borrowed, replaced; /* replaced: borrowed, until wg_input_set gave it bytes of its own */
} wgi_input;

typedef struct wgi_parameter wgi_parameter;
typedef struct wgi_piece     wgi_piece;

typedef struct wgi_node {
    const wg_op    *op;
    const wg_shape *shape; /* interned */
    union {
        uint32_t  in[2]; /* up to two operands */
        uint32_t *list;  /* more */
        uint64_t *cell;  /* leaves: a number in its dtype, a stream; in the arena, since nodes move */
    };
    union {
        const void    *attr;
        double         number;
        wgi_input     *input;
        wgi_parameter *parameter;
    };
    wg_site  here;
    uint64_t hash;        /* of the structure from the first node to this */
    uint32_t scope, name; /* into the graph's texts; 0: none */
    uint32_t operands;
    uint8_t  dtype, output, flags;
} wgi_node;

typedef struct wgi_number { /* a leaf of a large graph that equal numbers of one dtype share */
    uint64_t bits;
    uint32_t leaf, dtype;
} wgi_number;

typedef struct wgi_hash { /* see wgi_hash_of */
    uint64_t x, y;
} wgi_hash;

/* What is the same in all nodes of a plain op of float scalars of one dtype. */
typedef struct wgi_kind {
    wgi_node          node; /* op NULL: none */
    wgi_hash          hash;
    const wgi_number *number; /* where the last that stood beside one was found */
} wgi_kind;

typedef struct wgi_uses { /* a parameter set in this graph, and its version when the evaluation was opened */
    wg_params *p;
    uint64_t   version;
} wgi_uses;

typedef struct wgi_assignment {
    uint32_t state, value;
} wgi_assignment;

enum { WGI_CALL_OPERANDS = 3 }; /* of a call that is remembered: one among the first WGI_CALLS nodes */
_Static_assert(WGI_SHARE_FROM >= WGI_CALLS, "calls that are remembered share no number, which may be another at the next build");

typedef struct wgi_called { /* a call that appended nodes [first, after), and how it left the graph */
    const wg_op *op;        /* NULL: not to be compared with */
    wg_site      here;
    const void  *attr; /* as given */
    uint64_t     x[WGI_CALL_OPERANDS];
    uint8_t      operands, numbers; /* numbers: a bit for each operand of which x holds the bits, not the index */
    uint32_t     scope, first, after, result, loose, skip; /* skip: the call after those within this one */
    double       weight;
    uint64_t     hash;
    wgi_place    before, then; /* of the arena */
} wgi_called;

/* What is asked of a run: the values of roots, and for a backward one the gradients of loss by targets. */
typedef struct wgi_request {
    wg_site   here;
    uint32_t *root;
    int       roots;
    bool      backward;
    uint32_t  loss;
    uint32_t *target; /* parameter leaves */
    int       targets;
    void    **into;    /* targets: where each gradient goes */
    bool     *reached; /* targets: filled */
    uint32_t  blocked; /* filled: a node without a derivative on the way, 0 if none */
    bool      quiet;   /* a peek: its roots become no results */
    bool      fresh;   /* the first of its evaluation, gradients straight to the parameters' memory: where all lies follows
                          from the graph's leaves */
    wgi_plan *plan;    /* filled: that it was run by, or NULL */
    uint64_t  key, id; /* id: of the request, and of those that repeat it */
} wgi_request;

typedef struct wgi_asked {    /* the last request of wg_backward: repeat.c */
    wgi_request      request; /* plan NULL: there is none to be repeated */
    const wg_params *p;
    uint64_t         leaves;
    size_t           params, room;
    void           **into; /* of the request, and beside it */
    bool            *reached;
} wgi_asked;

typedef struct wgi_stream_count { /* streams made in a scope so far */
    uint32_t scope, count;
} wgi_stream_count;

struct wg_graph {
    wg_context  *c;
    wg_graph    *next;
    wg_mode      mode;
    uint32_t     generation;
    wgi_node    *node;
    void       **value;       /* of this evaluation; leaves: NULL unless overridden; NULL from count on */
    uint8_t     *marked;      /* by node, for one call; all 0 between calls */
    uint32_t     count, room; /* room: how far count may grow before wgi_slot must look */
    size_t       node_capacity, value_capacity, marked_capacity;
    uint32_t     loose;  /* nodes that no other uses, at least; WGI_UNKNOWN: not counted since nodes were taken away */
    double       weight; /* of all nodes but scalars: elements to be made, those of products times 64 */
    wgi_number   number[WGI_NUMBERS];
    const wg_op *plain[WGI_OPS];   /* ops that apply.c has found to be plain */
    wgi_kind     kind[2][WGI_OPS]; /* of one operand, of two: see scalars.c */
    uint32_t     quick;            /* how far count may grow that way, 0: not at all */
    bool         warned;
    /* rebuild.c */
    wgi_called *call; /* of the last build; while not again, of this one */
    size_t      calls, call_capacity;
    uint32_t    call_at;   /* the next to compare with, or to remember */
    uint32_t    calling;   /* calls open */
    bool        again;     /* this build is like the last so far */
    uint64_t    structure; /* changes when nodes [0, count) may not be what they were */
    uint64_t
        leaves; /* changes with it, and when leaves of [0, count) may lie elsewhere or be another's; no two graphs' are equal */

    wgi_arena arena;  /* attributes, operand lists, texts: until begin */
    wgi_arena values; /* until the evaluation ends */
    wgi_arena temp;   /* of one call */

    const char      **text; /* names and scopes; [0] is "" */
    size_t            texts, text_capacity;
    uint32_t          scope;
    uint32_t         *scope_stack;
    size_t            scope_depth, scope_capacity;
    wgi_stream_count *streams;
    size_t            stream_scopes, stream_capacity;
    struct wgi_layer *layers; /* layer names taken, for nn.c's rule */

    uint32_t       *param; /* parameter and state nodes */
    size_t          params, param_capacity;
    uint32_t       *kept;
    size_t          kepts, kept_capacity;
    uint32_t       *result;
    size_t          results, result_capacity;
    wgi_assignment *assign;
    size_t          assigns, assign_capacity;

    /* the evaluation */
    bool      open, committed, frozen;
    bool      peeked; /* opened by wg_peek alone: no epoch is used up */
    uint64_t  epoch;
    uint64_t  trail;  /* what has been run in this evaluation: plans are found by it */
    wgi_plan *ran[8]; /* the plans among it */
    int       rans;
    wgi_uses *use;
    size_t    uses, use_capacity;

    wgi_asked asked;

    void  *work; /* shared by the plans' intermediate values */
    size_t work_size;

    struct wgi_clock *clock; /* runs are timed: plan_look.c */

    wg_failure failure;
};

static inline bool            wgi_is_leaf(const wgi_node *n) { return n->op->kind == WG_LEAF; }
static inline const uint32_t *wgi_in(const wgi_node *n) { return n->operands <= 2 ? n->in : n->list; }
static inline wg_node         wgi_handle(wg_graph *g, uint32_t i)
{
    wg_node n;
    n.graph = g, n.index = i, n.generation = g->generation;
    return n;
}
static inline bool     wgi_is_number(wg_node n) { return !n.graph && !wg_is_none(n); }
static inline uint64_t wgi_number_bits(wg_node n) { return ~(n.index | (uint64_t)n.generation << 32); }
double                 wgi_number_value(wg_node n);
wgi_node              *wgi_node_of(wg_node n); /* NULL unless of the present generation and inside the graph */
uint32_t               wgi_append(wg_graph *g, const wgi_node *n); /* 0: out of memory */
bool                   wgi_room(wg_graph *g);                      /* for one more node, when count has reached room */
wgi_node              *wgi_slot(wg_graph *g); /* the next record, zeroed, to be filled and settled; NULL: out of memory */
uint32_t               wgi_settle(wg_graph *g, wgi_node *n);   /* makes it a node */
void                   wgi_forget(wg_graph *g, uint32_t mark); /* the nodes from mark on */
/* Where the leaf of this number is found in a large graph: see graph.c. */
static inline wgi_number *wgi_number_place(wg_graph *g, uint64_t bits) { return &g->number[bits * 0x9E3779B97F4A7C15u >> 60]; }
static inline bool        wgi_holds_number(const wgi_number *at, uint64_t bits, uint32_t t)
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
wg_node  wgi_leaf_number(wg_graph *g, wg_site here, double v, wg_dtype t);
uint32_t wgi_text(wg_graph *g, const char *s); /* 0: out of memory */
wg_node  wgi_error_node(wg_graph *g);
/* True if the handle can be used; else records why (an error node: nothing more to say) . */
bool       wgi_usable(wg_node n, wg_site here, const char *what, const char *which);
wg_params *wgi_params_root(wg_params *p);

/* ---- scalars.c ---- */

void wgi_kind_learn(wg_graph *g, uint32_t i); /* nodes to come that are like node i may go the short way */

/* ---- rebuild.c ---- */

#define WGI_NO_CALL UINT32_MAX
typedef struct wgi_calling {
    uint32_t  at, first;
    wgi_place before;
} wgi_calling;
void wgi_again_begin(wg_graph *g, wg_mode mode); /* empties the arena */
void wgi_again_stop(wg_graph *g);
void wgi_again_forget(wg_graph *g, uint32_t mark);
/* The result of this call if it is the next one of the last build, whose nodes are then taken; else 0. */
uint32_t          wgi_again(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr);
const wgi_called *wgi_again_at(const wg_graph *g, wg_site here, const wg_op *op); /* for leaves, which look closer */
uint32_t          wgi_again_take(wg_graph *g);
/* Around what appends nodes. */
wgi_calling wgi_call_begin(wg_graph *g);
void        wgi_call_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr,
                         wg_node result);
wg_node     wgi_leaf_end(wg_graph *g, wgi_calling k, wg_site here, const wg_op *op, wg_node result);

/* ---- layers.c ---- */

void wgi_layers_rewind(wg_graph *g, uint32_t mark); /* claims made since are forgotten */

/* ---- apply.c ---- */

uint64_t               wgi_attr_hash(const wg_op *op, const void *attr);
bool                   wgi_attr_equal(const wg_op *op, const void *a, const void *b);
static inline uint64_t wgi_mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

/* ---- grad.c ---- */

/* Appends the gradients of sum of <seed[j], y[j]> with respect to x[]; gx[k] wg_none where nothing reaches x[k]. blocked
 * takes the first node whose rule has no derivative on a path to x, 0 if there is none. */
bool    wgi_reverse(wg_graph *g, wg_site here, const wg_node y[], const wg_node seed[], int ny, const wg_node x[], int nx,
                    wg_node gx[], uint32_t *blocked);
wg_node wgi_to_shape(wg_site here, wg_node g, const wg_shape *s, wg_dtype t); /* broadcast, cast to a shape and dtype */

/* ---- evaluation: eval.c ---- */

bool  wgi_open(wg_graph *g);
void  wgi_close(wg_graph *g);
bool  wgi_moved(const wg_graph *g);
void *wgi_value_of_leaf(const wgi_node *n);
/* Where a node's bytes are in this evaluation; NULL: not computed. */
static inline void *wgi_value(const wg_graph *g, uint32_t i)
{
    return g->value[i] ? g->value[i] : wgi_value_of_leaf(&g->node[i]);
}

void               wgi_result(wg_graph *g, uint32_t i); /* readable after the parameters have moved */
static inline bool wgi_may_be_parameter(const wgi_node *n) { return n->op->kind == WG_LEAF || n->op->kind == WG_ALIAS; }
bool wgi_own_bytes(wg_graph *g, uint32_t i); /* a value in a parameter's memory moves with it: gives it bytes of its own */
void wgi_root_done(wg_graph *g, const wgi_request *r, uint32_t i);

/* ---- interpret.c ---- */

bool               wgi_interpret(wg_graph *g, const uint32_t *root, int roots);
void               wgi_fault_report(wg_graph *g, const wg_op *op, wg_site here, const wg_fault *f);
static inline void wgi_fault_clear(wg_fault *f) { f->index = INT64_MAX, f->text = NULL; }

/* ---- sweep.c ---- */

/* The gradients of a backward request whose loss has a value, as numbers. False: not a program of scalars, or an error. */
bool wgi_sweep(wg_graph *g, wgi_request *r);

/* ---- tile.c: programs over tiles ---- */

enum { WGI_TILE = 1024 };

typedef enum wgi_ref_kind { WGI_FULL, WGI_ONE, WGI_REG } wgi_ref_kind;
typedef struct wgi_ref {
    wgi_ref_kind kind;
    uint32_t     index; /* FULL, ONE: of the pointer table; REG: of the tile buffers */
    uint32_t     size;  /* of an element */
} wgi_ref;

typedef struct wgi_load { /* a broadcast operand, spread into a tile buffer */
    uint32_t from, reg, size;
    int      rank; /* of the coalesced axes */
    int64_t  dim[WG_MAX_RANK], stride[WG_MAX_RANK];
} wgi_load;

typedef struct wgi_instr {
    wg_kernel_fn    fn;
    const wg_op    *op;
    const void     *attr, *prepared;
    int             operands;
    const wgi_ref  *x;
    wgi_ref         y;
    const wg_type  *xt, *yt;
    bool            fold;   /* a whole reduction: y is its scratch */
    const wgi_load *load;   /* instead of a kernel */
    wg_kernel_fn    stream; /* y is a tile buffer, from which this takes it to `to`, past the caches; or NULL */
    wgi_ref         to;
    uint32_t        node; /* for errors */
} wgi_instr;

typedef struct wgi_program {
    wgi_instr *instr;
    int        instrs, regs, most_operands;
    int64_t    size;
    wgi_ref   *ahead; /* large operands, fetched into the cache a tile ahead */
    int        aheads;
} wgi_program;

typedef struct wgi_env { /* of one run */
    void       **ptr;
    uint64_t     seed, epoch;
    wg_fault    *fault;
    uint32_t     failed_node; /* of the instruction that failed, 0: of the step */
    const wg_op *failed_op;
} wgi_env;

/* Elements [begin, end) of a program; regs: WGI_TILE * 8 bytes for each tile buffer; begin a multiple of WGI_TILE. */
bool                      wgi_tiles(const wgi_program *p, wgi_env *e, void *regs, int64_t begin, int64_t end);
size_t                    wgi_tile_bytes(const wgi_program *p);
wg_kernel_fn              wgi_kernel_of(const wg_op *op, int isa);
int                       wgi_isa_best(void);  /* of this processor and build: an index of wg_op.kernel */
extern const wg_kernel_fn wgi_stream[WG_ISAS]; /* by instruction set: ops/stream.c */
/* A kernel by its op's short form; else the kernel itself. */
static inline bool wgi_call(const wg_op *op, wg_kernel_fn fn, const wg_kernel *k);
bool               wgi_map_short(const wg_kernel *k, const wg_op *op);
static inline bool wgi_call(const wg_op *op, wg_kernel_fn fn, const wg_kernel *k) { return fn ? fn(k) : wgi_map_short(k, op); }
void               wgi_load_run(const wgi_load *l, const void *from, char *to, int64_t begin, int64_t end);
bool wgi_load_make(wgi_load *l, const wg_shape *x, const wg_shape *y); /* coalesces axes; false: dense, no load needed */

/* ---- plan.c, plan_cache.c ---- */

bool wgi_run(wg_graph *g, wgi_request *r);
bool wgi_run_known(wg_graph *g, wgi_request *r); /* by r->plan */
void wgi_plans_free(wg_context *c);

/* ---- repeat.c ---- */

wgi_request *wgi_repeat(wg_graph *g, const wg_params *p, uint32_t loss); /* the last one, if it would be the same */
bool         wgi_repeat_room(wg_graph *g, wgi_request *r);               /* else; false: out of memory */
void         wgi_repeat_remember(wg_graph *g, const wg_params *p, const wgi_request *r);

/* ---- threads.c: threads.h, and ---- */

int wgi_cores(void);
/* Between these two a BLAS call on this thread is serial. */
int  wgi_gate_open(void);
void wgi_gate_close(int was);

/* ---- plan_look.c ---- */

double wgi_now(void); /* seconds */

/* ---- blas.c: the gate of gemm.h ---- */

void        wgi_blas_start(void);
const char *wgi_blas_about(void);

/* ---- params.c ---- */

struct wgi_parameter {
    char          *name;
    wg_params     *owner; /* the root set */
    wg_shape       shape;
    wg_dtype       dtype;
    bool           state;
    int64_t        size;
    void          *data, *grad;
    bool           reached;  /* by the last backward */
    wg_site        here;     /* where it was made */
    wg_graph      *in_graph; /* its node: a cache */
    uint32_t       in_generation, in_index;
    wgi_piece     *piece; /* where data and grad lie, from element `at` on */
    int64_t        at;
    wgi_parameter *next_in_piece;
};

struct wgi_piece {
    wgi_piece     *next;
    wg_dtype       dtype;
    bool           state;
    int64_t        size, used;   /* elements */
    wgi_parameter *first, *last; /* in it, in order */
    void          *data, *grad;
    void          *moment[2]; /* of the optimizer, in f32 or f64 as data */
};

typedef enum wgi_gradients { WGI_GRAD_NONE, WGI_GRAD_READY, WGI_GRAD_USED } wgi_gradients;

struct wg_params {
    wg_context     *c;
    wg_params      *next;   /* of the context's sets */
    wg_params      *root;   /* of a subset; itself for a set */
    char           *prefix; /* of a subset, with the final dot */
    wg_params      *subs;   /* of a set, to free */
    wgi_parameter **item;
    size_t          count, capacity;
    uint32_t       *index; /* hash of names */
    size_t          index_size;
    uint64_t        version;
    wgi_piece      *pieces;
    int64_t         piece_size; /* of the last that several share */
    wgi_gradients   gradients;
    wg_site         used_here; /* of the step that used them */
    bool            optimized;
    uint64_t        reached_by; /* the request that the parameters' `reached` are of, 0: of none */
};

wgi_parameter     *wgi_params_find(const wg_params *root, const char *full);
static inline bool wgi_params_holds(const wg_params *p, const wgi_parameter *q)
{
    return p->root == q->owner && (!p->prefix || strncmp(q->name, p->prefix, strlen(p->prefix)) == 0);
}

/* ---- params_store.c ---- */

bool  wgi_store_take(wgi_parameter *q);  /* memory for its values, zeroed */
void  wgi_store_give(wgi_parameter *q);  /* back: of the last that took */
void  wgi_store_enter(wgi_parameter *q); /* among those of its piece */
void *wgi_grad_memory(wgi_parameter *q); /* NULL: out of memory */
bool  wgi_store_moments(wgi_piece *s, wg_context *c, int count);
void  wgi_store_drop_moments(wg_params *root);
void  wgi_store_free(wg_params *root);

/* ---- init.c ---- */
bool     wgi_init_fill(wg_context *c, const wg_init *init, const char *name, const wg_shape *s, wg_dtype t, void *data);
uint64_t wgi_text_hash(const char *s);

/* ---- random.c ---- */
void   wgi_philox(uint64_t key, uint64_t counter_high, uint64_t counter_low, uint32_t out[4]);
double wgi_normal_draw(uint64_t seed, uint64_t stream, uint64_t i);
double wgi_uniform_draw(uint64_t seed, uint64_t stream, uint64_t i); /* in [0, 1) */

/* ---- builders that the core may use (grad.c and jvp.c only) ---- */
/* wg_addn_at, wg_sum_to_at, wg_broadcast_to_at, wg_cast_at, wg_fill_at, wg_reshape_at of ops.h */

#endif
