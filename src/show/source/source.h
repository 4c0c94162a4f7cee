/* source.h: a graph as a C file (private).
 *
 *   source_file.c      wg_c_write: the head, the numbers, the functions, the file
 *   source_code.c      texts of C: which functions the file needs, words that stand for others
 *   source_graph.c     what a function computes: its values, their names and places
 *   source_elements.c  loops over elements
 *   source_kernels.c   all other ops, each a call of a function of kernels.c99
 *   source_step.c      the step of a training
 *   kernels.c99        those functions
 *
 * A function of the file is a list of values in the order of the graph. Each is made by one statement:
 * consecutive
 * ops of elements share a loop.
 */
#ifndef WGI_SOURCE_H
#define WGI_SOURCE_H

#include "text/text.h"
#include "wengert/export.h"
#include "wengert/op.h"
#include "wgx/op.h"

/* Where the numbers of a value are. */
typedef enum wgi_c_place {
    WGI_AT_GLOBAL,   /* an array of the file: a parameter, a state */
    WGI_AT_ARGUMENT, /* an argument of the function */
    WGI_AT_WORK,     /* room that the caller gives */
    WGI_AT_LOCAL,    /* one number: a variable */
    WGI_AT_LITERAL,  /* a number of the text */
    WGI_AT_VIEW,     /* a part of another value: `of` from element `from` on */
    WGI_AT_NOWHERE   /* within a loop alone, or not needed */
} wgi_c_place;

typedef struct wgi_value {
    wg_node node;
    wg_shape shape;
    wg_dtype dtype;
    int64_t size, from, at; /* elements; of a view: the first; in the room: where it begins */
    wgi_c_place place;
    const char *name; /* the identifier, or the text of the literal */
    int of;           /* a view: of this value */
    int made, last;   /* the statements that make it and that use it last; values are statements */
    bool wanted;      /* it is a result, or becomes a parameter */
    bool declared;    /* its variable has been */
} wgi_value;

enum { WGI_ROOMS = 4 }; /* of the work: floats, i64, i32, truths */

/* What one function computes. */
typedef struct wgi_function {
    struct wgi_c_file *s;
    wg_graph *g;
    wgi_value *value;
    int count;
    int *index;                           /* of the value of each node of the graph; -1: none */
    int64_t nodes, room[WGI_ROOMS], part; /* elements of the work; part: of one part of a kernel's gradient */
    const struct wgi_change *change;      /* what a step changes; NULL: the function changes nothing */
    int changes;
} wgi_function;

/* Parameter, state or array `from` becomes `to`. */
typedef struct wgi_change {
    wg_node from, to;
    int global; /* its number */
} wgi_change;

/* A parameter or state of the file: an array. */
typedef struct wgi_global {
    const wg_params *set; /* and its number; NULL: an array of the optimizer */
    int number;
    const char *name;
    wg_tensor value;
    bool changes;
} wgi_global;

typedef struct wgi_c_name {
    const char *word;
    bool stays; /* it is of the file, not of one function */
} wgi_c_name;

enum { WGI_DEFINITIONS = 40 };
typedef struct wgi_c_file {
    wg_context *c;
    wg_site here;
    wg_c_opts o;
    wgi_pool pool;
    bool single, mixed; /* floats are f32; and there are arrays of the other size */
    wgi_strbuf body;    /* of the functions */
    wgi_strbuf tables;  /* sizes of convolutions, constants */
    wgi_strbuf missing; /* ops that have no text */
    int missed;
    bool *used;        /* functions of source_code.c */
    wgi_c_name *taken; /* identifiers */
    int taken_count;
    int64_t taken_room;
    wgi_global *global;
    int globals;
    int64_t global_room, room[WGI_ROOMS], part; /* room: what the largest function needs */
    const wg_op *definition[WGI_DEFINITIONS];   /* ops that stand for what they are made of */
    int definitions;
    wgi_strbuf about; /* lines of the head */
    bool draws;       /* random numbers are drawn: there is an epoch */
    uint64_t epoch;
} wgi_c_file;

/* ---- source_code.c ---- */

/* One word that stands for a text. */
typedef struct wgi_c_word {
    const char *word, *text;
} wgi_c_word;
/* Adds C code. Words of the list are replaced, T and the functions of both floats become those of the file,
 * and what the code calls is noted, so that wgi_put_functions writes it. */
void wgi_put_code(wgi_c_file *s, wgi_strbuf *to, const char *code, const wgi_c_word *words, int n);
/* The same without all that: words of the list are replaced. */
void wgi_put_words(wgi_strbuf *to, const char *text, const wgi_c_word *words, int n);
void wgi_put_functions(wgi_c_file *s, wgi_strbuf *to); /* what was noted, and what that calls */
const char *wgi_kernel_expression(
    const wg_op *op);                       /* that of the op's kernel, in a and b; NULL: it is none */
bool wgi_source_begin(wgi_c_file *s);       /* room for these notes; false: no memory */
bool wgi_is_reserved(const char *word);     /* C or a function of the file has the word */
bool wgi_begins_as_macro(const char *word); /* of the headers, or of the compiler */
const char *wgi_c_type(const wgi_c_file *s, wg_dtype t); /* "float" */
/* The shortest text that reads as this number. */
const char *wgi_c_number(wgi_c_file *s, double x, wg_dtype t);

/* ---- source_graph.c ---- */

/* The values that the roots are computed from. false: no memory, or an error. */
bool wgi_collect(wgi_function *f, wg_graph *g, const wg_node *root, int n);
void wgi_find_uses(wgi_function *f);  /* views, single numbers, and which statement reads a value last */
void wgi_find_rooms(wgi_function *f); /* then: which values live in a loop alone, and where the others are */
wgi_value *wgi_value_of(const wgi_function *f, wg_node n);
/* A new one that resembles the wish. stays: it is of the file, else of the present function. */
const char *wgi_identifier(wgi_c_file *s, const char *wish, bool stays);
void wgi_end_names(wgi_c_file *s);                                        /* the present function has ended */
const char *wgi_pointer(const wgi_function *f, const wgi_value *v);       /* "x", "x + 64", "&loss" */
wgi_value *wgi_whole(const wgi_function *f, wgi_value *v, int64_t *from); /* what a view is a part of */
int wgi_global_of(
    wgi_c_file *s,
    wg_node leaf); /* the number of that of a parameter or state, which can be new; -1: no memory */
/* Adds one with a copy of the value. */
int wgi_new_global(wgi_c_file *s, const char *name, const wg_tensor *value);
const char *wgi_shape_words(wgi_c_file *s, wg_shape shape); /* "[64,10]" */

/* ---- source_elements.c ---- */

/* Of a gradient of a power: whether the exponent is a number for which it has a short form. */
bool wgi_has_small_exponent(wg_node n);
bool wgi_has_expression(const wg_op *op); /* Whether there is an expression for the op. */
/* Whether the op computes each element from those at its place. */
bool wgi_by_elements(const wgi_function *f, const wgi_value *v);
/* Writes the loop of value i and of those behind it that can share it. Returns the last of them. */
int wgi_put_elements(wgi_function *f, wgi_strbuf *to, int i);
int wgi_loop_end(const wgi_function *f, int i); /* that last one */

/* ---- source_file.c ---- */

void wgi_put_comment(wgi_function *f, wgi_strbuf *to, const wgi_value *v);
void wgi_put_arguments(wgi_function *f, wgi_strbuf *to); /* "const float *x, " */
void wgi_describe_arguments(wgi_function *f, wgi_strbuf *to);
/* The statements. failed: what the function returns if a number of an input is out of range. */
void wgi_put_body(wgi_function *f, wgi_strbuf *to, const char *failed);

/* ---- source_kernels.c ---- */

/* Whether there is a text for the op of n, for some operands at least; a part of another value needs none. */
bool wgi_has_text(wg_node n);
/* Writes the statement. false: there is no text for the op. */
bool wgi_put_call(wgi_function *f, wgi_strbuf *to, wgi_value *v);
/* Whether v is a part of its operand as it lies in memory, from element *from on. */
bool wgi_is_view(const wgi_value *v, int64_t *from);

/* ---- source_step.c ---- */

wg_status wgi_put_step(wgi_c_file *s);

/* ---- options of nodes ---- */

wgx_setting wgi_setting(wg_node n, const char *name);
/* Whether it is a node of the library's op of this name. */
static inline bool wgi_made_by(const wgi_value *v, const char *op)
{
    return wgx_op_is(wg_node_op(v->node), op);
}
/* What the node is computed from. */
int wgi_operand_count(wg_node n);
wg_node wgi_operand_at(wg_node n, int k);
static inline wg_node wgi_operand(const wgi_value *v, int k) { return wgi_operand_at(v->node, k); }

#endif
