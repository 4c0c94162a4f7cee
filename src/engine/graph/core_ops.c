/* core_ops.c: the ops without operands, which are the leaves of a graph and the error node, and two ops that
 * are their first operand. */
#include "graph/exact.h"
#include "graph/graph.h"

#define LEAF(id, text, value)                                                                      \
    {                                                                                              \
        .name = id, .kind = WG_LEAF, .summary = text, .formula = "y = " value, .adjoint = "a leaf" \
    }

const wg_op_hints wgx_no_hints;

const wg_op wgi_op_error = { .name = "error",
                             .kind = WG_LEAF,
                             .summary = "Stands for what could not be built.",
                             .formula = "y = ?",
                             .adjoint = "not a value" };
const wg_op wgi_op_number = LEAF("number", "A number.", "number");
const wg_op wgi_op_input = LEAF("input", "Values from outside.", "input");
const wg_op wgi_op_param = LEAF("param", "A parameter.", "parameter");
const wg_op wgi_op_state = LEAF("state", "A state: kept with the parameters, not trained.", "state");
const wg_op wgi_op_stream = LEAF("stream", "A random stream.", "stream");

/* ---- ruled ---- */

bool wgi_shape_of_first(wg_rule *r)
{
    r->y[0] = r->x[0];
    return true;
}

int64_t wgi_at_start(const wg_kernel *k) { return (void)k, 0; }

static void ruled_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const wgi_ruled *r = wgi_node_of(y)->attr;
    r->op->vjp(here, y, gy, x + 1, gx + 1);
}

const wg_op wgi_op_ruled = { .name = "ruled",
                             .users = true,
                             .summary =
                                 "The value of an expansion, with the rule of the op that is expanded.",
                             .formula = "y = f(x)",
                             .adjoint = "x' = rule(y, y', x)",
                             .none = 1 << 0, /* the value; the operands come after it */
                             .operands = -1,
                             .kind = WG_ALIAS,
                             .attr_size = sizeof(wgi_ruled),
                             .shape = wgi_shape_of_first,
                             .hints = &(const wg_op_hints){ .alias = wgi_at_start },
                             .vjp = ruled_vjp };

/* ---- same ---- */

static wg_node exact_of_first(const wgi_exact *ask, wg_node y)
{
    return wgi_exact_of(ask, wgi_handle(y.graph, wgi_node_of(y)->in[0]));
}

/* Derivatives follow what was written: such a node has no rule of its own. */
const wg_op wgi_op_same = { .name = "same",
                            .summary = "The node that a rewrite has found, where that is an older one.",
                            .formula = "y = x",
                            .adjoint = "that of the op that was written",
                            .operands = 1,
                            .kind = WG_ALIAS,
                            .shape = wgi_shape_of_first,
                            .hints = &(const wg_op_hints){ .library = &wgi_op_same,
                                                           .stored = 1 << 0,
                                                           .alias = wgi_at_start,
                                                           .view = WG_VIEW_WHOLE,
                                                           .exact = exact_of_first } };
