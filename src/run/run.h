/* run.h: from a request to values: the evaluation, the interpreter, the sweep over scalars, programs over tiles. */
#ifndef WGI_RUN_H
#define WGI_RUN_H

#include "grad/grad.h"

/* ---- eval.c ---- */

/* The roots of a request to graph g: those given, and the kept nodes and assigned values of `from`, which is g or the graph
 * that g repeats. Each is listed once, and none that has a value in g. */
bool wgi_request_roots(const wg_graph *from, const wg_graph *g, wgi_arena *a, const uint32_t *first, int n,
                       bool assigned, wgi_request *r);
/* The targets of a backward request: the parameters of p that are in the graph; with room for `more` others. */
bool wgi_request_targets(const wg_graph *g, wgi_arena *a, const wg_params *p, size_t more, wgi_request *r);

/* ---- request.c ---- */

bool wgi_run(wg_graph *g, wgi_request *r);
bool wgi_run_known(wg_graph *g, wgi_request *r); /* by r->plan */

static inline void wgi_roots_done(wg_graph *g, const wgi_request *r)
{
    for (int i = 0; i < r->roots; i++) wgi_root_done(g, r, r->root[i]);
}

/* ---- interpret.c ---- */

bool wgi_interpret(wg_graph *g, const uint32_t *root, int roots);

/* What a plan would spare by running a node of so many elements instead of the interpreter; 1 is that of a small one. */
static inline double wgi_spent_on(int64_t size) { return 1 + (double)size / 64; }

/* ---- fault_report.c ---- */

void wgi_fault_report(wg_graph *g, const wg_op *op, wg_site here, const wg_fault *f);

/* ---- tape.c ---- */

/* The gradients of a backward request whose loss has a value, as numbers. False: not a program of scalars, or an error. */
bool wgi_tape_backward(wg_graph *g, wgi_request *r);

/* ---- tile.c: programs over tiles ---- */

enum { WGI_TILE = 1024 };

typedef enum wgi_ref_kind { WGI_FULL, WGI_ONE, WGI_REG } wgi_ref_kind;
typedef struct wgi_ref {
    wgi_ref_kind kind;
    uint32_t index; /* FULL, ONE: of the pointer table; REG: of the tile buffers */
    uint32_t size;  /* of an element */
} wgi_ref;

/* How an operand is broadcast into a tile buffer. */
typedef struct wgi_load {
    uint32_t size; /* bytes of an element */
    int rank;      /* axes, after neighbouring axes were merged where one stride serves both */
    int64_t dim[WG_MAX_RANK], stride[WG_MAX_RANK];
} wgi_load;

/* What all calls of one node's kernel have in common. */
typedef struct wgi_signature {
    wg_kernel_fn fn; /* NULL: the op's short form is called instead */
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

static inline int wgi_outputs(const wg_op *op) { return op->outputs ? op->outputs : 1; }
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

/* A call of a kernel. Every call is filled here; the caller adds its share of the work: begin, end, phase, scratch. */
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
/* A call that only asks: for sizes, scratch memory, or what to prepare. */
static inline wg_kernel wgi_kernel_question(const wgi_signature *s)
{
    return wgi_kernel_call(s, NULL, NULL, NULL, (wgi_setting){ 0 });
}

typedef struct wgi_instr {
    wgi_signature of;
    const wgi_ref *x;
    wgi_ref y;
    bool fold;     /* a whole reduction: y is its scratch */
    uint32_t node; /* for errors */
} wgi_instr;

typedef struct wgi_program {
    wgi_instr *instr;
    int instrs, regs, most_operands;
    int64_t size;
    wgi_ref *ahead; /* large operands, fetched into the cache a tile ahead */
    int aheads;
} wgi_program;

typedef struct wgi_env { /* of one run */
    void **ptr;
    wgi_setting run;
    uint32_t failed_node; /* of the instruction that failed, 0: of the step */
    const wg_op *failed_op;
} wgi_env;

/* Elements [begin, end) of a program; regs: WGI_TILE * 8 bytes for each tile buffer; begin a multiple of WGI_TILE. */
bool wgi_tiles(const wgi_program *p, wgi_env *e, void *regs, int64_t begin, int64_t end);
size_t wgi_tile_bytes(const wgi_program *p);
wg_kernel_fn wgi_kernel_of(const wg_op *op, int isa);
bool wgi_map_short(const wg_kernel *k, const wg_op *op);
/* A kernel by its op's short form; else the kernel itself. */
static inline bool wgi_call(const wg_op *op, wg_kernel_fn fn, const wg_kernel *k)
{
    return fn ? fn(k) : wgi_map_short(k, op);
}
/* Two instructions that no node makes. Load broadcasts an operand into a tile buffer. Store writes a tile buffer to memory, past
 * the caches. */
extern const wg_op wgi_op_load, wgi_op_store;
/* False: the operand is dense and as large as the result, so that no load is needed. */
bool wgi_load_make(wgi_load *l, const wg_shape *x, const wg_shape *y, uint32_t size);
/* The instruction that loads *from into tile buffer reg. */
wgi_instr wgi_load_instr(const wgi_load *l, const wgi_ref *from, uint32_t reg);

/* ---- clock.c ---- */

double wgi_now(void); /* seconds */

#endif
