/* SPDX-License-Identifier: MIT */
/* onnx.h: graphs as ONNX files, which other runtimes read.
 *
 *     wg_onnx_write(y, "net.onnx");
 *
 * docs/onnx.md says what becomes what.
 */
#ifndef WENGERT_ONNX_H
#define WENGERT_ONNX_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"

WG_BEGIN_DECLS

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
 * and inputs without a name are in the file, with their values. Nodes keep their names. What ONNX cannot say, a C function or a draw of
 * random numbers, is an error that lists all such nodes. The file is written whole or not at all. */
WG_API wg_status wg_onnx_write_at(wg_site here, wg_node y, const char *path, const wg_onnx_write_opts *o);
#define wg_onnx_write(y, ...) /* y, path, options */                                                    \
    WG_WITH(wg_onnx_write_at, (WG_AT(WG_BYTE_2 #y ", " #__VA_ARGS__), y, WG_HEAD_(__VA_ARGS__)),        \
            wg_onnx_write_opts, WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
