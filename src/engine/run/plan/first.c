/* first.c: what the first plan of a structure leaves behind for later requests of the evaluation, before any
 * has come.
 *
 * All values, if they are small. Of large values that would be several times the memory that the program
 * needs as soon as it is known. So a first plan leaves behind what the gradient of its root would read, if
 * a gradient is likely to be asked for, and of the other values the smallest and last ones: results such as
 * logits, of which programs compute more. If a later request needs another value after all, it is computed
 * a second time, and from then on first plans leave all values behind until the evaluation ends. */
#include "run/plan/plan.h"

/* SMALL: bytes of values of which all are kept. SHARE: of larger values, this part is kept without a
 * reason. */
enum { SMALL = 1 << 20, SHARE = 64 };

/* Whether node k is computed by a kernel of its own, and may be left behind. */
static bool is_made(const wgi_structure *s, uint32_t k)
{
    const wgi_node *n = &s->node[k];
    return !n->output && !s->held[k] && !wgi_is_leaf(n) && !(n->flags & WGI_INNER);
}

/* Bytes of the results of the op whose first result is node k. 0: mostly, it is part of another value. */
static size_t bytes_of(const wgi_structure *s, uint32_t k)
{
    size_t bytes = 0;
    for (int j = 0; s->node[k].op->kind != WG_ALIAS && j < wgi_outputs(s->node[k].op); j++)
        bytes += wgi_value_bytes(&s->node[k + (uint32_t)j]);
    return bytes;
}

/* Bytes of all values, and whether the ops are all of the library. */
static size_t all_bytes(const wgi_structure *s, bool *ours)
{
    size_t all = 0;
    for (uint32_t k = 1; k < s->n; k++) {
        if (is_made(s, k)) all += bytes_of(s, k);
        *ours = *ours && (wgi_is_leaf(&s->node[k]) || !wgi_is_once(s->node[k].op));
    }
    return all;
}

static void keep(const wgi_structure *s, uint32_t k, wgi_made why, unsigned char *left)
{
    for (int j = 0; j < wgi_outputs(s->node[k].op); j++) left[k + (uint32_t)j] = (unsigned char)why;
}

/* ---- what a gradient would read ---- */

static wg_node *parameters_of(wg_graph *g, int *n)
{
    wg_node *x = wgi_temp(g, sizeof *x * (g->params + 1));
    *n = 0;
    for (size_t i = 0; x && i < g->params; i++) {
        const wgi_node *p = &g->node[g->param[i]];
        if (p->op == &wgi_op_param && !p->parameter->frozen) x[(*n)++] = wgi_handle(g, g->param[i]);
    }
    return x;
}

/* Keeps what the nodes from `mark` on, those of the derivative, read. */
static void keep_what_is_read(const wg_graph *g, const wgi_structure *s, uint32_t mark, unsigned char *left)
{
    for (uint32_t i = mark; i < g->count; i++)
        for (uint32_t j = 0; j < g->node[i].operands && !wgi_is_leaf(&g->node[i]); j++) {
            const uint32_t x = wgi_in(&g->node[i])[j], k = x < mark ? wgi_local(s, x) : 0;
            if (k && is_made(s, k - s->node[k].output)) keep(s, k - s->node[k].output, WGI_LEFT, left);
        }
}

/* Derives the request's first root by all parameters, and removes the nodes again. The root is its own seed:
 * it has the right shape. An error leaves nothing to keep; out of memory is false. */
static bool foresee(wg_graph *g, const wgi_request *r, const wgi_structure *s, unsigned char *left)
{
    const uint32_t mark = g->count;
    const wgi_place place = wgi_arena_place(&g->arena);
    const wg_node y = wgi_handle(g, r->root[0]);
    uint32_t blocked = 0;
    int n;
    const wg_node *x = parameters_of(g, &n);
    wg_node *gx = wgi_temp(g, sizeof *gx * (g->params + 1));
    if (!x || !gx) return false;
    if (!n || !wg_dtype_is_float(wg_node_dtype(y))) return true;
    const wg_status was = wgi_quiet_begin(g->c);
    wgi_number users[WGI_NUMBERS]; /* numbers of the derivative take none of their places */
    memcpy(users, g->plain.number, sizeof users);
    g->build.within++;
    if (wgi_reverse(g, wg_inside(r->here), &y, &y, 1, x, n, gx, &blocked))
        keep_what_is_read(g, s, mark, left);
    g->build.within--;
    const wg_status now = g->c->status;
    wgi_quiet_end(g->c, was);
    wgi_forget(g, mark);
    memcpy(g->plain.number, users, sizeof users);
    wgi_arena_rewind(&g->arena, place);
    if (now == WG_ERROR_MEMORY) wgi_fail(g->c, r->here, "plan", now, "no memory for a derivative");
    return wgi_ok(g->c);
}

/* ---- all together ---- */

unsigned char *wgi_first_keeps(wg_graph *g, const wgi_request *r, const wgi_structure *s)
{
    bool ours = true;
    unsigned char *left = wgi_temp_zeroed(g, s->n);
    if (!left || s->keeps != WGI_KEEP_ALL) return left;
    const size_t all = all_bytes(s, &ours);
    const bool every = all <= SMALL || g->now.missed,
               foreseen = !every && !r->backward && r->roots && ours && g->mode == WG_TRAIN;
    if (foreseen && !foresee(g, r, s, left)) return NULL;
    size_t room = all / SHARE;
    for (uint32_t k = s->n; k-- > 1;) {
        if (!is_made(s, k) || left[k]) continue;
        const size_t bytes = bytes_of(s, k);
        if (every) keep(s, k, WGI_LEFT, left);
        else if (bytes && bytes <= room) keep(s, k, WGI_LEFT_BESIDE, left), room -= bytes;
    }
    return left;
}
