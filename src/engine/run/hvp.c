/* hvp.c: the product of the Hessian and a vector, for the parameters of a set as one flat vector.
 *
 * It is a request as that of wg_backward is: its nodes are part of the plan and not of the graph, and the
 * direction is given to the plan at each run. So the same plan answers every call on a graph. */
#include "run/run.h"

/* What a call gets and gives, by the targets of its request. */
typedef struct product {
    wgi_request r;
    const void **v;
    size_t *at; /* where the target's elements begin in the flat vector */
} product;

static wgi_parameter *parameter_of(const wg_graph *g, const product *u, int i)
{
    return g->node[u->r.target[i]].parameter;
}

/* Lists the parameters of p in the order of the flat vector. False: out of memory. */
static bool list_targets(wg_graph *g, const wg_params *p, product *u)
{
    size_t at = 0;
    u->v = wgi_temp(g, sizeof *u->v * (g->params + 1));
    u->at = wgi_temp(g, sizeof *u->at * (g->params + 1));
    if (!u->v || !u->at || !wgi_request_roots(g, g, &g->temp, NULL, 0, false, &u->r) ||
        !wgi_request_targets(g, &g->temp, NULL, 0, &u->r))
        return false;
    for (size_t k = 0; k < p->root->count; k++) {
        const wgi_parameter *q = p->root->item[k];
        if (q->state || !wgi_params_holds(p, q)) continue;
        const uint32_t leaf = wg_dtype_is_stored(q->dtype) && q->frozen ? 0 : wgi_leaf_of(g, q);
        if (leaf && wgi_target_stored(g, u->r.here, "params_hvp", q)) return false;
        if (leaf) {
            u->at[u->r.targets] = at;
            u->r.target[u->r.targets++] = leaf;
        }
        at += (size_t)q->size;
    }
    return true;
}

/* Memory for the direction and the product of each target, and the direction in it. */
static bool fill(wg_graph *g, const double *v, product *u)
{
    for (int i = 0; i < u->r.targets; i++) {
        const wgi_parameter *q = parameter_of(g, u, i);
        void *own = wgi_temp(g, (size_t)q->size * wg_dtype_size(q->dtype));
        u->r.into[i] = wgi_temp(g, (size_t)q->size * wg_dtype_size(q->dtype));
        if (!own || !u->r.into[i]) return false;
        wgi_convert(q->dtype, own, WG_F64, v + u->at[i], q->size);
        u->v[i] = own;
    }
    u->r.along = u->v;
    return true;
}

static void give(const wg_graph *g, const product *u, const wg_params *p, double *out)
{
    memset(out, 0, sizeof *out * wg_params_size(p)); /* not before: out may be v, and the call may fail */
    for (int i = 0; i < u->r.targets; i++) {
        const wgi_parameter *q = parameter_of(g, u, i);
        if (u->r.reached[i]) wgi_convert(WG_F64, out + u->at[i], q->dtype, u->r.into[i], q->size);
    }
}

wg_status wg_params_hvp_at(wg_site here, wg_params *p, wg_node loss, const double *v, double *out)
{
    wg_graph *g = loss.graph;
    wg_context *c = g ? g->c : p ? p->c : NULL;
    if (c && !wgi_ok(c)) return wg_failed(c);
    if (!p || !v || !out)
        return wgi_fail_null(c, here, "params_hvp", !p ? "parameter set" : v ? "result" : "direction");
    if (!wgi_is_node(c, loss, here, "params_hvp", 1, "the loss") || !wgi_is_loss(loss, here, "params_hvp", 1))
        return wg_failed(c);
    if (g->now.open && wgi_params_changed(g)) wgi_close(g);
    wgi_place place = wgi_temp_place(g);
    product u = { .r = { .here = here, .backward = true, .loss = loss.index } };
    const bool ok = list_targets(g, p, &u) && fill(g, v, &u);
    if (ok && !u.r.targets) memset(out, 0, sizeof *out * wg_params_size(p));
    if (ok && u.r.targets) {
        const bool unused = wgi_use_begin(g);
        if (wgi_run(g, &u.r)) give(g, &u, p, out);
        if (!wgi_ok(g->c)) g->now.peeked = unused;
    }
    wgi_temp_rewind(g, place);
    return wg_failed(c);
}
