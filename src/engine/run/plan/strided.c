/* strided.c: slices that are read where they lie: runs of neighbours at equal distances in a larger value,
 * which a program over tiles can load. So the slice needs no step and no memory of its own.
 *
 * A slice is read in place if only elementwise nodes of its size read it. Short runs are copied by the kernel
 * of the op, which is faster. No value changes: only where it lies. */
#include "run/plan/plan.h"

/* Elements of a run. */
#ifdef WG_HOSTILE
enum { SHORTEST = 1 };
#else
enum { SHORTEST = 16 };
#endif

/* Where the result of n, a slice, lies in the operand. */
static wg_runs runs_of(const wgi_work *w, const wgi_node *n)
{
    wg_type xt = wgi_type_of(&w->node[wgi_in(n)[0]]), yt = wgi_type_of(n);
    const wgi_signature s = wgi_signature_of(n, NULL, &xt, &yt);
    const wg_kernel question = wgi_kernel_question(&s);
    return wgx_hints(n->op)->alias(&question) >= 0 ? (wg_runs){ 0 } : wgx_hints(n->op)->runs(&question);
}

static bool is_computed(const wgi_work *w, uint32_t i)
{
    return w->need[i] && w->rep[i] == i && !wgi_work_given(w, i);
}

bool wgi_may_stay(const wgi_work *w, uint32_t i)
{
    return i < w->end && !w->guard[i] && (w->asked->left[i] || wgi_is_once(w->node[i].op));
}

static void note_slice(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (!wgx_hints(n->op)->runs || n->op->kind != WG_ALIAS || n->operands != 1 || !wgi_size(n->shape)) return;
    if (wgi_may_stay(w, i)) return;
    const wg_runs r = runs_of(w, n);
    if (r.run < SHORTEST) return;
    w->runs[i] = wgi_work_temp(w, 1, sizeof *w->runs[i]);
    if (w->runs[i]) *w->runs[i] = r;
}

/* Notes who reads the operands of n. Elementwise nodes alone can read a slice where it lies. */
static void note_reads(wgi_work *w, const wgi_node *n)
{
    const bool map = n->op->kind == WG_MAP;
    WGI_EACH_OPERAND(k, n) {
        const uint32_t x = wgi_work_in(w, n, k);
        w->readers[x] = WGI_MIN(w->readers[x] + 1, 2);
        if (!map || wgi_size(n->shape) != wgi_size(w->node[x].shape)) w->runs[x] = NULL;
    }
}

void wgi_find_strided(wgi_work *w)
{
    w->runs = wgi_work_temp(w, w->n, sizeof *w->runs);
    w->readers = wgi_work_temp(w, w->n, 1);
    if (w->failed || wgi_without(w->g->c, WG_WITHOUT_TILES | WG_WITHOUT_STRIDED)) return;
    for (uint32_t i = 1; i < w->n && !w->failed; i++) {
        if (!is_computed(w, i)) continue;
        note_slice(w, i);
        note_reads(w, &w->node[i]);
    }
    for (int k = 0; k < w->asked->count && !w->failed; k++) {
        const uint32_t i = w->rep[w->asked->node[k]];
        w->readers[i] = 2;
        w->runs[i] = NULL;
    }
}

wgi_load wgi_load_of_runs(const wgi_work *w, uint32_t x)
{
    const wg_runs *r = w->runs[x];
    return (wgi_load){ .size = (uint32_t)wg_dtype_size((wg_dtype)w->node[x].dtype),
                       .rank = 2,
                       .dim = { wgi_size(w->node[x].shape) / r->run, r->run },
                       .stride = { r->stride, 1 } };
}
