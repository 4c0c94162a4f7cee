/* onnx_case.h: an ONNX file and what it must compute, for a judge that runs it: tests/onnx/ort.js. */
#ifndef ONNX_CASE_H
#define ONNX_CASE_H

#include "wgtest.h"

/* A value with its name. */
typedef struct onnx_named {
    char name[80];
    wg_tensor t;
} onnx_named;

/* Writes folder/NAME.case: a JSON header behind its length (eight bytes, the low one first), then the values
 * of all inputs and results. steps: the graph runs so often, and each time the result X.next is the next
 * input X. */
void onnx_case_list(const char *folder, const char *name, const onnx_named in[], int ins,
                    const onnx_named out[], int outs, int steps);
/* Whether y depends on draws of random numbers: ONNX draws others. */
bool onnx_case_draws(wg_node y);
/* Writes folder/NAME.onnx, whose results are y[0 .. n), and NAME.case, unless one of them draws. Inputs must
 * have names that differ. False: the graph was refused; the context has the error. */
bool onnx_case_write(const char *folder, const char *name, const wg_node y[], int n, int opset);
/* Gives names that differ to all inputs, or to those that have one. */
void onnx_case_name_inputs(wg_graph *g, bool all);

#endif
