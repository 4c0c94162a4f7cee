/* onnx_write.h: the writer of ONNX files, of this room alone. A rule says what stands for a node of the
 * graph: it makes nodes of ONNX by the functions below. A value is an int: its number in the list of values,
 * 0 for none. After an error all of them do nothing and return 0. */
#ifndef WGI_ONNX_WRITE_H
#define WGI_ONNX_WRITE_H

#include "wgx/op.h"

/* ---- bytes of protobuf: onnx_write_proto.c ---- */

/* Bytes that grow. Without memory they stay as they are, and the context has an error. */
typedef struct wgi_ow_bytes {
    wg_context *c;
    unsigned char *at;
    size_t count, room;
} wgi_ow_bytes;
void wgi_ow_add(wgi_ow_bytes *b, const void *bytes, size_t count);
/* A field: its number, and an integer, a float, a text or bytes. */
void wgi_ow_field_int(wgi_ow_bytes *b, int field, int64_t v);
void wgi_ow_field_float(wgi_ow_bytes *b, int field, float v);
void wgi_ow_field_text(wgi_ow_bytes *b, int field, const char *text);
void wgi_ow_field_bytes(wgi_ow_bytes *b, int field, const void *bytes, size_t count);
/* A message in a field: what is added between the two calls. */
size_t wgi_ow_open(wgi_ow_bytes *b, int field);
void wgi_ow_close(wgi_ow_bytes *b, size_t opened);

/* ---- the graph of ONNX in memory: onnx_write_made.c ---- */

typedef enum wgi_ow_kind { WGI_OW_RESULT, WGI_OW_INPUT, WGI_OW_STORED } wgi_ow_kind;

typedef struct wgi_ow_value {
    size_t name; /* where it begins in texts */
    wg_dtype type;
    wg_shape shape;
    wgi_ow_kind kind;
    int node;         /* RESULT: the node that makes it */
    const void *data; /* STORED: its elements; NULL: they are in w->constants, from `at` on */
    size_t at;
    int turned; /* the value that a Transpose has made it from; 0: none has */
    int8_t order[WG_MAX_RANK];
    int next; /* of the same hash among the constants */
    bool needed, is_output;
    bool is_node; /* it stands for a node of the graph, whose name it has */
} wgi_ow_value;

typedef struct wgi_ow_node {
    const char *op, *doc;
    int in, ins, out,
        outs; /* the operands, from place `in` of w->list on; results are neighbours among the values */
    size_t attrs, attrs_end;
} wgi_ow_node;

typedef struct wgi_ow_name {
    size_t text;
    int next, count; /* of the same hash; the number of the last name that was made of this one */
} wgi_ow_name;

/* What a node that draws from a stream has kept. */
typedef struct wgi_ow_mask {
    uint32_t stream;
    int value;
} wgi_ow_mask;

enum { WGI_OW_HEADS = 4096 };

typedef struct wgi_ow {
    wg_context *c;
    wg_graph *g;
    wg_site here;
    int opset;
    wgi_ow_value *value;
    wgi_ow_node *node;
    wgi_ow_name *name;
    wgi_ow_mask *mask;
    int *list;
    void *grown; /* an array that has just got more room */
    int *stands; /* by node of the graph: the value that stands for it */
    size_t values, value_room, nodes, node_room, names, name_room, listed, list_room, stand_room, masks,
        mask_room;
    wgi_ow_bytes texts, attrs, constants;
    size_t taken;   /* the attributes up to here belong to nodes */
    char base[256]; /* how the names of values begin */
    int constant_head[WGI_OW_HEADS], name_head[WGI_OW_HEADS];
    int inputs[2], outputs[2]; /* in list: from, and how many */
    wgi_ow_bytes refused;
    int refusals, depth; /* depth: how many expansions we are in */
} wgi_ow;

/* More room for an array of things of `size` bytes. NULL: no memory. */
void *wgi_ow_grown(wgi_ow *w, void *array, size_t count, size_t *room, size_t size);
const char *wgi_ow_text_of(const wgi_ow *w, size_t text);
/* A name that no other value has: this one, or with a number behind it. */
size_t wgi_ow_claim(wgi_ow *w, const char *name);

int wgi_ow_value_new(wgi_ow *w, wgi_ow_kind kind, size_t name, wg_dtype t, wg_shape s);
/* Attributes of the node that is made next. */
void wgi_ow_int(wgi_ow *w, const char *name, int64_t v);
void wgi_ow_ints(wgi_ow *w, const char *name, const int64_t *v, int n);
void wgi_ow_float(wgi_ow *w, const char *name, double v);
void wgi_ow_text(wgi_ow *w, const char *name, const char *text);
/* A node with a result of this type and shape, of up to three operands, or n of them. */
int wgi_ow_op(wgi_ow *w, const char *op, wg_dtype t, wg_shape s, int a, int b, int c);
int wgi_ow_many(wgi_ow *w, const char *op, wg_dtype t, wg_shape s, const int *in, int n);
/* One result more of the node that was made last. */
int wgi_ow_also(wgi_ow *w, wg_dtype t, wg_shape s);
/* Constants. Equal ones are one. */
int wgi_ow_constant(wgi_ow *w, wg_dtype t, wg_shape s, const void *data);
int wgi_ow_number(wgi_ow *w, wg_dtype t, double v);
int wgi_ow_list(wgi_ow *w, const int64_t *v, int n);

static inline wg_dtype wgi_ow_type(const wgi_ow *w, int v) { return w->value[v].type; }
static inline wg_shape wgi_ow_shape(const wgi_ow *w, int v) { return w->value[v].shape; }

/* ---- what rules are made of: onnx_write_pieces.c ---- */

int wgi_ow_1(wgi_ow *w, const char *op, int a);        /* elementwise */
int wgi_ow_2(wgi_ow *w, const char *op, int a, int b); /* elementwise, of operands that broadcast */
int wgi_ow_2n(wgi_ow *w, const char *op, int a, double b);
int wgi_ow_compare(wgi_ow *w, const char *op, int a, int b);
int wgi_ow_not(wgi_ow *w, int a);
int wgi_ow_where(wgi_ow *w, int c, int a, int b);
int wgi_ow_cast(wgi_ow *w, int a, wg_dtype t);
int wgi_ow_onnx_type(wg_dtype t); /* its number in onnx.proto */
int wgi_ow_shaped(wgi_ow *w, int a, wg_shape s);
int wgi_ow_turned(wgi_ow *w, int a, const int order[]);
int wgi_ow_swapped(wgi_ow *w, int a); /* its last two axes */
int wgi_ow_spread(wgi_ow *w, int a, wg_shape s);
/* op is ReduceSum, ReduceMax, ...; axes: the list of them. */
int wgi_ow_reduced(wgi_ow *w, const char *op, int a, wg_shape axes, bool keep);
int wgi_ow_mean_last(wgi_ow *w, int a, bool keep);
int wgi_ow_cut(wgi_ow *w, int a, int axis, int64_t from, int64_t count, int64_t step);
/* Elements before and after along an axis, of this value. Below 0: so many are left out. */
int wgi_ow_padded(wgi_ow *w, int a, int axis, int64_t before, int64_t after, double value);
int wgi_ow_product(wgi_ow *w, int a, int b);
int wgi_ow_joined(wgi_ow *w, const int *in, int n, int axis);
/* 0, 1, ... as i64 along an axis of a shape that is 1 elsewhere, of `rank` axes. */
int wgi_ow_counted(wgi_ow *w, int rank, int axis, int64_t n);

wg_shape wgi_ow_without(wg_shape s, int axis);
wg_shape wgi_ow_with(wg_shape s, int axis, int64_t n); /* an axis of n elements more, in front of that one */
wg_shape wgi_ow_resized(wg_shape s, int axis, int64_t n);
int64_t wgi_ow_size(const wg_shape *s, int from, int to); /* the product of the sizes of these axes */

/* ---- rules ---- */

/* A node of the graph that is being written. */
typedef struct wgi_ow_call {
    wg_node n; /* the first result */
    const wg_op *op;
    int operands;
    int *x;                /* the values of the operands */
    int y[WG_MAX_OUTPUTS]; /* gets the values of the results; a rule sets those from 1 on */
    wg_dtype type;         /* of the first result */
    wg_shape shape;
} wgi_ow_call;
typedef struct wgi_ow_rule wgi_ow_rule;
/* Returns result 0. in: the values of the operands, k->x */
typedef int wgi_ow_writer(wgi_ow *w, wgi_ow_call *k, const int in[], const wgi_ow_rule *row);
struct wgi_ow_rule {
    const char *op; /* of ours */
    wgi_ow_writer *write;
    const char *onnx;
};
/* The option of this name: onnx_write_pieces.c. */
wgx_setting wgi_ow_option(const wgi_ow_call *k, const char *name);
static inline int64_t wgi_ow_whole(const wgi_ow_call *k, const char *name)
{
    return wgi_ow_option(k, name).whole;
}
/* The list of rules of a file, which ends with a row without a name. */
extern const wgi_ow_rule wgi_ow_elementwise[], wgi_ow_arrangement[], wgi_ow_indices[], wgi_ow_windows[],
    wgi_ow_rows[], wgi_ow_matrices[], wgi_ow_random[];

/* ---- the file: onnx_write_file.c ---- */

/* Writes what the results need. */
wg_status wgi_ow_file(wgi_ow *w, const char *path);

/* What a row of a table calls for an op. */
#define WRITER(f) static int f(wgi_ow *w, wgi_ow_call *k, const int in[], const wgi_ow_rule *row)

#endif
