/* derive.c: forward mode and products with Hessians, made with the reverse sweep of grad.c.
 *
 * For an op without a forward rule J v is computed by two reverse sweeps (Christianson): with a placeholder
 * u, <u, J v> is linear in u, and its gradient by u is J v. This is done for one node at a time. Its operands
 * are copied (by identity), so that each sweep covers only that node. */
#include "grad/grad.h"
#include "graph/composites.h"

#include "wengert/ops.h"

/* ---- forward ---- */

/* The Jacobian of a MAP or RANDOM op is diagonal. So its reverse rule, called with the tangent as gy, gives J
 * v. */
static wg_node by_diagonal(wg_site here, wg_node y, const wg_node x[], const wg_node tx[], int n,
                           wgi_answer answer[])
{
    const wg_op *op = wgi_node_of(y)->op;
    wg_node sum = wg_none, gx[8];
    for (int k = 0; k < n; k++) {
        if (wg_is_none(tx[k])) continue;
        wgi_vjp(here, op, y, wgi_like(here, tx[k], y), x, gx, n);
        answer[k] = wgi_answer_of(y.graph, y.index, (uint32_t)k, gx[k]);
        if (answer[k] != WGI_SAYS_NODE) continue;
        wg_node part = wgi_like(here, gx[k], y);
        sum = wg_is_none(sum) ? part : wg_addn_at(here, (wg_node[]){ sum, part }, 2);
    }
    return sum;
}

/* Gradients of operands, gx[k] for x[k], as functions of u, the gradient of y, by the rule of its op.
 * wg_none: there is none, or the operand has no tangent. */
static bool reverse_by_rule(wg_site here, wg_node y, wg_node u, const wg_node x[], const wg_node tx[], int n,
                            wg_node gx[], wgi_answer answer[])
{
    wg_graph *g = y.graph;
    wgi_vjp(here, wgi_node_of(y)->op, y, u, x, gx, n);
    for (int k = 0; k < n; k++) {
        answer[k] = wgi_answer_of(g, y.index, (uint32_t)k, gx[k]);
        bool used = answer[k] == WGI_SAYS_NODE && !wg_is_none(tx[k]);
        gx[k] = used ? wgi_fit(g, here, gx[k], y.index, x[k].index) : wg_none;
    }
    return wgi_ok(g->c);
}

/* The same for an op without a rule. The op is made a second time, of copies of the operands with a tangent,
 * so that the sweep ends at them. Its own value is not computed: the sweep differentiates the expansion. */
static bool reverse_by_copy(wg_site here, wg_node y, wg_node u, const wg_node x[], const wg_node tx[], int n,
                            wg_node gx[], wgi_answer answer[])
{
    wg_graph *g = y.graph;
    wgi_node node = *wgi_node_of(y);
    wg_node *own = wgi_temp(g, sizeof *own * (size_t)n * 3);
    uint32_t *end = wgi_temp(g, sizeof *end * (size_t)n), blocked;
    int m = 0;
    if (!own || !end) return false;
    wg_node *want = own + n, *got = want + n;
    for (int k = 0; k < n; k++) {
        own[k] = x[k];
        if (!wg_is_none(tx[k])) want[m++] = own[k] = wg_apply(here, &wgi_op_identity, &x[k], 1, NULL);
    }
    wg_node again =
        wg_part_at(here, wg_apply(here, node.op, own, n, node.op->attr_size ? node.attr : NULL), node.output);
    if (!wgi_ok(g->c) || !wgi_reverse_ends(g, here, &again, &u, 1, want, m, got, end, &blocked)) return false;
    for (int k = 0, j = 0; k < n; k++) {
        gx[k] = wg_none;
        if (wg_is_none(tx[k])) continue;
        gx[k] = got[j];
        answer[k] = !wg_is_none(gx[k]) ? WGI_SAYS_NODE : end[j] ? WGI_SAYS_NONE : WGI_SAYS_ZERO;
        j++;
    }
    return true;
}

static wg_node by_two_reverses(wg_site here, wg_node y, const wg_node x[], const wg_node tx[], int n,
                               wgi_answer answer[])
{
    wg_graph *g = y.graph;
    const wg_op *op = wgi_node_of(y)->op;
    bool by_rule = op->vjp && !wgi_node_of(y)->output;
    wg_node *gx = wgi_temp(g, sizeof *gx * (size_t)n * 2), *seed = gx + n, ty = wg_none;
    uint32_t end = 0;
    int live = 0;
    wg_node u = wgi_like(here, wg_number(0), y);
    u = wg_apply(here, &wgi_op_identity, &u, 1, NULL);
    if (!gx || !wgi_ok(g->c) ||
        !(by_rule ? reverse_by_rule(here, y, u, x, tx, n, gx, answer)
                  : reverse_by_copy(here, y, u, x, tx, n, gx, answer)))
        return wgi_error_node(g);
    for (int k = 0; k < n; k++)
        if (!wg_is_none(gx[k])) {
            gx[live] = gx[k];
            seed[live++] = tx[k];
        }
    if (live && !wgi_reverse_whole(g, here, gx, seed, live, u, &ty, &end)) return wgi_error_node(g);
    if (end)
        return WGI_FAIL_NODE(g, here, "jvp", WG_ERROR_GRADIENT,
                             "%s has no forward derivative: its rule makes %s, which has no derivative",
                             op->name, wgi_called_name(g, end));
    return ty;
}

static wg_node by_jvp(wg_site here, wg_node y, const wg_op *op, const wg_node x[], const wg_node tx[], int n,
                      wgi_answer answer[])
{
    wg_graph *g = y.graph;
    const wgi_outer outer = wgi_rule_begin(g, op, &y, 1);
    wg_node ty = op->jvp(here, y, x, tx);
    wgi_rule_end(g, outer);
    for (int k = 0; k < n; k++) answer[k] = wgi_answer_of(g, y.index, (uint32_t)k, ty);
    return ty;
}

/* What is known of a node in forward mode. Paths from x to it: OPEN, if no step of the path lacks a
 * derivative; SHUT, if one does. As in the reverse sweep (grad.c) a shut path opens again at a node that a
 * derivation has made, unless that is the node without a derivative. */
enum { OPEN = 1, SHUT = 2 };
typedef struct state {
    wg_node t;         /* the tangent; wg_none: there is none, or it is zero */
    uint32_t end;      /* the first node without a derivative on a path; 0: none */
    unsigned char way; /* sum of OPEN, SHUT */
    bool given;        /* one of the nodes x[]: its tangent is the direction that was given, also where that
                        * is zero */
} state;

typedef struct forward {
    wg_graph *g;
    wgi_reached list; /* state[] is by the positions of nodes in it */
    state *state;
    bool *rounded; /* by the same positions: wgi_meets_sums */
} forward;

static state *state_of(const forward *f, uint32_t i)
{
    uint32_t at = wgi_reached_at(&f->list, i);
    return at == WGI_NOT_REACHED ? NULL : &f->state[at];
}

/* The tangent of node i, given those of its operands. answer[k] becomes what its rule says of operand k. */
static wg_node tangent_of(wg_graph *g, uint32_t i, const wg_node x[], const wg_node tx[], wgi_answer answer[])
{
    const wgi_node *node = &g->node[i];
    const wg_op *op = node->op;
    int n = (int)node->operands;
    if (!wg_gradient_dtype((wg_dtype)node->dtype)) return wg_none;
    wg_site here = wg_inside(node->here);
    wg_node y = wgi_handle(g, i);
    if (op->jvp) return by_jvp(here, y, op, x, tx, n, answer);
    if ((op->kind == WG_MAP || op->kind == WG_RANDOM) && op->vjp && n <= 8)
        return by_diagonal(here, y, x, tx, n, answer);
    return by_two_reverses(here, y, x, tx, n, answer);
}

/* Notes the paths that lead to node i over its operands. */
static void find_ways(const forward *f, uint32_t i, state *to, const wgi_answer answer[])
{
    const wgi_node *n = &f->g->node[i];
    bool derived = n->flags & WGI_DERIVED;
    WGI_EACH_OPERAND(k, n) {
        const state *from = state_of(f, wgi_in(n)[k]);
        if (!from || !(from->way || from->end)) continue;
        bool none = answer[k] == WGI_SAYS_NONE;
        to->way |= !none ? from->way : derived || !from->way ? 0 : SHUT;
        uint32_t end = from->end ? from->end : none ? i : 0;
        to->end = to->end && (!end || to->end < end) ? to->end : end;
    }
    if (to->way && derived) to->way = OPEN;
}

/* Finds the tangent of the node at position l. */
static bool advance(forward *f, uint32_t l)
{
    wg_graph *g = f->g;
    const uint32_t i = f->list.node[l], n = g->node[i].operands;
    if (wgi_is_leaf(&g->node[i])) return true;
    wg_node *x = wgi_temp(g, sizeof *x * (size_t)n * 2), *tx = x ? x + n : NULL;
    wgi_answer *answer = wgi_temp(g, sizeof *answer * (size_t)n);
    bool any = false;
    if (!x || !answer) return false;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t in = wgi_in(&g->node[i])[k];
        const state *from = state_of(f, in);
        x[k] = wgi_handle(g, in);
        tx[k] = from ? from->t : wg_none;
        answer[k] = wgi_static_answer(g, i, k);
        any |= !wg_is_none(tx[k]) && answer[k] == WGI_SAYS_NODE;
    }
    g->rule.rounded = f->rounded[l];
    if (any) f->state[l].t = tangent_of(g, i, x, tx, answer);
    find_ways(f, i, &f->state[l], answer);
    return wgi_ok(g->c);
}

static bool advance_all(forward *f, wg_node y, const wg_node x[], const wg_node t[], int n, uint32_t from)
{
    wg_graph *g = f->g;
    bool ok = wgi_reach(g, &g->temp, &y.index, 1, from, NULL, NULL, &f->list);
    f->state = ok ? wgi_temp_zeroed(g, sizeof *f->state * f->list.count) : NULL;
    f->rounded = ok ? wgi_meets_sums(g, &f->list) : NULL;
    if (!f->state || !f->rounded) return false;
    for (int k = 0; k < n; k++) {
        state *at = state_of(f, x[k].index);
        if (at) *at = (state){ .t = t[k], .way = OPEN, .given = true };
    }
    for (uint32_t l = 0; ok && l < f->list.count; l++)
        if (!f->state[l].given) ok = advance(f, l);
    g->rule.rounded = false;
    return ok;
}

/* The tangent of y; wg_none: it is zero, unless *end is not 0. */
static wg_node forward_to(wg_node y, const wg_node x[], const wg_node t[], int n, uint32_t *end)
{
    forward f = { .g = y.graph };
    wgi_unwritten u;
    uint32_t from = UINT32_MAX;
    for (int k = 0; k < n; k++) from = WGI_MIN(from, x[k].index);
    if (!n || from > y.index) return wg_none;
    const bool ok = wgi_as_written(f.g, from, y.index, x, n, &u) && advance_all(&f, y, x, t, n, from);
    wgi_as_rewritten(f.g, &u);
    if (!ok) return wgi_error_node(f.g);
    const state *at = state_of(&f, y.index);
    *end = at->way & OPEN ? 0 : at->end;
    return at->t;
}

static bool same_graph(wg_site here, const char *what, wg_node y, const wg_node x[], const wg_node v[], int n)
{
    wg_graph *g = y.graph;
    wg_context *c = g ? g->c : x && wgi_context_of(x, n) ? wgi_context_of(x, n) : wgi_context_of(v, n);
    if (c && n > 0 && (!x || !v)) wgi_fail_null(c, here, what, x ? "list of directions" : "list of nodes");
    if ((c && !wgi_ok(c)) || !wgi_is_node(c, y, here, what, 0, "the output")) return false;
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

/* The operands of a request: y, x[], v[]. NULL: out of memory. */
static wg_node *given(wg_node y, const wg_node x[], const wg_node v[], int n)
{
    wg_node *all = wgi_arena_alloc(&y.graph->temp, sizeof *all * (2 * (size_t)n + 1));
    if (!all) return NULL;
    all[0] = y;
    for (int k = 0; k < n; k++) {
        all[1 + k] = x[k];
        all[1 + n + k] = v[k];
    }
    return all;
}

wg_node wgi_jvp(wg_site here, const char *what, int argument, wg_node y, const wg_node x[], const wg_node v[],
                int n)
{
    wg_graph *g = y.graph;
    wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count;
    wg_site in = wg_inside(here);
    uint32_t end = 0;
    wg_node *t = wgi_temp(g, sizeof *t * (size_t)WGI_MAX(n, 1)), ty = wgi_error_node(g);
    for (int k = 0; t && k < n; k++)
        t[k] = x[k].index > y.index || wgi_is_zero(v[k]) ? wg_none : wgi_like(in, v[k], x[k]);
    if (t && wgi_ok(g->c)) ty = forward_to(y, x, t, n, &end);
    wgi_mark_derived(g, mark);
    wgi_temp_rewind(g, place);
    if (wg_is_none(ty) && end) wgi_fail_ended(g, here, what, argument, end);
    else if (wg_is_none(ty)) ty = wgi_like(in, wg_number(0), y);
    return wgi_ok(g->c) ? ty : wgi_error_node(g);
}

wg_node wg_jvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n)
{
    WG_USER_CALL(here, "jvp");
    static const wg_op request = { .name = "jvp" };
    wg_graph *g = y.graph;
    if (!same_graph(here, "jvp", y, x, v, n)) return wgi_error_node(g);
    wgi_place place = wgi_temp_place(g);
    wg_node *in = given(y, x, v, n), ty = wgi_error_node(g);
    if (in && !wgi_derived_reuse(g, here, &request, in, 2 * n + 1, &ty, 1)) {
        const wgi_calling k = wgi_derived_begin(g);
        ty = wgi_jvp(here, "jvp", -1, y, x, v, n);
        wgi_derived_end(g, k, here, &request, in, 2 * n + 1, &ty, 1);
    }
    wgi_temp_rewind(g, place);
    return ty;
}

/* ---- second order ---- */

wg_status wgi_hvp(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n, wg_node hv[])
{
    wg_graph *g = y.graph;
    uint32_t blocked;
    wgi_place place = wgi_temp_place(g);
    wg_site in = wg_inside(here);
    wg_node *gx = wgi_temp(g, sizeof *gx * (size_t)WGI_MAX(n, 1) * 2), *seed = gx ? gx + n : NULL;
    uint32_t *end = wgi_temp(g, sizeof *end * (size_t)WGI_MAX(n, 1));
    bool ok = gx && end && wg_grads_at(here, y, x, n, gx) == WG_OK;
    for (int k = 0; ok && k < n; k++) seed[k] = wgi_like(in, v[k], x[k]);
    ok = ok && wgi_reverse_ends(g, in, gx, seed, n, x, n, hv, end, &blocked) &&
         wgi_fill_zeros(g, here, "hvp", -1, x, n, hv, end);
    wgi_temp_rewind(g, place);
    return ok ? wg_failed(g->c) : wgi_all_failed(g, hv, n);
}

wg_status wg_hvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n, wg_node hv[])
{
    WG_USER_CALL(here, "hvp");
    static const wg_op request = { .name = "hvp" };
    wg_graph *g = y.graph;
    if (g && !hv) return wgi_fail_null(g->c, here, "hvp", "list of results");
    if (!same_graph(here, "hvp", y, x, v, n)) return hv ? wgi_all_failed(g, hv, n) : WG_ERROR_USE;
    wgi_place place = wgi_temp_place(g);
    wg_node *in = given(y, x, v, n);
    wg_status s = in ? WG_OK : wgi_all_failed(g, hv, n);
    if (in && !wgi_derived_reuse(g, here, &request, in, 2 * n + 1, hv, n)) {
        const wgi_calling k = wgi_derived_begin(g);
        s = wgi_hvp(here, y, in + 1, in + 1 + n, n, hv); /* hv may be x or v */
        wgi_derived_end(g, k, here, &request, in, 2 * n + 1, hv, n);
    }
    wgi_temp_rewind(g, place);
    return s;
}
