/* gradients.c: wg_grad, wg_grads, wg_vjp: checks of operands, zeros, and the error when there is no
 * derivative. The sweep is in grad.c. */
#include "grad/grad.h"
#include "graph/composites.h"

#include "wengert/ops.h"
#include "wgx/base.h"

/* ---- shapes ---- */

wg_node wgi_to_shape(wg_site here, wg_node x, const wg_shape *s, wg_dtype t)
{
    if (wg_node_dtype(x) != t) x = wg_cast_at(here, x, t);
    const wgi_node *n = wgi_node_of(x);
    return !n || n->shape == s ? x : wg_broadcast_to_at(here, x, *s);
}

wg_node wgi_like(wg_site here, wg_node v, wg_node x)
{
    wg_dtype t = wg_gradient_dtype(wg_node_dtype(x));
    return wgi_to_shape(here, wgi_number_to_leaf(x.graph, here, v, t), wgi_node_of(x)->shape, t);
}

wg_node wgi_fit(wg_graph *g, wg_site here, wg_node gx, uint32_t y, uint32_t x)
{
    wg_dtype t = wg_gradient_dtype((wg_dtype)g->node[x].dtype);
    const wg_shape *xs = g->node[x].shape, *ys = g->node[y].shape;
    wg_class kind = g->node[y].op->kind;
    gx = wgi_number_to_leaf(g, here, gx, t);
    if (!wg_node_ok(gx)) return gx;
    if (g->node[gx.index].shape == xs && g->node[gx.index].dtype == t) return gx;
    bool elementwise = kind == WG_MAP || kind == WG_RANDOM;
    gx = wgi_to_shape(here, gx, elementwise ? ys : xs, t);
    const wgi_node *n = wgi_node_of(gx);
    return !n || n->shape == xs ? gx : wg_sum_to_at(here, gx, *xs);
}

void wgi_fail_ended(wg_graph *g, wg_site here, const char *what, int argument, uint32_t end)
{
    const wgi_node *n = &g->node[end];
    const char *why = n->op->none && n->op->adjoint ? n->op->adjoint : "";
    char who[80], to[90] = "";
    if (argument >= 0)
        snprintf(to, sizeof to, "to %s ",
                 *wgx_site_argument(here, argument, who, sizeof who) ? who : "the operand");
    wgi_fail(g->c, here, what, WG_ERROR_GRADIENT,
             "every path %sends at %s (%s), which has no derivative there%s%s", to, wgi_called_name(g, end),
             wg_site_place(n->here), *why ? ": " : "", why);
}

bool wgi_fill_zeros(wg_graph *g, wg_site here, const char *what, int argument, const wg_node x[], int n,
                    wg_node gx[], const uint32_t end[])
{
    for (int k = 0; k < n; k++) {
        if (!wg_is_none(gx[k])) continue;
        if (end[k]) {
            wgi_fail_ended(g, here, what, argument, end[k]);
            return false;
        }
        gx[k] = wgi_like(wg_inside(here), wg_number(0), x[k]);
    }
    return true;
}

wg_status wgi_all_failed(wg_graph *g, wg_node x[], int n)
{
    for (int k = 0; k < n; k++) x[k] = wgi_error_node(g);
    return g ? wg_failed(g->c) : WG_ERROR_USE;
}

static bool is_float_node(const wg_graph *g, wg_node x)
{
    return x.graph == g && x.index && wgi_has_node(g, x) &&
           wg_gradient_dtype((wg_dtype)g->node[x.index].dtype);
}

bool wgi_float_node(wg_graph *g, wg_site here, const char *what, wg_node x, int argument,
                    const char *otherwise)
{
    char who[80];
    if (is_float_node(g, x)) return true;
    if (argument < 0 || !*wgx_site_argument(here, argument, who, sizeof who))
        snprintf(who, sizeof who, "%s", otherwise);
    if (!x.graph) wgi_fail(g->c, here, what, WG_ERROR_USE, "%s is no node", who);
    else if (x.graph != g) wgi_fail(g->c, here, what, WG_ERROR_USE, "%s belongs to another graph", who);
    else if (wgi_usable(x, here, what, who))
        wgi_fail(g->c, here, what, WG_ERROR_GRADIENT, "%s is %s: only f32 and f64 have derivatives", who,
                 wg_dtype_name(wg_node_dtype(x)));
    return false;
}

static bool float_nodes(wg_graph *g, wg_site here, const char *what, const wg_node x[], int n)
{
    char name[32];
    if (n > 0 && !x) {
        wgi_fail(g->c, here, what, WG_ERROR_USE, "the list of %d nodes is NULL", n);
        return false;
    }
    for (int k = 0; k < n; k++) {
        if (is_float_node(g, x[k])) continue;
        if (n > 1) snprintf(name, sizeof name, "input %d", k);
        if (!wgi_float_node(g, here, what, x[k], n > 1 ? -1 : 1, n > 1 ? name : "the input")) return false;
    }
    return true;
}

wg_status wgi_gradients(wg_site here, const char *what, wg_node y, wg_node gy, const wg_node x[], int n,
                        wg_node gx[])
{
    wg_graph *g = y.graph;
    uint32_t blocked;
    wgi_place place = wgi_temp_place(g);
    uint32_t *end = wgi_temp(g, sizeof *end * (size_t)WGI_MAX(n, 1));
    bool ok = end && wgi_float_node(g, here, what, y, 0, "the output") && float_nodes(g, here, what, x, n);
    if (ok) gy = wgi_number_to_leaf(g, here, gy, wg_gradient_dtype(wg_node_dtype(y)));
    if (ok && !gy.graph) wgi_fail(g->c, here, what, WG_ERROR_USE, "the output's gradient is no node");
    ok = ok && wgi_usable(gy, here, what, "the output's gradient") &&
         wgi_reverse_ends(g, wg_inside(here), &y, &gy, 1, x, n, gx, end, &blocked) &&
         wgi_fill_zeros(g, here, what, 1, x, n, gx, end);
    wgi_temp_rewind(g, place);
    return ok ? wg_failed(g->c) : wgi_all_failed(g, gx, n);
}

/* Gradients that were asked for at the same place of the last build need not be made. gx may be the array
 * x. */
static wg_status gradients(wg_site here, const char *what, wg_node y, wg_node gy, const wg_node x[], int n,
                           wg_node gx[])
{
    static const wg_op request = { .name = "gradients" };
    wg_graph *g = y.graph;
    if (!gx || (n > 0 && !x)) {
        wg_context *c = g ? g->c : wgi_context_of(x, n);
        return wgi_fail_null(c, here, what, gx ? "list of nodes" : "list of gradients");
    }
    if (!g) wgi_is_node(gy.graph ? gy.graph->c : wgi_context_of(x, n), y, here, what, 0, "the output");
    if (g && wgi_ok(g->c) && !wgi_node_of(y)) wgi_is_node(g->c, y, here, what, 0, "the output");
    if (g && n < 0) wgi_fail(g->c, here, what, WG_ERROR_USE, "%d nodes", n);
    if (!g || !wgi_ok(g->c)) return wgi_all_failed(g, gx, n);
    wgi_place place = wgi_temp_place(g);
    wg_node *given = x || !n ? wgi_temp(g, sizeof *given * ((size_t)n + 2)) : NULL;
    if (!given) return wgi_gradients(here, what, y, gy, x, n, gx);
    given[0] = y, given[1] = gy;
    if (n) memcpy(given + 2, x, sizeof *given * (size_t)n);
    wg_status s = WG_OK;
    if (!wgi_derived_reuse(g, here, &request, given, n + 2, gx, n)) {
        const wgi_calling k = wgi_derived_begin(g);
        s = wgi_gradients(here, what, y, gy, given + 2, n, gx);
        wgi_derived_end(g, k, here, &request, given, n + 2, gx, n);
    }
    wgi_temp_rewind(g, place);
    return s;
}

static bool scalar(wg_site here, const char *what, wg_node y)
{
    const wgi_node *n = wgi_node_of(y);
    if (!n || !y.index || wgi_size(n->shape) == 1) return true;
    char who[80], shape[80];
    wgx_site_argument(here, 0, who, sizeof who);
    wgi_fail(y.graph->c, here, what, WG_ERROR_SHAPE, "%s %s is not a scalar: take its wg_sum or wg_mean",
             *who ? who : "the node", wg_shape_text(*n->shape, shape, sizeof shape));
    return false;
}

wg_status wg_grads_at(wg_site here, wg_node y, const wg_node x[], int n, wg_node gx[])
{
    WG_USER_CALL(here, "grads");
    scalar(here, "grad", y);
    return gradients(here, "grad", y, wg_number(1), x, n, gx);
}

wg_node wg_grad_at(wg_site here, wg_node y, wg_node x)
{
    WG_USER_CALL(here, "grad");
    wg_node gx = wg_none;
    wg_grads_at(here, y, &x, 1, &gx);
    return gx;
}

wg_status wg_vjp_at(wg_site here, wg_node y, wg_node gy, const wg_node x[], int n, wg_node gx[])
{
    const wgi_node *a = wgi_node_of(y), *b = wgi_node_of(gy);
    if (a && b && gy.graph != y.graph)
        wgi_fail(y.graph->c, here, "vjp", WG_ERROR_USE, "the output's gradient belongs to another graph");
    else if (a && b && a->shape != b->shape && b->shape->rank) {
        char p[80], q[80];
        wgi_fail(y.graph->c, here, "vjp", WG_ERROR_SHAPE, "the output is %s, its gradient %s",
                 wg_shape_text(*a->shape, p, sizeof p), wg_shape_text(*b->shape, q, sizeof q));
    }
    return gradients(here, "vjp", y, gy, x, n, gx);
}
