/* derive.c: forward mode, products with Hessians, Jacobians; made with the reverse sweep of grad.c.
 *
 * For an op without a forward rule J v is computed by two reverse sweeps (Christianson): with a placeholder
 * u, <u, J v> is linear in u, and its gradient by u is J v. This is done for one node at a time. Its operands
 * are copied (by identity), so that each sweep covers only that node. */
#include "grad/grad.h"

/* ---- forward ---- */

/* The Jacobian of a MAP or RANDOM op is diagonal. So its reverse rule, called with the tangent as gy, gives J
 * v. */
static wg_node by_diagonal(wg_site here, wg_node y, const wg_node x[], const wg_node tx[], int n)
{
    const wg_op *op = wg_node_op(y);
    wg_node sum = wg_none, gx[8];
    for (int k = 0; k < n; k++) {
        if (wg_is_none(tx[k])) continue;
        wgi_vjp(here, op, y, wgi_like(here, tx[k], y), x, gx, n);
        if (wg_is_none(gx[k])) continue;
        wg_node part = wgi_like(here, gx[k], y);
        sum = wg_is_none(sum) ? part : wg_addn_at(here, (wg_node[]){ sum, part }, 2);
    }
    return sum;
}

/* If every path ends at a float op without a derivative, records the error and is true. At an op of discrete
 * values the derivative is zero, and that is no error. */
static bool ends_there(wg_graph *g, wg_site here, const char *what, uint32_t blocked)
{
    if (!blocked || blocked >= g->count || !wg_dtype_is_float((wg_dtype)g->node[blocked].dtype)) return false;
    wgi_fail(g->c, here, what, WG_ERROR_GRADIENT, "every path ends at %s (%s), which has no derivative there",
             g->node[blocked].op->name, wg_site_place(g->node[blocked].here));
    return true;
}

/* If no operand has a derivative, *ends becomes the first node without one, unless it is set already. */
static wg_node by_two_reverses(wg_site here, wg_node y, const wg_node x[], const wg_node tx[], int n,
                               uint32_t *ends)
{
    wg_graph *g = y.graph;
    wgi_node node = *wgi_node_of(y);
    wg_node *own = wgi_arena_alloc(&g->temp, sizeof *own * (size_t)n * 4), *want, *gx, *seed, ty = wg_none;
    uint32_t blocked;
    int m = 0, live = 0;
    if (!own) return wgi_error_node(g);
    want = own + n, gx = want + n, seed = gx + n;
    for (int k = 0; k < n; k++) {
        own[k] = x[k];
        if (wg_is_none(tx[k])) continue;
        want[m] = own[k] = wg_apply(here, &wgi_op_identity, &x[k], 1, NULL);
        seed[m++] = tx[k];
    }
    wg_node again =
        wg_part(wg_apply(here, node.op, own, n, node.op->attr_size ? node.attr : NULL), node.output);
    wg_node u = wgi_like(here, wg_number(0), y);
    u = wg_apply(here, &wgi_op_identity, &u, 1, NULL);
    if (!wgi_ok(g->c) || !wgi_reverse(g, here, &again, &u, 1, want, m, gx, &blocked))
        return wgi_error_node(g);
    for (int k = 0; k < m; k++)
        if (!wg_is_none(gx[k])) {
            gx[live] = gx[k];
            seed[live++] = seed[k];
        }
    *ends = live || *ends ? *ends : blocked;
    if (live && !wgi_reverse(g, here, gx, seed, live, &u, 1, &ty, &blocked)) return wgi_error_node(g);
    return ty;
}

static wg_node by_rule(wg_site here, wg_node y, const wg_op *op, const wg_node x[], const wg_node tx[])
{
    const wg_op *outer = wgi_rule_begin(y.graph, op);
    wg_node ty = op->jvp(here, y, x, tx);
    wgi_rule_end(y.graph, outer);
    return ty;
}

static wg_node tangent_of(wg_graph *g, uint32_t i, const wg_node t[], uint32_t lo, uint32_t *ends)
{
    wgi_node node = g->node[i];
    int n = (int)node.operands;
    wg_node *x = wgi_arena_alloc(&g->temp, sizeof *x * (size_t)n * 2), *tx = x ? x + n : NULL;
    bool any = false;
    if (!x) return wgi_error_node(g);
    for (int k = 0; k < n; k++) {
        uint32_t in = wgi_in(&g->node[i])[k];
        x[k] = wgi_handle(g, in);
        tx[k] = in >= lo && in < i ? t[in - lo] : wg_none;
        any |= !wg_is_none(tx[k]);
    }
    if (!any || wgi_is_leaf(&node) || !wg_dtype_is_float((wg_dtype)node.dtype)) return wg_none;
    wg_site here = wg_inside(node.here);
    wg_node y = wgi_handle(g, i);
    if (node.op->jvp) return by_rule(here, y, node.op, x, tx);
    if ((node.op->kind == WG_MAP || node.op->kind == WG_RANDOM) && node.op->vjp && n <= 8)
        return by_diagonal(here, y, x, tx, n);
    return by_two_reverses(here, y, x, tx, n, ends);
}

static bool same_graph(wg_site here, const char *what, wg_node y, const wg_node x[], const wg_node v[], int n)
{
    wg_graph *g = y.graph;
    if (!g || !wgi_ok(g->c) || !wgi_usable(y, here, what, "the output")) return false;
    for (int k = 0; k < n; k++) {
        if (wg_is_none(v[k])) {
            wgi_fail(g->c, here, what, WG_ERROR_USE, "direction %d is wg_none", k + 1);
            return false;
        }
        if (!x[k].graph || x[k].graph != g || (v[k].graph && v[k].graph != g)) {
            wgi_fail(g->c, here, what, WG_ERROR_USE, "operand %d is no node of the output's graph", k + 1);
            return false;
        }
        if (!wgi_usable(x[k], here, what, "an input") ||
            (v[k].graph && !wgi_usable(v[k], here, what, "a direction")))
            return false;
        if (v[k].graph && wgi_node_of(v[k])->shape != wgi_node_of(x[k])->shape) {
            char a[80], b[80];
            wgi_fail(g->c, here, what, WG_ERROR_SHAPE, "input %d is %s, its direction %s", k + 1,
                     wg_shape_text(wg_node_shape(x[k]), a, sizeof a),
                     wg_shape_text(wg_node_shape(v[k]), b, sizeof b));
            return false;
        }
    }
    return true;
}

wg_node wg_jvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n)
{
    wg_graph *g = y.graph;
    if (!same_graph(here, "jvp", y, x, v, n)) return wgi_error_node(g);
    wgi_place place = wgi_arena_place(&g->temp);
    wg_site in = wg_inside(here);
    uint32_t lo = UINT32_MAX, hi = y.index, ends = 0;
    for (int k = 0; k < n; k++) lo = WGI_MIN(lo, x[k].index);
    wg_node ty = wg_none;
    if (n && lo <= hi) {
        wg_node *t = wgi_arena_alloc(&g->temp, sizeof *t * ((size_t)hi - lo + 1));
        for (uint32_t i = lo; t && i <= hi; i++) t[i - lo] = wg_none;
        for (int k = 0; t && k < n; k++)
            if (x[k].index <= hi) t[x[k].index - lo] = wgi_like(in, v[k], x[k]);
        for (uint32_t i = lo; t && i <= hi && wgi_ok(g->c); i++)
            if (wg_is_none(t[i - lo])) t[i - lo] = tangent_of(g, i, t, lo, &ends);
        ty = t ? t[hi - lo] : wgi_error_node(g);
    }
    wgi_arena_rewind(&g->temp, place);
    if (wg_is_none(ty) && !ends_there(g, here, "jvp", ends)) ty = wgi_like(in, wg_number(0), y);
    return wgi_ok(g->c) ? ty : wgi_error_node(g);
}

/* ---- second order ---- */

wg_status wg_hvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n, wg_node hv[])
{
    wg_graph *g = y.graph;
    uint32_t blocked = 0;
    if (!same_graph(here, "hvp", y, x, v, n)) return wgi_all_failed(g, hv, n);
    wgi_place place = wgi_arena_place(&g->temp);
    wg_site in = wg_inside(here);
    wg_node *gx = wgi_arena_alloc(&g->temp, sizeof *gx * (size_t)n * 2), *seed = gx ? gx + n : NULL;
    bool ok = gx && wg_grads_at(here, y, x, n, gx) == WG_OK;
    for (int k = 0; ok && k < n; k++) seed[k] = wgi_like(in, v[k], x[k]);
    ok = ok && wgi_reverse(g, in, gx, seed, n, x, n, hv, &blocked);
    for (int k = 0; ok && k < n; k++) ok = !wg_is_none(hv[k]) || !ends_there(g, here, "hvp", blocked);
    for (int k = 0; ok && k < n; k++)
        if (wg_is_none(hv[k])) hv[k] = wgi_like(in, wg_number(0), x[k]);
    wgi_arena_rewind(&g->temp, place);
    return ok ? wg_failed(g->c) : wgi_all_failed(g, hv, n);
}

/* ---- Jacobians: one reverse sweep for each element of y ---- */

static wg_node unit(wg_site here, wg_graph *g, int64_t i, const wg_shape *s, wg_dtype t)
{
    int64_t n = wgi_size(s);
    void *e = wgi_arena_zeroed(&g->temp, (size_t)n * wg_dtype_size(t));
    double one = 1;
    if (!e) return wgi_error_node(g);
    wgi_convert(t, (char *)e + (size_t)i * wg_dtype_size(t), WG_F64, &one, 1);
    return wg_input_at(here, g, "", (wg_tensor){ t, *s, e });
}

wg_node wg_jacobian_at(wg_site here, wg_node y, wg_node x)
{
    wg_graph *g = y.graph;
    if (!g || !wgi_ok(g->c) || !wgi_usable(y, here, "jacobian", "the output") || x.graph != g ||
        !wgi_usable(x, here, "jacobian", "the input"))
        return wgi_error_node(g);
    wg_shape ys = wg_node_shape(y), xs = wg_node_shape(x), both = ys;
    char a[128], b[128];
    if (ys.rank + xs.rank > WG_MAX_RANK)
        return WGI_FAIL_NODE(g, here, "jacobian", WG_ERROR_SHAPE, "%s by %s would have %d axes; at most %d",
                             wg_shape_text(ys, a, sizeof a), wg_shape_text(xs, b, sizeof b),
                             ys.rank + xs.rank, WG_MAX_RANK);
    for (int i = 0; i < xs.rank; i++) both.dim[both.rank++] = xs.dim[i];
    wg_site in = wg_inside(here);
    int64_t m = wg_shape_size(ys);
    wgi_place place = wgi_arena_place(&g->temp);
    wg_node *row = wgi_arena_alloc(&g->temp, sizeof *row * (size_t)WGI_MAX(m, 1));
    wg_node j = wgi_error_node(g);
    /* rank 2: x may have the highest rank, so its shape has no room for one axis more */
    wg_shape one = WG_SHAPE(1, wg_shape_size(xs));
    for (int64_t i = 0; row && i < m && wgi_ok(g->c); i++) {
        wg_node e = unit(in, g, i, wgi_node_of(y)->shape, wg_node_dtype(y));
        wg_vjp_at(here, y, e, &x, 1, &row[i]);
        row[i] = wg_reshape_at(in, row[i], one);
    }
    if (row && wgi_ok(g->c))
        j = m ? wg_reshape_at(in, m > 1 ? wg_concat_at(in, row, (int)m, 0) : row[0], both)
              : wg_fill_at(in, g, 0, both);
    wgi_arena_rewind(&g->temp, place);
    return j;
}

wg_node wg_hessian_at(wg_site here, wg_node y, wg_node a, wg_node b)
{
    return wg_jacobian_at(wg_inside(here), wg_grad_at(here, y, a), b);
}
