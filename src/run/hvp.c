/* hvp.c: the product of the Hessian and a vector, for the parameters of a set as one flat vector. */
#include "run/run.h"

typedef struct piece {
    const wgi_parameter *q;
    size_t at; /* where its elements begin in the flat vector */
} piece;

static int pieces_of(wg_graph *g, const wg_params *p, wg_node x[], piece l[])
{
    int n = 0;
    size_t at = 0;
    for (size_t k = 0; k < p->root->count; k++) { /* the order of the flat vector */
        wgi_parameter *q = p->root->item[k];
        if (q->state || !wgi_params_holds(p, q)) continue;
        for (size_t i = 0; i < g->params; i++)
            if (g->node[g->param[i]].parameter == q) {
                l[n] = (piece){ q, at };
                x[n++] = wgi_handle(g, g->param[i]);
            }
        at += (size_t)q->size;
    }
    return n;
}

static wg_node direction(wg_graph *g, wg_site here, const piece *l, const double *v)
{
    void *data = wgi_arena_alloc(&g->temp, (size_t)l->q->size * wg_dtype_size(l->q->dtype));
    if (!data) return wgi_error_node(g);
    wgi_convert(l->q->dtype, data, WG_F64, v + l->at, l->q->size);
    return wg_input_at(here, g, "", (wg_tensor){ l->q->dtype, l->q->shape, data });
}

wg_status wg_params_hvp_at(wg_site here, wg_params *p, wg_node loss, const double *v, double *out)
{
    wg_graph *g = loss.graph;
    wg_context *c = g ? g->c : p ? p->c : NULL;
    if (!c || !wgi_ok(c)) return c ? wg_failed(c) : WG_ERROR_USE;
    if (!p || !v || !out)
        return wgi_fail_null(c, here, "params_hvp", !p ? "parameter set" : v ? "result" : "direction");
    if (!wgi_is_node(c, loss, here, "params_hvp", 1, "the loss")) return wg_failed(c);
    if (g->now.open && wgi_params_changed(g)) wgi_close(g);
    wgi_place place = wgi_arena_place(&g->temp);
    int64_t mark = wg_graph_mark(g);
    wg_site in = wg_inside(here);
    wg_node *x = wgi_arena_alloc(&g->temp, sizeof *x * (g->params + 1) * 3);
    wg_node *d = x ? x + g->params : NULL, *hv = x ? d + g->params : NULL;
    piece *l = wgi_arena_alloc(&g->temp, sizeof *l * (g->params + 1));
    int n = x && l ? pieces_of(g, p, x, l) : 0;
    memset(out, 0, sizeof *out * wg_params_size(p));
    for (int i = 0; i < n; i++) d[i] = direction(g, in, &l[i], v);
    if (n && wgi_ok(g->c) && wg_hvp_at(here, loss, x, d, n, hv) == WG_OK)
        for (int i = 0; i < n; i++) wg_copy_f64_at(in, hv[i], out + l[i].at, (size_t)l[i].q->size);
    wg_graph_rewind(g, mark);
    wgi_arena_rewind(&g->temp, place);
    return wg_failed(g->c);
}
