/* graph_function.c: a scalar of a graph as the function of a claim. */
#include "check/check_private.h"

#include "wengert/grad.h"
#include "wengert/ops.h"

static void set(void *self, int k)
{
    const wgi_graph_function *q = self;
    if (wg_is_none(q->x[k])) return;
    const wg_tensor t = wg_view_f64(q->at[k], wg_node_shape(q->x[k]));
    wg_input_set_at(q->here, q->x[k], t);
    if (q->pieces.g && !wg_is_none(q->pieces.x[k])) wg_input_set_at(q->here, q->pieces.x[k], t);
}

static void settle(void *self)
{
    const wgi_graph_function *q = self;
    if (q->meant) wgi_frozen_settle(q->r, q->meant, q->x);
    wgi_frozen_settle(q->r, &q->pieces, q->x);
}

static double value(void *self)
{
    const wgi_graph_function *q = self;
    return wg_item_at(q->here, q->pieces.g && !q->whole ? q->pieces.root : q->root);
}

static bool copy(const wgi_graph_function *q, const wg_node gx[], double **to)
{
    q->r->gradients++;
    for (int k = 0; k < q->n && !wg_failed(q->r->c); k++) {
        const int64_t n = wg_is_none(q->x[k]) ? 0 : wgi_elements(q->x[k]);
        if (!wg_is_none(gx[k])) wg_copy_f64_at(q->here, gx[k], to[k], (size_t)n);
        for (int64_t i = 0; wg_is_none(gx[k]) && i < n; i++) to[k][i] = q->none;
    }
    const bool ok = !wg_failed(q->r->c);
    if (!ok) wgi_check_recover(q->r);
    return ok;
}

static bool gradient(void *self, double **to)
{
    const wgi_graph_function *q = self;
    return copy(q, q->gx, to);
}

static bool piece_gradient(void *self, double **to)
{
    const wgi_graph_function *q = self;
    return copy(q, q->piece_gx, to);
}

static void whole(void *self, bool is_f) { ((wgi_graph_function *)self)->whole = is_f; }

static double rounding(void *self, int k, const double *u)
{
    wgi_graph_function *q = self;
    if (wg_is_none(q->gx[k])) return 0;
    const wg_tensor t = wg_view_f64(u, wg_node_shape(q->x[k]));
    wgi_summed *s = &q->summed;
    if (s->k != k + 1) {
        *s = (wgi_summed){ .k = k + 1, .u = wg_input_at(q->here, wg_graph_of(q->gx[k]), "", t) };
        s->sum = wg_sum_at(q->here, &WG_OPTS(wg_reduce_args, .x = wg_mul_at(q->here, q->gx[k], s->u)));
    }
    wg_input_set_at(q->here, s->u, t);
    return wgi_inside_rounding(q->r, s->sum, q->x, q->n, &s->bound);
}

/* The gradients of the pieces. False: not all inputs have one. */
static bool open_piece_gradients(wgi_graph_function *q)
{
    for (int k = 0; k < q->n; k++)
        if (wg_is_none(q->pieces.x[k]) || wg_is_none(q->gx[k])) return false;
    q->piece_gx = wg_alloc(q->r->c, (size_t)q->n, sizeof *q->piece_gx);
    const bool ok =
        q->piece_gx && wg_grads_at(q->here, q->pieces.root, q->pieces.x, q->n, q->piece_gx) == WG_OK;
    if (!ok) wgi_check_recover(q->r);
    return ok;
}

wgi_check_target wgi_graph_target(wgi_graph_function *q)
{
    return (wgi_check_target){ .set = set,
                               .value = value,
                               .gradient = gradient,
                               .smooth = q->pieces.g && open_piece_gradients(q) ? piece_gradient : NULL,
                               .settle = settle,
                               .rounding = rounding,
                               .whole = q->pieces.g ? whole : NULL,
                               .self = q,
                               .root = q->root,
                               .x = q->x };
}

void wgi_graph_function_close(wgi_graph_function *q)
{
    wg_free(q->r->c, q->piece_gx);
    wgi_frozen_close(q->r, &q->pieces);
}
