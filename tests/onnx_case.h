/* onnx_case.h: an ONNX file and what it must compute, for a judge that runs it. */
#ifndef ONNX_CASE_H
#define ONNX_CASE_H

#include "wgtest.h"

/* Writes folder/NAME.onnx, whose results are y[0 .. n), and folder/NAME.case: a JSON header behind its length
 * (eight bytes, the low one first), then the values of all inputs and results. Inputs must have names that
 * differ. False: the graph was refused; the context has the error. */
bool onnx_case_write(const char *folder, const char *name, const wg_node y[], int n, int opset);

/* Gives all inputs names that differ. */
void onnx_case_name_inputs(wg_graph *g);

#endif
