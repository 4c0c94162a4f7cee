/* plan.h: what compiling and running plans share.
 *
 * A plan is a schedule of steps over buffers. Nothing in it is an address: at each run a table of pointers, one a buffer, is
 * filled from the workspace, the graph's leaves, earlier values of the evaluation, and the request. */
#ifndef WGI_PLAN_H
#define WGI_PLAN_H

#include "run/run.h"

#ifdef WG_HOSTILE
enum { WGI_PLANS = 3 }; /* of a context, at most */
#else
enum { WGI_PLANS = 64 };
#endif

typedef enum wgi_where {
    WGI_LEAF,   /* a leaf of the user's graph: node */
    WGI_HELD,   /* a value that an earlier run of the evaluation left: node */
    WGI_CONST,  /* a number made by a derivative rule: cell */
    WGI_WORK,   /* the workspace at offset */
    WGI_OUT,    /* results at offset */
    WGI_INTO,   /* gradient memory of target `node` */
    WGI_PART_OF /* buffer `node` at offset: an alias */
} wgi_where;

typedef struct wgi_buffer {
    wgi_where where;
    uint32_t node;
    size_t offset;
    uint64_t cell;
} wgi_buffer;

typedef struct wgi_step {
    const wgi_program *tiles; /* NULL: a kernel */
    wgi_signature of;
    int phase;
    const uint32_t *x, *y; /* buffers */
    uint32_t scratch;      /* buffer, or NO_BUFFER */
    size_t each;           /* bytes of it for each thread, 0: it is for all */
    int64_t units;
    int chunks;    /* for threads to claim */
    uint32_t node; /* its first: for errors, when below plan->end */
} wgi_step;

#define NO_BUFFER UINT32_MAX

typedef struct wgi_result_of { /* a root: what a run leaves behind */
    uint32_t node, buffer;
} wgi_result_of;

typedef struct
    wgi_gradient_of { /* a target: its gradient's buffer, to be copied when it is not made in place */
    uint32_t buffer;
    bool reached, in_place;
    size_t bytes;
} wgi_gradient_of;

typedef struct wgi_bound wgi_bound;

struct wgi_plan {
    wgi_plan *next;
    uint64_t key, serial, trail;
    uint64_t structure; /* of the graph that it was last confirmed by */
    wgi_arena arena;
    wg_context *c;

    /* what a hit is confirmed by */
    wgi_node *node; /* structure of the user's nodes [0, end): operands, attributes copied */
    uint32_t end, loss, *root, *target, *wish;
    int roots, targets, wishes;
    bool backward;
    wg_mode mode;

    wgi_buffer *buffer;
    uint32_t buffers;
    wgi_step *step;
    int *chunks; /* of each step, for the threads to share */
    int steps;
    size_t work, out, regs; /* bytes */
    int most_operands;
    wgi_result_of *result;
    int results;
    wgi_gradient_of *gradient;
    uint32_t blocked;

    unsigned char *makes; /* bit by node: computed in a run of this plan */
    /* of the last run, if it was of a backward request that opened its evaluation: bind.c */
    uint64_t leaves;     /* of the graph then; 0: of no such run */
    const wg_params *by; /* the parameters that were asked for; NULL: the request may not be repeated */
    size_t params;       /* parameters in the graph */
    wgi_request request;
    wgi_bound *bound; /* of a small plan */
    bool stale;       /* wishes have grown: compile anew at the next look */
    bool blas;        /* a kernel may call it, or is a user's */

    uint64_t probes; /* places that compiling looked at: for tests of its cost */
};

/* ---- cache.c ---- */

bool wgi_same_kind(const wgi_node *a, const wgi_node *b); /* all is equal but operands and leaves' values */
uint32_t wgi_plan_end(const wg_graph *g,
                      const wgi_request *r); /* the nodes before it are all that the request covers */
uint64_t wgi_plan_key(const wg_graph *g, const wgi_request *r, uint32_t end);
wgi_plan *wgi_plan_find(wg_context *c, const wg_graph *g, const wgi_request *r, uint64_t key, uint32_t end);
wgi_plan *wgi_plan_to_front(wg_context *c, wgi_plan *p); /* of the list: the last is dropped first */
void wgi_plan_add(wg_context *c, wgi_plan *p);
void wgi_plan_drop(wg_context *c, wgi_plan *p);
void wgi_plans_free(wg_context *c);

/* ---- compile.c, run.c, bind.c, buffers.c ---- */

/* What a request asks for: roots and wishes, whose values the run leaves behind, and then gradients. */
typedef struct wgi_asked {
    uint32_t *node;
    int values, count; /* roots and wishes; all */
} wgi_asked;

/* Compiles roots (and gradients gx of r->target, wg_none where unreached) of g; NULL after an error. */
wgi_plan *wgi_plan_compile(wg_graph *g, const wgi_request *r, const wg_node gx[], uint32_t end,
                           const wgi_asked *a);
bool wgi_plan_run(wg_graph *g, wgi_plan *p, wgi_request *r);
bool wgi_bound_new(wgi_plan *p); /* false: out of memory; a plan that is not small gets none */
/* The last backward request of g, if this one would be the same; else NULL. */
wgi_request *wgi_last_request(wg_graph *g, const wg_params *p, uint32_t loss);
void wgi_last_remember(wg_graph *g, const wg_params *p, const wgi_request *r); /* that has been run */
void **wgi_bound_pointers(wg_graph *g, wgi_plan *p, const wgi_request *r,
                          void *out);                             /* in their order of buffers */
bool wgi_bound_run(wgi_plan *p, uint64_t epoch, wgi_env *failed); /* failed is filled when it has */
void wgi_fill_pointers(wg_graph *g, wgi_plan *p, const wgi_request *r, void **ptr, char *out);

void wgi_plan_print(const wgi_plan *p); /* print.c: through on_trace */

/* When each thread began its first and ended its last chunk of each step; for those who look at plans. */
typedef struct wgi_clock {
    wgi_plan *plan;      /* the last that was run */
    double *begin, *end; /* [thread * steps + step]; 0: none */
    wgi_arena arena;
} wgi_clock;
bool wgi_clock_start(wgi_clock *k, wgi_plan *p, int threads);
void wgi_clock_note(wgi_clock *k, int step, int thread, double begin);
static inline bool wgi_plan_makes(const wgi_plan *p, uint32_t i)
{
    return i < p->end && (p->makes[i / 8] >> (i % 8) & 1);
}

/* ---- while a plan is compiled: work.c, schedule.c, pairs.c, holes.c ---- */

enum { WGI_MEMBERS = 48 }; /* of an item of elementwise nodes, at most */

typedef struct wgi_item {
    bool tiles;
    bool finish;                 /* the second phase of a fold */
    const wg_shape *shape;       /* of the iteration */
    uint32_t first, last, count; /* members, linked by next[] */
} wgi_item;

enum { WGI_CONE = 32, WGI_PAIR_OPERANDS = 8 };

typedef struct wgi_cone { /* nodes that must be computed before a pair */
    uint32_t node[WGI_CONE];
    int count;
} wgi_cone;

typedef struct wgi_hole {
    size_t at, size, most; /* most: of the holes of its subtree */
    uint32_t left, right, rank;
} wgi_hole;

typedef struct wgi_holes { /* holes.c */
    wgi_hole *hole;
    size_t capacity, top; /* top: nothing lies from there on */
    uint32_t root, spare; /* spare: a list by `left` of those that can be used again */
    uint64_t probes;      /* holes looked at */
} wgi_holes;

typedef enum wgi_store {
    WGI_NOT_STORED,
    WGI_IN_WORK,
    WGI_IN_RESULTS,
    WGI_REUSED /* in the workspace, until another value took its place */
} wgi_store;

enum { WGI_TYPES = 8 };

typedef struct wgi_work {
    wg_graph *g;
    const wgi_request *r;
    const wgi_asked *asked;
    wgi_plan *p;
    uint32_t n, end;
    unsigned char *need;
    unsigned char *store;        /* where its value is stored: wgi_store */
    uint32_t *rep;               /* the equal node that stands for it */
    uint32_t *at;                /* its item; 0: a leaf, held, empty */
    uint32_t *next, *buf, *last; /* last: item of the last use of its memory */
    uint32_t *base;              /* the node whose memory it is part of; itself */
    uint32_t *pair;              /* the later node that is computed with it, or 0 */
    int64_t *offset;             /* in it, in bytes */
    wgi_item *items;
    size_t item_count, item_capacity;
    size_t buffer_capacity, step_capacity;
    wgi_holes holes;
    const wg_type *types[WGI_TYPES]; /* lists of two made before, of which another node may have the same */
    uint32_t last_types;
    uint64_t probes; /* places looked at in searches */
    bool failed;
} wgi_work;

void *wgi_plan_keep(wgi_plan *p, size_t count, size_t size); /* zeroed, as long as the plan */
void *wgi_work_temp(wgi_work *w, size_t count, size_t size); /* zeroed, until the compilation ends */
void *wgi_work_keep(wgi_work *w, size_t count, size_t size); /* zeroed, as long as the plan */
void *wgi_work_copy(wgi_work *w, const void *list, size_t count, size_t size); /* as long as the plan */
void *wgi_work_grow(wgi_work *w, void *list, size_t *capacity, size_t need, size_t size);
bool wgi_work_given(const wgi_work *w, uint32_t i); /* a leaf, or a value that is there already */
bool wgi_work_is_fold(const wgi_work *w,
                      uint32_t i); /* a reduction of a whole tensor, its leaves taken from tiles */
uint32_t wgi_work_in(const wgi_work *w, const wgi_node *n,
                     uint32_t k); /* the node that stands for n's operand k */
void wgi_schedule(wgi_work *w);
void wgi_find_pairs(wgi_work *w); /* fills pair[]: plan_join.c */
bool wgi_pair_cone(const wgi_work *w, uint32_t a, uint32_t b, wgi_cone *c);
uint32_t wgi_pair_operands(const wgi_work *w, uint32_t a, uint32_t b, uint32_t x[WGI_PAIR_OPERANDS]);
const void *wgi_work_attr(wgi_work *w, const wgi_node *n); /* a copy for the plan */

const wg_type *wgi_work_types(wgi_work *w, const uint32_t *list,
                              uint32_t count); /* of these nodes, as long as the plan */

/* Memory of the workspace, in multiples of 64 bytes. */
size_t wgi_holes_take(wgi_holes *h, size_t size);
bool wgi_holes_reserve(wgi_holes *h, wgi_work *w); /* before each giving back; false: out of memory */
void wgi_holes_give(wgi_holes *h, size_t at, size_t size);

/* ---- buffers.c ---- */

static inline size_t wgi_align(size_t n) { return (WGI_MAX(n, 1) + 63) & ~(size_t)63; }
uint32_t wgi_buffer_new(wgi_work *w, wgi_buffer b); /* its number */
/* The buffer of node i. A node that the plan computes has one after its item has been emitted. */
uint32_t wgi_buffer_of(wgi_work *w, uint32_t i);
void wgi_buffer_make(wgi_work *w, uint32_t i); /* memory for the value of node i */
void wgi_place_results(wgi_work *w);           /* results lie one after the other, outside reused memory */
/* A buffer of `size` bytes of the workspace, for node i or, with 0, for scratch; and its bytes given back. */
uint32_t wgi_memory_take(wgi_work *w, uint32_t i, size_t size);
void wgi_memory_give(wgi_work *w, uint32_t buffer, size_t size);

/* ---- emit.c, tile_steps.c ---- */

void wgi_emit(wgi_work *w);
wgi_step *wgi_step_new(wgi_work *w,
                       wgi_step s); /* a copy, at the end of the plan's steps; NULL: out of memory */
/* The signature of node i, kept as long as the plan. */
wgi_signature wgi_work_signature(wgi_work *w, uint32_t i);
int wgi_chunks(const wgi_work *w, int64_t units,
               double work); /* into how many chunks a step is cut for threads */

typedef struct wgi_tiler {
    wgi_program *prog;
    uint32_t *reg;                  /* by node: number of its tile buffer, plus 1 */
    uint32_t *reg_item;             /* by node: the item for which reg holds */
    uint32_t *last;                 /* by node: the position of the item's last member that reads it */
    uint32_t *scratch;              /* by finish item: the buffer for the leaves of its fold */
    uint32_t free[WGI_MEMBERS * 4]; /* tile buffers that can be used again */
    uint32_t frees;
    wgi_instr *instr; /* lists of the program while it is made, in temporary memory */
    wgi_ref *ahead;
    size_t instr_capacity, ahead_capacity;
    wgi_ref *refs; /* of the next instruction */
} wgi_tiler;

void wgi_tile_step(wgi_work *w, wgi_tiler *t, uint32_t item_at);

#endif
