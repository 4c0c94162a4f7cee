/* kind_calls.c: calls of kernels that the interpreter keeps for nodes of one kind. What a call needs besides
 * addresses is computed for the first of them. */
#include "run/run.h"

enum { OPERANDS = WGI_KIND_OPERANDS, NO_ALIAS = -1 };

/* The pointers of k point into the entry, which stays in its place. */
struct wgi_kind_call {
    wgi_kind_entry kept; /* the words are the types of the result and of the operands */
    wg_kernel_fn fn;
    wg_kernel k;
    const void *x[OPERANDS];
    void *y;
    wg_type xt[OPERANDS], yt;
    unsigned char step[OPERANDS];
    bool blas;      /* the kernel may call BLAS */
    int64_t alias;  /* where y begins in x[0], in bytes; NO_ALIAS: the kernel makes y */
    size_t bytes;   /* of y */
    size_t scratch; /* bytes */
    size_t room;    /* bytes of `prepared` */
    void *prepared;
};

typedef wgi_kind_call kind_call;

/* Whether the calls of n's op follow from types and options alone, and in a form that is kept. */
static bool can_be_kept(const wgi_node *n)
{
    const wg_op *op = n->op;
    return wgi_op_has_kinds(op) && !op->users && n->operands <= OPERANDS && op->phases <= 1 &&
           (op->kernel[0] || op->kind == WG_ALIAS);
}

/* Elementwise: whether each operand is one element or has all elements in the order of the result, so that
 * one call computes all. (Axes of size 1 before the others change no order.) */
static bool set_steps(kind_call *c)
{
    for (int k = 0; k < c->k.operands; k++) {
        const int64_t n = wgi_size(c->xt[k].shape);
        c->step[k] = n == wgi_size(c->yt.shape);
        if (!c->step[k] && n != 1) return false;
    }
    c->k.end = wgi_size(c->yt.shape);
    return true;
}

static bool set_prepared(wg_context *c, kind_call *k)
{
    const wg_op *op = k->kept.kind.op;
    if (!wgx_hints(op)->prepare) return true;
    if (k->room < wgx_hints(op)->prepared) {
        wg_free(c, k->prepared);
        k->prepared = wgi_raw(c, 1, wgx_hints(op)->prepared);
        k->room = k->prepared ? wgx_hints(op)->prepared : 0;
    }
    if (!k->prepared) return false;
    k->blas = wgx_hints(op)->prepare(&k->k, k->prepared);
    k->k.prepared = k->prepared;
    return true;
}

/* Whether the call can be kept. Also false without memory, and then an error is recorded. */
static bool fill(wg_graph *g, kind_call *c)
{
    const wgi_kind *kind = &c->kept.kind;
    const wg_op *op = kind->op;
    c->fn = wgi_kernel_of(op, g->c->isa);
    c->yt = wgi_type_of_word(kind->word[0]);
    for (int k = 1; k < kind->words; k++) c->xt[k - 1] = wgi_type_of_word(kind->word[k]);
    const wgi_signature s = { .fn = c->fn,
                              .op = op,
                              .attr = op->attr_size ? c->kept.options : NULL,
                              .operands = kind->words - 1,
                              .outputs = 1,
                              .xt = c->xt,
                              .yt = &c->yt };
    c->k = wgi_kernel_call(&s, c->x, &c->y, c->step, (wgi_setting){ 0 });
    c->blas = op->kind == WG_CONTRACT, c->alias = NO_ALIAS;
    c->bytes = (size_t)wgi_size(c->yt.shape) * wg_dtype_size(c->yt.dtype), c->scratch = 0;
    if (op->kind == WG_ALIAS && (c->alias = wgx_hints(op)->alias(&c->k)) >= 0) {
        c->alias *= (int64_t)wg_dtype_size(c->yt.dtype);
        return true;
    }
    if (op->kind == WG_MAP || op->kind == WG_RANDOM) return set_steps(c);
    c->scratch = op->scratch ? op->scratch(&c->k) : 0;
    c->k.end = op->units ? op->units(&c->k) : 1;
    return set_prepared(g->c, c);
}

wgi_kind_call *wgi_kind_call_of(wg_graph *g, const wgi_node *n)
{
    wgi_kind k;
    if (!can_be_kept(n)) return NULL;
    k.op = n->op, k.attr = n->attr, k.words = 0;
    wgi_kind_add(&k, wgi_type_word(n->shape, n->dtype));
    const uint32_t *in = wgi_in(n);
    WGI_EACH_OPERAND(i, n) wgi_kind_add(&k, wgi_type_word(g->node[in[i]].shape, g->node[in[i]].dtype));
    kind_call *c = wgi_kind_entry_of(g->c, WGI_KIND_CALL, sizeof *c, &k);
    if (c && c->kept.state == WGI_KIND_UNKNOWN) c->kept.state = fill(g, c) ? WGI_KIND_USABLE : WGI_KIND_NEVER;
    return c && c->kept.state == WGI_KIND_USABLE ? c : NULL;
}

/* ---- running ---- */

static bool call(wg_graph *g, uint32_t i, kind_call *c)
{
    wg_fault fault;
    const wgi_place place = wgi_temp_place(g);
    const int was = c->blas ? wgi_gate_open() : 0;
    bool ok = !c->scratch || (c->k.scratch = wgi_temp(g, c->scratch));
    wgi_fault_clear(&fault);
    c->k.fault = &fault, c->k.seed = g->c->o.seed, c->k.epoch = g->now.epoch;
    ok = ok && (c->k.end <= 0 || c->fn(&c->k));
    if (c->blas) wgi_gate_close(was);
    if (!ok && wgi_ok(g->c)) wgi_fault_report(g, i, c->kept.kind.op, g->node[i].here, &fault);
    if (c->scratch) wgi_temp_rewind(g, place);
    return ok;
}

bool wgi_kind_call_run(wg_graph *g, uint32_t i, wgi_kind_call *c)
{
    const uint32_t *in = wgi_in(&g->node[i]);
    for (int k = 0; k < c->k.operands; k++) {
        c->x[k] = wgi_value(g, in[k]);
        WGI_ASSERT(c->x[k]);
    }
    if (c->alias >= 0) {
        g->value[i] = (char *)(uintptr_t)c->x[0] + c->alias;
        return !wgi_is_leaf(&g->node[in[0]]) || wgi_own_bytes(g, i); /* as run_node */
    }
    c->y = wgi_memory_for(g, i, c->bytes);
    if (!c->y || !call(g, i, c)) return false;
    g->value[i] = c->y;
    return true;
}
