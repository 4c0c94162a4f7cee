/* SPDX-License-Identifier: MIT */
/* onnx.h: models of other programs, as ONNX files (docs/onnx.md). The file becomes a program as those of lang.h:
 *
 *     wg_program *q = wg_onnx_read(c, "net.onnx");
 *     wg_program_set(q, "x", t);                      an input; without a value it is drawn at random
 *     wg_program_build(q, g, p, WG_EVAL);             the file's initializers become parameters of p
 *     wg_node y = wg_program_node(q, "y");
 */
#ifndef WENGERT_ONNX_H
#define WENGERT_ONNX_H

#include "lang.h"

WG_BEGIN_DECLS

/* Reads a model. Names of sizes, "batch" say, are sizes by name. All operators and types that the library has not are
 * named by one error. Never NULL. The context frees the program at the latest. wg_program_file reads a file whose name
 * ends in .onnx by this function. */
WG_API wg_program *wg_onnx_read(wg_context *c, const char *path);

WG_END_DECLS
#endif
