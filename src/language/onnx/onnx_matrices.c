/* onnx_matrices.c: todo */
#include "onnx/onnx_write.h"
const wgi_ow_rule wgi_ow_matrices[] = { { NULL, NULL, NULL } };
