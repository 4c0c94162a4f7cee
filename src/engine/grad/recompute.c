/* recompute.c: parts of a graph that are computed again for the gradient, instead of being kept.
 *
 * A part y = f(x) gets a node of the op `recompute`. Its value is y, its other operands are the nodes outside
 * the part that the part reads. Its derivative rule builds the nodes of the part a second time and
 * differentiates the copies. The copies read the operands by nodes of the op `after`, which have the
 * value of an operand and wait for the gradient of y. So no plan can compute the copies before the
 * backward part needs them, nor take them for the first nodes. The values of the first nodes are not
 * needed any more when y is known. */
#include "wengert/implicit.h"
#include "wgx/op.h"

#include "grad/grad.h"

#include <stdlib.h>

static wg_node first_tangent(wg_site here, wg_node y, const wg_node x[], const wg_node tx[]) { return tx[0]; }

/* ---- after: operand 0, not before operand 1 has been computed ---- */

static void after_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]) { gx[0] = gy; }

static wg_node after_vmap(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    return rows[0] ? wg_apply(here, &wgi_op_after, x, 2, NULL) : wgx_rows_repeated(here, x[0], n);
}

const wg_op wgi_op_after = { .name = "after",
                             .summary = "The first operand, not before the second has been computed.",
                             .formula = "y = x",
                             .adjoint = "x' = y'",
                             .zero = 1 << 1,
                             .operands = 2,
                             .kind = WG_ALIAS,
                             .promote = WG_PROMOTE_NONE,
                             .shape = wgi_shape_of_first,
                             .hints = &(const wg_op_hints){ .library = &wgi_op_after,
                                                            .stored = WG_EVERY_OPERAND,
                                                            .alias = wgi_at_start },
                             .vjp = after_vjp,
                             .jvp = first_tangent,
                             .vmap = after_vmap };

/* ---- the nodes of a part ---- */

uint32_t wgi_border_at(const wgi_border *b, uint32_t i)
{
    const uint32_t *at = b->count ? bsearch(&i, b->node, b->count, sizeof i, wgi_by_index) : NULL;
    return at ? (uint32_t)(at - b->node) : WGI_NOT_REACHED;
}

static bool is_border(const wg_graph *g, uint32_t i, const void *arg)
{
    return wgi_border_at(arg, i) != WGI_NOT_REACHED;
}

wgi_border wgi_border_of(uint32_t node[], uint32_t n)
{
    uint32_t m = 0;
    if (n) qsort(node, n, sizeof *node, wgi_by_index);
    for (uint32_t k = 0; k < n; k++)
        if (!k || node[k] != node[m - 1]) node[m++] = node[k];
    return (wgi_border){ node, m };
}

/* ---- the part once more ---- */

typedef struct copier {
    wg_graph *g;
    wg_node gy;
    wgi_reached list; /* the part and its border */
    wg_node *to;      /* by positions in the list */
} copier;

static wg_node wait(const copier *w, wg_node x)
{
    return wg_apply(wg_inside(w->g->node[x.index].here), &wgi_op_after, (wg_node[]){ x, w->gy }, 2, NULL);
}

/* The copy of node i, which is no leaf. A node of numbers and streams alone reads its first operand by
 * `after`, so that the copy waits, too. */
static wg_node copy_of(const copier *w, uint32_t i)
{
    wg_graph *g = w->g;
    const wgi_node n = g->node[i];
    const wg_site here = wg_inside(n.here);
    bool waits = false;
    if (n.output) return wg_part_at(here, w->to[wgi_reached_at(&w->list, i - n.output)], n.output);
    wg_node *x = wgi_temp(g, sizeof *x * WGI_MAX(n.operands, 1));
    if (!x) return wgi_error_node(g);
    for (uint32_t k = 0; k < n.operands; k++) {
        const uint32_t in = wgi_in(&n)[k];
        x[k] = w->to[wgi_reached_at(&w->list, in)];
        waits |= x[k].index != in;
    }
    if (!waits && n.operands) x[0] = wait(w, x[0]);
    return wg_apply(here, n.op, x, (int)n.operands, n.op->attr_size ? n.attr : NULL);
}

static bool copy_nodes(copier *w, wg_node value, const wgi_border *b, wg_node own[])
{
    wg_graph *g = w->g;
    if (!wgi_reach(g, &g->temp, &value.index, 1, 0, is_border, b, &w->list)) return false;
    w->to = wgi_temp(g, sizeof *w->to * WGI_MAX(w->list.count, 1));
    if (!w->to) return false;
    for (uint32_t k = 0; k < b->count; k++)
        if (wg_is_none(own[k])) own[k] = wait(w, wgi_handle(g, b->node[k]));
    for (uint32_t l = 0, k = 0; l < w->list.count && wgi_ok(g->c); l++) {
        const uint32_t i = w->list.node[l];
        while (k < b->count && b->node[k] < i) k++;
        const bool at_border = k < b->count && b->node[k] == i;
        w->to[l] = at_border ? own[k] : wgi_is_leaf(&g->node[i]) ? wgi_handle(g, i) : copy_of(w, i);
    }
    return wgi_ok(g->c);
}

bool wgi_copy_part(wg_graph *g, wg_node value, wg_node gy, const wgi_border *b, wg_node own[], wg_node *y)
{
    copier w = { .g = g, .gy = gy };
    wgi_unwritten u;
    if (!wgi_as_written(g, b->count ? b->node[0] : 0, value.index, NULL, 0, &u)) return false;
    const bool ok = copy_nodes(&w, value, b, own);
    wgi_as_rewritten(g, &u);
    if (ok) *y = w.to[wgi_reached_at(&w.list, value.index)];
    return ok;
}

/* ---- flags ---- */

void wgi_leave_out(wg_graph *g, uint32_t mark, const wg_node keep[], uint32_t n)
{
    for (uint32_t i = mark; i < g->count; i++)
        if (!wgi_is_leaf(&g->node[i])) g->node[i].flags |= WGI_INNER;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = keep[k].graph ? keep[k].index : 0;
        while (i >= mark && i && !wgi_is_leaf(&g->node[i])) {
            g->node[i].flags &= (unsigned char)~WGI_INNER;
            if (g->node[i].op->kind != WG_ALIAS) break;
            i = wgi_in(&g->node[i])[0];
        }
    }
}

/* ---- the op ---- */

bool wgi_part_gradients(wg_site here, wg_node y, wg_node gy, const wg_node own[], uint32_t n, uint32_t but,
                        const struct wgi_choice *by, wg_node got[], uint32_t end[])
{
    wg_graph *g = y.graph;
    wg_node *want = wgi_temp(g, sizeof *want * 2 * WGI_MAX(n, 1)), *gx = want ? want + n : NULL;
    uint32_t *of = wgi_temp(g, sizeof *of * 2 * WGI_MAX(n, 1)), blocked, m = 0;
    if (!want || !of) return false;
    for (uint32_t k = 0; k < n; k++) {
        got[k] = wg_none, end[k] = 0;
        if (k != but && wg_node_ok(own[k]) && wg_gradient_dtype(wg_node_dtype(own[k])))
            of[m] = k, want[m++] = own[k];
    }
    if (!wgi_reverse_by(g, here, &y, &gy, by, 1, want, (int)m, gx, of + n, &blocked)) return false;
    for (uint32_t j = 0; j < m; j++) got[of[j]] = gx[j], end[of[j]] = of[n + j];
    return true;
}

wg_node *wgi_part_operands(const wgi_node *y, wg_graph *g, const wg_node x[], int *n)
{
    *n = (int)wgi_part_reads(y->operands);
    wg_node *own = wgi_temp(g, sizeof *own * (size_t)*n);
    wgi_rule_looks(wgi_handle(g, wgi_in(y)[0]));
    for (int j = 0; own && j < *n; j++) own[j] = x[wgi_part_place((uint32_t)j)];
    return own;
}

/* The gradients of the copies, by border node. */
static bool differentiate(wg_graph *g, wg_site here, wg_node y, wg_node gy, const wgi_border *b,
                          wg_node got[])
{
    wg_node again = wg_none, *own = wgi_temp_zeroed(g, sizeof *own * WGI_MAX(b->count, 1));
    uint32_t *end = wgi_temp(g, sizeof *end * WGI_MAX(b->count, 1));
    const wg_node value = wgi_handle(g, wgi_in(wgi_node_of(y))[0]);
    if (!own || !end || !wgi_copy_part(g, value, gy, b, own, &again) ||
        !wgi_part_gradients(here, again, gy, own, b->count, WGI_NOT_REACHED, g->rule.choice, got, end))
        return false;
    for (uint32_t k = 0; k < b->count; k++)
        if (wg_is_none(got[k]) && !end[k]) got[k] = wg_number(0);
    return true;
}

static void recompute_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_graph *g = y.graph;
    const wgi_node *n = wgi_node_of(y);
    if (!n || !wg_node_ok(gy)) return;
    const wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count, operands = n->operands;
    uint32_t *node = wgi_temp(g, sizeof *node * operands);
    int reads;
    wg_node *got = wgi_temp(g, sizeof *got * operands), *own = wgi_part_operands(n, g, x, &reads);
    for (int j = 0; node && own && j < reads; j++) node[j] = own[j].index;
    const wgi_border b = node && own ? wgi_border_of(node, (uint32_t)reads) : (wgi_border){ 0 };
    if (node && own && got && differentiate(g, here, y, gy, &b, got))
        for (int j = 0; j < reads; j++)
            gx[wgi_part_place((uint32_t)j)] = got[wgi_border_at(&b, own[j].index)];
    wgi_leave_out(g, mark, gx, operands);
    wgi_temp_rewind(g, place);
}

static wg_node recompute_vmap(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    return rows[0] ? wg_apply(here, &wgi_op_recompute, x, wg_node_operands(y), NULL) : wg_none;
}

const wg_op wgi_op_recompute = {
    .name = "recompute",
    .summary = "The first operand, which is computed again from the others for the gradient.",
    .formula = "y = f(x)",
    .adjoint = "x' = y' df/dx, with f computed again",
    WGI_OF_A_PART(wgi_op_recompute),
    .vjp = recompute_vjp,
    .jvp = first_tangent,
    .vmap = recompute_vmap
};

/* ---- what users call ---- */

/* Whether op may be computed once only: then its result is kept, and the part reads it. */
static bool is_once(const wg_op *op) { return op->impure || (op->kind != WG_ALIAS && wgi_op_asks(op)); }

static bool ends_part(const wg_graph *g, uint32_t i, const void *arg)
{
    return i < *(const uint32_t *)arg || is_once(g->node[i].op);
}

/* Whether a part that consists of nodes from mark on reads node i, at which a walk from its value ends. */
static bool is_read(const wg_graph *g, uint32_t i, uint32_t mark)
{
    const wg_op *op = g->node[i].op;
    if (!wgi_is_leaf(&g->node[i])) return ends_part(g, i, &mark);
    return op != &wgi_op_stream && (op != &wgi_op_number || i < mark);
}

wg_node wgi_part_node(wg_site here, const wg_op *op, wg_node y, uint32_t mark, const wg_node also[], int n,
                      const void *attr)
{
    wg_graph *g = y.graph;
    wgi_reached r;
    wgi_unwritten u;
    const bool ok = wgi_as_written(g, mark, y.index, NULL, 0, &u) &&
                    wgi_reach(g, &g->temp, &y.index, 1, 0, ends_part, &mark, &r);
    wgi_as_rewritten(g, &u);
    if (!ok) return wgi_error_node(g);
    wg_node *x = wgi_temp(g, sizeof *x * 2 * ((size_t)r.count + (size_t)n + 1));
    int count = 0;
    if (!x) return wgi_error_node(g);
    for (uint32_t l = 0; l < r.count + (uint32_t)n; l++) {
        const bool given = l < (uint32_t)n;
        const uint32_t i = given ? also[l].index : r.node[l - (uint32_t)n];
        if (!given && !is_read(g, i, mark)) continue;
        if (count % WGI_PART_GROUP == 0) x[count++] = y;
        x[count++] = wgi_handle(g, i);
    }
    if (!count) return y; /* made of numbers alone */
    wgi_leave_out(g, mark, &y, 1);
    return wg_apply(here, op, x, count, attr);
}

static wg_node recompute(wg_site here, wg_node x, wg_part_fn f, void *user)
{
    wg_graph *g = x.graph;
    const uint32_t mark = g->count;
    wg_node y = f(x, user);
    if (!wgi_is_node(g->c, y, wg_inside(here), "recompute", 0, "the result of the function"))
        return wgi_error_node(g);
    if (y.graph != g)
        return WGI_FAIL_NODE(g, here, "recompute", WG_ERROR_USE,
                             "the result of the function is a node of another graph");
    if (y.index < mark || wgi_is_leaf(&g->node[y.index])) return y;
    const wgi_place place = wgi_temp_place(g);
    y = wgi_part_node(here, &wgi_op_recompute, y, mark, NULL, 0, NULL);
    wgi_temp_rewind(g, place);
    return y;
}

static bool can_recompute(wg_site here, const char *what, wg_node x, bool has_function)
{
    wg_context *c = x.graph ? x.graph->c : NULL;
    if (!wgi_is_node(c, x, here, what, 0, "the operand") || !wgi_ok(c)) return false;
    if (!has_function) wgi_fail(c, here, what, WG_ERROR_USE, "the function is NULL");
    return has_function;
}

wg_node wg_recompute_at(wg_site here, wg_node x, wg_part_fn f, void *user)
{
    if (!can_recompute(here, "recompute", x, f != NULL)) return wgi_error_node(x.graph);
    const size_t assigns = x.graph->results.assigns;
    const wg_node y = recompute(here, x, f, user);
    wgi_assigns_undo(x.graph, assigns);
    return y;
}
