/* fault_report.c: turns the fault that a kernel has found into an error message. */
#include "graph/composites.h"
#include "run/run.h"
#include "wgx/base.h"
#include "wgx/op.h"

/* The call of the user that made a node, and of its operands the one that the fault is about. */
typedef struct faulty {
    const char *name; /* of the op, or of the layer */
    wg_site here;
    uint32_t operand, node; /* the argument of the call, or NO_ARGUMENT; node 0: it is not known */
    bool derived;           /* by a derivative of the call */
} faulty;
enum { NO_ARGUMENT = 99 };

enum { STEPS = 8 }; /* between an operand of a call and that of a kernel; twice as many as any has */

/* Whether node i is made from node x by nodes of the call alone. */
static bool comes_from(const wg_graph *g, uint32_t i, uint32_t x, uint32_t first, int steps)
{
    if (i == x) return true;
    const wgi_node *n = &g->node[i];
    if (i < first || wgi_is_leaf(n) || steps == 0) return false;
    WGI_EACH_OPERAND(k, n)
        if (comes_from(g, wgi_in(n)[k], x, first, steps - 1)) return true;
    return false;
}

/* Whether the user has not called the op of node n, but a derivative or another op's call has made it. */
static bool is_inner(const wgi_node *n) { return wgi_is_derived(n) || wgx_op_is_internal(n->op); }

/* The call that node i is a part of, or that it was derived from. NULL: it is of no call that is noted. */
static const wgi_composite *source_of(const wg_graph *g, uint32_t i, int steps)
{
    const wgi_node *n = &g->node[i];
    const wgi_composite *call = wgi_is_derived(n) ? NULL : wgi_call_of(g, i);
    for (uint32_t k = 0; steps && !wgi_is_leaf(n) && is_inner(n) && k < n->operands && !call; k++)
        call = source_of(g, wgi_in(n)[k], steps - 1);
    return call;
}

/* The call whose derivative has node n. It has the operand `at` as its own, as logdet(A) has that of the node
 * which solves by A; or its nodes made `at`, as qr(A) the triangle R. */
static const wgi_composite *derived_call(const wg_graph *g, const wgi_node *n, uint32_t at)
{
    WGI_EACH_OPERAND(k, n) {
        const wgi_composite *call = source_of(g, wgi_in(n)[k], 0);
        for (uint32_t j = 0; call && j < call->operands; j++)
            if (call->in[j] == at) return call;
    }
    return is_inner(&g->node[at]) ? source_of(g, at, STEPS) : NULL;
}

/* The node outside the layer from which node i came. */
static uint32_t from_outside(const wg_graph *g, uint32_t i, uint32_t first)
{
    while (i >= first && !wgi_is_leaf(&g->node[i])) i = wgi_in(&g->node[i])[0];
    return i;
}

static faulty faulty_of(const wg_graph *g, uint32_t i, int operand)
{
    const wgi_node *n = &g->node[i];
    const bool is_known = operand >= 0 && (uint32_t)operand < n->operands, derived = wgi_is_derived(n);
    const uint32_t at = is_known ? wgi_in(n)[operand] : 0;
    const wgi_composite *call = derived ? derived_call(g, n, at) : wgi_call_of(g, i);
    const wgi_layer_name *layer = at && !derived ? wgi_layer_of(g, i) : NULL;
    if (layer)
        return (faulty){ layer->what, layer->here, NO_ARGUMENT, from_outside(g, at, layer->at), false };
    if (!call) return (faulty){ n->op->name, n->here, (uint32_t)operand, at, false };
    for (uint32_t k = 0; k < call->operands && at; k++)
        if (call->in[k] && comes_from(g, at, call->in[k], call->first, STEPS))
            return (faulty){ call->op->name, call->here, k, call->in[k], derived };
    return (faulty){ call->op->name, call->here, 0, 0, derived };
}

/* "Sigma [3,3]"; without a name the op that made it: "exp [3,3]". "": the operand is not known. */
static void describe(wg_graph *g, const faulty *y, char *to, size_t size)
{
    char name[64], shape[80];
    *to = 0;
    if (!y->node) return;
    const wg_node n = wgi_handle(g, y->node);
    if (!*wgx_site_argument(y->here, (int)y->operand, name, sizeof name) || *name == '.')
        snprintf(name, sizeof name, "%.60s",
                 *wg_node_name(n) ? wg_node_name(n) : wgi_called_name(g, y->node));
    snprintf(to, size, "%s %s", name, wg_shape_text(wg_node_shape(n), shape, sizeof shape));
}

/* Of matrix 0 the message names the pivot alone: most operands are one matrix. */
static void report_matrix(wg_graph *g, const faulty *y, const char *who, const wg_fault *f)
{
    const long long matrix = (long long)(f->index / f->value), pivot = (long long)(f->index % f->value);
    const bool pivots = f->limit == WG_FAULT_PIVOT;
    char where[64] = "";
    if (pivots && matrix) snprintf(where, sizeof where, ": pivot %lld of matrix %lld", pivot, matrix);
    else if (pivots) snprintf(where, sizeof where, ": pivot %lld", pivot);
    else if (matrix) snprintf(where, sizeof where, ": matrix %lld", matrix);
    wgi_fail(g->c, y->here, y->name, WG_ERROR_VALUE, "%s%s %s%s",
             y->derived && pivots ? "there is no derivative: " : "", *who ? who : "the matrix", f->text,
             where);
}

void wgi_fault_report(wg_graph *g, uint32_t i, const wg_op *op, wg_site here, const wg_fault *f)
{
    const long long at = (long long)f->index, v = (long long)f->value, limit = (long long)f->limit;
    const faulty y = i ? faulty_of(g, i, f->operand) : (faulty){ op->name, here, 0, 0, false };
    char who[160];
    describe(g, &y, who, sizeof who);
    const char *of = *who ? " of " : "";
#define SAY(status, ...) wgi_fail(g->c, y.here, y.name, status, __VA_ARGS__)
    if (!f->text) SAY(WG_ERROR_VALUE, "failed while it ran%s%s", *who ? ", on " : "", who);
    else if (limit >= 0)
        SAY(WG_ERROR_VALUE, "%s: %lld at index %lld%s%s, must be from 0 to %lld", f->text, v, at, of, who,
            limit - 1);
    else if (limit == WG_FAULT_USER)
        SAY(WG_ERROR_USER, "%s but %lld%s%s", f->text, v, *who ? ", of " : "", who);
    else if (limit == WG_FAULT_PIVOT || limit == WG_FAULT_MATRIX) report_matrix(g, &y, who, f);
    else if (limit < WG_FAULT_ALONE)
        SAY(WG_ERROR_VALUE, "%s: %lld at index %lld%s%s, must be from %lld to %lld", f->text, v, at, of, who,
            -(limit - INT64_MIN), limit - INT64_MIN - 1);
    else if (limit == WG_FAULT_NUMBER) {
        double number;
        memcpy(&number, &f->value, sizeof number);
        SAY(WG_ERROR_VALUE, "%s: %.9g at index %lld%s%s", f->text, number, at, of, who);
    } else if (limit == WG_FAULT_ALONE) SAY(WG_ERROR_VALUE, "%s", f->text);
    else if (limit == WG_FAULT_COUNT)
        SAY(WG_ERROR_VALUE, "%s but %lld%s%s", f->text, v, *who ? ": " : "", who);
    else SAY(WG_ERROR_VALUE, "%s, at index %lld%s%s", f->text, at, of, who);
#undef SAY
}
