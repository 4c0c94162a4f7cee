/* strided.c: slices that are read where they lie, and operands of a concat that are written where they
 * belong. Both are runs of neighbours at equal distances in a larger value, which a program over tiles can
 * load and store. So the slice, or the concat, needs no step and no memory of its own.
 *
 * A slice is read in place if only elementwise nodes of its size read it. A concat is written in place if
 * one program computes all its operands and nothing else reads them. Short runs are copied by the kernels
 * of the ops, which is faster. No value changes: only where it lies. */
#include "run/plan/plan.h"

/* Elements of a run. */
#ifdef WG_HOSTILE
enum { SHORTEST = 1 };
#else
enum { SHORTEST = 16 };
#endif

/* Where operand j of n lies in the result, or for a slice (j = 0) the result in the operand. */
static wg_runs runs_of(const wgi_work *w, const wgi_node *n, int j)
{
    wg_type xt[WGI_STRIDED], yt = wgi_type_of(n);
    wgi_signature s = wgi_signature_of(n, NULL, xt, &yt);
    for (uint32_t k = 0; k < n->operands; k++) xt[k] = wgi_type_of(&w->node[wgi_in(n)[k]]);
    const wg_kernel question = wgi_kernel_question(&s);
    if (n->op->alias && n->op->alias(&question) >= 0) return (wg_runs){ 0 };
    return n->op->runs(&question, j);
}

static bool is_computed(const wgi_work *w, uint32_t i)
{
    return w->need[i] && w->rep[i] == i && !wgi_work_given(w, i);
}

bool wgi_may_stay(const wgi_work *w, uint32_t i)
{
    return i < w->end && (w->asked->left[i] || wgi_is_once(w->node[i].op));
}

static bool has_runs(const wgi_node *n)
{
    return n->op->runs && n->operands <= WGI_STRIDED && wgi_size(n->shape) > 0;
}

static void note_slice(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (!has_runs(n) || n->op->kind != WG_ALIAS || wgi_may_stay(w, i)) return;
    const wg_runs r = runs_of(w, n, 0);
    if (r.run < SHORTEST) return;
    w->runs[i] = wgi_work_temp(w, 1, sizeof *w->runs[i]);
    if (w->runs[i]) *w->runs[i] = r;
}

/* Notes who reads the operands of n. Elementwise nodes alone can read a slice where it lies. */
static void note_reads(wgi_work *w, const wgi_node *n)
{
    const bool map = n->op->kind == WG_MAP;
    for (uint32_t k = 0; k < n->operands; k++) {
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

/* Whether a program over tiles, the same for all operands of a concat, computes operand x for it alone. */
static bool is_for(const wgi_work *w, uint32_t x, uint32_t item)
{
    return item && w->items[item].tiles && w->at[x] == item && w->base[x] == x &&
           w->node[x].op->kind == WG_MAP && w->readers[x] == 1 && !wgi_may_stay(w, x);
}

bool wgi_is_written_in_parts(wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    if (!has_runs(n) || n->op->kind == WG_ALIAS ||
        wgi_without(w->g->c, WG_WITHOUT_TILES | WG_WITHOUT_STRIDED))
        return false;
    const uint32_t item = w->at[wgi_work_in(w, n, 0)];
    wg_runs r[WGI_STRIDED];
    for (uint32_t k = 0; k < n->operands; k++) {
        r[k] = runs_of(w, n, (int)k);
        if (!is_for(w, wgi_work_in(w, n, k), item) || r[k].run < SHORTEST || r[k].run == r[k].stride)
            return false;
    }
    for (uint32_t k = 0; k < n->operands && !w->failed; k++) {
        const uint32_t x = wgi_work_in(w, n, k);
        w->runs[x] = wgi_work_temp(w, 1, sizeof *w->runs[x]);
        if (w->failed) return true;
        *w->runs[x] = r[k];
        w->base[x] = i;
        w->offset[x] = r[k].from * (int64_t)wg_dtype_size((wg_dtype)n->dtype);
    }
    w->at[i] = item;
    return true;
}

bool wgi_in_parts(const wgi_work *w, uint32_t i)
{
    const wgi_node *n = &w->node[i];
    return n->op->runs && n->op->kind != WG_ALIAS && w->base[wgi_work_in(w, n, 0)] == i;
}

wgi_load wgi_load_of_runs(const wgi_work *w, uint32_t x)
{
    const wg_runs *r = w->runs[x];
    return (wgi_load){ .size = (uint32_t)wg_dtype_size((wg_dtype)w->node[x].dtype),
                       .rank = 2,
                       .dim = { wgi_size(w->node[x].shape) / r->run, r->run },
                       .stride = { r->stride, 1 } };
}
