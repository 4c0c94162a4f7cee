/* SPDX-License-Identifier: MIT */
/* lang.h: what the wings of the library and the command share, beside wengert/lang.h. It is not installed. */
#ifndef WGX_LANG_H
#define WGX_LANG_H

#include "api.h"
#include "wengert/lang.h"

WG_BEGIN_DECLS

/* The same for a text whose claims, plots and values without a name may use names that are bound below them, as those
 * of a lesson do. functions: definitions of functions that come before all else, as if they stood in a file
 * "functions.wg"; NULL: none. */
WGX_API wg_program *wgx_program_lesson(wg_context *c, const char *name, const char *text, const char *functions);
WGX_API const char *wgx_program_source(const wg_program *q); /* its text; valid as long as the program */
/* The bytes of the file of a program that is no text, whose source is "". NULL: it is a text. */
WGX_API const void *wgx_program_bytes(const wg_program *q, size_t *size);

/* Whether there is such a file in the folder or below, with all links resolved. */
WGX_API bool wgx_path_inside(const char *path, const char *folder);

WGX_API const char *wgx_program_last_name(const wg_program *q); /* its name; "_" if it has none */
/* How many values the last statement has: (a, b) = f(x) has two, and the functions above give the last one.
 * Value i, and its name if name is not NULL: "_.0" for the first of values without names. */
WGX_PYTHON int wgx_program_lasts(const wg_program *q);
WGX_PYTHON wg_node wgx_program_last_part(const wg_program *q, int i, const char **name);
/* The value of the statement that begins in this line at this column, both from 1 on, and binds no name. wg_none:
 * there is none. */
WGX_API wg_node wgx_program_node_at(const wg_program *q, int line, int column);
WGX_API const char *wgx_program_suggest(const wg_program *q, const char *name); /* the nearest name, or NULL */

/* What a name stands for. INPUT: also a name that is never bound. SYMBOL: a size, such as m in input(m, 64).
 * CONSTANT: a literal, or the result of normal, uniform, zeros or ones. wg_program_set refuses COMPUTED and
 * FUNCTION. */
typedef enum wgx_meaning {
    WG_NAME_UNKNOWN,
    WG_NAME_INPUT,
    WG_NAME_SYMBOL,
    WG_NAME_CONSTANT,
    WG_NAME_PARAM,
    WG_NAME_COMPUTED,
    WG_NAME_FUNCTION
} wgx_meaning;
WGX_API wgx_meaning wgx_program_meaning(const wg_program *q, const char *name); /* What the name stands for. */
/* The line that binds the name, else the one that first uses it; 0: there is none. */
WGX_API int wgx_program_line(const wg_program *q, const char *name);
/* The line of an option whose number the name is and that y, a node of the last build, is computed by: slope=s. By
 * this name y has no derivative. 0: there is none. */
WGX_API int wgx_program_option_line(const wg_program *q, const char *name, wg_node y);
/* What a fit found from the node x and y is computed from: its name, "" if it has none, and the line of the fit, if line
 * is not NULL. By x, y has no derivative then, but for stop_gradient. NULL: there is none. */
WGX_API const char *wgx_program_fit_between(wg_program *q, wg_node x, wg_node y, int *line);
/* A call of grad in the last build, the latest first: it differentiates y by x. False: there are no more. */
WGX_API bool wgx_program_grad(const wg_program *q, int i, wg_node *y, wg_node *x);

/* A part of a claim about groups: its name, such as W or p.0, and its shape. */
typedef struct wgx_claim_part {
    const char *name;
    wg_shape shape;
} wgx_claim_part;
/* A claim: the statement `check LEFT == RIGHT`, `check LEFT == RIGHT within E`, or with < <= > >= in place of
 * ==. It is about all elements. text is valid until the next wg_program_build. */
typedef enum wgx_relation { WG_EQUAL_TO, WG_LESS_THAN, WG_AT_MOST, WG_MORE_THAN, WG_AT_LEAST } wgx_relation;
typedef struct wgx_claim {
    int line;
    const char *text;
    wg_node left, right;
    wgx_relation relation;
    wg_node within; /* how far the sides of == may be apart; wg_none: as far as rounding explains */
    /* Of a claim about groups: left and right have the elements of these parts, one after the other. If a part
     * has two shapes, the sides are that part alone. */
    const wgx_claim_part *part;
    int parts; /* 0: the claim is about tensors */
} wgx_claim;
/* A name that stands for a group: how many nodes it has, 0: it is none; and node k with its name, such as W or
 * p.0. */
WGX_API int wgx_program_parts(const wg_program *q, const char *name);
WGX_API wg_node wgx_program_part(wg_program *q, const char *name, int k, const char **label);
WGX_API int wgx_program_claims(const wg_program *q); /* how many claims the program has */
/* Says what will be read, so that the first read computes it all at once: the sides of claims, the values of
 * statements that bind no name, the names that plots use. Without it each read is a request of its own, and from the
 * second on keeps all that a derivative in it needs. */
enum { WG_KEEP_CLAIMS = 1, WG_KEEP_VALUES = 2, WG_KEEP_PLOTS = 4, WG_KEEP_ALL = 7 };
WGX_API void wgx_program_keep(wg_program *q, int what); /* Says what will be read: a sum of WG_KEEP_... */
/* The name y of grad(y, x) in the claims; of several the one that the program computes last. NULL: there is none. */
WGX_API const char *wgx_program_claimed(const wg_program *q);
WGX_API wgx_claim wgx_program_claim(const wg_program *q, int i); /* claim i, in the order of the text */
/* What a claim whose sides differ in shape may have meant. Variant k of claim i has one side changed: its
 * first sum or mean over all axes, or the whole side, is replaced by a sum or mean along one axis. text is
 * the changed side; NULL: there is no variant k. The sides are wg_none if the variant cannot be built.
 * Appends nodes to the graph. */
WGX_API wgx_claim wgx_program_claim_variant(wg_program *q, int i, int k);

/* ---- trainings ---- */

/* An optimizer as a text names it: sgd, adam(lr=3e-3), momentum(lr=cosine(0.1), nesterov=true). A rate that
 * changes with the steps is inverse(lr, decay=), exponential(lr, factor=), root(lr), staircase(lr, factor=,
 * every=), cosine(lr, steps=), warm_up(lr, steps=) or one_cycle(lr, steps=), as in schedule.h. Without steps=
 * cosine and one_cycle last as long as the training. The names are texts of the library. */
enum { WG_OPTIM_SETTINGS = 16, WG_TRAINING_METRICS = 16 };
typedef struct wgx_optim_choice {
    const char *name; /* NULL: none is named */
    wg_optim_setting setting[WG_OPTIM_SETTINGS];
    int settings;
    const char *schedule; /* of lr; NULL: lr stays */
    double number[3];     /* of the schedule: lr, and its options in the order above; NaN: not given */
} wgx_optim_choice;
/* Reads such a text. where is the place that an error names, such as "--optimizer". name NULL after an error. */
WGX_API wgx_optim_choice wgx_optim_choice_of(wg_context *c, const char *where, const char *text);
/* The rate at step t = 0, 1, ... of a training of so many steps. NaN: the choice has no schedule. */
WGX_API double wgx_optim_choice_rate(const wgx_optim_choice *o, double t, double steps);

/* The statement train(loss, metrics=[accuracy], optimizer=adam(lr=3e-3), batch=64, epochs=20, patience=5), or
 * minimize(J, metrics=[...], optimizer=lbfgs, epochs=100, tolerance=1e-8), which steps over all rows and ends
 * where the gradient's norm is at most the tolerance. What is left out is 0; the optimizer of minimize is lbfgs
 * then. Texts and nodes are valid until the next wg_program_build. */
typedef struct wgx_measure {
    const char *text;
    wg_node node; /* one float */
} wgx_measure;
typedef struct wgx_training {
    int line;
    wgx_measure loss, metric[WG_TRAINING_METRICS];
    int metrics;
    wgx_optim_choice optimizer;
    int64_t batch, epochs, patience;
    bool minimizes;
    double tolerance;
} wgx_training;
/* Of the last build. NULL: the program has no such statement. */
WGX_API const wgx_training *wgx_program_training(const wg_program *q);
/* Of an input: the classes that input(m, classes=10) has, 0: none; and how many sizes it has, -1: it has no
 * declaration, or the name is no input. */
WGX_API int64_t wgx_program_classes(const wg_program *q, const char *name);
WGX_API int wgx_program_axes(const wg_program *q, const char *name);
/* A number that is the same for two texts that differ in comments, blanks, claims, plots and the statement train.
 */
WGX_API uint64_t wgx_program_code(const wg_program *q);

/* ---- figures ---- */

/* A symbol and its size in the last build. given: by data or wg_program_set; else the size is 7. */
typedef struct wgx_symbol {
    const char *name;
    int64_t size;
    bool given;
} wgx_symbol;
WGX_API int wgx_program_symbols(const wg_program *q); /* How many sizes have names. */
WGX_API wgx_symbol wgx_program_symbol(const wg_program *q, int i); /* Size i with its name. */

/* The place of an error in the text, in the context's message; 0: there was none. */
WGX_API int wgx_program_error_line(const wg_program *q);
WGX_API int wgx_program_error_column(const wg_program *q); /* the column of an error */

/* The line of the context's error with a caret below it, "\n  L = sum(x @ W)\n            ^". "" if the error
 * is not in this text, or if its message shows the line already. Valid until the next call. */
WGX_API const char *wgx_program_excerpt(wg_program *q);

/* The calls that the language has beside the ops of op.h: grad, input, dense, ... */
typedef struct wgx_builtin {
    const char *name, *usage, *summary; /* "input", "x = input(sizes..., classes=)", "an input ..." */
} wgx_builtin;
WGX_API int wgx_builtin_count(void); /* How many calls the language has beside the ops. */
WGX_API wgx_builtin wgx_builtin_at(int i); /* Call i of these: its name, how it is written, and a sentence. */

/* A statement as a formula of formula.h, as people write it on a board: a = 1/(1 + exp(-z)) is "a = 1 / (1 + (e^(-z)))". Its names
 * need not be known. False, and to is "": no formula says what it does (a list, a slice, an option, a call that makes data), the room
 * is too small, or it is not one statement; a text that cannot be read is the context's error, too. */
WGX_API bool wgx_statement_formula(wg_context *c, const char *text, char *to, size_t room);

/* ---- models (wg_onnx_read) ---- */

/* Appends the nodes of a model to g, with n nodes of g in the place of its inputs and then of its parameters. Its
 * results are wgx_program_last_part. */
WGX_PYTHON wg_status wgx_onnx_apply(wg_program *q, wg_graph *g, const wg_node x[], int n, wg_mode mode);
WGX_PYTHON int wgx_onnx_inputs(const wg_program *q); /* how many inputs a model has */
/* The name of input or parameter i; NULL: there are no more. value: gets the parameter's values in the file, valid until
 * the next build; of an input its data is NULL. state: whether it is not trained. Both may be NULL. */
WGX_PYTHON const char *wgx_onnx_leaf(wg_program *q, int i, wg_tensor *value, bool *state);
WGX_PYTHON const char *wgx_onnx_result(const wg_program *q, int i); /* the name of result i; NULL: there are no more */

/* Reads a number or a nested list, [[1, 2], [3, 4]], as f64. The context owns the data; wg_free may free it
 * earlier. where is the place that an error names, such as "--set x". data NULL after an error. */
WGX_API wg_tensor wgx_literal(wg_context *c, const char *where, const char *text);

WG_END_DECLS
#endif
