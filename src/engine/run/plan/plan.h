/* plan.h: compiled plans, and how they are compiled and run.
 *
 * A plan is a list of steps over buffers. A step is one phase of a kernel, or a program over tiles. No
 * address is kept in the steps: each run first fills a table of addresses, one for each buffer.
 *
 * A plan knows nothing of the graph around the nodes that its request reaches. It numbers these nodes
 * itself: local indices. A list, at[], gives the node of the graph for each of them. So a plan can be run for
 * every place in every graph where the reached nodes have the same structure. */
#ifndef WGI_PLAN_H
#define WGI_PLAN_H

#include <limits.h>

#include "run/run.h"

/* PLANS: at most in a context. PLACES: at most of a plan, but about as many as the context has graphs, if
 * these are more. PLACE_BYTES: of the lists of a plan's places. */
#ifdef WG_HOSTILE
enum { WGI_PLANS = 3, WGI_PLACES = 2 };
#else
enum { WGI_PLANS = INT_MAX, WGI_PLACES = 64 };
#endif
enum { WGI_PLACE_BYTES = 1 << 20 };

/* ---- run_rows.c: row groups ---- */

/* row groups: steps that run together, block of rows by block of rows.
 *
 * A reduction over the last axes needs a whole row before it has a result, so it ends a program over
 * tiles. But it needs no more than its row. In a layer norm that is written by parts (mean, difference,
 * square, mean, root, quotient) row r of every value depends on row r of the values before it. Such
 * items become one step, a row group. It runs all its parts for a block of a few rows, then for the
 * next block. So a part finds in the cache what the part before it has written, and a value that
 * nothing else reads has memory for one block alone, not for all rows.
 *
 * A part is a program over tiles, or a kernel whose units are rows (wg_op.rows). It computes the same
 * rows, by the same calls, as it would in a step of its own, only at other times. So no bit of a result
 * depends on how rows are cut into blocks, or on the threads that claim the blocks.
 *
 * A value of the group that another part reads is row-aligned: it is made of as many equal parts, one
 * behind the other, as there are rows, and row r of the reader needs part r alone. What was made before
 * the group may be read in any way. */

/* An operand or a result of a kernel in a row group. */
typedef struct wgi_row_ref {
    wgi_ref at; /* WGI_FULL or WGI_BLOCK; of the first row */
    size_t row; /* bytes of a row */
} wgi_row_ref;

enum { WGI_ROW_OPERANDS = 4 }; /* of a kernel in a row group, at most */

typedef struct wgi_row_part {
    const wgi_program *tiles; /* NULL: the part is a kernel, and `of` is its signature */
    int64_t wide;             /* elements of a row: of the program, or of the longest operand */
    const wgi_signature *of;
    const wgi_row_ref *x, *y;
    uint32_t node; /* the first node that is computed */
} wgi_row_part;

typedef struct wgi_rows {
    wgi_row_part *part;
    int parts;
    int64_t rows, block; /* rows in all, and in a block; the last block may have fewer */
    size_t bytes;        /* of the memory for the values of a block; each thread has its own */
} wgi_rows;

/* Runs all parts for the blocks [first, last). memory: wgi_rows_bytes(s) bytes, for this call alone.
 * False: a part failed, and e->failed_node says which. */
bool wgi_rows_run(const wgi_rows *s, wgi_env *e, void *memory, int64_t first, int64_t last);
size_t wgi_rows_bytes(const wgi_rows *s);

/* ---- plans ---- */

typedef enum wgi_where {
    WGI_LEAF,   /* the value of a leaf, or of a node that a read does not look behind: node */
    WGI_HELD,   /* a value that the evaluation had before the run: node */
    WGI_CONST,  /* a number made by a derivative rule: cell */
    WGI_WORK,   /* in the workspace, at offset */
    WGI_OUT,    /* among the results of the run, at offset */
    WGI_INTO,   /* the memory that the request gives for the gradient of target `node` */
    WGI_ALONG,  /* what the request gives as the direction of target `node` */
    WGI_PART_OF /* in buffer `node`, at offset */
} wgi_where;

typedef struct wgi_buffer {
    wgi_where where;
    uint32_t node;
    union {
        size_t offset; /* bytes */
        uint64_t cell; /* of WGI_CONST */
    };
} wgi_buffer;

typedef struct wgi_plan_step {
    const wgi_program *tiles; /* NULL: the step is a phase of a kernel, and `of` is its signature */
    const wgi_rows *rows; /* not NULL: the step is a row group, and neither of these; its units are blocks */
    const wgi_signature *of;
    const uint32_t *x, *y; /* buffers of operands and results */
    int phase;
    uint32_t scratch; /* buffer, or NO_BUFFER */
    size_t each;      /* bytes of scratch for each thread; 0: all threads use the same scratch */
    int64_t units;    /* of work: tiles, or what op->units counts */
    int chunks;       /* parts that threads claim */
    uint32_t node;    /* the first node that is computed, for errors */
    uint32_t guard;   /* a buffer of bools: where all are false nothing is done; NO_BUFFER: there is none */
    size_t guards;    /* how many bools */
} wgi_plan_step;

#define NO_BUFFER UINT32_MAX

/* A node of the graph whose value the run leaves behind. */
typedef struct wgi_result_of {
    uint32_t node, buffer;
} wgi_result_of;

/* The gradient of a target. */
typedef struct wgi_gradient_of {
    uint32_t buffer;
    bool reached;
    bool in_place; /* the buffer is WGI_INTO; otherwise the gradient is copied after the run */
    bool looked;   /* the run finds out whether it is finite */
    size_t bytes;
} wgi_gradient_of;

typedef struct wgi_bound wgi_bound;
typedef struct wgi_asked wgi_asked;

/* ---- structure.c: what a request reaches ---- */

/* What a run leaves behind besides the roots. ALL: what later requests of the evaluation may need, all values
 * or those that first.c chooses. WISHES: what such requests have needed before. LOOK: the same, for
 * wg_plan_look, whose plans are its own. */
typedef enum wgi_keeping { WGI_KEEP_ALL, WGI_KEEP_WISHES, WGI_KEEP_LOOK } wgi_keeping;

/* The nodes that a request reaches, with local indices from 1 on, in the order of the graph. Local index 0
 * stands for no node. A read does not look behind a value that the evaluation has: such a node becomes an
 * input. A backward request looks at all nodes that the loss is made from. */
typedef struct wgi_structure {
    uint32_t n;                    /* local indices are [0, n) */
    uint32_t *at;                  /* by local index: the node of the graph */
    wgi_node *node;                /* by local index: the record, with local operands */
    unsigned char *held;           /* by local index: the evaluation has its value */
    uint32_t *root, *target, loss; /* of the request: local indices */
    int roots, targets;
    bool backward, along; /* along: of wgi_request.along there is a list */
    wgi_keeping keeps;
    wg_mode mode;
    uint64_t key;  /* hash of all this but `at` and `keeps` */
    uint64_t kind; /* the same without `held` */
    double weight; /* what computing the nodes without a value costs, in elements of elementwise nodes */
    bool scalars;  /* every node is a scalar, or a leaf */
    wgi_reached reached;
} wgi_structure;

/* Fills *s; memory is from g->temp. False: out of memory. */
bool wgi_structure_of(wg_graph *g, const wgi_request *r, wgi_structure *s);
/* The local index of node i of the graph; 0: not reached. */
static inline uint32_t wgi_local(const wgi_structure *s, uint32_t i)
{
    return wgi_reached_at(&s->reached, i) + 1;
}
_Static_assert((uint32_t)(WGI_NOT_REACHED + 1) == 0, "a node that is not reached has the local index 0");
/* Whether a and b differ in `at` alone. */
bool wgi_structure_equal(const wgi_structure *a, const wgi_structure *b);

/* What a plan does with a value. MADE: drops it. LEFT: leaves it behind; the next plan drops it if nothing
 * has needed it. LEFT_BESIDE: leaves it behind for good, as it is small. */
typedef enum wgi_made { WGI_MADE = 1, WGI_ROOT, WGI_LEFT, WGI_LEFT_BESIDE } wgi_made;

/* A place where a plan answers a request: the same request there needs no look at its nodes. */
typedef struct wgi_plan_use {
    struct wgi_plan_use *next;    /* in the table by `place` */
    struct wgi_plan_use *of_plan; /* the next one of the same plan */
    wgi_plan *plan;
    uint64_t place, trail, structure; /* wgi_plan_place, and the graph's numbers of these names */
    uint64_t serial;                  /* the last evaluation that ran the plan here */
    const wg_graph *by;               /* the graph of that evaluation */
    uint32_t *at;                     /* by local index: the node of the graph */
} wgi_plan_use;

struct wgi_plan {
    wgi_plan *older, *newer; /* in the order of last use */
    wgi_plan *next;          /* in the table by structure */
    wg_context *c;
    wgi_arena arena; /* all memory of the plan */
    uint64_t serial,
        lineage; /* lineage: the serial number of the first plan that these wishes were noted for */
    /* A request is answered by this plan if it has an equal structure. The lists are the plan's own; node[]
     * has copies of the records. at[] is that of the request that the plan was compiled for. */
    wgi_structure of;
    const wg_shape **shape;     /* of its nodes, and of those of the derivative: it is a holder of them */
    wgi_plan_use *places, *ran; /* ran: where it ran last; NULL: at no place that is known */
    wgi_plan_use *next_place;   /* the first that the next search for a free one looks at; NULL: `places` */
    int place_count;

    wgi_buffer *buffer;
    uint32_t buffers, shapes;
    wgi_plan_step *step;
    int *chunks; /* of each step */
    int steps;
    bool parallel; /* a step has several chunks */
    wgi_timing timing;
    size_t work, out; /* bytes of workspace and of results */
    size_t regs;      /* bytes that each thread needs for programs over tiles */
    int most_operands;
    wgi_result_of *result;
    int results;
    wgi_gradient_of *gradient; /* by target */
    uint32_t blocked;          /* local: a node without a derivative on the way to the targets; 0: none */
    bool blas;                 /* a kernel may call BLAS, or is a user's */

    /* Wishes: what later requests of the evaluation have needed. A plan that drops one is stale. */
    unsigned char *makes;  /* by local index: wgi_made if a step computes it; otherwise 0 */
    unsigned char *reads;  /* by local index: the plan needs its value, and the evaluation has it */
    unsigned char *wished; /* by local index: it is a wish */
    int wishes, idle;      /* idle: how many nodes are LEFT and no wish */
    bool stale;

    /* What is kept of the last run: bind.c. */
    uint64_t leaves; /* the graph's number of that name if the request was `fresh`, at `ran`; otherwise 0 */
    const wg_params *by; /* the parameters that wg_backward was called with; NULL: `request` is not set */
    size_t params;       /* parameters in the graph */
    wgi_request request;
    wgi_bound *bound; /* of a small plan; otherwise NULL */
    wgi_asked *asked; /* asked.c; NULL: no function of the user has helped to make the derivative */
    int running; /* runs that have not ended. A C function that one calls may run other plans, or this one */

    uint64_t probes; /* places that compiling and cache.c looked at, for tests of their cost */
};

/* first.c. By local index: WGI_LEFT, WGI_LEFT_BESIDE or 0. NULL: out of memory. */
unsigned char *wgi_first_keeps(wg_graph *g, const wgi_request *r, const wgi_structure *s);

void wgi_plan_print(const wgi_plan *p); /* print.c: to the function that hears traces */

/* ---- cache.c ---- */

/* Whether two nodes are equal but for their operands and, if they are leaves, their values. */
bool wgi_same_kind(const wgi_node *a, const wgi_node *b);
/* Hash of a request, of the nodes below it and of what the evaluation has run. */
uint64_t wgi_plan_place(const wg_graph *g, const wgi_request *r);
/* Where the same request was answered at the same place of g, or NULL. */
wgi_plan_use *wgi_plan_at(const wg_graph *g, const wgi_request *r, uint64_t place);
/* The plan for a structure, or NULL. */
wgi_plan *wgi_plan_find(wg_context *c, const wgi_structure *s);
/* The same, but it is as old as before. */
wgi_plan *wgi_plan_peek(const wg_context *c, const wgi_structure *s);
/* Whether another plan must run at a place where p has run in an earlier evaluation. */
bool wgi_plan_is_due(const wgi_plan *p);
/* Of two plans for one structure each gets the wishes of the other. */
void wgi_wishes_join(wgi_plan *p, wgi_plan *q);
/* Whether a plan of the lineage of p that keeps all has run at the place of r in an earlier evaluation.
 * wgi_plan_learn notes that p runs there now. The context remembers a limited number of places, the last
 * ones. */
bool wgi_plan_has_learned(const wg_graph *g, const wgi_request *r, const wgi_plan *p);
void wgi_plan_learn(const wg_graph *g, const wgi_request *r, const wgi_plan *p);
/* Sets the list of nodes of r for a run of p, whose structure is s. Kept in the plan if it can be, so that
 * the same request finds it next time. False: out of memory. */
bool wgi_plan_adopt(wg_graph *g, wgi_plan *p, const wgi_structure *s, wgi_request *r);
/* Call this for a plan that is used: when plans take too much memory, the one not used for longest is
 * freed. */
wgi_plan *wgi_plan_to_front(wg_context *c, wgi_plan *p);
/* Call this for a plan that will hardly be used again: it is the next one to be freed. */
void wgi_plan_to_end(wg_context *c, wgi_plan *p);
bool wgi_plan_add(wg_context *c, wgi_plan *p);  /* false: out of memory, and the plan is freed */
void wgi_plan_drop(wg_context *c, wgi_plan *p); /* and free it */

/* ---- run.c, bind.c ---- */

bool wgi_plan_run(wg_graph *g, wgi_plan *p, wgi_request *r);
/* Makes p->bound if the plan is small. False: out of memory. */
bool wgi_bound_new(wgi_plan *p);
/* The table of addresses of a bound plan for this run. out: the memory for results. */
void **wgi_bound_pointers(wg_graph *g, wgi_plan *p, const wgi_request *r, void *out);
/* Runs the calls. False: a kernel failed, and *failed says which and why. */
bool wgi_bound_run(wgi_plan *p, uint64_t epoch, wgi_env *failed);

/* ---- clock.c ---- */

/* When each thread began its first part of each step and ended its last: of the plan that was run last. */
typedef struct wgi_clock {
    wgi_plan *plan;
    double *begin, *end; /* [thread * steps + step]; 0: the thread had no part in the step */
    wgi_arena arena;
} wgi_clock;
bool wgi_clock_start(wgi_clock *k, wgi_plan *p, int threads);
void wgi_clock_note(wgi_clock *k, int step, int thread, double begin); /* call it at the end of a part */

/* ---- compile.c ---- */

/* What a request asks for: the nodes of its roots, of the wishes of the plan that the new plan replaces,
 * and of its gradients, in this order. Local indices. The run leaves the values of the first `values` nodes
 * behind. */
typedef struct wgi_wanted {
    uint32_t *node;
    int values, count;
    uint32_t *gradient;        /* by target; 0: the loss does not reach it */
    const unsigned char *left; /* of wgi_first_keeps */
    const wgi_asks *asks;      /* what functions of the user have said: local indices */
} wgi_wanted;

/* Compiles a request. node: records of n nodes, first those of s, then those of the derivative, with local
 * operands. NULL: an error was recorded. */
wgi_plan *wgi_plan_compile(wg_graph *g, const wgi_request *r, const wgi_structure *s, const wgi_node *node,
                           uint32_t n, const wgi_wanted *a);
void wgi_plan_free(wgi_plan *p); /* nothing may refer to it */

/* ---- while a plan is compiled ---- */

enum { WGI_MEMBERS = 48 }; /* of an item of elementwise nodes, at most */

/* Nodes that become steps together. */
typedef struct wgi_plan_item {
    bool tiles;            /* elementwise nodes and folds, which become a program over tiles */
    bool finish;           /* the second phase of a fold; its first phase is in the item of tiles before */
    const wg_shape *shape; /* of the elements that a program runs over */
    uint32_t first, last, count; /* members, linked by wgi_work.next[] */
    uint32_t group;              /* the last item of its row group, whose items follow each other; 0: none */
    int64_t rows;                /* of its group */
    uint32_t guard;              /* of all members: wgi_work.guard */
} wgi_plan_item;

/* The workspace while a plan is compiled: holes.c. */
typedef struct wgi_hole {
    size_t at, size;
    size_t most; /* the size of the largest hole in its subtree */
    uint32_t left, right, rank;
} wgi_hole;

typedef struct wgi_holes {
    wgi_hole *hole;
    size_t capacity, top; /* top: the end of the last part in use */
    uint32_t root;
    uint32_t spare;  /* records that are no hole now, linked by `left` */
    uint64_t probes; /* holes looked at */
} wgi_holes;

/* Where a value is stored. */
typedef enum wgi_store {
    WGI_NOT_STORED, /* in tile buffers only */
    WGI_IN_BLOCK,   /* in a row group alone: in the memory of a block */
    WGI_IN_WORK,
    WGI_IN_RESULTS,
    WGI_REUSED /* was in the workspace; another value has its memory now */
} wgi_store;

enum { WGI_SIGNATURES = 32, WGI_LOOKED = 2 };

enum { WGI_LAST_LOADS = 16 };

/* A compilation. Lists are by local index if nothing else is said. Memory is from the graph's `temp`. */
typedef struct wgi_work {
    wg_graph *g;
    const wgi_request *r;
    const wgi_structure *s;
    const wgi_node *node;
    const wgi_wanted *asked;
    wgi_plan *p;
    uint32_t n;               /* nodes, those of the derivative included */
    uint32_t end;             /* the user's nodes are [1, end) */
    unsigned char *need;      /* its value is needed */
    unsigned char *asked_for; /* the request asks for its value; WGI_LOOKED: and its store looks at it */
    unsigned char *store;     /* wgi_store */
    uint32_t *rep;            /* the equal node that is computed instead; mostly the node itself */
    uint32_t *at;             /* its item; 0: it is given, or has no elements */
    uint32_t *next;           /* the next member of its item */
    uint32_t *buf;            /* its buffer, plus 1 */
    uint32_t *block;          /* its place in the memory of a block (wgi_ref.index), plus 1; 0: none */
    uint32_t *last;           /* the last item that reads its memory */
    uint32_t *base;           /* the node whose memory holds its value; mostly the node itself */
    int64_t *offset;          /* of its value in that memory, in bytes */
    uint32_t *pair;           /* the later node that one kernel computes together with it; 0: none */
    uint32_t *guard;          /* a node of bools: it is computed only where one is true; 0: always */
    unsigned char *said;      /* it is a number that a function of the user has said; NULL: none is */
    wg_runs **runs;           /* where its value lies in that of base[]; NULL: at offset[], as a whole */
    const struct wgi_load *load[WGI_LAST_LOADS]; /* that the last steps use */
    uint32_t loads;
    unsigned char *readers; /* how many nodes read it, counted up to 2; one that is asked for has 2 */
    wgi_plan_item *items;   /* in the order of running; item 0 is none */
    size_t item_count, item_capacity;
    bool row_kernels; /* an item is a kernel whose units are rows */
    size_t buffer_capacity, step_capacity;
    wgi_holes holes, block_holes;                   /* of the workspace; of the memory of a block */
    const wgi_signature *signature[WGI_SIGNATURES]; /* the last ones, to be used again for equal ones */
    uint32_t signatures;
    uint64_t probes; /* places looked at */
    bool failed;
} wgi_work;

/* ---- work.c: memory, zeroed; after a failure w->failed is set ---- */

void *wgi_plan_keep(wgi_plan *p, size_t count, size_t size);                   /* as long as the plan */
void *wgi_work_keep(wgi_work *w, size_t count, size_t size);                   /* as long as the plan */
void *wgi_work_copy(wgi_work *w, const void *list, size_t count, size_t size); /* as long as the plan */
void *wgi_work_temp(wgi_work *w, size_t count, size_t size); /* until the compilation ends */
/* The list, moved if it has not room for `need` elements. */
void *wgi_work_grow(wgi_work *w, void *list, size_t *capacity, size_t need, size_t size);
/* The attributes of n, as long as the plan. */
const void *wgi_work_attr(wgi_work *w, const wgi_node *n);

/* ---- schedule.c: from nodes to items ---- */

/* Whether node i needs no computing: it is a leaf, or has a value. */
bool wgi_work_given(const wgi_work *w, uint32_t i);
/* Whether node i is a reduction of a whole tensor, whose first phase can be part of a program over tiles. */
bool wgi_work_is_fold(const wgi_work *w, uint32_t i);
/* The node that is read for operand k of n. */
uint32_t wgi_work_in(const wgi_work *w, const wgi_node *n, uint32_t k);
void wgi_schedule(wgi_work *w);
void wgi_find_guards(wgi_work *w); /* guards.c: fills w->guard */
/* Whether the run leaves the value of node i behind though the request does not ask for it. A node without a
 * step of its own needs no sparing. */
bool wgi_work_spares(const wgi_work *w, uint32_t i);

/* ---- row_groups.c: which items run together by rows ---- */

/* Finds the row groups of the scheduled items, and puts the items of each group side by side. */
void wgi_find_rows(wgi_work *w);
/* Whether item t reads x, an operand of a member, row by row, if there are so many rows. */
bool wgi_is_row_aligned(const wgi_work *w, const wgi_plan_item *t, uint32_t x, int64_t rows);

/* ---- pairs.c: two nodes that one kernel computes ---- */

enum { WGI_CONE = 32, WGI_PAIR_OPERANDS = 8 };

/* Nodes that must be computed before a pair, in order. */
typedef struct wgi_cone {
    uint32_t node[WGI_CONE];
    int count;
} wgi_cone;

void wgi_find_pairs(wgi_work *w); /* fills w->pair */
/* Finds the nodes after a that b needs. False: there are too many, one is not elementwise, or one reads a. */
bool wgi_pair_cone(const wgi_work *w, uint32_t a, uint32_t b, wgi_cone *c);
/* The operands of the kernel for a and b. Returns their number. */
uint32_t wgi_pair_operands(const wgi_work *w, uint32_t a, uint32_t b, uint32_t x[WGI_PAIR_OPERANDS]);

/* ---- holes.c: sizes are multiples of 64 bytes ---- */

size_t wgi_holes_take(wgi_holes *h, size_t size); /* returns the offset */
/* Call this before wgi_holes_give, which needs a record and cannot fail. False: out of memory. */
bool wgi_holes_reserve(wgi_holes *h, wgi_work *w);
void wgi_holes_give(wgi_holes *h, size_t at, size_t size);

/* ---- buffers.c ---- */

static inline size_t wgi_align(size_t n) { return (WGI_MAX(n, 1) + 63) & ~(size_t)63; }
uint32_t wgi_buffer_new(wgi_work *w, wgi_buffer b); /* returns its number */
/* The buffer of node i. If an item computes i, wgi_buffer_make must have been called for it. */
uint32_t wgi_buffer_of(wgi_work *w, uint32_t i);
/* Makes a buffer for the value of node i: in the workspace, or among the results. */
void wgi_buffer_make(wgi_work *w, uint32_t i);
void wgi_place_results(wgi_work *w); /* call it when it is known which gradients are made in place */
/* Makes a buffer of `size` bytes of the workspace, for node i or, if i is 0, for scratch. */
uint32_t wgi_memory_take(wgi_work *w, uint32_t i, size_t size);
/* Steps that are made after this call may use the bytes of the buffer again. */
void wgi_memory_give(wgi_work *w, uint32_t buffer, size_t size);
/* Fills the table of addresses. */
void wgi_fill_pointers(wg_graph *g, wgi_plan *p, const wgi_request *r, void **ptr, char *out);

/* ---- emit.c, tile_steps.c: from items to steps ---- */

void wgi_emit(wgi_work *w);
/* Appends a step to the plan. */
void wgi_step_new(wgi_work *w, wgi_plan_step s);
/* The signature of node i, and the plan's copy of s. Equal ones are mostly shared. NULL: out of memory. */
const wgi_signature *wgi_work_signature(wgi_work *w, uint32_t i);
const wgi_signature *wgi_work_same(wgi_work *w, const wgi_signature *s);
/* The rough time of node i, in additions of one element. */
double wgi_work_of(wgi_work *w, uint32_t i);
/* Into how many chunks a step is cut for threads. work: its time in additions of one element. */
int wgi_chunks(const wgi_work *w, int64_t units, double work);

/* The program that is being made. */
typedef struct wgi_tiler {
    wgi_program *prog;
    uint32_t *reg;                  /* by node: its tile buffer, plus 1 */
    uint32_t *reg_item;             /* by node: reg[] counts in this item only */
    uint32_t *last;                 /* by node: the position of the last member that reads it */
    uint32_t *scratch;              /* by finish item: the buffer for the leaves of its fold */
    uint32_t free[WGI_MEMBERS * 4]; /* tile buffers that can be used again */
    uint32_t frees;
    wgi_instr *instr; /* memory for the program's lists while they grow */
    wgi_ref *ahead;
    wgi_spread *spread;
    size_t instr_capacity, ahead_capacity, spread_capacity;
    wgi_ref *refs; /* memory for the operands of the next instruction */
} wgi_tiler;

/* The program of an item. *cost: the rough time of one element. */
wgi_program *wgi_tile_program(wgi_work *w, wgi_tiler *t, uint32_t item_at, double *cost);
void wgi_tile_step(wgi_work *w, wgi_tiler *t, uint32_t item_at);

/* ---- asked.c: functions of the user that a derivation calls ---- */

/* Whether a plan can ask again what was asked while its derivative was made. users: how many functions of the
 * user were called. */
bool wgi_asks_can_be_kept(const wgi_asks *a, uint32_t users);
void wgi_mark_said(wgi_work *w); /* fills w->said */
void wgi_asks_keep(wgi_work *w); /* fills w->p->asked; call it when all buffers are known */
/* Asks again, and gives p the numbers that are said now. False: p must not run, as something else is said, or
 * an error was recorded. at: by local index, the node of the graph. */
bool wgi_plan_says_same(wg_graph *g, wgi_plan *p, const uint32_t at[]);

/* ---- strided.c ---- */

/* Finds the slices that are read where they lie: fills w->runs and w->readers. */
void wgi_find_strided(wgi_work *w);
/* Whether the plan leaves the value of node i behind though no request has asked for it. */
bool wgi_may_stay(const wgi_work *w, uint32_t i);
/* How a program over as many elements as x has reads the value of x, which has runs. */
wgi_load wgi_load_of_runs(const wgi_work *w, uint32_t x);

/* ---- row_steps.c ---- */

/* A row group that is being made a step. */
typedef struct wgi_row_maker {
    wgi_rows *of;  /* NULL: there is none */
    double work;   /* its time in additions of one element */
    uint32_t node; /* the first node that is computed */
} wgi_row_maker;

/* Begins the step of the group whose first item is `first`. If it is not worth it, its items become
 * items without a group. */
void wgi_rows_begin(wgi_work *w, wgi_row_maker *m, uint32_t first);
/* Makes memory of a block for the value of node i, which is stored in the block. */
void wgi_block_make(wgi_work *w, wgi_row_maker *m, uint32_t i);
void wgi_block_give(wgi_work *w, const wgi_row_maker *m, uint32_t i);
void wgi_rows_add(wgi_work *w, wgi_row_maker *m, wgi_tiler *t, uint32_t item_at);
void wgi_rows_end(wgi_work *w, wgi_row_maker *m);

#endif
