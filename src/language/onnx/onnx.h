/* onnx.h: reads ONNX models (private). A file becomes a tree of messages, then a program; a build makes
 * nodes.
 *
 *   onnx_wire.c         fields of protobuf messages
 *   onnx_model.c        the messages of a model: graphs, nodes, attributes, types
 *   onnx_tensor.c       tensors, in the file and in files beside it
 *   onnx_names.c        names that nodes and parameters can have
 *   onnx_modules.c      the modules of a net: scopes, and names of results
 *   onnx_program.c      the public functions: a model as a program, its names before a build
 *   onnx_check.c        what a model has and this library lacks, all at once
 *   onnx_build.c        values while a graph is built: nodes, known values, images with channels last
 *   onnx_run.c          the nodes of a graph, in their order; what is known is computed at once
 *   onnx_call.c         operands, attributes and results of one node
 *   onnx_table.c        the operators
 *   onnx_elementwise.c, onnx_shapes.c, ...   the operators by families
 *
 * Assume that a file is hostile. Every length is compared with what is left of the message around it,
 * messages are at most WGI_ONNX_DEPTH deep inside each other, and a tensor's data must be as long as its
 * shape says. */
#ifndef WGI_ONNX_H
#define WGI_ONNX_H

#include "lang/lang.h"

#include "wengert/onnx.h"

/* Operators are built by the calls that users write: wg_elu(x, .alpha = a). An error is one of the node k. */
#undef WG_AT
#define WG_AT(args) (k->here)

enum {
    WGI_ONNX_DEPTH = 16,       /* of graphs inside attributes of nodes, and of calls of functions */
    WGI_ONNX_STEPS = 1000000,  /* nodes of a build, with those of loops and functions */
    WGI_ONNX_FOLDED = 1 << 24, /* elements of a value that is computed while the graph is built */
    WGI_ONNX_OUTS = 64,        /* results of a node */
    WGI_ONNX_NAME = 160        /* characters of a name */
};

/* ---- onnx_wire.c ---- */

/* A message that is being read, and the field that was read last. */
typedef struct wgi_wire {
    const unsigned char *at, *end;
    uint32_t field;
    int kind;                   /* WIRE_... */
    uint64_t number;            /* of WIRE_NUMBER, WIRE_64 and WIRE_32 */
    const unsigned char *bytes; /* of WIRE_BYTES */
    size_t size;
    bool bad; /* the message is no message */
} wgi_wire;
enum { WIRE_NUMBER = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

wgi_wire wgi_wire_of(const void *bytes, size_t size);
bool wgi_wire_next(wgi_wire *w);                   /* false: there is no more, or it is bad */
size_t wgi_wire_count(wgi_wire w, uint32_t field); /* how often the field stands in the message */
/* How many numbers the repeated field has: packed, or one by one. kind: of one number. */
size_t wgi_wire_numbers(wgi_wire w, uint32_t field, int kind);
/* The numbers of this field, behind those that are there. false: more than room, or bad */
bool wgi_wire_take(const wgi_wire *w, int kind, uint64_t *to, size_t *n, size_t room);

/* ---- the messages ---- */

/* TensorProto.DataType */
enum {
    ONNX_FLOAT = 1,
    ONNX_UINT8,
    ONNX_INT8,
    ONNX_UINT16,
    ONNX_INT16,
    ONNX_INT32,
    ONNX_INT64,
    ONNX_STRING,
    ONNX_BOOL,
    ONNX_FLOAT16,
    ONNX_DOUBLE,
    ONNX_UINT32,
    ONNX_UINT64,
    ONNX_COMPLEX64,
    ONNX_COMPLEX128,
    ONNX_BFLOAT16
};

typedef struct wgi_onnx_graph wgi_onnx_graph;

typedef struct wgi_onnx_tensor {
    const char *name;
    int type;
    wg_shape shape;
    const unsigned char *raw; /* NULL: the values stand in fields */
    size_t raw_size;
    const uint64_t *numbers; /* of the fields; floats as their bits */
    size_t count;
    const char *outside;     /* the file that has the values, beside the model; NULL: they are here */
    uint64_t offset, length; /* in that file; length 0: what the shape says */
} wgi_onnx_tensor;

typedef struct wgi_onnx_attribute {
    const char *name;
    int type;           /* AttributeProto.AttributeType; 0: not said */
    const char *refers; /* in a function: the attribute of its call that this one is; NULL: none */
    double f;
    int64_t i;
    const char *s;
    const wgi_onnx_tensor *tensor;
    wgi_onnx_graph *graph;
    double *floats;
    int64_t *ints;
    const char **strings;
    int float_count, int_count, string_count;
} wgi_onnx_attribute;

typedef struct wgi_onnx_node {
    const char *name, *op, *domain;
    const char **in, **out;
    wgi_onnx_attribute *attribute;
    int ins, outs, attributes;
} wgi_onnx_node;

/* What a graph takes or gives. */
typedef struct wgi_onnx_port {
    const char *name;
    const char *structure; /* NULL: it is a tensor; else "a sequence", ... */
    int type;
    int axes;                        /* -1: its shape is not said */
    int64_t size[WG_MAX_RANK];       /* of each axis; -1: not known */
    const char *symbol[WG_MAX_RANK]; /* the name of that size; NULL: it has none */
} wgi_onnx_port;

struct wgi_onnx_graph {
    const char *name;
    wgi_onnx_node *node;
    wgi_onnx_tensor *tensor;
    wgi_onnx_port *in, *out;
    int nodes, tensors, ins, outs;
};

typedef struct wgi_onnx_domain {
    const char *name;
    int64_t version;
} wgi_onnx_domain;

/* An operator that the model itself defines. */
typedef struct wgi_onnx_function {
    const char *name, *domain;
    const char **in, **out, **attribute;
    wgi_onnx_graph body;
    int ins, outs, attributes;
    wgi_onnx_domain *set;
    int sets;
} wgi_onnx_function;

typedef struct wgi_onnx_model {
    wgi_onnx_graph graph;
    wgi_onnx_domain *set;
    wgi_onnx_function *function;
    int sets, functions;
    bool has_graph;
} wgi_onnx_model;

/* ---- onnx_model.c ---- */

/* Reads the model into memory of q. False: after an error. */
bool wgi_onnx_parse(wg_program *q, const void *bytes, size_t size, wgi_onnx_model *to);

/* ---- onnx_tensor.c ---- */

/* Reads a TensorProto. */
bool wgi_onnx_tensor_read(wg_program *q, wgi_wire w, wgi_onnx_tensor *to);
/* The dtype of a type in a context; WG_DEFAULT_DTYPE: there is none. */
wg_dtype wgi_onnx_dtype(const wg_program *q, int type);
const char *wgi_onnx_type_name(int type);
/* The values, in memory that a build frees; data NULL: after an error. */
wg_tensor wgi_onnx_values(wg_program *q, const wgi_onnx_tensor *t);

/* ---- onnx_names.c ---- */

/* A name like that of the file, that is free in q. op: of the node whose result it is; NULL: it is a
 * parameter's or an input's. to: of WGI_ONNX_NAME bytes; returns it. */
const char *wgi_onnx_name(const wg_program *q, const char *from, const char *op, char *to);

/* ---- values in a build ---- */

/* What a name of the model stands for in a build. An image may be there with its channels last. Before a
 * build: its name alone. */
typedef struct wgi_onnx_value {
    const char *name;   /* in the file */
    wg_node node, last; /* wg_none: not made yet */
    wg_tensor known;    /* data NULL: not known */
    bool given;         /* it may decide a shape, but is not computed with while the graph is built */
    bool is_state;      /* an initializer that is not trained */
    bool is_inner;      /* it stays within its module, and its node has no name */
    bool is_result;     /* of the model */
    int number;         /* among the inputs and parameters of the program */
    const wgi_onnx_tensor *stored; /* an initializer */
    wgi_binding *binding;          /* NULL: it is no name of the program */
    struct wgi_onnx_value *next;   /* of the same hash */
    /* Of users: the first one, of which `number` is the operand; and the length of the path of the module
     * that all are in. */
    const wgi_onnx_node *user;
    size_t common;
} wgi_onnx_value;

/* The names that a graph sees: its own, and those of the graphs around it. */
enum { WGI_ONNX_LISTS = 512 };
typedef struct wgi_onnx_scope {
    struct wgi_onnx_scope *around;
    wgi_onnx_value *list[WGI_ONNX_LISTS];
} wgi_onnx_scope;

typedef struct wgi_onnx {
    wg_program *q;
    wg_context *c;
    unsigned char *bytes; /* of the file */
    wgi_onnx_model model;
    wgi_onnx_scope *declared;   /* the names of the program */
    wgi_onnx_scope *users;      /* which nodes use the values of the model */
    wgi_onnx_scope *containers; /* the paths of modules that have modules in them */
    wgi_onnx_value **leaf;      /* its inputs, then its parameters */
    int inputs, leaves;
    /* in a build */
    const wg_node *given; /* what stands for the inputs and parameters, in their order; NULL: what was set,
                           * drawn, or is in a set of parameters */
    wg_graph *g, *folded; /* that of the program; the one in which what is known is computed */
    wgi_onnx_scope *scope;
    const wgi_onnx_domain *set; /* the operator sets of the graph that is built */
    int sets, depth, steps;
    const struct wgi_onnx_call *within; /* the call of the function whose body is built; NULL: none */
} wgi_onnx;

/* A node that is being built. */
typedef struct wgi_onnx_call {
    wgi_onnx *o;
    const wgi_onnx_node *n;
    const struct wgi_onnx_row *row;
    const struct wgi_onnx_call *within; /* the call of the function that it stands in; NULL: none */
    int64_t version;                    /* of the operator set */
    wg_graph *g;
    wg_site here;
    wgi_onnx_value **in; /* NULL: not given */
    int ins;
    wgi_onnx_value *out[WGI_ONNX_OUTS]; /* NULL: not wanted */
    int outs;
    int64_t before;  /* how many nodes g had */
    bool is_folding; /* g is that of known values */
} wgi_onnx_call;

/* An operator. */
typedef struct wgi_onnx_row {
    const char *name, *domain;
    int first, last; /* the operator sets in which it means this; last 0: all from there on */
    bool (*build)(wgi_onnx_call *k);
    unsigned known; /* bit i: operand i decides what is built */
    int flags;
    union {
        wg_node (*one)(wg_site here, wg_node x);
        wg_node (*two)(wg_site here, wg_node a, wg_node b);
        int number;
    } u; /* for build */
} wgi_onnx_row;
enum {
    ONNX_SHAPES = 1,  /* it looks at shapes alone: its result is known */
    ONNX_NEVER = 2,   /* it is never computed while the graph is built */
    ONNX_AVERAGES = 4 /* operands from 3 on are running averages */
};

/* ---- onnx_modules.c ---- */

/* Opens the scopes of the module that a node is in. Returns how many. */
int wgi_onnx_enter(wg_graph *g, const wgi_onnx_node *n);
void wgi_onnx_leave(wg_graph *g, int scopes);
bool wgi_onnx_note_users(wgi_onnx *o); /* false: after an error */
/* Names for result k of a node, and for a parameter: see wgi_onnx_name. *inner: is_inner of the value. */
const char *wgi_onnx_result_name(const wgi_onnx *o, const wgi_onnx_node *n, int k, char *to, bool *inner);
const char *wgi_onnx_param_name(const wgi_onnx *o, const char *name, char *to);

/* ---- onnx_table.c ---- */

/* NULL: it is not there. */
const wgi_onnx_row *wgi_onnx_row_of(const char *op, const char *domain, int64_t version);

/* ---- onnx_check.c ---- */

bool wgi_onnx_check(const wgi_onnx *o); /* false: an error names all that is not there */
int64_t wgi_onnx_version(const wgi_onnx_domain *set, int sets, const char *domain);
const wgi_onnx_function *wgi_onnx_function_of(const wgi_onnx *o, const wgi_onnx_node *n);

/* ---- onnx_build.c ---- */

wg_site wgi_onnx_site(const wgi_onnx *o, const char *what, const char *name); /* "model.onnx: input 'x'" */
wgi_onnx_value *wgi_onnx_find(const wgi_onnx_scope *s, const char *name);     /* NULL: there is none */
wgi_onnx_value *wgi_onnx_add(wgi_onnx *o, wgi_onnx_scope *s, const char *name,
                             void *(*alloc)(wg_program *q, size_t size));
wg_shape wgi_onnx_shape_of(const wgi_onnx *o, const wgi_onnx_value *v);
wg_dtype wgi_onnx_dtype_of(const wgi_onnx *o, const wgi_onnx_value *v);
wg_node wgi_onnx_node_of(wgi_onnx_call *k, wgi_onnx_value *v); /* its axes in the order of the file */
wg_node wgi_onnx_last_of(wgi_onnx_call *k, wgi_onnx_value *v); /* channels last */
/* From channels first to last, or back. */
wg_node wgi_onnx_turned(wgi_onnx_call *k, wg_node x, bool to_last);
/* Its value while the graph is built; NULL: after an error. */
const wg_tensor *wgi_onnx_known_of(wgi_onnx_call *k, wgi_onnx_value *v);
bool wgi_onnx_is_known(wgi_onnx_call *k, wgi_onnx_value *v); /* by itself: neither a parameter nor an input */

/* ---- onnx_run.c ---- */

/* Builds the nodes of a graph in a new scope. in: values of its inputs; out: gets those of its outputs.
 * alone: it does not see the names around it. */
bool wgi_onnx_run(wgi_onnx *o, const wgi_onnx_graph *g, wgi_onnx_value *const in[], int ins,
                  wgi_onnx_value *out[], bool alone);

/* ---- onnx_call.c: for the operators ---- */

bool wgi_ox_fail(const wgi_onnx_call *k, wg_status s, const char *format, ...)
    WG_PRINTF(3, 4);                                  /* returns false */
bool wgi_ox_has(const wgi_onnx_call *k, int i);       /* whether operand i is given */
wg_node wgi_ox(wgi_onnx_call *k, int i);              /* operand i as a node */
wg_node wgi_ox_last(wgi_onnx_call *k, int i);         /* the same with channels last */
bool wgi_ox_is_last(const wgi_onnx_call *k, int i);   /* whether it is there with channels last */
wg_shape wgi_ox_shape(const wgi_onnx_call *k, int i); /* of operand i, in the order of the file */
wg_dtype wgi_ox_dtype(const wgi_onnx_call *k, int i);
const wg_tensor *wgi_ox_known(wgi_onnx_call *k, int i); /* its value; NULL: after an error */
/* Whole numbers of operand i; -1: after an error, or more than room. */
int wgi_ox_whole(wgi_onnx_call *k, int i, int64_t to[], int room);
/* One whole number of operand i; standard: it is not given, or after an error. */
int64_t wgi_ox_count(wgi_onnx_call *k, int i, int64_t standard);
double wgi_ox_number(wgi_onnx_call *k, int i, double standard); /* operand i if it is given */
const wgi_onnx_attribute *wgi_ox_attribute(const wgi_onnx_call *k, const char *name); /* NULL: not given */
int64_t wgi_ox_i(const wgi_onnx_call *k, const char *name, int64_t standard);
double wgi_ox_f(const wgi_onnx_call *k, const char *name, double standard);
const char *wgi_ox_s(const wgi_onnx_call *k, const char *name, const char *standard);
/* A list of whole numbers. Returns how many; -1: not given, or more than room. */
int wgi_ox_ints(const wgi_onnx_call *k, const char *name, int64_t to[], int room);
/* The axis counted from 0 on; -1: after an error. */
int wgi_ox_axis(const wgi_onnx_call *k, int64_t axis, int rank);
/* Results. False: after an error. */
bool wgi_ox_put(wgi_onnx_call *k, int i, wg_node y);
bool wgi_ox_put_last(wgi_onnx_call *k, int i, wg_node y);
bool wgi_ox_put_known(wgi_onnx_call *k, int i, wg_tensor t); /* its data must stay */
bool wgi_ox_put_same(wgi_onnx_call *k, int i, const wgi_onnx_value *v);
wg_tensor wgi_ox_room(wgi_onnx_call *k, wg_dtype t, wg_shape s); /* zeros; data NULL: after an error */
wg_node wgi_ox_leaf(wgi_onnx_call *k, wg_tensor t);              /* a constant as a node */
/* A new axis order of x. */
wg_node wgi_ox_permuted(wgi_onnx_call *k, wg_node x, const int order[]);

#include "onnx/operators.h"

#endif
