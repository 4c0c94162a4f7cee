/* core_ops.c: the ops without operands: the leaves of a graph, and the error node. */
#include "graph/graph.h"

const wg_op wgi_op_error = { .name = "error",
                             .kind = WG_LEAF,
                             .summary = "Stands for what could not be built.",
                             .formula = "y = ?",
                             .adjoint = "not a value" };
const wg_op wgi_op_number = {
    .name = "number", .kind = WG_LEAF, .summary = "A number.", .formula = "y = number", .adjoint = "a leaf"
};
const wg_op wgi_op_input = { .name = "input",
                             .kind = WG_LEAF,
                             .summary = "Values from outside.",
                             .formula = "y = input",
                             .adjoint = "a leaf" };
const wg_op wgi_op_param = { .name = "param",
                             .kind = WG_LEAF,
                             .summary = "A parameter.",
                             .formula = "y = parameter",
                             .adjoint = "a leaf" };
const wg_op wgi_op_state = { .name = "state",
                             .kind = WG_LEAF,
                             .summary = "A state: kept with the parameters, not trained.",
                             .formula = "y = state",
                             .adjoint = "a leaf" };
const wg_op wgi_op_stream = { .name = "stream",
                              .kind = WG_LEAF,
                              .summary = "A random stream.",
                              .formula = "y = stream",
                              .adjoint = "a leaf" };
