/* SPDX-License-Identifier: MIT */
/* lang.h: programs in the .wg language (docs/language.md).
 *
 *     wg_program *q = wg_program_text(c, "softmax.wg", text);
 *     wg_program_set(q, "x", t);                      what --set does
 *     wg_program_build(q, g, p, WG_EVAL);
 *     wg_node L = wg_program_node(q, "L");
 */
#ifndef WENGERT_LANG_H
#define WENGERT_LANG_H

#include "figure.h"
#include "graph.h"
#include "optim.h"
#include "params.h"

WG_BEGIN_DECLS

typedef struct wg_program wg_program;

/* Reads a program of at most 1 MiB. A byte-order mark of UTF-8 at its beginning is skipped. An error is
 * recorded with file:line:column, the line and a caret. Never NULL. name is that of the file, for messages. The
 * context frees the program at the latest. */
WG_API wg_program *wg_program_text(wg_context *c, const char *name, const char *text);
/* The same for a text whose claims, plots and values without a name may use names that are bound below them, as those
 * of a lesson do. functions: definitions of functions that come before all else, as if they stood in a file
 * "functions.wg"; NULL: none. */
WG_API wg_program *wg_program_lesson(wg_context *c, const char *name, const char *text, const char *functions);
/* The path "-" is standard input, which messages call <stdin>. In a file a name that is never bound must be
 * given a value by wg_program_set; in a text it is an input unless a name that is bound is near. */
WG_API wg_program *wg_program_file(wg_context *c, const char *path); /* reads a program from a file */
WG_API void wg_program_free(wg_program *q); /* frees the program */
WG_API const char *wg_program_source(const wg_program *q); /* its text; valid as long as the program */

/* Gives an input its value, or replaces the value of a constant. The tensor is copied. An unknown or computed
 * name is an error. */
WG_API wg_status wg_program_set(wg_program *q, const char *name, wg_tensor t);
/* For a program that somebody else has written: its csv() reads files of this folder and below alone, with all links
 * resolved, and relative paths begin there. hint: how a user allows more, for the message of the error; may be NULL.
 * Both are copied. folder NULL: any file, as at first. */
WG_API wg_status wg_program_data_in(wg_program *q, const char *folder, const char *hint);
/* Whether there is such a file in the folder or below, with all links resolved. */
WG_API bool wg_path_inside(const char *path, const char *folder);
/* Appends the nodes of all statements to g. Floats have the context's dtype. Inputs without a value are drawn
 * at random by the context's seed. */
WG_API wg_status wg_program_build(wg_program *q, wg_graph *g, wg_params *p, wg_mode mode);

WG_API int wg_program_names(const wg_program *q); /* how many names statements bind, in order */
WG_API const char *wg_program_name(const wg_program *q, int i); /* Name i of those that statements bind. */
/* Of a name that a statement binds, or one in a block or a call of a function: "h.z", "h.0.z" (docs/language.md).
 * wg_none: no such name. */
WG_API wg_node wg_program_node(const wg_program *q, const char *name);
WG_API wg_node wg_program_last(const wg_program *q);          /* the value of the last statement */
WG_API const char *wg_program_last_name(const wg_program *q); /* its name; "_" if it has none */
/* How many values the last statement has: (a, b) = f(x) has two, and the functions above give the last one.
 * Value i, and its name if name is not NULL: "_.0" for the first of values without names. */
WG_API int wg_program_lasts(const wg_program *q);
/* value i of the last statement, and its name */
WG_API wg_node wg_program_last_part(const wg_program *q, int i, const char **name);
/* The value of the statement that begins in this line at this column, both from 1 on, and binds no name. wg_none:
 * there is none. */
WG_API wg_node wg_program_node_at(const wg_program *q, int line, int column);
WG_API const char *wg_program_suggest(const wg_program *q, const char *name); /* the nearest name, or NULL */

/* What a name stands for. INPUT: also a name that is never bound. SYMBOL: a size, such as m in input(m, 64).
 * CONSTANT: a literal, or the result of normal, uniform, zeros or ones. wg_program_set refuses COMPUTED and
 * FUNCTION. */
typedef enum wg_meaning {
    WG_NAME_UNKNOWN,
    WG_NAME_INPUT,
    WG_NAME_SYMBOL,
    WG_NAME_CONSTANT,
    WG_NAME_PARAM,
    WG_NAME_COMPUTED,
    WG_NAME_FUNCTION
} wg_meaning;
WG_API wg_meaning wg_program_meaning(const wg_program *q, const char *name); /* What the name stands for. */
/* The line that binds the name, else the one that first uses it; 0: there is none. */
WG_API int wg_program_line(const wg_program *q, const char *name);
/* The line of an option whose number the name is and that y, a node of the last build, is computed by: slope=s. By
 * this name y has no derivative. 0: there is none. */
WG_API int wg_program_option_line(const wg_program *q, const char *name, wg_node y);
/* What a fit found from the node x and y is computed from: its name, "" if it has none, and the line of the fit, if line
 * is not NULL. By x, y has no derivative then, but for stop_gradient. NULL: there is none. */
WG_API const char *wg_program_fit_between(wg_program *q, wg_node x, wg_node y, int *line);
/* A call of grad in the last build, the latest first: it differentiates y by x. False: there are no more. */
WG_API bool wg_program_grad(const wg_program *q, int i, wg_node *y, wg_node *x);
/* What the last build drew for lack of data: "x, y drawn at random, m = 7, seed 0"; or "". Valid
 * until the next wg_program_build. */
WG_API const char *wg_program_drawn(const wg_program *q);

/* A part of a claim about groups: its name, such as W or p.0, and its shape. */
typedef struct wg_claim_part {
    const char *name;
    wg_shape shape;
} wg_claim_part;
/* A claim: the statement `check LEFT == RIGHT`, `check LEFT == RIGHT within E`, or with < <= > >= in place of
 * ==. It is about all elements. text is valid until the next wg_program_build. */
typedef enum wg_relation { WG_EQUAL_TO, WG_LESS_THAN, WG_AT_MOST, WG_MORE_THAN, WG_AT_LEAST } wg_relation;
typedef struct wg_claim {
    int line;
    const char *text;
    wg_node left, right;
    wg_relation relation;
    wg_node within; /* how far the sides of == may be apart; wg_none: as far as rounding explains */
    /* Of a claim about groups: left and right have the elements of these parts, one after the other. If a part
     * has two shapes, the sides are that part alone. */
    const wg_claim_part *part;
    int parts; /* 0: the claim is about tensors */
} wg_claim;
/* A name that stands for a group: how many nodes it has, 0: it is none; and node k with its name, such as W or
 * p.0. */
WG_API int wg_program_parts(const wg_program *q, const char *name);
/* node k of a group, and its name */
WG_API wg_node wg_program_part(wg_program *q, const char *name, int k, const char **label);
WG_API int wg_program_claims(const wg_program *q); /* how many claims the program has */
/* Says what will be read, so that the first read computes it all at once: the sides of claims, the values of
 * statements that bind no name, the names that plots use. Without it each read is a request of its own, and from the
 * second on keeps all that a derivative in it needs. */
enum { WG_KEEP_CLAIMS = 1, WG_KEEP_VALUES = 2, WG_KEEP_PLOTS = 4, WG_KEEP_ALL = 7 };
WG_API void wg_program_keep(wg_program *q, int what); /* Says what will be read: a sum of WG_KEEP_... */
/* The name y of grad(y, x) in the claims; of several the one that the program computes last. NULL: there is none. */
WG_API const char *wg_program_claimed(const wg_program *q);
WG_API wg_claim wg_program_claim(const wg_program *q, int i); /* claim i, in the order of the text */
/* What a claim whose sides differ in shape may have meant. Variant k of claim i has one side changed: its
 * first sum or mean over all axes, or the whole side, is replaced by a sum or mean along one axis. text is
 * the changed side; NULL: there is no variant k. The sides are wg_none if the variant cannot be built.
 * Appends nodes to the graph. */
WG_API wg_claim wg_program_claim_variant(wg_program *q, int i, int k);

/* ---- trainings ---- */

/* An optimizer as a text names it: sgd, adam(lr=3e-3), momentum(lr=cosine(0.1), nesterov=true). A rate that
 * changes with the steps is inverse(lr, decay=), exponential(lr, factor=), root(lr), staircase(lr, factor=,
 * every=), cosine(lr, steps=), warm_up(lr, steps=) or one_cycle(lr, steps=), as in schedule.h. Without steps=
 * cosine and one_cycle last as long as the training. The names are texts of the library. */
enum { WG_OPTIM_SETTINGS = 16, WG_TRAINING_METRICS = 16 };
typedef struct wg_optim_choice {
    const char *name; /* NULL: none is named */
    wg_optim_setting setting[WG_OPTIM_SETTINGS];
    int settings;
    const char *schedule; /* of lr; NULL: lr stays */
    double number[3];     /* of the schedule: lr, and its options in the order above; NaN: not given */
} wg_optim_choice;
/* Reads such a text. where is the place that an error names, such as "--optimizer". name NULL after an error. */
WG_API wg_optim_choice wg_optim_choice_of(wg_context *c, const char *where, const char *text); /* reads the text of an optimizer */
/* The rate at step t = 0, 1, ... of a training of so many steps. NaN: the choice has no schedule. */
WG_API double wg_optim_choice_rate(const wg_optim_choice *o, double t, double steps);

/* The statement train(loss, metrics=[accuracy], optimizer=adam(lr=3e-3), batch=64, epochs=20, patience=5), or
 * minimize(J, metrics=[...], optimizer=lbfgs, epochs=100, tolerance=1e-8), which steps over all rows and ends
 * where the gradient's norm is at most the tolerance. What is left out is 0; the optimizer of minimize is lbfgs
 * then. Texts and nodes are valid until the next wg_program_build. */
typedef struct wg_measure {
    const char *text;
    wg_node node; /* one float */
} wg_measure;
typedef struct wg_training {
    int line;
    wg_measure loss, metric[WG_TRAINING_METRICS];
    int metrics;
    wg_optim_choice optimizer;
    int64_t batch, epochs, patience;
    bool minimizes;
    double tolerance;
} wg_training;
/* Of the last build. NULL: the program has no such statement. */
WG_API const wg_training *wg_program_training(const wg_program *q); /* what the statement train of the last build says */
/* Of an input: the classes that input(m, classes=10) has, 0: none; and how many sizes it has, -1: it has no
 * declaration, or the name is no input. */
WG_API int64_t wg_program_classes(const wg_program *q, const char *name);
WG_API int wg_program_axes(const wg_program *q, const char *name); /* how many sizes an input declares */
/* A number that is the same for two texts that differ in comments, blanks, claims, plots and the statement train.
 */
WG_API uint64_t wg_program_code(const wg_program *q);

/* ---- figures ---- */

/* How many statements plot the program has, and the figure of statement i. Its expressions are computed from the
 * last build: their nodes are appended to the graph, and read. f NULL: a new figure. Else the figure that an
 * earlier call made of the same statement: its panels get the series, so a loop over wg_program_set,
 * wg_program_build, wg_figure_frame and this function draws a frame for each value of a name. An error is
 * recorded with file:line:column, and the result is NULL. */
WG_API int wg_program_plots(const wg_program *q);
WG_API wg_figure *wg_program_figure(wg_program *q, int i, wg_figure *f); /* the figure of statement i that plots */
WG_API const char *wg_program_plot_title(const wg_program *q, int i); /* the title of plot i; "": it has none; NULL: no such statement */

/* The place of an error in the text; 0: there was none. */
WG_API int wg_program_error_line(const wg_program *q);
WG_API int wg_program_error_column(const wg_program *q); /* the column of an error */

/* A symbol and its size in the last build. given: by data or wg_program_set; else the size is 7. */
typedef struct wg_symbol {
    const char *name;
    int64_t size;
    bool given;
} wg_symbol;
WG_API int wg_program_symbols(const wg_program *q); /* How many sizes have names. */
WG_API wg_symbol wg_program_symbol(const wg_program *q, int i); /* Size i with its name. */

/* The line of the context's error with a caret below it, "\n  L = sum(x @ W)\n            ^". "" if the error
 * is not in this text, or if its message shows the line already. Valid until the next call. */
WG_API const char *wg_program_excerpt(wg_program *q);

/* The calls that the language has beside the ops of op.h: grad, input, dense, ... */
typedef struct wg_builtin {
    const char *name, *usage, *summary; /* "input", "x = input(sizes..., classes=)", "an input ..." */
} wg_builtin;
WG_API int wg_builtin_count(void); /* How many calls the language has beside the ops. */
WG_API wg_builtin wg_builtin_at(int i); /* Call i of these: its name, how it is written, and a sentence. */

/* A statement as a formula of formula.h, as people write it on a board: a = 1/(1 + exp(-z)) is "a = 1 / (1 + (e^(-z)))". Its names
 * need not be known. False, and to is "": no formula says what it does (a list, a slice, an option, a call that makes data), the room
 * is too small, or it is not one statement; a text that cannot be read is the context's error, too. */
WG_API bool wg_statement_formula(wg_context *c, const char *text, char *to, size_t room);

/* Reads a number or a nested list, [[1, 2], [3, 4]], as f64. The context owns the data; wg_free may free it
 * earlier. where is the place that an error names, such as "--set x". data NULL after an error. */
WG_API wg_tensor wg_literal(wg_context *c, const char *where, const char *text);

WG_END_DECLS
#endif
