/* wgonnx.h: ONNX models that tests write byte by byte (the messages of protobuf), and two small ones. */
#ifndef WGONNX_H
#define WGONNX_H

#include "wgfiles.h"

/* Adds a field to a message: a number, bytes, a text, a message. */
void wgt_onnx_number(wgt_bytes *f, int field, int64_t v);
void wgt_onnx_bytes(wgt_bytes *f, int field, const void *p, size_t n);
void wgt_onnx_text(wgt_bytes *f, int field, const char *s);
void wgt_onnx_message(wgt_bytes *f, int field, const wgt_bytes *m);

enum { WGT_ONNX_FLOAT = 1, WGT_ONNX_UINT8 = 2, WGT_ONNX_INT64 = 7 };
#define WGT_SIZES(...) ((const int64_t[]){ __VA_ARGS__ })

/* Adds a node to a graph. in, out: names with blanks between them. attribute: may be NULL. */
void wgt_onnx_node(wgt_bytes *graph, const char *op, const char *in, const char *out,
                   const wgt_bytes *attribute);
wgt_bytes wgt_onnx_number_attribute(const char *name, int64_t v);
wgt_bytes wgt_onnx_tensor(const char *name, int type, const int64_t *size, int axes, const void *p, size_t n);
/* Adds an input (field 11) or output (12): a size below 0 is the name "batch". */
void wgt_onnx_port(wgt_bytes *graph, int field, const char *name, int type, const int64_t *size, int axes);
/* The graph is the last part, so that a file that ends early lacks a part of it. */
wgt_bytes wgt_onnx_model(const wgt_bytes *graph);

/* y = relu(z), z = x W^T + b, for rows x of 2; W: fc.weight [3,2] = [[1, -2], [0.5, 3], [-1, 2]], b: fc.bias
 * = [0.25, -1, 1]. */
wgt_bytes wgt_onnx_net(void);
/* L = the cross-entropy of softmax(z) and class numbers c, z as above with the first two rows of W and b. */
wgt_bytes wgt_onnx_classes(void);

#endif
