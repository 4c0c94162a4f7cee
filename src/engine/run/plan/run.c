/* run.c: runs a plan: fills the table of addresses, runs the steps, and leaves results and gradients
 * behind. After the first runs it allocates nothing from the system. */
#include "run/plan/plan.h"

typedef struct run {
    wgi_plan *p;
    wgi_env env;
    char *memory; /* for all threads: arrays and tile buffers */
    size_t each;  /* bytes of it for each thread */
    int failed_step;
    bool interrupted;
    wg_site here;
    wgi_clock *clock;
} run;

/* Makes the graph's workspace as large as the plan needs. */
static bool workspace(wg_graph *g, size_t size)
{
    if (size <= g->run.work_size) return true;
    wg_free(g->c, g->run.work);
    g->run.work_size = 0;
    g->run.work = wgi_raw(g->c, 1, size);
    if (g->run.work) g->run.work_size = size;
    return g->run.work != NULL;
}

static bool run_kernel(const run *u, const wgi_plan_step *s, int thread, int64_t begin, int64_t end)
{
    void **x = (void **)(void *)(u->memory + u->each * (size_t)thread), **y = x + u->p->most_operands;
    void *const *ptr = u->env.ptr;
    for (int k = 0; k < s->of->operands; k++) x[k] = ptr[s->x[k]];
    for (int k = 0; k < s->of->outputs; k++) y[k] = ptr[s->y[k]];
    if (wgx_hints(s->of->op)->fold && s->phase == 0 && wgi_size(s->of->yt[0].shape) == 1)
        x[0] = (char *)x[0] + (size_t)begin * WG_FOLD * wg_dtype_size(s->of->xt[0].dtype);
    wg_kernel k = wgi_kernel_call(s->of, (const void *const *)x, y, NULL, u->env.run);
    k.begin = begin, k.end = end, k.phase = s->phase;
    if (s->scratch != NO_BUFFER) k.scratch = (char *)ptr[s->scratch] + s->each * (size_t)thread;
    return s->of->fn(&k);
}

static bool part(void *arg, int i, int chunk, int chunks, int thread)
{
    run *u = arg;
    const wgi_plan_step *s = &u->p->step[i];
    int64_t begin = s->units * chunk / chunks, end = s->units * (chunk + 1) / chunks;
    char *memory = u->memory + u->each * (size_t)thread;
    if (!thread && wgi_interrupted(u->p->c, u->here)) {
        u->interrupted = true;
        return false;
    }
    if (begin >= end || (s->guard != NO_BUFFER && !wgi_any_true(u->env.ptr[s->guard], s->guards)))
        return true;
    bool ok = s->rows    ? wgi_rows_run(s->rows, &u->env, memory, begin, end)
              : s->tiles ? wgi_tiles(s->tiles, &u->env, memory, begin, end)
                         : run_kernel(u, s, thread, begin, end);
    if (!ok) __atomic_store_n(&u->failed_step, i, __ATOMIC_RELAXED);
    return ok;
}

static bool timed_part(void *arg, int i, int chunk, int chunks, int thread)
{
    double begin = wgi_now();
    bool ok = part(arg, i, chunk, chunks, thread);
    wgi_clock_note(((run *)arg)->clock, i, thread, begin);
    return ok;
}

/* finite: no gradient that the run has looked at is NaN or infinite. */
static void leave_gradient(const wg_graph *g, const wgi_gradient_of *q, wgi_request *r, int i, void **ptr,
                           bool finite)
{
    wgi_parameter *leaf = q->looked && finite && !r->rows ? g->node[r->target[i]].parameter : NULL;
    r->reached[i] = q->reached;
    if (q->reached && !q->in_place) memcpy(r->into[i], ptr[q->buffer], q->bytes);
    if (leaf && r->into[i] == leaf->grad) leaf->finite_in = leaf->owner->backwards + 1;
}

/* Results become values of the evaluation. Gradients that were not made in place are copied. */
static bool leave(wg_graph *g, wgi_plan *p, wgi_request *r, void **ptr, bool finite)
{
    for (int i = 0; i < p->results; i++) {
        uint32_t n = r->at[p->result[i].node];
        if (!wgi_valued(g, n, n)) return false;
        g->value[n] = ptr[p->result[i].buffer];
        if (wgi_may_be_parameter(&g->node[n]) && !wgi_own_bytes(g, n)) {
            g->value[n] = NULL;
            return false;
        }
    }
    wgi_roots_done(g, r);
    for (int i = 0; i < p->of.targets; i++) leave_gradient(g, &p->gradient[i], r, i, ptr, finite);
    r->blocked = p->blocked ? r->at[p->blocked] : 0;
    return true;
}

/* Of a derivative's node: its nodes are made again, as the plan's were, so that the message can name the call
 * that was derived. */
static bool report_derived(wg_graph *g, const wgi_plan *p, wgi_request *r, uint32_t node, const wg_op *op,
                           const wg_fault *f)
{
    const uint32_t mark = g->count, at = mark + (node - p->of.n);
    const wgi_place place = wgi_arena_place(&g->arena);
    wg_node *gx = r->backward ? wgi_request_gradients(g, r) : NULL;
    wgi_busy_end(g); /* its values are computed no longer */
    const bool there = gx && !g->busy.depth && wgi_request_derive(g, r, gx) && at < g->count &&
                       (!op || g->node[at].op == op);
    if (there) wgi_fault_report(g, at, g->node[at].op, wg_inside(r->here), f);
    if (gx) wgi_request_forget(g, r, mark, place);
    wgi_busy_begin(g);
    return there;
}

static void report(wg_graph *g, const wgi_plan *p, wgi_request *r, uint32_t node, const wg_op *op,
                   const wg_fault *f)
{
    const bool users = node < p->of.n;
    if (users || !report_derived(g, p, r, node, op, f))
        wgi_fault_report(g, users ? r->at[node] : 0, op ? op : g->node[0].op, wg_inside(r->here), f);
}

#ifdef WG_HOSTILE
static void spoil(wg_graph *g, const wgi_plan *p, void *out)
{
    memset(g->run.work, 0xFF, g->run.work_size);
    memset(out, 0xFF, p->out);
}
#else
static void spoil(wg_graph *g, const wgi_plan *p, void *out) { (void)g, (void)p, (void)out; }
#endif

static bool run_bound(wg_graph *g, wgi_plan *p, wgi_request *r, void *out)
{
    void **ptr = wgi_bound_pointers(g, p, r, out);
    wgi_env failed;
    spoil(g, p, out);
    int was = p->blas ? wgi_gate_open() : 0;
    bool ok = wgi_bound_run(p, g->now.epoch, &failed);
    if (p->blas) wgi_gate_close(was);
    if (ok) return leave(g, p, r, ptr, false);
    report(g, p, r, failed.failed_node, failed.failed_op, failed.run.fault);
    return false;
}

static bool run_parts(run *u)
{
    wgi_plan *p = u->p;
    if (u->clock) return wgi_parts_run(timed_part, u, p->chunks, p->steps, p->c->o.threads);
    if (p->parallel) return wgi_region_run(p->c, &p->timing, part, u, p->chunks, p->steps);
    return wgi_parts_run(part, u, p->chunks, p->steps, 1);
}

static bool run_steps(wg_graph *g, wgi_plan *p, wgi_request *r, void *out)
{
    int threads = g->c->o.threads;
    wg_fault fault;
    run u = {
        .p = p, .env.run = { g->c->o.seed, g->now.epoch, &fault }, .here = r->here, .clock = g->run.clock
    };
    u.each = wgi_align(WGI_MAX(p->regs, ((size_t)p->most_operands + WG_MAX_OUTPUTS) * sizeof(void *)) + 64);
    u.memory = wgi_temp(g, u.each * (size_t)threads + 64);
    u.env.ptr = wgi_temp(g, sizeof *u.env.ptr * p->buffers);
    if (!u.memory || !u.env.ptr) return false;
    wgi_fill_pointers(g, p, r, u.env.ptr, out);
    u.memory = (char *)(((uintptr_t)u.memory + 63) & ~(uintptr_t)63);
    wgi_fault_clear(&fault);
    spoil(g, p, out);
    bool ok = run_parts(&u);
    const wgi_plan_step *s = &p->step[u.failed_step];
    if (ok) return leave(g, p, r, u.env.ptr, !u.env.not_finite);
    if (u.interrupted) return false;
    report(g, p, r, u.env.failed_node ? u.env.failed_node : s->node, s->of ? s->of->op : NULL, &fault);
    return false;
}

static bool run_all(wg_graph *g, wgi_plan *p, wgi_request *r, void *out)
{
    if (g->run.clock && !wgi_clock_start(g->run.clock, p, g->c->o.threads)) return false;
    wgi_place place = wgi_temp_place(g);
    bool ok = run_steps(g, p, r, out);
    wgi_temp_rewind(g, place);
    return ok;
}

bool wgi_plan_run(wg_graph *g, wgi_plan *p, wgi_request *r)
{
    if (wgi_interrupted(g->c, r->here)) return false;
    void *out = wgi_arena_alloc(&g->values, WGI_MAX(p->out, 64));
    if (!out || !workspace(g, WGI_MAX(p->work, 64))) return false;
    wgi_busy_begin(g);
    const bool bound = p->bound && !p->running && !g->run.clock;
    p->running++;
    bool ok = bound ? run_bound(g, p, r, out) : run_all(g, p, r, out);
    p->running--;
    ok = wgi_busy_end(g) && ok;
    p->ran = r->use;
    p->leaves = r->fresh && r->use ? g->build.leaves : 0;
    return ok;
}
