/* run.h: from a request to values.
 *
 * A request asks for values of nodes, or for gradients. It is answered by a compiled plan (run/plan/), by
 * the interpreter, or by the tape, which runs programs of scalars. All of them call the same kernels, so
 * all of them compute the same bits. */
#ifndef WGI_RUN_H
#define WGI_RUN_H

#include "grad/grad.h"
#include "kernel/load.h"

/* ---- eval.c ---- */

/* Lists the roots of a request to graph g: `first`, and the kept nodes and assigned values of `from`.
 * `from` is g, or the graph whose nodes g repeats. Each root is listed once. A node that has a value in g
 * is left out. */
bool wgi_request_roots(const wg_graph *from, const wg_graph *g, wgi_arena *a, const uint32_t *first, int n,
                       bool assigned, wgi_request *r);
/* Lists the targets of a backward request: the parameters of p that are in the graph. Leaves room for
 * `more` other targets. */
bool wgi_request_targets(wg_graph *g, wgi_arena *a, const wg_params *p, size_t more, wgi_request *r);
/* Whether a parameter has a dtype that is stored only, and so no gradient for an optimizer: an error
 * of `what`. */
bool wgi_target_stored(wg_graph *g, wg_site here, const char *what, const wgi_parameter *q);

/* table_rows.c. In the place of tables whose optimizer is lazy the request gets, as targets, the nodes that
 * pick rows of them. False: out of memory. */
bool wgi_request_rows(wg_graph *g, wgi_request *r);
/* The table that such a node picks rows of, and memory for the gradient of target i, which is one: see
 * wgi_row_list_apart. */
wgi_parameter *wgi_table_of(const wg_graph *g, const wgi_node *rows);
void *wgi_rows_apart(const wg_graph *g, const wgi_request *r, int i);
/* Adds the rows that target i has given to the gradient of its table. False: it is a leaf. */
bool wgi_add_rows_of(wg_graph *g, const wgi_request *r, int i);

/* Whether the loss is one float. If not, records why; it is this argument of a call of op. */
bool wgi_is_loss(wg_node loss, wg_site here, const char *op, int argument);

/* ---- loss_again.c ---- */

extern const wgi_loss_calls wgi_loss_again;

/* ---- request.c ---- */

/* Answers r. False: an error was recorded. */
bool wgi_run(wg_graph *g, wgi_request *r);
bool wgi_run_without_plan(wg_graph *g, wgi_request *r);
/* r was run before by the plan r->plan, and is run by it again. */
bool wgi_run_known(wg_graph *g, wgi_request *r);
/* All nodes that r needs are below this one. */
uint32_t wgi_request_end(const wg_graph *g, const wgi_request *r);
/* Room for the gradients of the targets, from g->temp; not NULL where there are none, but without memory. */
wg_node *wgi_request_gradients(wg_graph *g, const wgi_request *r);
/* Appends the nodes of the gradients gx[], or of H v. */
bool wgi_request_derive(wg_graph *g, wgi_request *r, wg_node gx[]);
/* Removes these nodes, from `mark` on, and their memory. */
void wgi_request_forget(wg_graph *g, const wgi_request *r, uint32_t mark, wgi_place place);
/* The nodes that r asks for: roots, and the gradients gx. *n: how many. NULL: out of memory. */
uint32_t *wgi_request_nodes(wg_graph *g, const wgi_request *r, const wg_node gx[], int *n);
/* Reports how a request is answered, and why. */
void wgi_trace_request(const wg_graph *g, const wgi_request *r, const char *way, const char *why);
#define WGI_TRACE_REQUEST(g, r, way, why) \
    ((g)->c->o.trace & WG_TRACE_REQUEST ? wgi_trace_request(g, r, way, why) : (void)0)
void wgi_trace_value(const wg_graph *g, uint32_t i); /* reports that the value of node i is computed */

/* Call this when the roots have values: they become results. */
static inline void wgi_roots_done(wg_graph *g, const wgi_request *r)
{
    for (int i = 0; i < r->roots; i++) wgi_root_done(g, r, r->root[i]);
}

/* ---- plan/answer.c ---- */

/* Answers r by a plan, or by wgi_run_without_plan if it is not worth one. */
bool wgi_plan_answer(wg_graph *g, wgi_request *r);
bool wgi_plan_repeat(wg_graph *g, wgi_request *r); /* runs r->plan again */
/* Calls the user's rules again. True: they make the same nodes as when r->plan was made, and the plan has
 * their numbers now. Call it before wgi_plan_repeat: without it the plan runs with old numbers. */
bool wgi_plan_is_repeatable(wg_graph *g, wgi_request *r);

/* ---- plan/bind.c ---- */

/* The last backward request of g, if a call with p and `loss` would make the same request again; otherwise
 * NULL. */
wgi_request *wgi_last_request(wg_graph *g, const wg_params *p, uint32_t loss);
/* Keeps a backward request that has been run for wgi_last_request, if it can be repeated. */
void wgi_last_remember(wg_graph *g, const wg_params *p, const wgi_request *r);

/* ---- plan/wishes.c ---- */

/* Notes that node i, which has a value, is needed after the request that computed it. */
void wgi_wish(wg_graph *g, uint32_t i);
/* Notes what a request for these nodes needs of what earlier plans of the evaluation have computed. False:
 * out of memory. */
bool wgi_wish_for(wg_graph *g, const uint32_t *node, int n);

/* ---- warnings.c ---- */

enum { WGI_MANY_BACKWARDS = 16 };
void wgi_warn_of_eval(wg_graph *g, wg_site here);
void wgi_warn_of_growth(wg_graph *g, wg_site here);
/* Called by each wg_backward. add: by wg_backward_add, of which there may be many in one graph. */
static inline void wgi_warn_of_habits(wg_graph *g, wg_site here, bool add)
{
    wgi_habits *h = &g->habits;
    if (h->idle && g->mode == WG_EVAL) wgi_warn_of_eval(g, here);
    if (add) return;
    h->backwards = g->count > h->nodes ? h->backwards + 1 : 0;
    h->nodes = g->count;
    if (h->backwards == WGI_MANY_BACKWARDS) wgi_warn_of_growth(g, here);
}

/* ---- interpret.c ---- */

/* Memory for the value of node i. NULL: out of memory. */
static inline void *wgi_memory_for(wg_graph *g, uint32_t i, size_t bytes)
{
    void *into = g->run.into && i >= g->run.derived ? g->run.into[i - g->run.derived] : NULL;
    return into ? into : wgi_arena_alloc(&g->values, bytes);
}

/* Whether lazy operands are read, whose guard this is (wg_op.lazy). */
static inline bool wgi_any_true(const void *bools, size_t n) { return n && memchr(bools, true, n); }

/* Whether node i must be run. all: every node must, but leaves and nodes that have a value. Otherwise the
 * marked nodes must. */
static inline bool wgi_is_due(const wg_graph *g, uint32_t i, bool all)
{
    const wgi_node *n = &g->node[i];
    return all ? !g->value[i] && (n->flags & WGI_EVEN || (!n->output && !wgi_is_leaf(n))) : g->marked[i];
}

/* How many nodes from i on, at most to `last`, are unmarked for certain. */
static inline uint32_t wgi_unmarked_from(const wg_graph *g, uint32_t i, uint32_t last)
{
    uint64_t eight;
    uint32_t n = 0;
    while (i + n + sizeof eight <= (size_t)last + 1 &&
           (memcpy(&eight, g->marked + i + n, sizeof eight), !eight))
        n += (uint32_t)sizeof eight;
    return n;
}

bool wgi_interpret(wg_graph *g, const uint32_t *root, int roots);
/* Computes n nodes, all[]: the roots of r and the gradients gx[] of its targets, and copies the gradients to
 * their memory. */
bool wgi_interpret_request(wg_graph *g, const wgi_request *r, const wg_node gx[], const uint32_t all[],
                           int n);
/* Work of the interpreter that a plan would save, for a node of `size` elements. The unit is a node of few
 * elements. */
static inline double wgi_spent_on(int64_t size) { return 1 + (double)size / 64; }

/* ---- fast/kind_calls.c ---- */

typedef struct wgi_kind_call wgi_kind_call;
/* The call that is kept for nodes of the kind of n. NULL: it cannot be kept, or an error was recorded. */
wgi_kind_call *wgi_kind_call_of(wg_graph *g, const wgi_node *n);
/* Computes node i by the call of its kind. */
bool wgi_kind_call_run(wg_graph *g, uint32_t i, wgi_kind_call *c);

/* ---- fault_report.c ---- */

/* Records the fault that a kernel has found as the context's error. It names the call that the user wrote,
 * and of its operands the one that holds the element or the matrix. i: the node; 0: a derivative's, of `op`,
 * at the call `here` that asked for it. */
void wgi_fault_report(wg_graph *g, uint32_t i, const wg_op *op, wg_site here, const wg_fault *f);

/* Whether a value of op is not computed twice: a user's function computes it, or another run may compute
 * another value. */
static inline bool wgi_is_once(const wg_op *op) { return op->impure || wgi_op_asks(op); }

/* ---- fast/tape.c ---- */

typedef struct wgi_tape wgi_tape;
/* Begins a run of scalar nodes; memory is from g->temp. NULL: there is none, or the tape is switched off. */
wgi_tape *wgi_tape_begin(wg_graph *g);
/* Runs the nodes [i, last] that are due and scalar, and clears their marks. Returns the first node that is
 * due and not scalar, or last + 1. Returns 0 after an error; then the failed node and those after it keep
 * their marks. */
uint32_t wgi_tape_forward(wgi_tape *t, uint32_t i, uint32_t last, bool all);

/* Computes the gradients of a backward request as numbers, without nodes. The loss must have its value.
 * False: the program has a node that is no scalar, or whose rule cannot be traced, or an error was
 * recorded. */
bool wgi_tape_backward(wg_graph *g, wgi_request *r);

/* ---- calls of kernels ---- */

/* What all calls of one node's kernel have in common. */
typedef struct wgi_signature {
    wg_kernel_fn fn; /* NULL: op->map is called for each element */
    const wg_op *op;
    const void *attr, *prepared;
    int operands, outputs;
    const wg_type *xt, *yt;
} wgi_signature;

/* What all calls of one run have in common. */
typedef struct wgi_setting {
    uint64_t seed, epoch;
    wg_fault *fault;
} wgi_setting;

static inline wg_type wgi_type_of(const wgi_node *n) { return (wg_type){ n->shape, (wg_dtype)n->dtype }; }
static inline wgi_signature wgi_signature_of(const wgi_node *n, wg_kernel_fn fn, const wg_type *xt,
                                             const wg_type *yt)
{
    return (wgi_signature){ .fn = fn,
                            .op = n->op,
                            .attr = n->op->attr_size ? n->attr : NULL,
                            .operands = (int)n->operands,
                            .outputs = wgi_outputs(n->op),
                            .xt = xt,
                            .yt = yt };
}

/* Every call of a kernel is filled here. The caller adds which part of the work it is: begin, end, phase,
 * scratch. */
static inline wg_kernel wgi_kernel_call(const wgi_signature *s, const void *const *x, void *const *y,
                                        const unsigned char *step, wgi_setting run)
{
    return (wg_kernel){ .operands = s->operands,
                        .outputs = s->outputs,
                        .x = x,
                        .y = y,
                        .step = step,
                        .xt = s->xt,
                        .yt = s->yt,
                        .attr = s->attr,
                        .prepared = s->prepared,
                        .seed = run.seed,
                        .epoch = run.epoch,
                        .fault = run.fault };
}
/* A call without addresses, for functions of an op that answer from types and attributes: units, scratch,
 * alias, prepare. */
static inline wg_kernel wgi_kernel_question(const wgi_signature *s)
{
    return wgi_kernel_call(s, NULL, NULL, NULL, (wgi_setting){ 0 });
}

/* The kernel of an op for an instruction set. NULL: the op has op->map alone. */
wg_kernel_fn wgi_kernel_of(const wg_op *op, int isa);
/* Calls op->map for each element. */
bool wgi_map_short(const wg_kernel *k, const wg_op *op);
static inline bool wgi_call(const wg_op *op, wg_kernel_fn fn, const wg_kernel *k)
{
    return fn ? fn(k) : wgi_map_short(k, op);
}

/* ---- tile.c: programs over tiles ---- */

/* Elements of a tile. A multiple of WG_FOLD, so that no leaf of a fold lies in two tiles. (A fold is a
 * reduction of a whole tensor by an op with the flag `fold`; its leaves are the results for WG_FOLD
 * elements each.) */
enum { WGI_TILE = 1024, WGI_CACHE_LINE = 64 /* bytes */ };

typedef enum wgi_ref_kind {
    WGI_FULL,  /* a value in memory, of which a tile is read or written */
    WGI_BLOCK, /* the same, but only the rows of the present block of a row group have memory */
    WGI_ONE, /* a value in memory that is passed whole: a single element, a load's source, a fold's scratch */
    WGI_REG, /* a tile buffer */
    WGI_SPREAD /* a value in memory that is broadcast, and read where it is */
} wgi_ref_kind;

/* An operand or a result of an instruction. */
typedef struct wgi_ref {
    wgi_ref_kind kind;
    uint32_t index; /* FULL, ONE: in the table of addresses; REG: number of the tile buffer; SPREAD: in
                       wgi_program.spread; BLOCK: its place in the memory of a block, in units of 64 bytes */
    uint32_t size;  /* bytes of an element */
} wgi_ref;

typedef struct wgi_instr {
    const wgi_signature *of;
    const wgi_ref *x;
    wgi_ref y;
    bool fold;     /* the first phase of a fold: y is its scratch memory */
    bool once;     /* a load that writes the same for each tile */
    bool inside;   /* a load of a value of a row group's block */
    bool looks;    /* a store that looks whether the numbers are finite: wgi_env.not_finite */
    uint32_t node; /* for errors */
} wgi_instr;

/* A broadcast operand that a program reads where it is. Along a row of the program its elements are
 * neighbours (step 1), or it is one element (step 0). */
typedef struct wgi_spread {
    wgi_ref from; /* WGI_ONE or WGI_BLOCK */
    const wgi_load *load;
    unsigned char step;
} wgi_spread;

typedef struct wgi_program {
    wgi_instr *instr;
    int instrs, regs;
    int64_t size;  /* elements */
    int64_t row;   /* no tile reaches over the end of a row of so many elements; 0: there are no rows */
    int64_t tile;  /* elements of a tile; the last of a row, or of all, may have fewer */
    int64_t tiles; /* their number */
    wgi_spread *spread;
    int spreads; /* 0 without rows */
    wgi_ref *
        ahead; /* large operands: while a tile is computed, the next tile of each is fetched into the cache */
    int aheads;
} wgi_program;

/* A run of a program. */
typedef struct wgi_env {
    void **ptr; /* the table of addresses */
    wgi_setting run;
    uint32_t failed_node; /* of the instruction that failed; 0: none of a program has failed */
    const wg_op *failed_op;
    bool not_finite; /* an instruction that looks has stored NaN or an infinity */
} wgi_env;

/* Runs the tiles [first, last) of a program. memory: wgi_tile_bytes(p) bytes, for this call alone. */
bool wgi_tiles(const wgi_program *p, wgi_env *e, void *memory, int64_t first, int64_t last);
/* lists: what is filled in before a program runs; buffers: the tile buffers. Bytes. */
size_t wgi_tile_lists(const wgi_program *p);
size_t wgi_tile_buffers(const wgi_program *p);
static inline size_t wgi_tile_bytes(const wgi_program *p) { return wgi_tile_lists(p) + wgi_tile_buffers(p); }

/* For a program that is part of a row group: call wgi_tiles_prepare once, with wgi_tile_lists(p) bytes
 * for this program alone, wgi_tile_buffers(p) bytes that other programs may use, too, and the memory
 * for the values of a block. Then wgi_tiles_of_block runs the elements [begin, end): the rows of a
 * block. Call stream_end before another thread reads the results. */
typedef struct wgi_tiling wgi_tiling;
wgi_tiling *wgi_tiles_prepare(const wgi_program *p, wgi_env *e, void *memory, void *buffers, char *block);
bool wgi_tiles_of_block(wgi_tiling *t, int64_t begin, int64_t end);

/* The operands of a program that are broadcast. A row of an operand: of so many last elements of the
 * result it has either each or always the same. row: the shortest row; most: the longest that is no longer
 * than a tile, 0: there is none. Rows of a result divide each other, so all operands begin a row where a
 * row of `most` begins. */
typedef struct wgi_broadcasts {
    int count;
    int64_t row, most;
} wgi_broadcasts;
/* Notes an operand of shape x of a program over elements of shape y. */
void wgi_note_broadcast(wgi_broadcasts *b, const wg_shape *x, const wg_shape *y);
/* Notes an operand or a result that lies in runs of so many elements. */
void wgi_note_row(wgi_broadcasts *b, int64_t row);
/* Chooses row, tile and tiles of a program of p->size elements and `members` nodes. It has rows if that is
 * faster: then all operands that are broadcast must be read in place, otherwise they must be loaded. folds: a
 * member is a fold, whose leaves must not lie in two tiles. */
void wgi_program_cut(wgi_program *p, const wgi_broadcasts *b, int members, bool folds);

/* Two instructions that no node makes. Load broadcasts an operand into a tile buffer. Store writes a tile
 * buffer to memory, past the caches. */
extern const wg_op wgi_op_load, wgi_op_store;
/* The instruction that loads *from into tile buffer reg, of a program that is cut. */
wgi_signature wgi_load_signature(const wgi_load *l, int isa);
wgi_instr wgi_load_instr(const wgi_program *p, const wgi_signature *of, const wgi_ref *from, uint32_t reg);
/* The operand *from read in place. */
static inline wgi_spread wgi_spread_of(const wgi_load *l, wgi_ref from)
{
    return (wgi_spread){ from, l, l->rank > 0 && l->stride[l->rank - 1] != 0 };
}

/* ---- trace_nan.c ---- */

/* What a trace says: lines of `file`, if that is not NULL, and sentences in buf, if size is not 0. */
typedef struct wgi_nan_text {
    FILE *file;
    char *buf;
    size_t size, used;
} wgi_nan_text;

static inline bool wgi_loss_is_finite(const wg_graph *g, uint32_t loss)
{
    const void *v = wgi_value(g, loss);
    return isfinite(g->node[loss].dtype == WG_F32 ? (double)*(const float *)v : *(const double *)v);
}
/* Whether wg_backward may go on with a loss that is not finite. Infinity is a warning, NaN an error. */
bool wgi_accept_loss(wg_graph *g, const wgi_request *r);
bool wgi_graph_lives(const wg_context *c, const wg_graph *g); /* whether it was not freed */
/* For wg_params.explain. */
void wgi_explain_gradient(wg_node loss, const wgi_parameter *q, char *buf, size_t size);

#endif
