/* core_ops.c: the ops without operands: the leaves of a graph, and the error node. */
#include "graph/graph.h"

#define LEAF(id, text, value)                                                                      \
    {                                                                                              \
        .name = id, .kind = WG_LEAF, .summary = text, .formula = "y = " value, .adjoint = "a leaf" \
    }

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
