/* SPDX-License-Identifier: MIT */
/* onnx.h: models of other programs, as ONNX files (docs/onnx.md). The file becomes a program as those of lang.h:
 *
 *     wg_program *q = wg_onnx_read(c, "net.onnx");
 *     wg_program_set(q, "x", t);                      an input; without a value it is drawn at random
 *     wg_program_build(q, g, p, WG_EVAL);             the file's initializers become parameters of p
 *     wg_node y = wg_program_node(q, "y");
 *
 *     wg_onnx_write(y, "net.onnx");                   a graph of yours as such a file
 */
#ifndef WENGERT_ONNX_H
#define WENGERT_ONNX_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "lang.h"

WG_BEGIN_DECLS

/* ---- reading ---- */

/* Reads a model. Names of sizes, "batch" say, are sizes by name. All operators and types that the library has not are
 * named by one error. Never NULL. The context frees the program at the latest. wg_program_file reads a file whose name
 * ends in .onnx by this function. */
WG_API wg_program *wg_onnx_read(wg_context *c, const char *path);

/* ---- writing ---- */

#define wg_onnx_write_opts_list(P, X)                                                                       \
    X(int, opset, 17, "[13, 17]", "the version of ONNX's operators")                                        \
    X(const wg_node *, outputs, NULL, "", "more results of the graph, behind y")                            \
    X(int, output_count, 0, "[0, inf)", "the number of nodes in outputs")                                   \
    X(const char *const *, names, NULL, "",                                                                 \
      "the names of y and of outputs; default, or NULL among them: those of the nodes")                     \
    X(const wg_node *, inputs, NULL, "",                                                                    \
      "parameters and states that are inputs: their values are not in the file")                  \
    X(int, input_count, 0, "[0, inf)", "the number of nodes in inputs")
WG_OPTIONS(wg_onnx_write_opts);
/* Writes the graph that y is computed from. Inputs with a name are inputs of the ONNX graph; parameters, states, numbers
 * and inputs without a name are in the file, with their values. Nodes keep their names. What ONNX cannot say, as a C
 * function, is an error that lists all such nodes. Draws of random numbers become draws of the same distributions, with
 * other numbers. The file is written whole or not at all. */
WG_API wg_status wg_onnx_write_at(wg_site here, wg_node y, const char *path, const wg_onnx_write_opts *o);
#define wg_onnx_write(y, ...) /* y, path, options */                                                    \
    WG_CALL_WITH(wg_onnx_write_at, (WG_AT(WG_BYTE_2 #y ", " #__VA_ARGS__), y, WG_HEAD_(__VA_ARGS__)),        \
            wg_onnx_write_opts, WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
