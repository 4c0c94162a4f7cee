/* fault_report.c: turns the fault that a kernel has found into an error message. */
#include "graph/composites.h"
#include "run/run.h"

/* The call of the user that made a node, and of its operands the one that the fault is about. */
typedef struct faulty {
    const wg_op *op;
    wg_site here;
    uint32_t operand, node; /* node 0: it is not known */
} faulty;

/* The outermost call that made node i. NULL: the call was the node's own. A call within another one stands
 * before it. */
static const wgi_composite *call_of(const wg_graph *g, uint32_t i)
{
    for (size_t k = g->composites; k-- > 0;)
        if (g->composite[k].first <= i && i < g->composite[k].after) return &g->composite[k];
    return NULL;
}

/* Whether node i is made from node x by nodes of the call alone. */
static bool comes_from(const wg_graph *g, uint32_t i, uint32_t x, uint32_t first, int steps)
{
    if (i == x) return true;
    const wgi_node *n = &g->node[i];
    if (i < first || wgi_is_leaf(n) || steps == 0) return false;
    for (uint32_t k = 0; k < n->operands; k++)
        if (comes_from(g, wgi_in(n)[k], x, first, steps - 1)) return true;
    return false;
}

static faulty faulty_of(const wg_graph *g, uint32_t i, int operand)
{
    enum { STEPS = 8 }; /* between an operand of a call and that of a kernel; twice as many as any has */
    const wgi_node *n = &g->node[i];
    const wgi_composite *call = call_of(g, i);
    const bool is_known = operand >= 0 && (uint32_t)operand < n->operands;
    const uint32_t at = is_known ? wgi_in(n)[operand] : 0;
    if (!call) return (faulty){ n->op, n->here, (uint32_t)operand, at };
    for (uint32_t k = 0; k < call->operands && at; k++)
        if (call->in[k] && comes_from(g, at, call->in[k], call->first, STEPS))
            return (faulty){ call->op, call->here, k, call->in[k] };
    return (faulty){ call->op, call->here, 0, 0 };
}

/* "Sigma [3,3]"; without a name the op that made it: "exp [3,3]". "": the operand is not known. */
static void describe(wg_graph *g, const faulty *y, char *to, size_t size)
{
    char name[64], shape[80];
    *to = 0;
    if (!y->node) return;
    const wg_node n = wgi_handle(g, y->node);
    if (!*wg_site_argument(y->here, (int)y->operand, name, sizeof name) || *name == '.')
        snprintf(name, sizeof name, "%.60s", *wg_node_name(n) ? wg_node_name(n) : wg_node_op_name(n));
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
    wgi_fail(g->c, y->here, y->op->name, WG_ERROR_VALUE, "%s %s%s", *who ? who : "the matrix", f->text,
             where);
}

void wgi_fault_report(wg_graph *g, uint32_t i, const wg_op *op, wg_site here, const wg_fault *f)
{
    const long long at = (long long)f->index, v = (long long)f->value, limit = (long long)f->limit;
    const faulty y = i ? faulty_of(g, i, f->operand) : (faulty){ op, here, 0, 0 };
    char who[160];
    describe(g, &y, who, sizeof who);
    const char *of = *who ? " of " : "";
#define SAY(status, ...) wgi_fail(g->c, y.here, y.op->name, status, __VA_ARGS__)
    if (!f->text) SAY(WG_ERROR_VALUE, "failed while it ran%s%s", *who ? ", on " : "", who);
    else if (limit >= 0)
        SAY(WG_ERROR_VALUE, "%s: %lld at index %lld%s%s, must be from 0 to %lld", f->text, v, at, of, who,
            limit - 1);
    else if (limit == WG_FAULT_USER)
        SAY(WG_ERROR_USER, "%s but %lld%s%s", f->text, v, *who ? ", of " : "", who);
    else if (limit == WG_FAULT_PIVOT || limit == WG_FAULT_MATRIX) report_matrix(g, &y, who, f);
    else if (limit < WG_FAULT_COUNT)
        SAY(WG_ERROR_VALUE, "%s: %lld at index %lld%s%s, must be from %lld to %lld", f->text, v, at, of, who,
            -(limit - INT64_MIN), limit - INT64_MIN - 1);
    else if (limit == WG_FAULT_COUNT)
        SAY(WG_ERROR_VALUE, "%s but %lld%s%s", f->text, v, *who ? ": " : "", who);
    else SAY(WG_ERROR_VALUE, "%s, at index %lld%s%s", f->text, at, of, who);
#undef SAY
}
